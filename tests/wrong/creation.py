"""Wrong answers to the katas of `creation`, which their specs must reject."""

import math
import random

import numpy as np
import torch
import torch.nn.functional as F

from kata.variants import wrong

# from_list


@wrong(
    "Everything became float32, so whole numbers became floats and large ones were rounded. Let `torch.tensor` choose "
    "the dtype: without `dtype=` it looks at your data."
)
def from_list(values):
    return torch.Tensor(values)


@wrong(
    "NumPy stores floats as float64, and `from_numpy` keeps that. A PyTorch tensor made straight from the list gets "
    "float32."
)
def from_list(values):
    return torch.from_numpy(np.array(values))


@wrong("Your dtype follows the first entry, so in [1, 2.5] the half was cut off. One float makes all entries floats.")
def from_list(values):
    first = values
    while isinstance(first, list) and first:
        first = first[0]
    dtype = {int: torch.int64, bool: torch.bool}.get(type(first), torch.float32)
    return torch.tensor(values, dtype=dtype)


@wrong("An int64 tensor cuts off what follows the decimal point. Leave the dtype to the entries.")
def from_list(values):
    return torch.tensor(values, dtype=torch.int64)


@wrong(
    "You went through float32 to see whether all numbers are whole: that rounds large ints, and makes "
    "ints of floats such as 2.0. What the entries are decides, not what they are worth."
)
def from_list(values):
    numbers = torch.tensor(values, dtype=torch.float32)
    return numbers.to(torch.int64) if numbers.numel() and torch.equal(numbers, numbers.round()) else numbers


@wrong("Arithmetic turned your bools into the numbers 0 and 1. A list of bools should stay bool.")
def from_list(values):
    return torch.tensor(values) + 0


@wrong("Your ints came back as int32. PyTorch's whole numbers are int64 unless you ask for less.")
def from_list(values):
    tensor = torch.tensor(values)
    return tensor.int() if tensor.dtype == torch.int64 else tensor


@wrong("The nesting is lost: every inner list is a row of its own, so a list of lists has two axes.")
def from_list(values):
    return torch.tensor(values).flatten()


# from_array


@wrong("`torch.tensor` always copies, so nothing is shared. `torch.from_numpy` uses the array's own memory.")
def from_array(array, share):
    return torch.tensor(array)


@wrong(
    "`torch.from_numpy` shares, `torch.as_tensor` copies only when it must, `detach` leaves only autograd behind:"
    " without `share` a write still shows in the other. Copy, say with `clone`."
)
def from_array(array, share):
    return torch.from_numpy(array)


@wrong("It is the other way round: with `share` the memory is the same, without it there is a copy.")
def from_array(array, share):
    return torch.tensor(array) if share else torch.from_numpy(array)


@wrong("`contiguous` copies only what is not in order yet: a transposed array was copied although you should share it.")
def from_array(array, share):
    tensor = torch.from_numpy(array).contiguous()
    return tensor if share else tensor.clone()


@wrong("`contiguous` copies only what is not in order yet: an ordinary array is still shared. Use `clone` for a copy.")
def from_array(array, share):
    tensor = torch.from_numpy(array)
    return tensor if share else tensor.contiguous()


@wrong("The conversion to float32 makes a copy and another dtype. Keep the array's own dtype.")
def from_array(array, share):
    tensor = torch.from_numpy(array).float()
    return tensor if share else tensor.clone()


@wrong("On its way through a list the array lost its dtype. Copy the array itself.")
def from_array(array, share):
    return torch.from_numpy(array) if share else torch.tensor(array.tolist())


# to_float32


@wrong(
    "`from_numpy` keeps NumPy's dtype, float64 as a rule, and layers refuse that with 'must have the same dtype'. "
    "It also knows arrays only, no single numbers."
)
def to_float32(array):
    return torch.from_numpy(array)


@wrong(
    "`from_numpy` takes arrays only: a single number such as `np.float64(2.5)` is none. `torch.as_tensor` takes both."
)
def to_float32(array):
    return torch.from_numpy(array).float()


@wrong("The dtype of your tensor is still NumPy's. Say `dtype=torch.float32`.")
def to_float32(array):
    return torch.tensor(array)


@wrong(
    "`torch.Tensor` takes no single NumPy float, and reads a whole number as a size. Use `torch.tensor`, with a "
    "small t."
)
def to_float32(array):
    return torch.Tensor(array)


