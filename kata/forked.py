"""A session that collects the specs once and then runs them in forked children, one for each order it gets."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from kata import session
from kata.ranks import nursery
from kata.session import Order, tell


def serve(order: bytes, connections: list[Connection]) -> None:
    """Collect what `order` names; then take orders from each connection, one at a time, until all hang up."""
    session.silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it hangs up
    waiting_room = _waiting_room(connections)
    # Captured in memory: children would share the position in a file that the parent has opened.
    status, output = session.run(Order.decoded(order), [waiting_room], "--capture=sys")
    for connection in connections:
        with suppress(OSError):
            tell(connection, "end", status=status, output=output)
            tell(connection, "exited", code=status)


def _waiting_room(connections: list[Connection]) -> Any:
    """Return the plugin; pytest is imported only here, in the child."""
    import pytest

    from kata import implementations
    from kata.plugin import options

    class WaitingRoom:
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
            if session.testsfailed:  # a spec could not be collected: pytest itself says so, and ends
                return None
            setup = options.setup_of(session.config)
            for topic in {kata.topic for kata in setup.catalogue.katas if kata.id in setup.katas}:
                implementations.import_needed(setup.course, topic)
            if nursery.needed():
                nursery.preload()
            gc.collect()
            gc.freeze()
            with tempfile.TemporaryDirectory(prefix="kata-") as folder:
                _take_orders(session, connections, Path(folder))
            return True

    return WaitingRoom()


def _take_orders(session: Any, connections: list[Connection], folder: Path) -> None:
    waiting = set(connections)
    children: dict[int, tuple[int, Connection]] = {}  # by the file descriptor that tells of its end
    while waiting or children:
        for ready in wait([*waiting, *children]):
            if isinstance(ready, int):
                pid, connection = children.pop(ready)
                os.close(ready)
                _bury(pid, connection, folder)
                waiting.add(connection)
            elif isinstance(ready, Connection):
                waiting.discard(ready)
                try:
                    order = Order.decoded(ready.recv_bytes())
                except (EOFError, OSError):
                    continue
                pid = os.fork()
                if not pid:
                    _child(session, order, ready, folder)
                children[os.pidfd_open(pid)] = pid, ready


def _bury(pid: int, connection: Connection, folder: Path) -> None:
    """Tell how a child ended, and clear away what it left: its own children, and its files."""
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(folder / str(pid), ignore_errors=True)
    with suppress(OSError):
        tell(connection, "exited", code=os.waitstatus_to_exitcode(status))


def _child(session: Any, order: Order, connection: Connection, folder: Path) -> None:
    """Run the ordered tests, in a process group and a folder of its own, and end."""
    status, output = 1, ""
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        tell(connection, "forked", pid=os.getpid())
        place = folder / str(os.getpid())
        place.mkdir()
        nursery.fork_early()
        os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(place)
        status, output = _run(session, order, connection)
        tell(connection, "end", status=status, output=output)
    finally:
        sys.stdout.flush()
        os._exit(0 if status < 2 else status)


def _run(session: Any, order: Order, connection: Connection) -> tuple[int, str]:
    """Run the ordered tests in the collected session, as if it had been for them alone."""
    from _pytest.main import pytest_runtestloop

    from kata.plugin import options
    from kata.plugin.selection import kata_of
    from kata.plugin.telling import Teller

    config = session.config
    chosen = replace(options.setup_of(config), implementation=order.implementation, katas=frozenset(order.katas))
    config.stash[options.KEY] = chosen
    config.option.maxfail = 1 if order.stop_first else 0
    config.option.stop_at_kata = order.stop_kata
    wanted = set(order.tests)
    session.items = [
        item
        for item in session.items
        if (kata := kata_of(item)) and (item.nodeid in wanted if wanted else kata.id in order.katas)
    ]
    teller = Teller(connection)
    config.pluginmanager.register(teller)
    teller.pytest_collection_finish(session)
    with suppress(session.Failed, session.Interrupted):
        pytest_runtestloop(session)
    return 0, ""
