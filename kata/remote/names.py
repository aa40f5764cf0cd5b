"""Functions and classes that cross by name: "module:qualname", importable on both sides."""

import enum
import importlib
import inspect
import sys
from types import ModuleType
from typing import Any

PUBLIC = (
    "torch",
    "torch.nn.functional",
    "torch.linalg",
    "torch.special",
    "torch.fft",
    "torch.nn.init",
    "operator",
    "math",
    "builtins",
)  # fmt: skip  where PyTorch's compiled functions are found by their own name
PRIVATE_SPECS = "test_"  # a spec's own functions stay in the spec: the learner's process never loads it


class WireError(Exception):
    """A value that cannot cross between the judge and the learner, or bytes that mean no value.

    Attributes:
        place: where in a nested value it was met: indices and keys, outermost first.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.place: tuple[object, ...] = ()

    def __str__(self) -> str:
        where = "".join(f"[{step!r:.40}]" for step in self.place)
        return f"{self.args[0]} (at {where})" if where else str(self.args[0])

    def inside(self, step: object) -> "WireError":
        """Note that the value lies at this index or key of another."""
        self.place = (step, *self.place)
        return self


def name_of(function: object) -> str:
    """Return the name "module:qualname" by which the other process finds a function or a class.

    Raises:
        WireError: for what has no such name: a lambda, a function inside a function, a method of
            an object, a function of a spec's own file.
    """
    for module, qualname in _candidates(function):
        if _same(_find(sys.modules.get(module), qualname), function):
            return f"{module}:{qualname}"
    raise WireError(f"cannot send {_described(function)}")


def resolve(name: str) -> Any:
    """Import what a name stands for."""
    module, _, qualname = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def _candidates(function: object) -> list[tuple[str, str]]:
    if isinstance(function, enum.Enum):
        kind = type(function)
        return [(kind.__module__, f"{kind.__qualname__}.{function.name}")]
    if not callable(function):
        return []
    qualname = getattr(function, "__qualname__", None)
    name = getattr(function, "__name__", None)
    owner = getattr(function, "__objclass__", None)  # of a method such as torch.Tensor.add
    module = getattr(owner or function, "__module__", None)
    if not isinstance(qualname, str) or not isinstance(name, str):
        return []
    found = [(module, qualname)] if isinstance(module, str) and not _is_private(module) else []
    return [*found, ("builtins", qualname), *((public, name) for public in PUBLIC)]


def _is_private(module: str) -> bool:
    last = module.rpartition(".")[2]
    return last.startswith(PRIVATE_SPECS) or last in ("conftest", "__main__")


def _find(module: ModuleType | None, qualname: str) -> object:
    found: object = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def _same(found: object, function: object) -> bool:
    if found is function:
        return True
    # A class method is a new object each time that it is looked up.
    bound = inspect.ismethod(found) or inspect.isbuiltin(found)
    return bound and type(found) is type(function) and found == function


def _described(value: object) -> str:
    kind = type(value).__name__
    name = getattr(value, "__qualname__", "")
    if not callable(value) or not isinstance(name, str) or not name:
        return (
            f"a {kind}: only plain data and what came from the learner's side can cross; "
            "make it over there with probe(...)"
        )
    if "<lambda>" in name:
        return "a lambda: name a function at module level, such as one of tests/probes.py"
    if "<locals>" in name:
        return f"{name}: name a function at module level, not one inside another function"
    if inspect.ismethod(value) or hasattr(value, "__self__"):
        return f"the method {name} of an object here: send the object's class and call it over there"
    module = getattr(value, "__module__", None)
    return f"{name} of {module}: it cannot be imported on the learner's side; put it into tests/probes.py"
