"""YuNet (Wu et al., 2023): one anchor a cell at strides 8, 16 and 32."""

from collections.abc import Sequence

import numpy as np

from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import gather
from mien.vision.types import FloatArray

_STRIDES = (8, 16, 32)


def decode(
    outputs: Sequence[FloatArray], input_wh: tuple[int, int], score_threshold: float
) -> Candidates:
    """Read twelve outputs: class, objectness, box and landmarks, each at three strides.

    Centres and landmarks are offsets from the cell's corner in cells, sizes are logarithms.
    """
    boxes, landmarks, scores = [], [], []
    for level, stride in enumerate(_STRIDES):
        class_score, objectness, box, points = (outputs[level + 3 * kind][0] for kind in range(4))
        score = np.sqrt(np.clip(class_score[:, 0], 0, 1) * np.clip(objectness[:, 0], 0, 1))
        (index,) = np.nonzero(score > score_threshold)
        cell = np.stack(np.divmod(index, input_wh[0] // stride)[::-1], axis=1)
        center = (cell + box[index, :2]) * stride
        half = np.exp(np.minimum(box[index, 2:], _MOST_LOG_SIZE)) * (stride / 2)
        boxes.append(np.concatenate([center - half, center + half], axis=1))
        landmarks.append((points[index].reshape(-1, 5, 2) + cell[:, None]) * stride)
        scores.append(score[index])
    return gather(boxes, landmarks, scores)


_MOST_LOG_SIZE = 8.0

FAMILY = DetectorFamily(
    decode=decode,
    stride=32,
    color="bgr",
    mean=0.0,
    scale=1.0,
    small_passes=True,
    batches=True,
    doubtful_score=0.8,
)
