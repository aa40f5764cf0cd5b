"""Specs of the topic `speed`."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch.nn import functional

from tests import expect, probes, promises, speed_probes, strategies
from tests.oracles import exact

WIDE = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)

# -- polynomial ----------------------------------------------------------------------------------------------

POLYNOMIAL = "polynomial(x, coefficients)"


def evaluated(x, coefficients):
    """NumPy's polynomial, in float64, and how large its terms are."""
    values, terms = x.double().numpy(), coefficients.double().numpy()
    if not len(terms):
        return torch.zeros_like(x), 0.0
    result = np.polynomial.polynomial.polyval(values, terms)
    size = np.polynomial.polynomial.polyval(np.abs(values), np.abs(terms))
    return torch.as_tensor(np.asarray(result)).to(x.dtype), float(np.max(size, initial=0.0))


@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [
        pytest.param([3.0, 2.0], [3.0, 5.0, 7.0, 1.0], id="line"),
        pytest.param([5.0, 6.0, 7.0], [5.0, 18.0, 45.0, 6.0], id="parabola"),
        pytest.param([0.0, 0.0, 0.0, 2.0, 0.0], [0.0, 2.0, 16.0, -2.0], id="third-power"),
        pytest.param([4.0], [4.0, 4.0, 4.0, 4.0], id="constant"),
        pytest.param([], [0.0, 0.0, 0.0, 0.0], id="no-coefficients"),
    ],
)
def test_polynomial_takes_the_lowest_power_first(impl, device, coefficients, expected):
    x = torch.tensor([0.0, 1.0, 2.0, -1.0], device=device)
    coefficients = torch.tensor(coefficients, device=device)

    actual = impl.polynomial(x, coefficients)

    expect.tensor(actual, x.new_tensor(expected), call=POLYNOMIAL, x=x, coefficients=coefficients)


@given(
    x=strategies.tensors(strategies.shapes(0, 4, min_side=0, max_side=4), low=-2, high=2),
    coefficients=strategies.tensors(strategies.shapes(1, 1, min_side=0, max_side=5), low=-5, high=5),
)
@example(x=torch.tensor(2.0), coefficients=torch.tensor([1.0, 2.0, 3.0]))
@example(x=torch.tensor([[2.0, 3.0], [-1.0, 0.5]]), coefficients=torch.tensor([1.0, -2.0]))
@example(x=torch.tensor([[2.0, 3.0, 0.0], [-1.0, 0.5, 1.0]]), coefficients=torch.tensor([4.0]))
@example(x=torch.ones(2, 0, 3), coefficients=torch.tensor([1.0, 2.0]))
def test_polynomial_works_for_any_shape(impl, device, x, coefficients):
    expected, size = evaluated(x, coefficients)

    actual = impl.polynomial(x.to(device), coefficients.to(device))

    tolerance = 4e-6 * size + 1e-30
    expect.tensor(actual, expected.to(device), call=POLYNOMIAL, atol=tolerance, x=x, coefficients=coefficients)


@WIDE
def test_polynomial_keeps_the_dtype(impl, device, dtype):
    x, coefficients = torch.tensor([0.1, -1.3, 1.7], dtype=dtype), torch.tensor([0.3, -0.7, 1.1, 0.9], dtype=dtype)
    expected, _ = evaluated(x, coefficients)

    actual = impl.polynomial(x.to(device), coefficients.to(device))

    expect.tensor(actual, expected.to(device), call=POLYNOMIAL, **exact(dtype), x=x, coefficients=coefficients)


@promises.LAYOUTS
def test_polynomial_takes_tensors_of_any_memory_layout(impl, device, layout):
    x = layout(torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.0, -2.0]]).to(device))
    coefficients = layout(torch.tensor([1.0, -2.0, 3.0]).to(device))
    expected, _ = evaluated(x.cpu(), coefficients.cpu())

    actual = impl.polynomial(x, coefficients)

    expect.tensor(actual, expected.to(device), call=POLYNOMIAL, x=x, coefficients=coefficients)


def test_polynomial_lets_the_gradient_through_to_x(impl, probe, device):
    x = torch.tensor([0.0, 1.0, 2.0, -1.0], device=device)
    coefficients = x.new_tensor([5.0, 6.0, 7.0, 1.0])

    actual = probe(probes.gradient, impl.polynomial, x, coefficients, upstream=x.new_tensor([1.0, 1.0, 2.0, 1.0]))

    call = f"gradient of {POLYNOMIAL} for x"
    expect.tensor(actual, x.new_tensor([6.0, 23.0, 92.0, -5.0]), call=call, x=x, coefficients=coefficients)


