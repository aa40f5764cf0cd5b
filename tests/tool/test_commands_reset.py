import pytest

from tests.tool.learning import solve

MINE = "# mine\r\nimport math\r\n\r\n\r\n"
REST = "\r\n\r\n\r\ndef mine(x):\r\n\treturn x   \r\n\r\n# the end, no newline"


def test_reset_of_a_kata_touches_nothing_else(kata, toy):
    path = toy.exercise("numbers")
    path.write_bytes((MINE + "@mark\r\ndef double(y):\r\n    return y\r\n    # thoughts" + REST).encode("utf-8-sig"))
    before = path.read_bytes()

    result = kata("reset", "double")

    after = path.read_bytes()
    assert result.exit_code == 0
    assert after.startswith(MINE.encode("utf-8-sig") + b"def double(x: Tensor) -> Tensor:\r\n")
    assert after.endswith(b'raise NotImplementedError("numbers.double")\r\n    # thoughts' + REST.encode())
    assert b"\n" not in after.replace(b"\r\n", b"")
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == before
    assert backup.name in result.stdout
    assert "from torch import Tensor" in result.stderr


def test_reset_appends_a_definition_that_is_gone(kata, toy):
    path = toy.exercise("numbers")
    path.write_text("from torch import Tensor\nx = 1")

    kata("reset", "total")

    assert path.read_text().startswith("from torch import Tensor\nx = 1\n\n\ndef total(values: Tensor) -> float:\n")
    assert path.read_text().endswith('    raise NotImplementedError("numbers.total")\n')


def test_reset_of_a_topic_writes_the_whole_stub(kata, toy):
    path = toy.exercise("numbers")
    stub = path.read_bytes()
    path.write_bytes(b"def broken(:\n\xff")

    result = kata("reset", "numbers")

    assert path.read_bytes() == stub
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == b"def broken(:\n\xff"
    assert result.exit_code == 0


@pytest.mark.parametrize("text", [b"def double(:\n", b"# caf\xe9\n", b"x\0"])
def test_reset_of_a_kata_in_a_broken_file_explains_and_changes_nothing(kata, toy, text):
    toy.exercise("numbers").write_bytes(text)

    result = kata("reset", "double")

    assert result.exit_code == 2
    assert "exercises/numbers.py:1 is not valid Python" in result.stderr
    assert "kata reset numbers`" in result.stderr
    assert toy.exercise("numbers").read_bytes() == text


def test_reset_of_a_missing_file_writes_it(kata, toy):
    stub = toy.exercise("boxes").read_bytes()
    toy.exercise("boxes").unlink()

    assert kata("reset", "Box").exit_code == 0
    assert toy.exercise("boxes").read_bytes() == stub


@pytest.mark.parametrize("what", ["double", "numbers", "Box"])
def test_reset_of_a_stub_says_so_and_keeps_no_backup(kata, toy, what):
    result = kata("reset", what)

    assert "as its stub already" in result.stdout
    assert not (toy.state / "backups").exists()


def test_reset_leaves_the_file_alone_when_no_backup_can_be_written(kata, toy):
    toy.state.write_text("in the way")
    solve(toy, "numbers")
    before = toy.exercise("numbers").read_bytes()

    assert kata("reset", "double").exit_code == 2
    assert toy.exercise("numbers").read_bytes() == before
