"""From failing code to the sentence on its card, on the toy course; and what is kept of it."""

import json

import pytest

from kata import catalogue, runner, signatures
from kata.runner import Request
from tests.tool.learning import solve

POWER = "You raised to the second power"
EMPTY = "The sum of nothing is 0"


def diagnose(toy, id, implementation="exercises", said=None):
    read = catalogue.read(toy)
    results = runner.run(toy, read, Request((id,), implementation, device="cpu"))
    notes = said if said is not None else []
    return signatures.diagnose(toy, read, {id: results}, "cpu", notes.append).get(id, "")


@pytest.mark.parametrize(
    ("id", "body", "sentence"),
    [
        ("numbers.double", "return torch.einsum('i,i->i', x, x)", POWER),
        ("numbers.double", "x.copy_(x * 2)\n    return x", "You changed the input in place"),
        ("numbers.double", "return torch.from_numpy(x.detach().numpy() * 2)", "Your result has no gradient"),
        ("numbers.double", "return x * 3", ""),  # nobody's known mistake: no guess
        ("numbers.double", "return None", ""),
        ("numbers.double", "return 2 * x", ""),  # right
        ("numbers.total", "check_vector(values)\n    return sum(values.tolist()) / bool(len(values))", ""),
        ("numbers.total", "return sum(values.reshape(-1).tolist(), 0.0)", "You accept a matrix"),
    ],
)
def test_code_in_another_style_gets_the_sentence_of_its_mistake(toy, id, body, sentence):
    old = "return torch.mul(x, _FACTOR)" if id == "numbers.double" else (
        "check_vector(values)\n    return math.fsum(values.tolist())  # exact, whatever the order"
    )  # fmt: skip
    solve(toy, "numbers", old, body)

    found = diagnose(toy, id)

    assert found.startswith(sentence) if sentence else found == ""


def test_behaviours_are_worked_out_once_and_anew_when_the_spec_changes(toy):
    said = []

    for _ in range(2):
        diagnose(toy, "numbers.double", "wrong:numbers.double:0", said)
    assert len(said) == 1
    with toy.spec("numbers").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    diagnose(toy, "numbers.double", "wrong:numbers.double:0", said)
    assert len(said) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', "\xff"])
def test_a_damaged_file_is_worked_out_anew(toy, text):
    path = toy.signatures("numbers.double")
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("latin-1"))

    assert diagnose(toy, "numbers.double", "wrong:numbers.double:0").startswith(POWER)
    assert len(json.loads(path.read_text(encoding="utf-8"))["known"]) == 3


def test_the_card_says_it_and_says_it_again_without_another_run(toy, kata):
    solve(toy, "numbers", "return torch.mul(x, _FACTOR)", "return x ** 2")

    first, again = (kata("where", "--device", "cpu") for _ in range(2))

    line = "  likely     You raised to the second power: 3 doubled is 6, not 9."
    assert line in first.stdout.splitlines()
    assert line in again.stdout.splitlines()
    assert "comparing with 3 known mistakes" in first.stderr
    assert "comparing" not in again.stderr


def test_run_says_it_too(toy, kata):
    solve(toy, "numbers", "return torch.mul(x, _FACTOR)", "return x.detach() * 2")

    result = kata("run", "numbers.double", "--device", "cpu")

    assert "  likely     Your result has no gradient: `detach` cut it off from the input." in result.stdout.splitlines()


def test_a_course_without_wrong_answers_has_no_diagnosis(toy):
    toy.wrong("numbers").unlink()

    assert diagnose(toy, "numbers.double", "solutions") == ""
