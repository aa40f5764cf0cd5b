"""Views, writes in place and shared memory on the simulated device."""

import numpy as np
import pytest
import torch

import kata.sim

if reason := kata.sim.available():
    pytest.skip(reason, allow_module_level=True)
kata.sim.install()
torch.set_num_threads(1)


def grid() -> torch.Tensor:
    return torch.arange(12.0, device="sim").view(3, 4)


def address(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


VIEWS = {
    "row": lambda x: x[1],
    "slice": lambda x: x[1:, ::2],
    "transposed": lambda x: x.t(),
    "mT": lambda x: x.mT,
    "view": lambda x: x.view(2, 6),
    "flatten": lambda x: x.flatten(),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "permute-squeeze": lambda x: x[None].permute(2, 0, 1).squeeze(1),
    "diagonal": lambda x: x.diagonal(),
    "as_strided": lambda x: x.as_strided((2, 2), (4, 1), 5),
    "chain": lambda x: x[1:].t()[2].view(2, 1),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "unfold": lambda x: x.unfold(1, 2, 2),
    "detach": lambda x: x.detach(),
    "data": lambda x: x.data,
    "split": lambda x: x.split(2, dim=1)[1],
    "unbind": lambda x: x.unbind(1)[2],
    "movedim": lambda x: x.movedim(0, 1),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_taken_in_inference_mode_is_an_ordinary_tensor_as_on_the_cpu(view):
    simulated, plain = grid(), grid().cpu()
    with torch.inference_mode():
        there, here = view(simulated), view(plain)
        made = simulated + 1

    assert (there.is_inference(), made.is_inference()) == (here.is_inference(), True)
    assert there.tolist() == here.tolist()
    assert address(there) == address(simulated)
    there.add_(1)
    assert simulated.tolist() != plain.tolist()


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_write_to_a_view_reaches_its_base(view):
    base, expected = grid(), grid().cpu()

    view(base).mul_(10)
    view(expected).mul_(10)

    assert torch.equal(base.cpu(), expected)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_has_the_layout_and_the_address_of_its_base(view):
    base, on_cpu = grid(), grid().cpu()
    actual, expected = view(base), view(on_cpu)

    assert (actual.shape, actual.stride()) == (expected.shape, expected.stride())
    assert actual.storage_offset() == expected.storage_offset()
    assert actual.is_contiguous() is expected.is_contiguous()
    assert address(actual) == address(base) != 0
    assert actual.data_ptr() - base.data_ptr() == 4 * actual.storage_offset()


def test_a_write_to_the_base_reaches_its_views():
    base = grid()
    view = base[1:].t()

    base.zero_()

    assert view.sum() == 0


@pytest.mark.parametrize("copy", [torch.clone, torch.Tensor.contiguous, lambda x: x + 0, lambda x: x.reshape(-1)])
def test_a_copy_has_memory_of_its_own(copy):
    base = grid().t()

    assert address(copy(base)) != address(base)


def test_storage_says_where_it_is():
    storage = grid().untyped_storage()

    assert storage.device == torch.device("sim:0")
    assert storage.nbytes() == 48
    assert grid().is_shared()  # as on CUDA: the memory of a device is open to every process
    assert storage != grid().untyped_storage()


def test_the_version_counts_writes_to_every_view():
    base = torch.ones(2, 2, device="sim")
    view = base[0]

    view.add_(1)
    base.mul_(2)

    assert base._version == view._version == 2


WRITES = {
    "index": lambda x: x.__setitem__((0, 1), 7.0),
    "slice": lambda x: x.__setitem__(slice(1, None), 7.0),
    "mask": lambda x: x.__setitem__(x > 5, -1.0),
    "mask-from-cpu": lambda x: x.__setitem__(x.cpu() > 5, -1.0),
    "list": lambda x: x.__setitem__([0, 2], 3.0),
    "cpu-index": lambda x: x.__setitem__(torch.tensor([0, 2]), torch.tensor(4.0)),
    "cpu-row": lambda x: x.__setitem__(0, torch.arange(4.0)),
    "masked_fill": lambda x: x.masked_fill_(x > 3, 0.5),
    "fill-tensor": lambda x: x.fill_(torch.tensor(2.0)),
    "copy": lambda x: x.copy_(torch.ones(4)),
    "index_add": lambda x: x.index_add_(0, torch.tensor([0, 0], device=x.device), x[1:].clone()),
    "scatter": lambda x: x.scatter_(1, torch.zeros(3, 1, dtype=torch.int64, device=x.device), 9.0),
    "clamp": lambda x: x.clamp_(2, 5),
    "augmented": lambda x: x.__iadd__(torch.tensor(1.0)),
    "sort-out": lambda x: torch.mul(x, 2, out=x),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_in_place_does_what_it_does_on_the_cpu(write):
    actual, expected = grid(), grid().cpu()
    same = actual

    write(actual)
    write(expected)

    assert actual is same
    assert torch.equal(actual.cpu(), expected)


def test_in_place_operations_return_the_tensor_itself():
    tensor = grid()

    assert tensor.add_(1) is tensor
    assert tensor.requires_grad_() is tensor
    assert torch.relu_(tensor.detach()).device.type == "sim"


@pytest.mark.parametrize(
    "reshape",
    [
        lambda x: x.t_(),
        lambda x: x.unsqueeze_(0),
        lambda x: x.unsqueeze_(0).squeeze_(),
        lambda x: x.transpose_(0, 1),
        lambda x: x.resize_(2, 2),
        lambda x: x.resize_(5, 4).fill_(1),
        lambda x: x.as_strided_((2, 2), (1, 1)),
        lambda x: x.set_(torch.ones(2, 3, device=x.device)),
    ],
)
def test_a_change_of_shape_in_place_shows_on_the_tensor(reshape):
    actual, expected = grid(), grid().cpu()

    reshape(actual)
    reshape(expected)

    assert (actual.shape, actual.stride()) == (expected.shape, expected.stride())
    assert torch.equal(actual.cpu(), expected)


def test_an_out_tensor_grows_to_the_result():
    out = torch.empty(0, device="sim")

    result = torch.add(grid(), 1, out=out)

    assert result is out
    assert out.shape == (3, 4)


def test_assigning_data_shares_the_memory_of_what_is_assigned():
    tensor, other = grid(), torch.zeros(2, device="sim")

    tensor.data = other
    other.add_(1)

    assert tensor.tolist() == [1, 1]


def test_expanded_memory_refuses_a_write():
    with pytest.raises(RuntimeError, match="more than one element"):
        torch.ones(1, device="sim").expand(3).add_(1)


def test_force_gives_numpy_a_copy():
    tensor = grid()
    array = tensor.numpy(force=True)
    array[0, 0] = 5

    assert isinstance(array, np.ndarray)
    assert tensor[0, 0] == 0
