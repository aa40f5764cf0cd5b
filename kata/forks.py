"""Children forked from one session that has collected the specs and run none of them: the parent's side.

Each costs a few milliseconds where a session of its own costs a third of a second, so it is the way to
run the same specs on many implementations.
"""

import json
import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from kata import forked, workers
from kata.session import Order
from kata.workers import START, Gone


def forks_possible() -> bool:
    """Whether processes can be forked here, and their end be noticed."""
    return workers.start_method() == "forkserver" and hasattr(os, "pidfd_open")


class Forks:
    """The session, and `count` children of it at a time.

    Args:
        order: the katas whose specs are collected, and the devices.
    """

    def __init__(self, order: Order, count: int) -> None:
        pipes = [multiprocessing.Pipe() for _ in range(count)]
        self.forks = [Fork(ours) for ours, _ in pipes]
        self._process = workers.start(forked.serve, (order.encoded(), [theirs for _, theirs in pipes]), "forks")
        for _, theirs in pipes:
            theirs.close()

    def end(self) -> None:
        """End all children and the session."""
        for fork in self.forks:
            fork.end()
            fork.close()
        self._process.join(5)
        self._process.kill()
        self._process.join()
        self._process.close()


class Fork:
    """One child at a time; what a `kata.workers.Worker` is to a session of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pid = 0
        self._busy = False

    def ask(self, order: Order) -> None:
        """Begin a session; its events come from `event`."""
        self._connection.send_bytes(order.encoded())
        self._busy = True

    def event(self, seconds: float) -> dict[str, Any]:
        """Return the next thing that happens.

        Raises:
            Gone: when the child ended, or nothing happened within `seconds`.
        """
        try:
            while True:
                if not self._connection.poll(seconds):
                    self.end()
                    raise Gone(late=True)
                found: dict[str, Any] = json.loads(self._connection.recv_bytes())
                match found["event"]:
                    case "forked":
                        self._pid = found["pid"]
                    case "exited":
                        self._idle()
                        raise Gone(late=False, exit_code=found["code"])
                    case "end":
                        self._until_exited()
                        return found
                    case _:
                        return found
        except (EOFError, OSError) as error:
            self._idle()
            raise Gone(late=False) from error

    def end(self) -> None:
        """End the child, whatever it is doing."""
        with suppress(EOFError, OSError):
            while self._busy and not self._pid and self._connection.poll(START):
                found = json.loads(self._connection.recv_bytes())
                self._pid = found.get("pid", 0)
                if found["event"] in ("exited", "end"):
                    self._busy = found["event"] == "end"
                    break
            if self._busy and self._pid:
                os.killpg(self._pid, signal.SIGKILL)
            self._until_exited()
        self._idle()

    def close(self) -> None:
        """Hang up; the session ends when all have."""
        self._connection.close()

    def _until_exited(self) -> None:
        while self._busy and self._connection.poll(START):
            if json.loads(self._connection.recv_bytes())["event"] == "exited":
                self._idle()

    def _idle(self) -> None:
        self._pid = 0
        self._busy = False
