"""What specs of splitting and joining run on the learner's side; see `tests/probes.py`."""

from collections.abc import Callable
from typing import Any

from torch import Tensor


def pieces_that_follow(split: Callable[..., Any], x: Tensor, *args: Any) -> list[bool]:
    """For each piece of `x`, whether all its entries change when those of `x` do. An empty piece always does."""
    pieces = split(x, *args)
    before = [piece.clone() for piece in pieces]
    x.add_(1)
    return [bool((piece != old).all()) for piece, old in zip(pieces, before, strict=True)]


def piece(at: int, split: Callable[..., Any], x: Tensor, *args: Any) -> Tensor:
    """One of the pieces of `x`."""
    result: Tensor = split(x, *args)[at]
    return result


def padded(pad: Callable[..., Any], value: float, *sequences: Tensor) -> Tensor:
    """The padded tensor without its mask, of sequences that are arguments of their own."""
    result: Tensor = pad(list(sequences), value)[0]
    return result
