"""Specs of the topic `epochs`."""

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, DistributedSampler, Sampler, TensorDataset

from tests import dataset_probes, epochs_probes, expect, probes, promises


def rows(count, columns, device="cpu", dtype=torch.float32):
    """Features that tell their row and column: 10, 11, 12 in the first row, 20, 21, 22 in the second."""
    numbers = 10 * torch.arange(1, count + 1)[:, None] + torch.arange(columns)
    return numbers.to(dtype).to(device)


def numbers(count, device="cpu"):
    """The number of each row, from 1."""
    return torch.arange(1, count + 1).to(device)


def order(count, epoch, seed):
    """The order that PyTorch's own sampler for several machines gives, as a list."""
    sampler = DistributedSampler(range(count), num_replicas=1, rank=0, seed=seed)
    sampler.set_epoch(epoch)
    return list(sampler)


def stream(count, epochs, seed):
    """The orders of the first epochs, one after another."""
    return [index for epoch in range(epochs) for index in order(count, epoch, seed)]


# -- shuffle_together ----------------------------------------------------------------------------------------

SHUFFLE = "shuffle_together(features, labels, seed={})"


def expect_shuffled(actual, features, labels, call):
    """Expect all rows with their labels; `labels` are those of `numbers`, so they tell the order."""
    __tracebackhide__ = True
    is_pair = isinstance(actual, tuple) and len(actual) == 2
    expect.that(is_pair, call=call, got=actual, should_be="a tuple (features, labels)")
    expect.tensor(actual[1].sort().values, labels.sort().values, call=f"{call}[1], sorted")
    places = (actual[1][:, None] == labels).int().argmax(dim=1) if len(labels) else labels
    expect.tensor(actual[0], features[places], call=f"{call}[0]", labels=actual[1])


@pytest.mark.parametrize("count", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("seed", [0, 1, 12345, 2**31 - 1])
def test_shuffle_together_keeps_each_row_with_its_label(impl, device, count, seed):
    features, labels = rows(count, 3, device), numbers(count, device)

    actual = impl.shuffle_together(features, labels, seed)

    expect_shuffled(actual, features, labels, call=SHUFFLE.format(seed))


def test_shuffle_together_takes_no_samples(impl, device):
    features, labels = rows(0, 3, device), numbers(0, device)

    actual = impl.shuffle_together(features, labels, 0)

    expect_shuffled(actual, features, labels, call=SHUFFLE.format(0))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_shuffle_together_keeps_the_dtype_of_both(impl, device, dtype):
    features = (rows(5, 2, device) % 3).to(dtype)
    labels = numbers(5, device)

    shuffled, order = impl.shuffle_together(features, labels, 3)
    again, shuffled_labels = impl.shuffle_together(labels, features, 3)

    call = SHUFFLE.format(3)
    expect.tensor(shuffled, features[order - 1], call=f"{call}[0]", order=order)
    expect.tensor(again, order, call=f"{call}[0]")
    expect.tensor(shuffled_labels, features[order - 1], call=f"{call}[1]", order=order)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((5,), id="numbers"),
        pytest.param((5, 1), id="one-column"),
        pytest.param((5, 5), id="square"),
        pytest.param((5, 2, 4, 3), id="images"),
        pytest.param((5, 0), id="no-columns"),
    ],
)
def test_shuffle_together_takes_samples_of_any_shape(impl, device, shape):
    samples = torch.arange(torch.Size(shape).numel()).reshape(shape).to(device)
    labels = numbers(5, device)

    for actual, order in (
        impl.shuffle_together(samples, labels, 4),
        impl.shuffle_together(labels, samples, 4)[::-1],
    ):
        expect.tensor(actual, samples[order - 1], call=SHUFFLE.format(4), order=order)


@promises.LAYOUTS
def test_shuffle_together_takes_tensors_of_any_memory_layout(impl, device, layout):
    features, labels = layout(rows(5, 3, device)), layout(numbers(5, device))

    actual = impl.shuffle_together(features, labels, 4)

    places = impl.shuffle_together(numbers(5, device), numbers(5, device), 4)[0] - 1
    call = SHUFFLE.format(4)
    expect.tensor(actual[0], features[places], call=f"{call}[0]")
    expect.tensor(actual[1], labels[places], call=f"{call}[1]")


def test_shuffle_together_gives_the_same_order_for_the_same_seed(impl, probe, device):
    first = impl.shuffle_together(rows(20, 2, device), numbers(20, device), 7)
    probe(torch.manual_seed, 1)
    again = impl.shuffle_together(rows(20, 2, device), numbers(20, device), 7)
    probe(torch.manual_seed, 2)
    other = impl.shuffle_together(-rows(20, 4, dtype=torch.float64), numbers(20), 7)

    call = f"{SHUFFLE.format(7)}[1]"
    expect.tensor(again[1], first[1], call=f"{call} once more")
    expect.tensor(other[1], first[1].cpu(), call=f"{call} for other features on the CPU")


