"""Specs of the topic `checkpoints`."""

import collections
import math
import re
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests import checkpoints_probes, expect, killed_probes, promises
from tests.checkpoints_probes import Trap
from tests.killed_probes import HALF_WRITTEN, TOUCHED

KINDS_OF_PATH = pytest.mark.parametrize("kind", [str, Path])


def expect_weights(actual, expected, call):
    """Expect a dict with the tensors of another, in any order."""
    __tracebackhide__ = True
    expect.that(isinstance(actual, dict), call=call, got=actual, should_be="a dict of names and tensors")
    expect.value(sorted(map(str, actual)), sorted(expected), call=f"the names in {call}")
    for name, tensor in expected.items():
        expect.tensor(actual[name], tensor, call=f"{call}['{name}']")


def expect_optimizer(actual, expected, call):
    """Expect the tensors that an optimizer remembers, and its learning rates; "step" may lie on any device."""
    __tracebackhide__ = True
    expect.value(sorted(actual["state"]), sorted(expected["state"]), call=f"the parameters in {call}")
    for number, memory in expected["state"].items():
        expect.value(sorted(actual["state"][number]), sorted(memory), call=f"what {call} remembers of each parameter")
        for name, tensor in memory.items():
            found = actual["state"][number][name]
            found = found.cpu() if name == "step" and isinstance(found, torch.Tensor) else found
            expect.tensor(found, tensor, call=f"'{name}' of parameter {number} in {call}")
    for rate, wanted in zip(actual["lr"], expected["lr"], strict=True):
        expect.close(rate, wanted, call=f"the learning rate in {call}")


def expect_nothing(found, should_be, call):
    """Expect an empty list of what happened."""
    __tracebackhide__ = True
    expect.that(found == [], call=call, got=f"changed: {', '.join(found)}", should_be=should_be)


def expect_refused(raised, trap, call):
    """Expect that a file was refused before anything in it ran."""
    __tracebackhide__ = True
    expect.that(not trap.exists(), call=call, got="what is in the file was run", should_be="an error, and nothing run")
    expect.that(raised, call=call, got="no error", should_be="an error of any type")


def read(path, call):
    """What is in a file of plain data and tensors, on the CPU."""
    __tracebackhide__ = True
    expect.that(path.is_file(), call=call, got=f"no file {path.name}", should_be="a file of that very name")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        got = "a file with something else in it" if zipfile.is_zipfile(path) else "a file of another format"
        expect.that(False, call=SAVED, got=got, should_be="a file of plain data and tensors")


def names_in(folder):
    """Return the names in a folder, without the letters that `tempfile` draws by lot: else no two runs are alike."""
    return sorted(re.sub(r"^tmp[a-z0-9_]{8}", "tmp????????", path.name) for path in folder.iterdir())


# -- save_weights --------------------------------------------------------------------------------------------


SAVING = "save_weights(model, path)"
SAVED = "torch.load(path, weights_only=True)"


def test_save_weights_writes_all_that_state_dict_names(impl, probe, device, tmp_path):
    impl.save_weights(probe(checkpoints_probes.network, 100.0, device), tmp_path / "weights.pt")

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0))
    expect_weights(read(tmp_path / "weights.pt", SAVING), expected, SAVED)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16], ids=str)
def test_save_weights_keeps_each_dtype(impl, probe, tmp_path, dtype):
    impl.save_weights(probe(checkpoints_probes.network, 100.0, "cpu", dtype), tmp_path / "weights.pt")

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0, dtype=dtype))
    expect_weights(read(tmp_path / "weights.pt", SAVING), expected, SAVED)


def test_save_weights_writes_no_parameters_and_nothing_with_a_gradient(impl, probe, tmp_path):
    impl.save_weights(probe(checkpoints_probes.network), tmp_path / "weights.pt")

    found = read(tmp_path / "weights.pt", SAVING)
    odd = [str(name) for name, value in found.items() if isinstance(value, nn.Parameter) or value.requires_grad]
    got = f"Parameters or tensors with requires_grad: {', '.join(odd)}"
    expect.that(odd == [], call=SAVED, got=got, should_be="plain tensors")


@pytest.mark.parametrize("make", [checkpoints_probes.statistics, checkpoints_probes.flattening])
def test_save_weights_takes_models_without_parameters(impl, probe, tmp_path, make):
    impl.save_weights(probe(make), tmp_path / "weights.pt")

    expect_weights(read(tmp_path / "weights.pt", SAVING), checkpoints_probes.weights(make()), SAVED)


@KINDS_OF_PATH
@pytest.mark.parametrize("name", ["weights.pt", "weights", "my best.v2.bin"])
def test_save_weights_uses_the_path_as_it_stands(impl, probe, tmp_path, kind, name):
    impl.save_weights(probe(checkpoints_probes.network), kind(tmp_path / name))

    expect.value(names_in(tmp_path), [name], call=f"the folder after save_weights(model, '{name}')")


