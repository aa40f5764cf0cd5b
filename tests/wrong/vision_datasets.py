"""Wrong answers to the topic `vision_datasets`: one misconception each, with the sentence that would help."""

import gzip
import math
import os
import zlib
from operator import itemgetter
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import Dataset, Subset, TensorDataset
from torchvision.datasets import MNIST, CelebA
from torchvision.datasets.mnist import read_sn3_pascalvincent_tensor
from torchvision.transforms import Compose, PILToTensor, ToTensor, v2
from torchvision.utils import make_grid

from kata.variants import wrong

# -- mnist_split ---------------------------------------------------------------------------------------------


def _check_train(train):
    if not isinstance(train, bool):
        raise TypeError("train must be True or False")


def _mnist(root, train, **options):
    try:
        return MNIST(root, train, **options)
    except RuntimeError:
        raise FileNotFoundError(f"no MNIST in {root}") from None


@wrong(
    "MNIST was asked for the split by name, and both 'train' and 'test' are truthy, so both came out as the "
    "training set. Hand `train` on as the bool that it is."
)
def mnist_split(root, train):
    _check_train(train)
    return _mnist(root, "train" if train else "test")


@wrong(
    "A text went through: mnist_split(root, 'test') opened the training set and said nothing. Look at the type "
    "of `train` first, and raise TypeError for whatever is no bool."
)
def mnist_split(root, train):
    return _mnist(root, train)


@wrong(
    "Texts are refused, but 0, 1 and None still went through, although they are no bools either. Ask for a bool "
    "by isinstance(train, bool), not for what is no str."
)
def mnist_split(root, train):
    if isinstance(train, str):
        raise TypeError("train must not be a text")
    return _mnist(root, train)


@wrong(
    "When files are missing, MNIST's own RuntimeError came out, which names no folder and advises a download. "
    "Catch it, and raise FileNotFoundError with the path of `root`."
)
def mnist_split(root, train):
    _check_train(train)
    return MNIST(root, train)


@wrong(
    "Only the folder `root` itself was looked for. It was there, one of the four files below it was not, and "
    "MNIST's RuntimeError came out. Look for the files, or catch that error."
)
def mnist_split(root, train):
    _check_train(train)
    if not os.path.isdir(root):
        raise FileNotFoundError(f"no folder {root}")
    return MNIST(root, train)


@wrong(
    "download=True reached for the network as soon as a file was missing, and had made folders for it by then. "
    "Leave `download` alone, and tell the caller what is missing."
)
def mnist_split(root, train):
    _check_train(train)
    return _mnist(root, train, download=True)


@wrong(
    "The images came as tensors, because you gave MNIST the transform ToTensor. A sample is a PIL image here: "
    "hand over no transform."
)
def mnist_split(root, train):
    _check_train(train)
    return _mnist(root, train, transform=ToTensor())


@wrong(
    "The data was packed into a TensorDataset, so `targets`, `classes` and the PIL images are gone. Return the "
    "MNIST dataset itself."
)
def mnist_split(root, train):
    _check_train(train)
    mnist = _mnist(root, train)
    return TensorDataset(mnist.data, mnist.targets)


@wrong(
    "The folder that is missing was made, empty, so that the next one to look finds a folder and no data. Only "
    "read; an error is enough."
)
def mnist_split(root, train):
    _check_train(train)
    os.makedirs(root, exist_ok=True)
    return _mnist(root, train)


@wrong(
    "FileNotFoundError came, but without the path: with several data folders nobody knows which one is meant. "
    "Put `root` into the message."
)
def mnist_split(root, train):
    _check_train(train)
    try:
        return MNIST(root, train)
    except RuntimeError:
        raise FileNotFoundError("MNIST is not there, or not all of it") from None


# -- only_class ----------------------------------------------------------------------------------------------


@wrong(
    "Every sample was read on the way to its label, so every image is decoded. The labels stand in "
    "`dataset.targets` already: search there alone."
)
def only_class(dataset, label):
    targets = torch.as_tensor(dataset.targets).tolist()
    found = [index for index in range(len(dataset)) if dataset[index] is not None and targets[index] == label]
    return Subset(dataset, found)


@wrong(
    "A list compared with a number is False, and no sample was found where `targets` is a list. Make it a "
    "tensor first, with torch.as_tensor."
)
def only_class(dataset, label):
    matches = torch.as_tensor(dataset.targets == label)
    return Subset(dataset, matches.nonzero().flatten().tolist())


