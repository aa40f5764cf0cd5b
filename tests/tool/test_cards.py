"""From an exception to a verdict: the table of all of them."""

from pathlib import Path

import pytest

from kata import cards
from kata.catalogue import Kata
from kata.errors import KataError
from kata.limits import TimedOut
from kata.remote.errors import LearnerCrashed, RemoteError
from kata.verdicts import NotRun, NotStarted, SpecError, Unmet, Verdict
from tests._gradients import NoGradient

KATA = Kata("activations", "softmax", 2, ("hint",))
PLACE = cards.Place(Path("exercises/activations.py"), "exercises/activations.py", 12)


def remote(name: str, message: str) -> RemoteError:
    error = RemoteError(message)
    error.remote_type = name  # type: ignore[attr-defined]
    error.learner_frames = ()  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "verdict", "message"),
    [
        (Unmet(call="f(1)", got="2", should_be="3"), Verdict.WRONG, "got 2"),
        (Unmet(call="f(1)", got="2", should_be="3", difference="2 is not 3"), Verdict.WRONG, "2 is not 3"),
        (AssertionError("2 is not 3\nat all"), Verdict.WRONG, "2 is not 3"),
        (NotStarted("not started: here"), Verdict.NOT_STARTED, "not started: here"),
        (NotRun("it needs another"), Verdict.NOT_RUN, "not run: it needs another"),
        (SpecError("nobody's code"), Verdict.JUDGE_ERROR, "nobody's code"),
        (KataError("the file is damaged", "mend it"), Verdict.RAISED, "the file is damaged"),
        (TimedOut(10.0), Verdict.TIMED_OUT, "no answer within 10 seconds"),
        (MemoryError(), Verdict.OUT_OF_MEMORY, "out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), Verdict.OUT_OF_MEMORY, "out of memory"),
        (RuntimeError("CUDA out of memory. Tried to"), Verdict.OUT_OF_MEMORY, "out of memory"),
        (LearnerCrashed("ended with signal SIGSEGV"), Verdict.CRASHED, "ended with signal SIGSEGV"),
        (remote("Skipped", "no thanks"), Verdict.WRONG, "your code raised a skip: a test that it skips is not passed"),
        (remote("SystemExit", "0"), Verdict.RAISED, "SystemExit: 0"),
        (remote("NotRun", "believe me"), Verdict.RAISED, "NotRun: believe me"),
        (remote("NotStarted", "believe me"), Verdict.RAISED, "NotStarted: believe me"),
        (NotImplementedError("activations.softmax"), Verdict.RAISED, "activations.softmax is not written yet"),
        (
            NotImplementedError("activations.relu"),
            Verdict.RAISED,
            "it calls activations.relu, which is not written yet",
        ),
        (NotImplementedError("some day"), Verdict.RAISED, "NotImplementedError: some day"),
        (
            NotImplementedError("Subclasses of Dataset should implement __getitem__."),
            Verdict.RAISED,
            "NotImplementedError: Subclasses of Dataset should implement __getitem__.",
        ),
        (
            remote("NoGradient", "no gradient reaches `x`: autograd did not see it"),
            Verdict.WRONG,
            "no gradient reaches `x`: autograd did not see it",
        ),
        (ValueError(), Verdict.RAISED, "ValueError"),
        (KeyError("w"), Verdict.RAISED, "KeyError: 'w'"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_exception_has_its_verdict(error, verdict, message):
    found, said, card = cards.judge(error, "softmax sums to one", KATA, PLACE)

    assert (found, said) == (verdict, message)
    assert card.promise == "softmax sums to one"


@pytest.mark.parametrize(
    ("case", "device", "said"),
    [
        ("", "cpu", "softmax sums to one"),
        ("three", "cpu", "softmax sums to one [three]"),
        ("three", "sim", "softmax sums to one [three] on sim"),
        ("", "cuda", "softmax sums to one on cuda"),
    ],
)
def test_a_promise_is_the_tests_name_in_words(case, device, said):
    assert cards.promise("test_softmax_sums_to_one", KATA, case, device) == said


def test_the_learners_innermost_line_is_named(tmp_path):
    path = tmp_path / "activations.py"
    path.write_text("def softmax(x):\n    return inner(x)\n\ndef inner(x):\n    return x.foo\n", encoding="utf-8")
    names: dict = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    place = cards.Place(path, "exercises/activations.py", 1)

    with pytest.raises(AttributeError) as caught:
        names["softmax"](1)
    _, _, card = cards.judge(caught.value, "softmax sums to one", KATA, place)

    assert (card.where, card.line) == ("exercises/activations.py:5", "return x.foo")
    assert card.trace.splitlines()[0].startswith("exercises/activations.py:2 in softmax")
    assert card.trace.splitlines()[-1] == "AttributeError: 'int' object has no attribute 'foo'"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (NameError("name 'nn' is not defined"), "add `from torch import nn` at the top of your file"),
        (
            NameError("name 'Subset' is not defined"),
            "add `from torch.utils.data import Subset` at the top of your file",
        ),
        (NameError("name 'my_helper' is not defined"), ""),
        (ValueError("name 'nn' is not defined"), ""),
    ],
)
def test_a_usual_name_that_is_not_imported_has_a_hint(error, hint):
    assert cards.judge(error, "softmax sums to one", KATA, PLACE)[2].hint == hint


def test_a_gradient_that_is_missing_is_no_error_of_the_code():
    error = NoGradient("no gradient reaches `x`: autograd did not see softmax(...) compute its result from it")

    card = cards.judge(error, "softmax lets gradients through", KATA, PLACE)[2]

    assert card.got == "no gradient reaches `x`"
    assert card.should_be == "a result that gradients flow through"
    assert card.difference == "autograd did not see softmax(...) compute its result from it"


@pytest.mark.parametrize(
    ("id", "case"),
    [
        ("cpu", ""),
        ("cpu-three", "three"),
        ("three-cpu", "three"),
        ("2-cpu-float", "2-float"),
        ("cpu--1", "-1"),
        ("-1-cpu", "-1"),
        ("cpu--1000.0-0.5--500.0", "-1000.0-0.5--500.0"),
    ],
)
def test_a_case_is_what_pytest_calls_it_without_the_device(id, case):
    assert cards.case(id, "cpu") == case
