"""What specs of training on several processes run, on each rank or beside the learner's code; see `tests/probes.py`."""

import builtins
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

Function = Callable[..., Any]


def shares(function: Function, count: int, world_size: int, *more: Any) -> list[Any]:
    """What the function gives each rank."""
    return [function(count, rank, world_size, *more) for rank in range(world_size)]


def epochs(function: Function, count: int, world_size: int, epochs: int, seed: int) -> list[list[Any]]:
    """What the function gives each rank in each epoch."""
    return [shares(function, count, world_size, epoch, seed) for epoch in range(epochs)]


def shares_of_processes(function: Function, *args: Any) -> list[Any]:
    """What the function gives in two processes, as far as `hash` is concerned: each has hashes of texts of its own."""
    true_hash, found = builtins.hash, []
    for process in range(2):
        builtins.hash = lambda value, process=process: true_hash(_salted(value, process))
        try:
            found.append(function(*args))
        finally:
            builtins.hash = true_hash
    return found


def _salted(value: Any, salt: int) -> Any:
    if isinstance(value, str | bytes):
        return (salt, value)
    return tuple(_salted(item, salt) for item in value) if type(value) is tuple else value


# Models.


class Bag(nn.Module):
    """A module that consists of these tensors: parameters, then buffers.

    Args:
        frozen: the numbers of the parameters that require no gradient.
        layout: makes of a tensor another with the same entries.
    """

    def __init__(
        self, parameters: Sequence[Tensor], buffers: Sequence[Tensor] = (), frozen: Sequence[int] = (),
        layout: Function = torch.clone,
    ) -> None:  # fmt: skip
        super().__init__()
        for i, tensor in enumerate(parameters):
            self.register_parameter(f"weight_{i}", nn.Parameter(layout(tensor), requires_grad=i not in frozen))
        for i, tensor in enumerate(buffers):
            self.register_buffer(f"buffer_{i}", layout(tensor), persistent=i % 2 == 0)


def with_gaps(x: Tensor) -> Tensor:
    """The same entries, every other one of a larger tensor's last axis."""
    wide = x.new_full((*x.shape, 2), 7)
    wide[..., 0] = x
    return wide[..., 0]


def column_major(x: Tensor) -> Tensor:
    """The same entries, with the axes the other way round in memory."""
    backwards = tuple(reversed(range(x.dim())))
    return x.permute(backwards).contiguous().permute(backwards)


LAYOUTS: dict[str, Function] = {"clone": torch.clone, "gaps": with_gaps, "columns": column_major}


class Perceptron(nn.Module):
    """3 features to 2; the second layer is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.unused = nn.Linear(4, 4)
        self.last = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.tanh(self.first(x)))


class Router(nn.Module):
    """3 features to 2: samples with a positive first feature go through one layer, the others through another."""

    def __init__(self) -> None:
        super().__init__()
        self.positive = nn.Linear(3, 2)
        self.other = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        out = x.new_zeros(len(x), 2)
        for chosen, layer in ((x[:, 0] > 0, self.positive), (x[:, 0] <= 0, self.other)):
            if chosen.any():
                out = out.index_put((chosen.nonzero().flatten(),), layer(x[chosen]))
        return out


class Normalized(nn.Module):
    """3 features to 2, with running statistics; those are used only in evaluation mode."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.last = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.norm(x))


OPTIMIZERS: dict[str, Function] = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.5),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.1),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.1),
}


def mean_loss(predicted: Tensor, y: Tensor) -> Tensor:
    """A mean over samples that tells predictions from targets; there is none of no samples."""
    if not len(y):
        raise ValueError("loss_fn was called without samples")
    return ((predicted - y).square() + predicted).mean()


def made(make: Function, optimizer: str, dtype: torch.dtype) -> tuple[nn.Module, Any]:
    """A model, the same whoever makes it, and its optimizer."""
    state = torch.get_rng_state()
    torch.default_generator.manual_seed(3)
    model = make().to(dtype)
    torch.set_rng_state(state)
    return model, OPTIMIZERS[optimizer](model.parameters())


