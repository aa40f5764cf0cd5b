"""Modules, optimizers, loaders and mixed precision on the simulated device, against the CPU."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader, TensorDataset

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)

OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "SGD-foreach": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, foreach=True),
    "SGD-fused": lambda p: torch.optim.SGD(p, 0.1, fused=True),
    "Adam": lambda p: torch.optim.Adam(p, 0.1),
    "Adam-foreach": lambda p: torch.optim.Adam(p, 0.1, foreach=True),
    "Adam-fused": lambda p: torch.optim.Adam(p, 0.1, fused=True),
    "AdamW": lambda p: torch.optim.AdamW(p, 0.1, amsgrad=True),
    "AdamW-foreach": lambda p: torch.optim.AdamW(p, 0.1, foreach=True),
    "RMSprop": lambda p: torch.optim.RMSprop(p, 0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "LBFGS": lambda p: torch.optim.LBFGS(p, 0.1),
}

MODULES = {
    "convolution": lambda: (
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        (2, 3, 6, 6),
    ),
    "LSTM": lambda: (nn.LSTM(3, 4, num_layers=2, bidirectional=True), (5, 2, 3)),
    "GRU": lambda: (nn.GRU(3, 4, batch_first=True), (2, 5, 3)),
    "RNN": lambda: (nn.RNN(3, 4), (5, 2, 3)),
    "LSTMCell": lambda: (nn.LSTMCell(3, 4), (2, 3)),
    "GRUCell": lambda: (nn.GRUCell(3, 4), (2, 3)),
    "Transformer": lambda: (nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), (2, 3, 8)),
    "norms": lambda: (nn.Sequential(nn.LayerNorm(4), nn.GELU(), nn.RMSNorm(4), nn.GroupNorm(2, 4)), (3, 4)),
    "Bilinear": lambda: (nn.Sequential(nn.Linear(4, 3), nn.PReLU(), nn.Softmax(1)), (2, 4)),
}


def closure(model, optimizer, x):
    def step():
        optimizer.zero_grad()
        loss = (model(x) ** 2).sum()
        loss.backward()
        return loss

    return step


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_optimizer_takes_the_steps_it_takes_on_the_cpu(make):
    torch.manual_seed(0)
    x, on_cpu = torch.randn(4, 3), nn.Linear(3, 2)
    on_sim = copy.deepcopy(on_cpu).to("sim")
    for model, values in ((on_cpu, x), (on_sim, x.to("sim"))):
        optimizer = make(model.parameters())
        for _ in range(3):
            optimizer.step(closure(model, optimizer, values))

    assert on_sim.weight.device.type == "sim"
    torch.testing.assert_close(on_sim.weight.detach().cpu(), on_cpu.weight.detach())


def test_an_optimizer_made_before_the_move_goes_on_working():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters(), 0.1)
    model.to("sim")
    before = model.weight.detach().clone()

    optimizer.step(closure(model, optimizer, torch.ones(1, 2, device="sim")))

    assert not torch.equal(model.weight, before)


@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)
def test_a_module_computes_and_learns_as_on_the_cpu(make):
    torch.manual_seed(0)
    on_cpu, shape = make()
    x = torch.randn(shape)
    on_sim = copy.deepcopy(on_cpu).to("sim")
    outputs = []
    for model, values in ((on_cpu, x), (on_sim, x.to("sim"))):
        output = model(values)
        output = output[0] if isinstance(output, tuple) else output
        (output**2).sum().backward()
        outputs.append(output.detach().cpu())

    torch.testing.assert_close(outputs[1], outputs[0])
    for actual, expected in zip(on_sim.parameters(), on_cpu.parameters(), strict=True):
        torch.testing.assert_close(actual.grad.cpu(), expected.grad, rtol=1e-4, atol=1e-4)


def test_a_move_keeps_parameters_what_they_are():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.BatchNorm1d(2))
    model[1].weight = model[0].weight
    model[0].weight.tag = "mine"
    parameters = list(model.parameters())
    loss = model(torch.ones(2, 2)).sum()  # a graph that is alive during the move
    loss.backward()

    model.to("sim")

    assert [id(p) for p in model.parameters()] == [id(p) for p in parameters]
    assert model[0].weight is model[1].weight
    assert model[0].weight.tag == "mine"
    assert all(isinstance(p, nn.Parameter) and p.is_leaf and p.requires_grad for p in parameters)
    assert {p.grad.device.type for p in parameters} == {"sim"}
    assert {b.device.type for b in model.buffers()} == {"sim"}

    model.cpu()

    assert all(type(p) is nn.Parameter for p in parameters)
    assert [id(p) for p in model.parameters()] == [id(p) for p in parameters]


def test_a_moved_module_may_change_its_dtype():
    model = nn.Linear(2, 2).to("sim")
    weight = model.weight

    model.double()

    assert model.weight is weight
    assert (weight.dtype, weight.device.type) == (torch.float64, "sim")


def test_a_lazy_layer_is_made_on_the_device_it_was_moved_to():
    layer = nn.LazyLinear(2).to("sim")

    output = layer(torch.ones(1, 3, device="sim"))

    assert (layer.weight.shape, layer.weight.device.type, output.device.type) == ((2, 3), "sim", "sim")
    assert isinstance(layer.weight, nn.Parameter)


def test_assigning_data_moves_a_parameter():
    parameter = nn.Parameter(torch.ones(2))

    parameter.data = parameter.data.to("sim")

    assert isinstance(parameter, nn.Parameter)
    assert parameter.device.type == "sim"
    parameter.sum().backward()
    assert parameter.grad.tolist() == [1, 1]


def test_packed_sequences_keep_their_lengths_on_the_host():
    x = torch.randn(2, 3, 4, device="sim", requires_grad=True)

    packed = pack_padded_sequence(x, torch.tensor([3, 1]), batch_first=True)
    output, lengths = pad_packed_sequence(nn.GRU(4, 2).to("sim")(packed)[0], batch_first=True)
    output.sum().backward()

    assert (packed.data.device.type, packed.batch_sizes.device.type) == ("sim", "cpu")
    assert lengths.tolist() == [3, 1]
    assert x.grad[1, 1:].abs().sum() == 0


@pytest.mark.parametrize("device", ["cpu", "sim"])
def test_ctc_takes_its_lengths_from_either_device(device):
    scores = torch.randn(5, 2, 4).log_softmax(2)
    targets, lengths = torch.ones(2, 3, dtype=torch.int64), torch.tensor([3, 2])
    inputs = torch.tensor([5, 5])

    expected = functional.ctc_loss(scores, targets, inputs, lengths)
    actual = functional.ctc_loss(scores.to("sim"), targets.to("sim"), inputs.to(device), lengths.to(device))

    torch.testing.assert_close(actual.cpu(), expected)


@pytest.mark.parametrize("pin", [True, False])
def test_a_loader_gives_batches_that_can_be_moved(pin):
    dataset = TensorDataset(torch.arange(5.0), torch.arange(5))

    batches = [(x.to("sim", non_blocking=pin), y.to("sim")) for x, y in DataLoader(dataset, 2, pin_memory=pin)]

    assert torch.cat([x for x, _ in batches]).tolist() == [0, 1, 2, 3, 4]
    assert batches[2][1].device.type == "sim"


def test_a_dataset_may_live_on_sim():
    dataset = TensorDataset(torch.arange(5.0, device="sim"))

    seen = [x for (x,) in DataLoader(dataset, batch_size=2, shuffle=True)]

    assert sorted(torch.cat(seen).tolist()) == [0, 1, 2, 3, 4]
    assert {x.device.type for x in seen} == {"sim"}


def test_autocast_runs_products_short_and_losses_in_full():
    model, x = nn.Linear(2, 2).to("sim"), torch.ones(3, 2, device="sim")

    with torch.autocast("sim", dtype=torch.bfloat16):
        output = model(x)
        loss = functional.mse_loss(output, torch.zeros_like(output))
    loss.backward()

    assert output.dtype is torch.bfloat16
    assert loss.dtype is torch.float32
    assert model.weight.grad.dtype is torch.float32
    assert model(x).dtype is torch.float32


def test_a_scaler_takes_a_step():
    model = nn.Linear(2, 1).to("sim")
    before = model.weight.detach().clone()
    optimizer, scaler = torch.optim.SGD(model.parameters(), 0.1), torch.amp.GradScaler("sim", init_scale=8.0)

    scaler.scale(model(torch.ones(1, 2, device="sim")).sum()).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 100.0)
    scaler.step(optimizer)
    scaler.update()

    torch.testing.assert_close(model.weight.detach(), before - 0.1)
