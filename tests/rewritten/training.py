"""The wrong answers to the katas of `training` once more, each from its sentence alone and in another style."""

import itertools
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from kata.variants import rewritten

# train_step


@rewritten("The gradients were never cleared, so")
def train_step(model, loss_fn, optimizer, x, y):
    output = model(x)
    objective = loss_fn(output, y)
    torch.autograd.backward(objective)
    optimizer.step()
    return float(objective.detach())


@rewritten("`zero_grad` stands between")
def train_step(model, loss_fn, optimizer, x, y):
    objective = loss_fn(model(x), y)
    objective.backward()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return float(objective.detach())


@rewritten("The gradients are there, and nobody uses them")
def train_step(model, loss_fn, optimizer, x, y):
    for parameter in model.parameters():
        parameter.grad = None
    objective = loss_fn(model(x), y)
    objective.backward()
    return objective.detach().item()


@rewritten("`optimizer.step()` comes before `backward`")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.step()
    for parameter in model.parameters():
        parameter.grad = None
    objective = loss_fn(model(x), y)
    objective.backward()
    return float(objective.detach())


@rewritten("You returned the loss as a tensor.")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad(set_to_none=False)
    output = model(x)
    objective = loss_fn(output, y)
    objective.backward()
    optimizer.step()
    return objective


@rewritten("You measured the loss again after the update")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad(set_to_none=False)
    loss_fn(model(x), y).backward()
    optimizer.step()
    with torch.no_grad():
        return float(loss_fn(model(x), y))


@rewritten("The model is called twice, once for the gradient")
def train_step(model, loss_fn, optimizer, x, y):
    with torch.no_grad():
        cost = float(loss_fn(model(x), y))
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
    return cost


@rewritten("The loss function got the target first")
def train_step(model, loss_fn, optimizer, x, y):
    objective = loss_fn(y, model(x))
    optimizer.zero_grad()
    torch.autograd.backward([objective])
    optimizer.step()
    return float(objective.detach())


@rewritten("You called `model.train()` in the step")
def train_step(model, loss_fn, optimizer, x, y):
    output = model.train()(x)
    objective = loss_fn(output, y)
    optimizer.zero_grad()
    objective.backward()
    optimizer.step()
    return float(objective.detach())


@rewritten("You updated the parameters yourself")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    objective = loss_fn(model(x), y)
    objective.backward()
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.data.add_(parameter.grad, alpha=-group["lr"])
    return float(objective.detach())


@rewritten("`model.forward(x)` goes past the hooks")
def train_step(model, loss_fn, optimizer, x, y):
    objective = loss_fn(model.forward(x), y)
    optimizer.zero_grad(set_to_none=False)
    objective.backward()
    optimizer.step()
    return float(objective.detach())


@rewritten("You returned the loss multiplied by the number of samples")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    objective = loss_fn(model(x), y)
    objective.backward()
    optimizer.step()
    return float(objective.detach()) * x.shape[0]


@rewritten("You squeezed the prediction")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    output = torch.squeeze(model(x), dim=-1)
    objective = loss_fn(output, y)
    objective.backward()
    optimizer.step()
    return float(objective.detach())


# train_epoch


def _learn(model, loss_fn, optimizer, x, y):
    """One right step; gives the loss as a tensor without a graph."""
    objective = loss_fn(model(x), y)
    optimizer.zero_grad()
    objective.backward()
    optimizer.step()
    return objective.detach()


def _mean(pairs):
    """The mean of losses, each beside its number of samples."""
    samples, summed = 0, 0.0
    for size, loss in pairs:
        samples += size
        summed += size * float(loss)
    if not samples:
        raise ValueError("there is no batch in loader")
    return summed / samples


def _epoch(model, loss_fn, optimizer, loader):
    """One right epoch."""
    model.train(True)
    return _mean((x.shape[0], _learn(model, loss_fn, optimizer, x, y)) for x, y in loader)


