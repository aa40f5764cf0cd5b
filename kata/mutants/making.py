"""The mutants of a kata: its solution with one change each, the same ones in the same order every time."""

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType

from kata import sources
from kata.catalogue import Topic
from kata.course import Course
from kata.errors import KataError
from kata.mutants import changes
from kata.mutants.change import Change


@dataclass(frozen=True)
class Mutant:
    """One change to one kata's solution.

    Attributes:
        kata: its id.
        number: its place among the kata's mutants.
        kind: what sort of mistake the change is.
        line: of the solution's file.
        before, after: the lines that differ, without indentation.
        nth: which of the kata's mutants with these very lines it is, from 0.
        source: the whole file, changed.
        diff: the change as a unified diff.
    """

    kata: str
    number: int
    kind: str
    line: int
    before: str
    after: str
    nth: int
    source: str
    diff: str

    @property
    def implementation(self) -> str:
        return f"mutant:{self.kata}:{self.number}"


def mutants(course: Course, topic: Topic, name: str) -> tuple[Mutant, ...]:
    """Return the mutants of one kata, from its solution's text.

    Raises:
        KataError: when the solution does not parse, or does not define it.
    """
    path = course.solution(topic.name)
    names = frozenset(kata.name for kata in topic.katas)
    return _mutants(sources.read(path), f"{topic.name}.{name}", names, course.shown(path))


@cache
def _mutants(source: str, id: str, katas: frozenset[str], shown: str) -> tuple[Mutant, ...]:
    tree = sources.parse(source)
    name = id.rpartition(".")[2]
    kata = sources.last_binding(tree, name)
    if not isinstance(kata, sources.Definition):
        raise KataError(f"{shown} defines no {name}")
    text = _Text(source)
    found: list[Mutant] = []
    seen = {_bytecode(source)}
    count: Counter[tuple[str, str]] = Counter()
    for part in [kata, *_helpers(tree, kata, katas)]:
        for change in _changes(part, _modules(tree)):
            changed = text.changed(change)
            code = _bytecode(changed)
            if code is None or code in seen:
                continue
            seen.add(code)
            before, after = _lines(source, changed)
            nth = count[before, after]
            count[before, after] += 1
            diff = _diff(source, changed, shown)
            line = change.node.lineno  # type: ignore[attr-defined]  # every node that is changed has a place
            found.append(Mutant(id, len(found), change.kind, line, before, after, nth, changed, diff))
    return tuple(found)


def _changes(node: ast.AST, modules: frozenset[str]) -> Iterator[Change]:
    def walk(node: ast.AST, parent: ast.AST) -> Iterator[Change]:
        yield from changes.of(node, parent, modules)
        for child in changes.inside(node):
            yield from walk(child, node)

    yield from walk(node, node)


def _helpers(tree: ast.Module, kata: ast.stmt, katas: frozenset[str]) -> list[ast.stmt]:
    """The solution's own definitions that this kata is the first to use; a leading underscore is the learner's."""
    definitions = [node for node in tree.body if isinstance(node, sources.Definition)]
    found: list[ast.stmt] = []
    for node in definitions:
        if node.name not in katas and not node.name.startswith("_"):
            users = [user for user in definitions if user.name in katas and _uses(user, node.name)]
            found += [node] if users[:1] == [kata] else []
    return found


def _uses(user: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(user))


def _modules(tree: ast.Module) -> frozenset[str]:
    """Names that stand for modules: what is imported whole, and what is imported with a small letter."""
    names = [alias.asname or alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    names += [
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.islower()
    ]
    return frozenset(names)


class _Text:
    """A source in which nodes can be replaced; Python counts columns in bytes."""

    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self.starts = [0]
        for line in sources.lines(source):
            self.starts.append(self.starts[-1] + len(line.encode()))

    def changed(self, change: Change) -> str:
        node = change.node
        start = self.starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self.starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return (self.data[:start] + change.text.encode() + self.data[end:]).decode()


def _bytecode(source: str) -> bytes | None:
    """What the interpreter runs, so that two texts that mean the same are one; None when it does not compile."""
    try:
        return repr(_plain(compile(source, "<mutant>", "exec", dont_inherit=True))).encode()
    except (SyntaxError, ValueError):
        return None


def _plain(code: CodeType) -> tuple[object, ...]:
    constants = tuple(_plain(each) if isinstance(each, CodeType) else (type(each), each) for each in code.co_consts)
    return code.co_name, code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_flags


def _lines(source: str, changed: str) -> tuple[str, str]:
    before, after = source.splitlines(), changed.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return "\n".join(line.strip() for line in before), "\n".join(line.strip() for line in after)


def _diff(source: str, changed: str, shown: str) -> str:
    lines = difflib.unified_diff(source.splitlines(), changed.splitlines(), shown, shown, n=1, lineterm="")
    return "\n".join(lines)
