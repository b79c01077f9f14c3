"""What a second network says of a face: where its landmarks are, and whether it is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.refine_landmarks import confidence_of
from mien.vision.detectors.refine_landmarks import look_level
from mien.vision.halvings import Halvings
from mien.vision.types import FloatArray

ALIGNED_SIDE: Final = 96
"""Pixels of a side of what the network is shown of a face."""

ALIGNER_NMS_IOU: Final = 0.3

SURE: Final = 0.78
"""Confidence of the detector from which nobody else is asked whether a face is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """What the second network says of one face.

    Attributes:
        landmarks: float32, shape (5, 2): the mean of the looks in which the face was seen where it
            was found; the detector's own where it was not.
        confidence: that it is a face, in [0, 1]; see `families.confidence`.
    """

    landmarks: FloatArray
    confidence: float


def look_with(aligner: Detector, picture: Halvings, faces: Sequence[FloatArray]) -> list[Aligned]:
    """Look at faces that were found, each level and in the mirror.

    Its landmarks are steadier than those of the network that found the faces; and what deceives one
    network, as drawings and animals do, seldom deceives another.

    Args:
        aligner: of the second network.
        picture: the whole one.
        faces: landmarks of each, float32, shape (5, 2), as the detector gives them.
    """
    looks = look_level(aligner, picture, dict(enumerate(faces)))
    return [
        Aligned(
            np.mean([look.landmarks for look in looks[number]], axis=0).astype(np.float32)
            if looks[number]
            else face,
            confidence_of(aligner, looks[number]),
        )
        for number, face in enumerate(faces)
    ]
