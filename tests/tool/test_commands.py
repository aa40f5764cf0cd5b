import os
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner

from kata import catalogue, runner
from kata.cli import cli
from kata.errors import KataError
from kata.progress import Progress
from kata.verdicts import Card, TestResult, Verdict

REFUSED = Card(
    promise="double multiplies every element by two [cpu]",
    call="double(x)",
    got="tensor([3.])",
    should_be="tensor([2.])",
    difference="first at [0]: got 3., should be 2.",
    where="exercises/numbers.py:32",
    line="return x * 3",
    inputs="x=tensor([1.])",
)
COMMANDS = ["where", "run", "list", "hint", "solution", "reset", "stubs"]


@dataclass
class FakeRunner:
    """Stands in for kata.runner.run: answers at once, and remembers what it was asked."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    error: BaseException | None = None
    asked: list[runner.Request] = field(default_factory=list)

    def run(self, course, catalogue, request, on_result=None):
        self.asked.append(request)
        if self.error:
            raise self.error
        results, stop = [], False
        for id in request.katas:
            verdict = Verdict.NOT_RUN if stop else self.verdicts.get(id, Verdict.PASSED)
            stop |= request.stop_first and verdict is not Verdict.PASSED
            results += self.results(id, verdict)
        for result in results:
            if on_result and result.verdict is not Verdict.NOT_RUN:
                on_result(result)
        return results

    def results(self, id, verdict):
        topic, _, name = id.partition(".")
        tests = [
            f"tests/test_{topic}.py::test_{name}_{promise}[cpu]" for promise in ("works", "holds", "stays")
        ]
        card = REFUSED if verdict is Verdict.WRONG else None
        first = TestResult(tests[0], id, Verdict.NOT_RUN if verdict is Verdict.NOT_RUN else Verdict.PASSED)
        return [first, *(TestResult(test, id, verdict, "told", card) for test in tests[1:])]


@pytest.fixture
def fake(monkeypatch):
    fake = FakeRunner()
    monkeypatch.setattr(runner, "run", fake.run)
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


def solve(toy, topic, old="", new=""):
    """Put the solution of a topic into the exercises, with something replaced."""
    text = toy.solution(topic).read_text()
    assert old in text
    toy.exercise(topic).write_text(text.replace(old, new) if old else text)


# where


def test_where_shows_the_first_kata_that_is_not_started_and_runs_nothing(kata, fake):
    result = kata()

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "0 of 3 katas pass, now: numbers.double",
        "  task       Multiply every element by two.",
        "  where      exercises/numbers.py:9",
        "",
        "not-started   numbers.double",
        "next: write the body at exercises/numbers.py:9, save, then `kata`",
    ]
    assert fake.asked == []


def test_where_goes_on_past_what_passes_and_says_so(kata, fake, toy):
    solve(toy, "numbers")

    result = kata()

    assert [request.katas for request in fake.asked] == [("numbers.double", "numbers.total")]
    assert fake.asked[0].stop_first
    assert result.stdout.splitlines()[:3] == [
        "passed        numbers.double",
        "passed        numbers.total",
        "2 of 3 katas pass, now: boxes.Box",
    ]


def test_where_shows_the_first_promise_that_is_not_kept_and_the_next_step(kata, fake, toy):
    solve(toy, "numbers")
    fake.verdicts = {"numbers.double": Verdict.WRONG, "numbers.total": Verdict.WRONG}

    result = kata("where")

    assert result.stdout.splitlines()[4:] == [
        "wrong         double multiplies every element by two [cpu]",
        "  call       double(x)",
        "  where      x=tensor([1.])",
        "  got        tensor([3.])",
        "  should be  tensor([2.])",
        "  differs    first at [0]: got 3., should be 2.",
        "  at         exercises/numbers.py:32    return x * 3",
        "next: edit exercises/numbers.py:11, save, then `kata`; for help `kata hint numbers.double`",
    ]
    assert "total" not in result.stdout


def test_where_does_not_run_again_what_has_a_fresh_verdict(kata, fake, toy):
    solve(toy, "numbers")
    fake.verdicts = {"numbers.total": Verdict.WRONG}

    first, second = kata(), kata()

    assert len(fake.asked) == 1
    assert second.stdout == first.stdout.replace("passed        numbers.double\n", "")
    assert second.stderr == ""


@pytest.mark.parametrize("file", ["exercises/numbers.py", "tests/test_numbers.py", "tests/expect.py"])
def test_where_runs_again_what_something_changed_for(kata, fake, toy, file):
    solve(toy, "numbers")
    kata()
    with (toy.root / file).open("a") as out:
        out.write("# changed\n")
    fake.verdicts = {"numbers.double": Verdict.RAISED}

    assert "now: numbers.double" in kata().stdout


def test_where_says_when_everything_passes(kata, fake, toy):
    solve(toy, "numbers")
    solve(toy, "boxes")

    result = kata()

    assert "All 3 katas pass." in result.stdout
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "said", "step"),
    [
        ("def double(:\n", "raised        exercises/numbers.py:1 is not valid Python", "mend that line"),
        (
            "def duoble(x): ...\n",
            "raised        exercises/numbers.py defines no double",
            "`kata reset numbers.double`",
        ),
        (None, "raised        exercises/numbers.py is missing", "`kata reset numbers`"),
    ],
)
def test_where_needs_no_run_to_see_a_broken_file(kata, fake, toy, text, said, step):
    path = toy.exercise("numbers")
    path.write_text(text) if text else path.unlink()

    result = kata()

    assert said in result.stdout
    assert step in result.stdout.splitlines()[-1]
    assert fake.asked == []


# run


def test_run_prints_a_verdict_for_each_kata_and_fails_unless_all_pass(kata, fake, toy):
    solve(toy, "numbers")
    fake.verdicts = {"numbers.double": Verdict.WRONG, "numbers.total": Verdict.TIMED_OUT}

    result = kata("run", "all")

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "wrong         numbers.double  1 of 3 tests pass"
    assert lines[1] == "wrong         double multiplies every element by two [cpu]"
    assert "timed-out     numbers.total  1 of 3 tests pass" in lines
    assert "timed-out     total holds [cpu]" in lines
    assert "not-started   boxes.Box  write its body at exercises/boxes.py:7" in lines
    assert "  got        told" in lines
    assert result.stdout.count("wrong  ") == 2  # the first promise only
    assert "0 of 3 katas pass" in result.stderr


def test_run_of_one_kata_shows_every_test_on_the_error_stream(kata, fake, toy):
    solve(toy, "numbers")

    result = kata("run", "total")

    assert result.exit_code == 0
    assert result.stdout == "passed        numbers.total  3 of 3 tests pass\n"
    assert "passed        test_total_works[cpu]" in result.stderr
    assert "kata solution numbers.total" in result.stderr


def test_run_without_a_name_takes_the_current_kata(kata, fake, toy):
    solve(toy, "numbers")
    fake.verdicts = {"numbers.total": Verdict.WRONG}
    kata()

    kata("run")

    assert fake.asked[-1].katas == ("numbers.total",)
    assert not fake.asked[-1].stop_first


def test_run_hands_its_options_on(kata, fake, toy):
    kata("run", "boxes", "--impl", "solutions", "--judged", "--device", "cpu,sim")

    assert fake.asked == [runner.Request(("boxes.Box",), "solutions", True, "cpu,sim")]


def test_run_takes_devices_from_the_environment(kata, fake, toy, monkeypatch):
    monkeypatch.setenv("KATA_DEVICE", "sim")
    solve(toy, "numbers")

    kata("run", "numbers")

    assert fake.asked[0].device == "sim"
    assert "passed" in kata("list").stdout  # which looks at the verdicts for the same devices


@pytest.mark.parametrize("options", [["--impl", "solutions"], ["--judged"]])
def test_a_run_on_other_code_is_not_remembered(kata, fake, toy, options):
    solve(toy, "boxes")
    kata("run", "boxes", *options)

    assert Progress.load(toy).solved == set()


def test_run_explains_a_broken_file_once(kata, fake, toy):
    toy.exercise("numbers").write_text("def double(:\n")

    result = kata("run", "numbers")

    assert fake.asked == []
    assert result.stdout.count("is not valid Python") == 2
    assert result.stdout.count("def double(:") == 1


# list


def test_list_tells_all_states_apart(kata, fake, toy):
    solve(toy, "numbers")
    fake.verdicts = {"numbers.total": Verdict.WRONG}
    before = kata("list").stdout
    kata("run", "numbers")
    after = kata("list")

    assert before.count("not run yet") == 2
    assert before.count("not started") == 1
    assert after.stdout.splitlines()[:4] == [
        "numbers: Numbers in tensors (Warm-up)",
        "kata            difficulty  points  state",
        "numbers.double  *           1       passed",
        "numbers.total   **          2       failing",
    ]
    assert "1 of 3 katas pass" in after.stderr

    with toy.exercise("numbers").open("a") as out:
        out.write("# changed\n")
    toy.exercise("boxes").unlink()
    changed = kata("list").stdout
    assert changed.count("changed since") == 2
    assert changed.count("cannot be read") == 1


def test_list_of_one_topic(kata):
    result = kata("list", "boxes")

    assert "boxes.Box" in result.stdout
    assert "numbers" not in result.stdout


# hint


def test_hints_come_one_at_a_time_then_all_again_with_the_way_to_the_answer(kata):
    outputs = [kata("hint", "total") for _ in range(4)]

    assert outputs[0].stdout == "numbers.total, hint 1 of 2: What is the sum of nothing?\n"
    assert outputs[1].stdout.startswith("numbers.total, hint 2 of 2: ")
    assert outputs[2].stdout == outputs[0].stdout + outputs[1].stdout
    assert outputs[3].stdout == outputs[2].stdout
    assert "kata solution numbers.total" in outputs[2].stderr
    assert [output.stderr for output in outputs[:2]] == ["", ""]


def test_hint_without_a_name_is_on_the_current_kata(kata, fake, toy):
    assert "numbers.double, hint 1 of 1" in kata("hint").stdout
    solve(toy, "numbers")
    kata()
    with toy.exercise("numbers").open("a") as out:
        out.write("# an edit does not send the learner back\n")

    assert "boxes.Box, hint 1 of 2" in kata("hint").stdout


# solution


def test_solution_waits_for_the_learner_and_shows_it_to_who_insists(kata, fake, toy):
    refused = kata("solution", "double")
    insisted = kata("solution", "double", "--anyway")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "kata hint numbers.double" in refused.stderr
    assert insisted.exit_code == 0
    assert insisted.stdout.startswith("def double(x: Tensor) -> Tensor:\n")
    assert insisted.stdout.endswith("    return torch.mul(x, _FACTOR)\n")
    assert "solutions/numbers.py:11" in insisted.stderr


def test_solution_stays_open_once_a_kata_has_passed(kata, fake, toy):
    solve(toy, "numbers")
    kata("run", "double")
    toy.exercise("numbers").write_text("broken(")

    assert kata("solution", "double").exit_code == 0
    assert kata("solution", "total").exit_code == 1


# reset


MINE = "# mine\r\nimport math\r\n\r\n\r\n"
REST = "\r\n\r\n\r\ndef mine(x):\r\n\treturn x   \r\n\r\n# the end, no newline"


def test_reset_of_a_kata_touches_nothing_else(kata, toy):
    path = toy.exercise("numbers")
    path.write_bytes(
        (MINE + "@mark\r\ndef double(y):\r\n    return y\r\n    # thoughts" + REST).encode("utf-8-sig")
    )
    before = path.read_bytes()

    result = kata("reset", "double")

    after = path.read_bytes()
    assert result.exit_code == 0
    assert after.startswith(MINE.encode("utf-8-sig") + b"def double(x: Tensor) -> Tensor:\r\n")
    assert after.endswith(b'raise NotImplementedError("numbers.double")\r\n    # thoughts' + REST.encode())
    assert b"\n" not in after.replace(b"\r\n", b"")
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == before
    assert backup.name in result.stdout
    assert "from torch import Tensor" in result.stderr


def test_reset_appends_a_definition_that_is_gone(kata, toy):
    path = toy.exercise("numbers")
    path.write_text("from torch import Tensor\nx = 1")

    kata("reset", "total")

    assert path.read_text().startswith(
        "from torch import Tensor\nx = 1\n\n\ndef total(values: Tensor) -> float:\n"
    )
    assert path.read_text().endswith('    raise NotImplementedError("numbers.total")\n')


def test_reset_of_a_topic_writes_the_whole_stub(kata, toy):
    path = toy.exercise("numbers")
    stub = path.read_bytes()
    path.write_bytes(b"def broken(:\n\xff")

    result = kata("reset", "numbers")

    assert path.read_bytes() == stub
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == b"def broken(:\n\xff"
    assert result.exit_code == 0


@pytest.mark.parametrize("text", [b"def double(:\n", b"# caf\xe9\n", b"x\0"])
def test_reset_of_a_kata_in_a_broken_file_explains_and_changes_nothing(kata, toy, text):
    toy.exercise("numbers").write_bytes(text)

    result = kata("reset", "double")

    assert result.exit_code == 2
    assert "exercises/numbers.py:1 is not valid Python" in result.stderr
    assert "kata reset numbers`" in result.stderr
    assert toy.exercise("numbers").read_bytes() == text


def test_reset_of_a_missing_file_writes_it(kata, toy):
    stub = toy.exercise("boxes").read_bytes()
    toy.exercise("boxes").unlink()

    assert kata("reset", "Box").exit_code == 0
    assert toy.exercise("boxes").read_bytes() == stub


@pytest.mark.parametrize("what", ["double", "numbers", "Box"])
def test_reset_of_a_stub_says_so_and_keeps_no_backup(kata, toy, what):
    result = kata("reset", what)

    assert "as its stub already" in result.stdout
    assert not (toy.state / "backups").exists()


def test_reset_leaves_the_file_alone_when_no_backup_can_be_written(kata, toy):
    toy.state.write_text("in the way")
    solve(toy, "numbers")
    before = toy.exercise("numbers").read_bytes()

    assert kata("reset", "double").exit_code == 2
    assert toy.exercise("numbers").read_bytes() == before


# stubs


def test_stubs_check_is_quiet_when_all_is_well(kata):
    result = kata("stubs", "--check")

    assert (result.exit_code, result.output) == (0, "")


def test_stubs_check_shows_a_difference_and_writes_nothing(kata, toy):
    solve(toy, "numbers")
    before = toy.exercise("numbers").read_bytes()

    result = kata("stubs", "--check")

    assert result.exit_code == 1
    assert '+    raise NotImplementedError("numbers.double")' in result.stdout
    assert "kata stubs" in result.stderr
    assert toy.exercise("numbers").read_bytes() == before


def test_stubs_writes_what_differs_and_keeps_work(kata, toy):
    solve(toy, "numbers")
    work = toy.exercise("numbers").read_bytes()

    result = kata("stubs")

    assert result.stdout == "exercises/numbers.py\n"
    assert kata("stubs", "--check").exit_code == 0
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == work
    assert backup.name in result.stderr


def test_stubs_of_one_topic(kata, toy):
    solve(toy, "numbers")
    solve(toy, "boxes")

    assert kata("stubs", "boxes").stdout == "exercises/boxes.py\n"


# errors


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
