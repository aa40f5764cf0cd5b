"""The README and its neighbours say what is so."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kata import catalogue, stubs
from kata.cli import COMMANDS, cli
from kata.course import Course
from kata.verdicts import Verdict

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Course:
    """A learner's copy of this course with nothing done yet."""
    for folder in ("solutions", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "tool")
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=ignored)
    course = Course(tmp_path)
    stubs.write(course, catalogue.read(course))
    return course


def test_the_first_screen_is_what_a_newcomer_sees(copy, monkeypatch):
    monkeypatch.chdir(copy.root)

    said = CliRunner().invoke(cli, [])

    shown = README.partition("```text\n")[2].partition("```")[0]
    assert _without_commands(said.stdout) == _without_commands(shown)


def test_every_topic_verdict_and_learners_command_is_in_the_readme():
    read = catalogue.read(Course(REPOSITORY))

    for name in [topic.name for topic in read.topics] + [str(verdict) for verdict in Verdict]:
        assert f"`{name}`" in README, name
    for name in ("run", "hint", "list", "solution", "reset", "doctor"):
        assert f"`kata {name}" in README, name
        assert name in COMMANDS


def test_ci_runs_the_readmes_test_command():
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")

    assert ".venv/bin/python -m pip install tox && .venv/bin/tox\n" in README
    assert re.search(r"^\.venv/bin/tox$", script, re.MULTILINE)
    assert "run: tox\n" in workflow + "\n"


def _without_commands(text: str) -> str:
    """How `kata` is typed depends on the machine."""
    return re.sub(r"`[^`]*`", "`...`", text).strip()
