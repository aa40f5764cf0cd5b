import io
import os
import sys
from pathlib import Path

import pytest

from kata import screen
from kata.errors import KataError
from kata.screen import Screen
from kata.verdicts import Card, TestResult, Verdict


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "TERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def draw(out):
    """Everything that a screen can draw."""
    card = Card("double [cpu] works", call="f(x)[/red]", got="a\nb", should_be="ü → ☃", line="x[0]", where="a.py:1")
    drawn = Screen(out, io.StringIO())
    drawn.line("a [bold]line[/bold] :smile:", style="bold")
    drawn.card(TestResult("tests/test_a.py::test_a_b[cpu]", "a.b", Verdict.WRONG, "told", card))
    drawn.card(TestResult("tests/test_a.py::test_softmax_stays_finite[cpu-3]", "a.b", Verdict.CRASHED, "it died"))
    drawn.table(["kata", "points"], [["a.b[cpu]", "3"], ["longer.name", "10"]])
    drawn.code("def f():\n    return 1\n")
    drawn.next("`kata`")
    return drawn


PLAIN = """\
a [bold]line[/bold] :smile:
wrong         double [cpu] works
  call       f(x)[/red]
  got        a
             b
  should be  ü → ☃
  at         a.py:1    x[0]
crashed       softmax stays finite [cpu-3]
  got        it died
kata         points
a.b[cpu]     3
longer.name  10
def f():
    return 1
next: `kata`
"""


def test_plain_text_to_a_pipe():
    out = io.StringIO()
    draw(out)

    assert out.getvalue() == PLAIN


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_plain_text_to_a_terminal_that_wants_no_colour(terminal, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    draw(terminal)

    assert terminal.getvalue() == PLAIN


def test_an_empty_no_color_counts_as_unset(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "")
    draw(terminal)

    assert "\x1b[" in terminal.getvalue()


def test_a_terminal_gets_colours_and_the_same_words(terminal):
    draw(terminal)
    text = terminal.getvalue()

    assert "\x1b[" in text
    for word in ("[bold]line[/bold] :smile:", "f(x)[/red]", "ü → ☃", "a.b[cpu]", "double [cpu] works"):
        assert word in text
    assert "─" in text
    assert "should be" in text  # on one line


def test_a_windows_console_never_fails_on_an_encoding(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    draw(out)
    out.flush()

    assert b"\xfc ? ?" in out.buffer.getvalue()


def test_a_narrow_plain_terminal_breaks_lines_under_their_label(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    Screen(terminal, io.StringIO()).rows([("got", "word " * 30)])

    lines = terminal.getvalue().splitlines()
    assert len(lines) == 4
    assert all(len(line) <= 60 for line in lines)
    assert all(line.startswith(" " * 13 + "word") for line in lines[1:])


def test_a_long_value_is_cut_and_says_so():
    out = io.StringIO()
    Screen(out, io.StringIO()).rows([("got", "\n".join(map(str, range(100)))), ("trace", "x" * 10_000), ("none", "")])

    text = out.getvalue()
    assert "... (92 more lines)" in text
    assert "x ...\n" in text
    assert len(text) < 2300
    assert "none" not in text


def test_errors_go_to_the_error_stream():
    out, err = io.StringIO(), io.StringIO()
    drawn = Screen(out, err)
    drawn.error(KataError("it is broken", hint="mend it"))
    drawn.error(KataError("no hint"))

    assert (out.getvalue(), err.getvalue()) == ("", "error: it is broken\nhint: mend it\nerror: no hint\n")


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A virtual environment's folder of scripts, with `python` and `kata` in it, in the current folder."""
    folder = tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    folder.mkdir(parents=True)
    suffix = ".exe" if os.name == "nt" else ""
    for name in ("python", "kata"):
        (folder / f"{name}{suffix}").write_text("#!/bin/sh\n")
        (folder / f"{name}{suffix}").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / f"python{suffix}"))
    monkeypatch.setattr(sys, "argv", [str(folder / "kata")])
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_command_is_short_where_it_is_on_the_path(scripts, monkeypatch):
    monkeypatch.setenv("PATH", str(scripts))

    assert screen.command("kata hint") == "kata hint"
    assert screen.command("kata") == "kata"


def test_the_command_names_the_script_where_it_is_not_on_the_path(scripts):
    assert screen.command("kata hint") == f"{Path('.venv', scripts.name, 'kata')} hint"


def test_the_command_is_not_somebody_elses_program_of_that_name(scripts, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    for path in scripts.iterdir():
        (other / path.name).write_text("another")
        (other / path.name).chmod(0o755)
    monkeypatch.setenv("PATH", str(other))

    assert screen.command("kata").startswith(".venv")


def test_the_command_falls_back_to_the_module(scripts, monkeypatch):
    for path in scripts.glob("kata*"):
        path.unlink()

    assert screen.command("kata run").endswith("python -m kata run")
    assert screen.command("kata run").startswith(".venv")
    monkeypatch.setenv("PATH", str(scripts))
    assert screen.command("kata run") == "python -m kata run"
