"""The one way in which a similarity that decides is computed."""

import numpy as np
from numpy.typing import NDArray


def cosines(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float64]:
    """How similar vectors are to another one.

    Summed row by row in double precision, so that equal vectors are equally similar wherever they
    stand and however many are asked about at a time. A matrix product promises neither.

    Args:
        vectors: float32, shape (n, dimension), unit length.
        query: float32, shape (dimension,), unit length.

    Returns:
        float64, shape (n,), in [-1, 1].
    """
    sums = (vectors.astype(np.float64) * query.astype(np.float64)).sum(axis=1)
    return np.asarray(np.clip(sums, -1.0, 1.0), dtype=np.float64)
