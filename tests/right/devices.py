"""Right answers to the topic `devices` in other styles than the solution's."""

import functools

import numpy as np
import torch
from torch import Tensor, nn
from torch.cuda import is_available as cuda_is_available
from torch.nn import functional
from torch.utils import _pytree as pytree

from kata.variants import right

# -- best_device ---------------------------------------------------------------------------------------------


@right("asks whether, then which")
def best_device():
    if torch.accelerator.is_available():
        return torch.accelerator.current_accelerator()
    return torch.device("cpu")


@right("a chain of questions, with an index")
def best_device():
    if cuda_is_available():
        return torch.device("cuda", 0)
    if torch.backends.mps.is_available():
        return torch.device("mps")
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return torch.device("xpu:0")
    return torch.device("cpu")


@right("the first of the modules that has a device")
def best_device():
    names = (name for name in ("cuda", "xpu", "mps") if torch.get_device_module(name).device_count() > 0)
    return torch.device(next(names, "cpu"))


@right("counts devices")
def best_device():
    kind = torch.accelerator.current_accelerator()
    if kind is None or not torch.accelerator.device_count():
        kind = torch.device("cpu", 0)
    return kind


# -- move ----------------------------------------------------------------------------------------------------


@right("tree_map")
def move(batch, device):
    return pytree.tree_map_only(Tensor, lambda tensor: tensor.to(device), batch)


@right("match")
def move(batch, device):
    return _matched(batch, device)


def _matched(batch, device):
    match batch:
        case Tensor():
            return batch if batch.device == torch.device(device) else batch.to(device=device, non_blocking=False)
        case dict():
            return dict(zip(batch, _matched(list(batch.values()), device), strict=True))
        case list():
            return list(map(functools.partial(_matched, device=device), batch))
        case tuple() if hasattr(type(batch), "_make"):
            return type(batch)._make(_matched(list(batch), device))
        case tuple():
            return tuple(_matched(list(batch), device))
    return batch


@functools.singledispatch
def _sent(batch, device):
    return batch


@_sent.register
def _(batch: Tensor, device):
    return torch.as_tensor(batch, device=device)


@_sent.register
def _(batch: list, device):
    moved = batch.copy()
    for i, item in enumerate(moved):
        moved[i] = _sent(item, device)
    return moved


@_sent.register
def _(batch: dict, device):
    moved = batch.copy()
    moved.update({key: _sent(value, device) for key, value in batch.items()})
    return moved


@_sent.register
def _(batch: tuple, device):
    items = (_sent(item, device) for item in batch)
    return batch._replace(**dict(zip(batch._fields, items, strict=True))) if hasattr(batch, "_fields") else (*items,)


@right("singledispatch on copies")
def move(batch, device):
    return _sent(batch, device)


# -- to_numpy ------------------------------------------------------------------------------------------------


@right("step by step")
def to_numpy(tensor):
    plain = tensor.detach().cpu().resolve_conj().resolve_neg()
    if plain.dtype is torch.bfloat16:
        plain = plain.to(torch.float32)
    return plain.numpy()


@right("tries, and widens")
def to_numpy(tensor):
    try:
        return tensor.numpy(force=True)
    except TypeError:
        return tensor.to("cpu", torch.float32).detach().numpy()


@right("np.asarray under no_grad")
def to_numpy(tensor):
    with torch.no_grad():
        host = tensor.data.to(torch.device("cpu")).resolve_neg().resolve_conj()
        return np.asarray(host.float() if host.dtype == torch.bfloat16 else host)


@right("bfloat16 by its bits")
def to_numpy(tensor):
    host = tensor.detach().to("cpu")
    if host.dtype == torch.bfloat16:
        bits = host.contiguous().view(torch.int16).numpy().view(np.uint16).astype(np.uint32) << 16
        return np.asarray(bits, dtype=np.uint32).view(np.float32)
    return host.numpy(force=True)


# -- on_same_device ------------------------------------------------------------------------------------------


@right("the module of the type")
def on_same_device(a, b):
    def key(value):
        device = torch.device(value) if isinstance(value, str) else getattr(value, "device", value)
        if device.type in {"cpu", "meta"}:
            return (device.type,)
        index = device.index
        if index is None:
            module = torch.get_device_module(device)
            index = module.current_device() if hasattr(module, "current_device") else 0
        return device.type, index

    return key(a) == key(b)


