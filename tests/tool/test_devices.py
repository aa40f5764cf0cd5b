"""Which devices the specs run on."""

import pytest
import torch

from kata import devices
from kata.devices import Found
from kata.errors import KataError

LAPTOP = {"cpu": "", "cuda": "no driver", "mps": "not built", "xpu": "not built", "xla": "not installed", "sim": ""}
GPU = {**LAPTOP, "cuda": ""}
OLD_TORCH = {**LAPTOP, "sim": "this torch lacks the interface"}


def machine(monkeypatch, reasons: dict[str, str]) -> None:
    monkeypatch.setattr(devices, "survey", lambda: tuple(Found(name, reason) for name, reason in reasons.items()))


@pytest.mark.parametrize(
    ("reasons", "option", "chosen"),
    [
        pytest.param(LAPTOP, "auto", ("cpu", "sim"), id="laptop"),
        pytest.param(GPU, "auto", ("cpu", "cuda"), id="sim-gives-way-to-a-real-one"),
        pytest.param(GPU, "all", ("cpu", "cuda", "sim"), id="all"),
        pytest.param(GPU, "cpu,sim", ("cpu", "sim"), id="sim-asked-for"),
        pytest.param(LAPTOP, " sim , cpu,sim", ("sim", "cpu"), id="spaces-and-doubles"),
        pytest.param(OLD_TORCH, "auto", ("cpu",), id="without-sim"),
    ],
)
def test_an_option_becomes_devices(monkeypatch, reasons, option, chosen):
    machine(monkeypatch, reasons)

    assert devices.choose(option) == chosen


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("cuda", "device cuda is not here: no driver"),
        ("cpu,gpu", "no device called 'gpu'"),
        ("", "no device called ''"),
        (",", "no device called ''"),
    ],
)
def test_what_is_absent_or_unknown_is_refused(monkeypatch, option, says):
    machine(monkeypatch, LAPTOP)

    with pytest.raises(KataError, match=says) as caught:
        devices.choose(option)

    assert caught.value.hint


def test_a_dtype_that_a_device_lacks_is_known():
    assert not devices.supports("mps", torch.float64)
    assert devices.supports("mps", torch.float32)
    assert devices.supports("cpu", torch.float64)


def test_the_survey_of_this_machine_names_every_kind_with_a_reason_where_it_is_absent():
    found = {device.name: device for device in devices.survey()}

    assert tuple(found) == devices.NAMES
    assert found["cpu"].usable
    assert all(device.usable == (not device.reason) for device in found.values())
