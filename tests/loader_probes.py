"""What specs of loaders and batches run on the learner's side; see `tests/probes.py`."""

import weakref
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from tests._inputs import Array


def batches(function: Callable[..., Any], *args: Any, limit: int, **kwargs: Any) -> list[Any]:
    """The batches that a function's loader or iterator gives; the first `limit` if it does not end before."""
    return list(islice(iter(function(*args, **kwargs)), limit))


def batch_at(values: Any, function: Callable[..., Any], batch_size: int, at: int) -> Any:
    """One batch of what `function` makes of the values, and none after it."""
    return next(islice(iter(function(values, batch_size)), at, None))


def twice(loader: Any, limit: int) -> list[list[Any]]:
    """The batches of two epochs."""
    return [list(islice(iter(loader), limit)) for _ in range(2)]


def padded(collate: Callable[..., Any], *sequences: Tensor) -> Tensor:
    """The padded sequences alone, from a batch with the labels 0, 1, 2, ..."""
    result: Tensor = collate([(sequence, label) for label, sequence in enumerate(sequences)])[0]
    return result


class PassingBatches:
    """Batches that are made one by one; `most` is how many of the earlier ones were alive at most as another was due.

    Counts memory, not objects: a batch is alive as long as any tensor looks at its numbers.
    """

    def __init__(self, *given: Tensor) -> None:
        self.given = given
        self.most = 0

    def __iter__(self) -> Iterator[Tensor]:
        made: list[weakref.ref[Array]] = []
        for one in self.given:
            yield _tensor_in(one.numpy().copy(), made)
            self.most = max(self.most, sum(reference() is not None for reference in made))


def _tensor_in(memory: Array, made: list["weakref.ref[Array]"]) -> Tensor:
    made.append(weakref.ref(memory))
    return torch.from_numpy(memory)
