"""`kata mutants`: the author's check that specs reject small changes to the solutions."""

import json
import os
from collections.abc import Sequence

import click

from kata import changed
from kata.commands import draw_holes, open_course, progress
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
    holes = holes_of(tallies, whole=katas == catalogue.katas)
    if as_json:
        click.echo(json.dumps({"katas": [as_dict(tally) for tally in tallies], "holes": holes}, indent=2))
    else:
        draw(screen, tallies)
        draw_holes(screen, holes)
    ctx.exit(1 if holes else 0)


def holes_of(tallies: Sequence[Tally], *, whole: bool) -> list[str]:
    """Return what got through, each with its diff; of the whole course also whether too much is excused."""
    holes = [f"{tally.kata.id}: {hole}" for tally in tallies for hole in tally.holes]
    return [*holes, *filter(None, [measure.too_many_equivalent(tallies) if whole else ""])]


def draw(screen: Screen, tallies: Sequence[Tally]) -> None:
    """Draw the figures as a table."""
    rows = [_row(tally.kata.id, [tally]) for tally in tallies]
    if rows:
        headers = ["kata", "mutants", "rejected", "of them timed out", "equivalent", "survived"]
        screen.table(headers, [*rows, _row("all", tallies)])


def _row(name: str, tallies: Sequence[Tally]) -> list[str]:
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


def as_dict(tally: Tally) -> dict[str, object]:
    """Return the figures and the survivors as JSON can hold them."""
    survivors = [
        {"line": mutant.line, "kind": mutant.kind, "before": mutant.before, "after": mutant.after, "nth": mutant.nth}
        for mutant in tally.survivors
    ]
    return {"kata": tally.kata.id, **_figures(tally), "survivors": survivors, "problems": tally.problems}
