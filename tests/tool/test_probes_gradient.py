"""`probes` of gradients, and what they say of a result that they cannot use."""

from typing import Any

import pytest
import torch
from torch import Tensor, tensor

from kata import sim
from tests import probes

DEVICES = ["cpu", pytest.param("sim", marks=pytest.mark.skipif(sim.available() is not None, reason="no sim"))]


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> torch.device:
    if request.param == "sim":
        sim.install()
    return torch.device(request.param)


def nothing(*args: Any, **kwargs: Any) -> None:
    return None


def test_gradient_is_that_of_the_weighted_sum(device):
    x = tensor([[1.0, 2.0], [3.0, 4.0]], device=device)

    actual = probes.gradient(torch.square, x)

    assert torch.equal(actual.cpu(), 2 * x.cpu() * tensor([[0.25, 1.5], [1.0, 0.5]]))
    assert actual.device.type == device.type


def test_the_usual_upstream_shows_a_gradient_that_a_sum_hides():
    x = torch.randn(3, 7, dtype=torch.float64)
    plain = probes.gradient(torch.softmax, x, dim=1, upstream=torch.ones_like(x))

    assert plain.abs().max() < 1e-12
    assert probes.gradient(torch.softmax, x, dim=1).abs().min() > 1e-6


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.complex64])
def test_upstream_is_fixed_and_exact_in_every_dtype(dtype):
    weights = probes.upstream_like(torch.zeros(2, 4, dtype=dtype))

    assert weights.dtype == dtype
    assert weights.real.double().tolist() == [[0.25, 1.5, 1.0, 0.5], [1.75, 1.25, 0.75, 0.25]]


def test_gradient_with_respect_to_a_later_or_named_argument():
    a, b = tensor([1.0, 2.0]), tensor([3.0, 4.0])
    upstream = tensor([1.0, 10.0])

    assert probes.gradient(torch.mul, a, b, wrt=1, upstream=upstream).tolist() == [1.0, 20.0]
    assert probes.gradient(torch.mul, a, wrt="other", other=b, upstream=upstream).tolist() == [1.0, 20.0]
    assert [g.tolist() for g in probes.gradients(torch.mul, a, other=b, upstream=upstream)] == [
        [3, 40],
        [1, 20],
    ]


def test_gradients_leave_out_arguments_that_have_none():
    found = probes.gradients(torch.where, tensor([True, False]), tensor([1.0, 2.0]), tensor([3.0, 4.0]))

    assert [g.tolist() for g in found] == [[0.25, 0.0], [0.0, 1.5]]


def test_value_and_gradient_come_together_and_leave_the_input_alone():
    x = tensor([1.0, 2.0])

    value, gradient = probes.value_and_gradient(torch.exp, x)

    assert torch.equal(value, x.exp())
    assert torch.equal(gradient, x.exp() * tensor([0.25, 1.5]))
    assert not x.requires_grad
    assert not value.requires_grad
    assert x.grad is None


def test_gradient_is_taken_where_recording_is_off():
    with torch.no_grad():
        assert probes.gradient(torch.neg, tensor([4.0])).tolist() == [-0.25]


def detached(x: Tensor) -> Tensor:
    return x.detach() * 2


def first_only(a: Tensor, b: Tensor) -> Tensor:
    return a + b.detach()


def test_a_gradient_that_does_not_arrive_is_an_error_that_says_where():
    with pytest.raises(RuntimeError, match=r"`x`: .* detached\(\.\.\.\)"):
        probes.gradient(detached, torch.ones(2))
    with pytest.raises(RuntimeError, match="no gradient reaches `b`"):
        probes.gradient(first_only, torch.ones(2), torch.ones(2), wrt=1)
    with pytest.raises(RuntimeError, match="no gradient reaches `b`"):
        probes.gradients(first_only, torch.ones(2), b=torch.ones(2))


@pytest.mark.parametrize("probe", [probes.gradient, probes.gradients, probes.returns_grad, probes.write_through])
def test_a_result_that_is_no_tensor_is_an_error_that_says_so(probe):
    with pytest.raises(TypeError, match=r"nothing\(\.\.\.\) gave None: it should give a tensor"):
        probe(nothing, torch.ones(2))


def test_results_that_have_no_gradient_or_another_shape_are_errors():
    with pytest.raises(TypeError, match=r"a tensor of torch\.int64: only floating point"):
        probes.gradient(Tensor.long, torch.ones(2))
    with pytest.raises(TypeError, match=r"shape \(\): it should be \(2,\)"):
        probes.gradient(torch.sum, torch.ones(2), upstream=torch.ones(2))
    with pytest.raises(ValueError, match="'x' is no floating-point tensor"):
        probes.gradient(torch.sum, torch.ones(2), wrt="x")


def test_returns_grad(device):
    assert probes.returns_grad(torch.relu, torch.ones(2, device=device))
    assert not probes.returns_grad(detached, torch.ones(2, device=device))
