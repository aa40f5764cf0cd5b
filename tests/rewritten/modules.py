"""The wrong answers to the katas of `modules` once more, each from its sentence alone and in another style."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from kata.variants import rewritten

# Affine


class _Affine(nn.Module):
    """Right: drawn like nn.Linear's bias, both of them."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.sizes = in_features, out_features
        self.make(in_features**-0.5)

    def make(self, bound):
        self.weight = nn.Parameter(self.drawn(bound, self.sizes[1], self.sizes[0]))
        self.bias = nn.Parameter(self.drawn(bound, self.sizes[1]))

    def drawn(self, bound, *shape):
        return torch.rand(*shape) * 2 * bound - bound

    def forward(self, x):
        return functional.linear(x, self.weight, self.bias)


@rewritten("Weight and bias are plain tensors")
class Affine(_Affine):
    def make(self, bound):
        self.weight = self.drawn(bound, self.sizes[1], self.sizes[0]).requires_grad_()
        self.bias = self.drawn(bound, self.sizes[1]).requires_grad_()


@rewritten("The weight was made a Parameter and then multiplied")
class Affine(_Affine):
    def make(self, bound):
        self.weight = nn.Parameter(torch.rand(self.sizes[1], self.sizes[0]) - 0.5) * (2 * bound)
        self.bias = nn.Parameter(self.drawn(bound, self.sizes[1]))


@rewritten("The weight has the shape (in_features, out_features)")
class Affine(_Affine):
    def make(self, bound):
        self.weight = nn.Parameter(self.drawn(bound, *self.sizes))
        self.bias = nn.Parameter(self.drawn(bound, self.sizes[1]))

    def forward(self, x):
        return torch.matmul(x, self.weight) + self.bias


@rewritten("All weights begin at 0")
class Affine(_Affine):
    def make(self, bound):
        super().make(bound)
        nn.init.zeros_(self.weight)


@rewritten("The weights come from `torch.randn` as they are")
class Affine(_Affine):
    def make(self, bound):
        super().make(bound)
        nn.init.normal_(self.weight)


@rewritten("`torch.rand` gives numbers from 0 to 1")
class Affine(_Affine):
    def drawn(self, bound, *shape):
        return torch.empty(shape).uniform_(0, bound)


@rewritten("The bound was taken from out_features")
class Affine(_Affine):
    def make(self, bound):
        super().make(self.sizes[1] ** -0.5)


@rewritten("The bias begins at zeros")
class Affine(_Affine):
    def make(self, bound):
        super().make(bound)
        nn.init.zeros_(self.bias)


@rewritten("`torch.manual_seed` is called inside the layer")
class Affine(_Affine):
    def make(self, bound):
        torch.manual_seed(1)
        super().make(bound)


@rewritten("The bias is registered and never added")
class Affine(_Affine):
    def forward(self, x):
        return functional.linear(x, self.weight)


@rewritten("`torch.addmm` takes matrices only")
class Affine(_Affine):
    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.t())


@rewritten("The leading axes were melted into one")
class Affine(_Affine):
    def forward(self, x):
        return super().forward(x.reshape(-1, self.sizes[0]))


@rewritten("The layer hides a `nn.Linear` inside")
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x):
        return self.linear(x)


@rewritten("This is `nn.Linear` under another name")
class Affine(nn.Linear):
    pass


@rewritten("The transposed weight was kept when the layer was made")
class Affine(_Affine):
    def make(self, bound):
        super().make(bound)
        self.turned = self.weight.t()

    def forward(self, x):
        return x @ self.turned + self.bias


@rewritten("The product uses `self.weight.data`")
class Affine(_Affine):
    def forward(self, x):
        return functional.linear(x, self.weight.detach(), self.bias)


# MLP


def _at_least_two(sizes):
    if len(sizes) < 2:
        raise ValueError("sizes: input and output at least")


def _layers(sizes, bias=True):
    return [nn.Linear(sizes[i], sizes[i + 1], bias) for i in range(len(sizes) - 1)]


def _with_relus(layers):
    parts = []
    for layer in layers:
        parts += [layer, nn.ReLU()]
    return parts[:-1]


class _MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _at_least_two(sizes)
        self.body = nn.Sequential(*self.parts(sizes))

    def parts(self, sizes):
        return _with_relus(_layers(sizes))

    def forward(self, x):
        return self.body(x)