def test_shuffle_together_gives_another_order_for_another_seed(impl, device):
    first, *others = [impl.shuffle_together(rows(20, 2, device), numbers(20, device), seed)[1] for seed in range(4)]

    for seed, other in enumerate(others, start=1):
        differs = not torch.equal(first, other)
        got = f"the order of seed 0: {first.tolist()}"
        expect.that(differs, call=SHUFFLE.format(seed), got=got, should_be="another order")


def test_shuffle_together_can_give_every_order(impl, probe):
    drawn = {tuple(order) for order in probe(epochs_probes.orders, impl.shuffle_together, 3, 120)}

    got = f"only {sorted(drawn)}"
    call = SHUFFLE.format("0...119")
    expect.that(len(drawn) == 6, call=call, got=got, should_be="all 6 orders of 3 samples, each for some seeds")


@pytest.mark.parametrize(("features", "labels"), [(3, 2), (2, 3), (1, 3), (3, 1), (3, 0), (0, 1)])
def test_shuffle_together_refuses_unequal_lengths(impl, device, features, labels):
    call = f"shuffle_together(<{features} rows>, <{labels} labels>, 0)"
    with expect.raises(ValueError, match="labels", call=call):
        impl.shuffle_together(rows(features, 2, device), numbers(labels, device), 0)


@pytest.mark.parametrize("count", [1, 4])
def test_shuffle_together_gives_new_tensors(impl, probe, device, count):
    actual = probe(probes.shares_memory, impl.shuffle_together, rows(count, 2, device), numbers(count, device), 0)

    expect.value(actual, False, call=f"do {SHUFFLE.format(0)} and its arguments share memory?")


def test_shuffle_together_leaves_its_inputs_as_they_are(impl, probe, device):
    call = (impl.shuffle_together, rows(5, 2, device), numbers(5, device), 0)

    promises.unchanged(probe, *call, call=SHUFFLE.format(0))


@pytest.mark.parametrize("seed", [0, 5])
def test_shuffle_together_leaves_the_global_random_states(impl, probe, device, seed):
    call = (impl.shuffle_together, rows(5, 2, device), numbers(5, device), seed)

    promises.random_state_untouched(probe, *call, call=SHUFFLE.format(seed))


@pytest.mark.parametrize("part", [0, 1])
def test_shuffle_together_lets_the_gradient_through(impl, probe, device, part):
    features, labels = rows(5, 2, device), rows(5, 2, device) + 0.5

    call = (dataset_probes.result_item, part, impl.shuffle_together, features, labels, 6)
    actual = probe(probes.gradient, *call, wrt=part + 2)

    places = impl.shuffle_together(numbers(5, device), numbers(5, device), 6)[0] - 1
    expected = torch.zeros_like(features)
    expected[places] = probes.upstream_like(features)
    name = ("features", "labels")[part]
    expect.tensor(actual, expected, call=f"gradient of {SHUFFLE.format(6)}[{part}] for {name}", order=places)


def test_shuffle_together_needs_no_loop(impl, probe, device):
    call = (impl.shuffle_together, rows(4, 2, device), numbers(4, device), 0)

    promises.no_loop(probe, *call, call=SHUFFLE.format(0))


# -- epoch_order ---------------------------------------------------------------------------------------------

ORDER = "epoch_order({}, epoch={}, seed={})"


def expect_order(actual, count, epoch, seed):
    __tracebackhide__ = True
    expected = torch.tensor(order(count, epoch, seed), dtype=torch.int64)
    expect.tensor(actual, expected, call=ORDER.format(count, epoch, seed))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 100])
def test_epoch_order_is_the_one_of_the_recipe(impl, count):
    expect_order(impl.epoch_order(count, 3, 40), count, 3, 40)


@given(count=st.integers(0, 30), epoch=st.integers(0, 1000), seed=st.integers(0, 2**31 - 1))
@example(count=9, epoch=0, seed=0)
@example(count=9, epoch=0, seed=5)
@example(count=9, epoch=5, seed=0)
@example(count=9, epoch=1_000_000, seed=2**31 - 1)
def test_epoch_order_is_the_one_of_the_recipe_for_any_epoch_and_seed(impl, count, epoch, seed):
    expect_order(impl.epoch_order(count, epoch, seed), count, epoch, seed)


def test_epoch_order_depends_on_no_call_before(impl):
    for epoch in (2, 2, 0, 2, 1, 1):
        expect_order(impl.epoch_order(9, epoch, 7), 9, epoch, 7)


@pytest.mark.parametrize("global_seed", [1, 2])
def test_epoch_order_depends_on_no_global_random_state(impl, probe, global_seed):
    probe(torch.manual_seed, global_seed)

    expect_order(impl.epoch_order(9, 2, 7), 9, 2, 7)


