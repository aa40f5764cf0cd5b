import json
import os

import pytest

from kata import catalogue, progress
from kata.errors import KataError
from kata.progress import Keys, Progress, Remembered
from kata.verdicts import Card, TestResult, Verdict

PASSED = TestResult("tests/test_numbers.py::test_double_a", "numbers.double", Verdict.PASSED, seconds=0.5)
WRONG = TestResult(
    "tests/test_numbers.py::test_double_b[cpu]",
    "numbers.double",
    Verdict.WRONG,
    "got 3",
    Card("double b", got="3 é"),
)
NOT_RUN = TestResult("tests/test_numbers.py::test_double_c", "numbers.double", Verdict.NOT_RUN, "not run")


@pytest.fixture
def double(toy):
    return catalogue.read(toy).kata("numbers.double")


@pytest.fixture
def file(toy):
    return toy.state / "progress.json"


@pytest.mark.parametrize(
    ("results", "verdict", "passed", "first"),
    [
        ([PASSED, PASSED], Verdict.PASSED, 2, None),
        ([PASSED, WRONG], Verdict.WRONG, 1, WRONG),
        ([NOT_RUN, WRONG], Verdict.WRONG, 0, WRONG),
        ([PASSED, NOT_RUN], Verdict.PASSED, 1, NOT_RUN),
        ([NOT_RUN], Verdict.NOT_RUN, 0, NOT_RUN),
        ([], Verdict.NOT_RUN, 0, None),
    ],
)
def test_the_sum_of_results(results, verdict, passed, first):
    assert Remembered.of("key", results) == Remembered("key", verdict, passed, len(results), first)


def test_what_is_saved_is_loaded(toy, double):
    one = Progress.load(toy)
    one.hints["numbers.double"] = 2
    one.remember(double, [PASSED], "key-cpu", "cpu")
    one.remember(double, [PASSED, WRONG], "key-auto")
    one.save()

    other = Progress.load(toy)

    assert other == one
    assert other.last(double) == Remembered("key-auto", Verdict.WRONG, 1, 2, WRONG)
    assert other.last(double, "cpu") == Remembered("key-cpu", Verdict.PASSED, 1, 1)
    assert other.last(double, "sim") is None
    assert other.solved == {"numbers.double"}  # once is enough


def test_nothing_is_remembered_at_first_and_nothing_is_written(toy, double):
    assert Progress.load(toy).last(double) is None
    assert not toy.state.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 0, "hints": {}, "solved": [], "verdicts": {}}',
        '{"version": 1}',
        '{"version": 1, "hints": {"a": "many"}, "solved": [], "verdicts": {}}',
        '{"version": 1, "hints": [], "solved": [], "verdicts": {}}',
        '{"version": 1, "hints": {}, "solved": [], "verdicts": {"a": {"auto": {"key": "k"}}}}',
        '{"version": 1, "hints": {}, "solved": [], "verdicts": {"a": 3}}',
        "\u00ff\u00fe",
    ],
)
def test_a_damaged_file_is_kept_aside_and_never_stops_anybody(toy, file, text):
    file.parent.mkdir()
    for _ in range(2):
        file.write_text(text, encoding="latin-1")
        fresh = Progress.load(toy)
        assert (fresh.hints, fresh.solved, fresh.verdicts) == ({}, set(), {})
        assert not file.exists()
        fresh.save()
        assert json.loads(file.read_text())["version"] == progress.VERSION

    kept = sorted(path.name for path in toy.state.iterdir() if "damaged" in path.name)
    assert kept == ["progress.damaged.2.json", "progress.damaged.json"]
    assert {(toy.state / name).read_text(encoding="latin-1") for name in kept} == {text}


def test_a_failed_write_leaves_the_old_file_whole(toy, file, monkeypatch):
    one = Progress.load(toy)
    one.hints["a"] = 1
    one.save()
    before = file.read_bytes()

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", fail)
    one.hints["a"] = 2
    with pytest.raises(OSError, match="the disk is full"):
        one.save()

    assert file.read_bytes() == before
    assert [path.name for path in toy.state.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    "path",
    [
        "exercises/numbers.py", "tests/test_numbers.py", "solutions/katas.toml",
        "tests/expect.py", "tests/probes.py", "tests/strategies.py", "tests/_new_helper.py",
    ],
)  # fmt: skip
def test_the_key_changes_with(toy, double, path):
    before = Keys(toy).of(double)
    with (toy.root / path).open("a") as file:
        file.write("\n# changed\n")

    assert Keys(toy).of(double) != before


@pytest.mark.parametrize("path", ["exercises/boxes.py", "tests/test_boxes.py", "solutions/numbers.py", "README.md"])
def test_the_key_does_not_change_with(toy, double, path):
    before = Keys(toy).of(double)
    with (toy.root / path).open("a") as file:
        file.write("\n# changed\n")

    assert Keys(toy).of(double) == before


def test_the_key_changes_with_devices_and_versions(toy, double, monkeypatch):
    keys = {Keys(toy).of(double), Keys(toy, "cpu").of(double)}
    monkeypatch.setattr(progress, "_torch_version", lambda: "2.99")
    keys.add(Keys(toy).of(double))
    monkeypatch.setattr(progress.platform, "python_version", lambda: "3.99.0")
    keys.add(Keys(toy).of(double))

    assert len(keys) == 4


def test_the_key_tells_a_missing_file_from_an_empty_one(toy, double):
    toy.exercise("numbers").write_bytes(b"")
    empty = Keys(toy).of(double)
    toy.exercise("numbers").unlink()

    assert Keys(toy).of(double) != empty


def test_backups_never_overwrite_one_another(toy):
    texts = [b"one", b"two\r\n", b"\xff three"]
    kept = []
    for text in texts:
        toy.exercise("numbers").write_bytes(text)
        kept.append(progress.backup(toy, "numbers"))

    assert [path.read_bytes() for path in kept] == texts
    assert len(set(kept)) == 3
    assert all(path.parent == toy.state / "backups" and path.name.startswith("numbers.") for path in kept)


def test_there_is_no_backup_of_no_file(toy):
    toy.exercise("numbers").unlink()
    assert progress.backup(toy, "numbers") is None


def test_a_backup_that_cannot_be_written_is_an_error_with_a_hint(toy):
    toy.state.write_text("a file where the folder should be")

    with pytest.raises(KataError, match=r"exercises/numbers\.py was left as it is") as raised:
        progress.backup(toy, "numbers")
    assert ".kata/backups" in raised.value.hint


def test_writing_through_a_link_keeps_the_link(tmp_path):
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("old")
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("no links here")

    progress.write_whole(link, b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"