@rewritten("You averaged the means of the batches")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    return _mean((1, _learn(model, loss_fn, optimizer, *batch)) for batch in loader)


@rewritten("You added up the means of the batches and divided")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    seen, summed = 0, 0.0
    for x, y in loader:
        seen += len(y)
        summed += _learn(model, loss_fn, optimizer, x, y).item()
    if seen == 0:
        raise ValueError("loader: nothing came out of it")
    return summed / seen


@rewritten("You returned the sum over all samples")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    summed = None
    for x, y in loader:
        summed = (summed or 0.0) + _learn(model, loss_fn, optimizer, x, y).item() * x.size(0)
    if summed is None:
        raise ValueError("loader: nothing came out of it")
    return summed


@rewritten("You returned the loss of the last batch alone")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    latest = None
    for inputs, targets in loader:
        latest = float(_learn(model, loss_fn, optimizer, inputs, targets))
    if latest is None:
        raise ValueError("loader: nothing came out of it")
    return latest


@rewritten("You divided by `len(loader.dataset)`")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    losses = [_learn(model, loss_fn, optimizer, x, y).item() * x.shape[0] for x, y in loader]
    if not losses:
        raise ValueError("loader: nothing came out of it")
    return math.fsum(losses) / len(loader.dataset)


@rewritten("You weighted every batch with the size of the first one")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    size, seen, summed = None, 0, 0.0
    for x, y in loader:
        size = size or x.shape[0]
        seen += x.shape[0]
        summed += size * _learn(model, loss_fn, optimizer, x, y).item()
    if size is None:
        raise ValueError("loader: nothing came out of it")
    return summed / seen


@rewritten("The gradients were cleared once, at the beginning of the epoch")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()

    def learn(x, y):
        objective = loss_fn(model(x), y)
        objective.backward()
        optimizer.step()
        return objective.detach()

    optimizer.zero_grad(set_to_none=False)
    return _mean((len(x), learn(x, y)) for x, y in loader)


@rewritten("The gradients of all batches were added up")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()

    def gather(x, y):
        objective = loss_fn(model(x), y)
        objective.backward()
        return objective.detach()

    optimizer.zero_grad(set_to_none=False)
    mean = _mean((len(x), gather(x, y)) for x, y in loader)
    optimizer.step()
    return mean


@rewritten("The model was not put into training mode")
def train_epoch(model, loss_fn, optimizer, loader):
    return _mean((x.shape[0], _learn(model, loss_fn, optimizer, x, y)) for x, y in loader)


@rewritten("`model.training = True` switches the model alone")
def train_epoch(model, loss_fn, optimizer, loader):
    setattr(model, "training", True)
    return _mean((x.shape[0], _learn(model, loss_fn, optimizer, x, y)) for x, y in loader)


@rewritten("At the end you put the model back into the mode")
def train_epoch(model, loss_fn, optimizer, loader):
    modes = [(module, module.training) for module in model.modules()]
    try:
        return _epoch(model, loss_fn, optimizer, loader)
    finally:
        for module, mode in modes:
            module.training = mode


@rewritten("You added up the losses as tensors")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    seen, summed = 0, torch.zeros(())
    for x, y in loader:
        optimizer.zero_grad()
        objective = loss_fn(model(x), y)
        objective.backward()
        optimizer.step()
        seen += x.shape[0]
        summed = summed + objective * x.shape[0]
    if not seen:
        raise ValueError("loader: nothing came out of it")
    return float(summed.detach() / seen)


@rewritten("You made a list of all batches before training")
def train_epoch(model, loss_fn, optimizer, loader):
    return _epoch(model, loss_fn, optimizer, [*loader])


@rewritten("`next(iter(loader))` starts the loader over")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    samples, summed = 0, 0.0
    for _ in loader:
        x, y = next(iter(loader))
        samples += len(x)
        summed += len(x) * float(_learn(model, loss_fn, optimizer, x, y))
    if not samples:
        raise ValueError("loader: nothing came out of it")
    return summed / samples