def test_save_weights_replaces_a_file(impl, probe, tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"something longer" * 10000)

    impl.save_weights(probe(checkpoints_probes.network, 100.0), tmp_path / "weights.pt")

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0))
    expect_weights(read(tmp_path / "weights.pt", SAVING), expected, SAVED)


def test_save_weights_gives_none(impl, probe, tmp_path):
    actual = impl.save_weights(probe(checkpoints_probes.network), tmp_path / "weights.pt")

    expect.value(actual, None, call=SAVING)


def test_save_weights_leaves_the_model_as_it_is(impl, probe, device, tmp_path):
    model = probe(checkpoints_probes.network, 100.0, device)

    changed = probe(checkpoints_probes.changes, impl.save_weights, model, tmp_path / "weights.pt")

    expect_nothing(changed, "a model that is as it was", SAVING)


# -- load_weights --------------------------------------------------------------------------------------------


LOADING = "load_weights(model, path)"


def weights_file(folder, model):
    """A file with the weights of a model, and what is in it."""
    torch.save(model.state_dict(), folder / "weights.pt")
    return folder / "weights.pt"


def trapped(folder, as_entry=True):
    """A file that holds weights, or what looks like it, and a trap; and the folder that is made where that runs."""
    trap = Trap(folder / "trap")
    state = checkpoints_probes.network(100.0).state_dict()
    torch.save({**state, "note": trap} if as_entry else trap, folder / "weights.pt")
    return folder / "weights.pt", trap.folder


@pytest.mark.parametrize("saved_on", ["cpu", "device"])
def test_load_weights_loads_onto_the_device_of_the_model(impl, probe, device, tmp_path, saved_on):
    saver = checkpoints_probes.network(100.0, device if saved_on == "device" else "cpu")
    model = probe(checkpoints_probes.network, 0.0, device)

    impl.load_weights(model, weights_file(tmp_path, saver))

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0, device))
    expect_weights(probe(checkpoints_probes.weights, model), expected, "model.state_dict()")


def test_load_weights_loads_onto_the_cpu_what_another_device_saved(impl, probe, device, tmp_path):
    model = probe(checkpoints_probes.network)

    impl.load_weights(model, weights_file(tmp_path, checkpoints_probes.network(100.0, device)))

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0))
    expect_weights(probe(checkpoints_probes.weights, model), expected, "model.state_dict()")


def test_load_weights_reads_a_file_from_a_device_that_is_not_here(impl, probe, device, tmp_path):
    saver = checkpoints_probes.network(100.0)
    checkpoints_probes.write_from_absent_device(saver.state_dict(), tmp_path / "weights.pt")
    model = probe(checkpoints_probes.network, 0.0, device)

    impl.load_weights(model, tmp_path / "weights.pt")

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0, device))
    expect_weights(probe(checkpoints_probes.weights, model), expected, "model.state_dict()")


def test_load_weights_changes_nothing_but_values(impl, probe, device, tmp_path):
    model = probe(checkpoints_probes.network, 0.0, device, torch.float16)
    path = weights_file(tmp_path, checkpoints_probes.network(100.0))

    changed = probe(checkpoints_probes.changes_besides_values, impl.load_weights, model, path)

    expect_nothing(changed, "new values in the tensors of before, the rest as it was", LOADING)
    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0, device, torch.float16))
    expect_weights(probe(checkpoints_probes.weights, model), expected, "model.state_dict()")


@pytest.mark.parametrize("make", [checkpoints_probes.statistics, checkpoints_probes.flattening])
def test_load_weights_takes_models_without_parameters(impl, probe, tmp_path, make):
    model = probe(make)
    saver = make()
    checkpoints_probes.fill(saver, 100.0)

    impl.load_weights(model, weights_file(tmp_path, saver))

    actual = probe(checkpoints_probes.weights, model)
    expect_weights(actual, checkpoints_probes.weights(saver), "model.state_dict()")


@KINDS_OF_PATH
def test_load_weights_takes_any_path(impl, probe, tmp_path, kind):
    path = tmp_path / "my best.v2"
    torch.save(checkpoints_probes.network(100.0).state_dict(), path)
    model = probe(checkpoints_probes.network)

    impl.load_weights(model, kind(path))

    expected = checkpoints_probes.weights(checkpoints_probes.network(100.0))
    expect_weights(probe(checkpoints_probes.weights, model), expected, "model.state_dict()")


def test_load_weights_gives_none(impl, probe, tmp_path):
    path = weights_file(tmp_path, checkpoints_probes.network(100.0))

    actual = impl.load_weights(probe(checkpoints_probes.network), path)

    expect.value(actual, None, call=LOADING)


