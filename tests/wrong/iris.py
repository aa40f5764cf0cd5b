"""Wrong answers to the topic `iris`: one misconception each, with the sentence that would help."""

import copy
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from kata.variants import wrong

# -- load_iris -----------------------------------------------------------------------------------------------


def _rows(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()[1:]
    return [line.split(",") for line in lines if line]


def _parts(rows, names):
    features = torch.tensor([[float(field) for field in row[:4]] for row in rows])
    return features, torch.tensor([names.index(row[4]) for row in rows]), names


@wrong(
    "The first flower is missing: you dropped two lines at the top, but only the header is no flower. Skip one line, "
    "once."
)
def load_iris(path):
    rows = _rows(path)[1:]
    return _parts(rows, sorted({row[4] for row in rows}))


@wrong(
    "Your features are float64, as NumPy reads numbers. Linear layers are float32: ask for that dtype, or let "
    "`torch.tensor` look at Python floats."
)
def load_iris(path):
    features, labels, names = _parts(_rows(path), sorted({row[4] for row in _rows(path)}))
    return features.double(), labels, names


@wrong(
    "Your labels are floating-point numbers. A cross entropy takes class numbers: int64, which `torch.tensor` makes of "
    "Python ints."
)
def load_iris(path):
    features, labels, names = _parts(_rows(path), sorted({row[4] for row in _rows(path)}))
    return features, labels.float(), names


@wrong(
    "You numbered the species in the order in which they come in the file, so another order of the flowers gives "
    "other numbers. Sort the names first."
)
def load_iris(path):
    rows = _rows(path)
    return _parts(rows, list(dict.fromkeys(row[4] for row in rows)))


@wrong(
    "You wrote the three names of the species into your code, so any other name in a file is an error. Collect the "
    "names from the file."
)
def load_iris(path):
    features, labels, names = _parts(_rows(path), ["setosa", "versicolor", "virginica"])
    return features, labels, names


@wrong("Your labels begin at 1. The number of a species is its place in `names`, and the first place is 0.")
def load_iris(path):
    features, labels, names = _parts(_rows(path), sorted({row[4] for row in _rows(path)}))
    return features, labels + 1, names


@wrong(
    "A blank line was taken for a flower, and has no fields. Skip lines with nothing in them, between flowers as well "
    "as at the end."
)
def load_iris(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return _parts(rows, sorted({row[4] for row in rows}))


@wrong(
    "You removed blank lines at the end of the file only (as `strip` on the whole text does). One between two flowers "
    "is as blank: look at each line."
)
def load_iris(path):
    lines = Path(path).read_text(encoding="utf-8").strip().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    return _parts(rows, sorted({row[4] for row in rows}))


@wrong(
    'You split the text at "\\n" alone, and read bytes or kept line ends as they are: in a file from Windows a "\\r" '
    "sticks to each name. `splitlines` knows both line ends."
)
def load_iris(path):
    lines = Path(path).read_bytes().decode("utf-8").split("\n")[1:]
    rows = [line.split(",") for line in lines if line.strip("\r")]
    return _parts(rows, sorted({row[4] for row in rows}))


@wrong("A file with a single flower lost an axis: its features are (4,). Keep (flowers, 4), also for one flower.")
def load_iris(path):
    features, labels, names = _parts(_rows(path), sorted({row[4] for row in _rows(path)}))
    return features.squeeze(0), labels, names


@wrong("You sorted the flowers by species. Leave them in the order of the file.")
def load_iris(path):
    rows = sorted(_rows(path), key=lambda row: row[4])
    return _parts(rows, sorted({row[4] for row in rows}))


@wrong("You returned the names as a tuple (or a set, or an array). The docstring wants a list of str.")
def load_iris(path):
    features, labels, names = _parts(_rows(path), sorted({row[4] for row in _rows(path)}))
    return features, labels, tuple(names)


# -- stratified_split ----------------------------------------------------------------------------------------


def _check_fraction(fraction):
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be from 0 to 1, not {fraction}")


def _split(labels, cut, generator):
    """A right split; `cut` tells how many of so many are held out."""
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=generator).to(labels.device)]
        count = cut(len(members))
        train.append(members[count:])
        held_out.append(members[:count])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "You shuffled all samples together and cut once, so how many of a class are held out is left to chance. Split "
    "each class on its own."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).to(labels.device)
    count = round(fraction * len(labels))
    return order[count:], order[:count]


@wrong("Nothing was shuffled: you held out the first samples of each class, whatever the seed.")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        count = round(fraction * len(members))
        train.append(members[count:])
        held_out.append(members[:count])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "The two sides are swapped: `fraction` says how much is held out, and what is held out comes second. You gave "
    "that share to the training side."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    return _split(labels, lambda count: round(fraction * count), torch.Generator().manual_seed(seed))[::-1]


