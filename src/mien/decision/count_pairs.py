"""Count how similar the photos of all pairs are, in memory that does not grow with the pairs. Pure.

Every person weighs the same, however many photos there are of them: a pair of photos counts as
one over the product of its two people's photos.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_BINS = 200_000
BIN_WIDTH = 2 / _BINS
"""In units of similarity; what a share reaches is read to within two bins."""
# The arrays of so many pairs at once take about 50 MB.
_PAIRS_AT_ONCE = 2**20


class CountedPairs:
    """Pairs of photos, counted in narrow bins of similarity.

    Attributes:
        count: of the pairs.
        mean: of their similarities, weighted; exact.
    """

    def __init__(
        self, counts: NDArray[np.int64], weights: NDArray[np.float64], sums: NDArray[np.float64]
    ) -> None:
        """Take what was counted.

        Args:
            counts: int64, shape (bins,): pairs in each bin of [-1, 1].
            weights: float64, shape (bins,): what they weigh together.
            sums: float64, shape (bins,): their similarities times their weights, added.
        """
        (held,) = np.nonzero(counts)
        total = weights.sum() or 1.0
        self.count = int(counts.sum())
        self.mean = float(sums.sum() / total)
        self._edges = held * BIN_WIDTH - 1
        self._means = sums[held] / weights[held]
        self._weights = weights[held] / total
        self._reaching = np.cumsum(self._weights[::-1])[::-1]
        # In a bin of several pairs the last one is taken to weigh as much as the others.
        last = self._weights / counts[held]
        self._reaching_last = self._reaching - self._weights + last

    def reached_by(self, rate: float) -> float:
        """The similarity that this share reaches: the mean of the bin where it lies."""
        return float(self._means[self._bin(rate)])

    def tail_from(
        self, rate: float
    ) -> tuple[float, float, NDArray[np.float64], NDArray[np.float64]]:
        """The pairs above the edge of the bin where this share lies.

        Returns:
            The edge; the share that reaches it; the excesses over it, float64, shape (bins held,),
            rising, each the mean of a bin; and their weights, same shape, of sum 1.
        """
        at = self._bin(rate)
        start = float(self._edges[at])
        reaching = float(self._reaching[at])
        # Bins are told in float32, so that a pair may lie a hair below the edge of its own.
        excess = np.maximum(self._means[at:] - start, 0.0)
        return start, reaching, excess, self._weights[at:] / reaching

    def _bin(self, rate: float) -> int:
        at = int(np.searchsorted(-self._reaching_last, -rate))
        return min(at, len(self._means) - 1)


def count_pairs(
    embeddings: NDArray[np.float32], who: NDArray[np.intp]
) -> tuple[CountedPairs, CountedPairs]:
    """Count all pairs of photos: those of one person, and those of two.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        who: intp, shape (n,): the number of the person that each shows, from 0.
    """
    weight = 1.0 / np.bincount(who)[who]
    # First the bins of one person's pairs, then those of two people's, then one for no pair.
    size = 2 * _BINS + 1
    counts = np.zeros(size, np.int64)
    weights, sums = np.zeros(size), np.zeros(size)
    for rows in blocks(len(embeddings), len(embeddings)):
        # Each pair once: columns begin with the rows' own, and of these the later ones count.
        similarities = embeddings[rows] @ embeddings[rows.start :].T
        bins = _bins(similarities)
        bins += _BINS * (who[rows, None] != who[None, rows.start :])
        here = len(bins)
        bins[:, :here][np.tril_indices(here)] = size - 1
        weighing = weight[rows, None] * weight[None, rows.start :]
        flat = bins.ravel()
        counts += np.bincount(flat, minlength=size)
        weights += np.bincount(flat, weighing.ravel(), minlength=size)
        weighing *= similarities
        sums += np.bincount(flat, weighing.ravel(), minlength=size)
    one, two = slice(_BINS), slice(_BINS, 2 * _BINS)
    return (
        CountedPairs(counts[one], weights[one], sums[one]),
        CountedPairs(counts[two], weights[two], sums[two]),
    )


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Rows of a table of pairs, as many at once as memory is spent on; at least one.

    Args:
        rows: of the table.
        columns: of the table.
    """
    step = max(_PAIRS_AT_ONCE // max(columns, 1), 1)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def _bins(similarities: NDArray[np.float32]) -> NDArray[np.intp]:
    """The bin of each similarity, same shape."""
    scaled = similarities + np.float32(1)
    scaled *= np.float32(_BINS / 2)
    return np.clip(scaled, 0, _BINS - 1, out=scaled).astype(np.intp)