@wrong("A single number has got an axis. Leave its shape `()` as it is.")
def to_float32(array):
    return torch.from_numpy(np.atleast_1d(array).astype(np.float32))


@wrong("`view` reads the same bits as other numbers. To convert the numbers themselves use `to` or `float`.")
def to_float32(array):
    array = np.asarray(array)
    return torch.from_numpy(array if array.itemsize == 4 else array.astype(np.float64)).view(torch.float32)


@wrong("float16 on the way costs digits and turns large numbers infinite. Convert to float32 in one step.")
def to_float32(array):
    return torch.as_tensor(array, dtype=torch.float16).float()


@wrong("NaN and infinities are data too: `nan_to_num` replaced them. Convert the dtype and nothing else.")
def to_float32(array):
    return torch.as_tensor(array, dtype=torch.float32).nan_to_num()


# filled_like


def _check(tensor, value):
    dtype = tensor.dtype
    if dtype.is_floating_point:
        fits = not math.isfinite(value) or abs(value) <= torch.finfo(dtype).max
    elif dtype == torch.bool:
        fits = value in (0, 1)
    else:
        fits = torch.iinfo(dtype).min <= value <= torch.iinfo(dtype).max and value == int(value)
    if not fits:
        raise ValueError(f"value {value} does not fit {dtype}")


@wrong(
    "The same shape is not the same kind: your tensor has the default dtype and lies on the CPU. Take dtype and "
    "device from `tensor` too."
)
def filled_like(tensor, value):
    _check(tensor, value)
    return torch.full(tensor.shape, float(value))


@wrong("The dtype is right, but a new tensor is born on the CPU unless you give it the device of `tensor`.")
def filled_like(tensor, value):
    _check(tensor, value)
    return torch.full(tensor.shape, value, dtype=tensor.dtype)


@wrong(
    "`full_like` forces the value into the dtype: 0.5 became 0, and -1 became 255 in uint8. Check that it fits first."
)
def filled_like(tensor, value):
    return torch.full_like(tensor, value)


@wrong("PyTorch noticed that the value is too large, with a RuntimeError. The caller expects a ValueError.")
def filled_like(tensor, value):
    if not tensor.is_floating_point() and value != value // 1:
        raise ValueError(f"value {value} is not whole")
    if tensor.dtype == torch.bool and value not in (0, 1):
        raise ValueError(f"value {value} is no bool")
    if tensor.dtype == torch.uint8 and value < 0:
        raise ValueError(f"value {value} is negative")
    return torch.full_like(tensor, value)


@wrong(
    "Arithmetic with what `tensor` holds lets NaN and infinity through: 0 times NaN is NaN. Fill a new tensor instead."
)
def filled_like(tensor, value):
    _check(tensor, value)
    return (tensor * 0 + value).detach().to(tensor.dtype)


@wrong("You filled the tensor that you were given. Its caller still needs it: make a new one.")
def filled_like(tensor, value):
    _check(tensor, value)
    return tensor.detach().fill_(value)


@wrong("A whole-number tensor can hold 2.0: look at the value, not at its Python type.")
def filled_like(tensor, value):
    if isinstance(value, float) and not tensor.is_floating_point():
        raise ValueError(f"value {value} does not fit {tensor.dtype}")
    _check(tensor, value)
    return torch.full_like(tensor, value)


@wrong("Infinity and NaN are numbers that every floating-point dtype has. Only a finite value can be too large.")
def filled_like(tensor, value):
    if tensor.is_floating_point() and not math.isfinite(value):
        raise ValueError(f"value {value} does not fit {tensor.dtype}")
    _check(tensor, value)
    return torch.full_like(tensor, value)


@wrong("float16 rounds 0.1 and that is fine: refuse only what is out of range, not what is rounded.")
def filled_like(tensor, value):
    filled = torch.full((), value, dtype=torch.float64).to(tensor.dtype).item()
    if filled != value and value == value:
        raise ValueError(f"value {value} does not fit {tensor.dtype}")
    _check(tensor, value)
    return torch.full_like(tensor, value)


# evenly_spaced


def _count(count):
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")


@wrong("`arange` stops before its end, so the last point is missing. `linspace` includes both ends.")
def evenly_spaced(start, stop, count):
    _count(count)
    if count == 1 or start == stop:
        return torch.full((count,), float(start))
    return torch.arange(start, stop, (stop - start) / (count - 1), dtype=torch.float32)


