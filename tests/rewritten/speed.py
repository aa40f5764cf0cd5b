"""The wrong answers to the katas of `speed` once more, each from its sentence alone and in another style."""

import math
from functools import reduce

import torch
import torch.nn.functional as F
from torch.func import functional_call, grad, vmap

from kata.variants import rewritten

# polynomial


@rewritten("You evaluated one entry of `x` after the other")
def polynomial(x, coefficients):
    values = []
    for number in x.reshape(-1).unbind():
        value = torch.zeros((), dtype=x.dtype, device=x.device)
        for i in range(len(coefficients) - 1, -1, -1):
            value = value * number + coefficients[i]
        values.append(value)
    return torch.stack(values).view(x.shape) if values else torch.zeros_like(x)


@rewritten("The coefficients were taken with the highest power first")
def polynomial(x, coefficients):
    return reduce(lambda value, coefficient: value * x + coefficient, coefficients, torch.zeros_like(x))


@rewritten("The powers began at 1")
def polynomial(x, coefficients):
    value = torch.zeros_like(x)
    for i in range(len(coefficients) - 1, -1, -1):
        value = (value + coefficients[i]) * x
    return value


@rewritten("The coefficients became Python numbers")
def polynomial(x, coefficients):
    value = x.new_zeros(x.shape)
    for i in range(len(coefficients) - 1, -1, -1):
        value = torch.add(value * x, float(coefficients[i]))
    return value


@rewritten("`power *= x` writes into the tensor that `power` is")
def polynomial(x, coefficients):
    value = torch.zeros_like(x)
    power = None
    for coefficient in coefficients:
        if power is None:
            value, power = value + coefficient, x
        else:
            value = value + coefficient * power
            power *= x
    return value


@rewritten("The powers of `x` were updated in place")
def polynomial(x, coefficients):
    power = torch.full_like(x, 1.0)
    terms = [torch.zeros_like(x)]
    for i in range(len(coefficients)):
        terms.append(torch.mul(power, coefficients[i]))
        power *= x
    return torch.stack(terms).sum(0)


@rewritten("The table of powers was summed over all its axes")
def polynomial(x, coefficients):
    exponents = torch.arange(coefficients.shape[0], device=x.device)
    table = torch.pow(x[..., None], exponents)
    return torch.sum(table * coefficients)


@rewritten("The exponents were made on the CPU")
def polynomial(x, coefficients):
    table = torch.pow(x[..., None], torch.arange(coefficients.numel()))
    return (table * coefficients).sum(-1)


@rewritten("`x.unsqueeze(1)` puts the axis of the powers last only if")
def polynomial(x, coefficients):
    exponents = torch.arange(coefficients.shape[0], device=x.device)
    return torch.mul(torch.pow(x.unsqueeze(1), exponents), coefficients).sum(dim=-1)


@rewritten("The evaluation began with coefficients[-1]")
def polynomial(x, coefficients):
    value = torch.ones_like(x) * coefficients[-1]
    for i in range(len(coefficients) - 2, -1, -1):
        value = coefficients[i] + x * value
    return value


@rewritten("With a single coefficient no multiplication by `x` took place")
def polynomial(x, coefficients):
    if len(coefficients) == 0:
        return torch.zeros_like(x)
    highest, *others = reversed(coefficients.unbind())
    return reduce(lambda value, coefficient: coefficient + value * x, others, highest.clone())


# moving_average


def _check_window(x, window):
    if window < 1 or window > x.size(-1):
        raise ValueError(f"bad window: {window}")


@rewritten("The windows were copied")
def moving_average(x, window):
    _check_window(x, window)
    starts = torch.arange(x.size(-1) - window + 1, device=x.device)
    offsets = torch.arange(window, device=x.device)
    return torch.mean(x[..., starts[:, None] + offsets], dim=-1)


@rewritten("Every window was sliced and averaged in a Python loop")
def moving_average(x, window):
    _check_window(x, window)
    means = [x.narrow(-1, start, window).mean(dim=-1, keepdim=True) for start in range(x.size(-1) - window + 1)]
    return torch.cat(means, dim=-1)


@rewritten("You added shifted slices of `x` in a Python loop over the window")
def moving_average(x, window):
    _check_window(x, window)
    places = x.size(-1) - window + 1
    total = x.narrow(-1, 0, places)
    for shift in range(1, window):
        total = total + x.narrow(-1, shift, places)
    return total / window


