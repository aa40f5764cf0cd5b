"""Specs of the topic `iris`."""

import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests import expect, expect_data, iris_files, iris_probes, promises
from tests.oracles import wide

# -- load_iris -----------------------------------------------------------------------------------------------

LOAD = "load_iris(path)"


def loaded(impl, path, call=LOAD):
    """The three parts of what comes back."""
    actual = impl.load_iris(path)
    is_triple = type(actual) is tuple or isinstance(getattr(actual, "_fields", None), tuple)
    expect.that(is_triple and len(actual) == 3, call=call, got=actual, should_be="a tuple (features, labels, names)")
    return actual


def expect_flowers(impl, path, features, labels, names, **inputs):
    __tracebackhide__ = True
    actual = loaded(impl, path)
    expect.tensor(actual[0], torch.tensor(features), call=f"{LOAD}[0]", **inputs)
    expect.tensor(actual[1], torch.tensor(labels), call=f"{LOAD}[1]", **inputs)
    expect.value(actual[2], names, call=f"{LOAD}[2]", **inputs)


def test_load_iris_reads_the_features_of_all_150_flowers(impl):
    features, _ = iris_files.flowers()

    actual = loaded(impl, iris_files.IRIS, call='load_iris("tests/data/iris.csv")')

    expect.tensor(actual[0], features, call='load_iris("tests/data/iris.csv")[0]')


def test_load_iris_numbers_the_species_of_all_150_flowers(impl):
    _, labels = iris_files.flowers()

    actual = loaded(impl, iris_files.IRIS, call='load_iris("tests/data/iris.csv")')

    expect.tensor(actual[1], labels, call='load_iris("tests/data/iris.csv")[1]')


def test_load_iris_gives_the_names_of_the_three_species(impl):
    actual = loaded(impl, iris_files.IRIS, call='load_iris("tests/data/iris.csv")')

    expect.value(actual[2], ["setosa", "versicolor", "virginica"], call='load_iris("tests/data/iris.csv")[2]')


LINES = ["7.0,3.2,4.7,1.4,versicolor", "5.1,3.5,1.4,0.2,setosa", "6.3,3.3,6.0,2.5,versicolor"]
FEATURES = [[7.0, 3.2, 4.7, 1.4], [5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]]


@pytest.mark.parametrize(
    ("species", "labels", "names"),
    [
        pytest.param("bac", [1, 0, 2], ["a", "b", "c"], id="first-of-the-alphabet-second"),
        pytest.param("cba", [2, 1, 0], ["a", "b", "c"], id="backwards"),
        pytest.param("bab", [1, 0, 1], ["a", "b"], id="two-species"),
        pytest.param("aaa", [0, 0, 0], ["a"], id="one-species"),
        pytest.param(
            ["iris 10", "iris 9", "Iris 9"], [1, 2, 0], ["Iris 9", "iris 10", "iris 9"], id="order-of-strings"
        ),
    ],
)
def test_load_iris_numbers_species_in_the_order_of_the_alphabet(impl, tmp_path, species, labels, names):
    lines = [f"{line.rpartition(',')[0]},{name}" for line, name in zip(LINES, species, strict=True)]
    path = iris_files.write(tmp_path / "flowers.csv", lines)

    expect_flowers(impl, path, FEATURES, labels, names, lines=lines)


def test_load_iris_keeps_the_order_of_the_file(impl, tmp_path):
    lines = [f"{n}.5,{n},0.{n},-{n},species {9 - n}" for n in (5, 1, 9, 3)]
    path = iris_files.write(tmp_path / "flowers.csv", lines)

    features = [[n + 0.5, n, n / 10, -n] for n in (5.0, 1.0, 9.0, 3.0)]
    names = ["species 0", "species 4", "species 6", "species 8"]
    expect_flowers(impl, path, features, [1, 3, 0, 2], names, lines=lines)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"], ids=["no-newline-at-the-end", "newline", "blank-lines"])
