"""What specs of performance run on the learner's side: counters of waiting and of memory; see `tests/probes.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tests import _inputs

Function = Callable[..., Any]

# These read a CPU tensor without an operation that a dispatch mode would see.
READS = {"tolist", "numpy", "__array__"}


def host_syncs(function: Function, tensors: list[Tensor]) -> int:
    """How often the call reads tensors of the device of the first into Python, or copies them to the CPU.

    Not seen are copies to the CPU of what is there already, and `tolist` on the simulated device.
    """
    counted = _Counted(tensors[0].device.type)
    with _Waits(counted), _Reads(counted):
        function(tensors)
    return counted.syncs


class _Counted:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.syncs = 0

    def note(self, x: Any) -> None:
        self.syncs += isinstance(x, Tensor) and x.device.type == self.kind


class _Reads(TorchFunctionMode):
    def __init__(self, counted: _Counted) -> None:
        super().__init__()
        self.counted = counted

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__name__", "") in READS:
            self.counted.note(args[0])
        return func(*args, **(kwargs or {}))


class _Waits(TorchDispatchMode):
    def __init__(self, counted: _Counted) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counted = counted

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is torch.ops.aten._local_scalar_dense.default:
            self.counted.note(args[0])
        elif isinstance(result, Tensor) and result.device.type == "cpu" and self.counted.kind != "cpu":
            for source in [leaf for leaf in tree_leaves(args) if isinstance(leaf, Tensor)][-1:]:
                self.counted.note(source)  # copied from: `to` has one tensor, `copy_` has it last
        return result


def peak_bytes(function: Function, *args: Any) -> int:
    """The most bytes that tensors made during the call took at any moment; those in its arguments do not count."""
    with _Peak(args) as peak:
        function(*args)
    return peak.most


class _Peak(TorchDispatchMode):
    """Holds each new storage by a weak reference, and adds up those alive after every operation."""

    def __init__(self, args: Sequence[Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = 0
        self._given = {_memory(leaf)._cdata for leaf in _inputs.leaves(args) if isinstance(leaf, Tensor)}
        self._made: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._note(_memory(leaf))
        self._made = {key: made for key, made in self._made.items() if not made[0].expired()}
        self.most = max(self.most, sum(size for _, size in self._made.values()))
        return result

    def _note(self, memory: torch.UntypedStorage) -> None:
        if memory._cdata not in self._given:
            self._made[memory._cdata] = StorageWeakRef(memory), memory.nbytes()


def _memory(x: Tensor) -> Any:
    storage = x.untyped_storage()
    return getattr(storage, "held", storage)  # the simulated device keeps its numbers in a CPU storage


def of_iterator(function: Function, losses: list[Tensor]) -> Any:
    """What the function makes of the losses when they come one by one, without a length, and once only."""
    return function(loss for loss in losses)


def requiring_grad(function: Function, losses: list[Tensor]) -> Any:
    """What the function makes of losses that training gives: with history."""
    weight = torch.ones((), dtype=losses[0].dtype, device=losses[0].device, requires_grad=True)
    return function([loss * weight for loss in losses])


def histories_held(function: Function, batches: int, device: torch.device) -> int:
    """The most histories of earlier losses alive as the function asked for the next loss, or was done asking."""
    made: list[StorageWeakRef] = []
    most = 0

    def losses() -> Iterator[Tensor]:
        nonlocal most
        for batch in range(batches):
            yield _loss(batch, device, made)
            most = max(most, sum(not reference.expired() for reference in made))

    function(losses())
    return most


def _loss(batch: int, device: torch.device, made: list[StorageWeakRef]) -> Tensor:
    weight = torch.full((10,), 0.1 * batch, device=device, requires_grad=True)
    hidden = weight.exp()  # kept for the gradient of exp
    made.append(StorageWeakRef(_memory(hidden)))
    return hidden.sum()


class Scored(nn.Module):
    """Two layers over samples of shape (2, 3), with what makes models differ: a buffer, and parameters at rest.

    It flattens all axes but the first, so that it needs the batch axis; `frozen` requires no gradient, `unused`
    has no part in the result, and `shift` is a buffer. `calls` has the number of samples of each call.
    """

    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(6, 4)
        self.frozen = nn.Parameter(torch.empty(4), requires_grad=False)
        self.unused = nn.Parameter(torch.empty(2))
        self.last = nn.Linear(4, 3)
        self.register_buffer("shift", torch.empty(4))
        self.calls: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.calls.append(len(x))
        hidden = torch.tanh(self.first(x.flatten(1)) + self.shift) * self.frozen
        return self.last(hidden)


def filled(model: nn.Module, device: Any = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    """The model with parameters and buffers that are always the same, no two alike."""
    with torch.no_grad():
        for number, tensor in enumerate([*model.parameters(), *model.buffers()], start=1):
            tensor.copy_((torch.arange(tensor.numel()) * 0.7 + number).sin().reshape(tensor.shape))
    return model.to(device, dtype)


def scored(device: Any = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    return filled(Scored(), device, dtype)


def linear(device: Any = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    return filled(nn.Linear(3, 2), device, dtype)


def tied(device: Any = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    """Two layers with one weight."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    model[2].weight = model[0].weight  # type: ignore[union-attr]
    return filled(model, device, dtype)


