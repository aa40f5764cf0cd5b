import pytest

from kata import runner
from kata.progress import Progress
from kata.verdicts import Verdict
from tests.tool.learning import solve

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
    assert fake.asked[0].stop_kata
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
    assert not fake.asked[-1].stop_kata


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
