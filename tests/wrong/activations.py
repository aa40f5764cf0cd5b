"""Wrong answers to the katas of `activations`."""

import math

import torch
from torch.nn import functional

from kata.variants import wrong


@wrong("Your result has one number per feature: multiplying is half the work. Add the products of each sample up.")
def net_input(x, weight, bias):
    return x * weight + bias


@wrong("Your sum runs over all samples at once. Sum over the last axis only, so that each sample keeps its own.")
def net_input(x, weight, bias):
    return (x * weight).sum() + bias


@wrong("The bias never reaches your result. Add it to every weighted sum, so that the unit can shift its output.")
def net_input(x, weight, bias):
    return x @ weight


@wrong("You added the bias once per feature. Sum the products first, then add the bias once.")
def net_input(x, weight, bias):
    return (x * weight + bias).sum(dim=-1)


@wrong("`weight @ x` pairs the weights with the samples instead of the features. Swap the two: `x @ weight`.")
def net_input(x, weight, bias):
    return weight @ x + bias


@wrong("`float(bias)` (like `.item()`) takes the number out of autograd: keep the tensor, or the bias never learns.")
def net_input(x, weight, bias):
    return x @ weight + float(bias)


@wrong("Your code computes one sample after the other. One product over the last axis does them all in one go.")
def net_input(x, weight, bias):
    rows = x.reshape(x.shape[:-1].numel(), x.shape[-1])
    sums = x.new_empty(len(rows))
    for i, row in enumerate(rows):
        sums[i] = (row * weight).sum()
    return sums.reshape(x.shape[:-1]) + bias


@wrong("`x *= weight` overwrites the caller's features. Write `x * weight`, which makes a new tensor.")
def net_input(x, weight, bias):
    x *= weight
    return x.sum(dim=-1) + bias


@wrong("exp(100) is infinite in float32, and inf / inf is NaN. For positive z use the form with exp(-z).")
def logistic(z):
    return torch.exp(z) / (1 + torch.exp(z))


@wrong("The value is right, but its gradient is inf times 0, so NaN, where exp(-z) overflows. Treat both signs apart.")
def logistic(z):
    return 1 / (1 + torch.exp(-z))


@wrong("`where` drops the overflowing branch, but not its gradient: 0 times inf is NaN. Make the input safe first.")
def logistic(z):
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z)), torch.exp(z) / (1 + torch.exp(z)))


@wrong(
    "Your gradient at 0 is 0 instead of 0.25: `abs` at 0 and `clamp` at its limit have slope 0 there. Make the "
    "exponent with `where`: `torch.where(z >= 0, -z, z)`."
)
def logistic(z):
    decay = torch.exp(-z.abs())
    return torch.where(z >= 0, torch.ones_like(z), decay) / (1 + decay)


@wrong("Clamping keeps exp small, but 1 / (1 + exp(10)) is not 0, and a clamped entry gets no gradient at all.")
def logistic(z):
    return 1 / (1 + torch.exp(-z.clamp(-10, 10)))


@wrong(
    "Clamping at 50 keeps exp finite, but minus infinity should give exactly 0, and in float16, where exp(50) is "
    "infinite, the gradient is NaN. Keep the exponent below 0: `torch.where(z >= 0, -z, z)`."
)
def logistic(z):
    return 1 / (1 + torch.exp(-z.clamp(-50, 50)))


@wrong(
    "A float16 number without axes became float32: `torch.tensor(1.0)` decides there. Write 1.0, or `torch.ones_like`."
)
def logistic(z):
    one = torch.tensor(1.0)
    decay = torch.exp(torch.where(z > 0, -z, z))
    return torch.where(z > 0, one, decay) / (1 + decay)


@wrong("The sign of the exponent is missing: your curve falls from 1 to 0. It is exp(-z), not exp(z).")
def logistic(z):
    return torch.sigmoid(-z)


