import pytest
import torch

from tests import expect, probes


def test_Box_has_a_length(impl):
    expect.value(len(impl.Box(torch.tensor([3.0, 4.0, 5.0]))), 3, call="len(Box(values))")


@pytest.mark.parametrize(("index", "element"), [(0, 3.0), (2, 5.0), (-1, 5.0), (-3, 3.0)])
def test_Box_gives_the_element_at_an_index(impl, device, index, element):
    values = torch.tensor([3.0, 4.0, 5.0], device=device)

    actual = impl.Box(values)[index]

    expect.tensor(actual, torch.tensor(element, device=device), call=f"Box(values)[{index}]", values=values)


@pytest.mark.parametrize("index", [3, -4])
def test_Box_refuses_an_index_past_the_end(impl, index):
    box = impl.Box(torch.tensor([3.0, 4.0, 5.0]))

    with expect.raises(IndexError, match="3 values", call=f"Box(values)[{index}]"):
        box[index]


def test_Box_keeps_a_copy(impl):
    values = torch.tensor([3.0, 4.0])
    box = impl.Box(values)

    values[0] = 100.0

    expect.tensor(box[0], torch.tensor(3.0), call="Box(values)[0] after values[0] = 100")


def test_Box_leaves_its_input_alone(impl, probe):
    values = torch.tensor([0.5, 5.0])

    changed = probe(probes.changed_inputs, impl.Box, values)

    expect.value(changed, [], call="arguments that Box(values) changed", values=values)
