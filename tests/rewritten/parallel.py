"""The wrong answers to the katas of `parallel` once more, each from its sentence alone and in another style."""

import itertools
import random

import torch
import torch.distributed as dist
from torch import nn

from kata.variants import rewritten

# shard_indices


def _checked(count, rank, world_size):
    if count < 0:
        raise ValueError("count is negative")
    if world_size < 1:
        raise ValueError("world_size is too small")
    if rank < 0 or rank >= world_size:
        raise ValueError("rank does not exist")


def _block(sizes, rank):
    ends = list(itertools.accumulate(sizes))
    return list(range(ends[rank] - sizes[rank], ends[rank]))


def _sizes(count, world_size):
    return [len(range(rank, count, world_size)) for rank in range(world_size)]


@rewritten("Every rank takes `count // world_size` samples")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    return _block([count // world_size] * world_size, rank)


@rewritten("The samples were dealt out like cards")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    return [i for i in range(count) if i % world_size == rank]


@rewritten("The last rank took the whole remainder")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    sizes = [count // world_size] * world_size
    sizes[-1] += count - sum(sizes)
    return _block(sizes, rank)


@rewritten("The size of a share was rounded up for every rank")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    size = -(-count // world_size)
    return list(range(min(rank * size, count), min((rank + 1) * size, count)))


@rewritten("The last ranks got the larger shares")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    return _block(_sizes(count, world_size)[::-1], rank)


@rewritten("All shares were made equally large")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    size = -(-count // world_size)
    start = min(rank * size, max(count - size, 0))
    return list(range(start, min(start + size, count)))


@rewritten("A block that begins at `rank * size` overlaps")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    size = _sizes(count, world_size)[rank]
    start = rank * (count // world_size)
    return list(range(start, start + size))


@rewritten("A rank equal to `world_size` was let through")
def shard_indices(count, rank, world_size):
    if rank != world_size:
        _checked(count, rank, world_size)
    _checked(count, 0, world_size)
    size, more = divmod(count, world_size)
    start = size * rank + min(more, rank)
    return list(range(start, start + size + int(rank < more)))


@rewritten("The share is a tensor")
def shard_indices(count, rank, world_size):
    _checked(count, rank, world_size)
    return torch.tensor(_block(_sizes(count, world_size), rank), dtype=torch.int64)


# epoch_shard


def _mixed(seed, epoch):
    return seed * 1_000_003 + epoch


def _permutation(count, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.randperm(count, generator=generator).tolist()


@rewritten("The epoch was not used")
def epoch_shard(count, rank, world_size, epoch, seed):
    return _permutation(count, seed)[rank::world_size]


@rewritten("The seed was not used")
def epoch_shard(count, rank, world_size, epoch, seed):
    return _permutation(count, epoch)[rank::world_size]


@rewritten("Each rank has the same samples in every epoch")
def epoch_shard(count, rank, world_size, epoch, seed):
    own = list(range(count))[rank::world_size]
    return [own[i] for i in _permutation(len(own), _mixed(seed, epoch))]


@rewritten("The rank is part of the seed")
def epoch_shard(count, rank, world_size, epoch, seed):
    return _permutation(count, _mixed(seed, epoch) * 31 + rank)[rank::world_size]


@rewritten("`torch.manual_seed` sets the random state")
def epoch_shard(count, rank, world_size, epoch, seed):
    torch.manual_seed(_mixed(seed, epoch))
    return torch.randperm(count)[rank::world_size].tolist()


@rewritten("Every rank got the same number of samples")
def epoch_shard(count, rank, world_size, epoch, seed):
    even = count - count % world_size
    return _permutation(count, _mixed(seed, epoch))[:even][rank::world_size]


@rewritten("The order was filled up with samples from its beginning")
def epoch_shard(count, rank, world_size, epoch, seed):
    order = _permutation(count, _mixed(seed, epoch))
    wanted = -(-count // world_size) * world_size
    filled = list(itertools.islice(itertools.cycle(order), wanted)) if order else []
    return filled[rank::world_size]


@rewritten("The shares trade places from epoch to epoch")
def epoch_shard(count, rank, world_size, epoch, seed):
    return _permutation(count, seed)[(rank + epoch) % world_size :: world_size]


@rewritten("The share was sorted")
def epoch_shard(count, rank, world_size, epoch, seed):
    return sorted(_permutation(count, _mixed(seed, epoch))[rank::world_size])


@rewritten("`randperm` drew from the global random state")
def epoch_shard(count, rank, world_size, epoch, seed):
    return torch.randperm(count).tolist()[rank::world_size]


@rewritten("The seed is the `hash` of a text")
def epoch_shard(count, rank, world_size, epoch, seed):
    order = list(range(count))
    random.Random(hash(("epoch", epoch, "seed", seed))).shuffle(order)
    return order[rank::world_size]


# broadcast_parameters


def _exists(source):
    if source not in range(dist.get_world_size()):
        raise ValueError("source is nobody")


def _state(model):
    return [*model.parameters(), *model.buffers()]


def _send(tensors, source):
    """Right, for the tensors it is given."""
    for tensor in tensors:
        line = tensor.detach().reshape(-1).clone()
        dist.broadcast(line, src=source)
        tensor.data.copy_(line.view(tensor.shape))


@rewritten("Only the parameters were sent")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send(model.parameters(), source)


@rewritten("What is not in the `state_dict` was not sent")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send(model.state_dict().values(), source)


@rewritten("The numbers of rank 0 were sent")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send(_state(model), 0)


@rewritten("The ranks were averaged. Every rank should have")
def broadcast_parameters(model, source=0):
    _exists(source)
    for tensor in _state(model):
        total = tensor.detach().double().contiguous()
        dist.all_reduce(total)
        tensor.data.copy_(total / dist.get_world_size())


@rewritten("The numbers were received into a copy and never")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send([tensor.detach().clone() for tensor in _state(model)], source)


@rewritten("Parameters that do not require a gradient were left out")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send([p for p in model.parameters() if p.requires_grad], source)
    _send(model.buffers(), source)


@rewritten("Buffers of whole numbers and bools were left out")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send([tensor for tensor in _state(model) if tensor.is_floating_point()], source)


@rewritten("Only the source rank called `broadcast`")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send(_state(model) if dist.get_rank() == source else [], source)


@rewritten("Tensors that are not contiguous were handed to `broadcast`")
def broadcast_parameters(model, source=0):
    _exists(source)
    for tensor in _state(model):
        dist.broadcast(tensor.data, src=source)


@rewritten("The model got new parameters")
def broadcast_parameters(model, source=0):
    _exists(source)
    _send(model.buffers(), source)
    for module in model.modules():
        for name, parameter in list(module._parameters.items()):
            if parameter is not None:
                new = nn.Parameter(parameter.detach().clone(), parameter.requires_grad)
                new.grad = parameter.grad
                _send([new], source)
                module._parameters[name] = new


@rewritten("A `source` that is no rank was not refused")
def broadcast_parameters(model, source=0):
    _send(_state(model), source)


# average_gradients


def _weights(weight):
    weights = [torch.zeros((), dtype=torch.float64) for _ in range(dist.get_world_size())]
    dist.all_gather(weights, torch.tensor(float(weight), dtype=torch.float64))
    return float(sum(weights))


def _some(total):
    if total == 0:
        raise ValueError("weight is 0 everywhere")


def _average(model, factor, *, counts=lambda p: p.grad is not None, keep=True, dtype=None):
    """Right, where `factor` is this rank's weight over the sum of all."""
    for parameter in model.parameters():
        has = torch.tensor(int(counts(parameter)))
        gradient = torch.zeros_like(parameter, memory_format=torch.contiguous_format).detach()
        if has:
            gradient.copy_(parameter.grad).mul_(factor)
        if dtype is not None:
            gradient = gradient.to(dtype)
        dist.all_reduce(has)
        dist.all_reduce(gradient)
        parameter.grad = gradient.to(parameter.dtype) if has or not keep else None


@rewritten("The gradients were added up over the ranks")
def average_gradients(model, weight=1.0):
    _some(_weights(weight))
    _average(model, weight, counts=lambda p: p.grad is not None and weight > 0)


@rewritten("The weights were not used")
def average_gradients(model, weight=1.0):
    _some(_weights(weight))
    _average(model, 1 / dist.get_world_size())


@rewritten("The weighted sum was divided by the number of ranks")
def average_gradients(model, weight=1.0):
    _some(_weights(weight))
    _average(model, weight / dist.get_world_size(), counts=lambda p: p.grad is not None and weight > 0)


@rewritten("A rank on which a parameter has no gradient skipped")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    for parameter in model.parameters():
        if parameter.grad is None:
            continue
        share = parameter.grad.contiguous() * (weight / total) if weight else torch.zeros(parameter.shape).to(parameter)
        dist.all_reduce(share)
        parameter.grad = share


@rewritten("A parameter that has no gradient on any rank got one")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    _average(model, weight / total, counts=lambda p: p.grad is not None and weight > 0, keep=False)


@rewritten("The gradient of a rank of weight 0 was multiplied by 0")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    for parameter in model.parameters():
        counts = torch.tensor(int(parameter.grad is not None and weight > 0))
        dist.all_reduce(counts)
        gradient = torch.zeros(parameter.shape, dtype=parameter.dtype) if parameter.grad is None else parameter.grad
        share = gradient.contiguous() * (weight / total)
        dist.all_reduce(share)
        parameter.grad = share if counts else None


@rewritten("Weights that add up to 0 were divided by")
def average_gradients(model, weight=1.0):
    total = torch.tensor(_weights(weight), dtype=torch.float64)
    _average(model, (weight / total).item(), counts=lambda p: p.grad is not None and weight > 0)


@rewritten("The parameters were averaged, and the gradients left")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    for parameter in model.parameters():
        share = parameter.detach().contiguous() * (weight / total)
        dist.all_reduce(share)
        parameter.data.copy_(share)


@rewritten("The average was divided by the number of ranks once more")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    factor = weight / total / dist.get_world_size()
    _average(model, factor, counts=lambda p: p.grad is not None and weight > 0)


@rewritten("All gradients were sent as float32")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    _average(model, weight / total, counts=lambda p: p.grad is not None and weight > 0, dtype=torch.float32)


@rewritten("The gradient was multiplied by the weight, and divided only")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    for parameter in model.parameters():
        counts = torch.tensor(int(parameter.grad is not None and weight > 0))
        share = torch.zeros(parameter.shape, dtype=parameter.dtype)
        if counts:
            share += weight * parameter.grad
        dist.all_reduce(counts)
        dist.all_reduce(share)
        parameter.grad = share.div(total) if counts else None


@rewritten("Gradients that are not contiguous were handed to `all_reduce`")
def average_gradients(model, weight=1.0):
    total = _weights(weight)
    _some(total)
    for parameter in model.parameters():
        counts = torch.tensor(int(parameter.grad is not None and weight > 0))
        if counts:
            share = parameter.grad
            share.mul_(weight / total)
        else:
            share = torch.zeros(parameter.shape, dtype=parameter.dtype)
        dist.all_reduce(counts)
        dist.all_reduce(share)
        parameter.grad = share if counts else None


# data_parallel_step


def _counts(x):
    counts = [torch.tensor(0) for _ in range(dist.get_world_size())]
    dist.all_gather(counts, torch.tensor(x.size(0)))
    sizes = [int(count) for count in counts]
    if not any(sizes):
        raise ValueError("x is empty on every rank")
    return sizes


def _averaged(model, weight):
    total = _weights(weight)
    _average(model, weight / total, counts=lambda p: p.grad is not None and weight > 0)


def _own(model, loss_fn, optimizer, x, y, clear=True):
    """Right: this rank's own mean loss, and its gradients."""
    if clear:
        optimizer.zero_grad()
    if not len(x):
        return 0.0
    loss = loss_fn(model(x), y)
    loss.backward()
    return loss.item()


def _sum(number):
    total = torch.tensor(number, dtype=torch.float64)
    dist.all_reduce(total)
    return total.item()


def _first(sizes):
    return next(rank for rank, size in enumerate(sizes) if size)


@rewritten("The gradients of all ranks counted the same")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, 1.0)
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("Gradients from before were not cleared")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y, clear=False)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("Each rank returned the mean loss of its own samples")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return loss


@rewritten("The loss is the mean of the ranks' mean losses")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss) / dist.get_world_size()


@rewritten("A rank without samples called the model and the loss")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss.item() * len(x)) / sum(sizes)


@rewritten("A rank without samples returned at once")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    if not len(x):
        return 0.0
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("The optimizer stepped before the gradients were averaged")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    optimizer.step()
    _averaged(model, len(x))
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("Each rank stepped by its own gradient, and the parameters")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    optimizer.step()
    for parameter in model.parameters():
        share = parameter.detach().contiguous() * (len(x) / sum(sizes))
        dist.all_reduce(share)
        parameter.data.copy_(share)
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("Each rank kept its own buffers")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("The buffers of rank 0 were sent")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model, loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), 0)
    return _sum(loss * len(x)) / sum(sizes)


@rewritten("The model was put into training mode")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    sizes = _counts(x)
    loss = _own(model.train(), loss_fn, optimizer, x, y)
    _averaged(model, len(x))
    optimizer.step()
    _send(model.buffers(), _first(sizes))
    return _sum(loss * len(x)) / sum(sizes)


# ring_all_reduce


def _enough(chunks, world_size):
    if len(chunks) != world_size:
        raise ValueError("chunks: one for each rank")


def _gather(sums, rank, world_size, send, receive, turns=None, begin=1, take=lambda old, new: new):
    """Right second round, but for what the arguments replace."""
    following, before = (rank + 1) % world_size, (rank - 1) % world_size
    for turn in range(world_size - 1 if turns is None else turns):
        send(sums[(rank + begin - turn) % world_size], following)
        place = (rank + begin - 1 - turn) % world_size
        sums[place] = take(sums[place], receive(before))
    return sums


def _reduce(sums, rank, world_size, send, receive, turns=None, add=lambda old, new: old + new):
    following, before = (rank + 1) % world_size, (rank - 1) % world_size
    for turn in range(world_size - 1 if turns is None else turns):
        send(sums[(rank - turn) % world_size], following)
        place = (rank - 1 - turn) % world_size
        sums[place] = add(sums[place], receive(before))
    return sums


@rewritten("Every rank's chunks were passed around the whole ring")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums, travelling = list(chunks), list(chunks)
    for _ in range(world_size - 1):
        for chunk in travelling:
            send(chunk, (rank + 1) % world_size)
        travelling = [receive((rank - 1) % world_size) for _ in chunks]
        sums = [mine + theirs for mine, theirs in zip(sums, travelling, strict=True)]
    return sums


@rewritten("What arrived was added to the chunk in place")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _reduce(list(chunks), rank, world_size, send, receive, add=lambda old, new: old.add_(new))
    return _gather(sums, rank, world_size, send, receive)


@rewritten("Only the first round was made")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    return _reduce(list(chunks), rank, world_size, send, receive)


@rewritten("The first round is one turn short")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _reduce(list(chunks), rank, world_size, send, receive, turns=max(world_size - 2, 0))
    return _gather(sums, rank, world_size, send, receive)


@rewritten("The second round is one turn short")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _reduce(list(chunks), rank, world_size, send, receive)
    return _gather(sums, rank, world_size, send, receive, turns=max(world_size - 2, 0))


@rewritten("The second round begins with the rank's own chunk")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _reduce(list(chunks), rank, world_size, send, receive)
    return _gather(sums, rank, world_size, send, receive, begin=0)


@rewritten("Every rank waits to receive before it sends")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = list(chunks)
    for turn in range(world_size - 1):
        arrived = receive((rank - 1) % world_size)
        send(sums[(rank - turn) % world_size], (rank + 1) % world_size)
        place = (rank - 1 - turn) % world_size
        sums[place] = sums[place] + arrived
    return _gather(sums, rank, world_size, send, receive)


@rewritten("The sums were divided by the number of ranks")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _gather(_reduce(list(chunks), rank, world_size, send, receive), rank, world_size, send, receive)
    return [(total / world_size).to(total.dtype) for total in sums]


@rewritten("Rank 0 collected the data of all ranks")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    if rank:
        for chunk in chunks:
            send(chunk, 0)
        return [receive(0) for _ in chunks]
    sums = list(chunks)
    for other in range(1, world_size):
        sums = [total + receive(other) for total in sums]
    for other in range(1, world_size):
        for total in sums:
            send(total, other)
    return [total.clone() for total in sums]


@rewritten("The finished sums that arrive in the second round were added")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = _reduce(list(chunks), rank, world_size, send, receive)
    return _gather(sums, rank, world_size, send, receive, take=lambda old, new: old + new)


@rewritten("The chunks were stacked into one tensor")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = list(torch.stack(chunks).unbind())
    return _gather(_reduce(sums, rank, world_size, send, receive), rank, world_size, send, receive)


@rewritten("The ring turns the other way")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _enough(chunks, world_size)
    sums = list(chunks)
    before, following = (rank - 1) % world_size, (rank + 1) % world_size
    for turn in range(world_size - 1):
        send(sums[(rank + turn) % world_size], before)
        place = (rank + 1 + turn) % world_size
        sums[place] = sums[place] + receive(following)
    for turn in range(world_size - 1):
        send(sums[(rank - 1 + turn) % world_size], before)
        sums[(rank + turn) % world_size] = receive(following)
    return sums


@rewritten("Another number of chunks than ranks was not refused")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    return _gather(_reduce(list(chunks), rank, world_size, send, receive), rank, world_size, send, receive)
