"""A judge that is killed while the learner's code loops; run by test_remote.py as a program of its own."""

import sys
import threading
from pathlib import Path

from kata.remote.learner import Learner


def main() -> None:
    learner = Learner(Path(__file__).parent, ".", "toy")
    print(learner.probe(__import__("os").getpid), flush=True)
    threading.Thread(target=learner.module.__getattr__(sys.argv[1]), daemon=True).start()
    sys.stdin.read()


main()  # with no guard on purpose: the learner's process must not run this file again
