"""`kata hint`: one more hint each time it is asked for."""

import click

from kata.commands import open_standings
from kata.errors import KataError
from kata.screen import Screen
from kata.screen import command as typed


@click.command("hint")
@click.argument("id", required=False)
def command(id: str | None) -> None:
    """Show the next hint on the kata ID, by default the current one."""
    standings = open_standings()
    screen = Screen()
    kata = standings.catalogue.kata(id) if id else standings.seemingly_current()
    if kata is None:
        raise KataError("every kata passes: none needs a hint", hint=f"name one: `{typed('kata hint ID')}`")
    progress = standings.progress
    shown = min(progress.hints.get(kata.id, 0), len(kata.hints))
    first, last = (shown, shown + 1) if shown < len(kata.hints) else (0, shown)
    for number, text in enumerate(kata.hints[first:last], first + 1):
        screen.line(f"{kata.id}, hint {number} of {len(kata.hints)}: {text}")
    if shown < last:
        progress.hints[kata.id] = last
        progress.save()
    else:
        screen.note(f"that is all; to see the answer: `{typed(f'kata solution {kata.id} --anyway')}`")
