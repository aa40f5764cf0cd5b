"""What specs of loaders and samplers over several epochs run on the learner's side; see `tests/probes.py`."""

import copy
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from torch.utils.data import DataLoader


class Endless(Exception):
    """A loader was started over once more than any right answer does."""


class Passes:
    """A loader that tells its passes apart: the first gives 10, 11, 12, the second 20, 21, 22.

    It has neither a length nor items, and counts what is asked of it.

    Args:
        sizes: how many batches each pass has. One more pass than that is an error, so that no loop is endless.
    """

    def __init__(self, *sizes: int) -> None:
        self.sizes = sizes
        self.started = 0
        self.given = 0

    def __iter__(self) -> Iterator[int]:
        self.started += 1
        if self.started > len(self.sizes):
            raise Endless(f"the loader was started over although all {len(self.sizes)} passes were given")
        return self._batches(self.started)

    def _batches(self, number: int) -> Iterator[int]:
        for i in range(self.sizes[number - 1]):
            self.given += 1
            yield 10 * number + i


def first(limit: int, function: Callable[..., Any], *args: Any) -> list[Any]:
    """What a call of the function gives one after another; the first `limit` if there are more."""
    return list(islice(iter(function(*args)), limit))


def first_of_each(limit: int, function: Callable[..., Any], *args: Any, seeds: int) -> list[list[Any]]:
    """What `first` gives, for each seed from 0 as the last argument."""
    return [first(limit, function, *args, seed) for seed in range(seeds)]


def orders(function: Callable[..., Any], count: int, seeds: int) -> list[list[int]]:
    """For each seed from 0, the order in which the function shuffles the numbers below `count`."""
    numbers = torch.arange(count)
    return [function(numbers, numbers, seed)[0].tolist() for seed in range(seeds)]


def drawn(sampler: Any, count: int) -> list[Any]:
    """The next `count` indices, over as many loops as that takes; the last loop is left there.

    Ends at a loop that gives nothing.
    """
    found: list[Any] = []
    while len(found) < count:
        more = list(islice(iter(sampler), count - len(found)))
        if not more:
            break
        found += more
    return found


def drawn_by(make: Callable[..., Any], count: int, seed: int, indices: int) -> list[Any]:
    """The first indices of the sampler that `make` makes."""
    return drawn(make(count, seed), indices)


def interrupted(make: Callable[..., Any], count: int, seed: int, stops: Sequence[int]) -> list[Any]:
    """All indices of a run that begins anew, with a new sampler and the last one's state, after each of `stops`."""
    found: list[Any] = []
    state = None
    for indices in stops:
        sampler = make(count, seed)
        if state is not None:
            sampler.load_state_dict(state)
        found += drawn(sampler, indices)
        state = copy.deepcopy(sampler.state_dict())
    return found


def state_before(sampler: Any, indices: int) -> Any:
    """A state, as it looks after the sampler has moved on by some indices."""
    state = sampler.state_dict()
    drawn(sampler, indices)
    return state


def load_and_draw(sampler: Any, state: Any, indices: int) -> None:
    """Load a state, and move on by some indices."""
    sampler.load_state_dict(state)
    drawn(sampler, indices)


def state_through_file(sampler: Any) -> Any:
    """The state as it comes back from a file that is not trusted."""
    file = io.BytesIO()
    torch.save(sampler.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def loaded_in_batches(make: Callable[..., Any], count: int, seed: int, batch_size: int, batches: int) -> list[Any]:
    """The first batches of a loader over the numbers below `count`, in the sampler's order."""
    loader: DataLoader[Any] = DataLoader(range(count), batch_size, sampler=make(count, seed))  # type: ignore[arg-type]
    return list(islice(iter(loader), batches))
