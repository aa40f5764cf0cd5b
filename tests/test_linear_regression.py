"""Specs of the topic `linear_regression`."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given

from tests import expect, linear_regression_probes, probes, promises, strategies
from tests.oracles import exact, like, wide

# Tests take copies of these: a learner's code may write into what it is given.
TABLE = torch.tensor([[1.5, -2.0, 0.25], [4.0, 0.5, 3.0], [-3.5, 1.0, 2.5], [0.75, -4.0, 2.0], [2.0, 1.25, -1.5]])
HEIGHTS = torch.tensor([2.0, -1.0, 0.5, 3.0, -2.5])  # one for each row of TABLE
WEIGHT = torch.tensor([0.5, -1.0, 2.0])
BIAS = torch.tensor(-1.5)

# The chapter's ten points, as they are: not yet standardised.
TEN_X = torch.arange(10.0).reshape(10, 1)
TEN_Y = torch.tensor([1.0, 1.3, 3.1, 2.0, 5.0, 6.3, 6.6, 7.4, 8.0, 9.0])

FLOATS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def numbers(shape, low=-80, high=80):
    """Multiples of 1/8, many of them equal: sums and products of them are exact."""
    return strategies.tensors(shape, torch.int64, low=low, high=high).map(lambda whole: whole / 8)


def problem(samples, features, device, dtype=torch.float32):
    """x and y of a size, from TABLE and HEIGHTS."""
    x, y = TABLE[:samples, :features].clone(), HEIGHTS[:samples].clone()
    return x.to(dtype).to(device), y.to(dtype).to(device)


# -- predict -------------------------------------------------------------------------------------------------

PREDICT = "predict(x, weight, bias)"


def predictions(x, weight, bias):
    """One sample and one feature after the other, in Python's own numbers."""
    rows = [math.fsum(a * b for a, b in zip(row, weight.tolist(), strict=True)) for row in x.tolist()]
    return like(torch.tensor([row + bias.item() for row in rows], dtype=torch.float64), x)


@pytest.mark.parametrize(
    ("x", "weight", "bias", "expected"),
    [
        pytest.param([[1.0, 0.0], [2.0, 1.0]], [10.0, -1.0], 0.5, [10.5, 19.5], id="square"),
        pytest.param([[1.0, 2.0], [0.0, 5.0], [-2.0, 3.0]], [3.0, 1.0], -4.0, [1.0, 1.0, -7.0], id="tall"),
        pytest.param([[1.0, 2.0, -1.0], [0.0, 4.0, 2.0]], [2.0, 0.5, 3.0], 1.0, [1.0, 9.0], id="wide"),
        pytest.param([[1.0], [2.0], [-4.0]], [3.0], 5.0, [8.0, 11.0, -7.0], id="one-feature"),
        pytest.param([[2.0, 3.0, 1.0]], [1.0, -2.0, 4.0], 7.0, [7.0], id="one-sample"),
        pytest.param([[4.0]], [2.0], 1.0, [9.0], id="one-of-each"),
    ],
)
def test_predict_weighs_the_features_and_adds_the_bias(impl, device, x, weight, bias, expected):
    x, weight, bias = (torch.tensor(values, device=device) for values in (x, weight, bias))

    actual = impl.predict(x, weight, bias)

    expect.tensor(actual, x.new_tensor(expected), call=PREDICT, x=x, weight=weight, bias=bias)


@given(numbers(strategies.shapes(2, 2, min_side=0, max_side=5)), numbers((5,)), numbers(()))
def test_predict_takes_any_number_of_samples_and_features(impl, device, x, weight, bias):
    x, weight, bias = x.to(device), weight[: x.shape[1]].clone().to(device), bias.to(device)

    actual = impl.predict(x, weight, bias)

    expect.tensor(actual, predictions(x, weight, bias), call=PREDICT, x=x, weight=weight, bias=bias)


@promises.DTYPES
def test_predict_computes_in_the_dtype_of_x(impl, device, dtype):
    x, weight, bias = ((values / 3).to(dtype).to(device) for values in (TABLE, WEIGHT, BIAS))

    actual = impl.predict(x, weight, bias)

    expected = predictions(x, weight, bias)
    expect.tensor(actual, expected, call=PREDICT, x=x, weight=weight, bias=bias, **exact(dtype))


@promises.LAYOUTS
def test_predict_accepts_any_memory_layout(impl, device, layout):
    x, weight, bias = (layout(values.to(device, copy=True)) for values in (TABLE, WEIGHT, BIAS))

    actual = impl.predict(x, weight, bias)

    expect.tensor(actual, predictions(x, weight, bias), call=PREDICT, x=x, weight=weight, bias=bias)


@promises.DTYPES
def test_predict_lets_gradients_flow_to_x_weight_and_bias(impl, probe, device, dtype):
    x = torch.tensor([[1.0, 2.0, -1.0], [0.0, 4.0, 2.0]], dtype=dtype, device=device)
    weight, bias = x.new_tensor([2.0, 0.5, 3.0]), x.new_tensor(1.0)
    upstream = x.new_tensor([10.0, 1.0])

    actual = probe(probes.gradients, impl.predict, x, weight, bias, upstream=upstream)

    expected = ([[20.0, 5.0, 30.0], [2.0, 0.5, 3.0]], [10.0, 24.0, -8.0], 11.0)
    for name, gradient, values in zip(("x", "weight", "bias"), actual, expected, strict=True):
        call = f"gradient of {PREDICT} for {name}"
        expect.tensor(gradient, x.new_tensor(values), call=call, x=x, weight=weight, bias=bias, upstream=upstream)


def test_predict_leaves_its_inputs_unchanged(impl, probe, device):
    x, weight, bias = (values.to(device, copy=True) for values in (TABLE, WEIGHT, BIAS))

    promises.unchanged(probe, impl.predict, x, weight, bias, call=PREDICT)


