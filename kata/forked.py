"""A session that collects the specs once and then runs them in forked children, one for each order it gets."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from kata import nursery, session
from kata.nursery import Nursery
from kata.ranks import starting
from kata.session import Order, tell


def serve(order: bytes, connections: list[Connection]) -> None:
    """Collect what `order` names; then take orders from each connection, one at a time, until all hang up.

    Where `order` is judged, some of those may be; the others are not.
    """
    session.silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it hangs up
    wanted = Order.decoded(order)
    learners = nursery.fork() if wanted.judged else None  # before anything of the judge's is in memory
    waiting_room = _waiting_room(connections, learners)
    # Captured in memory: children would share the position in a file that the parent has opened.
    status, output = session.run(wanted, [waiting_room], "--capture=sys")
    for connection in connections:
        with suppress(OSError):
            tell(connection, "end", status=status, output=output)
            tell(connection, "exited", code=status)


def _waiting_room(connections: list[Connection], learners: Nursery | None) -> Any:
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
                _prepare(learners, implementations.import_needed, setup.course, topic)
            if starting.needed():
                _prepare(learners, starting.preload)
            gc.collect()
            gc.freeze()
            with tempfile.TemporaryDirectory(prefix="kata-") as folder:
                _take_orders(session, connections, learners, Path(folder))
            return True

    return WaitingRoom()


def _prepare(learners: Nursery | None, function: Callable[..., None], *arguments: Any) -> None:
    """Import something, here and where learners' processes are forked."""
    if learners is not None:
        learners.prepare(function, *arguments)
    function(*arguments)


def _take_orders(session: Any, connections: list[Connection], learners: Nursery | None, folder: Path) -> None:
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
                line = learners.start(nursery.serve)[0] if learners and order.judged else None
                pid = os.fork()
                if not pid:
                    _child(session, order, ready, line, folder)
                if line is not None:
                    line.close()  # the child's end of it is the last, and with it all that the other side has forked
                children[os.pidfd_open(pid)] = pid, ready


def _bury(pid: int, connection: Connection, folder: Path) -> None:
    """Tell how a child ended, and clear away what it left: its own children, and its files."""
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(folder / str(pid), ignore_errors=True)
    with suppress(OSError):
        tell(connection, "exited", code=os.waitstatus_to_exitcode(status))


def _child(session: Any, order: Order, connection: Connection, learners: Connection | None, folder: Path) -> None:
    """Run the ordered tests, in a process group and a folder of its own, and end.

    Args:
        learners: the line to what forks the learner's process, in a judged run.
    """
    from kata.remote import process

    status, output = 1, ""
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        tell(connection, "forked", pid=os.getpid())
        place = folder / str(os.getpid())
        place.mkdir()
        if learners is not None:
            process.nursery = Nursery(learners)
        elif starting.needed():
            starting.fork_early()
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
    chosen = replace(
        options.setup_of(config),
        implementation=order.implementation, judged=order.judged, katas=frozenset(order.katas),
    )  # fmt: skip
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
