"""The mutants of a solution: which changes are made, and which make no sense."""

import ast
from collections import Counter

import pytest

from kata import catalogue
from kata.course import Course
from kata.mutants import swaps
from kata.mutants.making import mutants

HEAD = "import math\n\nimport torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F\n\n\n"


@pytest.fixture
def changes_of(toy):
    """Write a body of `total` and return what its lines become, by line."""

    def make(body: str, before: str = HEAD) -> list[tuple[str, str]]:
        path = toy.solution("numbers")
        text = "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(f"{before}def total(values):\n{text}", encoding="utf-8")
        topic = catalogue.read(toy).topic("numbers")
        return [(mutant.before, mutant.after) for mutant in mutants(toy, topic, "total")]

    return make


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        pytest.param("return values + 1", {"values - 1", "values + 2", "values + 0"}, id="plus"),
        pytest.param("return x - y", {"x + y", "(y - x)", "(x)", "(y)"}, id="minus"),
        pytest.param("return values * other", {"values / other", "(values)", "(other)"}, id="times"),
        pytest.param("return x @ w", {"x * w", "(w @ x)", "(x)", "(w)"}, id="product"),
        pytest.param("return 2 * x", {"2 / x", "(x)", "3 * x", "1 * x"}, id="constant-first"),
        pytest.param("return values < 2", {"values <= 2", "values >= 2", "values < 3", "values < 1"}, id="less"),
        pytest.param("return values.sum(0)", {"values.sum()", "values", "values.mean(0)", "values.sum(1)",
                                             "values.sum(-1)"}, id="sum"),
        pytest.param("return values.amax(dim, keepdim=True)", {"values.amin(dim, keepdim=True)", "values.amax(dim)",
                     "values.amax(keepdim=True)", "values.amax(dim, keepdim=False)", "values"}, id="keepdim"),
        pytest.param("return torch.exp(values)", {"(values)"}, id="function"),
        pytest.param("return values.clone()", {"values"}, id="clone"),
        pytest.param("return torch.zeros(3, device=d, dtype=torch.int64)", {
            "torch.ones(3, device=d, dtype=torch.int64)", "torch.zeros(device=d, dtype=torch.int64)",
            "torch.zeros(3, dtype=torch.int64)", "torch.zeros(3, device=d)",
            "torch.zeros(4, device=d, dtype=torch.int64)", "torch.zeros(2, device=d, dtype=torch.int64)",
            "torch.zeros(3, device=d, dtype=torch.int32)", "(3)"}, id="factory"),
        pytest.param("return values[1:]", {"values[:]", "values[2:]", "values[0:]"}, id="slice"),
        pytest.param("return -values", {"values"}, id="negated"),
        pytest.param("return values.T", {"values"}, id="transpose"),
        pytest.param("return a if values else b", {"(a)", "(b)"}, id="choice"),
        pytest.param("return values and other", {"(values or other)", "other", "values"}, id="and"),
        pytest.param("return values ** 2", {"(values * 2)", "values ** 3", "values ** 1"}, id="power"),
        pytest.param("return values[-1]", {"values[(0)]", "values[(-2)]", "values[1]", "values"}, id="last"),
        pytest.param("return values[mask]", {"values"}, id="index"),
        pytest.param("return values['a']", {"values['a_']"}, id="key"),
        pytest.param("return list[int]()", set(), id="type"),
        pytest.param("return low <= x < high", {"low < x < high", "low > x < high", "low <= x <= high",
                                                "low <= x >= high", "low <= x", "x < high"}, id="between"),
        pytest.param("return a, b", {"(b, a)"}, id="pair"),
        pytest.param("return a, b, b", {"(b, a, b)"}, id="triple"),
        pytest.param("return round(x)", {"int(x)", "(x)"}, id="round"),
        pytest.param("return F.relu(x)", {"(x)"}, id="functional"),
        pytest.param("return nn.functional.relu(x)", {"(x)"}, id="module-in-module"),
        pytest.param("return self.layer(x)", {"(x)"}, id="layer"),
        pytest.param("return self.values.sum(0)", {"self.values", "self.values.sum()", "self.values.mean(0)",
                     "self.values.sum(1)", "self.values.sum(-1)"}, id="method-of-an-attribute"),
        pytest.param("return nn.Parameter(values)", {"(values)"}, id="parameter"),
        pytest.param("return f(values, 1, other)", {
            "f(1, other)", "f(values, other)", "f(values, 1)", "f(1, values, other)", "f(values, other, 1)", "(values)",
            "f(values, 2, other)", "f(values, 0, other)"}, id="arguments"),
        pytest.param("return values == 1.5", {"values != 1.5", "values == 2.5", "values == 0.75"}, id="float"),
        pytest.param("return {'rank': values}", {"{'rank_': values}"}, id="text"),
    ],
)  # fmt: skip
def test_each_part_of_an_expression_is_changed(changes_of, line, changed):
    assert {after.removeprefix("return ") for _, after in changes_of(line)} == changed


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ("optimizer.zero_grad()\nreturn 1.0", ("optimizer.zero_grad()", "pass")),
        ("values[0] = 1\nreturn values", ("values[0] = 1", "pass")),
        ("values += other\nreturn values", ("values += other", "pass")),
        ("with torch.no_grad():\n    return f()", ("with torch.no_grad():", "with torch.enable_grad():")),
        ("if values.dim() != 1:\n    return other\nreturn values", ("if values.dim() != 1:", "if False:")),
        ("if values.dim() != 1:\n    return other\nreturn values", ("if values.dim() != 1:", "if True:")),
        ("for value in values:\n    other(value)", ("for value in values:", "for value in ():")),
        ("raise ValueError('values: no')", ("raise ValueError('values: no')", "raise TypeError('values: no')")),
        ("raise ValueError('values: no')", ("raise ValueError('values: no')", "raise ValueError('')")),
        ("model.eval()\nreturn values", ("model.eval()", "model.train()")),
        (
            "self.register_buffer('mean', values)",
            ("self.register_buffer('mean', values)", "object.__setattr__(self, 'mean', values)"),
        ),
    ],
)
def test_statements_are_removed_or_turned_round(changes_of, body, change):
    assert change in changes_of(body)


