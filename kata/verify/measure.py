"""Runs each kata's spec on everything that has to fail it or to pass it, and says where it does not hold."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kata import runner
from kata.catalogue import Catalogue, Kata
from kata.course import Course
from kata.errors import KataError
from kata.runner import Request
from kata.verdicts import TestResult, Verdict
from kata.verify import answers
from kata.verify.kinds import IMPOSTORS

OnTrial = Callable[[int, int], None]  # how many are done, of how many


@dataclass(frozen=True)
class Trial:
    """One implementation that a kata's spec is run on, and what has to come of it."""

    kata: Kata
    column: str  # of the table
    request: Request
    must_pass: bool
    about: str  # the sentence, the style or the kind


@dataclass
class Score:
    """What came of one kata: for each column how many trials held, of how many; and the holes."""

    kata: Kata
    tests: int = 0
    held: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    holes: list[str] = field(default_factory=list)

    def count(self, column: str, held: bool) -> None:
        self.tried[column] = self.tried.get(column, 0) + 1
        self.held[column] = self.held.get(column, 0) + held


COLUMNS = ("stub", "practice", "judged", "wrong", "right", "impostors")


def trials(course: Course, kata: Kata, device: str) -> Iterator[Trial]:
    """Yield everything that a kata's spec is tried on."""

    def request(implementation: str, judged: bool = False, stop_first: bool = False) -> Request:
        return Request((kata.id,), implementation, judged, device, stop_first)

    yield Trial(kata, "stub", request(f"stub:{kata.id}:fresh"), False, "its stub")
    yield Trial(kata, "practice", request("solutions"), True, "its solution")
    yield Trial(kata, "judged", request("solutions", judged=True), True, "its solution, judged")
    for answer in answers.read(course.wrong(kata.topic), "wrong"):
        if answer.name == kata.name:
            implementation = f"wrong:{kata.id}:{answer.index}"
            yield Trial(kata, "wrong", request(implementation, stop_first=True), False, answer.text)
    for answer in answers.read(course.right(kata.topic), "right"):
        if answer.name == kata.name:
            for judged in (False, True):
                implementation = f"right:{kata.id}:{answer.index}"
                about = answer.text + ", judged" * judged
                yield Trial(kata, "right", request(implementation, judged), True, about)
    for kind in IMPOSTORS:
        yield Trial(kata, "impostors", request(f"impostor:{kata.id}:{kind}", stop_first=True), False, kind)


def measure(
    course: Course, catalogue: Catalogue, katas: Sequence[Kata], device: str, jobs: int, on_trial: OnTrial
) -> list[Score]:
    """Run all trials of some katas, `jobs` at a time."""
    scores = {kata.id: Score(kata) for kata in katas}
    by_request = {trial.request: trial for kata in katas for trial in trials(course, kata, device)}
    examples = _Doctests(course, sorted({kata.topic for kata in katas}))
    finished = 0
    for request, results in runner.run_many(course, catalogue, list(by_request), jobs):
        trial = by_request[request]
        _judge(scores[trial.kata.id], trial, results)
        finished += 1
        on_trial(finished, len(by_request))
    for id, problem in examples.failures().items():
        if id in scores:
            scores[id].holes.append(f"the example in its docstring does not run: {problem}")
    return list(scores.values())


def _judge(score: Score, trial: Trial, results: list[TestResult]) -> None:
    told = [result for result in results if result.verdict is not Verdict.NOT_RUN]
    failed = [result for result in told if result.verdict is not Verdict.PASSED]
    ours = [result for result in told if result.verdict is Verdict.JUDGE_ERROR]
    if trial.column == "practice":
        score.tests = len(results)
    if ours:
        score.count(trial.column, False)
        score.holes.append(f"{ours[0].test} fails by itself on {trial.about}: {ours[0].message}")
    elif trial.column == "stub":
        passed = [result.test for result in results if result.verdict is Verdict.PASSED]
        score.count("stub", not passed)
        score.holes += [f"{test} passes on the stub: it does not touch the kata" for test in passed]
    elif trial.must_pass:
        score.count(trial.column, bool(told) and not failed)
        score.holes += [f"{result.test} rejects {trial.about}: {result.message}" for result in failed]
        if not told:
            score.holes.append(f"no test was run on {trial.about}")
    elif told:
        score.count(trial.column, bool(failed))
        if not failed:
            score.holes.append(_accepted(trial))
    elif trial.column == "wrong":
        score.count("wrong", False)
        score.holes.append(f"no test was run on the wrong answer: {trial.about}")


def _accepted(trial: Trial) -> str:
    if trial.column == "impostors":
        return f"no test rejects the impostor {trial.about!r} (try --impl {trial.request.implementation})"
    return f"no test rejects this wrong answer: {trial.about} (try --impl {trial.request.implementation})"


class _Doctests:
    """The examples of the docstrings, run in a process of their own meanwhile."""

    def __init__(self, course: Course, topics: list[str]) -> None:
        command = [sys.executable, "-m", "kata.verify.doctests", str(course.root), *topics]
        self._process = subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def failures(self) -> dict[str, str]:
        out, said = self._process.communicate()
        if self._process.returncode:
            raise KataError(f"the examples in the docstrings could not be run:\n{said.strip()}")
        found: dict[str, str] = json.loads(out)
        return found
