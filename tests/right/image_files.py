"""Right answers to the topic `image_files` in other styles than the solution's."""

import fnmatch
import io
import os
import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn.functional import adaptive_avg_pool2d, interpolate
from torch.utils.data import Dataset

from kata.variants import right

ENDINGS = [(".", "jpg"), (".", "jpeg"), (".", "png")]


@right("pathlib")
def list_images(folder):
    found = [
        path
        for path in Path(folder).iterdir()
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"} and path.name[0] != "." and path.is_file()
    ]
    return sorted(found, key=lambda path: path.name)


@right("scandir and a pattern")
def list_images(folder):
    pattern = re.compile(r"[^.].*\.(jpe?g|png)", re.IGNORECASE | re.DOTALL)
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_file() and pattern.fullmatch(entry.name)]
    names.sort()
    return list(map(Path(folder).joinpath, names))


@right("os.walk, stopped after the first folder")
def list_images(folder):
    def stop(error):
        raise error

    _, _, names = next(os.walk(folder, onerror=stop))
    names = [name for name in names if name.lower().rpartition(".")[1:] in ENDINGS]
    return [Path(os.path.join(folder, name)) for name in sorted(names) if not name.startswith(".")]


@right("checks the folder, then fnmatch")
def list_images(folder):
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"there is no folder {folder}")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file")
    names = {
        path.name
        for path in folder.iterdir()
        for _, ending in ENDINGS
        if not path.is_dir() and fnmatch.fnmatch(path.name.lower(), f"[!.]*.{ending}")
    }
    return [folder / name for name in sorted(names)]


@right("a loop that remembers the best")
def label_of(path, classes):
    name = os.path.basename(path).lower()
    best, length = None, 0
    for index, one in enumerate(classes):
        if len(one) > length and name[: len(one)] == one.lower():
            best, length = index, len(one)
    if best is None:
        raise ValueError(f"{os.path.basename(path)}: none of the classes")
    return best


@right("longest first")
def label_of(path, classes):
    numbers = {one.casefold(): number for number, one in enumerate(classes)}
    for one in sorted(numbers, key=len, reverse=True):
        if Path(path).name.casefold().startswith(one):
            return numbers[one]
    raise ValueError(f"cannot tell the class of {path}")


@right("regular expression")
def label_of(path, classes):
    ordered = sorted(classes, key=lambda one: -len(one))
    found = re.match("|".join(map(re.escape, ordered)), Path(path).name, re.IGNORECASE) if classes else None
    if not found:
        raise ValueError(f"no class in {str(path)!r}")
    return [one.lower() for one in classes].index(found[0].lower())


@right("counts down the name")
def label_of(path, classes):
    small = [one.lower() for one in classes]
    name = Path(path).name
    for length in range(len(name), 0, -1):
        if name[:length].lower() in small:
            return small.index(name[:length].lower())
    raise ValueError(f"unknown: {name}")


@right("scales the bytes as a tensor")
def load_image(path, size):
    data = Path(path).read_bytes()
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{os.path.basename(path)}: {error}") from None
    image = ImageOps.exif_transpose(image)
    image = _from_16_bits(image) if image.mode == "I;16" else image
    pixels = np.frombuffer(bytearray(image.convert("RGB").tobytes()), dtype=np.uint8)
    pixels = torch.from_numpy(pixels).view(1, image.height, image.width, 3).permute(0, 3, 1, 2)
    scaled = interpolate(pixels, size, mode="bilinear", antialias=True)
    return torch.squeeze(scaled / 255.0, 0)


def _from_16_bits(image):
    return Image.fromarray(np.round(np.asarray(image) / 257).astype(np.uint8))


@right("averages areas")
def load_image(path, size):
    try:
        with Image.open(path) as image:
            pixels = _pixels(ImageOps.exif_transpose(image))
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"damaged: {path}") from error
    channels = torch.tensor(pixels.transpose(2, 0, 1), dtype=torch.float32)
    return adaptive_avg_pool2d(channels, size)


def _pixels(image):
    if image.mode == "I;16":
        grey = np.asarray(image, dtype=np.float64) / 65535
        return np.stack([grey] * 3, axis=2)
    return np.asarray(image.convert("RGB")) / 255


@right("interpolates a float tensor, clamped")
def load_image(path, size):
    if not os.path.exists(path):
        raise FileNotFoundError(f"no file {path}")
    try:
        with Image.open(path) as file:
            pixels = torch.from_numpy(_pixels(ImageOps.exif_transpose(file))).float()
    except Exception as error:
        raise ValueError(str(path)) from error
    batch = pixels.movedim(-1, 0).unsqueeze(0)
    scaled = interpolate(batch, size=size, mode="bicubic", antialias=True)
    return scaled.squeeze(0).clamp(0, 1)