def test_predict_needs_no_loop(impl, probe, device):
    x, weight = torch.ones(4, 4, device=device), torch.ones(4, device=device)

    promises.no_loop(probe, impl.predict, x, weight, torch.ones((), device=device), call=PREDICT)


# -- mean_squared_error --------------------------------------------------------------------------------------

MSE = "mean_squared_error(prediction, target)"


def mean_square(prediction, target):
    """One entry after the other, in Python's own numbers."""
    pairs = zip(wide(prediction).reshape(-1).tolist(), wide(target).reshape(-1).tolist(), strict=True)
    squares = [(one - other) ** 2 for one, other in pairs]
    mean = math.fsum(squares) / len(squares) if squares else math.nan
    return like(torch.tensor(mean, dtype=torch.float64), prediction)


@pytest.mark.parametrize(
    ("prediction", "target", "expected"),
    [
        pytest.param([1.0, 2.0], [1.0, 5.0], 4.5, id="vector"),
        pytest.param([3.0], [-1.0], 16.0, id="one-entry"),
        pytest.param(2.5, 3.0, 0.25, id="no-axis"),
        pytest.param([[1.0], [2.0], [3.0]], [[4.0], [2.0], [0.0]], 6.0, id="column"),
        pytest.param([[0.0, 1.0, 2.0], [5.0, 0.0, 1.0]], [[0.0, 4.0, 2.0], [2.0, 0.0, -5.0]], 9.0, id="table"),
        pytest.param([0.5, -0.25, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.5, 0.25], 0.125, id="smaller-than-1"),
        pytest.param([10000.0, -5000.0], [10001.0, -4997.0], 5.0, id="far-from-0"),
    ],
)
def test_mean_squared_error_averages_the_squared_differences(impl, device, prediction, target, expected):
    prediction, target = torch.tensor(prediction, device=device), torch.tensor(target, device=device)

    actual = impl.mean_squared_error(prediction, target)

    expect.tensor(actual, prediction.new_tensor(expected), call=MSE, prediction=prediction, target=target)


@given(numbers(strategies.shapes(0, 3, max_side=4), low=-40, high=40).flatmap(lambda x: numbers((2, *x.shape))))
def test_mean_squared_error_takes_any_shape(impl, device, both):
    prediction, target = both[0].clone().to(device), both[1].clone().to(device)

    actual = impl.mean_squared_error(prediction, target)

    expected = mean_square(prediction, target)
    expect.tensor(actual, expected, call=MSE, prediction=prediction, target=target)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (1, 5), (2, 3)], ids=str)
def test_mean_squared_error_is_0_for_perfect_predictions(impl, probe, device, shape):
    target = (torch.arange(math.prod(shape)) - 1.5).reshape(shape).to(device)

    actual, gradient = probe(probes.value_and_gradient, impl.mean_squared_error, target.clone(), target)

    expect.tensor(actual, target.new_tensor(0.0), call="mean_squared_error(target, target)", target=target)
    call = "gradient of mean_squared_error(target, target)"
    expect.tensor(gradient, torch.zeros_like(target), call=call, target=target)


@pytest.mark.parametrize("shape", [(0,), (0, 1), (3, 0)], ids=str)
def test_mean_squared_error_of_nothing_is_nan(impl, device, shape):
    nothing = torch.zeros(shape, device=device)

    actual = impl.mean_squared_error(nothing, nothing.clone())

    expected = nothing.new_tensor(math.nan)
    expect.tensor(actual, expected, call=MSE, equal_nan=True, prediction=nothing, target=nothing)


@pytest.mark.parametrize(
    ("prediction", "target"),
    [
        pytest.param((3, 1), (3,), id="column-and-vector"),
        pytest.param((3,), (3, 1), id="vector-and-column"),
        pytest.param((1, 3), (3,), id="row-and-vector"),
        pytest.param((1, 1), (1,), id="single-entries"),
        pytest.param((1,), (), id="vector-and-number"),
        pytest.param((), (1,), id="number-and-vector"),
        pytest.param((3,), (1,), id="one-target-for-all"),
        pytest.param((1,), (3,), id="one-prediction-for-all"),
        pytest.param((3, 2), (3, 1), id="one-column-for-all"),
        pytest.param((2, 3), (3, 2), id="transposed"),
        pytest.param((2, 2), (4,), id="as-many-entries"),
        pytest.param((3,), (4,), id="one-too-many"),
        pytest.param((2, 3), (2, 4), id="as-many-rows"),
        pytest.param((0,), (0, 1), id="nothing"),
    ],
)
def test_mean_squared_error_refuses_shapes_that_differ(impl, device, prediction, target):
    prediction, target = torch.ones(prediction, device=device), torch.ones(target, device=device)

    with expect.raises(ValueError, match="target", call=MSE, prediction=prediction.shape, target=target.shape):
        impl.mean_squared_error(prediction, target)


@promises.DTYPES
def test_mean_squared_error_computes_in_the_dtype_of_the_predictions(impl, device, dtype):
    prediction, target = (TABLE / 3).to(dtype).to(device), (TABLE.flip(0) / 7).to(dtype).to(device)

    actual = impl.mean_squared_error(prediction, target)

    expected = mean_square(prediction, target)
    expect.tensor(actual, expected, call=MSE, prediction=prediction, target=target, **exact(dtype))


@promises.LAYOUTS
def test_mean_squared_error_accepts_any_memory_layout(impl, device, layout):
    prediction, target = layout(TABLE.to(device, copy=True)), layout(TABLE.flip(0).to(device))

    actual = impl.mean_squared_error(prediction, target)

    expected = mean_square(prediction, target)
    expect.tensor(actual, expected, call=MSE, prediction=prediction, target=target)


