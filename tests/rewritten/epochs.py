"""The wrong answers to the katas of `epochs` once more, each from its sentence alone and in another style."""

import itertools
import math
import random

import torch
from torch.utils.data import DataLoader, RandomSampler, Sampler

from kata.variants import rewritten


def _generator(seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return generator


def _permutation(count, seed):
    return torch.randperm(count, generator=_generator(seed))


# shuffle_together


def _paired(features, labels):
    if features.size(0) != labels.size(0):
        raise ValueError(f"the labels do not pair up: {labels.size(0)} of them")


def _ordered(x, order):
    return x[order.to(x.device)]


@rewritten("Features and labels were shuffled one after the other")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    generator = _generator(seed)
    shuffled = [_ordered(x, torch.randperm(x.size(0), generator=generator)) for x in (features, labels)]
    return shuffled[0], shuffled[1]


@rewritten("Only the features were shuffled")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    return features.index_select(0, _permutation(len(features), seed).to(features.device)), labels.clone()


@rewritten("`torch.manual_seed` sets the random state of the whole program back")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    torch.manual_seed(seed)
    order = torch.randperm(features.size(0))
    return _ordered(features, order), _ordered(labels, order)


@rewritten("The seed was never used")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    order = torch.randperm(features.size(0)).to(features.device)
    return features.index_select(0, order), labels.index_select(0, order)


@rewritten("A `torch.Generator` without a seed")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    order = torch.randperm(features.size(0), generator=torch.Generator())
    return _ordered(features, order), _ordered(labels, order)


@rewritten("`randint` draws row numbers with replacement")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    count = features.size(0)
    order = (torch.rand(count, generator=_generator(seed)) * count).long()
    return _ordered(features, order), _ordered(labels, order)


@rewritten("The rows were rolled by a random number")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    count = features.size(0)
    by = int(torch.randint(max(count, 1), (1,), generator=_generator(seed)))
    order = (torch.arange(count) + by) % max(count, 1)
    return _ordered(features, order), _ordered(labels, order)


@rewritten("More labels than features went unnoticed")
def shuffle_together(features, labels, seed):
    if labels.size(0) < features.size(0):
        raise ValueError("too few labels")
    order = _permutation(features.size(0), seed)
    return _ordered(features, order), _ordered(labels, order)


@rewritten("`assert` raises AssertionError")
def shuffle_together(features, labels, seed):
    assert features.shape[0] == labels.shape[0], "labels"
    order = _permutation(features.shape[0], seed)
    return _ordered(features, order), _ordered(labels, order)


@rewritten("The shuffled rows were written back")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    order = _permutation(features.shape[0], seed)
    with torch.no_grad():
        features.copy_(_ordered(features, order))
        labels.copy_(_ordered(labels, order))
    return features, labels


@rewritten("Labels were made float32 on the way")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    order = _permutation(features.shape[0], seed)
    return _ordered(features, order), _ordered(labels, order).float()


@rewritten("A Python loop collected the rows one by one")
def shuffle_together(features, labels, seed):
    _paired(features, labels)
    order = _permutation(features.shape[0], seed).tolist()
    if not order:
        return features.clone(), labels.clone()
    return torch.stack([features[i] for i in order]), torch.stack([labels[i] for i in order])


# epoch_order


@rewritten("The epoch was left out")
def epoch_order(count, epoch, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


@rewritten("The seed was left out")
def epoch_order(count, epoch, seed):
    return _permutation(count, epoch)


@rewritten("The generator was seeded with seed * epoch")
def epoch_order(count, epoch, seed):
    return _permutation(count, epoch * seed)


@rewritten("`torch.manual_seed` gives the right numbers")
def epoch_order(count, epoch, seed):
    return torch.randperm(count, generator=torch.manual_seed(epoch + seed))


@rewritten("`randperm` got no generator of its own")
def epoch_order(count, epoch, seed):
    _generator(seed + epoch)
    return torch.randperm(count)


@rewritten("One generator, seeded with `seed` alone")
def epoch_order(count, epoch, seed):
    generator = _generator(seed)
    order = torch.randperm(count, generator=generator)
    while epoch:
        order = torch.randperm(count, generator=generator)
        epoch -= 1
    return order


_KEPT = {}


@rewritten("The generator outlives the call")
def epoch_order(count, epoch, seed):
    if seed + epoch not in _KEPT:
        _KEPT.clear()
        _KEPT[seed + epoch] = _generator(seed + epoch)
    return torch.randperm(count, generator=_KEPT[seed + epoch])


@rewritten("Sorting random numbers shuffles too")
def epoch_order(count, epoch, seed):
    return torch.rand(count, generator=_generator(seed + epoch)).sort().indices


@rewritten("Python's `random` shuffled the numbers")
def epoch_order(count, epoch, seed):
    return torch.tensor(random.Random(seed + epoch).sample(range(count), count), dtype=torch.int64)


@rewritten("The numbers go from 1 to `count`")
def epoch_order(count, epoch, seed):
    return _permutation(count, seed + epoch).add(1)


@rewritten("The order came back as a Python list")
def epoch_order(count, epoch, seed):
    return [int(i) for i in _permutation(count, seed + epoch)]


@rewritten("The numbers came back as int32")
def epoch_order(count, epoch, seed):
    return _permutation(count, seed + epoch).to(torch.int32)


# train_batches


def _usable(dataset, batch_size):
    if len(dataset) == 0:
        raise ValueError("dataset: there is nothing in it")
    if batch_size < 1:
        raise ValueError(f"batch_size: {batch_size}")


def _in_order(dataset, order, batch_size):
    yield from DataLoader(dataset, batch_size, sampler=order, generator=torch.Generator())


@rewritten("Every epoch comes in the same order")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    for epoch in range(epochs):
        for batch in _in_order(dataset, _permutation(len(dataset), seed).tolist(), batch_size):
            yield epoch, batch


@rewritten("The samples come in the order of the dataset")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    for epoch in range(epochs):
        for batch in _in_order(dataset, range(len(dataset)), batch_size):
            yield epoch, batch


@rewritten("The last samples of an epoch are missing")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, shuffle=True, drop_last=True, generator=_generator(seed))
    return ((epoch, batch) for epoch in range(epochs) for batch in loader)


@rewritten("The first epoch got the number 1")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, shuffle=True, generator=_generator(seed))
    for epoch in range(1, epochs + 1):
        for batch in loader:
            yield epoch, batch


