"""The wrong answers to the katas of `checkpoints` once more, each from its sentence alone and in another style."""

import copy
import io
import itertools
import math
import os
import pickle
import re
import tempfile
from collections import OrderedDict
from pathlib import Path

import torch

from kata.variants import rewritten

# save_weights


@rewritten("The whole model was pickled")
def save_weights(model, path):
    with open(path, "wb") as file:
        torch.save(model, file)


@rewritten("Only the parameters were saved")
def save_weights(model, path):
    trained = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    state = model.state_dict()
    for name in set(state) - trained:
        del state[name]
    torch.save(state, path)


@rewritten("Parameters and buffers were gathered by hand")
def save_weights(model, path):
    parameters = model.named_parameters(remove_duplicate=False)
    buffers = model.named_buffers(remove_duplicate=False)
    torch.save(OrderedDict(itertools.chain(parameters, buffers)), path)


@rewritten("`model.cpu()` moved the model itself")
def save_weights(model, path):
    with open(path, "wb") as file:
        torch.save(model.to(torch.device("cpu")).state_dict(), file)


@rewritten("The model was put into evaluation mode")
def save_weights(model, path):
    state = model.train(False).state_dict()
    torch.save(state, path)


@rewritten("The weights became NumPy arrays")
def save_weights(model, path):
    state = model.state_dict()
    arrays = dict(zip(state, (tensor.cpu().numpy() for tensor in state.values()), strict=True))
    torch.save(arrays, path)


@rewritten("The weights lie one level too deep")
def save_weights(model, path):
    torch.save(dict(state_dict=model.state_dict()), os.fspath(path))


@rewritten("The file was written with `pickle`")
def save_weights(model, path):
    Path(path).write_bytes(pickle.dumps(model.state_dict()))


@rewritten("The file got a suffix that nobody asked for")
def save_weights(model, path):
    path = os.fspath(path)
    if not path.endswith((".pt", ".pth")):
        path += ".pt"
    torch.save(model.state_dict(), path)


@rewritten("All numbers became float32")
def save_weights(model, path):
    state = model.state_dict()
    for name in list(state):
        state[name] = state[name].to(torch.float32)
    torch.save(state, path)


# load_weights


@rewritten("`weights_only=False` let the file run")
def load_weights(model, path):
    with open(path, "rb") as file:
        model.load_state_dict(torch.load(file, torch.device("cpu"), weights_only=False))


@rewritten("Whether the file may run something was left to the default")
def load_weights(model, path):
    with open(path, "rb") as file:
        state = torch.load(file, map_location=torch.device("cpu"))
    model.load_state_dict(state)


@rewritten("The file remembers which device")
def load_weights(model, path):
    with open(path, "rb") as file:
        state = torch.load(file, weights_only=True)
    model.load_state_dict(state)


@rewritten("With `strict=False` names that are missing")
def load_weights(model, path):
    state = torch.load(path, map_location=lambda storage, _: storage, weights_only=True)
    model.load_state_dict(state, False)


@rewritten("The model was put into evaluation mode, all of it")
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.train(mode=False)


@rewritten("With `assign=True` the file's tensors")
def load_weights(model, path):
    state = torch.load(path, weights_only=True, map_location=torch.device("cpu"))
    model.load_state_dict(state, strict=True, assign=True)


@rewritten("The device was asked of the first parameter")
def load_weights(model, path):
    home = list(model.parameters())[0].device
    state = torch.load(path, map_location=home, weights_only=True)
    model.load_state_dict(state)


@rewritten("Only the parameters were loaded")
def load_weights(model, path):
    before = [(buffer, buffer.clone()) for buffer in model.buffers()]
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    for buffer, old in before:
        buffer.copy_(old)


@rewritten("The dict that `state_dict` gives was updated")
def load_weights(model, path):
    state = model.state_dict()
    for name, tensor in torch.load(path, map_location="cpu", weights_only=True).items():
        state[name] = tensor


@rewritten("Values were copied name by name")
def load_weights(model, path):
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    for name, tensor in model.state_dict().items():
        tensor[...] = loaded[name].to(tensor.device)


