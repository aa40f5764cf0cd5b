"""`expect.raises`: the error that was promised, what came instead, and what goes through untouched."""

import re
from typing import Any

import pytest
from hypothesis.errors import UnsatisfiedAssumption

from kata.errors import KataError
from kata.remote.errors import LearnerCrashed, RemoteError
from kata.verdicts import Unmet
from tests import expect


class TimeUp(BaseException):
    pass


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raising(raised: Exception | None, **inputs: Any) -> None:
    with expect.raises(ValueError, match="labels", call="f(x)", **inputs):
        if raised:
            raise raised


def test_raises_accepts_the_error_or_a_subclass_with_a_match():
    with expect.raises(ValueError, match="labels", call="f(x)"):
        raise ValueError("the labels are short")
    with expect.raises(ValueError, match="labels", call="f(x)"):
        raise ValueError("Labels are short")
    with expect.raises(LookupError, match=r"^\d+$", call="f(x)"):
        raise IndexError("12")


@pytest.mark.parametrize(
    ("raised", "got", "difference"),
    [
        (None, "no error", ""),
        (TypeError("labels"), "TypeError: labels", "TypeError instead of ValueError"),
        (ValueError("wrong"), "ValueError: wrong", "its message has no 'labels' in it"),
        (ValueError(), "ValueError", "its message has no 'labels' in it"),
        (
            NotImplementedError("labels"),
            "NotImplementedError: labels",
            "NotImplementedError instead of ValueError",
        ),
        (
            UnspeakableError(),
            "UnspeakableError: (its message cannot be shown)",
            "UnspeakableError instead of ValueError",
        ),
    ],
)
def test_raises_says_what_came_instead(raised, got, difference):
    with pytest.raises(Unmet) as caught:
        raising(raised, labels=[1])

    error = caught.value
    assert (error.call, error.got, error.difference) == ("f(x)", got, difference)
    assert error.inputs == "labels = [1]"
    assert error.should_be == "ValueError with 'labels' in its message"
    assert error.__cause__ is raised


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("labels", "'labels'"),
        ("(?i)gzip", "'gzip'"),
        (r"\bx\b", "the word 'x'"),
        (r"\by\b|target", "the word 'y' or 'target'"),
        ("index|-3", "'index' or '-3'"),
        (r"matrices\[1\]", "'matrices[1]'"),
        (r"cat-1\.jpg", "'cat-1.jpg'"),
        (re.escape("a (b).csv"), "'a (b).csv'"),
        ("missing.csv", "a match of 'missing.csv'"),
        (r"\d+|none", r"a match of '\\d+|none'"),
        (r"^names", "a match of '^names'"),
    ],
)
def test_raises_says_in_words_what_a_message_should_hold(match, words):
    with pytest.raises(Unmet) as caught, expect.raises(ValueError, match=match, call="f(x)"):
        raise ValueError("?")

    assert caught.value.should_be == f"ValueError with {words} in its message"
    assert caught.value.difference == f"its message has no {words} in it"


def test_a_stub_is_not_the_error_wanted_even_where_its_class_would_fit():
    wanted = expect.raises(RuntimeError, match="pity", call="f(x)")

    with pytest.raises(Unmet, match="NotImplementedError instead of RuntimeError"), wanted:
        raise NotImplementedError("not this dtype, a pity")


@pytest.mark.parametrize(
    "raised",
    [
        NotImplementedError("creation.from_list"),
        Unmet(call="g(x)", got="1", should_be="2"),
        KataError("broken"),
        LearnerCrashed("gone"),
        RemoteError("SystemExit"),
        UnsatisfiedAssumption(),
        TimeUp(),
        KeyboardInterrupt(),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_raises_lets_through_what_is_no_answer_of_the_learner(raised):
    with pytest.raises(type(raised)) as caught, expect.raises(Exception, match=".", call="f(x)"):
        raise raised

    assert caught.value is raised


@pytest.mark.parametrize(
    ("error", "match", "problem"),
    [
        (NotImplementedError, "a", "what a stub raises"),
        (ValueError, "", "match must say"),
        (ValueError, re.compile("a"), "match must say"),
        (KeyboardInterrupt, "a", "class of exceptions"),
        ("ValueError", "a", "class of exceptions"),
    ],
)
def test_raises_refuses_a_mistake_of_the_author(error, match, problem):
    with pytest.raises(TypeError, match=problem):
        expect.raises(error, match=match, call="f(x)")


def test_an_error_of_another_process_is_called_by_its_own_name():
    error = RuntimeError("no labels")
    error.remote_type = "LabelError"  # type: ignore[attr-defined]

    with pytest.raises(Unmet) as caught:
        raising(error)

    assert caught.value.got == "LabelError: no labels"
    assert caught.value.difference == "LabelError instead of ValueError"
