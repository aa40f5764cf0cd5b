"""Gradients on the simulated device."""

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, vmap
from torch.utils.checkpoint import checkpoint

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return 2 * x * upstream


def leaf(*values: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.tensor(values, device="sim", dtype=dtype, requires_grad=True)


def test_gradients_arrive_on_sim_and_accumulate():
    x = leaf(1, 2)

    (x**2).sum().backward()
    (x**2).sum().backward()

    assert type(x.grad) is kata.sim.SimTensor
    assert x.grad.tolist() == [4, 8]


def test_gradients_cross_the_devices():
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    (x.to("sim") * 3).cpu().sum().backward()

    assert x.grad.tolist() == [3, 3]
    assert x.grad.device.type == "cpu"


def test_a_cpu_scalar_that_is_learned_gets_its_gradient():
    scale = torch.tensor(2.0, requires_grad=True)

    (scale * torch.ones(3, device="sim")).sum().backward()

    assert scale.grad == 3
    assert scale.grad.device.type == "cpu"


def test_second_derivatives():
    x = leaf(2)

    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)

    assert (first.item(), second.item()) == (12, 12)


def test_a_write_to_a_view_is_recorded():
    x = leaf(1, 1, 1)
    y = x.clone()
    y[0] = 5
    y[1:].mul_(3)

    y.sum().backward()

    assert x.grad.tolist() == [0, 3, 3]


def test_a_leaf_refuses_a_write():
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        leaf(1).add_(1)


def test_a_saved_value_that_was_overwritten_is_noticed():
    y = leaf(1).exp()
    y.add_(1)

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_hooks_see_tensors_of_sim():
    x, seen = leaf(1, 2), []
    x.register_hook(lambda gradient: seen.append(gradient) or gradient * 2)
    y = x * 3
    y.retain_grad()

    y.sum().backward()

    assert kata.sim.is_sim(seen[0])
    assert x.grad.tolist() == [6, 6]
    assert y.grad.tolist() == [1, 1]


def test_a_function_of_ones_own_is_differentiated():
    x = leaf(1, 2, dtype=torch.float64)

    assert torch.autograd.gradcheck(Square.apply, (x,))


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoint_gives_the_same_gradient(reentrant):
    layers = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).to("sim")
    x, twin = leaf(1, 2), leaf(1, 2)

    torch.manual_seed(0)
    layers(x).sum().backward()
    torch.manual_seed(0)
    checkpoint(layers, twin, use_reentrant=reentrant).sum().backward()

    assert torch.equal(x.grad, twin.grad)


def test_no_grad_and_inference_mode_record_nothing():
    x = leaf(1)
    with torch.no_grad():
        assert not (x * 2).requires_grad
    with torch.inference_mode():
        assert (x * 2).is_inference()
    assert not x.detach().requires_grad


@pytest.mark.parametrize("transform", [grad, jacrev, jacfwd, hessian], ids=lambda transform: transform.__name__)
def test_torch_func_agrees_with_the_cpu(transform):
    x = torch.tensor([1.0, 2.0, 3.0])

    def function(x):
        return (x**3).sum() + x.prod()

    expected = transform(function)(x)
    actual = transform(function)(x.to("sim"))

    assert kata.sim.is_sim(actual)
    torch.testing.assert_close(actual.cpu(), expected)


def test_gradients_per_sample():
    torch.manual_seed(0)
    model, x, labels = nn.Linear(3, 2), torch.randn(4, 3), torch.tensor([0, 1, 1, 0])

    def loss(parameters, x, label):
        return nn.functional.cross_entropy(functional_call(model, parameters, (x[None],)), label[None])

    def gradients(device):
        parameters = {name: p.detach().to(device) for name, p in model.named_parameters()}
        return vmap(grad(loss), (None, 0, 0))(parameters, x.to(device), labels.to(device))

    torch.testing.assert_close(gradients("sim")["weight"].cpu(), gradients("cpu")["weight"])


def test_a_backward_pass_begun_with_a_cpu_gradient_is_refused():
    x = leaf(1)

    with pytest.raises(RuntimeError, match="expected device sim:0 but got cpu"):
        (x * 2).backward(torch.ones(1))
