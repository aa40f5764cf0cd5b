"""Data sets that others made: MNIST and CelebA on disk, their formats, and a look at their images."""

import gzip
import math
import operator
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset, Subset
from torchvision.datasets import MNIST, CelebA
from torchvision.transforms import Compose, ToTensor


def mnist_split(root: str | Path, train: bool) -> MNIST:
    """Open the training set or the test set of MNIST from files that are on disk already.

    `MNIST` itself takes whatever it is given for `train`, and a text is as good
    as True: `MNIST(root, "test")` is the training set, without a word. And when
    files are missing it raises a bare RuntimeError. Here both are errors that
    say what is wrong.

    Args:
        root: the folder that has the four unpacked files below it:
            MNIST/raw/train-images-idx3-ubyte, train-labels-idx1-ubyte,
            t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.
        train: True for the training set, False for the test set.

    Returns:
        A `torchvision.datasets.MNIST` without any transform: a sample is the
        tuple (PIL image, int).

    Raises:
        TypeError: naming `train`, when it is not a bool; 0, 1 and None are not.
        FileNotFoundError: naming the folder `root`, when it is not there, or one
            of the four files is not.

    Rules:
        Nothing is downloaded, and nothing is written, whatever is missing.

    Example:
        >>> mnist_split("datasets", train="test")
        Traceback (most recent call last):
            ...
        TypeError: train must be True or False, not 'test'

    Source:
        https://pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
    """
    if not isinstance(train, bool):
        raise TypeError(f"train must be True or False, not {train!r}")
    try:
        return MNIST(root, train)
    except RuntimeError as error:
        raise FileNotFoundError(f"root {root} has not all four files in MNIST/raw, unpacked") from error


def only_class(dataset: Dataset, label: int) -> Subset:
    """Keep the samples of one class, found by the labels that the dataset lists.

    Datasets of torchvision have the labels of all samples in `targets`, some as
    a list and some as a tensor. Who looks there need not decode a hundred
    thousand images to find the few that count. A label that no sample has gives
    a subset without samples, and so does a number that the dtype of `targets`
    cannot hold, such as 259 or -1 for uint8.

    Args:
        dataset: any dataset with the attribute `targets`: a list of ints, or a
            tensor (samples,) of any integer dtype on any device.
        label: the class to keep, a number as in `targets`.

    Returns:
        A `torch.utils.data.Subset` of `dataset` itself, in the order of
        `dataset`.

    Rules:
        No sample is read before it is asked for; an access then asks `dataset`
        once, with a Python int. `dataset` and its `targets` stay as they are.

    Example:
        >>> dataset = torch.utils.data.TensorDataset(torch.tensor([10, 20, 30, 40]))
        >>> dataset.targets = torch.tensor([7, 3, 7, 1])
        >>> list(only_class(dataset, 7))
        [(tensor(10),), (tensor(30),)]

    Source:
        https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
    """
    # In uint8, 259 would wrap round to 3 and find the threes.
    matches = torch.as_tensor(dataset.targets, dtype=torch.int64) == label  # (samples,)
    return Subset(dataset, matches.nonzero().flatten().tolist())


# By the third byte of an IDX file, NumPy's names of what its elements are.
ELEMENTS = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}


