"""Wrong answers to the topic `speed`: one misconception each, with the sentence that would help."""

import math

import torch
from torch.func import functional_call, grad, vmap
from torch.nn import functional

from kata.variants import wrong

# -- polynomial ----------------------------------------------------------------------------------------------


@wrong(
    "You evaluated one entry of `x` after the other in a Python loop, and put the results together again. Every "
    "entry costs a few operations that way; give whole tensors to `*` and `+`, and all entries share them."
)
def polynomial(x, coefficients):
    results = []
    for entry in x.reshape(-1):
        result = entry.new_zeros(())
        for coefficient in coefficients.flip(0):
            result = result * entry + coefficient
        results.append(result)
    return torch.stack(results).reshape(x.shape) if results else x.new_zeros(x.shape)


@wrong(
    "The coefficients were taken with the highest power first, as `numpy.polyval` has them. Here coefficients[0] "
    "is the constant."
)
def polynomial(x, coefficients):
    result = torch.zeros_like(x)
    for coefficient in coefficients:
        result = result * x + coefficient
    return result


@wrong(
    "The powers began at 1, so even the first coefficient was multiplied by `x`. It is the constant: its power is 0."
)
def polynomial(x, coefficients):
    result = torch.zeros_like(x)
    for coefficient in coefficients.flip(0):
        result = (result + coefficient) * x
    return result


@wrong(
    "The coefficients became Python numbers (`tolist`, `item`), and no gradient gets back to the tensor that they "
    "came from. Loop over the tensor itself: its entries are tensors () that know where they come from."
)
def polynomial(x, coefficients):
    result = torch.zeros_like(x)
    for coefficient in reversed(coefficients.tolist()):
        result = result * x + coefficient
    return result


@wrong(
    "`power *= x` writes into the tensor that `power` is, and the first power is `x` itself: the caller's `x` was "
    "overwritten. `power = power * x` makes a new one."
)
def polynomial(x, coefficients):
    result = torch.zeros_like(x) + coefficients[:1].sum()
    power = x
    for coefficient in coefficients[1:]:
        result = result + coefficient * power
        power *= x.clone()
    return result


@wrong(
    "The powers of `x` were updated in place (`power *= x`, `mul_`), and the gradient of coefficient * power needs the "
    "earlier ones: backward fails. Make a new tensor in every step: power = power * x."
)
def polynomial(x, coefficients):
    result, power = torch.zeros_like(x), torch.ones_like(x)
    for coefficient in coefficients:
        result = result + coefficient * power
        power.mul_(x)
    return result


@wrong(
    "The table of powers was summed over all its axes, which adds up the values of all entries of `x` to a single "
    "number. Sum over the axis of the powers alone, the last."
)
def polynomial(x, coefficients):
    exponents = torch.arange(len(coefficients), device=x.device)
    return (x.unsqueeze(-1) ** exponents * coefficients).sum()


@wrong(
    "The exponents were made on the CPU: `torch.arange` without `device=` does not know where `x` is. Ask for "
    "device=x.device."
)
def polynomial(x, coefficients):
    return (x.unsqueeze(-1) ** torch.arange(len(coefficients)) * coefficients).sum(-1)


@wrong(
    "`x.unsqueeze(1)` puts the axis of the powers last only if `x` has exactly one axis. With another number of axes, "
    "`unsqueeze(-1)` still does."
)
def polynomial(x, coefficients):
    exponents = torch.arange(len(coefficients), device=x.device)
    return (x.unsqueeze(1) ** exponents * coefficients).sum(-1)


@wrong(
    "The evaluation began with coefficients[-1], which is an IndexError where there are no coefficients. Begin with "
    "zeros of the shape of `x`: then no coefficients give 0."
)
def polynomial(x, coefficients):
    result = torch.zeros_like(x) + coefficients[-1]
    for coefficient in coefficients[:-1].flip(0):
        result = result * x + coefficient
    return result


@wrong(
    "With a single coefficient no multiplication by `x` took place, and the result was a number of shape (). A "
    "constant polynomial has the shape of `x`, too."
)
def polynomial(x, coefficients):
    if len(coefficients) == 0:
        return torch.zeros_like(x)
    result = coefficients[-1].clone()
    for coefficient in coefficients[:-1].flip(0):
        result = result * x + coefficient
    return result


# -- moving_average ------------------------------------------------------------------------------------------


def _check(x, window):
    if window < 1 or window > x.shape[-1]:
        raise ValueError("window: it has to fit")


