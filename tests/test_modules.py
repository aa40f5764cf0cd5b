"""Specs of the topic `modules`.

Where chance decides, a right answer fails with a probability below 1e-9: for the share of n independent draws
that have a property, Hoeffding's inequality bounds the probability to miss its expected value by `t` or more
with 2 * exp(-2 * n * t ** 2).
"""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests import expect, model_probes, modules_probes, oracles, probes, promises

FALSE_ALARM = 1e-10


def margin(draws):
    """How far a share of so many draws may be from what is expected."""
    return math.sqrt(math.log(2 / FALSE_ALARM) / (2 * draws))


def numbers(*shape, dtype=torch.float32, device="cpu"):
    """Numbers of both signs from -1.5 to 1.5, no two neighbours alike, exact in every dtype."""
    count = math.prod(shape)
    return ((torch.arange(count) * 5 % 13 - 6) / 4).reshape(shape).to(dtype).to(device)


def affine(x, weight, bias):
    """The oracle of one layer: NumPy, in float64."""
    x, weight, bias = (oracles.wide(each).numpy() for each in (x, weight, bias))
    return torch.from_numpy(np.asarray(np.einsum("...i,oi->...o", x, weight) + bias))


# -- Affine --------------------------------------------------------------------------------------------------


def layer_of(impl, probe, weight, bias):
    """An Affine layer with these parameters, with their dtype and on their device."""
    layer = impl.Affine(weight.shape[1], weight.shape[0]).to(weight.dtype).to(weight.device)
    probe(modules_probes.set_values, layer, weight=weight, bias=bias)
    return layer


@pytest.mark.parametrize(("inside", "outside"), [(3, 2), (1, 5), (5, 1), (1, 1), (4, 4)])
def test_Affine_multiplies_each_row_by_its_weight(impl, probe, device, inside, outside):
    x, weight, bias = numbers(3, inside, device=device), numbers(outside, inside), numbers(outside)
    layer = layer_of(impl, probe, weight.to(device), bias.to(device))

    actual = layer(x)

    call = f"Affine({inside}, {outside})(x)"
    expect.tensor(actual, oracles.like(affine(x, weight, bias), x), call=call, x=x, weight=weight, bias=bias)


@pytest.mark.parametrize("leading", [(), (1,), (0,), (5,), (2, 5), (5, 0, 2), (2, 1, 3, 5)], ids=str)
def test_Affine_keeps_any_leading_axes(impl, probe, device, leading):
    x, weight, bias = numbers(*leading, 3, device=device), numbers(2, 3), numbers(2)
    layer = layer_of(impl, probe, weight.to(device), bias.to(device))

    actual = layer(x)

    expect.tensor(actual, oracles.like(affine(x, weight, bias), x), call="Affine(3, 2)(x)", x=x)


@promises.DTYPES
def test_Affine_computes_in_the_dtype_it_was_moved_to(impl, probe, device, dtype):
    x, weight, bias = (numbers(*shape, dtype=dtype, device=device) for shape in ((5, 3), (2, 3), (2,)))
    layer = layer_of(impl, probe, weight, bias)

    actual = layer(x)

    expect.tensor(actual, oracles.like(affine(x, weight, bias), x), call=f"Affine(3, 2).to({dtype})(x)")


@promises.LAYOUTS
def test_Affine_takes_any_memory_layout(impl, probe, device, layout):
    x, weight, bias = layout(numbers(2, 5, 3, device=device)), numbers(2, 3), numbers(2)
    layer = layer_of(impl, probe, weight.to(device), bias.to(device))

    actual = layer(x)

    expect.tensor(actual, oracles.like(affine(x, weight, bias), x), call="Affine(3, 2)(x)", x=x)


def test_Affine_registers_weight_and_bias(impl):
    names = [[str(name), tuple(value.shape)] for name, value in impl.Affine(3, 2).named_parameters()]

    call = "[[name, tuple(value.shape)] for name, value in Affine(3, 2).named_parameters()]"
    expect.value(sorted(names), [["bias", (2,)], ["weight", (2, 3)]], call=call)


def test_Affine_has_weight_and_bias_in_its_state_and_nothing_else(impl, probe):
    actual = probe(modules_probes.state, impl.Affine(3, 2))

    expect.value(sorted(actual), ["bias", "weight"], call="sorted(Affine(3, 2).state_dict())")


def test_Affine_loads_what_a_Linear_saved(impl, probe):
    linear = probe(nn.Linear, 3, 2)
    probe(modules_probes.set_values, linear, weight=numbers(2, 3), bias=numbers(2))
    layer = probe(modules_probes.reloaded, linear, impl.Affine(3, 2))

    actual = layer(numbers(5, 3))

    call = "Affine(3, 2)(x) after loading the state of a Linear(3, 2)"
    expect.tensor(actual, affine(numbers(5, 3), numbers(2, 3), numbers(2)).float(), call=call)


def test_Affine_saves_what_a_Linear_loads(impl, probe):
    layer = layer_of(impl, probe, numbers(2, 3), numbers(2))
    linear = probe(modules_probes.reloaded, layer, probe(nn.Linear, 3, 2))

    actual = linear(numbers(5, 3))

    call = "Linear(3, 2)(x) after loading the state of an Affine(3, 2)"
    expect.tensor(actual, affine(numbers(5, 3), numbers(2, 3), numbers(2)).float(), call=call)


def test_Affine_is_not_made_of_Linear(impl, probe):
    actual = probe(modules_probes.holds_a, impl.Affine(3, 2), nn.Linear)

    expect.value(actual, False, call="any(isinstance(module, Linear) for module in Affine(3, 2).modules())")


def test_Affine_begins_in_float32_on_the_cpu(impl, probe):
    weight, bias = probe(modules_probes.values, impl.Affine(3, 2), "weight", "bias")

    for name, value, shape in (("weight", weight, (2, 3)), ("bias", bias, (2,))):
        got = (value.dtype, value.device.type, tuple(value.shape))
        expect.value(got, (torch.float32, "cpu", shape), call=f"dtype, device and shape of Affine(3, 2).{name}")


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_Affine_draws_its_parameters_uniformly(impl, probe, name):
    (value,) = probe(modules_probes.values, impl.Affine(64, 1000), name)

    bound, allowed = 1 / 8, margin(value.numel())
    call, should_be = f"Affine(64, 1000).{name}", "uniform from -0.125 to 0.125"
    far = value.abs().max().item()
    expect.that(far <= bound, call=call, got=f"numbers as far from 0 as {far:.2g}", should_be=should_be)
    for what, which in (("above 0", value > 0), ("beyond 0.0625 on either side", value.abs() > bound / 2)):
        share = which.float().mean().item()
        got = f"a share of {share:.1f} {what}"
        expect.that(abs(share - 0.5) <= allowed, call=call, got=got, should_be=f"{should_be}: half of them {what}")


def test_Affine_draws_every_entry_by_itself(impl, probe):
    (weight,) = probe(modules_probes.values, impl.Affine(64, 32), "weight")

    for name, lines in (("rows", weight), ("columns", weight.T)):
        distinct = len(torch.unique(lines, dim=0))
        got = f"{len(lines) - distinct} of its {name} are there before"
        expect.that(distinct == len(lines), call="Affine(64, 32).weight", got=got, should_be=f"no two {name} alike")


