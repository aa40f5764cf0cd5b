"""Reading a learner's dataset in worker processes that begin empty, as on Windows and macOS: all of it is pickled."""

import multiprocessing
import pickle
import sys
from collections.abc import Callable
from typing import Any

from torch.utils.data import DataLoader, Dataset

from kata import implementations

METHODS = multiprocessing.get_all_start_methods()
METHOD = "forkserver" if "forkserver" in METHODS else "spawn"
PRELOAD = ["torch.utils.data", "torchvision", "kata.implementations"]


def worker_batches(made_by: Callable[..., Any], dataset: Any, *, workers: int = 2, **options: Any) -> list[Any]:
    """All batches of `dataset`, read by worker processes.

    Args:
        made_by: the learner's function or class that the dataset, or what is in `options`, comes from.
        options: those of `DataLoader`; a `collate_fn` travels to the workers too.

    Raises:
        Exception: that of pickle, when the dataset cannot travel; in a worker, the worker's own.
    """
    context = multiprocessing.get_context(METHOD)
    if METHOD == "forkserver":
        context.set_forkserver_preload(PRELOAD)
    if "collate_fn" in options:
        options["collate_fn"] = Parcel(options["collate_fn"], made_by)
    parcel = Parcel(dataset, made_by)
    return list(DataLoader(parcel, num_workers=workers, multiprocessing_context=context, timeout=60, **options))


class Parcel(Dataset[Any]):
    """A dataset or function that travels to a process that begins empty, and first loads the same code there.

    Args:
        made_by: the learner's function or class that it comes from, or is.
    """

    def __init__(self, content: Any, made_by: Callable[..., Any]) -> None:
        self.content = content
        self.loaded_as = implementations.loaded_as(sys.modules[made_by.__module__])

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, index: Any) -> Any:
        return self.content[index]

    def __call__(self, *args: Any) -> Any:
        return self.content(*args)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpack, (self.loaded_as, pickle.dumps(self.content))


def _unpack(loaded_as: tuple[Any, ...], content: bytes) -> Any:
    implementations.load(*loaded_as)
    return pickle.loads(content)
