"""What specs of devices run on the learner's side; see `tests/probes.py`."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NamedTuple
from unittest import mock

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tests._inputs import Array

Function = Callable[..., Any]

# -- Machines that are not here --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Host:
    """A machine, as PyTorch's public functions tell it.

    Attributes:
        built: the type of accelerator that PyTorch was built for; None for a build for the CPU.
        count: how many of them can be used.
        current: the index of the current one.
    """

    built: str | None = None
    count: int = 0
    current: int = 0


HOSTS: Mapping[str, Host] = {
    "no accelerator": Host(),
    "CUDA": Host("cuda", 1),
    "XPU": Host("xpu", 1),
    "MPS": Host("mps", 1),
    "CUDA without a driver": Host("cuda"),
    "XPU without a driver": Host("xpu"),
    "MPS without a device": Host("mps"),
    "CUDA, number 1 of 2": Host("cuda", 2, 1),
    "XPU, number 1 of 2": Host("xpu", 2, 1),
}
ACCELERATORS = ("cuda", "xpu", "mps")


def on_host(name: str, function: Function, *args: Any) -> Any:
    """Call the function as on another machine: PyTorch says so, but tensors cannot be made on its accelerator."""
    answers = _answers(HOSTS[name])
    # A name that the learner's file imported, as in `from torch.cuda import is_available`, answers too.
    known = getattr(inspect.unwrap(function), "__globals__", {})
    with ExitStack() as stack:
        for (owner, attribute), answer in answers.items():
            if not hasattr(owner, attribute):
                continue
            original = getattr(owner, attribute)
            for global_name in [key for key, value in known.items() if callable(value) and value is original]:
                stack.enter_context(mock.patch.dict(known, {global_name: answer}))
            stack.enter_context(mock.patch.object(owner, attribute, answer))
        return function(*args)


def on_hosts(names: Sequence[str], function: Function) -> list[Any]:
    """What the function answers on one machine after another."""
    return [on_host(name, function) for name in names]


def _answers(host: Host) -> dict[tuple[Any, str], Any]:
    """What each public function of PyTorch that could be asked says on that machine."""
    device = None if host.built is None else torch.device(host.built)
    module = torch.cpu if host.built is None else getattr(torch, host.built)
    get_device_module = torch.get_device_module

    def current_accelerator(check_available: bool = False) -> torch.device | None:
        return device if host.count or not check_available else None

    def module_of(device: Any = None) -> Any:
        return module if device is None else get_device_module(device)

    found: dict[tuple[Any, str], Any] = {
        (torch.accelerator, "current_accelerator"): current_accelerator,
        (torch.accelerator, "current_device_idx"): _current(host, host.count > 0),
        (torch.backends.mps, "is_built"): _constant(host.built == "mps"),
        (torch.backends.mps, "is_available"): _constant(host.built == "mps" and host.count > 0),
        (torch.backends.cuda, "is_built"): _constant(host.built == "cuda"),
        (torch.version, "cuda"): "13.0" if host.built == "cuda" else None,
        (torch, "get_device_module"): module_of,
    }
    kinds = [(torch.accelerator, host.built is not None)]
    kinds += [(getattr(torch, kind), host.built == kind) for kind in ACCELERATORS]
    for owner, is_it in kinds:
        count = host.count if is_it else 0
        found[owner, "is_available"] = _constant(count > 0)
        found[owner, "device_count"] = _constant(count)
        found[owner, "current_device"] = found[owner, "current_device_index"] = _current(host, count > 0)
    return found


def _constant(answer: object) -> Function:
    return lambda: answer


def _current(host: Host, usable: bool) -> Function:
    def current_device() -> int:
        if not usable:
            raise RuntimeError("there is no such device on this machine")
        return host.current

    return current_device


# -- What touches which device ---------------------------------------------------------------------------------


class _Watch(TorchDispatchMode):
    """Writes down the devices of what goes in and comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.devices: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs, result)) if isinstance(leaf, Tensor)]
        self.devices |= {tensor.device.type for tensor in tensors}
        return result


def devices_in(function: Function, *args: Any) -> list[str]:
    """The types of the devices whose tensors a call uses or makes, sorted."""
    with _Watch() as watch:
        function(*args)
    return sorted(watch.devices)


# -- Batches ---------------------------------------------------------------------------------------------------


class Sample(NamedTuple):
    """A named tuple, as a dataset could give it."""

    features: Any
    label: Any


class Single(NamedTuple):
    """A named tuple of one field."""

    value: Any


