"""Right answers to the topic `loaders` in other styles than the solution's."""

import functools
import itertools
from fractions import Fraction

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import BatchSampler, DataLoader, Dataset, SequentialSampler, TensorDataset, default_collate

from kata.variants import right


def _check(batch_size):
    if batch_size <= 0:
        raise ValueError(f"a batch_size of {batch_size} makes no batch")


class _Rows(Dataset):
    def __init__(self, tensor):
        self.tensor = tensor

    def __len__(self):
        return self.tensor.size(0)

    def __getitem__(self, index):
        return self.tensor[index]


@right("a Dataset of its own")
def make_loader(values, batch_size, drop_last=False):
    tensor = values if isinstance(values, torch.Tensor) else torch.tensor(values)
    return DataLoader(_Rows(tensor), batch_size, shuffle=False, drop_last=drop_last)


@right("TensorDataset, unpacked by collate_fn")
def make_loader(values, batch_size, drop_last=False):
    dataset = TensorDataset(torch.as_tensor(values))
    return DataLoader(
        dataset, batch_size=batch_size, drop_last=drop_last, collate_fn=lambda samples: default_collate(samples)[0]
    )


@right("one index for a whole batch")
def make_loader(values, batch_size, drop_last=False):
    tensor = torch.from_numpy(values) if isinstance(values, np.ndarray) else torch.as_tensor(values)
    return DataLoader(tensor, batch_size=None, sampler=BatchSampler(SequentialSampler(tensor), batch_size, drop_last))


class _Slices(DataLoader):
    def __iter__(self):
        full = len(self.dataset) - (len(self.dataset) % self.batch_size if self.drop_last else 0)
        for start in range(0, full, self.batch_size):
            yield self.dataset[start : start + self.batch_size].clone()


@right("a subclass of DataLoader")
def make_loader(values, batch_size, drop_last=False):
    return _Slices(torch.as_tensor(values), batch_size=batch_size, drop_last=drop_last)


@right("divmod")
def batch_count(samples, batch_size, drop_last):
    _check(batch_size)
    if samples < 0:
        raise ValueError("samples: a negative number of them")
    full, rest = divmod(samples, batch_size)
    return full + (rest > 0 and not drop_last)


@right("the length of a range")
def batch_count(samples, batch_size, drop_last):
    _check(batch_size)
    if not samples >= 0:
        raise ValueError("fewer than no samples")
    return len(range(0, samples - batch_size + 1 if drop_last else samples, batch_size))


@right("asks a DataLoader")
def batch_count(samples, batch_size, drop_last):
    if samples < 0:
        raise ValueError(f"{samples=}")
    return len(DataLoader(range(samples), batch_size=batch_size, drop_last=drop_last))


@right("fractions")
def batch_count(samples, batch_size, drop_last):
    _check(batch_size)
    if samples < 0:
        raise ValueError(f"{samples} samples")
    batches = Fraction(samples, batch_size)
    return batches.__floor__() if drop_last else batches.__ceil__()


@right("int64 arithmetic of PyTorch")
def batch_count(samples, batch_size, drop_last):
    _check(batch_size)
    if samples < 0:
        raise ValueError(f"{samples} samples")
    missing = 0 if drop_last else batch_size - 1
    return torch.tensor(samples + missing).div(batch_size, rounding_mode="floor").item()


@right("narrow, in a while loop")
def minibatches(x, batch_size):
    _check(batch_size)
    start = 0
    while start < x.size(0):
        size = min(batch_size, x.size(0) - start)
        yield x.narrow(0, start, size)
        start += size


@right("split")
def minibatches(x, batch_size):
    _check(batch_size)
    return iter(x.split(batch_size) if x.shape[0] else ())


