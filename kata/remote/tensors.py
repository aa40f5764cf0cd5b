"""Tensors as plain numbers and bytes, and back: layout, aliasing and gradient included.

The bytes of all tensors of a message are kept in one table, one entry for each
stretch of memory, so that two views of the same memory are two views again on
the other side. What lies in that memory outside the elements that are sent goes
over as zeros: it could be what the spec expects.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from kata.remote.names import WireError

DTYPES = {
    name: getattr(torch, name)
    for name in (
        "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
        "float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128",
        "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu",
    )
    if hasattr(torch, name)
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
DEVICE = re.compile(r"(cpu|cuda|mps|xpu|xla|sim|meta)(:1?\d)?")
ALIGNED = 16  # the size of the largest element: every entry of the table is a multiple of it
MOST_DIMENSIONS = 64


def device(text: object) -> torch.device:
    """Return the device of that name, and make the simulated one usable when it is that."""
    if not isinstance(text, str) or not DEVICE.fullmatch(text):
        raise WireError(f"{text!r:.40} is no device")
    if text.startswith("sim"):
        from kata import devices

        devices.prepare("sim")
    return torch.device(text)


def is_sendable(value: Tensor) -> bool:
    """Whether a tensor is one of PyTorch's own (or the simulated device's), of a known dtype and device."""
    kind = type(value)
    ours = kind.__module__.partition(".")[0] == "kata" and value.device.type == "sim"
    return (
        (kind is Tensor or kind is torch.nn.Parameter or ours)
        and value.layout is torch.strided
        and not value.is_nested
        and value.dtype in NAMES
        and DEVICE.fullmatch(str(value.device)) is not None
    )


@dataclass(frozen=True)
class _Stretch:
    """The memory from a tensor's first element to its last, in bytes from the start of its storage."""

    start: int
    end: int
    tensor: Tensor  # kept, so that its memory is not used again while the message is made


class Sender:
    """Collects the memory of a message's tensors."""

    def __init__(self) -> None:
        self._entries: dict[object, list[_Stretch]] = {}
        self._index: dict[object, int] = {}
        self._seen: dict[int, int] = {}
        self._kept: list[Tensor] = []

    def number(self, tensor: Tensor) -> int | None:
        """Return the number of a tensor that is in the message already, or None and give it one."""
        if id(tensor) in self._seen:
            return self._seen[id(tensor)]
        self._seen[id(tensor)] = len(self._kept)
        self._kept.append(tensor)
        return None

    def parts(self, tensor: Tensor) -> list[Any]:
        """Describe a tensor by plain values; the last one is its gradient, itself a tensor or None."""
        leaf = tensor.is_leaf
        plain = tensor.detach().resolve_conj().resolve_neg()
        stored = plain.numel() > 0 and plain.device.type != "meta"
        return [
            self._store(plain) if stored else None,
            NAMES[plain.dtype],
            str(plain.device),
            tuple(plain.shape),
            tuple(plain.stride()),
            plain.storage_offset() if stored else 0,
            isinstance(tensor, torch.nn.Parameter),
            tensor.requires_grad,
            leaf,
            tensor.grad if leaf and tensor.requires_grad else None,
        ]

    def table(self) -> list[tuple[int, Tensor]]:
        """Return each entry as the number of bytes before it that nobody uses, and its bytes as uint8."""
        return [_bytes_of(stretches) for stretches in self._entries.values()]

    def _store(self, plain: Tensor) -> int:
        size = plain.element_size()
        start = int(plain.storage_offset()) * size
        end = start + (_reach(plain.shape, plain.stride()) + 1) * size
        address = plain.data_ptr()
        key: object = (plain.device, address - start) if address else ("alone", len(self._index))
        self._entries.setdefault(key, []).append(_Stretch(start, end, plain))
        return self._index.setdefault(key, len(self._index))


