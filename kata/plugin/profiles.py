"""Hypothesis profiles: the same code gets the same verdict every time, except when hunting at night."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

# The explain phase and several bugs at once are for people who debug the property; a learner gets one
# counterexample, soon. The database would make a verdict depend on the run before.
_COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "report_multiple_bugs": False,
    "print_blob": False,
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
    "suppress_health_check": (HealthCheck.too_slow, HealthCheck.data_too_large),
}

_SETTINGS = "_hypothesis_internal_use_settings"  # where Hypothesis keeps a property's; it has no public name


class _NoConstants:
    """Stands for the literals in the project's loaded modules, which Hypothesis would draw now and then."""

    def set_for_type(self, choice_type: str) -> tuple[()]:
        del choice_type
        return ()


def register() -> None:
    # What is drawn would depend on which modules are loaded already, and so the verdict on what ran before.
    # Hypothesis has no setting for it; the tests of the tool notice when its inside changes.
    providers.HypothesisProvider._local_constants = _NoConstants()  # type: ignore[assignment]
    settings.register_profile("practice", max_examples=25, derandomize=True, **_COMMON)
    settings.register_profile("graded", max_examples=50, derandomize=True, **_COMMON)
    settings.register_profile("thorough", max_examples=500, derandomize=False, **_COMMON)


def load(name: str) -> None:
    settings.load_profile(name)


@contextmanager
def without_shrinking(test: Callable[..., Any]) -> Iterator[None]:
    """Have a property say the first counterexample that it finds, and not look for the smallest."""
    chosen: settings | None = getattr(test, _SETTINGS, None)
    if chosen is None:  # not a property
        yield
        return
    setattr(test, _SETTINGS, settings(chosen, phases=[phase for phase in chosen.phases if phase is not Phase.shrink]))
    try:
        yield
    finally:
        setattr(test, _SETTINGS, chosen)