# save_checkpoint


def _checkpoint(model, optimizer, epoch):
    return dict(model=model.state_dict(), optimizer=optimizer.state_dict(), epoch=epoch)


def _replace(path, content):
    folder, name = os.path.split(os.path.abspath(path))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        finished = os.path.join(scratch, name)
        torch.save(content, finished)
        os.replace(finished, path)


@rewritten("The file was emptied first and then written")
def save_checkpoint(path, model, optimizer, epoch):
    with open(path, "wb") as file:
        torch.save(_checkpoint(model, optimizer, epoch), file)


@rewritten("An error brought the old checkpoint back")
def save_checkpoint(path, model, optimizer, epoch):
    path = Path(path)
    before = path.read_bytes() if path.exists() else None
    try:
        with path.open("wb") as file:
            torch.save(_checkpoint(model, optimizer, epoch), file)
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
        raise


@rewritten("The old checkpoint was deleted before the new one")
def save_checkpoint(path, model, optimizer, epoch):
    folder, name = os.path.split(os.path.abspath(path))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        finished = os.path.join(scratch, name)
        torch.save(_checkpoint(model, optimizer, epoch), finished)
        if os.path.exists(path):
            os.remove(path)
        os.rename(finished, path)


@rewritten("The finished bytes were copied")
def save_checkpoint(path, model, optimizer, epoch):
    memory = io.BytesIO()
    torch.save(_checkpoint(model, optimizer, epoch), memory)
    with open(path, "wb") as file:
        file.write(memory.getvalue())


@rewritten("The new file was made in the system's folder")
def save_checkpoint(path, model, optimizer, epoch):
    with tempfile.TemporaryDirectory() as scratch:
        finished = Path(scratch, "checkpoint")
        torch.save(_checkpoint(model, optimizer, epoch), finished)
        finished.replace(path)


@rewritten("A file stayed behind in the folder")
def save_checkpoint(path, model, optimizer, epoch):
    folder = Path(path).absolute().parent
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as reserved:
        finished = Path(reserved.name + ".new")
    torch.save(_checkpoint(model, optimizer, epoch), finished)
    finished.replace(path)


@rewritten("A file that a killed process had left behind")
def save_checkpoint(path, model, optimizer, epoch):
    unfinished = Path(f"{path}.part")
    with unfinished.open("xb") as file:
        try:
            torch.save(_checkpoint(model, optimizer, epoch), file)
        except BaseException:
            unfinished.unlink()
            raise
    unfinished.replace(path)


@rewritten("The optimizer was not saved")
def save_checkpoint(path, model, optimizer, epoch):
    content = _checkpoint(model, optimizer, epoch)
    del content["optimizer"]
    _replace(path, content)


@rewritten("The optimizer itself was pickled")
def save_checkpoint(path, model, optimizer, epoch):
    _replace(path, _checkpoint(model, optimizer, epoch) | {"optimizer": optimizer})


@rewritten("The file holds the number of the next epoch")
def save_checkpoint(path, model, optimizer, epoch):
    following = epoch + 1
    _replace(path, _checkpoint(model, optimizer, following))


@rewritten("`model.cpu()` moved the model itself off its device")
def save_checkpoint(path, model, optimizer, epoch):
    _replace(path, _checkpoint(model.to("cpu"), optimizer, epoch))


# load_checkpoint


def _read(path):
    with open(path, "rb") as file:
        return torch.load(file, map_location=torch.device("cpu"), weights_only=True)


def _go_on(content, model, optimizer):
    for owner, name in ((model, "model"), (optimizer, "optimizer")):
        owner.load_state_dict(content[name])
    return 1 + content["epoch"]


@rewritten("The optimizer was not restored")
def load_checkpoint(path, model, optimizer):
    content = _read(path)
    model.load_state_dict(content.pop("model"))
    return content.pop("epoch") + 1


@rewritten("The epoch in the file has ended")
def load_checkpoint(path, model, optimizer):
    content = _read(path)
    _go_on(content, model, optimizer)
    return content["epoch"]


