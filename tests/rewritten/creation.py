"""The wrong answers to the katas of `creation` once more, each from its sentence alone and in another style."""

import itertools
import random

import numpy as np
import torch

from kata.variants import rewritten

# from_list


@rewritten("Everything became float32")
def from_list(values):
    return torch.tensor(values, dtype=torch.float32)


@rewritten("NumPy stores floats as float64")
def from_list(values):
    return torch.as_tensor(np.asarray(values))


@rewritten("Your dtype follows the first entry")
def from_list(values):
    first = values
    while isinstance(first, list) and first:
        first = first[0]
    kinds = {bool: torch.bool, int: torch.int64, float: torch.float32, list: torch.float32}
    return torch.tensor(values, dtype=kinds[type(first)])


@rewritten("An int64 tensor cuts off")
def from_list(values):
    return torch.tensor(values).to(torch.int64)


@rewritten("You went through float32 to see")
def from_list(values):
    floats = torch.tensor(values, dtype=torch.float32)
    if torch.tensor(values).dtype is torch.bool or not values:
        return torch.tensor(values)
    return floats.to(torch.int64) if bool((floats == floats.round()).all()) else floats


@rewritten("Arithmetic turned your bools")
def from_list(values):
    return torch.tensor(values) + 0


@rewritten("Your ints came back as int32")
def from_list(values):
    found = torch.tensor(values)
    return found.int() if found.dtype == torch.int64 else found


@rewritten("The nesting is lost")
def from_list(values):
    return torch.tensor(values).flatten()


# from_array


@rewritten("`torch.tensor` always copies")
def from_array(array, share):
    return torch.from_numpy(array.copy())


@rewritten("`torch.from_numpy` shares, `torch.as_tensor`")
def from_array(array, share):
    return torch.as_tensor(array)


@rewritten("It is the other way round")
def from_array(array, share):
    return torch.from_numpy(array.copy() if share else array)


@rewritten("`contiguous` copies only what is not in order yet: a transposed")
def from_array(array, share):
    tensor = torch.from_numpy(array)
    return tensor.contiguous() if share else tensor.clone()


@rewritten("`contiguous` copies only what is not in order yet: an ordinary")
def from_array(array, share):
    tensor = torch.from_numpy(array)
    if not share:
        tensor = tensor.contiguous()
    return tensor


@rewritten("The conversion to float32 makes a copy")
def from_array(array, share):
    return torch.from_numpy(array.astype(np.float32))


@rewritten("On its way through a list")
def from_array(array, share):
    return torch.from_numpy(array) if share else torch.tensor(array.tolist())


# to_float32


@rewritten("`from_numpy` keeps NumPy's dtype")
def to_float32(array):
    return torch.from_numpy(array)


@rewritten("`from_numpy` takes arrays only")
def to_float32(array):
    return torch.from_numpy(array).to(dtype=torch.float32)


@rewritten("The dtype of your tensor is still NumPy's")
def to_float32(array):
    return torch.as_tensor(array)


@rewritten("`torch.Tensor` takes no single NumPy float")
def to_float32(array):
    return torch.Tensor(array)


@rewritten("A single number has got an axis")
def to_float32(array):
    return torch.tensor(np.array(array, dtype=np.float32, ndmin=1))


@rewritten("`view` reads the same bits")
def to_float32(array):
    return torch.tensor(array).view(torch.float32)


@rewritten("float16 on the way")
def to_float32(array):
    return torch.tensor(array).half().float()


@rewritten("NaN and infinities are data too")
def to_float32(array):
    return torch.tensor(np.nan_to_num(np.asarray(array)), dtype=torch.float32)


# filled_like


def _fits(dtype, value):
    if dtype == torch.bool:
        return value in (0, 1)
    if dtype.is_floating_point:
        return value != value or abs(value) == float("inf") or abs(value) <= torch.finfo(dtype).max
    if value != value or abs(value) == float("inf"):
        return False
    info = torch.iinfo(dtype)
    return int(value) == value and info.min <= int(value) <= info.max


def _checked(tensor, value):
    if not _fits(tensor.dtype, value):
        raise ValueError(f"value {value} cannot be held by {tensor.dtype}")
    return value if tensor.dtype.is_floating_point else int(value)


@rewritten("The same shape is not the same kind")
def filled_like(tensor, value):
    return torch.ones(tensor.size()) * float(_checked(tensor, value))


@rewritten("The dtype is right, but a new tensor is born")
def filled_like(tensor, value):
    return torch.full(tuple(tensor.shape), _checked(tensor, value), dtype=tensor.dtype)


@rewritten("`full_like` forces the value into the dtype")
def filled_like(tensor, value):
    return torch.zeros_like(tensor, requires_grad=False).fill_(value)


