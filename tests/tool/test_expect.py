"""`expect` for plain data, floats and work, and what holds for all of `expect`."""

import math
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch

from kata.verdicts import Unmet
from tests import expect


def unmet(check: Any, *args: Any, **kwargs: Any) -> Unmet:
    with pytest.raises(Unmet) as caught:
        check(*args, call="f(x)", **kwargs)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, 1.5, -0.0, math.nan, math.inf, 1j, "text", b"bytes", (), [], {},
        (1, [2, {"a": (3.0,)}]),
        torch.float32, torch.Size([2, 3]), {1, 2}, range(3), np.float32(1.5), np.array([1.0, np.nan]),
        torch.device("cpu"), {True: "a", 2: "b"},
    ],
    ids=repr,
)  # fmt: skip
def test_value_equals_itself(value):
    expect.value(value, value, call="f(x)")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (0.0, -0.0),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (torch.device("cpu", 0), torch.device("cpu")),
        ([torch.device("cuda", 1)], [torch.device("cuda:1")]),
    ],
)
def test_value_accepts_another_spelling_of_the_same(actual, expected):
    expect.value(actual, expected, call="f(x)")


@pytest.mark.parametrize(
    ("actual", "expected", "difference"),
    [
        (True, 1, "a bool instead of an int"),
        (1, True, "an int instead of a bool"),
        (1, 1.0, "an int instead of a float"),
        ((1, 2), [1, 2], "a tuple instead of a list"),
        (torch.Size([2]), (2,), "a torch.Size instead of a tuple"),
        (torch.tensor(1), 1, "a tensor instead of an int"),
        (np.float64(1.0), 1.0, "a NumPy float64 instead of a float"),
        (np.int64(1), 1, "a NumPy int64 instead of an int"),
        (None, 1, "None instead of an int"),
        (OrderedDict(a=1), {"a": 1}, "an OrderedDict instead of a dict"),
        (torch.float64, torch.float32, ""),
        (3, 4, ""),
        (math.nan, 1.0, ""),
        (torch.device("cpu"), torch.device("cuda"), ""),
        ([1, 2], [1, 2, 3], "2 instead of 3 items"),
        ([1, 2, 3], [1, 2.0, 4], "at [1]: an int instead of a float"),
        ({"shape": (2, 3)}, {"shape": (2, 4)}, "at ['shape'][1]: got 3, should be 4"),
        ({"a": {}}, {"a": {"b": 1}}, "at ['a']: key 'b' is missing"),
        ({"a": 1, "b": 2}, {"a": 1}, "key 'b' is one too many"),
        ({True: "a"}, {1: "a"}, "key 1 is missing"),
        ([True], [1], "at [0]: a bool instead of an int"),
    ],
)
def test_value_names_the_first_difference_types_included(actual, expected, difference):
    assert unmet(expect.value, actual, expected).difference == difference


def test_value_shows_what_came_and_what_should_have_come():
    error = unmet(expect.value, {"rank": 2.0}, {"rank": 2}, tensor=torch.ones(2))

    assert (error.got, error.should_be) == ("{'rank': 2.0}", "{'rank': 2}")
    assert error.inputs == "tensor = tensor([1., 1.])"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([1.0]), np.array([[1.0]])),
        (np.array([1.0, 3.0]), np.array([1.0, 2.0])),
    ],
)
def test_value_compares_arrays_with_dtype_shape_and_values(actual, expected):
    assert unmet(expect.value, actual, expected).got.startswith("array(")


@pytest.mark.parametrize("expected", [torch.ones(2), [torch.ones(2)], object(), {"a": lambda: 0}])
def test_value_refuses_an_expected_that_is_no_plain_data(expected):
    with pytest.raises(TypeError, match="plain Python data"):
        expect.value(expected, expected, call="f(x)")


@pytest.mark.parametrize(("actual", "expected"), [(1.0 + 1e-7, 1.0), (0.0, 1e-10), (math.inf, math.inf), (2.0, 2)])
def test_close_accepts_a_float_nearby(actual, expected):
    expect.close(actual, expected, call="f(x)")
    expect.close(math.nan, math.nan, call="f(x)")