@promises.DTYPES
def test_mean_squared_error_lets_gradients_flow_to_both(impl, probe, device, dtype):
    prediction = torch.tensor([[1.0, 2.0], [0.0, -3.0]], dtype=dtype, device=device)
    target = prediction.new_tensor([[2.0, 2.0], [-4.0, 1.0]])
    upstream = prediction.new_tensor(6.0)

    actual = probe(probes.gradients, impl.mean_squared_error, prediction, target, upstream=upstream)

    expected = prediction.new_tensor([[-3.0, 0.0], [12.0, -12.0]])
    for name, gradient, values in zip(("prediction", "target"), actual, (expected, -expected), strict=True):
        call = f"gradient of {MSE} for {name}"
        expect.tensor(gradient, values, call=call, prediction=prediction, target=target, upstream=upstream)


def test_mean_squared_error_leaves_its_inputs_unchanged(impl, probe, device):
    prediction, target = TABLE.to(device, copy=True), TABLE.flip(0).to(device)

    promises.unchanged(probe, impl.mean_squared_error, prediction, target, call=MSE)


def test_mean_squared_error_needs_no_loop(impl, probe, device):
    prediction, target = torch.ones(4, 4, device=device), torch.zeros(4, 4, device=device)

    promises.no_loop(probe, impl.mean_squared_error, prediction, target, call=MSE)


# -- gradient_step -------------------------------------------------------------------------------------------

STEP = "gradient_step(weight, bias, x, y, learning_rate={})"


class Line:
    """A line that goes down by the formula of the gradient, in NumPy's float64: no autograd."""

    def __init__(self, weight, bias):
        self.weight = np.array(weight, dtype=np.float64)
        self.bias = float(bias)

    def step(self, x, y, learning_rate):
        """Take a step, and return the error before it."""
        error = x @ self.weight + self.bias - y
        self.weight = self.weight - learning_rate * 2 * (error @ x) / len(y)
        self.bias = self.bias - learning_rate * 2 * error.sum() / len(y)
        return (error**2).mean()


def expect_steps(actual, weight, bias, x, y, learning_rate):
    """Expect weight, bias and error of each step to be those of a `Line`."""
    __tracebackhide__ = True
    line = Line(wide(weight).numpy(), wide(bias))
    call = STEP.format(learning_rate)
    inputs = {"weight": weight, "bias": bias, "x": x, "y": y}
    for i, result in enumerate(actual["returned"]):
        error = line.step(wide(x).numpy(), wide(y).numpy(), learning_rate)
        expected = torch.from_numpy(line.weight), torch.tensor(line.bias, dtype=torch.float64)
        loss = torch.tensor(error, dtype=torch.float64)
        expect.tensor(actual["weight"][i], like(expected[0], x), call=f"weight after step {i + 1} of {call}", **inputs)
        expect.tensor(actual["bias"][i], like(expected[1], x), call=f"bias after step {i + 1} of {call}", **inputs)
        expect.tensor(result, like(loss, x), call=f"what step {i + 1} of {call} returns", **inputs)


def test_gradient_step_moves_weight_and_bias_against_the_gradient(impl, probe, device):
    weight, bias = torch.tensor([1.0, -2.0], device=device), torch.tensor(0.5, device=device)
    x, y = torch.tensor([[1.0, 2.0], [3.0, 0.0]], device=device), torch.tensor([0.5, 1.5], device=device)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.25, 1)

    # The errors are -3 and 2: the gradient is (-3 * (1, 2) + 2 * (3, 0)) = (3, -6) for weight, -1 for bias.
    call = STEP.format(0.25)
    inputs = {"weight": weight, "bias": bias, "x": x, "y": y}
    expect.tensor(actual["weight"][0], x.new_tensor([0.25, -0.5]), call=f"weight after {call}", **inputs)
    expect.tensor(actual["bias"][0], x.new_tensor(0.75), call=f"bias after {call}", **inputs)
    expect.tensor(actual["returned"][0], x.new_tensor(6.5), call=call, **inputs)


@FLOATS
@pytest.mark.parametrize(("samples", "features"), [(1, 1), (1, 3), (2, 2), (3, 1), (3, 3), (5, 2), (5, 3)], ids=str)
def test_gradient_step_agrees_with_the_formula_over_four_steps(impl, probe, device, dtype, samples, features):
    x, y = problem(samples, features, device, dtype)
    weight, bias = WEIGHT[:features].to(dtype).to(device), BIAS.to(dtype).to(device)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.03, 4)

    expect_steps(actual, weight, bias, x, y, 0.03)


def test_gradient_step_computes_in_float64(impl, probe, device):
    x, y = problem(5, 3, device, torch.float64)
    x, y = x / 3, y / 7
    weight, bias = x.new_tensor([1 / 3, -1 / 7, 0.1]), x.new_tensor(0.7)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.1, 1)

    line = Line(wide(weight).numpy(), wide(bias))
    line.step(wide(x).numpy(), wide(y).numpy(), 0.1)
    expected = torch.from_numpy(line.weight).to(device)
    expect.tensor(actual["weight"][0], expected, call=f"weight after {STEP.format(0.1)}", rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("learning_rate", [0.0, 1e-3, 0.2])
def test_gradient_step_goes_as_far_as_the_learning_rate_says(impl, probe, device, learning_rate):
    x, y = problem(5, 2, device)
    weight, bias = WEIGHT[:2].to(device, copy=True), BIAS.to(device, copy=True)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, learning_rate, 3)

    expect_steps(actual, weight, bias, x, y, learning_rate)


def test_gradient_step_comes_down_on_the_ten_points_of_the_chapter(impl, probe, device):
    x, y = ((TEN_X - 4.5) / 8.25**0.5).to(device), TEN_Y.to(device, copy=True)
    weight, bias = x.new_tensor([0.6614]), x.new_tensor(0.0)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.25, 20)

    # Each step halves the way to the least squares, which are at 2.7069 and 4.97.
    call = f"{{}} after 20 steps of {STEP.format(0.25)}"
    expect.tensor(actual["weight"][-1], x.new_tensor([2.7069]), call=call.format("weight"), rtol=1e-4, x=x, y=y)
    expect.tensor(actual["bias"][-1], x.new_tensor(4.97), call=call.format("bias"), rtol=1e-4, x=x, y=y)


