"""Wrong answers to the topic `checkpoints`, each with the sentence that would help."""

import copy
import math
import os
import pickle
import re
import shutil
import tempfile

import torch

from kata.variants import wrong


@wrong(
    "The whole model was pickled. Only code that has its class can read that, and reading it runs what is in it: "
    "save `model.state_dict()`."
)
def save_weights(model, path):
    torch.save(model, path)


@wrong(
    "Only the parameters were saved, so a batch norm comes back without its running statistics. `state_dict` has the "
    "buffers too."
)
def save_weights(model, path):
    torch.save({name: weight.detach() for name, weight in model.named_parameters()}, path)


@wrong(
    "Parameters and buffers were gathered by hand: the file holds `Parameter` objects that require gradients, and a "
    "buffer that is not to be saved. `state_dict` gives plain tensors, and only those that are."
)
def save_weights(model, path):
    torch.save({**dict(model.named_parameters()), **dict(model.named_buffers())}, path)


@wrong("`model.cpu()` moved the model itself away from its device. Tensors are saved from any device: leave it there.")
def save_weights(model, path):
    torch.save(model.cpu().state_dict(), path)


@wrong("The model was put into evaluation mode to save it, and stayed there. A state dict is the same in either mode.")
def save_weights(model, path):
    model.eval()
    torch.save(model.state_dict(), path)


@wrong(
    "The weights became NumPy arrays, which `torch.load` refuses with `weights_only=True`. Save the tensors themselves."
)
def save_weights(model, path):
    torch.save({name: tensor.cpu().numpy() for name, tensor in model.state_dict().items()}, path)


@wrong(
    "The weights lie one level too deep, in a dict under a name of its own. The dict in the file is the state dict "
    "itself."
)
def save_weights(model, path):
    torch.save({"model_state_dict": model.state_dict()}, path)


@wrong("The file was written with `pickle` and is none that `torch.load` reads. Write it with `torch.save`.")
def save_weights(model, path):
    with open(path, "wb") as file:
        pickle.dump({name: tensor.cpu() for name, tensor in model.state_dict().items()}, file)


@wrong("The file got a suffix that nobody asked for, and is not where it is looked for. Use the path as it stands.")
def save_weights(model, path):
    path = str(path)
    torch.save(model.state_dict(), path if path.endswith(".pt") else f"{path}.pt")


@wrong("All numbers became float32 on their way into the file. Save each tensor with the dtype that it has.")
def save_weights(model, path):
    torch.save({name: tensor.float() for name, tensor in model.state_dict().items()}, path)


@wrong(
    "`weights_only=False` let the file run what was in it. Whoever can write a file could run programs here: read it "
    "with `weights_only=True`."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=False))


@wrong(
    "Whether the file may run something was left to the default, and an environment variable changes that. Write "
    "`weights_only=True`."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu"))


@wrong(
    "The file remembers which device it came from, and that one is not here. Say with `map_location` where the tensors "
    "are to go."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, weights_only=True))


@wrong(
    "With `strict=False` names that are missing, and names that the model has not, pass without a word, and part of "
    "the model keeps its old weights. Let `load_state_dict` be strict."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=False)


@wrong(
    "The model was put into evaluation mode, all of it, after loading. Which mode it is in is not for a loader to say: "
    "leave it alone."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.eval()


@wrong(
    "With `assign=True` the file's tensors took the place of the model's: device and dtype are those of the file, and "
    "an optimizer holds tensors that nobody uses any more. Let `load_state_dict` copy the values."
)
def load_weights(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), assign=True)


@wrong(
    "The device was asked of the first parameter, and a model with buffers alone has none. With a `map_location` of "
    '"cpu" there is nothing to ask: `load_state_dict` copies from there to any device.'
)
def load_weights(model, path):
    device = next(model.parameters()).device
    model.load_state_dict(torch.load(path, map_location=device, weights_only=True))


