"""Saving, loading, pickling and copying what lives on the simulated device."""

import copy
import io
import pickle
import subprocess
import sys

import pytest
import safetensors.torch
import torch
from torch import nn

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)


def saved(value, **options) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(value, file, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("map_location", [None, "sim", "sim:0", torch.device("sim"), {"sim:0": "sim:0"}], ids=str)
def test_a_file_from_sim_loads_onto_sim(map_location):
    tensor = torch.arange(6.0, device="sim").view(2, 3).t()

    loaded = torch.load(saved(tensor), map_location=map_location, weights_only=True)

    assert type(loaded) is kata.sim.SimTensor
    assert loaded.stride() == tensor.stride()
    assert torch.equal(loaded, tensor)


@pytest.mark.parametrize("map_location", ["cpu", torch.device("cpu"), lambda storage, where: storage.cpu()])
def test_a_file_from_sim_loads_onto_the_cpu_when_asked(map_location):
    tensor = torch.arange(3, device="sim")

    loaded = torch.load(saved(tensor), map_location=map_location, weights_only=True)

    assert type(loaded) is torch.Tensor
    assert loaded.tolist() == [0, 1, 2]


def test_a_file_from_the_cpu_loads_onto_sim_when_asked():
    loaded = torch.load(saved({"w": torch.ones(2)}), map_location="sim", weights_only=True)

    assert loaded["w"].device.type == "sim"
    assert torch.load(saved(torch.ones(2))).device.type == "cpu"


def test_tensors_that_share_memory_share_it_after_loading():
    base = torch.zeros(2, 2, device="sim")

    loaded_base, loaded_row = torch.load(saved([base, base[1]]), weights_only=True)
    loaded_row.fill_(3)

    assert loaded_base.tolist() == [[0, 0], [3, 3]]


def test_the_old_format_is_read_and_written():
    file = saved(torch.ones(2, device="sim"), _use_new_zipfile_serialization=False)

    assert torch.load(file, weights_only=True).tolist() == [1, 1]


def test_a_file_from_sim_needs_no_sim_to_be_read_on_the_cpu(tmp_path):
    torch.save({"w": torch.ones(2, device="sim"), "p": nn.Parameter(torch.ones(1, device="sim"))}, tmp_path / "w.pt")
    code = "import sys, torch; w = torch.load(sys.argv[1], map_location='cpu', weights_only=True); print(w)"

    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "w.pt")], capture_output=True, text=True)

    assert "tensor([1., 1.])" in run.stdout, run.stderr
    assert "requires_grad=True" in run.stdout


def test_without_map_location_such_a_file_fails_where_there_is_no_sim(tmp_path):
    torch.save(torch.ones(2, device="sim"), tmp_path / "w.pt")
    code = "import sys, torch; torch.load(sys.argv[1], weights_only=True)"

    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "w.pt")], capture_output=True, text=True)

    assert run.returncode == 1
    assert "sim:0" in run.stderr


def test_a_model_and_its_optimizer_are_restored():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).to("sim")
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(3, 2, device="sim")).sum().backward()
    optimizer.step()

    state = torch.load(saved({"model": model.state_dict(), "optimizer": optimizer.state_dict()}), weights_only=True)
    twin = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).to("sim")
    twin.load_state_dict(state["model"])
    other = torch.optim.Adam(twin.parameters())
    other.load_state_dict(state["optimizer"])

    assert torch.equal(twin[0].weight, model[0].weight)
    assert other.state[twin[0].weight]["exp_avg"].device.type == "sim"


@pytest.mark.parametrize(("origin", "target"), [("cpu", "sim"), ("sim", "cpu")])
def test_weights_load_into_a_model_of_either_device(origin, target):
    source, model = nn.Linear(2, 2).to(origin), nn.Linear(2, 2).to(target)

    model.load_state_dict(source.state_dict())

    assert model.weight.device.type == target
    assert torch.equal(model.weight.cpu(), source.weight.cpu())


def test_a_whole_module_is_pickled():
    model = nn.Linear(2, 2).to("sim")

    twin = pickle.loads(pickle.dumps(model))

    assert isinstance(twin.weight, nn.Parameter)
    assert twin.weight.requires_grad
    assert torch.equal(twin.weight, model.weight)
    assert twin.weight.device.type == "sim"


def test_safetensors_takes_tensors_of_sim():
    data = safetensors.torch.save({"w": torch.ones(2, device="sim")})

    assert safetensors.torch.load(data)["w"].tolist() == [1, 1]


def test_a_deep_copy_is_one():
    parameter = nn.Parameter(torch.ones(2, device="sim"))
    parameter.sum().backward()

    twin = copy.deepcopy(parameter)
    twin.data.add_(1)

    assert isinstance(twin, nn.Parameter)
    assert parameter.tolist() == [1, 1]
    assert twin.grad.tolist() == [1, 1]


def test_a_deep_copy_keeps_what_is_shared():
    base = torch.zeros(2, device="sim")

    twin, view = copy.deepcopy([base, base[:1]])
    view.fill_(5)

    assert twin.tolist() == [5, 0]


def test_only_a_leaf_is_copied_deeply():
    result = torch.ones(1, device="sim", requires_grad=True) * 2

    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(result)


def test_nothing_of_the_simulation_is_named_in_a_file():
    assert b"kata" not in saved(torch.ones(2, device="sim")).getvalue()
