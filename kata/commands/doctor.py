"""`kata doctor`: is everything here that the katas need?"""

import click

from kata import doctor
from kata.doctor import Grade
from kata.screen import Screen

STYLES = {Grade.OK: "green", Grade.NOTE: "yellow", Grade.PROBLEM: "red"}


@click.command(name="doctor")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Say what is installed, which devices there are, and what to do where something is amiss."""
    screen = Screen()
    problems = 0
    for finding in doctor.findings():
        problems += finding.grade is Grade.PROBLEM
        screen.line(f"{finding.grade:<8} {finding.subject:<13} {finding.text}", style=STYLES[finding.grade])
        if finding.hint:
            screen.line(f"{'':<8} {'':<13} hint: {finding.hint}")
    screen.line("everything that practising needs is here" if not problems else f"problems: {problems}")
    ctx.exit(1 if problems else 0)