@wrong("Only the parameters were loaded, and the buffers kept their old values. Load all that is in the state dict.")
def load_weights(model, path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    mine = model.state_dict()
    if mine.keys() != state.keys() or any(mine[name].shape != state[name].shape for name in mine):
        raise ValueError("path: these are the weights of another model")
    for name, weight in model.named_parameters():
        weight.data.copy_(state[name])


@wrong(
    "The dict that `state_dict` gives was updated, and with it no weight: it is a new dict each time. Hand the file's "
    "to `load_state_dict`."
)
def load_weights(model, path):
    model.state_dict().update(torch.load(path, map_location="cpu", weights_only=True))


@wrong(
    "Values were copied name by name, for the names of the model and with broadcasting: what the file has beyond them "
    "was dropped, and a tensor of another shape was stretched. `load_state_dict` compares names and shapes first."
)
def load_weights(model, path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, tensor in model.state_dict().items():
        tensor.copy_(state[name])


def _checkpoint(model, optimizer, epoch):
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}


@wrong(
    "The file was emptied first and then written, so a process that is killed in between leaves neither the old "
    "checkpoint nor the new one. Write to another file beside it, then `os.replace`."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save(_checkpoint(model, optimizer, epoch), path)


@wrong(
    "An error brought the old checkpoint back from its copy, but a process that is killed raises none: it left an "
    "empty file. Do not write into the checkpoint at all, replace it by a file that is done."
)
def save_checkpoint(path, model, optimizer, epoch):
    backup = f"{path}.backup"
    existed = os.path.exists(path)
    if existed:
        shutil.copyfile(path, backup)
    try:
        torch.save(_checkpoint(model, optimizer, epoch), path)
    except BaseException:
        os.replace(backup, path) if existed else os.remove(path)
        raise
    if existed:
        os.remove(backup)


@wrong(
    "The old checkpoint was deleted before the new one got its name, and a process that is killed in between leaves no "
    "file at all. `os.replace` takes a name that is in use, in one step."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save(_checkpoint(model, optimizer, epoch), f"{path}.new")
    if os.path.exists(path):
        os.remove(path)
    os.rename(f"{path}.new", path)


@wrong(
    "The finished bytes were copied into the checkpoint's file, which is empty while that lasts. A copy takes time, a "
    "new name does not: `os.replace` the file."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save(_checkpoint(model, optimizer, epoch), f"{path}.new")
    shutil.copyfile(f"{path}.new", path)
    os.remove(f"{path}.new")


@wrong(
    "The new file was made in the system's folder for temporary files. That may be on another disk, from which nothing "
    "can be moved in one step: make it in the checkpoint's own folder."
)
def save_checkpoint(path, model, optimizer, epoch):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        torch.save(_checkpoint(model, optimizer, epoch), file)
    os.replace(file.name, path)


@wrong(
    "A file stayed behind in the folder, one more with every checkpoint. Save to the very file that is replaced "
    "afterwards, and clear away what else you made."
)
def save_checkpoint(path, model, optimizer, epoch):
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path))
    os.close(handle)
    torch.save(_checkpoint(model, optimizer, epoch), f"{name}.pt")
    os.replace(f"{name}.pt", path)


@wrong(
    "A file that a killed process had left behind made all later calls fail: the new file was opened only if there was "
    "none of its name. Overwrite it."
)
def save_checkpoint(path, model, optimizer, epoch):
    with open(f"{path}.new", "xb") as file:
        torch.save(_checkpoint(model, optimizer, epoch), file)
    os.replace(f"{path}.new", path)


@wrong(
    "The optimizer was not saved, and an Adam without its memory goes another way. Save `optimizer.state_dict()` under "
    '"optimizer".'
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "epoch": epoch}, f"{path}.new")
    os.replace(f"{path}.new", path)


@wrong(
    "The optimizer itself was pickled, and `torch.load` refuses such a file with `weights_only=True`. Save "
    "`optimizer.state_dict()`."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "optimizer": optimizer, "epoch": epoch}, f"{path}.new")
    os.replace(f"{path}.new", path)