def test_gradient_step_does_not_depend_on_the_order_of_the_samples(impl, probe, device):
    x, y = problem(5, 3, device)
    order = torch.tensor([3, 0, 4, 1, 2], device=device)
    weight, bias = WEIGHT.to(device, copy=True), BIAS.to(device, copy=True)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x[order], y[order], 0.03, 3)

    expect_steps(actual, weight, bias, x, y, 0.03)


@promises.LAYOUTS
def test_gradient_step_takes_samples_of_any_memory_layout(impl, probe, device, layout):
    x, y = (layout(values) for values in problem(5, 3, device))
    weight, bias = WEIGHT.to(device, copy=True), BIAS.to(device, copy=True)

    actual = probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.03, 3)

    expect_steps(actual, weight, bias, x, y, 0.03)


def test_gradient_step_accepts_gradients_that_are_zeros(impl, probe, device):
    x, y = problem(5, 3, device)
    weight, bias = WEIGHT.to(device, copy=True), BIAS.to(device, copy=True)

    actual = probe(linear_regression_probes.step_from_zero_gradients, impl.gradient_step, weight, bias, x, y, 0.03)

    line = Line(wide(weight).numpy(), wide(bias))
    line.step(wide(x).numpy(), wide(y).numpy(), 0.03)
    call = f"{{}} after {STEP.format(0.03)}, where both had zeros as `grad`"
    expect.tensor(actual[0], like(torch.from_numpy(line.weight), x), call=call.format("weight"))
    expect.tensor(actual[1], like(torch.tensor(line.bias, dtype=torch.float64), x), call=call.format("bias"))


def test_gradient_step_writes_into_the_memory_of_weight_and_bias(impl, probe, device):
    weight, bias = torch.tensor([1.0, -2.0], device=device), torch.tensor(0.5, device=device)
    x, y = torch.tensor([[1.0, 2.0], [3.0, 0.0]], device=device), torch.tensor([0.5, 1.5], device=device)

    memory, other = probe(linear_regression_probes.seen_from_outside, impl.gradient_step, weight, bias, x, y, 0.25)

    call = f"another tensor that lies in the memory of {{}}, after {STEP.format(0.25)}"
    expected = x.new_tensor([77.0, 0.25, 77.0, -0.5, 77.0])
    expect.tensor(memory, expected, call=call.format("weight"), weight=weight, bias=bias, x=x, y=y)
    expect.tensor(other, x.new_tensor(0.75), call=call.format("bias"), weight=weight, bias=bias, x=x, y=y)


@pytest.mark.parametrize("count", [1, 3])
def test_gradient_step_leaves_no_gradient_and_no_graph_behind(impl, probe, device, count):
    x, y = problem(5, 3, device)
    weight, bias = WEIGHT.to(device, copy=True), BIAS.to(device, copy=True)

    actual = probe(linear_regression_probes.left_behind, impl.gradient_step, weight, bias, x, y, 0.03, count)

    expected = {
        "weight is a leaf that requires grad": True,
        "bias is a leaf that requires grad": True,
        "gradient left in weight": False,
        "gradient left in bias": False,
        "loss requires grad": False,
    }
    expect.value(actual, expected, call=f"what is left of {STEP.format(0.03)}", steps=count)


@pytest.mark.parametrize(
    ("samples", "shape"),
    [
        pytest.param(3, (3, 1), id="column"),
        pytest.param(3, (1, 3), id="row"),
        pytest.param(3, (1,), id="one-for-all"),
        pytest.param(3, (), id="number"),
        pytest.param(1, (3,), id="more-than-samples"),
        pytest.param(1, (1, 1), id="column-of-one"),
        pytest.param(3, (4,), id="one-too-many"),
    ],
)
def test_gradient_step_refuses_y_of_another_shape_and_moves_nothing(impl, probe, device, samples, shape):
    x, _ = problem(samples, 2, device)
    weight, bias, y = WEIGHT[:2].to(device, copy=True), BIAS.to(device, copy=True), torch.ones(shape, device=device)
    call = STEP.format(0.03)

    with expect.raises(ValueError, match=r"\by\b|target", call=call, x=x.shape, y=y.shape):
        probe(linear_regression_probes.steps, impl.gradient_step, weight, bias, x, y, 0.03, 1)
    after = probe(linear_regression_probes.after_refusal, impl.gradient_step, weight, bias, x, y, 0.03)

    expect.tensor(after[0], weight, call=f"weight after {call} has raised", x=x.shape, y=y.shape)
    expect.tensor(after[1], bias, call=f"bias after {call} has raised", x=x.shape, y=y.shape)


def test_gradient_step_leaves_x_and_y_unchanged(impl, probe, device):
    x, y = problem(5, 3, device)
    weight, bias = WEIGHT.to(device, copy=True), BIAS.to(device, copy=True)

    changed = probe(linear_regression_probes.changed_data, impl.gradient_step, weight, bias, x, y, 0.03)

    got = f"the step changed {' and '.join(changed)}"
    expect.that(changed == [], call=STEP.format(0.03), got=got, should_be="x and y as they were")


def test_gradient_step_needs_no_loop(impl, probe, device):
    few, many = (
        probe(linear_regression_probes.work_of_a_step, impl.gradient_step, size, size, device) for size in (4, 8)
    )

    expect.same_work(few, many, call=STEP.format(0.1))


# -- least_squares -------------------------------------------------------------------------------------------

LEAST = "least_squares(x, y)"


def expect_solution(actual, weight, bias, x, y, **tolerances):
    __tracebackhide__ = True
    is_pair = isinstance(actual, tuple) and len(actual) == 2
    expect.that(is_pair, call=LEAST, got=actual, should_be="a tuple (weight, bias)", x=x, y=y)
    expect.tensor(actual[0], like(weight, x), call=f"{LEAST}[0]", x=x, y=y, **tolerances)
    expect.tensor(actual[1], like(bias, x), call=f"{LEAST}[1]", x=x, y=y, **tolerances)


