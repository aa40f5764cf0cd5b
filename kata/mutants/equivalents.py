"""Mutants that mean the same as the solution, written down with the reason in `solutions/<topic>.equivalents.toml`.

    [[mutants]]
    kata = "elu"
    before = "positive = z > 0"
    after = "positive = z >= 0"
    reason = "At 0 both branches give 0, and the gradient at 0 is left open."

`before` and `after` are the lines that differ, without indentation; `nth` counts from 0 among changes with the
same lines, where there are several.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kata.course import Course
from kata.errors import KataError
from kata.mutants.making import Mutant

FIELDS = {"kata": str, "before": str, "after": str, "reason": str, "nth": int}


@dataclass(frozen=True)
class Equivalent:
    """One recorded mutant, and why no spec can reject it."""

    kata: str
    before: str
    after: str
    reason: str
    nth: int = 0

    def is_of(self, mutant: Mutant) -> bool:
        return (self.kata, self.before, self.after, self.nth) == (
            mutant.kata.rpartition(".")[2], mutant.before, mutant.after, mutant.nth,
        )  # fmt: skip


def read(course: Course, topic: str) -> tuple[Equivalent, ...]:
    """Return what is recorded for a topic; nothing when there is no such file.

    Raises:
        KataError: for a mistake in the file.
    """
    path = course.equivalents(topic)
    if not path.is_file():
        return ()
    where = course.shown(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KataError(f"{where} is not valid TOML: {error}") from error
    entries = data.get("mutants", [])
    if set(data) - {"mutants"} or not isinstance(entries, list):
        raise KataError(f"{where} may hold only [[mutants]]")
    return tuple(_entry(entry, f"{where}: mutants[{i}]") for i, entry in enumerate(entries))


def _entry(entry: object, where: str) -> Equivalent:
    if not isinstance(entry, dict) or not {"kata", "before", "after", "reason"} <= set(entry) <= set(FIELDS):
        raise KataError(f"{where} must have kata, before, after and reason, and may have nth")
    for name, value in entry.items():
        if type(value) is not FIELDS[name] or value == "":
            raise KataError(f"{where}.{name} must be {'a whole number' if name == 'nth' else 'a text'}")
    return Equivalent(**entry)


def stale(recorded: Sequence[Equivalent], found: Sequence[Mutant]) -> Iterator[Equivalent]:
    """Yield what is recorded of mutants that there are no more."""
    return (entry for entry in recorded if not any(entry.is_of(mutant) for mutant in found))
