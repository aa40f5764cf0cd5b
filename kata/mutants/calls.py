"""The ways in which a call is changed."""

import ast

from kata.mutants import swaps
from kata.mutants.change import Change, Changes, neighbours_swapped, with_fields


def of(node: ast.Call, parent: ast.AST, modules: frozenset[str]) -> Changes:
    """Yield the changes to a call, without those to what is inside it: see `changes.of`."""
    name = ast.unparse(node.func)
    if name in swaps.NOT_RUN:
        return
    is_method = isinstance(node.func, ast.Attribute) and not _is_function(node.func.value, modules)
    yield from _without_arguments(node, is_method)
    yield from _swapped(node)
    yield from _other_function(node)
    yield from _unregistered(node)
    if isinstance(parent, ast.Expr) or name == "super":
        return
    if is_method and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "super()":
        yield Change(node, ast.unparse(node.func.value), "removed call")
    elif not is_method and node.args and not isinstance(node.args[0], ast.Starred):
        yield Change(node, f"({ast.unparse(node.args[0])})", "removed call")


def _is_function(owner: ast.expr, modules: frozenset[str]) -> bool:
    """Is what is called on `owner` no method of a value, as in `functional.relu(x)` or `self.layer(x)`?"""
    if isinstance(owner, ast.Name) and owner.id == "self":
        return True
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in modules


def _without_arguments(node: ast.Call, is_method: bool) -> Changes:
    for i in range(len(node.args)):
        if is_method or len(node.args) + len(node.keywords) > 1:
            yield Change(node, with_fields(node, args=node.args[:i] + node.args[i + 1 :]), "dropped argument")
    for i, keyword in enumerate(node.keywords):
        if keyword.arg not in swaps.NEUTRAL:
            yield Change(
                node, with_fields(node, keywords=node.keywords[:i] + node.keywords[i + 1 :]), "dropped argument"
            )


def _swapped(node: ast.Call) -> Changes:
    if ast.unparse(node.func).rpartition(".")[2] not in swaps.COMMUTATIVE:
        for args in neighbours_swapped(node.args):
            yield Change(node, with_fields(node, args=args), "swapped arguments")


def _other_function(node: ast.Call) -> Changes:
    function = node.func
    if isinstance(function, ast.Attribute):
        for name in swaps.FUNCTIONS.get(function.attr, ()):
            yield Change(function, with_fields(function, attr=name), "other function")
    elif isinstance(function, ast.Name):
        yield from (Change(function, name, "other function") for name in swaps.BUILTINS.get(function.id, ()))


def _unregistered(node: ast.Call) -> Changes:
    """A buffer that is a plain attribute instead."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="register_buffer"), args=[ast.Constant(value=name), value]):
            text = f"object.__setattr__({ast.unparse(owner)}, {name!r}, {ast.unparse(value)})"
            yield Change(node, text, "not registered")