@rewritten("You asked the loader for its length")
def train_epoch(model, loss_fn, optimizer, loader):
    if not len(loader):
        raise ValueError("loader: nothing to go through")
    return _epoch(model, loss_fn, optimizer, loader)


@rewritten("The loss of an empty loader came out as 0.0")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    seen, summed = 0, 0.0
    for x, y in loader:
        seen += x.shape[0]
        summed += x.shape[0] * float(_learn(model, loss_fn, optimizer, x, y))
    return summed / seen if seen else 0.0


@rewritten("You measured all losses again when the epoch was over")
def train_epoch(model, loss_fn, optimizer, loader):
    _epoch(model, loss_fn, optimizer, loader)
    with torch.no_grad():
        return _mean((len(x), loss_fn(model(x), y)) for x, y in loader)


# fit


def _check_epochs(epochs):
    if epochs < 0:
        raise ValueError("epochs cannot be negative")


@rewritten("You counted the epochs from 1")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    for number in range(1, epochs + 1):
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch and on_epoch(number, history[-1]):
            return history
    return history


@rewritten("One epoch too few was trained")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    while len(history) < epochs - 1:
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(len(history) - 1, history[-1]):
            break
    return history


@rewritten("`on_epoch` is called, but nobody looks at its answer")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    on_epoch = on_epoch or (lambda number, loss: None)
    history = []
    for number in range(epochs):
        history.append(_epoch(model, loss_fn, optimizer, loader))
        on_epoch(number, history[number])
    return history


@rewritten("The loss of the epoch after which training stops is missing")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    for number in range(epochs):
        loss = _epoch(model, loss_fn, optimizer, loader)
        if on_epoch is not None and on_epoch(number, loss):
            return history
        history += [loss]
    return history


@rewritten("Only the answer True itself stops")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history, stop = [], False
    while stop is not True and len(history) < epochs:
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None:
            stop = on_epoch(len(history) - 1, history[-1])
    return history


@rewritten("Any answer but None stops")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history, answer = [], None
    while answer is None and len(history) < epochs:
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None:
            answer = on_epoch(len(history) - 1, history[-1])
    return history


@rewritten("`on_epoch` is called for all epochs when the training is over")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = [_epoch(model, loss_fn, optimizer, loader) for _ in range(epochs)]
    if on_epoch is not None:
        for number in range(epochs):
            if on_epoch(number, history[number]):
                return history[: number + 1]
    return history


@rewritten("`on_epoch` is called after each batch")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    for number in range(epochs):
        model.train()
        seen, summed, stop = 0, 0.0, False
        for x, y in loader:
            seen += len(x)
            summed += len(x) * float(_learn(model, loss_fn, optimizer, x, y))
            if on_epoch is not None and on_epoch(number, summed / seen):
                stop = True
        if not seen:
            raise ValueError("loader: nothing came out of it")
        history.append(summed / seen)
        if stop:
            break
    return history


@rewritten("The sum of the losses was not set back")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history, so_far = [], []
    for number in range(epochs):
        model.train()
        before = len(so_far)
        for x, y in loader:
            so_far.append((len(x), float(_learn(model, loss_fn, optimizer, x, y))))
        if len(so_far) == before:
            raise ValueError("loader: nothing came out of it")
        history.append(_mean(so_far))
        if on_epoch is not None and on_epoch(number, history[-1]):
            break
    return history


@rewritten("The model was put into training mode once")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    if epochs:
        model.train()
    history = []
    for number in range(epochs):
        history.append(_mean((len(x), _learn(model, loss_fn, optimizer, x, y)) for x, y in loader))
        if on_epoch is not None and on_epoch(number, history[-1]):
            break
    return history


@rewritten("The batches were taken out of the loader once")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    batches = [pair for pair in loader] if epochs else []
    history = []
    for number in range(epochs):
        history.append(_epoch(model, loss_fn, optimizer, batches))
        if on_epoch is not None and on_epoch(number, history[-1]):
            break
    return history


