"""Wrong answers to the topic `image_files`: one misconception each, with the sentence that would help."""

import glob
import os
import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFile, ImageOps
from torch.utils.data import Dataset

from kata.variants import wrong

SUFFIXES = (".jpg", ".jpeg", ".png")


# -- list_images ---------------------------------------------------------------------------------------------


def _visible(folder):
    return [path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith(".")]


def _by_name(paths):
    return sorted(paths, key=lambda path: path.name)


def _is_picture(path):
    return path.suffix.lower() in SUFFIXES


@wrong(
    "The paths came as the file system gave them, and it promises no order: on the next machine pictures and "
    "labels stand differently. Sort the names."
)
def list_images(folder):
    return [path for path in _visible(folder) if _is_picture(path)]


@wrong(
    "Only endings in small letters were found, and cameras write IMG_1.JPG. Turn the ending into small letters "
    "before you compare it."
)
def list_images(folder):
    return _by_name(path for path in _visible(folder) if path.suffix in SUFFIXES)


@wrong(
    "You sorted the pictures of each ending by itself and joined the lists: all .jpg, then all .jpeg, then all "
    ".png. Join first, and sort everything once."
)
def list_images(folder):
    found = _visible(folder)
    return [path for suffix in SUFFIXES for path in _by_name(found) if path.suffix.lower() == suffix]


@wrong(
    "`rglob` also goes down into the sub-folders. Only files that lie directly in the folder were asked for: "
    "list the folder itself."
)
def list_images(folder):
    os.listdir(folder)
    found = [path for path in Path(folder).rglob("*") if path.is_file() and not path.name.startswith(".")]
    return sorted(path for path in found if _is_picture(path))


@wrong("A sub-folder whose name ends in .jpg was taken for a picture. Ask each path whether it is a file: `is_file()`.")
def list_images(folder):
    paths = [path for path in Path(folder).iterdir() if not path.name.startswith(".")]
    return _by_name(path for path in paths if _is_picture(path))


@wrong(
    "The names alone came back, and nobody finds such a file from another folder. Join each name to the folder: "
    "Path(folder) / name."
)
def list_images(folder):
    return [Path(path.name) for path in _by_name(_visible(folder)) if _is_picture(path)]


@wrong("The paths are text. Return `Path` objects, as the signature says.")
def list_images(folder):
    return [str(path) for path in _by_name(_visible(folder)) if _is_picture(path)]


@wrong(
    "`resolve` made absolute paths of what was given as a relative one. Each path is Path(folder) / name, and "
    "begins as the folder does."
)
def list_images(folder):
    return [path.resolve() for path in _by_name(_visible(folder)) if _is_picture(path)]


@wrong(
    "The ending was compared without its dot, so that files called apng or ajpeg, which have no ending at all, "
    "count as pictures. The dot belongs to the ending."
)
def list_images(folder):
    names = ("jpg", "jpeg", "png")
    return _by_name(path for path in _visible(folder) if path.name.lower().endswith(names))


@wrong(
    "You looked for .jpg, .jpeg or .png anywhere in the name, and a.jpg.txt has one too. Only the end of the name "
    "counts."
)
def list_images(folder):
    return _by_name(path for path in _visible(folder) if any(one in path.name.lower() for one in SUFFIXES))


@wrong("Files that end in .jpeg are missing: it is another spelling of .jpg.")
def list_images(folder):
    return _by_name(path for path in _visible(folder) if path.suffix.lower() in (".jpg", ".png"))


@wrong(
    "`glob.glob` takes brackets in the folder's own name for a pattern, and finds nothing in a folder called "
    '"cats [2]". List the folder by `os.listdir` or `Path.iterdir`.'
)
def list_images(folder):
    os.listdir(folder)
    paths = [Path(name) for name in glob.glob(os.path.join(folder, "*"))]
    return _by_name(path for path in paths if path.is_file() and _is_picture(path))


@wrong(
    "Hidden files came along. Names that start with a dot, such as the ._cat-1.jpg that macOS leaves on other "
    "disks, hold no pictures: leave them out."
)
def list_images(folder):
    return _by_name(path for path in Path(folder).iterdir() if path.is_file() and _is_picture(path))


@wrong(
    "A folder that is not there gave an empty list, and a typing error goes unnoticed until training. Let it "
    "raise FileNotFoundError, as `os.listdir` does."
)
def list_images(folder):
    if not os.path.exists(folder):
        return []
    return _by_name(path for path in _visible(folder) if _is_picture(path))


