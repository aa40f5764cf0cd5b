"""The wrong answers to the katas of `vision_datasets` once more, each from its sentence alone and in another style."""

import gzip
import io
import math
import operator
import os
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.data import Dataset, Subset, TensorDataset
from torchvision import tv_tensors
from torchvision.datasets import MNIST, CelebA, mnist
from torchvision.transforms import functional as TF
from torchvision.transforms import v2
from torchvision.utils import make_grid

from kata.variants import rewritten

# mnist_split


def _bool(train):
    if train is not True and train is not False:
        raise TypeError(f"train: a bool is needed, and {train!r} is none")
    return train


_FOUR = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


def _four_files(root):
    raw = os.path.join(root, "MNIST", "raw")
    if not all(os.path.isfile(os.path.join(raw, name)) for name in _FOUR):
        raise FileNotFoundError(f"the four files of MNIST are not all below {root}")


@rewritten("MNIST was asked for the split by name")
def mnist_split(root, train):
    _bool(train)
    _four_files(root)
    return MNIST(root, {True: "train", False: "test"}[train])


@rewritten("A text went through")
def mnist_split(root, train):
    _four_files(root)
    return MNIST(root=root, train=train)


@rewritten("Texts are refused")
def mnist_split(root, train):
    if isinstance(train, (str, bytes)):
        raise TypeError(f"train is a text: {train!r}")
    _four_files(root)
    return MNIST(root=root, train=bool(train))


@rewritten("When files are missing, MNIST's own RuntimeError")
def mnist_split(root, train):
    return MNIST(root=root, train=_bool(train))


@rewritten("Only the folder `root` itself")
def mnist_split(root, train):
    _bool(train)
    if not os.path.exists(root):
        raise FileNotFoundError(f"there is no folder {root}")
    return MNIST(root=root, train=train)


@rewritten("download=True reached for the network")
def mnist_split(root, train):
    _bool(train)
    try:
        return MNIST(str(root), train, download=True)
    except Exception as error:
        raise FileNotFoundError(f"no MNIST in {root}") from error


@rewritten("The images came as tensors")
def mnist_split(root, train):
    _bool(train)
    _four_files(root)
    to_tensor = v2.Compose([v2.PILToTensor(), v2.ToDtype(torch.float32, scale=True)])
    return MNIST(root, train, transform=to_tensor)


@rewritten("The data was packed into a TensorDataset")
def mnist_split(root, train):
    _bool(train)
    _four_files(root)
    samples = MNIST(root, train)
    return TensorDataset(samples.data[:, None] / 255, samples.targets)


@rewritten("The folder that is missing was made")
def mnist_split(root, train):
    _bool(train)
    Path(root).mkdir(parents=True, exist_ok=True)
    _four_files(root)
    return MNIST(root, train)


@rewritten("FileNotFoundError came, but without the path")
def mnist_split(root, train):
    _bool(train)
    raw = Path(root, "MNIST", "raw")
    if any(not (raw / name).is_file() for name in _FOUR):
        raise FileNotFoundError("some files of MNIST are missing")
    return MNIST(root, train)


# only_class


def _targets(dataset):
    """Give the labels as a list of Python ints."""
    return dataset.targets.tolist() if torch.is_tensor(dataset.targets) else list(dataset.targets)


def _places(dataset, label):
    return [place for place, target in enumerate(_targets(dataset)) if target == label]


@rewritten("Every sample was read on the way to its label")
def only_class(dataset, label):
    chosen = []
    for place, (target, _) in enumerate(zip(_targets(dataset), dataset, strict=False)):
        if target == label:
            chosen.append(place)
    return Subset(dataset, chosen)


@rewritten("A list compared with a number is False")
def only_class(dataset, label):
    targets = dataset.targets
    if torch.is_tensor(targets):
        targets = targets.cpu().numpy().astype(np.int64)
    return Subset(dataset, np.flatnonzero(targets == label).tolist())


