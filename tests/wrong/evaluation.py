"""Wrong answers to the topic `evaluation`: one misconception each, with the sentence that would help."""

import contextlib

import torch
from torch.nn import functional

from kata.variants import wrong


def _check_labels(scores, labels):
    if labels.shape != scores.shape[:1] or len(labels) == 0:
        raise ValueError(f"labels must be ({len(scores)},)")


def _share(scores, labels):
    return (scores.argmax(dim=1) == labels).sum().item() / len(labels)


# -- accuracy ------------------------------------------------------------------------------------------------


@wrong(
    "(5,) predictions against (5, 1) labels make a (5, 5) table, and its mean looks like an accuracy. Compare the "
    "shapes first."
)
def accuracy(scores, labels):
    return (scores.argmax(dim=1) == labels).float().mean().item()


@wrong(
    "Neither the shape of the labels nor their number was looked at: of (batch, 1) labels you counted the hits in a "
    "(batch, batch) table, and no labels are a division by 0. Compare the shapes first."
)
def accuracy(scores, labels):
    return (scores.argmax(dim=1) == labels).sum().item() / len(labels)


@wrong(
    "The shapes were never compared: (batch,) == (batch, 1) makes a table of every prediction against every "
    "label, and its mean looks like an accuracy. Look at the shape of the labels first."
)
def accuracy(scores, labels):
    if len(scores) == 0:
        raise ValueError("labels: there are none")
    return (scores.argmax(dim=1) == labels).double().mean().item()


@wrong(
    "Labels of the shape (batch, 1) were flattened without a word. They come from a mistake somewhere before: "
    "say so, with ValueError, instead of guessing what was meant."
)
def accuracy(scores, labels):
    if labels.numel() != len(scores) or len(scores) == 0:
        raise ValueError("labels: one for each sample, please")
    return _share(scores, labels.reshape(-1))


@wrong(
    "`assert` raises AssertionError, and is left out altogether under `python -O`. For labels of the wrong "
    "shape raise ValueError."
)
def accuracy(scores, labels):
    assert labels.shape == scores.shape[:1], "labels must be (batch,)"
    if len(labels) == 0:
        raise ValueError("labels: there are none")
    return _share(scores, labels)


@wrong(
    "Without samples your code divides by 0 (or takes the mean of nothing, which is NaN). An empty batch is a "
    "ValueError here."
)
def accuracy(scores, labels):
    if labels.shape != scores.shape[:1]:
        raise ValueError("labels must be (batch,)")
    return (scores.argmax(dim=1) == labels).double().mean().item()


@wrong("You returned how many samples are right. Divide by the number of samples to get their share.")
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return float((scores.argmax(dim=1) == labels).sum())


@wrong("Your accuracy is in percent, from 0 to 100. The docstring wants a share, from 0 to 1.")
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return 100 * _share(scores, labels)


@wrong(
    "Your argmax ran down the columns (dim 0): it found the best sample of each class. The classes of a sample "
    "lie along axis 1."
)
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return (scores.argmax(dim=0) == labels).sum().item() / len(labels)


@wrong(
    "`argmax()` without an axis gives one position in the whole flattened table. Each row needs its own: say "
    "along which axis."
)
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return (scores.argmax() == labels).sum().item() / len(labels)


@wrong("You returned a tensor. Take the number out of it with `item()`: the docstring wants a Python float.")
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return (scores.argmax(dim=1) == labels).double().mean()


@wrong(
    "You averaged in the dtype of the scores, and a half type keeps only three digits of a third. Average in "
    "float32, or divide Python numbers."
)
def accuracy(scores, labels):
    _check_labels(scores, labels)
    return (scores.argmax(dim=1) == labels).to(scores.dtype).mean().item()


@wrong("Your code looks at one sample after the other. `argmax` and `==` do all of them in one go.")
def accuracy(scores, labels):
    _check_labels(scores, labels)
    right = 0
    for row, label in zip(scores, labels, strict=True):
        right += int(row.argmax() == label)
    return right / len(labels)


# -- evaluate ------------------------------------------------------------------------------------------------


