"""Operations that the CPU lacks under the name by which torch asks a device for them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from kata.sim import tensor

aten = torch.ops.aten


def _copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
    """What `copy_` comes to below the tensor class, as inside `torch.tensor(..., device="sim")`."""
    _values(target).copy_(_values(source))
    return target


def _efficientzerotensor(*args: Any, **kwargs: Any) -> Tensor:
    """Real zeros: the shell cannot carry the mark of a tensor that has no memory."""
    return torch.zeros(*args, **kwargs)


def _values(one: Tensor) -> Tensor:
    return one.held if isinstance(one, tensor.SimTensor) else one


def lstm_cell(
    input_gates: Tensor, hidden_gates: Tensor, cell: Tensor, input_bias: Tensor | None = None,
    hidden_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """One step of an LSTM from its gates (batch, 4 * hidden); the third result is a workspace, unused."""
    gates = _biased(input_gates, input_bias) + _biased(hidden_gates, hidden_bias)
    take, forget, new, give = gates.chunk(4, 1)
    next_cell = forget.sigmoid() * cell + take.sigmoid() * new.tanh()
    return give.sigmoid() * next_cell.tanh(), next_cell, gates.new_empty(0)


def gru_cell(
    input_gates: Tensor, hidden_gates: Tensor, hidden: Tensor, input_bias: Tensor | None = None,
    hidden_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """One step of a GRU from its gates (batch, 3 * hidden); the second result is a workspace, unused."""
    from_input = _biased(input_gates, input_bias).chunk(3, 1)
    from_hidden = _biased(hidden_gates, hidden_bias).chunk(3, 1)
    reset = (from_input[0] + from_hidden[0]).sigmoid()
    update = (from_input[1] + from_hidden[1]).sigmoid()
    new = (from_input[2] + reset * from_hidden[2]).tanh()
    return (hidden - new) * update + new, new.new_empty(0)


def _biased(gates: Tensor, bias: Tensor | None) -> Tensor:
    return gates if bias is None else gates + bias


def ctc_loss(scores: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, *rest: Any) -> Tensor:
    """Reads the lengths on the host, wherever they are, as torch does for tensors of its own class."""
    return aten.ctc_loss.IntList(scores, targets, input_lengths.tolist(), target_lengths.tolist(), *rest)


# Run on the tensors as they are, in place of the operation on what they hold.
KERNELS: dict[Any, Callable[..., Any]] = {
    aten._copy_from.default: _copy_from,
    aten._efficientzerotensor.default: _efficientzerotensor,
    aten._thnn_fused_lstm_cell.default: lstm_cell,
    aten._thnn_fused_gru_cell.default: gru_cell,
}

# Made of other operations, which autograd records in place of the one that was called.
DIFFERENTIABLE: dict[str, Callable[..., Any]] = {
    "_thnn_fused_lstm_cell": lstm_cell,
    "_thnn_fused_gru_cell": gru_cell,
    "ctc_loss.Tensor": ctc_loss,
}