@wrong(
    "With a step that is not exact, `arange` gains or loses a point now and then. `linspace` fixes how many there are."
)
def evenly_spaced(start, stop, count):
    _count(count)
    if count == 1 or start == stop:
        return torch.full((count,), float(start))
    step = (stop - start) / (count - 1)
    return torch.arange(start, stop + step, step, dtype=torch.float32)


@wrong("You took the last point away. The end belongs to the points.")
def evenly_spaced(start, stop, count):
    _count(count)
    return torch.linspace(start, stop, count + 1)[:-1]


@wrong("The number of points was taken for the number of steps: n points have n - 1 steps between them.")
def evenly_spaced(start, stop, count):
    _count(count)
    return torch.linspace(start, stop, count + 1)


@wrong("`linspace` takes a count of 0 without a word. Raise a ValueError for less than 1.")
def evenly_spaced(start, stop, count):
    if count < 0:
        raise ValueError("count is negative")
    return torch.linspace(start, stop, count)


@wrong("For a single point you divided by count - 1, which is 0. One point is the start.")
def evenly_spaced(start, stop, count):
    _count(count)
    step = (stop - start) / (count - 1)
    return torch.tensor([start + i * step for i in range(count - 1)] + [float(stop)])


@wrong("0 / 0 is NaN in a tensor, without an error: a single point has no steps to divide by. One point is the start.")
def evenly_spaced(start, stop, count):
    _count(count)
    return start + (stop - start) * torch.arange(count) / (count - 1)


@wrong(
    "The last point misses the end by a rounding: start + step * (count - 1) is near `stop`, not equal to it. Set the "
    "last point to `stop`, or let `linspace` do that."
)
def evenly_spaced(start, stop, count):
    _count(count)
    return start + (stop - start) / max(count - 1, 1) * torch.arange(count)


@wrong(
    "Adding the step again and again piles up rounding, so the last point misses the end. Compute each from the ends."
)
def evenly_spaced(start, stop, count):
    _count(count)
    points = torch.full((count,), float(start))
    for i in range(1, count):
        points[i] = points[i - 1] + (stop - start) / (count - 1)
    return points


@wrong("Your points are float64, as NumPy makes them. Convert them to float32.")
def evenly_spaced(start, stop, count):
    _count(count)
    return torch.from_numpy(np.linspace(start, stop, count))


# random_normal


@wrong("`torch.manual_seed` resets the random numbers of the whole program. Draw from a `torch.Generator` of your own.")
def random_normal(shape, seed):
    torch.manual_seed(seed)
    return torch.randn(shape)


@wrong(
    "You seeded again with the old seed, which goes back to its first number. Draw from a `torch.Generator` of your "
    "own, or save the state with `get_rng_state`."
)
def random_normal(shape, seed):
    before = torch.initial_seed()
    torch.manual_seed(seed)
    numbers = torch.randn(shape)
    torch.manual_seed(before)
    return numbers


@wrong("`rand` draws evenly between 0 and 1. The normal distribution is `randn`, with an n.")
def random_normal(shape, seed):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@wrong("Your generator was never given the seed, so every seed gives the same numbers.")
def random_normal(shape, seed):
    return torch.randn(shape, generator=torch.Generator())


@wrong("Nobody used the seed, so the numbers are others at each call.")
def random_normal(shape, seed):
    return torch.randn(shape)


@wrong("`np.random.seed` resets NumPy's random numbers for the whole program. `np.random.default_rng` would not.")
def random_normal(shape, seed):
    np.random.seed(seed)
    return torch.tensor(np.random.standard_normal(shape), dtype=torch.float32)


@wrong("`random.seed` resets Python's random numbers for the whole program. Use a generator of your own.")
def random_normal(shape, seed):
    random.seed(seed)
    return torch.randn(shape, generator=torch.Generator().manual_seed(random.randrange(2**31)))


@wrong("One row of random numbers is repeated in all others. Draw every entry on its own.")
def random_normal(shape, seed):
    row = torch.randn(shape[-1:], generator=torch.Generator().manual_seed(seed))
    return row.expand(shape).clone()


@wrong(
    "A shared generator that is seeded once goes on drawing: the second call gives other numbers. Make a generator "
    "and seed it at each call."
)
def random_normal(shape, seed):
    generator = _GENERATORS.setdefault(seed, torch.Generator().manual_seed(seed))
    return torch.randn(shape, generator=generator)


_GENERATORS = {}


