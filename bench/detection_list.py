"""The sets that `bench/detection.py` measures: what each is made of, by name."""

import argparse
import xml.etree.ElementTree as ET
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from bench.detection_fisheye import see_through_fisheye
from bench.detection_samples import SAMPLES
from bench.detection_samples import marked
from bench.detection_sets import Example
from bench.detection_sets import Half
from bench.detection_sets import Make
from bench.detection_sets import Source
from bench.detection_sets import close_up
from bench.detection_sets import draw_background
from bench.detection_sets import hide
from bench.detection_sets import in_half
from bench.detection_sets import make
from bench.detection_sets import paste
from bench.detection_sets import read
from bench.detection_sets import tilt
from bench.detection_sets import turn
from bench.detection_sets import whole
from bench.detection_worn import wear_mask
from bench.detection_worn import wear_sunglasses
from bench.drawn_heads import draw_head
from numpy.random import Generator
from numpy.typing import NDArray

from mien.vision.types import ImageRGB


def set_options(parser: argparse.ArgumentParser) -> None:
    """Give a program the options that say which sets, and of what."""
    parser.add_argument("--pictures", type=Path, help="folder of folders without human faces")
    parser.add_argument("--half", choices=["choosing", "reporting"], default="reporting")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=160, help="pictures of a set")
    parser.add_argument("--sets", default="", help="only those whose name holds this")


Set = Callable[[], Iterator[Example]]
# Pictures of many megapixels take long; an eighth of the count says enough.
_FEW = 8


NOT_HUMAN = ("animals", "drawings", "paintings", "statues", "toys")
"""Folders of pictures of what may be taken for a face; see `bench/gather_pictures.py`."""

TURNED = Path(__file__).with_name("lfw_turned.txt")
"""Names of photos of the set; see `_most_turned`."""

NO_HUMAN_FACE = "no human face: "
"""How the names of sets begin in which nothing is to be found."""