def test_Affine_begins_the_same_after_the_same_seed(impl, probe):
    first, second = probe(modules_probes.made_after, [3, 3], impl.Affine, 3, 2)

    for one, other in zip(first, second, strict=True):
        expect.tensor(other, one, call="the state of Affine(3, 2) after the same seed once more")


def test_Affine_begins_elsewhere_after_another_seed(impl, probe):
    first, second = probe(modules_probes.made_after, [3, 4], impl.Affine, 8, 8)

    for one, other in zip(first, second, strict=True):
        call = "Affine(8, 8) after torch.manual_seed(3), and after torch.manual_seed(4)"
        expect.that(not torch.equal(one, other), call=call, got="equal parameters", should_be="other numbers")


def test_Affine_begins_elsewhere_each_time(impl, probe):
    first, second = (probe(modules_probes.values, impl.Affine(8, 8), "weight", "bias") for _ in range(2))

    for one, other in zip(first, second, strict=True):
        call = "two Affine(8, 8), one made after the other"
        expect.that(not torch.equal(one, other), call=call, got="equal parameters", should_be="other numbers")


def test_Affine_sends_the_gradient_to_x(impl, probe, device):
    x, weight, upstream = numbers(2, 5, 3, device=device), numbers(2, 3), numbers(2, 5, 2)
    layer = layer_of(impl, probe, weight.to(device), numbers(2, device=device))

    actual = probe(probes.gradient, layer, x, upstream=upstream.to(device))

    expect.tensor(actual, (upstream @ weight).to(device), call="gradient of Affine(3, 2)(x) for x")


def test_Affine_sends_the_gradient_to_both_parameters(impl, probe, device):
    x, upstream = numbers(5, 3), numbers(5, 2)
    layer = layer_of(impl, probe, numbers(2, 3, device=device), numbers(2, device=device))

    found = probe(modules_probes.parameter_gradients, layer, x.to(device), upstream.to(device))

    call = "gradients of Affine(3, 2)(x) for its parameters"
    expect.value(len(found), 2, call=f"len({call})")
    for actual in sorted(found, key=lambda gradient: -1 if gradient is None else gradient.dim()):
        expect.that(actual is not None, call=call, got=None, should_be="a gradient for each")
        expected = upstream.T @ x if actual.dim() == 2 else upstream.sum(dim=0)
        expect.tensor(actual, expected.to(device), call=call)


def test_Affine_is_trained_as_a_Linear_is(impl, probe, device):
    x, y = numbers(5, 3), numbers(5, 2)
    linear = nn.Linear(3, 2)
    modules_probes.set_values(linear, weight=numbers(2, 3), bias=numbers(2))
    expected = modules_probes.trained(linear, x, y)
    layer = layer_of(impl, probe, numbers(2, 3, device=device), numbers(2, device=device))

    actual = probe(modules_probes.trained, layer, x.to(device), y.to(device))

    for name in ("weight", "bias"):
        expect.that(name in actual, call="Affine(3, 2) after three steps", got=list(actual), should_be=f"a {name}")
        expect.tensor(actual[name], expected[name], call=f"{name} of Affine(3, 2) after three steps")


def test_Affine_can_be_copied_deeply(impl, probe):
    layer = layer_of(impl, probe, numbers(2, 3), numbers(2))

    actual = probe(modules_probes.result_of_copy, layer, numbers(5, 3))

    call = "copy.deepcopy(Affine(3, 2))(x), the original's state set to zero"
    expect.tensor(actual, affine(numbers(5, 3), numbers(2, 3), numbers(2)).float(), call=call)


def test_Affine_leaves_x_as_it_is(impl, probe, device):
    promises.unchanged(probe, impl.Affine(3, 2).to(device), numbers(5, 3, device=device), call="Affine(3, 2)(x)")


# -- MLP -----------------------------------------------------------------------------------------------------


def parameters_for(sizes, dtype=torch.float32, device="cpu"):
    """Weight and bias of each layer; with them, about half of what comes to a ReLU is negative."""
    found = []
    for i, (before, after) in enumerate(pairwise(sizes)):
        found += [numbers(after, before).roll(i) - 0.25, numbers(after) / 2 - 0.25]
    return [each.to(dtype).to(device) for each in found]


def shapes_for(sizes):
    return [shape for before, after in pairwise(sizes) for shape in ((after, before), (after,))]


def network_output(x, parameters):
    """The oracle: one layer after the other in NumPy, in float64."""
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weight, bias in layers[:-1]:
        x = affine(x, weight, bias).clamp(min=0)
    return affine(x, *layers[-1])


def mlp_of(impl, probe, sizes, dtype=torch.float32, device="cpu"):
    """An MLP with the parameters of `parameters_for`, and those parameters."""
    model = impl.MLP(sizes).to(dtype).to(device)
    call = f"[tuple(parameter.shape) for parameter in MLP({sizes}).parameters()]"
    expect.value(probe(modules_probes.shapes, model), shapes_for(sizes), call=call)
    parameters = parameters_for(sizes, dtype, device)
    probe(modules_probes.fill, model, parameters)
    return model, parameters


@pytest.mark.parametrize("sizes", [[3, 2], [1, 1], [4, 16, 3], [2, 5, 3, 1], [3, 4, 4, 4, 2], [3, 3, 3]], ids=str)
def test_MLP_registers_weight_and_bias_of_each_layer(impl, probe, sizes):
    actual = probe(modules_probes.shapes, impl.MLP(sizes))

    call = f"[tuple(parameter.shape) for parameter in MLP({sizes}).parameters()]"
    expect.value(actual, shapes_for(sizes), call=call)


