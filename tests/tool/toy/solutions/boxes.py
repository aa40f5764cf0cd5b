"""Classes that hold tensors: the second topic of the toy course."""

import torch
from torch import Tensor


class Box:
    """A list of numbers in one tensor.

    Args:
        values: (n,), floating point; n may be 0. The box keeps a copy.

    Raises:
        IndexError: saying how many values there are, when an index is past either end.

    Rules:
        `values` is not modified.

    Example:
        >>> Box(torch.tensor([3.0, 4.0]))[1]
        tensor(4.)

    Source:
        https://docs.python.org/3/reference/datamodel.html#emulating-container-types
    """

    def __init__(self, values: Tensor) -> None:
        self._values = torch.clone(values)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> Tensor:
        """Return the element at `index`, counted from the end when negative."""
        self._check(index)
        return self._values[index]

    def _check(self, index: int) -> None:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} values")
