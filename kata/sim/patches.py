"""Where torch's Python code asks more of a device than one written in Python can give."""

import functools
from typing import Any

import torch

from kata.sim import NAME
from kata.sim.tensor import SimTensor, _raw_data, become


def apply() -> None:
    """Replace the functions below; each does what it did for every other device."""
    _keep_parameters_on_the_move()
    _let_data_change_device()
    _answer_for_accelerator()


def _keep_parameters_on_the_move() -> None:
    """`Module.to` leaves parameters the objects they were, as it does between CPU and CUDA."""
    original = torch.nn.Module._apply

    @functools.wraps(original)
    def _apply(self: torch.nn.Module, fn: Any, recurse: bool = True) -> torch.nn.Module:
        before = dict(self._parameters)
        original(self, fn, recurse)
        for name, old in before.items():
            new = self._parameters[name]
            if new is not old and isinstance(new, SimTensor) != isinstance(old, SimTensor):
                become(old, new)
                self._parameters[name] = old
        return self

    torch.nn.Module._apply = _apply  # type: ignore[method-assign]


def _let_data_change_device() -> None:
    """`parameter.data = parameter.data.to(device)` moves a CPU tensor, as it does to CUDA."""

    def get(self: torch.Tensor) -> torch.Tensor:
        return _raw_data.__get__(self)

    def set_(self: torch.Tensor, value: torch.Tensor) -> None:
        if isinstance(value, SimTensor):
            become(self, value)
        else:
            _raw_data.__set__(self, value)

    torch.Tensor.data = property(get, set_)  # type: ignore[assignment]


def _answer_for_accelerator() -> None:
    """`torch.accelerator` asks the C++ side for these, which has no answer for a Python device."""
    for name, answer in {"synchronize": None, "empty_cache": None, "memory_allocated": 0,
                         "max_memory_allocated": 0, "memory_reserved": 0, "max_memory_reserved": 0,
                         "reset_peak_memory_stats": None, "reset_accumulated_memory_stats": None}.items():  # fmt: skip
        original = getattr(torch.accelerator, name, None)
        if original is not None:
            setattr(torch.accelerator, name, _answering(original, answer))


def _answering(original: Any, answer: Any) -> Any:
    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        current = torch.accelerator.current_accelerator()
        return answer if current is not None and current.type == NAME else original(*args, **kwargs)

    return function
