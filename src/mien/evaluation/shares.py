"""Counts as shares with their intervals. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.evaluation.figures import Share
from mien.evaluation.intervals import clopper_pearson

_BANDS = 3


def share(happened: NDArray[np.bool_] | Sequence[bool]) -> Share:
    """The share of trials that went so."""
    count, of = int(np.sum(happened)), len(happened)
    return Share(
        rate=count / of if of else None, count=count, of=of, interval=clopper_pearson(count, of)
    )


def thirds(values: NDArray[np.float64]) -> list[tuple[float, float, NDArray[np.bool_]]]:
    """The lowest, the middle and the highest third: limits, and which values lie in them.

    Equal values stay together, so the bands may be unequal or fewer.
    """
    if not len(values):
        return []
    edges = np.quantile(values, np.linspace(0, 1, _BANDS + 1))
    band = np.searchsorted(edges[1:-1], values, side="right")
    return [
        (float(values[band == each].min()), float(values[band == each].max()), band == each)
        for each in np.unique(band)
    ]
