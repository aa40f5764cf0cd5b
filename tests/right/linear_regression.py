"""Right answers to the katas of `linear_regression` in other styles."""

import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from kata.variants import right


@right("elementwise products and their sum")
def predict(x, weight, bias):
    return bias + (x * weight).sum(dim=-1)


@right("einsum")
def predict(x, weight, bias):
    return torch.einsum("sf,f->s", x, weight) + bias


@right("linear with one output")
def predict(x, weight, bias):
    return functional.linear(x, weight.unsqueeze(0), bias.reshape(1))[:, 0]


@right("matrix times vector by name")
def predict(x, weight, bias):
    return torch.add(torch.mv(x, weight), bias)


@right("torch's own loss")
def mean_squared_error(prediction, target):
    if tuple(target.shape) != tuple(prediction.shape):
        raise ValueError(f"Target has the shape {list(target.shape)}, not {list(prediction.shape)}")
    return functional.mse_loss(prediction, target)


@right("dot product of the differences with themselves")
def mean_squared_error(prediction, target):
    if prediction.size() != target.size():
        raise ValueError("prediction and target are not of one shape")
    difference = (target - prediction).flatten()
    return (difference * difference).sum() / difference.numel()


@right("power and mean, the other way round")
def mean_squared_error(prediction, target):
    if prediction.dim() != target.dim() or any(a != b for a, b in zip(prediction.shape, target.shape, strict=True)):
        raise ValueError("the target does not fit")
    return torch.mean(torch.pow(target - prediction, 2))


@right("autograd.grad, which leaves grad alone")
def gradient_step(weight, bias, x, y, learning_rate):
    if y.shape != (len(x),):
        raise ValueError(f"y has the shape {tuple(y.shape)}")
    error = x @ weight + bias - y
    loss = (error**2).mean()
    slope, level = torch.autograd.grad(loss, [weight, bias])
    with torch.no_grad():
        weight.add_(slope, alpha=-learning_rate)
        bias.add_(level, alpha=-learning_rate)
    return loss.detach()


