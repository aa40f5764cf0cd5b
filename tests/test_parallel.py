"""Specs of the topic `parallel`.

Where ranks talk to one another they are real processes, and their tensors lie on the CPU: the process group is
gloo's, as the docstrings say. Those tests have no `device`.
"""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from kata.ranks import pool
from tests import expect, parallel_probes, promises

COUNTS = st.integers(0, 40)
WORLDS = st.integers(1, 7)


# -- shard_indices -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "world_size", "shares"),
    [
        pytest.param(10, 3, [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]], id="one-more"),
        pytest.param(11, 4, [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10]], id="one-less"),
        pytest.param(6, 2, [[0, 1, 2], [3, 4, 5]], id="even"),
        pytest.param(2, 4, [[0], [1], [], []], id="fewer-samples-than-ranks"),
        pytest.param(0, 2, [[], []], id="no-samples"),
        pytest.param(3, 1, [[0, 1, 2]], id="one-rank"),
    ],
)
def test_shard_indices_gives_each_rank_a_block(impl, count, world_size, shares):
    for rank in range(world_size):
        actual = impl.shard_indices(count, rank, world_size)

        expect.value(actual, shares[rank], call=f"shard_indices({count}, {rank=}, {world_size=})")


@given(count=COUNTS, world_size=WORLDS)
@example(count=7, world_size=5)
def test_shard_indices_leaves_nothing_out(impl, probe, count, world_size):
    actual = probe(parallel_probes.shares, impl.shard_indices, count, world_size)

    expected = [block.tolist() for block in np.array_split(np.arange(count), world_size)]
    expect.value(actual, expected, call="[shard_indices(count, rank, world_size) for each rank]", count=count,
                 world_size=world_size)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "count", "rank", "world_size"),
    [
        pytest.param("count", -1, 0, 2, id="count"),
        pytest.param("world_size", 4, 0, 0, id="no-ranks"),
        pytest.param("world_size", 4, 0, -2, id="negative-ranks"),
        pytest.param("rank", 4, -1, 2, id="rank-below"),
        pytest.param("rank", 4, 2, 2, id="rank-behind-the-last"),
    ],
)
def test_shard_indices_refuses_what_lies_outside(impl, name, count, rank, world_size):
    with expect.raises(ValueError, match=name, call=f"shard_indices({count}, {rank=}, {world_size=})"):
        impl.shard_indices(count, rank, world_size)


# -- epoch_shard ---------------------------------------------------------------------------------------------

EPOCH_SHARD = "epoch_shard({count}, rank, world_size={world_size}, epoch={epoch}, seed={seed})"


