"""Verdicts as data."""

import json

import pytest

from kata.verdicts import Card, TestResult, Unmet, Verdict, overall

P, W, R, N, S = Verdict.PASSED, Verdict.WRONG, Verdict.RAISED, Verdict.NOT_RUN, Verdict.NOT_STARTED


@pytest.mark.parametrize(
    ("verdicts", "kata"),
    [
        pytest.param([], N, id="no-test"),
        pytest.param([P, P], P, id="all-pass"),
        pytest.param([P, N], P, id="a-device-left-out"),
        pytest.param([N, N], N, id="nothing-run"),
        pytest.param([P, W], W, id="one-wrong"),
        pytest.param([W, R, P], R, id="raised-before-wrong"),
        pytest.param([S, R], S, id="not-started"),
        *[pytest.param([P, verdict], verdict, id=verdict) for verdict in Verdict if verdict not in (P, N)],
    ],
)
def test_a_kata_passes_only_if_all_that_was_run_passes(verdicts, kata):
    assert overall(verdicts) is kata


def test_a_result_survives_the_way_to_another_process():
    result = TestResult("tests/test_a.py::test_b[cpu]", "a.b", W, "differs", Card("b is so", got="1"), 0.5)

    assert TestResult.from_dict(json.loads(json.dumps(result.as_dict()))) == result


def test_a_card_shows_what_there_is_in_order():
    card = Card("p", got="1", should_be="2", where="exercises/a.py:3", line="return 1")

    assert card.rows() == [("got", "1"), ("should be", "2"), ("at", "exercises/a.py:3    return 1")]


def test_an_unmet_promise_reads_well_in_a_plain_traceback():
    error = Unmet(call="f(x)", got="1", should_be="2", inputs="x = 0")

    assert str(error) == "call: f(x)\nwhere: x = 0\ngot: 1\nshould be: 2"
