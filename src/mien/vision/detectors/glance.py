"""A closer look that is cheap, and all that most faces need."""

import math
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.refine_landmarks import LOOKS
from mien.vision.detectors.refine_landmarks import Look
from mien.vision.detectors.refine_landmarks import confidence_of
from mien.vision.detectors.refine_landmarks import firmly_seen
from mien.vision.detectors.refine_landmarks import look_small
from mien.vision.detectors.refine_landmarks import look_small_and_wide
from mien.vision.detectors.refine_landmarks import look_smallest
from mien.vision.detectors.refine_landmarks import near
from mien.vision.halvings import Halvings
from mien.vision.pose import estimate_pose
from mien.vision.types import FloatArray

# Confidence from which a face is settled at the first glance, and from which a second is worth it
# and settles. One face of fifty is less sure at the first, mostly for its landmarks.
CONFIDENT: Final = 0.7
_HOPEFUL: Final = 0.625
# A face that was not level when it was looked at, by so many degrees, was not seen at its best:
# networks say of a leaning face that it leans less.
_MOST_LEAN: Final = 4.0
# In pixels of the picture between the eyes of a face of hardly twenty.
_TINY_EYES: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What was seen of a face at a glance, or two.

    Attributes:
        settled: whether that is all that there is to see; what follows holds only then.
        landmarks: float32, shape (5, 2).
        score: the best with which it was seen, in [0, 1].
        confidence: see `face_confidence`.
        first: what was seen at the first glance, for who looks on.
    """

    settled: bool
    landmarks: FloatArray
    score: float
    confidence: float
    first: Sequence[Look]


def glance_at_each(
    detector: Detector, picture: Halvings, faces: Sequence[FloatArray]
) -> list[Glance]:
    """Look at faces level, mirrored and small, all together; at some once more.

    A face is settled when it is seen both times, surely, with its landmarks where they were. Where
    they were elsewhere and it was seen both times, it is brought level by what was seen and looked
    at again. What is upside down or no face is seen once, or not at all, or with little confidence.

    Args:
        detector: which found the faces.
        picture: the whole one.
        faces: landmarks of each, as first found.
    """
    seen: dict[int, list[FloatArray]] = {}
    settled: dict[int, float] = {}
    again: dict[int, FloatArray] = {}
    enough: dict[int, float] = {}
    wide = look_small_and_wide(detector, picture, dict(enumerate(faces)))
    first = near(wide)
    for number, looks in first.items():
        confidence = confidence_of(detector, looks)
        if (
            firmly_seen(looks) == LOOKS
            and confidence >= CONFIDENT
            and _turned_by(faces[number], looks) < _MOST_LEAN
        ):
            settled[number] = confidence
            seen[number] = [faces[number], *_landmarks(looks)]
        elif len(looks) == LOOKS and confidence >= _HOPEFUL:
            again[number], enough[number] = _mean([faces[number], *_landmarks(looks)]), _HOPEFUL
        elif (
            _is_tiny(faces[number])
            and len(wide[number]) == LOOKS
            and confidence_of(detector, wide[number]) >= CONFIDENT
        ):
            # Of so few pixels, what strayed says more of where the face is than what was first
            # found. A larger face that is seen so may be upside down.
            again[number], enough[number] = _mean(_landmarks(wide[number])), CONFIDENT
    second = look_small(detector, picture, again)
    for number, looks in second.items():
        confidence = confidence_of(detector, looks)
        if firmly_seen(looks) == LOOKS and confidence >= enough[number]:
            settled[number] = confidence
            seen[number] = [*_landmarks(first[number]), *_landmarks(looks)]
    means = {number: _mean(landmarks) for number, landmarks in seen.items()}
    # Those seen in two glances have their landmarks from as many looks as others get by this.
    once = {number: mean for number, mean in means.items() if number not in second}
    for number, looks in look_smallest(detector, picture, once).items():
        means[number] = _mean([*seen[number], *_landmarks(looks)])
    return [
        Glance(
            settled=number in settled,
            landmarks=means.get(number, faces[number]),
            score=_best(second.get(number) or looks),
            confidence=settled.get(number, 0.0),
            first=looks,
        )
        for number, looks in first.items()
    ]


def _is_tiny(face: FloatArray) -> bool:
    return math.dist(face[0].tolist(), face[1].tolist()) < _TINY_EYES


def _turned_by(face: FloatArray, looks: Sequence[Look]) -> float:
    """Degrees by which the looks say that a face is turned from what was first said."""
    first = estimate_pose(face).roll_degrees
    now = estimate_pose(_mean(_landmarks(looks))).roll_degrees
    return abs((now - first + 180) % 360 - 180)


def _landmarks(looks: Iterable[Look]) -> list[FloatArray]:
    return [look.landmarks for look in looks]


def _mean(landmarks: Sequence[FloatArray]) -> FloatArray:
    mean: FloatArray = (np.add.reduce(landmarks) / len(landmarks)).astype(np.float32)
    return mean


def _best(looks: Sequence[Look]) -> float:
    return max((look.score for look in looks), default=0.0)
