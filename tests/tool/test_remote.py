import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from kata.implementations import LearnerFileError, load
from kata.limits import TimedOut
from kata.remote.handle import Handle
from kata.remote.learner import Learner, LearnerCrashed, RemoteError
from kata.remote.wire import WireError
from tests.tool.processes import all_end, is_alive
from tests.tool.remote_toys import asked

TOYS = Path(__file__).parent / "remote_toys"
ROOT = Path(__file__).parents[2]
BATCH = torch.tensor([[1.0, 2.0, 3.0], [0.5, 0.0, -1.0], [4.0, 4.0, 4.0], [0.0, -2.0, 7.0]])


@pytest.fixture(scope="module")
def learner():
    learner = Learner(TOYS, ".", "toy")
    yield learner
    learner.close()


@pytest.fixture(autouse=True)
def no_deadline(learner):
    learner.deadline = None


@pytest.fixture(params=["practice", "judged"])
def sides(request, learner):
    """What a spec gets: the learner's module and the probe."""
    if request.param == "judged":
        return learner.module, learner.probe
    return load(TOYS, ".", "toy"), lambda function, *args, **kwargs: function(*args, **kwargs)


# One text for both modes.


def test_a_function_answers_alike(sides):
    impl, _ = sides

    assert torch.equal(impl.softmax(BATCH, dim=1), torch.softmax(BATCH, 1))
    assert torch.equal(impl.softmax(dim=0, scores=BATCH), torch.softmax(BATCH, 0))


def test_a_dataset_answers_alike(sides):
    impl, probe = sides
    dataset = impl.Joint(BATCH, torch.arange(4))

    assert len(dataset) == 4
    values, label = dataset[2]
    assert torch.equal(values, BATCH[2])
    assert label == 2
    assert [int(label) for _, label in dataset] == [0, 1, 2, 3]
    assert probe(isinstance, dataset, Dataset) is True
    with pytest.raises(IndexError, match="4"):
        dataset[4]
    with pytest.raises(ValueError, match="differ in length"):
        impl.Joint(BATCH, torch.arange(3))
    assert dataset == impl.Joint(BATCH, torch.zeros(4))
    assert dataset != impl.Joint(BATCH + 1, torch.zeros(4))


def test_a_loader_made_by_probe_answers_alike(sides):
    impl, probe = sides
    loader = probe(DataLoader, impl.Joint(BATCH, torch.arange(4)), batch_size=3)

    assert [tuple(values.shape) for values, _ in loader] == [(3, 3), (1, 3)]
    assert [tuple(values.shape) for values, _ in loader] == [(3, 3), (1, 3)]
    assert len(list(loader)) == 2
    labels = next(iter(loader))[1]
    assert labels.tolist() == [0, 1, 2]


def test_a_module_answers_alike(sides):
    impl, probe = sides
    probe(torch.manual_seed, 0)
    network = impl.Network(8)

    assert probe(isinstance, network, nn.Module)
    assert [name for name, _ in network.named_parameters()] == [
        "first.weight",
        "first.bias",
        "last.weight",
        "last.bias",
    ]
    assert [tuple(values.shape) for values in network.parameters()] == [(8, 3), (8,), (4, 8), (4,)]
    assert isinstance(network.first.weight, nn.Parameter)
    assert list(network.state_dict()) == ["first.weight", "first.bias", "last.weight", "last.bias"]
    assert network.first.weight.grad is None
    probe(asked.backward, network, BATCH)
    assert network.first.weight.grad.shape == (8, 3)
    assert network(BATCH).requires_grad
    torch.manual_seed(0)
    assert torch.equal(network.first.weight, nn.Linear(3, 8).weight)
    again = impl.Network(8)
    again.load_state_dict(network.state_dict())
    assert torch.equal(again(BATCH), network(BATCH))
    network.eval()
    assert network.training is False
    network.note = "set from outside"
    assert network.note == "set from outside"


def test_a_training_loop_answers_alike(sides):
    impl, probe = sides
    probe(torch.manual_seed, 0)
    model = impl.Network(8)
    loader = probe(DataLoader, impl.Joint(BATCH, torch.arange(4)), batch_size=2)

    history = impl.fit(model, loader, target_rate=0.1, epochs=30)

    assert type(history[0]) is float
    assert history[-1] < history[0]
    assert model(BATCH).argmax(1).tolist() == [0, 1, 2, 3]


def test_a_gradient_probe_answers_alike(sides):
    impl, probe = sides

    actual = probe(asked.gradient, impl.softmax, BATCH, 1)

    assert torch.allclose(actual, asked.gradient(torch.softmax, BATCH, 1), atol=1e-6)


