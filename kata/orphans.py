"""What a child process does first, so that it disturbs nobody and outlives nobody."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from multiprocessing.connection import wait
from typing import Any

DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


def silence(kept: set[int]) -> None:
    """Point every other open file at nothing: the parent's output, and the pipes of `multiprocessing`.

    A byte written into one of those pipes ends the process that starts the others.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    inherited = {0, 1, 2}
    if os.path.isdir("/dev/fd"):  # not on Windows, where nothing is inherited
        inherited |= {int(name) for name in os.listdir("/dev/fd")}
    for number in inherited - kept - {nowhere}:
        with contextlib.suppress(OSError):  # the one that listed the folder is closed already
            os.fstat(number)
            os.dup2(nowhere, number)


def end_with(parent: Any) -> None:
    """End this process when its parent ends, whatever the learner's code is doing then."""
    # Not asked for by a child of that process itself, where it would mean the end of the starting thread.
    if os.name == "posix" and os.getppid() != parent.pid:
        die_with_parent()

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="kata-parent-watch", daemon=True).start()


def die_with_parent() -> None:
    """Let the kernel end this process with the thread that forked it.

    A call that never lets go of the interpreter keeps every thread that watches from running.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
