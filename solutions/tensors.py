"""Scalars, vectors, matrices and beyond."""

import torch
from torch import Tensor


def scalar(value: float) -> Tensor:
    """Make a tensor that holds one number and has no axis.

    The result has rank 0, which is not the same as a vector with one entry.

    Args:
        value: any Python number.

    Returns:
        (), float32, on the CPU.

    Example:
        >>> scalar(5)
        tensor(5.)

    Source:
        https://pytorch.org/docs/stable/generated/torch.tensor.html
    """
    return torch.tensor(value, dtype=torch.float32)