def solution(x, y, relative=1e-9):
    """The shortest of all weights with the least error, by NumPy; for x whose mean is exact."""
    x, y = wide(x).numpy(), wide(y).numpy()
    weight = np.linalg.pinv(x - x.mean(axis=0), rcond=relative) @ (y - y.mean())
    bias = y.mean() - x.mean(axis=0) @ weight
    return torch.from_numpy(weight), torch.tensor(bias, dtype=torch.float64)


@FLOATS
@pytest.mark.parametrize(
    ("x", "y", "weight", "bias"),
    [
        pytest.param([[0.0], [1.0], [2.0]], [5.0, 7.0, 9.0], [2.0], 5.0, id="on-a-line"),
        pytest.param([[0.0], [1.0], [2.0]], [0.0, 0.0, 3.0], [1.5], -0.5, id="beside-a-line"),
        pytest.param([[1.0], [2.0]], [3.0, 1.0], [-2.0], 5.0, id="two-samples"),
        pytest.param([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [1.0, 3.0, 0.0], [2.0, -1.0], 1.0, id="plane"),
        pytest.param([[2.0], [4.0], [6.0]], [3.0, 3.0, 3.0], [0.0], 3.0, id="level"),
        pytest.param(
            [[0.0, 1.0], [1.0, 1.5], [2.0, 3.0], [3.0, 2.5]], [6.5, 4.5, 1.5, 7.5], [3.0, -5.0], 10.5, id="correlated"
        ),
    ],
)
def test_least_squares_finds_weight_and_bias(impl, device, dtype, x, y, weight, bias):
    x, y = torch.tensor(x, dtype=dtype, device=device), torch.tensor(y, dtype=dtype, device=device)

    actual = impl.least_squares(x, y)

    expect_solution(actual, torch.tensor(weight), torch.tensor(bias), x, y)


@FLOATS
@pytest.mark.parametrize(
    ("x", "y", "weight", "bias"),
    [
        pytest.param([[1.0, 1.0], [2.0, 2.0], [6.0, 6.0]], [3.0, 5.0, 13.0], [1.0, 1.0], 1.0, id="equal-columns"),
        pytest.param([[0.0, 4.0], [1.0, 6.0], [2.0, 8.0]], [0.0, 5.0, 10.0], [1.0, 2.0], -8.0, id="shifted-multiple"),
        pytest.param([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]], [1.0, 3.0, 5.0], [2.0, 0.0], 1.0, id="constant-column"),
        pytest.param([[7.0], [7.0], [7.0], [7.0]], [1.0, 2.0, 4.0, 5.0], [0.0], 3.0, id="nothing-but-constant"),
        pytest.param([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]], [1.0, 3.0, 5.0], [0.0, 2.0], 1.0, id="column-of-zeros"),
        pytest.param([[3.0, -2.0, 5.0]], [4.0], [0.0, 0.0, 0.0], 4.0, id="one-sample"),
        pytest.param([[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]], [1.0, 10.0], [1.0, 2.0, 2.0], 1.0, id="two-samples"),
        pytest.param(
            [[0.0, 0.0, 0.0], [2.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 1.0, 3.0]],
            [0.0, 6.0, 3.0, 9.0], [1.0, 1.0, 2.0], 0.0, id="sum-of-two",
        ),
    ],
)  # fmt: skip
def test_least_squares_gives_the_shortest_weight_where_many_have_the_least_error(
    impl, device, dtype, x, y, weight, bias
):
    x, y = torch.tensor(x, dtype=dtype, device=device), torch.tensor(y, dtype=dtype, device=device)

    actual = impl.least_squares(x, y)

    expect_solution(actual, torch.tensor(weight), torch.tensor(bias), x, y)


@given(
    x=strategies.tensors(
        strategies.shapes(2, 2, max_side=4).filter(lambda shape: shape[0] != 3), torch.int64, low=-4, high=4
    ),
    y=numbers((4,), low=-40, high=40),
)
def test_least_squares_agrees_with_numpy_for_any_size(impl, device, x, y):
    x, y = x.double().to(device), y[: len(x)].double().to(device)

    actual = impl.least_squares(x, y)

    expect_solution(actual, *solution(x, y), x, y)


@pytest.mark.parametrize(("samples", "features"), [(5, 3), (5, 1), (4, 2)], ids=str)
def test_least_squares_is_as_exact_as_float64(impl, device, samples, features):
    x, y = problem(samples, features, device, torch.float64)
    x, y = x / 3, y / 7

    actual = impl.least_squares(x, y)

    expect_solution(actual, *solution(x, y), x, y, rtol=1e-11, atol=1e-11)


def test_least_squares_gives_the_bound_of_the_chapter(impl, device):
    x, y = ((TEN_X - 4.5) / 8.25**0.5).to(device), TEN_Y.to(device, copy=True)

    weight, bias = impl.least_squares(x, y)

    expect.tensor(weight, x.new_tensor([2.7069]), call=f"{LEAST}[0]", rtol=1e-4, x=x, y=y)
    expect.tensor(bias, x.new_tensor(4.97), call=f"{LEAST}[1]", x=x, y=y)
    error = (x[:, 0] * weight + bias - y).square().mean()
    expect.tensor(error, x.new_tensor(0.40275), call=f"mean squared error of {LEAST}", rtol=1e-4, x=x, y=y)


@pytest.mark.parametrize("shift", [100.0, -1000.0])
def test_least_squares_keeps_the_weight_when_everything_is_shifted(impl, device, shift):
    x, y = problem(5, 2, device, torch.float64)
    weight, bias = solution(x, y)
    x, y = x + shift, y + 7 * shift

    actual = impl.least_squares(x, y)

    expect_solution(actual, weight, bias + 7 * shift - shift * weight.sum(), x, y, rtol=1e-9)


