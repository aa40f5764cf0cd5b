"""What ranks answer, and what it means when some of them do not."""

import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from kata import workers
from kata.frames import Frame
from kata.nursery import Child
from kata.ranks import trouble

PATIENCE = 5.0  # seconds without an answer of any rank after which those that are left, if all wait, are stuck
LONGEST = 15.0  # the same where one of them is still at work: it may be importing something
COMPANY = 0.3  # seconds in which others may fail by themselves too: the lowest rank is the one to be told of
RELEASE = 2.0  # seconds in which a rank has to notice that another has left the group
SIGN = 1.0  # seconds for an answer to the question where a rank is
TICK = 0.2  # seconds after which the interpreter gets a look in: a time limit may be waiting

Reply = tuple[Any, ...]

DIED: Reply = ("died",)
RELEASED: Reply = ("released",)


class Rank:
    """A rank as the pool has it."""

    def __init__(self, number: int, connection: Connection, child: Child) -> None:
        self.number = number
        self.connection = connection
        self.child = child
        self.module: ModuleType | None = None  # the one that it has loaded

    def tell(self, *message: Any) -> None:
        with suppress(OSError):  # it has ended, which shows when its answer is awaited
            self.connection.send_bytes(pickle.dumps(message))


def replies_of(ranks: Sequence[Rank], patience: float, *, where: bool = False) -> Iterator[tuple[Rank, Reply]]:
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


def answers(ranks: Sequence[Rank]) -> dict[int, Reply]:
    """Return what came of a job on each rank; fewer than all, where some have to be ended.

    Raises:
        trouble.Deadlock, trouble.RankDied: when that is what came of it.
    """
    replies: dict[int, Reply] = {}
    while len(replies) < len(ranks) and all(reply[0] == "done" for reply in replies.values()):
        since = time.monotonic()
        for rank, reply in replies_of(_without(ranks, replies), PATIENCE):
            since = time.monotonic()
            replies[rank.number] = reply
            if reply[0] != "done":
                break
        else:
            _check_progress(ranks, replies, since)
    if all(reply[0] == "done" for reply in replies.values()):
        return replies
    replies |= {rank.number: reply for rank, reply in replies_of(_without(ranks, replies), COMPANY)}
    for rank in ranks:
        if replies.get(rank.number) is DIED:
            raise trouble.died(rank.number, workers.ended_with(rank.child.end()))
        if replies.get(rank.number, DIED)[0] == "raised":
            rank.tell("leave")
    late: dict[int, Reply] = {}
    for rank, _ in replies_of(_without(ranks, replies), RELEASE):
        late[rank.number] = RELEASED  # an error of its own accord it is not: one that it waited for has left
        rank.tell("leave")
    return replies | late


def _without(ranks: Sequence[Rank], replies: Mapping[int, Reply]) -> list[Rank]:
    return [rank for rank in ranks if rank.number not in replies]


def _check_progress(ranks: Sequence[Rank], replies: dict[int, Reply], since: float) -> None:
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
        for rank, reply in replies_of(missing, SIGN, where=True):
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
