"""Findings of several looks become one answer a face: pure functions."""

from collections.abc import Sequence

import numpy as np

from mien.vision.detectors.confirm import FacePlace
from mien.vision.types import FloatArray

# Of a face cut by the border of a tile another tile sees the whole: the part lies within it.
_MOST_CONTAINED = 0.6
# Two faces never have their landmarks within a third of a face.
_LEAST_APART = 0.35
# A face of which less lies in the picture is no face that anybody sees.
_LEAST_VISIBLE = 0.2
_LEAST_EXTENT = 2.0


def merge(
    places: Sequence[FacePlace], size_wh: tuple[int, int], *, nms_iou: float
) -> list[FacePlace]:
    """Keep one finding a face, the surest, and none that lies outside the picture.

    What is cut by the border of its look gives way to what is not, for another look saw more of it.
    Two are about one face when their boxes overlap more than `nms_iou`, when one lies mostly
    within the other, or when their landmarks fall together.

    Args:
        places: from any number of looks, in any order.
        size_wh: of the picture.
        nms_iou: overlap in [0, 1].

    Returns:
        Some of the places, those that are not cut first, then by their score.
    """
    sane = [place for place in places if is_sane(place, size_wh)]
    sane.sort(key=lambda each: (each.cut, -each.score))
    if not sane:
        return []
    boxes = np.stack([place.box_xyxy for place in sane])
    middles = np.stack([place.landmarks for place in sane]).mean(axis=1)
    known = _Known(boxes, middles, nms_iou)
    return [sane[number] for number in range(len(sane)) if known.add(number)]


def is_sane(place: FacePlace, size_wh: tuple[int, int]) -> bool:
    """Whether a place is finite, has an extent, and lies in the picture for a good part."""
    if not (np.isfinite(place.box_xyxy).all() and np.isfinite(place.landmarks).all()):
        return False
    left, top, right, bottom = (float(at) for at in place.box_xyxy)
    width, height = right - left, bottom - top
    if min(width, height) < _LEAST_EXTENT:
        return False
    inside_wide = min(right, size_wh[0]) - max(left, 0.0)
    inside_high = min(bottom, size_wh[1]) - max(top, 0.0)
    return (
        min(inside_wide, inside_high) > 0
        and inside_wide * inside_high >= _LEAST_VISIBLE * width * height
    )


class _Known:
    """The findings that are kept, each about another face.

    Args:
        boxes: of all findings, float32, shape (n, 4).
        middles: of their landmarks, float32, shape (n, 2).
        nms_iou: see `merge`.
    """

    def __init__(self, boxes: FloatArray, middles: FloatArray, nms_iou: float) -> None:
        self._boxes, self._middles, self._nms_iou = boxes, middles, nms_iou
        extents = boxes[:, 2:] - boxes[:, :2]
        self._areas: FloatArray = extents[:, 0] * extents[:, 1]
        self._sides: FloatArray = np.sqrt(self._areas)
        # Of those that are kept, side by side, so that none has to be looked for.
        self._kept = [np.empty_like(each) for each in (boxes, middles, self._areas, self._sides)]
        self._count = 0

    def add(self, number: int) -> bool:
        """Keep a finding, unless it is about the face that a kept one is about."""
        mine = (self._boxes, self._middles, self._areas, self._sides)
        if self._count and self._is_one(*(each[number] for each in mine)):
            return False
        for kept, each in zip(self._kept, mine, strict=True):
            kept[self._count] = each[number]
        self._count += 1
        return True

    def _is_one(self, box: FloatArray, middle: FloatArray, area: float, side: float) -> bool:
        boxes, middles, areas, sides = (each[: self._count] for each in self._kept)
        extents = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
        np.maximum(extents, 0, out=extents)
        shared = extents[:, 0] * extents[:, 1]
        if (shared > self._nms_iou * (areas + area - shared)).any():
            return True
        if (shared > _MOST_CONTAINED * np.minimum(areas, area)).any():
            return True
        off = middles - middle
        apart = off[:, 0] ** 2 + off[:, 1] ** 2
        return bool((apart < (_LEAST_APART * np.minimum(sides, side)) ** 2).any())
