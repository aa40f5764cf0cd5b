"""Specs of the topic `joint_datasets`."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, Dataset, TensorDataset

from tests import dataset_probes, expect, expect_data, probes, promises, strategies


def rows(count, columns, device="cpu", dtype=torch.float32):
    """Features that tell their row and column: 10, 11, 12 in the first row, 20, 21, 22 in the second."""
    numbers = 10 * torch.arange(1, count + 1)[:, None] + torch.arange(columns)
    return numbers.to(dtype).to(device)


def labels_for(count, device="cpu"):
    """The number of each row."""
    return torch.arange(1, count + 1).to(device)


def features_in(samples):
    """The features of samples, as a list of Python numbers."""
    return [float(features) for features, _ in samples]


def expect_plain_sample(actual, features, label, call):
    """Expect the tuple (features, label), neither of them a tensor."""
    __tracebackhide__ = True
    expect.value(expect_data.pair(actual, call, "(features, label)"), (features, label), call=call)


# -- JointDataset --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_JointDataset_pairs_each_row_with_its_label(impl, device, count):
    features, labels = rows(count, 2, device), labels_for(count, device)

    dataset = impl.JointDataset(features, labels)

    for i in range(count):
        expect_data.sample(dataset[i], features[i], labels[i], call=f"JointDataset(features, labels)[{i}]")


@pytest.mark.parametrize("index", [-1, -2, -3])
def test_JointDataset_counts_negative_indices_from_the_end(impl, device, index):
    features, labels = rows(3, 2, device), labels_for(3, device)

    actual = impl.JointDataset(features, labels)[index]

    call = f"JointDataset(features, labels)[{index}]"
    expect_data.sample(actual, features[3 + index], labels[3 + index], call=call)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_JointDataset_has_as_many_samples_as_rows(impl, count):
    actual = len(impl.JointDataset(rows(count, 3), labels_for(count)))

    expect.value(actual, count, call="len(JointDataset(features, labels))", features=rows(count, 3))


@pytest.mark.parametrize(
    ("count", "index"),
    [(3, 3), (3, 4), (3, -4), (1, 1), (1, -2), (0, 0), (0, -1)],
)
def test_JointDataset_refuses_an_index_past_either_end(impl, device, count, index):
    dataset = impl.JointDataset(rows(count, 2, device), labels_for(count, device))

    call = f"JointDataset(features, labels)[{index}]"
    with expect.raises(IndexError, match=f"index|{index}", call=call, samples=count):
        dataset[index]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_JointDataset_ends_a_loop_after_its_last_sample(impl, probe, device, count):
    features, labels = rows(count, 2, device), labels_for(count, device)

    actual = probe(dataset_probes.samples, impl.JointDataset(features, labels), limit=count + 3)

    expect_data.samples(actual, features, labels, call="list(JointDataset(features, labels))")


@pytest.mark.parametrize(("features", "labels"), [(3, 2), (2, 3), (1, 3), (3, 0), (0, 1)])
def test_JointDataset_refuses_unequal_lengths(impl, device, features, labels):
    call = f"JointDataset(<{features} rows>, <{labels} labels>)"
    with expect.raises(ValueError, match="labels", call=call):
        impl.JointDataset(rows(features, 2, device), labels_for(labels, device))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_JointDataset_keeps_the_dtype_of_both(impl, device, dtype):
    features, labels = rows(2, 2, device).to(dtype), labels_for(2, device).to(dtype)

    actual = impl.JointDataset(features, labels)[1]

    expect_data.sample(actual, features[1], labels[1], call="JointDataset(features, labels)[1]")


@pytest.mark.parametrize(
    ("features", "labels"),
    [
        pytest.param((3,), (3,), id="numbers"),
        pytest.param((3, 2), (3, 1), id="label-with-an-axis"),
        pytest.param((3, 1, 4, 5), (3, 2, 2), id="images-and-masks"),
        pytest.param((3, 0), (3,), id="no-features"),
    ],
)
def test_JointDataset_takes_samples_of_any_shape(impl, device, features, labels):
    x = torch.arange(float(np.prod(features))).reshape(features).to(device)
    y = torch.arange(float(np.prod(labels))).reshape(labels).to(device)

    actual = impl.JointDataset(x, y)[2]

    expect_data.sample(actual, x[2], y[2], call=f"JointDataset(<{features}>, <{labels}>)[2]")


@pytest.mark.parametrize("layout", strategies.LAYOUTS)
def test_JointDataset_takes_tensors_of_any_memory_layout(impl, device, layout):
    features, labels = layout(rows(3, 2, device)), layout(labels_for(3, device))

    actual = impl.JointDataset(features, labels)[2]

    expect_data.sample(actual, features[2], labels[2], call="JointDataset(features, labels)[2]")


@promises.LAYOUTS
def test_JointDataset_gives_views_of_the_features(impl, probe, device, layout):
    call = (impl.JointDataset, layout(rows(3, 2, device)), labels_for(3, device), 1)

    actual = probe(probes.shares_memory, dataset_probes.features_of, *call)

    should_be = "a view of `features`, not a copy"
    expect.that(actual, call="JointDataset(features, labels)[1][0]", got="other memory", should_be=should_be)


@promises.LAYOUTS
def test_JointDataset_gives_views_of_the_labels(impl, probe, device, layout):
    call = (impl.JointDataset, rows(3, 2, device), layout(labels_for(3, device)), 1)

    actual = probe(probes.shares_memory, dataset_probes.labels_of, *call)

    should_be = "a view of `labels`, not a copy"
    expect.that(actual, call="JointDataset(features, labels)[1][1]", got="other memory", should_be=should_be)


def test_JointDataset_keeps_samples_attached_to_the_graph(impl, probe, device):
    for at, part in enumerate((dataset_probes.features_of, dataset_probes.labels_of)):
        tensors = rows(3, 2, device), rows(3, 2, device)

        actual = probe(probes.gradient, part, impl.JointDataset, *tensors, 1, wrt=1 + at)

        expected = torch.tensor([[0.0, 0.0], [0.25, 1.5], [0.0, 0.0]], device=device)
        expect.tensor(actual, expected, call=f"gradient of JointDataset(features, labels)[1][{at}]")


def test_JointDataset_leaves_its_tensors_as_they_are(impl, probe, device):
    call = (impl.JointDataset, rows(3, 2, device), labels_for(3, device), 1)

    actual = probe(probes.changed_inputs, dataset_probes.sample_of, *call)

    expect.value(actual, [], call="the arguments that JointDataset(features, labels)[1] changed")


def test_JointDataset_is_a_Dataset(impl, probe):
    actual = probe(isinstance, impl.JointDataset(rows(3, 2), labels_for(3)), Dataset)

    expect.value(actual, True, call="isinstance(JointDataset(features, labels), Dataset)")


@pytest.mark.parametrize("batch_size", [1, 2, 5, 8])
def test_JointDataset_feeds_a_loader_to_the_ragged_last_batch(impl, probe, device, batch_size):
    features, labels = rows(5, 2, device), labels_for(5, device)

    batches = list(probe(DataLoader, impl.JointDataset(features, labels), batch_size=batch_size))

    call = f"list(DataLoader(JointDataset(features, labels), {batch_size=}))"
    expect_data.batches(batches, features, labels, batch_size, call=call)


def test_JointDataset_keeps_pairs_together_in_a_shuffled_loader(impl, probe, device):
    dataset = impl.JointDataset(rows(12, 1, device), labels_for(12, device))

    batches = list(probe(DataLoader, dataset, batch_size=5, shuffle=True))

    call = "DataLoader(JointDataset(features, labels), batch_size=5, shuffle=True)"
    labels = torch.cat([labels.cpu() for _, labels in batches])
    expect.tensor(labels.sort().values, labels_for(12), call=f"all labels of {call}")
    for features, labels in batches:
        expect.tensor(features[:, 0], 10.0 * labels, call=f"features in a batch of {call}")


def test_JointDataset_can_be_pickled(impl, probe):
    features, labels = rows(3, 2), labels_for(3)

    copy = probe(dataset_probes.pickled, impl.JointDataset(features, labels))

    call = "pickle.loads(pickle.dumps(JointDataset(features, labels)))[1]"
    expect_data.sample(copy[1], features[1], labels[1], call=call)


# -- pair ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_pair_pairs_each_row_with_its_label(impl, probe, device, count):
    features, labels = rows(count, 3, device), labels_for(count, device)

    actual = probe(dataset_probes.samples, impl.pair(features, labels), limit=count + 3)

    expect_data.samples(actual, features, labels, call="list(pair(features, labels))")


def test_pair_counts_negative_indices_from_the_end(impl, device):
    features, labels = rows(3, 2, device), labels_for(3, device)

    actual = impl.pair(features, labels)[-3]

    expect_data.sample(actual, features[0], labels[0], call="pair(features, labels)[-3]")


@pytest.mark.parametrize("count", [0, 1, 5])
def test_pair_has_as_many_samples_as_rows(impl, count):
    actual = len(impl.pair(rows(count, 3), labels_for(count)))

    expect.value(actual, count, call="len(pair(features, labels))", features=rows(count, 3))


def test_pair_is_a_TensorDataset(impl, probe):
    actual = probe(isinstance, impl.pair(rows(3, 2), labels_for(3)), TensorDataset)

    expect.value(actual, True, call="isinstance(pair(features, labels), TensorDataset)")


@pytest.mark.parametrize(("features", "labels"), [(3, 2), (2, 3), (1, 3), (3, 0), (0, 1)])
def test_pair_refuses_unequal_lengths(impl, device, features, labels):
    with expect.raises(ValueError, match="labels", call=f"pair(<{features} rows>, <{labels} labels>)"):
        impl.pair(rows(features, 2, device), labels_for(labels, device))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_pair_keeps_the_dtype_of_both(impl, device, dtype):
    features, labels = rows(2, 2, device).to(dtype), labels_for(2, device).to(dtype)

    actual = impl.pair(features, labels)[1]

    expect_data.sample(actual, features[1], labels[1], call="pair(features, labels)[1]")


@pytest.mark.parametrize(
    ("features", "labels"),
    [
        pytest.param((3,), (3,), id="numbers"),
        pytest.param((3, 2), (3, 1), id="label-with-an-axis"),
        pytest.param((3, 1, 4, 5), (3, 2, 2), id="images-and-masks"),
    ],
)
def test_pair_takes_samples_of_any_shape(impl, device, features, labels):
    x = torch.arange(float(np.prod(features))).reshape(features).to(device)
    y = torch.arange(float(np.prod(labels))).reshape(labels).to(device)

    actual = impl.pair(x, y)[2]

    expect_data.sample(actual, x[2], y[2], call=f"pair(<{features}>, <{labels}>)[2]")


@promises.LAYOUTS
@pytest.mark.parametrize("part", [dataset_probes.features_of, dataset_probes.labels_of])
def test_pair_gives_views_of_its_tensors(impl, probe, device, part, layout):
    tensors = layout(rows(3, 2, device)), layout(labels_for(3, device))

    actual = probe(probes.shares_memory, part, impl.pair, *tensors, 1)

    call = f"{part.__name__} pair(features, labels)[1]"
    should_be = "a view of the tensor that was given, not a copy"
    expect.that(actual, call=call, got="other memory", should_be=should_be)


def test_pair_keeps_samples_attached_to_the_graph(impl, probe, device):
    for at, part in enumerate((dataset_probes.features_of, dataset_probes.labels_of)):
        tensors = rows(3, 2, device), rows(3, 2, device)

        actual = probe(probes.gradient, part, impl.pair, *tensors, 1, wrt=1 + at)

        expected = torch.tensor([[0.0, 0.0], [0.25, 1.5], [0.0, 0.0]], device=device)
        expect.tensor(actual, expected, call=f"gradient of pair(features, labels)[1][{at}]")


def test_pair_leaves_its_tensors_as_they_are(impl, probe, device):
    call = (impl.pair, rows(3, 2, device), labels_for(3, device), 1)

    actual = probe(probes.changed_inputs, dataset_probes.sample_of, *call)

    expect.value(actual, [], call="the arguments that pair(features, labels)[1] changed")


def test_pair_feeds_a_loader_to_the_ragged_last_batch(impl, probe, device):
    features, labels = rows(5, 2, device), labels_for(5, device)

    batches = list(probe(DataLoader, impl.pair(features, labels), batch_size=2))

    call = "list(DataLoader(pair(features, labels), batch_size=2))"
    expect_data.batches(batches, features, labels, 2, call=call)


# -- MappedDataset -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("transform", "factor"), [(probes.negate, -1), (probes.double, 2)])
def test_MappedDataset_transforms_the_features(impl, probe, device, transform, factor):
    features, labels = rows(3, 2, device), labels_for(3, device)
    dataset = probe(TensorDataset, features, labels)

    mapped = impl.MappedDataset(dataset, transform)

    for i in range(3):
        call = f"MappedDataset(dataset, {transform.__name__})[{i}]"
        expect_data.sample(mapped[i], features[i] * factor, labels[i], call=call)


def test_MappedDataset_passes_samples_that_are_no_tensors(impl, probe):
    mapped = impl.MappedDataset(probe(dataset_probes.KeyedDataset, 3), probes.double)

    expect_plain_sample(mapped[2], 4.0, "no. 2", call="MappedDataset(dataset, double)[2]")


def test_MappedDataset_counts_negative_indices_from_the_end(impl, probe, device):
    features, labels = rows(3, 2, device), labels_for(3, device)

    actual = impl.MappedDataset(probe(TensorDataset, features, labels), torch.neg)[-3]

    expect_data.sample(actual, -features[0], labels[0], call="MappedDataset(dataset, torch.neg)[-3]")


@pytest.mark.parametrize("count", [0, 1, 5])
def test_MappedDataset_is_as_long_as_its_dataset(impl, probe, count):
    dataset = probe(TensorDataset, rows(count, 2), labels_for(count))

    actual = len(impl.MappedDataset(dataset, torch.neg))

    expect.value(actual, count, call="len(MappedDataset(dataset, torch.neg))", samples=count)


@pytest.mark.parametrize(("count", "index"), [(3, 3), (3, 5), (3, -4), (1, 1), (0, 0)])
def test_MappedDataset_refuses_an_index_past_either_end(impl, probe, device, count, index):
    dataset = probe(TensorDataset, rows(count, 2, device), labels_for(count, device))
    mapped = impl.MappedDataset(dataset, torch.neg)

    call = f"MappedDataset(dataset, torch.neg)[{index}]"
    with expect.raises(IndexError, match=f"index|{index}", call=call, samples=count):
        mapped[index]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_MappedDataset_ends_a_loop_after_the_last_sample(impl, probe, device, count):
    features, labels = rows(count, 2, device), labels_for(count, device)
    mapped = impl.MappedDataset(probe(TensorDataset, features, labels), torch.neg)

    actual = probe(dataset_probes.samples, mapped, limit=count + 3)

    expect_data.samples(actual, -features, labels, call="list(MappedDataset(dataset, torch.neg))")


def test_MappedDataset_does_nothing_before_an_access(impl, probe):
    dataset = probe(probes.CountingDataset, rows(3, 2), labels_for(3))
    transform = probe(probes.CountingTransform)

    len(impl.MappedDataset(dataset, transform))

    call = "len(MappedDataset(dataset, transform))"
    expect.value(dataset.reads, [0, 0, 0], call=f"reads of `dataset` by {call}")
    expect.value(transform.calls, 0, call=f"calls of `transform` by {call}")


def test_MappedDataset_transforms_once_an_access(impl, probe):
    transform = probe(probes.CountingTransform)
    mapped = impl.MappedDataset(probe(TensorDataset, rows(3, 2), labels_for(3)), transform)

    mapped[2], mapped[0]

    expect.value(transform.calls, 2, call="calls of `transform` by mapped[2], mapped[0]")


def test_MappedDataset_transforms_again_at_the_next_access(impl, probe):
    transform = probe(probes.CountingTransform)
    mapped = impl.MappedDataset(probe(TensorDataset, rows(3, 2), labels_for(3)), transform)

    mapped[1], mapped[1], mapped[1]

    expect.value(transform.calls, 3, call="calls of `transform` by mapped[1], mapped[1], mapped[1]")


def test_MappedDataset_reads_its_dataset_once_an_access(impl, probe):
    dataset = probe(probes.CountingDataset, rows(3, 2), labels_for(3))
    mapped = impl.MappedDataset(dataset, torch.neg)

    mapped[2], mapped[0], mapped[2]

    expect.value(dataset.reads, [1, 0, 2], call="reads of each sample by mapped[2], mapped[0], mapped[2]")


def test_MappedDataset_leaves_its_dataset_as_it_is(impl, probe, device):
    dataset = probe(TensorDataset, rows(3, 2, device), labels_for(3, device))

    impl.MappedDataset(dataset, torch.neg)[1]

    call = "dataset[1] after MappedDataset(dataset, torch.neg)[1]"
    expect_data.sample(dataset[1], rows(3, 2, device)[1], labels_for(3, device)[1], call=call)


def test_MappedDataset_asks_its_dataset_for_the_index_as_it_is(impl, probe):
    dataset = probe(dataset_probes.AskedDataset, 3)
    mapped = impl.MappedDataset(dataset, probes.negate)

    for index in (2, 0, -1, -3):
        mapped[index]

    call = "what mapped[2], mapped[0], mapped[-1], mapped[-3] ask `dataset` for"
    expect.value(dataset.asked, [2, 0, -1, -3], call=call)


def test_MappedDataset_lets_the_IndexError_of_its_dataset_through(impl, probe):
    mapped = impl.MappedDataset(probe(dataset_probes.AskedDataset, 3), probes.negate)

    call = "mapped[3] of a `dataset` whose IndexError says 'shelf 3 is missing'"
    with expect.raises(IndexError, match="shelf 3 is missing", call=call):
        mapped[3]


def test_MappedDataset_can_be_mapped_again(impl, probe, device):
    features, labels = rows(3, 2, device), labels_for(3, device)
    mapped = impl.MappedDataset(probe(TensorDataset, features, labels), torch.neg)

    actual = impl.MappedDataset(mapped, probes.double)[1]

    call = "MappedDataset(MappedDataset(dataset, torch.neg), double)[1]"
    expect_data.sample(actual, -2 * features[1], labels[1], call=call)


def test_MappedDataset_is_a_Dataset(impl, probe):
    mapped = impl.MappedDataset(probe(TensorDataset, rows(3, 2), labels_for(3)), torch.neg)

    actual = probe(isinstance, mapped, Dataset)

    expect.value(actual, True, call="isinstance(MappedDataset(dataset, torch.neg), Dataset)")


def test_MappedDataset_feeds_a_loader_to_the_ragged_last_batch(impl, probe, device):
    features, labels = rows(5, 2, device), labels_for(5, device)
    mapped = impl.MappedDataset(probe(TensorDataset, features, labels), torch.neg)

    batches = list(probe(DataLoader, mapped, batch_size=2))

    call = "list(DataLoader(MappedDataset(dataset, torch.neg), batch_size=2))"
    expect_data.batches(batches, -features, labels, 2, call=call)


def test_MappedDataset_can_be_pickled(impl, probe):
    features, labels = rows(3, 2), labels_for(3)
    mapped = impl.MappedDataset(probe(TensorDataset, features, labels), probes.double)

    copy = probe(dataset_probes.pickled, mapped)

    call = "pickle.loads(pickle.dumps(MappedDataset(dataset, double)))[1]"
    expect_data.sample(copy[1], features[1] * 2, labels[1], call=call)


# -- standardize_splits --------------------------------------------------------------------------------------


STANDARDIZE = "standardize_splits(train, test)"


def expect_splits(actual, expected_train, expected_test, /, **inputs):
    __tracebackhide__ = True
    train, test = expect_data.pair(actual, STANDARDIZE, "(train, test)", **inputs)
    expect.tensor(train, expected_train, call=f"{STANDARDIZE}[0]", **inputs)
    expect.tensor(test, expected_test, call=f"{STANDARDIZE}[1]", **inputs)


def test_standardize_splits_uses_mean_and_std_of_each_column(impl, device):
    train = torch.tensor([[1.0, 10.0, 0.0], [3.0, 30.0, 0.5]], device=device)
    test = torch.tensor([[2.0, 40.0, 1.0]], device=device)

    actual = impl.standardize_splits(train, test)

    expected = train.new_tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]]), train.new_tensor([[0.0, 2.0, 3.0]])
    expect_splits(actual, *expected, train=train, test=test)


def test_standardize_splits_divides_by_the_population_deviation(impl, device):
    train = torch.tensor([[0.0], [0.0], [0.0], [4.0]], device=device)  # variance 3, not 4

    actual = impl.standardize_splits(train, train[3:])

    root = 3**0.5
    expected = train.new_tensor([[-1 / root], [-1 / root], [-1 / root], [root]])
    expect_splits(actual, expected, expected[3:], train=train, test=train[3:])


SHAPES = st.tuples(st.integers(1, 6), st.integers(0, 4), st.integers(1, 4))
EIGHTHS = st.integers(-80, 80)


@given(shape=SHAPES, data=st.data())
def test_standardize_splits_agrees_with_numpy(impl, device, shape, data):
    train_rows, test_rows, columns = shape
    numbers = st.lists(EIGHTHS, min_size=columns, max_size=columns)
    train = data.draw(st.lists(numbers, min_size=train_rows, max_size=train_rows), label="train")
    test = data.draw(st.lists(numbers, min_size=test_rows, max_size=test_rows), label="test")
    known = np.array(train, dtype=np.float64).reshape(train_rows, columns) / 8
    unseen = np.array(test, dtype=np.float64).reshape(test_rows, columns) / 8
    mean, std = known.mean(axis=0), known.std(axis=0)
    scale = np.where(known.max(axis=0) == known.min(axis=0), 1, std)
    known_tensor = torch.from_numpy(known).float().to(device)
    unseen_tensor = torch.from_numpy(unseen).float().to(device)

    actual = impl.standardize_splits(known_tensor, unseen_tensor)

    expected = [torch.from_numpy((x - mean) / scale).float().to(device) for x in (known, unseen)]
    expect_splits(actual, *expected, train=known_tensor, test=unseen_tensor)


def test_standardize_splits_lets_no_test_row_into_the_train_split(impl, device):
    train = torch.tensor([[1.0, 10.0], [3.0, 30.0]], device=device)
    other_tests = [train + 1, train.new_tensor([[1000.0, -1000.0]]), train[:0]]

    for test in other_tests:
        actual = impl.standardize_splits(train, test)[0]

        expected = train.new_tensor([[-1.0, -1.0], [1.0, 1.0]])
        expect.tensor(actual, expected, call=f"{STANDARDIZE}[0]", train=train, test=test)


def test_standardize_splits_treats_each_test_row_alone(impl, device):
    train = torch.tensor([[1.0, 10.0], [3.0, 30.0]], device=device)
    test = torch.tensor([[2.0, 40.0], [1000.0, -1000.0], [3.0, 0.0]], device=device)

    actual = impl.standardize_splits(train, test[:1])[1]

    expected = train.new_tensor([[0.0, 2.0]])
    expect.tensor(actual, expected, call=f"{STANDARDIZE}[1]", train=train, test=test[:1])
    together = impl.standardize_splits(train, test)[1]
    expect.tensor(together[:1], expected, call=f"{STANDARDIZE}[1][:1]", train=train, test=test)


def test_standardize_splits_only_centers_a_column_that_is_constant_in_train(impl, device):
    train = torch.tensor([[5.0, 1.0], [5.0, 3.0], [5.0, 2.0]], device=device)
    test = torch.tensor([[5.0, 2.0], [8.0, 2.0], [-1.0, 2.0]], device=device)

    actual = impl.standardize_splits(train, test)

    deviation = 1.5**0.5
    expected_train = train.new_tensor([[0.0, -deviation], [0.0, deviation], [0.0, 0.0]])
    expected_test = train.new_tensor([[0.0, 0.0], [3.0, 0.0], [-6.0, 0.0]])
    expect_splits(actual, expected_train, expected_test, train=train, test=test)


@pytest.mark.parametrize(
    ("constant", "count", "dtype"),
    [(7.7, 3, torch.float32), (0.1, 7, torch.float32), (0.1, 3, torch.float64)],
)
def test_standardize_splits_sees_a_constant_column_despite_rounding(impl, device, constant, count, dtype):
    train = torch.full((count, 1), constant, dtype=dtype, device=device)
    test = train[:2] + 2

    actual = impl.standardize_splits(train, test)

    expect_splits(actual, torch.zeros_like(train), torch.full_like(test, 2), train=train, test=test)


def test_standardize_splits_divides_a_column_that_hardly_varies(impl, device):
    train = torch.tensor([[0.0, 1.0], [2e-15, 5.0]], device=device)
    test = torch.tensor([[4e-15, 3.0]], device=device)

    actual = impl.standardize_splits(train, test)

    expected = train.new_tensor([[-1.0, -1.0], [1.0, 1.0]]), train.new_tensor([[3.0, 0.0]])
    expect_splits(actual, *expected, train=train, test=test)


def test_standardize_splits_only_centers_when_train_has_one_row(impl, device):
    train = torch.tensor([[4.0, -2.0]], device=device)
    test = torch.tensor([[4.0, 1.0], [6.0, -2.0]], device=device)

    actual = impl.standardize_splits(train, test)

    expected_test = train.new_tensor([[0.0, 3.0], [2.0, 0.0]])
    expect_splits(actual, torch.zeros_like(train), expected_test, train=train, test=test)


def test_standardize_splits_stays_accurate_far_from_zero(impl, device):
    train = torch.tensor([[10000.0], [10002.0]], device=device)

    actual = impl.standardize_splits(train, train + 1)

    expected = train.new_tensor([[-1.0], [1.0]])
    expect_splits(actual, expected, expected + 1, train=train, test=train + 1)


@pytest.mark.parametrize("dtype", strategies.FLOATS)
def test_standardize_splits_keeps_the_dtype(impl, device, dtype):
    train = torch.tensor([[1.0, 10.0], [3.0, 30.0]], device=device, dtype=dtype)
    test = torch.tensor([[2.0, 40.0]], device=device, dtype=dtype)

    actual = impl.standardize_splits(train, test)

    expected = train.new_tensor([[-1.0, -1.0], [1.0, 1.0]]), train.new_tensor([[0.0, 2.0]])
    expect_splits(actual, *expected, train=train, test=test)


@pytest.mark.parametrize("layout", strategies.LAYOUTS)
def test_standardize_splits_takes_tensors_of_any_memory_layout(impl, device, layout):
    train = layout(torch.tensor([[1.0, 3.0], [3.0, 3.0], [8.0, 6.0]], device=device))
    test = layout(torch.tensor([[4.0, 2.0], [4.0, 3.0], [0.0, 5.0]], device=device))

    actual = impl.standardize_splits(train, test)

    known, unseen = train.cpu().numpy().astype(np.float64), test.cpu().numpy().astype(np.float64)
    std = known.std(axis=0)
    expected = [(x - known.mean(axis=0)) / np.where(std == 0, 1, std) for x in (known, unseen)]
    expected = [torch.from_numpy(values).float().to(device) for values in expected]
    expect_splits(actual, *expected, train=train, test=test)


def test_standardize_splits_takes_a_test_split_without_rows(impl, device):
    train = torch.tensor([[1.0, 10.0], [3.0, 30.0]], device=device)

    actual = impl.standardize_splits(train, train[:0])

    expected = train.new_tensor([[-1.0, -1.0], [1.0, 1.0]])
    expect_splits(actual, expected, expected[:0], train=train, test=train[:0])


def test_standardize_splits_refuses_a_train_split_without_rows(impl, device):
    train = torch.zeros(0, 2, device=device)

    with expect.raises(ValueError, match="train", call=STANDARDIZE, train=train):
        impl.standardize_splits(train, torch.ones(3, 2, device=device))


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_standardize_splits_refuses_other_columns_in_test(impl, device, columns):
    train, test = rows(3, 3, device), rows(2, columns, device)

    with expect.raises(ValueError, match="test", call=STANDARDIZE, train=train, test=test):
        impl.standardize_splits(train, test)


def test_standardize_splits_refuses_columns_that_would_broadcast(impl, device):
    train, test = rows(3, 1, device), rows(2, 4, device)

    with expect.raises(ValueError, match="test", call=STANDARDIZE, train=train, test=test):
        impl.standardize_splits(train, test)


def test_standardize_splits_leaves_its_inputs_as_they_are(impl, probe, device):
    actual = probe(probes.changed_inputs, impl.standardize_splits, rows(3, 2, device), rows(2, 2, device))

    expect.value(actual, [], call=f"the arguments that {STANDARDIZE} changed")


def test_standardize_splits_lets_the_gradient_through_to_test(impl, probe, device):
    train = torch.tensor([[1.0, 10.0], [3.0, 30.0]], device=device)
    test = torch.tensor([[2.0, 40.0]], device=device)

    call = (dataset_probes.result_item, 1, impl.standardize_splits, train, test)
    actual = probe(probes.gradient, *call, wrt=3)

    expected = torch.tensor([[0.25, 0.15]], device=device)  # upstream (0.25, 1.5) divided by std (1, 10)
    expect.tensor(actual, expected, call=f"gradient of {STANDARDIZE}[1]", train=train, test=test)


def test_standardize_splits_lets_the_gradient_through_to_train(impl, probe, device):
    train = torch.tensor([[1.0, 10.0], [3.0, 20.0], [7.0, 90.0]], device=device)

    call = (dataset_probes.result_item, 0, impl.standardize_splits, train, train)
    actual = probe(probes.gradient, *call, wrt=2)

    call = f"gradient of {STANDARDIZE}[0]"
    expect.finite(actual, call=call, train=train)
    expect.that(bool(actual.any()), call=call, got="zeros", should_be="a gradient", train=train)


# -- split_with_transforms -----------------------------------------------------------------------------------


def numbered(probe, count, device="cpu"):
    """A dataset whose sample i has the features i + 1 and the label i."""
    return probe(TensorDataset, torch.arange(1.0, count + 1).to(device), torch.arange(count).to(device))


def read(probe, side, count):
    """The samples of one side as lists of features and labels; never more than `count` + 1."""
    found = probe(dataset_probes.samples, side, limit=count + 1)
    return features_in(found), [int(label) for _, label in found]


def expect_sides(probe, train, test, count, call):
    """Expect both sides of a split of `numbered` into negate and double to show their own transform."""
    __tracebackhide__ = True
    features, labels = read(probe, train, count)
    negated = [-(label + 1.0) for label in labels]
    expect.value(features, negated, call=f"train features of {call}", labels=labels)
    features, labels = read(probe, test, count)
    doubled = [2 * (label + 1.0) for label in labels]
    expect.value(features, doubled, call=f"test features of {call}", labels=labels)


SPLIT = "split_with_transforms(dataset, {}, negate, double, seed={})"


@pytest.mark.parametrize(
    ("count", "fraction", "train_count"),
    [
        pytest.param(10, 0.8, 8, id="exact"),
        pytest.param(100, 0.29, 29, id="float-just-below"),
        pytest.param(7, 0.25, 2, id="up"),
        pytest.param(7, 0.3, 2, id="down"),
        pytest.param(7, 0.5, 4, id="half-to-even-up"),
        pytest.param(5, 0.5, 2, id="half-to-even-down"),
        pytest.param(1, 0.9, 1, id="one-sample"),
        pytest.param(5, 0.0, 0, id="none"),
        pytest.param(5, 1.0, 5, id="all"),
        pytest.param(4, 1, 4, id="all-int"),
        pytest.param(0, 0.5, 0, id="no-sample"),
    ],
)
def test_split_with_transforms_rounds_the_train_split(impl, probe, count, fraction, train_count):
    dataset = numbered(probe, count)

    train, test = impl.split_with_transforms(dataset, fraction, probes.negate, probes.double, 3)

    lengths, call = (len(train), len(test)), f"lengths of {SPLIT.format(fraction, 3)}"
    expect.value(lengths, (train_count, count - train_count), call=call, samples=count)


@given(count=st.integers(0, 12), fraction=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_split_with_transforms_puts_each_sample_on_exactly_one_side(impl, probe, count, fraction, seed):
    dataset = numbered(probe, count)

    sides = impl.split_with_transforms(dataset, fraction, probes.negate, probes.double, seed)

    labels = [label for side in sides for label in read(probe, side, count)[1]]
    call = f"the labels of {SPLIT.format(fraction, seed)}"
    expect.value(sorted(labels), list(range(count)), call=call, samples=count)


def test_split_with_transforms_gives_each_side_its_own_transform(impl, probe, device):
    dataset = numbered(probe, 7, device)

    train, test = impl.split_with_transforms(dataset, 0.6, probes.negate, probes.double, 0)

    expect_sides(probe, train, test, 7, call=SPLIT.format(0.6, 0))


def test_split_with_transforms_keeps_dtype_device_and_labels(impl, probe, device):
    features = rows(4, 2, device, dtype=torch.float64)
    dataset = probe(TensorDataset, features, labels_for(4, device))

    sides = impl.split_with_transforms(dataset, 0.5, probes.negate, probes.double, 0)

    for side, factor in zip(sides, (-1, 2), strict=True):
        for sample in probe(dataset_probes.samples, side, limit=5):
            row = int(sample[1]) - 1
            call = f"a sample of {SPLIT.format(0.5, 0)}"
            expect_data.sample(sample, factor * features[row], labels_for(4, device)[row], call=call)


def test_split_with_transforms_is_not_changed_by_a_second_split(impl, probe):
    dataset = numbered(probe, 6)
    train, test = impl.split_with_transforms(dataset, 0.5, probes.negate, probes.double, 0)

    impl.split_with_transforms(dataset, 0.5, probes.double, probes.negate, 1)

    expect_sides(probe, train, test, 6, call=f"{SPLIT.format(0.5, 0)} after another split of `dataset`")


def test_split_with_transforms_leaves_the_dataset_as_it_is(impl, probe, device):
    dataset = numbered(probe, 4, device)

    for side in impl.split_with_transforms(dataset, 0.5, probes.negate, probes.double, 0):
        read(probe, side, 4)

    call = f"`dataset` after {SPLIT.format(0.5, 0)}"
    features, labels = read(probe, dataset, 4)
    expect.value(features, [1.0, 2.0, 3.0, 4.0], call=f"the features of {call}")
    expect.value(labels, [0, 1, 2, 3], call=f"the labels of {call}")


def test_split_with_transforms_gives_the_same_split_for_the_same_seed(impl, probe):
    probe(torch.manual_seed, 1)
    train, test = impl.split_with_transforms(numbered(probe, 10), 0.7, probes.negate, probes.double, 42)
    probe(torch.manual_seed, 2)

    other = probe(TensorDataset, rows(10, 1)[:, 0], torch.arange(10))
    again_train, again_test = impl.split_with_transforms(other, 0.7, probes.double, probes.negate, 42)

    call = f"{SPLIT.format(0.7, 42)} again, for other data of that length"
    for first, second, name in ((train, again_train, "train"), (test, again_test, "test")):
        same = read(probe, second, 10)[1] == read(probe, first, 10)[1]
        should_be = "the same samples in the same order"
        expect.that(same, call=f"the {name} side of {call}", got="other samples or another order", should_be=should_be)


def test_split_with_transforms_puts_any_sample_on_either_side(impl, probe):
    dataset = numbered(probe, 6)

    drawn = set()
    for seed in range(30):
        train, _ = impl.split_with_transforms(dataset, 0.5, probes.negate, probes.double, seed)
        drawn.add(tuple(sorted(read(probe, train, 6)[1])))

    call = f"the train samples of {SPLIT.format(0.5, '0...29')}"
    always = set(range(6)).intersection(*drawn)
    never = set(range(6)).difference(*drawn)
    got = f"always {sorted(always)}, never {sorted(never)}"
    expect.that(not always and not never, call=call, got=got, should_be="each sample with some seeds only")


def test_split_with_transforms_leaves_the_global_random_states(impl, probe):
    call = (impl.split_with_transforms, numbered(probe, 6), 0.5, probes.negate, probes.double, 0)

    actual = probe(probes.random_state_changed, *call)

    expect.value(actual, [], call=f"the global generators that {SPLIT.format(0.5, 0)} moved")


def test_split_with_transforms_works_on_any_dataset(impl, probe):
    dataset = probe(dataset_probes.KeyedDataset, 5)

    sides = impl.split_with_transforms(dataset, 0.6, probes.negate, probes.double, 0)

    call = SPLIT.format(0.6, 0)
    for side, name, factor in zip(sides, ("train", "test"), (-1, 2), strict=True):
        for sample in probe(dataset_probes.samples, side, limit=5):
            features = factor * float(sample[1][-1])
            expect_plain_sample(sample, features, sample[1], call=f"a {name} sample of {call}")


def test_split_with_transforms_reads_no_sample_before_an_access(impl, probe):
    dataset = probe(probes.CountingDataset, [1.0, 2.0, 3.0, 4.0], [0, 1, 2, 3])
    transforms = [probe(probes.CountingTransform) for _ in range(2)]

    train, test = impl.split_with_transforms(dataset, 0.5, *transforms, 0)
    len(train), len(test)

    call = "split_with_transforms(dataset, 0.5, train_transform, test_transform, seed=0)"
    expect.value(dataset.reads, [0, 0, 0, 0], call=f"reads of `dataset` by {call}")
    expect.value([each.calls for each in transforms], [0, 0], call=f"calls of the transforms by {call}")


def test_split_with_transforms_makes_two_Datasets(impl, probe):
    sides = impl.split_with_transforms(numbered(probe, 6), 0.5, probes.negate, probes.double, 0)

    sides = expect_data.pair(sides, SPLIT.format(0.5, 0), "(train, test)")
    actual = [probe(isinstance, side, Dataset) for side in sides]
    expect.value(actual, [True, True], call=f"isinstance(side, Dataset) of both of {SPLIT.format(0.5, 0)}")


def test_split_with_transforms_asks_its_dataset_for_ints_from_0(impl, probe):
    dataset = probe(dataset_probes.AskedDataset, 6)
    train, test = impl.split_with_transforms(dataset, 0.5, probes.negate, probes.double, 0)

    for index in (0, 1, -1):
        train[index], test[index]

    call = "what train[0], train[1], train[-1] and the same of test ask `dataset` for, sorted"
    expect.value(sorted(dataset.asked, key=str), [0, 1, 2, 3, 4, 5], call=call)


def test_split_with_transforms_reads_and_transforms_once_an_access(impl, probe):
    dataset = probe(probes.CountingDataset, [1.0, 2.0, 3.0, 4.0], [0, 1, 2, 3])
    transforms = [probe(probes.CountingTransform) for _ in range(2)]
    train, test = impl.split_with_transforms(dataset, 0.5, *transforms, 0)

    train[0], train[1], test[0], train[0]

    expect.value(sorted(dataset.reads), [0, 1, 1, 2], call="reads by train[0], train[1], test[0], train[0]")
    calls = [each.calls for each in transforms]
    expect.value(calls, [3, 1], call="calls of both transforms by train[0], train[1], test[0], train[0]")


@pytest.mark.parametrize("index", [-1, -3])
def test_split_with_transforms_counts_negative_indices_from_the_end(impl, probe, index):
    train, test = impl.split_with_transforms(numbered(probe, 6), 0.5, probes.negate, probes.double, 0)

    for side, name in ((train, "train"), (test, "test")):
        expect_data.sample(side[index], *side[3 + index], call=f"{name}[{index}] of {SPLIT.format(0.5, 0)}")


@pytest.mark.parametrize("index", [3, 4, -4])
def test_split_with_transforms_refuses_an_index_past_either_end(impl, probe, index):
    train, test = impl.split_with_transforms(numbered(probe, 6), 0.5, probes.negate, probes.double, 0)

    for side, name in ((train, "train"), (test, "test")):
        call = f"{name}[{index}] of {SPLIT.format(0.5, 0)}"
        with expect.raises(IndexError, match=f"index|{index}", call=call, samples=3):
            side[index]


def test_split_with_transforms_feeds_loaders_to_the_ragged_last_batch(impl, probe, device):
    train, test = impl.split_with_transforms(numbered(probe, 8, device), 0.6, probes.negate, probes.double, 0)

    for side, name, factor, sizes in ((train, "train", -1, [2, 2, 1]), (test, "test", 2, [2, 1])):
        batches = list(probe(DataLoader, side, batch_size=2))

        call = f"DataLoader({name}, batch_size=2)"
        expect.value([len(labels) for _, labels in batches], sizes, call=f"batch sizes of {call}")
        for features, labels in batches:
            expected = factor * (labels + 1.0)
            expect.tensor(features, expected, call=f"features in a batch of {call}", labels=labels)


def test_split_with_transforms_can_be_pickled(impl, probe):
    sides = impl.split_with_transforms(numbered(probe, 6), 0.5, probes.negate, probes.double, 0)

    for side, name in zip(sides, ("train", "test"), strict=True):
        copy = probe(dataset_probes.pickled, side)

        expect_data.sample(copy[1], *side[1], call=f"pickle.loads(pickle.dumps({name}))[1]")


@pytest.mark.parametrize("fraction", [-0.1, 1.1, -1, 80])
def test_split_with_transforms_refuses_a_fraction_beyond_0_and_1(impl, probe, fraction):
    with expect.raises(ValueError, match="fraction", call=SPLIT.format(fraction, 0)):
        impl.split_with_transforms(numbered(probe, 5), fraction, probes.negate, probes.double, 0)
