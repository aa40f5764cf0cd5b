"""The wrong answers to the katas of `image_files` once more, each from its sentence alone and in another style."""

import glob
import io
import os
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageFile, ImageOps
from torch.utils.data import Dataset

from kata.variants import rewritten

_PICTURE = re.compile(r"(?s)[^.].*\.(jpg|jpeg|png)", re.IGNORECASE)


def _is_picture(name):
    return _PICTURE.fullmatch(name) is not None


# list_images


@rewritten("The paths came as the file system gave them")
def list_images(folder):
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file() and _is_picture(entry.name):
                found.append(Path(folder) / entry.name)
    return found


@rewritten("Only endings in small letters were found")
def list_images(folder):
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if e.is_file() and re.fullmatch(r"(?s)[^.].*\.(jpe?g|png)", e.name)]
    names.sort()
    return [Path(folder, name) for name in names]


@rewritten("You sorted the pictures of each ending by itself")
def list_images(folder):
    kinds = {".jpg": [], ".jpeg": [], ".png": []}
    for name in sorted(os.listdir(folder)):
        path = Path(folder, name)
        if _is_picture(name) and path.is_file():
            kinds[path.suffix.lower()].append(path)
    return [path for kind in kinds.values() for path in kind]


@rewritten("`rglob` also goes down into the sub-folders")
def list_images(folder):
    os.listdir(folder)
    found = []
    for place, _, names in os.walk(folder):
        found += [Path(place) / name for name in names if _is_picture(name)]
    return sorted(found)


@rewritten("A sub-folder whose name ends in .jpg was taken")
def list_images(folder):
    return [Path(folder) / name for name in sorted(filter(_is_picture, os.listdir(folder)))]


@rewritten("The names alone came back")
def list_images(folder):
    with os.scandir(folder) as entries:
        return [Path(name) for name in sorted(e.name for e in entries if e.is_file() and _is_picture(e.name))]


@rewritten("The paths are text")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = sorted(e.name for e in entries if e.is_file() and _is_picture(e.name))
    return [os.path.join(folder, name) for name in kept]


@rewritten("`resolve` made absolute paths")
def list_images(folder):
    where = os.path.abspath(folder)
    kept = [name for name in os.listdir(where) if _is_picture(name) and os.path.isfile(os.path.join(where, name))]
    return [Path(where, name) for name in sorted(kept)]


@rewritten("The ending was compared without its dot")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and re.search(r"(?i)^[^.].*(jpg|jpeg|png)\Z", e.name)]
    return [Path(folder) / name for name in sorted(kept)]


@rewritten("You looked for .jpg, .jpeg or .png anywhere")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and re.match(r"(?i)[^.].*\.(jpg|jpeg|png)", e.name)]
    return [Path(folder) / name for name in sorted(kept)]


@rewritten("Files that end in .jpeg are missing")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and re.fullmatch(r"(?i)[^.].*\.(jpg|png)", e.name)]
    return [Path(folder) / name for name in sorted(kept)]


@rewritten("`glob.glob` takes brackets in the folder's own name")
def list_images(folder):
    os.listdir(folder)
    names = [os.path.basename(found) for found in glob.iglob(f"{folder}/*")]
    return [Path(folder) / name for name in sorted(names) if _is_picture(name) and Path(folder, name).is_file()]


@rewritten("Hidden files came along")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and re.fullmatch(r"(?i).*\.(jpe?g|png)", e.name)]
    return [Path(folder) / name for name in sorted(kept)]


@rewritten("A folder that is not there gave an empty list")
def list_images(folder):
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        names = []
    return [Path(folder) / name for name in sorted(names) if _is_picture(name) and Path(folder, name).is_file()]


@rewritten("The names were sorted by the numbers in them")
def list_images(folder):
    def pieces(name):
        return [
            (1, 0, piece) if i % 2 == 0 else (0, int(piece), "") for i, piece in enumerate(re.split(r"(\d+)", name))
        ]

    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and _is_picture(e.name)]
    return [Path(folder) / name for name in sorted(sorted(kept), key=pieces)]