def shown(parameters, most=10):
    """Weights and biases with the names that a card shows, where there are few of them."""
    names = [f"{name}{i // 2 + 1}" for i, name in enumerate(["weight", "bias"] * (len(parameters) // 2))]
    few = sum(each.numel() for each in parameters) <= most
    return dict(zip(names, parameters, strict=True)) if few else {}


@pytest.mark.parametrize("sizes", [[3, 2], [1, 2, 1], [4, 6, 3], [2, 5, 3, 1], [3, 4, 4, 4, 2]], ids=str)
def test_MLP_has_a_relu_between_its_layers_only(impl, probe, device, sizes):
    model, parameters = mlp_of(impl, probe, sizes, device=device)
    x = numbers(5, sizes[0], device=device)

    actual = model(x)

    expected = network_output(x, parameters)
    expect.tensor(actual, oracles.like(expected, x), call=f"MLP({sizes})(x)", x=x, **shown(parameters))


@given(sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5), samples=st.integers(1, 4))
def test_MLP_agrees_with_one_layer_after_the_other(impl, probe, sizes, samples):
    model, parameters = mlp_of(impl, probe, sizes)
    x = numbers(samples, sizes[0])

    actual = model(x)

    expected = network_output(x, parameters).float()
    expect.tensor(actual, expected, call=f"MLP({sizes})(x)", x=x, **shown(parameters))


def test_MLP_answers_alike_when_asked_again(impl, probe):
    first, second = probe(modules_probes.calls, impl.MLP([3, 4, 2]), numbers(5, 3), 2)

    expect.tensor(second, first, call="MLP([3, 4, 2])(x) for the second time")


def test_MLP_gives_outputs_of_both_signs(impl, probe):
    model = impl.MLP([2, 3])
    probe(modules_probes.fill, model, [torch.zeros(3, 2), torch.tensor([-2.0, 0.0, 3.0])])

    actual = model(torch.ones(1, 2))

    expect.tensor(
        actual, torch.tensor([[-2.0, 0.0, 3.0]]), call="MLP([2, 3])(x) with the bias [-2, 0, 3] and no weight"
    )


@pytest.mark.parametrize("leading", [(), (1,), (0,), (2, 5), (2, 1, 3)], ids=str)
def test_MLP_keeps_any_leading_axes(impl, probe, device, leading):
    model, parameters = mlp_of(impl, probe, [3, 4, 2], device=device)
    x = numbers(*leading, 3, device=device)

    actual = model(x)

    expect.tensor(actual, oracles.like(network_output(x, parameters), x), call="MLP([3, 4, 2])(x)", x=x)


@pytest.mark.parametrize("samples", [1, 3])
def test_MLP_keeps_the_axis_of_a_single_output(impl, probe, device, samples):
    model, parameters = mlp_of(impl, probe, [3, 4, 1], device=device)
    x = numbers(samples, 3, device=device)

    actual = model(x)

    expect.tensor(actual, oracles.like(network_output(x, parameters), x), call="MLP([3, 4, 1])(x)", x=x)


@promises.DTYPES
def test_MLP_computes_in_the_dtype_it_was_moved_to(impl, probe, device, dtype):
    model, parameters = mlp_of(impl, probe, [3, 4, 2], dtype, device)
    x = numbers(5, 3, dtype=dtype, device=device)

    actual = model(x)

    expect.tensor(actual, oracles.like(network_output(x, parameters), x), call=f"MLP([3, 4, 2]).to({dtype})(x)")


@promises.LAYOUTS
def test_MLP_takes_any_memory_layout(impl, probe, device, layout):
    model, parameters = mlp_of(impl, probe, [3, 4, 2], device=device)
    x = layout(numbers(2, 5, 3, device=device))

    actual = model(x)

    expect.tensor(actual, oracles.like(network_output(x, parameters), x), call="MLP([3, 4, 2])(x)", x=x)


@pytest.mark.parametrize("sizes", [[], [3], (3,)], ids=str)
def test_MLP_refuses_fewer_than_two_sizes(impl, sizes):
    with expect.raises(ValueError, match="sizes", call=f"MLP({sizes})"):
        impl.MLP(sizes)


def test_MLP_takes_a_tuple_of_sizes(impl, probe):
    actual = probe(modules_probes.shapes, impl.MLP((4, 3, 2)))

    call = "[tuple(parameter.shape) for parameter in MLP((4, 3, 2)).parameters()]"
    expect.value(actual, shapes_for([4, 3, 2]), call=call)


def test_MLP_leaves_sizes_as_they_are(impl, probe):
    promises.unchanged(probe, impl.MLP, [4, 5, 3, 2], call="MLP(sizes)")


def test_MLP_leaves_x_as_it_is(impl, probe, device):
    model = impl.MLP([3, 4, 2]).to(device)

    promises.unchanged(probe, model, numbers(5, 3, device=device), call="MLP([3, 4, 2])(x)")


def test_MLP_begins_in_float32_on_the_cpu(impl, probe):
    actual = probe(modules_probes.kinds, impl.MLP([4, 3, 2]))

    expect.value(actual, ["torch.float32 on cpu"], call="dtypes and devices of the parameters of MLP([4, 3, 2])")


def test_MLP_begins_the_same_after_the_same_seed(impl, probe):
    first, second = probe(modules_probes.made_after, [3, 3], impl.MLP, [4, 3, 2])

    for one, other in zip(first, second, strict=True):
        expect.tensor(other, one, call="the state of MLP([4, 3, 2]) after the same seed once more")


@pytest.mark.parametrize("seeds", [(3, 4), (3, 5)])
def test_MLP_begins_elsewhere_after_another_seed(impl, probe, seeds):
    first, second = probe(modules_probes.made_after, seeds, impl.MLP, [6, 6, 6, 6])

    weights = [(one, other) for one, other in zip(first, second, strict=True) if one.dim() == 2]
    expect.value(len(weights), 3, call="number of weights in the state of MLP([6, 6, 6, 6])")
    for one, other in weights:
        call = f"MLP([6, 6, 6, 6]) after torch.manual_seed({seeds[0]}), and after torch.manual_seed({seeds[1]})"
        expect.that(not torch.equal(one, other), call=call, got="equal weights", should_be="other numbers")


def test_MLP_begins_elsewhere_each_time(impl, probe):
    first, second = (probe(modules_probes.state, impl.MLP([6, 6, 6])) for _ in range(2))

    expect.value(len(first), 4, call="len(MLP([6, 6, 6]).state_dict())")
    for name, one in first.items():
        equal = one.dim() == 2 and torch.equal(one, second[name])
        call = "two MLP([6, 6, 6]), one made after the other"
        expect.that(not equal, call=call, got="equal weights", should_be="other numbers")


def test_MLP_begins_with_other_weights_in_each_layer(impl, probe):
    found = probe(modules_probes.state, impl.MLP([6, 6, 6, 6]))

    weights = [value for value in found.values() if value.dim() == 2]
    distinct = len(torch.unique(torch.cat(weights), dim=0)) if weights else 0
    call, got = "rows of all weights of MLP([6, 6, 6, 6])", f"{distinct} different ones"
    expect.that(distinct == 18, call=call, got=got, should_be="18 different ones")


def test_MLP_sends_the_gradient_to_x(impl, probe, device):
    model, parameters = mlp_of(impl, probe, [3, 4, 2], device=device)
    x, upstream = numbers(5, 3), numbers(5, 2)
    first, bias, second, _ = (each.cpu() for each in parameters)
    expected = ((upstream @ second) * (affine(x, first, bias) > 0)) @ first

    actual = probe(probes.gradient, model, x.to(device), upstream=upstream.to(device))

    expect.tensor(actual, expected.float().to(device), call="gradient of MLP([3, 4, 2])(x) for x")


def test_MLP_sends_the_gradient_to_every_parameter(impl, probe, device):
    model, parameters = mlp_of(impl, probe, [3, 4, 2], device=device)
    x, upstream = numbers(5, 3), numbers(5, 2)
    first, bias, second, _ = (each.cpu() for each in parameters)
    hidden = affine(x, first, bias).float()
    arrived = (upstream @ second) * (hidden > 0)  # (5, 4)
    expected = [arrived.T @ x, arrived.sum(dim=0), upstream.T @ hidden.clamp(min=0), upstream.sum(dim=0)]

    found = probe(modules_probes.parameter_gradients, model, x.to(device), upstream.to(device))

    for i, (actual, wanted) in enumerate(zip(found, expected, strict=True)):
        expect.tensor(actual, wanted.to(device), call=f"gradient of MLP([3, 4, 2])(x) for parameter {i}")


def test_MLP_trains_every_parameter(impl, probe):
    model, before = mlp_of(impl, probe, [3, 4, 4, 2])

    after = probe(modules_probes.trained, model, numbers(5, 3), numbers(5, 2))

    moved = sum(not torch.equal(one, other) for one, other in zip(before, after.values(), strict=True))
    expect.value(moved, 6, call="parameters of MLP([3, 4, 4, 2]) that three steps have moved")


def test_MLP_saves_and_loads_all_of_itself(impl, probe):
    source, parameters = mlp_of(impl, probe, [3, 4, 4, 2])
    model = probe(modules_probes.reloaded, source, impl.MLP([3, 4, 4, 2]))
    x = numbers(5, 3)

    actual = model(x)

    call = "MLP([3, 4, 4, 2])(x) after loading the state of another"
    expect.tensor(actual, network_output(x, parameters).float(), call=call)


def test_MLP_can_be_copied_deeply(impl, probe):
    model, parameters = mlp_of(impl, probe, [3, 4, 4, 2])
    x = numbers(5, 3)

    actual = probe(modules_probes.result_of_copy, model, x)

    call = "copy.deepcopy(MLP([3, 4, 4, 2]))(x), the original's state set to zero"
    expect.tensor(actual, network_output(x, parameters).float(), call=call)


def test_MLP_does_not_share_its_layers_with_another_model(impl, probe):
    first, parameters = mlp_of(impl, probe, [3, 4, 2])
    second = impl.MLP([3, 4, 2])
    probe(modules_probes.fill, second, [torch.zeros_like(each) for each in parameters])
    x = numbers(5, 3)

    actual = first(x)

    call = "MLP([3, 4, 2])(x) after the parameters of another MLP([3, 4, 2]) were set to zero"
    expect.tensor(actual, network_output(x, parameters).float(), call=call)


# -- Standardizer --------------------------------------------------------------------------------------------

MEAN, STD = (5.0, 0.0, -2.5), (2.0, 0.25, 4.0)


def constants(dtype=torch.float32, device="cpu"):
    return (torch.tensor(values, dtype=dtype).to(device) for values in (MEAN, STD))


def standardized(x, mean=MEAN, std=STD):
    """The oracle: NumPy, in float64."""
    return torch.from_numpy(np.asarray((oracles.wide(x).numpy() - np.array(mean)) / np.array(std)))


@pytest.mark.parametrize("leading", [(5,), (1,), (), (0,), (2, 3), (2, 1, 5)], ids=str)
def test_Standardizer_standardizes_each_column(impl, device, leading):
    x = numbers(*leading, 3, device=device)

    actual = impl.Standardizer(*constants(device=device))(x)

    expect.tensor(actual, oracles.like(standardized(x), x), call="Standardizer(mean, std)(x)", x=x, mean=MEAN, std=STD)


@pytest.mark.parametrize("columns", [0, 1, 2, 3])
def test_Standardizer_takes_any_number_of_columns(impl, device, columns):
    x, mean, std = numbers(3, columns), numbers(columns), numbers(columns).abs() + 0.5

    actual = impl.Standardizer(mean.to(device), std.to(device))(x.to(device))

    expected = standardized(x, mean.numpy(), std.numpy()).float().to(device)
    expect.tensor(actual, expected, call="Standardizer(mean, std)(x)", x=x, mean=mean, std=std)


def test_Standardizer_divides_by_small_numbers_as_they_are(impl, device):
    x, mean, std = torch.tensor([[3e-7, 2e-3]]), torch.zeros(2), torch.tensor([1e-7, 1e-3])

    actual = impl.Standardizer(mean.to(device), std.to(device))(x.to(device))

    call = "Standardizer(mean, std)(x)"
    expect.tensor(actual, torch.tensor([[3.0, 2.0]]).to(device), call=call, x=x, mean=mean, std=std)


@promises.DTYPES
def test_Standardizer_computes_in_the_dtype_of_its_constants(impl, device, dtype):
    x = numbers(5, 3, dtype=dtype, device=device)

    actual = impl.Standardizer(*constants(dtype, device))(x)

    expected = oracles.like(standardized(x), x)
    expect.tensor(actual, expected, call=f"Standardizer(mean, std)(x) in {dtype}", **oracles.exact(dtype))


@promises.LAYOUTS
def test_Standardizer_takes_any_memory_layout(impl, device, layout):
    x = layout(numbers(2, 5, 3, device=device))

    actual = impl.Standardizer(*constants(device=device))(x)

    expect.tensor(actual, oracles.like(standardized(x), x), call="Standardizer(mean, std)(x)", x=x)


def test_Standardizer_keeps_its_constants_exactly(impl, probe):
    mean, std = torch.tensor([0.1], dtype=torch.float64), torch.tensor([1 / 3], dtype=torch.float64)

    found = probe(modules_probes.state, impl.Standardizer(mean, std))

    expect.value(sorted(found), ["mean", "std"], call="sorted(Standardizer(mean, std).state_dict())")
    for name, value in (("mean", mean), ("std", std)):
        expect.tensor(found[name], value, call=f"Standardizer(mean, std).state_dict()['{name}']", rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_Standardizer_moves_to_another_dtype(impl, device, dtype):
    standardizer = impl.Standardizer(*constants()).to(device).to(dtype)
    x = numbers(5, 3, dtype=dtype, device=device)

    actual = standardizer(x)

    expect.tensor(actual, oracles.like(standardized(x), x), call=f"Standardizer(mean, std).to({dtype})(x)", x=x)


def test_Standardizer_moves_with_a_model_that_it_is_part_of(impl, probe, device):
    model = probe(nn.Sequential, impl.Standardizer(*constants()), probe(nn.Identity))
    x = numbers(5, 3, dtype=torch.float64, device=device)

    actual = model.to(device).to(torch.float64)(x)

    call = "Sequential(Standardizer(mean, std), Identity()).to(device).double()(x)"
    expect.tensor(actual, oracles.like(standardized(x), x), call=call, x=x)


def test_Standardizer_has_no_parameters(impl, probe):
    actual = probe(modules_probes.shapes, impl.Standardizer(*constants()))

    expect.value(actual, [], call="[tuple(parameter.shape) for parameter in Standardizer(mean, std).parameters()]")


def test_Standardizer_has_mean_and_std_as_buffers(impl, probe):
    found = probe(modules_probes.buffers, impl.Standardizer(*constants()))

    call = "[name for name, _ in Standardizer(mean, std).named_buffers()]"
    both = "mean" in found and "std" in found
    expect.that(both, call=call, got=found, should_be=["mean", "std"])


def test_Standardizer_saves_mean_and_std_and_nothing_else(impl, probe):
    model = probe(nn.Sequential, impl.Standardizer(*constants()), probe(nn.Linear, 3, 2))

    actual = probe(modules_probes.state, model)

    should_be = ["0.mean", "0.std", "1.bias", "1.weight"]
    call = "sorted(Sequential(Standardizer(mean, std), Linear(3, 2)).state_dict())"
    expect.value(sorted(actual), should_be, call=call)
    for name, value in zip(("mean", "std"), constants(), strict=True):
        expect.tensor(actual[f"0.{name}"], value, call=f"Sequential(...).state_dict()['0.{name}']")


def test_Standardizer_loads_other_constants(impl, probe):
    source = impl.Standardizer(*constants())
    standardizer = probe(modules_probes.reloaded, source, impl.Standardizer(torch.zeros(3), torch.ones(3)))
    x = numbers(5, 3)

    actual = standardizer(x)

    call = "Standardizer(zeros, ones)(x) after loading the state of Standardizer(mean, std)"
    expect.tensor(actual, standardized(x).float(), call=call, x=x)


def test_Standardizer_is_not_trained(impl, probe):
    model = probe(nn.Sequential, impl.Standardizer(*constants()), probe(nn.Linear, 3, 2))

    actual = probe(modules_probes.trained, model, numbers(5, 3), numbers(5, 2))

    for name, value in zip(("mean", "std"), constants(), strict=True):
        if f"0.{name}" in actual:  # what is saved is asked in another test
            expect.tensor(actual[f"0.{name}"], value, call=f"{name} of a Standardizer after three steps of its model")


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_Standardizer_does_the_same_in_both_modes(impl, mode):
    standardizer = impl.Standardizer(*constants())
    getattr(standardizer, mode)()
    x = numbers(5, 3)

    for time in ("first", "second"):
        actual = standardizer(x)
        expect.tensor(actual, standardized(x).float(), call=f"Standardizer(mean, std).{mode}()(x) for the {time} time")


def test_Standardizer_never_requires_a_gradient(impl, probe):
    standardizer = probe(modules_probes.made_from, impl.Standardizer, *constants())

    actual = probe(modules_probes.require_grad, standardizer)

    call = "what requires a gradient in the state of a Standardizer, made from tensors that do"
    expect.value(actual, [], call=call)


def test_Standardizer_can_be_copied_deeply(impl, probe):
    standardizer = probe(modules_probes.made_from, impl.Standardizer, *constants())
    x = numbers(5, 3)

    actual = probe(modules_probes.result_of_copy, standardizer, x)

    call = "copy.deepcopy(Standardizer(mean, std))(x), the original's state set to zero"
    expect.tensor(actual, standardized(x).float(), call=call)


def test_Standardizer_writes_what_it_loads_into_itself_only(impl, probe, device):
    given_tensors = list(constants(device=device))

    actual = probe(modules_probes.written_after, impl.Standardizer, *given_tensors)

    for name, got, value in zip(("mean", "std"), actual, given_tensors, strict=True):
        expect.tensor(got, value, call=f"the caller's own {name} after Standardizer(mean, std).load_state_dict(ones)")


def test_Standardizer_does_not_follow_the_tensors_it_was_made_from(impl, probe, device):
    actual = probe(modules_probes.state_after_writing, impl.Standardizer, *constants(device=device))

    for name, value in zip(("mean", "std"), constants(), strict=True):
        if name in actual:
            expect.tensor(actual[name], value, call=f"{name} of the Standardizer after the caller's tensor was zeroed")


@pytest.mark.parametrize(
    "std",
    [
        pytest.param([1.0, 0.0, 2.0], id="zero"),
        pytest.param([-1.0, 1.0, 2.0], id="negative"),
        pytest.param([1.0, 2.0, math.nan], id="nan"),
        pytest.param([0.0, 0.0, 0.0], id="all-zero"),
    ],
)
def test_Standardizer_refuses_a_std_that_is_not_above_zero(impl, device, std):
    mean, _ = constants(device=device)

    with expect.raises(ValueError, match="std", call=f"Standardizer(mean, {std})"):
        impl.Standardizer(mean, torch.tensor(std).to(device))


@pytest.mark.parametrize("shape", [(), (1,), (2,), (4,), (1, 3), (3, 1)], ids=str)
def test_Standardizer_refuses_a_std_of_another_shape(impl, device, shape):
    mean, _ = constants(device=device)

    with expect.raises(ValueError, match="std", call=f"Standardizer(<(3,)>, <{shape}>)"):
        impl.Standardizer(mean, torch.ones(shape).to(device))


def test_Standardizer_takes_the_smallest_std_above_zero(impl, device):
    std = torch.tensor([0.5, 2.0**-126]).to(device)

    actual = impl.Standardizer(torch.zeros(2).to(device), std)(torch.tensor([[0.5, 2.0**-126]]).to(device))

    expect.tensor(actual, torch.ones(1, 2).to(device), call="Standardizer(zeros, std)(std)", std=std)


def test_Standardizer_sends_the_gradient_to_x(impl, probe, device):
    x, upstream = numbers(5, 3, device=device), numbers(5, 3, device=device)
    standardizer = impl.Standardizer(*constants(device=device))

    actual = probe(probes.gradient, standardizer, x, upstream=upstream)

    _, std = constants(device=device)
    expect.tensor(actual, upstream / std, call="gradient of Standardizer(mean, std)(x) for x")


def test_Standardizer_leaves_x_as_it_is(impl, probe, device):
    standardizer = impl.Standardizer(*constants(device=device))

    promises.unchanged(probe, standardizer, numbers(5, 3, device=device), call="Standardizer(mean, std)(x)")


def test_Standardizer_leaves_mean_and_std_as_they_are(impl, probe, device):
    promises.unchanged(probe, impl.Standardizer, *constants(device=device), call="Standardizer(mean, std)")


# -- parameter_count -----------------------------------------------------------------------------------------


class Words(str):
    """A model as a card shows it: in words, and without quotes."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


@pytest.mark.parametrize(
    ("make", "shown", "count"),
    [
        pytest.param(modules_probes.normed, "Sequential(Linear(2, 3), BatchNorm1d(3))", 15, id="normed"),
        pytest.param(modules_probes.Scaled, "a number of its own, scale, and layer: Linear(2, 3)", 10, id="Scaled"),
        pytest.param(
            modules_probes.Deep,
            "parameters (5,) and (0, 2), Linear(3, 2), and deeper Linear(4, 2) and Linear(3, 1) without bias",
            24,
            id="Deep",
        ),
    ],
)
def test_parameter_count_adds_up_the_entries_at_any_depth(impl, probe, device, make, shown, count):
    model = probe(make).to(device)

    actual = impl.parameter_count(model)

    expect.value(actual, count, call="parameter_count(model)", model=Words(shown))


@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_parameter_count_agrees_with_the_formula(impl, probe, sizes):
    pairs = list(pairwise(sizes))
    model = probe(nn.Sequential, *[probe(nn.Linear, before, after) for before, after in pairs])

    actual = impl.parameter_count(model)

    expected = sum(before * after + after for before, after in pairs)
    expect.value(actual, expected, call=f"parameter_count(Linear layers of the sizes {sizes})")


def test_parameter_count_takes_a_single_layer(impl, probe):
    actual = impl.parameter_count(probe(nn.Linear, 4, 3))

    expect.value(actual, 15, call="parameter_count(Linear(4, 3))")


def test_parameter_count_counts_a_shared_parameter_once(impl, probe):
    actual = impl.parameter_count(probe(modules_probes.Tied))

    call = "parameter_count(model), where embedding (4, 3) and decoder share a weight, and the decoder has a bias (4,)"
    expect.value(actual, 16, call=call)


def test_parameter_count_counts_a_shared_parameter_once_when_trainable(impl, probe):
    model = probe(modules_probes.without_grad, probe(modules_probes.Tied), ["decoder.bias"])

    actual = impl.parameter_count(model, trainable_only=True)

    call = "parameter_count(model, trainable_only=True), where a weight (4, 3) is shared and the bias frozen"
    expect.value(actual, 12, call=call)


def test_parameter_count_counts_a_shared_module_once(impl, probe):
    actual = impl.parameter_count(probe(modules_probes.Repeated))

    expect.value(
        actual, 18, call="parameter_count(model), where one Linear(3, 3) has two names, beside 6 other weights"
    )


def test_parameter_count_counts_equal_parameters_each(impl, probe):
    actual = impl.parameter_count(probe(modules_probes.alike))

    expect.value(actual, 18, call="parameter_count(three Linear(2, 2) with equal values)")


def test_parameter_count_leaves_buffers_out(impl, probe):
    actual = impl.parameter_count(probe(nn.BatchNorm1d, 5))

    expect.value(actual, 10, call="parameter_count(BatchNorm1d(5))")


@pytest.mark.parametrize("trainable_only", [False, True])
def test_parameter_count_is_zero_without_parameters(impl, probe, trainable_only):
    actual = impl.parameter_count(probe(modules_probes.without_parameters), trainable_only=trainable_only)

    expect.value(actual, 0, call=f"parameter_count(ReLU and BatchNorm1d(3, affine=False), {trainable_only=})")


@pytest.mark.parametrize(
    ("frozen", "count"),
    [
        pytest.param([], 10, id="none"),
        pytest.param(["scale"], 9, id="own"),
        pytest.param(["layer.weight"], 4, id="weight"),
        pytest.param(["scale", "layer.bias"], 6, id="two"),
        pytest.param(["scale", "layer.weight", "layer.bias"], 0, id="all"),
    ],
)
def test_parameter_count_leaves_frozen_ones_out_when_asked(impl, probe, device, frozen, count):
    model = probe(modules_probes.without_grad, probe(modules_probes.Scaled).to(device), frozen)

    for arguments, actual in (
        ("trainable_only=True", impl.parameter_count(model, trainable_only=True)),
        ("True", impl.parameter_count(model, True)),
    ):
        expect.value(
            actual, count, call=f"parameter_count(model, {arguments}), frozen: {frozen} of scale and Linear(2, 3)"
        )


@pytest.mark.parametrize("frozen", [["scale"], ["scale", "layer.weight", "layer.bias"]], ids=["one", "all"])
def test_parameter_count_counts_frozen_ones_unless_asked(impl, probe, frozen):
    model = probe(modules_probes.without_grad, probe(modules_probes.Scaled), frozen)

    for arguments, actual in (
        ("", impl.parameter_count(model)),
        (", trainable_only=False", impl.parameter_count(model, trainable_only=False)),
    ):
        expect.value(actual, 10, call=f"parameter_count(model{arguments}), frozen: {frozen} of scale and Linear(2, 3)")


def test_parameter_count_counts_a_model_without_values(impl, probe):
    actual = impl.parameter_count(probe(modules_probes.on_meta))

    expect.value(actual, 23, call="parameter_count(Linear(4, 3) and Linear(3, 2) on the device meta)")


def test_parameter_count_leaves_the_model_as_it_is(impl, probe):
    model = probe(modules_probes.without_grad, probe(modules_probes.half_evaluated), ["layer10.bias"])
    before = probe(model_probes.modes, model)

    promises.unchanged(probe, impl.parameter_count, model, True, call="parameter_count(model, True)")

    expect.value(probe(model_probes.modes, model), before, call="modes of the model after parameter_count(model, True)")


# -- freeze --------------------------------------------------------------------------------------------------

LAYER1 = ["layer1.0.weight", "layer1.0.bias", "layer1.2.weight", "layer1.2.bias"]


def expect_names(actual, expected, *, call, should_be):
    """Expect these names in any order; where they are others, the card shows which."""
    __tracebackhide__ = True
    too_many = [name for name in actual if name not in expected]
    missing = [name for name in expected if name not in actual]
    got = "; ".join(
        f"{what}: {first_of(names)}" for what, names in (("too many", too_many), ("missing", missing)) if names
    )
    expect.that(sorted(actual) == sorted(expected), call=call, got=got or "the same names twice", should_be=should_be)


def first_of(names, most=4):
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def expect_frozen(impl, probe, prefixes, names, device="cpu"):
    """Expect that a call freezes exactly these parameters of a new network."""
    __tracebackhide__ = True
    actual = probe(modules_probes.freeze_names, impl.freeze, probe(modules_probes.Network).to(device), prefixes)

    should_be = ", ".join(map(repr, names)) or "nothing"
    expect_names(actual, names, call=f"what freeze(model, {prefixes!r}) freezes", should_be=should_be)


def test_freeze_freezes_the_parameters_of_a_module(impl, probe, device):
    expect_frozen(impl, probe, ["layer10"], ["layer10.weight", "layer10.bias"], device)


def test_freeze_freezes_at_any_depth_below_the_name(impl, probe):
    expect_frozen(impl, probe, ["head"], ["head.layer2.weight", "head.layer2.bias"])


def test_freeze_takes_names_whole(impl, probe):
    expect_frozen(impl, probe, ["layer1"], LAYER1)


def test_freeze_reads_names_from_the_model_on(impl, probe):
    expect_frozen(impl, probe, ["layer2"], ["layer2.weight"])


@pytest.mark.parametrize("path", ["head.layer2", "layer1.2"])
def test_freeze_takes_the_path_of_an_inner_module(impl, probe, path):
    expect_frozen(impl, probe, [path], [f"{path}.weight", f"{path}.bias"])


@pytest.mark.parametrize("name", ["scale", "layer2.weight", "head.layer2.bias"])
def test_freeze_takes_the_name_of_a_parameter(impl, probe, name):
    expect_frozen(impl, probe, [name], [name])


@pytest.mark.parametrize(
    ("prefixes", "names"),
    [
        pytest.param(["scale", "layer1"], ["scale", *LAYER1], id="two"),
        pytest.param(("layer2", "layer10.bias", "scale"), ["layer2.weight", "layer10.bias", "scale"], id="tuple"),
        pytest.param(["layer1", "layer1.0.bias", "layer1"], LAYER1, id="overlapping"),
    ],
)
def test_freeze_takes_several_prefixes(impl, probe, prefixes, names):
    expect_frozen(impl, probe, prefixes, names)


def test_freeze_does_nothing_without_prefixes(impl, probe):
    expect_frozen(impl, probe, [], [])


def test_freeze_leaves_frozen_what_was_frozen(impl, probe):
    model = probe(modules_probes.Network)
    impl.freeze(model, ["layer1"])
    impl.freeze(model, ["head"])

    actual = probe(modules_probes.trains, model)

    call = "what still trains after freeze(model, ['layer1']), freeze(model, ['head'])"
    frozen = (*LAYER1, "head.layer2.weight", "head.layer2.bias")
    expected = [name for name in modules_probes.NAMES if name not in frozen]
    expect_names(actual, expected, call=call, should_be="all but what is in layer1 and head")


@pytest.mark.parametrize("name", ["encoder", "decoder", "encoder.weight", "decoder.weight"])
def test_freeze_knows_a_shared_parameter_by_all_its_names(impl, probe, name):
    model = probe(modules_probes.Tied)

    impl.freeze(model, [name])

    expected = ["decoder.bias"] if name != "decoder" else []
    call = f"what still trains after freeze(model, [{name!r}]), where encoder.weight is decoder.weight"
    expect.value(probe(modules_probes.trains, model), expected, call=call)


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("layr10", id="typo"),
        pytest.param("lay", id="beginning-of-a-name"),
        pytest.param("layer1.1", id="no-parameters"),
        pytest.param("layer1_norm.running_mean", id="buffer"),
        pytest.param("layer2.bias", id="no-such-parameter"),
        pytest.param("", id="empty"),
    ],
)
def test_freeze_refuses_a_name_that_means_nothing(impl, probe, prefix):
    model = probe(modules_probes.Network)

    with expect.raises(ValueError, match=prefix or r"\w", call=f"freeze(model, [{prefix!r}])"):
        impl.freeze(model, [prefix])


@pytest.mark.parametrize("prefixes", [["layr10"], ["layer10", "layr10"], ["layr10", "scale"]], ids=str)
def test_freeze_freezes_nothing_when_one_name_means_nothing(impl, probe, prefixes):
    actual = probe(modules_probes.trains_after, impl.freeze, probe(modules_probes.Network), prefixes)

    call = f"what still trains after freeze(model, {prefixes!r})"
    expect_names(actual, modules_probes.NAMES, call=call, should_be="all that did before")


def test_freeze_names_the_prefix_that_means_nothing(impl, probe):
    model = probe(modules_probes.Network)

    with expect.raises(ValueError, match="layr10", call="freeze(model, ['layer2', 'layr10'])"):
        impl.freeze(model, ["layer2", "layr10"])


def test_freeze_drops_the_gradient_of_what_it_freezes(impl, probe, device):
    x = numbers(4, 2, device=device)
    model = probe(modules_probes.Network).to(device)

    actual = probe(modules_probes.gradients_after, impl.freeze, model, x, ["layer1", "scale"])

    expected = [name for name in modules_probes.NAMES if name not in (*LAYER1, "scale")]
    call = "what still holds a gradient after backward and freeze(model, ['layer1', 'scale'])"
    expect_names(actual, expected, call=call, should_be="all but scale and what is in layer1")


@pytest.mark.parametrize("prefix", ["layer10", "head"])
def test_freeze_stops_an_optimizer_that_has_the_parameters_already(impl, probe, device, prefix):
    x = numbers(4, 2, device=device)
    model = probe(modules_probes.Network).to(device)

    moved = probe(modules_probes.moved_by, impl.freeze, model, x, [prefix])

    still = [name for name in moved if name.startswith(f"{prefix}.")]
    call = f"what of {prefix!r} moves after backward, freeze(model, [{prefix!r}]) and the optimizer's step"
    expect.value(still, [], call=call)


def test_freeze_lets_everything_else_train_and_count_on(impl, probe, device):
    x = numbers(4, 2, device=device)
    model = probe(modules_probes.Network).to(device)

    moved = probe(modules_probes.moved_by, impl.freeze, model, x, ["layer10", "layer1_norm"])

    frozen = ("layer10.weight", "layer10.bias", "layer1_norm.weight", "layer1_norm.bias")
    buffers = [f"layer1_norm.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")]
    expected = [*(name for name in modules_probes.NAMES if name not in frozen), *buffers]
    call = "what steps move after freeze(model, ['layer10', 'layer1_norm'])"
    should_be = "all but the parameters of layer10 and layer1_norm; the running statistics too"
    expect_names(moved, expected, call=call, should_be=should_be)


def test_freeze_keeps_the_parameter_objects(impl, probe):
    model = probe(modules_probes.Network)

    actual = probe(modules_probes.same_parameters, impl.freeze, model, ["layer1", "scale"])

    call = "are the parameters after freeze(model, ['layer1', 'scale']) the same objects under the same names?"
    expect.value(actual, True, call=call)


def test_freeze_keeps_values_and_buffers(impl, probe, device):
    model = probe(modules_probes.Network).to(device)
    before = probe(modules_probes.state, model)

    impl.freeze(model, ["layer1_norm", "layer10"])

    after = probe(modules_probes.state, model)
    expect.value(
        list(after), list(before), call="list(model.state_dict()) after freeze(model, ['layer1_norm', 'layer10'])"
    )
    for name, value in before.items():
        expect.tensor(after[name], value, call=f"{name} after freeze(model, ['layer1_norm', 'layer10'])")


@pytest.mark.parametrize("make", [modules_probes.Network, modules_probes.half_evaluated])
def test_freeze_keeps_the_modes(impl, probe, make):
    model = probe(make)
    before = probe(model_probes.modes, model)

    impl.freeze(model, ["layer1", "layer1_norm"])

    call = "[module.training for module in model.modules()] after freeze(model, ['layer1', 'layer1_norm'])"
    expect.value(probe(model_probes.modes, model), before, call=call)


def test_freeze_returns_nothing(impl, probe):
    actual = impl.freeze(probe(modules_probes.Network), ["layer1"])

    expect.value(actual, None, call="freeze(model, ['layer1'])")


# -- Dropout -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_Dropout_drops_the_asked_share(impl, device, rate):
    x = torch.ones(1000, 100, device=device)

    actual = impl.Dropout(rate)(x)

    share = (actual == 0).double().mean().item()
    got, call = f"a share of {share:.1f} dropped", f"Dropout({rate})(ones)"
    near = abs(share - rate) <= margin(x.numel())
    expect.that(near, call=call, got=got if near else f"a share of {share:.2f} dropped", should_be=f"{rate} of 100000")


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.75])
def test_Dropout_divides_what_it_keeps(impl, device, rate):
    x = torch.arange(1.0, 201.0).reshape(2, 100)

    actual = impl.Dropout(rate)(x.to(device))

    expected = torch.where(actual == 0, 0, x.to(device) / (1 - rate))
    expect.tensor(actual, expected, call=f"Dropout({rate})(x), the entries that were kept", x=x)


@promises.DTYPES
def test_Dropout_keeps_the_dtype(impl, device, dtype):
    x = torch.arange(1.0, 101.0).to(dtype).to(device)

    actual = impl.Dropout(0.5)(x)

    expected = torch.where(actual == 0, torch.zeros_like(x), x * 2)
    expect.tensor(actual, expected, call=f"Dropout(0.5)(x) in {dtype}, the entries that were kept")


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0), (0, 3), (5, 1), (2, 3, 5)], ids=str)
def test_Dropout_takes_any_shape(impl, device, shape):
    x = torch.ones(shape, device=device)

    actual = impl.Dropout(0.5)(x)

    expected = torch.where(actual == 0, 0, 2 * x)
    expect.tensor(actual, expected, call="Dropout(0.5)(ones), the entries that were kept", shape=shape)


@promises.LAYOUTS
def test_Dropout_takes_any_memory_layout(impl, device, layout):
    x = layout(numbers(3, 5, 4, device=device))

    actual = impl.Dropout(0.5)(x)

    expected = torch.where(actual == 0, 0, 2 * x)
    expect.tensor(actual, expected, call="Dropout(0.5)(x), the entries that were kept", x=x)


@pytest.mark.parametrize("shape", [(64, 64), (3, 2, 8, 16)], ids=str)
def test_Dropout_decides_about_each_entry_by_itself(impl, device, shape):
    actual = impl.Dropout(0.5)(torch.ones(shape, device=device))

    dropped = (actual == 0).cpu()
    for axis in range(len(shape)):  # two masks, of 48 entries at least, are alike once in 2 ** 48 times
        slices = dropped.movedim(axis, 0).flatten(1)
        distinct = len(torch.unique(slices, dim=0))
        call, got = f"Dropout(0.5)(ones) along axis {axis}", f"{len(slices) - distinct} masks are there before"
        expect.that(distinct == len(slices), call=call, got=got, should_be="another mask each", shape=shape)


def test_Dropout_draws_for_samples_that_have_one_memory(impl, device):
    actual = impl.Dropout(0.5)(torch.ones(1, 64, device=device).expand(2, 64))

    alike = torch.equal(actual[0], actual[1])
    call = "Dropout(0.5)(torch.ones(1, 64).expand(2, 64))"
    expect.that(not alike, call=call, got="the same mask for both rows", should_be="another mask each")


def test_Dropout_leaves_the_number_of_dropped_entries_to_chance(impl, probe, device):
    results = probe(modules_probes.calls, impl.Dropout(0.5), torch.ones(1000, device=device), 30)

    counts = {int((result == 0).sum()) for result in results}
    got = "the same number of dropped entries in 30 calls"
    expect.that(len(counts) > 1, call="Dropout(0.5)(torch.ones(1000))", got=got, should_be="numbers that vary")


def test_Dropout_draws_anew_at_each_call(impl, probe, device):
    first, second = probe(modules_probes.calls, impl.Dropout(0.5), torch.ones(100, device=device), 2)

    alike = torch.equal(first, second)
    call = "Dropout(0.5)(ones), called twice"
    expect.that(not alike, call=call, got="the same entries dropped", should_be="others dropped")


def test_Dropout_drops_others_in_another_module(impl, device):
    x = torch.ones(100, device=device)

    first, second = impl.Dropout(0.5)(x), impl.Dropout(0.5)(x)

    alike = torch.equal(first, second)
    call = "two Dropout(0.5), one called after the other"
    expect.that(not alike, call=call, got="the same entries dropped", should_be="others dropped")


def test_Dropout_drops_the_same_after_the_same_seed(impl, probe, device):
    results = probe(modules_probes.called_after, [3, 3], impl.Dropout(0.5), torch.ones(100, device=device))

    alike = torch.equal(*results)
    call = "Dropout(0.5)(ones) after the same seed once more"
    expect.that(alike, call=call, got="others dropped", should_be="the same entries dropped")


def test_Dropout_drops_others_after_another_seed(impl, probe, device):
    results = probe(modules_probes.called_after, [3, 4], impl.Dropout(0.5), torch.ones(100, device=device))

    alike = torch.equal(*results)
    call = "Dropout(0.5)(ones) after torch.manual_seed(3), and after torch.manual_seed(4)"
    expect.that(not alike, call=call, got="the same entries dropped", should_be="others dropped")


@pytest.mark.parametrize("rate", [0, 0.3, 1])
def test_Dropout_does_nothing_in_eval_mode(impl, device, rate):
    x = numbers(20, 5, device=device)

    actual = impl.Dropout(rate).eval()(x)

    expect.tensor(actual, x, call=f"Dropout({rate}).eval()(x)", rtol=0, atol=0)


def test_Dropout_draws_nothing_in_eval_mode(impl, probe):
    dropout = impl.Dropout(0.5).eval()

    promises.random_state_untouched(probe, dropout, torch.ones(10), call="Dropout(0.5).eval()(ones)")


def test_Dropout_follows_the_mode_of_its_model(impl, probe, device):
    model = probe(nn.Sequential, impl.Dropout(0.5), probe(nn.Identity))
    x = torch.ones(100, device=device)

    for mode, is_train in (("eval", False), ("train", True), ("eval", False)):
        getattr(model, mode)()
        drops = bool((model(x) == 0).any())
        call = f"does Sequential(Dropout(0.5), Identity()).{mode}()(ones) drop anything?"
        expect.value(drops, is_train, call=call)


@pytest.mark.parametrize("rate", [0, 0.0])
def test_Dropout_keeps_everything_at_rate_0(impl, device, rate):
    x = numbers(20, 5, device=device)

    actual = impl.Dropout(rate)(x)

    expect.tensor(actual, x, call=f"Dropout({rate})(x)")


@pytest.mark.parametrize("rate", [1, 1.0])
def test_Dropout_drops_everything_at_rate_1(impl, device, rate):
    x = numbers(20, 5, device=device)

    actual = impl.Dropout(rate)(x)

    expect.tensor(actual, torch.zeros_like(x), call=f"Dropout({rate})(x)")


@pytest.mark.parametrize("rate", [-0.1, 1.1, 50, -1, math.nan, math.inf])
def test_Dropout_refuses_a_rate_beyond_0_and_1(impl, rate):
    with expect.raises(ValueError, match="rate", call=f"Dropout({rate})"):
        impl.Dropout(rate)


@pytest.mark.parametrize("rate", [0.5, 0.75])
def test_Dropout_sends_the_gradient_through_what_it_keeps(impl, probe, device, rate):
    x, upstream = torch.ones(10, 20, device=device), numbers(10, 20, device=device)

    value, gradient = probe(probes.value_and_gradient, impl.Dropout(rate), x, upstream=upstream)

    expect.tensor(gradient, value * upstream, call=f"gradient of Dropout({rate})(ones)")


@pytest.mark.parametrize(("rate", "factor"), [(0, 1.0), (1, 0.0)])
def test_Dropout_has_a_gradient_at_both_ends(impl, probe, device, rate, factor):
    x, upstream = numbers(3, 5, device=device), numbers(3, 5, device=device)

    gradient = probe(probes.gradient, impl.Dropout(rate), x, upstream=upstream)

    expect.tensor(gradient, upstream * factor, call=f"gradient of Dropout({rate})(x)", x=x)


def test_Dropout_sends_the_whole_gradient_in_eval_mode(impl, probe, device):
    x, upstream = numbers(3, 5, device=device), numbers(3, 5, device=device)

    gradient = probe(probes.gradient, impl.Dropout(0.5).eval(), x, upstream=upstream)

    expect.tensor(gradient, upstream, call="gradient of Dropout(0.5).eval()(x)", x=x)


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_Dropout_leaves_x_as_it_is(impl, probe, device, rate):
    x = numbers(5, 20, device=device)

    promises.unchanged(probe, impl.Dropout(rate), x, call=f"Dropout({rate})(x)")


def test_Dropout_has_no_state(impl, probe, device):
    dropout = impl.Dropout(0.5)
    dropout(torch.ones(10, device=device))

    expect.value(list(probe(modules_probes.state, dropout)), [], call="list(Dropout(0.5).state_dict())")
    expect.value(probe(modules_probes.shapes, dropout), [], call="list(Dropout(0.5).parameters())")


def test_Dropout_is_built_without_dropout(impl, probe):
    used = probe(probes.called_functions, impl.Dropout(0.5), torch.ones(10))

    found = [name for name in used if "dropout" in name]
    expect.value(found, [], call="PyTorch's own dropout functions, called by Dropout(0.5)(ones)")
