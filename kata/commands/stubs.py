"""`kata stubs`: write the stubs from the solutions, or compare the two."""

import click

from kata import progress, sources, stubs
from kata.catalogue import Catalogue, Topic
from kata.commands import open_course
from kata.course import Course
from kata.screen import Screen
from kata.screen import command as typed


@click.command("stubs")
@click.argument("topics", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing: show differences, exit with 1 if there are any.")
@click.pass_context
def command(ctx: click.Context, topics: tuple[str, ...], check: bool) -> None:
    """Write exercises/ from solutions/, all TOPICS or some (for authors)."""
    course, catalogue = open_course()
    if topics:
        catalogue = Catalogue(tuple(catalogue.topic(name) for name in topics))
    screen = Screen()
    if check:
        differences = stubs.differences(course, catalogue)
        print(differences, end="", file=screen.out)
        if differences:
            screen.note("error: exercises/ is not what solutions/ gives")
            screen.note(f"hint: `{typed('kata stubs')}` writes it")
        ctx.exit(1 if differences else 0)
    for topic in catalogue.topics:  # every solution is read before the first file is touched
        stubs.of(course, topic)
    for topic in catalogue.topics:
        _keep(course, topic, screen)
    for path in stubs.write(course, catalogue):
        screen.line(course.shown(path))


def _keep(course: Course, topic: Topic, screen: Screen) -> None:
    """Back up a file that holds work, if writing the stub would lose it."""
    path = course.exercise(topic.name)
    states = {sources.status(path, kata).state for kata in topic.katas}
    work = states & {sources.State.STARTED, sources.State.SYNTAX_ERROR}
    if work and stubs.differences_of(course, topic):
        kept = progress.backup(course, topic.name)
        screen.note(f"kept your {course.shown(path)} as {course.shown(kept) if kept else ''}")