def test_named_functions_and_objects_of_probes_can_be_passed_in(sides):
    impl, probe = sides
    doubler = probe(asked.Doubler)

    assert torch.equal(impl.apply(torch.neg, BATCH), -BATCH)
    assert torch.equal(impl.apply(asked.double, BATCH), 2 * BATCH)
    assert torch.equal(impl.apply(doubler, BATCH), 2 * BATCH)
    assert doubler.modes == [True]
    assert probe(asked.is_held_by, "a", probe(asked.Holder, "a", "b"))
    assert "b" in probe(asked.Holder, "a", "b")
    assert impl.apply(dict, verb=1, target=2, function=3) == {"verb": 1, "target": 2, "function": 3}


def test_a_generator_answers_alike(sides):
    impl, _ = sides
    pieces = impl.pieces(target=2, verb="end")

    assert next(pieces) == 0
    assert list(pieces) == [1, "end"]
    with pytest.raises(StopIteration, match=r"^$"):
        next(pieces)


def test_layout_and_aliasing_of_inputs_are_kept(sides):
    impl, _ = sides
    base = torch.zeros(4, 6)

    for values in (base.t(), base[1:, 2:], base[:1].expand(4, 6), base[:, ::2]):
        assert impl.layout(values) == (tuple(values.shape), values.stride(), values.storage_offset())
    assert impl.are_views(base, base.t())
    assert not impl.are_views(torch.zeros(2), torch.zeros(2))


def test_errors_are_alike(sides):
    impl, _ = sides

    with pytest.raises(NotImplementedError, match=r"^toy.unwritten$"):
        impl.unwritten()
    with pytest.raises(AttributeError, match="no_such_thing"):
        impl.outer(BATCH)
    with pytest.raises(AttributeError, match="no_such_function"):
        impl.no_such_function  # noqa: B018
    with pytest.raises(RecursionError, match="recursion"):
        impl.deep()
    with pytest.raises(MemoryError, match="too much"):
        impl.no_memory()
    with pytest.raises(UnicodeDecodeError, match="0xff"):
        impl.raise_decode_error()
    with pytest.raises(FileNotFoundError, match="/no/such/file"):
        impl.raise_missing_file()


def test_what_is_printed_is_seen(sides, capsys):
    impl, _ = sides
    impl.pieces  # noqa: B018  so that the module is loaded
    capsys.readouterr()

    impl.say()

    captured = capsys.readouterr()
    assert captured.out + captured.err == "said\ncomplained\n"


# What only judged mode promises.


def test_an_error_brings_the_learners_frames_and_type(learner):
    with pytest.raises(AttributeError, match="no_such_thing") as info:
        learner.module.outer(BATCH)

    frames = info.value.learner_frames
    assert [(frame.function, frame.text) for frame in frames] == [
        ("outer", "return inner(values)"),
        ("inner", "return values.no_such_thing"),
    ]
    assert {Path(frame.file) for frame in frames} == {TOYS / "toy.py"}
    assert info.value.remote_type == "AttributeError"


def test_the_frames_of_a_deep_recursion_are_few(learner):
    with pytest.raises(RecursionError, match="recursion") as info:
        learner.module.deep()

    assert 2 <= len(info.value.learner_frames) <= 40


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("leave", "SystemExit", "enough"),
        ("interrupt", "KeyboardInterrupt", "^$"),
        ("skip", "Skipped", "not today"),
        ("raise_unspeakable", "Unspeakable", "no message"),
    ],
)
def test_nothing_that_is_raised_ends_judge_or_learner(learner, name, kind, message):
    process = learner.probe(os.getpid)

    with pytest.raises(Exception, match=message) as info:
        getattr(learner.module, name)()

    assert info.value.remote_type == kind
    assert type(info.value) is (Exception if kind == "Unspeakable" else RemoteError)
    assert learner.probe(os.getpid) == process


@pytest.mark.parametrize("name", ["loop", "loop_in_c", "sleep", "flood_and_hold"])
def test_what_never_answers_is_ended_at_the_deadline(learner, name):
    function = getattr(learner.module, name)
    process = learner.probe(os.getpid)
    began = time.monotonic()
    learner.deadline = began + 0.5

    with pytest.raises(TimedOut, match="0") as info:
        function()

    assert 0.4 < info.value.seconds <= 0.5
    assert time.monotonic() - began < 10
    learner.deadline = None
    assert learner.probe(os.getpid) != process
    assert torch.equal(learner.module.softmax(BATCH, 1), torch.softmax(BATCH, 1))


def test_starting_a_process_does_not_count_against_the_deadline():
    learner = Learner(TOYS, ".", "toy")
    learner.deadline = time.monotonic() + 0.01

    assert learner.probe(len, "abc") == 3

    learner.close()


