"""The wrong answers to the katas of `activations` once more, each from its sentence alone and in another style."""

import math

import torch
import torch.nn.functional as F

from kata.variants import rewritten

# net_input


@rewritten("Your result has one number per feature")
def net_input(x, weight, bias):
    return torch.mul(x, weight).add(bias)


@rewritten("Your sum runs over all samples at once")
def net_input(x, weight, bias):
    return torch.einsum("...f,f->", x, weight) + bias


@rewritten("The bias never reaches your result")
def net_input(x, weight, bias):
    return torch.einsum("...f,f->...", x, weight)


@rewritten("You added the bias once per feature")
def net_input(x, weight, bias):
    return torch.sum(x * weight + bias, dim=-1)


@rewritten("`weight @ x` pairs the weights with the samples")
def net_input(x, weight, bias):
    return torch.matmul(weight, x).add(bias)


@rewritten("`float(bias)` (like `.item()`)")
def net_input(x, weight, bias):
    return torch.matmul(x, weight) + bias.item()


@rewritten("Your code computes one sample after the other")
def net_input(x, weight, bias):
    rows = x.reshape(-1, x.shape[-1]) if x.shape[-1] else x.new_zeros(math.prod(x.shape[:-1]), 0)
    results = [torch.dot(row, weight) + bias for row in rows]
    return torch.stack(results).reshape(x.shape[:-1]) if results else x.new_zeros(x.shape[:-1])


@rewritten("`x *= weight` overwrites")
def net_input(x, weight, bias):
    return x.mul_(weight).sum(dim=-1) + bias


# logistic


@rewritten("exp(100) is infinite in float32, and inf / inf is NaN. For positive z")
def logistic(z):
    growth = z.exp()
    return growth / growth.add(1)


@rewritten("The value is right, but its gradient is inf times 0")
def logistic(z):
    return torch.ones_like(z) / (1 + (-z).exp())


@rewritten("`where` drops the overflowing branch")
def logistic(z):
    return torch.where(z < 0, z.exp() / (1 + z.exp()), (1 + (-z).exp()).reciprocal())


@rewritten("Your gradient at 0 is 0 instead of 0.25")
def logistic(z):
    small = torch.exp(-torch.abs(z))
    numerator = torch.ones_like(z).where(z >= 0, small)
    return numerator / small.add(1)


@rewritten("Clamping at 50 keeps exp finite")
def logistic(z):
    return (1 + torch.exp(torch.clip(-z, -50.0, 50.0))).reciprocal()


@rewritten("Clamping keeps exp small")
def logistic(z):
    bounded = torch.clip(z, min=-10.0, max=10.0)
    return (1 + (-bounded).exp()).reciprocal()


@rewritten("The sign of the exponent is missing")
def logistic(z):
    return torch.sigmoid(z.neg())


@rewritten("You went through the entries one by one. Functions such as `exp`")
def logistic(z):
    entries = [torch.sigmoid(entry) for entry in z.reshape(-1)]
    return torch.stack(entries).reshape(z.shape) if entries else z.clone()


# softmax


@rewritten("exp(1000) is infinite, and inf / inf is NaN. Subtract")
def softmax(scores, dim):
    powers = math.e**scores
    return powers.div(torch.sum(powers, dim=dim, keepdim=True))


@rewritten("Your probabilities sum to 1 over all samples together")
def softmax(scores, dim):
    return torch.softmax(scores.flatten(), 0).reshape(scores.shape)


@rewritten("You subtracted one maximum for the whole batch")
def softmax(scores, dim):
    top = scores.flatten().max() if scores.numel() else 0.0
    powers = (scores - top).exp()
    return powers / powers.sum(dim=dim, keepdim=True)


@rewritten("`dim` plays no part in your answer")
def softmax(scores, dim):
    return F.softmax(scores, dim=scores.dim() - 1)


@rewritten("Without keepdim the sums no longer line up")
def softmax(scores, dim):
    powers = torch.exp(scores - torch.amax(scores, dim, keepdim=True))
    return powers.div(powers.sum(dim=dim))


@rewritten("`scores -= ...` changes the caller's tensor")
def softmax(scores, dim):
    scores.sub_(scores.max(dim=dim, keepdim=True).values)
    powers = scores.exp()
    return powers / powers.sum(dim=dim, keepdim=True)


@rewritten("Your result is float32 whatever came in")
def softmax(scores, dim):
    return F.softmax(scores, dim=dim, dtype=torch.float32)


