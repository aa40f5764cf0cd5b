"""The pytest plugin on the toy course: every verdict, and what pytest prints."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kata import catalogue, runner
from kata.course import Course
from kata.errors import KataError
from kata.runner import Request
from kata.verdicts import TestResult, Verdict

HEAD = "import torch\n\n"
TOTAL = "def total(values):\n    if values.ndim != 1: raise ValueError('values')\n    return values.sum().item()\n"


PROPERTY = """

from hypothesis import given, strategies as st

@given(number=st.integers(0, 10**6))
def test_double_of_many(impl, device, number):
    x = torch.tensor([float(number)])
    expect.tensor(impl.double(x.to(device)), 2 * x.to(device), call="double(x)", x=x)
"""


def run(course: Course, *katas: str, **options: object) -> list[TestResult]:
    return runner.run(course, catalogue.read(course), Request(katas or ("all",), **options))


def write(course: Course, body: str, topic: str = "numbers") -> None:
    course.exercise(topic).write_text(HEAD + body, encoding="utf-8")


def double(body: str) -> str:
    return f"def double(x):\n    {body}\n\n\n{TOTAL}"


def pytest_on(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_solutions_pass_on_every_device(toy, judged):
    results = run(toy, implementation="solutions", judged=judged, device="cpu,sim")

    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert {result.kata for result in results} == {"numbers.double", "numbers.total", "boxes.Box"}
    assert any("sim" in result.test for result in results)


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_no_test_passes_on_the_stubs(toy, judged):
    results = run(toy, judged=judged)

    assert {result.kata for result in results} == {"numbers.double", "numbers.total", "boxes.Box"}
    assert {result.verdict for result in results} == {Verdict.NOT_STARTED}


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_kata_whose_needs_do_not_pass_is_not_run(toy, judged):
    write(toy, double("return x ** 2"))

    results = run(toy, "numbers", judged=judged, device="cpu")

    of_total = [result for result in results if result.kata == "numbers.total"]
    assert {result.verdict for result in of_total} == {Verdict.NOT_RUN}
    assert of_total[0].message == "not run: it builds on numbers.double, which does not pass yet"


def test_specs_run_in_the_order_of_learning(toy):
    results = run(toy, "boxes", "numbers", implementation="solutions", device="cpu")

    katas = list(dict.fromkeys(result.kata for result in results))
    assert katas == ["numbers.double", "numbers.total", "boxes.Box"]


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
@pytest.mark.parametrize(
    ("body", "verdict", "says"),
    [
        pytest.param("return x ** 2", Verdict.WRONG, "differ", id="wrong"),
        pytest.param("return x.foo", Verdict.RAISED, "has no attribute 'foo'", id="raises"),
        pytest.param("return double(x)", Verdict.RAISED, "recursion", id="recursion"),
        pytest.param("raise MemoryError", Verdict.OUT_OF_MEMORY, "memory", id="memory"),
        pytest.param("torch.empty(2**62, dtype=torch.int8)", Verdict.OUT_OF_MEMORY, "memory", id="torch-memory"),
        pytest.param("import os; os._exit(0)", Verdict.CRASHED, "exit status 0", id="exits"),
        pytest.param("import sys; sys.exit(0)", Verdict.RAISED, "exit", id="sys-exit"),
        pytest.param("import pytest; pytest.skip('no')", Verdict.WRONG, "skip", id="skips"),
        pytest.param("import pytest; pytest.exit('no', returncode=0)", Verdict.RAISED, "", id="ends-pytest"),
        pytest.param("assert False, 'mine'", Verdict.RAISED, "mine", id="own-assertion"),
        pytest.param("raise NotImplementedError('later')", Verdict.RAISED, "later", id="own-not-implemented"),
    ],
)
def test_each_failure_has_its_verdict(toy, judged, body, verdict, says):
    write(toy, double(body))

    results = run(toy, "numbers.double", judged=judged, device="cpu")

    assert len(results) == 4
    assert results[0].verdict is verdict, results[0]
    assert says.lower() in results[0].message.lower()
    assert Verdict.PASSED not in {result.verdict for result in results[:1]}


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(1000)"], ids=["loop", "sleep"])
def test_what_never_ends_times_out_and_the_rest_of_its_kata_is_not_run(toy, judged, body):
    text = toy.manifest.read_text(encoding="utf-8").replace("difficulty = 1\n", "difficulty = 1\ntime_limit = 2\n")
    toy.manifest.write_text(text, encoding="utf-8")
    write(toy, f"def double(x):\n    if len(x) == 3:\n        {body}\n    return 2 * x\n\n\n{TOTAL}")

    results = run(toy, "numbers.double", judged=judged, device="cpu")

    verdicts = [result.verdict for result in results]
    assert verdicts == [Verdict.TIMED_OUT, Verdict.NOT_RUN, Verdict.NOT_RUN, Verdict.NOT_RUN]
    assert [result.verdict for result in run(toy, "numbers.total", judged=judged, device="cpu")] == [Verdict.PASSED] * 4


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
@pytest.mark.parametrize(("body", "own"), [("raise ValueError('three')", True), ("torch.ones(2, 3) @ x", False)])
def test_a_refusal_is_told_from_an_error_that_torch_raised(toy, judged, body, own):
    write(toy, double(body))

    result = run(toy, "numbers.double", judged=judged, device="cpu")[1]

    assert result.verdict is Verdict.RAISED
    assert result.given["own"] is own


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_card_says_what_happened_and_where(toy, judged):
    write(toy, double("print('seen', len(x)); return x ** 2"))

    result = run(toy, "numbers.double", judged=judged, device="cpu")[0]

    card = result.card
    assert card is not None
    assert card.promise == "double multiplies every element by two [three]"
    assert card.call == "double(x)"
    assert "6.25" in card.got
    assert "-5" in card.should_be
    assert "[0]" in card.difference
    assert card.where == "exercises/numbers.py:3"
    assert card.printed == "seen 3"


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_card_says_which_call_raised(toy, judged):
    write(toy, double("raise KeyError(len(x))"))

    results = run(toy, "numbers.double", judged=judged, device="cpu")

    cards = [result.card for result in results]
    assert [card.call for card in cards] == ["double(x)"] * 4
    assert [card.inputs for card in cards[:3]] == [
        "x = tensor([1., -2.5, 3.])",
        "x = tensor([])",
        "x = tensor([1., 5.])",
    ]
    assert cards[2].got == "KeyError: 2"


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_missing_gradient_is_a_wrong_answer_to_a_call(toy, judged):
    write(toy, double("return 2 * x.detach()"))

    result = run(toy, "numbers.double", judged=judged, device="cpu")[2]

    assert result.verdict is Verdict.WRONG
    assert (result.card.call, result.card.inputs) == ("double(x)", "x = tensor([1., 5.])")
    assert result.card.got == "no gradient reaches `x`"


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_traceback_holds_the_learners_frames_and_no_other(toy, judged):
    write(toy, f"def helper(x):\n    return torch.zeros(2) @ x\n\n\n{double('return helper(x)')}")

    card = run(toy, "numbers.double", judged=judged, device="cpu")[0].card

    assert card is not None
    assert card.where == "exercises/numbers.py:4"
    assert card.line == "return torch.zeros(2) @ x"
    frames = [line for line in card.trace.splitlines() if ".py:" in line]
    assert frames == ["exercises/numbers.py:8 in double", "exercises/numbers.py:4 in helper"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("def double(x:\n    return 2\n", "numbers.py:3 is not valid Python", id="syntax"),
        pytest.param("import tensorflow_of_mine\n", "ModuleNotFoundError", id="import"),
        pytest.param("1 / 0\n", "numbers.py:3 fails while it is imported: ZeroDivisionError", id="at-import"),
        pytest.param("def dubble(x):\n    return 2 * x\n", "has no `double`", id="missing-name"),
    ],
)
@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_file_that_cannot_be_used_fails_its_topic_only(toy, judged, source, says):
    write(toy, source)
    toy.exercise("boxes").write_bytes(toy.solution("boxes").read_bytes())

    results = run(toy, judged=judged, device="cpu")

    numbers = [result for result in results if result.kata == "numbers.double"]
    assert {result.verdict for result in numbers} == {Verdict.RAISED}
    assert says in numbers[0].message
    assert {result.verdict for result in results if result.kata == "boxes.Box"} == {Verdict.PASSED}


def test_a_half_written_class_is_told_from_one_not_started(toy):
    text = toy.exercise("boxes").read_text(encoding="utf-8")
    begun = text.replace('raise NotImplementedError("boxes.Box")', "self.values = values.clone()", 1)
    toy.exercise("boxes").write_text(begun, encoding="utf-8")

    results = run(toy, "boxes", device="cpu")

    assert results[0].verdict is Verdict.RAISED
    assert "`Box.__len__` of boxes.Box is not written yet" in results[0].message


def test_the_smallest_counterexample_is_looked_for_once(toy):
    write(toy, double("return 2 * x if x.max() < 7 else x"))
    with toy.spec("numbers").open("a", encoding="utf-8") as spec:
        spec.write(PROPERTY)

    first, second = (
        [result.card.inputs for result in run(toy, "numbers.double", device="cpu,sim") if "of_many" in result.test]
        for _ in range(2)
    )

    assert first[0] == "x = tensor([7.])"
    assert float(first[1].partition("[")[2].partition(".")[0]) > 7
    assert second == first


def test_a_test_that_belongs_to_no_kata_is_refused(toy):
    with toy.spec("numbers").open("a", encoding="utf-8") as spec:
        spec.write("\n\ndef test_triple_is_nobodys(impl):\n    assert impl\n")

    with pytest.raises(KataError, match="test_triple_is_nobodys belongs to no kata"):
        run(toy, "numbers.double")


def test_a_test_that_touches_no_learners_code_is_an_error_of_ours(toy):
    with toy.spec("numbers").open("a", encoding="utf-8") as spec:
        spec.write("\n\ndef test_double_is_a_word():\n    assert 'double'\n")
    write(toy, double("return 2 * x"))

    results = run(toy, "numbers.double", device="cpu")

    assert results[-1].verdict is Verdict.JUDGE_ERROR


def test_an_absent_device_is_refused_not_skipped(toy):
    with pytest.raises(KataError, match="xla is not here"):
        run(toy, device="cpu,xla")


def test_a_device_left_out_by_a_marker_is_not_run_for_the_reason_given(toy):
    spec = toy.spec("numbers")
    marked = spec.read_text(encoding="utf-8").replace(
        '@pytest.mark.parametrize("values"',
        "@pytest.mark.devices(skip={'sim': 'no reason'})\n@pytest.mark.parametrize(\"values\"",
    )
    spec.write_text(marked, encoding="utf-8")

    results = run(toy, "numbers.double", implementation="solutions", device="cpu,sim")

    on_sim = [result for result in results if "[sim" in result.test]
    assert {result.verdict for result in on_sim} == {Verdict.NOT_RUN}
    assert "not on sim: no reason" in on_sim[0].message


def test_random_state_and_defaults_are_put_back_between_tests(toy):
    write(toy, double("torch.manual_seed(x.numel()); torch.set_default_dtype(torch.float64); return 2 * x"))
    with toy.spec("numbers").open("a", encoding="utf-8") as spec:
        spec.write(
            "\n\ndef test_double_ends_clean(impl):\n    assert impl and torch.get_default_dtype() is torch.float32\n"
        )

    results = run(toy, "numbers.double", device="cpu")

    assert results[-1].verdict is Verdict.PASSED


def test_pytest_says_one_line_for_a_kata_that_is_not_started(toy):
    said = pytest_on(toy, "tests/test_numbers.py", "tests/test_boxes.py")

    assert said.returncode == 1
    assert re.search(r"^numbers.double \(6 tests\) not started: exercises/numbers.py:\d+$", said.stdout, re.MULTILINE)
    assert "Traceback" not in said.stdout
    assert "passed" not in said.stdout
    assert "xla (torch_xla is not installed)" in said.stdout


def test_pytest_shows_a_card_and_works_on_several_processes(toy):
    write(toy, double("return x ** 2"))

    said = pytest_on(toy, "tests/test_numbers.py", "-n", "2", "--device", "cpu")

    assert said.returncode == 1
    assert "wrong: double multiplies every element by two" in said.stdout
    assert "exercises/numbers.py:3" in said.stdout
    assert "site-packages" not in said.stdout.partition("FAILURES")[2]


def test_pytest_refuses_an_implementation_that_is_not_there(toy, tmp_path):
    said = pytest_on(toy, "--impl", str(tmp_path / "nowhere"))

    assert said.returncode == 4
    assert "no implementation at" in said.stderr


def test_another_folder_can_stand_in_for_the_exercises(toy, tmp_path):
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "numbers.py").write_bytes(toy.solution("numbers").read_bytes())

    results = run(toy, "numbers", implementation=str(folder), device="cpu")

    assert {result.verdict for result in results} == {Verdict.PASSED}


def test_stale_bytecode_is_never_used(toy):
    """Two edits within a second that leave the size as it was."""
    write(toy, double("return 3 * x"))
    assert run(toy, "numbers.double", device="cpu")[0].verdict is Verdict.WRONG
    write(toy, double("return 2 * x"))

    results = run(toy, "numbers.double", device="cpu")

    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert not list(Path(toy.root / "exercises").glob("__pycache__/*"))
