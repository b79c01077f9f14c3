"""Whether a face is rather one of those that are known not to be somebody's. Pure arithmetic."""

import numpy as np
from numpy.typing import NDArray

from mien.index.cosine import cosines


def is_refused(
    query: NDArray[np.float32],
    example_similarity: float,
    negatives: NDArray[np.float32],
) -> bool:
    """Whether somebody is not to be named for a face.

    They are not, when a face that is known not to be theirs is nearer than their nearest own one.
    Whatever else is searched for is answered as before.

    Args:
        query: the face; float32, shape (dimension,), unit length.
        example_similarity: cosine to the person's nearest example.
        negatives: faces that are not theirs; float32, shape (n, dimension), unit length.
    """
    if not len(negatives):
        return False
    return float(cosines(negatives, query).max()) > example_similarity