@right("the chapter's loop, zero_ after the step")
def gradient_step(weight, bias, x, y, learning_rate):
    if y.dim() != 1 or len(y) != len(x):
        raise ValueError("y: a vector with a number for each sample")
    loss = (x @ weight + bias - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        weight -= weight.grad * learning_rate
        bias -= bias.grad * learning_rate
        weight.grad.zero_()
        bias.grad.zero_()
    return loss.detach()


@right("through data, gradients cleared before and after")
def gradient_step(weight, bias, x, y, learning_rate):
    prediction = (x * weight).sum(dim=1) + bias
    if prediction.shape != y.shape:
        raise ValueError("target has another shape than the prediction")
    weight.grad = bias.grad = None
    loss = functional.mse_loss(prediction, y)
    loss.backward()
    weight.data -= learning_rate * weight.grad.data
    bias.data -= learning_rate * bias.grad.data
    weight.grad = bias.grad = None
    return loss.data


@right("torch.optim")
def gradient_step(weight, bias, x, y, learning_rate):
    if y.shape != x.shape[:1]:
        raise ValueError("y is not (samples,)")
    optimizer = torch.optim.SGD([weight, bias], lr=learning_rate)
    loss = functional.mse_loss(x @ weight + bias, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.clone().detach()


@right("the formula, without autograd")
@torch.no_grad()
def gradient_step(weight, bias, x, y, learning_rate):
    if y.shape != x.shape[:1]:
        raise ValueError("y is not (samples,)")
    error = x @ weight + bias - y
    weight.copy_(weight - 2 * learning_rate / len(y) * (x.T @ error))
    bias.copy_(bias - 2 * learning_rate * error.mean())
    return error.square().mean()


@right("item assignment under no_grad")
def gradient_step(weight, bias, x, y, learning_rate):
    if y.shape != x.shape[:1]:
        raise ValueError("y is not (samples,)")
    loss = (x @ weight + bias - y).square().mean()
    loss.backward()
    gradients = weight.grad, bias.grad
    weight.grad = bias.grad = None
    with torch.no_grad():
        for parameter, gradient in zip((weight, bias), gradients, strict=True):
            parameter[...] = torch.sub(parameter, gradient, alpha=learning_rate)
    return loss.detach().clone()


@right("singular values by hand")
def least_squares(x, y):
    if y.shape != (len(x),):
        raise ValueError(f"y has the shape {tuple(y.shape)}")
    means = x.mean(dim=0)
    u, s, vh = torch.linalg.svd(x - means, full_matrices=False)
    kept = s > 10 * max(x.shape) * torch.finfo(x.dtype).eps * x.abs().max()
    inverse = torch.where(kept, 1 / torch.where(kept, s, 1.0), 0.0)
    weight = vh.T @ (inverse * (u.T @ (y - y.mean())))
    return weight, y.mean() - torch.dot(means, weight)


@right("NumPy's lstsq, constant columns set to 0")
def least_squares(x, y):
    if y.dim() != 1 or len(y) != len(x):
        raise ValueError("y: a vector with a number for each row")
    table, heights = x.cpu().numpy(), y.cpu().numpy()
    centered = table - table.mean(axis=0)
    centered[:, (table == table[:1]).all(axis=0)] = 0
    largest = np.linalg.norm(table, 2)
    spread = np.linalg.norm(centered, 2) or 1.0
    cut = 8 * len(table) * np.finfo(table.dtype).eps * largest / spread
    weight = np.linalg.lstsq(centered, heights - heights.mean(), rcond=cut)[0]
    bias = np.asarray(heights.mean() - table.mean(axis=0) @ weight, dtype=table.dtype)
    return torch.from_numpy(weight).to(x.device), torch.from_numpy(bias.copy()).to(x.device)


@right("lstsq with the driver gelsd, from the first row")
def least_squares(x, y):
    if y.shape != x.shape[:1]:
        raise ValueError("y is not (samples,)")
    moved = (x - x[:1]).cpu()
    moved = moved - moved.mean(dim=0)
    spread = moved.abs().max().item() or 1.0
    cut = min(torch.finfo(x.dtype).eps * 20 * x.abs().max().item() / spread, 0.5)
    right_side = (y - y.mean()).cpu().unsqueeze(1)
    weight = torch.linalg.lstsq(moved, right_side, rcond=cut, driver="gelsd").solution[:, 0].to(x.device)
    return weight, (y - (x * weight).sum(dim=1)).mean()


@right("a loader with its own generator")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    if y.dim() != 1 or len(y) != len(x):
        raise ValueError(f"y has the shape {tuple(y.shape)}")
    if batch_size <= 0:
        raise ValueError(f"{batch_size=} is too small")
    weight = torch.zeros(x.shape[1], dtype=x.dtype, device=x.device, requires_grad=True)
    bias = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    generator = torch.Generator()
    generator.manual_seed(seed)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=generator)
    losses = []
    for _ in range(epochs):
        squares = 0.0
        for features, heights in loader:
            loss = (features @ weight + bias - heights).pow(2).mean()
            loss.backward()
            with torch.no_grad():
                weight -= weight.grad * learning_rate
                bias -= bias.grad * learning_rate
                weight.grad.zero_()
                bias.grad.zero_()
            squares += loss.item() * len(heights)
        losses.append(squares / len(y))
    weight.requires_grad_(False)
    bias.requires_grad_(False)
    return weight, bias, losses


@right("NumPy and the formula of the gradient")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    if y.shape != (len(x),):
        raise ValueError("y does not fit")
    if batch_size < 1:
        raise ValueError("batch size below 1")
    table, heights = x.cpu().double().numpy(), y.cpu().double().numpy()
    rng = np.random.default_rng(seed)
    weight, bias, losses = np.zeros(table.shape[1]), 0.0, []
    for _ in range(epochs):
        order, squares = rng.permutation(len(table)), []
        for start in range(0, len(table), batch_size):
            rows = order[start : start + batch_size]
            error = table[rows] @ weight + bias - heights[rows]
            squares.extend(error**2)
            weight = weight - learning_rate * 2 * error @ table[rows] / len(rows)
            bias -= learning_rate * 2 * error.mean()
        losses.append(float(np.mean(squares)))
    return torch.from_numpy(weight).to(x.dtype).to(x.device), x.new_tensor(bias), losses


@right("a module and an optimizer, another seed for each epoch")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    if y.shape != x.shape[:1]:
        raise ValueError("y is not (samples,)")
    state = torch.get_rng_state()
    model = nn.Linear(x.shape[1], 1).to(x.dtype)
    torch.set_rng_state(state)
    model = model.to(x.device)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        order = list(range(len(x)))
        random.Random(f"{seed}, {epoch}").shuffle(order)
        squares = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            error = model(x[rows]).squeeze(1) - y[rows]
            error.square().mean().backward()
            optimizer.step()
            squares.append(error.detach().square())
        losses.append(torch.cat(squares).mean().item())
    return model.weight.detach()[0], model.bias.detach()[0], losses