@rewritten("Going through float32 loses digits of float64 scores")
def softmax(scores, dim):
    return torch.softmax(scores.to(torch.float32), dim).type_as(scores)


@rewritten("A small number was added to the sum")
def softmax(scores, dim):
    powers = (scores - scores.max(dim=dim, keepdim=True).values).exp()
    return powers.div(powers.sum(dim=dim, keepdim=True).add(1e-8))


@rewritten("Half types round a logsumexp near 1000")
def softmax(scores, dim):
    return (scores - torch.logsumexp(scores, dim=dim, keepdim=True)).exp()


@rewritten("You computed one row after the other. With `dim` and")
def softmax(scores, dim):
    moved = scores.movedim(dim, -1)
    rows = moved.reshape(-1, moved.shape[-1]) if moved.numel() else []
    done = [torch.softmax(row, 0) for row in rows]
    return torch.stack(done).reshape(moved.shape).movedim(-1, dim) if done else scores.clone()


# log_softmax


@rewritten("softmax rounds small probabilities to 0")
def log_softmax(scores, dim):
    return torch.softmax(scores, dim).log()


@rewritten("exp(1000) is infinite, and so is the log of the sum")
def log_softmax(scores, dim):
    return scores - scores.exp().sum(dim=dim, keepdim=True).log()


@rewritten("Adding 1e-9 hides log(0)")
def log_softmax(scores, dim):
    return torch.log(F.softmax(scores, dim=dim).add(1e-9))


@rewritten("The log of the sum is still missing")
def log_softmax(scores, dim):
    return scores - torch.max(scores, dim=dim, keepdim=True).values


@rewritten("Your logsumexp ran over the last axis")
def log_softmax(scores, dim):
    return F.log_softmax(scores, dim=-1)


@rewritten("Clamping the probability at 1e-30")
def log_softmax(scores, dim):
    return scores.softmax(dim).clip(1e-30).log()


@rewritten("You computed one row after the other. `logsumexp`")
def log_softmax(scores, dim):
    moved = scores.movedim(dim, -1)
    rows = moved.reshape(-1, moved.shape[-1]) if moved.numel() else []
    done = [torch.log_softmax(row, 0) for row in rows]
    return torch.stack(done).reshape(moved.shape).movedim(-1, dim) if done else scores.clone()


# masked_softmax


def _bool_only(keep):
    if keep.dtype is not torch.bool:
        raise ValueError("keep has to be a bool tensor")


@rewritten("Where nothing is kept every score is -inf")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    return F.softmax(torch.where(keep, scores, -math.inf), dim=dim)


@rewritten("Adding -inf does not replace a score")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    penalty = torch.zeros_like(scores).masked_fill(~keep, -math.inf)
    shares = torch.softmax(scores + penalty, dim)
    return torch.where(keep.any(dim, keepdim=True) if keep.dim() else keep, shares, torch.zeros_like(shares))


@rewritten("A score of 0 still has a share")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    return F.softmax(torch.where(keep, scores, torch.zeros_like(scores)), dim=dim)


@rewritten("You cleared the dropped shares after the softmax")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    return torch.where(keep, F.softmax(scores, dim=dim), torch.zeros_like(scores))


@rewritten("Multiplying by the mask does not remove NaN")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    mask = keep.to(scores.dtype)
    low = torch.finfo(scores.dtype).min
    shares = torch.softmax(scores * mask + (1 - mask) * low, dim)
    return shares.masked_fill(~keep, 0)


@rewritten("With nothing kept your row is shared evenly")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    return F.softmax(torch.where(keep, scores, torch.finfo(scores.dtype).min), dim=dim)


@rewritten("You masked the other way round")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    low = scores.masked_fill(keep, torch.finfo(scores.dtype).min)
    return torch.softmax(low, dim).masked_fill(keep, 0.0)


@rewritten("A mask of 0 and 1 passes unnoticed")
def masked_softmax(scores, keep, dim):
    dropped = torch.logical_not(keep)
    low = torch.where(dropped, torch.finfo(scores.dtype).min, scores)
    return torch.where(dropped, 0.0, torch.softmax(low, dim)).to(scores.dtype)


@rewritten("`masked_fill_` with its underscore")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    scores.masked_fill_(~keep, torch.finfo(scores.dtype).min)
    return torch.softmax(scores, dim).masked_fill(~keep, 0)


@rewritten("You counted the kept positions in `keep` alone")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    low = scores.masked_fill(~keep, torch.finfo(scores.dtype).min)
    some = keep.sum(dim, keepdim=True) > 0
    return torch.softmax(low, dim).masked_fill(~keep, 0) * some