def test_polynomial_lets_the_gradient_through_to_the_coefficients(impl, probe, device):
    x = torch.tensor([0.0, 1.0, 2.0, -1.0], device=device)
    coefficients = x.new_tensor([5.0, 6.0, 7.0, 1.0])
    upstream = x.new_tensor([1.0, 1.0, 2.0, 1.0])

    actual = probe(probes.gradient, impl.polynomial, x, coefficients, wrt=1, upstream=upstream)

    call = f"gradient of {POLYNOMIAL} for coefficients"
    expect.tensor(actual, x.new_tensor([5.0, 4.0, 10.0, 16.0]), call=call, x=x, coefficients=coefficients)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_polynomial_leaves_its_inputs_as_they_are(impl, probe, device, count):
    x, coefficients = torch.tensor([0.5, 2.0, -3.0], device=device), torch.arange(1.0, count + 1, device=device)

    promises.unchanged(probe, impl.polynomial, x, coefficients, call=POLYNOMIAL)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("shape", [(), (1,), (3,)], ids=str)
def test_polynomial_gives_a_new_tensor(impl, probe, device, shape, count):
    x, coefficients = torch.full(shape, 0.5, device=device), torch.arange(count, device=device).float()

    actual = probe(probes.shares_memory, impl.polynomial, x, coefficients)

    expect.value(actual, False, call=f"do {POLYNOMIAL} and its arguments share memory?", x=x, coefficients=coefficients)


@pytest.mark.parametrize("larger", [(24, 4), (3, 32)], ids=["more-rows", "more-columns"])
def test_polynomial_needs_no_loop_over_x(impl, probe, device, larger):
    coefficients = torch.tensor([1.0, 2.0, 3.0], device=device)

    few, many = (
        probe(probes.operations, impl.polynomial, torch.ones(shape, device=device), coefficients)
        for shape in ((3, 4), larger)
    )

    expect.same_work(few, many, call=POLYNOMIAL)


# -- moving_average ------------------------------------------------------------------------------------------

AVERAGE = "moving_average(x, {})"


def averaged(x, window):
    """Each window added up for itself, exactly."""
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1]).tolist()
    places = range(x.shape[-1] - window + 1)
    means = [[math.fsum(row[i : i + window]) / window for i in places] for row in rows]
    return torch.tensor(means, dtype=x.dtype).reshape(*x.shape[:-1], len(places))


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(1, [1.0, 2.0, 6.0, 4.0, -8.0], id="1-alone"),
        pytest.param(2, [1.5, 4.0, 5.0, -2.0], id="2-neighbours"),
        pytest.param(3, [3.0, 4.0, 2.0 / 3], id="3-neighbours"),
        pytest.param(4, [3.25, 1.0], id="4-neighbours"),
        pytest.param(5, [1.0], id="all"),
    ],
)
def test_moving_average_averages_whole_windows(impl, device, window, expected):
    x = torch.tensor([1.0, 2.0, 6.0, 4.0, -8.0], device=device)

    actual = impl.moving_average(x, window)

    expect.tensor(actual, x.new_tensor(expected), call=AVERAGE.format(window), x=x)


@given(data=st.data(), x=strategies.tensors(strategies.shapes(1, 4, min_side=1, max_side=6)))
def test_moving_average_keeps_all_leading_axes(impl, device, data, x):
    window = data.draw(st.integers(1, x.shape[-1]), label="window")

    actual = impl.moving_average(x.to(device), window)

    expect.tensor(actual, averaged(x, window).to(device), call=AVERAGE.format(window), x=x)


@pytest.mark.parametrize("shape", [(0, 5), (2, 0, 5), (0, 3, 4, 5)], ids=str)
def test_moving_average_takes_leading_axes_of_size_0(impl, device, shape):
    x = torch.ones(shape, device=device)

    actual = impl.moving_average(x, 2)

    expect.tensor(actual, torch.ones(*shape[:-1], 4, device=device), call=AVERAGE.format(2), x=x)


@WIDE
@pytest.mark.parametrize("window", [1, 3, 7])
def test_moving_average_keeps_the_dtype_and_its_precision(impl, device, dtype, window):
    x = strategies.large_tensor((2, 20), dtype, kind="normal", seed=3)

    actual = impl.moving_average(x.to(device), window)

    expect.tensor(actual, averaged(x, window).to(device), call=AVERAGE.format(window), **exact(dtype), x=x)


@WIDE
@pytest.mark.parametrize("place", [0, 10], ids=["first", "in-the-middle"])
def test_moving_average_is_exact_beside_a_large_entry(impl, device, dtype, place):
    x = strategies.large_tensor((2, 30), dtype, kind="normal", seed=5).clamp(-1, 1)
    x[:, place] = 1e6

    actual = impl.moving_average(x.to(device), 3)

    expected = averaged(x, 3).to(device)
    expect.tensor(actual, expected, call=AVERAGE.format(3), rtol=1e-5, atol=3e-6, x=x)


