"""What specs of creating tensors run on the learner's side; see `tests/probes.py`."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tests import probes


def random_state_changed_after_draws(function: Callable[..., Any], *args: Any) -> list[str]:
    """Which global generators the call moved, where numbers had been drawn from each since it was seeded."""
    with probes.random_states_kept():
        torch.rand(3)
        np.random.random(3)
        random.random()
        return probes.random_state_changed(function, *args)
