"""Where two values differ first: the decisions behind `expect`, with nothing raised to a learner."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from tests import _show

Array = np.ndarray[Any, Any]

# Four times the default of `torch.testing.assert_close` for float32, where right answers in another
# order of operations need more than the default; for float64 the default has room to spare.
TOLERANCES = {torch.float64: (1e-7, 1e-7), torch.float32: (5.2e-6, 4e-5)}
HALF_TOLERANCES = {torch.float16: 2e-2, torch.bfloat16: 5e-2}
PLAIN: tuple[type, ...] = (type(None), bool, int, float, complex, str, bytes, range, slice)
PLAIN += (list, tuple, dict, set, frozenset, np.ndarray, np.generic)
PLAIN += (torch.dtype, torch.device, torch.Size, torch.layout, torch.memory_format)


def tolerances(expected: torch.Tensor, rtol: float | None, atol: float | None) -> tuple[float, float]:
    """The relative and absolute tolerance for these values: the author's, or those of the dtype.

    Raises:
        TypeError: for tolerances that make no sense, to the author of the spec.
    """
    for value in (rtol, atol):
        if value is not None and (type(value) not in (int, float) or not 0 <= value < math.inf):
            raise TypeError(f"a tolerance is a number from 0, not {value!r}")
    dtype = expected.dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        if rtol or atol:
            raise TypeError(f"{dtype} is compared exactly: leave the tolerance out")
        return 0.0, 0.0
    if rtol is not None and atol is not None:
        return float(rtol), float(atol)
    usual = _usual_tolerances(expected, dtype.to_real())
    return usual[0] if rtol is None else float(rtol), usual[1] if atol is None else float(atol)


def _usual_tolerances(expected: torch.Tensor, dtype: torch.dtype) -> tuple[float, float]:
    if dtype in TOLERANCES:
        return TOLERANCES[dtype]
    if dtype not in HALF_TOLERANCES:
        raise TypeError(f"no usual tolerance for {dtype}: give rtol and atol")
    # A half type computes a small entry from large ones, so it is no more exact than one rounding
    # step of the largest; and no number is more exact than the smallest step there is.
    magnitudes = np.abs(_show.host_array(expected))
    largest = float(np.max(magnitudes, where=np.isfinite(magnitudes), initial=0.0))
    info = torch.finfo(dtype)
    return HALF_TOLERANCES[dtype], info.eps * (largest + info.smallest_normal)


def shapes(actual: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Say how two shapes differ; empty when they do not."""
    if actual == expected:
        return ""
    text = f"shape {actual} instead of {expected}"
    if (axis := _extra_axis(actual, expected)) is not None:
        return f"{text}: axis {axis}, of size 1, is one too many"
    if (axis := _extra_axis(expected, actual)) is not None:
        return f"{text}: an axis of size 1 is missing, axis {axis}"
    return text


def _extra_axis(longer: tuple[int, ...], shorter: tuple[int, ...]) -> int | None:
    """The axis of size 1 without which `longer` is `shorter`."""
    axes = [i for i, size in enumerate(longer) if size == 1 and longer[:i] + longer[i + 1 :] == shorter]
    return axes[-1] if axes else None


def device(value: torch.device) -> torch.device:
    """The same device in one spelling: `cpu` without an index, the others with one."""
    if value.type in ("cpu", "meta"):
        return torch.device(value.type)
    if value.index is not None:
        return value
    index = torch.cuda.current_device() if value.type == "cuda" and torch.cuda.is_available() else 0
    return torch.device(value.type, index)


def entries(actual: Array, expected: Array, rtol: float, atol: float, equal_nan: bool) -> str:
    """Say which entries of two arrays of one shape and dtype differ; empty when none does."""
    differs = ~_close(actual, expected, rtol, atol, equal_nan)
    if not differs.any():
        return ""
    index = tuple(int(i) for i in np.argwhere(differs)[0])
    got, should_be = _show.pair(actual[index], expected[index])
    where = f"first at {list(index)}: " if index else ""
    return f"{where}got {got}, should be {should_be}{_how_many(differs, 'differ')}"


def _close(actual: Array, expected: Array, rtol: float, atol: float, equal_nan: bool) -> Array:
    with np.errstate(all="ignore"):
        close = np.asarray(actual == expected)  # also the infinities, sign included, and the zeros
        if actual.dtype.kind in "fc":
            near = np.abs(actual - expected) <= atol + rtol * np.abs(expected)
            close = close | (near & np.isfinite(actual) & np.isfinite(expected))
            if equal_nan:
                close = close | (np.isnan(actual) & np.isnan(expected))
    return close


def not_finite(values: Array) -> str:
    """Say which entries are NaN or infinite; empty when none is."""
    bad = ~np.isfinite(values)
    if not bad.any():
        return ""
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    where = f"first at {list(index)}: " if index else ""
    return f"{where}got {_show.number(values[index])}{_how_many(bad, 'are not finite')}"


def _how_many(marks: Array, verb: str) -> str:
    return f" ({int(marks.sum())} of {marks.size} entries {verb})" if marks.ndim else ""


def plain(actual: object, expected: object) -> str:
    """Say where two pieces of plain data differ first, types included; empty when nowhere.

    Raises:
        TypeError: when `expected` is, or holds, something that is not plain data.
    """
    return next(_plain(actual, expected, ""), "")


def _plain(actual: object, expected: object, path: str) -> Iterator[str]:
    at = f"at {path}: " if path else ""
    if type(actual) is not type(expected):
        _require_plain(expected)
        yield f"{at}{_show.kind(actual)} instead of {_show.kind(expected)}"
    elif isinstance(expected, dict) and isinstance(actual, dict):
        yield from _dicts(actual, expected, path, at)
    elif type(expected) in (list, tuple):
        yield from _sequences(actual, expected, path, at)
    elif not _same(actual, expected):
        yield f"{at}got {_show.show(actual)}, should be {_show.show(expected)}"


def _dicts(actual: dict[Any, Any], expected: dict[Any, Any], path: str, at: str) -> Iterator[str]:
    keys = {(type(key), key): key for key in actual}  # True and 1 are one key of a dict
    wanted = {(type(key), key): key for key in expected}
    yield from (f"{at}key {_show.show(wanted[key])} is missing" for key in wanted if key not in keys)
    yield from (f"{at}key {_show.show(keys[key])} is one too many" for key in keys if key not in wanted)
    for key in expected:
        yield from _plain(actual[key], expected[key], f"{path}[{_show.show(key)}]")


def _sequences(actual: Any, expected: Any, path: str, at: str) -> Iterator[str]:
    if len(actual) != len(expected):
        yield f"{at}{len(actual)} instead of {len(expected)} items"
    for i, (got, should_be) in enumerate(zip(actual, expected, strict=False)):
        yield from _plain(got, should_be, f"{path}[{i}]")


def _same(actual: Any, expected: Any) -> bool:
    _require_plain(expected)
    if isinstance(expected, torch.device):
        return device(actual) == device(expected)
    if isinstance(expected, np.ndarray):
        same = actual.dtype == expected.dtype and actual.shape == expected.shape
        return same and not entries(actual, expected, 0.0, 0.0, equal_nan=True)
    if isinstance(expected, float | np.floating) and math.isnan(expected):
        return math.isnan(actual)  # written down by the author, so it is meant
    return bool(actual == expected)


def _require_plain(expected: object) -> None:
    if isinstance(expected, torch.Tensor):
        raise TypeError("expect.value is for plain Python data: compare tensors with expect.tensor")
    if not isinstance(expected, PLAIN):
        raise TypeError(f"expect.value is for plain Python data, not {_show.kind(expected)}")
