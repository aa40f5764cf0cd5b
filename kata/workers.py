"""Child processes that run one pytest session after another for a parent that imports no torch.

Where processes can be forked safely (Linux) each session gets a fresh child of a
waiting parent that has imported everything and computed nothing. Elsewhere a
child is started anew and serves many sessions, until one of them kills it.
"""

import json
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from kata import session

START = 120.0  # seconds that a cold start may take: importing torch from a slow disk


def start_method() -> str:
    """`forkserver` or `spawn`; KATA_START_METHOD overrides it."""
    return os.environ.get("KATA_START_METHOD") or ("forkserver" if sys.platform == "linux" else "spawn")


def context() -> BaseContext:
    """Return the way in which processes are started here."""
    found = multiprocessing.get_context(start_method())
    if start_method() == "forkserver":
        found.set_forkserver_preload(["kata.warm"])
    return found


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

    def ask(self, root: str, arguments: list[str]) -> None:
        """Begin a session; its events come from `event`."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._connection is not None
        self._connection.send_bytes(json.dumps({"root": root, "arguments": arguments}).encode())

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
        self._process = context().Process(target=session.serve, args=(theirs,), daemon=False)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()
