"""What a spec runs on the learner's side: `probe(probes.gradient, impl.softmax, x, dim=1)`.

Everything here can be imported by name, gives the same answer every time, and answers with plain data,
so that a spec means the same whether the learner's code runs in this process or in another.
"""

import functools
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from tests import _gradients, _inputs
from tests._count import Counter, Dispatched, Names
from tests._gradients import upstream_like as upstream_like
from tests._inputs import Array, Snapshot

Function = Callable[..., Any]


def value_and_gradient(
    function: Function, *args: Any, wrt: int | str = 0, upstream: Tensor | None = None, **kwargs: Any
) -> tuple[Tensor, Tensor]:
    """Return the result, and the gradient of `(result * upstream).sum()` with respect to one argument.

    Args:
        wrt: the argument, by position or by name.
        upstream: weights of the result's entries; `upstream_like(result)` when left out.

    Raises:
        TypeError: when the function does not give a floating-point tensor.
        NoGradient: when no gradient reaches the argument.
    """
    result, found = _gradients.differentiate(function, _inputs.named(args, kwargs), [wrt], upstream)
    return result, found[0]


def gradient(
    function: Function, *args: Any, wrt: int | str = 0, upstream: Tensor | None = None, **kwargs: Any
) -> Tensor:
    """Return the gradient alone: see `value_and_gradient`."""
    return _gradients.differentiate(function, _inputs.named(args, kwargs), [wrt], upstream)[1][0]


def gradients(function: Function, *args: Any, upstream: Tensor | None = None, **kwargs: Any) -> list[Tensor]:
    """Return the gradients for all floating-point tensors among the arguments, in their order."""
    named = _inputs.named(args, kwargs)
    wrt = [at for at, value in named.items() if _gradients.is_float(value)]
    return _gradients.differentiate(function, named, wrt, upstream)[1]


def returns_grad(function: Function, *args: Any, **kwargs: Any) -> bool:
    """Does the result require grad when the first argument does?"""
    first = args[0].detach().requires_grad_(True)
    return _gradients.recorded(function, _inputs.named((first, *args[1:]), kwargs)).requires_grad


def changed_inputs(function: Function, *args: Any, **kwargs: Any) -> list[int | str]:
    """The arguments, by position or name, that the call wrote to or otherwise changed.

    Looks at the values, shapes, versions and `requires_grad` of tensors and arrays, also inside lists,
    tuples, dicts and modules, and at which objects those hold.
    """
    named = _inputs.named(args, kwargs)
    before = {at: Snapshot.of(value) for at, value in named.items()}
    function(*args, **kwargs)
    return [at for at, value in named.items() if Snapshot.of(value) != before[at]]


def shares_memory(function: Function, *args: Any, **kwargs: Any) -> bool:
    """Does a tensor or array in the result lie in the memory of one in the arguments?"""
    results = list(_inputs.leaves(function(*args, **kwargs)))
    if not results:
        raise TypeError(f"{_gradients.call(function)} gave no tensor: it should give one")
    given = [leaf for value in (*args, *kwargs.values()) for leaf in _inputs.leaves(value)]
    pairs = [(_inputs.storage(a), _inputs.storage(b)) for a in results for b in given]
    return any(a is not None and b is not None and a[0] < b[1] and b[0] < a[1] for a, b in pairs)


def write_through(function: Function, source: Tensor | Array, *args: Any, **kwargs: Any) -> tuple[bool, bool]:
    """Do writes to `source` show in the result, and writes to the result in `source`?"""
    result = function(source, *args, **kwargs)
    if not isinstance(result, Tensor | np.ndarray):
        _gradients.tensor(function, result)
    return _write_shows(source, result), _write_shows(result, source)


def _write_shows(target: Any, observed: Tensor | Array) -> bool:
    before = Snapshot.of(observed)[0].content
    try:
        with torch.no_grad():
            target[...] = ~target if target.dtype in (torch.bool, np.bool_) else target + 1
    except (RuntimeError, ValueError):  # read-only, or several entries in one place
        return False
    return Snapshot.of(observed)[0].content != before


