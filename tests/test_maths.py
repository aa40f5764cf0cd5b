"""Specs of the topic `maths`."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests import expect, probes, promises, strategies
from tests.oracles import exact, like, wide

# Tests take copies of these: a learner's code may write into what it is given.
TABLE = torch.tensor([[1.5, -2.0, 0.25], [4.0, 0.5, 3.0], [-3.5, 1.0, 2.5], [0.75, -4.0, 2.0], [2.0, 1.25, -1.5]])
WEIGHTS = torch.tensor([[1.0, 3.0, 0.5], [0.25, 2.0, 4.0], [5.0, 0.0, 1.5], [2.5, 2.5, 3.0]])
SQUARE = torch.tensor([[1.0, 7.0, 2.0], [3.0, 2.0, 5.0], [6.0, 1.0, 3.0]])

SIZES = strategies.shapes(2, 2, min_side=0, max_side=5)


def eighths(shape, low=-80, high=80):
    """Multiples of 1/8, many of them equal: sums and differences of them are exact."""
    return strategies.tensors(shape, torch.int64, low=low, high=high).map(lambda whole: whole / 8)


def lengths(rows):
    """Euclidean lengths, one row of numbers after the other."""
    return torch.tensor([math.hypot(*row) for row in rows], dtype=torch.float64)


# row_lengths


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([[3.0, 4.0], [5.0, 12.0], [8.0, -6.0]], [5.0, 13.0, 10.0], id="pairs"),
        pytest.param([[1.0, 2.0, 2.0], [-4.0, 4.0, 7.0], [2.0, 3.0, 6.0]], [3.0, 9.0, 7.0], id="square"),
        pytest.param([[2.0, 4.0, 5.0, 6.0]], [9.0], id="one-row"),
        pytest.param([[-2.0], [0.5], [3.0]], [2.0, 0.5, 3.0], id="one-feature"),
        pytest.param([[-7.0]], [7.0], id="one-entry"),
    ],
)
def test_row_lengths_measures_each_row(impl, device, x, expected):
    x = torch.tensor(x, device=device)

    actual = impl.row_lengths(x)

    expect.tensor(actual, x.new_tensor(expected), call="row_lengths(x)", x=x)


@given(x=strategies.tensors(SIZES))
def test_row_lengths_takes_any_number_of_rows_and_features(impl, device, x):
    x = x.to(device)

    actual = impl.row_lengths(x)

    expect.tensor(actual, like(lengths(x.tolist()), x), call="row_lengths(x)", x=x)


@promises.DTYPES
def test_row_lengths_gives_a_row_of_zeros_exactly_0(impl, device, dtype):
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0], [-0.0, 0.0]], dtype=dtype, device=device)

    actual = impl.row_lengths(x)

    expect.tensor(actual, x.new_tensor([0.0, 5.0, 0.0]), call="row_lengths(x)", rtol=0, atol=0, x=x)


@promises.DTYPES
def test_row_lengths_gives_a_row_of_zeros_the_gradient_0(impl, probe, device, dtype):
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0], [-0.0, 0.0]], dtype=dtype, device=device)
    upstream = x.new_tensor([2.0, 5.0, 3.0])

    actual = probe(probes.gradient, impl.row_lengths, x, upstream=upstream)

    expected = x.new_tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])
    expect.tensor(actual, expected, call="gradient of row_lengths(x)", x=x, upstream=upstream)


def test_row_lengths_does_not_take_a_short_row_for_zeros(impl, probe, device):
    x = torch.tensor([[3e-10, -4e-10], [5e-7, 12e-7]], device=device)
    upstream = x.new_tensor([1.0, 13.0])

    actual, gradient = probe(probes.value_and_gradient, impl.row_lengths, x, upstream=upstream)

    expect.tensor(actual, x.new_tensor([5e-10, 13e-7]), call="row_lengths(x)", rtol=1e-4, atol=0, x=x)
    expected = x.new_tensor([[0.6, -0.8], [5.0, 12.0]])
    expect.tensor(gradient, expected, call="gradient of row_lengths(x)", rtol=1e-4, x=x, upstream=upstream)


def test_row_lengths_has_the_right_gradient(impl, probe, device):
    x = torch.tensor([[2.0, 3.0, -6.0], [1.0, 2.0, 2.0], [-4.0, 4.0, 7.0]], device=device)
    upstream = x.new_tensor([7.0, -3.0, 18.0])

    actual = probe(probes.gradient, impl.row_lengths, x, upstream=upstream)

    expected = x.new_tensor([[2.0, 3.0, -6.0], [-1.0, -2.0, -2.0], [-8.0, 8.0, 14.0]])
    expect.tensor(actual, expected, call="gradient of row_lengths(x)", x=x, upstream=upstream)


@promises.DTYPES
def test_row_lengths_computes_in_the_dtype_of_x(impl, device, dtype):
    x = TABLE.to(device, dtype, copy=True)

    actual = impl.row_lengths(x)

    expect.tensor(actual, like(lengths(x.tolist()), x), call="row_lengths(x)", x=x, **exact(dtype))


@promises.LAYOUTS
def test_row_lengths_accepts_any_memory_layout(impl, device, layout):
    x = layout(TABLE.to(device, copy=True))

    actual = impl.row_lengths(x)

    expect.tensor(actual, like(lengths(x.tolist()), x), call="row_lengths(x)", x=x)


def test_row_lengths_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.row_lengths, TABLE.to(device, copy=True), call="row_lengths(x)")


def test_row_lengths_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.row_lengths, torch.ones(4, 4, device=device), call="row_lengths(x)")


# standardize


def standardized(x):
    """NumPy's mean and standard deviation, column by column, in float64 on the CPU."""
    array = wide(x).numpy()
    columns = torch.zeros(array.shape, dtype=torch.float64)
    for column in range(array.shape[1]):
        numbers = array[:, column]
        if len(set(numbers.tolist())) > 1:
            columns[:, column] = torch.from_numpy((numbers - numbers.mean()) / numbers.std())
    return columns


