"""Right answers to the katas of `iris` in other styles."""

import copy
import csv
import random
from itertools import groupby
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from kata.variants import right

# -- load_iris -----------------------------------------------------------------------------------------------


@right("csv.DictReader")
def load_iris(path):
    with open(path, newline="", encoding="utf-8") as file:
        flowers = list(csv.DictReader(file))
    *measures, species = flowers[0]
    names = sorted(set(flower[species] for flower in flowers))
    number = {name: i for i, name in enumerate(names)}
    features = [[float(flower[measure]) for measure in measures] for flower in flowers]
    labels = [number[flower[species]] for flower in flowers]
    return torch.tensor(features, dtype=torch.float32), torch.tensor(labels, dtype=torch.int64), names


class _Iris(NamedTuple):
    features: torch.Tensor
    labels: torch.Tensor
    names: list


@right("NumPy, and a named tuple")
def load_iris(path):
    cells = np.loadtxt(path, dtype=str, delimiter=",", skiprows=1, ndmin=2, encoding="utf-8", comments=None)
    names, labels = np.unique(cells[:, 4], return_inverse=True)
    features = torch.from_numpy(cells[:, :4].astype(np.float32))
    return _Iris(features, torch.from_numpy(labels.reshape(-1).astype(np.int64)), names.tolist())


@right("line by line")
def load_iris(path):
    features, species = [], []
    with open(path, encoding="utf8") as file:
        next(file)
        for line in file:
            line = line.strip()
            if not line:
                continue
            *measures, name = line.split(",")
            features.append(torch.tensor([float(measure) for measure in measures]))
            species.append(name)
    names = sorted(set(species))
    return torch.stack(features), torch.tensor(list(map(names.index, species))), names


# -- stratified_split ----------------------------------------------------------------------------------------


def _check_fraction(fraction):
    if not (fraction >= 0 and fraction <= 1):
        raise ValueError("Fraction: a number between 0 and 1")


@right("NumPy, class by class")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = np.random.default_rng(seed)
    array = labels.cpu().numpy()
    held_out = np.zeros(len(array), dtype=bool)
    for label in np.unique(array):
        members = np.flatnonzero(array == label)
        held_out[generator.choice(members, round(fraction * len(members)), replace=False)] = True
    sides = (torch.from_numpy(np.flatnonzero(side)) for side in (~held_out, held_out))
    return tuple(side.to(labels.device) for side in sides)


@right("Python's random numbers, and groups")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    rng = random.Random(seed)
    values = labels.tolist()
    train, held_out = [], []
    for _, group in groupby(sorted(range(len(values)), key=values.__getitem__), key=values.__getitem__):
        members = list(group)
        rng.shuffle(members)
        count = round(fraction * len(members))
        held_out += members[:count]
        train += members[count:]
    make = lambda side: torch.tensor(side, dtype=torch.int64, device=labels.device)  # noqa: E731
    return make(train), make(held_out)


@right("one random key for each sample, ranked within its class")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    order = order[torch.argsort(labels.cpu()[order], stable=True)]  # by class, at random within a class
    _, counts = torch.unique(labels.cpu(), return_counts=True)
    marks = [rank < round(fraction * count) for count in counts.tolist() for rank in range(count)]
    held = torch.tensor(marks, dtype=torch.bool)
    return order[~held].to(labels.device), order[held].to(labels.device)


@right("global seed, put back afterwards")
def stratified_split(labels, fraction, seed):
    if fraction != fraction or fraction < 0 or fraction > 1:
        raise ValueError(f"fraction out of range: {fraction!r}")
    sides = [], []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for label in sorted(set(labels.tolist())):
            members = torch.where(labels == label)[0].tolist()
            order = torch.randperm(len(members)).tolist()
            count = len(members) - round(fraction * len(members))
            sides[0].extend(members[i] for i in order[:count])
            sides[1].extend(members[i] for i in order[count:])
    return tuple(labels.new_tensor(side, dtype=torch.int64) for side in sides)


# -- IrisMLP -------------------------------------------------------------------------------------------------


@right("Sequential with tanh")
class IrisMLP(nn.Sequential):
    def __init__(self, hidden=16):
        super().__init__(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 3))


@right("ModuleList and sigmoid, as in the chapter")
class IrisMLP(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        sizes = [4, hidden, 3]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:], strict=True))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x).sigmoid()
        return self.layers[-1](x)


