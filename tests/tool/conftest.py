"""What the tests of the tool share: a course of three katas, whole and fresh in a folder of its own."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kata import catalogue, runner, signatures, stubs
from kata.cli import cli
from kata.course import Course
from tests.tool.learning import FakeRunner

REPOSITORY = Path(__file__).parents[2]
TOY = Path(__file__).parent / "toy"
CONFTEST = 'pytest_plugins = ["kata.plugin"]\n'
INI = "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n"


def make_toy(root: Path) -> Course:
    """Write the toy course into a folder: its own files, this repository's helpers of specs, the stubs."""
    shutil.copytree(TOY, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("expect.py", "probes.py", "strategies.py"):
        shutil.copy(REPOSITORY / "tests" / name, root / "tests" / name)
    for path in (REPOSITORY / "tests").glob("_*.py"):
        shutil.copy(path, root / "tests" / path.name)
    (root / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (root / "pytest.ini").write_text(INI, encoding="utf-8")
    course = Course(root.resolve())
    stubs.write(course, catalogue.read(course))
    return course


collect_ignore = ["toy", "remote_toys", "rank_toys"]  # they are material, not tests


@pytest.fixture
def toy(tmp_path: Path) -> Course:
    """The toy course with every kata not started."""
    return make_toy(tmp_path / "toy")


@pytest.fixture
def fake(monkeypatch):
    fake = FakeRunner()
    monkeypatch.setattr(runner, "run", fake.run)
    monkeypatch.setattr(signatures, "diagnose", fake.diagnose)
    return fake


@pytest.fixture
def kata(toy, monkeypatch):
    """Run `kata` in the toy course; the answer has output, stdout, stderr and exit_code."""
    monkeypatch.chdir(toy.root)
    monkeypatch.setattr("kata.screen._program", lambda: "kata")
    monkeypatch.delenv("KATA_DEVICE", raising=False)

    def invoke(*words):
        result = CliRunner().invoke(cli, words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke
