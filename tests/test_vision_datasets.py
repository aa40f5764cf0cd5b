"""Specs of the topic `vision_datasets`."""

import gzip
import math
import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision.datasets import MNIST, ImageFolder

from tests import dataset_probes, expect, oracles, probes, promises, strategies, vision_files, vision_probes

# -- mnist_split ---------------------------------------------------------------------------------------------

TRAIN_LABELS = (5, 0, 4, 1, 9)
TEST_LABELS = (7, 2, 1)


def digits(labels):
    """Images that are no mirror of themselves, and tell their label."""
    images = np.zeros((len(labels), 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[3, 20] = 255
        image[10 : 11 + label, 6] = 100 + label
    return images


def write_mnist(root):
    train, test = ((digits(labels), np.array(labels, dtype=np.uint8)) for labels in (TRAIN_LABELS, TEST_LABELS))
    vision_files.write_mnist(root, train, test)


@pytest.fixture(scope="module")
def mnist_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("digits")
    write_mnist(root)
    return root


def files_below(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@pytest.mark.parametrize(("train", "labels"), [(True, TRAIN_LABELS), (False, TEST_LABELS)])
def test_mnist_split_opens_the_split_that_is_asked_for(impl, probe, mnist_root, train, labels):
    dataset = probe(vision_probes.offline, impl.mnist_split, mnist_root, train)

    call = f"mnist_split(root, {train=})"
    expect.tensor(dataset.targets, torch.tensor(labels), call=f"{call}.targets")
    expect.tensor(dataset.data, torch.from_numpy(digits(labels)), call=f"{call}.data")


@pytest.mark.parametrize(("train", "labels"), [(True, TRAIN_LABELS), (False, TEST_LABELS)])
def test_mnist_split_gives_samples_of_an_image_and_an_int(impl, probe, mnist_root, train, labels):
    dataset = probe(vision_probes.offline, impl.mnist_split, mnist_root, train)

    call = f"mnist_split(root, {train=})"
    expect.value(len(dataset), len(labels), call=f"len({call})")
    expect.value(dataset[2][1], labels[2], call=f"{call}[2][1]")
    actual = probe(isinstance, dataset[2][0], Image.Image)
    expect.that(actual, call=f"{call}[2][0]", got=dataset[2][0], should_be="a PIL image")
    actual = probe(vision_probes.pixels, dataset, 2)
    expect.tensor(actual, torch.from_numpy(digits(labels)[2]), call=f"pixels of {call}[2][0]")


def test_mnist_split_is_torchvisions_MNIST(impl, probe, mnist_root):
    dataset = probe(vision_probes.offline, impl.mnist_split, mnist_root, False)

    call = "mnist_split(root, train=False)"
    expect.that(probe(isinstance, dataset, MNIST), call=call, got=dataset, should_be="a torchvision.datasets.MNIST")


def test_mnist_split_takes_a_path_and_a_text(impl, probe, mnist_root):
    for root in (mnist_root, str(mnist_root)):
        dataset = probe(vision_probes.offline, impl.mnist_split, root=root, train=False)

        expect.value(len(dataset), 3, call=f"len(mnist_split({type(root).__name__}, train=False))")


@pytest.mark.parametrize("train", ["train", "test", "", 1, 0, None])
def test_mnist_split_refuses_a_train_that_is_no_bool(impl, probe, mnist_root, train):
    with expect.raises(TypeError, match="train", call=f"mnist_split(root, {train=})"):
        probe(vision_probes.offline, impl.mnist_split, mnist_root, train)


@pytest.mark.parametrize("train", [True, False])
def test_mnist_split_says_which_folder_is_missing(impl, probe, tmp_path, train):
    root = tmp_path / "nowhere"

    call = f"mnist_split('.../nowhere', {train=})"
    with expect.raises(FileNotFoundError, match="nowhere", call=call):
        probe(vision_probes.offline, impl.mnist_split, root, train)
    expect.value(files_below(tmp_path), [], call=f"what {call} wrote")


@pytest.mark.parametrize("file", vision_files.MNIST_FILES)
def test_mnist_split_needs_each_of_the_four_files(impl, probe, tmp_path, file):
    root = tmp_path / "three-of-four"
    write_mnist(root)
    (root / file).unlink()
    before = files_below(root)

    for train in (True, False):
        call = f"mnist_split('.../three-of-four', {train=})"
        with expect.raises(FileNotFoundError, match="three-of-four", call=call, missing=file):
            probe(vision_probes.offline, impl.mnist_split, root, train)
        expect.value(files_below(root), before, call=f"files after {call}")


def test_mnist_split_leaves_gzipped_files_as_they_are(impl, probe, tmp_path):
    root = tmp_path / "packed"
    write_mnist(root)
    for file in vision_files.MNIST_FILES:
        (root / f"{file}.gz").write_bytes(gzip.compress((root / file).read_bytes()))
        (root / file).unlink()
    before = files_below(root)

    call = "mnist_split('.../packed', train=True)"
    with expect.raises(FileNotFoundError, match="packed", call=call):
        probe(vision_probes.offline, impl.mnist_split, root, True)
    expect.value(files_below(root), before, call=f"files after {call}")


# -- only_class ----------------------------------------------------------------------------------------------

LABELS = [3, 0, 3, 1, 1, 3, 7]
KEPT = [(3, [0, 2, 5]), (1, [3, 4]), (0, [1]), (7, [6]), (2, []), (-249, []), (259, [])]  # 7 and 3 in uint8


def listed(kind, device="cpu"):
    """The labels as datasets of torchvision have them."""
    return list(LABELS) if kind is list else torch.tensor(LABELS, dtype=kind, device=device)


@pytest.mark.parametrize(("label", "kept"), KEPT)
@pytest.mark.parametrize("kind", [list, torch.int64, torch.uint8, torch.int32], ids=str)
def test_only_class_keeps_the_samples_of_one_label_in_order(impl, probe, device, kind, label, kept):
    dataset = probe(vision_probes.ListedDataset, listed(kind, device))

    actual = probe(dataset_probes.samples, impl.only_class(dataset, label), limit=8)

    expected = [10 * index for index in kept]
    expect.value(actual, expected, call=f"list(only_class(dataset, {label}))", targets=LABELS)


@pytest.mark.parametrize(("label", "kept"), KEPT)
@pytest.mark.parametrize("kind", [list, torch.int64], ids=str)
def test_only_class_is_as_long_as_there_are_samples(impl, probe, kind, label, kept):
    dataset = probe(vision_probes.ListedDataset, listed(kind))

    actual = len(impl.only_class(dataset, label))

    expect.value(actual, len(kept), call=f"len(only_class(dataset, {label}))", targets=LABELS)


@pytest.mark.parametrize("targets", [[], torch.zeros(0, dtype=torch.int64)], ids=["list", "tensor"])
def test_only_class_takes_a_dataset_without_samples(impl, probe, targets):
    actual = len(impl.only_class(probe(vision_probes.ListedDataset, targets), 0))

    expect.value(actual, 0, call="len(only_class(dataset, 0))", targets=targets)


@pytest.mark.parametrize("kind", [list, torch.tensor], ids=lambda kind: kind.__name__)
def test_only_class_tells_large_labels_apart(impl, probe, kind):
    targets = [2**32 + 3, 3, 2**62 + 1, 2**62]
    dataset = probe(vision_probes.ListedDataset, kind(targets))

    for label, expected in ((3, [10]), (2**62, [30])):
        actual = probe(dataset_probes.samples, impl.only_class(dataset, label), limit=5)

        expect.value(actual, expected, call=f"list(only_class(dataset, {label}))", targets=targets)


@given(labels=st.lists(st.integers(0, 3), max_size=12), as_tensor=st.booleans())
def test_only_class_keeps_what_a_loop_finds(impl, probe, labels, as_tensor):
    targets = torch.tensor(labels, dtype=torch.int64) if as_tensor else labels
    dataset = probe(vision_probes.ListedDataset, targets)

    actual = probe(dataset_probes.samples, impl.only_class(dataset, 2), limit=13)

    expected = [10 * index for index, label in enumerate(labels) if label == 2]
    expect.value(actual, expected, call="list(only_class(dataset, 2))", targets=labels)


@pytest.mark.parametrize("kind", [list, torch.int64], ids=str)
def test_only_class_reads_no_sample_before_an_access(impl, probe, kind):
    dataset = probe(vision_probes.ListedDataset, listed(kind))

    subset = impl.only_class(dataset, 3)
    len(subset)

    expect.value(dataset.reads, [0] * 7, call="reads of each sample by len(only_class(dataset, 3))")
    subset[1], subset[-1], subset[1]
    call = "reads of each sample by subset[1], subset[-1], subset[1] with subset = only_class(dataset, 3)"
    expect.value(dataset.reads, [0, 0, 2, 0, 0, 1, 0], call=call)


@pytest.mark.parametrize("kind", [list, torch.int64], ids=str)
def test_only_class_makes_a_Subset_of_the_dataset_itself(impl, probe, kind):
    dataset = probe(vision_probes.ListedDataset, listed(kind))

    subset = impl.only_class(dataset, 3)

    call = "only_class(dataset, 3)"
    expect.that(probe(isinstance, subset, Subset), call=call, got=subset, should_be="a torch.utils.data.Subset")
    same = probe(operator.is_, subset.dataset, dataset)
    expect.that(same, call=f"{call}.dataset", got=subset.dataset, should_be="`dataset` itself, not a copy")


@pytest.mark.parametrize("kind", [list, torch.int64], ids=str)
def test_only_class_leaves_the_dataset_as_it_is(impl, probe, device, kind):
    targets = listed(kind, device)
    dataset = probe(vision_probes.ListedDataset, targets)

    impl.only_class(dataset, 3)

    expect.value(len(dataset), 7, call="len(dataset) after only_class(dataset, 3)")
    call = "dataset.targets after only_class(dataset, 3)"
    if kind is list:
        expect.value(dataset.targets, LABELS, call=call)
    else:
        expect.tensor(dataset.targets, listed(kind, device), call=call)


def test_only_class_feeds_a_loader(impl, probe):
    subset = impl.only_class(probe(vision_probes.ListedDataset, listed(list)), 3)

    actual = list(probe(DataLoader, subset, batch_size=2))

    call = "list(DataLoader(only_class(dataset, 3), batch_size=2))"
    expect.that(len(actual) == 2, call=call, got=f"{len(actual)} batches", should_be="2 batches")
    for batch, expected in zip(actual, ([0, 20], [50]), strict=True):
        expect.tensor(batch, torch.tensor(expected), call=f"a batch of {call}")


def test_only_class_works_on_MNIST(impl, probe, mnist_root):
    dataset = probe(MNIST, mnist_root, train=True)

    subset = impl.only_class(dataset, 4)

    expect.value(probe(vision_probes.labels, subset), [4], call="labels of only_class(MNIST(root, train=True), 4)")


def test_only_class_decodes_no_image_of_an_ImageFolder(impl, probe, tmp_path):
    for name in ("cat/1.png", "dog/1.png", "cat/2.png", "dog/2.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no image at all")
    Image.new("RGB", (2, 3)).save(tmp_path / "dog/2.png")
    dataset = probe(ImageFolder, str(tmp_path))

    subset = impl.only_class(dataset, 1)

    call = "only_class(ImageFolder(root), 1)"
    expect.value(len(subset), 2, call=f"len({call})", files="cat/1.png cat/2.png dog/1.png dog/2.png, 3 of them broken")
    expect.value(subset[1][1], 1, call=f"{call}[1][1]")


# -- read_idx ------------------------------------------------------------------------------------------------

ELEMENTS = {
    "uint8": [0, 1, 127, 128, 255, 7],
    "int8": [0, 1, 127, -128, -1, 7],
    "int16": [0, 1, 258, -32768, -2, 32767],
    "int32": [0, 1, 16909060, -(2**31), -2, 2**31 - 1],
    "float32": [0.0, 1.5, -2.25, 1e-30, math.inf, math.nan],
    "float64": [0.0, 1.5, -2.25, 1e-300, -math.inf, math.nan],
}


def exact(name):
    """No tolerance: the bytes of a file are what they are."""
    return {"rtol": 0.0, "atol": 0.0, "equal_nan": True} if name.startswith("float") else {}


SMALL = vision_files.idx_bytes(np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int16))  # 12 bytes of header, 12 of elements


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder whose name has none of the words that errors are asked for."""
    return tmp_path_factory.mktemp("idx")


def written(folder, content, name="numbers-ubyte"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("name", ELEMENTS)
def test_read_idx_knows_each_element_type(impl, folder, name, packed):
    array = np.array(ELEMENTS[name], dtype=name).reshape(2, 3)
    content = vision_files.idx_bytes(array)

    actual = impl.read_idx(written(folder, gzip.compress(content) if packed else content))

    call = f"read_idx(<{'gzipped ' * packed}file of {name}>)"
    expect.tensor(actual, torch.from_numpy(array), call=call, **exact(name), content=content.hex(" "))


def test_read_idx_puts_the_most_significant_byte_first(impl, folder):
    content = bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE])

    actual = impl.read_idx(written(folder, content))

    expected = torch.tensor([258, -2], dtype=torch.int16)
    expect.tensor(actual, expected, call="read_idx(<file>)", content=content.hex(" "))


@pytest.mark.parametrize(
    "shape", [(1,), (5,), (300,), (3, 2), (2, 1, 3), (3, 5, 2), (2, 3, 1, 5), (1, 2, 3, 2, 2), (1,) * 8], ids=str
)
def test_read_idx_takes_any_number_of_dimensions(impl, folder, shape):
    array = np.arange(math.prod(shape)).astype(np.uint8).reshape(shape)

    actual = impl.read_idx(written(folder, vision_files.idx_bytes(array)))

    expect.tensor(actual, torch.from_numpy(array), call=f"read_idx(<file with the sizes {shape}>)")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("shape", [(0,), (0, 28, 28), (3, 0), (0, 2**32 - 1)], ids=str)
def test_read_idx_takes_a_size_of_0(impl, folder, shape, packed):
    content = vision_files.idx_header(0x0D, shape)

    actual = impl.read_idx(written(folder, gzip.compress(content) if packed else content))

    expect.tensor(actual, torch.zeros(shape), call=f"read_idx(<file with the sizes {shape}>)", content=content.hex(" "))


@given(
    array=st.sampled_from(list(ELEMENTS)).flatmap(
        lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
    ),
    packed=st.booleans(),
)
def test_read_idx_gives_back_what_was_written(impl, folder, array, packed):
    content = vision_files.idx_bytes(array)

    actual = impl.read_idx(written(folder, gzip.compress(content) if packed else content))

    expected = torch.from_numpy(array.copy())
    expect.tensor(actual, expected, call="read_idx(<file>)", **exact(array.dtype.name), content=content[:48].hex(" "))


@pytest.mark.parametrize("name", ["numbers.gz", "numbers", "numbers.idx", "NUMBERS.GZ"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_read_idx_looks_at_the_content_and_not_at_the_name(impl, folder, name, packed):
    content = gzip.compress(SMALL) if packed else SMALL

    actual = impl.read_idx(written(folder, content, name))

    expected = torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=torch.int16)
    expect.tensor(actual, expected, call=f"read_idx('.../{name}')", content=content[:8].hex(" "))


def test_read_idx_takes_a_path_and_a_text(impl, folder):
    path = written(folder, SMALL)

    for given_path in (path, str(path)):
        actual = impl.read_idx(given_path)

        expected = torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=torch.int16)
        expect.tensor(actual, expected, call=f"read_idx(<{type(given_path).__name__}>)")


@pytest.mark.parametrize("name", ELEMENTS)
def test_read_idx_gives_memory_that_may_be_written_to(impl, probe, folder, name):
    path = written(folder, vision_files.idx_bytes(np.array(ELEMENTS[name], dtype=name)))

    actual = probe(vision_probes.warnings_of, impl.read_idx, path)

    expect.value(actual, [], call=f"warnings of read_idx(<file of {name}>)")


def damaged(*cases):
    return pytest.mark.parametrize("content", [pytest.param(content, id=id) for id, content in cases])


def refuses(impl, folder, content, word):
    __tracebackhide__ = True
    path = written(folder, content)
    for packed in (False, True):
        path.write_bytes(gzip.compress(content) if packed else content)
        call = f"read_idx(<{'gzipped ' * packed}file>)"
        with expect.raises(ValueError, match=f"(?i){word}", call=call, content=content.hex(" ")):
            impl.read_idx(path)


@damaged(
    ("empty", b""),
    ("three-bytes", SMALL[:3]),
    ("first-byte", b"\x01" + SMALL[1:]),
    ("second-byte", b"\x00\x01" + SMALL[2:]),
    ("text", b"P5 2 3 255 and so on"),
)
def test_read_idx_refuses_a_wrong_magic_number(impl, folder, content):
    refuses(impl, folder, content, "magic")


@pytest.mark.parametrize("code", [0x00, 0x07, 0x0A, 0x0F, 0x80, 0xFF])
def test_read_idx_refuses_an_unknown_type_code(impl, folder, code):
    refuses(impl, folder, bytes([0, 0, code]) + SMALL[3:], "type")


@damaged(
    ("none", bytes([0, 0, 8, 0])),
    ("none-and-an-element", bytes([0, 0, 8, 0, 5])),
    ("no-sizes", SMALL[:4]),
    ("one-size-of-two", SMALL[:8]),
    ("last-size-incomplete", SMALL[:11]),
)
def test_read_idx_refuses_incomplete_dimensions(impl, folder, content):
    refuses(impl, folder, content, "dimension")


@damaged(
    ("no-elements", SMALL[:12]),
    ("one-element-short", SMALL[:-2]),
    ("one-byte-short", SMALL[:-1]),
    ("size-with-its-highest-bit", vision_files.idx_header(0x08, (2**31 + 1,)) + bytes(3)),
    ("huge", vision_files.idx_header(0x0E, (2**32 - 1,) * 3) + bytes(8)),
    ("2-to-the-64", vision_files.idx_header(0x08, (65536,) * 4)),
    ("2-to-the-64-bytes", vision_files.idx_header(0x0E, (2**31, 2**30))),
)
def test_read_idx_refuses_truncated_elements(impl, folder, content):
    refuses(impl, folder, content, "truncated")


@damaged(
    ("one-byte", SMALL + b"\x00"),
    ("one-element", SMALL + b"\x00\x07"),
    ("a-row", SMALL + SMALL[12:18]),
    ("after-none", vision_files.idx_header(0x08, (3, 0)) + b"\x00"),
)
def test_read_idx_refuses_trailing_bytes(impl, folder, content):
    refuses(impl, folder, content, "trailing")


PACKED = gzip.compress(SMALL, mtime=0)


@damaged(
    ("cut-in-its-header", PACKED[:9]),
    ("cut-in-the-middle", PACKED[: len(PACKED) // 2]),
    ("one-byte-short", PACKED[:-1]),
    ("other-checksum", PACKED[:-5] + bytes([PACKED[-5] ^ 1]) + PACKED[-4:]),
    ("other-bytes", PACKED[:10] + b"\xff" * 8 + PACKED[18:]),
    ("other-method", PACKED[:2] + b"\x07" + PACKED[3:]),
)
def test_read_idx_refuses_a_gzipped_file_that_is_damaged(impl, folder, content):
    with expect.raises(ValueError, match="(?i)gzip", call="read_idx(<file>)", content=content.hex(" ")):
        impl.read_idx(written(folder, content))


def test_read_idx_says_which_file_is_missing(impl, folder):
    with expect.raises(FileNotFoundError, match="absent", call="read_idx('.../absent')"):
        impl.read_idx(folder / "absent")


# -- celeba_attribute ----------------------------------------------------------------------------------------

SPLITS = (0, 1, 0, 2, 0, 2, 1, 0, 2)
NUMBERS = {"train": [0, 2, 4, 7], "valid": [1, 6], "test": [3, 5, 8], "all": list(range(9))}
PATTERNS = [(37 * column + 11) % 512 for column in range(40)]  # all different: bit i is the attribute of image i
HAS = np.array([[pattern >> image & 1 for pattern in PATTERNS] for image in range(9)], dtype=bool)


@pytest.fixture(scope="module")
def celeba_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("faces")
    vision_files.write_celeba(root, SPLITS, HAS)
    return root


@pytest.fixture
def own_celeba_root(tmp_path):
    """A tree that the test may damage."""
    root = tmp_path / "incomplete"
    vision_files.write_celeba(root, SPLITS, HAS)
    return root


def image_at(root, number):
    """What stands in one of the image files, read by PIL alone."""
    with Image.open(root / "celeba/img_align_celeba" / f"{number + 1:06d}.jpg") as picture:
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).to(torch.float32) / 255


def label_of(number, name="Smiling"):
    return int(HAS[number, vision_files.ATTRIBUTES.index(name)])


def opened(impl, probe, root, split="train", name="Smiling"):
    """The learner's dataset, made without a network."""
    return probe(vision_probes.offline, impl.celeba_attribute, root, split, name)


@pytest.mark.parametrize("split", NUMBERS)
def test_celeba_attribute_pairs_each_image_with_its_label(impl, probe, celeba_root, split):
    actual = probe(dataset_probes.samples, opened(impl, probe, celeba_root, split), limit=12)

    call = f"celeba_attribute(root, {split!r}, 'Smiling')"
    labels = [label for _, label in actual]
    expect.value(labels, [label_of(number) for number in NUMBERS[split]], call=f"labels of {call}")
    for i, number in enumerate(NUMBERS[split]):
        expect.that(isinstance(actual[i], tuple), call=f"{call}[{i}]", got=actual[i], should_be="a tuple")
        expect.tensor(actual[i][0], image_at(celeba_root, number), call=f"{call}[{i}][0]", rtol=0.0, atol=1e-3)


@pytest.mark.parametrize("split", NUMBERS)
def test_celeba_attribute_is_as_long_as_its_split(impl, probe, celeba_root, split):
    actual = len(opened(impl, probe, celeba_root, split))

    expect.value(actual, len(NUMBERS[split]), call=f"len(celeba_attribute(root, {split!r}, 'Smiling'))")


def test_celeba_attribute_scales_pixels_from_0_to_1(impl, probe, celeba_root):
    image = opened(impl, probe, celeba_root)[0][0]

    call = "celeba_attribute(root, 'train', 'Smiling')[0][0]"
    expect.tensor(image[:, 2, 2], torch.ones(3), call=f"a white pixel of {call}")
    expect.tensor(image[:, 2, 13], torch.zeros(3), call=f"a black pixel of {call}")


def test_celeba_attribute_knows_all_40_names(impl, probe, celeba_root):
    for name in vision_files.ATTRIBUTES:
        actual = probe(vision_probes.labels, opened(impl, probe, celeba_root, "test", name))

        expected = [label_of(number, name) for number in NUMBERS["test"]]
        expect.value(actual, expected, call=f"labels of celeba_attribute(root, 'test', {name!r})")


@pytest.mark.parametrize("name", ["5_o_Clock_Shadow", "Smiling", "Young"])
def test_celeba_attribute_takes_the_column_under_its_name(impl, probe, celeba_root, name):
    actual = probe(vision_probes.labels, opened(impl, probe, celeba_root, "all", name))

    expected = [label_of(number, name) for number in range(9)]
    expect.value(actual, expected, call=f"labels of celeba_attribute(root, 'all', {name!r})")


def test_celeba_attribute_takes_a_path_and_a_text(impl, probe, celeba_root):
    for root in (celeba_root, str(celeba_root)):
        actual = len(opened(impl, probe, root, "valid"))

        expect.value(actual, 2, call=f"len(celeba_attribute({type(root).__name__}, 'valid', 'Smiling'))")


@pytest.mark.parametrize("index", [-1, -4])
def test_celeba_attribute_counts_negative_indices_from_the_end(impl, probe, celeba_root, index):
    image, label = opened(impl, probe, celeba_root)[index]

    number = NUMBERS["train"][index]
    call = f"celeba_attribute(root, 'train', 'Smiling')[{index}]"
    expect.value(label, label_of(number), call=f"{call}[1]")
    expect.tensor(image, image_at(celeba_root, number), call=f"{call}[0]", rtol=0.0, atol=1e-3)


@pytest.mark.parametrize("index", [4, 5, -5])
def test_celeba_attribute_refuses_an_index_past_either_end(impl, probe, celeba_root, index):
    dataset = opened(impl, probe, celeba_root)

    call = f"celeba_attribute(root, 'train', 'Smiling')[{index}]"
    with expect.raises(IndexError, match=f"index|{index}", call=call, samples=4):
        dataset[index]


@pytest.mark.parametrize("name", ["Smile", "smiling", "Smiling ", "Eyebrows", "000001.jpg", "40"])
def test_celeba_attribute_refuses_an_unknown_attribute(impl, probe, celeba_root, name):
    with expect.raises(ValueError, match=name, call=f"celeba_attribute(root, 'train', {name!r})"):
        opened(impl, probe, celeba_root, "train", name)


def test_celeba_attribute_refuses_the_empty_text(impl, probe, celeba_root):
    with expect.raises(ValueError, match=".", call="celeba_attribute(root, 'train', '')"):
        opened(impl, probe, celeba_root, "train", "")


@pytest.mark.parametrize("split", ["training", "val", "", "0"])
def test_celeba_attribute_refuses_an_unknown_split(impl, probe, celeba_root, split):
    with expect.raises(ValueError, match="split", call=f"celeba_attribute(root, {split!r}, 'Smiling')"):
        opened(impl, probe, celeba_root, split)


def test_celeba_attribute_says_which_folder_is_missing(impl, probe, tmp_path):
    call = "celeba_attribute('.../nowhere', 'train', 'Smiling')"
    with expect.raises(FileNotFoundError, match="nowhere", call=call):
        opened(impl, probe, tmp_path / "nowhere")
    expect.value(files_below(tmp_path), [], call=f"what {call} wrote")


@pytest.mark.parametrize("missing", ["list_attr_celeba.txt", "list_eval_partition.txt", "img_align_celeba"])
def test_celeba_attribute_says_which_folder_is_incomplete(impl, probe, own_celeba_root, missing):
    path = own_celeba_root / "celeba" / missing
    path.rename(own_celeba_root / "elsewhere")

    call = "celeba_attribute('.../incomplete', 'train', 'Smiling')"
    with expect.raises(FileNotFoundError, match="incomplete", call=call, missing=missing):
        opened(impl, probe, own_celeba_root)


def test_celeba_attribute_opens_one_image_an_access(impl, probe, own_celeba_root):
    folder = own_celeba_root / "celeba/img_align_celeba"
    expected = image_at(own_celeba_root, 2)
    for number in (1, 2, 4, 5, 6, 7, 8, 9):  # all but the second of the training set
        (folder / f"{number:06d}.jpg").write_bytes(b"no image at all")

    dataset = opened(impl, probe, own_celeba_root)

    call = "celeba_attribute(root, 'train', 'Smiling')"
    expect.value(len(dataset), 4, call=f"len({call})", files="all images but 000003.jpg broken")
    expect.tensor(dataset[1][0], expected, call=f"{call}[1][0]", rtol=0.0, atol=1e-3)


def test_celeba_attribute_is_a_Dataset(impl, probe, celeba_root):
    dataset = opened(impl, probe, celeba_root)

    call = "celeba_attribute(root, 'train', 'Smiling')"
    expect.that(probe(isinstance, dataset, Dataset), call=call, got=dataset, should_be="a torch.utils.data.Dataset")


def test_celeba_attribute_can_be_pickled(impl, probe, celeba_root):
    copy = probe(dataset_probes.pickled, opened(impl, probe, celeba_root))

    image, label = copy[1]

    call = "pickle.loads(pickle.dumps(celeba_attribute(root, 'train', 'Smiling')))[1]"
    expect.value(label, label_of(2), call=f"{call}[1]")
    expect.tensor(image, image_at(celeba_root, 2), call=f"{call}[0]", rtol=0.0, atol=1e-3)


def test_celeba_attribute_feeds_a_loader_to_the_ragged_last_batch(impl, probe, celeba_root):
    batches = list(probe(DataLoader, opened(impl, probe, celeba_root, "test"), batch_size=2))

    call = "list(DataLoader(celeba_attribute(root, 'test', 'Smiling'), batch_size=2))"
    expect.that(len(batches) == 2, call=call, got=f"{len(batches)} batches", should_be="2 batches")
    for (images, labels), numbers in zip(batches, ([3, 5], [8]), strict=True):
        expected = torch.stack([image_at(celeba_root, number) for number in numbers])
        expect.tensor(labels, torch.tensor([label_of(number) for number in numbers]), call=f"labels of {call}")
        expect.tensor(images, expected, call=f"images of {call}", rtol=0.0, atol=1e-3)


# -- image_grid ----------------------------------------------------------------------------------------------


def numbered(count, channels, height, width, device="cpu", dtype=torch.float32):
    """Images without two equal pixels, from 1 on."""
    total = count * channels * height * width
    return torch.arange(1, total + 1).reshape(count, channels, height, width).to(dtype).to(device)


def laid_out(images, columns, padding):
    """A slow and obvious image_grid."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    high, wide = height + padding, width + padding
    picture = torch.zeros(channels, rows * high + padding, columns * wide + padding, dtype=images.dtype)
    for i in range(count):
        top, left = i // columns * high + padding, i % columns * wide + padding
        picture[:, top : top + height, left : left + width] = images[i].detach().cpu()
    return oracles.like(picture, images)


def test_image_grid_fills_rows_from_left_to_right(impl, device):
    images = torch.tensor([[1, 2], [3, 4], [5, 6]], device=device).reshape(3, 1, 1, 2)

    actual = impl.image_grid(images, columns=2, padding=1)

    expected = [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 5, 6, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    call = "image_grid(images, columns=2, padding=1)"
    expect.tensor(actual, torch.tensor([expected], device=device), call=call, images=images)


def test_image_grid_keeps_channels_apart(impl, device):
    images = torch.tensor([[[[1], [2]], [[-1], [-2]]], [[[3], [4]], [[-3], [-4]]]], device=device)  # (2, 2, 2, 1)

    actual = impl.image_grid(images, columns=2, padding=0)

    expected = torch.tensor([[[1, 3], [2, 4]], [[-1, -3], [-2, -4]]], device=device)
    expect.tensor(actual, expected, call="image_grid(images, columns=2, padding=0)", images=images)


@pytest.mark.parametrize("padding", [0, 1, 2, 5])
@pytest.mark.parametrize("columns", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 6])
def test_image_grid_puts_each_image_in_its_place(impl, device, count, columns, padding):
    images = numbered(count, 3, 2, 4, device)

    actual = impl.image_grid(images, columns, padding)

    call = f"image_grid(<{count} images>, {columns=}, {padding=})"
    expect.tensor(actual, laid_out(images, columns, padding), call=call)


@given(data=st.data(), shape=st.tuples(st.integers(0, 7), *[st.integers(1, 4)] * 3))
def test_image_grid_equals_a_loop_over_the_images(impl, device, data, shape):
    layout = data.draw(strategies.layouts())
    images = layout(data.draw(strategies.tensors(shape)).to(device))
    columns, padding = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 3))

    actual = impl.image_grid(images, columns, padding)

    call = f"image_grid(images, {columns=}, {padding=})"
    expect.tensor(actual, laid_out(images, columns, padding), call=call, images=images)


@pytest.mark.parametrize(("columns", "padding"), [(1, 0), (1, 2), (3, 0), (3, 1)])
def test_image_grid_of_no_images_is_the_upper_border(impl, device, columns, padding):
    images = torch.ones(0, 2, 3, 4, device=device)

    actual = impl.image_grid(images, columns, padding)

    expected = torch.zeros(2, padding, columns * (4 + padding) + padding, device=device)
    expect.tensor(actual, expected, call=f"image_grid(<no image of (2, 3, 4)>, {columns=}, {padding=})")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_image_grid_keeps_any_number_of_channels(impl, device, channels):
    images = numbered(1, channels, 2, 3, device)

    actual = impl.image_grid(images, columns=1, padding=1)

    call = f"image_grid(<1 image with {channels} channels>, columns=1, padding=1)"
    expect.tensor(actual, laid_out(images, 1, 1), call=call)


@pytest.mark.parametrize(
    "dtype", [torch.uint8, torch.int64, torch.bool, torch.float16, torch.bfloat16, torch.float64], ids=str
)
def test_image_grid_keeps_the_dtype(impl, device, dtype):
    images = numbered(3, 1, 2, 3, device, dtype)

    actual = impl.image_grid(images, columns=2, padding=1)

    expect.tensor(actual, laid_out(images, 2, 1), call=f"image_grid(<images of {dtype}>, columns=2, padding=1)")


def test_image_grid_copies_pixels_as_they_are(impl, device):
    images = numbered(3, 1, 2, 2, device)
    images[0, 0, 0] = torch.tensor([math.nan, math.inf], device=device)
    images[1, 0, 1] = torch.tensor([-math.inf, 1e-38], device=device)

    actual = impl.image_grid(images, columns=2, padding=1)

    call = "image_grid(images, columns=2, padding=1)"
    expected = laid_out(images, 2, 1)
    expect.tensor(actual, expected, call=call, rtol=0.0, atol=0.0, equal_nan=True, images=images)


def test_image_grid_keeps_whole_numbers_exact(impl, device):
    images = torch.tensor([2**53 + 1, -(2**63), 2**63 - 1], device=device).reshape(3, 1, 1, 1)

    actual = impl.image_grid(images, columns=3, padding=0)

    expect.tensor(actual, images.reshape(1, 1, 3), call="image_grid(images, columns=3, padding=0)", images=images)


@promises.LAYOUTS
def test_image_grid_takes_tensors_of_any_memory_layout(impl, device, layout):
    images = layout(numbered(5, 3, 2, 4, device))

    actual = impl.image_grid(images, columns=3, padding=1)

    expect.tensor(actual, laid_out(images, 3, 1), call="image_grid(images, columns=3, padding=1)", images=images)


def test_image_grid_takes_channels_that_are_stored_last(impl, device):
    images = numbered(5, 3, 2, 4, device).to(memory_format=torch.channels_last)

    actual = impl.image_grid(images, columns=2, padding=1)

    expect.tensor(actual, laid_out(images, 2, 1), call="image_grid(<channels last>, columns=2, padding=1)")


def test_image_grid_lets_gradients_flow(impl, probe, device):
    images = numbered(3, 2, 1, 2, device)
    upstream = numbered(1, 2, 5, 7, device)[0]

    actual = probe(probes.gradient, impl.image_grid, images, 2, 1, upstream=upstream)

    expected = torch.stack([upstream[:, 1:2, 1:3], upstream[:, 1:2, 4:6], upstream[:, 3:4, 1:3]])
    expect.tensor(actual, expected, call="gradient of image_grid(images, columns=2, padding=1)", upstream=upstream)


def test_image_grid_leaves_its_images_as_they_are(impl, probe, device):
    call = "image_grid(images, columns=2, padding=1)"
    promises.unchanged(probe, impl.image_grid, numbered(3, 2, 2, 3, device), 2, 1, call=call)


@pytest.mark.parametrize("columns", [1, 2])
def test_image_grid_has_memory_of_its_own(impl, probe, device, columns):
    images = numbered(columns, 1, 2, 3, device)

    shared = probe(probes.shares_memory, impl.image_grid, images, columns, 0)

    call = f"image_grid(<{columns} images>, {columns=}, padding=0)"
    expect.that(not shared, call=call, got="a view of `images`", should_be="a picture with memory of its own")


@pytest.mark.parametrize("padding", [0, 2])
def test_image_grid_needs_no_loop(impl, probe, device, padding):
    images = numbered(5, 2, 2, 3, device)
    promises.no_loop(probe, impl.image_grid, images, 3, padding, call=f"image_grid(images, columns=3, {padding=})")


@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 4), (1, 2, 3, 2, 4)], ids=str)
def test_image_grid_refuses_images_without_four_axes(impl, device, shape):
    with expect.raises(ValueError, match="images", call=f"image_grid(<{shape}>, columns=2, padding=1)"):
        impl.image_grid(torch.ones(shape, device=device), 2, 1)


@pytest.mark.parametrize("columns", [0, -1, -3])
def test_image_grid_refuses_columns_below_1(impl, device, columns):
    with expect.raises(ValueError, match="columns", call=f"image_grid(images, {columns=}, padding=1)"):
        impl.image_grid(numbered(3, 1, 2, 2, device), columns, 1)


@pytest.mark.parametrize("padding", [-1, -2])
def test_image_grid_refuses_padding_below_0(impl, device, padding):
    with expect.raises(ValueError, match="padding", call=f"image_grid(images, columns=2, {padding=})"):
        impl.image_grid(numbered(3, 1, 2, 2, device), 2, padding)
