"""The `kata` command: which commands there are, and how an error of the user ends."""

import difflib
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from kata.errors import KataError
from kata.screen import Screen, command

# The order in which `kata --help` shows them; each is `command` in the module of that name.
COMMANDS = ("where", "run", "list", "hint", "solution", "reset", "stubs", "verify", "mutants", "doctor")
HELP = {"help_option_names": ["-h", "--help"]}
INTERRUPTED = 130


class Commands(click.Group):
    """Loads a command when it is asked for, and ends on a user's error in one or two lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands that are there, in the order of `COMMANDS`."""
        return [name for name in COMMANDS if find_spec(f"kata.commands.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command; None when there is no such command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        loaded: click.Command = import_module(f"kata.commands.{cmd_name}").command
        return loaded

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command of a command line, or suggest one."""
        word = args[0]
        if not word.startswith("-") and self.get_command(ctx, word) is None:
            near = difflib.get_close_matches(word, self.list_commands(ctx), n=1)
            raise KataError(f"there is no command called {word!r}", hint=_hint(word, near))
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command line, and end the process with 0, 1 (not passed), 2 (an error) or 130 (stopped)."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except KataError as error:
            Screen().error(error)
            status = 2
        except click.ClickException as error:
            Screen().error(_as_kata_error(error))
            status = 2
        except (click.Abort, KeyboardInterrupt):
            Screen().note("stopped")
            status = INTERRUPTED
        sys.exit(status if isinstance(status, int) else 0)


def _hint(word: str, near: list[str]) -> str:
    if near:
        return f"did you mean `{command(f'kata {near[0]}')}`?"
    if "." in word:  # the id of a kata
        return f"did you mean `{command(f'kata run {word}')}`?"
    return f"`{command('kata --help')}` shows them all"


def _as_kata_error(error: click.ClickException) -> KataError:
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` shows how it is used" if context else ""
    return KataError(error.format_message().rstrip("."), hint)


@click.group(cls=Commands, invoke_without_command=True, context_settings=HELP)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Learn PyTorch by making specs pass, one kata after another.

    Without a command it says where you are: the current kata, what is wrong with it, what to type next.
    """
    if ctx.invoked_subcommand is None:
        where = cli.get_command(ctx, "where")
        assert where is not None
        with where.make_context("where", [], parent=ctx) as inner:
            where.invoke(inner)
