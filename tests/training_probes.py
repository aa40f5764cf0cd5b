"""What specs of training run on the learner's side: models, losses, optimizers and callbacks are made there.

See `tests/probes.py`. Models come from given weights, so that both sides know where training begins.
"""

import io
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests import _inputs
from tests._inputs import Array
from tests.model_probes import modes, parameters

Batch = tuple[Tensor, Tensor]


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    """A layer that holds copies of these."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype, device=weight.device)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer


def network(*tensors: Tensor) -> nn.Sequential:
    """Two layers, from their weights and biases, with tanh between them."""
    return nn.Sequential(linear(*tensors[:2]), nn.Tanh(), linear(*tensors[2:]))


def normalized(weight: Tensor, bias: Tensor) -> nn.Sequential:
    """A layer behind a batch norm, which is a sub-module of a sub-module."""
    norm = nn.BatchNorm1d(weight.shape[1], dtype=weight.dtype, device=weight.device)
    return nn.Sequential(nn.Sequential(norm), linear(weight, bias))


def running_mean(model: nn.Sequential) -> Tensor:
    """Of the batch norm in `normalized`."""
    mean: Tensor = model[0][0].running_mean
    return mean.detach().clone()


def optimizer(kind: Callable[..., Any], model: nn.Module, only: Sequence[str] = (), **options: Any) -> Any:
    """An optimizer of all of a model's parameters, or only of those with these names."""
    chosen = [value for name, value in model.named_parameters() if not only or name in only]
    return kind(chosen, **options)


def skewed_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """A loss that is another one when prediction and target change places."""
    return ((prediction - target).square() * (2 + target)).mean()


class Spy:
    """Writes down the modes of a model and its sub-modules at each call, and counts steps of its optimizer."""

    def __init__(self, model: nn.Module, optimizer: Any) -> None:
        self.modes: list[list[bool]] = []
        self.steps = 0
        model.register_forward_hook(self._called)
        optimizer.register_step_post_hook(self._stepped)

    def _called(self, model: nn.Module, given: Any, result: Any) -> None:
        self.modes.append(modes(model))

    def _stepped(self, *given: Any) -> None:
        self.steps += 1


def loader(x: Tensor, y: Tensor, **options: Any) -> DataLoader[Any]:
    """A loader of the samples of two tensors."""
    return DataLoader(TensorDataset(x, y), **options)


class Passes:
    """A loader that gives other batches in each pass, and counts the passes that were begun."""

    def __init__(self, *passes: Sequence[Batch]) -> None:
        self.passes = passes
        self.started = 0

    def __iter__(self) -> Iterator[Batch]:
        self.started += 1
        if self.started > len(self.passes):
            raise EOFError(f"the loader was started more than {len(self.passes)} times")
        return iter(self.passes[self.started - 1])


class PassingBatches:
    """Batches made one by one; `most` is how many of the earlier ones were alive at most as another was due."""

    def __init__(self, *given: Batch) -> None:
        self.given = given
        self.most = 0

    def __iter__(self) -> Iterator[Batch]:
        made: list[weakref.ref[Array]] = []
        for x, y in self.given:
            memory = x.numpy().copy()
            made.append(weakref.ref(memory))
            batch = torch.from_numpy(memory), y
            del memory
            yield batch
            del batch
            self.most = max(self.most, sum(reference() is not None for reference in made))


class TracedLoss:
    """The mean squared error; `most` is how many graphs of earlier calls were alive at most at another call."""

    def __init__(self) -> None:
        self.marks: list[weakref.ref[_Mark]] = []
        self.most = 0

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.most = max(self.most, sum(reference() is not None for reference in self.marks))
        mark = _Mark()
        self.marks.append(weakref.ref(mark))
        loss: Tensor = _Marked.apply(functional.mse_loss(prediction, target), mark)
        return loss


class _Mark:
    """Lives as long as the graph that it is a part of."""


class _Marked(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, mark: _Mark) -> Tensor:
        ctx.mark = mark
        return x.clone()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        return upstream, None


