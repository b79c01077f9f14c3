"""Searches with strangers among embeddings of a labelled set: how many of the enrolled are missed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FPIR = 0.01


def fnir(
    embeddings: NDArray[np.float32],
    photos: Sequence[NDArray[np.intp]],
    known: Sequence[int],
    strangers: Sequence[int],
) -> float:
    """FNIR at an FPIR of 1 %: enrolled by one photo each, one photo a stranger.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        photos: rows of each person; the first one is enrolled, or searched for as a stranger's.
        known: who is enrolled; their other photos are searched for.
        strangers: who is not.
    """
    gallery = embeddings[[photos[person][0] for person in known]].T
    probes = np.concatenate([photos[person][1:] for person in known])
    owner = np.repeat(np.arange(len(known)), [len(photos[person]) - 1 for person in known])
    nearest = (embeddings[[photos[person][0] for person in strangers]] @ gallery).max(axis=1)
    threshold = np.sort(nearest)[::-1][int(FPIR * len(nearest))]
    similar = embeddings[probes] @ gallery
    right = (similar.argmax(axis=1) == owner) & (similar.max(axis=1) > threshold)
    return 1 - float(right.mean())
