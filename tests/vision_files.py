"""Writes the files of MNIST and CelebA as they really are, only fewer of them: IDX, JPEG and their lists."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Array = np.ndarray[Any, Any]

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}

MNIST_FILES = tuple(
    f"MNIST/raw/{name}"
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
)

_NAMES = """
5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair
Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones
Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks
Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace
Wearing_Necktie Young
"""
ATTRIBUTES = tuple(_NAMES.split())


def idx_header(code: int, sizes: Sequence[int]) -> bytes:
    """What stands before the elements in an IDX file."""
    return struct.pack(f">HBB{len(sizes)}I", 0, code, len(sizes), *sizes)


def idx_bytes(array: Array) -> bytes:
    """An array as the content of an IDX file."""
    return idx_header(CODES[array.dtype.name], array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_mnist(root: Path, train: tuple[Array, Array], test: tuple[Array, Array]) -> None:
    """Write MNIST's four files below `root`: (images, labels) of both splits, all uint8."""
    for name, array in zip(MNIST_FILES, (*train, *test), strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(idx_bytes(array))


def write_celeba(root: Path, splits: Sequence[int], attributes: Array) -> None:
    """Write CelebA's files below `root`, with spaces where the original ones have them.

    Args:
        splits: of each image, 0 for train, 1 for valid, 2 for test; torchvision wants at least two of each.
        attributes: (images, 40), bool.
    """
    folder = root / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    names = [f"{number:06d}.jpg" for number in range(1, len(splits) + 1)]
    for number, name in enumerate(names):
        Image.fromarray(_picture(number)).save(folder / "img_align_celeba" / name, quality=95, subsampling=0)
    signs = np.where(attributes, 1, -1)
    tables = {
        "list_eval_partition.txt": ([], [str(split) for split in splits]),
        "identity_CelebA.txt": ([], [str(2880 + 7 * i) for i in range(len(names))]),
        "list_attr_celeba.txt": ([len(names), " ".join(ATTRIBUTES) + " "], [_columns(row, 2) for row in signs]),
        "list_bbox_celeba.txt": (
            [len(names), "image_id x_1 y_1 width height"],
            [f"  {_columns((95 + i, 71, 226, 313), 3)}" for i in range(len(names))],
        ),
        "list_landmarks_align_celeba.txt": (
            [
                len(names),
                "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y "
                "rightmouth_x rightmouth_y",
            ],
            [_columns((69, 109, 106, 113, 77, 142, 73, 152, 108, 154 + i), 4) for i in range(len(names))],
        ),
    }
    for file, (header, rows) in tables.items():
        lines = [*map(str, header), *(f"{name} {row}" for name, row in zip(names, rows, strict=True))]
        (folder / file).write_text("\n".join(lines) + "\n", encoding="ascii")


def _columns(numbers: Sequence[int] | Array, width: int) -> str:
    return " ".join(f"{number:{width}d}" for number in numbers)


def _picture(number: int) -> Array:
    """A face of six patches, 24 high and 16 wide: white and black above, colours that tell the number below."""
    patches = np.array(
        [
            [[255, 255, 255], [0, 0, 0]],
            [[20 * number, 200, 90], [240, 20 * number, 10]],
            [[30, 110, 250 - 20 * number], [130, 60, 20 * number]],
        ],
        dtype=np.uint8,
    )
    return patches.repeat(8, axis=0).repeat(8, axis=1)