@rewritten("Batch and epoch have changed places")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, shuffle=True, generator=_generator(seed))
    for epoch in range(epochs):
        yield from zip(loader, itertools.repeat(epoch), strict=False)


@rewritten("The loader has no generator with the seed")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, sampler=RandomSampler(dataset))
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@rewritten("`torch.manual_seed` sets back the random state of the whole program. Seed a generator of your own and pass")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    torch.manual_seed(seed)
    loader = DataLoader(dataset, batch_size, shuffle=True)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@rewritten("The sampler has your generator but the `DataLoader` itself")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    generator = _generator(seed)
    for epoch in range(epochs):
        order = torch.randperm(len(dataset), generator=generator).tolist()
        for batch in DataLoader(dataset, batch_size, sampler=order):
            yield epoch, batch


@rewritten("The orders of all epochs were joined")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    generator = _generator(seed)
    orders = [torch.randperm(len(dataset), generator=generator).tolist() for _ in range(epochs)]
    done = 0
    for batch in _in_order(dataset, list(itertools.chain(*orders)), batch_size):
        yield done // len(dataset), batch
        done += batch_size


@rewritten("Whole batches changed places")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    generator = _generator(seed)
    starts = range(0, len(dataset), batch_size)
    for epoch in range(epochs):
        order = [starts[i] for i in torch.randperm(len(starts), generator=generator)]
        batches = [list(range(start, min(start + batch_size, len(dataset)))) for start in order]
        for batch in DataLoader(dataset, batch_sampler=batches, generator=torch.Generator()):
            yield epoch, batch


