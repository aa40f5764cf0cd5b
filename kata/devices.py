"""Which devices there are, and which of them the specs run on."""

import importlib.util
from dataclasses import dataclass

from kata.errors import KataError

REAL = ("cuda", "mps", "xpu", "xla")
NAMES = ("cpu", *REAL, "sim")

LACKS = {"mps": ("float64", "complex128")}


@dataclass(frozen=True)
class Found:
    """One kind of device: usable when there is no reason why not."""

    name: str
    reason: str = ""

    @property
    def usable(self) -> bool:
        return not self.reason


def survey() -> tuple[Found, ...]:
    """Look at every kind of device that PyTorch knows, and at the simulated one."""
    from kata import sim

    return (Found("cpu"), *(Found(name, _reason(name)) for name in REAL), Found("sim", sim.available() or ""))


def choose(option: str) -> tuple[str, ...]:
    """Turn `auto`, `all` or a list such as `cpu,sim` into names of usable devices.

    `auto` is the cpu and every real accelerator, or the simulated one where there is none.

    Raises:
        KataError: for a name that is unknown, or that was asked for and is not here.
    """
    found = {device.name: device for device in survey()}
    usable = [name for name in NAMES if found[name].usable]
    if option == "all":
        return tuple(usable)
    if option == "auto":
        has_real = any(name in REAL for name in usable)
        return tuple(name for name in usable if name != "sim" or not has_real)
    chosen = tuple(dict.fromkeys(name.strip() for name in option.split(",") if name.strip()))
    for name in chosen or ("",):
        if name not in found:
            hint = f"give auto, all, or some of {', '.join(NAMES)}"
            raise KataError(f"there is no device called {name!r}", hint=hint)
        if not found[name].usable:
            raise KataError(f"device {name} is not here: {found[name].reason}", hint="leave it out, or use auto")
    return chosen


def prepare(name: str) -> None:
    """Make a device usable in this process; only the simulated one needs that."""
    if name == "sim":
        from kata import sim

        sim.install()


def supports(device: str, dtype: object) -> bool:
    """Whether a kind of device has a dtype at all."""
    return str(dtype).removeprefix("torch.") not in LACKS.get(device, ())


def _reason(name: str) -> str:
    import torch

    if name == "xla":
        return "" if importlib.util.find_spec("torch_xla") else "torch_xla is not installed"
    if name == "mps":
        if torch.backends.mps.is_available():
            return ""
        return "no Metal device" if torch.backends.mps.is_built() else "not built into this torch"
    module = getattr(torch, name, None)
    if module is None or not getattr(module, "_is_compiled", lambda: True)():
        return "not built into this torch"
    return "" if module.is_available() else "no driver or no device"
