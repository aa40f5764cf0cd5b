"""The runner: one result for each expected test, several requests at a time, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import pytest

from kata import catalogue, runner
from kata.errors import KataError
from kata.runner import Request
from kata.verdicts import Verdict


def test_results_come_as_they_happen_and_all_in_the_end(toy):
    seen = []

    results = runner.run(toy, catalogue.read(toy), Request(("all",), "solutions", device="cpu"), seen.append)

    assert seen == results
    assert len({result.test for result in results}) == len(results) > 10


def test_several_topics_can_run_at_a_time(toy):
    request = Request(("all",), "solutions", device="cpu", jobs=2)

    results = runner.run(toy, catalogue.read(toy), request)

    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert [result.kata.partition(".")[0] for result in results] == sorted(
        [result.kata.partition(".")[0] for result in results], key=["numbers", "boxes"].index
    )


def test_stopping_at_the_first_failure_still_names_every_test(toy):
    request = Request(("boxes.Box",), "wrong:boxes.Box:1", device="cpu", stop_first=True)

    results = runner.run(toy, catalogue.read(toy), request)

    verdicts = [result.verdict for result in results]
    failed = [verdict for verdict in verdicts if verdict not in (Verdict.PASSED, Verdict.NOT_RUN)]
    assert len(failed) == 1
    assert verdicts[-1] is Verdict.NOT_RUN


def test_the_parent_imports_no_torch(toy):
    program = (
        "import sys; from pathlib import Path; from kata import catalogue, runner; from kata.course import Course\n"
        "if __name__ == '__main__':\n"
        "    course = Course(Path('.').resolve())\n"
        "    request = runner.Request(('numbers.double',), 'solutions', device='cpu')\n"
        "    assert runner.run(course, catalogue.read(course), request)\n"
        "    print('torch' in sys.modules, 'pytest' in sys.modules)\n"
    )
    script = toy.root / "parent.py"
    script.write_text(program, encoding="utf-8")

    run = subprocess.run([sys.executable, str(script)], cwd=toy.root, capture_output=True, text=True, timeout=120)

    assert run.stdout.split() == ["False", "False"], run.stderr


def test_a_spec_that_cannot_be_imported_is_an_error_that_shows_why(toy):
    toy.spec("numbers").write_text("import nothing_of_that_name\n", encoding="utf-8")

    with pytest.raises(KataError, match="nothing_of_that_name"):
        runner.run(toy, catalogue.read(toy), Request(("numbers.double",)))


@pytest.mark.slow
def test_processes_can_be_started_afresh_where_forking_is_not_safe(toy, monkeypatch):
    """What Windows and macOS do: one child serves several sessions, and a dead one is replaced."""
    monkeypatch.setenv("KATA_START_METHOD", "spawn")
    toy.exercise("numbers").write_text("import os\n\n\ndef double(x):\n    os._exit(3)\n", encoding="utf-8")
    read = catalogue.read(toy)

    requests = [Request(("numbers.double",), "solutions", device="cpu"), Request(("numbers.double",), device="cpu")]
    found = dict(runner.run_many(toy, read, [*requests, Request(("boxes",), "solutions", device="cpu")], 1))

    assert {result.verdict for result in found[requests[0]]} == {Verdict.PASSED}
    assert {result.verdict for result in found[requests[1]]} == {Verdict.CRASHED}
    assert {result.verdict for results in list(found.values())[2:] for result in results} == {Verdict.PASSED}


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C to a process group")
@pytest.mark.parametrize("after", [1, 6], ids=["while-it-starts", "in-the-loop"])
def test_ctrl_c_ends_a_run_with_its_children(toy, after):
    toy.exercise("numbers").write_text("def double(x):\n    while True: pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "kata", "run", "numbers.double"]
    process = subprocess.Popen(
        command, cwd=toy.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    )  # fmt: skip
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)

    out, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert said.strip().endswith("stopped")
    assert "Traceback" not in said + out
    deadline = time.monotonic() + 10
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(process.pid)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
