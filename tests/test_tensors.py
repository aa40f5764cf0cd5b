"""Specs of the topic `tensors`."""

import math

import pytest
import torch

from tests import expect, probes

SHAPES = [(), (1,), (5,), (2, 3), (3, 3), (1, 1, 1), (2, 1, 3, 1), (0,), (2, 0, 3), (1, 2, 1, 2, 1, 2)]
DTYPES = [torch.bool, torch.uint8, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64]


# scalar


@pytest.mark.parametrize("value", [5, 0, 1, -3, 2.5])
def test_scalar_has_no_axis(impl, value):
    actual = impl.scalar(value)

    expect.tensor(actual, torch.full((), value, dtype=torch.float32), call=f"scalar({value})")


@pytest.mark.parametrize("value", [7, 7.0])
def test_scalar_is_float32_for_ints_and_floats(impl, value):
    actual = impl.scalar(value)

    expect.tensor(actual, torch.full((), 7.0, dtype=torch.float32), call=f"scalar({value})")


@pytest.mark.parametrize("value", [0.1, -1234.5, 1e-30, 1e30, -(2**63), 2**63 - 1, math.inf, -math.inf, math.nan])
def test_scalar_keeps_the_number(impl, value):
    actual = impl.scalar(value)

    expected = torch.full((), value, dtype=torch.float32)
    expect.tensor(actual, expected, call=f"scalar({value})", rtol=0.0, atol=0.0, equal_nan=True)


# rank


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rank_counts_every_axis(impl, device, shape):
    actual = impl.rank(torch.ones(shape, device=device))

    expect.value(actual, len(shape), call=f"rank(torch.ones({shape}))")


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_rank_works_for_every_dtype(impl, device, dtype):
    actual = impl.rank(torch.ones(3, 2, dtype=dtype, device=device))

    expect.value(actual, 2, call=f"rank(torch.ones(3, 2, dtype={dtype}))")


def test_rank_does_not_depend_on_the_values(impl, device):
    zeros = torch.zeros(4, 3, device=device)  # as a linear map its rank is 0, its axes are two all the same

    expect.value(impl.rank(zeros), 2, call="rank(torch.zeros(4, 3))")


def test_rank_leaves_its_input_unchanged(impl, probe, device):
    changed = probe(probes.changed_inputs, impl.rank, torch.tensor([[2.0, 3.0]], device=device))

    expect.value(changed, [], call="rank(tensor), which arguments it changed")


# describe


@pytest.mark.parametrize(
    ("shape", "rank", "elements"),
    [
        pytest.param((), 0, 1, id="scalar"),
        pytest.param((1,), 1, 1, id="one-entry"),
        pytest.param((5,), 1, 5, id="vector"),
        pytest.param((2, 3), 2, 6, id="matrix"),
        pytest.param((3, 1, 4), 3, 12, id="axis-of-1"),
        pytest.param((0,), 1, 0, id="no-entries"),
        pytest.param((2, 0, 3), 3, 0, id="axis-of-0"),
    ],
)
def test_describe_tells_rank_shape_and_elements(impl, device, shape, rank, elements):
    actual = impl.describe(torch.arange(float(elements), device=device).reshape(shape))

    expected = {"rank": rank, "shape": shape, "dtype": torch.float32, "device": device, "elements": elements}
    call = f"describe(torch.arange({float(elements)}).reshape({shape}))"
    expect.value(actual, expected, call=call, device=device)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_describe_tells_the_dtype(impl, device, dtype):
    actual = impl.describe(torch.arange(6, device=device).reshape(2, 3).to(dtype))

    expected = {"rank": 2, "shape": (2, 3), "dtype": dtype, "device": device, "elements": 6}
    expect.value(actual, expected, call=f"describe(torch.arange(6).reshape(2, 3).to({dtype}))", device=device)


def test_describe_counts_elements_that_share_memory(impl, device):
    actual = impl.describe(torch.tensor([[5.0], [0.0], [2.0]], device=device).expand(3, 4))

    expected = {"rank": 2, "shape": (3, 4), "dtype": torch.float32, "device": device, "elements": 12}
    expect.value(actual, expected, call="describe(torch.tensor([[5.0], [0.0], [2.0]]).expand(3, 4))", device=device)


