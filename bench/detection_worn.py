"""Masks and sunglasses drawn on faces, by the box of a face alone: no detector says where they go.

In the photos of the set eyes and mouths lie at much the same places of the box, whose mean over all
photos the shapes are drawn by; on a head that is turned they sit a little askew, as worn ones do.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from bench.detection_sets import Example
from bench.detection_sets import face_box
from numpy.random import Generator
from numpy.typing import NDArray

from mien.vision.types import ImageRGB

# Drawn so much larger and brought back, for smooth edges.
_FINER: Final = 4
# Of the box of the face: from the bridge of the nose over the cheeks and round the chin, and back.
_MASK: Final = np.array(
    [
        (0.50, 0.50),
        (0.68, 0.56),
        (0.97, 0.52),
        (0.97, 0.74),
        (0.88, 0.92),
        (0.70, 1.06),
        (0.50, 1.10),
        (0.30, 1.06),
        (0.12, 0.92),
        (0.03, 0.74),
        (0.03, 0.52),
        (0.32, 0.56),
    ]
)
_STRAPS: Final = (
    ((0.03, 0.54), (-0.10, 0.42)),
    ((0.03, 0.76), (-0.10, 0.62)),
    ((0.97, 0.54), (1.10, 0.42)),
    ((0.97, 0.76), (1.10, 0.62)),
)
# One lens, from its middle in halves of its width and height: flat above, round below.
_LENS: Final = np.array(
    [
        (-1.0, -0.55),
        (-0.6, -0.95),
        (0.6, -1.0),
        (1.0, -0.6),
        (0.95, 0.2),
        (0.55, 0.9),
        (-0.1, 1.05),
        (-0.7, 0.7),
        (-1.0, 0.05),
    ]
)
_LENS_MIDDLE, _LENS_HALF = (0.315, 0.385), (0.17, 0.135)
_BRIDGE, _TEMPLE = 0.345, 0.47

Paint = Callable[[Generator, ImageRGB], None]


def wear_mask(random: Generator, image_rgb: ImageRGB) -> Example:
    """A mask from the nose to below the chin: plain, pleated, checked or flowered."""
    kind = _MASKS[int(random.integers(len(_MASKS)))]
    cloth = np.empty((*_finer_wh(image_rgb)[::-1], 3), dtype=np.uint8)
    kind(random, cloth)
    shape = np.zeros(cloth.shape[:2], dtype=np.uint8)
    box = face_box(image_rgb) * _FINER
    outline = _smooth(_at(_MASK + random.normal(0, 0.012, 2), box))
    cv2.fillPoly(shape, [outline], 255)
    covered = _lay(image_rgb, _shaded(cloth, box), shape)
    for start, end in _STRAPS:
        first, last = _at(np.array([start, end]), face_box(image_rgb)).tolist()
        cv2.line(covered, first, last, (225, 225, 225), 1, cv2.LINE_AA)
    return Example(covered, face_box(image_rgb)[None], others=True)


def wear_sunglasses(random: Generator, image_rgb: ImageRGB) -> Example:
    """Two dark lenses with a frame, a bridge and temples; what they mirror is lighter above."""
    height, width = _finer_wh(image_rgb)[::-1]
    box = face_box(image_rgb) * _FINER
    colour = _LENSES[int(random.integers(len(_LENSES)))]
    large = float(random.uniform(0.9, 1.15))
    shape = np.zeros((height, width), dtype=np.uint8)
    for side in (-1, 1):
        middle = np.array([0.5 + side * (0.5 - _LENS_MIDDLE[0]), _LENS_MIDDLE[1]])
        lens = middle + _LENS * np.array([side, 1]) * np.array(_LENS_HALF) * large
        cv2.fillPoly(shape, [_smooth(_at(lens, box))], 255)
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    lighter = np.clip(0.5 - 2.0 * (rows + 0.1), 0, 1) * float(random.uniform(0, 110))
    glass = np.clip(np.array(colour, np.float32) + lighter, 0, 255).astype(np.uint8)
    glass = np.ascontiguousarray(np.broadcast_to(glass, (height, width, 3)))
    covered = _lay(image_rgb, glass, shape)
    thick = max(int(0.03 * (box[2] - box[0]) / _FINER), 1)
    apart, half = 0.5 - _LENS_MIDDLE[0], 0.95 * _LENS_HALF[0] * large
    for side in (-1, 1):
        for near, far in ((0.0, apart - half), (apart + half, _TEMPLE)):
            ends = np.array([(0.5 + side * near, _BRIDGE), (0.5 + side * far, _BRIDGE)])
            first, last = _at(ends, face_box(image_rgb)).tolist()
            cv2.line(covered, first, last, colour, thick, cv2.LINE_AA)
    return Example(covered, face_box(image_rgb)[None], others=True)


def _plain(random: Generator, cloth: ImageRGB) -> None:
    cloth[:] = _CLOTHS[int(random.integers(len(_CLOTHS)))]


def _pleated(random: Generator, cloth: ImageRGB) -> None:
    cloth[:] = ((150, 200, 230), (120, 195, 175), (235, 238, 240))[int(random.integers(3))]
    height = len(cloth)
    for row in np.linspace(0.5, 0.72, 5):
        y = int(row * height)
        cloth[y : y + height // 160] = (0.78 * cloth[y, 0]).astype(np.uint8)


def _checked(random: Generator, cloth: ImageRGB) -> None:
    one, other = (random.integers(20, 235, 3) for _ in range(2))
    cells = np.indices(cloth.shape[:2]) // int(random.integers(12, 36))
    cloth[:] = np.where((cells.sum(axis=0) % 2 == 0)[..., None], one, other)


def _flowered(random: Generator, cloth: ImageRGB) -> None:
    cloth[:] = random.integers(120, 245, 3)
    height, width = cloth.shape[:2]
    for _ in range(400):
        at = (int(random.integers(width)), int(random.integers(height)))
        colour = tuple(int(each) for each in random.integers(10, 245, 3))
        cv2.circle(cloth, at, int(random.integers(6, 16)), colour, -1)


_CLOTHS: Final = ((238, 240, 242), (24, 24, 28), (96, 100, 112), (150, 40, 52), (38, 60, 110))
_MASKS: Final[tuple[Paint, ...]] = (_plain, _plain, _pleated, _pleated, _checked, _flowered)
_LENSES: Final = ((14, 14, 16), (34, 24, 18), (20, 30, 44), (44, 40, 40))


def _finer_wh(image_rgb: ImageRGB) -> tuple[int, int]:
    return image_rgb.shape[1] * _FINER, image_rgb.shape[0] * _FINER


def _at(shares: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.int32]:
    """Points given in shares of a box, in whole pixels."""
    return np.round(box[:2] + shares * (box[2:] - box[:2])).astype(np.int32)


def _smooth(outline: NDArray[np.int32]) -> NDArray[np.int32]:
    """The same outline with round corners: each twice cut off."""
    points = outline.astype(np.float64)
    for _ in range(2):
        after = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1)
        points = points.reshape(-1, 2)
    return np.round(points).astype(np.int32)


def _shaded(cloth: ImageRGB, box: NDArray[np.float64]) -> ImageRGB:
    """Darker to the sides and below, as what is bent round a face is."""
    height, width = cloth.shape[:2]
    side = box[2] - box[0]
    x = (np.arange(width) - (box[0] + box[2]) / 2) / side
    y = (np.arange(height) - (box[1] + 0.7 * side)) / side
    light = np.clip(1.0 - 0.9 * x[None] ** 2 - 0.5 * np.maximum(y[:, None], 0), 0.4, 1.0)
    shaded: ImageRGB = (cloth * light[..., None].astype(np.float32)).astype(np.uint8)
    return shaded


def _lay(image_rgb: ImageRGB, cover: ImageRGB, shape: NDArray[np.uint8]) -> ImageRGB:
    """The photo with what is drawn finer laid over it, within its shape."""
    size_wh = (image_rgb.shape[1], image_rgb.shape[0])
    small = np.asarray(cv2.resize(cover, size_wh, interpolation=cv2.INTER_AREA))
    share = np.asarray(cv2.resize(shape, size_wh, interpolation=cv2.INTER_AREA))[..., None] / 255.0
    return np.asarray(small * share + image_rgb * (1 - share), dtype=np.uint8)
