"""Stubs: each is its solution without the answers, so that no text is kept twice by hand."""

import ast
import copy
import difflib
from itertools import pairwise
from pathlib import Path

from kata import blanking, sources
from kata.blanking import Source, Unit
from kata.catalogue import Catalogue, Topic
from kata.course import Course
from kata.errors import KataError
from kata.sources import Definition, Function, Import

LINE_LENGTH = 110


def stub(source: str, topic: Topic) -> str:
    """Return the stub of a solution's source.

    The body of each kata becomes `raise NotImplementedError("topic.name")`. Names with a leading
    underscore are given to the learner; other names that are no kata go, unless what stays refers
    to them. Imports that nothing uses any more go; `import torch` stays.

    Raises:
        KataError: when the source does not parse, or does not define a kata.
    """
    where = f"solutions/{topic.name}.py"
    try:
        text = Source(source)
    except sources.UnparsableError as error:
        raise KataError(f"{where}:{error.line}: {error.message}") from error
    units = text.units(text.tree.body, 0)
    _mark(text, units, topic)
    for kata in topic.katas:
        if not any(isinstance(unit.node, Definition) and unit.node.name == kata.name for unit in units):
            problem = f"{where} defines no function or class {kata.name}, which solutions/katas.toml names"
            raise KataError(problem)
    return blanking.join(_used_imports(blanking.needed(units)), blank=2)


def write(course: Course, catalogue: Catalogue, folder: Path | None = None) -> list[Path]:
    """Write the stub of every topic (into `exercises/` by default); return the files that changed.

    Raises:
        KataError: when a solution has a mistake; nothing is written then.
    """
    changed = []
    for topic, text in [(topic, of(course, topic)) for topic in catalogue.topics]:
        path = folder / f"{topic.name}.py" if folder else course.exercise(topic.name)
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def differences(course: Course, catalogue: Catalogue) -> str:
    """Return how `exercises/` differs from the stubs, as a unified diff; empty when it does not.

    Line endings do not count: a checkout on Windows may have changed them.
    """
    return "".join(differences_of(course, topic) for topic in catalogue.topics)


def of(course: Course, topic: Topic) -> str:
    """Return the stub of a topic, from its solution on disk."""
    path = course.solution(topic.name)
    try:
        return stub(sources.read(path), topic)
    except OSError as error:
        raise KataError(f"{course.shown(path)} cannot be read: {error.strerror}") from error
    except sources.UnparsableError as error:
        raise KataError(f"{course.shown(path)}:{error.line}: {error.message}") from error


def differences_of(course: Course, topic: Topic) -> str:
    """Return how one file of `exercises/` differs from its stub."""
    path = course.exercise(topic.name)
    data = path.read_bytes() if path.is_file() else b""
    there = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    shown = course.shown(path)
    diff = difflib.unified_diff(
        there.splitlines(keepends=True), of(course, topic).splitlines(keepends=True), shown, f"{shown} (stub)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n" for line in diff)


def _mark(text: Source, units: list[Unit], topic: Topic) -> None:
    """Blank the katas, and mark what stays whatever else does."""
    katas = {kata.name: kata.id for kata in topic.katas}
    for unit in units:
        node = unit.node
        if isinstance(node, Definition) and node.name in katas:
            unit.keep = True
            unit.text = _blanked(text, unit, katas[node.name])
        elif isinstance(node, Definition) and _extends(node, set(katas)):
            unit.names = set()  # such as `@softmax.register`: a part of the answer, whatever its name
        elif isinstance(node, Import):
            unit.keep = True
            unit.names = set()
        elif node is text.tree.body[0] and ast.get_docstring(text.tree, clean=False) is not None:
            unit.keep = True
        else:
            unit.keep = any(name.startswith("_") and name != "__all__" for name in unit.names)
            unit.keep |= _only_for_types(node)


def _blanked(text: Source, unit: Unit, id: str) -> str:
    if sources.is_overload(unit.node):
        return unit.text
    comments = blanking.comments_of(unit.text)
    if isinstance(unit.node, Function):
        return comments + text.blank_function(unit.node, id)
    assert isinstance(unit.node, ast.ClassDef)
    return comments + text.blank_class(unit.node, id)


def _extends(node: Definition, katas: set[str]) -> bool:
    names = [name for decorator in node.decorator_list for name in ast.walk(decorator)]
    return any(isinstance(name, ast.Name) and name.id in katas for name in names)


def _only_for_types(node: ast.stmt) -> bool:
    """Tell whether a statement is `if TYPE_CHECKING:` with imports and nothing else."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    imports = all(isinstance(inner, Import) for inner in node.body)
    return imports and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"


def _used_imports(units: list[Unit]) -> list[Unit]:
    """Leave the imports that what else stays uses, and `import torch`."""
    others = [unit for unit in units if not isinstance(unit.node, Import) and not _only_for_types(unit.node)]
    used = set[str]().union(*(unit.refers_to for unit in others))
    plain = {alias.name for unit in units if isinstance(unit.node, ast.Import) for alias in unit.node.names}
    for unit in units:
        if _only_for_types(unit.node):
            unit.text = _prune_block(unit, used, plain)
            used |= unit.refers_to if unit.text else set()
    for unit in units:
        if isinstance(unit.node, Import):
            unit.text = _prune(unit.node, unit.text, used, plain)
    for unit, following in pairwise(units):
        if not unit.text:
            following.gap = max(unit.gap, following.gap)
    return [unit for unit in units if unit.text]


def _prune_block(unit: Unit, used: set[str], plain: set[str]) -> str:
    assert isinstance(unit.node, ast.If)
    texts = [_prune(inner, f"{ast.unparse(inner)}\n", used, plain) for inner in unit.node.body]
    block = "".join(f"{blanking.INDENT}{line}\n" for text in texts for line in text.splitlines())
    return f"if {ast.unparse(unit.node.test)}:\n{block}" if block else ""


def _prune(node: ast.stmt, text: str, used: set[str], plain: set[str]) -> str:
    """Return an import with the names that are used; verbatim when that is all of them."""
    assert isinstance(node, Import)
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        return text
    names = [alias for alias in node.names if _is_used(node, alias, used, plain)]
    if len(names) == len(node.names):
        return text
    if not names:
        return ""
    shorter = copy.copy(node)
    shorter.names = names
    line = ast.unparse(shorter)
    if len(line) <= LINE_LENGTH or isinstance(node, ast.Import):
        return f"{line}\n"
    listed = "".join(f"{blanking.INDENT}{ast.unparse(alias)},\n" for alias in names)
    return f"{line.partition(' import ')[0]} import (\n{listed})\n"


def _is_used(node: ast.stmt, alias: ast.alias, used: set[str], plain: set[str]) -> bool:
    if isinstance(node, ast.Import) and alias.name == "torch":
        return True
    if isinstance(node, ast.ImportFrom) or alias.asname:
        return (alias.asname or alias.name) in used
    package = alias.name.partition(".")[0]
    return alias.name in used or (package in used and package not in plain)
