"""Shuffle, batch, repeat: what happens to a dataset from one epoch to the next."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler


def shuffle_together(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Shuffle the rows of two tensors so that every row keeps its label.

    The order depends only on `seed` and on the number of samples: the same
    call gives the same result, and other data of that length, on any device,
    comes in that order too. Every order comes up with some seed or other.

    Args:
        features: (samples, ...), any dtype.
        labels: (samples, ...), any dtype; its device is that of `features`.
        seed: an int from 0.

    Returns:
        The tuple (shuffled features, shuffled labels) of new tensors, each
        with the shape, dtype and device of what was given.

    Raises:
        ValueError: naming `labels`, when there are not as many as `features`.

    Rules:
        No Python loop over the rows, nor a list with an entry for each.
        Gradients flow to both; inputs are not modified, nor are the global
        random states.

    Example:
        >>> features, labels = torch.tensor([[10], [20], [30]]), torch.tensor([1, 2, 3])
        >>> features, labels = shuffle_together(features, labels, seed=1)
        >>> torch.equal(features[:, 0], 10 * labels)
        True

    Source:
        https://pytorch.org/docs/stable/generated/torch.randperm.html
    """
    if len(features) != len(labels):
        raise ValueError(f"labels: {len(labels)} of them for {len(features)} rows of features")
    generator = torch.Generator().manual_seed(seed)  # our own: the global one belongs to the caller
    order = torch.randperm(len(features), generator=generator)
    return features[order], labels[order]


def epoch_order(count: int, epoch: int, seed: int) -> Tensor:
    """Give the order in which an epoch goes through the samples, the same on every machine.

    Machines that share out an epoch have to agree on its order without asking
    each other, so its recipe is part of the contract: the permutation of
    `count` numbers that `torch.randperm` draws first from a new generator of
    the CPU with the seed `seed + epoch`. `DistributedSampler` uses the same.

    Args:
        count: how many samples there are, an int from 0.
        epoch: which epoch, an int from 0.
        seed: an int from 0. By that recipe epoch 1 of seed 0 is epoch 0 of
            seed 1, so runs that should differ need seeds that lie apart.

    Returns:
        (count,), int64, on the CPU: each number from 0 to `count` - 1 once.

    Rules:
        The result depends on the three arguments alone: not on earlier calls,
        and not on the global random states, which stay as they are.

    Example:
        >>> order = epoch_order(5, epoch=3, seed=40)
        >>> order.sort().values
        tensor([0, 1, 2, 3, 4])
        >>> torch.equal(order, epoch_order(5, epoch=0, seed=43))
        True

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """
    generator = torch.Generator().manual_seed(seed + epoch)
    return torch.randperm(count, generator=generator)


def train_batches(dataset: Dataset[Any], batch_size: int, epochs: int, seed: int) -> Iterator[tuple[int, Any]]:
    """Go through a dataset again and again, in batches, with a new order in every epoch.

    An epoch ends with the batch that takes its last samples, which may be
    smaller than the others: no sample is left out, and no batch holds samples
    of two epochs.

    Args:
        dataset: any dataset with a length; only ever asked for Python ints
            from 0 to its length - 1.
        batch_size: samples in a batch, an int.
        epochs: how many, an int from 0.
        seed: an int from 0. An epoch's order depends only on it, on the
            epoch's number and on the length of `dataset`: not on `batch_size`,
            and not on how many epochs follow.

    Returns:
        An iterator of tuples (epoch, batch). The first epoch is 0; a batch is
        what a `DataLoader` with its default collation makes of the samples.

    Raises:
        ValueError: naming `batch_size`, when it is below 1; naming `dataset`,
            when it has no sample. Raised by the call, or at the latest when
            the first batch is asked for.

    Rules:
        The samples of a batch are read when that batch is asked for, each
        once an epoch. Samples are shuffled, not batches: in each epoch, every
        order comes up with some seed or other. The global random states stay
        as they are, and the iterators of two calls do not disturb each other.

    Example:
        >>> batches = train_batches(torch.arange(5), batch_size=2, epochs=2, seed=1)
        >>> [(epoch, len(batch)) for epoch, batch in batches]
        [(0, 2), (0, 2), (0, 1), (1, 2), (1, 2), (1, 1)]

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
    """
    if len(dataset) == 0:  # type: ignore[arg-type]  # `Dataset` itself promises no length
        raise ValueError("dataset has no sample")
    # Each pass of the loader draws on from this generator. Without one it would draw from the global one.
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(dataset, batch_size, shuffle=True, generator=generator)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


