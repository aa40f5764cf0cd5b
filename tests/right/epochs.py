"""Right answers to the topic `epochs` in other styles than the solution's."""

import random
from itertools import islice, repeat

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    DistributedSampler,
    RandomSampler,
    Sampler,
    Subset,
    SubsetRandomSampler,
    default_collate,
)

from kata.variants import right


@right("NumPy's generator and index_select")
def shuffle_together(features, labels, seed):
    if features.shape[0] != labels.shape[0]:
        raise ValueError(f"{len(features)} features do not go with {len(labels)} labels")
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(features))).to(features.device)
    return features.index_select(0, order), labels.index_select(0, order)


@right("sorts random numbers")
def shuffle_together(features, labels, seed):
    if len(labels) != len(features):
        raise ValueError("too many or too few labels")
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.rand(len(labels), generator=generator, dtype=torch.float64).argsort()
    return features[order], labels[order]


@right("the same seed for each of the two, the global state put back")
def shuffle_together(features, labels, seed):
    if len(labels) != len(features):
        raise ValueError("one of features and labels is too long")

    def shuffled(tensor):
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            return tensor[torch.randperm(tensor.size(0))]

    return shuffled(features), shuffled(labels)


@right("DistributedSampler")
def epoch_order(count, epoch, seed):
    sampler = DistributedSampler(range(count), num_replicas=1, rank=0, shuffle=True, seed=seed)
    sampler.set_epoch(epoch)
    return torch.tensor(list(sampler), dtype=torch.int64)


@right("the global generator, put back afterwards")
def epoch_order(count, epoch, seed):
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed + epoch)
        return torch.randperm(count)


@right("SubsetRandomSampler")
def epoch_order(count, epoch, seed):
    generator = torch.Generator("cpu")
    generator.manual_seed(epoch + seed)
    return torch.LongTensor([*SubsetRandomSampler(range(count), generator=generator)])


@right("a loader for each epoch, its order computed from seed and epoch")
def train_batches(dataset, batch_size, epochs, seed):
    if len(dataset) == 0:
        raise ValueError("the dataset is empty")
    for epoch in range(epochs):
        generator = torch.Generator().manual_seed(1000 * seed + epoch)
        order = torch.randperm(len(dataset), generator=generator).tolist()
        for batch in DataLoader(Subset(dataset, order), batch_size=batch_size, generator=generator):
            yield epoch, batch


@right("without a loader, errors raised by the call")
def train_batches(dataset, batch_size, epochs, seed):
    if batch_size < 1:
        raise ValueError(f"{batch_size=} is below 1")
    if not len(dataset):
        raise ValueError("no sample in dataset")

    def batches():
        rng = random.Random(seed)
        order = list(range(len(dataset)))
        for epoch in range(epochs):
            rng.shuffle(order)
            for start in range(0, len(order), batch_size):
                yield epoch, default_collate([dataset[i] for i in order[start : start + batch_size]])

    return batches()


@right("a sampler of batches, and a generator expression")
def train_batches(dataset, batch_size, epochs, seed):
    if len(dataset) < 1:
        raise ValueError("dataset: at least one sample, please")
    generator = torch.Generator().manual_seed(seed)
    batches = BatchSampler(RandomSampler(dataset, generator=generator), batch_size, drop_last=False)
    loader = DataLoader(dataset, batch_sampler=batches, generator=generator)
    return ((epoch, batch) for epoch in range(epochs) for batch in loader)


@right("next, with a new iterator when one has ended")
def take(loader, count):
    batches = None
    for _ in range(count):
        if batches is None:
            batches = iter(loader)
        try:
            batch = next(batches)
        except StopIteration:
            batches = iter(loader)
            try:
                batch = next(batches)
            except StopIteration:
                raise ValueError("the loader is empty") from None
        yield batch