@pytest.mark.parametrize(("epoch", "seed"), [(0, 0), (3, 5)])
def test_epoch_order_leaves_the_global_random_states(impl, probe, epoch, seed):
    promises.random_state_untouched(probe, impl.epoch_order, 9, epoch, seed, call=ORDER.format(9, epoch, seed))


# -- train_batches -------------------------------------------------------------------------------------------

TRAIN = "train_batches(dataset, batch_size={}, epochs={}, seed={})"


def batches_of(impl, probe, dataset, batch_size, epochs, seed):
    """All that `train_batches` gives, or 50 of it."""
    return probe(epochs_probes.first, 50, impl.train_batches, dataset, batch_size, epochs, seed)


def epochs_of(impl, probe, count, batch_size, epochs, seed):
    """The samples of each epoch in the order in which they come, for a dataset of the numbers below `count`."""
    found = [[] for _ in range(epochs)]
    for epoch, batch in batches_of(impl, probe, range(count), batch_size, epochs, seed):
        found[epoch] += batch.tolist()
    return found


@pytest.mark.parametrize(
    ("count", "batch_size", "epochs", "sizes"),
    [
        pytest.param(5, 2, 3, [2, 2, 1], id="ragged"),
        pytest.param(6, 3, 2, [3, 3], id="even"),
        pytest.param(3, 1, 2, [1, 1, 1], id="single-samples"),
        pytest.param(3, 3, 2, [3], id="one-batch"),
        pytest.param(3, 8, 2, [3], id="batch-larger-than-dataset"),
        pytest.param(1, 2, 3, [1], id="one-sample"),
        pytest.param(5, 2, 1, [2, 2, 1], id="one-epoch"),
        pytest.param(5, 2, 0, [], id="no-epoch"),
    ],
)
def test_train_batches_numbers_epochs_and_ends_each_with_a_ragged_batch(impl, probe, count, batch_size, epochs, sizes):
    found = batches_of(impl, probe, range(count), batch_size, epochs, 1)

    call = TRAIN.format(batch_size, epochs, 1)
    are_pairs = all(isinstance(one, tuple) and len(one) == 2 for one in found)
    expect.that(are_pairs, call=call, got=found, should_be="tuples (epoch, batch)")
    actual = [(epoch, len(batch)) for epoch, batch in found]
    expected = [(epoch, size) for epoch in range(epochs) for size in sizes]
    expect.value(actual, expected, call=f"[(epoch, len(batch)) for epoch, batch in {call}]", samples=count)


@given(count=st.integers(1, 9), batch_size=st.integers(1, 10), seed=st.integers(0, 2**31 - 1))
def test_train_batches_gives_every_sample_once_an_epoch(impl, probe, count, batch_size, seed):
    found = epochs_of(impl, probe, count, batch_size, 2, seed)

    call = f"the samples of each epoch of {TRAIN.format(batch_size, 2, seed)}, sorted"
    expect.value([sorted(epoch) for epoch in found], [list(range(count))] * 2, call=call)


def test_train_batches_collates_pairs_on_their_device(impl, probe, device):
    features, labels = rows(5, 2, device, torch.float64), numbers(5, device)

    found = batches_of(impl, probe, probe(TensorDataset, features, labels), 2, 2, 1)

    call = TRAIN.format(2, 2, 1)
    expect.value([len(batch) for _, batch in found], [2] * 6, call=f"parts of each batch of {call}")
    for _, batch in found:
        expect.tensor(batch[0], features[batch[1] - 1], call=f"features in a batch of {call}", labels=batch[1])
    for epoch in (0, 1):
        actual = torch.cat([batch[1] for number, batch in found if number == epoch]).sort().values
        expect.tensor(actual, labels, call=f"labels in epoch {epoch} of {call}, sorted")


def test_train_batches_takes_any_dataset_and_asks_for_ints(impl, probe):
    found = batches_of(impl, probe, probe(dataset_probes.KeyedDataset, 5), 3, 1, 1)

    call = TRAIN.format(3, 1, 1)
    for _, batch in found:
        names = [f"no. {number:.0f}" for number in batch[0].tolist()]
        expect.value(list(batch[1]), names, call=f"names in a batch of {call}", numbers=batch[0])
    drawn = torch.cat([batch[0] for _, batch in found]).sort().values
    expect.tensor(drawn, torch.arange(5.0, dtype=torch.float64), call=f"numbers of {call}, sorted")


def test_train_batches_collates_samples_that_are_dicts(impl, probe):
    dataset = [{"text": f"no. {i}", "label": i} for i in range(3)]

    ((_, batch),) = batches_of(impl, probe, dataset, 3, 1, 1)

    call = TRAIN.format(3, 1, 1)
    names = [f"no. {label}" for label in batch["label"].tolist()]
    expect.value(list(batch["text"]), names, call=f'batch["text"] of {call}', labels=batch["label"])