@wrong(
    "A bare `squeeze` takes every axis of size 1 away: with a single match `tolist` gives a number, no list. "
    "Flatten what nonzero gives."
)
def only_class(dataset, label):
    matches = torch.as_tensor(dataset.targets, dtype=torch.int64) == label
    return Subset(dataset, matches.nonzero().squeeze().tolist())


@wrong(
    "The indices were left in a tensor, so the dataset is asked for 0-d tensors, and one that looks up files or "
    "keys does not know them. `tolist` makes Python ints."
)
def only_class(dataset, label):
    matches = torch.as_tensor(dataset.targets, dtype=torch.int64) == label
    return Subset(dataset, matches.nonzero().flatten())


@wrong(
    "Subset was given the mask, as many True and False as there are samples, and took them for indices 1 and 0. "
    "Give it the positions where the mask is True."
)
def only_class(dataset, label):
    return Subset(dataset, (torch.as_tensor(dataset.targets, dtype=torch.int64) == label).tolist())


@wrong(
    "`index` of a list finds the first match only, so one sample is left of the class. Collect the positions of "
    "all matches."
)
def only_class(dataset, label):
    targets = torch.as_tensor(dataset.targets).tolist()
    return Subset(dataset, [targets.index(label)] if label in targets else [])


@wrong(
    "The dataset's own `targets` were replaced by those of the class. It belongs to the caller, who still needs "
    "all of it: leave it as it is, and give a Subset the indices."
)
def only_class(dataset, label):
    targets = torch.as_tensor(dataset.targets, dtype=torch.int64)
    kept = (targets == label).nonzero().flatten().tolist()
    dataset.targets = [int(targets[index]) for index in kept]
    return Subset(dataset, kept)


@wrong(
    "The samples were read into a list: all images of the class are in memory before the first is asked for. "
    "Return a Subset, which reads at each access."
)
def only_class(dataset, label):
    targets = torch.as_tensor(dataset.targets).tolist()
    return [dataset[index] for index, target in enumerate(targets) if target == label]


@wrong(
    "A label that no sample has raised ValueError. A class may be empty in one split: return a Subset without samples."
)
def only_class(dataset, label):
    found = (torch.as_tensor(dataset.targets, dtype=torch.int64) == label).nonzero().flatten().tolist()
    if not found:
        raise ValueError(f"no sample has the label {label}")
    return Subset(dataset, found)


@wrong(
    "Compared with a tensor of uint8, 259 wraps round to 3, and the threes were found. Make the targets int64 "
    "before you compare."
)
def only_class(dataset, label):
    return Subset(dataset, (torch.as_tensor(dataset.targets) == label).nonzero().flatten().tolist())


# -- read_idx ------------------------------------------------------------------------------------------------

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def _content(path):
    content = Path(path).read_bytes()
    return _unpack(content) if content[:2] == b"\x1f\x8b" else content


def _unpack(content):
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise ValueError("gzip: the file cannot be unpacked") from None


def _type_of(content):
    if len(content) < 4 or content[:2] != b"\0\0":
        raise ValueError("magic number")
    if content[2] not in _TYPES:
        raise ValueError("type code")
    return np.dtype(_TYPES[content[2]])


def _sizes_of(content, kind=">u4"):
    end = 4 + 4 * content[3]
    if content[3] == 0 or len(content) < end:
        raise ValueError("dimensions")
    return np.frombuffer(content[4:end], kind).tolist(), content[end:]


def _check_length(elements, sizes, dtype):
    asked = math.prod(sizes) * dtype.itemsize
    if len(elements) < asked:
        raise ValueError("truncated")
    if len(elements) > asked:
        raise ValueError("trailing")


def _tensor(elements, sizes, dtype):
    numbers = np.frombuffer(elements, dtype)
    return torch.from_numpy(numbers.astype(dtype.newbyteorder("="))).reshape(sizes)


def _parsed(content):
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "The elements were read in this machine's own byte order, so the int16 258 came out as 513. IDX files are "
    "big-endian throughout: read '>i2', then convert."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content).newbyteorder("=")
    sizes, elements = _sizes_of(content)
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "The sizes were read in this machine's own byte order: 3 became 50331648. They are big-endian like all "
    "numbers in the file: '>u4', or int.from_bytes(..., 'big')."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content, "=u4")
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "The sizes were read as signed numbers, and one from 2**31 on came out negative: elements that are missing "
    "were taken for trailing ones. The format has unsigned sizes: '>u4'."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content, ">i4")
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "The file was unpacked because its name ends in .gz, or not because it does not. Names are changed by hand; "
    "look at the first two bytes of the content."
)
def read_idx(path):
    content = Path(path).read_bytes()
    return _parsed(_unpack(content) if str(path).endswith(".gz") else content)


