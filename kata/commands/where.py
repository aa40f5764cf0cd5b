"""`kata where`, and `kata` alone: the current kata, what is wrong with it, what to type next."""

import ast

import click

from kata import sources, stubs
from kata.catalogue import Kata
from kata.commands import DEVICE, Narrator, open_standings
from kata.screen import Screen
from kata.screen import command as typed
from kata.sources import State
from kata.standing import Standing, Standings
from kata.verdicts import Verdict


@click.command("where")
@DEVICE
def command(device: str) -> None:
    """Show the current kata, what is wrong with it, and what to type next."""
    standings = open_standings(device)
    screen = Screen()
    katas = standings.catalogue.katas
    before = {each for each in katas if standings.of(each) is Standing.PASSED}
    kata = standings.current(Narrator(screen).hear)
    for each in katas:
        if each not in before and standings.of(each) is Standing.PASSED:
            screen.verdict(Verdict.PASSED, each.id)
    passed = sum(standings.seems_passed(each) for each in katas)
    if kata is None:
        screen.line(f"All {len(katas)} katas pass.", style="bold green")
        screen.next(f"compare with an answer: `{typed(f'kata solution {katas[-1].id}')}`")
        return
    rows = [("task", summary(standings, kata)), ("where", address(standings, kata))]
    screen.line(f"{passed} of {len(katas)} katas pass, now: {kata.id}", style="bold")
    screen.rows(rows)
    screen.line()
    tell(standings, kata, screen)


def tell(standings: Standings, kata: Kata, screen: Screen) -> None:
    """Say what is wrong with a kata, by its first promise that is not kept, and name the next step."""
    status = standings.status(kata)
    last = standings.last(kata)
    if status.state is State.NOT_STARTED:
        screen.verdict(Verdict.NOT_STARTED, kata.id)
    elif standings.of(kata) is Standing.FAILING and last and last.first:
        screen.card(last.first)
    else:  # the text says what is wrong, or the last run told nothing
        for result in standings.run([kata])[kata.id][:1]:
            screen.card(result)
    screen.next(step(status.state, kata, address(standings, kata)))


def step(state: State, kata: Kata, where: str) -> str:
    """Return the one next step for a kata that does not pass."""
    match state:
        case State.NOT_STARTED:
            return f"write the body at {where}, save, then `{typed('kata')}`"
        case State.MISSING_FILE:
            return f"`{typed(f'kata reset {kata.topic}')}` writes the file anew"
        case State.MISSING_NAME:
            return f"`{typed(f'kata reset {kata.id}')}` brings the definition back"
        case State.SYNTAX_ERROR:
            return f"mend that line, save, then `{typed('kata')}`"
    return f"edit {where}, save, then `{typed('kata')}`; for help `{typed(f'kata hint {kata.id}')}`"


def address(standings: Standings, kata: Kata) -> str:
    """Return where a kata is written, as `file:line`."""
    file = standings.course.shown(standings.course.exercise(kata.topic))
    line = standings.status(kata).line
    return f"{file}:{line}" if line else file


def summary(standings: Standings, kata: Kata) -> str:
    """Return the first sentence of a kata's docstring, from its stub: the learner may have cut theirs."""
    topic = standings.catalogue.topic(kata.topic)
    node = sources.last_binding(sources.parse(stubs.of(standings.course, topic)), kata.name)
    doc = ast.get_docstring(node) if isinstance(node, sources.Definition) else None
    return " ".join((doc or "").partition("\n\n")[0].split())