@pytest.mark.parametrize("batch_size", [4, 20])
def test_train_batches_shuffles_anew_in_every_epoch(impl, probe, batch_size):
    found = epochs_of(impl, probe, 20, batch_size, 3, 1)

    call = TRAIN.format(batch_size, 3, 1)
    for i, epoch in enumerate(found):
        other = [list(range(20)), *found[:i]]
        expect.that(epoch not in other, call=f"epoch {i} of {call}", got=epoch, should_be="an order of its own")


def test_train_batches_mixes_other_samples_in_every_epoch(impl, probe):
    found = batches_of(impl, probe, range(20), 4, 2, 1)

    first, second = ({frozenset(b.tolist()) for e, b in found if e == epoch} for epoch in (0, 1))
    neighbours = {frozenset(range(i, i + 4)) for i in range(0, 20, 4)}
    call = TRAIN.format(4, 2, 1)
    for i, batches in enumerate((first, second)):
        got = f"the batches {sorted(map(sorted, batches))}"
        differs = batches not in (neighbours, *(first, second)[:i])
        expect.that(differs, call=f"epoch {i} of {call}", got=got, should_be="samples mixed across batches")


@pytest.mark.parametrize("epoch", [0, 1])
def test_train_batches_can_give_every_order(impl, probe, epoch):
    call = (epochs_probes.first_of_each, 2, impl.train_batches, range(3), 3, 2)
    found = probe(*call, seeds=120)

    drawn = {tuple(batches[epoch][1].tolist()) for batches in found}
    got = f"only {sorted(drawn)}"
    call = f"epoch {epoch} of {TRAIN.format(3, 2, '0...119')}"
    expect.that(len(drawn) == 6, call=call, got=got, should_be="all 6 orders of 3 samples, each for some seeds")


def test_train_batches_gives_the_same_orders_for_the_same_seed(impl, probe):
    probe(torch.manual_seed, 1)
    first = epochs_of(impl, probe, 20, 6, 2, 7)
    probe(torch.manual_seed, 2)

    again = epochs_of(impl, probe, 20, 6, 2, 7)

    expect.value(again, first, call=f"the orders of {TRAIN.format(6, 2, 7)} once more")


@pytest.mark.parametrize("seed", [0, 1, 2, 8])
def test_train_batches_gives_other_orders_for_another_seed(impl, probe, seed):
    first = epochs_of(impl, probe, 20, 5, 1, 7)

    actual = epochs_of(impl, probe, 20, 5, 1, seed)

    call = TRAIN.format(5, 1, seed)
    expect.that(actual != first, call=call, got=f"the order of seed 7: {first[0]}", should_be="another order")


def test_train_batches_gives_the_same_orders_in_batches_of_another_size(impl, probe):
    first = epochs_of(impl, probe, 20, 6, 2, 7)

    actual = epochs_of(impl, probe, 20, 4, 2, 7)

    expect.value(actual, first, call=f"the orders of {TRAIN.format(4, 2, 7)} and of batch_size=6")


def test_train_batches_begins_a_longer_run_like_a_shorter_one(impl, probe):
    first = epochs_of(impl, probe, 20, 6, 2, 7)

    actual = epochs_of(impl, probe, 20, 6, 5, 7)[:2]

    expect.value(actual, first, call=f"the first two orders of {TRAIN.format(6, 5, 7)} and of epochs=2")


def test_train_batches_gives_the_same_orders_for_other_data(impl, probe, device):
    dataset = probe(TensorDataset, rows(20, 2, device))

    found = batches_of(impl, probe, dataset, 6, 2, 7)

    orders = epochs_of(impl, probe, 20, 6, 2, 7)
    for epoch in (0, 1):
        actual = torch.cat([batch[0] for number, batch in found if number == epoch])
        expected = rows(20, 2, device)[orders[epoch]]
        expect.tensor(actual, expected, call=f"epoch {epoch} of {TRAIN.format(6, 2, 7)}", order=orders[epoch])


def test_train_batches_lets_two_iterators_go_on_side_by_side(impl, probe):
    alone = [batch.tolist() for _, batch in batches_of(impl, probe, range(6), 2, 2, 7)]
    pair = [impl.train_batches(range(6), 2, 2, 7) for _ in range(2)]

    both = [[next(iterator)[1].tolist() for iterator in pair] for _ in alone]

    for i in (0, 1):
        actual = [batches[i] for batches in both]
        expect.value(actual, alone, call=f"{TRAIN.format(2, 2, 7)}, taking turns with another one")


def test_train_batches_reads_samples_when_a_batch_is_asked_for(impl, probe):
    dataset = probe(probes.CountingDataset, list(range(7)))

    batches = impl.train_batches(dataset, 3, 2, 1)
    reads = []
    for _ in range(4):
        next(batches)
        reads.append(sum(dataset.reads))

    call = f"samples read after each of the first 4 batches of {TRAIN.format(3, 2, 1)}"
    expect.value(reads, [3, 6, 7, 10], call=call, samples=7)


