"""Batches: loaders over tensors, ragged ends, padding, and statistics that come batch by batch."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader


def make_loader(values: Tensor | np.ndarray | list[Any], batch_size: int, drop_last: bool = False) -> DataLoader:
    """Make a `DataLoader` that hands out existing values in batches, in their order.

    Each batch is one tensor. When the number of samples is no multiple of
    `batch_size`, the last batch holds what is left, or is left out with
    `drop_last`. Without samples there is no batch. The loader can be gone
    through any number of times, and gives the same batches each time; what
    becomes of them when `values` is changed meanwhile is left open.

    Args:
        values: (samples, ...), a tensor or a NumPy array of any dtype that
            PyTorch has; or a list of numbers, or of equally long lists of
            numbers, or of such lists.
        batch_size: from 1, how many samples go into a batch.
        drop_last: whether a last batch with fewer samples is left out.

    Returns:
        A `DataLoader` whose batches are tensors (batch_size, ...), and whose
        length is the number of batches. Tensors and arrays keep their dtype,
        and tensors their device. A list becomes what `torch.tensor` makes of
        it: int64 from ints, bool from bools, float32 as soon as there is a
        float; on the CPU, as arrays are.

    Raises:
        ValueError: naming `batch_size`, when it is below 1; raised when the
            loader is made.

    Rules:
        `values` are not modified, neither here nor by whoever writes into a
        batch: each batch has memory of its own. When `values` is a tensor, the
        batches are not detached from it: a gradient finds its way back.

    Example:
        >>> for batch in make_loader([0.5, 1.5, 2.5], batch_size=2):
        ...     print(batch)
        tensor([0.5000, 1.5000])
        tensor([2.5000])

    Source:
        https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
    """
    # A DataLoader over a bare list gives float64 for floats, and cuts lists of lists the wrong way round.
    return DataLoader(torch.as_tensor(values), batch_size=batch_size, drop_last=drop_last)


def batch_count(samples: int, batch_size: int, drop_last: bool) -> int:
    """Count the batches that a loader gives in one epoch.

    All batches are full but the last, which holds what is left. With
    `drop_last`, a last batch that is not full does not count. No samples make
    no batch.

    Args:
        samples: how many samples there are, from 0 to 10**18.
        batch_size: how many go into a full batch, from 1 to 10**18.
        drop_last: whether a last batch that is not full is left out.

    Returns:
        The exact number of batches, as a Python int.

    Raises:
        ValueError: naming `samples`, when it is below 0; naming `batch_size`,
            when it is below 1, even if there are no samples.

    Rules:
        No counting one by one: 10**18 samples take no longer than ten.

    Example:
        >>> batch_count(10, 4, drop_last=False), batch_count(10, 4, drop_last=True)
        (3, 2)

    Source:
        https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
    """
    if samples < 0:
        raise ValueError(f"samples must be at least 0, not {samples}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    # Rounded up without a float, which holds whole numbers exactly only up to 2**53.
    return samples // batch_size if drop_last else -(-samples // batch_size)


def minibatches(x: Tensor, batch_size: int) -> Iterator[Tensor]:
    """Walk through a tensor in batches without copying any of it.

    The batches follow each other in the order of the rows, and the last one
    holds what is left: fewer rows than `batch_size` when the number of samples
    is no multiple of it. Without samples there is no batch at all.

    Args:
        x: (samples, ...), any dtype, any memory layout.
        batch_size: from 1, how many rows go into a batch.

    Returns:
        An iterator, such as a generator, over tensors (batch_size, ...) with
        the dtype and device of `x`. Each of them is a view of `x`, for every
        layout of its memory: what is written to one shows in the other.

    Raises:
        ValueError: naming `batch_size`, when it is below 1; at the latest
            when the first batch is asked for.

    Rules:
        A batch is cut when it is asked for: to get the first takes the same
        number of operations however many follow. `x` is not modified, nor are
        the batches detached from it: a gradient finds its way back.

    Example:
        >>> batches = minibatches(torch.tensor([1, 2, 3, 4, 5]), batch_size=2)
        >>> next(batches)
        tensor([1, 2])
        >>> list(batches)
        [tensor([3, 4]), tensor([5])]

    Source:
        https://docs.pytorch.org/docs/stable/tensor_view.html
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size]