def test_load_iris_takes_either_line_ending_and_any_end(impl, tmp_path, end, last):
    path = iris_files.write(tmp_path / "flowers.csv", LINES, end=end, last=last.replace("\n", end))

    expect_flowers(impl, path, FEATURES, [1, 0, 1], ["setosa", "versicolor"], text=path.read_bytes().decode())


@pytest.mark.parametrize("at", [0, 1, 2])
def test_load_iris_skips_a_blank_line_between_flowers(impl, tmp_path, at):
    lines = [*LINES[:at], "", *LINES[at:]]
    path = iris_files.write(tmp_path / "flowers.csv", lines)

    expect_flowers(impl, path, FEATURES, [1, 0, 1], ["setosa", "versicolor"], lines=lines)


def test_load_iris_keeps_the_rank_for_a_single_flower(impl, tmp_path):
    path = iris_files.write(tmp_path / "flowers.csv", LINES[:1])

    expect_flowers(impl, path, FEATURES[:1], [0], ["versicolor"], lines=LINES[:1])


def test_load_iris_takes_a_path_as_text(impl, tmp_path):
    path = iris_files.write(tmp_path / "flowers.csv", LINES)

    expect_flowers(impl, str(path), FEATURES, [1, 0, 1], ["setosa", "versicolor"], lines=LINES)


def test_load_iris_reads_UTF_8(impl, tmp_path):
    lines = ["7.0,3.2,4.7,1.4,あやめ", "5.1,3.5,1.4,0.2,Schwertlilie (grün)"]
    path = iris_files.write(tmp_path / "flowers.csv", lines)

    expect_flowers(impl, path, FEATURES[:2], [1, 0], ["Schwertlilie (grün)", "あやめ"], lines=lines)


def test_load_iris_says_that_a_file_is_missing(impl, tmp_path):
    match = re.escape("missing.csv")
    with expect.raises(FileNotFoundError, match=match, call='load_iris("missing.csv")'):
        impl.load_iris(tmp_path / "missing.csv")


# -- stratified_split ----------------------------------------------------------------------------------------

EACH_CLASS = [0] * 5 + [1] * 3 + [2] * 2 + [3]
MIXED = [2, 0, 1, 0, 3, 1, 0, 2, 0, 1, 0]  # the same classes, in no order


def split_of(impl, labels, fraction, seed, call):
    """The two sides of what comes back."""
    return expect_data.pair(impl.stratified_split(labels, fraction, seed), call, "(train, held_out)", labels=labels)


def held_out_of_each(labels, held_out):
    """How many of each class are held out."""
    labels = labels.cpu()
    chosen = labels[held_out.cpu()]
    return {int(label): int((chosen == label).sum()) for label in labels.unique()}


@pytest.mark.parametrize("labels", [EACH_CLASS, MIXED], ids=["in-order", "mixed"])
@pytest.mark.parametrize(
    ("fraction", "counts"),
    [
        pytest.param(0.0, [0, 0, 0, 0], id="nothing"),
        pytest.param(0.1, [0, 0, 0, 0], id="0.1"),
        pytest.param(0.2, [1, 1, 0, 0], id="0.2"),
        pytest.param(0.5, [2, 2, 1, 0], id="0.5-halves-to-even"),
        pytest.param(0.6, [3, 2, 1, 1], id="0.6"),
        pytest.param(0.75, [4, 2, 2, 1], id="0.75"),
        pytest.param(1.0, [5, 3, 2, 1], id="everything"),
    ],
)
def test_stratified_split_holds_out_the_share_of_each_class(impl, device, labels, fraction, counts):
    labels = torch.tensor(labels, device=device)

    call = f"stratified_split(labels, {fraction}, 3)"
    _, held_out = split_of(impl, labels, fraction, 3, call)

    actual = held_out_of_each(labels, held_out)
    expect.value(actual, dict(enumerate(counts)), call=f"held out of each class by {call}", labels=labels)


def test_stratified_split_holds_out_a_third_of_the_flowers(impl, device):
    labels = iris_files.flowers()[1].to(device)

    train, held_out = split_of(impl, labels, 1 / 3, 0, "stratified_split(labels, 1 / 3, 0)")

    expect.value(held_out_of_each(labels, held_out), {0: 17, 1: 17, 2: 17}, call="held out of each class")
    expect.value(held_out_of_each(labels, train), {0: 33, 1: 33, 2: 33}, call="left of each class to train on")


