"""Training with torch.nn and torch.optim: a step, an epoch, a whole run, and what drives them."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer


def train_step(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    x: Tensor,
    y: Tensor,
) -> float:
    """Learn from one batch: predict, measure the loss, and let the optimizer improve the parameters.

    The update follows the gradient of this batch's loss alone, whichever
    batches came before. When gradients are cleared is up to you: no parameter
    has one before the first step, nobody else computes any between two steps,
    and what a step leaves of them does not matter.

    Args:
        model: called once, as `model(x)`.
        loss_fn: called as `loss_fn(prediction, target)`; gives a floating-point
            tensor without axes.
        optimizer: one of `torch.optim`, whose `step` needs no closure, for some
            or all of the model's parameters; the others stay as they are. Its
            `step` is called once.
        x: a batch of what `model` takes.
        y: the targets of that batch, as `loss_fn` takes them.

    Returns:
        The loss, as a Python float: that of the prediction, so before the
        parameters were updated.

    Rules:
        Whether `model` and each of its sub-modules is in training mode or not
        is the caller's business, and stays as it is. `x` and `y` are not
        modified.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        >>> train_step(model, functional.mse_loss, optimizer, torch.tensor([[1.0]]), torch.tensor([[2.0]]))
        4.0
        >>> model.weight.item()
        1.0

    Source:
        https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
    """
    raise NotImplementedError("training.train_step")


def train_epoch(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    loader: Iterable[Any],
) -> float:
    """Train on every batch of a loader, one step each, and tell the mean loss per sample.

    Every sample counts the same in the result, whichever batch it came in: a
    last batch with fewer samples has only as much say as they are. The loss of
    a batch is that of its own step, as `train_step` returns it.

    Args:
        model: put into training mode, with its sub-modules, before the first
            batch, and left in it.
        loss_fn: as in `train_step`; its result is the mean over the samples of
            a batch.
        optimizer: as in `train_step`.
        loader: a `DataLoader`, or any other iterable, whose batches are pairs
            (x, y), lists or tuples, of one sample or more: `len(x)` says how
            many. How many differs from batch to batch.

    Returns:
        The mean loss of all samples, as a Python float.

    Raises:
        ValueError: naming `loader`, when it gives no batch.

    Rules:
        `loader` is gone through once, and what it gives is all that is asked of
        it. Neither batches nor their graphs are kept until the end, for all of
        them together may not fit into memory. Batches are not modified.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        >>> x, y = torch.ones(3, 1), torch.tensor([[1.0], [1.0], [4.0]])
        >>> train_epoch(model, functional.mse_loss, optimizer, [(x[:2], y[:2]), (x[2:], y[2:])])
        6.0

    Source:
        https://docs.pytorch.org/docs/stable/notes/faq.html#my-model-reports-cuda-runtime-error-2-out-of-memory
    """
    raise NotImplementedError("training.train_epoch")


def fit(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    loader: Iterable[Any],
    epochs: int,
    on_epoch: Callable[[int, float], Any] | None = None,
) -> list[float]:
    """Train for a number of epochs, and let the caller look on after each, and stop.

    Each epoch is one call's worth of `train_epoch`, on a new pass of the
    loader, so that one that shuffles does so anew. It begins in training mode,
    also when `on_epoch` has put the model into evaluation mode meanwhile. With
    0 epochs nothing happens at all.

    Args:
        model: as in `train_epoch`.
        loss_fn: as in `train_epoch`.
        optimizer: as in `train_epoch`; what it remembers, such as momentum, goes
            on from epoch to epoch.
        loader: as in `train_epoch`; gone through once an epoch.
        epochs: how many, an int from 0.
        on_epoch: called as `on_epoch(epoch, loss)` when an epoch has ended and
            before the next one begins, with the epoch's number, counted from 0,
            and its loss. If its answer is true, in the sense of `if`, that
            epoch was the last; with anything else, such as the None of a
            function without `return`, training goes on.

    Returns:
        A list of the epochs' losses, Python floats, that of the epoch after
        which training was stopped included.

    Raises:
        ValueError: naming `epochs`, when it is below 0; naming `loader`, when an
            epoch gets no batch from it, as the second one over an iterator.

    Rules:
        Batches are not modified.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        >>> loader = [(torch.tensor([[1.0]]), torch.tensor([[2.0]]))]
        >>> fit(model, functional.mse_loss, optimizer, loader, epochs=3)
        [4.0, 1.0, 0.25]
        >>> fit(model, functional.mse_loss, optimizer, loader, 3, on_epoch=lambda epoch, loss: loss < 0.1)
        [0.0625]

    Source:
        https://docs.pytorch.org/tutorials/beginner/nn_tutorial.html
    """
    raise NotImplementedError("training.fit")


def classification_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Score a classifier's raw outputs by their mean cross entropy with the right classes.

    The cross entropy of a sample is the negative logarithm of the share that
    softmax gives to its label. It is taken of the logits as they are, which may
    be negative or far beyond 100: they are no probabilities, and softmax is
    applied once, by this function. A sample that is certain and right costs 0,
    one that is certain and wrong costs the difference of its logits.

    Args:
        logits: (batch, classes), floating point, finite, as are their differences.
        labels: (batch,), int64, on the device of `logits`; class numbers from 0
            to classes - 1.

    Returns:
        The mean over the batch, a tensor without axes, with the dtype and
        device of `logits`. It is finite.

    Raises:
        ValueError: naming `labels`, when they are not int64, not (batch,), or
            one of them is no class number, -100 included, which PyTorch itself
            leaves out without a word; naming `logits`, when there is no sample.

    Rules:
        No Python loop. Gradients flow to `logits`, finite ones; inputs are not
        modified.

    Example:
        >>> classification_loss(torch.tensor([[0.0, 0.0], [2.0, -2.0]]), torch.tensor([1, 0]))
        tensor(0.3556)
        >>> classification_loss(torch.tensor([[1000.0, -1000.0, 0.0]]), torch.tensor([0]))
        tensor(0.)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
    """
    raise NotImplementedError("training.classification_loss")


