"""What a learner might hand in for several ranks, well-meant and not; test_ranks.py runs it."""

import os
import time

import torch
import torch.distributed as dist


def average(x):
    total = x.clone()
    dist.all_reduce(total)
    return total / dist.get_world_size()


def only_first(x):
    if dist.get_rank() == 0:
        dist.all_reduce(x)
    return x


def other_call(x):
    if dist.get_rank() == 0:
        dist.broadcast(x, 0)
    else:
        dist.all_reduce(x)
    return x


def other_shape(x):
    dist.all_reduce(x[dist.get_rank() :].clone())
    return x


def raises_on_last(x):
    if dist.get_rank() == dist.get_world_size() - 1:
        raise ValueError("x: not today")
    return average(x)


def raises(x):
    raise ValueError("x: never")


def dies(x):
    if dist.get_rank() == 1:
        os._exit(3)
    return average(x)


def crashes(x):
    if dist.get_rank() == 1:
        import ctypes

        ctypes.string_at(0)
    return average(x)


def loops(x):
    while dist.get_rank() == 1:
        time.sleep(0.01)
    return x


def keeps_the_interpreter(x):
    return 9**9**9 if dist.get_rank() == 0 else average(x)


def forgets_to_wait(x):
    if dist.get_rank() == 1:
        dist.all_reduce(x, async_op=True)
    return x


def prints(x):
    print("I am", dist.get_rank())
    return x


def leaves(x):
    dist.destroy_process_group()
    return x


def draws(x):
    return torch.rand(3, dtype=x.dtype)


def other_dtype(x):
    x = x.double() if dist.get_rank() else x
    dist.all_reduce(x)
    return x


def forgets_to_wait_everywhere(x):
    for _ in range(3):
        dist.all_reduce(x.clone(), async_op=True)
    return x


def takes_its_time(x):
    if dist.get_rank() == 1:
        time.sleep(2)
    return average(x)
