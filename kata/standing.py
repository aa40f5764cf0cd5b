"""Where a learner stands: what is known of each kata, and what has to be run to know more."""

import enum
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from kata import sources
from kata.catalogue import Catalogue, Kata
from kata.course import Course
from kata.errors import KataError
from kata.progress import Keys, Progress, Remembered
from kata.sources import State, Status
from kata.verdicts import Card, TestResult, Verdict

MOST_DIAGNOSED = 3  # katas of one run: the first time, each takes as long as all its known mistakes

OnResult = Callable[[TestResult], None]


class Standing(enum.StrEnum):
    """What is known of a kata, without running anything."""

    PASSED = "passed"
    FAILING = "failing"
    CHANGED = "changed since"  # it was run, and something was edited after that
    STARTED = "not run yet"
    NOT_STARTED = "not started"
    BROKEN = "cannot be read"  # the file or the definition is gone, or does not parse


def judge(status: Status, last: Remembered | None, key: str) -> Standing:
    """Tell where a kata stands from its text, the last verdict and what that verdict depends on."""
    if status.state is State.NOT_STARTED:
        return Standing.NOT_STARTED
    if status.state is not State.STARTED:
        return Standing.BROKEN
    if last is None:
        return Standing.STARTED
    if last.key != key:
        return Standing.CHANGED
    return Standing.PASSED if last.verdict is Verdict.PASSED else Standing.FAILING


def is_told(result: TestResult) -> bool:
    """Tell whether a result stands for a whole kata that did not have to be run, not for a test."""
    return not result.test.rpartition("::")[2].startswith("test_")


class Standings:
    """A learner's standing in a course, read from the files and brought up to date by runs."""

    def __init__(self, course: Course, catalogue: Catalogue, device: str = "auto") -> None:
        self.course = course
        self.catalogue = catalogue
        self.device = device
        self.on_note: Callable[[str], None] = lambda text: None
        self.progress = Progress.load(course)
        self._keys = Keys(course, device)

    def status(self, kata: Kata) -> Status:
        """Return how far a kata has come, by its text."""
        return sources.status(self.course.exercise(kata.topic), kata)

    def last(self, kata: Kata) -> Remembered | None:
        """Return the last verdict on a kata, fresh or not."""
        return self.progress.last(kata, self.device)

    def of(self, kata: Kata) -> Standing:
        """Return where a kata stands, without running it."""
        return judge(self.status(kata), self.last(kata), self._keys.of(kata))

    def seems_passed(self, kata: Kata) -> bool:
        """Tell whether a kata passed when it was last run, even if its file was edited since."""
        last = self.last(kata)
        unfinished = self.status(kata).state is not State.STARTED
        return last is not None and last.verdict is Verdict.PASSED and not unfinished

    def seemingly_current(self) -> Kata | None:
        """Return the first kata that does not seem to pass; nothing is run."""
        return next((kata for kata in self.catalogue.katas if not self.seems_passed(kata)), None)

    def current(self, on_result: OnResult | None = None) -> Kata | None:
        """Return the first kata that does not pass; runs what has no fresh verdict until one fails."""
        pending: list[Kata] = []
        for kata in [*self.catalogue.katas, None]:
            standing = self.of(kata) if kata else None
            if standing in (Standing.STARTED, Standing.CHANGED) and kata:
                pending.append(kata)
            elif standing is not Standing.PASSED:
                self.run(pending, stop_kata=True, on_result=on_result)
                return next((one for one in pending if self.of(one) is not Standing.PASSED), kata)
        raise AssertionError("the last entry is None, which does not pass")

    def run(
        self,
        katas: Sequence[Kata],
        *,
        implementation: str = "exercises",
        judged: bool = False,
        stop_kata: bool = False,
        on_result: OnResult | None = None,
    ) -> dict[str, list[TestResult]]:
        """Run katas in another process, and remember the verdicts where they are on the learner's code.

        What the text already tells (not started, does not parse) is not run.
        """
        own = implementation == "exercises"
        told = {kata.id: self._told(kata) for kata in katas} if own else {}
        ids = tuple(kata.id for kata in katas if not told.get(kata.id))
        keys = {kata.id: self._keys.of(kata) for kata in katas}  # of what is about to run
        results: dict[str, list[TestResult]] = {id: result for id, result in told.items() if result}
        if ids:
            from kata import runner  # here, so that tests can put another in its place

            request = runner.Request(ids, implementation, judged, self.device, stop_kata=stop_kata)
            for result in runner.run(self.course, self.catalogue, request, on_result):
                results.setdefault(result.kata, []).append(result)
            ran = [kata for kata in katas if kata.id in ids]
            if own and not judged:  # before the diagnosis, which may be interrupted
                self._remember(ran, results, keys)
            if self._diagnose(results, ids) and own and not judged:
                self._remember(ran, results, keys)
        return {kata.id: results.get(kata.id, []) for kata in katas}

    def _diagnose(self, results: dict[str, list[TestResult]], ids: Sequence[str]) -> bool:
        """Write the mistake that each failed kata looks like on the card that is shown for it."""
        from kata import signatures

        ran = [id for id in ids if any(result.card for result in results.get(id, []))]
        failed = {id: results[id] for id in ran[:MOST_DIAGNOSED]}
        sentences: dict[str, str] = {}
        with suppress(KataError):  # the verdict stands without it
            sentences = signatures.diagnose(self.course, self.catalogue, failed, self.device, self.on_note)
        for id, sentence in sentences.items():
            at, first = next((i, result) for i, result in enumerate(results[id]) if result.card)
            assert first.card is not None
            results[id][at] = replace(first, card=replace(first.card, likely=sentence))
        return bool(sentences)

    def _remember(self, katas: Iterable[Kata], results: dict[str, list[TestResult]], keys: dict[str, str]) -> None:
        for kata in katas:
            ran = any(result.verdict is not Verdict.NOT_RUN for result in results.get(kata.id, []))
            if ran:
                self.progress.remember(kata, results[kata.id], keys[kata.id], self.device)
        self.progress.save()

    def _told(self, kata: Kata) -> list[TestResult]:
        """Return the one result that a kata's text makes certain; none when it has to be run."""
        status = self.status(kata)
        where = self.course.shown(self.course.exercise(kata.topic))
        test = f"{self.course.shown(self.course.spec(kata.topic))}::{kata.name}"
        if status.state is State.STARTED:
            return []
        line = f":{status.line}" if status.line else ""
        if status.state is State.NOT_STARTED:
            return [TestResult(test, kata.id, Verdict.NOT_STARTED, f"write its body at {where}{line}")]
        said = {
            State.MISSING_FILE: f"{where} is missing",
            State.MISSING_NAME: f"{where} defines no {kata.name}",
            State.SYNTAX_ERROR: f"{where}{line} is not valid Python",
        }[status.state]
        card = Card(promise=said, got=status.message, where=f"{where}{line}", line=status.text)
        if status.state is not State.SYNTAX_ERROR:
            card = replace(card, got="", where="")
        return [TestResult(test, kata.id, Verdict.RAISED, said, card)]
