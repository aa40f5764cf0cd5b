"""`kata reset`: back to the stub of one kata or one topic, with a backup of what was there."""

import ast
from pathlib import Path

import click

from kata import blanking, progress, sources, stubs
from kata.catalogue import Catalogue, Kata
from kata.commands import open_course
from kata.course import Course
from kata.errors import KataError
from kata.screen import Screen
from kata.screen import command as typed

BOM = "\ufeff".encode()


@click.command("reset")
@click.argument("what")
def command(what: str) -> None:
    """Put back the stub of WHAT, a kata's id or a topic; your file is kept as a backup."""
    course, catalogue = open_course()
    screen = Screen()
    kata = _kata(catalogue, what)
    topic = catalogue.topic(kata.topic if kata else what)
    path = course.exercise(topic.name)
    stub = stubs.of(course, topic)
    there = path.read_bytes() if path.is_file() else None
    new = stub.encode() if kata is None or there is None else _restored(course, there, stub, kata)
    if new == there:
        screen.line(f"{what} is as its stub already")
        return
    kept = progress.backup(course, topic.name)
    progress.write_whole(path, new)
    screen.line(f"{what} is back to its stub in {course.shown(path)}")
    if kept:
        screen.line(f"your file before that: {course.shown(kept)}")
    if kata and there is not None:
        _tell_missing_imports(screen, path, stub, kata)


def _kata(catalogue: Catalogue, what: str) -> Kata | None:
    """Return the kata that is meant; None for a topic."""
    return None if any(topic.name == what for topic in catalogue.topics) else catalogue.kata(what)


def _restored(course: Course, there: bytes, stub: str, kata: Kata) -> bytes:
    try:
        mark = BOM if there.startswith(BOM) else b""
        return mark + restored(there.removeprefix(BOM).decode(), stub, kata.name).encode()
    except (sources.UnparsableError, UnicodeDecodeError) as error:
        shown = course.shown(course.exercise(kata.topic))
        line = sources.status(course.exercise(kata.topic), kata).line
        place = f"{shown}:{line}" if line else shown
        hint = f"mend that line, or put back the whole file with `{typed(f'kata reset {kata.topic}')}`"
        problem = f"{place} is not valid Python, so nobody can tell where {kata.name} begins and ends"
        raise KataError(problem, hint=hint) from error


def restored(source: str, stub: str, name: str) -> str:
    """Return a source in which one definition is the stub's again; all else stays, byte for byte.

    The definition is appended where the source has none.

    Raises:
        sources.UnparsableError: when the source does not parse.
    """
    found = sources.definition(source, name)
    wanted = sources.definition(stub, name)
    assert wanted is not None, name
    if found is None:
        return _appended(source, stub, name)
    lines = sources.lines(source)
    above, below = "".join(lines[: found.first_line - 1]), "".join(lines[found.last_line :])
    ending = found.text[len(found.text.rstrip("\r\n")) :]
    return above + wanted.text.rstrip("\n").replace("\n", _newline(source)) + ending + below


def _appended(source: str, stub: str, name: str) -> str:
    named = [node for node in sources.parse(stub).body if name in sources.bound_names(node)]
    text = "".join(sources.segment(stub, node).text for node in named).rstrip("\n") + "\n"
    gap = "" if not source else "\n\n" if source.endswith(("\n", "\r")) else "\n\n\n"
    return source + (gap + text).replace("\n", _newline(source))


def _newline(source: str) -> str:
    return "\r\n" if "\r\n" in source else "\n"


def _tell_missing_imports(screen: Screen, path: Path, stub: str, kata: Kata) -> None:
    """The learner's imports are theirs; say so if the definition needs one that they took out."""
    wanted = sources.definition(stub, kata.name)
    used = blanking.references(wanted.text) if wanted else set()
    there = sources.parse(sources.read(path)).body
    bound = set[str]().union(*(sources.bound_names(node) for node in there))
    for node in sources.parse(stub).body:
        needed = sources.bound_names(node) & used - bound
        if isinstance(node, sources.Import) and needed:
            screen.note(f"hint: it needs this line, which your file lacks: {ast.unparse(node)}")
