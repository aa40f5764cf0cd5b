"""Which known mistake a behaviour is like, by table; no code is run."""

import math

import pytest

from kata.diagnosis import ENOUGH, Outcome, behaviour, likeness, match
from kata.verdicts import Card, TestResult, Verdict

A, B, C = "t.py::test_k_a[cpu]", "t.py::test_k_b[cpu]", "t.py::test_k_c[cpu]"


def number(value, dtype="torch.float32"):
    return {"kind": "tensor", "shape": [1], "dtype": dtype, "device": "cpu", "values": [value]}


def gave(value, inputs="x", verdict="wrong", **more):
    return Outcome(verdict, "f(x)", inputs, number(value, **more))


def raised(text, own, name="ValueError", numbers=()):
    what = {"kind": "raised", "name": name, "own": own, "text": text, "numbers": list(numbers)}
    return Outcome("raised", "f(x)", "x", what)


NO_5, NOT_5 = "size must not be 5", "there is no room for that many: 5"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param({A: gave(1.0)}, {A: gave(1.0)}, 1.0, id="same"),
        pytest.param({A: gave(1.0)}, {A: gave(1.0004)}, 1.0, id="rounded"),
        pytest.param({A: gave(1.0)}, {A: gave(1.01)}, 0.0, id="another-value"),
        pytest.param({A: gave(1.0, dtype="torch.float16")}, {A: gave(1.01, dtype="torch.float16")}, 1.0, id="half"),
        pytest.param({A: gave(math.nan)}, {A: gave(math.nan)}, 1.0, id="nan"),
        pytest.param({A: gave(math.inf)}, {A: gave(math.inf)}, 1.0, id="inf"),
        pytest.param({A: gave(math.inf)}, {A: gave(-math.inf)}, 0.0, id="other-infinity"),
        pytest.param({A: gave(math.inf)}, {A: gave(1.0)}, 0.0, id="inf-and-number"),
        pytest.param({A: gave(1.0)}, {A: gave(1.0, dtype="torch.float64")}, 0.0, id="another-dtype"),
        pytest.param({A: gave(1.0)}, {A: gave(1.0, verdict="raised")}, 0.0, id="another-verdict"),
        pytest.param({A: gave(1.0)}, {A: gave(2.0, inputs="y")}, 0.5, id="another-counterexample"),
        pytest.param({A: gave(1.0)}, {B: gave(1.0)}, 0.0, id="another-promise"),
        pytest.param({A: gave(1.0), B: gave(2.0)}, {A: gave(1.0)}, 0.5, id="one-promise-more"),
        pytest.param({}, {}, 0.0, id="nothing-fails"),
        pytest.param({A: raised(NO_5, True)}, {A: raised(NOT_5, True)}, 0.8, id="refused-in-other-words"),
        pytest.param(
            {A: raised(NO_5, True, numbers="5")}, {A: raised(NOT_5, True, numbers="5")}, 1.0, id="with-number"
        ),
        pytest.param({A: raised(NO_5, False)}, {A: raised(NOT_5, False)}, 0.0, id="another-error-of-torch"),
        pytest.param({A: raised(NO_5, True)}, {A: raised(NOT_5, False)}, 0.0, id="refused-and-broken"),
        pytest.param({A: raised(NO_5, True)}, {A: raised(NO_5, True, "TypeError")}, 0.0, id="another-class"),
    ],
)
def test_likeness_compares_promises_calls_and_values(one, other, alike):
    assert likeness(one, other) == likeness(other, one) == alike


def test_a_promise_counts_once_however_many_cases_it_has():
    many = {f"t.py::test_k_a[{i}]": gave(1.0) for i in range(9)}

    assert likeness({**many, B: gave(1.0)}, many) == 0.5


@pytest.mark.parametrize(
    ("known", "which"),
    [
        pytest.param([{A: gave(1.0)}, {A: gave(5.0)}], 0, id="the-same"),
        pytest.param([{B: gave(1.0)}, {A: gave(1.0)}], 1, id="the-second"),
        pytest.param([{A: gave(5.0)}, {B: gave(1.0)}], None, id="none"),
        pytest.param([{A: gave(1.0)}, {A: gave(1.0)}], None, id="two-that-are-the-same"),
        pytest.param([{}, {A: gave(1.0)}], 1, id="one-that-no-test-rejects"),
        pytest.param([], None, id="nothing-known"),
    ],
)
def test_a_behaviour_is_matched_or_not_guessed_at(known, which):
    assert match({A: gave(1.0)}, known) == which


def test_code_that_passes_behaves_like_no_mistake():
    assert match({}, [{}, {A: gave(1.0)}]) is None


def test_what_tells_nothing_of_the_code_is_left_out():
    card = Card(promise="p", call="f(x)", inputs="x = 1")
    results = [
        TestResult(A, "t.k", Verdict.WRONG, "m", card, given=number(3.0)),
        TestResult(B, "t.k", Verdict.PASSED),
        TestResult(C, "t.k", Verdict.NOT_RUN, "n"),
    ]

    assert behaviour(results) == {A: Outcome("wrong", "f(x)", "x = 1", number(3.0))}


def test_a_mistake_that_keeps_the_promise_shown_is_not_named():
    rest = {f"t.py::test_k_{letter}[cpu]": gave(1.0) for letter in "bcdefg"}

    assert likeness({A: gave(2.0), **rest}, rest) > ENOUGH
    assert match({A: gave(2.0), **rest}, [rest]) is None
    assert match({**rest, A: gave(2.0)}, [rest]) == 0
