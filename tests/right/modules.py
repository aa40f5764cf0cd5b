"""Right answers to the topic `modules` in other styles than the solution's."""

import itertools
import math
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from kata.variants import right

# -- Affine --------------------------------------------------------------------------------------------------


@right("functional linear, as nn.Linear initialises itself")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.empty((out_features, in_features)))
        self.bias = nn.Parameter(torch.empty(out_features))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        bound = 1 / math.sqrt(self.in_features)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias)

    def extra_repr(self):
        return f"{self.in_features}, {self.out_features}"


@right("einsum, registered by hand, bias first")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.register_parameter("bias", nn.Parameter((2 * torch.rand(out_features) - 1) * bound))
        self.register_parameter("weight", nn.Parameter((2 * torch.rand(out_features, in_features) - 1) * bound))

    def forward(self, x):
        return torch.einsum("...i,oi->...o", x, self.weight) + self.bias


@right("sums of products, one output beside the other")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        uniform = torch.distributions.Uniform(-1 / math.sqrt(in_features), 1 / math.sqrt(in_features))
        self.weight = nn.Parameter(uniform.sample((out_features, in_features)))
        self.bias = nn.Parameter(uniform.sample((out_features,)))

    def forward(self, x):
        return (x.unsqueeze(-2) * self.weight).sum(dim=-1).add(self.bias)


@right("a loop over rows of the weight, stacked, drawn with no_grad in place")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-(in_features**-0.5), in_features**-0.5)

    def forward(self, x):
        outputs = [(x * row).sum(-1) + bias for row, bias in zip(self.weight, self.bias, strict=True)]
        return torch.stack(outputs, dim=-1)


@right("addmm on the flattened batch, folded back")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1.0 / np.sqrt(in_features).item()
        for name, shape in {"weight": (out_features, in_features), "bias": (out_features,)}.items():
            setattr(self, name, nn.Parameter(nn.init.uniform_(torch.empty(shape), -bound, bound)))

    def forward(self, x):
        rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
        return torch.addmm(self.bias, rows, self.weight.t()).reshape(*x.shape[:-1], len(self.bias))


# -- MLP -----------------------------------------------------------------------------------------------------


def _check_sizes(sizes):
    if len(sizes) < 2:
        raise ValueError(f"too few sizes: {len(sizes)}")


@right("Sequential with an Identity at the end")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _check_sizes(sizes)
        steps = []
        for i in range(len(sizes) - 1):
            steps.append(nn.Linear(sizes[i], sizes[i + 1]))
            steps.append(nn.ReLU() if i < len(sizes) - 2 else nn.Identity())
        self.net = nn.Sequential(*steps)

    def forward(self, x):
        return self.net(x)


@right("is a Sequential itself, with names")
class MLP(nn.Sequential):
    def __init__(self, sizes):
        _check_sizes(sizes)
        steps = OrderedDict(first=nn.Linear(*sizes[:2]))
        for i, (before, after) in enumerate(itertools.pairwise(sizes[1:])):
            steps[f"relu{i}"] = nn.ReLU(inplace=True)
            steps[f"layer{i}"] = nn.Linear(before, after)
        super().__init__(steps)


@right("lists of parameters, clamp for ReLU")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _check_sizes(sizes)
        self.parts = nn.ParameterList()
        for before, after in itertools.pairwise(sizes):
            self.parts.append(nn.Parameter(torch.randn(after, before) * math.sqrt(2 / before)))
            self.parts.append(nn.Parameter(torch.zeros(after)))

    def forward(self, x):
        count = len(self.parts) // 2
        for i in range(count):
            x = x @ self.parts[2 * i].T + self.parts[2 * i + 1]
            x = x.clamp(min=0) if i < count - 1 else x
        return x


@right("attributes by setattr, activation before all but the first")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _check_sizes(sizes)
        self.depth = len(sizes) - 1
        for i, shape in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            setattr(self, f"fc{i + 1}", nn.Linear(*shape))

    def forward(self, x):
        x = self.fc1(x)
        for i in range(2, self.depth + 1):
            x = getattr(self, f"fc{i}")(nn.functional.relu(x))
        return x


@right("an MLP within an MLP, last layer apart, one ReLU for all")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        if not sizes or not sizes[1:]:
            raise ValueError("Sizes: I need an input and an output")
        size, *others = list(sizes)
        relu = nn.ReLU()
        self.hidden = nn.Sequential()
        while others[1:]:
            self.hidden.append(nn.Linear(size, others[0]))
            self.hidden.append(relu)
            size, *others = others
        self.out = nn.Linear(size, others[0])
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        return self.out(self.hidden(x))


# -- Standardizer --------------------------------------------------------------------------------------------