def take(loader: Iterable[Any], count: int) -> Iterator[Any]:
    """Take a number of batches from a loader, starting it over whenever it has come to its end.

    Training for a number of steps, not of epochs, needs this. The loader is
    only started over when it has ended, so that a pass gives all its batches
    before one comes again, and it is really started over, so that a loader
    that shuffles does so anew. A pass without a batch is an error: waiting for
    one would never end. This is also how an iterator ends, which cannot be
    started over.

    Args:
        loader: any iterable, such as a `DataLoader`; it needs no length.
        count: how many batches, an int from 0; 0 gives none, whatever `loader` is.

    Returns:
        An iterator of exactly `count` batches, handed on as they are, whatever
        they are: None is a batch like any other. Each call begins with a pass
        of its own.

    Raises:
        ValueError: naming `loader`, when a pass that it needs a batch of has
            none; raised when that batch is asked for.

    Rules:
        A batch is read from `loader` when it is asked for, not before, and
        nothing is read after the last one. A pass begins only if a batch of it
        is needed.

    Example:
        >>> list(take(["a", "b", "c"], 5))
        ['a', 'b', 'c', 'a', 'b']

    Source:
        https://docs.python.org/3/library/itertools.html#itertools.islice
    """
    left = count
    while left:
        before = left
        for batch in islice(loader, left):
            left -= 1
            yield batch
        if left == before:
            raise ValueError("loader gives no batch, also when it is started over")


class ResumableSampler(Sampler[int]):
    """Shuffle a new order for every epoch, and go on in the middle of one after a restart.

    Each `for` loop over the sampler is one epoch, the first of them epoch 0:
    an epoch gives the indices in the order of `epoch_order(count, epoch, seed)`.
    A loop that is left early does not end its epoch: the next loop gives what
    is left of it, and the one after that the next epoch. A sampler that loads
    the state of another goes on just as that one would, from the index after
    the last that it gave. After the last index of an epoch that is the first of
    the next one, even if the loop has not asked yet whether there are more.

    In a `DataLoader` without worker processes, the state after a batch is the
    one to save. Worker processes ask for indices ahead of the training, which a
    state then counts as given.

    Args:
        count: how many samples there are, an int from 0.
        seed: an int from 0.

    Returns:
        A `Sampler` of Python ints. `len(sampler)` is always `count`, however
        many are left of the epoch. `state_dict()` returns a dict that stays as
        it is when the sampler moves on, and that a file takes: `torch.load`
        reads it with `weights_only=True`. `load_state_dict(state)` goes to the
        place of that state, whatever the sampler gave before, and returns None.

    Raises:
        ValueError: by `load_state_dict`, naming `count` or `seed`, when it is
            another one in the sampler that the state is of; the sampler then
            stays where it is.

    Rules:
        A state that is loaded stays as it is, then and later. So do the global
        random states, which do not matter. Two samplers know nothing of each
        other. Only one loop runs over a sampler at a time, and a state is loaded
        between two loops, not during one.

    Example:
        >>> sampler = ResumableSampler(5, seed=1)
        >>> first = next(iter(sampler))
        >>> resumed = ResumableSampler(5, seed=1)
        >>> resumed.load_state_dict(sampler.state_dict())
        >>> [first, *resumed] == epoch_order(5, epoch=0, seed=1).tolist()
        True

    Source:
        https://pytorch.org/docs/stable/data.html#data-loading-order-and-sampler
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        self.given = 0  # indices, over all epochs: epoch and position follow from it

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        epoch, position = divmod(self.given, max(self.count, 1))
        for index in epoch_order(self.count, epoch, seed=self.seed)[position:].tolist():
            self.given += 1  # before the yield: whoever saves next has this index
            yield index

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count, "seed": self.seed, "given": self.given}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name in ("count", "seed"):
            if state[name] != getattr(self, name):
                raise ValueError(f"{name} is {getattr(self, name)} here and {state[name]} in the state")
        self.given = state["given"]