@rewritten("`weights_only=False` let the file run")
def load_checkpoint(path, model, optimizer):
    with open(path, "rb") as file:
        return _go_on(torch.load(file, "cpu", weights_only=False), model, optimizer)


@rewritten("Whether the file may run something was left to the default")
def load_checkpoint(path, model, optimizer):
    return _go_on(torch.load(os.fspath(path), torch.device("cpu")), model, optimizer)


@rewritten("The file remembers which device")
def load_checkpoint(path, model, optimizer):
    with open(path, "rb") as file:
        content = torch.load(file, weights_only=True)
    return _go_on(content, model, optimizer)


@rewritten("With `strict=False` names that are missing")
def load_checkpoint(path, model, optimizer):
    content = _read(path)
    missing, unexpected = model.load_state_dict(content["model"], strict=False)
    for name in (*missing, *unexpected):
        print("ignored:", name)
    optimizer.load_state_dict(content["optimizer"])
    return content["epoch"] + 1


@rewritten("With `assign=True` the model got new tensors")
def load_checkpoint(path, model, optimizer):
    content = _read(path)
    optimizer.load_state_dict(content["optimizer"])
    model.load_state_dict(content["model"], True, True)
    return content["epoch"] + 1


@rewritten("The model was put into training mode")
def load_checkpoint(path, model, optimizer):
    epoch = _go_on(_read(path), model, optimizer)
    model.train(True)
    return epoch


@rewritten("The optimizer kept its own learning rate")
def load_checkpoint(path, model, optimizer):
    own = [{name: value for name, value in group.items() if name != "params"} for group in optimizer.param_groups]
    epoch = _go_on(_read(path), model, optimizer)
    for group, settings in zip(optimizer.param_groups, own, strict=True):
        group.update(settings)
    return epoch


# BestWeights


class _Best:
    lowest = math.inf

    def __init__(self, model):
        self.watched = model
        self.kept = {}
        self.counted = 0
        self.loss = self.lowest

    def better(self, loss):
        return math.isfinite(loss) and loss < self.loss

    def take(self):
        return {name: value.clone() for name, value in self.watched.state_dict().items()}

    def put(self):
        self.watched.load_state_dict(self.kept)

    def update(self, loss):
        loss = float(loss)
        if better := self.better(loss):
            self.counted += 1
            self.loss = loss
            self.kept = self.take()
        return better

    def restore(self):
        if self.counted:
            self.put()


@rewritten("What was remembered changed with the training")
class BestWeights(_Best):
    def take(self):
        return dict(self.watched.state_dict().items())


@rewritten("Only the parameters came back")
class BestWeights(_Best):
    def take(self):
        return [parameter.detach().clone() for parameter in self.watched.parameters()]

    @torch.no_grad()
    def put(self):
        for parameter, old in zip(self.watched.parameters(), self.kept, strict=True):
            parameter.copy_(old)


@rewritten("A loss that only equals the lowest")
class BestWeights(_Best):
    def better(self, loss):
        return math.isfinite(loss) and not loss > self.loss


@rewritten("The first loss was taken whatever it was")
class BestWeights(_Best):
    def better(self, loss):
        return super().better(loss) if self.counted else True


@rewritten("The highest loss won")
class BestWeights(_Best):
    lowest = -math.inf

    def better(self, loss):
        return math.isfinite(loss) and self.loss < loss


@rewritten("Each loss was compared with the one before it")
class BestWeights(_Best):
    before = math.inf

    def better(self, loss):
        before, self.before = self.before, loss
        return math.isfinite(loss) and loss < before


@rewritten("The lowest loss was begun with a number, 1")
class BestWeights(_Best):
    lowest = 1.0

    def better(self, loss):
        return min(loss, self.loss) != self.loss and math.isfinite(loss)


@rewritten("A loss that is a tensor was kept as it is")
class BestWeights(_Best):
    loss = property(lambda self: float(self.least), lambda self, loss: setattr(self, "least", loss))

    def update(self, loss):
        better = super().update(loss)
        if better:
            self.least = loss
        return better


