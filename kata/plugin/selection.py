"""Which tests there are: each belongs to one kata, runs on every chosen device, and is known by name."""

import pytest

from kata import devices
from kata.catalogue import Kata
from kata.plugin.options import setup_of

KATA = pytest.StashKey[Kata]()


def kata_of(item: pytest.Item) -> Kata | None:
    """Return the kata that a collected test belongs to; None for a test that is no spec."""
    return item.stash.get(KATA, None)


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str) -> list[pytest.Item] | None:
    """Leave out the tests of katas that are not asked for before their parameters are worked out."""
    setup = setup_of(collector.config)
    topic = setup.topic_of(collector.path)
    kata = topic.owner(name) if topic else None
    return [] if kata and setup.katas and kata.id not in setup.katas else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    setup = setup_of(metafunc.config)
    if "device" not in metafunc.fixturenames or setup.topic_of(metafunc.definition.path) is None:
        return
    import torch

    left_out: dict[str, str] = {}
    for mark in metafunc.definition.iter_markers("devices"):
        left_out |= mark.kwargs.get("skip", {})
    parameters = []
    for name in setup.devices:
        marks = [pytest.mark.skip(reason=f"not on {name}: {left_out[name]}")] if name in left_out else []
        parameters.append(pytest.param(torch.device(name), id=name, marks=marks))
    metafunc.parametrize("device", parameters)


def pytest_itemcollected(item: pytest.Item) -> None:
    topic = setup_of(item.config).topic_of(item.path)
    if topic is None:
        return
    kata = topic.owner(getattr(item, "originalname", item.name))
    if kata is None:
        names = ", ".join(kata.name for kata in topic.katas)
        raise pytest.UsageError(
            f"{item.nodeid} belongs to no kata: a test of {topic.name} is called test_<kata>_<promise>, "
            f"with one of {names}"
        )
    item.stash[KATA] = kata
    item.repr_failure = _no_traceback  # type: ignore[method-assign]  # a card takes its place; this one is slow


def _no_traceback(excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
    del excinfo, style
    return ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run specs in the order in which the katas are learned: one comes after those it builds on."""
    order = {kata: number for number, kata in enumerate(setup_of(config).catalogue.katas)}
    items.sort(key=lambda item: order.get(item.stash.get(KATA, None), len(order)))  # type: ignore[arg-type]
    left_out = [item for item in items if _lacks_dtype(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _lacks_dtype(item: pytest.Item) -> bool:
    """A device may lack a dtype altogether (float64 on mps); what needs it is left out there."""
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    device, dtype = parameters.get("device"), parameters.get("dtype")
    return device is not None and dtype is not None and not devices.supports(device.type, dtype)
