"""Specs of the topic `training`."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tests import expect, model_probes, oracles, probes, promises, strategies, training_probes

NEAR = {"rtol": 1e-5, "atol": 1e-6}  # of a loss in float32


def samples(count, device="cpu", dtype=torch.float32):
    """Features (count, 2) and targets (count, 1), of small numbers, no two samples alike."""
    i = torch.arange(count)
    x = torch.stack([(i * 5 % 7 - 3) / 2, (i * 3 % 5 - 2) / 2], dim=1)
    y = ((i * 4 % 9 - 3) / 2)[:, None]
    return x.to(dtype).to(device), y.to(dtype).to(device)


def batches_of(sizes, device="cpu", dtype=torch.float32):
    """The first samples in batches of these sizes."""
    x, y = samples(sum(sizes), device, dtype)
    return list(zip(x.split(sizes), y.split(sizes), strict=True))


def start(device="cpu", dtype=torch.float32):
    """Weight (1, 2) and bias (1,) of a linear model at the beginning."""
    weight, bias = torch.tensor([[0.5, -1.0]]), torch.tensor([0.25])
    return weight.to(dtype).to(device), bias.to(dtype).to(device)


def numbers(shape, seed, dtype=torch.float32):
    """A tensor that follows from its shape and a seed."""
    return strategies.large_tensor(shape, dtype, kind="normal", seed=seed)


def network_start(device="cpu"):
    """Weights and biases of two layers, for 2 features and 3 classes."""
    shapes = [(4, 2), (4,), (3, 4), (3,)]
    tensors = [
        strategies.large_tensor(shape, torch.float32, kind="normal", seed=i) / 4 for i, shape in enumerate(shapes)
    ]
    return [tensor.to(device) for tensor in tensors]


def class_batches(sizes, device="cpu"):
    """Features (count, 2) and class numbers from 0 to 2, in batches."""
    x, _ = samples(sum(sizes), device)
    labels = (torch.arange(sum(sizes)) * 2 % 3).to(device)
    return list(zip(x.split(sizes), labels.split(sizes), strict=True))


def descend(weight, bias, batches, rate, momentum=0.0):
    """Gradient descent on the mean squared error of a linear model, by the formulas, in float64.

    Returns the loss before each step, and the parameters after the last.
    """
    weight, bias = (oracles.wide(each).numpy().copy() for each in (weight, bias))
    speeds = [np.zeros_like(weight), np.zeros_like(bias)]
    losses = []
    for x, y in batches:
        x, y = oracles.wide(x).numpy(), oracles.wide(y).numpy()
        error = x @ weight.T + bias - y
        losses.append(float((error**2).mean()))
        gradients = [2 * error.T @ x / error.size, 2 * error.sum(axis=0) / error.size]
        speeds = [momentum * speed + gradient for speed, gradient in zip(speeds, gradients, strict=True)]
        weight, bias = weight - rate * speeds[0], bias - rate * speeds[1]
    return losses, [torch.from_numpy(weight), torch.from_numpy(bias)]


def descend_by_adam(tensors, batches, rate):
    """Adam on the cross entropy of two layers, in float64: losses and parameters, as `descend`."""
    tensors = [oracles.wide(each).requires_grad_() for each in tensors]
    adam = torch.optim.Adam(tensors, lr=rate)
    losses = []
    for x, labels in batches:
        hidden = torch.tanh(oracles.wide(x) @ tensors[0].T + tensors[1])
        scores = (hidden @ tensors[2].T + tensors[3]).log_softmax(dim=1)
        loss = -scores[torch.arange(len(labels)), labels.cpu()].mean()
        losses.append(loss.item())
        for tensor, gradient in zip(tensors, torch.autograd.grad(loss, tensors), strict=True):
            tensor.grad = gradient
        adam.step()
    return losses, [tensor.detach() for tensor in tensors]


def whole_loss(weight, bias, batches):
    """The mean squared error of all samples together."""
    together = [(torch.cat([x for x, _ in batches]), torch.cat([y for _, y in batches]))]
    return descend(weight, bias, together, 0.0)[0][0]


def mean_loss(losses, batches):
    """The mean of the batches' losses, each with the weight of its samples."""
    sizes = [len(x) for x, _ in batches]
    return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


def setting(probe, device="cpu", *, dtype=torch.float32, kind=torch.optim.SGD, only=(), **options):
    """A linear model at the start and an optimizer of it, on the learner's side."""
    model = probe(training_probes.linear, *start(device, dtype))
    return model, probe(training_probes.optimizer, kind, model, only=only, **options)


def expect_parameters(probe, model, expected, call, **tolerances):
    """Expect the parameters of a model to be these, in value."""
    __tracebackhide__ = True
    expect_values(probe(model_probes.parameters, model), expected, call, **tolerances)


def expect_values(actual, expected, call, **tolerances):
    """Expect parameters to be these, in value."""
    __tracebackhide__ = True
    for i, (tensor, should_be) in enumerate(zip(actual, expected, strict=True)):
        expect.tensor(tensor, oracles.like(should_be, tensor), call=f"parameter {i} after {call}", **tolerances)


# -- train_step ----------------------------------------------------------------------------------------------

STEP = "train_step(model, loss_fn, optimizer, x, y)"


def test_train_step_gives_the_loss_before_its_update(impl, probe):
    model = probe(training_probes.linear, torch.zeros(1, 2), torch.zeros(1))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.125)
    x, y = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[2.0], [4.0]])

    actual = impl.train_step(model, functional.mse_loss, optimizer, x, y)

    call = "train_step(model, mse_loss, optimizer, x, y) with a model that predicts 0"
    expect.close(actual, 10.0, call=call, x=x, y=y)
    expect_parameters(probe, model, [torch.tensor([[0.75, 0.0]]), torch.tensor([0.75])], call)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("sizes", [[3], [5, 3, 2, 1, 4], [1, 1, 1]], ids=str)
def test_train_step_follows_each_batch_alone(impl, probe, device, sizes, momentum):
    model, optimizer = setting(probe, device, lr=0.1, momentum=momentum)
    batches = batches_of(sizes, device)
    losses, expected = descend(*start(), batches, 0.1, momentum)

    for i, (x, y) in enumerate(batches):
        actual = impl.train_step(model, functional.mse_loss, optimizer, x, y)

        call = f"train_step(model, mse_loss, optimizer, x, y), call {i + 1} of {len(sizes)}, {momentum=}"
        expect.close(actual, losses[i], call=call, **NEAR, x=x, y=y)

    expect_parameters(probe, model, expected, f"{len(sizes)} steps, {momentum=}")


@given(data=st.data(), sizes=st.lists(st.integers(1, 4), min_size=3, max_size=5))
def test_train_step_agrees_with_gradient_descent_by_hand(impl, probe, device, data, sizes):
    x = data.draw(strategies.tensors((sum(sizes), 2), low=-2, high=2), label="all batches together").to(device)
    batches = [(part, part.sum(dim=1, keepdim=True) + 1) for part in x.split(sizes)]
    model, optimizer = setting(probe, device, lr=0.05, momentum=0.5)
    losses, expected = descend(*start(), batches, 0.05, 0.5)

    actual = [impl.train_step(model, functional.mse_loss, optimizer, *batch) for batch in batches]

    call = f"train_step, one call for each of {len(sizes)} batches"
    for i, loss in enumerate(losses):
        expect.close(actual[i], loss, call=f"{call}, number {i + 1}", **NEAR, x=x)
    expect_parameters(probe, model, expected, call)