@rewritten("After `restore()` the model trained on in the very memory")
class BestWeights(_Best):
    def put(self):
        state = self.watched.state_dict(keep_vars=True)
        for name, tensor in state.items():
            self.kept[name] = tensor.data = self.kept[name].to(tensor.device)


@rewritten("A copy of the model was remembered")
class BestWeights:
    def __init__(self, model):
        self.model, self.winner, self.loss = model, None, math.inf

    def update(self, loss):
        value = float(loss)
        if not math.isfinite(value) or value >= self.loss:
            return False
        self.loss, self.winner = value, copy.deepcopy(self.model)
        return True

    def restore(self):
        self.model = self.winner or self.model


@rewritten("`restore()` fell over its own None")
class BestWeights(_Best):
    def __init__(self, model):
        super().__init__(model)
        self.kept = None

    def restore(self):
        with torch.no_grad():
            for name, tensor in self.watched.state_dict().items():
                tensor.copy_(self.kept[name])


@rewritten("The model was in evaluation mode after")
class BestWeights(_Best):
    def put(self):
        super().put()
        self.watched.train(False)


# strip_prefix


def _renamed(pairs, prefix):
    pairs = list(pairs)
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError(f"two names are the same without the prefix {prefix!r}")
    return result


def _without(name, prefix):
    return name[len(prefix) :] if name.startswith(prefix) else name


@rewritten("The prefix was taken out of the middle of names too")
def strip_prefix(state, prefix):
    return _renamed(((re.sub(re.escape(prefix), "", name), value) for name, value in state.items()), prefix)


@rewritten("`lstrip` takes off any of the prefix's letters")
def strip_prefix(state, prefix):
    def stripped(name):
        return "".join(itertools.dropwhile(set(prefix).__contains__, name))

    return _renamed(zip(map(stripped, state), state.values(), strict=True), prefix)


@rewritten("As many letters as the prefix has were cut off")
def strip_prefix(state, prefix):
    length = len(prefix)
    return _renamed([("".join(list(name)[length:]), state[name]) for name in state], prefix)


@rewritten("The prefix was taken off again and again")
def strip_prefix(state, prefix):
    repeated = re.compile(f"^(?:{re.escape(prefix)})+")
    return _renamed([(repeated.sub("", name), value) for name, value in state.items()], prefix)


@rewritten("Entries without the prefix were dropped")
def strip_prefix(state, prefix):
    with_it = filter(lambda name: name.startswith(prefix), state)
    return _renamed([(_without(name, prefix), state[name]) for name in with_it], prefix)


@rewritten("Two entries got the same name")
def strip_prefix(state, prefix):
    return dict(zip((_without(name, prefix) for name in state), state.values(), strict=True))


@rewritten("The dict that was given lost its names")
def strip_prefix(state, prefix):
    renamed = _renamed([(_without(name, prefix), value) for name, value in state.items()], prefix)
    state.clear()
    state.update(renamed)
    return state


@rewritten("The tensors were copied")
def strip_prefix(state, prefix):
    values = copy.deepcopy(list(state.values()))
    return _renamed(zip([_without(name, prefix) for name in state], values, strict=True), prefix)


@rewritten("The entries came in another order")
def strip_prefix(state, prefix):
    with_it = [(name.removeprefix(prefix), value) for name, value in state.items() if name.startswith(prefix)]
    without = [(name, value) for name, value in state.items() if not name.startswith(prefix)]
    return _renamed(with_it + without, prefix)


@rewritten("The prefix was read as a regular expression")
def strip_prefix(state, prefix):
    def stripped(name):
        found = re.match(prefix, name)
        return name[found.end() :] if found else name

    return _renamed([(stripped(name), value) for name, value in state.items()], prefix)


@rewritten("A dict without any prefix was given back itself")
def strip_prefix(state, prefix):
    names = [_without(name, prefix) for name in state]
    if names == list(state):
        return state
    return _renamed(zip(names, state.values(), strict=True), prefix)
