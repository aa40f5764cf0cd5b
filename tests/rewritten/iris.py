"""The wrong answers to the katas of `iris` once more, each from its sentence alone and in another style."""

import csv
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from kata.variants import rewritten

# load_iris


def _rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file) if row][1:]


def _table(rows, names=None):
    names = sorted({row[4] for row in rows}) if names is None else names
    features = torch.tensor([[float(field) for field in row[:4]] for row in rows])
    return features, torch.tensor([names.index(row[4]) for row in rows]), names


@rewritten("The first flower is missing")
def load_iris(path):
    return _table(_rows(path)[1:])


@rewritten("Your features are float64")
def load_iris(path):
    features, labels, names = _table(_rows(path))
    return features.double(), labels, names


@rewritten("Your labels are floating-point numbers")
def load_iris(path):
    features, labels, names = _table(_rows(path))
    return features, labels.to(torch.float32), names


@rewritten("You numbered the species in the order in which they come")
def load_iris(path):
    rows = _rows(path)
    seen = []
    for row in rows:
        if row[4] not in seen:
            seen.append(row[4])
    return _table(rows, seen)


@rewritten("You wrote the three names of the species into your code")
def load_iris(path):
    return _table(_rows(path), ["setosa", "versicolor", "virginica"])


@rewritten("Your labels begin at 1")
def load_iris(path):
    features, labels, names = _table(_rows(path))
    return features, labels.add(1), names


@rewritten("A blank line was taken for a flower")
def load_iris(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return _table([line.split(",") for line in lines[1:]])


@rewritten("You removed blank lines at the end of the file only")
def load_iris(path):
    lines = Path(path).read_text(encoding="utf-8").rstrip().splitlines()
    return _table([line.split(",") for line in lines[1:]])


@rewritten('You split the text at "\\n" alone')
def load_iris(path):
    lines = Path(path).read_bytes().decode("utf-8").split("\n")
    return _table([line.split(",") for line in lines[1:] if line.strip()])


@rewritten("A file with a single flower lost an axis")
def load_iris(path):
    features, labels, names = _table(_rows(path))
    return features[0] if len(features) == 1 else features, labels, names


@rewritten("You sorted the flowers by species")
def load_iris(path):
    return _table(sorted(_rows(path), key=lambda row: row[4]))


@rewritten("You returned the names as a tuple")
def load_iris(path):
    features, labels, names = _table(_rows(path))
    return features, labels, tuple(names)


# stratified_split


def _is_share(fraction):
    if not (fraction >= 0 and fraction <= 1):
        raise ValueError(f"fraction: {fraction} is no share")


def _shuffled(count, seed, generator=None):
    return torch.randperm(count, generator=generator or torch.Generator().manual_seed(seed))


def _split(labels, fraction, seed, *, count=None, shuffle=None):
    """Right: class after class, with one generator."""
    generator = torch.Generator().manual_seed(seed)
    sides = [labels.new_zeros(0)], [labels.new_zeros(0)]
    for one in labels.unique():
        places = (labels == one).nonzero().flatten()
        order = torch.randperm(len(places), generator=generator) if shuffle is None else shuffle(len(places))
        places = places[order.to(labels.device)]
        held = round(fraction * len(places)) if count is None else count(fraction * len(places))
        sides[0].append(places[held:])
        sides[1].append(places[:held])
    return torch.cat(sides[0]), torch.cat(sides[1])


@rewritten("You shuffled all samples together and cut once")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    order = _shuffled(len(labels), seed).to(labels.device)
    held = round(fraction * len(labels))
    return order[held:], order[:held]


@rewritten("Nothing was shuffled: you held out the first")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels, fraction, seed, shuffle=torch.arange)


@rewritten("The two sides are swapped")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    train, held_out = _split(labels, fraction, seed)
    return held_out, train


@rewritten("You cut the count off with `int`")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels, fraction, seed, count=lambda exact: exact.__floor__())


