"""The judge's side of judged mode: starts the learner's process, asks it, and ends it when it is late."""

import atexit
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kata.limits import TimedOut
from kata.remote import names, wire
from kata.remote.errors import LearnerCrashed, RemoteError, rebuild
from kata.remote.handle import Handle
from kata.remote.process import Late, Process
from kata.remote.service import MODULE

__all__ = ["Learner", "LearnerCrashed", "RemoteError"]

MODULE_LIFE = -1  # the module's handle is good for every process: each loads it anew

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
        self._process: Process | None = None
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
        except Late:
            self.close()
            raise TimedOut(self._limit) from None
        except BaseException:  # a message that is none, or Ctrl-C here: the next answer would be to this question
            self.close()
            raise
        return _opened(value)

    def _started(self) -> "Process":
        if self._process is not None:
            return self._process
        began = time.monotonic()
        self._process = Process(self._source)
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


@atexit.register
def _close_all() -> None:
    # Python waits for child processes when it ends, and one may loop for ever. This runs before that: exit
    # handlers run last one first, and the one that waits was registered when multiprocessing was imported.
    for learner in list(_open):
        learner.close()
