"""From a backend's name to an index."""

from mien.index.base import VectorIndex
from mien.index.exact import ExactIndex


def build_index(dimension: int) -> VectorIndex:
    """An empty index for vectors of this dimension."""
    return ExactIndex(dimension)
