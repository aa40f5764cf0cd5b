"""What specs of several topics ask of a model on the learner's side; see `tests/probes.py`."""

from collections.abc import Sequence

from torch import Tensor, nn


def parameters(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters."""
    return [parameter.detach().clone() for parameter in model.parameters()]


def modes(model: nn.Module) -> list[bool]:
    """Which of the model and the modules within it are in training mode."""
    return [module.training for module in model.modules()]


def set_modes(model: nn.Module, wanted: Sequence[bool]) -> None:
    for module, training in zip(model.modules(), wanted, strict=True):
        module.training = training