@FLOATS
def test_least_squares_takes_celsius_and_kelvin_for_collinear(impl, device, dtype):
    celsius = torch.tensor([12.1, 15.3, 9.7, 20.2, 18.6, 14.4, 11.1], dtype=dtype)
    x = torch.stack([celsius, celsius + 273.15], dim=1).to(device)
    y = (2 * celsius + 1).to(device)

    actual = impl.least_squares(x, y)

    # Each gets half of the 2, and the bias takes back what kelvin has more.
    tolerances = {"rtol": 1e-9} if dtype == torch.float64 else {"rtol": 1e-4}
    expect_solution(actual, torch.tensor([1.0, 1.0]), torch.tensor(1 - 273.15, dtype=torch.float64), x, y, **tolerances)


@FLOATS
@pytest.mark.parametrize(
    ("constant", "count"), [(0.1, 7), (0.1, 3), (0.7, 11), (7.7, 3), (1e-5, 7), (1e5 + 0.1, 7)], ids=str
)
@pytest.mark.parametrize("columns", [1, 2])
def test_least_squares_gives_a_constant_column_no_weight_despite_rounding(
    impl, device, dtype, constant, count, columns
):
    x = torch.full((count, columns), constant, dtype=dtype)
    x[1:, 1:] = 2 * constant
    y = torch.arange(1.0, count + 1).to(dtype)

    actual = impl.least_squares(x.to(device), y.to(device))

    expect.tensor(actual[0][0], y.new_tensor(0.0).to(device), call=f"{LEAST}[0][0]", atol=1e-4, x=x, y=y)
    fit = wide(x) @ wide(actual[0]) + wide(actual[1])
    first, rest = y[0].double(), y[1:].double().mean()
    expected = y.double().mean().expand(count) if columns == 1 else torch.cat([first[None], rest.expand(count - 1)])
    expect.tensor(fit, expected, call=f"x @ weight + bias of {LEAST}", rtol=1e-4, x=x, y=y)


def test_least_squares_tells_columns_apart_that_differ_by_a_millionth(impl, device):
    first = torch.tensor([1.7, 3.1, -2.3, 4.9, 0.4, 6.2, -5.3], dtype=torch.float64)
    second = first + 1e-6 * first.new_tensor([1.0, -1.0, 2.0, 0.3, -2.0, 1.3, 0.7])
    x = torch.stack([first, second], dim=1).to(device)
    y = 3.25 * x[:, 0] - 1.75 * x[:, 1] + 80.6  # far from 0: what is not centered shows

    actual = impl.least_squares(x, y)

    expected = torch.tensor([3.25, -1.75], dtype=torch.float64), torch.tensor(80.6, dtype=torch.float64)
    expect_solution(actual, *expected, x, y, rtol=1e-6, atol=1e-6)


@FLOATS
@pytest.mark.parametrize("ratio", [1e-3, 1e3])
def test_least_squares_takes_columns_of_another_size(impl, device, dtype, ratio):
    x, y = problem(5, 2, device, dtype)
    weight, bias = solution(x, y)
    ratios = torch.tensor([1.0, ratio], dtype=torch.float64)
    x = x * ratios.to(dtype).to(device)

    actual = impl.least_squares(x, y)

    tolerances = {"rtol": 1e-9, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 2e-3, "atol": 1e-6}
    expect_solution(actual, weight / ratios, bias, x, y, **tolerances)


@promises.LAYOUTS
def test_least_squares_accepts_any_memory_layout(impl, device, layout):
    x, y = layout(problem(5, 3, device)[0]), layout(problem(5, 3, device)[1])

    actual = impl.least_squares(x, y)

    expect_solution(actual, *solution(x, y), x, y)


@pytest.mark.parametrize(
    ("samples", "shape"),
    [
        pytest.param(3, (3, 1), id="column"),
        pytest.param(3, (1, 3), id="row"),
        pytest.param(3, (1,), id="one-for-all"),
        pytest.param(3, (), id="number"),
        pytest.param(3, (4,), id="one-too-many"),
        pytest.param(3, (3, 2), id="two-columns"),
        pytest.param(1, (3,), id="more-than-samples"),
    ],
)
def test_least_squares_refuses_y_of_another_shape(impl, device, samples, shape):
    x, y = problem(samples, 2, device)[0], torch.ones(shape, device=device)

    with expect.raises(ValueError, match=r"\by\b", call=LEAST, x=x.shape, y=y.shape):
        impl.least_squares(x, y)


def test_least_squares_leaves_its_inputs_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.least_squares, *problem(5, 3, device), call=LEAST)


# -- fit_line ------------------------------------------------------------------------------------------------

FIT = "fit_line(x, y, learning_rate={}, epochs={}, batch_size={}, seed={})"


def trained(x, y, learning_rate, orders, batch_size):
    """Weight, bias and losses of training with these orders, one for each epoch, in NumPy's float64."""
    x, y = wide(x).numpy(), wide(y).numpy()
    line, losses = Line(np.zeros(x.shape[1]), 0.0), []
    for order in orders:
        batches = [list(order[start : start + batch_size]) for start in range(0, len(order), batch_size)]
        total = sum(len(batch) * line.step(x[batch], y[batch], learning_rate) for batch in batches)
        losses.append(float(total / len(y)))
    return torch.from_numpy(line.weight), torch.tensor(line.bias, dtype=torch.float64), losses


def expect_kinds(actual, epochs, call, **inputs):
    """Expect a tuple (weight, bias, losses) with as many losses as epochs."""
    __tracebackhide__ = True
    is_triple = isinstance(actual, tuple) and len(actual) == 3
    expect.that(is_triple, call=call, got=actual, should_be="a tuple (weight, bias, losses)", **inputs)
    losses = actual[2]
    are_floats = isinstance(losses, list) and all(type(loss) is float for loss in losses)
    expect.that(are_floats, call=f"{call}[2]", got=losses, should_be="a list of floats", **inputs)
    expect.that(len(losses) == epochs, call=f"{call}[2]", got=losses, should_be=f"{epochs} losses", **inputs)


