"""What every family of detectors gives, and what its decoder has to say about its input."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True, eq=False)
class FoundInBatch:
    """Places of the pictures of a batch, one picture after the other.

    Attributes:
        places: of all of them, each in pixels of its own picture.
        picture: intp, shape (n,), ascending: the number in the batch of the picture of each.
    """

    places: Candidates
    picture: NDArray[np.intp]

    @classmethod
    def of(cls, found: Sequence[Candidates]) -> "FoundInBatch":
        """What was found in each picture."""
        places = Candidates(
            np.concatenate([each.boxes_xyxy for each in found]),
            np.concatenate([each.landmarks for each in found]),
            np.concatenate([each.scores for each in found]),
        )
        return cls(places, np.repeat(np.arange(len(found)), [len(each.scores) for each in found]))

    def each(self, count: int) -> list[Candidates]:
        """Those of each of so many pictures."""
        ends = np.searchsorted(self.picture, np.arange(count + 1)).tolist()
        found = self.places
        return [
            Candidates(
                found.boxes_xyxy[first:end], found.landmarks[first:end], found.scores[first:end]
            )
            for first, end in pairwise(ends)
        ]

    def take(self, indices: NDArray[np.intp]) -> "FoundInBatch":
        """These of them; ascending in the batch's order."""
        return FoundInBatch(self.places.take(indices), self.picture[indices])


NOTHING_FOUND: Final = FoundInBatch(
    Candidates(
        np.empty((0, 4), dtype=np.float32),
        np.empty((0, 5, 2), dtype=np.float32),
        np.empty(0, dtype=np.float32),
    ),
    np.empty(0, dtype=np.intp),
)


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


def largest(found: FoundInBatch, most: int) -> FoundInBatch:
    """The largest of each picture, in the order in which they were; all when there are no more."""
    if len(found.picture) <= most or int(np.bincount(found.picture).max()) <= most:
        return found
    boxes = found.places.boxes_xyxy
    with np.errstate(over="ignore", invalid="ignore"):
        areas = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(axis=1)
    areas = np.nan_to_num(areas, posinf=0.0)
    kept = []
    for picture in np.unique(found.picture):
        (mine,) = np.nonzero(found.picture == picture)
        order = np.argsort(-areas[mine], kind="stable")
        kept.append(mine[np.sort(order[:most])])
    return found.take(np.concatenate(kept))


Decode = Callable[[Sequence[FloatArray], tuple[int, int], float], FoundInBatch]
"""From a network's outputs, the size (width, height) of its input and the least score.

The first axis of every output is that of the pictures; see `apart`.
"""


@dataclass(frozen=True, slots=True)
class DetectorFamily:
    """How one family of networks is fed and read.

    Attributes:
        decode: its decoder, of all pictures of a batch at once.
        stride: both sides of the input are multiples of it.
        color: channel order of the input.
        mean: subtracted from every channel.
        scale: divides after that.
        sees_small: whether a face that is clearly seen at 96 pixels needs no look at 160.
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
    sees_small: bool = False
    small_passes: bool = False
    batches: bool = False
    doubtful_score: float | None = None

    @property
    def pictures_at_once(self) -> int | None:
        """The first side of the input; None where any number is taken."""
        return None if self.batches else 1


def apart(outputs: Sequence[FloatArray], count: int) -> list[FloatArray]:
    """What a network says of the pictures of a batch, with the pictures in the first axis.

    Some files keep the pictures apart there; others lay the cells of all of them, one picture after
    the other, into the second, because they were written for one picture.

    Args:
        outputs: of the batch.
        count: pictures in it.
    """
    if count == 1:
        return list(outputs)
    return [
        output if len(output) == count else output.reshape(count, -1, *output.shape[2:])
        for output in outputs
    ]


def gather(
    boxes: Sequence[FloatArray], landmarks: Sequence[FloatArray], scores: Sequence[FloatArray]
) -> Candidates:
    """Put the findings of several strides together."""
    return Candidates(
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(landmarks).astype(np.float32),
        np.concatenate(scores).astype(np.float32),
    )