class _Evaluation:
    """A right answer in parts, so that each wrong one changes a single part."""

    def __call__(self, model, loss_fn, loader):
        modes = self.enter(model)
        try:
            with self.context():
                return self.measure(model, loss_fn, loader)
        finally:
            self.leave(model, modes)

    def enter(self, model):
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        return modes

    def context(self):
        return torch.no_grad()

    def leave(self, model, modes):
        for module, training in modes:
            module.training = training

    def measure(self, model, loss_fn, loader):
        sums = [0.0, 0.0]
        count = 0
        for features, labels in loader:
            loss, right = self.batch(model, loss_fn, features, labels)
            sums[0] += loss
            sums[1] += right
            count += len(labels)
        if count == 0:
            raise ValueError("loader has no batches")
        return sums[0] / count, sums[1] / count

    def batch(self, model, loss_fn, features, labels):
        scores = model(features)
        return loss_fn(scores, labels).item() * len(labels), (scores.argmax(dim=1) == labels).sum().item()


class _WithoutEval(_Evaluation):
    def enter(self, model):
        return []


@wrong(
    "The model stayed in training mode: dropout went on dropping, and batch norm normalised with, and learned from, "
    "the data to be measured. Call `model.eval()` first."
)
def evaluate(model, loss_fn, loader):
    return _WithoutEval()(model, loss_fn, loader)


class _RootOnly(_Evaluation):
    def enter(self, model):
        modes = [(module, module.training) for module in model.modules()]
        if model.training:
            model.eval()
        return modes


@wrong(
    "You asked `model.training` whether `eval()` is needed, but that is the mode of the outermost module only: "
    "a module inside may still be training. Call `model.eval()` in any case."
)
def evaluate(model, loss_fn, loader):
    return _RootOnly()(model, loss_fn, loader)


@wrong(
    "`eval()` changes layers such as dropout, but autograd goes on recording every operation, which costs memory. "
    "It takes `torch.no_grad()`, too."
)
def evaluate(model, loss_fn, loader):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        return _Evaluation().measure(model, loss_fn, loader)
    finally:
        for module, training in modes:
            module.training = training


class _LeftInEval(_Evaluation):
    def leave(self, model, modes):
        pass


@wrong(
    "Your function leaves the model in evaluation mode, so the next epoch trains without dropout. Note the modes "
    "before, and put them back."
)
def evaluate(model, loss_fn, loader):
    return _LeftInEval()(model, loss_fn, loader)


class _AlwaysTrain(_Evaluation):
    def leave(self, model, modes):
        model.train()


@wrong(
    "`model.train()` at the end switches everything to training, also what was in evaluation mode before. Put "
    "back what was there, not what usually is."
)
def evaluate(model, loss_fn, loader):
    return _AlwaysTrain()(model, loss_fn, loader)


def _sums(model, loss_fn, loader):
    loss, right, count = 0.0, 0, 0
    for features, labels in loader:
        sums = _Evaluation().batch(model, loss_fn, features, labels)
        loss, right, count = loss + sums[0], right + sums[1], count + len(labels)
    return loss, right, count


@wrong(
    "`model.train()` as the last line switches everything to training, also what was in evaluation mode before, and is "
    "never reached after an error. Note the mode of each module, and put it back in a `finally` block."
)
def evaluate(model, loss_fn, loader):
    model.eval()
    with torch.no_grad():
        loss, right, count = _sums(model, loss_fn, loader)
    model.train()
    if count == 0:
        raise ValueError("loader has no batches")
    return loss / count, right / count


class _OneMode(_Evaluation):
    def leave(self, model, modes):
        model.train(modes[0][1])


@wrong(
    "`train` reaches every module inside too, so all of them got the mode of one: a frozen batch norm learns again. "
    "Note the mode of each of `model.modules()`, and set `module.training`, or go from the outside in."
)
def evaluate(model, loss_fn, loader):
    return _OneMode()(model, loss_fn, loader)


@wrong(
    "`model.train(mode)` as the last line gives one mode to every module inside, and is never reached after an error. "
    "Note the mode of each of `model.modules()`, and put them back in a `finally` block."
)
def evaluate(model, loss_fn, loader):
    mode = model.training
    model.eval()
    with torch.no_grad():
        loss, right, count = _sums(model, loss_fn, loader)
    model.train(mode)
    if count == 0:
        raise ValueError("loader has no batches")
    return loss / count, right / count