def test_train_step_works_with_Adam_and_class_numbers(impl, probe, device):
    tensors, batches = network_start(device), class_batches([3, 2, 1, 4], device)
    model = probe(training_probes.network, *tensors)
    optimizer = probe(training_probes.optimizer, torch.optim.Adam, model, lr=0.1)
    losses, expected = descend_by_adam(tensors, batches, 0.1)

    for i, (x, y) in enumerate(batches):
        actual = impl.train_step(model, functional.cross_entropy, optimizer, x, y)

        call = f"train_step(model, cross_entropy, adam, x, y), call {i + 1} of {len(batches)}"
        expect.close(actual, losses[i], call=call, **NEAR, x=x, y=y)

    # Adam divides gradients by their own size, so small ones lose digits.
    expect_parameters(probe, model, expected, f"{len(batches)} steps of Adam", rtol=1e-4, atol=1e-4)


def test_train_step_gives_the_loss_function_prediction_and_target_in_this_order(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    x, y = samples(3, device)
    error = oracles.wide(x) @ torch.tensor([[0.5], [-1.0]], dtype=torch.float64) + 0.25 - oracles.wide(y)
    expected = (error.square() * (2 + oracles.wide(y))).mean().item()

    actual = impl.train_step(model, training_probes.skewed_loss, optimizer, x, y)

    call = "train_step(model, loss_fn, optimizer, x, y) with loss_fn(p, t) = ((p - t)**2 * (2 + t)).mean()"
    expect.close(actual, expected, call=call, **NEAR, x=x, y=y)


def test_train_step_is_exact_in_float64(impl, probe, device):
    dtype = torch.float64
    model, optimizer = setting(probe, device, dtype=dtype, lr=0.1, momentum=0.9)
    batches = batches_of([3, 2, 1], device, dtype)
    losses, expected = descend(*start(), batches, 0.1, 0.9)

    actual = [impl.train_step(model, functional.mse_loss, optimizer, *batch) for batch in batches]

    call = "train_step in float64"
    for i, loss in enumerate(losses):
        expect.close(actual[i], loss, call=f"{call}, call {i + 1} of 3", rtol=1e-12, atol=1e-12)
    expect_parameters(probe, model, expected, call, rtol=1e-12, atol=1e-12)


def test_train_step_calls_the_model_once_and_as_a_whole(impl, probe):
    model, optimizer = setting(probe, lr=0.1)
    spy = probe(training_probes.Spy, model, optimizer)

    for calls in (1, 2, 3):
        impl.train_step(model, functional.mse_loss, optimizer, *samples(calls))

        got = f"{len(spy.modes)} calls of model(x) after {calls} steps"
        expect.that(len(spy.modes) == calls, call=STEP, got=got, should_be="one a step, as `model(x)`")


def test_train_step_steps_the_optimizer_once(impl, probe):
    model, optimizer = setting(probe, lr=0.1)
    spy = probe(training_probes.Spy, model, optimizer)

    for calls in (1, 2, 3):
        impl.train_step(model, functional.mse_loss, optimizer, *samples(calls))

        got = f"{spy.steps} calls of optimizer.step() after {calls} steps"
        expect.that(spy.steps == calls, call=STEP, got=got, should_be="one a step")


@pytest.mark.parametrize(
    "modes",
    [
        pytest.param([True] * 4, id="training"),
        pytest.param([False] * 4, id="evaluating"),
        pytest.param([True, False, False, True], id="norm-evaluating"),
        pytest.param([False, True, True, False], id="norm-training"),
    ],
)
def test_train_step_leaves_every_mode_as_it_is(impl, probe, device, modes):
    model = probe(training_probes.normalized, *start(device))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.1)
    spy = probe(training_probes.Spy, model, optimizer)
    probe(model_probes.set_modes, model, modes)

    impl.train_step(model, functional.mse_loss, optimizer, *samples(3, device))

    call = f"train_step of a model whose modules have training = {modes}"
    expect.value(spy.modes, [modes], call=f"the modes at each call of the model in {call}")
    expect.value(probe(model_probes.modes, model), modes, call=f"the modes after {call}")


@pytest.mark.parametrize("training", [True, False])
def test_train_step_moves_running_statistics_once(impl, probe, device, training):
    model = probe(training_probes.normalized, *start(device))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.1)
    probe(model_probes.set_modes, model, [training] * 4)
    x, y = samples(3, device)

    impl.train_step(model, functional.mse_loss, optimizer, x, y)

    expected = x.mean(dim=0) / 10 if training else torch.zeros(2, device=device)
    call = f"running mean after {STEP}, {training=}"
    expect.tensor(probe(training_probes.running_mean, model), expected, call=call, x=x)


def test_train_step_leaves_parameters_that_are_not_the_optimizers(impl, probe, device):
    model, optimizer = setting(probe, device, only=["bias"], lr=0.1)
    batches = batches_of([3, 2, 2], device)

    for batch in batches:
        impl.train_step(model, functional.mse_loss, optimizer, *batch)

    weight = start()[0]
    bias = start()[1].double()
    for x, y in batches:
        bias = bias - 0.2 * (oracles.wide(x) @ weight.double().T + bias - oracles.wide(y)).mean(dim=0)
    expect_parameters(probe, model, [weight, bias], "3 steps of an optimizer of the bias alone")


def test_train_step_leaves_its_batch_as_it_is(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    x, y = samples(3, device)

    changed = probe(probes.changed_inputs, impl.train_step, model, functional.mse_loss, optimizer, x, y)

    got = f"the call changed argument {', '.join(map(str, changed))}"
    expect.that(not {3, 4} & set(changed), call=STEP, got=got, should_be="`x` and `y` as they were")


# -- train_epoch ---------------------------------------------------------------------------------------------

EPOCH = "train_epoch(model, mse_loss, optimizer, loader)"


def test_train_epoch_gives_a_short_last_batch_no_full_vote(impl, probe, device):
    model = probe(training_probes.linear, torch.zeros(1, 2, device=device), torch.zeros(1, device=device))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.0)
    x = torch.ones(5, 2, device=device)
    y = torch.tensor([[1.0], [1.0], [1.0], [1.0], [0.0]], device=device)

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, [(x[:4], y[:4]), (x[4:], y[4:])])

    call = f"{EPOCH}, learning rate 0, with a model that predicts 0 for 4 samples and then 1"
    expect.close(actual, 0.8, call=call, **NEAR, y=y)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("sizes", [[3], [3, 3, 3, 1], [1, 5, 2], [2, 2]], ids=str)
def test_train_epoch_takes_one_step_a_batch(impl, probe, device, sizes, momentum):
    model, optimizer = setting(probe, device, lr=0.1, momentum=momentum)
    batches = batches_of(sizes, device)
    losses, expected = descend(*start(), batches, 0.1, momentum)

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, batches)

    call = f"train_epoch over batches of {sizes}, {momentum=}"
    expect.close(actual, mean_loss(losses, batches), call=call, **NEAR)
    expect_parameters(probe, model, expected, call)


