"""A second, closer look at a face for better landmarks."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.families import confidence
from mien.vision.geometry import inverse_of
from mien.vision.geometry import similarity_transform
from mien.vision.geometry import transform_points
from mien.vision.geometry import warp
from mien.vision.halvings import Halvings
from mien.vision.types import FloatArray

# The face is brought level, with 48 pixels between the eyes, into the middle of 160 by 160; and,
# where it pays, with half as many into that of 96 by 96, and with 20 into that of 64 by 64.
_SIDE, _SMALL_SIDE, _SMALLEST_SIDE = 160, 96, 64
_TEMPLATE = np.array(
    [(56.0, 49.0), (104.0, 49.0), (80.0, 76.5), (60.5, 104.5), (99.5, 104.5)], dtype=np.float32
)
_SMALL_TEMPLATE = ((_TEMPLATE - _SIDE / 2) / 2 + _SMALL_SIDE / 2).astype(np.float32)
_SMALLEST_TEMPLATE = ((_TEMPLATE - _SIDE / 2) / 2.4 + _SMALLEST_SIDE / 2).astype(np.float32)
_MIRRORED_ORDER = (1, 0, 2, 4, 3)
# In distances between the eyes. A landmark that moves further belongs to another face; half as much
# would throw away every fifth of YuNet's good looks (14 % straight, 20 % mirrored).
_MOST_SHIFT, _FIRM_SHIFT = 0.5, 0.25
# Of a face of ten pixels the first landmarks are off by as much as that.
_STRAY_SHIFT = 1.25

GLANCE_SIDES: Final = (_SMALL_SIDE, _SMALLEST_SIDE)
"""In pixels, of what is looked at of almost every face, where a network sees well at these."""

LOOKS: Final = 2
"""How often a face is looked at in each scale: as it is and mirrored."""


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
class Look:
    """A face as seen once.

    Attributes:
        landmarks: float32, shape (5, 2), in pixels of the picture.
        shift: how far the one moved that moved furthest, in distances between the eyes.
        score: in [0, 1].
    """

    landmarks: FloatArray
    shift: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class _Levels:
    """Faces brought level, each as it is and mirrored.

    Attributes:
        numbers: of the faces.
        crops_rgb: uint8, shape (2 * faces, side, side, 3).
        inverses: from pixels of a crop that is not mirrored to the picture's, shape (faces, 2, 3).
        expected: where the landmarks lie in it, if they were right, shape (faces, 5, 2).
    """

    numbers: Sequence[int]
    crops_rgb: NDArray[np.uint8]
    inverses: NDArray[np.float64]
    expected: FloatArray


def refine_landmarks(
    detector: Detector, picture: Halvings, landmarks: FloatArray
) -> RefinedLandmarks:
    """Look at one face again, level, and at its mirror image; take the mean.

    A network's landmarks depend on the scale of a face, its turn and the grid that it falls on;
    most of that cancels out, for two runs at 160 pixels a face, and for YuNet two more at 96.
    `bench/alignment.py` measures what each brings and costs.

    Args:
        detector: which found the face.
        picture: the whole one.
        landmarks: float32, shape (5, 2), as first found.
    """
    return refine_each(detector, picture, [landmarks])[0]


def refine_each(
    detector: Detector,
    picture: Halvings,
    faces: Sequence[FloatArray],
    known: Sequence[Sequence[Look]] | None = None,
) -> list[RefinedLandmarks]:
    """The same for several faces of a picture, with few inferences where the network takes batches.

    Args:
        detector: which found the faces.
        picture: the whole one.
        faces: landmarks of each, as `refine_landmarks` takes them.
        known: of each, what `look_small` said of it; None where nobody looked.
    """
    numbered = dict(enumerate(faces))
    small = dict(enumerate(known)) if known is not None else look_small(detector, picture, numbered)
    large = _look(detector, picture, numbered, _TEMPLATE, _SIDE) if detector.sees_small else small
    return [
        _refined(detector, landmarks, large[number], small[number])
        for number, landmarks in numbered.items()
    ]


def look_small(
    detector: Detector, picture: Halvings, faces: Mapping[int, FloatArray]
) -> dict[int, list[Look]]:
    """What is seen of each face level and small, and in the mirror: two looks, one or none.

    Args:
        detector: which found the faces.
        picture: the whole one.
        faces: landmarks of each, by a number.
    """
    return near(look_small_and_wide(detector, picture, faces))


def look_small_and_wide(
    detector: Detector, picture: Halvings, faces: Mapping[int, FloatArray]
) -> dict[int, list[Look]]:
    """The same, and what lies further off: of a very small face, or of another."""
    template, side = (_SMALL_TEMPLATE, _SMALL_SIDE) if detector.sees_small else (_TEMPLATE, _SIDE)
    return _look(detector, picture, faces, template, side, most_shift=_STRAY_SHIFT)


def look_level(
    detector: Detector, picture: Halvings, faces: Mapping[int, FloatArray]
) -> dict[int, list[Look]]:
    """The same at one size for every family: 96 pixels, with 24 between the eyes."""
    return _look(detector, picture, faces, _SMALL_TEMPLATE, _SMALL_SIDE)


def near(looks: Mapping[int, Sequence[Look]]) -> dict[int, list[Look]]:
    """Those in which every landmark is near enough to be that of this face."""
    return {
        number: [look for look in each if look.shift <= _MOST_SHIFT]
        for number, each in looks.items()
    }


def look_smallest(
    detector: Detector, picture: Halvings, faces: Mapping[int, FloatArray]
) -> dict[int, list[Look]]:
    """The same smaller still, for the landmarks alone; nothing where that does not pay."""
    if not detector.small_passes:
        return {number: [] for number in faces}
    return _look(detector, picture, faces, _SMALLEST_TEMPLATE, _SMALLEST_SIDE)


def face_confidence(
    detector: Detector, picture: Halvings, faces: Sequence[FloatArray]
) -> list[float]:
    """How sure the network is of each face, level and small, as it is and mirrored.

    Animals, textures and many drawings convince it when they are large or in one of the two; with
    few pixels, faces stay faces. See `families.confidence` for the scale.

    Args:
        detector: which found the faces.
        picture: the whole one.
        faces: landmarks of each, refined.

    Returns:
        One number a face, in [0, 1].
    """
    seen = look_small(detector, picture, dict(enumerate(faces)))
    return [confidence_of(detector, seen[number]) for number in range(len(faces))]


def confidence_of(detector: Detector, looks: Sequence[Look]) -> float:
    """By the mean score; a look in which the face was not seen counts as 0."""
    return confidence(sum(each.score for each in looks) / LOOKS, detector.doubtful_score)


def firmly_seen(looks: Sequence[Look]) -> int:
    """How often a face was seen with its landmarks where they were; see `RefinedLandmarks`."""
    return sum(each.shift <= _FIRM_SHIFT for each in looks)


def _refined(
    detector: Detector, landmarks: FloatArray, large: Sequence[Look], small: Sequence[Look]
) -> RefinedLandmarks:
    beside = small if detector.small_passes and large else []
    looks = [landmarks, *(each.landmarks for each in (*large, *beside))]
    return RefinedLandmarks(
        landmarks=np.mean(np.stack(looks), axis=0).astype(np.float32),
        score=max((each.score for each in large), default=0.0),
        times=len(large),
        firmly=firmly_seen(large),
        confidence=confidence_of(detector, beside if detector.small_passes else large),
    )


def _look(
    detector: Detector,
    picture: Halvings,
    faces: Mapping[int, FloatArray],
    template: FloatArray,
    side: int,
    *,
    most_shift: float = _MOST_SHIFT,
) -> dict[int, list[Look]]:
    """What is seen of each face level, and in the mirror."""
    looks: dict[int, list[Look]] = {number: [] for number in faces}
    levels = _levels(picture, faces, template, side)
    if not levels.numbers:
        return looks
    seen = detector.find_in_batch(list(levels.crops_rgb), side)
    between_eyes = float(template[1, 0] - template[0, 0])
    nearest = _nearest(seen, levels, side, most_shift * between_eyes)
    for place, landmarks, shift, score in zip(*nearest, strict=True):
        looks[levels.numbers[place]].append(Look(landmarks, shift / between_eyes, score))
    return looks


def _levels(
    picture: Halvings, faces: Mapping[int, FloatArray], template: FloatArray, side: int
) -> _Levels:
    shown = []
    for number, landmarks in faces.items():
        matrix = similarity_transform(landmarks, template)
        inverse = inverse_of(matrix)
        if inverse is not None:
            shown.append((number, matrix, inverse, transform_points(matrix, landmarks)))
    crops: NDArray[np.uint8] = np.empty((LOOKS * len(shown), side, side, 3), dtype=np.uint8)
    for place, (_, matrix, _, _) in enumerate(shown):
        crop = warp(picture, matrix, (side, side), border=cv2.BORDER_CONSTANT)
        crops[LOOKS * place] = crop
        crops[LOOKS * place + 1] = cv2.flip(crop, 1)
    return _Levels(
        numbers=[number for number, *_ in shown],
        crops_rgb=crops,
        inverses=np.array([inverse for _, _, inverse, _ in shown]),
        expected=np.array([expected for *_, expected in shown]),
    )


def _nearest(
    seen: FoundInBatch, levels: _Levels, side: int, most_shift: float
) -> tuple[list[int], FloatArray, list[float], list[float]]:
    """In each crop the finding whose landmarks lie nearest to where they are expected.

    Returns:
        Of each that is near enough: whose it is, its landmarks in pixels of the picture, how far
        the landmark moved that moved furthest, in pixels of the crop, and its score.
    """
    found, of = seen.places.landmarks, seen.picture // LOOKS
    mirrored = seen.picture % LOOKS == 1
    if mirrored.any():
        turned = found[mirrored][:, _MIRRORED_ORDER]
        turned[..., 0] = side - 1 - turned[..., 0]
        found = found.copy()
        found[mirrored] = turned
    shifts = np.linalg.norm(found - levels.expected[of], axis=2).max(axis=1)
    # Of those of one crop the nearest, the surer of two.
    order = np.lexsort((shifts, seen.picture))
    crop = seen.picture[order]
    best = order[np.append(True, crop[1:] != crop[:-1])] if order.size else order
    best = best[shifts[best] <= most_shift]
    inverses = levels.inverses[of[best]]
    back = found[best].astype(np.float64) @ inverses[:, :, :2].transpose(0, 2, 1)
    landmarks = (back + inverses[:, None, :, 2]).astype(np.float32)
    return of[best].tolist(), landmarks, shifts[best].tolist(), seen.places.scores[best].tolist()
