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