@rewritten("The batches of the first epoch were kept")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    kept = []
    for epoch in range(epochs):
        if epoch:
            for batch in kept:
                yield epoch, batch
        else:
            for batch in DataLoader(dataset, batch_size, shuffle=True, generator=_generator(seed)):
                kept.append(batch)
                yield epoch, batch


@rewritten("All batches of an epoch were made before")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, shuffle=True, generator=_generator(seed))
    for epoch in range(epochs):
        for batch in tuple(loader):
            yield epoch, batch


@rewritten("`next(iter(loader))` starts a new pass for every batch")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    loader = DataLoader(dataset, batch_size, shuffle=True, generator=_generator(seed))
    for epoch in range(epochs):
        for _ in range(math.ceil(len(dataset) / batch_size)):
            for batch in loader:
                yield epoch, batch
                break


@rewritten("Samples were drawn with replacement")
def train_batches(dataset, batch_size, epochs, seed):
    _usable(dataset, batch_size)
    generator = _generator(seed)
    for epoch in range(epochs):
        order = torch.randint(len(dataset), (len(dataset),), generator=generator).tolist()
        for batch in _in_order(dataset, order, batch_size):
            yield epoch, batch


@rewritten("An empty dataset was no error")
def train_batches(dataset, batch_size, epochs, seed):
    if batch_size < 1:
        raise ValueError("batch_size is too small")
    for epoch in range(epochs):
        order = _permutation(len(dataset), seed + 1000 * epoch).tolist()
        for batch in _in_order(dataset, order, batch_size):
            yield epoch, batch


@rewritten("The order was cut into slices without a look")
def train_batches(dataset, batch_size, epochs, seed):
    if not len(dataset):
        raise ValueError("dataset is empty")
    generator = _generator(seed)
    for epoch in range(epochs):
        order = torch.randperm(len(dataset), generator=generator).tolist()
        for start in range(0, len(order), batch_size):
            for batch in _in_order(dataset, order[start : start + batch_size], batch_size):
                yield epoch, batch


# take


@rewritten("`iter(loader)` starts over each time")
def take(loader, count):
    for _ in range(count):
        for batch in loader:
            yield batch
            break
        else:
            raise ValueError("loader gave nothing")


@rewritten("`itertools.cycle` keeps the batches")
def take(loader, count):
    if count < 1:
        return
    kept = []
    for batch in loader:
        kept.append(batch)
        yield batch
        if len(kept) == count:
            return
    if not kept:
        raise ValueError("loader is empty")
    for i in range(count - len(kept)):
        yield kept[i % len(kept)]


@rewritten("It ended with the loader, though more batches")
def take(loader, count):
    if count < 1:
        return
    given = 0
    for batch in loader:
        yield batch
        given += 1
        if given == count:
            return
    if not given:
        raise ValueError("loader has no batches")


@rewritten("With a loader without batches, or an iterator that has ended, the outer loop")
def take(loader, count):
    left = count
    while left > 0:
        for batch in loader:
            yield batch
            left -= 1
            if not left:
                break


@rewritten("A new iterator can be at its end at once")
def take(loader, count):
    batches = None
    for _ in range(count):
        if batches is None:
            batches = iter(loader)
        try:
            batch = next(batches)
        except StopIteration:
            batches = iter(loader)
            batch = next(batches)
        yield batch


@rewritten("A loader without batches was taken for the end")
def take(loader, count):
    left = count
    while left > 0:
        empty = True
        for batch in loader:
            empty = False
            yield batch
            left -= 1
            if not left:
                return
        if empty:
            return


@rewritten("One batch too many came")
def take(loader, count):
    if count < 1:
        return
    given = 0
    while True:
        before = given
        for batch in loader:
            yield batch
            if given >= count:
                return
            given += 1
        if before == given:
            raise ValueError("loader: an empty pass")


@rewritten("One batch more was read than was given")
def take(loader, count):
    given = 0
    while given < count:
        before = given
        for batch in loader:
            if given == count:
                return
            yield batch
            given += 1
        if before == given:
            raise ValueError("loader: an empty pass")


