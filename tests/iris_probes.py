"""What specs of the classifier of flowers run on the learner's side; see `tests/probes.py`."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests import probes

Train = Callable[..., Any]


@contextmanager
def _global_seed(seed: int) -> Iterator[None]:
    with probes.random_states_kept():
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        yield


def with_global_seed(world: int, function: Callable[..., Any], *args: Any) -> Any:
    """The result of a call before which all global generators were seeded; they are put back afterwards."""
    with _global_seed(world):
        return function(*args)


def made(make: Callable[..., nn.Module], *args: Any, seed: int = 0, device: Any = "cpu", **kwargs: Any) -> nn.Module:
    """A model with weights that are the same each time, on a device."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make(*args, **kwargs).to(device)


def scores(model: nn.Module, x: Tensor) -> Tensor:
    """What the model gives, without a graph."""
    with torch.no_grad():
        result: Tensor = model(x)
    return result


def parameter_shapes(model: nn.Module) -> list[tuple[int, ...]]:
    """The shapes of all parameters that are trained, in order of size."""
    return sorted(tuple(parameter.shape) for parameter in model.parameters() if parameter.requires_grad)


def without_gradient(model: nn.Module, x: Tensor, labels: Tensor) -> list[tuple[int, ...]]:
    """The shapes of the parameters that a cross entropy gives no gradient, or one of zeros only."""
    functional.cross_entropy(model(x), labels).backward()
    missed = [p for p in model.parameters() if p.grad is None or not bool(p.grad.ne(0).any())]
    return [tuple(parameter.shape) for parameter in missed]


def with_bias_moved(model: nn.Module, x: Tensor, amount: Tensor) -> Tensor:
    """What the model gives after `amount` was added to its only parameter of that shape."""
    with torch.no_grad():
        (bias,) = [parameter for parameter in model.parameters() if parameter.shape == amount.shape]
        bias += amount
    return scores(model, x)


def trained(
    train: Train, features: Tensor, labels: Tensor, seed: int, *, look_at: Tensor | None = None, world: int = 0
) -> dict[str, Any]:
    """Train a model, and return all there is to know of it and its history.

    Args:
        look_at: features for which the scores are asked; those it was trained with when left out.
        world: the seed of the global generators before the call; they are put back afterwards.
    """
    with _global_seed(world):
        model, history = train(features, labels, seed)
    return {
        "is_module": isinstance(model, nn.Module),
        "training": [name for name, module in model.named_modules() if module.training],
        "scores": scores(model, features if look_at is None else look_at),
        "loss": history["loss"],
        "held_out": history["held_out"],
        "accuracy": history["accuracy"],
    }


def one_by_one(train: Train, features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """The scores of a trained model for all flowers together, and for each alone."""
    model, _ = train(features, labels, seed)
    alone = [scores(model, features[i : i + 1]) for i in range(len(features))]
    return scores(model, features), torch.cat(alone)


def exchanged(train: Train, features: Tensor, labels: Tensor, seeds: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The scores of the first model, and those of the second once it has the first one's `state_dict`."""
    first, second = (train(features, labels, seed)[0] for seed in seeds)
    second.load_state_dict(first.state_dict())
    return scores(first, features), scores(second, features)