@right("torch.tensor of the data, batch_first broadcasting with sub and div")
class Standardizer(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        if mean.shape != std.shape:
            raise ValueError(f"mean and std differ in shape: {mean.shape} and {std.shape}")
        if (~(std > 0)).any():
            raise ValueError("every std has to be positive")
        self.register_buffer("std", std.clone().detach())
        self.register_buffer("mean", mean.clone().detach())

    def forward(self, x):
        return x.sub(self.mean).div(self.std)


@right("buffers as nn.Buffer")
class Standardizer(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        if tuple(std.size()) != tuple(mean.size()):
            raise ValueError("Std must be as long as mean")
        if any(not value > 0 for value in std.tolist()):
            raise ValueError("Std must be above zero")
        self.mean = nn.Buffer(mean.detach().clone())
        self.std = nn.Buffer(std.detach().clone())

    def forward(self, x):
        return torch.divide(torch.subtract(x, self.mean), self.std)


@right("a functional core under no_grad for the constants")
class Standardizer(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        with torch.no_grad():
            positive = std.gt(0).all().item()
            if not positive or std.dim() != mean.dim() or std.numel() != mean.numel():
                raise ValueError("bad std")
            for name, value in (("mean", mean), ("std", std)):
                self.register_buffer(name, torch.empty_like(value, requires_grad=False).copy_(value))

    def forward(self, x):
        return (x - self.mean.expand_as(x)) / self.std.expand_as(x)


# -- parameter_count -----------------------------------------------------------------------------------------


@right("a set of objects")
def parameter_count(model, trainable_only=False):
    seen = set()
    for module in model.modules():
        seen.update(parameter for parameter in module._parameters.values() if parameter is not None)
    return sum(math.prod(parameter.shape) for parameter in seen if parameter.requires_grad or not trainable_only)


@right("a loop with two cases")
def parameter_count(model, trainable_only=False):
    total = 0
    for _, parameter in model.named_parameters():
        if trainable_only and not parameter.requires_grad:
            continue
        total += parameter.nelement()
    return total


@right("ids in a dict")
def parameter_count(model, trainable_only=False):
    named = model.named_parameters(remove_duplicate=False)
    sizes = {id(p): int(np.prod(p.shape)) for _, p in named if not trainable_only or p.requires_grad}
    return sum(sizes.values())


@right("filter and map")
def parameter_count(model, trainable_only=False):
    parameters = model.parameters()
    if trainable_only:
        parameters = filter(lambda parameter: parameter.requires_grad, parameters)
    return sum(map(torch.numel, parameters))


# -- freeze --------------------------------------------------------------------------------------------------


@right("parts of the path compared")
def freeze(model, prefixes):
    wanted = {tuple(prefix.split(".")): [] for prefix in prefixes}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        path = tuple(name.split("."))
        for depth in range(1, len(path) + 1):
            if path[:depth] in wanted:
                wanted[path[:depth]].append(parameter)
    for path, found in wanted.items():
        if not found:
            raise ValueError(f"nothing to freeze at {'.'.join(path)!r}, one of the prefixes")
    for parameter in itertools.chain.from_iterable(wanted.values()):
        parameter.requires_grad = False
        parameter.grad = None


def _meant(model, prefix):
    modules = dict(model.named_modules(remove_duplicate=False))
    if prefix and prefix in modules:
        return list(modules[prefix].parameters())
    owner, _, last = prefix.rpartition(".")
    own = dict(modules[owner].named_parameters(recurse=False)) if owner in modules else {}
    return [own[last]] if last in own else []


@right("modules and parameters looked up by their names")
def freeze(model, prefixes):
    chosen = {prefix: _meant(model, prefix) for prefix in prefixes}
    missing = [prefix for prefix, found in chosen.items() if not found]
    if missing:
        raise ValueError(f"no such name with parameters: {missing}")
    for found in chosen.values():
        for parameter in found:
            parameter.detach_()
            parameter.grad = None


@right("a dict of all names, and gradients cleared by an optimizer")
def freeze(model, prefixes):
    named = dict(model.named_parameters(remove_duplicate=False))
    chosen = {}
    for prefix in prefixes:
        names = [name for name in named if name == prefix or name.startswith(prefix + ".")]
        if len(names) == 0:
            raise ValueError(f"unknown prefix {prefix}" if prefix else "an empty prefix names nothing")
        chosen.update((name, named[name]) for name in names)
    if chosen:
        optimizer = torch.optim.SGD(set(chosen.values()), lr=1.0)
        optimizer.zero_grad(set_to_none=True)
    for parameter in chosen.values():
        parameter.requires_grad_(requires_grad=False)


# -- Dropout -------------------------------------------------------------------------------------------------


def _check_rate(rate):
    if not (rate >= 0 and rate <= 1):
        raise ValueError(f"dropout rate has to be between 0 and 1, got {rate}")


@right("compares uniform numbers, fills with zero, divides by what is kept")
class Dropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        _check_rate(rate)
        self.register_module("inner", None)
        self.rate = float(rate)

    def forward(self, x):
        if not self.training or self.rate == 0.0:
            return x
        dropped = torch.rand(x.shape, device=x.device) < self.rate
        return x.masked_fill(dropped, 0.0) / (1.0 - self.rate if self.rate < 1.0 else 1.0)


@right("a scaled mask, as a bernoulli of probabilities")
class Dropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        _check_rate(rate)
        self.keep = 1 - rate

    def forward(self, x):
        if self.training and self.keep > 0:
            mask = torch.bernoulli(torch.full(x.shape, float(self.keep), device=x.device)) / self.keep
        else:
            mask = torch.full(x.shape, 0.0 if self.training else 1.0, device=x.device)
        return x * mask.to(x.dtype)


@right("where, with a factor that is never infinite")
class Dropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        if math.isnan(rate) or rate < 0 or rate > 1:
            raise ValueError("Rate!")
        self.rate = rate
        self.factor = 0.0 if rate == 1 else 1 / (1 - rate)

    def forward(self, x):
        if self.training:
            kept = torch.rand_like(x, dtype=torch.float32) >= self.rate
            return torch.where(kept, x * self.factor, 0.0)
        return x * 1


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(context, x, rate):
        keep = torch.rand(x.shape).to(x.device) >= rate
        mask = keep.to(x.dtype) / max(1 - rate, 1e-9)
        context.save_for_backward(mask)
        return x * mask

    @staticmethod
    def backward(context, gradient):
        (mask,) = context.saved_tensors
        return gradient * mask, None


@right("an autograd function with a mask from the CPU")
class Dropout(nn.Module):
    def __init__(self, rate):
        super().__init__()
        _check_rate(rate)
        self.rate = rate

    def forward(self, x):
        return _Drop.apply(x, self.rate) if self.training else x.clone()
