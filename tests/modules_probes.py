"""What specs of modules run on the learner's side: what a module shows, and modules to give; see `tests/probes.py`."""

import copy
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn

# -- What a module is, and does --------------------------------------------------------------------------------


def shapes(module: nn.Module) -> list[tuple[int, ...]]:
    """The shapes of the registered parameters, in their order."""
    return [tuple(parameter.shape) for parameter in module.parameters()]


def buffers(module: nn.Module) -> list[str]:
    """The names of the registered buffers, those that are not saved included."""
    return sorted(name for name, _ in module.named_buffers())


def kinds(module: nn.Module) -> list[str]:
    """The dtypes and devices of the registered parameters, each once."""
    return sorted({f"{parameter.dtype} on {parameter.device.type}" for parameter in module.parameters()})


def state(module: nn.Module) -> dict[str, Tensor]:
    """A copy of the state_dict, on the CPU."""
    return {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}


def values(module: nn.Module, *names: str) -> list[Tensor]:
    """Copies of tensors that the module has as attributes, registered or not."""
    return [getattr(module, name).detach().clone() for name in names]


def set_values(module: nn.Module, **tensors: Tensor) -> None:
    """Write into tensors that the module has as attributes, registered or not."""
    for name, value in tensors.items():
        own = getattr(module, name)
        if own.shape != value.shape:
            raise ValueError(f"{name} has the shape {tuple(own.shape)}: it should be {tuple(value.shape)}")
        own.data.copy_(value)


def fill(module: nn.Module, tensors: Sequence[Tensor]) -> None:
    """Write into the registered parameters, in their order."""
    for parameter, value in zip(module.parameters(), tensors, strict=True):
        parameter.data.copy_(value)


def trains(module: nn.Module) -> list[str]:
    """All names of the parameters that require a gradient."""
    named = module.named_parameters(remove_duplicate=False)
    return [name for name, parameter in named if parameter.requires_grad]


def require_grad(module: nn.Module) -> list[str]:
    """The names of everything in the state that requires a gradient, buffers included."""
    return [name for name, value in module.state_dict(keep_vars=True).items() if value.requires_grad]


def holds_a(module: nn.Module, kind: type) -> bool:
    """Is it, or is anything within it, of that class?"""
    return any(isinstance(each, kind) for each in module.modules())


def made_after(seeds: Sequence[int], make: Callable[..., nn.Module], *args: Any) -> list[list[Tensor]]:
    """The tensors in the state of a new module after each of these seeds."""
    found = []
    for seed in seeds:
        torch.manual_seed(seed)
        found.append(list(state(make(*args)).values()))
    return found


def called_after(seeds: Sequence[int], module: nn.Module, x: Tensor) -> list[Tensor]:
    """What the module makes of x after each of these seeds."""
    found = []
    for seed in seeds:
        torch.manual_seed(seed)
        found.append(module(x))
    return found


def calls(module: nn.Module, x: Tensor, count: int) -> list[Tensor]:
    """What so many calls make of x."""
    return [module(x) for _ in range(count)]


def parameter_gradients(module: nn.Module, x: Tensor, upstream: Tensor) -> list[Tensor | None]:
    """The gradient of `(module(x) * upstream).sum()` for each registered parameter; None where none arrives."""
    result = module(x)
    if result.shape != upstream.shape:
        raise ValueError(f"the module gave the shape {tuple(result.shape)}: it should be {tuple(upstream.shape)}")
    return list(torch.autograd.grad(result, list(module.parameters()), upstream, allow_unused=True))


def trained(module: nn.Module, x: Tensor, y: Tensor, steps: int = 3) -> dict[str, Tensor]:
    """The state after some steps down the mean squared error."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        ((module(x) - y) ** 2).mean().backward()
        optimizer.step()
    return state(module)


# -- Copying, saving, loading ----------------------------------------------------------------------------------


def result_of_copy(module: nn.Module, x: Tensor) -> Tensor:
    """What a deep copy makes of x, after all tensors in the state of the original were set to zero."""
    copied = copy.deepcopy(module)
    for value in module.state_dict().values():
        value.zero_()
    result: Tensor = copied(x)
    return result


def reloaded(source: nn.Module, target: nn.Module) -> nn.Module:
    """`target` with the state of `source`, by way of a file."""
    file = io.BytesIO()
    torch.save(source.state_dict(), file)
    file.seek(0)
    target.load_state_dict(torch.load(file, weights_only=True))
    return target


def made_from(make: Callable[..., nn.Module], *tensors: Tensor) -> nn.Module:
    """The module that is made from tensors that require a gradient, and are computed from others."""
    return make(*[tensor.detach().requires_grad_(True) * 1 for tensor in tensors])


def written_after(make: Callable[..., nn.Module], *tensors: Tensor) -> list[Tensor]:
    """The given tensors after ones were loaded into every place of the module that is made from them."""
    own = [tensor.clone() for tensor in tensors]
    module = make(*own)
    module.load_state_dict({name: torch.ones_like(value) for name, value in module.state_dict().items()})
    return own


def state_after_writing(make: Callable[..., nn.Module], *tensors: Tensor) -> dict[str, Tensor]:
    """The state of the module after the tensors that it was made from were set to zero."""
    own = [tensor.clone() for tensor in tensors]
    module = make(*own)
    for tensor in own:
        tensor.zero_()
    return state(module)


# -- Modules to count, and to freeze ---------------------------------------------------------------------------


class Scaled(nn.Module):
    """A parameter of the model itself, without axes, beside a layer: 1 + 2 * 3 + 3."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.layer = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer(x) * self.scale
        return result