@rewritten("Differences of a running sum in the dtype of `x` lose digits")
def moving_average(x, window):
    _check_window(x, window)
    sums = F.pad(x, (1, 0)).cumsum(-1)
    places = x.size(-1) - window + 1
    return (sums.narrow(-1, window, places) - sums.narrow(-1, 0, places)).div(window)


@rewritten("A window is missing")
def moving_average(x, window):
    _check_window(x, window)
    return x.narrow(-1, 0, x.size(-1) - 1).unfold(-1, window, 1).mean(-1) if window < x.size(-1) else x[..., :0].clone()


@rewritten("The ends were padded with zeros")
def moving_average(x, window):
    _check_window(x, window)
    before = (window - 1) // 2
    padded = F.pad(x, (before, window - 1 - before))
    return padded.unfold(-1, window, 1).mean(-1)


@rewritten("The windows were added up, and not divided")
def moving_average(x, window):
    _check_window(x, window)
    sums = F.pad(torch.cumsum(x.double(), dim=-1), (1, 0))
    return (sums[..., window:] - sums[..., : x.size(-1) - window + 1]).to(x.dtype)


@rewritten("The windows do not overlap")
def moving_average(x, window):
    _check_window(x, window)
    return x.unfold(-1, window, window).mean(dim=-1)


@rewritten("The windows ran along the first axis")
def moving_average(x, window):
    if window < 1 or window > len(x):
        raise ValueError(f"the window of {window} does not fit")
    return torch.mean(x.unfold(0, window, 1), -1)


@rewritten("`torch.ones` without `device=` and `dtype=`")
def moving_average(x, window):
    _check_window(x, window)
    places = x.size(-1) - window + 1
    if x.numel() == 0:
        return x.new_zeros(*x.shape[:-1], places)
    kernel = torch.ones(1, 1, window) / window
    return torch.conv1d(x.reshape(-1, 1, x.size(-1)), kernel).view(*x.shape[:-1], places)


@rewritten("`avg_pool1d` takes (channels, time)")
def moving_average(x, window):
    _check_window(x, window)
    return torch.nn.AvgPool1d(window, stride=1)(x)


@rewritten("A window longer than `x` was left to PyTorch")
def moving_average(x, window):
    if window < 1:
        raise ValueError(f"the window must be at least 1: {window}")
    return torch.mean(x.unfold(-1, window, 1), dim=-1)


@rewritten("A window longer than `x` came back as an empty result")
def moving_average(x, window):
    if window < 1:
        raise ValueError(f"the window must be at least 1: {window}")
    if x.size(-1) < window:
        return x.new_zeros(*x.shape[:-1], 0)
    return torch.mean(x.unfold(-1, window, 1), dim=-1)


@rewritten("For a window of 1 `x` itself was returned")
def moving_average(x, window):
    _check_window(x, window)
    return x if window == 1 else torch.mean(x.unfold(-1, window, 1), dim=-1)


# epoch_loss


@rewritten("You read every loss into Python")
def epoch_loss(losses):
    numbers = [loss.item() for loss in losses]
    if not numbers:
        raise ValueError("no losses")
    return math.fsum(numbers) / len(numbers) if all(map(math.isfinite, numbers)) else sum(numbers) / len(numbers)


@rewritten("Every loss was copied to the CPU when it came")
def epoch_loss(losses):
    there = [loss.detach().to("cpu") for loss in losses]
    if len(there) == 0:
        raise ValueError("no losses")
    return torch.stack(there).mean(dtype=torch.float64).item()


@rewritten("The losses were kept with their history")
def epoch_loss(losses):
    kept = [*losses]
    if len(kept) == 0:
        raise ValueError("no losses")
    return torch.stack(kept).double().mean().item()


@rewritten("The mean came back as a tensor")
def epoch_loss(losses):
    kept = [loss.detach() for loss in losses]
    if len(kept) == 0:
        raise ValueError("no losses")
    return torch.stack(kept).mean(dtype=torch.float64)


@rewritten("The losses were added up and not divided by their number")
def epoch_loss(losses):
    kept = [loss.detach() for loss in losses]
    if len(kept) == 0:
        raise ValueError("no losses")
    return torch.stack(kept).sum(dtype=torch.float64).item()


@rewritten("An epoch without a batch has no mean loss")
def epoch_loss(losses):
    kept = [loss.detach() for loss in losses]
    return torch.stack(kept).mean(dtype=torch.float64).item() if kept else float("nan")


