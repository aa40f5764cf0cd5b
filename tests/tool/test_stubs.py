import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest

from kata import catalogue, sources, stubs
from kata.catalogue import Kata, Topic
from kata.errors import KataError
from tests.tool.tricky import TRICKY


def topic(*names):
    katas = tuple(Kata("topic", name, 1, ("hint",)) for name in names)
    return Topic("topic", "Title", "Section", katas)


def stub_of(source, *names):
    return stubs.stub(dedent(source), topic(*names or ("f",)))


@pytest.fixture(params=TRICKY.values(), ids=TRICKY)
def tricky(request):
    source, *names = request.param
    return source, stubs.stub(source, topic(*names)), topic(*names)


def signatures(text, names):
    """What a stub must keep of the katas' definitions, as the parser sees it, by name."""
    found = []
    for node in sources.parse(text.lstrip("\ufeff")).body:
        if getattr(node, "name", None) in names:
            methods = [item for item in ast.walk(node) if isinstance(item, sources.Definition)]
            for item in methods if isinstance(node, ast.ClassDef) else [node]:
                if item is node or sources.is_promised(item.name):
                    arguments = ast.dump(item.args) if isinstance(item, sources.Function) else ""
                    decorators = [ast.dump(decorator) for decorator in item.decorator_list]
                    found.append((item.name, arguments, decorators, ast.get_docstring(item, clean=False)))
    return found


def test_a_stub_keeps_signatures_decorators_and_docstrings(tricky):
    source, stub, topic = tricky
    names = {kata.name for kata in topic.katas}
    before, after = signatures(source, names), signatures(stub, names)

    assert [entry for entry in before if entry not in after] == []
    # __init__ is added to a class in which otherwise nothing would raise
    assert [entry[0] for entry in after if entry not in before] in ([], ["__init__"])


def test_a_stub_is_its_own_stub(tricky):
    _, stub, topic = tricky
    assert stubs.stub(stub, topic) == stub


def test_a_stub_imports_and_every_kata_raises_its_id(tricky):
    _, stub, topic = tricky
    module = {"__name__": "stub"}
    exec(compile(stub, "stub.py", "exec"), module)

    for kata in topic.katas:
        node = sources.last_binding(sources.parse(stub), kata.name)
        functions = [item for item in ast.walk(node) if isinstance(item, sources.Function)]
        functions = [item for item in functions if not sources.is_overload(item)]
        assert functions
        assert all(sources.is_blank(function, "topic." + kata.name) for function in functions)


def test_a_stub_is_not_started(tricky, tmp_path):
    _, stub, topic = tricky
    path = tmp_path / "stub.py"
    path.write_text(stub, encoding="utf-8")

    assert {sources.status(path, kata).state for kata in topic.katas} == {sources.State.NOT_STARTED}


def test_a_stub_has_line_feeds_only_and_ends_with_one(tricky):
    _, stub, _ = tricky
    assert "\r" not in stub
    assert stub.endswith("\n")
    assert not stub.endswith("\n\n")
    assert "\n\n\n\n" not in stub
    assert not re.search(r"[ \t]+$", stub, re.MULTILINE)


def test_a_stub_has_no_import_that_nothing_uses(tricky):
    _, stub, _ = tricky
    tree = ast.parse(stub)
    imported = [
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, sources.Import) and getattr(node, "module", "") != "__future__"
        for alias in node.names
    ]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert [name for name in imported if name not in used | {"torch"}] == []


def test_line_endings_do_not_change_a_stub(tricky):
    source, stub, topic = tricky
    assert stubs.stub(source.replace("\r\n", "\n").replace("\n", "\r\n"), topic) == stub


def test_the_whole_text_of_a_stub():
    source = '''\
    """Activations."""

    import math
    from collections.abc import Callable

    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import Tensor, nn

    _EPSILON = 1e-6
    LIMIT = 3.0


    # Two of a kind.


    def helper(x):
        return F.relu(x)


    # The first kata.
    def softmax(  # numerically stable
        scores: Tensor,
        dim: int = -1,  # the last one
        activation: Callable[[Tensor], Tensor] = torch.exp,
    ) -> Tensor:  # (batch, classes)
        """Turn scores into probabilities.

        Example:
            >>> softmax(torch.tensor(np.zeros(2)), 0)
            tensor([0.5000, 0.5000], dtype=torch.float64)
        """
        # shift first
        return helper(scores) + math.pi + LIMIT


    class Scale(nn.Module):
        """Multiply."""

        factor: float = 2.0

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def _scaled(self, x):
            return x * self.weight

        def forward(self, x: Tensor) -> Tensor: return self._scaled(x)


    def _given(x):
        return x + _EPSILON
    '''

    assert stub_of(source, "softmax", "Scale") == dedent('''\
    """Activations."""

    from collections.abc import Callable

    import numpy as np
    import torch
    from torch import Tensor, nn

    _EPSILON = 1e-6


    # The first kata.
    def softmax(  # numerically stable
        scores: Tensor,
        dim: int = -1,  # the last one
        activation: Callable[[Tensor], Tensor] = torch.exp,
    ) -> Tensor:  # (batch, classes)
        """Turn scores into probabilities.

        Example:
            >>> softmax(torch.tensor(np.zeros(2)), 0)
            tensor([0.5000, 0.5000], dtype=torch.float64)
        """
        raise NotImplementedError("topic.softmax")


    class Scale(nn.Module):
        """Multiply."""

        factor: float = 2.0

        def __init__(self) -> None:
            raise NotImplementedError("topic.Scale")

        def forward(self, x: Tensor) -> Tensor:
            raise NotImplementedError("topic.Scale")


    def _given(x):
        return x + _EPSILON
    ''')


