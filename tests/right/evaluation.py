"""Right answers to the katas of `evaluation` in other styles."""

import contextlib
import copy
import math

import numpy as np
import torch
from torch.nn import functional

from kata.variants import right

# -- accuracy ------------------------------------------------------------------------------------------------


@right("float mean of a comparison")
def accuracy(scores, labels):
    if labels.ndim != 1 or len(labels) != len(scores):
        raise ValueError(f"expected labels of shape ({len(scores)},), got {tuple(labels.shape)}")
    if not len(labels):
        raise ValueError("Labels are empty")
    return (scores.argmax(-1) == labels).float().mean().item()


@right("topk and count_nonzero")
def accuracy(scores, labels):
    batch, _ = scores.shape
    if labels.size() != (batch,) or batch == 0:
        raise ValueError("labels: (batch,) expected")
    best = scores.topk(1, dim=1).indices
    return float(torch.count_nonzero(best == labels.unsqueeze(1))) / batch


@right("the label's own score against the highest")
def accuracy(scores, labels):
    if tuple(labels.shape) != (scores.shape[0],) or not labels.numel():
        raise ValueError("labels should be one for each of one or more samples")
    own = scores.gather(1, labels[:, None])[:, 0]
    return float((own >= scores.amax(dim=1)).double().mean())


@right("NumPy")
def accuracy(scores, labels):
    scores, labels = scores.detach().cpu().double().numpy(), labels.cpu().numpy()
    if labels.shape != scores.shape[:1] or labels.size == 0:
        raise ValueError("labels do not fit")
    return float(np.mean(scores.argmax(axis=1) == labels))


# -- evaluate ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _evaluating(model):
    modes = {module: module.training for module in model.modules()}
    try:
        yield model.train(False)
    finally:
        for module, mode in modes.items():
            module.training = mode


@right("inference_mode, and a context manager for the modes")
def evaluate(model, loss_fn, loader):
    losses, hits = [], []
    with _evaluating(model), torch.inference_mode():
        for features, labels in loader:
            scores = model(features)
            losses += [loss_fn(scores, labels).item()] * len(labels)
            hits += (scores.argmax(1) == labels).tolist()
    if not hits:
        raise ValueError("the loader is empty")
    return math.fsum(losses) / len(losses), sum(hits) / len(hits)


@right("no_grad as a decorator, sums as tensors until the end")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    total = correct = count = 0
    try:
        for x, y in loader:
            logits = model(x)
            total = total + loss_fn(logits, y).detach() * y.size(0)
            correct = correct + (logits.max(1).indices == y).sum()
            count += y.size(0)
    finally:
        for module in training:
            module.training = True
    if not count:
        raise ValueError("Loader: no batches")
    return float(total) / count, float(correct) / count


@right("the loss of everything at once")
def evaluate(model, loss_fn, loader):
    modes = [module.training for module in model.modules()]
    was_recording = torch.is_grad_enabled()
    try:
        torch.set_grad_enabled(False)
        model.eval()
        pairs = [(model(batch[0]), batch[1]) for batch in loader]
        if len(pairs) == 0:
            raise ValueError("nothing comes from the loader")
        scores, labels = (torch.cat(column) for column in zip(*pairs, strict=True))
        share = (scores.argmax(dim=1) == labels).double().mean()
        return loss_fn(scores, labels).item(), share.item()
    finally:
        torch.set_grad_enabled(was_recording)
        for module, mode in zip(model.modules(), modes, strict=True):
            module.train(mode)  # outer modules come first, so the inner ones have the last word


@right("a copy of the model")
def evaluate(model, loss_fn, loader):
    return _measures(copy.deepcopy(model).eval(), loss_fn, loader)


def _measures(model, loss_fn, loader):
    sums = np.zeros(3)
    with torch.set_grad_enabled(False):
        for features, labels in loader:
            scores = model(features)
            hits = torch.eq(scores.argmax(dim=1), labels).sum().item()
            sums += [loss_fn(scores, labels).item() * len(labels), hits, len(labels)]
    if sums[2] == 0:
        raise ValueError("loader without samples")
    return float(sums[0] / sums[2]), float(sums[1] / sums[2])


