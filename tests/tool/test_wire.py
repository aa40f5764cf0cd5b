import collections
import math
import operator
import pathlib
import tracemalloc

import hypothesis.extra.numpy as hnp
import msgpack
import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from kata.remote import wire
from kata.remote.tags import MOST_KEYS, MOST_VALUES, Tag
from kata.remote.tensors import DTYPES
from tests.tool.remote_toys import asked


def refuse(value):
    raise wire.WireError(f"cannot send a {type(value).__name__}")


def crossed(value):
    return wire.unpack(wire.pack(value, refuse), refuse)


def same(first, second):
    """Equal in type and value, recursively; NaN equals itself."""
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return first == second or (math.isnan(first) and math.isnan(second))
    if isinstance(first, complex):
        return same(first.real, second.real) and same(first.imag, second.imag)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return same(list(first.items()), list(second.items()))
    return first == second


KEYS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.tuples(st.integers(), st.text()))
LEAVES = st.one_of(
    KEYS,
    st.floats(),
    st.complex_numbers(),
    st.just(...),
    st.slices(9),
    st.builds(range, st.integers(-9, 9)),
    st.sampled_from([torch.float32, torch.strided, torch.channels_last, torch.device("cuda:1"), torch.Size([2, 3])]),
    st.frozensets(KEYS),
    st.sets(KEYS),
    st.sampled_from([pathlib.Path("a/b"), pathlib.Path("/")]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(KEYS, inner),
        st.dictionaries(KEYS, inner).map(collections.OrderedDict),
    ),
    max_leaves=12,
)


@given(VALUES)
@example([2**64, -(2**63) - 1, 2**2000, "\ud800", -0.0])
def test_plain_values_cross_unchanged(value):
    assert same(crossed(value), value)


def test_the_order_of_a_dict_is_kept():
    assert list(crossed({"b": 1, 3: 2, "a": 3})) == ["b", 3, "a"]


@pytest.mark.parametrize("name", DTYPES)
def test_tensors_of_every_dtype_cross_bit_for_bit(name):
    values = torch.arange(16, dtype=torch.uint8).view(4, 4)
    values = values.bool() if name == "bool" else values.repeat(1, 4).view(DTYPES[name])

    actual = crossed(values)

    assert (actual.dtype, actual.shape, actual.device) == (values.dtype, values.shape, values.device)
    assert torch.equal(actual.view(torch.uint8), values.view(torch.uint8))


BASE = torch.arange(24.0).view(4, 6)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(BASE, id="contiguous"),
        pytest.param(BASE.t(), id="transposed"),
        pytest.param(BASE[1:, 2:], id="offset"),
        pytest.param(BASE[:, ::2], id="gaps"),
        pytest.param(BASE[:1].expand(4, 6), id="expanded"),
        pytest.param(BASE.unfold(1, 3, 1), id="overlapping"),
        pytest.param(torch.tensor(3.0), id="0-dim"),
        pytest.param(torch.empty(0, 3), id="empty"),
        pytest.param(torch.empty(3, 0).t(), id="empty-transposed"),
        pytest.param(torch.tensor([1 + 2j]).conj(), id="conjugate"),
        pytest.param(torch.tensor([1 + 2j]).conj().imag, id="negative"),
    ],
)
def test_tensors_keep_their_layout(values):
    actual = crossed(values)

    assert torch.equal(actual, values)
    assert (actual.shape, actual.stride()) == (values.shape, values.stride())
    if not (values.is_conj() or values.is_neg()):
        assert actual.storage_offset() == values.storage_offset()
    assert not actual._is_view()


def test_what_lies_between_the_elements_does_not_cross():
    secret = torch.tensor([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]])

    actual = crossed(secret[:2, 0])

    assert torch.equal(actual, torch.tensor([1.0, 2.0]))
    memory = torch.empty(0).set_(actual.untyped_storage())
    assert 7.0 not in memory.tolist()
    assert 3.0 not in memory.tolist()


