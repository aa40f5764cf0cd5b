"""Wrong answers to the topic `devices`: one misconception each, with the sentence that would help."""

import copy
import functools

import numpy as np
import torch
from torch import Tensor, nn

from kata.variants import wrong

# -- best_device ---------------------------------------------------------------------------------------------


@wrong(
    "You asked for CUDA alone, so the accelerator of a Mac (MPS) or of Intel (XPU) stays idle. Ask for each type, "
    "or let `torch.accelerator` tell which one there is."
)
def best_device():
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@wrong(
    "`current_accelerator()` tells what PyTorch was built for, also on a machine without such a device or without "
    "a driver. Pass `check_available=True`, and give the CPU where that finds nothing."
)
def best_device():
    return torch.accelerator.current_accelerator() or torch.device("cpu")


@wrong(
    "Where there is no accelerator you gave None, which is what `current_accelerator(check_available=True)` "
    "answers there. Put `torch.device('cpu')` in its place."
)
def best_device():
    return torch.accelerator.current_accelerator(check_available=True)


@wrong(
    "The answer is a text, the device's name. Make it a `torch.device`, so that it has a type and an index and "
    "compares as a device."
)
def best_device():
    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found else "cpu"


@wrong(
    "The first answer was remembered, here by a cache, and given again when there was something else to find. Ask "
    "PyTorch at each call."
)
@functools.cache
def best_device():
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


@wrong(
    "For MPS you asked whether PyTorch was built for it (`is_built`), not whether there is such a device: "
    "`torch.backends.mps.is_available()` says that."
)
def best_device():
    if torch.backends.mps.is_built():
        return torch.device("mps")
    for kind in ("cuda", "xpu"):
        if getattr(torch, kind).is_available():
            return torch.device(kind)
    return torch.device("cpu")


@wrong(
    "Your chain asks for CUDA and MPS, but an Intel GPU is left out: ask for XPU as well, or ask `torch.accelerator`."
)
def best_device():
    for kind in ("cuda", "mps"):
        if getattr(torch, kind).is_available():
            return torch.device(kind)
    return torch.device("cpu")


@wrong(
    '"cuda" was written out, whether there is a CUDA device or not. Ask first, and give the device that this '
    "machine has."
)
def best_device():
    return torch.device("cuda")


@wrong(
    "`torch.get_default_device()` is where new tensors land: the CPU, until somebody sets another one. It does not "
    "look for an accelerator; `torch.accelerator` does."
)
def best_device():
    return torch.get_default_device()


# -- move ----------------------------------------------------------------------------------------------------


def _moved(batch, device, go, tensor=None):
    """The right answer, with `go` for what is inside, and another way to move a tensor."""
    if isinstance(batch, Tensor):
        return tensor(batch) if tensor else batch.to(device)
    if isinstance(batch, dict):
        return {key: go(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[go(item, device) for item in batch])
    if isinstance(batch, list | tuple):
        return type(batch)([go(item, device) for item in batch])
    return batch


@wrong(
    "`to` was called and its result dropped. For a tensor it gives another one and leaves this one where it is: "
    "keep what it returns, and put it into the result."
)
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, Tensor):
            batch.to(device)
        return _moved(batch, device, go, tensor=lambda x: x)

    return go(batch, device)


@wrong(
    "The moved tensors were written into the lists and dicts of the batch itself. It belongs to the caller: make "
    "new ones."
)
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, list | dict):
            for key in range(len(batch)) if isinstance(batch, list) else batch:
                batch[key] = go(batch[key], device)
            return batch
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "A named tuple came back as a plain tuple, and its fields have no names any more. Make one of its own class: "
    "`type(batch)(*items)`."
)
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, tuple):
            return tuple(go(item, device) for item in batch)
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "The class of a named tuple was given one list of all values, as `tuple` takes them. It takes its fields one "
    "by one: unpack the list with a star."
)
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, tuple):
            return type(batch)([go(item, device) for item in batch])
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "Only the tensors directly in the batch were moved, those in a list inside a list stayed. Call `move` for each "
    "item, whatever it is."
)
def move(batch, device):
    def flat(item, device):
        return item.to(device) if isinstance(item, Tensor) else item

    return _moved(batch, device, flat)


