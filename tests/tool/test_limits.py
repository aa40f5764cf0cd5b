"""The time limit on code in this process."""

import subprocess
import sys
import textwrap
import time

import pytest

from kata.limits import TimedOut, Watchdog


def never() -> None:
    raise AssertionError("the process must not be ended here")


def spin() -> None:
    while True:
        pass


def test_an_endless_loop_ends_with_TimedOut():
    watchdog = Watchdog(never)

    with pytest.raises(TimedOut), watchdog.guard(0.1):
        spin()


def test_a_loop_that_swallows_exceptions_ends_too():
    watchdog = Watchdog(never)
    swallowed = []

    def stubborn() -> None:
        while len(swallowed) < 2:
            try:
                spin()
            except BaseException as error:
                swallowed.append(error)
        spin()

    with pytest.raises(TimedOut), watchdog.guard(0.1):
        stubborn()
    assert len(swallowed) == 2


def test_code_in_time_is_left_alone():
    watchdog = Watchdog(never)
    laps = 0

    for _ in range(20):
        with watchdog.guard(5.0):
            laps += 1
    time.sleep(0.05)

    assert laps == 20


def test_an_exception_that_comes_too_late_never_escapes_the_guard():
    """The limit and the end of the block race with one another: both outcomes are right, a leak is not."""
    watchdog = Watchdog(never)
    ended = 0

    for _ in range(500):
        try:
            with watchdog.guard(0.0):
                pass
        except TimedOut:
            pass
        ended += 1
    for _ in range(100):
        time.sleep(0.001)  # a leaked exception would be raised here

    assert ended == 500


@pytest.mark.parametrize(
    "stuck",
    [
        pytest.param("time.sleep(60)", id="sleeps"),
        pytest.param("9 ** 9 ** 9", id="keeps-the-interpreter-lock"),
    ],
)
def test_a_call_that_never_returns_ends_the_process(stuck):
    program = f"""
    import sys, time
    from kata.limits import Watchdog

    base = 9
    with Watchdog(lambda: print("stuck", flush=True), sys.stderr).guard(0.2):
        {stuck.replace("9 ** 9 ** 9", "base ** base ** base")}
    print("went on")
    """
    began = time.monotonic()

    run = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=50)

    assert run.returncode == 1
    assert "went on" not in run.stdout
    assert "stuck" in run.stdout or "Timeout" in run.stderr
    assert time.monotonic() - began < 45
