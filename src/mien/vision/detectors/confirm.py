"""A closer look at one place: whether there is a face, which way up, and where its landmarks are."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.refine_landmarks import refine_landmarks
from mien.vision.geometry import transform_points
from mien.vision.geometry import warp
from mien.vision.pose import estimate_pose
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# The face takes a little less than half of 160 pixels, where the networks are at their best.
_SIDE, _ROOM = 160, 2.2
_MOST_OFF = 0.2 * _SIDE
_LEAST_EXTENT = 1.0
_QUARTERS, _DIAGONALS = (0, 90, 180, 270), (45, 135, 225, 315)
_BOTH = 2
# A head that leans more than this from the turn in which it is seen lies between two quarters.
_MOST_LEAN = 25.0
# Landmarks that lean as the face does, but for this, were right at the first look.
_SAME_LEAN = 10.0
# What half convinces has to convince at the closer look by this share of the way from the threshold
# to certainty; what no closer look sees, by that share at the first.
_SURE, _ALONE = 2 / 3, 0.15


@dataclass(frozen=True, slots=True, eq=False)
class FacePlace:
    """Where a face may be.

    Attributes:
        box_xyxy: float32, shape (4,).
        landmarks: float32, shape (5, 2).
        score: in [0, 1].
        cut: whether it reaches the border of what was looked at, beyond which the picture goes on.
    """

    box_xyxy: FloatArray
    landmarks: FloatArray
    score: float
    cut: bool = False


def confirm(
    detector: Detector, image_rgb: ImageRGB, place: FacePlace, *, doubtful: bool = False
) -> FacePlace | None:
    """Look again at a place, level; when a face is not clearly seen there so, in every turn.

    A network also sees faces that are upside down or on their side, with less confidence and with
    landmarks that are of no use. Level by these landmarks it sees no face, or only in one of two
    mirror images; in the right turn it does.

    Args:
        detector: which found the place.
        image_rgb: the whole picture.
        place: its score may be lower than a face needs; the closer look has to be surer, then.
        doubtful: whether it has to be surer in any case.

    Returns:
        The face with better landmarks; None when it is none.
    """
    threshold = detector.score_threshold
    again = refine_landmarks(detector, image_rgb, place.landmarks)
    same = replace(place, landmarks=again.landmarks, score=max(place.score, again.score))
    seen: FacePlace | None = same
    if again.firmly < _BOTH:
        seen = _turned_upright(detector, image_rgb, place)
        if seen and again.times and _apart(_roll(seen), _roll(same)) < _SAME_LEAN:
            seen = replace(same, score=max(same.score, seen.score))
    if seen is None:
        return place if not doubtful and place.score > _above(threshold, _ALONE) else None
    if doubtful or place.score <= threshold:
        return seen if seen.score > _above(threshold, _SURE) else None
    return seen


def _above(threshold: float, share: float) -> float:
    """This share of the way from the threshold to certainty."""
    return threshold + share * (1 - threshold)


def _roll(place: FacePlace) -> float:
    return estimate_pose(place.landmarks).roll_degrees


def _apart(one: float, other: float) -> float:
    """How far two directions are apart, in degrees from 0 to 180."""
    return abs((one - other + 180) % 360 - 180)


def _turned_upright(detector: Detector, image_rgb: ImageRGB, place: FacePlace) -> FacePlace | None:
    """The face in the turn in which it is seen best; None when it is in none."""
    best: tuple[FacePlace, int] | None = None
    for angles in (_QUARTERS, _DIAGONALS):
        for angle in angles:
            for seen in _turned(detector, image_rgb, place, angle):
                if best is None or seen.score > best[0].score:
                    best = seen, angle
        if best is None:
            continue
        again = refine_landmarks(detector, image_rgb, best[0].landmarks)
        if again.firmly == _BOTH and _apart(_roll(best[0]), best[1]) < _MOST_LEAN:
            break
    if best is None:
        return None
    return FacePlace(best[0].box_xyxy, again.landmarks, max(best[0].score, again.score))


def _turned(
    detector: Detector, image_rgb: ImageRGB, place: FacePlace, angle: int
) -> Iterator[FacePlace]:
    """What is seen in the middle when the place is turned anticlockwise by this many degrees."""
    low, high = place.box_xyxy[:2], place.box_xyxy[2:]
    extent = float((high - low).max())
    if not extent >= _LEAST_EXTENT:
        return
    matrix = _turning((low + high) / 2, _SIDE / (_ROOM * extent), angle)
    crop = warp(image_rgb, matrix, (_SIDE, _SIDE), border=cv2.BORDER_CONSTANT)
    found = detector.find_at(crop, _SIDE)
    middles = found.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1)
    inverse = np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2]
    for number in np.nonzero(np.abs(middles - _SIDE / 2).max(axis=1) < _MOST_OFF)[0]:
        box = found.boxes_xyxy[number]
        middle = transform_points(inverse, middles[number][None])[0]
        extent_wh = (box[2:] - box[:2]) * (_ROOM * extent / _SIDE)
        if angle % 180:
            extent_wh = extent_wh[::-1] if angle % 90 == 0 else np.full(2, extent_wh.mean())
        yield FacePlace(
            np.concatenate([middle - extent_wh / 2, middle + extent_wh / 2]).astype(np.float32),
            transform_points(inverse, found.landmarks[number]),
            float(found.scores[number]),
        )


def _turning(middle: NDArray[np.floating], scale: float, angle: int) -> NDArray[np.float64]:
    """Brings the middle of a place to the middle of the crop, turned anticlockwise."""
    turn = math.radians(angle)
    linear = scale * np.array(
        [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], dtype=np.float64
    )
    return np.column_stack([linear, _SIDE / 2 - linear @ middle.astype(np.float64)])
