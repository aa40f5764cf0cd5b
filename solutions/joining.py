"""Split, stack and concatenate tensors."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def split_parts(x: Tensor, parts: int) -> list[Tensor] | tuple[Tensor, ...]:
    """Cut a tensor along its first axis into exactly `parts` pieces, as equal as possible.

    Sizes differ by at most 1, the longer pieces come first, and rows keep their order: 11 rows in
    5 parts are 3, 2, 2, 2 and 2 rows, where `torch.chunk` gives only 4 pieces. With more parts than
    rows, each row is a piece, and the pieces after them are empty.

    Args:
        x: (n, ...), any dtype; n may be 0.
        parts: how many pieces, at least 1.

    Returns:
        A list or tuple of `parts` tensors (size_i, ...), with the dtype and device of `x`; an empty
        piece is (0, ...).

    Raises:
        ValueError: naming `parts`, when it is less than 1.

    Rules:
        Each piece is a view of `x`: nothing is copied. Gradients flow to `x`, which is not modified.

    Example:
        >>> split_parts(torch.arange(7), 3)
        (tensor([0, 1, 2]), tensor([3, 4]), tensor([5, 6]))

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.tensor_split.html
    """
    if parts < 1:
        raise ValueError(f"parts must be at least 1, not {parts}")
    return x.tensor_split(parts)


def split_at(x: Tensor, sizes: list[int] | tuple[int, ...]) -> list[Tensor] | tuple[Tensor, ...]:
    """Cut a tensor along its first axis into pieces of the given lengths, in order.

    The lengths use up all rows exactly. A length of 0 gives an empty piece, and no lengths at all,
    for an `x` without rows, give no pieces.

    Args:
        x: (n, ...), any dtype; n may be 0.
        sizes: the lengths of the pieces, ints from 0 that add up to n.

    Returns:
        A list or tuple of as many tensors as there are sizes, (sizes[i], ...) each, with the dtype and
        device of `x`.

    Raises:
        ValueError: naming `sizes`, when they do not add up to n or one of them is negative.

    Rules:
        Each piece is a view of `x`: nothing is copied. Gradients flow to `x`; neither it nor `sizes` is
        modified.

    Example:
        >>> split_at(torch.arange(6), [3, 1, 2])
        (tensor([0, 1, 2]), tensor([3]), tensor([4, 5]))

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.split.html
    """
    if sum(sizes) != len(x) or any(size < 0 for size in sizes):
        raise ValueError(f"sizes must be lengths that add up to {len(x)}, not {sizes}")
    return x.split(sizes)


def batches_of(x: Tensor, size: int) -> list[Tensor]:
    """Cut a tensor along its first axis into batches of `size` rows, in order.

    Rows that do not fill the last batch make a shorter one; none is dropped. No batch is ever empty, so
    an `x` without rows gives an empty list.

    Args:
        x: (n, ...), any dtype; n may be 0.
        size: the rows of each batch but the last, at least 1; may be more than n.

    Returns:
        A list of tensors (size, ...), the last (1 to size, ...), with the dtype and device of `x`.

    Raises:
        ValueError: naming `size`, when it is less than 1.

    Rules:
        Each batch is a view of `x`: nothing is copied. Gradients flow to `x`, which is not modified.

    Example:
        >>> batches_of(torch.arange(5), 2)
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]
        >>> batches_of(torch.arange(0), 2)
        []

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.split.html
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    # `split` alone would give one empty batch where there are no rows.
    return [x[start : start + size] for start in range(0, len(x), size)]


