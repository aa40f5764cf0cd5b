"""What can go wrong among ranks, in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kata.frames import Frame, set_remote
from kata.remote.errors import rebuild

RULE = "every rank must make the same calls in the same order"
MISMATCH = re.compile(
    r"Rank (\d+) is running collective: CollectiveFingerPrint\((.*?)\), but Rank (\d+) is running collective: "
    r"CollectiveFingerPrint\((.*?)\)\.?(?:Collectives differ|$)",
    re.DOTALL,
)


class Deadlock(TimeoutError):
    """Ranks wait for others that will not come."""


class RankDied(RuntimeError):
    """The process of a rank ended."""


class Mismatch(RuntimeError):
    """Ranks met in calls that do not go together."""


def deadlock(states: Mapping[int, str], seconds: float, frames: Sequence[Frame]) -> Deadlock:
    """The error for ranks that do not answer.

    Args:
        states: what each rank does, by its number.
        frames: where the first of those that wait is in the learner's code.
    """
    by_state: dict[str, list[int]] = {}
    for number, state in sorted(states.items()):
        by_state.setdefault(state, []).append(number)
    told = "; ".join(f"{_ranks(numbers)}: {state}" for state, numbers in by_state.items())
    waits = any(state.startswith("waiting") for state in by_state)
    error = Deadlock(f"{told} (nothing new for {seconds:g} seconds)" + f"; {RULE}" * waits)
    set_remote(error, frames)
    return error


def died(number: int, how: str) -> RankDied:
    """The error for a rank that ended with `how`."""
    return RankDied(f"rank {number} ended with {how} while it ran your code")


def raised(reports: Mapping[int, list[Any]], world_size: int) -> Exception:
    """The error that ranks raised, as the lowest of them described it; with its number if not all did."""
    number = min(reports)
    report = reports[number]
    name, lineage, message, args, rows, file = report
    if found := MISMATCH.search(message):
        error: Exception = Mismatch(_mismatch(found))
        set_remote(error, [Frame(*row) for row in rows])
        return error
    if len(reports) < world_size and not file:
        where = f" (on rank {number} of {world_size})"
        message += where
        if args and isinstance(args[0], str):
            args = [args[0] + where, *args[1:]]
    return rebuild([name, lineage, message, args, rows, file])


def _mismatch(found: re.Match[str]) -> str:
    one, mine, other, theirs = found.groups()
    pairs = sorted([(int(one), _call(mine)), (int(other), _call(theirs))])
    told = ", ".join(f"rank {number} is in {call}" for number, call in pairs)
    return f"{told}: {RULE}, with tensors of the same shape and dtype"


def _call(fingerprint: str) -> str:
    facts = dict(re.findall(r"(OpType|TensorShape|TensorDtypes|SequenceNumber)=(\[.*?\]|\w+)", fingerprint))
    tensor = f" of {facts['TensorDtypes']} {facts['TensorShape']}" if "TensorShape" in facts else ""
    return f"{facts.get('OpType', 'another call').lower()}{tensor}"


def _ranks(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"rank {numbers[0]}"
    return f"ranks {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