@pytest.mark.parametrize(
    ("shape", "window"), [((5,), 6), ((5,), 0), ((5,), -1), ((7, 5), 6), ((1,), 2), ((0,), 1), ((3, 0), 0)]
)
def test_moving_average_refuses_windows_that_do_not_fit(impl, device, shape, window):
    call = f"moving_average(<shape {shape}>, {window})"
    with expect.raises(ValueError, match="window", call=call):
        impl.moving_average(torch.ones(shape, device=device), window)


@promises.LAYOUTS
@pytest.mark.parametrize("shape", [(6,), (4, 6)], ids=["1-axis", "2-axes"])
def test_moving_average_takes_tensors_of_any_memory_layout(impl, device, layout, shape):
    x = layout(strategies.large_tensor(shape, torch.float32, kind="normal", seed=7).to(device))

    actual = impl.moving_average(x, 3)

    expect.tensor(actual, averaged(x.cpu(), 3).to(device), call=AVERAGE.format(3), x=x)


def test_moving_average_lets_the_gradient_through(impl, probe, device):
    x = torch.tensor([[1.0, 2.0, 6.0, 4.0], [0.0, 3.0, -5.0, 8.0]], device=device)
    upstream = x.new_tensor([[2.0, 4.0, 8.0], [6.0, 10.0, 0.0]])

    actual = probe(probes.gradient, impl.moving_average, x, 2, upstream=upstream)

    expected = x.new_tensor([[1.0, 3.0, 6.0, 4.0], [3.0, 8.0, 5.0, 0.0]])
    expect.tensor(actual, expected, call=f"gradient of {AVERAGE.format(2)} for x", x=x)


@pytest.mark.parametrize("window", [1, 2, 5])
def test_moving_average_leaves_x_as_it_is(impl, probe, device, window):
    x = torch.tensor([[1.0, 2.0, 6.0, 4.0, -8.0]], device=device)

    promises.unchanged(probe, impl.moving_average, x, window, call=AVERAGE.format(window))


@pytest.mark.parametrize("shape", [(5,), (1,), (2, 1)], ids=str)
def test_moving_average_gives_a_new_tensor(impl, probe, device, shape):
    x = torch.ones(shape, device=device)

    actual = probe(probes.shares_memory, impl.moving_average, x, 1)

    expect.value(actual, False, call=f"do {AVERAGE.format(1)} and x share memory?", x=x)


@pytest.mark.parametrize("larger", [(3, 80), (24, 20)], ids=["longer", "more-rows"])
def test_moving_average_needs_no_loop_over_the_places(impl, probe, device, larger):
    few, many = (
        probe(probes.operations, impl.moving_average, torch.ones(shape, device=device), 4)
        for shape in ((3, 20), larger)
    )

    expect.same_work(few, many, call=AVERAGE.format(4))


def test_moving_average_needs_no_loop_over_the_window(impl, probe, device):
    x = torch.ones(3, 40, device=device)
    few, many = (probe(probes.operations, impl.moving_average, x, window) for window in (3, 30))

    expect.same_work(few, many, call="moving_average(x, window), with a larger window")


@WIDE
@pytest.mark.parametrize("shape", [(4000,), (2, 2000)], ids=["1-axis", "2-axes"])
def test_moving_average_copies_no_windows(impl, probe, device, shape, dtype):
    x = torch.ones(shape, dtype=dtype, device=device)

    peak = probe(speed_probes.peak_bytes, impl.moving_average, x, 100)

    given_bytes = x.numel() * x.element_size()
    times = peak / given_bytes
    got = f"tensors of {f'{times:.1f}' if times < 50 else 'more than 50'} times the bytes of x at a time"
    within = peak <= 8 * given_bytes + 4096
    expect.that(within, call=AVERAGE.format(100), got=got, should_be="at most 8 times the bytes of x")


# -- epoch_loss ----------------------------------------------------------------------------------------------

LOSS = "epoch_loss(losses)"


def scalars(values, device, dtype=torch.float32):
    return [torch.tensor(value, dtype=dtype, device=device) for value in values]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        pytest.param([1.0, 2.0, 6.0], 3.0, id="3-losses"),
        pytest.param([4.0, 1.0, 0.5, 0.25, 0.0], 1.15, id="5-losses"),
        pytest.param([2.0, 4.0], 3.0, id="2-losses"),
        pytest.param([0.75], 0.75, id="1-loss"),
        pytest.param([-1.0, 0.5], -0.25, id="negative"),
        pytest.param([1.0, math.nan, 2.0], math.nan, id="nan"),
        pytest.param([1.0, math.inf, 2.0], math.inf, id="infinite"),
    ],
)
def test_epoch_loss_gives_the_mean_as_a_float(impl, device, losses, expected):
    actual = impl.epoch_loss(scalars(losses, device))

    expect.close(actual, expected, call=LOSS, losses=losses)