@right("compares, and asks last")
def on_same_device(a, b):
    a, b = (x.device if torch.is_tensor(x) else torch.device(x) for x in (a, b))
    if a == b:
        return True
    if a.type != b.type:
        return False
    if a.type == "cpu" or a.type == "meta":
        return True
    if None not in (a.index, b.index):
        return False
    return torch.accelerator.current_device_index() in (a.index, b.index)


@right("devices with an index each")
def on_same_device(a, b):
    def whole(x):
        device = torch.device(getattr(x, "device", x))
        if device.type in ("cpu", "meta"):
            return torch.device(device.type, 0)
        if device.index is not None:
            return device
        return torch.device(device.type, torch.accelerator.current_device_index())

    return whole(a) == whole(b)


@right("by type, without torch.accelerator")
def on_same_device(a, b):
    current = {"cuda": torch.cuda.current_device, "xpu": torch.xpu.current_device}
    places = []
    for x in (a, b):
        device = torch.device(str(x.device) if isinstance(x, Tensor) else str(x))
        index = device.index
        if index is None or device.type in ("cpu", "meta"):
            index = current.get(device.type, lambda: 0)()
        places.append(f"{device.type}:{index}")
    return len(set(places)) == 1


# -- PositionalBias ------------------------------------------------------------------------------------------


def _check(x, length, features):
    if x.size(1) > length:
        raise ValueError(f"at most {length=} positions, not {x.size(1)}")
    if x.size(2) != features:
        raise ValueError(f"{x.size(2)} entries: expected {features=}")


@right("a slice of a parameter")
class PositionalBias(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, features))

    def forward(self, x):
        _check(x, *self.weight.shape)
        return x + self.weight[: x.size(1)]


@right("an embedding itself")
class PositionalBias(nn.Embedding):
    def reset_parameters(self):
        with torch.no_grad():
            self.weight.zero_()

    def forward(self, x):
        batch, positions, features = x.shape
        _check(x, self.num_embeddings, self.embedding_dim)
        rows = torch.arange(positions, dtype=torch.int32, device=self.weight.device).expand(batch, positions)
        return super().forward(rows).add(x)


@right("positions in a buffer")
class PositionalBias(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.length, self.features = length, features
        self.table = nn.Parameter(torch.empty(length, features).fill_(0.0))
        self.register_buffer("positions", torch.arange(length), persistent=False)

    def forward(self, x):
        _check(x, self.length, self.features)
        return x + functional.embedding(self.positions[: x.shape[1]], self.table)[None]


@right("positions that are counted up from x")
class PositionalBias(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.layer = nn.Embedding.from_pretrained(torch.zeros(length, features), freeze=False)

    def forward(self, x):
        _check(x, *self.layer.weight.shape)
        ones = torch.ones(x.shape[:2], dtype=torch.long, device=x.device)
        return self.layer(ones.cumsum(dim=1) - 1) + x


# -- train_on ------------------------------------------------------------------------------------------------


@right("zeroes after the step, adds up on the device")
def train_on(device, model, loss_fn, optimizer, loader):
    model = model.to(device)
    model.train(True)
    seen, total = 0, torch.zeros((), device=device)
    for batch in loader:
        x, y = (part.to(device) for part in batch)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        total += loss.detach() * x.shape[0]
        seen += x.shape[0]
    if seen == 0:
        raise ValueError("the loader is empty")
    return float(total / seen)


@right("a weighted average of a list")
def train_on(device, model, loss_fn, optimizer, loader):
    model.train()
    model.to(torch.device(device))
    losses, sizes = [], []
    for inputs, targets in loader:
        optimizer.zero_grad()
        with torch.enable_grad():
            outputs = model(inputs.to(device, non_blocking=True))
            loss = loss_fn(outputs, targets.to(device, non_blocking=True))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(targets.size(0))
    if not losses:
        raise ValueError("loader: there must be a batch in it")
    return float(np.average(losses, weights=sizes))


@right("a closure, a running mean")
def train_on(device, model, loss_fn, optimizer, loader):
    for module in model.modules():
        module.training = True
    model.to(device=device)
    mean, samples = 0.0, 0
    for inputs, targets in list(loader):
        inputs, targets = inputs.to(device), targets.to(device)

        def loss_of_batch(inputs=inputs, targets=targets):
            model.zero_grad()
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            return loss

        loss = optimizer.step(loss_of_batch)
        samples += len(targets)
        mean += (loss.item() - mean) * len(targets) / samples
    if samples < 1:
        raise ValueError("no batch in loader")
    return mean
