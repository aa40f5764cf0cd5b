"""Runs all trials and says, kata by kata, what held and where the holes are."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kata import diagnosis, runner
from kata.catalogue import Catalogue, Kata
from kata.course import Course
from kata.diagnosis import Behaviour
from kata.errors import KataError
from kata.verdicts import TestResult, Verdict
from kata.verify.trials import Trial, trials

NAMED = 0.8  # of the rewritten wrong answers, how many the diagnosis has to recognise

OnTrial = Callable[[int, int], None]  # how many are done, of how many


@dataclass
class Score:
    """What came of one kata: for each column how many trials held, of how many; and the holes."""

    kata: Kata
    tests: int = 0
    held: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    holes: list[str] = field(default_factory=list)

    def count(self, column: str, *holes: str) -> None:
        """Count a trial, which held if it has no holes."""
        self.tried[column] = self.tried.get(column, 0) + 1
        self.held[column] = self.held.get(column, 0) + (not holes)
        self.holes += holes


def measure(
    course: Course, catalogue: Catalogue, katas: Sequence[Kata], device: str, jobs: int, on_trial: OnTrial
) -> list[Score]:
    """Run all trials of some katas, `jobs` at a time."""
    scores = {kata.id: Score(kata) for kata in katas}
    topics = list(dict.fromkeys(kata.topic for kata in katas))
    by_request = {
        trial.request: trial
        for topic in topics
        for trial in trials(course, [kata for kata in katas if kata.topic == topic], device)
    }
    examples = _Examples(course, topics)
    behaviours: dict[str, Behaviours] = {kata.id: Behaviours() for kata in katas}
    for done, (request, results) in enumerate(runner.run_many(course, catalogue, list(by_request), jobs), start=1):
        trial = by_request[request]
        for id in trial.about:
            own = [result for result in results if result.kata == id]
            judge(scores[id], trial, own)
            behaviours[id].note(trial, trial.about[id], own)
        on_trial(done, len(by_request))
    for id, each in behaviours.items():
        each.judge(scores[id])
    for id, problem in examples.failures().items():
        if id in scores:
            scores[id].holes.append(f"the example in its docstring does not run: {problem}")
    return list(scores.values())


def judge(score: Score, trial: Trial, results: list[TestResult]) -> None:
    """Count what came of one trial of one kata."""
    about = trial.about[score.kata.id]
    told = [result for result in results if result.verdict is not Verdict.NOT_RUN]
    failed = [result for result in told if result.verdict is not Verdict.PASSED]
    passed = [result for result in told if result.verdict is Verdict.PASSED]
    if trial.column == "practice":
        score.tests = len(results)
    if ours := [result for result in told if result.verdict is Verdict.JUDGE_ERROR]:
        score.count(trial.column, f"{ours[0].test} fails by itself on {about}: {ours[0].message}")
    elif trial.column == "stub":
        score.count("stub", *(f"{result.test} passes on the stub: it does not touch the kata" for result in passed))
    elif trial.must_pass:
        holes = [f"{result.test} rejects {about}: {result.message}" for result in failed]
        score.count(trial.column, *(holes if told else [f"no test was run on {about}"]))
    elif trial.column in ("wrong", "rewritten"):
        score.count(trial.column, *([] if failed else [f"no test rejects this wrong answer: {about} {_how(trial)}"]))
    elif told:
        score.count("impostors", *([] if failed else [f"no test rejects the impostor {about!r} {_how(trial)}"]))
    elif trial.promised:
        hole = f"the docstring promises {trial.promised!r}, and no test would notice if that were broken"
        score.count("impostors", hole)


def _how(trial: Trial) -> str:
    return f"(see for yourself: pytest --impl {trial.request.implementation} --kata {trial.request.katas[0]})"


@dataclass
class Behaviours:
    """How the wrong answers to one kata behave, and the same mistakes in another style."""

    wrong: dict[str, Behaviour] = field(default_factory=dict)  # by sentence
    rewritten: list[tuple[str, Behaviour]] = field(default_factory=list)  # with how the sentence begins

    def note(self, trial: Trial, about: str, results: list[TestResult]) -> None:
        if trial.column == "wrong":
            self.wrong[about] = diagnosis.behaviour(results)
        elif trial.column == "rewritten":
            self.rewritten.append((about, diagnosis.behaviour(results)))

    def judge(self, score: Score) -> None:
        """Count each rewritten answer for which the diagnosis says the right sentence; another one is a hole."""
        sentences = list(self.wrong)
        for beginning, behaviour in self.rewritten:
            which = diagnosis.match(behaviour, list(self.wrong.values()))
            named = sentences[which] if which is not None else ""
            score.tried["diagnosis"] = score.tried.get("diagnosis", 0) + 1
            score.held["diagnosis"] = score.held.get("diagnosis", 0) + named.startswith(beginning)
            if named and not named.startswith(beginning):
                score.holes.append(f"a mistake of the kind {beginning!r} is taken for another one: {named}")


def missed(scores: Sequence[Score]) -> str:
    """Say so when the diagnosis recognises too few of the rewritten wrong answers; empty otherwise."""
    tried = sum(score.tried.get("diagnosis", 0) for score in scores)
    held = sum(score.held.get("diagnosis", 0) for score in scores)
    if held >= NAMED * tried:
        return ""
    return f"the diagnosis recognises {held} of {tried} rewritten wrong answers, less than {NAMED:.0%}"


class _Examples:
    """The examples of the docstrings, run in a process of their own meanwhile."""

    def __init__(self, course: Course, topics: Sequence[str]) -> None:
        command = [sys.executable, "-m", "kata.verify.doctests", str(course.root), *topics]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=course.root, stdout=pipe, stderr=pipe, text=True)

    def failures(self) -> dict[str, str]:
        out, said = self._process.communicate()
        if self._process.returncode:
            raise KataError(f"the examples in the docstrings could not be run:\n{said.strip()}")
        found: dict[str, str] = json.loads(out)
        return found