@wrong(
    "The windows were copied, by an index, `contiguous`, `clone`, `reshape` or `stack`: `window` times the memory of "
    "`x`. `unfold` shows the windows without a copy; take the mean of that view at once."
)
def moving_average(x, window):
    _check(x, window)
    places = torch.arange(x.shape[-1] - window + 1, device=x.device)
    return x[..., places.unsqueeze(1) + torch.arange(window, device=x.device)].mean(-1)


@wrong(
    "Every window was sliced and averaged in a Python loop over the places, one after the other. The work then grows "
    "with the length of `x`; `unfold` or a pooling gives all windows to one operation."
)
def moving_average(x, window):
    _check(x, window)
    return torch.stack([x[..., i : i + window].mean(-1) for i in range(x.shape[-1] - window + 1)], dim=-1)


@wrong(
    "You added shifted slices of `x` in a Python loop over the window: a window of 100 takes 100 additions. One "
    "operation can average windows of any size."
)
def moving_average(x, window):
    _check(x, window)
    places = x.shape[-1] - window + 1
    return sum(x[..., i : i + places] for i in range(window)) / window


@wrong(
    "Differences of a running sum in the dtype of `x` lose digits: after one large entry, all later sums are large, "
    "and small entries are rounded away in them. Add each window up for itself, or sum in float64."
)
def moving_average(x, window):
    _check(x, window)
    sums = functional.pad(x.cumsum(-1), (1, 0))
    return (sums[..., window:] - sums[..., :-window]) / window


@wrong(
    "A window is missing: there are time - window + 1 places where one fits, not time - window. For differences of "
    "a running sum, sums[window:] - sums[:-window], that takes a 0 in front of the sums."
)
def moving_average(x, window):
    _check(x, window)
    sums = x.double().cumsum(-1)
    return ((sums[..., window:] - sums[..., :-window]) / window).to(x.dtype)


@wrong(
    "The ends were padded with zeros so that the result is as long as `x`. Only windows that lie inside `x` count: "
    "time - window + 1 of them."
)
def moving_average(x, window):
    _check(x, window)
    left = (window - 1) // 2
    padded = functional.pad(x, (left, window - 1 - left))
    return padded.unfold(-1, window, 1).mean(-1)


@wrong("The windows were added up, and not divided by `window`: that is a moving sum.")
def moving_average(x, window):
    _check(x, window)
    return x.unfold(-1, window, 1).sum(-1)


@wrong(
    "The windows do not overlap: each began where the one before ended, as a pooling does unless it is told "
    "stride=1. The next window begins one entry later."
)
def moving_average(x, window):
    _check(x, window)
    return x.unfold(-1, window, window).mean(-1)


@wrong("The windows ran along the first axis. Neighbours are neighbours along the last one; the others are kept.")
def moving_average(x, window):
    if window < 1 or window > x.shape[0]:
        raise ValueError("window: it has to fit")
    return x.unfold(0, window, 1).mean(-1)


@wrong(
    "`torch.ones` without `device=` and `dtype=` makes a kernel of float32 on the CPU, and the convolution wants it "
    "to be like `x`. `x.new_ones` takes both from `x`."
)
def moving_average(x, window):
    _check(x, window)
    kernel = torch.ones(1, 1, window) / window
    means = functional.conv1d(x.reshape(math.prod(x.shape[:-1]), 1, x.shape[-1]), kernel)
    return means.reshape(*x.shape[:-1], means.shape[-1])


@wrong(
    "`avg_pool1d` takes (channels, time) or (batch, channels, time), and `x` may have any number of axes, also one. "
    "Reshape to (-1, 1, time) before it, and back after it."
)
def moving_average(x, window):
    _check(x, window)
    return functional.avg_pool1d(x, window, stride=1)


@wrong(
    "A window longer than `x` was left to PyTorch, which raises a RuntimeError that does not say what was wrong with "
    "the call. Raise ValueError naming `window` above time as well as below 1."
)
def moving_average(x, window):
    if window < 1:
        raise ValueError("window: at least 1")
    return x.unfold(-1, window, 1).mean(-1)


@wrong(
    "A window longer than `x` came back as an empty result. It has no place in `x`: raise ValueError naming `window` "
    "above time as well as below 1."
)
def moving_average(x, window):
    if window < 1:
        raise ValueError("window: at least 1")
    if window > x.shape[-1]:
        return x[..., :0].clone()
    return x.unfold(-1, window, 1).mean(-1)