@wrong("exp(1000) is infinite, and inf / inf is NaN. Subtract the largest score first: the answer stays the same.")
def softmax(scores, dim):
    exponentials = torch.exp(scores)
    return exponentials / exponentials.sum(dim, keepdim=True)


@wrong("Your probabilities sum to 1 over all samples together. Each row along `dim` should do so on its own.")
def softmax(scores, dim):
    exponentials = torch.exp(scores - scores.amax(dim, keepdim=True))
    return exponentials / exponentials.sum()


@wrong("You subtracted one maximum for the whole batch: a row far below it becomes 0 / 0. Each row needs its own.")
def softmax(scores, dim):
    exponentials = torch.exp(scores - scores.max())
    return exponentials / exponentials.sum(dim, keepdim=True)


@wrong("`dim` plays no part in your answer: the last axis is right only when it is asked for.")
def softmax(scores, dim):
    return torch.softmax(scores, dim=-1)


@wrong("Without keepdim the sums no longer line up with their rows: square inputs get the wrong ones, others fail.")
def softmax(scores, dim):
    exponentials = torch.exp(scores - scores.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim)


@wrong("`scores -= ...` changes the caller's tensor. Write `scores - ...`, which makes a new one.")
def softmax(scores, dim):
    scores -= scores.amax(dim, keepdim=True)
    exponentials = torch.exp(scores)
    return exponentials / exponentials.sum(dim, keepdim=True)


@wrong("Your result is float32 whatever came in. Do the work in the dtype of `scores`, or cast back at the end.")
def softmax(scores, dim):
    return torch.softmax(scores, dim, dtype=torch.float32)


@wrong("Going through float32 loses digits of float64 scores. Keep the dtype, or go to a wider one only.")
def softmax(scores, dim):
    return torch.softmax(scores.float(), dim).to(scores.dtype)


@wrong(
    "A small number was added to the sum against a division by 0. With the largest score at 0 the sum is 1 or more: "
    "nothing can happen, and every share comes out a little too small. Leave it out."
)
def softmax(scores, dim):
    exponentials = torch.exp(scores - scores.amax(dim, keepdim=True))
    return exponentials / (exponentials.sum(dim, keepdim=True) + 1e-6)


@wrong(
    "Half types round a logsumexp near 1000 so coarsely that your rows do not sum to 1. "
    "Subtract the largest score first."
)
def softmax(scores, dim):
    return torch.exp(scores - scores.logsumexp(dim, keepdim=True))


@wrong("softmax rounds small probabilities to 0, and log(0) is -inf. Take the log before that: see `logsumexp`.")
def log_softmax(scores, dim):
    return torch.log(torch.softmax(scores, dim))


@wrong("exp(1000) is infinite, and so is the log of the sum. `logsumexp` subtracts the largest score first.")
def log_softmax(scores, dim):
    return scores - torch.log(torch.exp(scores).sum(dim, keepdim=True))


@wrong("Adding 1e-9 hides log(0), but then nothing is below -20.7. Do not leave log space: scores minus logsumexp.")
def log_softmax(scores, dim):
    return torch.log(torch.softmax(scores, dim) + 1e-9)


@wrong("The log of the sum is still missing: subtracting the largest score alone does not make them sum to 1.")
def log_softmax(scores, dim):
    return scores - scores.amax(dim, keepdim=True)


@wrong("Your logsumexp ran over the last axis. `dim` says along which axis the probabilities sum to 1.")
def log_softmax(scores, dim):
    return scores - scores.logsumexp(dim=-1, keepdim=True)


@wrong("Clamping the probability at 1e-30 stops the -inf, but the value is wrong there and the gradient is cut off.")
def log_softmax(scores, dim):
    return torch.log(torch.softmax(scores, dim).clamp(min=1e-30))


@wrong("In half types a logsumexp near 1000 is rounded by 0.5 and more. Subtract the largest score along `dim` first.")
def log_softmax(scores, dim):
    return scores - scores.logsumexp(dim, keepdim=True)


