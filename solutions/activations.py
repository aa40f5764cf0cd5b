"""Choosing activation functions."""

import torch
from torch import Tensor, nn


def net_input(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Compute what one unit hands to its activation function: the weighted sum of its features, plus a bias.

    `x` may have any number of leading axes, also none (then it is one sample). Without features, the net
    input is the bias.

    Args:
        x: (..., features), float16, bfloat16, float32 or float64.
        weight: (features,), of the same dtype and device.
        bias: (), of the same dtype and device.

    Returns:
        (...), with the dtype and device of `x`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `x`, `weight` and `bias`; inputs are not modified.

    Example:
        >>> x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> net_input(x, torch.tensor([1.0, 10.0]), torch.tensor(0.5))
        tensor([21.5000, 43.5000])

    Source:
        https://pytorch.org/docs/stable/generated/torch.matmul.html
    """
    return x @ weight + bias


def logistic(z: Tensor) -> Tensor:
    """Squash every entry into the range from 0 to 1: `1 / (1 + exp(-z))`, the logistic sigmoid.

    It is safe at both ends: for entries such as -1000 and 1000, in every dtype, the result and its gradient
    are finite, infinity gives exactly 1, and minus infinity exactly 0.

    Args:
        z: any shape, also () and without entries; float16, bfloat16, float32 or float64.

    Returns:
        The shape, dtype and device of `z`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `z`, which is not modified. Calling `torch.sigmoid` is allowed;
        writing it with `exp` shows where the danger lies.

    Example:
        >>> logistic(torch.tensor([0.0, 1.0, 1000.0]))
        tensor([0.5000, 0.7311, 1.0000])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.sigmoid.html
    """
    negative = torch.signbit(z)
    decay = torch.exp(torch.where(negative, z, -z))  # at most 1: an exp that overflows ruins the gradient
    return torch.where(negative, decay, 1.0) / (1 + decay)


def softmax(scores: Tensor, dim: int) -> Tensor:
    """Turn scores into probabilities: from 0 to 1, with a sum of 1 along `dim`, larger for larger scores.

    Scores of any size are safe, such as 1000 and -1000, in every dtype and also in one batch: the sum stays 1
    and the gradient finite, because adding a constant along `dim` changes nothing. A score of minus infinity
    gets exactly 0 where another score along `dim` is finite.

    Args:
        scores: any shape with at least one axis; float16, bfloat16, float32 or float64; finite or minus
            infinity. Axis `dim` has at least one entry, the other axes may have none.
        dim: an axis of `scores`; counted from the end where it is negative.

    Returns:
        The shape, dtype and device of `scores`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `scores`, which is not modified. Calling `torch.softmax` is allowed;
        writing it with `exp` shows what it has to take care of.

    Example:
        >>> softmax(torch.tensor([[1000.0, 1000.0], [0.0, -1000.0]]), dim=1)
        tensor([[0.5000, 0.5000],
                [1.0000, 0.0000]])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
    """
    # With the largest score at 0, no exp overflows and no sum is 0; the ratio stays the same.
    exponentials = torch.exp(scores - scores.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def log_softmax(scores: Tensor, dim: int) -> Tensor:
    """Turn scores into the logarithms of their softmax along `dim`.

    Also where the probability itself is too small for the dtype, its logarithm is right: the scores 0 and
    -200 give 0 and -200. The result and its gradient are finite for scores such as 1000 and -1000. Adding a
    constant along `dim` changes nothing, also in the half types: float16 scores of 1000 and 999.5 give -0.474
    and -0.974, as 0.5 and 0 do. A score of minus infinity gives minus infinity where another score along
    `dim` is finite.

    Args:
        scores: any shape with at least one axis; float16, bfloat16, float32 or float64; finite or minus
            infinity. Axis `dim` has at least one entry, the other axes may have none.
        dim: an axis of `scores`; counted from the end where it is negative.

    Returns:
        The shape, dtype and device of `scores`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `scores`, which is not modified. All of torch's own functions are
        allowed, `torch.log_softmax` too.

    Example:
        >>> log_softmax(torch.tensor([0.0, -200.0]), dim=0)
        tensor([   0., -200.])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
    """
    shifted = scores - scores.amax(dim, keepdim=True)  # small numbers, so half types stay precise too
    return shifted - shifted.logsumexp(dim, keepdim=True)


def masked_softmax(scores: Tensor, keep: Tensor, dim: int) -> Tensor:
    """Share the softmax along `dim` among the positions that `keep` marks; the dropped ones get exactly 0.

    Where nothing along `dim` is kept, all results are 0, and so is their gradient. Whatever sits at a dropped
    position, however large, infinite or NaN, reaches neither the result nor the gradient.

    Args:
        scores: any shape with at least one axis; float16, bfloat16, float32 or float64. Kept scores lie
            between -30000 and 30000, and all of these are safe, such as 1000 and -1000 side by side. Axis
            `dim` has at least one entry, the other axes may have none.
        keep: bool, on the same device, of the shape of `scores` or one that broadcasts to it; True marks a
            position that counts.
        dim: an axis of `scores`; counted from the end where it is negative.

    Returns:
        The shape, dtype and device of `scores`, computed with at least the precision of that dtype.

    Raises:
        ValueError: naming `keep`, when its dtype is not bool.

    Rules:
        No Python loop. Gradients flow to `scores`, with 0 at dropped positions; inputs are not modified. All
        of torch's own functions are allowed.

    Example:
        >>> scores = torch.tensor([[0.0, 0.0, 9.0], [1.0, 2.0, 3.0]])
        >>> keep = torch.tensor([[True, True, False], [False, False, False]])
        >>> masked_softmax(scores, keep, dim=1)
        tensor([[0.5000, 0.5000, 0.0000],
                [0.0000, 0.0000, 0.0000]])

    Source:
        Attention Is All You Need, section 3.2.3: https://arxiv.org/abs/1706.03762
    """
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    lowest = torch.finfo(scores.dtype).min  # not -inf: with nothing kept, that would be 0 / 0
    weights = torch.softmax(scores.masked_fill(~keep, lowest), dim)
    return weights.masked_fill(~keep, 0.0)


def tanh(z: Tensor) -> Tensor:
    """Squash every entry into the range from -1 to 1: `(exp(z) - exp(-z)) / (exp(z) + exp(-z))`.

    It is safe at both ends: for entries such as -1000 and 1000, in every dtype, the result and its gradient
    are finite, infinity gives exactly 1, and minus infinity exactly -1.

    Args:
        z: any shape, also () and without entries; float16, bfloat16, float32 or float64.

    Returns:
        The shape, dtype and device of `z`, computed with at least the precision of that dtype.

    Rules:
        Do not call PyTorch's tanh in any form (`torch.tanh`, `z.tanh()`, `nn.Tanh`); everything else of
        torch is allowed, `torch.exp` and `torch.sigmoid` too. No Python loop. Gradients flow to `z`, which
        is not modified.

    Example:
        >>> tanh(torch.tensor([-1000.0, 0.0, 1.0]))
        tensor([-1.0000,  0.0000,  0.7616])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.tanh.html
    """
    negative = torch.signbit(z)
    # exp(-2|z|) - 1, never overflowing and exact near 0; abs would have no slope at 0.
    gap = torch.expm1(torch.where(negative, 2 * z, -2 * z))
    return torch.where(negative, gap, -gap) / (2 + gap)


def relu(z: Tensor) -> Tensor:
    """Keep positive entries and replace the negative ones by 0, in a new tensor.

    The gradient is 1 for positive and 0 for negative entries. Exactly at 0, where the slope changes, it is
    left open: frameworks differ.

    Args:
        z: any shape, also () and without entries; float16, bfloat16, float32 or float64; finite.

    Returns:
        The shape, dtype and device of `z`, in memory of its own.

    Rules:
        No Python loop. Gradients flow to `z`, which is not modified. Calling `torch.relu` is allowed.

    Example:
        >>> relu(torch.tensor([-2.0, 0.0, 3.0]))
        tensor([0., 0., 3.])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
    """
    return z.clamp(min=0)


def elu(z: Tensor, alpha: float) -> Tensor:
    """Keep positive entries and bend the negative ones towards `-alpha`: `alpha * (exp(z) - 1)`.

    The gradient is 1 for positive entries, also for 100 and 1000, where `exp` is infinite, and it is never
    NaN. Exactly at 0, where the slope changes, it is left open.

    Args:
        z: any shape, also () and without entries; float16, bfloat16, float32 or float64; finite.
        alpha: a positive Python number.

    Returns:
        The shape, dtype and device of `z`, computed with at least the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `z`, which is not modified. Calling torch's own `elu` is allowed;
        writing it with `torch.where` teaches more.

    Example:
        >>> elu(torch.tensor([-1000.0, 0.0, 3.0]), alpha=2.0)
        tensor([-2.,  0.,  3.])

    Source:
        Fast and Accurate Deep Network Learning by Exponential Linear Units: https://arxiv.org/abs/1511.07289
    """
    # The branch that where() drops still gets a gradient of 0, and 0 times the slope of exp(100) is NaN.
    below = torch.relu(-z)  # how far z is below 0, so that exp only sees numbers up to 0
    return torch.where(below > 0, alpha * torch.expm1(-below), z)


def bce_with_logits(logits: Tensor, targets: Tensor) -> Tensor:
    """Average the loss `-t * log(p) - (1 - t) * log(1 - p)` of targets `t`, where `p` is `sigmoid(logits)`.

    This binary cross-entropy is safe for logits of any size: one of 1000 whose target is 0 costs 1000, one
    whose target is 1 costs nothing, and the gradient is finite everywhere.

    Args:
        logits: any shape with at least one entry, also (); float16, bfloat16, float32 or float64.
        targets: the shape, dtype and device of `logits`; probabilities from 0 to 1, so 0.3 is allowed.

    Returns:
        (), the mean over all entries, with the dtype and device of `logits`, computed with at least the
        precision of that dtype.

    Raises:
        ValueError: naming `targets`, when its shape is not that of `logits`, even where it would broadcast.

    Rules:
        No Python loop. Gradients flow to `logits`; inputs are not modified. All of torch's own functions are
        allowed, also the one that this kata is named after.

    Example:
        >>> bce_with_logits(torch.tensor([0.0, 1000.0]), torch.tensor([1.0, 1.0]))
        tensor(0.3466)

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
    """
    if targets.shape != logits.shape:
        raise ValueError(f"targets must have the shape of logits: {targets.shape} is not {logits.shape}")
    # log p is logsigmoid(z), and log (1 - p) is logsigmoid(-z): neither rounds p to 0 or 1 on the way.
    log_likely = targets * nn.functional.logsigmoid(logits) + (1 - targets) * nn.functional.logsigmoid(-logits)
    return -log_likely.mean()


def temperature_softmax(scores: Tensor, temperature: float) -> Tensor:
    """Turn scores into probabilities along the last axis, sharper or flatter as asked.

    They are the softmax of `scores / temperature`: a temperature above 1 evens them out, one below 1 sharpens
    them, and near 0 the largest score takes everything. That also holds where `scores / temperature` is too
    large for the dtype, as for float16 scores of 100 at a temperature of 0.001: the result and its gradient
    are finite.

    Args:
        scores: (..., classes), at least one class; float16, bfloat16, float32 or float64; finite.
        temperature: a positive Python number, from 1e-37 on.

    Returns:
        The shape, dtype and device of `scores`, computed with at least the precision of that dtype.

    Raises:
        ValueError: naming `temperature`, unless it is positive: for 0, negative numbers and NaN.

    Rules:
        No Python loop. Gradients flow to `scores`, which is not modified. All of torch's own functions are
        allowed.

    Example:
        >>> temperature_softmax(torch.tensor([1.0, 1.0, 0.0]), temperature=0.001)
        tensor([0.5000, 0.5000, 0.0000])

    Source:
        Distilling the Knowledge in a Neural Network, section 2: https://arxiv.org/abs/1503.02531
    """
    if not temperature > 0:  # also refuses NaN, which `temperature <= 0` would let through
        raise ValueError(f"temperature must be positive, not {temperature}")
    shifted = scores - scores.amax(dim=-1, keepdim=True)  # first: a quotient of large scores may overflow
    return torch.softmax(shifted / temperature, dim=-1)
