"""Right answers to the topic `training` in other styles than the solution's."""

import copy
import itertools
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from kata.variants import right

# -- train_step ----------------------------------------------------------------------------------------------


@right("clears after the step")
def train_step(model, loss_fn, optimizer, x, y):
    prediction = model(x)
    loss = loss_fn(prediction, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss)


@right("clears first, with zeros")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad(set_to_none=False)
    loss = loss_fn(model(x), y)
    value = loss.detach().cpu().tolist()
    loss.backward()
    optimizer.step()
    return value


@right("a closure")
def train_step(model, loss_fn, optimizer, x, y):
    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


@right("autograd.grad, written into the parameters")
def train_step(model, loss_fn, optimizer, x, y):
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    with torch.enable_grad():
        loss = loss_fn(model(x), y)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
    return loss.detach().item()


@right("the model clears its gradients")
def train_step(model, loss_fn, optimizer, x, y):
    model.zero_grad()
    loss = loss_fn(model(x), y)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.data.cpu().numpy().item()


# -- train_epoch ---------------------------------------------------------------------------------------------


def _step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.detach()


@right("a sum that stays on the device")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train(True)
    total, count = 0, 0
    for x, y in loader:
        total = total + _step(model, loss_fn, optimizer, x, y) * x.shape[0]
        count += x.shape[0]
    if not count:
        raise ValueError("The loader is empty")
    return float(total) / count


@right("a weighted average by NumPy")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    rows = [(_step(model, loss_fn, optimizer, *batch).item(), len(batch[0])) for batch in loader]
    if rows == []:
        raise ValueError("no batch in loader")
    losses, sizes = zip(*rows, strict=True)
    return float(np.average(losses, weights=sizes))


@right("a running mean")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    mean, count = math.nan, 0
    for count_before, batch in _counted(loader):
        loss = _step(model, loss_fn, optimizer, *batch).item()
        count = count_before + len(batch[0])
        mean = loss if count_before == 0 else mean + (loss - mean) * len(batch[0]) / count
    if math.isnan(mean) and count == 0:
        raise ValueError("loader: nothing in it")
    return mean


def _counted(loader):
    count = 0
    for batch in loader:
        yield count, batch
        count += len(batch[0])


@right("an iterator by hand, detached losses in a list")
def train_epoch(model, loss_fn, optimizer, loader):
    for module in model.modules():
        module.training = True
    iterator = iter(loader)
    losses, sizes = [], []
    while (batch := next(iterator, None)) is not None:
        x, y = batch
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
        sizes.append(len(y))
    if not losses:
        raise ValueError("Loader gives no samples")
    return sum(size * loss.item() for size, loss in zip(sizes, losses, strict=True)) / sum(sizes)


# -- fit -----------------------------------------------------------------------------------------------------


def _epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        total += _step(model, loss_fn, optimizer, x, y).item() * len(x)
        count += len(x)
    if count == 0:
        raise ValueError("loader is used up or empty")
    return total / count


@right("a while loop")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if epochs < 0:
        raise ValueError("epochs must not be negative")
    history, stop = [], False
    while len(history) < epochs and not stop:
        loss = _epoch(model, loss_fn, optimizer, loader)
        history += [loss]
        stop = bool(on_epoch(len(history) - 1, loss)) if on_epoch else False
    return history


@right("a generator of losses, returns from within")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if not epochs >= 0:
        raise ValueError(f"{epochs} epochs?")
    call = on_epoch or (lambda epoch, loss: None)
    losses = []
    runs = (_epoch(model, loss_fn, optimizer, loader) for _ in itertools.repeat(None, epochs))
    for epoch, loss in enumerate(runs):
        losses.append(loss)
        if call(epoch=epoch, loss=loss):
            return losses
    return losses


@right("written out to the last line")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if epochs <= -1:
        raise ValueError("Epochs: 0 or more")
    losses = [math.nan] * epochs
    for epoch in range(epochs):
        model.train()
        total = torch.zeros((), dtype=torch.float64)
        samples = 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            samples += len(x)
        if samples == 0:
            raise ValueError("the loader gave nothing")
        losses[epoch] = total.item() / samples
        if on_epoch is not None:
            answer = on_epoch(epoch, losses[epoch])
            if answer:
                del losses[epoch + 1 :]
                break
    return losses