@pytest.mark.parametrize(
    "body",
    [
        '"""A docstring with 1 < 2."""',
        "raise error",
        "x: Tensor",
        "return f'{values}: {values + 1}'",
        "pass",
    ],
)
def test_what_says_nothing_to_a_spec_is_left_alone(changes_of, body):
    assert changes_of(body) == []


def test_every_mutant_compiles_is_different_and_comes_once(toy):
    read = catalogue.read(toy)
    for kata in read.katas:
        found = mutants(toy, read.topic(kata.topic), kata.name)
        original = toy.solution(kata.topic).read_text(encoding="utf-8")

        assert len(found) > 1
        assert [mutant.number for mutant in found] == list(range(len(found)))
        assert len({ast.dump(ast.parse(mutant.source)) for mutant in found} - {ast.dump(ast.parse(original))}) == len(
            found
        )
        assert max(Counter((mutant.before, mutant.after, mutant.nth) for mutant in found).values()) == 1


def test_a_mutant_changes_its_own_kata_or_the_helper_that_it_is_the_first_to_use(toy):
    topic = catalogue.read(toy).topic("numbers")

    double, total = (mutants(toy, topic, name) for name in ("double", "total"))

    assert all("torch.mul" in mutant.before or mutant.before == "x" for mutant in double)
    assert any("values.ndim" in mutant.before for mutant in total)  # in check_vector, which only total calls


def test_a_class_loses_a_base_and_its_methods_in_turn(toy):
    found = mutants(Course(toy.root), catalogue.read(toy).topic("boxes"), "Box")

    assert any(mutant.kind == "removed method" and "__len__" in mutant.before for mutant in found)


def test_the_swaps_name_no_function_twice():
    assert all(isinstance(others, tuple) and name not in others for name, others in swaps.FUNCTIONS.items())