@wrong("A tuple came back as a list. Give each container its own type again.")
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, tuple):
            return [go(item, device) for item in batch]
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "Numbers were made tensors. What is no tensor is handed on as it is: leave it to the code that uses the batch "
    "what becomes of it."
)
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, int | float | complex):
            return torch.tensor(batch, device=device)
        return _moved(batch, device, go)

    return go(batch, device)


@wrong("NumPy arrays were turned into tensors on the way. They are no tensors, so hand them on as the arrays they are.")
def move(batch, device):
    def go(batch, device):
        if isinstance(batch, np.ndarray):
            return torch.from_numpy(batch).to(device)
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "The entries of a dict, a list or a plain tuple that are no tensors were left out of the result. Hand them on as "
    "well."
)
def move(batch, device):
    def go(batch, device):
        worth = (Tensor, list, tuple, dict)
        if isinstance(batch, dict):
            return {key: go(value, device) for key, value in batch.items() if isinstance(value, worth)}
        if type(batch) in (list, tuple):
            return type(batch)([go(item, device) for item in batch if isinstance(item, worth)])
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "The tensors were cut off from the graph by `detach` (or by `.data`, or by making them anew), so no gradient "
    "flows back. `to` alone keeps them attached."
)
def move(batch, device):
    def go(batch, device):
        return _moved(batch, device, go, tensor=lambda x: x.detach().to(device))

    return go(batch, device)


@wrong(
    "Tensors were copied although they are on the device already. `to` copies only what has to move: leave out "
    "`copy=True` and `clone`."
)
def move(batch, device):
    def go(batch, device):
        return _moved(batch, device, go, tensor=lambda x: x.to(device, copy=True))

    return go(batch, device)


@wrong(
    "Whatever can be looped over was taken apart, texts too: each letter is a text again, without an end. Ask for "
    "list, tuple and dict by name."
)
def move(batch, device):
    def go(batch, device):
        if not isinstance(batch, Tensor | dict | tuple) and hasattr(batch, "__iter__"):
            return [go(item, device) for item in batch]
        return _moved(batch, device, go)

    return go(batch, device)


@wrong(
    "Everything that has a method `to` was moved, modules and other objects too. Only tensors move here: ask "
    "`isinstance(item, torch.Tensor)`."
)
def move(batch, device):
    def go(batch, device):
        return batch.to(device) if hasattr(batch, "to") else _moved(batch, device, go)

    return go(batch, device)


@wrong("The tensors became float32 on the way. A move keeps the dtype: class numbers stay whole numbers.")
def move(batch, device):
    def go(batch, device):
        return _moved(batch, device, go, tensor=lambda x: x.to(device, torch.float32))

    return go(batch, device)


@wrong(
    "`.cuda()` was written out, so nothing works on any other device. Move to the `device` that was asked for, "
    "with `to`."
)
def move(batch, device):
    def go(batch, device):
        return _moved(batch, device, go, tensor=lambda x: x.cuda())

    return go(batch, device)


@wrong(
    "Dicts were handed on as they are, with the tensors in them still where they were. Take a dict apart too, and "
    "make a new one."
)
def move(batch, device):
    def go(batch, device):
        return batch if isinstance(batch, dict) else _moved(batch, device, go)

    return go(batch, device)


# -- to_numpy ------------------------------------------------------------------------------------------------


def _narrow(tensor):
    return tensor.float() if tensor.dtype == torch.bfloat16 else tensor


def _plain(tensor):
    """All but detached."""
    return _narrow(tensor).cpu().resolve_conj().resolve_neg()