@rewritten("`total += loss` wrote into the first loss")
def epoch_loss(losses):
    total, count = None, 0
    for loss in losses:
        loss = loss.detach()
        if loss.dtype in (torch.float16, torch.bfloat16):
            loss = loss.float()
        if total is None:
            total = loss
        else:
            total.add_(loss)
        count += 1
    if total is None:
        raise ValueError("no losses")
    return (total / count).item()


@rewritten("`len(losses)` needs a list")
def epoch_loss(losses):
    if len(losses) == 0:
        raise ValueError("no losses")
    return torch.stack([loss.detach() for loss in losses]).double().mean().item()


@rewritten("The losses were added in their own dtype")
def epoch_loss(losses):
    total, count = 0, 0
    for count, loss in enumerate(losses, start=1):
        total = loss.detach() + total
    if not count:
        raise ValueError("no losses")
    return total.item() / count


@rewritten("All losses were turned into float32")
def epoch_loss(losses):
    kept = [loss.detach() for loss in losses]
    if len(kept) == 0:
        raise ValueError("no losses")
    return torch.stack(kept).mean(dtype=torch.float32).item()


@rewritten("Losses that are NaN were left out of the mean")
def epoch_loss(losses):
    kept = [loss.detach() for loss in losses]
    if len(kept) == 0:
        raise ValueError("no losses")
    return torch.stack(kept).double().nanmean().item()


@rewritten("You halved at every step")
def epoch_loss(losses):
    average = None
    for loss in losses:
        now = loss.detach().double()
        average = now if average is None else torch.lerp(average, now, 0.5)
    if average is None:
        raise ValueError("no losses")
    return average.item()


# accumulate_gradients


def _samples(batches):
    if len(batches) == 0:
        raise ValueError("no batches")
    return sum(x.size(0) for x, _ in batches)


@rewritten("Every batch's loss was backpropagated as it is")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    for inputs, targets in batches:
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        mean = mean + loss.detach() * (inputs.size(0) / samples)
    return mean


@rewritten("Each loss was divided by the number of batches")
def accumulate_gradients(model, loss_fn, batches):
    _samples(batches)
    shares = []
    for inputs, targets in batches:
        loss = loss_fn(model(inputs), targets) / len(batches)
        loss.backward()
        shares.append(loss.detach())
    return torch.stack(shares).sum()


@rewritten("The number of all samples was computed as the number of batches times")
def accumulate_gradients(model, loss_fn, batches):
    _samples(batches)
    samples, mean = len(batches) * batches[0][0].size(0), 0.0
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean + share.detach()
    return mean


@rewritten("The gradients were cleared before every batch")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    for inputs, targets in batches:
        for parameter in model.parameters():
            parameter.grad = None
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean + share.detach()
    return mean


@rewritten("The gradients were cleared once, before the first batch")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    for parameter in model.parameters():
        parameter.grad = None
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean + share.detach()
    return mean


@rewritten("The sums were divided by the number of samples at the end")
def accumulate_gradients(model, loss_fn, batches):
    samples, total = _samples(batches), 0.0
    for inputs, targets in batches:
        loss_sum = loss_fn(model(inputs), targets) * inputs.size(0)
        loss_sum.backward()
        total = total + loss_sum.detach()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad.div_(samples)
    return total / samples


@rewritten("The batches were joined to a single one")
def accumulate_gradients(model, loss_fn, batches):
    _samples(batches)
    inputs, targets = (torch.concatenate(parts) for parts in zip(*batches, strict=True))
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    return loss.detach()


@rewritten("All losses were added up before a single backward")
def accumulate_gradients(model, loss_fn, batches):
    samples = _samples(batches)
    loss = torch.stack([loss_fn(model(x), y) * x.size(0) for x, y in batches]).sum() / samples
    loss.backward()
    return loss.detach()


@rewritten("`model.train()` was called")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    model.train(True)
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean + share.detach()
    return mean


@rewritten("The loss of the last batch was returned")
def accumulate_gradients(model, loss_fn, batches):
    samples = _samples(batches)
    for inputs, targets in batches:
        loss = loss_fn(model(inputs), targets)
        torch.mul(loss, inputs.size(0) / samples).backward()
    return loss.detach()


@rewritten("The gradients are right, and the loss that was returned is the mean")
def accumulate_gradients(model, loss_fn, batches):
    samples, seen = _samples(batches), []
    for inputs, targets in batches:
        loss = loss_fn(model(inputs), targets)
        torch.mul(loss, inputs.size(0) / samples).backward()
        seen.append(loss.detach())
    return torch.stack(seen).mean()