def test_views_of_one_memory_are_views_of_one_memory_again():
    base = torch.zeros(6)

    whole, rows, reinterpreted, other = crossed([base, base.view(2, 3)[1:], base.view(torch.int32), base.clone()])
    whole[4] = 1.0

    assert rows.tolist() == [[0.0, 1.0, 0.0]]
    assert reinterpreted[4] != 0
    assert other.sum() == 0


def test_one_object_in_two_places_is_one_object_again():
    values = torch.ones(2)

    first, nested = crossed([values, {"again": values}])

    assert first is nested["again"]


def test_parameters_and_gradients_cross():
    weight = nn.Parameter(torch.ones(2, 3))
    (weight * 2).sum().backward()
    frozen = nn.Parameter(torch.ones(1), requires_grad=False)

    actual, still = crossed([weight, frozen])

    assert type(actual) is nn.Parameter
    assert torch.equal(actual.grad, torch.full((2, 3), 2.0))
    assert (type(still), still.requires_grad) == (nn.Parameter, False)


def test_requires_grad_and_being_a_leaf_cross():
    leaf = torch.ones(2, requires_grad=True)

    actual_leaf, actual_result = crossed([leaf, leaf * 2])

    assert (actual_leaf.requires_grad, actual_leaf.is_leaf) == (True, True)
    assert (actual_result.requires_grad, actual_result.is_leaf) == (True, False)


def test_meta_tensors_cross_without_memory():
    actual = crossed(torch.empty(3, 4, device="meta").t())

    assert (actual.device.type, actual.shape, actual.stride()) == ("meta", (4, 3), (1, 4))


def test_tensors_of_the_simulated_device_cross_with_their_layout():
    from kata import devices, sim

    if sim.available():
        pytest.skip(f"no simulated device here: {sim.available()}")
    devices.prepare("sim")
    base = torch.arange(6.0).to("sim").view(2, 3)

    whole, turned, parameter = crossed([base, base.t()[1:], nn.Parameter(base.clone())])

    assert (whole.device, turned.device) == (base.device, base.device)
    assert (turned.stride(), turned.storage_offset()) == ((1, 3), 1)
    assert isinstance(parameter, nn.Parameter)
    whole.zero_()
    assert turned.cpu().count_nonzero() == 0


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(torch.zeros(2).as_subclass(type("Sneaky", (torch.Tensor,), {})), id="tensor-subclass"),
        pytest.param(torch.eye(2).to_sparse(), id="sparse"),
        pytest.param(collections.namedtuple("Pair", "x y")(1, 2), id="namedtuple"),
        pytest.param(type("Number", (int,), {})(3), id="int-subclass"),
        pytest.param(collections.Counter("aab"), id="dict-subclass"),
        pytest.param(np.array([object()]), id="object-array"),
        pytest.param(nn.Linear(1, 1), id="module"),
    ],
)
def test_other_objects_cross_as_references(value):
    seen = []

    def keep(kept):
        seen.append(kept)
        return wire.Reference(7, "Kept")

    actual = wire.unpack(wire.pack([value], keep), lambda reference: reference)

    assert actual == [wire.Reference(7, "Kept")]
    assert seen[0] is value


def test_named_results_of_torch_cross_as_plain_tuples():
    actual = crossed(torch.tensor([1.0, 3.0]).max(0))

    assert type(actual) is tuple
    assert [value.item() for value in actual] == [3.0, 1]


