"""Wrong answers to the katas of `tensors`, which their specs must reject."""

import torch

from kata.variants import wrong

# scalar


@wrong(
    "`torch.Tensor(5)` reads 5 as a size and gives five numbers that nobody set. For the number five write "
    "`torch.tensor(5)`, with a small t, and ask for float32."
)
def scalar(value):
    return torch.Tensor(value)


@wrong(
    "The brackets around the number made a vector with one entry, shape (1,). Give `torch.tensor` the number itself."
)
def scalar(value):
    return torch.tensor([value], dtype=torch.float32)


@wrong("`torch.tensor` keeps an int whole, so a whole number came back as int64. Ask for float32 with `dtype=`.")
def scalar(value):
    return torch.tensor(value)


@wrong("Your result is a plain Python number. Wrap it in a tensor, so that it has a shape, a dtype and a device.")
def scalar(value):
    return float(value)


@wrong("Your numbers are float64: that is how precise NumPy and Python are, but tensors here are to be float32.")
def scalar(value):
    return torch.tensor(value, dtype=torch.float64)


@wrong("`int(...)` cut off what follows the decimal point. Only the dtype has to change, not the number.")
def scalar(value):
    return torch.tensor(int(value), dtype=torch.float32)


# rank


@wrong("`len(tensor)` or `tensor.size(0)` is the size of the first axis. Count how many axes there are.")
def rank(tensor):
    return len(tensor)


@wrong("You counted the numbers in the tensor. Its rank counts its axes, however long they are.")
def rank(tensor):
    return tensor.numel()


@wrong("An axis of size 1 is an axis too: do not squeeze it away before counting.")
def rank(tensor):
    return tensor.squeeze().dim()


@wrong(
    "`matrix_rank` is the rank of linear algebra: how many rows of a matrix are independent. Here the "
    "rank is the"
    "number of axes, whatever the numbers are."
)
def rank(tensor):
    return int(torch.linalg.matrix_rank(tensor.float().cpu())) if tensor.dim() == 2 else tensor.dim()


@wrong("A scalar has no axis at all, so its rank is 0 and not 1.")
def rank(tensor):
    return max(tensor.dim(), 1)


@wrong("Your count is itself a tensor. Return a plain Python int.")
def rank(tensor):
    return torch.tensor(tensor.dim())


# describe


def _describe(tensor, **others):
    facts = {
        "rank": tensor.dim(),
        "shape": tuple(tensor.shape),
        "dtype": tensor.dtype,
        "device": tensor.device,
        "elements": tensor.numel(),
    }
    return {**facts, **others}


@wrong("`tensor.shape` is a `torch.Size`. Turn it into a plain tuple.")
def describe(tensor):
    return _describe(tensor, shape=tensor.shape)


@wrong("The device came back as text. Return the `torch.device` itself: code can compare it and move tensors to it.")
def describe(tensor):
    return _describe(tensor, device=str(tensor.device))


@wrong("The dtype came back as text. Return the `torch.dtype` itself, so that it can be used again.")
def describe(tensor):
    return _describe(tensor, dtype=str(tensor.dtype))


@wrong("`len(tensor)` counts along the first axis only. The elements are the numbers in the whole tensor.")
def describe(tensor):
    return _describe(tensor, elements=len(tensor) if tensor.dim() else 1)


@wrong("You counted the numbers in memory. An expanded tensor shows one number in several places, and each counts.")
def describe(tensor):
    return _describe(tensor, elements=tensor.untyped_storage().nbytes() // tensor.element_size())


@wrong("You described the device's kind but not the device: write `tensor.device`, not `tensor.device.type`.")
def describe(tensor):
    return _describe(tensor, device=tensor.device.type)


@wrong("Every tensor was said to be on the CPU. Ask the tensor where it is.")
def describe(tensor):
    return _describe(tensor, device=torch.device("cpu"))


# stack_matrices


def _check(matrices):
    for i, matrix in enumerate(matrices):
        if matrix.shape != matrices[0].shape:
            raise ValueError(f"matrices[{i}] is shaped {tuple(matrix.shape)}")


@wrong("`torch.cat` lengthens an axis that is there already, so your result is still a matrix. Make a new axis.")
def stack_matrices(matrices):
    _check(matrices)
    return torch.cat(matrices)


@wrong("The matrices are counted along the last axis. `result[0]` should be the first matrix.")
def stack_matrices(matrices):
    _check(matrices)
    return torch.stack(matrices, dim=-1)


@wrong(
    "You laid the matrices side by side and cut the rows anew, which mixes their numbers although the "
    "shape is right."
    "Stack them along a new first axis."
)
def stack_matrices(matrices):
    _check(matrices)
    return torch.cat(matrices, dim=1).reshape(len(matrices), *matrices[0].shape)


@wrong("On its way through Python lists your result forgot dtype, device and gradient. Join the tensors as they are.")
def stack_matrices(matrices):
    _check(matrices)
    return torch.tensor([matrix.tolist() for matrix in matrices])


@wrong("For unequal shapes PyTorch's own RuntimeError came out, which names no matrix. Compare the shapes first.")
def stack_matrices(matrices):
    return torch.stack(matrices)


@wrong("(2, 3) and (3, 2) hold as many numbers, but are not one shape. Compare the shapes, not the sizes.")
def stack_matrices(matrices):
    for i, matrix in enumerate(matrices):
        if matrix.numel() != matrices[0].numel():
            raise ValueError(f"matrices[{i}] is shaped {tuple(matrix.shape)}")
    return torch.stack([matrix.reshape(matrices[0].shape) for matrix in matrices])


@wrong("You compared the number of rows only. Columns count too.")
def stack_matrices(matrices):
    for i, matrix in enumerate(matrices):
        if len(matrix) != len(matrices[0]):
            raise ValueError(f"matrices[{i}] is shaped {tuple(matrix.shape)}")
    return torch.stack(matrices)


@wrong("Your message names the last matrix that is odd. Stop at the first one.")
def stack_matrices(matrices):
    odd = [i for i, matrix in enumerate(matrices) if matrix.shape != matrices[0].shape]
    if odd:
        raise ValueError(f"matrices[{odd[-1]}] is shaped {tuple(matrices[odd[-1]].shape)}")
    return torch.stack(matrices)


@wrong("Your message counts from 1, but `matrices[1]` is the second of the list. Count from 0 as Python does.")
def stack_matrices(matrices):
    for i, matrix in enumerate(matrices, start=1):
        if matrix.shape != matrices[0].shape:
            raise ValueError(f"matrices[{i}] is shaped {tuple(matrix.shape)}")
    return torch.stack(matrices)
