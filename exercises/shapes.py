"""Data type and shape."""

import torch
from torch import Tensor


def swap_last_two(x: Tensor) -> Tensor:
    """Exchange rows and columns: transpose the last two axes, whatever comes before them.

    A matrix is transposed, and of a batch of matrices each one by itself. `result[..., j, i]` is
    `x[..., i, j]`.

    Args:
        x: (..., rows, columns), with any number of leading axes, also none, and sizes of 0 included; any
            dtype, complex too.

    Returns:
        (..., columns, rows), with the dtype and device of `x`. It is a view: no number is copied, and a
        number written into `x` shows in the result.

    Rules:
        Gradients flow to `x`, which is not modified.

    Example:
        >>> swap_last_two(torch.tensor([[1, 2, 3], [4, 5, 6]]))
        tensor([[1, 4],
                [2, 5],
                [3, 6]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.transpose.html
    """
    raise NotImplementedError("shapes.swap_last_two")


def channels_first(images: Tensor) -> Tensor:
    """Bring images from the layout of image files into the one that PyTorch's layers expect.

    The color values of a pixel travel with it: `result[b, c, h, w]` is `images[b, h, w, c]`. The numbers
    themselves stay, neither scaled nor converted.

    Args:
        images: (batch, height, width, channels), sizes of 1 and 0 included, in any memory layout; any dtype.

    Returns:
        (batch, channels, height, width), with the dtype and device of `images`. It is contiguous in
        PyTorch's default order, as `is_contiguous()` tells. Whether it is a view or a copy is left open.

    Rules:
        Gradients flow to `images`, which is not modified.

    Example:
        >>> images = torch.tensor([[[[10, 11, 12], [20, 21, 22]]]])  # one image of two pixels
        >>> channels_first(images)
        tensor([[[[10, 20]],
        <BLANKLINE>
                 [[11, 21]],
        <BLANKLINE>
                 [[12, 22]]]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.permute.html
    """
    raise NotImplementedError("shapes.channels_first")


def drop_axis(x: Tensor, dim: int) -> Tensor:
    """Remove one axis of size 1, exactly the one that was asked for.

    Other axes stay, also those of size 1: a batch of one keeps its batch axis.

    Args:
        x: at least one axis; any dtype.
        dim: an axis of `x`; counted from the end where it is negative.

    Returns:
        The shape of `x` without axis `dim`, which is () for a vector; with the dtype and device of `x`. It
        is a view: no number is copied, and a number written into `x` shows in the result.

    Raises:
        ValueError: naming `dim`, when the size of that axis is not 1; 0 is not 1 either.

    Rules:
        Gradients flow to `x`, which is not modified: its own shape stays too.

    Example:
        >>> drop_axis(torch.ones(1, 5, 1), dim=2).shape
        torch.Size([1, 5])
        >>> drop_axis(torch.ones(1, 5, 1), dim=1)
        Traceback (most recent call last):
        ...
        ValueError: dim 1 has size 5, not 1

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
    """
    raise NotImplementedError("shapes.drop_axis")


def flatten_samples(x: Tensor) -> Tensor:
    """Turn every sample of a batch into one row of features, as a linear layer wants them.

    A sample's row is the same in whatever batch it comes: a batch of one gives one row, and a batch of none
    gives no rows with as many columns as ever.

    Args:
        x: (batch, ...), with one or more axes after the first, sizes of 0 included, in any memory layout;
            any dtype.

    Returns:
        (batch, features), where features is the product of all sizes but the first; with the dtype and
        device of `x`. Each row holds its sample's numbers in reading order: the last axis runs fastest.
        Whether it is a view or a copy is left open; it depends on the layout.

    Rules:
        No Python loop: the number of operations does not grow with `x`. Gradients flow to `x`, which is not
        modified.

    Example:
        >>> flatten_samples(torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]))
        tensor([[1, 2, 3, 4],
                [5, 6, 7, 8]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.flatten.html
    """
    raise NotImplementedError("shapes.flatten_samples")


