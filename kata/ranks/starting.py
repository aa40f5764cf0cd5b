"""How ranks come to be: a nursery forks them; where nothing is forked (Windows, macOS) each is started by itself."""

import contextlib
import importlib
import multiprocessing
import sys
from multiprocessing.connection import Connection

from kata import nursery, workers
from kata.nursery import Child, Nursery, Started

# What each rank would else import by itself; an optimizer imports the compiler when it is first used.
PRELOAD = ("torch.distributed", "kata.ranks.rank", "torch._dynamo")

_early: Nursery | None = None


class Early:
    """The plugin of a session whose process has computed nothing: it forks a nursery while that is safe."""

    def pytest_collection_finish(self) -> None:
        if needed():
            fork_early()


def needed() -> bool:
    """Whether a session that has collected its specs will have ranks forked."""
    return "kata.ranks.pool" in sys.modules and workers.start_method() == "forkserver"


def fork_early() -> None:
    """Fork a nursery for later; see `nursery.fork` for when that is safe."""
    global _early
    _early = nursery.fork()
    _early.prepare(preload)


def open_nursery() -> Nursery | None:
    """Return the nursery that was forked when that was still safe, or a new one; None where nothing is forked."""
    global _early
    if workers.start_method() != "forkserver":
        return None
    found, _early = _early, None
    if found is None:
        found = nursery.spawn()
        found.prepare(preload)
    return found


def preload() -> None:
    """Import what ranks need."""
    for module in PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def start(nursery: Nursery | None, number: int) -> tuple[Connection, Child]:
    """Start a rank, by the nursery if there is one."""
    from kata.ranks import rank

    if nursery is not None:
        return nursery.start(rank.serve, number)
    ours, theirs = multiprocessing.Pipe()
    process = workers.start(rank.serve, (theirs, number), f"rank {number}", method="spawn")
    theirs.close()
    return ours, Started(process)