class Note:
    """No tensor, although it has a method `to`, and a tensor in it."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def to(self, device: Any) -> "Note":
        return Note(self.tensor.to(device))


OBJECTS: Mapping[str, Function] = {
    "a text": lambda x: "text",
    "a NumPy array": lambda x: x.cpu().numpy(),
    "a set": lambda x: {1, 2},
    "a range": lambda x: range(3),
    "a generator": lambda x: (row for row in x),
    "an object with a method `to`": Note,
    "a module": lambda x: nn.Linear(2, 1).to(x.device),
}


def hands_on(move: Function, what: str, x: Tensor, device: Any) -> bool:
    """Does an object that is no tensor come back as itself, alone and in a list? A module stays where it was, too."""
    given = OBJECTS[what](x)
    same = move(given, device) is given and move([given], device)[0] is given
    stays = not isinstance(given, nn.Module) or all(one.device == x.device for one in given.parameters())
    return same and stays


def moved_alone(move: Function, x: Tensor, device: Any) -> Tensor:
    """The tensor, moved within a nested batch."""
    result: Tensor = move({"a": [(1, Sample(x, "cat"))]}, device)["a"][0][1][0]
    return result


def copied_tensors(move: Function, batch: Any, device: Any) -> int:
    """How many tensors of a nested batch did not come back as the objects they were."""
    pairs = zip(tree_leaves(batch), tree_leaves(move(batch, device)), strict=True)
    return sum(result is not given for given, result in pairs if isinstance(given, Tensor))


def kept_containers(move: Function, batch: Any, device: Any) -> list[str]:
    """The lists and dicts of a batch that came back as the objects they were: their places in it."""
    return list(_kept(batch, move(batch, device), "batch"))


def _kept(given: Any, result: Any, place: str) -> Iterator[str]:
    if isinstance(given, list | dict) and result is given:
        yield place
    if isinstance(given, dict) and isinstance(result, dict):
        for key in given:
            yield from _kept(given[key], result.get(key), f"{place}[{key!r}]")
    elif isinstance(given, list | tuple) and isinstance(result, list | tuple):
        for i, (one, other) in enumerate(zip(given, result, strict=False)):
            yield from _kept(one, other, f"{place}[{i}]")


# -- NumPy -----------------------------------------------------------------------------------------------------


def array_of_conjugate(to_numpy: Function, x: Tensor) -> Array:
    """The array of a tensor that is marked as conjugated; the mark itself does not cross between processes."""
    result: Array = to_numpy(x.conj())
    return result


def array_of_negative(to_numpy: Function, x: Tensor) -> Array:
    """The array of a tensor that is marked as negated: the imaginary part of a conjugate."""
    result: Array = to_numpy(x.conj().imag)
    return result


def array_in_graph(to_numpy: Function, x: Tensor) -> Array:
    """The array of a tensor that was computed from one with a gradient."""
    result: Array = to_numpy(x.detach().requires_grad_() * 2)
    return result


def gradient_after(to_numpy: Function, x: Tensor) -> Tensor | None:
    """The gradient of the sum of squares, when the squares were made an array before."""
    leaf = x.detach().requires_grad_()
    squares = leaf**2
    to_numpy(squares)
    if not squares.requires_grad:
        return None
    return torch.autograd.grad(squares.sum(), leaf)[0]


# -- Modules ---------------------------------------------------------------------------------------------------


def fill(module: nn.Module, values: Tensor) -> None:
    """Write values into the only parameter of a module.

    Raises:
        TypeError: when it has none, several, or one of another shape.
    """
    shapes = [tuple(parameter.shape) for parameter in module.parameters()]
    if shapes != [tuple(values.shape)]:
        raise TypeError(f"the module's parameters have the shapes {shapes}: one of {tuple(values.shape)} was promised")
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(values)


def buffers(module: nn.Module) -> list[Tensor]:
    """The buffers' values."""
    return list(module.buffers())


def parameter_gradient(module: nn.Module, x: Tensor, upstream: Tensor) -> Tensor:
    """The gradient of `(module(x) * upstream).sum()` with respect to the only parameter."""
    (parameter,) = module.parameters()
    return torch.autograd.grad((module(x) * upstream).sum(), parameter)[0]


class Noting(nn.Linear):
    """A linear layer with one output that multiplies it by a buffer, and writes down its mode at each call."""

    factor: Tensor

    def __init__(self, weight: Sequence[float], bias: float, factor: float = 1.0) -> None:
        super().__init__(len(weight), 1)
        with torch.no_grad():
            self.weight.copy_(torch.tensor([weight]))
            self.bias.fill_(bias)
        self.register_buffer("factor", torch.tensor([factor]))
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.training)
        return super().forward(x) * self.factor


def in_evaluation(layer: nn.Module) -> nn.Module:
    """A model of that one layer, in evaluation mode as a whole."""
    return nn.Sequential(layer).eval()


def classifier(weight: Sequence[Sequence[float]]) -> nn.Module:
    """A linear layer without bias, one row of weights for each class."""
    model = nn.Linear(len(weight[0]), len(weight), bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(weight))
    return model


def sgd(model: nn.Module, **options: float) -> torch.optim.Optimizer:
    """An optimizer for the parameters of a model, as they are now."""
    return torch.optim.SGD(model.parameters(), **options)


def passing(batches: Iterable[Any]) -> Iterator[Any]:
    """A generator: it has no length, and can be gone through once."""
    yield from batches
