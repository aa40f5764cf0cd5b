"""Plain values as bytes, and back. No pickle: reading a message runs nobody's code.

A message is a row of msgpack scalars. A value that is no scalar (a list, a
tensor, a slice...) is one msgpack extension that says its kind and how many
values it is made of, followed by those. So nothing is nested for msgpack, and
whatever bytes the learner's process makes up, the judge allocates no more than
what it has really received. The bytes of the tensors stand in front, as one
safetensors file with an entry for each stretch of memory.

Crosses as it is: None, bool, int, float, complex, str, bytes, list, tuple, dict,
OrderedDict, set, frozenset, slice, range, Ellipsis, pathlib.Path; tensors,
torch.Size, device, dtype, layout and memory format; NumPy arrays and scalars
(see tensors.py and arrays.py for what is kept of them). PyTorch's named results,
such as that of torch.max, cross as plain tuples. Every other object, a subclass
of one of these included, crosses as what `keep` makes of it.
"""

from collections.abc import Callable
from typing import Any

from kata.remote.names import WireError, name_of
from kata.remote.reading import Reader, Unresolved
from kata.remote.tags import LIMIT, Reference
from kata.remote.writing import Writer

__all__ = ["LIMIT", "Reference", "WireError", "name_of", "pack", "unpack"]


def pack(value: object, keep: Callable[[object], Reference], limit: int = LIMIT) -> bytes:
    """Turn a value into bytes.

    Args:
        value: plain data, nested as you like.
        keep: called with each object that is no plain data; returns what crosses instead.
        limit: the most bytes that the message may have.

    Raises:
        WireError: for a value that cannot cross, with its place, or a message that is too long.
    """
    writer = Writer(keep, limit)
    writer.write(value)
    data = writer.finish()
    if len(data) > limit:
        raise WireError(f"cannot send {len(data)} bytes at once: at most {limit} may cross")
    return data


def unpack(data: bytes, resolve: Callable[[Reference], object], limit: int = LIMIT) -> Any:
    """Turn bytes back into a value; `resolve` says what a reference stands for.

    Raises:
        WireError: for every message that `pack` could not have written. Beside it only what
            `resolve` raises.
    """
    if len(data) > limit:
        raise WireError(f"a message of {len(data)} bytes: at most {limit} may cross")
    unresolved: BaseException | None = None
    try:
        reader = Reader(data, resolve, limit)
        value = reader.read()
        reader.end()
        return value
    except WireError:
        raise
    except Unresolved as error:
        unresolved = error.__cause__
    except Exception as error:
        raise WireError(f"a message that cannot be read ({type(error).__name__})") from error
    assert unresolved is not None
    raise unresolved
