"""A simulated accelerator, device "sim", which exists on every machine.

Its tensors report `sim:0`, hold their values in host memory and compute with them for real. It refuses
what an accelerator refuses, such as mixing its tensors with the CPU's, in the words that CUDA users know.
It models what is legal on a device, not a device's numerics or speed.

Importing this package is cheap: torch is imported, and touched, by `available` and `install` only.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kata.sim.tensor import SimTensor as SimTensor

NAME = "sim"
_installed = False


def available() -> str | None:
    """Say why the device cannot exist here, or None where it can."""
    try:
        import torch
    except ImportError as error:
        return f"torch cannot be imported: {error}"
    if _installed:
        return None
    from kata.sim import backend

    return backend.missing(torch)


def install() -> None:
    """Make the device "sim" known to torch, for the rest of this process; a second call does nothing.

    Raises:
        RuntimeError: with the reason, where `available` gives one.
    """
    global _installed
    if _installed:
        return
    if reason := available():
        raise RuntimeError(f"the simulated device is absent: {reason}")
    from kata.sim import backend

    backend.register()
    _installed = True


def is_sim(value: object) -> bool:
    """Tell whether a value is a tensor on the simulated device."""
    if not _installed:
        return False
    from kata.sim.tensor import SimTensor

    return isinstance(value, SimTensor)


def __getattr__(name: str) -> Any:
    if name == "SimTensor":
        from kata.sim.tensor import SimTensor

        return SimTensor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
