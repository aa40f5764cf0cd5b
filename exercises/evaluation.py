"""Evaluating a model on data that it has not seen."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Measure which share of a batch a classifier gets right.

    A sample is right when its highest score is that of its label. Labels with an axis too many are refused:
    compared with (batch,) predictions, (batch, 1) labels would make a table of every prediction against every
    label, and its mean looks like an accuracy.

    Args:
        scores: (batch, classes), float16, bfloat16, float32 or float64; finite, with a single highest score
            in each row. There is at least one class.
        labels: (batch,), int64, the class of each sample, from 0 to classes - 1; on the device of `scores`.

    Returns:
        The number of samples that are right divided by the number of all, a Python float from 0 to 1. At
        least six digits of it hold, also for scores of a half type.

    Raises:
        ValueError: naming `labels`, when their shape is not (batch,), with the batch of `scores`, or when
            there are none.

    Rules:
        No Python loop. Inputs are not modified; `scores` may require grad.

    Example:
        >>> scores = torch.tensor([[0.1, 2.0], [3.0, -1.0], [-5.0, -4.0], [0.5, 0.0]])
        >>> accuracy(scores, torch.tensor([1, 0, 0, 0]))
        0.75

    Source:
        https://docs.pytorch.org/docs/stable/notes/broadcasting.html
    """
    raise NotImplementedError("evaluation.accuracy")


def evaluate(
    model: nn.Module, loss_fn: Callable[[Tensor, Tensor], Tensor], loader: Iterable[Sequence[Tensor]]
) -> tuple[float, float]:
    """Measure a classifier on data that it does not learn from: its mean loss and its accuracy.

    Each sample counts the same: a last batch with fewer samples has only as much say as its samples. While
    the model computes, all of it is in evaluation mode, and nothing is recorded for autograd. Afterwards, also
    when `model`, `loss_fn` or `loader` raised an error, everything is as it was before: the training or
    evaluation mode of every sub-module, which may differ from that of its neighbours, and whether autograd
    records, be that on or off.

    Args:
        model: a module; `model(features)` gives the scores, (batch, classes), with a single highest score in
            each row.
        loss_fn: `loss_fn(scores, labels)` gives the mean loss of the samples of a batch, a tensor (). Like
            the loss functions of `torch.nn`, it averages over them.
        loader: a `DataLoader`, or any other iterable. Each batch is a tuple or list of two: the features,
            (batch, ...), and the labels, (batch,), int64, on the device of the model. Batches may differ in
            size; each has at least one sample.

    Returns:
        The tuple (loss, accuracy) of Python floats: the mean loss of all samples, of which five digits hold,
        and the share of them whose highest score is that of their label.

    Raises:
        ValueError: naming `loader`, when it gives no batch. Errors of the arguments themselves come through.

    Rules:
        The loader is gone through once, and what it gives is all that is asked of it. The model is called
        once for each batch; it is called itself, not its `forward`, so that its hooks run. Its parameters (also
        which of them require grad), their gradients, its buffers (such as the statistics of a batch norm) and
        the batches are not modified.

    Example:
        >>> loader = [(torch.tensor([[9.0, 0.0], [0.0, 9.0]]), torch.tensor([0, 1])),
        ...           (torch.tensor([[0.0, 9.0]]), torch.tensor([0]))]
        >>> loss, share = evaluate(nn.Dropout(0.5), nn.CrossEntropyLoss(), loader)
        >>> round(loss, 4), round(share, 4)
        (3.0001, 0.6667)

    Source:
        https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval
    """
    raise NotImplementedError("evaluation.evaluate")


def confusion_matrix(predicted: Tensor, actual: Tensor, classes: int) -> Tensor:
    """Count how often each class was taken for which: one row for each actual class, one column for each prediction.

    The entry in row i and column j is the number of samples of class i that were predicted as class j; what
    is right lies on the diagonal. A class that occurs neither here nor there still has its row and column, of
    zeros. So does every class when there are no samples.

    Args:
        predicted: (samples,), int64, the class that was predicted for each sample, from 0 to classes - 1; there
            may be no sample.
        actual: (samples,), int64, the class that it really has; on the same device.
        classes: how many classes there are, at least 1.

    Returns:
        (classes, classes), int64, on the device of `predicted`.

    Raises:
        ValueError: naming `predicted` or `actual`, whichever has a class below 0, or `classes` or above, in it;
            naming `predicted`, when its shape is not that of `actual`.

    Rules:
        No Python loop: the number of operations grows neither with the samples nor with `classes`. Inputs
        are not modified.

    Example:
        >>> predicted, actual = torch.tensor([0, 1, 1, 2, 1]), torch.tensor([0, 1, 2, 2, 2])
        >>> confusion_matrix(predicted, actual, classes=3)
        tensor([[1, 0, 0],
                [0, 1, 0],
                [0, 2, 1]])

    Source:
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
    """
    raise NotImplementedError("evaluation.confusion_matrix")


def recalls(matrix: Tensor) -> Tensor:
    """Tell for each class which share of its samples was recognised.

    A class of which there is no sample has no such share: its recall is NaN, so that nobody takes it for a
    class that is never recognised, which has the recall 0.

    Args:
        matrix: (classes, classes), int64, as `confusion_matrix` makes it: in row i and column j the number of
            samples of class i that were predicted as class j. There is at least one class.

    Returns:
        (classes,), float32, on the device of `matrix`: entry i is what was right of row i, divided by all
        of row i.

    Raises:
        ValueError: naming `matrix`, when it has not as many rows as columns.

    Rules:
        No Python loop. `matrix` is not modified.

    Example:
        >>> recalls(torch.tensor([[3, 1, 0], [0, 0, 0], [2, 0, 0]]))
        tensor([0.7500,    nan, 0.0000])

    Source:
        https://en.wikipedia.org/wiki/Precision_and_recall
    """
    raise NotImplementedError("evaluation.recalls")


def label_names(scores: Tensor, names: Sequence[str]) -> list[str]:
    """Say in words what a classifier takes each sample for: the name of the class with the highest score.

    Also a batch of a single sample gives a list, and one without samples an empty list.

    Args:
        scores: (batch, classes), float16, bfloat16, float32 or float64; finite, with a single highest score
            in each row. The batch may be empty; there is at least one class.
        names: a list or tuple of the names of the classes, in their order; several may be the same.

    Returns:
        A list of `batch` names.

    Raises:
        ValueError: naming `names`, when there are not as many of them as classes.

    Rules:
        A loop over Python objects is fine, one over rows of `scores` or entries of any other tensor is not: all
        numbers leave the device at once, as `tolist` gives them, so that Python waits for it once. Inputs are
        not modified; `scores` may require grad.

    Example:
        >>> scores = torch.tensor([[-1.0, -0.5, -9.0], [4.0, 0.0, 1.0]])
        >>> label_names(scores, ["setosa", "versicolor", "virginica"])
        ['versicolor', 'setosa']

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.argmax.html
    """
    raise NotImplementedError("evaluation.label_names")