def test_train_epoch_goes_on_where_the_last_one_ended(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1, momentum=0.9)
    batches = batches_of([3, 3, 1], device)
    losses, expected = descend(*start(), batches * 3, 0.1, 0.9)

    for epoch in range(3):
        actual = impl.train_epoch(model, functional.mse_loss, optimizer, batches)

        call = f"{EPOCH}, call {epoch + 1} of 3"
        expect.close(actual, mean_loss(losses[3 * epoch : 3 * epoch + 3], batches), call=call, **NEAR)

    expect_parameters(probe, model, expected, "3 epochs")


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 7])
def test_train_epoch_gives_the_same_mean_for_any_batch_size(impl, probe, device, batch_size):
    model, optimizer = setting(probe, device, lr=0.0)
    x, y = samples(7, device)
    loader = probe(training_probes.loader, x, y, batch_size=batch_size)

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, loader)

    call = f"train_epoch over a DataLoader of 7 samples, {batch_size=}, learning rate 0"
    expect.close(actual, whole_loss(*start(), [(x, y)]), call=call, **NEAR)


@given(data=st.data(), sizes=st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_train_epoch_gives_the_same_mean_for_any_order_and_for_batches_twice(impl, probe, device, data, sizes):
    order = data.draw(st.permutations(range(len(sizes))), label="order of the batches")
    batches = batches_of(sizes, device)
    model, optimizer = setting(probe, device, lr=0.0)
    loader = [batches[i] for i in order] + batches

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, loader)

    call = f"train_epoch over batches of {sizes} in the order {order}, and all of them once more, learning rate 0"
    expect.close(actual, whole_loss(*start(), batches), call=call, **NEAR)


@pytest.mark.parametrize(
    ("options", "order"),
    [
        pytest.param({"batch_size": 2, "drop_last": True}, [[0, 1], [2, 3]], id="drop-last"),
        pytest.param({"batch_size": 2, "sampler": [4, 4, 0]}, [[4, 4], [0]], id="sampler"),
    ],
)
def test_train_epoch_counts_the_samples_that_come_not_those_of_the_dataset(impl, probe, device, options, order):
    model, optimizer = setting(probe, device, lr=0.1)
    x, y = samples(5, device)
    loader = probe(training_probes.loader, x, y, **options)
    batches = [(x[rows], y[rows]) for rows in order]
    losses, expected = descend(*start(), batches, 0.1)

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, loader)

    call = (
        f"train_epoch over DataLoader(<5 samples>, {', '.join(f'{name}={value}' for name, value in options.items())})"
    )
    expect.close(actual, mean_loss(losses, batches), call=call, **NEAR)
    expect_parameters(probe, model, expected, call)


def test_train_epoch_goes_through_its_loader_once(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    batches = batches_of([3, 1, 2], device)
    losses, expected = descend(*start(), batches, 0.1)

    actual = impl.train_epoch(model, functional.mse_loss, optimizer, probe(iter, batches))

    call = "train_epoch(model, mse_loss, optimizer, iter(batches))"
    expect.close(actual, mean_loss(losses, batches), call=call, **NEAR)
    expect_parameters(probe, model, expected, call)


def test_train_epoch_works_with_Adam_and_class_numbers(impl, probe, device):
    tensors, batches = network_start(device), class_batches([3, 3, 3, 1], device)
    model = probe(training_probes.network, *tensors)
    optimizer = probe(training_probes.optimizer, torch.optim.Adam, model, lr=0.1)
    losses, _ = descend_by_adam(tensors, batches, 0.1)

    actual = impl.train_epoch(model, functional.cross_entropy, optimizer, batches)

    call = "train_epoch(model, cross_entropy, adam, loader)"
    expect.close(actual, mean_loss(losses, batches), call=call, rtol=1e-4)


@pytest.mark.parametrize("modes", [[True] * 4, [False] * 4, [True, False, False, True]], ids=str)
def test_train_epoch_trains_in_training_mode_and_stays_in_it(impl, probe, device, modes):
    model = probe(training_probes.normalized, *start(device))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.1)
    spy = probe(training_probes.Spy, model, optimizer)
    probe(model_probes.set_modes, model, modes)

    impl.train_epoch(model, functional.mse_loss, optimizer, batches_of([3, 2], device))

    call = f"train_epoch of a model whose modules have training = {modes}, over two batches"
    expect.value(spy.modes, [[True] * 4] * 2, call=f"the modes at each call of the model in {call}")
    expect.value(probe(model_probes.modes, model), [True] * 4, call=f"the modes after {call}")


def test_train_epoch_keeps_no_graphs(impl, probe):
    model, optimizer = setting(probe, lr=0.01)
    loss_fn = probe(training_probes.TracedLoss)

    impl.train_epoch(model, loss_fn, optimizer, batches_of([1] * 8))

    got = f"the graphs of {loss_fn.most} earlier losses were still in memory"
    call = "train_epoch(model, loss_fn, optimizer, <8 batches>)"
    expect.that(loss_fn.most <= 2, call=call, got=got, should_be="graphs are let go, one after the other")


def test_train_epoch_keeps_no_batches(impl, probe):
    model, optimizer = setting(probe, lr=0.01)
    loader = probe(training_probes.PassingBatches, *batches_of([1] * 8))

    impl.train_epoch(model, functional.mse_loss, optimizer, loader)

    got = f"{loader.most} batches in memory when the next was asked for"
    call = "train_epoch(model, mse_loss, optimizer, <8 batches>)"
    expect.that(loader.most <= 2, call=call, got=got, should_be="batches are let go, one after the other")


def test_train_epoch_refuses_a_loader_without_batches(impl, probe):
    model, optimizer = setting(probe, lr=0.1)

    call = "train_epoch(model, mse_loss, optimizer, [])"
    with expect.raises(ValueError, match="loader", call=call):
        impl.train_epoch(model, functional.mse_loss, optimizer, [])