@right("a generator expression, checked at the call")
def minibatches(x, batch_size):
    _check(batch_size)
    return (x[i * batch_size : (i + 1) * batch_size] for i in range(-(-len(x) // batch_size)))


@right("takewhile")
def minibatches(x, batch_size):
    _check(batch_size)
    cuts = (x[start:][:batch_size] for start in itertools.count(0, batch_size))
    return itertools.takewhile(len, cuts)


class _Walk:
    def __init__(self, x, batch_size):
        _check(batch_size)
        self.rest, self.batch_size = x, batch_size

    def __iter__(self):
        return self

    def __next__(self):
        if not len(self.rest):
            raise StopIteration
        batch, self.rest = self.rest[: self.batch_size], self.rest[self.batch_size :]
        return batch


@right("an iterator class")
def minibatches(x, batch_size):
    return _Walk(x, batch_size)


def _numbers(samples, device):
    lengths = torch.tensor([sequence.shape[0] for sequence, _ in samples], dtype=torch.int64, device=device)
    if isinstance(samples[0][1], torch.Tensor):
        return lengths, torch.stack([label for _, label in samples])
    return lengths, torch.tensor([label for _, label in samples], device=device)


@right("writes into zeros")
def collate_padded(samples):
    first = samples[0][0]
    longest = max(len(sequence) for sequence, _ in samples)
    padded = first.new_zeros(len(samples), longest, *first.shape[1:])
    for row, (sequence, _) in enumerate(samples):
        padded[row, : len(sequence)] = sequence
    return (padded, *_numbers(samples, first.device))


@right("pads each, then stacks")
def collate_padded(samples):
    longest = max(len(sequence) for sequence, _ in samples)
    padded = []
    for sequence, _ in samples:
        features = [0, 0] * (sequence.dim() - 1)
        padded.append(functional.pad(sequence, (*features, 0, longest - len(sequence))))
    return (torch.stack(padded), *_numbers(samples, padded[0].device))


@right("joins each with its zeros")
def collate_padded(samples):
    sequences, _ = zip(*samples, strict=True)
    longest = max(map(len, sequences))
    rows = [
        torch.cat([sequence, sequence.new_zeros((longest - len(sequence), *sequence.shape[1:]))])
        for sequence in sequences
    ]
    return (torch.stack(rows), *_numbers(samples, sequences[0].device))


@right("all sequences at once, by a mask")
def collate_padded(samples):
    everything = torch.cat([sequence for sequence, _ in samples])
    lengths, labels = _numbers(samples, everything.device)
    kept = torch.arange(int(lengths.max()), device=everything.device) < lengths[:, None]
    padded = everything.new_zeros(*kept.shape, *everything.shape[1:])
    padded[kept] = everything
    return padded, lengths, labels


def _dtype_of_sum(batch):
    return torch.float64 if batch.dtype == torch.float64 else torch.float32


@right("a running mean")
def loader_mean(loader):
    mean, count = None, 0
    for batch in loader:
        batch = batch.detach()
        if not batch.shape[0]:
            continue
        count += batch.shape[0]
        new = batch.mean(dim=0, dtype=_dtype_of_sum(batch))
        mean = new if mean is None else mean + (new - mean) * (batch.shape[0] / count)
        dtype = batch.dtype
    if mean is None:
        raise ValueError("the loader is empty")
    return mean.to(dtype)


@right("sums in float64, sample by sample, in NumPy")
def loader_mean(loader):
    total, count = 0.0, 0
    for batch in loader:
        for sample in batch.detach().cpu().double().numpy():
            total, count = total + sample, count + 1
    if not count:
        raise ValueError("no sample in loader")
    return torch.as_tensor(np.asarray(total / count)).to(batch.dtype).to(batch.device)


@right("inference mode, a list of sums")
def loader_mean(loader):
    sums, sizes, dtype = [], [], None
    for batch in loader:
        with torch.inference_mode():
            sums.append(torch.einsum("n...->...", batch.to(_dtype_of_sum(batch))))
        sizes.append(len(batch))
        dtype = batch.dtype
    if not sum(sizes):
        raise ValueError("loader has nothing to average")
    return torch.stack(sums).sum(dim=0).div(sum(sizes)).to(dtype)


def _add(so_far, batch):
    total, count = so_far
    part = batch.sum(0, dtype=_dtype_of_sum(batch))
    return (part if total is None else total.add_(part)), count + batch.size(0)


@right("reduce, without gradients")
@torch.no_grad()
def loader_mean(loader):
    dtypes = []
    batches = (dtypes.append(batch.dtype) or batch for batch in loader)
    total, count = functools.reduce(_add, batches, (None, 0))
    if count == 0:
        raise ValueError("loader gave no samples")
    return total.div_(count).to(dtypes[-1])