def test_epoch_loss_takes_losses_one_by_one(impl, probe, device):
    actual = probe(speed_probes.of_iterator, impl.epoch_loss, scalars([1.0, 2.0, 6.0], device))

    expect.close(actual, 3.0, call="epoch_loss(<a generator of 1., 2., 6.>)")


def test_epoch_loss_takes_losses_that_require_grad(impl, probe, device):
    actual = probe(speed_probes.requiring_grad, impl.epoch_loss, scalars([1.0, 2.0, 6.0], device))

    expect.close(actual, 3.0, call="epoch_loss(<losses 1., 2., 6. that require grad>)")


@pytest.mark.parametrize(
    ("dtype", "value", "rtol"),
    [
        pytest.param(torch.float64, 1.1, 1e-13, id="float64"),
        pytest.param(torch.float32, 1.1, 1e-5, id="float32"),
        pytest.param(torch.bfloat16, 1.1015625, 1e-5, id="bfloat16"),
        pytest.param(torch.float16, 300.25, 1e-5, id="float16"),
    ],
)
def test_epoch_loss_is_precise_for_many_losses(impl, device, dtype, value, rtol):
    losses = scalars([value, 2 * value] * 200, device, dtype)  # in float16, their sum is infinite

    actual = impl.epoch_loss(losses)

    expect.close(actual, 1.5 * losses[0].item(), call=f"epoch_loss(<400 losses of {dtype}>)", rtol=rtol)


@pytest.mark.parametrize("one_by_one", [False, True], ids=["list", "generator"])
def test_epoch_loss_refuses_an_epoch_without_losses(impl, probe, one_by_one):
    with expect.raises(ValueError, match="losses", call="epoch_loss(<no losses>)"):
        if one_by_one:
            probe(speed_probes.of_iterator, impl.epoch_loss, [])
        else:
            impl.epoch_loss([])


@pytest.mark.parametrize("batches", [1, 2, 50])
def test_epoch_loss_waits_for_the_device_once(impl, probe, device, batches):
    losses = scalars([0.5 * batch for batch in range(batches)], device)

    syncs = probe(speed_probes.host_syncs, impl.epoch_loss, losses)

    call = f"epoch_loss(<{batches} losses>)"
    got = "tensors read more than once" if syncs > 1 else "tensors read once"
    expect.that(syncs <= 1, call=call, got=got, should_be="tensors read into Python, or copied to the CPU, once")


def test_epoch_loss_lets_go_of_each_history(impl, probe, device):
    held = probe(speed_probes.histories_held, impl.epoch_loss, 10, torch.device(device))

    got = f"{held} earlier ones still had their history when the next was asked for"
    should_be = "at most the last loss with its history"
    expect.that(held <= 1, call="epoch_loss(<a generator of 10 losses>)", got=got, should_be=should_be)


@pytest.mark.parametrize("batches", [1, 3])
def test_epoch_loss_leaves_the_losses_as_they_are(impl, probe, device, batches):
    losses = scalars([1.5, 2.0, 6.0][:batches], device)

    promises.unchanged(probe, impl.epoch_loss, losses, call=LOSS)


# -- accumulate_gradients ------------------------------------------------------------------------------------

ACCUMULATE = "accumulate_gradients(model, {}, batches)"

SIZES = pytest.mark.parametrize(
    "sizes",
    [
        pytest.param((4, 4), id="4-4"),
        pytest.param((3, 5), id="3-5"),
        pytest.param((5, 5, 1), id="5-5-1"),
        pytest.param((1, 2, 5), id="1-2-5"),
        pytest.param((1,), id="1"),
        pytest.param((3,), id="3"),
    ],
)


def pictures(samples, device, dtype=torch.float32):
    """Samples of shape (2, 3), and a class from 0 to 2 for each."""
    x = strategies.large_tensor((samples, 2, 3), dtype, kind="normal", seed=11) / 3
    labels = torch.arange(samples) * 2 % 3
    return x.to(device), labels.to(device)


def rows(samples, device, dtype=torch.float32):
    """Samples of 3 features, and 2 numbers for each to predict."""
    x = strategies.large_tensor((samples, 3), dtype, kind="normal", seed=13) / 3
    y = strategies.large_tensor((samples, 2), dtype, kind="normal", seed=17)
    return x.to(device), y.to(device)


TASKS = {
    "regression": (speed_probes.linear, functional.mse_loss, rows),
    "classification": (speed_probes.scored, functional.cross_entropy, pictures),
}
BOTH_TASKS = pytest.mark.parametrize("task", TASKS)


def cut(x, y, sizes):
    return list(zip(x.split(sizes), y.split(sizes), strict=True))


def backward_of(model, loss):
    """The gradients of a loss, by name; None where there is none."""
    named = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    found = torch.autograd.grad(loss, list(named.values()), allow_unused=True)
    return dict(zip(named, found, strict=True))


