"""What specs of datasets run on the learner's side; see `tests/probes.py`."""

import io
import pickle
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from torch import Tensor
from torch.utils.data import Dataset


def samples(dataset: Any, limit: int) -> list[Any]:
    """The samples that a `for` loop over the dataset gives; the first `limit` if it does not end before."""
    return list(islice(iter(dataset), limit))


def sample_of(make: Callable[..., Any], features: Tensor, labels: Tensor, index: int) -> Any:
    """One sample of the dataset that `make` makes from two tensors."""
    return make(features, labels)[index]


def features_of(make: Callable[..., Any], features: Tensor, labels: Tensor, index: int) -> Tensor:
    """The features of one sample."""
    result: Tensor = sample_of(make, features, labels, index)[0]
    return result


def labels_of(make: Callable[..., Any], features: Tensor, labels: Tensor, index: int) -> Tensor:
    """The label of one sample."""
    result: Tensor = sample_of(make, features, labels, index)[1]
    return result


def result_item(at: int, function: Callable[..., Any], *args: Any) -> Any:
    """One item of what a function gives."""
    return function(*args)[at]


class KeyedDataset(Dataset[tuple[float, str]]):
    """`count` samples (number, name of the number) that lie in a dict: only an int finds one.

    Neither features nor labels are tensors.
    """

    def __init__(self, count: int) -> None:
        self.rows: Mapping[int, tuple[float, str]] = {i: (float(i), f"no. {i}") for i in range(count)}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[float, str]:
        return self.rows[index]


class AskedDataset(Dataset[tuple[float, int]]):
    """`count` samples (number, number), and an IndexError of its own past its end.

    It writes down which indices it is asked for, as texts where they are no ints.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int | str] = []

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[float, int]:
        self.asked.append(index if type(index) is int else repr(index))
        if index >= self.count:
            raise IndexError(f"shelf {index} is missing")
        return float(index), int(index)


def pickled(value: Any) -> Any:
    """What arrives when a value is sent to a worker process.

    Classes and their like are looked up by name there. A class within a function cannot be, and a lambda
    neither, so they raise as they would.
    """
    file, classes = io.BytesIO(), list[type]()
    _Pickler(file, classes).dump(value)
    file.seek(0)
    return _Unpickler(file, classes).load()


class _Pickler(pickle.Pickler):
    """Takes the name of a class on trust: a variant of a kata does not stand where its name says."""

    def __init__(self, file: io.BytesIO, classes: list[type]) -> None:
        super().__init__(file)
        self.classes = classes

    def persistent_id(self, value: Any) -> int | None:
        if not isinstance(value, type) or "<locals>" in value.__qualname__:
            return None
        self.classes.append(value)
        return len(self.classes) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, classes: list[type]) -> None:
        super().__init__(file)
        self.classes = classes

    def persistent_load(self, pid: Any) -> type:
        return self.classes[pid]
