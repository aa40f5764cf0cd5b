"""Taking the answer out of a definition: the signature and the docstring stay, character for character."""

import ast
import doctest
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from kata import sources
from kata.sources import Definition, Function, Import

INDENT = "    "


@dataclass
class Unit:
    """A statement with the comments above it, and what becomes of it.

    Attributes:
        node: the statement.
        text: its lines, with the comments above it; blanked where that is due.
        gap: the blank lines above it in the solution.
        keep: whether it stays whatever the others need.
    """

    node: ast.stmt
    text: str
    gap: int
    keep: bool = False
    names: set[str] = field(default_factory=set)

    @property
    def refers_to(self) -> set[str]:
        """The names that it uses."""
        return references(self.text)


class Source:
    """A solution's text, with what is needed to cut it: its lines and its tokens."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.tree = sources.parse(self.text)
        self.lines = sources.lines(self.text)

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """All tokens of the text."""
        return list(tokenize.generate_tokens(io.StringIO(self.text).readline))

    def units(self, body: Sequence[ast.stmt], after: int) -> list[Unit]:
        """Cut a body into its statements; `after` is the last line of what stands before it."""
        units: list[Unit] = []
        for i, node in enumerate(body):
            first, last = sources.first_line(node), node.end_lineno or node.lineno
            following = sources.first_line(body[i + 1]) if i + 1 < len(body) else last + 1
            if first <= after or following <= last:  # it shares a line with a neighbour
                text = INDENT * (node.col_offset > 0) + self.piece(node) + "\n"
            else:
                text = "".join(self.lines[first - 1 : last])
            gap, comments = self._above(after, first, node.col_offset)
            units.append(Unit(node, comments + text.rstrip() + "\n", gap, names=sources.bound_names(node)))
            after = last
        return units

    def piece(self, node: ast.stmt) -> str:
        """Return a statement's own text, without what else stands on its lines."""
        return ast.get_source_segment(self.text, node) or ""

    def _above(self, after: int, first: int, column: int) -> tuple[int, str]:
        """Return the blank lines before a statement's comments, and the comments.

        A comment that is indented further ends the body before; it goes with that body.
        """
        between = self.lines[after : first - 1]
        deeper = [i for i, line in enumerate(between) if line.strip() and len(_indent_of(line)) > column]
        between = between[deeper[-1] + 1 :] if deeper else between
        gap = next((i for i, line in enumerate(between) if line.strip()), len(between))
        return gap, "".join(between[gap:])

    def blank_function(self, node: Function, id: str) -> str:
        """Return a function with its signature and docstring, and `raise` for its body."""
        row, header = self._header(node)
        outer = _indent_of(self.lines[node.lineno - 1])
        inner = self._inner_indent(node, row, outer)
        doc = self._docstring(node, row, inner)
        return f'{header}{doc}{inner}raise NotImplementedError("{id}")\n'

    def blank_class(self, node: ast.ClassDef, id: str, *, outermost: bool = True) -> str:
        """Return a class with its docstring, its attributes and its promised methods, blanked."""
        row, header = self._header(node)
        outer = _indent_of(self.lines[node.lineno - 1])
        inner = self._inner_indent(node, row, outer)
        units = self.units(node.body, row)
        for unit in units:
            unit.keep = self._is_promise(unit, node)
            if isinstance(unit.node, Function) and not sources.is_overload(unit.node):
                unit.text = comments_of(unit.text) + self.blank_function(unit.node, id)
            elif isinstance(unit.node, ast.ClassDef):
                unit.text = comments_of(unit.text) + self.blank_class(unit.node, id, outermost=False)
        kept = needed(units)
        body = join(kept, blank=1)
        if not any(isinstance(unit.node, Function) for unit in kept) and outermost:
            signature = f"{inner}def __init__(self, *args: object, **kwargs: object) -> None:\n"
            body += f'{chr(10) if body else ""}{signature}{inner}{INDENT}raise NotImplementedError("{id}")\n'
        return header + (body or f"{inner}pass\n")

    def _is_promise(self, unit: Unit, owner: ast.ClassDef) -> bool:
        if unit.node is owner.body[0] and ast.get_docstring(owner, clean=False) is not None:
            return True
        simple = isinstance(unit.node, Definition | ast.Assign | ast.AnnAssign)
        return simple and all(sources.is_promised(name) for name in unit.names)

    def _header(self, node: Definition) -> tuple[int, str]:
        """Return the line of the colon that ends a signature, and all lines up to it."""
        row, column = self._colon(node)
        first = sources.first_line(node)
        whole = "".join(self.lines[first - 1 : row - 1]) + self.lines[row - 1][:column]
        return row, f"{whole}{_comment(self.lines[row - 1][column:])}\n"

    def _colon(self, node: Definition) -> tuple[int, int]:
        open_: list[str] = []
        for token in self.tokens:
            if token.start[0] < node.lineno or token.type not in (tokenize.OP, tokenize.NAME):
                continue
            if token.string in ("(", "[", "{", "lambda"):
                open_.append(token.string)
            elif token.string in (")", "]", "}") or (token.string == ":" and open_[-1:] == ["lambda"]):
                open_.pop()
            elif token.string == ":" and not open_:
                return token.end
        raise AssertionError(f"a definition without a colon: {node.name}")

    def _inner_indent(self, node: Definition, row: int, outer: str) -> str:
        start = sources.first_line(node.body[0])
        inner = _indent_of(self.lines[start - 1])
        return inner if start > row and inner.startswith(outer) and inner != outer else outer + INDENT

    def _docstring(self, node: Function, row: int, inner: str) -> str:
        if ast.get_docstring(node, clean=False) is None:
            return ""
        doc = node.body[0]
        above = [line for line in self.lines[row : doc.lineno - 1] if line.strip().startswith("#")]
        last = self.lines[(doc.end_lineno or doc.lineno) - 1].encode()[doc.end_col_offset :].decode()
        return f"{''.join(above)}{inner}{self.piece(doc)}{_comment(last)}\n"