def random_state_changed(function: Function, *args: Any, **kwargs: Any) -> list[str]:
    """Which global generators the call moved, of "torch", "numpy" and "python". They are put back.

    Numbers are drawn from each before: to seed it again with the seed that it had brings back its first state only.
    """
    with random_states_kept():
        torch.rand(3)
        np.random.random(3)
        random.random()
        return fresh_random_state_changed(function, *args, **kwargs)


def fresh_random_state_changed(function: Function, *args: Any, **kwargs: Any) -> list[str]:
    """The same where nobody has drawn since each test's beginning seeded them."""
    with random_states_kept() as (state, numpy_state, python_state):
        function(*args, **kwargs)
        moved = {
            "torch": not torch.equal(torch.get_rng_state(), state),
            "numpy": repr(np.random.get_state()) != repr(numpy_state),
            "python": random.getstate() != python_state,
        }
    return [name for name, changed in moved.items() if changed]


@contextmanager
def random_states_kept() -> Iterator[tuple[Tensor, Any, Any]]:
    """Put the global generators of PyTorch, NumPy and Python back after the block; gives their states before it."""
    state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield state, numpy_state, python_state
    finally:
        torch.set_rng_state(state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)


def operations(function: Function, *args: Any, **kwargs: Any) -> int:
    """How much work PyTorch sees in the call: operations, and numbers that pass to Python and back.

    Compare n with 2n; a loop doubles, and the count itself differs between releases of PyTorch.
    """
    with Counter() as counter:
        function(*args, **kwargs)
    return counter.count


def dispatched(function: Function, *args: Any) -> list[str]:
    """The names of the operations on tensors that a call asks for; unlike `operations`, one for a whole `tolist`."""
    with Dispatched() as seen:
        function(*args)
    return seen.names


class Recorder(nn.Module):
    """A module that answers with `outputs`, one a call, and writes down how it was called.

    Args:
        outputs: a tensor for every call, or a list of tensors in turn.
    """

    def __init__(self, outputs: Tensor | Iterable[Tensor]) -> None:
        super().__init__()
        self.outputs: Tensor | list[Tensor] = outputs if isinstance(outputs, Tensor) else list(outputs)
        self.calls: list[dict[str, Any]] = []

    def forward(self, x: Tensor) -> Tensor:
        call = {"shape": tuple(x.shape), "training": self.training, "grad": torch.is_grad_enabled()}
        self.calls.append(call)
        if isinstance(self.outputs, Tensor):
            return self.outputs
        if len(self.calls) > len(self.outputs):
            raise RuntimeError(f"the model was called more than {len(self.outputs)} times")
        return self.outputs[len(self.calls) - 1]


class CountingDataset(Dataset[Any]):
    """A dataset over `columns` (sample i is the i-th entry of each) that counts how often each is read."""

    def __init__(self, *columns: Sequence[Any]) -> None:
        self.columns = columns
        self.reads = [0] * len(columns[0])

    def __len__(self) -> int:
        return len(self.reads)

    def __getitem__(self, index: int) -> Any:
        self.reads[operator.index(index)] += 1  # refuses slices
        sample = tuple(column[index] for column in self.columns)
        return sample if len(sample) > 1 else sample[0]


class CountingTransform:
    """Adds `amount`, and counts its calls."""

    def __init__(self, amount: float = 1.0) -> None:
        self.amount = amount
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return x + self.amount


def double(x: Any) -> Any:
    return x * 2


def negate(x: Any) -> Any:
    return -x


def taking_each(function: Function) -> Function:
    """A function of one list as a function of its items, so that each of them can have a gradient."""

    @functools.wraps(function)
    def call(*items: Any, **kwargs: Any) -> Any:
        return function(list(items), **kwargs)

    return call


def called_functions(function: Function, *args: Any, **kwargs: Any) -> list[str]:
    """The names of PyTorch's functions and methods that the call uses, each once, as they come up first."""
    with Names() as names:
        function(*args, **kwargs)
    return list(dict.fromkeys(names.seen))
