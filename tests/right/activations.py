"""Right answers to the katas of `activations` in other styles."""

import math

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


@right("a feature of ones for the bias")
def net_input(x, weight, bias):
    ones = x.new_ones(*x.shape[:-1], 1)
    return torch.tensordot(torch.cat([x, ones], dim=-1), torch.cat([weight, bias.reshape(1)]), dims=1)


@right("vmap over flat rows")
def net_input(x, weight, bias):
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    if not len(rows):
        return x.sum(-1)
    return torch.vmap(lambda row: row.dot(weight) + bias)(rows).reshape(x.shape[:-1])


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


@right("exp of minus softplus")
def logistic(z):
    return torch.exp(-functional.softplus(-z))


@right("softmax of two classes")
def logistic(z):
    both = torch.stack([z, torch.zeros_like(z)], dim=-1).clamp(-60000, 60000)
    return torch.softmax(both, dim=-1)[..., 0]


class _Logistic(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        decay = torch.exp(-z.abs())
        p = torch.where(z < 0, decay, 1) / (1 + decay)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, upstream):
        (p,) = ctx.saved_tensors
        return upstream * p * (1 - p)


@right("a backward of its own")
def logistic(z):
    return _Logistic.apply(z)


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


@right("exps, normalized")
def softmax(scores, dim):
    return functional.normalize((scores - scores.amax(dim, keepdim=True).detach()).exp(), p=1, dim=dim)


@right("softmin of the opposite")
def softmax(scores, dim):
    return functional.softmin(-scores, dim=dim)


@right("torch.log_softmax")
def log_softmax(scores, dim):
    return torch.log_softmax(scores, dim)


@right("scores minus logsumexp, in float32 at least")
def log_softmax(scores, dim):
    wide = scores.float() if scores.dtype in (torch.float16, torch.bfloat16) else scores
    return (wide - torch.logsumexp(wide, dim=dim, keepdim=True)).to(scores.dtype)


@right("log of the sum, written out")
def log_softmax(scores, dim):
    shifted = scores - scores.detach().max(dim, keepdim=True)[0]
    return shifted - shifted.exp().sum(dim).log().unsqueeze(dim)


@right("the last of the running logsumexps")
def log_softmax(scores, dim):
    shifted = scores - scores.max(dim, keepdim=True).values
    return shifted - shifted.logcumsumexp(dim).narrow(dim, -1, 1)


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


@right("boolean indexing of the kept scores")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError("Keep must be a mask of bools")
    keep = keep.expand_as(scores)
    filled = torch.full_like(scores, torch.finfo(scores.dtype).min)
    filled[keep] = scores[keep]
    return torch.softmax(filled, dim) * keep


@right("in log space until the end")
def masked_softmax(scores, keep, dim):
    if keep.dtype is not torch.bool:
        raise ValueError("keep")
    keep = torch.broadcast_to(keep, scores.shape)
    known = scores.where(keep, torch.zeros_like(scores))
    logs = torch.where(keep | ~keep.any(dim, keepdim=True), known, -math.inf).log_softmax(dim)
    return torch.where(keep, logs, -math.inf).exp()


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


@right("two classes, one share minus the other")
def tanh(z):
    shares = torch.softmax(torch.stack([z, -z]).clamp(-30000, 30000), dim=0)
    return shares[0] - shares[1]


@right("masks and in-place writes into a new tensor")
def tanh(z):
    result = torch.empty_like(z)
    positive = z >= 0
    decay = torch.exp(-2 * z[positive])
    result[positive] = (1 - decay) / (1 + decay)
    decay = torch.exp(2 * z[~positive])
    result[~positive] = (decay - 1) / (decay + 1)
    return result


class _Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        decay = torch.exp(-2 * z.abs())
        result = torch.sign(z) * (1 - decay) / (1 + decay)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, upstream):
        (result,) = ctx.saved_tensors
        return upstream * (1 - result**2)


@right("a backward of its own")
def tanh(z):
    return _Tanh.apply(z)


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


@right("threshold")
def relu(z):
    return functional.threshold(z, 0.0, 0.0)


@right("the larger one in a stack")
def relu(z):
    return torch.stack([z, torch.zeros_like(z)]).amax(dim=0)


class _Relu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z > 0)
        return z.masked_fill(z < 0, 0.0)

    @staticmethod
    def backward(ctx, upstream):
        (positive,) = ctx.saved_tensors
        return upstream * positive


@right("a backward of its own")
def relu(z):
    return _Relu.apply(z)


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


@right("where, with a harmless number in the dropped branch")
def elu(z, alpha):
    positive = z > 0
    return torch.where(positive, z, alpha * torch.expm1(torch.where(positive, 0.0, z)))


@right("celu of a stretched number")
def elu(z, alpha):
    return torch.where(z > 0, z, functional.celu(z * alpha, alpha))


class _Elu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, alpha):
        low = alpha * torch.expm1(z.clamp(max=0))
        ctx.save_for_backward(z, low)
        ctx.alpha = alpha
        return torch.where(z > 0, z, low)

    @staticmethod
    def backward(ctx, upstream):
        z, low = ctx.saved_tensors
        return torch.where(z > 0, upstream, upstream * (low + ctx.alpha)), None


@right("a backward of its own")
def elu(z, alpha):
    return _Elu.apply(z, alpha)


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


@right("log-likelihood of a distribution")
def bce_with_logits(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("Targets have another shape than logits")
    return -torch.distributions.Bernoulli(logits=logits, validate_args=False).log_prob(targets).mean()


@right("cross-entropy with probabilities as targets")
def bce_with_logits(logits, targets):
    if logits.size() != targets.size():
        raise ValueError(f"targets: {targets.size()}")
    classes = torch.stack([logits, torch.zeros_like(logits)], dim=-1).reshape(-1, 2)
    return functional.cross_entropy(classes, torch.stack([targets, 1 - targets], dim=-1).reshape(-1, 2))


@right("between both losses by the target")
def bce_with_logits(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("targets")
    return torch.lerp(functional.softplus(logits), functional.softplus(-logits), targets).mean()


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


@right("a distribution over finite numbers")
def temperature_softmax(scores, temperature):
    if not temperature > 0.0:
        raise ValueError("Temperature must be positive")
    gaps = scores - scores.max(dim=-1, keepdim=True).values
    logits = (gaps / temperature).clamp(min=torch.finfo(scores.dtype).min)
    return torch.distributions.Categorical(logits=logits, validate_args=False).probs