def test_train_epoch_leaves_its_batches_as_they_are(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    loader = batches_of([3, 1], device)

    changed = probe(probes.changed_inputs, impl.train_epoch, model, functional.mse_loss, optimizer, loader)

    expect.that(3 not in changed, call=EPOCH, got="other batches than before", should_be="batches as they were")


# -- fit -----------------------------------------------------------------------------------------------------

FIT = "fit(model, mse_loss, optimizer, loader, epochs={})"
SIZES = [3, 3, 1]


def fitted(momentum=0.0, epochs=3, rate=0.1):
    """The mean loss and the parameters after each epoch over the batches of `SIZES`."""
    batches = batches_of(SIZES)
    runs = [descend(*start(), batches * count, rate, momentum) for count in range(1, epochs + 1)]
    return [(mean_loss(losses[-len(SIZES) :], batches), parameters) for losses, parameters in runs]


def expect_losses(actual, expected, call):
    """Expect a list of floats."""
    __tracebackhide__ = True
    should_be = f"a list of {len(expected)} losses"
    expect.that(type(actual) is list and len(actual) == len(expected), call=call, got=actual, should_be=should_be)
    for i, loss in enumerate(expected):
        expect.close(actual[i], loss, call=f"{call}[{i}]", **NEAR)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("epochs", [1, 2, 3, 5])
def test_fit_gives_the_loss_of_each_epoch(impl, probe, device, epochs, momentum):
    model, optimizer = setting(probe, device, lr=0.1, momentum=momentum)
    expected = fitted(momentum, epochs)

    actual = impl.fit(model, functional.mse_loss, optimizer, batches_of(SIZES, device), epochs)

    call = f"{FIT.format(epochs)}, {momentum=}"
    expect_losses(actual, [loss for loss, _ in expected], call)
    expect_parameters(probe, model, expected[-1][1], call)


def test_fit_does_nothing_in_0_epochs(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    loader, watcher = probe(training_probes.Passes), probe(training_probes.Watcher, model)
    probe(model_probes.set_modes, model, [False])

    actual = impl.fit(model, functional.mse_loss, optimizer, loader, 0, watcher)

    call = FIT.format(0)
    expect.value(actual, [], call=call)
    expect.value(loader.started, 0, call=f"passes of the loader in {call}")
    expect.value(watcher.calls, [], call=f"calls of on_epoch in {call}")
    expect.value(probe(model_probes.modes, model), [False], call=f"model.training after {call}")
    expect_parameters(probe, model, start(), call)


@pytest.mark.parametrize("epochs", [-1, -3])
def test_fit_refuses_a_negative_number_of_epochs(impl, probe, epochs):
    model, optimizer = setting(probe, lr=0.1)

    with expect.raises(ValueError, match="epochs", call=FIT.format(epochs)):
        impl.fit(model, functional.mse_loss, optimizer, batches_of(SIZES), epochs)


def test_fit_calls_on_epoch_after_each_epoch(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    watcher = probe(training_probes.Watcher, model)
    expected = fitted(epochs=4)

    actual = impl.fit(model, functional.mse_loss, optimizer, batches_of(SIZES, device), 4, on_epoch=watcher)

    call = f"the calls of on_epoch in {FIT.format(4)}"
    expect.value([epoch for epoch, _ in watcher.calls], [0, 1, 2, 3], call=f"epoch in {call}")
    expect_losses([loss for _, loss in watcher.calls], [loss for loss, _ in expected], f"loss in {call}")
    for i, (_, parameters) in enumerate(expected):
        for tensor, seen in zip(parameters, watcher.parameters[i], strict=True):
            expect.tensor(seen, oracles.like(tensor, seen), call=f"parameters seen by call {i + 1} of on_epoch")
    expect_losses(actual, [loss for loss, _ in expected], FIT.format(4))


@pytest.mark.parametrize("last", [1, 2, 3, 4])
def test_fit_stops_when_on_epoch_returns_True(impl, probe, device, last):
    model, optimizer = setting(probe, device, lr=0.1)
    watcher = probe(training_probes.Watcher, model, [False] * (last - 1) + [True, True, True])
    loader = probe(training_probes.Passes, *[batches_of(SIZES, device)] * 4)
    expected = fitted(epochs=last)

    actual = impl.fit(model, functional.mse_loss, optimizer, loader, 4, watcher)

    call = f"{FIT.format(4)} with on_epoch returning True after {last} epochs"
    expect_losses(actual, [loss for loss, _ in expected], call)
    expect.value(len(watcher.calls), last, call=f"number of calls of on_epoch in {call}")
    expect.value(loader.started, last, call=f"passes of the loader in {call}")
    expect_parameters(probe, model, expected[-1][1], call)


@pytest.mark.parametrize("answer", [1, "enough", np.True_, [0]], ids=repr)
def test_fit_stops_at_whatever_is_true(impl, probe, answer):
    model, optimizer = setting(probe, lr=0.1)
    watcher = probe(training_probes.Watcher, model, [None, answer])

    actual = impl.fit(model, functional.mse_loss, optimizer, batches_of(SIZES), 4, watcher)

    call = f"{FIT.format(4)} with on_epoch returning {answer!r} after 2 epochs"
    expect_losses(actual, [loss for loss, _ in fitted(epochs=2)], call)


@pytest.mark.parametrize("answer", [None, False, 0, "", np.False_], ids=repr)
def test_fit_goes_on_at_whatever_is_not_true(impl, probe, answer):
    model, optimizer = setting(probe, lr=0.1)
    watcher = probe(training_probes.Watcher, model, [answer] * 3)

    actual = impl.fit(model, functional.mse_loss, optimizer, batches_of(SIZES), 3, watcher)

    call = f"{FIT.format(3)} with on_epoch returning {answer!r}"
    expect_losses(actual, [loss for loss, _ in fitted(epochs=3)], call)


def test_fit_begins_each_epoch_in_training_mode(impl, probe, device):
    model = probe(training_probes.normalized, *start(device))
    optimizer = probe(training_probes.optimizer, torch.optim.SGD, model, lr=0.1)
    spy = probe(training_probes.Spy, model, optimizer)
    watcher = probe(training_probes.Watcher, model, evaluates=True)

    impl.fit(model, functional.mse_loss, optimizer, batches_of([3, 2], device), 3, watcher)

    call = f"the modes at each call of the model in {FIT.format(3)}, with model.eval() in on_epoch"
    expect.value(spy.modes, [[True] * 4] * 6, call=call)


def test_fit_takes_a_new_pass_of_the_loader_for_each_epoch(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    passes = [batches_of(sizes, device) for sizes in ([3, 2], [1, 4], [2, 2, 3])]
    loader = probe(training_probes.Passes, *passes)
    losses, parameters = descend(*start(), [batch for batches in passes for batch in batches], 0.1)
    parts = losses[:2], losses[2:4], losses[4:]
    expected = [mean_loss(part, batches) for part, batches in zip(parts, passes, strict=True)]

    actual = impl.fit(model, functional.mse_loss, optimizer, loader, 3)

    call = f"{FIT.format(3)} with a loader that gives other batches in each pass"
    expect_losses(actual, expected, call)
    expect.value(loader.started, 3, call=f"passes of the loader in {call}")
    expect_parameters(probe, model, parameters, call)


def test_fit_refuses_a_loader_that_is_used_up(impl, probe):
    model, optimizer = setting(probe, lr=0.1)

    call = "fit(model, mse_loss, optimizer, iter(batches), epochs=2)"
    with expect.raises(ValueError, match="loader", call=call):
        impl.fit(model, functional.mse_loss, optimizer, probe(iter, batches_of(SIZES)), 2)


def test_fit_leaves_its_batches_as_they_are(impl, probe, device):
    model, optimizer = setting(probe, device, lr=0.1)
    loader = batches_of(SIZES, device)

    changed = probe(probes.changed_inputs, impl.fit, model, functional.mse_loss, optimizer, loader, 2)

    got, should_be = "other batches than before", "batches as they were"
    expect.that(3 not in changed, call=FIT.format(2), got=got, should_be=should_be)


# -- classification_loss -------------------------------------------------------------------------------------

CLASSES = "classification_loss(logits, labels)"


def mean_cross_entropy(logits, labels):
    """By NumPy, from the definition, with the largest logit at 0."""
    scores = oracles.wide(logits).numpy()
    scores = scores - scores.max(axis=1, keepdims=True)
    picked = scores[np.arange(len(scores)), labels.cpu().numpy()]
    return oracles.like(torch.tensor(np.mean(np.log(np.exp(scores).sum(axis=1)) - picked)), logits)


@pytest.mark.parametrize(
    ("logits", "labels", "loss"),
    [
        pytest.param([[0.0, 0.0]], [1], math.log(2), id="undecided"),
        pytest.param([[0.0, 0.0, 0.0, 0.0]], [2], math.log(4), id="undecided-of-4"),
        pytest.param([[math.log(3), 0.0]], [0], math.log(4 / 3), id="3-to-1"),
        pytest.param([[math.log(3), 0.0]], [1], math.log(4), id="1-to-3"),
        pytest.param([[math.log(3), 0.0], [0.0, 0.0], [0.0, 0.0]], [0, 0, 1], math.log(16 / 3) / 3, id="mean-of-3"),
        pytest.param([[-5.0]], [0], 0.0, id="one-class"),
    ],
)
def test_classification_loss_is_the_mean_cross_entropy(impl, device, logits, labels, loss):
    logits, labels = torch.tensor(logits, device=device), torch.tensor(labels, device=device)

    actual = impl.classification_loss(logits, labels)

    expect.tensor(actual, logits.new_tensor(loss), call=CLASSES, logits=logits, labels=labels)


@pytest.mark.parametrize("size", [20.0, 1000.0, 10000.0])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_classification_loss_is_0_for_who_is_certain_and_right(impl, device, classes, size):
    labels = torch.arange(classes, device=device)
    logits = 2 * size * (labels[:, None] == labels) - size

    actual = impl.classification_loss(logits, labels)

    expect.tensor(actual, logits.new_tensor(0.0), call=CLASSES, logits=logits, labels=labels)


@pytest.mark.parametrize("size", [50.0, 200.0, 1000.0, 10000.0])
def test_classification_loss_is_the_difference_for_who_is_certain_and_wrong(impl, device, size):
    logits = torch.tensor([[size, -size, 0.0], [0.0, size, size]], device=device)
    labels = torch.tensor([1, 0], device=device)

    actual = impl.classification_loss(logits, labels)

    expected = logits.new_tensor((2 * size + size + math.log(2)) / 2)
    expect.tensor(actual, expected, call=CLASSES, logits=logits, labels=labels)


@given(data=st.data(), batch=st.integers(1, 5), classes=st.integers(1, 5))
def test_classification_loss_agrees_with_numpy(impl, device, data, batch, classes):
    logits = data.draw(strategies.tensors((batch, classes), low=-100, high=100), label="logits").to(device)
    labels = data.draw(strategies.tensors((batch,), torch.int64, low=0, high=classes - 1), label="labels").to(device)

    actual = impl.classification_loss(logits, labels)

    expect.tensor(actual, mean_cross_entropy(logits, labels), call=CLASSES, logits=logits, labels=labels)


@given(data=st.data(), shift=st.sampled_from([-1000.0, -10.0, 100.0, 1000.0]))
def test_classification_loss_does_not_depend_on_a_shift_of_all_logits(impl, device, data, shift):
    logits = data.draw(strategies.tensors((3, 4), torch.int64, low=-9, high=9), label="logits").float().to(device)
    labels = torch.tensor([0, 3, 2], device=device)

    actual = impl.classification_loss(logits + shift, labels)

    call = f"classification_loss(logits + {shift}, labels)"
    expected = mean_cross_entropy(logits, labels)
    expect.tensor(actual, expected, call=call, atol=1e-3, rtol=0, logits=logits, labels=labels)


@promises.DTYPES
def test_classification_loss_keeps_the_dtype(impl, device, dtype):
    logits = torch.tensor([[1.5, -2.0, 0.25], [0.5, 3.0, -1.0]], dtype=dtype, device=device)
    labels = torch.tensor([0, 2], device=device)

    actual = impl.classification_loss(logits, labels)

    expected = mean_cross_entropy(logits, labels)
    expect.tensor(actual, expected, call=CLASSES, **oracles.exact(dtype), logits=logits, labels=labels)


@promises.LAYOUTS
def test_classification_loss_takes_any_memory_layout(impl, device, layout):
    logits = layout(torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]], device=device))
    labels = layout(torch.tensor([2, 0], device=device))

    actual = impl.classification_loss(logits, labels)

    expect.tensor(actual, mean_cross_entropy(logits, labels), call=CLASSES, logits=logits, labels=labels)


@pytest.mark.parametrize("size", [1.0, 30.0, 1000.0])
def test_classification_loss_has_the_gradient_of_softmax_minus_one_hot(impl, probe, device, size):
    logits = size * torch.tensor([[1.0, -1.0, 0.0], [0.0, 2.0, 2.0], [3.0, 0.0, -1.0]], device=device)
    labels = torch.tensor([1, 2, 0], device=device)

    actual = probe(probes.gradient, impl.classification_loss, logits, labels, upstream=logits.new_tensor(1.0))

    shares = np.exp(oracles.wide(logits).numpy() - oracles.wide(logits).numpy().max(axis=1, keepdims=True))
    shares = shares / shares.sum(axis=1, keepdims=True) - np.eye(3)[labels.cpu().numpy()]
    expected = oracles.like(torch.from_numpy(shares / 3), logits)
    expect.tensor(actual, expected, call=f"gradient of {CLASSES}", logits=logits, labels=labels)


@pytest.mark.parametrize(
    ("batch", "classes", "wrong"), [(2, 3, 3), (2, 3, -1), (3, 2, 2), (1, 4, 4), (1, 4, -100), (3, 2, -100)]
)
@pytest.mark.parametrize("place", [0, -1])
def test_classification_loss_refuses_labels_that_are_no_class_number(impl, device, batch, classes, wrong, place):
    logits = torch.zeros(batch, classes, device=device)
    labels = torch.zeros(batch, dtype=torch.int64, device=device)
    labels[place] = wrong

    with expect.raises(ValueError, match="label", call=CLASSES, logits=logits, labels=labels):
        impl.classification_loss(logits, labels)


@pytest.mark.parametrize("shape", [(3, 1), (1, 3), (2,), (4,), (), (3, 2), (1,)], ids=str)
def test_classification_loss_refuses_labels_of_another_shape(impl, device, shape):
    logits = torch.zeros(3, 2, device=device)
    labels = torch.zeros(shape, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="label", call=CLASSES, logits=logits, labels=labels):
        impl.classification_loss(logits, labels)


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.bool, torch.float32], ids=str)
def test_classification_loss_refuses_labels_of_another_dtype(impl, device, dtype):
    logits = torch.zeros(2, 3, device=device)
    labels = torch.tensor([1, 0], device=device).to(dtype)

    with expect.raises(ValueError, match="label", call=CLASSES, logits=logits, labels=labels):
        impl.classification_loss(logits, labels)


