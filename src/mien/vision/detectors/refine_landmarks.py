"""A second, closer look at a face for better landmarks."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import cv2
import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import confidence
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
# As it is and mirrored.
_LOOKS = 2
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
        confidence: see `face_confidence`; too low where the first landmarks were far off.
    """

    landmarks: FloatArray
    score: float
    times: int
    firmly: int
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """The face as seen once: landmarks in pixels of the picture, how far they moved, its score."""

    landmarks: FloatArray
    shift: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """A face brought level.

    Attributes:
        picture: uint8, shape (side, side, 3).
        inverse: from its pixels to the picture's, shape (2, 3).
        expected: where its landmarks lie in it, if they were right.
    """

    picture: ImageRGB
    inverse: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    expected: FloatArray


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
    return refine_each(detector, image_rgb, [landmarks])[0]


def refine_each(
    detector: Detector, image_rgb: ImageRGB, faces: Sequence[FloatArray]
) -> list[RefinedLandmarks]:
    """The same for several faces of a picture, with few inferences where the network takes batches.

    Args:
        detector: which found the faces.
        image_rgb: the whole picture.
        faces: landmarks of each, as `refine_landmarks` takes them.
    """
    large = _look(detector, image_rgb, dict(enumerate(faces)), _TEMPLATE, _SIDE)
    small: dict[int, list[_Pass]] = {}
    if detector.small_passes:
        seen = {number: faces[number] for number, looks in large.items() if looks}
        small = _look(detector, image_rgb, seen, _SMALL_TEMPLATE, _SMALL_SIDE)
    return [
        _refined(detector, landmarks, large[number], small.get(number, []))
        for number, landmarks in enumerate(faces)
    ]


def face_confidence(
    detector: Detector, image_rgb: ImageRGB, faces: Sequence[FloatArray]
) -> list[float]:
    """How sure the network is of each face, level at its smallest, as it is and mirrored.

    Animals, textures and many drawings convince it when they are large or in one of the two; with
    few pixels, faces stay faces. See `families.confidence` for the scale.

    Args:
        detector: which found the faces.
        image_rgb: the whole picture.
        faces: landmarks of each, refined.

    Returns:
        One number a face, in [0, 1].
    """
    template, side = (_SMALL_TEMPLATE, _SMALL_SIDE) if detector.small_passes else (_TEMPLATE, _SIDE)
    seen = _look(detector, image_rgb, dict(enumerate(faces)), template, side)
    return [_confidence(detector, seen[number]) for number in range(len(faces))]


def _confidence(detector: Detector, looks: Sequence[_Pass]) -> float:
    """By the mean score; a look in which the face was not seen counts as 0."""
    return confidence(sum(each.score for each in looks) / _LOOKS, detector.doubtful_score)


def _refined(
    detector: Detector, landmarks: FloatArray, large: Sequence[_Pass], small: Sequence[_Pass]
) -> RefinedLandmarks:
    looks = [landmarks, *(each.landmarks for each in (*large, *small))]
    return RefinedLandmarks(
        landmarks=np.mean(np.stack(looks), axis=0).astype(np.float32),
        score=max((each.score for each in large), default=0.0),
        times=len(large),
        firmly=sum(each.shift <= _FIRM_SHIFT for each in large),
        confidence=_confidence(detector, small if detector.small_passes else large),
    )


def _look(
    detector: Detector,
    image_rgb: ImageRGB,
    faces: Mapping[int, FloatArray],
    template: FloatArray,
    side: int,
) -> dict[int, list[_Pass]]:
    """What is seen of each face level, and in the mirror: two passes at most, or one, or none."""
    levels = {number: _level(image_rgb, face, template, side) for number, face in faces.items()}
    shown = [level for level in levels.values() if level is not None]
    pictures = [
        picture
        for level in shown
        for picture in (level.picture, np.ascontiguousarray(level.picture[:, ::-1]))
    ]
    seen = iter(detector.find_each(pictures, side))
    between_eyes = float(template[1, 0] - template[0, 0])
    looks: dict[int, list[_Pass]] = {}
    for number, level in levels.items():
        looks[number] = []
        if level is None:
            continue
        for mirrored in (False, True):
            nearest = _nearest(next(seen), level, mirrored_in=side if mirrored else None)
            if nearest is not None and nearest.shift <= _MOST_SHIFT * between_eyes:
                looks[number].append(replace(nearest, shift=nearest.shift / between_eyes))
    return looks


def _level(
    image_rgb: ImageRGB, landmarks: FloatArray, template: FloatArray, side: int
) -> _Level | None:
    matrix = similarity_transform(landmarks, template)
    if not _invertible(matrix):
        return None
    return _Level(
        picture=warp(image_rgb, matrix, (side, side), border=cv2.BORDER_CONSTANT),
        inverse=np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2],
        expected=transform_points(matrix, landmarks),
    )


def _nearest(seen: Candidates, level: _Level, *, mirrored_in: int | None) -> _Pass | None:
    """The finding whose landmarks lie nearest to where they are expected; its shift in pixels."""
    found = seen.landmarks
    if mirrored_in is not None:
        found = found[:, _MIRRORED_ORDER]
        found[..., 0] = mirrored_in - 1 - found[..., 0]
    shifts = np.linalg.norm(found - level.expected, axis=2).max(axis=1)
    if not shifts.size:
        return None
    best = int(shifts.argmin())
    return _Pass(
        transform_points(level.inverse, found[best]), float(shifts[best]), float(seen.scores[best])
    )


def _invertible(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    return abs(float(np.linalg.det(matrix[:, :2]))) > _LEAST_AREA_RATIO
