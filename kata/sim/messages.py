"""What the simulated device says when it refuses: CUDA's words, with the operation and its tensors."""

from collections.abc import Iterable

import torch

from kata.sim import NAME

DEVICE_TEXT = f"{NAME}:0"


class LimitError(RuntimeError):
    """Something that a real accelerator may do and the simulated one cannot: a limit of ours."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the simulated device {NAME!r} does not support {what}; "
            "this is a limit of the simulation, it may be right on a real accelerator"
        )


def mixed(operation: object, tensors: Iterable[torch.Tensor]) -> RuntimeError:
    """The error for an operation whose tensors live on two devices."""
    return RuntimeError(
        "Expected all tensors to be on the same device, but found at least two devices, "
        f"{DEVICE_TEXT} and cpu! {_scene(operation, tensors)}"
    )


def index_elsewhere(operation: object, tensors: Iterable[torch.Tensor]) -> RuntimeError:
    """The error for a CPU tensor indexed by a tensor of the device."""
    return RuntimeError(
        "indices should be either on cpu or on the same device as the indexed tensor (cpu) "
        + _scene(operation, tensors)
    )


def no_numpy() -> TypeError:
    """The error for values asked for as an array without `.cpu()`."""
    return TypeError(
        f"can't convert {DEVICE_TEXT} device type tensor to numpy. "
        "Use Tensor.cpu() to copy the tensor to host memory first."
    )


def wrong_generator() -> RuntimeError:
    """The error for random numbers on the device from a generator of the CPU."""
    return RuntimeError(f"Expected a '{NAME}' device type for generator but found 'cpu'")


def no_such_device(device: torch.device) -> RuntimeError:
    """The error for `sim:1` and above."""
    return RuntimeError(f"invalid device ordinal: {device} was asked for, and {DEVICE_TEXT} is the only one")


def wrong_gradient(output: torch.Tensor, gradient: torch.Tensor) -> RuntimeError:
    """The error for a backward pass that is begun with a gradient from elsewhere."""
    made_by = type(output.grad_fn).__name__ if output.grad_fn is not None else "backward"
    return RuntimeError(
        f"Function {made_by} returned an invalid gradient at index 0 - "
        f"expected device {output.device} but got {gradient.device}"
    )


def not_on_host(operation: object, name: str) -> RuntimeError:
    """The error for lengths that torch reads on the host, given on the device."""
    return RuntimeError(f"'{name}' argument of {_plain(operation)} should be on the CPU, not on {DEVICE_TEXT}")


def _scene(operation: object, tensors: Iterable[torch.Tensor]) -> str:
    shown = ", ".join(f"{tuple(tensor.shape)} on {tensor.device}" for tensor in tensors)
    return f"(in {_plain(operation)}: {shown})"


def _plain(operation: object) -> str:
    """`aten.add.Tensor` as `add`: the name under which people know it."""
    packet = getattr(operation, "overloadpacket", operation)
    return getattr(packet, "__name__", str(packet)).strip("_") or str(packet)
