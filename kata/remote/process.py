"""One process of the learner's as the judge has it: started, talked to within a deadline, ended."""

import multiprocessing
import queue
import threading
import time
from multiprocessing.connection import Connection

from kata import workers
from kata.nursery import GRACE, Child, Nursery, Started
from kata.ranks import starting
from kata.remote import wire
from kata.remote.errors import LearnerCrashed
from kata.remote.service import serve, serve_forked

LAST_WORDS = 1.0  # seconds in which one that hung up ends with an exit code of its own


# What forks the learners' processes, if it was itself forked before this process held anything of the judge's.
nursery: Nursery | None = None


class Late(Exception):
    """No answer before the deadline."""


class Process:
    """One process, and a thread that talks with it.

    The thread is what makes a deadline hold whatever the other side does: a peer that reads
    nothing, or sends half a message, keeps the thread waiting and not the judge.
    """

    def __init__(self, source: tuple[str, str, str]) -> None:
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        try:
            self._connection, self._child = _start(source)
        except (EOFError, OSError) as error:
            raise LearnerCrashed(f"the learner's process cannot be started: {error}") from error
        self._thread = threading.Thread(target=self._talk, name="kata-learner", daemon=True)
        self._thread.start()
        try:
            self._replied(time.monotonic() + workers.START)
        except Late:
            self.end()
            raise LearnerCrashed(f"the learner's process did not start within {workers.START:g} seconds") from None

    def exchange(self, request: bytes, deadline: float | None) -> bytes:
        """Send a request and return the answer.

        Raises:
            LearnerCrashed: when the process ends first.
            Late: when the deadline passes first.
        """
        if deadline is not None and deadline <= time.monotonic():
            raise Late
        self._requests.put(request)
        return self._replied(deadline)

    def end(self, grace: float = 0.0) -> int | None:
        """Kill the process, if it still lives after `grace` seconds, and return its exit code."""
        code = self._child.end(grace)
        self._requests.put(None)
        self._thread.join(GRACE if code is not None else 0)
        if not self._thread.is_alive():  # else a process that the learner's started still holds the other end
            self._connection.close()
        return code

    def _replied(self, deadline: float | None) -> bytes:
        try:
            reply = self._replies.get(timeout=None if deadline is None else max(deadline - time.monotonic(), 0))
        except queue.Empty:
            raise Late from None
        if reply is None:
            raise LearnerCrashed(f"the learner's process ended with {workers.ended_with(self.end(LAST_WORDS))}")
        return reply

    def _talk(self) -> None:
        try:
            self._replies.put(self._connection.recv_bytes(wire.LIMIT))  # "ready"
            while (request := self._requests.get()) is not None:
                self._connection.send_bytes(request)
                self._replies.put(self._connection.recv_bytes(wire.LIMIT))
        except (EOFError, OSError):
            self._replies.put(None)


def _start(source: tuple[str, str, str]) -> tuple[Connection, Child]:
    if nursery is not None:
        return nursery.start(serve_forked, *source, starting.needed())
    ours, theirs = multiprocessing.Pipe()
    with theirs:
        process = workers.start(serve, (theirs, *source), "learner")
    return ours, Started(process)