@wrong(
    "NumPy refuses a tensor that requires grad. Take `detach()` first: it gives the same values without the graph, "
    "and leaves the tensor in its own."
)
def to_numpy(tensor):
    return _plain(tensor).numpy()


@wrong("NumPy reads the CPU's memory only. Bring the values there first, with `cpu()`.")
def to_numpy(tensor):
    return _narrow(tensor).detach().resolve_conj().resolve_neg().numpy()


@wrong(
    "The values went through a Python list, where dtypes are lost: float32 came back as float64, int32 as int64, "
    "and memory is not shared. Take `Tensor.numpy`, which keeps both."
)
def to_numpy(tensor):
    return np.array(tensor.tolist())


@wrong(
    "`detach_()` changed the caller's tensor: it is cut off from its graph for good, and PyTorch refuses that for a "
    "view. `detach()`, without the underscore, gives another one."
)
def to_numpy(tensor):
    return _plain(tensor.detach_()).numpy()


@wrong(
    "`requires_grad_(False)` switched the gradient off in the caller's tensor, and PyTorch refuses that for one that "
    "was computed. `detach()` leaves it as it is and gives another one."
)
def to_numpy(tensor):
    return _plain(tensor.requires_grad_(False)).numpy()


@wrong(
    "A tensor that is marked as conjugated or negated was refused. Do what the marks say with `resolve_conj()` and "
    "`resolve_neg()`, or pass `force=True` to `numpy`."
)
def to_numpy(tensor):
    return _narrow(tensor).detach().cpu().numpy()


@wrong("NumPy has no bfloat16 and refuses it. Make it float32 first; the other dtypes stay as they are.")
def to_numpy(tensor):
    return tensor.numpy(force=True)


@wrong("bfloat16 became float16, which ends at 65504: larger values are infinite. float32 holds each of them.")
def to_numpy(tensor):
    tensor = tensor.half() if tensor.dtype == torch.bfloat16 else tensor
    return tensor.numpy(force=True)


@wrong("bfloat16 became float64. The docstring asks for float32, which holds each of these values already.")
def to_numpy(tensor):
    tensor = tensor.double() if tensor.dtype == torch.bfloat16 else tensor
    return tensor.numpy(force=True)


@wrong(
    "Every floating-point tensor became float32, float64 and float16 too. Only bfloat16 needs another dtype, the "
    "others keep theirs."
)
def to_numpy(tensor):
    tensor = tensor.float() if tensor.is_floating_point() else tensor
    return tensor.numpy(force=True)


@wrong(
    "A tensor without axes became a Python number, or a NumPy scalar. Its array has no axes either: leave out `item()`."
)
def to_numpy(tensor):
    array = _narrow(tensor).numpy(force=True)
    return array if array.ndim else array[()]


@wrong(
    "A tensor of the CPU was copied, by `clone()`, `np.array` or `copy()`. NumPy can read its memory in place: "
    "hand on what `numpy` gives."
)
def to_numpy(tensor):
    return _narrow(tensor).numpy(force=True).copy()


@wrong(
    "`contiguous()` copied a tensor whose rows do not lie in one piece, such as a transposed one. NumPy has "
    "strides too, and can read it in place."
)
def to_numpy(tensor):
    return _narrow(tensor).detach().contiguous().numpy(force=True)


# -- on_same_device ------------------------------------------------------------------------------------------


def _device(x):
    return x.device if isinstance(x, Tensor) else torch.device(x)


def _whole(x):
    device = _device(x)
    if device.type in ("cpu", "meta"):
        return device.type, None
    return device.type, torch.accelerator.current_device_index() if device.index is None else device.index


@wrong(
    'The two devices were compared as they are written, so "cuda" and "cuda:0" differ. Put the current index in '
    "the place of a missing one first."
)
def on_same_device(a, b):
    return _device(a) == _device(b)


@wrong("Only the types were compared, so the first and the second GPU are the same. Compare the index as well.")
def on_same_device(a, b):
    return _device(a).type == _device(b).type