def repeat_each(x: Tensor, times: int) -> Tensor:
    """Repeat every entry along the first axis, the copies of one entry next to each other.

    So 1, 2 twice is 1, 1, 2, 2 and not 1, 2, 1, 2. An entry of a matrix is a row of it.

    Args:
        x: (length, ...), at least one axis, sizes of 0 included, in any memory layout; any dtype.
        times: how often each entry is in the result, a Python int, 0 or more.

    Returns:
        (length * times, ...), the other axes as in `x`, with its dtype and device. Whether it is a view or a
        copy is left open.

    Rules:
        No Python loop over the entries: the number of operations does not grow with `x`. Gradients flow to
        `x`, which is not modified.

    Example:
        >>> repeat_each(torch.tensor([1, 2]), times=2)
        tensor([1, 1, 2, 2])
        >>> repeat_each(torch.tensor([[1, 2], [3, 4]]), times=2)
        tensor([[1, 2],
                [1, 2],
                [3, 4],
                [3, 4]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.repeat_interleave.html
    """
    raise NotImplementedError("shapes.repeat_each")


def shares_memory(a: Tensor, b: Tensor) -> bool:
    """Tell whether two tensors look at the same memory, as a tensor and its views do.

    A tensor is a window on a storage, a stretch of memory that other tensors may look at too. The question
    is whether both look at the same storage, not whether they see the same part of it: the two halves of one
    tensor share. A tensor without elements looks at nothing, so it shares with none, not even with itself.

    Args:
        a: any shape, strides and dtype, on any device that holds numbers (not `meta`), with or without
            requires_grad; made by PyTorch, not around memory from elsewhere such as a NumPy array.
        b: the same; shape, dtype and device may be others than those of `a`.

    Returns:
        A Python bool. Equal numbers in two places do not count.

    Rules:
        Neither is modified.

    Example:
        >>> x = torch.zeros(4)
        >>> shares_memory(x, x[2:]), shares_memory(x[:2], x[2:]), shares_memory(x, x.clone())
        (True, True, False)

    Source:
        https://docs.pytorch.org/docs/stable/tensor_view.html
    """
    raise NotImplementedError("shapes.shares_memory")


def cast_exactly(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert a tensor to another dtype, unless that would change a number.

    `x.to(dtype)` rounds, cuts off or wraps round without a word; here that is an error. NaN that stays NaN
    and infinity that stays infinity have not changed. True is the number 1, False is 0, and so is -0.0.

    Args:
        x: any shape, () and sizes of 0 included, in any memory layout; bool, uint8, int8, int16, int32, int64,
            float16, bfloat16, float32 or float64.
        dtype: another one of these, or the same.

    Returns:
        The shape and device of `x`, the numbers of `x`, and `dtype`. Whether it is a copy, a view or `x`
        itself is left open.

    Raises:
        ValueError: naming `dtype`, when at least one number would be another one afterwards, however small
            the difference.

    Rules:
        Gradients flow to `x` from one floating-point dtype to another. `x` is not modified.

    Example:
        >>> cast_exactly(torch.tensor([0.0, 255.0]), torch.uint8)
        tensor([  0, 255], dtype=torch.uint8)
        >>> cast_exactly(torch.tensor([0.5, 256.0]), torch.uint8)
        Traceback (most recent call last):
        ...
        ValueError: dtype torch.uint8 cannot hold every number of x

    Source:
        https://docs.pytorch.org/docs/stable/tensor_attributes.html
    """
    raise NotImplementedError("shapes.cast_exactly")


def brighten(image: Tensor, amount: int) -> Tensor:
    """Make an image brighter, or darker where `amount` is negative, without leaving the range of a byte.

    Every value gets `amount` added. What would be more than 255 becomes 255, and what would be less than 0
    becomes 0.

    Args:
        image: any shape, () and sizes of 0 included, in any memory layout; uint8.
        amount: a Python int from -255 to 255.

    Returns:
        The shape and device of `image`, uint8. Whether it is a copy, a view or `image` itself is left open.

    Rules:
        No Python loop: the number of operations does not grow with `image`, which is not modified.

    Example:
        >>> brighten(torch.tensor([0, 100, 200], dtype=torch.uint8), 100)
        tensor([100, 200, 255], dtype=torch.uint8)
        >>> brighten(torch.tensor([0, 100, 200], dtype=torch.uint8), -150)
        tensor([ 0,  0, 50], dtype=torch.uint8)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    raise NotImplementedError("shapes.brighten")