class Watcher:
    """An `on_epoch`: writes down how it is called and where the parameters are, and gives one answer a call.

    Args:
        answers: one a call, then None.
        evaluates: whether it puts the model into evaluation mode, as somebody does who validates.
    """

    def __init__(self, model: nn.Module, answers: Sequence[Any] = (), evaluates: bool = False) -> None:
        self.model = model
        self.answers = answers
        self.evaluates = evaluates
        self.calls: list[tuple[Any, Any]] = []
        self.parameters: list[list[Tensor]] = []

    def __call__(self, epoch: int, loss: float) -> Any:
        self.calls.append((epoch, loss))
        self.parameters.append(parameters(self.model))
        if self.evaluates:
            self.model.eval()
        return self.answers[len(self.calls) - 1] if len(self.calls) <= len(self.answers) else None


class Descent:
    """Parameters, and the optimizer that `make` makes for them; their gradients are written by hand.

    Args:
        iterator: whether the optimizer gets them as an iterator, and not as a list.
    """

    def __init__(
        self, make: Callable[..., Any], start: Sequence[Tensor], *numbers: float, iterator: bool = False
    ) -> None:
        self.parameters = [nn.Parameter(tensor.clone()) for tensor in start]
        given = list(self.parameters)
        self.optimizer = make(iter(given) if iterator else given, *numbers)

    def values(self) -> list[Tensor]:
        return [parameter.detach().clone() for parameter in self.parameters]

    def gradients(self) -> list[Tensor | None]:
        return [None if parameter.grad is None else parameter.grad.clone() for parameter in self.parameters]

    def write(self, gradients: Sequence[Tensor | None]) -> None:
        """Give each parameter its gradient, a new tensor, or none."""
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = None if gradient is None else gradient.clone()

    def step(self, gradients: Sequence[Tensor | None]) -> list[Tensor]:
        """Step once by these gradients, and return the parameters."""
        self.write(gradients)
        self.optimizer.step()
        return self.values()

    def kinds(self) -> list[tuple[bool, bool]]:
        """For each parameter: whether it is a leaf, and whether it requires grad."""
        return [(each.is_leaf, each.requires_grad) for each in self.parameters]


def state_before(descent: Descent, *rows: Sequence[Tensor | None]) -> Any:
    """The optimizer's state, as it looks after it has stepped on by some gradients."""
    state = descent.optimizer.state_dict()
    for gradients in rows:
        descent.step(gradients)
    return state


def state_kinds(descent: Descent) -> list[tuple[torch.dtype, torch.device]]:
    """The dtype and device of each floating-point tensor in the optimizer's state."""
    tensors = [leaf for leaf in _inputs.leaves(descent.optimizer.state_dict()) if isinstance(leaf, Tensor)]
    return [(tensor.dtype, tensor.device) for tensor in tensors if tensor.is_floating_point()]


def load_and_step(descent: Descent, state: Any, *rows: Sequence[Tensor | None]) -> list[Tensor]:
    """Load a state and step on by some gradients."""
    descent.optimizer.load_state_dict(state)
    for gradients in rows:
        descent.step(gradients)
    return descent.values()


def state_through_file(descent: Descent) -> Any:
    """The state as it comes back from a file that is not trusted."""
    file = io.BytesIO()
    torch.save(descent.optimizer.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def trained(
    make: Callable[..., Any],
    weight: Tensor,
    bias: Tensor,
    batches: Sequence[Batch],
    *numbers: float,
    clears_last: bool,
) -> list[Tensor]:
    """The parameters of a linear model after one step a batch, its gradients cleared before or after each."""
    model = linear(weight, bias)
    optimizer = make(model.parameters(), *numbers)
    for x, y in batches:
        if not clears_last:
            optimizer.zero_grad()
        functional.mse_loss(model(x), y).backward()
        optimizer.step()
        if clears_last:
            optimizer.zero_grad()
    return parameters(model)


def optimizers_made(make: Callable[..., Any]) -> list[str]:
    """The classes of PyTorch's own optimizers of which `make` makes one, or which it builds on."""
    found: list[str] = []
    original = torch.optim.Optimizer.__init__

    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        found.append(type(self).__name__)
        original(self, *args, **kwargs)

    torch.optim.Optimizer.__init__ = noted  # type: ignore[method-assign]
    try:
        Descent(make, [torch.ones(2)], 0.5, 0.5).step([torch.ones(2)])
    finally:
        torch.optim.Optimizer.__init__ = original  # type: ignore[method-assign]
    return found
