"""Pictures on disk: finding the files, decoding them, and a dataset that reads them one by one."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import Dataset

SUFFIXES = (".jpg", ".jpeg", ".png")


def list_images(folder: str | Path) -> list[Path]:
    """List the picture files of a folder, in the same order on every machine.

    A file system promises no order, so the names are sorted, as `sorted`
    sorts text: capital letters come before small ones, and "10.jpg" before
    "9.jpg". A folder without pictures gives an empty list.

    Args:
        folder: the folder to look into. Its own name may hold any character,
            such as the brackets in "cats [2]".

    Returns:
        The paths, each `Path(folder) / name`, of all files directly in `folder`
        whose names end in .jpg, .jpeg or .png, in any letter case, and do not
        start with a dot. What lies in its sub-folders is left out, and so is a
        sub-folder, whatever its name.

    Raises:
        FileNotFoundError: naming the folder, when there is none.
        NotADirectoryError: naming the folder, when it is a file.

    Rules:
        A file is known by its name alone. None is opened.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("cat-2.PNG", "cat-1.jpg", "notes.txt"):
        ...         Path(folder, name).touch()
        ...     [path.name for path in list_images(folder)]
        ['cat-1.jpg', 'cat-2.PNG']

    Source:
        https://docs.python.org/3/library/os.html#os.listdir
    """
    # Names, not paths, are sorted: on Windows two paths are compared without regard to letter case.
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    paths = [Path(folder) / name for name in names if name.lower().endswith(SUFFIXES)]
    return [path for path in paths if path.is_file()]


def label_of(path: str | Path, classes: Sequence[str]) -> int:
    """Tell the class of a picture by the name of its file.

    The file's own name counts and nothing above it: in a folder that is called
    cats_and_dogs, or in the home of a user who is called catherine, every path
    has a "cat" in it. A name that begins with no class is an error, not a guess.

    Args:
        path: of the picture. There need not be such a file: nothing is read.
        classes: a list or tuple of names, none of them empty, no two the same
            when letter case is ignored.

    Returns:
        An int: the position in `classes` of the name that the file's name
        begins with, in any letter case. Where several do, the longest counts:
        caterpillar-1.jpg is a "caterpillar" and no "cat".

    Raises:
        ValueError: naming the file, when its name begins with no class.

    Example:
        >>> label_of("cats_and_dogs/Dog-07.jpg", ["cat", "dog"])
        1

    Source:
        https://docs.python.org/3/library/pathlib.html#pathlib.PurePath.name
    """
    name = Path(path).name
    fitting = [one for one in classes if name.lower().startswith(one.lower())]
    if not fitting:
        raise ValueError(f"path: the name {name!r} begins with none of {', '.join(classes)}")
    return classes.index(max(fitting, key=len))


def load_image(path: str | Path, size: tuple[int, int]) -> Tensor:
    """Read a picture file as a tensor: always three channels, always one size.

    Files hold pictures in many forms, and all of them come out as red, green
    and blue from 0 to 1. Grey has three equal channels. A palette is looked up.
    Transparency is dropped: a pixel shows the colour that is stored in the file,
    however little of it could be seen. 16-bit grey is scaled so that 65535
    becomes 1. A photo whose EXIF data gives an orientation is turned upright.

    Args:
        path: of a JPEG or PNG file. The content says which of the two it is:
            a PNG file may be called x.jpg.
        size: (height, width) of the result, both at least 1. The whole picture
            is shrunk or stretched to it, with nothing cut off and nothing added,
            whatever its proportions. Shrinking averages: fine stripes of black
            and white become grey. The rest of the method is up to you.

    Returns:
        (3, height, width), float32, on the CPU; 0 is black, 1 is white, and no
        value lies beyond them by more than rounding.

    Raises:
        FileNotFoundError: naming the path, when there is no file.
        ValueError: naming the path, when the file holds no whole picture: it is
            cut off, damaged, empty, or no picture at all. Decoders raise all sorts
            of errors for that, many without the path (Pillow an OSError, a
            SyntaxError or a ValueError). Each becomes this ValueError.

    Rules:
        The file is closed before the function returns or raises, not some time
        later by the garbage collector.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("RGB", (40, 30), "red").save(Path(folder, "red.png"))
        ...     image = load_image(Path(folder, "red.png"), (2, 4))
        >>> image.shape
        torch.Size([3, 2, 4])
        >>> image[:, 0, 0]
        tensor([1., 0., 0.])

    Source:
        https://pillow.readthedocs.io/en/stable/handbook/concepts.html#modes
    """
    height, width = size
    with open(path, "rb") as file:
        try:
            rgb = as_rgb(Image.open(file))
        except Exception as error:  # whatever the decoder stumbles over
            raise ValueError(f"{path} holds no whole picture: {error}") from error
    scaled = rgb.resize((width, height))
    return torch.from_numpy(np.array(scaled)).permute(2, 0, 1) / 255  # (3, height, width)


def as_rgb(image: Image.Image) -> Image.Image:
    """Decode an image: upright, three channels of 8 bits."""
    image = ImageOps.exif_transpose(image)
    if image.mode == "I;16":  # `convert` would clip at 255, which makes nearly everything white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("RGB")


class ImageFiles(Dataset[tuple[Tensor, int]]):
    """A dataset of picture files and their labels, in which damaged files are reported or left out.

    Pictures stay on disk: an access reads its file anew and keeps nothing of
    it, since all of them together seldom fit into memory.

    Args:
        paths: a list of the picture files, each a str or a Path; may be empty.
        labels: a list of ints, one for each path.
        size: (height, width) of the samples, see `load_image`.
        on_error: what is done about a file that `load_image` refuses with a
            ValueError. "raise" reads nothing before a sample is asked for, and
            that access raises the error. "skip" tries every file once when the
            dataset is made, and leaves the damaged ones out together with their
            labels: the dataset is shorter then, its indices run over those that
            are left, in the order of `paths`. A file that is damaged later
            raises the error here too.

    Returns:
        A `Dataset`: `dataset[index]` is the tuple (image, label), with image
        (3, height, width) as `load_image` gives it and label the int of
        `labels`; `len(dataset)` is the number of samples, which may be 0.
        Negative indices count from the end.

    Raises:
        ValueError: naming `labels`, when there are not as many as `paths`;
            naming `on_error`, when it is another word: both when the dataset is
            made. Naming the path of a damaged file, when it is asked for.
        FileNotFoundError: naming the path, when there is no file; a missing file
            is not skipped. With "raise" when it is asked for, with "skip" when
            the dataset is made.
        IndexError: naming the index, when it lies past either end.

    Rules:
        `paths` and `labels` stay as they are. The dataset can be pickled and read
        by the worker processes of a `DataLoader`, whose default collation makes
        (batch, 3, height, width) and int64 (batch,) of its samples.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("L", (40, 30), "white").save(Path(folder, "dog-1.png"))
        ...     image, label = ImageFiles([Path(folder, "dog-1.png")], [1], (4, 6), "raise")[0]
        >>> image.shape, label
        (torch.Size([3, 4, 6]), 1)

    Source:
        https://pytorch.org/docs/stable/data.html#map-style-datasets
    """

    def __init__(
        self, paths: Sequence[str | Path], labels: Sequence[int], size: tuple[int, int], on_error: str
    ) -> None:
        if len(labels) != len(paths):
            raise ValueError(f"labels: {len(labels)} of them for {len(paths)} paths")
        if on_error not in ("raise", "skip"):
            raise ValueError(f"on_error must be 'raise' or 'skip', not {on_error!r}")
        self.size = size
        self.samples = list(zip(paths, labels, strict=True))
        if on_error == "skip":
            self.samples = [sample for sample in self.samples if is_whole(sample[0], size)]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        path, label = self.samples[index]
        return load_image(path, self.size), label


def is_whole(path: str | Path, size: tuple[int, int]) -> bool:
    """Can the picture be decoded to its end? Looking at the head of the file does not tell."""
    try:
        load_image(path, size)
    except ValueError:
        return False
    return True


def class_indices(folder: str | Path) -> dict[str, int]:
    """Number the classes of a folder that has one sub-folder for each.

    The same folders get the same numbers on every machine. Names that are
    numbers come in the order of the numbers, so that with folders "0" to "11"
    the class "2" is 2; as text, "10" would come before it.

    Args:
        folder: the folder to look into. Files in it do not matter, nor do
            sub-folders whose names start with a dot (such as
            ".ipynb_checkpoints"), nor what lies in the sub-folders: an empty one
            is a class too.

    Returns:
        A dict from the name of each sub-folder to its int, 0, 1, 2 and so on
        without a gap, in this order: first the names that consist of digits
        only, by their value, and equal values ("07" and "7") as text; then all
        the others as text, as `sorted` sorts it. The dict itself is in this
        order.

    Raises:
        FileNotFoundError: naming the folder, when there is none.
        NotADirectoryError: naming the folder, when it is a file.
        ValueError: naming the folder, when it has no class: most likely it is
            the wrong one.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("10", "other", "9"):
        ...         Path(folder, name).mkdir()
        ...     class_indices(folder)
        {'9': 0, '10': 1, 'other': 2}

    Source:
        https://pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
    """
    names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
    if not names:
        raise ValueError(f"folder {folder} has no sub-folder, so it has no class")
    numbers = sorted(filter(str.isdecimal, names), key=int)  # names of equal value stay in the order of text
    words = [name for name in names if not name.isdecimal()]
    return {name: index for index, name in enumerate(numbers + words)}
