"""Universal impostors: a solution's own answers, spoiled in one way that every spec has to notice.

An impostor counts in a test only if it spoiled something there: a promise about
whole numbers cannot notice that gradients are lost.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor
from torch.utils.data import Dataset

from kata import sim

_spoiled = False  # whether anything was spoiled since `forget`


def forget() -> None:
    """Begin a test: nothing is spoiled yet."""
    global _spoiled
    _spoiled = False


def has_spoiled() -> bool:
    """Tell whether an impostor has spoiled anything since `forget`."""
    return _spoiled


class Disguised(Tensor):
    """A subclass that hides in a Tensor's place."""


def note(changed: bool) -> None:
    """Note that something was spoiled, if it was: here, or in another process."""
    global _spoiled
    _spoiled = _spoiled or changed


def _differs(a: Tensor, b: Tensor) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype or a.device != b.device:
        return True
    a, b = a.detach().cpu(), b.detach().cpu()
    same = (a == b) | ((a != a) & (b != b))  # NaN is not spoiled by staying NaN
    return not bool(same.all())


def _zeros(result: Tensor) -> Tensor:
    return torch.zeros_like(result)


def _nan(result: Tensor) -> Tensor:
    return torch.full_like(result, torch.nan) if result.is_floating_point() else result


def _empty(result: Tensor) -> Tensor:
    return result.new_empty(0)


def _dtype(result: Tensor) -> Tensor:
    if result.is_floating_point():
        return result.to(torch.float64 if result.dtype != torch.float64 else torch.float32)
    return result.to(torch.int64 if result.dtype != torch.int64 else torch.int32)


def _device(result: Tensor) -> Tensor:
    return result.to("sim" if result.device.type == "cpu" and sim.available() is None else "cpu")


def _axis(result: Tensor) -> Tensor:
    return result.unsqueeze(0)


def _subclass(result: Tensor) -> Tensor:
    return result if sim.is_sim(result) else result.as_subclass(Disguised)


TENSOR: dict[str, Callable[[Tensor], Tensor]] = {
    "zeros": _zeros,
    "nan": _nan,
    "empty": _empty,
    "dtype": _dtype,
    "device": _device,
    "axis": _axis,
    "detached": Tensor.detach,
    "subclass": _subclass,
}
NUMBER: dict[str, Callable[[Any], Any]] = {
    "zeros": lambda number: type(number)(0),
    "nan": lambda number: float("nan") if isinstance(number, float) else number,
}


def impostor(original: Any, kind: str) -> Any:
    """Return a function or class that answers as `original` does, spoiled in the way of `kind`."""
    if not isinstance(original, type):
        return _spoil_calls(original, kind)
    names = [name for name, value in vars(original).items() if callable(value) and not isinstance(value, type)]
    spoiled = {
        name: _spoil_calls(getattr(original, name), kind, method=True)
        for name in names
        if name != "__init__" or kind == "overwritten"
    }
    return type(original.__name__, (original,), {"__doc__": original.__doc__, **spoiled})


def _spoil_calls(function: Callable[..., Any], kind: str, method: bool = False) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = [*(args[1:] if method else args), *kwargs.values()]
        return _spoil(kind, function(*args, **kwargs), given)

    return call


def _spoil(kind: str, result: Any, given: list[Any]) -> Any:
    if kind == "none":
        note(result is not None)
        return None
    if kind == "input":
        return _give_back(result, given)
    if kind == "overwritten":
        for value in given:
            _overwrite(value)
        return result
    return _map(result, kind)


def _give_back(result: Any, given: list[Any]) -> Any:
    """Return the first argument, if that is not the right answer."""
    if not given:
        return result
    if isinstance(result, Tensor) and isinstance(given[0], Tensor):
        note(_differs(result, given[0]))
    else:
        note(type(result) is not type(given[0]) or bool(result != given[0]))
    return given[0]


def _overwrite(value: Any) -> None:
    if isinstance(value, Tensor):
        before = value.detach().clone()
        with torch.no_grad():
            value.data.fill_(1)
        note(_differs(before, value))
    elif isinstance(value, numpy.ndarray) and value.flags.writeable:
        note(bool((value != 1).any()))
        value.fill(1)
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _overwrite(item)


def _map(result: Any, kind: str) -> Any:
    if isinstance(result, Tensor):
        spoiled = TENSOR[kind](result)
        lost_gradient = result.requires_grad and not spoiled.requires_grad
        note(_differs(spoiled, result) or type(spoiled) is not type(result) or lost_gradient)
        return spoiled
    if isinstance(result, Dataset):
        return _SpoiledDataset(result, kind)
    if isinstance(result, tuple | list):
        items = [_map(item, kind) for item in result]
        return type(result)(*items) if hasattr(result, "_fields") else type(result)(items)
    if isinstance(result, dict):
        return {key: _map(value, kind) for key, value in result.items()}
    if isinstance(result, int | float) and kind in NUMBER:
        spoiled = NUMBER[kind](result)
        note(spoiled != result)
        return spoiled
    return result


class _SpoiledDataset(Dataset[Any]):
    """A dataset whose items are spoiled."""

    def __init__(self, dataset: Any, kind: str) -> None:
        self._dataset = dataset
        self._kind = kind

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: Any) -> Any:
        return _map(self._dataset[index], self._kind)