@given(
    labels=st.lists(st.integers(-3, 5), max_size=20), fraction=st.sampled_from([0.0, 0.25, 0.5, 1.0]), seed=st.just(1)
)
def test_stratified_split_puts_every_sample_on_one_side(impl, device, labels, fraction, seed):
    labels = torch.tensor(labels, dtype=torch.int64)

    call = f"stratified_split(labels, {fraction}, {seed})"
    train, held_out = split_of(impl, labels.to(device), fraction, seed, call)

    for name, side in (("train", train), ("held_out", held_out)):
        expect.value(side.dim(), 1, call=f"number of axes of {name}, where {name} is of {call}", labels=labels)
        expect.value(side.dtype, torch.int64, call=f"dtype of {name}, where {name} is of {call}", labels=labels)
        expect.value(side.device, device, call=f"device of {name}, where {name} is of {call}", labels=labels)
    everything = sorted([*train.tolist(), *held_out.tolist()])
    expect.value(everything, list(range(len(labels))), call=f"all indices, sorted, of {call}", labels=labels)
    counts = {label: round(fraction * labels.tolist().count(label)) for label in sorted(set(labels.tolist()))}
    expect.value(held_out_of_each(labels, held_out), counts, call=f"held out of each class by {call}", labels=labels)


def test_stratified_split_takes_any_numbers_as_classes(impl, device):
    labels = torch.tensor([1000000, -7, 1000000, -7, 40, 40, 40, 40], device=device)

    _, held_out = split_of(impl, labels, 0.5, 0, "stratified_split(labels, 0.5, 0)")

    actual = held_out_of_each(labels, held_out)
    expect.value(actual, {-7: 1, 40: 2, 1000000: 1}, call="held out of each class", labels=labels)


def test_stratified_split_of_no_samples_is_empty(impl, device):
    labels = torch.zeros(0, dtype=torch.int64, device=device)

    sides = split_of(impl, labels, 0.5, 0, "stratified_split(<(0,)>, 0.5, 0)")

    for at, side in enumerate(sides):
        expect.tensor(side, labels, call=f"stratified_split(<(0,)>, 0.5, 0)[{at}]")


def test_stratified_split_is_the_same_at_every_call(impl, probe, device):
    labels = torch.tensor(MIXED * 5, device=device)

    first, second = (
        probe(iris_probes.with_global_seed, world, impl.stratified_split, labels.clone(), 0.4, 11) for world in (1, 2)
    )

    for name, one, other in zip(("train", "held_out"), first, second, strict=True):
        expected = torch.tensor(sorted(one.tolist()), device=device)
        expect.tensor(other.sort().values, expected, call=f"{name}, sorted, of a second call with the same arguments")


def test_stratified_split_chooses_anew_with_another_seed(impl, device):
    labels = torch.tensor([0, 1] * 20, device=device)

    chosen = [split_of(impl, labels, 0.5, seed, f"stratified_split(labels, 0.5, {seed})")[1] for seed in range(3)]

    different = len({tuple(sorted(side.tolist())) for side in chosen})
    expect.value(different, 3, call="number of different held-out sets for the seeds 0, 1 and 2", labels=labels)


def test_stratified_split_may_hold_out_any_sample(impl):
    labels = torch.tensor([0, 0, 0, 0, 1, 1])

    # A sample that is chosen by half is never chosen by 40 seeds once in 10 ** 12.
    chosen = [split_of(impl, labels, 0.5, seed, f"stratified_split(labels, 0.5, {seed})")[1] for seed in range(40)]

    ever = sorted(set(torch.cat(chosen).tolist()))
    expect.value(ever, [0, 1, 2, 3, 4, 5], call="all that stratified_split(labels, 0.5, seed) ever holds out", seeds=40)


