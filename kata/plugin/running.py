"""Around each test: is there anything to run, for how long may it run, and is the world put back?"""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from kata import implementations, sources, world
from kata.catalogue import Kata
from kata.limits import Watchdog
from kata.plugin import profiles
from kata.plugin.fixtures import ACTIVE, WATCHDOG
from kata.plugin.options import Setup, setup_of
from kata.plugin.selection import kata_of
from kata.verdicts import NotRun, NotStarted, SpecError, Stopped

JUDGED_GRACE = 5.0  # the other process is ended at the limit; ours only if that did not help

FAILED = pytest.StashKey[set[str]]()  # katas with a failed test in this session
STUCK = pytest.StashKey[set[str]]()  # katas with a test that took too long: the others would too
BROKEN = pytest.StashKey[set[object]]()  # test functions that have failed on a device or a case


class StuckListener:
    """What hears that the process is about to end; `kata.session` has one that tells its parent."""

    def stuck(self, test: str) -> None:
        del test


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FAILED] = set()
    config.stash[STUCK] = set()
    config.stash[BROKEN] = set()
    stderr = os.fdopen(os.dup(2), "w")  # capturing has not begun: this is the real one

    def tell() -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)")
        for plugin in config.pluginmanager.get_plugins():
            if isinstance(plugin, StuckListener):
                plugin.stuck(test)
        stderr.write(
            f"\ntimed out: {test} is stuck in a call that cannot be interrupted, so the whole run ends here.\n"
            "hint: mend it, or run the other katas by name; `kata run` goes on past such a test by itself\n"
        )
        stderr.flush()

    config.stash[WATCHDOG] = Watchdog(tell, stderr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    result = yield
    failed = item.config.stash[FAILED]
    following = kata_of(nextitem) if nextitem else None
    if item.config.getoption("stop_at_kata") and failed and following and following.id not in failed:
        item.session.shouldfail = "a kata does not pass"
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    kata = kata_of(pyfuncitem)
    if kata is None:
        return (yield)
    _check_startable(pyfuncitem, kata)
    active = pyfuncitem.config.stash[ACTIVE]
    chosen = setup_of(pyfuncitem.config).devices
    world.reset(chosen)
    limit = kata.time_limit
    if active.learner is not None:
        active.learner.deadline = None
        active.learner.probe(world.reset, chosen)  # starts the process where there is none; not on the test's time
        active.learner.deadline = time.monotonic() + limit
        limit += JUDGED_GRACE
    try:
        with (
            pyfuncitem.config.stash[WATCHDOG].guard(limit),
            _shrinking_once(pyfuncitem),
            _telling_impostors(pyfuncitem),
        ):
            return (yield)
    except (pytest.exit.Exception, SystemExit) as error:
        raise Stopped(f"your code called {_way_out(error)}") from error
    finally:
        world.settle(chosen)
        world.reset(chosen)  # pytest's own work goes on in the same process


@contextmanager
def _shrinking_once(item: pytest.Function) -> Iterator[None]:
    """Look for the smallest counterexample only the first time: on another device it would be the same again."""
    broken = item.config.stash[BROKEN]
    try:
        with profiles.without_shrinking(item.obj) if item.obj in broken else nullcontext():
            yield
    except BaseException:
        broken.add(item.obj)
        raise


@contextmanager
def _telling_impostors(item: pytest.Function) -> Iterator[None]:
    """A test in which an impostor spoiled nothing tells nothing of it: it has not been run."""
    variant = implementations.Variant.parse(setup_of(item.config).implementation)
    if variant is None or variant.kind != "impostor":
        yield
        return
    from kata.verify import impostors

    impostors.forget()
    yield
    if not impostors.has_spoiled():
        raise NotRun("the impostor had nothing to spoil")


def _way_out(error: BaseException) -> str:
    return f"sys.exit({error.code!r})" if isinstance(error, SystemExit) else "pytest.exit()"


def _check_startable(item: pytest.Function, kata: Kata) -> None:
    """Raise when there is nothing to run; Hypothesis and the learner's code have not begun yet."""
    setup = setup_of(item.config)
    if not {"impl", "probe"} & set(item.fixturenames):
        raise SpecError(f"{item.nodeid} uses neither `impl` nor `probe`, so it tests nobody's code")
    if broken := item.config.stash[ACTIVE].broken:
        raise broken
    if implementations.Variant.parse(setup.implementation) is None:
        _check_written(setup, kata)
    if kata.id in item.config.stash[STUCK]:
        raise NotRun("an earlier test of this kata took too long")
    failed = item.config.stash[FAILED]
    if needed := next((need for need in kata.needs if need in failed), None):
        raise NotRun(f"it builds on {needed}, which does not pass yet")


def _check_written(setup: Setup, kata: Kata) -> None:
    path = implementations.source_file(setup.course, setup.implementation, kata.topic)
    status = sources.status(path, kata)
    shown = setup.course.shown(path)
    if status.state is sources.State.NOT_STARTED:
        raise NotStarted(f"not started: {shown}:{status.line}")
    if status.state is sources.State.MISSING_NAME:
        hint = f"`kata reset {kata.id}` puts its stub back and leaves the rest as it is"
        raise implementations.LearnerFileError(f"{shown} has no `{kata.name}` any more", hint, shown)
