"""For oracles that compute in float64 on the CPU: from what was given to there, and from there to what is expected."""

import torch
from torch import Tensor


def wide(x: Tensor) -> Tensor:
    """The same numbers in float64 on the CPU, where the oracles compute."""
    return x.detach().cpu().double()


def like(expected: Tensor, given: Tensor) -> Tensor:
    """An oracle's answer, with the dtype and device of what was given."""
    return expected.to(given.dtype).to(given.device)


def exact(dtype: torch.dtype) -> dict[str, float]:
    """Tolerances that a detour through float32 fails in float64; the usual ones in the other dtypes."""
    return {"rtol": 1e-12, "atol": 1e-12} if dtype == torch.float64 else {}
