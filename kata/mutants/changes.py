"""The ways in which a node of a solution's syntax tree is changed.

Left alone are docstrings, annotations, and the wording of errors, of which a spec asks only for the name
of a parameter.
"""

import ast
from collections.abc import Callable, Iterator

from kata.mutants import calls, swaps
from kata.mutants.change import Change, Changes, neighbours_swapped, with_fields


def of(node: ast.AST, parent: ast.AST, modules: frozenset[str]) -> Changes:
    """Yield the changes to one node, without those to the nodes inside it.

    Args:
        modules: names that stand for modules in this file: `torch.exp(x)` is no method call.
    """
    if make := _MAKERS.get(type(node)):
        yield from make(node)
    if isinstance(node, ast.Call):
        yield from calls.of(node, parent, modules)


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes directly inside one in which changes make sense."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and ast.unparse(node.func) in swaps.NOT_RUN):
        return
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        children = value if isinstance(value, list) else [value]
        children = [child for child in children if getattr(child, "arg", None) not in swaps.NEUTRAL]
        yield from (child for child in children if isinstance(child, ast.AST) and not _is_docstring(child, node))


def _is_docstring(child: ast.AST, parent: ast.AST) -> bool:
    body = getattr(parent, "body", None)
    first = isinstance(body, list) and body and body[0] is child
    return bool(first and isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))


def _binary(node: ast.BinOp) -> Changes:
    for operator in swaps.OPERATORS.get(type(node.op), ()):
        text = with_fields(node, op=operator())
        yield Change(node, f"({text})" if isinstance(node.op, ast.Pow) else text, "operator")
    if isinstance(node.op, swaps.ORDERED):
        yield Change(node, f"({with_fields(node, left=node.right, right=node.left)})", "swapped operands")
    for operand in (node.left, node.right):
        if not isinstance(operand, ast.Constant) and not _has_neutral_neighbour(node):
            yield Change(node, f"({ast.unparse(operand)})", "removed operand")


def _has_neutral_neighbour(node: ast.BinOp) -> bool:
    """Is `x - 1` or `x * 2`, where the change of the constant by one removes it already."""
    value = getattr(node.right, "value", None)
    return type(value) is int and value == swaps.NEUTRAL_NEIGHBOURS.get(type(node.op))


def _augmented(node: ast.AugAssign) -> Changes:
    for operator in swaps.OPERATORS.get(type(node.op), ()):
        yield Change(node, with_fields(node, op=operator()), "operator")
    yield Change(node, "pass", "removed statement")


def _unary(node: ast.UnaryOp) -> Changes:
    value = getattr(node.operand, "value", None)
    if isinstance(node.op, ast.USub) and isinstance(value, int | float):
        yield from (Change(node, f"({text})", "constant") for text in _other_numbers(-value))
    yield Change(node, ast.unparse(node.operand), "operator")


def _compare(node: ast.Compare) -> Changes:
    for i, operator in enumerate(node.ops):
        for other in swaps.COMPARISONS.get(type(operator), ()):
            yield Change(node, with_fields(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]]), "comparison")
    if len(node.ops) == 2:
        operands = [node.left, *node.comparators]
        for i, operator in enumerate(node.ops):
            one = ast.Compare(left=operands[i], ops=[operator], comparators=[operands[i + 1]])
            yield Change(node, ast.unparse(one), "removed condition")


def _boolean(node: ast.BoolOp) -> Changes:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield Change(node, f"({with_fields(node, op=other)})", "operator")
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield Change(
            node, with_fields(node, values=rest) if len(rest) > 1 else ast.unparse(rest[0]), "removed condition"
        )


def _constant(node: ast.Constant) -> Changes:
    value = node.value
    if isinstance(value, bool):
        yield Change(node, repr(not value), "constant")
    elif isinstance(value, int | float):
        yield from (Change(node, text, "constant") for text in _other_numbers(value))
    elif isinstance(value, str):
        yield Change(node, repr(f"{value}_"), "constant")