@pytest.mark.parametrize("as_entry", [True, False], ids=["beside-the-weights", "alone"])
def test_load_weights_refuses_a_file_that_would_run_something(impl, probe, tmp_path, as_entry):
    path, trap = trapped(tmp_path, as_entry)

    raised = probe(checkpoints_probes.raised, impl.load_weights, probe(checkpoints_probes.network), path)

    expect_refused(raised, trap, "load_weights(model, <file with os.mkdir in it>)")


def test_load_weights_leaves_the_model_as_it_was_when_it_refuses_a_file(impl, probe, tmp_path):
    path, _ = trapped(tmp_path)
    model = probe(checkpoints_probes.network)

    changed = probe(checkpoints_probes.changes_when_refused, impl.load_weights, model, path)

    expect_nothing(changed, "a model that is as it was", "load_weights(model, <file with os.mkdir in it>)")


def test_load_weights_refuses_such_a_file_whatever_the_defaults_are(impl, probe, tmp_path):
    path, trap = trapped(tmp_path)
    model = probe(checkpoints_probes.network)

    raised = probe(checkpoints_probes.raised_without_default, impl.load_weights, model, path)

    call = "load_weights(model, <file with os.mkdir in it>), TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1"
    expect_refused(raised, trap, call)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("head.bias", None, id="name-missing"),
        pytest.param("hidden.1.running_mean", None, id="buffer-missing"),
        pytest.param("tail.bias", torch.zeros(1), id="unknown-name"),
        pytest.param("head.bias", torch.zeros(2), id="longer"),
        pytest.param("head.weight", torch.zeros(1, 1), id="would-broadcast"),
    ],
)
def test_load_weights_refuses_weights_of_another_model(impl, probe, tmp_path, name, value):
    state = checkpoints_probes.network(100.0).state_dict()
    state.pop(name, None)
    torch.save({**state, name: value} if value is not None else state, tmp_path / "weights.pt")

    raised = probe(
        checkpoints_probes.raised, impl.load_weights, probe(checkpoints_probes.network), tmp_path / "weights.pt"
    )

    what = f"without '{name}'" if value is None else f"with '{name}' of shape {tuple(value.shape)}"
    expect.that(raised, call=f"load_weights(model, <file {what}>)", got="no error", should_be="an error of any type")


# -- save_checkpoint -----------------------------------------------------------------------------------------


SAVING_ALL = "save_checkpoint(path, model, optimizer, epoch)"


def run(probe, device, start, lr=0.1, steps=1):
    """A model and its optimizer on the learner's side."""
    model = probe(checkpoints_probes.network, start, device)
    optimizer = probe(checkpoints_probes.optimizer_of, model, lr)
    return model, probe(checkpoints_probes.stepped, optimizer, steps)


def expect_file(found, *should_be, call):
    """Expect what a file is after a process was killed."""
    __tracebackhide__ = True
    expect.that(found in should_be, call=call, got=found, should_be=" or ".join(should_be))


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_save_checkpoint_writes_model_optimizer_and_epoch(impl, probe, device, tmp_path, epoch):
    model, optimizer = run(probe, device, 100.0)

    impl.save_checkpoint(tmp_path / "last.pt", model, optimizer, epoch)

    found = read(tmp_path / "last.pt", SAVING_ALL)
    names = sorted({"model", "optimizer", "epoch"} - set(found if isinstance(found, dict) else ()))
    got = f"nothing called {', '.join(names)}"
    expect.that(names == [], call=SAVED, got=got, should_be="a dict with model, optimizer and epoch")
    mine = checkpoints_probes.network(100.0)
    memory = checkpoints_probes.stepped(checkpoints_probes.optimizer_of(mine))
    expect.value(found["epoch"], epoch, call=f"{SAVED}['epoch']")
    expect_weights(found["model"], checkpoints_probes.weights(mine), f"{SAVED}['model']")
    is_state = isinstance(found["optimizer"], dict) and found["optimizer"].keys() == {"state", "param_groups"}
    call = f"{SAVED}['optimizer']"
    expect.that(is_state, call=call, got=found["optimizer"], should_be="what optimizer.state_dict() gives")
    state = {
        "state": found["optimizer"]["state"],
        "lr": [group["lr"] for group in found["optimizer"]["param_groups"]],
    }
    expect_optimizer(state, checkpoints_probes.optimizer_state(memory), call)


def test_save_checkpoint_gives_none(impl, probe, tmp_path):
    actual = impl.save_checkpoint(tmp_path / "last.pt", *run(probe, "cpu", 100.0), 3)

    expect.value(actual, None, call=SAVING_ALL)


def test_save_checkpoint_leaves_model_and_optimizer_as_they_are(impl, probe, device, tmp_path):
    model, optimizer = run(probe, device, 100.0)

    changed = probe(checkpoints_probes.changes, impl.save_checkpoint, tmp_path / "last.pt", model, optimizer, 3)

    expect_nothing(changed, "model and optimizer as they were", SAVING_ALL)


