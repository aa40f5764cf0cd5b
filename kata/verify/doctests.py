"""Runs the examples in the solutions' docstrings; as a program of its own, since that needs torch."""

import doctest
import json
import sys
from pathlib import Path

from kata import catalogue, implementations
from kata.course import Course


def failures(course: Course, topics: list[str]) -> dict[str, str]:
    """Return what went wrong, by kata id: an example that fails, or none at all."""
    found: dict[str, str] = {}
    for topic in topics:
        module = implementations.load(course.root, "solutions", topic)
        for kata in catalogue.read(course).topic(topic).katas:
            problem = _problem(getattr(module, kata.name), module.__dict__, kata.id)
            if problem:
                found[kata.id] = problem
    return found


def _problem(answer: object, names: dict[str, object], id: str) -> str:
    tests = doctest.DocTestFinder(exclude_empty=True).find(answer, id, globs=names)
    if not any(test.examples for test in tests):
        return "its docstring has no example that runs"
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in tests:
        runner.run(test, out=said.append)
    return "".join(said).strip() if runner.failures else ""


if __name__ == "__main__":
    print(json.dumps(failures(Course(Path(sys.argv[1])), sys.argv[2:])))