def standardized_gradient(x, g):
    """The gradient for columns that vary, from the formula: what `g` is beyond its mean and its part along y."""
    y, std = standardized(x), torch.from_numpy(wide(x).numpy().std(axis=0))
    return (wide(g) - wide(g).mean(0) - y * (wide(g) * y).mean(0)) / std


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([[2.0], [4.0]], [[-1.0], [1.0]], id="two-rows"),
        pytest.param([[1.0, 30.0, 0.5], [3.0, 10.0, 0.0]], [[-1.0, 1.0, 1.0], [1.0, -1.0, -1.0]], id="three-columns"),
        pytest.param([[0.0], [0.0], [0.0], [0.0], [5.0]], [[-0.5], [-0.5], [-0.5], [-0.5], [2.0]], id="five-rows"),
        pytest.param([[1.0, 5.0], [3.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]], id="square"),
        pytest.param([[1.0, 4.0], [1.0, 0.0], [5.0, 4.0], [5.0, 0.0]], [[-1, 1], [-1, -1], [1, 1], [1, -1]], id="four"),
    ],
)
def test_standardize_brings_each_column_to_mean_0_and_deviation_1(impl, device, x, expected):
    x = torch.tensor(x, device=device)

    actual = impl.standardize(x)

    expect.tensor(actual, x.new_tensor(expected), call="standardize(x)", x=x)


@given(x=eighths(SIZES))
def test_standardize_agrees_with_numpy_for_any_size(impl, device, x):
    x = x.to(device)

    actual = impl.standardize(x)

    expect.tensor(actual, like(standardized(x), x), call="standardize(x)", x=x)


@promises.DTYPES
@pytest.mark.parametrize(
    "x", [[[4.0, -2.0, 0.0]], [[5.0, 0.0], [5.0, 0.0], [5.0, 0.0]]], ids=["one-row", "constant-columns"]
)
def test_standardize_turns_a_constant_column_into_0(impl, device, dtype, x):
    x = torch.tensor(x, dtype=dtype, device=device)

    actual = impl.standardize(x)

    expect.tensor(actual, torch.zeros_like(x), call="standardize(x)", x=x)


@pytest.mark.parametrize(
    ("constant", "count", "dtype"),
    [(0.1, 7, torch.float32), (7.7, 3, torch.float32), (0.7, 11, torch.float32), (0.1, 3, torch.float64)],
    ids=str,
)
@pytest.mark.parametrize("columns", [1, 2])  # a sum is rounded in another order beside another column
def test_standardize_sees_a_constant_column_despite_rounding(impl, device, constant, count, dtype, columns):
    x = torch.full((count, columns), constant, dtype=dtype, device=device)
    x[1:, 1:] = constant + 1

    actual = impl.standardize(x)

    expect.tensor(actual, like(standardized(x), x), call="standardize(x)", x=x)


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1e4, 1e9])
def test_standardize_does_not_depend_on_the_scale_of_a_column(impl, device, scale):
    x = torch.tensor([[1.0, 1.0], [3.0, 5.0]], device=device) * torch.tensor([scale, 1.0], device=device)

    actual = impl.standardize(x)

    expected = x.new_tensor([[-1.0, -1.0], [1.0, 1.0]])
    expect.tensor(actual, expected, call="standardize(x)", rtol=1e-4, x=x)


def test_standardize_stays_accurate_far_from_zero(impl, device):
    x = torch.tensor([[10000.0, -5000.0], [10002.0, -5001.0]], device=device)

    actual = impl.standardize(x)

    expect.tensor(actual, x.new_tensor([[-1.0, 1.0], [1.0, -1.0]]), call="standardize(x)", rtol=1e-4, x=x)


def test_standardize_has_the_right_gradient(impl, probe, device):
    x, g = TABLE.to(device, copy=True), probes.upstream_like(TABLE)

    actual = probe(probes.gradient, impl.standardize, x, upstream=g.to(device))

    expected = like(standardized_gradient(x, g), x)
    expect.tensor(actual, expected, call="gradient of standardize(x)", x=x, upstream=g)


