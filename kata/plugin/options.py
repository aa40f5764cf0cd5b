"""Options of the pytest plugin, and what they come to: one `Setup` for each session."""

import os
from dataclasses import dataclass

import pytest

from kata import devices, implementations
from kata.catalogue import Catalogue, Topic, read
from kata.course import Course
from kata.errors import KataError
from kata.plugin import profiles


@dataclass(frozen=True)
class Setup:
    """What this session runs: which course, whose code, how and where."""

    course: Course
    catalogue: Catalogue
    implementation: str
    judged: bool
    devices: tuple[str, ...]
    katas: frozenset[str]  # empty: all

    def topic_of(self, path: "os.PathLike[str]") -> Topic | None:
        """Return the topic whose spec a file is; None for any other file."""
        for topic in self.catalogue.topics:
            if self.course.spec(topic.name) == path:
                return topic
        return None


KEY = pytest.StashKey[Setup]()


def setup_of(config: pytest.Config) -> Setup:
    return config.stash[KEY]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("katas")
    group.addoption(
        "--impl", default="exercises", metavar="WHOSE",
        help="run the specs against exercises (default), solutions, or a folder with <topic>.py files",
    )  # fmt: skip
    group.addoption(
        "--judged", action="store_true", help="run the learner's code in a process of its own; only bytes cross"
    )
    group.addoption(
        "--device", default=os.environ.get("KATA_DEVICE", "auto"), metavar="NAMES",
        help="auto (default), all, or some of cpu,cuda,mps,xpu,xla,sim; also KATA_DEVICE",
    )  # fmt: skip
    group.addoption(
        "--kata", action="append", default=[], metavar="ID", help="run only this kata's tests (or topic's); repeatable"
    )
    group.addoption(
        "--stop-at-kata", action="store_true", help="stop after the first kata that does not pass, at its last test"
    )
    profiles.register()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "devices(skip): devices that a test cannot run on, each with the reason")
    try:
        config.stash[KEY] = _setup(config)
    except KataError as error:
        raise pytest.UsageError(str(error)) from error
    if not config.getoption("--hypothesis-profile", default=None):
        profiles.load("practice")


def pytest_report_header(config: pytest.Config) -> list[str]:
    setup = setup_of(config)
    absent = [f"{device.name} ({device.reason})" for device in devices.survey() if not device.usable]
    lines = [
        f"katas: {setup.implementation}, {'judged in another process' if setup.judged else 'practice'}, "
        f"on {', '.join(setup.devices)}"
    ]
    if absent:
        lines.append(f"not here: {', '.join(absent)}")
    return lines


def _setup(config: pytest.Config) -> Setup:
    course = Course.find(config.rootpath)
    catalogue = read(course)
    implementation = config.getoption("--impl")
    implementations.check(course, implementation)
    chosen = devices.choose(config.getoption("--device"))
    for name in chosen:
        devices.prepare(name)
    katas = frozenset(kata.id for selector in config.getoption("--kata") for kata in catalogue.select(selector))
    return Setup(course, catalogue, implementation, config.getoption("--judged"), chosen, katas)