@rewritten("You treated one row after the other")
def masked_softmax(scores, keep, dim):
    _bool_only(keep)
    wide = keep.expand(scores.shape).movedim(dim, -1)
    moved = scores.movedim(dim, -1)
    if not moved.numel():
        return scores.clone()
    rows = zip(moved.reshape(-1, moved.shape[-1]), wide.reshape(-1, moved.shape[-1]), strict=True)
    low = torch.finfo(scores.dtype).min
    done = [torch.where(k, torch.softmax(torch.where(k, s, low), 0), 0.0).to(scores.dtype) for s, k in rows]
    return torch.stack(done).reshape(moved.shape).movedim(-1, dim)


# tanh


@rewritten("exp(100) is infinite, and inf / inf is NaN. Use a form")
def tanh(z):
    up, down = torch.exp(z), torch.exp(z.neg())
    return (up - down).div(up + down)


@rewritten("exp(2 * z) is infinite for large z")
def tanh(z):
    growth = (z + z).exp()
    return growth.sub(1).div(growth.add(1))


@rewritten("tanh is 2 * sigmoid(2 * z) - 1: you left out")
def tanh(z):
    return torch.sigmoid(z).mul(2).sub(1)


@rewritten("This calls PyTorch's tanh")
def tanh(z):
    return F.tanh(z)


@rewritten("`z.tanh_()` is PyTorch's tanh too")
def tanh(z):
    copy = torch.empty_like(z).copy_(z)
    return copy.tanh_()


@rewritten("The value is right, but exp(2 * z) overflows")
def tanh(z):
    return torch.ones_like(z) - 2 / (torch.exp(z + z) + 1)


@rewritten("Your gradient at 0 is 0 instead of 1")
def tanh(z):
    decay = (-2 * z.abs()).exp()
    return torch.sign(z) * (1 - decay) / (1 + decay)


@rewritten("Going through float32 loses digits of float64 numbers")
def tanh(z):
    single = z.to(torch.float32)
    return (2 * torch.sigmoid(2 * single) - 1).to(z.dtype)


@rewritten("You went through the entries one by one. `torch.where` chooses for all entries in one call")
def tanh(z):
    entries = [2 * torch.sigmoid(2 * entry) - 1 for entry in z.flatten()]
    return torch.stack(entries).view(z.shape) if entries else z.clone()


# relu


@rewritten("`relu_` and other names")
def relu(z):
    return z.clamp_(min=0)


@rewritten("`z[z < 0] = 0` writes")
def relu(z):
    z.masked_fill_(z < 0, 0)
    return z


@rewritten("torch.max(z, 0) reads the 0 as an axis and gives pairs")
def relu(z):
    return z.max(dim=0)


@rewritten("`.values` of torch.max(z, 0)")
def relu(z):
    return z.amax(dim=0)


@rewritten("abs mirrors the negative entries")
def relu(z):
    return torch.where(z < 0, -z, z)


@rewritten("Your negative entries still leak through")
def relu(z):
    return torch.where(z > 0, z, z * 0.01)


@rewritten("`.data` (like `.detach()`)")
def relu(z):
    return z.detach().clamp(min=0)


@rewritten("Your result stops at 1")
def relu(z):
    return F.hardtanh(z, min_val=0.0, max_val=1.0)


@rewritten("You looked at the entries one by one")
def relu(z):
    entries = [entry.clamp(min=0) for entry in z.flatten()]
    return torch.stack(entries).view(z.shape) if entries else z.clone()


# elu


@rewritten("The result is right, but its gradient at 100 is NaN")
def elu(z, alpha):
    return torch.where(z <= 0, (torch.exp(z) - 1) * alpha, z)


@rewritten("`alpha` plays no part in your answer")
def elu(z, alpha):
    return F.elu(z)


@rewritten("The - 1 is missing")
def elu(z, alpha):
    return torch.where(z > 0, z, z.clamp(max=0).exp() * alpha)


@rewritten("Brackets are missing")
def elu(z, alpha):
    bent = alpha * torch.exp(z) - 1
    return torch.where(z <= 0, bent, z)


@rewritten("You scaled the positive side by alpha too")
def elu(z, alpha):
    return F.elu(z) * alpha


@rewritten("Dividing z by alpha inside exp")
def elu(z, alpha):
    return F.celu(z, alpha=alpha)


@rewritten("`inplace=True` overwrites")
def elu(z, alpha):
    return torch.nn.ELU(alpha=alpha, inplace=True)(z)


