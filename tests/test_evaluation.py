"""Specs of the topic `evaluation`."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests import evaluation_probes, expect, expect_data, probes, promises, strategies

# Tests take copies of these: a learner's code may write into what it is given.
SCORES = torch.tensor([[0.5, 2.0, -1.0], [-3.0, -4.0, -2.0], [5.0, 1.0, 4.0], [-0.5, 0.25, 0.0], [0.0, -1.0, 2.0]])
WINNERS = [1, 2, 0, 1, 2]  # the class of the highest score of each row
LABELS = torch.tensor([1, 0, 0, 2, 2])  # rows 0, 2 and 4 are right

# Two scores that are one after softmax, or after a conversion to float32.
NEAR_TIES = pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        pytest.param(torch.float16, 0.001, 0.0012, id="float16"),
        pytest.param(torch.bfloat16, 0.001, 0.0012, id="bfloat16"),
        pytest.param(torch.float64, 0.1, 0.1 + 1e-12, id="float64"),
    ],
)


def random_scores(samples, classes, seed):
    """Scores without ties, and labels, about one in `classes` of them right."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (samples,), generator=generator)
    return strategies.large_tensor((samples, classes), torch.float32, kind="normal", seed=seed), labels


def share_right(scores, labels):
    right = [row.index(max(row)) == label for row, label in zip(scores.tolist(), labels.tolist(), strict=True)]
    return sum(right) / len(right)


# -- accuracy ------------------------------------------------------------------------------------------------

ACCURACY = "accuracy(scores, labels)"


@pytest.mark.parametrize(
    ("scores", "labels", "share"),
    [
        pytest.param([[0.0, 3.0], [1.0, 0.0], [-4.0, -5.0], [1.0, 2.0]], [1, 0, 0, 0], 0.75, id="4-samples-2-classes"),
        pytest.param([[0.0, 3.0, 1.0], [5.0, 0.0, 4.0], [1.0, 2.0, 0.0]], [1, 0, 2], 2 / 3, id="3-by-3"),
        pytest.param([[0.0, 3.0], [2.0, 0.0]], [0, 1], 0.0, id="2-by-2-nothing-right"),
        pytest.param([[0.0, 3.0], [2.0, 0.0]], [1, 0], 1.0, id="2-by-2-all-right"),
        pytest.param([[-1.0, -3.0, -0.5]], [2], 1.0, id="one-sample-right"),
        pytest.param([[-1.0, -3.0, -0.5]], [0], 0.0, id="one-sample-wrong"),
        pytest.param([[7.0], [-7.0]], [0, 0], 1.0, id="one-class"),
        pytest.param([[0.0, 1.0, 2.0, 3.0, 4.0], [9.0, 1.0, 2.0, 3.0, 4.0]], [4, 1], 0.5, id="5-classes"),
    ],
)
def test_accuracy_is_the_share_of_right_samples(impl, device, scores, labels, share):
    scores, labels = torch.tensor(scores, device=device), torch.tensor(labels, device=device)

    actual = impl.accuracy(scores, labels)

    expect.close(actual, share, call=ACCURACY, scores=scores, labels=labels)


@given(samples=st.integers(1, 9), classes=st.integers(1, 5), seed=st.integers(0, 2**16))
def test_accuracy_agrees_with_counting_row_by_row(impl, device, samples, classes, seed):
    scores, labels = random_scores(samples, classes, seed)

    actual = impl.accuracy(scores.to(device), labels.to(device))

    expect.close(actual, share_right(scores, labels), call=ACCURACY, scores=scores, labels=labels)


@pytest.mark.parametrize("shape", [(5, 1), (1, 5), (4,), (6,), (1,), (0,), (5, 3), ()], ids=str)
def test_accuracy_refuses_labels_of_another_shape(impl, device, shape):
    labels = torch.zeros(shape, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="labels", call=f"accuracy(<(5, 3)>, <{shape}>)"):
        impl.accuracy(SCORES.to(device, copy=True), labels)