def test_standardize_has_a_gradient_beside_constant_columns(impl, probe, device):
    x = torch.tensor([[1.0, 0.5, 0.0, 0.1], [2.0, 0.5, 0.0, 0.1], [6.0, 0.5, 0.0, 0.1]], device=device)
    g = probes.upstream_like(x.cpu())
    call = "gradient of standardize(x)"

    actual = probe(probes.gradient, impl.standardize, x, upstream=g.to(device))

    expect.finite(actual, call=call, x=x, upstream=g)
    expected = like(standardized_gradient(x[:, :1], g[:, :1]), x)
    expect.tensor(actual[:, :1], expected, call=f"({call})[:, :1]", x=x, upstream=g)


def test_standardize_has_a_finite_gradient_for_one_row(impl, probe, device):
    x = torch.tensor([[4.0, -2.0, 0.0]], device=device)

    actual = probe(probes.gradient, impl.standardize, x)

    expect.finite(actual, call="gradient of standardize(x)", x=x)


@promises.DTYPES
def test_standardize_computes_in_the_dtype_of_x(impl, device, dtype):
    x = TABLE.to(device, dtype, copy=True)

    actual = impl.standardize(x)

    expect.tensor(actual, like(standardized(x), x), call="standardize(x)", x=x, **exact(dtype))


@promises.LAYOUTS
def test_standardize_accepts_any_memory_layout(impl, device, layout):
    x = layout(TABLE.to(device, copy=True))

    actual = impl.standardize(x)

    expect.tensor(actual, like(standardized(x), x), call="standardize(x)", x=x)


def test_standardize_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.standardize, TABLE.to(device, copy=True), call="standardize(x)")


def test_standardize_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.standardize, SQUARE.to(device, copy=True), call="standardize(x)")


# normalize_rows


def shares(rows):
    """Shares by Python's own arithmetic, one number after the other."""
    return [[entry / (sum(row) or 1.0) for entry in row] for row in rows]


def shares_of(x):
    return like(torch.tensor(shares(x.tolist()), dtype=torch.float64).reshape(x.shape), x)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([[1.0, 3.0], [6.0, 2.0]], [[0.25, 0.75], [0.75, 0.25]], id="square"),
        pytest.param([[1.0, 1.0, 2.0], [5.0, 0.0, 5.0]], [[0.25, 0.25, 0.5], [0.5, 0.0, 0.5]], id="wide"),
        pytest.param([[1.0, 9.0], [3.0, 1.0], [0.0, 4.0]], [[0.1, 0.9], [0.75, 0.25], [0.0, 1.0]], id="tall"),
        pytest.param([[3.0, 5.0, 2.0]], [[0.3, 0.5, 0.2]], id="one-row"),
        pytest.param([[4.0], [0.5], [0.0]], [[1.0], [1.0], [0.0]], id="one-column"),
    ],
)
def test_normalize_rows_divides_each_row_by_its_sum(impl, device, x, expected):
    x = torch.tensor(x, device=device)

    actual = impl.normalize_rows(x)

    expect.tensor(actual, x.new_tensor(expected), call="normalize_rows(x)", x=x)


@given(x=eighths(SIZES, low=0))
def test_normalize_rows_agrees_with_its_definition_for_any_size(impl, device, x):
    x = x.to(device)

    actual = impl.normalize_rows(x)

    expect.tensor(actual, shares_of(x), call="normalize_rows(x)", x=x)


@promises.DTYPES
def test_normalize_rows_keeps_a_row_of_zeros(impl, device, dtype):
    x = torch.tensor([[0.0, 0.0], [1.0, 3.0], [0.0, 0.0]], dtype=dtype, device=device)

    actual = impl.normalize_rows(x)

    expected = x.new_tensor([[0.0, 0.0], [0.25, 0.75], [0.0, 0.0]])
    expect.tensor(actual, expected, call="normalize_rows(x)", rtol=0, atol=0, x=x)


@promises.DTYPES
def test_normalize_rows_has_a_finite_gradient_at_a_row_of_zeros(impl, probe, device, dtype):
    x = torch.tensor([[0.0, 0.0], [1.0, 3.0]], dtype=dtype, device=device)
    upstream = x.new_tensor([[1.0, 2.0], [4.0, 12.0]])
    call = "gradient of normalize_rows(x)"

    actual = probe(probes.gradient, impl.normalize_rows, x, upstream=upstream)

    expect.finite(actual, call=call, x=x, upstream=upstream)
    expect.tensor(actual[1], x.new_tensor([-1.5, 0.5]), call=f"({call})[1]", x=x, upstream=upstream)


def test_normalize_rows_divides_small_rows_too(impl, device):
    x = torch.tensor([[1e-7, 3e-7], [0.0, 1e-7], [1e3, 9e3]], device=device)

    actual = impl.normalize_rows(x)

    expected = x.new_tensor([[0.25, 0.75], [0.0, 1.0], [0.1, 0.9]])
    expect.tensor(actual, expected, call="normalize_rows(x)", x=x)


