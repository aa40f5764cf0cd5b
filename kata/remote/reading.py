"""Turns a message back into the value, whoever made the message up; see wire.py for the format."""

import collections
import operator
import pathlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgpack  # type: ignore[import-untyped]
import safetensors.torch
import torch

from kata.remote import arrays, tensors
from kata.remote.names import WireError
from kata.remote.tags import (
    DEEPEST,
    LONGEST_INT,
    MOST_KEYS,
    MOST_TENSORS,
    MOST_VALUES,
    SCALARS,
    TORCH,
    Reference,
    Tag,
)  # fmt: skip


@dataclass(frozen=True)
class _Mark:
    """In a message: here begins a value of that kind, made of that many values."""

    tag: int
    count: int


class Reader:
    """Reads one message, and believes nothing of it."""

    def __init__(self, data: bytes, resolve: Callable[[Reference], object], limit: int) -> None:
        self.unpacker = msgpack.Unpacker(
            max_buffer_size=max(len(data), 1), ext_hook=_mark, unicode_errors="surrogatepass",
            max_array_len=0, max_map_len=0, max_ext_len=4,
        )  # fmt: skip
        self.unpacker.feed(data)
        self.resolve = resolve
        self.values = 0
        self.keys = 0
        count = self.whole()
        if count > MOST_TENSORS:
            raise WireError(f"more than {MOST_TENSORS} tensors at once")
        starts = [self.whole() for _ in range(count)]
        self.tensors = tensors.Receiver(list(zip(starts, self.memories(count), strict=True)), limit)

    def memories(self, count: int) -> list[torch.Tensor]:
        """Read the memory of the tensors, one stretch of bytes for each entry of the table."""
        if not count:
            return []
        data = self.token()
        if type(data) is not bytes:
            raise WireError("a tensor's memory that is no bytes")
        found = safetensors.torch.load(data)
        memories = [found.pop(str(number)) for number in range(count)]
        if found or any(memory.dtype is not torch.uint8 or memory.dim() != 1 for memory in memories):
            raise WireError("a tensor's memory that is no bytes")
        return memories

    def whole(self) -> int:
        """Read a number that counts something."""
        number = self.token()
        if type(number) is not int or number < 0:
            raise WireError("a number that is none")
        return number

    def token(self) -> Any:
        """Read one scalar or mark."""
        self.values += 1
        if self.values > 2 * MOST_VALUES:
            raise WireError("more values than may cross")
        return self.unpacker.unpack()

    def read(self, depth: int = 0) -> Any:
        """Read a value and what it is made of."""
        token = self.token()
        if type(token) in SCALARS:
            return token
        if type(token) is not _Mark or depth >= DEEPEST:
            raise WireError("a message that nobody wrote")
        # The list grows with what is there: the count is only what the message says.
        return self.put_together(token.tag, [self.read(depth + 1) for _ in range(token.count)])

    def end(self) -> None:
        """Check that nothing follows."""
        try:
            self.unpacker.unpack()
        except msgpack.OutOfData:
            return
        raise WireError("a message with something behind its end")

    def resolved(self, reference: Reference) -> object:
        """Return what a reference stands for."""
        try:
            return self.resolve(reference)
        except Exception as error:
            raise Unresolved from error

    def put_together(self, tag: int, parts: list[Any]) -> Any:
        """Return the value of that kind that is made of these."""
        if tag in (Tag.DICT, Tag.ORDERED_DICT, Tag.SET, Tag.FROZENSET):
            self.keys += len(parts)
            if self.keys > 2 * MOST_KEYS:
                raise WireError(f"more than {MOST_KEYS} keys at once")
        match tag:
            case Tag.TENSOR:
                return self.tensors.tensor(*parts)
            case Tag.SAME_TENSOR:
                return self.tensors.known(*parts)
            case Tag.REFERENCE:
                return self.resolved(_reference(*parts))
        if tag not in _BUILDERS:
            raise WireError("a kind of value that there is none of")
        return _BUILDERS[tag](parts)


class Unresolved(Exception):
    """What a reference stands for cannot be had; the cause says why."""


def _mark(tag: int, data: bytes) -> _Mark:
    return _Mark(tag, int.from_bytes(data, "big"))


def _reference(key: object, type_name: object) -> Reference:
    if type(key) not in (int, str) or type(type_name) is not str:
        raise WireError("a reference to nothing")
    return Reference(key, type_name)  # type: ignore[arg-type]


def _dict(parts: list[Any]) -> dict[Any, Any]:
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _int(parts: list[bytes]) -> int:
    (data,) = parts
    if type(data) is not bytes or len(data) > LONGEST_INT:
        raise WireError("an int that is none")
    return int.from_bytes(data, "little", signed=True)


def _checked(build: Callable[..., Any], *kinds: type) -> Callable[[list[Any]], Any]:
    """A builder from exactly these types of values."""

    def built(parts: list[Any]) -> Any:
        if tuple(map(type, parts)) != kinds:
            raise WireError("a value made of what it is not made of")
        return build(*parts)

    return built


def _size(parts: Iterable[Any]) -> torch.Size:
    return torch.Size([operator.index(part) for part in parts])


_BUILDERS: dict[int, Callable[[list[Any]], Any]] = {
    Tag.LIST: list,
    Tag.TUPLE: tuple,
    Tag.DICT: _dict,
    Tag.ORDERED_DICT: lambda parts: collections.OrderedDict(_dict(parts)),
    Tag.SET: set,
    Tag.FROZENSET: frozenset,
    Tag.SLICE: lambda parts: slice(*_three(parts)),
    Tag.RANGE: _checked(range, int, int, int),
    Tag.ELLIPSIS: _checked(lambda: ...),
    Tag.COMPLEX: _checked(complex, float, float),
    Tag.BIG_INT: _int,
    Tag.PATH: _checked(pathlib.Path, str),
    Tag.SIZE: _size,
    Tag.TORCH: _checked(TORCH.__getitem__, str),
    Tag.DEVICE: _checked(tensors.device, str),
    Tag.ARRAY: lambda parts: arrays.array(*parts),
    Tag.ARRAY_SCALAR: lambda parts: arrays.scalar(*parts),
}


def _three(parts: list[Any]) -> list[Any]:
    if len(parts) != 3:
        raise WireError("a slice that is none")
    return parts
