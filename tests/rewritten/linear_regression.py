"""The wrong answers to the katas of `linear_regression` again, each from its sentence alone, in another style."""

import torch
import torch.nn.functional as F
from torch import nn

from kata.variants import rewritten

# predict


@rewritten("`x * weight` stops at the products")
def predict(x, weight, bias):
    return torch.mul(x, weight).add(bias)


@rewritten("You made `weight` a column")
def predict(x, weight, bias):
    return torch.mm(x, weight.unsqueeze(1)).add(bias)


@rewritten("A bare `squeeze()` took away every axis")
def predict(x, weight, bias):
    return torch.mm(x, weight[:, None]).squeeze().add(bias)


@rewritten("The bias is missing")
def predict(x, weight, bias):
    return torch.mv(x, weight)


@rewritten("You added the bias to every weight, or to every weighted feature")
def predict(x, weight, bias):
    return torch.sum(torch.mul(x, weight).add(bias), dim=-1)


@rewritten("You averaged the weighted features")
def predict(x, weight, bias):
    return torch.mul(x, weight).mean(-1).add(bias)


@rewritten("`weight @ x` weighs the samples")
def predict(x, weight, bias):
    return torch.matmul(weight, x).add(bias)


@rewritten("`bias.item()` is a plain number")
def predict(x, weight, bias):
    return torch.mv(x, weight) + float(bias)


@rewritten("Under `no_grad` nothing can be learned")
@torch.no_grad()
def predict(x, weight, bias):
    return torch.mv(x, weight).add(bias)


@rewritten("Going through float32 loses digits")
def predict(x, weight, bias):
    x32, weight32, bias32 = (t.to(torch.float32) for t in (x, weight, bias))
    return torch.mv(x32, weight32).add(bias32).type_as(x)


@rewritten("`x *= weight` writes the products")
def predict(x, weight, bias):
    return x.mul_(weight).sum(-1).add(bias)


@rewritten("You predicted the samples one by one")
def predict(x, weight, bias):
    results = x.new_zeros(0)
    for i in range(x.size(0)):
        one = torch.sum(x[i] * weight) + bias
        results = torch.cat((results, one.reshape(1)))
    return results


# mean_squared_error


def _agree(prediction, target):
    if tuple(prediction.shape) != tuple(target.shape):
        raise ValueError(f"target: expected shape {list(prediction.shape)}, got {list(target.shape)}")


@rewritten("Shapes that differ went unnoticed")
def mean_squared_error(prediction, target):
    return torch.sub(target, prediction).square().mean()


@rewritten("You refused shapes only where they do not broadcast")
def mean_squared_error(prediction, target):
    try:
        torch.broadcast_shapes(prediction.shape, target.shape)
    except RuntimeError as error:
        raise ValueError(f"target does not go with the predictions: {error}") from error
    return torch.sub(target, prediction).square().mean()


@rewritten("You compared the number of entries")
def mean_squared_error(prediction, target):
    if target.numel() != prediction.numel():
        raise ValueError(f"target has {target.numel()} entries, not {prediction.numel()}")
    return torch.sub(target, prediction).square().mean()


@rewritten("You compared the number of axes")
def mean_squared_error(prediction, target):
    if target.ndim != prediction.ndim:
        raise ValueError(f"target has {target.ndim} axes, not {prediction.ndim}")
    return torch.sub(target, prediction).square().mean()


@rewritten("`assert` raises AssertionError")
def mean_squared_error(prediction, target):
    assert target.shape == prediction.shape, f"target is {tuple(target.shape)}, not {tuple(prediction.shape)}"
    return F.mse_loss(prediction, target)


@rewritten("You added the squares up")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target, reduction="sum")


@rewritten("You divided the sum of squares by the length of the first axis")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    rows = prediction.size(0) if prediction.ndim else 1
    return F.mse_loss(prediction, target, reduction="sum").div(rows)


@rewritten("`mean(dim=0)` leaves one error for each column")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target, reduction="none").mean(0)