@pytest.mark.parametrize("x", [WEIGHTS, SQUARE], ids=["tall", "square"])
def test_normalize_rows_has_the_right_gradient(impl, probe, device, x):
    g = probes.upstream_like(x)

    actual = probe(probes.gradient, impl.normalize_rows, x.to(device, copy=True), upstream=g.to(device))

    total = wide(x).sum(1, keepdim=True)
    expected = (wide(g) - (wide(g) * wide(x) / total).sum(1, keepdim=True)) / total
    expect.tensor(actual, expected.float().to(device), call="gradient of normalize_rows(x)", x=x, upstream=g)


@promises.DTYPES
def test_normalize_rows_computes_in_the_dtype_of_x(impl, device, dtype):
    x = WEIGHTS.to(device, dtype, copy=True)

    actual = impl.normalize_rows(x)

    expect.tensor(actual, shares_of(x), call="normalize_rows(x)", x=x, **exact(dtype))


@promises.LAYOUTS
def test_normalize_rows_accepts_any_memory_layout(impl, device, layout):
    x = layout(WEIGHTS.to(device, copy=True))

    actual = impl.normalize_rows(x)

    expect.tensor(actual, shares_of(x), call="normalize_rows(x)", x=x)


def test_normalize_rows_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.normalize_rows, WEIGHTS.to(device, copy=True), call="normalize_rows(x)")


def test_normalize_rows_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.normalize_rows, torch.ones(4, 4, device=device), call="normalize_rows(x)")


# matrix_product

PRODUCT = "matrix_product(a, b)"
FORBIDDEN = {"matmul", "rmatmul", "mm", "bmm", "mv", "dot", "vdot", "vecdot", "inner", "tensordot", "linear"}
FORBIDDEN |= {"bilinear", "chain_matmul", "multi_dot", "addmm", "addbmm", "baddbmm", "addmv"}


def filled(shape, start):
    """Numbers from -3 to 3, in no order."""
    return ((torch.arange(math.prod(shape)) * 5 + start) % 13 - 6.0).reshape(shape) / 2


def product(a, b):
    """NumPy's product in float64, on the CPU."""
    return torch.from_numpy(wide(a).numpy() @ wide(b).numpy())


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param([[1.0, 2.0, 3.0]], [[4.0], [5.0], [6.0]], [[32.0]], id="row-times-column"),
        pytest.param([[2.0], [3.0]], [[10.0, 1.0, 5.0]], [[20.0, 2.0, 10.0], [30.0, 3.0, 15.0]], id="column-times-row"),
        pytest.param([[1.0, 2.0], [3.0, 4.0]], [[0.0, 5.0], [1.0, 7.0]], [[2.0, 19.0], [4.0, 43.0]], id="square"),
        pytest.param(
            [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]],
            [[1.0, 0.0, 2.0, 5.0], [4.0, 1.0, 0.0, 1.0], [0.0, 2.0, 1.0, 3.0]],
            [[9.0, 2.0, 2.0, 7.0], [4.0, 7.0, 3.0, 10.0]],
            id="2x3-times-3x4",
        ),
        pytest.param([[3.0]], [[7.0]], [[21.0]], id="one-entry"),
    ],
)
def test_matrix_product_multiplies_rows_by_columns(impl, device, a, b, expected):
    a, b = torch.tensor(a, device=device), torch.tensor(b, device=device)

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, a.new_tensor(expected), call=PRODUCT, a=a, b=b)


SHAPES = pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [
        ((2, 3, 4), (2, 4, 5)),
        ((1, 3, 4), (1, 4, 2)),
        ((3, 3, 3), (3, 3, 3)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 1)),
        ((2, 1, 3, 4), (5, 4, 2)),
        ((3, 1, 2, 2), (1, 5, 2, 1)),
        ((2, 3, 1, 2), (2, 3, 2, 5)),
        ((1, 2, 1, 3, 2), (3, 1, 5, 2, 4)),
    ],
    ids=str,
)


@SHAPES
def test_matrix_product_broadcasts_the_batch(impl, device, a_shape, b_shape):
    a, b = filled(a_shape, 1).to(device), filled(b_shape, 4).to(device)

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, like(product(a, b), a), call=PRODUCT, a=a, b=b)


@SHAPES
def test_matrix_product_passes_gradients_to_both(impl, probe, device, a_shape, b_shape):
    a, b = filled(a_shape, 1), filled(b_shape, 4)

    actual = probe(probes.gradients, impl.matrix_product, a.to(device), b.to(device))

    expected = probes.gradients(torch.matmul, a.double(), b.double())
    for name, got, should_be in zip("ab", actual, expected, strict=True):
        expect.tensor(got, should_be.float().to(device), call=f"gradient of {PRODUCT} for {name}", a=a, b=b)


