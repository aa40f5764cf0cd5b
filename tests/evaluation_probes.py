"""What specs of evaluating a model run on the learner's side; see `tests/probes.py`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tests import model_probes

MEAN, VARIANCE = [1.0, -1.0], [4.0, 0.25]  # what the batch norm of `Watched` has seen so far
WEIGHT, BIAS = [[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5]], [0.1, 0.2, -0.3]


class Interrupted(Exception):
    """What a model, a loss or a loader of these specs raises when it is asked to."""


class _Notes(list[dict[str, Any]]):
    """Notes that a copy of the model goes on writing into."""

    def __deepcopy__(self, memo: object) -> "_Notes":
        return self


class Watched(nn.Module):
    """Two features through batch norm and dropout to three scores; writes down how each call found the model.

    Args:
        breaks_at: the number of the call that raises Interrupted; 0 for none.
    """

    def __init__(self, device: Any = "cpu", breaks_at: int = 0) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(2)
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(2, 3))
        with torch.no_grad():
            for state, numbers in zip(
                (self.norm.running_mean, self.norm.running_var, *self.head.parameters()),
                (MEAN, VARIANCE, WEIGHT, BIAS),
                strict=True,
            ):
                state.copy_(torch.tensor(numbers))  # type: ignore[union-attr]
        self.breaks_at = breaks_at
        self.notes = _Notes()
        self.to(device)

    def forward(self, x: Tensor) -> Tensor:
        training = [name for name, module in self.named_modules() if module.training]
        self.notes.append({"samples": len(x), "training": training, "recorded": False})
        if len(self.notes) == self.breaks_at:
            raise Interrupted("the model")
        scores: Tensor = self.head(self.norm(x))
        self.notes[-1]["recorded"] = scores.requires_grad
        return scores


def notes_of(model: Watched) -> list[dict[str, Any]]:
    """What the model wrote down, one note a call."""
    return list(model.notes)


def distance_to_one(scores: Tensor, labels: Tensor) -> Tensor:
    """A loss that is no cross entropy: how far each label's own score is from 1, squared, on average."""
    return (scores.gather(1, labels[:, None]) - 1).square().mean()


def breaking_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """A loss that cannot be computed."""
    raise Interrupted("the loss")


class BreakingLoader:
    """Gives its batches, and raises Interrupted where it should end."""

    def __init__(self, batches: Sequence[Any]) -> None:
        self.batches = batches

    def __iter__(self) -> Iterator[Any]:
        yield from self.batches
        raise Interrupted("the loader")


def aftermath(
    evaluate: Callable[..., Any],
    model: nn.Module,
    loss_fn: Callable[..., Any],
    loader: Any,
    *,
    modes: Sequence[bool],
    recording: bool = True,
) -> dict[str, Any]:
    """How a call leaves the world: what it raised, the mode of each module, whether autograd records.

    Args:
        modes: for each of `model.modules()`, whether it is in training mode before the call.
        recording: whether autograd records before the call.
    """
    model_probes.set_modes(model, modes)
    raised = "nothing"
    with torch.set_grad_enabled(recording):
        try:
            evaluate(model, loss_fn, loader)
        except (Interrupted, ValueError) as error:
            raised = type(error).__name__
        after = torch.is_grad_enabled()
    return {"raised": raised, "modes": model_probes.modes(model), "recording": after}


def gradients_after(evaluate: Callable[..., Any], model: nn.Module, *args: Any) -> list[list[float]]:
    """The gradients that parameters have after the call, where they had 7 everywhere before it."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 7.0)
    evaluate(model, *args)
    grads = [parameter.grad for parameter in model.parameters()]
    return [[] if grad is None else sorted(set(grad.flatten().tolist())) for grad in grads]


def learning_after(evaluate: Callable[..., Any], model: nn.Module, *args: Any) -> dict[str, bool]:
    """Which parameters require grad after the call, where only the weights did before it."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.endswith("weight"))
    evaluate(model, *args)
    return {name: parameter.requires_grad for name, parameter in model.named_parameters()}


def hook_calls(evaluate: Callable[..., Any], model: nn.Module, *args: Any) -> int:
    """How often a forward hook of the model runs during the call."""
    calls: list[object] = []
    model.register_forward_hook(lambda *_: calls.append(None))
    evaluate(model, *args)
    return len(calls)