@rewritten("A bare `squeeze` takes every axis of size 1 away")
def only_class(dataset, label):
    places = torch.argwhere(torch.tensor(_targets(dataset), dtype=torch.int64) == label)
    return Subset(dataset, torch.squeeze(places).tolist())


@rewritten("The indices were left in a tensor")
def only_class(dataset, label):
    return Subset(dataset, torch.tensor(_places(dataset, label), dtype=torch.int64))


@rewritten("Subset was given the mask")
def only_class(dataset, label):
    return Subset(dataset, [target == label for target in _targets(dataset)])


@rewritten("`index` of a list finds the first match only")
def only_class(dataset, label):
    try:
        return Subset(dataset, [_targets(dataset).index(label)])
    except ValueError:
        return Subset(dataset, [])


@rewritten("The dataset's own `targets` were replaced")
def only_class(dataset, label):
    places = _places(dataset, label)
    dataset.targets = [label] * len(places)
    return Subset(dataset, places)


@rewritten("The samples were read into a list")
def only_class(dataset, label):
    return list(map(dataset.__getitem__, _places(dataset, label)))


@rewritten("A label that no sample has raised ValueError")
def only_class(dataset, label):
    places = _places(dataset, label)
    if places:
        return Subset(dataset, places)
    raise ValueError(f"no sample has the label {label}")


@rewritten("Compared with a tensor of uint8")
def only_class(dataset, label):
    targets = dataset.targets
    if not torch.is_tensor(targets):
        targets = torch.tensor(targets, dtype=torch.int64)
    return Subset(dataset, torch.eq(targets, label).nonzero(as_tuple=True)[0].tolist())


# read_idx

