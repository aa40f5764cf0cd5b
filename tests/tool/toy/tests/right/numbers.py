import torch

from kata.variants import right


@right("addition")
def double(x):
    return x + x


@right("torch.sum")
def total(values):
    if values.ndim != 1:
        raise ValueError("values must be a vector")
    return torch.sum(values, dtype=torch.float64).item()


@right("einsum")
def double(x):
    return torch.einsum("...,->...", x, torch.tensor(2.0, dtype=x.dtype, device=x.device))


@right("a loop")
def total(values):
    if len(values.shape) != 1:
        raise ValueError("values must be a vector")
    found = 0.0
    for value in values.tolist():
        found += value
    return found