def needed(units: Iterable[Unit]) -> list[Unit]:
    """Return the units that stay, and those that they refer to, in order; gaps of the others add up."""
    units = list(units)
    kept = [unit for unit in units if unit.keep]
    used = set[str]().union(*(unit.refers_to for unit in kept))
    while more := [unit for unit in units if not unit.keep and unit.names & used]:
        for unit in more:
            unit.keep = True
            used |= unit.refers_to
    for unit, following in pairwise(units):
        if not unit.keep:
            following.gap = max(unit.gap, following.gap)
    return [unit for unit in units if unit.keep]


def join(units: Sequence[Unit], blank: int) -> str:
    """Write units one after another, `blank` lines around definitions."""
    parts = [unit.text for unit in units[:1]]
    for above, unit in pairwise(units):
        parts += ["\n" * _gap(above, unit, blank), unit.text]
    return "".join(parts)


def _gap(above: Unit, unit: Unit, blank: int) -> int:
    if sources.is_overload(above.node) and above.names == unit.names:
        return min(unit.gap, blank)
    if isinstance(above.node, Definition) or isinstance(unit.node, Definition):
        return blank
    imports = isinstance(above.node, Import), isinstance(unit.node, Import)
    if isinstance(above.node, ast.Expr) or imports == (True, False):  # a docstring, or the last import
        return max(1, min(unit.gap, blank))
    return min(unit.gap, 1 if all(imports) else blank)


def references(text: str) -> set[str]:
    """Return the names that a text uses, dotted ones too, in its annotations and examples as well."""
    indented = text[len(comments_of(text)) :][:1] in (" ", "\t")
    tree = ast.parse(f"if True:\n{text}" if indented else text)
    return set(_names(tree))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        if isinstance(node, Definition | ast.Module) and (doc := ast.get_docstring(node)):
            yield from _names_in_examples(doc)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            yield from _names_in_strings(annotation)


def _names_in_examples(doc: str) -> Iterator[str]:
    try:
        for example in doctest.DocTestParser().get_examples(doc):
            yield from _names(ast.parse(example.source))
    except (SyntaxError, ValueError):  # an example that does not parse is for verification to report
        return


def _names_in_strings(annotation: ast.AST | None) -> Iterator[str]:
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                yield from _names(ast.parse(node.value, mode="eval"))
            except SyntaxError:
                continue


def comments_of(text: str) -> str:
    """Return the comment lines that a unit's text begins with, blank lines between them included."""
    lines = sources.lines(text)
    count = next((i for i, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")), 0)
    return "".join(lines[:count])


def _comment(rest: str) -> str:
    """Return what follows code on its line if that is a comment, two spaces before it."""
    return f"  {rest.strip()}" if rest.strip().startswith("#") else ""


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