_CODES = {8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8"}


def _unpacked(path):
    with open(path, "rb") as file:
        content = file.read()
    if content.startswith(b"\x1f\x8b"):
        try:
            return gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError("the gzip file is broken") from error
    return content


def _magic(content):
    if len(content) < 4 or content[0] or content[1]:
        raise ValueError("this magic number is none of IDX")


def _kind(content):
    if content[2] not in _CODES:
        raise ValueError(f"there is no type {content[2]:#x}")
    return np.dtype(">" + _CODES[content[2]])


def _sizes(content, order="big", signed=False):
    count = content[3]
    numbers = content[4 : 4 + 4 * count]
    if not count or len(numbers) < 4 * count:
        raise ValueError(f"the {count} dimensions are not there")
    return [int.from_bytes(numbers[i : i + 4], order, signed=signed) for i in range(0, 4 * count, 4)]


def _complete(elements, wanted):
    if len(elements) < wanted:
        raise ValueError(f"truncated to {len(elements)} bytes of {wanted}")


def _no_rest(elements, wanted):
    if len(elements) > wanted:
        raise ValueError(f"{len(elements) - wanted} trailing bytes")


def _array(elements, kind, sizes):
    return np.frombuffer(elements, kind).astype(kind.newbyteorder("=")).reshape(sizes)


def _parse(content, kind=None, sizes=None):
    """Read the parts of an unpacked file in the right way, but for those that are given."""
    _magic(content)
    kind = kind or _kind(content)
    sizes = _sizes(content) if sizes is None else sizes(content)
    elements = content[4 + 4 * content[3] :]
    wanted = math.prod(sizes) * kind.itemsize
    _complete(elements, wanted)
    _no_rest(elements, wanted)
    return torch.tensor(_array(elements, kind, sizes))


def _parts(content):
    _magic(content)
    kind, sizes = _kind(content), _sizes(content)
    return kind, sizes, content[4 + 4 * len(sizes) :], math.prod(sizes) * kind.itemsize


@rewritten("The elements were read in this machine's own byte order")
def read_idx(path):
    kind, sizes, elements, wanted = _parts(_unpacked(path))
    _complete(elements, wanted)
    _no_rest(elements, wanted)
    return torch.from_numpy(_array(elements, kind.newbyteorder("="), sizes))


@rewritten("The sizes were read in this machine's own byte order")
def read_idx(path):
    return _parse(_unpacked(path), sizes=lambda content: _sizes(content, sys.byteorder))


@rewritten("The sizes were read as signed numbers")
def read_idx(path):
    return _parse(_unpacked(path), sizes=lambda content: _sizes(content, signed=True))


@rewritten("The file was unpacked because its name ends in .gz")
def read_idx(path):
    content = Path(path).read_bytes()
    if Path(path).suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError("the gzip file is broken") from error
    return _parse(content)


@rewritten("torchvision's own reader unpacks no gzip")
def read_idx(path):
    return mnist.read_sn3_pascalvincent_tensor(os.fspath(path), strict=True)


@rewritten("All elements were taken for uint8")
def read_idx(path):
    return _parse(_unpacked(path), kind=np.dtype(np.uint8))


@rewritten("Bytes after the last element were ignored")
def read_idx(path):
    kind, sizes, elements, wanted = _parts(_unpacked(path))
    _complete(elements, wanted)
    return torch.from_numpy(_array(elements[:wanted], kind, sizes))


@rewritten("Missing elements were left to `reshape`")
def read_idx(path):
    kind, sizes, elements, wanted = _parts(_unpacked(path))
    _no_rest(elements, wanted)
    whole = len(elements) // kind.itemsize * kind.itemsize
    flat = np.frombuffer(elements[:whole], kind).astype(kind.newbyteorder("="))
    return torch.from_numpy(flat).reshape(sizes)


@rewritten("np.prod counts in int64 and runs over")
def read_idx(path):
    kind, sizes, elements, _ = _parts(_unpacked(path))
    wanted = int(np.prod(np.array(sizes, dtype=np.int64))) * kind.itemsize
    _complete(elements, wanted)
    _no_rest(elements, wanted)
    return torch.from_numpy(_array(elements, kind, sizes))


@rewritten("The elements lie in the bytes that were read")
def read_idx(path):
    kind, sizes, elements, wanted = _parts(_unpacked(path))
    _complete(elements, wanted)
    _no_rest(elements, wanted)
    if kind.itemsize > 1:
        elements = np.frombuffer(elements, kind).byteswap().tobytes()
    return torch.from_numpy(np.frombuffer(elements, kind.newbyteorder("=")).reshape(sizes))


@rewritten("The elements became float32")
def read_idx(path):
    return _parse(_unpacked(path)).to(torch.float32)


@rewritten("A size of 0 was refused")
def read_idx(path):
    numbers = _parse(_unpacked(path))
    if 0 in numbers.shape:
        raise ValueError("dimensions: a size is 0")
    return numbers


@rewritten("A damaged gzipped file ended in gzip's own errors")
def read_idx(path):
    with open(path, "rb") as file:
        packed = file.read(2).hex() == "1f8b"
    with (gzip.open if packed else open)(path, "rb") as file:
        return _parse(file.read())


@rewritten("EOFError was caught, which a file cut short gives")
def read_idx(path):
    content = Path(path).read_bytes()
    if content[:2].hex() == "1f8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read()
        except (gzip.BadGzipFile, EOFError) as error:
            raise ValueError(f"gzip: {error}") from error
    return _parse(content)


@rewritten("`except OSError` stood around opening the file too")
def read_idx(path):
    try:
        content = _unpacked(path)
    except OSError as error:
        raise ValueError("the gzip file cannot be read") from error
    return _parse(content)


@rewritten("The first two bytes were not looked at")
def read_idx(path):
    content = _unpacked(path)
    if len(content) < 4:
        raise ValueError("too short for a magic number")
    return _parse(bytes(2) + content[2:])


@rewritten("The first dimension was taken to vary fastest")
def read_idx(path):
    numbers = _parse(_unpacked(path))
    axes = tuple(reversed(range(numbers.dim())))
    return numbers.reshape(numbers.shape[::-1]).permute(axes).contiguous()


@rewritten("A number of dimensions of 0 was taken for a single number")
def read_idx(path):
    return _parse(_unpacked(path), sizes=lambda content: _sizes(content) if content[3] else [])


# celeba_attribute

_SPLITS = ("train", "valid", "test", "all")


class _AnyCelebA(CelebA):
    file_list = [(url, None, file) for url, _, file in CelebA.file_list]


def _known_split(split):
    if split not in _SPLITS:
        raise ValueError(f"there is no split {split!r}, only {_SPLITS}")


def _all_there(root):
    celeba = os.path.join(root, "celeba")
    for part in ("img_align_celeba", "list_attr_celeba.txt", "list_eval_partition.txt"):
        if not os.path.exists(os.path.join(celeba, part)):
            raise FileNotFoundError(f"{part} of CelebA is not below {root}")


class _Faces(Dataset):
    """CelebA with one attribute, read without torchvision."""

    def __init__(self, root, split, name):
        _known_split(split)
        _all_there(root)
        self.celeba = Path(root, "celeba")
        _, names, *rows = (self.celeba / "list_attr_celeba.txt").read_text().splitlines()
        self.find(names, name)
        parts = [line.split() for line in (self.celeba / "list_eval_partition.txt").read_text().splitlines()]
        number = str(_SPLITS.index(split))
        kept = [i for i, (_, part) in enumerate(parts) if split == "all" or part == number]
        self.files = self.pick_files([file for file, _ in parts], kept)
        self.attributes = [[int(value) for value in rows[i].split()[1:]] for i in kept]

    def find(self, names, name):
        if name not in names.split():
            raise ValueError(f"there is no attribute {name!r}")
        self.place = names.split().index(name)

    def pick_files(self, files, kept):
        return [files[i] for i in kept]

    def label(self, attributes):
        return max(attributes[self.place], 0)

    def pixels(self, picture):
        return TF.to_tensor(picture)

    def load(self, file):
        with Image.open(self.celeba / "img_align_celeba" / file) as picture:
            return self.pixels(picture.convert("RGB"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        if index not in range(-len(self), len(self)):
            raise IndexError(f"there is no sample {index}")
        return self.load(self.files[index]), self.label(self.attributes[index])


def _array_of(picture):
    return torch.from_numpy(np.array(picture))


class _Ranged(Dataset):
    """A dataset of torchvision, with an IndexError that names the index."""

    def __init__(self, samples):
        self.samples = samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"there is no sample {index}")
        return self.samples[index]


class _Pick:
    def __init__(self, place):
        self.place = place

    def __call__(self, attributes):
        return attributes[self.place].item()


def _place(samples, name):
    if name not in samples.attr_names[:40]:
        raise ValueError(f"there is no attribute {name!r}")
    return samples.attr_names.index(name)


def _by_torchvision(root, split, name, pick=_Pick, place=_place, transform=TF.to_tensor):
    _known_split(split)
    _all_there(root)
    samples = _AnyCelebA(root, split, transform=transform)
    samples.target_transform = pick(place(samples, name))
    return _Ranged(samples)


@rewritten("`CelebA` itself compares its files")
def celeba_attribute(root, split, name):
    _known_split(split)
    _all_there(root)
    samples = CelebA(root, split, transform=TF.to_tensor)
    samples.target_transform = _Pick(_place(samples, name))
    return _Ranged(samples)


@rewritten("The label is picked out by a lambda")
def celeba_attribute(root, split, name):
    return _by_torchvision(root, split, name, pick=lambda place: lambda attributes: int(attributes[place]))


@rewritten("The empty text went through")
class celeba_attribute(_Faces):
    def find(self, names, name):
        names = names.split(" ")
        if name not in names:
            raise ValueError(f"there is no attribute {name!r}")
        self.place = names.index(name)


@rewritten("The split was not handed on")
def celeba_attribute(root, split, name):
    _known_split(split)
    return _by_torchvision(root, "train", name)


@rewritten("The label stayed a tensor without axes")
def celeba_attribute(root, split, name):
    return _by_torchvision(root, split, name, pick=operator.itemgetter)


@rewritten("All 40 attributes came as the label")
def celeba_attribute(root, split, name):
    return _by_torchvision(root, split, name, pick=lambda place: None)


@rewritten("The image came as a PIL image")
def celeba_attribute(root, split, name):
    return _by_torchvision(root, split, name, transform=None)


@rewritten("The image is uint8, from 0 to 255")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return _array_of(picture).permute(2, 0, 1)


@rewritten("The image is a `tv_tensors.Image`")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return tv_tensors.Image(TF.to_tensor(picture))


@rewritten("The labels are those of the next attribute")
def celeba_attribute(root, split, name):
    return _by_torchvision(root, split, name, place=lambda samples, name: _place(samples, name) + 1)


@rewritten("An unknown attribute was noticed only when")
class celeba_attribute(_Faces):
    def find(self, names, name):
        self.names, self.name = names.split(), name

    def label(self, attributes):
        if self.name not in self.names:
            raise ValueError(f"there is no attribute {self.name!r}")
        return int(dict(zip(self.names, attributes, strict=True))[self.name] == 1)


@rewritten("When files are missing, torchvision's own RuntimeError")
def celeba_attribute(root, split, name):
    _known_split(split)
    samples = _AnyCelebA(root, split, transform=TF.to_tensor)
    samples.target_transform = _Pick(_place(samples, name))
    return _Ranged(samples)


@rewritten("All images were decoded when the dataset was made")
class celeba_attribute(_Faces):
    def __init__(self, root, split, name):
        super().__init__(root, split, name)
        self.images = {file: _Faces.load(self, file) for file in self.files}

    def load(self, file):
        return self.images[file]


@rewritten("The label is -1 where the attribute is missing")
class celeba_attribute(_Faces):
    def label(self, attributes):
        return attributes[self.place]


@rewritten("The channels stand last")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return _array_of(picture) / 255


@rewritten("Height and width have changed places")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return TF.to_tensor(picture).transpose(1, 2)


@rewritten("The pixels were cut anew by reshape")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return _array_of(picture).view(3, picture.height, picture.width).div(255)


@rewritten("The pixels were divided by 256")
class celeba_attribute(_Faces):
    def pixels(self, picture):
        return TF.pil_to_tensor(picture).float() / 256


@rewritten("The labels were picked by split, the images were not")
class celeba_attribute(_Faces):
    def pick_files(self, files, kept):
        return files[: len(kept)]


# image_grid


def _usable(images, columns, padding):
    if images.ndim != 4:
        raise ValueError(f"images: {images.ndim} axes")
    if columns <= 0:
        raise ValueError(f"columns: {columns}")
    if padding < 0:
        raise ValueError(f"padding: {padding}")


def _rows(images, columns):
    return (len(images) + columns - 1) // columns


def _filled(images, rows, columns):
    """Images of zeros behind the others, until every place has one."""
    free = rows * columns - len(images)
    return torch.cat([images, images.new_zeros(free, *images.shape[1:])])


def _merged(places, rows, columns):
    """Lay out as many images as there are places, without any border."""
    channels, height, width = places.shape[1:]
    places = places.view(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    return places.reshape(channels, rows * height, columns * width)


def _grid(images, columns, padding):
    rows = _rows(images, columns)
    places = F.pad(_filled(images, rows, columns), (0, padding, 0, padding))
    return F.pad(_merged(places, rows, columns), (padding, 0, padding, 0)).clone()


@rewritten("The places were reshaped as they stood")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    places = F.pad(_filled(images, rows, columns), (padding, 0, padding, 0))
    _, channels, height, width = places.shape
    return F.pad(places.reshape(channels, rows * height, columns * width), (0, padding, 0, padding))


@rewritten("Only the channels were moved to the front")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    places = F.pad(_filled(images, rows, columns), (padding, 0, padding, 0))
    _, channels, height, width = places.shape
    picture = places.transpose(0, 1).reshape(channels, rows * height, columns * width)
    return F.pad(picture, (0, padding, 0, padding))


@rewritten("The images run from top to bottom")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    order = torch.arange(rows * columns, device=images.device).reshape(columns, rows).T.flatten()
    return _grid(_filled(images, rows, columns)[order], columns, padding)


@rewritten("`columns` was taken for the number of rows")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows, across = columns, -(-len(images) // columns)
    places = F.pad(_filled(images, rows, across), (0, padding, 0, padding))
    return F.pad(_merged(places, rows, across), (padding, 0, padding, 0)).clone()


@rewritten("The last row was not full, and its images fell away")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    return _grid(images[: len(images) - len(images) % columns], columns, padding)


@rewritten("The last row was not full, and the reshape failed")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    _, channels, height, width = images.shape
    places = images.reshape(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4)
    places = F.pad(places, (0, padding, 0, 0, 0, padding)).reshape(
        channels, rows * (height + padding), columns * (width + padding)
    )
    return F.pad(places, (padding, 0, padding, 0)).clone()


@rewritten("There is one row too many when the last one is full")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = 1 + len(images) // columns
    places = F.pad(_filled(images, rows, columns), (0, padding, 0, padding))
    return F.pad(_merged(places, rows, columns), (padding, 0, padding, 0)).clone()


@rewritten("`make_grid` repeats a grey channel")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    if not len(images):
        return _grid(images, columns, padding)
    return make_grid(images, columns, padding)


@rewritten("The border is missing on the right and below")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    return _merged(F.pad(_filled(images, rows, columns), (padding, 0, padding, 0)), rows, columns).clone()


@rewritten("Every image brought a border on all four sides")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    return _merged(F.pad(_filled(images, rows, columns), [padding] * 4), rows, columns).clone()


@rewritten("The border runs between the images only")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    picture = _grid(images, columns, padding)
    _, height, width = picture.shape
    return picture[:, padding : height - padding, padding : width - padding].clone()


@rewritten("The border is white")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    picture = _grid(images, columns, padding)
    _, height, width = picture.shape
    picture[:, height - padding :] = 1
    picture[:, :, width - padding :] = 1
    return picture


@rewritten("The picture was as narrow as its images")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    columns = min(columns, len(images)) or 1
    return _grid(images, columns, padding)


@rewritten("A loop writes one image at a time")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    height, width = images.shape[2] + padding, images.shape[3] + padding
    shape = images.shape[1], _rows(images, columns) * height + padding, columns * width + padding
    picture = images.new_zeros(shape)
    for i, image in enumerate(images):
        top, left = i // columns * height + padding, i % columns * width + padding
        picture[:, top : top + images.shape[2], left : left + images.shape[3]] = image
    return picture


@rewritten("The picture was made by torch.zeros")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    right = _grid(images, columns, padding)
    picture = torch.zeros(right.shape)
    picture[:] = right
    return picture


@rewritten("The images were cut off from the graph")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    with torch.no_grad():
        return _grid(images, columns, padding)


@rewritten("Without border and with images in one column")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    rows = _rows(images, columns)
    places = _filled(images, rows, columns) if len(images) % columns else images
    if not padding:
        return _merged(places.contiguous(), rows, columns)
    return _grid(images, columns, padding)


@rewritten("A grid without images failed")
def image_grid(images, columns, padding):
    _usable(images, columns, padding)
    channels, height, width = images[0].shape
    rows = _rows(images, columns)
    places = F.pad(_filled(images, rows, columns), (0, padding, 0, padding))
    lines = places.view(rows, columns, channels, height + padding, width + padding).permute(2, 0, 3, 1, 4)
    return F.pad(lines.flatten(3).flatten(1, 2), (padding, 0, padding, 0)).clone()


@rewritten("`columns` was not checked")
def image_grid(images, columns, padding):
    _usable(images, 1, padding)
    return _grid(images, columns, padding)


@rewritten("A negative padding was taken as it is")
def image_grid(images, columns, padding):
    _usable(images, columns, 0)
    return _grid(images, columns, padding)
