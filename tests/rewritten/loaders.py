"""The wrong answers to the katas of `loaders` once more, each from its sentence alone and in another style."""

import itertools
import math

import numpy as np
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from kata.variants import rewritten

# make_loader


def _tensor(values):
    if isinstance(values, torch.Tensor):
        return values
    return torch.tensor(values)


@rewritten("You gave `values` to DataLoader as they are")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(dataset=values, batch_size=batch_size, drop_last=drop_last)


@rewritten("You shuffled: the samples come in another order")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(_tensor(values), batch_size, shuffle=True, drop_last=drop_last)


@rewritten("`TensorDataset` makes every sample a tuple")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader([(row,) for row in _tensor(values)], batch_size, drop_last=drop_last)


@rewritten("You turned everything into float32")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values, dtype=torch.float32), batch_size, drop_last=drop_last)


@rewritten("You went from a list to a NumPy array")
def make_loader(values, batch_size, drop_last=False):
    if isinstance(values, list):
        values = np.asarray(values)
    data = torch.from_numpy(values) if isinstance(values, np.ndarray) else values
    return DataLoader(data, batch_size, drop_last=drop_last)


@rewritten("`drop_last` has no effect")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(_tensor(values), batch_size=batch_size, drop_last=False)


@rewritten("The last, smaller batch is always left out")
def make_loader(values, batch_size, drop_last=True):
    return DataLoader(_tensor(values), batch_size=batch_size, drop_last=True)


@rewritten("You returned a list of the batches")
def make_loader(values, batch_size, drop_last=False):
    return [batch for batch in DataLoader(_tensor(values), batch_size, drop_last=drop_last)]


@rewritten("A batch size below 1 was quietly taken for 1")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(_tensor(values), 1 if batch_size < 1 else batch_size, drop_last=drop_last)


class _Slices:
    def __init__(self, data, batch_size, drop_last):
        ends = range(batch_size, len(data) + (1 if drop_last else batch_size), batch_size)
        self.data, self.ends, self.size = data, ends, batch_size

    def __len__(self):
        return len(self.ends)

    def __getitem__(self, i):
        return self.data[self.ends[i] - self.size : self.ends[i]]


@rewritten("You cut the tensor into slices and let DataLoader")
def make_loader(values, batch_size, drop_last=False):
    if batch_size < 1:
        raise ValueError(f"batch_size: {batch_size}")
    return DataLoader(_Slices(_tensor(values), batch_size, drop_last), batch_size=None)


@rewritten("`torch.tensor` copies a tensor and cuts the copy off")
def make_loader(values, batch_size, drop_last=False):
    data = values.detach().clone() if isinstance(values, torch.Tensor) else torch.tensor(values)
    return DataLoader(data, batch_size, drop_last=drop_last)


@rewritten("You moved the values to the CPU")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(_tensor(values).to("cpu"), batch_size, drop_last=drop_last)


# batch_count


def _counted(samples, batch_size):
    if samples < 0:
        raise ValueError(f"samples cannot be {samples}")
    if batch_size < 1:
        raise ValueError(f"batch_size cannot be {batch_size}")


@rewritten("You always rounded down")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    return divmod(samples, batch_size)[0]


