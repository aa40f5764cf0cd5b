"""One change to a solution: what is replaced by what.

A change replaces a node's own text, so that the rest of the solution, comments included, stays as it is.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """One replacement: `node` by `text`, and a word for the kind of mistake that it is."""

    node: ast.AST
    text: str
    kind: str


Changes = Iterator[Change]


def with_fields(node: ast.AST, **fields: object) -> str:
    """The text of a node in which some fields are others."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return ast.unparse(changed)


def neighbours_swapped(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """Yield the nodes with one of them and the next exchanged, for each such pair that differs."""
    for i in range(len(nodes) - 1):
        one, other = nodes[i : i + 2]
        if ast.unparse(one) != ast.unparse(other):
            yield [*nodes[:i], other, one, *nodes[i + 2 :]]