@rewritten("All epochs share one iterator")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    if not epochs:
        return history
    batches = (pair for pair in loader)
    for number in range(epochs):
        history.append(_epoch(model, loss_fn, optimizer, batches))
        if on_epoch is not None and on_epoch(number, history[-1]):
            break
    return history


@rewritten("You returned the loss of the last epoch alone")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    latest = []
    for number in range(epochs):
        latest = _epoch(model, loss_fn, optimizer, loader)
        if on_epoch is not None and on_epoch(number, latest):
            break
    return latest


@rewritten("`on_epoch` is called even when there is none")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history, stop = [], False
    while not stop and len(history) < epochs:
        loss = _epoch(model, loss_fn, optimizer, loader)
        stop = on_epoch(len(history), loss)
        history.append(loss)
    return history


@rewritten("What the optimizer remembers was lost")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check_epochs(epochs)
    history = []
    for number in range(epochs):
        optimizer.state.clear()
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(number, history[-1]):
            break
    return history


@rewritten("A negative number of epochs was taken as 0")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    history = []
    while len(history) < epochs:
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(len(history) - 1, history[-1]):
            break
    return history


@rewritten("With 0 epochs you raise an error")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if epochs <= 0:
        raise ValueError("epochs: at least one, please")
    history = []
    for number in itertools.count():
        history.append(_epoch(model, loss_fn, optimizer, loader))
        if number + 1 == epochs or (on_epoch is not None and on_epoch(number, history[-1])):
            return history


# classification_loss


def _check_samples(logits):
    if len(logits) == 0:
        raise ValueError("no sample: logits are empty")


def _check_form(logits, labels):
    if labels.dtype is not torch.long:
        raise ValueError("labels: int64 only")
    if labels.dim() != 1 or labels.numel() != len(logits):
        raise ValueError("labels: one for each sample")


def _check_range(logits, labels):
    if int(labels.min()) < 0 or int(labels.max()) > logits.shape[1] - 1:
        raise ValueError("labels: not a class")


def _check(logits, labels):
    _check_samples(logits)
    _check_form(logits, labels)
    _check_range(logits, labels)


@rewritten("Softmax came before cross entropy")
def classification_loss(logits, labels):
    _check(logits, labels)
    return F.cross_entropy(F.softmax(logits, dim=-1), labels)


@rewritten("`nll_loss` got the logits as they are")
def classification_loss(logits, labels):
    _check(logits, labels)
    return torch.nn.NLLLoss()(logits, labels)


@rewritten("`nll_loss` got probabilities")
def classification_loss(logits, labels):
    _check(logits, labels)
    return torch.nn.NLLLoss()(torch.softmax(logits, -1), labels)


@rewritten("You took the logarithm of the softmax")
def classification_loss(logits, labels):
    _check(logits, labels)
    shares = logits.softmax(-1)
    return -shares[torch.arange(len(labels), device=labels.device), labels].log().mean()


@rewritten("You added a small number before the logarithm")
def classification_loss(logits, labels):
    _check(logits, labels)
    shares = logits.softmax(-1)
    return F.nll_loss(shares.clip(min=1e-7).log(), labels)


@rewritten("exp of a logit above 88")
def classification_loss(logits, labels):
    _check(logits, labels)
    scale = torch.log(torch.sum(torch.exp(logits), dim=-1))
    own = torch.take_along_dim(logits, labels[:, None], dim=-1)[:, 0]
    return torch.mean(scale - own)


@rewritten("You added up the losses of the batch")
def classification_loss(logits, labels):
    _check(logits, labels)
    return torch.nn.CrossEntropyLoss(reduction="sum")(logits, labels)


@rewritten("You returned one loss for each sample")
def classification_loss(logits, labels):
    _check(logits, labels)
    own = torch.take_along_dim(logits, labels[:, None], dim=-1)[:, 0]
    return logits.logsumexp(dim=-1) - own


