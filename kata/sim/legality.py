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


COPIES = _operations(
    "copy_", "copy", "_to_copy", "_foreach_copy_", "_copy_from", "_copy_from_and_resize",
    "slice_scatter", "select_scatter", "diagonal_scatter", "as_strided_scatter",
)  # fmt: skip
INDEXING = _operations(
    "index.Tensor", "index.Tensor_out", "index_put", "index_put_", "_index_put_impl_",
    "_unsafe_index.Tensor", "_unsafe_index_put",
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


# Pointwise, and yet each of their CUDA kernels wants one device for all.
SAME_THOUGH_POINTWISE = frozenset({
    "clamp", "clamp_", "clamp_min", "clamp_min_", "clamp_max", "clamp_max_", "gcd", "gcd_", "lcm", "lcm_",
    "logaddexp", "logaddexp2", "igamma", "igamma_", "igammac", "igammac_", "nextafter", "nextafter_",
    "equal", "cat", "stack",
})  # fmt: skip
# Not marked as pointwise, and yet a CPU tensor of rank 0 may mix, or only its shape is looked at.
MIXING_THOUGH_NOT_POINTWISE = frozenset({
    "bernoulli", "bernoulli_", "binary_cross_entropy", "fill_", "floor_divide", "floor_divide_", "rsub",
    "__and__", "__iand__", "__or__", "__ior__", "__xor__", "__ixor__", "__lshift__", "__ilshift__",
    "__rshift__", "__irshift__", "masked_fill", "masked_fill_", "index_fill", "index_fill_", "mse_loss",
    "smooth_l1_loss", "special_xlogy", "is_same_size", "is_set_to", "binomial", "sort", "normal",
    "_has_same_storage_numel", "_local_scalar_dense",
})  # fmt: skip


def rule_of(func: Any) -> Rule:
    """The rule that an operation follows."""
    if func in COPIES:
        return Rule.COPY
    if func in INDEXING:
        return Rule.INDEX
    if func in HOST_ARGUMENTS:
        return Rule.HOST
    return Rule.POINTWISE if _lets_scalars_mix(func) else Rule.SAME


def _lets_scalars_mix(func: Any) -> bool:
    name = func._schema.name.removeprefix("aten::")
    if name in SAME_THOUGH_POINTWISE:
        return False
    if name in MIXING_THOUGH_NOT_POINTWISE or "::" in name or name.endswith("_backward"):
        return True
    if name.startswith(("_foreach_", "_fused_")) or _is_composite(func):
        return True
    return _is_pointwise(name) or _is_pointwise(name.removesuffix("_"))


def _is_composite(func: Any) -> bool:
    """Is it made of other operations, each of which checks for itself?"""
    key = "CompositeExplicitAutograd"
    return torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), key)


def _is_pointwise(name: str) -> bool:
    packet = getattr(aten, name, None)
    if packet is None:
        return False
    return any(torch.Tag.pointwise in getattr(packet, overload).tags for overload in packet.overloads())


def check(
    rule: Rule,
    func: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    sims: Sequence[torch.Tensor],
    plain: Sequence[torch.Tensor],
) -> None:
    """Raise what CUDA raises where tensors of the two devices, or these here, must not meet."""
    __tracebackhide__ = True
    if rule is Rule.COPY:
        return
    if rule is Rule.INDEX:
        _check_index(func, args, [*sims, *plain])
        return
    if rule is Rule.HOST:
        plain = _without_host_arguments(func, args, plain)
    wrong = plain if rule is Rule.SAME else [one for one in plain if one.dim() > 0]
    if wrong or (plain and _writes_to_host(func, args, kwargs)):
        raise messages.mixed(func, [*sims, *plain])


def _check_index(func: Any, args: Sequence[Any], everything: Sequence[torch.Tensor]) -> None:
    __tracebackhide__ = True
    indexed, indices, *values = args
    if not isinstance(indexed, tensor.SimTensor):
        if any(isinstance(index, tensor.SimTensor) for index in indices):
            raise messages.index_elsewhere(func, everything)
        raise messages.mixed(func, everything)
    if values and isinstance(values[0], torch.Tensor) and not _fits(values[0]):
        raise messages.mixed(func, everything)


def _without_host_arguments(func: Any, args: Sequence[Any], plain: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    __tracebackhide__ = True
    places = HOST_ARGUMENTS[func]
    for place in places:
        if isinstance(args[place], tensor.SimTensor):
            raise messages.not_on_host(func, func._schema.arguments[place].name)
    return [one for one in plain if not any(one is args[place] for place in places)]


def _fits(value: torch.Tensor) -> bool:
    return isinstance(value, tensor.SimTensor) or value.dim() == 0


def _writes_to_host(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Does the operation write its result, made from simulated tensors, into a CPU tensor?"""
    if not func._schema.is_mutable:
        return False
    for place, argument in enumerate(func._schema.arguments):
        target = args[place] if place < len(args) else kwargs.get(argument.name)
        written = argument.alias_info is not None and argument.alias_info.is_write
        if written and isinstance(target, torch.Tensor) and not isinstance(target, tensor.SimTensor):
            return True
    return False