def list_sets(
    source: Source,
    data: Path,
    *,
    count: int,
    pictures: Path | None = None,
    half: Half = "reporting",
) -> dict[str, Set]:
    """Every set by its name.

    Args:
        source: of the faces that are put into pictures.
        data: the folder with the other sets, which are passed over where they are absent.
        count: pictures of a set.
        pictures: a folder of folders, each a set of pictures without a human face; None for none.
        half: of these pictures; told by a digest of their names.
    """
    made: dict[str, tuple[Make, int, int]] = {
        "as they are": (lambda _, photos: whole(photos[0]), 1, 1),
        "grey": (lambda _, photos: whole(_grey(photos[0])), 1, 1),
        "dark": (lambda _, photos: whole(_dark(photos[0])), 1, 1),
        "turned by 90, 180, 270": (_turned, 1, 1),
        "tilted by 15 to 35": (partial(_tilted, low=15, high=35), 1, 1),
        "tilted by 35 to 60": (partial(_tilted, low=35, high=60), 1, 1),
        "close: 90 % of the face": (partial(_close, share=0.9), 1, 1),
        "close: 70 % of the face": (partial(_close, share=0.7), 1, 1),
        "close and turned": (_close_and_turned, 1, 1),
        "eyes hidden": (partial(_hidden, what="eyes"), 1, 1),
        "mouth hidden": (partial(_hidden, what="mouth"), 1, 1),
        "one side hidden": (partial(_hidden, what="half"), 1, 1),
        "64 x 64, face 30": (partial(_pasted, size_wh=(64, 64), low=28, high=34), 1, 1),
        "640 x 480, faces 12 to 16": (partial(_pasted, size_wh=(640, 480), low=12, high=16), 1, 2),
        "640 x 480, faces 16 to 30": (partial(_pasted, size_wh=(640, 480), low=16, high=30), 1, 2),
        "1600 x 1200, faces 24 to 40": (
            partial(_pasted, size_wh=(1600, 1200), low=24, high=40),
            2,
            6,
        ),
        "2000 x 1500, 300 beside 30 to 45": (_large_beside_small, 2, 5),
        "4000 x 3000, faces 30 to 60": (
            partial(_pasted, size_wh=(4000, 3000), low=30, high=60),
            _FEW,
            6,
        ),
        "6000 x 4000, faces 150 to 400": (
            partial(_pasted, size_wh=(6000, 4000), low=150, high=400),
            _FEW,
            3,
        ),
        "strips 2500 x 250, both ways": (_strip, 2, 4),
        "panorama 6000 x 600": (partial(_pasted, size_wh=(6000, 600), low=50, high=140), 4, 5),
        "mask worn": (lambda random, photos: wear_mask(random, photos[0]), 1, 1),
        "sunglasses worn": (lambda random, photos: wear_sunglasses(random, photos[0]), 1, 1),
        "fisheye, near the middle": (
            partial(see_through_fisheye, angles=(0, 30), sizes=(60, 140)),
            4,
            3,
        ),
        "fisheye, near the edge": (
            partial(see_through_fisheye, angles=(45, 58), sizes=(160, 320)),
            4,
            4,
        ),
        "no face: drawn": (_nothing, 1, 1),
        "whole face hidden": (partial(_hidden, what="all"), 1, 1),
        f"{NO_HUMAN_FACE}drawn heads": (_drawn_head, 1, 1),
    }
    sets: dict[str, Set] = {
        name: partial(make, source, recipe, name=name, count=max(count // share, 4), faces=faces)
        for name, (recipe, share, faces) in made.items()
    }
    sets["most turned"] = partial(_most_turned, source, count)
    groups = data / "dlib_faces" / "examples" / "faces"
    if groups.is_dir():
        sets["group photos (dlib)"] = partial(_labelled, groups)
        sets["group photos, turned"] = partial(_labelled_turned, groups)
        sets[f"{NO_HUMAN_FACE}dogs"] = lambda: iter([_dogs(groups / "dogs.jpg")])
        sets["no face: group photos blotted"] = partial(_blotted, groups)
    faces = data / "orl"
    if faces.is_dir():
        paths = sorted(faces.rglob("*.pgm"))[:: max(400 // count, 1)]
        sets["grey 92 x 112 (ORL)"] = partial(_filling, paths)
    samples = data / "insightface_samples"
    rotated = samples / "cpp-package" / "inspireface" / "test_res" / "data"
    if rotated.is_dir():
        sets["rotated samples"] = partial(_rotated, rotated / "rotate")
        sets |= {name: partial(marked, samples, marks) for name, marks in SAMPLES.items()}
    if pictures is not None:
        for folder in sorted(each for each in pictures.iterdir() if each.is_dir()):
            sets[NO_HUMAN_FACE + folder.name] = partial(_not_human, folder, half, count)
    return sets


def absent_sets(pictures: Path | None) -> list[str]:
    """The sets of things that there are no pictures of here."""
    return [name for name in NOT_HUMAN if pictures is None or not (pictures / name).is_dir()]


def _most_turned(source: Source, count: int) -> Iterator[Example]:
    """Of the half of the people, the photos whose heads are turned most; see the list."""
    people = {path.parent.name for path in source.photos}
    folders = source.photos[0].parents[1]
    lines = TURNED.read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    mine = [name for name in names if name.rpartition("_")[0] in people]
    for name in mine[:count]:
        path = folders / name.rpartition("_")[0] / f"{name}.jpg"
        if path.is_file():
            yield whole(read(path))


def _not_human(folder: Path, half: Half, count: int) -> Iterator[Example]:
    mine = [path for path in sorted(folder.iterdir()) if path.is_file() and in_half(path, half)]
    for path in mine[:: max(len(mine) // count, 1)]:
        yield Example(read(path))


def _dogs(path: Path) -> Example:
    """The photo without the small portrait of somebody that lies beside the dogs."""
    image = read(path).copy()
    image[430:530, 30:150] = image[430:530, 30:150].mean(axis=(0, 1)).astype(np.uint8)
    return Example(image)


def _drawn_head(random: Generator, photos: list[ImageRGB]) -> Example:
    del photos
    return Example(draw_head(random))


def _grey(image_rgb: ImageRGB) -> ImageRGB:
    return np.repeat(image_rgb.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)


def _dark(image_rgb: ImageRGB) -> ImageRGB:
    return (image_rgb * 0.12).astype(np.uint8)


def _turned(random: Generator, photos: list[ImageRGB]) -> Example:
    return turn(whole(photos[0]), int(random.integers(1, 4)))


def _tilted(random: Generator, photos: list[ImageRGB], *, low: float, high: float) -> Example:
    return tilt(photos[0], float(random.uniform(low, high) * random.choice([-1, 1])))


def _close(random: Generator, photos: list[ImageRGB], *, share: float) -> Example:
    return close_up(photos[0], share, int(random.integers(200, 1400)))


def _close_and_turned(random: Generator, photos: list[ImageRGB]) -> Example:
    return turn(_close(random, photos, share=0.8), int(random.integers(1, 4)))


def _hidden(random: Generator, photos: list[ImageRGB], *, what: str) -> Example:
    return hide(photos[0], what, int(random.choice([0, 60, 128])))  # type: ignore[arg-type]  # from the list above


def _pasted(
    random: Generator, photos: list[ImageRGB], *, size_wh: tuple[int, int], low: float, high: float
) -> Example:
    return paste(random, photos, size_wh, list(random.uniform(low, high, len(photos))))


def _large_beside_small(random: Generator, photos: list[ImageRGB]) -> Example:
    sizes = [300.0, *random.uniform(30, 45, len(photos) - 1)]
    return paste(random, photos, (2000, 1500), sizes)


def _strip(random: Generator, photos: list[ImageRGB]) -> Example:
    size_wh = (2500, 250) if random.random() < 0.5 else (250, 2500)
    return paste(random, photos, size_wh, list(random.uniform(50, 130, len(photos))))


def _nothing(random: Generator, photos: list[ImageRGB]) -> Example:
    del photos
    width, height = (int(side) for side in random.integers(300, 1600, 2))
    return Example(draw_background(random, (width, height)))


def labelled_photos(folder: Path) -> Iterator[tuple[Path, NDArray[np.float64]]]:
    """The group photos of dlib with the boxes of their faces, shape (n, 4)."""
    for listing in ("testing.xml", "training.xml"):
        for image in ET.parse(folder / listing).iter("image"):  # noqa: S314  # a file of the set
            boxes = []
            for box in image.iter("box"):
                left, top, width, height = (
                    float(box.attrib[key]) for key in ("left", "top", "width", "height")
                )
                boxes.append([left, top, left + width, top + height])
            yield folder / image.attrib["file"], np.array(boxes)


def _labelled(folder: Path) -> Iterator[Example]:
    for path, boxes in labelled_photos(folder):
        yield Example(read(path), boxes, None, others=True)


def _labelled_turned(folder: Path) -> Iterator[Example]:
    for number, example in enumerate(_labelled(folder)):
        yield turn(example, 1 + number % 3)


def _blotted(folder: Path) -> Iterator[Example]:
    """Group photos without their faces: a plain patch over each, with a margin."""
    for example in _labelled(folder):
        image = example.image_rgb.copy()
        for left, top, right, bottom in example.boxes:
            margin = 0.35 * (right - left)
            part = image[
                max(round(top - margin), 0) : round(bottom + margin),
                max(round(left - margin), 0) : round(right + margin),
            ]
            part[:] = part.reshape(-1, 3).mean(axis=0).astype(np.uint8)
        yield Example(image)


def _filling(paths: list[Path]) -> Iterator[Example]:
    for path in paths:
        image = np.asarray(_pgm(path), dtype=np.uint8)
        height, width = image.shape[:2]
        yield Example(image, np.array([[0.0, 0.1 * height, width, height]]))


def _pgm(path: Path) -> ImageRGB:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return np.repeat(np.asarray(grey, dtype=np.uint8)[..., None], 3, axis=2)


def _rotated(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.jpg")):
        image = read(path)
        height, width = image.shape[:2]
        # One face somewhere in the middle; a box of half the picture stands for it.
        box = np.array([[width / 4, height / 4, 3 * width / 4, 3 * height / 4]])
        yield Example(image, box, float(path.stem.removeprefix("rot_")))