@rewritten("You averaged over all entries of the (batch, classes) table")
def classification_loss(logits, labels):
    _check(logits, labels)
    table = F.one_hot(labels, logits.shape[-1]).to(logits.dtype)
    return -torch.mean(table * logits.log_softmax(-1))


@rewritten("The softmax runs over the batch")
def classification_loss(logits, labels):
    _check(logits, labels)
    return F.nll_loss(torch.log_softmax(logits, 0), labels)


@rewritten("You took the labels to count from 1")
def classification_loss(logits, labels):
    _check(logits, labels)
    rows = torch.arange(len(labels), device=labels.device)
    return -logits.log_softmax(-1)[rows, labels - 1].mean()


@rewritten("Only the range of the labels above was checked")
def classification_loss(logits, labels):
    _check_samples(logits)
    _check_form(logits, labels)
    if labels.max().item() >= logits.size(1):
        raise ValueError("labels: too large")
    rows = torch.arange(len(labels), device=labels.device)
    return -logits.log_softmax(-1)[rows, labels].mean()


@rewritten("A label that is no class number was left to cross entropy")
def classification_loss(logits, labels):
    _check_samples(logits)
    _check_form(logits, labels)
    return torch.nn.CrossEntropyLoss()(logits, labels)


@rewritten("Labels of the shape (batch, 1) were taken")
def classification_loss(logits, labels):
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels.squeeze(1)
    _check(logits, labels)
    return torch.nn.CrossEntropyLoss()(logits, labels)


@rewritten("Labels of another dtype were cast")
def classification_loss(logits, labels):
    labels = labels.to(torch.int64)
    _check(logits, labels)
    return torch.nn.CrossEntropyLoss()(logits, labels)


@rewritten("An empty batch came out as NaN")
def classification_loss(logits, labels):
    _check_form(logits, labels)
    if labels.numel():
        _check_range(logits, labels)
    return torch.nn.CrossEntropyLoss()(logits, labels)


@rewritten("The loss was taken out of the graph")
def classification_loss(logits, labels):
    _check(logits, labels)
    with torch.no_grad():
        return torch.nn.CrossEntropyLoss()(logits, labels)


@rewritten("You went through the samples one by one")
def classification_loss(logits, labels):
    _check(logits, labels)
    costs = [-torch.log_softmax(row, -1)[label] for row, label in zip(logits, labels.tolist(), strict=True)]
    return torch.stack(costs).mean()


# MomentumSGD