def expect_grads(actual, expected, call):
    __tracebackhide__ = True
    for name, gradient in actual.items():
        where = f"model.{name}.grad after {call}"
        if expected.get(name) is None:
            expect.value(gradient, None, call=where)
        else:
            expect.tensor(gradient, expected[name], call=where)


@SIZES
@BOTH_TASKS
def test_accumulate_gradients_gives_those_of_the_full_batch(impl, probe, device, task, sizes):
    make, loss_fn, samples = TASKS[task]
    x, y = samples(sum(sizes), "cpu")
    reference = make()
    expected = {
        name: None if found is None else found.to(device)
        for name, found in backward_of(reference, loss_fn(reference(x), y)).items()
    }
    model = probe(make, device)

    impl.accumulate_gradients(model, loss_fn, cut(x.to(device), y.to(device), sizes))

    call = f"{ACCUMULATE.format(loss_fn.__name__)} with batches of {sizes}"
    expect_grads(probe(speed_probes.grads, model), expected, call)


@SIZES
@BOTH_TASKS
def test_accumulate_gradients_gives_the_mean_loss_of_all_samples(impl, probe, device, task, sizes):
    make, loss_fn, samples = TASKS[task]
    x, y = samples(sum(sizes), "cpu")
    expected = loss_fn(make()(x), y).detach().to(device)
    call = (probe(make, device), loss_fn, cut(x.to(device), y.to(device), sizes))

    actual = impl.accumulate_gradients(*call)
    requires_grad = probe(speed_probes.requires_grad, impl.accumulate_gradients, *call)

    where = f"{ACCUMULATE.format(loss_fn.__name__)} with batches of {sizes}"
    expect.value(requires_grad, [False], call=f"does {where} require grad?")
    expect.tensor(actual, expected, call=where)


def test_accumulate_gradients_works_in_float64(impl, probe, device):
    x, y = rows(5, "cpu", torch.float64)
    reference = speed_probes.linear(dtype=torch.float64)
    loss = functional.mse_loss(reference(x), y)
    expected = backward_of(reference, loss)
    model = probe(speed_probes.linear, device, torch.float64)

    actual = impl.accumulate_gradients(model, functional.mse_loss, cut(x.to(device), y.to(device), (3, 2)))

    call = ACCUMULATE.format("mse_loss")
    expect.tensor(actual, loss.detach().to(device), call=call, **exact(torch.float64))
    for name, gradient in probe(speed_probes.grads, model).items():
        where = f"model.{name}.grad after {call}"
        expect.tensor(gradient, expected[name].to(device), call=where, **exact(torch.float64))


@SIZES
def test_accumulate_gradients_adds_to_the_gradients_from_before(impl, probe, device, sizes):
    x, y = pictures(sum(sizes), "cpu")
    reference = speed_probes.scored()
    found = backward_of(reference, functional.cross_entropy(reference(x), y))
    parameters = dict(reference.named_parameters())
    expected = {
        name: (torch.full_like(parameters[name], 0.5) + (0 if gradient is None else gradient)).to(device)
        for name, gradient in found.items()
    }
    model = probe(speed_probes.scored, device)
    probe(speed_probes.set_grad, model, 0.5)

    impl.accumulate_gradients(model, functional.cross_entropy, cut(x.to(device), y.to(device), sizes))

    call = f"{ACCUMULATE.format('cross_entropy')} where every grad was 0.5"
    expect_grads(probe(speed_probes.grads, model), expected, call)


def test_accumulate_gradients_refuses_an_empty_list(impl, probe, device):
    with expect.raises(ValueError, match="batches", call="accumulate_gradients(model, mse_loss, [])"):
        impl.accumulate_gradients(probe(speed_probes.linear, device), functional.mse_loss, [])


def test_accumulate_gradients_leaves_model_and_batches_as_they_are(impl, probe, device):
    batches = cut(*pictures(5, device), (3, 2))
    model = probe(speed_probes.scored, device)

    call = (impl.accumulate_gradients, model, functional.cross_entropy, batches)
    promises.unchanged(probe, *call, call=ACCUMULATE.format("cross_entropy"))


def test_accumulate_gradients_leaves_the_mode_of_every_module(impl, probe, device):
    model = probe(speed_probes.scored, device)
    for training in (True, False):
        probe(speed_probes.mix_modes, model, training)
        before = probe(speed_probes.modes, model)

        impl.accumulate_gradients(model, functional.cross_entropy, cut(*pictures(5, device), (3, 2)))

        call = f"model.training of every module after {ACCUMULATE.format('cross_entropy')}"
        expect.value(probe(speed_probes.modes, model), before, call=call)


