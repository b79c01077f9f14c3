"""A detector of drawn squares, red above and green below, that needs no weights.

It sees what networks see: squares that stand upright or lean a little, from 10 to 160 pixels of its
input, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mien.options import RuntimeName
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.sessions import InputShape
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

LEAST, MOST = 10, 160
_MOST_LEAN = 50.0
_SCORE = 0.95
_POINTS = np.array([(-0.2, -0.2), (0.2, -0.2), (0, 0.05), (-0.15, 0.25), (0.15, 0.25)])


@dataclass
class EchoSession:
    """Gives back what it is given, and counts.

    Attributes:
        input_shape: as a network's.
        pixels: how many it was given, all in all.
    """

    input_shape: InputShape = (1, 3, None, None)
    pixels: int = 0
    runtime: RuntimeName = "onnxruntime"

    def run(self, batch: FloatArray) -> list[FloatArray]:
        self.pixels += batch.shape[2] * batch.shape[3]
        return [batch.copy()]

    def close(self) -> None:
        pass


def square_detector(session: EchoSession | None = None) -> Detector:
    """A detector that sees the squares of `draw_square`."""
    family = DetectorFamily(decode=_decode, stride=32, color="rgb", mean=0.0, scale=1.0)
    return Detector(session or EchoSession(), family, score_threshold=0.5, nms_iou=0.3)


def draw_square(image_rgb: ImageRGB, left: int, top: int, side: int) -> None:
    """Draw a square into the picture."""
    half = top + side // 2
    image_rgb[top:half, left : left + side] = (255, 0, 0)
    image_rgb[half : top + side, left : left + side] = (0, 255, 0)


def black(width: int, height: int) -> ImageRGB:
    """A picture without anything."""
    return np.zeros((height, width, 3), dtype=np.uint8)


def _decode(outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float) -> FoundInBatch:
    del input_wh
    return FoundInBatch.of([_decode_one(planes, least) for planes in outputs[0]])


def _decode_one(planes: FloatArray, least: float) -> Candidates:
    red, green = planes[0] > 100, planes[1] > 100
    count, places, stats, _ = cv2.connectedComponentsWithStats((red | green).astype(np.uint8))
    boxes, landmarks = [], []
    for number in range(1, count):
        left, top, width, height = (float(value) for value in stats[number][:4])
        above = np.argwhere((places == number) & red)
        below = np.argwhere((places == number) & green)
        if not len(above) or not len(below) or not LEAST <= min(width, height) <= MOST:
            continue
        down = (below.mean(axis=0) - above.mean(axis=0))[::-1]
        lean = np.degrees(np.arctan2(-down[0], down[1]))
        if abs(lean) > _MOST_LEAN:
            continue
        unit = down / np.linalg.norm(down)
        across = np.array([unit[1], -unit[0]])
        side = 2 * float(np.linalg.norm(down))
        middle = np.array([left + width / 2, top + height / 2])
        boxes.append([left, top, left + width, top + height])
        landmarks.append(middle + side * (_POINTS[:, :1] * across + _POINTS[:, 1:] * unit))
    scores = np.full(len(boxes), _SCORE if least < _SCORE else 0.0, dtype=np.float32)
    return Candidates(
        np.array(boxes, dtype=np.float32).reshape(-1, 4),
        np.array(landmarks, dtype=np.float32).reshape(-1, 5, 2),
        scores,
    )
