"""Drawing: what a person sees of verdicts, cards and tables. Nothing is decided here."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kata.errors import KataError
from kata.verdicts import Card, TestResult, Verdict

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    Verdict.PASSED: "green",
    Verdict.NOT_STARTED: "yellow",
    Verdict.NOT_RUN: "yellow",
    Verdict.JUDGE_ERROR: "magenta",
}
FAILED = "red"
LABEL = 11  # columns for the names of a card's rows, two of indent included
MOST_LINES = 8  # of one value on a card
WIDEST = 2000  # characters of one line of a value


class Screen:
    """Two streams: data goes to `out`, everything said about the work to `err`.

    Both are plain text without colours or boxes when NO_COLOR is set, when TERM is dumb, and when
    the stream is no terminal. What a stream cannot encode is replaced, never an error.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = _tolerant(out or sys.stdout)
        self.err = _tolerant(err or sys.stderr)

    @cached_property
    def plain(self) -> bool:
        return is_plain(self.out)

    @cached_property
    def width(self) -> int:
        """Columns to fill; a pipe or a file has room for everything."""
        return shutil.get_terminal_size().columns if _is_terminal(self.out) else 10_000

    @cached_property
    def console(self) -> "Console":
        """The rich console for `out`; imported only where there is something to colour."""
        from rich.console import Console

        return Console(file=self.out, highlight=False, markup=False, emoji=False, soft_wrap=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line of data."""
        if self.plain:
            print(*(_wrapped(text, self.width) or [""]), sep="\n", file=self.out)
        else:
            self.console.print(text, style=style or None)

    def note(self, text: str) -> None:
        """Write one line about the work, to the error stream."""
        print(text, file=self.err, flush=True)

    def error(self, error: KataError) -> None:
        """Say what is wrong, and what to do next."""
        self.note(f"error: {error.message}")
        if error.hint:
            self.note(f"hint: {error.hint}")

    def next(self, text: str) -> None:
        """Name the one next step."""
        self.line(f"next: {text}", style="bold")

    def verdict(self, verdict: Verdict, subject: str, more: str = "") -> None:
        """Write the verdict on something: the word, what it is about, and a remark."""
        text = f"{verdict:<13} {subject}" + (f"  {more}" if more else "")
        self.line(text, style=STYLES.get(verdict, FAILED))

    def card(self, result: TestResult) -> None:
        """Draw what a failed test has to say, on a few lines, the promise in words first."""
        card = result.card or Card(promise=_promise(result), got=result.message)
        self.verdict(result.verdict, card.promise)
        self.rows(card.rows())

    def rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write named values under one another; long ones are cut, and say so."""
        shown = [(label, _cut(value)) for label, value in rows if value]
        if self.plain:
            for label, value in shown:
                lines = [part for line in value.split("\n") for part in _wrapped(line, self.width - LABEL - 2)]
                first, *others = lines or [""]
                print(f"  {label:<{LABEL}}{first}", file=self.out)
                print("".join(f"{' ' * (LABEL + 2)}{line}\n" for line in others), end="", file=self.out)
        else:
            from rich.table import Table
            from rich.text import Text

            grid = Table.grid(padding=(0, 2), pad_edge=True)
            grid.add_column(no_wrap=True, min_width=LABEL - 2, style="dim")
            grid.add_column(overflow="fold")
            for label, value in shown:
                grid.add_row(Text(label), Text(value))
            self.console.print(grid)

    def code(self, source: str) -> None:
        """Write Python code, coloured where that is possible."""
        if self.plain:
            print(source.rstrip("\n"), file=self.out)
        else:
            from rich.syntax import Syntax

            self.console.print(Syntax(source, "python", theme="ansi_dark", background_color="default"))

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Draw a table; as aligned columns of text where output is plain."""
        table = [list(row) for row in rows]
        if self.plain:
            widths = [max(map(len, column)) for column in zip(headers, *table, strict=True)]
            for row in [list(headers), *table]:
                cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
                print("  ".join(cells).rstrip(), file=self.out)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        drawn = Table(*headers, box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for row in table:
            drawn.add_row(*(Text(cell) for cell in row))
        self.console.print(drawn)


def is_plain(stream: TextIO) -> bool:
    """Tell whether a stream gets text without colours and boxes."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not _is_terminal(stream)


def command(text: str) -> str:
    """Return how the user should type a command such as `kata hint`, given how this one was typed."""
    words = text.removeprefix("kata").strip()
    return f"{_program()} {words}".strip()


def _program() -> str:
    beside = Path(sys.executable).parent
    found = shutil.which("kata")
    script = shutil.which("kata", path=str(beside))
    if found and (Path(found).parent == beside or _same(Path(found), Path(sys.argv[0]))):
        return "kata"
    if script:
        return _short(Path(script).with_suffix("") if os.name == "nt" else Path(script))
    python = shutil.which("python")
    known = python and _same(Path(python), Path(sys.executable))
    return f"{'python' if known else _short(Path(sys.executable))} -m kata"


def _promise(result: TestResult) -> str:
    name, _, parameters = result.test.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words} [{parameters}" if parameters else words


def _same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False


def _short(path: Path) -> str:
    """Return a path relative to the current folder where it is inside."""
    with suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return f'"{path}"' if " " in str(path) else str(path)


def _is_terminal(stream: TextIO) -> bool:
    with suppress(ValueError, AttributeError):  # a closed stream, or none at all
        return stream.isatty()
    return False


def _tolerant(stream: TextIO) -> TextIO:
    """Make a stream replace what its encoding lacks: a console may be in any old code page."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        with suppress(OSError, ValueError):
            reconfigure(errors="replace")
    return stream


def _wrapped(text: str, width: int) -> list[str]:
    """Break a line that does not fit; its own spaces stay."""
    if len(text) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(text, max(width, 20), subsequent_indent=indent, drop_whitespace=True)


def _cut(value: str) -> str:
    lines = [line if len(line) <= WIDEST else f"{line[:WIDEST]} ..." for line in value.rstrip().split("\n")]
    more = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], f"... ({more} more lines)"] if more > 0 else lines)
