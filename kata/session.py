"""One pytest session in a process of its own, told to the parent as it goes: the child's side of a run."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing.connection import Connection
from typing import Any

OUTPUT = 20_000  # characters of pytest's own output kept for the case that it fails as a whole


def serve(connection: Connection) -> None:
    """Run sessions, each asked for as JSON `{"root", "arguments"}`, until the parent hangs up."""
    _silence()
    while True:
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            return
        _run(connection, request["root"], request["arguments"])


def tell(connection: Connection, event: str, **details: Any) -> None:
    """Tell the parent what has happened."""
    connection.send_bytes(json.dumps({"event": event, **details}).encode())


def _silence() -> None:
    """Keep the terminal to the parent: what a test prints is captured, the rest belongs to nobody."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _run(connection: Connection, root: str, arguments: list[str]) -> None:
    import pytest

    from kata.plugin.telling import Teller

    os.chdir(root)
    if root not in sys.path:
        sys.path.insert(0, root)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    output = io.StringIO()
    options = ["-p", "_hypothesis_pytestplugin", "-p", "no:cacheprovider", "--disable-warnings", "--assert=plain", "-q"]
    with redirect_stdout(output), redirect_stderr(output):
        status = pytest.main([*options, *arguments], plugins=[Teller(connection)])
    tell(connection, "end", status=int(status), output=output.getvalue()[-OUTPUT:])
