"""Gradients of a learner's function, and what is said where there are none."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tests._show import kind

Function = Callable[..., Any]

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class NoGradient(RuntimeError):
    """The result is cut off from an argument; the learner's code raised nothing, and `kata.cards` knows that."""


def upstream_like(result: Tensor) -> Tensor:
    """Fixed weights from 0.25 to 1.75, no two neighbours alike: what a plain sum hides is seen with them."""
    weights = (torch.arange(result.numel()) * 5 % 7 + 1) / 4  # exact in the half types too
    return weights.to(result.dtype).reshape(result.shape).to(result.device)


def differentiate(
    function: Function, named: dict[int | str, Any], wrt: list[int | str], upstream: Tensor | None
) -> tuple[Tensor, list[Tensor]]:
    for at in wrt:
        if at not in named or not is_float(named[at]):
            raise ValueError(f"argument {at!r} is no floating-point tensor: it cannot have a gradient")
    leaves = {at: named[at].detach().requires_grad_(True) for at in wrt}
    result = recorded(function, {**named, **leaves})
    weights = _weights(function, result, upstream)
    found: Sequence[Tensor | None] = [None] * len(wrt)
    if result.requires_grad:
        found = torch.autograd.grad(result, list(leaves.values()), weights, allow_unused=True)
    for at, gradient in zip(wrt, found, strict=True):
        if gradient is None:
            problem = f"autograd did not see {call(function)} compute its result from it"
            raise NoGradient(f"no gradient reaches {_name(function, at)}: {problem}")
    return result.detach(), [gradient for gradient in found if gradient is not None]


def is_float(value: object) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


def recorded(function: Function, named: dict[int | str, Any]) -> Tensor:
    args = [value for at, value in named.items() if isinstance(at, int)]
    with torch.enable_grad():
        result = function(*args, **{at: value for at, value in named.items() if isinstance(at, str)})
    return tensor(function, result)


def tensor(function: Function, result: object) -> Tensor:
    if not isinstance(result, Tensor):
        raise TypeError(f"{call(function)} gave {kind(result)}: it should give a tensor")
    return result


def _weights(function: Function, result: Tensor, upstream: Tensor | None) -> Tensor:
    if not (result.is_floating_point() or result.is_complex()):
        got = f"{call(function)} gave a tensor of {result.dtype}"
        raise TypeError(f"{got}: only floating point has a gradient")
    if upstream is not None and upstream.shape != result.shape:
        shapes = f"{tuple(result.shape)}: it should be {tuple(upstream.shape)}"
        raise TypeError(f"{call(function)} gave a tensor of shape {shapes}")
    return upstream_like(result) if upstream is None else upstream


def _name(function: Function, at: int | str) -> str:
    """The name of an argument, or its position where the function tells no names."""
    if isinstance(at, str):
        return f"`{at}`"
    try:
        parameters = list(inspect.signature(function).parameters.values())[: at + 1]
    except (TypeError, ValueError):
        parameters = []
    named = len(parameters) == at + 1 and all(each.kind in POSITIONAL for each in parameters)
    return f"`{parameters[at].name}`" if named else f"argument {at}"


def call(function: Function) -> str:
    return f"{getattr(function, '__name__', type(function).__name__)}(...)"
