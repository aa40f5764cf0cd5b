"""Specs of the topic `image_files`."""

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from tests import dataset_probes, expect, picture_files, picture_probes, probes, worker_probes
from tests.picture_files import BLACK_AND_WHITE, COLOURS, DAMAGES, FORMS, GREYS, GRIDS

ODD_NAMES = ["cats [2]", "100% cats {1,2}", "große Katzen", "кошки", "猫"]


def touch(folder, *names):
    """Make empty files."""
    for name in names:
        (folder / name).touch()
    return folder


def folders(folder, *names):
    """Make folders, with those above them."""
    for name in names:
        (folder / name).mkdir(parents=True)
    return folder


# -- list_images ---------------------------------------------------------------------------------------------


def expect_paths(actual, folder, names, call):
    """Expect a list of the paths of files in a folder."""
    __tracebackhide__ = True
    expect.that(isinstance(actual, list), call=call, got=actual, should_be="a list of Path")
    kinds = sorted({type(path).__name__ for path in actual if not isinstance(path, Path)})
    got = f"a list with {' and '.join(kinds)} in it"
    expect.that(not kinds, call=call, got=got, should_be="a list of Path")
    shown = [shortened(path, folder) for path in actual]
    expect.value(shown, [f"folder/{name}" for name in names], call=call)


def shortened(path, folder):
    """A path in words that are the same on every machine: tests have their folders at another place each time."""
    if path.is_relative_to(folder):
        return f"folder/{path.relative_to(folder).as_posix()}"
    return f"absolute/{path.name}" if path.is_absolute() else path.as_posix()


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg"], id="letters"),
        pytest.param(["a.png", "b.jpeg", "b.jpg", "b.png", "c.jpg", "d.jpeg", "e.jpg"], id="suffixes-mixed"),
        pytest.param(["1.jpg", "10.jpg", "100.jpg", "11.jpg", "2.jpg", "20.jpg", "9.jpg"], id="numbers-as-text"),
        pytest.param(["A.jpg", "B.jpg", "Z.jpg", "aa.jpg", "bb.jpg", "y.jpg"], id="capitals-first"),
        pytest.param(["b 2.png", "b-2.png", "b.JPG", "b1.jpg", "b_.jpg", "ba.jpg", "ß.jpg"], id="signs"),
    ],
)
def test_list_images_sorts_the_names_as_text(impl, probe, tmp_path, names):
    touch(tmp_path, *reversed(names[1::2]), *names[::2])

    actual = probe(picture_probes.in_odd_order, impl.list_images, tmp_path)

    expect_paths(actual, tmp_path, names, call="list_images(folder)")


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.png", "a.JPG", "a.JPEG", "a.PNG", "a.Jpg", "a.jPeG", "a.pNg"])
def test_list_images_takes_suffixes_in_any_letter_case(impl, tmp_path, name):
    actual = impl.list_images(touch(tmp_path, name))

    expect_paths(actual, tmp_path, [name], call=f"list_images(<folder with {name}>)")


@pytest.mark.parametrize(
    "name", ["my cat 1.jpg", "v1.2.png", "a.png.jpg", "a.txt.jpeg", "-.png", "Ж-1.JPG", "猫.png", "ßø [1].jpg"]
)
def test_list_images_takes_names_with_any_characters(impl, tmp_path, name):
    actual = impl.list_images(touch(tmp_path, name))

    expect_paths(actual, tmp_path, [name], call=f"list_images(<folder with {name}>)")


@pytest.mark.parametrize(
    "name",
    [
        "a.gif",
        "a.txt",
        "a.jpg.txt",
        "a.jpgx",
        "a.jp",
        "a.jpe",
        "a-jpg",
        "ajpeg",
        "apng",
        "jpg",
        "a",
        "a.png~",
        "a.pn.g",
    ],
)
def test_list_images_leaves_other_files_out(impl, tmp_path, name):
    actual = impl.list_images(touch(tmp_path, name, "b.jpg"))

    expect_paths(actual, tmp_path, ["b.jpg"], call=f"list_images(<folder with {name} and b.jpg>)")


@pytest.mark.parametrize("name", [".a.jpg", "._cat-1.jpg", ".png"])
def test_list_images_leaves_hidden_files_out(impl, tmp_path, name):
    actual = impl.list_images(touch(tmp_path, name, "cat-1.jpg"))

    expect_paths(actual, tmp_path, ["cat-1.jpg"], call=f"list_images(<folder with {name} and cat-1.jpg>)")


def test_list_images_leaves_out_what_is_in_sub_folders(impl, tmp_path):
    folders(tmp_path, "more", "a/b")
    touch(tmp_path, "c.jpg", "more/a.jpg", "a/b/c.jpg")

    actual = impl.list_images(tmp_path)

    expect_paths(actual, tmp_path, ["c.jpg"], call="list_images(<folder with c.jpg, and sub-folders with pictures>)")


def test_list_images_leaves_out_a_sub_folder_that_is_called_like_a_picture(impl, tmp_path):
    touch(folders(tmp_path, "album.jpg"), "c.jpg")

    actual = impl.list_images(tmp_path)

    expect_paths(actual, tmp_path, ["c.jpg"], call="list_images(<folder with c.jpg, and a sub-folder album.jpg>)")


