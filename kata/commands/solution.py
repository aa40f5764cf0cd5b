"""`kata solution`: the reference answer, for those who have one of their own."""

import click

from kata import sources
from kata.commands import open_standings
from kata.errors import KataError
from kata.screen import Screen
from kata.screen import command as typed


@click.command("solution")
@click.argument("id")
@click.option("--anyway", is_flag=True, help="Show it although your own answer does not pass yet.")
@click.pass_context
def command(ctx: click.Context, id: str, anyway: bool) -> None:
    """Show the reference answer to the kata ID, once your own has passed."""
    standings = open_standings()
    screen = Screen()
    kata = standings.catalogue.kata(id)
    if kata.id not in standings.progress.solved and not anyway:
        screen.note(f"{kata.id} has not passed yet; the answer teaches more after your own")
        hints = f"for help `{typed(f'kata hint {kata.id}')}`"
        screen.note(f"hint: {hints}, or to see it now `{typed(f'kata solution {kata.id} --anyway')}`")
        ctx.exit(1)
    path = standings.course.solution(kata.topic)
    shown = standings.course.shown(path)
    try:
        found = sources.definition(sources.read(path), kata.name)
    except (OSError, sources.UnparsableError) as error:
        raise KataError(f"{shown} cannot be read: {error}") from error
    if found is None:
        raise KataError(f"{shown} defines no {kata.name}")
    screen.note(f"{shown}:{found.first_line}")
    screen.code(found.text)
