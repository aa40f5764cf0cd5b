"""Specs of the topic `loaders`."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from tests import dataset_probes, expect, loader_probes, oracles, probes, promises, strategies, worker_probes

KEPT_DTYPES = pytest.mark.parametrize(
    "dtype",
    [*strategies.FLOATS, torch.int64, torch.int32, torch.uint8, torch.bool],
    ids=str,
)


def rows(count, columns, device="cpu", dtype=torch.float32):
    """Numbers that tell their row and column: 10, 11, 12 in the first row, 20, 21, 22 in the second."""
    numbers = 10 * torch.arange(1, count + 1)[:, None] + torch.arange(columns)
    return numbers.to(dtype).to(device)


def cut(x, batch_size):
    """The rows in batches, the last one with what is left; no batch without rows."""
    found = []
    while len(found) * batch_size < len(x):
        found.append(x[len(found) * batch_size :][:batch_size])
    return found


def expect_batches(actual, expected, /, *, call, **inputs):
    """Expect a list of batches, each one tensor."""
    __tracebackhide__ = True
    should_be = f"{len(expected)} batches"
    expect.that(len(actual) == len(expected), call=call, got=f"{len(actual)} batches", should_be=should_be, **inputs)
    for i, (batch, part) in enumerate(zip(actual, expected, strict=True)):
        expect.tensor(batch, part, call=f"{call}[{i}]", **inputs)


# -- make_loader ---------------------------------------------------------------------------------------------


def test_make_loader_hands_out_batches_in_order(impl, probe, device):
    values = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], device=device)

    actual = probe(loader_probes.batches, impl.make_loader, values, 2, limit=5)

    expected = [values.new_tensor([[1.0, 2.0], [3.0, 4.0]]), values.new_tensor([[5.0, 6.0], [7.0, 8.0]])]
    expect_batches(actual, expected, call="list(make_loader(values, 2))", values=values)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6])
def test_make_loader_keeps_what_is_left_in_a_smaller_batch(impl, probe, device, count, batch_size):
    values = rows(count, 2, device)

    actual = probe(loader_probes.batches, impl.make_loader, values, batch_size, limit=count + 3)

    call = f"list(make_loader(values, {batch_size}))"
    expect_batches(actual, cut(values, batch_size), call=call, values=values)


@pytest.mark.parametrize(
    ("count", "batch_size", "full"),
    [(5, 2, 2), (6, 2, 3), (5, 3, 1), (3, 3, 1), (2, 3, 0), (4, 1, 4), (0, 2, 0)],
)
def test_make_loader_drops_a_last_batch_that_is_not_full(impl, probe, device, count, batch_size, full):
    values = rows(count, 2, device)

    actual = probe(loader_probes.batches, impl.make_loader, values, batch_size, drop_last=True, limit=count + 3)

    call = f"list(make_loader(values, {batch_size}, drop_last=True))"
    expect_batches(actual, cut(values, batch_size)[:full], call=call, values=values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1, 2, 3], torch.tensor([1, 2]), id="ints"),
        pytest.param([16777217, 2, 3], torch.tensor([16777217, 2]), id="large-int"),
        pytest.param([0.5, 1.5, 2.5], torch.tensor([0.5, 1.5]), id="floats"),
        pytest.param([1, 2.5, 3], torch.tensor([1.0, 2.5]), id="mixed"),
        pytest.param([True, False, True], torch.tensor([True, False]), id="bools"),
        pytest.param([[1, 2, 3], [4, 5, 6], [7, 8, 9]], torch.tensor([[1, 2, 3], [4, 5, 6]]), id="rows"),
        pytest.param([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], torch.tensor([[1.0, 2.0], [3.0, 4.0]]), id="square"),
        pytest.param([[[1], [2]], [[3], [4]], [[5], [6]]], torch.tensor([[[1], [2]], [[3], [4]]]), id="nested"),
    ],
)
def test_make_loader_takes_lists(impl, probe, values, expected):
    actual = probe(loader_probes.batch_at, values, impl.make_loader, 2, 0)

    expect.tensor(actual, expected, call=f"first batch of make_loader({values}, 2)")


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.int32, np.uint8, np.bool_])
def test_make_loader_takes_arrays_of_any_dtype(impl, probe, dtype):
    values = np.array([[1, 0], [2, 1], [3, 0]]).astype(dtype)

    actual = probe(loader_probes.batches, impl.make_loader, values, 2, limit=3)

    call = f"list(make_loader(<array of {values.dtype}>, 2))"
    expect_batches(actual, cut(torch.from_numpy(values), 2), call=call)


def test_make_loader_takes_an_array_of_one_axis(impl, probe):
    actual = probe(loader_probes.batches, impl.make_loader, np.array([1.5, 2.5, 3.5]), 2, limit=3)

    expected = [torch.tensor([1.5, 2.5], dtype=torch.float64), torch.tensor([3.5], dtype=torch.float64)]
    expect_batches(actual, expected, call="list(make_loader(np.array([1.5, 2.5, 3.5]), 2))")


@KEPT_DTYPES
def test_make_loader_keeps_the_dtype_of_a_tensor(impl, probe, device, dtype):
    values = rows(3, 2, device).to(dtype)

    actual = probe(loader_probes.batches, impl.make_loader, values, 2, limit=3)

    expect_batches(actual, cut(values, 2), call="list(make_loader(values, 2))", values=values)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 2, 1, 3), (5, 0)])
def test_make_loader_takes_samples_of_any_shape(impl, probe, device, shape):
    values = torch.arange(float(np.prod(shape))).reshape(shape).to(device)

    actual = probe(loader_probes.batches, impl.make_loader, values, 3, limit=4)

    expect_batches(actual, cut(values, 3), call=f"list(make_loader(<{shape}>, 3))")


@promises.LAYOUTS
def test_make_loader_takes_tensors_of_any_memory_layout(impl, probe, device, layout):
    values = layout(rows(3, 2, device))

    actual = probe(loader_probes.batches, impl.make_loader, values, 2, limit=3)

    expect_batches(actual, cut(values, 2), call="list(make_loader(values, 2))", values=values)


@pytest.mark.parametrize(
    ("count", "batch_size", "drop_last", "batches"),
    [(5, 2, False, 3), (5, 2, True, 2), (6, 2, False, 3), (6, 2, True, 3), (2, 3, False, 1), (0, 2, False, 0)],
)
def test_make_loader_knows_its_number_of_batches(impl, count, batch_size, drop_last, batches):
    actual = len(impl.make_loader(rows(count, 2), batch_size, drop_last))

    expect.value(actual, batches, call=f"len(make_loader(<{count} rows>, {batch_size}, {drop_last=}))")


def test_make_loader_gives_the_same_batches_every_time(impl, probe, device):
    values = rows(12, 1, device)

    epochs = probe(loader_probes.twice, impl.make_loader(values, 5), limit=5)

    for epoch, actual in zip(("first", "second"), epochs, strict=True):
        expect_batches(actual, cut(values, 5), call=f"{epoch} list(loader), loader = make_loader(values, 5)")


def test_make_loader_makes_a_DataLoader(impl, probe):
    actual = probe(isinstance, impl.make_loader(rows(3, 2), 2), DataLoader)

    expect.value(actual, True, call="isinstance(make_loader(values, 2), DataLoader)")


@pytest.mark.parametrize("batch_size", [0, -1])
def test_make_loader_refuses_a_batch_size_below_1(impl, device, batch_size):
    with expect.raises(ValueError, match="batch_size", call=f"make_loader(values, {batch_size})"):
        impl.make_loader(rows(3, 2, device), batch_size)


def test_make_loader_refuses_a_batch_size_below_1_without_samples(impl):
    with expect.raises(ValueError, match="batch_size", call="make_loader([], 0)"):
        impl.make_loader([], 0)


def test_make_loader_copies_a_tensor_into_its_batches(impl, probe, device):
    actual = probe(probes.write_through, loader_probes.batch_at, rows(4, 2, device), impl.make_loader, 2, 1)

    _expect_copy(actual[1], "make_loader(values, 2)")


def test_make_loader_copies_an_array_into_its_batches(impl, probe):
    actual = probe(probes.write_through, loader_probes.batch_at, rows(4, 2).numpy(), impl.make_loader, 2, 1)

    _expect_copy(actual[1], "make_loader(<array>, 2)")


def _expect_copy(written, call):
    __tracebackhide__ = True
    got = "a write to the batch shows in `values`"
    expect.that(not written, call=f"second batch of {call}", got=got, should_be="memory of its own")


@pytest.mark.parametrize(
    "values",
    [rows(3, 2), rows(3, 2).numpy(), [[1, 2], [3, 4], [5, 6]]],
    ids=["tensor", "array", "list"],
)
def test_make_loader_leaves_its_values_as_they_are(impl, probe, values):
    promises.unchanged(probe, loader_probes.batch_at, values, impl.make_loader, 2, 1, call="make_loader(values, 2)")


def test_make_loader_lets_the_gradient_through(impl, probe, device):
    actual = probe(probes.gradient, loader_probes.batch_at, rows(4, 2, device), impl.make_loader, 3, 1)

    expected = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.25, 1.5]], device=device)
    expect.tensor(actual, expected, call="gradient of the second batch of make_loader(values, 3)")


# -- batch_count ---------------------------------------------------------------------------------------------


# samples, batch_size, batches with the last one kept, batches with it dropped unless full
COUNTS = [
    (10, 4, 3, 2),
    (12, 4, 3, 3),
    (9, 4, 3, 2),
    (11, 4, 3, 2),
    (4, 4, 1, 1),
    (3, 4, 1, 0),
    (1, 4, 1, 0),
    (5, 1, 5, 5),
    (1, 1, 1, 1),
    (2, 5, 1, 0),
]
LARGE_COUNTS = [
    (2**53 + 1, 1, 2**53 + 1, 2**53 + 1),
    (2**53 + 1, 2, 2**52 + 1, 2**52),
    (10**18, 1, 10**18, 10**18),
    (10**18, 3, 333333333333333334, 333333333333333333),
    (10**18 - 1, 10**18, 1, 0),
    (10**18, 10**18, 1, 1),
    (10**18, 10**18 - 1, 2, 1),
]


@pytest.mark.parametrize(("samples", "batch_size", "kept", "dropped"), COUNTS)
def test_batch_count_counts_a_last_batch_that_is_not_full(impl, samples, batch_size, kept, dropped):
    actual = impl.batch_count(samples, batch_size, False)

    expect.value(actual, kept, call=f"batch_count({samples}, {batch_size}, drop_last=False)")


@pytest.mark.parametrize(("samples", "batch_size", "kept", "dropped"), COUNTS)
def test_batch_count_leaves_out_a_last_batch_that_is_not_full(impl, samples, batch_size, kept, dropped):
    actual = impl.batch_count(samples, batch_size, True)

    expect.value(actual, dropped, call=f"batch_count({samples}, {batch_size}, drop_last=True)")


@given(samples=st.integers(0, 60), batch_size=st.integers(1, 12), drop_last=st.booleans())
def test_batch_count_agrees_with_the_batches_of_a_list(impl, samples, batch_size, drop_last):
    actual = impl.batch_count(samples, batch_size, drop_last)

    sizes = [len(batch) for batch in cut(list(range(samples)), batch_size)]
    expected = sum(size == batch_size or not drop_last for size in sizes)
    expect.value(actual, expected, call=f"batch_count({samples}, {batch_size}, {drop_last=})")


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_batch_count_finds_no_batch_without_samples(impl, batch_size, drop_last):
    actual = impl.batch_count(0, batch_size, drop_last)

    expect.value(actual, 0, call=f"batch_count(0, {batch_size}, {drop_last=})")


@pytest.mark.parametrize(("samples", "batch_size", "kept", "dropped"), LARGE_COUNTS)
def test_batch_count_is_exact_for_large_numbers(impl, samples, batch_size, kept, dropped):
    for drop_last, expected in ((False, kept), (True, dropped)):
        actual = impl.batch_count(samples, batch_size, drop_last)

        expect.value(actual, expected, call=f"batch_count({samples}, {batch_size}, {drop_last=})")


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("samples", [0, 5])
@pytest.mark.parametrize("batch_size", [0, -1, -3])
def test_batch_count_refuses_a_batch_size_below_1(impl, samples, batch_size, drop_last):
    call = f"batch_count({samples}, {batch_size}, {drop_last=})"
    with expect.raises(ValueError, match="batch_size", call=call):
        impl.batch_count(samples, batch_size, drop_last)


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("samples", [-1, -8])
def test_batch_count_refuses_samples_below_0(impl, samples, drop_last):
    with expect.raises(ValueError, match="samples", call=f"batch_count({samples}, 4, {drop_last=})"):
        impl.batch_count(samples, 4, drop_last)


# -- minibatches ---------------------------------------------------------------------------------------------


def test_minibatches_gives_the_rows_in_order(impl, probe, device):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], device=device)

    actual = probe(loader_probes.batches, impl.minibatches, x, 2, limit=5)

    expected = [x.new_tensor([[1.0, 2.0], [3.0, 4.0]]), x.new_tensor([[5.0, 6.0], [7.0, 8.0]])]
    expect_batches(actual, expected, call="list(minibatches(x, 2))", x=x)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_minibatches_gives_what_is_left_at_the_end(impl, probe, device, count, batch_size):
    x = rows(count, 2, device)

    actual = probe(loader_probes.batches, impl.minibatches, x, batch_size, limit=count + 3)

    expect_batches(actual, cut(x, batch_size), call=f"list(minibatches(x, {batch_size}))", x=x)


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_minibatches_gives_no_batch_without_samples(impl, probe, device, shape):
    actual = probe(loader_probes.batches, impl.minibatches, torch.zeros(shape, device=device), 2, limit=3)

    expect_batches(actual, [], call=f"list(minibatches(<{shape}>, 2))")


@given(
    x=strategies.tensors(strategies.shapes(1, 3, max_side=9), strategies.float_dtypes()),
    batch_size=st.integers(1, 10),
)
def test_minibatches_covers_each_row_once(impl, probe, device, x, batch_size):
    x = x.to(device)

    actual = probe(loader_probes.batches, impl.minibatches, x, batch_size, limit=len(x) + 1)

    expect_batches(actual, cut(x, batch_size), call=f"list(minibatches(x, {batch_size}))", x=x)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 2, 1, 3), (5, 0)])
def test_minibatches_takes_samples_of_any_shape(impl, probe, device, shape):
    x = torch.arange(float(np.prod(shape))).reshape(shape).to(device)

    actual = probe(loader_probes.batches, impl.minibatches, x, 3, limit=4)

    expect_batches(actual, cut(x, 3), call=f"list(minibatches(<{shape}>, 3))")


@KEPT_DTYPES
def test_minibatches_keeps_the_dtype(impl, probe, device, dtype):
    x = rows(3, 2, device).to(dtype)

    actual = probe(loader_probes.batches, impl.minibatches, x, 2, limit=3)

    expect_batches(actual, cut(x, 2), call="list(minibatches(x, 2))", x=x)


@promises.LAYOUTS
def test_minibatches_takes_any_memory_layout(impl, probe, device, layout):
    x = layout(rows(5, 3, device))

    actual = probe(loader_probes.batches, impl.minibatches, x, 2, limit=4)

    expect_batches(actual, cut(x, 2), call="list(minibatches(x, 2))", x=x)


@pytest.mark.parametrize("at", [0, 1, 2])
@promises.LAYOUTS
def test_minibatches_gives_views(impl, probe, device, layout, at):
    x = layout(rows(5, 3, device))

    actual = probe(probes.shares_memory, loader_probes.batch_at, x, impl.minibatches, 2, at)

    call = f"batch {at} of minibatches(x, 2)"
    expect.that(actual, call=call, got="other memory", should_be="a view of `x`, not a copy", x=x)


@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("layout", [strategies.contiguous, strategies.transposed, strategies.offset])
def test_minibatches_shows_writes_in_both_directions(impl, probe, device, layout, at):
    x = layout(rows(5, 3, device))

    actual = probe(probes.write_through, loader_probes.batch_at, x, impl.minibatches, 2, at)

    call = f"writes to x that show in batch {at} of minibatches(x, 2), and the other way round"
    expect.value(actual, (True, True), call=call, x=x)


def test_minibatches_is_an_iterator(impl, probe, device):
    actual = probe(isinstance, impl.minibatches(rows(3, 2, device), 2), Iterator)

    expect.value(actual, True, call="isinstance(minibatches(x, 2), collections.abc.Iterator)")


def test_minibatches_cuts_a_batch_when_it_is_asked_for(impl, probe, device):
    call = "next(minibatches(x, 2))"
    promises.no_loop(probe, loader_probes.batch_at, rows(16, 2, device), impl.minibatches, 2, 0, call=call)


@pytest.mark.parametrize("batch_size", [0, -1, -2])
def test_minibatches_refuses_a_batch_size_below_1(impl, probe, device, batch_size):
    with expect.raises(ValueError, match="batch_size", call=f"next(minibatches(x, {batch_size}))"):
        probe(loader_probes.batches, impl.minibatches, rows(3, 2, device), batch_size, limit=1)


def test_minibatches_refuses_a_batch_size_below_1_without_samples(impl, probe, device):
    with expect.raises(ValueError, match="batch_size", call="next(minibatches(<0 rows>, 0))"):
        probe(loader_probes.batches, impl.minibatches, rows(0, 2, device), 0, limit=1)


def test_minibatches_leaves_its_tensor_as_it_is(impl, probe, device):
    call = "list(minibatches(x, 2))"
    promises.unchanged(probe, loader_probes.batches, impl.minibatches, rows(5, 2, device), 2, limit=4, call=call)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (0, [[0.25, 1.5], [1.0, 0.5], [0.0, 0.0]]),
        (1, [[0.0, 0.0], [0.0, 0.0], [0.25, 1.5]]),
    ],
)
def test_minibatches_lets_the_gradient_through(impl, probe, device, at, expected):
    x = rows(3, 2, device)

    actual = probe(probes.gradient, loader_probes.batch_at, x, impl.minibatches, 2, at)

    expect.tensor(actual, x.new_tensor(expected), call=f"gradient of batch {at} of minibatches(x, 2)")


# -- collate_padded ------------------------------------------------------------------------------------------


COLLATE = "collate_padded(samples)"


def expect_padded(actual, padded, lengths, labels, /, **inputs):
    """Expect the tuple (padded, lengths, labels)."""
    __tracebackhide__ = True
    is_triple = isinstance(actual, tuple) and len(actual) == 3
    expect.that(is_triple, call=COLLATE, got=actual, should_be="a tuple (padded, lengths, labels)", **inputs)
    expect.tensor(actual[0], padded, call=f"{COLLATE}[0], padded", **inputs)
    expect.tensor(actual[1], lengths, call=f"{COLLATE}[1], lengths", **inputs)
    expect.tensor(actual[2], labels, call=f"{COLLATE}[2], labels", **inputs)


def padded_by_hand(sequences):
    """The sequences one after the other, written into zeros entry by entry."""
    lengths = [len(sequence) for sequence in sequences]
    padded = np.zeros((len(sequences), max(lengths), *sequences[0].shape[1:]))
    for i, sequence in enumerate(sequences):
        for t in range(lengths[i]):
            padded[i, t] = sequence[t].cpu().double().numpy()
    return oracles.like(torch.from_numpy(padded), sequences[0])


def counted(lengths, width, device="cpu", dtype=torch.float32):
    """Sequences (length, width) whose numbers are all different; (length,) where the width is None."""
    numbers = torch.arange(1, sum(lengths) * (width or 1) + 1).to(dtype).to(device)
    numbers = numbers if width is None else numbers.reshape(-1, width)
    return list(numbers.split(list(lengths)))


def test_collate_padded_pads_at_the_end_and_keeps_the_lengths(impl, device):
    short, long = torch.tensor([1.0, 2.0], device=device), torch.tensor([3.0, 4.0, 5.0], device=device)

    actual = impl.collate_padded([(short, 7), (long, 8)])

    padded = torch.tensor([[1.0, 2.0, 0.0], [3.0, 4.0, 5.0]], device=device)
    lengths, labels = torch.tensor([2, 3], device=device), torch.tensor([7, 8], device=device)
    expect_padded(actual, padded, lengths, labels)


@pytest.mark.parametrize("width", [None, 1, 3])
@pytest.mark.parametrize(
    "lengths",
    [[1], [3], [2, 2], [1, 3], [3, 1], [2, 5, 1], [1, 5, 2, 3], [4, 0, 2], [0, 1], [0, 0], [0]],
    ids=str,
)
def test_collate_padded_keeps_the_order_of_samples_of_any_length(impl, device, lengths, width):
    sequences = counted(lengths, width, device)
    samples = [(sequence, 10 - i) for i, sequence in enumerate(sequences)]

    actual = impl.collate_padded(samples)

    labels = torch.tensor([10 - i for i in range(len(lengths))], device=device)
    expect_padded(actual, padded_by_hand(sequences), torch.tensor(lengths, device=device), labels, samples=samples)


@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=5),
    tail=strategies.shapes(0, 2, max_side=3),
    data=st.data(),
)
def test_collate_padded_agrees_with_a_slow_loop(impl, device, lengths, tail, data):
    flat = data.draw(strategies.tensors((sum(lengths), *tail)), label="all sequences together").to(device)
    sequences = list(flat.split(lengths))
    numbers = data.draw(st.lists(st.integers(-3, 3), min_size=len(lengths), max_size=len(lengths)), label="labels")

    actual = impl.collate_padded(list(zip(sequences, numbers, strict=True)))

    labels = torch.tensor(numbers, device=device)
    expect_padded(actual, padded_by_hand(sequences), torch.tensor(lengths, device=device), labels)


def test_collate_padded_counts_zeros_that_belong_to_a_sequence(impl, device):
    x = torch.tensor([0.0, 5.0, 0.0, 0.0, 0.0], device=device)

    actual = impl.collate_padded([(x[:4], 0), (x, 1), (x[2:], 2)])

    padded = x.new_tensor([[0.0, 5.0, 0.0, 0.0, 0.0], [0.0, 5.0, 0.0, 0.0, 0.0], [0.0] * 5])
    lengths, labels = torch.tensor([4, 5, 3], device=device), torch.tensor([0, 1, 2], device=device)
    expect_padded(actual, padded, lengths, labels)


def test_collate_padded_is_as_long_as_each_batch_needs(impl, device):
    for lengths in ([2, 6], [3, 1], [2, 4]):
        sequences = counted(lengths, 2, device)

        actual = impl.collate_padded([(sequence, 1) for sequence in sequences])

        ones = torch.tensor([1, 1], device=device)
        expect_padded(actual, padded_by_hand(sequences), torch.tensor(lengths, device=device), ones)


@KEPT_DTYPES
def test_collate_padded_keeps_the_dtype_of_the_sequences(impl, device, dtype):
    sequences = counted([1, 3], 2, device, dtype)

    actual = impl.collate_padded([(sequences[0], 4), (sequences[1], 5)])

    lengths, labels = torch.tensor([1, 3], device=device), torch.tensor([4, 5], device=device)
    expect_padded(actual, padded_by_hand(sequences), lengths, labels)


def test_collate_padded_keeps_large_whole_numbers(impl, device):
    tokens = torch.tensor([2**53 + 1, 2**62 + 1], device=device)

    actual = impl.collate_padded([(tokens, 0), (tokens[:1], 1)])

    padded = torch.tensor([[2**53 + 1, 2**62 + 1], [2**53 + 1, 0]], device=device)
    expect_padded(actual, padded, torch.tensor([2, 1], device=device), torch.tensor([0, 1], device=device))


@promises.LAYOUTS
def test_collate_padded_takes_any_memory_layout(impl, device, layout):
    sequences = [layout(sequence) for sequence in counted([2, 4], 3, device)]

    actual = impl.collate_padded([(sequences[0], 4), (sequences[1], 5)])

    lengths, labels = torch.tensor([2, 4], device=device), torch.tensor([4, 5], device=device)
    expect_padded(actual, padded_by_hand(sequences), lengths, labels)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param([3, -1, 2**40 + 1], torch.tensor([3, -1, 2**40 + 1]), id="ints"),
        pytest.param([0.5, 1.0, -2.0], torch.tensor([0.5, 1.0, -2.0]), id="floats"),
    ],
)
def test_collate_padded_makes_a_tensor_of_number_labels(impl, device, labels, expected):
    sequences = counted([2, 1, 3], 2, device)

    actual = impl.collate_padded(list(zip(sequences, labels, strict=True)))

    lengths = torch.tensor([2, 1, 3], device=device)
    expect_padded(actual, padded_by_hand(sequences), lengths, expected.to(device), labels=labels)


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((3,), torch.int64),
        ((3,), torch.int32),
        ((3,), torch.float64),
        ((3,), torch.bool),
        ((3, 1), torch.int64),
        ((3, 2), torch.float32),
        ((3, 2, 2), torch.float16),
    ],
)
def test_collate_padded_stacks_tensor_labels(impl, device, shape, dtype):
    sequences = counted([2, 1, 3], 2, device)
    labels = torch.arange(np.prod(shape)).reshape(shape).to(dtype).to(device)

    actual = impl.collate_padded(list(zip(sequences, labels, strict=True)))

    expect_padded(actual, padded_by_hand(sequences), torch.tensor([2, 1, 3], device=device), labels, labels=labels)


def test_collate_padded_leaves_its_samples_as_they_are(impl, probe, device):
    sequences = counted([1, 3, 2], 2, device)
    samples = [(sequence, torch.tensor(i, device=device)) for i, sequence in enumerate(sequences)]

    promises.unchanged(probe, impl.collate_padded, samples, call=COLLATE)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (0, [[0.25, 1.5]]),  # then comes the padding with 1, 0.5, 1.75, 1.25
        (1, [[0.75, 0.25], [1.5, 1.0], [0.5, 1.75]]),
    ],
)
def test_collate_padded_lets_the_gradient_through_to_each_sequence(impl, probe, device, at, expected):
    sequences = counted([1, 3], 2, device)

    actual = probe(probes.gradient, loader_probes.padded, impl.collate_padded, *sequences, wrt=1 + at)

    expected = torch.tensor(expected, device=device)
    expect.tensor(actual, expected, call=f"gradient of {COLLATE}[0] for sequence {at}", sequences=sequences)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 8])
def test_collate_padded_serves_a_loader_to_the_ragged_last_batch(impl, probe, device, batch_size):
    sequences = counted([2, 1, 3, 5, 4], 2, device)
    samples = [(sequence, i) for i, sequence in enumerate(sequences)]

    actual = list(probe(DataLoader, samples, batch_size=batch_size, collate_fn=impl.collate_padded))

    labels = list(range(5))
    starts = range(0, 5, batch_size)
    should_be = f"{len(starts)} batches"
    call = f"list(DataLoader(samples, {batch_size}, collate_fn=collate_padded))"
    expect.that(len(actual) == len(starts), call=call, got=f"{len(actual)} batches", should_be=should_be)
    for batch, start in zip(actual, starts, strict=True):
        part = sequences[start : start + batch_size]
        lengths = torch.tensor([len(sequence) for sequence in part], device=device)
        numbers = torch.tensor(labels[start : start + batch_size], device=device)
        expect_padded(batch, padded_by_hand(part), lengths, numbers)


def test_collate_padded_can_be_pickled(impl, probe, device):
    x = torch.tensor([1.0, 2.0], device=device)
    copy = probe(dataset_probes.pickled, impl.collate_padded)

    actual = copy([(x, 3), (x[1:], 4)])

    padded = x.new_tensor([[1.0, 2.0], [2.0, 0.0]])
    expect_padded(actual, padded, torch.tensor([2, 1], device=device), torch.tensor([3, 4], device=device))


def test_collate_padded_works_in_worker_processes(impl, probe):
    sequences = counted([2, 1, 3, 5, 4], 2)
    samples = [(sequence, i) for i, sequence in enumerate(sequences)]
    collate = impl.collate_padded

    actual = probe(worker_probes.worker_batches, collate, samples, batch_size=2, collate_fn=collate)

    call = "list(DataLoader(samples, 2, collate_fn=collate_padded, num_workers=2))"
    expect.that(len(actual) == 3, call=call, got=f"{len(actual)} batches", should_be="3 batches")
    for batch, start in zip(actual, (0, 2, 4), strict=True):
        part = sequences[start : start + 2]
        lengths = torch.tensor([len(sequence) for sequence in part])
        expect_padded(batch, padded_by_hand(part), lengths, torch.tensor(range(start, start + len(part))))


# -- loader_mean ---------------------------------------------------------------------------------------------


MEAN = "loader_mean(loader)"


def test_loader_mean_averages_each_feature_over_all_samples(impl, device):
    loader = [
        torch.tensor([[1.0, 10.0, 0.5], [2.0, 20.0, 0.5]], device=device),
        torch.tensor([[6.0, 60.0, 0.5], [7.0, 70.0, 0.5]], device=device),
    ]

    actual = impl.loader_mean(loader)

    expect.tensor(actual, loader[0].new_tensor([4.0, 40.0, 0.5]), call=MEAN, loader=loader)


def test_loader_mean_gives_a_short_last_batch_no_full_vote(impl, device):
    loader = [torch.tensor([1.0, 1.0, 1.0, 1.0], device=device), torch.tensor([0.0], device=device)]

    actual = impl.loader_mean(loader)

    expect.tensor(actual, torch.tensor(0.8, device=device), call=MEAN, loader=loader)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
@pytest.mark.parametrize("drop_last", [False, True])
def test_loader_mean_averages_what_a_DataLoader_gives(impl, probe, device, batch_size, drop_last):
    values = torch.tensor([[3.0, 1.0], [4.0, 8.0], [-1.0, 9.0], [5.0, 0.5], [100.0, 7.0]], device=device)
    loader = probe(DataLoader, values, batch_size=batch_size, drop_last=drop_last)

    actual = impl.loader_mean(loader)

    given = len(values) // batch_size * batch_size if drop_last else len(values)
    expected = oracles.like(oracles.wide(values[:given]).sum(0) / given, values)
    call = f"loader_mean(DataLoader(values, {batch_size=}, {drop_last=}))"
    expect.tensor(actual, expected, call=call, values=values)


def test_loader_mean_counts_the_samples_that_come_not_those_of_the_dataset(impl, probe, device):
    values = torch.tensor([1.0, 2.0, 4.0, 8.0], device=device)
    loader = probe(DataLoader, values, batch_size=2, sampler=[3, 3, 0, 3, 3])

    actual = impl.loader_mean(loader)

    call = "loader_mean(DataLoader(values, batch_size=2, sampler=[3, 3, 0, 3, 3]))"
    expect.tensor(actual, torch.tensor(6.6, device=device), call=call, values=values)


@given(
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6), tail=strategies.shapes(0, 2, max_side=3), data=st.data()
)
def test_loader_mean_agrees_with_numpy(impl, device, sizes, tail, data):
    sizes = [*sizes, 1]
    values = data.draw(strategies.tensors((sum(sizes), *tail)), label="all batches together").to(device)

    actual = impl.loader_mean(list(values.split(sizes)))

    mean = values.cpu().numpy().astype(np.float64).mean(axis=0)
    expected = oracles.like(torch.from_numpy(np.asarray(mean)), values)
    expect.tensor(actual, expected, call=f"loader_mean(values.split({sizes}))", values=values)


@pytest.mark.parametrize("sizes", [[0, 2, 1], [2, 0, 1], [2, 1, 0], [0, 0, 3]], ids=str)
def test_loader_mean_is_not_moved_by_a_batch_without_samples(impl, device, sizes):
    values = torch.tensor([[1.0, 5.0], [2.0, 5.0], [6.0, -4.0]], device=device)

    actual = impl.loader_mean(list(values.split(sizes)))

    expect.tensor(actual, values.new_tensor([3.0, 2.0]), call=f"loader_mean(values.split({sizes}))", values=values)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (5, 3, 2, 4), (5, 0)])
def test_loader_mean_has_the_shape_of_one_sample(impl, device, shape):
    values = torch.arange(float(np.prod(shape))).square().reshape(shape).to(device)

    actual = impl.loader_mean([values[:3], values[3:]])

    expected = oracles.like(oracles.wide(values).sum(0) / 5, values)
    expect.tensor(actual, expected, call=f"loader_mean([<{(3, *shape[1:])}>, <{(2, *shape[1:])}>])")


@promises.DTYPES
def test_loader_mean_keeps_the_dtype(impl, device, dtype):
    loader = [torch.tensor([[1.0, 0.1], [2.0, 0.1]], dtype=dtype, device=device) for _ in range(2)]
    loader.append(torch.tensor([[5.0, 0.3]], dtype=dtype, device=device))

    actual = impl.loader_mean(loader)

    expected = oracles.like(oracles.wide(torch.cat(loader)).sum(0) / 5, loader[0])
    expect.tensor(actual, expected, call=MEAN, **oracles.exact(dtype), loader=loader)


@pytest.mark.parametrize(
    ("dtype", "values"), [(torch.float16, [60000.0, 60000.0, 59904.0]), (torch.bfloat16, [256.0, 1.0, 1.0])]
)
def test_loader_mean_sums_half_types_in_float32(impl, device, dtype, values):
    loader = [
        torch.tensor(values[:2], dtype=dtype, device=device),
        torch.tensor(values[2:], dtype=dtype, device=device),
    ]

    actual = impl.loader_mean(loader)

    expected = torch.tensor(sum(values) / 3, dtype=dtype, device=device)
    expect.tensor(actual, expected, rtol=0, atol=0, call=MEAN, loader=loader)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_loader_mean_rounds_half_types_only_at_the_end(impl, device, dtype):
    values = strategies.large_tensor((100, 2), torch.float32, kind="normal", seed=5).abs().to(dtype).to(device)

    actual = impl.loader_mean(list(values.split(1)))

    expected = oracles.like(oracles.wide(values).mean(0), values)
    # No mean here is near the middle between two numbers of the dtype: any order of the sum rounds to the same.
    expect.tensor(actual, expected, rtol=0, atol=0, call="loader_mean(values.split(1))", values=values)


@promises.LAYOUTS
def test_loader_mean_takes_any_memory_layout(impl, device, layout):
    loader = [layout(rows(3, 2, device)), layout(rows(2, 2, device) + 7)]

    actual = impl.loader_mean(loader)

    expected = oracles.like(oracles.wide(torch.cat(loader)).sum(0) / 5, loader[0])
    expect.tensor(actual, expected, call=MEAN, loader=loader)


@pytest.mark.parametrize("shapes", [[], [(0,)], [(0, 3), (0, 3)]], ids=str)
def test_loader_mean_refuses_a_loader_without_samples(impl, device, shapes):
    loader = [torch.zeros(shape, device=device) for shape in shapes]

    with expect.raises(ValueError, match="loader", call=MEAN, loader=loader):
        impl.loader_mean(loader)


def test_loader_mean_goes_through_its_loader_once(impl, probe, device):
    values = torch.tensor([[1.0, 5.0], [2.0, 5.0], [6.0, -4.0]], device=device)
    once = probe(iter, [values[:2], values[2:]])

    actual = impl.loader_mean(once)

    expect.tensor(actual, values.new_tensor([3.0, 2.0]), call="loader_mean(iter([values[:2], values[2:]]))")


def test_loader_mean_keeps_no_batches(impl, probe):
    values = rows(12, 3)
    loader = probe(loader_probes.PassingBatches, *values.split(1))

    impl.loader_mean(loader)

    got = f"{loader.most} batches in memory when the next was asked for"
    call = "loader_mean(<12 batches>)"
    expect.that(loader.most <= 2, call=call, got=got, should_be="batches are let go, one after the other")


def test_loader_mean_is_detached(impl, device):
    loader = [rows(2, 2, device).requires_grad_(), rows(1, 2, device).requires_grad_()]

    actual = impl.loader_mean(loader)

    expect.tensor(actual, torch.tensor([40 / 3, 43 / 3], device=device), call=MEAN, loader=loader)
    expect.value(actual.requires_grad, False, call=f"{MEAN}.requires_grad")


def test_loader_mean_leaves_the_batches_as_they_are(impl, probe, device):
    promises.unchanged(probe, impl.loader_mean, [rows(3, 2, device), rows(1, 2, device)], call=MEAN)
