"""What a process that waits for work imports beforehand; it never computes.

A child forked from a parent that has run autograd or a threaded operation can
hang in its own first one, so nothing here touches a tensor. Collecting and
freezing the heap keeps the children from paying for torch's objects in each
full collection.
"""

import gc

import hypothesis  # noqa: F401  each of these is imported for being imported
import hypothesis.extra.numpy  # noqa: F401
import hypothesis.internal.conjecture.engine  # noqa: F401
import pytest  # noqa: F401
import torch
import torch.testing  # noqa: F401

import kata.plugin  # noqa: F401
import kata.remote.service  # noqa: F401

torch.set_num_threads(1)
gc.collect()
gc.freeze()
