import torch

from kata.variants import right


@right("a list of tensors")
class Box:
    def __init__(self, values):
        self.elements = list(torch.unbind(values.clone()))

    def __len__(self):
        return len(self.elements)

    def __getitem__(self, index):
        try:
            return self.elements[index]
        except IndexError as error:
            raise IndexError(f"{len(self)} values, and no number {index} among them") from error


@right("a position counted from the start")
class Box:
    def __init__(self, values):
        self.values = values.detach().clone()

    def __len__(self):
        return self.values.numel()

    def __getitem__(self, index):
        position = index + len(self) * (index < 0)
        if position not in range(len(self)):
            raise IndexError(f"there are {len(self)} values")
        return self.values[position]