@rewritten("Letter case was ignored in sorting")
def list_images(folder):
    with os.scandir(folder) as entries:
        kept = [e.name for e in entries if e.is_file() and _is_picture(e.name)]
    kept.sort(key=lambda name: (name.casefold(), name))
    return [Path(folder) / name for name in kept]


@rewritten("Each file was opened to see whether it holds a picture")
def list_images(folder):
    def decodes(path):
        try:
            with Image.open(path) as image:
                image.load()
        except Exception:
            return False
        return True

    paths = [Path(folder) / name for name in sorted(os.listdir(folder)) if _is_picture(name)]
    return [path for path in paths if path.is_file() and decodes(path)]


# label_of


def _longest(name, classes):
    """Return the index of the longest class that `name` begins with, or None."""
    found, length = None, 0
    for index, word in enumerate(classes):
        if name.lower().startswith(word.lower()) and len(word) > length:
            found, length = index, len(word)
    return found


def _known(index, path):
    if index is None:
        raise ValueError(f"no class fits the name of {path}")
    return index


@rewritten("You looked for the class anywhere in the whole path")
def label_of(path, classes):
    text = os.fspath(path).lower()
    fitting = [(len(word), -index) for index, word in enumerate(classes) if text.find(word.lower()) >= 0]
    if not fitting:
        raise ValueError(f"no class fits {path}")
    return -max(fitting)[1]


@rewritten("You took the label from the folder")
def label_of(path, classes):
    return _known(_longest(os.path.basename(os.path.dirname(os.fspath(path))), classes), path)


@rewritten("You looked for the class anywhere in the file's name")
def label_of(path, classes):
    name = os.path.basename(path).lower()
    fitting = [(len(word), -index) for index, word in enumerate(classes) if name.count(word.lower())]
    if not fitting:
        raise ValueError(f"no class fits {path}")
    return -max(fitting)[1]


@rewritten("The first class that fitted was taken")
def label_of(path, classes):
    name = os.path.basename(path).lower()
    return _known(next((i for i, word in enumerate(classes) if name[: len(word)] == word.lower()), None), path)


@rewritten("A name that begins with no class was given a label all the same")
def label_of(path, classes):
    index = _longest(os.path.basename(path), classes)
    return len(classes) - 1 if index is None else index


@rewritten("Letter case was not ignored")
def label_of(path, classes):
    name = os.path.basename(path)
    fitting = sorted((word for word in classes if name.startswith(word)), key=len)
    if fitting:
        return list(classes).index(fitting[-1])
    raise ValueError(f"no class fits {path}")


@rewritten("Only the file's name was turned into small letters")
def label_of(path, classes):
    name = os.path.basename(path).lower()
    fitting = sorted((word for word in classes if name.startswith(word)), key=len)
    if fitting:
        return list(classes).index(fitting[-1])
    raise ValueError(f"no class fits {path}")


@rewritten("The class's name came back")
def label_of(path, classes):
    return classes[_known(_longest(os.path.basename(path), classes), path)]


@rewritten("The classes were sorted before they were numbered")
def label_of(path, classes):
    return _known(_longest(os.path.basename(path), sorted(classes)), path)


@rewritten("The name was cut at the first -")
def label_of(path, classes):
    piece = os.path.basename(path).partition("-")[0].lower()
    numbers = {word.lower(): index for index, word in enumerate(classes)}
    if piece not in numbers:
        raise ValueError(f"no class fits {path}")
    return numbers[piece]


@rewritten("A tensor came back")
def label_of(path, classes):
    return torch.as_tensor(_known(_longest(os.path.basename(path), classes), path))


# load_image