class _Children(_Evaluation):
    def enter(self, model):
        modes = [(module, module.training) for module in (model, *model.children())]
        model.eval()
        return modes


@wrong(
    "You put back the modes of the model and of its `children()`, but not of the modules inside those. "
    "`modules()` gives all of them, at any depth."
)
def evaluate(model, loss_fn, loader):
    return _Children()(model, loss_fn, loader)


@wrong(
    "After an error in the model, the loss or the loader your last lines are never reached, and the model stays "
    "in evaluation mode. Put the modes back in a `finally` block."
)
def evaluate(model, loss_fn, loader):
    evaluation = _Evaluation()
    modes = evaluation.enter(model)
    with torch.no_grad():
        measures = evaluation.measure(model, loss_fn, loader)
    evaluation.leave(model, modes)
    return measures


class _SwitchedOff(_Evaluation):
    def __call__(self, model, loss_fn, loader):
        modes = self.enter(model)
        try:
            torch.set_grad_enabled(False)
            return self.measure(model, loss_fn, loader)
        finally:
            self.leave(model, modes)


@wrong(
    "`torch.set_grad_enabled(False)` as a statement stays in force after your function: nobody can train any more. "
    "`with torch.no_grad():` ends by itself."
)
def evaluate(model, loss_fn, loader):
    return _SwitchedOff()(model, loss_fn, loader)


@wrong(
    "You switched autograd on at the end, also for a caller who had switched it off. `with torch.no_grad():` "
    "goes back to what was before."
)
def evaluate(model, loss_fn, loader):
    try:
        return _SwitchedOff()(model, loss_fn, loader)
    finally:
        torch.set_grad_enabled(True)


@wrong(
    "To keep autograd away you set `requires_grad` of the parameters to False, and left it so: the model learns "
    "nothing any more. `torch.no_grad()` needs no change to the model."
)
def evaluate(model, loss_fn, loader):
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return _Evaluation()(model, loss_fn, loader)


class _Unfrozen(_Evaluation):
    def context(self):
        return contextlib.nullcontext()

    def enter(self, model):
        model.requires_grad_(False)
        return super().enter(model)

    def leave(self, model, modes):
        model.requires_grad_(True)
        super().leave(model, modes)


@wrong(
    "You switched `requires_grad` of the parameters off and on again: a frozen parameter comes back trainable, and "
    "features that require grad are recorded all the same. `torch.no_grad()` needs no change to the model."
)
def evaluate(model, loss_fn, loader):
    return _Unfrozen()(model, loss_fn, loader)


class _MeanOfMeans(_Evaluation):
    def measure(self, model, loss_fn, loader):
        rows = []
        for features, labels in loader:
            loss, right = self.batch(model, loss_fn, features, labels)
            rows.append((loss / len(labels), right / len(labels)))
        if not rows:
            raise ValueError("loader has no batches")
        loss, right = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        return loss, right


@wrong(
    "You averaged the means of the batches, so a short last batch got a full vote. Weight each batch by the "
    "number of its samples."
)
def evaluate(model, loss_fn, loader):
    return _MeanOfMeans()(model, loss_fn, loader)


class _DividedTwice(_Evaluation):
    def batch(self, model, loss_fn, features, labels):
        scores = model(features)
        return loss_fn(scores, labels).item(), (scores.argmax(dim=1) == labels).sum().item()


@wrong(
    "You added the mean losses of the batches and divided by the number of samples: they are divided twice. "
    "Multiply each mean by the number of its samples first."
)
def evaluate(model, loss_fn, loader):
    return _DividedTwice()(model, loss_fn, loader)


class _CountOfDataset(_Evaluation):
    def measure(self, model, loss_fn, loader):
        sums = torch.zeros(2, dtype=torch.float64)
        for features, labels in loader:
            sums += torch.tensor(self.batch(model, loss_fn, features, labels), dtype=torch.float64)
        samples = len(loader.dataset)
        if samples == 0:
            raise ValueError("loader has no batches")
        return tuple((sums / samples).tolist())


@wrong(
    "You divided by `len(loader.dataset)`: a list of batches has no `dataset`, and with `drop_last` fewer samples "
    "come than are in it. Count the samples that you get."
)
def evaluate(model, loss_fn, loader):
    return _CountOfDataset()(model, loss_fn, loader)