def numbers(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters and buffers."""
    return {name: tensor.detach().clone() for name, tensor in (*model.named_parameters(), *model.named_buffers())}


# Jobs: each rank runs one with its share.


def broadcast(
    impl: ModuleType, tensors: Sequence[Tensor], buffers: Sequence[Tensor], source: Sequence[int],
    layout: str = "clone", frozen: Sequence[int] = (),
) -> dict[str, Any]:  # fmt: skip
    """`broadcast_parameters` of a bag; what it gives, what the model is then, and what should not change."""
    model = Bag(tensors, buffers, frozen, LAYOUTS[layout])
    held = [*model.parameters(), *model.buffers()]
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0) if parameter.requires_grad else None
    result = impl.broadcast_parameters(model, *source)
    now = [*model.parameters(), *model.buffers()]
    return {
        "result": result,
        "numbers": [tensor.detach().clone() for tensor in held],
        "same": [a is b for a, b in zip(held, now, strict=True)],
        "requires_grad": [tensor.requires_grad for tensor in held],
        "gradients": [parameter.grad for parameter in model.parameters()],
    }


def average(
    impl: ModuleType, gradients: Sequence[Tensor | None], weight: Sequence[float] = (), layout: str = "clone"
) -> dict[str, Any]:
    """`average_gradients` of a bag of such parameters; parameters without a gradient have the shape (2,)."""
    parameters = [torch.full((2,), 9.0) if grad is None else torch.full_like(grad, 9.0) for grad in gradients]
    model = Bag(parameters, [torch.tensor([4.0])])
    for parameter, grad in zip(model.parameters(), gradients, strict=True):
        parameter.grad = None if grad is None else LAYOUTS[layout](grad)
    before = numbers(model)
    result = impl.average_gradients(model, *weight)
    after = numbers(model)
    return {
        "result": result,
        "gradients": [None if parameter.grad is None else parameter.grad.clone() for parameter in model.parameters()],
        "changed": [name for name in before if not torch.equal(before[name], after[name])],
    }


def steps(
    impl: ModuleType, make: Function, optimizer: str, batches: Sequence[tuple[Tensor, Tensor]], training: bool = True
) -> dict[str, Any]:
    """Several times `data_parallel_step`, each with this rank's share of a batch."""
    model, optimizer_ = made(make, optimizer, batches[0][0].dtype)
    model.train(training)
    for parameter in model.parameters():  # left over from who knows what
        parameter.grad = torch.full_like(parameter, 3.0)
    losses, unchanged = [], []
    for x, y in batches:
        given = x.clone(), y.clone()
        losses.append(impl.data_parallel_step(model, mean_loss, optimizer_, x, y))
        unchanged.append(torch.equal(x, given[0]) and torch.equal(y, given[1]))
    return {
        "losses": losses,
        "numbers": numbers(model),
        "unchanged": all(unchanged),
        "modes": sorted({module.training for module in model.modules()}),
    }


def in_one_process(
    make: Function, optimizer: str, batches: Sequence[tuple[Tensor, Tensor]], training: bool = True
) -> tuple[list[float], dict[str, Tensor]]:
    """The losses and the model of one process that takes the same steps on whole batches."""
    model, optimizer_ = made(make, optimizer, batches[0][0].dtype)
    model.train(training)
    losses = []
    for x, y in batches:
        optimizer_.zero_grad()
        loss = mean_loss(model(x), y)
        loss.backward()
        optimizer_.step()
        losses.append(loss.item())
    return losses, numbers(model)


# A ring whose ranks are threads.


class RingStopped(Exception):
    """Ranks of a ring wait for tensors that nobody sends."""


class Network:
    """What the ranks of a ring send and receive through; knows at once when none of them can go on."""

    def __init__(self, world_size: int) -> None:
        self.sent: list[list[tuple[int, Tensor]]] = [[] for _ in range(world_size)]
        self.running = set(range(world_size))
        self.waiting: dict[int, int] = {}  # who waits for whom
        self.on_the_way: dict[tuple[int, int], deque[Tensor]] = {}
        self.changed = threading.Condition()

    def send(self, rank: int, tensor: Tensor, to: int) -> None:
        with self.changed:
            self.sent[rank].append((to, tensor.detach().clone()))
            self.on_the_way.setdefault((rank, to), deque()).append(tensor.detach().clone())
            self.changed.notify_all()

    def receive(self, rank: int, source: int) -> Tensor:
        with self.changed:
            self.waiting[rank] = source
            arrived = self.on_the_way.setdefault((source, rank), deque())
            while not arrived:
                if self.stopped():
                    self.changed.notify_all()
                    told = ", ".join(
                        f"rank {one} waits for rank {other}" for one, other in sorted(self.waiting.items())
                    )
                    raise RingStopped(f"{told}, and nothing is on the way")
                self.changed.wait(0.5)
            del self.waiting[rank]
            return arrived.popleft()

    def ended(self, rank: int) -> None:
        with self.changed:
            self.running.discard(rank)
            self.changed.notify_all()

    def stopped(self) -> bool:
        pending = any(self.on_the_way.get((source, rank)) for rank, source in self.waiting.items())
        return self.running <= self.waiting.keys() and not pending


def ring(function: Function, data: Sequence[Sequence[Tensor]]) -> dict[str, Any]:
    """Run `ring_all_reduce` on all ranks at once.

    Args:
        data: the chunks of each rank.

    Returns:
        `results` of each rank, and what each rank has `sent`, as tuples (to, tensor).
    """
    return ring_in_place(function, [[chunk.clone() for chunk in chunks] for chunks in data])


def ring_in_place(function: Function, data: Sequence[Sequence[Tensor]]) -> dict[str, Any]:
    """The same on the very lists and tensors that are given."""
    network = Network(len(data))
    results: list[Any] = [None] * len(data)
    errors: dict[int, BaseException] = {}

    def run(rank: int) -> None:
        def send(tensor: Tensor, to: int) -> None:
            network.send(rank, tensor, to)

        def receive(source: int) -> Tensor:
            return network.receive(rank, source)

        try:
            results[rank] = function(data[rank], rank, len(data), send, receive)
        except BaseException as error:
            errors[rank] = error
        finally:
            network.ended(rank)

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(len(data))]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # in short turns: a time limit may be waiting
            thread.join(0.1)
    # Whoever waits for a rank that failed is stopped too; the failure itself is what matters.
    for kind in (lambda error: not isinstance(error, RingStopped), lambda error: True):
        if found := next((errors[rank] for rank in sorted(errors) if kind(errors[rank])), None):
            raise found
    return {"results": results, "sent": network.sent}


def ring_results(function: Function, *data: Sequence[Tensor]) -> list[Any]:
    """The results alone."""
    found: list[Any] = ring(function, data)["results"]
    return found


def ring_alone(function: Function, chunks: Sequence[Tensor], rank: int, world_size: int) -> Any:
    """One rank of a ring in which nobody else is there; sending or receiving is an error."""
    return function(list(chunks), rank, world_size, _not_now, _not_now)


def _not_now(*args: Any) -> Any:
    raise RuntimeError("nothing may be sent or received here")
