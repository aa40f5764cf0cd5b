"""Which katas changed since a commit."""

import subprocess

import pytest

from kata import catalogue, changed
from kata.errors import KataError


def git(toy, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=toy.root, check=True)


@pytest.fixture
def committed(toy):
    git(toy, "init", "--quiet")
    git(toy, "add", "--all")
    git(toy, "commit", "--quiet", "--message", "all")
    return toy


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def since(toy, commit="HEAD"):
    read = catalogue.read(toy)
    return [kata.id for kata in changed.since(toy, read, commit, read.katas)]


def test_nothing_changed(committed):
    assert since(committed) == []


def test_only_the_kata_whose_solution_changed(committed):
    edit(committed.solution("numbers"), "torch.mul(x, _FACTOR)", "_FACTOR * x")

    assert since(committed) == ["numbers.double"]


def test_only_the_kata_whose_test_changed(committed):
    edit(committed.spec("numbers"), "-1.5, call=", "-1.25, call=")

    assert since(committed) == ["numbers.total"]


def test_a_comment_changes_nothing(committed):
    edit(committed.solution("numbers"), "# exact, whatever the order", "# exact")

    assert since(committed) == []


def test_all_of_a_topic_when_what_they_share_changed(committed):
    edit(committed.solution("numbers"), "_FACTOR = 2", "_FACTOR = 3")

    assert since(committed) == ["numbers.double", "numbers.total"]


def test_all_when_a_helper_of_the_specs_changed(committed):
    edit(committed.root / "tests" / "expect.py", "GROWTH = 1.25", "GROWTH = 1.5")

    assert len(since(committed)) == 3


def test_a_commit_that_is_not_there_is_named(committed):
    with pytest.raises(KataError, match="git knows no commit 'nowhere' here"):
        since(committed, "nowhere")


def test_a_course_outside_git_is_an_error(toy):
    with pytest.raises(KataError, match="git knows no commit"):
        since(toy)
