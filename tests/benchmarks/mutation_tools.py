"""Mutants a second of `kata mutants`, mutmut and cosmic-ray on the solutions of one topic, in one run.

    python -m pip install mutmut cosmic-ray
    python tests/benchmarks/mutation_tools.py tensors

Each works on a copy of the course, with one OpenMP thread and as many processes as there are cores;
cosmic-ray, which knows only one, gets a limited time and is counted by what it got done. The time of a tool
is that of its whole command, from start to report.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COPIED = ("kata", "tests", "exercises", "solutions", "conftest.py", "pyproject.toml")
CORES = str(os.cpu_count() or 1)
COSMIC_RAY_SECONDS = 120

MUTMUT = """
[tool.mutmut]
source_paths = ["solutions"]
only_mutate = ["solutions/{topic}.py"]
pytest_add_cli_args_test_selection = ["tests/test_{topic}.py"]
pytest_add_cli_args = ["--impl=solutions"]
also_copy = ["kata", "tests", "exercises", "conftest.py", "pyproject.toml"]
"""

COSMIC_RAY = """
[cosmic-ray]
module-path = "solutions/{topic}.py"
timeout = 60.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider --impl solutions tests/test_{topic}.py"

[cosmic-ray.distributor]
name = "local"
"""


@dataclass(frozen=True)
class Figures:
    """What one tool did."""

    tool: str
    mutants: int
    seconds: float
    timed_out: int

    @property
    def rate(self) -> float:
        return self.mutants / self.seconds


def kata(course: Path, topic: str) -> Figures:
    seconds, said = _timed(course, sys.executable, "-m", "kata", "mutants", topic, "--json", "-n", CORES)
    katas = json.loads(said)["katas"]
    return Figures("kata", sum(each["mutants"] for each in katas), seconds, sum(each["timed_out"] for each in katas))


def mutmut(course: Path, topic: str) -> Figures:
    with (course / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(MUTMUT.format(topic=topic))
    seconds, said = _timed(course, sys.executable, "-m", "mutmut", "run", "--max-children", CORES)
    done, timed_out = re.findall(r"(\d+)/\d+ .*?⏰ (\d+)", said)[-1]
    return Figures("mutmut", int(done), seconds, int(timed_out))


def cosmic_ray(course: Path, topic: str) -> Figures:
    (course / "cosmic-ray.toml").write_text(
        COSMIC_RAY.format(topic=topic, python=Path(sys.executable).as_posix()), encoding="utf-8"
    )
    program = str(Path(sys.executable).with_name("cosmic-ray"))
    _timed(course, program, "init", "cosmic-ray.toml", "session.sqlite")
    seconds, _ = _timed(course, program, "exec", "cosmic-ray.toml", "session.sqlite", limit=COSMIC_RAY_SECONDS)
    with closing(sqlite3.connect(course / "session.sqlite")) as session:
        outputs = [row[0] or "" for row in session.execute("SELECT output FROM work_results")]
    return Figures("cosmic-ray", len(outputs), seconds, sum(output.startswith("timeout") for output in outputs))


TOOLS: tuple[Callable[[Path, str], Figures], ...] = (kata, mutmut, cosmic_ray)


def _timed(course: Path, *command: str, limit: float | None = None) -> tuple[float, str]:
    start = time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=course, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            said, _ = process.communicate()
    return time.perf_counter() - start, said.decode("utf-8", errors="replace")


def main(topic: str) -> None:
    figures = []
    for tool in TOOLS:
        with tempfile.TemporaryDirectory() as folder:
            course = Path(folder)
            for name in COPIED:
                source = REPOSITORY / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, course / name)
            original = (course / "solutions" / f"{topic}.py").read_bytes()
            figures.append(tool(course, topic))
            left = (course / "solutions" / f"{topic}.py").read_bytes() != original
            print(_row(figures[-1], figures[0]), "(a mutation was left in the source)" * left, flush=True)


def _row(figures: Figures, ours: Figures) -> str:
    slower = ours.rate / figures.rate if figures.mutants else float("inf")
    return (
        f"{figures.tool:<11} {figures.mutants:>5} mutants in {figures.seconds:7.1f} s = {figures.rate:7.2f} a second, "
        f"{figures.timed_out} timed out; kata is {slower:.1f} times as fast"
    )


if __name__ == "__main__":
    main(*sys.argv[1:] or ["tensors"])
