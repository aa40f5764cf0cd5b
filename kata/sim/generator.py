"""`torch.Generator(device="sim")`: a generator of the CPU that passes for one of the simulated device.

torch makes generators of a Python backend nowhere, so `torch.Generator` is replaced by a class that makes
ours when asked for `sim`, torch's own for any other device, and answers `isinstance` for both.
"""

import weakref
from typing import Any

import torch

from kata.sim import NAME, messages

_Original: Any = torch._C.Generator
# What reaches a kernel is another Python object for the same generator: they are told by address.
_ours: "weakref.WeakValueDictionary[int, SimGenerator]" = weakref.WeakValueDictionary()


class SimGenerator(_Original):  # type: ignore[misc]
    """A source of random numbers on the simulated device."""

    def __new__(cls) -> "SimGenerator":
        self: SimGenerator = _Original.__new__(cls)
        _ours[self._cdata] = self
        return self

    @property
    def device(self) -> torch.device:
        return torch.device(NAME, 0)

    def clone_state(self) -> "SimGenerator":
        clone = SimGenerator()
        clone.set_state(self.get_state())
        return clone

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.initial_seed(), self.get_state())


class _GeneratorMeta(type(_Original)):  # type: ignore[misc]
    def __call__(cls, device: Any = "cpu") -> Any:
        device = torch.device(device)
        if device.type != NAME:
            return _Original(device=device)
        if device.index not in (None, 0):
            raise messages.no_such_device(device)
        return type.__call__(SimGenerator)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Original)


class Generator(_Original, metaclass=_GeneratorMeta):  # type: ignore[misc]
    """Takes the name of `torch.Generator`; makes torch's own generators, or ours."""


def _restored(seed: int, state: torch.Tensor) -> SimGenerator:
    generator = SimGenerator()
    generator.manual_seed(seed)
    generator.set_state(state)
    return generator


def check(generator: Any) -> None:
    """Refuse a generator of the CPU for a tensor of the device, as CUDA does."""
    if generator._cdata not in _ours:
        raise messages.wrong_generator()


def replace() -> None:
    """Put the class that knows `sim` in the place of `torch.Generator`."""
    Generator.__module__ = "torch"
    Generator.__doc__ = _Original.__doc__
    torch.Generator = Generator  # type: ignore[misc]