def test_accumulate_gradients_needs_no_more_memory_for_more_batches(impl, probe, device):
    batch = (torch.ones(64, 2, device=device), torch.ones(64, 1, device=device))
    few, many = (
        probe(speed_probes.peak_of_batches, impl.accumulate_gradients, functional.mse_loss, [batch] * count)
        for count in (3, 12)
    )

    got = f"{many / few:.1f} times as much memory for 12 batches as for 3"
    should_be = "the memory of one batch, however many there are"
    expect.that(many <= 1.25 * few, call=ACCUMULATE.format("mse_loss"), got=got, should_be=should_be)


# -- mixed_precision_step ------------------------------------------------------------------------------------

STEP = "mixed_precision_step(model, loss_fn, optimizer, scaler, x, y)"
RATE, MOMENTUM = 0.25, 0.5  # those of speed_probes.sgd
ROUNDING = {"rtol": 1e-2, "atol": 1e-2}  # a bfloat16 has 8 bits


class ByHand:
    """The same training without autocast and scaler: bfloat16 and momentum written out."""

    def __init__(self):
        self.weights = [weight.detach().requires_grad_(True) for weight in speed_probes.linear().parameters()]
        self.momenta = [torch.zeros_like(weight) for weight in self.weights]

    def step(self, x, y):
        prediction = functional.linear(x.bfloat16(), *(weight.bfloat16() for weight in self.weights))
        loss = ((prediction.float() - y) ** 2).mean()
        found = torch.autograd.grad(loss, self.weights)
        with torch.no_grad():
            for weight, momentum, gradient in zip(self.weights, self.momenta, found, strict=True):
                momentum.mul_(MOMENTUM).add_(gradient)
                weight.sub_(RATE * momentum)
        return loss.detach()


class Training:
    """What a step is given, on the learner's side, and the same by hand."""

    def __init__(self, probe, device, **options):
        self.probe = probe
        self.model = probe(speed_probes.linear, device)
        self.optimizer = probe(speed_probes.sgd, self.model)
        self.scaler = probe(torch.amp.GradScaler, torch.device(device).type, **options)
        self.by_hand = ByHand()

    def step(self, impl, x, y, loss_fn=functional.mse_loss):
        return impl.mixed_precision_step(self.model, loss_fn, self.optimizer, self.scaler, x, y)

    def expect_weights(self, device, call):
        __tracebackhide__ = True
        actual = self.probe(speed_probes.weights, self.model)
        for (name, weight), expected in zip(actual.items(), self.by_hand.weights, strict=True):
            expect.tensor(weight, expected.detach().to(device), call=f"model.{name} after {call}", **ROUNDING)

    def expect_momenta(self, device, call):
        __tracebackhide__ = True
        found = self.probe(speed_probes.momenta, self.optimizer)
        for actual, expected in zip(found, self.by_hand.momenta, strict=True):
            expect.tensor(actual, expected.to(device), call=f"the optimizer's momentum after {call}", **ROUNDING)

    def expect_scale(self, expected, call):
        __tracebackhide__ = True
        expect.close(self.scaler.get_scale(), expected, call=f"scaler.get_scale() after {call}")


STEPS = ("the first step", "the second step", "the third step")


@pytest.mark.parametrize("enabled", [True, False], ids=["scaled", "not-scaled"])
def test_mixed_precision_step_trains(impl, probe, device, enabled):
    training = Training(probe, device, init_scale=1024.0, enabled=enabled)
    for when, size in zip(STEPS, (4, 1, 5), strict=True):
        x, y = rows(size, "cpu")
        expected = training.by_hand.step(x, y)

        actual = training.step(impl, x.to(device), y.to(device))

        expect.tensor(actual, expected.to(device), call=f"{STEP}, {when}", **ROUNDING)
        training.expect_weights(device, when)


def test_mixed_precision_step_gives_a_loss_without_history(impl, probe, device):
    training = Training(probe, device)
    given_step = (training.model, functional.mse_loss, training.optimizer, training.scaler, *rows(4, device))

    actual = probe(speed_probes.requires_grad, impl.mixed_precision_step, *given_step)

    expect.value(actual, [False], call=f"does {STEP} require grad?")


@pytest.mark.parametrize("value", [5.0, math.inf], ids=["finite", "infinite"])
def test_mixed_precision_step_forgets_the_gradients_from_before(impl, probe, device, value):
    training = Training(probe, device)
    x, y = rows(4, "cpu")
    training.by_hand.step(x, y)
    probe(speed_probes.set_grad, training.model, value)

    training.step(impl, x.to(device), y.to(device))

    training.expect_weights(device, f"a step where every grad was {value}")


def test_mixed_precision_step_computes_model_and_loss_under_autocast(impl, probe, device):
    seen = dict.fromkeys(probe(speed_probes.precisions, impl.mixed_precision_step, *rows(4, device)))
    for where in ("model", "loss"):
        actual = [dtype for place, dtype in seen if place == where]
        expect.value(actual, ["torch.bfloat16"], call=f"the dtype of autocast in {where}, during {STEP}")


