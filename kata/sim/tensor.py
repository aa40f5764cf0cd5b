"""The tensor of the simulated device: a shell that reports `sim:0` around a CPU tensor with the values."""

import copy
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from kata.sim import NAME, dispatch, messages, text
from kata.sim.storage import SimStorage

DEVICE = torch.device(NAME, 0)
_raw_data: Any = torch._C.TensorBase.data  # type: ignore[attr-defined]


class SimTensor(torch.Tensor):
    """A tensor on the simulated device; `held` is the CPU tensor, with the same strides and offset."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls: type["SimTensor"], held: torch.Tensor) -> "SimTensor":
        if held.layout is not torch.strided:
            raise messages.LimitError(f"the layout {held.layout}")
        if torch.is_inference_mode_enabled() and not held.is_inference():  # a view of what was made before
            with torch.inference_mode(False):
                self = _shell(cls, held)
        else:
            self = _shell(cls, held)
        self.held = held
        return self

    def __init__(self, held: torch.Tensor) -> None:
        pass

    # Results are always plain tensors of this class: nothing is to be re-wrapped on the way out.
    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        __tracebackhide__ = True
        return dispatch.dispatch(func, args, kwargs or {})

    # Text

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        shown = text.of(self)
        is_parameter = isinstance(self, torch.nn.Parameter)
        return f"Parameter containing:\n{shown}" if is_parameter else shown

    def __format__(self, spec: str) -> str:
        if self.dim() == 0:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    # Ways to the host

    def numpy(self, *, force: bool = False) -> Any:
        if force:
            return self.detach().cpu().numpy()
        raise messages.no_numpy()

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise messages.no_numpy()

    def __dlpack__(self, **kwargs: Any) -> Any:
        raise BufferError(str(messages.no_numpy()))

    def __dlpack_device__(self) -> Any:
        raise BufferError(str(messages.no_numpy()))

    def tolist(self) -> Any:
        return self.held.tolist()

    # Memory

    def data_ptr(self) -> int:
        return self.held.data_ptr()

    def untyped_storage(self) -> torch.UntypedStorage:
        return SimStorage.of(self.held.untyped_storage())

    def set_(self, source: Any = None, *args: Any, **kwargs: Any) -> "SimTensor":  # type: ignore[override]
        if isinstance(source, torch.TypedStorage):
            source = source._untyped_storage
        if isinstance(source, (SimTensor, SimStorage)):
            source = source.held
        elif source is not None:
            raise messages.mixed("set_", [self])
        with torch.no_grad():
            held = self.held.detach()
            adopt(self, held.set_(*(() if source is None else (source,)), *args, **kwargs))
        return self

    def is_shared(self) -> bool:
        return True

    def share_memory_(self) -> "SimTensor":
        return self

    def pin_memory(self, device: Any = None) -> torch.Tensor:
        raise RuntimeError(f"cannot pin '{self.type()}' only dense CPU tensors can be pinned")

    def is_pinned(self, device: Any = None) -> bool:
        return False

    @property
    def data(self) -> torch.Tensor:  # type: ignore[override]
        return SimTensor(self.held)

    @data.setter
    def data(self, value: torch.Tensor) -> None:
        if not isinstance(value, SimTensor):
            become(self, value)
            return
        _raw_data.__set__(self, value)
        self.held = value.held

    # Copies

    def __deepcopy__(self, memo: dict[int, Any]) -> torch.Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
                "at the moment."
            )
        if id(self) in memo:
            return memo[id(self)]
        twin = SimTensor(copy.deepcopy(self.held, memo)).requires_grad_(self.requires_grad)
        memo[id(self)] = twin
        twin.__dict__.update(copy.deepcopy(_extras(self), memo))
        if self.grad is not None:
            twin.grad = copy.deepcopy(self.grad, memo)
        return twin

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        storage = torch.storage.TypedStorage(wrap_storage=self.untyped_storage(), dtype=self.dtype, _internal=True)
        if isinstance(self, torch.nn.Parameter):
            return torch._utils._rebuild_parameter, (self.detach(), self.requires_grad, OrderedDict())
        where = (storage, self.storage_offset(), tuple(self.size()), self.stride())
        return torch._utils._rebuild_tensor_v2, (*where, self.requires_grad, OrderedDict())

    def as_subclass(self, cls: type) -> Any:  # type: ignore[override]
        raise messages.LimitError(f"tensors of another class ({cls.__name__})")


def _shell(cls: type[SimTensor], held: torch.Tensor) -> SimTensor:
    made: SimTensor = torch.Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
        cls, held.shape, strides=held.stride(), storage_offset=held.storage_offset(),
        dtype=held.dtype, layout=torch.strided, device=DEVICE,
    )  # fmt: skip
    return made


def _extras(tensor: torch.Tensor) -> dict[str, Any]:
    """What people, and torch's Parameter and Buffer, have written on a tensor."""
    return {name: value for name, value in tensor.__dict__.items() if name != "held"}


def adopt(tensor: SimTensor, held: torch.Tensor) -> None:
    """Make a tensor hold another CPU tensor, with that one's shape, strides and dtype."""
    _raw_data.__set__(tensor, SimTensor(held))
    tensor.held = held


def become(tensor: torch.Tensor, other: torch.Tensor) -> None:
    """Move `tensor`, as the object it is, to the device of `other`, whose values it takes over.

    On a real device `.to` changes a module's parameters in place, and an optimizer made before it goes on
    working. Tensors of two classes cannot trade their values, so the two objects trade their insides.
    """
    extras = _extras(tensor)
    if isinstance(tensor, torch.nn.Parameter) and not isinstance(other, torch.nn.Parameter):
        other = torch.nn.Parameter(other, tensor.requires_grad)
    elif not isinstance(tensor, torch.nn.Parameter):
        other = other.detach().requires_grad_(tensor.requires_grad)
    tensor.__class__, other.__class__ = other.__class__, tensor.__class__
    tensor.__dict__, other.__dict__ = other.__dict__, tensor.__dict__
    torch._C._swap_tensor_impl(tensor, other)  # type: ignore[attr-defined]
    tensor.__dict__.update(extras)