@right("running means, an ExitStack for the modes")
def evaluate(model, loss_fn, loader):
    loss = share = seen = 0.0
    with contextlib.ExitStack() as stack:
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
        stack.enter_context(torch.no_grad())
        model.eval()
        for features, labels in loader:
            scores = model(features)
            seen += len(labels)
            weight = len(labels) / seen
            loss += (loss_fn(scores, labels).item() - loss) * weight
            share += ((scores.argmax(dim=1) == labels).double().mean().item() - share) * weight
    if seen == 0:
        raise ValueError("There is no batch in loader")
    return loss, share


# -- confusion_matrix ----------------------------------------------------------------------------------------


def _check(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("Predicted and actual classes differ in shape")
    for name, labels in {"predicted": predicted, "actual": actual}.items():
        if labels.numel() and (labels.min() < 0 or labels.max() > classes - 1):
            raise ValueError(f"there is no such class in {name}")


@right("index_put_ that accumulates")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    matrix = predicted.new_zeros(classes, classes)
    return matrix.index_put_((actual, predicted), torch.ones_like(actual), accumulate=True)


@right("product of one-hot tables")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    numbers = torch.arange(classes, device=predicted.device)
    rows, columns = ((labels[:, None] == numbers).double() for labels in (actual, predicted))
    return torch.einsum("ni,nj->ij", rows, columns).long()


@right("scatter_add_ into a flat table")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    flat = torch.zeros(classes**2, dtype=torch.int64, device=actual.device)
    return flat.scatter_add_(0, predicted + classes * actual, torch.ones_like(actual)).view(classes, classes)


@right("a comparison of all with all")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    pairs = torch.arange(classes * classes, device=actual.device)
    return (actual * classes + predicted == pairs[:, None]).sum(1).unflatten(0, (classes, classes))


@right("rows of one-hot labels added to the row of their class")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    columns = functional.one_hot(predicted, classes)
    return columns.new_zeros(classes, classes).index_add_(0, actual, columns)


@right("NumPy")
def confusion_matrix(predicted, actual, classes):
    _check(predicted, actual, classes)
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (actual.cpu().numpy(), predicted.cpu().numpy()), 1)
    return torch.from_numpy(matrix).to(predicted.device)


# -- recalls -------------------------------------------------------------------------------------------------


@right("einsum, float at first")
def recalls(matrix):
    if matrix.size(0) != matrix.size(1):
        raise ValueError("The matrix is not square")
    return torch.einsum("ii->i", matrix).float() / torch.einsum("ij->i", matrix).float()


@right("a mask, and where")
def recalls(matrix):
    rows, columns = matrix.shape
    if rows != columns:
        raise ValueError("matrix: as many rows as columns")
    hits = (matrix * torch.eye(rows, dtype=torch.int64, device=matrix.device)).sum(1)
    total = matrix.sum(1)
    return torch.where(total > 0, hits / total.clamp(min=1), torch.nan)


@right("the diagonal of the shares, in float64")
def recalls(matrix):
    if len(set(matrix.shape)) != 1:
        raise ValueError("matrix must have as many rows as columns")
    return (matrix.double() / matrix.sum(dim=1, keepdim=True)).diag().to(torch.float32)


@right("NumPy")
def recalls(matrix):
    array = matrix.cpu().numpy()
    if array.shape[0] != array.shape[1]:
        raise ValueError("matrix is not square")
    with np.errstate(invalid="ignore"):
        shares = np.diag(array) / array.sum(axis=1)
    return torch.from_numpy(shares.astype(np.float32)).to(matrix.device)


# -- label_names ---------------------------------------------------------------------------------------------


@right("map over the highest scores")
def label_names(scores, names):
    _, classes = scores.shape
    if classes != len(names):
        raise ValueError("names: one for each class")
    return list(map(list(names).__getitem__, scores.max(dim=1).indices.tolist()))


@right("an array of names, indexed")
def label_names(scores, names):
    if len(names) != scores.shape[-1]:
        raise ValueError("wrong number of names")
    best = scores.detach().cpu().double().numpy().argmax(axis=1)
    return np.array(names, dtype=object)[best].tolist()


@right("pure Python")
def label_names(scores, names):
    count = len(names)
    if scores.shape[1] != count:
        raise ValueError("names and classes differ in number")
    return [max(zip(row, range(count), names, strict=True))[2] for row in scores.tolist()]