@pytest.mark.parametrize("shape", [(1, 1), ()], ids=str)
def test_accuracy_refuses_labels_of_another_shape_for_one_sample(impl, device, shape):
    labels = torch.ones(shape, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="labels", call=f"accuracy(<(1, 3)>, <{shape}>)"):
        impl.accuracy(SCORES[:1].to(device, copy=True), labels)


def test_accuracy_refuses_an_empty_batch(impl, device):
    scores, labels = torch.zeros(0, 3, device=device), torch.zeros(0, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="labels", call="accuracy(<(0, 3)>, <(0,)>)"):
        impl.accuracy(scores, labels)


@promises.DTYPES
def test_accuracy_is_as_exact_for_any_dtype(impl, device, dtype):
    scores, labels = random_scores(2999, 3, seed=1)
    scores = scores.argsort(dim=1) - 1.0  # -1, 0 and 1 in each row: no ties in any dtype

    actual = impl.accuracy(scores.to(device, dtype), labels.to(device))

    expect.close(actual, share_right(scores, labels), call="accuracy(<(2999, 3)>, <(2999,)>)", dtype=dtype)


@NEAR_TIES
def test_accuracy_tells_scores_apart_that_are_nearly_the_same(impl, device, dtype, low, high):
    scores = torch.tensor([[low, high], [high, low], [low, high]], dtype=dtype, device=device)

    actual = impl.accuracy(scores, torch.tensor([1, 1, 1], device=device))

    expect.close(actual, 2 / 3, call="accuracy(scores, torch.tensor([1, 1, 1]))", scores=scores)


@promises.LAYOUTS
def test_accuracy_accepts_any_memory_layout(impl, device, layout):
    scores, labels = layout(SCORES.to(device, copy=True)), layout(LABELS.to(device, copy=True))

    actual = impl.accuracy(scores, labels)

    expect.close(actual, share_right(scores, labels), call=ACCURACY, scores=scores, labels=labels)


def test_accuracy_takes_scores_that_require_grad(impl, device):
    actual = impl.accuracy(SCORES.to(device, copy=True).requires_grad_(), LABELS.to(device, copy=True))

    expect.close(actual, 0.6, call="accuracy(scores.requires_grad_(), labels)", scores=SCORES, labels=LABELS)


def test_accuracy_leaves_its_inputs_unchanged(impl, probe, device):
    args = SCORES.to(device, copy=True), LABELS.to(device, copy=True)

    promises.unchanged(probe, impl.accuracy, *args, call=ACCURACY)


def test_accuracy_needs_no_loop(impl, probe, device):
    args = SCORES.to(device, copy=True), LABELS.to(device, copy=True)

    promises.no_loop(probe, impl.accuracy, *args, call=ACCURACY)


# -- evaluate ------------------------------------------------------------------------------------------------

EVALUATE = "evaluate(model, loss_fn, loader)"
FEATURES = torch.tensor([[3.0, -0.5], [-1.0, -2.0], [5.0, 0.0], [0.0, 1.0], [2.0, -1.5]])
TRAINING = [True] * 5  # the modules of evaluation_probes.Watched: itself, norm, head, dropout, linear

# Which modules learn, and which were put into evaluation mode by their owner.
MODES = pytest.mark.parametrize(
    "modes",
    [
        pytest.param(TRAINING, id="training"),
        pytest.param([False] * 5, id="evaluation"),
        pytest.param([True, False, True, True, True], id="norm-frozen"),
        pytest.param([False, False, False, True, False], id="dropout-kept-on"),
        pytest.param([True, True, False, True, False], id="mixed"),
    ],
)


def batches(device, size=2, features=FEATURES):
    """A list of batches, the last one smaller."""
    parts = zip(features.to(device, copy=True).split(size), LABELS.to(device, copy=True).split(size), strict=True)
    return [tuple(part) for part in parts]


def losses_of(scores, labels):
    """The cross entropy of each sample, by NumPy."""
    scores = scores.cpu().double().numpy()
    return np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), labels.cpu().numpy()]


