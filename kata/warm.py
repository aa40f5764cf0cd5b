"""What a process that waits for work imports beforehand; it never computes.

A child forked from a parent that has run autograd or a threaded operation can
hang in its own first one, so nothing here touches a tensor. Collecting and
freezing the heap keeps the children from paying for torch's objects in each
full collection.
"""

import gc
import signal

import _hypothesis_pytestplugin  # noqa: F401  each of these is imported for being imported
import _pytest.junitxml  # noqa: F401
import numpy.random  # noqa: F401
import pytest  # noqa: F401
import torch
import torch.testing

import kata.plugin.fixtures
import kata.plugin.options
import kata.plugin.reporting
import kata.plugin.running
import kata.plugin.selection
import kata.plugin.telling
import kata.remote.service
import kata.sim.backend
import kata.verify.impostors  # noqa: F401
from kata import uninterrupted

if torch.distributed.is_available():
    import torch.distributed.tensor  # torch imports it for the first tensor of a subclass, as sim's are

torch.set_num_threads(1)
gc.collect()
gc.freeze()
signal.signal(signal.SIGINT, uninterrupted.HANDLER)  # the children have it again
