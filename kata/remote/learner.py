"""The judge's side of judged mode: starts the learner's process, asks it, and ends it when it is late."""

import atexit
import multiprocessing.util  # first, so that its own exit handler runs after the one below
import queue
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from kata import workers
from kata.limits import TimedOut
from kata.remote import names, wire
from kata.remote.errors import LearnerCrashed, RemoteError, rebuild
from kata.remote.handle import Handle
from kata.remote.service import MODULE, serve

__all__ = ["Learner", "LearnerCrashed", "RemoteError"]

MODULE_LIFE = -1  # the module's handle is good for every process: each loads it anew
GRACE = 5.0  # seconds in which a killed process has to end
PAUSES = (0.1, 0.3, 1.0)
LAST_WORDS = 1.0  # seconds in which one that hung up ends with an exit code of its own

_open: "weakref.WeakSet[Learner]" = weakref.WeakSet()


class Learner:
    """The learner's module in a process of its own.

    Args:
        root: the course's folder.
        implementation: what stands in for the learner's module, see kata/implementations.py.
        topic: whose module.
    """

    def __init__(self, root: Path, implementation: str, topic: str) -> None:
        self._source = (str(root), implementation, topic)
        self._deadline: float | None = None
        self._limit = 0.0
        self._life = 0
        self._process: _Process | None = None
        self._handles: weakref.WeakValueDictionary[int, Handle] = weakref.WeakValueDictionary()
        self._released: dict[int, None] = {}
        self._attributes: dict[str, Handle] = {}
        self.module = _Module(self, MODULE, "module", MODULE_LIFE)
        _open.add(self)

    @property
    def deadline(self) -> float | None:
        """Until when (`time.monotonic()`) questions may be answered. Starting a process does not count."""
        return self._deadline

    @deadline.setter
    def deadline(self, deadline: float | None) -> None:
        self._deadline = deadline
        self._limit = 0.0 if deadline is None else deadline - time.monotonic()

    def probe(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call an importable function or class on the learner's side.

        Raises:
            WireError: when it cannot be found there by its name, or an argument cannot cross.
        """
        names.name_of(function)
        return self._exchange("call", function, args, kwargs)

    def ask(self, verb: str, target: Handle, /, *args: Any, **kwargs: Any) -> Any:
        """Put a question about an object; see `VERBS` in service.py."""
        if target is self.module and verb == "getattr":
            return self._attribute(args[0])
        if target is self.module:
            self._attributes.clear()  # it may be about to change
        return self._exchange(verb, target, args, kwargs)

    def released(self, handle: Handle) -> None:
        """Note that the learner's side may forget an object."""
        current = self._handles.get(handle._kata_key)
        if handle._kata_life == self._life and (current is None or current is handle):
            self._released[handle._kata_key] = None

    def close(self) -> None:
        """End the learner's process."""
        process, self._process = self._process, None
        self._life += 1
        self._attributes.clear()
        self._released.clear()
        self._handles = weakref.WeakValueDictionary()
        if process is not None:
            process.end()

    def _attribute(self, name: str) -> Any:
        """Ask once for each function of the module: it stays the same as long as the process lives."""
        if self._process is not None and name in self._attributes:
            return self._attributes[name]
        found = self._exchange("getattr", self.module, (name,), {})
        if isinstance(found, Handle):
            self._attributes[name] = found
        return found

    def _exchange(self, verb: str, target: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        process = self._started()
        released, self._released = list(self._released), {}
        try:
            request = wire.pack([verb, target, list(args), kwargs, released], self._keep)
        except wire.WireError as error:
            self._released |= dict.fromkeys(released)
            raise _named(error) from None
        try:
            reply = process.exchange(request, self._deadline)
            value = wire.unpack(reply, self._resolve)
        except LearnerCrashed:
            self.close()
            raise
        except _Late:
            self.close()
            raise TimedOut(self._limit) from None
        except (
            BaseException
        ):  # a message that is none, or Ctrl-C here: the next answer would be to this question
            self.close()
            raise
        return _opened(value)

    def _started(self) -> "_Process":
        if self._process is not None:
            return self._process
        began = time.monotonic()
        self._process = _Process(self._source)
        if self._deadline is not None:
            self._deadline += time.monotonic() - began
        return self._process

    def _keep(self, value: object) -> wire.Reference:
        if not isinstance(value, Handle):
            return wire.Reference(names.name_of(value))
        if value._kata_line is not self or value._kata_life not in (self._life, MODULE_LIFE):
            raise LearnerCrashed(f"{value!r} is gone: the process that held it has ended")
        return wire.Reference(value._kata_key)

    def _resolve(self, reference: wire.Reference) -> Handle:
        key = reference.key
        if not isinstance(key, int) or key < MODULE:
            raise wire.WireError("a name where only an object may come")
        if key == MODULE:
            return self.module
        handle = self._handles.get(key)
        if handle is None:
            handle = Handle(self, key, reference.type_name[:100], self._life)
            self._handles[key] = handle
            self._released.pop(key, None)
        return handle


class _Module(Handle):
    """The learner's module; never forgotten."""

    __slots__ = ()

    def __del__(self) -> None:
        pass


class _Late(Exception):
    """No answer before the deadline."""


class _Process:
    """One process, and a thread that talks with it.

    The thread is what makes a deadline hold whatever the other side does: a peer that reads
    nothing, or sends half a message, keeps the thread waiting and not the judge.
    """

    def __init__(self, source: tuple[str, str, str]) -> None:
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._connection, theirs = multiprocessing.Pipe()
        self._process = _start((theirs, *source))
        theirs.close()
        self._thread = threading.Thread(target=self._talk, name="kata-learner", daemon=True)
        self._thread.start()
        try:
            self._replied(time.monotonic() + workers.START)
        except _Late:
            self.end()
            raise LearnerCrashed(
                f"the learner's process did not start within {workers.START:g} seconds"
            ) from None

    def exchange(self, request: bytes, deadline: float | None) -> bytes:
        """Send a request and return the answer.

        Raises:
            LearnerCrashed: when the process ends first.
            _Late: when the deadline passes first.
        """
        if deadline is not None and deadline <= time.monotonic():
            raise _Late
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
            reply = self._replies.get(
                timeout=None if deadline is None else max(deadline - time.monotonic(), 0)
            )
        except queue.Empty:
            raise _Late from None
        if reply is None:
            self._process.join(LAST_WORDS)
            raise LearnerCrashed(f"the learner's process ended with {_exit(self.end())}")
        return reply

    def _talk(self) -> None:
        try:
            self._replies.put(self._connection.recv_bytes(wire.LIMIT))  # "ready"
            while (request := self._requests.get()) is not None:
                self._connection.send_bytes(request)
                self._replies.put(self._connection.recv_bytes(wire.LIMIT))
        except (EOFError, OSError):
            self._replies.put(None)


def _start(arguments: tuple[Connection, str, str, str]) -> Any:
    """Start the learner's process without running the judge's main program in it."""
    process = workers.context().Process(target=serve, args=arguments, name="learner")  # type: ignore[attr-defined]
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        for pause in PAUSES:
            try:
                process.start()
                return process
            except OSError:  # the process that starts others has just died: the next attempt starts it anew
                time.sleep(pause)
        raise LearnerCrashed("the learner's process cannot be started")
    finally:
        sys.modules["__main__"] = main


def _opened(reply: Any) -> Any:
    """Return the value in a reply or raise its error; what was printed is printed here."""
    match reply:
        case ["ok", value, str(output)]:
            sys.stdout.write(output)
            return value
        case ["error", *report, str(output)]:
            sys.stdout.write(output)
            raise rebuild(report)
    raise wire.WireError("an answer that is none")


def _named(error: wire.WireError) -> wire.WireError:
    """Say which argument cannot cross, in place of where it lies in the message."""
    match error.place:
        case (2, position, *rest):
            told = wire.WireError(f"argument {position}: {error.args[0]}")
        case (3, name, *rest):
            told = wire.WireError(f"argument {name!r}: {error.args[0]}")
        case _:
            return wire.WireError(error.args[0])
    told.place = tuple(rest)
    return told


def _exit(code: int | None) -> str:
    if code is not None and code < 0:
        known = -code in [item.value for item in signal.Signals]
        return f"signal {signal.Signals(-code).name if known else -code}"
    return f"exit status {code}"


@atexit.register
def _close_all() -> None:
    # Python waits for child processes when it ends; one that loops for ever would keep it.
    for learner in list(_open):
        learner.close()