def watched_scores():
    """What Watched gives for FEATURES in evaluation mode."""
    mean, variance = np.array(evaluation_probes.MEAN), np.array(evaluation_probes.VARIANCE)
    normal = (FEATURES.double().numpy() - mean) / np.sqrt(variance + 1e-5)
    return torch.from_numpy(normal @ np.array(evaluation_probes.WEIGHT).T + np.array(evaluation_probes.BIAS))


def expect_measures(actual, loss, share, call, **inputs):
    """Expect the tuple (loss, accuracy) of two floats."""
    __tracebackhide__ = True
    got = expect_data.pair(actual, call, "(loss, accuracy)", **inputs)
    expect.close(got[0], float(loss), call=f"{call}[0]", rtol=1e-5, atol=1e-5, **inputs)
    expect.close(got[1], share, call=f"{call}[1]", **inputs)


def test_evaluate_gives_the_mean_loss_and_the_accuracy(impl, probe, device):
    loader = batches(device, features=SCORES)

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, loader)

    loss = losses_of(SCORES, LABELS).mean()
    expect_measures(actual, loss, 0.6, "evaluate(nn.Identity(), cross_entropy, loader)", loader=loader)


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5), classes=st.integers(1, 4), seed=st.integers(0, 2**16))
def test_evaluate_weighs_every_sample_the_same(impl, probe, device, sizes, classes, seed):
    scores, labels = random_scores(sum(sizes), classes, seed)
    loader = list(zip(scores.to(device).split(sizes), labels.to(device).split(sizes), strict=True))

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, loader)

    call = f"evaluate(nn.Identity(), cross_entropy, <batches of {sizes}>)"
    expect_measures(actual, losses_of(scores, labels).mean(), share_right(scores, labels), call, scores=scores)


def test_evaluate_gives_a_short_last_batch_no_full_vote(impl, probe, device):
    scores = torch.tensor([[8.0, 0.0]] * 4 + [[0.0, 8.0]], device=device)
    labels = torch.zeros(5, dtype=torch.int64, device=device)
    loader = [(scores[:4], labels[:4]), (scores[4:], labels[4:])]

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, loader)

    call = "evaluate(nn.Identity(), cross_entropy, <4 right samples, then 1 wrong one>)"
    expect_measures(actual, losses_of(scores, labels).mean(), 0.8, call)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
@pytest.mark.parametrize("drop_last", [False, True])
def test_evaluate_measures_what_a_DataLoader_gives(impl, probe, device, batch_size, drop_last):
    dataset = probe(TensorDataset, SCORES.to(device, copy=True), LABELS.to(device, copy=True))
    loader = probe(DataLoader, dataset, batch_size=batch_size, drop_last=drop_last)

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, loader)

    count = 5 // batch_size * batch_size if drop_last else 5
    loss, share = losses_of(SCORES[:count], LABELS[:count]).mean(), share_right(SCORES[:count], LABELS[:count])
    call = f"evaluate(nn.Identity(), cross_entropy, DataLoader(dataset, {batch_size=}, {drop_last=}))"
    expect_measures(actual, loss, share, call, scores=SCORES, labels=LABELS)


def test_evaluate_goes_through_its_loader_once(impl, probe, device):
    once = probe(iter, batches(device, features=SCORES))

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, once)

    loss = losses_of(SCORES, LABELS).mean()
    expect_measures(actual, loss, 0.6, "evaluate(nn.Identity(), cross_entropy, iter(batches))")


def test_evaluate_takes_batches_that_are_lists(impl, probe, device):
    loader = [list(batch) for batch in batches(device, features=SCORES)]

    actual = impl.evaluate(probe(nn.Identity), functional.cross_entropy, loader)

    loss = losses_of(SCORES, LABELS).mean()
    expect_measures(actual, loss, 0.6, "evaluate(nn.Identity(), cross_entropy, loader)", loader=loader)


