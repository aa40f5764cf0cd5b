"""The module `torch.sim`, as `torch.cuda` is for CUDA: one device, always there, nothing to wait for."""

from typing import Any

import torch


def is_available() -> bool:
    """The device is always there."""
    return True


def is_initialized() -> bool:
    """Nothing has to be started."""
    return True


def init() -> None:
    """Do nothing: nothing has to be started."""


def device_count() -> int:
    """One."""
    return 1


def current_device() -> int:
    """The only one."""
    return 0


def set_device(device: Any) -> None:
    """Do nothing: there is only one."""


def get_device_name(device: Any = None) -> str:
    """What the device is called."""
    return "simulated accelerator"


def synchronize(device: Any = None) -> None:
    """Do nothing: every operation is done when it returns."""


def empty_cache() -> None:
    """Do nothing: memory is the host's."""


def _memory(device: Any = None) -> int:
    return 0


memory_allocated = max_memory_allocated = memory_reserved = max_memory_reserved = _memory


def reset_peak_memory_stats(device: Any = None) -> None:
    """Do nothing: memory is not counted."""


class device:  # noqa: N801 - the name that torch looks for
    """Context in which a device is the current one; there is only one."""

    def __init__(self, device: Any) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


# The device draws its random numbers from the CPU's default generator.


def manual_seed(seed: int) -> None:
    """Seed the generator from which the device draws."""
    torch.default_generator.manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Do nothing: `torch.manual_seed`, which calls this, seeds the CPU's generator itself."""


def initial_seed() -> int:
    """The seed of the generator from which the device draws."""
    return torch.initial_seed()


def get_rng_state(device: Any = None) -> torch.Tensor:
    """The state of that generator."""
    return torch.get_rng_state()


def set_rng_state(state: torch.Tensor, device: Any = None) -> None:
    """Put that generator into a state."""
    torch.set_rng_state(state)


def get_rng_state_all() -> list[torch.Tensor]:
    """The states of all devices."""
    return [get_rng_state()]


def set_rng_state_all(states: list[torch.Tensor]) -> None:
    """Put the generators of all devices into these states."""
    set_rng_state(states[0])


def get_amp_supported_dtype() -> list[torch.dtype]:
    """What `torch.autocast` may use."""
    return [torch.float16, torch.bfloat16]


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 works: it does."""
    return True


def _is_in_bad_fork() -> bool:
    return False
