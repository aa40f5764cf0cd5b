"""Wrong answers to the katas of `joining`, which their specs must reject."""

import math

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from kata.variants import wrong

# split_parts


def _parts(parts):
    if parts < 1:
        raise ValueError(f"parts must be at least 1, not {parts}")


@wrong(
    "`chunk` settles on one length for all pieces and may run out of rows early: 11 rows in 5 parts came back as 4 "
    "pieces. `tensor_split` gives exactly as many as you ask for."
)
def split_parts(x, parts):
    _parts(parts)
    return x.chunk(parts)


@wrong(
    "The number that `torch.split` takes is the length of a piece, not how many there are, so you got pieces of "
    "`parts` rows. Use `tensor_split`."
)
def split_parts(x, parts):
    _parts(parts)
    return torch.split(x, parts)


@wrong(
    "You cut pieces of n // parts rows, and the rows left over became further pieces. There are too many now: give one "
    "row more to each of the first pieces instead."
)
def split_parts(x, parts):
    _parts(parts)
    return x.split(len(x) // parts)


@wrong(
    "All your pieces have n // parts rows, and the rows left over at the end are in none of them. Every row belongs "
    "to a piece."
)
def split_parts(x, parts):
    _parts(parts)
    size = len(x) // parts
    return [x[i * size : (i + 1) * size] for i in range(parts)]


@wrong(
    "The last piece got all the rows left over after n // parts for each: 11 rows in 4 parts became 2, 2, 2 and 5. "
    "Spread them, one row more for each of the first pieces."
)
def split_parts(x, parts):
    _parts(parts)
    size = len(x) // parts
    pieces = [x[i * size : (i + 1) * size] for i in range(parts - 1)]
    return [*pieces, x[(parts - 1) * size :]]


@wrong("Your longer pieces come last, such as 2, 2 and 3 for 7 rows in 3 parts. The longer ones come first.")
def split_parts(x, parts):
    _parts(parts)
    return x.split([(len(x) + i) // parts for i in range(parts)])


@wrong(
    "You rounded the positions i * n / parts down, so the longer pieces lie anywhere between the shorter ones, such as "
    "1, 2, 1 and 2 for 6 rows in 4 parts. The longer ones come first."
)
def split_parts(x, parts):
    _parts(parts)
    return [x[i * len(x) // parts : (i + 1) * len(x) // parts] for i in range(parts)]


@wrong(
    "You dealt the rows out like cards, rows 0, parts, 2 * parts and so on to the first piece. Each piece is a run of "
    "neighbours."
)
def split_parts(x, parts):
    _parts(parts)
    return [x[i::parts] for i in range(parts)]


@wrong("You cut along the last axis (dim=-1). The rows, along the first axis, are what gets split.")
def split_parts(x, parts):
    _parts(parts)
    return x.tensor_split(parts, dim=-1)


@wrong("With more parts than rows you left the empty pieces out. `parts` pieces are promised, so they belong there.")
def split_parts(x, parts):
    _parts(parts)
    return [piece for piece in x.tensor_split(parts) if len(piece)]


@wrong("You refused more parts than rows with a ValueError. That is allowed: the pieces after the last row are empty.")
def split_parts(x, parts):
    _parts(parts)
    if parts > len(x):
        raise ValueError(f"parts: {parts} of them for {len(x)} rows")
    return x.tensor_split(parts)


@wrong(
    "For parts=0 PyTorch raised its RuntimeError, which says nothing about your parameter. Check `parts` first, and "
    "raise a ValueError."
)
def split_parts(x, parts):
    return x.tensor_split(parts)


@wrong("You cloned each piece. A piece should be a view, so that numbers written into `x` show in it.")
def split_parts(x, parts):
    _parts(parts)
    return [piece.clone() for piece in x.tensor_split(parts)]


@wrong(
    "`contiguous` copies a tensor that is not in order in memory, so the pieces of a transposed `x` are no views of "
    "it. Cut `x` itself."
)
def split_parts(x, parts):
    _parts(parts)
    return x.contiguous().tensor_split(parts)


@wrong("You detached `x` before cutting, so no gradient gets back to it. Cut `x` itself.")
def split_parts(x, parts):
    _parts(parts)
    return x.detach().tensor_split(parts)


# split_at


def _sizes(x, sizes):
    if sum(sizes) != len(x) or min(sizes, default=0) < 0:
        raise ValueError(f"sizes must add up to {len(x)}, not {sizes}")


@wrong(
    "`tensor_split` reads your list as the positions where to cut, as NumPy's `split` does. These are lengths: that is "
    "what `torch.split` takes."
)
def split_at(x, sizes):
    _sizes(x, sizes)
    return x.tensor_split(list(sizes))


@wrong(
    "Where the sizes do not add up `torch.split` raises a RuntimeError. Add them up yourself first, and raise a "
    "ValueError that names `sizes`."
)
def split_at(x, sizes):
    return x.split(sizes)


@wrong(
    "You only refused sizes that add up to more than there is. When they add up to less, the rows at the end silently "
    "got lost: that is a ValueError too."
)
def split_at(x, sizes):
    if sum(sizes) > len(x) or min(sizes, default=0) < 0:
        raise ValueError("sizes are too many")
    stops = np.cumsum(sizes, dtype=int).tolist()
    return [x[stop - size : stop] for size, stop in zip(sizes, stops)]


@wrong(
    "You only refused sizes that add up to less than there is. When they add up to more, the last slices reached past "
    "the end and came out shorter than asked: that is a ValueError too."
)
def split_at(x, sizes):
    if sum(sizes) < len(x) or min(sizes, default=0) < 0:
        raise ValueError("sizes are too few")
    stops = np.cumsum(sizes, dtype=int).tolist()
    return [x[stop - size : stop] for size, stop in zip(sizes, stops)]


@wrong(
    "You only looked at the sum, so [-1, 7] went through for 6 rows and gave pieces that nobody asked for. Refuse "
    "negative sizes with a ValueError too."
)
def split_at(x, sizes):
    if sum(sizes) != len(x):
        raise ValueError("sizes do not add up")
    stops = np.cumsum(sizes, dtype=int).tolist()
    return [x[stop - size : stop] for size, stop in zip(sizes, stops)]


@wrong(
    "You checked the sum alone and left negative sizes to `torch.split`, whose error is a RuntimeError. Check both, "
    "and raise a ValueError that names `sizes`."
)
def split_at(x, sizes):
    if sum(sizes) != len(x):
        raise ValueError("sizes do not add up")
    return x.split(sizes)


@wrong("You refused a size of 0 with a ValueError. It is a length too, and gives an empty piece.")
def split_at(x, sizes):
    if sum(sizes) != len(x) or min(sizes, default=1) < 1:
        raise ValueError("sizes do not add up")
    return x.split(sizes)


@wrong("You left out the pieces of length 0, so there are fewer pieces than sizes. An empty piece is a piece.")
def split_at(x, sizes):
    _sizes(x, sizes)
    return [piece for piece in x.split(sizes) if len(piece)]


@wrong("Each of your pieces starts at row 0. The next one starts where the one before it stopped.")
def split_at(x, sizes):
    _sizes(x, sizes)
    return [x[:size] for size in sizes]


@wrong("You cut along the last axis (dim=-1) and measured it there too. The sizes count rows, along the first axis.")
def split_at(x, sizes):
    if sum(sizes) != x.shape[-1] or min(sizes, default=0) < 0:
        raise ValueError("sizes do not add up")
    return x.split(sizes, dim=-1)


@wrong(
    "You cut at every position but the last with `tensor_split`. That always gives at least one piece, so no sizes for "
    "no rows gave an empty piece instead of no piece."
)
def split_at(x, sizes):
    _sizes(x, sizes)
    return x.tensor_split(np.cumsum(sizes, dtype=int).tolist()[:-1])


@wrong("You took the sizes off the caller's list with `pop`, and it is empty now. Loop over it instead.")
def split_at(x, sizes):
    _sizes(x, sizes)
    if isinstance(sizes, tuple):
        return x.split(sizes)
    pieces, start = [], 0
    while sizes:
        size = sizes.pop(0)
        pieces.append(x[start : start + size])
        start += size
    return pieces


@wrong("You picked the rows by lists of indices, and that copies them. Slices, `narrow` and `split` give views.")
def split_at(x, sizes):
    _sizes(x, sizes)
    return [x[list(piece)] for piece in np.split(np.arange(len(x)), np.cumsum(sizes, dtype=int)[:-1])][: len(sizes)]


@wrong("Your function is a generator, because it has a `yield`. A list or a tuple is promised, so collect the pieces.")
def split_at(x, sizes):
    _sizes(x, sizes)
    return (piece for piece in x.split(sizes))


@wrong("You went through `x.data`, so no gradient gets back to `x`. Cut `x` itself.")
def split_at(x, sizes):
    _sizes(x, sizes)
    return x.data.split(sizes)


# batches_of


def _size(size):
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")


@wrong("`chunk` takes how many pieces there are. `size` is how long each of them is.")
def batches_of(x, size):
    _size(size)
    return list(x.chunk(size)) if len(x) else []


@wrong(
    "Only full batches came back, and the rows left over at the end are gone. They make a last batch that is shorter."
)
def batches_of(x, size):
    _size(size)
    return [x[start : start + size] for start in range(0, len(x) - size + 1, size)]


@wrong(
    "Your range of starts ends at n - size, so the last batch is missing, also where it is full. "
    "Let the range go up to n."
)
def batches_of(x, size):
    _size(size)
    return [x[start : start + size] for start in range(0, len(x) - size, size)]


@wrong(
    "You made n // size + 1 batches. Where n divides evenly, the last of them is empty, and so is the only one for no "
    "rows: no batch should ever be."
)
def batches_of(x, size):
    _size(size)
    return [x[i * size : (i + 1) * size] for i in range(len(x) // size + 1)]


@wrong("For a tensor without rows `split` gives one batch with nothing in it. There should be no batch at all.")
def batches_of(x, size):
    _size(size)
    return list(x.split(size))


@wrong("`split` gives a tuple. A list is promised: wrap it in `list`.")
def batches_of(x, size):
    _size(size)
    return x.split(size) if len(x) else ()


@wrong("The last batch was filled up with rows of the one before, taken from the end of `x`. Keep it shorter instead.")
def batches_of(x, size):
    _size(size)
    starts = range(0, len(x), size)
    return [x[max(0, min(start, len(x) - size)) :][:size] for start in starts]


@wrong("The rows left over joined the last full batch, which is too long now. They make a batch of their own.")
def batches_of(x, size):
    _size(size)
    full = max(1, len(x) // size) if len(x) else 0
    return [x[i * size : (i + 1) * size if i < full - 1 else len(x)] for i in range(full)]


@wrong("You spread the rows evenly over the batches with `tensor_split`. All batches but the last have `size` rows.")
def batches_of(x, size):
    _size(size)
    return list(x.tensor_split(-(-len(x) // size))) if len(x) else []


@wrong(
    "`range` complained about the step 0 without a word on `size`, and for a negative step it gave no batch. "
    "Check `size` first, and raise a ValueError that names it."
)
def batches_of(x, size):
    return [x[start : start + size] for start in range(0, len(x), size)]


@wrong("You refused a size of more than n with a ValueError. It gives a single batch with all rows.")
def batches_of(x, size):
    if not 1 <= size <= max(len(x), 1):
        raise ValueError(f"size must be from 1 to {len(x)}")
    return [x[start : start + size] for start in range(0, len(x), size)]


@wrong("You stacked the rows of each batch anew, which copies them. A slice is a view.")
def batches_of(x, size):
    _size(size)
    return [torch.stack(list(x[start : start + size])) for start in range(0, len(x), size)]


# stack_columns


def _vectors(vectors):
    if len({vector.shape for vector in vectors}) != 1 or vectors[0].dim() != 1:
        raise ValueError("vectors must be 1-D and equally long")


@wrong(
    "For vectors `hstack` is plain joining end to end: two of 3 numbers gave (6,). "
    "`column_stack` makes columns of them."
)
def stack_columns(vectors):
    _vectors(vectors)
    return torch.hstack(vectors)


@wrong("Your vectors became the rows of the result: stack puts its new axis first (dim=0). Columns need it at dim=1.")
def stack_columns(vectors):
    _vectors(vectors)
    return torch.stack(vectors)


@wrong(
    "You stacked the vectors as rows and re-cut that to (n, count) with `reshape`, which scatters each vector over "
    "the columns. Transpose it instead."
)
def stack_columns(vectors):
    _vectors(vectors)
    return torch.stack(vectors).reshape(len(vectors[0]), len(vectors))


@wrong("A single vector came back as (n,). It is a matrix with one column, (n, 1): name the axis if you squeeze.")
def stack_columns(vectors):
    _vectors(vectors)
    return torch.stack(vectors, dim=1) if len(vectors) > 1 else vectors[0].clone()


@wrong(
    "For a single vector you returned a view of it, `vector[:, None]`, so that writing into the result changes the "
    "vector. The result is a copy for any number of vectors."
)
def stack_columns(vectors):
    _vectors(vectors)
    return torch.stack(vectors, dim=1) if len(vectors) > 1 else vectors[0][:, None]


@wrong("Different lengths gave PyTorch's RuntimeError. Compare shapes first, and raise a ValueError naming `vectors`.")
def stack_columns(vectors):
    if not vectors or vectors[0].dim() != 1:
        raise ValueError("vectors are missing or not 1-D")
    return torch.stack(vectors, dim=1)


@wrong("Vectors of different lengths are a ValueError: you filled shorter ones up with 0, or cut longer ones off.")
def stack_columns(vectors):
    if not vectors or any(vector.dim() != 1 for vector in vectors):
        raise ValueError("vectors are missing or not 1-D")
    return pad_sequence(vectors)


@wrong("A vector with one number was repeated to the length of the others. That is another length: a ValueError.")
def stack_columns(vectors):
    if not vectors or any(vector.dim() != 1 for vector in vectors):
        raise ValueError("vectors are missing or not 1-D")
    if len({len(vector) for vector in vectors} - {1}) > 1:
        raise ValueError("vectors differ in length")
    return torch.stack(torch.broadcast_tensors(*vectors), dim=1)


@wrong(
    "`column_stack` also takes matrices and puts their columns beside each other. Refuse what has another number of "
    "axes than 1, such as (n, 1)."
)
def stack_columns(vectors):
    if len({len(vector) if vector.dim() else 1 for vector in vectors}) != 1:
        raise ValueError("vectors differ in length")
    return torch.column_stack(vectors)


@wrong("For an empty list `vectors[0]` raised an IndexError. Look at that first, and raise a ValueError.")
def stack_columns(vectors):
    if vectors[0].dim() != 1 or any(vector.shape != vectors[0].shape for vector in vectors):
        raise ValueError("vectors must be 1-D and equally long")
    return torch.stack(vectors, dim=1)


@wrong("`torch.empty` made float32 on the CPU. Your matrix should have the dtype and device of the vectors.")
def stack_columns(vectors):
    _vectors(vectors)
    matrix = torch.empty(len(vectors[0]), len(vectors))
    for column, vector in enumerate(vectors):
        matrix[:, column] = vector
    return matrix


@wrong("`torch.tensor` made new numbers out of lists, which no gradient can get through. Stack the tensors themselves.")
def stack_columns(vectors):
    _vectors(vectors)
    rows = list(zip(*(vector.tolist() for vector in vectors)))
    matrix = torch.tensor(rows, dtype=vectors[0].dtype, device=vectors[0].device)
    return matrix.reshape(len(vectors[0]), len(vectors))


# join


def _join(tensors, dim, new_axis):
    """Check as the kata asks, and return `dim` counted from 0."""
    if len({x.dim() for x in tensors}) != 1:
        raise ValueError("tensors must be some, and equal in their number of axes")
    rank = tensors[0].dim() + new_axis
    if not -rank <= dim < rank:
        raise IndexError(f"dim {dim} is out of range")
    dim %= rank
    if len({x.shape if new_axis else (x.shape[:dim], x.shape[dim + 1 :]) for x in tensors}) > 1:
        raise ValueError("tensors do not fit")
    return dim


@wrong("It is the other way round: `cat` makes an axis longer, `stack` adds a new one.")
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    return torch.cat(tensors, dim) if new_axis else torch.stack(tensors, dim)


@wrong("You never looked at `new_axis` and always used `cat`. With a new axis the result needs `stack`.")
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    return torch.cat(tensors, dim)


@wrong("You never looked at `new_axis` and always used `stack`. Without a new axis the result needs `cat`.")
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    return torch.stack(tensors, dim)


@wrong("You never passed `dim` on, so everything was joined along axis 0.")
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    return torch.stack(tensors) if new_axis else torch.cat(tensors)


@wrong(
    "For a new axis you joined with `cat` and unsqueezed afterwards: the new axis has size 1 and does not count the "
    "tensors. Unsqueeze each tensor before."
)
def join(tensors, dim, new_axis):
    dim = _join(tensors, dim, new_axis)
    if not new_axis:
        return torch.cat(tensors, dim)
    return (
        torch.cat(tensors, min(dim, tensors[0].dim() - 1)).unsqueeze(dim) if tensors[0].dim() else torch.stack(tensors)
    )


@wrong(
    "You joined along axis 0 and re-cut the numbers to the shape of the stack with `reshape`: right shape, scrambled "
    "values for any other `dim`. `stack` takes `dim` itself."
)
def join(tensors, dim, new_axis):
    dim = _join(tensors, dim, new_axis)
    if not new_axis:
        return torch.cat(tensors, dim)
    shape = list(tensors[0].shape)
    shape.insert(dim, len(tensors))
    return torch.cat([x.reshape(-1) for x in tensors]).reshape(shape)


@wrong(
    "With a new axis you counted a negative `dim` from the end of the tensors' axes, `dim % tensors[0].dim()`. The "
    "result has one axis more, so -1 ended up last but one."
)
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    if new_axis and dim < 0 and tensors[0].dim():
        dim %= tensors[0].dim()
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "Shapes that do not fit, and an empty list, gave PyTorch's RuntimeError. Compare the shapes first, and raise a "
    "ValueError that names `tensors`."
)
def join(tensors, dim, new_axis):
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "`cat` skips an empty (0,) among matrices without a word, and you translated its errors only. Other numbers of "
    "axes are a ValueError: compare them yourself."
)
def join(tensors, dim, new_axis):
    ranks = [x.dim() for x in tensors]
    if not tensors or any(x.dim() != max(ranks) for x in tensors if new_axis or x.shape != (0,)):
        raise ValueError("tensors do not fit")
    if max(ranks) == 0 and not new_axis:
        raise IndexError("dim: scalars have no axis")
    try:
        return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)
    except RuntimeError as error:
        raise ValueError(f"tensors do not fit: {error}") from error


@wrong(
    "You asked for equal shapes in both cases. Without a new axis the sizes along `dim` may differ: (2, 3) and (5, 3) "
    "make (7, 3)."
)
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    if len({x.shape for x in tensors}) > 1:
        raise ValueError("tensors differ in shape")
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "You repeated axes of size 1 with `broadcast_tensors` before stacking. Tensors of other shapes do not fit: that is "
    "a ValueError."
)
def join(tensors, dim, new_axis):
    if not new_axis or len({x.dim() for x in tensors}) != 1:
        _join(tensors, dim, new_axis)
        return torch.cat(tensors, dim)
    try:
        tensors = torch.broadcast_tensors(*tensors)
    except RuntimeError as error:
        raise ValueError("tensors do not fit") from error
    return torch.stack(tensors, _join(tensors, dim, new_axis))


@wrong(
    "`dim % rank` turned every number into some axis, also one that lies outside: joining (2, 3) along axis 2 gave "
    "axis 0. An axis that the result does not have is an IndexError."
)
def join(tensors, dim, new_axis):
    rank = (tensors[0].dim() if tensors else 1) + new_axis
    dim = _join(tensors, dim % rank if rank else dim, new_axis)
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "You reported a `dim` that the result does not have as a ValueError. It is an IndexError, as everywhere in PyTorch."
)
def join(tensors, dim, new_axis):
    try:
        dim = _join(tensors, dim, new_axis)
    except IndexError as error:
        raise ValueError(str(error)) from error
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "For scalars without a new axis `cat` raised a RuntimeError. They have no axis, so any `dim` is out of range: an "
    "IndexError."
)
def join(tensors, dim, new_axis):
    if not tensors or tensors[0].dim() or new_axis:
        dim = _join(tensors, dim, new_axis)
    elif any(x.dim() for x in tensors):
        raise ValueError("tensors differ in their number of axes")
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


@wrong(
    "You gave a single tensor back itself. The result is a copy, so that writing into it does not change the tensor."
)
def join(tensors, dim, new_axis):
    _join(tensors, dim, new_axis)
    if len(tensors) == 1 and not new_axis:
        return tensors[0]
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


# interleave


def _same_shape(a, b):
    if a.shape != b.shape:
        raise ValueError(f"b has shape {tuple(b.shape)}, not {tuple(a.shape)}")


@wrong("`cat` puts all of `b` after all of `a`. Pair their rows first: a new axis of size 2 next to the first one.")
def interleave(a, b):
    _same_shape(a, b)
    return torch.cat([a, b])


@wrong("`b` came first. The order is a[0], b[0], a[1], b[1].")
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack([b, a], dim=1).flatten(0, 1)


@wrong(
    "You stacked along a new last axis (dim=-1), so single numbers of `a` and `b` alternate and no row stays whole. "
    "Put the new axis right after the first one (dim=1)."
)
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack([a, b], dim=-1).reshape(2 * len(a), *a.shape[1:])


@wrong("`flatten()` without axes melted the rows into one long vector. Flatten the first two axes only.")
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack([a, b], dim=1).flatten()


@wrong("The pairs kept their axis: your result is (n, 2, ...). Make one axis of the first two.")
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack([a, b], dim=1)


@wrong(
    "You put the columns of `a` and `b` side by side with `hstack` and cut the rows anew. Vectors have no columns: "
    "`hstack` joins them end to end, so for them nothing alternates."
)
def interleave(a, b):
    _same_shape(a, b)
    return torch.hstack([a, b]).reshape(2 * len(a), *a.shape[1:])


@wrong(
    "`reshape` with -1 cannot work the first size out when another axis has size 0. Say 2 * n, or flatten the two axes."
)
def interleave(a, b):
    _same_shape(a, b)
    return torch.stack([a, b], dim=1).reshape(-1, *a.shape[1:])


@wrong("Other shapes gave PyTorch's RuntimeError from `stack`. Compare them first, and raise a ValueError naming `b`.")
def interleave(a, b):
    return torch.stack([a, b], dim=1).flatten(0, 1)


@wrong(
    "You only compared lengths, and writing `b` into every second row repeated its axes of size 1 to fit `a`. "
    "The whole shapes must be equal."
)
def interleave(a, b):
    if len(a) != len(b):
        raise ValueError("b has another length than a")
    try:
        mixed = a.new_empty(2 * len(a), *a.shape[1:])
        mixed[::2], mixed[1::2] = a, b
    except RuntimeError as error:
        raise ValueError("b does not fit") from error
    return mixed


@wrong("You cut the longer one to the shorter, as `zip` does. Another shape is a ValueError naming `b`.")
def interleave(a, b):
    if a.shape[1:] != b.shape[1:]:
        raise ValueError("b does not fit")
    shorter = min(len(a), len(b))
    return torch.stack([a[:shorter], b[:shorter]], dim=1).flatten(0, 1)


@wrong("You went through the rows in a Python loop. `stack` pairs all of them at once.")
def interleave(a, b):
    _same_shape(a, b)
    rows = [row for pair in zip(a, b) for row in pair]
    return torch.stack(rows) if rows else torch.cat([a, b])


@wrong("`torch.empty` made float32 on the CPU. Take the dtype and the device of `a` for your result.")
def interleave(a, b):
    _same_shape(a, b)
    mixed = torch.empty(2 * len(a), *a.shape[1:])
    mixed[::2], mixed[1::2] = a, b
    return mixed


@wrong("You wrote into `.data` of the result, and autograd does not see that: no gradient gets to `a` and `b`.")
def interleave(a, b):
    _same_shape(a, b)
    mixed = torch.empty(2 * len(a), *a.shape[1:], dtype=a.dtype, device=a.device)
    mixed[::2], mixed[1::2] = a.data, b.data
    return mixed


# pad_and_stack


def _sequences(sequences):
    if len({sequence.shape[1:] for sequence in sequences}) != 1:
        raise ValueError("sequences must be some, and equal in all sizes but the first")


def _mask(sequences):
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=sequences[0].device)
    return torch.arange(max(map(len, sequences)), device=lengths.device) < lengths[:, None]


@wrong(
    "Your mask asks whether a position holds anything but `value`, so a real entry that happens to equal `value` "
    "counts as filling. Only the lengths tell."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    different = padded != value if value == value else ~padded.isnan()
    if padded.dim() > 2:
        different = different.flatten(2).any(2) if different.numel() else _mask(sequences)
    return padded, different


@wrong("Your mask is True at the filling. It should be True where an entry of a sequence is.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    return pad_sequence(sequences, batch_first=True, padding_value=value), ~_mask(sequences)


@wrong("Your mask holds numbers, 0 and 1 in int64. A mask is bool: indexing with numbers picks rows 0 and 1.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    return pad_sequence(sequences, batch_first=True, padding_value=value), _mask(sequences).long()


@wrong("You filled up with zeros and never looked at `value`. `pad_sequence` takes it as `padding_value`.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    return pad_sequence(sequences, batch_first=True), _mask(sequences)


@wrong("`pad_sequence` puts the positions first, (longest, n, ...), unless you ask for `batch_first`.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    return pad_sequence(sequences, padding_value=value), _mask(sequences)


@wrong("Your filling stands before each sequence, and so does False in the mask. Sequences start at position 0.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True, padding_value=value, padding_side="left")
    return padded, _mask(sequences).flip(1)


@wrong("You cut all sequences to the shortest. Fill the shorter ones up to the longest instead: nothing gets lost.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    shortest = min(map(len, sequences))
    cut = [sequence[:shortest] for sequence in sequences]
    return torch.stack(cut), _mask(cut)


@wrong("You took the first sequence for the longest. Any of them may be: look at all lengths.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    longest = len(sequences[0])
    cut = [sequence[:longest] for sequence in sequences]
    return pad_sequence(cut, batch_first=True, padding_value=value), _mask(cut)


@wrong("Your mask marks one position too many after each sequence: position `length` is the first one of filling.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=padded.device)
    return padded, torch.arange(padded.size(1), device=padded.device) <= lengths[:, None]


@wrong("Your mask has the features as an axis too. It says of each position whether it is real, so it is (n, longest).")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    mask = _mask(sequences)
    return padded, mask.reshape(*mask.shape, *[1] * (padded.dim() - 2)).expand(padded.shape).clone()


@wrong(
    "You filled by arithmetic, padded * mask + value * ~mask: infinity times 0 is NaN, so an infinite `value` spoils "
    "the real entries. Choose, with `where`, `masked_fill` or `pad_sequence` itself."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True)
    mask = _mask(sequences)
    weights = mask.reshape(*mask.shape, *[1] * (padded.dim() - 2))
    return (padded * weights + value * ~weights).to(padded.dtype), mask


@wrong(
    "`pad` counts its numbers from the last axis, so you lengthened the features instead of the sequence. For a "
    "(length, features) sequence the first pair of numbers is (0, 0)."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    longest = max(map(len, sequences))
    padded = [torch.nn.functional.pad(x, (0, longest - len(x)), value=value) for x in sequences]
    return torch.stack(padded), _mask(sequences)


@wrong(
    "`torch.full` takes its dtype from `value` and lies on the CPU. Your padded tensor should have the dtype and "
    "device of the sequences."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    mask = _mask(sequences)
    padded = torch.full((*mask.shape, *sequences[0].shape[1:]), value)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence
    return padded, mask


@wrong("The padded tensor is right, but `torch.arange` made your mask on the CPU. Give it the device of the sequences.")
def pad_and_stack(sequences, value):
    _sequences(sequences)
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return padded, torch.arange(padded.size(1)) < lengths[:, None]


@wrong(
    "Sequences that do not fit, and an empty list, gave PyTorch's RuntimeError. Compare them first, and raise a "
    "ValueError that names `sequences`."
)
def pad_and_stack(sequences, value):
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    return padded, _mask(sequences)


@wrong(
    "You wrote `sequence.detach()` into the result, so no gradient gets back to the sequences. Write them as they are."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    detached = [sequence.detach() for sequence in sequences]
    return pad_sequence(detached, batch_first=True, padding_value=value), _mask(sequences)


@wrong(
    "For sequences of one length you had nothing to fill and gave views of them, such as `sequences[0][None]` for a "
    "single one. The results are copies in every case."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    if len(sequences) == 1:
        return sequences[0][None], _mask(sequences)
    return pad_sequence(sequences, batch_first=True, padding_value=value), _mask(sequences)


@wrong(
    "You built float32 numbers in between, and large whole numbers were rounded. Build the padded tensor in the dtype "
    "of the sequences from the start."
)
def pad_and_stack(sequences, value):
    _sequences(sequences)
    dtype = sequences[0].dtype
    if not dtype.is_floating_point:
        rounded = [sequence.float() for sequence in sequences]
        return pad_sequence(rounded, batch_first=True, padding_value=value).to(dtype), _mask(sequences)
    return pad_sequence(sequences, batch_first=True, padding_value=value), _mask(sequences)


# holdout_split


def _split(count, fraction):
    if count < 0:
        raise ValueError(f"count is negative: {count}")
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction is not from 0 to 1: {fraction}")
    return round(fraction * count)


def _order(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


@wrong("You shuffled once for each side, so some samples are in both and others in none. Shuffle once and cut once.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    generator = torch.Generator().manual_seed(seed)
    train = torch.randperm(count, generator=generator)[size:]
    return train, torch.randperm(count, generator=generator)[:size]


@wrong(
    "You cut with a negative index, `order[:-k]` and `order[-k:]`. With k = 0 that holds everything out and trains on "
    "nothing. Cut at count - k instead."
)
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = _order(count, seed)
    return order[:-size], order[-size:]


@wrong("You held out the last samples without shuffling: with data in an order, that is another kind of sample.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = torch.arange(count)
    return order[: count - size], order[count - size :]


@wrong(
    "You held out a run of neighbours that starts at a random place. Every choice of samples should be equally likely: "
    "shuffle them."
)
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    start = int(torch.randint(max(count, 1), (), generator=torch.Generator().manual_seed(seed)))
    order = torch.arange(count).roll(-start)
    return order[size:], order[:size]


@wrong("`torch.manual_seed` resets the random numbers of the whole program. Draw from a `torch.Generator` of your own.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    torch.manual_seed(seed)
    order = torch.randperm(count)
    return order[size:], order[:size]


@wrong("`np.random.seed` resets NumPy's random numbers for the whole program. Use `np.random.default_rng(seed)`.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    np.random.seed(seed)
    order = torch.from_numpy(np.random.permutation(count))
    return order[size:], order[:size]


@wrong("Your generator was never given the seed, so every seed makes the same split.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = torch.randperm(count, generator=torch.Generator())
    return order[size:], order[:size]


@wrong("You never used the seed: without a `generator` the split is another one at each call.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = torch.randperm(count)
    return order[size:], order[:size]


@wrong(
    "You keep one generator for each seed and go on drawing from it, so the second call with a seed makes another "
    "split. Make a generator at each call."
)
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    generator = _GENERATORS.setdefault(seed, torch.Generator().manual_seed(seed))
    order = torch.randperm(count, generator=generator)
    return order[size:], order[:size]


_GENERATORS = {}


@wrong("`int` cuts the product off: 0.29 * 100 is a little below 29 and became 28. Use `round`.")
def holdout_split(count, fraction, seed):
    _split(count, fraction)
    size = int(fraction * count)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong("You rounded up with `math.ceil`, so 0.3 of 1 sample held out all there is. Use `round`.")
def holdout_split(count, fraction, seed):
    _split(count, fraction)
    size = math.ceil(fraction * count)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong(
    "You rounded a half up, `int(x + 0.5)`. Python's `round`, which is promised, takes a half to the even neighbour: "
    "half of 5 samples is 2."
)
def holdout_split(count, fraction, seed):
    _split(count, fraction)
    size = int(fraction * count + 0.5)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong(
    "You rounded the training side, `round((1 - fraction) * count)`, and held out the rest. The promise is about the "
    "held-out side: half of 7 samples held out is 4."
)
def holdout_split(count, fraction, seed):
    _split(count, fraction)
    size = count - round((1 - fraction) * count)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong("The two sides are swapped: `fraction` of the samples is held out, and the training side comes first.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = _order(count, seed)
    return order[:size], order[size:]


@wrong(
    "You threw a coin for each sample, so the number held out varies with the seed. It is exactly "
    "`round(fraction * count)`."
)
def holdout_split(count, fraction, seed):
    _split(count, fraction)
    held_out = torch.rand(count, generator=torch.Generator().manual_seed(seed)) < fraction
    return (~held_out).nonzero().flatten(), held_out.nonzero().flatten()


@wrong("You drew with `randint`, which may draw one sample twice. Shuffle all of them with `randperm`, and cut.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    generator = torch.Generator().manual_seed(seed)
    held_out = torch.randint(max(count, 1), (size,), generator=generator)
    taken = set(held_out.tolist())
    return torch.tensor([i for i in range(count) if i not in taken], dtype=torch.int64), held_out


@wrong("You gave two masks of bool. Index tensors are asked for: `nonzero` makes them of a mask.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    mask = torch.zeros(count, dtype=torch.bool)
    mask[_order(count, seed)[:size]] = True
    return ~mask, mask


@wrong("You gave two Python lists. Make int64 tensors of them.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = _order(count, seed).tolist()
    return order[size:], order[:size]


@wrong("An empty list makes a float32 tensor, so a side without samples came back as float32. Say dtype=torch.int64.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    order = _order(count, seed).tolist()
    return torch.tensor(order[size:]), torch.tensor(order[:size])


@wrong(
    "A fraction below 0 or above 1 went through and gave some split. Refuse it with a ValueError that names `fraction`."
)
def holdout_split(count, fraction, seed):
    if count < 0:
        raise ValueError(f"count is negative: {count}")
    if not math.isfinite(fraction):
        raise ValueError(f"fraction is {fraction}")
    size = round(fraction * count)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong("NaN is neither below 0 nor above 1, so it went through your check. Ask whether the fraction is from 0 to 1.")
def holdout_split(count, fraction, seed):
    if count < 0:
        raise ValueError(f"count is negative: {count}")
    if fraction < 0 or fraction > 1:
        raise ValueError(f"fraction is not from 0 to 1: {fraction}")
    size = round(fraction * count)
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong("You refused the fractions 0 and 1 with a ValueError. They leave one side empty, which is allowed.")
def holdout_split(count, fraction, seed):
    size = _split(count, fraction)
    if fraction in (0, 1):
        raise ValueError("fraction leaves a side empty")
    order = _order(count, seed)
    return order[size:], order[:size]


@wrong("A negative count gave `randperm`'s RuntimeError. Check it first, and raise a ValueError that names `count`.")
def holdout_split(count, fraction, seed):
    size = _split(max(count, 0), fraction)
    order = _order(count, seed)
    return order[size:], order[:size]