@pytest.mark.parametrize("where", ["backward", "step", "afterwards"])
def test_mixed_precision_step_leaves_autocast_before_the_backward_pass(impl, probe, device, where):
    seen = dict.fromkeys(probe(speed_probes.precisions, impl.mixed_precision_step, *rows(4, device)))

    actual = [dtype for place, dtype in seen if place == where]
    expect.value(actual, ["off"], call=f"the dtype of autocast in {where}, during {STEP}")


def test_mixed_precision_step_calls_model_and_loss_once(impl, probe, device):
    seen = probe(speed_probes.precisions, impl.mixed_precision_step, *rows(4, device))

    calls = [place for place, _ in seen if place in ("model", "loss")]
    expect.value(calls, ["model", "loss"], call=f"the calls of model and loss_fn during {STEP}")


def test_mixed_precision_step_raises_the_scale_after_good_steps(impl, probe, device):
    training = Training(probe, device, init_scale=1024.0, growth_interval=2)
    x, y = rows(4, device)
    for when, scale in zip(STEPS, (1024.0, 2048.0, 2048.0), strict=True):
        training.step(impl, x, y)

        training.expect_scale(scale, f"{when}, of a scaler that grows after every 2")


@pytest.mark.parametrize("value", [math.inf, math.nan], ids=["infinite", "nan"])
def test_mixed_precision_step_skips_a_step_with_an_overflow(impl, probe, device, value):
    training = Training(probe, device, init_scale=1024.0)
    x, y = rows(4, "cpu")
    spoiled = x.clone()
    spoiled[1, 2] = value
    when = "a good step, and one where x has an entry that is not finite"
    training.by_hand.step(x, y)

    training.step(impl, x.to(device), y.to(device))
    loss = training.step(impl, spoiled.to(device), y.to(device))

    training.expect_weights(device, when)
    training.expect_momenta(device, when)
    training.expect_scale(512.0, when)
    expect.tensor(loss, torch.tensor(value, device=device), call=f"{STEP}, the second one", equal_nan=True)

    training.by_hand.step(x, y)
    training.step(impl, x.to(device), y.to(device))
    training.expect_weights(device, f"{when}, and another good step")


def test_mixed_precision_step_skips_a_step_when_the_scale_is_too_large(impl, probe, device):
    training = Training(probe, device, init_scale=2.0**127)
    x, y = rows(4, "cpu")
    y += 10  # a loss of about 100: times the scale, it is infinite
    untrained = ((speed_probes.linear()(x) - y) ** 2).mean().detach()
    when = "a step with a scale of 2 ** 127"

    loss = training.step(impl, x.to(device), y.to(device))

    expect.tensor(loss, untrained.to(device), call=f"{STEP} with a scale of 2 ** 127", rtol=5e-2)
    training.expect_weights(device, when)
    training.expect_scale(2.0**126, when)


def test_mixed_precision_step_leaves_x_and_y_as_they_are(impl, probe, device):
    training = Training(probe, device)
    given_step = (training.model, functional.mse_loss, training.optimizer, training.scaler, *rows(4, device))

    changed = probe(probes.changed_inputs, impl.mixed_precision_step, *given_step)

    names = [name for at, name in ((4, "x"), (5, "y")) if at in changed]
    expect.value(names, [], call=f"what {STEP} changes of x and y")


def test_mixed_precision_step_leaves_the_mode_of_every_module(impl, probe, device):
    model = probe(speed_probes.scored, device)
    optimizer = probe(speed_probes.sgd, model)
    scaler = probe(torch.amp.GradScaler, torch.device(device).type)
    for training in (True, False):
        probe(speed_probes.mix_modes, model, training)
        before = probe(speed_probes.modes, model)

        impl.mixed_precision_step(model, functional.cross_entropy, optimizer, scaler, *pictures(4, device))

        expect.value(probe(speed_probes.modes, model), before, call=f"model.training of every module after {STEP}")


# -- per_sample_gradients ------------------------------------------------------------------------------------

PER_SAMPLE = "per_sample_gradients(model, {}, x, y)"


def one_by_one(model, loss_fn, x, y):
    """The gradient of each sample's loss, by a loop; zero where there is none."""
    parameters = dict(model.named_parameters())
    found = [backward_of(model, loss_fn(model(x[i : i + 1]), y[i : i + 1])) for i in range(len(x))]
    return {
        name: torch.stack([torch.zeros_like(parameters[name]) if one[name] is None else one[name] for one in found])
        for name in found[0]
    }


def expect_gradients(actual, expected, device, call, **tolerance):
    __tracebackhide__ = True
    expect.that(isinstance(actual, dict), call=call, got=actual, should_be="a dict from names to tensors")
    expect.value(sorted(actual), sorted(expected), call=f"the names in {call}")
    for name, gradient in expected.items():
        expect.tensor(actual[name], gradient.to(device), call=f'{call}["{name}"]', **tolerance)


