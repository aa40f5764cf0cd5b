"""Runs each kata's spec on its mutants, and tells which of them got through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kata import runner
from kata.catalogue import Catalogue, Kata
from kata.course import Course
from kata.mutants import equivalents
from kata.mutants.equivalents import Equivalent
from kata.mutants.making import Mutant, mutants
from kata.runner import Request
from kata.verdicts import TestResult, Verdict

MOST_EQUIVALENT = 0.05  # of all mutants: more, and the solutions say too much, or the reasons are excuses

OnMutant = Callable[[int, int], None]  # how many are done, of how many


@dataclass
class Tally:
    """What became of one kata's mutants."""

    kata: Kata
    mutants: int = 0
    rejected: int = 0
    timed_out: int = 0  # of the rejected
    equivalent: int = 0  # let through, with a reason on record
    survivors: list[Mutant] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def holes(self) -> list[str]:
        return [*self.problems, *(_hole(mutant) for mutant in self.survivors)]


def measure(
    course: Course, catalogue: Catalogue, katas: Sequence[Kata], device: str, jobs: int, on_mutant: OnMutant
) -> list[Tally]:
    """Run all mutants of some katas, `jobs` at a time; the unchanged solution first, which has to pass."""
    tallies = {kata.id: Tally(kata) for kata in katas}
    recorded = {topic: equivalents.read(course, topic) for topic in {kata.topic for kata in katas}}
    made = {kata.id: mutants(course, catalogue.topic(kata.topic), kata.name) for kata in katas}
    by_request: dict[Request, Mutant | None] = {}
    for kata in katas:
        by_request[Request((kata.id,), "solutions", False, device)] = None
        for mutant in made[kata.id]:
            by_request[Request((kata.id,), mutant.implementation, False, device, stop_first=True)] = mutant
        ours = [entry for entry in recorded[kata.topic] if entry.kata == kata.name]
        file = course.shown(course.equivalents(kata.topic))
        tallies[kata.id].problems += [
            f"{file}: there is no such mutant any more: {entry.before!r} to {entry.after!r}"
            for entry in equivalents.stale(ours, made[kata.id])
        ]
    for done, (request, results) in enumerate(runner.run_many(course, catalogue, list(by_request), jobs), start=1):
        changed, tally = by_request[request], tallies[request.katas[0]]
        if changed is None:
            _baseline(tally, results)
        else:
            _count(tally, changed, results, recorded[tally.kata.topic])
        on_mutant(done, len(by_request))
    return list(tallies.values())


def too_many_equivalent(tallies: Sequence[Tally]) -> str:
    """Say so when more than a few of all mutants are recorded as equivalent; empty otherwise."""
    of, equivalent = sum(tally.mutants for tally in tallies), sum(tally.equivalent for tally in tallies)
    if equivalent <= MOST_EQUIVALENT * of:
        return ""
    return f"{equivalent} of {of} mutants are recorded as equivalent, more than {MOST_EQUIVALENT:.0%}"


def _baseline(tally: Tally, results: list[TestResult]) -> None:
    failed = [result for result in results if result.verdict not in (Verdict.PASSED, Verdict.NOT_RUN)]
    if failed or not any(result.verdict is Verdict.PASSED for result in results):
        why = f": {failed[0].test}: {failed[0].message}" if failed else ""
        tally.problems.append(f"the unchanged solution does not pass, so its mutants tell nothing{why}")


def _count(tally: Tally, mutant: Mutant, results: list[TestResult], recorded: Sequence[Equivalent]) -> None:
    tally.mutants += 1
    failed = [result for result in results if result.verdict not in (Verdict.PASSED, Verdict.NOT_RUN)]
    reason = next((entry.reason for entry in recorded if entry.is_of(mutant)), "")
    if ours := [result for result in failed if result.verdict is Verdict.JUDGE_ERROR]:
        tally.problems.append(f"{ours[0].test} fails by itself on {mutant.implementation}: {ours[0].message}")
    elif failed:
        tally.rejected += 1
        tally.timed_out += any(result.verdict is Verdict.TIMED_OUT for result in failed)
        if reason:
            said = f"{mutant.before!r} to {mutant.after!r} is recorded as equivalent, and yet rejected"
            tally.problems.append(f"{said} by {failed[0].test}")
    elif reason:
        tally.equivalent += 1
    else:
        tally.survivors.append(mutant)


def _hole(mutant: Mutant) -> str:
    how = f"see for yourself: pytest --impl {mutant.implementation} --kata {mutant.kata}"
    return f"no test rejects this mutant ({mutant.kind}; {how})\n{mutant.diff}"
