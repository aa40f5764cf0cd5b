"""Each kind of mistake that the strategies are there for is found by nearly every practice run."""

import pytest
import torch
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from torch import Tensor

from kata.verdicts import Unmet
from tests import expect, strategies
from tests.strategies import float_dtypes, large_tensors, shapes, tensors

strategies.register_profiles()


def softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, dim=-1)


def naive_softmax(x: Tensor) -> Tensor:
    return x.exp() / x.exp().sum(-1, keepdim=True)


def first_axis_softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, dim=0)


def standardized(x: Tensor) -> Tensor:
    deviation = x.double().std(-1, keepdim=True, correction=0)
    centred = x.double() - x.double().mean(-1, keepdim=True)
    return torch.where(deviation < 1e-12, 0, centred / deviation).to(x.dtype)


def divides_by_zero(x: Tensor) -> Tensor:
    centred = x.double() - x.double().mean(-1, keepdim=True)
    return (centred / x.double().std(-1, keepdim=True, correction=0)).to(x.dtype)


def largest_marked(x: Tensor) -> Tensor:
    return x == x.amax(-1, keepdim=True)


def one_marked(x: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(x.argmax(-1), x.shape[-1]).bool()


def divided(x: Tensor) -> Tensor:
    return 1 / x


def loses_the_sign_of_zero(x: Tensor) -> Tensor:
    return 1 / (x + 0.0)


def flat(x: Tensor) -> Tensor:
    return x.reshape(-1)


def view_flat(x: Tensor) -> Tensor:
    return x.view(-1)


def largest(x: Tensor) -> Tensor:
    return x.amax(-1) if x.shape[-1] else x.new_zeros(x.shape[:-1])


def largest_of_something(x: Tensor) -> Tensor:
    return x.amax(-1)


def doubled(x: Tensor) -> Tensor:
    return x * 2


def doubled_in_float32(x: Tensor) -> Tensor:
    return x.float() * 2


def scaled(x: Tensor) -> Tensor:
    return x / x.norm(dim=-1, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny)


def matrices() -> SearchStrategy[Tensor]:
    return tensors(shapes(2, 2))


def laid_out() -> SearchStrategy[Tensor]:
    return st.tuples(strategies.layouts(), matrices()).map(lambda drawn: drawn[0](drawn[1]))


BUGS = [
    pytest.param(softmax, naive_softmax, large_tensors(shapes(1, 2)), id="overflow-large"),
    pytest.param(softmax, naive_softmax, tensors(low=-1000, high=1000), id="overflow-small"),
    pytest.param(softmax, first_axis_softmax, matrices(), id="wrong-axis-small"),
    pytest.param(softmax, first_axis_softmax, large_tensors(shapes(2, 2)), id="wrong-axis-large"),
    pytest.param(largest_marked, one_marked, tensors(), id="ties-small"),
    pytest.param(largest_marked, one_marked, large_tensors(), id="ties-large"),
    pytest.param(divided, loses_the_sign_of_zero, tensors(), id="sign-of-zero-small"),
    pytest.param(divided, loses_the_sign_of_zero, large_tensors(), id="sign-of-zero-large"),
    pytest.param(standardized, divides_by_zero, tensors(), id="zero-variance-small"),
    pytest.param(standardized, divides_by_zero, large_tensors(), id="zero-variance-large"),
    pytest.param(flat, view_flat, laid_out(), id="view-of-non-contiguous"),
    pytest.param(largest, largest_of_something, tensors(shapes(min_side=0)), id="size-0-small"),
    pytest.param(largest, largest_of_something, large_tensors(shapes(min_side=0)), id="size-0-large"),
    pytest.param(doubled, doubled_in_float32, tensors(dtype=float_dtypes()), id="dtype-small"),
    pytest.param(doubled, doubled_in_float32, large_tensors(dtype=float_dtypes()), id="dtype-large"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "inputs"), BUGS)
def test_practice_runs_find_the_planted_mistake(right, wrong, inputs):
    assert sum(found(right, wrong, inputs, number) for number in range(10)) >= 9


def found(right, wrong, inputs, number) -> bool:
    @seed(number)
    @settings(settings.get_profile("practice"), derandomize=False)
    @given(x=inputs)
    def promise(x: Tensor) -> None:
        expect.tensor(wrong(x), right(x), call="f(x)", equal_nan=True)

    try:
        promise()
    except (Unmet, RuntimeError, IndexError):
        return True
    return False


@pytest.mark.parametrize("right", [softmax, standardized, largest_marked, flat, doubled])
def test_a_right_answer_passes(right):
    @settings(settings.get_profile("practice"))
    @given(x=large_tensors(dtype=float_dtypes()))
    def promise(x: Tensor) -> None:
        expect.tensor(right(x.clone()), right(x), call="f(x)", equal_nan=True)

    promise()
