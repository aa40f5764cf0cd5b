"""The one module that touches torch's experimental interface for devices written in Python."""

import functools
import sys
from typing import Any

import torch

from kata.sim import NAME

_libraries: list[torch.library.Library] = []  # their registrations live as long as they do


def missing(torch: Any) -> str | None:
    """What this torch lacks, or None."""
    try:
        from torch.utils.backend_registration import _setup_privateuseone_for_python_backend  # noqa: F401
    except ImportError:
        return f"torch {torch.__version__} has no devices written in Python (2.10 and later do)"
    taken = torch._C._get_privateuse1_backend_name()
    if taken not in ("privateuseone", NAME):
        return f"another backend, {taken!r}, holds the one place for devices from outside torch"
    return None


def register() -> None:
    """Register the device, its operations and its ways through torch's Python parts."""
    from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

    from kata.sim import device_module

    _setup_privateuseone_for_python_backend(NAME, backend_module=device_module)
    from kata.sim import generator, patches, storage

    _register_operations()
    generator.replace()
    storage.register()
    patches.apply()


def _register_operations() -> None:
    """Route every operation that reaches the device's key to `dispatch`."""
    from kata.sim.dispatch import dispatch

    anything = torch.library.Library("_", "IMPL")
    anything.fallback(lambda op, *args, **kwargs: dispatch(op, args, kwargs), "PrivateUse1")
    anything.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    # Factories have no tensor to be recognised by, and their own kernels win over the fallback.
    factories = torch.library.Library("aten", "IMPL")
    for operation in _factories():
        factories.impl(operation._schema.name.removeprefix("aten::") + _overload(operation),
                       functools.partial(_call, operation), "PrivateUse1")  # fmt: skip
    _libraries.extend((anything, factories))


def _call(operation: Any, *args: Any, **kwargs: Any) -> Any:
    from kata.sim.dispatch import dispatch

    __tracebackhide__ = True
    return dispatch(operation, args, kwargs)


def _overload(operation: Any) -> str:
    return f".{operation._schema.overload_name}" if operation._schema.overload_name else ""


def _factories() -> list[Any]:
    found = []
    for name in torch._C._dispatch_get_all_op_names():
        if not name.startswith("aten::"):
            continue
        packet, _, overload = name.removeprefix("aten::").partition(".")
        try:
            operation = getattr(getattr(torch.ops.aten, packet), overload or "default")
        except AttributeError:
            continue
        kinds = {argument.name: str(argument.type) for argument in operation._schema.arguments}
        makes = "device" in kinds and not any("Tensor" in kind for kind in kinds.values())
        composite = torch._C._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd")
        if (makes or packet == "_copy_from") and not composite:
            found.append(operation)
    return found


def loaded() -> bool:
    return "kata.sim.tensor" in sys.modules