@KINDS_OF_PATH
@pytest.mark.parametrize("name", ["last.pt", "last", "my best.v2.bin"])
def test_save_checkpoint_uses_the_path_as_it_stands(impl, probe, tmp_path, kind, name):
    impl.save_checkpoint(kind(tmp_path / name), *run(probe, "cpu", 100.0), 3)

    expect.value(names_in(tmp_path), [name], call=f"the folder after save_checkpoint('{name}', ...)")


def test_save_checkpoint_replaces_a_checkpoint_and_leaves_nothing_else_behind(impl, probe, tmp_path):
    (tmp_path / "other.pt").touch()
    impl.save_checkpoint(tmp_path / "last.pt", *run(probe, "cpu", 100.0, steps=2), 1)

    impl.save_checkpoint(tmp_path / "last.pt", *run(probe, "cpu", 200.0, steps=0), 2)

    expect.value(read(tmp_path / "last.pt", SAVING_ALL)["epoch"], 2, call=f"{SAVED}['epoch']")
    expect.value(names_in(tmp_path), ["last.pt", "other.pt"], call="the folder after a second save_checkpoint(...)")


def test_save_checkpoint_needs_no_other_folder_on_the_same_disk(impl, probe, tmp_path):
    found = probe(killed_probes.saved_on_another_disk, impl.save_checkpoint, tmp_path / "last.pt")

    expect_file(found, "the new checkpoint", call="save_checkpoint(<path on another disk than temporary files>, ...)")


def test_save_checkpoint_keeps_the_checkpoint_before_when_it_ends_with_an_error(impl, probe, tmp_path):
    found = probe(killed_probes.failed, impl.save_checkpoint, tmp_path / "last.pt")

    call = "save_checkpoint(path, model, <optimizer that cannot be pickled>, epoch)"
    expect_file(found, "the checkpoint before", call=call)


@pytest.mark.parametrize("moment", [TOUCHED, HALF_WRITTEN])
def test_save_checkpoint_loses_nothing_when_it_is_killed(impl, probe, tmp_path, moment):
    found = probe(killed_probes.killed, impl.save_checkpoint, tmp_path / "last.pt", moment, replacing=True)

    call = f"save_checkpoint(path, ...) in a process killed {moment}"
    expect_file(found, "the checkpoint before", "the new checkpoint", call=call)


@pytest.mark.parametrize("moment", [TOUCHED, HALF_WRITTEN])
def test_save_checkpoint_leaves_no_part_of_a_first_checkpoint_when_it_is_killed(impl, probe, tmp_path, moment):
    found = probe(killed_probes.killed, impl.save_checkpoint, tmp_path / "last.pt", moment, replacing=False)

    call = f"save_checkpoint(<path without a file>, ...) in a process killed {moment}"
    expect_file(found, "no file", "the new checkpoint", call=call)


def test_save_checkpoint_works_after_one_that_was_killed(impl, probe, tmp_path):
    found = probe(killed_probes.saved_after_a_kill, impl.save_checkpoint, tmp_path / "last.pt")

    expect_file(found, "the new checkpoint", call="save_checkpoint(path, ...) after one that was killed half-way")


# -- load_checkpoint -----------------------------------------------------------------------------------------


LOADING_ALL = "load_checkpoint(path, model, optimizer)"


def checkpoint(device="cpu", lr=0.1, epoch=7, **more):
    """What a checkpoint holds of a run that is not the one which `run` gives with a start of 0."""
    model = checkpoints_probes.network(100.0, device)
    optimizer = checkpoints_probes.stepped(checkpoints_probes.optimizer_of(model, lr), 3)
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, **more}


def checkpoint_file(folder, content):
    torch.save(content, folder / "last.pt")
    return folder / "last.pt"


def trapped_checkpoint(folder):
    trap = Trap(folder / "trap")
    return checkpoint_file(folder, checkpoint(note=trap)), trap.folder


def expect_restored(probe, model, optimizer, device, lr=0.1):
    """Expect what `checkpoint` holds, on the device of the model."""
    __tracebackhide__ = True
    mine = checkpoints_probes.network(100.0, device)
    memory = checkpoints_probes.stepped(checkpoints_probes.optimizer_of(mine, lr), 3)
    actual = probe(checkpoints_probes.weights, model)
    expect_weights(actual, checkpoints_probes.weights(mine), "model.state_dict()")
    actual = probe(checkpoints_probes.optimizer_state, optimizer)
    expect_optimizer(actual, checkpoints_probes.optimizer_state(memory), "optimizer.state_dict()")


