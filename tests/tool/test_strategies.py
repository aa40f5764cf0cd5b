"""The strategies keep what they promise of dtype, shape, bounds, kinds and memory, and repeat themselves."""

import importlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from torch import Tensor

from tests import strategies
from tests.strategies import large_tensor, large_tensors, shapes, tensors

strategies.register_profiles()


def examples(strategy: SearchStrategy[Tensor], profile: str) -> list[str]:
    seen: list[str] = []

    @settings(settings.get_profile(profile))
    @given(x=strategy)
    def look(x: Tensor) -> None:
        seen.append(f"{x.dtype} {x.tolist()} {torch.rand(1).item()}")

    look()
    return seen


@pytest.mark.parametrize(("profile", "count"), [("practice", 25), ("graded", 50)])
@pytest.mark.parametrize("strategy", [tensors(dtype=strategies.float_dtypes()), large_tensors(shapes(max_side=4))])
def test_a_profile_gives_the_same_examples_each_time_whatever_ran_before(profile, count, strategy):
    torch.manual_seed(1)
    first = examples(strategy, profile)
    torch.manual_seed(2)

    assert examples(strategy, profile) == first
    assert len(first) == count


def test_what_is_drawn_does_not_depend_on_the_modules_that_are_loaded(tmp_path, monkeypatch):
    first = examples(tensors(), "graded")
    module = tmp_path / "constants_of_a_learner.py"
    module.write_text(f"NUMBERS = {[n + 0.5 for n in range(-10, 10)]}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(module.stem)

    assert examples(tensors(), "graded") == first


def test_the_thorough_profile_draws_many_and_others():
    thorough = settings.get_profile("thorough")

    assert thorough.max_examples == 500
    assert not thorough.derandomize
    assert thorough.deadline is None


def test_the_random_state_of_pytorch_is_left_alone():
    before = torch.get_rng_state()
    examples(tensors(shapes(2, 2)), "practice")

    assert torch.equal(torch.get_rng_state(), before)


@settings(settings.get_profile("practice"))
@given(data=st.data(), dtype=st.sampled_from((*strategies.FLOATS, *strategies.INTEGERS, torch.bool)))
def test_tensors_keep_to_their_dtype_shape_and_bounds(data, dtype):
    shape = data.draw(shapes(0, 3, min_side=0))
    x = data.draw(tensors(shape, dtype, low=-0.3, high=7.1))

    assert (x.dtype, tuple(x.shape)) == (dtype, shape)
    assert x.is_contiguous()
    assert all(-0.31 <= value <= 7.11 for value in x.double().flatten().tolist())


@pytest.mark.parametrize("width", [16, 32, 64])
@pytest.mark.parametrize("bound", [0.1, -0.3, 7.1, 2.0, 1 / 3])
def test_bounds_that_a_width_cannot_hold_move_inwards(width, bound):
    low, high = (strategies._inside(bound, width, up=up) for up in (True, False))

    assert high <= bound <= low
    assert abs(low - high) <= abs(bound) * 2 * float(np.finfo(f"f{width // 8}").eps)


def test_tensors_refuses_a_dtype_that_it_cannot_draw():
    with pytest.raises(TypeError, match="no elements for"):
        tensors((2,), torch.complex64)


def test_a_counterexample_is_readable():
    @settings(settings.get_profile("practice"))
    @given(x=tensors(low=-100, high=100))
    def promise(x: Tensor) -> None:
        assert x.exp().isfinite().all()

    with pytest.raises(AssertionError) as caught:
        promise()
    assert "x=tensor([89.])" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("dtype", [*strategies.FLOATS, *strategies.INTEGERS, torch.bool, torch.complex64])
@pytest.mark.parametrize("kind", strategies.KINDS)
def test_large_tensor_is_the_same_each_time(kind, dtype):
    x = large_tensor((3, 4), dtype, kind=kind, seed=5)

    assert (x.dtype, x.shape) == (dtype, (3, 4))
    assert x.is_contiguous()
    assert x.isfinite().all()
    assert torch.equal(x, large_tensor((3, 4), dtype, kind=kind, seed=5))
    for shape in [(), (0,), (2, 0)]:
        assert large_tensor(shape, dtype, kind=kind, seed=5).shape == shape


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_kinds_are_what_they_say(dtype):
    kinds = {kind: large_tensor((8, 16), dtype, kind=kind, seed=0) for kind in strategies.KINDS}

    assert kinds["large"].exp().isinf().any()
    assert (kinds["tiny"] ** 2 < torch.finfo(dtype).tiny).all()
    assert (kinds["tiny"] != 0).any()
    assert len(kinds["constant"].unique()) == 1
    assert set((1 / kinds["zeros"]).flatten().tolist()) == {torch.inf, -torch.inf}
    assert (kinds["negative"] <= 0).all()
    assert (kinds["sorted"].diff() >= 0).all()
    assert len(kinds["integers"].unique()) < 40
    assert len(kinds["normal"].unique()) > 100


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (3, 1), (0, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool, torch.uint8])
@pytest.mark.parametrize("layout", strategies.LAYOUTS)
def test_layouts_keep_shape_dtype_and_values(layout, dtype, shape):
    x = large_tensor(shape, dtype, kind="normal", seed=3)

    there = layout(x)

    assert (there.shape, there.dtype, there.device) == (x.shape, x.dtype, x.device)
    first = x[:1].expand(x.shape) if layout is strategies.expanded and x.dim() else x
    assert torch.equal(there, first)


def test_layouts_differ_in_memory():
    x = torch.arange(6.0).reshape(2, 3)

    assert strategies.contiguous(x.T).is_contiguous()
    assert strategies.transposed(x).stride() == (1, 2)
    assert not strategies.transposed(x[0]).is_contiguous()
    assert strategies.offset(x).storage_offset() == 1
    assert strategies.offset(x).stride() == (5, 1)
    assert strategies.offset(x[0, 0]).storage_offset() == 1
    assert strategies.expanded(x).stride() == (0, 1)
    assert [layout.__name__ for layout in strategies.LAYOUTS] == [
        "contiguous",
        "transposed",
        "offset",
        "expanded",
    ]


def test_extremes_hold_both_zeros_and_both_ends():
    assert np.signbit(strategies.EXTREMES).sum() == (np.array(strategies.EXTREMES) < 0).sum() + 1
    assert min(strategies.EXTREMES) == -1000
    assert max(strategies.EXTREMES) == 1000


@pytest.mark.parametrize("strategy", [strategies.float_dtypes(), strategies.integer_dtypes()])
def test_dtypes(strategy):
    seen: set[torch.dtype] = set()

    @settings(settings.get_profile("graded"))
    @given(dtype=strategy)
    def look(dtype: torch.dtype) -> None:
        seen.add(dtype)

    look()
    assert seen in (set(strategies.FLOATS), set(strategies.INTEGERS))