@pytest.mark.parametrize("world_size", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 10])
def test_epoch_shard_gives_every_sample_to_one_rank(impl, probe, count, world_size):
    epochs = probe(parallel_probes.epochs, impl.epoch_shard, count, world_size, 30, 7)

    for epoch, shares in enumerate(epochs):
        call = EPOCH_SHARD.format(count=count, world_size=world_size, epoch=epoch, seed=7)
        plain = all(type(share) is list and all(type(i) is int for i in share) for share in shares)
        expect.that(plain, call=call, got=shares, should_be="for each rank a list of ints")
    call = EPOCH_SHARD.format(count=count, world_size=world_size, epoch="0 to 29", seed=7)
    sizes = [sorted(map(len, shares)) for shares in epochs]
    even = [count // world_size + (rank >= world_size - count % world_size) for rank in range(world_size)]
    actual = next((each for each in sizes if each != even), even)
    expect.value(actual, even, call=f"sizes of the shares of {call}, sorted")
    # Not which samples: another seed of the generator makes the same mistake with others.
    together = [sorted(i for share in shares for i in share) for shares in epochs]
    right = all(each == list(range(count)) for each in together)
    known = all(i in range(count) for each in together for i in each)
    got = "some samples twice, and others not at all" if known else "samples that are not there"
    expect.that(right, call=call, got=got, should_be="every sample once in each epoch")


def test_epoch_shard_gives_the_same_for_the_same_arguments(impl, probe):
    first = probe(parallel_probes.epochs, impl.epoch_shard, 20, 3, 2, 5)
    probe(torch.rand, 3)

    again = probe(parallel_probes.epochs, impl.epoch_shard, 20, 3, 2, 5)

    call = EPOCH_SHARD.format(count=20, world_size=3, epoch="0 and 1", seed=5)
    expect.that(again == first, call=f"{call}, once more", got="other shares", should_be="the same shares as before")


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_epoch_shard_shuffles_anew_in_each_epoch(impl, probe, seed):
    """Three samples have six orders: each comes up in a hundred epochs, save once in millions of seeds."""
    epochs = probe(parallel_probes.epochs, impl.epoch_shard, 3, 1, 100, seed)

    call = EPOCH_SHARD.format(count=3, world_size=1, epoch="0 to 99", seed=seed)
    orders = {tuple(share) for (share,) in epochs}
    expect.that(len(orders) == 6, call=call, got=f"{len(orders)} different orders", should_be="all 6 orders")


def test_epoch_shard_lets_samples_change_their_rank(impl, probe):
    epochs = probe(parallel_probes.epochs, impl.epoch_shard, 6, 3, 60, 1)

    seen = [len({i for shares in epochs for i in shares[rank]}) for rank in range(3)]
    call = EPOCH_SHARD.format(count=6, world_size=3, epoch="0 to 59", seed=1)
    expect.value(seen, [6, 6, 6], call=f"how many different samples each rank has seen of {call}")


def test_epoch_shard_gives_a_share_in_random_order(impl, probe):
    epochs = probe(parallel_probes.epochs, impl.epoch_shard, 8, 2, 10, 1)

    in_order = [share == sorted(share) for shares in epochs for share in shares]
    call = EPOCH_SHARD.format(count=8, world_size=2, epoch="0 to 9", seed=1)
    got = f"{sum(in_order)} of 20 shares in ascending order"
    expect.that(sum(in_order) < 10, call=call, got=got, should_be="shuffled shares")


def test_epoch_shard_mixes_the_samples_that_are_on_a_rank_together(impl, probe):
    """Two of six samples meet on one of two ranks in 2 of 5 epochs."""
    epochs = probe(parallel_probes.epochs, impl.epoch_shard, 6, 2, 60, 1)

    pairs = {(a, b) for shares in epochs for share in shares for a in share for b in share if a < b}
    call = EPOCH_SHARD.format(count=6, world_size=2, epoch="0 to 59", seed=1)
    expect.that(len(pairs) == 15, call=call, got=f"{len(pairs)} pairs that met on a rank", should_be="all 15 pairs")


def test_epoch_shard_gives_other_orders_for_other_seeds(impl, probe):
    orders = {str(probe(parallel_probes.epochs, impl.epoch_shard, 20, 1, 1, seed)) for seed in range(6)}

    call = EPOCH_SHARD.format(count=20, world_size=1, epoch=0, seed="0 to 5")
    expect.that(len(orders) == 6, call=call, got=f"{len(orders)} different orders", should_be="6 different orders")


def test_epoch_shard_gives_the_same_in_every_process(impl, probe):
    first, second = probe(parallel_probes.shares_of_processes, impl.epoch_shard, 20, 1, 2, 3, 5)

    call = f"{EPOCH_SHARD.format(count=20, world_size=2, epoch=3, seed=5)} in two processes"
    should_be = "the same share in both, though `hash` of a text is another in each"
    expect.that(second == first, call=call, got="two different shares", should_be=should_be)


def test_epoch_shard_leaves_the_global_random_state_alone(impl, probe):
    call = EPOCH_SHARD.format(count=10, world_size=2, epoch=1, seed=3)
    promises.random_state_untouched(probe, impl.epoch_shard, 10, 0, 2, 1, 3, call=call)


# -- broadcast_parameters ------------------------------------------------------------------------------------

BROADCAST = "broadcast_parameters(model{})"


def bag(rank, dtypes=(torch.float32,)):
    """Parameters and buffers that tell their rank."""
    shapes = [(2, 3), (5,), (), (0, 2)]
    parameters = [torch.arange(2.0, 2.0 + np.prod(shape)).reshape(shape) + 100 * rank for shape in shapes]
    buffers = [(torch.arange(1, 4) * (rank + 1)).to(dtype) for dtype in dtypes]
    return parameters, buffers


def expect_source(found, source, parameters, buffers, call):
    """Expect the numbers of the source on every rank, in the objects that were there before."""
    __tracebackhide__ = True
    for rank, one in enumerate(found):
        for i, same in enumerate(one["same"]):
            what, harm = (
                (f"parameter {i}", "an optimizer that holds the old one no longer trains the model")
                if i < len(parameters)
                else (f"buffer {i - len(parameters)}", "who holds the old one has other numbers than the model")
            )
            told = f"{call}: {what} on rank {rank}"
            expect.that(same, call=told, got=f"another object than before; {harm}", should_be="the object from before")
        for i, (actual, expected) in enumerate(zip(one["numbers"], [*parameters, *buffers], strict=True)):
            what = f"parameter {i}" if i < len(parameters) else f"buffer {i - len(parameters)}"
            expect.tensor(actual, expected, call=f"{call}: {what} on rank {rank} (source: rank {source})")


@pytest.mark.parametrize("world_size", [2, 3])
def test_broadcast_parameters_gives_every_rank_the_parameters_of_rank_0(impl, probe, world_size):
    shares = [(bag(rank)[0], [], ()) for rank in range(world_size)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    call = BROADCAST.format("")
    expect_source(found, 0, bag(0)[0], [], call)
    for rank, one in enumerate(found):
        expect.value(one["result"], None, call=f"{call} on rank {rank}")


@pytest.mark.parametrize("source", [1, 2])
def test_broadcast_parameters_takes_those_of_the_source(impl, probe, source):
    shares = [(*bag(rank), (source,)) for rank in range(3)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    expect_source(found, source, *bag(source), BROADCAST.format(f", source={source}"))


def test_broadcast_parameters_sends_buffers_of_every_dtype(impl, probe):
    whole = (torch.int64, torch.int32, torch.int8, torch.uint8)
    dtypes = (torch.float32, torch.float64, torch.float16, torch.bfloat16, *whole)
    shares = [(*bag(rank, dtypes), (1,)) for rank in range(2)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    expect_source(found, 1, *bag(1, dtypes), BROADCAST.format(", source=1"))


def test_broadcast_parameters_sends_bool_buffers(impl, probe):
    buffers = [[torch.tensor([False, True])], [torch.tensor([True, False])]]
    shares = [([torch.zeros(1)], buffers[rank], ()) for rank in range(2)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    expect_source(found, 0, [torch.zeros(1)], buffers[0], BROADCAST.format(""))


def test_broadcast_parameters_keeps_objects_gradients_and_requires_grad(impl, probe):
    shares = [(bag(rank)[0], [torch.ones(2)], (), "clone", (1,)) for rank in range(2)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    call = BROADCAST.format("")
    expect_source(found, 0, bag(0)[0], [torch.ones(2)], call)
    for one in found:
        expect.value(one["requires_grad"], [True, False, True, True, False], call=f"requires_grad after {call}")
        for i, shape in enumerate([(2, 3), None, (), (0, 2)]):
            gradient = one["gradients"][i]
            if shape is None:
                expect.value(gradient, None, call=f"the gradient of parameter {i} after {call}")
            else:
                expect.tensor(gradient, torch.full(shape, 5.0), call=f"the gradient of parameter {i} after {call}")


@pytest.mark.parametrize(
    "layouts",
    [
        pytest.param(("gaps", "gaps"), id="with-gaps"),
        pytest.param(("columns", "clone"), id="columns-first-on-one-rank"),
        pytest.param(("clone", "columns"), id="columns-first-on-the-other"),
    ],
)
def test_broadcast_parameters_takes_any_memory_layout(impl, probe, layouts):
    shares = [(*bag(rank), (1,), layouts[rank]) for rank in range(2)]

    found = probe(pool.run, impl, parallel_probes.broadcast, shares)

    expect_source(found, 1, *bag(1), BROADCAST.format(", source=1"))


@pytest.mark.parametrize("source", [-1, 2])
def test_broadcast_parameters_refuses_a_rank_that_is_none(impl, probe, source):
    with expect.raises(ValueError, match="source", call=BROADCAST.format(f", {source=}") + " on 2 ranks"):
        probe(pool.run, impl, parallel_probes.broadcast, [([torch.zeros(2)], [], (source,))] * 2)


# -- average_gradients ---------------------------------------------------------------------------------------

AVERAGE = "average_gradients(model{})"


def gradients_before(gradients):
    """What each rank had, as inputs that a card shows."""
    return {f"gradients_on_rank_{rank}": each for rank, each in enumerate(gradients)}


def expect_gradients(found, expected, call, gradients):
    """Expect these gradients on every rank; before, each had its list of `gradients`."""
    __tracebackhide__ = True
    before = gradients_before(gradients)
    for rank, one in enumerate(found):
        for i, (actual, gradient) in enumerate(zip(one["gradients"], expected, strict=True)):
            told = f"the gradient of parameter {i} on rank {rank} after {call}"
            if gradient is None:
                expect.value(actual, None, call=told, **before)
            else:
                expect.tensor(actual, gradient, call=told, **before)


@pytest.mark.parametrize("world_size", [1, 2, 3])
def test_average_gradients_gives_every_rank_the_mean(impl, probe, world_size):
    matrix = torch.tensor([[1.0, -2.0], [3.0, 0.5]])
    gradients = [[matrix * (rank + 1), torch.tensor(2.0 * rank)] for rank in range(world_size)]

    found = probe(pool.run, impl, parallel_probes.average, [(gradient,) for gradient in gradients])

    call = AVERAGE.format("")
    expected = [sum(gradient[i] for gradient in gradients) / world_size for i in range(2)]
    expect_gradients(found, expected, call, gradients)
    for rank, one in enumerate(found):
        expect.value(one["result"], None, call=f"{call} on rank {rank}")
        expect.value(one["changed"], [], call=f"parameters and buffers that {call} changed on rank {rank}")


def test_average_gradients_weighs_each_rank(impl, probe):
    gradients = [[torch.tensor([6.0, 0.0])], [torch.tensor([0.0, 12.0])], [torch.tensor([-12.0, 3.0])]]
    weights = [3, 2, 1]  # (6 * 3 - 12) / 6 and (12 * 2 + 3) / 6

    found = probe(pool.run, impl, parallel_probes.average, [(gradients[r], (weights[r],)) for r in range(3)])

    expect_gradients(found, [torch.tensor([1.0, 4.5])], AVERAGE.format(", weight=3, 2 and 1"), gradients)


@pytest.mark.parametrize(
    ("weights", "mean"),
    [
        pytest.param([(0.5,), (0.25,)], 8.0 / 3, id="below-1"),
        pytest.param([(0.5,), (3,)], -40.0 / 7, id="float-and-int"),
        pytest.param([(), (3,)], -4.0, id="1-where-none-is-given"),
    ],
)
def test_average_gradients_takes_weights_of_any_kind(impl, probe, weights, mean):
    gradients = [[torch.tensor([8.0])], [torch.tensor([-8.0])]]

    found = probe(pool.run, impl, parallel_probes.average, list(zip(gradients, weights, strict=True)))

    told = " and ".join(str(*weight) or "none given" for weight in weights)
    expect_gradients(found, [torch.tensor([mean])], AVERAGE.format(f", weight: {told}"), gradients)


def test_average_gradients_keeps_the_dtype_of_each_gradient(impl, probe):
    double = torch.tensor([1.0 + 1e-12, 4.0], dtype=torch.float64)
    gradients = [[torch.tensor([1.0]), double], [torch.tensor([2.0]), 2 * double]]

    found = probe(pool.run, impl, parallel_probes.average, [(gradients[0], (0.2,)), (gradients[1], (0.1,))])

    call, before = AVERAGE.format(", weight=0.2 and 0.1"), gradients_before(gradients)
    for rank, one in enumerate(found):
        told = f"the gradient on rank {rank} after {call}"
        expect.tensor(one["gradients"][0], torch.tensor([4 / 3]), call=f"float32: {told}", **before)
        expect.tensor(one["gradients"][1], 4 * double / 3, rtol=1e-14, atol=0.0, call=f"float64: {told}", **before)


def test_average_gradients_takes_large_weights_for_small_dtypes(impl, probe):
    """100 * 1000 is more than a float16 can be."""
    gradients = [[torch.tensor([100.0, -20.0], dtype=torch.float16)], [torch.tensor([50.0, 4.0], dtype=torch.float16)]]
    weights = [1000, 3000]

    found = probe(pool.run, impl, parallel_probes.average, [(gradients[r], (weights[r],)) for r in range(2)])

    expected = [torch.tensor([62.5, -2.0], dtype=torch.float16)]
    expect_gradients(found, expected, AVERAGE.format(", weight=1000 and 3000"), gradients)


def test_average_gradients_counts_a_missing_gradient_as_zeros(impl, probe):
    gradients = [
        [torch.tensor([3.0, 6.0]), None, torch.tensor([1.0, 1.0])],
        [None, None, torch.tensor([2.0, 1.0])],
        [None, torch.tensor([0.0, -3.0]), torch.tensor([3.0, 1.0])],
    ]

    found = probe(pool.run, impl, parallel_probes.average, [(gradient,) for gradient in gradients])

    expected = [torch.tensor([1.0, 2.0]), torch.tensor([0.0, -1.0]), torch.tensor([2.0, 1.0])]
    expect_gradients(found, expected, AVERAGE.format(""), gradients)


def test_average_gradients_leaves_a_parameter_without_any_gradient_alone(impl, probe):
    gradients = [[torch.tensor([3.0]), None], [torch.tensor([5.0]), None]]

    found = probe(pool.run, impl, parallel_probes.average, [(gradient,) for gradient in gradients])

    expect_gradients(found, [torch.tensor([4.0]), None], AVERAGE.format(""), gradients)


def test_average_gradients_ignores_a_rank_of_weight_0(impl, probe):
    nothing = torch.tensor([torch.nan, torch.inf])
    gradients = [
        [nothing, nothing, None],
        [torch.tensor([3.0, 6.0]), None, None],
        [torch.tensor([6.0, 0.0]), None, None],
    ]
    weights = [0, 2, 1]

    found = probe(pool.run, impl, parallel_probes.average, [(gradients[r], (weights[r],)) for r in range(3)])

    expect_gradients(found, [torch.tensor([4.0, 4.0]), None, None], AVERAGE.format(", weight=0, 2 and 1"), gradients)


@pytest.mark.parametrize("layout", ["gaps", "columns"])
def test_average_gradients_takes_any_memory_layout(impl, probe, layout):
    gradients = [[torch.arange(6.0).reshape(2, 3)], [torch.arange(6.0).reshape(2, 3) * 3]]
    shares = [(gradients[0], (), layout), (gradients[1], (), "clone")]

    found = probe(pool.run, impl, parallel_probes.average, shares)

    expect_gradients(found, [torch.arange(6.0).reshape(2, 3) * 2], AVERAGE.format(""), gradients)


def test_average_gradients_refuses_weights_of_0_alone(impl, probe):
    with expect.raises(ValueError, match="weight", call=AVERAGE.format(", weight=0") + " on both ranks"):
        probe(pool.run, impl, parallel_probes.average, [([torch.ones(2)], (0,))] * 2)


# -- data_parallel_step --------------------------------------------------------------------------------------

STEP = "data_parallel_step(model, loss_fn, optimizer, x, y)"


def batch(sizes, seed, dtype=torch.float64):
    """A batch of all ranks: the share (x, y) of each."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(sum(sizes), 3, generator=generator, dtype=torch.float64).to(dtype)
    y = torch.randn(sum(sizes), 2, generator=generator, dtype=torch.float64).to(dtype)
    return list(zip(x.split(sizes), y.split(sizes), strict=True))


def whole(batches):
    return [tuple(torch.cat(parts) for parts in zip(*shares, strict=True)) for shares in batches]


def run_steps(probe, impl, make, optimizer, batches, training=True):
    shares = [
        (make, optimizer, [shares[rank] for shares in batches], training) for rank in range(len(batches[0]))
    ]  # fmt: skip
    return probe(pool.run, impl, parallel_probes.steps, shares)


def expect_one_process(found, make, optimizer, batches, training=True):
    """Expect on every rank the losses and the model of one process."""
    __tracebackhide__ = True
    losses, numbers = parallel_probes.in_one_process(make, optimizer, whole(batches), training)
    single = batches[0][0][0].dtype == torch.float32
    tolerance = {"rtol": 1e-4, "atol": 1e-6} if single else {"rtol": 1e-9, "atol": 1e-12}
    sizes = [[len(x) for x, _ in shares] for shares in batches]
    for rank, one in enumerate(found):
        for step, (actual, expected) in enumerate(zip(one["losses"], losses, strict=True)):
            expect.close(actual, expected, **tolerance, call=f"step {step} on rank {rank}: {STEP}", samples=sizes[step])
        for name in numbers:
            call = f"{name} on rank {rank} after {len(losses)} steps: {STEP}"
            exact = not numbers[name].is_floating_point()
            expect.tensor(one["numbers"][name], numbers[name], **({} if exact else tolerance), call=call, samples=sizes)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize(
    "sizes",
    [pytest.param([2, 2], id="equal-shares"), pytest.param([1, 4, 2], id="unequal-shares")],
)
def test_data_parallel_step_equals_one_process_on_the_whole_batch(impl, probe, sizes, optimizer):
    batches = [batch(sizes, seed) for seed in range(3)]

    found = run_steps(probe, impl, parallel_probes.Perceptron, optimizer, batches)

    expect_one_process(found, parallel_probes.Perceptron, optimizer, batches)


@pytest.mark.parametrize(
    "sizes", [pytest.param([[3, 0, 2]], id="in-one-step"), pytest.param([[3, 0, 2], [0, 1, 4]], id="in-turn")]
)
def test_data_parallel_step_takes_a_rank_without_samples(impl, probe, sizes):
    batches = [batch(each, seed) for seed, each in enumerate(sizes, 1)]

    found = run_steps(probe, impl, parallel_probes.Perceptron, "momentum", batches)

    expect_one_process(found, parallel_probes.Perceptron, "momentum", batches)


def test_data_parallel_step_computes_in_the_dtype_of_the_model(impl, probe):
    batches = [batch([1, 3], seed, torch.float32) for seed in range(2)]

    found = run_steps(probe, impl, parallel_probes.Perceptron, "sgd", batches)

    expect_one_process(found, parallel_probes.Perceptron, "sgd", batches)


def test_data_parallel_step_takes_a_layer_that_some_ranks_do_not_use(impl, probe):
    """On rank 0 every first feature is positive, on rank 1 none is."""
    batches = [batch([2, 3], seed) for seed in range(2)]
    for shares in batches:
        shares[0][0][:, 0] = shares[0][0][:, 0].abs() + 0.1
        shares[1][0][:, 0] = -shares[1][0][:, 0].abs()

    found = run_steps(probe, impl, parallel_probes.Router, "momentum", batches)

    expect_one_process(found, parallel_probes.Router, "momentum", batches)


@pytest.mark.parametrize(
    ("first", "sizes"), [pytest.param(0, [2, 3], id="rank-0"), pytest.param(1, [0, 3, 2], id="rank-1")]
)
def test_data_parallel_step_gives_every_rank_the_buffers_of_the_first_with_samples(impl, probe, first, sizes):
    batches = [batch(sizes, 5)]

    found = run_steps(probe, impl, parallel_probes.Normalized, "sgd", batches)

    _, expected = parallel_probes.in_one_process(parallel_probes.Normalized, "sgd", [batches[0][first]])
    for rank, one in enumerate(found):
        for name in ("norm.running_mean", "norm.running_var", "norm.num_batches_tracked"):
            expect.tensor(one["numbers"][name], expected[name], call=f"{name} on rank {rank}: {STEP}", samples=sizes)
        for name, tensor in one["numbers"].items():
            expect.tensor(tensor, found[0]["numbers"][name], call=f"{name} on rank {rank}, as on rank 0: {STEP}")


def test_data_parallel_step_keeps_the_mode_of_the_model(impl, probe):
    batches = [batch([2, 1], seed) for seed in range(2)]

    found = run_steps(probe, impl, parallel_probes.Normalized, "sgd", batches, training=False)

    for rank, one in enumerate(found):
        expect.value(one["modes"], [False], call=f"training of each module on rank {rank} after {STEP}")
    expect_one_process(found, parallel_probes.Normalized, "sgd", batches, training=False)


def test_data_parallel_step_leaves_the_samples_alone(impl, probe):
    found = run_steps(probe, impl, parallel_probes.Perceptron, "sgd", [batch([2, 3], 1)])

    for rank, one in enumerate(found):
        call = f"are x and y as they were on rank {rank} after {STEP}"
        expect.value(one["unchanged"], True, call=call)


def test_data_parallel_step_refuses_a_batch_without_samples(impl, probe):
    with expect.raises(ValueError, match=r"\bx\b", call=f"{STEP} without samples on both ranks"):
        run_steps(probe, impl, parallel_probes.Perceptron, "sgd", [batch([0, 0], 1)])


# -- ring_all_reduce -----------------------------------------------------------------------------------------

RING = "ring_all_reduce(chunks, rank, world_size, send, receive)"


def ring_data(world_size, shapes=None, dtype=torch.float64, device="cpu", seed=0):
    """The chunks of each rank, small whole numbers that no two ranks share."""
    generator = torch.Generator().manual_seed(seed)
    shapes = shapes or [(3,)] * world_size

    def chunk(shape):
        return torch.randint(0, 30, shape, generator=generator).to(dtype).to(device)

    return [[chunk(shape) for shape in shapes] for _ in range(world_size)]


def expect_sums(results, data, call):
    """Expect the sums of the chunks on every rank."""
    __tracebackhide__ = True
    for rank, result in enumerate(results):
        good = isinstance(result, list) and len(result) == len(data)
        expect.that(good, call=f"{call} on rank {rank}", got=result, should_be=f"a list of {len(data)} tensors")
        for i, actual in enumerate(result):
            expected = torch.stack([chunks[i].cpu() for chunks in data]).sum(0, dtype=data[0][i].dtype)
            told = f"chunk {i} on rank {rank} of {len(data)}: {call}"
            expect.tensor(actual, expected.to(data[0][i].device), call=told)


@pytest.mark.parametrize("world_size", [1, 2, 3, 4, 5])
def test_ring_all_reduce_adds_up_the_chunks_of_all_ranks(impl, probe, device, world_size):
    data = ring_data(world_size, dtype=torch.float32, device=device)

    results = probe(parallel_probes.ring_results, impl.ring_all_reduce, *data)

    expect_sums(results, data, RING)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([(5,), (3,), (1,)], id="sizes"),
        pytest.param([(2, 3), (), (0,), (4, 1)], id="axes"),
        pytest.param([(0,), (0, 2)], id="empty"),
    ],
)
def test_ring_all_reduce_takes_chunks_of_any_shape(impl, probe, shapes):
    data = ring_data(len(shapes), shapes)

    results = probe(parallel_probes.ring_results, impl.ring_all_reduce, *data)

    expect_sums(results, data, RING)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.float16, torch.float64], ids=str)
def test_ring_all_reduce_keeps_the_dtype(impl, probe, device, dtype):
    data = ring_data(3, dtype=dtype, device=device)
    if dtype == torch.int64:
        data[0][1] += 2**53  # float64 would lose the next number

    results = probe(parallel_probes.ring_results, impl.ring_all_reduce, *data)

    expect_sums(results, data, RING)


@pytest.mark.parametrize("world_size", [1, 2, 3, 5])
def test_ring_all_reduce_sends_chunks_around_the_ring_twice(impl, probe, world_size):
    sizes = [4, 1, 3, 2, 6][:world_size]
    data = ring_data(world_size, [(size,) for size in sizes])

    sent = probe(parallel_probes.ring, impl.ring_all_reduce, data)["sent"]

    for rank, messages in enumerate(sent):
        call = f"what rank {rank} of {world_size} sends in {RING}"
        receivers = sorted({to for to, _ in messages})
        after = [(rank + 1) % world_size] if world_size > 1 else []
        expect.value(receivers, after, call=f"the ranks that receive {call}")
        expect.value(len(messages), 2 * (world_size - 1), call=f"the number of tensors in {call}")
        strange = [tuple(tensor.shape) for _, tensor in messages if tuple(tensor.shape) not in data_shapes(data)]
        expect.value(strange, [], call=f"shapes of no chunk in {call}")
    total = sum(tensor.numel() for messages in sent for _, tensor in messages)
    expect.value(total, 2 * (world_size - 1) * sum(sizes), call=f"numbers that all ranks together send in {RING}")


def data_shapes(data):
    return {tuple(chunk.shape) for chunk in data[0]}


def test_ring_all_reduce_gives_every_rank_the_very_same_numbers(impl, probe):
    """Sums of such numbers depend on their order."""
    data = [[chunk / 7 * 10.0 ** (3 * rank) for chunk in chunks] for rank, chunks in enumerate(ring_data(4))]

    results = probe(parallel_probes.ring_results, impl.ring_all_reduce, *data)

    for rank, result in enumerate(results):
        for i in range(4):
            told = f"chunk {i} on rank {rank}, as on rank 0: {RING}"
            expect.tensor(result[i], results[0][i], rtol=0.0, atol=0.0, call=told)


def test_ring_all_reduce_leaves_its_chunks_alone(impl, probe):
    promises.unchanged(probe, parallel_probes.ring_in_place, impl.ring_all_reduce, ring_data(3), call=RING)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_ring_all_reduce_refuses_another_number_of_chunks(impl, probe, count):
    chunks = [torch.ones(2)] * count

    with expect.raises(ValueError, match="chunks", call=f"{RING} with {count} chunks and 3 ranks"):
        probe(parallel_probes.ring_alone, impl.ring_all_reduce, chunks, 1, 3)