@right("Lanczos, channel by channel")
def load_image(path, size):
    with open(path, "rb") as file:
        data = file.read()
    try:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        image.load()
    except Exception as error:
        raise ValueError(f"path {path} is damaged: {type(error).__name__}") from error
    image = _from_16_bits(image) if image.mode.startswith("I") else image
    scaled = [band.resize(size[::-1], Image.Resampling.LANCZOS) for band in image.convert("RGB").split()]
    return torch.stack([torch.tensor(np.array(band), dtype=torch.float32) for band in scaled]).div_(255)


def _load(path, size):
    with open(path, "rb") as file:
        try:
            image = _pixels(ImageOps.exif_transpose(Image.open(file)))
        except Exception as error:
            raise ValueError(f"{path} is damaged") from error
    channels = torch.from_numpy(image).float().permute(2, 0, 1)
    return interpolate(channels[None], size, mode="bilinear", antialias=True)[0]


@right("indices of what is whole")
class ImageFiles(Dataset):
    def __init__(self, paths, labels, size, on_error):
        if on_error not in {"raise", "skip"}:
            raise ValueError(f"on_error={on_error!r}")
        if len(paths) != len(labels):
            raise ValueError(f"{len(paths)} paths, but {len(labels)} labels")
        self.paths, self.labels, self.size = tuple(paths), tuple(labels), tuple(size)
        self.kept = [i for i in range(len(paths)) if on_error == "raise" or self.is_whole(i)]

    def is_whole(self, i):
        try:
            _load(self.paths[i], self.size)
        except FileNotFoundError:
            raise
        except Exception:
            return False
        return True

    def __len__(self):
        return len(self.kept)

    def __getitem__(self, index):
        i = self.kept[index]
        return _load(self.paths[i], self.size), self.labels[i]


@right("keeps two lists and decodes by itself")
class ImageFiles(Dataset):
    def __init__(self, paths, labels, size, on_error):
        match on_error:
            case "raise":
                keep = [True] * len(paths)
            case "skip":
                keep = [self._decodes(path) for path in paths]
            case _:
                raise ValueError("on_error is 'raise' or 'skip'")
        if len(labels) != len(paths):
            raise ValueError("paths and labels do not go together")
        self.paths = [str(path) for path, kept in zip(paths, keep, strict=True) if kept]
        self.targets = [label for label, kept in zip(labels, keep, strict=True) if kept]
        self.scale = torch.nn.AdaptiveAvgPool2d(size)

    @staticmethod
    def _decodes(path):
        data = Path(path).read_bytes()
        try:
            Image.open(io.BytesIO(data)).load()
        except Exception:
            return False
        return True

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        path = self.paths[index]
        with open(path, "rb") as file:
            try:
                pixels = _pixels(ImageOps.exif_transpose(Image.open(file)))
            except Exception as error:
                raise ValueError(f"{path} is damaged") from error
        return self.scale(torch.from_numpy(pixels).float().permute(2, 0, 1)), self.targets[index]


@right("checks the index itself, iterates itself")
class ImageFiles(Dataset):
    def __init__(self, paths, labels, size, on_error):
        if len({len(paths), len(labels)}) > 1:
            raise ValueError(f"labels and paths: {len(labels)} and {len(paths)}")
        if on_error != "raise" and on_error != "skip":
            raise ValueError("do not know that on_error")
        self.rows, self.size = [], size
        for path, label in zip(map(Path, paths), labels, strict=True):
            if on_error == "skip":
                try:
                    _load(path, (1, 1))
                except ValueError:
                    continue
            self.rows.append((path, label))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} for {len(self)} pictures")
        path, label = self.rows[index]
        return _load(path, self.size), label

    def __iter__(self):
        for path, label in self.rows:
            yield _load(path, self.size), label


@right("one key for all")
def class_indices(folder):
    def place(name):
        return (0, int(name), name) if re.fullmatch("[0-9]+", name) else (1, 0, name)

    entries = [path for path in Path(folder).iterdir() if path.is_dir()]
    names = sorted((path.name for path in entries if not path.name.startswith(".")), key=place)
    if len(names) == 0:
        raise ValueError(f"{folder} has no classes")
    return dict(zip(names, range(len(names)), strict=True))


@right("pads the numbers with zeros")
def class_indices(folder):
    names = [name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)) and name[0] != "."]
    if not names:
        raise ValueError(f"no class folder in {os.path.basename(folder)}")
    longest = max(map(len, names))
    ordered = sorted((not name.isdecimal(), name.zfill(longest) if name.isdecimal() else name, name) for name in names)
    return {name: number for number, (_, _, name) in enumerate(ordered)}


@right("os.walk, and two lists")
def class_indices(folder):
    def stop(error):
        raise error

    names = next(os.walk(folder, onerror=stop))[1]
    numbers, words = [], []
    for name in names:
        if name.isdigit():
            numbers.append((int(name), name))
        elif not name.startswith("."):
            words.append(name)
    indices = {}
    for name in [name for _, name in sorted(numbers)] + sorted(words):
        indices[name] = len(indices)
    if not indices:
        raise ValueError(f"folder: nothing in {folder}")
    return indices