@given(data=st.data(), batch=strategies.shapes(0, 2, min_side=0, max_side=3))
def test_matrix_product_agrees_with_numpy_for_any_size(impl, device, data, batch):
    rows, inner, columns = (data.draw(st.integers(0, 4), label=label) for label in ("rows", "inner", "columns"))
    a = data.draw(strategies.tensors((*batch, rows, inner), low=-4, high=4), label="a").to(device)
    b = data.draw(strategies.tensors((*batch[-1:], inner, columns), low=-4, high=4), label="b").to(device)

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, like(product(a, b), a), call=PRODUCT, a=a, b=b)


def test_matrix_product_over_no_inner_entries_is_0(impl, device):
    a, b = torch.ones(2, 0, device=device), torch.ones(0, 3, device=device)

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, torch.zeros(2, 3, device=device), call=PRODUCT, a=a, b=b)


@pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [
        pytest.param((2, 3), (4, 5), id="3-and-4"),
        pytest.param((2, 3), (2, 3), id="equal-shapes"),
        pytest.param((2, 3), (1, 4), id="b-would-broadcast"),
        pytest.param((2, 1), (3, 4), id="a-would-broadcast"),
        pytest.param((2, 3, 4), (2, 3, 4), id="batch"),
        pytest.param((4, 2), (3, 4), id="other-way-round"),
        pytest.param((2, 1), (0, 4), id="nothing-would-broadcast"),
    ],
)
def test_matrix_product_refuses_inner_sizes_that_differ(impl, device, a_shape, b_shape):
    a, b = torch.ones(a_shape, device=device), torch.ones(b_shape, device=device)

    with expect.raises(ValueError, match=r"\bb\b", call=PRODUCT, a=a_shape, b=b_shape):
        impl.matrix_product(a, b)


@pytest.mark.parametrize(
    ("a_shape", "b_shape"), [((2, 3), (3, 4)), ((2, 3, 4), (2, 4, 5)), ((1, 3), (3, 1))], ids=["2-d", "batch", "inner"]
)
def test_matrix_product_does_without_the_products_of_torch(impl, probe, device, a_shape, b_shape):
    a, b = filled(a_shape, 1).to(device), filled(b_shape, 4).to(device)

    used = probe(probes.called_functions, impl.matrix_product, a, b)

    off_limits = [name for name in used if name.removeprefix("linalg_").strip("_") in FORBIDDEN]
    got = f"a call of {', '.join(off_limits)}"
    expect.that(off_limits == [], call=PRODUCT, got=got, should_be="only einsum, or products entry by entry")


@promises.DTYPES
def test_matrix_product_computes_in_the_dtype_of_a(impl, device, dtype):
    a, b = TABLE.to(device, dtype, copy=True), (TABLE.T * 0.7).to(device, dtype)

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, like(product(a, b), a), call=PRODUCT, a=a, b=b, **exact(dtype))


@promises.LAYOUTS
def test_matrix_product_accepts_any_memory_layout(impl, device, layout):
    a, b = layout(filled((2, 3, 4), 1).to(device)), layout(filled((2, 4, 5), 4).to(device))

    actual = impl.matrix_product(a, b)

    expect.tensor(actual, like(product(a, b), a), call=PRODUCT, a=a, b=b)


def test_matrix_product_leaves_its_inputs_unchanged(impl, probe, device):
    a, b = filled((2, 3), 1).to(device), filled((3, 4), 4).to(device)

    promises.unchanged(probe, impl.matrix_product, a, b, call=PRODUCT)


@pytest.mark.parametrize("sizes", [(4, 4), (2, 2, 3, 3)], ids=["matrices", "batch"])
def test_matrix_product_needs_no_loop(impl, probe, device, sizes):
    a, b = torch.ones(sizes, device=device), torch.ones(sizes, device=device)

    promises.no_loop(probe, impl.matrix_product, a, b, call=PRODUCT)


# pairwise_distances

DISTANCES = "pairwise_distances(a, b)"


def distances(a, b):
    """Distances by Python's own arithmetic, one pair of points after the other."""
    rows = [[math.dist(p, q) for q in b.tolist()] for p in a.tolist()]
    return like(torch.tensor(rows, dtype=torch.float64).reshape(len(a), len(b)), a)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param([[0.0, 0.0], [3.0, 0.0]], [[0.0, 4.0], [3.0, 1.0], [6.0, 4.0]],
                     [[4.0, 10**0.5, 52**0.5], [5.0, 1.0, 5.0]], id="2-and-3"),
        pytest.param([[0.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [4.0, 5.0]], [[2**0.5, 41**0.5], [0.0, 5.0]], id="2-and-2"),
        pytest.param([[1.0], [-2.0], [5.0]], [[3.0], [1.0]], [[2.0, 0.0], [5.0, 3.0], [2.0, 4.0]], id="one-feature"),
        pytest.param([[1.0, 2.0, 3.0]], [[2.0, 4.0, 5.0]], [[3.0]], id="one-pair"),
        pytest.param([[0.0, 0.0, 0.0]] * 3, [[1.0, 2.0, 2.0], [4.0, 4.0, 7.0], [2.0, 3.0, 6.0]],
                     [[3.0, 9.0, 7.0]] * 3, id="all-sizes-3"),
    ],
)  # fmt: skip
def test_pairwise_distances_pairs_every_point_with_every_other(impl, device, a, b, expected):
    a, b = torch.tensor(a, device=device), torch.tensor(b, device=device)

    actual = impl.pairwise_distances(a, b)

    expect.tensor(actual, a.new_tensor(expected), call=DISTANCES, a=a, b=b)


