"""What pytest says of a spec: the verdict on each report, a card for each failure, a line for each stub."""

import dataclasses
from collections.abc import Generator
from typing import Any

import pytest

from kata import cards, implementations, sources
from kata.catalogue import Kata
from kata.errors import KataError
from kata.plugin import calls
from kata.plugin.options import setup_of
from kata.plugin.running import FAILED, STUCK
from kata.plugin.selection import kata_of
from kata.verdicts import TestResult, Unmet, Verdict

PRINTED = 2000  # characters: the last ones tell most
OF_THE_CODE = (Verdict.WRONG, Verdict.RAISED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.CRASHED)


def result_of(report: pytest.TestReport) -> TestResult | None:
    """Return the result that a report carries; None when it is not the one that decides."""
    data = getattr(report, "kata_result", None)
    return TestResult.from_dict(data) if data else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    kata = kata_of(item)
    if kata is None or (call.when != "call" and report.passed):
        return report
    result = _result(item, call, report, kata)
    left_out = result.verdict is Verdict.NOT_RUN and call.when != "call"  # on that device only
    if result.verdict is not Verdict.PASSED and not left_out:
        item.config.stash[FAILED].add(kata.id)
    if result.verdict is Verdict.TIMED_OUT:
        item.config.stash[STUCK].add(kata.id)
    _apply(report, result)
    return report


def _result(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, kata: Kata) -> TestResult:
    error = call.excinfo.value if call.excinfo else None
    if error is None:
        return TestResult(item.nodeid, kata.id, Verdict.PASSED, seconds=call.duration)
    if call.when != "call":
        if report.skipped:
            return TestResult(item.nodeid, kata.id, Verdict.NOT_RUN, str(error), seconds=call.duration)
        message = f"{call.when} of the test failed: {type(error).__name__}: {error}"
        return TestResult(item.nodeid, kata.id, Verdict.JUDGE_ERROR, message, seconds=call.duration)
    setup = setup_of(item.config)
    path = implementations.source_file(setup.course, setup.implementation, kata.topic)
    place = cards.Place(path, setup.course.shown(path), sources.status(path, kata).line)
    verdict, message, card = cards.judge(error, _promise(item, kata), kata, place)
    if verdict in OF_THE_CODE and not isinstance(error, Unmet | KataError):  # an Unmet says it itself
        call_made, inputs = calls.of(error, item.path)
        card = dataclasses.replace(card, call=call_made, inputs=inputs)
    card = dataclasses.replace(card, printed=report.capstdout[-PRINTED:].strip())
    return TestResult(item.nodeid, kata.id, verdict, message, card, call.duration, cards.given(error, place))


def _promise(item: pytest.Item, kata: Kata) -> str:
    name = getattr(item, "originalname", item.name)
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return cards.promise(name, kata)
    device = callspec.params.get("device")
    if device is None:
        return cards.promise(name, kata, callspec.id)
    return cards.promise(name, kata, cards.case(callspec.id, device.type), device.type)


def _apply(report: pytest.TestReport, result: TestResult) -> None:
    report.kata_result = result.as_dict()  # type: ignore[attr-defined]  # reports carry what plugins add, also under xdist
    report.user_properties.append(("verdict", result.verdict.value))
    if result.verdict is Verdict.PASSED:
        report.outcome = "passed"
        return
    if hasattr(report, "wasxfail"):
        del report.wasxfail
    if result.verdict is Verdict.NOT_RUN:
        report.outcome = "skipped"
        report.longrepr = (report.nodeid.partition("::")[0], 0, result.message)
        return
    report.outcome = "failed"
    if result.verdict is Verdict.JUDGE_ERROR and report.when != "call":
        return  # our own fault: pytest's traceback is what its author needs
    report.longrepr = text(result)


def text(result: TestResult) -> str:
    """Return what a failed promise looks like in pytest's own output, plain."""
    card = result.card
    if card is None or result.verdict is Verdict.NOT_STARTED:
        return result.message
    lines = [f"{result.verdict.value}: {card.promise}"]
    for label, value in dataclasses.replace(card, printed="").rows():  # pytest shows that by itself
        first, *rest = value.splitlines()
        lines += [f"  {label:<9} {first}", *(f"  {'':<9} {line}" for line in rest)]
    return "\n".join(lines)


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    result = result_of(report)
    if result is None or result.verdict is not Verdict.NOT_STARTED:
        return None
    return "not started", "n", "NOT STARTED"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each kata that is not started, however many tests it has."""
    waiting: dict[str, list[TestResult]] = {}
    for report in terminalreporter.stats.get("not started", []):
        if result := result_of(report):
            waiting.setdefault(result.kata, []).append(result)
    if waiting:
        terminalreporter.section("katas not started")
    for id, results in waiting.items():
        tests = "1 test" if len(results) == 1 else f"{len(results)} tests"
        terminalreporter.line(f"{id} ({tests}) {results[0].message}")
