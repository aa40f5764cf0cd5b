"""The two ways in which a spec touches a learner's code: `impl` and `probe`.

Both have module scope, because a fixture of a test's own would not go together
with Hypothesis, and because a topic's module is loaded once.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kata import implementations, world
from kata.catalogue import TIME_LIMIT, Topic
from kata.errors import KataError
from kata.limits import TimedOut, Watchdog
from kata.plugin.options import Setup, setup_of
from kata.remote import names
from kata.remote.learner import Learner, LearnerCrashed

Probe = Callable[..., Any]

ACTIVE = pytest.StashKey["Implementation"]()
WATCHDOG = pytest.StashKey[Watchdog]()


@dataclass
class Implementation:
    """A topic's module as the specs see it, or what is wrong with it."""

    module: Any = None
    probe: Probe | None = None
    learner: Learner | None = None  # the other process, in judged mode
    broken: KataError | None = None


@pytest.fixture(scope="module")
def _implementation(request: pytest.FixtureRequest) -> Iterator[Implementation]:
    setup = setup_of(request.config)
    topic = setup.topic_of(request.path)
    if topic is None:
        raise pytest.UsageError(f"{request.path} is no topic's spec, so it has no `impl` and no `probe`")
    watchdog = request.config.stash[WATCHDOG]
    active = _judged(setup, topic) if setup.judged else _practice(setup, topic, watchdog)
    request.config.stash[ACTIVE] = active
    yield active
    del request.config.stash[ACTIVE]
    if active.learner is not None:
        active.learner.close()


@pytest.fixture(scope="module")
def impl(_implementation: Implementation) -> Any:
    """The learner's module, or what stands in for it."""
    return _implementation.module


@pytest.fixture(scope="module")
def probe(_implementation: Implementation) -> Probe | None:
    """`probe(function, *args, **kwargs)` calls an importable function where the learner's code lives."""
    return _implementation.probe


def _practice(setup: Setup, topic: Topic, watchdog: Watchdog) -> Implementation:
    implementations.import_needed(setup.course, topic.name)
    try:
        with watchdog.guard(TIME_LIMIT):
            module = implementations.load(setup.course.root, setup.implementation, topic.name)
    except KataError as error:
        return Implementation(broken=error)
    return Implementation(module, _call)


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    names.name_of(function)  # what could not be named in judged mode is refused here too
    return function(*args, **kwargs)


def _judged(setup: Setup, topic: Topic) -> Implementation:
    learner = Learner(setup.course.root, setup.implementation, topic.name)
    active = Implementation(learner.module, learner.probe, learner)
    learner.probe(world.reset, setup.devices)
    learner.deadline = time.monotonic() + TIME_LIMIT
    try:
        bool(learner.module)  # any question loads it
    except KataError as error:
        active.broken = error
    except (LearnerCrashed, TimedOut):
        pass  # each test asks again, and has that for its verdict
    return active