class MomentumSGD:
    """Gradient descent that keeps some of its speed: `torch.optim.SGD` with momentum, from scratch.

    Every parameter p has a velocity v, at first 0. A step with the gradient g
    sets v to `momentum * v + g`, and then p to `p - learning_rate * v`. A
    parameter without a gradient (`grad` is None) is left out of the step: it
    stays where it is, and so does its velocity.

    Args:
        parameters: the tensors to optimize, as a list or any other iterable,
            such as the `model.parameters()` that can be gone through once.
        learning_rate: a number from 0.
        momentum: a number from 0, usually below 1.

    Returns:
        An optimizer with these methods and an attribute.
        `step()` updates the parameters, in place, by their gradients, which
        stay as they are.
        `zero_grad()` clears the gradients, by None or zeros, as you like; there
        may be none yet. Velocities stay.
        `state_dict()` returns a dict with all that the next steps depend on
        beside parameters and gradients: velocities, learning rate and
        momentum. Its floating-point tensors have the dtype and device of the
        parameters. It stays as it is when the optimizer moves on, and a file
        takes it: `torch.load` reads it with `weights_only=True`.
        `load_state_dict(state)` goes on from that state, whatever the optimizer
        did before, also in a new one that was made with other numbers for
        copies of the parameters. Each velocity goes to the device of its
        parameter. The state stays as it is, then and later. Returns None.
        `learning_rate` may be set to another number between two steps.

    Raises:
        ValueError: naming `learning_rate` or `momentum`, when it is below 0;
            naming `parameters`, when there is none; by `load_state_dict`, naming
            `state`, when it is of more or fewer parameters: the optimizer then
            stays as it was.

    Rules:
        No optimizer of `torch.optim` is used. Steps are not recorded by
        autograd: a parameter stays the same tensor, a leaf that requires grad.
        Two optimizers know nothing of each other. Every dtype is kept.

    Example:
        >>> weight = nn.Parameter(torch.tensor([1.0]))
        >>> optimizer = MomentumSGD([weight], learning_rate=0.25, momentum=0.5)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     (2 * weight).sum().backward()
        ...     optimizer.step()
        ...     print(weight.item())
        0.5
        -0.25

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, momentum: float) -> None:
        raise NotImplementedError("training.MomentumSGD")

    def step(self) -> None:
        raise NotImplementedError("training.MomentumSGD")

    def zero_grad(self) -> None:
        raise NotImplementedError("training.MomentumSGD")

    def state_dict(self) -> dict[str, Any]:
        raise NotImplementedError("training.MomentumSGD")

    def load_state_dict(self, state: dict[str, Any]) -> None:
        raise NotImplementedError("training.MomentumSGD")


def warmup_rates(base: float, warmup: int, total: int) -> list[float]:
    """Plan the learning rate of each training step: a linear warm-up, then half a cosine down.

    Counted from 0, step `warmup` has the rate `base`, the highest. The `warmup`
    steps before it rise to it in equal amounts, from a rate of 0 that lies one
    step before the first. From `base` the rates fall along half a cosine to a
    rate of 0 that lies one step after the last: halfway between step `warmup`
    and there, the rate is half of `base`. No step is wasted on a rate of 0.
    With `warmup` 0 the first step has the rate `base`; with `warmup` equal to
    `total` all steps rise, and none gets as far as `base`.

    Args:
        base: the highest rate, an int or float above 0.
        warmup: how many steps come before it, an int from 0 to `total`.
        total: how many steps there are, those of the warm-up included.

    Returns:
        A list of `total` Python floats; an empty one when `total` is 0.

    Raises:
        ValueError: naming `warmup`, when it is below 0 or above `total`.

    Example:
        >>> [round(rate, 3) for rate in warmup_rates(1.0, warmup=3, total=7)]
        [0.25, 0.5, 0.75, 1.0, 0.854, 0.5, 0.146]

    Source:
        SGDR, section 3: https://arxiv.org/abs/1608.03983
        Accurate, Large Minibatch SGD, section 2.2: https://arxiv.org/abs/1706.02677
    """
    raise NotImplementedError("training.warmup_rates")
