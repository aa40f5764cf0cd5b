"""Many requests run in children forked from one session: what each child does is its own."""

import os
import secrets
import time

import pytest

from kata import catalogue, forks, runner
from kata.errors import KataError
from kata.runner import FORKS_FROM, Request
from kata.verdicts import Verdict
from tests.tool.processes import all_end

pytestmark = pytest.mark.skipif(not forks.forks_possible(), reason="processes are not forked here")


SPY = """
    secret = "{reversed}"[::-1].encode()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            place, kind, *_ = line.split()
            start, end = (int(each, 16) for each in place.split("-"))
            if kind.startswith("rw") and end - start < 2**28:
                try:
                    memory.seek(start)
                    found = memory.read(end - start)
                except (OSError, ValueError):
                    continue
                at = found.find(secret)
                while at >= 0:
                    if found[at + len(secret) : at + len(secret) + 5] == b"-spec":  # not what this looks for itself
                        raise LookupError("found the spec")
                    at = found.find(secret, at + 1)
    return 2 * x
"""


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


modes = pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])


@modes
def test_results_are_those_of_a_session_of_its_own(toy, judged):
    read = catalogue.read(toy)
    names = ["solutions", "wrong:numbers.double:1", "impostor:numbers.double:dtype", "exercises"]

    found = run_all(toy, names, judged=judged)

    for name in names:
        alone = runner.run(toy, read, Request(("numbers.double",), name, judged, device="cpu"))
        assert [(r.test, r.verdict, r.message) for r in found[name]] == [(r.test, r.verdict, r.message) for r in alone]


@modes
def test_a_child_that_dies_leaves_a_verdict_and_the_others_go_on(toy, judged):
    dies = write(toy, "dies", "os._exit(7)")
    killed = write(toy, "killed", "os.kill(os.getpid(), 9)")

    found = run_all(toy, [dies, killed, "solutions"], judged=judged)

    assert {result.verdict for result in found[dies] + found[killed]} == {Verdict.CRASHED}
    assert "exit status 7" in found[dies][0].message
    assert "signal SIGKILL" in found[killed][0].message
    assert {result.verdict for result in found["solutions"]} == {Verdict.PASSED}


@modes
def test_an_endless_loop_is_ended_and_the_katas_other_tests_are_not_run(toy, judged):
    manifest = toy.manifest.read_text(encoding="utf-8").replace('name = "double"', 'name = "double"\ntime_limit = 0.5')
    toy.manifest.write_text(manifest, encoding="utf-8")
    endless = write(toy, "endless", "while True: pass")

    found = run_all(toy, [endless], judged=judged)[endless]

    assert [result.verdict for result in found] == [Verdict.TIMED_OUT] + [Verdict.NOT_RUN] * (len(found) - 1)


def test_a_call_that_keeps_the_interpreter_is_late_and_not_a_crash(toy):
    manifest = toy.manifest.read_text(encoding="utf-8").replace('name = "double"', 'name = "double"\ntime_limit = 0.5')
    toy.manifest.write_text(manifest, encoding="utf-8")
    keeps = write(toy, "keeps", "return 9 ** 9 ** 9")

    found = run_all(toy, [keeps])[keeps]

    assert [result.verdict for result in found] == [Verdict.TIMED_OUT] + [Verdict.NOT_RUN] * (len(found) - 1)
    assert "cannot be interrupted" in found[0].message


def test_nothing_of_one_child_shows_in_the_next(toy):
    spoils = write(toy, "spoils", "torch.mul = None; os.environ['SPOILT'] = '1'; return x + x")
    looks = write(toy, "looks", "return torch.mul(x, 1 if 'SPOILT' in os.environ else 2)")

    for judged in (False, True):
        found = run_all(toy, [spoils, looks], jobs=1, judged=judged)

        assert {result.verdict for result in found[looks]} == {Verdict.PASSED}
        assert "SPOILT" not in os.environ


@pytest.mark.parametrize("many", [False, True], ids=["alone", "forked"])
def test_a_judged_process_holds_nothing_of_the_spec(toy, many):
    spec = toy.spec("numbers")
    secret = secrets.token_hex(16)
    spec.write_text(f"SECRET = '{secret}-spec'\n" + spec.read_text(encoding="utf-8"), encoding="utf-8")
    spies = write(toy, "spies", SPY.format(reversed=secret[::-1]))

    def verdicts(judged):
        asked = Request(("numbers.double",), spies, judged, device="cpu")
        found = run_all(toy, [spies], judged=judged)[spies] if many else runner.run(toy, catalogue.read(toy), asked)
        return {result.verdict for result in found}

    assert verdicts(judged=False) == {Verdict.RAISED}  # in one process it is found
    assert verdicts(judged=True) == {Verdict.PASSED}


def test_no_process_is_left_behind_by_judged_runs(toy):
    tells = write(toy, "tells", "open('pids', 'a').write(f'{os.getpid()}\\n'); return 2 * x")
    dies = write(toy, "dies", "open('pids', 'a').write(f'{os.getpid()}\\n'); os._exit(7)")
    endless = write(toy, "endless", "open('pids', 'a').write(f'{os.getpid()}\\n')\n    while True: pass")
    manifest = toy.manifest.read_text(encoding="utf-8").replace('name = "double"', 'name = "double"\ntime_limit = 0.5')
    toy.manifest.write_text(manifest, encoding="utf-8")

    run_all(toy, [tells, dies, endless], judged=True)

    told = {int(line) for line in (toy.root / "pids").read_text().split()}
    assert len(told) > 3  # one that died is replaced
    assert all_end(told)


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
