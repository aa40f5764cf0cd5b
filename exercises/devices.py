"""CPUs and accelerators: which device there is, getting data and models there, and getting numbers back."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def best_device() -> torch.device:
    """Find the accelerator of this machine, or the CPU where there is none.

    Code that asks for its device here runs unchanged on a workstation with a
    CUDA card, on a Mac and on a laptop with neither. An accelerator counts
    only if it can be used: a PyTorch that was built for CUDA is often
    installed on a machine without a card or without a driver, and one built
    for MPS may find no Metal device.

    Returns:
        A `torch.device` of the type "cuda" (NVIDIA, AMD), "xpu" (Intel) or
        "mps" (Apple), whichever is there and usable, otherwise "cpu"; without
        an index, or with the index 0. No machine has two of these types, and
        an accelerator of a fourth type need not be found.

    Rules:
        PyTorch is asked again at each call, through the public functions of
        `torch.accelerator`, `torch.cuda`, `torch.xpu`, `torch.mps` and
        `torch.backends`. No tensor is made to find out.

    Example:
        >>> torch.ones(3, device=best_device()).sum().item()
        3.0

    Source:
        https://pytorch.org/docs/stable/accelerator.html
    """
    raise NotImplementedError("devices.best_device")


def move(batch: Any, device: torch.device | str) -> Any:
    """Move all tensors of a batch to a device, however deep they lie in it.

    What is no tensor is handed on: numbers, texts, None, NumPy arrays, sets
    and any other object come back as the objects they are, with whatever they
    hold, also those that have a method `to` of their own.

    Args:
        batch: a tensor, or lists, tuples, named tuples and dicts of tensors
            and other objects, nested to any depth and possibly empty. The
            tensors may be on several devices.
        device: where to, as a `torch.device` or its name.

    Returns:
        The same nesting of the same types (a named tuple stays one of its
        class, a dict keeps its keys and their order), with each tensor on
        `device`, its shape, dtype and values unchanged.

    Rules:
        The batch is not modified: lists and dicts of the result are new ones,
        also where nothing had to move. A tensor that is on `device` already is
        handed on itself, not copied. Gradients flow back through the move.
        Other subclasses of list, tuple and dict do not occur.

    Example:
        >>> moved = move({"x": torch.ones(2), "names": ["a", "b"]}, "meta")
        >>> moved["x"].device, moved["names"]
        (device(type='meta'), ['a', 'b'])

    Source:
        https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
    """
    raise NotImplementedError("devices.move")


def to_numpy(tensor: Tensor) -> np.ndarray:
    """Give the values of a tensor as a NumPy array, wherever the tensor is.

    NumPy knows one kind of memory, the CPU's, and nothing of gradients or of
    values that PyTorch has only marked as conjugated or negated, as
    `Tensor.conj` does. It has no bfloat16 either: those values come as
    float32, which holds each of them exactly.

    Args:
        tensor: any shape, on any device, with or without a gradient; of dtype
            bool, an integer, float16, bfloat16, float32, float64, complex64
            or complex128.

    Returns:
        An `ndarray` of the same shape, of rank 0 too, with the same values and
        the NumPy dtype of the same name (float32 for bfloat16).

    Rules:
        The tensor stays as it is, part of its graph included. Where it is on
        the CPU and its memory can be read as it is, nothing is copied, and
        array and tensor share it: only bfloat16, and values marked as
        conjugated or negated, need a copy there.

    Example:
        >>> to_numpy(torch.tensor([1.5, 2.0], requires_grad=True))
        array([1.5, 2. ], dtype=float32)

    Source:
        https://pytorch.org/docs/stable/generated/torch.Tensor.numpy.html
    """
    raise NotImplementedError("devices.to_numpy")


def on_same_device(a: Tensor | torch.device | str, b: Tensor | torch.device | str) -> bool:
    """Tell whether two tensors, or two devices, are in the same place.

    A device without an index is the current one of its type. So "cuda" is the
    same as "cuda:0" while GPU 0 is the current one, and the same as "cuda:1"
    after `torch.cuda.set_device(1)`. Of "cpu" and "meta" there is only one
    each, whatever the index.

    Args:
        a: a tensor, a `torch.device` or the name of one.
        b: as `a`, and not necessarily of the same kind.

    Returns:
        True or False. Devices that this machine does not have can be compared
        too, as long as both have an index.

    Rules:
        Works for every type of device, not just for CUDA. Devices are
        compared, no tensor is made to find out. The current device is the one
        that `torch.accelerator`, or the module of its type such as
        `torch.cuda`, tells at the time of the call.

    Example:
        >>> on_same_device(torch.ones(2), "cpu"), on_same_device("cuda:0", "cuda:1")
        (True, False)

    Source:
        https://pytorch.org/docs/stable/tensor_attributes.html#torch-device
    """
    raise NotImplementedError("devices.on_same_device")


class PositionalBias(nn.Module):
    """Add a learned vector for each position to a batch of sequences.

    A model moves, and with it its parameters; what `forward` makes must follow
    by itself. Sequences may be shorter than `length`: position 0 always has
    the first vector.

    Args:
        length: positions in the longest sequence, 1 or more.
        features: entries of each vector, 1 or more.

    Returns:
        An `nn.Module`. `module(x)` takes x (batch, positions, features),
        floating point, of the module's dtype and on its device, and gives a
        new tensor of the same shape, dtype and device: at each position
        x plus the vector of that position, the same for all samples. Batch and
        positions may be 0.

    Raises:
        ValueError: when the module is called; naming `length`, when x has
            more positions than that; naming `features`, when its last axis has
            not exactly that many.

    Rules:
        One parameter of shape (length, features), float32, which starts as
        zeros, so that a new module passes its input on. The module works
        wherever `to` has moved it, also after it was used elsewhere: `forward`
        touches tensors on the device of x only, and makes none on another
        device to move it over. Gradients flow to x and to the parameter; x is
        not modified.

    Example:
        >>> module = PositionalBias(length=4, features=2)
        >>> module(torch.ones(1, 3, 2)).shape
        torch.Size([1, 3, 2])

    Source:
        Convolutional Sequence to Sequence Learning, section 3.1: https://arxiv.org/abs/1705.03122
    """

    def __init__(self, length: int, features: int) -> None:
        raise NotImplementedError("devices.PositionalBias")

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError("devices.PositionalBias")


def train_on(
    device: torch.device | str,
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    loader: Iterable[tuple[Tensor, Tensor]],
) -> float:
    """Train a model for one epoch on a device, wherever model and data come from.

    The model and each batch are moved first. The optimizer was made before
    that, for the parameters of this very model, and goes on to be used: it is
    neither replaced nor made anew.

    Args:
        device: where to train, as a `torch.device` or its name.
        model: maps inputs (batch, ...) to outputs. It may have buffers, and is
            possibly on another device, or in evaluation mode.
        loss_fn: called as `loss_fn(outputs, targets)`; gives the mean loss of
            the batch's samples as a tensor without axes. If it has tensors of
            its own, they are on `device` already.
        optimizer: steps the parameters of `model`; has taken no step yet, or
            only such as this function took on `device`. No gradients are left
            from elsewhere.
        loader: an iterable of pairs (inputs, targets), tuples or lists of two
            tensors (batch, ...), each on any device, with the same number of
            samples, 1 or more; the last batch may be smaller. It may be a
            generator.

    Returns:
        A float: the mean loss of all samples of the epoch, each taken as it
        was before the step of its batch.

    Raises:
        ValueError: naming `loader`, when it gives no batch.

    Rules:
        One step for each batch, in the loader's order and from the gradient of
        that batch alone; the loader is gone through once. The model itself is
        trained, not a copy: afterwards it is on `device`, buffers included, and
        in training mode, as during all of its calls. The tensors that the
        loader gives are not modified.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> batches = [(torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(2, 1), torch.ones(2, 1))]
        >>> first = train_on("cpu", model, nn.functional.mse_loss, optimizer, batches)
        >>> train_on("cpu", model, nn.functional.mse_loss, optimizer, batches) < first
        True

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to
    """
    raise NotImplementedError("devices.train_on")