@given(data=st.data(), n=st.integers(0, 5), m=st.integers(0, 5), features=st.integers(0, 4))
def test_pairwise_distances_agrees_with_its_definition_for_any_size(impl, device, data, n, m, features):
    a = data.draw(eighths((n, features)), label="a").to(device)
    b = data.draw(eighths((m, features)), label="b").to(device)

    actual = impl.pairwise_distances(a, b)

    expect.tensor(actual, distances(a, b), call=DISTANCES, a=a, b=b)


@pytest.mark.parametrize("n", [2, 30])
@promises.DTYPES
def test_pairwise_distances_is_exactly_0_where_points_coincide(impl, device, dtype, n):
    a = (filled((n, 3), 2) + 0.1).to(device, dtype)

    actual = impl.pairwise_distances(a, a.clone())

    expect.tensor(actual, distances(a, a), call=DISTANCES, a=a, b=a)
    expect.tensor(actual.diagonal(), a.new_zeros(n), call=f"{DISTANCES}.diagonal()", rtol=0, atol=0, a=a, b=a)


@promises.DTYPES
def test_pairwise_distances_takes_no_gradient_from_points_that_coincide(impl, probe, device, dtype):
    a = torch.tensor([[1.0, 2.0], [4.0, 6.0]], dtype=dtype, device=device)
    b = torch.tensor([[1.0, 2.0], [4.0, 6.0], [1.0, -2.0]], dtype=dtype, device=device)
    upstream = a.new_tensor([[7.0, 5.0, 3.0], [0.0, 9.0, 0.0]])

    actual = probe(probes.gradients, impl.pairwise_distances, a, b, upstream=upstream)

    expected = [[-3.0, -1.0], [0.0, 0.0]], [[0.0, 0.0], [3.0, 4.0], [0.0, -3.0]]
    for name, got, should_be in zip("ab", actual, expected, strict=True):
        expect.tensor(got, a.new_tensor(should_be), call=f"gradient of {DISTANCES} for {name}", a=a, b=b)


@pytest.mark.parametrize("n", [1, 30])
def test_pairwise_distances_keeps_its_precision_nearby(impl, probe, device, n):
    a, b = torch.zeros(n, 2, device=device), torch.tensor([[3e-4, 4e-4], [-5e-7, 12e-7]], device=device)
    upstream = torch.zeros(n, 2, device=device)
    upstream[0] = torch.tensor([1.0, 13.0], device=device)

    actual, gradient = probe(probes.value_and_gradient, impl.pairwise_distances, a, b, wrt=1, upstream=upstream)

    expected = a.new_tensor([[5e-4, 13e-7]]).expand(n, 2)
    expect.tensor(actual, expected, call=DISTANCES, rtol=1e-4, atol=0, a=a, b=b)
    expected = b.new_tensor([[0.6, 0.8], [-5.0, 12.0]])
    expect.tensor(gradient, expected, call=f"gradient of {DISTANCES} for b", rtol=1e-4, a=a, b=b)


@pytest.mark.parametrize("n", [2, 30])
def test_pairwise_distances_keeps_its_precision_far_from_the_origin(impl, device, n):
    a = torch.full((n, 2), 10000.0, device=device)
    b = torch.tensor([[10003.0, 10004.0], [10000.0, 9999.0]], device=device)

    actual = impl.pairwise_distances(a, b)

    expect.tensor(actual, a.new_tensor([[5.0, 1.0]]).expand(n, 2), call=DISTANCES, rtol=1e-4, a=a, b=b)


def test_pairwise_distances_has_the_right_gradients(impl, probe, device):
    a, b = TABLE[:2], TABLE[2:]
    g = probes.upstream_like(torch.zeros(2, 3))

    actual = probe(probes.gradients, impl.pairwise_distances, a.to(device), b.to(device), upstream=g.to(device))

    gap = wide(a)[:, None] - wide(b)  # (2, 3, features)
    pull = wide(g)[..., None] * gap / gap.square().sum(2, keepdim=True).sqrt()
    for name, got, should_be in zip("ab", actual, (pull.sum(1), -pull.sum(0)), strict=True):
        call = f"gradient of {DISTANCES} for {name}"
        expect.tensor(got, should_be.float().to(device), call=call, a=a, b=b, upstream=g)


@pytest.mark.parametrize(("of_a", "of_b"), [(3, 2), (2, 3), (1, 3), (3, 1), (0, 1), (1, 0)])
def test_pairwise_distances_refuses_another_number_of_features(impl, device, of_a, of_b):
    a, b = torch.ones(4, of_a, device=device), torch.ones(5, of_b, device=device)

    with expect.raises(ValueError, match=r"\bb\b", call=DISTANCES, a=(4, of_a), b=(5, of_b)):
        impl.pairwise_distances(a, b)


