import torch

from kata.variants import wrong


@wrong("You raised to the second power: 3 doubled is 6, not 9.")
def double(x):
    return x**2


@wrong("Your result has no gradient: `detach` cut it off from the input.")
def double(x):
    return x.detach() * 2


@wrong("You changed the input in place: `mul_` writes into `x` itself.")
def double(x):
    return x.mul_(2)


@wrong("You returned a tensor of rank 0; `item` makes a Python number of it.")
def total(values):
    if values.ndim != 1:
        raise ValueError("values must be a vector")
    return torch.sum(values)


@wrong("You accept a matrix and add up all of it; the promise is to refuse one.")
def total(values):
    return values.sum().item()


@wrong("The sum of nothing is 0: an empty vector is a right question.")
def total(values):
    if values.ndim != 1 or not len(values):
        raise ValueError("values must be a vector")
    return values.sum().item()
