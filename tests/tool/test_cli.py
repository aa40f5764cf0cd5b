import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kata import catalogue
from kata.cli import cli
from kata.errors import KataError
from kata.progress import Progress
from tests.tool.learning import solve

COMMANDS = ["where", "run", "list", "hint", "solution", "reset", "stubs"]


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (["run", "numbrs"], "there is no topic or kata called 'numbrs'", "did you mean numbers"),
        (["hint", "totl"], "there is no topic or kata called 'totl'", "did you mean numbers.total"),
        (["solution", "zzz"], "there is no topic or kata called 'zzz'", "kata list"),
        (["reset", "boxs"], "there is no topic or kata called 'boxs'", "did you mean boxes"),
        (["list", "boxs"], "there is no topic or kata called 'boxs'", "did you mean boxes"),
        (["stubs", "boxs"], "there is no topic or kata called 'boxs'", "did you mean boxes"),
        (["rn"], "there is no command called 'rn'", "did you mean `kata run`?"),
        (["numbers.double"], "there is no command called 'numbers.double'", "`kata run numbers.double`"),
        (["zzz"], "there is no command called 'zzz'", "kata --help"),
        (["run", "--fast"], "--fast", "--help"),
        (["reset"], "Missing argument", "--help"),
    ],
)
def test_a_users_error_is_two_lines_and_status_2(kata, words, error, hint):
    result = kata(*words)

    lines = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 2)
    assert lines[0].startswith("error: ")
    assert error in lines[0]
    assert lines[1].startswith("hint: ")
    assert hint in lines[1]


def test_an_error_of_the_run_is_shown_as_it_is(kata, fake, toy):
    solve(toy, "numbers")
    fake.error = KataError("there is no device called tpu", hint="`kata doctor` shows them")

    result = kata("run", "numbers")

    assert result.exit_code == 2
    assert result.stderr == "error: there is no device called tpu\nhint: `kata doctor` shows them\n"


def test_outside_a_course_the_error_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["list"])

    assert result.exit_code == 2
    assert "error: no course here" in result.stderr
    assert "hint: change into" in result.stderr


def test_control_c_ends_with_130_and_one_line(kata, fake, toy):
    solve(toy, "numbers")
    fake.error = KeyboardInterrupt()

    result = kata("run", "numbers")

    assert result.exit_code == 130
    assert result.stderr.strip() == "stopped"
    assert Progress.load(toy).verdicts == {}


# in processes of their own


def python(*arguments, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=120, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", ["--help", "", "list", "hint", "solution double", "reset double", "stubs --check", "run all"]
)
def test_torch_is_not_imported_by(toy, words):
    code = (
        "import sys, atexit\n"
        "heavy = {'torch', 'numpy', 'pytest', 'rich'}\n"
        "atexit.register(lambda: print(*heavy & set(sys.modules), 'end', file=sys.stderr))\n"
        f"sys.argv = ['kata', *{words.split()!r}]\n"
        "from kata.__main__ import main\nmain()\n"
    )
    result = python("-c", code, cwd=toy.root)

    assert result.stderr.splitlines()[-1].strip() == "end"
    assert "Traceback" not in result.stderr


def test_help_names_every_command_with_a_sentence(toy):
    result = python("-m", "kata", "--help", cwd=toy.root)

    assert result.returncode == 0
    listed = [line.split() for line in result.stdout.partition("Commands:")[2].splitlines() if line.strip()]
    assert [words[0] for words in listed if words[0] in COMMANDS] == COMMANDS
    assert all(len(words) > 3 for words in listed)


def test_a_missing_dependency_is_one_clear_message():
    result = python("-c", "import sys; sys.modules['click'] = None; from kata.__main__ import main; main()")

    assert result.returncode == 2
    assert "'click' is missing" in result.stderr
    assert "pip install -e ." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_learner_from_stub_to_passed(toy):
    """The whole way, with the real runner: fail, read the card, mend it, pass, go on."""
    environment = {"NO_COLOR": "1", "KATA_DEVICE": "cpu", "OMP_NUM_THREADS": "1"}
    solve(toy, "numbers", "math.fsum(values.tolist())", "values.sum()")

    failing = python("-m", "kata", cwd=toy.root, **environment)
    solve(toy, "numbers")
    passing = python("-m", "kata", cwd=toy.root, **environment)

    assert failing.returncode == 0
    assert "1 of 3 katas pass, now: numbers.total" in failing.stdout
    assert "wrong         total adds up all values" in failing.stdout
    assert "  should be  -1.5" in failing.stdout
    assert failing.stdout.splitlines()[-1].startswith("next: ")
    assert "2 of 3 katas pass, now: boxes.Box" in passing.stdout


def test_the_catalogue_of_the_toy_course_is_the_one_the_tests_speak_of(toy):
    assert [kata.id for kata in catalogue.read(toy).katas] == ["numbers.double", "numbers.total", "boxes.Box"]
