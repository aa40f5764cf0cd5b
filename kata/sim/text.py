"""How a simulated tensor is shown: as torch shows the tensors of any device."""

import re
from typing import Any

import torch

from kata.sim import messages

_ONE = r"(?:size=\([\d, ]*\)|dtype=torch\.\w+)"
_SUFFIXES = re.compile(rf",\s+({_ONE}(?:,\s+{_ONE})*)\)$")


def of(tensor: Any) -> str:
    """The text of the values, with the device where torch writes it: first after them."""
    text = repr(tensor.held)
    found = _SUFFIXES.search(text)
    body = text[: found.start()] if found else text.removesuffix(")")
    suffixes = [f"device='{messages.DEVICE_TEXT}'"]
    if found:
        suffixes += re.findall(_ONE, found.group(1))
    if tensor.grad_fn is not None:
        suffixes.append(f"grad_fn=<{type(tensor.grad_fn).__name__}>")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return _joined(body, suffixes)


def _joined(body: str, suffixes: list[str]) -> str:
    """Put each suffix on the line of the last, or on one of its own where that is full."""
    indent = " " * len("tensor(")
    width = torch._tensor_str.PRINT_OPTS.linewidth
    column = len(body) - body.rfind("\n") - 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > width:
            body, column = f"{body},\n{indent}{suffix}", len(indent) + len(suffix)
        else:
            body, column = f"{body}, {suffix}", column + 2 + len(suffix)
    return f"{body})"
