"""An error of the learner's code as plain values; errors.py makes an error of them again."""

import builtins
from dataclasses import astuple
from pathlib import Path
from typing import Any

from kata import frames
from kata.errors import KataError
from kata.implementations import LearnerFileError
from kata.remote import wire

MOST_TEXT = 10_000  # characters of a message
MOST_FRAMES = 40


def describe(error: BaseException, place: Path) -> list[Any]:
    """Describe an error without its objects.

    Args:
        place: the learner's file, whose lines are named.
    """
    try:
        report = _report(error, place)
        wire.pack(report, refuse)
        return report
    except BaseException as second:  # an error whose own text cannot be had
        return [type(error).__name__, ["Exception"], f"(no message: {type(second).__name__})", None, [], []]


def refuse(value: object) -> wire.Reference:
    """For `wire.pack`, where no object may be named."""
    raise wire.WireError(f"cannot send a {type(value).__name__} here")


def _report(error: BaseException, place: Path) -> list[Any]:
    kind = type(error)
    lineage = [base.__name__ for base in kind.__mro__ if base.__module__ == builtins.__name__]
    found = frames.shortened(frames.of(error, place), MOST_FRAMES)
    rows = [list(astuple(frame)) for frame in found if frame is not None]
    file = []
    if isinstance(error, LearnerFileError):
        file = [error.message, error.hint, error.file, error.line, error.text]
    elif isinstance(error, KataError):
        file = [error.message, error.hint, "", 0, ""]
    name = getattr(error, "remote_type", None) or kind.__name__  # it may have come from a rank
    return [name, lineage, str(error)[:MOST_TEXT], _plain_args(error), rows, file]


def _plain_args(error: BaseException) -> list[Any] | None:
    """The arguments of an error where they are plain and short, so that it is made the same again."""
    args = list(error.args)
    if isinstance(error, OSError) and error.filename is not None:
        args = [error.errno, error.strerror, error.filename]
    try:
        return args if len(wire.pack(args, refuse)) <= MOST_TEXT else None
    except wire.WireError:
        return None
