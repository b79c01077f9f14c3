"""Which face of a photo of several is probably somebody's. Pure."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.decision.similarity import similarity_to


def likeliest_face(
    faces: Sequence[NDArray[np.float32]],
    *,
    examples: Mapping[str, NDArray[np.float32]],
    others: Sequence[Sequence[NDArray[np.float32]]],
    least: float,
) -> int:
    """The number of the face that is most like the person.

    Args:
        faces: embeddings of the photo's faces, the largest first; float32, shape (dimension,), unit
            length; at least one.
        examples: the person's, by id; may be empty.
        others: the faces of other photos that are said to show the person, asked when there is no
            example: who is on most of them is probably meant.
        least: similarity below which no face is like the person; then it is the largest.

    Returns:
        From 1.
    """
    if examples:
        scores = [similarity_to(face, examples)[0] for face in faces]
    else:
        photos = [np.stack(photo) for photo in others if photo]
        scores = [_mean_of_best(face, photos) for face in faces]
    best = int(np.argmax(scores))
    return best + 1 if scores[best] >= least else 1


def _mean_of_best(face: NDArray[np.float32], photos: Sequence[NDArray[np.float32]]) -> float:
    if not photos:
        return -1.0
    return float(np.mean([(photo @ face).max() for photo in photos]))
