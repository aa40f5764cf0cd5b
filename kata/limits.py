"""A time limit on code that runs in this very process, kept by another thread.

Three steps, each for what the one before cannot stop: an exception raised inside
the running code (an endless Python loop), the end of the process by the watching
thread (a call that never returns to Python), and its end by a thread that needs
no interpreter lock (a call that never lets go of the lock).
"""

import ctypes
import faulthandler
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

GRACE = 2.0  # seconds in which the code may still end by itself
REPEAT = 0.2  # seconds between attempts: a bare `except:` may have swallowed the first


class TimedOut(BaseException):
    """The time limit has passed. Not an Exception, so that `except Exception` lets it through."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Watchdog:
    """Keeps a time limit on the thread that enters `guard`.

    Args:
        on_stuck: called just before the process is ended because nothing else helped.
        stderr: where the last resort writes the stacks.
    """

    def __init__(self, on_stuck: Callable[[], None], stderr: TextIO | None = None) -> None:
        self._on_stuck = on_stuck
        self._stderr = stderr
        self._changed = threading.Condition()
        self._target = 0  # the guarded thread; 0 when none
        self._expires = 0.0
        self._sent = False
        self._thread: threading.Thread | None = None

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Raise TimedOut in this thread when the block takes longer than `seconds`."""
        self._arm(seconds)
        try:
            yield
        finally:
            try:
                self._disarm()
                self._receive()
            except TimedOut:  # it was on its way already
                self._disarm()
                raise

    def _arm(self, seconds: float) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="kata-time-limit", daemon=True)
            self._thread.start()
        if self._stderr is not None:
            faulthandler.dump_traceback_later(seconds + 2 * GRACE, exit=True, file=self._stderr)
        with self._changed:
            self._target, self._expires = threading.get_ident(), time.monotonic() + seconds
            self._sent = False
            self._changed.notify()

    def _disarm(self) -> None:
        if self._stderr is not None:
            faulthandler.cancel_dump_traceback_later()
        with self._changed:
            self._target = 0
            self._changed.notify()

    def _receive(self) -> None:
        """Give an exception that was sent a chance to arrive while it is still ours to raise.

        Taking it back instead would leave CPython believing that one is pending, and slow for ever after.
        """
        if self._sent:
            for _ in range(100):
                pass

    def _watch(self) -> None:
        with self._changed:
            while True:
                late = time.monotonic() - self._expires
                if not self._target:
                    self._changed.wait()
                elif late < 0:
                    self._changed.wait(-late)
                elif late < GRACE:
                    self._sent = True
                    _raise_in(self._target, TimedOut)
                    self._changed.wait(REPEAT)
                else:
                    self._on_stuck()
                    os._exit(1)


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Raise an exception in another thread at its next bytecode."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
