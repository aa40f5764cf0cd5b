"""Right answers to the katas of `creation` in other styles, none of which a spec may reject."""

import math

import numpy as np
import torch

from kata.variants import right

# from_list


@right("as_tensor")
def from_list(values):
    return torch.as_tensor(values)


@right("through NumPy, float64 brought down")
def from_list(values):
    array = np.array(values)
    return torch.from_numpy(array.astype(np.float32) if array.dtype == np.float64 else array)


@right("stack of the pieces")
def from_list(values):
    def piece(value):
        return torch.stack([piece(item) for item in value]) if isinstance(value, list) else torch.tensor(value)

    if not values:
        return torch.empty(0)
    return piece(values)


# from_array


@right("from_numpy, cloned")
def from_array(array, share):
    tensor = torch.from_numpy(array)
    return tensor if share else tensor.clone()


@right("asarray with its own switch")
def from_array(array, share):
    return torch.asarray(array, copy=not share)


@right("copied in NumPy, as_tensor")
def from_array(array, share):
    if not share:
        array = array.copy()
    return torch.as_tensor(array)


@right("an empty tensor, written into")
def from_array(array, share):
    shared = torch.from_numpy(array)
    if share:
        return shared
    copy = torch.empty(array.shape, dtype=shared.dtype)
    copy.copy_(shared)
    return copy


# to_float32


@right("copying")
def to_float32(array):
    return torch.tensor(array, dtype=torch.float32)


@right("converted in NumPy, in its own order of memory")
def to_float32(array):
    return torch.from_numpy(np.asarray(array, dtype=np.float32))


@right("converted in PyTorch")
def to_float32(array):
    return torch.from_numpy(np.array(array)).to(torch.float32)


@right("as_tensor, then float")
def to_float32(array):
    return torch.as_tensor(array).float()


# filled_like


@right("new_full, whole numbers by is_integer")
def filled_like(tensor, value):
    number = float(value)
    if tensor.dtype.is_floating_point:
        limit = torch.finfo(tensor.dtype).max
        if math.isfinite(number) and not -limit <= value <= limit:
            raise ValueError(f"value is out of the range of {tensor.dtype}")
    else:
        low, high = (0, 1) if tensor.dtype is torch.bool else (
            torch.iinfo(tensor.dtype).min,
            torch.iinfo(tensor.dtype).max,
        )  # fmt: skip
        if not number.is_integer() or not low <= value <= high:
            raise ValueError(f"{tensor.dtype} cannot hold value={value}")
    return tensor.new_full(tensor.shape, value)


@right("try it and look whether it came back")
def filled_like(tensor, value):
    try:
        filled = torch.empty_like(tensor, requires_grad=False).fill_(value)
        stored = torch.full((), value, dtype=tensor.dtype).item()
    except (RuntimeError, OverflowError) as error:
        raise ValueError(f"value {value} does not fit") from error
    if stored != value and (not tensor.is_floating_point() or math.isinf(stored)):
        raise ValueError(f"value {value} does not fit")
    return filled


@right("one number, expanded")
def filled_like(tensor, value):
    if not tensor.dtype.is_floating_point:
        if value != value or value in (math.inf, -math.inf) or value != round(value):
            raise ValueError("value must be a whole number")
        kind = np.dtype(str(tensor.dtype).removeprefix("torch."))
        limits = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if value < limits[0] or value > limits[1]:
            raise ValueError("value is out of range")
    elif abs(value) > torch.finfo(tensor.dtype).max and abs(value) != math.inf:
        raise ValueError("value is out of range")
    return torch.tensor(value, dtype=tensor.dtype, device=tensor.device).expand(tensor.shape)


# evenly_spaced


@right("NumPy's linspace")
def evenly_spaced(start, stop, count):
    if count <= 0:
        raise ValueError("count must be positive")
    return torch.from_numpy(np.linspace(start, stop, count, dtype=np.float32))


@right("between the ends by weights")
def evenly_spaced(start, stop, count):
    if not count >= 1:
        raise ValueError(f"{count=}")
    weights = torch.arange(count, dtype=torch.float64) / max(count - 1, 1)
    return (start * (1 - weights) + stop * weights).float()


@right("lerp")
def evenly_spaced(start, stop, count):
    if count < 1:
        raise ValueError("count")
    weights = torch.arange(count) / max(count - 1, 1)
    return torch.lerp(torch.tensor(float(start)), torch.tensor(float(stop)), weights)


@right("a list of points")
def evenly_spaced(start, stop, count):
    if count < 1:
        raise ValueError(f"count is {count}, which is less than 1")
    if count == 1:
        return torch.tensor([float(start)])
    points = [start + i * (stop - start) / (count - 1) for i in range(count - 1)]
    return torch.tensor([*points, stop], dtype=torch.float32)


# random_normal


@right("global seed inside fork_rng")
def random_normal(shape, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return torch.randn(shape)


@right("NumPy's own generator")
def random_normal(shape, seed):
    draws = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    return torch.from_numpy(np.asarray(draws))


@right("normal_ in place")
def random_normal(shape, seed):
    generator = torch.Generator(device="cpu")
    generator.manual_seed(seed)
    return torch.empty(shape).normal_(mean=0.0, std=1.0, generator=generator)


@right("Box and Muller's formula")
def random_normal(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    radius = (-2 * torch.log1p(-torch.rand(shape, generator=generator, dtype=torch.float64))).sqrt()
    angle = 2 * math.pi * torch.rand(shape, generator=generator, dtype=torch.float64)
    return (radius * angle.cos()).float()


# checkerboard


@right("two strided writes")
def checkerboard(size):
    board = torch.zeros(size, size, dtype=torch.int64)
    board[1::2, ::2] = 1
    board[::2, 1::2] = 1
    return board


@right("tiles, cut to size")
def checkerboard(size):
    half = (size + 1) // 2
    return torch.tensor([[0, 1], [1, 0]]).tile(half, half)[:size, :size]


@right("parities that differ")
def checkerboard(size):
    odd = torch.arange(size) % 2 == 1
    return (odd[:, None] ^ odd[None, :]).to(torch.int64)


@right("NumPy's indices")
def checkerboard(size):
    return torch.from_numpy(np.indices((size, size)).sum(axis=0) % 2).long()


@right("einsum of signs")
def checkerboard(size):
    signs = 1 - 2 * (torch.arange(size) % 2)
    return (1 - torch.einsum("i,j->ij", signs, signs)) // 2


# one_hot


@right("rows of the identity")
def one_hot(labels, classes):
    if labels.numel() and not (0 <= labels.min() and labels.max() < classes):
        raise ValueError(f"labels must lie in [0, {classes})")
    return torch.eye(classes, dtype=torch.long, device=labels.device)[labels]


@right("scatter")
def one_hot(labels, classes):
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError("labels out of range")
    rows = torch.zeros((labels.size(0), classes), dtype=torch.int64, device=labels.device)
    return rows.scatter_(1, labels[:, None], 1)


@right("each row with its column")
def one_hot(labels, classes):
    if torch.any(labels.clamp(0, classes - 1) != labels):
        raise ValueError(f"some of labels are no classes: there are {classes}")
    rows = labels.new_zeros(len(labels), classes)
    rows[torch.arange(len(labels), device=labels.device), labels] = 1
    return rows
