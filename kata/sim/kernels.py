"""Operations that the CPU lacks under the name by which torch asks a device for them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from kata.sim import tensor

aten = torch.ops.aten


def _copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
    """What `copy_` comes to below the tensor class, as inside `torch.tensor(..., device="sim")`."""
    _values(target).copy_(_values(source))
    return target


def _values(one: Tensor) -> Tensor:
    return one.held if isinstance(one, tensor.SimTensor) else one


KERNELS: dict[Any, Callable[..., Any]] = {
    aten._copy_from.default: _copy_from,
}