class Deep(nn.Module):
    """Parameters at depths 1, 2, 3 and 4: 5, 3 * 2 + 2, 2 * 4 and 1 * 3 entries, and an empty one."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(5)), nn.Parameter(torch.ones(0, 2))])
        inner = nn.Sequential(nn.ModuleDict({"last": nn.Linear(3, 1, bias=False)}))
        self.block = nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.Linear(4, 2, bias=False), inner))


class Tied(nn.Module):
    """An embedding (4, 3) whose weight is also that of the decoder, which has a bias (4,) of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Embedding(4, 3)
        self.decoder = nn.Linear(3, 4)
        self.decoder.weight = self.encoder.weight


class Repeated(nn.Module):
    """One layer of 3 * 3 + 3 in two places, and a layer of 3 * 2."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = self.first
        self.last = nn.Linear(3, 2, bias=False)


def alike() -> nn.Module:
    """Three layers of 2 * 2 + 2 each, with equal values."""
    layers = [nn.Linear(2, 2) for _ in range(3)]
    for layer in layers[1:]:
        layer.load_state_dict(layers[0].state_dict())
    return nn.Sequential(*layers)


def normed() -> nn.Module:
    """Parameters of 2 * 3 + 3 + 3 + 3; the running statistics are buffers of 3 + 3 + 1."""
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def without_parameters() -> nn.Module:
    return nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3, affine=False))


def on_meta() -> nn.Module:
    """Two layers, 4 * 3 + 3 and 3 * 2 + 2, without values."""
    return nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)).to("meta")


def without_grad(module: nn.Module, names: Sequence[str]) -> nn.Module:
    """The module, where the parameters of these names require no gradient."""
    for name in names:
        module.get_parameter(name).requires_grad_(False)
    return module


class Network(nn.Module):
    """Names that contain each other: see `NAMES`. Each parameter has a gradient, with the numbers it begins with."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.5))
        self.layer1 = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 3))
        self.layer1_norm = nn.BatchNorm1d(2)
        self.layer10 = nn.Linear(3, 3)
        self.layer2 = nn.Linear(3, 3, bias=False)
        self.head = nn.ModuleDict({"layer2": nn.Linear(3, 2)})
        for parameter in self.parameters():
            numbers = torch.arange(1, parameter.numel() + 1) * 3 % 7 / 4 - 0.5
            parameter.data.copy_(numbers.reshape(parameter.shape))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer10(self.layer1(self.layer1_norm(x))) * self.scale
        result: Tensor = self.head["layer2"](self.layer2(x))
        return result


NAMES = (
    "scale",
    "layer1.0.weight", "layer1.0.bias", "layer1.2.weight", "layer1.2.bias",
    "layer1_norm.weight", "layer1_norm.bias",
    "layer10.weight", "layer10.bias",
    "layer2.weight",
    "head.layer2.weight", "head.layer2.bias",
)  # fmt: skip


def half_evaluated() -> Network:
    """In train mode, but for two modules within it."""
    network = Network()
    network.layer1.eval()
    network.head.eval()
    return network


def freeze_names(freeze: Callable[..., Any], network: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """The names of the parameters that have stopped training, of those that did before the call."""
    before = trains(network)
    freeze(network, prefixes)
    after = trains(network)
    return [name for name in before if name not in after] + [f"not {name}" for name in after if name not in before]


def trains_after(freeze: Callable[..., Any], network: nn.Module, prefixes: Sequence[str]) -> list[str]:
    """What requires a gradient after a call, even if that ends in a ValueError."""
    with suppress(ValueError):
        freeze(network, prefixes)
    return trains(network)


def same_parameters(function: Callable[..., Any], module: nn.Module, *args: Any) -> bool:
    """Does the module have the same parameter objects under the same names as before the call?"""
    before = dict(module.named_parameters(remove_duplicate=False))
    function(module, *args)
    after = dict(module.named_parameters(remove_duplicate=False))
    return before.keys() == after.keys() and all(before[name] is after[name] for name in before)


def gradients_after(freeze: Callable[..., Any], network: nn.Module, x: Tensor, prefixes: Sequence[str]) -> list[str]:
    """The names of the parameters that still hold a gradient, when all did before the call."""
    network(x).sum().backward()
    freeze(network, prefixes)
    return [name for name, parameter in network.named_parameters() if parameter.grad is not None]


def moved_by(freeze: Callable[..., Any], network: nn.Module, x: Tensor, prefixes: Sequence[str]) -> list[str]:
    """The names of what steps move in a network that is frozen between a backward pass and the optimizer's step."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    weights = torch.arange(1.0, 3.0).to(x.device)
    before: dict[str, Tensor] = {}
    for step in range(3):
        (network(x) * weights).sum().backward()
        if step == 0:
            freeze(network, prefixes)
            before = state(network)
        optimizer.step()
        optimizer.zero_grad()
    after = state(network)
    return [name for name in before if not torch.equal(before[name], after[name])]