def test_evaluate_takes_the_loss_that_it_is_given(impl, probe, device):
    loader = batches(device, size=3, features=SCORES)

    actual = impl.evaluate(probe(nn.Identity), evaluation_probes.distance_to_one, loader)

    loss = (1.0 + 16.0 + 16.0 + 1.0 + 1.0) / 5  # the labels' own scores are 2, -3, 5, 0 and 2
    expect_measures(actual, loss, 0.6, "evaluate(nn.Identity(), distance_to_one, loader)", loader=loader)


def test_evaluate_takes_a_loss_that_is_a_module(impl, probe, device):
    loader = batches(device, features=SCORES.double())

    actual = impl.evaluate(probe(nn.Identity), probe(nn.CrossEntropyLoss), loader)

    loss = losses_of(SCORES, LABELS).mean()
    expect_measures(actual, loss, 0.6, "evaluate(nn.Identity(), nn.CrossEntropyLoss(), loader)", loader=loader)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_evaluate_computes_with_the_whole_model_in_evaluation_mode(impl, probe, device, training):
    model = probe(evaluation_probes.Watched, device)
    model.train(training)

    actual = impl.evaluate(model, functional.cross_entropy, batches(device))

    scores = watched_scores()
    share = share_right(scores, LABELS)
    expect_measures(actual, losses_of(scores, LABELS).mean(), share, EVALUATE, features=FEATURES, labels=LABELS)


