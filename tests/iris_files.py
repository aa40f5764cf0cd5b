"""The flowers of Iris: the file that is shipped with the specs, and smaller ones of the same form."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

IRIS = Path(__file__).parent / "data" / "iris.csv"  # as R. A. Fisher printed it in 1936
HEADER = "sepal_length,sepal_width,petal_length,petal_width,species"
NAMES = ["setosa", "versicolor", "virginica"]


def flowers(every: int = 1) -> tuple[Tensor, Tensor]:
    """Features (flowers, 4), float32, and labels (flowers,), int64, of every so many flowers: read by NumPy."""
    features = np.loadtxt(IRIS, delimiter=",", skiprows=1, usecols=range(4))
    labels = np.arange(3).repeat(50)  # 50 of each species, one species after the other
    return torch.from_numpy(features[::every]).float(), torch.from_numpy(labels[::every])


def write(path: Path, lines: Sequence[str], *, end: str = "\n", last: str | None = None) -> Path:
    """Write a file of a header and these lines; `last` comes after the last one in place of `end`."""
    text = end.join([HEADER, *lines]) + (end if last is None else last)
    path.write_bytes(text.encode("utf-8"))
    return path
