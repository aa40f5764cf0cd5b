"""Creating tensors."""

import math

import numpy as np
import torch
from torch import Tensor


def from_list(values: list) -> Tensor:
    """Make a tensor from a Python list; whole numbers stay whole.

    What the entries are decides, not what they are worth: `2.0` is a float. A float among ints
    makes all of them floats, and an empty list gives an empty float32 tensor.

    Args:
        values: a list of ints that fit int64, floats or bools, or lists of such lists, all of one length.
            Bools are not mixed with numbers.

    Returns:
        A tensor with one axis for each level of nesting, on the CPU: int64 from ints, float32 as soon
        as there is a float, bool from bools.

    Example:
        >>> from_list([1, 2, 3])
        tensor([1, 2, 3])
        >>> from_list([[1, 2], [3, 4.5]])
        tensor([[1.0000, 2.0000],
                [3.0000, 4.5000]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
    """
    return torch.tensor(values)


def from_array(array: np.ndarray, share: bool) -> Tensor:
    """Make a tensor from a NumPy array, either in the array's own memory or with a copy of it.

    With `share`, a number written into the array shows in the tensor, and the other way round.
    Without, neither ever sees the other's changes.

    Args:
        array: a writable array of any shape, () included, in any order of memory, such as a transposed
            one; only not reversed like `array[::-1]`, which PyTorch cannot read. Bool, int8 to int64,
            uint8, float16, float32 or float64.
        share: whether tensor and array use the same memory.

    Returns:
        The shape of `array`, the dtype of the same name, on the CPU.

    Rules:
        The call itself does not change `array`.

    Example:
        >>> array = np.array([1.0, 2.0])
        >>> shared, copied = from_array(array, share=True), from_array(array, share=False)
        >>> array[0] = 99.0
        >>> shared, copied
        (tensor([99.,  2.], dtype=torch.float64), tensor([1., 2.], dtype=torch.float64))

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.from_numpy.html
    """
    return torch.from_numpy(array) if share else torch.tensor(array)