@wrong(
    "A missing index was taken for 0. It means the current device, which is another one after "
    "`torch.cuda.set_device(1)`: ask for it."
)
def on_same_device(a, b):
    a, b = _device(a), _device(b)
    return a.type == b.type and (a.type in ("cpu", "meta") or (a.index or 0) == (b.index or 0))


@wrong(
    "A missing index was taken to match every index of its type. It means the current device and no other: compare "
    "with the number of that one."
)
def on_same_device(a, b):
    a, b = _device(a), _device(b)
    if a.type != b.type:
        return False
    return a.type in ("cpu", "meta") or None in (a.index, b.index) or a.index == b.index


@wrong(
    "The current index was asked of `torch.cuda` for every type of device, and there it fails, or is another "
    "device's. `torch.accelerator` answers for all types."
)
def on_same_device(a, b):
    def place(device):
        if device.type in ("cpu", "meta"):
            return device.type
        return device.type, torch.cuda.current_device() if device.index is None else device.index

    return place(_device(a)) == place(_device(b))


@wrong(
    "The arguments may be names and devices too, and these have no `device` to ask for. Make a `torch.device` of "
    "what is no tensor."
)
def on_same_device(a, b):
    return _whole(a.device) == _whole(b.device)


@wrong(
    "A tensor was made on each device to see where it lands. That takes memory and starts the device, and fails "
    "for one that is not here: compare type and index."
)
def on_same_device(a, b):
    a, b = (x if isinstance(x, Tensor) else torch.empty(0, device=x) for x in (a, b))
    return a.device == b.device


@wrong(
    "The CPU (or meta) was given the index of the current accelerator. There is one CPU and one meta device: "
    "ignore their index."
)
def on_same_device(a, b):
    def place(device):
        index = torch.accelerator.current_device_index() if torch.accelerator.is_available() else 0
        return device.type, index if device.index is None else device.index

    return place(_device(a)) == place(_device(b))


@wrong(
    "Only the indices were compared, so the first GPU of one type is the same as the first of another. Compare the "
    "type as well."
)
def on_same_device(a, b):
    return _whole(a)[1] == _whole(b)[1]


@wrong(
    'The device of `torch.mps` was asked for by `current_device`, which that module does not have, so "mps" '
    "without an index is an error. `torch.accelerator.current_device_index()` answers for it too."
)
def on_same_device(a, b):
    def place(device):
        if device.type in ("cpu", "meta"):
            return device.type
        index = torch.get_device_module(device).current_device() if device.index is None else device.index
        return f"{device.type}:{index}"

    return place(_device(a)) == place(_device(b))


@wrong(
    "You compared the names as texts up to the length of the shorter one, so one name that begins like another "
    "passes. Compare type and index."
)
def on_same_device(a, b):
    a, b = sorted(map(str, (_device(a), _device(b))), key=len)
    return b.startswith(a)


# -- PositionalBias ------------------------------------------------------------------------------------------


class _Bias(nn.Module):
    """Right; `positions`, `check` and `combine` are there to be replaced."""

    def __init__(self, length, features):
        super().__init__()
        self.bias = nn.Embedding(length, features)
        nn.init.zeros_(self.bias.weight)

    def check(self, x):
        length, features = self.bias.weight.shape
        if x.shape[1] > length:
            raise ValueError(f"more positions than {length=}")
        if x.shape[2] != features:
            raise ValueError(f"not {features=}")

    def positions(self, x):
        return torch.arange(x.shape[1], device=x.device)

    def combine(self, x, vectors):
        return x + vectors

    def forward(self, x):
        self.check(x)
        return self.combine(x, self.bias(self.positions(x)))


@wrong(
    "The positions are on the CPU, where new tensors are born, wherever x is: made there in `forward`, or in "
    "__init__ and kept in an attribute that `to` does not move. Give `torch.arange` in `forward` the device of x."
)
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(x.shape[1])


