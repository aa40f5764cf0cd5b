"""`kata verify`: the author's check that specs reject wrong answers and accept right ones."""

import json
import os

import click

from kata.commands import draw_holes, open_course, progress
from kata.commands import mutants as mutants_command
from kata.mutants.measure import Tally
from kata.mutants.measure import measure as measure_mutants
from kata.screen import Screen
from kata.verify import measure, structure
from kata.verify.measure import Score
from kata.verify.trials import COLUMNS


@click.command(name="verify")
@click.argument("what", default="all")
@click.option("--json", "as_json", is_flag=True, help="Write the figures and the holes as JSON.")
@click.option("--jobs", "-n", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@click.option("--device", default="auto", show_default=True, help="Devices to run the specs on.")
@click.option("--mutants", is_flag=True, help="Also run every mutant of the solutions: see `kata mutants`.")
@click.pass_context
def command(ctx: click.Context, what: str, as_json: bool, jobs: int, device: str, mutants: bool) -> None:
    """Measure the specs of WHAT (all, a topic or a kata): does any wrong answer get through?

    Every test must fail on the stub; the solution and the right answers must pass, here and in a
    process of their own; the wrong answers and the impostors made from the solution must fail. A wrong
    answer that is written once more in another style must not be taken for another mistake.
    """
    screen = Screen()
    course, catalogue = open_course()
    katas = catalogue.select(what)
    amiss = list(structure.problems(course, catalogue, katas))
    scores: list[Score] = []
    tallies: list[Tally] = []
    if not any("is missing" in line or "does not define" in line for line in amiss):
        scores = measure.measure(course, catalogue, katas, device, jobs, progress(screen, "trials"))
        if mutants:
            tallies = measure_mutants(course, catalogue, katas, device, jobs, progress(screen, "mutants"))
    elif not as_json:
        screen.note("nothing was run: the files named below come first")
    holes = amiss + [f"{score.kata.id}: {hole}" for score in scores for hole in score.holes]
    whole = katas == catalogue.katas
    holes += filter(None, [measure.missed(scores) if whole else ""])
    holes += mutants_command.holes_of(tallies, whole=whole)
    figures = [mutants_command.as_dict(tally) for tally in tallies]
    if as_json:
        click.echo(
            json.dumps({"katas": [_as_dict(score) for score in scores], "mutants": figures, "holes": holes}, indent=2)
        )
    else:
        _draw(screen, scores)
        mutants_command.draw(screen, tallies)
        draw_holes(screen, holes)
    ctx.exit(1 if holes else 0)


def _draw(screen: Screen, scores: list[Score]) -> None:
    rows = [[score.kata.id, str(score.tests), *(_cell(score, column) for column in COLUMNS)] for score in scores]
    if rows:
        total = [str(sum(score.tests for score in scores)), *(_total(scores, column) for column in COLUMNS)]
        screen.table(["kata", "tests", *COLUMNS], [*rows, ["all", *total]])


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
