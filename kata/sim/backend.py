"""The one module that touches torch's experimental interface for devices written in Python."""

import functools
from collections.abc import Iterator
from typing import Any

import torch

from kata.sim import NAME

KEY = "PrivateUse1"  # torch's name for the place of a device from outside
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
    from kata.sim import autocast, kernels
    from kata.sim.dispatch import dispatch

    anything = torch.library.Library("_", "IMPL")
    anything.fallback(lambda operation, *args, **kwargs: dispatch(operation, args, kwargs), KEY)
    own = torch.library.Library("aten", "IMPL")
    for operation in _below_the_class():
        own.impl(_name(operation), functools.partial(_call, operation), KEY)
    for name, kernel in kernels.DIFFERENTIABLE.items():
        own.impl(name, kernel, f"Autograd{KEY}")
    _libraries.extend((anything, own, *autocast.register()))


def _call(operation: Any, *args: Any, **kwargs: Any) -> Any:
    from kata.sim.dispatch import dispatch

    __tracebackhide__ = True
    return dispatch(operation, args, kwargs)


def _name(operation: Any) -> str:
    schema = operation._schema
    name = schema.name.removeprefix("aten::")
    return f"{name}.{schema.overload_name}" if schema.overload_name else name


def _below_the_class() -> Iterator[Any]:
    """The operations that must be known by name, since no tensor of ours leads them to `SimTensor`.

    They are the factories, and two that torch calls with the tensor class out of the way.
    """
    for name in torch._C._dispatch_get_all_op_names():
        namespace, _, rest = name.partition("::")
        packet, _, overload = rest.partition(".")
        operation = getattr(getattr(torch.ops.aten, packet, None), overload or "default", None)
        if namespace != "aten" or operation is None:
            continue
        kinds = {argument.name: str(argument.type) for argument in operation._schema.arguments}
        makes = "device" in kinds and not any("Tensor" in kind for kind in kinds.values())
        if not makes and packet not in ("_copy_from", "_local_scalar_dense"):
            continue
        if not torch._C._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd"):
            yield operation
