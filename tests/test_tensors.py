"""Specs of the topic `tensors`."""

import torch

from tests import expect


def test_scalar_has_no_axis(impl):
    actual = impl.scalar(5)

    expect.tensor(actual, torch.tensor(5.0), call="scalar(5)")
