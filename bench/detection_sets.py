"""Pictures with faces at known places: photos of people turned, scaled, cut, hidden, pasted.

The faces come from Labeled Faces in the Wild, whose photos are cut so that the box in which a face
was first found lies in the middle and measures 1 / 2.2 of the side. That box is what is to be found
again: no detector of today has drawn it. Backgrounds are drawn.
"""

import zlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB

Half = Literal["choosing", "reporting"]
_FACE_SHARE = 1 / 2.2
# A head with some air, in boxes of the face.
_HEAD_WIDE, _HEAD_HIGH = 1.45, 1.7
_READER = ImageReader(max_bytes=10**8, max_pixels=10**8)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A picture, and what is to be found in it.

    Attributes:
        image_rgb: uint8, shape (height, width, 3).
        boxes: of the faces, float64, shape (n, 4): left, top, right, bottom.
        roll_degrees: how far every face is turned clockwise; None where it is not known.
        others: whether there may be faces that `boxes` does not name.
    """

    image_rgb: ImageRGB
    boxes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 4)))
    roll_degrees: float | None = 0.0
    others: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where faces come from.

    Attributes:
        photos: one of each person, in an order that the seed decides.
        seed: of everything that is left to chance.
    """

    photos: tuple[Path, ...]
    seed: int


def open_source(data: Path, *, half: Half, seed: int) -> Source:
    """The photos of half of the people: one half to choose by, the other to report.

    Args:
        data: a folder with `images/<name>/<name>_<number>.jpg`.
        half: which; told by a digest of the name, so that it never changes.
        seed: decides the order.
    """
    people = [folder for folder in sorted((data / "images").iterdir()) if in_half(folder, half)]
    order = np.random.default_rng(seed).permutation(len(people))
    return Source(tuple(min(people[i].glob("*.jpg")) for i in order), seed)


def in_half(path: Path, half: Half) -> bool:
    """Whether a file or folder belongs to this half, told by a digest of its name."""
    return zlib.crc32(path.name.encode()) % 2 == (0 if half == "choosing" else 1)


def read(path: Path) -> ImageRGB:
    """A picture, upright."""
    return _READER.decode(path.read_bytes()).image_rgb


def face_box(image_rgb: ImageRGB) -> NDArray[np.float64]:
    """Where the face of a photo of the set lies."""
    height, width = image_rgb.shape[:2]
    half = width * _FACE_SHARE / 2
    return np.array([width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half])


def draw_background(random: Generator, size_wh: tuple[int, int]) -> ImageRGB:
    """Coloured clouds with edges: no face, and not plain either."""
    width, height = size_wh
    cloud = np.zeros((height, width, 3), dtype=np.float32)
    for cells in (3, 9, 27, 81):
        grain = random.normal(0, 90 / cells**0.5, (cells, cells, 3)).astype(np.float32)
        cloud += np.asarray(cv2.resize(grain, size_wh, interpolation=cv2.INTER_CUBIC))
    canvas: ImageRGB = np.clip(cloud + random.uniform(70, 180), 0, 255).astype(np.uint8)
    unit = max(width, height) / 12
    for _ in range(14):
        colour = tuple(int(v) for v in random.integers(20, 235, 3))
        x, y = int(random.uniform(0, width)), int(random.uniform(0, height))
        wide, high = (int(unit * random.uniform(0.2, 1.6)) for _ in range(2))
        if random.random() < 0.5:
            cv2.rectangle(canvas, (x, y), (x + wide, y + high), colour, -1)
        else:
            thick = max(int(unit / 20), 1)
            cv2.line(canvas, (x, y), (x + 2 * wide, y - high), colour, thick)
    return canvas


def turn(example: Example, quarter_turns: int) -> Example:
    """The picture turned clockwise by quarters, with what it holds."""
    height, width = example.image_rgb.shape[:2]
    boxes = example.boxes
    for _ in range(quarter_turns):
        left, top, right, bottom = boxes.T
        boxes = np.stack([height - bottom, left, height - top, right], axis=1)
        height, width = width, height
    roll = None if example.roll_degrees is None else example.roll_degrees + 90.0 * quarter_turns
    turned = np.ascontiguousarray(np.rot90(example.image_rgb, -quarter_turns))
    return Example(turned, boxes, roll, example.others)


def whole(image_rgb: ImageRGB) -> Example:
    """A photo as it is; there may be people behind."""
    return Example(image_rgb, face_box(image_rgb)[None], others=True)


