"""Wrong answers to the topic `training`: one misconception each, with the sentence that would help."""

import copy
import math

import torch
from torch.nn import functional

from kata.variants import wrong

# -- train_step ----------------------------------------------------------------------------------------------


@wrong(
    "The gradients were never cleared, so from the second step on each update also follows the batches before. "
    "`backward` adds to what is there: call `optimizer.zero_grad()` in every step."
)
def train_step(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong(
    "`zero_grad` stands between `backward` and `step`: it wipes the gradient just before it is used, and the "
    "parameters never move. Clear before `backward`, or after `step`."
)
def train_step(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@wrong(
    "The gradients are there, and nobody uses them: the parameters stay where they are, because "
    "`optimizer.step()` is never called. Call it after `backward`."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    return loss.item()


@wrong(
    "`optimizer.step()` comes before `backward`, so each update uses the gradient of the batch before, and the first "
    "one none at all. First `backward`, then `step`."
)
def train_step(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@wrong(
    "You returned the loss as a tensor. With it, whoever collects losses keeps every graph in memory: "
    "`loss.item()` is the number alone."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


@wrong(
    "You measured the loss again after the update and returned that one, with a second call of the model. Return the "
    "loss that was computed for `backward`."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
    with torch.no_grad():
        return loss_fn(model(x), y).item()


@wrong(
    "The model is called twice, once for the gradient and, before the update, once more for the loss that you return. "
    "That is twice the work, and layers such as BatchNorm count the batch twice. Call it once and keep the loss."
)
def train_step(model, loss_fn, optimizer, x, y):
    with torch.no_grad():
        value = loss_fn(model(x), y).item()
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
    return value


@wrong(
    "The loss function got the target first and the prediction second. For many losses that is another number: "
    "`loss_fn(prediction, target)`."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(y, model(x))
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong(
    "You called `model.train()` in the step. Somebody who trains with a part of the model in evaluation mode, such as "
    "a frozen BatchNorm, loses that: the mode is the caller's business."
)
def train_step(model, loss_fn, optimizer, x, y):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong(
    "You updated the parameters yourself, by learning rate times gradient, past the optimizer: its momentum or its "
    "averages are left out, and `optimizer.step` is never called. Call that."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    with torch.no_grad():
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter -= group["lr"] * parameter.grad
    return loss.item()


@wrong("`model.forward(x)` goes past the hooks of the model, which others rely on. Call the model itself: `model(x)`.")
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model.forward(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong(
    "You returned the loss multiplied by the number of samples. That belongs into the mean of an epoch: a step "
    "returns the loss as the loss function gives it."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item() * len(x)


@wrong(
    "You squeezed the prediction on its way to the loss function. Beside targets of (batch, 1) it is then stretched to "
    "a table in which every prediction meets every target: hand over what the model gives."
)
def train_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x).squeeze(), y)
    loss.backward()
    optimizer.step()
    return loss.item()


# -- train_epoch ---------------------------------------------------------------------------------------------


def _step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def _mean(total, samples):
    if not samples:
        raise ValueError("loader is empty")
    return total / samples


@wrong(
    "You averaged the means of the batches, so the samples of a short last batch count more than the others. Multiply "
    "each loss by the number of its samples, and divide by the number of all."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    losses = [_step(model, loss_fn, optimizer, x, y) for x, y in loader]
    return _mean(sum(losses), len(losses))


@wrong(
    "You added up the means of the batches and divided by the number of samples: a mean was divided already, so the "
    "result is too small by the batch size. Multiply each by its number of samples first."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        total += _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong("You returned the sum over all samples. Divide it by their number.")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    _mean(total, samples)
    return total


@wrong("You returned the loss of the last batch alone. The loss of an epoch is the mean over all of its samples.")
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    loss = None
    for x, y in loader:
        loss = _step(model, loss_fn, optimizer, x, y)
    if loss is None:
        raise ValueError("loader is empty")
    return loss


@wrong(
    "You divided by `len(loader.dataset)`. With `drop_last` or a sampler other samples come than the dataset has, and "
    "a list of batches has no dataset at all. Count the samples as they come."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total = 0.0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
    return _mean(total, len(loader.dataset))


@wrong(
    "You weighted every batch with the size of the first one. The last batch may be smaller: each loss counts as "
    "often as its own batch has samples."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples, size = 0.0, 0, None
    for x, y in loader:
        size = size or len(x)
        total += size * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "The gradients were cleared once, at the beginning of the epoch: within it they add up from batch to batch. Clear "
    "them for every batch."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    optimizer.zero_grad()
    total, samples = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += len(x) * loss.item()
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "The gradients of all batches were added up for one single step at the end of the epoch. Call `optimizer.step()` "
    "for each batch."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    optimizer.zero_grad()
    total, samples = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        total += len(x) * loss.item()
        samples += len(x)
    optimizer.step()
    return _mean(total, samples)


@wrong(
    "The model was not put into training mode. After an evaluation it trains on with dropout and BatchNorm switched "
    "off: begin with `model.train()`."
)
def train_epoch(model, loss_fn, optimizer, loader):
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "`model.training = True` switches the model alone, and its sub-modules stay as they are. The method "
    "`model.train()` reaches all of them."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.training = True
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "At the end you put the model back into the mode in which it came, or into evaluation mode. It is promised to be "
    "left in training mode."
)
def train_epoch(model, loss_fn, optimizer, loader):
    before = model.training
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    model.train(before)
    return _mean(total, samples)


@wrong(
    "You added up the losses as tensors, and with each the sum keeps its whole graph in memory. Add `loss.item()`, or "
    "`loss.detach()`."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + len(x) * loss
        samples += len(x)
    return float(_mean(total, samples))


@wrong(
    "You made a list of all batches before training on the first one, so all of them are in memory together. Go "
    "through the loader itself."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    batches = list(loader)
    total, samples = 0.0, 0
    for x, y in batches:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "`next(iter(loader))` starts the loader over each time, so you trained on its first batch again and again. Go "
    "through the loader with `for`."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for _ in range(len(loader)):
        x, y = next(iter(loader))
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


@wrong(
    "You asked the loader for its length, which not everything that can be gone through has. Count as the batches come."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    if len(loader) == 0:
        raise ValueError("loader is empty")
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return total / samples


@wrong(
    "The loss of an empty loader came out as 0.0, as if everything were right. There is nothing to average: raise "
    "ValueError naming `loader`."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return total / max(samples, 1)


@wrong(
    "You measured all losses again when the epoch was over, on the trained model and in a second pass of the loader. "
    "The loss of a batch is that of its own step."
)
def train_epoch(model, loss_fn, optimizer, loader):
    model.train()
    for x, y in loader:
        _step(model, loss_fn, optimizer, x, y)
    total, samples = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            total += len(x) * loss_fn(model(x), y).item()
            samples += len(x)
    return _mean(total, samples)


# -- fit -----------------------------------------------------------------------------------------------------


def _epoch(model, loss_fn, optimizer, loader):
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        total += len(x) * _step(model, loss_fn, optimizer, x, y)
        samples += len(x)
    return _mean(total, samples)


def _check(epochs):
    if epochs < 0:
        raise ValueError("epochs below 0")


@wrong("You counted the epochs from 1 for `on_epoch`. The first one has the number 0.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(1, epochs + 1):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "One epoch too few was trained: `range(1, epochs)` ends before `epochs`. `range(epochs)` has as many numbers as "
    "asked, from 0."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(1, epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch - 1, losses[-1]):
            break
    return losses


@wrong(
    "`on_epoch` is called, but nobody looks at its answer, so it cannot stop the training. Leave the loop when the "
    "answer is true."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None:
            on_epoch(epoch, losses[-1])
    return losses


@wrong(
    "The loss of the epoch after which training stops is missing in the list: you ask `on_epoch` before the loss is "
    "appended. That epoch was trained, too."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        loss = _epoch(model, loss_fn, optimizer, loader)
        if on_epoch is not None and on_epoch(epoch, loss):
            break
        losses.append(loss)
    return losses


@wrong(
    "Only the answer True itself stops the training here. Other true answers, such as a NumPy bool from a comparison, "
    "should too: write `if on_epoch(...)`, without `is True` or `== True`."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]) is True:
            break
    return losses


@wrong("Any answer but None stops the training, False and 0 included. Take the answer as a condition, as `if` does.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]) is not None:
            break
    return losses


@wrong(
    "`on_epoch` is called for all epochs when the training is over. Call it inside the loop, after each epoch: it "
    "wants to look at the model, and may stop."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = [_epoch(model, loss_fn, optimizer, loader) for _ in range(epochs)]
    for epoch, loss in enumerate(losses):
        if on_epoch is not None and on_epoch(epoch, loss):
            return losses[: epoch + 1]
    return losses


@wrong("`on_epoch` is called after each batch, from inside the loop over the loader. Call it when the epoch has ended.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        model.train()
        total, samples, stop = 0.0, 0, False
        for x, y in loader:
            total += len(x) * _step(model, loss_fn, optimizer, x, y)
            samples += len(x)
            if on_epoch is not None and on_epoch(epoch, total / samples):
                stop = True
                break
        losses.append(_mean(total, samples))
        if stop:
            break
    return losses


@wrong(
    "The sum of the losses was not set back when an epoch began, so from the second one on the mean is over all epochs "
    "so far. Begin each epoch at 0."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    total, samples = 0.0, 0
    for epoch in range(epochs):
        model.train()
        for x, y in loader:
            total += len(x) * _step(model, loss_fn, optimizer, x, y)
            samples += len(x)
        losses.append(_mean(total, samples))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "The model was put into training mode once, before the first epoch. When `on_epoch` validates, it leaves the model "
    "in evaluation mode, and so the next epoch trains. Call `model.train()` at the beginning of each epoch."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    if epochs:
        model.train()
    for epoch in range(epochs):
        total, samples = 0.0, 0
        for x, y in loader:
            total += len(x) * _step(model, loss_fn, optimizer, x, y)
            samples += len(x)
        losses.append(_mean(total, samples))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "The batches were taken out of the loader once and trained on in every epoch, so a loader that shuffles never "
    "does so again. Go through the loader itself in each epoch."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    batches = list(loader) if epochs else []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, batches))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "All epochs share one iterator, `iter(loader)` before the loop: the first epoch uses it up, and there is nothing "
    "left for the second. A `for` over the loader itself starts it anew."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    iterator = iter(loader) if epochs else None
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, iterator))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong("You returned the loss of the last epoch alone. Collect one for each epoch in a list.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    loss = []
    for epoch in range(epochs):
        loss = _epoch(model, loss_fn, optimizer, loader)
        if on_epoch is not None and on_epoch(epoch, loss):
            break
    return loss


@wrong("`on_epoch` is called even when there is none, and None cannot be called. Ask first whether it is None.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "What the optimizer remembers was lost at the beginning of each epoch, as if it were a new one: momentum began at "
    "0 again. Use the one optimizer that you were given throughout."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    _check(epochs)
    losses = []
    for epoch in range(epochs):
        optimizer.state.clear()
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong(
    "A negative number of epochs was taken as 0 without a word. It is a mistake of the caller: raise ValueError naming "
    "`epochs`."
)
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


@wrong("With 0 epochs you raise an error. Training for none is allowed: it does nothing and returns an empty list.")
def fit(model, loss_fn, optimizer, loader, epochs, on_epoch=None):
    if epochs < 1:
        raise ValueError("epochs must be positive")
    losses = []
    for epoch in range(epochs):
        losses.append(_epoch(model, loss_fn, optimizer, loader))
        if on_epoch is not None and on_epoch(epoch, losses[-1]):
            break
    return losses


# -- classification_loss -------------------------------------------------------------------------------------


def _check_labels(logits, labels):
    if labels.dtype != torch.int64 or labels.shape != logits.shape[:1]:
        raise ValueError("labels: int64 and (batch,), please")
    if not len(labels):
        raise ValueError("logits: an empty batch")
    if (labels < 0).any() or (labels >= logits.shape[1]).any():
        raise ValueError("labels out of range")


@wrong(
    "Softmax came before cross entropy, which does it itself: twice, it squeezes everything together, and even the "
    "most certain right answer of three classes costs 0.5514. Give cross entropy the logits."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.cross_entropy(logits.softmax(dim=1), labels)


@wrong(
    "`nll_loss` got the logits as they are. It only picks a number and negates it, so the loss is minus the mean "
    "logit of the labels, and falls below 0. Give it `log_softmax`, or use cross entropy."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.nll_loss(logits, labels)


@wrong(
    "`nll_loss` got probabilities: without the logarithm the loss lies between -1 and 0. Give it `log_softmax`, or use "
    "cross entropy on the logits."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.nll_loss(logits.softmax(dim=1), labels)


@wrong(
    "You took the logarithm of the softmax. Where that is rounded to 0, the logarithm is minus infinity and the loss "
    "infinite. `log_softmax` takes both at once, and stays finite."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.nll_loss(logits.softmax(dim=1).log(), labels)


@wrong(
    "You added a small number before the logarithm of the softmax, or set a lower limit there. No loss can be larger "
    "than that allows, and there is no gradient beyond it. `log_softmax` needs no such help."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.nll_loss((logits.softmax(dim=1) + 1e-12).log(), labels)


@wrong(
    "exp of a logit above 88 is infinite in float32, and with it your logarithm of the sum of exps. Use "
    "`logsumexp`, or subtract the largest logit of the row first."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    picked = logits.gather(1, labels[:, None])[:, 0]
    return (logits.exp().sum(dim=1).log() - picked).mean()


@wrong("You added up the losses of the batch. Divide by the number of samples: the mean does not grow with the batch.")
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels, reduction="sum")


@wrong("You returned one loss for each sample. Average them: the result has no axes.")
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels, reduction="none")


@wrong(
    "You averaged over all entries of the (batch, classes) table, most of which are 0 because they are no labels, so "
    "the loss is too small by the number of classes. Divide by the number of samples."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    table = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return -(table * logits.log_softmax(dim=1)).mean()


@wrong(
    "The softmax runs over the batch (dim 0), so samples compete with each other. Each row must sum to 1 on its own: "
    "classes lie along dim 1."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.nll_loss(logits.log_softmax(dim=0), labels)


@wrong("You took the labels to count from 1 and subtracted 1. They count from 0: use them as they are.")
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels - 1)


@wrong(
    "Only the range of the labels above was checked: a negative one counts from the last class, as indices do. Check "
    "both ends, and raise ValueError naming `labels`."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels.clamp(min=0))
    return -logits.log_softmax(dim=1)[torch.arange(len(labels), device=labels.device), labels].mean()


@wrong(
    "A label that is no class number was left to cross entropy: it leaves out -100 without a word, and has an error of "
    "its own for the others. Check the range yourself and raise ValueError naming `labels`."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels * 0)
    return functional.cross_entropy(logits, labels)


@wrong(
    "Labels of the shape (batch, 1) were taken and flattened without a word. Refuse every shape but (batch,) with a "
    "ValueError naming `labels`."
)
def classification_loss(logits, labels):
    labels = labels.reshape(-1)
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels)


@wrong(
    "Labels of another dtype were cast to int64 without a word: 0.9 becomes 0. Refuse them with a ValueError naming "
    "`labels`."
)
def classification_loss(logits, labels):
    labels = labels.to(torch.int64)
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels)


@wrong(
    "An empty batch came out as NaN, or as 0. A mean of nothing is a mistake of the caller: raise ValueError naming "
    "`logits`."
)
def classification_loss(logits, labels):
    if labels.dtype != torch.int64 or labels.shape != logits.shape[:1]:
        raise ValueError("labels: int64 and (batch,), please")
    if (labels < 0).any() or (labels >= logits.shape[1]).any():
        raise ValueError("labels out of range")
    return functional.cross_entropy(logits, labels)


@wrong(
    "The loss was taken out of the graph, by `item` or `detach`, so `backward` finds nothing to go through. Return the "
    "tensor as it was computed."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return functional.cross_entropy(logits, labels).detach()


@wrong(
    "You went through the samples one by one in a loop, which costs an operation for each. Let one call do the whole "
    "batch."
)
def classification_loss(logits, labels):
    _check_labels(logits, labels)
    return torch.stack([-row.log_softmax(dim=0)[label] for row, label in zip(logits, labels)]).mean()


# -- MomentumSGD ---------------------------------------------------------------------------------------------


class _Right:
    def __init__(self, parameters, learning_rate, momentum):
        self._check(learning_rate, momentum)
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("no parameters")
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]

    def _check(self, learning_rate, momentum):
        if learning_rate < 0:
            raise ValueError("learning_rate is negative")
        if momentum < 0:
            raise ValueError("momentum is negative")

    @torch.no_grad()
    def step(self):
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                self.update(i, parameter, parameter.grad)

    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + gradient
        parameter -= self.learning_rate * self.velocities[i]

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self):
        velocities = [velocity.clone() for velocity in self.velocities]
        return {"learning_rate": self.learning_rate, "momentum": self.momentum, "velocities": velocities}

    def load_state_dict(self, state):
        if len(state["velocities"]) != len(self.parameters):
            raise ValueError("the state has another number of parameters")
        self.learning_rate = state["learning_rate"]
        self.momentum = state["momentum"]
        pairs = zip(self.parameters, state["velocities"], strict=True)
        self.velocities = [velocity.to(parameter.device, copy=True) for parameter, velocity in pairs]


@wrong(
    "Momentum is ignored: each step follows its gradient alone. Keep a velocity for each parameter, and step by that."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        parameter -= self.learning_rate * gradient


@wrong(
    "You multiplied the gradient by 1 - momentum, as in a moving average. `torch.optim.SGD` adds the whole gradient: "
    "momentum * v + g."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + (1 - self.momentum) * gradient
        parameter -= self.learning_rate * self.velocities[i]


@wrong(
    "The learning rate went into the velocity. As long as it stays the same that makes no difference; when it is "
    "changed, old gradients keep the old rate. Multiply when you step, not when you gather."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + self.learning_rate * gradient
        parameter -= self.velocities[i]


@wrong(
    "You stepped by g + momentum * v, with v updated already: that is Nesterov's momentum. Here the step is by v alone."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + gradient
        parameter -= self.learning_rate * (gradient + self.momentum * self.velocities[i])


@wrong(
    "You stepped by the velocity from before this gradient, and added the gradient to it only then. Update the "
    "velocity first."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        parameter -= self.learning_rate * self.velocities[i]
        self.velocities[i] = self.momentum * self.velocities[i] + gradient


@wrong("You added the step to the parameter. The gradient points uphill: subtract.")
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + gradient
        parameter += self.learning_rate * self.velocities[i]


@wrong(
    "`p = p - ...` makes a new tensor and leaves the model's parameter behind, where it is. Write into it: "
    "`p.sub_`, or `p -= ...`."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + gradient
        parameter = parameter - self.learning_rate * self.velocities[i]


@wrong(
    "The first velocity is the gradient itself and not a copy, so writing into one writes into both. Start with zeros, "
    "or with `grad.clone()`."
)
class MomentumSGD(_Right):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self.fresh = [True] * len(self.parameters)

    def update(self, i, parameter, gradient):
        if self.fresh[i]:
            self.velocities[i], self.fresh[i] = gradient, False
        else:
            self.velocities[i].mul_(self.momentum).add_(gradient)
        parameter -= self.learning_rate * self.velocities[i]

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.fresh = [False] * len(self.parameters)


@wrong(
    "Parameters that come as an iterator are used up after one round, as those of `model.parameters()`: from then on "
    "the optimizer has none. Keep `list(parameters)`."
)
class MomentumSGD(_Right):
    def __init__(self, parameters, learning_rate, momentum):
        self._check(learning_rate, momentum)
        self.given = parameters
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocities = [torch.zeros_like(parameter) for parameter in self.given]
        if not self.velocities:
            raise ValueError("no parameters")

    @property
    def parameters(self):
        return list(self.given)


@wrong("The step fails at a parameter without a gradient, whose `grad` is None. Leave it out of the step.")
class MomentumSGD(_Right):
    @torch.no_grad()
    def step(self):
        for i, parameter in enumerate(self.parameters):
            self.update(i, parameter, parameter.grad)


@wrong(
    "A parameter without a gradient was moved on by its momentum, as if its gradient were 0. Leave both it and its "
    "velocity as they are."
)
class MomentumSGD(_Right):
    @torch.no_grad()
    def step(self):
        for i, parameter in enumerate(self.parameters):
            gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            self.update(i, parameter, gradient)


@wrong(
    "The step ends at the first parameter without a gradient, and those after it are left out, too. Go on with the "
    "next one: `continue`, not `break` or `return`."
)
class MomentumSGD(_Right):
    @torch.no_grad()
    def step(self):
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is None:
                break
            self.update(i, parameter, parameter.grad)


@wrong(
    "`zero_grad` set the velocities back as well, so there is no momentum from step to step. Clear the gradients alone."
)
class MomentumSGD(_Right):
    def zero_grad(self):
        super().zero_grad()
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]


@wrong(
    "`zero_grad` fails where there is no gradient yet: None has no `zero_`. It is legal at any time, also before the "
    "first `backward`."
)
class MomentumSGD(_Right):
    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad.zero_()


@wrong("`zero_grad` does nothing, so gradients add up from step to step. Set each to None, or to zeros.")
class MomentumSGD(_Right):
    def zero_grad(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                torch.zeros_like(parameter.grad)


@wrong("The step cleared the gradients itself. They stay as they are until somebody calls `zero_grad`.")
class MomentumSGD(_Right):
    def step(self):
        super().step()
        self.zero_grad()


@wrong(
    "Autograd saw the update: a leaf that requires grad cannot be written to while it records. Put the step under "
    "`torch.no_grad()`."
)
class MomentumSGD(_Right):
    def step(self):
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                self.update(i, parameter, parameter.grad)


@wrong(
    "The learning rate of the beginning was kept for good, under another name: setting `learning_rate` later changes "
    "nothing. Read that attribute in each step."
)
class MomentumSGD(_Right):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self.rate = learning_rate

    def update(self, i, parameter, gradient):
        self.velocities[i] = self.momentum * self.velocities[i] + gradient
        parameter -= self.rate * self.velocities[i]

    def state_dict(self):
        return {**super().state_dict(), "learning_rate": self.rate}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.rate = state["learning_rate"]


@wrong(
    "`state_dict` handed out the velocities themselves, which change with the next step, and what was saved with them. "
    "Put clones into the state."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i].mul_(self.momentum).add_(gradient)
        parameter -= self.learning_rate * self.velocities[i]

    def state_dict(self):
        return {**super().state_dict(), "velocities": list(self.velocities)}


@wrong(
    "The velocities of a loaded state became the optimizer's own, and its next step writes into the state. Copy the "
    "numbers out of it."
)
class MomentumSGD(_Right):
    def update(self, i, parameter, gradient):
        self.velocities[i].mul_(self.momentum).add_(gradient)
        parameter -= self.learning_rate * self.velocities[i]

    def load_state_dict(self, state):
        super().load_state_dict(state)
        pairs = zip(self.parameters, state["velocities"], strict=True)
        self.velocities = [velocity.to(parameter.device) for parameter, velocity in pairs]


@wrong(
    "The state holds learning rate and momentum, but no velocities: after loading, momentum begins at 0. Save the "
    "velocities, too."
)
class MomentumSGD(_Right):
    def load_state_dict(self, state):
        velocities = [torch.zeros_like(velocity) for velocity in state["velocities"]]
        super().load_state_dict({**state, "velocities": velocities})


@wrong(
    "Learning rate and momentum of the state were not taken over: a new optimizer goes on with the numbers that it was "
    "made with. Save and load them with the velocities."
)
class MomentumSGD(_Right):
    def load_state_dict(self, state):
        super().load_state_dict({**state, "learning_rate": self.learning_rate, "momentum": self.momentum})


@wrong(
    "The velocities are filed under `id(parameter)`, which nobody has after a restart: a new optimizer finds none of "
    "them and begins at 0. File them by their place in the list."
)
class MomentumSGD(_Right):
    def state_dict(self):
        pairs = zip(self.parameters, self.velocities, strict=True)
        return {**super().state_dict(), "velocities": {id(each): velocity.clone() for each, velocity in pairs}}

    def load_state_dict(self, state):
        saved = state["velocities"]
        if len(saved) != len(self.parameters):
            raise ValueError("the state has another number of parameters")
        self.learning_rate, self.momentum = state["learning_rate"], state["momentum"]
        for i, parameter in enumerate(self.parameters):
            if id(parameter) in saved:
                self.velocities[i] = saved[id(parameter)].to(parameter.device, copy=True)
            else:
                self.velocities[i] = torch.zeros_like(parameter)


@wrong(
    "Loaded velocities stayed on the device of the state, and the next step meets two devices. Move each to the device "
    "of its parameter."
)
class MomentumSGD(_Right):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.velocities = [velocity.clone() for velocity in state["velocities"]]


@wrong(
    "A state of more or fewer parameters was taken without a word. Compare the numbers first, and raise ValueError "
    "naming `state`."
)
class MomentumSGD(_Right):
    def load_state_dict(self, state):
        velocities = [velocity.clone() for velocity in state["velocities"]]
        fitting = (velocities + self.velocities[len(velocities) :])[: len(self.parameters)]
        super().load_state_dict({**state, "velocities": fitting})


@wrong(
    "Learning rate and momentum were taken from a state that was then refused, so the optimizer is another one after "
    "the error. Check first, then change."
)
class MomentumSGD(_Right):
    def load_state_dict(self, state):
        self.learning_rate = state["learning_rate"]
        self.momentum = state["momentum"]
        super().load_state_dict(state)


@wrong(
    "The state holds an object of a class of your own, which `torch.load` refuses to read with weights_only=True. Put "
    "tensors and plain numbers into the dict."
)
class MomentumSGD(_Right):
    def state_dict(self):
        return {"optimizer": _Holder(super().state_dict())}

    def load_state_dict(self, state):
        super().load_state_dict(state["optimizer"].state)


class _Holder:
    def __init__(self, state):
        self.state = copy.deepcopy(state)


@wrong(
    "A negative learning rate, or momentum, was taken without a word: training would climb. Raise ValueError naming it."
)
class MomentumSGD(_Right):
    def _check(self, learning_rate, momentum):
        pass


@wrong("No parameters were taken without a word. There is nothing to optimize: raise ValueError naming `parameters`.")
class MomentumSGD(_Right):
    def __init__(self, parameters, learning_rate, momentum):
        self._check(learning_rate, momentum)
        self.parameters = list(parameters)
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]


@wrong("PyTorch's own optimizer does the work inside of yours. This one is to be made from scratch, of tensors alone.")
class MomentumSGD(_Right):
    def __init__(self, parameters, learning_rate, momentum):
        super().__init__(parameters, learning_rate, momentum)
        self.sgd = torch.optim.SGD(self.parameters, lr=learning_rate, momentum=momentum)

    def step(self):
        self.sgd.param_groups[0].update(lr=self.learning_rate, momentum=self.momentum)
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            self.sgd.state[parameter]["momentum_buffer"] = velocity
        self.sgd.step()
        for i, parameter in enumerate(self.parameters):
            self.velocities[i] = self.sgd.state[parameter]["momentum_buffer"]


# -- warmup_rates --------------------------------------------------------------------------------------------


def _fits(warmup, total):
    if not 0 <= warmup <= total:
        raise ValueError("warmup must lie between 0 and total")


def _fall(base, count):
    return [base * (1 + math.cos(math.pi * step / count)) / 2 for step in range(count)]


@wrong(
    "The warm-up begins with a rate of 0, so the first step is wasted. Its rate is base / (warmup + 1): 0 lies one "
    "step before it."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    return [base * step / warmup for step in range(warmup)] + _fall(base, total - warmup)


@wrong(
    "The warm-up ends with `base` already, and the next step has it once more. The `warmup` steps lie below `base`: "
    "they rise in parts of base / (warmup + 1)."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    return [base * (step + 1) / warmup for step in range(warmup)] + _fall(base, total - warmup)


@wrong("After the warm-up the rates fall in a straight line. They should follow half a cosine.")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    falling = total - warmup
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + [base * (falling - step) / falling for step in range(falling)]


@wrong("After the warm-up the rates stay at `base`. They should fall along half a cosine.")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    return [base * (step + 1) / (warmup + 1) for step in range(warmup)] + [base * 1.0] * (total - warmup)


@wrong(
    "The cosine runs over all `total` steps, the warm-up included, so after the warm-up it is not at `base` but lower. "
    "It begins at step `warmup`, and has total - warmup steps."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    curve = [base * (1 + math.cos(math.pi * step / max(total, 1))) / 2 for step in range(total)]
    return [base * (step + 1) / (warmup + 1) for step in range(warmup)] + curve[warmup:]


@wrong(
    "You multiplied the line by a cosine over all steps, so the warm-up is no line and `base` is never reached. The "
    "one follows the other: first the line, then the cosine."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    line = [min(1.0, (step + 1) / (warmup + 1)) for step in range(total)]
    return [rate * part for rate, part in zip(_fall(base, total), line, strict=True)]


@wrong(
    "The rates become negative: the cosine runs from `base` to -base. Lift it by 1 and halve it, so that it goes "
    "from `base` to 0."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    falling = total - warmup
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + [base * math.cos(math.pi * step / falling) for step in range(falling)]


@wrong(
    "You took a quarter of the cosine, from 1 to 0 at half of pi: it ends as a steep slope. Half a cosine, up to pi, "
    "lifted and halved, falls gently at both ends."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    falling = total - warmup
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + [base * math.cos(math.pi / 2 * step / falling) for step in range(falling)]


@wrong(
    "The last step has the rate 0 and is wasted, as the cosine ends on it. It should end one step later: divide by "
    "total - warmup, not by one less."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    falling = total - warmup
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + [base * (1 + math.cos(math.pi * step / max(falling - 1, 1))) / 2 for step in range(falling)]


@wrong(
    "The cosine falls from the first step after the peak on: step `warmup` is below `base` already, which no step "
    "reaches, and the last one has the rate 0. At step `warmup` the angle of the cosine is 0."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    falling = total - warmup
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + [base * (1 + math.cos(math.pi * (step + 1) / falling)) / 2 for step in range(falling)]


@wrong(
    "You took `total` for the steps after the warm-up, and there are `warmup` rates too many. The warm-up is a part of "
    "`total`."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    return [base * (step + 1) / (warmup + 1) for step in range(warmup)] + _fall(base, total)


@wrong(
    "There is one rate more than steps, the 0 that lies after the last one. Stop before it: the steps are range(total)."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return [*rising, *_fall(base, total - warmup), 0.0]


@wrong("You returned a tensor. A list of Python floats is asked for: `tolist` makes one.")
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return torch.tensor(rising + _fall(base, total - warmup), dtype=torch.float64)


@wrong(
    "The rates went through float32, a tensor's usual dtype, and lost half of their digits. Python's own floats, or "
    "float64, keep them."
)
def warmup_rates(base, warmup, total):
    _fits(warmup, total)
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return torch.tensor(rising + _fall(base, total - warmup)).tolist()


@wrong(
    "A warm-up that is longer than the training, or negative, was taken without a word. Raise ValueError naming "
    "`warmup`."
)
def warmup_rates(base, warmup, total):
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return (rising + _fall(base, max(total - warmup, 0)))[:total]


@wrong("A warm-up of 0 steps, or of all steps, was refused. Both are allowed: raise only below 0 and above `total`.")
def warmup_rates(base, warmup, total):
    if not 0 < warmup < total:
        raise ValueError("warmup must lie between 0 and total")
    rising = [base * (step + 1) / (warmup + 1) for step in range(warmup)]
    return rising + _fall(base, total - warmup)