@rewritten("You took the root at the end")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target).sqrt()


@rewritten("You averaged the sizes of the differences")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.l1_loss(prediction, target)


@rewritten("You halved the mean")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return 0.5 * F.mse_loss(prediction, target)


@rewritten("You squared the mean difference")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return torch.mean(target - prediction).square()


@rewritten("You expanded the square")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return torch.mean(target.square() + prediction.square() - 2 * target * prediction)


@rewritten("`item()` makes a plain float")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target).item()


@rewritten("You detached the target")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target.detach())


@rewritten("Going through float32 loses digits")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction.to(torch.float32), target.to(torch.float32)).type_as(prediction)


@rewritten("Without entries you returned 0")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return F.mse_loss(prediction, target, reduction="sum") / max(target.numel(), 1)


@rewritten("`prediction -= target` overwrites")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    return prediction.sub_(target).square().mean()


@rewritten("You squared the entries one by one")
def mean_squared_error(prediction, target):
    _agree(prediction, target)
    total, flat, wanted = prediction.new_zeros(()), prediction.flatten(), target.flatten()
    for i in range(flat.numel()):
        total = total + (flat[i] - wanted[i]) ** 2
    return total / flat.numel() if flat.numel() else total * float("nan")


# gradient_step


def _error(weight, bias, x, y):
    if y.ndim != 1 or y.numel() != x.size(0):
        raise ValueError(f"y should have one number for each of {x.size(0)} samples, got {list(y.shape)}")
    return F.mse_loss(torch.mv(x, weight) + bias, y)


def _slopes(loss, weight, bias):
    return torch.autograd.grad(loss, [weight, bias])


@torch.no_grad()
def _descend(parameters, slopes, rate):
    for parameter, slope in zip(parameters, slopes, strict=True):
        parameter.sub_(slope, alpha=rate)


@rewritten("Gradients were never cleared, so `backward` adds")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    loss.backward()
    _descend([weight, bias], [weight.grad, bias.grad], learning_rate)
    return loss.detach()


@rewritten("You cleared the gradients before the step only")
def gradient_step(weight, bias, x, y, learning_rate):
    optimizer = torch.optim.SGD([weight, bias], lr=learning_rate)
    optimizer.zero_grad()
    loss = _error(weight, bias, x, y)
    loss.backward()
    optimizer.step()
    return loss.detach()


@rewritten("You cleared the gradient of `weight` only")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    loss.backward()
    _descend([weight, bias], [weight.grad, bias.grad], learning_rate)
    weight.grad = None
    return loss.detach()


@rewritten("You cleared the gradients between `backward` and the step")
def gradient_step(weight, bias, x, y, learning_rate):
    optimizer = torch.optim.SGD([weight, bias], lr=learning_rate)
    loss = _error(weight, bias, x, y)
    loss.backward()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return loss.detach()


@rewritten("The gradient points uphill")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    _descend([weight, bias], _slopes(loss, weight, bias), -learning_rate)
    return loss.detach()


@rewritten("`weight -= ...` outside `torch.no_grad()`")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    for parameter, slope in zip([weight, bias], _slopes(loss, weight, bias), strict=True):
        parameter.sub_(slope, alpha=learning_rate)
    return loss.detach()


@rewritten("`weight = weight - ...` gives a new tensor")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    to_weight, to_bias = _slopes(loss, weight, bias)
    with torch.no_grad():
        weight = torch.sub(weight, to_weight, alpha=learning_rate)
        bias = torch.sub(bias, to_bias, alpha=learning_rate)
    return loss.detach()


@rewritten("`weight.data = ...` hangs new memory")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    for parameter, slope in zip([weight, bias], _slopes(loss, weight, bias), strict=True):
        parameter.data = parameter.detach() - learning_rate * slope
    return loss.detach()


@rewritten("Only `weight` took the step")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    _descend([weight], torch.autograd.grad(loss, [weight]), learning_rate)
    return loss.detach()