def test_train_batches_reads_each_sample_once_an_epoch(impl, probe):
    dataset = probe(probes.CountingDataset, list(range(7)))

    batches_of(impl, probe, dataset, 3, 2, 1)

    expect.value(dataset.reads, [2] * 7, call=f"reads of each sample by {TRAIN.format(3, 2, 1)}")


def test_train_batches_reads_nothing_before_the_first_batch(impl, probe):
    dataset = probe(probes.CountingDataset, list(range(7)))

    _batches = impl.train_batches(dataset, 3, 2, 1)

    expect.value(sum(dataset.reads), 0, call=f"samples read by {TRAIN.format(3, 2, 1)} before the first batch")


@pytest.mark.parametrize("seed", [0, 7])
def test_train_batches_leaves_the_global_random_states(impl, probe, seed):
    call = (epochs_probes.first, 50, impl.train_batches, range(5), 2, 2, seed)

    promises.random_state_untouched(probe, *call, call=TRAIN.format(2, 2, seed))


@pytest.mark.parametrize("batch_size", [0, -1])
def test_train_batches_refuses_a_batch_size_below_1(impl, probe, batch_size):
    with expect.raises(ValueError, match="batch_size", call=TRAIN.format(batch_size, 2, 1)):
        batches_of(impl, probe, range(5), batch_size, 2, 1)


def test_train_batches_refuses_a_dataset_without_samples(impl, probe):
    with expect.raises(ValueError, match="dataset", call=TRAIN.format(2, 2, 1)):
        batches_of(impl, probe, probe(dataset_probes.KeyedDataset, 0), 2, 2, 1)


# -- take ----------------------------------------------------------------------------------------------------


def taken(impl, probe, loader, count):
    """What `take` gives, or one more than it should."""
    return probe(epochs_probes.first, count + 1, impl.take, loader, count)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_take_starts_over_when_the_loader_has_ended(impl, probe, count):
    actual = taken(impl, probe, ["a", "b", "c"], count)

    expected = ["a", "b", "c", "a", "b", "c", "a"][:count]
    expect.value(actual, expected, call=f"list(take(['a', 'b', 'c'], {count}))")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_take_repeats_a_loader_of_one_batch(impl, probe, count):
    expect.value(taken(impl, probe, ["a"], count), ["a"] * count, call=f"list(take(['a'], {count}))")


def test_take_runs_the_loader_again_in_each_pass(impl, probe):
    loader = probe(epochs_probes.Passes, 3, 3, 3, 3)

    actual = taken(impl, probe, loader, 8)

    call = "list(take(loader, 8)) of a loader that gives 10, 11, 12, then 20, 21, 22, and so on"
    expect.value(actual, [10, 11, 12, 20, 21, 22, 30, 31], call=call)


def test_take_goes_through_passes_of_unequal_length(impl, probe):
    actual = taken(impl, probe, probe(epochs_probes.Passes, 2, 1, 4), 6)

    call = "list(take(loader, 6)) of a loader that gives 10, 11, then 20, then 30, 31, 32, 33"
    expect.value(actual, [10, 11, 20, 30, 31, 32], call=call)