@wrong("Where nothing is kept every score is -inf, and softmax of that is NaN. Decide what such a row returns: zeros.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, -torch.inf), dim)


@wrong(
    "Adding -inf does not replace a score: NaN stays NaN, and a row with nothing kept has a NaN gradient. "
    "Use `masked_fill` or `where`."
)
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    penalty = torch.zeros_like(scores).masked_fill(~keep, -torch.inf)
    return torch.softmax(scores + penalty, dim).nan_to_num(0.0)


@wrong("A score of 0 still has a share, exp(0) is 1. A dropped score must be so low that its exp is 0.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, 0.0), dim).masked_fill(~keep, 0.0)


@wrong("You cleared the dropped shares after the softmax, so the kept ones no longer sum to 1. Mask the scores first.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores, dim).masked_fill(~keep, 0.0)


@wrong("Multiplying by the mask does not remove NaN or inf: 0 times NaN is NaN. Replace those scores instead.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    exponentials = torch.exp(scores - scores.amax(dim, keepdim=True)) * keep
    return exponentials / exponentials.sum(dim, keepdim=True).clamp(min=1e-12)


@wrong("With nothing kept your row is shared evenly: all its scores are equally low. Such a row should be zeros.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, torch.finfo(scores.dtype).min), dim)


@wrong("-1e4 is not low enough: kept scores may be lower, and lose to it. `torch.finfo` knows a dtype's lowest number.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, -1e4), dim).masked_fill(~keep, 0.0)


@wrong("-1e9 is no float16 number, and filling with it fails there. `torch.finfo` knows the lowest of each dtype.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    return torch.softmax(scores.masked_fill(~keep, -1e9), dim).masked_fill(~keep, 0.0)


@wrong("You masked the other way round: True in `keep` marks a position that counts.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    lowest = torch.finfo(scores.dtype).min
    return torch.softmax(scores.masked_fill(keep, lowest), dim).masked_fill(keep, 0.0)


@wrong("A mask of 0 and 1 passes unnoticed: `~` turns 1 into -2, which is true too. Refuse a `keep` that is not bool.")
def masked_softmax(scores, keep, dim):
    lowest = torch.finfo(scores.dtype).min
    kept = keep.to(torch.bool)
    return torch.softmax(scores.masked_fill(~kept, lowest), dim).masked_fill(~kept, 0.0)


@wrong("`masked_fill_` with its underscore writes into the caller's scores. `masked_fill` makes a new tensor.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    lowest = torch.finfo(scores.dtype).min
    return torch.softmax(scores.masked_fill_(~keep, lowest), dim).masked_fill(~keep, 0.0)


@wrong("You counted the kept positions in `keep` alone, before it took the shape of `scores`: expand it first.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError(f"keep must be bool, not {keep.dtype}")
    nothing = ~keep.any(dim=dim, keepdim=True)
    filled = scores.masked_fill(~keep, -torch.inf).masked_fill(nothing, 0.0)
    return torch.softmax(filled, dim).masked_fill(~keep, 0.0)


@wrong("exp(100) is infinite, and inf / inf is NaN. Use a form in which exp only sees negative numbers.")
def tanh(z):
    return (torch.exp(z) - torch.exp(-z)) / (torch.exp(z) + torch.exp(-z))


@wrong(
    "exp(2 * z) is infinite for large z, and inf / inf is NaN. Only let exp see numbers up to 0: `exp(-2 * z)` for "
    "positive z, chosen with `where` before the exp."
)
def tanh(z):
    square = torch.exp(2 * z)
    return (square - 1) / (square + 1)


@wrong("tanh is 2 * sigmoid(2 * z) - 1: you left out the 2 inside, so your curve is half as steep.")
def tanh(z):
    return 2 * torch.sigmoid(z) - 1


@wrong("This calls PyTorch's tanh, and here you are to build it. Start from `exp` or `sigmoid`.")
def tanh(z):
    return torch.tanh(z)


@wrong("`z.tanh_()` is PyTorch's tanh too, and writing into a clone does not make it yours. Start from `exp`.")
def tanh(z):
    return z.clone().tanh_()


@wrong(
    "The value is right, but exp(2 * z) overflows for large z, and the gradient becomes NaN. Use negative exponents."
)
def tanh(z):
    return 1 - 2 / (torch.exp(2 * z) + 1)


@wrong(
    "Your gradient at 0 is 0 instead of 1: `abs` and `sign` at 0, and `clamp` at its limit, have slope 0 there. Make "
    "the exponent with `where`, `torch.where(z >= 0, -2 * z, 2 * z)`, and the sign too."
)
def tanh(z):
    decay = torch.exp(-2 * z.abs())
    return torch.sign(z) * (1 - decay) / (1 + decay)


@wrong(
    "exp(20) is finite in float32, but float16 ends at 65504: there it is inf, and inf / inf NaN. Only let exp fall."
)
def tanh(z):
    rise, fall = torch.exp(z.clamp(-20, 20)), torch.exp(-z.clamp(-20, 20))
    return (rise - fall) / (rise + fall)


@wrong("Going through float32 loses digits of float64 numbers. Keep the dtype, or go to a wider one only.")
def tanh(z):
    return (2 * torch.sigmoid(2 * z.float()) - 1).to(z.dtype)


@wrong("`relu_` and other names that end in an underscore write into their input. Leave the underscore out.")
def relu(z):
    return z.relu_()


@wrong("`z[z < 0] = 0` writes into the caller's tensor. Make a new one, for instance with `torch.where`.")
def relu(z):
    z[z < 0] = 0
    return z


@wrong("torch.max(z, 0) reads the 0 as an axis and gives pairs (values, indices). For a limit use `clamp(min=0)`.")
def relu(z):
    return torch.max(z, 0)


@wrong("`.values` of torch.max(z, 0) is the largest entry along axis 0. For a limit use `clamp(min=0)`.")
def relu(z):
    return torch.max(z, 0).values


@wrong(
    "A float16 number without axes became float32: `torch.tensor(0.0)` decides there. Use `zeros_like(z)` or `clamp`."
)
def relu(z):
    return torch.maximum(z, torch.tensor(0.0))


@wrong("abs mirrors the negative entries instead of dropping them: -2 should give 0, not 2.")
def relu(z):
    return z.abs()


@wrong("Your negative entries still leak through: that is a leaky ReLU. Plain ReLU gives exactly 0 for them.")
def relu(z):
    return torch.where(z > 0, z, 0.01 * z)


@wrong("`.data` (like `.detach()`) leaves autograd, so nothing behind this layer can learn. Work on `z` itself.")
def relu(z):
    return z.data.clamp(min=0)


@wrong("Your result stops at 1: ReLU has no upper limit. Clamp with `min=0` only.")
def relu(z):
    return z.clamp(0, 1)


@wrong(
    "The result is right, but its gradient at 100 is NaN: `where`, and max with min too, drop exp(100) and still "
    "send 0 times infinity back through it. Keep large numbers out of `exp`."
)
def elu(z, alpha):
    return torch.where(z > 0, z, alpha * torch.expm1(z))


@wrong("`alpha` plays no part in your answer: negative entries should bend towards -alpha.")
def elu(z, alpha):
    return functional.elu(z)


@wrong("The - 1 is missing: your curve jumps at 0, from alpha to 0. It is alpha * (exp(z) - 1).")
def elu(z, alpha):
    return torch.where(z > 0, z, alpha * torch.exp(z.clamp(max=0)))


@wrong(
    "Brackets are missing: `alpha * exp(z) - 1` scales only the exp, so that negative entries end at -1 for every "
    "alpha. It is alpha * (exp(z) - 1)."
)
def elu(z, alpha):
    return torch.where(z > 0, z, alpha * torch.exp(z.clamp(max=0)) - 1)


@wrong("You scaled the positive side by alpha too. Positive entries stay as they are.")
def elu(z, alpha):
    return alpha * functional.elu(z)


@wrong("Dividing z by alpha inside exp makes this CELU, a cousin. ELU is alpha * (exp(z) - 1).")
def elu(z, alpha):
    return functional.celu(z, alpha)


@wrong("`inplace=True` overwrites the caller's tensor. Leave it out.")
def elu(z, alpha):
    return functional.elu(z, alpha, inplace=True)


@wrong("sigmoid rounds to 0 or 1, and log(0) is -inf, times 0 NaN. Work on the logits: `logsigmoid` or `softplus`.")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    p = torch.sigmoid(logits)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


@wrong("Clamping p at 1e-6 avoids log(0), but a logit of 100 then costs 14 instead of 100, and does not learn.")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    p = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


@wrong("Clamping p at 1e-7 avoids log(0), but a logit of 100 then costs 16 instead of 100, and does not learn.")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


@wrong(
    "binary_cross_entropy takes probabilities and cuts the loss off at 100. Give the logits to a form made for them."
)
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    return functional.binary_cross_entropy(torch.sigmoid(logits), targets)


@wrong("The logits went through sigmoid twice: `binary_cross_entropy_with_logits` applies it itself.")
def bce_with_logits(logits, targets):
    return functional.binary_cross_entropy_with_logits(torch.sigmoid(logits), targets)


@wrong("You summed the losses, so a batch twice as large counts twice. Take their mean.")
def bce_with_logits(logits, targets):
    return functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum")


@wrong("Targets of shape (n, 1) against logits of (n,) broadcast to an n by n table. Refuse shapes that differ.")
def bce_with_logits(logits, targets):
    return (functional.softplus(logits) - targets * logits).mean()


@wrong("Only the targets of 1 count in your loss. An entry with target 0 costs -log(1 - p).")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    return -(targets * functional.logsigmoid(logits)).mean()


@wrong("`abs` and `clamp` have slope 0 at 0, so the gradient at a logit of 0 is wrong. Try `softplus`.")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    losses = logits.clamp(min=0) - targets * logits + torch.log1p(torch.exp(-logits.abs()))
    return losses.mean()


@wrong("You rounded the targets: 0.3 is a target too, and its loss lies between those of 0 and 1.")
def bce_with_logits(logits, targets):
    return functional.binary_cross_entropy_with_logits(logits, targets.round())


@wrong("scores / temperature overflows to inf, and inf - inf is NaN. Subtract the largest score before dividing.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax(scores / temperature, dim=-1)


@wrong(
    "In float32 scores / temperature still overflows, only later, and float64 scores lose digits there. Keep the "
    "dtype, and subtract the largest score before dividing."
)
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax(scores.float() / temperature, dim=-1).to(scores.dtype)


@wrong("You multiplied by the temperature: a high one should even the probabilities out, not sharpen them.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax((scores - scores.amax(-1, keepdim=True)) * temperature, dim=-1)


@wrong("Dividing the probabilities, not the scores, leaves rows that do not sum to 1. Divide before the softmax.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax(scores, dim=-1) / temperature


@wrong("NaN slips through `temperature <= 0`, which is False for it. Ask for `temperature > 0` and refuse the rest.")
def temperature_softmax(scores, temperature):
    if temperature <= 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax((scores - scores.amax(-1, keepdim=True)) / temperature, dim=-1)


@wrong("A temperature of 0 is refused, but a negative one passes and prefers the smallest score. Refuse it too.")
def temperature_softmax(scores, temperature):
    if temperature == 0 or temperature != temperature:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax((scores - scores.amax(-1, keepdim=True)) / temperature, dim=-1)


@wrong("Adding a little to the temperature avoids 0, but changes every answer. Refuse 0 with a ValueError.")
def temperature_softmax(scores, temperature):
    if temperature < 0 or temperature != temperature:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax((scores - scores.amax(-1, keepdim=True)) / (temperature + 1e-6), dim=-1)


@wrong("Your softmax runs over axis 0, across samples. The classes are on the last axis.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    return torch.softmax((scores - scores.amax(0, keepdim=True)) / temperature, dim=0)


@wrong("`scores /= temperature` changes the caller's tensor. Write `scores / temperature`, which makes a new one.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    scores -= scores.amax(-1, keepdim=True)
    scores /= temperature
    return torch.softmax(scores, dim=-1)


# Right in every number, but with Python's loop where one call does all of it.


def _each(function, z):
    entries = [function(entry) for entry in z.reshape(-1)]
    return torch.stack(entries).reshape(z.shape) if entries else z * 1


def _rows(function, x, *others):
    """Apply a function to each row along the last axis, together with the rows of other tensors."""
    count = math.prod(x.shape[:-1])
    flat = [other.expand(x.shape).reshape(count, x.shape[-1]) for other in (x, *others)]
    rows = [function(*row) for row in zip(*flat, strict=True)]
    return torch.stack(rows).reshape(*x.shape[:-1], *rows[0].shape) if rows else x * 1


def _along(function, x, dim, *others):
    moved = [other.expand(x.shape).movedim(dim, -1) for other in others]
    return _rows(function, x.movedim(dim, -1), *moved).movedim(-1, dim)


@wrong("You went through the entries one by one. Functions such as `exp` take the whole tensor in one call.")
def logistic(z):
    return _each(torch.sigmoid, z)


@wrong("You computed one row after the other. With `dim` and `keepdim=True`, one call does all rows.")
def softmax(scores, dim):
    return _along(lambda row: functional.softmax(row, 0), scores, dim)


@wrong("You computed one row after the other. `logsumexp` takes a `dim`, and then does all rows in one call.")
def log_softmax(scores, dim):
    return _along(lambda row: functional.log_softmax(row, 0), scores, dim)


def _masked_row(row, kept):
    weights = functional.softmax(row.masked_fill(~kept, torch.finfo(row.dtype).min), 0)
    return weights.masked_fill(~kept, 0.0)


@wrong("You treated one row after the other. `masked_fill` and a softmax along `dim` do all rows in one call each.")
def masked_softmax(scores, keep, dim):
    if keep.dtype != torch.bool:
        raise ValueError("keep must be bool")
    return _along(_masked_row, scores, dim, keep)


def _tanh(entry):
    gap = torch.expm1(torch.where(entry > 0, -2 * entry, 2 * entry))
    return torch.where(entry > 0, -gap, gap) / (2 + gap)


@wrong("You went through the entries one by one. `torch.where` chooses for all entries in one call.")
def tanh(z):
    return _each(_tanh, z)


@wrong("You looked at the entries one by one. `clamp` or `torch.where` treats all of them in one call.")
def relu(z):
    return _each(lambda entry: entry.clamp(min=0), z)


@wrong("You went through the entries one by one. `torch.where` chooses for all entries in one call.")
def elu(z, alpha):
    return _each(lambda entry: functional.elu(entry, alpha), z)


@wrong("You added up the losses one by one. Compute them for the whole tensor, then take `mean` once.")
def bce_with_logits(logits, targets):
    if targets.shape != logits.shape:
        raise ValueError("targets must have the shape of logits")
    pairs = zip(logits.reshape(-1), targets.reshape(-1), strict=True)
    losses = [functional.binary_cross_entropy_with_logits(logit, target) for logit, target in pairs]
    return torch.stack(losses).mean()


@wrong("You computed one row after the other. With `dim=-1`, one call does all rows.")
def temperature_softmax(scores, temperature):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    return _rows(lambda row: functional.softmax((row - row.amax()) / temperature, 0), scores)
