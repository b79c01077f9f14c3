"""Findings of several looks become one answer a face: pure functions."""

from collections.abc import Sequence

import numpy as np

from mien.vision.detectors.confirm import FacePlace
from mien.vision.geometry import iou
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
    middles = np.stack([place.landmarks.mean(axis=0) for place in sane])
    kept: list[int] = []
    for number in range(len(sane)):
        if not _is_one(number, kept, boxes, middles, nms_iou):
            kept.append(number)
    return [sane[number] for number in kept]


def is_sane(place: FacePlace, size_wh: tuple[int, int]) -> bool:
    """Whether a place is finite, has an extent, and lies in the picture for a good part."""
    if not (np.isfinite(place.box_xyxy).all() and np.isfinite(place.landmarks).all()):
        return False
    box = place.box_xyxy.astype(np.float64)
    extent = box[2:] - box[:2]
    if not (extent >= _LEAST_EXTENT).all():
        return False
    inside = np.minimum(box[2:], size_wh) - np.maximum(box[:2], 0)
    return bool((inside > 0).all() and inside.prod() >= _LEAST_VISIBLE * extent.prod())


def _is_one(
    number: int, others: Sequence[int], boxes: FloatArray, middles: FloatArray, nms_iou: float
) -> bool:
    """Whether a finding is about the face that one of the others is about, each by its number."""
    if not others:
        return False
    box, theirs = boxes[number], boxes[others]
    if (iou(box, theirs) > nms_iou).any():
        return True
    if (_shared_of_smaller(box, theirs) > _MOST_CONTAINED).any():
        return True
    apart = np.linalg.norm(middles[others] - middles[number], axis=1)
    sides = np.minimum(_sides(theirs), _sides(box[None]))
    return bool((apart < _LEAST_APART * sides).any())


def _shared_of_smaller(box: FloatArray, boxes: FloatArray) -> FloatArray:
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = np.minimum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), (box[2:] - box[:2]).prod())
    share: FloatArray = shared / areas
    return share


def _sides(boxes: FloatArray) -> FloatArray:
    sides: FloatArray = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    return sides