@pytest.mark.parametrize(("count", "started"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_take_starts_a_pass_only_for_a_batch_that_it_needs(impl, probe, count, started):
    loader = probe(epochs_probes.Passes, 3, 3, 3, 3)

    taken(impl, probe, loader, count)

    expect.value(loader.started, started, call=f"passes that list(take(loader of 3 batches, {count})) starts")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_take_reads_no_batch_after_the_last(impl, probe, count):
    loader = probe(epochs_probes.Passes, 3, 3, 3)

    taken(impl, probe, loader, count)

    expect.value(loader.given, count, call=f"batches that list(take(loader, {count})) reads")


def test_take_reads_a_batch_when_it_is_asked_for(impl, probe):
    loader = probe(epochs_probes.Passes, 3, 3, 3)

    batches = impl.take(loader, 5)
    reads = [loader.given]
    for _ in range(5):
        next(batches)
        reads.append(loader.given)

    call = "batches read by take(loader, 5), before the first is asked for and after each"
    expect.value(reads, [0, 1, 2, 3, 4, 5], call=call)


def test_take_begins_with_a_pass_of_its_own(impl, probe):
    loader = probe(epochs_probes.Passes, 3, 3, 3)

    found = [taken(impl, probe, loader, 2) for _ in range(3)]

    call = "three times list(take(loader, 2)) of a loader that gives 10, 11, 12, then 20, 21, 22, and so on"
    expect.value(found, [[10, 11], [20, 21], [30, 31]], call=call)


def test_take_hands_on_any_batch(impl, probe):
    loader = [0, None, False, [], "", ()]

    actual = taken(impl, probe, loader, 8)

    expect.value(actual, [*loader, 0, None], call=f"list(take({loader}, 8))")


def test_take_hands_on_tensors_as_they_are(impl, probe, device):
    x = rows(2, 3, device)

    actual = taken(impl, probe, [x, -x], 3)

    expect.value(len(actual), 3, call="len(list(take([x, -x], 3)))")
    for i, expected in enumerate((x, -x, x)):
        expect.tensor(actual[i], expected, call=f"batch {i} of take([x, -x], 3)")


def test_take_copies_no_batch(impl, probe, device):
    x = rows(2, 3, device)

    actual = probe(probes.shares_memory, epochs_probes.first, 3, impl.take, [x], 2)

    expect.that(actual, call="list(take([x], 2))", got="other memory", should_be="x itself, not a copy")


@pytest.mark.parametrize("count", [2, 3, 7])
def test_take_steps_through_a_DataLoader(impl, probe, count):
    loader = probe(DataLoader, range(5), batch_size=2)

    actual = [batch.tolist() for batch in taken(impl, probe, loader, count)]

    expected = ([[0, 1], [2, 3], [4]] * 3)[:count]
    expect.value(actual, expected, call=f"list(take(DataLoader(range(5), batch_size=2), {count}))")


def test_take_lets_a_DataLoader_shuffle_anew(impl, probe):
    loader = probe(DataLoader, range(20), batch_size=8, shuffle=True)

    batches = [batch.tolist() for batch in taken(impl, probe, loader, 6)]

    call = "take(DataLoader(range(20), batch_size=8, shuffle=True), 6)"
    first, second = ([index for batch in half for index in batch] for half in (batches[:3], batches[3:]))
    for name, found in (("first", first), ("last", second)):
        expect.value(sorted(found), list(range(20)), call=f"samples in the {name} 3 batches of {call}, sorted")
    expect.that(first != second, call=call, got=f"twice {first}", should_be="another order in each pass")


@pytest.mark.parametrize("count", [1, 4])
def test_take_refuses_a_loader_without_batches(impl, probe, count):
    loader = probe(epochs_probes.Passes, *[0] * 9)

    with expect.raises(ValueError, match="loader", call=f"list(take(loader without batches, {count}))"):
        taken(impl, probe, loader, count)


def test_take_refuses_a_loader_that_cannot_be_started_over(impl, probe):
    loader = probe(epochs_probes.Passes, 3, *[0] * 9)

    batches = impl.take(loader, 5)
    found = [next(batches) for _ in range(3)]

    call = "take(loader, 5) of a loader that gives 10, 11, 12 and then nothing"
    expect.value(found, [10, 11, 12], call=f"the first 3 batches of {call}")
    with expect.raises(ValueError, match="loader", call=f"batch 4 of {call}"):
        next(batches)


@pytest.mark.parametrize("count", [0, 2, 3])
def test_take_takes_from_an_iterator_what_it_has(impl, probe, count):
    loader = probe(iter, ["a", "b", "c"])

    actual = taken(impl, probe, loader, count)

    expect.value(actual, ["a", "b", "c"][:count], call=f"list(take(iter(['a', 'b', 'c']), {count}))")


def test_take_gives_nothing_of_a_loader_without_batches(impl, probe):
    expect.value(taken(impl, probe, [], 0), [], call="list(take([], 0))")


# -- ResumableSampler ----------------------------------------------------------------------------------------

SAMPLER = "ResumableSampler({}, seed={})"


def loop(probe, sampler, count):
    """The indices that one loop over the sampler gives, or one more than it should."""
    return probe(dataset_probes.samples, sampler, limit=count + 1)


def resumed(impl, probe, count, seed, given):
    """A new sampler in the state of one that has given some indices."""
    sampler = impl.ResumableSampler(count, seed)
    probe(epochs_probes.drawn, sampler, given)
    other = impl.ResumableSampler(count, seed)
    other.load_state_dict(sampler.state_dict())
    return other


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 150])
@pytest.mark.parametrize("seed", [0, 7])
def test_ResumableSampler_gives_one_epoch_after_another(impl, probe, count, seed):
    sampler = impl.ResumableSampler(count, seed)

    for epoch in range(3):
        actual = loop(probe, sampler, count)

        call = f"loop {epoch} over {SAMPLER.format(count, seed)}, starting at 0"
        expect.value(actual, order(count, epoch, seed), call=call)


@pytest.mark.parametrize("given", [0, 1, 2, 4, 5, 6, 9, 10, 11, 13])
def test_ResumableSampler_goes_on_where_the_state_was_taken(impl, probe, given):
    epoch, position = divmod(given, 5)
    sampler = resumed(impl, probe, 5, 7, given)

    actual = [loop(probe, sampler, 5) for _ in range(3)]

    call = f"three loops over {SAMPLER.format(5, 7)} with a state taken after {given} indices"
    expected = [order(5, epoch, 7)[position:], order(5, epoch + 1, 7), order(5, epoch + 2, 7)]
    expect.value(actual, expected, call=call)


