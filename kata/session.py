"""One pytest session in a process of its own, told to the parent as it goes: the child's side of a run."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kata.course import Course

OUTPUT = 20_000  # characters of pytest's own output kept for the case that it fails as a whole
# Without the plugins that a spec has no use for; logging's costs a twelfth of the time.
PLUGINS = ("-p", "_hypothesis_pytestplugin", "-p", "no:cacheprovider", "-p", "no:logging")
OPTIONS = (*PLUGINS, "--disable-warnings", "--assert=plain", "-q")


@dataclass(frozen=True)
class Order:
    """What one session runs; it crosses to the child as JSON. Without `tests`, all of the katas' are run."""

    root: str
    katas: tuple[str, ...]
    implementation: str
    device: str
    judged: bool = False
    stop_first: bool = False
    stop_kata: bool = False
    tests: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, data: bytes) -> "Order":
        found = json.loads(data)
        return cls(**{**found, "katas": tuple(found["katas"]), "tests": tuple(found["tests"])})

    def arguments(self) -> list[str]:
        """Return the order as pytest's command line."""
        options = [f"--impl={self.implementation}", f"--device={self.device}", f"--rootdir={self.root}"]
        options += ["--judged"] * self.judged + ["-x"] * self.stop_first + ["--stop-at-kata"] * self.stop_kata
        if self.tests:
            return [*options, *self.tests]
        course = Course(Path(self.root))
        files = dict.fromkeys(str(course.spec(id.partition(".")[0])) for id in self.katas)
        return [*options, *(f"--kata={id}" for id in self.katas), *files]


def serve(connection: Connection) -> None:
    """Run one session after another, as ordered, until the parent hangs up."""
    silence()
    while True:
        try:
            order = Order.decoded(connection.recv_bytes())
        except EOFError:
            return
        from kata import nursery, workers
        from kata.plugin.telling import Teller
        from kata.ranks.starting import Early
        from kata.remote import process

        plugins: list[object] = [Teller(connection)]
        if not order.judged:
            plugins.append(Early())
        elif workers.start_method() == "forkserver":  # before this process knows anything but the order
            process.nursery = nursery.fork()
        status, output = run(order, plugins)
        tell(connection, "end", status=status, output=output)


def tell(connection: Connection, event: str, **details: Any) -> None:
    """Tell the parent what has happened."""
    connection.send_bytes(json.dumps({"event": event, **details}).encode())


def silence() -> None:
    """Keep the terminal to the parent: what a test prints is captured, the rest belongs to nobody."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def enter(root: str) -> None:
    """Make a course the place where this process works, and where it imports the specs' own modules from."""
    os.chdir(root)
    if root not in sys.path:
        sys.path.insert(0, root)


def run(order: Order, plugins: list[object], *options: str) -> tuple[int, str]:
    """Run pytest in this process; return its exit status and the end of what it wrote."""
    import pytest

    enter(order.root)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        status = pytest.main([*OPTIONS, *options, *order.arguments()], plugins=plugins)
    return int(status), output.getvalue()[-OUTPUT:]
