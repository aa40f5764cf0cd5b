"""Runs specs in child processes and returns one result for each expected test, whatever happens to the child."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from kata.catalogue import Catalogue
from kata.course import Course
from kata.errors import KataError
from kata.forks import Fork, Forks, forks_possible
from kata.limits import GRACE
from kata.session import Order
from kata.verdicts import TestResult, Verdict
from kata.workers import START, Gone, Worker, ended_with

FORKS_FROM = 6  # requests: below, collecting the specs once and forking from there does not pay
MARGIN = 2 * GRACE + 8.0  # beyond a test's own limit: by then the child's own means have failed

STUCK = "no answer in time, stuck in a call that cannot be interrupted"

OnResult = Callable[[TestResult], None]


@dataclass(frozen=True)
class Request:
    """What to run. `katas` are ids or topics; it ends early at a failed test, or after the kata that has one."""

    katas: tuple[str, ...]
    implementation: str = "exercises"
    judged: bool = False
    device: str = "auto"
    stop_first: bool = False
    stop_kata: bool = False
    jobs: int = 1


def run(course: Course, catalogue: Catalogue, request: Request, on_result: OnResult | None = None) -> list[TestResult]:
    """Run the specs of some katas; every expected test is in the list, in the order of the specs.

    Raises:
        KataError: when the session as a whole cannot run (a device that is absent, a broken spec).
    """
    parts = [replace(request, katas=tuple(ids)) for ids in _by_topic(catalogue, request.katas)]
    if request.jobs == 1:
        parts = [request]
    found = dict(run_many(course, catalogue, parts, request.jobs, on_result))
    return [result for part in parts for result in found[part]]


def run_many(
    course: Course, catalogue: Catalogue, requests: Sequence[Request], jobs: int, on_result: OnResult | None = None
) -> Iterator[tuple[Request, list[TestResult]]]:
    """Run several requests, `jobs` at a time, and yield each with its results as it ends."""
    count = min(jobs, len(requests))
    forks = _forks(course, catalogue, requests, count)
    idle: list[Worker | Fork] = list(forks.forks) if forks else [Worker() for _ in range(count)]
    workers = list(idle)
    waiting = list(requests)
    running: dict[Future[list[TestResult]], tuple[Request, Worker | Fork]] = {}
    with ThreadPoolExecutor(count or 1) as threads:
        try:
            while waiting or running:
                while idle and waiting:
                    worker, request = idle.pop(), waiting.pop(0)
                    conduct = _Conduct(course, catalogue, request, worker, on_result)
                    running[threads.submit(conduct.run)] = request, worker
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    request, worker = running.pop(future)
                    idle.append(worker)
                    yield request, future.result()
        finally:
            if forks:
                forks.end()
            else:
                for worker in workers:
                    worker.end()


def _forks(course: Course, catalogue: Catalogue, requests: Sequence[Request], count: int) -> Forks | None:
    """Return a session to fork from, where that is possible and many requests share its cost."""
    found = {request.device for request in requests}
    if len(requests) < FORKS_FROM or len(found) != 1 or not forks_possible():
        return None
    words = dict.fromkeys(word for request in requests for word in request.katas)
    katas = tuple(dict.fromkeys(kata.id for word in words for kata in catalogue.select(word)))
    judged = any(request.judged for request in requests)
    return Forks(Order(str(course.root), katas, "solutions", found.pop(), judged), count)


def _by_topic(catalogue: Catalogue, selectors: Sequence[str]) -> list[list[str]]:
    katas = {kata.id: kata for selector in selectors for kata in catalogue.select(selector)}
    topics: dict[str, list[str]] = {}
    for kata in katas.values():
        topics.setdefault(kata.topic, []).append(kata.id)
    return list(topics.values())


class _Conduct:
    """One request from beginning to end, over as many children as it takes."""

    def __init__(
        self, course: Course, catalogue: Catalogue, request: Request, worker: Worker | Fork, on_result: OnResult | None
    ) -> None:
        self.course = course
        self.request = request
        self.worker = worker
        self.on_result = on_result or (lambda result: None)
        self.katas = tuple(dict.fromkeys(k for word in request.katas for k in catalogue.select(word)))
        self.expected: dict[str, str] = {}  # test: kata
        self.results: dict[str, TestResult] = {}

    def run(self) -> list[TestResult]:
        self.session()
        while missing := self.missing():
            before = len(self.results)
            self.session(*missing)
            if len(self.results) == before:
                for test in missing:
                    self.note(test, Verdict.JUDGE_ERROR, "the test did not run, and nobody knows why")
        return [self.results.get(test) or self.not_run(test) for test in self.expected]

    def missing(self) -> list[str]:
        """The tests that a child left when it died and that still have to be run."""
        told = (Verdict.PASSED, Verdict.NOT_RUN)
        failed = {result.kata for result in self.results.values() if result.verdict not in told}
        stuck = {result.kata for result in self.results.values() if result.verdict is Verdict.TIMED_OUT}
        if failed and self.request.stop_first:
            return []
        chosen = failed if failed and self.request.stop_kata else set(self.expected.values())
        return [
            test
            for test, kata in self.expected.items()
            if test not in self.results and kata in chosen and kata not in stuck
        ]

    def not_run(self, test: str) -> TestResult:
        return TestResult(test, self.expected[test], Verdict.NOT_RUN, "not run: an earlier test failed")

    def session(self, *tests: str) -> None:
        """Run one child until it ends or dies; note what became of the test it died in."""
        asked = self.request
        katas = tuple(kata.id for kata in self.katas)
        order = Order(
            str(self.course.root), katas, asked.implementation, asked.device,
            asked.judged, asked.stop_first, asked.stop_kata, tests,
        )  # fmt: skip
        try:
            self.worker.ask(order)
        except OSError as error:
            raise KataError(f"no process can be started to run the specs: {error}", hint="try `kata doctor`") from error
        current, seconds, late_from = "", START, math.inf
        while True:
            try:
                event = self.worker.event(seconds)
            except Gone as gone:
                return self.died(current, gone, late=gone.late or time.monotonic() > late_from)
            match event["event"]:
                case "collected":
                    self.expected = self.expected or event["tests"]
                case "start":
                    current, seconds = event["test"], event["limit"] + MARGIN
                    late_from = time.monotonic() + event["limit"]
                    if asked.judged:  # the learner's process may have to be started for it, which is not counted
                        seconds += START
                case "stuck":
                    self.note(current, Verdict.TIMED_OUT, STUCK)
                case "result":
                    result = TestResult.from_dict(event["result"])
                    if result.test in self.expected and self.results.setdefault(result.test, result) is result:
                        self.on_result(result)
                    current, seconds = "", START
                case "end":
                    return self.ended(event)

    def ended(self, event: dict[str, object]) -> None:
        if event["status"] not in (0, 1):  # neither "all passed" nor "some failed": a spec of ours is broken
            raise KataError(f"pytest could not run the specs:\n{str(event['output']).strip()}")

    def died(self, current: str, gone: Gone, *, late: bool) -> None:
        """Note what it means that the child is gone.

        Args:
            late: whether that was after the time limit; then it was its own last means, see kata/limits.py.
        """
        if not self.expected:
            how = "gave no sign" if gone.late else f"ended with {ended_with(gone.exit_code)}"
            raise KataError(f"the process that runs the specs {how} before the first test", hint="try `kata doctor`")
        if not current or current in self.results:
            return
        if late:
            self.note(current, Verdict.TIMED_OUT, STUCK)
        else:
            self.note(current, Verdict.CRASHED, f"the process died with {ended_with(gone.exit_code)}")

    def note(self, test: str, verdict: Verdict, message: str) -> None:
        if test in self.expected and test not in self.results:
            self.results[test] = TestResult(test, self.expected[test], verdict, message)
            self.on_result(self.results[test])
