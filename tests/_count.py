"""Counting the work that PyTorch sees, in place of timing it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

ONE = {"item", "numpy", "__array__", "__float__", "__int__", "__bool__", "__index__", "__complex__"}
FROM_PYTHON = {"tensor", "as_tensor", "asarray", "new_tensor"}


class Counter:
    """Counts dispatched operations, and numbers handed from tensors to Python or from Python to tensors.

    A list that is built number by number costs one operation only, whichever way it goes; so each number
    in it counts, and a loop in disguise grows like a loop. Not seen are loops over a NumPy array and the
    lists given to old constructors such as `torch.LongTensor`.
    """

    def __init__(self) -> None:
        self.count = 0
        self._modes = ExitStack()

    def __enter__(self) -> "Counter":
        self._modes.enter_context(_Operations(self))
        self._modes.enter_context(_Crossings(self))
        return self

    def __exit__(self, *error: Any) -> None:
        self._modes.close()


class _Operations(TorchDispatchMode):
    def __init__(self, counter: Counter) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counter = counter

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.counter.count += 1
        return func(*args, **(kwargs or {}))


class Dispatched(TorchDispatchMode):
    """Writes down the names of the operations that are dispatched; a whole `tolist` or `cat` is one."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.names.append(func.__name__.partition(".")[0])
        return func(*args, **(kwargs or {}))


class _Crossings(TorchFunctionMode):
    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.counter.count += _crossing(func, args, kwargs or {})
        return func(*args, **(kwargs or {}))


def _crossing(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> int:
    """How many numbers, or rows, this function hands over between tensors and Python."""
    name = getattr(function, "__name__", "")
    if name in FROM_PYTHON:
        return sum(_numbers(value) for value in args)
    first = args[0] if args else None
    if not isinstance(first, Tensor):
        return 0
    if name == "tolist":
        return first.numel()
    if name == "unbind":  # a loop over a tensor comes here, too
        dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
        return first.shape[dim] if -first.dim() <= dim < first.dim() else 0
    return int(name in ONE)


def _numbers(values: object) -> int:
    """The numbers in a nested list: one for each, as Python looked at each."""
    if isinstance(values, list | tuple):
        return sum(_numbers(value) for value in values)
    return int(isinstance(values, Tensor | bool | int | float | complex))


class Names(TorchFunctionMode):
    """Writes down which of PyTorch's functions are called."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.seen.append(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))
