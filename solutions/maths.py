"""Applying mathematical operations to tensors."""

import torch
from torch import Tensor


def row_lengths(x: Tensor) -> Tensor:
    """Measure each row as a vector: its Euclidean length, the square root of the sum of its squares.

    A row of zeros has length exactly 0, and its gradient is exactly 0, not NaN. A short row is not a row of
    zeros: in float32, (3e-10, 4e-10) has length 5e-10 and the gradient of any other row.

    Args:
        x: (rows, features), float16, bfloat16, float32 or float64; finite, and so small or large that the
            squares fit the dtype. Either size may be 0; a row without features has length 0.

    Returns:
        (rows,), with the dtype and device of `x`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `x`, which is not modified. All of torch's own functions are
        allowed.

    Example:
        >>> row_lengths(torch.tensor([[3.0, 4.0], [0.0, 0.0], [5.0, 12.0]]))
        tensor([ 5.,  0., 13.])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
    """
    # Not `x.square().sum(dim=1).sqrt()`: a root is infinitely steep at 0, and infinity times 0 is NaN.
    return torch.linalg.vector_norm(x, dim=1)


def standardize(x: Tensor) -> Tensor:
    """Bring all columns to one scale: each gets mean 0 and population standard deviation 1.

    The population standard deviation is the root of the mean squared deviation, as NumPy computes it: the
    squares are divided by the number of rows, not by one less. A constant column becomes 0, and so does every
    column of a single row. Constant means that all its entries are equal, also where rounding leaves the
    computed deviation a little above 0, as for seven times 0.1.

    Args:
        x: (rows, columns), float16, bfloat16, float32 or float64; finite, and so small or large that the
            squares fit the dtype. Either size may be 0.

    Returns:
        The shape, dtype and device of `x`, computed with at least the precision of that dtype: in float32,
        columns such as (1e-9, 3e-9) and (10000, 10002) come out as (-1, 1).

    Rules:
        No Python loop. Gradients flow to `x`, also through mean and deviation; `x` is not modified. Which
        gradient a constant column gets is left open, but it is finite, and the other columns get theirs.

    Example:
        >>> standardize(torch.tensor([[1.0, 7.0], [3.0, 7.0]]))
        tensor([[-1.,  0.],
                [ 1.,  0.]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.std.html
    """
    constant = (x == x[:1]).all(dim=0)  # (columns,)
    centered = x - x.mean(dim=0)
    # Divided by infinity, a constant column is exactly 0. Filled in before the root, which has no slope at 0.
    variance = centered.square().mean(dim=0).masked_fill(constant, torch.inf)
    return centered / variance.sqrt()


def normalize_rows(x: Tensor) -> Tensor:
    """Turn rows of counts or weights into shares: each row is divided by its own sum.

    So each row sums to 1, except a row of zeros, which stays a row of zeros.

    Args:
        x: (rows, columns), float16, bfloat16, float32 or float64; each entry is 0 or at least 1e-7, and each
            row's sum fits the dtype. Either size may be 0.

    Returns:
        The shape, dtype and device of `x`, computed with at least the precision of that dtype, also for a
        row as small as (1e-7, 3e-7).

    Rules:
        No Python loop. Gradients flow to `x`, which is not modified. A 0 in a row with other numbers gets the
        gradient of the division by the sum like any entry; an absolute value would lose it. Which gradient a
        row of zeros gets is left open, but in every dtype it is finite.

    Example:
        >>> normalize_rows(torch.tensor([[1.0, 3.0], [6.0, 2.0]]))
        tensor([[0.2500, 0.7500],
                [0.7500, 0.2500]])

    Source:
        https://docs.pytorch.org/docs/stable/notes/broadcasting.html
    """
    total = x.sum(dim=1, keepdim=True)  # (rows, 1)
    return x / total.masked_fill(total == 0, torch.inf)  # 0 / inf is 0, and has a gradient


