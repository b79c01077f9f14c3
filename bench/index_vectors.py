"""Faces for measurements of indexes: real embeddings, and as many as wanted that are spread like them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FACES_A_PERSON = 3
"""Photos of each person; people stand together."""
_BATCH = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How embeddings lie: people around a middle, and the photos of one person around that person.

    Attributes:
        middle: float64, shape (dimension,).
        people: float64, shape (dimension, dimension); times normal numbers it gives people.
        photos: the same for the photos of one person.
        source: what it was measured on.
    """

    middle: NDArray[np.float64]
    people: NDArray[np.float64]
    photos: NDArray[np.float64]
    source: str

    @property
    def dimension(self) -> int:
        """Length of the embeddings."""
        return len(self.middle)


def even_spread(dimension: int) -> Spread:
    """Without any direction that is likelier than another; photos of one person at cosine 0.6."""
    unit = np.eye(dimension) / np.sqrt(dimension)
    return Spread(np.zeros(dimension), unit, unit * np.sqrt(1 / 0.6 - 1), "even")


def spread_of(embeddings: NDArray[np.float32], people: NDArray[np.str_], source: str) -> Spread:
    """As real embeddings lie.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        people: whom each shows, shape (n,).
        source: for the report.
    """
    names, which, counts = np.unique(people, return_inverse=True, return_counts=True)
    vectors = embeddings.astype(np.float64)
    sums = np.zeros((len(names), vectors.shape[1]))
    np.add.at(sums, which, vectors)
    means = sums / counts[:, np.newaxis]
    several = counts[which] > 1
    # Of deviations from the mean of n photos, n - 1 are free.
    apart = (vectors - means[which])[several]
    free = several.sum() - (counts > 1).sum()
    within = apart.T @ apart / free
    between = np.cov(means.T) - within * np.mean(1 / counts)
    return Spread(means.mean(axis=0), _root(between), _root(within), source)


def drawn(spread: Spread, count: int, *, seed: int) -> Iterator[NDArray[np.float32]]:
    """So many faces, three a person, some at a time; the same for the same seed.

    Returns:
        float32, shape (at most 30,000, dimension), unit length; people come one after the other.
    """
    random = np.random.default_rng(seed)
    root_people, root_photos = (
        root.T.astype(np.float32) for root in (spread.people, spread.photos)
    )
    middle = spread.middle.astype(np.float32)
    for start in range(0, count, _BATCH):
        some = min(_BATCH, count - start)
        people = -(-some // FACES_A_PERSON)
        shape = (people, spread.dimension)
        who = middle + random.standard_normal(shape, dtype=np.float32) @ root_people
        noise = random.standard_normal((some, spread.dimension), dtype=np.float32) @ root_photos
        vectors = np.repeat(who, FACES_A_PERSON, axis=0)[:some] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield vectors


def probes(
    spread: Spread, count: int, of: NDArray[np.float32], *, seed: int
) -> NDArray[np.float32]:
    """New photos: one half of people who are there, the other of strangers.

    Args:
        spread: how faces lie.
        count: how many.
        of: float32, faces that are there, at least `count` of them.
        seed: for what is drawn.
    """
    random = np.random.default_rng(seed)
    known = of[random.permutation(len(of))[: count // 2]].astype(np.float64)
    noise = random.standard_normal((len(known), spread.dimension)) @ spread.photos.T
    strangers = next(drawn(spread, FACES_A_PERSON * (count - len(known)), seed=seed + 1))
    made = np.concatenate([known + noise, strangers[::FACES_A_PERSON]])
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def face_ids(start: int, count: int) -> list[str]:
    """Ids as random ones are spread, and the same for the same numbers."""
    mixed = (np.arange(start, start + count, dtype=np.uint64) + 1) * np.uint64(0x9E3779B97F4A7C15)
    return [
        str(uuid.UUID(int=(int(high) << 64) | low))
        for low, high in enumerate(mixed, start=start)
    ]  # fmt: skip


def person_ids(start: int, count: int) -> list[str]:
    """Whose face each is."""
    first = start // FACES_A_PERSON
    last = (start + count - 1) // FACES_A_PERSON
    ids = face_ids((1 << 40) + first, last - first + 1)
    return [ids[i // FACES_A_PERSON - first] for i in range(start, start + count)]


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = vectors * np.sqrt(np.maximum(values, 0))
    return root
