import re
from pathlib import Path

import pytest

from kata import catalogue
from kata.catalogue import Catalogue, Kata, Topic
from kata.course import Course
from kata.errors import KataError

GOOD = """
[[topics]]
name = "numbers"
title = "Numbers"
section = "Warm-up"

[[topics.katas]]
name = "double"
difficulty = 1
hints = ["Multiply."]

[[topics.katas]]
name = "Total"
difficulty = 5
hints = ["One.", "Two."]
needs = ["numbers.double"]
time_limit = 2
"""


def read(tmp_path: Path, text: str) -> Catalogue:
    course = Course(tmp_path)
    course.manifest.parent.mkdir(exist_ok=True)
    course.manifest.write_text(text, encoding="utf-8")
    return catalogue.read(course)


def test_a_manifest_is_read_in_order(tmp_path):
    double = Kata("numbers", "double", 1, ("Multiply.",))
    total = Kata("numbers", "Total", 5, ("One.", "Two."), ("numbers.double",), 2.0)

    read_ = read(tmp_path, GOOD)

    assert read_ == Catalogue((Topic("numbers", "Numbers", "Warm-up", (double, total)),))
    assert [(kata.id, kata.points) for kata in read_.katas] == [("numbers.double", 1), ("numbers.Total", 5)]


# What is changed in the good manifest, to what, and what must then be said.
MISTAKES = {
    "not-toml": ("[[topics]]", "[[topics]", "is not valid TOML"),
    "nothing": (GOOD, "", "topics must be at least one table"),
    "unknown-top-key": ("[[topics]]", "version = 1\n[[topics]]", "version is not known here"),
    "misspelt-topic-key": (
        "section =",
        "sections =",
        "topics[0].sections is not known here; did you mean 'section'?",
    ),
    "misspelt-kata-key": (
        "needs =",
        "need =",
        "topics[0].katas[1].need is not known here; did you mean 'needs'?",
    ),
    "no-title": ('title = "Numbers"', "", "topics[0].title must be a text, not None"),
    "blank-title": ('"Numbers"', '"  "', "topics[0].title must be a text, not '  '"),
    "number-for-section": ('"Warm-up"', "3", "topics[0].section must be a text, not 3"),
    "no-name": ('name = "double"', "", "topics[0].katas[0].name must be a text"),
    "no-python-name": ('"Total"', '"to tal"', "topics[0].katas[1].name must be a Python name, not 'to tal'"),
    "topic-no-python-name": ('"numbers"\n', '"my-numbers"\n', "topics[0].name must be a Python name"),
    "no-difficulty": (
        "difficulty = 1",
        "",
        "topics[0].katas[0].difficulty must be a whole number from 1 to 5",
    ),
    "difficulty-0": (
        "difficulty = 1",
        "difficulty = 0",
        "difficulty must be a whole number from 1 to 5, not 0",
    ),
    "difficulty-6": (
        "difficulty = 5",
        "difficulty = 6",
        "difficulty must be a whole number from 1 to 5, not 6",
    ),
    "difficulty-true": ("difficulty = 1", "difficulty = true", "difficulty must be a whole number"),
    "no-hints": ('hints = ["Multiply."]', "", "topics[0].katas[0].hints must be a list of texts"),
    "empty-hints": ('["Multiply."]', "[]", "topics[0].katas[0].hints must hold one to three hints, not 0"),
    "four-hints": ('["Multiply."]', '["a", "b", "c", "d"]', "hints must hold one to three hints, not 4"),
    "blank-hint": ('"Multiply."', '" "', "topics[0].katas[0].hints must be a list of texts"),
    "one-text-for-hints": ('["Multiply."]', '"Multiply."', "hints must be a list of texts, not 'Multiply.'"),
    "needs-unknown": (
        '["numbers.double"]',
        '["numbers.triple"]',
        "numbers.Total.needs names 'numbers.triple'",
    ),
    "needs-itself": ('["numbers.double"]', '["numbers.Total"]', "numbers.Total.needs names 'numbers.Total'"),
    "needs-a-text": (
        '["numbers.double"]',
        '"numbers.double"',
        "topics[0].katas[1].needs must be a list of texts",
    ),
    "limit-0": ("time_limit = 2", "time_limit = 0", "time_limit must be seconds between 0 and 600, not 0"),
    "limit-text": (
        "time_limit = 2",
        'time_limit = "2 s"',
        "time_limit must be seconds between 0 and 600, not '2 s'",
    ),
    "limit-nan": (
        "time_limit = 2",
        "time_limit = nan",
        "time_limit must be seconds between 0 and 600, not nan",
    ),
    "limit-forever": (
        "time_limit = 2",
        "time_limit = inf",
        "time_limit must be seconds between 0 and 600, not inf",
    ),
    "kata-twice": ('"Total"', '"double"', "topics[0].katas has 'double' more than once"),
    "one-begins-another": ('"Total"', '"double_all"', "'double_all' begins with 'double' and '_'"),
    "katas-no-list": ("[[topics.katas]]", "[topics.katas]", "topics[0].katas must be at least one table"),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_file_and_key(tmp_path, old, new, message):
    text = (
        GOOD.replace(old, new)
        if new != "[topics.katas]"
        else GOOD.partition("[[topics.katas]]")[0] + ('[topics.katas]\nname = "double"\n')
    )
    with pytest.raises(KataError) as raised:
        read(tmp_path, text)

    assert raised.value.message.startswith("solutions/katas.toml")
    assert message in raised.value.message


def test_a_topic_twice_is_a_mistake(tmp_path):
    with pytest.raises(KataError, match="topics has 'numbers' more than once"):
        read(tmp_path, GOOD + GOOD.replace('["numbers.double"]', "[]"))


def test_a_need_must_come_first(tmp_path):
    later = GOOD.replace('hints = ["Multiply."]', 'hints = ["Multiply."]\nneeds = ["numbers.Total"]')
    with pytest.raises(KataError, match=r"numbers\.double\.needs names 'numbers\.Total', which is no kata before it"):
        read(tmp_path, later)


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("all", ["numbers.double", "numbers.total", "boxes.Box"]),
        ("numbers", ["numbers.double", "numbers.total"]),
        ("boxes.Box", ["boxes.Box"]),
        ("Box", ["boxes.Box"]),
    ],
)
def test_select(toy, selector, ids):
    assert [kata.id for kata in catalogue.read(toy).select(selector)] == ids


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("numbrs", "numbers"),
        ("numbers.doubel", "numbers.double"),
        ("totl", "numbers.total"),
        ("box", "boxes.Box"),
        ("boxes.box", "boxes.Box"),
        ("zzz", "`kata list` shows them all"),
    ],
)
def test_an_unknown_word_gets_the_nearest_names(toy, word, suggestion):
    read_ = catalogue.read(toy)
    for ask in (read_.select, read_.kata):
        with pytest.raises(KataError, match=re.escape(f"no topic or kata called {word!r}")) as raised:
            ask(word)
        assert suggestion in raised.value.hint


