"""Which mixes of simulated and CPU tensors an accelerator accepts."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from kata.sim import messages, tensor

aten = torch.ops.aten


class Rule(enum.Enum):
    """How an operation treats tensors of two devices."""

    POINTWISE = "CPU tensors of rank 0 may mix"
    SAME = "all on one device"
    COPY = "source and target may differ"
    INDEX = "the index of a device tensor may be on the CPU"
    HOST = "some arguments belong on the CPU"


def _operations(*names: str) -> frozenset[Any]:
    """The operations of those names that this torch has."""
    found = []
    for name in names:
        packet, _, overload = name.partition(".")
        operation = getattr(getattr(aten, packet, None), overload or "default", None)
        if operation is not None:
            found.append(operation)
    return frozenset(found)


COPIES = _operations("copy_", "_to_copy", "_foreach_copy_", "_copy_from", "copy", "_copy_from_and_resize")
INDEXING = _operations(
    "index.Tensor", "index_put_", "index_put", "_index_put_impl_", "_unsafe_index.Tensor", "_unsafe_index_put",
    "index.Tensor_out",
)  # fmt: skip
# The lengths of a packed sequence and of a CTC batch are read on the host.
HOST_ARGUMENTS: Mapping[Any, tuple[int, ...]] = {
    operation: places
    for name, places in {
        "_pack_padded_sequence": (1,),
        "_pack_padded_sequence_backward": (2,),
        "_ctc_loss.Tensor": (2, 3),
        "_ctc_loss_backward.Tensor": (3, 4),
    }.items()
    for operation in _operations(name)
}
HOST_RESULTS: Mapping[Any, tuple[int, ...]] = {op: (1,) for op in _operations("_pack_padded_sequence")}


def rule_of(func: Any) -> Rule:
    """The rule that an operation follows."""
    if func in COPIES:
        return Rule.COPY
    if func in INDEXING:
        return Rule.INDEX
    if func in HOST_ARGUMENTS:
        return Rule.HOST
    return Rule.POINTWISE


def check(
    rule: Rule,
    func: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    sims: Sequence[torch.Tensor],
    plain: Sequence[torch.Tensor],
) -> None:
    """Raise what CUDA raises where tensors of both devices must not meet."""
    __tracebackhide__ = True
    if rule is Rule.COPY:
        return
    everything = [*sims, *plain]
    if rule is Rule.INDEX:
        if not isinstance(args[0], tensor.SimTensor):
            raise messages.index_elsewhere(func, everything)
        if len(args) > 2 and isinstance(args[2], torch.Tensor) and not _fits(args[2]):
            raise messages.mixed(func, everything)
        return
    if rule is Rule.HOST:
        for place in HOST_ARGUMENTS[func]:
            if isinstance(args[place], tensor.SimTensor):
                raise messages.not_on_host(func, func._schema.arguments[place].name)
        plain = [one for one in plain if not any(one is args[place] for place in HOST_ARGUMENTS[func])]
    if any(one.dim() > 0 for one in plain) or _writes_to_host(func, args, kwargs):
        raise messages.mixed(func, everything)


def _fits(value: torch.Tensor) -> bool:
    return isinstance(value, tensor.SimTensor) or value.dim() == 0


def _writes_to_host(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Does the operation write its result, made from simulated tensors, into a CPU tensor?"""
    if not func._schema.is_mutable:
        return False
    named = dict(zip((argument.name for argument in func._schema.arguments), args, strict=False)) | dict(kwargs)
    for argument in func._schema.arguments:
        target = named.get(argument.name)
        written = argument.alias_info is not None and argument.alias_info.is_write
        if written and isinstance(target, torch.Tensor) and not isinstance(target, tensor.SimTensor):
            return True
    return False