def expect_fit(actual, expected, x, y, call):
    __tracebackhide__ = True
    weight, bias, losses = expected
    expect_kinds(actual, len(losses), call, x=x, y=y)
    expect.tensor(actual[0], like(weight, x), call=f"{call}[0]", x=x, y=y)
    expect.tensor(actual[1], like(bias, x), call=f"{call}[1]", x=x, y=y)
    for i, loss in enumerate(losses):
        expect.close(actual[2][i], loss, call=f"{call}[2][{i}]", rtol=1e-5, atol=1e-6, x=x, y=y)


class Outcomes:
    """What training gives with each order of the samples in each epoch: one of these is right."""

    def __init__(self, x, y, learning_rate, epochs, batch_size):
        orders = list(itertools.permutations(range(len(x))))
        chosen = itertools.product(orders, repeat=epochs)
        self.all = [trained(x, y, learning_rate, one, batch_size) for one in chosen]
        self.rows = np.stack([_flat(*one) for one in self.all])

    def nearest(self, actual):
        """The number of the outcome that an answer is most like, so that it is said where even that one differs."""
        row = _flat(*actual)
        return int(np.abs(self.rows - row).max(axis=1).argmin()) if row.shape == self.rows[0].shape else 0


def _flat(weight, bias, losses):
    parts = [wide(value).reshape(-1).numpy() for value in (weight, bias) if isinstance(value, torch.Tensor)]
    return np.concatenate([*parts, np.array(losses, dtype=np.float64)])


def samples_in_orders(count, device="cpu"):
    """Samples of which other orders give other lines, by far; float64."""
    x = torch.tensor([[1.0], [-1.5], [0.4], [2.2]], dtype=torch.float64)[:count]
    return x.to(device), torch.tensor([1.0, 3.0, -2.0, 0.25], dtype=torch.float64)[:count].to(device)


@FLOATS
@pytest.mark.parametrize(
    ("samples", "features", "batch_size"), [(1, 1, 1), (2, 3, 2), (3, 3, 4), (5, 1, 100), (5, 2, 5), (5, 3, 6)], ids=str
)
def test_fit_line_takes_one_step_an_epoch_when_all_samples_are_one_batch(
    impl, device, dtype, samples, features, batch_size
):
    x, y = problem(samples, features, device, dtype)

    for seed in (0, 1, 2**31 - 1):
        actual = impl.fit_line(x, y, 0.05, 4, batch_size, seed)

        expected = trained(x, y, 0.05, [range(samples)] * 4, batch_size)
        expect_fit(actual, expected, x, y, call=FIT.format(0.05, 4, batch_size, seed))


@pytest.mark.parametrize(
    ("samples", "epochs", "batch_size"),
    [
        pytest.param(3, 2, 1, id="single-samples"),
        pytest.param(3, 2, 2, id="ragged"),
        pytest.param(4, 1, 1, id="four-single-samples"),
        pytest.param(4, 1, 2, id="even"),
        pytest.param(4, 1, 3, id="ragged-by-one"),
    ],
)
def test_fit_line_takes_a_step_for_each_batch_in_some_order(impl, device, samples, epochs, batch_size):
    x, y = samples_in_orders(samples, device)
    outcomes = Outcomes(x, y, 0.1, epochs, batch_size)

    for seed in (0, 1, 2, 3):
        actual = impl.fit_line(x, y, 0.1, epochs, batch_size, seed)

        call = FIT.format(0.1, epochs, batch_size, seed)
        expect_kinds(actual, epochs, call, x=x, y=y)
        expect_fit(actual, outcomes.all[outcomes.nearest(actual)], x, y, call=f"{call}, in the order most like it")


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 5])
def test_fit_line_gives_each_sample_the_same_vote_in_the_loss(impl, device, batch_size):
    x, y = problem(5, 2, device)

    actual = impl.fit_line(x, y, 0.0, 2, batch_size, 1)

    # Nothing moves, so both losses are the mean of the squares of y: (4 + 1 + 0.25 + 9 + 6.25) / 5.
    expect_fit(actual, (torch.zeros(2), torch.tensor(0.0), [4.1, 4.1]), x, y, call=FIT.format(0.0, 2, batch_size, 1))


def test_fit_line_without_an_epoch_stays_at_0(impl, device):
    x, y = problem(5, 3, device)

    actual = impl.fit_line(x, y, 0.1, 0, 2, 1)

    expect_fit(actual, (torch.zeros(3), torch.tensor(0.0), []), x, y, call=FIT.format(0.1, 0, 2, 1))


# One of 6 equally likely orders is missing among 100 with probability 6 * (5 / 6) ** 100 = 7e-8 at most. Two
# epochs have the same order in a sixth of the runs, and in 60 of 100 with a probability below 1e-20.


@pytest.mark.parametrize(("samples", "batch_size"), [(3, 1), (4, 2)])
def test_fit_line_draws_any_order_of_samples(impl, probe, samples, batch_size):
    x, y = samples_in_orders(samples)
    outcomes = Outcomes(x, y, 0.1, 1, batch_size)

    fits = probe(linear_regression_probes.fits, impl.fit_line, x, y, 0.1, 1, batch_size, 100)

    seen = {tuple(outcomes.rows[outcomes.nearest(one)].round(9)) for one in fits}  # many orders, the same batches
    possible = {tuple(row.round(9)) for row in outcomes.rows}
    call = FIT.format(0.1, 1, batch_size, "0...99")
    got = f"{len(seen)} different lines of {samples} samples"
    expect.that(seen == possible, call=call, got=got, should_be=f"{len(possible)} lines, for any order of the samples")


