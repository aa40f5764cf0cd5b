"""`probes` of inputs, memory and random states: each sees what it is for."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn, tensor

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


# Inputs


def written(x: Any, *more: Any, **named: Any) -> None:
    x += 1


def through_a_view(x: Tensor) -> None:
    x[0].mul_(0)


def through_data(x: Tensor) -> None:
    x.data.mul_(2)


def through_numpy(x: Tensor) -> None:
    x.numpy()[0] = 7


def same_values(x: Tensor) -> None:
    x.copy_(x.clone())


def resized(x: Tensor) -> None:
    x.resize_(1)


def squeezed(x: Tensor) -> None:
    x.unsqueeze_(0)


def recording(x: Tensor) -> None:
    x.requires_grad_()


@pytest.mark.parametrize(
    "function",
    [written, through_a_view, through_data, through_numpy, same_values, resized, squeezed, recording],
)
def test_a_tensor_that_was_changed_is_named(function):
    assert probes.changed_inputs(function, tensor([1.0, 2.0])) == [0]


@pytest.mark.parametrize("function", [written, through_a_view, through_data, same_values, recording])
def test_a_tensor_on_another_device_that_was_changed_is_named(device, function):
    assert probes.changed_inputs(function, tensor([1.0, 2.0], device=device)) == [0]
    assert probes.changed_inputs(torch.neg, tensor([1.0, 2.0], device=device)) == []


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.complex64, torch.bool, torch.int8, torch.float64]
)
def test_every_dtype_can_be_watched(dtype):
    x = torch.ones(3, dtype=dtype)

    assert probes.changed_inputs(Tensor.zero_, x) == [0]
    assert probes.changed_inputs(Tensor.clone, x) == []


def test_what_was_not_changed_is_not_named():
    x = tensor([torch.nan, -0.0, 0.0])
    held = [x, {"a": (x,)}, np.array([np.nan]), nn.Linear(2, 2), 3, "text", None]

    assert probes.changed_inputs(nothing, *held, x.mT if x.dim() > 1 else x, name=x) == []


def test_arrays_containers_and_modules_are_looked_into():
    def spoil(array, nested, numbers, module, *, table):
        array[0] = 9
        nested["a"][0].add_(1)
        numbers.append(tensor(1))
        with torch.no_grad():
            module.bias.zero_()
        table["new"] = 1

    arguments = (np.zeros(2), {"a": [torch.zeros(2)]}, [], nn.Linear(2, 2))

    assert probes.changed_inputs(spoil, *arguments, table={}) == [0, 1, 2, 3, "table"]


def test_a_buffer_that_moved_is_a_changed_module():
    def normalize(module, x):
        return module(x)

    assert probes.changed_inputs(normalize, nn.BatchNorm1d(2), torch.randn(4, 2)) == [0]


def test_an_array_resized_or_reshaped_in_place_is_named():
    def flat(array):
        array.shape = (4,)

    assert probes.changed_inputs(flat, np.zeros((2, 2))) == [0]


def test_an_error_of_the_learner_comes_through():
    with pytest.raises(NotImplementedError, match=r"creation\.from_list"):
        probes.changed_inputs(unwritten, torch.ones(1))


def unwritten(x: Tensor) -> Tensor:
    raise NotImplementedError("creation.from_list")


# Memory


def last_rows(x: Tensor) -> Tensor:
    return x[1:]


def listed(x: Tensor) -> list[Tensor]:
    return [x.clone(), x[:1]]


@pytest.mark.parametrize(
    ("function", "shares"),
    [(last_rows, True), (Tensor.detach, True), (listed, True), (Tensor.t, True), (torch.neg, False)],
)
def test_shares_memory_with_a_tensor(device, function, shares):
    assert probes.shares_memory(function, torch.ones(3, 2, device=device)) is shares


@pytest.mark.parametrize(
    ("function", "shares"), [(torch.from_numpy, True), (torch.as_tensor, True), (torch.tensor, False)]
)
@pytest.mark.parametrize("array", [np.arange(6.0), np.arange(12.0)[::2], np.arange(6.0).reshape(2, 3).T], ids=str)
def test_memory_and_writes_shared_with_an_array(function, shares, array):
    assert probes.shares_memory(function, array.copy()) is shares
    assert probes.write_through(function, array) == (shares, shares)


def test_shares_memory_wants_a_tensor():
    with pytest.raises(TypeError, match=r"nothing\(\.\.\.\) gave no tensor"):
        probes.shares_memory(nothing, torch.ones(2))
    assert not probes.shares_memory(torch.clone, torch.empty(0))


def test_write_through_sees_each_way(device):
    assert probes.write_through(last_rows, torch.zeros(3, device=device)) == (True, True)
    assert probes.write_through(torch.neg, torch.zeros(3, device=device)) == (False, False)
    assert probes.write_through(last_rows, tensor([True, False], device=device)) == (True, True)
    assert probes.write_through(Tensor.expand, torch.zeros(1, device=device), (3,)) == (True, False)


# Random states


def draw_python(count: int) -> float:
    return random.random()


def seed_all(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)


def seed_as_before(seed: int) -> None:
    before = torch.initial_seed()
    torch.manual_seed(seed)
    torch.manual_seed(before)


def own_generator(seed: int) -> Tensor:
    return torch.randn(3, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("function", "moved"),
    [
        (torch.randn, ["torch"]),
        (np.random.rand, ["numpy"]),
        (draw_python, ["python"]),
        (seed_all, ["torch", "numpy"]),
        (seed_as_before, ["torch"]),
        (own_generator, []),
    ],
)
def test_random_state_changed_names_the_generators_and_puts_them_back(function: Callable[..., Any], moved):
    before = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()

    assert probes.random_state_changed(function, 3) == moved
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before[1:]


def test_fresh_random_state_changed_lets_seeding_as_before_pass():
    torch.manual_seed(7)

    assert probes.fresh_random_state_changed(seed_as_before, 3) == []
    assert probes.random_state_changed(seed_as_before, 3) == ["torch"]
    assert probes.fresh_random_state_changed(torch.randn, 3) == ["torch"]
