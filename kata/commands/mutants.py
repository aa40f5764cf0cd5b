"""`kata mutants`: the author's check that specs reject small changes to the solutions."""

import json
import os

import click

from kata import changed
from kata.commands import open_course
from kata.commands.verify import progress
from kata.mutants import measure
from kata.mutants.measure import Tally
from kata.screen import Screen


@click.command(name="mutants")
@click.argument("what", default="all")
@click.option("--since", metavar="COMMIT", help="Only katas that changed since a commit (solution, spec or helpers).")
@click.option("--json", "as_json", is_flag=True, help="Write the figures and the survivors as JSON.")
@click.option("--jobs", "-n", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@click.option("--device", default="auto", show_default=True, help="Devices to run the specs on.")
@click.pass_context
def command(ctx: click.Context, what: str, since: str | None, as_json: bool, jobs: int, device: str) -> None:
    """Change the solutions of WHAT (all, a topic or a kata) in small ways: does any spec let one through?

    Each operator, constant, argument and call is changed in turn, in memory; no file is written. A mutant that
    means the same as the solution is recorded with its reason in solutions/<topic>.equivalents.toml.
    """
    screen = Screen()
    course, catalogue = open_course()
    katas = catalogue.select(what)
    if since:
        katas = changed.since(course, catalogue, since, katas)
        screen.note(f"changed since {since}: {', '.join(kata.id for kata in katas) or 'no kata'}")
    tallies = measure.measure(course, catalogue, katas, device, jobs, progress(screen, "mutants"))
    holes = [f"{tally.kata.id}: {hole}" for tally in tallies for hole in tally.holes]
    if katas == catalogue.katas:  # one kata alone may well have more
        holes += filter(None, [measure.too_many_equivalent(tallies)])
    if as_json:
        click.echo(json.dumps({"katas": [_as_dict(tally) for tally in tallies], "holes": holes}, indent=2))
    else:
        draw(screen, tallies, holes)
    ctx.exit(1 if holes else 0)


def draw(screen: Screen, tallies: list[Tally], holes: list[str]) -> None:
    """Draw the figures as a table, then what got through, each with its diff."""
    rows = [_row(tally.kata.id, [tally]) for tally in tallies]
    if rows:
        headers = ["kata", "mutants", "rejected", "of them timed out", "equivalent", "survived"]
        screen.table(headers, [*rows, _row("all", tallies)])
    for hole in holes:
        for line in f"hole: {hole}".split("\n"):
            screen.line(line, style="red")
    screen.line(f"{len(holes)} holes" if len(holes) != 1 else "1 hole", style="red" if holes else "green")


def _row(name: str, tallies: list[Tally]) -> list[str]:
    figures = [_figures(tally) for tally in tallies]
    return [name, *(str(sum(each[key] for each in figures)) for key in figures[0])]


def _figures(tally: Tally) -> dict[str, int]:
    return {
        "mutants": tally.mutants,
        "rejected": tally.rejected,
        "timed_out": tally.timed_out,
        "equivalent": tally.equivalent,
        "survived": len(tally.survivors),
    }


def _as_dict(tally: Tally) -> dict[str, object]:
    survivors = [
        {"line": mutant.line, "kind": mutant.kind, "before": mutant.before, "after": mutant.after, "nth": mutant.nth}
        for mutant in tally.survivors
    ]
    return {"kata": tally.kata.id, **_figures(tally), "survivors": survivors, "problems": tally.problems}