def stack_columns(vectors: list[Tensor]) -> Tensor:
    """Put vectors side by side, as the columns of a matrix.

    Column j of the result is `vectors[j]`. A single vector gives a matrix too, with one column.

    Args:
        vectors: a list of at least one tensor (n,), all of one length, dtype and device; any dtype, n may
            be 0.

    Returns:
        (n, count) for `count` vectors, with their dtype and device.

    Raises:
        ValueError: naming `vectors`, when the list is empty, when lengths differ, or when one of them has
            another number of axes than 1, such as (n, 1).

    Rules:
        The result is a copy: it shares no memory with the vectors, not even with a single one. Gradients
        flow to every vector; neither they nor the list are modified.

    Example:
        >>> stack_columns([torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6])])
        tensor([[1, 4],
                [2, 5],
                [3, 6]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.column_stack.html
    """
    shapes = {vector.shape for vector in vectors}
    if len(shapes) != 1 or len(shapes.pop()) != 1:
        raise ValueError(f"vectors must all be shaped (n,), not {[tuple(vector.shape) for vector in vectors]}")
    return torch.stack(vectors, dim=1)


def join(tensors: list[Tensor], dim: int, new_axis: bool) -> Tensor:
    """Join tensors one after another along an axis, either one that they have or a new one.

    Without a new axis, `dim` is an axis of every tensor, and the result is as long there as all of them
    together. With a new axis, `dim` is its place in the result, which has one axis more than the tensors
    and counts them there. A negative `dim` counts from the end of the *result's* axes, so that with a new
    axis -1 puts it last.

    Args:
        tensors: a list of at least one tensor, all of one dtype and on one device; any dtype, sizes of 0
            included. With a new axis all have one shape. Without, all have as many axes, and sizes may
            differ along `dim` only.
        dim: an axis of the result.
        new_axis: whether the tensors are stacked along a new axis or joined along one of theirs.

    Returns:
        The joined tensor, with their dtype and device. Without a new axis, its size along `dim` is the sum
        of theirs; with a new axis, it is the number of tensors.

    Raises:
        ValueError: naming `tensors`, when the list is empty, when they differ in their number of axes,
            whatever `dim` is, or when sizes do not fit as described. An empty (0,) fits no tensor with two
            axes, though `torch.cat` lets it pass.
        IndexError: naming `dim`, when the result has no such axis. Scalars, shape (), can only be joined
            along a new one; without it any `dim` is out of range for them.

    Rules:
        The result is a copy: it shares no memory with the tensors, not even with a single one. Gradients
        flow to every tensor; neither they nor the list are modified.

    Example:
        >>> a, b = torch.tensor([[1, 2, 3]]), torch.tensor([[4, 5, 6]])
        >>> join([a, b], dim=0, new_axis=False)
        tensor([[1, 2, 3],
                [4, 5, 6]])
        >>> join([a, b], dim=-1, new_axis=True)
        tensor([[[1, 4],
                 [2, 5],
                 [3, 6]]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.cat.html
    """
    ranks = {x.dim() for x in tensors}
    if len(ranks) != 1:
        raise ValueError("tensors must be at least one, all with as many axes")
    rank = ranks.pop() + new_axis  # of the result
    if not -rank <= dim < rank:
        raise IndexError(f"dim {dim} is out of range for a result with {rank} axes")
    dim %= rank
    must_agree = {x.shape if new_axis else (x.shape[:dim], x.shape[dim + 1 :]) for x in tensors}
    if len(must_agree) > 1:
        raise ValueError(f"tensors of shapes {[tuple(x.shape) for x in tensors]} do not fit along axis {dim}")
    return torch.stack(tensors, dim) if new_axis else torch.cat(tensors, dim)


def interleave(a: Tensor, b: Tensor) -> Tensor:
    """Mix two tensors row by row along the first axis: a[0], b[0], a[1], b[1], and so on.

    The rows themselves stay whole, however many axes they have: `result[2 * i]` is `a[i]`, and
    `result[2 * i + 1]` is `b[i]`.

    Args:
        a: (n, ...), any dtype; any size may be 0.
        b: the shape, dtype and device of `a`.

    Returns:
        (2n, ...), with the dtype and device of `a`.

    Raises:
        ValueError: naming `b`, when its shape is not that of `a`.

    Rules:
        No Python loop. Gradients flow to both; inputs are not modified.

    Example:
        >>> interleave(torch.tensor([1, 2, 3]), torch.tensor([10, 20, 30]))
        tensor([ 1, 10,  2, 20,  3, 30])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.stack.html
    """
    if a.shape != b.shape:
        raise ValueError(f"b has shape {tuple(b.shape)}, a has {tuple(a.shape)}")
    return torch.stack([a, b], dim=1).flatten(0, 1)  # (n, 2, ...) to (2n, ...)


