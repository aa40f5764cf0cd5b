"""Right answers to the topic `parallel` in other styles than the solution's."""

import random
from itertools import accumulate

import numpy as np
import torch
import torch.distributed as dist
from torch._utils import _flatten_dense_tensors, _unflatten_dense_tensors

from kata.variants import right


@right("PyTorch's tensor_split")
def shard_indices(count, rank, world_size):
    if count < 0:
        raise ValueError("a negative count")
    if world_size <= 0:
        raise ValueError("world_size has to be positive")
    if rank not in range(world_size):
        raise ValueError(f"there is no rank {rank}")
    return torch.arange(count).tensor_split(world_size)[rank].tolist()


@right("the sizes of all shares, added up")
def shard_indices(count, rank, world_size):
    for name, bad in {"count": count < 0, "world_size": world_size < 1, "rank": not -1 < rank < world_size}.items():
        if bad:
            raise ValueError(f"{name} lies outside its range")
    sizes = [(count - other + world_size - 1) // world_size for other in range(world_size)]
    ends = [0, *accumulate(sizes)]
    return [*range(ends[rank], ends[rank + 1])]


@right("a generator of NumPy's, seeded with both; blocks of the order")
def epoch_shard(count, rank, world_size, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(count)
    return np.array_split(order, world_size)[rank].tolist()


@right("Python's random, seeded with a text")
def epoch_shard(count, rank, world_size, epoch, seed):
    order = list(range(count))
    random.Random(f"{seed} {epoch}").shuffle(order)
    return [sample for place, sample in enumerate(order) if place % world_size == rank]


@right("as PyTorch's sampler seeds it; the last ranks have the larger shares")
def epoch_shard(count, rank, world_size, epoch, seed):
    generator = torch.Generator()
    generator.manual_seed(seed + epoch)
    order = torch.rand(count, generator=generator, dtype=torch.float64).argsort().tolist()
    return order[count * rank // world_size : count * (rank + 1) // world_size]


@right("all at once, as objects")
def broadcast_parameters(model, source=0):
    ranks = dist.get_world_size()
    if source < 0 or source >= ranks:
        raise ValueError(f"Source has to be below {ranks}")
    everything = [*model.parameters(), *model.buffers()]
    received = [[tensor.detach().clone() for tensor in everything]]
    dist.broadcast_object_list(received, src=source)
    for tensor, numbers in zip(everything, received[0], strict=True):
        tensor.data.copy_(numbers)


@right("zeros from all others, added up; one call at a time for each dtype")
def broadcast_parameters(model, source=0):
    if source not in range(dist.get_world_size()):
        raise ValueError("no such source")
    groups = {}
    for tensor in [*model.buffers(), *model.parameters()]:
        groups.setdefault(tensor.dtype, []).append(tensor)
    for tensors in groups.values():
        flat = _flatten_dense_tensors([tensor.detach().contiguous() for tensor in tensors])
        if dist.get_rank() != source:
            flat = torch.zeros_like(flat)
        dist.all_reduce(flat, op=dist.ReduceOp.MAX if flat.dtype == torch.bool else dist.ReduceOp.SUM)
        with torch.inference_mode():
            for tensor, numbers in zip(tensors, _unflatten_dense_tensors(flat, tensors), strict=True):
                tensor.copy_(numbers)


@right("all gathered, one kept")
def broadcast_parameters(model, source=0):
    if not -1 < source < dist.get_world_size():
        raise ValueError(f"{source=}")
    with torch.no_grad():
        for tensor in list(model.parameters()) + list(model.buffers()):
            mine = tensor.contiguous()
            theirs = [torch.empty_like(mine) for _ in range(dist.get_world_size())]
            dist.all_gather(theirs, mine)
            tensor.copy_(theirs[source])


@right("gathered as objects, added up in float64")
def average_gradients(model, weight=1.0):
    parameters = list(model.parameters())
    mine = (float(weight), [None if p.grad is None else p.grad.clone() for p in parameters])
    everybody = [None] * dist.get_world_size()
    dist.all_gather_object(everybody, mine)
    counting = [(w, gradients) for w, gradients in everybody if w > 0]
    total = sum(w for w, _ in counting)
    if not total:
        raise ValueError("no rank has a weight")
    for i, parameter in enumerate(parameters):
        found = [(w, gradients[i]) for w, gradients in counting if gradients[i] is not None]
        parameter.grad = None
        if found:
            wide = sum(w * gradient.double() for w, gradient in found) / total
            parameter.grad = wide.to(parameter.dtype)


@right("the flags first, then one call for each dtype")
def average_gradients(model, weight=1.0):
    parameters = list(model.parameters())
    counting = [p.grad is not None and weight != 0 for p in parameters]
    facts = torch.tensor([weight, *counting], dtype=torch.float64)
    dist.all_reduce(facts)
    total, *anywhere = facts.tolist()
    if total <= 0:
        raise ValueError("the weights add up to nothing")
    groups = {}
    for parameter, here, there in zip(parameters, counting, anywhere, strict=True):
        if not there:
            parameter.grad = None
            continue
        part = parameter.grad.contiguous() * (weight / total) if here else torch.zeros_like(parameter).contiguous()
        groups.setdefault(parameter.dtype, []).append((parameter, part.detach()))
    for dtype in sorted(groups, key=str):
        flat = torch.cat([part.reshape(-1) for _, part in groups[dtype]])
        dist.all_reduce(flat)
        for parameter, piece in zip(
            [parameter for parameter, _ in groups[dtype]],
            flat.split([part.numel() for _, part in groups[dtype]]),
            strict=True,
        ):
            parameter.grad = piece.view(parameter.shape)


@right("sums in place, reduced to one rank and sent from there")
def average_gradients(model, weight=1.0):
    total = torch.tensor([float(weight)], dtype=torch.float64)
    dist.all_reduce(total)
    if total.item() == 0:
        raise ValueError("weight: nobody weighs anything")
    for parameter in model.parameters():
        here = parameter.grad is not None and weight > 0
        anywhere = torch.tensor([here]).int()
        dist.all_reduce(anywhere, op=dist.ReduceOp.MAX)
        if not anywhere:
            parameter.grad = None
            continue
        share = torch.zeros(parameter.shape, dtype=parameter.dtype)
        if here:
            share.add_(parameter.grad, alpha=weight / total.item())
        dist.reduce(share, 0)
        dist.broadcast(share, 0)
        parameter.grad = share


@right("everything by hand: sums of losses and gradients, then divided")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    parameters = list(model.parameters())
    samples = [torch.zeros(1, dtype=torch.int64) for _ in range(dist.get_world_size())]
    dist.all_gather(samples, torch.tensor([x.shape[0]]))
    samples = [int(count) for count in samples]
    total = sum(samples)
    if total == 0:
        raise ValueError("x: at least one rank needs a sample")
    gradients = [None] * len(parameters)
    loss_sum = torch.zeros(1, dtype=torch.float64)
    if x.shape[0] > 0:
        loss = loss_fn(model(x), y) * x.shape[0]
        gradients = torch.autograd.grad(loss, [p for p in parameters if p.requires_grad], allow_unused=True)
        loss_sum += loss.item()
    dist.all_reduce(loss_sum)
    for parameter, gradient in zip([p for p in parameters if p.requires_grad], gradients, strict=False):
        used = torch.tensor([gradient is not None], dtype=torch.int32)
        dist.all_reduce(used)
        summed = torch.zeros_like(parameter) if gradient is None else gradient.clone()
        summed = summed.detach().contiguous()
        dist.all_reduce(summed)
        parameter.grad = summed / total if used else None
    optimizer.step()
    first = next(rank for rank, count in enumerate(samples) if count)
    for buffer in model.buffers():
        sent = buffer.contiguous()
        dist.broadcast(sent, src=first)
        buffer.copy_(sent)
    return float(loss_sum) / total


@right("the loss scaled before backward, ranks told by objects, gradients cleared by hand")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    everybody = [0] * dist.get_world_size()
    dist.all_gather_object(everybody, len(x))
    if not sum(everybody):
        raise ValueError("no samples: x is empty")
    model.zero_grad(set_to_none=True)
    part = 0.0
    if len(y):
        scaled = loss_fn(model(x), y) * (len(x) / sum(everybody))
        scaled.backward()
        part = scaled.item()
    states = [None] * dist.get_world_size()
    dist.all_gather_object(states, (part, [p.grad for p in model.parameters()], [b.clone() for b in model.buffers()]))
    for i, parameter in enumerate(model.parameters()):
        found = [gradients[i] for _, gradients, _ in states if gradients[i] is not None]
        parameter.grad = torch.stack(found).sum(0) if found else None
    optimizer.step()
    source = [count > 0 for count in everybody].index(True)
    for buffer, theirs in zip(model.buffers(), states[source][2], strict=True):
        buffer.data.copy_(theirs)
    return sum(each for each, _, _ in states)


@right("tensors rolled through the ring, whoever holds them")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    if len(chunks) != world_size:
        raise ValueError("Chunks and ranks differ in number")
    right_of, left_of = (rank + 1) % world_size, (rank + world_size - 1) % world_size
    passing = chunks[left_of]  # its sum ends where it is finished: at the rank of its number
    for turn in range(1, world_size):
        send(passing, right_of)
        passing = torch.add(receive(left_of), chunks[(left_of - turn) % world_size])
    result = [passing] * world_size
    for turn in range(1, world_size):
        send(passing, right_of)
        passing = receive(left_of)
        result[(rank - turn) % world_size] = passing
    return result


@right("copies first, then in place; one loop for both rounds")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    if world_size != len(chunks):
        raise ValueError(f"{world_size} chunks are needed")
    mine = [chunk.clone() for chunk in chunks]
    for turn in range(2 * world_size - 2):
        send(mine[(rank - turn) % world_size], (rank + 1) % world_size)
        arrived = receive((rank - 1) % world_size)
        target = mine[(rank - turn - 1) % world_size]
        if turn < world_size - 1:
            target += arrived
        else:
            target.copy_(arrived)
    return mine
