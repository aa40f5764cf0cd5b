"""Mistakes with devices that only an accelerator shows: each is refused, and its right counterpart passes."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)

MIXED = "Expected all tensors to be on the same device, but found at least two devices, sim:0 and cpu!"
NUMPY = "can't convert sim:0 device type tensor to numpy"


def sim(*shape: int) -> torch.Tensor:
    return torch.arange(float(np.prod(shape)), device="sim").view(shape)


class Scaled(nn.Module):
    """Holds a constant as `keep` says, and one more layer as `register` does."""

    def __init__(self, keep, register) -> None:
        super().__init__()
        keep(self, "scale", torch.tensor([1.0, 2.0]))
        self.layers = register([nn.Linear(2, 2)])

    def forward(self, x):
        return self.layers[0](x * self.scale)


def trained(move_optimizer_state: bool) -> nn.Module:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    model.to("sim")
    if move_optimizer_state:
        optimizer.load_state_dict(optimizer.state_dict())
    model(torch.ones(1, 2, device="sim")).sum().backward()
    optimizer.step()
    return model


def dropped_move() -> torch.Tensor:
    x = torch.ones(2)
    x.to("sim")
    return x + sim(2)


def kept_move() -> torch.Tensor:
    x = torch.ones(2)
    x = x.to("sim")
    return x + sim(2)


def written_total(device: str) -> torch.Tensor:
    total = torch.zeros((), device=device)
    total += sim(2).sum()
    return total


CASES = {
    "constant made in forward": (
        lambda: sim(3) + torch.ones(3), lambda: sim(3) + torch.ones(3, device="sim"), MIXED,
    ),
    "result of to() dropped": (dropped_move, kept_move, MIXED),
    "arange without device": (
        lambda: sim(2, 3) * torch.arange(3), lambda: sim(2, 3) * torch.arange(3, device="sim"), MIXED,
    ),
    "eye without device": (
        lambda: sim(2, 2) - torch.eye(2), lambda: sim(2, 2) - torch.eye(2).to("sim"), MIXED,
    ),
    "shape in place of the tensor": (
        lambda: sim(2) + torch.zeros(sim(2).shape), lambda: sim(2) + torch.zeros_like(sim(2)), MIXED,
    ),
    "numpy without cpu": (lambda: sim(2).numpy(), lambda: sim(2).cpu().numpy(), NUMPY),
    "asarray without cpu": (lambda: np.asarray(sim(2)), lambda: np.asarray(sim(2).cpu()), NUMPY),
    "numpy function": (lambda: np.concatenate([sim(2)]), lambda: np.concatenate([sim(2).cpu()]), NUMPY),
    "array of a gradient": (
        lambda: sim(2).requires_grad_().numpy(),
        lambda: sim(2).requires_grad_().detach().cpu().numpy(),
        NUMPY,
    ),
    "constant as plain attribute": (
        lambda: Scaled(setattr, nn.ModuleList).to("sim")(sim(1, 2)),
        lambda: Scaled(nn.Module.register_buffer, nn.ModuleList).to("sim")(sim(1, 2)),
        MIXED,
    ),
    "layers in a plain list": (
        lambda: Scaled(nn.Module.register_buffer, list).to("sim")(sim(1, 2)),
        lambda: Scaled(nn.Module.register_buffer, nn.ModuleList).to("sim")(sim(1, 2)),
        MIXED,
    ),
    "batch not moved": (
        lambda: nn.Linear(2, 2).to("sim")(torch.ones(1, 2)),
        lambda: nn.Linear(2, 2).to("sim")(torch.ones(1, 2).to("sim")),
        MIXED,
    ),
    "model not moved": (
        lambda: nn.Linear(2, 2)(sim(1, 2)), lambda: nn.Linear(2, 2).to("sim")(sim(1, 2)), MIXED,
    ),
    "images to a model on the cpu": (
        lambda: nn.Conv2d(1, 1, 1)(sim(1, 1, 2, 2)), lambda: nn.Conv2d(1, 1, 1).sim()(sim(1, 1, 2, 2)), MIXED,
    ),
    "labels not moved": (
        lambda: functional.cross_entropy(sim(2, 3), torch.tensor([0, 1])),
        lambda: functional.cross_entropy(sim(2, 3), torch.tensor([0, 1]).to("sim")),
        MIXED,
    ),
    "class weights not moved": (
        lambda: functional.cross_entropy(sim(2, 3), sim(2).long(), weight=torch.ones(3)),
        lambda: functional.cross_entropy(sim(2, 3), sim(2).long(), weight=torch.ones(3, device="sim")),
        MIXED,
    ),
    "ids not moved": (
        lambda: nn.Embedding(3, 2).to("sim")(torch.tensor([1])),
        lambda: nn.Embedding(3, 2).to("sim")(torch.tensor([1], device="sim")),
        MIXED,
    ),
    "mask of where on the cpu": (
        lambda: torch.where(torch.tensor([True, False]), sim(2), 0.0),
        lambda: torch.where(torch.tensor([True, False], device="sim"), sim(2), 0.0),
        MIXED,
    ),
    "mask of masked_fill on the cpu": (
        lambda: sim(2).masked_fill(torch.tensor([True, False]), 0),
        lambda: sim(2).masked_fill(sim(2) > 0, 0),
        MIXED,
    ),
    "causal mask on the cpu": (
        lambda: sim(2, 2).masked_fill(torch.ones(2, 2).triu(1).bool(), -1e9),
        lambda: sim(2, 2).masked_fill(torch.ones(2, 2, device="sim").triu(1).bool(), -1e9),
        MIXED,
    ),
    "cat of both": (lambda: torch.cat([sim(2), torch.ones(2)]), lambda: torch.cat([sim(2), sim(2)]), MIXED),
    "stack of scalars of both": (
        lambda: torch.stack([sim(1)[0], torch.tensor(1.0)]),
        lambda: torch.stack([sim(1)[0], torch.tensor(1.0, device="sim")]),
        MIXED,
    ),
    "index_select with a cpu index": (
        lambda: sim(3).index_select(0, torch.tensor([1])), lambda: sim(3)[torch.tensor([1])], MIXED,
    ),
    "gather with a cpu index": (
        lambda: sim(1, 3).gather(1, torch.tensor([[1]])),
        lambda: sim(1, 3).gather(1, torch.tensor([[1]], device="sim")),
        MIXED,
    ),
    "cpu tensor indexed from the device": (
        lambda: torch.ones(3)[sim(2).long()],
        lambda: torch.ones(3)[sim(2).long().cpu()],
        "indices should be either on cpu or on the same device as the indexed tensor",
    ),
    "cpu values into a mask": (
        lambda: sim(3).__setitem__(sim(3) > 0, torch.ones(2)),
        lambda: sim(3).__setitem__(sim(3) > 0, 1.0),
        MIXED,
    ),
    "total on the cpu": (lambda: written_total("cpu"), lambda: written_total("sim"), MIXED),
    "out on the cpu": (
        lambda: torch.add(sim(2), 1, out=torch.empty(2)),
        lambda: torch.add(sim(2), 1, out=torch.empty_like(sim(2))),
        MIXED,
    ),
    "cpu generator": (
        lambda: torch.randn(2, generator=torch.Generator().manual_seed(0), device="sim"),
        lambda: torch.randn(2, generator=torch.Generator().manual_seed(0)).to("sim"),
        "Expected a 'sim' device type for generator but found 'cpu'",
    ),
    "cpu generator in place": (
        lambda: sim(2).normal_(generator=torch.Generator()),
        lambda: sim(2).normal_(generator=torch.Generator("sim")),
        "Expected a 'sim' device type for generator but found 'cpu'",
    ),
    "optimizer state left behind": (lambda: trained(False), lambda: trained(True), MIXED),
    "gradient on the cpu": (
        lambda: setattr(nn.Parameter(sim(2)), "grad", torch.ones(2)),
        lambda: setattr(nn.Parameter(sim(2)), "grad", sim(2)),
        "gradient with device type 'cpu' to a tensor with device type 'sim'",
    ),
    "matrix product": (lambda: sim(2, 2) @ torch.ones(2, 2), lambda: sim(2, 2) @ sim(2, 2), MIXED),
    "einsum": (
        lambda: torch.einsum("i,i->", sim(2), torch.ones(2)),
        lambda: torch.einsum("i,i->", sim(2), sim(2)),
        MIXED,
    ),
    "comparison": (lambda: torch.equal(sim(2), torch.ones(2)), lambda: torch.equal(sim(2), sim(2)), MIXED),
    "lengths of a packed sequence on the device": (
        lambda: pack_padded_sequence(sim(2, 1, 1), sim(2)[1:].long() + 1),
        lambda: pack_padded_sequence(sim(2, 1, 1), torch.tensor([2])),
        "'lengths' argument .* should be on the CPU",
    ),
    "accumulated statistics": (
        lambda: functional.batch_norm(sim(2, 2), torch.zeros(2), torch.ones(2)),
        lambda: functional.batch_norm(sim(2, 2), sim(2), sim(2) + 1),
        MIXED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mistake", "_right", "message"), CASES.values(), ids=CASES)
def test_the_mistake_is_refused_in_the_words_of_cuda(mistake, _right, message):
    with pytest.raises((RuntimeError, TypeError), match=message):
        mistake()


@pytest.mark.parametrize(("_mistake", "right", "_message"), CASES.values(), ids=CASES)
def test_its_right_counterpart_passes(_mistake, right, _message):
    right()


LEGAL = {
    "number": lambda: 2 * sim(2) + 1.5,
    "cpu scalar": lambda: sim(2) * torch.tensor(2.0) - torch.tensor(1),
    "cpu scalar first": lambda: torch.tensor(2.0) / (sim(2) + 1),
    "cpu scalar with a scalar": lambda: torch.tensor(2.0) + sim(1)[0],
    "cpu scalar in where": lambda: torch.where(sim(2) > 0, torch.tensor(1.0), sim(2)),
    "cpu scalar in masked_fill": lambda: sim(2).masked_fill(sim(2) > 0, torch.tensor(9.0)),
    "cpu scalar power": lambda: sim(2) ** torch.tensor(2),
    "cpu index": lambda: sim(3, 2)[torch.tensor([2, 0])],
    "cpu mask": lambda: sim(3)[torch.tensor([True, False, True])],
    "array index": lambda: sim(3)[np.array([0, 2])],
    "cpu index, written": lambda: sim(3).index_put((torch.tensor([1]),), torch.tensor(2.0)),
    "copy from the cpu": lambda: sim(2).copy_(torch.ones(2)),
    "slice from the cpu": lambda: sim(2, 2)[0].copy_(torch.ones(2)),
    "view as a cpu tensor": lambda: sim(4).view_as(torch.ones(2, 2)).expand_as(torch.ones(3, 2, 2)),
    "like a cpu tensor": lambda: torch.rand_like(torch.ones(2), device="sim"),
    "loss against a cpu scalar": lambda: functional.mse_loss(sim(1)[0], torch.tensor(1.0)),
}


@pytest.mark.parametrize("mix", LEGAL.values(), ids=LEGAL)
def test_what_cuda_lets_mix_may_mix(mix):
    assert mix().device.type == "sim"


def test_the_message_names_the_operation_and_its_tensors():
    with pytest.raises(RuntimeError, match=r"\(in mul: \(2, 3\) on sim:0, \(3,\) on cpu\)"):
        sim(2, 3) * torch.arange(3)


def test_what_the_simulation_cannot_do_is_called_its_own_limit():
    with pytest.raises(RuntimeError, match="sparse_coo; this is a limit of the simulation"):
        sim(2).to_sparse()
    with pytest.raises(RuntimeError, match="tensors of another class"):
        sim(2).as_subclass(torch.Tensor)
