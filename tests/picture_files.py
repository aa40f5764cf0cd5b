"""Picture files as specs need them on disk: in the formats in which they really come, whole and damaged.

A picture is a grid of tiles, each of one colour. Only the middle of a tile is ever compared: there, neither
the way of scaling nor the loss of JPEG shows.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

Colour = tuple[int, int, int]
Grid = tuple[tuple[Colour, ...], ...]
Pixels = np.ndarray[Any, Any]

SIDE = 16  # pixels of a tile, whole blocks of JPEG
ORIENTATION = 0x0112  # EXIF's number for it

# Every turn and every flip of these gives another picture, and so does every other order of the channels.
COLOURS: Grid = (
    ((255, 0, 0), (0, 255, 0), (0, 0, 255)),
    ((255, 255, 0), (255, 128, 64), (0, 64, 128)),
)


def grey(*rows: tuple[int, ...]) -> Grid:
    """A grid of grey tiles, from their brightness."""
    return tuple(tuple((value, value, value) for value in row) for row in rows)


GREYS = grey((255, 0, 64), (192, 128, 32))
BLACK_AND_WHITE = grey((255, 0, 0), (0, 255, 255))


def pixels(grid: Grid, side: int = SIDE) -> Pixels:
    """The picture as an array (height, width, 3) of bytes."""
    return np.array(grid, dtype=np.uint8).repeat(side, axis=0).repeat(side, axis=1)


def fine_pattern(height: int, width: int) -> Pixels:
    """Black and white pixels by turns, like a chessboard: seen from afar it is grey."""
    white = (np.arange(height)[:, None] + np.arange(width)) % 2 == 0
    return np.where(white[:, :, None], np.uint8(255), np.uint8(0)).repeat(3, axis=2)


def in_colours(grid: Grid) -> Tensor:
    """What the middle of each tile should show: (3, rows, columns), from 0 to 1."""
    return torch.tensor(grid).permute(2, 0, 1) / 255


def _see_through(image: Image.Image) -> Image.Image:
    """The picture with alpha: opaque on the left, half transparent, and nothing to be seen on the right."""
    alpha = np.linspace(255, 0, 3).round().astype(np.uint8).repeat(image.width // 3)
    image.putalpha(Image.fromarray(np.broadcast_to(alpha, (image.height, image.width)).copy()))
    return image


def _palette(picture: Pixels) -> Image.Image:
    colours, numbers = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True)
    image = Image.fromarray(numbers.reshape(picture.shape[:2]).astype(np.uint8))
    image.putpalette(colours.tobytes())
    return image


def _grey(picture: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(picture[:, :, 0]))


FORMS: dict[str, Callable[[Pixels], Image.Image]] = {
    "colour": Image.fromarray,
    "grey": _grey,
    "1-bit": lambda picture: _grey(picture).convert("1", dither=Image.Dither.NONE),
    "palette": _palette,
    "palette with transparency": _palette,
    "colour with alpha": lambda picture: _see_through(Image.fromarray(picture)),
    "grey with alpha": lambda picture: _see_through(_grey(picture)),
    "16-bit grey": lambda picture: Image.fromarray(picture[:, :, 0].astype(np.uint16) * 257),
}
GRIDS = {"grey": GREYS, "1-bit": BLACK_AND_WHITE, "grey with alpha": GREYS, "16-bit grey": GREYS}


def write(
    path: Path, picture: Grid | Pixels = COLOURS, form: str = "colour", *, orientation: int = 0, format: str = ""
) -> Path:
    """Write a picture file.

    Args:
        picture: a grid of tiles, or pixels (height, width, 3); their first channel where the form is grey.
        form: one of `FORMS`.
        orientation: what its EXIF data say, 1 to 8; 0 for no such data.
        format: "JPEG" or "PNG", where the suffix of `path` tells another or none.
    """
    image = FORMS[form](picture if isinstance(picture, np.ndarray) else pixels(picture))
    options: dict[str, Any] = {"quality": 95, "subsampling": 0}  # PNG takes no notice of them
    if form == "palette with transparency":
        options["transparency"] = 1
    if orientation:
        options["exif"] = Image.Exif()
        options["exif"][ORIENTATION] = orientation
    image.save(path, format or None, **options)
    return path


def stored_as(picture: Pixels, orientation: int) -> Pixels:
    """The pixels as a camera stores them that was held so that `orientation` makes them `picture` again."""
    turned: Pixels = {
        1: lambda x: x,
        2: np.fliplr,
        3: lambda x: np.rot90(x, 2),
        4: np.flipud,
        5: lambda x: x.swapaxes(0, 1),
        6: np.rot90,  # counter-clockwise: to be turned clockwise
        7: lambda x: np.rot90(x, 2).swapaxes(0, 1),
        8: lambda x: np.rot90(x, 3),
    }[orientation](picture)
    return np.ascontiguousarray(turned)


def _noise() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def _cut(path: Path, format: str) -> None:
    whole = write(path, _noise(), format=format).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _break_header(path: Path) -> None:
    data = bytearray(write(path, _noise(), format="PNG").read_bytes())
    start = data.index(b"IHDR")
    data[start - 4 : start] = (12).to_bytes(4, "big")  # its length, which is 13
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "JPEG cut off": lambda path: _cut(path, "JPEG"),
    "PNG cut off": lambda path: _cut(path, "PNG"),
    "PNG with a broken header": _break_header,
    "text": lambda path: path.write_text("<html>404 Not Found</html>", encoding="utf-8"),
    "empty": lambda path: path.write_bytes(b""),
}


def write_damaged(path: Path, damage: str = "JPEG cut off") -> Path:
    """Write a file that holds no whole picture, in one of the ways of `DAMAGES`."""
    DAMAGES[damage](path)
    return path
