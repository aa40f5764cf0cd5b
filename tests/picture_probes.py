"""What specs of files and folders run on the learner's side; see `tests/probes.py`."""

import builtins
import contextlib
import io
import os
import random
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

Function = Callable[..., Any]


def inside(folder: str, function: Function, *args: Any) -> Any:
    """Call a function with `folder` as the current folder, where relative paths begin."""
    with contextlib.chdir(folder):
        return function(*args)


def in_odd_order(function: Function, *args: Any) -> Any:
    """Call a function while the file system lists what is in a folder in no order, as it may."""
    with mock.patch("os.listdir", _listdir), mock.patch("os.scandir", _Scan):
        return function(*args)


_REAL_LISTDIR, _REAL_SCANDIR = os.listdir, os.scandir


def _shuffled(items: list[Any]) -> list[Any]:
    random.Random(1).shuffle(items)
    return items


def _listdir(path: Any = ".") -> list[Any]:
    return _shuffled(sorted(_REAL_LISTDIR(path)))


class _Scan:
    """What `os.scandir` gives, shuffled."""

    def __init__(self, path: Any = ".") -> None:
        with _REAL_SCANDIR(path) as entries:
            self._entries = iter(_shuffled(sorted(entries, key=lambda entry: entry.name)))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> "_Scan":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries = iter(())


def files_opened(function: Function, *args: Any) -> list[str]:
    """The files that a call opens in Python, by name; a ValueError ends it like a return."""
    return [os.path.basename(str(file.name)) for file in _opened(function, args)]


def left_open(function: Function, *args: Any) -> list[str]:
    """The files that a call opens in Python and does not close; a ValueError ends it like a return.

    What the garbage collector would close some time later is not closed.
    """
    return [os.path.basename(str(file.name)) for file in _opened(function, args) if not file.closed]


def _opened(function: Function, args: tuple[Any, ...]) -> list[Any]:
    real, opened = builtins.open, []

    def recording(*args: Any, **kwargs: Any) -> Any:
        opened.append(real(*args, **kwargs))
        return opened[-1]

    with (
        mock.patch.object(builtins, "open", recording),
        mock.patch.object(io, "open", recording),
        contextlib.suppress(ValueError),
    ):
        function(*args)
    return opened