def test_stratified_split_may_hold_out_any_pair(impl):
    labels = torch.tensor([2, 2, 2, 2])

    # One of six equally likely pairs never comes for 100 seeds less than once in 10 ** 7.
    chosen = [split_of(impl, labels, 0.5, seed, f"stratified_split(labels, 0.5, {seed})")[1] for seed in range(100)]

    ever = sorted({tuple(sorted(side.tolist())) for side in chosen})
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    expect.value(ever, pairs, call="all pairs that stratified_split(labels, 0.5, seed) ever holds out", labels=labels)


def test_stratified_split_chooses_independently_in_each_class(impl):
    labels = torch.tensor([0] * 8 + [1] * 8)

    alike = 0
    for seed in range(10):
        _, held_out = split_of(impl, labels, 0.5, seed, f"stratified_split(labels, 0.5, {seed})")
        indices = sorted(held_out.tolist())
        alike += [index + 8 for index in indices if index < 8] == [index for index in indices if index >= 8]

    # One seed in 70 is alike by chance.
    got = f"the same places in both classes for {alike} of 10 seeds"
    expect.that(alike < 5, call="stratified_split(labels, 0.5, seed)", got=got, should_be="a choice for each class")


@pytest.mark.parametrize("fraction", [-0.1, 1.1, 2, -1, math.nan])
@pytest.mark.parametrize("samples", [0, 3])
def test_stratified_split_refuses_a_fraction_outside_0_to_1(impl, device, fraction, samples):
    labels = torch.zeros(samples, dtype=torch.int64, device=device)

    with expect.raises(ValueError, match="fraction", call=f"stratified_split(labels, {fraction}, 0)", labels=labels):
        impl.stratified_split(labels, fraction, 0)


@promises.LAYOUTS
def test_stratified_split_accepts_any_memory_layout(impl, device, layout):
    labels = layout(torch.tensor(MIXED, device=device))

    _, held_out = split_of(impl, labels, 0.5, 0, "stratified_split(labels, 0.5, 0)")

    counts = {label: round(0.5 * labels.tolist().count(label)) for label in sorted(set(labels.tolist()))}
    expect.value(held_out_of_each(labels, held_out), counts, call="held out of each class", labels=labels)


def test_stratified_split_leaves_the_global_random_state_untouched(impl, probe, device):
    args = torch.tensor(MIXED, device=device), 0.5, 20260

    promises.random_state_untouched(probe, impl.stratified_split, *args, call="stratified_split(labels, 0.5, 20260)")


def test_stratified_split_leaves_the_labels_unchanged(impl, probe, device):
    args = torch.tensor(MIXED, device=device), 0.5, 0

    promises.unchanged(probe, impl.stratified_split, *args, call="stratified_split(labels, 0.5, 0)")


# -- IrisMLP -------------------------------------------------------------------------------------------------

X = torch.tensor(
    [[5.1, 3.5, 1.4, 0.2], [-2.0, 0.5, 3.0, 1.0], [0.0, -1.0, 0.25, -3.0], [7.0, 3.2, 4.7, 1.4], [1.0, 4.0, -2.0, 0.5]]
)


@pytest.mark.parametrize("hidden", [1, 2, 5, 16, 40])
def test_IrisMLP_has_the_parameters_of_two_linear_layers(impl, probe, hidden):
    model = probe(iris_probes.made, impl.IrisMLP, hidden)

    actual = probe(iris_probes.parameter_shapes, model)

    expected = sorted([(hidden, 4), (hidden,), (3, hidden), (3,)])
    expect.value(actual, expected, call=f"shapes of the parameters of IrisMLP({hidden}), sorted")


def test_IrisMLP_has_131_parameters_by_default(impl, probe):
    shapes = probe(iris_probes.parameter_shapes, probe(iris_probes.made, impl.IrisMLP))

    expect.value(sum(math.prod(shape) for shape in shapes), 131, call="how many numbers IrisMLP() learns")


def test_IrisMLP_takes_hidden_by_name(impl, probe):
    shapes = probe(iris_probes.parameter_shapes, probe(iris_probes.made, impl.IrisMLP, hidden=2))

    expect.value(sum(math.prod(shape) for shape in shapes), 19, call="how many numbers IrisMLP(hidden=2) learns")