@pytest.mark.parametrize("saved_on", ["cpu", "device"])
def test_load_checkpoint_restores_model_and_optimizer(impl, probe, device, tmp_path, saved_on):
    path = checkpoint_file(tmp_path, checkpoint(device if saved_on == "device" else "cpu"))
    model, optimizer = run(probe, device, 0.0)

    impl.load_checkpoint(path, model, optimizer)

    expect_restored(probe, model, optimizer, device)


def test_load_checkpoint_restores_a_new_optimizer_and_its_learning_rate(impl, probe, tmp_path):
    model, optimizer = run(probe, "cpu", 0.0, lr=0.5, steps=0)

    impl.load_checkpoint(checkpoint_file(tmp_path, checkpoint(lr=0.025)), model, optimizer)

    expect_restored(probe, model, optimizer, "cpu", lr=0.025)


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_load_checkpoint_gives_the_epoch_after_the_one_that_ended(impl, probe, tmp_path, epoch):
    actual = impl.load_checkpoint(checkpoint_file(tmp_path, checkpoint(epoch=epoch)), *run(probe, "cpu", 0.0))

    expect.value(actual, epoch + 1, call=f"load_checkpoint(<file with epoch {epoch}>, model, optimizer)")


def test_load_checkpoint_reads_a_file_from_a_device_that_is_not_here(impl, probe, device, tmp_path):
    checkpoints_probes.write_from_absent_device(checkpoint(), tmp_path / "last.pt")
    model, optimizer = run(probe, device, 0.0)

    impl.load_checkpoint(tmp_path / "last.pt", model, optimizer)

    expect_restored(probe, model, optimizer, device)


@KINDS_OF_PATH
def test_load_checkpoint_takes_any_path_and_more_entries(impl, probe, tmp_path, kind):
    torch.save(checkpoint(loss=0.5, history=[torch.zeros(2)]), tmp_path / "my best.v2")

    actual = impl.load_checkpoint(kind(tmp_path / "my best.v2"), *run(probe, "cpu", 0.0))

    expect.value(actual, 8, call="load_checkpoint(<file with epoch 7, and more>, model, optimizer)")


def test_load_checkpoint_changes_nothing_but_values(impl, probe, device, tmp_path):
    path = checkpoint_file(tmp_path, checkpoint())
    model, optimizer = run(probe, device, 0.0)

    changed = probe(checkpoints_probes.changes_besides_values, impl.load_checkpoint, path, model, optimizer)

    expect_nothing(changed, "new values in the tensors of before, the rest as it was", LOADING_ALL)


def test_load_checkpoint_refuses_a_file_that_would_run_something(impl, probe, tmp_path):
    path, trap = trapped_checkpoint(tmp_path)

    raised = probe(checkpoints_probes.raised, impl.load_checkpoint, path, *run(probe, "cpu", 0.0))

    expect_refused(raised, trap, "load_checkpoint(<file with os.mkdir in it>, model, optimizer)")


def test_load_checkpoint_leaves_all_as_it_was_when_it_refuses_a_file(impl, probe, tmp_path):
    path, _ = trapped_checkpoint(tmp_path)

    changed = probe(
        checkpoints_probes.changes_when_refused, impl.load_checkpoint, path, *run(probe, "cpu", 0.0)
    )  # fmt: skip

    call = "load_checkpoint(<file with os.mkdir in it>, model, optimizer)"
    expect_nothing(changed, "model and optimizer as they were", call)


def test_load_checkpoint_refuses_such_a_file_whatever_the_defaults_are(impl, probe, tmp_path):
    path, trap = trapped_checkpoint(tmp_path)

    raised = probe(checkpoints_probes.raised_without_default, impl.load_checkpoint, path, *run(probe, "cpu", 0.0))

    call = "load_checkpoint(<file with os.mkdir in it>, ...), TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1"
    expect_refused(raised, trap, call)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("head.bias", None, id="name-missing"),
        pytest.param("tail.bias", torch.zeros(1), id="unknown-name"),
        pytest.param("head.bias", torch.zeros(2), id="longer"),
        pytest.param("head.weight", torch.zeros(1, 1), id="would-broadcast"),
    ],
)
def test_load_checkpoint_refuses_weights_of_another_model(impl, probe, tmp_path, name, value):
    content = checkpoint()
    content["model"].pop(name, None)
    content["model"].update({} if value is None else {name: value})
    path = checkpoint_file(tmp_path, content)

    raised = probe(checkpoints_probes.raised, impl.load_checkpoint, path, *run(probe, "cpu", 0.0))

    what = f"without '{name}'" if value is None else f"with '{name}' of shape {tuple(value.shape)}"
    call = f"load_checkpoint(<file {what}>, model, optimizer)"
    expect.that(raised, call=call, got="no error", should_be="an error of any type")


