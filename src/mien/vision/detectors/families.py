"""What every family of detectors gives, and what its decoder has to say about its input."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mien.vision.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places where a network sees a face, not yet thinned out.

    Attributes:
        boxes_xyxy: float32, shape (n, 4), left, top, right, bottom.
        landmarks: float32, shape (n, 5, 2), (x, y) in the order of `DetectedFace.landmarks`.
        scores: float32, shape (n,), in [0, 1].
    """

    boxes_xyxy: FloatArray
    landmarks: FloatArray
    scores: FloatArray

    def take(self, indices: np.ndarray[tuple[int], np.dtype[np.intp]]) -> "Candidates":
        """These of them."""
        return Candidates(self.boxes_xyxy[indices], self.landmarks[indices], self.scores[indices])


Decode = Callable[[Sequence[FloatArray], tuple[int, int], float], Candidates]
"""From a network's outputs, the size (width, height) of its input and the least score."""


@dataclass(frozen=True, slots=True)
class DetectorFamily:
    """How one family of networks is fed and read.

    Attributes:
        decode: its decoder.
        stride: both sides of the input are multiples of it.
        color: channel order of the input.
        mean: subtracted from every channel.
        scale: divides after that.
        small_passes: whether a second look at a smaller scale betters its landmarks by more than it
            costs; see `refine_landmarks`.
    """

    decode: Decode
    stride: int
    color: Literal["rgb", "bgr"]
    mean: float
    scale: float
    small_passes: bool = False


def gather(
    boxes: Sequence[FloatArray], landmarks: Sequence[FloatArray], scores: Sequence[FloatArray]
) -> Candidates:
    """Put the findings of several strides together."""
    return Candidates(
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(landmarks).astype(np.float32),
        np.concatenate(scores).astype(np.float32),
    )
