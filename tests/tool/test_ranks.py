"""Processes that compute together: reused, and whatever goes wrong among them, said and cleared away."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from kata import cards, catalogue, forks, runner
from kata.implementations import load
from kata.ranks import answers, pool
from kata.ranks.answers import PATIENCE
from kata.ranks.trouble import Deadlock, Mismatch, RankDied
from kata.remote.learner import Learner
from kata.runner import FORKS_FROM, Request
from kata.verdicts import Verdict
from tests.tool.conftest import make_toy
from tests.tool.processes import SOON, all_end, is_alive
from tests.tool.rank_toys import jobs

TOYS = Path(__file__).parent
PROGRAM = "tests.tool.rank_toys.session"
ROOT = Path(__file__).parents[2]
X = torch.tensor([1.0, 2.0, 4.0])


@pytest.fixture(scope="module")
def toy():
    return load(TOYS, "rank_toys", "toy")


def call(toy, name, world_size):
    """Call one function of the toy on each rank; rank r gets X * r."""
    return pool.run(toy, jobs.call, [(name, X * rank) for rank in range(world_size)])


def pids(toy, world_size=2):
    return [pid for pid, *_ in pool.run(toy, jobs.who, [(X,)] * world_size)]


# What a job gives.


@pytest.mark.parametrize("world_size", [1, 2, 3, 4])
def test_each_rank_works_on_its_share(toy, world_size):
    found = pool.run(toy, jobs.who, [(X * rank,) for rank in range(world_size)])

    assert [(rank, size) for _, rank, size, _ in found] == [(rank, world_size) for rank in range(world_size)]
    assert all(torch.equal(share, X * rank) for rank, (*_, share) in enumerate(found))
    assert len({pid for pid, *_ in found} | {os.getpid()}) == world_size + 1


def test_ranks_meet_in_the_default_group(toy):
    for found in (call(toy, "average", 4), call(toy, "average", 3), call(toy, "average", 2)):
        assert all(torch.equal(x, X * (len(found) - 1) / 2) for x in found)


def test_processes_are_used_again(toy):
    assert pids(toy, 4) == pids(toy, 4)
    assert pids(toy, 2) == pids(toy, 4)[:2]


def test_a_module_that_is_loaded_anew_is_loaded_on_the_ranks_too(tmp_path):
    (tmp_path / "mine").mkdir()
    file = tmp_path / "mine" / "toy.py"

    found = []
    for answer in ("1", "2"):
        file.write_text(f"def answer(x):\n    return {answer}\n", encoding="utf-8")
        found.append(call(load(tmp_path, "mine", "toy"), "answer", 2))

    assert found == [[1, 1], [2, 2]]


def test_ranks_draw_random_numbers_of_their_own_and_the_same_in_each_job(toy):
    first, second = call(toy, "draws", 2)
    again, _ = call(toy, "draws", 2)

    assert not torch.equal(first, second)
    assert torch.equal(first, again)


def test_what_ranks_print_is_printed_here(toy, capsys):
    call(toy, "prints", 2)

    assert capsys.readouterr().out.splitlines() == ["[rank 0] I am 0", "[rank 1] I am 1"]


@pytest.mark.parametrize("name", ["leaves", "forgets_to_wait_everywhere"])
def test_what_a_job_leaves_behind_does_not_disturb_the_next(toy, name):
    call(toy, name, 2)

    assert torch.equal(call(toy, "average", 2)[0], X / 2)


# What can go wrong.


def test_an_error_on_one_rank_is_raised_here_and_the_others_are_released(toy):
    before = pids(toy, 3)
    began = time.monotonic()

    with pytest.raises(ValueError, match=r"^x: not today \(on rank 2 of 3\)$") as caught:
        call(toy, "raises_on_last", 3)

    assert time.monotonic() - began < PATIENCE
    assert [frame.function for frame in caught.value.learner_frames] == ["raises_on_last"]
    assert pids(toy, 3) == before


def test_an_error_on_every_rank_is_raised_as_it_is(toy):
    with pytest.raises(ValueError, match=r"^x: never$"):
        call(toy, "raises", 3)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("other_call", "rank 0 is in broadcast of .*, rank 1 is in allreduce of ", id="call"),
        pytest.param("other_shape", r"\[3\], rank 1 is in allreduce of .*\[2\]", id="shape"),
        pytest.param("other_dtype", "Float .*, rank 1 is in allreduce of Double", id="dtype"),
    ],
)
def test_calls_that_do_not_go_together_are_told(toy, name, told):
    with pytest.raises(Mismatch, match=told):
        call(toy, name, 2)


def test_a_deadlock_is_told_with_the_place_and_the_pool_starts_anew(toy):
    before = pids(toy, 3)
    began = time.monotonic()

    with pytest.raises(Deadlock, match="rank 0: waiting in all_reduce; ranks 1 and 2: finished") as caught:
        call(toy, "only_first", 3)

    assert time.monotonic() - began < SOON
    assert [frame.text for frame in caught.value.learner_frames] == ["dist.all_reduce(x)"]
    assert not set(pids(toy, 3)) & set(before)
    assert all_end(before)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("loops", "rank 0: finished; rank 1: still at work", id="loop"),
        pytest.param("keeps_the_interpreter", "rank 0: gives no sign; rank 1: waiting in all_reduce", id="no-sign"),
    ],
)
def test_a_rank_that_does_not_come_back_is_ended(toy, monkeypatch, name, told):
    monkeypatch.setattr(answers, "LONGEST", PATIENCE + 1)
    before = pids(toy)

    with pytest.raises(Deadlock, match=told):
        call(toy, name, 2)

    assert all_end(before)
    assert torch.equal(call(toy, "average", 2)[0], X / 2)


def test_a_rank_that_is_still_at_work_is_waited_for(toy, monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE", 0.3)

    assert torch.equal(call(toy, "takes_its_time", 3)[0], X)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        pytest.param("dies", "exit status 3", id="exit"),
        pytest.param("crashes", "signal SIGSEGV", id="signal"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="a crash has another exit status here")
def test_a_rank_that_dies_is_told_and_replaced(toy, name, how):
    before = pids(toy, 3)
    began = time.monotonic()

    with pytest.raises(RankDied, match=f"rank 1 ended with {how}"):
        call(toy, name, 3)

    assert time.monotonic() - began < PATIENCE
    assert all_end(before)
    assert torch.equal(call(toy, "average", 3)[0], X)


@pytest.mark.skipif(os.name != "posix", reason="needs a signal")
def test_a_rank_that_was_killed_meanwhile_is_replaced(toy):
    os.kill(pids(toy)[1], 9)

    assert torch.equal(call(toy, "average", 2)[0], X / 2)


# Judged mode: the ranks belong to the learner's process.


@pytest.mark.slow
def test_ranks_of_the_judged_process():
    learner = Learner(TOYS, "rank_toys", "toy")
    try:
        shares = [("average", X * rank) for rank in range(3)]
        assert all(torch.equal(x, X) for x in learner.probe(pool.run, learner.module, jobs.call, shares))

        with pytest.raises(TimeoutError, match="rank 0: waiting in all_reduce") as caught:
            learner.probe(pool.run, learner.module, jobs.call, [("only_first", X)] * 2)
        assert caught.value.remote_type == "Deadlock"
        assert [frame.text for frame in caught.value.learner_frames] == ["dist.all_reduce(x)"]

        found = [pid for pid, *_ in learner.probe(pool.run, learner.module, jobs.who, [(X,)] * 2)]
    finally:
        learner.close()
    assert all_end(found)


# No process stays behind.


@pytest.fixture
def program():
    """Start a process with two ranks; it tells the ids of all three."""
    running = []

    def start(*words, **environment):
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", PROGRAM, *words]
        environment = {**os.environ, **environment}
        running.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=environment))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def told(process):
    return [int(word) for word in process.stdout.readline().split()]


@pytest.mark.slow
@pytest.mark.parametrize(
    "method",
    [
        pytest.param(
            "forkserver", marks=pytest.mark.skipif(not forks.forks_possible(), reason="nothing is forked here")
        ),
        "spawn",
    ],
)
def test_no_rank_outlives_its_session(program, method):
    process = program("waits", KATA_START_METHOD=method)
    processes = told(process)
    assert len(processes) == 3
    assert all(map(is_alive, processes))

    process.communicate("")

    assert process.returncode == 0
    assert all_end(processes)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only here does the kernel end what keeps the interpreter")
@pytest.mark.parametrize("name", ["waits", "loops", "only_first", "keeps_the_interpreter"])
def test_no_rank_outlives_a_session_that_is_killed(program, name):
    process = program(name)
    processes = told(process)
    assert len(processes) == 3
    if name != "waits":
        assert process.stdout.readline() == "busy\n"

    process.kill()

    assert all_end(processes)


@pytest.mark.slow
def test_sessions_at_once_do_not_meet(program):
    first, second = program("waits"), program("waits")

    found = told(first), told(second)

    assert len({*found[0], *found[1]}) == 6


# Where many implementations are tried, each in a fork of one session.

SPEC = """

