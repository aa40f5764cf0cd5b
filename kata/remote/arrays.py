"""NumPy arrays and scalars as plain values and bytes, and back.

An array keeps its dtype (byte order included), the order of its axes in memory,
axes that run backwards and whether it may be written to. Gaps between its
elements are closed, and memory that two arrays share is shared no longer.
"""

import math
import re
from typing import Any

import numpy as np

from kata.remote.names import WireError

DTYPE = re.compile(r"[<>|]([biufc]\d{1,2}|[SU]\d{1,5})")
MOST_CHARACTER = 0x10FFFF


def is_sendable(value: np.ndarray | np.generic) -> bool:
    """Whether an array or scalar is NumPy's own and holds numbers, truth values or texts."""
    ours = type(value) is np.ndarray or type(value).__module__ == "numpy"
    return ours and DTYPE.fullmatch(value.dtype.str) is not None and value.dtype.itemsize > 0


def array_parts(array: np.ndarray) -> list[Any]:
    """Describe an array by plain values."""
    backwards = tuple(axis for axis, step in enumerate(array.strides) if step < 0)
    order = tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))
    dense = _flipped(array, backwards).transpose(order)
    return [array.dtype.str, tuple(dense.shape), order, backwards, array.flags.writeable, dense.tobytes()]


def array(dtype: Any, shape: Any, order: Any, backwards: Any, writeable: Any, data: Any) -> np.ndarray:
    """Make the array that `array_parts` described."""
    axes = list(range(len(shape))) if type(shape) is tuple else None
    if axes is None or type(order) is not tuple or sorted(order) != axes or type(writeable) is not bool:
        raise WireError("an array that is not described as one")
    if type(backwards) is not tuple or not set(backwards) <= set(axes):
        raise WireError("an array with axes that it has not")
    made = _elements(dtype, shape, data)
    made = _flipped(made.transpose(np.argsort(order).tolist()), backwards)
    made.flags.writeable = writeable
    return made


def scalar_parts(scalar: np.generic) -> list[Any]:
    """Describe a scalar by plain values."""
    return [scalar.dtype.str, np.asarray(scalar).tobytes()]


def scalar(dtype: Any, data: Any) -> Any:
    """Make the scalar that `scalar_parts` described."""
    return _elements(dtype, (), data)[()]


def _elements(dtype: Any, shape: tuple[Any, ...], data: Any) -> np.ndarray:
    if type(dtype) is not str or not DTYPE.fullmatch(dtype) or type(data) is not bytes:
        raise WireError("an array of no known dtype")
    if not all(type(size) is int and 0 <= size < 2**48 for size in shape):
        raise WireError("an array's shape that is none")
    kind = np.dtype(dtype)
    if kind.itemsize == 0 or math.prod(shape) * kind.itemsize != len(data):
        raise WireError("an array whose bytes do not fill its shape")
    made = np.frombuffer(bytearray(data), dtype=kind).reshape(shape)
    if kind.kind == "b" and (made.view(np.uint8) > 1).any():
        raise WireError("a truth value that is neither 0 nor 1")
    if kind.kind == "U" and (made.reshape(-1).view(kind.str[0] + "u4") > MOST_CHARACTER).any():
        raise WireError("a character that is none")
    return made


def _flipped(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    steps = (slice(None, None, -1 if axis in axes else None) for axis in range(array.ndim))
    return array[(..., *steps)]  # with the dots one of no axes stays an array
