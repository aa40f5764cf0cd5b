"""The wrong answers to the katas of `evaluation` once more, each from its sentence alone and in another style."""

import contextlib
import itertools

import torch

from kata.variants import rewritten

# accuracy


def _labelled(scores, labels):
    if labels.dim() != 1 or labels.size(0) != scores.size(0) or labels.numel() == 0:
        raise ValueError(f"labels of the shape {tuple(labels.shape)} do not fit")


@rewritten("(5,) predictions against (5, 1) labels")
def accuracy(scores, labels):
    hits = torch.eq(scores.max(1).indices, labels)
    return float(hits.sum() / hits.numel())


@rewritten("Neither the shape of the labels nor their number")
def accuracy(scores, labels):
    return int(torch.count_nonzero(scores.max(1).indices.eq(labels))) / labels.size(0)


@rewritten("The shapes were never compared")
def accuracy(scores, labels):
    if not labels.numel():
        raise ValueError("labels: none")
    return torch.eq(scores.argmax(1), labels).double().mean().item()


@rewritten("Labels of the shape (batch, 1) were flattened")
def accuracy(scores, labels):
    labels = labels.view(-1)
    _labelled(scores, labels)
    return (scores.max(1).indices == labels).sum().item() / labels.numel()


@rewritten("`assert` raises AssertionError")
def accuracy(scores, labels):
    assert labels.shape == scores.shape[:1], "labels have the wrong shape"
    if not len(labels):
        raise ValueError("labels: none")
    return (scores.max(1).indices == labels).sum().item() / labels.numel()


@rewritten("Without samples your code divides by 0")
def accuracy(scores, labels):
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels have the wrong shape")
    return int((scores.argmax(1) == labels).sum()) / len(labels)


@rewritten("You returned how many samples are right")
def accuracy(scores, labels):
    _labelled(scores, labels)
    return float(torch.count_nonzero(scores.argmax(1) == labels))


@rewritten("Your accuracy is in percent")
def accuracy(scores, labels):
    _labelled(scores, labels)
    return 100 * int(torch.count_nonzero(scores.argmax(1) == labels)) / len(labels)


@rewritten(
    "Your argmax ran down the columns (dim 0): it found the best sample of each class. The classes of a sample lie"
)
def accuracy(scores, labels):
    _labelled(scores, labels)
    return torch.eq(scores.max(0).indices, labels).float().mean().item()


@rewritten("`argmax()` without an axis gives one position")
def accuracy(scores, labels):
    _labelled(scores, labels)
    return torch.eq(torch.argmax(scores), labels).float().mean().item()


@rewritten("You returned a tensor. Take the number out")
def accuracy(scores, labels):
    _labelled(scores, labels)
    return torch.count_nonzero(scores.argmax(1) == labels) / len(labels)


@rewritten("You averaged in the dtype of the scores")
def accuracy(scores, labels):
    _labelled(scores, labels)
    right = scores.argmax(1).eq(labels)
    return float(right.type(scores.dtype).mean())


@rewritten("Your code looks at one sample after the other")
def accuracy(scores, labels):
    _labelled(scores, labels)
    right = 0
    for row, label in zip(scores, labels, strict=True):
        right += int(row.argmax() == label)
    return right / len(labels)


# evaluate


