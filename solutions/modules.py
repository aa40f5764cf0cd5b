"""torch.nn: what a module registers, what moves, what is saved, what is trained, and in which mode it is."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class Affine(nn.Module):
    """Multiply the last axis by a learned matrix and add a learned bias: `nn.Linear` from scratch.

    A new layer begins at random: every entry of both parameters is drawn
    uniformly from -bound to bound, where bound is 1 / sqrt(in_features). What
    is drawn comes from PyTorch's global generator, so that `torch.manual_seed`
    before the layer is made fixes it, and the next layer begins elsewhere.

    Args:
        in_features: size of the last axis that comes in, an int of at least 1.
        out_features: size of the last axis that goes out, an int of at least 1.

    Returns:
        A `nn.Module` with the parameters `weight` (out_features, in_features)
        and `bias` (out_features,), float32 on the CPU. Called with x
        (..., in_features) it gives x times the transposed weight, plus the
        bias: (..., out_features), with the dtype and device of x, which are
        those of the parameters. x may have any number of leading axes, none
        included, of any size, 0 included.

    Rules:
        Not made of `nn.Linear`, neither as a base class nor inside;
        `nn.functional.linear` is allowed. Both parameters are registered: they
        move with the module, are copied by `copy.deepcopy`, and are trained.
        The state_dict holds these two and nothing else, so that a `nn.Linear`
        loads it, and the other way round. Gradients flow to x and to both
        parameters; x is not modified.

    Example:
        >>> layer = Affine(3, 2)
        >>> [(name, tuple(parameter.shape)) for name, parameter in layer.named_parameters()]
        [('weight', (2, 3)), ('bias', (2,))]
        >>> layer(torch.zeros(5, 4, 3)).shape
        torch.Size([5, 4, 2])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        # Draw first, wrap last: what is computed from a Parameter is a plain tensor, which no one registers.
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T + self.bias


