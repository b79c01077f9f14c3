"""YuNet (Wu et al., 2023): one anchor a cell at strides 8, 16 and 32."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.types import FloatArray

_STRIDES = (8, 16, 32)


def decode(
    outputs: Sequence[FloatArray], input_wh: tuple[int, int], score_threshold: float
) -> FoundInBatch:
    """Read twelve outputs: class, objectness, box and landmarks, each at three strides.

    Centres and landmarks are offsets from the cell's corner in cells, sizes are logarithms.
    """
    classes, objects, boxes, points = (
        np.concatenate([outputs[level + 3 * kind] for level in range(len(_STRIDES))], axis=1)
        for kind in range(4)
    )
    both = np.clip(classes[..., 0], 0, 1) * np.clip(objects[..., 0], 0, 1)
    picture, index = np.nonzero(both > score_threshold**2)
    columns_rows_strides = _cells(input_wh)[index]
    cell, stride = columns_rows_strides[:, :2], columns_rows_strides[:, 2:]
    box = boxes[picture, index]
    center = (cell + box[:, :2]) * stride
    # The exponent is bounded so that a stray value gives a big box instead of an infinite one.
    half = np.exp(np.minimum(box[:, 2:], _MOST_LOG_SIZE)) * (stride / 2)
    landmarks = (points[picture, index].reshape(-1, 5, 2) + cell[:, None]) * stride[:, None]
    places = Candidates(
        np.concatenate([center - half, center + half], axis=1),
        landmarks,
        np.sqrt(both[picture, index]),
    )
    return FoundInBatch(places, picture)


@lru_cache(maxsize=32)
def _cells(input_wh: tuple[int, int]) -> FloatArray:
    """Column, row and stride of every cell of an input, in the order of the outputs."""
    cells = []
    for stride in _STRIDES:
        wide, high = input_wh[0] // stride, input_wh[1] // stride
        rows, columns = np.divmod(np.arange(wide * high), max(wide, 1))
        cells.append(np.stack([columns, rows, np.full_like(rows, stride)], axis=1))
    return np.concatenate(cells).astype(np.float32)


_MOST_LOG_SIZE = 8.0

FAMILY = DetectorFamily(
    decode=decode,
    stride=32,
    color="bgr",
    mean=0.0,
    scale=1.0,
    sees_small=True,
    small_passes=True,
    batches=True,
    doubtful_score=0.8,
)
