"""Making tensors on the simulated device, and moving them to and from it."""

import numpy as np
import pytest
import torch

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)

CPU_TENSOR = torch.arange(6.0).view(2, 3)

FACTORIES = {
    "tensor": lambda device: torch.tensor([[1, 2], [3, 4]], device=device),
    "tensor-scalar": lambda device: torch.tensor(2.5, device=device),
    "as_tensor-list": lambda device: torch.as_tensor([1.0, 2.0], device=device),
    "as_tensor-array": lambda device: torch.as_tensor(np.arange(3), device=device),
    "asarray": lambda device: torch.asarray([True, False], device=device),
    "zeros": lambda device: torch.zeros(2, 3, device=device),
    "ones": lambda device: torch.ones(2, 0, dtype=torch.int16, device=device),
    "full": lambda device: torch.full((2,), 7, device=device),
    "full-strided": lambda device: torch.empty_strided((2, 3), (1, 2), device=device).fill_(1),
    "arange": lambda device: torch.arange(1, 9, 2, device=device),
    "linspace": lambda device: torch.linspace(0, 1, 5, device=device),
    "logspace": lambda device: torch.logspace(0, 2, 3, device=device),
    "eye": lambda device: torch.eye(3, 4, device=device),
    "tril_indices": lambda device: torch.tril_indices(3, 3, device=device),
    "triu_indices": lambda device: torch.triu_indices(3, 3, device=device),
    "hann_window": lambda device: torch.hann_window(4, device=device),
    "complex": lambda device: torch.ones(2, dtype=torch.complex64, device=device) * 1j,
    "rand": lambda device: torch.rand(3, device=device),
    "randn": lambda device: torch.randn(2, 3, dtype=torch.float64, device=device),
    "randint": lambda device: torch.randint(0, 9, (4,), device=device),
    "randperm": lambda device: torch.randperm(7, device=device),
    "zeros_like": lambda device: torch.zeros_like(CPU_TENSOR, device=device),
    "ones_like": lambda device: torch.ones_like(CPU_TENSOR.to(device)),
    "full_like": lambda device: torch.full_like(CPU_TENSOR.to(device), 3),
    "rand_like": lambda device: torch.rand_like(CPU_TENSOR, device=device),
    "randn_like": lambda device: torch.randn_like(CPU_TENSOR.to(device)),
    "randint_like": lambda device: torch.randint_like(CPU_TENSOR.to(device), 5),
    "new_tensor": lambda device: CPU_TENSOR.to(device).new_tensor([1, 2]),
    "new_zeros": lambda device: CPU_TENSOR.to(device).new_zeros(2),
    "new_ones": lambda device: CPU_TENSOR.new_ones(2, device=device),
    "new_full": lambda device: CPU_TENSOR.to(device).new_full((2,), 4),
    "tensor-of-tensors": lambda device: torch.tensor(list(torch.ones(2, device=device)), device=device),
    "from_numpy-moved": lambda device: torch.from_numpy(np.ones(2)).to(device),
    "tensor-copy": lambda device: CPU_TENSOR.to(device).clone().detach(),
}


@pytest.mark.parametrize("make", FACTORIES.values(), ids=FACTORIES)
def test_a_factory_makes_on_sim_what_it_makes_on_the_cpu(make):
    torch.manual_seed(0)
    expected = make("cpu")
    torch.manual_seed(0)
    actual = make("sim")

    assert type(actual) is kata.sim.SimTensor
    assert actual.device == torch.device("sim", 0)
    assert (actual.shape, actual.dtype, actual.stride()) == (
        expected.shape,
        expected.dtype,
        expected.stride(),
    )
    assert torch.equal(actual.cpu(), expected)


@pytest.mark.parametrize("device", ["sim", "sim:0", torch.device("sim"), 0], ids=str)
def test_a_device_may_be_given_in_every_form(device):
    assert torch.ones(2, device=device).device == torch.device("sim:0")
    assert torch.ones(2).to(device).device == torch.device("sim:0")


def test_a_second_device_does_not_exist():
    with pytest.raises(RuntimeError, match=r"invalid device ordinal: sim:1"):
        torch.ones(2, device="sim:1")


def test_like_follows_its_example_unless_a_device_is_given():
    example = torch.ones(2, device="sim")

    assert torch.zeros_like(example).device.type == "sim"
    assert torch.zeros_like(example, device="cpu").device.type == "cpu"
    assert type(torch.zeros_like(example, device="cpu")) is torch.Tensor


def test_a_device_context_makes_everything_on_sim():
    with torch.device("sim"):
        made = [
            torch.ones(2),
            torch.tensor([1]),
            torch.arange(3),
            torch.rand(2),
            torch.nn.Linear(2, 2).weight,
        ]

    assert {tensor.device.type for tensor in made} == {"sim"}
    assert torch.ones(2).device.type == "cpu"


def test_the_default_device_may_be_sim():
    torch.set_default_device("sim")
    try:
        made = torch.zeros(2)
    finally:
        torch.set_default_device(None)

    assert made.device.type == "sim"


def test_moving_there_and_back_copies():
    there = CPU_TENSOR.to("sim")
    back = there.cpu()
    there[0, 0] = 9

    assert back[0, 0] == CPU_TENSOR[0, 0] == 0
    assert type(back) is torch.Tensor
    assert there.to("sim") is there
    assert there.sim() is there


def test_moving_may_change_the_dtype_too():
    moved = CPU_TENSOR.to("sim", torch.float64, non_blocking=True)

    assert (moved.device.type, moved.dtype) == ("sim", torch.float64)
    assert moved.half().dtype is torch.float16
    assert moved.to("cpu", torch.int64).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert CPU_TENSOR.to(moved).dtype is torch.float64


def test_values_come_out_as_python_numbers():
    tensor = torch.tensor([1.5, 2.0], device="sim")

    assert tensor.tolist() == [1.5, 2.0]
    assert tensor[0].item() == float(tensor[0]) == 1.5
    assert int(tensor[1]) == 2
    assert bool(tensor[1] > tensor[0]) is True
    assert f"{tensor[0]:.2f}" == "1.50"
    assert [10, 20, 30][tensor[1].long()] == 30


def test_what_a_tensor_says_of_itself():
    tensor = torch.zeros(2, 3, device="sim")

    assert isinstance(tensor, torch.Tensor)
    assert kata.sim.is_sim(tensor)
    assert not kata.sim.is_sim(torch.zeros(2))
    assert not kata.sim.is_sim([1])
    assert (tensor.is_cuda, tensor.is_cpu, tensor.is_sim, tensor.get_device()) == (False, False, True, 0)
    assert tensor.type() == "torch.sim.FloatTensor"
    assert tensor.layout is torch.strided
    assert len({tensor, tensor}) == 1
