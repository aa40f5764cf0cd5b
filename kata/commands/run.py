"""`kata run`: run specs, and say of each kata whether it passes."""

import click

from kata.catalogue import Kata
from kata.commands import DEVICE, Narrator, open_standings
from kata.commands.where import address, step
from kata.progress import Remembered
from kata.screen import Screen, command as typed
from kata.sources import State
from kata.standing import Standings
from kata.verdicts import TestResult, Verdict


@click.command("run")
@click.argument("what", required=False)
@DEVICE
@click.option("--judged", is_flag=True, help="Run your code in a process of its own, as the grader does.")
@click.option(
    "--impl", default="exercises", show_default=True, metavar="WHOSE",
    help="Whose code: exercises, solutions, or a folder with <topic>.py files.",
)  # fmt: skip
@click.pass_context
def command(ctx: click.Context, what: str | None, device: str, judged: bool, impl: str) -> None:
    """Run the specs of WHAT: a topic, a kata's id, or `all`; by default the current kata."""
    standings = open_standings(device)
    screen = Screen()
    katas = _selected(standings, what)
    if not katas:
        screen.line("All katas pass.", style="bold green")
        screen.note(f"hint: `{typed('kata run all')}` runs them once more")
        return
    narrator = Narrator(screen, standings.catalogue, each_test=len(katas) == 1)
    results = standings.run(katas, implementation=impl, judged=judged, on_result=narrator.hear)
    summed = {kata: Remembered.of("", results[kata.id]) for kata in katas}
    for kata, total in summed.items():
        _show(screen, kata, total)
    failed = [kata for kata, total in summed.items() if total.verdict is not Verdict.PASSED]
    if len(katas) > 1:
        screen.note(f"{len(katas) - len(failed)} of {len(katas)} katas pass")
    if failed and impl == "exercises":
        status = standings.status(failed[0])
        screen.next(step(status.state, failed[0], address(standings, failed[0])))
    elif not failed and what and status_is_written(standings, katas[0]):
        screen.note(f"hint: compare with an answer: `{typed(f'kata solution {katas[0].id}')}`")
    ctx.exit(1 if failed else 0)


def status_is_written(standings: Standings, kata: Kata) -> bool:
    return standings.status(kata).state is State.STARTED


def _selected(standings: Standings, what: str | None) -> tuple[Kata, ...]:
    if what:
        return standings.catalogue.select(what)
    current = standings.seemingly_current()
    return (current,) if current else ()


def _show(screen: Screen, kata: Kata, total: Remembered) -> None:
    """Write the verdict on one kata, and the card of its first promise that is not kept."""
    if total.verdict is Verdict.NOT_STARTED:
        screen.verdict(total.verdict, kata.id, total.first.message if total.first else "")
        return
    screen.verdict(total.verdict, kata.id, f"{total.passed} of {total.tests} tests pass")
    if total.first:
        screen.card(total.first)