@given(hnp.arrays(hnp.array_dtypes() | hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)))
def test_arrays_cross_unchanged_or_are_kept(array):
    actual = wire.unpack(wire.pack(array, lambda value: wire.Reference(1)), lambda reference: reference)

    if not isinstance(actual, wire.Reference):
        assert (actual.dtype, actual.shape) == (array.dtype, array.shape)
        assert actual.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.arange(6.0).reshape(2, 3).T, id="transposed"),
        pytest.param(np.arange(6)[::-1], id="backwards"),
        pytest.param(np.arange(6, dtype=">i4"), id="big-endian"),
        pytest.param(np.array(["ä", "bc"]), id="text"),
        pytest.param(np.float32(0.1), id="scalar"),
        pytest.param(np.bool_(True), id="truth-value"),
        pytest.param(np.str_("word"), id="text-scalar"),
    ],
)
def test_arrays_and_scalars_keep_type_dtype_and_direction(array):
    actual = crossed(array)

    assert type(actual) is type(array)
    assert actual.dtype == array.dtype
    assert np.array_equal(actual, array)
    assert actual.strides == array.strides


def test_an_array_that_is_read_only_stays_so():
    array = np.zeros(2)
    array.flags.writeable = False

    assert not crossed(array).flags.writeable
    assert crossed(np.zeros(2)).flags.writeable


def test_an_unsendable_value_is_named_with_its_place():
    with pytest.raises(wire.WireError, match=r"cannot send a Linear \(at \[1\]\['model'\]\)"):
        wire.pack([1, {"model": nn.Linear(1, 1)}], refuse)


def test_a_value_that_holds_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)

    with pytest.raises(wire.WireError, match="nested"):
        wire.pack(loop, refuse)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 2000, id="text"),
        pytest.param([b"x" * 600, b"x" * 600], id="bytes"),
        pytest.param(torch.zeros(1000), id="tensor"),
        pytest.param(torch.zeros(2000, dtype=torch.uint8)[1999:], id="far-offset"),
    ],
)
def test_a_message_over_the_limit_is_refused_by_both_ends(value):
    with pytest.raises(wire.WireError, match="at"):
        wire.pack(value, refuse, limit=1000)
    with pytest.raises(wire.WireError, match=r"at most|more than"):
        wire.unpack(wire.pack(value, refuse), refuse, limit=1000)


@pytest.mark.parametrize(
    ("value", "match"), [([0] * (MOST_VALUES + 1), "values"), (2**5000, "bits")], ids=["values", "int"]
)
def test_what_the_other_end_would_refuse_is_not_sent(value, match):
    with pytest.raises(wire.WireError, match=match):
        wire.pack(value, refuse)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.softmax, "torch:softmax"),
        (nn.functional.relu, "torch.nn.functional:relu"),
        (nn.functional.max_pool2d, "torch.nn.functional:max_pool2d"),
        (nn.functional.gelu, "torch._C._nn:gelu"),
        (torch.linalg.norm, "torch._C._linalg:linalg_norm"),
        (torch.Tensor.add, "torch._C:TensorBase.add"),
        (operator.add, "_operator:add"),
        (len, "builtins:len"),
        (isinstance, "builtins:isinstance"),
        (asked.double, "tests.tool.remote_toys.asked:double"),
        (nn.Linear, "torch.nn.modules.linear:Linear"),
        (dict.fromkeys, "builtins:dict.fromkeys"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_importable_functions_have_a_name(function, name):
    from kata.remote.names import resolve

    assert wire.name_of(function) == name
    assert resolve(name) == function


def local_function():
    return 1


@pytest.mark.parametrize(
    ("function", "match"),
    [
        pytest.param(lambda: 1, "lambda", id="lambda"),
        pytest.param(local_function, "probes.py", id="in-a-spec"),
        pytest.param([].append, "method", id="method-of-an-object"),
        pytest.param(nn.Linear(1, 1).forward, "method", id="method-of-a-module"),
        pytest.param(nn.Linear(1, 1), "Linear", id="module"),
        pytest.param(3, "int", id="number"),
    ],
)
def test_what_cannot_be_imported_has_no_name(function, match):
    with pytest.raises(wire.WireError, match=match):
        wire.name_of(function)


SAMPLE = [
    {"a": (1, 2.5, None, True), 3: b"xyz"}, slice(1, None), 2**80, {1, 2}, torch.float16, ...,
    BASE[:, ::2], nn.Parameter(torch.ones(2)), torch.tensor([True, False]), torch.zeros(0, 2),
    np.arange(6).reshape(2, 3).T, np.float32(1), pathlib.Path("x"), torch.device("cpu"), "text", 1j,
]  # fmt: skip
MESSAGE = wire.pack(SAMPLE, refuse)


def read(data):
    """Read a message the way a judge does: it may be refused, and nothing else may happen."""
    try:
        value = wire.unpack(data, refuse)
    except wire.WireError:
        return False
    repr(value)
    return True


@settings(max_examples=300)
@given(st.data())
def test_changed_bytes_are_refused_or_mean_another_value(data):
    changed = bytearray(MESSAGE)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.integers(0, 255))

    read(bytes(changed))


