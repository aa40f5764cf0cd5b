"""`expect_data`: what counts as a sample."""

from collections import namedtuple

import pytest
import torch

from kata.verdicts import Unmet
from tests import expect_data

X, Y = torch.ones(2), torch.tensor(3)


@pytest.mark.parametrize("sample", [(X, Y), namedtuple("Sample", "features label")(X, Y)], ids=["plain", "named"])
def test_a_sample_is_a_tuple_plain_or_named(sample):
    expect_data.sample(sample, X, Y, call="dataset[0]")


@pytest.mark.parametrize("sample", [[X, Y], (X,), (X, Y, Y), X, None, type("Pair", (tuple,), {})((X, Y))])
def test_anything_else_is_no_sample(sample):
    with pytest.raises(Unmet) as caught:
        expect_data.sample(sample, X, Y, call="dataset[0]")

    assert caught.value.should_be == "a tuple (features, label)"


def test_a_sample_says_which_of_its_items_is_wrong():
    with pytest.raises(Unmet) as caught:
        expect_data.sample((X, Y + 1), X, Y, call="dataset[0]")

    assert caught.value.call == "dataset[0][1]"
