"""A process with ranks, that may be killed; run by test_ranks.py as a program of its own."""

import os
import sys
import threading
from pathlib import Path

import torch

from kata import implementations
from kata.ranks import pool
from tests.tool.rank_toys import jobs


def main() -> None:
    toy = implementations.load(Path(__file__).parents[1], "rank_toys", "toy")
    shares = [(torch.ones(1),)] * 2
    pids = [pid for pid, *_ in pool.run(toy, jobs.who, shares)]
    print(os.getpid(), *pids, flush=True)
    if sys.argv[1] != "waits":
        threading.Timer(0.5, lambda: print("busy", flush=True)).start()
        pool.run(toy, jobs.call, [(sys.argv[1], torch.ones(1))] * 2)
    sys.stdin.read()


if __name__ == "__main__":
    main()