@wrong(
    "For a window of 1 `x` itself was returned, and whoever writes into the result writes into `x`. Return a new "
    "tensor for every window."
)
def moving_average(x, window):
    _check(x, window)
    return x if window == 1 else x.unfold(-1, window, 1).mean(-1)


# -- epoch_loss ----------------------------------------------------------------------------------------------


def _none(values):
    if len(values) == 0:
        raise ValueError("losses: none")


@wrong(
    "You read every loss into Python (`item`, `float`, `tolist`), and the host waits for the device each time. Keep "
    "the losses as detached tensors, and read a single one at the end."
)
def epoch_loss(losses):
    numbers = [loss.item() for loss in losses]
    _none(numbers)
    return sum(numbers) / len(numbers)


@wrong(
    "Every loss was copied to the CPU when it came, with `cpu()` or `to`. That waits for the device just as `item` "
    "does. Leave the losses where they are, and copy once, at the end."
)
def epoch_loss(losses):
    values = [loss.detach().cpu() for loss in losses]
    _none(values)
    return torch.stack(values).double().mean().item()


@wrong(
    "The losses were kept with their history: each holds the graph of its whole batch, and memory grows with every "
    "batch. Keep `loss.detach()`, and read it at the end."
)
def epoch_loss(losses):
    values = list(losses)
    _none(values)
    return torch.stack(values).detach().double().mean().item()


@wrong("The mean came back as a tensor. A Python float is promised: call `item` on it, once.")
def epoch_loss(losses):
    values = [loss.detach() for loss in losses]
    _none(values)
    return torch.stack(values).double().mean()


@wrong("The losses were added up and not divided by their number. The mean is promised, not the sum.")
def epoch_loss(losses):
    values = [loss.detach() for loss in losses]
    _none(values)
    return torch.stack(values).double().sum().item()


@wrong(
    "An epoch without a batch has no mean loss, and yours is 0 or NaN, as if training had gone somewhere. Raise "
    "ValueError naming `losses`."
)
def epoch_loss(losses):
    values = [loss.detach() for loss in losses]
    return torch.stack(values).double().mean().item() if values else 0.0


@wrong(
    "`total += loss` wrote into the first loss: `detach` makes no copy, so total was still that tensor. Begin with "
    "total = 0, or write total = total + loss."
)
def epoch_loss(losses):
    iterator = iter(losses)
    first = next(iterator, None)
    if first is None:
        raise ValueError("losses: none")
    total, count = first.detach(), 1
    del first
    if total.dtype in (torch.float16, torch.bfloat16):
        total = total.float()
    for loss in iterator:
        total += loss.detach()
        count += 1
    return total.item() / count


@wrong(
    "`len(losses)` needs a list, and a generator has no length. Count the losses while you go through them, or "
    "collect them first."
)
def epoch_loss(losses):
    if len(losses) == 0:
        raise ValueError("losses: none")
    return torch.stack([loss.detach() for loss in losses]).double().mean().item()


@wrong(
    "The losses were added in their own dtype. In bfloat16 a sum stops growing (256 + 1 is 256), in float16 it ends "
    "at 65504. Add in float32 or above."
)
def epoch_loss(losses):
    total, count = 0, 0
    for loss in losses:
        total = total + loss.detach()
        count += 1
    if count == 0:
        raise ValueError("losses: none")
    return total.item() / count


@wrong(
    "All losses were turned into float32, also those of float64, which have twice as many digits. Turn only the half "
    "types into float32, or everything into float64."
)
def epoch_loss(losses):
    values = [loss.detach() for loss in losses]
    _none(values)
    return torch.stack(values).float().mean().item()


@wrong(
    "Losses that are NaN were left out of the mean. A NaN says that training has gone wrong, and the mean of the "
    "epoch has to show it."
)
def epoch_loss(losses):
    values = [loss.detach() for loss in losses]
    _none(values)
    return torch.stack(values).double().nanmean().item()


@wrong(
    "You halved at every step: mean = (mean + loss) / 2 gives the last batch half of the weight. All losses have the "
    "same: add them up, and divide once by their number."
)
def epoch_loss(losses):
    mean = None
    for loss in losses:
        value = loss.detach().double()
        mean = value if mean is None else (mean + value) / 2
    if mean is None:
        raise ValueError("losses: none")
    return mean.item()


# -- accumulate_gradients ------------------------------------------------------------------------------------


def _empty(batches):
    if len(batches) == 0:
        raise ValueError("batches: none")