@rewritten("The layers are in a plain Python list")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _at_least_two(sizes)
        self.steps = tuple(_with_relus(_layers(sizes)))

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


@rewritten("A ReLU follows the last layer too")
class MLP(_MLP):
    def forward(self, x):
        return self.body(x).clamp(min=0)


@rewritten("There is no ReLU between the layers")
class MLP(_MLP):
    def parts(self, sizes):
        return _layers(sizes)


@rewritten("A ReLU comes before every layer")
class MLP(_MLP):
    def forward(self, x):
        return self.body(functional.relu(x))


@rewritten("One layer object was made for each pair of sizes")
class MLP(_MLP):
    def parts(self, sizes):
        made = {}
        pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
        for pair in pairs:
            made.setdefault(pair, nn.Linear(*pair))
        return _with_relus([made[pair] for pair in pairs])


_MADE = {}


@rewritten("The layers were made once for the class")
class MLP(_MLP):
    def parts(self, sizes):
        key = tuple(sizes)
        if key not in _MADE:
            _MADE[key] = _layers(sizes)
        return _with_relus(_MADE[key])


@rewritten("The last layer is missing")
class MLP(_MLP):
    def parts(self, sizes):
        return _with_relus(_layers(sizes[:-1]))


@rewritten("The sizes were taken out of the caller's list")
class MLP(_MLP):
    def parts(self, sizes):
        parts = _with_relus(_layers(sizes))
        if isinstance(sizes, list):
            while len(sizes) > 1:
                sizes.pop(0)
        return parts


@rewritten("The layers have no bias")
class MLP(_MLP):
    def parts(self, sizes):
        return _with_relus(_layers(sizes, bias=False))


@rewritten("The input was flattened to (batch, features) first")
class MLP(_MLP):
    def forward(self, x):
        return self.body(x.reshape(len(x), -1))


@rewritten("Fewer than two sizes went through")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.body = nn.Sequential(*_with_relus(_layers(sizes)))

    def forward(self, x):
        return self.body(x)


@rewritten("The result was squeezed")
class MLP(_MLP):
    def forward(self, x):
        out = self.body(x)
        return out.squeeze(-1)


@rewritten("The layers are made in `forward`")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _at_least_two(sizes)
        self.sizes = tuple(sizes)

    def forward(self, x):
        return nn.Sequential(*_with_relus(_layers(self.sizes))).to(x)(x)


@rewritten("All weights begin with one and the same number")
class MLP(_MLP):
    def parts(self, sizes):
        layers = _layers(sizes)
        for layer in layers:
            layer.weight.data.fill_(0.1)
        return _with_relus(layers)


@rewritten("The ReLU of the hidden layers is computed under")
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _at_least_two(sizes)
        self.layers = nn.ModuleList(_layers(sizes))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x).detach().relu()
        return self.layers[-1](x)


# Standardizer


def _usable(mean, std):
    if mean.shape != std.shape or not bool(torch.all(std > 0)):
        raise ValueError("std does not fit")


class _Standardizer(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.check(mean, std)
        self.keep("mean", mean)
        self.keep("std", std)

    def check(self, mean, std):
        _usable(mean, std)

    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone())

    def forward(self, x):
        return x.sub(self.mean).div(self.std)


@rewritten("Mean and std are plain attributes: they are not saved")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        setattr(self, name, value.detach().clone())


@rewritten("Mean and std are plain attributes that `forward` moves")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        setattr(self, name, value.detach().clone())

    def forward(self, x):
        return (x - self.mean.to(x)) / self.std.to(x)


@rewritten("Mean and std are `nn.Parameter`s that require")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_parameter(name, nn.Parameter(value.detach().clone()))


@rewritten("Mean and std are `nn.Parameter`s with requires_grad=False")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_parameter(name, nn.Parameter(value.detach().clone(), requires_grad=False))


@rewritten("`persistent=False` keeps a buffer out")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone(), persistent=False)


@rewritten("The buffers are the caller's own tensors. `load_state_dict`")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_buffer(name, value.detach())


@rewritten("Mean and std were copied with `clone` only")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_buffer(name, value + 0)


@rewritten("The buffers are the caller's own tensors, as they came")
class Standardizer(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        _usable(mean, std)
        self.mean = nn.Buffer(mean)
        self.std = nn.Buffer(std)

    def forward(self, x):
        return (x - self.mean) / self.std


@rewritten("The constants were turned into float32")
class Standardizer(_Standardizer):
    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone().to(torch.float32))


