"""The learner's side: holds the learner's module and objects, and answers questions about them.

Whatever the learner's code raises or prints becomes part of an answer; nothing
that it does ends the loop, short of ending the process.
"""

import contextlib
import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from kata import implementations, orphans, session
from kata.course import Course
from kata.ranks import starting
from kata.remote import names, report, wire

MODULE = 0  # the number of the learner's module among the objects
MOST_OUTPUT = 10_000  # characters printed in one call, or of one message

VERBS: dict[str, Callable[..., Any]] = {
    "call": lambda target, /, *args, **kwargs: target(*args, **kwargs),
    "getattr": getattr,
    "setattr": setattr,
    "getitem": lambda target, key: target[key],
    "setitem": lambda target, key, value: target.__setitem__(key, value),
    "len": len,
    "iter": iter,
    "next": next,
    "contains": lambda target, item: item in target,
    "eq": lambda target, other: bool(target == other),
    "bool": bool,
    "repr": lambda target: repr(target)[:MOST_OUTPUT],
    "dir": dir,
}


def serve(connection: Connection, root: str, implementation: str, topic: str) -> None:
    """Answer the judge's questions until it is gone: what runs in a process that `multiprocessing` has started."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    orphans.end_with(parent)
    orphans.silence({connection.fileno(), parent.sentinel})
    _answer(connection, root, implementation, topic)


def serve_forked(connection: Connection, root: str, implementation: str, topic: str, ranks: bool) -> None:
    """The same in a process that a nursery has forked: it ends with that, and ranks are forked from it."""
    orphans.silence({connection.fileno()})
    if ranks:
        starting.fork_early()
    _answer(connection, root, implementation, topic)


def _answer(connection: Connection, root: str, implementation: str, topic: str) -> None:
    session.enter(root)
    _settle()
    implementations.import_needed(Course(Path(root)), topic)
    service = _Service(Path(root), implementation, topic)
    connection.send_bytes(wire.pack("ready", service.objects.keep))
    while True:
        try:
            request = connection.recv_bytes(wire.LIMIT)
        except (EOFError, OSError):
            os._exit(0)  # the learner's threads and exit handlers are not waited for
        reply = service.answer(request)
        with contextlib.suppress(OSError):
            connection.send_bytes(reply)


class _Objects:
    """The objects that stay here, each under one number for as long as the judge holds a handle to it."""

    def __init__(self, load: Callable[[], ModuleType]) -> None:
        self._load = load
        self._module: ModuleType | None = None
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next = MODULE + 1

    def keep(self, value: Any) -> wire.Reference:
        """Return what crosses in place of an object."""
        if value is self._module:
            return wire.Reference(MODULE, "module")
        number = self._numbers.get(id(value))
        if number is None:
            number, self._next = self._next, self._next + 1
            self._numbers[id(value)] = number
            self._objects[number] = value
        return wire.Reference(number, type(value).__name__[:MOST_OUTPUT])

    def resolve(self, reference: wire.Reference) -> Any:
        """Return what a reference stands for: an object kept here, or something to import."""
        if isinstance(reference.key, str):
            return names.resolve(reference.key)
        if reference.key == MODULE:
            self._module = self._module or self._load()
            return self._module
        return self._objects[reference.key]

    def release(self, numbers: list[int]) -> None:
        """Forget objects that the judge holds no more."""
        for number in numbers:
            value = self._objects.pop(number, None)
            self._numbers.pop(id(value), None)


class _Service:
    def __init__(self, root: Path, implementation: str, topic: str) -> None:
        self.root, self.implementation, self.topic = root, implementation, topic
        self.objects = _Objects(lambda: implementations.load(root, implementation, topic))

    def answer(self, request: bytes) -> bytes:
        """Do what a request asks for; the answer is a value or an error, and what was printed."""
        output = Output()
        try:
            with captured(output):
                verb, target, args, kwargs = self.read(request)
                value = VERBS[verb](target, *args, **kwargs)
            return wire.pack(["ok", value, output.text()], self.objects.keep)
        except BaseException as error:  # SystemExit, KeyboardInterrupt and a skip of pytest's, too
            return self.error(error, output.text())

    def read(self, request: bytes) -> tuple[str, Any, list[Any], dict[str, Any]]:
        verb, target, args, kwargs, released = wire.unpack(request, self.objects.resolve)
        self.objects.release(released)
        return verb, target, args, kwargs

    def error(self, error: BaseException, output: str) -> bytes:
        """Describe an error without its objects: they stay here."""
        place = implementations.source_file(Course(self.root), self.implementation, self.topic)
        return wire.pack(["error", *report.describe(error, place), output], report.refuse)


class Output(io.RawIOBase):
    """Takes what is printed, and keeps the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()
        self._dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        room = MOST_OUTPUT - len(self._kept)
        self._kept += bytes(data[: max(room, 0)])
        self._dropped += max(len(data) - max(room, 0), 0)
        return len(data)

    def text(self) -> str:
        kept = self._kept.decode("utf-8", "replace")
        return f"{kept}\n... {self._dropped} more bytes\n" if self._dropped else kept


@contextlib.contextmanager
def captured(output: Output) -> Iterator[None]:
    """Keep what is printed, instead of printing it."""
    stream = io.TextIOWrapper(io.BufferedWriter(output), "utf-8", "replace", write_through=True)
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = stream
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        with contextlib.suppress(ValueError):  # the learner's code may have closed it
            stream.flush()


def _settle() -> None:
    """Make this process one that computes with one thread and leaves Ctrl-C to the judge, which then ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import torch

    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