def test_evaluate_switches_off_what_trains_inside_a_model_in_evaluation_mode(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    probe(
        evaluation_probes.aftermath,
        *(impl.evaluate, model, functional.cross_entropy, batches(device)),
        modes=[False, False, False, True, False],
    )

    training = [note["training"] for note in probe(evaluation_probes.notes_of, model)]
    expect.value(training, [[], [], []], call=f"modules in training mode in each call of the model: {EVALUATE}")


def test_evaluate_records_nothing_for_autograd(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    impl.evaluate(model, functional.cross_entropy, batches(device))

    recorded = [note["recorded"] for note in probe(evaluation_probes.notes_of, model)]
    expect.value(recorded, [False] * 3, call=f"is a graph recorded in each call of the model: {EVALUATE}")


def test_evaluate_records_nothing_for_features_that_require_grad_either(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)
    loader = [(features.clone().requires_grad_(), labels) for features, labels in batches(device)]

    impl.evaluate(model, functional.cross_entropy, loader)

    recorded = [note["recorded"] for note in probe(evaluation_probes.notes_of, model)]
    call = f"is a graph recorded in each call of the model, where features require grad: {EVALUATE}"
    expect.value(recorded, [False] * 3, call=call)


def test_evaluate_calls_the_model_once_for_each_batch(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    impl.evaluate(model, functional.cross_entropy, batches(device))

    sizes = [note["samples"] for note in probe(evaluation_probes.notes_of, model)]
    expect.value(sizes, [2, 2, 1], call=f"samples in each call of the model: {EVALUATE}")


def test_evaluate_calls_the_model_itself_so_that_hooks_run(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    calls = probe(evaluation_probes.hook_calls, impl.evaluate, model, functional.cross_entropy, batches(device))

    expect.value(calls, 3, call=f"calls of a forward hook: {EVALUATE}")


@MODES
def test_evaluate_puts_the_mode_of_every_module_back(impl, probe, device, modes):
    model = probe(evaluation_probes.Watched, device)

    after = probe(
        evaluation_probes.aftermath, impl.evaluate, model, functional.cross_entropy, batches(device), modes=modes
    )

    expect.value(after["modes"], modes, call=f"training mode of each module after {EVALUATE}", before=modes)


@pytest.mark.parametrize("recording", [True, False], ids=["on", "off"])
def test_evaluate_leaves_autograd_on_or_off_as_it_was(impl, probe, device, recording):
    model = probe(evaluation_probes.Watched, device)

    after = probe(
        evaluation_probes.aftermath,
        *(impl.evaluate, model, functional.cross_entropy, batches(device)),
        modes=TRAINING,
        recording=recording,
    )

    expect.value(after["recording"], recording, call=f"torch.is_grad_enabled() after {EVALUATE}", before=recording)


@pytest.mark.parametrize("recording", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("breaking", ["model", "loss_fn", "loader"])
def test_evaluate_puts_everything_back_after_an_error(impl, probe, device, breaking, recording):
    given = batches(device)
    model = probe(evaluation_probes.Watched, device, breaks_at=2 * (breaking == "model"))
    loss_fn = evaluation_probes.breaking_loss if breaking == "loss_fn" else functional.cross_entropy
    loader = probe(evaluation_probes.BreakingLoader, given[:1]) if breaking == "loader" else given
    before = {"raised": "Interrupted", "modes": [True, False, True, True, False], "recording": recording}

    after = probe(
        evaluation_probes.aftermath,
        *(impl.evaluate, model, loss_fn, loader),
        modes=before["modes"],
        recording=recording,
    )

    expect.value(after, before, call=f"after {EVALUATE}, in which {breaking} raises Interrupted")


def test_evaluate_refuses_a_loader_without_batches(impl, probe):
    with expect.raises(ValueError, match="loader", call="evaluate(model, loss_fn, [])"):
        impl.evaluate(probe(nn.Identity), functional.cross_entropy, [])


def test_evaluate_puts_everything_back_after_a_loader_without_batches(impl, probe):
    before = {"raised": "ValueError", "modes": [True, False, True, True, False], "recording": True}
    args = impl.evaluate, probe(evaluation_probes.Watched), functional.cross_entropy, []

    after = probe(evaluation_probes.aftermath, *args, modes=before["modes"])

    expect.value(after, before, call="after evaluate(model, loss_fn, [])")


def test_evaluate_leaves_model_and_batches_unchanged(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    promises.unchanged(probe, impl.evaluate, model, functional.cross_entropy, batches(device), call=EVALUATE)


def test_evaluate_leaves_the_gradients_of_the_model_as_they_are(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    actual = probe(evaluation_probes.gradients_after, impl.evaluate, model, functional.cross_entropy, batches(device))

    expect.value(actual, [[7.0]] * 4, call=f"grad of each parameter after {EVALUATE}, where all of it was 7")


def test_evaluate_leaves_frozen_parameters_frozen_and_the_others_learning(impl, probe, device):
    model = probe(evaluation_probes.Watched, device)

    actual = probe(evaluation_probes.learning_after, impl.evaluate, model, functional.cross_entropy, batches(device))

    expected = {"norm.weight": True, "norm.bias": False, "head.1.weight": True, "head.1.bias": False}
    expect.value(actual, expected, call=f"requires_grad of each parameter after {EVALUATE}", before=expected)


# -- confusion_matrix ----------------------------------------------------------------------------------------

MATRIX = "confusion_matrix(predicted, actual, classes)"
PREDICTED = torch.tensor([0, 1, 1, 2, 1, 1, 3, 0])
ACTUAL = torch.tensor([0, 1, 2, 2, 2, 2, 0, 3])


def counted(predicted, actual, classes):
    """The confusion matrix, counted pair by pair."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    for column, row in zip(predicted.tolist(), actual.tolist(), strict=True):
        matrix[row, column] += 1
    return torch.from_numpy(matrix)


@pytest.mark.parametrize(
    ("predicted", "actual", "matrix"),
    [
        pytest.param([0, 1, 1, 2, 1], [0, 1, 2, 2, 2], [[1, 0, 0], [0, 1, 0], [0, 2, 1]], id="3-classes"),
        pytest.param([1], [0], [[0, 1], [0, 0]], id="one-sample"),
        pytest.param([0, 0, 0, 0], [1, 1, 1, 1], [[0, 0], [4, 0]], id="same-pair-again"),
        pytest.param([0, 0, 0], [0, 0, 0], [[3]], id="one-class"),
        pytest.param(
            [0, 1], [1, 0], [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], id="last-classes-unseen"
        ),
        pytest.param([4, 0, 4], [4, 4, 0], [[0, 0, 0, 0, 1], *[[0] * 5] * 3, [1, 0, 0, 0, 1]], id="first-and-last"),
    ],
)
def test_confusion_matrix_has_actual_rows_and_predicted_columns(impl, device, predicted, actual, matrix):
    predicted, actual = torch.tensor(predicted, device=device), torch.tensor(actual, device=device)

    got = impl.confusion_matrix(predicted, actual, len(matrix))

    call = f"confusion_matrix(predicted, actual, {len(matrix)})"
    expect.tensor(got, torch.tensor(matrix, device=device), call=call, predicted=predicted, actual=actual)


@given(classes=st.integers(1, 5), data=st.data())
def test_confusion_matrix_agrees_with_counting_pair_by_pair(impl, device, classes, data):
    pair = st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1))
    pairs = data.draw(st.lists(pair, max_size=12), label="pairs (predicted, actual)")
    both = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2)
    predicted, actual = both[:, 0].contiguous(), both[:, 1].contiguous()

    got = impl.confusion_matrix(predicted.to(device), actual.to(device), classes)

    call = f"confusion_matrix(predicted, actual, {classes})"
    expected = counted(predicted, actual, classes).to(device)
    expect.tensor(got, expected, call=call, predicted=predicted, actual=actual)


@pytest.mark.parametrize("classes", [1, 3])
def test_confusion_matrix_of_no_samples_is_zero(impl, device, classes):
    none = torch.zeros(0, dtype=torch.int64, device=device)

    got = impl.confusion_matrix(none, none.clone(), classes)

    expected = torch.zeros(classes, classes, dtype=torch.int64, device=device)
    expect.tensor(got, expected, call=f"confusion_matrix(<(0,)>, <(0,)>, {classes})")


@pytest.mark.parametrize("bad", [-1, 3, 4, -3, 100])
@pytest.mark.parametrize("name", ["predicted", "actual"])
def test_confusion_matrix_refuses_a_class_that_does_not_exist(impl, device, name, bad):
    given = {"predicted": torch.tensor([0, 1, 2], device=device), "actual": torch.tensor([2, 0, 1], device=device)}
    given[name][1] = bad

    call = "confusion_matrix(predicted, actual, classes=3)"
    with expect.raises(ValueError, match=name, call=call, **given):
        impl.confusion_matrix(**given, classes=3)


@pytest.mark.parametrize(
    ("predicted", "actual"), [((3,), (3, 1)), ((3, 1), (3,)), ((3,), (1,)), ((2,), (3,)), ((3,), (0,))], ids=str
)
def test_confusion_matrix_refuses_unequal_shapes(impl, device, predicted, actual):
    given = [torch.zeros(shape, dtype=torch.int64, device=device) for shape in (predicted, actual)]

    with expect.raises(ValueError, match="predicted", call=f"confusion_matrix(<{predicted}>, <{actual}>, 2)"):
        impl.confusion_matrix(*given, 2)


@promises.LAYOUTS
def test_confusion_matrix_accepts_any_memory_layout(impl, device, layout):
    predicted, actual = layout(PREDICTED.to(device, copy=True)), layout(ACTUAL.to(device, copy=True))

    got = impl.confusion_matrix(predicted, actual, 4)

    expected = counted(predicted, actual, 4).to(device)
    expect.tensor(got, expected, call="confusion_matrix(predicted, actual, 4)", predicted=predicted, actual=actual)


def test_confusion_matrix_leaves_its_inputs_unchanged(impl, probe, device):
    args = PREDICTED.to(device, copy=True), ACTUAL.to(device, copy=True)

    promises.unchanged(probe, impl.confusion_matrix, *args, 4, call=MATRIX)


def test_confusion_matrix_needs_no_loop_over_samples(impl, probe, device):
    args = PREDICTED.to(device, copy=True), ACTUAL.to(device, copy=True)

    promises.no_loop(probe, impl.confusion_matrix, *args, 4, call=MATRIX)


def test_confusion_matrix_needs_no_loop_over_classes(impl, probe, device):
    args = PREDICTED.to(device, copy=True), ACTUAL.to(device, copy=True)

    few, many = (probe(probes.operations, impl.confusion_matrix, *args, classes) for classes in (4, 8))

    expect.same_work(few, many, call="confusion_matrix(predicted, actual, classes=4), then classes=8")


# -- recalls -------------------------------------------------------------------------------------------------

RECALLS = "recalls(matrix)"
COUNTS = torch.tensor([[3, 1, 0], [2, 5, 1], [0, 4, 0]])


@pytest.mark.parametrize(
    ("matrix", "shares"),
    [
        pytest.param([[3, 1, 0], [2, 5, 1], [0, 4, 0]], [0.75, 0.625, 0.0], id="3-classes"),
        pytest.param([[1, 3], [0, 2]], [0.25, 1.0], id="2-classes"),
        pytest.param([[7]], [1.0], id="one-class"),
        pytest.param([[0, 0, 0, 1], [0, 0, 2, 1], [2, 0, 0, 0], [1, 1, 2, 1]], [0.0, 0.0, 0.0, 0.2], id="4-classes"),
        pytest.param([[16000000, 16000000], [1, 49999999]], [0.5, 0.99999998], id="large-counts"),
    ],
)
def test_recalls_are_shares_of_the_rows(impl, device, matrix, shares):
    matrix = torch.tensor(matrix, device=device)

    actual = impl.recalls(matrix)

    expect.tensor(actual, torch.tensor(shares, device=device), call=RECALLS, matrix=matrix)


@pytest.mark.parametrize(
    ("matrix", "shares"),
    [
        pytest.param([[3, 1, 0], [0, 0, 0], [2, 0, 0]], [0.75, math.nan, 0.0], id="never-predicted-either"),
        pytest.param([[3, 1], [0, 0]], [0.75, math.nan], id="predicted-once"),
        pytest.param([[0, 0], [0, 0]], [math.nan, math.nan], id="no-samples"),
        pytest.param([[0]], [math.nan], id="one-class"),
    ],
)
def test_recalls_are_NaN_for_a_class_without_samples(impl, device, matrix, shares):
    matrix = torch.tensor(matrix, device=device)

    actual = impl.recalls(matrix)

    expect.tensor(actual, torch.tensor(shares, device=device), call=RECALLS, equal_nan=True, matrix=matrix)


@given(data=st.data(), classes=st.integers(1, 5))
def test_recalls_agree_with_counting_row_by_row(impl, device, data, classes):
    matrix = data.draw(strategies.tensors((classes, classes), torch.int64, low=0, high=9), label="matrix").to(device)

    actual = impl.recalls(matrix)

    rows = matrix.tolist()
    shares = [row[i] / sum(row) if sum(row) else math.nan for i, row in enumerate(rows)]
    expect.tensor(actual, torch.tensor(shares, device=device), call=RECALLS, equal_nan=True, matrix=matrix)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (1, 2), (3, 1)], ids=str)
def test_recalls_refuse_a_matrix_that_is_not_square(impl, device, shape):
    matrix = torch.ones(shape, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="matrix", call=f"recalls(<{shape}>)"):
        impl.recalls(matrix)


@promises.LAYOUTS
def test_recalls_accept_any_memory_layout(impl, device, layout):
    matrix = layout(COUNTS.to(device, copy=True))

    actual = impl.recalls(matrix)

    shares = [row[i] / sum(row) for i, row in enumerate(matrix.tolist())]
    expect.tensor(actual, torch.tensor(shares, device=device), call=RECALLS, matrix=matrix)


def test_recalls_leave_the_matrix_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.recalls, COUNTS.to(device, copy=True), call=RECALLS)


def test_recalls_need_no_loop(impl, probe, device):
    promises.no_loop(probe, impl.recalls, COUNTS.to(device, copy=True), call=RECALLS)


# -- label_names ---------------------------------------------------------------------------------------------

NAMES = ["virginica", "setosa", "versicolor"]  # not in the order of the alphabet


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_label_names_names_the_class_with_the_highest_score(impl, device, count):
    scores = SCORES[:count].to(device, copy=True)

    actual = impl.label_names(scores, NAMES)

    expected = [NAMES[i] for i in WINNERS[:count]]
    expect.value(actual, expected, call=f"label_names(scores, {NAMES})", scores=scores)


@given(samples=st.integers(0, 5), classes=st.integers(1, 5), seed=st.integers(0, 2**16))
def test_label_names_keeps_names_in_the_order_of_classes(impl, device, samples, classes, seed):
    scores, _ = random_scores(samples, classes, seed)
    names = ["pear", "fig", "apple", "plum", "date"][:classes]

    actual = impl.label_names(scores.to(device), names)

    expected = [names[row.index(max(row))] for row in scores.tolist()]
    expect.value(actual, expected, call=f"label_names(scores, {names})", scores=scores)


@pytest.mark.parametrize("names", [("b", "a", "c"), ("cat", "dog", "cat")], ids=["tuple", "same-name-twice"])
def test_label_names_takes_any_list_or_tuple_of_names(impl, device, names):
    actual = impl.label_names(SCORES.to(device, copy=True), names)

    expected = [names[i] for i in WINNERS]
    expect.value(actual, expected, call=f"label_names(scores, {names})", scores=SCORES)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
@pytest.mark.parametrize("samples", [0, 1, 5])
def test_label_names_refuses_another_number_of_names(impl, device, samples, count):
    scores, names = SCORES[:samples].to(device, copy=True), [*NAMES, "alba"][:count]

    with expect.raises(ValueError, match="names", call=f"label_names(<({samples}, 3)>, {names})"):
        impl.label_names(scores, names)


@promises.DTYPES
def test_label_names_takes_scores_of_any_float_dtype(impl, device, dtype):
    actual = impl.label_names(SCORES.to(device, dtype, copy=True), NAMES)

    expected = [NAMES[i] for i in WINNERS]
    expect.value(actual, expected, call=f"label_names(scores, {NAMES})", dtype=dtype, scores=SCORES)


@NEAR_TIES
def test_label_names_tells_scores_apart_that_are_nearly_the_same(impl, device, dtype, low, high):
    scores = torch.tensor([[low, high], [high, low]], dtype=dtype, device=device)

    actual = impl.label_names(scores, ["fig", "plum"])

    expect.value(actual, ["plum", "fig"], call='label_names(scores, ["fig", "plum"])', scores=scores)


@promises.LAYOUTS
def test_label_names_accepts_any_memory_layout(impl, device, layout):
    scores = layout(SCORES.to(device, copy=True))

    actual = impl.label_names(scores, NAMES)

    expected = [NAMES[row.index(max(row))] for row in scores.tolist()]
    expect.value(actual, expected, call=f"label_names(scores, {NAMES})", scores=scores)


def test_label_names_takes_scores_that_require_grad(impl, device):
    actual = impl.label_names(SCORES.to(device, copy=True).requires_grad_(), NAMES)

    expected = [NAMES[i] for i in WINNERS]
    expect.value(actual, expected, call=f"label_names(scores.requires_grad_(), {NAMES})", scores=SCORES)


def test_label_names_leaves_its_inputs_unchanged(impl, probe, device):
    promises.unchanged(
        probe, impl.label_names, SCORES.to(device, copy=True), list(NAMES), call="label_names(scores, names)"
    )


def test_label_names_lets_all_numbers_leave_the_device_at_once(impl, probe, device):
    scores = SCORES.to(device, copy=True)

    few, many = (
        len(probe(probes.dispatched, impl.label_names, given, NAMES)) for given in (scores, scores.repeat(2, 1))
    )

    expect.same_work(few, many, call=f"label_names(scores, {NAMES})", scores=SCORES)