class MLP(nn.Module):
    """Stack fully connected layers of the given sizes, with a ReLU between each two.

    The last layer has no activation: it gives scores of any sign, as losses
    and regression need them. Two sizes make a single layer and no ReLU.

    Args:
        sizes: a list or tuple of ints of at least 1: size of the input, of
            each hidden layer, of the output.

    Returns:
        A `nn.Module`. Called with x (..., sizes[0]) it gives (..., sizes[-1])
        with the dtype and device of x, which are those of the parameters. x
        may have any number of leading axes, none included. `parameters()`
        gives the weight (out, in) and the bias (out,) of each layer, from the
        first to the last, and nothing else: float32 on the CPU, where each
        weight is drawn at random. `torch.manual_seed` fixes that, and the next
        model begins with other weights. One model, called again with the same
        x, gives the same numbers.

    Raises:
        ValueError: naming `sizes`, when there are fewer than two.

    Rules:
        `nn.Linear` is allowed. No two layers or models have parameters in
        common, and all of them move, save, load, train and are copied by
        `copy.deepcopy` with the model. Gradients flow to x and to every
        parameter. x and `sizes` are not modified.

    Example:
        >>> model = MLP([4, 16, 3])
        >>> [tuple(parameter.shape) for parameter in model.parameters()]
        [(16, 4), (16,), (3, 16), (3,)]
        >>> model(torch.zeros(5, 4)).shape
        torch.Size([5, 3])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes must name at least input and output, not {sizes}")
        self.layers = nn.ModuleList([nn.Linear(before, after) for before, after in pairwise(sizes)])

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = layer(x).relu()
        return last(x)


class Standardizer(nn.Module):
    """Subtract a known mean from each column and divide by a known standard deviation, inside the model.

    Both are constants of the model: they belong to its state, so that they
    move, save and load with it, and yet no optimizer ever sees them. They are
    copies: loading another state writes into the module, and must not reach
    the tensors that it was made from.

    Args:
        mean: (columns,), floating point; any number of columns, 0 included.
        std: (columns,), dtype and device of `mean`; every number above 0.

    Returns:
        A `nn.Module` with the buffers `mean` and `std`, with the dtype and
        device of what was given. Called with x (..., columns), of the dtype
        and device that the buffers have now, it gives (x - mean) / std for
        each column: the shape, dtype and device of x. x may have any number of
        leading axes, none included, of any size, 0 included.

    Raises:
        ValueError: naming `std`, when its shape is not that of `mean`, or when
            any number in it is not above 0, NaN included.

    Rules:
        The module has no parameters, in train and eval mode it does the same,
        and nothing but x enters into its numbers beside `mean` and `std` as
        they are at the time of the call. Its state_dict holds these two under
        their names and nothing else; they never require a gradient, even if
        the given tensors do. Gradients flow to x; x, `mean` and `std` as given
        are not modified.

    Example:
        >>> standardize = Standardizer(torch.tensor([5.0, 0.0]), torch.tensor([2.0, 4.0]))
        >>> standardize(torch.tensor([[9.0, 2.0], [5.0, -4.0]]))
        tensor([[ 2.0000,  0.5000],
                [ 0.0000, -1.0000]])
        >>> list(standardize.state_dict()), list(standardize.parameters())
        (['mean', 'std'], [])

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer
    """

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        if std.shape != mean.shape or not (std > 0).all():
            raise ValueError(f"std must have shape {tuple(mean.shape)} and be above 0 everywhere")
        self.register_buffer("mean", mean.detach().clone())
        self.register_buffer("std", std.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


def parameter_count(model: nn.Module, trainable_only: bool = False) -> int:
    """Count the numbers that a model learns: the entries of all its parameters.

    A parameter that several modules have in common is one parameter, and
    counts once; so does a module that stands in several places. Two parameters
    are two even if they are equal.

    Args:
        model: any module.
        trainable_only: leave out parameters that do not require a gradient.

    Returns:
        A Python int, 0 for a model without parameters. Parameters at any depth
        count, those of the model itself included; buffers do not.

    Rules:
        The model stays as it is: values, modes, and what requires a gradient.
        Only shapes are looked at, so that a model on the device "meta", which
        has no values, is counted as well.

    Example:
        >>> model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
        >>> parameter_count(model)
        131
        >>> model[0].requires_grad_(False)
        Linear(in_features=4, out_features=16, bias=True)
        >>> parameter_count(model, trainable_only=True)
        51

    Source:
        https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.parameters
    """
    # `parameters` gives a shared parameter once.
    return sum(p.numel() for p in model.parameters() if p.requires_grad or not trainable_only)


def freeze(model: nn.Module, prefixes: Sequence[str]) -> None:
    """Stop the training of some parts of a model, named as in its state_dict, and change nothing else.

    A prefix is the whole name of a module or of a parameter, as seen from
    `model`: "layer1" freezes "layer1.weight" and "layer1.0.bias", but not
    "layer10.weight", "layer1_norm.weight" or "head.layer1.weight";
    "layer1.weight" freezes this one parameter. A parameter that has several
    names, because modules share it, is frozen when any one of them is meant.

    Args:
        model: any module; its parameters are changed.
        prefixes: a list or tuple of names. With none of them nothing happens.

    Returns:
        None. Afterwards the named parameters do not require a gradient. The
        gradient that they may still hold is gone (`grad` is None), or an
        optimizer that has them already would use it at its next step.

    Raises:
        ValueError: naming the prefix, when no parameter is meant by it: a
            typo, the beginning of a name such as "lay", the name of a module
            without parameters, or "". The model is then left as it was,
            whatever the other prefixes say.

    Rules:
        All else stays: values, the parameter objects themselves, buffers,
        train and eval modes, other parameters with their gradients; what was
        frozen before stays frozen. Frozen layers pass gradients on to those
        before them, and buffers such as running statistics go on changing.

    Example:
        >>> model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
        >>> freeze(model, ["0", "2.weight"])
        >>> [name for name, parameter in model.named_parameters() if parameter.requires_grad]
        ['2.bias']

    Source:
        https://pytorch.org/docs/stable/notes/autograd.html#setting-requires-grad
    """
    frozen: list[nn.Parameter] = []
    for prefix in prefixes:
        # Under all of its names: without `remove_duplicate=False` a shared parameter has the first one only.
        named = model.named_parameters(remove_duplicate=False)
        found = [parameter for name, parameter in named if f"{name}.".startswith(f"{prefix}.")]
        if not found:
            raise ValueError(f"prefixes: no parameter is meant by {prefix!r}")
        frozen += found
    for parameter in frozen:
        parameter.requires_grad_(False)
        parameter.grad = None


class Dropout(nn.Module):
    """Set a random share of the entries to zero while training, and do nothing afterwards.

    In train mode, the mode of a new module, each entry is dropped with the
    probability `rate`, whatever becomes of the others, and at every call anew;
    those that are kept are divided by 1 - rate, so that the expected value
    stays what it was. In eval mode x comes out as it is. A rate of 0 keeps
    everything. A rate of 1 makes everything zero, and the gradient too.

    Args:
        rate: a float or int from 0 to 1, both included.

    Returns:
        A `nn.Module`. Called with x (...), floating point and finite, of any
        shape, it gives the shape, dtype and device of x.

    Raises:
        ValueError: naming `rate`, when it is below 0, above 1 or NaN; raised
            when the module is made.

    Rules:
        Without PyTorch's own dropout, under any name. Follows `train()` and
        `eval()`, those of a module that it is part of as well. The state_dict
        is empty. What is dropped comes from PyTorch's global generators, so
        that `torch.manual_seed` before a call fixes it, and two modules drop
        other entries; in eval mode nothing is drawn. Gradients flow through
        what is kept, with the same factor, and are zero at what was dropped. x
        is not modified.

    Example:
        >>> dropout = Dropout(0.75)
        >>> sorted(set(dropout(torch.ones(1000)).tolist()))
        [0.0, 4.0]
        >>> dropout.eval()(torch.ones(3))
        tensor([1., 1., 1.])

    Source:
        https://arxiv.org/abs/1207.0580
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate <= 1:
            raise ValueError(f"rate must be from 0 to 1, not {rate}")
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.rate == 1:
            return x * 0  # below, 0 / 0 would make NaN
        keep = torch.empty_like(x).bernoulli_(1 - self.rate)
        return x * keep / (1 - self.rate)
