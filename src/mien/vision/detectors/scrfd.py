"""SCRFD with landmarks (Guo et al., 2021): two anchors a cell at strides 8, 16 and 32."""

from collections.abc import Sequence

import numpy as np

from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.families import gather
from mien.vision.types import FloatArray

_STRIDES = (8, 16, 32)
_ANCHORS = 2


def decode(
    outputs: Sequence[FloatArray], input_wh: tuple[int, int], score_threshold: float
) -> FoundInBatch:
    """Read nine outputs: scores, distances to the box's sides, landmarks, each at three strides.

    Of one picture, see `FAMILY`.
    """
    boxes, landmarks, scores = [], [], []
    for level, stride in enumerate(_STRIDES):
        score, distance, points = (
            outputs[level + 3 * kind].reshape(-1, length) for kind, length in enumerate((1, 4, 10))
        )
        (index,) = np.nonzero(score[:, 0] > score_threshold)
        cell = np.stack(np.divmod(index // _ANCHORS, input_wh[0] // stride)[::-1], axis=1)
        center = cell * stride
        low = center - distance[index, :2] * stride
        high = center + distance[index, 2:] * stride
        boxes.append(np.concatenate([low, high], axis=1))
        landmarks.append(points[index].reshape(-1, 5, 2) * stride + center[:, None])
        scores.append(score[index, 0])
    return FoundInBatch.of([gather(boxes, landmarks, scores)])


# The published files lay the anchors of all pictures into one axis, in an order of their own.
FAMILY = DetectorFamily(decode=decode, stride=32, color="rgb", mean=127.5, scale=128.0)
