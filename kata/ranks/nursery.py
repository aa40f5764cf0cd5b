"""Starts rank processes: a process that has imported PyTorch and computed nothing forks them.

The process that asks has computed, so it must not be forked itself, and importing PyTorch anew takes
seconds for each rank. Where processes are not forked (Windows, macOS) that is what each of them does.
"""

import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, Protocol

from kata import orphans, workers

# What each rank would else import by itself; an optimizer imports the compiler when it is first used.
PRELOAD = ("torch.distributed", "kata.ranks.rank", "torch._dynamo")
GRACE = 5.0  # seconds in which a killed process has to end


class Child(Protocol):
    """A rank's process, as its starter has it."""

    def end(self) -> int | None:
        """Kill it, if it still lives, and return its exit code."""


class Nursery:
    """The process that forks ranks, as the one that asks for them has it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sound = True  # False in the middle of a dialogue, and for good if that was broken off

    def start(self, number: int) -> tuple[Connection, Child]:
        """Fork a rank, and return the line to it."""
        ours, theirs = multiprocessing.Pipe()
        self.sound = False
        self._connection.send(("start", number))
        reduction.send_handle(self._connection, theirs.fileno(), None)  # type: ignore[attr-defined]
        theirs.close()
        pid = self._connection.recv()
        self.sound = True
        return ours, _Forked(self, pid)

    def end(self, pid: int) -> int | None:
        """Kill a rank, if it still lives, and return its exit code."""
        if not self.sound:
            return None
        self.sound = False
        self._connection.send(("end", pid))
        code: int = self._connection.recv()
        self.sound = True
        return code

    def close(self) -> None:
        """Hang up: the nursery ends all its ranks, and itself."""
        self._connection.close()


class _Forked:
    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._pid = pid
        self._ended = False
        self._code: int | None = None

    def end(self) -> int | None:
        if not self._ended:
            self._ended = True
            with contextlib.suppress(EOFError, OSError):  # the nursery is gone, and its ranks with it
                self._code = self._nursery.end(self._pid)
        return self._code


class _Started:
    def __init__(self, process: Any) -> None:
        self._process = process

    def end(self) -> int | None:
        self._process.kill()
        self._process.join(GRACE)
        code: int | None = self._process.exitcode
        return code


def open_nursery() -> Nursery | None:
    """Return the nursery that was forked when that was still safe, or a new one; None where nothing is forked."""
    global _forked
    if workers.start_method() != "forkserver":
        return None
    found, _forked = _forked, None
    if found is None:
        ours, theirs = multiprocessing.Pipe()
        workers.start(serve, (theirs,), "nursery", method="spawn")
        theirs.close()
        found = Nursery(ours)
    return found


def start(nursery: Nursery | None, number: int) -> tuple[Connection, Child]:
    """Start a rank, by the nursery if there is one."""
    if nursery is not None:
        return nursery.start(number)
    from kata.ranks import rank

    ours, theirs = multiprocessing.Pipe()
    process = workers.start(rank.serve, (theirs, number), f"rank {number}", method="spawn")
    theirs.close()
    return ours, _Started(process)


_forked: Nursery | None = None


class Early:
    """The plugin of a session whose process has computed nothing: it forks a nursery while that is safe."""

    def pytest_collection_finish(self) -> None:
        fork_early()


def needed() -> bool:
    """Whether a session that has collected its specs will fork ranks."""
    return "kata.ranks.pool" in sys.modules and workers.start_method() == "forkserver"


def preload() -> None:
    """Import what ranks need."""
    for module in PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def fork_early() -> None:
    """Fork a nursery from this process, if its specs need ranks.

    To be called where this process has imported everything, has computed nothing, and has one thread.
    """
    global _forked
    if not needed():
        return
    ours, theirs = multiprocessing.Pipe()
    if not os.fork():
        try:
            ours.close()
            serve(theirs)
        finally:  # whatever happens, it does not go on as its parent does
            os._exit(1)
    theirs.close()
    _forked = Nursery(ours)


def serve(connection: Connection) -> None:
    """Fork and end ranks as asked, until the other side hangs up."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # or each rank would write what is left in it
            stream.flush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    orphans.silence({connection.fileno(), parent.sentinel if parent else -1})
    preload()
    gc.collect()
    gc.freeze()
    pids: set[int] = set()
    while True:
        try:
            match connection.recv():
                case "start", int(number):
                    pids.add(pid := _fork(connection, number))
                    connection.send(pid)
                case "end", int(pid):
                    pids.discard(pid)
                    connection.send(_end(pid))
        except (EOFError, OSError):
            break
    for pid in pids:
        _end(pid)
    os._exit(0)


def _fork(connection: Connection, number: int) -> int:
    theirs = Connection(reduction.recv_handle(connection))  # type: ignore[attr-defined]
    pid = os.fork()
    if not pid:
        try:
            from kata.ranks import rank

            connection.close()
            orphans.die_with_parent()
            rank.serve(theirs, number)
        finally:
            os._exit(1)
    theirs.close()
    return pid


def _end(pid: int) -> int:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