def test_every_truncated_message_is_refused():
    assert not any(read(MESSAGE[:length]) for length in range(len(MESSAGE)))
    assert not read(MESSAGE + b"\xc0")
    assert read(MESSAGE)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_mean_a_value(data):
    read(data)
    read(b"\x00" + data)


def message(*tokens, table=()):
    packer = msgpack.Packer(autoreset=False)
    packer.pack(len(table))
    for start, _ in table:
        packer.pack(start)
    if table:
        packer.pack(memories(*(data for _, data in table)))
    for token in tokens:
        if isinstance(token, tuple):
            packer.pack_ext_type(token[0], token[1].to_bytes(4, "big"))
        else:
            packer.pack(token)
    return packer.bytes()


def memories(*stretches, dtype=torch.uint8):
    found = {str(i): torch.frombuffer(bytearray(data), dtype=dtype) for i, data in enumerate(stretches) if data}
    empty = {str(i): torch.empty(0, dtype=dtype) for i, data in enumerate(stretches) if not data}
    return safetensors.torch.save(found | empty)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff" * 64, id="a-header-of-any-length"),
        pytest.param(memories(bytes(8))[:-1], id="cut-off"),
        pytest.param(memories(bytes(8), bytes(8)), id="one-more-entry"),
        pytest.param(memories(bytes(8), dtype=torch.float32), id="not-bytes"),
        pytest.param(safetensors.torch.save({"1": torch.zeros(8, dtype=torch.uint8)}), id="another-name"),
        pytest.param(safetensors.torch.save({"0": torch.zeros(2, 4, dtype=torch.uint8)}), id="not-flat"),
        pytest.param(8, id="no-file"),
    ],
)
def test_a_forged_table_of_memory_is_refused(file):
    packer = msgpack.Packer(autoreset=False)
    for part in (1, 0, file, 5):
        packer.pack(part)

    assert not read(packer.bytes())


def tensor(entry=0, dtype="float32", device="cpu", shape=(2,), stride=(1,), offset=0, flags=(False, False, True)):
    rows = [(Tag.TUPLE, len(shape)), *shape, (Tag.TUPLE, len(stride)), *stride]
    return [(Tag.TENSOR, 10), entry, dtype, device, *rows, offset, *flags, None]


EIGHT_BYTES = [(0, bytes(8))]