def test_list_images_gives_an_empty_list_for_an_empty_folder(impl, tmp_path):
    actual = impl.list_images(tmp_path)

    expect_paths(actual, tmp_path, [], call="list_images(<empty folder>)")


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("kind", [str, Path])
def test_list_images_takes_any_folder(impl, tmp_path, name, kind):
    folder = touch(folders(tmp_path, name) / name, "b.png", "a.jpg")

    actual = impl.list_images(kind(folder))

    expect_paths(actual, folder, ["a.jpg", "b.png"], call=f"list_images({kind.__name__}('{name}'))")


@pytest.mark.parametrize("kind", [str, Path])
def test_list_images_joins_the_names_to_the_folder_as_given(impl, probe, tmp_path, kind):
    touch(folders(tmp_path, "photos/cats") / "photos" / "cats", "a.jpg")
    folder = Path("photos", "cats")

    actual = probe(picture_probes.inside, str(tmp_path), impl.list_images, kind(folder))

    expect_paths(actual, folder, ["a.jpg"], call="list_images('photos/cats')")


def test_list_images_opens_no_file(impl, probe, tmp_path):
    for number, damage in enumerate(DAMAGES):
        picture_files.write_damaged(tmp_path / f"{number}.jpg", damage)

    actual = probe(picture_probes.files_opened, impl.list_images, tmp_path)

    expect.value(actual, [], call="the files that list_images(folder) opens")
    names = [f"{number}.jpg" for number in range(len(DAMAGES))]
    expect_paths(impl.list_images(tmp_path), tmp_path, names, call="list_images(<folder of damaged files>)")


def test_list_images_refuses_a_folder_that_is_not_there(impl, tmp_path):
    with expect.raises(FileNotFoundError, match="nowhere", call="list_images('nowhere')"):
        impl.list_images(tmp_path / "nowhere")


def test_list_images_refuses_a_file(impl, tmp_path):
    touch(tmp_path, "cat-1.jpg")

    with expect.raises(NotADirectoryError, match="cat-1", call="list_images('cat-1.jpg')"):
        impl.list_images(tmp_path / "cat-1.jpg")


# -- label_of ------------------------------------------------------------------------------------------------


ANIMALS = ["dog", "cat", "bird", "mouse"]  # not sorted: the position counts


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("dog-1.jpg", 0),
        ("cat.4000.jpg", 1),
        ("bird_07.png", 2),
        ("mouse 1.jpeg", 3),
        ("cat1.jpg", 1),
        ("bird.png", 2),
        ("cat", 1),
        ("cats.jpg", 1),
    ],
)
@pytest.mark.parametrize("kind", [str, Path])
def test_label_of_gives_the_position_of_the_class(impl, name, label, kind):
    actual = impl.label_of(kind(Path("photos", name)), ANIMALS)

    expect.value(actual, label, call=f"label_of({kind.__name__}('photos/{name}'), {ANIMALS})")


@pytest.mark.parametrize("folder", ["cats_and_dogs", "cat", "cat-1.jpg", "home/catherine", "dog/cat", "bird/dog/cat/1"])
@pytest.mark.parametrize(("name", "label"), [("dog-1.jpg", 0), ("bird-2.jpg", 2), ("mouse-3.jpg", 3)])
def test_label_of_takes_no_notice_of_the_folders_above(impl, folder, name, label):
    path = Path(folder, name)

    actual = impl.label_of(path, ANIMALS)

    expect.value(actual, label, call=f"label_of({path.as_posix()!r}, {ANIMALS})")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("hotdog-1.jpg", 2),
        ("bobcat-1.jpg", 3),
        ("dog-and-cat.jpg", 0),
        ("cat-and-dog.jpg", 1),
        ("cat-or-hotdog.png", 1),
    ],
)
def test_label_of_looks_at_the_beginning_of_the_name(impl, name, label):
    classes = ["dog", "cat", "hotdog", "bobcat"]

    actual = impl.label_of(name, classes)

    expect.value(actual, label, call=f"label_of('{name}', {classes})")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("cat-1.jpg", "cat"),
        ("caterpillar-1.jpg", "caterpillar"),
        ("Caterpillar.jpg", "caterpillar"),
        ("cater-1.jpg", "cater"),
        ("caterpilla.jpg", "cater"),
    ],
)
@pytest.mark.parametrize(
    "classes",
    [
        ["cat", "cater", "caterpillar", "zebra"],
        ["zebra", "caterpillar", "cater", "cat"],
        ["cater", "zebra", "cat", "caterpillar"],
    ],
    ids="-".join,
)
def test_label_of_prefers_the_longest_class(impl, name, wanted, classes):
    actual = impl.label_of(name, classes)

    expect.value(actual, classes.index(wanted), call=f"label_of('{name}', {classes})")


@pytest.mark.parametrize(
    "classes", [["cat", "Caterpillar"], ["Caterpillar", "cat"], ["CAT", "caterpillar"]], ids="-".join
)
def test_label_of_prefers_the_longest_class_in_any_letter_case(impl, classes):
    actual = impl.label_of("caterpillar-1.jpg", classes)

    wanted = next(i for i, one in enumerate(classes) if len(one) > 3)
    expect.value(actual, wanted, call=f"label_of('caterpillar-1.jpg', {classes})")


def test_label_of_tells_numbers_apart(impl):
    classes = ["1", "2", "12", "120"]

    actual = [impl.label_of(name, classes) for name in ("12-001.jpg", "1-2.jpg", "120.png", "2-120.png")]

    expect.value(actual, [2, 0, 3, 1], call=f"label_of(name, {classes}) of 12-001.jpg, 1-2.jpg, 120.png, 2-120.png")


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("CAT-1.JPG", ["dog", "cat"]),
        ("Cat-1.jpg", ["dog", "cat"]),
        ("cat-1.jpg", ["Dog", "Cat"]),
        ("cAT-1.jpg", ["DOG", "CAT"]),
        ("КОШКА-1.jpg", ["dog", "кошка"]),
        ("American_Bulldog_10.jpg", ["american", "american_bulldog", "bulldog"]),
    ],
)
def test_label_of_ignores_letter_case(impl, name, classes):
    actual = impl.label_of(name, classes)

    expect.value(actual, 1, call=f"label_of('{name}', {classes})")


def test_label_of_takes_classes_as_a_tuple(impl):
    actual = impl.label_of("cat-1.jpg", ("dog", "cat"))

    expect.value(actual, 1, call="label_of('cat-1.jpg', ('dog', 'cat'))")


@pytest.mark.parametrize(
    "path", ["horse-1.jpg", "cat/horse-1.jpg", "my-cat.horse.jpg", "ca-horse.jpg", "1-horse-cat.jpg", "do.horse"]
)
def test_label_of_refuses_a_name_that_begins_with_no_class(impl, path):
    with expect.raises(ValueError, match=re.escape(Path(path).name), call=f"label_of('{path}', {ANIMALS})"):
        impl.label_of(path, ANIMALS)


def test_label_of_refuses_every_name_when_there_are_no_classes(impl):
    with expect.raises(ValueError, match=r"cat-1\.jpg", call="label_of('cat-1.jpg', [])"):
        impl.label_of("cat-1.jpg", [])


WORDS = st.text("abc", min_size=1, max_size=3)


@given(classes=st.lists(WORDS, min_size=1, max_size=5, unique=True), which=st.integers(0, 4), number=st.integers(0, 99))
def test_label_of_finds_every_class_by_its_own_name(impl, classes, which, number):
    which %= len(classes)
    path = Path("aa", "b", f"{classes[which]}-{number}.jpg")

    actual = impl.label_of(path, classes)

    expect.value(actual, which, call=f"label_of({path.as_posix()!r}, {classes})")


# -- load_image ----------------------------------------------------------------------------------------------


ROUNDING = 1e-5  # what float32 may add to 0 or 1 while it scales
LOSS = 0.02  # 5 of 255: what JPEG, and the way of scaling, may change in the middle of a tile


def middles(length, tiles):
    """The indices of the middle of each tile."""
    return [int((tile + 0.5) * length / tiles) for tile in range(tiles)]


def expect_picture(actual, grid, size, call):
    """Expect an image of that size that shows a grid of tiles."""
    __tracebackhide__ = True
    shape = (3, *size)
    fits = isinstance(actual, torch.Tensor) and tuple(actual.shape) == shape
    got = f"shape {tuple(actual.shape)}" if isinstance(actual, torch.Tensor) else actual
    expect.that(fits, call=call, got=got, should_be=f"a tensor of the shape {shape}")
    shown = actual[:, middles(size[0], len(grid))][:, :, middles(size[1], len(grid[0]))]
    expected = picture_files.in_colours(grid)
    expect.tensor(shown, expected, call=f"the middle of each tile in {call}", rtol=0, atol=LOSS)


def flat(colour, size):
    """The image of a picture of a single colour."""
    return torch.tensor(colour).div(255)[:, None, None].expand(3, *size)


@pytest.mark.parametrize("size", [(32, 48), (8, 12), (64, 96), (10, 60), (48, 32), (40, 18)])
def test_load_image_scales_the_whole_picture_to_height_and_width(impl, tmp_path, size):
    path = picture_files.write(tmp_path / "a.png")

    actual = impl.load_image(path, size)

    expect_picture(actual, COLOURS, size, call=f"load_image('a.png', {size})")


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (7, 3), (40, 2)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 128, 1), (3, 77, 254)])
def test_load_image_gives_values_from_0_to_1(impl, tmp_path, size, colour):
    path = picture_files.write(tmp_path / "a.png", ((colour,),))

    actual = impl.load_image(path, size)

    expected = flat(colour, size)
    expect.tensor(actual, expected, call=f"load_image('a.png', {size})", rtol=0, atol=1e-3, colour=colour)


@pytest.mark.parametrize("size", [(64, 96), (30, 50), (6, 9)])
def test_load_image_stays_within_0_and_1_at_sharp_edges(impl, tmp_path, size):
    path = picture_files.write(tmp_path / "a.png", BLACK_AND_WHITE)

    actual = impl.load_image(path, size)

    expect_picture(actual, BLACK_AND_WHITE, size, call=f"load_image('a.png', {size})")
    lowest, highest = float(actual.min()), float(actual.max())
    call = f"smallest and largest value of load_image('a.png', {size})"
    got = f"{lowest:.4f} and {highest:.4f}"
    expect.that(lowest >= -ROUNDING and highest <= 1 + ROUNDING, call=call, got=got, should_be="from 0 to 1")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [(16, 24), (64, 96)])
def test_load_image_gives_three_channels_from_any_form(impl, tmp_path, form, size):
    grid = GRIDS.get(form, COLOURS)
    path = picture_files.write(tmp_path / "a.png", grid, form)

    actual = impl.load_image(path, size)

    expect_picture(actual, grid, size, call=f"load_image(<{form}>, {size})")


@pytest.mark.parametrize(("form", "grid"), [("colour", COLOURS), ("grey", GREYS)])
@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".JPG"])
def test_load_image_reads_jpeg(impl, tmp_path, form, grid, suffix):
    path = picture_files.write(tmp_path / f"a{suffix}", grid, form)

    actual = impl.load_image(path, (32, 48))

    expect_picture(actual, grid, (32, 48), call=f"load_image(<{form} JPEG>, (32, 48))")


@pytest.mark.parametrize("form", ["palette", "grey"])
def test_load_image_shows_the_colours_of_a_grey_palette(impl, tmp_path, form):
    path = picture_files.write(tmp_path / "a.png", GREYS, form)

    actual = impl.load_image(path, (16, 24))

    expect_picture(actual, GREYS, (16, 24), call=f"load_image(<{form}>, (16, 24))")


@pytest.mark.parametrize(("brightness", "value"), [(0, 0.0), (255, 1.0), (51, 0.2), (1, 0.004)])
def test_load_image_scales_16_bit_grey(impl, tmp_path, brightness, value):
    path = picture_files.write(tmp_path / "a.png", picture_files.grey((brightness,)), "16-bit grey")

    actual = impl.load_image(path, (4, 6))

    call = f"load_image(<16-bit grey, {brightness * 257} everywhere>, (4, 6))"
    expect.tensor(actual, torch.full((3, 4, 6), value), call=call, rtol=0, atol=1e-3)


def test_load_image_scales_16_bit_grey_by_its_high_bits(impl, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((16, 16), 52231, dtype=np.uint16)).save(path)  # 0xCC07

    actual = impl.load_image(path, (4, 6))

    call = "load_image(<16-bit grey, 52231 everywhere>, (4, 6))"
    expect.tensor(actual, torch.full((3, 4, 6), 0.797), call=call, rtol=0, atol=4e-3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_load_image_turns_a_photo_upright(impl, tmp_path, orientation, name):
    stored = picture_files.stored_as(picture_files.pixels(COLOURS), orientation)
    path = picture_files.write(tmp_path / name, stored, orientation=orientation)

    actual = impl.load_image(path, (20, 36))

    expect_picture(actual, COLOURS, (20, 36), call=f"load_image(<{name} with EXIF {orientation=}>, (20, 36))")


@pytest.mark.parametrize("form", ["colour", "grey", "1-bit", "palette", "colour with alpha", "16-bit grey"])
def test_load_image_averages_when_it_shrinks(impl, tmp_path, form):
    path = picture_files.write(tmp_path / "a.png", picture_files.fine_pattern(48, 96), form)

    actual = impl.load_image(path, (6, 8))

    call = f"load_image(<{form}, black and white pixels by turns>, (6, 8))"
    expect.tensor(actual, torch.full((3, 6, 8), 0.5), call=call, rtol=0, atol=0.1)


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "PNG"), ("a.png", "JPEG"), ("a", "PNG"), ("a.txt", "JPEG")])
def test_load_image_tells_the_format_by_the_content(impl, tmp_path, name, format):
    path = picture_files.write(tmp_path / name, format=format)

    actual = impl.load_image(path, (16, 24))

    expect_picture(actual, COLOURS, (16, 24), call=f"load_image(<a {format} file called {name}>, (16, 24))")


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("kind", [str, Path])
def test_load_image_takes_any_path(impl, tmp_path, name, kind):
    path = picture_files.write(folders(tmp_path, name) / name / f"{name}.png")

    actual = impl.load_image(kind(path), (16, 24))

    expect_picture(actual, COLOURS, (16, 24), call=f"load_image({kind.__name__}('{name}.png'), (16, 24))")


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", [str, Path])
def test_load_image_names_a_damaged_file(impl, tmp_path, damage, kind):
    path = picture_files.write_damaged(tmp_path / "photo-17.jpg", damage)

    with expect.raises(ValueError, match="photo-17", call=f"load_image(<{damage}: photo-17.jpg>, (16, 24))"):
        impl.load_image(kind(path), (16, 24))


def test_load_image_refuses_a_file_that_is_not_there(impl, tmp_path):
    with expect.raises(FileNotFoundError, match="photo-17", call="load_image(<no such file: photo-17.jpg>, (16, 24))"):
        impl.load_image(tmp_path / "photo-17.jpg", (16, 24))


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_load_image_closes_its_file(impl, probe, tmp_path, name):
    path = picture_files.write(tmp_path / name)

    actual = probe(picture_probes.left_open, impl.load_image, path, (16, 24))

    expect.value(actual, [], call=f"the files that load_image('{name}', (16, 24)) leaves open")


@pytest.mark.parametrize("damage", DAMAGES)
def test_load_image_closes_a_damaged_file(impl, probe, tmp_path, damage):
    path = picture_files.write_damaged(tmp_path / "a.jpg", damage)

    actual = probe(picture_probes.left_open, impl.load_image, path, (16, 24))

    expect.value(actual, [], call=f"the files that load_image(<{damage}>, (16, 24)) leaves open")


# -- ImageFiles ----------------------------------------------------------------------------------------------


SIZE = (4, 6)
ON_ERROR = pytest.mark.parametrize("on_error", ["raise", "skip"])
HUES = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (10, 20, 30), (200, 100, 50), (0, 128, 255), (9, 9, 9)]


def album(folder, count):
    """Pictures of one colour each, and labels that are no positions."""
    paths = [picture_files.write(folder / f"photo-{i}.png", ((HUES[i],),)) for i in range(count)]
    return paths, [10 * i + 3 for i in range(count)]


def expect_sample(actual, number, call):
    """Expect the sample of one picture of an album."""
    __tracebackhide__ = True
    is_pair = isinstance(actual, tuple) and len(actual) == 2
    expect.that(is_pair, call=call, got=actual, should_be="a tuple (image, label)")
    expect.tensor(actual[0], flat(HUES[number], SIZE), call=f"{call}[0]", rtol=0, atol=1e-3)
    expect.value(actual[1], 10 * number + 3, call=f"{call}[1]")


def expect_batches(actual, numbers, batch_size, call):
    """Expect the batches that a loader makes of these pictures of an album."""
    __tracebackhide__ = True
    expected = [numbers[i : i + batch_size] for i in range(0, len(numbers), batch_size)]
    expect.value(len(actual), len(expected), call=f"number of batches of {call}")
    for i, batch in enumerate(expected):
        images = torch.stack([flat(HUES[number], SIZE) for number in batch])
        expect.tensor(actual[i][0], images, call=f"{call}[{i}][0]", rtol=0, atol=1e-3)
        labels = torch.tensor([10 * number + 3 for number in batch])
        expect.tensor(actual[i][1], labels, call=f"{call}[{i}][1]")


def call_of(on_error, *, paths="paths"):
    """The making of a dataset as text."""
    return f"ImageFiles({paths}, labels, {SIZE}, '{on_error}')"


@ON_ERROR
@pytest.mark.parametrize("kind", [str, Path])
def test_ImageFiles_pairs_each_picture_with_its_label(impl, tmp_path, on_error, kind):
    paths, labels = album(tmp_path, 5)

    dataset = impl.ImageFiles([kind(path) for path in paths], labels, SIZE, on_error)

    for i in (3, 0, 4, 1, 2, 3):
        expect_sample(dataset[i], i, call=f"{call_of(on_error)}[{i}]")


@ON_ERROR
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_ImageFiles_has_as_many_samples_as_pictures(impl, tmp_path, on_error, count):
    actual = len(impl.ImageFiles(*album(tmp_path, count), SIZE, on_error))

    expect.value(actual, count, call=f"len({call_of(on_error, paths=f'<{count} paths>')})")


@ON_ERROR
@pytest.mark.parametrize("index", [-1, -2, -3])
def test_ImageFiles_counts_negative_indices_from_the_end(impl, tmp_path, on_error, index):
    actual = impl.ImageFiles(*album(tmp_path, 3), SIZE, on_error)[index]

    expect_sample(actual, 3 + index, call=f"{call_of(on_error, paths='<3 paths>')}[{index}]")


@ON_ERROR
@pytest.mark.parametrize(("count", "index"), [(3, 3), (3, 5), (3, -4), (1, 1), (0, 0), (0, -1)])
def test_ImageFiles_refuses_an_index_past_either_end(impl, tmp_path, on_error, count, index):
    dataset = impl.ImageFiles(*album(tmp_path, count), SIZE, on_error)

    call = f"{call_of(on_error, paths=f'<{count} paths>')}[{index}]"
    with expect.raises(IndexError, match=f"index|{index}", call=call):
        dataset[index]


@ON_ERROR
@pytest.mark.parametrize("count", [0, 3])
def test_ImageFiles_ends_a_loop_after_its_last_sample(impl, probe, tmp_path, on_error, count):
    dataset = impl.ImageFiles(*album(tmp_path, count), SIZE, on_error)

    actual = probe(dataset_probes.samples, dataset, limit=count + 3)

    expect.value(len(actual), count, call=f"number of samples in a loop over {call_of(on_error)}")
    for i, sample in enumerate(actual):
        expect_sample(sample, i, call=f"list({call_of(on_error)})[{i}]")


def test_ImageFiles_is_a_Dataset(impl, probe, tmp_path):
    actual = probe(isinstance, impl.ImageFiles(*album(tmp_path, 1), SIZE, "raise"), Dataset)

    expect.value(actual, True, call=f"isinstance({call_of('raise')}, Dataset)")


@ON_ERROR
def test_ImageFiles_takes_the_height_first(impl, tmp_path, on_error):
    path = picture_files.write(tmp_path / "a.png")

    image, _ = impl.ImageFiles([path], [0], (20, 36), on_error)[0]

    expect_picture(image, COLOURS, (20, 36), call=f"ImageFiles(paths, labels, (20, 36), '{on_error}')[0][0]")


@ON_ERROR
@pytest.mark.parametrize(("paths", "labels"), [(3, 2), (2, 3), (0, 1), (1, 0)])
def test_ImageFiles_refuses_unequal_lengths(impl, tmp_path, on_error, paths, labels):
    call = f"ImageFiles(<{paths} paths>, <{labels} labels>, {SIZE}, '{on_error}')"
    with expect.raises(ValueError, match="labels", call=call):
        impl.ImageFiles(album(tmp_path, paths)[0], list(range(labels)), SIZE, on_error)