@rewritten("1 / std was computed once")
class Standardizer(_Standardizer):
    def __init__(self, mean, std):
        super().__init__(mean, std)
        self.factor = self.std.reciprocal()

    def forward(self, x):
        return (x - self.mean) * self.factor


@rewritten("A small number was added to std")
class Standardizer(_Standardizer):
    def forward(self, x):
        return (x - self.mean) / (self.std + 1e-8)


@rewritten("x was changed in place")
class Standardizer(_Standardizer):
    def forward(self, x):
        return x.sub_(self.mean).div_(self.std)


@rewritten("The whole computation runs under `torch.no_grad()`")
class Standardizer(_Standardizer):
    def forward(self, x):
        return super().forward(x.detach())


@rewritten("The batch was standardized with its own mean")
class Standardizer(_Standardizer):
    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        return (x - rows.mean(0)) / rows.std(0)


@rewritten("The square root of std was taken")
class Standardizer(_Standardizer):
    def forward(self, x):
        return (x - self.mean) * self.std.rsqrt()


@rewritten("A std of 0, or below, was accepted")
class Standardizer(_Standardizer):
    def check(self, mean, std):
        if mean.shape != std.shape:
            raise ValueError("std has another shape")


@rewritten("`(std <= 0).any()` is False for a NaN")
class Standardizer(_Standardizer):
    def check(self, mean, std):
        if mean.shape != std.shape or bool(torch.any(std <= 0)):
            raise ValueError("std does not fit")


@rewritten("`min` has no answer for zero numbers")
class Standardizer(_Standardizer):
    def check(self, mean, std):
        smallest = torch.min(std).item()
        if mean.shape != std.shape or not smallest > 0:
            raise ValueError("std does not fit")


@rewritten("The shapes of mean and std were not compared")
class Standardizer(_Standardizer):
    def check(self, mean, std):
        if not bool(torch.all(std > 0)):
            raise ValueError("std has to be above 0")


# parameter_count


def _wanted(model, trainable_only):
    return [p for p in model.parameters() if p.requires_grad or not trainable_only]


@rewritten("You summed over the state_dict: buffers")
def parameter_count(model, trainable_only=False):
    state = model.state_dict()
    return sum(state[name].numel() for name in state if state[name].requires_grad or not trainable_only)


@rewritten("Without `trainable_only` you summed over the state_dict")
def parameter_count(model, trainable_only=False):
    total = 0
    if not trainable_only:
        for value in model.state_dict().values():
            total += value.numel()
    else:
        for parameter in _wanted(model, True):
            total += parameter.numel()
    return total


@rewritten("You summed over all of the state_dict")
def parameter_count(model, trainable_only=False):
    total = 0
    for _, value in model.state_dict().items():
        total += math.prod(value.shape)
    return total


@rewritten("You went through all modules and summed each one's own parameters")
def parameter_count(model, trainable_only=False):
    total = 0
    for module in model.modules():
        for parameter in module._parameters.values():
            if parameter is not None and (parameter.requires_grad or not trainable_only):
                total += parameter.numel()
    return total


@rewritten("You went through `model.modules()` and summed `parameters()`")
def parameter_count(model, trainable_only=False):
    return sum(p.numel() for module in model.modules() for p in _wanted(module, trainable_only))


@rewritten("You summed over `model.children()`")
def parameter_count(model, trainable_only=False):
    total = 0
    for _, child in model.named_children():
        total += sum(p.numel() for p in _wanted(child, trainable_only))
    return total


@rewritten("`remove_duplicate=False` gives a parameter once")
def parameter_count(model, trainable_only=False):
    total = 0
    for _, parameter in model.named_parameters(remove_duplicate=False):
        total += parameter.numel() if parameter.requires_grad or not trainable_only else 0
    return total


@rewritten("You counted the parameter tensors")
def parameter_count(model, trainable_only=False):
    return len(_wanted(model, trainable_only))


@rewritten("You added the buffers")
def parameter_count(model, trainable_only=False):
    return sum(t.numel() for t in [*_wanted(model, trainable_only), *model.buffers()])


@rewritten("`trainable_only` was not looked at")
def parameter_count(model, trainable_only=False):
    return sum(map(torch.Tensor.numel, model.parameters()))


@rewritten("Frozen parameters are never counted")
def parameter_count(model, trainable_only=False):
    return sum(p.numel() for p in _wanted(model, True))


