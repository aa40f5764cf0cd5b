"""The wrong answers to the katas of `joint_datasets` once more, each from its sentence alone and in another style."""

import functools
import random

import numpy as np
import torch
from torch.utils.data import Dataset, Subset, TensorDataset, random_split

from kata.variants import rewritten


def _equal_lengths(features, labels):
    if features.size(0) != labels.size(0):
        raise ValueError(f"labels and features differ in length: {labels.size(0)}, {features.size(0)}")


class _Rows(Dataset):
    """Right: two tensors, row by row."""

    def __init__(self, features, labels):
        _equal_lengths(features, labels)
        self.tensors = (features, labels)

    def __len__(self):
        return self.tensors[0].size(0)

    def __getitem__(self, index):
        first, second = self.tensors
        return first[index], second[index]


# JointDataset


@rewritten("The length is one short")
class JointDataset(_Rows):
    def __len__(self):
        return max(range(self.tensors[0].size(0)), default=0)


@rewritten("An index past the end came back as another sample")
class JointDataset(_Rows):
    def __getitem__(self, index):
        count = max(len(self), 1)
        return tuple(tensor[index - index // count * count] for tensor in self.tensors)


@rewritten("A slice of one row keeps its axis")
class JointDataset(_Rows):
    def __getitem__(self, index):
        rows = slice(index, index + 1)
        return tuple(tensor[rows] for tensor in self.tensors)


@rewritten("Unequal lengths went unnoticed")
class JointDataset(_Rows):
    def __init__(self, features, labels):
        self.tensors = (features, labels)


@rewritten("`assert` raises AssertionError")
class JointDataset(_Rows):
    def __init__(self, features, labels):
        assert features.size(0) == labels.size(0)
        self.tensors = (features, labels)


@rewritten("Negative indices were refused")
class JointDataset(_Rows):
    def __getitem__(self, index):
        if index < 0:
            raise IndexError(f"index {index} is negative")
        return _Rows.__getitem__(self, index)


@rewritten("The tensors were copied and turned into float32")
class JointDataset(_Rows):
    def __init__(self, features, labels):
        _equal_lengths(features, labels)
        self.tensors = tuple(torch.as_tensor(each, dtype=torch.float32).clone() for each in (features, labels))


@rewritten("The label came back as a Python number")
class JointDataset(_Rows):
    def __getitem__(self, index):
        features, label = self.tensors
        found = label[index]
        return features[index], found.tolist() if found.dim() == 0 else found


@rewritten("The class is no `Dataset`")
class JointDataset:
    def __init__(self, features, labels):
        _equal_lengths(features, labels)
        self.features, self.labels = features, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return (self.features[index], self.labels[index])


@rewritten("The samples were cut off from the graph")
class JointDataset(_Rows):
    def __init__(self, features, labels):
        super().__init__(features.detach(), labels.detach())


# pair


@rewritten("`TensorDataset` answers unequal lengths")
def pair(features, labels):
    return TensorDataset(*(features, labels))


@rewritten("The longer tensor was cut")
def pair(features, labels):
    count = min(features.shape[0], labels.shape[0])
    return TensorDataset(features.narrow(0, 0, count), labels.narrow(0, 0, count))


@rewritten("A list of pairs is no TensorDataset")
def pair(features, labels):
    _equal_lengths(features, labels)
    return [(features[i], labels[i]) for i in range(len(features))]


@rewritten("The label came first")
def pair(features, labels):
    _equal_lengths(features, labels)
    return TensorDataset(*reversed((features, labels)))


@rewritten("The labels were converted to float32")
def pair(features, labels):
    _equal_lengths(features, labels)
    return TensorDataset(features, labels.to(dtype=torch.float32))


@rewritten("Both tensors were handed over as one")
def pair(features, labels):
    _equal_lengths(features, labels)
    columns = [each.reshape(len(each), -1) for each in (features, labels)]
    return TensorDataset(torch.hstack(columns))


# MappedDataset


class _Mapped(Dataset):
    """Right: the transform at each access."""

    def __init__(self, dataset, transform):
        self.source = dataset
        self.change = transform

    def __len__(self):
        return len(self.source)

    def __getitem__(self, index):
        pair = self.source[index]
        return self.change(pair[0]), pair[1]


@rewritten("All samples were transformed when the dataset was made")
class MappedDataset(Dataset):
    def __init__(self, dataset, transform):
        pairs = (dataset[i] for i in range(len(dataset)))
        self.done = [(transform(features), label) for features, label in pairs]

    def __len__(self):
        return len(self.done)

    def __getitem__(self, index):
        return self.done[index]


@rewritten("A sample was transformed at its first access")
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__(dataset, transform)
        self.seen = {}

    def __getitem__(self, index):
        if index not in self.seen:
            self.seen[index] = super().__getitem__(index)
        return self.seen[index]


@rewritten("The sample was read twice")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        return self.change(self.source[index][0]), self.source[index][1]


@rewritten("The label went through the transform too")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        return tuple(map(self.change, self.source[index]))


@rewritten("The label is gone")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        features, *_ = self.source[index]
        return self.change(features)


@rewritten("The transform is kept inside a lambda")
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__(dataset, lambda features: transform(features))


@rewritten("The transform ran while the dataset was made, to try it out")
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        if len(dataset):
            transform(dataset[0][0])
        super().__init__(dataset, transform)


@rewritten("The rows of the dataset underneath were overwritten")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        features, label = self.source[index]
        changed = self.change(features)
        if isinstance(features, torch.Tensor) and isinstance(changed, torch.Tensor):
            with torch.no_grad():
                features.copy_(changed)
            return features, label
        return changed, label


@rewritten("The index was checked and counted from the end here")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        place = index + len(self) if index < 0 else index
        if place not in range(len(self)):
            raise IndexError(f"there is no sample {index}")
        return _Mapped.__getitem__(self, place)


# standardize_splits


def _check_splits(train, test):
    if not train.size(0):
        raise ValueError("train has no rows")
    if train.size(1) != test.size(1):
        raise ValueError("test needs the columns of train")


def _statistics(rows):
    """Right: mean and scale of each column, 1 where it is constant."""
    constant = rows.eq(rows[:1]).all(0)
    spread = rows.var(0, correction=0).sqrt() if not constant.all() else rows.std(0, correction=0)
    return rows.mean(0), torch.where(constant, torch.ones_like(spread), spread)


def _apply(splits, mean, scale):
    return tuple((split - mean) / scale for split in splits)


@rewritten("The statistics were taken over both splits")
def standardize_splits(train, test):
    _check_splits(train, test)
    return _apply((train, test), *_statistics(torch.vstack([train, test])))


@rewritten("Each split was standardized by its own statistics")
def standardize_splits(train, test):
    _check_splits(train, test)
    own = _statistics(test) if len(test) else _statistics(train)
    return _apply((train,), *_statistics(train)) + _apply((test,), *own)


@rewritten("`std` divides by n - 1")
def standardize_splits(train, test):
    _check_splits(train, test)
    constant = train.eq(train[:1]).all(0)
    spread = train.std(0) if len(train) > 1 else torch.zeros_like(train[0])
    return _apply((train, test), train.mean(0), torch.where(constant, torch.ones_like(spread), spread))


@rewritten("A column that does not vary has std 0")
def standardize_splits(train, test):
    _check_splits(train, test)
    return _apply((train, test), torch.mean(train, 0), torch.std(train, 0, correction=0))


@rewritten("`nan_to_num` hides the division by 0 in train")
def standardize_splits(train, test):
    _check_splits(train, test)
    splits = _apply((train, test), train.mean(0), train.var(0, correction=0).sqrt())
    return tuple(map(torch.nan_to_num, splits))


@rewritten("A small number added to std keeps NaN away")
def standardize_splits(train, test):
    _check_splits(train, test)
    return _apply((train, test), torch.mean(train, 0), train.std(0, correction=0).add(1e-8))


@rewritten("A column of equal values was not recognised")
def standardize_splits(train, test):
    _check_splits(train, test)
    spread = train.std(0, correction=0)
    return _apply((train, test), train.mean(0), torch.where(spread == 0, torch.ones_like(spread), spread))


@rewritten("One mean and one std were taken of the whole tensor")
def standardize_splits(train, test):
    _check_splits(train, test)
    spread = train.std(correction=0)
    same = bool((train == train.flatten()[:1]).all()) if train.numel() else True
    return _apply((train, test), train.mean(), torch.ones_like(spread) if same else spread)


@rewritten("The deviations were divided by the variance")
def standardize_splits(train, test):
    _check_splits(train, test)
    mean, scale = _statistics(train)
    return _apply((train, test), mean, scale.square())


@rewritten("`-=` and `/=` write into the caller's tensors")
def standardize_splits(train, test):
    _check_splits(train, test)
    mean, scale = _statistics(train)
    for split in (train, test):
        split.sub_(mean).div_(scale)
    return train, test


@rewritten("The test split came back as it was")
def standardize_splits(train, test):
    _check_splits(train, test)
    return (*_apply((train,), *_statistics(train)), test)


@rewritten("A test split with one column was broadcast")
def standardize_splits(train, test):
    if not train.size(0):
        raise ValueError("train has no rows")
    return _apply((train, test), *_statistics(train))


@rewritten("A train split without rows has no mean")
def standardize_splits(train, test):
    if train.size(1) != test.size(1):
        raise ValueError("test needs the columns of train")
    if not train.size(0):
        return train.clone(), test * float("nan")
    return _apply((train, test), *_statistics(train))


# split_with_transforms


def _check_fraction(fraction):
    if fraction < 0 or fraction > 1:
        raise ValueError(f"fraction {fraction} is not between 0 and 1")


def _shuffled(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()


def _sides(dataset, train, test, train_transform, test_transform):
    return _Mapped(Subset(dataset, train), train_transform), _Mapped(Subset(dataset, test), test_transform)


class _Shared(Dataset):
    def __init__(self, dataset):
        self.source = dataset
        self.transform = None

    def __len__(self):
        return len(self.source)

    def __getitem__(self, index):
        features, label = self.source[index]
        return self.transform(features), label


@rewritten("Both sides show the transform that was set last")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    shared = _Shared(dataset)
    order = _shuffled(len(dataset), seed)
    cut = round(len(order) * fraction)
    train, test = Subset(shared, order[:cut]), Subset(shared, order[cut:])
    train.dataset.transform = train_transform
    test.dataset.transform = test_transform
    return train, test


@rewritten("The dataset was shuffled twice")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    cut = round(fraction * len(dataset))
    one, other = (torch.randperm(len(dataset), generator=generator).tolist() for _ in range(2))
    return _sides(dataset, one[:cut], other[cut:], train_transform, test_transform)


@rewritten("`torch.manual_seed` sets the random state")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    torch.random.manual_seed(seed)
    cut = round(fraction * len(dataset))
    train, test = random_split(dataset, [cut, len(dataset) - cut])
    return _Mapped(train, train_transform), _Mapped(test, test_transform)


@rewritten("The seed was not used")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = np.random.default_rng().permutation(len(dataset)).tolist()
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@rewritten("The first samples became train and the last ones test")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    cut = round(fraction * len(dataset))
    return _sides(dataset, range(cut), range(cut, len(dataset)), train_transform, test_transform)


@rewritten("`int` cuts off what follows the point")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _shuffled(len(dataset), seed)
    cut = int(len(order) * fraction)
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@rewritten("The length of the test side was computed on its own")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _shuffled(len(dataset), seed)
    cut, rest = round(fraction * len(order)), round((1 - fraction) * len(order))
    return _sides(dataset, order[:cut], order[len(order) - rest :], train_transform, test_transform)


@rewritten("The two sides were mixed up")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _shuffled(len(dataset), seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[cut:], order[:cut], train_transform, test_transform)


@rewritten("The test side was given the train transform")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _shuffled(len(dataset), seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, train_transform)


@rewritten("Every sample was read and transformed during the split")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _shuffled(len(dataset), seed)
    cut = round(fraction * len(order))
    sides = []
    for indices, transform in ((order[:cut], train_transform), (order[cut:], test_transform)):
        pairs = [dataset[i] for i in indices]
        sides.append(_Ready([(transform(features), label) for features, label in pairs]))
    return tuple(sides)


class _Ready(Dataset):
    def __init__(self, samples):
        self.samples = samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


@rewritten("The dataset was asked for samples by tensors")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed))
    cut = round(fraction * len(order))
    return _sides(dataset, list(order[:cut]), list(order[cut:]), train_transform, test_transform)


@rewritten("The class of the sides stands inside the function")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)

    class Part(Dataset):
        def __init__(self, indices, transform):
            self.indices = indices
            self.transform = transform

        def __len__(self):
            return len(self.indices)

        def __getitem__(self, index):
            features, label = dataset[self.indices[index]]
            return self.transform(features), label

    order = _shuffled(len(dataset), seed)
    cut = round(fraction * len(order))
    return Part(order[:cut], train_transform), Part(order[cut:], test_transform)


@rewritten("A fraction beyond 0 and 1 was taken")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    order = _shuffled(len(dataset), seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@rewritten("This works only for a dataset made of tensors")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    features, labels = dataset.tensors
    order = random.Random(seed).sample(range(len(features)), len(features))
    cut = round(fraction * len(order))
    parts = (TensorDataset(features[index], labels[index]) for index in (order[:cut], order[cut:]))
    return tuple(map(functools.partial(_Mapped), parts, (train_transform, test_transform)))
