"""`kata list`: every kata, and where the learner stands with it."""

import click

from kata.commands import open_standings
from kata.screen import Screen


@click.command("list")
@click.argument("topics", nargs=-1)
def command(topics: tuple[str, ...]) -> None:
    """List the katas of all TOPICS, or of some, with difficulty, points and state."""
    standings = open_standings()
    screen = Screen()
    catalogue = standings.catalogue
    chosen = [catalogue.topic(name) for name in topics] or catalogue.topics
    for i, topic in enumerate(chosen):
        if i:
            screen.line()
        screen.line(f"{topic.name}: {topic.title} ({topic.section})", style="bold")
        screen.table(
            ["kata", "difficulty", "points", "state"],
            [[kata.id, "*" * kata.difficulty, str(kata.points), standings.of(kata)] for kata in topic.katas],
        )
    katas = [kata for topic in chosen for kata in topic.katas]
    screen.note(f"{sum(standings.seems_passed(kata) for kata in katas)} of {len(katas)} katas pass")
