"""Specs of the topic `shapes`."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests import expect, probes, promises, strategies

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
WHOLE = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
ANY_DTYPE = pytest.mark.parametrize("dtype", [torch.bool, *WHOLE, *FLOATS, torch.complex64], ids=str)


def numbered(*shape, device="cpu", dtype=torch.int64):
    """Another number in every place, counted through from 1."""
    return torch.arange(1, math.prod(shape) + 1).reshape(shape).to(dtype).to(device)


def varied(*shape, device, dtype):
    """Numbers that every dtype has, without order; those of a complex dtype have an imaginary part."""
    values = (torch.arange(math.prod(shape)) * 5 % 7).reshape(shape)
    values = values % 2 if dtype == torch.bool else values
    return (values.to(dtype) * (1 + 2j) if dtype.is_complex else values.to(dtype)).to(device)


def reordered(function, x):
    """What a NumPy function makes of a tensor, with its dtype and device."""
    positions = function(np.arange(x.numel()).reshape(x.shape))
    return x.cpu().reshape(-1)[torch.from_numpy(np.ascontiguousarray(positions))].to(x.device)


def expect_view(probe, function, *args, call):
    __tracebackhide__ = True
    is_view = probe(probes.shares_memory, function, *args)
    expect.that(is_view, call=call, got="a copy", should_be="a view, in the memory of x", x=args[0])


# swap_last_two


def swapped(x):
    return reordered(lambda array: np.swapaxes(array, -2, -1), x)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([[1, 2, 3], [4, 5, 6]], [[1, 4], [2, 5], [3, 6]], id="2-by-3"),
        pytest.param([[1, 2], [3, 4]], [[1, 3], [2, 4]], id="square"),
        pytest.param([[1, 2, 3]], [[1], [2], [3]], id="one-row"),
        pytest.param([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[1, 3], [2, 4]], [[5, 7], [6, 8]]], id="cube"),
        pytest.param([[[1, 2, 3], [4, 5, 6]]], [[[1, 4], [2, 5], [3, 6]]], id="batch-of-one"),
    ],
)
def test_swap_last_two_transposes_each_matrix(impl, device, x, expected):
    actual = impl.swap_last_two(torch.tensor(x, device=device))

    expect.tensor(actual, torch.tensor(expected, device=device), call=f"swap_last_two(torch.tensor({x}))")


@pytest.mark.parametrize("shape", [(2, 2, 2, 2), (2, 3, 4), (2, 3, 4, 5), (1, 2, 3, 1, 2)], ids=str)
def test_swap_last_two_leaves_leading_axes_alone(impl, device, shape):
    x = numbered(*shape, device=device)
    expected = swapped(x)

    actual = impl.swap_last_two(x)

    expect.tensor(actual, expected, call="swap_last_two(x)", x=x)


@given(shape=strategies.shapes(2, 5, min_side=0, max_side=4))
def test_swap_last_two_works_for_every_shape(impl, device, shape):
    x = numbered(*shape, device=device)
    expected = swapped(x)

    actual = impl.swap_last_two(x)

    expect.tensor(actual, expected, call="swap_last_two(x)", x=x)


@ANY_DTYPE
def test_swap_last_two_keeps_dtype_and_device(impl, device, dtype):
    x = varied(2, 3, device=device, dtype=dtype)
    expected = swapped(x)

    actual = impl.swap_last_two(x)

    expect.tensor(actual, expected, call="swap_last_two(x)", x=x)


@promises.LAYOUTS
def test_swap_last_two_gives_a_view_of_any_layout(impl, probe, device, layout):
    x, same = (layout(numbered(2, 3, 4, device=device)) for _ in range(2))
    expected = swapped(x)

    actual = impl.swap_last_two(x)

    expect.tensor(actual, expected, call="swap_last_two(x)", x=x)
    expect_view(probe, impl.swap_last_two, same, call="swap_last_two(x)")


def test_swap_last_two_lets_gradients_flow(impl, probe, device):
    x = numbered(2, 3, device=device, dtype=torch.float32)
    upstream = x.new_tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    actual = probe(probes.gradient, impl.swap_last_two, x, upstream=upstream)

    expected = x.new_tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
    expect.tensor(actual, expected, call="gradient of swap_last_two(x)", x=x, upstream=upstream)


def test_swap_last_two_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.swap_last_two, numbered(2, 3, device=device), call="swap_last_two(x)")


# channels_first


def with_channels_first(images):
    return reordered(lambda array: np.moveaxis(array, -1, 1), images)


def test_channels_first_moves_the_colors_of_each_pixel_together(impl, device):
    images = torch.tensor([[[[1, 2, 3], [4, 5, 6]]], [[[7, 8, 9], [10, 11, 12]]]], device=device)

    actual = impl.channels_first(images)

    expected = images.new_tensor([[[[1, 4]], [[2, 5]], [[3, 6]]], [[[7, 10]], [[8, 11]], [[9, 12]]]])
    expect.tensor(actual, expected, call="channels_first(images)", images=images)


@pytest.mark.parametrize("place", [(0, 0, 0, 0), (1, 0, 2, 0), (0, 3, 1, 2), (1, 3, 4, 2)], ids=str)
def test_channels_first_keeps_height_before_width(impl, device, place):
    images = torch.zeros(2, 4, 5, 3, device=device)
    b, h, w, c = place
    images[place] = 1.0

    actual = impl.channels_first(images)

    expected = torch.zeros(2, 3, 4, 5, device=device)
    expected[b, c, h, w] = 1.0
    expect.tensor(actual, expected, call=f"channels_first(images), where only images[{b}, {h}, {w}, {c}] is 1")


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_channels_first_takes_any_number_of_channels(impl, device, channels):
    images = numbered(2, 3, 2, channels, device=device)
    expected = with_channels_first(images)

    actual = impl.channels_first(images)

    expect.tensor(actual, expected, call="channels_first(images)", images=images)


@given(shape=strategies.shapes(4, 4, min_side=0, max_side=4))
def test_channels_first_works_for_every_size(impl, device, shape):
    images = numbered(*shape, device=device)
    expected = with_channels_first(images)

    actual = impl.channels_first(images)

    expect.tensor(actual, expected, call="channels_first(images)", images=images)


@promises.LAYOUTS
def test_channels_first_is_contiguous_from_any_layout(impl, device, layout):
    images = layout(numbered(2, 3, 4, 5, device=device))
    expected, strides = with_channels_first(images), images.stride()

    actual = impl.channels_first(images)

    expect.tensor(actual, expected, call="channels_first(images)", images=images)
    call = f"channels_first(images).is_contiguous(), with strides {strides} in images"
    expect.value(actual.is_contiguous(), True, call=call)


@ANY_DTYPE
def test_channels_first_keeps_dtype_and_device(impl, device, dtype):
    images = varied(2, 3, 4, 3, device=device, dtype=dtype)
    expected = with_channels_first(images)

    actual = impl.channels_first(images)

    expect.tensor(actual, expected, call="channels_first(images)", images=images)


def test_channels_first_keeps_the_numbers_as_they_are(impl, device):
    images = torch.tensor([[[[0, 127, 255], [254, 1, 128]]]], dtype=torch.uint8, device=device)

    actual = impl.channels_first(images)

    expected = images.new_tensor([[[[0, 254]], [[127, 1]], [[255, 128]]]])
    expect.tensor(actual, expected, call="channels_first(images)", images=images)


def test_channels_first_lets_gradients_flow(impl, probe, device):
    images = numbered(1, 1, 2, 3, device=device, dtype=torch.float32)
    upstream = images.new_tensor([[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]])

    actual = probe(probes.gradient, impl.channels_first, images, upstream=upstream)

    expected = images.new_tensor([[[[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]]])
    expect.tensor(actual, expected, call="gradient of channels_first(images)", images=images, upstream=upstream)


def test_channels_first_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.channels_first, numbered(2, 2, 2, 3, device=device), call="channels_first(images)")


# drop_axis


@pytest.mark.parametrize(
    ("shape", "dim", "expected"),
    [
        pytest.param((2, 1), 1, (2,), id="column"),
        pytest.param((1, 3), 0, (3,), id="row"),
        pytest.param((2, 1, 3), 1, (2, 3), id="middle"),
        pytest.param((2, 3, 1), -1, (2, 3), id="last"),
        pytest.param((2, 1, 3), -2, (2, 3), id="middle-from-the-end"),
        pytest.param((1, 2, 3), -3, (2, 3), id="first-from-the-end"),
        pytest.param((1,), 0, (), id="only-axis"),
        pytest.param((1,), -1, (), id="only-axis-from-the-end"),
        pytest.param((1, 0), 0, (0,), id="no-elements"),
        pytest.param((0, 1, 2), 1, (0, 2), id="no-samples"),
    ],
)
def test_drop_axis_removes_that_axis(impl, device, shape, dim, expected):
    x = numbered(*shape, device=device)

    actual = impl.drop_axis(x, dim)

    expect.tensor(actual, numbered(*expected, device=device), call=f"drop_axis(x, {dim=})", x=x)


@pytest.mark.parametrize(
    ("shape", "dim", "expected"),
    [
        pytest.param((1, 1), 1, (1,), id="batch-of-one"),
        pytest.param((1, 1, 3), 1, (1, 3), id="batch-of-one-row"),
        pytest.param((1, 5, 1), 2, (1, 5), id="both-ends"),
        pytest.param((1, 5, 1), -1, (1, 5), id="both-ends-from-the-end"),
        pytest.param((1, 2, 1, 3, 1), 2, (1, 2, 3, 1), id="three"),
        pytest.param((1, 2, 1, 3, 1), 0, (2, 1, 3, 1), id="first-of-three"),
        pytest.param((1, 1, 1), -1, (1, 1), id="nothing-else"),
    ],
)
def test_drop_axis_keeps_other_axes_of_size_one(impl, device, shape, dim, expected):
    x = numbered(*shape, device=device)

    actual = impl.drop_axis(x, dim)

    expect.tensor(actual, numbered(*expected, device=device), call=f"drop_axis(x, {dim=})", x=x)


@pytest.mark.parametrize(
    ("shape", "dim"),
    [
        ((2,), 0),
        ((0,), 0),
        ((3, 1), 0),
        ((1, 2), -1),
        ((1, 5, 1), 1),
        ((1, 0, 1), -2),
        ((4, 1, 1), 0),
        ((1, 1, 2), 2),
        ((2, 1, 1), -3),
    ],
    ids=str,
)
def test_drop_axis_refuses_an_axis_of_another_size(impl, device, shape, dim):
    x = numbered(*shape, device=device)

    with expect.raises(ValueError, match="dim", call=f"drop_axis(x, {dim=})", x=x):
        impl.drop_axis(x, dim)


@given(shape=strategies.shapes(0, 4, min_side=0, max_side=3), data=st.data())
def test_drop_axis_undoes_unsqueeze(impl, device, shape, data):
    dim = data.draw(st.integers(-len(shape) - 1, len(shape)), label="dim")
    expected = numbered(*shape, device=device)

    actual = impl.drop_axis(expected.unsqueeze(dim), dim)

    expect.tensor(actual, expected, call=f"drop_axis(x, {dim=})", x=expected.unsqueeze(dim))


@ANY_DTYPE
def test_drop_axis_keeps_dtype_and_device(impl, device, dtype):
    expected = varied(2, 3, device=device, dtype=dtype)

    actual = impl.drop_axis(expected.unsqueeze(1), 1)

    expect.tensor(actual, expected, call="drop_axis(x, dim=1)", x=expected.unsqueeze(1))


@promises.LAYOUTS
def test_drop_axis_gives_a_view_of_any_layout(impl, probe, device, layout):
    x, same = (layout(numbered(2, 1, 3, device=device)) for _ in range(2))
    expected = reordered(lambda array: array[:, 0], x)

    actual = impl.drop_axis(x, 1)

    expect.tensor(actual, expected, call="drop_axis(x, dim=1)", x=x)
    expect_view(probe, impl.drop_axis, same, 1, call="drop_axis(x, dim=1)")


def test_drop_axis_lets_gradients_flow(impl, probe, device):
    x = numbered(2, 1, 2, device=device, dtype=torch.float32)
    upstream = x.new_tensor([[1.0, 2.0], [3.0, 4.0]])

    actual = probe(probes.gradient, impl.drop_axis, x, 1, upstream=upstream)

    expected = x.new_tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
    expect.tensor(actual, expected, call="gradient of drop_axis(x, dim=1)", x=x, upstream=upstream)


def test_drop_axis_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.drop_axis, numbered(2, 1, 3, device=device), 1, call="drop_axis(x, dim=1)")


# flatten_samples


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[1, 2, 3, 4], [5, 6, 7, 8]], id="cube"),
        pytest.param([[[1, 2, 3], [4, 5, 6]]], [[1, 2, 3, 4, 5, 6]], id="batch-of-one"),
        pytest.param([[[1], [2]], [[3], [4]], [[5], [6]]], [[1, 2], [3, 4], [5, 6]], id="last-of-1"),
        pytest.param([[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]]], [[1, 2, 3, 4], [5, 6, 7, 8]], id="images"),
        pytest.param([[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]], id="flat-already"),
        pytest.param([[7]], [[7]], id="one-number"),
    ],
)
def test_flatten_samples_gives_each_sample_a_row(impl, device, x, expected):
    actual = impl.flatten_samples(torch.tensor(x, device=device))

    expect.tensor(actual, torch.tensor(expected, device=device), call=f"flatten_samples(torch.tensor({x}))")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param((0, 3, 4), (0, 12), id="batch-of-none"),
        pytest.param((0, 2, 3, 5), (0, 30), id="batch-of-no-images"),
        pytest.param((0, 5), (0, 5), id="batch-of-no-rows"),
        pytest.param((2, 0, 3), (2, 0), id="no-features"),
        pytest.param((1, 0), (1, 0), id="one-sample-without-features"),
        pytest.param((0, 0, 2), (0, 0), id="nothing"),
    ],
)
def test_flatten_samples_knows_the_columns_without_numbers(impl, device, shape, expected):
    actual = impl.flatten_samples(torch.zeros(shape, device=device))

    expect.tensor(actual, torch.zeros(expected, device=device), call=f"flatten_samples(torch.zeros({shape}))")


@given(shape=strategies.shapes(2, 5, min_side=1, max_side=4))
def test_flatten_samples_keeps_reading_order(impl, device, shape):
    x = numbered(*shape, device=device)

    actual = impl.flatten_samples(x)

    expected = numbered(shape[0], math.prod(shape[1:]), device=device)
    expect.tensor(actual, expected, call="flatten_samples(x)", x=x)


def test_flatten_samples_does_not_depend_on_the_batch(impl, device):
    x = numbered(3, 2, 4, device=device)
    rows = numbered(3, 8, device=device)

    for i in range(3):
        actual = impl.flatten_samples(x[i : i + 1])

        expect.tensor(actual, rows[i : i + 1], call=f"flatten_samples(x[{i}:{i + 1}])", x=x)


@promises.LAYOUTS
def test_flatten_samples_accepts_any_memory_layout(impl, device, layout):
    x = layout(numbered(2, 3, 4, device=device))
    expected = reordered(lambda array: array.reshape(2, 12), x)

    actual = impl.flatten_samples(x)

    expect.tensor(actual, expected, call=f"flatten_samples(x), with strides {x.stride()} in x", x=x)


@ANY_DTYPE
def test_flatten_samples_keeps_dtype_and_device(impl, device, dtype):
    x = varied(2, 3, 2, device=device, dtype=dtype)
    expected = reordered(lambda array: array.reshape(2, 6), x)

    actual = impl.flatten_samples(x)

    expect.tensor(actual, expected, call="flatten_samples(x)", x=x)


def test_flatten_samples_lets_gradients_flow(impl, probe, device):
    x = numbered(2, 2, 2, device=device, dtype=torch.float32)
    upstream = x.new_tensor([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])

    actual = probe(probes.gradient, impl.flatten_samples, x, upstream=upstream)

    expected = x.new_tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    expect.tensor(actual, expected, call="gradient of flatten_samples(x)", x=x, upstream=upstream)


def test_flatten_samples_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.flatten_samples, numbered(6, 4, 2, device=device), call="flatten_samples(x)")


def test_flatten_samples_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.flatten_samples, numbered(2, 3, 2, device=device), call="flatten_samples(x)")


# repeat_each


def repeated(x, times):
    return reordered(lambda array: np.repeat(array, times, axis=0), x)


@pytest.mark.parametrize(
    ("x", "times", "expected"),
    [
        pytest.param([1, 2], 2, [1, 1, 2, 2], id="vector"),
        pytest.param([3, 1, 2], 3, [3, 3, 3, 1, 1, 1, 2, 2, 2], id="three-times"),
        pytest.param([7], 3, [7, 7, 7], id="one-entry"),
        pytest.param([5, 4], 1, [5, 4], id="once"),
        pytest.param([[1, 2], [3, 4]], 2, [[1, 2], [1, 2], [3, 4], [3, 4]], id="rows"),
        pytest.param([[1, 2, 3]], 2, [[1, 2, 3], [1, 2, 3]], id="one-row"),
        pytest.param([[1], [2]], 2, [[1], [1], [2], [2]], id="one-column"),
        pytest.param([[[1, 2]], [[3, 4]]], 2, [[[1, 2]], [[1, 2]], [[3, 4]], [[3, 4]]], id="matrices"),
    ],
)
def test_repeat_each_puts_copies_next_to_each_other(impl, device, x, times, expected):
    actual = impl.repeat_each(torch.tensor(x, device=device), times)

    expect.tensor(actual, torch.tensor(expected, device=device), call=f"repeat_each(torch.tensor({x}), {times})")


@pytest.mark.parametrize(
    ("shape", "times", "expected"),
    [
        pytest.param((0,), 3, (0,), id="no-entries"),
        pytest.param((0, 2), 3, (0, 2), id="no-rows"),
        pytest.param((2, 0), 3, (6, 0), id="empty-rows"),
        pytest.param((3,), 0, (0,), id="0-times"),
        pytest.param((3, 1, 2), 0, (0, 1, 2), id="rows-0-times"),
        pytest.param((0, 2), 0, (0, 2), id="no-rows-0-times"),
    ],
)
def test_repeat_each_of_nothing_is_empty(impl, device, shape, times, expected):
    actual = impl.repeat_each(torch.zeros(shape, device=device), times)

    call = f"repeat_each(torch.zeros({shape}), {times})"
    expect.tensor(actual, torch.zeros(expected, device=device), call=call)


@given(shape=strategies.shapes(1, 4, min_side=0, max_side=4), times=st.integers(0, 5))
def test_repeat_each_works_for_every_shape(impl, device, shape, times):
    x = numbered(*shape, device=device)
    expected = repeated(x, times)

    actual = impl.repeat_each(x, times)

    expect.tensor(actual, expected, call=f"repeat_each(x, {times})", x=x)


@promises.LAYOUTS
@pytest.mark.parametrize("shape", [(3,), (3, 2)], ids=str)
def test_repeat_each_accepts_any_memory_layout(impl, device, shape, layout):
    x = layout(numbered(*shape, device=device))
    expected = repeated(x, 2)

    actual = impl.repeat_each(x, 2)

    expect.tensor(actual, expected, call=f"repeat_each(x, 2), with strides {x.stride()} in x", x=x)


@ANY_DTYPE
def test_repeat_each_keeps_dtype_and_device(impl, device, dtype):
    x = varied(3, 2, device=device, dtype=dtype)
    expected = repeated(x, 2)

    actual = impl.repeat_each(x, 2)

    expect.tensor(actual, expected, call="repeat_each(x, 2)", x=x)


def test_repeat_each_sums_the_gradients_of_the_copies(impl, probe, device):
    x = numbered(2, 1, device=device, dtype=torch.float32)
    upstream = x.new_tensor([[1.0], [2.0], [4.0], [10.0], [20.0], [40.0]])

    actual = probe(probes.gradient, impl.repeat_each, x, 3, upstream=upstream)

    expected = x.new_tensor([[7.0], [70.0]])
    expect.tensor(actual, expected, call="gradient of repeat_each(x, 3)", x=x, upstream=upstream)


def test_repeat_each_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.repeat_each, numbered(6, 3, device=device), 2, call="repeat_each(x, 2)")


def test_repeat_each_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.repeat_each, numbered(3, 2, device=device), 2, call="repeat_each(x, 2)")


# shares_memory


def expect_answer(impl, a, b, expected, *, pair):
    """Expect the same answer whichever of the two comes first."""
    __tracebackhide__ = True
    expect.value(impl.shares_memory(a, b), expected, call=f"shares_memory({pair})")
    expect.value(impl.shares_memory(b, a), expected, call=f"shares_memory({pair} the other way round)")


VIEWS = {
    "x": lambda x: x,
    "x[:]": lambda x: x[:],
    "x[1:]": lambda x: x[1:],
    "x[0, 2]": lambda x: x[0, 2],
    "x[:, 1]": lambda x: x[:, 1],
    "x[:, ::2]": lambda x: x[:, ::2],
    "x.T": lambda x: x.T,
    "x.view(12)": lambda x: x.view(12),
    "x.reshape(2, 6)": lambda x: x.reshape(2, 6),
    "x.unsqueeze(0)": lambda x: x.unsqueeze(0),
    "x.diagonal()": lambda x: x.diagonal(),
    "x[:1].expand(3, 4)": lambda x: x[:1].expand(3, 4),
    "x.detach()": lambda x: x.detach(),
    "x.data[1:]": lambda x: x.data[1:],
    "x.view(torch.int32)": lambda x: x.view(torch.int32),
}
COPIES = {
    "x.clone()": lambda x: x.clone(),
    "x + 0": lambda x: x + 0,
    "x.T.contiguous()": lambda x: x.T.contiguous(),
    "x.T.reshape(12)": lambda x: x.T.reshape(12),
    "x[[0, 1, 2]]": lambda x: x[[0, 1, 2]],
    "x.double()": lambda x: x.double(),
    "x.clone()[1:]": lambda x: x.clone()[1:],
    "torch.cat([x])": lambda x: torch.cat([x]),
    "x[1:2].clone()": lambda x: x[1:2].clone(),
}


@pytest.mark.parametrize("view", VIEWS)
def test_shares_memory_sees_a_tensor_in_its_views(impl, device, view):
    x = numbered(3, 4, device=device, dtype=torch.float32)

    expect_answer(impl, x, VIEWS[view](x), True, pair=f"x, {view}")


@pytest.mark.parametrize("copy", COPIES)
def test_shares_memory_does_not_see_a_tensor_in_its_copies(impl, device, copy):
    x = numbered(3, 4, device=device, dtype=torch.float32)

    expect_answer(impl, x, COPIES[copy](x), False, pair=f"x, {copy}")


@pytest.mark.parametrize(
    ("pair", "views"),
    [
        pytest.param("x[:2], x[2:]", lambda x: (x[:2], x[2:]), id="halves"),
        pytest.param("x[:, 0], x[:, 1]", lambda x: (x[:, 0], x[:, 1]), id="columns"),
        pytest.param("x[::2], x[1::2]", lambda x: (x[::2], x[1::2]), id="even-and-odd"),
        pytest.param("x[0, 0], x[3, 2]", lambda x: (x[0, 0], x[3, 2]), id="single-numbers"),
        pytest.param("x[1:], x.T", lambda x: (x[1:], x.T), id="overlapping"),
        pytest.param("x[2:], x.detach()[:1]", lambda x: (x[2:], x.detach()[:1]), id="detached"),
        pytest.param("x.data, x.view(-1)[5:].detach()", lambda x: (x.data, x.view(-1)[5:].detach()), id="of-a-view"),
    ],
)
def test_shares_memory_is_true_for_two_views_of_one_tensor(impl, device, pair, views):
    a, b = views(numbered(4, 3, device=device, dtype=torch.float32))

    expect_answer(impl, a, b, True, pair=pair)


def test_shares_memory_is_false_for_views_of_two_tensors(impl, device):
    x, y = (numbered(4, 3, device=device) for _ in range(2))

    expect_answer(impl, x[1:], y[1:], False, pair="x[1:], y[1:]")
    expect_answer(impl, x[0], y[3], False, pair="x[0], y[3]")
    expect_answer(impl, x[0, 0], y[0, 0], False, pair="x[0, 0], y[0, 0]")


@ANY_DTYPE
def test_shares_memory_answers_for_every_dtype(impl, device, dtype):
    x = varied(2, 3, device=device, dtype=dtype)

    expect_answer(impl, x, x[1], True, pair="x, x[1]")
    expect_answer(impl, x, x.clone(), False, pair="x, x.clone()")


@pytest.mark.parametrize(
    ("pair", "tensors"),
    [
        pytest.param("torch.empty(0), torch.empty(0)", lambda x: (x.new_empty(0), x.new_empty(0)), id="two-empty"),
        pytest.param("torch.empty(0, 3), torch.empty(2, 0)", lambda x: (x.new_empty(0, 3), x.new_empty(2, 0)),
                     id="two-shapes"),
        pytest.param("x, torch.empty(0)", lambda x: (x, x.new_empty(0)), id="one-empty"),
        pytest.param("x, x[:0]", lambda x: (x, x[:0]), id="empty-view"),
        pytest.param("x[:, :0], x[:0]", lambda x: (x[:, :0], x[:0]), id="two-empty-views"),
        pytest.param("x[:0], x[:0]", lambda x: (x[:0],) * 2, id="itself"),
    ],
)  # fmt: skip
def test_shares_memory_is_false_without_elements(impl, device, pair, tensors):
    a, b = tensors(numbered(4, 3, device=device))

    expect_answer(impl, a, b, False, pair=pair)


def test_shares_memory_answers_for_tensors_that_require_grad(impl, device):
    x = numbered(4, 3, device=device, dtype=torch.float32).requires_grad_()

    expect_answer(impl, x, x.detach()[2:], True, pair="x, x.detach()[2:]")
    expect_answer(impl, x, x.detach().clone(), False, pair="x, x.detach().clone()")


def test_shares_memory_is_false_across_devices(impl, device):
    on_cpu = numbered(4, 3)

    expect_answer(impl, on_cpu, on_cpu.to(device, copy=True), False, pair=f"x, x.to({device}, copy=True)")


def test_shares_memory_leaves_its_inputs_unchanged(impl, probe, device):
    x = numbered(4, 3, device=device)

    promises.unchanged(probe, impl.shares_memory, x, x[2:], call="shares_memory(x, x[2:])")
    promises.unchanged(probe, impl.shares_memory, x, x.clone(), call="shares_memory(x, x.clone())")


# cast_exactly

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("given_dtype", "values", "dtype"),
    [
        (torch.int64, [0, 255], torch.uint8),
        (torch.int64, [-128, 127], torch.int8),
        (torch.int64, [-(2**31), 2**31 - 1], torch.int32),
        (torch.int64, [2**53, -(2**53), 2**53 + 2, -(2**63)], torch.float64),
        (torch.int64, [2**63 - 1, -(2**63), 2**53 + 1], torch.int64),
        (torch.int32, [2**24, -(2**24), 2**24 + 2, -(2**31)], torch.float32),
        (torch.int32, [2**31 - 1, -(2**31)], torch.float64),
        (torch.int16, [2048, -2048, 2050], torch.float16),
        (torch.int16, [256, -256, 258], torch.bfloat16),
        (torch.int8, [0, 1, 127], torch.uint8),
        (torch.uint8, [0, 127], torch.int8),
        (torch.uint8, [0, 128, 255], torch.int16),
        (torch.float32, [0.0, 255.0], torch.uint8),
        (torch.float32, [-128.0, 127.0], torch.int8),
        (torch.float32, [-(2.0**31), 2.0**31 - 128], torch.int32),
        (torch.float32, [-(2.0**63), 2.0**62], torch.int64),
        (torch.float64, [-(2.0**63), 2.0**63 - 1024], torch.int64),
        (torch.float64, [0.5, -0.25, 1.5 * 2.0**100], torch.float32),
        (torch.float32, [0.1, -1e30, 1e-30], torch.float64),
        (torch.float32, [65504.0, -0.5], torch.float16),
        (torch.float32, [3.0 * 2.0**100, 0.5], torch.bfloat16),
        (torch.float16, [0.099975586, 6e-8], torch.float32),
        (torch.float16, [1.5, -256.0], torch.bfloat16),
        (torch.bfloat16, [1.0078125, -3.0], torch.float16),
        (torch.float32, [-0.0], torch.int32),
        (torch.float64, [-0.0, 0.0], torch.float16),
        (torch.bool, [True, False], torch.bool),
        (torch.bool, [True, False], torch.uint8),
        (torch.bool, [True, False], torch.float16),
        (torch.int64, [0, 1], torch.bool),
        (torch.float32, [1.0, 0.0, -0.0], torch.bool),
    ],
    ids=str,
)
def test_cast_exactly_converts_what_the_dtype_holds(impl, device, given_dtype, values, dtype):
    x = torch.tensor(values, dtype=given_dtype, device=device)
    expected = torch.tensor(x.tolist(), dtype=dtype, device=device)

    actual = impl.cast_exactly(x, dtype)

    exact = {"rtol": 0, "atol": 0} if dtype.is_floating_point else {}
    expect.tensor(actual, expected, call=f"cast_exactly(x, {dtype})", x=x, **exact)


@pytest.mark.parametrize(
    ("given_dtype", "value", "dtype"),
    [
        (torch.int64, 256, torch.uint8),
        (torch.int64, 300, torch.uint8),
        (torch.int64, -1, torch.uint8),
        (torch.int64, 128, torch.int8),
        (torch.int64, -129, torch.int8),
        (torch.int64, 2**31, torch.int32),
        (torch.int64, 2**32, torch.int32),
        (torch.int64, 2**53 + 1, torch.float64),
        (torch.int64, -(2**53) - 1, torch.float64),
        (torch.int64, 2**63 - 1, torch.float64),
        (torch.int64, 2**63 - 1, torch.float32),
        (torch.int32, 2**24 + 1, torch.float32),
        (torch.int32, 2**31 - 1, torch.float32),
        (torch.int16, 2049, torch.float16),
        (torch.int16, 32767, torch.float16),
        (torch.int32, 65505, torch.float16),
        (torch.int32, 70_000, torch.float16),
        (torch.int16, 257, torch.bfloat16),
        (torch.int8, -1, torch.uint8),
        (torch.int8, -128, torch.uint8),
        (torch.uint8, 128, torch.int8),
        (torch.uint8, 255, torch.int8),
        (torch.float32, 0.5, torch.int64),
        (torch.float32, -0.5, torch.int64),
        (torch.float32, 2.5, torch.uint8),
        (torch.float32, -1.0, torch.uint8),
        (torch.float32, 256.0, torch.uint8),
        (torch.float32, -129.0, torch.int8),
        (torch.float32, 2.0**31, torch.int32),
        (torch.float32, 2.0**63, torch.int64),
        (torch.float64, 2.0**63, torch.int64),
        (torch.float64, -1e300, torch.int64),
        (torch.float64, 0.1, torch.float32),
        (torch.float64, 1 + 1e-12, torch.float32),
        (torch.float64, 1e39, torch.float32),
        (torch.float64, 1e-300, torch.float32),
        (torch.float32, 65520.0, torch.float16),
        (torch.float32, 2049.0, torch.float16),
        (torch.float32, 0.1, torch.bfloat16),
        (torch.float16, 257.0, torch.bfloat16),
        (torch.bfloat16, 65536.0, torch.float16),
        (torch.bfloat16, 1e-30, torch.float16),
        (torch.int64, 2, torch.bool),
        (torch.int64, -1, torch.bool),
        (torch.uint8, 255, torch.bool),
        (torch.float32, 0.5, torch.bool),
        (torch.float32, INF, torch.int64),
        (torch.float32, -INF, torch.int8),
        (torch.float64, INF, torch.bool),
        (torch.float32, NAN, torch.int64),
        (torch.float32, NAN, torch.uint8),
        (torch.float16, NAN, torch.bool),
    ],
    ids=str,
)
def test_cast_exactly_refuses_to_change_a_single_number(impl, device, given_dtype, value, dtype):
    for values in ([value, 1, 0], [0, 1, value]):
        x = torch.tensor(values, dtype=given_dtype, device=device)

        with expect.raises(ValueError, match="dtype", call=f"cast_exactly(x, {dtype})", x=x):
            impl.cast_exactly(x, dtype)


@pytest.mark.parametrize("given_dtype", FLOATS, ids=str)
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_cast_exactly_keeps_nan_and_infinity(impl, device, given_dtype, dtype):
    x = torch.tensor([1.0, NAN, INF, -INF, NAN], dtype=given_dtype, device=device)

    actual = impl.cast_exactly(x, dtype)

    expected = torch.tensor([1.0, NAN, INF, -INF, NAN], dtype=dtype, device=device)
    expect.tensor(actual, expected, call=f"cast_exactly(x, {dtype})", equal_nan=True, x=x)


def test_cast_exactly_looks_at_the_numbers_beside_nan(impl, device):
    x = torch.tensor([NAN, 0.1, NAN], dtype=torch.float64, device=device)

    with expect.raises(ValueError, match="dtype", call="cast_exactly(x, torch.float32)", x=x):
        impl.cast_exactly(x, torch.float32)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0), (2, 3), (1, 2, 3)], ids=str)
def test_cast_exactly_keeps_the_shape(impl, device, shape):
    x = numbered(*shape, device=device)

    actual = impl.cast_exactly(x, torch.float32)

    expect.tensor(actual, numbered(*shape, device=device, dtype=torch.float32), call="cast_exactly(x, torch.float32)")


@pytest.mark.parametrize("place", [(0, 0), (1, 0), (1, 2)], ids=str)
def test_cast_exactly_looks_at_every_row(impl, device, place):
    x = torch.zeros(2, 3, device=device)
    x[place] = 0.5

    with expect.raises(ValueError, match="dtype", call="cast_exactly(x, torch.int64)", x=x):
        impl.cast_exactly(x, torch.int64)


def test_cast_exactly_refuses_a_single_number_without_axes(impl, device):
    with expect.raises(ValueError, match="dtype", call="cast_exactly(torch.tensor(0.5), torch.int64)"):
        impl.cast_exactly(torch.tensor(0.5, device=device), torch.int64)


@promises.LAYOUTS
def test_cast_exactly_accepts_any_memory_layout(impl, device, layout):
    x = layout(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device))
    expected = torch.tensor(x.tolist(), dtype=torch.int16, device=device)

    actual = impl.cast_exactly(x, torch.int16)

    expect.tensor(actual, expected, call="cast_exactly(x, torch.int16)", x=x)


@promises.LAYOUTS
def test_cast_exactly_refuses_in_any_memory_layout(impl, device, layout):
    x = layout(torch.tensor([[1.0, 2.0, 0.5], [1.0, 5.0, 6.0]], device=device))

    with expect.raises(ValueError, match="dtype", call="cast_exactly(x, torch.int16)", x=x):
        impl.cast_exactly(x, torch.int16)


@given(values=st.lists(st.integers(-300, 300), max_size=5), dtype=st.sampled_from([torch.uint8, torch.int8]))
def test_cast_exactly_refuses_only_what_is_out_of_range(impl, device, values, dtype):
    x = torch.tensor(values, dtype=torch.int64, device=device)
    call = f"cast_exactly(torch.tensor({values}), {dtype})"
    lowest, highest = (0, 255) if dtype == torch.uint8 else (-128, 127)

    if all(lowest <= value <= highest for value in values):
        expect.tensor(impl.cast_exactly(x, dtype), torch.tensor(values, dtype=dtype, device=device), call=call)
    else:
        with expect.raises(ValueError, match="dtype", call=call):
            impl.cast_exactly(x, dtype)


WIDER = [
    (torch.bool, torch.int8),
    (torch.uint8, torch.bfloat16),
    (torch.int8, torch.float16),
    (torch.int16, torch.float32),
    (torch.int32, torch.float64),
    (torch.float16, torch.float32),
    (torch.bfloat16, torch.float32),
    (torch.float32, torch.float64),
]


@given(data=st.data(), dtypes=st.sampled_from(WIDER))
def test_cast_exactly_goes_to_a_wider_dtype_and_back(impl, device, data, dtypes):
    narrow, wide = dtypes
    x = data.draw(strategies.tensors(dtype=narrow, low=-100, high=100), label="x").to(device)

    for source, target in ((narrow, wide), (wide, narrow)):
        actual = impl.cast_exactly(x.to(source), target)

        exact = {"rtol": 0, "atol": 0} if target.is_floating_point else {}
        expect.tensor(actual, x.to(target), call=f"cast_exactly(x, {target})", x=x.to(source), **exact)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16], ids=str)
def test_cast_exactly_lets_gradients_flow_between_floats(impl, probe, device, dtype):
    x = torch.tensor([[1.0, 2.0], [0.5, -4.0]], device=device)
    upstream = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=dtype, device=device)

    actual = probe(probes.gradient, impl.cast_exactly, x, dtype, upstream=upstream)

    expected = x.new_tensor([[1.0, 2.0], [3.0, 4.0]])
    expect.tensor(actual, expected, call=f"gradient of cast_exactly(x, {dtype})", x=x, upstream=upstream)


@pytest.mark.parametrize("dtype", [torch.float64, torch.uint8], ids=str)
def test_cast_exactly_leaves_its_input_unchanged(impl, probe, device, dtype):
    x = torch.tensor([3.0, 4.0], device=device)

    promises.unchanged(probe, impl.cast_exactly, x, dtype, call=f"cast_exactly(x, {dtype})")


def test_cast_exactly_leaves_nan_in_its_input(impl, probe, device):
    x = torch.tensor([NAN, 4.0], device=device)

    promises.unchanged(probe, impl.cast_exactly, x, torch.float64, call="cast_exactly(x, torch.float64)")


# brighten


@pytest.mark.parametrize(
    ("values", "amount", "expected"),
    [
        pytest.param([0, 100, 155], 100, [100, 200, 255], id="within"),
        pytest.param([155, 156, 200, 255], 100, [255, 255, 255, 255], id="too-bright"),
        pytest.param([3, 4, 5, 255], -4, [0, 0, 1, 251], id="too-dark"),
        pytest.param([0, 1, 254, 255], 1, [1, 2, 255, 255], id="one-up"),
        pytest.param([0, 1, 254, 255], -1, [0, 0, 253, 254], id="one-down"),
        pytest.param([0, 127, 255], 0, [0, 127, 255], id="none"),
        pytest.param([0, 1, 255], 255, [255, 255, 255], id="all-white"),
        pytest.param([0, 254, 255], -255, [0, 0, 0], id="all-black"),
        pytest.param([0, 100, 255], -200, [0, 0, 55], id="far-down"),
        pytest.param([0, 100, 255], 200, [200, 255, 255], id="far-up"),
    ],
)
def test_brighten_stops_at_both_ends(impl, device, values, amount, expected):
    image = torch.tensor(values, dtype=torch.uint8, device=device)

    actual = impl.brighten(image, amount)

    expect.tensor(actual, image.new_tensor(expected), call=f"brighten(image, {amount})", image=image)


@pytest.mark.parametrize("amount", [*range(-255, 256, 34), -128, -127, -1, 0, 1, 127, 128])
def test_brighten_is_right_for_every_value(impl, device, amount):
    image = torch.arange(256).to(torch.uint8).to(device)
    expected = torch.from_numpy(np.clip(np.arange(256) + amount, 0, 255)).to(torch.uint8).to(device)

    actual = impl.brighten(image, amount)

    expect.tensor(actual, expected, call=f"brighten(image, {amount})", image=image)


@given(image=strategies.tensors(strategies.shapes(0, 4, min_side=0, max_side=4), torch.uint8, low=0, high=255),
       amount=st.integers(-255, 255))  # fmt: skip
def test_brighten_works_for_every_shape(impl, device, image, amount):
    expected = torch.from_numpy(np.asarray(np.clip(image.numpy().astype(int) + amount, 0, 255))).to(torch.uint8)

    actual = impl.brighten(image.to(device, copy=True), amount)

    expect.tensor(actual, expected.to(device), call=f"brighten(image, {amount})", image=image)


@promises.LAYOUTS
@pytest.mark.parametrize("amount", [100, -100])
def test_brighten_accepts_any_memory_layout(impl, device, layout, amount):
    image = layout(torch.tensor([[0, 99, 101], [154, 156, 255]], dtype=torch.uint8, device=device))
    values = [[min(max(value + amount, 0), 255) for value in row] for row in image.tolist()]

    actual = impl.brighten(image, amount)

    expect.tensor(actual, image.new_tensor(values), call=f"brighten(image, {amount})", image=image)


def test_brighten_needs_no_loop(impl, probe, device):
    image = torch.full((6, 4, 3), 200, dtype=torch.uint8, device=device)

    promises.no_loop(probe, impl.brighten, image, 100, call="brighten(image, 100)")


@pytest.mark.parametrize("amount", [100, -100, 0])
def test_brighten_leaves_its_input_unchanged(impl, probe, device, amount):
    image = torch.tensor([0, 100, 200], dtype=torch.uint8, device=device)

    promises.unchanged(probe, impl.brighten, image, amount, call=f"brighten(image, {amount})")