@wrong("Your numbers are float64 (NumPy, for one, draws such). The docstring wants float32.")
def random_normal(shape, seed):
    return torch.as_tensor(np.random.default_rng(seed).standard_normal(shape))


# checkerboard


@wrong("0 and 1 by turns in one long row make stripes when `size` is even. Every other row starts with 1.")
def checkerboard(size):
    return (torch.arange(size * size) % 2).reshape(size, size)


@wrong(
    "All your rows are alike, so neighbours in a column are equal. Every other row starts with 1: add the row number."
)
def checkerboard(size):
    return (torch.arange(size) % 2).repeat(size, 1)


@wrong("Tiles of 2 by 2 fill even sizes only. An odd board has half a tile at its edge.")
def checkerboard(size):
    return torch.tensor([[0, 1], [1, 0]]).repeat(size // 2, size // 2)


@wrong("The colours are swapped: the top left corner is 0.")
def checkerboard(size):
    index = torch.arange(size)
    return (index.unsqueeze(1) + index + 1) % 2


@wrong("`torch.zeros` makes float32. Ask for int64.")
def checkerboard(size):
    board = torch.zeros(size, size)
    board[1::2, ::2] = 1
    board[::2, 1::2] = 1
    return board


@wrong("You filled the board piece by piece in a loop. Let a few tensor operations fill it all at once.")
def checkerboard(size):
    board = torch.zeros(size, size, dtype=torch.int64)
    for row in range(size):
        for column in range(size):
            board[row, column] = (row + column) % 2
    return board


@wrong("Row times column is odd only where both are. Add them instead.")
def checkerboard(size):
    index = torch.arange(size)
    return (index.unsqueeze(1) * index) % 2


@wrong("Only one half of the ones is there: the even rows have theirs, the odd rows have none.")
def checkerboard(size):
    board = torch.zeros(size, size, dtype=torch.int64)
    board[::2, 1::2] = 1
    return board


# one_hot


def _in_range(labels, classes):
    if ((labels < 0) | (labels >= classes)).any():
        raise ValueError("labels are out of range")


@wrong("A slice in front of the labels marks those columns in every row. Pair each label with its own row number.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    rows = torch.zeros(len(labels), classes, dtype=torch.int64, device=labels.device)
    rows[:, labels] = 1
    return rows


@wrong("A negative label counts from the end and marks the wrong class silently. Check the range first.")
def one_hot(labels, classes):
    if (labels >= classes).any():
        raise ValueError("labels are too large")
    return torch.eye(classes, dtype=torch.int64, device=labels.device)[labels]


@wrong("A label equal to `classes` is out of range already: counting starts at 0.")
def one_hot(labels, classes):
    if ((labels < 0) | (labels > classes)).any():
        raise ValueError("labels are out of range")
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device)).long()


@wrong("A label that is too large matched no class and left a row of zeros. Raise a ValueError.")
def one_hot(labels, classes):
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device)).long()


@wrong("The classes run down and the samples run across: each label should be a row.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    return (torch.arange(classes, device=labels.device).unsqueeze(1) == labels).long()


@wrong("`torch.eye` makes float32. Ask for int64.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    return torch.eye(classes, device=labels.device)[labels]


@wrong("A comparison gives bool. Turn it into int64.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    return labels.unsqueeze(1) == torch.arange(classes, device=labels.device)


@wrong("That is PyTorch's own `one_hot`. Here it is to be built from other operations.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    return F.one_hot(labels, classes)


@wrong("You wrote one row at a time. Let one operation mark all rows.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    rows = torch.zeros(len(labels), classes, dtype=torch.int64, device=labels.device)
    for i, label in enumerate(labels):
        rows[i, label] = 1
    return rows


@wrong("No labels have no largest one, so `min` and `max` fail. An empty tensor should give (0, classes).")
def one_hot(labels, classes):
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError("labels are out of range")
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device)).long()


@wrong("The width follows the largest label that happens to be there. A class without a label still has its column.")
def one_hot(labels, classes):
    _in_range(labels, classes)
    width = int(labels.max()) + 1 if len(labels) else classes
    return (labels.unsqueeze(1) == torch.arange(width, device=labels.device)).long()


@wrong(
    "The class numbers, or the rows of `torch.eye`, are on the CPU, wherever the labels are. Make them on the device "
    "of `labels`."
)
def one_hot(labels, classes):
    _in_range(labels, classes)
    return torch.eye(classes, dtype=torch.int64)[labels]