def test_load_checkpoint_refuses_an_optimizer_of_another_model(impl, probe, tmp_path):
    other = checkpoints_probes.optimizer_of(nn.Linear(3, 2))
    content = {**checkpoint(), "optimizer": checkpoints_probes.stepped(other).state_dict()}
    path = checkpoint_file(tmp_path, content)

    raised = probe(checkpoints_probes.raised, impl.load_checkpoint, path, *run(probe, "cpu", 0.0))

    call = "load_checkpoint(<file with an optimizer of 2 parameters>, model, optimizer)"
    expect.that(raised, call=call, got="no error", should_be="an error of any type")


@pytest.mark.parametrize("kind", checkpoints_probes.OPTIMIZERS)
def test_load_checkpoint_goes_on_as_if_training_had_never_stopped(impl, probe, device, tmp_path, kind):
    path = tmp_path / "last.pt"

    actual = probe(
        checkpoints_probes.resumed, impl.save_checkpoint, impl.load_checkpoint, path, device, kind, epochs=10
    )

    expected = checkpoints_probes.trained(device, kind, epochs=10)
    expect_weights(actual, expected, f"model.state_dict() after 5 epochs with {kind}, a stop, and 5 more")


# -- BestWeights ---------------------------------------------------------------------------------------------


def updated(probe, best, model, losses, start=100.0):
    """Tell one loss after another; the model's numbers are others each time: 100 and more, 200 and more ..."""
    results = []
    for i, loss in enumerate(losses):
        probe(checkpoints_probes.fill, model, start * (i + 1))
        results.append(best.update(loss))
    return results


def expect_model(probe, model, start, device, call="model.state_dict() after restore()"):
    """Expect the numbers that a model had when it was filled with `start`."""
    __tracebackhide__ = True
    expected = checkpoints_probes.weights(checkpoints_probes.network(start, device))
    expect_weights(probe(checkpoints_probes.weights, model), expected, call)


@pytest.mark.parametrize(
    ("losses", "best_of"),
    [
        pytest.param([0.5], 1, id="one"),
        pytest.param([0.5, 0.4, 0.3], 3, id="last"),
        pytest.param([0.3, 0.4, 0.5], 1, id="first"),
        pytest.param([0.5, 0.3, 0.4, 0.35], 2, id="between"),
        pytest.param([3.0, 1.0, 2.0], 2, id="above-1"),
        pytest.param([1e30, 2e30], 1, id="huge"),
        pytest.param([0, -1, -2, -1], 3, id="ints-below-0"),
        pytest.param([0.5, 0.3, 0.3, 0.3], 2, id="ties"),
    ],
)
def test_BestWeights_restores_the_weights_of_the_lowest_loss(impl, probe, device, losses, best_of):
    model = probe(checkpoints_probes.network, 0.0, device)
    best = impl.BestWeights(model)
    updated(probe, best, model, losses)
    probe(checkpoints_probes.fill, model, 900.0)

    best.restore()

    expect_model(probe, model, 100.0 * best_of, device, f"model.state_dict() after losses {losses} and restore()")


@pytest.mark.parametrize(
    ("losses", "lower"),
    [
        ([0.5, 0.3, 0.4, 0.2], [True, True, False, True]),
        ([0.5, 0.5], [True, False]),
        ([math.nan, 2.0, math.nan, 1.0], [False, True, False, True]),
        ([math.inf, 2.0, math.inf], [False, True, False]),
        ([0, -1, -1.5, -1], [True, True, True, False]),
    ],
)
def test_BestWeights_tells_whether_a_loss_is_the_lowest(impl, probe, losses, lower):
    model = probe(checkpoints_probes.network)

    actual = updated(probe, impl.BestWeights(model), model, losses)

    expect.value(actual, lower, call=f"update(loss) for losses {losses}")


@pytest.mark.parametrize(
    ("losses", "lowest"),
    [
        ([], math.inf),
        ([0.5], 0.5),
        ([0.5, 0.25, 0.75], 0.25),
        ([math.nan, 2.0, math.nan], 2.0),
        ([math.inf, math.nan], math.inf),
        ([3, -2], -2.0),
    ],
)
def test_BestWeights_knows_the_lowest_loss(impl, probe, losses, lowest):
    model = probe(checkpoints_probes.network)
    best = impl.BestWeights(model)

    updated(probe, best, model, losses)

    expect.value(best.loss, lowest, call=f"loss after losses {losses}")


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_BestWeights_never_takes_a_loss_of_nan_or_infinity(impl, probe, bad):
    model = probe(checkpoints_probes.network)
    best = impl.BestWeights(model)
    updated(probe, best, model, [bad, 0.5, bad, 0.7, bad])

    best.restore()

    expect_model(probe, model, 200.0, "cpu", f"model.state_dict() after losses {[bad, 0.5, bad, 0.7, bad]}")


