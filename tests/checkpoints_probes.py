"""Models, files and training runs for specs of saving and loading; see `tests/probes.py`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from tests._inputs import Snapshot

Function = Callable[..., Any]
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "Adam": lambda weights, lr: torch.optim.Adam(weights, lr=lr),
    "SGD with momentum": lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.9),
}
NO_DEFAULT = {"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}


# -- Models --------------------------------------------------------------------------------------------------


class Network(nn.Module):
    """Weights, statistics, a frozen parameter, modules in both modes, and a buffer that is not to be saved."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Dropout())
        self.head = nn.Linear(2, 1)
        self.scale = nn.Parameter(torch.ones(2), requires_grad=False)
        self.register_buffer("table", torch.zeros(3), persistent=False)
        self.hidden[1].eval()


def network(start: float = 0.0, device: Any = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    """A model whose numbers all differ from each other, and from those of another `start` (a multiple of 100)."""
    model: nn.Module = Network().to(dtype)
    fill(model, start)
    return model.to(device)


def statistics(start: float = 0.0, device: Any = "cpu") -> nn.Module:
    """A model that has buffers and no parameters."""
    model = nn.BatchNorm1d(2, affine=False)
    fill(model, start)
    return model.to(device)


def flattening() -> nn.Module:
    """A model that has neither."""
    return nn.Flatten()


def fill(model: nn.Module, start: float) -> None:
    """Write other numbers into a model's tensors, as training does."""
    for i, tensor in enumerate(model.state_dict().values()):
        numbers = start + 5 * i + torch.arange(tensor.numel()) / 4
        tensor.copy_(numbers.reshape(tensor.shape))


def moved(model: nn.Module, device: Any) -> None:
    model.to(device)


def weights(model: nn.Module) -> dict[str, Tensor]:
    """What a model holds now, as copies under names."""
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


# -- What a call changes, opens or runs ----------------------------------------------------------------------


def changes(function: Function, *args: Any) -> list[str]:
    """What a call changed of the models and optimizers among its arguments, such as "the mode of hidden"."""
    before = [_traits(value) for value in args]
    function(*args)
    after = [_traits(value) for value in args]
    pairs = zip(before, after, strict=True)
    return [trait for old, new in pairs for trait in old | new if old.get(trait) != new.get(trait)]


def changes_besides_values(function: Function, *args: Any) -> list[str]:
    return [trait for trait in changes(function, *args) if not trait.startswith("the values")]


def _traits(value: Any) -> dict[str, Any]:
    if isinstance(value, Optimizer):
        tensors = [tensor for group in value.param_groups for tensor in group["params"]]
        objects = {"the tensors that the optimizer holds": list(map(id, tensors))}
        return {**objects, "the values of the optimizer": _contents(value.state_dict())}
    return dict(_traits_of_model(value)) if isinstance(value, nn.Module) else {}


def _contents(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _contents(item) for key, item in value.items()}
    if isinstance(value, Tensor):
        return str(value.device), Snapshot.of(value)[0].content
    return [_contents(item) for item in value] if isinstance(value, list | tuple) else value


def _traits_of_model(model: nn.Module) -> Iterator[tuple[str, Any]]:
    for name, module in model.named_modules():
        yield f"the mode of {name or 'the model'}", module.training
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        yield f"the object {name}", id(tensor)
        yield f"the device of {name}", str(tensor.device)
        yield f"the dtype of {name}", str(tensor.dtype)
        yield f"requires_grad of {name}", tensor.requires_grad
        yield f"the values of {name}", _contents(tensor)[1]


def raised(function: Function, *args: Any) -> bool:
    """Does a call end with an error, of whatever type? A stub's goes through."""
    try:
        function(*args)
    except NotImplementedError:
        raise
    except Exception:
        return True
    return False


def raised_without_default(function: Function, *args: Any) -> bool:
    """The same while `torch.load`, unless it is told, does not look at what it runs."""
    with mock.patch.dict(os.environ, NO_DEFAULT):
        return raised(function, *args)


def changes_when_refused(function: Function, *args: Any) -> list[str]:
    """What a call changed that ends with an error."""
    return changes(raised, function, *args)


# -- Files ---------------------------------------------------------------------------------------------------


class Trap:
    """Where a file holds one, a reader that runs what is in the file makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


def write_from_absent_device(content: Any, path: Path) -> None:
    """Save as a machine does that has a hundred GPUs and the tensors on the last one."""
    with mock.patch.object(torch.serialization, "location_tag", return_value="cuda:99"):
        torch.save(content, path)


def same_objects(function: Function, state: Any, *args: Any) -> tuple[bool, list[str]]:
    """Is the result the dict that was given itself, and which of its values are other objects?"""
    result = function(state, *args)
    others = [name for (name, value), given in zip(result.items(), state.values(), strict=True) if value is not given]
    return result is state, others


# -- Training runs -------------------------------------------------------------------------------------------


def optimizer_of(model: nn.Module, lr: float = 0.1, kind: str = "Adam") -> Optimizer:
    return OPTIMIZERS[kind](model.parameters(), lr)


def stepped(optimizer: Optimizer, steps: int = 1) -> Optimizer:
    """The same optimizer, with a memory of some steps. Runs no backward pass."""
    for step in range(steps):
        for group in optimizer.param_groups:
            for i, weight in enumerate(group["params"]):
                weight.grad = torch.full_like(weight, 1.0 + i + step) if weight.requires_grad else None
        optimizer.step()
    return optimizer


def optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimizer remembers of each parameter, and the learning rate of each group."""
    state = optimizer.state_dict()
    return {"state": state["state"], "lr": [group["lr"] for group in state["param_groups"]]}


def _run(device: Any, kind: str, start: float) -> tuple[nn.Module, Optimizer]:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    fill(model, start)
    with torch.no_grad():
        for weight in model.parameters():
            weight.sin_()
    model = model.to(device)
    return model, optimizer_of(model, 0.05, kind)


def _train(model: nn.Module, optimizer: Optimizer, epochs: range, device: Any) -> None:
    """Each epoch has data of its own, so one that is done twice or left out shows."""
    for epoch in epochs:
        x = (torch.arange(15.0).reshape(5, 3) * (epoch + 1)).sin().to(device)
        optimizer.zero_grad()
        (model(x) - x[:, :1]).square().mean().backward()
        optimizer.step()


def trained(device: Any, kind: str, epochs: int) -> dict[str, Tensor]:
    """The weights after training that was never stopped."""
    model, optimizer = _run(device, kind, 1.0)
    _train(model, optimizer, range(epochs), device)
    return weights(model)


def resumed(save: Function, load: Function, path: Path, device: Any, kind: str, epochs: int) -> dict[str, Tensor]:
    """The weights after training that was stopped half-way; another model and optimizer have gone on."""
    half = epochs // 2
    model, optimizer = _run(device, kind, 1.0)
    _train(model, optimizer, range(half), device)
    save(path, model, optimizer, half - 1)
    model, optimizer = _run(device, kind, 2.0)
    _train(model, optimizer, range(load(path, model, optimizer), epochs), device)
    return weights(model)


# -- Objects that remember -----------------------------------------------------------------------------------


def changes_by_update(best: Any, model: nn.Module, loss: float) -> list[str]:
    return changes(lambda _: best.update(loss), model)


def changes_by_restore(best: Any, model: nn.Module) -> list[str]:
    return changes_besides_values(lambda _: best.restore(), model)


def updated_with_running_loss(make: Function, model: nn.Module, losses: list[float]) -> list[Any]:
    """What updates give that are all told one tensor, whose value changes in between."""
    best, running = make(model), torch.tensor(0.0)
    return [best.update(running.fill_(loss)) for loss in losses]
