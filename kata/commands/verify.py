"""`kata verify`: the author's check that specs reject wrong answers and accept right ones."""

import json
import os
import sys

import click

from kata import catalogue
from kata.course import Course
from kata.screen import Screen
from kata.verify import measure, structure
from kata.verify.measure import Score
from kata.verify.trials import COLUMNS


@click.command(name="verify")
@click.argument("what", default="all")
@click.option("--json", "as_json", is_flag=True, help="Write the figures and the holes as JSON.")
@click.option("--jobs", "-n", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@click.option("--device", default="auto", show_default=True, help="Devices to run the specs on.")
@click.pass_context
def command(ctx: click.Context, what: str, as_json: bool, jobs: int, device: str) -> None:
    """Measure the specs of WHAT (all, a topic or a kata): does any wrong answer get through?

    Every test must fail on the stub; the solution and the right answers must pass, here and in a
    process of their own; the wrong answers and the impostors made from the solution must fail.
    """
    screen = Screen()
    course = Course.find()
    katas_of = catalogue.read(course)
    katas = katas_of.select(what)
    amiss = list(structure.problems(course, katas_of, katas))
    scores: list[Score] = []
    if not any("is missing" in line or "does not define" in line for line in amiss):
        scores = measure.measure(course, katas_of, katas, device, jobs, progress(screen, "trials"))
    elif not as_json:
        screen.note("nothing was run: the files named below come first")
    holes = amiss + [f"{score.kata.id}: {hole}" for score in scores for hole in score.holes]
    holes += filter(None, [measure.missed(scores)])
    if as_json:
        click.echo(json.dumps({"katas": [_as_dict(score) for score in scores], "holes": holes}, indent=2))
    else:
        _draw(screen, scores, holes)
    ctx.exit(1 if holes else 0)


def progress(screen: Screen, what: str) -> measure.OnTrial:
    """Count on one line where somebody watches it, and say every hundredth where it goes to a log."""

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {of} {what}", end="\n" if done == of else "", file=sys.stderr, flush=True)
        elif done % 100 == 0 or done == of:
            screen.note(f"{done} of {of} {what}")

    return show


def _draw(screen: Screen, scores: list[Score], holes: list[str]) -> None:
    rows = [[score.kata.id, str(score.tests), *(_cell(score, column) for column in COLUMNS)] for score in scores]
    if rows:
        total = [str(sum(score.tests for score in scores)), *(_total(scores, column) for column in COLUMNS)]
        screen.table(["kata", "tests", *COLUMNS], [*rows, ["all", *total]])
    for hole in holes:
        screen.line(f"hole: {hole}", style="red")
    screen.line(f"{len(holes)} holes" if len(holes) != 1 else "1 hole", style="red" if holes else "green")


def _cell(score: Score, column: str) -> str:
    held, tried = score.held.get(column, 0), score.tried.get(column, 0)
    if column in ("stub", "practice", "judged"):
        return "ok" if held == tried == 1 else "HOLE"
    return f"{held}/{tried}"


def _total(scores: list[Score], column: str) -> str:
    held = sum(score.held.get(column, 0) for score in scores)
    tried = sum(score.tried.get(column, 0) for score in scores)
    return f"{held}/{tried}" + (f" {100 * held / tried:.0f}%" if tried else "")


def _as_dict(score: Score) -> dict[str, object]:
    figures = {column: {"held": score.held.get(column, 0), "tried": score.tried.get(column, 0)} for column in COLUMNS}
    return {"kata": score.kata.id, "tests": score.tests, **figures, "holes": score.holes}