def test_describe_leaves_its_input_unchanged(impl, probe, device):
    changed = probe(probes.changed_inputs, impl.describe, torch.tensor([[2.0, 3.0]], device=device))

    expect.value(changed, [], call="describe(tensor), which arguments it changed")


# stack_matrices


def _matrices(count, rows, cols, dtype=torch.float32, device="cpu"):
    """Another number in every place, counted through from 1."""
    numbers = torch.arange(1, count * rows * cols + 1, device=device).to(dtype)
    return list(numbers.reshape(count, rows, cols))


def test_stack_matrices_counts_matrices_along_the_first_axis(impl, device):
    matrices = [
        torch.tensor([[1.0, 2.0, 3.0]], device=device),
        torch.tensor([[4.0, 5.0, 6.0]], device=device),
    ]

    actual = impl.stack_matrices(matrices)

    expected = torch.tensor([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]], device=device)
    expect.tensor(actual, expected, call="stack_matrices(matrices)", matrices=matrices)


@pytest.mark.parametrize(
    ("count", "rows", "cols"), [(1, 2, 3), (2, 3, 2), (3, 2, 5), (5, 1, 1), (3, 3, 3), (2, 2, 2), (2, 0, 3)]
)
def test_stack_matrices_keeps_every_number_in_its_place(impl, device, count, rows, cols):
    actual = impl.stack_matrices(_matrices(count, rows, cols, device=device))

    expected = torch.arange(1.0, count * rows * cols + 1, device=device).reshape(count, rows, cols)
    expect.tensor(actual, expected, call=f"stack_matrices({count} matrices of shape {(rows, cols)})")


def test_stack_matrices_takes_transposed_matrices(impl, device):
    matrices = [matrix.T for matrix in _matrices(2, 2, 3, device=device)]

    actual = impl.stack_matrices(matrices)

    expected = torch.tensor(
        [[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], [[7.0, 10.0], [8.0, 11.0], [9.0, 12.0]]], device=device
    )
    expect.tensor(actual, expected, call="stack_matrices(matrices)", matrices=matrices)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_stack_matrices_keeps_dtype_and_device(impl, device, dtype):
    matrices = _matrices(3, 2, 1, dtype=dtype, device=device)

    actual = impl.stack_matrices(matrices)

    expected = torch.arange(1, 7, device=device).to(dtype).reshape(3, 2, 1)
    expect.tensor(actual, expected, call="stack_matrices(matrices)", matrices=matrices)


@pytest.mark.parametrize("odd", [(3, 2), (2, 4), (1, 3), (6,), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("place", [1, 2])
def test_stack_matrices_names_the_first_odd_matrix(impl, device, place, odd):
    shapes = [(2, 3), (2, 3), (2, 3), (4, 4)]  # a second odd one comes last
    shapes[place] = odd

    with expect.raises(ValueError, match=rf"matrices\[{place}\]", call="stack_matrices(matrices)", shapes=shapes):
        impl.stack_matrices([torch.ones(shape, device=device) for shape in shapes])


def test_stack_matrices_takes_the_first_matrix_as_the_model(impl, device):
    shapes = [(1, 2), (2, 3), (2, 3)]  # the first is the only odd one, and yet the second is named

    with expect.raises(ValueError, match=r"matrices\[1\]", call="stack_matrices(matrices)", shapes=shapes):
        impl.stack_matrices([torch.ones(shape, device=device) for shape in shapes])


def test_stack_matrices_lets_gradients_flow_to_every_matrix(impl, probe, device):
    upstream = torch.tensor([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]], device=device)

    gradients = probe(
        probes.gradients, probe(probes.taking_each, impl.stack_matrices), *_matrices(2, 1, 3, device=device),
        upstream=upstream,
    )  # fmt: skip

    for i in range(2):
        call = f"gradient of (stack_matrices(matrices) * upstream).sum() for matrices[{i}]"
        expect.tensor(gradients[i], upstream[i], call=call, upstream=upstream)


def test_stack_matrices_leaves_its_inputs_unchanged(impl, probe, device):
    changed = probe(probes.changed_inputs, impl.stack_matrices, _matrices(3, 2, 2, device=device))

    expect.value(changed, [], call="stack_matrices(matrices), which arguments it changed")
