"""Run by test_sim_opinfo.py: compares the simulated device with the CPU over PyTorch's own samples.

Takes the number of samples for each operation; prints a JSON object with the counts of samples compared
forward and backward, the names of the operations, and what went wrong first with each that failed.
"""

import itertools
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_leaves, tree_map

import kata.sim

RTOL, ATOL = 1e-4, 3e-5  # a composite operation may take another way on a device, rounding differently


def moved(value: Any) -> Any:
    """The same on sim, each tensor a leaf as it was."""

    def move(leaf: Any) -> Any:
        if isinstance(leaf, torch.Tensor):
            return leaf.detach().to("sim").requires_grad_(leaf.requires_grad)
        return leaf

    return tree_map(move, value)


def tensors(value: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, torch.Tensor)]


def seeded(op: Any, arguments: tuple[Any, Any, Any]) -> Any:
    torch.manual_seed(0)
    return op(arguments[0], *arguments[1], **arguments[2])


def gradients(result: Any, arguments: Any) -> list[torch.Tensor | None]:
    """The gradient of a plain loss with respect to each input that wants one."""
    parts = [part for part in tensors(result) if part.requires_grad]
    inputs = [one for one in tensors(arguments) if one.requires_grad]
    if not parts or not inputs:
        return []
    loss = sum((part.abs() if part.is_complex() else part).sum() for part in parts)
    return list(torch.autograd.grad(loss, inputs, allow_unused=True))


def compare(actual: list[Any], expected: list[Any], values: bool) -> None:
    assert len(actual) == len(expected), f"{len(actual)} tensors in place of {len(expected)}"
    for got, wanted in zip(actual, expected, strict=True):
        assert kata.sim.is_sim(got), f"a result on {got.device}"
        assert got.stride() == wanted.stride(), f"strides {got.stride()} in place of {wanted.stride()}"
        if values:
            torch.testing.assert_close(got.detach().cpu(), wanted.detach(), rtol=RTOL, atol=ATOL, equal_nan=True)


def attempt(function: Callable[..., Any], *args: Any) -> Any:
    """The result, or None for a sample that the CPU itself refuses."""
    try:
        return function(*args)
    except Exception:
        return None


def stages(op: Any, limit: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """The comparisons of one operation, each to be called."""
    samples = op.sample_inputs("cpu", torch.float32, requires_grad=op.supports_autograd)
    random_memory = "empty" in op.name
    for sample in itertools.islice(samples, limit):
        here = (sample.input, sample.args, sample.kwargs)
        expected = attempt(seeded, op, here)
        if expected is None:
            continue
        run = Run(op, here)
        yield "forward", partial(run.forward, expected, values=not random_memory)
        wanted = attempt(gradients, expected, here) if op.supports_autograd and not random_memory else None
        if wanted:
            yield "backward", partial(run.backward, wanted)


class Run:
    """One sample on the simulated device."""

    def __init__(self, op: Any, here: tuple[Any, Any, Any]) -> None:
        self.op = op
        self.here = here

    def forward(self, expected: Any, values: bool) -> None:
        self.there = moved(self.here)
        if "device" in self.there[2]:
            self.there[2]["device"] = "sim"
        self.result = seeded(self.op, self.there)
        compare(tensors(self.result), tensors(expected), values)

    def backward(self, wanted: list[Any]) -> None:
        compare_gradients(gradients(self.result, self.there), wanted)


def compare_gradients(actual: list[Any], expected: list[Any]) -> None:
    for got, wanted in zip(actual, expected, strict=True):
        assert (got is None) == (wanted is None), "a gradient is missing"
        if wanted is not None:
            assert kata.sim.is_sim(got), f"a gradient on {got.device}"
            torch.testing.assert_close(got.cpu(), wanted, rtol=RTOL, atol=ATOL, equal_nan=True)


def main(limit: int) -> dict[str, Any]:
    report: dict[str, Any] = {"operations": [], "forward": 0, "backward": 0, "failed": {}}
    for op in op_db:
        if torch.float32 not in op.supported_dtypes("cpu"):
            continue
        name = op.name + (f".{op.variant_test_name}" if op.variant_test_name else "")
        report["operations"].append(name)
        for kind, stage in stages(op, limit):
            try:
                stage()
                report[kind] += 1
            except Exception as error:
                report["failed"].setdefault(name, f"{kind}: {type(error).__name__}: {str(error)[:300]}")
                break
    return report


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    kata.sim.install()
    print(json.dumps(main(int(sys.argv[1]))))
