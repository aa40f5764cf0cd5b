import pytest

from kata import sources
from kata.catalogue import Kata
from kata.sources import State, Status, UnparsableError

KATA = Kata("numbers", "double", 1, ("hint",))
BOX = Kata("boxes", "Box", 1, ("hint",))

STUB = '''def double(x):
    """Multiply by two."""
    raise NotImplementedError("numbers.double")
'''
BOX_STUB = '''class Box:
    """Holds values."""

    size = 3

    def __init__(self, values):
        raise NotImplementedError("boxes.Box")

    def values(self):
        """Return them."""
        raise NotImplementedError("boxes.Box")
'''


@pytest.fixture
def status_of(tmp_path):
    def status(text, kata=KATA):
        path = tmp_path / "exercise.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return sources.status(path, kata)

    return status


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        pytest.param("def f():\n    return 1\n", (1, 2), id="function"),
        pytest.param("x = 1\n\n\n@once\n@twice(\n    3\n)\ndef f():\n    return 1\n\ny = 2\n", (4, 9), id="decorated"),
        pytest.param("async def f():\n    return 1\n", (1, 2), id="async"),
        pytest.param("class f:\n    x = 1\n\n    def g(self): ...\n\n\n# end\n", (1, 4), id="class"),
        pytest.param("def f(): return 1\nx = 2", (1, 1), id="one-line"),
        pytest.param("def f():\n    return 1\ndef f():\n    return 2", (3, 4), id="the-last-of-two"),
        pytest.param("def f():\r\n    return 1\r\nx = 2\r\n", (1, 2), id="crlf"),
        pytest.param("x = '\f'\n\f\ndef f():\n    return 1\n", (3, 4), id="form-feed"),
        pytest.param("def f():\n\treturn '\u2028'\n", (1, 2), id="tab-and-line-separator"),
    ],
)
def test_definition_has_all_lines_and_no_more(source, lines):
    found = sources.definition(source, "f")

    assert (found.first_line, found.last_line) == lines
    assert found.text in source
    assert found.text.startswith(("def f", "async def f", "class f", "@once"))


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def g():\n    return 1\n", id="another-name"),
        pytest.param("def g():\n    def f(): ...\n", id="inside-another"),
        pytest.param("f = 1\n", id="assigned"),
        pytest.param("def f(): ...\nf = cached(f)\n", id="bound-again"),
        pytest.param("if True:\n    def f(): ...\n", id="under-a-condition"),
        pytest.param("", id="empty"),
    ],
)
def test_definition_is_none_without_one_at_top_level(source):
    assert sources.definition(source, "f") is None


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param(STUB, State.NOT_STARTED, id="stub"),
        pytest.param("def double(x):\n    raise NotImplementedError('numbers.double')", State.NOT_STARTED, id="no-doc"),
        pytest.param(STUB.replace("\n", "\r\n"), State.NOT_STARTED, id="crlf"),
        pytest.param(STUB.replace("    ", "\t"), State.NOT_STARTED, id="tabs"),
        pytest.param("\ufeff" + STUB, State.NOT_STARTED, id="byte-order-mark"),
        pytest.param("# to do\n" + STUB, State.NOT_STARTED, id="comment-above"),
        pytest.param(STUB.replace("raise", "x = 1; raise"), State.STARTED, id="a-line-added"),
        pytest.param(STUB.replace("numbers.double", "numbers.total"), State.STARTED, id="another-id"),
        pytest.param("def double(x):\n    pass\n", State.STARTED, id="pass"),
        pytest.param("def double(x):\n    '''Only words.'''\n", State.STARTED, id="docstring-only"),
        pytest.param(STUB + "\n\ndouble = torch.neg\n", State.STARTED, id="assigned-below"),
        pytest.param("from torch import neg as double", State.STARTED, id="imported"),
        pytest.param("class double: ...", State.STARTED, id="a-class-instead"),
        pytest.param("def triple(x): ...", State.MISSING_NAME, id="renamed"),
        pytest.param("", State.MISSING_NAME, id="empty"),
    ],
)
def test_status_of_a_function(status_of, text, state):
    assert status_of(text).state is state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param(BOX_STUB, State.NOT_STARTED, id="stub"),
        pytest.param(BOX_STUB + "\n    def _mine(self):\n        return 1\n", State.NOT_STARTED, id="private-added"),
        pytest.param(BOX_STUB.replace("raise Not", "return Not", 1), State.STARTED, id="one-method-begun"),
        pytest.param(BOX_STUB + "\n    def __len__(self):\n        return 1\n", State.STARTED, id="dunder-added"),
        pytest.param("class Box:\n    pass\n", State.STARTED, id="no-methods"),
    ],
)
def test_status_of_a_class(status_of, text, state):
    assert status_of(text, BOX).state is state


def test_status_knows_the_line_of_the_definition(status_of):
    assert status_of("import torch\n\n\n@torch.no_grad()\n" + STUB).line == 5


@pytest.mark.parametrize(
    ("text", "line", "message", "shown"),
    [
        pytest.param("x = 1\ndef f(:\n", 2, "syntax", "def f(:", id="syntax"),
        pytest.param("def f():\n  x = 1\n   y = 2\n", 3, "unexpected indent", "y = 2", id="indent"),
        pytest.param("if x:\n\ty = 1\n        z = 2\n", 3, "inconsistent use of tabs", "z = 2", id="tabs-and-spaces"),
        pytest.param("x = 1\nreturn x\n", 2, "'return' outside function", "return x", id="found-after-parsing"),
        pytest.param("x = 1\n\0y = 2\n", 2, "null byte", "", id="null-byte"),
        pytest.param("x = 1\n# caf\u00e9\n".encode("latin-1"), 2, "byte 0xe9 is not UTF-8", "caf", id="latin-1"),
        pytest.param("x = 1\n".encode("utf-16"), 1, "byte 0xff is not UTF-8", "x", id="utf-16"),
    ],
)
def test_status_of_a_file_that_does_not_parse(status_of, text, line, message, shown):
    status = status_of(text)

    assert (status.state, status.line) == (State.SYNTAX_ERROR, line)
    assert message in status.message
    assert shown in status.text


def test_status_of_a_file_that_is_gone(tmp_path):
    assert sources.status(tmp_path / "none.py", KATA) == Status(State.MISSING_FILE, message="the file is gone")


def test_deep_nesting_is_a_mistake_in_the_file_not_in_the_tool():
    with pytest.raises(UnparsableError, match=r"nest|recursion|too many"):
        sources.parse("x = " + "(" * 5000 + ")" * 5000)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("a = b, c = 1, 2", {"a", "b", "c"}),
        ("import os.path, json as j", {"os", "j"}),
        ("try:\n    import x\nexcept ImportError:\n    x = None", {"x"}),
        ("for i in range(3):\n    y = [z for z in i]", {"i", "y"}),
        ("a.b = c[d] = 1", set()),
        ("def f():\n    inner = 1", {"f"}),
        ("x: int = 1", {"x"}),
    ],
)
def test_bound_names(statement, names):
    assert sources.bound_names(sources.parse(statement).body[0]) == names