@pytest.mark.parametrize("batch", [0, 1, 2, 3, 5])
def test_IrisMLP_gives_three_scores_for_each_sample(impl, probe, device, batch):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)

    actual = probe(iris_probes.scores, model, X[:batch].to(device, copy=True))

    call = f"IrisMLP()(x), x of shape ({batch}, 4)"
    expect.value(tuple(actual.shape), (batch, 3), call=f"shape of {call}")
    expect.value(actual.dtype, torch.float32, call=f"dtype of {call}")
    expect.value(actual.device, device, call=f"device of {call}")


def test_IrisMLP_gives_a_sample_the_same_scores_in_any_batch(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)

    together = probe(iris_probes.scores, model, X.to(device, copy=True))

    for i in range(len(X)):
        alone = probe(iris_probes.scores, model, X[i : i + 1].to(device, copy=True))
        expect.tensor(alone, together[i : i + 1].cpu().to(device), call=f"IrisMLP()(x[{i}:{i + 1}])", x=X)


def test_IrisMLP_has_an_activation_between_its_layers(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)
    x = X.to(device, copy=True)

    parts = [probe(iris_probes.scores, model, given) for given in (x, x.flip(0), x * 0, x + x.flip(0))]

    gap = float((parts[0] + parts[1] - parts[2] - parts[3]).abs().max())
    call = "IrisMLP()(a) + IrisMLP()(b) - IrisMLP()(0) and IrisMLP()(a + b)"
    expect.that(gap > 1e-3, call=call, got="the same", should_be="different: the model is not linear", a=X)


@pytest.mark.parametrize("amount", [[-50.0, 0.5, 7.0], [40.0, 30.0, -20.0]], ids=str)
def test_IrisMLP_gives_logits(impl, probe, device, amount):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)
    x, amount = X.to(device, copy=True), torch.tensor(amount, device=device)

    before = probe(iris_probes.scores, model, x).cpu()
    after = probe(iris_probes.with_bias_moved, model, x, amount)

    call = "IrisMLP()(x) after something was added to the bias of the last layer"
    expect.tensor(after, (before + amount.cpu()).to(device), call=call, added=amount, x=X)


def test_IrisMLP_gets_a_gradient_in_every_parameter(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)

    actual = probe(
        iris_probes.without_gradient, model, X.to(device, copy=True), torch.tensor([0, 1, 2, 1, 0]).to(device)
    )

    expect.value(actual, [], call="shapes of the parameters of IrisMLP() that get no gradient")


def test_IrisMLP_computes_the_same_in_training_and_evaluation(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)
    x = X.to(device, copy=True)

    in_training = probe(iris_probes.scores, model, x)
    model.eval()
    in_evaluation = probe(iris_probes.scores, model, x)

    expect.tensor(in_evaluation, in_training.cpu().to(device), call="IrisMLP().eval()(x)", x=X)


def test_IrisMLP_computes_in_the_dtype_of_its_parameters(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)
    narrow = probe(iris_probes.scores, model, X.to(device, copy=True))
    model.double()

    actual = probe(iris_probes.scores, model, X.double().to(device))

    call = "IrisMLP().double()(x.double())"
    expect.tensor(actual, wide(narrow).to(device), call=call, rtol=1e-4, atol=1e-4, x=X)


def test_IrisMLP_leaves_its_input_unchanged(impl, probe, device):
    model = probe(iris_probes.made, impl.IrisMLP, device=device)

    promises.unchanged(probe, iris_probes.scores, model, X.to(device, copy=True), call="IrisMLP()(x)")


# -- train_iris ----------------------------------------------------------------------------------------------

TRAIN = "train_iris(features, labels, seed)"

# What depends on weights, epochs or optimizer is said in words here, for it differs in every right answer and in
# every style of a wrong one.


def expect_losses(losses, call):
    """Expect a list of floats, at least two."""
    __tracebackhide__ = True
    is_list = type(losses) is list and len(losses) >= 2 and all(type(loss) is float for loss in losses)
    items = sorted({type(loss).__name__ for loss in losses}) if type(losses) is list else []
    got = f"a list of {', '.join(items)}" if len(items) and len(losses) >= 2 else losses
    expect.that(is_list, call=call, got=got, should_be="a list of at least two floats")


