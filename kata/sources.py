"""What a source file says, read from its text: where a kata is defined, and whether it was begun."""

import ast
import enum
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kata.catalogue import Kata
from kata.errors import KataError

Import = ast.Import | ast.ImportFrom
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Segment:
    """Whole lines of a source, counted from 1, both ends included."""

    first_line: int
    last_line: int
    text: str


class State(enum.StrEnum):
    """How far a kata has come, as far as its text can tell."""

    MISSING_FILE = "missing-file"
    SYNTAX_ERROR = "syntax-error"
    MISSING_NAME = "missing-name"
    NOT_STARTED = "not-started"
    STARTED = "started"


@dataclass(frozen=True)
class Status:
    """The state of a kata in a file.

    Attributes:
        state: how far it has come.
        line: of the definition, or of the mistake when the file does not parse; 0 when there is none.
        message: what is wrong with the file; empty when nothing is.
        text: the line with the mistake.
    """

    state: State
    line: int = 0
    message: str = ""
    text: str = ""


class UnparsableError(KataError):
    """A file that is no Python: where, and the text of that line."""

    def __init__(self, message: str, line: int = 0, text: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.text = text


def read(path: Path) -> str:
    """Return a file's text without a byte order mark, its line endings as they are.

    Raises:
        UnparsableError: when it is not UTF-8.
    """
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = data.splitlines()[line - 1].decode("utf-8", errors="replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file in that encoding"
        raise UnparsableError(message, line, text.strip()) from error


def lines(source: str) -> list[str]:
    """Split into lines as Python counts them (a form feed ends none), each with its ending."""
    return io.StringIO(source, newline="").readlines()


@lru_cache(maxsize=32)
def parse(source: str) -> ast.Module:
    """Parse a source, finding every mistake that an import would find before running it.

    The tree is shared between callers: leave it as it is.

    Raises:
        UnparsableError: with line and message.
    """
    if "\0" in source:
        line = source.count("\n", 0, source.index("\0")) + 1
        raise UnparsableError("a null byte: the file is damaged, or saved as UTF-16 instead of UTF-8", line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is no business of ours
            compile(source, "<source>", "exec", dont_inherit=True)
            return ast.parse(source)
    except SyntaxError as error:
        line = error.lineno or 0
        text = (error.text or "".join(lines(source)[line - 1 : line])).strip()
        raise UnparsableError(error.msg, line, text) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnparsableError(str(error) or "the code is nested too deeply") from error


def definition(source: str, name: str) -> Segment | None:
    """Return the lines that define a function or class at top level, decorators included.

    Of several the last counts, as it does for Python. None when the name is not defined, or is
    bound once more after that by something else, such as an assignment.

    Raises:
        UnparsableError: when the source does not parse.
    """
    node = last_binding(parse(source), name)
    return segment(source, node) if isinstance(node, Definition) else None


def segment(source: str, node: ast.stmt) -> Segment:
    """Return the lines of a statement, decorators included."""
    first, last = first_line(node), node.end_lineno or node.lineno
    return Segment(first, last, "".join(lines(source)[first - 1 : last]))


def first_line(node: ast.stmt) -> int:
    """Return a statement's first line, that of its first decorator where it has one."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def last_binding(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return the last top-level statement that binds a name."""
    return next((node for node in reversed(tree.body) if name in bound_names(node)), None)


def bound_names(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds in its own scope."""
    return set(_bound(node))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def status(path: Path, kata: Kata) -> Status:
    """Tell how far a kata has come in a file, without running anything."""
    try:
        tree = parse(read(path))
    except FileNotFoundError:
        return Status(State.MISSING_FILE, message="the file is gone")
    except OSError as error:
        return Status(State.MISSING_FILE, message=f"the file cannot be read: {error.strerror}")
    except UnparsableError as error:
        return Status(State.SYNTAX_ERROR, error.line, error.message, error.text)
    node = last_binding(tree, kata.name)
    if node is None:
        return Status(State.MISSING_NAME, message=f"the file defines no {kata.name}")
    return Status(State.NOT_STARTED if _not_started(node, kata.id) else State.STARTED, node.lineno)


def _not_started(node: ast.stmt, id: str) -> bool:
    if isinstance(node, Function):
        return is_blank(node, id)
    if isinstance(node, ast.ClassDef):
        methods = [item for item in node.body if isinstance(item, Function)]
        promised = [method for method in methods if is_promised(method.name)] or methods
        return bool(promised) and all(is_blank(method, id) or is_overload(method) for method in promised)
    return False


def is_blank(node: Function, id: str) -> bool:
    """Tell whether a function holds only a docstring and the stub's `raise NotImplementedError(id)`."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return len(body) == 1 and ast.unparse(body[0]) == f"raise NotImplementedError({id!r})"


def is_promised(name: str) -> bool:
    """Tell whether a name in a class is part of its promise: public, or one that Python calls."""
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__") and len(name) > 4)


def is_overload(node: ast.stmt) -> bool:
    """Tell whether a definition is one of `typing.overload`, which says types and no more."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return any(ast.unparse(decorator).rpartition(".")[2] == "overload" for decorator in decorators)