@rewritten("With `trainable_only=False` only the frozen parameters")
def parameter_count(model, trainable_only=False):
    return sum(p.numel() for p in model.parameters() if p.requires_grad is trainable_only)


@rewritten("The result is a tensor")
def parameter_count(model, trainable_only=False):
    return torch.tensor(sum(p.numel() for p in _wanted(model, trainable_only)))


@rewritten("The sizes went into a set")
def parameter_count(model, trainable_only=False):
    return sum({p.numel() for p in _wanted(model, trainable_only)})


@rewritten("You tell parameters apart by `data_ptr()`")
def parameter_count(model, trainable_only=False):
    unique = {p.data_ptr(): p.numel() for p in _wanted(model, trainable_only)}
    return sum(unique.values())


@rewritten("You multiplied the sizes with `numpy.prod`")
def parameter_count(model, trainable_only=False):
    total = 0
    for parameter in _wanted(model, trainable_only):
        total = total + np.prod(tuple(parameter.shape))
    return total


@rewritten("Only the weights were counted")
def parameter_count(model, trainable_only=False):
    biases = {id(p) for name, p in model.named_parameters() if name.rpartition(".")[2] == "bias"}
    return sum(p.numel() for p in _wanted(model, trainable_only) if id(p) not in biases)


# freeze


def _all_named(model):
    return list(model.named_parameters(remove_duplicate=False))


def _meant(model, prefix):
    found = [p for name, p in _all_named(model) if name == prefix or name.startswith(prefix + ".")]
    if not found:
        raise ValueError(f"there is nothing called {prefix!r} in the model")
    return found


def _stop(parameters):
    for parameter in parameters:
        parameter.requires_grad = False
        parameter.grad = None


def _everything_meant(model, prefixes):
    return [parameter for prefix in prefixes for parameter in _meant(model, prefix)]


@rewritten("A plain `startswith(prefix)`")
def freeze(model, prefixes):
    chosen = []
    for prefix in prefixes:
        found = [p for name, p in _all_named(model) if name[: len(prefix)] == prefix]
        if not prefix or not found:
            raise ValueError(f"{prefix!r} is nothing")
        chosen += found
    _stop(chosen)


@rewritten("The loop that searches, with a plain `startswith(prefix)`")
def freeze(model, prefixes):
    for prefix in prefixes:
        count = 0
        for name, parameter in dict(model.named_parameters()).items():
            if name[: len(prefix)] == prefix:
                _stop([parameter])
                count += 1
        if count == 0:
            raise ValueError(f"{prefix!r} is nothing")


@rewritten("`get_submodule` knows modules only")
def freeze(model, prefixes):
    for prefix in prefixes:
        module = model.get_submodule(prefix)
        _stop(module.parameters())


@rewritten("You looked for the prefix anywhere in the name")
def freeze(model, prefixes):
    chosen = []
    for prefix in prefixes:
        found = [p for name, p in _all_named(model) if f".{prefix}." in f".{name}."]
        if not found:
            raise ValueError(f"{prefix!r} is nothing")
        chosen += found
    _stop(chosen)


@rewritten("Everything was frozen, whatever the prefixes say")
def freeze(model, prefixes):
    _everything_meant(model, prefixes)
    _stop(model.parameters())


@rewritten("Every parameter that is not named was set to require")
def freeze(model, prefixes):
    chosen = _everything_meant(model, prefixes)
    model.requires_grad_(True)
    _stop(chosen)


@rewritten("`module.requires_grad = False` only puts a new attribute")
def freeze(model, prefixes):
    _everything_meant(model, prefixes)
    modules = dict(model.named_modules(remove_duplicate=False))
    parameters = dict(_all_named(model))
    for prefix in prefixes:
        if prefix in parameters:
            _stop([parameters[prefix]])
        else:
            modules[prefix].requires_grad = False


@rewritten("The frozen modules were also put into eval mode")
def freeze(model, prefixes):
    _stop(_everything_meant(model, prefixes))
    for name, module in model.named_modules(remove_duplicate=False):
        if name in prefixes:
            module.train(False)


@rewritten("Only the names of the model's direct children are known")
def freeze(model, prefixes):
    chosen = []
    for prefix in prefixes:
        found = [p for name, p in _all_named(model) if name.partition(".")[0] == prefix]
        if not found:
            raise ValueError(f"{prefix!r} is nothing")
        chosen += found
    _stop(chosen)