def share_right(scores, labels, rows):
    """The share of these rows that the scores get right."""
    hits = scores.cpu()[rows].argmax(dim=1) == labels[rows]
    return int(hits.sum()) / len(rows)


def alike(one, other, rtol=1e-4, atol=1e-4):
    """Whether two tensors are of one shape and near each other; NaN is near nothing."""
    one, other = (wide(torch.as_tensor(numbers)) for numbers in (one, other))
    return one.shape == other.shape and torch.allclose(one, other, rtol=rtol, atol=atol)


def test_train_iris_recognises_flowers_that_it_has_not_seen(impl, probe):
    features, labels = iris_files.flowers()

    shares = []
    for seed in range(5):
        found = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), seed)
        shares.append(share_right(found["scores"], labels, found["held_out"].tolist()))

    call = "share of held-out flowers that the models of the seeds 0 to 4 get right"
    enough = sum(shares) >= 4.5 and min(shares) >= 0.8
    should_be = "at least 90 % on average, and at least 80 % for each seed"
    got = ", ".join(f"{share:.0%}" for share in shares)
    expect.that(enough, call=call, got=got, should_be=should_be, known_as="too few")


def test_train_iris_gives_a_loss_that_falls(impl, probe):
    features, labels = iris_files.flowers()

    found = probe(iris_probes.trained, impl.train_iris, features, labels, 0)

    losses, call = found["loss"], f'{TRAIN}[1]["loss"]'
    expect_losses(losses, call)
    got = f"{losses[0]:.4g} at first and {losses[-1]:.4g} at last"
    known_as = "at last less than at first, but not less than half" if losses[-1] < losses[0] else "at last no less"
    should_be = "at last less than half of the first"
    expect.that(losses[-1] < losses[0] / 2, call=call, got=got, should_be=should_be, known_as=known_as)


def test_train_iris_gives_the_mean_cross_entropy_as_its_loss(impl, probe):
    features, labels = iris_files.flowers()

    found = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), 0)

    held_out = set(found["held_out"].tolist())
    rows = [row for row in range(150) if row not in held_out]
    entropy = float(functional.cross_entropy(wide(found["scores"])[rows], labels[rows]))
    expect_losses(found["loss"], f'{TRAIN}[1]["loss"]')
    near = abs(found["loss"][-1] - entropy) < 0.2
    got, call = f"{found['loss'][-1]:.4g}", f'{TRAIN}[1]["loss"][-1]'
    known_as = "more than 0.2 away from it" if found["loss"][0] < 20 else "as much as a sum over all flowers"
    should_be = f"near {entropy:.4g}, the finished model's mean cross entropy of the flowers that it was trained on"
    expect.that(near, call=call, got=got, should_be=should_be, known_as=known_as)


def test_train_iris_measures_itself_on_the_held_out_flowers(impl, probe):
    features, labels = iris_files.flowers()

    told, true = [], []
    for seed in (3, 5, 8):
        found = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), seed)
        share, call = found["accuracy"], f'{TRAIN}[1]["accuracy"]'
        expect.that(type(share) is float, call=call, got=f"of type {type(share).__name__}", should_be="a float")
        told.append(share)
        true.append(share_right(found["scores"], labels, found["held_out"].tolist()))

    same = all(abs(one - other) < 1e-6 for one, other in zip(told, true, strict=True))
    got, rights = (", ".join(f"{share:.4g}" for share in shares) for shares in (told, true))
    should_be = f"{rights}, the shares of held-out flowers that model(features) gets right"
    expect.that(same, call=f"{call} with the seeds 3, 5 and 8", got=got, should_be=should_be, known_as="another share")


