"""What each kata's spec is tried on, and what has to come of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kata.catalogue import Kata
from kata.course import Course
from kata.runner import Request
from kata.verify import answers, structure
from kata.verify.kinds import IMPOSTORS

COLUMNS = ("stub", "practice", "judged", "wrong", "right", "impostors", "diagnosis")

# What a docstring says where an impostor of that kind must be noticed, whatever the spec happens to call.
PROMISED = {"detached": ("radients flow",), "overwritten": ("not modified", "not change", "unmodified")}


@dataclass(frozen=True)
class Trial:
    """One run of the specs of some katas, all of one topic.

    Attributes:
        column: of the table that it counts in.
        must_pass: whether the specs have to accept it; otherwise each kata's has to reject it.
        about: by kata id, the sentence, the style or the kind of what was tried.
        promised: words of the docstring that an impostor breaks; empty where there are none.
    """

    column: str
    request: Request
    must_pass: bool
    about: Mapping[str, str]
    promised: str = ""


def trials(course: Course, katas: Sequence[Kata], device: str) -> Iterator[Trial]:
    """Yield all trials of some katas of one topic.

    What must be accepted is run for all of them at once, what must be rejected each by itself and only
    until the first test does.
    """
    topic = katas[0].topic
    ids = tuple(kata.id for kata in katas)
    for column, judged in (("practice", False), ("judged", True)):
        about = dict.fromkeys(ids, "its solution" + ", judged" * judged)
        yield Trial(column, Request(ids, "solutions", judged, device), True, about)
    yield from _right(course, topic, ids, device)
    for kata in katas:
        yield from _rejected(course, kata, device)


def _right(course: Course, topic: str, ids: tuple[str, ...], device: str) -> Iterator[Trial]:
    found = [answer for answer in answers.read(course.right(topic), "right") if f"{topic}.{answer.name}" in ids]
    for index in sorted({answer.index for answer in found}):
        about = {f"{topic}.{answer.name}": answer.text for answer in found if answer.index == index}
        for judged in (False, True):
            request = Request(tuple(about), f"right:{topic}.*:{index}", judged, device)
            said = {id: text + ", judged" * judged for id, text in about.items()}
            yield Trial("right", request, True, said)


def _rejected(course: Course, kata: Kata, device: str) -> Iterator[Trial]:
    def trial(column: str, implementation: str, about: str, *, promised: str = "", whole: bool = False) -> Trial:
        request = Request((kata.id,), implementation, False, device, stop_first=not whole)
        return Trial(column, request, False, {kata.id: about}, promised)

    yield trial("stub", f"stub:{kata.id}:fresh", "its stub", whole=True)
    for column, file in (("wrong", course.wrong(kata.topic)), ("rewritten", course.rewritten(kata.topic))):
        for answer in answers.read(file, column):
            if answer.name == kata.name:  # in whole: how it behaves is compared
                yield trial(column, f"{column}:{kata.id}:{answer.index}", answer.text, whole=True)
    text = structure.docstring(course, kata)
    for kind in IMPOSTORS:
        promised = next((words for words in PROMISED.get(kind, ()) if words in text), "")
        yield trial("impostors", f"impostor:{kata.id}:{kind}", kind, promised=promised)
