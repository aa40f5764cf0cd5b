"""What can be checked of a course without running it: ids, docstrings, answers, stray files."""

import ast
from collections.abc import Iterator

from kata import sources
from kata.catalogue import Catalogue, Kata, Topic
from kata.course import Course
from kata.verify import answers

WRONG_AT_LEAST = 3
RIGHT_AT_LEAST = 2
SECTIONS = ("Args", "Returns", "Raises", "Rules", "Example", "Source")


def problems(course: Course, catalogue: Catalogue, katas: tuple[Kata, ...]) -> Iterator[str]:
    """Yield what is amiss, one line each, with the file to mend."""
    topics = [topic for topic in catalogue.topics if any(kata in katas for kata in topic.katas)]
    for topic in topics:
        yield from _topic(course, topic)
    yield from _stray(course, catalogue)


def tests(course: Course, topic: Topic) -> dict[str, list[str]]:
    """Return the names of each kata's tests, by the text of the spec."""
    found: dict[str, list[str]] = {kata.name: [] for kata in topic.katas}
    for node in sources.parse(sources.read(course.spec(topic.name))).body:
        if isinstance(node, sources.Function) and (kata := topic.owner(node.name)):
            found[kata.name].append(node.name)
    return found


def docstring(course: Course, kata: Kata) -> str:
    """Return a kata's docstring in one line, as its solution has it; empty when there is none."""
    for node in sources.parse(sources.read(course.solution(kata.topic))).body:
        if isinstance(node, sources.Definition) and node.name == kata.name:
            return " ".join((ast.get_docstring(node) or "").split())
    return ""


def _topic(course: Course, topic: Topic) -> Iterator[str]:
    for path in (course.solution(topic.name), course.spec(topic.name)):
        if not path.is_file():
            yield f"{course.shown(path)} is missing"
            return
    yield from _solution(course, topic)
    for name, names in tests(course, topic).items():
        if not names:
            yield f"{course.shown(course.spec(topic.name))} has no test of {name}"
    yield from _answers(course, topic, "wrong", WRONG_AT_LEAST)
    yield from _answers(course, topic, "right", RIGHT_AT_LEAST)
    yield from _rewritten(course, topic)
    for kata in topic.katas:
        if "TODO" in " ".join(kata.hints):
            yield f"{course.shown(course.manifest)}: {kata.id} has no hint yet"
        lengths = [len(hint) for hint in kata.hints]
        if len(set(kata.hints)) < len(lengths):
            yield f"{course.shown(course.manifest)}: {kata.id} gives the same hint twice"


def _solution(course: Course, topic: Topic) -> Iterator[str]:
    where = course.shown(course.solution(topic.name))
    tree = sources.parse(sources.read(course.solution(topic.name)))
    defined = [node for node in tree.body if isinstance(node, sources.Definition)]
    by_name = {node.name: node for node in defined}
    names = [kata.name for kata in topic.katas]
    for name in names:
        if name in by_name:
            yield from _docstring(f"{where}:{by_name[name].lineno} {name}", by_name[name])
        else:
            yield f"{where} does not define {name}"
    order = [node.name for node in defined if node.name in names]
    if order != names and set(order) == set(names):
        yield f"{where} has its katas in another order than the manifest: {', '.join(order)}"


def _docstring(where: str, node: sources.Definition) -> Iterator[str]:
    text = ast.get_docstring(node)
    if not text:
        yield f"{where} has no docstring"
        return
    if not text.partition("\n")[0].endswith("."):
        yield f"{where}: the first line of its docstring must be one whole sentence"
    headings = [line.rstrip(":") for line in text.splitlines() if line.endswith(":") and line[:1].isupper()]
    found = [heading for heading in headings if heading in SECTIONS]
    if found != sorted(set(found), key=SECTIONS.index):
        yield f"{where}: its docstring's sections must come in the order {', '.join(SECTIONS)}"
    wanted = {"Example", "Source"} | ({"Returns"} if not isinstance(node, ast.ClassDef) else set())
    if _has_parameters(node):
        wanted.add("Args")
    for heading in sorted(wanted - set(found)):
        yield f"{where}: its docstring has no section {heading}"


def _has_parameters(node: sources.Definition) -> bool:
    if isinstance(node, ast.ClassDef):
        starts = [item for item in node.body if isinstance(item, sources.Function) and item.name == "__init__"]
        return any(len(start.args.args) > 1 for start in starts)
    return bool(node.args.args or node.args.kwonlyargs)


def _answers(course: Course, topic: Topic, kind: str, at_least: int) -> Iterator[str]:
    path = course.wrong(topic.name) if kind == "wrong" else course.right(topic.name)
    found = answers.read(path, kind)
    names = {kata.name for kata in topic.katas}
    for answer in found:
        if answer.name not in names:
            yield f"{course.shown(path)}:{answer.line}: there is no kata {topic.name}.{answer.name}"
    for kata in topic.katas:
        texts = [answer.text for answer in found if answer.name == kata.name]
        if len(texts) < at_least:
            yield f"{course.shown(path)}: {kata.id} has {len(texts)} {kind} answers, at least {at_least} are asked"
        if len(set(texts)) < len(texts):
            yield f"{course.shown(path)}: two {kind} answers to {kata.id} say the same"


def _rewritten(course: Course, topic: Topic) -> Iterator[str]:
    path = course.rewritten(topic.name)
    wrong = answers.read(course.wrong(topic.name), "wrong")
    for answer in answers.read(path, "rewritten"):
        meant = [each for each in wrong if each.name == answer.name and each.text.startswith(answer.text)]
        if len(meant) != 1:
            how_many = "no wrong answer" if not meant else f"{len(meant)} wrong answers"
            yield f"{course.shown(path)}:{answer.line}: {how_many} to {answer.name} begin with {answer.text!r}"


def _stray(course: Course, catalogue: Catalogue) -> Iterator[str]:
    names = {topic.name for topic in catalogue.topics}
    for folder in ("exercises", "solutions", "tests/wrong", "tests/right", "tests/rewritten"):
        for path in sorted((course.root / folder).glob("*.py")):
            if path.stem not in names:
                yield f"{course.shown(path)} belongs to no topic of the manifest"
    for path in sorted((course.root / "tests").glob("test_*.py")):
        if path.stem.removeprefix("test_") not in names:
            yield f"{course.shown(path)} belongs to no topic of the manifest"
