"""Which katas changed since a commit: their solution, their tests, or what all specs share."""

import ast
import subprocess

from kata import sources
from kata.catalogue import Catalogue, Kata, Topic
from kata.course import Course
from kata.errors import KataError


def since(course: Course, catalogue: Catalogue, commit: str, katas: tuple[Kata, ...]) -> tuple[Kata, ...]:
    """Return those of `katas` that differ from what they were at a commit.

    Raises:
        KataError: when the course lies in no git repository, or the commit is not known in it.
    """
    history = _History(course, commit)
    if any(history.changed(path.name) for path in (course.root / "tests").glob("*.py") if _is_shared(path.name)):
        return katas
    found = {id for topic in catalogue.topics for id in _of_topic(course, history, topic)}
    return tuple(kata for kata in katas if kata.id in found)


def _is_shared(name: str) -> bool:
    return not name.startswith("test_")


class _History:
    def __init__(self, course: Course, commit: str) -> None:
        self.course = course
        self.commit = commit
        if self._git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
            hint = "give a commit, a branch or a tag of the repository that holds the course"
            raise KataError(f"git knows no commit {commit!r} here", hint=hint)

    def then(self, relative: str) -> str:
        """The text of a file at that commit; empty when it was not there."""
        return self._git("show", f"{self.commit}:./{relative}") or ""

    def now(self, relative: str) -> str:
        path = self.course.root / relative
        return sources.read(path) if path.is_file() else ""

    def changed(self, name: str) -> bool:
        return self.then(f"tests/{name}") != self.now(f"tests/{name}")

    def _git(self, *words: str) -> str | None:
        try:
            run = subprocess.run(["git", *words], cwd=self.course.root, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise KataError("git is not installed, so nobody knows what changed", hint="leave --since out") from error
        return run.stdout.decode("utf-8", errors="replace") if run.returncode == 0 else None


def _of_topic(course: Course, history: _History, topic: Topic) -> set[str]:
    """The ids of a topic's katas whose own text changed; of all, when text changed that belongs to none."""
    ids = {kata.name: kata.id for kata in topic.katas}
    found: set[str] = set()
    for path in (course.solution(topic.name), course.spec(topic.name)):
        relative = course.shown(path)
        then, now = (_parts(text, topic) for text in (history.then(relative), history.now(relative)))
        different = {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
        found |= set(ids.values()) if "" in different else {ids[name] for name in different}
    return found


def _parts(source: str, topic: Topic) -> dict[str, list[str]]:
    """A file's statements by the kata that each belongs to; those of none under the empty name."""
    parts: dict[str, list[str]] = {"": []}
    names = {kata.name for kata in topic.katas}
    for node in sources.parse(source).body:
        name = node.name if isinstance(node, sources.Definition) else ""
        owner = topic.owner(name)
        part = name if name in names else owner.name if owner else ""
        parts.setdefault(part, []).append(ast.dump(node))
    return parts
