"""Many requests run in children forked from one session: what each child does is its own."""

import os
import time

import pytest

from kata import catalogue, forks, runner
from kata.errors import KataError
from kata.runner import FORKS_FROM, Request
from kata.verdicts import Verdict

pytestmark = pytest.mark.skipif(not forks.forks_possible(), reason="processes are not forked here")


def run_all(toy, implementations, katas=("numbers.double",), jobs=2, **options):
    requests = [Request(katas, each, device="cpu", **options) for each in implementations]
    requests += [Request(katas, f"stub:{katas[0]}:fresh{i}", device="cpu") for i in range(FORKS_FROM)]
    found = dict(runner.run_many(toy, catalogue.read(toy), requests, jobs))
    return {each: found[request] for each, request in zip(implementations, requests, strict=False)}


def write(toy, name, body):
    folder = toy.root / name
    folder.mkdir()
    (folder / "numbers.py").write_text(f"import os, time, torch\n\n\ndef double(x):\n    {body}\n", encoding="utf-8")
    return name


def test_results_are_those_of_a_session_of_its_own(toy):
    read = catalogue.read(toy)
    names = ["solutions", "wrong:numbers.double:1", "impostor:numbers.double:dtype", "exercises"]

    found = run_all(toy, names)

    for name in names:
        alone = runner.run(toy, read, Request(("numbers.double",), name, device="cpu"))
        assert [(r.test, r.verdict, r.message) for r in found[name]] == [(r.test, r.verdict, r.message) for r in alone]


def test_a_child_that_dies_leaves_a_verdict_and_the_others_go_on(toy):
    dies = write(toy, "dies", "os._exit(7)")
    killed = write(toy, "killed", "os.kill(os.getpid(), 9)")

    found = run_all(toy, [dies, killed, "solutions"])

    assert {result.verdict for result in found[dies] + found[killed]} == {Verdict.CRASHED}
    assert "exit status 7" in found[dies][0].message
    assert "signal SIGKILL" in found[killed][0].message
    assert {result.verdict for result in found["solutions"]} == {Verdict.PASSED}


def test_an_endless_loop_is_ended_and_the_katas_other_tests_are_not_run(toy):
    manifest = toy.manifest.read_text(encoding="utf-8").replace('name = "double"', 'name = "double"\ntime_limit = 0.5')
    toy.manifest.write_text(manifest, encoding="utf-8")
    endless = write(toy, "endless", "while True: pass")

    found = run_all(toy, [endless])[endless]

    assert [result.verdict for result in found] == [Verdict.TIMED_OUT] + [Verdict.NOT_RUN] * (len(found) - 1)


def test_nothing_of_one_child_shows_in_the_next(toy):
    spoils = write(toy, "spoils", "torch.mul = None; os.environ['SPOILT'] = '1'; return x + x")

    found = run_all(toy, [spoils, "solutions"], jobs=1)

    assert {result.verdict for result in found["solutions"]} == {Verdict.PASSED}
    assert "SPOILT" not in os.environ


def test_no_process_is_left_behind(toy):
    grandchild = write(toy, "grandchild", "import subprocess; subprocess.Popen(['sleep', '4321']); return 2 * x")

    run_all(toy, [grandchild])

    deadline = time.monotonic() + 10
    while left := _sleeping() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def _sleeping():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read()
        except OSError:
            continue
        found += [pid] * (command == b"sleep\x004321\x00")
    return found


def test_a_spec_that_cannot_be_read_is_an_error_that_says_why(toy):
    toy.spec("numbers").write_text("def test_double_is(impl:\n", encoding="utf-8")

    with pytest.raises(KataError, match="pytest could not run the specs") as caught:
        run_all(toy, ["solutions"])

    assert "SyntaxError" in str(caught.value)