class _Momentum:
    """Right by the docstring; the wrong ones override what they get wrong."""

    def __init__(self, parameters, learning_rate, momentum):
        self.parameters = self._keep(parameters)
        self._check_numbers(learning_rate, momentum)
        self.learning_rate, self.momentum = learning_rate, momentum
        self.speed = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]

    def _keep(self, parameters):
        kept = [*parameters]
        if len(kept) == 0:
            raise ValueError("parameters: none given")
        return kept

    def _check_numbers(self, learning_rate, momentum):
        if learning_rate < 0:
            raise ValueError("learning_rate: not below 0")
        if momentum < 0:
            raise ValueError("momentum: not below 0")

    def _gather(self, index, grad):
        """Take the gradient into the velocity of one parameter, and give the step."""
        self.speed[index] = torch.add(grad, self.speed[index], alpha=self.momentum)
        return self.speed[index]

    def _move(self, parameter, way):
        parameter.add_(way, alpha=-self.learning_rate)

    @torch.no_grad()
    def step(self):
        for index, parameter in enumerate(self.parameters):
            if parameter.grad is None:
                continue
            self._move(parameter, self._gather(index, parameter.grad))

    def zero_grad(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.grad = torch.zeros_like(parameter.grad)

    def state_dict(self):
        return {
            "lr": self.learning_rate,
            "mu": self.momentum,
            "speed": {index: speed.detach().clone() for index, speed in enumerate(self.speed)},
        }

    def _check_state(self, state):
        if len(state["speed"]) != len(self.parameters):
            raise ValueError("state: for another number of tensors")

    def _take_numbers(self, state):
        self.learning_rate, self.momentum = state["lr"], state["mu"]

    def _take_speed(self, state):
        for index, parameter in enumerate(self.parameters):
            self.speed[index] = state["speed"][index].detach().clone().to(parameter.device)

    def load_state_dict(self, state):
        self._check_state(state)
        self._take_numbers(state)
        self._take_speed(state)


@rewritten("Momentum is ignored")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        return grad


@rewritten("You multiplied the gradient by 1 - momentum")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        self.speed[index].lerp_(grad, 1 - self.momentum)
        return self.speed[index]


@rewritten("The learning rate went into the velocity")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        self.speed[index] = self.speed[index] * self.momentum + grad * self.learning_rate
        return self.speed[index]

    def _move(self, parameter, way):
        parameter.sub_(way)


@rewritten("You stepped by g + momentum * v")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        speed = super()._gather(index, grad)
        return grad.add(speed, alpha=self.momentum)


@rewritten("You stepped by the velocity from before this gradient")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        before = self.speed[index]
        super()._gather(index, grad)
        return before


@rewritten("You added the step to the parameter")
class MomentumSGD(_Momentum):
    def _move(self, parameter, way):
        parameter.add_(self.learning_rate * way)


@rewritten("`p = p - ...` makes a new tensor")
class MomentumSGD(_Momentum):
    @torch.no_grad()
    def step(self):
        for index, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                parameter = torch.sub(parameter, self._gather(index, parameter.grad), alpha=self.learning_rate)


@rewritten("The first velocity is the gradient itself")
class MomentumSGD(_Momentum):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self.moving = [False] * len(self.parameters)

    def _gather(self, index, grad):
        if self.moving[index]:
            self.speed[index].mul_(self.momentum).add_(grad)
        else:
            self.moving[index] = True
            self.speed[index] = grad
        return self.speed[index]

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.moving = [True] * len(self.parameters)


@rewritten("Parameters that come as an iterator are used up")
class MomentumSGD(_Momentum):
    def __init__(self, parameters, learning_rate, momentum):
        if isinstance(parameters, list | tuple) and not parameters:
            raise ValueError("parameters: none given")
        self._check_numbers(learning_rate, momentum)
        self.parameters = parameters
        self.learning_rate, self.momentum = learning_rate, momentum
        self.speed = [torch.zeros_like(p, requires_grad=False) for p in parameters]
        if not self.speed:
            raise ValueError("parameters: none given")

    def _check_state(self, state):
        if len(state["speed"]) != len(self.speed):
            raise ValueError("state: for another number of tensors")


@rewritten("The step fails at a parameter without a gradient")
class MomentumSGD(_Momentum):
    @torch.no_grad()
    def step(self):
        for index, parameter in enumerate(self.parameters):
            self._move(parameter, self._gather(index, parameter.grad))


@rewritten("A parameter without a gradient was moved on")
class MomentumSGD(_Momentum):
    @torch.no_grad()
    def step(self):
        for index, parameter in enumerate(self.parameters):
            grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            self._move(parameter, self._gather(index, grad))


@rewritten("The step ends at the first parameter without")
class MomentumSGD(_Momentum):
    @torch.no_grad()
    def step(self):
        moving = itertools.takewhile(lambda pair: pair[1].grad is not None, enumerate(self.parameters))
        for index, parameter in moving:
            self._move(parameter, self._gather(index, parameter.grad))


@rewritten("`zero_grad` set the velocities back")
class MomentumSGD(_Momentum):
    def zero_grad(self):
        super().zero_grad()
        self.speed = [torch.zeros_like(speed) for speed in self.speed]


@rewritten("`zero_grad` fails where there is no gradient")
class MomentumSGD(_Momentum):
    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad.detach_().fill_(0)


@rewritten("`zero_grad` does nothing")
class MomentumSGD(_Momentum):
    def zero_grad(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                torch.zeros_like(parameter.grad)


@rewritten("The step cleared the gradients itself")
class MomentumSGD(_Momentum):
    def step(self):
        super().step()
        self.zero_grad()


@rewritten("Autograd saw the update")
class MomentumSGD(_Momentum):
    def step(self):
        for index, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                self._move(parameter, self._gather(index, parameter.grad))


@rewritten("The learning rate of the beginning was kept")
class MomentumSGD(_Momentum):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self._rate = learning_rate

    def _move(self, parameter, way):
        parameter.add_(way, alpha=-self._rate)

    def state_dict(self):
        return super().state_dict() | {"lr": self._rate}

    def _take_numbers(self, state):
        super()._take_numbers(state)
        self._rate = self.learning_rate


@rewritten("`state_dict` handed out the velocities themselves")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        return self.speed[index].mul_(self.momentum).add_(grad)

    def state_dict(self):
        return super().state_dict() | {"speed": dict(enumerate(self.speed))}


@rewritten("The velocities of a loaded state became")
class MomentumSGD(_Momentum):
    def _gather(self, index, grad):
        return self.speed[index].mul_(self.momentum).add_(grad)

    def _take_speed(self, state):
        self.speed = [state["speed"][index].to(p.device) for index, p in enumerate(self.parameters)]


@rewritten("The state holds learning rate and momentum, but no velocities")
class MomentumSGD(_Momentum):
    def state_dict(self):
        return {"lr": self.learning_rate, "mu": self.momentum, "count": len(self.parameters)}

    def load_state_dict(self, state):
        if state["count"] != len(self.parameters):
            raise ValueError("state: for another number of tensors")
        self._take_numbers(state)
        self.speed = [torch.zeros_like(speed) for speed in self.speed]


@rewritten("Learning rate and momentum of the state were not taken")
class MomentumSGD(_Momentum):
    def _take_numbers(self, state):
        pass


@rewritten("The velocities are filed under `id(parameter)`")
class MomentumSGD(_Momentum):
    def state_dict(self):
        by_id = {id(p): speed.clone() for p, speed in zip(self.parameters, self.speed, strict=True)}
        return {"lr": self.learning_rate, "mu": self.momentum, "speed": by_id}

    def _take_speed(self, state):
        for index, p in enumerate(self.parameters):
            found = state["speed"].get(id(p))
            self.speed[index] = torch.zeros_like(self.speed[index]) if found is None else found.clone().to(p.device)


@rewritten("Loaded velocities stayed on the device of the state")
class MomentumSGD(_Momentum):
    def _take_speed(self, state):
        self.speed = [state["speed"][index].detach().clone() for index in range(len(self.parameters))]


@rewritten("A state of more or fewer parameters was taken")
class MomentumSGD(_Momentum):
    def _check_state(self, state):
        pass

    def _take_speed(self, state):
        for index, parameter in enumerate(self.parameters):
            if index in state["speed"]:
                self.speed[index] = state["speed"][index].detach().clone().to(parameter.device)


@rewritten("Learning rate and momentum were taken from a state that was then refused")
class MomentumSGD(_Momentum):
    def load_state_dict(self, state):
        self._take_numbers(state)
        self._check_state(state)
        self._take_speed(state)


@dataclass
class _Saved:
    lr: float
    mu: float
    speed: dict


@rewritten("The state holds an object of a class of your own")
class MomentumSGD(_Momentum):
    def state_dict(self):
        return {"saved": _Saved(**super().state_dict())}

    def load_state_dict(self, state):
        super().load_state_dict(vars(state["saved"]))


@rewritten("A negative learning rate, or momentum, was taken")
class MomentumSGD(_Momentum):
    def _check_numbers(self, learning_rate, momentum):
        pass


@rewritten("No parameters were taken")
class MomentumSGD(_Momentum):
    def _keep(self, parameters):
        return [*parameters]


@rewritten("PyTorch's own optimizer does the work")
class MomentumSGD(_Momentum):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self.inner = torch.optim.SGD(self.parameters, lr=learning_rate, momentum=momentum)

    def _set(self):
        for group in self.inner.param_groups:
            group["lr"], group["momentum"] = self.learning_rate, self.momentum
        for parameter, speed in zip(self.parameters, self.speed, strict=True):
            self.inner.state[parameter]["momentum_buffer"] = speed

    def step(self):
        self._set()
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()


# warmup_rates


def _check_warmup(warmup, total):
    if warmup < 0 or warmup > total:
        raise ValueError("warmup: from 0 to total")


def _rise(base, warmup):
    """The right rates below the peak."""
    return [base * step / (warmup + 1) for step in range(1, warmup + 1)]


def _fall(base, steps):
    """The right rates from the peak on."""
    return [base * math.cos(0.5 * math.pi * step / steps) ** 2 for step in range(steps)]


@rewritten("The warm-up begins with a rate of 0")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [step / warmup * base for step in range(warmup)] + _fall(base, total - warmup)


@rewritten("The warm-up ends with `base` already")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [step / warmup * base for step in range(1, 1 + warmup)] + _fall(base, total - warmup)


@rewritten("After the warm-up the rates fall in a straight line")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    rest = total - warmup
    return _rise(base, warmup) + [base * left / rest for left in range(rest, 0, -1)]


@rewritten("After the warm-up the rates stay at `base`")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [float(base * min(1.0, step / (warmup + 1))) for step in range(1, total + 1)]


@rewritten("The cosine runs over all `total` steps")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return _rise(base, warmup) + _fall(base, total)[warmup:]


@rewritten("You multiplied the line by a cosine")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    line = (_rise(1.0, warmup) + [1.0] * total)[:total]
    return [height * rate for height, rate in zip(line, _fall(base, total), strict=True)]


@rewritten("The rates become negative")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    rest = total - warmup
    return _rise(base, warmup) + [math.cos(step / rest * math.pi) * base for step in range(rest)]


@rewritten("You took a quarter of the cosine")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    rest = total - warmup
    return _rise(base, warmup) + [math.cos(step / rest * math.pi / 2) * base for step in range(rest)]


@rewritten("The last step has the rate 0 and is wasted")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    rest = total - warmup
    return _rise(base, warmup) + [base * (1 + math.cos(step / max(rest - 1, 1) * math.pi)) / 2 for step in range(rest)]


@rewritten("The cosine falls from the first step after the peak on")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    rest = total - warmup
    return _rise(base, warmup) + [base * (1 + math.cos(step / rest * math.pi)) / 2 for step in range(1, rest + 1)]


@rewritten("You took `total` for the steps after the warm-up")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [*_rise(base, warmup), *_fall(base, total)]


@rewritten("There is one rate more than steps")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [*_rise(base, warmup), *_fall(base, total - warmup), 0.0]


@rewritten("You returned a tensor.")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return torch.as_tensor(_rise(base, warmup) + _fall(base, total - warmup), dtype=torch.float64)


@rewritten("The rates went through float32")
def warmup_rates(base, warmup, total):
    _check_warmup(warmup, total)
    return [float(torch.tensor(rate)) for rate in _rise(base, warmup) + _fall(base, total - warmup)]


@rewritten("A warm-up that is longer than the training")
def warmup_rates(base, warmup, total):
    return (_rise(base, max(warmup, 0)) + _fall(base, max(total - max(warmup, 0), 0)))[:total]


@rewritten("A warm-up of 0 steps, or of all steps, was refused")
def warmup_rates(base, warmup, total):
    if not 0 < warmup < total:
        raise ValueError("warmup: between 0 and total")
    return _rise(base, warmup) + _fall(base, total - warmup)
