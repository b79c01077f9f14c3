"""Pictures of a fisheye lens: the further from the middle, the more is pressed together.

A flat scene is seen through an equidistant lens, which puts what lies at an angle from the axis at a
distance that grows with the angle itself. A face at 50 degrees is there 0.4 times as long towards
the middle, and 0.7 times as wide across.
"""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from bench.detection_sets import Example
from bench.detection_sets import cut_head
from bench.detection_sets import draw_background
from bench.detection_sets import lay_softly
from numpy.random import Generator
from numpy.typing import NDArray

from mien.vision.types import ImageRGB

_SIDE: Final = 1000
_WIDEST: Final = math.radians(70)
# Pixels of the picture a radian; and, in the middle, pixels of the scene to a pixel of the picture.
_FOCAL: Final = _SIDE / 2 / _WIDEST
_SCENE_HALF: Final = _FOCAL * math.tan(_WIDEST)


def see_through_fisheye(
    random: Generator,
    photos: Sequence[ImageRGB],
    *,
    angles: tuple[float, float],
    sizes: tuple[float, float],
) -> Example:
    """Heads of a flat scene, upright in it, as such a lens shows them.

    Args:
        random: decides the background, the places and the sizes.
        photos: of each a head, as many as find room.
        angles: how far from the axis the middles of faces lie, in degrees.
        sizes: of the faces in the scene, in pixels that are pixels of the picture in the middle.

    Returns:
        A picture of 1000 by 1000, black outside the circle.
    """
    side = round(2 * _SCENE_HALF)
    scene = draw_background(random, (side, side))
    taken: list[NDArray[np.float64]] = []
    boxes = []
    for photo in photos:
        size = float(random.uniform(*sizes))
        head = cut_head(photo, size)
        extent = np.array([head.shape[1], head.shape[0]], dtype=np.float64)
        for _ in range(200):
            away = _FOCAL * math.tan(math.radians(random.uniform(*angles)))
            turn = random.uniform(0, 2 * math.pi)
            middle = _SCENE_HALF + away * np.array([math.cos(turn), math.sin(turn)])
            place = np.concatenate([middle - extent / 2, middle + extent / 2])
            inside = place.min() >= 0 and place.max() <= side
            if inside and not any(
                (np.minimum(place[2:], other[2:]) > np.maximum(place[:2], other[:2])).all()
                for other in taken
            ):
                break
        else:
            continue
        taken.append(place)
        lay_softly(scene, head, (round(place[0]), round(place[1])))
        boxes.append(_box_through_lens(np.concatenate([middle - size / 2, middle + size / 2])))
    return Example(_through_lens(scene), np.array(boxes).reshape(-1, 4), None)


def through_lens(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where points of the scene lie in the picture; both of shape (..., 2), in pixels."""
    off = points - _SCENE_HALF
    away = np.linalg.norm(off, axis=-1, keepdims=True)
    angle = np.arctan2(away, _FOCAL)
    shrunk = np.divide(_FOCAL * angle, away, out=np.ones_like(away), where=away > 0)
    return np.asarray(_SIDE / 2 + off * shrunk)


def _box_through_lens(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """The box around what the border of a box of the scene becomes."""
    along = np.linspace(0, 1, 9)
    shares = [(a, b) for a in along for b in (0.0, 1.0)] + [
        (a, b) for a in (0.0, 1.0) for b in along
    ]
    seen = through_lens(box[:2] + np.array(shares) * (box[2:] - box[:2]))
    return np.concatenate([seen.min(axis=0), seen.max(axis=0)])


def _through_lens(scene: ImageRGB) -> ImageRGB:
    rows, columns = np.mgrid[:_SIDE, :_SIDE].astype(np.float64)
    x, y = columns + 0.5 - _SIDE / 2, rows + 0.5 - _SIDE / 2
    radius = np.hypot(x, y)
    angle = np.minimum(radius / _FOCAL, _WIDEST)
    stretched = np.divide(
        _FOCAL * np.tan(angle), radius, out=np.ones_like(radius), where=radius > 0
    )
    seen = cv2.remap(
        scene,
        (_SCENE_HALF + x * stretched - 0.5).astype(np.float32),
        (_SCENE_HALF + y * stretched - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    picture = np.asarray(seen, dtype=np.uint8)
    picture[radius > _SIDE / 2] = 0
    return picture
