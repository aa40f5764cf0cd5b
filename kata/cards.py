"""From an exception to a verdict and a card: the one place where that is decided."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kata import frames
from kata.catalogue import Kata
from kata.diagnosis import steady
from kata.errors import KataError
from kata.limits import TimedOut
from kata.remote.errors import LearnerCrashed
from kata.verdicts import Card, NotRun, NotStarted, SpecError, Unmet, Verdict, stub_of

_NO_MEMORY = re.compile(r"can't allocate memory|not enough memory|out of memory", re.IGNORECASE)
_MISSING = re.compile(r"name '(\w+)' is not defined")
_DATA = ("DataLoader", "Dataset", "Subset", "TensorDataset", "random_split")
_MODULES = ("copy", "csv", "functools", "itertools", "json", "math", "os", "random", "torchvision")
_IMPORTS = {
    "F": "import torch.nn.functional as F",
    "Image": "from PIL import Image",
    "Path": "from pathlib import Path",
    "dist": "import torch.distributed as dist",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "optim": "from torch import optim",
    **{name: f"from torch.utils.data import {name}" for name in _DATA},
    **{name: f"import {name}" for name in _MODULES},
}


@dataclass(frozen=True)
class Place:
    """Where the learner's kata is written."""

    path: Path
    shown: str
    line: int

    def __str__(self) -> str:
        return f"{self.shown}:{self.line}" if self.line else self.shown


def promise(test: str, kata: Kata, case: str = "", device: str = "cpu") -> str:
    """Return a test's promise in words: its name without the underscores, then case and device."""
    words = test.removeprefix(f"test_{kata.name}_").replace("_", " ")
    return f"{kata.name} {words}" + f" [{case}]" * bool(case) + f" on {device}" * (device != "cpu")


def case(id: str, device: str) -> str:
    """Return what pytest calls a case, without the device; it may begin with a minus sign."""
    before, _, after = f"-{id}-".partition(f"-{device}-")
    return "-".join(part for part in (before.removeprefix("-"), after.removesuffix("-")) if part)


def judge(error: BaseException, said: str, kata: Kata, place: Place) -> tuple[Verdict, str, Card]:
    """Return the verdict on a test that ended with `error`, a line that says it, and a card.

    Args:
        said: the promise in words.
        place: where the kata stands in the learner's file.
    """
    card = Card(promise=said, where=str(place))
    if isinstance(error, Unmet):
        card = replace(
            card, call=error.call, inputs=error.inputs, got=error.got, should_be=error.should_be,
            difference=error.difference,
        )  # fmt: skip
        return Verdict.WRONG, _first_line(error.difference or f"got {error.got}"), card
    if isinstance(error, NotStarted):
        return Verdict.NOT_STARTED, str(error), card
    if isinstance(error, NotRun):
        return Verdict.NOT_RUN, f"not run: {error}", card
    if isinstance(error, KataError):
        return Verdict.RAISED, error.message, replace(card, got=error.message, where="", hint=error.hint)
    if isinstance(error, TimedOut):
        message = f"no answer within {kata.time_limit:g} seconds"
        return Verdict.TIMED_OUT, message, _traced(card, error, place, message)
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and _NO_MEMORY.search(str(error))):
        return Verdict.OUT_OF_MEMORY, "out of memory", _traced(card, error, place, "out of memory")
    if _type_name(error) == "Deadlock":
        return Verdict.TIMED_OUT, str(error), _traced(card, error, place, str(error))
    if _type_name(error) == "RankDied":
        return Verdict.CRASHED, str(error), replace(card, got=str(error))
    if _type_name(error) == "NoGradient":
        got, _, why = str(error).partition(": ")
        told = replace(card, got=got, should_be="a result that gradients flow through", difference=why)
        return Verdict.WRONG, str(error), told
    if isinstance(error, LearnerCrashed):
        return Verdict.CRASHED, str(error), replace(card, got=str(error))
    if isinstance(error, SpecError):
        return Verdict.JUDGE_ERROR, str(error), card
    if _type_name(error) in ("Skipped", "XFailed"):
        message = "your code raised a skip: a test that it skips is not passed"
        return Verdict.WRONG, message, _traced(card, error, place, message)
    if type(error).__name__ in ("Flaky", "FlakyFailure", "FlakyReplay"):
        message = "the same call gave another result the second time"
        return Verdict.WRONG, message, replace(card, got=message, should_be="the same result for the same call")
    if id := stub_of(error):
        return _unwritten(id, card, error, kata, place)
    if isinstance(error, AssertionError) and not frames.of(error, place.path):
        return Verdict.WRONG, _first_line(str(error)) or "an assertion does not hold", replace(card, got=str(error))
    message = f"{_type_name(error)}: {error}".rstrip(": ")
    return Verdict.RAISED, _first_line(message), replace(_traced(card, error, place, message), hint=_import_hint(error))


def given(error: BaseException, place: Place) -> dict[str, Any]:
    """Return what the code gave where it failed: the answer, or the error without what varies in its text."""
    if isinstance(error, Unmet):
        return dict(error.given or {})
    text = steady(_first_line(str(error)))[:200]
    learner = frames.of(error, place.path)
    own = bool(learner) and learner[-1].text.startswith("raise ")  # a refusal, in the learner's own words
    what = {"kind": "raised", "name": _type_name(error), "own": own, "text": text}
    return {**what, "numbers": re.findall(r"\d+", text)}


def _unwritten(id: str, card: Card, error: BaseException, kata: Kata, place: Place) -> tuple[Verdict, str, Card]:
    if id == kata.id:
        learner = frames.of(error, place.path)
        part = f"`{learner[-1].function}` of {kata.id}" if learner else kata.id
        message = f"{part} is not written yet"
    else:
        message = f"it calls {id}, which is not written yet"
    return Verdict.RAISED, message, _traced(card, error, place, message)


def _import_hint(error: BaseException) -> str:
    """Say what to import where a usual name is missing; empty otherwise."""
    missing = _MISSING.match(str(error)) if isinstance(error, NameError) else None
    statement = _IMPORTS.get(missing[1]) if missing else None
    return f"add `{statement}` at the top of your file" if statement else ""


def _traced(card: Card, error: BaseException, place: Place, got: str) -> Card:
    """Point the card at the learner's innermost line, where the error came from there."""
    learner = tuple(replace(frame, file=place.shown) for frame in frames.of(error, place.path))
    if not learner:
        return replace(card, got=got)
    last = learner[-1]
    trace = frames.show(learner, error) if len(learner) > 1 else ""
    return replace(card, got=got, where=f"{place.shown}:{last.line}", line=last.text, trace=trace)


def _type_name(error: BaseException) -> str:
    return getattr(error, "remote_type", None) or type(error).__name__


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