def test_a_deadline_that_has_passed_is_a_time_out(learner):
    learner.deadline = time.monotonic() - 1

    with pytest.raises(TimedOut, match="-1"):
        learner.probe(len, "abc")


@pytest.mark.parametrize(("name", "how"), [("end", "exit status 7"), ("segfault", "SIGSEGV|exit status")])
def test_a_process_that_dies_is_reported_and_replaced(learner, name, how):
    held = learner.module.Joint(BATCH, BATCH)

    with pytest.raises(LearnerCrashed, match=how):
        getattr(learner.module, name)()

    assert learner.module.pieces is learner.module.pieces
    with pytest.raises(LearnerCrashed, match=r"Joint .* is gone"):
        len(held)
    with pytest.raises(LearnerCrashed, match="is gone"):
        learner.probe(len, held)


def test_much_output_is_cut(learner, capsys):
    learner.module.shout()

    output = capsys.readouterr().out
    assert output.startswith("xxx")
    assert "more bytes" in output
    assert len(output) < 11_000


def test_output_that_is_closed_hurts_nobody(learner, capsys):
    learner.module.close_streams()
    capsys.readouterr()

    learner.module.say()

    assert capsys.readouterr().out == "said\ncomplained\n"


def test_an_object_equal_to_everything_is_equal_to_no_value_here(learner):
    everything = learner.module.Everything()

    assert everything != 3
    assert everything != BATCH.tolist()
    assert everything == learner.module.Joint(BATCH, BATCH)


def test_a_tensor_subclass_stays_over_there(learner):
    assert type(learner.module.disguised()) is Handle


def test_an_answer_too_large_to_send_is_an_error_there(learner):
    with pytest.raises(Exception, match="67108864 bytes") as info:
        learner.module.huge()

    assert info.value.remote_type == "WireError"
    assert learner.probe(len, "abc") == 3


def test_a_handle_shows_its_type_and_nothing_else(learner):
    dataset = learner.module.Joint(BATCH, torch.arange(4))

    assert repr(dataset) == "<Joint in the learner's process>"
    assert "inputs" in dir(dataset)
    assert bool(dataset) is True
    assert bool(learner.module.Joint(BATCH[:0], BATCH[:0])) is False
    with pytest.raises(AttributeError, match="__array__"):
        dataset.__array__  # noqa: B018


def test_objects_that_nobody_holds_are_forgotten_over_there(learner):
    held = learner.module.Joint(BATCH, BATCH)
    watched = learner.probe(__import__("weakref").ref, held)
    assert learner.probe(asked.double, 1) == 2

    del held

    assert watched() is None


def test_the_same_object_is_the_same_handle(learner):
    network = learner.module.Network(2)

    assert network.first is network.first
    assert network.first == network.first
    assert network.first is not network.last


def test_what_cannot_cross_is_named_with_its_argument(learner):
    with pytest.raises(WireError, match="argument 0: cannot send a lambda"):
        learner.module.softmax(lambda: 1, dim=1)
    with pytest.raises(WireError, match=r"argument 'dim': cannot send a Linear.*\(at \[1\]\)"):
        learner.module.softmax(BATCH, dim=[1, nn.Linear(1, 1)])
    with pytest.raises(WireError, match="lambda"):
        learner.probe(lambda: 1)
    with pytest.raises(WireError, match="cannot send"):
        learner.probe(learner.module.softmax, BATCH, 1)


def test_a_file_that_does_not_load_says_where(tmp_path):
    (tmp_path / "broken.py").write_text("import torch\n\nvalue = torch.no_such_thing\n")
    learner = Learner(tmp_path, ".", "broken")

    for _ in range(2):
        with pytest.raises(LearnerFileError, match=r"broken.py:3 fails") as info:
            learner.module.anything  # noqa: B018
    assert (info.value.file, info.value.line, info.value.text) == (
        "broken.py",
        3,
        "value = torch.no_such_thing",
    )
    assert info.value.hint
    learner.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="asks whether a process lives the POSIX way")
@pytest.mark.parametrize("name", ["loop", "loop_in_c"])
def test_killing_the_judge_leaves_no_orphan(name):
    judge = subprocess.Popen(
        [sys.executable, TOYS / "judge.py", name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert judge.stdout is not None
    process = int(judge.stdout.readline())
    time.sleep(0.3)
    assert is_alive(process)

    judge.kill()
    judge.communicate()

    assert all_end([process])


@pytest.mark.slow
def test_a_judge_that_ends_does_not_wait_for_a_loop():
    judge = subprocess.run(
        [sys.executable, TOYS / "judge.py", "loop"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip

    assert judge.returncode == 0, judge.stderr
    assert judge.stdout.strip().isdigit()
