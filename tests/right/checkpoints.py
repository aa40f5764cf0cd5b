"""Right answers to the topic `checkpoints` in other styles than the solution's."""

import collections
import copy
import io
import math
import os
import pathlib
import shutil
import tempfile
import uuid

import torch

from kata.variants import right


@right("copies on the CPU, in a plain dict")
def save_weights(model, path):
    state = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    with open(path, "wb") as file:
        torch.save(state, file)


@right("bytes first, then the file; the old format")
def save_weights(model, path):
    buffer = io.BytesIO()
    torch.save(
        collections.OrderedDict(sorted(model.state_dict().items())), buffer, _use_new_zipfile_serialization=False
    )
    pathlib.Path(path).write_bytes(buffer.getvalue())


@right("keeps the variables and detaches them itself, without gradients")
@torch.inference_mode()
def save_weights(model, path):
    state = model.state_dict(keep_vars=True)
    torch.save({name: tensor.data for name, tensor in state.items()}, os.fspath(path))


@right("names compared first, values copied under no_grad")
def load_weights(model, path):
    state = torch.load(path, map_location=torch.device("cpu"), weights_only=True)
    mine = model.state_dict()
    if mine.keys() != state.keys():
        raise KeyError(f"other names: {sorted(mine.keys() ^ state.keys())}")
    if any(mine[name].shape != state[name].shape for name in mine):
        raise ValueError("other shapes")
    with torch.no_grad():
        for name, tensor in mine.items():
            tensor.copy_(state[name])


@right("onto the model's device, if it has one; wraps the errors")
def load_weights(model, path):
    device = next((tensor.device for tensor in (*model.parameters(), *model.buffers())), "cpu")
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is no file of weights") from error
    model.load_state_dict(state, strict=True)


@right("a function as map_location, an open file")
def load_weights(model, path):
    with pathlib.Path(path).open("rb") as file:
        state = torch.load(file, map_location=lambda storage, where: storage, weights_only=True)
    result = model.load_state_dict(state, strict=False)
    if result.missing_keys or result.unexpected_keys:
        raise LookupError(result)


@right("mapped into memory")
def load_weights(model, path):
    model.load_state_dict(torch.load(str(path), "cpu", weights_only=True, mmap=True))


@right("a temporary file in the same folder, flushed to the disk")
def save_checkpoint(path, model, optimizer, epoch):
    path = pathlib.Path(path)
    state = {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".tmp", delete=False) as file:
        try:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise
    os.replace(file.name, path)


@right("bytes first, then pathlib; more entries")
def save_checkpoint(path, model, optimizer, epoch):
    path, buffer = pathlib.Path(path), io.BytesIO()
    torch.save(
        {
            "model": {name: tensor.cpu() for name, tensor in model.state_dict().items()},
            "optimizer": copy.deepcopy(optimizer.state_dict()),
            "epoch": epoch,
            "version": torch.__version__.split("+")[0],
            "rng": torch.get_rng_state(),
        },
        buffer,
    )
    partial = path.with_name(f".{uuid.uuid4().hex}")
    partial.write_bytes(buffer.getvalue())
    partial.replace(path)


@right("a temporary folder in the checkpoint's own, and shutil.move")
def save_checkpoint(path, model, optimizer, epoch):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path), ignore_cleanup_errors=True) as folder:
        new = os.path.join(folder, "new")
        torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), epoch=epoch), new)
        if os.name == "nt":
            os.replace(new, path)
        else:
            shutil.move(new, path)


@right("mkstemp, and a file object of its own")
def save_checkpoint(path, model, optimizer, epoch):
    handle, name = tempfile.mkstemp(dir=pathlib.Path(path).resolve().parent)
    with os.fdopen(handle, "wb", buffering=1024) as file:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, file)
    os.replace(name, path)


@right("keeps no copy of the file name; what was left behind is removed first")
def save_checkpoint(path, model, optimizer, epoch):
    partial = pathlib.Path(f"{path}~")
    partial.unlink(missing_ok=True)
    with partial.open("xb") as file:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": int(epoch)}, file)
    os.replace(partial, path)


@right("onto the model's device")
def load_checkpoint(path, model, optimizer):
    device = next(model.parameters()).device
    found = torch.load(path, map_location=device, weights_only=True)
    optimizer.load_state_dict(found["optimizer"])
    model.load_state_dict(found["model"])
    return 1 + found["epoch"]


@right("from bytes; wraps the errors")
def load_checkpoint(path, model, optimizer):
    try:
        with open(path, "rb") as file:
            found = torch.load(io.BytesIO(file.read()), map_location="cpu", weights_only=True)
        for part, name in ((model, "model"), (optimizer, "optimizer")):
            part.load_state_dict(found[name])
    except Exception as error:
        raise ValueError(f"path: {path} is no checkpoint of this run") from error
    return int(found["epoch"]) + 1


class _Remembered:
    def __init__(self, model):
        self.model = model
        self.best = None

    @property
    def loss(self):
        return math.inf if self.best is None else self.best[0]


@right("deep copies, a property for the loss")
class BestWeights(_Remembered):
    def update(self, loss):
        loss = loss.item() if isinstance(loss, torch.Tensor) else float(loss)
        if math.isnan(loss) or loss >= self.loss:
            return False
        self.best = loss, copy.deepcopy(self.model.state_dict())
        return True

    def restore(self):
        if self.best:
            self.model.load_state_dict(self.best[1])


@right("in a file in memory")
class BestWeights:
    def __init__(self, model):
        self._model, self._file = model, None
        self.loss = float("inf")

    def update(self, loss):
        if not (math.isfinite(loss) and loss < self.loss):
            return False
        self.loss, self._file = float(loss), io.BytesIO()
        torch.save(self._model.state_dict(), self._file)
        return True

    def restore(self):
        if self._file is not None:
            self._file.seek(0)
            self._model.load_state_dict(torch.load(self._file, map_location="cpu", weights_only=True))


@right("copies on the CPU, copied back tensor by tensor")
class BestWeights:
    def __init__(self, model):
        self.model, self.loss, self.copies = model, math.inf, {}

    @torch.no_grad()
    def update(self, loss):
        if lower := bool(loss < self.loss):
            self.loss = float(loss)
            self.copies = {name: tensor.to("cpu", copy=True) for name, tensor in self.model.state_dict().items()}
        return lower

    @torch.no_grad()
    def restore(self):
        mine = self.model.state_dict()
        for name, tensor in self.copies.items():
            mine[name].copy_(tensor)
        return self.model


@right("startswith and a slice")
def strip_prefix(state, prefix):
    result = {}
    for name, value in state.items():
        short = name[len(prefix) :] if name.startswith(prefix) else name
        if short in result:
            raise ValueError(f"the prefix hides that {short} is there twice")
        result[short] = value
    return result


@right("an ordered dict from zip; a set finds twins")
def strip_prefix(state, prefix):
    names = [name.removeprefix(prefix) for name in state]
    if len(set(names)) != len(names):
        raise ValueError(f"Prefix {prefix} makes two names one")
    return collections.OrderedDict(zip(names, state.values(), strict=True))


@right("partition, where nothing is before the prefix")
def strip_prefix(state, prefix):
    pairs = []
    for name, value in state.items():
        before, found, after = name.partition(prefix or " ")
        pairs.append((after if found and not before and prefix else name, value))
    if len(dict(pairs)) != len(pairs):
        raise ValueError("two names would be one without this prefix")
    return dict(pairs)
