"""One process of the learner's as the judge has it: started, talked to within a deadline, ended."""

import multiprocessing
import queue
import threading
import time

from kata import workers
from kata.remote import wire
from kata.remote.errors import LearnerCrashed
from kata.remote.service import serve

GRACE = 5.0  # seconds in which a killed process has to end
LAST_WORDS = 1.0  # seconds in which one that hung up ends with an exit code of its own


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
        self._connection, theirs = multiprocessing.Pipe()
        try:
            self._process = workers.start(serve, (theirs, *source), "learner")
        except OSError as error:
            raise LearnerCrashed(f"the learner's process cannot be started: {error}") from error
        theirs.close()
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

    def end(self) -> int | None:
        """Kill the process, if it still lives, and return its exit code."""
        self._process.kill()
        self._process.join(GRACE)
        code: int | None = self._process.exitcode
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
            self._process.join(LAST_WORDS)
            raise LearnerCrashed(f"the learner's process ended with {workers.ended_with(self.end())}")
        return reply

    def _talk(self) -> None:
        try:
            self._replies.put(self._connection.recv_bytes(wire.LIMIT))  # "ready"
            while (request := self._requests.get()) is not None:
                self._connection.send_bytes(request)
                self._replies.put(self._connection.recv_bytes(wire.LIMIT))
        except (EOFError, OSError):
            self._replies.put(None)