def read_idx(path: str | Path) -> Tensor:
    """Read a file in the IDX format, in which MNIST comes, gzipped or not.

    The file has four parts, without anything between or after them:

    1. The magic number, four bytes: two zero bytes, the type code, and how many
       dimensions there are, from 1.
    2. For each dimension its size: four bytes, an unsigned integer.
    3. The elements, as many as the sizes say, the last dimension varying
       fastest. A size of 0 means none.

    All numbers of several bytes are big-endian: the most significant byte comes
    first. The type codes:

        0x08  uint8      0x0B  int16      0x0D  float32
        0x09  int8       0x0C  int32      0x0E  float64

    A gzipped file is one that begins with the bytes 0x1f 0x8b. Its name says
    nothing: a file called train.gz can be a plain one, and the other way round.

    Args:
        path: of the file.

    Returns:
        A tensor with the sizes that the file gives and the dtype of its type
        code, on the CPU. Its memory can be written to: PyTorch does not warn that
        it is read-only.

    Raises:
        ValueError: with one of these words, which says what is damaged:
            "gzip", when it is gzipped and cannot be unpacked, because it is cut
            short, or bytes in it have changed;
            "magic", when there are not four bytes, or the first two are not 0;
            "type", when the type code is none of the six;
            "dimensions", when there are 0 of them, or the file ends before the
            last of their sizes does;
            "truncated", when there are fewer bytes of elements than the sizes
            ask for;
            "trailing", when there are more.
        FileNotFoundError: when there is no such file.

    Example:
        >>> import pathlib, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "labels-idx1-ubyte")
        >>> path.write_bytes(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 5, 0, 4]))
        11
        >>> read_idx(path)
        tensor([5, 0, 4], dtype=torch.uint8)

    Source:
        https://www.fon.hum.uva.nl/praat/manual/IDX_file_format.html
    """
    content = Path(path).read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"gzip cannot unpack {path}: {error}") from error
    if len(content) < 4 or content[:2] != b"\0\0":
        raise ValueError(f"magic number of {path} is {content[:4].hex(' ')}, not 00 00 and two bytes more")
    code, dimensions = content[2:4]
    if code not in ELEMENTS:
        raise ValueError(f"type code of {path} is {code:#04x}, none of the six that there are")
    start = 4 + 4 * dimensions
    if dimensions == 0 or len(content) < start:
        raise ValueError(f"dimensions of {path}: {dimensions} sizes in {len(content) - 4} bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    # math.prod cannot overflow: four sizes of 65536 ask for 2**64 elements, which np.prod takes for 0.
    missing = math.prod(shape) * np.dtype(ELEMENTS[code]).itemsize - (len(content) - start)
    if missing > 0:
        raise ValueError(f"truncated: {path} ends {missing} bytes early")
    if missing < 0:
        raise ValueError(f"trailing bytes: {path} has {-missing} too many")
    elements = np.frombuffer(content, ">" + ELEMENTS[code], offset=start)
    # PyTorch takes neither big-endian numbers nor read-only memory; astype gives an array that is neither.
    return torch.from_numpy(elements.astype(ELEMENTS[code])).reshape(shape)


class _CelebA(CelebA):
    """`CelebA` for a part of the data: it does not compare its files with the checksums of the original ones."""

    file_list = [(file, None, name) for file, _, name in CelebA.file_list]


def celeba_attribute(root: str | Path, split: str, name: str) -> Dataset[tuple[Tensor, int]]:
    """Open CelebA from files on disk, as images with one attribute each: smiling or not, for instance.

    `CelebA` itself accepts the complete data only, by its checksums. `_CelebA`
    above is the same class without them and reads any files in that layout;
    you may use it, or read the files yourself.

    Args:
        root: the folder with all of CelebA below it, in the folder celeba:
            img_align_celeba: the images 000001.jpg, 000002.jpg, ...;
            list_attr_celeba.txt: in its first line how many images there are, in
            the second the names of the 40 attributes, each with one space after
            it (so there is one after the last, too), then a line for each image:
            its file name, and 1 (it has the attribute) or -1 (it has not) for
            each attribute, with one space or more between them;
            list_eval_partition.txt: a line for each image, in the same order:
            its file name, a space, and 0 for train, 1 for valid, 2 for test;
            and identity_CelebA.txt, list_bbox_celeba.txt and
            list_landmarks_align_celeba.txt, which `_CelebA` reads as well.
            The images of a split need not stand together.
        split: "train", "valid", "test", or "all" for the three together.
        name: of one of the 40 attributes, such as "Smiling", as it is written in
            list_attr_celeba.txt.

    Returns:
        A `Dataset` of the images of the split, in the order of
        list_eval_partition.txt. A sample is the tuple (image, label): the image a
        tensor (3, height, width), float32, from 0 (black) to 1 (255 in the file),
        a plain `Tensor` and none of the `tv_tensors` of torchvision; the label a
        Python int, 1 when the person has the attribute and 0 otherwise. Negative
        indices count from the end.

    Raises:
        ValueError: naming `split`, when it is none of the four; naming the
            attribute, when it is none of the 40, the empty text included.
        FileNotFoundError: naming the folder `root`, when it is not there, or one
            of img_align_celeba, list_attr_celeba.txt and list_eval_partition.txt
            is not. All of these are raised when the dataset is made.
        IndexError: naming the index, when it lies past either end.

    Rules:
        An access opens the file of its own image; making the dataset opens none.
        The dataset can be pickled, which worker processes need. Nothing is
        downloaded.

    Example:
        >>> celeba_attribute("no such folder", "train", "Smiling")
        Traceback (most recent call last):
            ...
        FileNotFoundError: root no such folder has not all of CelebA below it

    Source:
        https://pytorch.org/vision/stable/generated/torchvision.datasets.CelebA.html
    """
    try:
        dataset = _CelebA(root, split, transform=ToTensor())
    except RuntimeError as error:
        raise FileNotFoundError(f"root {root} has not all of CelebA below it") from error
    # torchvision finds one name more, '', after the last space.
    columns = {attribute: column for column, attribute in enumerate(dataset.attr_names[:40])}
    if name not in columns:
        raise ValueError(f"{name!r} is none of the attributes {', '.join(columns)}")
    dataset.target_transform = Compose([operator.itemgetter(columns[name]), int])  # a lambda could not be pickled
    return dataset


def image_grid(images: Tensor, columns: int, padding: int) -> Tensor:
    """Lay images out in rows, from left to right and top to bottom, as one picture.

    The picture always has `columns` places in a row, however few images there
    are. A border of `padding` pixels runs around the picture and between the
    places. The border, and the places that are left over in the last row, are 0.
    Without images there is no row, only the upper border.

    Args:
        images: (images, channels, height, width), any dtype; may have no image.
        columns: how many images stand in a row, at least 1.
        padding: width of the border in pixels, at least 0.

    Returns:
        (channels, rows * (height + padding) + padding,
        columns * (width + padding) + padding), with the dtype and device of
        `images`, in memory of its own. Rows are as many as the images need.

    Raises:
        ValueError: naming `images`, when it has not four axes; naming `columns`
            or `padding`, when it is below what it must be at least.

    Rules:
        No Python loop, and no `make_grid` (which repeats a grey channel three
        times, and leaves the border of a single image out). Pixels are copied as
        they are, NaN and infinity included. Gradients flow to `images`; inputs
        are not modified.

    Example:
        >>> images = torch.arange(1, 7).reshape(3, 1, 1, 2)
        >>> image_grid(images, columns=2, padding=1)
        tensor([[[0, 0, 0, 0, 0, 0, 0],
                 [0, 1, 2, 0, 3, 4, 0],
                 [0, 0, 0, 0, 0, 0, 0],
                 [0, 5, 6, 0, 0, 0, 0],
                 [0, 0, 0, 0, 0, 0, 0]]])

    Source:
        https://pytorch.org/vision/stable/generated/torchvision.utils.make_grid.html
    """
    if images.dim() != 4:
        raise ValueError(f"images must be (images, channels, height, width), not {tuple(images.shape)}")
    if columns < 1:
        raise ValueError(f"columns must be at least 1, not {columns}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, not {padding}")
    rows = math.ceil(len(images) / columns)
    # Each image with the border at its left and above it; empty places after the last image.
    places = functional.pad(images, (padding, 0, padding, 0, 0, 0, 0, rows * columns - len(images)))
    _, channels, height, width = places.shape
    places = places.unflatten(0, (rows, columns)).permute(2, 0, 3, 1, 4)  # (channels, rows, height, columns, width)
    picture = places.reshape(channels, rows * height, columns * width)
    return functional.pad(picture, (0, padding, 0, padding))  # the border at the right and below