@pytest.mark.parametrize(("counts", "expected"), [((50, 50, 50), (17, 17, 17)), ((4, 10, 8), (1, 3, 3))], ids=str)
def test_train_iris_holds_out_a_third_of_each_class(impl, probe, counts, expected):
    features, labels = iris_files.flowers()
    rows = [50 * label + i for i in range(50) for label in range(3) if i < counts[label]]  # species by turns
    features, labels = features[rows], labels[rows]

    found = probe(iris_probes.trained, impl.train_iris, features, labels, 1)

    held_out, call = found["held_out"], f'{TRAIN}[1]["held_out"]'
    expect.value(type(held_out).__name__, "Tensor", call=f"type of {call}")
    expect.value(held_out.dtype, torch.int64, call=f"{call}.dtype")
    expect.value(tuple(held_out.shape), (sum(expected),), call=f"shape of {call}")
    expect.value(len(set(held_out.tolist())), sum(expected), call=f"how many different flowers are in {call}")
    counts = list(held_out_of_each(labels, held_out).values())
    told, thirds = ("{}, {} and {} of the three classes".format(*each) for each in (counts, expected))
    expect.that(told == thirds, call=call, got=told, should_be=thirds, known_as="other shares of the classes")


def test_train_iris_learns_nothing_from_the_features_of_held_out_flowers(impl, probe):
    features, labels = iris_files.flowers(every=5)
    known = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), 2)
    unknown = features.clone()
    unknown[known["held_out"]] = math.nan

    found = probe(iris_probes.trained, impl.train_iris, unknown, labels.clone(), 2, look_at=features.clone())

    call = "train_iris(features, labels, 2) with NaN in all held-out rows"
    got = "NaN" if any(map(math.isnan, found["loss"])) else "other losses"
    should_be = "the same as without NaN"
    same = alike(found["loss"], known["loss"])
    expect.that(same, call=f'"loss" of {call}', got=got, should_be=should_be)
    got = "NaN for each flower" if bool(found["scores"].isnan().all()) else "other scores"
    same = alike(found["scores"], known["scores"])
    expect.that(same, call=f"scores of the model of {call}", got=got, should_be=should_be)


def test_train_iris_does_not_train_on_held_out_flowers(impl, probe):
    features, labels = iris_files.flowers(every=5)
    known = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), 2)
    held_out = sorted(known["held_out"].tolist())
    mixed = features.clone()
    mixed[held_out] = features[[*held_out[3:], *held_out[:3]]]  # each gets features of another species

    found = probe(iris_probes.trained, impl.train_iris, mixed, labels.clone(), 2, look_at=features.clone())

    # Mean and deviation of all flowers are as before, but for rounding: those who take them fail elsewhere.
    same = alike(found["loss"], known["loss"], 1e-2, 1e-2)
    call = '"loss" of train_iris(features, labels, 2) once the features of held-out flowers have changed places'
    expect.that(same, call=call, got="other losses", should_be="the same losses as before")


def test_train_iris_gives_the_same_for_the_same_arguments(impl, probe):
    features, labels = iris_files.flowers(every=5)

    one, other = (
        probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), 4, world=world)
        for world in (1, 2)
    )

    call = "train_iris(features, labels, 4) for the second time, after other global seeds"
    same = sorted(one["held_out"].tolist()) == sorted(other["held_out"].tolist())
    should_be = "the same as at the first time"
    expect.that(same, call=f'"held_out", sorted, of {call}', got="other flowers", should_be=should_be)
    same = alike(one["loss"], other["loss"])
    expect.that(same, call=f'"loss" of {call}', got="other losses", should_be=should_be)
    same = alike(one["scores"], other["scores"])
    expect.that(same, call=f"scores of the model of {call}", got="other scores", should_be=should_be)


def test_train_iris_splits_anew_with_another_seed(impl, probe):
    features, labels = iris_files.flowers(every=5)

    found = [probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), seed) for seed in range(3)]

    different = len({tuple(sorted(one["held_out"].tolist())) for one in found})
    expect.value(different, 3, call="number of different held-out sets for the seeds 0, 1 and 2")


def test_train_iris_begins_anew_with_another_seed(impl, probe):
    features, labels = iris_files.flowers(every=5)

    found = [probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), seed) for seed in range(3)]

    gaps = [float((found[i]["scores"] - found[i - 1]["scores"]).abs().max()) for i in range(3)]
    should_be = "other scores for each of the seeds 0, 1 and 2"
    expect.that(min(gaps) > 1e-4, call="train_iris(features, labels, seed)", got="the same model", should_be=should_be)


