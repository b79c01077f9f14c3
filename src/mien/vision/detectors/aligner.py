"""Where the landmarks of a face are by a second network, steadier than by the one that found it."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.refine_landmarks import look_level
from mien.vision.halvings import Halvings
from mien.vision.types import FloatArray

ALIGNED_SIDE: Final = 96
"""Pixels of a side of what the network is shown of a face."""

ALIGNER_NMS_IOU: Final = 0.3


def landmarks_by(
    aligner: Detector, picture: Halvings, faces: Sequence[FloatArray]
) -> list[FloatArray]:
    """Look at faces that were found, each level and in the mirror, for their landmarks alone.

    Args:
        aligner: of the second network.
        picture: the whole one.
        faces: float32, shape (5, 2) each, as the detector gives them.

    Returns:
        The mean of the looks in which a face was seen where it was found, in the same order and
        shape; the detector's own where it was not.
    """
    looks = look_level(aligner, picture, dict(enumerate(faces)))
    return [
        np.mean([look.landmarks for look in looks[number]], axis=0).astype(np.float32)
        if looks[number]
        else face
        for number, face in enumerate(faces)
    ]
