"""What the tool remembers in `.kata/`: hints shown, last verdicts, and backups of a learner's work."""

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

from kata.catalogue import Kata
from kata.course import Course
from kata.errors import KataError
from kata.verdicts import TestResult, Verdict, overall

VERSION = 1


@dataclass(frozen=True)
class Remembered:
    """The last verdict on a kata.

    Attributes:
        key: what it depends on, as `Keys` gave it; the verdict holds while that is the same.
        verdict: the verdict on the kata.
        passed: how many tests passed.
        tests: how many there are.
        first: the first test that did not pass; None when all did.
    """

    key: str
    verdict: Verdict
    passed: int
    tests: int
    first: TestResult | None = None

    @classmethod
    def of(cls, key: str, results: Sequence[TestResult]) -> "Remembered":
        """Sum up the results on one kata."""
        passed = sum(result.verdict is Verdict.PASSED for result in results)
        failed = [result for result in results if result.verdict is not Verdict.PASSED]
        ran = [result for result in failed if result.verdict is not Verdict.NOT_RUN]
        verdict = overall([result.verdict for result in results])
        return cls(key, verdict, passed, len(results), next(iter(ran + failed), None))

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**vars(self), "first": self.first.as_dict() if self.first else None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Remembered":
        """Return what `as_dict` was made from."""
        first = TestResult.from_dict(data["first"]) if data["first"] else None
        return cls(str(data["key"]), Verdict(data["verdict"]), int(data["passed"]), int(data["tests"]), first)


@dataclass
class Progress:
    """Hints shown for each kata, katas that ever passed, last verdicts by kata and choice of devices."""

    course: Course
    hints: dict[str, int] = field(default_factory=dict)
    solved: set[str] = field(default_factory=set)
    verdicts: dict[str, dict[str, Remembered]] = field(default_factory=dict)

    @classmethod
    def load(cls, course: Course) -> "Progress":
        """Read what is remembered. A damaged file, or one of another version, is put aside."""
        path = _file(course)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(course, *_decoded(data))
        except FileNotFoundError:
            return cls(course)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            with suppress(OSError):
                os.replace(path, _free(path.with_suffix(".damaged.json")))
            return cls(course)

    def save(self) -> None:
        """Write all of it, so that a crash leaves either the old file or the new one whole."""
        verdicts = {
            id: {device: last.as_dict() for device, last in per_device.items()}
            for id, per_device in self.verdicts.items()
        }
        data = {"version": VERSION, "hints": self.hints, "solved": sorted(self.solved), "verdicts": verdicts}
        write_whole(_file(self.course), json.dumps(data, indent=1).encode())

    def last(self, kata: Kata, device: str = "auto") -> Remembered | None:
        """Return the last verdict on a kata, fresh or not."""
        return self.verdicts.get(kata.id, {}).get(device)

    def remember(self, kata: Kata, results: Sequence[TestResult], key: str, device: str = "auto") -> Remembered:
        """Take note of the results on one kata."""
        last = Remembered.of(key, results)
        self.verdicts.setdefault(kata.id, {})[device] = last
        if last.verdict is Verdict.PASSED:
            self.solved.add(kata.id)
        return last


class Keys:
    """Fingerprints of everything that a verdict depends on: code, spec, manifest, versions, devices."""

    def __init__(self, course: Course, device: str = "auto") -> None:
        self.course = course
        versions = (platform.python_version(), _torch_version(), device)
        self._common = [fingerprint(path) for path in (course.manifest, *serving(course))] + list(versions)
        self._topics: dict[str, str] = {}

    def of(self, kata: Kata) -> str:
        """Return the key of a kata, which changes with anything that may change its verdict."""
        if kata.topic not in self._topics:
            own = [fingerprint(path) for path in (self.course.exercise(kata.topic), self.course.spec(kata.topic))]
            self._topics[kata.topic] = hashlib.sha256("\n".join(own + self._common).encode()).hexdigest()
        return self._topics[kata.topic]


def serving(course: Course) -> list[Path]:
    """Return the files that specs import."""
    return sorted(path for path in (course.root / "tests").glob("*.py") if not path.name.startswith("test_"))


def fingerprint(path: Path) -> str:
    """Return a file's name with a digest of what is in it."""
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else 'missing'}"


def backup(course: Course, topic: str) -> Path | None:
    """Keep a copy of a learner's file under a name that is free; None when there is no file.

    Raises:
        KataError: when it cannot be written; whoever asked must then leave the file alone.
    """
    path = course.exercise(topic)
    if not path.is_file():
        return None
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = course.state / "backups"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _copy(path.read_bytes(), folder / f"{topic}.{stamp}.py")
    except OSError as error:
        problem = f"{course.shown(path)} was left as it is: no backup could be written ({error.strerror})"
        raise KataError(problem, hint=f"make {course.shown(folder)} writable and try again") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file through a temporary one beside it, so that it is never half written."""
    path = path.resolve()  # through a link, if it is one
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if path.exists():
            os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _copy(data: bytes, path: Path) -> Path:
    while True:
        path = _free(path)
        with suppress(FileExistsError), path.open("xb") as file:
            file.write(data)
            return path


def _free(path: Path) -> Path:
    """Return the path, or one like it with a number when it is taken."""
    numbered = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in range(2, 100_000))
    return next(candidate for candidate in chain([path], numbered) if not candidate.exists())


def _file(course: Course) -> Path:
    return course.state / "progress.json"


def _decoded(data: Any) -> tuple[dict[str, int], set[str], dict[str, dict[str, Remembered]]]:
    if data["version"] != VERSION:
        raise ValueError("another version")
    hints = {str(id): int(shown) for id, shown in data["hints"].items()}
    verdicts = {
        id: {device: Remembered.from_dict(last) for device, last in per_device.items()}
        for id, per_device in data["verdicts"].items()
    }
    return hints, set(map(str, data["solved"])), verdicts


def _torch_version() -> str:
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return ""
