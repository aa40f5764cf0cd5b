"""Errors of the learner's process, as they are raised in the judge's."""

import builtins
from typing import Any

from kata.errors import KataError
from kata.frames import Frame, set_remote
from kata.remote.names import WireError


class RemoteError(Exception):
    """What is no Exception over there: `sys.exit()`, KeyboardInterrupt, a skip. `remote_type` names it."""


class LearnerCrashed(Exception):
    """The learner's process ended, or an object of an earlier one was used."""


def rebuild(reply: list[Any]) -> Exception:
    """Make the error that a reply describes: the nearest built-in class, with what is known of it.

    Raises:
        WireError: for a reply that describes none.
    """
    match reply:
        case [str(name), list(lineage), str(message), args, list(rows), list(file)]:
            pass
        case _:
            raise WireError("an error that is not described as one")
    error = _file_error(file) if file else _nearest(lineage, message, args)
    set_remote(error, [_frame(row) for row in rows])
    error.remote_type = name  # type: ignore[attr-defined]
    return error


def _nearest(lineage: list[Any], message: str, args: Any) -> Exception:
    for name in lineage:
        kind = getattr(builtins, name, None) if isinstance(name, str) else None
        # Only Exceptions: whatever else the learner's code raises must not end the judge.
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not Exception:
            for arguments in [args, [message]] if isinstance(args, list) else [[message]]:
                try:
                    return kind(*arguments)
                except Exception:  # some need arguments that did not cross
                    continue
    return Exception(message) if "Exception" in lineage else RemoteError(message)


def _file_error(file: list[Any]) -> KataError:
    from kata.implementations import LearnerFileError

    match file:
        case [str(message), str(hint), "", int(), str()]:
            return KataError(message, hint)
        case [str(message), str(hint), str(path), int(line), str(text)]:
            return LearnerFileError(message, hint, path, line, text)
    raise WireError("an error in a file that is not described as one")


def _frame(row: Any) -> Frame:
    match row:
        case [str(file), int(line), str(function), str(text)]:
            return Frame(file, line, function, text)
    raise WireError("a frame that is none")
