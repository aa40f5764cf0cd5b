"""The wrong answers to the katas of `devices` once more, each from its sentence alone and in another style."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from kata.variants import rewritten

# best_device


@rewritten("You asked for CUDA alone")
def best_device():
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    return torch.device("cpu")


@rewritten("`current_accelerator()` tells what PyTorch was built for")
def best_device():
    found = torch.accelerator.current_accelerator()
    if found is None:
        return torch.device("cpu")
    return torch.device(found.type, 0)


@rewritten("Where there is no accelerator you gave None")
def best_device():
    if torch.accelerator.is_available():
        return torch.accelerator.current_accelerator()


@rewritten("The answer is a text")
def best_device():
    for module in (torch.cuda, torch.xpu, torch.backends.mps):
        if module.is_available():
            return module.__name__.rpartition(".")[2]
    return "cpu"


_FOUND = {}


@rewritten("The first answer was remembered")
def best_device():
    if "device" not in _FOUND:
        usable = torch.accelerator.is_available()
        _FOUND["device"] = torch.accelerator.current_accelerator() if usable else torch.device("cpu")
    return _FOUND["device"]


@rewritten("For MPS you asked whether PyTorch was built for it")
def best_device():
    usable = {
        "cuda": torch.cuda.is_available(),
        "xpu": torch.xpu.is_available(),
        "mps": torch.backends.mps.is_built(),
        "cpu": True,
    }
    return torch.device(next(name for name in usable if usable[name]))


@rewritten("Your chain asks for CUDA and MPS")
def best_device():
    if torch.backends.mps.is_available():
        name = "mps"
    elif torch.cuda.is_available():
        name = "cuda:0"
    else:
        name = "cpu"
    return torch.device(name)


@rewritten('"cuda" was written out')
def best_device():
    return torch.device("cuda", index=0)


@rewritten("`torch.get_default_device()` is where")
def best_device():
    default = torch.get_default_device()
    return torch.device(default.type)


# move


def _each(change, batch):
    """Give the batch with `change(item)` for each thing that is no container."""
    match batch:
        case dict():
            return dict(zip(batch, (_each(change, value) for value in batch.values()), strict=True))
        case list():
            return list(map(lambda item: _each(change, item), batch))
        case tuple():
            items = tuple(_each(change, item) for item in batch)
            return batch._make(items) if hasattr(batch, "_make") else items
    return change(batch)


def _tensors(change, batch):
    return _each(lambda item: change(item) if isinstance(item, torch.Tensor) else item, batch)


@rewritten("`to` was called and its result dropped")
def move(batch, device):
    def send(tensor):
        tensor.to(device)
        return tensor

    return _tensors(send, batch)


def _in_a_tuple(items, batch):
    return batch._make(items) if hasattr(batch, "_make") else tuple(items)


@rewritten("The moved tensors were written into the lists and dicts")
def move(batch, device):
    def place(item):
        if isinstance(item, torch.Tensor):
            return item.to(device)
        if isinstance(item, tuple):
            return _in_a_tuple([place(each) for each in item], item)
        if isinstance(item, list):
            for i, each in enumerate(item):
                item[i] = place(each)
        elif isinstance(item, dict):
            for key in item:
                item[key] = place(item[key])
        return item

    return place(batch)


@rewritten("A named tuple came back as a plain tuple")
def move(batch, device):
    def place(item):
        if isinstance(item, torch.Tensor):
            return item.to(device=device)
        if isinstance(item, dict):
            return {key: place(item[key]) for key in item}
        for kind in (list, tuple):
            if isinstance(item, kind):
                return kind(place(each) for each in item)
        return item

    return place(batch)


@rewritten("The class of a named tuple was given one list")
def move(batch, device):
    def place(item):
        if isinstance(item, torch.Tensor):
            return item.to(device=device)
        if isinstance(item, dict):
            return {key: place(item[key]) for key in item}
        if isinstance(item, list | tuple):
            items = []
            for each in item:
                items.append(place(each))
            return item.__class__(items)
        return item

    return place(batch)


@rewritten("Only the tensors directly in the batch were moved")
def move(batch, device):
    def send(item):
        return item.to(device) if isinstance(item, torch.Tensor) else item

    if isinstance(batch, dict):
        return {key: send(value) for key, value in batch.items()}
    if isinstance(batch, list):
        return [send(item) for item in batch]
    if isinstance(batch, tuple):
        return _in_a_tuple(map(send, batch), batch)
    return send(batch)


@rewritten("A tuple came back as a list")
def move(batch, device):
    def place(item):
        match item:
            case torch.Tensor():
                return item.to(device)
            case dict():
                return {key: place(value) for key, value in item.items()}
            case list() | tuple():
                return [place(each) for each in item]
        return item

    return place(batch)


@rewritten("Numbers were made tensors")
def move(batch, device):
    def send(item):
        if isinstance(item, int | float):
            return torch.tensor(item, device=device)
        return item.to(device) if isinstance(item, torch.Tensor) else item

    return _each(send, batch)


@rewritten("NumPy arrays were turned into tensors")
def move(batch, device):
    def send(item):
        if isinstance(item, np.ndarray):
            item = torch.as_tensor(item)
        return item.to(device) if isinstance(item, torch.Tensor) else item

    return _each(send, batch)


@rewritten("The entries of a dict, a list or a plain tuple")
def move(batch, device):
    def kept(item):
        return isinstance(item, torch.Tensor | list | tuple | dict)

    def place(item):
        if isinstance(item, torch.Tensor):
            return item.to(device)
        if isinstance(item, dict):
            return {key: place(value) for key, value in item.items() if kept(value)}
        if isinstance(item, list):
            return [place(each) for each in filter(kept, item)]
        if isinstance(item, tuple):
            return item._make(map(place, item)) if hasattr(item, "_make") else tuple(map(place, filter(kept, item)))
        return item

    return place(batch)


@rewritten("The tensors were cut off from the graph")
def move(batch, device):
    return _tensors(lambda tensor: tensor.data.to(device), batch)


@rewritten("Tensors were copied although they are on the device already")
def move(batch, device):
    return _tensors(lambda tensor: tensor.to(device).clone(), batch)


@rewritten("Whatever can be looped over was taken apart")
def move(batch, device):
    def place(item):
        if isinstance(item, torch.Tensor):
            return item.to(device)
        if isinstance(item, dict):
            return {key: place(value) for key, value in item.items()}
        try:
            items = [place(each) for each in item]
        except TypeError:
            return item
        return _in_a_tuple(items, item) if isinstance(item, tuple) else items

    return place(batch)


@rewritten("Everything that has a method `to` was moved")
def move(batch, device):
    def send(item):
        try:
            method = item.to
        except AttributeError:
            return item
        return method(device)

    return _each(send, batch)


@rewritten("The tensors became float32 on the way")
def move(batch, device):
    return _tensors(lambda tensor: tensor.to(device).float(), batch)


@rewritten("`.cuda()` was written out")
def move(batch, device):
    return _tensors(lambda tensor: tensor.cuda(), batch)


@rewritten("Dicts were handed on as they are")
def move(batch, device):
    def place(item):
        if isinstance(item, list):
            return [place(each) for each in item]
        if isinstance(item, tuple):
            return _in_a_tuple([place(each) for each in item], item)
        return item.to(device) if isinstance(item, torch.Tensor) else item

    return place(batch)


# to_numpy


def _readable(tensor, bfloat16=torch.float32):
    """Give the values on the CPU, without graph and marks, and bfloat16 as another dtype."""
    values = tensor.detach().to("cpu")
    if values.dtype is torch.bfloat16:
        values = values.to(bfloat16)
    return torch.resolve_neg(torch.resolve_conj(values))


@rewritten("NumPy refuses a tensor that requires grad")
def to_numpy(tensor):
    values = tensor.to("cpu")
    if values.dtype is torch.bfloat16:
        values = values.to(torch.float32)
    return torch.resolve_neg(torch.resolve_conj(values)).numpy()


@rewritten("NumPy reads the CPU's memory only")
def to_numpy(tensor):
    values = tensor.detach()
    if values.dtype is torch.bfloat16:
        values = values.to(torch.float32)
    return torch.resolve_neg(torch.resolve_conj(values)).numpy()


@rewritten("The values went through a Python list")
def to_numpy(tensor):
    return np.asarray(tensor.tolist())


@rewritten("`detach_()` changed the caller's tensor")
def to_numpy(tensor):
    tensor.detach_()
    return _readable(tensor).numpy()


@rewritten("`requires_grad_(False)` switched the gradient off")
def to_numpy(tensor):
    if tensor.requires_grad:
        tensor.requires_grad = False
    return _readable(tensor).numpy()


@rewritten("A tensor that is marked as conjugated or negated")
def to_numpy(tensor):
    dtype = torch.float32 if tensor.dtype == torch.bfloat16 else tensor.dtype
    return tensor.detach().to("cpu", dtype).numpy()


@rewritten("NumPy has no bfloat16 and refuses it")
def to_numpy(tensor):
    return tensor.numpy(force=True)


@rewritten("bfloat16 became float16")
def to_numpy(tensor):
    return _readable(tensor, bfloat16=torch.float16).numpy()


@rewritten("bfloat16 became float64")
def to_numpy(tensor):
    return _readable(tensor, bfloat16=torch.float64).numpy()


@rewritten("Every floating-point tensor became float32")
def to_numpy(tensor):
    array = _readable(tensor).numpy()
    return array.astype(np.float32, copy=False) if np.issubdtype(array.dtype, np.floating) else array


@rewritten("A tensor without axes became a Python number")
def to_numpy(tensor):
    return _readable(tensor).numpy()[()]


@rewritten("A tensor of the CPU was copied")
def to_numpy(tensor):
    return np.copy(_readable(tensor).numpy())


@rewritten("`contiguous()` copied a tensor")
def to_numpy(tensor):
    return _readable(tensor.contiguous()).numpy()


# on_same_device


def _device(place):
    return place.device if isinstance(place, torch.Tensor) else torch.device(place)


def _alone(device):
    return device.type in {"cpu", "meta"}


def _same(a, b, current):
    """Compare two places, with `current(device)` for the index that is missing."""
    a, b = _device(a), _device(b)
    if a.type != b.type:
        return False
    first, second = (current(device) if device.index is None else device.index for device in (a, b))
    return _alone(a) or first == second


@rewritten("The two devices were compared as they are written")
def on_same_device(a, b):
    return str(_device(a)) == str(_device(b))


@rewritten("Only the types were compared")
def on_same_device(a, b):
    kinds = {_device(place).type for place in (a, b)}
    return len(kinds) == 1


@rewritten("A missing index was taken for 0")
def on_same_device(a, b):
    return _same(a, b, lambda device: 0)


@rewritten("A missing index was taken to match every index")
def on_same_device(a, b):
    a, b = _device(a), _device(b)
    if a.type != b.type:
        return False
    return _alone(a) or None in (a.index, b.index) or a.index == b.index


@rewritten("The current index was asked of `torch.cuda`")
def on_same_device(a, b):
    return _same(a, b, lambda device: None if _alone(device) else torch.cuda.current_device())


@rewritten("The arguments may be names and devices too")
def on_same_device(a, b):
    a, b = a.device, b.device
    return _same(a, b, lambda device: None if _alone(device) else torch.accelerator.current_device_index())


@rewritten("A tensor was made on each device")
def on_same_device(a, b):
    first, second = (x.device if isinstance(x, torch.Tensor) else torch.zeros(1, device=x).device for x in (a, b))
    return first.type == second.type and (_alone(first) or first.index == second.index)


@rewritten("The CPU (or meta) was given the index")
def on_same_device(a, b):
    def whole(place):
        device = _device(place)
        if device.index is None:
            return torch.device(device.type, torch.accelerator.current_device_index())
        return device

    return whole(a) == whole(b)


@rewritten("Only the indices were compared")
def on_same_device(a, b):
    def index(place):
        device = _device(place)
        if _alone(device):
            return None
        return torch.accelerator.current_device_index() if device.index is None else device.index

    return index(a) == index(b)


@rewritten("The device of `torch.mps` was asked for by")
def on_same_device(a, b):
    return _same(a, b, lambda device: None if _alone(device) else getattr(torch, device.type).current_device())


@rewritten("You compared the names as texts")
def on_same_device(a, b):
    names = zip(str(_device(a)), str(_device(b)), strict=False)
    return all(first == second for first, second in names)


# PositionalBias


class _Bias(nn.Module):
    """The right one, whose steps the others replace."""

    def __init__(self, length, features):
        super().__init__()
        self.size = (length, features)
        self.make()

    def make(self):
        self.table = nn.Parameter(torch.zeros(self.size))

    def check_length(self, x):
        if x.size(1) > self.size[0]:
            raise ValueError(f"no more than length = {self.size[0]} positions, please")

    def check_features(self, x):
        if x.size(2) != self.size[1]:
            raise ValueError(f"features: {self.size[1]} expected")

    def positions(self, x):
        return torch.arange(x.size(1), device=x.device)

    def vectors(self, x):
        return F.embedding(self.positions(x), self.table)

    def forward(self, x):
        self.check_length(x)
        self.check_features(x)
        return torch.add(x, self.vectors(x))


@rewritten("The positions are on the CPU")
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(x.size(1))


@rewritten("The positions were made on the CPU and then moved")
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(self.size[0])[: x.size(1)].to(x.device)


@rewritten("The positions were counted along the samples")
class PositionalBias(_Bias):
    def vectors(self, x):
        return F.embedding(torch.arange(x.size(0), device=x.device), self.table)[:, None, :]


@rewritten("The vectors are a plain tensor in an attribute")
class PositionalBias(_Bias):
    def make(self):
        self.table = torch.zeros(self.size)

    def vectors(self, x):
        return self.table[: x.size(1)]


@rewritten("The vectors were registered as a buffer")
class PositionalBias(_Bias):
    def make(self):
        self.register_buffer("table", torch.zeros(self.size))


@rewritten("`x += ...` wrote into the caller's tensor")
class PositionalBias(_Bias):
    def forward(self, x):
        self.check_length(x)
        self.check_features(x)
        return x.add_(self.vectors(x))


@rewritten("The positions of the first call were kept")
class PositionalBias(_Bias):
    def positions(self, x):
        if not hasattr(self, "kept"):
            self.kept = super().positions(x)
        return self.kept[: x.size(1)]


@rewritten("All vectors were added")
class PositionalBias(_Bias):
    def vectors(self, x):
        return self.table[None]


@rewritten("Positions beyond `length` were given the last vector")
class PositionalBias(_Bias):
    def check_length(self, x):
        pass

    def positions(self, x):
        return super().positions(x).remainder(self.size[0])


@rewritten("A sequence that is too long was only noticed by the lookup")
class PositionalBias(_Bias):
    def check_length(self, x):
        pass


@rewritten("The last axis of x was not compared with `features`")
class PositionalBias(_Bias):
    def check_features(self, x):
        pass


@rewritten("The vectors start as `nn.Embedding` makes them")
class PositionalBias(_Bias):
    def make(self):
        self.lookup = nn.Embedding(*self.size)

    def vectors(self, x):
        return self.lookup(self.positions(x))


@rewritten("The vectors were taken out of the graph")
class PositionalBias(_Bias):
    def vectors(self, x):
        with torch.no_grad():
            return super().vectors(x)


@rewritten("The vectors were added and x left out of the sum")
class PositionalBias(_Bias):
    def forward(self, x):
        self.check_length(x)
        self.check_features(x)
        return self.vectors(x).repeat(x.size(0), 1, 1)


# train_on


def _moved(loader, device):
    for batch in loader:
        yield tuple(part.to(device) for part in batch)


def _learn(model, loss_fn, optimizer, inputs, targets):
    """Take one step, and give the sum of the losses of the samples."""
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss.item() * len(targets)


def _nonempty(numbers):
    if not numbers:
        raise ValueError("the loader was empty")
    return numbers


def _epoch(model, loss_fn, optimizer, batches):
    """Train the model as it is on batches that are where they have to be."""
    sums, sizes = [], []
    for inputs, targets in batches:
        sums.append(_learn(model, loss_fn, optimizer, inputs, targets))
        sizes.append(len(targets))
    return sum(sums) / sum(_nonempty(sizes))


@rewritten("The inputs were sent by `inputs.to(device)`")
def train_on(device, model, loss_fn, optimizer, loader):
    def batches():
        for inputs, targets in loader:
            inputs.to(device)
            yield inputs, targets.to(device)

    return _epoch(model.to(device).train(), loss_fn, optimizer, batches())


@rewritten("The targets stayed where the loader made them")
def train_on(device, model, loss_fn, optimizer, loader):
    batches = ((inputs.to(device), targets) for inputs, targets in loader)
    return _epoch(model.to(device).train(), loss_fn, optimizer, batches)


@rewritten("The parameters were moved one by one")
def train_on(device, model, loss_fn, optimizer, loader):
    model.train()
    for parameter in model.parameters():
        parameter.data = parameter.data.to(device)
    return _epoch(model, loss_fn, optimizer, _moved(loader, device))


@rewritten("The model was not moved")
def train_on(device, model, loss_fn, optimizer, loader):
    return _epoch(model.train(), loss_fn, optimizer, _moved(loader, device))


@rewritten("A copy of the model was moved and used")
def train_on(device, model, loss_fn, optimizer, loader):
    there = copy.deepcopy(model).to(device)
    there.train()
    return _epoch(there, loss_fn, optimizer, _moved(loader, device))


@rewritten("The mean was taken over the means of the batches")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    means = [_learn(model, loss_fn, optimizer, x, y) / len(y) for x, y in _moved(loader, device)]
    return float(np.mean(_nonempty(means)))


@rewritten("Means were added and then divided by the number of samples")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    means, samples = 0.0, 0
    for x, y in _moved(loader, device):
        means += _learn(model, loss_fn, optimizer, x, y) / len(y)
        samples += len(y)
    if samples == 0:
        raise ValueError("the loader was empty")
    return means / samples


@rewritten("The loss of the last batch was given")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    means = [_learn(model, loss_fn, optimizer, x, y) / len(y) for x, y in _moved(loader, device)]
    return _nonempty(means)[-1]


@rewritten("The loss was computed anew after the step")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    sums, sizes = [], []
    for x, y in _moved(loader, device):
        _learn(model, loss_fn, optimizer, x, y)
        sums.append(loss_fn(model(x), y).item() * len(y))
        sizes.append(len(y))
    return sum(sums) / sum(_nonempty(sizes))


def _custom_epoch(model, loss_fn, batches, update):
    """As `_epoch`, with `update(loss)` in the place of clearing, backward and step."""
    sums, sizes = [], []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        update(loss)
        sums.append(float(loss) * len(y))
        sizes.append(len(y))
    return sum(sums) / sum(_nonempty(sizes))


@rewritten("The gradients of one batch were still there at the next")
def train_on(device, model, loss_fn, optimizer, loader):
    def update(loss):
        loss.backward()
        optimizer.step()

    return _custom_epoch(model.to(device).train(), loss_fn, _moved(loader, device), update)


@rewritten("`zero_grad` stands between `backward` and `step`")
def train_on(device, model, loss_fn, optimizer, loader):
    def update(loss):
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()

    return _custom_epoch(model.to(device).train(), loss_fn, _moved(loader, device), update)


@rewritten("A new optimizer was made after the move")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    fresh = type(optimizer)(model.parameters(), **optimizer.defaults)
    return _epoch(model, loss_fn, fresh, _moved(loader, device))


@rewritten("The model came in evaluation mode")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device)
    return _epoch(model, loss_fn, optimizer, _moved(loader, device))


@rewritten("The model was put into evaluation mode at the end")
def train_on(device, model, loss_fn, optimizer, loader):
    try:
        return _epoch(model.to(device).train(), loss_fn, optimizer, _moved(loader, device))
    finally:
        model.train(False)


@rewritten("The result is a tensor")
def train_on(device, model, loss_fn, optimizer, loader):
    mean = _epoch(model.to(device).train(), loss_fn, optimizer, _moved(loader, device))
    return torch.tensor(mean, device=device)


@rewritten("The loader was asked for its length")
def train_on(device, model, loss_fn, optimizer, loader):
    if len(loader) == 0:
        raise ValueError("the loader was empty")
    return _epoch(model.to(device).train(), loss_fn, optimizer, _moved(loader, device))


@rewritten("A loader without a batch ended in a division")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    total = samples = 0
    for x, y in _moved(loader, device):
        total += _learn(model, loss_fn, optimizer, x, y)
        samples += y.size(0)
    return total / samples


@rewritten("A loader without a batch gave a loss of 0.0")
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device).train()
    total = 0.0
    samples = 0
    for x, y in _moved(loader, device):
        total += _learn(model, loss_fn, optimizer, x, y)
        samples += y.size(0)
    return total / max(samples, 1)


@rewritten("The device was chosen anew")
def train_on(device, model, loss_fn, optimizer, loader):
    device = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    return _epoch(model.to(device).train(), loss_fn, optimizer, _moved(loader, device))


@rewritten("One step was made at the end of the epoch")
def train_on(device, model, loss_fn, optimizer, loader):
    optimizer.zero_grad()
    mean = _custom_epoch(model.to(device).train(), loss_fn, _moved(loader, device), lambda loss: loss.backward())
    optimizer.step()
    return mean
