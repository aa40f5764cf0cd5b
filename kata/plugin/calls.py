"""Which call of a spec an error came out of, read from the expression in the spec that was running."""

import ast
import inspect
import linecache
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch

MODULE = "impl"  # the fixture that stands for the learner's module
PROBE = "probe"
SHOWN = (bool, int, float, complex, str, bytes, list, tuple, dict, type(None), np.ndarray, torch.Tensor)
MOST = 4  # inputs


def of(error: BaseException, spec: Path) -> tuple[str, str]:
    """Return the call as Python, and the inputs in it as the specs show them; empty where that cannot be told."""
    trace = _innermost(error.__traceback__, spec)
    if trace is None or not (text := _running(trace, spec)):
        return "", ""
    values = {**trace.tb_frame.f_globals, **trace.tb_frame.f_locals}
    try:
        running = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:  # a statement and no expression
        return "", ""
    expression = _without_probe(running, values)
    if expression is None:
        return "", ""
    return ast.unparse(_Bare().visit(expression)), _shown(expression, values)


def _innermost(trace: TracebackType | None, spec: Path) -> TracebackType | None:
    found = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(spec):
            found = trace
        trace = trace.tb_next
    return found


def _running(trace: TracebackType, spec: Path) -> str:
    """Return the source of the expression that a frame was in."""
    linecache.checkcache(str(spec))
    source = "".join(linecache.getlines(str(spec)))
    positions: Any = inspect.getframeinfo(trace, context=0).positions  # named as those of a node are
    return ast.get_source_segment(source, positions) or ""


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
    inputs = {name: values[name] for name in names if isinstance(values[name], SHOWN)}
    return str(show(dict(list(inputs.items())[:MOST])))
