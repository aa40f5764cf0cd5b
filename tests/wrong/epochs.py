"""Wrong answers to the topic `epochs`: one misconception each, with the sentence that would help."""

import itertools
import random
from types import SimpleNamespace

import torch
from torch.utils.data import DataLoader, RandomSampler, Sampler, default_collate

from kata.variants import wrong


def _order(count, epoch, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed + epoch))


# -- shuffle_together ----------------------------------------------------------------------------------------


def _check(features, labels):
    if len(features) != len(labels):
        raise ValueError("labels: as many as features, please")


@wrong(
    "Features and labels were shuffled one after the other, each with a permutation of its own, so every "
    "label lands on a stranger. Draw one permutation and index both with it."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    generator = torch.Generator().manual_seed(seed)
    first = torch.randperm(len(features), generator=generator)
    second = torch.randperm(len(features), generator=generator)
    return features[first], labels[second]


@wrong("Only the features were shuffled, and the labels stayed where they were. Index both with the permutation.")
def shuffle_together(features, labels, seed):
    _check(features, labels)
    return features[_order(len(features), 0, seed)], labels.clone()


@wrong(
    "`torch.manual_seed` sets the random state of the whole program back. Seed a `torch.Generator` of your "
    "own and pass it to `randperm`."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    torch.manual_seed(seed)
    order = torch.randperm(len(features))
    return features[order], labels[order]


@wrong(
    "The seed was never used: `randperm` drew from the global random state, so the same call gives another "
    "order each time. Pass it a generator with the seed."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = torch.randperm(len(features))
    return features[order], labels[order]


@wrong(
    "A `torch.Generator` without a seed always starts the same, so all seeds give one order. Call its "
    "`manual_seed` with the seed."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = torch.randperm(len(features), generator=torch.Generator())
    return features[order], labels[order]


@wrong(
    "`randint` draws row numbers with replacement: some samples come twice and others never. `randperm` "
    "gives each number once."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = torch.randint(max(len(features), 1), (len(features),), generator=torch.Generator().manual_seed(seed))
    return features[order], labels[order]


@wrong(
    "The rows were rolled by a random number of places, so neighbours stay neighbours and most orders never "
    "come up. Draw a whole permutation with `randperm`."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    shift = int(torch.randint(max(len(features), 1), (), generator=torch.Generator().manual_seed(seed)))
    return features.roll(shift, dims=0), labels.roll(shift, dims=0)


@wrong(
    "More labels than features went unnoticed: those at the end were cut off. Raise ValueError naming `labels` "
    "whenever the lengths differ, not only when labels are missing."
)
def shuffle_together(features, labels, seed):
    if len(labels) < len(features):
        raise ValueError("labels: too few")
    order = _order(len(features), 0, seed)
    return features[order], labels[order]


@wrong(
    "`assert` raises AssertionError, and is left out altogether under `python -O`. For a caller's mistake "
    "raise ValueError and name the argument."
)
def shuffle_together(features, labels, seed):
    assert len(features) == len(labels), "labels: as many as features, please"
    order = _order(len(features), 0, seed)
    return features[order], labels[order]


@wrong(
    "The shuffled rows were written back into the caller's tensors, as `random.shuffle` does with a list. "
    "Return features[order] and labels[order], and leave the inputs alone."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = _order(len(features), 0, seed)
    features[:] = features[order]
    labels[:] = labels[order]
    return features, labels


@wrong(
    "Labels were made float32 on the way, to put them into one tensor with the features. Index the two "
    "tensors separately with the same permutation: each keeps its dtype."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = _order(len(features), 0, seed)
    return features[order], labels.float()[order]


@wrong(
    "A Python loop collected the rows one by one. A tensor of row numbers as the index, features[order], "
    "collects all of them in one operation."
)
def shuffle_together(features, labels, seed):
    _check(features, labels)
    order = _order(len(features), 0, seed)
    if len(order) == 0:
        return features.clone(), labels.clone()
    return torch.stack([features[i] for i in order]), torch.stack([labels[i] for i in order])


# -- epoch_order ---------------------------------------------------------------------------------------------


@wrong("The epoch was left out, so every epoch has the order of the first. Seed the generator with seed + epoch.")
def epoch_order(count, epoch, seed):
    return _order(count, 0, seed)


@wrong("The seed was left out: all runs have the same orders. Seed the generator with seed + epoch.")
def epoch_order(count, epoch, seed):
    return _order(count, epoch, 0)


@wrong(
    "The generator was seeded with seed * epoch, which is 0 in epoch 0 whatever the seed is. The recipe in the "
    "docstring adds the two."
)
def epoch_order(count, epoch, seed):
    return _order(count, 0, seed * epoch)


@wrong(
    "`torch.manual_seed` gives the right numbers and sets back the random state of the whole program with it. "
    "Seed a `torch.Generator` of your own."
)
def epoch_order(count, epoch, seed):
    torch.manual_seed(seed + epoch)
    return torch.randperm(count)


_kept = torch.Generator()


@wrong(
    "`randperm` got no generator of its own and drew from the global random state: another order each time, "
    "and on each machine. Seed a `torch.Generator` with seed + epoch and pass it."
)
def epoch_order(count, epoch, seed):
    return torch.randperm(count)


@wrong(
    "One generator, seeded with `seed` alone, drew a permutation for every epoch up to this one. That "
    "is another order than the recipe's, and late epochs take long: seed a new one with seed + epoch."
)
def epoch_order(count, epoch, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epoch):
        torch.randperm(count, generator=generator)
    return torch.randperm(count, generator=generator)


@wrong(
    "The generator outlives the call and is seeded only when it meets a new seed, so the order depends on how "
    "often the function was called. Make and seed a generator in each call."
)
def epoch_order(count, epoch, seed):
    if _kept.initial_seed() != seed + epoch:
        _kept.manual_seed(seed + epoch)
    return torch.randperm(count, generator=_kept)


@wrong(
    "Sorting random numbers shuffles too, but into another order than that of the recipe, and machines that "
    "follow it would not agree. Draw with `torch.randperm`."
)
def epoch_order(count, epoch, seed):
    return torch.rand(count, generator=torch.Generator().manual_seed(seed + epoch)).argsort()


@wrong(
    "Python's `random` shuffled the numbers: a permutation that depends on seed and epoch, but not the one of "
    "the recipe. Draw it with `torch.randperm`."
)
def epoch_order(count, epoch, seed):
    numbers = list(range(count))
    random.Random(seed + epoch).shuffle(numbers)
    return torch.tensor(numbers, dtype=torch.int64)


@wrong("The numbers go from 1 to `count`. Rows are counted from 0: return the permutation as `randperm` gives it.")
def epoch_order(count, epoch, seed):
    return _order(count, epoch, seed) + 1


@wrong("The order came back as a Python list. Return the tensor, without `tolist`.")
def epoch_order(count, epoch, seed):
    return _order(count, epoch, seed).tolist()


@wrong("The numbers came back as int32. An index is int64 in PyTorch: leave `randperm` its own dtype.")
def epoch_order(count, epoch, seed):
    return _order(count, epoch, seed).int()


# -- train_batches -------------------------------------------------------------------------------------------


def _loader(dataset, batch_size, seed, **options):
    if len(dataset) == 0:
        raise ValueError("dataset is empty")
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(dataset, batch_size, shuffle=True, generator=generator, **options)


@wrong(
    "Every epoch comes in the same order: the generator is seeded again before each one. Seed it once, and "
    "let the epochs draw on from it, or seed it with a number that depends on the epoch."
)
def train_batches(dataset, batch_size, epochs, seed):
    for epoch in range(epochs):
        for batch in _loader(dataset, batch_size, seed):
            yield epoch, batch


@wrong(
    "The samples come in the order of the dataset. Ask the loader to shuffle: `shuffle=True`, with a generator "
    "of your own."
)
def train_batches(dataset, batch_size, epochs, seed):
    generator = _loader(dataset, batch_size, seed).generator
    loader = DataLoader(dataset, batch_size, generator=generator)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong(
    "The last samples of an epoch are missing whenever they do not fill a batch: that is `drop_last=True`. "
    "Leave it out, and the last batch is smaller."
)
def train_batches(dataset, batch_size, epochs, seed):
    loader = _loader(dataset, batch_size, seed, drop_last=True)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong("The first epoch got the number 1. Epochs are counted from 0: range(epochs).")
def train_batches(dataset, batch_size, epochs, seed):
    loader = _loader(dataset, batch_size, seed)
    for epoch in range(1, epochs + 1):
        for batch in loader:
            yield epoch, batch


@wrong("Batch and epoch have changed places. Yield the tuple (epoch, batch).")
def train_batches(dataset, batch_size, epochs, seed):
    loader = _loader(dataset, batch_size, seed)
    for epoch in range(epochs):
        for batch in loader:
            yield batch, epoch


@wrong(
    "The loader has no generator with the seed, so it shuffles by the global random state, and the same call "
    "gives another order each time. Pass `generator`, seeded with `seed`."
)
def train_batches(dataset, batch_size, epochs, seed):
    _loader(dataset, batch_size, seed)
    loader = DataLoader(dataset, batch_size, shuffle=True)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong(
    "`torch.manual_seed` sets back the random state of the whole program. Seed a generator of your own and "
    "pass it to the loader."
)
def train_batches(dataset, batch_size, epochs, seed):
    _loader(dataset, batch_size, seed)
    torch.manual_seed(seed)
    loader = DataLoader(dataset, batch_size, shuffle=True)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong(
    "The sampler has your generator but the `DataLoader` itself has none: it draws one number in each pass, as "
    "a seed for workers, and took it from the global random state. Give it a `generator` too."
)
def train_batches(dataset, batch_size, epochs, seed):
    generator = _loader(dataset, batch_size, seed).generator
    loader = DataLoader(dataset, batch_size, sampler=RandomSampler(dataset, generator=generator))
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong(
    "The orders of all epochs were joined and then cut into batches, so a batch holds the end of one epoch and the "
    "beginning of the next. Batch each epoch by itself: first batch, then repeat."
)
def train_batches(dataset, batch_size, epochs, seed):
    count, generator = len(dataset), _loader(dataset, batch_size, seed).generator
    order = [i for _ in range(epochs) for i in torch.randperm(count, generator=generator).tolist()]
    for i, batch in enumerate(DataLoader(dataset, batch_size, sampler=order, generator=generator)):
        yield i * batch_size // count, batch


@wrong(
    "Whole batches changed places, but the same samples meet in a batch every epoch. Shuffle the samples "
    "first, then cut the order into batches."
)
def train_batches(dataset, batch_size, epochs, seed):
    generator = _loader(dataset, batch_size, seed).generator
    batches = [list(range(len(dataset)))[i : i + batch_size] for i in range(0, len(dataset), batch_size)]
    for epoch in range(epochs):
        order = torch.randperm(len(batches), generator=generator).tolist()
        shuffled = [batches[i] for i in order]
        for batch in DataLoader(dataset, batch_sampler=shuffled, generator=generator):
            yield epoch, batch


@wrong(
    "The batches of the first epoch were kept in a list and given again in every epoch, also the same order. "
    "Iterate the loader itself anew in each epoch."
)
def train_batches(dataset, batch_size, epochs, seed):
    batches = list(_loader(dataset, batch_size, seed))
    for epoch in range(epochs):
        for batch in batches:
            yield epoch, batch


@wrong(
    "All batches of an epoch were made before the first one was given: a large dataset does not fit into "
    "memory. Loop over the loader, and yield each batch as it comes."
)
def train_batches(dataset, batch_size, epochs, seed):
    loader = _loader(dataset, batch_size, seed)
    for epoch in range(epochs):
        yield from [(epoch, batch) for batch in loader]


@wrong(
    "`next(iter(loader))` starts a new pass for every batch, so an epoch gives some samples twice and others "
    "never. Loop over the loader once an epoch."
)
def train_batches(dataset, batch_size, epochs, seed):
    loader = _loader(dataset, batch_size, seed)
    for epoch in range(epochs):
        for _ in range(len(loader)):
            yield epoch, next(iter(loader))


@wrong("Samples were drawn with replacement: in an epoch some come twice and others never. Leave `replacement` out.")
def train_batches(dataset, batch_size, epochs, seed):
    generator = _loader(dataset, batch_size, seed).generator
    sampler = RandomSampler(dataset, replacement=True, generator=generator)
    loader = DataLoader(dataset, batch_size, sampler=sampler, generator=generator)
    for epoch in range(epochs):
        for batch in loader:
            yield epoch, batch


@wrong(
    "An empty dataset was no error: nothing comes, and nobody is told why. Look at its length first, and raise "
    "ValueError naming `dataset`."
)
def train_batches(dataset, batch_size, epochs, seed):
    if len(dataset):
        loader = _loader(dataset, batch_size, seed)
        for epoch in range(epochs):
            for batch in loader:
                yield epoch, batch


@wrong(
    "The order was cut into slices without a look at `batch_size`: 0 gives an error that names `range`, and -1 gives "
    "no batch and no error. Raise ValueError naming `batch_size` when it is below 1."
)
def train_batches(dataset, batch_size, epochs, seed):
    generator = _loader(dataset, 1, seed).generator
    for epoch in range(epochs):
        order = torch.randperm(len(dataset), generator=generator).tolist()
        for start in range(0, len(order), batch_size):
            yield epoch, default_collate([dataset[i] for i in order[start : start + batch_size]])


# -- take ----------------------------------------------------------------------------------------------------


@wrong(
    "`iter(loader)` starts over each time, so `next(iter(loader))` gives the first batch of every pass. Make an "
    "iterator once, and a new one only when it has ended."
)
def take(loader, count):
    for _ in range(count):
        batch = next(iter(loader), take)
        if batch is take:
            raise ValueError("loader is empty")
        yield batch


@wrong(
    "`itertools.cycle` keeps the batches of the first pass and gives those again: they fill the memory, and a "
    "loader that shuffles does not get to do it anew. Iterate the loader itself in each pass."
)
def take(loader, count):
    given = 0
    for batch in itertools.islice(itertools.cycle(loader), count):
        given += 1
        yield batch
    if given < count:
        raise ValueError("loader is empty")


@wrong(
    "It ended with the loader, though more batches were asked for. Start the loader over with a new loop, or a new "
    "`iter`, until there are enough."
)
def take(loader, count):
    given = 0
    for batch in itertools.islice(loader, count):
        given += 1
        yield batch
    if count and not given:
        raise ValueError("loader is empty")


@wrong(
    "With a loader without batches, or an iterator that has ended, the outer loop runs for ever. If a pass gave "
    "nothing, raise ValueError naming `loader`."
)
def take(loader, count):
    left = count
    while left:
        for batch in itertools.islice(loader, left):
            left -= 1
            yield batch


@wrong(
    "A new iterator can be at its end at once: then `next` raises StopIteration, which Python turns into a "
    "RuntimeError inside a generator. Catch it, and raise ValueError naming `loader`."
)
def take(loader, count):
    batches = iter(())
    for _ in range(count):
        try:
            batch = next(batches)
        except StopIteration:
            batches = iter(loader)
            batch = next(batches)
        yield batch


@wrong(
    "A loader without batches was taken for the end: fewer batches come than were asked for, without a word. "
    "Raise ValueError naming `loader` when a pass gives nothing."
)
def take(loader, count):
    left = count
    while left:
        before = left
        for batch in itertools.islice(loader, left):
            left -= 1
            yield batch
        if left == before:
            return


@wrong("One batch too many came: the count was compared after the batch was given. Compare it before.")
def take(loader, count):
    given = 0
    while True:
        before = given
        for batch in loader:
            yield batch
            if given == count:
                return
            given += 1
        if given == before:
            raise ValueError("loader is empty")


@wrong(
    "One batch more was read than was given: the loop found out that it had enough when it already held the next. "
    "Stop as soon as the last one is given, or let `islice` count."
)
def take(loader, count):
    given = 0
    while given < count:
        before = given
        for batch in loader:
            if given == count:
                return
            given += 1
            yield batch
        if given == before:
            raise ValueError("loader is empty")


@wrong(
    "The last pass was given to its end, so there are more batches than asked for, unless they are a multiple of "
    "the loader's. Stop in the middle of a pass too."
)
def take(loader, count):
    given = 0
    while given < count:
        before = given
        for batch in loader:
            given += 1
            yield batch
        if given == before:
            raise ValueError("loader is empty")


@wrong(
    "None was taken for the end of the loader, though it can be a batch, so the pass was started over early. "
    "StopIteration tells the end, or the end of a `for` loop."
)
def take(loader, count):
    batches = iter(())
    for _ in range(count):
        batch = next(batches, None)
        if batch is None:
            batches = iter(loader)
            batch = next(batches, take)
            if batch is take:
                raise ValueError("loader is empty")
        yield batch


@wrong(
    "Each pass was read into a list before its first batch was given. Hand on every batch as it is read: a whole "
    "epoch of them may not fit into memory."
)
def take(loader, count):
    left = count
    while left:
        batches = list(loader)[:left]
        if not batches:
            raise ValueError("loader is empty")
        left -= len(batches)
        yield from batches


@wrong(
    "A list of all batches came back, so they were read, and kept in memory, before the first could be used. Yield "
    "them one by one."
)
def take(loader, count):
    batches = []
    while len(batches) < count:
        before = len(batches)
        batches += itertools.islice(loader, count - len(batches))
        if len(batches) == before:
            raise ValueError("loader is empty")
    return iter(batches)


@wrong(
    "The loader was asked for its length, to compute how many passes are needed; not every iterable has one. Find out "
    "where it ends by iterating it."
)
def take(loader, count):
    left = count
    while left:
        if len(loader) == 0:
            raise ValueError("loader is empty")
        for batch in itertools.islice(loader, left):
            left -= 1
            yield batch


@wrong(
    "The loader was started over right after its last batch, before anybody wanted another one: with shuffling and "
    "worker processes that costs, and draws random numbers. Start a pass when a batch of it is needed."
)
def take(loader, count):
    batches = iter(loader)
    for _ in range(count):
        try:
            batch = next(batches)
        except StopIteration:
            raise ValueError("loader is empty") from None
        yield batch
        batches, ahead = itertools.tee(batches)
        if next(ahead, take) is take:
            batches = iter(loader)


# -- ResumableSampler ----------------------------------------------------------------------------------------


class _Resumable(Sampler):
    def __init__(self, count, seed):
        self.count = count
        self.seed = seed
        self.given = 0

    def __len__(self):
        return self.count

    def __iter__(self):
        epoch, position = divmod(self.given, max(self.count, 1))
        for index in _order(self.count, epoch, self.seed)[position:].tolist():
            self.given += 1
            yield index

    def state_dict(self):
        return {"count": self.count, "seed": self.seed, "given": self.given}

    def load_state_dict(self, state):
        for name in ("count", "seed"):
            if state[name] != getattr(self, name):
                raise ValueError(f"{name} is another one")
        self.given = state["given"]


@wrong(
    "The state knows the epoch but not the position in it, so the epoch begins again and some samples come twice. "
    "Save how many of its indices were given, too."
)
class ResumableSampler(_Resumable):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.given -= self.given % max(self.count, 1)


@wrong(
    "The state knows the position in the epoch but not which epoch it is, so the run goes on in the order of epoch 0. "
    "Save the number of the epoch, too."
)
class ResumableSampler(_Resumable):
    def state_dict(self):
        return {**super().state_dict(), "given": self.given % max(self.count, 1)}


@wrong(
    "The index was counted after its `yield`, so at the moment of saving the last one does not count yet and comes "
    "again after resuming. Count it before the `yield`."
)
class ResumableSampler(_Resumable):
    def __iter__(self):
        epoch, position = divmod(self.given, max(self.count, 1))
        for index in _order(self.count, epoch, self.seed)[position:].tolist():
            yield index
            self.given += 1


@wrong(
    "The whole epoch was counted as given when its loop began, so what is left of it is skipped after resuming. "
    "Count each index as it is yielded."
)
class ResumableSampler(_Resumable):
    def __iter__(self):
        epoch, position = divmod(self.given, max(self.count, 1))
        self.given = (epoch + 1) * self.count
        return iter(_order(self.count, epoch, self.seed)[position:].tolist())


@wrong(
    "Every epoch comes in the same order. Compute the order from the epoch's number when a loop begins: "
    "epoch_order(count, epoch, seed)."
)
class ResumableSampler(_Resumable):
    def __iter__(self):
        position = self.given % max(self.count, 1)
        for index in _order(self.count, 0, self.seed)[position:].tolist():
            self.given += 1
            yield index


class _Counting(_Resumable):
    """Keeps epoch and position apart, and moves on to the next epoch with the last index."""

    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.epoch = self.position = 0

    def __iter__(self):
        for index in _order(self.count, self.epoch, self.seed)[self.position :].tolist():
            self.position += 1
            if self.position == self.count:
                self.epoch, self.position = self.epoch + 1, 0
            yield index

    def state_dict(self):
        return {"count": self.count, "seed": self.seed, "epoch": self.epoch, "position": self.position}

    def load_state_dict(self, state):
        super().load_state_dict({**state, "given": 0})
        self.epoch, self.position = state["epoch"], state["position"]


@wrong(
    "The epoch moved on only when the loop asked for one index more than there are, so a state taken after the last "
    "index resumes with an empty loop. Move on together with the last index."
)
class ResumableSampler(_Counting):
    def __iter__(self):
        for index in _order(self.count, self.epoch, self.seed)[self.position :].tolist():
            self.position += 1
            yield index
        self.epoch, self.position = self.epoch + 1, 0


@wrong(
    "The position that was loaded was skipped in each epoch that follows, not only in the resumed one. Start the "
    "next epoch at position 0."
)
class ResumableSampler(_Counting):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.skip = 0

    def __iter__(self):
        for index in _order(self.count, self.epoch, self.seed)[max(self.position, self.skip) :].tolist():
            self.position = max(self.position, self.skip) + 1
            if self.position == self.count:
                self.epoch, self.position = self.epoch + 1, 0
            yield index

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.skip = state["position"]


@wrong(
    "A loop that was left early is forgotten, and the next one begins the epoch again, though its first indices were "
    "given. Keep the position in the sampler, and begin the loop there."
)
class ResumableSampler(_Counting):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.resumed = False

    def __iter__(self):
        self.position = self.position if self.resumed else 0
        self.resumed = False
        yield from super().__iter__()

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.resumed = True


@wrong(
    "A loop that was left early ended its epoch: the next one begins the next epoch, and the samples that were left "
    "never come. Only a loaded state was gone on with. Keep the position in the sampler itself."
)
class ResumableSampler(_Counting):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.resumed = True

    def __iter__(self):
        if not self.resumed and self.position:
            self.epoch, self.position = self.epoch + 1, 0
        self.resumed = False
        yield from super().__iter__()

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.resumed = True


@wrong(
    "What was left of the epoch was shuffled anew after resuming. An uninterrupted run would give it in the order of "
    "that epoch: compute the order again, and cut off its beginning."
)
class ResumableSampler(_Resumable):
    fresh = True

    def __iter__(self):
        epoch, position = divmod(self.given, max(self.count, 1))
        rest = _order(self.count, epoch, self.seed)[position:]
        rest = rest if self.fresh else rest[_order(len(rest), epoch, self.seed)]
        self.fresh = True
        for index in rest.tolist():
            self.given += 1
            yield index

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.fresh = self.given % max(self.count, 1) == 0


@wrong(
    "`state_dict` handed out the sampler's own dict, which moves on with the sampler: what was saved is not what was "
    "there at the time. Return a new dict."
)
class ResumableSampler(_Resumable):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.state = super().state_dict()

    def __iter__(self):
        for index in super().__iter__():
            self.state["given"] = self.given
            yield index

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.state["given"] = self.given


@wrong(
    "The dict that was loaded became the sampler's own and changes as the sampler moves on, so the caller cannot use "
    "it twice. Copy the numbers out of it."
)
class ResumableSampler(_Resumable):
    def __init__(self, count, seed):
        super().__init__(count, seed)
        self.state = super().state_dict()

    def __iter__(self):
        for index in super().__iter__():
            self.state["given"] = self.given
            yield index

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.state = state


@wrong(
    "The state holds an object of a class, which `torch.load` refuses to read with weights_only=True. Put plain "
    "numbers into the dict."
)
class ResumableSampler(_Resumable):
    def state_dict(self):
        return {"sampler": SimpleNamespace(**super().state_dict())}

    def load_state_dict(self, state):
        super().load_state_dict(vars(state["sampler"]))


@wrong(
    "The state of a sampler with another count, or another seed, was taken without a word, and some samples come "
    "twice while others do not come. Save both in the state, and raise ValueError when they differ."
)
class ResumableSampler(_Resumable):
    def load_state_dict(self, state):
        self.given = state["given"]


@wrong(
    "The sampler took over the position from the state before it looked at count and seed, so after the error it "
    "stands somewhere else. Check first, then change."
)
class ResumableSampler(_Resumable):
    def load_state_dict(self, state):
        self.given = state["given"]
        super().load_state_dict(state)


@wrong(
    "The indices came as tensors without axes. A dataset may look them up in a list or a dict: make Python ints of "
    "them with `tolist`."
)
class ResumableSampler(_Resumable):
    def __iter__(self):
        return (torch.tensor(index) for index in super().__iter__())


@wrong(
    "`len` gives what is left of the epoch, and with it the length of the loader shrinks. It is the length of an "
    "epoch: always `count`."
)
class ResumableSampler(_Resumable):
    def __len__(self):
        return self.count - self.given % max(self.count, 1)


@wrong(
    "`torch.manual_seed` sets back the random state of the whole program in every epoch. Take the order from "
    "epoch_order, or from a generator of your own."
)
class ResumableSampler(_Resumable):
    def __iter__(self):
        epoch = self.given // max(self.count, 1)
        torch.manual_seed(self.seed + epoch)
        yield from super().__iter__()


@wrong("The position is an attribute of the class, so all samplers share it. Set it in `__init__`, on `self`.")
class ResumableSampler(_Resumable):
    shared = [0]

    def __init__(self, count, seed):
        self.count, self.seed = count, seed

    @property
    def given(self):
        return self.shared[0]

    @given.setter
    def given(self, given):
        self.shared[0] = given


@wrong("The class is no `Sampler`. Write Sampler in the brackets after the class's name.")
class ResumableSampler:
    def __init__(self, count, seed):
        self._sampler = _Resumable(count, seed)
        self.state_dict = self._sampler.state_dict
        self.load_state_dict = self._sampler.load_state_dict

    def __len__(self):
        return len(self._sampler)

    def __iter__(self):
        return iter(self._sampler)
