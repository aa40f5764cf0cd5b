"""Looks at the machine: what is installed, does it load, which devices are there, what can jail a process."""

import enum
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

OLDEST_PYTHON = (3, 11)
PACKAGES = ("numpy", "pillow", "pytest", "pytest-xdist", "hypothesis", "click", "rich", "msgpack", "safetensors")
PATIENCE = 120  # seconds: a first import of torch from a slow disk

# In a process of its own: a broken torch may do worse than raise.
PROBE = """
import json
found = {}
try:
    import torch
    found["torch"] = torch.__version__
    found["build"] = "CUDA " + torch.version.cuda if torch.version.cuda else "CPU or other"
    from kata import devices
    found["devices"] = {device.name: device.reason for device in devices.survey()}
except Exception as error:
    found["torch_error"] = f"{type(error).__name__}: {error}"
else:
    try:
        import torchvision
        found["torchvision"] = torchvision.__version__
        torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except Exception as error:
        found["torchvision_error"] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""


class Grade(enum.StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"  # good to know; nothing has to be done
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    grade: Grade
    text: str
    hint: str = ""


def findings() -> Iterator[Finding]:
    """Look at everything, one finding after another."""
    yield python(sys.version_info[:3])
    yield from torch_findings(_probe())
    for package in PACKAGES:
        yield _package(package)
    yield sandbox(sys.platform)


def python(version: tuple[int, ...]) -> Finding:
    """Judge a version of Python."""
    text = f"{'.'.join(map(str, version))} on {platform.system()} {platform.machine()}"
    if version[:2] < OLDEST_PYTHON:
        hint = "install Python 3.11 or newer, and make the virtual environment anew with it"
        return Finding("Python", Grade.PROBLEM, text, hint)
    return Finding("Python", Grade.OK, text)


def torch_findings(probe: dict[str, object]) -> Iterator[Finding]:
    """Judge what a process that imported torch and torchvision has said."""
    if error := probe.get("torch_error"):
        hint = "install it: `python -m pip install -e .` in the course's folder"
        yield Finding("torch", Grade.PROBLEM, f"cannot be imported: {error}", hint)
        return
    yield Finding("torch", Grade.OK, f"{probe['torch']} ({probe['build']} build)")
    yield _torchvision(str(probe.get("torchvision", "")), str(probe.get("torchvision_error", "")), str(probe["torch"]))
    devices = probe["devices"]
    assert isinstance(devices, dict)
    for name, reason in devices.items():
        known = "usable (simulated on the CPU)" if name == "sim" else "usable"
        yield Finding(f"device {name}", Grade.NOTE if reason else Grade.OK, f"not here: {reason}" if reason else known)


def _torchvision(version: str, error: str, torch: str) -> Finding:
    if not error:
        return Finding("torchvision", Grade.OK, version)
    if "operator torchvision::nms does not exist" in error or "undefined symbol" in error:
        text = f"{version} does not match torch {torch}: its compiled operators do not load ({error})".lstrip()
        hint = (
            "the two come from different builds, often a CPU-only torch beside a torchvision for CUDA. Take both from "
            "one place, in one command: `python -m pip install --force-reinstall torch torchvision`, with the same "
            "--index-url for both if you use one"
        )
        return Finding("torchvision", Grade.PROBLEM, text, hint)
    hint = "install it beside your torch: `python -m pip install torchvision`"
    return Finding("torchvision", Grade.PROBLEM, f"cannot be imported: {error}", hint)


def sandbox(system: str) -> Finding:
    """Say what can keep a graded program away from the network and the disk; practising needs none of it."""
    subject = "sandbox"
    if not system.startswith("linux"):
        return Finding(subject, Grade.NOTE, "none on this system; it is only needed to grade code of other people")
    tool = shutil.which("bwrap")
    if tool is None:
        hint = "only to grade code of other people: install the package bubblewrap"
        return Finding(subject, Grade.NOTE, "bwrap is not installed", hint)
    command = [tool, "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "true"]
    tried = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if tried.returncode:
        hint = (
            "only to grade code of other people: this system denies user namespaces; on Ubuntu 24.04 "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` allows them"
        )
        return Finding(subject, Grade.NOTE, f"bwrap is here but does not work: {tried.stderr.strip()}", hint)
    return Finding(subject, Grade.OK, "bwrap works")


def _package(name: str) -> Finding:
    try:
        return Finding(name, Grade.OK, metadata.version(name))
    except metadata.PackageNotFoundError:
        hint = "install it: `python -m pip install -e .` in the course's folder"
        return Finding(name, Grade.PROBLEM, "not installed", hint)


def _probe() -> dict[str, object]:
    command = [sys.executable, "-c", PROBE]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    except subprocess.TimeoutExpired:
        return {"torch_error": f"importing it took longer than {PATIENCE} seconds"}
    if run.returncode or not run.stdout.strip():
        said = run.stderr.strip().rpartition("\n")[2]
        return {"torch_error": f"the process that imports it ended with {run.returncode}: {said}"}
    found: dict[str, object] = json.loads(run.stdout.strip().rpartition("\n")[2])
    return found
