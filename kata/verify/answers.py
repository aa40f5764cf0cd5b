"""The marked answers in `tests/wrong` and its like, read from their text: nothing is imported."""

import ast
from dataclasses import dataclass
from pathlib import Path

from kata import sources


@dataclass(frozen=True)
class Answer:
    """One marked answer; `index` counts those of its kata and kind."""

    name: str
    index: int
    text: str  # the sentence of a wrong answer, how it begins for a rewritten one, the style of a right one
    line: int


def read(path: Path, kind: str) -> list[Answer]:
    """Return the answers that a file marks with `@wrong("...")`, `@right("...")` or `@rewritten("...")`, in file order.

    Raises:
        kata.sources.UnparsableError: when the file is no Python.
    """
    if not path.is_file():
        return []
    found: list[Answer] = []
    for node in sources.parse(sources.read(path)).body:
        if not isinstance(node, sources.Definition):
            continue
        for decorator in node.decorator_list:
            if (text := _text(decorator, kind)) is not None:
                index = sum(answer.name == node.name for answer in found)
                found.append(Answer(node.name, index, text, node.lineno))
    return found


def _text(decorator: ast.expr, kind: str) -> str | None:
    match decorator:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text))]) if name == kind:
            return text
    return None