@pytest.mark.parametrize("on_error", ["ignore", "", "Raise", "SKIP", "skipped", "rais"])
def test_ImageFiles_refuses_another_word_for_on_error(impl, tmp_path, on_error):
    with expect.raises(ValueError, match="on_error", call=call_of(on_error)):
        impl.ImageFiles(*album(tmp_path, 2), SIZE, on_error)


def test_ImageFiles_refuses_another_word_for_on_error_without_pictures(impl):
    with expect.raises(ValueError, match="on_error", call=f"ImageFiles([], [], {SIZE}, 'ignore')"):
        impl.ImageFiles([], [], SIZE, "ignore")


def test_ImageFiles_reads_nothing_before_an_access(impl, probe, tmp_path):
    paths, labels = album(tmp_path, 3)
    picture_files.write_damaged(paths[1])
    paths[2].unlink()

    actual = probe(picture_probes.files_opened, impl.ImageFiles, paths, labels, SIZE, "raise")

    expect.value(actual, [], call=f"the files that {call_of('raise')} opens")
    expect.value(len(impl.ImageFiles(paths, labels, SIZE, "raise")), 3, call=f"len({call_of('raise')})")


@ON_ERROR
def test_ImageFiles_reads_a_file_anew_at_each_access(impl, tmp_path, on_error):
    paths, labels = album(tmp_path, 2)
    dataset = impl.ImageFiles(paths, labels, SIZE, on_error)
    expect_sample(dataset[1], 1, call=f"{call_of(on_error)}[1]")
    picture_files.write(paths[1], ((HUES[4],),))

    image, label = dataset[1]

    call = f"{call_of(on_error)}[1] after the file has changed"
    expect.tensor(image, flat(HUES[4], SIZE), call=f"{call}[0]", rtol=0, atol=1e-3)
    expect.value(label, 13, call=f"{call}[1]")


@pytest.mark.parametrize("damage", DAMAGES)
def test_ImageFiles_names_a_damaged_file(impl, tmp_path, damage):
    paths, labels = album(tmp_path, 3)
    picture_files.write_damaged(paths[1], damage)
    dataset = impl.ImageFiles(paths, labels, SIZE, "raise")

    expect.value(len(dataset), 3, call=f"len({call_of('raise')})", damaged="photo-1.png")
    with expect.raises(ValueError, match="photo-1", call=f"{call_of('raise')}[1]", damage=damage):
        dataset[1]
    expect_sample(dataset[0], 0, call=f"{call_of('raise')}[0]")
    expect_sample(dataset[2], 2, call=f"{call_of('raise')}[2]")


@pytest.mark.parametrize("damage", DAMAGES)
def test_ImageFiles_skips_a_damaged_file(impl, tmp_path, damage):
    paths, labels = album(tmp_path, 3)
    picture_files.write_damaged(paths[1], damage)

    dataset = impl.ImageFiles(paths, labels, SIZE, "skip")

    expect_sample(dataset[0], 0, call=f"{call_of('skip')}[0]")
    expect_sample(dataset[1], 2, call=f"{call_of('skip')}[1]")
    expect.value(len(dataset), 2, call=f"len({call_of('skip')})", damaged=f"photo-1.png: {damage}")


SOME_DAMAGED = pytest.mark.parametrize(
    "damaged",
    [(0,), (4,), (0, 1), (1, 2), (2, 3, 4), (0, 2, 4), (0, 1, 2, 3), (0, 1, 2, 3, 4)],
    ids=lambda damaged: "-".join(map(str, damaged)),
)


def album_of_which(damaged, folder):
    """Five pictures of an album, some of them damaged, and the numbers of those that are left."""
    paths, labels = album(folder, 5)
    for number in damaged:
        picture_files.write_damaged(paths[number])
    return paths, labels, [number for number in range(5) if number not in damaged]


@SOME_DAMAGED
def test_ImageFiles_is_shorter_by_what_it_skips(impl, tmp_path, damaged):
    paths, labels, left = album_of_which(damaged, tmp_path)

    actual = len(impl.ImageFiles(paths, labels, SIZE, "skip"))

    expect.value(actual, len(left), call=f"len({call_of('skip')})", damaged=list(damaged))


@SOME_DAMAGED
def test_ImageFiles_numbers_what_is_left_without_a_gap(impl, tmp_path, damaged):
    paths, labels, left = album_of_which(damaged, tmp_path)

    dataset = impl.ImageFiles(paths, labels, SIZE, "skip")

    call = call_of("skip")
    for i, number in enumerate(left):
        expect_sample(dataset[i], number, call=f"{call}[{i}]")
        expect_sample(dataset[i - len(left)], number, call=f"{call}[{i - len(left)}]")
    for index in (len(left), -len(left) - 1):
        with expect.raises(IndexError, match=f"index|{index}", call=f"{call}[{index}]", damaged=list(damaged)):
            dataset[index]


@SOME_DAMAGED
def test_ImageFiles_feeds_a_loader_with_what_is_left(impl, probe, tmp_path, damaged):
    paths, labels, left = album_of_which(damaged, tmp_path)

    actual = list(probe(DataLoader, impl.ImageFiles(paths, labels, SIZE, "skip"), batch_size=2))

    expect_batches(actual, left, 2, call=f"list(DataLoader({call_of('skip')}, batch_size=2))")


