"""A second, closer look at a face for better landmarks."""

from dataclasses import dataclass

import cv2
import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.geometry import similarity_transform
from mien.vision.geometry import transform_points
from mien.vision.geometry import warp
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# The face is brought level, with 48 pixels between the eyes, into the middle of 160 by 160; and,
# where it pays, with half as many into that of 96 by 96.
_SIDE, _SMALL_SIDE = 160, 96
_TEMPLATE = np.array(
    [(56.0, 49.0), (104.0, 49.0), (80.0, 76.5), (60.5, 104.5), (99.5, 104.5)], dtype=np.float32
)
_SMALL_TEMPLATE = ((_TEMPLATE - _SIDE / 2) / 2 + _SMALL_SIDE / 2).astype(np.float32)
_MIRRORED_ORDER = (1, 0, 2, 4, 3)
# In distances between the eyes. A landmark that moves further belongs to another face; half as much
# would throw away every fifth of YuNet's good looks (14 % straight, 20 % mirrored).
_MOST_SHIFT, _FIRM_SHIFT = 0.5, 0.25
# A transform below this shrinks a whole picture to a point and has no usable inverse.
_LEAST_AREA_RATIO = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class RefinedLandmarks:
    """What a second look at a face saw.

    Attributes:
        landmarks: float32, shape (5, 2); the first ones where no face was seen there.
        score: the best one with which the face was seen again, in [0, 1]; 0 when it was not.
        times: how often it was seen at the larger scale: as it is, mirrored, both or not at all.
        firmly: how often with its landmarks where they were, within a quarter of the distance
            between the eyes. A face that is not the way up that its landmarks say seldom is twice.
    """

    landmarks: FloatArray
    score: float
    times: int
    firmly: int


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """The face as seen once: landmarks in pixels of the picture, how far they moved, its score."""

    landmarks: FloatArray
    shift: float
    score: float


def refine_landmarks(
    detector: Detector, image_rgb: ImageRGB, landmarks: FloatArray
) -> RefinedLandmarks:
    """Look at one face again, level, and at its mirror image; take the mean.

    A network's landmarks depend on the scale of a face, its turn and the grid that it falls on;
    most of that cancels out, for two runs at 160 pixels a face, and for YuNet two more at 96. On
    the photos of LFW view 2, folds 1 to 5 (all pairs of photos), these two brought YuNet with
    retail-0095 from 3.1 to 3.0 % FNMR at an FMR of 1e-4 and from 1.5 to 1.4 % at 1e-3, and the
    packs with CenterFace nothing that could be told. `bench/alignment.py` measures what each
    brings and costs.

    Args:
        detector: which found the face.
        image_rgb: the whole picture.
        landmarks: float32, shape (5, 2), as first found.
    """
    large = _look(detector, image_rgb, landmarks, _TEMPLATE, _SIDE)
    small = []
    if large and detector.small_passes:
        small = _look(detector, image_rgb, landmarks, _SMALL_TEMPLATE, _SMALL_SIDE)
    looks = [landmarks, *(each.landmarks for each in (*large, *small))]
    return RefinedLandmarks(
        landmarks=np.mean(np.stack(looks), axis=0).astype(np.float32),
        score=max((each.score for each in large), default=0.0),
        times=len(large),
        firmly=sum(each.shift <= _FIRM_SHIFT for each in large),
    )


def _look(
    detector: Detector, image_rgb: ImageRGB, landmarks: FloatArray, template: FloatArray, side: int
) -> list[_Pass]:
    matrix = similarity_transform(landmarks, template)
    if not _invertible(matrix):
        return []
    inverse = np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2]
    level = warp(image_rgb, matrix, (side, side), border=cv2.BORDER_CONSTANT)
    expected = transform_points(matrix, landmarks)
    between_eyes = float(template[1, 0] - template[0, 0])
    looks = []
    for picture, mirrored in ((level, False), (np.ascontiguousarray(level[:, ::-1]), True)):
        seen = detector.find_at(picture, side)
        found = seen.landmarks
        if mirrored:
            found = found[:, _MIRRORED_ORDER]
            found[..., 0] = side - 1 - found[..., 0]
        shifts = np.linalg.norm(found - expected, axis=2).max(axis=1) / between_eyes
        if shifts.size and shifts.min() <= _MOST_SHIFT:
            best = int(shifts.argmin())
            looks.append(
                _Pass(
                    transform_points(inverse, found[best]),
                    float(shifts[best]),
                    float(seen.scores[best]),
                )
            )
    return looks


def _invertible(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    return abs(float(np.linalg.det(matrix[:, :2]))) > _LEAST_AREA_RATIO
