from pathlib import Path

import pytest

from kata import frames
from kata.implementations import load
from kata.remote.names import WireError

TOYS = Path(__file__).parent / "remote_toys"


@pytest.fixture(scope="module")
def toy():
    return load(TOYS, ".", "toy")


def raised(function, *args):
    with pytest.raises(Exception, match=r".") as info:
        function(*args)
    return info.value


def test_only_the_learners_frames_are_kept_outermost_first(toy):
    found = frames.learner_frames(raised(toy.outer, 1), TOYS / "toy.py")

    assert [(frame.function, frame.text) for frame in found] == [
        ("outer", "return inner(values)"),
        ("inner", "return values.no_such_thing"),
    ]
    assert all(Path(frame.file) == TOYS / "toy.py" for frame in found)
    assert found[0].line < found[1].line


def test_a_folder_stands_for_all_files_in_it(toy):
    error = raised(toy.outer, 1)

    assert frames.learner_frames(error, TOYS) == frames.learner_frames(error, TOYS / "toy.py")
    assert frames.learner_frames(error, TOYS / "asked.py") == ()


def test_frames_of_the_cause_stand_in_where_the_error_has_none(toy):
    error = RuntimeError("the loader failed")
    error.__cause__ = raised(toy.outer, 1)

    assert [frame.function for frame in frames.learner_frames(error, TOYS)] == ["outer", "inner"]


def test_show_ends_with_the_error(toy):
    error = raised(toy.outer, 1)

    text = frames.show(frames.of(error, TOYS), error)

    first, source, *_, last = text.splitlines()
    assert first.endswith(" in outer")
    assert first.startswith(f"{TOYS / 'toy.py'}:")
    assert source == "    return inner(values)"
    assert last == "AttributeError: 'int' object has no attribute 'no_such_thing'"


def test_show_leaves_the_middle_of_a_deep_recursion_out(toy):
    error = raised(toy.deep)

    lines = frames.show(frames.of(error, TOYS), error).splitlines()

    assert len(lines) < 30
    assert any("more calls" in line for line in lines)


def test_show_of_an_error_without_message_is_its_name():
    assert frames.show((), ValueError()) == "ValueError"


def test_frames_that_crossed_a_process_win_over_the_traceback(toy):
    error = raised(toy.outer, 1)
    brought = (frames.Frame("their.py", 3, "theirs", "boom()"),)

    frames.set_remote(error, brought)

    assert frames.of(error, TOYS) == brought


def test_an_error_that_brought_no_frames_has_none(toy):
    error = raised(toy.outer, 1)

    frames.set_remote(error, [])

    assert frames.of(error, TOYS) == ()
    assert frames.of(WireError("never raised"), TOYS) == ()
