"""`kata mutants` on the toy course: survivors, equivalents on record, and the ways in which both go wrong."""

import json

import pytest

from kata import catalogue
from kata.errors import KataError
from kata.mutants import equivalents, measure
from kata.mutants.making import mutants

RECORD = '[[mutants]]\nkata = "{}"\nbefore = {!r}\nafter = {!r}\nreason = "both mean the same"\n'


def tallies(toy, *ids):
    read = catalogue.read(toy)
    found = measure.measure(toy, read, [read.kata(id) for id in ids], "cpu", 2, lambda done, of: None)
    return {tally.kata.id: tally for tally in found}


def remove(toy, topic, text):
    path = toy.spec(topic)
    source = path.read_text(encoding="utf-8")
    assert text in source
    path.write_text(source.replace(text, ""), encoding="utf-8")


def test_every_mutant_of_the_toy_course_is_rejected(toy):
    found = tallies(toy, "numbers.double", "numbers.total", "boxes.Box")

    assert {id: tally.holes for id, tally in found.items()} == {
        "numbers.double": [],
        "numbers.total": [],
        "boxes.Box": [],
    }
    assert all(tally.rejected + tally.equivalent == tally.mutants > 1 for tally in found.values())


def test_a_case_that_is_missing_lets_a_mutant_through_and_its_diff_is_shown(toy):
    remove(toy, "boxes", ", (-3, 3.0)")

    [hole] = tallies(toy, "boxes.Box")["boxes.Box"].holes

    assert "-        if not -len(self) <= index < len(self):" in hole
    assert "+        if not -len(self) < index < len(self):" in hole
    assert "pytest --impl mutant:boxes.Box:" in hole


def test_a_mutant_on_record_is_no_hole_until_a_test_rejects_it(toy):
    before, after = "if not -len(self) <= index < len(self):", "if not -len(self) < index < len(self):"
    toy.equivalents("boxes").write_text(RECORD.format("Box", before, after), encoding="utf-8")

    [rejected] = tallies(toy, "boxes.Box")["boxes.Box"].holes
    remove(toy, "boxes", ", (-3, 3.0)")
    tally = tallies(toy, "boxes.Box")["boxes.Box"]

    assert "recorded as equivalent, and yet rejected" in rejected
    assert (tally.holes, tally.equivalent, tally.survivors) == ([], 1, [])


def test_a_reason_for_a_mutant_that_is_gone_is_a_hole(toy):
    toy.equivalents("boxes").write_text(RECORD.format("Box", "return 1", "return 2"), encoding="utf-8")

    [hole] = tallies(toy, "boxes.Box")["boxes.Box"].holes

    assert hole.startswith("solutions/boxes.equivalents.toml: there is no such mutant any more: 'return 1'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[mutants", "is not valid TOML"),
        ("[other]\n", "may hold only [[mutants]]"),
        ('[[mutants]]\nkata = "Box"\n', "must have kata, before, after and reason"),
        (RECORD.format("Box", "a", "b") + "nth = 'x'\n", "mutants[0].nth must be a whole number"),
        (RECORD.format("Box", "a", "b").replace("both mean the same", ""), "mutants[0].reason must be a text"),
    ],
)
def test_a_mistake_in_the_record_is_named(toy, text, message):
    toy.equivalents("boxes").write_text(text, encoding="utf-8")

    with pytest.raises(KataError) as caught:
        equivalents.read(toy, "boxes")

    assert message in caught.value.message


def test_mutants_of_a_solution_that_fails_tell_nothing(toy):
    path = toy.solution("boxes")
    path.write_text(path.read_text(encoding="utf-8").replace("torch.clone(values)", "values"), encoding="utf-8")

    holes = tallies(toy, "boxes.Box")["boxes.Box"].holes

    assert any(hole.startswith("the unchanged solution does not pass") for hole in holes)


def test_a_mutant_that_never_ends_is_rejected_and_counted(toy):
    loop = "    steps = 0\n    while steps < len(values):\n        steps += 1\n    check_vector(values)\n"
    path = toy.solution("numbers")
    path.write_text(path.read_text(encoding="utf-8").replace("    check_vector(values)\n", loop, 1), encoding="utf-8")
    manifest = toy.manifest.read_text(encoding="utf-8").replace('name = "total"', 'name = "total"\ntime_limit = 0.5')
    toy.manifest.write_text(manifest, encoding="utf-8")

    tally = tallies(toy, "numbers.total")["numbers.total"]

    assert tally.timed_out >= 1


@pytest.mark.parametrize(("equivalent", "of", "said"), [(5, 100, False), (6, 100, True), (0, 0, False)])
def test_more_than_a_few_equivalents_are_too_many(toy, equivalent, of, said):
    tally = measure.Tally(catalogue.read(toy).katas[0], mutants=of, rejected=of - equivalent, equivalent=equivalent)

    assert bool(measure.too_many_equivalent([tally])) is said


def test_the_command_says_the_figures_and_leaves_every_file_as_it_was(kata, toy):
    files = {path: path.read_bytes() for path in toy.root.rglob("*") if path.is_file()}

    result = kata("mutants", "--device", "cpu")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].split() == ["kata", "mutants", "rejected", "of", "them", "timed", "out",
                                                     "equivalent", "survived"]  # fmt: skip
    assert result.stdout.splitlines()[-1] == "0 holes"
    assert {path: path.read_bytes() for path in toy.root.rglob("*") if path.is_file() and path in files} == files


def test_the_command_writes_survivors_as_json(kata, toy):
    remove(toy, "boxes", ", (-3, 3.0)")

    result = kata("mutants", "boxes.Box", "--json", "--device", "cpu")

    [box] = json.loads(result.stdout)["katas"]
    assert result.exit_code == 1
    assert box["survived"] == 1
    assert box["survivors"][0]["after"] == "if not -len(self) < index < len(self):"


def test_a_mutant_can_be_run_by_hand(toy):
    from kata import runner

    read = catalogue.read(toy)
    which = mutants(toy, read.topic("numbers"), "total")[0]

    results = runner.run(toy, read, runner.Request(("numbers.total",), which.implementation, device="cpu"))

    assert any(result.verdict != "passed" for result in results)
