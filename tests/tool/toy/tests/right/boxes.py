import torch

from kata.variants import right


@right("a list of tensors")
class Box:
    def __init__(self, values):
        self.elements = list(torch.unbind(values.clone()))

    def __len__(self):
        return len(self.elements)

    def __getitem__(self, index):
        return self.elements[index]


@right("leaves the checking to torch")
class Box:
    def __init__(self, values):
        self.values = values.detach().clone()

    def __len__(self):
        return self.values.numel()

    def __getitem__(self, index):
        return self.values[index]
