"""A multilayer perceptron for flowers."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

EPOCHS, LEARNING_RATE = 60, 0.05


def load_iris(path: str | Path) -> tuple[Tensor, Tensor, list[str]]:
    """Read the flowers of Iris from a CSV file: what was measured, and the species of each as a number.

    The first line is a header, and each further one a flower: the length and width of a sepal and the length
    and width of a petal, in cm, then the name of the species, as in `5.1,3.5,1.4,0.2,setosa`. Species are
    numbered in the order of the alphabet (Python's order of strings), whatever their order in the file.

    Args:
        path: the file, a str or Path. Its text is UTF-8. There is a comma between two fields, but none in a
            field, and neither quotes nor spaces around it. Lines end with "\\n" or "\\r\\n". Blank lines, with
            nothing in them, may come anywhere after the header and are no flowers. There is at least one flower.

    Returns:
        The tuple (features, labels, names). `features`: (flowers, 4), float32. `labels`: (flowers,), int64, the
        number of each flower's species. Both are on the CPU and in the order of the file. `names`: a list of
        the names of the species; that of a flower is `names[label]`.

    Raises:
        FileNotFoundError: naming the file, when there is no such file.

    Example:
        >>> features, labels, names = load_iris("tests/data/iris.csv")  # from the folder of the project
        >>> features[0], labels[0], names
        (tensor([5.1000, 3.5000, 1.4000, 0.2000]), tensor(0), ['setosa', 'versicolor', 'virginica'])

    Source:
        https://en.wikipedia.org/wiki/Iris_flower_data_set
    """
    _, *lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line]
    names = sorted({row[4] for row in rows})
    features = torch.tensor([[float(field) for field in row[:4]] for row in rows])
    labels = torch.tensor([names.index(row[4]) for row in rows])
    return features, labels, names


def stratified_split(labels: Tensor, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    """Split samples at random into those to train on and those to hold out, so that each class keeps its share.

    In a plain random split a class may lie on one side by bad luck. Here each class is split on its own: of
    its `count` samples exactly `round(fraction * count)` are held out, with Python's own `round`. Within a
    class each choice is equally likely, and does not depend on what is chosen in another.

    Args:
        labels: (samples,), int64, the class of each sample, in any order; any numbers, also negative ones or
            ones with gaps between them. There may be no sample.
        fraction: from 0 to 1, how much of each class is held out.
        seed: an int from 0 to 2**32 - 1. The split depends on the three arguments and nothing else, so it is
            the same at every call; another seed chooses anew.

    Returns:
        The tuple (train, held_out) of two index tensors, int64, on the device of `labels`, each in any order.
        Every index from 0 to samples - 1 is in exactly one of them, once.

    Raises:
        ValueError: naming `fraction`, when it is not from 0 to 1, as NaN is not.

    Rules:
        A loop over classes is fine. `labels` is not modified. The global random states of PyTorch, NumPy and
        Python are as they were afterwards.

    Example:
        >>> labels = torch.tensor([0, 0, 0, 0, 0, 0, 7, 7, 7])
        >>> train, held_out = stratified_split(labels, 1 / 3, seed=1)
        >>> labels[held_out].sort().values
        tensor([0, 0, 7])
        >>> torch.cat([train, held_out]).sort().values
        tensor([0, 1, 2, 3, 4, 5, 6, 7, 8])

    Source:
        https://scikit-learn.org/stable/modules/cross_validation.html#stratification
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be from 0 to 1, not {fraction}")
    generator = torch.Generator().manual_seed(seed)  # our own: the global one belongs to the caller
    order = torch.randperm(len(labels), generator=generator).to(labels.device)
    train, held_out = [order[:0]], [order[:0]]
    for label in labels.unique():
        members = order[labels[order] == label]  # of this class, in random order
        count = round(fraction * len(members))
        train.append(members[count:])
        held_out.append(members[:count])
    return torch.cat(train), torch.cat(held_out)


class IrisMLP(nn.Module):
    """Classify flowers by a multilayer perceptron: four measures, one hidden layer, three scores.

    The scores are logits: there is no activation after the last layer, since the loss (a cross entropy) does
    the softmax itself. Which activation the hidden layer has is yours to choose, but it has one, without
    parameters of its own: otherwise the two layers together would be no more than a single one.

    Args:
        hidden: how many units the hidden layer has, at least 1.

    Returns:
        A module; `model(x)` gives the scores, (batch, 3), for `x`, (batch, 4), with the dtype and device of its
        parameters. The batch may have one sample, or none. A sample's scores do not depend on its batch, and
        are the same in training and in evaluation mode.

    Rules:
        The parameters are those of two `nn.Linear` layers with bias, 4 to `hidden` and `hidden` to 3, all of
        them registered: 131 numbers with 16 hidden units. All are trained, and a gradient reaches each. `x` is
        not modified.

    Example:
        >>> model = IrisMLP()
        >>> model(torch.ones(5, 4)).shape
        torch.Size([5, 3])
        >>> sum(parameter.numel() for parameter in model.parameters())
        131

    Source:
        https://docs.pytorch.org/tutorials/beginner/basics/buildmodel_tutorial.html
    """

    def __init__(self, hidden: int = 16) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, hidden)
        self.output = nn.Linear(hidden, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(torch.relu(self.hidden(x)))


def train_iris(features: Tensor, labels: Tensor, seed: int) -> tuple[nn.Module, dict[str, Any]]:
    """Train a classifier on two thirds of the flowers, and measure it on the other third, which it has never seen.

    The split keeps each class's share: of its `count` flowers `round(count / 3)` are held out. Nothing of the
    features of held-out flowers reaches the model, neither through training nor through statistics, nor through
    the choice when to stop: whatever stands there, NaN too, the same model comes out.

    The model takes measures as they are in the file. It standardizes each by itself, with its mean and standard
    deviation among the flowers that are trained on (divided by their number or by one less, as you like). So it
    does not matter in which unit a measure is given, be it tiny or huge, or from where it is counted: trained on
    measures that are all stretched and shifted, a model gives the same scores for the stretched and shifted
    flowers, but for rounding. No deviation is 0 (see `features`), so nothing has to be added to it.

    Args:
        features: (flowers, 4), float32, as `load_iris` gives them. Among the flowers that are trained on no
            measure is constant.
        labels: (flowers,), int64, on the same device: each is 0, 1 or 2, and each occurs at least three times.
        seed: an int from 0 to 2**32 - 1. The split, and whatever else is drawn, depends on it: the same
            arguments give the same result on the same device, another seed another one.

    Returns:
        The tuple (model, history). `model` is a module in evaluation mode, on the device of `features`:
        `model(features)` gives logits, (flowers, 3), each row for its own flower alone. All that it learned,
        the statistics for standardizing too, is in its `state_dict`. `history` is a dict with

        - "loss": a list of floats, one for each epoch and at least two: the mean cross entropy of the flowers
          that are trained on. For the 150 flowers of Iris the last is less than half of the first, and within
          0.2 of what the finished model has on these flowers.
        - "held_out": the indices of the flowers that are held out, (held out,), int64, on the device of
          `labels`, in any order.
        - "accuracy": a float, the share of the held-out flowers that the finished model gets right.

        Of the 150 flowers of Iris, the models of the seeds 0 to 4 get at least 0.9 of their held-out ones right
        on average, and each at least 0.8. This is within easy reach when the loss falls to 0.1 or below: a
        hundred epochs with all flowers in one batch can do it in a tenth of a second.

    Rules:
        Whatever kind of model, optimizer and batches you like. Inputs are not modified. The global random states
        of PyTorch, NumPy and Python are as they were afterwards, and the result does not depend on them.

    Example:
        >>> features, labels, names = load_iris("tests/data/iris.csv")
        >>> model, history = train_iris(features, labels, seed=1)
        >>> history["accuracy"] > 0.8, len(history["held_out"])
        (True, 51)

    Source:
        https://scikit-learn.org/stable/common_pitfalls.html#data-leakage
    """
    train, held_out = stratified_split(labels, 1 / 3, seed)
    with torch.random.fork_rng():  # layers draw their weights from the global generator: put it back
        torch.manual_seed(seed)
        model = nn.Sequential(Standardize(features[train]), IrisMLP()).to(features.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    losses = []
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(features[train]), labels[train])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    right = model(features[held_out]).argmax(dim=1) == labels[held_out]
    return model, {"loss": losses, "held_out": held_out, "accuracy": right.sum().item() / len(right)}


class Standardize(nn.Module):
    """Subtract the mean of some flowers and divide by their standard deviation, measure by measure."""

    def __init__(self, flowers: Tensor) -> None:
        super().__init__()
        std, mean = torch.std_mean(flowers, dim=0)
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)

    def forward(self, x: Tensor) -> Tensor:
        return x.sub(self.mean).div(self.std)
