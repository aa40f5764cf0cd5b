"""How values are shown to a learner: short, as PyTorch prints them, and whatever their repr does."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

LONGEST = 200  # characters of an object's own repr
LINES = 6
WIDTH = 96
EDGE = 3  # entries kept at each end of a long axis
WHOLE = 20  # entries that are shown without leaving any out
DEEP = 4  # containers in containers that are shown
TYPE_NAMES = {torch.Size: "torch.Size", torch.device: "torch.device", torch.dtype: "torch.dtype"}
DEFAULT_DTYPES = (torch.float32, torch.int64, torch.bool, torch.complex64)


def is_sim(value: object) -> bool:
    """Is it a tensor of the simulated accelerator? By its class, so that nothing needs importing."""
    return type(value).__name__ == "SimTensor" and type(value).__module__.startswith("kata.sim")


def is_handle(value: object) -> bool:
    """Does it stand for an object that stayed in the learner's process?"""
    return type(value).__module__.startswith("kata.remote")


def on_cpu(tensor: torch.Tensor) -> torch.Tensor:
    """A plain tensor on the CPU with the same values, outside of autograd."""
    return tensor.detach().cpu().resolve_conj().resolve_neg()


def host_array(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    """Its values as NumPy sees them: whole numbers as they are, the others in double precision."""
    values = on_cpu(tensor)  # first: some devices know no float64
    if values.dtype.is_complex:
        return values.to(torch.complex128).numpy()
    return (values.double() if values.dtype.is_floating_point else values).numpy()


def kind(value: object) -> str:
    """What sort of thing it is, with an article: "a tensor", "a list", "None"."""
    if value is None:
        return "None"
    if is_handle(value):
        return "an object of another kind"
    if isinstance(value, torch.Tensor):
        return _tensor_kind(value)
    if isinstance(value, np.ndarray):
        return "a NumPy array"
    if isinstance(value, np.generic):
        return f"a NumPy {type(value).__name__}"
    name = TYPE_NAMES.get(type(value), type(value).__name__)
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def _tensor_kind(value: torch.Tensor) -> str:
    if not is_plain(value):
        return f"a {type(value).__name__} (a subclass of Tensor)"
    if value.is_quantized or value.is_nested:
        return "a quantized tensor" if value.is_quantized else "a nested tensor"
    return "a tensor" if value.layout is torch.strided else f"a tensor with layout {value.layout}"


def is_plain(value: object) -> bool:
    """Is it a tensor of PyTorch's own class, or of the simulated accelerator?"""
    return type(value) in (torch.Tensor, torch.nn.Parameter) or is_sim(value)


def inputs(values: Mapping[str, object]) -> str:
    """The names and values in a call, one below the other."""
    return "\n".join(f"{name} = {show(value)}" for name, value in values.items())


def message(raised: BaseException) -> str:
    """The text of an error, whatever its class does."""
    try:
        return str(raised)
    except Exception:
        return "(its message cannot be shown)"


def error(raised: BaseException) -> str:
    """An error as Python's last traceback line says it."""
    text = message(raised)
    return _cut(f"{error_name(raised)}: {text}" if text else error_name(raised))


def error_name(raised: BaseException) -> str:
    """The name of its class: of the one that was raised, where that happened in another process."""
    name = getattr(raised, "remote_type", None)
    return name if isinstance(name, str) else type(raised).__name__


def show(value: object, *, dtype: bool = False, device: bool = False) -> str:
    """Show any value; `dtype` and `device` ask for those of a tensor even where they are the default."""
    if isinstance(value, torch.Tensor):
        try:
            return tensor(value, dtype=dtype, device=device)
        except Exception:  # a subclass may break anything
            return _tensor_kind(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    return _cut(_inline(value, 0))


def _inline(value: object, depth: int) -> str:
    """In one line; containers are looked into, for the tensors in them."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return " ".join(show(value).split())
    if type(value) not in (list, tuple, dict) or len(value) > WHOLE:  # type: ignore[arg-type]
        return _guarded_repr(value)
    if depth == DEEP:
        return "..."
    if isinstance(value, dict):
        items = (f"{_guarded_repr(key)}: {_inline(item, depth + 1)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    assert isinstance(value, list | tuple)
    text = ", ".join(_inline(item, depth + 1) for item in value)
    if isinstance(value, list):
        return f"[{text}]"
    return f"({text},)" if len(value) == 1 else f"({text})"


def _guarded_repr(value: object) -> str:
    try:
        if type(value) in (str, bytes, list, tuple) and len(value) > LONGEST:  # type: ignore[arg-type]
            return f"{_cut(repr(value[:LONGEST]), LONGEST - 20)} ({len(value)} long)"  # type: ignore
        return _cut(repr(value))
    except Exception:
        return f"{kind(value)} (its repr fails)"


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 4] + " ..."


def tensor(value: torch.Tensor, *, dtype: bool = False, device: bool = False) -> str:
    """Show a tensor in at most six lines."""
    marks = []
    if 0 in value.shape and value.dim() > 1:
        marks.append(f"size={tuple(value.shape)}")
    if device or value.device.type != "cpu":
        marks.append(f"device='{value.device}'")
    if dtype or value.dtype not in DEFAULT_DTYPES or (value.numel() == 0 and value.dtype != torch.float32):
        marks.append(f"dtype={value.dtype}")
    if value.device.type == "meta" or value.layout is not torch.strided:
        return f"tensor(..., {', '.join([f'size={tuple(value.shape)}', *marks])})"
    return _body("tensor(", host_array(value), marks)


def _array(value: np.ndarray[Any, Any]) -> str:
    marks = [] if value.dtype in (np.float64, np.int64, np.bool_) else [f"dtype={value.dtype}"]
    if value.dtype.kind not in "biufc":
        return _guarded_repr(value)
    return _body("array(", value, marks)


def _body(opening: str, values: np.ndarray[Any, Any], marks: Iterable[str]) -> str:
    entries = _nested(values, EDGE if values.size > WHOLE else None, len(opening)) if values.size else "[]"
    flat = " ".join(entries.split())
    entries = flat if len(flat) <= WIDTH - len(opening) else entries
    text = f"{opening}{', '.join([entries, *marks])})"
    lines = text.splitlines()
    if len(lines) > LINES:
        lines = [*lines[:3], " " * len(opening) + "...", *lines[-2:]]
    return "\n".join(_cut(line, LONGEST) for line in lines)


def _nested(values: np.ndarray[Any, Any], edge: int | None, indent: int) -> str:
    if values.ndim == 0:
        return number(values[()])
    items = [_nested(item, edge, indent + 1) for item in _ends(values, edge)]
    if edge is not None and len(values) > 2 * edge:
        items.insert(edge, "...")
    return "[" + (", " if values.ndim == 1 else ",\n" + " " * (indent + 1)).join(items) + "]"


def _ends(values: np.ndarray[Any, Any], edge: int | None) -> list[np.ndarray[Any, Any]]:
    if edge is None or len(values) <= 2 * edge:
        return [values[i, ...] for i in range(len(values))]
    return [values[i, ...] for i in (*range(edge), *range(-edge, 0))]


def number(value: Any, digits: int = 5) -> str:
    """One entry, as PyTorch prints it: `3`, `3.`, `0.25`, `nan`, `1.+2.j`, `True`."""
    if isinstance(value, complex | np.complexfloating):
        sign = "-" if math.copysign(1.0, value.imag) < 0 else "+"
        return f"{number(float(value.real), digits)}{sign}{number(abs(float(value.imag)), digits)}j"
    if not isinstance(value, float | np.floating):
        return str(value)
    text = f"{value:.{digits}g}"
    return text + "." if text.lstrip("-").isdigit() else text


def pair(actual: Any, expected: Any) -> tuple[str, str]:
    """Two entries that differ, with as many digits as it takes to see it."""
    for digits in (4, 6, 9):
        shown = number(actual, digits), number(expected, digits)
        if shown[0] != shown[1]:
            return shown
    return number(actual, 17), number(expected, 17)