@right("recursion")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if epochs < 0:
        raise ValueError("negative epochs")

    def rest(epoch):
        if epoch == epochs:
            return []
        loss = _epoch(model, loss_fn, optimizer, loader)
        stop = on_epoch is not None and on_epoch(epoch, loss)
        return [loss] if stop else [loss, *rest(epoch + 1)]

    return rest(0)


# -- classification_loss -------------------------------------------------------------------------------------


def _check(logits, labels):
    if labels.dtype is not torch.long:
        raise ValueError("Labels must be int64")
    if tuple(labels.size()) != (logits.size(0),):
        raise ValueError("one of the labels for each row, please")
    if logits.size(0) == 0:
        raise ValueError("Logits without samples")
    if labels.min() < 0 or labels.max() >= logits.size(1):
        raise ValueError("labels must be class numbers")


@right("log_softmax and nll_loss")
def classification_loss(logits, labels):
    _check(logits, labels)
    return functional.nll_loss(functional.log_softmax(logits, dim=-1), labels)


@right("a module, of log-probabilities")
def classification_loss(logits, labels):
    _check(logits, labels)
    # Normalising twice changes nothing.
    return nn.CrossEntropyLoss()(logits.log_softmax(1), labels)


@right("logsumexp minus the picked logits")
def classification_loss(logits, labels):
    _check(logits, labels)
    picked = torch.take_along_dim(logits, labels[:, None], dim=1).squeeze(1)
    return (torch.logsumexp(logits, dim=1) - picked).mean()


@right("one-hot targets")
def classification_loss(logits, labels):
    _check(logits, labels)
    targets = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return functional.cross_entropy(logits, targets)


@right("einsum over a mask")
def classification_loss(logits, labels):
    _check(logits, labels)
    mask = (labels.unsqueeze(1) == torch.arange(logits.shape[1], device=labels.device)).to(logits.dtype)
    return -torch.einsum("bc,bc->", mask, logits.log_softmax(1)) / len(labels)


@right("the largest logit at 0, and indexing")
def classification_loss(logits, labels):
    _check(logits, labels)
    shifted = logits - logits.max(dim=1, keepdim=True).values.detach()
    rows = torch.arange(len(labels), device=labels.device)
    return torch.mean(shifted.exp().sum(dim=1).log() - shifted[rows, labels])


# -- MomentumSGD ---------------------------------------------------------------------------------------------


def _check_numbers(learning_rate, momentum):
    if learning_rate < 0.0:
        raise ValueError(f"Invalid learning rate: {learning_rate}")
    if momentum < 0.0:
        raise ValueError(f"Invalid momentum value: {momentum}")


@right("buffers made at the first gradient, as PyTorch's")
class MomentumSGD:
    def __init__(self, parameters, learning_rate, momentum):
        _check_numbers(learning_rate, momentum)
        self.params = [*parameters]
        if len(self.params) == 0:
            raise ValueError("optimizer got no parameters")
        self.learning_rate, self.momentum = learning_rate, momentum
        self.buffers = {}

    def step(self):
        with torch.no_grad():
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                if i in self.buffers:
                    self.buffers[i].mul_(self.momentum).add_(p.grad)
                else:
                    self.buffers[i] = p.grad.clone()
                p.add_(self.buffers[i], alpha=-self.learning_rate)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.detach_()
                p.grad.zero_()

    def state_dict(self):
        return {
            "lr": self.learning_rate,
            "momentum": self.momentum,
            "count": len(self.params),
            "buffers": {i: buffer.clone() for i, buffer in self.buffers.items()},
        }

    def load_state_dict(self, state):
        if state["count"] != len(self.params):
            raise ValueError("state does not fit these parameters")
        self.learning_rate, self.momentum = state["lr"], state["momentum"]
        self.buffers = {i: buffer.clone().to(self.params[i]) for i, buffer in state["buffers"].items()}


