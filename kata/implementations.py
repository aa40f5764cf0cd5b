"""Loads the module that stands in for the learner's: exercises, solutions, any path, or one variant.

An implementation is a text, so that it can cross to another process:

    exercises            what the learner writes (the default)
    solutions            the reference answers
    some/folder          a folder with <topic>.py in it, or one such file
    wrong:ID:2           the solution with kata ID replaced by its third wrong answer
    rewritten:ID:2       the same with the third answer that shows a known mistake in another style
    right:TOPIC.*:0      every kata that has one replaced by its first right answer in another style
    impostor:ID:zeros    the same with a universal impostor made from the solution
    stub:ID:fresh        the same with the kata's stub, generated afresh
    mutant:ID:7          the solution with one small change, the eighth of those to kata ID
"""

import ast
import importlib
import linecache
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kata import catalogue, sources, stubs
from kata.course import Course
from kata.errors import KataError
from kata.frames import learner_frames
from kata.limits import TimedOut
from kata.mutants.making import mutants
from kata.variants import REWRITTEN, RIGHT, WRONG, collecting

ELSEWHERE = "answers"  # the package of a file that is in none of the course's own
_LOADED_AS = "__kata_loaded_as__"

MARKS = {"wrong": WRONG, "right": RIGHT, "rewritten": REWRITTEN}
VARIANTS = (*MARKS, "impostor", "stub", "mutant")


class LearnerFileError(KataError):
    """A learner's file that cannot be read as a module: where, and what to do."""

    def __init__(self, message: str, hint: str, file: str, line: int = 0, text: str = "") -> None:
        super().__init__(message, hint)
        self.file = file
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Variant:
    """A solution in which one kata is replaced."""

    kind: str
    topic: str
    name: str
    which: str

    @classmethod
    def parse(cls, implementation: str) -> "Variant | None":
        kind, _, rest = implementation.partition(":")
        if kind not in VARIANTS:
            return None
        id, _, which = rest.partition(":")
        topic, _, name = id.partition(".")
        if not (topic and name and which):
            raise KataError(f"{implementation!r} names no variant", hint=f"write it as {kind}:topic.kata:which")
        return cls(kind, topic, name, which)


def source_file(course: Course, implementation: str, topic: str) -> Path:
    """Return the file whose lines are the learner's."""
    variant = Variant.parse(implementation)
    if variant and variant.topic == topic:
        return _answers_file(course, variant.kind, topic) if variant.kind in MARKS else course.solution(topic)
    if variant or implementation == "solutions":
        return course.solution(topic)
    if implementation == "exercises":
        return course.exercise(topic)
    path = Path(implementation)
    path = path if path.is_absolute() else course.root / path
    return path / f"{topic}.py" if path.is_dir() else path


def check(course: Course, implementation: str) -> None:
    """Raise a KataError when there is no such implementation at all."""
    if Variant.parse(implementation) or implementation in ("exercises", "solutions"):
        return
    path = Path(implementation)
    if not (path if path.is_absolute() else course.root / path).exists():
        hint = "give exercises, solutions, or a folder with <topic>.py files in it"
        raise KataError(f"no implementation at {implementation}", hint=hint)


def load(root: Path, implementation: str, topic: str) -> ModuleType:
    """Import a topic's module afresh.

    Raises:
        LearnerFileError: when the file is missing, does not parse or fails while it is imported.
        KataError: when a variant does not exist.
    """
    course = Course(root)
    variant = Variant.parse(implementation)
    path = course.solution(topic) if variant else source_file(course, implementation, topic)
    module = execute(course, path, topic, _mutated(course, variant, topic))
    setattr(module, _LOADED_AS, (root, implementation, topic))
    if variant is None or variant.kind == "mutant":
        return module
    if variant.topic == topic and variant.name == "*":
        for name, answers in variants(course, variant.kind, topic).items():
            if int(variant.which) < len(answers):
                setattr(module, name, _at_home(answers[int(variant.which)], module))
    elif variant.topic == topic:
        setattr(module, variant.name, _replacement(course, variant, module))
    return module


def import_needed(course: Course, topic: str) -> None:
    """Import what a topic's solution imports: torchvision takes seconds, which are not the learner's code's."""
    try:
        tree = sources.parse(sources.read(course.solution(topic)))
    except (OSError, KataError):  # nothing to go by
        return
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        names += ["torch._dynamo"] if "torch.optim" in names else []  # the first optimizer would import it
        for name in names:
            with suppress(ImportError):  # whoever needs it will say so
                importlib.import_module(name)


def loaded_as(module: ModuleType) -> tuple[Path, str, str]:
    """Return what `load` was given for a module: with that, another process can load the same."""
    found: tuple[Path, str, str] = getattr(module, _LOADED_AS)
    return found