@rewritten("You went through the entries one by one. `torch.where` chooses for all entries in one call")
def elu(z, alpha):
    entries = [F.elu(entry, alpha) for entry in z.flatten()]
    return torch.stack(entries).view(z.shape) if entries else z.clone()


# bce_with_logits


def _same_shape(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError(f"targets have shape {tuple(targets.shape)}, logits {tuple(logits.shape)}")


@rewritten("sigmoid rounds to 0 or 1, and log(0) is -inf")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    p = 1 / (1 + torch.exp(-logits))
    return torch.mean(-(targets * p.log() + (1 - targets) * (1 - p).log()))


@rewritten("Clamping p at 1e-6")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    p = logits.sigmoid().clip(1e-6, 1 - 1e-6)
    return -torch.mean(targets * torch.log(p) + (1 - targets) * torch.log(1 - p))


@rewritten("Clamping p at 1e-7")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    p = torch.clip(torch.sigmoid(logits), 1e-7, 1 - 1e-7)
    return torch.mean(-(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)))


@rewritten("binary_cross_entropy takes probabilities")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    return torch.nn.BCELoss()(torch.sigmoid(logits), targets)


@rewritten("The logits went through sigmoid twice")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    return torch.nn.BCEWithLogitsLoss()(logits.sigmoid(), targets)


@rewritten("You summed the losses")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    return torch.nn.BCEWithLogitsLoss(reduction="sum")(logits, targets)


@rewritten("Targets of shape (n, 1) against logits of (n,)")
def bce_with_logits(logits, targets):
    return torch.mean(F.softplus(logits) - targets * logits)


@rewritten("Only the targets of 1 count")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    return (targets * F.softplus(-logits)).mean()


@rewritten("`abs` and `clamp` have slope 0 at 0")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    losses = logits.clamp(min=0) - logits * targets + torch.log1p((-logits.abs()).exp())
    return losses.mean()


@rewritten("You rounded the targets")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    return F.binary_cross_entropy_with_logits(logits, torch.round(targets))


@rewritten("You added up the losses one by one")
def bce_with_logits(logits, targets):
    _same_shape(logits, targets)
    pairs = zip(logits.flatten(), targets.flatten(), strict=True)
    losses = [F.binary_cross_entropy_with_logits(logit, target) for logit, target in pairs]
    return sum(losses) / len(losses)


# temperature_softmax


def _positive(temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, not {temperature}")


@rewritten("scores / temperature overflows to inf")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    return F.softmax(scores.div(temperature), dim=-1)


@rewritten("In float32 scores / temperature still overflows")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    return F.softmax(scores.to(torch.float32).div(temperature), dim=-1).type_as(scores)


@rewritten("You multiplied by the temperature")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    return F.softmax((scores - scores.amax(-1, keepdim=True)).mul(temperature), dim=-1)


@rewritten("Dividing the probabilities, not the scores")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    return F.softmax(scores, dim=-1).div(temperature)


def _tempered(scores, temperature, dim=-1):
    return torch.softmax((scores - scores.max(dim=dim, keepdim=True).values) / temperature, dim=dim)


@rewritten("NaN slips through")
def temperature_softmax(scores, temperature):
    if temperature < 0 or temperature == 0:
        raise ValueError(f"temperature is {temperature}")
    return _tempered(scores, temperature)


@rewritten("A temperature of 0 is refused")
def temperature_softmax(scores, temperature):
    if not temperature or temperature != temperature:
        raise ValueError(f"temperature is {temperature}")
    return torch.softmax(scores / temperature, -1) if temperature < 0 else _tempered(scores, temperature)


@rewritten("Adding a little to the temperature")
def temperature_softmax(scores, temperature):
    if temperature < 0 or temperature != temperature:
        raise ValueError(f"temperature is {temperature}")
    return _tempered(scores, temperature + 1e-8)


@rewritten("Your softmax runs over axis 0")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    return _tempered(scores, temperature, dim=0)


@rewritten("`scores /= temperature` changes")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    scores.sub_(scores.amax(-1, keepdim=True)).div_(temperature)
    return torch.softmax(scores, -1)


@rewritten("You computed one row after the other. With `dim=-1`")
def temperature_softmax(scores, temperature):
    _positive(temperature)
    if scores.dim() < 2 or not scores.numel():
        return _tempered(scores, temperature) if scores.numel() else scores.clone()
    rows = [_tempered(row, temperature) for row in scores.reshape(-1, scores.shape[-1])]
    return torch.stack(rows).reshape(scores.shape)