@wrong(
    "The positions were made on the CPU and then moved to the device of x by a copy, which every call has to wait "
    "for on a GPU. Make them where they are needed: `torch.arange` takes a `device`."
)
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(x.shape[1]).to(x.device)


@wrong(
    "The positions were counted along the samples (axis 0), so each sample has a vector of its own. They belong to "
    "axis 1."
)
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(x.shape[0], device=x.device)

    def combine(self, x, vectors):
        return x + vectors[:, None]


@wrong(
    "The vectors are a plain tensor in an attribute. Nobody knows of it: `to` does not move it, and no optimizer "
    "trains it. Make it an `nn.Parameter`, or use a layer that has one."
)
class PositionalBias(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.bias = torch.zeros(length, features, requires_grad=True)

    def forward(self, x):
        length, features = self.bias.shape
        if x.shape[1] > length or x.shape[2] != features:
            raise ValueError(f"{length=}, {features=}")
        return x + self.bias[: x.shape[1]]


@wrong(
    "The vectors were registered as a buffer: `to` moves it, but it is no parameter, so nothing is learned. Make "
    "it an `nn.Parameter`."
)
class PositionalBias(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.register_buffer("bias", torch.zeros(length, features))

    def forward(self, x):
        length, features = self.bias.shape
        if x.shape[1] > length or x.shape[2] != features:
            raise ValueError(f"{length=}, {features=}")
        return x + self.bias[: x.shape[1]]


@wrong("`x += ...` wrote into the caller's tensor. Write `x + ...`, which makes a new one.")
class PositionalBias(_Bias):
    def combine(self, x, vectors):
        x += vectors
        return x


@wrong(
    "The positions of the first call were kept for all later ones, although a later x is longer, or on another "
    "device. Make them anew at each call."
)
class PositionalBias(_Bias):
    kept = None

    def positions(self, x):
        if self.kept is None:
            self.kept = torch.arange(x.shape[1], device=x.device)
        return self.kept[: x.shape[1]]


@wrong(
    "All vectors were added, however many positions x has, so that a shorter sequence does not fit. Take as many "
    "positions as x has, not `length`."
)
class PositionalBias(_Bias):
    def positions(self, x):
        return torch.arange(self.bias.num_embeddings, device=x.device)


@wrong(
    "Positions beyond `length` were given the last vector, or began again at the first. Nobody asked for that: "
    "raise ValueError, naming `length`."
)
class PositionalBias(_Bias):
    def check(self, x):
        super().check(x[:, :1])

    def positions(self, x):
        return super().positions(x).clamp(max=self.bias.num_embeddings - 1)


@wrong(
    "A sequence that is too long was only noticed by the lookup, as an IndexError, which on a GPU ends the whole "
    "process. Compare with `length` first, and raise ValueError."
)
class PositionalBias(_Bias):
    def check(self, x):
        super().check(x[:, :1])


@wrong(
    "The last axis of x was not compared with `features`: a single entry at each position was broadcast without a "
    "word, and other numbers end in an error of PyTorch's own. Compare first, and raise ValueError."
)
class PositionalBias(_Bias):
    def check(self, x):
        if x.shape[1] > (length := self.bias.num_embeddings):
            raise ValueError(f"more positions than {length=}")


@wrong(
    "The vectors start as `nn.Embedding` makes them, from a normal distribution. Here they start at zero: fill the "
    "weight with zeros in __init__."
)
class PositionalBias(_Bias):
    def __init__(self, length, features):
        nn.Module.__init__(self)
        self.bias = nn.Embedding(length, features)


@wrong(
    "The vectors were taken out of the graph by `detach`, `.data` or `no_grad`, so the parameter never gets a "
    "gradient. Use it as it is."
)
class PositionalBias(_Bias):
    def combine(self, x, vectors):
        return x + vectors.detach()


@wrong(
    "The vectors were added and x left out of the sum. The module adds to its input: the result is x plus the vectors."
)
class PositionalBias(_Bias):
    def combine(self, x, vectors):
        return vectors.expand_as(x).clone()


# -- train_on ------------------------------------------------------------------------------------------------


def _trained(device, model, loss_fn, optimizer, loader, loss_of=None, step=None):
    """Right, unless another way to get a batch's loss, or to make the step, is given."""
    model.to(device).train()
    losses = []
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        loss = loss_fn(model(inputs), targets)
        if step:
            step(loss)
        else:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append((loss_of(inputs, targets) if loss_of else loss.item(), len(inputs)))
    if not losses:
        raise ValueError("loader is empty")
    return losses


def _mean(losses):
    return sum(loss * size for loss, size in losses) / sum(size for _, size in losses)


@wrong(
    "The inputs were sent by `inputs.to(device)`, but the result was not kept: for a tensor `to` gives another "
    "one. Write `inputs = inputs.to(device)`."
)
def train_on(device, model, loss_fn, optimizer, loader):
    def model_there(inputs):
        inputs.to(device)
        return model(inputs)

    return _epoch(device, model, loss_fn, optimizer, loader, forward=model_there)


def _epoch(device, model, loss_fn, optimizer, loader, forward=None, targets_to=None, move_model=None, train=True):
    """Right, unless another way is given for one of its parts."""
    if move_model:
        move_model()
    else:
        model.to(device)
    if train:
        model.train()
    losses = []
    for inputs, targets in loader:
        outputs = forward(inputs) if forward else model(inputs.to(device))
        loss = loss_fn(outputs, targets_to(targets) if targets_to else targets.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append((loss.item(), len(inputs)))
    if not losses:
        raise ValueError("loader is empty")
    return _mean(losses)


@wrong(
    "The targets stayed where the loader made them, while the outputs are on the device. Move both parts of a batch."
)
def train_on(device, model, loss_fn, optimizer, loader):
    return _epoch(device, model, loss_fn, optimizer, loader, targets_to=lambda targets: targets)


@wrong(
    "The parameters were moved one by one, and the buffers stayed behind. `model.to(device)` moves the whole "
    "model, in place."
)
def train_on(device, model, loss_fn, optimizer, loader):
    def move_parameters():
        for parameter in model.parameters():
            parameter.data = parameter.data.to(device)

    return _epoch(device, model, loss_fn, optimizer, loader, move_model=move_parameters)


@wrong(
    "The model was not moved: the data is on the device, the parameters are not. Call `model.to(device)` before "
    "the loop."
)
def train_on(device, model, loss_fn, optimizer, loader):
    return _epoch(device, model, loss_fn, optimizer, loader, move_model=lambda: None)


@wrong(
    "A copy of the model was moved and used, while the optimizer steps the parameters of the model that was given: "
    "nothing is learned. `Module.to` moves in place, so no copy is needed."
)
def train_on(device, model, loss_fn, optimizer, loader):
    return _epoch(device, copy.deepcopy(model), loss_fn, optimizer, loader)


@wrong(
    "The mean was taken over the means of the batches, so a sample of the small last batch counts for more. Weight "
    "each mean by the number of its samples."
)
def train_on(device, model, loss_fn, optimizer, loader):
    losses = [loss for loss, _ in _trained(device, model, loss_fn, optimizer, loader)]
    return sum(losses) / len(losses)


@wrong(
    "Means were added and then divided by the number of samples, so the result is too small by the size of a "
    "batch. A mean has been divided already: multiply it by its samples first."
)
def train_on(device, model, loss_fn, optimizer, loader):
    losses = _trained(device, model, loss_fn, optimizer, loader)
    return sum(loss for loss, _ in losses) / sum(size for _, size in losses)


@wrong("The loss of the last batch was given for that of the epoch. Add up all of them while you go.")
def train_on(device, model, loss_fn, optimizer, loader):
    return _trained(device, model, loss_fn, optimizer, loader)[-1][0]


@wrong(
    "The loss was computed anew after the step, by weights that have just seen the batch. Take the loss that the "
    "gradient came from."
)
def train_on(device, model, loss_fn, optimizer, loader):
    def again(inputs, targets):
        return loss_fn(model(inputs), targets).item()

    return _mean(_trained(device, model, loss_fn, optimizer, loader, loss_of=again))


@wrong(
    "The gradients of one batch were still there at the next, because nothing clears them: `backward` adds. Call "
    "`optimizer.zero_grad()` once for each batch."
)
def train_on(device, model, loss_fn, optimizer, loader):
    def step(loss):
        loss.backward()
        optimizer.step()

    return _mean(_trained(device, model, loss_fn, optimizer, loader, step=step))


@wrong(
    "`zero_grad` stands between `backward` and `step`: it wipes the gradient just before it is used, and nothing "
    "moves. Call it before `backward`, or after `step`."
)
def train_on(device, model, loss_fn, optimizer, loader):
    def step(loss):
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()

    return _mean(_trained(device, model, loss_fn, optimizer, loader, step=step))


@wrong(
    "A new optimizer was made after the move, so what the given one remembers, such as its momentum, is lost with "
    "every epoch. A moved model keeps its parameters: go on with the optimizer you were given."
)
def train_on(device, model, loss_fn, optimizer, loader):
    model.to(device)
    options = {key: optimizer.defaults[key] for key in ("lr", "momentum")}
    return _epoch(device, model, loss_fn, torch.optim.SGD(model.parameters(), **options), loader)


@wrong(
    "The model came in evaluation mode and was trained in it: dropout is off, and BatchNorm learns nothing of the "
    "data. Call `model.train()` first."
)
def train_on(device, model, loss_fn, optimizer, loader):
    return _epoch(device, model, loss_fn, optimizer, loader, train=False)


@wrong(
    "The model was put into evaluation mode at the end. It stays in training mode: whoever evaluates it switches "
    "for themselves."
)
def train_on(device, model, loss_fn, optimizer, loader):
    loss = _epoch(device, model, loss_fn, optimizer, loader)
    model.eval()
    return loss


@wrong("The result is a tensor, on the device. A float was promised: take it out with `item()` or `float()`.")
def train_on(device, model, loss_fn, optimizer, loader):
    return torch.tensor(_epoch(device, model, loss_fn, optimizer, loader), device=device)


@wrong(
    "The loader was asked for its length, or for its dataset, which a generator does not have. Count batches and "
    "samples while you go through it."
)
def train_on(device, model, loss_fn, optimizer, loader):
    if len(loader) == 0:
        raise ValueError("loader is empty")
    return _epoch(device, model, loss_fn, optimizer, loader)


@wrong(
    "A loader without a batch ended in a division by zero. Look whether there was a sample, and raise ValueError "
    "naming `loader`."
)
def train_on(device, model, loss_fn, optimizer, loader):
    total, samples = 0.0, 0
    batches = list(loader)
    if batches:
        return _epoch(device, model, loss_fn, optimizer, batches)
    return total / samples


@wrong(
    "A loader without a batch gave a loss of 0.0, the best there is. Nothing was trained: raise ValueError naming "
    "`loader`."
)
def train_on(device, model, loss_fn, optimizer, loader):
    batches = list(loader)
    return _epoch(device, model, loss_fn, optimizer, batches) if batches else 0.0


@wrong("The device was chosen anew, the best one of the machine, whatever `device` says. Train where you were told to.")
def train_on(device, model, loss_fn, optimizer, loader):
    device = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    return _epoch(device, model, loss_fn, optimizer, loader)


@wrong(
    "One step was made at the end of the epoch, from the gradients of all batches together. Step after each batch, "
    "and clear the gradients for the next."
)
def train_on(device, model, loss_fn, optimizer, loader):
    optimizer.zero_grad()
    loss = _mean(_trained(device, model, loss_fn, optimizer, loader, step=lambda loss: loss.backward()))
    optimizer.step()
    return loss
