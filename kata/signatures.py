"""The behaviour of every known wrong answer, worked out once and kept in `.kata/` until something changes it."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from kata import diagnosis, runner
from kata.catalogue import Catalogue, Kata
from kata.course import Course
from kata.diagnosis import Behaviour, Outcome
from kata.progress import fingerprint, serving, write_whole
from kata.runner import Request
from kata.verdicts import TestResult
from kata.verify import answers
from kata.verify.answers import Answer

VERSION = 2  # of the file and of what is compared
SAY = "comparing with {} known mistakes, which takes a moment the first time"

OnNote = Callable[[str], None]


@dataclass(frozen=True)
class Known:
    """A wrong answer with the sentence that helps, and how it behaves."""

    sentence: str
    behaviour: Behaviour


def diagnose(
    course: Course,
    catalogue: Catalogue,
    results: dict[str, list[TestResult]],
    device: str,
    on_note: OnNote = lambda text: None,
) -> dict[str, str]:
    """Return, by kata, the sentence for the mistake that its results look like; nothing where none does.

    Args:
        results: by kata id, those of all its tests.
    """
    mine = {id: found for id, each in results.items() if (found := diagnosis.behaviour(each))}
    known = of(course, [catalogue.kata(id) for id in mine], catalogue, device, on_note)
    matches = {id: diagnosis.match(mine[id], [each.behaviour for each in known[id]]) for id in mine}
    return {id: known[id][which].sentence for id, which in matches.items() if which is not None}


def of(
    course: Course, katas: Sequence[Kata], catalogue: Catalogue, device: str, on_note: OnNote
) -> dict[str, list[Known]]:
    """Return the known mistakes of some katas, from the cache where it is still right."""
    keys = {kata.id: _key(course, kata, device) for kata in katas}
    found = {kata.id: _read(course, kata, keys[kata.id]) for kata in katas}
    missing = [kata for kata in katas if found[kata.id] is None]
    wrong = {kata.id: _answers(course, kata) for kata in missing}
    requests = {
        Request((id,), f"wrong:{id}:{answer.index}", False, device): answer
        for id, each in wrong.items()
        for answer in each
    }
    if requests:
        on_note(SAY.format(len(requests)))
    fresh: dict[str, dict[int, Known]] = {kata.id: {} for kata in missing}
    for request, results in runner.run_many(course, catalogue, list(requests), os.cpu_count() or 1):
        answer = requests[request]
        fresh[request.katas[0]][answer.index] = Known(answer.text, diagnosis.behaviour(results))
    for kata in missing:
        found[kata.id] = [known for _, known in sorted(fresh[kata.id].items())]
        _write(course, kata, keys[kata.id], found[kata.id] or [])
    return {id: known or [] for id, known in found.items()}


def _answers(course: Course, kata: Kata) -> list[Answer]:
    return [answer for answer in answers.read(course.wrong(kata.topic), "wrong") if answer.name == kata.name]


def _key(course: Course, kata: Kata, device: str) -> str:
    """What a behaviour depends on: the wrong answers and the solution around them, the spec, torch, the devices."""
    files = [course.wrong(kata.topic), course.solution(kata.topic), course.spec(kata.topic), *serving(course)]
    parts = [str(VERSION), metadata.version("torch"), device, *(fingerprint(path) for path in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(course: Course, kata: Kata, key: str) -> list[Known] | None:
    try:
        data = json.loads(course.signatures(kata.id).read_text(encoding="utf-8"))
        if data["key"] != key:
            return None
        return [Known(each["sentence"], _decoded(each["behaviour"])) for each in data["known"]]
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is worked out anew
        return None


def _decoded(data: dict[str, dict[str, Any]]) -> Behaviour:
    return {test: Outcome(**outcome) for test, outcome in data.items()}


def _write(course: Course, kata: Kata, key: str, known: Sequence[Known]) -> None:
    entries = [
        {"sentence": each.sentence, "behaviour": {test: found.as_dict() for test, found in each.behaviour.items()}}
        for each in known
    ]
    with suppress(OSError):  # a folder that cannot be written only costs the time to do it again
        write_whole(course.signatures(kata.id), json.dumps({"key": key, "known": entries}).encode())