class _Tensors(_Evaluation):
    def batch(self, model, loss_fn, features, labels):
        scores = model(features)
        return loss_fn(scores, labels) * len(labels), (scores.argmax(dim=1) == labels).sum()


@wrong(
    "You returned tensors. Take the numbers out, with `item()`, at the latest at the end: the docstring wants "
    "Python floats."
)
def evaluate(model, loss_fn, loader):
    return _Tensors()(model, loss_fn, loader)


class _OwnLoss(_Evaluation):
    def batch(self, model, loss_fn, features, labels):
        return super().batch(model, functional.cross_entropy, features, labels)


@wrong("You computed a cross entropy whatever the loss should be. Call the `loss_fn` that you were given.")
def evaluate(model, loss_fn, loader):
    return _OwnLoss()(model, loss_fn, loader)


class _Forward(_Evaluation):
    def batch(self, model, loss_fn, features, labels):
        scores = model.forward(features)
        return loss_fn(scores, labels).item() * len(labels), (scores.argmax(dim=1) == labels).sum().item()


@wrong("You called `model.forward`, which leaves out all hooks. Call the model itself: `model(features)`.")
def evaluate(model, loss_fn, loader):
    return _Forward()(model, loss_fn, loader)


class _Twice(_Evaluation):
    def measure(self, model, loss_fn, loader):
        losses = [loss_fn(model(features), labels).item() * len(labels) for features, labels in loader]
        right = [(model(features).argmax(dim=1) == labels).sum().item() for features, labels in loader]
        count = sum(len(labels) for _, labels in loader)
        if count == 0:
            raise ValueError("loader has no batches")
        return sum(losses) / count, sum(right) / count


@wrong(
    "You went through the loader once for the loss and once more for the accuracy: that computes everything twice, "
    "and an iterator is empty the second time. Do both in one pass."
)
def evaluate(model, loss_fn, loader):
    return _Twice()(model, loss_fn, loader)


class _Nothing(_Evaluation):
    def measure(self, model, loss_fn, loader):
        loss, right, count = _sums(model, loss_fn, loader)
        return loss / max(count, 1), right / max(count, 1)


@wrong(
    "A loader without batches gave a loss and an accuracy of 0, as if something had been measured. Raise "
    "ValueError, and name the loader."
)
def evaluate(model, loss_fn, loader):
    return _Nothing()(model, loss_fn, loader)


# -- confusion_matrix ----------------------------------------------------------------------------------------


