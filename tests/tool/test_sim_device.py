"""The device itself: installing it, torch.accelerator, generators, and how its tensors are shown."""

import copy
import pickle
import subprocess
import sys

import pytest
import torch

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)


def test_importing_the_package_does_not_import_torch():
    code = "import sys, kata.sim; assert not kata.sim.is_sim(1); print('torch' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert run.stdout.strip() == "False", run.stderr


def test_installing_twice_is_installing_once():
    generator, apply = torch.Generator, torch.nn.Module._apply

    kata.sim.install()

    assert kata.sim.available() is None
    assert torch.Generator is generator
    assert torch.nn.Module._apply is apply


def test_a_torch_without_the_interface_is_named_with_the_reason(monkeypatch):
    from torch.utils import backend_registration

    from kata.sim import backend

    monkeypatch.delattr(backend_registration, "_setup_privateuseone_for_python_backend")

    assert "no devices written in Python" in backend.missing(torch)


def test_another_backend_in_the_place_is_named(monkeypatch):
    from kata.sim import backend

    monkeypatch.setattr(torch._C, "_get_privateuse1_backend_name", lambda: "npu")

    assert "'npu'" in backend.missing(torch)


def test_torch_accelerator_answers_sim():
    accelerator = torch.accelerator

    assert accelerator.current_accelerator() == torch.device("sim")
    assert accelerator.current_accelerator(check_available=True) == torch.device("sim")
    assert accelerator.is_available()
    assert (accelerator.device_count(), accelerator.current_device_index()) == (1, 0)
    assert accelerator.memory_allocated() == 0
    accelerator.set_device_index(0)
    accelerator.synchronize()
    accelerator.empty_cache()


def test_torch_sim_is_its_module():
    assert torch.get_device_module("sim") is torch.sim
    assert torch.sim.is_available()
    assert torch.sim.device_count() == 1
    with torch.sim.device(0):
        torch.sim.synchronize()


def test_the_seed_makes_random_numbers_repeat():
    torch.manual_seed(3)
    first = torch.rand(3, device="sim")
    torch.manual_seed(3)

    assert torch.equal(torch.rand(3, device="sim"), first)


def test_a_generator_of_sim_draws_on_sim():
    generator = torch.Generator(device="sim").manual_seed(5)
    draws = [
        torch.randn(2, generator=generator, device="sim"),
        torch.randperm(4, generator=generator, device="sim"),
        torch.empty(2, device="sim").uniform_(generator=generator),
        torch.multinomial(torch.ones(3, device="sim"), 2, generator=generator),
    ]
    again = torch.randn(2, generator=torch.Generator("sim").manual_seed(5), device="sim")

    assert generator.device == torch.device("sim:0")
    assert {tensor.device.type for tensor in draws} == {"sim"}
    assert torch.equal(draws[0], again)


def test_a_generator_of_sim_leaves_the_global_state_alone():
    before = torch.get_rng_state()

    torch.rand(3, generator=torch.Generator("sim").manual_seed(5), device="sim")

    assert torch.equal(torch.get_rng_state(), before)


def test_generators_of_the_cpu_stay_what_they_were():
    generator = torch.Generator().manual_seed(1)

    assert isinstance(generator, torch.Generator)
    assert type(generator) is torch._C.Generator
    assert generator.device == torch.device("cpu")
    assert isinstance(torch.default_generator, torch.Generator)
    assert not isinstance(1, torch.Generator)
    assert torch.rand(1, generator=generator).shape == (1,)


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_generator_of_sim_is_copied_with_its_state(twin):
    generator = torch.Generator("sim").manual_seed(2)
    other = twin(generator)

    assert isinstance(generator, torch.Generator)
    assert torch.equal(torch.rand(2, generator=other, device="sim"), torch.rand(2, generator=generator, device="sim"))


TEXTS = {
    "vector": (lambda: torch.ones(2, device="sim"), "tensor([1., 1.], device='sim:0')"),
    "scalar": (lambda: torch.tensor(3, device="sim"), "tensor(3, device='sim:0')"),
    "bool": (lambda: torch.tensor([True], device="sim"), "tensor([True], device='sim:0')"),
    "dtype": (
        lambda: torch.ones(1, dtype=torch.float64, device="sim"),
        "tensor([1.], device='sim:0', dtype=torch.float64)",
    ),
    "empty": (lambda: torch.empty(0, 3, device="sim"), "tensor([], device='sim:0', size=(0, 3))"),
    "nan": (
        lambda: torch.tensor([float("nan"), float("inf")], device="sim"),
        "tensor([nan, inf], device='sim:0')",
    ),
    "learned": (
        lambda: torch.ones(1, device="sim", requires_grad=True),
        "tensor([1.], device='sim:0', requires_grad=True)",
    ),
    "result": (
        lambda: torch.ones(1, device="sim", requires_grad=True) * 2,
        "tensor([2.], device='sim:0', grad_fn=<MulBackward0>)",
    ),
    "parameter": (
        lambda: torch.nn.Parameter(torch.ones(1, device="sim")),
        "Parameter containing:\ntensor([1.], device='sim:0', requires_grad=True)",
    ),
}


@pytest.mark.parametrize(("make", "text"), TEXTS.values(), ids=TEXTS)
def test_a_tensor_is_shown_as_on_any_device(make, text):
    assert repr(make()) == str(make()) == text


def test_a_long_line_is_broken_before_the_device():
    assert repr(torch.full((9,), 1.2345, device="sim")).endswith("1.2345],\n       device='sim:0')")


def test_assert_close_compares_on_sim():
    one = torch.ones(2, device="sim")

    torch.testing.assert_close(one, one.clone())
    torch.testing.assert_close(one, one.cpu(), check_device=False)
    with pytest.raises(AssertionError, match="not close"):
        torch.testing.assert_close(one, one + 1)
    with pytest.raises(AssertionError, match="device"):
        torch.testing.assert_close(one, one.cpu())


def test_an_operation_is_counted_once():
    from torch.utils._python_dispatch import TorchDispatchMode

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            names.append(str(func))
            return func(*args, **(kwargs or {}))

    names: list[str] = []
    with Counting():
        x = torch.ones(3, device="sim")
        (x + x).sum()

    assert names == ["aten.ones.default", "aten.add.Tensor", "aten.sum.default"]