@pytest.mark.parametrize("losses", [[], [math.nan], [math.inf, math.nan]])
def test_BestWeights_changes_nothing_while_there_is_nothing_to_restore(impl, probe, losses):
    model = probe(checkpoints_probes.network)
    best = impl.BestWeights(model)
    updated(probe, best, model, losses)
    probe(checkpoints_probes.fill, model, 900.0)

    best.restore()

    expect_model(probe, model, 900.0, "cpu", f"model.state_dict() after losses {losses} and restore()")


def test_BestWeights_restores_the_same_again(impl, probe, device):
    model = probe(checkpoints_probes.network, 0.0, device)
    best = impl.BestWeights(model)
    updated(probe, best, model, [0.5])
    for start in (800.0, 900.0):
        best.restore()
        probe(checkpoints_probes.fill, model, start)

    best.restore()

    expect_model(probe, model, 100.0, device, "model.state_dict() after restore(), more training, restore()")


def test_BestWeights_goes_on_after_it_has_restored(impl, probe):
    model = probe(checkpoints_probes.network)
    best = impl.BestWeights(model)
    updated(probe, best, model, [0.5, 0.7])
    best.restore()
    lower = updated(probe, best, model, [0.6, 0.4], start=300.0)
    probe(checkpoints_probes.fill, model, 900.0)

    best.restore()

    expect.value(lower, [False, True], call="update(loss) for losses [0.6, 0.4] after a lowest of 0.5")
    expect_model(probe, model, 600.0, "cpu", "model.state_dict() after losses [0.5, 0.7, 0.6, 0.4] and restore()")


def test_BestWeights_takes_a_loss_that_is_a_tensor(impl, probe, device):
    model = probe(checkpoints_probes.network, 0.0, device)
    best = impl.BestWeights(model)
    losses = [torch.tensor(loss, device=device) for loss in (0.5, 0.25, 0.75)]

    actual = updated(probe, best, model, losses)

    expect.value(actual, [True, True, False], call="update(loss) for tensors of 0.5, 0.25, 0.75")
    expect.value(best.loss, 0.25, call="loss after tensors of 0.5, 0.25, 0.75")


def test_BestWeights_takes_the_value_that_a_tensor_has_at_the_call(impl, probe):
    model = probe(checkpoints_probes.network)

    actual = probe(checkpoints_probes.updated_with_running_loss, impl.BestWeights, model, [3.0, 2.0, 2.5, 1.0])

    call = "update(running) for a tensor that is set to 3.0, 2.0, 2.5 and 1.0 in turn"
    expect.value(actual, [True, True, False, True], call=call)


def test_BestWeights_leaves_a_loss_as_it_is(impl, probe, device):
    best = impl.BestWeights(probe(checkpoints_probes.network, 0.0, device))

    promises.unchanged(probe, best.update, torch.tensor(0.5, device=device), call="update(loss)")


def test_BestWeights_restores_to_where_the_model_lies_by_then(impl, probe, device):
    model = probe(checkpoints_probes.network)
    best = impl.BestWeights(model)
    updated(probe, best, model, [0.5])
    probe(checkpoints_probes.moved, model, device)
    probe(checkpoints_probes.fill, model, 900.0)

    best.restore()

    expect_model(probe, model, 100.0, device)


def test_BestWeights_changes_nothing_when_it_remembers(impl, probe, device):
    model = probe(checkpoints_probes.network, 100.0, device)
    best = impl.BestWeights(model)

    changed = probe(checkpoints_probes.changes_by_update, best, model, 0.5)

    expect_nothing(changed, "a model that is as it was", "update(0.5)")


def test_BestWeights_restores_nothing_but_values(impl, probe, device):
    model = probe(checkpoints_probes.network, 100.0, device)
    best = impl.BestWeights(model)
    best.update(0.5)
    probe(checkpoints_probes.fill, model, 900.0)

    changed = probe(checkpoints_probes.changes_by_restore, best, model)

    expect_nothing(changed, "new values in the tensors of before, the rest as it was", "restore()")


def test_BestWeights_shares_nothing_with_another(impl, probe):
    models = [probe(checkpoints_probes.network) for _ in range(2)]
    first, second = (impl.BestWeights(model) for model in models)

    updated(probe, first, models[0], [0.5, 0.3])
    actual = updated(probe, second, models[1], [0.4])
    first.restore()

    expect.value(actual, [True], call="update(0.4) of one, after another was told 0.3")
    expect_model(probe, models[0], 200.0, "cpu")


# -- strip_prefix --------------------------------------------------------------------------------------------


def state_of(*names, device="cpu"):
    """A dict of tensors that differ from each other."""
    return {name: torch.arange(2.0).to(device) + 10 * i for i, name in enumerate(names)}


