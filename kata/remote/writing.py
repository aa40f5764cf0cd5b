"""Turns a value into a row of msgpack scalars; see wire.py for the format."""

import collections
import operator
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np
import safetensors.torch
import torch

from kata.remote import arrays, tensors
from kata.remote.names import WireError
from kata.remote.tags import DEEPEST, LONGEST_INT, MOST_TENSORS, MOST_VALUES, SCALARS, Reference, Tag


class Writer:
    """Writes one message."""

    def __init__(self, keep: Callable[[object], Reference], limit: int) -> None:
        self.packer = msgpack.Packer(autoreset=False, unicode_errors="surrogatepass")
        self.tensors = tensors.Sender()
        self.keep = keep
        self.limit = limit
        self.values = 0

    def write(self, value: object, depth: int = 0) -> None:
        """Append a value and what it is made of."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise WireError(f"cannot send more than {MOST_VALUES} values at once: send a tensor")
        if type(value) in SCALARS and not (type(value) is int and not -(2**63) <= value < 2**64):
            if isinstance(value, str | bytes) and len(value) > self.limit:
                raise WireError(f"cannot send {len(value)} bytes at once: at most {self.limit} may cross")
            self.packer.pack(value)
            return
        if depth >= DEEPEST:
            raise WireError(f"cannot send a value nested more than {DEEPEST} deep, or one that holds itself")
        tag, parts = self.taken_apart(value)
        self.packer.pack_ext_type(tag, len(parts).to_bytes(4, "big"))
        for number, part in enumerate(parts):
            try:
                self.write(part, depth + 1)
            except WireError as error:
                raise error.inside(_step(tag, number, parts)) from None

    def finish(self) -> bytes:
        """Return the message: the memory of its tensors, then the values."""
        head = msgpack.Packer(autoreset=False)
        table = self.tensors.table()
        if len(table) > MOST_TENSORS or sum(start + len(memory) for start, memory in table) > self.limit:
            raise WireError(f"cannot send tensors of more than {self.limit} bytes at once")
        head.pack(len(table))
        for start, _ in table:
            head.pack(start)
        if table:
            head.pack(safetensors.torch.save({str(i): memory for i, (_, memory) in enumerate(table)}))
        message: bytes = head.bytes() + self.packer.bytes()
        return message

    def taken_apart(self, value: Any) -> tuple[Tag, Sequence[object]]:
        """Return the kind of a value that is no scalar, and the values that it is made of."""
        kind = type(value)
        if kind in _KINDS:
            tag, parts = _KINDS[kind]
            return tag, parts(value)
        if isinstance(value, torch.Tensor) and tensors.is_sendable(value):
            number = self.tensors.number(value)
            if number is not None:
                return Tag.SAME_TENSOR, [number]
            return Tag.TENSOR, self.tensors.parts(value)
        if isinstance(value, np.ndarray) and arrays.is_sendable(value):
            return Tag.ARRAY, arrays.array_parts(value)
        if isinstance(value, np.generic) and arrays.is_sendable(value):
            return Tag.ARRAY_SCALAR, arrays.scalar_parts(value)
        if isinstance(value, tuple) and kind.__module__ == "torch.return_types":
            return Tag.TUPLE, value
        reference = self.keep(value)
        return Tag.REFERENCE, [reference.key, reference.type_name]


def _step(tag: Tag, number: int, parts: Sequence[object]) -> object:
    if tag in (Tag.DICT, Tag.ORDERED_DICT):
        return parts[number - number % 2]
    return number


def _pairs(value: dict[Any, Any]) -> list[object]:
    return [item for pair in value.items() for item in pair]


def _big_int(value: int) -> list[object]:
    length = value.bit_length() // 8 + 1
    if length > LONGEST_INT:
        raise WireError(f"cannot send an int of more than {LONGEST_INT * 8} bits")
    return [value.to_bytes(length, "little", signed=True)]


_KINDS: dict[type, tuple[Tag, Callable[[Any], Sequence[object]]]] = {
    list: (Tag.LIST, list),
    tuple: (Tag.TUPLE, list),
    dict: (Tag.DICT, _pairs),
    collections.OrderedDict: (Tag.ORDERED_DICT, _pairs),
    set: (Tag.SET, list),
    frozenset: (Tag.FROZENSET, list),
    slice: (Tag.SLICE, operator.attrgetter("start", "stop", "step")),
    range: (Tag.RANGE, operator.attrgetter("start", "stop", "step")),
    type(...): (Tag.ELLIPSIS, lambda value: ()),
    complex: (Tag.COMPLEX, operator.attrgetter("real", "imag")),
    int: (Tag.BIG_INT, _big_int),
    type(pathlib.Path()): (Tag.PATH, lambda value: [str(value)]),
    torch.Size: (Tag.SIZE, list),
    torch.dtype: (Tag.TORCH, lambda value: [str(value)]),
    torch.layout: (Tag.TORCH, lambda value: [str(value)]),
    torch.memory_format: (Tag.TORCH, lambda value: [str(value)]),
    torch.device: (Tag.DEVICE, lambda value: [str(value)]),
}
