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


def confidence(closest: float, doubtful_score: float | None) -> float:
    """How sure a network is that a face is one, on a scale that all families share.

    Args:
        closest: mean score of the closest looks, in [0, 1].
        doubtful_score: of the family; see `DetectorFamily`.

    Returns:
        In [0, 1], one half at the family's doubtful score; 1 where that is not known.
    """
    if doubtful_score is None:
        return 1.0
    if closest < doubtful_score:
        return 0.5 * closest / doubtful_score
    return min(0.5 + 0.5 * (closest - doubtful_score) / (1 - doubtful_score), 1.0)


def largest(found: Candidates, most: int) -> Candidates:
    """The largest of them, in the order in which they were; all when there are no more."""
    if len(found.scores) <= most:
        return found
    with np.errstate(over="ignore", invalid="ignore"):
        areas = (found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2]).clip(0).prod(axis=1)
    order = np.argsort(-np.nan_to_num(areas, posinf=0.0), kind="stable")
    return found.take(np.sort(order[:most]))


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
        batches: whether its files take several pictures at once and keep their answers apart.
        doubtful_score: what is seen in the closest looks with a lower mean score is seldom a human
            face; None where that has not been measured. Scores of two families mean nothing to each
            other: `bench/confidence.py` measures where they part people from animals.
    """

    decode: Decode
    stride: int
    color: Literal["rgb", "bgr"]
    mean: float
    scale: float
    small_passes: bool = False
    batches: bool = False
    doubtful_score: float | None = None


def outputs_of_each(outputs: Sequence[FloatArray], count: int) -> list[list[FloatArray]]:
    """What a network says of each picture of a batch, as if it had been given alone.

    Some files keep the pictures apart in the first axis; others lay the cells of all of them, one
    picture after the other, into the second, because they were written for one picture.

    Args:
        outputs: of the batch.
        count: pictures in it.
    """
    if count == 1:
        return [list(outputs)]
    apart = [
        output if len(output) == count else output.reshape(count, -1, *output.shape[2:])
        for output in outputs
    ]
    return [[output[number : number + 1] for output in apart] for number in range(count)]


def gather(
    boxes: Sequence[FloatArray], landmarks: Sequence[FloatArray], scores: Sequence[FloatArray]
) -> Candidates:
    """Put the findings of several strides together."""
    return Candidates(
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(landmarks).astype(np.float32),
        np.concatenate(scores).astype(np.float32),
    )
