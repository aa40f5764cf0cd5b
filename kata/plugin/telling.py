"""Tells the parent process what happens in a session, while it happens."""

from multiprocessing.connection import Connection

import pytest

from kata.plugin.reporting import result_of
from kata.plugin.running import StuckListener
from kata.plugin.selection import kata_of
from kata.session import tell


class Teller(StuckListener):
    """The plugin of a child session: which tests there are, which one begins, what became of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """No learner's code is loaded yet: these tests are the ones that count."""
        owners = {item.nodeid: kata.id for item in session.items if (kata := kata_of(item))}
        tell(self._connection, "collected", tests=owners)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if kata := kata_of(item):
            tell(self._connection, "start", test=item.nodeid, limit=kata.time_limit)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if result := result_of(report):
            tell(self._connection, "result", result=result.as_dict())

    def stuck(self, test: str) -> None:
        tell(self._connection, "stuck", test=test)
