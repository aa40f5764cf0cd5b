"""Right answers to the topic `vision_datasets` in other styles than the solution's."""

import csv
import gzip
import io
import itertools
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset, Subset
from torchvision.datasets import MNIST, CelebA
from torchvision.transforms import v2
from torchvision.transforms.functional import pil_to_tensor

from kata.variants import right


@right("looks for the files itself")
def mnist_split(root, train):
    if type(train) is not bool:
        raise TypeError(f"`train` is a {type(train).__name__}, not a bool")
    raw = Path(root) / "MNIST" / "raw"
    for part, kind in itertools.product(("train", "t10k"), ("images-idx3", "labels-idx1")):
        path = raw / f"{part}-{kind}-ubyte"
        if not path.is_file():
            raise FileNotFoundError(f"no file {path}")
    return MNIST(root=str(root), train=train, download=False)


@right("a subclass that complains in its own words")
def mnist_split(root, train):
    class Split(MNIST):
        @property
        def raw_folder(self):
            return str(Path(self.root, "MNIST", "raw"))

        def _check_exists(self):
            if not super()._check_exists():
                raise FileNotFoundError(f"MNIST is not in {self.root}")
            return True

    if train is not True and train is not False:
        raise TypeError("say True or False for train")
    return Split(root, train=train)


@right("a loop over the labels")
def only_class(dataset, label):
    indices = []
    for index, target in enumerate(dataset.targets):
        if int(target) == label:
            indices.append(index)
    return Subset(dataset, indices)


@right("NumPy, with indices in a tuple")
def only_class(dataset, label):
    targets = dataset.targets
    labels = np.array(targets.tolist() if isinstance(targets, torch.Tensor) else targets)
    return Subset(dataset, tuple(np.flatnonzero(labels == label).tolist()))


@right("a table of all classes")
def only_class(dataset, label):
    by_label = {}
    for index in range(len(dataset.targets)):
        by_label.setdefault(int(dataset.targets[index]), []).append(index)
    return Subset(dataset, by_label.get(label, []))


@right("a stream, read piece by piece")
def read_idx(path):
    types = {8: ("B", torch.uint8), 9: ("b", torch.int8), 11: ("h", torch.int16)}
    types |= {12: ("i", torch.int32), 13: ("f", torch.float32), 14: ("d", torch.float64)}
    with open(path, "rb") as file:
        content = file.read()
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as unpacked:
                content = unpacked.read()
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise ValueError("broken gzip file") from None
    stream = io.BytesIO(content)
    magic = stream.read(4)
    if len(magic) != 4 or magic[0] or magic[1]:
        raise ValueError("Magic number")
    if magic[2] not in types:
        raise ValueError("no such element type")
    letter, dtype = types[magic[2]]
    sizes = [stream.read(4) for _ in range(magic[3])]
    if not sizes or len(sizes[-1]) < 4:
        raise ValueError("bad number of dimensions")
    shape = [int.from_bytes(size, "big") for size in sizes]
    count = 1
    for size in shape:
        count *= size
    rest = stream.read()
    expected = count * struct.calcsize(letter)
    if len(rest) < expected:
        raise ValueError(f"file is truncated: {len(rest)} of {expected} bytes")
    if len(rest) > expected:
        raise ValueError("there are trailing bytes")
    return torch.tensor(struct.unpack(f">{count}{letter}", rest), dtype=dtype).reshape(shape)


@right("bytes turned round by PyTorch")
def read_idx(path):
    dtypes = {8: torch.uint8, 9: torch.int8, 11: torch.int16, 12: torch.int32, 13: torch.float32, 14: torch.float64}
    content = Path(path).read_bytes()
    if content[:2].hex() == "1f8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content = unpacker.decompress(content) + unpacker.flush()
        except zlib.error as error:
            raise ValueError(f"not a good gzip file: {error}") from error
        if not unpacker.eof:
            raise ValueError("the gzip file ends early")
    if len(content) < 4 or content[:2] != bytes(2):
        raise ValueError("the magic number is wrong")
    dtype = dtypes.get(content[2])
    if dtype is None:
        raise ValueError(f"type {content[2]}")
    start = 4 + 4 * content[3]
    if not 4 < start <= len(content):
        raise ValueError("the dimensions are damaged")
    return _from_bytes(content[start:], dtype, np.frombuffer(content[4:start], ">u4").tolist())


def _from_bytes(content, dtype, shape):
    count = 1
    for size in shape:
        count *= size
    if len(content) != count * dtype.itemsize:
        raise ValueError("truncated" if len(content) < count * dtype.itemsize else "trailing")
    if not count:
        return torch.empty(shape, dtype=dtype)
    numbers = torch.frombuffer(bytearray(content), dtype=torch.uint8).view(-1, dtype.itemsize)
    if sys.byteorder == "little":
        numbers = numbers.flip(1)
    return numbers.reshape(-1).view(dtype).view(shape)


