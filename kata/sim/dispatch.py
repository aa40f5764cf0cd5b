"""One operation on the simulated device: unwrap, check what is mixed, run on the CPU, wrap what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from kata.sim import NAME, generator, kernels, legality, messages, tensor

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Plan:
    """What the schema of an operation says, looked up once."""

    takes_device: bool
    takes_generator: bool
    reshapes: bool  # may change the shape of a tensor that it was given
    rule: legality.Rule


@cache
def plan_of(func: Any) -> Plan:
    """Read an operation's schema."""
    arguments = {argument.name: argument for argument in func._schema.arguments}
    writes_out = any(argument.is_out for argument in arguments.values())
    return Plan(
        takes_device="device" in arguments,
        takes_generator="generator" in arguments,
        reshapes=writes_out or torch.Tag.inplace_view in func.tags or "resize" in func._schema.name,
        rule=legality.rule_of(func),
    )


def dispatch(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run one operation of which an argument, or the device asked for, is simulated."""
    __tracebackhide__ = True
    if func in kernels.KERNELS:
        return kernels.KERNELS[func](*args, **kwargs)
    plan = plan_of(func)
    sims: list[Any] = []
    plain: list[torch.Tensor] = []
    held_args = [_unwrap(value, sims, plain) for value in args]
    held_kwargs = {name: _unwrap(value, sims, plain) for name, value in kwargs.items()}
    if sims and (plain or plan.rule is legality.Rule.HOST):
        legality.check(plan.rule, func, args, kwargs, sims, plain)
    on_sim = _answers_on_sim(plan, func, args, kwargs, held_kwargs, bool(sims))
    if plan.takes_generator:
        _check_generator(func, args, kwargs, on_sim)
    out = func(*held_args, **held_kwargs)
    if plan.reshapes:
        _follow(sims)
    known = {id(sim.held): sim for sim in sims}
    hosted = legality.HOST_RESULTS.get(func, ())
    if isinstance(out, (tuple, list)):
        return type(out)(item if place in hosted else _wrap(item, known, on_sim) for place, item in enumerate(out))
    return _wrap(out, known, on_sim)


def _unwrap(value: Any, sims: list[Any], plain: list[torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        if isinstance(value, tensor.SimTensor):
            sims.append(value)
            return value.held
        plain.append(value)
        return value
    if isinstance(value, (list, tuple)) and any(isinstance(item, (torch.Tensor, list)) for item in value):
        return [_unwrap(item, sims, plain) for item in value]
    return value


def _wrap(out: Any, known: Mapping[int, Any], on_sim: bool) -> Any:
    if not isinstance(out, torch.Tensor):
        if isinstance(out, (list, tuple)) and out and isinstance(out[0], torch.Tensor):
            return type(out)(_wrap(item, known, on_sim) for item in out)
        return out
    if id(out) in known:  # an operation in place: the caller's own tensor comes back
        return known[id(out)]
    if not on_sim or isinstance(out, tensor.SimTensor):
        return out
    if out.is_conj() or out.is_neg():  # the shell cannot carry these lazy marks
        out = out.resolve_conj().resolve_neg()
    return tensor.SimTensor(out)


def _answers_on_sim(
    plan: Plan, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], held: dict[str, Any], any_sim: bool
) -> bool:
    """Where the result belongs; asks the CPU for it where the device was asked for by name."""
    if held.get("pin_memory"):
        held["pin_memory"] = False
    device = kwargs.get("device") if plan.takes_device else None
    if device is None:
        if plan.rule is legality.Rule.COPY:
            return isinstance(args[0], tensor.SimTensor)
        return any_sim
    device = torch.device(device)
    if device.type != NAME:
        return False
    if device.index not in (None, 0):
        raise messages.no_such_device(device)
    held["device"] = CPU
    return True


def _check_generator(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], on_sim: bool) -> None:
    __tracebackhide__ = True
    if not on_sim:
        return
    for value in (*args, *kwargs.values()):
        if isinstance(value, torch._C.Generator):
            generator.check(value)


def _follow(sims: Sequence[Any]) -> None:
    """Give each tensor the shape that the operation has given to what it holds."""
    for sim in sims:
        held = sim.held
        if sim.shape != held.shape or sim.stride() != held.stride() or sim.storage_offset() != held.storage_offset():
            tensor.adopt(sim, held)
