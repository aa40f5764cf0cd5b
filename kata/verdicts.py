"""Verdicts and what is said of a failed promise, as data; drawing them is done elsewhere."""

import enum
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


class Verdict(enum.StrEnum):
    """What became of one test; nothing else can. Only `PASSED` is a pass."""

    PASSED = "passed"
    WRONG = "wrong"  # the code answered, and the answer breaks the promise
    RAISED = "raised"  # the code raised where it should have answered
    NOT_STARTED = "not-started"  # the body is still the stub's
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"  # the process died
    NOT_RUN = "not-run"  # the device is absent, or a needed kata failed
    JUDGE_ERROR = "judge-error"  # our fault, never the learner's


@dataclass(frozen=True)
class Card:
    """One failed promise, said to the learner. Empty fields are not shown.

    Attributes:
        promise: the promise in words.
        call: what was called, as Python.
        got: what came back, or the error with its message.
        should_be: what should have come back.
        difference: where the two differ first.
        where: `file:line` of the learner's code.
        line: the text of that line.
        trace: the learner's frames, innermost last, when the code raised.
        inputs: names and values in the call.
        printed: what the learner's code printed meanwhile.
        hint: what to do, where that does not follow from the rest.
        likely: the known mistake that the code behaves like, said to the learner.
    """

    promise: str
    call: str = ""
    got: str = ""
    should_be: str = ""
    difference: str = ""
    where: str = ""
    line: str = ""
    trace: str = ""
    inputs: str = ""
    printed: str = ""
    hint: str = ""
    likely: str = ""

    def rows(self) -> list[tuple[str, str]]:
        """Return what there is to show below the promise, in order: (label, text of one or more lines)."""
        at = f"{self.where}    {self.line}" if self.line else self.where
        rows = [
            ("call", self.call), ("where", self.inputs), ("got", self.got), ("should be", self.should_be),
            ("differs", self.difference), ("at", at), ("trace", self.trace), ("printed", self.printed),
            ("hint", self.hint), ("likely", self.likely),
        ]  # fmt: skip
        return [(label, text) for label, text in rows if text]

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> "Card":
        return cls(**data)


@dataclass(frozen=True)
class TestResult:
    """The verdict on one test, with its card where it did not pass."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: str  # tests/test_topic.py::test_name[cpu]
    kata: str
    verdict: Verdict
    message: str = ""  # one line
    card: Card | None = None
    seconds: float = 0.0
    given: Mapping[str, Any] | None = None  # what the code gave where it failed, to be compared with other code

    def as_dict(self) -> dict[str, Any]:
        """Return plain values only: they cross to other processes."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "TestResult":
        card = Card.from_dict(data["card"]) if data.get("card") else None
        return cls(**{**data, "verdict": Verdict(data["verdict"]), "card": card})


class Unmet(AssertionError):
    """A promise that was not kept: what `expect` raises, and what a card is made from."""

    def __init__(
        self,
        *,
        call: str,
        got: str,
        should_be: str,
        difference: str = "",
        inputs: str = "",
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.call = call
        self.got = got
        self.should_be = should_be
        self.difference = difference
        self.inputs = inputs
        self.given = given
        super().__init__(self.text())

    def text(self) -> str:
        rows = [("call", self.call), ("where", self.inputs), ("got", self.got), ("should be", self.should_be)]
        rows.append(("differs", self.difference))
        return "\n".join(f"{label}: {value}" for label, value in rows if value)


def stub_of(error: BaseException) -> str:
    """Return the id of the kata whose stub raised an error; empty for every other error."""
    text = error.args[0] if isinstance(error, NotImplementedError) and error.args else None
    return text if isinstance(text, str) and _STUB.fullmatch(text) else ""


_STUB = re.compile(r"\w+\.\w+")


class NotStarted(Exception):
    """The kata's body is still the stub's: nothing was run."""


class NotRun(Exception):
    """The test says nothing of this code, for the reason given."""


class Stopped(Exception):
    """The learner's code tried to end the session."""


class SpecError(Exception):
    """A mistake in a spec, which the learner's code cannot be blamed for."""


def overall(verdicts: list[Verdict]) -> Verdict:
    """The verdict on a kata from those on its tests: passed if all that were run have passed.

    A test that was not run says nothing, such as one on a device that its kata leaves out; a kata of
    which nothing was run has not passed.
    """
    return next((verdict for verdict in _WORST_FIRST if verdict in verdicts), Verdict.NOT_RUN)


_WORST_FIRST = (
    Verdict.JUDGE_ERROR, Verdict.NOT_STARTED, Verdict.CRASHED, Verdict.OUT_OF_MEMORY,
    Verdict.TIMED_OUT, Verdict.RAISED, Verdict.WRONG, Verdict.PASSED,
)  # fmt: skip
