"""What both ends of the wire agree on: the kinds of values, and how much may cross."""

import enum
from dataclasses import dataclass

import torch

LIMIT = 64 * 2**20  # bytes of a message, and of the tensors in it
DEEPEST = 100
MOST_VALUES = 1_000_000
MOST_TENSORS = 10_000
MOST_KEYS = 20_000  # keys can be made to collide, and then cost their number squared
LONGEST_INT = 512  # bytes; Python refuses to print a number that is much longer

SCALARS = frozenset({type(None), bool, int, float, str, bytes})
TORCH = {
    str(value): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format)
}


@dataclass(frozen=True)
class Reference:
    """What crosses in place of an object: its number on the learner's side, or a name to import."""

    key: int | str
    type_name: str = ""


class Tag(enum.IntEnum):
    """The number that says in a message what kind of value begins."""

    LIST = 1
    TUPLE = 2
    DICT = 3
    ORDERED_DICT = 4
    SET = 5
    FROZENSET = 6
    SLICE = 7
    RANGE = 8
    ELLIPSIS = 9
    COMPLEX = 10
    BIG_INT = 11
    PATH = 12
    SIZE = 13
    TORCH = 14
    DEVICE = 15
    TENSOR = 16
    SAME_TENSOR = 17
    ARRAY = 18
    ARRAY_SCALAR = 19
    REFERENCE = 20