@wrong(
    "torchvision's own reader unpacks no gzip, knows three dimensions at most, and meets a damaged file with a bare "
    "AssertionError or KeyError. Read the parts yourself, and say which of them is damaged."
)
def read_idx(path):
    return read_sn3_pascalvincent_tensor(path)


@wrong(
    "All elements were taken for uint8, as in MNIST. The third byte says what they are, one of six types: look it up."
)
def read_idx(path):
    content = _content(path)
    _type_of(content)
    sizes, elements = _sizes_of(content)
    dtype = np.dtype(">u1")
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "Bytes after the last element were ignored. Either they do not belong there or the sizes are wrong: raise "
    "ValueError that speaks of trailing bytes."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    elements = elements[: math.prod(sizes) * dtype.itemsize]
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "Missing elements were left to `reshape`, whose error speaks of shapes. Compare the bytes that are there with "
    "those that the sizes ask for, and say that the file is truncated."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    if len(elements) > math.prod(sizes) * dtype.itemsize:
        raise ValueError("trailing")
    return torch.from_numpy(np.frombuffer(elements, dtype).reshape(sizes).astype(dtype.newbyteorder("=")))


@wrong(
    "np.prod counts in int64 and runs over: four sizes of 65536 make 0 elements, and nothing seems to be missing. "
    "Multiply Python's own ints, with math.prod."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    with np.errstate(over="ignore"):
        asked = int(np.prod(np.array(sizes, dtype=np.int64))) * dtype.itemsize
    if len(elements) < asked:
        raise ValueError("truncated")
    if len(elements) > asked:
        raise ValueError("trailing")
    return _tensor(elements, sizes, dtype)


@wrong(
    "The elements lie in the bytes that were read, which are read-only, and PyTorch warned of it: a write would be "
    "undefined. Copy them into memory of their own."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    _check_length(elements, sizes, dtype)
    numbers = np.frombuffer(elements, dtype)
    return torch.from_numpy(numbers.astype(dtype.newbyteorder("="), copy=False)).reshape(sizes)


@wrong(
    "The elements became float32. Labels are no class numbers any more, and int32 loses digits: keep the type "
    "that the file gives."
)
def read_idx(path):
    return _parsed(_content(path)).float()


@wrong(
    "A size of 0 was refused as damaged. An empty data set is a good file: its sizes ask for no elements, and "
    "none must follow."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    if 0 in sizes:
        raise ValueError("dimensions of size 0")
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


@wrong(
    "A damaged gzipped file ended in gzip's own errors, since none of them was caught. Catch what unpacking can "
    "raise (OSError, EOFError, zlib.error), and raise ValueError that names gzip."
)
def read_idx(path):
    content = Path(path).read_bytes()
    return _parsed(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)


@wrong(
    "EOFError was caught, which a file cut short gives, but not zlib.error, which changed bytes give. Catch both "
    "of them, and OSError for a wrong checksum."
)
def read_idx(path):
    content = Path(path).read_bytes()
    try:
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError):
        raise ValueError("gzip") from None
    return _parsed(content)


@wrong(
    "`except OSError` stood around opening the file too, so a path that does not exist came out as a damaged gzip "
    "file. Catch errors around unpacking alone."
)
def read_idx(path):
    try:
        content = Path(path).read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError, zlib.error):
        raise ValueError(f"gzip: {path}") from None
    return _parsed(content)


@wrong(
    "The first two bytes were not looked at, so a file of another kind was read as one of numbers. Both must be "
    "0: raise ValueError that speaks of the magic number."
)
def read_idx(path):
    content = _content(path)
    if len(content) < 4:
        raise ValueError("magic number")
    return _parsed(b"\0\0" + content[2:])


@wrong(
    "The first dimension was taken to vary fastest, as Fortran has it, so the elements are in a wrong order from "
    "two dimensions on. The last one does: an ordinary reshape."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content)
    _check_length(elements, sizes, dtype)
    numbers = np.frombuffer(elements, dtype.newbyteorder(">")).reshape(sizes, order="F")
    return torch.from_numpy(np.ascontiguousarray(numbers.astype(dtype.newbyteorder("="))))


@wrong(
    "A number of dimensions of 0 was taken for a single number without sizes. The format has at least 1: raise "
    "ValueError that speaks of the dimensions."
)
def read_idx(path):
    content = _content(path)
    dtype = _type_of(content)
    sizes, elements = _sizes_of(content) if content[3] else ([], content[4:])
    _check_length(elements, sizes, dtype)
    return _tensor(elements, sizes, dtype)


# -- celeba_attribute ----------------------------------------------------------------------------------------


class _CelebA(CelebA):
    file_list = [(file, None, name) for file, _, name in CelebA.file_list]


def _opened(kind, root, split, **options):
    try:
        return kind(root, split, **options)
    except RuntimeError:
        raise FileNotFoundError(f"no CelebA in {root}") from None


def _column(dataset, name):
    names = [each for each in dataset.attr_names if each]
    if name not in names:
        raise ValueError(f"attribute {name!r}")
    return names.index(name)


@wrong(
    "`CelebA` itself compares its files with the checksums of the complete data, and took this part of it for "
    "corrupted. Use `_CelebA` from above, or read the files yourself."
)
def celeba_attribute(root, split, name):
    _opened(_CelebA, root, split)
    dataset = CelebA(root, split, transform=ToTensor())
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


@wrong(
    "The label is picked out by a lambda, and a lambda cannot be pickled, so worker processes cannot get the "
    "dataset. Use operator.itemgetter, or a class of your own."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=ToTensor())
    column = _column(dataset, name)
    dataset.target_transform = lambda attributes: int(attributes[column])
    return dataset


@wrong(
    "The empty text went through: the line of names ends in a space, and torchvision's `attr_names` has a 41st "
    "entry, ''. Compare with the first 40."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=ToTensor())
    if name not in dataset.attr_names:
        raise ValueError(f"attribute {name!r}")
    dataset.target_transform = Compose([itemgetter(dataset.attr_names.index(name)), int])
    return dataset


@wrong(
    "The split was not handed on, so `_CelebA` took its default, and you trained and tested on the same faces. "
    "Give it `split`."
)
def celeba_attribute(root, split, name):
    if split not in ("train", "valid", "test", "all"):
        raise ValueError("split")
    dataset = _opened(_CelebA, root, "train", transform=ToTensor())
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


@wrong(
    "The label stayed a tensor without axes. A sample's label is a Python int here: int(attributes[column]), or "
    "`item()`."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=ToTensor())
    dataset.target_transform = itemgetter(_column(dataset, name))
    return dataset


@wrong("All 40 attributes came as the label. Pick the one that was asked for, as a target_transform.")
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=ToTensor())
    _column(dataset, name)
    return dataset