def collate_padded(samples: list[tuple[Tensor, Any]]) -> tuple[Tensor, Tensor, Tensor]:
    """Put sequences of unequal length into one batch: padded with zeros, and with their lengths.

    Meant as `DataLoader(dataset, collate_fn=collate_padded)`, also with worker
    processes, to which the function travels by pickle. All sequences begin at
    position 0, and the batch is as long as its own longest sequence. A
    sequence may be empty, and zeros of its own count towards its length.

    Args:
        samples: a list of at least one tuple (sequence, label). Sequences are
            (length, ...) of any dtype: the length may differ, what follows it
            and dtype and device do not. Labels are all ints, all floats, or
            all tensors of one shape and dtype on the sequences' device.

    Returns:
        The tuple (padded, lengths, labels), in the order of `samples` and on
        the device of the sequences. `padded` is (batch, longest, ...) with
        their dtype, 0 (or False) behind the end of each. `lengths` is
        (batch,), int64. `labels` is (batch, ...): int64 from ints, float32
        from floats, and tensors stacked with their own dtype.

    Rules:
        Inputs, the list too, are not modified; gradients flow to the sequences.
        The function can be pickled.

    Example:
        >>> samples = [(torch.tensor([1.0, 2.0]), 7), (torch.tensor([3.0, 4.0, 5.0]), 8)]
        >>> padded, lengths, labels = collate_padded(samples)
        >>> padded
        tensor([[1., 2., 0.],
                [3., 4., 5.]])
        >>> lengths, labels
        (tensor([2, 3]), tensor([7, 8]))

    Source:
        https://docs.pytorch.org/docs/stable/data.html#working-with-collate-fn
    """
    padded = pad_sequence([sequence for sequence, _ in samples], batch_first=True)  # (batch, longest, ...)
    lengths = torch.tensor([len(sequence) for sequence, _ in samples], device=padded.device)
    labels = torch.stack([torch.as_tensor(label, device=padded.device) for _, label in samples])
    return padded, lengths, labels


def loader_mean(loader: Iterable[Tensor]) -> Tensor:
    """Average all samples of a loader, feature by feature, batch after batch.

    Every sample counts the same, whichever batch it came in: a last batch with
    fewer samples, or one without any, has only as much say as its samples.

    Args:
        loader: a `DataLoader`, or any other iterable, whose batches are
            floating-point tensors (batch, ...): the number of samples may
            differ from batch to batch, shape behind it, dtype and device do not.

    Returns:
        The mean over all samples, shape (...) as of one sample, with the dtype
        and device of the batches. float16 and bfloat16 are summed in float32
        or better and rounded once, at the end. The result is detached.

    Raises:
        ValueError: naming `loader`, when it gives no sample at all.

    Rules:
        `loader` is gone through once, and what it gives is all that is asked of
        it. Batches are not kept until the end, for all of them together may
        not fit into memory; nor are they modified.

    Example:
        >>> loader = [torch.tensor([[1.0, 10.0], [2.0, 20.0]]), torch.tensor([[6.0, 60.0]])]
        >>> loader_mean(loader)
        tensor([ 3., 30.])

    Source:
        https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory
    """
    total: Tensor | int = 0
    count = 0
    for batch in loader:
        wide = torch.promote_types(batch.dtype, torch.float32)  # a sum of float16 ends at 65504
        total = total + batch.detach().sum(dim=0, dtype=wide)
        count += len(batch)
    if count == 0:
        raise ValueError("loader gives no sample to average")
    return (total / count).to(batch.dtype)