def test_classification_loss_refuses_a_batch_without_samples(impl, device):
    logits, labels = torch.zeros(0, 3, device=device), torch.zeros(0, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="logits", call=CLASSES, logits=logits, labels=labels):
        impl.classification_loss(logits, labels)


def test_classification_loss_has_no_loop(impl, probe):
    logits, labels = torch.zeros(4, 3), torch.tensor([0, 2, 1, 2])

    promises.no_loop(probe, impl.classification_loss, logits, labels, call=CLASSES)


def test_classification_loss_leaves_its_inputs(impl, probe, device):
    logits = torch.tensor([[1.5, -2.0, 0.25], [0.5, 3.0, -1.0]], device=device)
    labels = torch.tensor([0, 2], device=device)

    promises.unchanged(probe, impl.classification_loss, logits, labels, call=CLASSES)


# -- MomentumSGD ---------------------------------------------------------------------------------------------

SGD = "MomentumSGD(parameters, learning_rate={}, momentum={})"
SHAPES = [(2, 3), (3,), ()]


def values(seed, device="cpu", dtype=torch.float32):
    """One tensor for each of `SHAPES`; of the same numbers for the same seed."""
    tensors = [
        strategies.large_tensor(shape, dtype, kind="normal", seed=10 * seed + i) for i, shape in enumerate(SHAPES)
    ]
    return [tensor.to(device) for tensor in tensors]


