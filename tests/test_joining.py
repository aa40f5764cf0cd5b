"""Specs of the topic `joining`."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests import expect, joining_probes, probes, promises, strategies

ANY_DTYPE = pytest.mark.parametrize("dtype", [*strategies.FLOATS, torch.int64, torch.uint8, torch.bool], ids=str)

WRITABLE = [strategies.contiguous, strategies.transposed]  # each entry in a place of its own


def numbered(*shape, start=1, device="cpu", dtype=torch.float32):
    """Another number in every place, counted through from `start`."""
    return torch.arange(start, start + math.prod(shape)).reshape(shape).to(dtype).to(device)


def cut(x, sizes):
    """The pieces of `x` with these lengths."""
    stops = np.cumsum(sizes).tolist()
    return [x[stop - size : stop] for size, stop in zip(sizes, stops, strict=True)]


def expect_pieces(actual, expected, call, kinds=(list, tuple), /, **inputs):
    __tracebackhide__ = True
    words = " or ".join(f"a {kind.__name__}" for kind in kinds)
    should_be = f"{words} of {len(expected)} tensors"
    expect.that(isinstance(actual, kinds), call=call, got=actual, should_be=should_be, **inputs)
    got = f"{len(actual)} of them"
    expect.that(len(actual) == len(expected), call=call, got=got, should_be=should_be, **inputs)
    if all(isinstance(piece, torch.Tensor) for piece in actual):
        shapes = [tuple(piece.shape) for piece in actual]
        expect.value(shapes, [tuple(piece.shape) for piece in expected], call=f"the shapes of {call}", **inputs)
    for i, piece in enumerate(expected):
        expect.tensor(actual[i], piece, call=f"{call}[{i}]", **inputs)


def expect_views(probe, split, x, *args, call):
    __tracebackhide__ = True
    follows = probe(joining_probes.pieces_that_follow, split, x, *args)
    copies = [i for i, follow in enumerate(follows) if not follow]
    got = f"numbers written into x do not show in piece {', '.join(map(str, copies))}"
    expect.that(copies == [], call=call, got=got, should_be="views of x")


def expect_gradients(probe, split, x, *args, sizes, call):
    """Expect that each piece sends its gradient to its own rows, and nothing to the others."""
    __tracebackhide__ = True
    for i in range(len(sizes)):
        expected = torch.zeros_like(x)
        own = cut(expected, sizes)[i]
        own.copy_(probes.upstream_like(own))

        gradient = probe(probes.gradient, joining_probes.piece, i, split, x, *args, wrt=2)

        expect.tensor(gradient, expected, call=f"gradient of (piece {i} of {call} * weights).sum()", x=x)


# split_parts


@pytest.mark.parametrize(
    ("n", "parts", "sizes"),
    [
        pytest.param(11, 5, [3, 2, 2, 2, 2], id="11-in-5"),
        pytest.param(12, 5, [3, 3, 2, 2, 2], id="12-in-5"),
        pytest.param(7, 3, [3, 2, 2], id="7-in-3"),
        pytest.param(4, 3, [2, 1, 1], id="4-in-3"),
        pytest.param(8, 3, [3, 3, 2], id="8-in-3"),
        pytest.param(9, 2, [5, 4], id="9-in-2"),
        pytest.param(6, 3, [2, 2, 2], id="even"),
        pytest.param(3, 3, [1, 1, 1], id="single-rows"),
        pytest.param(5, 1, [5], id="one-part"),
        pytest.param(1, 1, [1], id="one-row"),
    ],
)
def test_split_parts_gives_that_many_nearly_equal_pieces(impl, device, n, parts, sizes):
    x = numbered(n, device=device)

    actual = impl.split_parts(x, parts)

    expect_pieces(actual, cut(x, sizes), f"split_parts(x, {parts})", x=x)


@pytest.mark.parametrize(
    ("n", "parts", "sizes"),
    [(2, 5, [1, 1, 0, 0, 0]), (3, 4, [1, 1, 1, 0]), (1, 2, [1, 0]), (0, 3, [0, 0, 0]), (0, 1, [0])],
)
def test_split_parts_ends_with_empty_pieces_where_rows_run_out(impl, device, n, parts, sizes):
    x = numbered(n, 2, device=device)

    actual = impl.split_parts(x, parts)

    expect_pieces(actual, cut(x, sizes), f"split_parts(x, {parts})", x=x)


@pytest.mark.parametrize("shape", [(5, 1), (5, 2), (3, 2, 4), (2, 3, 1, 2), (3, 3), (5, 0)], ids=str)
def test_split_parts_cuts_the_first_axis_only(impl, device, shape):
    x = numbered(*shape, device=device)

    actual = impl.split_parts(x, 2)

    expect_pieces(actual, [x[: (shape[0] + 1) // 2], x[(shape[0] + 1) // 2 :]], "split_parts(x, 2)", x=x)


@given(n=st.integers(0, 20), parts=st.integers(1, 12))
def test_split_parts_differs_by_one_row_at_most(impl, n, parts):
    x = numbered(n)

    actual = impl.split_parts(x, parts)

    sizes = [len(range(part, n, parts)) for part in range(parts)]  # rows dealt out in turn
    expect_pieces(actual, cut(x, sizes), f"split_parts(x, {parts})", x=x)


@promises.LAYOUTS
def test_split_parts_takes_any_memory_layout(impl, device, layout):
    x = layout(numbered(4, 3, device=device))

    actual = impl.split_parts(x, 3)

    expect_pieces(actual, cut(x, [2, 1, 1]), "split_parts(x, 3)", x=x)


@ANY_DTYPE
def test_split_parts_keeps_the_dtype(impl, device, dtype):
    x = numbered(4, start=-1, device=device, dtype=dtype)

    actual = impl.split_parts(x, 3)

    expect_pieces(actual, cut(x, [2, 1, 1]), "split_parts(x, 3)", x=x)


@pytest.mark.parametrize(("n", "parts"), [(4, 0), (4, -1), (4, -4), (1, -1), (0, 0), (0, -2)])
def test_split_parts_refuses_less_than_one_part(impl, device, n, parts):
    x = numbered(n, device=device)

    with expect.raises(ValueError, match="parts", call=f"split_parts(x, {parts})", x=x):
        impl.split_parts(x, parts)


@pytest.mark.parametrize("parts", [1, 3, 7])
@pytest.mark.parametrize("layout", WRITABLE)
def test_split_parts_gives_views(impl, probe, device, layout, parts):
    expect_views(probe, impl.split_parts, layout(numbered(5, 2, device=device)), parts, call=f"split_parts(x, {parts})")


def test_split_parts_lets_gradients_flow_from_every_piece(impl, probe, device):
    x = numbered(5, 2, device=device)

    expect_gradients(probe, impl.split_parts, x, 3, sizes=[2, 2, 1], call="split_parts(x, 3)")


def test_split_parts_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.split_parts, numbered(5, 2, device=device), 3, call="split_parts(x, 3)")


# split_at


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([3, 1, 2], id="in-no-order"),
        pytest.param([1, 2, 3], id="growing"),
        pytest.param([2, 4], id="two"),
        pytest.param([5, 1], id="one-row-left"),
        pytest.param([2, 2, 2], id="equal"),
        pytest.param([1, 1, 1, 1, 1, 1], id="single-rows"),
        pytest.param([6], id="one-piece"),
    ],
)
def test_split_at_gives_pieces_of_these_lengths(impl, device, sizes):
    x = numbered(6, device=device)

    actual = impl.split_at(x, list(sizes))

    expect_pieces(actual, cut(x, sizes), f"split_at(x, {sizes})", x=x)


@pytest.mark.parametrize("sizes", [[0, 3], [3, 0], [1, 0, 2], [0, 0, 3, 0]], ids=str)
def test_split_at_gives_an_empty_piece_for_a_length_of_zero(impl, device, sizes):
    x = numbered(3, 2, device=device)

    actual = impl.split_at(x, list(sizes))

    expect_pieces(actual, cut(x, sizes), f"split_at(x, {sizes})", x=x)


@pytest.mark.parametrize("sizes", [[], [0], [0, 0]], ids=str)
def test_split_at_takes_no_rows(impl, device, sizes):
    x = numbered(0, 2, device=device)

    actual = impl.split_at(x, list(sizes))

    expect_pieces(actual, [x] * len(sizes), f"split_at(x, {sizes})", x=x)


def test_split_at_takes_sizes_as_a_tuple(impl, device):
    x = numbered(6, device=device)

    actual = impl.split_at(x, (1, 3, 2))

    expect_pieces(actual, cut(x, [1, 3, 2]), "split_at(x, (1, 3, 2))", x=x)


@pytest.mark.parametrize("shape", [(5, 1), (5, 3), (5, 2, 4), (5, 5), (5, 0)], ids=str)
def test_split_at_cuts_the_first_axis_only(impl, device, shape):
    x = numbered(*shape, device=device)

    actual = impl.split_at(x, [2, 3])

    expect_pieces(actual, cut(x, [2, 3]), "split_at(x, [2, 3])", x=x)


@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_split_at_puts_every_row_where_it_belongs(impl, sizes):
    x = numbered(sum(sizes), 2)

    actual = impl.split_at(x, list(sizes))

    expect_pieces(actual, cut(x, sizes), f"split_at(x, {sizes})", x=x)


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        pytest.param(6, [3, 2], id="one-row-left-over"),
        pytest.param(6, [3, 4], id="one-row-too-many"),
        pytest.param(6, [1], id="far-too-few"),
        pytest.param(6, [6, 6], id="far-too-many"),
        pytest.param(6, [2, 4, 1], id="too-many-at-the-end"),
        pytest.param(6, [], id="none"),
        pytest.param(6, [2, 4, 6], id="positions"),
        pytest.param(0, [1], id="no-rows"),
        pytest.param(1, [0], id="only-zero"),
    ],
)
def test_split_at_refuses_sizes_that_do_not_add_up(impl, device, n, sizes):
    x = numbered(n, 2, device=device)

    with expect.raises(ValueError, match="sizes", call=f"split_at(x, {sizes})", x=x):
        impl.split_at(x, list(sizes))


@pytest.mark.parametrize(("n", "sizes"), [(6, [-1, 7]), (6, [7, -1]), (6, [3, -2, 5]), (0, [2, -2])], ids=str)
def test_split_at_refuses_negative_sizes_that_add_up(impl, device, n, sizes):
    x = numbered(n, device=device)

    with expect.raises(ValueError, match="sizes", call=f"split_at(x, {sizes})", x=x):
        impl.split_at(x, list(sizes))


@promises.LAYOUTS
def test_split_at_takes_any_memory_layout(impl, device, layout):
    x = layout(numbered(4, 3, device=device))

    actual = impl.split_at(x, [1, 3])

    expect_pieces(actual, cut(x, [1, 3]), "split_at(x, [1, 3])", x=x)


@ANY_DTYPE
def test_split_at_keeps_the_dtype(impl, device, dtype):
    x = numbered(4, start=-1, device=device, dtype=dtype)

    actual = impl.split_at(x, [1, 3])

    expect_pieces(actual, cut(x, [1, 3]), "split_at(x, [1, 3])", x=x)


@pytest.mark.parametrize("sizes", [[5], [3, 1, 1]], ids=str)
@pytest.mark.parametrize("layout", WRITABLE)
def test_split_at_gives_views(impl, probe, device, layout, sizes):
    expect_views(probe, impl.split_at, layout(numbered(5, 2, device=device)), list(sizes), call=f"split_at(x, {sizes})")


def test_split_at_lets_gradients_flow_from_every_piece(impl, probe, device):
    x = numbered(5, 2, device=device)

    expect_gradients(probe, impl.split_at, x, [3, 1, 1], sizes=[3, 1, 1], call="split_at(x, [3, 1, 1])")


def test_split_at_leaves_its_inputs_unchanged(impl, probe, device):
    x = numbered(5, 2, device=device)

    promises.unchanged(probe, impl.split_at, x, [3, 1, 1], call="split_at(x, [3, 1, 1])")


# batches_of


@pytest.mark.parametrize(
    ("n", "size", "sizes"),
    [
        pytest.param(5, 2, [2, 2, 1], id="tail-of-1"),
        pytest.param(11, 4, [4, 4, 3], id="tail-one-short"),
        pytest.param(6, 4, [4, 2], id="tail-of-half"),
        pytest.param(9, 8, [8, 1], id="size-n-minus-1"),
        pytest.param(6, 2, [2, 2, 2], id="no-tail"),
        pytest.param(4, 4, [4], id="size-n"),
        pytest.param(4, 5, [4], id="size-n-plus-1"),
        pytest.param(3, 100, [3], id="size-far-above-n"),
        pytest.param(3, 1, [1, 1, 1], id="size-1"),
        pytest.param(1, 1, [1], id="one-row"),
    ],
)
def test_batches_of_keeps_the_shorter_tail(impl, device, n, size, sizes):
    x = numbered(n, device=device)

    actual = impl.batches_of(x, size)

    expect_pieces(actual, cut(x, sizes), f"batches_of(x, {size})", (list,), x=x)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (0, 2, 1)], ids=str)
@pytest.mark.parametrize("size", [1, 2])
def test_batches_of_gives_no_batch_for_no_rows(impl, device, shape, size):
    x = numbered(*shape, device=device)

    actual = impl.batches_of(x, size)

    expect_pieces(actual, [], f"batches_of(x, {size})", (list,), x=x)


@pytest.mark.parametrize("shape", [(5, 1), (5, 2), (3, 2, 4), (3, 3), (5, 7), (5, 0)], ids=str)
def test_batches_of_cuts_the_first_axis_only(impl, device, shape):
    x = numbered(*shape, device=device)

    actual = impl.batches_of(x, 2)

    expected = [x[start : start + 2] for start in range(0, shape[0], 2)]
    expect_pieces(actual, expected, "batches_of(x, 2)", (list,), x=x)


@given(n=st.integers(1, 20), size=st.integers(1, 12))
def test_batches_of_puts_every_row_into_one_batch(impl, n, size):
    x = numbered(n)

    actual = impl.batches_of(x, size)

    sizes = [size] * (n // size) + [n % size] * (n % size > 0)
    expect_pieces(actual, cut(x, sizes), f"batches_of(x, {size})", (list,), x=x)


@promises.LAYOUTS
def test_batches_of_takes_any_memory_layout(impl, device, layout):
    x = layout(numbered(5, 3, device=device))

    actual = impl.batches_of(x, 2)

    expect_pieces(actual, cut(x, [2, 2, 1]), "batches_of(x, 2)", (list,), x=x)


@ANY_DTYPE
def test_batches_of_keeps_the_dtype(impl, device, dtype):
    x = numbered(5, start=-1, device=device, dtype=dtype)

    actual = impl.batches_of(x, 2)

    expect_pieces(actual, cut(x, [2, 2, 1]), "batches_of(x, 2)", (list,), x=x)


@pytest.mark.parametrize(("n", "size"), [(4, 0), (4, -1), (4, -4), (1, -1), (0, 0), (0, -2)])
def test_batches_of_refuses_a_size_below_one(impl, device, n, size):
    x = numbered(n, device=device)

    with expect.raises(ValueError, match="size", call=f"batches_of(x, {size})", x=x):
        impl.batches_of(x, size)


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize("layout", WRITABLE)
def test_batches_of_gives_views(impl, probe, device, layout, size):
    expect_views(probe, impl.batches_of, layout(numbered(5, 2, device=device)), size, call=f"batches_of(x, {size})")


def test_batches_of_lets_gradients_flow_from_every_batch(impl, probe, device):
    x = numbered(5, 2, device=device)

    expect_gradients(probe, impl.batches_of, x, 2, sizes=[2, 2, 1], call="batches_of(x, 2)")


def test_batches_of_leaves_its_input_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.batches_of, numbered(5, 2, device=device), 2, call="batches_of(x, 2)")


# stack_columns


def columns(count, n, device="cpu", dtype=torch.float32):
    """Vectors 1, 2, 3, ...; n + 1, n + 2, ... and so on."""
    return list(numbered(count, n, device=device, dtype=dtype))


STACK = "stack_columns(vectors)"


def test_stack_columns_makes_each_vector_a_column(impl, device):
    vectors = [torch.tensor(numbers, device=device) for numbers in ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])]

    actual = impl.stack_columns(vectors)

    expected = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]], device=device)
    expect.tensor(actual, expected, call=STACK, vectors=vectors)


@pytest.mark.parametrize(("count", "n"), [(2, 2), (3, 3), (2, 5), (5, 2), (3, 1), (1, 3), (1, 1)])
def test_stack_columns_keeps_every_number_in_its_place(impl, device, count, n):
    vectors = columns(count, n, device)

    actual = impl.stack_columns(vectors)

    expected = torch.tensor([[float(column * n + row + 1) for column in range(count)] for row in range(n)])
    expect.tensor(actual, expected.to(device), call=STACK, vectors=vectors)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_stack_columns_gives_no_rows_for_empty_vectors(impl, device, count):
    vectors = columns(count, 0, device)

    actual = impl.stack_columns(vectors)

    expect.tensor(actual, torch.empty(0, count, device=device), call=STACK, vectors=vectors)


@promises.LAYOUTS
def test_stack_columns_takes_any_memory_layout(impl, device, layout):
    vectors = [layout(vector) for vector in columns(2, 3, device)]

    actual = impl.stack_columns(vectors)

    rows = list(zip(*(vector.tolist() for vector in vectors), strict=True))
    expect.tensor(actual, torch.tensor(rows, device=device), call=STACK, vectors=vectors)


@ANY_DTYPE
def test_stack_columns_keeps_the_dtype(impl, device, dtype):
    vectors = [torch.tensor(numbers, device=device, dtype=dtype) for numbers in ([0, 1, 0], [2, 0, 3])]

    actual = impl.stack_columns(vectors)

    expected = torch.tensor([[0, 2], [1, 0], [0, 3]], device=device, dtype=dtype)
    expect.tensor(actual, expected, call=STACK, vectors=vectors)


def test_stack_columns_keeps_large_whole_numbers(impl, device):
    vectors = [torch.tensor([2**62 + 1, 3], device=device), torch.tensor([5, -(2**53) - 1], device=device)]

    actual = impl.stack_columns(vectors)

    expected = torch.tensor([[2**62 + 1, 5], [3, -(2**53) - 1]], device=device)
    expect.tensor(actual, expected, call=STACK, vectors=vectors)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([], id="no-vectors"),
        pytest.param([(3,), (2,)], id="shorter"),
        pytest.param([(2,), (2,), (3,)], id="longer"),
        pytest.param([(3,), (1,)], id="one-number"),
        pytest.param([(0,), (2,)], id="empty-and-not"),
        pytest.param([(3,), (3, 1)], id="vector-and-column"),
        pytest.param([(3, 1), (3, 1)], id="columns"),
        pytest.param([(2, 2)], id="matrix"),
        pytest.param([(), ()], id="scalars"),
    ],
)
def test_stack_columns_refuses_what_is_not_vectors_of_one_length(impl, device, shapes):
    vectors = [torch.ones(shape, device=device) for shape in shapes]

    with expect.raises(ValueError, match="vectors", call=STACK, shapes=shapes):
        impl.stack_columns(vectors)


@pytest.mark.parametrize("count", [1, 3])
def test_stack_columns_copies(impl, probe, device, count):
    shares = probe(probes.shares_memory, impl.stack_columns, columns(count, 2, device))

    expect.value(shares, False, call=f"whether {STACK} shares memory with the {count} vectors")


def test_stack_columns_lets_gradients_flow_to_every_vector(impl, probe, device):
    upstream = torch.tensor([[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]], device=device)

    each = probe(probes.taking_each, impl.stack_columns)
    gradients = probe(probes.gradients, each, *columns(3, 2, device), upstream=upstream)

    for i in range(3):
        expected = torch.tensor([1.0, 2.0], device=device) * 10**i
        expect.tensor(gradients[i], expected, call=f"gradient of ({STACK} * upstream).sum() for vectors[{i}]")


def test_stack_columns_leaves_its_inputs_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.stack_columns, columns(3, 2, device), call=STACK)


# join


def shown(shapes, dim, new_axis):
    return f"join(tensors of shapes {shapes}, {dim=}, {new_axis=})"


def tensors_of(shapes, device="cpu", dtype=torch.float32):
    """Tensors with another number in every place of all of them."""
    starts = [1 + sum(map(math.prod, shapes[:i])) for i in range(len(shapes))]
    return [
        numbered(*shape, start=start, device=device, dtype=dtype) for shape, start in zip(shapes, starts, strict=True)
    ]


def numpy_join(tensors, dim, new_axis):
    arrays = [x.cpu().numpy() for x in tensors]
    joined = np.stack(arrays, axis=dim) if new_axis else np.concatenate(arrays, axis=dim)
    return torch.from_numpy(joined).to(tensors[0].device)


def test_join_makes_an_axis_longer(impl, device):
    a = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device)
    b = torch.tensor([[7.0, 8.0, 9.0]], device=device)

    actual = impl.join([a, b], 0, False)

    expected = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], device=device)
    expect.tensor(actual, expected, call="join([a, b], 0, False)", a=a, b=b)


def test_join_makes_a_new_axis(impl, device):
    a = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device)
    b = -a

    actual = impl.join([a, b], 2, True)

    expected = torch.tensor(
        [[[1.0, -1.0], [2.0, -2.0], [3.0, -3.0]], [[4.0, -4.0], [5.0, -5.0], [6.0, -6.0]]], device=device
    )
    expect.tensor(actual, expected, call="join([a, b], 2, True)", a=a, b=b)


@pytest.mark.parametrize("dim", [0, 1, -1, -2])
@pytest.mark.parametrize("count", [1, 3])
def test_join_lengthens_the_asked_axis(impl, device, count, dim):
    tensors = tensors_of([(2, 3)] * count, device)

    actual = impl.join(tensors, dim, False)

    expect.tensor(actual, numpy_join(tensors, dim, False), call=shown([(2, 3)] * count, dim, False))


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("count", [1, 3])
def test_join_puts_a_new_axis_where_asked(impl, device, count, dim):
    tensors = tensors_of([(2, 3)] * count, device)

    actual = impl.join(tensors, dim, True)

    expect.tensor(actual, numpy_join(tensors, dim, True), call=shown([(2, 3)] * count, dim, True))


@pytest.mark.parametrize("dim", [0, -1])
def test_join_stacks_scalars(impl, device, dim):
    tensors = tensors_of([(), (), ()], device)

    actual = impl.join(tensors, dim, True)

    expect.tensor(actual, torch.tensor([1.0, 2.0, 3.0], device=device), call=shown([(), (), ()], dim, True))


@pytest.mark.parametrize(
    ("shapes", "dim"),
    [
        pytest.param([(2,), (3,), (1,)], 0, id="vectors"),
        pytest.param([(2, 3), (5, 3)], 0, id="rows"),
        pytest.param([(2, 3), (2, 1), (2, 2)], 1, id="columns"),
        pytest.param([(2, 1, 3), (2, 4, 3)], 1, id="in-the-middle"),
        pytest.param([(2, 1, 3), (2, 4, 3)], -2, id="in-the-middle-from-the-end"),
        pytest.param([(0, 3), (2, 3)], 0, id="no-rows"),
        pytest.param([(2, 3), (2, 0)], -1, id="no-columns"),
        pytest.param([(0,), (2,), (0,)], 0, id="empty-vectors"),
        pytest.param([(0, 2), (0, 3)], 1, id="nothing-at-all"),
    ],
)
def test_join_takes_different_sizes_along_the_axis(impl, device, shapes, dim):
    tensors = tensors_of(shapes, device)

    actual = impl.join(tensors, dim, False)

    expect.tensor(actual, numpy_join(tensors, dim, False), call=shown(shapes, dim, False))


@pytest.mark.parametrize(("shape", "dim"), [((0,), 0), ((0,), 1), ((2, 0), 1), ((0, 3), -1)], ids=str)
def test_join_stacks_empty_tensors(impl, device, shape, dim):
    tensors = tensors_of([shape] * 2, device)

    actual = impl.join(tensors, dim, True)

    expect.tensor(actual, numpy_join(tensors, dim, True), call=shown([shape] * 2, dim, True))


@given(data=st.data(), shape=strategies.shapes(1, 4, max_side=3), count=st.integers(1, 3), new_axis=st.booleans())
def test_join_agrees_with_numpy(impl, data, shape, count, new_axis):
    rank = len(shape) + new_axis
    dim = data.draw(st.integers(-rank, rank - 1), label="dim")
    tensors = tensors_of([shape] * count)

    actual = impl.join(tensors, dim, new_axis)

    expect.tensor(actual, numpy_join(tensors, dim, new_axis), call=shown([shape] * count, dim, new_axis))


@pytest.mark.parametrize(
    ("shapes", "dim", "new_axis"),
    [
        pytest.param([(2, 3), (2, 4)], 0, False, id="other-columns"),
        pytest.param([(2, 3), (4, 3)], 1, False, id="other-rows"),
        pytest.param([(2, 3), (4, 3)], -1, False, id="other-rows-from-the-end"),
        pytest.param([(2, 3), (2, 1)], 0, False, id="would-broadcast"),
        pytest.param([(2, 3), (3, 2)], 0, False, id="turned"),
        pytest.param([(2, 3, 4), (2, 3, 5)], 1, False, id="after-the-axis"),
        pytest.param([(2, 3, 4), (1, 3, 4)], 1, False, id="before-the-axis"),
        pytest.param([(2, 3), (2, 3), (2, 4)], 0, False, id="the-last-one"),
        pytest.param([(2, 3), (4, 3)], 0, True, id="stack-other-rows"),
        pytest.param([(2, 3), (2, 4)], 1, True, id="stack-other-columns"),
        pytest.param([(2, 3), (2, 1)], 2, True, id="stack-would-broadcast"),
        pytest.param([(2, 3), (3, 2)], 0, True, id="stack-turned"),
        pytest.param([(1,), (0,)], 0, True, id="stack-empty-and-not"),
        pytest.param([(4,), (4,), (3,)], 0, True, id="stack-the-last-one"),
    ],
)
def test_join_refuses_sizes_that_do_not_fit(impl, device, shapes, dim, new_axis):
    tensors = tensors_of(shapes, device)

    with expect.raises(ValueError, match="tensors", call=shown(shapes, dim, new_axis)):
        impl.join(tensors, dim, new_axis)


@pytest.mark.parametrize("new_axis", [False, True])
@pytest.mark.parametrize(
    ("shapes", "dim"),
    [
        pytest.param([(2, 3), (3,)], 0, id="matrix-and-row"),
        pytest.param([(2, 3), (2,)], 1, id="matrix-and-column"),
        pytest.param([(2,), (2, 3)], 1, id="column-and-matrix"),
        pytest.param([(3,), (1, 3)], -1, id="row-and-matrix"),
        pytest.param([(2, 3), (0,)], 0, id="matrix-and-empty-vector"),
        pytest.param([(0,), (2, 3)], 1, id="empty-vector-and-matrix"),
        pytest.param([(2,), ()], 0, id="vector-and-scalar"),
    ],
)
def test_join_refuses_tensors_with_other_numbers_of_axes(impl, device, shapes, dim, new_axis):
    tensors = tensors_of(shapes, device)

    with expect.raises(ValueError, match="tensors", call=shown(shapes, dim, new_axis)):
        impl.join(tensors, dim, new_axis)


@pytest.mark.parametrize("new_axis", [False, True])
def test_join_refuses_an_empty_list(impl, new_axis):
    with expect.raises(ValueError, match="tensors", call=f"join([], 0, {new_axis})"):
        impl.join([], 0, new_axis)


@pytest.mark.parametrize(
    ("shape", "dim", "new_axis"),
    [
        pytest.param((2, 3), 2, False, id="one-too-far"),
        pytest.param((2, 3), -3, False, id="one-too-far-from-the-end"),
        pytest.param((2, 3), 7, False, id="far-too-far"),
        pytest.param((2, 3), 3, True, id="new-axis-one-too-far"),
        pytest.param((2, 3), -4, True, id="new-axis-one-too-far-from-the-end"),
        pytest.param((), 0, False, id="scalars"),
        pytest.param((), -1, False, id="scalars-from-the-end"),
        pytest.param((), 1, True, id="new-axis-of-scalars"),
    ],
)
def test_join_refuses_an_axis_that_the_result_does_not_have(impl, device, shape, dim, new_axis):
    tensors = tensors_of([shape, shape], device)

    with expect.raises(IndexError, match="(?i)dim", call=shown([shape, shape], dim, new_axis)):
        impl.join(tensors, dim, new_axis)


@promises.LAYOUTS
@pytest.mark.parametrize("new_axis", [False, True])
def test_join_takes_any_memory_layout(impl, device, layout, new_axis):
    tensors = [layout(x) for x in tensors_of([(3, 2)] * 2, device)]

    actual = impl.join(tensors, 1, new_axis)

    expect.tensor(actual, numpy_join(tensors, 1, new_axis), call=f"join(tensors, 1, {new_axis})", tensors=tensors)


@ANY_DTYPE
@pytest.mark.parametrize("new_axis", [False, True])
def test_join_keeps_the_dtype(impl, device, dtype, new_axis):
    tensors = tensors_of([(2,), (2,)], device, dtype)

    actual = impl.join(tensors, 0, new_axis)

    expected = torch.tensor([[1, 2], [3, 4]], device=device).to(dtype)
    expect.tensor(actual, expected if new_axis else expected.flatten(), call=f"join(tensors, 0, {new_axis})")


@pytest.mark.parametrize("new_axis", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_join_copies(impl, probe, device, count, new_axis):
    tensors = tensors_of([(2, 3)] * count, device)

    shares = probe(probes.shares_memory, impl.join, tensors, 0, new_axis)

    call = f"whether {shown([(2, 3)] * count, 0, new_axis)} shares memory with the tensors"
    expect.value(shares, False, call=call)


@pytest.mark.parametrize("new_axis", [False, True])
def test_join_lets_gradients_flow_to_every_tensor(impl, probe, device, new_axis):
    upstream = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], device=device)
    expected = list(upstream.T) if new_axis else list(upstream.split(1, dim=1))
    tensors = tensors_of([x.shape for x in expected], device)

    each = probe(probes.taking_each, impl.join)
    gradients = probe(probes.gradients, each, *tensors, upstream=upstream, dim=1, new_axis=new_axis)

    for i in range(2):
        call = f"gradient of (join(tensors, 1, {new_axis}) * upstream).sum() for tensors[{i}]"
        expect.tensor(gradients[i], expected[i], call=call, upstream=upstream)


@pytest.mark.parametrize("new_axis", [False, True])
def test_join_leaves_its_inputs_unchanged(impl, probe, device, new_axis):
    tensors = tensors_of([(2, 3)] * 3, device)

    promises.unchanged(probe, impl.join, tensors, -1, new_axis, call=f"join(tensors, -1, {new_axis})")


# interleave


def numpy_interleave(a, b):
    mixed = [row for pair in zip(a.cpu().numpy(), b.cpu().numpy(), strict=True) for row in pair]
    return torch.from_numpy(np.array(mixed)).to(a.device)


def test_interleave_takes_rows_in_turn(impl, device):
    a = torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=device)
    b = torch.tensor([[10.0, 20.0], [30.0, 40.0]], device=device)

    actual = impl.interleave(a, b)

    expected = torch.tensor([[1.0, 2.0], [10.0, 20.0], [3.0, 4.0], [30.0, 40.0]], device=device)
    expect.tensor(actual, expected, call="interleave(a, b)", a=a, b=b)


@pytest.mark.parametrize("shape", [(1,), (2,), (5,), (1, 3), (3, 1), (3, 3), (2, 5), (3, 2, 4), (2, 1, 2, 3)], ids=str)
def test_interleave_keeps_rows_whole(impl, device, shape):
    a, b = tensors_of([shape, shape], device)

    actual = impl.interleave(a, b)

    expect.tensor(actual, numpy_interleave(a, b), call="interleave(a, b)", a=a, b=b)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3), (2, 3, 0), (0, 0)], ids=str)
def test_interleave_doubles_the_first_axis_of_empty_tensors(impl, device, shape):
    actual = impl.interleave(torch.empty(shape, device=device), torch.empty(shape, device=device))

    expected = torch.empty(2 * shape[0], *shape[1:], device=device)
    expect.tensor(actual, expected, call=f"interleave(torch.empty({shape}), torch.empty({shape}))")


@given(data=st.data(), shape=strategies.shapes(max_side=4))
def test_interleave_puts_a_on_even_and_b_on_odd_places(impl, data, shape):
    a, b = (data.draw(strategies.tensors(shape), label=name) for name in "ab")

    actual = impl.interleave(a, b)

    expect.tensor(actual, numpy_interleave(a, b), call="interleave(a, b)", a=a, b=b, rtol=0.0, atol=0.0)


@pytest.mark.parametrize("other", [strategies.contiguous, strategies.transposed], ids=lambda layout: layout.__name__)
@promises.LAYOUTS
def test_interleave_takes_any_memory_layout(impl, device, layout, other):
    a, b = tensors_of([(3, 2)] * 2, device)
    a, b = layout(a), other(b)

    actual = impl.interleave(a, b)

    expect.tensor(actual, numpy_interleave(a, b), call="interleave(a, b)", a=a, b=b)


@ANY_DTYPE
def test_interleave_keeps_the_dtype(impl, device, dtype):
    a, b = (torch.tensor(numbers, device=device, dtype=dtype) for numbers in ([0, 1, 0], [2, 0, 3]))

    actual = impl.interleave(a, b)

    expected = torch.tensor([0, 2, 1, 0, 0, 3], device=device, dtype=dtype)
    expect.tensor(actual, expected, call="interleave(a, b)", a=a, b=b)


def test_interleave_keeps_special_numbers(impl, device):
    a = torch.tensor([math.inf, 2.0, math.nan], device=device)
    b = torch.tensor([1.0, -math.inf, 3e38], device=device)

    actual = impl.interleave(a, b)

    expected = torch.tensor([math.inf, 1.0, 2.0, -math.inf, math.nan, 3e38], device=device)
    expect.tensor(actual, expected, call="interleave(a, b)", a=a, b=b, equal_nan=True)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((3,), (2,), id="b-shorter"),
        pytest.param((2,), (3,), id="b-longer"),
        pytest.param((3,), (1,), id="b-would-broadcast"),
        pytest.param((1, 2), (3, 2), id="a-would-broadcast"),
        pytest.param((3, 2), (3, 1), id="columns-would-broadcast"),
        pytest.param((2, 3), (3, 2), id="turned"),
        pytest.param((2, 2), (2,), id="row"),
        pytest.param((3,), (3, 1), id="another-axis"),
        pytest.param((0,), (1,), id="empty-and-not"),
    ],
)
def test_interleave_refuses_another_shape(impl, device, first, second):
    a, b = tensors_of([first, second], device)

    with expect.raises(ValueError, match=r"\bb\b", call="interleave(a, b)", a=a, b=b):
        impl.interleave(a, b)


@pytest.mark.parametrize("shape", [(4,), (4, 3)], ids=str)
def test_interleave_uses_no_loop(impl, probe, device, shape):
    promises.no_loop(probe, impl.interleave, *tensors_of([shape, shape], device), call="interleave(a, b)")


@pytest.mark.parametrize("columns", [(), (3,)], ids=str)
def test_interleave_takes_no_rows_apart(impl, probe, device, columns):
    small, large = (tensors_of([(n, *columns)] * 2, device) for n in (4, 8))

    few, many = (probe(joining_probes.tensors_handled, impl.interleave, *given) for given in (small, large))

    should_be = f"no more than the {few} tensors for 4 rows each"
    expect.that(
        many <= few, call="interleave(a, b)", got=f"{many} tensors handled for 8 rows each", should_be=should_be
    )


def test_interleave_lets_gradients_flow_to_both(impl, probe, device):
    upstream = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], device=device)

    gradients = probe(probes.gradients, impl.interleave, *tensors_of([(2, 2)] * 2, device), upstream=upstream)

    for name, gradient, expected in zip("ab", gradients, (upstream[::2], upstream[1::2]), strict=True):
        call = f"gradient of (interleave(a, b) * upstream).sum() for {name}"
        expect.tensor(gradient, expected, call=call, upstream=upstream)


def test_interleave_leaves_its_inputs_unchanged(impl, probe, device):
    promises.unchanged(probe, impl.interleave, *tensors_of([(3, 2)] * 2, device), call="interleave(a, b)")


# pad_and_stack


def sequences_of(lengths, shape=(), device="cpu", dtype=torch.float32):
    return tensors_of([(length, *shape) for length in lengths], device, dtype)


def expect_padded(actual, padded, mask, call, /, equal_nan=False, **inputs):
    __tracebackhide__ = True
    is_pair = isinstance(actual, tuple) and len(actual) == 2
    expect.that(is_pair, call=call, got=actual, should_be="a tuple (padded, mask)", **inputs)
    expect.tensor(actual[0], padded, call=f"{call}[0]", equal_nan=equal_nan, **inputs)
    expect.tensor(actual[1], mask, call=f"{call}[1]", **inputs)


def slow_padded(sequences, value):
    """The padded tensor and the mask, sequence by sequence."""
    longest = max(len(sequence) for sequence in sequences)
    padded = np.full((len(sequences), longest, *sequences[0].shape[1:]), value, dtype=sequences[0].cpu().numpy().dtype)
    mask = np.zeros((len(sequences), longest), dtype=bool)
    for i, sequence in enumerate(sequences):
        padded[i, : len(sequence)] = sequence.cpu().numpy()
        mask[i, : len(sequence)] = True
    return [torch.from_numpy(array).to(sequences[0].device) for array in (padded, mask)]


def test_pad_and_stack_fills_up_at_the_end(impl, device):
    sequences = [torch.tensor(numbers, device=device) for numbers in ([5.0], [6.0, 7.0, 8.0], [9.0, 10.0])]

    actual = impl.pad_and_stack(sequences, -1.0)

    padded = torch.tensor([[5.0, -1.0, -1.0], [6.0, 7.0, 8.0], [9.0, 10.0, -1.0]], device=device)
    mask = torch.tensor([[True, False, False], [True, True, True], [True, True, False]], device=device)
    expect_padded(actual, padded, mask, "pad_and_stack(sequences, -1.0)", sequences=sequences)


@pytest.mark.parametrize("shape", [(), (1,), (2,), (3, 2), (2, 1, 3), (0,)], ids=str)
@pytest.mark.parametrize("lengths", [[2, 3], [1, 5, 2, 3], [3, 3], [2, 2, 2], [4]], ids=str)
def test_pad_and_stack_keeps_every_number_in_its_place(impl, device, lengths, shape):
    sequences = sequences_of(lengths, shape, device)

    actual = impl.pad_and_stack(sequences, 0.5)

    expect_padded(actual, *slow_padded(sequences, 0.5), f"pad_and_stack(sequences of lengths {lengths}, 0.5)")


@pytest.mark.parametrize("shape", [(), (2,)], ids=str)
@pytest.mark.parametrize("lengths", [[0, 2], [2, 0], [3, 0, 1], [0], [0, 0, 0]], ids=str)
def test_pad_and_stack_takes_empty_sequences(impl, device, lengths, shape):
    sequences = sequences_of(lengths, shape, device)

    actual = impl.pad_and_stack(sequences, 7.0)

    expect_padded(actual, *slow_padded(sequences, 7.0), f"pad_and_stack(sequences of lengths {lengths}, 7.0)")


@given(data=st.data(), lengths=st.lists(st.integers(0, 5), min_size=1, max_size=5), value=st.integers(-2, 2))
def test_pad_and_stack_marks_real_entries_whatever_they_are(impl, data, lengths, value):
    numbers = strategies.tensors((sum(lengths),), torch.int64, low=-2, high=2)
    sequences = cut(data.draw(numbers, label="all sequences in one"), lengths)

    actual = impl.pad_and_stack(sequences, value)

    call = f"pad_and_stack(sequences, {value})"
    expect_padded(actual, *slow_padded(sequences, value), call, sequences=sequences)


@pytest.mark.parametrize("value", [0, -100, 2.5, math.nan, math.inf, -math.inf])
def test_pad_and_stack_fills_with_any_value(impl, device, value):
    sequences = sequences_of([1, 3], device=device)

    actual = impl.pad_and_stack(sequences, value)

    padded, mask = slow_padded(sequences, value)
    expect_padded(actual, padded, mask, f"pad_and_stack(sequences, {value})", equal_nan=True, sequences=sequences)


def test_pad_and_stack_keeps_special_numbers_real(impl, device):
    sequences = [torch.tensor([math.nan, math.inf, 0.0], device=device), torch.tensor([-math.inf], device=device)]

    actual = impl.pad_and_stack(sequences, 0.0)

    padded = torch.tensor([[math.nan, math.inf, 0.0], [-math.inf, 0.0, 0.0]], device=device)
    mask = torch.tensor([[True, True, True], [True, False, False]], device=device)
    expect_padded(actual, padded, mask, "pad_and_stack(sequences, 0.0)", equal_nan=True, sequences=sequences)


@ANY_DTYPE
@pytest.mark.parametrize("value", [0, 1])
def test_pad_and_stack_keeps_the_dtype(impl, device, dtype, value):
    sequences = [torch.tensor(numbers, device=device, dtype=dtype) for numbers in ([1, 0, 1], [0])]

    actual = impl.pad_and_stack(sequences, value)

    padded = torch.tensor([[1, 0, 1], [0, value, value]], device=device, dtype=dtype)
    mask = torch.tensor([[True, True, True], [True, False, False]], device=device)
    expect_padded(actual, padded, mask, f"pad_and_stack(sequences, {value})", sequences=sequences)


def test_pad_and_stack_keeps_large_whole_numbers(impl, device):
    sequences = [torch.tensor([2**62 + 1, -3], device=device), torch.tensor([-(2**53) - 1], device=device)]

    actual = impl.pad_and_stack(sequences, -100)

    padded = torch.tensor([[2**62 + 1, -3], [-(2**53) - 1, -100]], device=device)
    mask = torch.tensor([[True, True], [True, False]], device=device)
    expect_padded(actual, padded, mask, "pad_and_stack(sequences, -100)", sequences=sequences)


@promises.LAYOUTS
def test_pad_and_stack_takes_any_memory_layout(impl, device, layout):
    sequences = [layout(sequence) for sequence in sequences_of([3, 2], (2,), device)]

    actual = impl.pad_and_stack(sequences, -1.0)

    expect_padded(actual, *slow_padded(sequences, -1.0), "pad_and_stack(sequences, -1.0)", sequences=sequences)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([], id="no-sequences"),
        pytest.param([(3, 2), (2, 4)], id="other-features"),
        pytest.param([(3, 2), (3, 2), (1, 3)], id="the-last-one"),
        pytest.param([(3, 2), (2, 1)], id="would-broadcast"),
        pytest.param([(3, 2), (2,)], id="another-axis-less"),
        pytest.param([(2,), (3, 1)], id="another-axis-more"),
        pytest.param([(3, 2, 4), (3, 2, 5)], id="other-last-axis"),
        pytest.param([(2, 0), (2, 1)], id="no-features"),
    ],
)
def test_pad_and_stack_refuses_sequences_that_differ_in_more_than_length(impl, device, shapes):
    sequences = tensors_of(shapes, device)

    with expect.raises(ValueError, match="sequences", call="pad_and_stack(sequences, 0.0)", shapes=shapes):
        impl.pad_and_stack(sequences, 0.0)


@pytest.mark.parametrize("lengths", [[3], [2, 2], [1, 3]], ids=str)
def test_pad_and_stack_copies(impl, probe, device, lengths):
    shares = probe(probes.shares_memory, impl.pad_and_stack, sequences_of(lengths, (2,), device), 0.0)

    call = f"whether pad_and_stack(sequences of lengths {lengths}, 0.0) shares memory with the sequences"
    expect.value(shares, False, call=call)


@pytest.mark.parametrize("value", [0.5, math.nan, -math.inf])
def test_pad_and_stack_lets_gradients_flow_to_every_sequence(impl, probe, device, value):
    upstream = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device)

    padded, sequences = joining_probes.padded, sequences_of([1, 3], device=device)
    gradients = probe(probes.gradients, padded, impl.pad_and_stack, value, *sequences, upstream=upstream)

    for i, expected in enumerate((upstream[0, :1], upstream[1])):
        call = f"gradient of (pad_and_stack(sequences, {value})[0] * upstream).sum() for sequences[{i}]"
        expect.tensor(gradients[i], expected, call=call, upstream=upstream)


def test_pad_and_stack_leaves_its_inputs_unchanged(impl, probe, device):
    sequences = sequences_of([1, 3, 2], (2,), device)

    promises.unchanged(probe, impl.pad_and_stack, sequences, 0.0, call="pad_and_stack(sequences, 0.0)")


# holdout_split


def expect_split(actual, count, held_out, call):
    """Expect a tuple (train, held_out) of index tensors, each of which holds exactly what the other lacks."""
    __tracebackhide__ = True
    are_tensors = isinstance(actual, tuple) and [isinstance(part, torch.Tensor) for part in actual] == [True, True]
    expect.that(are_tensors, call=call, got=actual, should_be="a tuple (train, held_out) of tensors")
    for i, other in ((0, 1), (1, 0)):
        taken = actual[other].tolist()
        rest = torch.tensor([index for index in range(count) if index not in taken], dtype=torch.int64)
        expect.tensor(actual[i].sort().values, rest, call=f"{call}[{i}].sort().values", the_other=actual[other])
    expect.value(len(actual[1]), held_out, call=f"len({call}[1])")


@pytest.mark.parametrize(
    ("count", "fraction", "held_out"),
    [
        pytest.param(10, 0.3, 3, id="exact"),
        pytest.param(10, 0.2, 2, id="a-fifth"),
        pytest.param(7, 0.5, 4, id="half-of-7-rounds-up-to-even"),
        pytest.param(5, 0.5, 2, id="half-of-5-rounds-down-to-even"),
        pytest.param(10, 0.25, 2, id="quarter-of-10-rounds-down-to-even"),
        pytest.param(10, 0.75, 8, id="three-quarters-of-10-round-up-to-even"),
        pytest.param(10, 0.26, 3, id="just-above-a-half"),
        pytest.param(10, 0.24, 2, id="just-below-a-half"),
        pytest.param(3, 0.9, 3, id="rounds-up-to-all"),
        pytest.param(3, 0.1, 0, id="rounds-down-to-none"),
        pytest.param(1, 0.5, 0, id="half-of-1"),
        pytest.param(1, 0.6, 1, id="one-sample"),
        pytest.param(100, 0.29, 29, id="product-just-below-29"),
        pytest.param(5, 1, 5, id="all"),
        pytest.param(5, 0, 0, id="none"),
        pytest.param(5, 1.0, 5, id="all-as-a-float"),
        pytest.param(5, 0.0, 0, id="none-as-a-float"),
        pytest.param(0, 0.5, 0, id="no-samples"),
        pytest.param(0, 1.0, 0, id="all-of-no-samples"),
    ],
)
def test_holdout_split_holds_out_the_rounded_share(impl, count, fraction, held_out):
    actual = impl.holdout_split(count, fraction, 0)

    expect_split(actual, count, held_out, f"holdout_split({count}, {fraction}, seed=0)")


@given(count=st.integers(0, 40), fraction=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_holdout_split_puts_every_index_on_one_side(impl, count, fraction, seed):
    actual = impl.holdout_split(count, fraction, seed)

    expect_split(actual, count, round(fraction * count), f"holdout_split({count}, {fraction}, {seed=})")


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_holdout_split_is_the_same_at_every_call(impl, seed):
    first = impl.holdout_split(20, 0.3, seed)
    impl.holdout_split(20, 0.3, 7)
    again = impl.holdout_split(20, 0.3, seed)

    for i in range(2):
        call = f"holdout_split(20, 0.3, {seed=})[{i}] for the second time"
        expect.tensor(again[i], torch.as_tensor(first[i]), call=call)


@pytest.mark.parametrize("seeds", [range(300), range(2**31, 2**31 + 300)], ids=["from-0", "from-2**31"])
def test_holdout_split_makes_each_choice_equally_likely(impl, seeds):
    choices = list(combinations(range(4), 2))

    found = Counter(tuple(sorted(impl.holdout_split(4, 0.5, seed)[1].tolist())) for seed in seeds)

    # Each of the 6 is expected 50 times with a standard deviation of 6.5: 5 of those to either side.
    counts = {choice: found[choice] for choice in choices}
    fair = all(18 <= number <= 82 for number in counts.values())
    call = "how often holdout_split(4, 0.5, seed)[1] is which choice, for 300 seeds"
    expect.that(fair, call=call, got=counts, should_be="each about 50 times")


def test_holdout_split_makes_other_choices_of_many_samples_for_other_seeds(impl):
    found = {tuple(sorted(impl.holdout_split(40, 0.5, seed)[1].tolist())) for seed in range(20)}

    call = "how many different choices holdout_split(40, 0.5, seed)[1] makes for 20 seeds"
    expect.value(len(found), 20, call=call)


@pytest.mark.parametrize("count", [-1, -10])
def test_holdout_split_refuses_a_negative_count(impl, count):
    with expect.raises(ValueError, match="count", call=f"holdout_split({count}, 0.5, seed=0)"):
        impl.holdout_split(count, 0.5, 0)


@pytest.mark.parametrize("count", [0, 10])
@pytest.mark.parametrize("fraction", [-0.01, 1.01, -1, 2, 20, math.inf, -math.inf, math.nan])
def test_holdout_split_refuses_a_fraction_that_is_none(impl, count, fraction):
    with expect.raises(ValueError, match="fraction", call=f"holdout_split({count}, {fraction}, seed=0)"):
        impl.holdout_split(count, fraction, 0)


@pytest.mark.parametrize("seed", [0, 123])
def test_holdout_split_leaves_the_global_random_states_alone(impl, probe, seed):
    promises.random_state_untouched(probe, impl.holdout_split, 10, 0.3, seed, call=f"holdout_split(10, 0.3, {seed=})")
