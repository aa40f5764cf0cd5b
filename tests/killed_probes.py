"""What becomes of a checkpoint when the process that saves it is killed: it is, and the file is looked at.

The process looks about at every step that its Python makes, and kills itself with the signal that nothing can
handle at the first step after which the moment has come. Which functions write, and to where, does not matter.
"""

import contextlib
import errno
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import torch
from torch import nn
from torch.optim import Optimizer

from tests.checkpoints_probes import fill, optimizer_of, stepped
from tests.worker_probes import Parcel

Save = Callable[[Path, nn.Module, Optimizer, int], object]

TOUCHED = "as soon as anything has happened to the file"
HALF_WRITTEN = "when half of the new bytes are on the disk"

METHOD = "fork" if sys.platform == "linux" else "spawn"
LONGEST = 60  # seconds for a child process
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows ends a process at once with either


def killed(save: Save, path: Path, moment: str, replacing: bool) -> str:
    """Say what is at `path` after a process was killed while it saved a checkpoint there.

    Args:
        replacing: whether there was a checkpoint before.
    """
    if replacing:
        save(path, *_run(1), 1)
    before = path.read_bytes() if replacing else b""
    _save_and_be_killed(save, path, moment)
    return _at(path, before, 2)


def saved_after_a_kill(save: Save, path: Path) -> str:
    """Say what is at `path` when a call that was killed is followed by one that was not."""
    save(path, *_run(1), 1)
    before = path.read_bytes()
    _save_and_be_killed(save, path, HALF_WRITTEN)
    save(path, *_run(3), 3)
    return _at(path, before, 3)


def failed(save: Save, path: Path) -> str:
    """Say what is at `path` after a call that ended with an error: the optimizer holds something unsavable."""
    save(path, *_run(1), 1)
    before = path.read_bytes()
    model, optimizer = _run(2)
    optimizer.param_groups[0]["note"] = _Unsavable()
    with contextlib.suppress(Exception):
        save(path, model, optimizer, 2)
    return _at(path, before, 2)


def saved_on_another_disk(save: Save, path: Path) -> str:
    """Say what is at `path` after a call that can move nothing there from other folders."""
    with _other_disk():
        save(path, *_run(2), 2)
    return _at(path, b"", 2)


class _Unsavable:
    def __reduce__(self) -> tuple[Any, ...]:
        raise ValueError("this cannot be saved")


def _run(number: int) -> tuple[nn.Module, Optimizer]:
    """A model and its optimizer: several tensors, each larger than what a file collects before it writes."""
    model = nn.Sequential(*(nn.Linear(64, 64, bias=False) for _ in range(4)))
    fill(model, 10000.0 * number)
    return model, stepped(optimizer_of(model))


def _at(path: Path, before: bytes, number: int) -> str:
    data = path.read_bytes() if path.exists() else None
    if not data:
        return "no file" if data is None else "an empty file"
    if data == before:
        return "the checkpoint before"
    try:
        found = torch.load(path, map_location="cpu", weights_only=False)["model"]
    except Exception:
        return "a broken file"
    wanted = _run(number)[0].state_dict()
    same = found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)
    return "the new checkpoint" if same else "a file that is neither"


# -- The process that is killed ------------------------------------------------------------------------------


def _save_and_be_killed(save: Save, path: Path, moment: str) -> None:
    with TemporaryDirectory() as folder:
        scratch = Path(folder, path.name)
        save(scratch, *_run(2), 2)
        size = scratch.stat().st_size
    process = multiprocessing.get_context(METHOD).Process(target=_child, args=(Parcel(save, save), path, moment, size))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside other threads: the child needs none
        process.start()
    process.join(LONGEST)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


def _child(save: Save, path: Path, moment: str, size: int) -> None:
    torch.set_num_threads(1)
    model, optimizer = _run(2)
    has_come = {TOUCHED: _Touched, HALF_WRITTEN: _HalfWritten}[moment](path, size)

    def look(frame: object, event: str, argument: object) -> None:
        if event in ("return", "c_return") and has_come():
            os.kill(os.getpid(), KILL)

    with _other_disk(), contextlib.suppress(Exception):
        threading.setprofile(look)
        sys.setprofile(look)
        save(path, model, optimizer, 2)
    sys.setprofile(None)


class _Touched:
    """Is the file another one, or longer, or newer, or gone?"""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.before = self.look()

    def look(self) -> tuple[int, ...] | None:
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def __call__(self) -> bool:
        return self.look() != self.before


class _HalfWritten:
    """Has a file in the folder at least half of the new bytes? A copy of the old one, whole or in part, has none."""

    def __init__(self, path: Path, size: int) -> None:
        self.folder, self.size = path.parent, size
        self.old = path.read_bytes() if path.exists() else b""

    def __call__(self) -> bool:
        for name in os.listdir(self.folder):
            with contextlib.suppress(OSError):  # gone, or a folder
                file = self.folder / name
                if 2 * file.stat().st_size >= self.size and not self.old.startswith(file.read_bytes()):
                    return True
        return False


@contextlib.contextmanager
def _other_disk() -> Iterator[None]:
    """Let each folder be a disk of its own: within it files can be renamed, and none comes in from outside."""
    with mock.patch("os.replace", _within(os.replace)), mock.patch("os.rename", _within(os.rename)):
        yield


def _within(move: Callable[..., None]) -> Callable[..., None]:
    def checked(source: Any, target: Any, **options: Any) -> None:
        disk = Path(os.path.realpath(os.path.dirname(os.path.abspath(target))))
        if not Path(os.path.realpath(source)).is_relative_to(disk):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))
        move(source, target, **options)

    return checked
