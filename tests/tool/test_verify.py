"""`kata verify` on the toy course: it holds as it is, and each kind of hole is found when it is made."""

import json

import pytest

from kata import catalogue
from kata.course import Course
from kata.verify import answers, measure, structure

DOUBLE = "numbers.double"


def holes(course: Course, *ids: str) -> list[str]:
    read = catalogue.read(course)
    katas = [kata for id in ids for kata in read.select(id)]
    scores = measure.measure(course, read, katas, "auto", 2, lambda done, of: None)
    return [hole for score in scores for hole in score.holes]


def replace(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def remove_test(course: Course, topic: str, name: str) -> None:
    """Cut one test out of a spec, decorators included."""
    from kata import sources

    path = course.spec(topic)
    source = sources.read(path)
    segment = sources.definition(source, name)
    assert segment is not None
    path.write_text(source.replace(segment.text, ""), encoding="utf-8")


def test_the_toy_course_has_no_hole(toy):
    read = catalogue.read(toy)

    assert list(structure.problems(toy, read, read.katas)) == []
    assert holes(toy, "all") == []


@pytest.mark.parametrize(
    ("name", "through"),
    [
        pytest.param("test_double_lets_gradients_through", "wrong answer: Your result has no gradient", id="gradients"),
        pytest.param("test_double_leaves_its_input_alone", "impostor 'overwritten'", id="input"),
        pytest.param("test_double_multiplies_every_element_by_two", "impostor 'dtype'", id="values"),
    ],
)
def test_a_removed_test_is_a_hole(toy, name, through):
    remove_test(toy, "numbers", name)

    found = holes(toy, DOUBLE)

    assert any("no test rejects" in hole and through in hole for hole in found), found


def test_a_promise_that_no_test_would_notice_is_a_hole(toy):
    remove_test(toy, "numbers", "test_double_lets_gradients_through")

    assert any("promises 'radients flow'" in hole for hole in holes(toy, DOUBLE))


def test_a_right_answer_that_is_rejected_is_a_hole(toy):
    with toy.right("numbers").open("a", encoding="utf-8") as file:
        file.write('\n\n@right("sum with a loop")\ndef total(values):\n    return float(sum(values.tolist())) + 1\n')

    found = holes(toy, "numbers.total")

    assert any("rejects sum with a loop:" in hole for hole in found)
    assert any("rejects sum with a loop, judged:" in hole for hole in found)


def test_a_test_that_passes_on_the_stub_is_a_hole(toy):
    with toy.spec("numbers").open("a", encoding="utf-8") as file:
        file.write("\n\ndef test_double_has_a_name(impl):\n    assert impl.double.__name__ == 'double'\n")

    assert any("test_double_has_a_name passes on the stub" in hole for hole in holes(toy, DOUBLE))


def test_a_solution_that_fails_its_own_spec_is_a_hole(toy):
    replace(toy.solution("numbers"), "torch.mul(x, _FACTOR)", "torch.mul(x, 3)")

    assert any("rejects its solution:" in hole for hole in holes(toy, DOUBLE))


def test_an_example_that_does_not_run_is_a_hole(toy):
    replace(toy.solution("numbers"), ">>> double(", ">>> duble(")

    assert any("example in its docstring does not run" in hole for hole in holes(toy, DOUBLE))


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("solutions/numbers.py", "    Source:", "    Origin:", "no section Source"),
        ("solutions/numbers.py", "    Args:", "    Arguments:", "no section Args"),
        ("tests/test_numbers.py", "def test_total_", "def helper_total_", "no test of total"),
        ("tests/wrong/numbers.py", "def total(", "def sum_up(", "there is no kata numbers.sum_up"),
        ("tests/wrong/numbers.py", "@wrong(", "# @wrong(", "has 0 wrong answers"),
        ("solutions/katas.toml", '"What is the sum of nothing?"', '"TODO"', "has no hint yet"),
    ],
)
def test_a_mistake_in_the_files_is_named_with_its_file(toy, file, old, new, says):
    replace(toy.root / file, old, new)
    read = catalogue.read(toy)

    found = list(structure.problems(toy, read, read.katas))

    assert any(says in problem and file in problem for problem in found), found


def test_a_stray_file_is_named(toy):
    (toy.root / "exercises" / "numbers_old.py").write_text("", encoding="utf-8")
    read = catalogue.read(toy)

    assert "exercises/numbers_old.py belongs to no topic of the manifest" in structure.problems(toy, read, read.katas)


def test_answers_are_counted_for_each_kata_as_they_are_loaded(toy):
    from kata import implementations

    read = answers.read(toy.wrong("numbers"), "wrong")
    loaded = implementations.variants(toy, "wrong", "numbers")

    assert {answer.name for answer in read} == set(loaded)
    for name, found in loaded.items():
        assert [answer.index for answer in read if answer.name == name] == list(range(len(found)))


def test_the_command_prints_a_table_and_ends_with_the_number_of_holes(toy, monkeypatch):
    from click.testing import CliRunner

    from kata.cli import cli

    monkeypatch.chdir(toy.root)
    (toy.root / "exercises" / "stray.py").write_text("", encoding="utf-8")

    said = CliRunner().invoke(cli, ["verify", "numbers.total"])
    as_json = CliRunner().invoke(cli, ["verify", "numbers.total", "--json"])

    assert said.exit_code == as_json.exit_code == 1
    assert "numbers.total" in said.stdout
    assert "hole: exercises/stray.py belongs to no topic of the manifest" in said.stdout
    assert said.stdout.rstrip().endswith("1 hole")
    data = json.loads(as_json.stdout)
    assert data["katas"][0]["wrong"]["held"] == data["katas"][0]["wrong"]["tried"] >= 3
