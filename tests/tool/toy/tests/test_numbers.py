import pytest
import torch

from tests import expect, probes


@pytest.mark.parametrize("values", [[1.0, -2.5, 3.0], []], ids=["three", "none"])
def test_double_multiplies_every_element_by_two(impl, device, values):
    x = torch.tensor(values, device=device)

    actual = impl.double(x)

    expected = torch.tensor([2 * value for value in values], device=device)
    expect.tensor(actual, expected, call="double(x)", x=x)


def test_double_lets_gradients_through(impl, probe):
    x = torch.tensor([1.0, 5.0])

    actual = probe(probes.gradient, impl.double, x, upstream=torch.tensor([1.0, 3.0]))

    expect.tensor(actual, torch.tensor([2.0, 6.0]), call="gradient of double(x)", x=x)


def test_double_leaves_its_input_alone(impl, probe):
    x = torch.tensor([1.0, 5.0])

    changed = probe(probes.changed_inputs, impl.double, x)

    expect.value(changed, [], call="arguments that double(x) changed", x=x)


def test_total_adds_up_all_values(impl):
    actual = impl.total(torch.tensor([0.5, 2.0, -4.0]))

    expect.value(actual, -1.5, call="total(torch.tensor([0.5, 2.0, -4.0]))")


def test_total_of_nothing_is_zero(impl):
    actual = impl.total(torch.empty(0))

    expect.value(actual, 0.0, call="total(torch.empty(0))")


def test_total_refuses_a_matrix(impl):
    with expect.raises(ValueError, match="values", call="total(torch.ones(2, 3))"):
        impl.total(torch.ones(2, 3))


def test_total_leaves_its_input_alone(impl, probe):
    values = torch.tensor([0.5, 5.0])

    changed = probe(probes.changed_inputs, impl.total, values)

    expect.value(changed, [], call="arguments that total(values) changed", values=values)