@rewritten("Only modules can be named")
def freeze(model, prefixes):
    modules = dict(model.named_modules(remove_duplicate=False))
    chosen = []
    for prefix in prefixes:
        found = list(modules[prefix].parameters()) if prefix and prefix in modules else []
        if not found:
            raise ValueError(f"{prefix!r} is no module")
        chosen += found
    _stop(chosen)


@rewritten("A prefix that means nothing went through")
def freeze(model, prefixes):
    _stop([p for prefix in prefixes for name, p in _all_named(model) if (name + ".").startswith(prefix + ".")])


@rewritten("The error comes after the prefixes before it were frozen")
def freeze(model, prefixes):
    for prefix in prefixes:
        _stop(_meant(model, prefix))


@rewritten("`named_parameters()` gives a shared parameter under its first")
def freeze(model, prefixes):
    chosen = []
    for prefix in prefixes:
        found = [p for name, p in model.named_parameters() if (name + ".").startswith(prefix + ".")]
        if not found:
            raise ValueError(f"{prefix!r} is nothing")
        chosen += found
    _stop(chosen)


@rewritten("A gradient from an earlier backward pass is left")
def freeze(model, prefixes):
    for parameter in _everything_meant(model, prefixes):
        parameter.requires_grad_(False)


@rewritten("The gradients of the whole model were cleared")
def freeze(model, prefixes):
    chosen = _everything_meant(model, prefixes)
    for parameter in model.parameters():
        parameter.grad = None
    _stop(chosen)


@rewritten("Each parameter was replaced by a new one")
def freeze(model, prefixes):
    chosen = {id(p) for p in _everything_meant(model, prefixes)}
    for module in model.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None and id(parameter) in chosen:
                module._parameters[name] = nn.Parameter(parameter.detach().clone(), requires_grad=False)


@rewritten("The frozen parameters were turned into buffers")
def freeze(model, prefixes):
    chosen = {id(p) for p in _everything_meant(model, prefixes)}
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False, remove_duplicate=False)):
            if id(parameter) in chosen:
                delattr(module, name)
                module.register_buffer(name, parameter.detach())


@rewritten("Only the first prefix was looked at")
def freeze(model, prefixes):
    _stop(_everything_meant(model, prefixes[:1]))


@rewritten("The running statistics of what is frozen were stopped")
def freeze(model, prefixes):
    _stop(_everything_meant(model, prefixes))
    for name, module in model.named_modules():
        if any((name + ".").startswith(prefix + ".") for prefix in prefixes) and hasattr(module, "momentum"):
            module.momentum = 0.0


@rewritten("The model came back as the result")
def freeze(model, prefixes):
    _stop(_everything_meant(model, prefixes))
    return model


# Dropout


class _Dropout(nn.Module):
    """Right: kept where a uniform number is not below the rate."""

    def __init__(self, rate):
        super().__init__()
        self.check(rate)
        self.rate = rate

    def check(self, rate):
        if not (rate >= 0 and rate <= 1):
            raise ValueError("rate lies outside 0 to 1")

    def mask(self, x):
        return (torch.rand(x.shape, device=x.device) >= self.rate).to(x.dtype)

    def scale(self):
        return 1 / (1 - self.rate) if self.rate < 1 else 0.0

    def forward(self, x):
        if self.training:
            return x * self.mask(x) * self.scale()
        return x


@rewritten("What is kept stays as large as it was")
class Dropout(_Dropout):
    def scale(self):
        return 1.0


@rewritten("In eval mode everything was multiplied by 1 - rate")
class Dropout(_Dropout):
    def forward(self, x):
        return x * self.mask(x) if self.training else x * (1 - self.rate)


@rewritten("The module drops in eval mode as well")
class Dropout(_Dropout):
    def forward(self, x):
        return x * self.mask(x) * self.scale()


@rewritten("The rate was taken for the share that is kept")
class Dropout(_Dropout):
    def mask(self, x):
        return (torch.rand(x.shape, device=x.device) < self.rate).to(x.dtype)

    def scale(self):
        return 1 / self.rate if self.rate else 0.0


@rewritten("At rate 1 the result is NaN")
class Dropout(_Dropout):
    def forward(self, x):
        return x * self.mask(x) / torch.tensor(1 - self.rate) if self.training else x