def _deep(image):
    """Turn 16-bit grey into 8-bit grey without cutting it off."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.float64) / 257).round().astype(np.uint8))
    return image


def _read(path, convert=lambda image: image.convert("RGB"), upright=ImageOps.exif_transpose, deep=_deep, **options):
    """Decode a file to an RGB image, or raise the errors that are promised."""
    content = Path(path).read_bytes()
    try:
        with Image.open(io.BytesIO(content), **options) as image:
            image.load()
            return convert(deep(upright(image)))
    except Exception as error:
        raise ValueError(f"damaged picture: {path}") from error


def _bytes(image):
    """Return a float tensor of (channels, height, width) from 0 to 255."""
    array = np.array(image)
    if array.ndim == 2:
        array = array[:, :, None]
    return torch.tensor(array).movedim(-1, 0).float()


def _scaled(pixels, size):
    return F.interpolate(pixels.unsqueeze(0), list(size), mode="bilinear", antialias=True).squeeze(0)


def _loaded(path, size):
    """A right answer: it scales the floats."""
    return _scaled(_bytes(_read(path)) / 255, size).clamp(0, 1)


@rewritten("A grey picture came back with one channel")
def load_image(path, size):
    def looked_up(image):
        if image.mode == "P":
            return image.convert("RGBA" if "transparency" in image.info else "RGB")
        return image.convert("L") if image.mode == "1" else image

    return _scaled(_bytes(_read(path, convert=looked_up)) / 255, size).clamp(0, 1)


@rewritten("Height and width changed places")
def load_image(path, size):
    height, width = size
    small = _read(path).resize((height, width), Image.Resampling.BOX)
    return _bytes(small) / 255


@rewritten("The channels came last")
def load_image(path, size):
    return torch.stack(list(_loaded(path, size)), dim=-1)


@rewritten("You used `reshape` or `view`")
def load_image(path, size):
    height, width = size
    small = np.asarray(_read(path).resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    return torch.from_numpy(np.reshape(small, (3, height, width)) / np.float32(255))


@rewritten("The values still go from 0 to 255")
def load_image(path, size):
    return _scaled(_bytes(_read(path)), size).clamp(0, 255)


@rewritten("White came out as 255 / 256")
def load_image(path, size):
    return _scaled(_bytes(_read(path)) / 256, size).clamp(0, 1)


@rewritten("The result is float64")
def load_image(path, size):
    return _scaled(_bytes(_read(path)).double().div(255), size).clamp(0, 1)


@rewritten("The values go from -1 to 1")
def load_image(path, size):
    return _loaded(path, size) * 2 - 1


@rewritten("Each picture was divided by its own brightest value")
def load_image(path, size):
    pixels = _scaled(_bytes(_read(path)), size)
    return (pixels / pixels.amax().clamp(min=1)).clamp(0, 1)


@rewritten("Red and blue changed places")
def load_image(path, size):
    return _loaded(path, size)[[2, 1, 0]]


@rewritten("What is transparent was put on a white ground")
def load_image(path, size):
    def flattened(image):
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")

    return _scaled(_bytes(_read(path, convert=flattened)) / 255, size).clamp(0, 1)


@rewritten("You scaled first and converted afterwards")
def load_image(path, size):
    small = _read(path, convert=lambda image: image.resize(size[::-1], Image.Resampling.BILINEAR))
    return _bytes(small.convert("RGB")) / 255


@rewritten("16-bit grey was cut off at 255")
def load_image(path, size):
    def cut(image):
        if image.mode.startswith("I"):
            return Image.fromarray(np.clip(np.asarray(image), 0, 255).astype(np.uint8))
        return image

    return _scaled(_bytes(_read(path, deep=cut)) / 255, size).clamp(0, 1)


@rewritten("A photo lies on its side")
def load_image(path, size):
    return _scaled(_bytes(_read(path, upright=lambda image: image)) / 255, size).clamp(0, 1)


@rewritten("You kept the proportions and cut off what stood out")
def load_image(path, size):
    pixels = _bytes(_read(path)) / 255
    height, width = size
    factor = max(height / pixels.shape[1], width / pixels.shape[2])
    large = [max(height, round(pixels.shape[1] * factor)), max(width, round(pixels.shape[2] * factor))]
    pixels = _scaled(pixels, large).clamp(0, 1)
    top, left = (large[0] - height) // 2, (large[1] - width) // 2
    return pixels[:, top : top + height, left : left + width].contiguous()


@rewritten("You kept the proportions and filled up the rest with black")
def load_image(path, size):
    pixels = _bytes(_read(path)) / 255
    height, width = size
    factor = min(height / pixels.shape[1], width / pixels.shape[2])
    inner = [min(height, max(1, round(pixels.shape[1] * factor))), min(width, max(1, round(pixels.shape[2] * factor)))]
    result = torch.zeros(3, height, width)
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    result[:, top : top + inner[0], left : left + inner[1]] = _scaled(pixels, inner).clamp(0, 1)
    return result


@rewritten("`thumbnail` keeps the proportions and never enlarges")
def load_image(path, size):
    pixels = _bytes(_read(path)) / 255
    factor = min(size[0] / pixels.shape[1], size[1] / pixels.shape[2], 1.0)
    return _scaled(pixels, [max(1, round(side * factor)) for side in pixels.shape[1:]]).clamp(0, 1)


@rewritten("Single pixels were picked out")
def load_image(path, size):
    pixels = _bytes(_read(path)) / 255
    rows = torch.arange(size[0]) * pixels.shape[1] // size[0]
    columns = torch.arange(size[1]) * pixels.shape[2] // size[1]
    return pixels[:, rows][:, :, columns]


@rewritten("Values beyond 0 and 1 came out at sharp edges")
def load_image(path, size):
    pixels = (_bytes(_read(path)) / 255)[None]
    return F.interpolate(pixels, tuple(size), mode="bicubic", antialias=True)[0]


@rewritten("Pillow's own error came through")
def load_image(path, size):
    with open(path, "rb") as file, Image.open(file) as image:
        upright = ImageOps.exif_transpose(image)
        return _scaled(_bytes(_deep(upright).convert("RGB")) / 255, size).clamp(0, 1)


@rewritten("Only OSError was expected")
def load_image(path, size):
    with open(path, "rb") as file:
        try:
            with Image.open(file) as image:
                pixels = _bytes(_deep(ImageOps.exif_transpose(image)).convert("RGB"))
        except OSError:
            raise ValueError(f"{path} holds no whole picture") from None
    return _scaled(pixels / 255, size).clamp(0, 1)


@rewritten("The error says what is wrong, and not with which file")
def load_image(path, size):
    content = Path(path).read_bytes()
    try:
        pixels = _bytes(_deep(ImageOps.exif_transpose(Image.open(io.BytesIO(content)))).convert("RGB"))
    except Exception:
        raise ValueError("the picture is damaged") from None
    return _scaled(pixels / 255, size).clamp(0, 1)


@rewritten("`LOAD_TRUNCATED_IMAGES` makes Pillow fill up")
def load_image(path, size):
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        return _loaded(path, size)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@rewritten("A damaged file came back as a black picture")
def load_image(path, size):
    try:
        return _loaded(path, size)
    except ValueError:
        return torch.full((3, *size), 0.0)


@rewritten("A missing file became a ValueError")
def load_image(path, size):
    if not os.path.exists(path):
        raise ValueError(f"cannot read {path}")
    return _loaded(path, size)


@rewritten("A damaged file stayed open")
def load_image(path, size):
    file = open(path, "rb")
    try:
        pixels = _bytes(_deep(ImageOps.exif_transpose(Image.open(file))).convert("RGB"))
    except Exception as error:
        raise ValueError(f"{path} holds no whole picture") from error
    file.close()
    return _scaled(pixels / 255, size).clamp(0, 1)


@rewritten("The file was never closed")
def load_image(path, size):
    file = Path(path).open("rb")
    try:
        image = Image.open(file)
        pixels = _bytes(_deep(ImageOps.exif_transpose(image)).convert("RGB"))
    except Exception as error:
        raise ValueError(f"{path} holds no whole picture") from error
    return _scaled(pixels / 255, size).clamp(0, 1)


@rewritten("The suffix decided how the file was decoded")
def load_image(path, size):
    kind = "PNG" if os.path.splitext(path)[1].lower() == ".png" else "JPEG"
    return _scaled(_bytes(_read(path, formats=[kind])) / 255, size).clamp(0, 1)


# ImageFiles


class _Files(Dataset):
    """A right answer, in small methods that the wrong ones replace."""

    def __init__(self, paths, labels, size, on_error):
        self.check(paths, labels, on_error)
        self.size = size
        self.mode = on_error
        self.paths, self.labels = [], []
        for path, label in zip(paths, labels):
            if on_error == "raise" or self.whole(path):
                self.paths.append(path)
                self.labels.append(label)

    def check(self, paths, labels, on_error):
        if len(paths) != len(labels):
            raise ValueError(f"there are {len(paths)} paths and {len(labels)} labels")
        if on_error != "raise" and on_error != "skip":
            raise ValueError(f"on_error={on_error!r} is neither raise nor skip")

    def whole(self, path):
        try:
            self.read(path)
        except ValueError:
            return False
        else:
            return True

    def read(self, path):
        return _loaded(path, self.size)

    def position(self, index):
        count = len(self)
        if index < -count or index >= count:
            raise IndexError(f"there is no index {index} among {count} samples")
        return index % count

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        index = self.position(index)
        return self.read(self.paths[index]), self.labels[index]


@rewritten("A sample holds a Pillow image")
class ImageFiles(_Files):
    def read(self, path):
        return _read(path).resize((self.size[1], self.size[0]))


@rewritten('With "skip", a damaged file came back as None')
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        self.check(paths, labels, on_error)
        self.paths, self.labels, self.size, self.mode = list(paths), list(labels), size, on_error

    def __getitem__(self, index):
        try:
            return super().__getitem__(index)
        except ValueError:
            if self.mode == "skip":
                return None
            raise


@rewritten('With "skip", another picture was given')
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        self.check(paths, labels, on_error)
        self.paths, self.labels, self.size, self.mode = list(paths), list(labels), size, on_error

    def __getitem__(self, index):
        index = self.position(index)
        for step in range(len(self)):
            try:
                return super().__getitem__((index + step) % len(self))
            except ValueError:
                if self.mode == "raise":
                    raise
        raise ValueError(f"all files are damaged, {self.paths[index]} too")


@rewritten("Damaged files were left out, and their labels were not")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.labels = list(labels)

    def __len__(self):
        return len(self.paths)


@rewritten("The caller's own lists lost the damaged files")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        paths[:] = self.paths
        labels[:] = self.labels


@rewritten("`verify` looks at a JPEG's head only")
class ImageFiles(_Files):
    def whole(self, path):
        with open(path, "rb") as file:
            try:
                Image.open(file).verify()
            except Exception:
                return False
        return True


@rewritten("Missing files were skipped as well")
class ImageFiles(_Files):
    def whole(self, path):
        return os.path.exists(path) and super().whole(path)


@rewritten('"raise" left damaged files out too')
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        self.check(paths, labels, on_error)
        super().__init__(paths, labels, size, "skip")


@rewritten('"skip" was accepted and never looked at')
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        self.check(paths, labels, on_error)
        super().__init__(paths, labels, size, "raise")


@rewritten("Every file was tried when the dataset was made")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        good = [self.whole(path) for path in paths]
        if on_error == "raise" and not all(good):
            raise ValueError(f"damaged: {paths[good.index(False)]}")


@rewritten("A picture was kept after its first access")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.seen = {}

    def __getitem__(self, index):
        index = self.position(index)
        if index not in self.seen:
            self.seen[index] = super().__getitem__(index)
        return self.seen[index]


@rewritten("An unknown word for `on_error` was taken")
class ImageFiles(_Files):
    def check(self, paths, labels, on_error):
        super().check(paths, labels, "raise")


@rewritten("`zip` stopped at the shorter list")
class ImageFiles(_Files):
    def check(self, paths, labels, on_error):
        super().check([], [], on_error)


@rewritten("The label became a float")
class ImageFiles(_Files):
    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return image, label * 1.0


@rewritten("The dataset holds a lambda")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        self.decode = lambda path: _loaded(path, size)
        super().__init__(paths, labels, size, on_error)

    def read(self, path):
        return self.decode(path)


@rewritten("The files were opened when the dataset was made")
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.files = [open(path, "rb") for path in self.paths]

    def __getitem__(self, index):
        index = self.position(index)
        file, path = self.files[index], self.paths[index]
        file.seek(0)
        try:
            pixels = _bytes(_deep(ImageOps.exif_transpose(Image.open(file))).convert("RGB"))
        except Exception as error:
            raise ValueError(f"damaged picture: {path}") from error
        return _scaled(pixels / 255, self.size).clamp(0, 1), self.labels[index]


# class_indices


def _folders(folder):
    """Return the names of the classes, in the order of the file system."""
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and entry.name[0] != ".":
                names.append(entry.name)
    if not names:
        raise ValueError(f"{folder} has no classes")
    return names


def _order(name):
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _numbered(names):
    return dict(zip(names, range(len(names))))


@rewritten("The names were sorted as text")
def class_indices(folder):
    return _numbered(sorted(_folders(folder)))


@rewritten("The folders came as the file system gave them")
def class_indices(folder):
    return _numbered(_folders(folder))


@rewritten("A name that is a number became its own index")
def class_indices(folder):
    names = sorted(_folders(folder), key=_order)
    return {name: int(name) if name.isdecimal() else place for place, name in enumerate(names)}


@rewritten("`int` was the key for all names")
def class_indices(folder):
    names = _folders(folder)
    names.sort(key=lambda name: (int(name), name))
    return _numbered(names)


@rewritten("The words came before the numbers")
def class_indices(folder):
    def key(name):
        kind, value, text = _order(name)
        return -kind, value, text

    return _numbered(sorted(_folders(folder), key=key))


@rewritten("The numbers within words were compared too")
def class_indices(folder):
    def key(name):
        if name.isdecimal():
            return 0, [int(name)], name
        return 1, [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.split(r"(\d+)", name) if p], name

    return _numbered(sorted(_folders(folder), key=key))


@rewritten("Whatever `int` or `float` understands")
def class_indices(folder):
    def key(name):
        try:
            return 0, float(name), name
        except ValueError:
            return 1, 0.0, name

    return _numbered(sorted(_folders(folder), key=key))


@rewritten('Names of equal value, such as "7" and "07"')
def class_indices(folder):
    names = _folders(folder)
    numbers = [name for name in names if name.isdecimal()]
    numbers.sort(key=int)
    return _numbered(numbers + sorted(set(names).difference(numbers)))


@rewritten("Letter case was ignored in sorting")
def class_indices(folder):
    def key(name):
        kind, value, text = _order(name)
        return kind, value, text.casefold(), text

    return _numbered(sorted(_folders(folder), key=key))


@rewritten("Files became classes too")
def class_indices(folder):
    names = [name for name in os.listdir(folder) if not name.startswith(".")]
    if not names:
        raise ValueError(f"{folder} has no classes")
    return _numbered(sorted(names, key=_order))


@rewritten("Hidden folders became classes")
def class_indices(folder):
    names = [name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name))]
    if not names:
        raise ValueError(f"{folder} has no classes")
    return _numbered(sorted(names, key=_order))


@rewritten("Folders within the sub-folders were counted")
def class_indices(folder):
    os.listdir(folder)
    names = set()
    for _, below, _ in os.walk(folder):
        below[:] = [name for name in below if not name.startswith(".")]
        names.update(below)
    if not names:
        raise ValueError(f"{folder} has no classes")
    return _numbered(sorted(names, key=_order))


@rewritten("An empty sub-folder was left out")
def class_indices(folder):
    names = [name for name in _folders(folder) if os.listdir(os.path.join(folder, name))]
    if not names:
        raise ValueError(f"{folder} has no classes")
    return _numbered(sorted(names, key=_order))


@rewritten("Numbering began at 1")
def class_indices(folder):
    numbers = {}
    for name in sorted(_folders(folder), key=_order):
        numbers[name] = len(numbers) + 1
    return numbers


@rewritten("Keys and values changed places")
def class_indices(folder):
    return dict(enumerate(sorted(_folders(folder), key=_order)))


@rewritten("The numbers are right, but the dict holds")
def class_indices(folder):
    names = _folders(folder)
    places = sorted(names, key=_order)
    return {name: places.index(name) for name in names}


@rewritten("A folder without sub-folders gave an empty dict")
def class_indices(folder):
    names = [name for name in os.listdir(folder) if not name.startswith(".") and Path(folder, name).is_dir()]
    return _numbered(sorted(names, key=_order))


@rewritten("A folder that is not there became a ValueError")
def class_indices(folder):
    if not os.path.exists(folder):
        raise ValueError(f"{folder} has no classes")
    return _numbered(sorted(_folders(folder), key=_order))
