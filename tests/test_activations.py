"""Specs of the topic `activations`."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests import expect, probes, promises, strategies
from tests.oracles import exact, like, wide

AXES = pytest.mark.parametrize("dim", [0, 1, -1])

# Tests take copies of these: a learner's code may write into what it is given.
BOX = torch.arange(24.0).reshape(2, 3, 4).sin() * 3  # unequal sides, no order, no symmetry
SHARES = torch.tensor([1.0, 2.0, 5.0])
Z = torch.tensor([[-2.0, -0.5, 0.25], [1.0, 3.0, -4.0]])


def rows_of(x):
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1]).tolist()


# net_input


@pytest.mark.parametrize(
    ("x", "weight", "expected"),
    [
        pytest.param([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [0.5, -1.0, 2.0], [14.5, 19.0], id="2-samples"),
        pytest.param([[1.0, 2.0], [3.0, 4.0]], [1.0, 100.0], [211.0, 413.0], id="square"),
        pytest.param([[2.0, 3.0]], [1.0, 1.0], [15.0], id="one-sample"),
        pytest.param([[2.0], [3.0], [5.0]], [7.0], [24.0, 31.0, 45.0], id="one-feature"),
        pytest.param([2.0, 3.0], [4.0, 5.0], 33.0, id="no-leading-axis"),
    ],
)
def test_net_input_weighs_the_features_and_adds_the_bias(impl, device, x, weight, expected):
    x = torch.tensor(x, device=device)
    weight, bias = x.new_tensor(weight), x.new_tensor(10.0)

    actual = impl.net_input(x, weight, bias)

    expect.tensor(actual, x.new_tensor(expected), call="net_input(x, weight, bias)", x=x, weight=weight, bias=bias)


@given(x=strategies.tensors(strategies.shapes(1, 4, min_side=0, max_side=5), low=-3, high=3))
def test_net_input_keeps_all_leading_axes(impl, device, x):
    weight, bias = torch.arange(1.0, x.shape[-1] + 1), torch.tensor(-0.5)
    sums = [sum(a * b for a, b in zip(row, weight.tolist(), strict=True)) - 0.5 for row in rows_of(x)]
    expected = torch.tensor(sums).reshape(x.shape[:-1]).to(device)

    actual = impl.net_input(x.to(device), weight.to(device), bias.to(device))

    expect.tensor(actual, expected, call="net_input(x, weight, bias)", x=x, weight=weight, bias=bias)


def test_net_input_of_no_features_is_the_bias(impl, device):
    x, bias = torch.ones(3, 0, device=device), torch.tensor(2.5, device=device)

    actual = impl.net_input(x, torch.ones(0, device=device), bias)

    expect.tensor(actual, x.new_tensor([2.5, 2.5, 2.5]), call="net_input(x, weight, bias)", x=x, bias=bias)


@promises.DTYPES
def test_net_input_computes_in_the_dtype_of_x(impl, device, dtype):
    x = BOX.to(device, dtype, copy=True)
    weight, bias = x.new_tensor([1.5, -2.0, 0.1, 0.7]), x.new_tensor(0.3)
    expected = like((wide(x) * wide(weight)).sum(-1) + wide(bias), x)

    actual = impl.net_input(x, weight, bias)

    expect.tensor(actual, expected, call="net_input(x, weight, bias)", x=x, **exact(dtype))


@promises.LAYOUTS
def test_net_input_accepts_any_memory_layout(impl, device, layout):
    x, weight = layout(Z.to(device, copy=True)), layout(SHARES.to(device, copy=True))
    expected = like((wide(x) * wide(weight)).sum(-1) + 1, x)

    actual = impl.net_input(x, weight, x.new_tensor(1.0))

    expect.tensor(actual, expected, call="net_input(x, weight, bias)", x=x, weight=weight)


def test_net_input_passes_gradients_to_all_three(impl, probe, device):
    x, weight, bias = (
        t.to(device, copy=True) for t in (torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), SHARES, SHARES[0])
    )
    upstream = x.new_tensor([1.0, 10.0])
    expected = [[[1.0, 2.0, 5.0], [10.0, 20.0, 50.0]], [41.0, 52.0, 63.0], 11.0]

    actual = probe(probes.gradients, impl.net_input, x, weight, bias, upstream=upstream)

    for name, got, should_be in zip(("x", "weight", "bias"), actual, expected, strict=True):
        expect.tensor(got, x.new_tensor(should_be), call=f"gradient of net_input for {name}", upstream=upstream)


def test_net_input_leaves_its_inputs_unchanged(impl, probe, device):
    args = Z.to(device, copy=True), SHARES.to(device, copy=True), torch.tensor(1.0, device=device)

    promises.unchanged(probe, impl.net_input, *args, call="net_input(x, weight, bias)")


def test_net_input_needs_no_loop(impl, probe, device):
    x, weight = torch.ones(8, 4, device=device), torch.ones(4, device=device)

    promises.no_loop(probe, impl.net_input, x, weight, weight.sum(), call="net_input(x, weight, bias)")


# logistic

ENDS = [-math.inf, -1000.0, -100.0, 100.0, 1000.0, math.inf]


@pytest.mark.parametrize(("z", "p"), [(-2.0, 0.1192029), (-1.0, 0.2689414), (0.0, 0.5), (1.0, 0.7310586)])
def test_logistic_maps_known_numbers(impl, device, z, p):
    z = torch.tensor(z, device=device)

    actual = impl.logistic(z)

    expect.tensor(actual, z.new_tensor(p), call="logistic(z)", z=z)


@promises.DTYPES
def test_logistic_is_safe_at_both_ends(impl, device, dtype):
    z = torch.tensor(ENDS, dtype=dtype, device=device)

    actual = impl.logistic(z)

    expect.tensor(actual, z.new_tensor([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]), call="logistic(z)", z=z)


@promises.DTYPES
def test_logistic_is_exact_at_infinity(impl, device, dtype):
    z = torch.tensor([-math.inf, math.inf], dtype=dtype, device=device)

    actual = impl.logistic(z)

    expect.tensor(actual, z.new_tensor([0.0, 1.0]), call="logistic(z)", rtol=0, atol=0, z=z)


@promises.DTYPES
def test_logistic_has_the_right_gradient_everywhere(impl, probe, device, dtype):
    z = torch.tensor([-1000.0, -100.0, -12.0, -1.0, 0.0, 1.0, 12.0, 100.0, 1000.0], dtype=dtype, device=device)
    slopes = z.new_tensor([0.0, 0.0, 6.1441e-06, 0.1966119, 0.25, 0.1966119, 6.1441e-06, 0.0, 0.0])

    actual = probe(probes.gradient, impl.logistic, z, upstream=torch.ones_like(z))

    expect.tensor(actual, slopes, call="gradient of logistic(z)", z=z)


@given(z=strategies.tensors(strategies.shapes(0, 3, min_side=0), low=-30, high=30))
def test_logistic_agrees_with_torch_for_any_shape(impl, device, z):
    z = z.to(device)

    actual = impl.logistic(z)

    expect.tensor(actual, like(torch.sigmoid(wide(z)), z), call="logistic(z)", z=z)


@promises.DTYPES
def test_logistic_computes_in_the_dtype_of_z(impl, device, dtype):
    z = BOX.to(device, dtype, copy=True)

    actual = impl.logistic(z)

    expect.tensor(actual, like(torch.sigmoid(wide(z)), z), call="logistic(z)", z=z, **exact(dtype))


@promises.DTYPES
def test_logistic_keeps_the_dtype_of_a_single_number(impl, device, dtype):
    z = torch.tensor(1.0, dtype=dtype, device=device)

    actual = impl.logistic(z)

    expect.tensor(actual, z.new_tensor(0.7310586), call="logistic(z)", z=z)


@promises.LAYOUTS
def test_logistic_accepts_any_memory_layout(impl, device, layout):
    z = layout(Z.to(device, copy=True))

    actual = impl.logistic(z)

    expect.tensor(actual, like(torch.sigmoid(wide(z)), z), call="logistic(z)", z=z)


def test_logistic_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.logistic, Z.to(device, copy=True), call="logistic(z)")


def test_logistic_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.logistic, torch.ones(4, 4, device=device), call="logistic(z)")


# softmax

FAR = pytest.mark.parametrize(
    ("scores", "shares"),
    [
        pytest.param([[1000.0, 1000.0], [1000.0, 0.0]], [[0.5, 0.5], [1.0, 0.0]], id="1000"),
        pytest.param([[-1000.0, -1000.0], [-1000.0, 0.0]], [[0.5, 0.5], [0.0, 1.0]], id="-1000"),
        pytest.param([[1000.0, 1000.0], [-1000.0, -1000.0]], [[0.5, 0.5], [0.5, 0.5]], id="both-in-one-batch"),
    ],
)


@pytest.mark.parametrize(
    ("scores", "dim", "expected"),
    [
        pytest.param([1.0, 2.0, 5.0], 0, [0.125, 0.25, 0.625], id="vector"),
        pytest.param([[1.0, 2.0, 5.0], [2.0, 2.0, 4.0]], 1, [[0.125, 0.25, 0.625], [0.25, 0.25, 0.5]], id="rows"),
        pytest.param([[1.0, 2.0], [3.0, 8.0]], 0, [[0.25, 0.2], [0.75, 0.8]], id="columns-of-a-square"),
        pytest.param([[1.0, 3.0], [3.0, 2.0]], 1, [[0.25, 0.75], [0.6, 0.4]], id="rows-of-a-square"),
        pytest.param([[7.0]], 1, [[1.0]], id="one-class"),
    ],
)
def test_softmax_gives_known_shares(impl, device, scores, dim, expected):
    scores = torch.tensor(scores, device=device).log()

    actual = impl.softmax(scores, dim)

    expect.tensor(actual, scores.new_tensor(expected), call=f"softmax(scores, {dim=})", scores=scores)


@AXES
def test_softmax_runs_along_dim(impl, device, dim):
    scores = BOX.to(device, copy=True)

    actual = impl.softmax(scores, dim)

    expected = torch.softmax(wide(scores), dim)
    expect.tensor(actual, like(expected, scores), call=f"softmax(scores, {dim=})", scores=scores)


@promises.DTYPES
@FAR
def test_softmax_is_safe_for_large_scores(impl, device, dtype, scores, shares):
    scores = torch.tensor(scores, dtype=dtype, device=device)

    actual = impl.softmax(scores, dim=1)

    expected = scores.new_tensor(shares)
    expect.tensor(actual, expected, call="softmax(scores, dim=1)", scores=scores, **exact(dtype))


@FAR
def test_softmax_has_a_finite_gradient_for_large_scores(impl, probe, device, scores, shares):
    scores, p = torch.tensor(scores, device=device), torch.tensor(shares)
    g = torch.tensor([[1.0, 3.0], [2.0, 5.0]])

    actual = probe(probes.gradient, impl.softmax, scores, dim=1, upstream=g.to(device))

    expected = p * (g - (g * p).sum(dim=1, keepdim=True))
    expect.tensor(actual, expected.to(device), call="gradient of softmax(scores, dim=1)", scores=scores, upstream=g)


def test_softmax_gives_minus_infinity_exactly_0(impl, device):
    scores = torch.tensor([[0.0, -math.inf, 0.0], [-math.inf, -1000.0, -math.inf]], device=device)

    actual = impl.softmax(scores, dim=1)

    expected = scores.new_tensor([[0.5, 0.0, 0.5], [0.0, 1.0, 0.0]])
    expect.tensor(actual, expected, call="softmax(scores, dim=1)", scores=scores)
    dropped = actual[scores == -math.inf]
    call = "softmax(scores, dim=1)[scores == -inf]"
    expect.tensor(dropped, scores.new_zeros(3), call=call, rtol=0, atol=0, scores=scores)


@given(scores=strategies.tensors(), shift=st.integers(-500, 500), data=st.data())
def test_softmax_is_not_changed_by_a_shift(impl, device, scores, shift, data):
    dim = data.draw(st.integers(-scores.dim(), scores.dim() - 1), label="dim")
    scores = scores.round().to(device)  # whole numbers: adding is exact

    actual = impl.softmax(scores + shift, dim)

    expected = torch.softmax(wide(scores), dim)
    expect.tensor(actual, like(expected, scores), call=f"softmax(scores + {shift}, {dim=})", scores=scores)


@AXES
def test_softmax_has_the_right_gradient(impl, probe, device, dim):
    actual = probe(probes.gradient, impl.softmax, BOX.to(device, copy=True), dim=dim)

    expected = probes.gradient(torch.softmax, BOX.double(), dim=dim)
    expect.tensor(actual, expected.float().to(device), call=f"gradient of softmax(scores, {dim=})", scores=BOX)


def test_softmax_of_a_sample_does_not_depend_on_its_batch(impl, device):
    scores = torch.tensor([[1.0, 2.0, 3.0], [30.0, 10.0, 20.0]], device=device)

    alone, together = impl.softmax(scores[:1], dim=1), impl.softmax(scores, dim=1)[:1]

    expect.tensor(together, alone.cpu().to(device), call="softmax(scores, dim=1)[:1]", scores=scores)


@pytest.mark.parametrize(("shape", "dim"), [((0, 3), 1), ((2, 3, 0), 0)])
def test_softmax_accepts_other_axes_without_entries(impl, device, shape, dim):
    scores = torch.ones(shape, device=device)

    actual = impl.softmax(scores, dim)

    expect.tensor(actual, scores, call=f"softmax(scores, {dim=})", scores=scores)


@promises.DTYPES
def test_softmax_computes_in_the_dtype_of_scores(impl, device, dtype):
    scores = BOX.to(device, dtype, copy=True)

    actual = impl.softmax(scores, dim=1)

    expected = torch.softmax(wide(scores), dim=1)
    expect.tensor(actual, like(expected, scores), call="softmax(scores, dim=1)", scores=scores, **exact(dtype))


@promises.LAYOUTS
def test_softmax_accepts_any_memory_layout(impl, device, layout):
    scores = layout(Z.to(device, copy=True))

    actual = impl.softmax(scores, dim=1)

    expected = torch.softmax(wide(scores), dim=1)
    expect.tensor(actual, like(expected, scores), call="softmax(scores, dim=1)", scores=scores)


def test_softmax_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.softmax, Z.to(device, copy=True), dim=1, call="softmax(scores, dim=1)")


@pytest.mark.parametrize("dim", [0, 1])
def test_softmax_needs_no_loop(impl, probe, device, dim):
    scores = torch.ones(4, 4, device=device)

    promises.no_loop(probe, impl.softmax, scores, dim=dim, call=f"softmax(scores, {dim=})")


# log_softmax


@pytest.mark.parametrize(
    ("scores", "dim", "shares"),
    [
        pytest.param([1.0, 2.0, 5.0], 0, [0.125, 0.25, 0.625], id="vector"),
        pytest.param([[1.0, 2.0, 5.0], [2.0, 2.0, 4.0]], 1, [[0.125, 0.25, 0.625], [0.25, 0.25, 0.5]], id="rows"),
        pytest.param([[1.0, 2.0], [3.0, 8.0]], 0, [[0.25, 0.2], [0.75, 0.8]], id="columns-of-a-square"),
        pytest.param([[7.0]], 1, [[1.0]], id="one-class"),
    ],
)
def test_log_softmax_gives_the_logarithms_of_known_shares(impl, device, scores, dim, shares):
    scores = torch.tensor(scores, device=device).log()

    actual = impl.log_softmax(scores, dim)

    expected = torch.tensor(shares).log().to(device)
    expect.tensor(actual, expected, call=f"log_softmax(scores, {dim=})", scores=scores)


@AXES
def test_log_softmax_runs_along_dim(impl, device, dim):
    scores = BOX.to(device, copy=True)

    actual = impl.log_softmax(scores, dim)

    expected = torch.log_softmax(wide(scores), dim)
    expect.tensor(actual, like(expected, scores), call=f"log_softmax(scores, {dim=})", scores=scores)


UNLIKELY = pytest.mark.parametrize(
    ("scores", "logs"),
    [
        pytest.param([0.0, -30.0], [0.0, -30.0], id="30"),
        pytest.param([0.0, -200.0], [0.0, -200.0], id="200"),
        pytest.param([1000.0, 0.0], [0.0, -1000.0], id="1000"),
        pytest.param([-1000.0, 1000.0], [-2000.0, 0.0], id="both-ends"),
        pytest.param([-1000.0, -1000.0], [-0.6931472, -0.6931472], id="all-low"),
        pytest.param([1000.0, 1000.0], [-0.6931472, -0.6931472], id="all-high"),
    ],
)


@UNLIKELY
def test_log_softmax_is_right_for_unlikely_classes(impl, device, scores, logs):
    scores = torch.tensor([scores], device=device)

    actual = impl.log_softmax(scores, dim=1)

    # near 1000, float32 numbers are 6e-5 apart, and scores minus their logsumexp is right for float32
    expected = scores.new_tensor([logs])
    expect.tensor(actual, expected, call="log_softmax(scores, dim=1)", atol=1e-3, scores=scores)


@UNLIKELY
def test_log_softmax_has_the_right_gradient_for_unlikely_classes(impl, probe, device, scores, logs):
    scores, g = torch.tensor([scores]), torch.tensor([[1.0, 3.0]])

    actual = probe(probes.gradient, impl.log_softmax, scores.to(device), dim=1, upstream=g.to(device))

    expected = g - torch.tensor([logs]).exp() * 4.0
    call = "gradient of log_softmax(scores, dim=1)"
    expect.tensor(actual, expected.to(device), call=call, atol=1e-3, scores=scores, upstream=g)


@pytest.mark.parametrize(
    ("dtype", "scores", "logs"),
    [
        pytest.param(torch.float16, [1000.0, 999.5], [-0.4740770, -0.9740770], id="float16"),
        pytest.param(torch.float16, [-1000.0, -1000.0], [-0.6931472, -0.6931472], id="float16-low"),
        pytest.param(torch.bfloat16, [1000.0, 1000.0], [-0.6931472, -0.6931472], id="bfloat16"),
        pytest.param(torch.bfloat16, [-1000.0, -996.0], [-4.0181499, -0.0181499], id="bfloat16-low"),
    ],
)
def test_log_softmax_is_not_changed_by_a_shift_in_half_types(impl, device, dtype, scores, logs):
    scores = torch.tensor(scores, dtype=dtype, device=device)

    actual = impl.log_softmax(scores, dim=0)

    expect.tensor(actual, scores.new_tensor(logs), call="log_softmax(scores, dim=0)", scores=scores)


def test_log_softmax_keeps_minus_infinity(impl, device):
    scores = torch.tensor([[0.0, -math.inf, 0.0]], device=device)

    actual = impl.log_softmax(scores, dim=1)

    expected = scores.new_tensor([[-0.6931472, -math.inf, -0.6931472]])
    expect.tensor(actual, expected, call="log_softmax(scores, dim=1)", scores=scores)


@given(scores=strategies.tensors(low=-100, high=100), data=st.data())
def test_log_softmax_agrees_with_torch_for_any_shape(impl, device, scores, data):
    dim = data.draw(st.integers(-scores.dim(), scores.dim() - 1), label="dim")
    scores = scores.to(device)

    actual = impl.log_softmax(scores, dim)

    expected = torch.log_softmax(wide(scores), dim)
    expect.tensor(actual, like(expected, scores), call=f"log_softmax(scores, {dim=})", scores=scores)


@AXES
def test_log_softmax_has_the_right_gradient(impl, probe, device, dim):
    actual = probe(probes.gradient, impl.log_softmax, BOX.to(device, copy=True), dim=dim)

    expected = probes.gradient(torch.log_softmax, BOX.double(), dim=dim)
    expect.tensor(actual, expected.float().to(device), call=f"gradient of log_softmax(scores, {dim=})", scores=BOX)


@pytest.mark.parametrize(("shape", "dim"), [((0, 3), 1), ((2, 3, 0), 0)])
def test_log_softmax_accepts_other_axes_without_entries(impl, device, shape, dim):
    scores = torch.ones(shape, device=device)

    actual = impl.log_softmax(scores, dim)

    expect.tensor(actual, scores, call=f"log_softmax(scores, {dim=})", scores=scores)


@promises.DTYPES
def test_log_softmax_computes_in_the_dtype_of_scores(impl, device, dtype):
    scores = BOX.to(device, dtype, copy=True)

    actual = impl.log_softmax(scores, dim=1)

    expected = torch.log_softmax(wide(scores), dim=1)
    call = "log_softmax(scores, dim=1)"
    expect.tensor(actual, like(expected, scores), call=call, scores=scores, **exact(dtype))


@promises.LAYOUTS
def test_log_softmax_accepts_any_memory_layout(impl, device, layout):
    scores = layout(Z.to(device, copy=True))

    actual = impl.log_softmax(scores, dim=1)

    expected = torch.log_softmax(wide(scores), dim=1)
    expect.tensor(actual, like(expected, scores), call="log_softmax(scores, dim=1)", scores=scores)


def test_log_softmax_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.log_softmax, Z.to(device, copy=True), dim=1, call="log_softmax(scores, dim=1)")


@pytest.mark.parametrize("dim", [0, 1])
def test_log_softmax_needs_no_loop(impl, probe, device, dim):
    scores = torch.ones(4, 4, device=device)

    promises.no_loop(probe, impl.log_softmax, scores, dim=dim, call=f"log_softmax(scores, {dim=})")


# masked_softmax

T, F = True, False


def kept_shares(scores, keep, dim):
    """The shares of the kept positions, for scores so small that exp cannot overflow."""
    shares = scores.exp() * keep
    total = shares.sum(dim, keepdim=True)
    return shares / total.masked_fill(total == 0, 1)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        pytest.param([T, T, T], [0.125, 0.25, 0.625], id="all-kept"),
        pytest.param([T, T, F], [1 / 3, 2 / 3, 0.0], id="end-dropped"),
        pytest.param([T, F, T], [1 / 6, 0.0, 5 / 6], id="gap"),
        pytest.param([F, T, F], [0.0, 1.0, 0.0], id="one-kept"),
        pytest.param([F, F, F], [0.0, 0.0, 0.0], id="none-kept"),
    ],
)
def test_masked_softmax_shares_among_the_kept(impl, device, keep, expected):
    scores = SHARES.log().to(device)

    actual = impl.masked_softmax(scores, torch.tensor(keep, device=device), dim=0)

    expect.tensor(
        actual,
        scores.new_tensor(expected),
        call="masked_softmax(scores, keep, dim=0)",
        scores=scores,
        keep=keep,
    )


@promises.DTYPES
def test_masked_softmax_gives_zeros_where_nothing_is_kept(impl, device, dtype):
    scores = torch.tensor([[1.0, 2.0], [1000.0, -1000.0], [3.0, 3.0]], dtype=dtype, device=device)
    keep = torch.tensor([[F, F], [F, F], [T, T]], device=device)

    actual = impl.masked_softmax(scores, keep, dim=1)

    expected = scores.new_tensor([[0.0, 0.0], [0.0, 0.0], [0.5, 0.5]])
    expect.tensor(actual, expected, call="masked_softmax(scores, keep, dim=1)", scores=scores, keep=keep)


def test_masked_softmax_has_a_zero_gradient_where_nothing_is_kept(impl, probe, device):
    scores = torch.tensor([[1.0, 2.0, 3.0], [4.0, 9.0, 4.0]], device=device)
    keep = torch.tensor([[F, F, F], [T, F, T]], device=device)
    upstream = scores.new_tensor([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])

    actual = probe(probes.gradient, impl.masked_softmax, scores, keep, dim=1, upstream=upstream)

    expected = scores.new_tensor([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0]])
    call = "gradient of masked_softmax(scores, keep, dim=1)"
    expect.tensor(actual, expected, call=call, scores=scores, keep=keep, upstream=upstream)


JUNK = pytest.mark.parametrize("junk", [math.nan, math.inf, -math.inf, 3e38, -3e38, 1000.0, -1000.0])


@JUNK
def test_masked_softmax_ignores_what_dropped_positions_hold(impl, device, junk):
    scores = torch.tensor([[3.0, junk, 3.0], [junk, -7.0, junk], [junk, junk, junk]], device=device)
    keep = torch.tensor([[T, F, T], [F, T, F], [F, F, F]], device=device)

    actual = impl.masked_softmax(scores, keep, dim=1)

    expected = scores.new_tensor([[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    expect.tensor(actual, expected, call="masked_softmax(scores, keep, dim=1)", scores=scores, keep=keep)


@JUNK
def test_masked_softmax_gives_dropped_positions_no_gradient(impl, probe, device, junk):
    scores = torch.tensor([[3.0, junk, 3.0], [junk, junk, junk]], device=device)
    keep = torch.tensor([[T, F, T], [F, F, F]], device=device)
    upstream = scores.new_tensor([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])

    actual = probe(probes.gradient, impl.masked_softmax, scores, keep, dim=1, upstream=upstream)

    expected = scores.new_tensor([[-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    call = "gradient of masked_softmax(scores, keep, dim=1)"
    expect.tensor(actual, expected, call=call, scores=scores, keep=keep, upstream=upstream)


@promises.DTYPES
def test_masked_softmax_is_safe_for_large_kept_scores(impl, device, dtype):
    rows = [[1000.0, 1000.0, 0.0], [-1000.0, -1000.0, 1000.0], [-1000.0, 1000.0, 1000.0], [-3e4, -3e4, 3e4]]
    scores = torch.tensor(rows, dtype=dtype, device=device)
    keep = torch.tensor([[T, T, T], [T, T, F], [T, T, F], [T, T, F]], device=device)

    actual = impl.masked_softmax(scores, keep, dim=1)

    expected = scores.new_tensor([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
    expect.tensor(actual, expected, call="masked_softmax(scores, keep, dim=1)", scores=scores, keep=keep)


@promises.DTYPES
def test_masked_softmax_gives_dropped_positions_exactly_0(impl, device, dtype):
    scores = torch.tensor([[0.0, 0.0, 9.0], [-60.0, 0.0, -60.0]], dtype=dtype, device=device)
    keep = torch.tensor([[T, T, F], [T, F, T]], device=device)

    actual = impl.masked_softmax(scores, keep, dim=1)

    call, expected = "masked_softmax(scores, keep, dim=1)", scores.new_tensor([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]])
    expect.tensor(actual, expected, call=call, scores=scores, keep=keep)
    dropped = actual[~keep]
    expect.tensor(dropped, scores.new_zeros(2), call=f"{call}[~keep]", rtol=0, atol=0, scores=scores, keep=keep)


@pytest.mark.parametrize(
    ("keep", "dim"),
    [
        pytest.param([T, F, T], 1, id="one-mask-for-all-rows"),
        pytest.param([T, F, T], 0, id="one-mask-for-all-rows-along-0"),
        pytest.param([[T], [F]], 1, id="whole-rows"),
        pytest.param([[T], [F]], 0, id="whole-rows-along-0"),
        pytest.param(F, 1, id="one-value"),
    ],
)
def test_masked_softmax_broadcasts_keep(impl, device, keep, dim):
    scores, keep = Z.to(device, copy=True), torch.tensor(keep, device=device)

    actual = impl.masked_softmax(scores, keep, dim)

    expected = like(kept_shares(wide(scores), keep.cpu(), dim), scores)
    expect.tensor(actual, expected, call=f"masked_softmax(scores, keep, {dim=})", scores=scores, keep=keep)


@given(data=st.data(), shape=strategies.shapes(1, 3, max_side=5))
def test_masked_softmax_agrees_with_its_definition_for_any_shape(impl, device, data, shape):
    scores = data.draw(strategies.tensors(shape), label="scores").to(device)
    keep = data.draw(strategies.tensors(shape, torch.bool), label="keep").to(device)
    dim = data.draw(st.integers(-len(shape), len(shape) - 1), label="dim")

    actual = impl.masked_softmax(scores, keep, dim)

    expected = like(kept_shares(wide(scores), keep.cpu(), dim), scores)
    expect.tensor(actual, expected, call=f"masked_softmax(scores, keep, {dim=})", scores=scores, keep=keep)


@AXES
def test_masked_softmax_has_the_right_gradient(impl, probe, device, dim):
    scores, keep = BOX.to(device, copy=True), (BOX < 2).to(device)

    actual = probe(probes.gradient, impl.masked_softmax, scores, keep, dim=dim)

    expected = probes.gradient(kept_shares, BOX.double(), BOX < 2, dim=dim)
    call = f"gradient of masked_softmax(scores, keep, {dim=})"
    expect.tensor(actual, like(expected, scores), call=call, scores=scores, keep=keep)


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.float32], ids=str)
def test_masked_softmax_refuses_a_keep_that_is_not_bool(impl, device, dtype):
    keep = torch.tensor([1, 0, 1], dtype=dtype, device=device)

    with expect.raises(ValueError, match="keep", call="masked_softmax(scores, keep, dim=0)", keep=keep):
        impl.masked_softmax(SHARES.to(device, copy=True), keep, dim=0)


@pytest.mark.parametrize(("shape", "dim"), [((0, 3), 1), ((2, 3, 0), 0)])
def test_masked_softmax_accepts_other_axes_without_entries(impl, device, shape, dim):
    scores = torch.ones(shape, device=device)

    actual = impl.masked_softmax(scores, scores > 0, dim)

    expect.tensor(actual, scores, call=f"masked_softmax(scores, keep, {dim=})", scores=scores)


@promises.DTYPES
def test_masked_softmax_computes_in_the_dtype_of_scores(impl, device, dtype):
    scores, keep = BOX.to(device, dtype, copy=True), (BOX < 2).to(device)

    actual = impl.masked_softmax(scores, keep, dim=1)

    expected = like(kept_shares(wide(scores), keep.cpu(), 1), scores)
    call = "masked_softmax(scores, keep, dim=1)"
    expect.tensor(actual, expected, call=call, scores=scores, keep=keep, **exact(dtype))


@promises.LAYOUTS
def test_masked_softmax_accepts_any_memory_layout(impl, device, layout):
    scores, keep = layout(Z.to(device, copy=True)), layout((Z < 1).to(device))

    actual = impl.masked_softmax(scores, keep, dim=1)

    expected = like(kept_shares(wide(scores), keep.cpu(), 1), scores)
    expect.tensor(actual, expected, call="masked_softmax(scores, keep, dim=1)", scores=scores, keep=keep)


def test_masked_softmax_leaves_its_inputs_unchanged(impl, probe, device):
    args = Z.to(device, copy=True), (Z < 1).to(device)

    promises.unchanged(probe, impl.masked_softmax, *args, dim=1, call="masked_softmax(scores, keep, dim=1)")


@pytest.mark.parametrize("dim", [0, 1])
def test_masked_softmax_needs_no_loop(impl, probe, device, dim):
    args = torch.ones(4, 4, device=device), torch.ones(4, 4, device=device) > 0

    promises.no_loop(probe, impl.masked_softmax, *args, dim=dim, call=f"masked_softmax(scores, keep, {dim=})")


# tanh


@pytest.mark.parametrize(("z", "expected"), [(-2.0, -0.9640276), (-0.5, -0.4621172), (0.0, 0.0), (1.0, 0.7615942)])
def test_tanh_maps_known_numbers(impl, device, z, expected):
    z = torch.tensor(z, device=device)

    actual = impl.tanh(z)

    expect.tensor(actual, z.new_tensor(expected), call="tanh(z)", z=z)


@promises.DTYPES
def test_tanh_is_safe_at_both_ends(impl, device, dtype):
    z = torch.tensor(ENDS, dtype=dtype, device=device)

    actual = impl.tanh(z)

    expect.tensor(actual, z.new_tensor([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]), call="tanh(z)", z=z)


@promises.DTYPES
def test_tanh_is_exact_at_infinity(impl, device, dtype):
    z = torch.tensor([-math.inf, math.inf], dtype=dtype, device=device)

    actual = impl.tanh(z)

    expect.tensor(actual, z.new_tensor([-1.0, 1.0]), call="tanh(z)", rtol=0, atol=0, z=z)


@promises.DTYPES
def test_tanh_has_the_right_gradient_everywhere(impl, probe, device, dtype):
    z = torch.tensor([-1000.0, -100.0, -12.0, -1.0, 0.0, 1.0, 12.0, 100.0, 1000.0], dtype=dtype, device=device)
    slopes = z.new_tensor([0.0, 0.0, 1.5101e-10, 0.4199743, 1.0, 0.4199743, 1.5101e-10, 0.0, 0.0])

    actual = probe(probes.gradient, impl.tanh, z, upstream=torch.ones_like(z))

    expect.tensor(actual, slopes, call="gradient of tanh(z)", z=z)


def test_tanh_does_not_call_that_of_torch(impl, probe, device):
    called = probe(probes.called_functions, impl.tanh, Z.to(device, copy=True))

    used = [name for name in called if name.strip("_").removeprefix("foreach_") == "tanh"]
    expect.that(
        not used,
        call="tanh(z)",
        got=f"the code calls {', '.join(used)}",
        should_be="built without PyTorch's tanh",
    )


@given(z=strategies.tensors(strategies.shapes(0, 3, min_side=0), low=-12, high=12))
def test_tanh_agrees_with_torch_for_any_shape(impl, device, z):
    z = z.to(device)

    actual = impl.tanh(z)

    expect.tensor(actual, like(torch.tanh(wide(z)), z), call="tanh(z)", z=z)


@promises.DTYPES
def test_tanh_computes_in_the_dtype_of_z(impl, device, dtype):
    z = BOX.to(device, dtype, copy=True)

    actual = impl.tanh(z)

    expect.tensor(actual, like(torch.tanh(wide(z)), z), call="tanh(z)", z=z, **exact(dtype))


@promises.DTYPES
def test_tanh_keeps_the_dtype_of_a_single_number(impl, device, dtype):
    z = torch.tensor(1.0, dtype=dtype, device=device)

    actual = impl.tanh(z)

    expect.tensor(actual, z.new_tensor(0.7615942), call="tanh(z)", z=z)


@promises.LAYOUTS
def test_tanh_accepts_any_memory_layout(impl, device, layout):
    z = layout(Z.to(device, copy=True))

    actual = impl.tanh(z)

    expect.tensor(actual, like(torch.tanh(wide(z)), z), call="tanh(z)", z=z)


def test_tanh_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.tanh, Z.to(device, copy=True), call="tanh(z)")


def test_tanh_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.tanh, torch.ones(4, 4, device=device), call="tanh(z)")


# relu


@promises.DTYPES
@pytest.mark.parametrize(
    ("z", "expected"),
    [
        pytest.param([-2.0, -0.5, 0.0, 0.5, 3.0], [0.0, 0.0, 0.0, 0.5, 3.0], id="vector"),
        pytest.param([[-1.0, 2.0], [3.0, -4.0], [-5.0, 6.0]], [[0.0, 2.0], [3.0, 0.0], [0.0, 6.0]], id="matrix"),
        pytest.param([-1000.0, -100.0, 100.0, 1000.0], [0.0, 0.0, 100.0, 1000.0], id="large"),
        pytest.param(-3.0, 0.0, id="negative-number"),
        pytest.param(3.0, 3.0, id="positive-number"),
        pytest.param([], [], id="no-entries"),
    ],
)
def test_relu_keeps_positive_entries_only(impl, device, dtype, z, expected):
    z = torch.tensor(z, dtype=dtype, device=device)

    actual = impl.relu(z)

    expect.tensor(actual, z.new_tensor(expected), call="relu(z)", z=z)


@given(z=strategies.tensors(strategies.shapes(0, 3, min_side=0), low=-1000, high=1000))
def test_relu_agrees_with_its_definition_for_any_shape(impl, device, z):
    expected = torch.tensor([max(entry, 0.0) for entry in z.reshape(-1).tolist()]).reshape(z.shape)

    actual = impl.relu(z.to(device))

    expect.tensor(actual, expected.to(device), call="relu(z)", z=z)


def test_relu_has_slope_1_above_and_0_below(impl, probe, device):
    z = torch.tensor([[-1000.0, -1.0, -0.001], [0.001, 1.0, 1000.0]], device=device)
    upstream = z.new_tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    actual = probe(probes.gradient, impl.relu, z, upstream=upstream)

    expected = z.new_tensor([[0.0, 0.0, 0.0], [4.0, 5.0, 6.0]])
    expect.tensor(actual, expected, call="gradient of relu(z)", z=z, upstream=upstream)


@promises.DTYPES
def test_relu_keeps_the_dtype_of_a_single_number(impl, device, dtype):
    z = torch.tensor(2.0, dtype=dtype, device=device)

    actual = impl.relu(z)

    expect.tensor(actual, z.new_tensor(2.0), call="relu(z)", z=z)


@promises.LAYOUTS
def test_relu_accepts_any_memory_layout(impl, device, layout):
    z = layout(Z.to(device, copy=True))
    expected = torch.tensor([max(entry, 0.0) for entry in z.cpu().reshape(-1).tolist()]).reshape(z.shape)

    actual = impl.relu(z)

    expect.tensor(actual, expected.to(device), call="relu(z)", z=z)


def test_relu_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.relu, Z.to(device, copy=True), call="relu(z)")


def test_relu_gives_memory_of_its_own(impl, probe, device):
    z = SHARES.to(device, copy=True)

    shares = probe(probes.shares_memory, impl.relu, z)

    got = "a result in the memory of z: writing to one changes the other"
    expect.that(not shares, call="relu(z)", got=got, should_be="a new tensor", z=z)


def test_relu_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.relu, torch.ones(4, 4, device=device), call="relu(z)")


# elu

ALPHAS = pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 3])


@ALPHAS
def test_elu_bends_negative_entries_towards_minus_alpha(impl, device, alpha):
    z = torch.tensor([-1000.0, -100.0, -1.0, -0.25, 0.0], device=device)

    actual = impl.elu(z, alpha)

    expected = alpha * z.new_tensor([-1.0, -1.0, -0.6321206, -0.2211992, 0.0])
    expect.tensor(actual, expected, call=f"elu(z, {alpha=})", z=z)


@ALPHAS
def test_elu_keeps_positive_entries(impl, device, alpha):
    z = torch.tensor([0.25, 1.0, 100.0, 1000.0], device=device)

    actual = impl.elu(z, alpha)

    expect.tensor(actual, z.new_tensor([0.25, 1.0, 100.0, 1000.0]), call=f"elu(z, {alpha=})", z=z)


@promises.DTYPES
@ALPHAS
def test_elu_has_a_finite_gradient_everywhere(impl, probe, device, dtype, alpha):
    z = torch.tensor([-1000.0, -100.0, -1.0, 1.0, 12.0, 100.0, 1000.0], dtype=dtype, device=device)
    slopes = z.new_tensor([0.0, 0.0, 0.3678794 * alpha, 1.0, 1.0, 1.0, 1.0])

    actual = probe(probes.gradient, impl.elu, z, alpha=alpha, upstream=torch.ones_like(z))

    expect.tensor(actual, slopes, call=f"gradient of elu(z, {alpha=})", z=z)


def test_elu_has_a_finite_gradient_at_0_too(impl, probe, device):
    z = torch.tensor([-0.0, 0.0], device=device)

    actual = probe(probes.gradient, impl.elu, z, alpha=2.0)

    expect.finite(actual, call="gradient of elu(z, alpha=2.0)", z=z)


@given(
    z=strategies.tensors(strategies.shapes(0, 3, min_side=0), low=-30, high=1000),
    alpha=st.floats(0.0625, 8.0),
)
def test_elu_agrees_with_its_definition_for_any_shape(impl, device, z, alpha):
    entries = [entry if entry > 0 else alpha * math.expm1(entry) for entry in z.reshape(-1).tolist()]
    expected = torch.tensor(entries, dtype=torch.float32).reshape(z.shape)

    actual = impl.elu(z.to(device), alpha)

    expect.tensor(actual, expected.to(device), call=f"elu(z, {alpha=})", z=z)


@promises.DTYPES
def test_elu_computes_in_the_dtype_of_z(impl, device, dtype):
    z = BOX.to(device, dtype, copy=True)

    actual = impl.elu(z, alpha=0.7)

    expected = functional.elu(wide(z), 0.7)
    expect.tensor(actual, like(expected, z), call="elu(z, alpha=0.7)", z=z, **exact(dtype))


@promises.DTYPES
def test_elu_keeps_the_dtype_of_a_single_number(impl, device, dtype):
    z = torch.tensor(2.0, dtype=dtype, device=device)

    actual = impl.elu(z, alpha=0.7)

    expect.tensor(actual, z.new_tensor(2.0), call="elu(z, alpha=0.7)", z=z)


@promises.LAYOUTS
def test_elu_accepts_any_memory_layout(impl, device, layout):
    z = layout(Z.to(device, copy=True))

    actual = impl.elu(z, alpha=2.0)

    expect.tensor(actual, like(functional.elu(wide(z), 2.0), z), call="elu(z, alpha=2.0)", z=z)


def test_elu_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.elu, Z.to(device, copy=True), alpha=1.0, call="elu(z, alpha=1.0)")


def test_elu_needs_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.elu, torch.ones(4, 4, device=device), alpha=1.0, call="elu(z, alpha=1.0)")


# bce_with_logits


@pytest.mark.parametrize(
    ("logit", "target", "loss"),
    [
        (0.0, 0.0, 0.6931472),
        (0.0, 1.0, 0.6931472),
        (2.0, 1.0, 0.1269280),
        (2.0, 0.0, 2.1269280),
        (-2.0, 1.0, 2.1269280),
        (-2.0, 0.0, 0.1269280),
        (2.0, 0.5, 1.1269280),
        (1.0, 0.3, 1.0132617),
    ],
)
@pytest.mark.parametrize("shape", [(), (1,), (3, 2)], ids=str)
def test_bce_with_logits_gives_known_losses(impl, device, shape, logit, target, loss):
    logits, targets = torch.full(shape, logit, device=device), torch.full(shape, target, device=device)

    actual = impl.bce_with_logits(logits, targets)

    call = "bce_with_logits(logits, targets)"
    expect.tensor(actual, logits.new_tensor(loss), call=call, logits=logits, targets=targets)


@pytest.mark.parametrize(
    ("logit", "target", "loss"),
    [(z, t, max(z, 0.0) - z * t) for z in (-1000.0, -200.0, -100.0, 100.0, 200.0, 1000.0) for t in (0.0, 0.5, 1.0)],
)
def test_bce_with_logits_is_safe_for_large_logits(impl, device, logit, target, loss):
    logits, targets = torch.tensor([logit], device=device), torch.tensor([target], device=device)

    actual = impl.bce_with_logits(logits, targets)

    call = "bce_with_logits(logits, targets)"
    expect.tensor(actual, logits.new_tensor(loss), call=call, logits=logits, targets=targets)


def test_bce_with_logits_averages_over_all_entries(impl, device):
    logits = torch.tensor([[0.0, 100.0, -1000.0], [-100.0, 1000.0, 0.0]], device=device)
    targets = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.5, 0.0]], device=device)

    actual = impl.bce_with_logits(logits, targets)

    expected = logits.new_tensor((0.6931472 + 0 + 1000 + 0 + 500 + 0.6931472) / 6)
    expect.tensor(actual, expected, call="bce_with_logits(logits, targets)", logits=logits, targets=targets)


@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_bce_with_logits_has_the_right_gradient_everywhere(impl, probe, device, target):
    logits = torch.tensor([[-1000.0, -100.0, -1.0, 0.0], [0.5, 1.0, 100.0, 1000.0]], device=device)
    targets = torch.full_like(logits, target)

    actual = probe(probes.gradient, impl.bce_with_logits, logits, targets, upstream=logits.new_tensor(8.0))

    p = logits.new_tensor([[0.0, 0.0, 0.2689414, 0.5], [0.6224593, 0.7310586, 1.0, 1.0]])
    call = "gradient of bce_with_logits(logits, targets) * 8"
    expect.tensor(actual, p - target, call=call, logits=logits, targets=targets)


@given(data=st.data(), shape=strategies.shapes(0, 3))
def test_bce_with_logits_agrees_with_torch_for_any_shape(impl, device, data, shape):
    logits = data.draw(strategies.tensors(shape, low=-50, high=50), label="logits").to(device)
    targets = data.draw(strategies.tensors(shape, low=0, high=1), label="targets").to(device)

    actual = impl.bce_with_logits(logits, targets)

    expected = functional.binary_cross_entropy_with_logits(wide(logits), wide(targets))
    call = "bce_with_logits(logits, targets)"
    expect.tensor(actual, like(expected, logits), call=call, logits=logits, targets=targets)


@pytest.mark.parametrize(
    ("logits", "targets"),
    [((3,), (3, 1)), ((3, 1), (3,)), ((2, 3), (3,)), ((), (1,)), ((2, 3), (3, 2))],
    ids=str,
)
def test_bce_with_logits_refuses_targets_of_another_shape(impl, device, logits, targets):
    call = f"bce_with_logits(logits, targets) with shapes {logits} and {targets}"

    with expect.raises(ValueError, match="target", call=call):
        impl.bce_with_logits(torch.ones(logits, device=device), torch.ones(targets, device=device))


@promises.DTYPES
def test_bce_with_logits_computes_in_the_dtype_of_logits(impl, device, dtype):
    logits, targets = BOX.to(device, dtype, copy=True), (BOX.cos() ** 2).to(dtype).to(device)

    actual = impl.bce_with_logits(logits, targets)

    expected = like(functional.binary_cross_entropy_with_logits(wide(logits), wide(targets)), logits)
    call = "bce_with_logits(logits, targets)"
    expect.tensor(actual, expected, call=call, logits=logits, targets=targets, **exact(dtype))


@promises.DTYPES
def test_bce_with_logits_keeps_the_dtype_of_a_single_number(impl, device, dtype):
    logits, targets = (torch.tensor(number, dtype=dtype, device=device) for number in (2.0, 1.0))

    actual = impl.bce_with_logits(logits, targets)

    call = "bce_with_logits(logits, targets)"
    expect.tensor(actual, logits.new_tensor(0.1269280), call=call, logits=logits, targets=targets)


@promises.LAYOUTS
def test_bce_with_logits_accepts_any_memory_layout(impl, device, layout):
    logits, targets = layout(Z.to(device, copy=True)), layout((Z > 0).float().to(device))

    actual = impl.bce_with_logits(logits, targets)

    expected = like(functional.binary_cross_entropy_with_logits(wide(logits), wide(targets)), logits)
    expect.tensor(actual, expected, call="bce_with_logits(logits, targets)", logits=logits, targets=targets)


def test_bce_with_logits_leaves_its_inputs_unchanged(impl, probe, device):
    args = Z.to(device, copy=True), (Z > 0).float().to(device)

    promises.unchanged(probe, impl.bce_with_logits, *args, call="bce_with_logits(logits, targets)")


def test_bce_with_logits_needs_no_loop(impl, probe, device):
    args = torch.ones(4, 4, device=device), torch.ones(4, 4, device=device)

    promises.no_loop(probe, impl.bce_with_logits, *args, call="bce_with_logits(logits, targets)")


# temperature_softmax


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        pytest.param(1.0, [1 / 8, 2 / 8, 5 / 8], id="1"),
        pytest.param(0.5, [1 / 30, 4 / 30, 25 / 30], id="sharper"),
        pytest.param(2, [0.2150411, 0.3041140, 0.4808449], id="flatter-int"),
        pytest.param(1e30, [1 / 3, 1 / 3, 1 / 3], id="even"),
    ],
)
def test_temperature_softmax_divides_the_scores(impl, device, temperature, expected):
    scores = SHARES.log().to(device)

    actual = impl.temperature_softmax(scores, temperature)

    call = f"temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, scores.new_tensor(expected), call=call, scores=scores)


@pytest.mark.parametrize("temperature", [1e-3, 1e-6, 1e-20])
def test_temperature_softmax_uses_the_temperature_as_it_is(impl, device, temperature):
    scores = (SHARES.log() * temperature).to(device)

    actual = impl.temperature_softmax(scores, temperature)

    call = f"temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, scores.new_tensor([1 / 8, 2 / 8, 5 / 8]), call=call, scores=scores)


@pytest.mark.parametrize("shape", [(3,), (1, 5), (5, 1), (2, 3), (3, 3), (2, 3, 4), (0, 3)], ids=str)
def test_temperature_softmax_runs_along_the_last_axis(impl, device, shape):
    scores = BOX.reshape(-1)[: math.prod(shape)].reshape(shape).to(device, copy=True)

    actual = impl.temperature_softmax(scores, 0.5)

    expected = torch.softmax(wide(scores) * 2, dim=-1)
    expect.tensor(actual, like(expected, scores), call="temperature_softmax(scores, 0.5)", scores=scores)


COLD = pytest.mark.parametrize(
    ("dtype", "temperature", "scale"),
    [
        pytest.param(torch.float16, 1e-3, 1.0, id="float16"),
        pytest.param(torch.bfloat16, 1e-37, 1.0, id="bfloat16"),
        pytest.param(torch.float32, 1e-37, 1.0, id="float32"),
        pytest.param(torch.float64, 1e-37, 1e300, id="float64"),
    ],
)


@COLD
def test_temperature_softmax_gives_all_to_the_largest_when_cold(impl, device, dtype, temperature, scale):
    rows = [[100.0, 99.0, 0.0], [-100.0, 100.0, 100.0], [-1000.0, -1000.0, -1000.0]]
    scores = scale * torch.tensor(rows, dtype=dtype, device=device)

    actual = impl.temperature_softmax(scores, temperature)

    expected = scores.new_tensor([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    call = f"temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, expected, call=call, scores=scores)


@COLD
def test_temperature_softmax_has_a_finite_gradient_when_cold(impl, probe, device, dtype, temperature, scale):
    scores = scale * torch.tensor([[100.0, 99.0, 0.0], [-100.0, 100.0, 99.0]], dtype=dtype, device=device)

    actual = probe(probes.gradient, impl.temperature_softmax, scores, temperature)

    call = f"gradient of temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, torch.zeros_like(scores), call=call, scores=scores)


@pytest.mark.parametrize("temperature", [0.25, 1.0, 4.0])
def test_temperature_softmax_has_the_right_gradient(impl, probe, device, temperature):
    actual = probe(probes.gradient, impl.temperature_softmax, BOX.to(device, copy=True), temperature)

    expected = probes.gradient(torch.softmax, BOX.double() / temperature, dim=-1) / temperature
    call = f"gradient of temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, expected.float().to(device), call=call, scores=BOX)


@pytest.mark.parametrize("temperature", [0, 0.0, -1, -1e-9, -math.inf, math.nan])
def test_temperature_softmax_refuses_what_is_not_positive(impl, device, temperature):
    with expect.raises(ValueError, match="temperature", call=f"temperature_softmax(scores, {temperature=})"):
        impl.temperature_softmax(SHARES.to(device, copy=True), temperature)


@given(scores=strategies.tensors(low=-1000, high=1000), temperature=st.floats(1.0, 16.0))
def test_temperature_softmax_agrees_with_torch_for_any_shape(impl, device, scores, temperature):
    scores = scores.to(device)

    actual = impl.temperature_softmax(scores, temperature)

    expected = torch.softmax(wide(scores) / temperature, dim=-1)
    call = f"temperature_softmax(scores, {temperature=})"
    expect.tensor(actual, like(expected, scores), call=call, atol=1e-3, scores=scores)


@promises.DTYPES
def test_temperature_softmax_computes_in_the_dtype_of_scores(impl, device, dtype):
    scores = BOX.to(device, dtype, copy=True)

    actual = impl.temperature_softmax(scores, 0.7)

    expected = torch.softmax(wide(scores) / 0.7, dim=-1)
    call = "temperature_softmax(scores, 0.7)"
    expect.tensor(actual, like(expected, scores), call=call, scores=scores, **exact(dtype))


@promises.LAYOUTS
def test_temperature_softmax_accepts_any_memory_layout(impl, device, layout):
    scores = layout(Z.to(device, copy=True))

    actual = impl.temperature_softmax(scores, 0.5)

    expected = torch.softmax(wide(scores) * 2, dim=-1)
    expect.tensor(actual, like(expected, scores), call="temperature_softmax(scores, 0.5)", scores=scores)


def test_temperature_softmax_leaves_its_input_unchanged(impl, probe, device):
    call = "temperature_softmax(scores, 0.5)"

    promises.unchanged(probe, impl.temperature_softmax, Z.to(device, copy=True), temperature=0.5, call=call)


def test_temperature_softmax_needs_no_loop(impl, probe, device):
    scores, call = torch.ones(4, 4, device=device), "temperature_softmax(scores, 0.5)"

    promises.no_loop(probe, impl.temperature_softmax, scores, temperature=0.5, call=call)