@pytest.mark.parametrize("samples", [1, 2, 3, 5])
@BOTH_TASKS
def test_per_sample_gradients_gives_each_sample_its_own(impl, probe, device, task, samples):
    make, loss_fn, data = TASKS[task]
    x, y = data(samples, "cpu")
    expected = one_by_one(make(), loss_fn, x, y)

    actual = impl.per_sample_gradients(probe(make, device), loss_fn, x.to(device), y.to(device))

    expect_gradients(actual, expected, device, PER_SAMPLE.format(loss_fn.__name__))


@pytest.mark.parametrize("samples", [1, 2, 5])
def test_per_sample_gradients_gives_each_sample_its_own_target(impl, probe, device, samples):
    x, y = rows(samples, "cpu")
    expected = one_by_one(speed_probes.linear(), speed_probes.squared_error, x, y)

    call = (probe(speed_probes.linear, device), speed_probes.squared_error, x.to(device), y.to(device))
    actual = impl.per_sample_gradients(*call)

    expect_gradients(actual, expected, device, PER_SAMPLE.format("squared_error"))


def test_per_sample_gradients_counts_a_shared_parameter_once(impl, probe, device):
    x = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
    labels = torch.tensor([2, 0])
    expected = one_by_one(speed_probes.tied(), functional.cross_entropy, x, labels)
    model = probe(speed_probes.tied, device)

    actual = impl.per_sample_gradients(model, functional.cross_entropy, x.to(device), labels.to(device))

    expect_gradients(actual, expected, device, PER_SAMPLE.format("cross_entropy"))


@WIDE
def test_per_sample_gradients_keeps_the_dtype(impl, probe, device, dtype):
    x, y = rows(3, "cpu", dtype)
    expected = one_by_one(speed_probes.linear(dtype=dtype), functional.mse_loss, x, y)
    model = probe(speed_probes.linear, device, dtype)

    actual = impl.per_sample_gradients(model, functional.mse_loss, x.to(device), y.to(device))

    expect_gradients(actual, expected, device, PER_SAMPLE.format("mse_loss"), **exact(dtype))


@promises.LAYOUTS
def test_per_sample_gradients_takes_tensors_of_any_memory_layout(impl, probe, device, layout):
    x, y = (layout(values) for values in rows(4, device))
    expected = one_by_one(speed_probes.linear(), functional.mse_loss, x.cpu(), y.cpu())

    actual = impl.per_sample_gradients(probe(speed_probes.linear, device), functional.mse_loss, x, y)

    expect_gradients(actual, expected, device, PER_SAMPLE.format("mse_loss"))


def test_per_sample_gradients_have_no_history(impl, probe, device):
    call = (probe(speed_probes.linear, device), functional.mse_loss, *rows(3, device))

    actual = probe(speed_probes.requires_grad, impl.per_sample_gradients, *call)

    expect.value(actual, [False, False], call=f"does any tensor in {PER_SAMPLE.format('mse_loss')} require grad?")


def test_per_sample_gradients_leaves_model_and_samples_as_they_are(impl, probe, device):
    call = (probe(speed_probes.scored, device), functional.cross_entropy, *pictures(3, device))

    promises.unchanged(probe, impl.per_sample_gradients, *call, call=PER_SAMPLE.format("cross_entropy"))


@pytest.mark.parametrize("before", [None, 0.5], ids=["no-grad-before", "grads-of-0.5-before"])
def test_per_sample_gradients_leaves_the_grad_of_every_parameter(impl, probe, device, before):
    model = probe(speed_probes.scored, device)
    if before is not None:
        probe(speed_probes.set_grad, model, before)
    expected = probe(speed_probes.grads, model)

    impl.per_sample_gradients(model, functional.cross_entropy, *pictures(3, device))

    expect_grads(probe(speed_probes.grads, model), expected, PER_SAMPLE.format("cross_entropy"))


def test_per_sample_gradients_leaves_the_mode_of_every_module(impl, probe, device):
    model = probe(speed_probes.scored, device)
    for training in (True, False):
        probe(speed_probes.mix_modes, model, training)
        before = probe(speed_probes.modes, model)

        impl.per_sample_gradients(model, functional.cross_entropy, *pictures(3, device))

        call = f"model.training of every module after {PER_SAMPLE.format('cross_entropy')}"
        expect.value(probe(speed_probes.modes, model), before, call=call)


def test_per_sample_gradients_needs_no_loop(impl, probe, device):
    few, many = (
        probe(probes.operations, impl.per_sample_gradients, model, functional.cross_entropy, *pictures(samples, device))
        for model, samples in ((probe(speed_probes.scored, device), count) for count in (4, 32))
    )

    expect.same_work(few, many, call=PER_SAMPLE.format("cross_entropy"))
