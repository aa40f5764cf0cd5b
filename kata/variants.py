"""Marks on the answers in `tests/wrong`, `tests/right` and `tests/rewritten`, which `kata verify` runs the specs on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Callable[..., Any])

WRONG = "__kata_wrong__"
RIGHT = "__kata_right__"
REWRITTEN = "__kata_rewritten__"

_collected: list[list[Any]] = []  # a stack: one list for each file being read


def wrong(sentence: str) -> Callable[[Answer], Answer]:
    """Mark a plausible wrong answer, one misconception, that the kata's spec must reject.

    Args:
        sentence: what would help the learner who wrote it: what happened, what to do.
    """
    return _mark(WRONG, sentence)


def right(style: str) -> Callable[[Answer], Answer]:
    """Mark a right answer in another style than the solution's, that the spec must accept.

    Args:
        style: a short label, such as "einsum" or "loop over rows".
    """
    return _mark(RIGHT, style)


def rewritten(beginning: str) -> Callable[[Answer], Answer]:
    """Mark a wrong answer written once more in another style, that the diagnosis must not take for another one.

    Args:
        beginning: how the sentence of the wrong answer begins that this is.
    """
    return _mark(REWRITTEN, beginning)


def _mark(attribute: str, text: str) -> Callable[[Answer], Answer]:
    def mark(answer: Answer) -> Answer:
        setattr(answer, attribute, text)
        if _collected:
            _collected[-1].append(answer)
        return answer

    return mark


@contextmanager
def collecting() -> Iterator[list[Any]]:
    """Collect the answers marked meanwhile, several of one name included."""
    _collected.append([])
    try:
        yield _collected[-1]
    finally:
        _collected.pop()