def test_fit_line_draws_a_new_order_in_every_epoch(impl, probe):
    x, y = samples_in_orders(3)
    outcomes = Outcomes(x, y, 0.1, 2, 1)

    fits = probe(linear_regression_probes.fits, impl.fit_line, x, y, 0.1, 2, 1, 100)

    orders = [divmod(outcomes.nearest(one), 6) for one in fits]
    call = FIT.format(0.1, 2, 1, "0...99")
    for epoch in (0, 1):
        got = f"{len({pair[epoch] for pair in orders})} of the 6 orders of 3 samples in epoch {epoch}"
        expect.that(len({pair[epoch] for pair in orders}) == 6, call=call, got=got, should_be="all 6 of them")
    same = sum(first == second for first, second in orders)
    got = f"the same order in both epochs for {same} of 100 seeds"
    expect.that(same < 60, call=call, got=got, should_be="orders that have nothing to do with each other")


def test_fit_line_gives_the_same_for_the_same_seed(impl, probe, device):
    x, y = problem(5, 3, device)
    probe(torch.manual_seed, 1)
    weight, bias, losses = impl.fit_line(x, y, 0.1, 3, 2, 7)
    probe(torch.manual_seed, 2)
    impl.fit_line(x, y, 0.1, 3, 2, 8)

    actual = impl.fit_line(x, y, 0.1, 3, 2, 7)

    expect_fit(actual, (weight, bias, losses), x, y, call=f"{FIT.format(0.1, 3, 2, 7)} once more")


@pytest.mark.parametrize(("epochs", "seed"), [(2, 0), (2, 7), (0, 7)])
def test_fit_line_leaves_the_global_random_states(impl, probe, device, epochs, seed):
    x, y = problem(5, 3, device)

    call = FIT.format(0.1, epochs, 2, seed)
    promises.random_state_untouched(probe, impl.fit_line, x, y, 0.1, epochs, 2, seed, call=call)


def test_fit_line_computes_in_float64(impl, device):
    x, y = problem(5, 3, device, torch.float64)
    x, y = x / 3, y / 7

    weight, bias, losses = impl.fit_line(x, y, 0.1, 3, 5, 1)

    expected = trained(x, y, 0.1, [range(5)] * 3, 5)
    call = FIT.format(0.1, 3, 5, 1)
    expect.tensor(weight, like(expected[0], x), call=f"{call}[0]", rtol=1e-12, atol=1e-12, x=x, y=y)
    expect.tensor(bias, like(expected[1], x), call=f"{call}[1]", rtol=1e-12, atol=1e-12, x=x, y=y)
    expect.close(losses[-1], expected[2][-1], call=f"{call}[2][2]", rtol=1e-12, atol=1e-12, x=x, y=y)


@promises.LAYOUTS
def test_fit_line_accepts_any_memory_layout(impl, device, layout):
    x, y = (layout(values) for values in problem(5, 3, device))

    actual = impl.fit_line(x, y, 0.05, 2, 5, 1)

    expected = trained(x, y, 0.05, [range(5)] * 2, 5)
    expect_fit(actual, expected, x, y, call=FIT.format(0.05, 2, 5, 1))


@pytest.mark.parametrize("epochs", [0, 2])
def test_fit_line_gives_weight_and_bias_that_require_no_grad(impl, probe, device, epochs):
    x, y = problem(5, 3, device)

    actual = probe(linear_regression_probes.requires_grad, impl.fit_line, x, y, 0.1, epochs, 2, 1)

    call = f"(weight.requires_grad, bias.requires_grad) of {FIT.format(0.1, epochs, 2, 1)}"
    expect.value(actual, [False, False], call=call)


@pytest.mark.parametrize("batch_size", [0, -1, -5])
def test_fit_line_refuses_a_batch_size_below_1(impl, device, batch_size):
    x, y = problem(5, 3, device)
    call = FIT.format(0.1, 2, batch_size, 1)

    with expect.raises(ValueError, match="batch", call=call):
        impl.fit_line(x, y, 0.1, 2, batch_size, 1)


@pytest.mark.parametrize("epochs", [0, 2])
@pytest.mark.parametrize(
    ("samples", "shape"),
    [
        pytest.param(3, (3, 1), id="column"),
        pytest.param(3, (1,), id="one-for-all"),
        pytest.param(3, (4,), id="one-too-many"),
        pytest.param(3, (2,), id="one-too-few"),
        pytest.param(3, (3, 2), id="two-columns"),
        pytest.param(1, (1, 1), id="column-of-one"),
    ],
)
def test_fit_line_refuses_y_of_another_shape(impl, device, samples, shape, epochs):
    x, y = problem(samples, 2, device)[0], torch.ones(shape, device=device)

    with expect.raises(ValueError, match=r"\by\b|target", call=FIT.format(0.1, epochs, 2, 1), x=x.shape, y=y.shape):
        impl.fit_line(x, y, 0.1, epochs, 2, 1)


def test_fit_line_leaves_its_inputs_unchanged(impl, probe, device):
    x, y = problem(5, 3, device)

    promises.unchanged(probe, impl.fit_line, x, y, 0.1, 2, 2, 1, call=FIT.format(0.1, 2, 2, 1))


@pytest.mark.parametrize(
    ("learning_rate", "epochs", "batch_size"), [(0.25, 20, 10), (0.001, 200, 1)], ids=["one-batch", "as-in-the-chapter"]
)
def test_fit_line_comes_within_5_percent_of_the_least_error_on_the_points_of_the_chapter(
    impl, learning_rate, epochs, batch_size
):
    x, y = (TEN_X - 4.5) / 8.25**0.5, TEN_Y.clone()

    actual = impl.fit_line(x, y, learning_rate, epochs, batch_size, 1)

    call = FIT.format(learning_rate, epochs, batch_size, 1)
    expect_kinds(actual, epochs, call)
    error = (x[:, 0] * actual[0] + actual[1] - y).square().mean().item()
    # A line ends above the least error, and not by chance: each step goes the same part of the way to go.
    in_reach = 0.40275 <= error <= 1.05 * 0.40275
    should_be = "an error from 0.40275, the least there is, to 5 % above it"
    expect.that(in_reach, call=call, got=f"a mean squared error of {error:.5f}", should_be=should_be)
