"""Looking into the arguments and results of a learner's function, wherever tensors hide in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Array = np.ndarray[Any, Any]


def leaves(value: object) -> Iterator[Tensor | Array]:
    """The tensors and arrays in a value: itself, or those in its lists, tuples, dicts and modules."""
    if isinstance(value, Tensor | np.ndarray):
        yield value
    elif isinstance(value, nn.Module):
        yield from value.parameters()
        yield from value.buffers()
    else:
        for child in children(value):
            yield from leaves(child)


def children(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[int | str, Any]:
    """The arguments of a call by position or name."""
    found: dict[int | str, Any] = {**dict(enumerate(args))}
    return found | {**kwargs}


@dataclass(frozen=True)
class Snapshot:
    """What a tensor, an array or a container was at one moment; equal while nothing wrote to it."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: object
    content: object
    version: int = 0
    requires_grad: bool = False

    @classmethod
    def of(cls, value: object) -> "tuple[Snapshot, ...]":
        """One for each tensor and array in the value, and for each container on the way."""
        if isinstance(value, nn.Module):
            state = [*value.parameters(), *value.buffers()]
            return (_container(state), *(cls._one(leaf) for leaf in state))
        if isinstance(value, Tensor | np.ndarray):
            return (cls._one(value),)
        inner = children(value)
        parts = tuple(part for child in inner for part in cls.of(child))
        keys = tuple(value) if isinstance(value, Mapping) else ()
        return (_container(inner, keys), *parts) if isinstance(value, list | tuple | Mapping) else ()

    @classmethod
    def _one(cls, value: Tensor | Array) -> "Snapshot":
        if isinstance(value, np.ndarray):
            content = value.tobytes() if value.dtype != object else tuple(map(id, value.flat))
            return cls(value.shape, value.strides, value.dtype, content)
        version = 0 if value.is_inference() else value._version
        layout = tuple(value.shape), tuple(value.stride()), (value.dtype, value.device)
        return cls(*layout, _bytes(value), version, value.requires_grad)


def _container(inner: list[Any], keys: tuple[object, ...] = ()) -> Snapshot:
    return Snapshot((len(inner),), (), keys, tuple(id(item) for item in inner))


def _bytes(value: Tensor) -> bytes:
    """The values bit by bit, so that a NaN equals itself and -0. is not 0."""
    if value.device.type == "meta":
        return b""
    plain = value.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return plain.view(torch.uint8).numpy().tobytes()


def storage(value: Tensor | Array) -> tuple[int, int] | None:
    """The addresses between which its memory lies; None when there is nothing in it."""
    if isinstance(value, np.ndarray):
        owner = value
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        start, size = owner.__array_interface__["data"][0], owner.nbytes
    else:
        memory = value.untyped_storage()
        start, size = memory.data_ptr(), memory.nbytes()
    return (start, start + size) if size else None