@rewritten("The last pass was given to its end")
def take(loader, count):
    given = 0
    while given < count:
        before = given
        for given, batch in enumerate(loader, before + 1):
            yield batch
        if given == before:
            raise ValueError("loader: an empty pass")


@rewritten("None was taken for the end of the loader")
def take(loader, count):
    batches = None
    for _ in range(count):
        batch = next(batches, None) if batches is not None else None
        if batch is None:
            batches = iter(loader)
            batch = next(batches, None)
        if batch is None:
            raise ValueError("loader: nothing in it")
        yield batch


@rewritten("Each pass was read into a list before")
def take(loader, count):
    left = count
    while left > 0:
        whole = [*loader]
        if not whole:
            raise ValueError("loader: nothing in it")
        yield from whole[:left]
        left -= len(whole)


def _taken(loader, count):
    left = count
    while left > 0:
        before = left
        for batch in loader:
            yield batch
            left -= 1
            if left == 0:
                return
        if left == before:
            raise ValueError("loader gave nothing")


@rewritten("A list of all batches came back")
def take(loader, count):
    return [batch for batch in _taken(loader, count)]


@rewritten("The loader was asked for its length")
def take(loader, count):
    if count < 1:
        return
    length = len(loader)
    if not length:
        raise ValueError("loader has length 0")
    passes = -(-count // length)
    yield from itertools.islice(itertools.chain.from_iterable(loader for _ in range(passes)), count)


@rewritten("The loader was started over right after its last batch")
def take(loader, count):
    if count < 1:
        return
    batches, left = iter(loader), count
    while left:
        before = left
        for batch in batches:
            yield batch
            left -= 1
            if not left:
                break
        if left == before:
            raise ValueError("loader gave nothing")
        batches = iter(loader)


# ResumableSampler


class _Resumable(Sampler[int]):
    """Right: the epoch, and how many of its indices were given."""

    def __init__(self, count, seed):
        self.count, self.seed = count, seed
        self.place = [0, 0]

    def __len__(self):
        return self.count

    def order(self):
        return _permutation(self.count, self.seed + self.place[0]).tolist()

    def advance(self):
        self.place[1] += 1
        if self.place[1] >= self.count:
            self.place = [self.place[0] + 1, 0]

    def __iter__(self):
        for index in self.order()[self.place[1] :]:
            self.advance()
            yield index

    def state_dict(self):
        return {"count": self.count, "seed": self.seed, "epoch": self.place[0], "given": self.place[1]}

    def check(self, state):
        for name in ("count", "seed"):
            if state[name] != getattr(self, name):
                raise ValueError(f"{name} is {getattr(self, name)} here and {state[name]} in the state")

    def load_state_dict(self, state):
        self.check(state)
        self.place = [state["epoch"], state["given"]]


@rewritten("The state knows the epoch but not the position")
class ResumableSampler(_Resumable):
    def state_dict(self):
        return {"count": self.count, "seed": self.seed, "epoch": self.place[0]}

    def load_state_dict(self, state):
        self.check(state)
        self.place = [state["epoch"], 0]


@rewritten("The state knows the position in the epoch but not")
class ResumableSampler(_Resumable):
    def load_state_dict(self, state):
        self.check(state)
        self.place = [0, state["given"]]


@rewritten("The index was counted after its `yield`")
class ResumableSampler(_Resumable):
    def __iter__(self):
        order = self.order()
        while True:
            epoch, given = self.place
            if given >= len(order):
                return
            yield order[given]
            self.advance()
            if self.place[0] != epoch:
                return


@rewritten("The whole epoch was counted as given when its loop began")
class ResumableSampler(_Resumable):
    def __iter__(self):
        rest = self.order()[self.place[1] :]
        self.place = [self.place[0] + 1, 0]
        return iter(rest)


@rewritten("Every epoch comes in the same order")
class ResumableSampler(_Resumable):
    def order(self):
        return _permutation(self.count, self.seed).tolist()


@rewritten("The epoch moved on only when the loop asked")
class ResumableSampler(_Resumable):
    def __iter__(self):
        for index in self.order()[self.place[1] :]:
            self.place[1] += 1
            yield index
        self.place = [self.place[0] + 1, 0]


@rewritten("The position that was loaded was skipped in each epoch")
class ResumableSampler(_Resumable):
    skipped = 0

    def advance(self):
        self.place[1] += 1
        if self.place[1] >= self.count:
            self.place = [self.place[0] + 1, self.skipped]

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.skipped = state["given"]


@rewritten("A loop that was left early is forgotten")
class ResumableSampler(_Resumable):
    loaded = 0

    def __iter__(self):
        self.place[1], self.loaded = self.loaded, 0
        for index in self.order()[self.place[1] :]:
            self.advance()
            yield index

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.loaded = state["given"]


@rewritten("A loop that was left early ended its epoch")
class ResumableSampler(_Resumable):
    loaded = True

    def __iter__(self):
        if not self.loaded and self.place[1]:
            self.place = [self.place[0] + 1, 0]
        self.loaded = False
        return super().__iter__()

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.loaded = True


@rewritten("What was left of the epoch was shuffled anew")
class ResumableSampler(_Resumable):
    def __iter__(self):
        rest = self.order()[self.place[1] :]
        if self.place[1]:
            rest = [rest[i] for i in _permutation(len(rest), self.seed)]
        for index in rest:
            self.advance()
            yield index


@rewritten("`state_dict` handed out the sampler's own dict")
class ResumableSampler(_Resumable):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.state = super().state_dict()

    def advance(self):
        super().advance()
        self.state.update(epoch=self.place[0], given=self.place[1])

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.state.update(state)


@rewritten("The dict that was loaded became the sampler's own")
class ResumableSampler(_Resumable):
    loaded = None

    def advance(self):
        super().advance()
        if self.loaded is not None:
            self.loaded["epoch"], self.loaded["given"] = self.place

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.loaded = state


class _Place:
    def __init__(self, epoch, given):
        self.epoch, self.given = epoch, given


@rewritten("The state holds an object of a class")
class ResumableSampler(_Resumable):
    def state_dict(self):
        return {"count": self.count, "seed": self.seed, "place": _Place(*self.place)}

    def load_state_dict(self, state):
        self.check(state)
        self.place = [state["place"].epoch, state["place"].given]


@rewritten("The state of a sampler with another count, or another seed")
class ResumableSampler(_Resumable):
    def check(self, state):
        pass


@rewritten("The sampler took over the position from the state before")
class ResumableSampler(_Resumable):
    def load_state_dict(self, state):
        self.place = [state["epoch"], state["given"]]
        self.check(state)


@rewritten("The indices came as tensors without axes")
class ResumableSampler(_Resumable):
    def order(self):
        return list(_permutation(self.count, self.seed + self.place[0]))


@rewritten("`len` gives what is left of the epoch")
class ResumableSampler(_Resumable):
    def __len__(self):
        return self.count - self.place[1]


@rewritten("`torch.manual_seed` sets back the random state of the whole program in every epoch")
class ResumableSampler(_Resumable):
    def order(self):
        torch.manual_seed(self.seed + self.place[0])
        return torch.randperm(self.count).tolist()


@rewritten("The position is an attribute of the class")
class ResumableSampler(_Resumable):
    shared = [0, 0]

    def __init__(self, count, seed):
        self.count, self.seed = count, seed

    @property
    def place(self):
        return self.shared

    @place.setter
    def place(self, place):
        self.shared[:] = place


@rewritten("The class is no `Sampler`")
class ResumableSampler:
    __init__ = _Resumable.__init__
    __len__ = _Resumable.__len__
    __iter__ = _Resumable.__iter__
    order = _Resumable.order
    advance = _Resumable.advance
    check = _Resumable.check
    state_dict = _Resumable.state_dict
    load_state_dict = _Resumable.load_state_dict
