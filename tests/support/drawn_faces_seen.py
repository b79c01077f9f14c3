"""A detector that sees one face at a known place, whatever crop of the picture it is shown.

The picture's colours say where each pixel lies, so that a crop says how it was cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np

from mien.options import RuntimeName
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.sessions import InputShape
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_MIRRORED_ORDER = (1, 0, 2, 4, 3)
_BLUE = 255


def draw_places(side: int) -> ImageRGB:
    """A picture of at most 500 pixels a side: red is half of x, green is half of y."""
    row, column = np.mgrid[0:side, 0:side] / 2
    picture: ImageRGB = np.stack(
        [column, row, np.full_like(row, _BLUE)], axis=-1, dtype=np.uint8, casting="unsafe"
    )
    return picture


@dataclass
class Seen:
    """What is seen, and how it was asked for.

    Attributes:
        face: landmarks in the picture of `draw_places`.
        scores: in a crop as it is and in its mirror image; 0 for not at all.
        sides: of each crop, in pixels.
        batches: how many crops came together, each time.
    """

    face: FloatArray
    scores: tuple[float, float] = (0.95, 0.95)
    sides: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)


def detector_that_sees(seen: Seen, *, doubtful_score: float | None = 0.8) -> Detector:
    """A detector that sees that face in every crop that shows where it lies."""

    def decode_one(crop: FloatArray, input_wh: tuple[int, int], least: float) -> Candidates:
        seen.sides.append(input_wh[0])
        landmarks, mirrored = _in_crop(seen.face, crop)
        score = seen.scores[mirrored]
        count = int(score > least and bool((abs(landmarks) < max(input_wh)).all()))
        box = np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)])
        return Candidates(
            np.stack([box] * count) if count else np.empty((0, 4), dtype=np.float32),
            np.stack([landmarks] * count) if count else np.empty((0, 5, 2), dtype=np.float32),
            np.full(count, score, dtype=np.float32),
        )

    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        return FoundInBatch.of([decode_one(crop, input_wh, least) for crop in outputs[0]])

    family = DetectorFamily(
        decode=decode,
        stride=32,
        color="rgb",
        mean=0.0,
        scale=1.0,
        sees_small=True,
        small_passes=True,
        batches=True,
        doubtful_score=doubtful_score,
    )
    return Detector(_Echo(seen), family, score_threshold=0.7, nms_iou=0.3)


def _in_crop(face: FloatArray, planes: FloatArray) -> tuple[FloatArray, bool]:
    """Where the face lies in a crop, and whether that is a mirror image."""
    rows, columns = np.nonzero(planes[2] > _BLUE - 1)
    here = np.stack([columns, rows, np.ones_like(rows)], axis=1)
    there = 2 * planes[:2, rows, columns].T + 0.5
    matrix = np.linalg.lstsq(here, there, rcond=None)[0].T
    back = np.linalg.inv(np.vstack([matrix, (0.0, 0.0, 1.0)]))[:2]
    landmarks = (face @ back[:, :2].T + back[:, 2]).astype(np.float32)
    mirrored = bool(np.linalg.det(matrix[:, :2]) < 0)
    return (landmarks[list(_MIRRORED_ORDER)] if mirrored else landmarks), mirrored


class _Echo:
    """Gives back what it is given."""

    runtime: RuntimeName = "onnxruntime"
    input_shape: InputShape = (None, 3, None, None)

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def run(self, batch: FloatArray) -> list[FloatArray]:
        self._seen.batches.append(len(batch))
        return [batch.copy()]

    def close(self) -> None:
        pass
