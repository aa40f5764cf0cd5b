"""What specs of training by hand run on the learner's side; see `tests/probes.py`."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tests import probes
from tests._inputs import Snapshot

Function = Callable[..., Any]


def leaf(values: Tensor) -> Tensor:
    """The same values in memory of their own, as a leaf that requires grad."""
    return values.detach().clone().requires_grad_(True)


def steps(
    step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float, count: int
) -> dict[str, list[Any]]:
    """What `weight` and `bias` are after each of several steps, and what each step returned."""
    weight, bias = leaf(weight), leaf(bias)
    found: dict[str, list[Any]] = {"weight": [], "bias": [], "returned": []}
    for _ in range(count):
        result = step(weight, bias, x, y, learning_rate)
        found["returned"].append(result.detach().clone() if isinstance(result, Tensor) else result)
        found["weight"].append(weight.detach().clone())
        found["bias"].append(bias.detach().clone())
    return found


def step_from_zero_gradients(
    step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float
) -> list[Tensor]:
    """`weight` and `bias` after a step that finds zeros as their gradients, as `Tensor.zero_` leaves them."""
    weight, bias = leaf(weight), leaf(bias)
    weight.grad, bias.grad = torch.zeros_like(weight), torch.zeros_like(bias)
    step(weight, bias, x, y, learning_rate)
    return [weight.detach().clone(), bias.detach().clone()]


def left_behind(
    step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float, count: int
) -> dict[str, Any]:
    """What autograd still knows after some steps, of weight, bias, and what the last step returned."""
    weight, bias = leaf(weight), leaf(bias)
    for _ in range(count):
        result = step(weight, bias, x, y, learning_rate)
    return {
        "weight is a leaf that requires grad": weight.is_leaf and weight.requires_grad,
        "bias is a leaf that requires grad": bias.is_leaf and bias.requires_grad,
        "gradient left in weight": _left(weight.grad),
        "gradient left in bias": _left(bias.grad),
        "loss requires grad": isinstance(result, Tensor) and result.requires_grad,
    }


def _left(gradient: Tensor | None) -> bool:
    return gradient is not None and bool((gradient != 0).any())


def seen_from_outside(
    step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float
) -> tuple[Tensor, Tensor]:
    """What is in the memory of weight and bias after a step, read through other tensors.

    Weight lies within a longer vector, at every second place; the whole of that vector is returned.
    """
    memory = torch.full((2 * len(weight) + 1,), 77.0).to(weight.dtype).to(weight.device)
    memory[1::2] = weight
    weight = memory[1::2].detach().requires_grad_(True)
    bias = leaf(bias)
    other = bias.detach()
    step(weight, bias, x, y, learning_rate)
    return memory.clone(), other.clone()


def after_refusal(
    step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float
) -> list[Tensor]:
    """Weight and bias after a step that raised a ValueError."""
    weight, bias = leaf(weight), leaf(bias)
    try:
        step(weight, bias, x, y, learning_rate)
    except ValueError:
        return [weight.detach().clone(), bias.detach().clone()]
    raise TypeError("no ValueError, although y has not the shape (samples,)")


def changed_data(step: Function, weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float) -> list[str]:
    """Which of x and y the step wrote to or otherwise changed."""
    before = {"x": Snapshot.of(x), "y": Snapshot.of(y)}
    step(leaf(weight), leaf(bias), x, y, learning_rate)
    return [name for name, value in {"x": x, "y": y}.items() if Snapshot.of(value) != before[name]]


def work_of_a_step(step: Function, samples: int, features: int, device: torch.device | str) -> int:
    """How much work PyTorch sees in a step; see `probes.operations`."""
    weight, bias = leaf(torch.zeros(features).to(device)), leaf(torch.zeros(()).to(device))
    x, y = torch.ones(samples, features).to(device), torch.ones(samples).to(device)
    return probes.operations(step, weight, bias, x, y, 0.1)


def fits(
    fit: Function, x: Tensor, y: Tensor, learning_rate: float, epochs: int, batch_size: int, seeds: int
) -> list[Any]:
    """What training gives for each seed from 0."""
    return [fit(x, y, learning_rate, epochs, batch_size, seed) for seed in range(seeds)]


def requires_grad(fit: Function, *args: Any) -> list[bool]:
    """Do weight and bias require grad?"""
    return [value.requires_grad for value in fit(*args)[:2]]