def _passes(loader):
    for again in repeat(loader):
        batch = nothing = object()
        for batch in again:
            yield batch
        if batch is nothing:
            raise ValueError(f"{loader} has no batches: it is an empty loader, or an iterator")


@right("itertools, an endless row of passes cut off")
def take(loader, count):
    return islice(_passes(loader), count)


class _Take:
    def __init__(self, loader, count):
        self.loader, self.left, self.batches = loader, count, iter([])

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        for _ in range(2):
            for batch in self.batches:
                self.left -= 1
                return batch
            self.batches = iter(self.loader)
        for batch in self.batches:
            self.left -= 1
            return batch
        raise ValueError("nothing comes from loader")


@right("a class that is its own iterator")
def take(loader, count):
    return _Take(loader, count)


@right("epoch and position, moved on together")
class ResumableSampler(Sampler):
    def __init__(self, count, seed):
        self._count, self._seed = count, seed
        self._epoch = self._position = 0

    def __len__(self):
        return self._count

    def _order(self):
        generator = torch.Generator().manual_seed(self._seed + self._epoch)
        return torch.randperm(self._count, generator=generator).tolist()

    def __iter__(self):
        order = self._order()
        while order and self._position < self._count:
            index = order[self._position]
            self._position += 1
            if self._position == self._count:
                self._epoch, self._position, order = self._epoch + 1, 0, []
            yield index

    def state_dict(self):
        return {"epoch": self._epoch, "position": self._position, "of": [self._count, self._seed]}

    def load_state_dict(self, state):
        count, seed = state["of"]
        if (count, seed) != (self._count, self._seed):
            raise ValueError(f"the state is one for {count=} and {seed=}")
        self._epoch, self._position = state["epoch"], state["position"]


@right("keeps the rest of the epoch as a tensor")
class ResumableSampler(Sampler):
    def __init__(self, count, seed):
        super().__init__()
        self.key = torch.tensor([count, seed])
        self.epoch = 0
        self.rest = self.shuffled()

    def shuffled(self):
        count, seed = self.key.tolist()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed + self.epoch)
            return torch.randperm(count)

    def __len__(self):
        return int(self.key[0])

    def __iter__(self):
        for _ in range(len(self.rest)):
            index, self.rest = self.rest[0], self.rest[1:]
            if not len(self.rest):
                self.epoch += 1
                self.rest = self.shuffled()
            yield int(index)

    def state_dict(self):
        return {"key": self.key.clone(), "epoch": self.epoch, "rest": self.rest.clone()}

    def load_state_dict(self, state):
        for at, name in enumerate(["count", "seed"]):
            if state["key"][at] != self.key[at]:
                raise ValueError(f"another {name} than that of the state")
        self.epoch, self.rest = state["epoch"], state["rest"].clone()


class _Indices:
    def __init__(self, sampler):
        self.sampler, self.left = sampler, sampler.count - sampler.position

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        index = self.sampler.order[self.sampler.position]
        self.sampler.advance()
        return index


@right("an iterator class, on top of DistributedSampler")
class ResumableSampler(DistributedSampler):
    def __init__(self, count, seed):
        super().__init__(range(count), num_replicas=1, rank=0, shuffle=True, seed=seed)
        self.count = count
        self.move_to(0, 0)

    def move_to(self, epoch, position):
        self.set_epoch(epoch)
        self.order = list(super().__iter__())
        self.position = position

    def advance(self):
        if self.position + 1 < self.count:
            self.position += 1
        else:
            self.move_to(self.epoch + 1, 0)

    def __iter__(self):
        return _Indices(self)

    def __len__(self):
        return self.count

    def state_dict(self):
        return dict(count=self.count, seed=self.seed, epoch=self.epoch, position=self.position)

    def load_state_dict(self, state):
        if state["count"] != self.count:
            raise ValueError("count differs")
        if state["seed"] != self.seed:
            raise ValueError("seed differs")
        self.move_to(state["epoch"], state["position"])