class Receiver:
    """Makes tensors from a message's table; believes nothing that the message says about them."""

    def __init__(self, table: Sequence[tuple[int, Tensor]], limit: int) -> None:
        if sum(start + len(memory) for start, memory in table) > limit:
            raise WireError(f"the tensors take more than {limit} bytes")
        self._limit = limit
        self._entries = [_memory(start, memory) for start, memory in table]
        self._lengths = [start + len(memory) for start, memory in table]
        self._moved: dict[tuple[int, torch.device], Tensor] = {}
        self._made: list[Tensor] = []

    def known(self, number: object) -> Tensor:
        """Return the tensor of that number again: the sender had one object in two places."""
        if type(number) is not int or not 0 <= number < len(self._made):
            raise WireError("a tensor that is not in the message")
        return self._made[number]

    def tensor(
        self, entry: Any, dtype: Any, where: Any, shape: Any, stride: Any, offset: Any,
        is_parameter: Any, requires_grad: Any, is_leaf: Any, grad: Any,
    ) -> Tensor:  # fmt: skip
        """Make the tensor that `Sender.parts` described."""
        _check(shape, stride, offset, entry, (is_parameter, requires_grad, is_leaf))
        if dtype not in DTYPES:
            raise WireError(f"{dtype!r:.40} is no dtype of a tensor")
        kind, place = DTYPES[dtype], device(where)
        if max(1, math.prod(shape)) * kind.itemsize > self._limit:
            raise WireError(f"a tensor of more than {self._limit} bytes")
        if place.type == "meta":
            made = torch.empty_strided(shape, stride, dtype=kind, device=place)
        else:
            made = self._view(entry, kind, place, shape, stride, offset)
        if is_parameter:
            made = torch.nn.Parameter(made, requires_grad)
        elif requires_grad:
            made.requires_grad_()
        if grad is not None:
            made.grad = grad
        if not is_leaf and requires_grad:
            made = made.view_as(made)
        self._made.append(made)
        return made

    def _view(
        self, entry: int | None, dtype: torch.dtype, place: torch.device,
        shape: tuple[int, ...], stride: tuple[int, ...], offset: int,
    ) -> Tensor:  # fmt: skip
        if 0 in shape:
            return torch.empty(0, dtype=dtype, device=place).as_strided(shape, stride, 0).detach()
        if entry is None or not 0 <= entry < len(self._entries):
            raise WireError("a tensor without memory")
        memory = self._entries[entry]
        if (offset + _reach(shape, stride) + 1) * dtype.itemsize > self._lengths[entry]:
            raise WireError("a tensor that reaches beyond its memory")
        if dtype is torch.bool and memory.as_strided(shape, stride, offset).max() > 1:
            raise WireError("a truth value that is neither 0 nor 1")
        if place.type != "cpu":
            memory = self._moved.setdefault((entry, place), memory.to(place))
        return memory.view(dtype).as_strided(shape, stride, offset).detach()


def _check(shape: Any, stride: Any, offset: Any, entry: Any, flags: tuple[Any, ...]) -> None:
    for numbers in (shape, stride):
        whole = type(numbers) is tuple and all(type(n) is int and 0 <= n < 2**48 for n in numbers)
        if not whole or len(numbers) > MOST_DIMENSIONS:
            raise WireError("a shape or stride that is none")
    if len(shape) != len(stride) or type(offset) is not int or not 0 <= offset < 2**48:
        raise WireError("a layout that is none")
    if type(entry) not in (int, type(None)) or any(type(flag) is not bool for flag in flags):
        raise WireError("a tensor that is not described as one")


def _reach(shape: Sequence[int], stride: Sequence[int]) -> int:
    """How many elements the last one of a tensor lies behind its first one."""
    return sum((size - 1) * step for size, step in zip(shape, stride, strict=True))


def _bytes_of(stretches: Sequence[_Stretch]) -> tuple[int, Tensor]:
    start = min(stretch.start for stretch in stretches)
    memory = torch.zeros(max(stretch.end for stretch in stretches) - start, dtype=torch.uint8, device="cpu")
    for stretch in stretches:
        _copy_elements(stretch.tensor, memory[stretch.start - start : stretch.end - start])
    return start, memory


def _copy_elements(tensor: Tensor, memory: Tensor) -> None:
    """Write a tensor's elements where they lie in its memory, and nothing else of that memory."""
    size = tensor.element_size()
    count = memory.numel() // size
    flat = tensor.as_strided((count,), (1,), tensor.storage_offset()).cpu().view(torch.uint8)
    if tensor.dtype is torch.bool:
        flat = flat.clamp(max=1)
    if tensor.is_contiguous():
        memory.copy_(flat)
    else:
        index = torch.arange(count, device="cpu").as_strided(tensor.shape, tensor.stride()).reshape(-1)
        memory.view(count, size)[index] = flat.view(count, size)[index]


def _memory(start: int, stretch: Tensor) -> Tensor:
    memory = torch.zeros(-(-(start + len(stretch)) // ALIGNED) * ALIGNED, dtype=torch.uint8, device="cpu")
    memory[start : start + len(stretch)] = stretch
    return memory