def execute(course: Course, path: Path, topic: str, source: str | None = None) -> ModuleType:
    """Run a source file, or `source` in its place, as the module `<package>.<topic>`; never from stale bytecode."""
    shown = course.shown(path)
    try:
        code = compile(path.read_bytes() if source is None else source, str(path), "exec", dont_inherit=True)
    except FileNotFoundError as error:
        hint = f"`kata reset {topic}` writes it anew from its stub"
        raise LearnerFileError(f"{shown} is missing", hint, shown) from error
    except (SyntaxError, ValueError) as error:
        raise _unreadable(error, shown, topic) from error
    module = ModuleType(f"{_package(course, path)}.{topic}")
    module.__file__ = str(path)
    linecache.checkcache(str(path))
    if str(course.root) not in sys.path:
        sys.path.insert(0, str(course.root))
    sys.modules[module.__name__] = module
    try:
        exec(code, module.__dict__)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() at import, too, is a mistake in that file
        raise _failed_import(error, path, shown, topic) from error
    return module


def _package(course: Course, path: Path) -> str:
    """Return the package that a file belongs to: by that name pickle, and so a worker process, finds what is in it."""
    if path.resolve().parent.parent == course.root.resolve():
        return path.parent.name
    sys.modules.setdefault(ELSEWHERE, ModuleType(ELSEWHERE))  # the folder's own name may be that of anything
    return ELSEWHERE


def variants(course: Course, kind: str, topic: str) -> dict[str, list[Any]]:
    """Return the marked answers of `tests/wrong` or its like, by kata, in file order."""
    path = _answers_file(course, kind, topic)
    if not path.is_file():
        return {}
    with collecting() as marked:
        execute(course, path, topic)
    found: dict[str, list[Any]] = {}
    for answer in marked:
        if MARKS[kind] in vars(answer):
            found.setdefault(answer.__name__, []).append(answer)
    return found


def _answers_file(course: Course, kind: str, topic: str) -> Path:
    return {"wrong": course.wrong, "right": course.right, "rewritten": course.rewritten}[kind](topic)


def _mutated(course: Course, variant: Variant | None, topic: str) -> str | None:
    """Return the text of the solution that a mutant is; None for everything else."""
    if variant is None or variant.kind != "mutant" or variant.topic != topic:
        return None
    found = mutants(course, catalogue.read(course).topic(topic), variant.name)
    if not variant.which.isdigit() or int(variant.which) >= len(found):
        raise KataError(f"there is no mutant number {variant.which} of {variant.topic}.{variant.name}")
    return found[int(variant.which)].source


def _replacement(course: Course, variant: Variant, module: ModuleType) -> Any:
    if variant.kind == "impostor":
        impostors = importlib.import_module("kata.verify.impostors")
        return impostors.impostor(getattr(module, variant.name), variant.which)
    if variant.kind == "stub":
        return getattr(_stub(course, variant.topic), variant.name)
    answers = variants(course, variant.kind, variant.topic).get(variant.name, [])
    if not variant.which.isdigit() or int(variant.which) >= len(answers):
        raise KataError(f"there is no {variant.kind} answer number {variant.which} to {variant.topic}.{variant.name}")
    return _at_home(answers[int(variant.which)], module)


def _at_home(answer: Any, module: ModuleType) -> Any:
    """Let pickle find an answer where it stands now: several of one name share the file it comes from."""
    answer.__module__ = module.__name__
    return answer


def _stub(course: Course, topic: str) -> ModuleType:
    text = stubs.stub(sources.read(course.solution(topic)), catalogue.read(course).topic(topic))
    module = ModuleType(f"stub.{topic}")
    exec(compile(text, f"<stub of {topic}>", "exec", dont_inherit=True), module.__dict__)
    return module


def _unreadable(error: Exception, shown: str, topic: str) -> LearnerFileError:
    line = getattr(error, "lineno", None) or 0
    text = (getattr(error, "text", None) or "").strip()
    place = f"{shown}:{line}" if line else shown
    message = f"{place} is not valid Python: {getattr(error, 'msg', None) or error}"
    hint = f"mend that line, or go back to the stub with `kata reset {topic}` (your file is kept as a backup)"
    return LearnerFileError(message, hint, shown, line, text)


def _failed_import(error: BaseException, path: Path, shown: str, topic: str) -> LearnerFileError:
    found = learner_frames(error, path)
    line = found[-1].line if found else 0
    text = found[-1].text if found else ""
    place = f"{shown}:{line}" if line else shown
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, TimedOut):
        what = "it takes too long"
    message = f"{place} fails while it is imported: {what}"
    return LearnerFileError(message, "mend that line: the file must import before a kata can run", shown, line, text)
