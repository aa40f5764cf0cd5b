"""Numbers in tensors: the first steps of the toy course."""

import math

import torch
from torch import Tensor

_FACTOR = 2  # given to the learner: the name begins with an underscore


def double(x: Tensor) -> Tensor:
    """Multiply every element by two.

    An empty tensor stays empty.

    Args:
        x: any shape, floating point.

    Returns:
        The shape, dtype and device of `x`.

    Rules:
        Gradients flow to `x`; the input is not modified.

    Example:
        >>> double(torch.tensor([1.0, -2.5]))
        tensor([ 2., -5.])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.mul.html
    """
    return torch.mul(x, _FACTOR)


def total(values: Tensor) -> float:
    """Add up a vector of numbers.

    Args:
        values: (n,), floating point; n may be 0.

    Returns:
        The sum as a Python float; 0.0 for an empty vector.

    Raises:
        ValueError: naming `values`, when it is not a vector.

    Rules:
        The input is not modified.

    Example:
        >>> total(torch.tensor([1.0, 2.0, 4.0]))
        7.0

    Source:
        https://docs.python.org/3/library/math.html#math.fsum
    """
    check_vector(values)
    return math.fsum(values.tolist())  # exact, whatever the order


def check_vector(values: Tensor) -> None:
    """Refuse anything but a vector: the solution's own helper, which the stub leaves out."""
    if values.ndim != 1:
        raise ValueError(f"values must be a vector, not of shape {tuple(values.shape)}")
