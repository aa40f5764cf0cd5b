"""Starts processes for one that has computed: another one, which has imported PyTorch and computed nothing, forks them.

A process that has computed must not be forked itself, and importing PyTorch anew takes seconds for each.
Only for where processes are forked (`workers.start_method`).
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, Protocol

from kata import orphans, workers

GRACE = 5.0  # seconds in which a killed process has to end
PAUSE = 0.002
NOTHING = b"?"  # in place of the exit code of a process that did not end


class Child(Protocol):
    """A process, as its starter has it."""

    def end(self, grace: float = 0.0) -> int | None:
        """Kill it, if it still lives after `grace` seconds, and return its exit code."""


class Nursery:
    """The process that forks others, as the one that asks for them has it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sound = True  # False in the middle of a dialogue, and for good if that was broken off

    def prepare(self, function: Callable[..., None], *arguments: Any) -> None:
        """Have it import something, by an importable function; that is not waited for."""
        self._connection.send(("prepare", function, arguments))

    def start(self, target: Callable[..., None], *arguments: Any) -> tuple[Connection, Child]:
        """Fork a process that runs `target(connection, *arguments)`, and return the line to it.

        The target is an importable function that never returns.
        """
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            pid = self._ask("start", target, arguments, sent=theirs)
        assert pid is not None
        return ours, _Forked(self, pid)

    def end(self, pid: int, grace: float) -> int | None:
        """Kill one of its processes, if it still lives after `grace` seconds, and return its exit code."""
        return self._ask("end", pid, grace) if self.sound else None

    def close(self) -> None:
        """Hang up: it ends all that it has started, and itself."""
        self._connection.close()

    def _ask(self, *request: Any, sent: Connection | None = None) -> int | None:
        self.sound = False
        self._connection.send(request)
        if sent is not None:
            reduction.send_handle(self._connection, sent.fileno(), None)  # type: ignore[attr-defined]
        answer = self._connection.recv_bytes(20)  # a number and no pickle: a learner's process may have got at it
        self.sound = True
        return int(answer) if answer != NOTHING else None


class _Forked:
    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._pid = pid
        self._ended = False
        self._code: int | None = None

    def end(self, grace: float = 0.0) -> int | None:
        if not self._ended:
            self._ended = True
            with contextlib.suppress(EOFError, OSError):  # the nursery is gone, and all that it forked
                self._code = self._nursery.end(self._pid, grace)
        return self._code


class Started:
    """A process of `multiprocessing` as a `Child`."""

    def __init__(self, process: Any) -> None:
        self._process = process

    def end(self, grace: float = 0.0) -> int | None:
        if grace:
            self._process.join(grace)
        self._process.kill()
        self._process.join(GRACE)
        code: int | None = self._process.exitcode
        return code


def fork() -> Nursery:
    """Fork a nursery from this process, which has computed nothing and has one thread."""
    ours, theirs = multiprocessing.Pipe()
    if not os.fork():
        try:
            ours.close()
            serve(theirs)
        finally:  # whatever happens, it does not go on as its parent does
            os._exit(1)
    theirs.close()
    return Nursery(ours)


def spawn() -> Nursery:
    """Start a nursery that imports PyTorch anew."""
    ours, theirs = multiprocessing.Pipe()
    workers.start(serve, (theirs,), "nursery", method="spawn")
    theirs.close()
    return Nursery(ours)


def serve(connection: Connection) -> None:
    """Fork and end processes as asked, until the other side hangs up."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # or each of them would write what is left in it
            stream.flush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    orphans.silence({connection.fileno(), parent.sentinel if parent else -1})
    pids: set[int] = set()
    while True:
        try:
            match connection.recv():
                case "prepare", function, arguments:
                    function(*arguments)
                    gc.collect()
                    gc.freeze()
                case "start", target, arguments:
                    pids.add(pid := _fork(connection, target, arguments))
                    connection.send_bytes(str(pid).encode())
                case "end", int(pid), float(grace):
                    pids.discard(pid)
                    code = _end(pid, grace)
                    connection.send_bytes(NOTHING if code is None else str(code).encode())
        except (EOFError, OSError):
            break
    for pid in pids:
        _end(pid, 0.0)
    os._exit(0)


def _fork(connection: Connection, target: Callable[..., None], arguments: tuple[Any, ...]) -> int:
    theirs = Connection(reduction.recv_handle(connection))  # type: ignore[attr-defined]
    pid = os.fork()
    if not pid:
        try:
            connection.close()
            orphans.die_with_parent()
            target(theirs, *arguments)
        finally:
            os._exit(1)
    theirs.close()
    return pid


def _end(pid: int, grace: float) -> int | None:
    code = _ended(pid, grace)
    if code is None:
        os.kill(pid, signal.SIGKILL)
        code = _ended(pid, GRACE)
    return code


def _ended(pid: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(PAUSE)
