"""Around each test: is there anything to run, for how long may it run, and is the world put back?"""

import os
import random
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from kata import implementations, sources
from kata.catalogue import Kata
from kata.limits import Watchdog
from kata.plugin.fixtures import ACTIVE, WATCHDOG
from kata.plugin.options import Setup, setup_of
from kata.plugin.selection import kata_of
from kata.verdicts import NotRun, NotStarted, SpecError, Stopped

JUDGED_GRACE = 5.0  # the other process is ended at the limit; ours only if that did not help

FAILED = pytest.StashKey[set[str]]()  # katas with a failed test in this session


class StuckListener:
    """What hears that the process is about to end; `kata.session` has one that tells its parent."""

    def stuck(self, test: str) -> None:
        del test


def pytest_configure(config: pytest.Config) -> None:
    import torch

    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    config.stash[FAILED] = set()
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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    kata = kata_of(pyfuncitem)
    if kata is None:
        return (yield)
    _check_startable(pyfuncitem, kata)
    active = pyfuncitem.config.stash[ACTIVE]
    limit = kata.time_limit
    if active.learner is not None:
        active.learner.deadline = time.monotonic() + limit
        limit += JUDGED_GRACE
    try:
        with _world_restored(), pyfuncitem.config.stash[WATCHDOG].guard(limit), _telling_impostors(pyfuncitem):
            return (yield)
    except (pytest.exit.Exception, SystemExit) as error:
        raise Stopped(f"your code called {_way_out(error)}") from error


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
    failed = item.config.stash[FAILED]
    if needed := next((need for need in kata.needs if need in failed), None):
        raise NotRun(f"it builds on {needed}, which does not pass yet")
    if not {"impl", "probe"} & set(item.fixturenames):
        raise SpecError(f"{item.nodeid} uses neither `impl` nor `probe`, so it tests nobody's code")
    if broken := item.config.stash[ACTIVE].broken:
        raise broken
    if implementations.Variant.parse(setup.implementation) is None:
        _check_written(setup, kata)


def _check_written(setup: Setup, kata: Kata) -> None:
    path = implementations.source_file(setup.course, setup.implementation, kata.topic)
    status = sources.status(path, kata)
    shown = setup.course.shown(path)
    if status.state is sources.State.NOT_STARTED:
        raise NotStarted(f"not started: {shown}:{status.line}")
    if status.state is sources.State.MISSING_NAME:
        hint = f"`kata reset {kata.id}` puts its stub back and leaves the rest as it is"
        raise implementations.LearnerFileError(f"{shown} has no `{kata.name}` any more", hint, shown)


@contextmanager
def _world_restored() -> Iterator[None]:
    """Put the random states and the threads back, whatever the learner's code did to them."""
    import numpy
    import torch

    states = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
    default_dtype = torch.get_default_dtype()
    gradients = torch.is_grad_enabled()
    try:
        yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_default_dtype(default_dtype)
        torch.set_grad_enabled(gradients)
        torch.set_num_threads(1)
        if "torch.cuda" in sys.modules and torch.cuda.is_initialized():
            torch.cuda.synchronize()
