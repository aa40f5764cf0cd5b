"""Where everything of a course lies: addresses are computed from its root, never stored."""

from dataclasses import dataclass
from pathlib import Path

from kata.errors import KataError


@dataclass(frozen=True)
class Course:
    """The folder of a course, and the address of each of its parts."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """Return the course that holds `start` (by default the current folder).

        Raises:
            KataError: when neither it nor a folder above it has a manifest.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "solutions" / "katas.toml").is_file():
                return cls(folder)
        raise KataError(
            f"no course here: neither {start} nor a folder above it has solutions/katas.toml",
            hint="change into your copy of the course (the folder with README.md) and try again",
        )

    @property
    def manifest(self) -> Path:
        return self.root / "solutions" / "katas.toml"

    @property
    def state(self) -> Path:
        """Folder for what the tool remembers: hints shown, last verdicts, backups."""
        return self.root / ".kata"

    def signatures(self, id: str) -> Path:
        """How the known wrong answers to a kata behave; it can be worked out anew at any time."""
        return self.state / "signatures" / f"{id}.json"

    def exercise(self, topic: str) -> Path:
        return self.root / "exercises" / f"{topic}.py"

    def solution(self, topic: str) -> Path:
        return self.root / "solutions" / f"{topic}.py"

    def equivalents(self, topic: str) -> Path:
        """The mutants of a topic that no spec can reject, each with the reason."""
        return self.root / "solutions" / f"{topic}.equivalents.toml"

    def spec(self, topic: str) -> Path:
        return self.root / "tests" / f"test_{topic}.py"

    def wrong(self, topic: str) -> Path:
        return self.root / "tests" / "wrong" / f"{topic}.py"

    def rewritten(self, topic: str) -> Path:
        return self.root / "tests" / "rewritten" / f"{topic}.py"

    def right(self, topic: str) -> Path:
        return self.root / "tests" / "right" / f"{topic}.py"

    def shown(self, path: Path) -> str:
        """The way a path is shown to people: relative to the course where it can be."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)
