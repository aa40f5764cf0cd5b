"""Two tensors, one dataset: pairing, transforming, standardizing and splitting samples."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset, TensorDataset


class JointDataset(Dataset[tuple[Tensor, Tensor]]):
    """Pair each row of one tensor with the row of another, as samples of one dataset.

    A dataset says how many samples it has and refuses an index past either
    end, so that a plain `for` loop over it stops. Negative indices count from
    the end.

    Args:
        features: (samples, ...), any dtype.
        labels: (samples, ...), any dtype; (samples,) gives labels without an axis.

    Returns:
        A `Dataset`: `dataset[index]` is the tuple (features[index],
        labels[index]) for an int index, and `len(dataset)` is the number of
        samples, which may be 0.

    Raises:
        ValueError: naming `labels`, when there are not as many as `features`;
            raised when the dataset is made.
        IndexError: naming the index, when it lies past either end.

    Rules:
        Nothing is copied, converted or detached: a sample is a view of the
        tensors as they were given. The dataset can be pickled, which worker
        processes need.

    Example:
        >>> dataset = JointDataset(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0, 1]))
        >>> dataset[1]
        (tensor([3., 4.]), tensor(1))
        >>> len(dataset)
        2

    Source:
        https://pytorch.org/docs/stable/data.html#map-style-datasets
    """

    def __init__(self, features: Tensor, labels: Tensor) -> None:
        raise NotImplementedError("joint_datasets.JointDataset")

    def __len__(self) -> int:
        raise NotImplementedError("joint_datasets.JointDataset")

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        raise NotImplementedError("joint_datasets.JointDataset")


def pair(features: Tensor, labels: Tensor) -> TensorDataset:
    """Pair the rows of two tensors with what PyTorch has for that: `TensorDataset`.

    Unequal lengths are an error that a caller can handle, not the bare
    AssertionError of `TensorDataset` itself.

    Args:
        features: (samples, ...), any dtype.
        labels: (samples, ...), any dtype.

    Returns:
        A `TensorDataset` whose sample at `index` is the tuple
        (features[index], labels[index]).

    Raises:
        ValueError: naming `labels`, when there are not as many as `features`.

    Rules:
        Nothing is copied, converted or detached: a sample is a view of the
        tensors as they were given.

    Example:
        >>> dataset = pair(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0, 1]))
        >>> dataset[-1]
        (tensor([3., 4.]), tensor(1))

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
    """
    raise NotImplementedError("joint_datasets.pair")


class MappedDataset(Dataset[tuple[Any, Any]]):
    """Apply a transform to the features of another dataset's samples, when they are asked for.

    The work is done at each access and only then: once for every access, and
    again at the next access of the same sample, so that a transform that draws
    random numbers gives a new picture every epoch.

    Args:
        dataset: any dataset with a length whose samples are pairs (features, label).
        transform: a callable that takes the features of one sample.

    Returns:
        A `Dataset`: `mapped[index]` is the tuple (transform(features), label)
        of `dataset[index]`, and `len(mapped)` is that of `dataset`. An index
        means what it means to `dataset`, negative ones included.

    Raises:
        IndexError: that of `dataset`, when the index lies past either end.

    Rules:
        An access reads `dataset` once and calls `transform` once; making the
        dataset, or asking for its length, does neither. Labels pass as they
        are, whatever their type, and `dataset` itself stays as it is. The
        mapped dataset can be pickled whenever `dataset` and `transform` can.

    Example:
        >>> halves = MappedDataset([(torch.tensor([2.0, 4.0]), "cat")], lambda x: x / 2)
        >>> halves[0]
        (tensor([1., 2.]), 'cat')

    Source:
        https://pytorch.org/docs/stable/data.html#map-style-datasets
    """

    def __init__(self, dataset: Dataset[tuple[Any, Any]], transform: Callable[[Any], Any]) -> None:
        raise NotImplementedError("joint_datasets.MappedDataset")

    def __len__(self) -> int:
        raise NotImplementedError("joint_datasets.MappedDataset")

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        raise NotImplementedError("joint_datasets.MappedDataset")


def standardize_splits(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor]:
    """Standardize two splits by what is known of the train split alone.

    From each column its mean in `train` is subtracted, and the rest is divided
    by its population standard deviation in `train` (the root of the mean
    squared deviation, as NumPy computes it). The test split gives no number to
    either: it stands for data that is not there yet. A column that is constant
    in `train` is not divided by anything: it is zero in the first result, and
    in the second the difference from that constant. So is every column when
    `train` has a single row. Constant means that all values are equal, also
    where rounding leaves a computed deviation a little above 0.

    Args:
        train: (train samples, columns), floating point, at least one row.
        test: (test samples, columns), dtype and device of `train`; may have no row.

    Returns:
        The tuple (standardized train, standardized test), each with the shape,
        dtype and device of what was given.

    Raises:
        ValueError: naming `train`, when it has no row; naming `test`, when it
            has not as many columns as `train`.

    Rules:
        Inputs are not modified; gradients flow to both.

    Example:
        >>> train, test = torch.tensor([[1.0, 7.0], [3.0, 7.0]]), torch.tensor([[4.0, 9.0]])
        >>> train, test = standardize_splits(train, test)
        >>> train
        tensor([[-1.,  0.],
                [ 1.,  0.]])
        >>> test
        tensor([[2., 2.]])

    Source:
        https://scikit-learn.org/stable/common_pitfalls.html#data-leakage
    """
    raise NotImplementedError("joint_datasets.standardize_splits")


def split_with_transforms(
    dataset: Dataset[tuple[Any, Any]],
    fraction: float,
    train_transform: Callable[[Any], Any],
    test_transform: Callable[[Any], Any],
    seed: int,
) -> tuple[Dataset[tuple[Any, Any]], Dataset[tuple[Any, Any]]]:
    """Split a dataset at random into train and test, each side with a transform of its own.

    The two sides stand on the same `dataset` and still never see each other's
    transform, nor does a second split of that dataset. Every sample is on
    exactly one side; either side may be empty.

    Args:
        dataset: any dataset with a length whose samples are pairs (features,
            label); only ever asked for Python ints from 0 to its length - 1.
        fraction: of the samples, from 0 to 1, how many are train: exactly
            `round(fraction * len(dataset))`, the rest are test.
        train_transform: a callable for the features of a train sample.
        test_transform: a callable for the features of a test sample.
        seed: an int from 0 to 2**32 - 1; which sample goes where, and in which
            order, depends only on it, on `fraction` and on the length of `dataset`.

    Returns:
        The tuple (train, test) of two `Dataset`s whose samples are tuples
        (transform(features), label). Negative indices count from the end; one
        past either end is an IndexError that names it.

    Raises:
        ValueError: naming `fraction`, when it is below 0 or above 1.

    Rules:
        Splitting reads no sample; an access reads one sample and calls the
        transform of its side once. `dataset` and the global random states stay
        as they are. Both sides can be pickled whenever `dataset` and the
        transforms can.

    Example:
        >>> dataset = [(torch.tensor(float(i)), i) for i in range(5)]
        >>> train, test = split_with_transforms(dataset, 0.8, torch.square, torch.neg, seed=1)
        >>> len(train), len(test)
        (4, 1)
        >>> all(features == label**2 for features, label in train)
        True

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
    """
    raise NotImplementedError("joint_datasets.split_with_transforms")
