"""What a learner's code can change in its process, put back to where a test begins."""

import random
from collections.abc import Sequence

import numpy
import torch

from kata import devices

SEED = 0


def reset(names: Sequence[str]) -> None:
    """Make this process as a fresh one: the same for each test, whatever ran before.

    Code that draws random numbers without a seed of its own draws the same ones each time, so that the
    same code gets the same verdict.

    Args:
        names: the devices that the specs run on; each is usable afterwards.
    """
    for name in names:
        devices.prepare(name)
    random.seed(SEED)
    numpy.random.seed(SEED)
    torch.default_generator.manual_seed(SEED)
    if torch.cuda.is_initialized():  # torch.manual_seed would queue a call, with its stack, each time
        torch.cuda.manual_seed_all(SEED)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    if torch.are_deterministic_algorithms_enabled():  # the setter imports the whole compiler
        torch.use_deterministic_algorithms(False)
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def settle(names: Sequence[str]) -> None:
    """Wait until the devices have done what they were told: a mistake of one test must not show in the next."""
    if "cuda" in names:
        torch.cuda.synchronize()