def wide(device: Any = "cpu") -> nn.Module:
    """A model whose parameters are small beside what it computes for a batch."""
    return filled(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1)), device)


def squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean of squared differences; of other shapes than these two it makes a table, and says nothing."""
    return ((prediction - target) ** 2).mean()


def set_grad(model: nn.Module, value: float) -> None:
    """Give every parameter that can have one a gradient, from before the call."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.grad = torch.full_like(weight, value)


def grads(model: nn.Module) -> dict[str, Tensor | None]:
    return {name: None if w.grad is None else w.grad.detach().clone() for name, w in model.named_parameters()}


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def modes(model: nn.Module) -> dict[str, bool]:
    return {name: module.training for name, module in model.named_modules()}


def mix_modes(model: nn.Module, training: bool) -> None:
    """Put the model itself into training or evaluation, and what is in it into the other and the same by turns."""
    for number, module in enumerate(model.modules()):
        module.training = training if number % 2 == 0 else not training


def peak_of_batches(function: Function, loss_fn: Function, batches: list[tuple[Tensor, Tensor]]) -> int:
    """The peak of memory of a training function on the batches, with a model that has no gradients yet."""
    return peak_bytes(function, wide(batches[0][0].device), loss_fn, batches)


def requires_grad(function: Function, *args: Any) -> list[bool]:
    """Whether each tensor in the result requires grad."""
    return [leaf.requires_grad for leaf in _inputs.leaves(function(*args)) if isinstance(leaf, Tensor)]


def momenta(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """What an SGD remembers of earlier steps."""
    return [state["momentum_buffer"].clone() for state in optimizer.state.values()]


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.5)


class Watched(nn.Module):
    """A layer that writes down in which precision it, the loss, and the backward pass are run."""

    def __init__(self, device: Any) -> None:
        super().__init__()
        self.layer = linear(device)
        self.kind = torch.device(device).type
        self.seen: list[tuple[str, str]] = []

    def forward(self, x: Tensor) -> Tensor:
        self.note("model")
        result: Tensor = self.layer(x)
        result.register_hook(lambda _: self.note("backward"))
        return result

    def loss(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.note("loss")
        return squared_error(prediction.float(), target)

    def note(self, where: str) -> None:
        on = torch.is_autocast_enabled(self.kind)
        self.seen.append((where, str(torch.get_autocast_dtype(self.kind)) if on else "off"))


def precisions(step: Function, x: Tensor, y: Tensor) -> list[tuple[str, str]]:
    """Where autocast is on during a step, and afterwards."""
    model = Watched(x.device)
    optimizer = sgd(model)
    optimizer.register_step_pre_hook(lambda *_: model.note("step"))
    step(model, model.loss, optimizer, torch.amp.GradScaler(x.device.type, init_scale=8.0), x, y)
    model.note("afterwards")
    return model.seen