def expect_the_same_scores(impl, probe, stretch, shift):
    """Expect a model that sees no difference when the measures are stretched and shifted."""
    __tracebackhide__ = True
    features, labels = iris_files.flowers()
    rows = [*range(7), *range(50, 58), *range(100, 109)]  # 16 of them are trained on: their means are exact
    features, labels = (features[rows] * 8).round() / 8, labels[rows]
    stretch, shift = torch.tensor(stretch), torch.tensor(shift)

    plain = probe(iris_probes.trained, impl.train_iris, features.clone(), labels.clone(), 0)
    other = probe(iris_probes.trained, impl.train_iris, features * stretch + shift, labels.clone(), 0)

    same = alike(other["scores"], plain["scores"], 1e-2, 5e-2)
    call = "scores of the model of train_iris(features * stretch + shift, labels, 0)"
    should_be = "the scores of the model of train_iris(features, labels, 0)"
    expect.that(same, call=call, got="other scores", should_be=should_be, stretch=stretch, shift=shift)


def test_train_iris_standardizes_each_measure_by_itself(impl, probe):
    expect_the_same_scores(impl, probe, [2.0, 8.0, 4.0, 16.0], [16.0, -32.0, 64.0, 8.0])


def test_train_iris_takes_measures_in_any_unit(impl, probe):
    unit = 2.0**-30  # a power of two: nothing is rounded

    expect_the_same_scores(impl, probe, [unit] * 4, [unit * 16] * 4)


def test_train_iris_gives_a_model_in_evaluation_mode(impl, probe):
    found = probe(iris_probes.trained, impl.train_iris, *iris_files.flowers(every=5), 0)

    expect.value(found["is_module"], True, call=f"is {TRAIN}[0] a module?")
    expect.value(len(found["training"]) > 0, False, call=f"is {TRAIN}[0], or a module in it, in training mode?")


def test_train_iris_gives_a_model_of_single_flowers(impl, probe):
    together, alone = probe(iris_probes.one_by_one, impl.train_iris, *iris_files.flowers(every=5), 0)

    other = len(together) - sum(alike(one, row) for one, row in zip(alone, together, strict=True))
    odd = "NaN" if bool(alone.isnan().all()) else "other scores"
    got = f"{odd} for {other} of {len(together)} flowers"
    call = "model(features[i:i + 1]) for each i"
    expect.that(other == 0, call=call, got=got, should_be="the same rows as in model(features)")


def test_train_iris_keeps_all_that_it_learned_in_the_state_dict(impl, probe):
    first, second = probe(iris_probes.exchanged, impl.train_iris, *iris_files.flowers(every=5), seeds=(0, 1))

    call = "scores of another model once it has loaded the state_dict of the first"
    same = alike(first, second)
    expect.that(same, call=call, got="other scores than those of the first", should_be="the scores of the first")


def test_train_iris_stays_on_the_device_of_the_flowers(impl, probe, device):
    features, labels = (part.to(device) for part in iris_files.flowers(every=10))

    found = probe(iris_probes.trained, impl.train_iris, features, labels, 0)

    scores, call = found["scores"], f"{TRAIN}[0](features)"
    expect.value(tuple(scores.shape), (15, 3), call=f"shape of {call}")
    expect.value(scores.device, device, call=f"{call}.device")
    expect.value(found["held_out"].device, device, call=f'{TRAIN}[1]["held_out"].device')


def test_train_iris_leaves_the_global_random_state_untouched(impl, probe):
    # A seed that nothing else has used: seeding again with the same one would move nothing.
    promises.random_state_untouched(probe, impl.train_iris, *iris_files.flowers(every=5), 20260, call=TRAIN)


def test_train_iris_leaves_the_flowers_unchanged(impl, probe):
    promises.unchanged(probe, impl.train_iris, *iris_files.flowers(every=5), 0, call=TRAIN)