@rewritten("At rate 1 the gradient is NaN")
class Dropout(_Dropout):
    def forward(self, x):
        if not self.training:
            return x
        return torch.where(self.mask(x).bool(), x / torch.tensor(1.0 - self.rate, dtype=x.dtype), 0.0)


@rewritten("At rate 1 new zeros came back")
class Dropout(_Dropout):
    def forward(self, x):
        return x.new_zeros(x.shape) if self.training and self.rate == 1 else super().forward(x)


@rewritten("One mask was drawn for a sample and used")
class Dropout(_Dropout):
    def mask(self, x):
        return super().mask(x[0]) if x.dim() and len(x) else super().mask(x)


@rewritten("One number was drawn for each row")
class Dropout(_Dropout):
    def mask(self, x):
        return super().mask(x[..., :1])


@rewritten("The mask was drawn once and kept")
class Dropout(_Dropout):
    kept = None

    def mask(self, x):
        if self.kept is None or self.kept.shape != x.shape:
            self.kept = super().mask(x)
        return self.kept.to(x)


@rewritten("`torch.manual_seed` is called in `forward`")
class Dropout(_Dropout):
    def mask(self, x):
        torch.manual_seed(42)
        return super().mask(x)


@rewritten("A seed or generator of the module's own")
class Dropout(_Dropout):
    def __init__(self, rate):
        super().__init__(rate)
        self.generator = torch.Generator().manual_seed(7)

    def mask(self, x):
        return (torch.rand(x.shape, generator=self.generator) >= self.rate).to(x)


@rewritten("The entries were zeroed in x itself")
class Dropout(_Dropout):
    def forward(self, x):
        return x.mul_(self.mask(x)).mul_(self.scale()) if self.training else x


@rewritten("The kept entries were divided by rate")
class Dropout(_Dropout):
    def scale(self):
        return 1 / self.rate if 0 < self.rate < 1 else super().scale()


@rewritten("The gradient passes the dropped entries too")
class Dropout(_Dropout):
    def forward(self, x):
        if not self.training:
            return x
        return x + (super().forward(x) - x).detach()


@rewritten("The mask is float32, made without the dtype")
class Dropout(_Dropout):
    def mask(self, x):
        return super().mask(x).to(torch.float32)


@rewritten("The mask was drawn on the CPU and left there")
class Dropout(_Dropout):
    def mask(self, x):
        return (torch.rand(x.shape) >= self.rate).to(x.dtype)


@rewritten("A rate beyond 0 and 1 was accepted")
class Dropout(_Dropout):
    def check(self, rate):
        if math.isnan(rate):
            raise ValueError("rate is no number")


@rewritten("A rate of NaN was accepted")
class Dropout(_Dropout):
    def check(self, rate):
        if rate < 0 or rate > 1:
            raise ValueError("rate lies outside 0 to 1")


@rewritten("A rate of 1 was refused")
class Dropout(_Dropout):
    def check(self, rate):
        if not 0 <= rate < 1:
            raise ValueError("rate is too large or too small")


@rewritten("A rate of 0 was refused")
class Dropout(_Dropout):
    def check(self, rate):
        if not 0 < rate <= 1:
            raise ValueError("rate is too large or too small")


@rewritten("Exactly the share `rate` of the entries drops")
class Dropout(_Dropout):
    def mask(self, x):
        dropped = torch.randperm(x.numel())[: round(self.rate * x.numel())]
        mask = torch.ones(x.numel())
        mask[dropped] = 0
        return mask.view(x.shape).to(x)


@rewritten("What drops was drawn with NumPy")
class Dropout(_Dropout):
    def mask(self, x):
        return torch.as_tensor(np.random.random(tuple(x.shape)) >= self.rate).to(x)


@rewritten("The mask is a registered buffer")
class Dropout(_Dropout):
    def mask(self, x):
        self.register_buffer("last", super().mask(x))
        return self.last


@rewritten("This is PyTorch's own `dropout`")
class Dropout(_Dropout):
    def forward(self, x):
        return functional.dropout(x, self.rate, training=self.training)


@rewritten("In eval mode the mask is drawn and thrown away")
class Dropout(_Dropout):
    def forward(self, x):
        mask = self.mask(x)
        return x * mask * self.scale() if self.training else x


@rewritten("The mode is in a flag of your own")
class Dropout(_Dropout):
    active = True

    def eval(self):
        self.active = False
        return super().eval()

    def forward(self, x):
        return x * self.mask(x) * self.scale() if self.active else x