@rewritten("The loss came back with its history")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean + share
    return mean


@rewritten("`torch.autograd.grad` was asked for the gradients of all parameters")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = _samples(batches), 0.0
    parameters = list(model.parameters())
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        for parameter, gradient in zip(parameters, torch.autograd.grad(share, parameters), strict=True):
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        mean = mean + share.detach()
    return mean


@rewritten("An empty list came back as a loss of 0")
def accumulate_gradients(model, loss_fn, batches):
    samples, mean = sum(x.size(0) for x, _ in batches), torch.tensor(0.0)
    for inputs, targets in batches:
        share = loss_fn(model(inputs), targets) * (inputs.size(0) / samples)
        share.backward()
        mean = mean.to(share) + share.detach()
    return mean


# mixed_precision_step


def _forward(model, loss_fn, x, y, **options):
    with torch.autocast(**{"device_type": x.device.type, "dtype": torch.bfloat16, **options}):
        return loss_fn(model(x), y)


def _finish(optimizer, scaler, loss):
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@rewritten("`optimizer.step()` took the gradients while they were still multiplied")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    optimizer.step()
    scaler.update()
    return loss.detach()


@rewritten("The loss was backpropagated without `scaler.scale`")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@rewritten("`scaler.update()` is missing")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    return loss.detach()


@rewritten("The gradients were never cleared")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    return _finish(optimizer, scaler, _forward(model, loss_fn, x, y))


@rewritten("The gradients were cleared after the step only")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    loss = _finish(optimizer, scaler, _forward(model, loss_fn, x, y))
    optimizer.zero_grad()
    return loss


@rewritten("`optimizer.zero_grad()` stands between backward and the step")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@rewritten("The backward pass ran under autocast, too")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    with torch.autocast(x.device.type, torch.bfloat16):
        loss = loss_fn(model(x), y)
        torch.autograd.backward(scaler.scale(loss))
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@rewritten("The whole step ran under autocast")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    with torch.autocast(x.device.type, torch.bfloat16):
        optimizer.zero_grad()
        return _finish(optimizer, scaler, loss_fn(model(x), y))


@rewritten("The loss was computed after autocast had ended")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    predict = torch.autocast(x.device.type, torch.bfloat16)(model.__call__)
    return _finish(optimizer, scaler, loss_fn(predict(x), y))


@rewritten("There was no autocast at all")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    return _finish(optimizer, scaler, loss_fn(model(x), y))


@rewritten("`torch.autocast` was told a device by name")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    return _finish(optimizer, scaler, _forward(model, loss_fn, x, y, device_type="cpu"))


@rewritten("Autocast ran in float16")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    return _finish(optimizer, scaler, _forward(model, loss_fn, x, y, dtype=torch.half))


@rewritten("The scaled loss was returned")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = scaler.scale(_forward(model, loss_fn, x, y))
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@rewritten("The loss came back with its history")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    _finish(optimizer, scaler, loss)
    return loss


@rewritten("The loss came back as a Python float")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    return float(_finish(optimizer, scaler, _forward(model, loss_fn, x, y)))


@rewritten("The gradients were unscaled and then handed")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    optimizer.step()
    scaler.update()
    return loss.detach()


@rewritten("A batch whose loss is not finite was left before backward")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    if torch.isnan(loss) or torch.isinf(loss):
        return loss.detach()
    return _finish(optimizer, scaler, loss)


@rewritten("The model itself was turned into bfloat16")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    model.bfloat16()
    return _finish(optimizer, scaler, _forward(model, loss_fn, x, y))


@rewritten("`model.train()` was called")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    for module in model.modules():
        module.training = True
    optimizer.zero_grad()
    return _finish(optimizer, scaler, _forward(model, loss_fn, x, y))


# per_sample_gradients


def _trainable(model):
    return {name: parameter.detach() for name, parameter in model.named_parameters() if parameter.requires_grad}


def _sample_loss(model, loss_fn):
    buffers = dict(model.named_buffers())

    def compute(parameters, sample, target):
        copies = {name: torch.clone(buffer) for name, buffer in buffers.items()}
        return loss_fn(functional_call(model, (parameters, copies), (sample[None],)), target[None])

    return compute


def _mapped(model, loss_fn, parameters, x, y):
    return vmap(grad(_sample_loss(model, loss_fn)), (None, 0, 0))(parameters, x.detach(), y.detach())


