"""Right answers to the topic `joining` in other styles than the solution's."""

import random
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch.nn.functional import pad
from torch.utils.data import random_split

from kata.variants import right

# split_parts


@right("divmod and narrow")
def split_parts(x, parts):
    if parts <= 0:
        raise ValueError("cannot make fewer than one of parts")
    size, longer = divmod(x.shape[0], parts)
    pieces, start = [], 0
    for i in range(parts):
        length = size + (i < longer)
        pieces.append(x.narrow(0, start, length))
        start += length
    return pieces


@right("split with a list of sizes")
def split_parts(x, parts):
    if parts < 1:
        raise ValueError(f"{parts=}")
    n = x.size(0)
    return torch.split(x, [(n + parts - 1 - i) // parts for i in range(parts)])


@right("NumPy cuts the row numbers")
def split_parts(x, parts):
    if parts < 1:
        raise ValueError(f"parts: {parts}")
    starts = np.cumsum([0, *map(len, np.array_split(np.arange(len(x)), parts))]).tolist()
    return tuple(x[start:stop] for start, stop in pairwise(starts))


@right("one piece off the front at a time")
def split_parts(x, parts):
    if parts < 1:
        raise ValueError("parts < 1")
    pieces = []
    for left in range(parts, 0, -1):
        size = -(-len(x) // left)
        pieces.append(x[:size])
        x = x[size:]
    return pieces


# split_at


def _check_sizes(x, sizes):
    if any(size < 0 for size in sizes):
        raise ValueError(f"sizes has a negative entry: {sizes}")
    if sum(sizes) != x.shape[0]:
        raise ValueError(f"sizes sum to {sum(sizes)}, but x has length {x.shape[0]}")


@right("running positions")
def split_at(x, sizes):
    _check_sizes(x, sizes)
    return [x[start:stop] for start, stop in pairwise(accumulate(sizes, initial=0))]


@right("PyTorch's own error, translated")
def split_at(x, sizes):
    try:
        return torch.split(x, list(sizes), dim=0)
    except RuntimeError as error:
        raise ValueError(f"bad sizes: {error}") from error


@right("tensor_split at positions")
def split_at(x, sizes):
    _check_sizes(x, sizes)
    return x.tensor_split(list(accumulate(sizes))[:-1]) if sizes else ()


@right("index ranges through narrow")
def split_at(x, sizes):
    _check_sizes(x, sizes)
    pieces = []
    start = 0
    for size in sizes:
        pieces.append(torch.narrow(x, 0, start, size))
        start += size
    return tuple(pieces)


# batches_of


@right("split, unless there are no rows")
def batches_of(x, size):
    if size <= 0:
        raise ValueError("size must be positive")
    return list(torch.split(x, size)) if x.shape[0] else []


@right("tensor_split at positions")
def batches_of(x, size):
    if size < 1:
        raise ValueError(f"size={size}")
    batches = x.tensor_split(list(range(size, len(x), size)))
    return [batch for batch in batches if len(batch)]


@right("while rows are left")
def batches_of(x, size):
    if not size >= 1:
        raise ValueError("batch size is below 1")
    batches = []
    while len(x) > 0:
        batches.append(x[:size])
        x = x[size:]
    return batches


@right("narrow, rounded up")
def batches_of(x, size):
    if size < 1:
        raise ValueError("size")
    count = (len(x) + size - 1) // size
    return [x.narrow(0, i * size, min(size, len(x) - i * size)) for i in range(count)]


@right("chunk, told how many there are")
def batches_of(x, size):
    if size < 1:
        raise ValueError("size < 1")
    count = -(-len(x) // size)
    # With the right count, chunk's own piece size may be smaller: so only where it is the same.
    if count and -(-len(x) // count) == size:
        return list(x.chunk(count))
    return [x[start : start + size] for start in range(0, len(x), size)]


# stack_columns


def _check_vectors(vectors):
    if len(vectors) == 0:
        raise ValueError("no vectors")
    for vector in vectors:
        if vector.ndim != 1 or vector.numel() != vectors[0].numel():
            raise ValueError(f"vectors must be 1-D and equally long: {tuple(vector.shape)}")


@right("column_stack")
def stack_columns(vectors):
    _check_vectors(vectors)
    return torch.column_stack(vectors)


@right("rows, turned")
def stack_columns(vectors):
    _check_vectors(vectors)
    return torch.vstack(vectors).T


@right("cat of columns")
def stack_columns(vectors):
    _check_vectors(vectors)
    return torch.cat([vector[:, None] for vector in vectors], -1)


@right("written into an empty matrix")
def stack_columns(vectors):
    _check_vectors(vectors)
    matrix = vectors[0].new_empty(len(vectors[0]), len(vectors))
    for column, vector in enumerate(vectors):
        matrix[:, column] = vector
    return matrix


# join


def _check_tensors(tensors, dim, new_axis):
    if len(tensors) == 0:
        raise ValueError("expected some tensors")
    if any(x.ndim != tensors[0].ndim for x in tensors):
        raise ValueError("tensors have different ranks")
    rank = tensors[0].ndim + (1 if new_axis else 0)
    if dim >= rank or dim < -rank:
        raise IndexError(f"Dimension out of range: {dim}")
    axis = dim + rank if dim < 0 else dim
    for i, size in enumerate(tensors[0].shape):
        if (new_axis or i != axis) and any(x.shape[i] != size for x in tensors):
            raise ValueError(f"sizes of tensors differ along axis {i}")
    return axis


@right("cat alone, of unsqueezed tensors")
def join(tensors, dim, new_axis):
    axis = _check_tensors(tensors, dim, new_axis)
    if new_axis:
        tensors = [x.unsqueeze(axis) for x in tensors]
    return torch.concatenate(tensors, dim=axis)


@right("PyTorch's own errors, translated")
def join(tensors, dim, new_axis):
    if len({x.dim() for x in tensors}) > 1:
        raise ValueError("tensors differ in their number of axes")
    if tensors and tensors[0].dim() == 0 and not new_axis:
        raise IndexError(f"dim={dim}: scalars have no axis")
    try:
        return torch.stack(tensors, dim=dim) if new_axis else torch.cat(tensors, dim=dim)
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"tensors do not fit: {error}") from error


@right("written into an empty tensor")
def join(tensors, dim, new_axis):
    axis = _check_tensors(tensors, dim, new_axis)
    if new_axis:
        tensors = [x.unsqueeze(axis) for x in tensors]
    shape = list(tensors[0].shape)
    shape[axis] = sum(x.shape[axis] for x in tensors)
    joined = tensors[0].new_empty(shape)
    start = 0
    for x in tensors:
        joined.narrow(axis, start, x.shape[axis]).copy_(x)
        start += x.shape[axis]
    return joined


@right("first in front, then moved")
def join(tensors, dim, new_axis):
    axis = _check_tensors(tensors, dim, new_axis)
    if new_axis:
        return torch.stack(tensors).movedim(0, axis)
    return torch.cat([x.movedim(axis, 0) for x in tensors]).movedim(0, axis)


# interleave


@right("written into every second row")
def interleave(a, b):
    if a.shape != b.shape:
        raise ValueError("a and b must have one shape")
    mixed = a.new_empty(2 * len(a), *a.shape[1:])
    mixed[0::2] = a
    mixed[1::2] = b
    return mixed


@right("stack and reshape")
def interleave(a, b):
    if tuple(a.shape) != tuple(b.shape):
        raise ValueError(f"the shape of b is {tuple(b.shape)}")
    return torch.stack((a, b), 1).reshape(2 * a.size(0), *a.shape[1:])


@right("cat and pick rows")
def interleave(a, b):
    if a.shape != b.shape:
        raise ValueError("b: another shape than a")
    order = torch.arange(2 * len(a), device=a.device).reshape(2, len(a)).T.reshape(-1)
    return torch.cat([a, b])[order]


@right("where on repeated rows")
def interleave(a, b):
    if a.shape != b.shape:
        raise ValueError("shape of b")
    even = torch.arange(2 * len(a), device=a.device) % 2 == 0
    even = even.reshape(-1, *[1] * (a.dim() - 1)) if a.dim() > 1 else even
    return torch.where(even, a.repeat_interleave(2, dim=0), b.repeat_interleave(2, dim=0))


# pad_and_stack


def _check_sequences(sequences):
    if not sequences:
        raise ValueError("there are no sequences")
    if any(sequence.shape[1:] != sequences[0].shape[1:] for sequence in sequences):
        raise ValueError("sequences differ in their features")
    return max(map(len, sequences))


@right("written into a full tensor")
def pad_and_stack(sequences, value):
    longest = _check_sequences(sequences)
    first = sequences[0]
    padded = first.new_full((len(sequences), longest, *first.shape[1:]), value)
    mask = torch.zeros(len(sequences), longest, dtype=torch.bool, device=first.device)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence
        mask[i, : len(sequence)] = True
    return padded, mask


@right("cat each with its filling")
def pad_and_stack(sequences, value):
    longest = _check_sequences(sequences)
    rows, marks = [], []
    for sequence in sequences:
        missing = longest - len(sequence)
        rows.append(torch.cat([sequence, sequence.new_full((missing, *sequence.shape[1:]), value)]))
        marks.append([True] * len(sequence) + [False] * missing)
    mask = torch.tensor(marks, dtype=torch.bool, device=sequences[0].device)
    return torch.stack(rows), mask.reshape(len(sequences), longest)


@right("scattered through the mask")
def pad_and_stack(sequences, value):
    longest = _check_sequences(sequences)
    device = sequences[0].device
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=device)
    mask = torch.arange(longest, device=device).expand(len(sequences), longest) < lengths[:, None]
    padded = torch.full((*mask.shape, *sequences[0].shape[1:]), value, dtype=sequences[0].dtype, device=device)
    padded[mask] = torch.cat(sequences)
    return padded, mask


@right("F.pad on the first axis")
def pad_and_stack(sequences, value):
    longest = _check_sequences(sequences)
    padded = [pad(x, (0, 0) * (x.dim() - 1) + (0, longest - len(x)), value=value) for x in sequences]
    marks = [pad(x.new_ones(len(x), dtype=torch.bool), (0, longest - len(x))) for x in sequences]
    return torch.stack(padded), torch.stack(marks)


# holdout_split


def _check_split(count, fraction):
    if count < 0:
        raise ValueError("negative count")
    if not (fraction >= 0 and fraction <= 1):
        raise ValueError(f"fraction out of range: {fraction}")
    return round(fraction * count)


@right("NumPy's permutation")
def holdout_split(count, fraction, seed):
    size = _check_split(count, fraction)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(count))
    return order[: count - size], order[count - size :]


@right("Python's sample, in ascending order")
def holdout_split(count, fraction, seed):
    size = _check_split(count, fraction)
    held_out = set(random.Random(seed).sample(range(count), size))
    train = [index for index in range(count) if index not in held_out]
    return torch.tensor(train, dtype=torch.int64), torch.tensor(sorted(held_out), dtype=torch.int64)


@right("ranks of random numbers")
def holdout_split(count, fraction, seed):
    size = _check_split(count, fraction)
    draws = torch.rand(count, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    mask = torch.zeros(count, dtype=torch.bool)
    mask[draws.argsort()[:size]] = True
    return (~mask).nonzero().squeeze(1), mask.nonzero().flatten()


@right("random_split of the numbers")
def holdout_split(count, fraction, seed):
    size = _check_split(count, fraction)
    generator = torch.Generator().manual_seed(seed)
    train, held_out = random_split(range(count), [count - size, size], generator=generator)
    return torch.tensor(list(train), dtype=torch.int64), torch.tensor(list(held_out), dtype=torch.int64)
