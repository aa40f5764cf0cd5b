"""The call that an error came out of, read from the line of a spec."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from kata.plugin import calls
from tests import _show
from tests.tool import calls_toys
from tests.tool.calls_toys import fails, probe

HERE = Path(__file__)

impl = SimpleNamespace(softmax=fails, Model=calls_toys.Model)
x, ä, size = torch.tensor([1.0]), torch.tensor([2.0]), 3
BOTH = "x = tensor([1.])\nsize = 3"


def call_of(function):
    with pytest.raises(ValueError, match="no") as caught:
        function()
    return calls.of(caught.value, HERE)


@pytest.mark.parametrize(
    ("function", "call", "inputs"),
    [
        pytest.param(lambda: impl.softmax(x, dim=size), "softmax(x, dim=size)", BOTH, id="call"),
        pytest.param(lambda: (ä, impl.softmax(ä)), "softmax(ä)", "ä = tensor([2.])", id="not-ascii"),
        pytest.param(lambda: impl.softmax(x + size), "softmax(x + size)", BOTH, id="expression"),
        pytest.param(lambda: impl.Model()[size], "Model()[size]", "size = 3", id="index"),
        pytest.param(lambda: len(impl.Model()), "len(Model())", "", id="len"),
        pytest.param(
            lambda: probe(calls_toys.gradient, impl.softmax, x, wrt="x", dim=0),
            "softmax(x, dim=0)", "x = tensor([1.])", id="probe",
        ),
        pytest.param(lambda: probe(fails, x), "", "", id="probe-of-something-else"),
        pytest.param(
            lambda: impl.softmax(
                x,
                dim=size,
            ),
            "softmax(x, dim=size)", BOTH, id="over-lines",
        ),
    ],
)  # fmt: skip
def test_the_call_is_read_from_the_spec(function, call, inputs):
    assert call_of(function) == (call, inputs)


def test_an_error_from_elsewhere_has_no_call():
    assert calls.of(ValueError("no"), HERE) == ("", "")
    with pytest.raises(ValueError, match="no") as caught:
        impl.softmax(x)
    assert calls.of(caught.value, HERE.with_name("another.py")) == ("", "")


def test_inputs_are_shown_as_the_specs_show_them(monkeypatch):
    monkeypatch.delitem(sys.modules, _show.__name__)

    assert call_of(lambda: impl.softmax(x)) == ("softmax(x)", "")


def test_a_statement_has_no_call():
    def refuses():
        raise ValueError("no")

    assert call_of(refuses) == ("", "")
