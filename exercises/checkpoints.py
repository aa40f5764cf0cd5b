"""Saving and reloading: weights in a file, training that goes on after a stop, and weights at their best."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Save the weights of a model to a file, and nothing else of it.

    A pickled model can be read only by the very code that made it, and whoever
    reads it runs whatever is in the file. A dict of tensors has neither fault.
    It holds all that `model.state_dict()` names: parameters, frozen ones too,
    and buffers such as the running statistics of a batch norm, but no buffer
    that was registered with `persistent=False`.

    Args:
        model: any module, on any device, in either mode. It may have no weights
            at all: the dict is then empty.
        path: of the file, in a folder that exists. The name is used as it
            stands, whatever its suffix. A file that is there already is replaced.

    Returns:
        None.

    Rules:
        `torch.load(path, map_location="cpu", weights_only=True)` reads the file
        and gives the dict: names, and for each a tensor with the shape, dtype and
        values that it has in the model. None of them is a `Parameter`, and none
        requires a gradient. The model stays as it is: the objects that it is made
        of, their values and devices, and the mode of each of its modules.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_weights(nn.Linear(3, 2), f"{folder}/linear.pt")
        ...     list(torch.load(f"{folder}/linear.pt", weights_only=True))
        ['weight', 'bias']

    Source:
        https://pytorch.org/tutorials/beginner/saving_loading_models.html
    """
    raise NotImplementedError("checkpoints.save_weights")


def load_weights(model: nn.Module, path: str | Path) -> None:
    """Load weights from a file into a model, on whatever device they were saved.

    The values are copied into the tensors that the model has, so that an
    optimizer which holds these goes on with the new values. Nothing but the
    values changes: each tensor keeps its device, its dtype (values of another
    one are converted) and its `requires_grad`, each module its mode.

    Args:
        model: any module, on any device. It may have buffers and no parameters,
            or neither.
        path: of a file that `torch.save` made of a dict of names and tensors,
            such as `save_weights` writes. The device that it remembers for its
            tensors need not exist here.

    Returns:
        None.

    Raises:
        Exception: of any type, such as that of `torch.load`, when there is
            anything in the file that reading it would run, before that has run,
            and with the model as it was.
        Exception: of any type, such as that of `load_state_dict`, when a name of
            the model is missing in the file, when the file has one that the model
            has not, or when a shape is another. How much has been loaded by then
            is left open.

    Rules:
        Safe whatever the defaults are: the environment variable
        TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD, which turns the safe default of
        `torch.load` off, changes nothing.

    Example:
        >>> import tempfile
        >>> model, twin = nn.Linear(3, 2), nn.Linear(3, 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save(model.state_dict(), f"{folder}/linear.pt")
        ...     load_weights(twin, f"{folder}/linear.pt")
        >>> torch.equal(twin.weight, model.weight)
        True

    Source:
        https://pytorch.org/docs/stable/notes/serialization.html#weights-only
    """
    raise NotImplementedError("checkpoints.load_weights")


def save_checkpoint(path: str | Path, model: nn.Module, optimizer: Optimizer, epoch: int) -> None:
    """Save all that a training run needs to go on, and never lose the checkpoint before.

    A process can be killed at any moment, in the middle of this call too. Then
    `path` holds either the checkpoint that it held before or the new one, and
    whichever it is, all of it; if there was none before, possibly no file. The
    same goes for a call that ends with an error. Only a power cut is left out.

    Args:
        path: of the checkpoint, in a folder that exists and that may be on
            another disk than the system's folder for temporary files. The name is
            used as it stands. A checkpoint that is there already is replaced.
        model: any module, on any device, in either mode.
        optimizer: one of `torch.optim`, over the parameters of `model`.
        epoch: the number of the epoch that has just ended, an int from 0.

    Returns:
        None.

    Rules:
        `torch.load(path, map_location="cpu", weights_only=True)` reads the file
        and gives a dict with, at least, "model" and "optimizer", which are the
        `state_dict()` of each, and "epoch", which is the number as it was given.
        Model and optimizer stay as they are, modes and devices included. A call
        that comes to its end leaves nothing new in the folder but `path`. One
        that is killed may leave more, but nothing that makes a later call fail.

    Example:
        >>> import tempfile
        >>> model = nn.Linear(3, 2)
        >>> optimizer = torch.optim.Adam(model.parameters())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(f"{folder}/last.pt", model, optimizer, epoch=4)
        ...     checkpoint = torch.load(f"{folder}/last.pt", weights_only=True)
        >>> checkpoint["epoch"], sorted(checkpoint)
        (4, ['epoch', 'model', 'optimizer'])

    Source:
        https://docs.python.org/3/library/os.html#os.replace
    """
    raise NotImplementedError("checkpoints.save_checkpoint")