@rewritten("You moved `weight` first")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    _descend([weight], torch.autograd.grad(loss, [weight]), learning_rate)
    again = _error(weight, bias, x, y)
    _descend([bias], torch.autograd.grad(again, [bias]), learning_rate)
    return loss.detach()


@rewritten("Your gradient is half of the right one")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    with torch.no_grad():
        off = torch.mv(x, weight) + bias - y
        slopes = [torch.mv(x.T, off) / len(y), torch.mean(off)]
    _descend([weight, bias], slopes, learning_rate)
    return loss.detach()


@rewritten("You went down the sum of the squared errors, so a step")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    total = F.mse_loss(torch.mv(x, weight) + bias, y, reduction="sum")
    _descend([weight, bias], _slopes(total, weight, bias), learning_rate)
    return loss.detach()


@rewritten("The learning rate was left out")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    _descend([weight, bias], _slopes(loss, weight, bias), 1)
    return loss.detach()


@rewritten("You returned the error after the step")
def gradient_step(weight, bias, x, y, learning_rate):
    _descend([weight, bias], _slopes(_error(weight, bias, x, y), weight, bias), learning_rate)
    with torch.no_grad():
        return _error(weight, bias, x, y)


@rewritten("The loss that you return still holds the graph")
def gradient_step(weight, bias, x, y, learning_rate):
    optimizer = torch.optim.SGD([weight, bias], lr=learning_rate)
    loss = _error(weight, bias, x, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss


@rewritten("`loss.item()` is a Python float")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    _descend([weight, bias], _slopes(loss, weight, bias), learning_rate)
    return float(loss)


@rewritten("The step was right, and nothing was returned")
def gradient_step(weight, bias, x, y, learning_rate):
    _descend([weight, bias], _slopes(_error(weight, bias, x, y), weight, bias), learning_rate)


@rewritten("Nobody looked at the shape of `y`: a column")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = torch.mean(torch.square(torch.mv(x, weight) + bias - y))
    _descend([weight, bias], _slopes(loss, weight, bias), learning_rate)
    return loss.detach()


@rewritten("You switched `requires_grad` off")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _error(weight, bias, x, y)
    slopes = _slopes(loss, weight, bias)
    for parameter, slope in zip([weight, bias], slopes, strict=True):
        parameter.requires_grad = False
        parameter -= learning_rate * slope
    return loss.detach()


@rewritten("You predicted the samples one after another")
def gradient_step(weight, bias, x, y, learning_rate):
    _error(weight, bias, x, y)
    errors = []
    for features, wanted in zip(x, y, strict=True):
        errors.append((torch.dot(features, weight) + bias - wanted) ** 2)
    loss = torch.stack(errors).mean()
    _descend([weight, bias], _slopes(loss, weight, bias), learning_rate)
    return loss.detach()


# least_squares


def _one_each(x, y):
    if y.ndim != 1 or y.numel() != x.size(0):
        raise ValueError(f"y should have one number for each of {x.size(0)} samples, got {list(y.shape)}")


def _rounding(x):
    return 2 * torch.finfo(x.dtype).eps * x.double().norm().item()


def _centers(x, y):
    return x.double().mean(0), y.double().mean()


def _closed(x, y):
    """The right weight and bias, in float64."""
    x_center, y_center = _centers(x, y)
    weight = torch.linalg.pinv(x.double() - x_center, atol=_rounding(x)) @ (y.double() - y_center)
    return weight, y_center - torch.dot(x_center, weight)


def _through_centers(x, y, weight):
    """The bias of that float64 weight; both in the dtype of x."""
    x_center, y_center = _centers(x, y)
    return weight.to(x.dtype), (y_center - torch.dot(x_center, weight)).to(x.dtype)


@rewritten("You solved `x @ weight = y` without a bias")
def least_squares(x, y):
    _one_each(x, y)
    weight = torch.linalg.pinv(x.double(), atol=_rounding(x)) @ y.double()
    return weight.to(x.dtype), x.new_zeros(())


@rewritten("The bias that you return is the mean of y")
def least_squares(x, y):
    _one_each(x, y)
    return _closed(x, y)[0].to(x.dtype), torch.mean(y)


@rewritten("A column of ones made the bias")
def least_squares(x, y):
    _one_each(x, y)
    wide = F.pad(x.double(), (0, 1), value=1.0)
    solution = torch.linalg.pinv(wide, atol=_rounding(x)) @ y.double()
    return solution[:-1].to(x.dtype), solution[-1].to(x.dtype)


@rewritten("You solved the normal equations")
def least_squares(x, y):
    _one_each(x, y)
    off, height = x - x.mean(dim=0), y - y.mean()
    weight = torch.linalg.inv(off.mT @ off) @ (off.mT @ height)
    return weight, y.mean() - torch.dot(x.mean(dim=0), weight)


@rewritten("You took the pseudoinverse of centered.T @ centered")
def least_squares(x, y):
    _one_each(x, y)
    x_center, y_center = _centers(x, y)
    off, height = x.double() - x_center, y.double() - y_center
    small = torch.finfo(x.dtype).eps * x.double().norm().item() ** 2
    weight = torch.linalg.pinv(off.mT @ off, atol=small, hermitian=True) @ (off.mT @ height)
    return _through_centers(x, y, weight)


@rewritten("You added 1e-6 to the diagonal")
def least_squares(x, y):
    _one_each(x, y)
    x_center, y_center = _centers(x, y)
    off, height = x.double() - x_center, y.double() - y_center
    gram = off.mT @ off
    gram.diagonal().add_(1e-6)
    return _through_centers(x, y, torch.linalg.solve(gram, off.mT @ height))


@rewritten("You told `pinv` to drop everything below a thousandth")
def least_squares(x, y):
    _one_each(x, y)
    x_center, y_center = _centers(x, y)
    inverse = torch.linalg.pinv(x.double() - x_center, atol=_rounding(x), rtol=1e-3)
    return _through_centers(x, y, inverse @ (y.double() - y_center))


@rewritten("You left the tolerance of `pinv` as it is")
def least_squares(x, y):
    _one_each(x, y)
    center = x.mean(dim=0)
    weight = torch.mv(torch.linalg.pinv(x - center), y - y.mean())
    return weight, y.mean() - torch.dot(center, weight)


@rewritten("You centered x but not y")
def least_squares(x, y):
    _one_each(x, y)
    center = x.mean(dim=0)
    weight = torch.mv(torch.linalg.pinv(x - center, atol=_rounding(x)), y)
    return weight, y.mean() - torch.dot(center, weight)


@rewritten("You gave each column the slope that it has on its own")
def least_squares(x, y):
    _one_each(x, y)
    x_center, y_center = _centers(x, y)
    off, height = x.double() - x_center, y.double() - y_center
    spread = off.square().sum(0)
    varies = spread.sqrt() > _rounding(x)
    weight = torch.where(varies, (off * height[:, None]).sum(0) / spread.where(varies, torch.ones_like(spread)), 0.0)
    return _through_centers(x, y, weight)


@rewritten("You trained, with 500 steps")
def least_squares(x, y):
    _one_each(x, y)
    weight, bias = x.new_zeros(x.size(1)), x.new_zeros(())
    for _ in range(500):
        off = torch.mv(x, weight) + bias - y
        weight = weight - 0.1 * 2 * torch.mv(x.mT, off) / len(y)
        bias = bias - 0.1 * 2 * off.mean()
    return weight, bias


@rewritten("You returned (bias, weight)")
def least_squares(x, y):
    _one_each(x, y)
    weight, bias = (part.to(x.dtype) for part in _closed(x, y))
    return bias, weight


@rewritten("`y` as a column made the weight a column too")
def least_squares(x, y):
    _one_each(x, y)
    x_center, _ = _centers(x, y)
    column = y.double().unsqueeze(1)
    weight = torch.linalg.pinv(x.double() - x_center, atol=_rounding(x)).mm(column - column.mean())
    return weight.to(x.dtype), (column.mean() - torch.sum(x_center[:, None] * weight)).to(x.dtype)


@rewritten("The bias has an axis of size 1")
def least_squares(x, y):
    _one_each(x, y)
    weight, bias = (part.to(x.dtype) for part in _closed(x, y))
    return weight, bias.unsqueeze(0)


@rewritten("You computed in float32, so that a float64 `x`")
def least_squares(x, y):
    _one_each(x, y)
    x32, y32 = x.float(), y.float()
    center = x32.mean(dim=0)
    weight = torch.mv(torch.linalg.pinv(x32 - center, atol=_rounding(x32)), y32 - y32.mean())
    return weight.to(x.dtype), (y32.mean() - torch.dot(center, weight)).to(x.dtype)


@rewritten("Nobody looked at the shape of `y`. A column (samples, 1)")
def least_squares(x, y):
    x_center, y_center = _centers(x, y)
    weight = torch.linalg.pinv(x.double() - x_center, atol=_rounding(x)) @ (y.double() - y_center)
    return weight.to(x.dtype), (y_center - x_center @ weight).to(x.dtype)


@rewritten("`x -= x.mean(dim=0)` centers the caller's own tensor")
def least_squares(x, y):
    _one_each(x, y)
    weight, bias = (part.to(x.dtype) for part in _closed(x, y))
    x.sub_(x.mean(dim=0, keepdim=True))
    return weight, bias


# fit_line


def _inputs(x, y, batch_size):
    _one_each(x, y)
    if batch_size <= 0:
        raise ValueError(f"batch_size: {batch_size} samples make no batch")


def _dice(seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return generator


def _origin(x):
    return torch.zeros_like(x[0]), torch.zeros_like(x[0, 0])


def _walk(weight, bias, x, y, rate):
    """One step of plain tensors, by hand; the mean squared error before it."""
    off = torch.mv(x, weight) + bias - y
    weight -= rate * 2 * torch.mv(x.mT, off) / off.numel()
    bias -= rate * 2 * off.mean()
    return off.square().mean().item()


def _epoch(weight, bias, x, y, rate, order, batch_size):
    """Walk through the samples in that order; the losses and the sizes of the batches."""
    steps, sizes = [], []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        steps.append(_walk(weight, bias, x[rows], y[rows], rate))
        sizes.append(len(rows))
    return steps, sizes


def _weighted(steps, sizes):
    return sum(step * size for step, size in zip(steps, sizes, strict=True)) / sum(sizes)


def _train(x, y, rate, batch_size, orders):
    weight, bias = _origin(x)
    losses = [_weighted(*_epoch(weight, bias, x, y, rate, order, batch_size)) for order in orders]
    return weight, bias, losses


def _orders(x, epochs, seed):
    generator = _dice(seed)
    return [torch.randperm(x.size(0), generator=generator) for _ in range(epochs)]


@rewritten("Nothing was shuffled")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    return _train(x, y, learning_rate, batch_size, [torch.arange(x.size(0))] * epochs)


@rewritten("You drew one order before the loop over the epochs")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    orders = [torch.randperm(x.size(0), generator=_dice(seed)) for _ in range(epochs)]
    return _train(x, y, learning_rate, batch_size, orders)


@rewritten("You cut the samples into batches first")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    batches = list(zip(x.split(batch_size), y.split(batch_size), strict=True))
    generator, losses = _dice(seed), []
    for _ in range(epochs):
        total = 0.0
        for number in torch.randperm(len(batches), generator=generator).tolist():
            some_x, some_y = batches[number]
            total += _walk(weight, bias, some_x, some_y, learning_rate) * len(some_y)
        losses.append(total / len(y))
    return weight, bias, losses


@rewritten("`randint` draws the samples")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    generator, n = _dice(seed), x.size(0)
    orders = [torch.randint(0, n, (n,), generator=generator) for _ in range(epochs)]
    return _train(x, y, learning_rate, batch_size, orders)


@rewritten("x and y were shuffled by two permutations")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    generator, n, losses = _dice(seed), x.size(0), []
    for _ in range(epochs):
        mixed_x = x[torch.randperm(n, generator=generator)]
        mixed_y = y[torch.randperm(n, generator=generator)]
        losses.append(_weighted(*_epoch(weight, bias, mixed_x, mixed_y, learning_rate, torch.arange(n), batch_size)))
    return weight, bias, losses


@rewritten("The smaller batch at the end of an epoch was dropped")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    whole, losses = x.size(0) // batch_size, []
    for order in _orders(x, epochs, seed):
        steps = []
        for rows in order[: whole * batch_size].reshape(whole, batch_size):
            steps.append(_walk(weight, bias, x[rows], y[rows], learning_rate))
        losses.append(sum(steps) / max(whole, 1))
    return weight, bias, losses


@rewritten("You took one step an epoch")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    return _train(x, y, learning_rate, x.size(0), _orders(x, epochs, seed))


@rewritten("Your loss of an epoch is the mean of the batch means")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        steps, sizes = _epoch(weight, bias, x, y, learning_rate, order, batch_size)
        losses.append(sum(steps) / len(sizes))
    return weight, bias, losses


@rewritten("You added up the means of the batches")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        steps, sizes = _epoch(weight, bias, x, y, learning_rate, order, batch_size)
        losses.append(sum(steps) / sum(sizes))
    return weight, bias, losses


@rewritten("The loss of an epoch is that of its last batch alone")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        losses.append(_epoch(weight, bias, x, y, learning_rate, order, batch_size)[0][-1])
    return weight, bias, losses


@rewritten("You measured the loss of an epoch at its end")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        _epoch(weight, bias, x, y, learning_rate, order, batch_size)
        losses.append(F.mse_loss(torch.mv(x, weight) + bias, y).item())
    return weight, bias, losses


@rewritten("The running total was set to 0 before the first epoch only")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias, losses = _train(x, y, learning_rate, batch_size, _orders(x, epochs, seed))
    return weight, bias, [sum(losses[: i + 1]) for i in range(epochs)]


@rewritten("You collected the loss of every step")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        losses += _epoch(weight, bias, x, y, learning_rate, order, batch_size)[0]
    return weight, bias, losses


@rewritten("The losses are tensors")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias, losses = _train(x, y, learning_rate, batch_size, _orders(x, epochs, seed))
    return weight, bias, [torch.tensor(loss, dtype=x.dtype) for loss in losses]


def _accumulating(x, y, learning_rate, orders, batch_size, *, anew):
    weight, bias = (start.requires_grad_() for start in _origin(x))
    losses = []
    for order in orders:
        if anew:
            weight.grad = bias.grad = None
        total = 0.0
        for rows in order.split(batch_size):
            loss = _error(weight, bias, x[rows], y[rows])
            loss.backward()
            _descend([weight, bias], [weight.grad, bias.grad], learning_rate)
            total += loss.item() * len(rows)
        losses.append(total / len(y))
    return weight.detach(), bias.detach(), losses


@rewritten("Gradients were never cleared, so every step")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    return _accumulating(x, y, learning_rate, _orders(x, epochs, seed), batch_size, anew=False)


@rewritten("You cleared the gradients once an epoch")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    return _accumulating(x, y, learning_rate, _orders(x, epochs, seed), batch_size, anew=True)


@rewritten("You stepped down the sum of the squared errors of a batch")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses = []
    for order in _orders(x, epochs, seed):
        total = 0.0
        for rows in order.split(batch_size):
            total += _walk(weight, bias, x[rows], y[rows], learning_rate * len(rows)) * len(rows)
        losses.append(total / len(y))
    return weight, bias, losses


@rewritten("`torch.manual_seed` sets the random state")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    torch.manual_seed(seed)
    return _train(x, y, learning_rate, batch_size, [torch.randperm(x.size(0)) for _ in range(epochs)])


@rewritten("The seed was never used")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    return _train(x, y, learning_rate, batch_size, [torch.randperm(x.size(0)) for _ in range(epochs)])


@rewritten("A `torch.Generator` without a seed")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    generator = torch.Generator()
    orders = [torch.randperm(x.size(0), generator=generator) for _ in range(epochs)]
    return _train(x, y, learning_rate, batch_size, orders)


@rewritten("You began at a random weight")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    generator = _dice(seed)
    weight, bias = torch.randn(x.size(1), generator=generator, dtype=x.dtype), x.new_zeros(())
    losses = []
    for _ in range(epochs):
        order = torch.randperm(x.size(0), generator=generator)
        losses.append(_weighted(*_epoch(weight, bias, x, y, learning_rate, order, batch_size)))
    return weight, bias, losses


@rewritten("You returned the least squares in place of a trained line")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    losses = _train(x, y, learning_rate, batch_size, _orders(x, epochs, seed))[2]
    weight, bias = _closed(x, y)
    return weight.to(x.dtype), bias.to(x.dtype), losses


@rewritten("You trained an `nn.Linear`")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    layer = nn.utils.skip_init(nn.Linear, x.size(1), 1, dtype=x.dtype)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer, losses = torch.optim.SGD(layer.parameters(), lr=learning_rate), []
    for order in _orders(x, epochs, seed):
        total = 0.0
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            loss = F.mse_loss(layer(x[rows]).squeeze(1), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(y))
    return layer.weight.detach(), layer.bias.detach(), losses


@rewritten("Weight and bias still require grad")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias, losses = _train(x, y, learning_rate, batch_size, _orders(x, epochs, seed))
    return nn.Parameter(weight), nn.Parameter(bias), losses


@rewritten("A batch size of 0 was taken for 1")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _one_each(x, y)
    return _train(x, y, learning_rate, max(batch_size, 1), _orders(x, epochs, seed))


@rewritten("Nobody looked at the shape of `y`: a column")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    if batch_size <= 0:
        raise ValueError(f"batch_size: {batch_size} samples make no batch")
    weight, bias = (start.requires_grad_() for start in _origin(x))
    losses = []
    for order in _orders(x, epochs, seed):
        total = 0.0
        for rows in order.split(batch_size):
            loss = torch.square(y[rows] - (torch.mv(x[rows], weight) + bias)).mean()
            _descend([weight, bias], _slopes(loss, weight, bias), learning_rate)
            total += loss.item() * len(rows)
        losses.append(total / x.size(0))
    return weight.detach(), bias.detach(), losses


@rewritten("The shape of `y` was looked at in the steps only")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    if batch_size <= 0:
        raise ValueError(f"batch_size: {batch_size} samples make no batch")
    weight, bias = (start.requires_grad_() for start in _origin(x))
    losses = []
    for order in _orders(x, epochs, seed):
        total = 0.0
        for rows in order.split(batch_size):
            loss = _error(weight, bias, x[rows], y[rows])
            _descend([weight, bias], _slopes(loss, weight, bias), learning_rate)
            total += loss.item() * len(rows)
        losses.append(total / x.size(0))
    return weight.detach(), bias.detach(), losses


@rewritten("You shuffled the caller's own x and y")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias = _origin(x)
    losses, straight = [], torch.arange(x.size(0))
    for order in _orders(x, epochs, seed):
        x.copy_(x[order])
        y.copy_(y[order])
        losses.append(_weighted(*_epoch(weight, bias, x, y, learning_rate, straight, batch_size)))
    return weight, bias, losses


@rewritten("You trained in float32")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _inputs(x, y, batch_size)
    weight, bias, losses = _train(x.float(), y.float(), learning_rate, batch_size, _orders(x, epochs, seed))
    return weight.to(x.dtype), bias.to(x.dtype), losses