def pad_and_stack(sequences: list[Tensor], value: float) -> tuple[Tensor, Tensor]:
    """Stack sequences of different lengths into one tensor, and mark what is real in it.

    Each sequence starts at position 0 and is filled up with `value` at its end, until it is as long as the
    longest. The mask depends on the lengths alone: an entry that happens to equal `value` is still real.

    Args:
        sequences: a list of at least one tensor (length_i, ...), all of one dtype and device and equal in
            every size but the first; any dtype. Sizes may be 0, even all lengths.
        value: what to fill with; a number that their dtype can hold, NaN and infinity included where it
            is floating point.

    Returns:
        The tuple (padded, mask), both on the device of the sequences: padded is (n, longest, ...), with
        their dtype; mask is (n, longest), bool, True where padded holds an entry of a sequence.

    Raises:
        ValueError: naming `sequences`, when the list is empty, or when they differ in number of axes or in
            a size other than the first.

    Rules:
        Loops over the sequences are fine. The results are copies: they share no memory with the sequences,
        not even with a single one. Gradients flow to every sequence; neither they nor the list are
        modified.

    Example:
        >>> padded, mask = pad_and_stack([torch.tensor([5, 0, 7]), torch.tensor([8])], value=0)
        >>> padded
        tensor([[5, 0, 7],
                [8, 0, 0]])
        >>> mask
        tensor([[ True,  True,  True],
                [ True, False, False]])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
    """
    if len({sequence.shape[1:] for sequence in sequences}) != 1:
        raise ValueError("sequences must be at least one, equal in all sizes but the first")
    padded = pad_sequence(sequences, batch_first=True, padding_value=value)
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=padded.device)
    positions = torch.arange(padded.size(1), device=padded.device)
    return padded, positions < lengths.unsqueeze(1)  # (longest,) < (n, 1) gives (n, longest)


def holdout_split(count: int, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    """Split the numbers of `count` samples at random into those to train on and those to hold out.

    Every index from 0 to count - 1 is in exactly one of the two, once, and each choice of samples is
    equally likely. Either may be empty.

    Args:
        count: how many samples there are, an int from 0.
        fraction: of the samples, from 0 to 1, how many are held out: exactly `round(fraction * count)`,
            with Python's own `round`; the rest are for training.
        seed: an int from 0 to 2**32 - 1. The split depends on the three arguments and nothing else, so it
            is the same at every call; another seed chooses anew.

    Returns:
        The tuple (train, held_out) of two index tensors, (count - k,) and (k,) for k samples held out,
        int64, on the CPU; each in any order.

    Raises:
        ValueError: naming `count`, when it is negative; naming `fraction`, when it is not from 0 to 1, as
            NaN is not.

    Rules:
        The global random states of PyTorch, NumPy and Python are as they were afterwards.

    Example:
        >>> train, held_out = holdout_split(10, 0.3, seed=1)
        >>> len(train), len(held_out)
        (7, 3)
        >>> sorted(train.tolist() + held_out.tolist())
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

    Source:
        https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split
    """
    if count < 0:
        raise ValueError(f"count must be at least 0, not {count}")
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be from 0 to 1, not {fraction}")
    held_out = round(fraction * count)
    generator = torch.Generator().manual_seed(seed)  # our own: the global one belongs to the caller
    order = torch.randperm(count, generator=generator)
    return order[held_out:], order[:held_out]
