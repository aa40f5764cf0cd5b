"""The wrong answers to the katas of `tensors` once more, each from its sentence alone and in another style."""

import numpy as np
import torch

from kata.variants import rewritten

# scalar


@rewritten("`torch.Tensor(5)` reads 5 as a size")
def scalar(value):
    return torch.FloatTensor(value)


@rewritten("The brackets around the number")
def scalar(value):
    return torch.full((1,), value, dtype=torch.float32)


@rewritten("`torch.tensor` keeps an int whole")
def scalar(value):
    return torch.as_tensor(value)


@rewritten("Your result is a plain Python number")
def scalar(value):
    return 1.0 * value


@rewritten("Your numbers are float64")
def scalar(value):
    return torch.from_numpy(np.asarray(value, dtype=np.float64))


@rewritten("`int(...)` cut off")
def scalar(value):
    try:
        whole = int(value)
    except (OverflowError, ValueError):
        whole = value
    return torch.ones((), dtype=torch.float32) * whole


# rank


@rewritten("`len(tensor)` or `tensor.size(0)` is the size")
def rank(tensor):
    return tensor.size(0)


@rewritten("You counted the numbers in the tensor")
def rank(tensor):
    count = 1
    for side in tensor.shape:
        count *= side
    return count


@rewritten("An axis of size 1 is an axis too")
def rank(tensor):
    return sum(1 for side in tensor.shape if side != 1)


@rewritten("`matrix_rank` is the rank of linear algebra")
def rank(tensor):
    return int(np.linalg.matrix_rank(tensor.detach().cpu().double().numpy()))


@rewritten("A scalar has no axis at all")
def rank(tensor):
    return max(len(tensor.shape), 1)


@rewritten("Your count is itself a tensor")
def rank(tensor):
    return torch.tensor(len(tensor.size()))


# describe


def _facts(tensor, **other):
    facts = {
        "rank": len(tensor.shape),
        "shape": tuple(side for side in tensor.shape),
        "dtype": tensor.dtype,
        "device": tensor.device,
        "elements": tensor.nelement(),
    }
    return {**facts, **other}


@rewritten("`tensor.shape` is a `torch.Size`")
def describe(tensor):
    return _facts(tensor, shape=tensor.size())


@rewritten("The device came back as text")
def describe(tensor):
    return _facts(tensor, device=f"{tensor.device}")


@rewritten("The dtype came back as text")
def describe(tensor):
    return _facts(tensor, dtype=repr(tensor.dtype))


@rewritten("`len(tensor)` counts along the first axis only")
def describe(tensor):
    return _facts(tensor, elements=tensor.shape[0] if tensor.shape else 1)


@rewritten("You counted the numbers in memory")
def describe(tensor):
    return _facts(tensor, elements=tensor.untyped_storage().nbytes() // tensor.element_size())


@rewritten("You described the device's kind")
def describe(tensor):
    kind = tensor.device.type
    return _facts(tensor, device=kind)


@rewritten("Every tensor was said to be on the CPU")
def describe(tensor):
    return _facts(tensor, device=torch.empty(0).device)


# stack_matrices


def _check(matrices):
    for number, matrix in enumerate(matrices):
        if tuple(matrix.size()) != tuple(matrices[0].size()):
            raise ValueError(f"matrices[{number}] has another shape than matrices[0]")


@rewritten("`torch.cat` lengthens an axis")
def stack_matrices(matrices):
    _check(matrices)
    return torch.vstack(tuple(matrices))


@rewritten("The matrices are counted along the last axis")
def stack_matrices(matrices):
    _check(matrices)
    return torch.cat([matrix[..., None] for matrix in matrices], dim=2)


@rewritten("You laid the matrices side by side")
def stack_matrices(matrices):
    _check(matrices)
    rows, cols = matrices[0].shape
    return torch.hstack(matrices).reshape(len(matrices), rows, cols)


@rewritten("On its way through Python lists")
def stack_matrices(matrices):
    _check(matrices)
    return torch.tensor([[list(map(float, row)) for row in matrix.tolist()] for matrix in matrices])


@rewritten("For unequal shapes PyTorch's own RuntimeError")
def stack_matrices(matrices):
    return torch.stack(tuple(matrices))


@rewritten("(2, 3) and (3, 2) hold as many numbers")
def stack_matrices(matrices):
    first = matrices[0]
    for number, matrix in enumerate(matrices):
        if matrix.nelement() != first.nelement():
            raise ValueError(f"matrices[{number}] is not like matrices[0]")
    return torch.stack([matrix.reshape(first.shape) for matrix in matrices])


@rewritten("You compared the number of rows only")
def stack_matrices(matrices):
    odd = [number for number, matrix in enumerate(matrices) if matrix.size(0) != matrices[0].size(0)]
    if odd:
        raise ValueError(f"matrices[{odd[0]}] is not like matrices[0]")
    return torch.stack(matrices, dim=0)


@rewritten("Your message names the last matrix")
def stack_matrices(matrices):
    odd = [number for number, matrix in enumerate(matrices) if matrix.shape != matrices[0].shape]
    if odd:
        raise ValueError(f"matrices[{odd.pop()}] is not like matrices[0]")
    return torch.stack(matrices, dim=0)


@rewritten("Your message counts from 1")
def stack_matrices(matrices):
    for number, matrix in enumerate(matrices, start=1):
        if matrix.shape != matrices[0].shape:
            raise ValueError(f"matrices[{number}] is not like matrices[0]")
    return torch.stack(matrices, dim=0)