def test_ImageFiles_raises_for_a_file_that_is_damaged_later(impl, tmp_path):
    paths, labels = album(tmp_path, 2)
    dataset = impl.ImageFiles(paths, labels, SIZE, "skip")
    picture_files.write_damaged(paths[1])

    with expect.raises(ValueError, match="photo-1", call=f"{call_of('skip')}[1] after the file was damaged"):
        dataset[1]


def test_ImageFiles_names_a_missing_file_when_it_is_asked_for(impl, tmp_path):
    paths, labels = album(tmp_path, 3)
    paths[1].unlink()
    dataset = impl.ImageFiles(paths, labels, SIZE, "raise")

    with expect.raises(FileNotFoundError, match="photo-1", call=f"{call_of('raise')}[1]", missing="photo-1.png"):
        dataset[1]
    expect_sample(dataset[2], 2, call=f"{call_of('raise')}[2]")


def test_ImageFiles_does_not_skip_a_missing_file(impl, tmp_path):
    paths, labels = album(tmp_path, 3)
    paths[1].unlink()

    with expect.raises(FileNotFoundError, match="photo-1", call=call_of("skip"), missing="photo-1.png"):
        impl.ImageFiles(paths, labels, SIZE, "skip")


@ON_ERROR
def test_ImageFiles_leaves_the_lists_as_they_are(impl, probe, tmp_path, on_error):
    paths, labels = album(tmp_path, 4)
    for path in paths[:2]:
        picture_files.write_damaged(path)

    texts = [str(path) for path in paths]
    actual = probe(probes.changed_inputs, impl.ImageFiles, texts, labels, SIZE, on_error)

    expect.value(actual, [], call=f"the arguments that {call_of(on_error)} changed")


@ON_ERROR
def test_ImageFiles_fills_a_batch_from_all_forms(impl, probe, tmp_path, on_error):
    grids = {form: GRIDS.get(form, COLOURS) for form in FORMS}
    paths = [picture_files.write(tmp_path / f"{form}.png", grid, form) for form, grid in grids.items()]
    paths.append(picture_files.write(tmp_path / "grey.jpg", GREYS, "grey"))
    dataset = impl.ImageFiles(paths, list(range(len(paths))), (16, 24), on_error)

    ((images, labels),) = probe(DataLoader, dataset, batch_size=len(paths))

    call = f"the batch of DataLoader(ImageFiles(<all forms>, labels, (16, 24), '{on_error}'), batch_size={len(paths)})"
    expect.tensor(labels, torch.arange(len(paths)), call=f"labels in {call}")
    for image, grid in zip(images, [*grids.values(), GREYS], strict=True):
        expect_picture(image, grid, (16, 24), call=f"an image in {call}")


@ON_ERROR
@pytest.mark.parametrize("batch_size", [1, 2, 5, 8])
def test_ImageFiles_feeds_a_loader_to_the_ragged_last_batch(impl, probe, tmp_path, on_error, batch_size):
    dataset = impl.ImageFiles(*album(tmp_path, 5), SIZE, on_error)

    actual = list(probe(DataLoader, dataset, batch_size=batch_size))

    expect_batches(actual, list(range(5)), batch_size, call=f"list(DataLoader({call_of(on_error)}, {batch_size=}))")


