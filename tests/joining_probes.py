"""What specs of splitting and joining run on the learner's side; see `tests/probes.py`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


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


def tensors_handled(function: Callable[..., Any], *args: Any) -> int:
    """How many tensors PyTorch's operations take and give during the call.

    Taking rows apart with `unbind` and stacking them again are two operations for any number of rows; here
    each row counts.
    """
    with _Handled() as handled:
        function(*args)
    return handled.count


class _Handled(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        self.count += sum(isinstance(leaf, Tensor) for leaf in tree_leaves((args, kwargs, result)))
        return result
