"""Which call of a spec an error came out of, read from the expression in the spec that was running."""

import ast
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, TracebackType

MODULE = "impl"  # the fixture that stands for the learner's module
PROBE = "probe"
SHOWN = (bool, int, float, complex, str, bytes, list, tuple, dict, type(None))  # and tensors and arrays
MOST = 4  # inputs


def of(error: BaseException, spec: Path) -> tuple[str, str]:
    """Return the call as Python, and the inputs in it as the specs show them; empty where that cannot be told."""
    found = list(_inside(error.__traceback__, spec))
    if not found:
        return "", ""
    innermost = found[-1]
    text = _running(innermost.tb_frame.f_code, innermost.tb_lasti, spec)
    values = {**innermost.tb_frame.f_globals, **innermost.tb_frame.f_locals}
    try:
        expression = _without_probe(ast.parse(text, mode="eval").body, values)
    except SyntaxError:  # a statement and no expression
        return "", ""
    if expression is None:
        return "", ""
    return ast.unparse(_Bare().visit(expression)), _shown(expression, values)


def _inside(trace: TracebackType | None, spec: Path) -> Iterator[TracebackType]:
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(spec):
            yield trace
        trace = trace.tb_next


def _running(code: CodeType, instruction: int, spec: Path) -> str:
    """Return the source of the expression that an instruction belongs to."""
    first, last, begin, end = list(code.co_positions())[instruction // 2]
    if first is None or last is None or begin is None or end is None:
        return ""
    linecache.checkcache(str(spec))
    lines = [line.encode() for line in linecache.getlines(str(spec))[first - 1 : last]]
    if not lines:
        return ""
    lines[-1] = lines[-1][:end]  # positions count bytes
    lines[0] = lines[0][begin:]
    return b"".join(lines).decode().strip()


def _without_probe(expression: ast.expr, values: Mapping[str, object]) -> ast.expr | None:
    """Return the learner's call that a probe makes; None for one that is not of a function of the module."""
    if not (isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name)):
        return expression
    if expression.func.id != PROBE:
        return expression
    asked, *arguments = expression.args
    if not (arguments and _is_of_module(arguments[0])):
        return None
    own = _named(asked, values)
    return ast.Call(arguments[0], arguments[1:], [each for each in expression.keywords if each.arg not in own])


def _named(function: ast.expr, values: Mapping[str, object]) -> set[str]:
    """Return the names of a function's own parameters; it is a name of the spec's, or an attribute of one."""
    place, *attributes = ast.unparse(function).split(".")
    found = values.get(place)
    for name in attributes:
        found = getattr(found, name, None)
    return set(inspect.signature(found).parameters) if callable(found) else set()


def _is_of_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == MODULE


class _Bare(ast.NodeTransformer):
    """Takes the module's name away from what is the learner's."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr, node.ctx) if _is_of_module(node) else node


def _shown(expression: ast.expr, values: Mapping[str, object]) -> str:
    show = getattr(sys.modules.get("tests._show"), "inputs", None)  # the specs' own; they have loaded it
    if show is None:
        return ""
    names = dict.fromkeys(node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and node.id in values)
    inputs = {name: values[name] for name in names if _is_plain(values[name])}
    return str(show(dict(list(inputs.items())[:MOST])))


def _is_plain(value: object) -> bool:
    import numpy as np
    import torch

    return isinstance(value, (*SHOWN, np.ndarray, torch.Tensor))
