"""Wrong answers to the topic `loaders`: one misconception each, with the sentence that would help."""

import math

import numpy as np
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, TensorDataset, default_collate

from kata.variants import wrong

# -- make_loader ---------------------------------------------------------------------------------------------


@wrong(
    "You gave `values` to DataLoader as they are. For a tensor or an array that is fine, but it makes float64 "
    "of a list of floats, and hands out a list of lists column by column, as a list of tensors. Make a tensor "
    "of a list first."
)
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(values, batch_size=batch_size, drop_last=drop_last)


@wrong(
    "You shuffled: the samples come in another order each time. This loader keeps the order of `values`, so "
    "leave `shuffle` away."
)
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values), batch_size=batch_size, shuffle=True, drop_last=drop_last)


@wrong(
    "`TensorDataset` makes every sample a tuple, even with one tensor, so each batch came out as a list with "
    "a tensor in it. A tensor is a dataset of its rows already: give it to DataLoader itself."
)
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(TensorDataset(torch.as_tensor(values)), batch_size=batch_size, drop_last=drop_last)


@wrong(
    "You turned everything into float32: whole numbers and bools became floats, and float64 lost digits. Let "
    "tensors and arrays keep their dtype, and let the entries of a list decide."
)
def make_loader(values, batch_size, drop_last=False):
    values = torch.as_tensor(values, dtype=torch.float32)
    return DataLoader(values, batch_size=batch_size, drop_last=drop_last)


@wrong(
    "You went from a list to a NumPy array and from there to a tensor. NumPy makes float64 of floats, and "
    "`from_numpy` keeps that: give the list to `torch.tensor`, which makes float32."
)
def make_loader(values, batch_size, drop_last=False):
    values = values if isinstance(values, torch.Tensor) else torch.from_numpy(np.asarray(values))
    return DataLoader(values, batch_size=batch_size, drop_last=drop_last)


@wrong("`drop_last` has no effect: the last batch came although it is not full. Pass `drop_last` on to DataLoader.")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values), batch_size=batch_size)


@wrong(
    "The last, smaller batch is always left out, so its samples are never seen. It only goes when `drop_last` "
    "is True: pass on what you were given, not True."
)
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values), batch_size=batch_size, drop_last=True)


@wrong(
    "You returned a list of the batches. It has the right content and length, but is no DataLoader, and all "
    "batches are made at once: return the DataLoader itself."
)
def make_loader(values, batch_size, drop_last=False):
    return list(DataLoader(torch.as_tensor(values), batch_size=batch_size, drop_last=drop_last))


@wrong("A batch size below 1 was quietly taken for 1. That hides a caller's mistake: let DataLoader raise ValueError.")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values), batch_size=max(batch_size, 1), drop_last=drop_last)


@wrong(
    "You cut the tensor into slices and let DataLoader hand those out (batch_size=None): they are views, so "
    "whoever writes into a batch changes `values`. Let DataLoader put the batches together: it copies."
)
def make_loader(values, batch_size, drop_last=False):
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    values = torch.as_tensor(values)
    count = len(values) // batch_size if drop_last else math.ceil(len(values) / batch_size)
    return DataLoader([values[i * batch_size :][:batch_size] for i in range(count)], batch_size=None)


@wrong(
    "`torch.tensor` copies a tensor and cuts the copy off from the graph (it warns of that), so no gradient "
    "reaches `values`. `torch.as_tensor` gives back what is a tensor already."
)
def make_loader(values, batch_size, drop_last=False):
    values = values.detach().clone() if isinstance(values, torch.Tensor) else torch.tensor(values)
    return DataLoader(values, batch_size=batch_size, drop_last=drop_last)


@wrong("You moved the values to the CPU. The batches of a tensor stay on the tensor's device.")
def make_loader(values, batch_size, drop_last=False):
    return DataLoader(torch.as_tensor(values, device="cpu"), batch_size=batch_size, drop_last=drop_last)


# -- batch_count ---------------------------------------------------------------------------------------------


