import torch

from kata.variants import rewritten


@rewritten("You raised to the second power")
def double(x):
    return torch.stack([value * value for value in x.unbind()]) if len(x) else x.clone()


@rewritten("You changed the input in place")
def double(x):
    x += x.clone()
    return x


@rewritten("The sum of nothing is 0")
def total(values):
    if values.dim() != 1:
        raise ValueError("values: not a vector")
    first, *others = values.tolist()
    if first is None:
        raise ValueError("values")
    return first + sum(others)