@wrong(
    "The image came as a PIL image, which a loader cannot stack. Give the dataset a transform that makes a float "
    "tensor of it, such as ToTensor."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split)
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


@wrong(
    "The image is uint8, from 0 to 255: PILToTensor changes the layout only. Make it float32 and divide by 255, or use "
    "ToTensor, which does both."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=PILToTensor())
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


@wrong(
    "The image is a `tv_tensors.Image`, a subclass of Tensor that v2.ToImage makes. Put v2.ToPureTensor behind it, "
    "so that a plain tensor comes out."
)
def celeba_attribute(root, split, name):
    transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    dataset = _opened(_CelebA, root, split, transform=transform)
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


class _Shifted(_CelebA):
    column = 0

    def __getitem__(self, index):
        image, attributes = super().__getitem__(index)
        return image, int(attributes[(self.column + 1) % 40])


@wrong(
    "The labels are those of the next attribute: the place was counted from 1, as if the numbers began with the "
    "file name, but in torchvision's rows of 40 it is left out already."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_Shifted, root, split, transform=ToTensor())
    dataset.column = _column(dataset, name)
    return dataset


@wrong(
    "An unknown attribute was noticed only when the first sample was asked for, long after the mistake was made. "
    "Look the name up when the dataset is made."
)
def celeba_attribute(root, split, name):
    return _opened(_Late, root, split, transform=ToTensor()).of(name)


class _Late(_CelebA):
    name = ""

    def of(self, name):
        self.name = name
        return self

    def __getitem__(self, index):
        image, attributes = super().__getitem__(index)
        return image, int(attributes[_column(self, self.name)])


@wrong(
    "When files are missing, torchvision's own RuntimeError came out, which does not say where they were looked "
    "for. Raise FileNotFoundError with the path of `root`."
)
def celeba_attribute(root, split, name):
    dataset = _CelebA(root, split, transform=ToTensor())
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return dataset


