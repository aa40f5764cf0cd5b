"""Performance challenges: less work, less waiting, less memory, and the same numbers."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.optim import Optimizer


def polynomial(x: Tensor, coefficients: Tensor) -> Tensor:
    """Evaluate a polynomial at every entry of a tensor.

    The lowest power comes first: the coefficients 5, 6 and 7 stand for
    5 + 6 x + 7 x², wherever x is. Without coefficients the polynomial is 0
    everywhere; with one it is constant.

    Args:
        x: any shape, also () and without entries; float32 or float64, finite.
        coefficients: (count,), count from 0, of the same dtype and device.

    Returns:
        A new tensor with the shape, dtype and device of `x`, computed with at
        least the precision of that dtype.

    Rules:
        As many operations for any number of entries in `x`: no Python loop
        over them. A loop over the coefficients is fine. Gradients flow to `x`
        and `coefficients`, also where an entry of `x` is 0; neither is modified.

    Example:
        >>> polynomial(torch.tensor([[0.0, 1.0], [2.0, -1.0]]), torch.tensor([5.0, 6.0, 7.0]))
        tensor([[ 5., 18.],
                [45.,  6.]])

    Source:
        https://en.wikipedia.org/wiki/Horner%27s_method
    """
    result = torch.zeros_like(x)
    for coefficient in reversed(coefficients):  # Horner: 5 + x (6 + x (7 + x 0)), from the inside out
        result = result * x + coefficient
    return result


def moving_average(x: Tensor, window: int) -> Tensor:
    """Average every `window` neighbours along the last axis.

    Only whole windows count: entry i of the result is the mean of the entries
    i to i + `window` - 1, and there is one for every place where that fits.

    A large entry does not harm the windows that it is not in. A mean is off by
    at most 1e-5 times the largest magnitude in its window, also where entries
    outside are a million times larger. (Differences of a running sum in float32
    are not as exact: a large entry stays in all later sums. In float64 they are.)

    Args:
        x: (..., time), float32 or float64, finite. There may be any number of
            leading axes, also none, and they may be of size 0.
        window: how many neighbours, an int.

    Returns:
        A new tensor (..., time - `window` + 1), with the dtype and device of
        `x`. In float64 too, every entry has at least the precision of the
        dtype, as long as no entry is much larger than others.

    Raises:
        ValueError: naming `window`, when it is below 1 or above time.

    Rules:
        As many operations for any size of `x` and any `window`: no Python loop.
        The windows overlap, and copying them takes `window` times the memory
        of `x`: all tensors made during the call, the result included, never
        take more than 8 times the bytes of `x` together (and 4 KiB, for small
        ones). Gradients flow to `x`, which is not modified.

    Example:
        >>> moving_average(torch.tensor([1.0, 2.0, 6.0, 4.0]), window=3)
        tensor([3., 4.])

    Source:
        https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
    """
    if not 1 <= window <= x.shape[-1]:
        raise ValueError(f"window is {window}: it should be from 1 to {x.shape[-1]}, the length of x")
    return x.unfold(-1, window, 1).mean(-1)  # (..., time - window + 1, window), a view: no entry is copied


def epoch_loss(losses: Iterable[Tensor]) -> float:
    """Average the losses of an epoch's batches, and make the host wait for the device only once.

    A number on an accelerator is there for Python only after all work before it
    is done. Read after every batch, the loss keeps the device from running
    ahead; read at the end, it costs one wait for the whole epoch.

    Args:
        losses: any iterable of tensors (), gone through once; a list, or a
            generator that trains on a batch whenever it is asked for the next.
            All of one device and one of float16, bfloat16, float32 and
            float64. They may require grad.

    Returns:
        The mean, each loss with the same weight, as a Python float. It is
        computed with at least the precision and the range of float32, and in
        float64 from float64. A NaN among the losses makes it NaN, an infinite
        one infinite.

    Raises:
        ValueError: naming `losses`, when there are none.

    Rules:
        However many losses there are, tensors are read into Python, or copied
        to the CPU from another device, in a single call (of `item`, `float`,
        `tolist`, `cpu` or the like; an `if` on a tensor reads it, too). When
        `losses` is asked for the next loss, no loss before the last still has
        its history, the tensors that autograd keeps for backward. The losses
        are not modified.

    Example:
        >>> epoch_loss(torch.tensor(number) for number in (1.0, 2.0, 6.0))
        3.0

    Source:
        https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization
    """
    values = [loss.detach() for loss in losses]  # without detach, each would keep its batch's graph alive
    if not values:
        raise ValueError("losses: there are none")
    numbers = torch.stack(values).tolist()
    return sum(numbers) / len(numbers)


def accumulate_gradients(
    model: nn.Module, loss_fn: Callable[[Tensor, Tensor], Tensor], batches: list[tuple[Tensor, Tensor]]
) -> Tensor:
    """Compute the gradients of one large batch from small ones, in the memory that a small one takes.

    Every sample counts the same, also where the batches differ in size: the
    gradients are those of the mean loss over all samples together.

    They are added to what the parameters' `grad` holds already, as `backward`
    does. Clearing it before, and a step of the optimizer after, are the
    caller's. A parameter that needs no gradient, or that the loss does not
    depend on, keeps the `grad` it has, which may be None.

    Args:
        model: any module that treats each sample for itself, on the device of
            the batches.
        loss_fn: `loss_fn(model(x), y)` is the mean loss over the samples of
            a batch, a tensor ().
        batches: a list of tuples (x, y), each (samples, ...) with at least one
            sample, as many in `x` as in `y`; the numbers of samples may differ.

    Returns:
        The mean loss over all samples, a tensor () as `loss_fn` gives it, but
        without history: it does not require grad.

    Raises:
        ValueError: naming `batches`, when the list is empty.

    Rules:
        The memory needed does not grow with the number of batches: no two
        graphs at a time, no joined batch. Parameters, buffers and inputs are
        not modified, nor is the training or evaluation mode of `model` or of a
        module in it.

    Example:
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> model.weight.data.fill_(1.0)
        tensor([[1.]])
        >>> batches = [(torch.ones(3, 1), torch.ones(3, 1)), (torch.ones(1, 1), torch.full((1, 1), 3.0))]
        >>> accumulate_gradients(model, torch.nn.functional.mse_loss, batches)
        tensor(1.)
        >>> model.weight.grad
        tensor([[-1.]])

    Source:
        https://huggingface.co/blog/gradient_accumulation
    """
    if not batches:
        raise ValueError("batches: there are none")
    samples = sum(len(x) for x, _ in batches)
    shares = []
    for x, y in batches:
        share = loss_fn(model(x), y) * (len(x) / samples)  # the shares add up to the mean over all samples
        share.backward()  # now, so that this batch's graph is gone before the next one's is built
        shares.append(share.detach())
    return torch.stack(shares).sum()


def mixed_precision_step(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    scaler: torch.amp.GradScaler,
    x: Tensor,
    y: Tensor,
) -> Tensor:
    """Take one training step with the forward pass in bfloat16, and with a scaled loss.

    Under autocast the expensive operations run in bfloat16 while the parameters
    stay in float32. The scaler multiplies the loss before the backward pass,
    and divides the gradients before the optimizer sees them. Where one of them
    is infinite or NaN, it skips the optimizer's step and lowers its scale;
    after a number of good steps it raises it.

    Args:
        model: any module with parameters in float32.
        loss_fn: gives the mean loss `loss_fn(model(x), y)`, a tensor ().
        optimizer: made from the parameters of `model`. What their `grad` holds
            from before does not count.
        scaler: the same object at each step; it may be a disabled one, which
            scales nothing and skips nothing.
        x: (samples, ...), on the device of `model`, which may be any.
        y: (samples, ...), on the same device.

    Returns:
        The loss as `loss_fn` gives it, not scaled, and without history: a
        tensor () that does not require grad. Also where the step is skipped;
        the loss itself may then be infinite or NaN.

    Rules:
        `model` and `loss_fn` are called once each, under autocast to bfloat16
        for the type of the device that `x` is on; neither the backward pass
        nor the step runs under autocast. The scaler is updated at every step,
        skipped or not. The parameters keep their dtype; `x`, `y` and the
        training or evaluation mode of `model` stay as they are. A skipped step
        leaves the parameters and the optimizer's state as they are.

    Example:
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> model.weight.data.fill_(1.0)
        tensor([[1.]])
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        >>> scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        >>> x, y = torch.ones(1, 1), torch.full((1, 1), 3.0)
        >>> mixed_precision_step(model, torch.nn.functional.mse_loss, optimizer, scaler, x, y)
        tensor(4.)
        >>> model.weight.data
        tensor([[2.]])

    Source:
        https://pytorch.org/docs/stable/notes/amp_examples.html
    """
    optimizer.zero_grad()
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        loss = loss_fn(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)  # divides the gradients by the scale, and skips the step if one is not finite
    scaler.update()
    return loss.detach()


def per_sample_gradients(
    model: nn.Module, loss_fn: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor
) -> dict[str, Tensor]:
    """Compute the gradient of every single sample's loss, for all samples at once.

    The loss of sample i is that of a batch of one, which keeps its axis:
    `loss_fn(model(x[i : i + 1]), y[i : i + 1])`.

    Args:
        model: any module without randomness that treats each sample for
            itself; all that it does works under `torch.func`.
        loss_fn: gives a tensor (), and works under `torch.func`, too.
        x: (samples, ...), at least one sample, on the device of `model`.
        y: (samples, ...), on the same device.

    Returns:
        A dict with an entry for each parameter that requires grad, and no
        other: from its name in `model.named_parameters()` to a tensor
        (samples, ...) of the parameter's shape, dtype and device, after an axis
        for the samples. It is zero for a parameter that the loss does not
        depend on. The tensors have no history: none requires grad.

    Rules:
        As many operations for any number of samples: no Python loop over them.
        `torch.func` has what it takes (`functional_call`, `grad`, `vmap`);
        all else in PyTorch is allowed, too. The model stays as it is:
        parameters and whether they require grad, their `grad`, buffers,
        training or evaluation mode. So do `x` and `y`.

    Example:
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> model.weight.data.fill_(1.0)
        tensor([[1.]])
        >>> x, y = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [5.0]])
        >>> per_sample_gradients(model, torch.nn.functional.mse_loss, x, y)["weight"].flatten()
        tensor([  2., -12.])

    Source:
        https://pytorch.org/tutorials/intermediate/per_sample_grads.html
    """
    trained = {name: weight.detach() for name, weight in model.named_parameters() if weight.requires_grad}

    def sample_loss(weights: dict[str, Tensor], sample: Tensor, target: Tensor) -> Any:
        prediction = functional_call(model, weights, (sample.unsqueeze(0),))  # a batch of one
        return loss_fn(prediction, target.unsqueeze(0))

    return vmap(grad(sample_loss), in_dims=(None, 0, 0))(trained, x, y)