@wrong(
    "The names were sorted by the numbers in them, so that 9.jpg comes before 10.jpg. The promised order is that "
    "of `sorted`, as text."
)
def list_images(folder):
    def parts(path):
        return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]

    return sorted((path for path in _visible(folder) if _is_picture(path)), key=parts)


@wrong(
    "Letter case was ignored in sorting. The promised order is that of `sorted`, in which all capital letters "
    "come before all small ones."
)
def list_images(folder):
    return sorted((path for path in _visible(folder) if _is_picture(path)), key=lambda path: path.name.lower())


@wrong(
    "Each file was opened to see whether it holds a picture. A file is known by its name here: opening a million "
    "of them takes hours, and the damaged ones are for the dataset to report."
)
def list_images(folder):
    def opens(path):
        try:
            with Image.open(path):
                return True
        except OSError:
            return False

    return _by_name(path for path in _visible(folder) if _is_picture(path) and opens(path))


# -- label_of ------------------------------------------------------------------------------------------------


def _fitting(path, classes):
    fitting = [one for one in classes if Path(path).name.lower().startswith(one.lower())]
    if not fitting:
        raise ValueError(f"no class for {Path(path).name}")
    return fitting


@wrong(
    "You looked for the class anywhere in the whole path, and in the folder cats_and_dogs every file became a "
    "cat. Take the file's own name first: Path(path).name."
)
def label_of(path, classes):
    fitting = [one for one in classes if one.lower() in str(path).lower()]
    if not fitting:
        raise ValueError(f"no class for {Path(path).name}")
    return classes.index(max(fitting, key=len))


@wrong(
    "You took the label from the folder that the file lies in. Here the file's own name has it, and the folders "
    "above do not count."
)
def label_of(path, classes):
    above = Path(path).parent.name
    fitting = [one for one in classes if above.lower().startswith(one.lower())]
    if not fitting:
        raise ValueError(f"no class for {above}")
    return classes.index(max(fitting, key=len))


@wrong(
    "You looked for the class anywhere in the file's name: hotdog-1.jpg became a dog. The name has to begin with "
    "the class: `startswith`."
)
def label_of(path, classes):
    fitting = [one for one in classes if one.lower() in Path(path).name.lower()]
    if not fitting:
        raise ValueError(f"no class for {Path(path).name}")
    return classes.index(max(fitting, key=len))


@wrong(
    "The first class that fitted was taken, and caterpillar-1.jpg became a cat, because cat stands before it in "
    "`classes`. Where several fit, take the longest."
)
def label_of(path, classes):
    return classes.index(_fitting(path, classes)[0])


@wrong(
    "A name that begins with no class was given a label all the same, the last class or -1, which as an index "
    "means the last class too. That spoils the labels without a word: raise ValueError naming the file."
)
def label_of(path, classes):
    fitting = [one for one in classes if Path(path).name.lower().startswith(one.lower())]
    return classes.index(max(fitting, key=len)) if fitting else len(classes) - 1


@wrong("Letter case was not ignored: Cat-1.JPG is a cat too. Compare both the name and the class in small letters.")
def label_of(path, classes):
    fitting = [one for one in classes if Path(path).name.startswith(one)]
    if not fitting:
        raise ValueError(f"no class for {Path(path).name}")
    return classes.index(max(fitting, key=len))


@wrong(
    "Only the file's name was turned into small letters. A class called Cat is then never found: do the same to "
    "the class."
)
def label_of(path, classes):
    fitting = [one for one in classes if Path(path).name.lower().startswith(one)]
    if not fitting:
        raise ValueError(f"no class for {Path(path).name}")
    return classes.index(max(fitting, key=len))


@wrong("The class's name came back. A label is a number: the position of that name in `classes`.")
def label_of(path, classes):
    return max(_fitting(path, classes), key=len)


@wrong("The classes were sorted before they were numbered. The label is the position in `classes` as it was given.")
def label_of(path, classes):
    return sorted(classes).index(max(_fitting(path, classes), key=len))


@wrong(
    "The name was cut at the first -, and that piece looked up: cat.4000.jpg, cat 1.jpg or cat1.jpg are cut "
    "elsewhere, or not at all. Ask whether the name starts with the class."
)
def label_of(path, classes):
    name = Path(path).name
    small = [one.lower() for one in classes]
    word = name.split("-")[0].lower()
    if word not in small:
        raise ValueError(f"no class for {name}")
    return small.index(word)


