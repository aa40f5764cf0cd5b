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
    numbers = values.tolist() if values.dim() == 1 else []
    if not numbers:
        raise ValueError("values: not a vector")
    return sum(numbers)