@pytest.mark.parametrize(
    ("test", "owner"),
    [
        ("test_double_multiplies", "double"),
        ("test_total_of_nothing", "total"),
        ("test_doubles", None),
        ("test_double", None),
        ("double_multiplies", None),
    ],
)
def test_owner_of_a_test(toy, test, owner):
    kata = catalogue.read(toy).topic("numbers").owner(test)
    assert (kata.name if kata else None) == owner


def test_a_course_is_found_from_a_folder_inside_it(toy):
    assert Course.find(toy.root / "tests" / "wrong") == toy


def test_no_course_is_an_error_that_names_the_folder(tmp_path):
    with pytest.raises(KataError, match=re.escape(str(tmp_path.resolve()))) as raised:
        Course.find(tmp_path)
    assert "change into" in raised.value.hint


def test_addresses_are_computed(toy):
    assert toy.shown(toy.exercise("numbers")) == "exercises/numbers.py"
    assert toy.shown(toy.solution("numbers")) == "solutions/numbers.py"
    assert toy.shown(toy.spec("numbers")) == "tests/test_numbers.py"
    assert toy.shown(toy.wrong("numbers")) == "tests/wrong/numbers.py"
    assert toy.shown(toy.right("numbers")) == "tests/right/numbers.py"
    assert toy.shown(toy.root.parent / "other.py") == str(toy.root.parent / "other.py")
