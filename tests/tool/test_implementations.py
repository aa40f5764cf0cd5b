"""Where the code that stands in for the learner's comes from, and under which name."""

import pickle
import sys

import pytest

from kata import implementations


@pytest.mark.parametrize("folder", ["exercises", "submissions/007", "torch", "Müller, Ünal (2)"])
def test_what_a_file_defines_can_be_pickled_wherever_the_file_lies(toy, tmp_path, folder):
    place = toy.root if folder.startswith(("exercises", "submissions")) else tmp_path
    path = place / folder / "numbers.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("class Box:\n    size = 3\n", encoding="utf-8")

    module = implementations.load(toy.root, str(path.parent), "numbers")

    assert pickle.loads(pickle.dumps(module.Box())).size == 3
    assert pickle.loads(pickle.dumps(module.Box)) is module.Box


def test_a_folder_elsewhere_adds_nothing_to_a_package_of_its_name(toy, tmp_path):
    folder = tmp_path / "torch"
    folder.mkdir()
    (folder / "numbers.py").write_text("", encoding="utf-8")

    implementations.load(toy.root, str(folder), "numbers")

    assert "torch.numbers" not in sys.modules