@contextlib.contextmanager
def _modes(model):
    """Right: all of it in evaluation mode, and afterwards each module as it was."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


def _counted(model, loss_fn, loader):
    """Right: the sums over all samples."""
    loss, right, count = 0.0, 0, 0
    for features, labels in loader:
        scores = model(features)
        loss += loss_fn(scores, labels).item() * len(labels)
        right += int((scores.argmax(1) == labels).sum())
        count += len(labels)
    return loss, right, count


def _means(loss, right, count):
    if not count:
        raise ValueError("loader gives nothing to evaluate on")
    return loss / count, right / count


@rewritten("The model stayed in training mode")
def evaluate(model, loss_fn, loader):
    with torch.no_grad():
        return _means(*_counted(model, loss_fn, loader))


@rewritten("You asked `model.training` whether")
def evaluate(model, loss_fn, loader):
    with torch.no_grad():
        if not model.training:
            return _means(*_counted(model, loss_fn, loader))
        with _modes(model):
            return _means(*_counted(model, loss_fn, loader))


@rewritten("`eval()` changes layers such as dropout, but autograd")
def evaluate(model, loss_fn, loader):
    with _modes(model):
        return _means(*_counted(model, loss_fn, loader))


@rewritten("Your function leaves the model in evaluation mode")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    model.train(False)
    return _means(*_counted(model, loss_fn, loader))


@rewritten("`model.train()` at the end switches everything")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    model.train(False)
    try:
        return _means(*_counted(model, loss_fn, loader))
    finally:
        model.train(True)


@rewritten("`model.train()` as the last line")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    found = _counted(model.eval(), loss_fn, loader)
    model.train(True)
    return _means(*found)


@rewritten("`model.train(mode)` as the last line")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    before = "train" if model.training else "eval"
    found = _counted(model.eval(), loss_fn, loader)
    getattr(model, before)()
    return _means(*found)


@rewritten("`train` reaches every module inside too")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    mode = model.training
    try:
        return _means(*_counted(model.eval(), loss_fn, loader))
    finally:
        model.train(mode)


@rewritten("You put back the modes of the model and of its `children()`")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    parts = [model, *model.children()]
    modes = [part.training for part in parts]
    try:
        return _means(*_counted(model.eval(), loss_fn, loader))
    finally:
        for part, part.training in zip(parts, modes, strict=True):
            pass


@rewritten("After an error in the model, the loss or the loader")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    modes = {module: module.training for module in model.modules()}
    found = _means(*_counted(model.eval(), loss_fn, loader))
    for module, training in modes.items():
        module.training = training
    return found


@rewritten("`torch.set_grad_enabled(False)` as a statement")
def evaluate(model, loss_fn, loader):
    with _modes(model):
        torch._C._set_grad_enabled(False)
        return _means(*_counted(model, loss_fn, loader))


@rewritten("You switched autograd on at the end")
def evaluate(model, loss_fn, loader):
    with _modes(model):
        torch.set_grad_enabled(False)
        try:
            return _means(*_counted(model, loss_fn, loader))
        finally:
            torch.set_grad_enabled(True)


@rewritten("To keep autograd away you set `requires_grad`")
def evaluate(model, loss_fn, loader):
    model.requires_grad_(False)
    with _modes(model):
        return _means(*_counted(model, loss_fn, loader))


@rewritten("You switched `requires_grad` of the parameters off and on")
def evaluate(model, loss_fn, loader):
    with _modes(model):
        for parameter in model.parameters():
            parameter.requires_grad = False
        try:
            return _means(*_counted(model, loss_fn, loader))
        finally:
            for parameter in model.parameters():
                parameter.requires_grad = True


@rewritten("You averaged the means of the batches")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    losses, right, count = [], 0, 0
    with _modes(model):
        for features, labels in loader:
            scores = model(features)
            losses.append(float(loss_fn(scores, labels)))
            right += int((scores.argmax(1) == labels).sum())
            count += len(labels)
    if not losses:
        raise ValueError("loader is empty")
    return sum(losses) / len(losses), right / count


@rewritten("You added the mean losses of the batches")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    losses, right, count = [], 0, 0
    with _modes(model):
        for features, labels in loader:
            scores = model(features)
            losses.append(float(loss_fn(scores, labels)))
            right += int((scores.argmax(1) == labels).sum())
            count += len(labels)
    if not losses:
        raise ValueError("loader is empty")
    return sum(losses) / count, right / count


@rewritten("You divided by `len(loader.dataset)`")
@torch.no_grad()
def evaluate(model, loss_fn, loader):
    with _modes(model):
        loss, right, count = _counted(model, loss_fn, loader)
    if count == 0:
        raise ValueError("loader is empty")
    size = len(loader.dataset)
    return loss / size, right / size


@rewritten("You returned tensors. Take the numbers out")
def evaluate(model, loss_fn, loader):
    with torch.no_grad(), _modes(model):
        loss, share = _means(*_counted(model, loss_fn, loader))
    return torch.tensor(loss), torch.tensor(share)


@rewritten("You computed a cross entropy whatever")
def evaluate(model, loss_fn, loader):
    with torch.no_grad(), _modes(model):
        return _means(*_counted(model, torch.nn.CrossEntropyLoss(), loader))


@rewritten("You called `model.forward`")
def evaluate(model, loss_fn, loader):
    with torch.no_grad(), _modes(model):
        return _means(*_counted(model.forward, loss_fn, loader))


@rewritten("You went through the loader once for the loss")
def evaluate(model, loss_fn, loader):
    with torch.no_grad(), _modes(model):
        loss, _, count = _counted(model, loss_fn, loader)
        _, right, _ = _counted(model, loss_fn, loader)
    return _means(loss, right, count)


@rewritten("A loader without batches gave a loss and an accuracy of 0")
def evaluate(model, loss_fn, loader):
    with torch.no_grad(), _modes(model):
        loss, right, count = _counted(model, loss_fn, loader)
    return loss / max(count, 1), right / max(count, 1)


# confusion_matrix


def _classes(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted and actual differ in shape")
    for name, given in (("predicted", predicted), ("actual", actual)):
        if torch.any((given < 0) | (given > classes - 1)):
            raise ValueError(f"{name} has a class that there is not")


def _table(rows, columns, classes):
    counts = torch.bincount(classes * rows + columns, minlength=classes * classes)
    return counts.view(classes, classes)


@rewritten("Your rows and columns are swapped")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    return _table(predicted, actual, classes)


@rewritten("`matrix[actual, predicted] += 1` counts a pair")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    matrix = actual.new_zeros(classes, classes)
    matrix.index_put_((actual, predicted), torch.ones_like(actual))
    return matrix


@rewritten("Your code counts one sample after the other")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    matrix = actual.new_zeros(classes, classes)
    for i in range(len(actual)):
        matrix[actual[i], predicted[i]] += 1
    return matrix


@rewritten("Your code asks for each pair of classes in turn")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    cells = [((actual == i) & (predicted == j)).sum() for i, j in itertools.product(range(classes), repeat=2)]
    return torch.stack(cells).view(classes, classes)


@rewritten("A class that does not exist was counted in another class's cell")
def confusion_matrix(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted and actual differ in shape")
    return _table(actual, predicted, classes)


@rewritten("You refused classes that are too large, but not negative")
def confusion_matrix(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted and actual differ in shape")
    for name, given in (("predicted", predicted), ("actual", actual)):
        if torch.any(given >= classes):
            raise ValueError(f"{name} is too large")
    return _table(actual, predicted, classes)


@rewritten("You looked for impossible classes in `predicted` only")
def confusion_matrix(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted and actual differ in shape")
    if torch.any((predicted < 0) | (predicted >= classes)):
        raise ValueError("predicted has a class that there is not")
    return _table(actual, predicted, classes)


@rewritten("Unequal shapes were not refused")
def confusion_matrix(predicted, actual, classes):
    wide = torch.broadcast_tensors(predicted, actual)
    _classes(*wide, classes)
    return _table(wide[1].flatten(), wide[0].flatten(), classes)


@rewritten("Your matrix ends at the largest class")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    found = int(torch.cat([predicted, actual]).max()) + 1 if predicted.numel() else 0
    return _table(actual, predicted, classes)[:found, :found]


@rewritten("Your matrix is of a floating-point dtype")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    return _table(actual, predicted, classes).float()


@rewritten("`bincount` ends at the highest number")
def confusion_matrix(predicted, actual, classes):
    _classes(predicted, actual, classes)
    return predicted.add(actual * classes).bincount().view(classes, classes)


# recalls


def _square(matrix):
    if matrix.size(0) != matrix.size(1):
        raise ValueError("matrix is not square")


@rewritten("You divided by the sums of the columns (dim 0)")
def recalls(matrix):
    _square(matrix)
    return matrix.diag().float() / matrix.sum(0)


@rewritten("A class without samples got the recall 0")
def recalls(matrix):
    _square(matrix)
    return matrix.diag() / matrix.sum(1).clamp(min=1)


@rewritten("A class without samples got the recall 1")
def recalls(matrix):
    _square(matrix)
    found = matrix.diag() / matrix.sum(1)
    return torch.where(found.isnan(), torch.ones_like(found), found)


@rewritten("Classes without samples are missing")
def recalls(matrix):
    _square(matrix)
    found = matrix.diag() / matrix.sum(1)
    return found[~found.isnan()]


@rewritten("You divided by the sum of the whole matrix")
def recalls(matrix):
    _square(matrix)
    return matrix.diag() / matrix.sum()


@rewritten("You averaged the recalls of all classes")
def recalls(matrix):
    _square(matrix)
    return (matrix.diag() / matrix.sum(1)).mean()


@rewritten("Your recalls are float64")
def recalls(matrix):
    _square(matrix)
    wide = matrix.to(torch.float64)
    return wide.diag() / wide.sum(1)


@rewritten("You left out the check of the shape")
def recalls(matrix):
    return matrix.diag() / matrix.sum(1)[: len(matrix.diag())]


@rewritten("Your code computes one class after the other")
def recalls(matrix):
    _square(matrix)
    return torch.stack([matrix[i, i] / matrix[i].sum() for i in range(len(matrix))])


@rewritten("`//` cuts off everything")
def recalls(matrix):
    _square(matrix)
    return torch.floor_divide(matrix.diag(), matrix.sum(1))


# label_names


def _named(scores, names):
    if scores.size(1) != len(names):
        raise ValueError(f"names: {len(names)} of them for {scores.size(1)} classes")


@rewritten("Your argmax ran down the columns (dim 0)")
def label_names(scores, names):
    _named(scores, names)
    return [names[i % len(names)] for i in scores.max(0).indices.tolist()] if len(scores) else []


@rewritten("Without an axis `argmax` gives one position")
def label_names(scores, names):
    _named(scores, names)
    if not len(scores):
        return []
    return [names[scores.argmax().item() % len(names)]] * len(scores)


@rewritten("For a single sample you returned its bare name")
def label_names(scores, names):
    _named(scores, names)
    found = [names[i] for i in scores.argmax(1).tolist()]
    return found[0] if len(found) == 1 else found


@rewritten("A bare `squeeze` also takes away")
def label_names(scores, names):
    _named(scores, names)
    return list(map(names.__getitem__, scores.max(1).indices.squeeze().tolist()))


@rewritten("The number of names was never compared")
def label_names(scores, names):
    return list(map(names.__getitem__, scores.argmax(1).tolist()))


@rewritten("You refused too few names, but not too many")
def label_names(scores, names):
    if scores.size(1) > len(names):
        raise ValueError("names: too few")
    return list(map(names.__getitem__, scores.argmax(1).tolist()))


@rewritten("You sorted the names")
def label_names(scores, names):
    _named(scores, names)
    return list(map(sorted(names).__getitem__, scores.argmax(1).tolist()))


@rewritten("You threw out a name that occurs twice")
def label_names(scores, names):
    _named(scores, names)
    unique = []
    for name in names:
        if name not in unique:
            unique.append(name)
    return [unique[i] for i in scores.argmax(1).tolist()]


@rewritten("You returned the numbers of the classes")
def label_names(scores, names):
    _named(scores, names)
    return scores.max(1).indices.tolist()


@rewritten("You took the lowest score of each sample")
def label_names(scores, names):
    _named(scores, names)
    return [names[i] for i in scores.min(1).indices.tolist()]


@rewritten("`scores.numpy()` fails for scores that require grad")
def label_names(scores, names):
    _named(scores, names)
    return [names[i] for i in scores.numpy().argmax(1)]


@rewritten("You took the classes out of the tensor one by one")
def label_names(scores, names):
    _named(scores, names)
    return [names[int(i)] for i in scores.argmax(1)]