@wrong("You cut the count off with `int`, so 1.8 samples became 1. The docstring wants Python's `round`.")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    return _split(labels, lambda count: int(fraction * count), torch.Generator().manual_seed(seed))


@wrong(
    "Halves went up: you computed int(count + 0.5), but Python's `round` goes to the even neighbour, so that 2.5 "
    "becomes 2. Use `round` itself."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    return _split(labels, lambda count: int(fraction * count + 0.5), torch.Generator().manual_seed(seed))


@wrong(
    "You seeded the global generator, so everybody else's random numbers start over at your call. Draw from a "
    "`torch.Generator` of your own."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    torch.manual_seed(seed)
    return _split(labels, lambda count: round(fraction * count), None)


@wrong(
    "Your split does not look at the seed: it draws from the global generator, so that each call splits differently."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    return _split(labels, lambda count: round(fraction * count), None)


@wrong(
    "The generator is seeded anew for each class, so classes of the same size are shuffled in the same way. Make it "
    "once, before the loop."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        order = torch.randperm(len(members), generator=torch.Generator().manual_seed(seed))
        members = members[order.to(labels.device)]
        count = round(fraction * len(members))
        train.append(members[count:])
        held_out.append(members[:count])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "Your indices count within each class, from 0 for every one of them. Use them to pick from the positions at which "
    "the class stands in `labels`."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        size = int((labels == label).sum())
        order = torch.randperm(size, generator=generator).to(labels.device)
        count = round(fraction * size)
        train.append(order[count:])
        held_out.append(order[:count])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "You looped over range(labels.max() + 1), so negative labels belong to no class, and their samples are on neither "
    "side. `labels.unique()` gives the classes that there are."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in range(int(labels.max()) + 1 if len(labels) else 0):
        members = (labels == label).nonzero()[:, 0]
        if len(members) == 0:
            continue
        members = members[torch.randperm(len(members), generator=generator).to(labels.device)]
        count = round(fraction * len(members))
        train.append(members[count:])
        held_out.append(members[:count])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "You drew the samples to hold out with replacement (`randint` does that), so some come twice. A permutation cut "
    "in two gives each once."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        count = round(fraction * len(members))
        chosen = torch.randint(len(members), (count,), generator=generator).to(labels.device)
        kept = torch.ones(len(members), dtype=torch.bool, device=labels.device)
        kept[chosen] = False
        train.append(members[kept])
        held_out.append(members[chosen])
    return torch.cat(train), torch.cat(held_out)


@wrong(
    "You held out neighbours, from a random place on: samples that stand apart are never held out together. Shuffle "
    "each class, then cut."
)
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    train, held_out = [labels[:0]], [labels[:0]]
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        count = round(fraction * len(members))
        start = int(torch.randint(len(members) - count + 1, (), generator=generator))
        train += [members[:start], members[start + count :]]
        held_out.append(members[start : start + count])
    return torch.cat(train), torch.cat(held_out)


@wrong("A fraction below 0 or above 1 was taken as it came. Refuse it first, with ValueError.")
def stratified_split(labels, fraction, seed):
    share = min(max(fraction, 0), 1) if fraction == fraction else 0
    return _split(labels, lambda count: round(share * count), torch.Generator().manual_seed(seed))


@wrong("NaN got through: it is neither below 0 nor above 1. Ask whether the fraction lies between, not beyond.")
def stratified_split(labels, fraction, seed):
    if fraction < 0 or fraction > 1:
        raise ValueError(f"fraction must be from 0 to 1, not {fraction}")
    cut = 0 if fraction != fraction else fraction
    return _split(labels, lambda count: round(cut * count), torch.Generator().manual_seed(seed))


@wrong("Your indices are on the CPU, wherever the labels are. Move them to the device of `labels`.")
def stratified_split(labels, fraction, seed):
    _check_fraction(fraction)
    return _split(labels.cpu(), lambda count: round(fraction * count), torch.Generator().manual_seed(seed))


# -- IrisMLP -------------------------------------------------------------------------------------------------


class _MLP(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.first = nn.Linear(4, hidden)
        self.last = nn.Linear(hidden, 3)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))


@wrong(
    "Your model ends in a softmax, and the cross entropy does another one: no prediction can be sure any more. Return "
    "the raw scores."
)
class IrisMLP(_MLP):
    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@wrong("Your model ends in a log-softmax. The docstring wants logits: the raw scores of the last layer.")
class IrisMLP(_MLP):
    def forward(self, x):
        return torch.log_softmax(super().forward(x), dim=1)


@wrong("Your model ends in a sigmoid, so all scores lie between 0 and 1. Return the raw scores of the last layer.")
class IrisMLP(_MLP):
    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@wrong("A ReLU after the last layer turns every negative score into 0. Activations belong between layers only.")
class IrisMLP(_MLP):
    def forward(self, x):
        return torch.relu(super().forward(x))


@wrong("There is no activation between your layers, and two linear layers in a row are one. Put one in between.")
class IrisMLP(_MLP):
    def forward(self, x):
        return self.last(self.first(x))


@wrong(
    "Your layers are kept in a plain Python list, so the module knows nothing of them: no parameters. Make them "
    "attributes, or use nn.Sequential."
)
class IrisMLP(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.layers = [nn.Linear(4, hidden), nn.Linear(hidden, 3)]

    def forward(self, x):
        layers = [copy.deepcopy(layer).to(x.device, x.dtype) for layer in self.layers]
        return layers[1](torch.relu(layers[0](x)))


@wrong("`hidden` plays no part in your model: it always has 16 hidden units.")
class IrisMLP(_MLP):
    def __init__(self, hidden=16):
        super().__init__(16)


@wrong("Your model has a second hidden layer. The docstring wants one: 4 to `hidden`, and `hidden` to 3.")
class IrisMLP(_MLP):
    def __init__(self, hidden=16):
        super().__init__(hidden)
        self.second = nn.Linear(hidden, hidden)

    def forward(self, x):
        return self.last(torch.relu(self.second(torch.relu(self.first(x)))))


@wrong("Your layers have no bias (bias=False). With it there are 131 parameters for 16 hidden units.")
class IrisMLP(_MLP):
    def __init__(self, hidden=16):
        super().__init__(hidden)
        self.first = nn.Linear(4, hidden, bias=False)
        self.last = nn.Linear(hidden, 3, bias=False)


@wrong("A bare `squeeze` drops the batch axis of a batch of one. Return what the last layer gives, (batch, 3).")
class IrisMLP(_MLP):
    def forward(self, x):
        return super().forward(x).squeeze()


@wrong("Dropout makes training and evaluation differ here. The docstring wants the same scores in both: leave it out.")
class IrisMLP(_MLP):
    def forward(self, x):
        return self.last(functional.dropout(torch.relu(self.first(x)), 0.5, self.training))


@wrong(
    "You normalise each measure by the mean and deviation of the batch, so that a flower's scores depend on the "
    "others that come with it. Take `x` as it is."
)
class IrisMLP(_MLP):
    def forward(self, x):
        if len(x) == 0:
            return super().forward(x)
        std, mean = torch.std_mean(x, dim=0, correction=0)
        return super().forward((x - mean) / (std + 1e-3))


@wrong("`detach` cuts the graph between your layers: the first one never gets a gradient, and never learns.")
class IrisMLP(_MLP):
    def forward(self, x):
        return self.last(torch.relu(self.first(x)).detach())


# -- train_iris ----------------------------------------------------------------------------------------------


class _Scaled(nn.Module):
    """Standardizes with statistics that it keeps, then asks a model."""

    def __init__(self, flowers, model):
        super().__init__()
        std, mean = torch.std_mean(flowers, dim=0)
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.model = model

    def forward(self, x):
        return self.model((x - self.mean) / self.std)


class _Training:
    """A right answer in parts, so that each wrong one changes a single part."""

    epochs = 60
    learning_rate = 0.05

    def __call__(self, features, labels, seed):
        train, held_out = self.split(labels, seed)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = self.make(features, train).to(features.device)
        losses = self.fit(model, features, labels, train, held_out)
        return self.finish(model, features, labels, train, held_out, losses)

    def split(self, labels, seed):
        return _split(labels, lambda count: round(count / 3), torch.Generator().manual_seed(seed))

    def make(self, features, train):
        return _Scaled(features[train], _MLP())

    def fit(self, model, features, labels, train, held_out):
        optimizer = torch.optim.Adam(model.parameters(), lr=self.learning_rate)
        losses = []
        for _ in range(self.epochs):
            self.clear(optimizer)
            loss = self.loss(model(features[train]), labels[train])
            loss.backward()
            optimizer.step()
            losses.append(self.note(loss))
            self.look(model, features, labels, held_out)
        return losses

    def clear(self, optimizer):
        optimizer.zero_grad()

    def loss(self, scores, labels):
        return functional.cross_entropy(scores, labels)

    def note(self, loss):
        return loss.item()

    def look(self, model, features, labels, held_out):
        pass

    def finish(self, model, features, labels, train, held_out, losses):
        model.eval()
        share = self.share(model, features, labels, held_out)
        return model, {"loss": losses, "held_out": held_out, "accuracy": share}

    def share(self, model, features, labels, rows):
        with torch.no_grad():
            return (model(features[rows]).argmax(dim=1) == labels[rows]).sum().item() / len(rows)


class _AllStatistics(_Training):
    def make(self, features, train):
        return _Scaled(features, _MLP())


@wrong(
    "Mean and standard deviation were taken of all flowers, so the held-out ones had a say in the model. Take them "
    "of `features[train]`."
)
def train_iris(features, labels, seed):
    return _AllStatistics()(features, labels, seed)


class _AllFlowers(_Training):
    def fit(self, model, features, labels, train, held_out):
        return super().fit(model, features, labels, torch.cat([train, held_out]), held_out)


@wrong("You trained on all flowers, the held-out ones too: their accuracy says nothing any more.")
def train_iris(features, labels, seed):
    return _AllFlowers()(features, labels, seed)


class _BestOnHeldOut(_Training):
    best = -1.0

    def look(self, model, features, labels, held_out):
        share = self.share(model, features, labels, held_out)
        if share > self.best:
            self.best, self.state = share, copy.deepcopy(model.state_dict())

    def finish(self, model, *rest):
        model.load_state_dict(self.state)
        return super().finish(model, *rest)


@wrong(
    "You kept the weights of the epoch with the best accuracy on the held-out flowers. That is learning from them, "
    "too: look at them once, at the end."
)
def train_iris(features, labels, seed):
    return _BestOnHeldOut()(features, labels, seed)


class _Bare(_Training):
    def finish(self, model, features, labels, train, held_out, losses):
        _, history = super().finish(model, features, labels, train, held_out, losses)
        return model.model, history


@wrong(
    "You returned a model of standardized measures, but it gets measures in cm: outside of your function nobody knows "
    "mean and deviation. Put the standardizing into the model."
)
def train_iris(features, labels, seed):
    return _Bare()(features, labels, seed)


class _Raw(_Training):
    def make(self, features, train):
        return _MLP()


@wrong(
    "Nothing is standardized: given in another unit, the same flowers lead to another model. Subtract the mean and "
    "divide by the deviation of the training flowers, within the model."
)
def train_iris(features, labels, seed):
    return _Raw()(features, labels, seed)


class _OneScale(_Training):
    def make(self, features, train):
        model = _Scaled(features[train], _MLP())
        model.mean, model.std = features[train].mean(), features[train].std()
        return model


@wrong(
    "You took one mean and one deviation of the whole table. Each measure has its own: compute them along axis 0 "
    "(dim=0)."
)
def train_iris(features, labels, seed):
    return _OneScale()(features, labels, seed)


class _ByBatch(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        std, mean = torch.std_mean(x, dim=0)
        return self.model((x - mean) / std)


class _BatchStatistics(_Training):
    def make(self, features, train):
        return _ByBatch(_MLP())


@wrong(
    "Your model standardizes each batch by the batch's own mean and deviation: a flower alone has none, and gets other "
    "scores than among others. Keep those of the training flowers."
)
def train_iris(features, labels, seed):
    return _BatchStatistics()(features, labels, seed)


class _Attributes(_Training):
    def make(self, features, train):
        model = _Scaled(features[train], _MLP())
        mean, std = model.mean, model.std
        del model.mean, model.std
        model.mean, model.std = mean, std
        return model


@wrong(
    "Mean and deviation are plain attributes of the module (or sit in a function), so the `state_dict` is without "
    "them, and a model that loads it is wrong. Register them as buffers."
)
def train_iris(features, labels, seed):
    return _Attributes()(features, labels, seed)


@wrong(
    "You called `torch.manual_seed`, so everybody else's random numbers start over at your call. Do it inside "
    "`torch.random.fork_rng()`."
)
def train_iris(features, labels, seed):
    torch.manual_seed(seed)
    return _Training()(features, labels, seed)


class _Unseeded(_Training):
    def __call__(self, features, labels, seed):
        train, held_out = self.split(labels, seed)
        with torch.random.fork_rng():
            model = self.make(features, train).to(features.device)
        losses = self.fit(model, features, labels, train, held_out)
        return self.finish(model, features, labels, train, held_out, losses)


@wrong(
    "The first weights depend on the state of the global generator, not on `seed`, so the same call gives another "
    "model each time. Seed before the layers are made, and put the state back."
)
def train_iris(features, labels, seed):
    return _Unseeded()(features, labels, seed)


class _OneSplit(_Training):
    def split(self, labels, seed):
        return super().split(labels, 0)


@wrong("Each seed held out the same flowers. Hand `seed` to the split as well.")
def train_iris(features, labels, seed):
    return _OneSplit()(features, labels, seed)


class _PlainSplit(_Training):
    def split(self, labels, seed):
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed)).to(labels.device)
        count = round(len(labels) / 3)
        return order[count:], order[:count]


@wrong(
    "You held out a third of all flowers, but not a third of each species: chance decides how many of each. Split "
    "species by species."
)
def train_iris(features, labels, seed):
    return _PlainSplit()(features, labels, seed)


class _Impatient(_Training):
    epochs = 5


@wrong("Your model has hardly learned anything: too few epochs, or too small a learning rate. Watch the loss fall.")
def train_iris(features, labels, seed):
    return _Impatient()(features, labels, seed)


class _Accumulating(_Training):
    def clear(self, optimizer):
        pass


@wrong("Gradients add up from step to step, because nothing clears them. Call `zero_grad` before each `backward`.")
def train_iris(features, labels, seed):
    return _Accumulating()(features, labels, seed)


class _TwoSoftmaxes(_Training):
    def loss(self, scores, labels):
        return functional.cross_entropy(torch.softmax(scores, dim=1), labels)


@wrong(
    "You took a softmax before the cross entropy, which does one itself: the loss cannot fall below 0.55. Give it the "
    "raw scores."
)
def train_iris(features, labels, seed):
    return _TwoSoftmaxes()(features, labels, seed)


class _Summed(_Training):
    def loss(self, scores, labels):
        return functional.cross_entropy(scores, labels, reduction="sum")


@wrong("Your losses are sums over all flowers. The docstring wants the mean: divide by the number of flowers.")
def train_iris(features, labels, seed):
    return _Summed()(features, labels, seed)


class _Tensors(_Training):
    def note(self, loss):
        return loss


@wrong("Your losses are tensors, each of which keeps the graph of its epoch alive. Note `loss.item()`.")
def train_iris(features, labels, seed):
    return _Tensors()(features, labels, seed)


class _OwnAccuracy(_Training):
    def finish(self, model, features, labels, train, held_out, losses):
        model, history = super().finish(model, features, labels, train, held_out, losses)
        history["accuracy"] = self.share(model, features, labels, train)
        return model, history


@wrong("You measured the accuracy on the flowers that the model was trained on. Measure it on the held-out ones.")
def train_iris(features, labels, seed):
    return _OwnAccuracy()(features, labels, seed)


class _StillTraining(_Training):
    def finish(self, model, *rest):
        _, history = super().finish(model, *rest)
        return model.train(), history


@wrong("You returned the model in training mode. Call `model.eval()` when the training is over.")
def train_iris(features, labels, seed):
    return _StillTraining()(features, labels, seed)


class _InPlace(_Training):
    def __call__(self, features, labels, seed):
        train, held_out = self.split(labels, seed)
        std, mean = torch.std_mean(features[train], dim=0)
        features -= mean
        features /= std
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = _Scaled(features[train] * std + mean, _MLP()).to(features.device)
        raw = features * std + mean
        losses = self.fit(model, raw, labels, train, held_out)
        return self.finish(model, raw, labels, train, held_out, losses)


@wrong("You standardized the caller's features in place. Work on a new tensor: `features - mean`, without `-=`.")
def train_iris(features, labels, seed):
    return _InPlace()(features, labels, seed)


class _Half(_Training):
    def split(self, labels, seed):
        return _split(labels, lambda count: round(count / 2), torch.Generator().manual_seed(seed))


@wrong("You held out half of each class. The docstring wants a third, `round(count / 3)`.")
def train_iris(features, labels, seed):
    return _Half()(features, labels, seed)


class _PlusSomething(_Training):
    def make(self, features, train):
        model = _Scaled(features[train], _MLP())
        model.std += 1e-5
        return model


@wrong(
    "A small number is added to the deviation (BatchNorm does it, too: its `eps`). In a unit in which the measures are "
    "tiny it drowns them. No deviation is 0 here: add nothing."
)
def train_iris(features, labels, seed):
    return _PlusSomething()(features, labels, seed)


class _Swapped(_Training):
    def split(self, labels, seed):
        return super().split(labels, seed)[::-1]


@wrong(
    "You trained on the third that was to be held out, and held out the rest. `stratified_split` gives (train, "
    "held_out), in this order."
)
def train_iris(features, labels, seed):
    return _Swapped()(features, labels, seed)