@wrong(
    "All images were decoded when the dataset was made: 200 thousand of them do not fit into memory. Open an "
    "image when its sample is asked for."
)
def celeba_attribute(root, split, name):
    dataset = _opened(_CelebA, root, split, transform=ToTensor())
    dataset.target_transform = Compose([itemgetter(_column(dataset, name)), int])
    return _InMemory([dataset[index] for index in range(len(dataset))])


class _InMemory(Dataset):
    def __init__(self, samples):
        self.samples = samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


class _Own(Dataset):
    """Reads the files without torchvision, the way that a right answer may."""

    layout = staticmethod(lambda image: image.permute(2, 0, 1))

    def __init__(self, root, split, name):
        self.files = _opened(_CelebA, root, split)
        self.column = _column(self.files, name)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image, attributes = self.files[index]
        return self.laid_out(torch.from_numpy(np.array(image))).float() / 255, self.label(attributes)

    def laid_out(self, image):
        return image.permute(2, 0, 1)

    def label(self, attributes):
        return int(attributes[self.column])


@wrong(
    "The label is -1 where the attribute is missing, as the file has it. Map -1 to 0: most losses want classes "
    "from 0 on."
)
class celeba_attribute(_Own):
    def label(self, attributes):
        return 2 * super().label(attributes) - 1


@wrong("The channels stand last, as NumPy has them: (height, width, 3). PyTorch wants them first: permute(2, 0, 1).")
class celeba_attribute(_Own):
    def laid_out(self, image):
        return image


@wrong(
    "Height and width have changed places: permute(2, 1, 0), or `T`, turns the axes round altogether. Move the "
    "channels to the front and leave the rest in order: permute(2, 0, 1)."
)
class celeba_attribute(_Own):
    def laid_out(self, image):
        return image.permute(2, 1, 0)


@wrong(
    "The pixels were cut anew by reshape: the shape is (3, height, width), and the colours are scattered. Move "
    "the axis with permute, so that each channel takes its pixels along."
)
class celeba_attribute(_Own):
    def laid_out(self, image):
        return image.reshape(3, *image.shape[:2])


@wrong("The pixels were divided by 256, so that white is 0.996. The largest of 256 numbers is 255: divide by that.")
class celeba_attribute(_Own):
    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return image * (255 / 256), label


@wrong(
    "The labels were picked by split, the images were not: sample 1 of the training set got the second file of "
    "all, and the label of another face. Pick both by the same lines."
)
class celeba_attribute(_Own):
    def __init__(self, root, split, name):
        super().__init__(root, split, name)
        self.files.filename = sorted(path.name for path in Path(root, "celeba", "img_align_celeba").iterdir())


# -- image_grid ----------------------------------------------------------------------------------------------


def _check(images, columns, padding):
    if images.dim() != 4:
        raise ValueError("images: four axes")
    if columns < 1:
        raise ValueError("columns from 1 on")
    if padding < 0:
        raise ValueError("padding from 0 on")


def _grid(images, columns, padding, order=(2, 0, 3, 1, 4), rows=None, border=0):
    rows = math.ceil(len(images) / columns) if rows is None else rows
    left_over = rows * columns - len(images)
    places = functional.pad(images, (padding, 0, padding, 0, 0, 0, 0, left_over))
    _, channels, height, width = places.shape
    picture = places.unflatten(0, (rows, columns)).permute(order)
    picture = picture.reshape(channels, rows * height, columns * width)
    return functional.pad(picture, (0, padding, 0, padding), value=border)


@wrong(
    "The places were reshaped as they stood, (rows, columns, channels, height, width), which cuts the pixels anew. "
    "Permute to (channels, rows, height, columns, width) first: axes that are merged must be neighbours."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, columns, padding, order=(0, 1, 2, 3, 4))


@wrong(
    "Only the channels were moved to the front before the reshape: (channels, rows, columns, height, width). Height "
    "must stand beside rows, and width beside columns, or each image is cut into lines one behind the other."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, columns, padding, order=(2, 0, 1, 3, 4))


@wrong(
    "The images run from top to bottom: the axis of the images was split into (columns, rows). A row fills first: "
    "(rows, columns)."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    rows = math.ceil(len(images) / columns)
    order = [row + column * rows for row in range(rows) for column in range(columns)]
    filled = functional.pad(images, (0, 0, 0, 0, 0, 0, 0, rows * columns - len(images)))
    return _grid(filled[order], columns, padding)


@wrong("`columns` was taken for the number of rows. It says how many images stand side by side; rows come of it.")
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, max(1, math.ceil(len(images) / columns)), padding, rows=columns)


