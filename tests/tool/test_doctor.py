"""`kata doctor`: what it makes of a machine."""

import json
import subprocess

import pytest
from click.testing import CliRunner

from kata import doctor
from kata.cli import cli
from kata.doctor import Finding, Grade

MISMATCH = "RuntimeError: operator torchvision::nms does not exist"
GOOD = {
    "torch": "2.11.0",
    "build": "CUDA 13.0",
    "torchvision": "0.26.0",
    "devices": {"cpu": "", "cuda": "no driver or no device", "sim": ""},
}


def by_subject(found: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in found}


def test_a_good_installation_is_told_with_its_devices():
    found = by_subject(list(doctor.torch_findings(GOOD)))

    assert {finding.grade for finding in found.values()} == {Grade.OK, Grade.NOTE}
    assert found["torch"].text == "2.11.0 (CUDA 13.0 build)"
    assert found["device cuda"] == Finding("device cuda", Grade.NOTE, "not here: no driver or no device")
    assert "simulated" in found["device sim"].text


@pytest.mark.parametrize("error", [MISMATCH, "ImportError: _C.so: undefined symbol: _ZN3c10"])
def test_a_torchvision_built_for_another_torch_is_recognised(error):
    found = by_subject(list(doctor.torch_findings({**GOOD, "torchvision_error": error})))

    assert found["torchvision"].grade is Grade.PROBLEM
    assert "does not match torch 2.11.0" in found["torchvision"].text
    assert "--force-reinstall torch torchvision" in found["torchvision"].hint


def test_a_missing_torchvision_is_something_else():
    found = by_subject(list(doctor.torch_findings({**GOOD, "torchvision_error": "ModuleNotFoundError: torchvision"})))

    assert "pip install torchvision" in found["torchvision"].hint
    assert "does not match" not in found["torchvision"].text


def test_a_torch_that_cannot_be_imported_ends_the_matter():
    (finding,) = doctor.torch_findings({"torch_error": "ImportError: libcudart"})

    assert finding.grade is Grade.PROBLEM
    assert "libcudart" in finding.text


@pytest.mark.parametrize(
    ("version", "grade"), [((3, 10, 9), Grade.PROBLEM), ((3, 11, 0), Grade.OK), ((3, 13, 1), Grade.OK)]
)
def test_python_is_3_11_or_newer(version, grade):
    assert doctor.python(version).grade is grade


def test_a_sandbox_is_never_a_problem_for_a_learner(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor.sandbox("linux").grade is Grade.NOTE
    assert doctor.sandbox("win32").grade is Grade.NOTE

    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/bwrap")
    denied = subprocess.CompletedProcess([], 1, "", "setting up uid map: Permission denied")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *args, **kwargs: denied)
    finding = doctor.sandbox("linux")
    assert finding.grade is Grade.NOTE
    assert "apparmor_restrict_unprivileged_userns" in finding.hint


def test_the_probe_survives_a_torch_that_kills_its_process(monkeypatch):
    monkeypatch.setattr(doctor, "PROBE", "import os; os._exit(7)")

    (finding,) = doctor.torch_findings(doctor._probe())

    assert "ended with 7" in finding.text


def test_the_command_reports_this_machine_and_fails_only_on_problems(monkeypatch):
    monkeypatch.setattr(doctor, "_probe", lambda: json.loads(json.dumps({**GOOD, "torchvision_error": MISMATCH})))

    said = CliRunner().invoke(cli, ["doctor"])

    assert said.exit_code == 1
    assert "problem  torchvision" in said.stdout
    assert "hint:" in said.stdout
    assert "problems: 1" in said.stdout


def test_the_real_probe_finds_torch_and_the_simulated_device():
    found = doctor._probe()

    assert found["torch"]
    assert found["devices"]["cpu"] == ""  # type: ignore[index]
    assert "sim" in found["devices"]  # type: ignore[operator]
