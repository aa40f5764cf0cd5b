"""The judge's side of an object that stays with the learner: it knows a number, and asks about the rest."""

from collections.abc import Iterator
from typing import Any, Protocol

SPOKEN = ("__name__", "__qualname__")  # other names of that form are Python's own questions, not a spec's


class Line(Protocol):
    """What a handle asks through."""

    def ask(self, verb: str, target: "Handle", /, *args: Any, **kwargs: Any) -> Any:
        """Return what the learner's side answers, or raise what it raised."""

    def released(self, handle: "Handle") -> None:
        """Hear that nobody holds this handle any more."""


class Handle:
    """An object in the learner's process: it can be called, indexed, iterated, asked for attributes, sent."""

    __slots__ = ("__weakref__", "_kata_key", "_kata_life", "_kata_line", "_kata_type")

    _kata_key: int
    _kata_life: int
    _kata_line: Line
    _kata_type: str

    def __init__(self, line: Line, key: int, type_name: str, life: int) -> None:
        object.__setattr__(self, "_kata_line", line)
        object.__setattr__(self, "_kata_key", key)
        object.__setattr__(self, "_kata_type", type_name)
        object.__setattr__(self, "_kata_life", life)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._kata_line.ask("call", self, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in SPOKEN:
            raise AttributeError(f"{self!r} is not asked for {name}")
        return self._kata_line.ask("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._kata_line.ask("setattr", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._kata_line.ask("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._kata_line.ask("setitem", self, key, value)

    def __len__(self) -> int:
        return int(self._kata_line.ask("len", self))

    def __iter__(self) -> Iterator[Any]:
        iterator = self._kata_line.ask("iter", self)
        return iter(iterator) if not isinstance(iterator, Handle) else iterator

    def __next__(self) -> Any:
        return self._kata_line.ask("next", self)

    def __contains__(self, item: Any) -> bool:
        return self._kata_line.ask("contains", self, item) is True

    def __eq__(self, other: object) -> bool:
        # Never asked about the judge's own data: an object can claim to be equal to everything.
        if not isinstance(other, Handle):
            return False
        if self._kata_key == other._kata_key and self._kata_life == other._kata_life:
            return True
        return self._kata_line.ask("eq", self, other) is True

    def __hash__(self) -> int:
        return hash(self._kata_type)  # the same for all that could be equal

    def __bool__(self) -> bool:
        return self._kata_line.ask("bool", self) is True

    def __dir__(self) -> list[str]:
        return [str(name) for name in self._kata_line.ask("dir", self)]

    def __repr__(self) -> str:
        return f"<{self._kata_type} in the learner's process>"

    def __del__(self) -> None:
        line = getattr(self, "_kata_line", None)
        if line is not None:
            line.released(self)