@wrong(
    "The last row was not full, and its images fell away, since the rows were counted by `//`, which rounds down. "
    "Round up, and leave the places at the end 0."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    rows = len(images) // columns
    return _grid(images[: rows * columns], columns, padding)


@wrong(
    "The last row was not full, and the reshape failed. Add images of zeros until the number of images is a "
    "multiple of `columns`."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    rows = len(images) // columns
    return _grid(images.reshape(rows, columns, *images.shape[1:]).flatten(0, 1), columns, padding)


@wrong(
    "There is one row too many when the last one is full: `len(images) // columns + 1` rounds up only when "
    "something is left over."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, columns, padding, rows=len(images) // columns + 1)


@wrong(
    "`make_grid` repeats a grey channel three times, leaves the border of a single image out, and makes the "
    "picture narrower when there are few images. Lay the images out yourself."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return make_grid(images, nrow=columns, padding=padding) if len(images) else _grid(images, columns, padding)


@wrong(
    "The border is missing on the right and below: each image brought its own on the left and above only. Add "
    "one more at the end, right and below the whole picture."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    picture = _grid(images, columns, padding)
    return picture[:, : picture.shape[1] - padding, : picture.shape[2] - padding].clone()


@wrong(
    "Every image brought a border on all four sides, so between two images it is twice as wide as at the edge. "
    "Pad each image on two sides, and the whole picture on the other two."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    framed = functional.pad(images, (padding, padding, padding, padding))
    return _grid(framed, columns, 0)


@wrong(
    "The border runs between the images only, and there is none around the picture. It belongs at all four "
    "edges as well."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    picture = _grid(images, columns, padding)
    height, width = picture.shape[1:]
    return picture[:, padding : height - padding, padding : width - padding].clone()


@wrong("The border is white, 1 and not 0, on the right and below. Pad with 0 everywhere.")
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, columns, padding, border=1)


@wrong(
    "The picture was as narrow as its images when they were fewer than `columns`. It always has that many places: "
    "leave the others 0."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images, min(columns, max(1, len(images))), padding)


@wrong(
    "A loop writes one image at a time, so the work grows with their number. Pad all of them at once, and let "
    "permute and reshape lay them out."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    _, channels, height, width = images.shape
    rows = math.ceil(len(images) / columns)
    high, wide = height + padding, width + padding
    picture = images.new_zeros(channels, rows * high + padding, columns * wide + padding)
    for index, image in enumerate(images):
        top, left = index // columns * high + padding, index % columns * wide + padding
        picture[:, top : top + height, left : left + width] = image
    return picture


@wrong(
    "The picture was made by torch.zeros, so it is float32 whatever the images are. Take dtype and device from "
    "them: images.new_zeros."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    picture = _grid(images, columns, padding)
    return torch.zeros(picture.shape).copy_(picture)


@wrong(
    "The images were cut off from the graph by `detach`, so that no gradient reaches them. Pad and permute the "
    "images themselves."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    return _grid(images.detach(), columns, padding)


@wrong(
    "Without border and with images in one column the reshape gives a view: who paints on the picture paints on "
    "the images. Return memory of its own, with clone."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    if padding or len(images) % columns:
        return _grid(images, columns, padding)
    channels, height, width = images.shape[1:]
    rows = len(images) // columns
    picture = images.unflatten(0, (rows, columns)).permute(2, 0, 3, 1, 4)
    return picture.reshape(channels, rows * height, columns * width)


@wrong(
    "A grid without images failed, since nothing was there to lay out. It has no row, only the upper border, and "
    "is as wide as any other."
)
def image_grid(images, columns, padding):
    _check(images, columns, padding)
    if not len(images):
        raise ValueError("images: there are none")
    return _grid(images, columns, padding)


@wrong(
    "`columns` was not checked: 0 ended in ZeroDivisionError, and a negative number in some error of a reshape. "
    "Raise ValueError that names `columns` when it is below 1."
)
def image_grid(images, columns, padding):
    _check(images, 1, padding)
    return _grid(images, columns, padding)


@wrong("A negative padding was taken as it is, and cut pixels off the images. Raise ValueError that names `padding`.")
def image_grid(images, columns, padding):
    _check(images, columns, 0)
    return _grid(images, columns, padding)