def _other_numbers(value: object) -> list[str]:
    if isinstance(value, float):
        return [repr(value + 1), *([repr(value / 2)] if value else [])]
    return [repr(value + 1), repr(value - 1)] if isinstance(value, int) else []


def _condition(node: ast.If | ast.While | ast.Assert) -> Changes:
    yield Change(node.test, "False", "condition")
    if isinstance(node, ast.If):
        yield Change(node.test, "True", "condition")


def _choice(node: ast.IfExp) -> Changes:
    for branch in (node.body, node.orelse):
        yield Change(node, f"({ast.unparse(branch)})", "condition")


def _statement(node: ast.stmt) -> Changes:
    yield Change(node, "pass", "removed statement")


def _assignment(node: ast.Assign | ast.AnnAssign) -> Changes:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
        yield Change(node, "pass", "removed statement")


def _loop(node: ast.For) -> Changes:
    yield Change(node.iter, "()", "removed loop")


def _context(node: ast.With) -> Changes:
    for item in node.items:
        if item.optional_vars is None:
            yield Change(item.context_expr, "__import__('contextlib').nullcontext()", "removed context")


def _comprehension(node: ast.comprehension) -> Changes:
    yield from (Change(condition, "True", "condition") for condition in node.ifs)


def _subscript(node: ast.Subscript) -> Changes:
    is_text = isinstance(getattr(node.slice, "value", None), str)
    is_type = isinstance(node.value, ast.Name) and (node.value.id in swaps.TYPES or node.value.id[0].isupper())
    if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice) and not is_text and not is_type:
        yield Change(node, ast.unparse(node.value), "removed index")


def _slice(node: ast.Slice) -> Changes:
    for name in ("lower", "upper", "step"):
        if getattr(node, name) is not None:
            yield Change(node, with_fields(node, **{name: None}), "slice")


def _attribute(node: ast.Attribute) -> Changes:
    if node.attr in swaps.VIEWS:
        yield Change(node, ast.unparse(node.value), "removed call")
    for name in swaps.VALUES.get(node.attr, ()):
        yield Change(node, with_fields(node, attr=name), "other dtype")


def _raise(node: ast.Raise) -> Changes:
    if isinstance(node.exc, ast.Call):
        other = "TypeError" if ast.unparse(node.exc.func) != "TypeError" else "ValueError"
        yield Change(node.exc.func, other, "other error")
        if node.exc.args:
            yield Change(node.exc, f"{ast.unparse(node.exc.func)}('')", "error that names nothing")


def _return(node: ast.Return) -> Changes:
    if isinstance(node.value, ast.Tuple):
        for elts in neighbours_swapped(node.value.elts):
            yield Change(node.value, ast.unparse(ast.Tuple(elts=elts)), "swapped results")


def _handler(node: ast.ExceptHandler) -> Changes:
    if node.type is not None:
        yield Change(node.type, "ZeroDivisionError", "other error")


def _definition(node: ast.FunctionDef | ast.ClassDef) -> Changes:
    for decorator in node.decorator_list:
        yield Change(decorator, "(lambda undecorated: undecorated)", "removed decorator")
    if isinstance(node, ast.ClassDef):
        for base in node.bases:
            yield Change(base, "object", "removed base class")
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and not method.decorator_list and len(node.body) > 1:
                yield Change(method, "pass", "removed method")


_MAKERS: dict[type[ast.AST], Callable[..., Changes]] = {
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.Constant: _constant,
    ast.If: _condition,
    ast.While: _condition,
    ast.IfExp: _choice,
    ast.Expr: _statement,
    ast.Assert: _statement,
    ast.Delete: _statement,
    ast.Break: _statement,
    ast.Continue: _statement,
    ast.Assign: _assignment,
    ast.AnnAssign: _assignment,
    ast.For: _loop,
    ast.With: _context,
    ast.comprehension: _comprehension,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Attribute: _attribute,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.ExceptHandler: _handler,
    ast.FunctionDef: _definition,
    ast.ClassDef: _definition,
}