@promises.DTYPES
def test_pairwise_distances_computes_in_the_dtype_of_a(impl, device, dtype):
    a, b = (part.to(device, dtype, copy=True) for part in (TABLE[:2], TABLE[2:]))

    actual = impl.pairwise_distances(a, b)

    expect.tensor(actual, distances(a, b), call=DISTANCES, a=a, b=b, **exact(dtype))


@promises.LAYOUTS
def test_pairwise_distances_accepts_any_memory_layout(impl, device, layout):
    a, b = (layout(part.to(device, copy=True)) for part in (TABLE[:2], TABLE[2:]))

    actual = impl.pairwise_distances(a, b)

    expect.tensor(actual, distances(a, b), call=DISTANCES, a=a, b=b)


def test_pairwise_distances_leaves_its_inputs_unchanged(impl, probe, device):
    a, b = (part.to(device, copy=True) for part in (TABLE[:2], TABLE[2:]))

    promises.unchanged(probe, impl.pairwise_distances, a, b, call=DISTANCES)


def test_pairwise_distances_needs_no_loop(impl, probe, device):
    a, b = torch.ones(4, 4, device=device), torch.ones(4, 4, device=device)

    promises.no_loop(probe, impl.pairwise_distances, a, b, call=DISTANCES)


# predicted_class


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        pytest.param([[0.1, 2.0, -5.0], [9.0, 8.0, 7.0], [1.0, 2.0, 3.0], [0.0, 1.5, 1.0]], [1, 0, 2, 1], id="4-by-3"),
        pytest.param([[5.0, 6.0, 1.0], [2.0, 1.0, 0.0], [9.0, 3.0, 4.0]], [1, 0, 0], id="square"),
        pytest.param([[-1.0, -3.0, -0.5, -7.0, -9.0]], [2], id="one-sample-all-negative"),
        pytest.param([[-2.0, 1.0], [3.0, -4.0]], [1, 0], id="two-classes"),
        pytest.param([[5.0], [-1.0], [0.0]], [0, 0, 0], id="one-class"),
        pytest.param([[-math.inf, -1e30, -math.inf], [0.0, -math.inf, 1.0]], [1, 2], id="minus-infinity"),
    ],
)
def test_predicted_class_is_the_index_of_the_highest_score(impl, device, scores, expected):
    scores = torch.tensor(scores, device=device)

    actual = impl.predicted_class(scores)

    expect.tensor(actual, torch.tensor(expected, device=device), call="predicted_class(scores)", scores=scores)


@given(data=st.data(), batch=st.integers(0, 5), classes=st.integers(1, 5))
def test_predicted_class_finds_the_only_highest_score_of_any_row(impl, device, data, batch, classes):
    order = st.permutations([-3.5, -1.0, 0.0, 0.25, 2.0][:classes])
    rows = data.draw(st.lists(order, min_size=batch, max_size=batch), label="rows")
    scores = torch.tensor(rows, dtype=torch.float32).reshape(batch, classes).to(device)

    actual = impl.predicted_class(scores)

    expected = torch.tensor([row.index(max(row)) for row in rows], dtype=torch.int64, device=device)
    expect.tensor(actual, expected, call="predicted_class(scores)", scores=scores)


@pytest.mark.parametrize(
    ("row", "dtype"),
    [
        pytest.param([1e-30, 2e-30, 0.0], torch.float32, id="near-0"),
        pytest.param([200.0, 201.0, 1.0], torch.float32, id="large"),
        pytest.param([-201.0, -200.0, -300.0], torch.float32, id="negative"),
        pytest.param([1e38, 3e38, -3e38], torch.float32, id="huge"),
        pytest.param([1.0, 1.0 + 2**-50, 0.0], torch.float64, id="last-digit"),
        pytest.param([60000.0, 65504.0, 0.0], torch.float16, id="half"),
    ],
)
def test_predicted_class_tells_close_and_large_scores_apart(impl, device, row, dtype):
    scores = torch.tensor([row, row[::-1]], dtype=dtype, device=device)

    actual = impl.predicted_class(scores)

    expect.tensor(actual, torch.tensor([1, 1], device=device), call="predicted_class(scores)", scores=scores)


def test_predicted_class_settles_on_one_of_equal_scores(impl, device):
    rows = [[3.0, 1.0, 3.0], [2.0, 2.0, 2.0], [0.0, 5.0, 5.0], [7.0, 0.0, 1.0]]
    highest = [{0, 2}, {0, 1, 2}, {1, 2}, {0}]

    actual = impl.predicted_class(torch.tensor(rows, device=device))

    got = actual.tolist() if isinstance(actual, torch.Tensor) and actual.shape == (4,) else [0] * 4
    expected = [best if best in among else min(among) for best, among in zip(got, highest, strict=True)]
    call = f"predicted_class(torch.tensor({rows}))"
    expect.tensor(actual, torch.tensor(expected, device=device), call=call)