@rewritten("PyTorch noticed that the value is too large")
def filled_like(tensor, value):
    if not tensor.dtype.is_floating_point and (value != value or value in (float("inf"), float("-inf"))):
        raise ValueError(f"value {value} does not fit")
    if not tensor.dtype.is_floating_point and int(value) != value:
        raise ValueError(f"value {value} does not fit")
    if tensor.dtype == torch.bool and value not in (0, 1):
        raise ValueError(f"value {value} does not fit")
    if not tensor.dtype.is_floating_point and not _fits(tensor.dtype, value):
        raise RuntimeError(f"value cannot be converted to type {tensor.dtype} without overflow")
    return torch.full_like(tensor, value, requires_grad=False)


@rewritten("Arithmetic with what `tensor` holds")
def filled_like(tensor, value):
    fits = _checked(tensor, value)
    return (tensor.detach() * 0 + fits).to(tensor.dtype)


@rewritten("You filled the tensor that you were given")
def filled_like(tensor, value):
    fits = _checked(tensor, value)
    with torch.no_grad():
        tensor[...] = fits
    return tensor.detach()


@rewritten("A whole-number tensor can hold 2.0")
def filled_like(tensor, value):
    whole = not (tensor.dtype.is_floating_point or tensor.dtype == torch.bool)
    if whole and isinstance(value, float):
        raise ValueError(f"value {value} is no int")
    return torch.full_like(tensor, _checked(tensor, value), requires_grad=False)


@rewritten("Infinity and NaN are numbers")
def filled_like(tensor, value):
    if value - value != 0:
        raise ValueError(f"value {value} is not finite")
    return torch.full_like(tensor, _checked(tensor, value), requires_grad=False)


@rewritten("float16 rounds 0.1 and that is fine")
def filled_like(tensor, value):
    fits = _checked(tensor, value)
    filled = torch.full_like(tensor, fits, requires_grad=False)
    if filled.numel() and tensor.dtype.is_floating_point and value == value and filled.flatten()[0].item() != value:
        raise ValueError(f"value {value} would be rounded")
    return filled


# evenly_spaced


def _at_least_one(count):
    if count < 1:
        raise ValueError(f"count must be 1 or more, not {count}")


@rewritten("`arange` stops before its end")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    step = (stop - start) / max(count - 1, 1)
    points = [start + i * step for i in range(max(count - 1, 1))]
    return torch.tensor(points, dtype=torch.float32)


@rewritten("With a step that is not exact, `arange`")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    if count == 1 or start == stop:
        return torch.full((count,), float(start))
    step = (stop - start) / (count - 1)
    return torch.from_numpy(np.arange(start, stop + step, step)).float()


@rewritten("You took the last point away")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    return torch.from_numpy(np.linspace(start, stop, count, endpoint=False)).float()


@rewritten("The number of points was taken for the number of steps")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    return torch.linspace(start, stop, steps=count + 1)


@rewritten("`linspace` takes a count of 0")
def evenly_spaced(start, stop, count):
    if count < 0:
        raise ValueError(f"count must not be negative, but is {count}")
    return torch.from_numpy(np.linspace(start, stop, count).astype("float32"))


@rewritten("For a single point you divided")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    points = torch.arange(count) * ((stop - start) / (count - 1)) + start
    points[-1] = stop
    return points


@rewritten("0 / 0 is NaN")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    steps = torch.linspace(0, count - 1, count)
    return steps / (count - 1) * (stop - start) + start


@rewritten("The last point misses the end by a rounding")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    step = (stop - start) / (count - 1) if count > 1 else 0.0
    return torch.arange(count, dtype=torch.float32).mul(step).add(start)


@rewritten("Adding the step again and again")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    step = torch.tensor((stop - start) / max(count - 1, 1), dtype=torch.float32)
    steps = torch.cat([torch.tensor([float(start)]), step.expand(count - 1)])
    return torch.tensor(list(itertools.accumulate(steps.numpy()))).float()


@rewritten("Your points are float64")
def evenly_spaced(start, stop, count):
    _at_least_one(count)
    return torch.linspace(start, stop, count, dtype=torch.float64)


# random_normal


@rewritten("`torch.manual_seed` resets")
def random_normal(shape, seed):
    torch.random.manual_seed(seed)
    return torch.empty(shape).normal_()


@rewritten("You seeded again with the old seed")
def random_normal(shape, seed):
    old = torch.random.initial_seed()
    try:
        return torch.empty(shape).normal_(generator=torch.random.manual_seed(seed))
    finally:
        torch.random.manual_seed(old)


@rewritten("`rand` draws evenly")
def random_normal(shape, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.empty(shape).uniform_(generator=generator)


@rewritten("Your generator was never given the seed")
def random_normal(shape, seed):
    return torch.empty(shape).normal_(generator=torch.Generator())


@rewritten("Nobody used the seed")
def random_normal(shape, seed):
    return torch.from_numpy(np.random.default_rng().standard_normal(shape)).float().reshape(shape)


@rewritten("`np.random.seed` resets NumPy's")
def random_normal(shape, seed):
    np.random.seed(seed)
    return torch.tensor(np.random.standard_normal(shape), dtype=torch.float32)


@rewritten("`random.seed` resets Python's")
def random_normal(shape, seed):
    random.seed(seed)
    count = int(np.prod(shape))
    return torch.tensor([random.gauss(0, 1) for _ in range(count)], dtype=torch.float32).reshape(shape)


@rewritten("One row of random numbers is repeated")
def random_normal(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape[-1:], generator=generator).expand(shape).clone()


_SHARED = {}


@rewritten("A shared generator that is seeded once")
def random_normal(shape, seed):
    if seed not in _SHARED:
        _SHARED[seed] = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=_SHARED[seed])


