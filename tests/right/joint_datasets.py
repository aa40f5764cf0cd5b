"""Right answers to the topic `joint_datasets` in other styles than the solution's."""

import hashlib
import operator
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
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
class JointDataset(Dataset):
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
class JointDataset(TensorDataset):
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError("too many or too few labels")
        super().__init__(features, labels)


@right("builds on StackDataset, and iterates itself")
class JointDataset(StackDataset):
    def __init__(self, features, labels):
        try:
            super().__init__(features, labels)
        except ValueError as error:
            raise ValueError(f"features and labels: {error}") from error

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class _Sample(NamedTuple):
    features: Any
    label: Any


@right("named samples")
class JointDataset(Dataset):
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError("Labels and features must have the same length")
        self.features, self.labels = features, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return _Sample(self.features[index], self.labels[index])


@right("dataclass, checked afterwards")
@dataclass
class JointDataset(Dataset):
    features: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self):
        if self.features.size(0) != self.labels.size(0):
            raise ValueError(f"{self.labels.size(0)=} is not {self.features.size(0)=}")

    def __len__(self):
        return self.features.size(dim=0)

    def __getitem__(self, index):
        return self.features.select(0, index), self.labels.select(0, index)


@right("a sequence over a range")
class JointDataset(Dataset, Sequence):
    __slots__ = ("positions", "tensors")

    def __init__(self, *tensors):
        self.tensors = tensors
        self.positions = range(len(tensors[0]))
        if any(len(tensor) != len(self.positions) for tensor in tensors):
            raise ValueError("features and labels: one of each, please")

    def __len__(self):
        return len(self.positions)

    def __getitem__(self, index):
        try:
            row = self.positions[index]
        except IndexError:
            raise IndexError(f"no sample {index}") from None
        return tuple(tensor[row, ...] for tensor in self.tensors)


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
def pair(features, labels):
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
class MappedDataset(Dataset):
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
class MappedDataset(Subset):
    def __init__(self, dataset, transform):
        super().__init__(dataset, range(len(dataset)))
        self.transform = transform

    def __getitem__(self, index):
        features, label = self.dataset[index]
        return self.transform(features), label

    def __getitems__(self, indices):
        return [self[index] for index in indices]


@right("a list in between, and an iterator of its own")
class MappedDataset(Dataset):
    def __init__(self, dataset, transform):
        super().__init__()
        self.__dict__.update(dataset=dataset, transform=transform)

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        sample = list(self.dataset[index])
        sample[0] = self.transform(sample[0])
        return tuple(sample)

    def __iter__(self):
        for index in range(len(self)):
            yield self[index]


@right("named samples")
class MappedDataset(Dataset):
    def __init__(self, dataset, transform):
        self.dataset, self.transform = dataset, transform

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        sample = _Sample(*self.dataset[index])
        return sample._replace(features=self.transform(sample.features))


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
def standardize_splits(train, test):
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
def standardize_splits(train, test):
    _check(train, test)
    known = train.detach().double()
    mean = known.mean(dim=0)
    std = known.var(dim=0, unbiased=False).sqrt()
    std[known.amax(dim=0) == known.amin(dim=0)] = 1
    return tuple(((split - mean) / std).to(split.dtype) for split in (train, test))


@right("einsum, on the transpose")
def standardize_splits(train, test):
    _check(train, test)
    mean = torch.einsum("nc->c", train) / len(train)
    centered = train - mean
    variance = torch.einsum("nc,nc->c", centered, centered) / len(train)
    varies = train.ne(train[:1]).any(dim=0)
    std = torch.where(varies, variance, 1.0).sqrt()
    return (centered.T / std[:, None]).T, ((test - mean).T / std[:, None]).T


class _Scaler:
    def __init__(self, known):
        if known.size(0) < 1:
            raise ValueError("Train has no rows")
        self.mean = known.mean(dim=0)
        std = known.std(dim=0, unbiased=False)
        self.scale = torch.where(known.max(dim=0).values > known.min(dim=0).values, std, 1.0)

    def __call__(self, x):
        return (x - self.mean) / self.scale


@right("a scaler that is fitted once")
def standardize_splits(train, test):
    if test.shape[1:] != train.shape[1:]:
        raise ValueError("Test has other columns")
    return tuple(map(_Scaler(train), (train, test)))


@right("both at once, cut apart again")
def standardize_splits(train, test):
    _check(train, test)
    both = torch.cat([train, test])
    known, _ = both.split([len(train), len(test)])
    variance, mean = torch.var_mean(known, 0, correction=0, keepdim=True)
    factor = variance.masked_fill((known == known[:1]).all(0, keepdim=True), 1.0).rsqrt()
    return torch.tensor_split((both - mean) * factor, [len(train)])


@right("batch norm with fixed statistics")
def standardize_splits(train, test):
    _check(train, test)
    known = train.detach()
    mean, variance = known.mean(0), known.var(0, correction=0)
    variance[(known == known[0]).all(0)] = 1
    return tuple(nn.functional.batch_norm(x, mean, variance, eps=0.0) if len(x) else x for x in (train, test))


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
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = np.random.default_rng(seed).permutation(len(dataset)).tolist()
    cut = round(fraction * len(dataset))
    everything = range(len(dataset))
    return (
        Subset(_Side(dataset, everything, train_transform), order[:cut]),
        Subset(_Side(dataset, everything, test_transform), order[cut:]),
    )


@right("a random sample and what is left, in the dataset's order")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    indices = range(len(dataset))
    chosen = set(random.Random(seed).sample(indices, round(fraction * len(indices))))
    train = [index for index in indices if index in chosen]
    test = [index for index in indices if index not in chosen]
    return _Side(dataset, train, train_transform), _Side(dataset, test, test_transform)


@right("global seed, put back afterwards")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        order = torch.randperm(len(dataset)).tolist()
    cut = round(fraction * len(order))
    return _Side(dataset, order[:cut], train_transform), _Side(dataset, order[cut:], test_transform)


@right("sorted by a hash of seed and index")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = sorted(range(len(dataset)), key=lambda i: hashlib.sha256(f"{seed}/{i}".encode()).digest())
    cut = round(len(dataset) * fraction)
    return _Side(dataset, order[:cut], train_transform), _Side(dataset, order[cut:], test_transform)


class _Sides(NamedTuple):
    train: Dataset
    test: Dataset


@right("a named tuple of sides, NumPy's old generator")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    if not (fraction >= 0 and fraction <= 1):
        raise ValueError("Fraction must be from 0 to 1")
    order = np.random.RandomState(seed).permutation(len(dataset))
    train, test = ([int(i) for i in part] for part in np.split(order, [round(fraction * len(dataset))]))
    return _Sides(_Side(dataset, train, train_transform), _Side(dataset, test, test_transform))
