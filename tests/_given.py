"""What an answer was, as plain data: two codes that gave the same on the same call have made the same mistake."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from kata.diagnosis import steady
from tests import _compare
from tests._show import error_name, host_array, is_handle, is_plain, message

MOST = 24  # entries of a tensor or a container: the first ones
LONGEST = 200


def given(value: object) -> dict[str, Any]:
    """Return a value's kind, and as much of what is in it as tells it from another."""
    if isinstance(value, BaseException):
        return {
            "kind": "error",
            "name": error_name(value),
            "numbers": re.findall(r"\d+", steady(message(value))[:LONGEST]),
        }
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        return {"kind": "array", "shape": list(value.shape), "dtype": str(value.dtype), "values": _entries(value)}
    if type(value) in (bool, int, float):
        return {"kind": type(value).__name__, "values": [float(value)]}  # type: ignore[arg-type]
    if type(value) in (list, tuple):
        return {"kind": type(value).__name__, "length": len(value), "items": [given(item) for item in value[:MOST]]}  # type: ignore
    if isinstance(value, Mapping):
        return {"kind": "dict", "keys": [str(key) for key in value], "items": [given(value[key]) for key in value]}
    if isinstance(value, torch.device):
        return {"kind": "device", "text": str(_compare.device(value))}  # "cuda" and "cuda:0" in one spelling
    if value is None or type(value) in (str, torch.Size, torch.dtype):
        return {"kind": type(value).__name__, "text": steady(str(value))[:LONGEST]}
    return {"kind": "handle" if is_handle(value) else type(value).__name__}


def attributes(value: object) -> dict[str, Any]:
    """Return the same without the numbers in it: for an answer that is wrong before they matter."""
    found = given(value)
    return {**found, "values": []} if "values" in found else found


def _tensor(value: torch.Tensor) -> dict[str, Any]:
    if not is_plain(value) or value.layout is not torch.strided or value.device.type == "meta":
        return {"kind": type(value).__name__}
    what = {"kind": "tensor", "shape": list(value.shape), "dtype": str(value.dtype), "device": value.device.type}
    return {**what, "values": _entries(host_array(value))}


def _entries(values: np.ndarray[Any, Any]) -> list[float]:
    flat = values.reshape(-1)[:MOST]
    if flat.dtype.kind == "c":
        return [float(part) for entry in flat for part in (entry.real, entry.imag)]
    return [float(entry) for entry in flat] if flat.dtype.kind in "biuf" else []