def rows_of_gradients(count, device="cpu", dtype=torch.float32):
    """Gradients for some steps."""
    return [values(seed, device, dtype) for seed in range(1, count + 1)]


def by_sgd(tensors, rows, rates, momentum):
    """What `torch.optim.SGD` makes of the parameters, after each row of gradients; a rate for all or for each."""
    parameters = [nn.Parameter(oracles.wide(tensor).clone()) for tensor in tensors]
    sgd = torch.optim.SGD(parameters, lr=0.0, momentum=momentum)
    after = []
    for i, row in enumerate(rows):
        sgd.param_groups[0]["lr"] = rates[i] if isinstance(rates, list) else rates
        for parameter, gradient in zip(parameters, row, strict=True):
            parameter.grad = None if gradient is None else oracles.wide(gradient)
        sgd.step()
        after.append([parameter.detach().clone() for parameter in parameters])
    return after


def moved(impl, probe, rows, numbers, device="cpu"):
    """An optimizer that has stepped by some gradients."""
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), *numbers)
    for row in rows:
        descent.step(row)
    return descent


def test_MomentumSGD_gathers_speed(impl, probe):
    descent = probe(training_probes.Descent, impl.MomentumSGD, [torch.tensor([1.0])], 0.25, 0.5)

    for i, expected in enumerate([0.75, 0.375, -0.0625], start=1):
        (actual,) = descent.step([torch.tensor([1.0])])

        call = f"parameter 1.0 after {i} steps of {SGD.format(0.25, 0.5)} with the gradient 1"
        expect.tensor(actual, torch.tensor([expected]), call=call)


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("rate", [0, 0.1, 1])
def test_MomentumSGD_steps_as_PyTorch_does(impl, probe, device, rate, momentum):
    rows = rows_of_gradients(5, device)
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), rate, momentum)

    for i, expected in enumerate(by_sgd(values(0), rows, rate, momentum)):
        actual = descent.step(rows[i])

        expect_values(actual, expected, f"step {i + 1} of {SGD.format(rate, momentum)}")


@given(
    gradients=st.lists(st.one_of(st.none(), strategies.tensors((2,))), min_size=1, max_size=6),
    rate=st.sampled_from([0.01, 0.1, 0.5]),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
)
@example(gradients=[None, torch.ones(2), None, torch.ones(2)], rate=0.5, momentum=0.5)
def test_MomentumSGD_agrees_with_PyTorch_on_any_gradients(impl, probe, device, gradients, rate, momentum):
    rows = [[None if gradient is None else gradient.to(device)] for gradient in gradients]
    begin = torch.tensor([1.0, -2.0])
    descent = probe(training_probes.Descent, impl.MomentumSGD, [begin.to(device)], rate, momentum)

    for i, expected in enumerate(by_sgd([begin], rows, rate, momentum)):
        actual = descent.step(rows[i])

        call = f"step {i + 1} of {SGD.format(rate, momentum)}"
        expect_values(actual, expected, call)


def test_MomentumSGD_takes_parameters_that_can_be_gone_through_once(impl, probe, device):
    rows = rows_of_gradients(3, device)
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), 0.1, 0.9, iterator=True)

    for i, expected in enumerate(by_sgd(values(0), rows, 0.1, 0.9)):
        actual = descent.step(rows[i])

        expect_values(actual, expected, f"step {i + 1} of MomentumSGD(iter(parameters), 0.1, 0.9)")


def test_MomentumSGD_leaves_out_a_parameter_without_gradient(impl, probe, device):
    rows = rows_of_gradients(5, device)
    for i, at in ((0, 1), (1, 0), (2, 2), (2, 0), (3, 1)):
        rows[i][at] = None
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), 0.1, 0.9)

    for i, expected in enumerate(by_sgd(values(0), rows, 0.1, 0.9)):
        actual = descent.step(rows[i])

        without = [at for at, gradient in enumerate(rows[i]) if gradient is None]
        expect_values(actual, expected, f"step {i + 1}, parameters {without} without gradient")


@pytest.mark.parametrize("clears_last", [False, True])
def test_MomentumSGD_trains_a_model(impl, probe, device, clears_last):
    batches = batches_of([3, 2, 2, 1], device)
    _, expected = descend(*start(), batches, 0.1, 0.9)

    actual = probe(
        training_probes.trained, impl.MomentumSGD, *start(device), batches, 0.1, 0.9, clears_last=clears_last
    )

    when = "after each step" if clears_last else "before each backward"
    expect_values(actual, expected, f"4 steps of {SGD.format(0.1, 0.9)}, zero_grad() {when}")


@pytest.mark.parametrize("row", [[None] * 3, [None, *values(1)[1:]], values(1)], ids=["none", "some", "all"])
def test_MomentumSGD_clears_gradients(impl, probe, row):
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0), 0.1, 0.9)
    descent.write(row)

    descent.optimizer.zero_grad()

    for i, gradient in enumerate(descent.gradients()):
        cleared = gradient is None or not bool(gradient.any())
        call = f"gradient of parameter {i} after zero_grad()"
        expect.that(cleared, call=call, got=gradient, should_be="None, or zeros")


def test_MomentumSGD_keeps_speed_when_gradients_are_cleared(impl, probe, device):
    rows = rows_of_gradients(3, device)
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), 0.1, 0.9)

    for i, expected in enumerate(by_sgd(values(0), rows, 0.1, 0.9)):
        descent.optimizer.zero_grad()
        actual = descent.step(rows[i])

        expect_values(actual, expected, f"step {i + 1} of {SGD.format(0.1, 0.9)}, each after a zero_grad()")


def test_MomentumSGD_leaves_gradients_as_they_are(impl, probe, device):
    row = values(1, device)
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), 0.1, 0.9)
    descent.write(row)

    for i, expected in enumerate(by_sgd(values(0), [row] * 3, 0.1, 0.9), start=1):
        descent.optimizer.step()

        call = f"{i} steps by the same gradients"
        for at, gradient in enumerate(descent.gradients()):
            expect.tensor(gradient, row[at], call=f"gradient of parameter {at} after {call}")
        expect_values(descent.values(), expected, call)


def test_MomentumSGD_takes_another_learning_rate_between_steps(impl, probe, device):
    rows, rates = rows_of_gradients(4, device), [0.1, 0.5, 0.0, 0.25]
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device), 0.1, 0.9)

    for i, expected in enumerate(by_sgd(values(0), rows, rates, 0.9)):
        descent.optimizer.learning_rate = rates[i]
        actual = descent.step(rows[i])

        expect_values(actual, expected, f"step {i + 1}, with learning_rate set to {rates[i]}")


@promises.DTYPES
def test_MomentumSGD_keeps_the_dtype(impl, probe, device, dtype):
    rows = rows_of_gradients(3, device, dtype)
    descent = probe(training_probes.Descent, impl.MomentumSGD, values(0, device, dtype), 0.125, 0.5)

    for row in rows:
        actual = descent.step(row)

    for i, tensor in enumerate(actual):
        expect.value(tensor.dtype, dtype, call=f"dtype of parameter {i} after 3 steps")
    expected = by_sgd(values(0, dtype=dtype), rows, 0.125, 0.5)[-1]
    expect_values(actual, expected, "3 steps", **oracles.exact(dtype))


