"""The learner's own lines in a traceback, whether the error was raised here or in another process."""

import linecache
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

ATTRIBUTE = "learner_frames"
SHOWN = 12  # frames that are shown of a deep recursion: the first half and the last half


@dataclass(frozen=True)
class Frame:
    """One call in a traceback: where it was, and the text of that line."""

    file: str
    line: int
    function: str
    text: str


def learner_frames(error: BaseException, folder_or_file: Path) -> tuple[Frame, ...]:
    """Return the frames of an error that lie in the learner's file, or in a folder; outermost first."""
    place = folder_or_file.resolve()
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if found := tuple(_inside(cause.__traceback__, place)):
            return found
        cause = cause.__cause__ or cause.__context__
    return ()


def set_remote(error: BaseException, frames: Iterable[Frame]) -> None:
    """Give an error that came from another process the learner's frames that it had there."""
    setattr(error, ATTRIBUTE, tuple(frames))


def of(error: BaseException, path: Path) -> tuple[Frame, ...]:
    """Return the learner's frames of an error: those it brought along, or those of its traceback."""
    brought = getattr(error, ATTRIBUTE, None)
    return brought if brought is not None else learner_frames(error, path)


def show(frames: Iterable[Frame], error: BaseException) -> str:
    """Write the learner's frames, then `Type: message`, the way a traceback ends."""
    frames = tuple(frames)
    lines = [line for frame in shortened(frames, SHOWN) for line in _lines(frame, len(frames))]
    name = getattr(error, "remote_type", None) or type(error).__name__
    message = str(error)
    return "\n".join([*lines, f"{name}: {message}" if message else name])


def shortened(frames: tuple[Frame, ...], limit: int) -> tuple[Frame | None, ...]:
    """Leave the middle of a long traceback out; None stands where it was."""
    if len(frames) <= limit:
        return frames
    return (*frames[: limit // 2], None, *frames[-(limit // 2) :])


def _lines(frame: Frame | None, count: int) -> list[str]:
    if frame is None:
        return [f"... {count - 2 * (SHOWN // 2)} more calls"]
    where = f"{frame.file}:{frame.line} in {frame.function}"
    return [where, f"    {frame.text}"] if frame.text else [where]


def frame_in(running: FrameType, place: Path) -> Frame | None:
    """Return where a call that is still running is, if that lies in the learner's file."""
    if not _lies_in(running.f_code.co_filename, place.resolve()):
        return None
    return _frame(running, running.f_lineno)


def _frame(frame: FrameType, line: int) -> Frame:
    code = frame.f_code
    text = linecache.getline(code.co_filename, line, frame.f_globals).strip()
    return Frame(code.co_filename, line, getattr(code, "co_qualname", code.co_name), text)


def _inside(traceback: TracebackType | None, place: Path) -> Iterable[Frame]:
    known: dict[str, bool] = {}  # a recursion has a thousand frames of one file
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file not in known:
            known[file] = _lies_in(file, place)
        if known[file]:
            yield _frame(traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next


def _lies_in(file: str, place: Path) -> bool:
    if file.startswith("<"):  # <string>, <frozen importlib>: no file at all
        return False
    path = Path(file).resolve()
    return path == place or place in path.parents
