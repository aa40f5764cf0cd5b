"""Right answers to the topic `joint_datasets` in other styles than the solution's."""

import operator
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, StackDataset, Subset, TensorDataset, random_split

from kata.variants import right


@right("a list of pairs")
class JointDataset(Dataset):
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError("features and labels must be equally many")
        self.samples = list(zip(features, labels, strict=True))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


@right("checks the index itself")
class JointDataset(Dataset):  # noqa: F811
    def __init__(self, features, labels):
        if features.shape[0] != labels.shape[0]:
            raise ValueError(f"{labels.shape[0]} labels for {features.shape[0]} features")
        self.tensors = features, labels

    def __len__(self):
        return self.tensors[0].size(0)

    def __getitem__(self, index):
        position = operator.index(index)
        position += len(self) if position < 0 else 0
        if not 0 <= position < len(self):
            raise IndexError(f"index {index} for {len(self)} samples")
        return tuple(tensor[position] for tensor in self.tensors)


@right("builds on TensorDataset")
class JointDataset(TensorDataset):  # noqa: F811
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError("too many or too few labels")
        super().__init__(features, labels)


@right("builds on StackDataset, and iterates itself")
class JointDataset(StackDataset):  # noqa: F811
    def __init__(self, features, labels):
        try:
            super().__init__(features, labels)
        except ValueError as error:
            raise ValueError(f"features and labels: {error}") from error

    def __iter__(self):
        return (self[i] for i in range(len(self)))


@right("translates the AssertionError")
def pair(features, labels):
    try:
        return TensorDataset(features, labels)
    except AssertionError as error:
        raise ValueError(f"labels do not go with features: {error}") from error


class _NamedTensorDataset(TensorDataset):
    def __init__(self, **tensors):
        if len({tensor.shape[0] for tensor in tensors.values()}) > 1:
            raise ValueError(f"unequally many of {', '.join(tensors)}")
        super().__init__(*tensors.values())
        self.names = tuple(tensors)


@right("a subclass of TensorDataset")
def pair(features, labels):  # noqa: F811
    return _NamedTensorDataset(features=features, labels=labels)


@right("dataclass")
@dataclass
class MappedDataset(Dataset):
    dataset: Any
    transform: Any

    def __len__(self):
        return self.dataset.__len__()

    def __getitem__(self, index):
        sample = self.dataset[index]
        return (self.transform(sample[0]), *sample[1:])


@right("answers a loader's batch of indices at once")
class MappedDataset(Dataset):  # noqa: F811
    def __init__(self, dataset, transform):
        self._source, self._change = dataset, transform

    def __len__(self):
        return len(self._source)

    def __getitem__(self, index):
        (sample,) = self.__getitems__([index])
        return sample

    def __getitems__(self, indices):
        return [(self._change(features), label) for features, label in map(self._source.__getitem__, indices)]


@right("builds on Subset")
class MappedDataset(Subset):  # noqa: F811
    def __init__(self, dataset, transform):
        super().__init__(dataset, range(len(dataset)))
        self.transform = transform

    def __getitem__(self, index):
        features, label = self.dataset[self.indices[index]]
        return self.transform(features), label

    def __getitems__(self, indices):
        return [self[index] for index in indices]


def _check(train, test):
    if not train.shape[0]:
        raise ValueError("no rows in train")
    if train.shape[1] != test.shape[1]:
        raise ValueError("test and train have different columns")


@right("where, and axes that are kept")
def standardize_splits(train, test):
    _check(train, test)
    mean = train.mean(0, keepdim=True)
    std = train.std(0, correction=0, keepdim=True)
    lowest, highest = train.aminmax(dim=0, keepdim=True)
    std = torch.where(lowest == highest, torch.ones_like(std), std)
    return train.sub(mean).div(std), test.sub(mean).div(std)


@right("column by column, written out")
def standardize_splits(train, test):  # noqa: F811
    _check(train, test)
    columns = []
    for known, unseen in zip(train.unbind(1), test.unbind(1), strict=True):
        mean = known.sum() / len(known)
        if known.min() == known.max():
            columns.append((known - known[0], unseen - known[0]))
        else:
            std = ((known - mean) ** 2).mean().sqrt()
            columns.append(((known - mean) / std, (unseen - mean) / std))
    first, second = zip(*columns, strict=True)
    return torch.stack(first, dim=1), torch.stack(second, dim=1)


@right("float64 inside, statistics as constants")
def standardize_splits(train, test):  # noqa: F811
    _check(train, test)
    known = train.detach().double()
    mean = known.mean(dim=0)
    std = known.var(dim=0, unbiased=False).sqrt()
    std[known.amax(dim=0) == known.amin(dim=0)] = 1
    return tuple(((split - mean) / std).to(split.dtype) for split in (train, test))


@right("einsum, on the transpose")
def standardize_splits(train, test):  # noqa: F811
    _check(train, test)
    mean = torch.einsum("nc->c", train) / len(train)
    centered = train - mean
    variance = torch.einsum("nc,nc->c", centered, centered) / len(train)
    varies = train.ne(train[:1]).any(dim=0)
    std = torch.where(varies, variance, 1.0).sqrt()
    return (centered.T / std[:, None]).T, ((test - mean).T / std[:, None]).T


class _Side(Dataset):
    def __init__(self, dataset, indices, transform):
        self.dataset, self.indices, self.transform = dataset, indices, transform

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, position):
        features, label = self.dataset[self.indices[position]]
        return self.transform(features), label


def _check_fraction(fraction):
    if fraction < 0 or fraction > 1:
        raise ValueError("the fraction must lie between 0 and 1")


@right("random_split, each part wrapped")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    count = round(fraction * len(dataset))
    generator = torch.Generator()
    generator.manual_seed(seed)
    train, test = random_split(dataset, [count, len(dataset) - count], generator=generator)
    return _Side(train, range(len(train)), train_transform), _Side(test, range(len(test)), test_transform)


@right("two datasets, one split of the indices, by NumPy")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):  # noqa: F811
    _check_fraction(fraction)
    order = np.random.default_rng(seed).permutation(len(dataset)).tolist()
    cut = round(fraction * len(dataset))
    everything = range(len(dataset))
    return (
        Subset(_Side(dataset, everything, train_transform), order[:cut]),
        Subset(_Side(dataset, everything, test_transform), order[cut:]),
    )


@right("a random sample and what is left, in the dataset's order")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):  # noqa: F811
    _check_fraction(fraction)
    indices = range(len(dataset))
    chosen = set(random.Random(seed).sample(indices, round(fraction * len(indices))))
    train = [index for index in indices if index in chosen]
    test = [index for index in indices if index not in chosen]
    return _Side(dataset, train, train_transform), _Side(dataset, test, test_transform)


@right("global seed, put back afterwards")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):  # noqa: F811
    _check_fraction(fraction)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        order = torch.randperm(len(dataset)).tolist()
    cut = round(fraction * len(order))
    return _Side(dataset, order[:cut], train_transform), _Side(dataset, order[cut:], test_transform)
