"""Searches with strangers among embeddings of a labelled set: how many of the enrolled are missed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FPIR = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Who is enrolled and with which photo: rows of a labelled set.

    Attributes:
        enrolled: one of each person, shape (people,).
        probes: other photos of these, shape (probes,).
        owner: of each probe, its person's place in `enrolled`.
        strangers: one of each other person, shape (strangers,).
    """

    enrolled: NDArray[np.intp]
    probes: NDArray[np.intp]
    owner: NDArray[np.intp]
    strangers: NDArray[np.intp]


def choice(
    photos: Sequence[NDArray[np.intp]], known: Sequence[int], strangers: Sequence[int]
) -> Choice:
    """Enrol the first photo of each of some people, and search for their others.

    Args:
        photos: rows of each person; of a stranger the first is searched for.
        known: who is enrolled.
        strangers: who is not.
    """
    return Choice(
        enrolled=np.array([photos[person][0] for person in known]),
        probes=np.concatenate([photos[person][1:] for person in known]),
        owner=np.repeat(np.arange(len(known)), [len(photos[person]) - 1 for person in known]),
        strangers=np.array([photos[person][0] for person in strangers]),
    )


def fnir(embeddings: NDArray[np.float32], chosen: Choice) -> float:
    """FNIR at an FPIR of 1 %, by the similarity alone.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        chosen: rows of them.
    """
    gallery = embeddings[chosen.enrolled].T
    return missed(
        embeddings[chosen.probes] @ gallery, embeddings[chosen.strangers] @ gallery, chosen.owner
    )


def missed(
    scores: NDArray[np.float32], strangers: NDArray[np.float32], owner: NDArray[np.intp]
) -> float:
    """FNIR at an FPIR of 1 % of scores, shape (probes or strangers, people)."""
    threshold = np.sort(strangers.max(axis=1))[::-1][int(FPIR * len(strangers))]
    right = (scores.argmax(axis=1) == owner) & (scores.max(axis=1) > threshold)
    return 1 - float(right.mean())
