"""Where torch's Python code asks more of a device than one written in Python can give."""

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch.nn.parameter import UninitializedTensorMixin, is_lazy  # type: ignore[attr-defined]

from kata.sim import NAME, messages
from kata.sim.tensor import SimTensor, _raw_data, become


def apply() -> None:
    """Replace the functions below; each does what it did for every other device."""
    _keep_parameters_on_the_move()
    _move_lazy_parameters_when_made()
    _let_data_change_device()
    _pin_nothing()
    _check_first_gradients()
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
            if is_lazy(old) and isinstance(new, SimTensor):
                old.waits_for_sim = True  # it has no values yet: it moves when it gets them
                self._parameters[name] = old
            elif new is not old and isinstance(new, SimTensor) != isinstance(old, SimTensor):
                become(old, new)
                self._parameters[name] = old
        return self

    torch.nn.Module._apply = _apply  # type: ignore[method-assign]


def _move_lazy_parameters_when_made() -> None:
    """A lazy layer that was moved makes its parameters on the device, once it knows their shapes."""
    original = UninitializedTensorMixin.materialize

    @functools.wraps(original)
    def materialize(self: Any, shape: Any, device: Any = None, dtype: Any = None) -> None:
        original(self, shape, device, dtype)
        if device is None and self.__dict__.pop("waits_for_sim", False):
            self.data = self.data.to(NAME)

    UninitializedTensorMixin.materialize = materialize  # type: ignore[method-assign]


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


def _pin_nothing() -> None:
    """`pin_memory` asks the accelerator for host memory that it copies from faster; any memory will do."""
    original = torch.Tensor.pin_memory

    @functools.wraps(original)
    def pin_memory(self: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        if _sim_is_the_accelerator() and self.device.type == "cpu":
            return self.clone()
        return original(self, *args, **kwargs)

    torch.Tensor.pin_memory = pin_memory  # type: ignore[method-assign]


def _check_first_gradients() -> None:
    """The engine compares the devices of gradients, but not for tensors of a class of one's own."""
    original = getattr(torch.autograd, "_make_grads", None)
    if original is None:
        return

    @functools.wraps(original)
    def make_grads(outputs: Any, grads: Any, *args: Any, **kwargs: Any) -> Any:
        for output, gradient in zip(outputs, grads, strict=False):
            if isinstance(output, SimTensor) and _is_elsewhere(gradient):
                raise messages.wrong_gradient(output, gradient)
        return original(outputs, grads, *args, **kwargs)

    torch.autograd._make_grads = make_grads


def _is_elsewhere(gradient: Any) -> bool:
    return isinstance(gradient, torch.Tensor) and gradient.dim() > 0 and not isinstance(gradient, SimTensor)


def _answer_for_accelerator() -> None:
    """`torch.accelerator` asks the C++ side for these, which has no answer for a Python device."""
    for name, answer in ACCELERATOR.items():
        original = getattr(torch.accelerator, name, None)
        if original is not None:
            setattr(torch.accelerator, name, _answering(original, answer))


def _answering(original: Any, answer: Any) -> Any:
    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        return answer() if _sim_is_the_accelerator() else original(*args, **kwargs)

    return function


def _sim_is_the_accelerator() -> bool:
    current = torch.accelerator.current_accelerator()
    return current is not None and current.type == NAME


def _nothing() -> None:
    return None


ACCELERATOR: dict[str, Callable[[], Any]] = {
    "synchronize": _nothing,
    "empty_cache": _nothing,
    "empty_host_cache": _nothing,
    "reset_peak_memory_stats": _nothing,
    "reset_accumulated_memory_stats": _nothing,
    "memory_allocated": int,
    "max_memory_allocated": int,
    "memory_reserved": int,
    "max_memory_reserved": int,
    "memory_stats": OrderedDict,
    "get_memory_info": lambda: (0, 0),
    "get_device_capability": dict,
    "initial_seed": torch.initial_seed,
    "get_rng_state": torch.get_rng_state,
    "get_rng_state_all": lambda: [torch.get_rng_state()],
}
