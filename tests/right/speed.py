"""Right answers to the topic `speed` in other styles than the solution's."""

import math
from contextlib import ExitStack
from functools import reduce

import torch
from torch.func import functional_call, grad, jacrev, vmap
from torch.nn import functional

from kata.variants import right


@right("a table of powers")
def polynomial(x, coefficients):
    exponents = torch.arange(coefficients.numel(), device=x.device)
    return (x.unsqueeze(-1) ** exponents * coefficients).sum(dim=-1)


@right("in place, in memory of its own")
def polynomial(x, coefficients):
    result = torch.zeros_like(x)
    for coefficient in coefficients.flip(0):
        result.mul_(x).add_(coefficient)
    return result


@right("powers one by one")
def polynomial(x, coefficients):
    total, power = torch.zeros_like(x), torch.ones_like(x)
    for i in range(len(coefficients)):
        total = total + coefficients[i] * power
        power = power * x
    return total


@right("updates its own result in place")
def polynomial(x, coefficients):
    result = torch.zeros_like(x)
    for coefficient in coefficients.flip(0):
        result.mul_(x).add_(coefficient)
    return result


@right("vmap and reduce")
def polynomial(x, coefficients):
    if x.numel() == 0:
        return x.clone()

    def horner(entry):
        return reduce(lambda inner, c: torch.addcmul(c, inner, entry), coefficients.flip(0), torch.zeros_like(entry))

    return vmap(horner)(x.reshape(-1)).reshape(x.shape).clone()


@right("average pooling")
def moving_average(x, window):
    time = x.size(-1)
    if window < 1 or time < window:
        raise ValueError(f"a window of {window} does not fit into {time} entries")
    means = functional.avg_pool1d(x.reshape(-1, 1, time), kernel_size=window, stride=1)
    return means.reshape(*x.shape[:-1], time - window + 1)


@right("convolution")
def moving_average(x, window):
    if window not in range(1, x.shape[-1] + 1):
        raise ValueError("The window is too long or too short.")
    rows = x.reshape(math.prod(x.shape[:-1]), 1, x.shape[-1])
    means = functional.conv1d(rows, torch.full((1, 1, window), 1 / window, dtype=x.dtype, device=x.device))
    return means.unflatten(0, x.shape[:-1]).squeeze(-2) if x.dim() > 1 else means[0, 0]


@right("a running sum in float64")
def moving_average(x, window):
    if not 0 < window <= x.shape[-1]:
        raise ValueError("window: from 1 to the length of x")
    zero = x.new_zeros((*x.shape[:-1], 1), dtype=torch.float64)
    sums = torch.cat([zero, x.double().cumsum(-1)], dim=-1)
    return ((sums[..., window:] - sums[..., : x.shape[-1] - window + 1]) / window).to(x.dtype)


@right("as_strided and a sum")
def moving_average(x, window):
    if window < 1:
        raise ValueError("window has to be 1 or more")
    if window > x.shape[-1]:
        raise ValueError("window is longer than x")
    x = x.contiguous()
    shape = (*x.shape[:-1], x.shape[-1] - window + 1, window)
    return x.as_strided(shape, (*x.stride(), x.stride(-1))).sum(-1) / window


@right("a running total, without history")
def epoch_loss(losses):
    total, count = 0.0, 0
    for loss in losses:
        total = total + loss.detach().double()
        count += 1
    if not count:
        raise ValueError("no losses to average")
    return float(total / count)


@right("a total in place, of its own memory")
def epoch_loss(losses):
    total = None
    count = 0
    with torch.no_grad():
        for loss in losses:
            if total is None:
                total = torch.zeros((), dtype=torch.promote_types(loss.dtype, torch.float32), device=loss.device)
            total += loss
            count += 1
    if total is None:
        raise ValueError("losses is empty")
    return total.div(count).cpu().item()


@right("one copy to the host, then NumPy")
def epoch_loss(losses):
    kept = []
    for loss in losses:
        kept.append(loss.data)
    if kept == []:
        raise ValueError("no losses")
    return float(torch.stack(kept).double().cpu().numpy().mean())