class _Files(Dataset):
    """Reads the lists with nothing from torchvision, as whoever knows the format would."""

    def __init__(self, root, split, name):
        splits = {"train": "0", "valid": "1", "test": "2", "all": "012"}
        if split not in splits:
            raise ValueError(f"split {split}")
        self.folder = Path(root) / "celeba" / "img_align_celeba"
        if not self.folder.is_dir():
            raise FileNotFoundError(f"no folder {self.folder}")
        attributes = (Path(root) / "celeba" / "list_attr_celeba.txt").read_text().splitlines()
        names = attributes[1].split()
        if name not in names:
            raise ValueError(f"attribute {name}")
        column = 1 + names.index(name)
        with open(Path(root) / "celeba" / "list_eval_partition.txt") as file:
            chosen = {row[0] for row in csv.reader(file, delimiter=" ") if row[1] in splits[split]}
        rows = [line.split() for line in attributes[2:]]
        self.samples = [(row[0], row[column] == "1") for row in rows if row[0] in chosen]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        file, has_it = self.samples[index]
        with Image.open(self.folder / file) as picture:
            pixels = torch.from_numpy(np.array(picture.convert("RGB")))
        return pixels.movedim(-1, 0).float().div(255), int(has_it)


@right("reads the files itself")
def celeba_attribute(root, split, name):
    return _Files(root, split, name)


class _CelebA(CelebA):
    file_list = [(file, None, name) for file, _, name in CelebA.file_list]


class _Sample:
    def __init__(self, column):
        self.column = column

    def __call__(self, attributes):
        return attributes[self.column].item()


@right("transforms v2, and a callable object")
def celeba_attribute(root, split, name):
    if not Path(root, "celeba").is_dir():
        raise FileNotFoundError(f"{root}/celeba is missing")
    for needed in ("img_align_celeba", "list_attr_celeba.txt", "list_eval_partition.txt"):
        if not Path(root, "celeba", needed).exists():
            raise FileNotFoundError(f"{needed} is missing in {root}")
    transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.ToPureTensor()])
    dataset = _CelebA(root, split, "attr", transform=transform)
    columns = {name: column for column, name in enumerate(dataset.attr_names) if name}
    if name not in columns:
        raise ValueError(f"no attribute {name!r}")
    dataset.target_transform = _Sample(columns[name])
    return dataset


class _Decoded(_CelebA):
    def __init__(self, root, split, name):
        super().__init__(root, split)
        names = [each for each in self.attr_names if each]
        if name not in names:
            raise ValueError(f"CelebA has no attribute called {name}")
        self.labels = self.attr[:, names.index(name)].tolist()

    def __getitem__(self, index):
        picture, _ = super().__getitem__(index)
        return pil_to_tensor(picture) / 255, self.labels[index]


@right("a subclass that keeps one column")
def celeba_attribute(root, split, name):
    try:
        return _Decoded(root, split, name)
    except RuntimeError:
        raise FileNotFoundError(f"not all of CelebA is in {root}") from None


def _check(images, columns, padding):
    if images.ndim != 4:
        raise ValueError(f"images: four axes, not {images.ndim}")
    if columns <= 0:
        raise ValueError("columns is too small")
    if padding < 0:
        raise ValueError("padding cannot be negative")


@right("pixels written into zeros")
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    high, wide = height + padding, width + padding
    places = images.new_zeros(rows * columns, channels, high, wide)
    places[:count, :, padding:, padding:] = images
    places = places.view(rows, columns, channels, high, wide)
    picture = images.new_zeros(channels, rows * high + padding, columns * wide + padding)
    view = picture[:, : rows * high, : columns * wide].unflatten(2, (columns, wide)).unflatten(1, (rows, high))
    view.copy_(torch.einsum("rkchw->crhkw", places) if images.is_floating_point() else places.permute(2, 0, 3, 1, 4))
    return picture


@right("each pixel looks up where it comes from")
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    count, channels, height, width = images.shape
    rows = (count + columns - 1) // columns
    y = torch.arange(rows * (height + padding) + padding, device=images.device)[:, None] - padding
    x = torch.arange(columns * (width + padding) + padding, device=images.device)[None, :] - padding
    row, top = y.div(height + padding, rounding_mode="floor"), y.remainder(height + padding)
    column, left = x.div(width + padding, rounding_mode="floor"), x.remainder(width + padding)
    which = row * columns + column
    inside = (row >= 0) & (column >= 0) & (top < height) & (left < width) & (which < count)
    if not count:
        return images.new_zeros(channels, *inside.shape)
    where = (which.clamp(0, count - 1), top.clamp(max=height - 1), left.clamp(max=width - 1))
    picture = images.permute(0, 2, 3, 1)[where]  # (H, W, channels)
    return picture.masked_fill(~inside[..., None], 0).permute(2, 0, 1)


@right("joined with bars of zeros")
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    count, channels, height, width = images.shape
    rows = len(range(0, count, columns))
    images = torch.cat([images, images.new_zeros(rows * columns - count, channels, height, width)])
    images = torch.cat([images.new_zeros(rows * columns, channels, height, padding), images], dim=3)
    images = torch.cat([images.new_zeros(rows * columns, channels, padding, width + padding), images], dim=2)
    images = images.reshape(rows, columns, channels, height + padding, width + padding).movedim(2, 0).transpose(2, 3)
    picture = images.contiguous().view(channels, rows * (height + padding), columns * (width + padding))
    picture = torch.cat([picture, picture.new_zeros(*picture.shape[:2], padding)], dim=2)
    return torch.cat([picture, picture.new_zeros(channels, padding, picture.shape[2])], dim=1)
