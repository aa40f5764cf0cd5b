"""What the specs assert with: each says which call was made, what came back, and where that is wrong first.

All raise `kata.verdicts.Unmet` for the learner's answer, and a plain `TypeError` for a mistake of the
spec's author. `call` is the call as Python; further keywords are inputs that the message shows.
"""

import math
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Literal, NoReturn, TypeGuard

import numpy as np
import torch

from kata.verdicts import Unmet, stub_of
from tests import _compare
from tests._given import attributes, given
from tests._show import error as show_error
from tests._show import error_name, host_array, is_plain, kind, show
from tests._show import inputs as show_inputs
from tests._show import message as message_of

__all__ = ["close", "finite", "raises", "same_work", "tensor", "that", "value"]

GROWTH = 1.25  # work at twice the size over work at the size; a loop doubles


def tensor(
    actual: object,
    expected: torch.Tensor,
    /,
    *,
    call: str,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    **inputs: object,
) -> None:
    """Expect a plain tensor of the same shape, dtype, device and values; nothing is broadcast or cast.

    Args:
        rtol, atol: in place of those of the dtype of `expected`. Whole numbers and bool are exact.
        equal_nan: NaN equals NaN; otherwise it equals nothing.
    """
    __tracebackhide__ = True
    if not _is_tensor(expected) or expected.device.type == "meta":
        raise TypeError(f"expected must be a tensor with values, not {kind(expected)}")
    rtol, atol = _compare.tolerances(expected, rtol, atol)
    if not _is_tensor(actual):
        _fail(call, attributes(actual), show(actual), show(expected), f"{kind(actual)} instead of a tensor", inputs)
    if difference := _compare.shapes(tuple(actual.shape), tuple(expected.shape)):
        _fail(call, attributes(actual), show(actual), show(expected), difference, inputs)
    if actual.dtype != expected.dtype:
        difference = f"dtype {actual.dtype} instead of {expected.dtype}"
        _fail(call, attributes(actual), show(actual, dtype=True), show(expected, dtype=True), difference, inputs)
    if _compare.device(actual.device) != _compare.device(expected.device):
        difference = f"device {actual.device} instead of {expected.device}"
        _fail(call, attributes(actual), show(actual, device=True), show(expected, device=True), difference, inputs)
    if difference := _compare.entries(host_array(actual), host_array(expected), rtol, atol, equal_nan):
        _fail(call, given(actual), show(actual), show(expected), difference, inputs)


def value(actual: object, expected: object, /, *, call: str, **inputs: object) -> None:
    """Expect the same plain Python data, types included: True is not 1, 1 is not 1.0, a tuple is no list."""
    __tracebackhide__ = True
    if difference := _compare.plain(actual, expected):
        repeats = difference.startswith("got ")  # what the lines above it say already
        _fail(call, given(actual), show(actual), show(expected), "" if repeats else difference, inputs)


def close(
    actual: object, expected: float, /, *, call: str, rtol: float = 1e-6, atol: float = 1e-9, **inputs: object
) -> None:
    """Expect a Python float near `expected`; NaN is near NaN only."""
    __tracebackhide__ = True
    if type(expected) not in (int, float):
        raise TypeError(f"expected must be a number, not {kind(expected)}")
    if type(actual) is not float:
        _fail(call, given(actual), show(actual), show(float(expected)), f"{kind(actual)} instead of a float", inputs)
    gap = abs(actual - expected)
    near = gap < math.inf and gap <= atol + rtol * abs(expected)  # no number is near infinity
    if not near and actual != expected and not (math.isnan(actual) and math.isnan(expected)):
        difference = f"off by {gap:.3g}" if gap < math.inf else ""
        _fail(call, given(actual), show(actual), show(float(expected)), difference, inputs)


def finite(actual: object, /, *, call: str, **inputs: object) -> None:
    """Expect a tensor, or a float, without NaN and infinities."""
    __tracebackhide__ = True
    should_be = "finite numbers only"
    if not _is_tensor(actual) and type(actual) is not float:
        _fail(call, given(actual), show(actual), should_be, f"{kind(actual)} instead of a tensor", inputs)
    values = host_array(actual) if isinstance(actual, torch.Tensor) else np.asarray(actual)
    if difference := _compare.not_finite(values):
        _fail(call, given(actual), show(actual), should_be, difference, inputs)


