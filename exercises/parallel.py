"""Training on several processes: shares of the data, one model on all ranks, and how numbers are added up.

A rank is one of the processes, numbered from 0. Where a kata asks ranks to talk, each of them calls it
within the default process group of `torch.distributed`, which is there already, for tensors on the CPU.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.optim import Optimizer


@contextmanager
def _one_rank() -> Iterator[None]:
    """Have a default process group within the block, with this process alone in it: enough to try something out."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        yield
    finally:
        dist.destroy_process_group()


def shard_indices(count: int, rank: int, world_size: int) -> list[int]:
    """Say which samples are one rank's share: a block of neighbours, as large as any other or one larger.

    Joined in the order of the ranks, the shares are 0, 1, ..., `count` - 1:
    nothing is left out and nothing is given twice. The first
    `count % world_size` ranks have one sample more than the others; with
    fewer samples than ranks the last ranks have none.

    Args:
        count: how many samples there are, an int from 0.
        rank: whose share, an int from 0 to `world_size` - 1.
        world_size: how many ranks there are, an int from 1.

    Returns:
        The indices of the samples, a list of Python ints in ascending order.

    Raises:
        ValueError: naming `count`, `rank` or `world_size`, when it lies
            outside its range.

    Example:
        >>> [shard_indices(10, rank, world_size=4) for rank in range(4)]
        [[0, 1, 2], [3, 4, 5], [6, 7], [8, 9]]

    Source:
        https://pytorch.org/docs/stable/generated/torch.tensor_split.html
    """
    raise NotImplementedError("parallel.shard_indices")


def epoch_shard(count: int, rank: int, world_size: int, epoch: int, seed: int) -> list[int]:
    """Say which samples one rank trains on in an epoch, and in which order.

    In every epoch all samples are shuffled anew and then shared out, so that
    a sample meets another rank and other neighbours each time. All ranks
    shuffle alike, each for itself: together their shares of an epoch hold
    every sample exactly once, and differ in size by one at most.

    Args:
        count: how many samples there are, an int from 0; there may be fewer
            than ranks.
        rank: whose share, an int from 0 to `world_size` - 1.
        world_size: how many ranks there are, an int from 1.
        epoch: which epoch, an int from 0.
        seed: an int from 0 to 2**32 - 1. Other seeds give other orders in an
            epoch. Seed 0 in epoch 1 may give what seed 1 gives in epoch 0.

    Returns:
        The indices of the samples, a list of Python ints in random order.

    Rules:
        The result depends on the arguments alone: not on earlier calls, not
        on the process, and not on the global random states, which stay as
        they are.

    Example:
        >>> shares = [epoch_shard(5, rank, 2, epoch=3, seed=0) for rank in range(2)]
        >>> sorted(shares[0] + shares[1])
        [0, 1, 2, 3, 4]

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """
    raise NotImplementedError("parallel.epoch_shard")


def broadcast_parameters(model: nn.Module, source: int = 0) -> None:
    """Give the model of every rank the numbers that it has on one of them.

    Everything that the model consists of is overwritten: parameters, those
    that do not require a gradient included, and buffers, those that are not
    part of the `state_dict` included.

    Args:
        model: of the same make on every rank. Its tensors are float16,
            bfloat16, float32, float64, bool, uint8, int8, int32 or int64:
            `gloo`, the backend, refuses some others. They lie in memory as
            they like: some are not contiguous, and a tensor may lie otherwise
            on another rank.
        source: the rank whose numbers count, the same on every rank.

    Returns:
        None.

    Raises:
        ValueError: naming `source`, when there is no such rank; on every rank.

    Rules:
        Parameters and buffers stay the same objects, since an optimizer may
        hold them; their gradients and `requires_grad` stay as they are.

    Example:
        >>> model = nn.Linear(2, 1)
        >>> with _one_rank():  # with more ranks, all would have the model of rank 0 now
        ...     broadcast_parameters(model)

    Source:
        https://pytorch.org/docs/stable/distributed.html#torch.distributed.broadcast
    """
    raise NotImplementedError("parallel.broadcast_parameters")


