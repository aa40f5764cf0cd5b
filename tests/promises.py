"""Promises that many katas make, each as one call, and the parameters that many specs run over."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests import expect, probes, strategies

LAYOUTS = pytest.mark.parametrize("layout", strategies.LAYOUTS, ids=lambda layout: layout.__name__)
DTYPES = pytest.mark.parametrize("dtype", strategies.FLOATS, ids=str)


def unchanged(probe: Any, function: Any, *args: Any, call: str, **kwargs: Any) -> None:
    """Expect that a call leaves all its arguments as they were."""
    __tracebackhide__ = True
    changed = probe(probes.changed_inputs, function, *args, **kwargs)
    got = f"the call changed argument {', '.join(map(str, changed))}"
    expect.that(changed == [], call=call, got=got, should_be="all arguments as they were")


def random_state_untouched(probe: Any, function: Any, *args: Any, call: str, **kwargs: Any) -> None:
    """Expect that a call leaves the global generators of PyTorch, NumPy and Python as they were."""
    __tracebackhide__ = True
    moved = probe(probes.random_state_changed, function, *args, **kwargs)
    got = f"the call moved the global generator of {', '.join(moved)}"
    expect.that(moved == [], call=call, got=got, should_be="the global random state as it was")


def no_loop(probe: Any, function: Any, *args: Any, call: str, **kwargs: Any) -> None:
    """Expect as many operations for inputs that are larger along their first two axes, each twice as long.

    Numbers, and tensors without axes, stay as they are.
    """
    __tracebackhide__ = True
    larger = [_larger(value) if isinstance(value, Tensor) else value for value in args]
    few, many = (probe(probes.operations, function, *given, **kwargs) for given in (args, larger))
    expect.same_work(few, many, call=call)


def _larger(x: Tensor) -> Tensor:
    x = torch.cat([x, x]) if x.dim() else x
    return torch.cat([x, x], dim=1) if x.dim() > 1 else x