def tilt(image_rgb: ImageRGB, degrees: float) -> Example:
    """A photo turned clockwise about the face by any angle, its border stretched."""
    height, width = image_rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    turned = cv2.warpAffine(image_rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    box = face_box(image_rgb)[None]
    return Example(np.asarray(turned, dtype=np.uint8), box, degrees, others=True)


def close_up(image_rgb: ImageRGB, share: float, side: int) -> Example:
    """The face fills the picture: only this share of its box is left, enlarged to this side."""
    left, top, right, bottom = face_box(image_rgb)
    cut = (right - left) * (1 - share) / 2
    low_x, low_y, high_x, high_y = (round(v) for v in (left + cut, top + cut, right - cut, bottom))
    part = image_rgb[low_y:high_y, low_x:high_x]
    factor = side / part.shape[1]
    size_wh = (side, round(part.shape[0] * factor))
    large = np.asarray(cv2.resize(part, size_wh, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    box = np.array([[0.0, 0.0, size_wh[0], size_wh[1]]])
    return Example(large, box)


def hide(image_rgb: ImageRGB, what: Literal["eyes", "mouth", "half", "all"], shade: int) -> Example:
    """A bar over part of the face, or a patch over all of it, under which there is nothing to find."""
    left, top, right, bottom = face_box(image_rgb)
    side = bottom - top
    low, high = {
        "eyes": (0.26, 0.50),
        "mouth": (0.62, 1.1),
        "half": (0.0, 1.0),
        "all": (0.0, 1.0),
    }[what]
    covered = image_rgb.copy()
    end = (left + right) / 2 if what == "half" else right
    covered[round(top + low * side) : round(top + high * side), round(left) : round(end)] = shade
    boxes = np.empty((0, 4)) if what == "all" else face_box(image_rgb)[None]
    return Example(covered, boxes, others=True)


def paste(
    random: Generator, photos: Sequence[ImageRGB], size_wh: tuple[int, int], sizes: Sequence[float]
) -> Example:
    """Heads on a drawn background, apart from one another.

    Args:
        random: decides the background and the places.
        photos: as many as `sizes`.
        size_wh: of the picture.
        sizes: of the faces, in pixels.
    """
    canvas = draw_background(random, size_wh)
    taken: list[tuple[float, float, float, float]] = []
    boxes = []
    for photo, size in sorted(zip(photos, sizes, strict=True), key=lambda pair: -pair[1]):
        head = cut_head(photo, size)
        high, wide = head.shape[:2]
        for _ in range(200):
            x = int(random.integers(0, max(size_wh[0] - wide, 0) + 1))
            y = int(random.integers(0, max(size_wh[1] - high, 0) + 1))
            if all(
                x + wide < left or right < x or y + high < top or bottom < y
                for left, top, right, bottom in taken
            ):
                break
        else:
            continue
        taken.append((x, y, x + wide, y + high))
        lay_softly(canvas, head, (x, y))
        middle_x, middle_y = x + wide / 2, y + high / 2
        half = size / 2
        boxes.append([middle_x - half, middle_y - half, middle_x + half, middle_y + half])
    return Example(canvas, np.array(boxes).reshape(-1, 4))


def lay_softly(canvas: ImageRGB, part: ImageRGB, at_xy: tuple[int, int]) -> None:
    """Lay a part over a picture in place, its border fading; what reaches beyond is cut off."""
    x, y = at_xy
    room = canvas[y : y + part.shape[0], x : x + part.shape[1]]
    part = part[: room.shape[0], : room.shape[1]]
    mask = _soft_mask(part.shape[1], part.shape[0])
    room[:] = np.asarray(part * mask + room * (1 - mask), dtype=np.uint8)


def cut_head(image_rgb: ImageRGB, size: float) -> ImageRGB:
    """The head of a photo of the set with some air, its face brought to a size in pixels."""
    height, width = image_rgb.shape[:2]
    face = width * _FACE_SHARE
    half_wide, half_high = face * _HEAD_WIDE / 2, face * _HEAD_HIGH / 2
    part = image_rgb[
        round(height / 2 - half_high) : round(height / 2 + half_high),
        round(width / 2 - half_wide) : round(width / 2 + half_wide),
    ]
    factor = size / face
    size_wh = (max(round(part.shape[1] * factor), 2), max(round(part.shape[0] * factor), 2))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size_wh, interpolation=how), dtype=np.uint8)


def _soft_mask(width: int, height: int) -> NDArray[np.float32]:
    """One inside, falling to nothing along the border; shape (height, width, 1)."""
    edge_x = np.minimum(np.arange(width), np.arange(width)[::-1]) + 1
    edge_y = np.minimum(np.arange(height), np.arange(height)[::-1]) + 1
    ramp = np.minimum(edge_y[:, None] / (0.07 * height + 1), edge_x[None] / (0.07 * width + 1))
    return np.clip(ramp, 0, 1).astype(np.float32)[..., None]


Make = Callable[[Generator, list[ImageRGB]], Example]


def make(
    source: Source, recipe: Make, *, name: str, count: int, faces: int = 1
) -> Iterator[Example]:
    """Pictures made of the source's photos, the same every time.

    Args:
        source: where the faces come from.
        recipe: makes one picture of some photos.
        name: of the set; another name takes other photos.
        count: of pictures.
        faces: photos that go into each.
    """
    random = np.random.default_rng([source.seed, zlib.crc32(name.encode())])
    start = int(random.integers(len(source.photos)))
    for number in range(count):
        places = [start + number * faces + k for k in range(faces)]
        photos = [read(source.photos[place % len(source.photos)]) for place in places]
        yield recipe(random, photos)
