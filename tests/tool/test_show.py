"""How values are shown: short, readable, and never at the mercy of the learner's own repr."""

import numpy as np
import pytest
import torch
from torch import tensor

from tests import _show


class Loud:
    def __repr__(self) -> str:
        return "x" * 100_000


class Broken:
    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (tensor(3.0), "tensor(3.)"),
        (tensor([1.0, 2.5]), "tensor([1., 2.5])"),
        (tensor([[1, 2], [3, 4]]), "tensor([[1, 2], [3, 4]])"),
        (tensor([True, False]), "tensor([True, False])"),
        (tensor([torch.nan, torch.inf, -torch.inf]), "tensor([nan, inf, -inf])"),
        (tensor([1 / 3, 1e-10, -0.0, 123456.0]), "tensor([0.33333, 1e-10, -0., 1.2346e+05])"),
        (tensor([1 + 2j, -0.5j]), "tensor([1.+2.j, -0.-0.5j])"),
        (tensor([1.0], dtype=torch.float64), "tensor([1.], dtype=torch.float64)"),
        (tensor([1.0], dtype=torch.bfloat16), "tensor([1.], dtype=torch.bfloat16)"),
        (tensor([1], dtype=torch.uint8), "tensor([1], dtype=torch.uint8)"),
        (tensor(2**62 + 1), f"tensor({2**62 + 1})"),
        (torch.empty(0), "tensor([])"),
        (torch.empty(0, 3), "tensor([], size=(0, 3))"),
        (torch.empty(0, dtype=torch.int64), "tensor([], dtype=torch.int64)"),
        (torch.ones(2, device="meta"), "tensor(..., size=(2,), device='meta')"),
        (torch.ones(2, requires_grad=True), "tensor([1., 1.])"),
        (torch.arange(100), "tensor([0, 1, 2, ..., 97, 98, 99])"),
        (np.array([1.0, 2.0]), "array([1., 2.])"),
        (np.array([1, 2], dtype=np.int16), "array([1, 2], dtype=int16)"),
        (np.array(["a"]), "array(['a'], dtype='<U1')"),
        ([tensor([1.0]), None, "a"], "[tensor([1.]), None, 'a']"),
        ((tensor([1]),), "(tensor([1]),)"),
        ({"keep": tensor([True])}, "{'keep': tensor([True])}"),
        ("text", "'text'"),
        (torch.float32, "torch.float32"),
        (Broken(), "a Broken (its repr fails)"),
        ([Broken()], "[a Broken (its repr fails)]"),
    ],
)  # fmt: skip
def test_show(value, shown):
    assert _show.show(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        torch.rand(1000),
        torch.rand(30, 1),
        torch.rand(100, 100),
        torch.rand(9, 9, 9),
        torch.rand(2, 1, 2, 1, 2, 1, 2),
        torch.rand(20, 1, 1),
        np.random.default_rng(0).random((50, 50)),
        Loud(),
        "x" * 100_000,
        list(range(100_000)),
        [[torch.rand(50, 50)] * 10] * 10,
        {i: "x" * 50 for i in range(1000)},
        10**4000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_is_shown_is_short(value):
    lines = _show.show(value).splitlines()

    assert len(lines) <= _show.LINES
    assert all(len(line) <= _show.LONGEST for line in lines)


def test_a_long_matrix_keeps_its_corners():
    shown = _show.show(torch.arange(10_000).reshape(100, 100))

    assert shown.splitlines()[0] == "tensor([[0, 1, 2, ..., 97, 98, 99],"
    assert shown.endswith("[9900, 9901, 9902, ..., 9997, 9998, 9999]])")


def test_a_list_within_itself_is_shown():
    values: list[object] = [1]
    values.append(values)

    assert _show.show(values).startswith("[1, [1, ")


@pytest.mark.parametrize(
    ("actual", "expected", "shown"),
    [
        (0.3, 0.5, ("0.3", "0.5")),
        (1.00001, 1.0, ("1.00001", "1.")),
        (1 + 1e-15, 1.0, ("1.0000000000000011", "1.")),
        (2**62 + 1, 2**62, (str(2**62 + 1), str(2**62))),
    ],
)
def test_two_entries_are_shown_with_as_many_digits_as_it_takes(actual, expected, shown):
    assert _show.pair(actual, expected) == shown


def test_an_error_is_shown_in_short():
    assert _show.error(ValueError("no")) == "ValueError: no"
    assert _show.error(ValueError()) == "ValueError"
    assert len(_show.error(ValueError("x" * 10_000))) <= _show.LONGEST