def test_MomentumSGD_leaves_parameters_that_can_be_trained_on(impl, probe, device):
    descent = moved(impl, probe, rows_of_gradients(2, device), (0.1, 0.9), device)

    call = "(is_leaf, requires_grad) of each parameter after 2 steps"
    expect.value(descent.kinds(), [(True, True)] * 3, call=call)


@pytest.mark.parametrize("before", [0, 1, 3])
def test_MomentumSGD_goes_on_from_a_state_in_a_new_optimizer(impl, probe, device, before):
    rows = rows_of_gradients(6, device)
    saved = moved(impl, probe, rows[:before], (0.1, 0.9), device)
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)

    resumed.optimizer.load_state_dict(saved.optimizer.state_dict())

    for i, expected in enumerate(by_sgd(values(0), rows, 0.1, 0.9)[before:]):
        actual = resumed.step(rows[before + i])

        call = f"step {i + 1} of a new optimizer that loaded the state of one after {before} steps"
        expect_values(actual, expected, call)


def test_MomentumSGD_goes_on_with_the_numbers_of_the_state(impl, probe, device):
    rows = rows_of_gradients(4, device)
    saved = moved(impl, probe, rows[:2], (0.1, 0.9), device)
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.5, 0.25)

    resumed.optimizer.load_state_dict(saved.optimizer.state_dict())

    expected = by_sgd(values(0), rows, 0.1, 0.9)[2:]
    call = f"a step of {SGD.format(0.5, 0.25)} that loaded the state of {SGD.format(0.1, 0.9)}"
    expect_values(resumed.step(rows[2]), expected[0], call)
    expect_values(resumed.step(rows[3]), expected[1], f"another one after {call}")


def test_MomentumSGD_saves_a_learning_rate_that_was_set(impl, probe):
    rows = rows_of_gradients(3)
    saved = moved(impl, probe, rows[:2], (0.1, 0.9))
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)
    saved.optimizer.learning_rate = 0.5

    resumed.optimizer.load_state_dict(saved.optimizer.state_dict())

    call = "a step from a state that was taken after learning_rate was set to 0.5"
    expect_values(resumed.step(rows[2]), by_sgd(values(0), rows, [0.1, 0.1, 0.5], 0.9)[-1], call)


def test_MomentumSGD_loads_a_state_whatever_it_did_before(impl, probe, device):
    rows = rows_of_gradients(4, device)
    saved = moved(impl, probe, rows[:1], (0.1, 0.9), device)
    other = moved(impl, probe, rows[1:3], (0.1, 0.9), device)
    begin = other.values()

    other.optimizer.load_state_dict(saved.optimizer.state_dict())

    # The speed of one step, and the place of another descent.
    expected = [
        oracles.wide(place) - 0.1 * (0.9 * oracles.wide(first) + oracles.wide(last))
        for place, first, last in zip(begin, rows[0], rows[3], strict=True)
    ]
    call = "a step after an optimizer that had moved on its own loaded a state"
    expect_values(other.step(rows[3]), expected, call)


def test_MomentumSGD_goes_back_to_an_earlier_state_of_its_own(impl, probe, device):
    rows = rows_of_gradients(4, device)
    descent = moved(impl, probe, rows[:1], (0.1, 0.9), device)

    state = probe(training_probes.state_before, descent, *rows[1:3])
    begin = descent.values()
    descent.optimizer.load_state_dict(state)

    expected = [
        oracles.wide(place) - 0.1 * (0.9 * oracles.wide(first) + oracles.wide(last))
        for place, first, last in zip(begin, rows[0], rows[3], strict=True)
    ]
    call = "a step after an optimizer loaded a state that it gave 2 steps before"
    expect_values(descent.step(rows[3]), expected, call)


def test_MomentumSGD_saves_a_parameter_that_had_no_gradient_yet(impl, probe, device):
    rows = rows_of_gradients(3, device)
    rows[0][1] = rows[1][1] = None
    saved = moved(impl, probe, rows[:2], (0.1, 0.9), device)
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)

    resumed.optimizer.load_state_dict(saved.optimizer.state_dict())

    call = "a step from a state in which parameter 1 had no gradient yet"
    expect_values(resumed.step(rows[2]), by_sgd(values(0), rows, 0.1, 0.9)[-1], call)


def test_MomentumSGD_gives_a_state_that_stays_as_it_is(impl, probe, device):
    rows = rows_of_gradients(3, device)
    saved = moved(impl, probe, rows[:1], (0.1, 0.9), device)
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)

    state = probe(training_probes.state_before, saved, *rows[1:])
    resumed.optimizer.load_state_dict(state)

    call = "a step from a state that was taken 2 steps before its optimizer moved on"
    expect_values(resumed.step(rows[1]), by_sgd(values(0), rows, 0.1, 0.9)[1], call)


def test_MomentumSGD_leaves_a_loaded_state_as_it_is(impl, probe, device):
    rows = rows_of_gradients(3, device)
    saved = moved(impl, probe, rows[:1], (0.1, 0.9), device)
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)
    state = saved.optimizer.state_dict()

    changed = probe(probes.changed_inputs, training_probes.load_and_step, resumed, state, *rows[1:])

    call = "load_state_dict(state), and 2 steps"
    expect.that(1 not in changed, call=call, got="another `state` than before", should_be="`state` as it was")


def test_MomentumSGD_gives_a_state_that_a_file_takes(impl, probe):
    rows = rows_of_gradients(3)
    saved = moved(impl, probe, rows[:2], (0.1, 0.9))
    resumed = probe(training_probes.Descent, impl.MomentumSGD, saved.values(), 0.1, 0.9)

    state = probe(training_probes.state_through_file, saved)
    resumed.optimizer.load_state_dict(state)

    call = "state_dict(), saved and read by torch.load with weights_only=True"
    expect.that(isinstance(state, dict), call=call, got=state, should_be="a dict")
    expect_values(resumed.step(rows[2]), by_sgd(values(0), rows, 0.1, 0.9)[-1], f"a step from {call}")


@promises.DTYPES
def test_MomentumSGD_gives_a_state_of_the_parameters_dtype_and_device(impl, probe, device, dtype):
    row = values(1, device, dtype)
    saved = probe(training_probes.Descent, impl.MomentumSGD, values(0, device, dtype), 0.1, 0.9)
    saved.step(row)

    for i, kind in enumerate(probe(training_probes.state_kinds, saved)):
        call = f"dtype and device of the floating-point tensor number {i} in state_dict()"
        expect.value(kind, (dtype, row[0].device), call=call)


def test_MomentumSGD_loads_a_state_and_returns_None(impl, probe):
    saved = moved(impl, probe, rows_of_gradients(1), (0.1, 0.9))

    expect.value(saved.optimizer.load_state_dict(saved.optimizer.state_dict()), None, call="load_state_dict(state)")