def _check_count(samples, batch_size):
    if samples < 0:
        raise ValueError(f"samples must be at least 0, not {samples}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")


@wrong(
    "You always rounded down, so the last batch that is not full was forgotten. It counts unless `drop_last` is True."
)
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return samples // batch_size


@wrong("You always rounded up. With `drop_last`, a last batch that is not full does not count: round down.")
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return -(-samples // batch_size)


@wrong(
    "You rounded down and added 1 for the rest, even when there is none: 12 samples in batches of 4 make 3 "
    "batches, not 4. Add 1 only when the division leaves something."
)
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return samples // batch_size + (0 if drop_last else 1)


@wrong("It is the other way round: `drop_last` means one batch less, not one more, when the last is not full.")
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return -(-samples // batch_size) if drop_last else samples // batch_size


@wrong(
    "`samples / batch_size` is a float, and a float holds whole numbers exactly only up to 2**53. From there on "
    "`math.ceil` of it is off. Divide with `//`, which is exact."
)
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return samples // batch_size if drop_last else math.ceil(samples / batch_size)


@wrong(
    "`round` goes to the nearest whole number: 9 samples in batches of 4 came out as 2 batches, where the ninth "
    "needs a third. Round up when the last batch is kept."
)
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return samples // batch_size if drop_last else round(samples / batch_size)


@wrong("`drop_last` dropped a batch that was full. Only a batch that is not full is left out, so look for a remainder.")
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    count = -(-samples // batch_size)
    return max(count - 1, 0) if drop_last else count


@wrong("Without samples you still counted one batch. Nothing to hand out means no batch.")
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return samples // batch_size if drop_last else max(-(-samples // batch_size), 1)


@wrong("A batch size below 1 went into the division unnoticed. Check it first, and raise a ValueError that names it.")
def batch_count(samples, batch_size, drop_last):
    if samples < 0:
        raise ValueError(f"samples must be at least 0, not {samples}")
    return samples // batch_size if drop_last else -(-samples // batch_size)


@wrong("A negative number of samples gave a number of batches. Raise a ValueError that names `samples`.")
def batch_count(samples, batch_size, drop_last):
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    return samples // batch_size if drop_last else -(-samples // batch_size)


@wrong("You refused 0 samples with a ValueError. An empty dataset has no batch, which is a number like any other: 0.")
def batch_count(samples, batch_size, drop_last):
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}")
    _check_count(samples, batch_size)
    return samples // batch_size if drop_last else -(-samples // batch_size)


@wrong("The count came back as a float, such as 3.0. Ask for a whole number: `//` of two ints is an int.")
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    return float(samples // batch_size if drop_last else -(-samples // batch_size))


@wrong(
    "You counted in a loop, one step for each batch, which for 10**18 samples never ends. A division gives the "
    "same number at once."
)
def batch_count(samples, batch_size, drop_last):
    _check_count(samples, batch_size)
    count = 0
    while samples >= batch_size or (samples > 0 and not drop_last):
        samples -= batch_size
        count += 1
    return count


# -- minibatches ---------------------------------------------------------------------------------------------


def _check_size(batch_size):
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")


@wrong(
    "A list or tensor of row numbers as the index (`x[torch.arange(start, stop)]`) copies the rows. A slice, "
    "`x[start:stop]`, is a view."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    for rows in torch.arange(len(x)).split(batch_size) if len(x) else ():
        yield x[rows]


@wrong(
    "`contiguous` copies whatever does not lie in order in memory, such as a transposed tensor, so those batches "
    "were no views of `x`. Slice `x` as it is."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    x = x.contiguous()
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size]


@wrong(
    "A last batch that is not full was left out, so its rows are never seen. Let the last slice be shorter: "
    "slicing past the end is no error."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    for start in range(0, len(x) - batch_size + 1, batch_size):
        yield x[start : start + batch_size]


@wrong(
    "The last batch was filled up with rows from the batch before: `x[-batch_size:]` gives those a second time. "
    "It has only the rows that are left."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    for start in range(0, len(x), batch_size):
        start = max(min(start, len(x) - batch_size), 0)
        yield x[start : start + batch_size]


@wrong(
    "You took `batch_size` for the number of batches and cut `x` into that many parts (`chunk`). It is the number "
    "of rows in each: `split` and slices count so."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    yield from x.chunk(batch_size) if len(x) else ()


@wrong(
    "`chunk` makes parts of equal size where it can: 5 rows in batches of 4 became 3 and 2. All batches but the "
    "last have exactly `batch_size` rows."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    if len(x):
        yield from x.chunk(-(-len(x) // batch_size))


@wrong(
    "`split` of a tensor without rows gives one part without rows, so you handed out an empty batch. No samples "
    "make no batch: look for that before you split."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    yield from x.split(batch_size)


@wrong(
    "You returned a list of all batches. An iterator hands them out one at a time: write `yield` in the loop in "
    "place of collecting."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    return [x[start : start + batch_size] for start in range(0, len(x), batch_size)]


@wrong(
    "All batches were cut, one by one, into a list before the first was handed out. Cut each when its turn comes: "
    "`yield` the slice inside the loop."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    yield from [x[start : start + batch_size] for start in range(0, len(x), batch_size)]


@wrong("`detach` cut the batches off from the graph, so no gradient reaches `x`. A slice alone is enough.")
def minibatches(x, batch_size):
    _check_size(batch_size)
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size].detach()


@wrong(
    "A negative `batch_size` gave no batch and no error, since `range` with a negative step is empty. Check that "
    "`batch_size` is at least 1, and raise a ValueError that names it."
)
def minibatches(x, batch_size):
    if batch_size == 0:
        raise ValueError("batch_size must not be 0")
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size]


@wrong(
    "You looked at `batch_size` only when there were rows, so a batch size of 0 passed unnoticed without "
    "samples. Check it in any case."
)
def minibatches(x, batch_size):
    for start in range(0, len(x), max(batch_size, 1)):
        _check_size(batch_size)
        yield x[start : start + batch_size]


@wrong(
    "Each batch begins one row further, not `batch_size` rows, so the batches overlap. Give `range` the batch size "
    "as its step."
)
def minibatches(x, batch_size):
    _check_size(batch_size)
    for start in range(0, len(x)):
        yield x[start : start + batch_size]


# -- collate_padded ------------------------------------------------------------------------------------------


def _labels(samples, device):
    return torch.stack([torch.as_tensor(label, device=device) for _, label in samples])


def _lengths(samples, device):
    return torch.tensor([len(sequence) for sequence, _ in samples], device=device)


def _collated(samples, padded):
    return padded, _lengths(samples, padded.device), _labels(samples, padded.device)


def _padded(samples):
    return pad_sequence([sequence for sequence, _ in samples], batch_first=True)


@wrong(
    "You stacked the sequences as they are, which raises an error as soon as two lengths differ. Pad them to the "
    "longest first."
)
def collate_padded(samples):
    return _collated(samples, torch.stack([sequence for sequence, _ in samples]))


@wrong(
    "`pad_sequence` puts time first: you returned (longest, batch, ...). Ask for the batch axis first with "
    "`batch_first=True`."
)
def collate_padded(samples):
    return _collated(samples, pad_sequence([sequence for sequence, _ in samples]))


@wrong("The padding went in front of the shorter sequences. Every sequence begins at position 0, zeros follow its end.")
def collate_padded(samples):
    sequences = [sequence for sequence, _ in samples]
    return _collated(samples, pad_sequence(sequences, batch_first=True, padding_side="left"))


@wrong(
    "You sorted the samples, longest first, as old tutorials do. The batch keeps the order in which the samples "
    "came; nothing here needs them sorted."
)
def collate_padded(samples):
    samples = sorted(samples, key=lambda sample: len(sample[0]), reverse=True)
    return _collated(samples, _padded(samples))


@wrong(
    "The batch is right, but `samples.sort()` left the caller's list in another order. Leave `samples` as it is: "
    "`sorted` makes a new list."
)
def collate_padded(samples):
    result = _collated(samples, _padded(samples))
    samples.sort(key=lambda sample: len(sample[0]), reverse=True)
    return result


@wrong(
    "You cut all sequences to the shortest one, so what came after it is lost. Pad to the longest instead, and "
    "keep everything."
)
def collate_padded(samples):
    shortest = min(len(sequence) for sequence, _ in samples)
    return _collated(samples, torch.stack([sequence[:shortest] for sequence, _ in samples]))


@wrong(
    "The lengths are those after padding, all the same. Take the length of each sequence before you pad it, or "
    "nobody can tell padding from data."
)
def collate_padded(samples):
    padded = _padded(samples)
    return padded, torch.full_like(_lengths(samples, padded.device), padded.shape[1]), _labels(samples, padded.device)


@wrong(
    "You found the lengths by counting what is not 0 in the padded batch, so zeros that belong to a sequence "
    "were not counted. Ask each sequence for its length."
)
def collate_padded(samples):
    padded = _padded(samples)
    filled = (padded != 0).flatten(2).any(dim=2) if padded.dim() > 2 else padded != 0
    return padded, filled.sum(dim=1), _labels(samples, padded.device)


@wrong(
    "The lengths count every number in a sequence (`numel`), features included. `len` counts along axis 0, which "
    "is time."
)
def collate_padded(samples):
    padded = _padded(samples)
    lengths = torch.tensor([sequence.numel() for sequence, _ in samples], device=padded.device)
    return padded, lengths, _labels(samples, padded.device)


@wrong("The lengths came back as a Python list. A batch is made of tensors: make an int64 tensor of them.")
def collate_padded(samples):
    padded = _padded(samples)
    return padded, [len(sequence) for sequence, _ in samples], _labels(samples, padded.device)


@wrong(
    "You padded with -1. Pad with 0: it is the lengths that tell data from padding, so the filling need not be "
    "recognisable."
)
def collate_padded(samples):
    sequences = [sequence for sequence, _ in samples]
    return _collated(samples, pad_sequence(sequences, batch_first=True, padding_value=-1))


@wrong(
    "You padded into a tensor of zeros with PyTorch's default dtype, so all sequences became float32. Make the "
    "zeros with the dtype and device of the sequences, as `new_zeros` does."
)
def collate_padded(samples):
    padded = _padded(samples)
    return _collated(samples, padded.to(torch.float32))


@wrong(
    "`functional.pad` with two numbers pads the last axis: for (length, features) that is the features, not the "
    "time. Its numbers begin at the last axis, so the time of such a sequence is the third and fourth."
)
def collate_padded(samples):
    longest = max(len(sequence) for sequence, _ in samples)
    padded = [functional.pad(sequence, (0, longest - len(sequence))) for sequence, _ in samples]
    return _collated(samples, torch.stack(padded))


@wrong(
    "The default collate function makes float64 of labels that are Python floats. Make the labels a tensor "
    "with `torch.tensor`, which gives float32."
)
def collate_padded(samples):
    padded = _padded(samples)
    labels = default_collate([label for _, label in samples]).to(padded.device)
    return padded, _lengths(samples, padded.device), labels


@wrong(
    "You turned all labels into int64, so labels such as 0.5 lost what follows the point, and tensors their dtype. "
    "Ints become int64, floats float32, and tensors keep what they have."
)
def collate_padded(samples):
    padded = _padded(samples)
    return padded, _lengths(samples, padded.device), _labels(samples, padded.device).long()


@wrong(
    "The labels were made with `int` or `.item()`, which works for one number only. A label may be a tensor with "
    "axes of its own: stack those."
)
def collate_padded(samples):
    padded = _padded(samples)
    numbers = [label.item() if isinstance(label, torch.Tensor) else label for _, label in samples]
    dtype = samples[0][1].dtype if isinstance(samples[0][1], torch.Tensor) else None
    return padded, _lengths(samples, padded.device), torch.tensor(numbers, dtype=dtype, device=padded.device)


@wrong(
    "Labels and lengths were made on the CPU, wherever the sequences are. Give `device=padded.device` to whatever "
    "makes a tensor of Python numbers."
)
def collate_padded(samples):
    padded = _padded(samples)
    return padded, _lengths(samples, "cpu"), _labels(samples, "cpu")


@wrong(
    "The sequences were cut off from the graph by `detach` on their way into the batch. Pad them as they are, and "
    "gradients flow to them."
)
def collate_padded(samples):
    return _collated(samples, _padded(samples).detach())


@wrong(
    "You wrote each sequence into the row that `for row in padded` gives. Those rows are many views from one "
    "operation, and autograd refuses to write into such, so with a gradient it is an error. Write to "
    "`padded[i, :length]`."
)
def collate_padded(samples):
    first = samples[0][0]
    longest = max(len(sequence) for sequence, _ in samples)
    padded = first.new_zeros(len(samples), longest, *first.shape[1:])
    for row, (sequence, _) in zip(padded, samples):
        row[: len(sequence)] = sequence
    return _collated(samples, padded)


@wrong("You returned a list [padded, lengths, labels] where a tuple was promised.")
def collate_padded(samples):
    return list(_collated(samples, _padded(samples)))


def _batched(collate):
    def padded(samples):
        return collate(samples)

    padded.__name__ = collate.__name__
    return padded


@wrong(
    "Your collate function is one inside another function: pickle cannot find it by its name, so worker processes "
    "never get it. The same holds for a lambda. Define it at the top level of the module."
)
@_batched
def collate_padded(samples):
    return _collated(samples, _padded(samples))


# -- loader_mean ---------------------------------------------------------------------------------------------


def _wide(batch):
    return batch.detach().to(torch.promote_types(batch.dtype, torch.float32))


def _divided(total, count, dtype):
    if count == 0:
        raise ValueError("loader gives no sample")
    return (total / count).to(dtype)


@wrong(
    "You averaged the means of the batches, so a last batch with few samples has as much say as a full one. Add up "
    "sums over the samples, and divide by the number of samples."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        if len(batch):
            total, count = total + _wide(batch).mean(dim=0), count + 1
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You added up the means of the batches and divided by the number of samples: a mean is divided already, so "
    "the result is too small by about the batch size. Add up sums."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        if len(batch):
            total, count = total + _wide(batch).mean(dim=0), count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You added up sums and divided by the number of batches, not of samples: the result is too large by about the "
    "batch size. Count with `len(batch)`."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        if len(batch):
            total, count = total + _wide(batch).sum(dim=0), count + 1
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You took every batch to be as large as the first: number of batches times `len` of the first one. The last "
    "may hold fewer: count each batch's own samples."
)
def loader_mean(loader):
    total, sizes = 0, []
    for batch in loader:
        total = total + _wide(batch).sum(dim=0)
        sizes.append(len(batch))
    return _divided(total, sizes[0] * len(sizes) if sum(sizes) else 0, batch.dtype if sizes else None)


@wrong(
    "You divided by `len(loader.dataset)`. A loader may drop its last batch or sample with a sampler, and an "
    "iterable need not have a dataset. Count the samples that really come."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).sum(dim=0), count + len(batch)
    if hasattr(loader, "dataset"):
        count = len(loader.dataset)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You updated a mean with `(mean + batch mean) / 2`: that gives half of the say to the last batch, a quarter to "
    "the one before. Weight by how many samples came so far, or keep sum and count."
)
def loader_mean(loader):
    mean = None
    for batch in loader:
        if len(batch):
            new = _wide(batch).mean(dim=0)
            mean = new if mean is None else (mean + new) / 2
    return _divided(mean, int(mean is not None), batch.dtype if mean is not None else None)


@wrong(
    "You averaged over all numbers and returned a single one. Each feature has a mean of its own: sum over axis 0, "
    "the samples, and leave the other axes."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).sum(), count + batch.numel()
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "For batches with more than two axes you averaged over all of them but the last, as if that one alone held the "
    "features. Samples lie along axis 0, and only that one goes: the result has the shape of one sample."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        rows = batch.reshape(-1, batch.shape[-1]) if batch.dim() > 2 else batch
        total, count = total + _wide(rows).sum(dim=0), count + len(rows)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You added up in the dtype of the batches. In float16 the sum is infinite above 65504, and in bfloat16 256 + 1 "
    "is 256. Sum the half types in float32."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + batch.detach().sum(dim=0), count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You kept a running mean in the dtype of the batches, which in half types is rounded at every batch. Keep it in "
    "float32, and round once after the loop."
)
def loader_mean(loader):
    mean, count = 0, 0
    for batch in loader:
        count += len(batch)
        if len(batch):
            share = len(batch) / count
            mean = (mean * (1 - share) + _wide(batch).mean(dim=0) * share).to(batch.dtype)
    return _divided(mean, min(count, 1), batch.dtype if count else None)


@wrong(
    "The sum is in float32 for every dtype, so float64 lost half of its digits on the way. float32 is wider only "
    "than the half types: keep float64 where the batches have it."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + batch.detach().float().sum(dim=0), count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "The mean of float16 or bfloat16 batches came back in float32, in which you summed. Give the result the dtype "
    "of the batches at the end."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).sum(dim=0), count + len(batch)
    return _divided(total, count, None)


@wrong(
    "You weighted the mean of each batch with its size, and the mean of a batch without samples is NaN, which "
    "stays NaN times 0. Add up sums: the sum of nothing is 0."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).mean(dim=0) * len(batch), count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You joined all batches with `torch.cat` before averaging, so all of them were in memory at once. Keep only a "
    "sum and a count, and let each batch go."
)
def loader_mean(loader):
    batches = list(loader)
    count = sum(len(batch) for batch in batches)
    return _divided(
        _wide(torch.cat(batches)).sum(dim=0) if batches else 0, count, batches[0].dtype if batches else None
    )


@wrong(
    "You went through the loader twice, once for the sum and once for the count. An iterator is at its end after "
    "the first time, and a loader reads everything again: add up both in one loop."
)
def loader_mean(loader):
    count = sum(len(batch) for batch in loader)
    total = 0
    for batch in loader:
        total = total + _wide(batch).sum(dim=0)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "You divided without looking whether any sample came: by 0, which is a ZeroDivisionError or NaN. Raise a "
    "ValueError that names `loader`."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).sum(dim=0), count + len(batch)
    return (total / count).to(batch.dtype)


@wrong(
    "You raised ValueError only when there was no batch. Batches without samples are nothing to average either, and "
    "0 / 0 is NaN: look at the number of samples."
)
def loader_mean(loader):
    total, count, batches = 0, 0, 0
    for batch in loader:
        total, count, batches = total + _wide(batch).sum(dim=0), count + len(batch), batches + 1
    if batches == 0:
        raise ValueError("loader gives no batch")
    return (total / torch.tensor(count)).to(batch.dtype)


@wrong(
    "You summed up in place (`cumsum_`, of which the last row is the sum), so batches that somebody else still holds "
    "have changed: `to` copies only when the dtype is another. Use what makes a new tensor."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        if len(batch):
            total, count = total + _wide(batch).cumsum_(dim=0)[-1], count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "The running sum still hangs on the graph of every batch, so none of them is freed. A statistic needs no "
    "gradient: `detach` each batch, or work under `no_grad`."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        wide = torch.promote_types(batch.dtype, torch.float32)
        total, count = total + batch.sum(dim=0, dtype=wide), count + len(batch)
    return _divided(total, count, batch.dtype if count else None)


@wrong(
    "For batches of single numbers the mean came back as a Python float. It is a tensor without axes, with the "
    "dtype and device of the batches: leave `item()` away."
)
def loader_mean(loader):
    total, count = 0, 0
    for batch in loader:
        total, count = total + _wide(batch).sum(dim=0), count + len(batch)
    mean = _divided(total, count, batch.dtype if count else None)
    return mean if mean.dim() else mean.item()
