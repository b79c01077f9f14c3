"""CenterFace (Xu et al., 2019): a heat map of face centres with sizes, offsets and landmarks."""

from collections.abc import Sequence

import numpy as np

from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.types import FloatArray

_STRIDE = 4


def decode(
    outputs: Sequence[FloatArray], input_wh: tuple[int, int], score_threshold: float
) -> FoundInBatch:
    """Read the four maps at stride 4: heat, log size, offset, landmarks.

    Sizes, offsets and landmarks come as (y, x) pairs, landmarks as shares of the box.
    """
    del input_wh  # the maps' own size says it
    heat, size, offset, points = (output.transpose(1, 0, 2, 3) for output in outputs)
    picture, row, column = np.nonzero(heat[0] > score_threshold)
    # The exponent is bounded so that a stray value gives a big box instead of an infinite one.
    high_wide = np.exp(np.minimum(size[:, picture, row, column], _MOST_LOG_SIZE)) * _STRIDE
    center = (offset[:, picture, row, column] + np.stack([row, column]) + 0.5) * _STRIDE
    top, left = center - high_wide / 2
    high, wide = high_wide
    shares = points[:, picture, row, column].reshape(5, 2, -1)
    landmarks = np.stack([left + shares[:, 1] * wide, top + shares[:, 0] * high], axis=-1)
    places = Candidates(
        np.stack([left, top, left + wide, top + high], axis=1).astype(np.float32),
        landmarks.transpose(1, 0, 2).astype(np.float32),
        heat[0, picture, row, column].astype(np.float32),
    )
    return FoundInBatch(places, picture)


_MOST_LOG_SIZE = 8.0

FAMILY = DetectorFamily(
    decode=decode,
    stride=32,
    color="rgb",
    mean=0.0,
    scale=1.0,
    sees_small=True,
    batches=True,
    doubtful_score=0.4,
)
