"""Right answers to the katas of `creation` in other styles, none of which a spec may reject."""

import math
import random
from fractions import Fraction

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


@right("typed constructors, chosen by the entries")
def from_list(values):
    def entries(value):
        return [entry for item in value for entry in entries(item)] if isinstance(value, list) else [value]

    kinds = {type(entry) for entry in entries(values)}
    if kinds == {bool}:
        return torch.BoolTensor(values)
    return torch.LongTensor(values) if kinds == {int} else torch.FloatTensor(values)


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


@right("dlpack")
def from_array(array, share):
    tensor = torch.from_dlpack(array)
    return tensor if share else torch.clone(tensor, memory_format=torch.contiguous_format)


@right("to itself, with a switch")
def from_array(array, share):
    tensor = torch.as_tensor(array)
    return tensor.to(tensor.dtype, copy=not share)


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


@right("written into an empty array")
def to_float32(array):
    result = np.empty(np.shape(array), dtype=np.float32)
    result[...] = array
    return torch.from_numpy(result)


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


@right("without a graph, one number repeated")
@torch.no_grad()
def filled_like(tensor, value):
    dtype = tensor.dtype
    if dtype.is_floating_point:
        if math.isfinite(value) and abs(value) > torch.finfo(dtype).max:
            raise ValueError(f"{value=}")
        return torch.tensor(value, dtype=dtype, device=tensor.device).repeat(tensor.shape)
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value=}") from None
    low, high = (0, 1) if dtype is torch.bool else (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    if whole != value or whole not in range(low, high + 1):
        raise ValueError(f"{value=}")
    return torch.tensor(whole, dtype=dtype, device=tensor.device).repeat(tensor.shape)


@right("inference mode, a masked zero")
def filled_like(tensor, value):
    if tensor.dtype == torch.bool:
        fits = value == 0 or value == 1
    elif tensor.is_floating_point():
        largest = torch.finfo(tensor.dtype).max
        fits = not (-math.inf < value < -largest or largest < value < math.inf)
    else:
        info = torch.iinfo(tensor.dtype)
        fits = info.min <= value <= info.max and value % 1 == 0
    if not fits:
        raise ValueError(f"Value {value} is not one of {tensor.dtype}")
    with torch.inference_mode():
        return torch.zeros_like(tensor).masked_fill_(torch.ones_like(tensor, dtype=torch.bool), value)


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


@right("interpolated by NumPy")
def evenly_spaced(start, stop, count):
    if count < 1:
        raise ValueError("Count must be positive")
    points = np.interp(np.arange(count), [0, max(count - 1, 1)], [start, stop])
    return torch.tensor(points, dtype=torch.float32)


@right("exact fractions")
def evenly_spaced(start, stop, count):
    if count < 1:
        raise ValueError("count: at least 1")
    first, last = Fraction(start), Fraction(stop)
    return torch.Tensor([float(first + (last - first) * i / max(count - 1, 1)) for i in range(count)])


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


@right("global state, put back by hand")
def random_normal(shape, seed):
    state = torch.get_rng_state()
    try:
        torch.manual_seed(seed)
        return torch.distributions.Normal(0.0, 1.0).sample(shape)
    finally:
        torch.set_rng_state(state)


@right("Python's own generator, number by number")
def random_normal(shape, seed):
    source = random.Random(seed)
    return torch.tensor([source.gauss(0, 1) for _ in range(math.prod(shape))]).reshape(shape)


@right("the distribution's inverse of uniform numbers")
def random_normal(shape, seed):
    uniform = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.special.ndtri(uniform.clamp(min=1e-16)).float()


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


@right("windows that slide over 0 and 1 by turns: views of one row")
def checkerboard(size):
    return torch.tensor([0, 1]).repeat(size + 1).as_strided((size, size), (1, 1))


@right("running sums of ones")
def checkerboard(size):
    ones = torch.ones(size, size, dtype=torch.int64)
    return (ones.cumsum(0) + ones.cumsum(1)) % 2


@right("Kronecker product, cut to size")
def checkerboard(size):
    half = -(-size // 2)
    return torch.kron(torch.ones(half, half, dtype=torch.int64), torch.tensor([[0, 1], [1, 0]]))[:size, :size]


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


@right("NumPy's identity")
def one_hot(labels, classes):
    array = labels.cpu().numpy()
    if array.size and (array.min() < 0 or array.max() >= classes):
        raise ValueError("Labels out of range")
    return torch.from_numpy(np.eye(classes, dtype=np.int64)[array]).to(labels.device)


@right("counting flat places")
def one_hot(labels, classes):
    if not torch.isin(labels, torch.arange(classes, device=labels.device)).all():
        raise ValueError(f"{labels=}")
    places = torch.arange(len(labels), device=labels.device) * classes + labels
    return torch.bincount(places, minlength=len(labels) * classes).view(len(labels), classes)


@right("a step at the label, and its difference")
def one_hot(labels, classes):
    if labels.numel() > 0 and (labels.min().item() < 0 or labels.max().item() >= classes):
        raise ValueError(f"labels from {labels.min()} to {labels.max()}")
    edges = torch.arange(classes + 1, device=labels.device)
    return -(labels[:, None] >= edges).long().diff(dim=1)


@right("embedding")
def one_hot(labels, classes):
    if torch.any(torch.logical_or(labels < 0, labels > classes - 1)):
        raise ValueError("labels")
    return torch.nn.functional.embedding(labels, torch.eye(classes, dtype=torch.int64, device=labels.device))