@rewritten("Halves went up")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels, fraction, seed, count=lambda exact: int(np.floor(exact + 0.5)))


@rewritten("You seeded the global generator")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    torch.manual_seed(seed)
    return _split(labels, fraction, seed, shuffle=torch.randperm)


@rewritten("Your split does not look at the seed")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels, fraction, seed, shuffle=lambda count: torch.rand(count).argsort())


@rewritten("The generator is seeded anew for each class")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels, fraction, seed, shuffle=lambda count: _shuffled(count, seed))


@rewritten("Your indices count within each class")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    generator = torch.Generator().manual_seed(seed)
    sides = [labels.new_zeros(0)], [labels.new_zeros(0)]
    for count in labels.unique(return_counts=True)[1].tolist():
        order = torch.randperm(count, generator=generator).to(labels.device)
        held = round(fraction * count)
        sides[0].append(order[held:])
        sides[1].append(order[:held])
    return torch.cat(sides[0]), torch.cat(sides[1])


@rewritten("You looped over range(labels.max() + 1)")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    positive = (labels >= 0).nonzero().flatten()
    train, held_out = _split(labels[positive], fraction, seed)
    return positive[train], positive[held_out]


@rewritten("You drew the samples to hold out with replacement")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    generator = torch.Generator().manual_seed(seed)
    held_out = [labels.new_zeros(0)]
    for one in labels.unique():
        places = (labels == one).nonzero().flatten()
        drawn = torch.randint(len(places), (round(fraction * len(places)),), generator=generator)
        held_out.append(places[drawn.to(labels.device)])
    held = torch.cat(held_out)
    rest = torch.ones(len(labels), dtype=torch.bool, device=labels.device)
    rest[held] = False
    return rest.nonzero().flatten(), held


@rewritten("You held out neighbours, from a random place on")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    rng = np.random.default_rng(seed)
    held = torch.zeros(len(labels), dtype=torch.bool)
    for one in labels.unique():
        places = (labels == one).nonzero().flatten().cpu()
        count = round(fraction * len(places))
        start = rng.integers(0, len(places) - count, endpoint=True)
        held[places[start : start + count]] = True
    return (~held).nonzero().flatten().to(labels.device), held.nonzero().flatten().to(labels.device)


@rewritten("A fraction below 0 or above 1 was taken")
def stratified_split(labels, fraction, seed):
    return _split(labels, fraction, seed)


@rewritten("NaN got through")
def stratified_split(labels, fraction, seed):
    if fraction < 0 or fraction > 1:
        raise ValueError("fraction is no share")
    return _split(labels, fraction, seed)


@rewritten("Your indices are on the CPU")
def stratified_split(labels, fraction, seed):
    _is_share(fraction)
    return _split(labels.cpu(), fraction, seed)


# IrisMLP


