"""Wrong answers to the topic `modules`: one misconception each, with the sentence that would help."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from kata.variants import wrong

# -- Affine --------------------------------------------------------------------------------------------------


class _Layer(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter((torch.rand(out_features, in_features) * 2 - 1) * bound)
        self.bias = nn.Parameter((torch.rand(out_features) * 2 - 1) * bound)

    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias)


@wrong(
    "Weight and bias are plain tensors. `requires_grad=True` does not register them: they are not in "
    "`parameters()`, not saved, not moved and not trained. Wrap each in `nn.Parameter`."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        nn.Module.__init__(self)
        bound = in_features**-0.5
        self.weight = torch.empty(out_features, in_features).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(out_features).uniform_(-bound, bound).requires_grad_()


@wrong(
    "The weight was made a Parameter and then multiplied by its scale. What is computed from a Parameter is a "
    "plain tensor again, and only the bias is registered. Do the arithmetic first, wrap last."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        del self.weight
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * 2 - 1) * in_features**-0.5


@wrong(
    "The weight has the shape (in_features, out_features), and x is multiplied by it as it is. A layer's weight "
    "is (out_features, in_features), one row for each output, and is transposed in the product."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.weight = nn.Parameter(self.weight.detach().T.contiguous())

    def forward(self, x):
        return x @ self.weight + self.bias


@wrong(
    "All weights begin at 0. Then every output computes the same and gets the same gradient for ever. Draw the "
    "numbers at random."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))


@wrong(
    "The weights come from `torch.randn` as they are: with many inputs the outputs are far too large. Draw them "
    "between -1 / sqrt(in_features) and 1 / sqrt(in_features)."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.weight = nn.Parameter(torch.randn(out_features, in_features))


@wrong(
    "`torch.rand` gives numbers from 0 to 1, so no weight and no bias begins below 0. Spread them over both "
    "sides: from -bound to bound."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * bound)
        self.bias = nn.Parameter(torch.rand(out_features) * bound)


@wrong(
    "The bound was taken from out_features. What adds up in one output are the in_features products: the bound is "
    "1 / sqrt(in_features), for weight and bias."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-(out_features**-0.5), out_features**-0.5)


@wrong(
    "The bias begins at zeros. Here it is drawn like the weight, from -1 / sqrt(in_features) to 1 / sqrt(in_features)."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.bias = nn.Parameter(torch.zeros(out_features))


@wrong(
    "`torch.manual_seed` is called inside the layer: all layers begin with the same numbers, and the seed of the "
    "caller counts for nothing. Leave seeding to whoever makes the layer."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        torch.manual_seed(0)
        super().__init__(in_features, out_features)


@wrong("The bias is registered and never added. The layer gives x @ weight.T + bias.")
class Affine(_Layer):
    def forward(self, x):
        return x @ self.weight.T


@wrong(
    "`torch.addmm` takes matrices only: x with one axis, or with three, is an error. `x @ weight.T` works on the "
    "last axis, whatever is before it."
)
class Affine(_Layer):
    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.T)


@wrong(
    "The leading axes were melted into one by a reshape to (-1, in_features), and never came back. Every leading "
    "axis of x is there in the result."
)
class Affine(_Layer):
    def forward(self, x):
        return x.reshape(-1, self.weight.shape[1]) @ self.weight.T + self.bias


@wrong(
    "The layer hides a `nn.Linear` inside: its state_dict says `linear.weight`, which is not what a Linear loads. "
    "Register `weight` and `bias` of your own."
)
class Affine(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x):
        return self.linear(x)

    @property
    def weight(self):
        return self.linear.weight

    @property
    def bias(self):
        return self.linear.bias


@wrong("This is `nn.Linear` under another name. Build it from `nn.Module` and two parameters.")
class Affine(nn.Linear):
    pass


@wrong(
    "The transposed weight was kept when the layer was made. It is a plain tensor: it stays behind when the layer "
    "moves to another dtype or device, or is copied. Transpose in `forward`."
)
class Affine(_Layer):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.transposed = self.weight.T

    def forward(self, x):
        return x @ self.transposed + self.bias


@wrong(
    "The product uses `self.weight.data`, which autograd does not see: the weight gets no gradient and is never "
    "trained. Compute with the parameter itself."
)
class Affine(_Layer):
    def forward(self, x):
        return x @ self.weight.data.T + self.bias


# -- MLP -----------------------------------------------------------------------------------------------------


def _check_sizes(sizes):
    if len(sizes) < 2:
        raise ValueError("sizes: input and output at least, please")


class _Layers(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _check_sizes(sizes)
        self.layers = self.make(sizes)

    def make(self, sizes):
        return nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


@wrong(
    "The layers are in a plain Python list, where PyTorch does not see them: the model has no parameters, and "
    "nothing is trained, saved or moved. Use `nn.ModuleList` or `nn.Sequential`."
)
class MLP(_Layers):
    def make(self, sizes):
        return [nn.Linear(a, b) for a, b in pairwise(sizes)]


@wrong(
    "A ReLU follows the last layer too, so the model can never give a negative number. Leave it out there: losses "
    "and regression need scores of any sign."
)
class MLP(_Layers):
    def forward(self, x):
        return super().forward(x).relu()


@wrong("There is no ReLU between the layers. Without it, many linear layers are together one linear layer.")
class MLP(_Layers):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@wrong(
    "A ReLU comes before every layer, so that it also throws away what is negative in the input. Begin with a "
    "layer, and put a ReLU between each two."
)
class MLP(_Layers):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x.relu())
        return x


@wrong(
    "One layer object was made for each pair of sizes and used again where the same pair comes again. Those "
    "places then share their weights. Make a new `nn.Linear` for each place."
)
class MLP(_Layers):
    def make(self, sizes):
        made = {(a, b): nn.Linear(a, b) for a, b in pairwise(sizes)}
        return nn.ModuleList(made[pair] for pair in pairwise(sizes))


@wrong(
    "The layers were made once for the class, in a dict of all models, and every model of the same sizes gets the "
    "same ones. Make new layers in each `__init__`."
)
class MLP(_Layers):
    made = {}

    def make(self, sizes):
        if tuple(sizes) not in self.made:
            self.made[tuple(sizes)] = super().make(sizes)
        return self.made[tuple(sizes)]


@wrong(
    "The last layer is missing: the model ends with the last hidden layer. n sizes make n - 1 layers, also the "
    "one from the last hidden size to the output."
)
class MLP(_Layers):
    def make(self, sizes):
        return super().make(sizes[:-1])

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


@wrong(
    "The sizes were taken out of the caller's list with `pop`, and it is shorter afterwards. Read the list "
    "without changing it."
)
class MLP(_Layers):
    def make(self, sizes):
        sizes = sizes if isinstance(sizes, list) else list(sizes)
        layers = nn.ModuleList()
        while len(sizes) > 1:
            layers.append(nn.Linear(sizes.pop(0), sizes[0]))
        return layers


@wrong("The layers have no bias. Leave `bias` as it is: each layer has a weight and a bias.")
class MLP(_Layers):
    def make(self, sizes):
        return nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in pairwise(sizes))


@wrong(
    "The input was flattened to (batch, features) first: with another number of axes than two that is wrong. "
    "`nn.Linear` works on the last axis by itself."
)
class MLP(_Layers):
    def forward(self, x):
        return super().forward(x.flatten(1))


@wrong(
    "Fewer than two sizes went through without a word: one size makes a model that does nothing. Raise ValueError "
    "naming `sizes`."
)
class MLP(_Layers):
    def __init__(self, sizes):
        nn.Module.__init__(self)
        self.layers = self.make(sizes)

    def forward(self, x):
        return super().forward(x) if len(self.layers) else x


@wrong(
    "The result was squeezed: an output of size 1 lost its axis. The result is (..., sizes[-1]), also where that is 1."
)
class MLP(_Layers):
    def forward(self, x):
        return super().forward(x).squeeze(-1)


@wrong(
    "The layers are made in `forward`: every call has new random weights, and there is nothing to train or save. "
    "Make them in `__init__`, and only use them in `forward`."
)
class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        _check_sizes(sizes)
        self.sizes = sizes

    def forward(self, x):
        *hidden, last = [nn.Linear(a, b) for a, b in pairwise(self.sizes)]
        for layer in hidden:
            x = torch.relu(layer(x))
        return last(x)


@wrong(
    "All weights begin with one and the same number. Then the units of a layer compute the same and learn the "
    "same, and one of them would be enough. Let them begin at random, as `nn.Linear` does by itself."
)
class MLP(_Layers):
    def make(self, sizes):
        layers = super().make(sizes)
        for layer in layers:
            nn.init.constant_(layer.weight, 0.1)
        return layers


@wrong(
    "The ReLU of the hidden layers is computed under `torch.no_grad()` or on detached numbers: only the last "
    "layer gets a gradient. Leave the whole forward pass to autograd."
)
class MLP(_Layers):
    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x)).detach()
        return self.layers[-1](x)


# -- Standardizer --------------------------------------------------------------------------------------------


def _check_std(mean, std):
    if std.shape != mean.shape:
        raise ValueError("std: the shape of mean, please")
    if not bool(torch.all(std > 0)):
        raise ValueError("std: above 0, please")


class _Constants(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        _check_std(mean, std)
        self.keep("mean", mean)
        self.keep("std", std)

    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone())

    def forward(self, x):
        return (x - self.mean) / self.std


@wrong(
    "Mean and std are plain attributes: they are not saved, and stay where they are when the model moves. A "
    "tensor that belongs to a module and is not trained is a buffer: `register_buffer`."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        setattr(self, name, value.detach().clone())


@wrong(
    "Mean and std are plain attributes that `forward` moves to the dtype and device of x. That hides what is "
    "missing: they are not in the state_dict, so a loaded model keeps the old ones. Register them as buffers."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        setattr(self, name, value.detach().clone())

    def forward(self, x):
        return (x - self.mean.to(x)) / self.std.to(x)


@wrong(
    "Mean and std are `nn.Parameter`s that require a gradient, so an optimizer trains them. They are constants: "
    "make them buffers."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        setattr(self, name, nn.Parameter(value.detach().clone()))


@wrong(
    "Mean and std are `nn.Parameter`s with requires_grad=False. They are still in `parameters()`, where an "
    "optimizer, a count or `requires_grad_()` finds them. What is never trained is a buffer."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        setattr(self, name, nn.Parameter(value.detach().clone(), requires_grad=False))


@wrong(
    "`persistent=False` keeps a buffer out of the state_dict: it moves, but is not saved and not loaded. Leave it "
    "out for numbers that a saved model needs."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone(), persistent=False)


@wrong(
    "The buffers are the caller's own tensors. `load_state_dict` writes into buffers, and the caller's numbers "
    "are overwritten with them. Register a `clone`."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        self.register_buffer(name, value.detach())


@wrong(
    "Mean and std were copied with `clone` only, which keeps their history: when they come out of a computation "
    "that is recorded, the constants require a gradient and the module cannot be deep-copied. Detach them."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        self.register_buffer(name, value.clone())


@wrong(
    "The buffers are the caller's own tensors, as they came: what is loaded later overwrites the caller's numbers, "
    "and a tensor with a history brings it along. Register `detach().clone()` of each."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        self.register_buffer(name, value)


@wrong(
    "The constants were turned into float32. Given in float64 they lose digits, and in float16 they no longer fit "
    "the model: keep the dtype that they come in."
)
class Standardizer(_Constants):
    def keep(self, name, value):
        self.register_buffer(name, value.detach().clone().float())


@wrong(
    "1 / std was computed once, when the module was made, and kept as a plain attribute. It knows nothing of what "
    "is loaded later, and does not move. Compute with the buffers in `forward`."
)
class Standardizer(_Constants):
    def __init__(self, mean, std):
        super().__init__(mean, std)
        self.factor = 1 / self.std

    def forward(self, x):
        return (x - self.mean) * self.factor


@wrong(
    "A small number was added to std against a division by 0. That changes every result, most where std is small, "
    "and std is above 0 already. Divide by std as it is."
)
class Standardizer(_Constants):
    def forward(self, x):
        return (x - self.mean) / (self.std + 1e-5)


@wrong("x was changed in place with `-=` and `/=`: the caller's batch is overwritten. Compute a new tensor.")
class Standardizer(_Constants):
    def forward(self, x):
        with torch.no_grad():
            x -= self.mean
            x /= self.std
        return x


@wrong(
    "The whole computation runs under `torch.no_grad()`, so that no gradient reaches x and the layers before. "
    "That the constants are not trained is what buffers are for: compute as usual."
)
class Standardizer(_Constants):
    @torch.no_grad()
    def forward(self, x):
        return (x - self.mean) / self.std


@wrong(
    "The batch was standardized with its own mean and std. The constants are those that the module was made with, "
    "whatever comes in."
)
class Standardizer(_Constants):
    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        std, mean = torch.std_mean(rows, dim=0, correction=0)
        return (x - mean) / std


@wrong("The square root of std was taken as if it were a variance. It is a standard deviation: divide by it as it is.")
class Standardizer(_Constants):
    def forward(self, x):
        return (x - self.mean) / self.std.sqrt()


@wrong(
    "A std of 0, or below, was accepted, and comes back later as inf or NaN far from its cause. Raise ValueError "
    "naming `std` when the module is made."
)
class Standardizer(_Constants):
    def __init__(self, mean, std):
        nn.Module.__init__(self)
        if std.shape != mean.shape:
            raise ValueError("std: the shape of mean, please")
        self.keep("mean", mean)
        self.keep("std", std)


@wrong(
    "`(std <= 0).any()` is False for a NaN, because a NaN compares as False with everything. Ask the other way "
    "round: `not (std > 0).all()`."
)
class Standardizer(_Constants):
    def __init__(self, mean, std):
        nn.Module.__init__(self)
        if std.shape != mean.shape or (std <= 0).any():
            raise ValueError("std: above 0, please")
        self.keep("mean", mean)
        self.keep("std", std)


@wrong("`min` has no answer for zero numbers, and mean and std may be without columns. `(std > 0).all()` has one.")
class Standardizer(_Constants):
    def __init__(self, mean, std):
        nn.Module.__init__(self)
        if std.shape != mean.shape or not std.min() > 0:
            raise ValueError("std: above 0, please")
        self.keep("mean", mean)
        self.keep("std", std)


@wrong(
    "The shapes of mean and std were not compared: a std of one number, or with one axis more, is stretched over "
    "the columns without a word. Raise ValueError naming `std`."
)
class Standardizer(_Constants):
    def __init__(self, mean, std):
        nn.Module.__init__(self)
        if not (std > 0).all():
            raise ValueError("std: above 0, please")
        self.keep("mean", mean)
        self.keep("std", std)


# -- parameter_count -----------------------------------------------------------------------------------------


def _counts(parameter, trainable_only):
    return parameter.requires_grad or not trainable_only


@wrong(
    "You summed over the state_dict: buffers are in it, and a shared parameter is in it once for each of its "
    "names. And all in it is detached, so that nothing there requires a gradient. Go over `model.parameters()`."
)
def parameter_count(model, trainable_only=False):
    return sum(value.numel() for value in model.state_dict().values() if _counts(value, trainable_only))


@wrong(
    "Without `trainable_only` you summed over the state_dict: buffers are in it, and a shared parameter is in it once "
    "for each of its names. Go over `model.parameters()` in both cases."
)
def parameter_count(model, trainable_only=False):
    if trainable_only:
        return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    return sum(value.numel() for value in model.state_dict().values())


@wrong(
    "You summed over all of the state_dict, with its buffers, and with a shared parameter once for each of its names; "
    "`trainable_only` plays no part. Go over `model.parameters()`, and look at `requires_grad` of each."
)
def parameter_count(model, trainable_only=False):
    return sum(value.numel() for value in model.state_dict().values())


@wrong(
    "You went through all modules and summed each one's own parameters: a parameter that two modules hold counts "
    "twice. `model.parameters()` gives each once."
)
def parameter_count(model, trainable_only=False):
    count = 0
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            count += parameter.numel() * _counts(parameter, trainable_only)
    return count


@wrong(
    "You went through `model.modules()` and summed `parameters()` of each, which go down to the bottom already: "
    "what lies deeper counts once for every level above it. One `model.parameters()` is enough."
)
def parameter_count(model, trainable_only=False):
    each = [parameter for module in model.modules() for parameter in module.parameters()]
    return sum(parameter.numel() for parameter in each if _counts(parameter, trainable_only))


@wrong(
    "You summed over `model.children()`: parameters that belong to the model itself are left out, a single layer has "
    "none at all, and what two children share counts twice. Ask the model for its `parameters()`."
)
def parameter_count(model, trainable_only=False):
    each = [parameter for child in model.children() for parameter in child.parameters()]
    return sum(parameter.numel() for parameter in each if _counts(parameter, trainable_only))


@wrong(
    "`remove_duplicate=False` gives a parameter once for each of its names, also where one module stands in two "
    "places. Leave it out: what is shared counts once."
)
def parameter_count(model, trainable_only=False):
    named = model.named_parameters(remove_duplicate=False)
    return sum(parameter.numel() for _, parameter in named if _counts(parameter, trainable_only))


@wrong("You counted the parameter tensors. Count the numbers in them: `numel()` of each.")
def parameter_count(model, trainable_only=False):
    return len([parameter for parameter in model.parameters() if _counts(parameter, trainable_only)])


@wrong("You added the buffers, such as running statistics. They are part of the state but not learned: leave them out.")
def parameter_count(model, trainable_only=False):
    count = sum(parameter.numel() for parameter in model.parameters() if _counts(parameter, trainable_only))
    return count + sum(buffer.numel() for buffer in model.buffers())


@wrong("`trainable_only` was not looked at: frozen parameters count in any case. Leave them out when it is True.")
def parameter_count(model, trainable_only=False):
    return sum(parameter.numel() for parameter in model.parameters())


@wrong(
    "Frozen parameters are never counted. They are left out only when `trainable_only` is True: by default "
    "everything counts."
)
def parameter_count(model, trainable_only=False):
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


@wrong(
    "With `trainable_only=False` only the frozen parameters were counted, because requires_grad was compared with "
    "it. False means: all of them, whether frozen or not."
)
def parameter_count(model, trainable_only=False):
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad == trainable_only)


@wrong("The result is a tensor. Return a Python int: `numel()` gives one, and the sum of ints is one.")
def parameter_count(model, trainable_only=False):
    numbers = [parameter.numel() for parameter in model.parameters() if _counts(parameter, trainable_only)]
    return torch.tensor(numbers, dtype=torch.int64).sum()


@wrong(
    "The sizes went into a set, where equal numbers become one: two parameters with as many entries counted as "
    "one. Sum over the parameters, not over a set of sizes."
)
def parameter_count(model, trainable_only=False):
    return sum({parameter.numel() for parameter in model.parameters() if _counts(parameter, trainable_only)})


@wrong(
    "You tell parameters apart by `data_ptr()`, the address of their memory. On the device meta, where there is "
    "none, all are at 0 and count as one. Tell them apart by the object, as `parameters()` does."
)
def parameter_count(model, trainable_only=False):
    by_address = {parameter.data_ptr(): parameter for parameter in model.parameters() if parameter.numel()}
    return sum(parameter.numel() for parameter in by_address.values() if _counts(parameter, trainable_only))


@wrong(
    "You multiplied the sizes with `numpy.prod`, which gives a NumPy number, and a float for a parameter without "
    "axes. Return a Python int: `numel()`."
)
def parameter_count(model, trainable_only=False):
    return np.sum([np.prod(p.shape) for p in model.parameters() if _counts(p, trainable_only)])


@wrong("Only the weights were counted. The bias of a layer is learned too: every parameter counts, whatever its name.")
def parameter_count(model, trainable_only=False):
    named = model.named_parameters()
    return sum(p.numel() for name, p in named if _counts(p, trainable_only) and not name.endswith("bias"))


# -- freeze --------------------------------------------------------------------------------------------------


def _all_names(model):
    return list(model.named_parameters(remove_duplicate=False))


def _means(prefix, name):
    return name == prefix or name.startswith(prefix + ".")


def _found(model, prefixes, means=_means):
    found = []
    for prefix in prefixes:
        matching = [(name, parameter) for name, parameter in _all_names(model) if means(prefix, name)]
        if not matching:
            raise ValueError(f"prefixes: nothing is called {prefix!r}")
        found += matching
    return found


def _stop(parameter):
    parameter.requires_grad_(False)
    parameter.grad = None


@wrong(
    'A plain `startswith(prefix)` takes "layer1" for the beginning of "layer10" and "layer1_norm" too. After the '
    "prefix the name must end, or a dot must come."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes, lambda prefix, name: prefix and name.startswith(prefix)):
        _stop(parameter)


@wrong(
    'The loop that searches, with a plain `startswith(prefix)`, freezes at once: "layer1" takes "layer10" along, an '
    "error comes too late, and a shared parameter is known by one name only. Compare whole names, all of them "
    "(`remove_duplicate=False`), and freeze afterwards."
)
def freeze(model, prefixes):
    for prefix in prefixes:
        found = False
        for name, parameter in model.named_parameters():
            if name.startswith(prefix):
                _stop(parameter)
                found = True
        if not found:
            raise ValueError(f"prefixes: nothing is called {prefix!r}")


@wrong(
    "`get_submodule` knows modules only: the name of a parameter, or a typo, ends in its own AttributeError, and "
    '"" means the whole model. Compare the names that `named_parameters` gives.'
)
def freeze(model, prefixes):
    for prefix in prefixes:
        for parameter in model.get_submodule(prefix).parameters():
            _stop(parameter)


@wrong(
    'You looked for the prefix anywhere in the name, part by part: "layer2" then freezes "head.layer2" as well. A '
    "name begins at the model: compare from the front."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes, lambda prefix, name: prefix and f".{prefix}." in f".{name}."):
        _stop(parameter)


@wrong("Everything was frozen, whatever the prefixes say. Freeze only the parameters that they name.")
def freeze(model, prefixes):
    if _found(model, prefixes):
        for parameter in model.parameters():
            _stop(parameter)


@wrong(
    "Every parameter that is not named was set to require a gradient, and what was frozen before is trained "
    "again. Leave the others as they are."
)
def freeze(model, prefixes):
    chosen = {id(parameter) for _, parameter in _found(model, prefixes)}
    for parameter in model.parameters():
        if id(parameter) in chosen:
            _stop(parameter)
        else:
            parameter.requires_grad_(True)


@wrong(
    "`module.requires_grad = False` only puts a new attribute on the module, and its parameters train on. The "
    "method with the underscore, `requires_grad_(False)`, changes them."
)
def freeze(model, prefixes):
    _found(model, prefixes)
    for prefix in prefixes:
        owner, _, last = prefix.rpartition(".")
        getattr(model.get_submodule(owner), last).requires_grad = False


@wrong(
    "The frozen modules were also put into eval mode. Freezing is about gradients: modes, and the running "
    "statistics that depend on them, are left alone."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes):
        _stop(parameter)
    modules = dict(model.named_modules())
    for prefix in prefixes:
        if prefix in modules:
            modules[prefix].eval()


@wrong(
    "Only the names of the model's direct children are known, the first part of each parameter's name: a path "
    'such as "head.layer2", or the name of a single parameter, is refused. A prefix can be any module or '
    "parameter, at any depth."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes, lambda prefix, name: "." in name and name.split(".")[0] == prefix):
        _stop(parameter)


@wrong(
    'Only modules can be named: the full name of a single parameter, such as "layer2.weight", is refused. Take '
    "the names of parameters too."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes, lambda prefix, name: prefix and name.startswith(prefix + ".")):
        _stop(parameter)


@wrong(
    "A prefix that means nothing went through without a word, so a typo leaves a part in training and nobody "
    "notices. Raise ValueError with that prefix."
)
def freeze(model, prefixes):
    for name, parameter in _all_names(model):
        if any(_means(prefix, name) for prefix in prefixes):
            _stop(parameter)


@wrong(
    "The error comes after the prefixes before it were frozen already, and the model is left half done. Look for "
    "all of them first, and change the model when none is missing."
)
def freeze(model, prefixes):
    for prefix in prefixes:
        for _, parameter in _found(model, [prefix]):
            _stop(parameter)


@wrong(
    "`named_parameters()` gives a shared parameter under its first name only, and the other names seem to mean "
    "nothing. Ask for all of them: `remove_duplicate=False`."
)
def freeze(model, prefixes):
    found = []
    for prefix in prefixes:
        matching = [parameter for name, parameter in model.named_parameters() if _means(prefix, name)]
        if not matching:
            raise ValueError(f"prefixes: nothing is called {prefix!r}")
        found += matching
    for parameter in found:
        _stop(parameter)


@wrong(
    "A gradient from an earlier backward pass is left on the frozen parameters, and an optimizer that has them "
    "takes one more step with it. Set `grad` to None."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes):
        parameter.requires_grad_(False)


@wrong(
    "The gradients of the whole model were cleared. Those of the other parameters are still needed: clear only "
    "the ones of what you freeze."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes):
        _stop(parameter)
    model.zero_grad()


@wrong(
    "Each parameter was replaced by a new one with requires_grad=False. The optimizer, and other modules, still "
    "have the old object. Change the parameter that is there with `requires_grad_(False)`."
)
def freeze(model, prefixes):
    for name, parameter in _found(model, prefixes):
        owner, _, last = name.rpartition(".")
        parameter.grad = None
        setattr(model.get_submodule(owner), last, nn.Parameter(parameter.detach().clone(), requires_grad=False))


@wrong(
    "The frozen parameters were turned into buffers: they are gone from `parameters()`. Freezing leaves a "
    "parameter what it is, and only stops its gradient."
)
def freeze(model, prefixes):
    for name, parameter in _found(model, prefixes):
        owner, _, last = name.rpartition(".")
        module = model.get_submodule(owner)
        _stop(parameter)
        if last in module._parameters:
            delattr(module, last)
            module.register_buffer(last, parameter.data)


@wrong("Only the first prefix was looked at: the function ends after it. Go over all of them.")
def freeze(model, prefixes):
    _found(model, prefixes)
    for prefix in prefixes:
        for _, parameter in _found(model, [prefix]):
            _stop(parameter)
        return


@wrong(
    "The running statistics of what is frozen were stopped as well. Buffers are not frozen: they go on counting "
    "in train mode."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes):
        _stop(parameter)
    for name, module in model.named_modules():
        if hasattr(module, "running_mean") and any(_means(prefix, name) for prefix in prefixes):
            module.momentum = 0.0


@wrong(
    "The model came back as the result. The change is in the model itself: return None, as Python does for "
    "changes in place."
)
def freeze(model, prefixes):
    for _, parameter in _found(model, prefixes):
        _stop(parameter)
    return model


# -- Dropout -------------------------------------------------------------------------------------------------


class _Dropping(nn.Module):
    def __init__(self, rate):
        super().__init__()
        if not 0 <= rate <= 1:
            raise ValueError(f"rate: from 0 to 1, please, not {rate}")
        self.rate = rate

    def kept(self, x):
        return (torch.rand(x.shape, device=x.device) >= self.rate).to(x.dtype)

    def factor(self):
        return 1 / (1 - self.rate) if self.rate < 1 else 0.0

    def forward(self, x):
        return x * self.kept(x) * self.factor() if self.training else x


@wrong(
    "What is kept stays as large as it was, so the mean shrinks in training and jumps in eval mode. Divide it by "
    "1 - rate while training."
)
class Dropout(_Dropping):
    def factor(self):
        return 1.0


@wrong(
    "In eval mode everything was multiplied by 1 - rate, and nothing was divided in training. It is done the "
    "other way round: divide in train mode, so that eval mode needs to do nothing."
)
class Dropout(_Dropping):
    def forward(self, x):
        return x * self.kept(x) if self.training else x * (1 - self.rate)


@wrong(
    "The module drops in eval mode as well: its mode was not looked at. In eval mode, when `self.training` is "
    "False, return x as it is."
)
class Dropout(_Dropping):
    def forward(self, x):
        return x * self.kept(x) * self.factor()


@wrong(
    "The rate was taken for the share that is kept. It is the share that is dropped: keep an entry with the "
    "probability 1 - rate."
)
class Dropout(_Dropping):
    def kept(self, x):
        return (torch.rand(x.shape, device=x.device) < self.rate).to(x.dtype)

    def factor(self):
        return 1 / self.rate if self.rate > 0 else 0.0


@wrong(
    "At rate 1 the result is NaN, from 0 / 0. Then nothing is kept: return zeros that still have a gradient, such "
    "as x * 0."
)
class Dropout(_Dropping):
    def forward(self, x):
        return x * self.kept(x) / (1 - self.rate) if self.training else x


@wrong(
    "At rate 1 the gradient is NaN: `torch.where` picks the zeros, but x / 0 was computed as well, and its "
    "infinite slope times 0 is NaN. Do not divide by 0 in the branch that is not picked."
)
class Dropout(_Dropping):
    def forward(self, x):
        if not self.training:
            return x
        return torch.where(self.kept(x).bool(), x / (1 - self.rate), torch.zeros_like(x))


@wrong(
    "At rate 1 new zeros came back, made by `torch.zeros_like`, that have nothing to do with x: no gradient "
    "reaches it, not even one of zeros. `x * 0` stays connected."
)
class Dropout(_Dropping):
    def forward(self, x):
        if self.training and self.rate == 1:
            return torch.zeros_like(x)
        return super().forward(x)


@wrong(
    "One mask was drawn for a sample and used for all of the batch: it has the shape x.shape[1:]. Draw for each "
    "entry of x, the batch axis included."
)
class Dropout(_Dropping):
    def kept(self, x):
        return super().kept(x[0]) if x.dim() > 1 and len(x) else super().kept(x)


@wrong("One number was drawn for each row, so whole rows vanish together. Draw for each entry of x by itself.")
class Dropout(_Dropping):
    def kept(self, x):
        return super().kept(x[..., :1]) if x.dim() > 1 else super().kept(x)


@wrong("The mask was drawn once and kept for the calls after that. Draw a new one at every call.")
class Dropout(_Dropping):
    def kept(self, x):
        if getattr(self, "mask", None) is None or self.mask.shape != x.shape:
            self.mask = super().kept(x)
        return self.mask


@wrong(
    "`torch.manual_seed` is called in `forward`: the same entries drop at every call, and the seed of the caller "
    "counts for nothing. Leave seeding to the caller."
)
class Dropout(_Dropping):
    def kept(self, x):
        torch.manual_seed(0)
        return super().kept(x)


@wrong(
    "A seed or generator of the module's own decides what drops, so `torch.manual_seed` does not fix it. Draw "
    "from PyTorch's global generator."
)
class Dropout(_Dropping):
    def __init__(self, rate):
        super().__init__(rate)
        self.generator = torch.Generator().manual_seed(0)

    def kept(self, x):
        return (torch.rand(x.shape, generator=self.generator) >= self.rate).to(x)


@wrong(
    "The entries were zeroed in x itself, and multiplied in place: the caller's tensor is changed. Compute a new "
    "tensor."
)
class Dropout(_Dropping):
    def forward(self, x):
        if not self.training:
            return x
        mask = self.kept(x) * self.factor()
        x.data.mul_(mask)
        return x * 1


@wrong(
    "The kept entries were divided by rate. A share of 1 - rate is kept, so it is 1 - rate that has to be made up for."
)
class Dropout(_Dropping):
    def factor(self):
        return 1 / self.rate if self.rate else 1.0


@wrong(
    "The gradient passes the dropped entries too: the mask was taken out of it, by `detach` on the difference or "
    "on `.data`. What is dropped has no part in the result, so its gradient is 0."
)
class Dropout(_Dropping):
    def forward(self, x):
        return x + (super().forward(x) - x).detach()


@wrong(
    "The mask is float32, made without the dtype of x, and what it is multiplied with becomes float32. Give the "
    "mask the dtype of x."
)
class Dropout(_Dropping):
    def kept(self, x):
        return super().kept(x).float()


@wrong("The mask was drawn on the CPU and left there. Draw it, or move it, to the device of x.")
class Dropout(_Dropping):
    def kept(self, x):
        return (torch.rand(x.shape) >= self.rate).to(x.dtype)


@wrong(
    "A rate beyond 0 and 1 was accepted, such as 50 for 50 %. Raise ValueError naming `rate` when the module is made."
)
class Dropout(_Dropping):
    def __init__(self, rate):
        nn.Module.__init__(self)
        self.rate = rate


@wrong(
    "A rate of NaN was accepted: `rate < 0 or rate > 1` is False for it, as every comparison with NaN is. Ask "
    "`not 0 <= rate <= 1`."
)
class Dropout(_Dropping):
    def __init__(self, rate):
        nn.Module.__init__(self)
        if rate < 0 or rate > 1:
            raise ValueError(f"rate: from 0 to 1, please, not {rate}")
        self.rate = rate


@wrong("A rate of 1 was refused. Both ends are allowed: at 1 everything is dropped.")
class Dropout(_Dropping):
    def __init__(self, rate):
        super().__init__(rate)
        if rate == 1:
            raise ValueError("rate must be below 1")


@wrong("A rate of 0 was refused. Both ends are allowed: at 0 nothing is dropped.")
class Dropout(_Dropping):
    def __init__(self, rate):
        super().__init__(rate)
        if rate == 0:
            raise ValueError("rate must be above 0")


@wrong(
    "Exactly the share `rate` of the entries drops at each call, chosen by a permutation. Each entry is dropped "
    "by itself with that probability, and how many it are is chance."
)
class Dropout(_Dropping):
    def kept(self, x):
        mask = torch.ones(x.numel(), dtype=x.dtype)
        mask[torch.randperm(x.numel())[: round(self.rate * x.numel())]] = 0
        return mask.reshape(x.shape).to(x.device)


@wrong(
    "What drops was drawn with NumPy, which `torch.manual_seed` does not reach: the same seed drops other "
    "entries. Draw with PyTorch."
)
class Dropout(_Dropping):
    def kept(self, x):
        mask = np.asarray(np.random.random_sample(tuple(x.shape)) >= self.rate)
        return torch.from_numpy(mask).to(x.dtype).to(x.device)


@wrong(
    "The mask is a registered buffer: it is in the state_dict, with a shape that depends on the last batch. Keep "
    "it as a local variable of `forward`."
)
class Dropout(_Dropping):
    def forward(self, x):
        if not self.training:
            return x
        self.register_buffer("mask", self.kept(x))
        return x * self.mask * self.factor()


@wrong("This is PyTorch's own `dropout`. Draw the mask yourself, and multiply by it.")
class Dropout(_Dropping):
    def forward(self, x):
        return nn.functional.dropout(x, self.rate, self.training)


@wrong(
    "In eval mode the mask is drawn and thrown away. That moves the global random state: look at `self.training` "
    "before you draw."
)
class Dropout(_Dropping):
    def forward(self, x):
        dropped = x * self.kept(x) * self.factor()
        return dropped if self.training else x


@wrong(
    "The mode is in a flag of your own that only this module's `eval()` switches: when a model around it is put "
    "into eval mode, it goes on dropping. Read `self.training`, which every way to switch the mode reaches."
)
class Dropout(_Dropping):
    def __init__(self, rate):
        super().__init__(rate)
        self.is_training = True

    def eval(self):
        self.is_training = False
        return self

    def forward(self, x):
        return x * self.kept(x) * self.factor() if self.is_training else x