def matrix_product(a: Tensor, b: Tensor) -> Tensor:
    """Multiply matrices, rows times columns, without the operator for it: once for each pair in a batch.

    Any axes before the last two count a batch of matrices. They broadcast as in every elementwise operation:
    the batch axes (2, 1) and (5,) give (2, 5). The two axes of the matrices never broadcast, so the inner
    sizes have to be equal, also where one of them is 1.

    Args:
        a: (..., rows, inner), float16, bfloat16, float32 or float64.
        b: (..., inner, columns), with the dtype and device of `a`. Any size of either may be 0; with an inner
            size of 0, every entry of the product is 0.

    Returns:
        (..., rows, columns), with the dtype and device of `a`, computed with at least the precision of that
        dtype.

    Raises:
        ValueError: naming `b`, when it has not as many rows as `a` has columns.

    Rules:
        `torch.einsum`, elementwise products and sums are allowed, torch's products of vectors and matrices
        are not: `@`, `matmul`, `mm`, `bmm`, `mv`, `dot`, `vdot`, `vecdot`, `inner`, `tensordot`, `linear`,
        `bilinear`, `chain_matmul`, `multi_dot`, and those that also add: `addmm`, `addbmm`, `baddbmm`,
        `addmv`. No Python loop. Gradients flow to `a` and `b`; inputs are not modified.

    Example:
        >>> a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> matrix_product(a, torch.tensor([[10.0], [1.0]]))
        tensor([[12.],
                [34.]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """
    if a.shape[-1] != b.shape[-2]:  # einsum itself would let an inner size of 1 broadcast
        raise ValueError(f"b {tuple(b.shape)} must have as many rows as a {tuple(a.shape)} has columns")
    return torch.einsum("...ik,...kj->...ij", a, b)


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    """Measure the Euclidean distance from every point of `a` to every point of `b`.

    Two points at the same place are exactly 0 apart, and that pair adds exactly 0 to the gradient, not NaN.
    Nearly the same place is another matter: at any number of points, a distance keeps the precision of the
    dtype, such as 5e-4 between (0, 0) and (3e-4, 4e-4), or 5 between (10000, 10000) and (10003, 10004).

    Args:
        a: (n, features), float16, bfloat16, float32 or float64; finite. Points are so near that the squared
            distances fit the dtype.
        b: (m, features), with the dtype and device of `a`. Any size of either may be 0; without features,
            all distances are 0.

    Returns:
        (n, m), with the dtype and device of `a`, computed with at least the precision of that dtype. Row i
        belongs to the i-th point of `a`, column j to the j-th of `b`.

    Raises:
        ValueError: naming `b`, when its points have not as many features as those of `a`, also where one of
            the two has a single feature.

    Rules:
        No Python loop; how much memory is used is left open. Gradients flow to `a` and `b`; inputs are not
        modified. All of torch's own functions are allowed, but for more than 25 points the default of
        `torch.cdist` takes a shortcut that costs precision: see its `compute_mode`.

    Example:
        >>> a = torch.tensor([[0.0, 0.0], [3.0, 0.0]])
        >>> pairwise_distances(a, torch.tensor([[0.0, 4.0], [0.0, 0.0], [3.0, 1.0]]))
        tensor([[4.0000, 0.0000, 3.1623],
                [5.0000, 3.0000, 1.0000]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.cdist.html
    """
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"b {tuple(b.shape)} must have as many features as a {tuple(a.shape)}")
    # (n, 1, features) - (m, features) is (n, m, features). Not `x^2 + y^2 - 2xy`, which cancels nearby.
    return torch.linalg.vector_norm(a.unsqueeze(1) - b, dim=2)


def predicted_class(scores: Tensor) -> Tensor:
    """Name the class that a classifier prefers for each sample: the index of its highest score.

    Scores are compared as they are, however close: 2e-30 is more than 1e-30. Where several classes share the
    highest score, any one of them is right.

    Args:
        scores: (batch, classes), float16, bfloat16, float32 or float64; finite or minus infinity. The batch
            may be empty; there is at least one class.

    Returns:
        (batch,), int64, on the device of `scores`.

    Rules:
        No Python loop. `scores` is not modified.

    Example:
        >>> predicted_class(torch.tensor([[0.1, 2.0, -5.0], [-1.0, -3.0, -0.5]]))
        tensor([1, 2])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.argmax.html
    """
    return scores.argmax(dim=1)


def count_labels(labels: Tensor, classes: int) -> Tensor:
    """Count how often each class occurs among the labels.

    A class that no label names has the count 0, also the last one, and without labels all counts are 0.

    Args:
        labels: (n,), int64, each from 0 to classes - 1, in any order and any number of times; n may be 0.
        classes: how many classes there are, at least 1.

    Returns:
        (classes,), int64, on the device of `labels`.

    Raises:
        ValueError: naming `labels`, when one of them is negative, or `classes` or more.

    Rules:
        No Python loop: the number of operations grows neither with n nor with `classes`. `labels` is not
        modified. All of torch's own functions are allowed.

    Example:
        >>> count_labels(torch.tensor([2, 0, 2, 2]), classes=4)
        tensor([1, 0, 3, 0])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.bincount.html
    """
    if ((labels < 0) | (labels >= classes)).any():
        raise ValueError(f"labels must be at least 0 and less than {classes}")
    return torch.bincount(labels, minlength=classes)
