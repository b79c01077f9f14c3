"""Findings of several looks become one answer a face: pure functions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    if not places:
        return []
    boxes = np.stack([place.box_xyxy for place in places])
    landmarks = np.stack([place.landmarks for place in places])
    (sane,) = np.nonzero(are_sane(boxes, landmarks, size_wh))
    order = sorted(sane.tolist(), key=lambda at: (places[at].cut, -places[at].score))
    boxes, middles = boxes[order], landmarks[order].mean(axis=1)
    return [places[order[at]] for at in _Findings(boxes, middles, nms_iou).one_a_face()]


def are_sane(
    boxes: FloatArray, landmarks: FloatArray, size_wh: tuple[int, int]
) -> NDArray[np.bool_]:
    """Whether places are finite, have an extent, and lie in the picture for a good part.

    Args:
        boxes: float32, shape (n, 4).
        landmarks: float32, shape (n, 5, 2).
        size_wh: of the picture.
    """
    finite: NDArray[np.bool_] = np.logical_and(
        np.isfinite(boxes).all(axis=1), np.isfinite(landmarks).all(axis=(1, 2))
    )
    exact = np.where(finite[:, None], boxes, 0).astype(np.float64)
    low, high = exact[:, :2], exact[:, 2:]
    extent, inside = high - low, np.minimum(high, size_wh) - np.maximum(low, 0)
    shown = inside[:, 0] * inside[:, 1] >= _LEAST_VISIBLE * extent[:, 0] * extent[:, 1]
    sane: NDArray[np.bool_] = np.logical_and.reduce(
        [finite, extent.min(axis=1) >= _LEAST_EXTENT, inside.min(axis=1) > 0, shown]
    )
    return sane


class _Findings:
    """Findings to be compared, the best first.

    Args:
        boxes: float32, shape (n, 4).
        middles: of their landmarks, float32, shape (n, 2).
        nms_iou: see `merge`.
    """

    def __init__(self, boxes: FloatArray, middles: FloatArray, nms_iou: float) -> None:
        self._boxes, self._middles, self._nms_iou = boxes, middles, nms_iou
        extents = boxes[:, 2:] - boxes[:, :2]
        self._areas: FloatArray = extents[:, 0] * extents[:, 1]
        self._sides: FloatArray = np.sqrt(self._areas)

    def one_a_face(self) -> list[int]:
        """Those to keep: each unless it is about the face that a kept one before is about."""
        kept: list[int] = []
        left = np.arange(len(self._boxes))
        while left.size:
            some, rest = left[:_AT_ONCE], left[_AT_ONCE:]
            same = self._are_one(some, left)
            free = np.ones(len(left), dtype=bool)
            for at, number in enumerate(some.tolist()):
                if free[at]:
                    kept.append(number)
                    free &= ~same[at]
            left = rest[free[len(some) :]]
        return kept

    def _are_one(self, some: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of some are about one face with which others; shape (some, others)."""
        one, other = self._boxes[some][:, None], self._boxes[others]
        extents = np.minimum(one[..., 2:], other[:, 2:]) - np.maximum(one[..., :2], other[:, :2])
        np.maximum(extents, 0, out=extents)
        shared = extents[..., 0] * extents[..., 1]
        area, other_area = self._areas[some][:, None], self._areas[others]
        off = self._middles[others] - self._middles[some][:, None]
        apart = off[..., 0] ** 2 + off[..., 1] ** 2
        side = np.minimum(self._sides[others], self._sides[some][:, None])
        same: NDArray[np.bool_] = np.logical_or.reduce(
            [
                shared > self._nms_iou * (other_area + area - shared),
                shared > _MOST_CONTAINED * np.minimum(other_area, area),
                apart < (_LEAST_APART * side) ** 2,
            ]
        )
        return same


# Findings compared with all others at a time: little memory, and few steps.
_AT_ONCE = 64