def _accumulate(model, loss_fn, batches, weigh):
    total = 0
    for x, y in batches:
        share = loss_fn(model(x), y) * weigh(x)
        share.backward()
        total = total + share.detach()
    return total


def _full_loss(model, loss_fn, batches):
    samples = sum(len(x) for x, _ in batches)
    with torch.no_grad():
        return sum(loss_fn(model(x), y) * (len(x) / samples) for x, y in batches)


@wrong(
    "Every batch's loss was backpropagated as it is: the gradients are a sum of means, as many times too large as "
    "there are batches. Multiply each loss by its share of all samples before backward."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    loss = _full_loss(model, loss_fn, batches)
    _accumulate(model, loss_fn, batches, lambda x: 1.0)
    return loss


@wrong(
    "Each loss was divided by the number of batches, so a batch of one weighs as much as a batch of five. Its weight "
    "is len(x) over the number of all samples."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    return _accumulate(model, loss_fn, batches, lambda x: 1 / len(batches))


@wrong(
    "The number of all samples was computed as the number of batches times the size of the first, and the batches "
    "are not all that large. Add up the len(x) of every batch."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = len(batches) * len(batches[0][0])
    return _accumulate(model, loss_fn, batches, lambda x: len(x) / samples)


@wrong(
    "The gradients were cleared before every batch, so only those of the last one are left. Nothing is to be cleared "
    "here: backward adds, and that is what accumulates."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    loss = _full_loss(model, loss_fn, batches)
    samples = sum(len(x) for x, _ in batches)
    for x, y in batches:
        model.zero_grad()
        (loss_fn(model(x), y) * (len(x) / samples)).backward()
    return loss


@wrong(
    "The gradients were cleared once, before the first batch. What the parameters' grad held belongs to the caller: "
    "add to it, as backward does."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    model.zero_grad()
    samples = sum(len(x) for x, _ in batches)
    return _accumulate(model, loss_fn, batches, lambda x: len(x) / samples)


@wrong(
    "The sums were divided by the number of samples at the end, in the parameters' grad itself. That divides what was "
    "in there before the call, too. Weigh each loss before its backward."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    total = _accumulate(model, loss_fn, batches, len)
    for weight in model.parameters():
        if weight.grad is not None:
            weight.grad /= samples
    return total / samples


@wrong(
    "The batches were joined to a single one (`cat`), and that takes the memory which small batches are to save. "
    "Call the model and backward for one batch at a time."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    x, y = (torch.cat(parts) for parts in zip(*batches))
    loss = loss_fn(model(x), y)
    loss.backward()
    return loss.detach()


@wrong(
    "All losses were added up before a single backward, and until then the graph of every batch is in memory. Call "
    "backward in the loop: it frees the batch's graph."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    loss = sum(loss_fn(model(x), y) * (len(x) / samples) for x, y in batches)
    loss.backward()
    return loss.detach()


@wrong(
    "`model.train()` was called, which the caller may not want: dropout is then on in a model that was in evaluation. "
    "Leave the mode as it is."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    model.train()
    samples = sum(len(x) for x, _ in batches)
    return _accumulate(model, loss_fn, batches, lambda x: len(x) / samples)


@wrong("The loss of the last batch was returned. Add up the losses of all batches, each with its share of the samples.")
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    for x, y in batches:
        loss = loss_fn(model(x), y)
        (loss * (len(x) / samples)).backward()
    return loss.detach()


@wrong(
    "The gradients are right, and the loss that was returned is the mean of the batches' mean losses, in which small "
    "batches count too much. Weigh the losses in it, too, by len(x) over the number of all samples."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    losses = []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        (loss * (len(x) / samples)).backward()
        losses.append(loss.detach())
    return torch.stack(losses).mean()


@wrong(
    "The loss came back with its history: it still requires grad, and holds on to what is left of the graphs. "
    "Return it detached."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    total = 0
    for x, y in batches:
        share = loss_fn(model(x), y) * (len(x) / samples)
        share.backward()
        total = total + share
    return total


@wrong(
    "`torch.autograd.grad` was asked for the gradients of all parameters, and fails at one that requires no grad, or "
    "has no part in the loss. `backward` passes over both."
)
def accumulate_gradients(model, loss_fn, batches):
    _empty(batches)
    samples = sum(len(x) for x, _ in batches)
    total = 0
    for x, y in batches:
        share = loss_fn(model(x), y) * (len(x) / samples)
        weights = list(model.parameters())
        for weight, gradient in zip(weights, torch.autograd.grad(share, weights)):
            weight.grad = gradient if weight.grad is None else weight.grad + gradient
        total = total + share.detach()
    return total


@wrong(
    "An empty list came back as a loss of 0, or as an error about something else. Without a sample there is no mean: "
    "raise ValueError naming `batches`."
)
def accumulate_gradients(model, loss_fn, batches):
    samples = sum(len(x) for x, _ in batches)
    return _accumulate(model, loss_fn, batches, lambda x: len(x) / samples)


# -- mixed_precision_step ------------------------------------------------------------------------------------


def _forward(model, loss_fn, x, y):
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        return loss_fn(model(x), y)


@wrong(
    "`optimizer.step()` took the gradients while they were still multiplied by the scale, and `scaler.update()` knows "
    "of no step. Step through the scaler: `scaler.step(optimizer)` divides them first."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    optimizer.step()
    scaler.update()
    return loss.detach()


@wrong(
    "The loss was backpropagated without `scaler.scale`, and `scaler.step` divided the gradients all the same: the "
    "step is as many times too small as the scale is large. Call backward on `scaler.scale(loss)`."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "`scaler.update()` is missing: the scale never changes, and the scaler refuses the second step. Call it after "
    "`scaler.step`, every time."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    return loss.detach()


@wrong(
    "The gradients were never cleared, so those of earlier steps, divided by the scale already, are added to these. "
    "Call `optimizer.zero_grad()` before backward."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "The gradients were cleared after the step only. What the parameters' grad held before the first call went into "
    "its step. Clear before backward."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return loss.detach()


@wrong(
    "`optimizer.zero_grad()` stands between backward and the step, and wipes the gradients just before they are "
    "used. Clear before backward."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "The backward pass ran under autocast, too. Only the forward pass and the loss belong under it: backward takes "
    "each operation's dtype from there. End the `with` block before backward."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "The whole step ran under autocast, backward and the optimizer's update with it. Put only the model and the loss "
    "under it."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.detach()


@wrong(
    "The loss was computed after autocast had ended. Autocast also knows which parts of a loss need float32: keep "
    "`loss_fn` in the `with` block."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        prediction = model(x)
    loss = loss_fn(prediction.float(), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "There was no autocast at all, and everything ran in float32: a scaler alone makes nothing faster. Compute model "
    "and loss under `torch.autocast`."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    '`torch.autocast` was told a device by name, such as "cpu", and is off for tensors on any other. Take '
    "`x.device.type`."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_fn(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong("Autocast ran in float16. bfloat16 is promised, which has the range of float32: ask for dtype=torch.bfloat16.")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    with torch.autocast(x.device.type, dtype=torch.float16):
        loss = loss_fn(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "The scaled loss was returned, as many times too large as the scale. Keep the loss that `loss_fn` gave, and return "
    "that one."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = scaler.scale(_forward(model, loss_fn, x, y))
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong("The loss came back with its history, and keeps the batch's graph in memory. Return it detached.")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss


@wrong("The loss came back as a Python float. A tensor () is promised, so that nobody has to wait for it: no `item`.")
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()


@wrong(
    "The gradients were unscaled and then handed to `optimizer.step()`, which also takes those that are infinite. "
    "`scaler.step(optimizer)` is what skips such a step."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    optimizer.step()
    scaler.update()
    return loss.detach()


@wrong(
    "A batch whose loss is not finite was left before backward, so the scaler never heard of it and its scale stayed. "
    "Go on: the scaler looks at the gradients, skips the step, and lowers the scale."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    if not torch.isfinite(loss):
        return loss.detach()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "The model itself was turned into bfloat16. Its parameters stay in float32, or small updates are rounded away; "
    "autocast turns copies of them into bfloat16 where it pays."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    model.bfloat16()
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


@wrong(
    "`model.train()` was called, and a model whose caller had put it, or a part of it, into evaluation does not stay "
    "there. Leave the mode as it is."
)
def mixed_precision_step(model, loss_fn, optimizer, scaler, x, y):
    model.train()
    optimizer.zero_grad()
    loss = _forward(model, loss_fn, x, y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()


# -- per_sample_gradients ------------------------------------------------------------------------------------


def _trained(model):
    return {name: weight.detach() for name, weight in model.named_parameters() if weight.requires_grad}


def _one(model, loss_fn):
    def loss(weights, sample, target):
        return loss_fn(functional_call(model, weights, (sample.unsqueeze(0),)), target.unsqueeze(0))

    return loss


@wrong(
    "You went through the samples in a Python loop, with a forward and a backward pass for each. `torch.func.vmap` "
    "runs the gradient of one sample for all samples at once."
)
def per_sample_gradients(model, loss_fn, x, y):
    one = grad(_one(model, loss_fn))
    found = [one(_trained(model), sample, target) for sample, target in zip(x, y)]
    return {name: torch.stack([gradients[name] for gradients in found]) for name in found[0]}


@wrong(
    "Every sample was given the gradient of the batch's mean loss, the same for all. The gradient of each sample's own "
    "loss is asked for: `vmap` over the gradient of one."
)
def per_sample_gradients(model, loss_fn, x, y):
    mean = grad(lambda weights: loss_fn(functional_call(model, weights, (x,)), y))(_trained(model))
    return {name: gradient.expand(len(x), *gradient.shape).clone() for name, gradient in mean.items()}


@wrong(
    "The gradient of the batch's mean loss came back, without an axis for the samples. Every parameter's tensor has "
    "the shape (samples, ...): `vmap` over the gradient of one sample's loss."
)
def per_sample_gradients(model, loss_fn, x, y):
    return grad(lambda weights: loss_fn(functional_call(model, weights, (x,)), y))(_trained(model))


@wrong(
    "Every gradient was divided by the number of samples: these are the samples' shares in the gradient of the mean "
    "loss. Each sample's own loss has no such factor."
)
def per_sample_gradients(model, loss_fn, x, y):
    found = vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y)
    return {name: gradient / len(x) for name, gradient in found.items()}


@wrong(
    "Under `vmap` a sample has no batch axis, and the model was given it like that. A batch of one is promised: "
    "`sample.unsqueeze(0)`, and the target likewise."
)
def per_sample_gradients(model, loss_fn, x, y):
    def loss(weights, sample, target):
        return loss_fn(functional_call(model, weights, (sample,)), target)

    return vmap(grad(loss), in_dims=(None, 0, 0))(_trained(model), x, y)


@wrong(
    "The targets were not mapped: each sample met the targets of all, and a loss refuses that or averages over them. "
    "Map `y` along axis 0, as `x`: in_dims=(None, 0, 0)."
)
def per_sample_gradients(model, loss_fn, x, y):
    def loss(weights, sample):
        prediction = functional_call(model, weights, (sample.unsqueeze(0),))
        return loss_fn(prediction, y)

    return vmap(grad(loss), in_dims=(None, 0))(_trained(model), x)


@wrong("Parameters that do not require grad have an entry, too. Who has frozen them wants no gradient: leave them out.")
def per_sample_gradients(model, loss_fn, x, y):
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(weights, x, y)


@wrong(
    "A parameter that the loss does not depend on has no entry, or there was an error. Its gradient is 0 for every "
    "sample, and its entry zeros."
)
def per_sample_gradients(model, loss_fn, x, y):
    found = vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y)
    return {name: gradient for name, gradient in found.items() if gradient.any()}


@wrong(
    "The parameters went in as they are, and autograd recorded the gradients' own computation: the result requires "
    "grad. Give `detach`ed parameters to the function."
)
def per_sample_gradients(model, loss_fn, x, y):
    weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(weights, x, y)


@wrong("The gradients came back as a list or a tuple. A dict is promised, from each parameter's name to its tensor.")
def per_sample_gradients(model, loss_fn, x, y):
    return list(vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y).values())


@wrong(
    "`model.zero_grad()` was called, and the gradients that the caller had in the parameters' grad are gone. Nothing "
    "is to be cleared: `torch.func` does not touch them."
)
def per_sample_gradients(model, loss_fn, x, y):
    model.zero_grad()
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y)


@wrong(
    "The gradients were also written into the parameters' grad, as `backward` does. The model is to stay as it is: "
    "return them, and leave `grad` alone."
)
def per_sample_gradients(model, loss_fn, x, y):
    loss_fn(model(x), y).backward()
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y)


@wrong(
    "`requires_grad_(False)` was called on the model's parameters, and they stay frozen after the call. Give detached "
    "tensors to `functional_call` in their place."
)
def per_sample_gradients(model, loss_fn, x, y):
    weights = _trained(model)
    model.requires_grad_(False)
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(weights, x, y)


@wrong("`model.eval()` was called, and the caller's model is in evaluation from then on. Leave the mode as it is.")
def per_sample_gradients(model, loss_fn, x, y):
    model.eval()
    return vmap(grad(_one(model, loss_fn)), in_dims=(None, 0, 0))(_trained(model), x, y)
