"""Scalars, vectors, matrices and beyond."""

from typing import Any

import torch
from torch import Tensor


def scalar(value: float) -> Tensor:
    """Make a tensor that holds one number and has no axis.

    No axis means shape `()`, which is not the same as a vector with one entry, `(1,)`.

    Args:
        value: a Python int from -2**63 to 2**63 - 1, or a float, `inf` and `nan` included.

    Returns:
        (), float32 even for a whole number, on the CPU.

    Example:
        >>> scalar(5)
        tensor(5.)
        >>> scalar(5).shape
        torch.Size([])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
    """
    raise NotImplementedError("tensors.scalar")


def rank(tensor: Tensor) -> int:
    """Count the axes of a tensor: 0 for a scalar, 1 for a vector, 2 for a matrix, and so on.

    An axis counts whatever its size, also 1 or 0.

    Args:
        tensor: any shape, dtype and device.

    Returns:
        A Python int.

    Rules:
        `tensor` is not modified.

    Example:
        >>> rank(torch.tensor([[1, 2, 3], [4, 5, 6]]))
        2

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.Tensor.dim.html
    """
    raise NotImplementedError("tensors.rank")


def describe(tensor: Tensor) -> dict[str, Any]:
    """Collect what one wants to know first about a tensor.

    A scalar holds 1 element; a tensor with an axis of size 0 holds none.

    Args:
        tensor: any shape, dtype and device.

    Returns:
        A plain `dict` with exactly these keys:
        "rank": how many axes it has, an int;
        "shape": the size of each axis, a plain tuple of ints rather than a `torch.Size`;
        "dtype": its `torch.dtype`;
        "device": its `torch.device`;
        "elements": how many numbers it holds, an int.

    Rules:
        `tensor` is not modified.

    Example:
        >>> facts = describe(torch.tensor([[1, 2, 3], [4, 5, 6]]))
        >>> facts["rank"], facts["shape"], facts["elements"]
        (2, (2, 3), 6)
        >>> facts["dtype"], facts["device"]
        (torch.int64, device(type='cpu'))

    Source:
        https://docs.pytorch.org/docs/stable/tensor_attributes.html
    """
    raise NotImplementedError("tensors.describe")


def stack_matrices(matrices: list[Tensor]) -> Tensor:
    """Stack matrices of one shape into a single tensor of rank 3.

    The first axis counts the matrices, also when there is only one, and `result[i]` holds the numbers of
    `matrices[i]`.

    Args:
        matrices: a list of at least one tensor (rows, cols), sizes of 0 included, all of one dtype and on
            one device.

    Returns:
        (n, rows, cols) for n matrices, with their dtype and device.

    Raises:
        ValueError: when shapes differ, naming the first matrix that is not shaped like `matrices[0]`, as in
            "matrices[2]" when it is the third of the list.

    Rules:
        Gradients flow to every matrix; none of them is modified.

    Example:
        >>> stack_matrices([torch.tensor([[1, 2, 3]]), torch.tensor([[4, 5, 6]])])
        tensor([[[1, 2, 3]],
        <BLANKLINE>
                [[4, 5, 6]]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.stack.html
    """
    raise NotImplementedError("tensors.stack_matrices")