@pytest.mark.parametrize("to_cpu", [False, True])
def test_MomentumSGD_loads_a_state_of_another_device(impl, probe, device, to_cpu):
    source, target = (device, "cpu") if to_cpu else ("cpu", device)
    saved = moved(impl, probe, rows_of_gradients(2, source), (0.1, 0.9), source)
    begin = [tensor.to(target) for tensor in saved.values()]
    resumed = probe(training_probes.Descent, impl.MomentumSGD, begin, 0.1, 0.9)

    resumed.optimizer.load_state_dict(saved.optimizer.state_dict())

    rows = rows_of_gradients(3, target)
    call = f"a step on {target} from a state of {source}"
    expect_values(resumed.step(rows[2]), by_sgd(values(0), rows, 0.1, 0.9)[-1], call)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_MomentumSGD_refuses_a_state_of_more_or_fewer_parameters(impl, probe, count):
    tensors = [*values(0), torch.ones(2)][:count]
    saved = probe(training_probes.Descent, impl.MomentumSGD, tensors, 0.5, 0.25)
    saved.step([tensor + 1 for tensor in tensors])
    rows = rows_of_gradients(2)
    other = moved(impl, probe, rows[:1], (0.1, 0.9))
    state = saved.optimizer.state_dict()

    call = f"load_state_dict(state) for 3 parameters, state of {count}"
    with expect.raises(ValueError, match="state", call=call):
        other.optimizer.load_state_dict(state)
    expected = by_sgd(values(0), rows, 0.1, 0.9)[-1]
    expect_values(other.step(rows[1]), expected, f"a step after {call} was refused")


@pytest.mark.parametrize(
    ("numbers", "name"),
    [((-0.1, 0.9), "learning_rate"), ((-1, 0.0), "learning_rate"), ((0.1, -0.5), "momentum"), ((0.0, -1), "momentum")],
)
def test_MomentumSGD_refuses_negative_numbers(impl, probe, numbers, name):
    with expect.raises(ValueError, match=name.replace("_", ".?"), call=SGD.format(*numbers)):
        probe(training_probes.Descent, impl.MomentumSGD, values(0), *numbers)


@pytest.mark.parametrize("iterator", [False, True])
def test_MomentumSGD_refuses_no_parameters(impl, probe, iterator):
    call = "MomentumSGD(iter([]), 0.1, 0.9)" if iterator else "MomentumSGD([], 0.1, 0.9)"
    with expect.raises(ValueError, match="parameters", call=call):
        probe(training_probes.Descent, impl.MomentumSGD, [], 0.1, 0.9, iterator=iterator)


def test_MomentumSGD_is_independent_of_other_optimizers(impl, probe):
    one = probe(training_probes.Descent, impl.MomentumSGD, values(0), 0.1, 0.9)
    two = probe(training_probes.Descent, impl.MomentumSGD, values(5), 0.5, 0.25)
    rows, others = rows_of_gradients(3), [values(seed) for seed in (7, 8, 9)]

    for i in range(3):
        expect_values(one.step(rows[i]), by_sgd(values(0), rows, 0.1, 0.9)[i], f"step {i + 1} of one optimizer")
        expect_values(two.step(others[i]), by_sgd(values(5), others, 0.5, 0.25)[i], f"step {i + 1} of another one")


def test_MomentumSGD_is_made_from_scratch(impl, probe):
    actual = probe(training_probes.optimizers_made, impl.MomentumSGD)

    expect.value(actual, [], call="PyTorch's own optimizers made by MomentumSGD(parameters, 0.5, 0.5) and a step")


# -- warmup_rates --------------------------------------------------------------------------------------------

HALF = math.sqrt(0.5)


def expect_rates(actual, expected, call):
    """Expect a list of floats, each as near as rounding allows."""
    __tracebackhide__ = True
    should_be = f"a list of {len(expected)} rates"
    expect.that(type(actual) is list and len(actual) == len(expected), call=call, got=actual, should_be=should_be)
    for i, rate in enumerate(expected):
        expect.close(actual[i], rate, call=f"{call}[{i}]", rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("base", "warmup", "total", "rates"),
    [
        pytest.param(1.0, 3, 7, [0.25, 0.5, 0.75, 1.0, (1 + HALF) / 2, 0.5, (1 - HALF) / 2], id="up-and-down"),
        pytest.param(0.1, 1, 3, [0.05, 0.1, 0.05], id="short"),
        pytest.param(2.0, 0, 4, [2.0, 1 + HALF, 1.0, 1 - HALF], id="no-warmup"),
        pytest.param(1.0, 0, 3, [1.0, 0.75, 0.25], id="thirds"),
        pytest.param(1.0, 4, 4, [0.2, 0.4, 0.6, 0.8], id="warmup-only"),
        pytest.param(1.0, 4, 5, [0.2, 0.4, 0.6, 0.8, 1.0], id="up-to-base"),
        pytest.param(3.0, 1, 1, [1.5], id="one-step-up"),
        pytest.param(3.0, 0, 1, [3.0], id="one-step"),
        pytest.param(3.0, 0, 0, [], id="no-step"),
    ],
)
def test_warmup_rates_rise_in_a_line_and_fall_along_a_cosine(impl, base, warmup, total, rates):
    actual = impl.warmup_rates(base, warmup, total)

    expect_rates(actual, rates, call=f"warmup_rates({base}, {warmup=}, {total=})")


@given(base=st.sampled_from([1e-4, 0.1, 3.0]), warmup=st.integers(0, 40), falling=st.integers(0, 40))
def test_warmup_rates_agree_with_numpy(impl, base, warmup, falling):
    total = warmup + falling

    actual = impl.warmup_rates(base, warmup, total)

    steps = np.arange(total)
    line = np.interp(steps, [-1, warmup], [0, base])
    curve = base * np.cos(np.pi / 2 * (steps - warmup) / max(falling, 1)) ** 2
    expected = np.where(steps < warmup, line, curve).tolist()
    expect_rates(actual, expected, call=f"warmup_rates({base}, {warmup=}, {total=})")


@pytest.mark.parametrize(("warmup", "total"), [(0, 2), (1, 2), (1, 3), (5, 12), (10, 100)])
def test_warmup_rates_have_one_peak_and_no_step_is_wasted(impl, warmup, total):
    rates = impl.warmup_rates(0.5, warmup, total)

    call = f"warmup_rates(0.5, {warmup=}, {total=})"
    expect.close(rates[warmup], 0.5, call=f"{call}[{warmup}]", rtol=1e-9)
    rising = all(a < b for a, b in pairwise(rates[: warmup + 1]))
    falling = all(a > b for a, b in pairwise(rates[warmup:]))
    expect.that(rising, call=call, got=rates, should_be=f"rates that rise up to step {warmup}")
    expect.that(falling, call=call, got=rates, should_be=f"rates that fall from step {warmup}")
    expect.that(min(rates) > 0, call=call, got=rates, should_be="no rate of 0")


def test_warmup_rates_are_floats_also_for_a_whole_base(impl):
    actual = impl.warmup_rates(2, 1, 3)

    expect_rates(actual, [1.0, 2.0, 1.0], call="warmup_rates(2, warmup=1, total=3)")


@pytest.mark.parametrize(("warmup", "total"), [(-1, 3), (-1, 0), (4, 3), (1, 0), (10, 3)])
def test_warmup_rates_refuse_a_warmup_that_does_not_fit(impl, warmup, total):
    call = f"warmup_rates(0.1, {warmup=}, {total=})"
    with expect.raises(ValueError, match="warmup", call=call):
        impl.warmup_rates(0.1, warmup, total)
