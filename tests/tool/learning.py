"""A learner for the tests of the commands: a run that answers at once, and a way to write answers."""

from dataclasses import dataclass, field

from kata import runner
from kata.verdicts import Card, TestResult, Verdict

REFUSED = Card(
    promise="double multiplies every element by two [cpu]",
    call="double(x)",
    got="tensor([3.])",
    should_be="tensor([2.])",
    difference="first at [0]: got 3., should be 2.",
    where="exercises/numbers.py:32",
    line="return x * 3",
    inputs="x=tensor([1.])",
)


@dataclass
class FakeRunner:
    """Stands in for kata.runner.run: answers at once, and remembers what it was asked."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    error: BaseException | None = None
    sentences: dict[str, str] = field(default_factory=dict)  # what the diagnosis says, by kata
    asked: list[runner.Request] = field(default_factory=list)

    def run(self, course, catalogue, request, on_result=None):
        self.asked.append(request)
        if self.error:
            raise self.error
        results, stop = [], False
        for id in request.katas:
            verdict = Verdict.NOT_RUN if stop else self.verdicts.get(id, Verdict.PASSED)
            stop |= request.stop_kata and verdict is not Verdict.PASSED
            results += self.results(id, verdict)
        for result in results:
            if on_result and result.verdict is not Verdict.NOT_RUN:
                on_result(result)
        return results

    def diagnose(self, course, catalogue, results, device, on_note):
        """Stands in for kata.signatures.diagnose."""
        return {id: sentence for id, sentence in self.sentences.items() if id in results}

    def results(self, id, verdict):
        topic, _, name = id.partition(".")
        tests = [f"tests/test_{topic}.py::test_{name}_{promise}[cpu]" for promise in ("works", "holds", "stays")]
        card = REFUSED if verdict is Verdict.WRONG else None
        first = TestResult(tests[0], id, Verdict.NOT_RUN if verdict is Verdict.NOT_RUN else Verdict.PASSED)
        return [first, *(TestResult(test, id, verdict, "told", card) for test in tests[1:])]


def solve(toy, topic, old="", new=""):
    """Put the solution of a topic into the exercises, with something replaced."""
    text = toy.solution(topic).read_text()
    assert old in text
    toy.exercise(topic).write_text(text.replace(old, new) if old else text)
