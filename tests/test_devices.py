"""Specs of the topic `devices`."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests import devices_probes, expect, model_probes, probes, promises, strategies

# -- best_device ---------------------------------------------------------------------------------------------


def expect_best(impl, probe, host, kind):
    __tracebackhide__ = True
    actual = probe(devices_probes.on_host, host, impl.best_device)
    expect.value(actual, torch.device(kind), call="best_device()", machine=host)


@pytest.mark.parametrize("host", ["MPS", "CUDA", "XPU"])
def test_best_device_finds_the_accelerator_of_a_machine(impl, probe, host):
    expect_best(impl, probe, host, host.lower())


def test_best_device_is_the_CPU_where_there_is_no_accelerator(impl, probe):
    expect_best(impl, probe, "no accelerator", "cpu")


@pytest.mark.parametrize("host", ["CUDA without a driver", "XPU without a driver", "MPS without a device"])
def test_best_device_counts_only_what_can_be_used(impl, probe, host):
    expect_best(impl, probe, host, "cpu")


def test_best_device_asks_again_at_each_call(impl, probe):
    hosts = ["no accelerator", "CUDA", "MPS", "no accelerator"]

    actual = probe(devices_probes.on_hosts, hosts, impl.best_device)

    expected = [torch.device(kind) for kind in ("cpu", "cuda", "mps", "cpu")]
    expect.value(actual, expected, call="best_device() on one machine after another", machines=hosts)


def test_best_device_makes_no_tensor(impl, probe):
    actual = probe(devices_probes.on_host, "no accelerator", probes.dispatched, impl.best_device)

    expect.value(actual, [], call="operations on tensors in best_device()")


# -- move ----------------------------------------------------------------------------------------------------


def numbers(*shape, start=1):
    """A tensor on the CPU of different whole numbers."""
    return torch.arange(float(np.prod(shape))).reshape(shape) + start


def expect_nested(actual, expected, device, call):
    """Expect the same nesting of the same types; tensors, on the CPU in `expected`, on the device."""
    __tracebackhide__ = True
    kind = type(expected)
    if isinstance(expected, torch.Tensor):
        expect.tensor(actual, expected.to(device), call=call)
    elif kind is dict:
        same = type(actual) is dict and list(actual) == list(expected)
        expect.that(same, call=call, got=actual, should_be=f"a dict with the keys {list(expected)}")
        for key in expected:
            expect_nested(actual[key], expected[key], device, f"{call}[{key!r}]")
    elif kind in (list, tuple):
        same = type(actual) is kind and len(actual) == len(expected)
        expect.that(same, call=call, got=actual, should_be=f"a {kind.__name__} of {len(expected)} items")
        for i, (one, wanted) in enumerate(zip(actual, expected, strict=True)):
            expect_nested(one, wanted, device, f"{call}[{i}]")
    else:
        expect.value(actual, expected, call=call)


def expect_on_meta(actual, like, call):
    """Expect a tensor of that shape and dtype on the device that keeps no values."""
    __tracebackhide__ = True
    is_tensor = isinstance(actual, torch.Tensor)
    got = (actual.device.type, tuple(actual.shape), actual.dtype) if is_tensor else actual
    wanted = ("meta", tuple(like.shape), like.dtype)
    expect.that(got == wanted, call=call, got=got, should_be=f"a tensor on meta: {wanted}")


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0, 3)])
def test_move_moves_a_tensor_alone(impl, device, shape):
    there = impl.move(numbers(*shape), device)
    expect.tensor(there, numbers(*shape).to(device), call="move(x, device)", shape=shape)

    back = impl.move(numbers(*shape).to(device), torch.device("cpu"))
    expect.tensor(back, numbers(*shape), call='move(x, torch.device("cpu"))', shape=shape)


@pytest.mark.parametrize("nested", [False, True])
def test_move_moves_away_from_every_device(impl, device, nested):
    x = numbers(2, 3).to(device)

    actual = impl.move([(x,)], "meta")[0][0] if nested else impl.move(x, "meta")

    expect_on_meta(actual, x, call='move([(x,)], "meta")[0][0]' if nested else 'move(x, "meta")')


NESTED = [
    pytest.param([numbers(2), numbers(3)], id="list"),
    pytest.param((numbers(2), numbers(3)), id="tuple"),
    pytest.param((numbers(2),), id="tuple-of-one"),
    pytest.param({"x": numbers(2), "y": numbers(3)}, id="dict"),
    pytest.param({3: numbers(1), (0, 1): numbers(2), "a": numbers(3)}, id="keys-of-any-type"),
    pytest.param([{"x": (numbers(2), [numbers(3), {"deep": (numbers(1),)}])}], id="nested"),
    pytest.param(([numbers(2)], {"x": [(numbers(3), numbers(1))]}), id="nested-in-a-tuple"),
    pytest.param([], id="empty-list"),
    pytest.param((), id="empty-tuple"),
    pytest.param({"a": {}, "b": [(), []]}, id="empty-ones-inside"),
]


@pytest.mark.parametrize("batch", NESTED)
def test_move_keeps_lists_tuples_and_dicts(impl, device, batch):
    expect_nested(impl.move(batch, device), batch, device, call="move(batch, device)")


@pytest.mark.parametrize("nested", [False, True])
def test_move_keeps_the_class_of_a_named_tuple(impl, probe, device, nested):
    sample = probe(devices_probes.Sample, numbers(2, 3), [numbers(2), "cat"])

    actual = impl.move({"samples": [sample]}, device)["samples"][0] if nested else impl.move(sample, device)

    call = 'move({"samples": [Sample(x, [y, "cat"])]}, device)' if nested else 'move(Sample(x, [y, "cat"]), device)'
    is_sample = probe(isinstance, actual, devices_probes.Sample)
    expect.that(is_sample, call=call, got=actual, should_be="a Sample, the named tuple that was given")
    expect_nested(actual.features, numbers(2, 3), device, call=f"{call}.features")
    expect_nested(actual.label, [numbers(2), "cat"], device, call=f"{call}.label")


def test_move_keeps_a_named_tuple_of_one_field(impl, probe, device):
    actual = impl.move(probe(devices_probes.Single, numbers(2)), device)

    call = "move(Single(x), device)"
    is_single = probe(isinstance, actual, devices_probes.Single)
    expect.that(is_single, call=call, got=actual, should_be="a Single, the named tuple that was given")
    expect_nested(actual.value, numbers(2), device, call=f"{call}.value")


@pytest.mark.parametrize("value", [7, 2.5, True, None, "text", "", b"bytes", 1j], ids=repr)
def test_move_hands_on_plain_values(impl, device, value):
    batch = [value, numbers(2), {"value": value, "pair": (value, numbers(1))}]

    expect_nested(impl.move(batch, device), batch, device, call="move(batch, device)")
    expect.value(impl.move(value, device), value, call=f"move({value!r}, device)")


@pytest.mark.parametrize("what", list(devices_probes.OBJECTS))
def test_move_hands_on_what_is_no_tensor_as_it_is(impl, probe, device, what):
    actual = probe(devices_probes.hands_on, impl.move, what, numbers(2).to(device), "meta")

    call = f'move(<{what}>, "meta")'
    expect.that(actual, call=call, got="something else, or changed", should_be=f"{what}, as the object it was")


@pytest.mark.parametrize("dtype", [*strategies.FLOATS, *strategies.INTEGERS, torch.bool, torch.complex64], ids=str)
def test_move_keeps_the_dtype(impl, device, dtype):
    x = torch.tensor([[1, 0, 1]]).to(dtype)

    actual = impl.move({"x": [x]}, device)

    expect_nested(actual, {"x": [x]}, device, call='move({"x": [x]}, device)')


@promises.LAYOUTS
def test_move_takes_tensors_of_any_memory_layout(impl, device, layout):
    x = layout(numbers(3, 2))

    expect_nested(impl.move([x], device), [x], device, call="move([x], device)")
    expect_nested(impl.move([layout(x.to(device))], "cpu"), [x], "cpu", call='move([x], "cpu")')


def test_move_gathers_tensors_from_several_devices(impl, device):
    batch = (numbers(2), numbers(3).to(device), {"x": numbers(1)})

    actual = impl.move(batch, device)

    expect_nested(actual, (numbers(2), numbers(3), {"x": numbers(1)}), device, call="move(batch, device)")


def test_move_takes_the_name_of_a_device(impl, device):
    actual = impl.move([numbers(2)], str(device))

    expect_nested(actual, [numbers(2)], device, call=f"move([x], {str(device)!r})")


def test_move_moves_parameters(impl, device):
    parameter = nn.Parameter(numbers(2))

    actual = impl.move([parameter], device)[0]

    expect.tensor(actual.detach(), numbers(2).to(device), call="move([parameter], device)[0]")


def test_move_lets_gradients_flow_back(impl, probe, device):
    for x, target in [(numbers(2, 3), device), (numbers(2, 3).to(device), torch.device("cpu"))]:
        actual = probe(probes.gradient, devices_probes.moved_alone, impl.move, x, target, wrt=1)

        expect.tensor(actual, probes.upstream_like(x), call=f"gradient of move(batch, {str(target)!r})")


def test_move_does_not_copy_what_is_there_already(impl, probe, device):
    batch = [numbers(2).to(device), {"x": (numbers(3).to(device),)}]

    for name in (device, str(device)):
        actual = probe(devices_probes.copied_tensors, impl.move, batch, name)
        alone = probe(devices_probes.copied_tensors, impl.move, batch[0], name)

        expect.value(actual + alone, 0, call="tensors that move(batch, device) copied", device=str(device))


def test_move_leaves_the_batch_as_it_is(impl, probe, device):
    sample = probe(devices_probes.Sample, numbers(2).to(device), [numbers(3).to(device)])
    batch = [numbers(2).to(device), {"x": [numbers(3).to(device)]}, (numbers(1).to(device),), sample]

    promises.unchanged(probe, impl.move, batch, "meta", call='move(batch, "meta")')
    promises.unchanged(probe, impl.move, batch[1], "meta", call='move({"x": [x]}, "meta")')


@pytest.mark.parametrize("batch", [[1, {"a": [2, (3, [4])]}], {"a": {}, "b": []}, [], {}], ids=repr)
def test_move_makes_new_lists_and_dicts(impl, probe, device, batch):
    actual = probe(devices_probes.kept_containers, impl.move, batch, device)

    expect.value(actual, [], call="lists and dicts of `batch` that are in the result too", batch=batch)


def test_move_makes_new_lists_of_tensors_that_are_there(impl, probe, device):
    batch = {"x": [numbers(2).to(device)], "y": ([numbers(3).to(device)],)}

    actual = probe(devices_probes.kept_containers, impl.move, batch, device)

    expect.value(actual, [], call="lists and dicts of `batch` that are in the result too")


LEAVES = st.one_of(st.integers(-9, 9), st.text(max_size=3), st.none(), st.integers(0, 3).map(lambda n: numbers(n, 2)))
BATCHES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["x", "y", 0]), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(batch=BATCHES)
def test_move_keeps_any_nesting(impl, device, batch):
    expect_nested(impl.move(batch, device), batch, device, call="move(batch, device)")


# -- to_numpy ------------------------------------------------------------------------------------------------


WITH_NUMPY_DTYPE = [torch.float16, torch.float32, torch.float64, *strategies.INTEGERS, torch.bool]
WITH_NUMPY_DTYPE += [torch.complex64, torch.complex128]


def numpy_dtype(dtype):
    """The NumPy dtype of the same name."""
    return np.dtype(str(dtype).removeprefix("torch."))


@pytest.mark.parametrize("dtype", WITH_NUMPY_DTYPE, ids=str)
def test_to_numpy_keeps_values_and_dtype(impl, device, dtype):
    values = [[0, 1, 100], [3, 0, 7]]
    x = torch.tensor(values, device=device).to(dtype)

    actual = impl.to_numpy(x)

    expect.value(actual, np.array(values).astype(numpy_dtype(dtype)), call="to_numpy(tensor)", tensor=x)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (1, 1), (2, 3), (2, 1, 3), (0,), (2, 0)])
def test_to_numpy_keeps_the_shape(impl, device, shape):
    actual = impl.to_numpy(numbers(*shape).to(device))

    expected = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) + np.float32(1)
    expect.value(actual, np.asarray(expected), call="to_numpy(tensor)", shape=shape)


def test_to_numpy_keeps_what_is_not_finite(impl, device):
    values = [float("inf"), -float("inf"), float("nan"), -1.5]

    actual = impl.to_numpy(torch.tensor(values, device=device))

    expect.value(actual, np.array(values, dtype=np.float32), call="to_numpy(tensor)", tensor=values)


def test_to_numpy_takes_a_tensor_that_requires_grad(impl, device):
    x = numbers(2, 3).to(device).requires_grad_()

    actual = impl.to_numpy(x)

    expect.value(actual, np.array([[1, 2, 3], [4, 5, 6]], np.float32), call="to_numpy(tensor)", tensor=x)


def test_to_numpy_takes_a_tensor_within_a_graph(impl, probe, device):
    actual = probe(devices_probes.array_in_graph, impl.to_numpy, numbers(3).to(device))

    expect.value(actual, np.array([2, 4, 6], np.float32), call="to_numpy(2 * x), where x requires grad")


@pytest.mark.parametrize("with_gradient", [False, True])
def test_to_numpy_gives_bfloat16_as_float32(impl, device, with_gradient):
    values = [1.0, -2.5, 0.0078125, 2.0**127, -(2.0**-120), float("inf")]
    x = torch.tensor(values, dtype=torch.bfloat16).to(device).requires_grad_(with_gradient)

    actual = impl.to_numpy(x)

    expect.value(actual, np.array(values, dtype=np.float32), call="to_numpy(tensor)", tensor=x)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128], ids=str)
def test_to_numpy_conjugates_what_is_marked_so(impl, probe, device, dtype):
    x = torch.tensor([1 + 2j, 3 - 1j]).to(dtype).to(device)

    actual = probe(devices_probes.array_of_conjugate, impl.to_numpy, x)

    expect.value(actual, np.array([1 - 2j, 3 + 1j], numpy_dtype(dtype)), call="to_numpy(x.conj())", x=x)


def test_to_numpy_negates_what_is_marked_so(impl, probe, device):
    x = torch.tensor([1 + 2j, 3 - 1j]).to(device)

    actual = probe(devices_probes.array_of_negative, impl.to_numpy, x)

    expect.value(actual, np.array([-2, 1], np.float32), call="to_numpy(x.conj().imag)", x=x)


@promises.LAYOUTS
def test_to_numpy_takes_any_memory_layout(impl, device, layout):
    x = layout(numbers(3, 2).to(device))

    actual = impl.to_numpy(x)

    expect.value(actual, np.array(x.tolist(), dtype=np.float32), call="to_numpy(tensor)", tensor=x)


@pytest.mark.parametrize("layout", strategies.LAYOUTS[:3], ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64, torch.bool, torch.complex64], ids=str)
def test_to_numpy_shares_the_memory_of_the_CPU(impl, probe, layout, dtype):
    x = layout(torch.tensor([[1, 0], [0, 1], [1, 1]]).to(dtype))

    actual = probe(probes.write_through, impl.to_numpy, x)

    call = "to_numpy(tensor), for writes to the tensor and to the array"
    expect.value(actual, (True, True), call=f"does each show in the other? {call}")


def test_to_numpy_shares_memory_with_a_tensor_that_requires_grad(impl, probe):
    actual = probe(probes.write_through, impl.to_numpy, numbers(2, 3).requires_grad_())

    call = "to_numpy(tensor), for writes to the tensor and to the array"
    expect.value(actual, (True, True), call=f"does each show in the other? {call}")


@pytest.mark.parametrize("with_gradient", [False, True])
def test_to_numpy_leaves_the_tensor_as_it_is(impl, probe, device, with_gradient):
    x = numbers(2, 3).to(device).requires_grad_(with_gradient)

    promises.unchanged(probe, impl.to_numpy, x, call="to_numpy(tensor)")


def test_to_numpy_leaves_the_tensor_in_its_graph(impl, probe, device):
    actual = probe(devices_probes.gradient_after, impl.to_numpy, numbers(3).to(device))

    expected = torch.tensor([2.0, 4.0, 6.0]).to(device)
    expect.tensor(actual, expected, call="gradient of x**2, after to_numpy(x**2)")


# -- on_same_device ------------------------------------------------------------------------------------------


def forms(kind):
    """All ways to say the first device of a type."""
    return [torch.ones(2, device=kind), kind, f"{kind}:0", torch.device(kind), torch.device(kind, 0)]


def told(value):
    return f"<tensor on {value.device}>" if isinstance(value, torch.Tensor) else repr(value)


def expect_same_device(actual, expected, a, b, **inputs):
    __tracebackhide__ = True
    expect.value(actual, expected, call=f"on_same_device({told(a)}, {told(b)})", **inputs)


def test_on_same_device_knows_a_device_in_every_form(impl, device):
    for a, b in product(forms(device.type), repeat=2):
        expect_same_device(impl.on_same_device(a, b), True, a, b)


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_on_same_device_ignores_the_index_where_there_is_one_device(impl, kind):
    for a, b in product([*forms(kind), f"{kind}:1"], repeat=2):
        expect_same_device(impl.on_same_device(a, b), True, a, b)


def test_on_same_device_tells_two_types_apart(impl, device):
    other = "meta" if device.type == "cpu" else "cpu"

    for a, b in product(forms(device.type), forms(other)):
        expect_same_device(impl.on_same_device(a, b), False, a, b)
        expect_same_device(impl.on_same_device(b, a), False, b, a)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("cuda:1", "cuda:1", True),
        ("cuda:0", "cuda:1", False),
        ("cuda:1", "cuda:11", False),
        ("cuda:0", "xpu:0", False),
        ("mps:0", "cuda:0", False),
        ("xpu:2", "xpu:2", True),
        ("cpu", "cuda:0", False),
        ("meta", "cuda:0", False),
    ],
)
def test_on_same_device_compares_devices_that_are_not_here(impl, a, b, same):
    expect_same_device(impl.on_same_device(a, b), same, a, b)
    expect_same_device(impl.on_same_device(torch.device(b), torch.device(a)), same, torch.device(b), torch.device(a))


@pytest.mark.parametrize("kind", ["cuda", "xpu"])
@pytest.mark.parametrize(("index", "same"), [(None, True), (0, False), (1, True)])
def test_on_same_device_takes_the_current_index_for_a_missing_one(impl, probe, kind, index, same):
    host = f"{kind.upper()}, number 1 of 2"
    other = kind if index is None else f"{kind}:{index}"

    for a, b in [(kind, other), (other, kind), (torch.device(kind), other), (torch.device(other), torch.device(kind))]:
        actual = probe(devices_probes.on_host, host, impl.on_same_device, a, b)

        expect_same_device(actual, same, a, b, machine=f"with 2 of {kind}, of which number 1 is the current one")


@pytest.mark.parametrize("kind", ["CUDA", "XPU", "MPS"])
def test_on_same_device_works_with_one_accelerator_of_any_type(impl, probe, kind):
    name = kind.lower()

    for a, b, same in [(name, f"{name}:0", True), (name, name, True), (name, "cpu", False), ("meta", name, False)]:
        actual = probe(devices_probes.on_host, kind, impl.on_same_device, a, b)

        expect_same_device(actual, same, a, b, machine=kind)


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_on_same_device_asks_no_accelerator_about_other_devices(impl, probe, kind):
    for a, b in [(kind, f"{kind}:0"), (torch.ones(1, device=kind), f"{kind}:0"), (f"{kind}:0", torch.device(kind))]:
        actual = probe(devices_probes.on_host, "CUDA, number 1 of 2", impl.on_same_device, a, b)

        expect_same_device(actual, True, a, b, machine="with 2 of cuda, of which number 1 is the current one")


def test_on_same_device_makes_no_tensor(impl, probe, device):
    for a, b in [(device.type, f"{device.type}:0"), (torch.ones(2).to(device), device)]:
        actual = probe(probes.dispatched, impl.on_same_device, a, b)

        call = f"operations on tensors in on_same_device({told(a)}, {told(b)})"
        expect.value(actual, [], call=call)


# -- PositionalBias ------------------------------------------------------------------------------------------


def filled(impl, probe, length, features, device="cpu", dtype=torch.float32):
    """A module on the device with the vectors [10, 11, ...], [20, 21, ...], ...; and the vectors."""
    values = 10.0 * torch.arange(1, length + 1)[:, None] + torch.arange(features)
    module = impl.PositionalBias(length, features)
    probe(devices_probes.fill, module, values)
    module.to(device)
    module.to(dtype)
    return module, values.to(dtype).to(device)


def test_PositionalBias_starts_by_passing_its_input_on(impl, device):
    x = numbers(2, 3, 2).to(device)
    module = impl.PositionalBias(3, 2)
    module.to(device)

    expect.tensor(module(x).detach(), x, call="PositionalBias(3, 2)(x)", x=x)


def test_PositionalBias_adds_the_vector_of_each_position(impl, probe, device):
    x = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[0.0, 0.0], [-1.0, -2.0], [0.5, 0.25]]]).to(device)
    module, _ = filled(impl, probe, 3, 2, device)

    actual = module(x)

    expected = [[[11.0, 13.0], [23.0, 25.0], [35.0, 37.0]], [[10.0, 11.0], [19.0, 19.0], [30.5, 31.25]]]
    call = "module(x), module = PositionalBias(3, 2) with the vectors [10, 11], [20, 21], [30, 31]"
    expect.tensor(actual.detach(), torch.tensor(expected).to(device), call=call, x=x)


@pytest.mark.parametrize("batch", [0, 1, 2, 5])
@pytest.mark.parametrize("positions", [0, 1, 2, 4, 5])
@pytest.mark.parametrize("features", [1, 3])
def test_PositionalBias_takes_sequences_up_to_its_length(impl, probe, device, batch, positions, features):
    x = numbers(batch, positions, features).to(device)
    module, vectors = filled(impl, probe, 5, features, device)

    actual = module(x)

    expected = x.clone()
    for i in range(positions):
        expected[:, i] += vectors[i]
    call = f"PositionalBias(5, {features})(x), x of shape {tuple(x.shape)}"
    expect.tensor(actual.detach(), expected, call=call)


def test_PositionalBias_takes_sequences_of_another_length_each_time(impl, probe, device):
    module, vectors = filled(impl, probe, 5, 2, device)

    for positions in (2, 5, 1, 3):
        x = numbers(2, positions, 2).to(device)
        expect.tensor(module(x).detach(), x + vectors[:positions], call=f"module(x), {positions} positions this time")


@pytest.mark.parametrize(("length", "positions"), [(3, 4), (3, 7), (1, 2), (1, 5)])
def test_PositionalBias_refuses_sequences_beyond_its_length(impl, device, length, positions):
    module = impl.PositionalBias(length, 2)
    module.to(device)

    call = f"PositionalBias({length}, 2)(x), x of shape {(2, positions, 2)}"
    with expect.raises(ValueError, match="length", call=call):
        module(numbers(2, positions, 2).to(device))


@pytest.mark.parametrize(("features", "given"), [(3, 1), (3, 2), (3, 4), (1, 3)])
def test_PositionalBias_refuses_another_number_of_features(impl, device, features, given):
    module = impl.PositionalBias(4, features)
    module.to(device)

    call = f"PositionalBias(4, {features})(x), x of shape {(2, 3, given)}"
    with expect.raises(ValueError, match="features", call=call):
        module(numbers(2, 3, given).to(device))


def test_PositionalBias_has_one_parameter_that_starts_at_zero(impl, probe):
    actual = probe(model_probes.parameters, impl.PositionalBias(4, 3))

    call = "list(PositionalBias(4, 3).parameters())"
    expect.that(len(actual) == 1, call=call, got=f"{len(actual)} parameters", should_be="1 parameter")
    expect.tensor(actual[0], torch.zeros(4, 3), call=f"{call}[0]")


@pytest.mark.parametrize("dtype", strategies.FLOATS, ids=str)
def test_PositionalBias_keeps_the_dtype(impl, probe, device, dtype):
    module, vectors = filled(impl, probe, 3, 2, device, dtype)
    x = numbers(2, 3, 2).to(dtype).to(device)

    expect.tensor(module(x).detach(), x + vectors, call=f"PositionalBias(3, 2).to({dtype})(x)", x=x)


def test_PositionalBias_works_on_each_device_it_is_moved_to(impl, probe, device):
    module, vectors = filled(impl, probe, 4, 2)
    x = numbers(2, 3, 2)

    for there in ("cpu", device, "cpu"):
        module.to(there)
        actual = module(x.to(there))

        expect.tensor(actual.detach(), (x + vectors[:3]).to(there), call=f"module.to({str(there)!r})(x)")


def test_PositionalBias_touches_one_device_only(impl, probe, device):
    module, _ = filled(impl, probe, 4, 2, device)

    actual = probe(devices_probes.devices_in, module, numbers(2, 3, 2).to(device))

    call = f"devices of the tensors that module(x) uses, all of it moved to {device.type!r}"
    expect.value(actual, [device.type], call=call)


@promises.LAYOUTS
def test_PositionalBias_takes_any_memory_layout(impl, probe, device, layout):
    module, vectors = filled(impl, probe, 3, 2, device)
    x = layout(numbers(2, 3, 2).to(device))

    expect.tensor(module(x).detach(), x + vectors, call="module(x)", x=x)


def test_PositionalBias_leaves_its_input_as_it_is(impl, probe, device):
    module, _ = filled(impl, probe, 4, 2, device)

    promises.unchanged(probe, module, numbers(2, 3, 2).to(device), call="module(x)")


def test_PositionalBias_gives_a_new_tensor(impl, probe, device):
    module = impl.PositionalBias(4, 2)
    module.to(device)

    actual = probe(probes.write_through, module, numbers(2, 3, 2).to(device))

    call = "module(x), for writes to x and to the result"
    expect.value(actual, (False, False), call=f"does each show in the other? {call}")


def test_PositionalBias_lets_gradients_flow_to_its_input(impl, probe, device):
    module, _ = filled(impl, probe, 4, 2, device)
    x = numbers(2, 3, 2).to(device)

    actual = probe(probes.gradient, module, x)

    expect.tensor(actual, probes.upstream_like(x), call="gradient of module(x) for x")


def test_PositionalBias_lets_gradients_flow_to_its_parameter(impl, probe, device):
    module, _ = filled(impl, probe, 4, 2, device)
    x = numbers(2, 3, 2).to(device)
    upstream = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]]])

    actual = probe(devices_probes.parameter_gradient, module, x, upstream.to(device))

    expected = torch.tensor([[11.0, 22.0], [33.0, 44.0], [55.0, 66.0], [0.0, 0.0]]).to(device)
    expect.tensor(actual, expected, call="gradient of (module(x) * upstream).sum() for the parameter")


# -- train_on ------------------------------------------------------------------------------------------------


WEIGHT, BIAS, RATE = [0.5, -1.0], 0.25, 0.1
TRAIN = "train_on(device, model, mse_loss, optimizer, batches)"


def line_batches(*sizes):
    """Pairs of inputs (size, 2) and targets (size, 1) on the CPU."""
    count = sum(sizes)
    inputs = torch.tensor([[1.0, 0.5], [-1.0, 2.0], [0.0, -1.5], [2.0, 1.0], [-0.5, 0.25], [1.5, -2.0], [0.75, 1.25]])
    targets = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0, 2.5, 0.0])[:, None]
    return list(zip(inputs[:count].split(sizes), targets[:count].split(sizes), strict=True))


def trained_line(batches, momentum=0.0, factor=1.0, epochs=1):
    """The mean loss of each epoch, the weight and the bias, by gradient descent written out in NumPy."""
    known, velocity, losses = np.array([*WEIGHT, BIAS]), 0.0, []
    for _ in range(epochs):
        squares = []
        for inputs, targets in batches:
            rows = factor * np.hstack([inputs.double().numpy(), np.ones((len(inputs), 1))])
            errors = rows @ known - targets.double().numpy()[:, 0]
            squares += list(errors**2)
            velocity = momentum * velocity + 2 * rows.T @ errors / len(rows)
            known = known - RATE * velocity
        losses.append(float(np.mean(squares)))
    return losses, known[None, :2], known[2:]


def line(probe, momentum=0.0, factor=1.0):
    """A model on the CPU, and an optimizer made for it there."""
    model = probe(devices_probes.Noting, WEIGHT, BIAS, factor)
    return model, probe(devices_probes.sgd, model, lr=RATE, momentum=momentum)


def expect_parameters(probe, model, expected, device):
    __tracebackhide__ = True
    actual = probe(model_probes.parameters, model)
    for name, parameter, values in zip(("weight", "bias"), actual, expected, strict=True):
        expect.tensor(parameter, torch.from_numpy(values).float().to(device), call=f"model.{name} after {TRAIN}")


@pytest.mark.parametrize("sizes", [(3,), (1,), (2, 2), (3, 1), (3, 3, 1), (1, 2, 4)], ids=str)
def test_train_on_gives_the_mean_loss_of_all_samples(impl, probe, device, sizes):
    batches = line_batches(*sizes)
    model, optimizer = line(probe)

    actual = impl.train_on(device, model, functional.mse_loss, optimizer, batches)

    (expected,), *_ = trained_line(batches)
    expect.close(actual, expected, rtol=1e-5, call=TRAIN, sizes=sizes)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_train_on_trains_the_model_that_it_was_given(impl, probe, device, momentum):
    batches = line_batches(3, 3, 1)
    model, optimizer = line(probe, momentum)

    impl.train_on(device, model, functional.mse_loss, optimizer, batches)

    _, *expected = trained_line(batches, momentum)
    expect_parameters(probe, model, expected, device)


def test_train_on_goes_on_with_the_optimizer_in_a_second_epoch(impl, probe, device):
    batches = line_batches(3, 2)
    model, optimizer = line(probe, momentum=0.9)

    actual = [impl.train_on(device, model, functional.mse_loss, optimizer, batches) for _ in range(3)]

    losses, *expected = trained_line(batches, momentum=0.9, epochs=3)
    for epoch, loss in enumerate(losses):
        expect.close(actual[epoch], loss, rtol=1e-5, call=f"{TRAIN}, epoch {epoch}")
    expect_parameters(probe, model, expected, device)


def test_train_on_moves_the_model_from_any_device(impl, probe, device):
    batches = [(x.to(device), y.to(device)) for x, y in line_batches(3, 1)]
    model = probe(devices_probes.Noting, WEIGHT, BIAS)
    model.to(device)
    optimizer = probe(devices_probes.sgd, model, lr=RATE)

    impl.train_on("cpu", model, functional.mse_loss, optimizer, batches)

    _, *expected = trained_line(line_batches(3, 1))
    expect_parameters(probe, model, expected, "cpu")


def test_train_on_takes_the_name_of_a_device(impl, probe, device):
    batches = line_batches(2, 1)
    model, optimizer = line(probe)

    impl.train_on(str(device), model, functional.mse_loss, optimizer, batches)

    _, *expected = trained_line(batches)
    expect_parameters(probe, model, expected, device)


def test_train_on_moves_buffers_too(impl, probe, device):
    batches = line_batches(2, 1)
    model, optimizer = line(probe, factor=0.5)

    actual = impl.train_on(device, model, functional.mse_loss, optimizer, batches)

    (loss,), *expected = trained_line(batches, factor=0.5)
    expect.close(actual, loss, rtol=1e-5, call=TRAIN)
    expect_parameters(probe, model, expected, device)
    (buffer,) = probe(devices_probes.buffers, model)
    expect.tensor(buffer, torch.tensor([0.5]).to(device), call=f"the buffer of the model after {TRAIN}")


def test_train_on_trains_in_training_mode(impl, probe, device):
    layer = probe(devices_probes.Noting, WEIGHT, BIAS)
    model = probe(devices_probes.in_evaluation, layer)
    optimizer = probe(devices_probes.sgd, model, lr=RATE)

    impl.train_on(device, model, functional.mse_loss, optimizer, line_batches(2, 2, 1))

    expect.value(layer.modes, [True] * 3, call=f"`training` of a layer at each call in {TRAIN}")
    after = [model.training, layer.training]
    expect.value(after, [True, True], call=f"`training` of the model and of its layer after {TRAIN}")


def test_train_on_takes_class_numbers_for_targets(impl, probe, device):
    rows = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 1.0]])
    labels, weight = [2, 0, 1], np.array([[0.5, 0.0], [-0.5, 1.0], [0.25, 0.75]])
    model = probe(devices_probes.classifier, weight.tolist())
    optimizer = probe(devices_probes.sgd, model, lr=RATE)
    inputs, targets = torch.from_numpy(rows).float(), torch.tensor(labels)
    batches = list(zip(inputs.split([2, 1]), targets.split([2, 1]), strict=True))

    actual = impl.train_on(device, model, functional.cross_entropy, optimizer, batches)

    losses = []
    for x, y in [(rows[:2], labels[:2]), (rows[2:], labels[2:])]:
        exps = np.exp(x @ weight.T)
        shares = exps / exps.sum(axis=1, keepdims=True)
        losses += [-np.log(share[label]) for share, label in zip(shares, y, strict=True)]
        weight = weight - RATE * (shares - np.eye(3)[y]).T @ x / len(x)
    expect.close(actual, float(np.mean(losses)), rtol=1e-5, call=TRAIN.replace("mse_loss", "cross_entropy"))
    (parameter,) = probe(model_probes.parameters, model)
    expect.tensor(parameter, torch.from_numpy(weight).float().to(device), call="model.weight afterwards")


def test_train_on_reads_a_DataLoader(impl, probe, device):
    batches = line_batches(2, 2, 1)
    inputs, targets = (torch.cat(parts) for parts in zip(*batches, strict=True))
    loader = probe(DataLoader, probe(TensorDataset, inputs, targets), batch_size=2)
    model, optimizer = line(probe)

    actual = impl.train_on(device, model, functional.mse_loss, optimizer, loader)

    (loss,), *expected = trained_line(batches)
    expect.close(actual, loss, rtol=1e-5, call=TRAIN.replace("batches", "DataLoader(dataset, batch_size=2)"))
    expect_parameters(probe, model, expected, device)


def test_train_on_goes_through_a_generator_once(impl, probe, device):
    batches = line_batches(3, 1)
    model, optimizer = line(probe)

    actual = impl.train_on(device, model, functional.mse_loss, optimizer, probe(devices_probes.passing, batches))

    (loss,), *expected = trained_line(batches)
    expect.close(actual, loss, rtol=1e-5, call=TRAIN.replace("batches", "generator"))
    expect_parameters(probe, model, expected, device)


def test_train_on_takes_batches_that_are_there_already(impl, probe, device):
    batches = line_batches(3, 1)
    model, optimizer = line(probe)

    there = [[x.to(device), y.to(device)] for x, y in batches]
    actual = impl.train_on(device, model, functional.mse_loss, optimizer, there)

    (expected,), *_ = trained_line(batches)
    expect.close(actual, expected, rtol=1e-5, call=TRAIN)


@pytest.mark.parametrize("part", ["inputs", "targets"])
def test_train_on_takes_batches_of_which_one_part_is_there(impl, probe, device, part):
    batches = line_batches(3, 1)
    model, optimizer = line(probe)

    there = [(x.to(device), y) if part == "inputs" else (x, y.to(device)) for x, y in batches]
    actual = impl.train_on(device, model, functional.mse_loss, optimizer, there)

    (expected,), *_ = trained_line(batches)
    expect.close(actual, expected, rtol=1e-5, call=f"{TRAIN}, whose {part} are on the device already")


def test_train_on_refuses_a_loader_without_a_batch(impl, probe, device):
    for batches in ([], probe(devices_probes.passing, [])):
        model, optimizer = line(probe)

        with expect.raises(ValueError, match="loader", call=TRAIN.replace("batches", "<no batch>")):
            impl.train_on(device, model, functional.mse_loss, optimizer, batches)


def test_train_on_leaves_the_batches_as_they_are(impl, probe, device):
    model, optimizer = line(probe)
    call = (device, model, functional.mse_loss, optimizer, line_batches(3, 2))

    changed = probe(probes.changed_inputs, impl.train_on, *call)

    got = "they were changed" if 4 in changed else "as they were"
    expect.that(4 not in changed, call=TRAIN, got=got, should_be="the batches as they were, on their device")
