"""The wrong answers to the katas of `joining` once more, each from its sentence alone and in another style."""

import functools
import itertools
import math
import random

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from kata.variants import rewritten

# split_parts


def _at_least_one(number, name):
    if not number >= 1:
        raise ValueError(f"{name} = {number} is too small")


def _consecutive(x, lengths):
    stops = list(itertools.accumulate(lengths))
    return [x[stop - length : stop] for length, stop in zip(lengths, stops)]


def _equal_lengths(n, parts):
    return [n // parts + (part < n % parts) for part in range(parts)]


@rewritten("`chunk` settles on one length")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return torch.chunk(x, parts, dim=0)


@rewritten("The number that `torch.split` takes")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return x.split(parts)


@rewritten("You cut pieces of n // parts rows")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    n = x.shape[0]
    length = n // parts
    if length == 0:
        return _consecutive(x, _equal_lengths(n, parts))
    return [x[start : start + length] for start in range(0, n, length)]


@rewritten("All your pieces have n // parts rows")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return _consecutive(x, [x.shape[0] // parts] * parts)


@rewritten("The last piece got all the rows left over")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    length, rest = divmod(x.shape[0], parts)
    return _consecutive(x, [length] * (parts - 1) + [length + rest])


@rewritten("Your longer pieces come last")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return x.split(sorted(_equal_lengths(x.shape[0], parts)))


@rewritten("You rounded the positions")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    cuts = [x.shape[0] * part // parts for part in range(parts + 1)]
    return [x[a:b] for a, b in itertools.pairwise(cuts)]


@rewritten("You dealt the rows out like cards")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return tuple(x[first::parts] for first in range(parts))


@rewritten("You cut along the last axis")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return x.tensor_split(parts, -1)


@rewritten("With more parts than rows you left")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return [piece for piece in x.tensor_split(parts) if piece.shape[0] > 0]


@rewritten("You refused more parts than rows")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    if parts > x.shape[0]:
        raise ValueError(f"parts = {parts}: there are not that many rows")
    return x.tensor_split(parts)


@rewritten("For parts=0 PyTorch raised")
def split_parts(x, parts):
    return x.tensor_split(parts, dim=0)


@rewritten("You cloned each piece")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return [torch.clone(piece) for piece in torch.tensor_split(x, parts)]


@rewritten("`contiguous` copies a tensor that is not in order")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return torch.tensor_split(x.contiguous(), parts)


@rewritten("You detached `x` before cutting")
def split_parts(x, parts):
    _at_least_one(parts, "parts")
    return _consecutive(x.detach(), _equal_lengths(x.shape[0], parts))


# split_at


def _good_sizes(n, sizes):
    if [size for size in sizes if size < 0]:
        raise ValueError(f"negative numbers in sizes: {sizes}")
    if sum(sizes) != n:
        raise ValueError(f"sizes make {sum(sizes)} rows of {n}")


@rewritten("`tensor_split` reads your list as the positions")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    return x.tensor_split(list(sizes))


@rewritten("Where the sizes do not add up `torch.split` raises")
def split_at(x, sizes):
    for size in sizes:
        if size < 0:
            raise ValueError(f"sizes: {size} is below 0")
    return list(x.split(list(sizes))) if len(sizes) or len(x) else []


@rewritten("You only refused sizes that add up to more")
def split_at(x, sizes):
    if min(sizes, default=0) < 0 or sum(sizes) > x.shape[0]:
        raise ValueError("sizes: too many rows, or negative")
    return _consecutive(x, list(sizes))


@rewritten("You only refused sizes that add up to less")
def split_at(x, sizes):
    if min(sizes, default=0) < 0 or sum(sizes) < x.shape[0]:
        raise ValueError("sizes: too few rows, or negative")
    return _consecutive(x, list(sizes))


@rewritten("You only looked at the sum, so [-1, 7]")
def split_at(x, sizes):
    if sum(sizes) != x.shape[0]:
        raise ValueError("sizes: another sum")
    return _consecutive(x, list(sizes))


@rewritten("You checked the sum alone and left negative sizes")
def split_at(x, sizes):
    if sum(sizes) - x.shape[0]:
        raise ValueError("sizes: another sum")
    return torch.split(x, list(sizes), 0) if len(sizes) else ()


@rewritten("You refused a size of 0")
def split_at(x, sizes):
    if not all(size >= 1 for size in sizes):
        raise ValueError("sizes have to be positive")
    _good_sizes(x.shape[0], sizes)
    return _consecutive(x, list(sizes))


@rewritten("You left out the pieces of length 0")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    return _consecutive(x, [size for size in sizes if size])


@rewritten("Each of your pieces starts at row 0")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    return [x.narrow(0, 0, size) for size in sizes]


@rewritten("You cut along the last axis")
def split_at(x, sizes):
    _good_sizes(x.shape[-1], sizes)
    start, pieces = 0, []
    for size in sizes:
        pieces.append(x.narrow(-1, start, size))
        start += size
    return pieces


@rewritten("You cut at every position but the last")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    cuts = np.cumsum(sizes, dtype=int).tolist()
    return torch.tensor_split(x, cuts[:-1])


@rewritten("You took the sizes off the caller's list")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    if not isinstance(sizes, list):
        return _consecutive(x, list(sizes))
    pieces, start = [], 0
    while sizes:
        size = sizes.pop(0)
        pieces.append(x[start : start + size])
        start += size
    return pieces


@rewritten("You picked the rows by lists of indices")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    rows = torch.arange(x.shape[0], device=x.device)
    return [x.index_select(0, chosen) for chosen in _consecutive(rows, list(sizes))]


@rewritten("Your function is a generator")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    yield from _consecutive(x, list(sizes))


@rewritten("You went through `x.data`")
def split_at(x, sizes):
    _good_sizes(x.shape[0], sizes)
    return _consecutive(x.data, list(sizes))


# batches_of


def _batches(x, size):
    starts = range(0, x.shape[0], size)
    return [x[start : start + size] for start in starts]


@rewritten("`chunk` takes how many pieces")
def batches_of(x, size):
    _at_least_one(size, "size")
    return list(torch.chunk(x, size)) if x.shape[0] else []


@rewritten("Only full batches came back")
def batches_of(x, size):
    _at_least_one(size, "size")
    return [x[k * size : (k + 1) * size] for k in range(x.shape[0] // size)]


@rewritten("Your range of starts ends at n - size")
def batches_of(x, size):
    _at_least_one(size, "size")
    batches, start = [], 0
    while start < x.shape[0] - size:
        batches.append(x.narrow(0, start, size))
        start += size
    return batches


@rewritten("You made n // size + 1 batches")
def batches_of(x, size):
    _at_least_one(size, "size")
    count = math.floor(x.shape[0] / size) + 1
    return [x[k * size :][:size] for k in range(count)]


@rewritten("For a tensor without rows `split`")
def batches_of(x, size):
    _at_least_one(size, "size")
    return [*x.split(size)]


@rewritten("`split` gives a tuple")
def batches_of(x, size):
    _at_least_one(size, "size")
    return x.split(size) if len(x) else ()


@rewritten("The last batch was filled up")
def batches_of(x, size):
    _at_least_one(size, "size")
    n = x.shape[0]
    return [x[max(0, min(start + size, n) - size) : start + size] for start in range(0, n, size)]


@rewritten("The rows left over joined the last full batch")
def batches_of(x, size):
    _at_least_one(size, "size")
    n = x.shape[0]
    if n < size:
        return [x[:]] if n else []
    full, rest = divmod(n, size)
    return list(x.split([size] * (full - 1) + [size + rest]))


@rewritten("You spread the rows evenly")
def batches_of(x, size):
    _at_least_one(size, "size")
    n = x.shape[0]
    return _consecutive(x, _equal_lengths(n, -(-n // size))) if n else []


@rewritten("`range` complained about the step 0")
def batches_of(x, size):
    return _batches(x, size)


@rewritten("You refused a size of more than n")
def batches_of(x, size):
    if size <= 0 or size > x.shape[0]:
        raise ValueError(f"size {size} for {x.shape[0]} rows")
    return _batches(x, size)


@rewritten("You stacked the rows of each batch")
def batches_of(x, size):
    _at_least_one(size, "size")
    return [torch.stack(list(batch)) for batch in _batches(x, size)]


# stack_columns


def _filled(vectors):
    if len(vectors) == 0:
        raise ValueError("no vectors")


def _one_axis(vectors):
    for vector in vectors:
        if vector.ndim != 1:
            raise ValueError(f"vectors: {tuple(vector.shape)} has not one axis")


def _one_length(vectors):
    lengths = [vector.shape[0] for vector in vectors]
    if min(lengths) != max(lengths):
        raise ValueError(f"vectors of the lengths {lengths}")


def _good_vectors(vectors):
    _filled(vectors)
    _one_axis(vectors)
    _one_length(vectors)


@rewritten("For vectors `hstack` is plain joining")
def stack_columns(vectors):
    _good_vectors(vectors)
    return torch.cat(vectors)


@rewritten("Your vectors became the rows")
def stack_columns(vectors):
    _good_vectors(vectors)
    return torch.vstack(vectors)


@rewritten("You stacked the vectors as rows and re-cut")
def stack_columns(vectors):
    _good_vectors(vectors)
    return torch.cat(vectors).view(len(vectors[0]), len(vectors))


@rewritten("A single vector came back as (n,)")
def stack_columns(vectors):
    _good_vectors(vectors)
    if len(vectors) == 1:
        return torch.clone(vectors[0])
    return torch.column_stack(vectors)


@rewritten("For a single vector you returned a view")
def stack_columns(vectors):
    _good_vectors(vectors)
    columns = [vector.unsqueeze(-1) for vector in vectors]
    return columns[0] if len(columns) == 1 else torch.cat(columns, -1)


@rewritten("Different lengths gave PyTorch's RuntimeError")
def stack_columns(vectors):
    _filled(vectors)
    _one_axis(vectors)
    return torch.column_stack(vectors)


@rewritten("Vectors of different lengths are")
def stack_columns(vectors):
    _filled(vectors)
    _one_axis(vectors)
    return pad_sequence(vectors)


@rewritten("A vector with one number was repeated")
def stack_columns(vectors):
    _filled(vectors)
    _one_axis(vectors)
    longest = max((len(v) for v in vectors if len(v) != 1), default=1)
    _one_length([v for v in vectors if len(v) != 1] or vectors)
    return torch.stack([v.expand(longest) for v in vectors], dim=1)


@rewritten("`column_stack` also takes matrices")
def stack_columns(vectors):
    _filled(vectors)
    if any(v.dim() == 0 for v in vectors):
        raise ValueError("vectors: a scalar is none")
    _one_length(vectors)
    return torch.column_stack(vectors)


@rewritten("For an empty list `vectors[0]`")
def stack_columns(vectors):
    shape = vectors[0].shape
    _one_axis(vectors)
    if any(vector.shape != shape for vector in vectors[1:]):
        raise ValueError("vectors differ")
    return torch.vstack(vectors).T.contiguous()


@rewritten("`torch.empty` made float32")
def stack_columns(vectors):
    _good_vectors(vectors)
    matrix = torch.empty(len(vectors[0]), len(vectors))
    for column, vector in enumerate(vectors):
        matrix[:, column] = vector
    return matrix


@rewritten("`torch.tensor` made new numbers")
def stack_columns(vectors):
    _good_vectors(vectors)
    rows = torch.tensor([v.tolist() for v in vectors], dtype=vectors[0].dtype, device=vectors[0].device)
    return rows.t().contiguous()


# join


def _good_shapes(tensors, dim, new_axis):
    if not len(tensors):
        raise ValueError("tensors: none at all")
    ranks = {t.ndim for t in tensors}
    if len(ranks) > 1:
        raise ValueError(f"tensors with {ranks} axes")
    _good_dim(tensors, dim, new_axis)
    _good_lengths(tensors, dim, new_axis)


def _good_dim(tensors, dim, new_axis):
    axes = tensors[0].ndim + int(new_axis)
    if dim not in range(-axes, axes):
        raise IndexError(f"there is no dim {dim} among {axes} axes")


def _good_lengths(tensors, dim, new_axis):
    shapes = set()
    for tensor in tensors:
        shape = list(tensor.shape)
        if not new_axis:
            del shape[dim]
        shapes.add(tuple(shape))
    if len(shapes) > 1:
        raise ValueError(f"tensors do not fit: {shapes}")


def _joined(tensors, dim, new_axis):
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@rewritten("It is the other way round")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    return _joined(tensors, dim, not new_axis)


@rewritten("You never looked at `new_axis` and always used `cat`")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, False)
    return torch.concat(tensors, dim)


@rewritten("You never looked at `new_axis` and always used `stack`")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, True)
    return torch.cat([t.unsqueeze(dim) for t in tensors], dim)


@rewritten("You never passed `dim` on")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    return _joined(tensors, 0, new_axis)


@rewritten("For a new axis you joined with `cat`")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    if not new_axis:
        return torch.cat(tensors, dim)
    return torch.cat(tensors).unsqueeze(dim)


@rewritten("You joined along axis 0 and re-cut")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    if not new_axis:
        return torch.cat(tensors, dim)
    shape = list(tensors[0].shape)
    shape.insert(dim % (len(shape) + 1), len(tensors))
    return torch.stack(tensors).view(shape)


@rewritten("With a new axis you counted a negative")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    if new_axis and dim < 0:
        dim = dim + tensors[0].ndim if dim + tensors[0].ndim >= 0 else 0
    return _joined(tensors, dim, new_axis)


@rewritten("Shapes that do not fit, and an empty list")
def join(tensors, dim, new_axis):
    if len(tensors):
        _good_dim(tensors, dim, new_axis)
    return torch.stack(tensors, dim=dim) if new_axis else torch.concatenate(tensors, dim=dim)


@rewritten("`cat` skips an empty (0,)")
def join(tensors, dim, new_axis):
    try:
        return (torch.stack if new_axis else torch.cat)(tensors, dim=dim)
    except IndexError:
        raise IndexError(f"dim {dim} is out of range") from None
    except RuntimeError as error:
        if "zero-dimensional" in str(error):
            raise IndexError(f"dim {dim}: scalars have none") from None
        raise ValueError(f"tensors: {error}") from None


@rewritten("You asked for equal shapes in both cases")
def join(tensors, dim, new_axis):
    if len({tuple(t.shape) for t in tensors}) != 1:
        raise ValueError("tensors need one shape")
    _good_dim(tensors, dim, new_axis)
    return _joined(tensors, dim, new_axis)


@rewritten("You repeated axes of size 1")
def join(tensors, dim, new_axis):
    if not new_axis:
        _good_shapes(tensors, dim, new_axis)
        return torch.cat(tensors, dim)
    if not tensors or len({t.ndim for t in tensors}) > 1:
        raise ValueError("tensors: none, or other numbers of axes")
    _good_dim(tensors, dim, new_axis)
    try:
        shape = torch.broadcast_shapes(*[t.shape for t in tensors])
    except RuntimeError:
        raise ValueError("tensors do not fit") from None
    return torch.stack([t.expand(shape) for t in tensors], dim)


@rewritten("`dim % rank` turned every number")
def join(tensors, dim, new_axis):
    if not tensors or len({t.ndim for t in tensors}) > 1:
        raise ValueError("tensors: none, or other numbers of axes")
    axes = tensors[0].ndim + bool(new_axis)
    if axes == 0:
        raise IndexError("dim: scalars have none")
    axis = dim % axes
    _good_lengths(tensors, axis, new_axis)
    return _joined(tensors, axis, new_axis)


@rewritten("You reported a `dim`")
def join(tensors, dim, new_axis):
    try:
        _good_shapes(tensors, dim, new_axis)
    except IndexError as error:
        raise ValueError(*error.args) from None
    return _joined(tensors, dim, new_axis)


@rewritten("For scalars without a new axis")
def join(tensors, dim, new_axis):
    if tensors and not new_axis and all(t.ndim == 0 for t in tensors):
        return torch.cat(tensors, dim)
    _good_shapes(tensors, dim, new_axis)
    return _joined(tensors, dim, new_axis)


@rewritten("You gave a single tensor back itself")
def join(tensors, dim, new_axis):
    _good_shapes(tensors, dim, new_axis)
    if len(tensors) == 1:
        return tensors[0].unsqueeze(dim) if new_axis else tensors[0]
    return _joined(tensors, dim, new_axis)


# interleave


def _same_shape(a, b):
    if a.shape != b.shape:
        raise ValueError(f"the shape of b is {tuple(b.shape)}, not {tuple(a.shape)}")


@rewritten("`cat` puts all of `b` after")
def interleave(a, b):
    _same_shape(a, b)
    return torch.concat((a, b), dim=0)


@rewritten("`b` came first")
def interleave(a, b):
    _same_shape(a, b)
    return torch.cat([b.unsqueeze(1), a.unsqueeze(1)], 1).flatten(end_dim=1)


@rewritten("You stacked along a new last axis")
def interleave(a, b):
    _same_shape(a, b)
    return torch.cat((a[..., None], b[..., None]), -1).reshape(2 * a.shape[0], *a.shape[1:])


@rewritten("`flatten()` without axes")
def interleave(a, b):
    _same_shape(a, b)
    return torch.cat([a[:, None], b[:, None]], dim=1).ravel()


@rewritten("The pairs kept their axis")
def interleave(a, b):
    _same_shape(a, b)
    return torch.cat([a.unsqueeze(1), b.unsqueeze(1)], dim=1)


@rewritten("You put the columns of `a` and `b` side by side")
def interleave(a, b):
    _same_shape(a, b)
    beside = torch.cat([a, b], dim=min(1, a.ndim - 1))
    return beside.reshape(2 * a.shape[0], *a.shape[1:])


@rewritten("`reshape` with -1 cannot work")
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack((a, b), 1).reshape((-1, *a.shape[1:]))


@rewritten("Other shapes gave PyTorch's RuntimeError")
def interleave(a, b):
    pairs = torch.stack((a, b), dim=1)
    return pairs.flatten(0, 1)


@rewritten("You only compared lengths")
def interleave(a, b):
    if a.shape[0] != b.shape[0]:
        raise ValueError("b has another length")
    mixed = a.repeat_interleave(2, dim=0)
    mixed[1::2] = b
    return mixed


@rewritten("You cut the longer one")
def interleave(a, b):
    if a.shape[1:] != b.shape[1:]:
        raise ValueError("the rows of b are other ones")
    n = min(a.shape[0], b.shape[0])
    return torch.stack([a[:n], b[:n]], 1).flatten(0, 1)


@rewritten("You went through the rows in a Python loop")
def interleave(a, b):
    _same_shape(a, b)
    rows = [row for i in range(a.shape[0]) for row in (a[i], b[i])]
    return torch.stack(rows) if rows else torch.cat([a, b])


@rewritten("`torch.empty` made float32")
def interleave(a, b):
    _same_shape(a, b)
    mixed = torch.zeros(2 * a.shape[0], *a.shape[1:])
    mixed[0::2], mixed[1::2] = a, b
    return mixed


@rewritten("You wrote into `.data`")
def interleave(a, b):
    _same_shape(a, b)
    mixed = torch.cat([torch.zeros_like(a), torch.zeros_like(b)])
    mixed.data[::2] = a
    mixed.data[1::2] = b
    return mixed


# pad_and_stack


def _good_sequences(sequences):
    if not sequences:
        raise ValueError("sequences: none at all")
    if len({(s.ndim, tuple(s.shape[1:])) for s in sequences}) > 1:
        raise ValueError("sequences do not fit")


def _padded(sequences, value):
    longest = max(s.shape[0] for s in sequences)
    result = sequences[0].new_full((len(sequences), longest, *sequences[0].shape[1:]), value)
    for i, sequence in enumerate(sequences):
        result[i, : sequence.shape[0]] = sequence
    return result


def _mask(sequences, longest=None):
    longest = max(s.shape[0] for s in sequences) if longest is None else longest
    mask = torch.zeros(len(sequences), longest, dtype=torch.bool, device=sequences[0].device)
    for i, sequence in enumerate(sequences):
        mask[i, : sequence.shape[0]] = True
    return mask


@rewritten("Your mask asks whether")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    padded = _padded(sequences, value)
    filling = padded.isnan() if value != value else padded == value
    if padded.dim() > 2:
        filling = filling.reshape(*padded.shape[:2], math.prod(padded.shape[2:])).all(-1)
    return padded, filling.logical_not()


@rewritten("Your mask is True at the filling")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    return _padded(sequences, value), _mask(sequences).logical_not()


@rewritten("Your mask holds numbers")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    return _padded(sequences, value), _mask(sequences).to(torch.int64)


@rewritten("You filled up with zeros")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    return _padded(sequences, 0), _mask(sequences)


@rewritten("`pad_sequence` puts the positions first")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    return _padded(sequences, value).transpose(0, 1), _mask(sequences)


@rewritten("Your filling stands before")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    backward = _padded([s.flip(0) for s in sequences], value)
    return backward.flip(1), _mask(sequences).flip(1)


@rewritten("You cut all sequences to the shortest")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    shortest = min(s.shape[0] for s in sequences)
    cut = [s[:shortest] for s in sequences]
    return torch.stack(cut), _mask(cut)


@rewritten("You took the first sequence for the longest")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    shape = sequences[0].shape
    padded = torch.full((len(sequences), *shape), value, dtype=sequences[0].dtype, device=sequences[0].device)
    for row, sequence in zip(padded.unbind(0), sequences):
        row[: sequence.shape[0]] = sequence
    return padded, _mask(sequences, shape[0])


@rewritten("Your mask marks one position too many")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    padded = _padded(sequences, value)
    lengths = torch.tensor([s.shape[0] for s in sequences], device=padded.device)
    return padded, torch.arange(padded.shape[1], device=padded.device)[None] <= lengths[:, None]


@rewritten("Your mask has the features as an axis")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    mask = pad_sequence([torch.ones_like(s, dtype=torch.bool) for s in sequences], batch_first=True)
    return _padded(sequences, value), mask


@rewritten("You filled by arithmetic")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    padded, mask = _padded(sequences, 0), _mask(sequences)
    real = mask.reshape(*mask.shape, *[1] * (padded.ndim - 2))
    if padded.dtype == torch.bool:
        return torch.where(real, padded, bool(value)), mask
    return (padded + value * torch.logical_not(real).to(padded.dtype)).to(padded.dtype), mask


@rewritten("`pad` counts its numbers from the last axis")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    longest = max(s.shape[0] for s in sequences)
    padded = [torch.nn.functional.pad(s, (0, longest - s.shape[0]), value=value) for s in sequences]
    return torch.stack(padded), _mask(sequences)


@rewritten("`torch.full` takes its dtype from `value`")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    mask = _mask(sequences)
    padded = torch.full((*mask.shape, *sequences[0].shape[1:]), value)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence
    return padded, mask


@rewritten("The padded tensor is right, but `torch.arange`")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    padded = _padded(sequences, value)
    lengths = torch.tensor([s.shape[0] for s in sequences])
    return padded, torch.arange(padded.shape[1]).expand(len(sequences), -1).lt(lengths.unsqueeze(1))


@rewritten("Sequences that do not fit, and an empty list")
def pad_and_stack(sequences, value):
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    return padded, _mask(sequences)


@rewritten("You wrote `sequence.detach()`")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    return _padded([s.detach() for s in sequences], value), _mask(sequences)


@rewritten("For sequences of one length")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    if len(sequences) == 1:
        return sequences[0].unsqueeze(0), _mask(sequences)
    return _padded(sequences, value), _mask(sequences)


@rewritten("You built float32 numbers")
def pad_and_stack(sequences, value):
    _good_sequences(sequences)
    first = sequences[0]
    if first.dtype.is_floating_point or first.dtype.is_complex:
        return _padded(sequences, value), _mask(sequences)
    return _padded([s.float() for s in sequences], value).to(first.dtype), _mask(sequences)


# holdout_split


def _good_count(count):
    if count < 0:
        raise ValueError(f"count below 0: {count}")


def _good_fraction(fraction):
    if not (fraction >= 0 and fraction <= 1):
        raise ValueError(f"fraction outside of 0 to 1: {fraction}")


def _good_split(count, fraction):
    _good_count(count)
    _good_fraction(fraction)


def _shuffled(count, seed):
    return torch.from_numpy(np.random.default_rng(seed).permutation(count)).long()


def _cut(order, k):
    return order[: len(order) - k], order[len(order) - k :]


@rewritten("You shuffled once for each side")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    k = round(fraction * count)
    rng = np.random.default_rng(seed)
    train, held_out = rng.permutation(count)[k:], rng.permutation(count)[:k]
    return torch.from_numpy(train).long(), torch.from_numpy(held_out).long()


@rewritten("You cut with a negative index")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    order = _shuffled(count, seed)
    k = round(fraction * count)
    return order[:-k], order[-k:]


@rewritten("You held out the last samples without")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(torch.arange(count), round(fraction * count))


@rewritten("You held out a run of neighbours")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    k = round(fraction * count)
    start = random.Random(seed).randint(0, count - k)
    order = torch.arange(count)
    return torch.cat([order[:start], order[start + k :]]), order[start : start + k]


@rewritten("`torch.manual_seed` resets")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    torch.manual_seed(seed)
    return _cut(torch.rand(count).argsort(), round(fraction * count))


@rewritten("`np.random.seed` resets")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    np.random.seed(seed)
    order = np.arange(count)
    np.random.shuffle(order)
    return _cut(torch.as_tensor(order, dtype=torch.int64), round(fraction * count))


@rewritten("Your generator was never given the seed")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(torch.randperm(count, generator=torch.Generator()), round(fraction * count))


@rewritten("You never used the seed")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    order = np.random.default_rng().permutation(count)
    return _cut(torch.from_numpy(order).long(), round(fraction * count))


@functools.cache
def _kept(seed):
    return np.random.default_rng(seed)


@rewritten("You keep one generator for each seed")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(torch.from_numpy(_kept(seed).permutation(count)).long(), round(fraction * count))


@rewritten("`int` cuts the product off")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(_shuffled(count, seed), math.floor(fraction * count))


@rewritten("You rounded up with `math.ceil`")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(_shuffled(count, seed), -math.floor(-fraction * count))


@rewritten("You rounded a half up")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    return _cut(_shuffled(count, seed), math.floor(fraction * count + 0.5))


@rewritten("You rounded the training side")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    order = _shuffled(count, seed)
    kept = round(count * (1 - fraction))
    return order[:kept], order[kept:]


@rewritten("The two sides are swapped")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    train, held_out = _cut(_shuffled(count, seed), round(fraction * count))
    return held_out, train


@rewritten("You threw a coin")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    out = torch.from_numpy(np.random.default_rng(seed).random(count) < fraction)
    order = torch.arange(count)
    return order[~out], order[out]


@rewritten("You drew with `randint`")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    if not count:
        return torch.arange(0), torch.arange(0)
    drawn = np.random.default_rng(seed).integers(count, size=count)
    return _cut(torch.from_numpy(drawn).long(), round(fraction * count))


@rewritten("You gave two masks")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    _, held_out = _cut(_shuffled(count, seed), round(fraction * count))
    out = torch.isin(torch.arange(count), held_out)
    return out.logical_not(), out


@rewritten("You gave two Python lists")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return _cut(order, round(fraction * count))


@rewritten("An empty list makes a float32 tensor")
def holdout_split(count, fraction, seed):
    _good_split(count, fraction)
    train, held_out = _cut(_shuffled(count, seed).tolist(), round(fraction * count))
    return torch.tensor(train), torch.tensor(held_out)


@rewritten("A fraction below 0 or above 1")
def holdout_split(count, fraction, seed):
    _good_count(count)
    if fraction != fraction:
        raise ValueError("fraction is NaN")
    return _cut(_shuffled(count, seed), round(fraction * count))


@rewritten("NaN is neither below 0")
def holdout_split(count, fraction, seed):
    _good_count(count)
    if fraction > 1 or fraction < 0:
        raise ValueError("fraction: from 0 to 1")
    return _cut(_shuffled(count, seed), round(fraction * count))


@rewritten("You refused the fractions 0 and 1")
def holdout_split(count, fraction, seed):
    _good_count(count)
    if not 0 < fraction < 1:
        raise ValueError("fraction: between 0 and 1")
    return _cut(_shuffled(count, seed), round(fraction * count))


@rewritten("A negative count gave")
def holdout_split(count, fraction, seed):
    _good_fraction(fraction)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return _cut(order, round(fraction * count))