@pytest.mark.parametrize(
    ("source", "kept", "gone"),
    [
        pytest.param("import torch\nimport math\ndef f(): return math.pi", "import torch", "math", id="torch-stays"),
        pytest.param("from a import b, c\ndef f(x: b): c()", "from a import b\n", ", c", id="one-of-two"),
        pytest.param("import a.b\ndef f(x: a.b.C): ...", "import a.b", "zz", id="dotted"),
        pytest.param("import a\nimport a.b\ndef f(x: a.C): a.b()", "import a\n", "import a.b", id="dotted-unused"),
        pytest.param("import a.b\ndef f(x: a.C): ...", "import a.b", "zz", id="dotted-binds-the-package"),
        pytest.param("import a as b\ndef f(x: b.C): ...", "import a as b", "zz", id="renamed"),
        pytest.param("import a as b\ndef f(x): b()", "def f", "import", id="renamed-unused"),
        pytest.param("import a\ndef f(x: 'a.B'): ...", "import a", "zz", id="text-annotation"),
        pytest.param("import a\ndef f():\n    '''\n    >>> a.b()\n    '''", "import a", "zz", id="in-the-example"),
        pytest.param("import a\ndef _g(): a.b()\ndef f(): ...", "import a", "zz", id="in-what-is-given"),
        pytest.param("H = int\ndef f(x: H): ...", "H = int", "zz", id="helper-in-signature"),
        pytest.param("H = int\nG = H\ndef f(x: G): ...", "H = int", "zz", id="helper-of-a-helper"),
        pytest.param("def h(): ...\ndef _g(): h()\ndef f(): ...", "def h()", "zz", id="helper-of-what-is-given"),
        pytest.param("def h(): ...\ndef f(): h()", "def f", "h()", id="helper-of-the-answer"),
        pytest.param("__all__ = ['f']\ndef f(): ...", "def f", "__all__", id="all"),
        pytest.param("import a\n\nb = 1\n_c = a\ndef f(): ...", "import a\n\n_c", "b = 1", id="gap-of-what-goes"),
        pytest.param("_a = 1\n\nb = 1\n_c = 1\ndef f(): ...", "_a = 1\n\n_c", "b = 1", id="gap-between-values"),
        pytest.param("a, _b = 1, 2\ndef f(): ...", "a, _b = 1, 2", "zz", id="unpacked"),
        pytest.param("# about h\nh = 1\n# about f\ndef f(): ...", "# about f", "# about h", id="comments-go-along"),
    ],
)
def test_what_stays_and_what_goes(source, kept, gone):
    stub = stub_of(source)

    assert kept in stub
    assert gone not in stub.replace("NotImplementedError", "")


def test_a_long_import_that_shrinks_is_broken_into_lines():
    names = [f"a_rather_long_name_{number}" for number in range(6)]
    source = f"from package import unused, {', '.join(names)}\ndef f(x: {' | '.join(names)}): unused()\n"

    stub = stub_of(source)

    assert stub.startswith("from package import (\n    a_rather_long_name_0,\n")
    assert all(len(line) <= 110 for line in stub.splitlines()[:8])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def g(): ...\n", "solutions/topic.py defines no function or class f"),
        ("f = 1\n", "solutions/topic.py defines no function or class f"),
        ("x = 1\ndef f(:\n", "solutions/topic.py:2: "),
    ],
)
def test_a_solution_with_a_mistake_is_named(source, message):
    with pytest.raises(KataError, match=re.escape(message)):
        stub_of(source)


def test_differences_are_none_right_after_writing(toy):
    course_catalogue = catalogue.read(toy)

    assert stubs.differences(toy, course_catalogue) == ""
    assert stubs.write(toy, course_catalogue) == []


def test_differences_show_file_and_lines(toy):
    path = toy.exercise("numbers")
    path.write_text(path.read_text().replace("_FACTOR = 2", "_FACTOR = 3"))

    diff = stubs.differences(toy, catalogue.read(toy))

    assert "--- exercises/numbers.py" in diff
    assert "\n-_FACTOR = 3" in diff
    assert "\n+_FACTOR = 2" in diff
    assert "boxes" not in diff


def test_a_missing_file_differs_and_windows_line_endings_do_not(toy):
    toy.exercise("boxes").unlink()
    path = toy.exercise("numbers")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    diff = stubs.differences(toy, catalogue.read(toy))

    assert "+class Box:" in diff
    assert "exercises/numbers.py" not in diff


def test_nothing_is_written_when_a_solution_has_a_mistake(toy):
    before = toy.exercise("numbers").read_bytes()
    toy.solution("numbers").write_text(toy.solution("numbers").read_text() + "\n_NEW = 1\n")
    toy.solution("boxes").write_text("class Box(:\n")

    with pytest.raises(KataError, match=r"solutions/boxes\.py:1: "):
        stubs.write(toy, catalogue.read(toy))

    assert toy.exercise("numbers").read_bytes() == before


def test_writing_elsewhere_leaves_the_exercises_alone(toy, tmp_path):
    written = stubs.write(toy, catalogue.read(toy), tmp_path / "elsewhere")

    assert [path.name for path in written] == ["numbers.py", "boxes.py"]
    assert all(b"\r" not in Path(path).read_bytes() for path in written)