@rewritten("You always rounded up")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    return -(-samples // batch_size)


@rewritten("You rounded down and added 1 for the rest")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    full = samples // batch_size
    return full if drop_last else full + 1


@rewritten("It is the other way round: `drop_last` means one batch less")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    full, rest = divmod(samples, batch_size)
    return full + 1 if drop_last and rest else full


@rewritten("`samples / batch_size` is a float")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    batches = samples / batch_size
    return math.floor(batches) if drop_last else math.ceil(batches)


@rewritten("`round` goes to the nearest whole number")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    if drop_last:
        return samples // batch_size
    return round(samples / batch_size)


@rewritten("`drop_last` dropped a batch that was full")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    batches = (samples + batch_size - 1) // batch_size
    return max(batches - 1, 0) if drop_last else batches


@rewritten("Without samples you still counted one batch")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    if drop_last:
        return samples // batch_size
    return (max(samples, 1) - 1) // batch_size + 1


@rewritten("A batch size below 1 went into the division")
def batch_count(samples, batch_size, drop_last):
    if samples < 0:
        raise ValueError("samples below 0")
    full, rest = divmod(samples, batch_size)
    return full + (rest != 0 and not drop_last)


@rewritten("A negative number of samples gave")
def batch_count(samples, batch_size, drop_last):
    if batch_size <= 0:
        raise ValueError("batch_size below 1")
    full, rest = divmod(samples, batch_size)
    return full + int(bool(rest) and not drop_last)


@rewritten("You refused 0 samples")
def batch_count(samples, batch_size, drop_last):
    if samples <= 0:
        raise ValueError("samples: there must be some")
    _counted(samples, batch_size)
    full, rest = divmod(samples, batch_size)
    return full + int(bool(rest) and not drop_last)


@rewritten("The count came back as a float")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    full, rest = divmod(samples, batch_size)
    return float(full + int(bool(rest) and not drop_last))


@rewritten("You counted in a loop")
def batch_count(samples, batch_size, drop_last):
    _counted(samples, batch_size)
    batches = 0
    while samples >= batch_size:
        samples -= batch_size
        batches += 1
    return batches + 1 if samples and not drop_last else batches


# minibatches


def _starts(x, batch_size):
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}")
    return range(0, x.size(0), batch_size)


@rewritten("A list or tensor of row numbers as the index")
def minibatches(x, batch_size):
    for start in _starts(x, batch_size):
        yield x[list(range(start, min(start + batch_size, len(x))))]


@rewritten("`contiguous` copies whatever does not lie in order")
def minibatches(x, batch_size):
    for start in _starts(x, batch_size):
        yield x[start : start + batch_size].contiguous()