def test_double_works_on_ranks(impl, probe):
    for got in probe(pool.run, impl, rank_jobs.double, [(torch.ones(2),), (torch.ones(2),)]):
        expect.tensor(got, torch.full((2,), 2.0), call="double(x)")
"""


@pytest.mark.skipif(not forks.forks_possible(), reason="nothing is forked here")
def test_forks_of_a_session_have_ranks_of_their_own(toy_course):
    names = ["solutions", "impostor:numbers.double:dtype", "wrong:numbers.double:0", "stub:numbers.double:fresh"]
    requests = [Request(("numbers.double",), name, device="cpu") for name in names]
    requests += [Request(("numbers.double",), f"stub:numbers.double:fresh{i}", device="cpu") for i in range(FORKS_FROM)]

    found = dict(runner.run_many(toy_course, catalogue.read(toy_course), requests, 2))

    verdicts = [[r.verdict for r in found[request] if "works_on_ranks" in r.test] for request in requests[:4]]
    assert verdicts == [[Verdict.PASSED], [Verdict.WRONG], [Verdict.WRONG], [Verdict.RAISED]]


@pytest.mark.parametrize("judged", [False, True], ids=["practice", "judged"])
def test_a_session_has_ranks(toy_course, judged):
    asked = Request(("numbers.double",), "solutions", judged=judged, device="cpu")

    results = runner.run(toy_course, catalogue.read(toy_course), asked)

    assert [(result.test, result.message) for result in results if result.verdict is not Verdict.PASSED] == []


@pytest.fixture
def toy_course(tmp_path):
    """The toy course with a test on ranks."""
    course = make_toy(tmp_path / "course")
    jobs_file = course.root / "tests" / "rank_jobs.py"
    jobs_file.write_text("def double(impl, x):\n    return impl.double(x)\n", encoding="utf-8")
    spec = course.spec("numbers")
    text = spec.read_text(encoding="utf-8")
    imports = "from kata.ranks import pool\nfrom tests import rank_jobs\n"
    spec.write_text(imports + text + SPEC, encoding="utf-8")
    return course


# What the learner sees.


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        pytest.param(Deadlock("rank 1: waiting in all_reduce"), Verdict.TIMED_OUT, id="deadlock"),
        pytest.param(RankDied("rank 1 ended with exit status 3"), Verdict.CRASHED, id="died"),
        pytest.param(Mismatch("rank 0 is in broadcast"), Verdict.RAISED, id="mismatch"),
    ],
)
def test_trouble_among_ranks_has_a_verdict_of_its_own(tmp_path, error, verdict):
    kata = catalogue.Kata("toy", "average", 3, ())

    found, message, card = cards.judge(error, "average", kata, cards.Place(tmp_path / "toy.py", "toy.py", 1))

    assert found is verdict
    assert str(error) in message
    assert str(error) in card.got
