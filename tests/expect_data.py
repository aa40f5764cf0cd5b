"""What specs of datasets and loaders assert of samples and batches; see `tests/expect.py`."""

from typing import Any

from torch import Tensor

from tests import expect


def pair(actual: Any, call: str, names: str, **inputs: object) -> tuple[Any, Any]:
    """Expect a tuple of two, and return it; a named tuple is one too, also in the learner's process."""
    __tracebackhide__ = True
    is_tuple = type(actual) is tuple or isinstance(getattr(actual, "_fields", None), tuple)
    expect.that(is_tuple and len(actual) == 2, call=call, got=actual, should_be=f"a tuple {names}", **inputs)
    return actual[0], actual[1]


def sample(actual: Any, features: Tensor, label: Tensor, call: str) -> None:
    """Expect the tuple (features, label), both tensors."""
    __tracebackhide__ = True
    got = pair(actual, call, "(features, label)")
    expect.tensor(got[0], features, call=f"{call}[0]")
    expect.tensor(got[1], label, call=f"{call}[1]")


def samples(actual: Any, features: Tensor, labels: Tensor, call: str) -> None:
    """Expect all samples of a dataset, as a loop over it gives them."""
    __tracebackhide__ = True
    should_be = f"{len(features)} samples"
    expect.that(len(actual) == len(features), call=call, got=f"{len(actual)} samples", should_be=should_be)
    for i, one in enumerate(actual):
        sample(one, features[i], labels[i], call=f"{call}[{i}]")


def batches(actual: Any, features: Tensor, labels: Tensor, batch_size: int, call: str) -> None:
    """Expect the batches that a loader makes of all samples, in order."""
    __tracebackhide__ = True
    parts = list(zip(features.split(batch_size), labels.split(batch_size), strict=True))
    should_be = f"{len(parts)} batches"
    expect.that(len(actual) == len(parts), call=call, got=f"{len(actual)} batches", should_be=should_be)
    for i, (batch, part) in enumerate(zip(actual, parts, strict=True)):
        expect.tensor(batch[0], part[0], call=f"{call}[{i}][0]")
        expect.tensor(batch[1], part[1], call=f"{call}[{i}][1]")