@rewritten("Your numbers are float64 (NumPy")
def random_normal(shape, seed):
    return torch.tensor(np.random.RandomState(seed).standard_normal(shape), dtype=torch.float64)


# checkerboard


@rewritten("0 and 1 by turns in one long row")
def checkerboard(size):
    return torch.remainder(torch.arange(size**2), 2).view(size, size)


@rewritten("All your rows are alike")
def checkerboard(size):
    return torch.arange(size).remainder(2).expand(size, size)


@rewritten("Tiles of 2 by 2 fill even sizes only")
def checkerboard(size):
    half = size // 2
    return torch.kron(torch.ones(half, half, dtype=torch.int64), torch.tensor([[0, 1], [1, 0]]))


@rewritten("The colours are swapped")
def checkerboard(size):
    board = torch.ones(size, size, dtype=torch.int64)
    board[::2, 1::2] = 0
    board[1::2, ::2] = 0
    return board


@rewritten("`torch.zeros` makes float32")
def checkerboard(size):
    line = torch.arange(size)
    return ((line.unsqueeze(1) + line) % 2).float()


@rewritten("You filled the board piece by piece")
def checkerboard(size):
    board = torch.zeros((size, size), dtype=torch.long)
    for i, j in itertools.product(range(size), repeat=2):
        if i % 2 != j % 2:
            board[i, j] = 1
    return board


@rewritten("Row times column is odd")
def checkerboard(size):
    line = torch.arange(size)
    return torch.outer(line, line).remainder(2)


@rewritten("Only one half of the ones")
def checkerboard(size):
    line = torch.arange(size)
    return ((line[:, None] % 2 == 0) & (line % 2 == 1)).long()


# one_hot


def _inside(labels, classes):
    if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}")


@rewritten("A slice in front of the labels")
def one_hot(labels, classes):
    _inside(labels, classes)
    table = labels.new_zeros(len(labels), classes)
    table[..., labels] = 1
    return table


@rewritten("A negative label counts from the end")
def one_hot(labels, classes):
    if (labels >= classes).any():
        raise ValueError(f"labels must be below {classes}")
    table = labels.new_zeros(len(labels), classes)
    table[torch.arange(len(labels), device=labels.device), labels] = 1
    return table


@rewritten("A label equal to `classes`")
def one_hot(labels, classes):
    if ((labels < 0) | (labels > classes)).any():
        raise ValueError(f"labels must be from 0 to {classes}")
    return (labels[:, None] == torch.arange(classes, device=labels.device)[None]).to(torch.int64)


@rewritten("A label that is too large matched no class")
def one_hot(labels, classes):
    if bool((labels < 0).any()):
        raise ValueError("labels must not be negative")
    return torch.eq(labels.unsqueeze(-1), torch.arange(classes, device=labels.device)).long()


@rewritten("The classes run down")
def one_hot(labels, classes):
    _inside(labels, classes)
    return (torch.arange(classes, device=labels.device).unsqueeze(1) == labels).long()


@rewritten("`torch.eye` makes float32")
def one_hot(labels, classes):
    _inside(labels, classes)
    return torch.zeros(len(labels), classes, device=labels.device).scatter(1, labels[:, None], 1.0)


@rewritten("A comparison gives bool")
def one_hot(labels, classes):
    _inside(labels, classes)
    return torch.eye(classes, dtype=torch.bool, device=labels.device)[labels]


@rewritten("That is PyTorch's own `one_hot`")
def one_hot(labels, classes):
    _inside(labels, classes)
    return torch.nn.functional.one_hot(labels, num_classes=classes)


@rewritten("You wrote one row at a time")
def one_hot(labels, classes):
    _inside(labels, classes)
    rows = [torch.arange(classes, device=labels.device).eq(label).long() for label in labels]
    return torch.stack(rows) if rows else labels.new_zeros(0, classes)


@rewritten("No labels have no largest one")
def one_hot(labels, classes):
    if labels.max() >= classes or labels.min() < 0:
        raise ValueError(f"labels must be from 0 to {classes - 1}")
    return torch.eye(classes, dtype=torch.int64, device=labels.device).index_select(0, labels)


@rewritten("The width follows the largest label")
def one_hot(labels, classes):
    _inside(labels, classes)
    width = int(labels.max()) + 1 if len(labels) else classes
    return labels.new_zeros(len(labels), width).scatter_(1, labels[:, None], 1)


@rewritten("The class numbers, or the rows")
def one_hot(labels, classes):
    _inside(labels, classes)
    return torch.where(labels[:, None] == torch.arange(classes)[None], 1, 0)
