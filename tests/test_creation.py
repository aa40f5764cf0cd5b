"""Specs of the topic `creation`."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests import expect, probes, strategies

NUMPY_DTYPES = {
    "bool": torch.bool,
    "uint8": torch.uint8,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "float16": torch.float16,
    "float32": torch.float32,
    "float64": torch.float64,
}
DTYPES = [
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
]
MATRIX = np.array([[0, 1, 2], [3, 4, 5]])
ORDERS = {
    "row by row": np.ascontiguousarray,
    "column by column": np.asfortranarray,
    "with gaps": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
}


# from_list


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1, 2, 3], torch.tensor([1, 2, 3]), id="ints"),
        pytest.param([0], torch.tensor([0]), id="one-int"),
        pytest.param([1.5, 2.0], torch.tensor([1.5, 2.0]), id="floats"),
        pytest.param([1.0, 2.0], torch.tensor([1.0, 2.0]), id="floats-without-fraction"),
        pytest.param([True, False, True], torch.tensor([True, False, True]), id="bools"),
        pytest.param([[True], [False]], torch.tensor([[True], [False]]), id="rows-of-bools"),
        pytest.param([[1.0, 2.0], [3.0, 4.0]], torch.tensor([[1.0, 2.0], [3.0, 4.0]]), id="rows-of-floats"),
        pytest.param([math.inf, -math.inf, math.nan], torch.tensor([math.inf, -math.inf, math.nan]), id="not-finite"),
        pytest.param([], torch.empty(0), id="empty"),
    ],
)
def test_from_list_takes_the_dtype_from_the_entries(impl, values, expected):
    actual = impl.from_list(values)

    expect.tensor(actual, expected, call=f"from_list({values})", equal_nan=True)


@pytest.mark.parametrize("whole", [16_777_217, -16_777_217, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_from_list_keeps_large_whole_numbers_exact(impl, whole):
    actual = impl.from_list([whole, 1])

    expect.tensor(actual, torch.tensor([whole, 1], dtype=torch.int64), call=f"from_list([{whole}, 1])")


@pytest.mark.parametrize("values", [[1, 2.5], [2.5, 1], [[0, 1], [2, 0.5]]], ids=str)
def test_from_list_makes_all_floats_when_there_is_one(impl, values):
    actual = impl.from_list(values)

    expect.tensor(actual, torch.tensor(values, dtype=torch.float32), call=f"from_list({values})")


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 2), (1, 5), (2, 1, 3), (1, 2, 2, 1)], ids=str)
def test_from_list_has_an_axis_for_each_level_of_nesting(impl, shape):
    expected = torch.arange(math.prod(shape)).reshape(shape)

    actual = impl.from_list(expected.tolist())

    expect.tensor(actual, expected, call=f"from_list({expected.tolist()})")


@given(values=st.lists(st.integers(-100, 100) | st.floats(-100, 100, width=32), min_size=1, max_size=6))
def test_from_list_holds_the_numbers_of_the_list(impl, values):
    dtype = torch.int64 if all(type(value) is int for value in values) else torch.float32

    actual = impl.from_list(values)

    expected = torch.from_numpy(np.array(values, dtype=np.float64)).to(dtype)
    expect.tensor(actual, expected, call=f"from_list({values})", rtol=0, atol=0)


# from_array


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize(("name", "dtype"), NUMPY_DTYPES.items(), ids=str)
def test_from_array_keeps_values_and_dtype(impl, name, dtype, share):
    array = MATRIX.astype(name)

    actual = impl.from_array(array, share)

    expected = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)
    expect.tensor(actual, expected, call=f"from_array(array, {share=})", array=array, dtype=name)


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("number", [0.1, -1e300, math.inf, math.nan])
def test_from_array_keeps_double_precision(impl, number, share):
    array = np.array([number, 1.0])

    actual = impl.from_array(array, share)

    expected = torch.tensor([number, 1.0], dtype=torch.float64)
    expect.tensor(
        actual, expected, call=f"from_array(array, {share=})", rtol=0.0, atol=0.0, equal_nan=True, array=array
    )


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("shape", [(), (1,), (0,), (0, 3), (2, 1, 3)], ids=str)
def test_from_array_keeps_the_shape(impl, shape, share):
    array = np.full(shape, 7.0)

    actual = impl.from_array(array, share)

    expected = torch.full(shape, 7.0, dtype=torch.float64)
    expect.tensor(actual, expected, call=f"from_array(np.full({shape}, 7.0), {share=})")


@pytest.mark.parametrize("share", [True, False])
def test_from_array_reads_transposed_arrays(impl, share):
    actual = impl.from_array(MATRIX.T, share)

    expect.tensor(actual, torch.tensor([[0, 3], [1, 4], [2, 5]]), call=f"from_array(array.T, {share=})", array=MATRIX)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_from_array_sees_later_writes_when_shared(impl, probe, name, order):
    array = ORDERS[order](MATRIX.astype(name))

    seen = probe(probes.write_through, impl.from_array, array, share=True)

    call = "tensor = from_array(array, share=True), then write"
    expect.that(seen[0], call=f"{call} to array", got="the tensor does not show it", should_be="the tensor shows it")
    expect.that(seen[1], call=f"{call} to tensor", got="the array does not show it", should_be="the array shows it")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_from_array_stays_apart_when_copied(impl, probe, name, order):
    array = ORDERS[order](MATRIX.astype(name))

    seen = probe(probes.write_through, impl.from_array, array, share=False)

    call = "tensor = from_array(array, share=False), then write"
    expect.that(not seen[0], call=f"{call} to array", got="the tensor changed too", should_be="the tensor stays")
    expect.that(not seen[1], call=f"{call} to tensor", got="the array changed too", should_be="the array stays")


@pytest.mark.parametrize("share", [True, False])
def test_from_array_does_not_change_the_array(impl, probe, share):
    changed = probe(probes.changed_inputs, impl.from_array, np.array([3.0, 4.0]), share)

    expect.value(changed, [], call=f"from_array(array, {share=}), which arguments it changed")


# to_float32


@pytest.mark.parametrize("name", [*NUMPY_DTYPES, "uint16"])
def test_to_float32_takes_every_dtype(impl, name):
    array = MATRIX.astype(name)

    actual = impl.to_float32(array)

    expected = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    expected = expected.clamp(max=1.0) if name == "bool" else expected
    expect.tensor(actual, expected, call="to_float32(array)", array=array, dtype=name)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(np.float64(2.5), 2.5, id="float64"),
        pytest.param(np.float32(-0.75), -0.75, id="float32"),
        pytest.param(np.float16(0.5), 0.5, id="float16"),
        pytest.param(np.int64(3), 3.0, id="int64"),
        pytest.param(np.uint8(255), 255.0, id="uint8"),
        pytest.param(np.bool_(True), 1.0, id="bool"),
        pytest.param(np.array(3), 3.0, id="array-without-axes"),
    ],
)
def test_to_float32_gives_no_axis_to_a_single_number(impl, number, expected):
    actual = impl.to_float32(number)

    expect.tensor(actual, torch.full((), expected), call=f"to_float32({number!r})")


@pytest.mark.parametrize("shape", [(1,), (1, 1), (0,), (0, 3), (2, 1, 3)], ids=str)
def test_to_float32_keeps_the_shape(impl, shape):
    actual = impl.to_float32(np.full(shape, 7))

    expect.tensor(actual, torch.full(shape, 7.0), call=f"to_float32(np.full({shape}, 7))")


@pytest.mark.parametrize("name", ["int64", "float32", "float64"])
def test_to_float32_reads_transposed_arrays(impl, name):
    array = MATRIX.astype(name).T

    actual = impl.to_float32(array)

    expect.tensor(actual, torch.tensor([[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]), call="to_float32(array)", array=array)


@pytest.mark.parametrize("number", [0.1, 1 / 3, 16_777_216.0, 70_000.0, 1e-30, 1e30, math.inf, -math.inf, math.nan])
def test_to_float32_rounds_to_the_nearest_float32(impl, number):
    actual = impl.to_float32(np.array([number, 1.0]))

    expected = torch.tensor([number, 1.0], dtype=torch.float32)
    call = f"to_float32(np.array([{number}, 1.0]))"
    expect.tensor(actual, expected, call=call, rtol=0.0, atol=0.0, equal_nan=True)


@pytest.mark.parametrize("name", ["int64", "float32", "float64"])
def test_to_float32_does_not_change_the_array(impl, probe, name):
    changed = probe(probes.changed_inputs, impl.to_float32, MATRIX.astype(name))

    expect.value(changed, [], call="to_float32(array), which arguments it changed")


# filled_like


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_filled_like_keeps_dtype_and_device(impl, device, dtype):
    tensor = torch.zeros(2, 3, dtype=dtype, device=device)

    actual = impl.filled_like(tensor, 1)

    expect.tensor(actual, torch.ones(2, 3, dtype=dtype, device=device), call="filled_like(tensor, 1)", tensor=tensor)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (3, 1, 2), (0,), (2, 0)], ids=str)
def test_filled_like_keeps_the_shape(impl, device, shape):
    actual = impl.filled_like(torch.zeros(shape, device=device), 2.5)

    expect.tensor(actual, torch.full(shape, 2.5, device=device), call=f"filled_like(torch.zeros({shape}), 2.5)")


@pytest.mark.parametrize("layout", strategies.LAYOUTS, ids=lambda layout: layout.__name__)
def test_filled_like_takes_any_layout(impl, device, layout):
    tensor = layout(torch.arange(6, device=device).reshape(2, 3))

    actual = impl.filled_like(tensor, -4)

    expect.tensor(actual, torch.full((2, 3), -4, device=device), call="filled_like(tensor, -4)", tensor=tensor)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (torch.bool, True),
        (torch.bool, False),
        (torch.bool, 0),
        (torch.bool, 1.0),
        (torch.uint8, 0),
        (torch.uint8, 255),
        (torch.int8, -128),
        (torch.int8, 127),
        (torch.int32, -7.0),
        (torch.int64, True),
        (torch.int64, 2**63 - 1),
        (torch.int64, -(2**63)),
        (torch.float16, 65504),
        (torch.float16, -65504.0),
        (torch.float16, 0.1),
        (torch.bfloat16, 1e38),
        (torch.float32, 16_777_217),
        (torch.float32, -0.1),
        (torch.float32, math.inf),
        (torch.float64, -math.inf),
        (torch.float64, 1e308),
        (torch.float16, math.nan),
        (torch.float16, -math.inf),
    ],
    ids=str,
)
def test_filled_like_takes_what_the_dtype_holds(impl, device, dtype, value):
    tensor = torch.zeros(2, dtype=dtype, device=device)

    actual = impl.filled_like(tensor, value)

    expected = torch.tensor([value, value], dtype=dtype, device=device)
    expect.tensor(actual, expected, call=f"filled_like(tensor, {value})", equal_nan=True, dtype=dtype)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (torch.bool, 2),
        (torch.bool, -1),
        (torch.bool, 0.5),
        (torch.bool, math.nan),
        (torch.uint8, 256),
        (torch.uint8, -1),
        (torch.uint8, 2.5),
        (torch.int8, 128),
        (torch.int8, -129),
        (torch.int32, 2**31),
        (torch.int64, 0.5),
        (torch.int64, -0.5),
        (torch.int64, 2**63),
        (torch.int64, -1e30),
        (torch.int64, math.nan),
        (torch.int64, math.inf),
        (torch.int64, -math.inf),
        (torch.float16, 70_000),
        (torch.float16, 65_510),
        (torch.float16, -1e5),
        (torch.bfloat16, 1e39),
        (torch.float32, 1e39),
        (torch.float32, -1e39),
    ],
    ids=str,
)
def test_filled_like_refuses_what_the_dtype_cannot_hold(impl, device, dtype, value):
    tensor = torch.zeros(2, dtype=dtype, device=device)

    with expect.raises(ValueError, match="value", call=f"filled_like(tensor, {value})", tensor=tensor, dtype=dtype):
        impl.filled_like(tensor, value)


def test_filled_like_refuses_also_when_there_is_nothing_to_fill(impl, device):
    tensor = torch.zeros(0, 3, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="value", call="filled_like(tensor, 0.5)", tensor=tensor):
        impl.filled_like(tensor, 0.5)


@pytest.mark.parametrize("entry", [math.nan, math.inf, -3.0])
def test_filled_like_ignores_what_the_tensor_holds(impl, device, entry):
    tensor = torch.tensor([entry, 1.0], device=device)

    actual = impl.filled_like(tensor, 2.0)

    expect.tensor(actual, torch.tensor([2.0, 2.0], device=device), call="filled_like(tensor, 2.0)", tensor=tensor)


def test_filled_like_does_not_require_grad(impl, probe, device):
    requires_grad = probe(probes.returns_grad, impl.filled_like, torch.tensor([3.0, 4.0], device=device), 2.0)

    expect.value(requires_grad, False, call="filled_like(tensor, 2.0).requires_grad, where tensor requires grad")


def test_filled_like_leaves_its_input_unchanged(impl, probe, device):
    changed = probe(probes.changed_inputs, impl.filled_like, torch.tensor([3.0, 4.0], device=device), 2.0)

    expect.value(changed, [], call="filled_like(tensor, 2.0), which arguments it changed")


# evenly_spaced


@pytest.mark.parametrize(
    ("start", "stop", "count", "expected"),
    [
        pytest.param(0, 1, 5, [0.0, 0.25, 0.5, 0.75, 1.0], id="up"),
        pytest.param(1.0, -1.0, 3, [1.0, 0.0, -1.0], id="down"),
        pytest.param(0, 10, 2, [0.0, 10.0], id="ends-only"),
        pytest.param(2, 2, 3, [2.0, 2.0, 2.0], id="equal-ends"),
        pytest.param(-3, -1, 5, [-3.0, -2.5, -2.0, -1.5, -1.0], id="negative"),
        pytest.param(1, 4, 4, [1.0, 2.0, 3.0, 4.0], id="whole-numbers"),
    ],
)
def test_evenly_spaced_goes_in_equal_steps(impl, start, stop, count, expected):
    actual = impl.evenly_spaced(start, stop, count)

    expect.tensor(actual, torch.tensor(expected), call=f"evenly_spaced({start}, {stop}, {count})")


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (5, 2.5), (-3.0, 3.0)])
def test_evenly_spaced_gives_a_single_point_at_the_start(impl, start, stop):
    actual = impl.evenly_spaced(start, stop, 1)

    expect.tensor(actual, torch.tensor([float(start)]), call=f"evenly_spaced({start}, {stop}, 1)")


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0.1, 0.7), (3, -5)])
def test_evenly_spaced_has_exactly_count_points(impl, start, stop):
    for count in range(1, 61):
        actual = impl.evenly_spaced(start, stop, count)

        expected = torch.from_numpy(np.linspace(start, stop, count)).float()
        expect.tensor(actual, expected, call=f"evenly_spaced({start}, {stop}, {count})")


ENDS = st.floats(-100, 100, width=32, allow_subnormal=False)


@given(start=ENDS, stop=ENDS, count=st.integers(2, 60))
def test_evenly_spaced_includes_both_ends_exactly(impl, start, stop, count):
    call = f"evenly_spaced({start}, {stop}, {count})"

    actual = impl.evenly_spaced(start, stop, count)

    expected = torch.from_numpy(np.linspace(start, stop, count)).float()
    expect.tensor(actual, expected, call=call, rtol=0.0, atol=1e-6 * max(abs(start), abs(stop)))
    first, last = (actual[[0, -1]] + 0.0).tolist()  # -0.0 becomes 0.0
    expect.value([first, last], [start + 0.0, stop + 0.0], call=f"{call}[[0, -1]].tolist()")


@pytest.mark.parametrize("count", [0, -1, -5])
def test_evenly_spaced_refuses_a_count_below_one(impl, count):
    with expect.raises(ValueError, match="count", call=f"evenly_spaced(0, 1, {count})"):
        impl.evenly_spaced(0, 1, count)


# random_normal


SHAPES = [(), (1,), (5,), (2, 3), (3, 1, 2), (0,), (2, 0)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_random_normal_gives_float32_of_that_shape(impl, shape):
    call = f"random_normal({shape}, seed=0)"

    actual = impl.random_normal(shape, 0)

    expect.finite(actual, call=call)
    for name, wanted in dict(shape=shape, dtype=torch.float32, device=torch.device("cpu")).items():
        found = getattr(actual, name, None)
        expect.that(found == wanted, call=f"{call}.{name}", got=str(found), should_be=str(wanted))


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (100,)], ids=str)
@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_random_normal_repeats_its_numbers(impl, shape, seed):
    first = impl.random_normal(shape, seed)
    impl.random_normal((3,), 7)
    again = impl.random_normal(shape, seed)

    call = f"random_normal({shape}, {seed=}) for the second time"
    expect.tensor(again, torch.as_tensor(first), call=call, rtol=0.0, atol=0.0)


def test_random_normal_gives_other_numbers_for_another_seed(impl):
    seeds = [0, 1, 2, 42, 1001, 2**16 + 1, 2**31, 2**31 + 1, 2**32 - 1]

    first = [impl.random_normal((3,), seed).tolist()[0] for seed in seeds]

    call = f"[random_normal((3,), seed)[0] for seed in {seeds}]"
    expect.that(len(set(first)) == len(seeds), call=call, got=first, should_be="all different")


@pytest.mark.parametrize("seed", [3, 2026])
def test_random_normal_follows_the_normal_distribution(impl, seed):
    call = f"random_normal((100, 200), {seed=})"

    draws = impl.random_normal((100, 200), seed)

    # Five standard errors of 20,000 draws, or more.
    expect.tensor(draws.mean(), torch.tensor(0.0), call=f"{call}.mean()", rtol=0.0, atol=0.04)
    expect.tensor(draws.std(), torch.tensor(1.0), call=f"{call}.std()", rtol=0.0, atol=0.03)
    for bound, share in ((-1.0, 0.1587), (0.0, 0.5), (1.0, 0.8413), (2.0, 0.9772)):
        below = (draws < bound).float().mean()
        expect.tensor(below, torch.tensor(share), call=f"({call} < {bound}).float().mean()", rtol=0.0, atol=0.02)


def test_random_normal_draws_each_number_on_its_own(impl):
    draws = impl.random_normal((100, 200), 7)

    different = len(draws.flatten().unique())
    call = "how many numbers of random_normal((100, 200), seed=7) are different"
    expect.that(different > 19_900, call=call, got=different, should_be="nearly all of 20000")


def test_random_normal_does_not_make_its_numbers_fit_each_other(impl):
    call = "for pair in [random_normal((2,), seed) for seed in range(20)]"

    pairs = [impl.random_normal((2,), seed).tolist() for seed in range(20)]

    for sign, name in ((1, "pair.sum()"), (-1, "pair.diff().abs()")):
        sizes = [round(abs(first + sign * second), 3) for first, second in pairs]
        expect.that(max(sizes) - min(sizes) > 0.1, call=f"{name} {call}", got=sizes[:5], should_be="now this, now that")


def test_random_normal_leaves_a_global_random_state_alone_from_which_nobody_has_drawn(impl, probe):
    changed = probe(probes.fresh_random_state_changed, impl.random_normal, (3,), 5)

    call = "random_normal((3,), seed=5), before anybody draws: whose random state it changed"
    expect.value(changed, [], call=call)


@pytest.mark.parametrize("shape", [(3,), (2, 20)], ids=str)
def test_random_normal_leaves_global_random_state_alone(impl, probe, shape):
    changed = probe(probes.random_state_changed, impl.random_normal, shape, 5)

    expect.value(changed, [], call=f"random_normal({shape}, seed=5), whose random state it changed")


# checkerboard


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, [[0]]),
        (2, [[0, 1], [1, 0]]),
        (3, [[0, 1, 0], [1, 0, 1], [0, 1, 0]]),
        (4, [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]),
    ],
)
def test_checkerboard_starts_with_zero_at_the_top_left(impl, size, expected):
    actual = impl.checkerboard(size)

    expect.tensor(actual, torch.tensor(expected), call=f"checkerboard({size})")


@pytest.mark.parametrize("size", [5, 8, 13])
def test_checkerboard_differs_between_neighbours(impl, size):
    actual = impl.checkerboard(size)

    expected = torch.tensor([[(row + column) % 2 for column in range(size)] for row in range(size)])
    expect.tensor(actual, expected, call=f"checkerboard({size})")


def test_checkerboard_of_size_zero_is_empty(impl):
    actual = impl.checkerboard(0)

    expect.tensor(actual, torch.empty(0, 0, dtype=torch.int64), call="checkerboard(0)")


def test_checkerboard_uses_no_loop(impl, probe):
    small, large = (probe(probes.operations, impl.checkerboard, size) for size in (8, 64))

    expect.same_work(small, large, call="checkerboard(8), then checkerboard(64)")


# one_hot


@pytest.mark.parametrize(
    ("labels", "classes", "rows"),
    [
        pytest.param([2, 0], 3, [[0, 0, 1], [1, 0, 0]], id="in-no-order"),
        pytest.param([0], 1, [[1]], id="one-class"),
        pytest.param([1, 1, 0], 2, [[0, 1], [0, 1], [1, 0]], id="repeated"),
        pytest.param([1], 4, [[0, 1, 0, 0]], id="one-label"),
        pytest.param([0, 1, 0], 5, [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0]], id="classes-without-label"),
        pytest.param([2, 1, 0], 3, [[0, 0, 1], [0, 1, 0], [1, 0, 0]], id="square"),
    ],
)
def test_one_hot_marks_each_label_in_its_own_row(impl, device, labels, classes, rows):
    actual = impl.one_hot(torch.tensor(labels, device=device), classes)

    expect.tensor(actual, torch.tensor(rows, device=device), call=f"one_hot(torch.tensor({labels}), {classes})")


@pytest.mark.parametrize("classes", [1, 3])
def test_one_hot_gives_no_rows_for_no_labels(impl, device, classes):
    actual = impl.one_hot(torch.empty(0, dtype=torch.int64, device=device), classes)

    expected = torch.empty(0, classes, dtype=torch.int64, device=device)
    expect.tensor(actual, expected, call=f"one_hot(no labels, {classes})")


@pytest.mark.parametrize("layout", strategies.LAYOUTS, ids=lambda layout: layout.__name__)
def test_one_hot_takes_any_layout(impl, device, layout):
    labels = layout(torch.tensor([3, 0, 1], device=device))

    actual = impl.one_hot(labels, 4)

    rows = [[int(label == column) for column in range(4)] for label in labels.tolist()]
    expect.tensor(actual, torch.tensor(rows, device=device), call="one_hot(labels, 4)", labels=labels)


@given(data=st.data(), classes=st.integers(1, 6))
def test_one_hot_has_one_in_every_row(impl, data, classes):
    labels = data.draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=8), label="labels")

    actual = impl.one_hot(torch.tensor(labels), classes)

    rows = [[int(label == column) for column in range(classes)] for label in labels]
    expect.tensor(actual, torch.tensor(rows), call=f"one_hot(torch.tensor({labels}), {classes})")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        pytest.param([3], 3, id="just-too-large"),
        pytest.param([0, 7, 1], 3, id="far-too-large"),
        pytest.param([0, -1], 3, id="negative"),
        pytest.param([-3, 2], 3, id="negative-within-python-indexing"),
        pytest.param([1, -100], 3, id="far-too-small"),
        pytest.param([0, 1], 1, id="one-class"),
    ],
)
def test_one_hot_refuses_labels_out_of_range(impl, device, labels, classes):
    call = f"one_hot(torch.tensor({labels}), {classes})"

    with expect.raises(ValueError, match="labels", call=call):
        impl.one_hot(torch.tensor(labels, device=device), classes)


def test_one_hot_does_without_the_one_of_torch(impl, probe, device):
    used = probe(probes.called_functions, impl.one_hot, torch.tensor([2, 0], device=device), 3)

    expect.that("one_hot" not in used, call="one_hot(labels, 3)", got="a call of torch's one_hot", should_be="none")


def test_one_hot_uses_no_loop(impl, probe, device):
    few, many = (torch.arange(n, device=device) % 3 for n in (8, 64))

    small, large = (probe(probes.operations, impl.one_hot, labels, 3) for labels in (few, many))

    expect.same_work(small, large, call="one_hot(labels, 3) for 8 labels, then for 64")


def test_one_hot_leaves_its_input_unchanged(impl, probe, device):
    changed = probe(probes.changed_inputs, impl.one_hot, torch.tensor([2, 0, 2], device=device), 3)

    expect.value(changed, [], call="one_hot(labels, 3), which arguments it changed")