def test_the_forged_tensors_below_would_be_right_with_other_numbers():
    assert torch.equal(wire.unpack(message(*tensor(), table=EIGHT_BYTES), refuse), torch.zeros(2))


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(tensor(shape=(3,)), id="beyond-its-memory"),
        pytest.param(tensor(offset=1), id="offset-beyond"),
        pytest.param(tensor(stride=(2,)), id="stride-beyond"),
        pytest.param(tensor(shape=(2**40,), stride=(0,)), id="huge-when-expanded"),
        pytest.param(tensor(shape=(2**40,), stride=(0,), device="meta"), id="huge-meta"),
        pytest.param(tensor(shape=(2**47, 2**47), stride=(0, 0)), id="overflowing"),
        pytest.param(tensor(shape=(-1,)), id="negative-size"),
        pytest.param(tensor(stride=(-1,)), id="negative-stride"),
        pytest.param(tensor(offset=-1), id="negative-offset"),
        pytest.param(tensor(shape=(True,)), id="truth-value-as-size"),
        pytest.param(tensor(shape=(2, 1), stride=(1,)), id="unequal-lengths"),
        pytest.param(tensor(entry=1), id="no-such-memory"),
        pytest.param(tensor(entry=None), id="no-memory"),
        pytest.param(tensor(entry="0"), id="memory-named-by-text"),
        pytest.param(tensor(dtype="qint8"), id="unknown-dtype"),
        pytest.param(tensor(dtype="nn"), id="no-dtype"),
        pytest.param(tensor(device="hpu"), id="unknown-device"),
        pytest.param(tensor(device="cpu\n"), id="device-with-newline"),
        pytest.param(tensor(dtype="int32", flags=(False, True, True)), id="int-with-gradient"),
        pytest.param(tensor(flags=(0, 0, 1)), id="flags-that-are-none"),
        pytest.param([(Tag.SAME_TENSOR, 1), 0], id="no-such-tensor"),
        pytest.param([(Tag.TENSOR, 3), 0, 0, 0], id="parts-missing"),
    ],
)
def test_forged_tensors_are_refused(forged):
    assert not read(message(*forged, table=EIGHT_BYTES))


def test_a_truth_value_that_is_neither_is_refused():
    assert not read(message(*tensor(dtype="bool"), table=[(0, b"\x02\x00")]))
    assert read(message(*tensor(dtype="bool"), table=[(0, b"\x01\x00")]))


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(message(*[(Tag.LIST, 1)] * 5000, None), id="nested-deep"),
        pytest.param(message((Tag.LIST, 2**32 - 1), 1), id="huge-count"),
        pytest.param(b"\x00" + b"\xdd\x7f\xff\xff\xff" * 1000, id="huge-msgpack-arrays"),
        pytest.param(b"\x00\xdb\x7f\xff\xff\xff", id="huge-text"),
        pytest.param(b"\xce\xff\xff\xff\xff", id="huge-table"),
        pytest.param(message(1, table=[(2**60, b"")]), id="huge-memory"),
        pytest.param(message(1, table=[(2**25, b"")] * 3), id="much-memory"),
        pytest.param(message((Tag.DICT, 2), [], 1), id="array-for-key"),
        pytest.param(message((Tag.DICT, 2), (Tag.LIST, 0), 1), id="list-for-key"),
        pytest.param(message((Tag.DICT, 1), 1), id="key-without-value"),
        pytest.param(message((Tag.SET, MOST_KEYS * 2 + 1), *range(MOST_KEYS * 2 + 1)), id="many-keys"),
        pytest.param(message((99, 0)), id="unknown-kind"),
        pytest.param(b"\x00\xd6\xff\x00\x00\x00\x00", id="timestamp"),
        pytest.param(message((Tag.TORCH, 1), "torch.nn"), id="not-a-torch-constant"),
        pytest.param(message((Tag.REFERENCE, 2), 1.5, ""), id="reference-to-nothing"),
        pytest.param(message((Tag.RANGE, 3), 0, 1, 0), id="range-without-step"),
        pytest.param(message((Tag.ARRAY_SCALAR, 2), "|O8", bytes(8)), id="object-scalar"),
        pytest.param(message((Tag.ARRAY_SCALAR, 2), "<U1", b"\xff\xff\xff\xff"), id="no-character"),
        pytest.param(message((Tag.BIG_INT, 1), bytes(100_000)), id="long-int"),
    ],
)
def test_hostile_messages_are_refused_without_large_allocations(hostile):
    tracemalloc.start()
    try:
        refused = not read(hostile)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert refused
    assert peak < 20 * 2**20
