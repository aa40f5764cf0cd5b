"""The ranks of this process: started when they are needed, used again, ended when they hang."""

import atexit
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from kata import implementations, workers
from kata.errors import KataError
from kata.frames import Frame
from kata.ranks import nursery, trouble
from kata.ranks.nursery import Child, Nursery
from kata.remote import names
from kata.verify import impostors

PATIENCE = 5.0  # seconds without an answer of any rank after which those that are left, if all wait, are stuck
LONGEST = 15.0  # the same where one of them is still at work: it may be importing something
COMPANY = 0.3  # seconds in which others may fail by themselves too: the lowest rank is the one to be told of
RELEASE = 2.0  # seconds in which a rank has to notice that another has left the group
SIGN = 1.0  # seconds for an answer to the question where a rank is
JOIN = 15.0  # seconds in which ranks have to meet; they are started anew once
TICK = 0.2  # seconds after which the interpreter gets a look in: a time limit may be waiting

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


Reply = tuple[Any, ...]

DIED: Reply = ("died",)
RELEASED: Reply = ("released",)


class _Rank:
    """A rank as the pool has it."""

    def __init__(self, number: int, connection: Connection, child: Child) -> None:
        self.number = number
        self.connection = connection
        self.child = child
        self.module: ModuleType | None = None  # the one that it has loaded

    def tell(self, *message: Any) -> None:
        with suppress(OSError):  # it has ended, which shows when its answer is awaited
            self.connection.send_bytes(pickle.dumps(message))


class Pool:
    """Ranks from 0 on, as many as a job has needed so far."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._nursery: Nursery | None = None
        self._ranks: list[_Rank] = []
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
            replies = _answers(ranks)
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

    def _met(self, world_size: int, module: ModuleType) -> list[_Rank]:
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

    def _started(self, world_size: int) -> list[_Rank]:
        if self._nursery is None:
            self._nursery = nursery.open_nursery()
        fresh = [_Rank(number, *nursery.start(self._nursery, number)) for number in range(len(self._ranks), world_size)]
        self._ranks += fresh
        for rank, reply in _replies(fresh, workers.START):
            if rank.number == 0 and reply is not DIED:
                self._port = reply[1]
        return self._ranks[:world_size]

    def _joined(self, ranks: Sequence[_Rank], module: ModuleType, seconds: float) -> dict[int, Reply]:
        self._jobs += 1
        for rank in ranks:
            loaded_as = implementations.loaded_as(module) if rank.module is not module else None
            rank.tell("join", self._jobs, len(ranks), self._port, loaded_as)
            rank.module = module
        replies: dict[int, Reply] = {}
        for rank, reply in _replies(ranks, seconds):
            replies[rank.number] = reply
            if reply is DIED:  # the others wait for it in vain
                break
        return replies


def _replies(ranks: Sequence[_Rank], patience: float, *, where: bool = False) -> Iterator[tuple[_Rank, Reply]]:
    """Yield what each rank says next, as it comes, until nothing has come for `patience` seconds.

    Answers to the question where a rank is are left out, unless asked for.
    """
    waiting = {rank.connection: rank for rank in ranks}
    until = time.monotonic() + patience
    while waiting and (left := until - time.monotonic()) > 0:
        for connection in wait(list(waiting), min(left, TICK)):
            rank = waiting.pop(connection)  # type: ignore[call-overload]
            try:
                reply = pickle.loads(rank.connection.recv_bytes())
            except (EOFError, OSError):
                reply = DIED
            if reply[0] == "waits" and not where:
                waiting[rank.connection] = rank
                continue
            until = time.monotonic() + patience
            yield rank, reply


def _answers(ranks: Sequence[_Rank]) -> dict[int, Reply]:
    """Return what came of a job on each rank; fewer than all, where some have to be ended.

    Raises:
        trouble.Deadlock, trouble.RankDied: when that is what came of it.
    """
    replies: dict[int, Reply] = {}
    while len(replies) < len(ranks) and all(reply[0] == "done" for reply in replies.values()):
        since = time.monotonic()
        for rank, reply in _replies(_without(ranks, replies), PATIENCE):
            since = time.monotonic()
            replies[rank.number] = reply
            if reply[0] != "done":
                break
        else:
            _check_progress(ranks, replies, since)
    if all(reply[0] == "done" for reply in replies.values()):
        return replies
    replies |= {rank.number: reply for rank, reply in _replies(_without(ranks, replies), COMPANY)}
    for rank in ranks:
        if replies.get(rank.number) is DIED:
            raise trouble.died(rank.number, workers.ended_with(rank.child.end()))
        if replies.get(rank.number, DIED)[0] == "raised":
            rank.tell("leave")
    late: dict[int, Reply] = {}
    for rank, _ in _replies(_without(ranks, replies), RELEASE):
        late[rank.number] = RELEASED  # an error of its own accord it is not: one that it waited for has left
        rank.tell("leave")
    return replies | late


def _without(ranks: Sequence[_Rank], replies: Mapping[int, Reply]) -> list[_Rank]:
    return [rank for rank in ranks if rank.number not in replies]


def _check_progress(ranks: Sequence[_Rank], replies: dict[int, Reply], since: float) -> None:
    """Ask the ranks that have not answered where they are, until one does answer.

    Raises:
        trouble.Deadlock: when all of them wait, or nothing has come since `since` for too long.
    """
    while missing := _without(ranks, replies):
        states = {**dict.fromkeys(replies, "finished"), **{rank.number: "gives no sign" for rank in missing}}
        lines: dict[int, list[Frame]] = {}
        for rank in missing:
            rank.tell("where")
        before = len(replies)
        for rank, reply in _replies(missing, SIGN, where=True):
            match reply:
                case "waits", call, found:
                    states[rank.number] = f"waiting in {call}" if call else "still at work"
                    lines[rank.number] = found
                case _:
                    replies[rank.number] = reply
        if len(replies) > before:
            return
        seconds = time.monotonic() - since
        if seconds >= LONGEST or all(states[rank.number].startswith("waiting") for rank in missing):
            first = next((number for number in sorted(lines) if lines[number]), None)
            limit = LONGEST if seconds >= LONGEST else PATIENCE
            raise trouble.deadlock(states, limit, lines[first] if first is not None else [])
        time.sleep(TICK)


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