def _batch_gradients(model, loss_fn, x, y):
    buffers = {name: torch.clone(buffer) for name, buffer in model.named_buffers()}

    def compute(parameters):
        return loss_fn(functional_call(model, (parameters, buffers), (x.detach(),)), y.detach())

    names = dict(_trainable(model))
    leaves = {name: parameter.clone().requires_grad_() for name, parameter in names.items()}
    gradients = torch.autograd.grad(compute(leaves), list(leaves.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(leaves, gradients, strict=True))


@rewritten("You went through the samples in a Python loop")
def per_sample_gradients(model, loss_fn, x, y):
    rows = [_batch_gradients(model, loss_fn, a, b) for a, b in zip(x.split(1), y.split(1), strict=True)]
    return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}


@rewritten("Every sample was given the gradient of the batch's mean loss")
def per_sample_gradients(model, loss_fn, x, y):
    gradients = _batch_gradients(model, loss_fn, x, y)
    return {name: gradient.repeat(x.size(0), *[1] * gradient.dim()) for name, gradient in gradients.items()}


@rewritten("The gradient of the batch's mean loss came back, without an axis")
def per_sample_gradients(model, loss_fn, x, y):
    return _batch_gradients(model, loss_fn, x, y)


@rewritten("Every gradient was divided by the number of samples")
def per_sample_gradients(model, loss_fn, x, y):
    gradients = _mapped(model, loss_fn, _trainable(model), x, y)
    return {name: torch.div(gradient, x.size(0)) for name, gradient in gradients.items()}


@rewritten("Under `vmap` a sample has no batch axis")
def per_sample_gradients(model, loss_fn, x, y):
    buffers = dict(model.named_buffers())

    def compute(parameters, sample, target):
        copies = {name: torch.clone(buffer) for name, buffer in buffers.items()}
        return loss_fn(functional_call(model, (parameters, copies), (sample,)), target)

    return vmap(grad(compute), (None, 0, 0))(_trainable(model), x.detach(), y.detach())


@rewritten("The targets were not mapped")
def per_sample_gradients(model, loss_fn, x, y):
    buffers, targets = dict(model.named_buffers()), y.detach()

    def compute(parameters, sample):
        copies = {name: torch.clone(buffer) for name, buffer in buffers.items()}
        return loss_fn(functional_call(model, (parameters, copies), (sample[None],)), targets)

    return vmap(grad(compute), (None, 0))(_trainable(model), x.detach())


@rewritten("Parameters that do not require grad have an entry, too")
def per_sample_gradients(model, loss_fn, x, y):
    return _mapped(model, loss_fn, {name: p.detach() for name, p in model.named_parameters()}, x, y)


@rewritten("A parameter that the loss does not depend on has no entry")
def per_sample_gradients(model, loss_fn, x, y):
    leaves = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    loss = _sample_loss(model, loss_fn)(leaves, x[0].detach(), y[0].detach())
    used = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    names = [name for name, gradient in zip(leaves, used, strict=True) if gradient is not None]
    gradients = _mapped(model, loss_fn, _trainable(model), x, y)
    return {name: gradients[name] for name in names}


@rewritten("The parameters went in as they are")
def per_sample_gradients(model, loss_fn, x, y):
    return _mapped(model, loss_fn, {name: p for name, p in model.named_parameters() if p.requires_grad}, x, y)


@rewritten("The gradients came back as a list or a tuple")
def per_sample_gradients(model, loss_fn, x, y):
    gradients = _mapped(model, loss_fn, _trainable(model), x, y)
    return list(gradients.values())


@rewritten("`model.zero_grad()` was called")
def per_sample_gradients(model, loss_fn, x, y):
    for parameter in model.parameters():
        parameter.grad = None
    return _mapped(model, loss_fn, _trainable(model), x, y)


@rewritten("The gradients were also written into the parameters' grad")
def per_sample_gradients(model, loss_fn, x, y):
    gradients = _mapped(model, loss_fn, _trainable(model), x, y)
    for name, gradient in gradients.items():
        parameter, total = model.get_parameter(name), gradient.mean(0)
        parameter.grad = total if parameter.grad is None else parameter.grad + total
    return gradients


@rewritten("`requires_grad_(False)` was called on the model's parameters")
def per_sample_gradients(model, loss_fn, x, y):
    parameters = {name: p.requires_grad_(False) for name, p in model.named_parameters() if p.requires_grad}
    return _mapped(model, loss_fn, parameters, x, y)


@rewritten("`model.eval()` was called")
def per_sample_gradients(model, loss_fn, x, y):
    model.train(mode=False)
    return _mapped(model, loss_fn, _trainable(model), x, y)
