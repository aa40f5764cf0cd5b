"""Right answers to the katas of `activations` in other styles."""

import torch
from torch import nn
from torch.nn import functional

from kata.variants import right


@right("einsum")
def net_input(x, weight, bias):
    return torch.einsum("...f,f->...", x, weight) + bias


@right("product and sum")
def net_input(x, weight, bias):
    return (x * weight).sum(dim=-1) + bias


@right("functional.linear")
def net_input(x, weight, bias):
    return functional.linear(x, weight[None], bias[None])[..., 0]


@right("torch.inner")
def net_input(x, weight, bias):
    return torch.add(torch.inner(x, weight), bias)


@right("torch.sigmoid")
def logistic(z):
    return torch.sigmoid(z)


@right("through tanh")
def logistic(z):
    return (torch.tanh(z / 2) + 1) / 2


@right("exp of logsigmoid")
def logistic(z):
    return functional.logsigmoid(z).exp()


@right("masks and in-place writes into a new tensor")
def logistic(z):
    result = torch.empty_like(z)
    positive = z > 0
    result[positive] = 1 / (1 + torch.exp(-z[positive]))
    decay = torch.exp(z[~positive])
    result[~positive] = decay / (1 + decay)
    return result


@right("nn.Softmax")
def softmax(scores, dim):
    return nn.Softmax(dim=dim)(scores)


@right("exp of log-softmax")
def softmax(scores, dim):
    return torch.log_softmax(scores, dim).exp()


@right("max detached, axis moved to the end")
def softmax(scores, dim):
    moved = scores.movedim(dim, -1)
    exponentials = (moved - moved.detach().max(dim=-1, keepdim=True).values).exp()
    return torch.einsum("...c,...->...c", exponentials, 1 / exponentials.sum(dim=-1)).movedim(-1, dim)


@right("in float64, back at the end, where the device has it")
def softmax(scores, dim):
    wide = scores if scores.device.type == "mps" else scores.double()
    return torch.softmax(wide, dim).to(scores.dtype)


@right("torch.log_softmax")
def log_softmax(scores, dim):
    return torch.log_softmax(scores, dim)


@right("scores minus logsumexp")
def log_softmax(scores, dim):
    return scores - torch.logsumexp(scores, dim=dim, keepdim=True)


@right("log of the sum, written out")
def log_softmax(scores, dim):
    shifted = scores - scores.detach().max(dim, keepdim=True)[0]
    return shifted - shifted.exp().sum(dim).log().unsqueeze(dim)


@right("-inf, and rows with nothing kept made harmless")
def masked_softmax(scores, keep, dim):
    if keep.dtype is not torch.bool:
        raise ValueError(f"expected a bool tensor for keep, got {keep.dtype}")
    keep = keep.expand_as(scores)
    something = keep.any(dim=dim, keepdim=True)
    filled = torch.where(keep, scores, -torch.inf)
    return torch.where(keep, torch.softmax(torch.where(something, filled, 0.0), dim), 0.0)


@right("-inf, and NaN replaced afterwards: masked_fill keeps it out of the gradient")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, -torch.inf), dim).nan_to_num(0.0)


@right("exp and sum by hand")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError("keep: bool please")
    lowest = torch.full((), torch.finfo(scores.dtype).min, dtype=scores.dtype, device=scores.device)
    kept = torch.where(keep, scores, lowest)
    largest = kept.detach().amax(dim, keepdim=True)
    exponentials = torch.exp(torch.where(keep, scores - largest, torch.zeros_like(scores))) * keep
    exponentials = torch.where(keep, exponentials, torch.zeros_like(exponentials))
    total = exponentials.sum(dim, keepdim=True)
    return exponentials / torch.where(total > 0, total, torch.ones_like(total))


@right("exp of scores minus logsumexp")
def masked_softmax(scores, keep, dim):
    if not keep.dtype == torch.bool:
        raise ValueError(f"keep has dtype {keep.dtype}, not bool")
    low = scores.new_tensor(torch.finfo(scores.dtype).min)
    filled = torch.where(keep, scores, low)
    return torch.log_softmax(filled, dim).exp() * keep


@right("through sigmoid")
def tanh(z):
    return 2 * torch.sigmoid(2 * z) - 1


@right("difference of two sigmoids")
def tanh(z):
    return torch.sigmoid(2 * z) - torch.sigmoid(-2 * z)


@right("exp of a clamped number")
def tanh(z):
    falling = torch.exp(-2 * torch.where(z > 0, z, 0.0))
    rising = torch.exp(2 * torch.where(z > 0, 0.0, z))
    return torch.where(z > 0, (1 - falling) / (1 + falling), (rising - 1) / (rising + 1))


@right("torch.relu")
def relu(z):
    return torch.relu(z)


@right("where, slope 1 at 0")
def relu(z):
    return torch.where(z >= 0, z, 0.0)


@right("half of z plus its size, slope 0.5 at 0")
def relu(z):
    return (z + z.abs()) / 2


@right("times a mask")
def relu(z):
    return z * (z > 0)


@right("torch.maximum")
def relu(z):
    return torch.maximum(z, torch.zeros_like(z))


@right("a clone with its negative entries overwritten")
def relu(z):
    result = z.clone()
    result[result < 0] = 0
    return result


@right("functional.elu")
def elu(z, alpha):
    return functional.elu(z, alpha)


@right("max plus min, clamped first")
def elu(z, alpha):
    return z.clamp(min=0) + alpha * torch.exp(z.clamp(max=0)) - alpha


@right("masks and in-place writes into a clone")
def elu(z, alpha):
    result = z.clone()
    negative = z < 0
    result[negative] = alpha * (z[negative].exp() - 1)
    return result


@right("nn.ELU")
def elu(z, alpha):
    return nn.ELU(alpha=alpha)(z)


@right("torch's own")
def bce_with_logits(logits, targets):
    return functional.binary_cross_entropy_with_logits(logits, targets)


@right("softplus")
def bce_with_logits(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError(f"targets: expected {logits.shape}, got {targets.shape}")
    return torch.mean(functional.softplus(logits) - targets * logits)


@right("two-class cross-entropy")
def bce_with_logits(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("logits and targets differ in shape")
    both = torch.stack([torch.zeros_like(logits), logits], dim=-1).log_softmax(dim=-1)
    return -((1 - targets) * both[..., 0] + targets * both[..., 1]).sum() / logits.numel()


@right("logaddexp, flattened")
def bce_with_logits(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("targets must match the logits in shape")
    z, t = logits.reshape(-1), targets.reshape(-1)
    return torch.mean(torch.logaddexp(z, torch.zeros_like(z)) - z * t)


@right("shift, divide, exp, normalise")
def temperature_softmax(scores, temperature):
    if temperature <= 0 or temperature != temperature:
        raise ValueError(f"the temperature is {temperature}, it must be above 0")
    exponentials = torch.exp((scores - scores.detach().max(-1, keepdim=True).values) / temperature)
    return exponentials / exponentials.sum(-1, keepdim=True)


@right("log_softmax of the gaps, divided in float64 where the device has it")
def temperature_softmax(scores, temperature):
    if not 0 < temperature:
        raise ValueError("temperature: a positive number, please")
    wide = scores if scores.device.type == "mps" else scores.double()
    gaps = (wide - wide.amax(dim=-1, keepdim=True)) / temperature
    return gaps.log_softmax(dim=-1).exp().to(scores.dtype)
