"""`torch.autocast("sim")`: which operations run in the short dtype and which in float32, as on CUDA.

torch leaves these lists to each device from outside. Only operations that a training step meets are here.
"""

from collections.abc import Callable
from typing import Any

import torch

from kata.sim import NAME, tensor

SHORT = (
    "linear", "matmul", "mm", "bmm", "mv", "addmm", "addmv", "addbmm", "baddbmm", "addr", "einsum", "prelu",
    "conv1d", "conv2d", "conv3d", "convolution", "conv_transpose1d", "conv_transpose2d.input",
    "conv_transpose3d.input", "scaled_dot_product_attention", "_thnn_fused_lstm_cell",
    "_thnn_fused_gru_cell", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell",
)  # fmt: skip
FULL = (
    "acos", "asin", "cosh", "erfinv", "exp", "expm1", "log", "log10", "log2", "log1p", "reciprocal", "rsqrt",
    "sinh", "tan", "pow.Tensor_Scalar", "pow.Tensor_Tensor", "pow.Scalar", "softplus", "layer_norm",
    "native_layer_norm", "group_norm", "rms_norm", "cosine_similarity", "nll_loss", "nll_loss2d", "kl_div",
    "l1_loss", "smooth_l1_loss", "huber_loss", "mse_loss", "hinge_embedding_loss", "margin_ranking_loss",
    "triplet_margin_loss", "binary_cross_entropy_with_logits", "poisson_nll_loss", "cosine_embedding_loss",
    "dist", "cdist", "renorm", "logsumexp",
)  # fmt: skip
FULL_UNLESS_ASKED = (
    "softmax.int", "log_softmax.int", "sum", "sum.dim_IntList", "prod", "prod.dim_int", "cumsum", "cumprod",
    "linalg_vector_norm",
)  # fmt: skip


def register() -> list[torch.library.Library]:
    """Register a kernel for each operation above; the rest passes through as it is."""
    through = torch.library.Library("_", "IMPL")
    through.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    casting = torch.library.Library("aten", "IMPL")
    for names, make in ((SHORT, _in_short), (FULL, _in_full), (FULL_UNLESS_ASKED, _in_full_unless_asked)):
        for name in names:
            packet, _, overload = name.partition(".")
            operation = getattr(getattr(torch.ops.aten, packet, None), overload or "default", None)
            if operation is not None:
                casting.impl(name, make(operation), "AutocastPrivateUse1")
    return [through, casting]


def _in_short(operation: Any) -> Callable[..., Any]:
    def kernel(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        dtype = torch.get_autocast_dtype(NAME)
        with _without_autocast():
            return operation(*_cast(args, dtype), **_cast(kwargs, dtype))

    return kernel


def _in_full(operation: Any) -> Callable[..., Any]:
    def kernel(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with _without_autocast():
            return operation(*_cast(args, torch.float32), **_cast(kwargs, torch.float32))

    return kernel


def _in_full_unless_asked(operation: Any) -> Callable[..., Any]:
    def kernel(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if kwargs.get("dtype") is None and not any(isinstance(value, torch.dtype) for value in args):
            args = _cast(args, torch.float32)
        with _without_autocast():
            return operation(*args, **kwargs)

    return kernel


def _without_autocast() -> Any:
    keys = torch._C.DispatchKeySet(torch._C._parse_dispatch_key("AutocastPrivateUse1"))
    return torch._C._ExcludeDispatchKeyGuard(keys)


def _cast(value: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, tensor.SimTensor):
        casts = value.is_floating_point() and value.dtype is not torch.float64
        return value.to(dtype) if casts else value
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(item, dtype) for item in value)
    if isinstance(value, dict):
        return {name: _cast(item, dtype) for name, item in value.items()}
    return value