def same_work(small: int, large: int, /, *, call: str, **inputs: object) -> None:
    """Expect that work, counted by `probes.operations`, stays the same for a larger input."""
    __tracebackhide__ = True
    if large > GROWTH * small:
        got = f"{small} operations, and {large} for a larger input"
        difference = "the work grows with the input, as in a loop"
        # Not the numbers: they depend on how the loop is written.
        _fail(call, given("more work for a larger input"), got, "as many operations for any size", difference, inputs)


def that(
    condition: object, /, *, call: str, got: object, should_be: object, known_as: str = "", **inputs: object
) -> None:
    """Expect `condition` to be True: for what the others cannot say. Texts are shown as they are.

    Args:
        known_as: what is compared with known mistakes in place of `got`, where that has numbers which are
            others in each style of the same mistake.
    """
    __tracebackhide__ = True
    if condition is not True and not (isinstance(condition, np.bool_) and condition):
        odd = not isinstance(condition, bool | np.bool_)  # most likely the learner's answer itself
        difference = f"{kind(condition)} instead of True" if odd else ""
        _fail(call, given(known_as or got), _as_text(got), _as_text(should_be), difference, inputs)


def raises(error: type[Exception], /, *, match: str, call: str, **inputs: object) -> "_Raises":
    """Expect a `with` block to raise `error`, with a message that `match` is found in (`re.search`).

    Capital letters do not count: a sentence may well begin with the name of a parameter.
    A stub's NotImplementedError, what the tool itself raises, and whatever is no Exception go through.
    """
    if not (isinstance(error, type) and issubclass(error, Exception)):
        raise TypeError(f"the error must be a class of exceptions, not {error!r}")
    if issubclass(error, NotImplementedError):
        raise TypeError("NotImplementedError is what a stub raises: a kata promises another error")
    if not isinstance(match, str) or not match:
        raise TypeError("match must say what the message contains")
    return _Raises(error, match, call, inputs)


class _Raises:
    def __init__(self, wanted: type[Exception], match: str, call: str, inputs: Mapping[str, object]) -> None:
        self.wanted = wanted
        self.match = match
        self.call = call
        self.inputs = inputs

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[True] | None:
        __tracebackhide__ = True
        if error is None:
            _fail(self.call, given("no error"), "no error", self._should_be(), "", self.inputs)
        if _goes_through(error):
            return None
        if isinstance(error, NotImplementedError) or not isinstance(error, self.wanted):
            difference = f"{error_name(error)} instead of {self.wanted.__name__}"
        elif not re.search(self.match, message_of(error), re.IGNORECASE):
            difference = f"its message has no {_in_words(self.match)} in it"
        else:
            return True
        _fail(self.call, given(error), show_error(error), self._should_be(), difference, self.inputs, cause=error)

    def _should_be(self) -> str:
        return f"{self.wanted.__name__} with {_in_words(self.match)} in its message"


def _in_words(pattern: str) -> str:
    """Say which texts a pattern looks for; the pattern itself where it is more than that."""
    found = []
    for part in pattern.removeprefix("(?i)").split("|"):
        inner = part.removeprefix(r"\b").removesuffix(r"\b")
        if re.search(r"[.*+?^$()\[\]{}\\]", re.sub(r"\\\W", "", inner)):
            return f"a match of {pattern!r}"
        text = re.sub(r"\\(\W)", r"\1", inner)
        found.append(f"the word {text!r}" if part != inner else repr(text))
    return " or ".join(found)


def _goes_through(error: BaseException) -> bool:
    ours = type(error).__module__.partition(".")[0] in ("kata", "hypothesis")  # a crash, a refused example
    return bool(stub_of(error)) or ours or not isinstance(error, Exception)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else show(value)


def _is_tensor(value: object) -> TypeGuard[torch.Tensor]:
    return isinstance(value, torch.Tensor) and is_plain(value) and kind(value) == "a tensor"


def _fail(
    call: str,
    answer: Mapping[str, object],
    got: str,
    should_be: str,
    difference: str,
    inputs: Mapping[str, object],
    cause: BaseException | None = None,
) -> NoReturn:
    __tracebackhide__ = True
    if not isinstance(call, str):
        raise TypeError(f"call must be the call as text, not {kind(call)}")
    where = show_inputs(inputs)
    raise Unmet(call=call, got=got, should_be=should_be, difference=difference, inputs=where, given=answer) from cause