def _check_pairs(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted: as many as actual, please")
    for name, labels in (("predicted", predicted), ("actual", actual)):
        if ((labels < 0) | (labels >= classes)).any():
            raise ValueError(f"{name} has a class that does not exist")


def _counted(predicted, actual, classes):
    return torch.bincount(actual * classes + predicted, minlength=classes**2).reshape(classes, classes)


@wrong(
    "Your rows and columns are swapped: the docstring wants the actual classes along the rows, and what was "
    "predicted along the columns."
)
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    return _counted(predicted, actual, classes).T


@wrong(
    "`matrix[actual, predicted] += 1` counts a pair that comes several times only once: the writes overwrite each "
    "other. Use `bincount`, or `index_put_` with accumulate=True."
)
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    matrix = torch.zeros(classes, classes, dtype=torch.int64, device=predicted.device)
    matrix[actual, predicted] += 1
    return matrix


@wrong("Your code counts one sample after the other. `bincount` counts all of them in one go.")
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    matrix = torch.zeros(classes, classes, dtype=torch.int64, device=predicted.device)
    for column, row in zip(predicted, actual, strict=True):
        matrix[row, column] += 1
    return matrix


@wrong(
    "Your code asks for each pair of classes in turn how often it occurs, so the work grows with `classes`. Count "
    "all pairs at once."
)
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    rows = [torch.stack([((actual == i) & (predicted == j)).sum() for j in range(classes)]) for i in range(classes)]
    return torch.stack(rows)


@wrong(
    "A class that does not exist was counted in another class's cell, or stopped somewhere deep inside PyTorch. Look "
    "at both ends of both tensors first, and raise ValueError."
)
def confusion_matrix(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted: as many as actual, please")
    counts = torch.bincount((actual * classes + predicted).clamp(0, classes**2 - 1), minlength=classes**2)
    return counts.reshape(classes, classes)


@wrong(
    "You refused classes that are too large, but not negative ones: -1 is counted in the cell before. Check both ends."
)
def confusion_matrix(predicted, actual, classes):
    if predicted.shape != actual.shape:
        raise ValueError("predicted: as many as actual, please")
    for name, labels in (("predicted", predicted), ("actual", actual)):
        if (labels >= classes).any():
            raise ValueError(f"{name} has a class that does not exist")
    return _counted(predicted.clamp(min=0), actual.clamp(min=0), classes)


@wrong("You looked for impossible classes in `predicted` only. One in `actual` is just as impossible: check both.")
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, predicted, classes)
    if predicted.shape != actual.shape:
        raise ValueError("predicted: as many as actual, please")
    return _counted(predicted, actual.clamp(0, classes - 1), classes)


@wrong(
    "Unequal shapes were not refused: (samples, 1) and (samples,) broadcast, so that every prediction is "
    "counted against every label. Compare the shapes first."
)
def confusion_matrix(predicted, actual, classes):
    for name, labels in (("predicted", predicted), ("actual", actual)):
        if ((labels < 0) | (labels >= classes)).any():
            raise ValueError(f"{name} has a class that does not exist")
    cells = (actual * classes + predicted).reshape(-1)
    return torch.bincount(cells, minlength=classes**2).reshape(classes, classes)


@wrong(
    "Your matrix ends at the largest class that occurs. `classes` says how many there are: those that nobody "
    "has seen keep a row and a column of zeros."
)
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    seen = int(torch.cat([predicted, actual]).max()) + 1 if len(predicted) else classes
    return _counted(predicted, actual, seen)


@wrong("Your matrix is of a floating-point dtype. Counts are whole: int64, from the start or by a cast at the end.")
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    rows, columns = (functional.one_hot(labels, classes).float() for labels in (actual, predicted))
    return rows.T @ columns


@wrong(
    "`bincount` ends at the highest number that occurs, so the table has too few cells to be reshaped. Give it "
    "`minlength=classes * classes`."
)
def confusion_matrix(predicted, actual, classes):
    _check_pairs(predicted, actual, classes)
    return torch.bincount(actual * classes + predicted).reshape(classes, classes)


# -- recalls -------------------------------------------------------------------------------------------------


def _check_square(matrix):
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError("matrix must be square")


@wrong(
    "You divided by the sums of the columns (dim 0): that is precision, the share of a class's predictions that are "
    "right. Recall divides by all samples of the class, a row."
)
def recalls(matrix):
    _check_square(matrix)
    return matrix.diagonal() / matrix.sum(dim=0)


@wrong(
    "A class without samples got the recall 0, as if it were never recognised. Nothing is known of it: leave the "
    "NaN that 0 / 0 gives."
)
def recalls(matrix):
    _check_square(matrix)
    return matrix.diagonal() / matrix.sum(dim=1).clamp(min=1)


@wrong(
    "A class without samples got the recall 1, as if all of them were recognised. Nothing is known of it: leave the "
    "NaN that 0 / 0 gives."
)
def recalls(matrix):
    _check_square(matrix)
    return (matrix.diagonal() / matrix.sum(dim=1)).nan_to_num(1.0)


@wrong("Classes without samples are missing from your result. Keep their place, or the others get a wrong number.")
def recalls(matrix):
    _check_square(matrix)
    shares = matrix.diagonal() / matrix.sum(dim=1)
    return shares[~shares.isnan()]


@wrong(
    "You divided by the sum of the whole matrix. Each class is measured against its own samples: the sum of its row, "
    "along axis 1."
)
def recalls(matrix):
    _check_square(matrix)
    return matrix.diagonal() / matrix.sum()


@wrong("You averaged the recalls of all classes into one number. The docstring wants one for each class.")
def recalls(matrix):
    _check_square(matrix)
    return (matrix.diagonal() / matrix.sum(dim=1)).mean()


@wrong("Your recalls are float64. The docstring wants float32, PyTorch's usual floating-point dtype.")
def recalls(matrix):
    _check_square(matrix)
    return matrix.diagonal().double() / matrix.sum(dim=1)


@wrong("You left out the check of the shape: a matrix with more rows than columns gives numbers without a meaning.")
def recalls(matrix):
    size = min(matrix.shape)
    return matrix.diagonal() / matrix.sum(dim=1)[:size]


@wrong("Your code computes one class after the other. `diagonal` and `sum` along the rows do all of them in one go.")
def recalls(matrix):
    _check_square(matrix)
    shares = torch.empty(len(matrix), device=matrix.device)
    for i in range(len(matrix)):
        shares[i] = matrix[i, i] / matrix[i].sum()
    return shares


@wrong("`//` cuts off everything after the point, and refuses 0 // 0. A share needs `/`.")
def recalls(matrix):
    _check_square(matrix)
    return matrix.diagonal() // matrix.sum(dim=1)


# -- label_names ---------------------------------------------------------------------------------------------


def _check_names(scores, names):
    if len(names) != scores.shape[1]:
        raise ValueError("names: one for each class, please")


@wrong(
    "Your argmax ran down the columns (dim 0): it found the best sample of each class. The classes of a sample "
    "lie along axis 1."
)
def label_names(scores, names):
    _check_names(scores, names)
    return [names[i % len(names)] for i in scores.argmax(dim=0).tolist()] if len(scores) else []


@wrong(
    "Without an axis `argmax` gives one position in the whole flattened table, so every sample got the same name. "
    "Say along which axis."
)
def label_names(scores, names):
    _check_names(scores, names)
    return [names[int(scores.argmax()) % len(names)]] * len(scores) if len(scores) else []


@wrong("For a single sample you returned its bare name, because a bare `squeeze` took the batch away. Keep a list.")
def label_names(scores, names):
    _check_names(scores, names)
    best = scores.argmax(dim=1).squeeze().tolist()
    return names[best] if isinstance(best, int) else [names[i] for i in best]


@wrong(
    "A bare `squeeze` also takes away the axis of a batch of one: `tolist` then gives a number, which is no list to "
    "loop over. `argmax(dim=1)` needs no `squeeze`."
)
def label_names(scores, names):
    _check_names(scores, names)
    return [names[i] for i in scores.argmax(dim=1).squeeze().tolist()]


@wrong(
    "The number of names was never compared with the number of classes: too many went unnoticed, and too few were "
    "an IndexError for some scores only. Raise ValueError first."
)
def label_names(scores, names):
    return [names[i] for i in scores.argmax(dim=1).tolist()]


@wrong("You refused too few names, but not too many: then names and classes do not belong together, either.")
def label_names(scores, names):
    if len(names) < scores.shape[1]:
        raise ValueError("names: more of them, please")
    return [names[i] for i in scores.argmax(dim=1).tolist()]


@wrong("You sorted the names, but they belong to the classes in the order in which they came. Leave them as they are.")
def label_names(scores, names):
    _check_names(scores, names)
    names = sorted(names)
    return [names[i] for i in scores.argmax(dim=1).tolist()]


@wrong(
    "You threw out a name that occurs twice (a dict or set does that), so the later ones moved up. Several classes "
    "may bear one name."
)
def label_names(scores, names):
    _check_names(scores, names)
    unique = list(dict.fromkeys(names))
    return [unique[min(i, len(unique) - 1)] for i in scores.argmax(dim=1).tolist()]


@wrong("You returned the numbers of the classes. Look each of them up in `names`.")
def label_names(scores, names):
    _check_names(scores, names)
    return scores.argmax(dim=1).tolist()


@wrong("You took the lowest score of each sample: argmin instead of argmax.")
def label_names(scores, names):
    _check_names(scores, names)
    return [names[i] for i in scores.argmin(dim=1).tolist()]


@wrong(
    "`scores.numpy()` fails for scores that require grad or lie on another device. Take the argmax in PyTorch, then "
    "`tolist()`."
)
def label_names(scores, names):
    _check_names(scores, names)
    return [names[i] for i in scores.numpy().argmax(axis=1)]


@wrong(
    "You took the classes out of the tensor one by one, and each time Python waits for the device. Take the argmax of "
    "all rows, then `tolist()` once."
)
def label_names(scores, names):
    _check_names(scores, names)
    return [names[row.argmax().item()] for row in scores]
