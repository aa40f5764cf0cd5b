"""Whether processes have ended."""

import os
import time
from pathlib import Path

SOON = 10.0  # seconds in which they have to; a deadlock is said by then, too


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():  # a process that nobody has waited for is no more
        try:
            return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def all_end(processes, seconds=SOON):
    """Wait until all have ended; False when that takes too long."""
    until = time.monotonic() + seconds
    while any(map(is_alive, processes)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(is_alive, processes))
