"""Wrong answers to the topic `parallel`: one misconception each, with the sentence that would help."""

import torch
import torch.distributed as dist

from kata.variants import wrong

# -- shard_indices -------------------------------------------------------------------------------------------


def _check(count, rank, world_size):
    if count < 0:
        raise ValueError("count must not be negative")
    if world_size < 1:
        raise ValueError("world_size must be at least 1")
    if rank < 0 or rank >= world_size:
        raise ValueError("rank must be one of the ranks")


@wrong(
    "Every rank takes `count // world_size` samples, so the remainder of the division belongs to nobody. Give "
    "one sample more to each of the first `count % world_size` ranks."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size = count // world_size
    return list(range(rank * size, (rank + 1) * size))


@wrong(
    "The samples were dealt out like cards, every `world_size`-th to a rank. A share is a block of neighbours: "
    "rank 0 has the first ones, the last rank the last ones."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    return list(range(rank, count, world_size))


@wrong(
    "The last rank took the whole remainder, so its share can be larger than the others by many samples. Spread "
    "the remainder: one sample more for each of the first `count % world_size` ranks."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size = count // world_size
    return list(range(rank * size, count if rank == world_size - 1 else (rank + 1) * size))


@wrong(
    "The size of a share was rounded up for every rank, so the last ranks get what is left, which may be nothing. "
    "Only the first `count % world_size` ranks have one sample more."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size = -(-count // world_size)
    return list(range(min(rank * size, count), min((rank + 1) * size, count)))


@wrong(
    "The last ranks got the larger shares. When some shares have one sample more, they are those of the first ranks."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size, extra = divmod(count, world_size)
    small = world_size - extra
    start = rank * size + max(rank - small, 0)
    return list(range(start, start + size + (rank >= small)))


@wrong(
    "All shares were made equally large by giving some samples to two ranks. Every sample belongs to exactly one "
    "rank, and the shares may differ in size by one."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size = -(-count // world_size)
    start = min(rank * size, max(count - size, 0))
    return list(range(start, min(start + size, count)))


@wrong(
    "A block that begins at `rank * size` overlaps or leaves gaps when earlier blocks are one longer. Move its "
    "beginning by one for each rank before it that has one sample more."
)
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    size, extra = divmod(count, world_size)
    return list(range(rank * size, rank * size + size + (rank < extra)))


@wrong("A rank equal to `world_size` was let through. Ranks are counted from 0, so the last one is `world_size` - 1.")
def shard_indices(count, rank, world_size):
    _check(count, min(rank, world_size - 1), world_size)
    size, extra = divmod(count, world_size)
    start = rank * size + min(rank, extra)
    return list(range(start, start + size + (rank < extra)))


@wrong("The share is a tensor. It should be a list of Python ints: `tolist` makes one.")
def shard_indices(count, rank, world_size):
    _check(count, rank, world_size)
    return torch.arange(count).tensor_split(world_size)[rank]


# -- epoch_shard ---------------------------------------------------------------------------------------------


def _shuffled(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).tolist()


@wrong(
    "The epoch was not used, so every epoch goes through the samples in the same order. Seed the generator with "
    "the seed and the epoch together."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return _shuffled(count, seed)[rank::world_size]


@wrong(
    "The seed was not used: the order depends on the epoch alone, so all seeds give the same orders. Seed the "
    "generator with both."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return _shuffled(count, epoch)[rank::world_size]


@wrong(
    "Each rank has the same samples in every epoch, and shuffles them among themselves. Shuffle all samples "
    "first, and then take the rank's share of the shuffled order."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    mine = list(range(rank, count, world_size))
    return [mine[i] for i in _shuffled(len(mine), 1000 * seed + epoch)]


@wrong(
    "The rank is part of the seed, so each rank shuffles in its own way, and together they give some samples "
    "twice and others never. All ranks have to draw the same permutation."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return _shuffled(count, 1000 * seed + 10 * epoch + rank)[rank::world_size]


@wrong(
    "`torch.manual_seed` sets the random state of the whole program back. Seed a `torch.Generator` of your own "
    "and pass it to `randperm`."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    torch.manual_seed(1000 * seed + epoch)
    return torch.randperm(count).tolist()[rank::world_size]


@wrong(
    "Every rank got the same number of samples, and the rest of the shuffled order was dropped. Its samples "
    "belong to somebody: let the first ranks have one more."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    order = _shuffled(count, 1000 * seed + epoch)
    return order[: count - count % world_size][rank::world_size]


@wrong(
    "The order was filled up with samples from its beginning so that all shares are equally large. Those samples "
    "are given twice: leave some shares one sample shorter instead."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    order = _shuffled(count, 1000 * seed + epoch)
    return (order + order[: -count % world_size])[rank::world_size]


@wrong(
    "The shares trade places from epoch to epoch, but the order was shuffled only once, so the same samples "
    "always come together. Draw a new permutation in every epoch."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return _shuffled(count, seed)[(rank + epoch) % world_size :: world_size]


@wrong("The share was sorted. The samples should come in the order of the permutation, not in ascending order.")
def epoch_shard(count, rank, world_size, epoch, seed):
    return sorted(_shuffled(count, 1000 * seed + epoch)[rank::world_size])


@wrong(
    "`randperm` drew from the global random state, without a seed, so the ranks do not agree and the same call "
    "gives another share each time. Pass it a generator that is seeded with the seed and the epoch."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return torch.randperm(count).tolist()[rank::world_size]


@wrong(
    "The seed is the `hash` of a text, and that is another number in every Python process, so the ranks do not agree. "
    "Make the seed of the two numbers themselves: `hash` of a tuple of ints is the same everywhere."
)
def epoch_shard(count, rank, world_size, epoch, seed):
    return _shuffled(count, hash(f"{seed}/{epoch}"))[rank::world_size]


# -- broadcast_parameters ------------------------------------------------------------------------------------


def _check_source(source):
    if not 0 <= source < dist.get_world_size():
        raise ValueError(f"source {source} is no rank")


def _send(tensor, source):
    numbers = tensor.detach().contiguous()
    dist.broadcast(numbers, source)
    with torch.no_grad():
        tensor.copy_(numbers)


@wrong(
    "Only the parameters were sent. Buffers, such as the running statistics of BatchNorm, belong to the model "
    "too: send `model.buffers()` as well."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for parameter in model.parameters():
        _send(parameter, source)


@wrong(
    "What is not in the `state_dict` was not sent: buffers that were registered with `persistent=False` are not in "
    "it. `model.buffers()` has them all."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in model.state_dict().values():
        _send(tensor, source)


@wrong("The numbers of rank 0 were sent, whatever `source` says. Pass `source` on to `broadcast`.")
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*model.parameters(), *model.buffers()):
        _send(tensor, 0)


@wrong(
    "The ranks were averaged. Every rank should have the numbers of the source as they are: that is `broadcast`, "
    "not `all_reduce`."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*model.parameters(), *model.buffers()):
        numbers = tensor.detach().clone(memory_format=torch.contiguous_format)
        dist.all_reduce(numbers)
        with torch.no_grad():
            tensor.copy_(numbers / dist.get_world_size())


@wrong(
    "The numbers were received into a copy and never written back to the model. Copy them into the parameter "
    "or buffer itself, with `copy_`."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach().clone(memory_format=torch.contiguous_format), source)


@wrong(
    "Parameters that do not require a gradient were left out. Frozen layers compute too, and have to be the same "
    "on every rank."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*(p for p in model.parameters() if p.requires_grad), *model.buffers()):
        _send(tensor, source)


@wrong(
    "Buffers of whole numbers and bools were left out. Send every buffer, whatever its dtype: BatchNorm counts its "
    "batches in an int64."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.is_floating_point():
            _send(tensor, source)


@wrong(
    "Only the source rank called `broadcast`, and it waits for ever for the others. A collective call is made by "
    "every rank: the source sends in it, and the others receive."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    if dist.get_rank() == source:
        for tensor in (*model.parameters(), *model.buffers()):
            _send(tensor, source)


@wrong(
    "Tensors that are not contiguous were handed to `broadcast` as they are. It reads and writes memory from end "
    "to end: send a contiguous copy, and `copy_` it back."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach(), source)


@wrong(
    "The model got new parameters, so an optimizer that was made before goes on with the old ones. Overwrite the "
    "numbers of the parameters that are there, with `copy_`."
)
def broadcast_parameters(model, source=0):
    _check_source(source)
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            numbers = parameter.detach().clone(memory_format=torch.contiguous_format)
            dist.broadcast(numbers, source)
            setattr(module, name, torch.nn.Parameter(numbers, parameter.requires_grad))
    for buffer in model.buffers():
        _send(buffer, source)


@wrong(
    "A `source` that is no rank was not refused: check it against `dist.get_world_size()` and raise a ValueError "
    "that names it, before anything is sent."
)
def broadcast_parameters(model, source=0):
    for tensor in (*model.parameters(), *model.buffers()):
        _send(tensor, source)


# -- average_gradients ---------------------------------------------------------------------------------------


def _average(model, weight, *, scale=None, keep_missing=True, mask=True, check=True):
    total = torch.tensor(float(weight), dtype=torch.float64)
    dist.all_reduce(total)
    if check and total == 0:
        raise ValueError("weight is 0 everywhere")
    for parameter in model.parameters():
        counts = torch.tensor(int(parameter.grad is not None and (weight > 0 or not mask)))
        share = torch.zeros_like(parameter, memory_format=torch.contiguous_format, requires_grad=False)
        if counts:
            share.copy_(parameter.grad * scale(weight, total.item()))
        dist.all_reduce(counts)
        dist.all_reduce(share)
        parameter.grad = share if counts or not keep_missing else None


@wrong(
    "The gradients were added up over the ranks and never divided. Divide the weighted sum by the sum of the weights."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine)


@wrong(
    "The weights were not used: every rank counted the same, with 1 / world_size. Multiply each gradient by its "
    "rank's weight, and divide by the sum of all weights."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: 1 / dist.get_world_size())


@wrong(
    "The weighted sum was divided by the number of ranks. Divide it by the sum of the weights, which is that number "
    "only if each weighs 1."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / dist.get_world_size())


@wrong(
    "A rank on which a parameter has no gradient skipped the `all_reduce` that the others make, so they wait for "
    "it, or meet it in another parameter's call. Let it send zeros."
)
def average_gradients(model, weight=1.0):
    total = torch.tensor(float(weight), dtype=torch.float64)
    dist.all_reduce(total)
    if total == 0:
        raise ValueError("weight is 0 everywhere")
    for parameter in model.parameters():
        if parameter.grad is not None:
            share = parameter.grad.contiguous() * (weight / total.item()) if weight else torch.zeros_like(parameter)
            dist.all_reduce(share)
            parameter.grad = share.detach()


@wrong(
    "A parameter that has no gradient on any rank got one of zeros. Leave it without: an optimizer with weight "
    "decay or momentum would move it."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / total, keep_missing=False)


@wrong(
    "The gradient of a rank of weight 0 was multiplied by 0, and 0 times NaN is NaN. Let such a rank send zeros in "
    "place of its gradients."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / total, mask=False)


@wrong(
    "Weights that add up to 0 were divided by. Raise a ValueError that names `weight`, on every rank, when the sum "
    "of all weights is 0."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / total if total else 0.0, check=False)


@wrong(
    "The parameters were averaged, and the gradients left as they were. Each rank should get the average of "
    "`parameter.grad`."
)
def average_gradients(model, weight=1.0):
    total = torch.tensor(float(weight), dtype=torch.float64)
    dist.all_reduce(total)
    if total == 0:
        raise ValueError("weight is 0 everywhere")
    for parameter in model.parameters():
        share = parameter.detach() * (weight / total.item())
        dist.all_reduce(share)
        parameter.data.copy_(share)


@wrong(
    "The average was divided by the number of ranks once more. Each gradient times weight / (sum of the weights), "
    "added up, is the average already."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / total / dist.get_world_size())


@wrong(
    "All gradients were sent as float32, and a float64 gradient lost half of its digits. Send each in its own dtype."
)
def average_gradients(model, weight=1.0):
    _average(model, weight, scale=lambda mine, total: mine / total)
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad = parameter.grad.float().to(parameter.dtype)


@wrong(
    "The gradient was multiplied by the weight, and divided only at the end. In between it is larger than a float16 "
    "can be. Divide the weight by the sum of the weights first, and multiply by that."
)
def average_gradients(model, weight=1.0):
    total = torch.tensor(float(weight), dtype=torch.float64)
    dist.all_reduce(total)
    _average(model, weight, scale=lambda mine, _: mine)
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad /= total.item()


@wrong(
    "Gradients that are not contiguous were handed to `all_reduce` as they are. It reads and writes memory from end "
    "to end: send a contiguous copy."
)
def average_gradients(model, weight=1.0):
    total = torch.tensor(float(weight), dtype=torch.float64)
    dist.all_reduce(total)
    if total == 0:
        raise ValueError("weight is 0 everywhere")
    for parameter in model.parameters():
        counts = torch.tensor(int(parameter.grad is not None and weight > 0))
        if not counts:
            parameter.grad = torch.zeros_like(parameter)
        parameter.grad.mul_(weight / total.item())
        dist.all_reduce(counts)
        dist.all_reduce(parameter.grad)
        if not counts:
            parameter.grad = None


# -- data_parallel_step --------------------------------------------------------------------------------------


def _average_all(model, weight):
    _average(model, weight, scale=lambda mine, total: mine / total)


def _counts(x):
    counts = torch.zeros(dist.get_world_size(), dtype=torch.int64)
    counts[dist.get_rank()] = len(x)
    dist.all_reduce(counts)
    if counts.sum() == 0:
        raise ValueError("x is empty on every rank")
    return counts.tolist()


def _share_buffers(model, counts):
    first = next(rank for rank, count in enumerate(counts) if count)
    for buffer in model.buffers():
        _send(buffer, first)


def _mean_loss(loss, counts):
    total = torch.tensor(loss * counts[dist.get_rank()], dtype=torch.float64)
    dist.all_reduce(total)
    return total.item() / sum(counts)


@wrong(
    "The gradients of all ranks counted the same, however many samples a rank has. Give `average_gradients` the "
    "number of the rank's samples for its weight."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, 1 if len(x) else 0)
    optimizer.step()
    _share_buffers(model, counts)
    return _mean_loss(loss, counts)


@wrong(
    "Gradients from before were not cleared, so they count once more in this step. Call `optimizer.zero_grad()` "
    "before `backward`."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    return _mean_loss(loss, counts)


@wrong(
    "Each rank returned the mean loss of its own samples. Add up the losses of all ranks, and divide by the number "
    "of all samples."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    return loss


@wrong(
    "The loss is the mean of the ranks' mean losses. Ranks with unequally many samples do not count the same: weigh "
    "each mean by the number of its samples."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    total = torch.tensor(loss, dtype=torch.float64)
    dist.all_reduce(total)
    return total.item() / sum(count > 0 for count in counts)


@wrong(
    "A rank without samples called the model and the loss all the same, and there is no mean over no samples. Let it "
    "skip both, and take part in the rest."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    value = loss_fn(model(x), y)
    value.backward()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    return _mean_loss(value.item(), counts)


@wrong(
    "A rank without samples returned at once, and the others wait for it in the next call. It has nothing to "
    "compute, but has to take part in every collective call and in the step."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    if len(x) == 0:
        return 0.0
    value = loss_fn(model(x), y)
    value.backward()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    return _mean_loss(value.item(), counts)


@wrong(
    "The optimizer stepped before the gradients were averaged, so each rank moved by its own gradient. Average "
    "first, then step."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    optimizer.step()
    _average_all(model, len(x))
    _share_buffers(model, counts)
    return _mean_loss(loss, counts)


@wrong(
    "Each rank stepped by its own gradient, and the parameters were averaged afterwards. That is the same for "
    "plain SGD only: an optimizer with a memory has to see the average gradient."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    optimizer.step()
    for parameter in model.parameters():
        share = parameter.detach() * (len(x) / sum(counts))
        dist.all_reduce(share)
        parameter.data.copy_(share)
    _share_buffers(model, counts)
    return _mean_loss(loss, counts)


@wrong(
    "Each rank kept its own buffers, so the running statistics drift apart and the ranks no longer have the same "
    "model. Send those of the first rank that has samples."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    return _mean_loss(loss, counts)


@wrong(
    "The buffers of rank 0 were sent, even if it has no samples and did not call the model. Send those of the first "
    "rank that has samples."
)
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    for buffer in model.buffers():
        _send(buffer, 0)
    return _mean_loss(loss, counts)


@wrong("The model was put into training mode. Leave its mode to the caller, who may have chosen evaluation mode.")
def data_parallel_step(model, loss_fn, optimizer, x, y):
    counts = _counts(x)
    model.train()
    optimizer.zero_grad()
    loss = 0.0
    if len(x):
        value = loss_fn(model(x), y)
        value.backward()
        loss = value.item()
    _average_all(model, len(x))
    optimizer.step()
    _share_buffers(model, counts)
    return _mean_loss(loss, counts)


# -- ring_all_reduce -----------------------------------------------------------------------------------------


def _check_chunks(chunks, world_size):
    if len(chunks) != world_size:
        raise ValueError(f"chunks: {len(chunks)}, ranks: {world_size}")


def _first_round(chunks, rank, world_size, send, receive, steps=None):
    sums = list(chunks)
    for step in range(world_size - 1 if steps is None else steps):
        send(sums[(rank - step) % world_size], (rank + 1) % world_size)
        i = (rank - 1 - step) % world_size
        sums[i] = sums[i] + receive((rank - 1) % world_size)
    return sums


def _second_round(sums, rank, world_size, send, receive, steps=None, first=1):
    for step in range(world_size - 1 if steps is None else steps):
        send(sums[(rank + first - step) % world_size], (rank + 1) % world_size)
        sums[(rank + first - 1 - step) % world_size] = receive((rank - 1) % world_size)
    return sums


@wrong(
    "Every rank's chunks were passed around the whole ring and added up on arrival: each rank sends all of its data "
    "to everybody. Send partial sums of one chunk at a time, 2 * (world_size - 1) in all."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums, passing = list(chunks), list(chunks)
    for _ in range(world_size - 1):
        for chunk in passing:
            send(chunk, (rank + 1) % world_size)
        passing = [receive((rank - 1) % world_size) for _ in passing]
        sums = [a + b for a, b in zip(sums, passing, strict=True)]
    return sums


@wrong(
    "What arrived was added to the chunk in place, so the caller's tensors hold partial sums now. Make new tensors: "
    "`chunk + arrived`."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = list(chunks)
    for step in range(world_size - 1):
        send(sums[(rank - step) % world_size], (rank + 1) % world_size)
        sums[(rank - 1 - step) % world_size] += receive((rank - 1) % world_size)
    return _second_round(sums, rank, world_size, send, receive)


@wrong(
    "Only the first round was made, after which each rank has one finished sum and parts of the others. Let the "
    "finished sums travel around the ring in a second round."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    return _first_round(chunks, rank, world_size, send, receive)


@wrong(
    "The first round is one turn short, so each sum lacks the numbers of one rank. A chunk meets all ranks in "
    "`world_size - 1` turns."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = _first_round(chunks, rank, world_size, send, receive, max(world_size - 2, 0))
    return _second_round(sums, rank, world_size, send, receive)


@wrong(
    "The second round is one turn short, so each rank is left with one partial sum. A finished sum reaches all other "
    "ranks in `world_size - 1` turns."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = _first_round(chunks, rank, world_size, send, receive)
    return _second_round(sums, rank, world_size, send, receive, max(world_size - 2, 0))


@wrong(
    "The second round begins with the rank's own chunk, which is not finished there. After the first round rank r "
    "holds the sum of chunk r + 1: begin with that."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = _first_round(chunks, rank, world_size, send, receive)
    return _second_round(sums, rank, world_size, send, receive, first=0)


@wrong("Every rank waits to receive before it sends anything, so nobody ever sends. Send first: `send` does not wait.")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = list(chunks)
    for step in range(world_size - 1):
        arrived = receive((rank - 1) % world_size)
        send(sums[(rank - step) % world_size], (rank + 1) % world_size)
        i = (rank - 1 - step) % world_size
        sums[i] = sums[i] + arrived
    return _second_round(sums, rank, world_size, send, receive)


@wrong("The sums were divided by the number of ranks. The result is the sum over the ranks, not their mean.")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = _first_round(chunks, rank, world_size, send, receive)
    sums = _second_round(sums, rank, world_size, send, receive)
    return [(chunk / world_size).to(chunk.dtype) for chunk in sums]


@wrong(
    "Rank 0 collected the data of all ranks and sent the sums back, so everything goes through it. Let each rank "
    "talk to its neighbours only: send to rank + 1, receive from rank - 1."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = list(chunks)
    if rank:
        for chunk in chunks:
            send(chunk, 0)
        return [receive(0) for _ in chunks]
    for other in range(1, world_size):
        sums = [chunk + receive(other) for chunk in sums]
    for other in range(1, world_size):
        for chunk in sums:
            send(chunk, other)
    return sums


@wrong(
    "The finished sums that arrive in the second round were added to the partial ones. They are complete: let them "
    "take the place of what the rank has."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = _first_round(chunks, rank, world_size, send, receive)
    for step in range(world_size - 1):
        send(sums[(rank + 1 - step) % world_size], (rank + 1) % world_size)
        i = (rank - step) % world_size
        sums[i] = sums[i] + receive((rank - 1) % world_size)
    return sums


@wrong(
    "The chunks were stacked into one tensor, which works only if they all have the same shape. Keep a list: chunks "
    "may have different shapes, and may be empty."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = torch.stack(list(chunks))
    for step in range(world_size - 1):
        send(sums[(rank - step) % world_size], (rank + 1) % world_size)
        sums[(rank - 1 - step) % world_size] += receive((rank - 1) % world_size)
    for step in range(world_size - 1):
        send(sums[(rank + 1 - step) % world_size], (rank + 1) % world_size)
        sums[(rank - step) % world_size] = receive((rank - 1) % world_size)
    return list(sums)


@wrong("The ring turns the other way: tensors were sent to rank - 1. Send to rank + 1, and receive from rank - 1.")
def ring_all_reduce(chunks, rank, world_size, send, receive):
    _check_chunks(chunks, world_size)
    sums = list(chunks)
    for step in range(world_size - 1):
        send(sums[(rank + step) % world_size], (rank - 1) % world_size)
        i = (rank + 1 + step) % world_size
        sums[i] = sums[i] + receive((rank + 1) % world_size)
    for step in range(world_size - 1):
        send(sums[(rank - 1 + step) % world_size], (rank - 1) % world_size)
        sums[(rank + step) % world_size] = receive((rank + 1) % world_size)
    return sums


@wrong(
    "Another number of chunks than ranks was not refused. Raise a ValueError that names `chunks`, before anything is "
    "sent."
)
def ring_all_reduce(chunks, rank, world_size, send, receive):
    sums = _first_round(chunks, rank, world_size, send, receive)
    return _second_round(sums, rank, world_size, send, receive)
