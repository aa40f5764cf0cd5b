"""Hypothesis strategies for tensors, and the profiles that the plugin registers.

Small tensors come element by element, so that a counterexample shrinks to something readable; large ones
come from a shape, a kind and a seed. Values that break things are drawn often, not by luck.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import register_random
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.strategies import SearchStrategy
from torch import Tensor

from kata.plugin import profiles

Shape = tuple[int, ...]

EXTREMES = (-1000.0, -100.0, -1.0, -0.0, 0.0, 1e-30, 1.0, 100.0, 1000.0)
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
KINDS = ("normal", "integers", "large", "tiny", "constant", "zeros", "negative", "sorted")
OFTEN = ("large", "large", "zeros", "constant", "integers", "tiny")  # drawn more often: they break more
WIDTHS = {torch.float16: 16, torch.bfloat16: 16, torch.float32: 32, torch.float64: 64}


class _TorchRandom:
    """PyTorch's global generator in the words of Python's."""

    def seed(self, seed: int) -> None:
        torch.default_generator.manual_seed(seed)

    def getstate(self) -> Tensor:
        return torch.get_rng_state()

    def setstate(self, state: Tensor) -> None:
        torch.set_rng_state(state)


# Hypothesis seeds Python and NumPy before each example; with this also PyTorch, so that a verdict does
# not depend on what ran before. It keeps no reference of its own.
_TORCH_RANDOM = _TorchRandom()
register_random(_TORCH_RANDOM)


def register_profiles() -> None:
    """Define the profiles practice, graded and thorough."""
    profiles.register()


def shapes(min_dims: int = 1, max_dims: int = 3, *, min_side: int = 1, max_side: int = 6) -> SearchStrategy[Shape]:
    """Shapes of tensors; with `min_side=0` also of tensors without entries."""
    return hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def float_dtypes() -> SearchStrategy[torch.dtype]:
    return st.sampled_from(FLOATS)


def integer_dtypes() -> SearchStrategy[torch.dtype]:
    return st.sampled_from(INTEGERS)


def tensors(
    shape: int | Shape | SearchStrategy[Shape] | None = None,
    dtype: torch.dtype | SearchStrategy[torch.dtype] = torch.float32,
    *,
    low: float = -10,
    high: float = 10,
) -> SearchStrategy[Tensor]:
    """Small tensors with entries from `low` to `high`, ties and both zeros included."""
    shape = shapes() if shape is None else shape
    if isinstance(dtype, SearchStrategy):
        return dtype.flatmap(lambda drawn: tensors(shape, drawn, low=low, high=high))
    array_dtype = np.dtype(f"f{WIDTHS[dtype] // 8}") if dtype in WIDTHS else _numpy_dtype(dtype)
    arrays = hnp.arrays(array_dtype, shape, elements=_elements(dtype, low, high))
    return arrays.map(lambda array: torch.from_numpy(array.copy()).to(dtype))


def _numpy_dtype(dtype: torch.dtype) -> np.dtype[Any]:
    if dtype.is_floating_point or dtype.is_complex:
        raise TypeError(f"no elements for {dtype}: draw them another way")
    return torch.empty(0, dtype=dtype).numpy().dtype


def _elements(dtype: torch.dtype, low: float, high: float) -> SearchStrategy[Any]:
    if dtype == torch.bool:
        return st.booleans()
    if dtype not in WIDTHS:
        info = torch.iinfo(dtype)
        return st.integers(max(math.ceil(low), info.min), min(math.floor(high), info.max))
    width = WIDTHS[dtype]
    low, high = _inside(low, width, up=True), _inside(high, width, up=False)
    any_float = st.floats(low, high, width=width, allow_subnormal=False)  # type: ignore[arg-type]
    special = [value for value in (0.0, -0.0, 1.0, -1.0) if low <= value <= high]
    return st.one_of(any_float, any_float, st.sampled_from(special)) if special else any_float


def _inside(bound: float, width: int, *, up: bool) -> float:
    """The bound, or the nearest number of that width on its inner side."""
    kind = np.dtype(f"f{width // 8}").type
    rounded = kind(bound)
    if float(rounded) < bound if up else float(rounded) > bound:  # NumPy itself would round the bound first
        rounded = np.nextafter(rounded, kind(math.inf if up else -math.inf))
    return float(rounded)


def large_tensors(
    shape: Shape | SearchStrategy[Shape] | None = None,
    dtype: torch.dtype | SearchStrategy[torch.dtype] = torch.float32,
    *,
    kinds: tuple[str, ...] = KINDS,
) -> SearchStrategy[Tensor]:
    """Tensors of any size, each of one of `kinds`."""
    shape = shapes(max_side=32) if shape is None else shape
    return st.builds(
        large_tensor,
        shape if isinstance(shape, SearchStrategy) else st.just(shape),
        dtype if isinstance(dtype, SearchStrategy) else st.just(dtype),
        kind=st.sampled_from([*kinds, *(often for often in OFTEN if often in kinds)]),
        seed=st.integers(0, 2**16),
    )


def large_tensor(shape: Shape, dtype: torch.dtype, *, kind: str, seed: int) -> Tensor:
    """The tensor of that shape, kind and seed, always the same.

    Kinds: normal; integers (small whole numbers, many ties); large (exp overflows); tiny (squares vanish);
    constant (no variance); zeros (of both signs); negative; sorted (along the last axis).
    """
    generator = torch.Generator().manual_seed(seed)
    normal = 3 * torch.randn(shape, dtype=torch.float64, generator=generator)
    values = {
        "normal": lambda: normal,
        "integers": lambda: normal.round(),
        "large": lambda: normal * 300,
        "tiny": lambda: normal * (torch.finfo(dtype).tiny ** 0.75 if dtype.is_floating_point else 0.2),
        "constant": lambda: torch.full_like(normal, normal.sum().item()),
        "zeros": lambda: torch.copysign(torch.zeros_like(normal), normal),
        "negative": lambda: -normal.abs(),
        "sorted": lambda: normal.sort(-1).values if normal.dim() else normal,
    }[kind]()
    return _fitted(values, dtype)


def _fitted(values: Tensor, dtype: torch.dtype) -> Tensor:
    if dtype == torch.bool:
        return values > 0
    if not (dtype.is_floating_point or dtype.is_complex):
        info = torch.iinfo(dtype)
        values = values.round().clamp(info.min, info.max)
    return values.to(dtype).clone(memory_format=torch.contiguous_format)


def contiguous(x: Tensor) -> Tensor:
    return x.contiguous()


def transposed(x: Tensor) -> Tensor:
    """The same values with the last axis stored first; a vector as every second entry of a longer one."""
    if x.dim() == 1:
        return torch.stack([x, x], dim=1)[:, 0]
    return x.transpose(0, -1).contiguous().transpose(0, -1) if x.dim() else x


def offset(x: Tensor) -> Tensor:
    """The same values within larger memory, other numbers before and after each row."""
    if x.dim() == 0:
        return torch.stack([x, x])[1]
    larger = x.new_full((*x.shape[:-1], x.shape[-1] + 2), 99 if x.dtype != torch.bool else 1)
    larger[..., 1:-1] = x
    return larger[..., 1:-1]


def expanded(x: Tensor) -> Tensor:
    """The first entry along axis 0 repeated, without memory of their own: the values change."""
    return x[:1].expand(x.shape) if x.dim() and len(x) else x


LAYOUTS: tuple[Callable[[Tensor], Tensor], ...] = (contiguous, transposed, offset, expanded)


def layouts() -> SearchStrategy[Callable[[Tensor], Tensor]]:
    """One of `LAYOUTS`: apply it after moving to the device, and compute the oracle from what it gives."""
    return st.sampled_from(LAYOUTS)