@pytest.mark.parametrize(
    ("actual", "expected", "difference"),
    [
        (1, 1.0, "an int instead of a float"),
        (True, 1.0, "a bool instead of a float"),
        (np.float64(1.0), 1.0, "a NumPy float64 instead of a float"),
        (torch.tensor(1.0), 1.0, "a tensor instead of a float"),
        (1.5, 1.0, "off by 0.5"),
        (math.nan, 1.0, ""),
        (1.0, math.nan, ""),
        (math.inf, 1.0, ""),
        (1.0, math.inf, ""),
        (-math.inf, math.inf, ""),
    ],
)
def test_close_refuses_other_types_and_distant_floats(actual, expected, difference):
    assert unmet(expect.close, actual, expected).difference == difference


def test_close_wants_a_number_from_the_author():
    with pytest.raises(TypeError, match="must be a number"):
        expect.close(1.0, torch.tensor(1.0), call="f(x)")


@pytest.mark.parametrize("actual", [torch.ones(2), torch.tensor([1, 2]), torch.empty(0), 1.5, torch.ones(1).bool()])
def test_finite_accepts_finite_numbers(actual):
    expect.finite(actual, call="f(x)")


@pytest.mark.parametrize(
    ("actual", "difference"),
    [
        (torch.tensor([1.0, torch.inf, torch.nan]), "first at [1]: got inf (2 of 3 entries are not finite)"),
        (torch.tensor(torch.nan), "got nan"),
        (torch.tensor([complex(1, math.inf)]), "first at [0]: got 1.+infj (1 of 1 entries are not finite)"),
        (math.nan, "got nan"),
        (None, "None instead of a tensor"),
        (1, "an int instead of a tensor"),
    ],
)  # fmt: skip
def test_finite_names_the_first_entry_that_is_not(actual, difference):
    error = unmet(expect.finite, actual)

    assert (error.difference, error.should_be) == (difference, "finite numbers only")


def test_that_accepts_true_alone():
    expect.that(True, call="f(x)", got="", should_be="")
    expect.that(np.bool_(True), call="f(x)", got="", should_be="")
    error = unmet(expect.that, False, got="the same order twice", should_be=[1, "a"], epoch=2)
    assert (error.got, error.should_be, error.inputs) == ("the same order twice", "[1, 'a']", "epoch = 2")
    assert error.difference == ""


def test_that_can_be_compared_by_other_words_than_those_shown():
    first, second = (
        unmet(expect.that, False, got=f"{share} %", should_be="90 %", known_as="too few") for share in (71, 73)
    )
    plain = unmet(expect.that, False, got="71 %", should_be="90 %")

    assert (first.got, second.got) == ("71 %", "73 %")
    assert first.given == second.given
    assert plain.given not in (None, first.given)


@pytest.mark.parametrize(("answer", "kind"), [(1, "an int"), (None, "None"), (torch.tensor(True), "a tensor")])
def test_that_takes_no_answer_for_true(answer, kind):
    assert unmet(expect.that, answer, got=answer, should_be=True).difference == f"{kind} instead of True"


@pytest.mark.parametrize(("small", "large"), [(10, 10), (8, 10), (100, 90), (0, 0)])
def test_same_work_accepts_work_that_does_not_grow(small, large):
    expect.same_work(small, large, call="f(x)")


@pytest.mark.parametrize(("small", "large"), [(8, 11), (10, 20), (0, 1)])
def test_same_work_refuses_work_that_grows(small, large):
    assert str(large) in unmet(expect.same_work, small, large).got


@pytest.mark.parametrize(
    ("check", "arguments"),
    [(expect.tensor, (torch.ones(1), torch.zeros(1))), (expect.value, (1, 2)), (expect.finite, (None,))],
)
def test_call_must_be_text(check, arguments):
    with pytest.raises(TypeError, match="call must be"):
        check(*arguments, call=None)


def test_the_frames_of_expect_are_hidden():
    error = unmet(expect.tensor, torch.ones(1), torch.zeros(1))
    frames, trace = [], error.__traceback__
    while trace:
        frames.append(trace.tb_frame)
        trace = trace.tb_next

    inner = [frame for frame in frames if frame.f_globals["__name__"] == "tests.expect"]
    assert len(inner) == 2
    assert all(frame.f_locals["__tracebackhide__"] for frame in inner)
