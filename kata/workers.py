"""Child processes that run one pytest session after another for a parent that imports no torch.

Where processes can be forked safely (Linux) each session gets a fresh child of a
waiting parent that has imported everything and computed nothing. Elsewhere a
child is started anew and serves many sessions, until one of them kills it.
"""

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from types import ModuleType
from typing import Any

from kata import session
from kata.session import Order

PAUSES = (0.1, 0.3, 1.0)  # seconds between attempts to start a process
START = 120.0  # seconds that a cold start may take: importing torch from a slow disk


_starting = threading.Lock()


def start_method() -> str:
    """`forkserver` or `spawn`; KATA_START_METHOD overrides it."""
    return os.environ.get("KATA_START_METHOD") or ("forkserver" if sys.platform == "linux" else "spawn")


def context(method: str) -> BaseContext:
    """Return one of `multiprocessing`'s ways to start processes."""
    found = multiprocessing.get_context(method)
    if method == "forkserver":
        found.set_forkserver_preload(["kata.uninterrupted", "kata.warm"])
    return found


def start(target: Callable[..., None], arguments: tuple[Any, ...], name: str, method: str = "") -> Any:
    """Start a process that runs an importable function, without this one's main program in it.

    Args:
        method: `forkserver` or `spawn`; what is usual here when left out.

    Raises:
        OSError: when it cannot be started.
    """
    process = context(method or start_method()).Process(target=target, args=arguments, name=name)  # type: ignore[attr-defined]
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")  # else a child would run it again
        try:
            for pause in (*PAUSES, None):
                try:
                    process.start()
                    break
                except OSError:  # the process that starts others may just have died: the next attempt renews it
                    if pause is None:
                        raise
                    time.sleep(pause)
        finally:
            sys.modules["__main__"] = main
    return process


def ended_with(code: int | None) -> str:
    """Say how a process ended: its exit status, or the signal that killed it."""
    if code is None or code >= 0:
        return f"exit status {code}"
    known = -code in [item.value for item in signal.Signals]
    return f"signal {signal.Signals(-code).name if known else -code}"


class Gone(Exception):
    """The child has ended, or did not answer in time and was ended."""

    def __init__(self, *, late: bool, exit_code: int | None = None) -> None:
        super().__init__(late, exit_code)
        self.late = late
        self.exit_code = exit_code


class Worker:
    """One child at a time; started when it is needed."""

    def __init__(self) -> None:
        self._process: Any = None
        self._connection: Connection | None = None

    def ask(self, order: Order) -> None:
        """Begin a session; its events come from `event`."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._connection is not None
        self._connection.send_bytes(order.encoded())

    def event(self, seconds: float) -> dict[str, Any]:
        """Return the next thing that happens.

        Raises:
            Gone: when the child ended, or nothing happened within `seconds`.
        """
        assert self._connection is not None
        try:
            if not self._connection.poll(seconds):
                self.end()
                raise Gone(late=True)
            found: dict[str, Any] = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            process = self._process
            process.join(5)
            code = process.exitcode
            self.end()
            raise Gone(late=False, exit_code=code) from error
        if found["event"] == "end" and start_method() == "forkserver":
            self.end()
        return found

    def end(self) -> None:
        """End the child, whatever it is doing."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def _start(self) -> None:
        self.end()
        self._connection, theirs = multiprocessing.Pipe()
        self._process = start(session.serve, (theirs,), "specs")
        theirs.close()