def test_ImageFiles_keeps_pairs_together_in_a_shuffled_loader(impl, probe, tmp_path):
    dataset = impl.ImageFiles(*album(tmp_path, 8), SIZE, "raise")

    batches = list(probe(DataLoader, dataset, batch_size=3, shuffle=True))

    call = f"DataLoader({call_of('raise')}, batch_size=3, shuffle=True)"
    labels = [label for _, batch in batches for label in batch.tolist()]
    expect.value(sorted(labels), [10 * i + 3 for i in range(8)], call=f"all labels of {call}")
    for images, batch in batches:
        expected = torch.stack([flat(HUES[label // 10], SIZE) for label in batch.tolist()])
        expect.tensor(images, expected, call=f"images in a batch of {call}", rtol=0, atol=1e-3, labels=batch)


@ON_ERROR
def test_ImageFiles_can_be_pickled(impl, probe, tmp_path, on_error):
    paths, labels = album(tmp_path, 3)
    if on_error == "skip":
        picture_files.write_damaged(paths[0])

    copy = probe(dataset_probes.pickled, impl.ImageFiles(paths, labels, SIZE, on_error))

    expect_sample(copy[-1], 2, call=f"pickle.loads(pickle.dumps({call_of(on_error)}))[-1]")
    expect.value(len(copy), 3 - (on_error == "skip"), call=f"len(pickle.loads(pickle.dumps({call_of(on_error)})))")


def test_ImageFiles_is_read_by_worker_processes(impl, probe, tmp_path):
    paths, labels = album(tmp_path, 6)
    picture_files.write_damaged(paths[2])
    dataset = impl.ImageFiles(paths, labels, SIZE, "skip")

    actual = probe(worker_probes.worker_batches, impl.ImageFiles, dataset, batch_size=2)

    call = f"list(DataLoader({call_of('skip')}, batch_size=2, num_workers=2))"
    expect_batches(actual, [0, 1, 3, 4, 5], 2, call=call)


# -- class_indices -------------------------------------------------------------------------------------------


def expect_indices(actual, names, call):
    """Expect the numbers 0, 1, 2 and so on for these names, in this order."""
    __tracebackhide__ = True
    expect.value(actual, {name: index for index, name in enumerate(names)}, call=call)
    expect.value(list(actual), names, call=f"list({call})")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["cat"], id="one"),
        pytest.param(["bird", "cat", "dog", "mouse", "zebra"], id="words"),
        pytest.param(["Banana", "Cherry", "apple", "banana2"], id="capitals-first"),
        pytest.param(["class10", "class9", "v1.10", "v1.9"], id="numbers-within-words"),
        pytest.param([str(number) for number in range(12)], id="0-to-11"),
        pytest.param([str(number) for number in range(1, 13)], id="1-to-12"),
        pytest.param(["3", "20", "100", "1000"], id="gaps"),
        pytest.param(["001", "002", "9", "010", "100"], id="leading-zeros"),
        pytest.param(["007", "07", "7", "008", "8", "10"], id="equal-numbers"),
        pytest.param(["9", "10", "other"], id="numbers-and-a-word"),
        pytest.param(["2", "11", "!", "Apple", "banana"], id="numbers-before-everything"),
        pytest.param(["5", "+4", "-1", "-2", "1.5", "10 cats", "1_000", "2b"], id="other-numbers-are-words"),
        pytest.param(["big cat", "ßø", "кошка", "猫"], id="other-letters"),
    ],
)
def test_class_indices_numbers_the_sub_folders_in_order(impl, probe, tmp_path, names):
    folders(tmp_path, *reversed(names[1::2]), *names[::2])

    actual = probe(picture_probes.in_odd_order, impl.class_indices, tmp_path)

    expect_indices(actual, names, call=f"class_indices(<folder with {', '.join(sorted(names))}>)")


@given(numbers=st.sets(st.integers(0, 300), min_size=1, max_size=14))
def test_class_indices_counts_numbers_by_their_value(impl, numbers):
    with tempfile.TemporaryDirectory() as folder:
        folders(Path(folder), *map(str, numbers))

        actual = impl.class_indices(folder)

    names = np.sort(np.array(list(numbers))).astype(str).tolist()
    expect_indices(actual, names, call=f"class_indices(<folder with {', '.join(sorted(names))}>)")


def test_class_indices_takes_no_notice_of_files(impl, tmp_path):
    folders(tmp_path, "cat", "dog")
    touch(tmp_path, "README.txt", "bird", "1", "cat-1.jpg", "cow.d")

    actual = impl.class_indices(tmp_path)

    expect_indices(actual, ["cat", "dog"], call="class_indices(<folder with cat, dog, and files>)")


def test_class_indices_takes_no_notice_of_hidden_folders(impl, tmp_path):
    folders(tmp_path, "cat", ".ipynb_checkpoints", ".git", "dog", ".1")

    actual = impl.class_indices(tmp_path)

    expect_indices(actual, ["cat", "dog"], call="class_indices(<folder with cat, dog, and hidden folders>)")


def test_class_indices_takes_no_notice_of_what_is_in_the_sub_folders(impl, tmp_path):
    folders(tmp_path, "cat/small", "cat/1", "dog", "bird/.cache")
    touch(tmp_path, "cat/small/1.jpg", "cat/2.jpg", "bird/.cache/x")

    actual = impl.class_indices(tmp_path)

    expect_indices(actual, ["bird", "cat", "dog"], call="class_indices(<folder with bird, cat, and an empty dog>)")


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("kind", [str, Path])
def test_class_indices_takes_any_folder(impl, tmp_path, name, kind):
    folders(tmp_path, f"{name}/dog", f"{name}/cat")

    actual = impl.class_indices(kind(tmp_path / name))

    expect_indices(actual, ["cat", "dog"], call=f"class_indices({kind.__name__}('{name}'))")


@pytest.mark.parametrize("kind", [str, Path])
def test_class_indices_takes_a_relative_path(impl, probe, tmp_path, kind):
    folders(tmp_path, "photos/2", "photos/10")

    actual = probe(picture_probes.inside, str(tmp_path), impl.class_indices, kind("photos"))

    expect_indices(actual, ["2", "10"], call=f"class_indices({kind.__name__}('photos'))")


def test_class_indices_refuses_a_folder_that_is_not_there(impl, tmp_path):
    with expect.raises(FileNotFoundError, match="nowhere", call="class_indices('nowhere')"):
        impl.class_indices(tmp_path / "nowhere")


def test_class_indices_refuses_a_file(impl, tmp_path):
    touch(tmp_path, "cat-1.jpg")

    with expect.raises(NotADirectoryError, match="cat-1", call="class_indices('cat-1.jpg')"):
        impl.class_indices(tmp_path / "cat-1.jpg")


@pytest.mark.parametrize("inside", ["nothing", "files", "hidden"])
def test_class_indices_refuses_a_folder_without_classes(impl, tmp_path, inside):
    folder = folders(tmp_path, "photos") / "photos"
    if inside == "files":
        touch(folder, "cat-1.jpg", "dog-1.jpg")
    if inside == "hidden":
        folders(folder, ".cache")

    with expect.raises(ValueError, match="photos", call=f"class_indices(<folder with {inside} in it>)"):
        impl.class_indices(folder)