@pytest.mark.parametrize("epochs", [1, 2])
def test_ResumableSampler_goes_on_after_whole_epochs(impl, probe, epochs):
    sampler = impl.ResumableSampler(5, 7)
    for _ in range(epochs):
        loop(probe, sampler, 5)
    other = impl.ResumableSampler(5, 7)

    other.load_state_dict(sampler.state_dict())

    call = f"loop over {SAMPLER.format(5, 7)} with a state taken after {epochs} loops"
    expect.value(loop(probe, other, 5), order(5, epochs, 7), call=call)


@given(
    count=st.integers(1, 7),
    seed=st.integers(0, 2**31 - 1),
    stops=st.lists(st.integers(0, 15), min_size=1, max_size=4),
)
@example(count=3, seed=0, stops=[2, 2, 2, 2])
@example(count=3, seed=1, stops=[3, 0, 3])
def test_ResumableSampler_gives_the_same_however_often_it_is_resumed(impl, probe, count, seed, stops):
    actual = probe(epochs_probes.interrupted, impl.ResumableSampler, count, seed, stops)

    expected = stream(count, sum(stops) // count + 1, seed)[: sum(stops)]
    call = f"{SAMPLER.format(count, seed)}, resumed by a new one after each of {stops} indices"
    expect.value(actual, expected, call=call)


@pytest.mark.parametrize("given", [1, 3, 4])
def test_ResumableSampler_goes_on_after_a_loop_that_was_left_early(impl, probe, given):
    sampler = impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, sampler, given)

    actual = [loop(probe, sampler, 5) for _ in range(2)]

    call = f"two loops over {SAMPLER.format(5, 7)} after one that was left after {given} indices"
    expect.value(actual, [order(5, 0, 7)[given:], order(5, 1, 7)], call=call)


def test_ResumableSampler_begins_the_next_epoch_after_the_last_index(impl, probe):
    sampler = impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, sampler, 5)

    actual = loop(probe, sampler, 5)

    call = f"loop over {SAMPLER.format(5, 7)} after one that was left after its 5th index"
    expect.value(actual, order(5, 1, 7), call=call)


def test_ResumableSampler_takes_a_state_in_the_middle_of_its_own_loop(impl, probe):
    sampler = impl.ResumableSampler(5, 7)
    state = None
    for i, _ in enumerate(sampler, start=1):
        if i == 3:
            state = sampler.state_dict()
            break
    other = impl.ResumableSampler(5, 7)

    other.load_state_dict(state)

    call = f"loop over {SAMPLER.format(5, 7)} with a state taken inside a loop, at index 3 of 5"
    expect.value(loop(probe, other, 5), order(5, 0, 7)[3:], call=call)


@pytest.mark.parametrize(("given", "before"), [(0, 3), (2, 4), (2, 5), (7, 1), (3, 12)])
def test_ResumableSampler_loads_a_state_whatever_it_gave_before(impl, probe, given, before):
    saved, sampler = impl.ResumableSampler(5, 7), impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, saved, given)
    probe(epochs_probes.drawn, sampler, before)

    returned = sampler.load_state_dict(saved.state_dict())

    expect.value(returned, None, call=f"{SAMPLER.format(5, 7)}.load_state_dict(state)")
    epoch, position = divmod(given, 5)
    actual = [loop(probe, sampler, 5) for _ in range(2)]
    call = f"two loops over {SAMPLER.format(5, 7)} that gave {before} indices and then loaded a state after {given}"
    expect.value(actual, [order(5, epoch, 7)[position:], order(5, epoch + 1, 7)], call=call)


def test_ResumableSampler_gives_a_state_that_stays_as_it_is(impl, probe):
    sampler, other = impl.ResumableSampler(5, 7), impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, sampler, 2)

    other.load_state_dict(probe(epochs_probes.state_before, sampler, 2))

    call = f"loop over {SAMPLER.format(5, 7)} with a state of another one, taken 2 indices before that moved on"
    expect.value(loop(probe, other, 5), order(5, 0, 7)[2:], call=call)


def test_ResumableSampler_leaves_a_loaded_state_as_it_is(impl, probe):
    saved, sampler = impl.ResumableSampler(5, 7), impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, saved, 2)

    changed = probe(probes.changed_inputs, epochs_probes.load_and_draw, sampler, saved.state_dict(), 4)

    call = f"{SAMPLER.format(5, 7)}.load_state_dict(state), and 4 indices more"
    expect.that(1 not in changed, call=call, got="another `state` than before", should_be="`state` as it was")


def test_ResumableSampler_gives_a_state_that_a_file_takes(impl, probe):
    sampler, other = impl.ResumableSampler(5, 7), impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, sampler, 7)

    state = probe(epochs_probes.state_through_file, sampler)
    other.load_state_dict(state)

    call = f"{SAMPLER.format(5, 7)}.state_dict(), saved and read by torch.load with weights_only=True"
    expect.that(isinstance(state, dict), call=call, got=state, should_be="a dict")
    expect.value(loop(probe, other, 5), order(5, 1, 7)[2:], call=f"loop over a sampler that loaded {call}")


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("given", [0, 2, 5])
def test_ResumableSampler_is_as_long_as_an_epoch(impl, probe, count, given):
    sampler = impl.ResumableSampler(count, 7)
    probe(epochs_probes.drawn, sampler, given)

    actual = [len(sampler), len(resumed(impl, probe, count, 7, given))]

    call = f"len of {SAMPLER.format(count, 7)} after {given} indices, and of one that loaded its state"
    expect.value(actual, [count, count], call=call)


