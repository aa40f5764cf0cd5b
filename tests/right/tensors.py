"""Right answers to the katas of `tensors` in other styles, none of which a spec may reject."""

import functools
import math
import operator

import numpy as np
import torch

from kata.variants import right

# scalar


@right("conversion in Python first")
def scalar(value):
    return torch.tensor(float(value))


@right("a full tensor without axes")
def scalar(value):
    return torch.full((), value, dtype=torch.float32)


@right("through NumPy")
def scalar(value):
    return torch.as_tensor(np.float32(value))


@right("a vector without its axis")
def scalar(value):
    return torch.tensor([value]).float().squeeze(0)


@right("an empty tensor, filled in place")
def scalar(value):
    return torch.empty((), dtype=torch.float32).fill_(value)


# rank


@right("length of the shape")
def rank(tensor):
    return len(tensor.shape)


@right("attribute ndim")
def rank(tensor):
    return tensor.ndim


@right("counting by hand")
def rank(tensor):
    count = 0
    for _ in tensor.size():
        count += 1
    return count


@right("asks for sizes until there are no more")
def rank(tensor):
    axes = 0
    while True:
        try:
            tensor.size(axes)
        except IndexError:
            return axes
        axes += 1


# describe


@right("another order of keys, a loop over the sizes, a product")
def describe(tensor):
    shape = tuple(int(size) for size in tensor.size())
    return {
        "elements": math.prod(shape),
        "device": tensor.device,
        "dtype": tensor.dtype,
        "shape": shape,
        "rank": len(shape),
    }


@right("dict(...) and nelement")
def describe(tensor):
    return dict(
        rank=tensor.ndim,
        shape=(*tensor.shape,),
        dtype=tensor.dtype,
        device=torch.zeros_like(tensor).device,
        elements=tensor.nelement(),
    )


@right("attributes by name, elements by reduce")
def describe(tensor):
    (*shape,) = tensor.size()
    facts = {name: getattr(tensor, name) for name in ("dtype", "device")}
    return facts | {"rank": len(shape), "shape": tuple(shape), "elements": functools.reduce(operator.mul, shape, 1)}


# stack_matrices


@right("new axes and cat")
def stack_matrices(matrices):
    for i, matrix in enumerate(matrices):
        if matrix.size() != matrices[0].size():
            raise ValueError(f"matrices[{i}] has another shape than matrices[0]")
    return torch.cat([matrix.unsqueeze(0) for matrix in matrices], dim=0)


@right("writing into an empty tensor")
def stack_matrices(matrices):
    odd = next((i for i, matrix in enumerate(matrices) if matrix.shape != matrices[0].shape), None)
    if odd is not None:
        raise ValueError(f"wrong shape: matrices[{odd}]")
    result = matrices[0].new_empty((len(matrices), *matrices[0].shape))
    for i, matrix in enumerate(matrices):
        result[i] = matrix
    return result


@right("one long row, cut into matrices")
def stack_matrices(matrices):
    shapes = [tuple(matrix.shape) for matrix in matrices]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ValueError(f"matrices[{i}] must be shaped {shapes[0]}, not {shape}")
    return torch.cat([matrix.reshape(-1) for matrix in matrices]).view(len(matrices), *shapes[0])


@right("torch's error, translated")
def stack_matrices(matrices):
    try:
        return torch.stack(matrices)
    except RuntimeError as error:
        i = [matrix.shape == matrices[0].shape for matrix in matrices].index(False)
        raise ValueError(f"All shapes must be the same: see matrices[{i}]") from error


@right("stacked along a last axis, seen from the other side")
def stack_matrices(matrices):
    first, *others = matrices
    for i, other in enumerate(others, start=1):
        if other.shape != first.shape:
            raise ValueError(f"shape of matrices[{i}]")
    return torch.dstack(matrices).movedim(-1, 0) if others else first[None]
