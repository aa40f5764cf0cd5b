"""Which known wrong answer some code behaves like, by its behaviour alone.

A behaviour is what became of each test that failed: the verdict, the call, the inputs (a property's smallest
counterexample among them) and what was given. Code is not looked at, so a mistake is recognised in any style.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kata.verdicts import TestResult, Verdict

ENOUGH = 0.75  # likeness from which a behaviour is taken for the same
AHEAD = 0.02  # by which it must be more like one known mistake than like any other
SILENT = (Verdict.PASSED, Verdict.NOT_RUN, Verdict.NOT_STARTED, Verdict.JUDGE_ERROR)

NEAR = 1e-3  # relative: two ways to compute the same differ in rounding
COARSE = {"torch.float16": 2e-2, "torch.bfloat16": 5e-2}
OTHER_WORDS = 0.8  # the same error on the same call, and nothing in its text is the same
REWORDED = 0.6  # of the text of an error that should not have come
OTHER_EXAMPLE = 0.5  # both fail a property, with other counterexamples
MIXED_DEVICES = re.compile(r"same device|at least two devices|on (the )?CPU|device type", re.IGNORECASE)


_TEMPORARY = re.compile(r"""(?:[A-Za-z]:)?[\\/](?:[^\s'"\\/]+[\\/])*?(?:pytest-\d+|tmp[a-z0-9_]{8})(?![^\s'"\\/)])""")


def steady(text: str) -> str:
    """Return a text without what differs in each run: where a test has its temporary folder."""
    return _TEMPORARY.sub("<folder>", text)


@dataclass(frozen=True)
class Outcome:
    """What became of one test that failed."""

    verdict: str
    call: str
    inputs: str
    given: Any

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Behaviour = Mapping[str, Outcome]  # by test; what passed is left out


def behaviour(results: Iterable[TestResult]) -> Behaviour:
    """Return the behaviour that a kata's results show."""
    return {result.test: _outcome(result) for result in results if result.verdict not in SILENT}


def match(mine: Behaviour, known: Sequence[Behaviour]) -> int | None:
    """Return which of the known behaviours is the same as `mine`; None when none is, or more than one.

    The first test that failed is the one that the learner is shown, so a known mistake has to break that too.
    """
    shown = next(iter(mine), "")
    ranked = sorted(((likeness(mine, other), i) for i, other in enumerate(known) if shown in other), reverse=True)
    if not ranked or ranked[0][0] < ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < AHEAD:
        return None
    return ranked[0][1]


def likeness(one: Behaviour, other: Behaviour) -> float:
    """Return from 0 to 1 how alike two behaviours are: each promise that either breaks counts the same."""
    promises: dict[str, list[float]] = {}
    for test in one.keys() | other.keys():
        alike = _alike(test, one[test], other[test]) if test in one and test in other else 0.0
        promises.setdefault(test.partition("[")[0], []).append(alike)
    return sum(sum(each) / len(each) for each in promises.values()) / len(promises) if promises else 0.0


def _outcome(result: TestResult) -> Outcome:
    card = result.card if result.verdict is Verdict.WRONG else None  # an error's call may not be known
    call, inputs = (steady(card.call), steady(card.inputs)) if card else ("", "")
    return Outcome(result.verdict.value, call, inputs, result.given)


def _alike(test: str, one: Outcome, other: Outcome) -> float:
    if _is_of_the_device(test, one) and _is_of_the_device(test, other):
        return 1.0
    if one.verdict != other.verdict:
        return 0.0
    if one.call != other.call or one.inputs != other.inputs:
        return OTHER_EXAMPLE
    if _same(one.given, other.given):
        return 1.0
    return _same_error(one.given, other.given)


def _is_of_the_device(test: str, outcome: Outcome) -> bool:
    """Whether a tensor was left on the CPU: it comes out in the end, or meets another one on the way."""
    given = outcome.given
    if not isinstance(given, Mapping) or not re.search(r"\[(cuda|mps|xpu|xla|sim)\b", test):
        return False
    return given.get("device") == "cpu" or bool(MIXED_DEVICES.search(str(given.get("text", ""))))


def _same_error(one: Any, other: Any) -> float:
    """Compare errors of one class by the numbers in their texts: everybody has words of their own."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping) and "numbers" in one and "numbers" in other):
        return 0.0
    if one["name"] != other["name"]:
        return 0.0
    mine, theirs = set(one["numbers"]), set(other["numbers"])
    refused = one.get("own") and other.get("own")
    if one["kind"] == "raised" and not refused and not _reworded(one["text"], other["text"]):
        return 0.0
    return OTHER_WORDS + (1 - OTHER_WORDS) * len(mine & theirs) / (len(mine | theirs) or 1)


def _reworded(one: str, other: str) -> bool:
    """Whether two errors that nobody asked for are one, as PyTorch says it of this operation or that."""
    return difflib.SequenceMatcher(None, one, other).ratio() >= REWORDED


def _same(one: Any, other: Any) -> bool:
    """Compare what was given; numbers with a tolerance that follows the dtype."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.keys() != other.keys():
            return False
        near = COARSE.get(str(one.get("dtype")), NEAR)
        return all(_near(one[key], other[key], near) if key == "values" else _same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _near(one: Sequence[float], other: Sequence[float], near: float) -> bool:
    if len(one) != len(other):
        return False
    scale = max((abs(value) for value in [*one, *other] if math.isfinite(value)), default=0.0)
    pairs = zip(one, other, strict=True)
    return all(a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= near * scale for a, b in pairs)