def average_gradients(model: nn.Module, weight: float = 1.0) -> None:
    """Replace the gradients of every rank by their average over all ranks.

    The average is weighted: sum(weight * gradient) / sum(weight) over the
    ranks. With the number of a rank's samples for its weight it is the
    gradient of the mean over all samples, also where ranks have unequally
    many. A rank of weight 0 takes part without counting, whatever its
    gradients are, NaN included.

    Args:
        model: of the same make on every rank, its gradients each rank's own.
            Its gradients lie in memory as they like.
        weight: this rank's, an int or a float, not negative.

    Returns:
        None. Each parameter's `grad` is the average, with the gradient's
        dtype, computed at least as precisely as that dtype is: float16 must
        not overflow on the way, however large the weights are. On a rank that
        counts, a missing gradient counts as zeros. If none of the ranks that
        count has one, the parameter has none afterwards, on every rank.

    Raises:
        ValueError: naming `weight`, when the weights of all ranks add up to
            0; on every rank.

    Rules:
        Parameters and buffers stay as they are.

    Example:
        >>> model = nn.Linear(2, 1, bias=False)
        >>> model(torch.tensor([[3.0, 4.0], [5.0, 6.0]])).mean().backward()
        >>> with _one_rank():  # the average over one rank is what that has
        ...     average_gradients(model, weight=2)
        >>> model.weight.grad
        tensor([[4., 5.]])

    Source:
        https://pytorch.org/tutorials/intermediate/dist_tuto.html
    """
    raise NotImplementedError("parallel.average_gradients")


def data_parallel_step(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    x: Tensor,
    y: Tensor,
) -> float:
    """Take one training step on a batch whose samples are shared out among the ranks.

    Every rank calls it with its own samples. Afterwards every rank has the
    model that one process would have after the same step on the whole batch:
    the gradient is that of the mean over all samples, however unequally many
    a rank has. A rank without samples takes part all the same.

    Args:
        model: the same on every rank beforehand. Where layers look at a batch
            as a whole, as BatchNorm does in training mode, they see the
            samples of their own rank.
        loss_fn: `loss_fn(model(x), y)` is the mean loss of the samples, a
            0-d tensor. It is not called without samples.
        optimizer: holds the parameters of `model`; in the same state on every
            rank beforehand.
        x: (samples, ...), this rank's share; not empty on every rank.
        y: (samples, ...), what belongs to `x`.

    Returns:
        The mean loss of all samples of the whole batch before the step, a
        Python float, the same on every rank.

    Raises:
        ValueError: naming `x`, when no rank has a sample; on every rank.

    Rules:
        Gradients from before do not count. Buffers that the model changes as
        it is called, such as the running statistics of BatchNorm, are
        afterwards, on every rank, those of the first rank that has samples.
        The model's mode stays as it is, and `x` and `y` are not modified.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> _ = nn.init.zeros_(model.bias)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        >>> with _one_rank():
        ...     data_parallel_step(model, nn.functional.mse_loss, optimizer, torch.zeros(2, 1), torch.ones(2, 1))
        1.0
        >>> model.bias.item()
        1.0

    Source:
        https://pytorch.org/docs/stable/notes/ddp.html
    """
    raise NotImplementedError("parallel.data_parallel_step")


def ring_all_reduce(
    chunks: list[Tensor],
    rank: int,
    world_size: int,
    send: Callable[[Tensor, int], None],
    receive: Callable[[int], Tensor],
) -> list[Tensor]:
    """Add up the data of all ranks so that every rank has the sums, and no rank is a bottleneck.

    The ranks stand in a ring, and each sends to the next one only. The data
    of every rank is cut into as many chunks as there are ranks. In a first
    round each chunk travels once along the ring and grows by what every rank
    adds to it, so that at the end each rank holds one finished sum. In a
    second round the finished sums travel along the ring to all the others.

    Args:
        chunks: this rank's data, a list of `world_size` tensors. Chunk i has
            the same shape and dtype on every rank; other chunks may have other
            shapes, and may be empty.
        rank: this rank, from 0 to `world_size` - 1.
        world_size: how many ranks there are, an int from 1.
        send: `send(tensor, to)` sends the numbers that the tensor has now to
            the rank `to`, and does not wait.
        receive: `receive(source)` waits for the next tensor that the rank
            `source` sends to this one, and returns it; it is the caller's own.

    Returns:
        A list of `world_size` tensors: chunk i summed over all ranks, the
        same numbers on every rank, with the shape, dtype and device of chunk i.

    Raises:
        ValueError: naming `chunks`, when there are not `world_size` of them;
            before anything is sent.

    Rules:
        Each rank sends 2 * (world_size - 1) tensors, each as large as one
        chunk, all of them to rank + 1, and the last rank to rank 0. `chunks`
        and its tensors are not modified.

    Example:
        >>> ring_all_reduce([torch.tensor([1, 2])], 0, 1, send=None, receive=None)
        [tensor([1, 2])]

    Source:
        Patarasuk and Yuan, bandwidth optimal all-reduce algorithms:
        https://www.cs.fsu.edu/~xyuan/paper/09jpdc.pdf
    """
    raise NotImplementedError("parallel.ring_all_reduce")