@right("parameters of its own")
class IrisMLP(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.weight1 = nn.Parameter(torch.randn(hidden, 4) / 2)
        self.bias1 = nn.Parameter(torch.zeros(hidden))
        self.weight2 = nn.Parameter(torch.randn(3, hidden) / hidden**0.5)
        self.bias2 = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        hidden = functional.gelu(functional.linear(x, self.weight1, self.bias1))
        return torch.einsum("bh,ch->bc", hidden, self.weight2) + self.bias2


@right("leaky ReLU, in place")
class IrisMLP(nn.Module):
    def __init__(self, hidden: int = 16):
        nn.Module.__init__(self)
        self.net = nn.Sequential(nn.Linear(4, hidden), nn.LeakyReLU(0.1, inplace=True), nn.Linear(hidden, 3))

    def forward(self, x):
        return self.net(x)


# -- train_iris ----------------------------------------------------------------------------------------------


def _split(labels, seed):
    generator = torch.Generator().manual_seed(seed)
    train, held_out = [], []
    for label in range(3):
        members = (labels == label).nonzero().squeeze(1)
        members = members[torch.randperm(len(members), generator=generator)]
        count = round(len(members) / 3)
        held_out.append(members[:count])
        train.append(members[count:])
    return torch.cat(train), torch.cat(held_out)


def _perceptron(seed, activation=nn.ReLU):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(4, 16), activation(), nn.Linear(16, 3))


@torch.no_grad()
def _share(model, features, labels, rows):
    return (model(features[rows]).argmax(1) == labels[rows]).double().mean().item()


@right("SGD with momentum, the statistics folded into the first layer")
def train_iris(features, labels, seed):
    train, held_out = _split(labels, seed)
    x, y = features[train], labels[train]
    mean, std = x.mean(0), x.std(0, correction=0)
    x = (x - mean) / std
    model = _perceptron(seed).to(features.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(150):
        loss = functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    with torch.no_grad():
        first = model[0]
        first.weight /= std
        first.bias -= first.weight @ mean
    history = {"loss": losses, "held_out": held_out, "accuracy": _share(model.eval(), features, labels, held_out)}
    return model, history


class _Standardized(nn.Module):
    def __init__(self, mean, std, model):
        super().__init__()
        self.model = model
        self.register_buffer("statistics", torch.stack([mean, std]))

    def forward(self, x):
        mean, std = self.statistics
        return self.model((x - mean) / std)


@right("mini-batches from a DataLoader, sigmoid as in the chapter")
def train_iris(features, labels, seed):
    train, held_out = (side.sort().values for side in _split(labels, seed))
    x, y = features[train], labels[train]
    model = _Standardized(x.mean(dim=0), x.std(dim=0), _perceptron(seed, nn.Sigmoid)).to(features.device)
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(x, y), batch_size=11, shuffle=True, generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss_fn = nn.CrossEntropyLoss()
    losses = []
    model.train()
    for _ in range(40):
        total = 0.0
        for batch, target in loader:
            loss = loss_fn(model(batch), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(x))
    model.eval()
    return model, {"loss": losses, "accuracy": _share(model, features, labels, held_out), "held_out": held_out}


@right("a batch norm learns the statistics, dropout")
def train_iris(features, labels, seed):
    train, held_out = _split(labels, seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = [nn.Linear(4, 16), nn.Tanh(), nn.Dropout(0.1), nn.Linear(16, 3)]
        model = nn.Sequential(nn.BatchNorm1d(4, eps=1e-30, affine=False, momentum=None), *layers).to(features.device)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
        losses = []
        for _ in range(80):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(model(features[train]), labels[train])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    model.train(False)
    return model, dict(loss=losses, held_out=held_out, accuracy=_share(model, features, labels, held_out))


@right("LBFGS, a single layer, weight decay, in float64")
def train_iris(features, labels, seed):
    train, held_out = _split(labels, seed)
    x, y = features[train].double(), labels[train]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layer = nn.Linear(4, 3).double()
    model = _Standardized(x.mean(dim=0), x.std(dim=0), layer).to(features.device)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        (loss + 1e-3 * layer.weight.square().sum()).backward()
        return loss

    for _ in range(8):
        losses.append(float(optimizer.step(closure)))
    losses.append(float(closure().detach()))
    return model.eval(), {"loss": losses, "held_out": held_out, "accuracy": _share(model, features, labels, held_out)}


@right("the weights of the lowest training loss")
def train_iris(features, labels, seed):
    train, held_out = _split(labels, seed)
    x, y = features[train], labels[train]
    model = _Standardized(x.mean(dim=0), x.std(dim=0), _perceptron(seed, nn.SiLU)).to(features.device)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    losses, best = [], None
    for _ in range(100):
        loss = functional.cross_entropy(model(x), y)
        if not losses or loss.item() < min(losses):
            best = copy.deepcopy(model.state_dict())
        losses.append(loss.item())
        model.zero_grad()
        loss.backward()
        optimizer.step()
    model.load_state_dict(best)
    model.eval()
    return model, {"loss": losses, "held_out": held_out, "accuracy": _share(model, features, labels, held_out)}