def load_checkpoint(path: str | Path, model: nn.Module, optimizer: Optimizer) -> int:
    """Go on with a training run as if it had never been stopped.

    Weights alone are not enough: Adam steps by the gradients that it remembers,
    and one that has forgotten them goes another way. So both are restored, the
    model and the optimizer, learning rate included.

    Args:
        path: of a file that `torch.save` made of a dict with "model" and
            "optimizer", the `state_dict()` of each, and "epoch", the number of
            the epoch that had just ended, an int from 0. `save_checkpoint` writes
            such a file. It may have more entries, which do not matter, and the
            device that it remembers for its tensors need not exist here.
        model: built as the one that was saved, on any device.
        optimizer: built as the one that was saved, over the parameters of
            `model`, with any learning rate.

    Returns:
        The number of the epoch to go on with, an int: the one after the epoch
        in the file, so that `range(load_checkpoint(...), epochs)` are those to do.

    Raises:
        Exception: of any type, such as that of `torch.load`, when there is
            anything in the file that reading it would run, before that has run,
            and with model and optimizer as they were.
        Exception: of any type, such as that of `load_state_dict`, when a name or
            a shape in "model" is not that of the model, or the optimizer in the
            file is over another number of parameters. How much has been loaded by
            then is left open.

    Rules:
        Values are copied into the tensors that the model has, which stay where
        they are and in the optimizer's care. Each module keeps its mode. The
        environment variable TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD, which turns the
        safe default of `torch.load` off, changes nothing.

    Example:
        >>> import tempfile
        >>> model = nn.Linear(3, 2)
        >>> optimizer = torch.optim.Adam(model.parameters())
        >>> checkpoint = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 4}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     torch.save(checkpoint, f"{folder}/last.pt")
        ...     load_checkpoint(f"{folder}/last.pt", model, optimizer)
        5

    Source:
        https://pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html
    """
    raise NotImplementedError("checkpoints.load_checkpoint")


class BestWeights:
    """Remember the weights with which a model's loss was lowest, to go back to them.

    After each validation `update(loss)` is told the loss, and at the end
    `restore()` puts the weights of the lowest one back into the model.

    Args:
        model: any module, on any device.

    Returns:
        An object with two methods and an attribute:

        - `update(loss)` copies all that `model.state_dict()` names, buffers
          too, if `loss` is lower than every loss before it. It returns True if it
          did so and False if not, a bool. A loss that is equal to the lowest is
          not lower. NaN and infinity, which a run gives that has gone wrong,
          never count, not even as the first ones. Minus infinity does not occur.
        - `loss`: the lowest loss that counted, a float, and `math.inf` before.
        - `restore()` copies what is remembered into the tensors that the model
          has. While nothing is remembered it leaves the model as it is. What it
          returns is not looked at.

    Rules:
        A loss is a Python number, or a tensor without axes and without a gradient
        on any device, which counts with the value that it has at the call and is
        not modified.
        What is remembered stays as it is when the model is trained on, also after
        a `restore()`, which can be called as often as you like and brings the
        same weights each time. A model that was moved in between gets them on
        its device of then. Nothing but values changes in the model: its tensors
        stay the same objects, and its modules keep their modes.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> best = BestWeights(model)
        >>> for weight, loss in [(1.0, 0.5), (2.0, 0.3), (3.0, 0.4)]:
        ...     _ = nn.init.constant_(model.weight, weight)
        ...     print(best.update(loss))
        True
        True
        False
        >>> best.restore()
        >>> model.weight.item(), best.loss
        (2.0, 0.3)

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
    """

    def __init__(self, model: nn.Module) -> None:
        raise NotImplementedError("checkpoints.BestWeights")

    def update(self, loss: float | Tensor) -> bool:
        raise NotImplementedError("checkpoints.BestWeights")

    def restore(self) -> None:
        raise NotImplementedError("checkpoints.BestWeights")


def strip_prefix(state: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Take the prefix that a wrapper has put before each name out of a state dict.

    `DataParallel` calls a model's "weight" "module.weight", and a compiled
    model calls it "_orig_mod.weight", so a model without the wrapper does not
    find its names. A prefix is taken off once, where a name begins with it, and
    nowhere else: "module.encoder.module.bias" becomes "encoder.module.bias".

    Args:
        state: a dict of names and tensors, or whatever else a state dict holds.
        prefix: the text to take off, with its dot if there is one: "module.". It
            may be empty, and then takes nothing off.

    Returns:
        A new dict with the same values in the same order. A name that does not
        begin with `prefix` is as it was.

    Raises:
        ValueError: naming `prefix`, when two entries would have the same name
            without it, such as "module.bias" and "bias": one would be lost.

    Rules:
        Values are the same objects, not copies. `state` itself stays as it is.

    Example:
        >>> strip_prefix({"module.weight": 1, "module.module.bias": 2, "epoch": 3}, "module.")
        {'weight': 1, 'module.bias': 2, 'epoch': 3}

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.DataParallel.html
    """
    raise NotImplementedError("checkpoints.strip_prefix")
