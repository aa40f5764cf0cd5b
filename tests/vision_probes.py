"""What specs of datasets from files run on the learner's side; see `tests/probes.py`."""

import socket
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


def offline(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of a call during which no other machine can be found.

    Raises:
        ConnectionError: when the call looked for one, whatever else it gave or raised.
    """
    hosts: list[str] = []

    def refuse(host: Any, *_: Any, **__: Any) -> Any:
        hosts.append(str(host))
        raise socket.gaierror("there is no network during this call")

    real = socket.getaddrinfo
    socket.getaddrinfo = refuse
    try:
        return function(*args, **kwargs)
    finally:
        socket.getaddrinfo = real
        if hosts:
            raise ConnectionError(f"the call wanted to download from {hosts[0]}")


def warnings_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
    """The UserWarnings of a call, also where PyTorch warns only once."""
    always = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function(*args, **kwargs)
    finally:
        torch.set_warn_always(always)
    return [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]


class ListedDataset(Dataset[int]):
    """Sample i is 10 * i; `targets` lists the labels; only an int finds a sample, and each read is counted."""

    def __init__(self, targets: list[int] | Tensor) -> None:
        self.targets = targets
        self.reads = [0] * len(targets)

    def __len__(self) -> int:
        return len(self.reads)

    def __getitem__(self, index: int) -> int:
        if type(index) is not int:
            raise TypeError(f"the dataset was asked for {index!r}, which is no Python int")
        self.reads[index] += 1
        return 10 * index


def pixels(dataset: Any, index: int) -> Tensor:
    """The PIL image of a sample as a tensor of its numbers."""
    return torch.from_numpy(np.array(dataset[index][0]))


def labels(dataset: Any) -> list[Any]:
    """The labels of all samples."""
    return [dataset[index][1] for index in range(len(dataset))]