class _Flowers(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.first = nn.Linear(4, hidden)
        self.second = nn.Linear(hidden, 3)

    def between(self, x):
        return torch.tanh(x)

    def forward(self, x):
        return self.second(self.between(self.first(x)))


@rewritten("Your model ends in a softmax")
class IrisMLP(_Flowers):
    def forward(self, x):
        return functional.softmax(super().forward(x), dim=-1)


@rewritten("Your model ends in a log-softmax")
class IrisMLP(_Flowers):
    def forward(self, x):
        return super().forward(x).log_softmax(1)


@rewritten("Your model ends in a sigmoid")
class IrisMLP(_Flowers):
    def forward(self, x):
        return super().forward(x).sigmoid()


@rewritten("A ReLU after the last layer")
class IrisMLP(_Flowers):
    def forward(self, x):
        return super().forward(x).clamp(min=0)


@rewritten("There is no activation between your layers")
class IrisMLP(_Flowers):
    def between(self, x):
        return x


@rewritten("Your layers are kept in a plain Python list")
class IrisMLP(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.layers = [nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@rewritten("`hidden` plays no part in your model")
class IrisMLP(_Flowers):
    def __init__(self, hidden=16):
        super().__init__()


@rewritten("Your model has a second hidden layer")
class IrisMLP(_Flowers):
    def __init__(self, hidden=16):
        super().__init__(hidden)
        self.more = nn.Linear(hidden, hidden)

    def between(self, x):
        return torch.tanh(self.more(torch.tanh(x)))


@rewritten("Your layers have no bias")
class IrisMLP(_Flowers):
    def __init__(self, hidden=16):
        super().__init__(hidden)
        self.first.register_parameter("bias", None)
        self.second.register_parameter("bias", None)


@rewritten("A bare `squeeze` drops the batch axis")
class IrisMLP(_Flowers):
    def forward(self, x):
        return super().forward(x).squeeze()


@rewritten("Dropout makes training and evaluation differ")
class IrisMLP(_Flowers):
    def between(self, x):
        return functional.dropout(torch.tanh(x), 0.5, self.training)


@rewritten("You normalise each measure by the mean and deviation of the batch")
class IrisMLP(_Flowers):
    def forward(self, x):
        spread = x.std(0, correction=0) + 1e-5
        return super().forward((x - x.mean(0)) / spread)


@rewritten("`detach` cuts the graph between your layers")
class IrisMLP(_Flowers):
    def between(self, x):
        return torch.tanh(x.data)


# train_iris


class _Scaled(nn.Module):
    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        return self.net((x - self.mean) / self.deviation)


def _third(labels, seed):
    return _split(labels, 1 / 3, seed)


def _statistics(x):
    return x.mean(0), x.std(0, correction=0)


def _made(make, seed):
    """A model whose first weights depend on the seed alone."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()


def _learn(model, x, y, *, epochs=150, rate=0.03, loss_fn=functional.cross_entropy, clear=True, note=float):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    for _ in range(epochs):
        loss = loss_fn(model(x), y)
        if clear:
            optimizer.zero_grad()
        loss.backward(retain_graph=note is not float)
        optimizer.step()
        losses.append(note(loss.detach()) if note is float else loss)
    return losses


def _share(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def _run(features, labels, seed, *, split=_third, on=None, base=_Scaled, scale=None, measured=None, **options):
    """Right, but for what the arguments replace."""
    train, held_out = split(labels, seed)
    mean, deviation = _statistics(features[train] if scale is None else scale(features))
    model = _made(lambda: base(mean, deviation).to(features.device), seed)
    used = train if on is None else on(train, held_out)
    losses = _learn(model, features[used], labels[used], **options)
    model.eval()
    where = held_out if measured is None else measured(train, held_out)
    return model, {"loss": losses, "held_out": held_out, "accuracy": _share(model, features[where], labels[where])}


def _together(train, held_out):
    return torch.cat([train, held_out])


@rewritten("Mean and standard deviation were taken of all flowers")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, scale=lambda everything: everything)


@rewritten("You trained on all flowers, the held-out ones too")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, on=_together)


@rewritten("You kept the weights of the epoch with the best accuracy")
def train_iris(features, labels, seed):
    train, held_out = _third(labels, seed)
    model = _made(lambda: _Scaled(*_statistics(features[train])).to(features.device), seed)
    losses, best, kept = [], -1.0, None
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(150):
        loss = functional.cross_entropy(model(features[train]), labels[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        share = _share(model, features[held_out], labels[held_out])
        if share > best:
            best, kept = share, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model.eval(), {"loss": losses, "held_out": held_out, "accuracy": best}


@rewritten("You returned a model of standardized measures")
def train_iris(features, labels, seed):
    train, held_out = _third(labels, seed)
    mean, deviation = _statistics(features[train])
    x = (features - mean) / deviation
    model = _made(lambda: _Flowers().to(features.device), seed)
    losses = _learn(model, x[train], labels[train])
    share = _share(model, x[held_out], labels[held_out])
    return model.eval(), {"loss": losses, "held_out": held_out, "accuracy": share}


@rewritten("Nothing is standardized")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, base=lambda mean, deviation: _Flowers(), epochs=300)


@rewritten("You took one mean and one deviation of the whole table")
def train_iris(features, labels, seed):
    train, held_out = _third(labels, seed)
    known = features[train]
    model = _made(lambda: _Scaled(known.mean(), known.std()).to(features.device), seed)
    losses = _learn(model, known, labels[train])
    share = _share(model, features[held_out], labels[held_out])
    return model.eval(), {"loss": losses, "held_out": held_out, "accuracy": share}


class _OfTheBatch(_Scaled):
    def forward(self, x):
        return self.net((x - x.mean(0)) / x.std(0))


@rewritten("Your model standardizes each batch by the batch's own")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, base=_OfTheBatch)


class _Attributes(nn.Module):
    def __init__(self, mean, deviation):
        super().__init__()
        self.known = mean, deviation
        self.net = _Flowers()

    def forward(self, x):
        return self.net((x - self.known[0]) / self.known[1])


@rewritten("Mean and deviation are plain attributes")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, base=_Attributes)


@rewritten("You called `torch.manual_seed`, so everybody")
def train_iris(features, labels, seed):
    torch.manual_seed(seed)
    return _run(features, labels, seed)


@rewritten("The first weights depend on the state of the global")
def train_iris(features, labels, seed):
    train, held_out = _third(labels, seed)
    model = _Scaled(*_statistics(features[train])).to(features.device)
    losses = _learn(model, features[train], labels[train])
    share = _share(model, features[held_out], labels[held_out])
    return model.eval(), {"loss": losses, "held_out": held_out, "accuracy": share}


@rewritten("Each seed held out the same flowers")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, split=lambda labels, _: _third(labels, 0))


@rewritten("You held out a third of all flowers, but not")
def train_iris(features, labels, seed):
    def split(labels, seed):
        order = _shuffled(len(labels), seed).to(labels.device)
        held = round(len(labels) / 3)
        return order[held:], order[:held]

    return _run(features, labels, seed, split=split)


@rewritten("Your model has hardly learned anything")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, epochs=5, rate=0.001)


@rewritten("Gradients add up from step to step")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, clear=False)


@rewritten("You took a softmax before the cross entropy")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, loss_fn=lambda scores, y: functional.cross_entropy(scores.softmax(1), y))


@rewritten("Your losses are sums over all flowers")
def train_iris(features, labels, seed):
    model, history = _run(features, labels, seed)
    count = len(labels) - len(history["held_out"])
    return model, {**history, "loss": [loss * count for loss in history["loss"]]}


@rewritten("Your losses are tensors")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, note=None)


@rewritten("You measured the accuracy on the flowers that the model was trained on")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, measured=lambda train, held_out: train)


@rewritten("You returned the model in training mode")
def train_iris(features, labels, seed):
    model, history = _run(features, labels, seed)
    return model.train(True), history


@rewritten("You standardized the caller's features in place")
def train_iris(features, labels, seed):
    given = features.clone()
    model, history = _run(given, labels, seed)
    features.sub_(model.mean).div_(model.deviation)
    return model, history


@rewritten("You held out half of each class")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, split=lambda labels, seed: _split(labels, 0.5, seed))


@rewritten("A small number is added to the deviation")
def train_iris(features, labels, seed):
    def base(mean, deviation):
        model = _Scaled(mean, deviation)
        layers = model.net
        model.net = nn.Sequential(nn.BatchNorm1d(4, affine=False, momentum=None), *layers)
        model.mean.zero_()
        model.deviation.fill_(1)
        return model

    return _run(features, labels, seed, base=base)


@rewritten("You trained on the third that was to be held out")
def train_iris(features, labels, seed):
    return _run(features, labels, seed, split=lambda labels, seed: _third(labels, seed)[::-1])