@pytest.mark.parametrize(
    ("count", "seed", "name"),
    [
        pytest.param(6, 7, "count", id="more-samples"),
        pytest.param(4, 7, "count", id="fewer-samples"),
        pytest.param(5, 8, "seed", id="next-seed"),
        pytest.param(5, 0, "seed", id="seed-0"),
    ],
)
def test_ResumableSampler_refuses_a_state_of_another_count_or_seed(impl, probe, count, seed, name):
    saved, sampler = impl.ResumableSampler(count, seed), impl.ResumableSampler(5, 7)
    probe(epochs_probes.drawn, saved, 3)
    probe(epochs_probes.drawn, sampler, 1)
    state = saved.state_dict()

    call = f"{SAMPLER.format(5, 7)}.load_state_dict(state of {SAMPLER.format(count, seed)})"
    with expect.raises(ValueError, match=name, call=call):
        sampler.load_state_dict(state)
    expect.value(loop(probe, sampler, 5), order(5, 0, 7)[1:], call=f"loop after {call} was refused")


def test_ResumableSampler_is_independent_of_other_samplers(impl, probe):
    one, two = impl.ResumableSampler(5, 7), impl.ResumableSampler(4, 8)
    found = {5: [], 4: []}

    for indices in (2, 3, 1):
        for sampler, count in ((one, 5), (two, 4)):
            found[count] += probe(epochs_probes.drawn, sampler, indices)

    for count, seed in ((5, 7), (4, 8)):
        call = f"{SAMPLER.format(count, seed)}, taking turns with another one"
        expect.value(found[count], stream(count, 2, seed)[:6], call=call)


def test_ResumableSampler_is_independent_of_the_global_random_state(impl, probe):
    sampler = impl.ResumableSampler(5, 7)

    actual = []
    for global_seed in (1, 2, 3):
        probe(torch.manual_seed, global_seed)
        actual.append(loop(probe, sampler, 5))

    call = f"three loops over {SAMPLER.format(5, 7)}, with a torch.manual_seed before each"
    expect.value(actual, [order(5, epoch, 7) for epoch in range(3)], call=call)


@pytest.mark.parametrize("seed", [0, 7])
def test_ResumableSampler_leaves_the_global_random_states(impl, probe, seed):
    call = (epochs_probes.interrupted, impl.ResumableSampler, 5, seed, [2, 5])

    promises.random_state_untouched(probe, *call, call=f"{SAMPLER.format(5, seed)}, used, saved and resumed")


def test_ResumableSampler_is_a_Sampler(impl, probe):
    actual = probe(isinstance, impl.ResumableSampler(5, 7), Sampler)

    expect.value(actual, True, call=f"isinstance({SAMPLER.format(5, 7)}, Sampler)")


def test_ResumableSampler_shuffles_a_loader_to_the_ragged_last_batch(impl, probe):
    loader = probe(DataLoader, range(5), batch_size=2, sampler=impl.ResumableSampler(5, 7))

    for epoch in (0, 1):
        batches = [batch.tolist() for batch in probe(dataset_probes.samples, loader, limit=4)]

        expected = [order(5, epoch, 7)[i : i + 2] for i in (0, 2, 4)]
        call = f"pass {epoch} of DataLoader(dataset, batch_size=2, sampler={SAMPLER.format(5, 7)})"
        expect.value(batches, expected, call=call)
    expect.value(len(loader), 3, call=f"len(DataLoader(dataset, batch_size=2, sampler={SAMPLER.format(5, 7)}))")


@pytest.mark.parametrize("batches", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("count", [5, 6])
def test_ResumableSampler_resumes_a_loader_after_any_batch(impl, probe, count, batches):
    dataset = range(count)
    sampler, other = impl.ResumableSampler(count, 7), impl.ResumableSampler(count, 7)
    loader = probe(DataLoader, dataset, batch_size=2, sampler=sampler)
    probe(epochs_probes.drawn, loader, batches)

    other.load_state_dict(sampler.state_dict())

    loader = probe(DataLoader, dataset, batch_size=2, sampler=other)
    actual = [batch.tolist() for batch in probe(dataset_probes.samples, loader, limit=4)]
    epoch, done = divmod(batches, 3)
    rest = order(count, epoch, 7)[2 * done :]
    expected = [rest[i : i + 2] for i in range(0, len(rest), 2)]
    call = f"the rest of an epoch of {count} samples in batches of 2, resumed after {batches} batches"
    expect.value(actual, expected, call=call)
