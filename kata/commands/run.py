"""`kata run`: run specs, and say of each kata whether it passes."""

import click

from kata.catalogue import Kata
from kata.commands import DEVICE, Narrator, open_standings
from kata.commands.where import address, step
from kata.progress import Remembered
from kata.screen import Screen
from kata.screen import command as typed
from kata.standing import Standings, is_told
from kata.verdicts import Verdict


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
    narrator = Narrator(screen, each_test=len(katas) == 1)
    results = standings.run(katas, implementation=impl, judged=judged, on_result=narrator.hear)
    summed = {kata: Remembered.of("", results[kata.id]) for kata in katas}
    said: set[str] = set()
    for kata, total in summed.items():
        _show(screen, kata, total, said)
    failed = [kata for kata, total in summed.items() if total.verdict is not Verdict.PASSED]
    if len(katas) > 1:
        screen.note(f"{len(katas) - len(failed)} of {len(katas)} katas pass")
    if failed and impl == "exercises":
        status = standings.status(failed[0])
        screen.next(step(status.state, failed[0], address(standings, failed[0])))
    elif len(katas) == 1 and impl == "exercises":
        screen.note(f"hint: compare with another answer: `{typed(f'kata solution {katas[0].id}')}`")
    ctx.exit(1 if failed else 0)


def _selected(standings: Standings, what: str | None) -> tuple[Kata, ...]:
    if what:
        return standings.catalogue.select(what)
    current = standings.seemingly_current()
    return (current,) if current else ()


def _show(screen: Screen, kata: Kata, total: Remembered, said: set[str]) -> None:
    """Write the verdict on one kata, and what there is to say of its first promise that is not kept.

    What is wrong with a whole file is explained once, for the first of its katas.
    """
    first = total.first
    if first is None or not is_told(first):
        verdict = first.verdict if first else total.verdict  # the one that the card below is about
        screen.verdict(verdict, kata.id, f"{total.passed} of {total.tests} tests pass")
        if first:
            screen.card(first)
        return
    screen.verdict(total.verdict, kata.id, first.message)
    if first.card and first.message not in said:
        screen.rows(first.card.rows())
    said.add(first.message)