@right("data, new velocities each step, deep copies")
class MomentumSGD:
    def __init__(self, parameters, learning_rate, momentum):
        _check_numbers(learning_rate, momentum)
        self.parameters = tuple(parameters)
        if not self.parameters:
            raise ValueError("Parameters are missing")
        self.learning_rate = learning_rate
        self.state = {"momentum": momentum, "velocities": [None] * len(self.parameters)}

    def step(self):
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                old = self.state["velocities"][i]
                v = p.grad.data * 1 if old is None else self.state["momentum"] * old + p.grad.data
                self.state["velocities"][i] = v
                p.data -= self.learning_rate * v

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def state_dict(self):
        return copy.deepcopy({**self.state, "learning_rate": self.learning_rate})

    def load_state_dict(self, state_dict):
        if len(state_dict["velocities"]) != len(self.parameters):
            raise ValueError("this state_dict is for another model")
        state = copy.deepcopy(state_dict)
        self.learning_rate = state.pop("learning_rate")
        state["velocities"] = [
            None if v is None else v.to(p.device) for p, v in zip(self.parameters, state["velocities"], strict=True)
        ]
        self.state = state


@right("velocities beside the parameters, a decorator")
class MomentumSGD:
    def __init__(self, parameters, learning_rate, momentum):
        for name, number in {"learning_rate": learning_rate, "momentum": momentum}.items():
            if not number >= 0:
                raise ValueError(f"{name} must not be below 0")
        self.pairs = [(p, torch.zeros_like(p, requires_grad=False)) for p in parameters]
        if not self.pairs:
            raise ValueError("at least one of the parameters is needed")
        self.learning_rate = learning_rate
        self.momentum = momentum

    def zero_grad(self):
        for p, _ in self.pairs:
            if p.grad is not None:
                p.grad = torch.zeros_like(p)

    @torch.inference_mode(False)
    @torch.no_grad()
    def step(self):
        moving = [(p, v) for p, v in self.pairs if p.grad is not None]
        for p, v in moving:
            torch.add(p.grad, v, alpha=self.momentum, out=v)
        for p, v in moving:
            p.copy_(p - v * self.learning_rate)

    def state_dict(self):
        numbers = (self.learning_rate, self.momentum)
        return {"numbers": numbers, **{f"velocity.{i}": v.clone() for i, (_, v) in enumerate(self.pairs)}}

    def load_state_dict(self, state):
        if len(state) - 1 != len(self.pairs):
            raise ValueError(f"a state of {len(state) - 1} velocities")
        self.learning_rate, self.momentum = state["numbers"]
        for i, (_, v) in enumerate(self.pairs):
            v[...] = state[f"velocity.{i}"]


# -- warmup_rates --------------------------------------------------------------------------------------------


def _fits(warmup, total):
    if warmup < 0 or warmup > total:
        raise ValueError("Warmup must be between 0 and total")


@right("one rule for each step")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    rates = []
    for step in range(total):
        if step < warmup:
            rates.append((step + 1) / (warmup + 1) * base)
        else:
            progress = (step - warmup) / (total - warmup)
            rates.append(0.5 * base * (1.0 + math.cos(progress * math.pi)))
    return rates


@right("NumPy, the half angle squared")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    up = np.linspace(0, base, warmup + 2)[1:-1]
    down = base * np.cos(np.linspace(0, np.pi / 2, total - warmup + 1)[:-1]) ** 2
    return np.concatenate([up, down]).tolist()


@right("torch, in float64")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    steps = torch.arange(total, dtype=torch.float64)
    line = (steps + 1) / (warmup + 1)
    curve = (1 + torch.cos(math.pi * (steps - warmup) / (total - warmup))) / 2
    return (base * torch.where(steps < warmup, line, curve)).tolist()


@right("PyTorch's own schedulers")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=float(base))
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: (
            (step + 1) / (warmup + 1)
            if step < warmup
            else (1 + math.cos(math.pi * (step - warmup) / max(total - warmup, 1))) / 2
        ),
    )
    rates = []
    for _ in range(total):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


@right("added up, step by step")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    rates, rate = [], 0.0
    for _ in range(warmup):
        rate += base / (warmup + 1)
        rates.append(rate)
    turn = complex(math.cos(math.pi / max(total - warmup, 1)), math.sin(math.pi / max(total - warmup, 1)))
    place = 1 + 0j
    for _ in range(total - warmup):
        rates.append(base * (1 + place.real) / 2)
        place *= turn
    return rates