@wrong("A tensor came back. Return a plain int: the loader makes the tensor of a batch itself.")
def label_of(path, classes):
    return torch.tensor(classes.index(max(_fitting(path, classes), key=len)))


# -- load_image ----------------------------------------------------------------------------------------------


def _upright(path):
    """The decoded image, in the mode of its file, but for 16-bit grey."""
    with open(path, "rb") as file:
        try:
            image = ImageOps.exif_transpose(Image.open(file))
            image.load()
        except Exception as error:
            raise ValueError(f"{path}: {error}") from error
    return _eight_bits(image)


def _eight_bits(image):
    return Image.fromarray((np.asarray(image) // 257).astype(np.uint8)) if image.mode == "I;16" else image


def _rgb(path):
    return _upright(path).convert("RGB")


def _scaled(image, size, how=Image.Resampling.BILINEAR):
    return image.resize((size[1], size[0]), how)


def _tensor(image):
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255


@wrong(
    "A grey picture came back with one channel, and one with transparency with four. Files come in many forms: "
    'convert every one with convert("RGB").'
)
def load_image(path, size):
    image = _upright(path)
    image = image.convert("RGB") if image.mode == "P" else image
    image = image.convert("L") if image.mode == "1" else image
    pixels = np.array(_scaled(image, size))
    return _tensor(pixels if pixels.ndim == 3 else pixels[:, :, None])


@wrong("Height and width changed places: Pillow's `resize` takes (width, height), and `size` is (height, width).")
def load_image(path, size):
    return _tensor(_rgb(path).resize(size, Image.Resampling.BILINEAR))


@wrong(
    "The channels came last, as Pillow and NumPy have them. PyTorch wants (3, height, width): move them to the "
    "front with permute(2, 0, 1)."
)
def load_image(path, size):
    return _tensor(_scaled(_rgb(path), size)).permute(1, 2, 0)


@wrong(
    "You used `reshape` or `view` to bring the channels to the front. That only cuts the same row of numbers "
    "into other pieces, and mixes colours and places: use permute(2, 0, 1)."
)
def load_image(path, size):
    return torch.from_numpy(np.array(_scaled(_rgb(path), size))).reshape(3, *size).float() / 255


@wrong("The values still go from 0 to 255. Divide by 255, so that white is 1.")
def load_image(path, size):
    return _tensor(_scaled(_rgb(path), size)) * 255


@wrong("White came out as 255 / 256. The largest value of a byte is 255: divide by that.")
def load_image(path, size):
    return _tensor(_scaled(_rgb(path), size)) * 255 / 256


@wrong(
    "The result is float64, since NumPy made the division: NumPy's float is twice as wide as PyTorch's. Ask for "
    "float32 before you divide."
)
def load_image(path, size):
    return torch.from_numpy(np.array(_scaled(_rgb(path), size)) / 255).permute(2, 0, 1)


@wrong(
    "The values go from -1 to 1, since you took 0.5 off and divided by 0.5. Here 0 is black and 1 is white: leave "
    "that to the model's own preparation."
)
def load_image(path, size):
    return (_tensor(_scaled(_rgb(path), size)) - 0.5) / 0.5


@wrong(
    "Each picture was divided by its own brightest value, so that a dark photo looks like a bright one. Divide "
    "by 255, whatever is in the picture."
)
def load_image(path, size):
    image = _tensor(_scaled(_rgb(path), size))
    return image / image.max().clamp(min=1 / 255)


@wrong(
    "Red and blue changed places: the order blue, green, red is that of another library. Pillow gives red first: "
    "leave the channels in its order."
)
def load_image(path, size):
    return _tensor(_scaled(_rgb(path), size)).flip(0)


@wrong(
    "What is transparent was put on a white ground, so that its own colour is gone. The docstring drops "
    'transparency: convert("RGB") keeps the colour that is stored.'
)
def load_image(path, size):
    image = _upright(path).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    return _tensor(_scaled(Image.alpha_composite(ground, image).convert("RGB"), size))


@wrong(
    "You scaled first and converted afterwards. Numbers of a palette and single bits cannot be averaged, and "
    "scaling makes black of what is transparent. Convert to RGB first, then scale."
)
def load_image(path, size):
    return _tensor(_scaled(_upright(path), size).convert("RGB"))


@wrong(
    "16-bit grey was cut off at 255, so that everything but the darkest became white: `convert` does that without "
    'a word. Scale the mode "I;16" yourself, so that 65535 becomes white.'
)
def load_image(path, size):
    with open(path, "rb") as file:
        try:
            image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
        except Exception as error:
            raise ValueError(f"{path}: {error}") from error
    return _tensor(_scaled(image, size))


@wrong(
    "A photo lies on its side: a camera stores it as it was held, and writes into the EXIF data how to turn it. "
    "`ImageOps.exif_transpose` does that."
)
def load_image(path, size):
    with open(path, "rb") as file:
        try:
            image = _eight_bits(Image.open(file)).convert("RGB")
        except Exception as error:
            raise ValueError(f"{path}: {error}") from error
    return _tensor(_scaled(image, size))


@wrong(
    "You kept the proportions and cut off what stood out (`ImageOps.fit`, a crop of the centre). The whole picture is "
    "to be seen: scale height and width each to `size`."
)
def load_image(path, size):
    return _tensor(ImageOps.fit(_rgb(path), (size[1], size[0]), Image.Resampling.BILINEAR))


@wrong(
    "You kept the proportions and filled up the rest with black (`ImageOps.pad`, a letterbox). The whole result is "
    "to be picture: scale height and width each to `size`."
)
def load_image(path, size):
    return _tensor(ImageOps.pad(_rgb(path), (size[1], size[0]), Image.Resampling.BILINEAR))


@wrong(
    "`thumbnail` keeps the proportions and never enlarges, so the result is not of the size that was asked for, "
    "and no batch can be made of it. Use `resize`."
)
def load_image(path, size):
    image = _rgb(path)
    image.thumbnail((size[1], size[0]), Image.Resampling.BILINEAR)
    return _tensor(image)


@wrong(
    "Single pixels were picked out, by `Image.Resampling.NEAREST`, and fine stripes become black or white by "
    "chance. Let shrinking average: `Image.Resampling.BILINEAR`."
)
def load_image(path, size):
    return _tensor(_scaled(_rgb(path), size, Image.Resampling.NEAREST))


@wrong(
    "Values beyond 0 and 1 came out at sharp edges: bicubic interpolation of a float tensor overshoots there. "
    "Clamp the result, scale the bytes, or interpolate bilinearly."
)
def load_image(path, size):
    image = _tensor(_rgb(path))[None]
    scaled = torch.nn.functional.interpolate(image, size, mode="bicubic", antialias=True)
    return scaled[0]


@wrong(
    "Pillow's own error came through: it is an OSError, or a SyntaxError, and for a truncated file it does not "
    "say which file that is. Raise ValueError with the path in its message."
)
def load_image(path, size):
    with Image.open(path) as file:
        image = _eight_bits(ImageOps.exif_transpose(file)).convert("RGB")
    return _tensor(_scaled(image, size))


@wrong(
    "Only OSError was expected, and for a PNG with a broken header Pillow raises a ValueError of its own, which "
    "names no file. Catch `Exception` around the decoding, and raise ValueError with the path."
)
def load_image(path, size):
    with open(path, "rb") as file:
        try:
            image = _eight_bits(ImageOps.exif_transpose(Image.open(file))).convert("RGB")
        except OSError as error:
            raise ValueError(f"{path}: {error}") from error
    return _tensor(_scaled(image, size))


@wrong(
    "The error says what is wrong, and not with which file. Among a million pictures nobody finds it: put the "
    "path into the message."
)
def load_image(path, size):
    with open(path, "rb") as file:
        try:
            image = _eight_bits(ImageOps.exif_transpose(Image.open(file))).convert("RGB")
        except Exception as error:
            raise ValueError("this is no picture, or not all of one") from error
    return _tensor(_scaled(image, size))


@wrong(
    "`LOAD_TRUNCATED_IMAGES` makes Pillow fill up what is missing with grey, and half a picture passes for a whole "
    "one. Leave it off, and let a damaged file be an error."
)
def load_image(path, size):
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _tensor(_scaled(_rgb(path), size))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


@wrong(
    "A damaged file came back as a black picture, which is then learned like any other. Raise ValueError with the path."
)
def load_image(path, size):
    try:
        return _tensor(_scaled(_rgb(path), size))
    except ValueError:
        return torch.zeros(3, *size)


@wrong(
    "A missing file became a ValueError, as if it were damaged. Let FileNotFoundError through: open the file "
    "outside of the `try`."
)
def load_image(path, size):
    try:
        return _tensor(_scaled(_rgb(path), size))
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error


@wrong(
    "A damaged file stayed open: Pillow closes it after decoding, and decoding failed. Open it in a `with` block, "
    "which closes it in any case."
)
def load_image(path, size):
    file = open(path, "rb")
    try:
        image = _eight_bits(ImageOps.exif_transpose(Image.open(file))).convert("RGB")
    except Exception as error:
        raise ValueError(f"{path}: {error}") from error
    file.close()
    return _tensor(_scaled(image, size))


@wrong(
    "The file was never closed: Pillow closes only what it has opened itself. A loop over many pictures runs out of "
    "files that may be open. Open it in a `with` block."
)
def load_image(path, size):
    file = open(path, "rb")
    try:
        image = _eight_bits(ImageOps.exif_transpose(Image.open(file))).convert("RGB")
    except Exception as error:
        file.close()
        raise ValueError(f"{path}: {error}") from error
    return _tensor(_scaled(image, size))


@wrong(
    "The suffix decided how the file was decoded. Names are wrong more often than one thinks: let Pillow look at "
    "the content, as it does unless it is told otherwise."
)
def load_image(path, size):
    format = "PNG" if Path(path).suffix.lower() == ".png" else "JPEG"
    with open(path, "rb") as file:
        try:
            image = _eight_bits(ImageOps.exif_transpose(Image.open(file, formats=[format]))).convert("RGB")
        except Exception as error:
            raise ValueError(f"{path}: {error}") from error
    return _tensor(_scaled(image, size))


# -- ImageFiles ----------------------------------------------------------------------------------------------


def _load(path, size):
    return _tensor(_scaled(_rgb(path), size))


def _is_whole(path):
    try:
        _rgb(path)
    except ValueError:
        return False
    return True


class _Files(Dataset):
    def __init__(self, paths, labels, size, on_error):
        if len(paths) != len(labels):
            raise ValueError("labels: as many as paths, please")
        if on_error not in ("raise", "skip"):
            raise ValueError("on_error: raise or skip, please")
        self.size = size
        self.paths, self.labels = list(paths), list(labels)
        if on_error == "skip":
            self.skip()

    def skip(self):
        keep = [_is_whole(path) for path in self.paths]
        self.paths = [path for path, kept in zip(self.paths, keep, strict=True) if kept]
        self.labels = [label for label, kept in zip(self.labels, keep, strict=True) if kept]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return _load(self.paths[index], self.size), self.labels[index]


@wrong(
    "A sample holds a Pillow image, and the loader cannot stack those to a batch. Turn the picture into a tensor: "
    "`load_image` does."
)
class ImageFiles(_Files):
    def __getitem__(self, index):
        return _scaled(_rgb(self.paths[index]), self.size), self.labels[index]


@wrong(
    'With "skip", a damaged file came back as None: it still counts in the length, and the loader cannot stack '
    "None. Leave damaged files out when the dataset is made."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.on_error = on_error

    def skip(self):
        pass

    def __getitem__(self, index):
        try:
            return super().__getitem__(index)
        except ValueError:
            if self.on_error == "skip":
                return None
            raise


@wrong(
    'With "skip", another picture was given in place of a damaged one, the next one: it is then seen twice, and '
    "the length is that of all files. Leave damaged files out when the dataset is made."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.on_error = on_error

    def skip(self):
        pass

    def __getitem__(self, index):
        for number in range(index, index + len(self)):
            try:
                return super().__getitem__(number if number == index else number % len(self))
            except ValueError:
                if self.on_error != "skip":
                    raise
        return super().__getitem__(index)


@wrong(
    "Damaged files were left out, and their labels were not: from the first one on, every label stands with a "
    "stranger. Filter pairs of path and label."
)
class ImageFiles(_Files):
    def skip(self):
        self.paths = [path for path in self.paths if _is_whole(path)]


@wrong(
    "The caller's own lists lost the damaged files: `remove` and `del` change the list that was given. Make a new "
    "list of what is left."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        for index in reversed(range(len(paths))):
            if paths[index] not in self.paths:
                del paths[index], labels[index]


@wrong(
    "`verify` looks at a JPEG's head only, so a file that is cut off passed for whole. Decode it: nothing less "
    "finds out."
)
class ImageFiles(_Files):
    def skip(self):
        pairs = list(zip(self.paths, self.labels, strict=True))
        self.paths, self.labels = [], []
        for path, label in pairs:
            with open(path, "rb") as file:
                try:
                    Image.open(file).verify()
                except Exception:
                    continue
            self.paths.append(path)
            self.labels.append(label)


@wrong(
    "Missing files were skipped as well. A folder that has moved then gives an empty dataset without a word: skip "
    "what raises ValueError, and let FileNotFoundError through."
)
class ImageFiles(_Files):
    def skip(self):
        pairs = [pair for pair in zip(self.paths, self.labels, strict=True) if Path(pair[0]).exists()]
        self.paths, self.labels = [path for path, _ in pairs], [label for _, label in pairs]
        super().skip()


@wrong(
    '"raise" left damaged files out too. With that word an access to a damaged file is an error, and nothing is '
    "left out."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, "skip" if on_error == "raise" else on_error)


@wrong(
    '"skip" was accepted and never looked at: an access to a damaged file still raises. Leave damaged files out '
    "when the dataset is made."
)
class ImageFiles(_Files):
    def skip(self):
        pass


@wrong(
    'Every file was tried when the dataset was made, with "raise" too. With that word nothing is read before a '
    "sample is asked for: a run should not wait for a million files first."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        for path in paths:
            if Path(path).exists():
                _is_whole(path)


@wrong(
    "A picture was kept after its first access. All of them together do not fit into memory, once in each worker: "
    "read the file at each access."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.seen = {}

    def __getitem__(self, index):
        if index not in self.seen:
            self.seen[index] = super().__getitem__(index)
        return self.seen[index]


@wrong(
    "An unknown word for `on_error` was taken for one of the two. Look at it when the dataset is made, and raise "
    "ValueError naming on_error."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, "skip" if on_error == "skip" else "raise")


@wrong(
    "`zip` stopped at the shorter list, and samples vanished without a word. Compare the lengths when the dataset "
    "is made, and raise ValueError naming labels."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        count = min(len(paths), len(labels))
        super().__init__(paths[:count], labels[:count], size, on_error)


@wrong(
    "The label became a float. Class numbers stay ints, and the loader makes int64 of them, which a cross-entropy "
    "loss asks for."
)
class ImageFiles(_Files):
    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return image, float(label)


@wrong(
    "The dataset holds a lambda, and a lambda cannot be pickled, so worker processes cannot get it. Call "
    "`load_image` by its name."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.load = lambda path: _load(path, size)

    def __getitem__(self, index):
        return self.load(self.paths[index]), self.labels[index]


@wrong(
    "The files were opened when the dataset was made, and stay open: a process may have about a thousand open, and "
    "an open file cannot be pickled. Keep paths, and open a file at each access."
)
class ImageFiles(_Files):
    def __init__(self, paths, labels, size, on_error):
        super().__init__(paths, labels, size, on_error)
        self.files = [open(path, "rb") for path in self.paths]


# -- class_indices -------------------------------------------------------------------------------------------


def _folders(folder):
    names = [path.name for path in Path(folder).iterdir() if path.is_dir() and not path.name.startswith(".")]
    return _or_error(folder, names)


def _or_error(folder, names):
    if not names:
        raise ValueError(f"no class in {folder}")
    return names


def _place(name):
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _numbered(names):
    return {name: index for index, name in enumerate(names)}


@wrong(
    'The names were sorted as text: "10" comes before "2", and class "2" got another number. Sort names that are '
    "numbers by their value."
)
def class_indices(folder):
    return _numbered(sorted(_folders(folder)))


@wrong(
    "The folders came as the file system gave them, and it promises no order: on another machine the same class "
    "has another number. Sort the names."
)
def class_indices(folder):
    return _numbered(_folders(folder))


@wrong(
    'A name that is a number became its own index: with folders "1" to "12" there is an index 12, and no 0. The '
    "index is the position in the sorted order."
)
def class_indices(folder):
    names = sorted(_folders(folder), key=_place)
    return {name: int(name) if name.isdecimal() else index for index, name in enumerate(names)}


@wrong(
    "`int` was the key for all names, and it fails for a name that is a word. Names that are numbers come first, "
    "and the words after them."
)
def class_indices(folder):
    names = sorted(_folders(folder))
    if any(name.isdecimal() for name in names):
        names.sort(key=int)
    return _numbered(names)


@wrong("The words came before the numbers. The docstring wants numbers first, then all the others.")
def class_indices(folder):
    names = sorted(_folders(folder), key=_place)
    return _numbered([*(name for name in names if not name.isdecimal()), *filter(str.isdecimal, names)])


@wrong(
    "The numbers within words were compared too, so that class9 comes before class10. Only a name that consists "
    "of digits is a number; all others are sorted as text."
)
def class_indices(folder):
    def parts(name):
        return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]

    return _numbered(sorted(_folders(folder), key=lambda name: (not name.isdecimal(), parts(name), name)))


@wrong(
    "Whatever `int` or `float` understands was taken for a number, such as -1, 1.5 or 1_000. Only a name that "
    "consists of digits is one."
)
def class_indices(folder):
    def place(name):
        try:
            return (0, float(name), name)
        except ValueError:
            return (1, 0, name)

    return _numbered(sorted(_folders(folder), key=place))


@wrong(
    'Names of equal value, such as "7" and "07", came in the order of the file system. Sort all names as text '
    "first: sorting by `int` then leaves equal ones as they are."
)
def class_indices(folder):
    return _numbered(
        sorted(_folders(folder), key=lambda name: _place(name) if not name.isdecimal() else (0, int(name)))
    )


@wrong("Letter case was ignored in sorting. As text, as `sorted` sorts it, capital letters come before small ones.")
def class_indices(folder):
    return _numbered(sorted(_folders(folder), key=lambda name: (*_place(name)[:2], name.lower(), name)))


@wrong("Files became classes too, README.txt among them. Only sub-folders count: ask each entry `is_dir()`.")
def class_indices(folder):
    names = [name for name in os.listdir(folder) if not name.startswith(".")]
    return _numbered(sorted(_or_error(folder, names), key=_place))


@wrong(
    "Hidden folders became classes, such as the .ipynb_checkpoints that notebooks leave behind. Names that start "
    "with a dot do not count."
)
def class_indices(folder):
    names = [path.name for path in Path(folder).iterdir() if path.is_dir()]
    return _numbered(sorted(_or_error(folder, names), key=_place))


@wrong(
    "Folders within the sub-folders were counted as classes. Only those that lie directly in `folder` are: do not "
    "walk down."
)
def class_indices(folder):
    os.listdir(folder)
    names = {path.name for path in Path(folder).rglob("*") if path.is_dir() and not path.name.startswith(".")}
    return _numbered(sorted(_or_error(folder, list(names)), key=_place))


@wrong(
    "An empty sub-folder was left out, and all classes after it have other numbers than in a split where it is "
    "filled. An empty folder is a class too."
)
def class_indices(folder):
    names = [name for name in _folders(folder) if any(Path(folder, name).iterdir())]
    return _numbered(sorted(_or_error(folder, names), key=_place))


@wrong("Numbering began at 1. Class indices begin at 0, or the last class lies past the end of the scores.")
def class_indices(folder):
    return {name: index for index, name in enumerate(sorted(_folders(folder), key=_place), start=1)}


@wrong("Keys and values changed places: the dict goes from name to index.")
def class_indices(folder):
    return dict(enumerate(sorted(_folders(folder), key=_place)))


@wrong(
    "The numbers are right, but the dict holds the names in the order of the file system: `list` and `zip` on it "
    "give another order. Fill it in the sorted order."
)
def class_indices(folder):
    order = _numbered(sorted(_folders(folder), key=_place))
    return {name: order[name] for name in _folders(folder)}


@wrong(
    "A folder without sub-folders gave an empty dict, and most likely it is the wrong folder. Raise ValueError "
    "naming it."
)
def class_indices(folder):
    names = [path.name for path in Path(folder).iterdir() if path.is_dir() and not path.name.startswith(".")]
    return _numbered(sorted(names, key=_place))


@wrong(
    "A folder that is not there became a ValueError, like one without classes. Let FileNotFoundError through: "
    "`os.scandir` and `os.listdir` raise it, a glob finds nothing."
)
def class_indices(folder):
    paths = Path(folder).glob("*")
    names = [path.name for path in paths if path.is_dir() and not path.name.startswith(".")]
    return _numbered(sorted(_or_error(folder, names), key=_place))
