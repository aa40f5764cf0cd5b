"""The ranks of this process: started when they are needed, used again, ended when they hang."""

import atexit
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

from kata import implementations, workers
from kata.errors import KataError
from kata.nursery import Nursery
from kata.ranks import starting, trouble
from kata.ranks.answers import DIED, Rank, Reply, answers, replies_of
from kata.remote import names
from kata.verify import impostors

JOIN = 15.0  # seconds in which ranks have to meet; they are started anew once

Job = Callable[..., Any]


def run(module: ModuleType, job: Job, shares: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run a job on several ranks at once, and return what each of them gives.

    Each rank is a process of its own and a member of the default group of `torch.distributed`.

    Args:
        module: the learner's module; each rank loads the same one.
        job: an importable function of the module and of its rank's share. What it takes and gives
            is pickled.
        shares: the further arguments, one tuple for each rank.

    Raises:
        trouble.Deadlock: when ranks wait for others that will not come.
        trouble.RankDied: when the process of a rank ends.
        Exception: what the job raised on a rank.
    """
    return _pool().run(module, job, shares)


class Pool:
    """Ranks from 0 on, as many as a job has needed so far."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._nursery: Nursery | None = None
        self._ranks: list[Rank] = []
        self._port = 0
        self._jobs = 0

    def run(self, module: ModuleType, job: Job, shares: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Run a job; see the function `run`."""
        name, given = names.name_of(job), [pickle.dumps(share) for share in shares]
        sound = False
        try:
            ranks = self._met(len(shares), module)
            for rank, share in zip(ranks, given, strict=True):
                rank.tell("work", name, share)
            replies = answers(ranks)
            sound = len(replies) == len(ranks)
        finally:  # after a time limit or Ctrl-C nobody knows what the ranks do
            if not sound:
                self.end()
        for rank in ranks:
            rank.tell("leave")
        return _results(replies, len(ranks))

    def end(self) -> None:
        """End all ranks; the next job starts new ones."""
        ranks, self._ranks = self._ranks, []
        for rank in ranks:
            rank.child.end()
            rank.connection.close()
        if self._nursery is not None and not self._nursery.sound:
            self._nursery.close()
            self._nursery = None

    def close(self) -> None:
        """End everything, the process that starts ranks included."""
        self.end()
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def _met(self, world_size: int, module: ModuleType) -> list[Rank]:
        """Return the ranks of a new group of that size, each with the learner's module."""
        for seconds in (JOIN, workers.START):
            with suppress(EOFError, OSError):  # of a nursery that was ended from outside
                ranks = self._started(world_size)
                replies = self._joined(ranks, module, seconds)
                if broken := {number: reply[1] for number, reply in replies.items() if reply[0] == "raised"}:
                    raise _unmet(trouble.raised(broken, world_size))
                if len(replies) == world_size and DIED not in replies.values():
                    return ranks
            self.end()
        raise _unmet(TimeoutError("they do not answer"))

    def _started(self, world_size: int) -> list[Rank]:
        if self._nursery is None:
            self._nursery = starting.open_nursery()
        fresh = [Rank(number, *starting.start(self._nursery, number)) for number in range(len(self._ranks), world_size)]
        self._ranks += fresh
        for rank, reply in replies_of(fresh, workers.START):
            if rank.number == 0 and reply is not DIED:
                self._port = reply[1]
        return self._ranks[:world_size]

    def _joined(self, ranks: Sequence[Rank], module: ModuleType, seconds: float) -> dict[int, Reply]:
        self._jobs += 1
        for rank in ranks:
            loaded_as = implementations.loaded_as(module) if rank.module is not module else None
            rank.tell("join", self._jobs, len(ranks), self._port, loaded_as)
            rank.module = module
        replies: dict[int, Reply] = {}
        for rank, reply in replies_of(ranks, seconds):
            replies[rank.number] = reply
            if reply is DIED:  # the others wait for it in vain
                break
        return replies


def _results(replies: Mapping[int, Reply], world_size: int) -> list[Any]:
    """Print what the ranks have printed, and return what they give or raise what they raised."""
    for number, reply in sorted(replies.items()):
        for line in reply[2].splitlines() if len(reply) > 2 else []:
            print(f"[rank {number}] {line}")
    if broken := {number: reply[1] for number, reply in replies.items() if reply[0] == "raised"}:
        raise trouble.raised(broken, world_size)
    if any(spoiled for _, (_, spoiled), _ in replies.values()):
        impostors.note(True)
    return [pickle.loads(replies[number][1][0]) for number in sorted(replies)]


def _unmet(error: Exception) -> KataError:
    """The error for ranks that cannot begin, unless it is one of the learner's file."""
    if isinstance(error, KataError):
        return error
    hint = "`kata doctor` looks at what is needed; other programs of this machine may keep it too busy"
    return KataError(f"several processes cannot form a group here: {type(error).__name__}: {error}", hint)


_current: Pool | None = None


def _pool() -> Pool:
    """Return the pool of this process; one that was copied by a fork is not this process's own."""
    global _current
    if _current is None or _current.pid != os.getpid():
        _current = Pool()
    return _current


@atexit.register
def _close() -> None:
    # Python waits for child processes when it ends; this runs before that, see remote/learner.py.
    if _current is not None and _current.pid == os.getpid():
        _current.close()