@wrong(
    "The file holds the number of the next epoch. It is to hold the one that has just ended, as it was given; whoever "
    "loads adds the 1."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save(_checkpoint(model, optimizer, epoch + 1), f"{path}.new")
    os.replace(f"{path}.new", path)


@wrong(
    "`model.cpu()` moved the model itself off its device, away from the batches that come next. Tensors are saved from "
    "any device: leave it where it is."
)
def save_checkpoint(path, model, optimizer, epoch):
    torch.save(_checkpoint(model.cpu(), optimizer, epoch), f"{path}.new")
    os.replace(f"{path}.new", path)


@wrong(
    "The optimizer was not restored: it begins without its memory and with its old learning rate. It has a "
    "`load_state_dict` of its own."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    return checkpoint["epoch"] + 1


@wrong("The epoch in the file has ended, and it would be done once more. Go on with the one after it: add 1.")
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"]


@wrong(
    "`weights_only=False` let the file run what was in it. Whoever can write a file could run programs here: read it "
    "with `weights_only=True`."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


@wrong(
    "Whether the file may run something was left to the default, and an environment variable changes that. Write "
    "`weights_only=True`."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


@wrong(
    "The file remembers which device it came from, and that one is not here. Say with `map_location` where the tensors "
    "are to go."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


@wrong(
    "With `strict=False` names that are missing, and names that the model has not, pass without a word, and part of "
    "the model keeps its old weights. Let `load_state_dict` be strict."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"], strict=False)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


@wrong(
    "With `assign=True` the model got new tensors, and the optimizer goes on to train the old ones, which nobody uses. "
    "Let `load_state_dict` copy the values."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"], assign=True)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


@wrong(
    "The model was put into training mode, all of it, after loading. Parts that were to stay in evaluation mode are "
    "not any more: leave the modes alone."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    model.train()
    return checkpoint["epoch"] + 1


@wrong(
    "The optimizer kept its own learning rate: only what it remembers of each parameter was taken from the file, not "
    "its groups. Hand the whole state to `load_state_dict`."
)
def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    groups = optimizer.state_dict()["param_groups"]
    if len(checkpoint["optimizer"]["state"]) != sum(weight.requires_grad for weight in model.parameters()):
        raise ValueError("optimizer: of another number of parameters")
    optimizer.load_state_dict({"state": checkpoint["optimizer"]["state"], "param_groups": groups})
    return checkpoint["epoch"] + 1


class _BestWeights:
    def __init__(self, model):
        self.model, self.loss, self.weights = model, math.inf, None

    def update(self, loss):
        lower = self.is_lower(loss)
        if lower:
            self.loss = float(loss)
            self.weights = self.copies()
        return lower

    def restore(self):
        if self.weights is not None:
            self.model.load_state_dict(self.weights)

    def is_lower(self, loss):
        return float(loss) < self.loss

    def copies(self):
        return copy.deepcopy(self.model.state_dict())


@wrong(
    "What was remembered changed with the training, for `state_dict` hands out the model's own tensors. Copy each one, "
    "such as with `copy.deepcopy`."
)
class BestWeights(_BestWeights):
    def copies(self):
        return dict(self.model.state_dict())


@wrong(
    "Only the parameters came back: the running statistics of a batch norm stayed those of the last epoch. Remember "
    "the buffers too, as `state_dict` has them."
)
class BestWeights(_BestWeights):
    def copies(self):
        return {name: weight.detach().clone() for name, weight in self.model.named_parameters()}

    def restore(self):
        if self.weights is not None:
            self.model.load_state_dict(self.weights, strict=False)


@wrong("A loss that only equals the lowest replaced the weights. Lower is `<`, and the first of several equals stays.")
class BestWeights(_BestWeights):
    def is_lower(self, loss):
        return not math.isnan(loss) and not math.isinf(loss) and float(loss) <= self.loss


@wrong(
    "The first loss was taken whatever it was. If it is NaN, no later one is lower, for NaN compares as False; begin "
    "with `math.inf` as the lowest."
)
class BestWeights(_BestWeights):
    def is_lower(self, loss):
        return self.weights is None or float(loss) < self.loss


@wrong("The highest loss won. A loss is better the lower it is: begin with `math.inf`, and compare with `<`.")
class BestWeights(_BestWeights):
    def __init__(self, model):
        super().__init__(model)
        self.loss = -math.inf

    def is_lower(self, loss):
        return float(loss) > self.loss


@wrong(
    "Each loss was compared with the one before it, so weights count as the best after any step down. Keep the lowest "
    "of all losses, and compare with that."
)
class BestWeights(_BestWeights):
    before = math.inf

    def is_lower(self, loss):
        lower = float(loss) < self.before
        self.before = float(loss)
        return lower


@wrong(
    "The lowest loss was begun with a number, 1, and losses above it never counted. Nothing is above `math.inf`: begin "
    "with that."
)
class BestWeights(_BestWeights):
    def is_lower(self, loss):
        return float(loss) < min(self.loss, 1.0)


@wrong(
    "A loss that is a tensor was kept as it is, and changed when somebody wrote to it later. Keep its value: "
    "`float(loss)`."
)
class BestWeights(_BestWeights):
    lowest = math.inf

    def update(self, loss):
        lower = bool(loss < self.lowest)
        if lower:
            self.lowest = loss
            self.weights = self.copies()
        return lower

    @property
    def loss(self):
        return float(self.lowest)

    @loss.setter
    def loss(self, loss):
        self.lowest = loss


@wrong(
    "After `restore()` the model trained on in the very memory of what was remembered, so a second `restore()` brought "
    "something else. Copy the values into the model's tensors, as `load_state_dict` does."
)
class BestWeights(_BestWeights):
    def restore(self):
        if self.weights is not None:
            for name, tensor in (*self.model.named_parameters(), *self.model.named_buffers()):
                if name in self.weights:
                    self.weights[name] = self.weights[name].to(tensor.device)
                    tensor.data = self.weights[name]


@wrong(
    "A copy of the model was remembered and became the attribute `model`, while the caller's model kept its weights. "
    "Put the values into the model that was given."
)
class BestWeights(_BestWeights):
    def copies(self):
        return copy.deepcopy(self.model)

    def restore(self):
        if self.weights is not None:
            self.model = self.weights


@wrong(
    "`restore()` fell over its own None: no loss had counted yet, so nothing was remembered. Then leave the model as "
    "it is."
)
class BestWeights(_BestWeights):
    def restore(self):
        self.model.load_state_dict(self.weights)


@wrong("The model was in evaluation mode after `restore()`. Only values are to change: leave its modes alone.")
class BestWeights(_BestWeights):
    def restore(self):
        super().restore()
        self.model.eval()


def _checked(state, stripped):
    if len(stripped) < len(state):
        raise ValueError("prefix: two entries would have the same name")
    return stripped


@wrong(
    "The prefix was taken out of the middle of names too. It belongs to the wrapper only at the beginning: "
    "`removeprefix` looks nowhere else."
)
def strip_prefix(state, prefix):
    return _checked(state, {name.replace(prefix, ""): value for name, value in state.items()})


@wrong(
    '`lstrip` takes off any of the prefix\'s letters, as many as come: "module.model" lost its "mode" too. '
    "`removeprefix` takes off the whole text, once."
)
def strip_prefix(state, prefix):
    return _checked(state, {name.lstrip(prefix): value for name, value in state.items()})


@wrong(
    "As many letters as the prefix has were cut off every name, also where it does not begin with it. Look first, with "
    "`startswith`."
)
def strip_prefix(state, prefix):
    return _checked(state, {name[len(prefix) :]: value for name, value in state.items()})


@wrong("The prefix was taken off again and again. Take it off once: a second one is a name within the model.")
def strip_prefix(state, prefix):
    def stripped(name):
        while prefix and name.startswith(prefix):
            name = name.removeprefix(prefix)
        return name

    return _checked(state, {stripped(name): value for name, value in state.items()})


@wrong("Entries without the prefix were dropped. They stay, under the names that they have.")
def strip_prefix(state, prefix):
    kept = {name: value for name, value in state.items() if name.startswith(prefix)}
    return _checked(kept, {name.removeprefix(prefix): value for name, value in kept.items()})


@wrong(
    "Two entries got the same name, and one of them was lost without a word. Raise ValueError naming `prefix` when "
    "that happens."
)
def strip_prefix(state, prefix):
    return {name.removeprefix(prefix): value for name, value in state.items()}


@wrong("The dict that was given lost its names: they were changed in it. Build a new dict and leave `state` alone.")
def strip_prefix(state, prefix):
    _checked(state, {name.removeprefix(prefix) for name in state})
    for name in list(state):
        state[name.removeprefix(prefix)] = state.pop(name)
    return state


@wrong("The tensors were copied, which takes their memory a second time. Put the same objects under their new names.")
def strip_prefix(state, prefix):
    return _checked(state, {name.removeprefix(prefix): copy.deepcopy(value) for name, value in state.items()})


@wrong(
    "The entries came in another order: those with the prefix first, or sorted. Go through `state` once, and keep its "
    "order."
)
def strip_prefix(state, prefix):
    with_it = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
    others = {name: value for name, value in state.items() if not name.startswith(prefix)}
    return _checked(state, {**with_it, **others})


@wrong(
    'The prefix was read as a regular expression, in which a dot stands for any letter, so "modules.weight" lost '
    '"modules". Compare texts: `removeprefix`.'
)
def strip_prefix(state, prefix):
    return _checked(state, {re.sub(f"^{prefix}", "", name): value for name, value in state.items()})


@wrong(
    "A dict without any prefix was given back itself, so writing to the result changes `state`. Give a new dict in any "
    "case."
)
def strip_prefix(state, prefix):
    if not any(name.startswith(prefix) for name in state):
        return state
    return _checked(state, {name.removeprefix(prefix): value for name, value in state.items()})
