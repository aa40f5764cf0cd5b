"""`probes.operations` tells a loop from one call, and the doubles record what was done with them."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from kata.verdicts import Unmet
from tests import expect, probes


def rows_in_turn(x: Tensor) -> Tensor:
    return torch.stack([torch.softmax(row, dim=0) for row in x])


def by_index(x: Tensor) -> Tensor:
    result = torch.zeros_like(x)
    for i in range(len(x)):
        result[i] = -x[i]
    return result


def through_lists(x: Tensor) -> Tensor:
    return torch.tensor([[2 * value for value in row] for row in x.tolist()])


def item_by_item(x: Tensor) -> float:
    return sum(float(value) for value in x.flatten())


def from_python(x: Tensor) -> Tensor:
    return torch.tensor([[(i + j) % 2 for j in range(len(x))] for i in range(len(x))])


def from_python_by_method(x: Tensor) -> Tensor:
    return x.new_tensor([float(i) for i in range(len(x))])


def in_one(x: Tensor) -> Tensor:
    return torch.softmax(x, dim=1)


def rows_in_a_list(x: Tensor) -> Tensor:
    return torch.stack(list(x))


def columns_in_a_tuple(x: Tensor) -> Tensor:
    return torch.stack(x.T.unbind(dim=1))


def by_numpy(x: Tensor) -> Tensor:
    return torch.from_numpy(x.numpy() * 2)


def some_lines(x: Tensor) -> Tensor:
    rows = torch.arange(len(x))
    return torch.stack([rows[:, None] + rows, rows[:, None] * rows]) + torch.tensor([[[1]], [[2]]])


def work(function: Any, size: int) -> int:
    return probes.operations(function, torch.ones(size, 4))


@pytest.mark.parametrize(
    "function",
    [
        rows_in_turn, by_index, through_lists, item_by_item, from_python, from_python_by_method,
        rows_in_a_list, columns_in_a_tuple,
    ],
)  # fmt: skip
def test_a_loop_grows_with_its_input(function):
    with pytest.raises(Unmet, match="as in a loop"):
        expect.same_work(work(function, 8), work(function, 16), call="f(x)")


@pytest.mark.parametrize("function", [in_one, by_numpy, some_lines])
def test_work_without_a_loop_stays_the_same(function):
    assert work(function, 8) > 0
    expect.same_work(work(function, 8), work(function, 16), call="f(x)")


def test_counting_ends_with_the_call_even_in_an_error():
    with pytest.raises(RuntimeError):
        probes.operations(torch.matmul, torch.ones(2, 3), torch.ones(2, 3))

    assert torch.utils._python_dispatch._len_torch_dispatch_stack() == 0
    assert torch._C._len_torch_function_stack() == 0


def test_Recorder_answers_in_turn_and_records_how_it_was_called():
    model = probes.Recorder([torch.zeros(1), torch.ones(1)])

    assert model(torch.ones(2, 3)).item() == 0
    model.eval()
    with torch.no_grad():
        assert model(torch.ones(1, 3)).item() == 1

    assert model.calls == [
        {"shape": (2, 3), "training": True, "grad": True},
        {"shape": (1, 3), "training": False, "grad": False},
    ]
    with pytest.raises(RuntimeError, match="more than 2 times"):
        model(torch.ones(1, 3))


def test_Recorder_with_one_tensor_always_answers_with_it():
    model = nn.Sequential(probes.Recorder(torch.ones(1)))

    assert [model(torch.ones(2)).item() for _ in range(3)] == [1, 1, 1]
    assert len(model[0].calls) == 3


def test_CountingDataset_counts_each_read():
    dataset = probes.CountingDataset(torch.arange(4), ["a", "b", "c", "d"])

    assert dataset[1] == (torch.tensor(1), "b")
    assert dataset[-1][1] == "d"
    assert dataset.reads == [0, 1, 0, 1]
    assert len(dataset) == 4
    with pytest.raises(IndexError):
        dataset[4]
    with pytest.raises(TypeError):
        dataset[0:2]


def test_CountingDataset_of_one_column_serves_loaders_and_subsets():
    dataset = probes.CountingDataset(torch.arange(6))

    batches = list(DataLoader(Subset(dataset, [0, 2, 4]), batch_size=2))

    assert [batch.tolist() for batch in batches] == [[0, 2], [4]]
    assert dataset.reads == [1, 0, 1, 0, 1, 0]
    assert [int(sample) for sample in dataset] == [0, 1, 2, 3, 4, 5]


def test_transforms():
    transform = probes.CountingTransform(10)

    assert [transform(1), transform(2), transform.calls] == [11, 12, 2]
    assert torch.equal(probes.double(torch.ones(2)), torch.tensor([2.0, 2.0]))
    assert probes.negate(3) == -3


def test_probes_can_be_imported_by_name_on_the_other_side():
    names = [name for name, value in vars(probes).items() if getattr(value, "__module__", "") == "tests.probes"]

    assert {"gradient", "changed_inputs", "Recorder", "CountingDataset", "double"} <= set(names)
    assert all(getattr(probes, name).__qualname__ == name for name in names if name != "Function")
