"""Functions that the tests of judged mode call on the learner's side."""

import torch


def gradient(function, values, *args):
    values = values.detach().requires_grad_()
    function(values, *args).square().sum().backward()
    return values.grad


def backward(model, inputs):
    model(inputs).sum().backward()


class Doubler(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.modes = []

    def forward(self, values):
        self.modes.append(self.training)
        return values * 2


def double(values):
    return values * 2


def is_held_by(text, holder):
    return text in holder.names


class Holder:
    def __init__(self, *names):
        self.names = list(names)

    def __contains__(self, name):
        return name in self.names
