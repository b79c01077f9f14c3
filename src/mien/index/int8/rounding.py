"""Unit vectors as signed bytes, all by one scale."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

# The numbers of a unit vector spread by one over the root of its dimension. A step that lets 127
# reach 4.5 times that spread rounds as finely as may be and cuts off hardly any number: the least
# error for a normal spread is at 3.9, and embeddings have more numbers far out than that.
_SPREADS: Final = 4.5
_MOST: Final = 127
_WORD: Final = 8


def scale_of(dimension: int) -> float:
    """By what the numbers of vectors of this dimension are multiplied before they are rounded."""
    return _MOST * math.sqrt(dimension) / _SPREADS


def stride_of(dimension: int) -> int:
    """Bytes of a rounded vector: its numbers, and zeros up to whole 64-bit words."""
    return -(-dimension // _WORD) * _WORD


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round unit vectors.

    Args:
        vectors: float32, shape (n, dimension).

    Returns:
        int8, shape (n, stride_of(dimension)).
    """
    count, dimension = vectors.shape
    made = np.zeros((count, stride_of(dimension)), np.int8)
    scaled = np.rint(vectors * np.float32(scale_of(dimension)))
    made[:, :dimension] = np.clip(scaled, -_MOST, _MOST, out=scaled)
    return made