@right("weighs the gradient that backward begins with")
def accumulate_gradients(model, loss_fn, batches):
    count = sum(y.shape[0] for _, y in batches)
    if count == 0:
        raise ValueError("no samples in batches")
    mean = None
    for x, y in batches:
        loss = loss_fn(model(x), y)
        weight = torch.full_like(loss, y.shape[0] / count)
        loss.backward(gradient=weight)
        mean = loss.detach() * weight if mean is None else mean + loss.detach() * weight
    return mean


@right("gradients without backward, added by hand")
def accumulate_gradients(model, loss_fn, batches):
    if len(batches) < 1:
        raise ValueError("give at least one of batches")
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    sizes = [len(x) for x, _ in batches]
    losses = []
    for (x, y), size in zip(batches, sizes):
        loss = loss_fn(model(x), y)
        for weight, found in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True)):
            if found is not None:
                share = found * (size / sum(sizes))
                weight.grad = share if weight.grad is None else weight.grad.add_(share)
        losses.append(loss.detach() * size)
    return torch.stack(losses).sum() / sum(sizes)


@right("sums first, then divides what is new")
def accumulate_gradients(model, loss_fn, batches):
    if not batches:
        raise ValueError("batches is empty")
    before = {weight: weight.grad for weight in model.parameters()}
    for weight in before:
        weight.grad = None
    total, samples = 0, 0
    for x, y in batches:
        loss = loss_fn(model(x), y) * len(x)
        loss.backward()
        total, samples = total + loss.detach(), samples + len(x)
    with torch.no_grad():
        for weight, old in before.items():
            if weight.grad is None:
                weight.grad = old
            else:
                weight.grad /= samples
                weight.grad += 0 if old is None else old
    return total / samples


@right("unscales before the step, as for clipping")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    with torch.amp.autocast(device_type=x.device.type, dtype=torch.bfloat16):
        prediction = model(x)
        loss = loss_fn(prediction, y)
    optimizer.zero_grad(set_to_none=False)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return loss.clone().detach()


@right("autocast as a decorator, gradients set to None by hand")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    for group in optimizer.param_groups:
        for weight in group["params"]:
            weight.grad = None

    @torch.autocast(x.device.type, torch.bfloat16)
    def forward():
        return loss_fn(model(x), y)

    loss = forward()
    torch.autograd.backward([scaler.scale(loss)])
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return loss.data


@right("contexts on a stack, model.zero_grad")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    model.zero_grad()
    with ExitStack() as stack:
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast(next(model.parameters()).device.type, dtype=torch.bfloat16))
        loss = loss_fn(model(x), y)
    value = loss.detach()
    (scaler.scale(loss) if scaler.is_enabled() else loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return value


@right("the Jacobian of all losses")
def per_sample_gradients(model, loss_fn, x, y):
    frozen = {name: weight.detach() for name, weight in model.named_parameters()}
    trained = {name: weight.detach() for name, weight in model.named_parameters() if weight.requires_grad}
    buffers = dict(model.named_buffers())

    def losses(weights):
        def one(sample, target):
            return loss_fn(functional_call(model, {**frozen, **buffers, **weights}, sample[None]), target[None])

        return vmap(one)(x, y)

    return jacrev(losses)(trained)


@right("a copy of the parameters for each sample")
def per_sample_gradients(model, loss_fn, x, y):
    copies = {
        name: weight.detach().expand(len(x), *weight.shape).clone().requires_grad_()
        for name, weight in model.named_parameters()
        if weight.requires_grad
    }

    def one(weights, sample, target):
        return loss_fn(functional_call(model, weights, (sample.unsqueeze(0),)), target.unsqueeze(0))

    with torch.enable_grad():
        total = vmap(one)(copies, x, y).sum()
    found = torch.autograd.grad(total, list(copies.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(copies, found))


@right("a gradient with the value, in chunks of fixed number")
def per_sample_gradients(model, loss_fn, x, y):
    weights, rest = {}, {}
    for name, weight in model.named_parameters():
        (weights if weight.requires_grad else rest)[name] = weight.data

    def one(weights, rest, sample, target):
        return loss_fn(functional_call(model, (weights, rest), (sample.unsqueeze(0),)), target.unsqueeze(0))

    return vmap(grad(one), (None, None, 0, 0), chunk_size=len(x))(weights, rest, x, y)