@pytest.mark.parametrize(
    ("prefix", "names", "stripped"),
    [
        pytest.param("module.", ["module.weight", "module.bias"], ["weight", "bias"], id="all"),
        pytest.param("module.", ["weight", "bias"], ["weight", "bias"], id="none"),
        pytest.param("module.", [], [], id="empty"),
        pytest.param("module.", ["module.b", "a", "module.a.b", "c"], ["b", "a", "a.b", "c"], id="some"),
        pytest.param("module.", ["encoder.module.weight"], ["encoder.module.weight"], id="in-the-middle"),
        pytest.param("module.", ["module.a.module.b", "a.b"], ["a.module.b", "a.b"], id="begin-and-middle"),
        pytest.param("module.", ["module.module.weight"], ["module.weight"], id="twice"),
        pytest.param("module.", ["module.model.weight", "odd.bias"], ["model.weight", "odd.bias"], id="same-letters"),
        pytest.param(
            "module.", ["modules.weight", "module", "mod.a"], ["modules.weight", "module", "mod.a"], id="like"
        ),
        pytest.param("_orig_mod.", ["_orig_mod.0.weight", "0.bias"], ["0.weight", "0.bias"], id="compiled"),
        pytest.param("net", ["net.a", "network.b", "a.net"], [".a", "work.b", "a.net"], id="without-a-dot"),
        pytest.param("", ["module.weight", "bias"], ["module.weight", "bias"], id="no-prefix"),
        pytest.param("module.", ["module.z", "module.b", "m", "module.a"], ["z", "b", "m", "a"], id="order"),
    ],
)
def test_strip_prefix_takes_only_a_leading_one_off(impl, device, prefix, names, stripped):
    state = state_of(*names, device=device)

    actual = impl.strip_prefix(state, prefix)

    call = f"strip_prefix(state, {prefix!r})"
    expect.that(isinstance(actual, dict), call=call, got=actual, should_be="a dict", names=names)
    expect.value(list(actual), stripped, call=f"list({call})", names=names)
    for tensor, name in zip(state.values(), stripped, strict=True):
        expect.tensor(actual[name], tensor, call=f"{call}['{name}']", names=names)


def oracle(names, prefix):
    return [name[len(prefix) :] if name[: len(prefix)] == prefix else name for name in names]


@given(
    names=st.lists(st.text("ab.", max_size=6), max_size=5, unique=True),
    prefix=st.text("ab.", max_size=3),
)
def test_strip_prefix_holds_for_any_names(impl, names, prefix):
    state = dict.fromkeys(names, 0)
    call = f"strip_prefix(state, {prefix!r})"
    expected = oracle(names, prefix)

    if len(set(expected)) < len(expected):
        with expect.raises(ValueError, match="prefix", call=call, state=state):
            impl.strip_prefix(state, prefix)
    else:
        expect.value(list(impl.strip_prefix(state, prefix)), expected, call=f"list({call})", state=state)


@pytest.mark.parametrize("names", [["module.bias", "bias"], ["bias", "weight", "module.bias"]])
def test_strip_prefix_refuses_to_lose_an_entry(impl, names):
    with expect.raises(ValueError, match="prefix", call="strip_prefix(state, 'module.')", names=names):
        impl.strip_prefix(state_of(*names), "module.")


def test_strip_prefix_undoes_what_DataParallel_does(impl):
    model = checkpoints_probes.network(100.0)
    state = nn.DataParallel(model).state_dict()

    actual = impl.strip_prefix(state, "module.")

    expect_weights(
        actual, checkpoints_probes.weights(model), "strip_prefix(DataParallel(model).state_dict(), 'module.')"
    )


@pytest.mark.parametrize("names", [("module.weight", "bias"), ("weight", "bias")])
def test_strip_prefix_gives_a_new_dict_of_the_same_values(impl, probe, names):
    state = collections.OrderedDict(state_of(*names))

    is_input, others = probe(checkpoints_probes.same_objects, impl.strip_prefix, state, "module.")

    call = "strip_prefix(state, 'module.')"
    expect.that(not is_input, call=call, got="state itself", should_be="a new dict", names=names)
    got = f"other objects: {', '.join(map(str, others))}"
    expect.that(others == [], call=call, got=got, should_be="the very tensors of state", names=names)


def test_strip_prefix_takes_values_of_any_kind(impl):
    state = {"module.weight": None, "module._extra_state": {"version": 2}, "epoch": 3, "module.name": "module.net"}

    actual = impl.strip_prefix(state, "module.")

    expected = [("weight", None), ("_extra_state", {"version": 2}), ("epoch", 3), ("name", "module.net")]
    expect.value(list(actual.items()), expected, call="list(strip_prefix(state, 'module.').items())", state=state)


def test_strip_prefix_leaves_the_dict_that_it_is_given_as_it_is(impl, probe):
    state = state_of("module.weight", "bias", "module.module.a")

    promises.unchanged(probe, impl.strip_prefix, state, "module.", call="strip_prefix(state, 'module.')")
