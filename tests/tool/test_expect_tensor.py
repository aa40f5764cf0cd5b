"""`expect.tensor`: what it accepts, what it refuses, and what it says of the first difference."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import tensor

from kata import sim
from kata.verdicts import Unmet
from tests import expect


class Disguised(torch.Tensor):
    pass


class Stubborn:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def unmet(check: Any, *args: Any, **kwargs: Any) -> Unmet:
    with pytest.raises(Unmet) as caught:
        check(*args, call="f(x)", **kwargs)
    return caught.value


X = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.mark.parametrize(
    "actual",
    [X.clone(), X.mT.contiguous().mT, torch.nn.Parameter(X), X.clone().requires_grad_(), X.conj()],
    ids=["clone", "strided", "parameter", "requires-grad", "conjugate"],
)
def test_tensor_accepts_the_same_values_however_they_are_stored(actual):
    expect.tensor(actual, X, call="f(x)")


@pytest.mark.parametrize(
    ("actual", "difference"),
    [
        (None, "None instead of a tensor"),
        (3.0, "a float instead of a tensor"),
        (X.numpy(), "a NumPy array instead of a tensor"),
        (np.float32(3), "a NumPy float32 instead of a tensor"),
        ([X], "a list instead of a tensor"),
        (X.as_subclass(Disguised), "a Disguised (a subclass of Tensor) instead of a tensor"),
        (X.to_sparse(), "a tensor with layout torch.sparse_coo instead of a tensor"),
        (Stubborn(), "a Stubborn instead of a tensor"),
        (X.T, "shape (3, 2) instead of (2, 3)"),
        (X[None], "shape (1, 2, 3) instead of (2, 3): axis 0, of size 1, is one too many"),
        (X[..., None], "shape (2, 3, 1) instead of (2, 3): axis 2, of size 1, is one too many"),
        (X.double().T, "shape (3, 2) instead of (2, 3)"),
        (X.double(), "dtype torch.float64 instead of torch.float32"),
        (X.to("meta"), "device meta instead of cpu"),
        (X * tensor([1.0, 1.0, 2.0]), "first at [0, 2]: got 6., should be 3. (2 of 6 entries differ)"),
        (X + 3e-4, "first at [0, 0]: got 1.0003, should be 1. (6 of 6 entries differ)"),
        (X / tensor([1.0, 0.0, 1.0]), "first at [0, 1]: got inf, should be 2. (2 of 6 entries differ)"),
        (X * torch.nan, "first at [0, 0]: got nan, should be 1. (6 of 6 entries differ)"),
    ],
)
def test_tensor_names_the_first_difference_only(actual, difference):
    assert unmet(expect.tensor, actual, X).difference == difference


def test_tensor_names_a_missing_axis_and_never_broadcasts():
    error = unmet(expect.tensor, tensor([1.0, 1.0]), torch.ones(2, 1))

    assert error.difference == "shape (2,) instead of (2, 1): an axis of size 1 is missing, axis 1"


def test_tensor_shows_call_both_values_and_inputs():
    error = unmet(expect.tensor, X.double(), X, scores=tensor([1, 2]), dim=1, keep=None)

    assert error.call == "f(x)"
    assert error.got == "tensor([[1., 2., 3.], [4., 5., 6.]], dtype=torch.float64)"
    assert error.should_be == "tensor([[1., 2., 3.], [4., 5., 6.]], dtype=torch.float32)"
    assert error.inputs == "scores = tensor([1, 2])\ndim = 1\nkeep = None"


def test_a_number_is_compared_without_an_index():
    assert unmet(expect.tensor, tensor(3.0), tensor(4.0)).difference == "got 3., should be 4."


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64])
def test_signed_zeros_are_equal_and_infinities_keep_their_sign(dtype):
    zeros, infinite = tensor([0.0, -0.0]).to(dtype), tensor([torch.inf, -torch.inf]).to(dtype)

    expect.tensor(zeros, -zeros, call="f(x)")
    expect.tensor(infinite.clone(), infinite, call="f(x)")
    assert "2 of 2" in unmet(expect.tensor, -infinite, infinite).difference
    assert "2 of 2" in unmet(expect.tensor, zeros, infinite).difference
    assert "2 of 2" in unmet(expect.tensor, infinite, zeros).difference


def test_nan_equals_nan_only_when_asked():
    values = tensor([1.0, torch.nan])

    expect.tensor(values.clone(), values, call="f(x)", equal_nan=True)
    assert unmet(expect.tensor, values.clone(), values).difference.startswith("first at [1]: got nan, should be nan")
    assert "1 of 2" in unmet(expect.tensor, values, tensor([1.0, 2.0]), equal_nan=True).difference


@pytest.mark.parametrize(
    ("dtype", "near", "far"),
    [
        (torch.float64, 1e-7, 1e-6),
        (torch.float32, 4e-5, 2e-4),
        (torch.float16, 1.5e-2, 4e-2),
        (torch.bfloat16, 4e-2, 1e-1),
        (torch.complex64, 4e-5, 2e-4),
        (torch.complex128, 1e-7, 1e-6),
    ],
)
def test_tolerance_follows_the_dtype_of_the_expected(dtype, near, far):
    one = torch.ones(2, 2, dtype=dtype)

    expect.tensor(one * (1 + near), one, call="f(x)")
    assert unmet(expect.tensor, one * (1 + far), one)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_types_are_compared_on_the_scale_of_the_largest_value(dtype):
    eps = torch.finfo(dtype).eps

    expect.tensor(tensor([eps * 50, 100.0]).to(dtype), tensor([0.0, 100.0]).to(dtype), call="f(x)")
    expect.tensor(tensor([1.0, torch.inf]).to(dtype), tensor([1.0, torch.inf]).to(dtype), call="f(x)")
    assert unmet(expect.tensor, tensor([eps * 50, 1.0]).to(dtype), tensor([0.0, 1.0]).to(dtype))
    assert unmet(expect.tensor, tensor([0.1, torch.inf]).to(dtype), tensor([0.0, torch.inf]).to(dtype))


def test_a_tolerance_of_the_author_replaces_the_usual_one():
    expect.tensor(X + 0.05, X, call="f(x)", atol=0.1)
    expect.tensor(X * 1.05, X, call="f(x)", rtol=0.1, atol=0)
    assert unmet(expect.tensor, X + 1e-6, X, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int64, torch.uint16, torch.uint64])
def test_whole_numbers_are_exact(dtype):
    largest = torch.iinfo(dtype).max
    values = tensor([0, largest], dtype=dtype)

    expect.tensor(values.clone(), values, call="f(x)")
    error = unmet(expect.tensor, tensor([0, largest - 1], dtype=dtype), values)
    assert error.difference == f"first at [1]: got {largest - 1}, should be {largest} (1 of 2 entries differ)"


def test_bool_is_exact():
    error = unmet(expect.tensor, tensor([True, True]), tensor([True, False]))

    assert error.difference == "first at [1]: got True, should be False (1 of 2 entries differ)"


def test_complex_parts_are_compared_and_conjugates_resolved():
    values = tensor([1 + 2j, 3 - 1j])

    expect.tensor(values.conj(), tensor([1 - 2j, 3 + 1j]), call="f(x)")
    assert "got 1.-2.j, should be 1.+2.j" in unmet(expect.tensor, values.conj(), values).difference


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_tensors_without_entries_are_compared_by_shape_and_dtype(shape):
    empty = torch.empty(shape)

    expect.tensor(torch.empty(shape), empty, call="f(x)")
    assert unmet(expect.tensor, torch.empty(5, 0), empty).difference.startswith("shape (5, 0)")
    assert unmet(expect.tensor, empty.long(), empty).difference.startswith("dtype")


@pytest.mark.skipif(sim.available() is not None, reason="this PyTorch has no simulated device")
def test_tensors_of_the_simulated_device_are_plain_ones_on_another_device():
    sim.install()
    there = X.to("sim")

    expect.tensor(X.to("sim"), there, call="f(x)")
    expect.tensor(torch.nn.Parameter(X.to("sim")), there, call="f(x)")
    assert unmet(expect.tensor, X, there).difference == "device cpu instead of sim:0"
    assert unmet(expect.tensor, there, X).got.endswith("device='sim:0')")
    assert "got 2., should be 1." in unmet(expect.tensor, there + 1, there).difference
    expect.value(torch.device("sim"), torch.device("sim:0"), call="f(x)")


@pytest.mark.parametrize(
    ("expected", "tolerances"),
    [
        (None, {}),
        (1.0, {}),
        (X.to("meta"), {}),
        (X.as_subclass(Disguised), {}),
        (X, {"rtol": -1.0}),
        (X, {"atol": math.nan}),
        (X, {"rtol": "1e-3"}),
        (X.long(), {"atol": 1}),
        (X.to(torch.float8_e4m3fn), {}),
    ],
)
def test_a_mistake_of_the_author_is_a_type_error(expected, tolerances):
    with pytest.raises(TypeError, match=r"expected|tolerance"):
        expect.tensor(X, expected, call="f(x)", **tolerances)