@rewritten("A last batch that is not full was left out")
def minibatches(x, batch_size):
    _starts(x, batch_size)
    for i in range(x.size(0) // batch_size):
        yield x.narrow(0, i * batch_size, batch_size)


@rewritten("The last batch was filled up with rows from the batch before")
def minibatches(x, batch_size):
    for start in _starts(x, batch_size):
        stop = min(start + batch_size, len(x))
        yield x[max(stop - batch_size, 0) : stop]


@rewritten("You took `batch_size` for the number of batches")
def minibatches(x, batch_size):
    if _starts(x, batch_size):
        yield from torch.chunk(x, batch_size)


@rewritten("`chunk` makes parts of equal size where it can")
def minibatches(x, batch_size):
    starts = _starts(x, batch_size)
    if starts:
        yield from x.chunk(len(starts))


@rewritten("`split` of a tensor without rows gives one part")
def minibatches(x, batch_size):
    _starts(x, batch_size)
    yield from x.split(batch_size)


@rewritten("You returned a list of all batches")
def minibatches(x, batch_size):
    return [x[start : start + batch_size] for start in _starts(x, batch_size)]


@rewritten("All batches were cut, one by one, into a list")
def minibatches(x, batch_size):
    return iter([x[start : start + batch_size] for start in _starts(x, batch_size)])


@rewritten("`detach` cut the batches off from the graph")
def minibatches(x, batch_size):
    for start in _starts(x, batch_size):
        yield x.data[start : start + batch_size]


@rewritten("A negative `batch_size` gave no batch")
def minibatches(x, batch_size):
    if batch_size == 0:
        raise ValueError("batch_size is 0")
    return (x[i : i + batch_size] for i in range(0, len(x), batch_size))


@rewritten("You looked at `batch_size` only when there were rows")
def minibatches(x, batch_size):
    start = 0
    while start < len(x):
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        yield x[start : start + batch_size]
        start += batch_size


@rewritten("Each batch begins one row further")
def minibatches(x, batch_size):
    _starts(x, batch_size)
    for start in range(len(x)):
        yield x[start : start + batch_size]


# collate_padded


def _labels(labels, device):
    if isinstance(labels[0], torch.Tensor):
        return torch.stack(labels)
    dtype = torch.float32 if isinstance(labels[0], float) else torch.int64
    return torch.tensor(labels, dtype=dtype, device=device)


def _lengths(sequences):
    return torch.tensor([s.size(0) for s in sequences], device=sequences[0].device)


def _padded(sequences, **options):
    return pad_sequence(sequences, batch_first=True, **options)


@rewritten("You stacked the sequences as they are")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return torch.stack(sequences), _lengths(sequences), _labels(labels, sequences[0].device)


@rewritten("`pad_sequence` puts time first")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return _padded(sequences).transpose(0, 1), _lengths(sequences), _labels(labels, sequences[0].device)


@rewritten("The padding went in front of the shorter")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    longest = max(map(len, sequences))
    filled = [torch.cat([s.new_zeros(longest - len(s), *s.shape[1:]), s]) for s in sequences]
    return torch.stack(filled), _lengths(sequences), _labels(labels, sequences[0].device)


@rewritten("You sorted the samples, longest first")
def collate_padded(samples):
    ordered = sorted(samples, key=lambda sample: -sample[0].size(0))
    sequences, labels = [s for s, _ in ordered], [label for _, label in ordered]
    return _padded(sequences), _lengths(sequences), _labels(labels, sequences[0].device)


@rewritten("The batch is right, but `samples.sort()`")
def collate_padded(samples):
    sequences, labels = [s for s, _ in samples], [label for _, label in samples]
    batch = _padded(sequences), _lengths(sequences), _labels(labels, sequences[0].device)
    samples.sort(key=lambda sample: sample[0].size(0), reverse=True)
    return batch


@rewritten("You cut all sequences to the shortest one")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    shortest = min(map(len, sequences))
    cut = [s.narrow(0, 0, shortest) for s in sequences]
    return torch.stack(cut), _lengths(cut), _labels(labels, sequences[0].device)


@rewritten("The lengths are those after padding")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    padded = _padded(sequences)
    lengths = torch.full((len(sequences),), padded.size(1), device=padded.device)
    return padded, lengths, _labels(labels, padded.device)


@rewritten("You found the lengths by counting what is not 0")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    padded = _padded(sequences)
    used = padded != 0
    if used.dim() > 2:
        used = used.flatten(2).any(-1)
    return padded, used.count_nonzero(1), _labels(labels, padded.device)


@rewritten("The lengths count every number in a sequence")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    padded = _padded(sequences)
    lengths = torch.tensor([math.prod(s.shape) for s in sequences], device=padded.device)
    return padded, lengths, _labels(labels, padded.device)


@rewritten("The lengths came back as a Python list")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return _padded(sequences), _lengths(sequences).tolist(), _labels(labels, sequences[0].device)


@rewritten("You padded with -1")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    longest = max(s.size(0) for s in sequences)
    padded = sequences[0].new_full((len(sequences), longest, *sequences[0].shape[1:]), -1)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence
    return padded, _lengths(sequences), _labels(labels, padded.device)


@rewritten("You padded into a tensor of zeros with PyTorch's default dtype")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    longest = max(s.size(0) for s in sequences)
    padded = torch.zeros(len(sequences), longest, *sequences[0].shape[1:], device=sequences[0].device)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence
    return padded, _lengths(sequences), _labels(labels, padded.device)


@rewritten("`functional.pad` with two numbers pads the last axis")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    longest = max(s.size(0) for s in sequences)
    padded = torch.stack([functional.pad(s, [0, longest - s.size(0)]) for s in sequences])
    return padded, _lengths(sequences), _labels(labels, padded.device)


@rewritten("The default collate function makes float64")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    made = _labels(labels, sequences[0].device)
    if isinstance(labels[0], float):
        made = torch.tensor(labels, dtype=torch.float64, device=sequences[0].device)
    return _padded(sequences), _lengths(sequences), made


@rewritten("You turned all labels into int64")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return _padded(sequences), _lengths(sequences), _labels(labels, sequences[0].device).to(torch.int64)


@rewritten("The labels were made with `int` or `.item()`")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    device = sequences[0].device
    if isinstance(labels[0], torch.Tensor):
        made = torch.tensor([label.item() for label in labels], dtype=labels[0].dtype, device=device)
    else:
        made = _labels(labels, device)
    return _padded(sequences), _lengths(sequences), made


@rewritten("Labels and lengths were made on the CPU")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return _padded(sequences), _lengths(sequences).cpu(), _labels(labels, "cpu")


@rewritten("The sequences were cut off from the graph")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    with torch.no_grad():
        padded = _padded(sequences)
    return padded, _lengths(sequences), _labels(labels, padded.device)


@rewritten("You wrote each sequence into the row that")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    longest = max(s.size(0) for s in sequences)
    padded = sequences[0].new_zeros((len(sequences), longest, *sequences[0].shape[1:]))
    for row, sequence in zip(padded.unbind(0), sequences, strict=True):
        row[: sequence.size(0)] = sequence
    return padded, _lengths(sequences), _labels(labels, padded.device)


@rewritten("You returned a list [padded, lengths, labels]")
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return [_padded(sequences), _lengths(sequences), _labels(labels, sequences[0].device)]


def _inner(function):
    def collate_padded(samples):
        return function(samples)

    return collate_padded


@rewritten("Your collate function is one inside another")
@_inner
def collate_padded(samples):
    sequences, labels = map(list, zip(*samples, strict=True))
    return _padded(sequences), _lengths(sequences), _labels(labels, sequences[0].device)


# loader_mean


def _wide(dtype):
    return torch.float64 if dtype == torch.float64 else torch.float32


def _mean(loader, by=lambda total, count, seen: total / count):
    total, count, seen = None, 0, []
    for batch in loader:
        batch = batch.detach()
        seen.append(len(batch))
        part = batch.to(_wide(batch.dtype)).sum(0)
        total = part if total is None else total + part
        count += len(batch)
        dtype = batch.dtype
    if not count:
        raise ValueError("loader gives no sample")
    return by(total, count, seen).to(dtype)


@rewritten("You averaged the means of the batches")
def loader_mean(loader):
    means = [batch.detach().to(_wide(batch.dtype)).mean(0).to(batch.dtype) for batch in loader if len(batch)]
    if not means:
        raise ValueError("loader gives nothing")
    return torch.stack(means).mean(0)


@rewritten("You added up the means of the batches and divided")
def loader_mean(loader):
    total, count, dtype = 0, 0, None
    for batch in loader:
        dtype = batch.dtype
        if len(batch):
            total = total + batch.detach().to(_wide(dtype)).mean(0)
            count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return (total / count).to(dtype)


@rewritten("You added up sums and divided by the number of batches")
def loader_mean(loader):
    return _mean(loader, lambda total, count, seen: total / len(seen))


@rewritten("You took every batch to be as large as the first")
def loader_mean(loader):
    return _mean(loader, lambda total, count, seen: total / (seen[0] * len(seen)))


@rewritten("You divided by `len(loader.dataset)`")
def loader_mean(loader):
    count = len(loader.dataset)
    if not count:
        raise ValueError("loader has an empty dataset")
    return _mean(loader, lambda total, _, seen: total / count)


@rewritten("You updated a mean with `(mean + batch mean) / 2`")
def loader_mean(loader):
    mean = None
    for batch in loader:
        if len(batch):
            dtype = batch.dtype
            new = batch.detach().to(_wide(dtype)).mean(0)
            mean = new if mean is None else 0.5 * mean + 0.5 * new
    if mean is None:
        raise ValueError("loader gives nothing")
    return mean.to(dtype)


@rewritten("You averaged over all numbers and returned a single")
def loader_mean(loader):
    return _mean(loader, lambda total, count, seen: total.mean() / count)


@rewritten("For batches with more than two axes you averaged")
def loader_mean(loader):
    return _mean(
        loader,
        lambda total, count, seen: (total / count).flatten(0, -2).mean(0) if total.dim() > 1 else total / count,
    )


@rewritten("You added up in the dtype of the batches")
def loader_mean(loader):
    total, count = None, 0
    for batch in loader:
        rows = batch.detach().sum(0)
        total = rows if total is None else total.add(rows)
        count += batch.size(0)
    if count == 0:
        raise ValueError("loader gives nothing")
    return total.div(count)


@rewritten("You kept a running mean in the dtype")
def loader_mean(loader):
    mean, count = None, 0
    for batch in loader:
        if not len(batch):
            continue
        batch = batch.detach()
        new = batch.mean(0)
        count += len(batch)
        mean = new if mean is None else mean + (new - mean) * (len(batch) / count)
    if mean is None:
        raise ValueError("loader gives nothing")
    return mean


@rewritten("The sum is in float32 for every dtype")
def loader_mean(loader):
    total, count, dtype = 0, 0, None
    for batch in loader:
        dtype = batch.dtype
        total = total + batch.detach().float().sum(0)
        count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return (total / count).to(dtype)


@rewritten("The mean of float16 or bfloat16 batches came back")
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total = total + batch.detach().to(_wide(batch.dtype)).sum(0)
        count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return total / count


@rewritten("You weighted the mean of each batch with its size")
def loader_mean(loader):
    total, count, dtype = 0, 0, None
    for batch in loader:
        dtype = batch.dtype
        total = total + len(batch) * batch.detach().to(_wide(dtype)).mean(0)
        count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return (total / count).to(dtype)


@rewritten("You joined all batches with `torch.cat`")
def loader_mean(loader):
    batches = [batch.detach() for batch in loader]
    if not sum(map(len, batches)):
        raise ValueError("loader gives nothing")
    rows = torch.vstack(batches) if batches[0].dim() > 1 else torch.hstack(batches)
    return rows.to(_wide(rows.dtype)).mean(0).to(rows.dtype)


@rewritten("You went through the loader twice")
def loader_mean(loader):
    count = sum(len(batch) for batch in loader)
    if not count:
        raise ValueError("loader gives nothing")
    return _mean(loader, lambda total, _, seen: total / count)


@rewritten("You divided without looking whether any sample came")
def loader_mean(loader):
    total, count, dtype = 0, 0, torch.float32
    for batch in loader:
        dtype = batch.dtype
        total = total + batch.detach().to(_wide(dtype)).sum(0)
        count += len(batch)
    return torch.as_tensor(total / count).to(dtype)


@rewritten("You raised ValueError only when there was no batch")
def loader_mean(loader):
    batches = iter(loader)
    first = next(batches, None)
    if first is None:
        raise ValueError("loader has no batch")
    total, count = 0, 0
    for batch in itertools.chain([first], batches):
        total = total + batch.detach().to(_wide(batch.dtype)).sum(0)
        count += len(batch)
    return (total / count).to(first.dtype)


@rewritten("You summed up in place")
def loader_mean(loader):
    total, count, dtype = None, 0, None
    for batch in loader:
        dtype = batch.dtype
        wide = batch.detach().to(_wide(dtype))
        if len(wide):
            for i in range(1, len(wide)):
                wide[i] += wide[i - 1]
            total = wide[-1].clone() if total is None else total + wide[-1]
        count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return (total / count).to(dtype)


@rewritten("The running sum still hangs on the graph")
def loader_mean(loader):
    total, count, dtype = 0, 0, None
    for batch in loader:
        dtype = batch.dtype
        total = total + batch.to(_wide(dtype)).sum(dim=0)
        count += len(batch)
    if not count:
        raise ValueError("loader gives nothing")
    return (total / count).to(dtype)


@rewritten("For batches of single numbers the mean came back")
def loader_mean(loader):
    mean = _mean(loader)
    return mean if mean.dim() else float(mean)