def to_float32(array: np.ndarray | np.generic) -> Tensor:
    """Turn numbers that come from NumPy into what a layer such as `nn.Linear` accepts.

    NumPy's floats are float64 and PyTorch's layers are float32, so convert once, where data enters.
    A single NumPy number becomes a tensor without axes.

    Args:
        array: an array of any shape, in any order of memory except reversed, or a NumPy scalar such as
            `np.float64(2.5)`; bool, whole numbers, float16, float32 or float64, with infinities and NaN.

    Returns:
        The shape of `array`, () for a scalar; float32, on the CPU. Each number is rounded to the
        nearest float32. Whether a float32 array is copied or shared is left open.

    Rules:
        `array` is not modified.

    Example:
        >>> to_float32(np.array([[1, 2], [3, 4]]))
        tensor([[1., 2.],
                [3., 4.]])
        >>> to_float32(np.float64(2.5))
        tensor(2.5000)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    return torch.as_tensor(array, dtype=torch.float32)


def filled_like(tensor: Tensor, value: float) -> Tensor:
    """Make a tensor of the same kind as another one, with `value` in every place.

    What `tensor` holds, NaN included, plays no part. A `value` that its dtype cannot hold is refused;
    that 0.1 is rounded to the nearest floating-point number is fine.

    Args:
        tensor: any shape and device; bool, uint8, int8 to int64, float16, bfloat16, float32 or float64.
        value: a Python bool, int of at most 64 bits, or float.

    Returns:
        The shape, dtype and device of `tensor`; it does not require grad.

    Raises:
        ValueError: naming `value`, when the dtype cannot hold it. Bool holds 0 and 1 only. A whole-number
            dtype holds whole numbers, 2.0 included, within its range (`torch.iinfo`). A floating-point
            dtype holds every number from the smallest to the largest that it has (`torch.finfo`), also one
            that it must round, both infinities and NaN.

    Rules:
        `tensor` is not modified.

    Example:
        >>> filled_like(torch.tensor([1, 2, 3]), 7)
        tensor([7, 7, 7])
        >>> filled_like(torch.tensor([1, 2, 3]), 0.5)
        Traceback (most recent call last):
        ...
        ValueError: value 0.5 does not fit torch.int64

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.full_like.html
    """
    dtype = tensor.dtype
    if dtype.is_floating_point:
        fits = not math.isfinite(value) or abs(value) <= torch.finfo(dtype).max
    elif dtype == torch.bool:
        fits = value in (0, 1)
    else:
        limits = torch.iinfo(dtype)
        fits = limits.min <= value <= limits.max and value == int(value)  # NaN is within no limits
    if not fits:
        raise ValueError(f"value {value} does not fit {dtype}")
    return torch.full_like(tensor, value)


def evenly_spaced(start: float, stop: float, count: int) -> Tensor:
    """Spread points evenly from `start` to `stop`, both ends included.

    A single point is `start`. `stop` may be smaller than `start`, or equal to it.

    Args:
        start: the first point, an int or a float.
        stop: the last point, an int or a float.
        count: how many points, at least 1.

    Returns:
        (count,), float32, on the CPU. The first entry is exactly `start` in float32, and the last of
        two or more exactly `stop`; the others hold to a millionth of the larger of these two.

    Raises:
        ValueError: naming `count`, when it is less than 1.

    Example:
        >>> evenly_spaced(0, 1, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    return torch.linspace(start, stop, count)


def random_normal(shape: tuple[int, ...], seed: int) -> Tensor:
    """Draw random numbers that are the same each time they are asked for.

    The numbers depend on `shape` and `seed` only, and whoever else draws random numbers afterwards gets
    what they would have got without this call.

    Args:
        shape: the size of each axis, () and sizes of 0 included.
        seed: a whole number from 0 to 2**32 - 1; another seed gives other numbers.

    Returns:
        `shape`, float32, on the CPU: independent draws from the normal distribution with mean 0 and
        standard deviation 1.

    Rules:
        The global random states of PyTorch, NumPy and Python are afterwards what they were before.

    Example:
        >>> numbers = random_normal((2, 3), seed=1)
        >>> numbers.shape
        torch.Size([2, 3])
        >>> torch.equal(numbers, random_normal((2, 3), seed=1))
        True

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator)


def checkerboard(size: int) -> Tensor:
    """Make a square board of zeros and ones in which neighbours always differ.

    The top left corner is 0, for even and for odd sizes.

    Args:
        size: the number of rows and of columns, 0 or more.

    Returns:
        (size, size), int64, on the CPU.

    Rules:
        No Python loop: the number of operations does not grow with `size`.

    Example:
        >>> checkerboard(3)
        tensor([[0, 1, 0],
                [1, 0, 1],
                [0, 1, 0]])

    Source:
        https://docs.pytorch.org/docs/stable/notes/broadcasting.html
    """
    index = torch.arange(size)
    return (index.unsqueeze(1) + index) % 2  # (size, 1) + (size,): row + column, for every square


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Write each class label as a row of zeros with a single 1, at the label's own column.

    A class that no label names still has its column, and no labels at all give (0, classes).

    Args:
        labels: (n,), int64, each from 0 to classes - 1.
        classes: how many classes there are, at least 1.

    Returns:
        (n, classes), int64, on the device of `labels`.

    Raises:
        ValueError: naming `labels`, when one of them is negative, or `classes` or more.

    Rules:
        Without PyTorch's own `one_hot`. No Python loop: the number of operations does not grow with n.
        `labels` is not modified.

    Example:
        >>> one_hot(torch.tensor([2, 0]), classes=3)
        tensor([[0, 0, 1],
                [1, 0, 0]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
    """
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        raise ValueError(f"labels must be from 0 to {classes - 1}, not {labels[outside][0].item()}")
    # (n, 1) == (classes,): every label is compared with every class.
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device)).long()
