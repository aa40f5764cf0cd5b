"""The memory of a simulated tensor: a CPU storage under another device's name, saved and loaded as such."""

from typing import Any

import torch

from kata.sim import NAME, messages


class SimStorage(torch.UntypedStorage):
    """Stands for the CPU storage that holds the values, and says that it is on the device."""

    held: torch.UntypedStorage

    @classmethod
    def of(cls, held: torch.UntypedStorage) -> "SimStorage":
        self = cls(0)
        self.held = held
        return self

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return torch.device(NAME, 0)

    @property
    def _cdata(self) -> int:  # the identity by which torch.save tells shared storages
        return self.held._cdata

    @property
    def is_cuda(self) -> bool:
        return False

    def get_device(self) -> int:
        return 0

    def data_ptr(self) -> int:
        return self.held.data_ptr()

    def nbytes(self) -> int:
        return self.held.nbytes()

    def size(self) -> int:
        return self.held.nbytes()

    def __len__(self) -> int:
        return self.held.nbytes()

    def resize_(self, size: int) -> "SimStorage":
        self.held.resize_(size)
        return self

    def cpu(self) -> torch.UntypedStorage:
        return self.held.clone()

    def clone(self) -> "SimStorage":
        return SimStorage.of(self.held.clone())

    def is_shared(self) -> bool:
        return True

    def share_memory_(self) -> "SimStorage":
        return self

    def is_pinned(self, device: Any = "cuda") -> bool:
        return False

    def tolist(self) -> list[int]:
        return self.held.tolist()

    def __getitem__(self, *args: Any, **kwargs: Any) -> Any:
        return self.held.__getitem__(*args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SimStorage) and self.data_ptr() == other.data_ptr()

    def __hash__(self) -> int:
        return hash(self.held.data_ptr())

    def __repr__(self) -> str:
        return f"<storage of {self.nbytes()} bytes on {self.device}>"

    # Called by torch.save and torch.load of the format that pickle uses.
    def _write_file(self, *args: Any, **kwargs: Any) -> None:
        self.held._write_file(*args, **kwargs)

    def _set_from_file(self, *args: Any, **kwargs: Any) -> Any:
        return self.held._set_from_file(*args, **kwargs)


def _tag(storage: torch.UntypedStorage) -> str | None:
    return f"{NAME}:0" if isinstance(storage, SimStorage) else None


def _restore(storage: torch.UntypedStorage, location: str) -> torch.UntypedStorage | None:
    if location.partition(":")[0] != NAME:
        return None
    if torch.device(location).index not in (None, 0):
        raise messages.no_such_device(torch.device(location))
    return SimStorage.of(storage)


def register() -> None:
    """Tell torch.save and torch.load what a storage on the device is."""
    torch.serialization.register_package(5, _tag, _restore)
