"""One command a module, each a click command named `command`."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click

from kata import catalogue
from kata.catalogue import Catalogue
from kata.course import Course
from kata.screen import Screen
from kata.standing import Standings
from kata.verdicts import TestResult, Verdict

DEVICE = click.option(
    "--device", default="auto", envvar="KATA_DEVICE", metavar="NAMES", show_default=True,
    help="auto, all, or some of cpu,cuda,mps,xpu,xla,sim.",
)  # fmt: skip


def open_course() -> tuple[Course, Catalogue]:
    """Return the course around the current folder, with its catalogue."""
    course = Course.find()
    return course, catalogue.read(course)


def open_standings(device: str = "") -> Standings:
    """Return where the learner stands in the course around the current folder."""
    standings = Standings(*open_course(), device or os.environ.get("KATA_DEVICE") or "auto")
    standings.on_note = Screen().note
    return standings


@dataclass
class Narrator:
    """Says on the error stream what a run is doing, so that nobody wonders whether it does."""

    screen: Screen
    each_test: bool = False
    _seen: set[str] = field(default_factory=set)

    def hear(self, result: TestResult) -> None:
        """Take note of a result as it comes in."""
        if self.each_test:
            name = result.test.rpartition("::")[2]
            self.screen.note(f"{result.verdict:<13} {name}")
        elif result.kata not in self._seen and result.verdict is not Verdict.NOT_RUN:
            self._seen.add(result.kata)
            self.screen.note(f"running {result.kata}")


def progress(screen: Screen, what: str) -> Callable[[int, int], None]:
    """Count on one line where somebody watches it, and say every hundredth where it goes to a log."""

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {of} {what}", end="\n" if done == of else "", file=sys.stderr, flush=True)
        elif done % 100 == 0 or done == of:
            screen.note(f"{done} of {of} {what}")

    return show


def draw_holes(screen: Screen, holes: Sequence[str]) -> None:
    """List what an author has to mend, and how much that is."""
    for hole in holes:
        for line in f"hole: {hole}".split("\n"):
            screen.line(line, style="red")
    screen.line(f"{len(holes)} holes" if len(holes) != 1 else "1 hole", style="red" if holes else "green")
