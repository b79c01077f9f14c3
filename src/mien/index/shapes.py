"""What every backend asks of the arrays that it is given."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def require_queries(queries: NDArray[np.float32], dimension: int) -> None:
    """Make sure that these are rows of this length.

    Raises:
        ValueError: they are not.
    """
    if queries.ndim != 2 or queries.shape[1] != dimension:  # noqa: PLR2004 - rows, columns
        raise ValueError(f"expected queries of shape (n, {dimension}), got {queries.shape}")


def require_vectors(
    keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32], dimension: int
) -> None:
    """Make sure that there is a group and a vector of this length for each key.

    Raises:
        ValueError: there is not.
    """
    if vectors.shape != (len(keys), dimension) or len(groups) != len(keys):
        raise ValueError(
            f"expected {len(keys)} groups and vectors of shape ({len(keys)}, {dimension}), "
            f"got {len(groups)} and {vectors.shape}"
        )