@pytest.mark.parametrize("classes", [1, 3])
def test_predicted_class_of_an_empty_batch_is_empty(impl, device, classes):
    scores = torch.ones(0, classes, device=device)

    actual = impl.predicted_class(scores)

    expected = torch.empty(0, dtype=torch.int64, device=device)
    expect.tensor(actual, expected, call="predicted_class(scores)", scores=scores)


@promises.DTYPES
def test_predicted_class_takes_any_floating_point_dtype(impl, device, dtype):
    scores = TABLE.to(device, dtype, copy=True)

    actual = impl.predicted_class(scores)

    expected = torch.tensor([0, 0, 2, 2, 0], device=device)
    expect.tensor(actual, expected, call="predicted_class(scores)", scores=scores)


@promises.LAYOUTS
def test_predicted_class_accepts_any_memory_layout(impl, device, layout):
    scores = layout(TABLE.to(device, copy=True))

    actual = impl.predicted_class(scores)

    expected = torch.tensor([row.index(max(row)) for row in scores.tolist()], device=device)
    expect.tensor(actual, expected, call="predicted_class(scores)", scores=scores)


def test_predicted_class_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.predicted_class, TABLE.to(device, copy=True), call="predicted_class(scores)")


def test_predicted_class_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.predicted_class, SQUARE.to(device, copy=True), call="predicted_class(scores)")


# count_labels


@pytest.mark.parametrize(
    ("labels", "classes", "counts"),
    [
        pytest.param([2, 0, 2, 2], 4, [1, 0, 3, 0], id="repeated"),
        pytest.param([1, 2, 0], 3, [1, 1, 1], id="each-once"),
        pytest.param([0, 0, 0, 0, 0], 1, [5], id="one-class"),
        pytest.param([3], 5, [0, 0, 0, 1, 0], id="one-label"),
        pytest.param([4, 1, 4], 5, [0, 1, 0, 0, 2], id="first-class-without-label"),
        pytest.param([0, 1, 1, 0, 1], 5, [2, 3, 0, 0, 0], id="last-classes-without-label"),
    ],
)
def test_count_labels_counts_each_class(impl, device, labels, classes, counts):
    actual = impl.count_labels(torch.tensor(labels, device=device), classes)

    expected = torch.tensor(counts, device=device)
    expect.tensor(actual, expected, call=f"count_labels(torch.tensor({labels}), {classes=})")


@given(data=st.data(), classes=st.integers(1, 6))
def test_count_labels_agrees_with_pythons_own_count(impl, device, data, classes):
    labels = data.draw(st.lists(st.integers(0, classes - 1), max_size=12), label="labels")

    actual = impl.count_labels(torch.tensor(labels, dtype=torch.int64, device=device), classes)

    expected = torch.tensor([labels.count(label) for label in range(classes)], device=device)
    expect.tensor(actual, expected, call=f"count_labels(torch.tensor({labels}), {classes=})")


@pytest.mark.parametrize("classes", [1, 3])
def test_count_labels_gives_zeros_for_no_labels(impl, device, classes):
    actual = impl.count_labels(torch.empty(0, dtype=torch.int64, device=device), classes)

    expected = torch.zeros(classes, dtype=torch.int64, device=device)
    expect.tensor(actual, expected, call=f"count_labels(no labels, {classes=})")


def test_count_labels_counts_far(impl, device):
    actual = impl.count_labels(torch.ones(70_001, dtype=torch.int64, device=device), 3)

    expect.tensor(actual, torch.tensor([0, 70_001, 0], device=device), call="count_labels(70001 ones, classes=3)")


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
def test_count_labels_refuses_labels_out_of_range(impl, device, labels, classes):
    call = f"count_labels(torch.tensor({labels}), {classes=})"

    with expect.raises(ValueError, match="labels", call=call):
        impl.count_labels(torch.tensor(labels, device=device), classes)


@promises.LAYOUTS
def test_count_labels_accepts_any_memory_layout(impl, device, layout):
    labels = layout(torch.tensor([3, 0, 3, 1], device=device))

    actual = impl.count_labels(labels, 4)

    listed = labels.tolist()
    expected = torch.tensor([listed.count(label) for label in range(4)], device=device)
    expect.tensor(actual, expected, call="count_labels(labels, classes=4)", labels=labels)


def test_count_labels_leaves_its_input_unchanged(impl, probe, device):
    labels = torch.tensor([2, 0, 2, 1], device=device)

    promises.unchanged(probe, impl.count_labels, labels, 4, call="count_labels(labels, classes=4)")


def test_count_labels_needs_no_loop_over_the_labels(impl, probe, device):
    labels = torch.tensor([2, 0, 2, 1, 0, 2, 2, 3], device=device)

    promises.no_loop(probe, impl.count_labels, labels, 4, call="count_labels(labels, classes=4)")


def test_count_labels_needs_no_loop_over_the_classes(impl, probe, device):
    labels = torch.tensor([2, 0, 2, 1], device=device)

    few, many = (probe(probes.operations, impl.count_labels, labels, classes) for classes in (8, 64))

    expect.same_work(few, many, call="count_labels(labels, classes)", labels=labels, classes=64)
