"""From the nearest examples to the most similar people."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.index.base import ExactSearch
from mien.index.base import Hit
from mien.index.cosine import cosines
from mien.index.rerank import Examples

# People whose single example is near may be passed by others whose examples are near as a whole.
_SPARE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How similar a face is to a person.

    Attributes:
        person_id: who.
        similarity: to the person, in [-1, 1]: halfway between that to the nearest example and
            that to the mean of all; with one example, the cosine.
        face_id: the nearest example.
        example_similarity: cosine to it.
        examples: how many the person has.
        similarity_to_best: cosine of the mean of the person's examples to that of the best person's; None
            for the best person.
    """

    person_id: str
    similarity: float
    face_id: str
    example_similarity: float
    examples: int = 1
    similarity_to_best: float | None = None


def rank(
    index: ExactSearch,
    queries: NDArray[np.float32],
    *,
    limit: int,
    instead: Sequence[Mapping[str, Examples | None]] = (),
) -> list[tuple[Ranked, ...]]:
    """The most similar people for each face, best first, each once.

    Several examples of a person count half by the nearest of them and half by their mean. Each
    alone fails: the mean when examples differ or one is somebody else's, the nearest because every
    example is one more chance for a stranger. Measured; see `docs/accuracy.md`.

    Args:
        index: of the gallery.
        queries: float32, shape (n, dimension), unit length.
        limit: how many people for each.
        instead: for each face, by person, the examples to compare it with instead of those of the
            index; None for a person it is not to be compared with. Empty when there are none.
    """
    others = instead or [{} for _ in queries]
    found = index.search(queries, groups=limit + _SPARE + max(map(len, others), default=0))
    members = index.members(sorted({hit.group for hits in found for hit in hits}))
    means = {group: mean_direction(vectors) for group, vectors in members.items()}
    return [
        _ranked(query, *_replaced(query, hits, members, means, by))[:limit]
        for query, hits, by in zip(queries, found, others, strict=True)
    ]


def person_similarity(nearest: float, to_mean: float) -> float:
    """Similarity to a person, from that to the nearest example and to the mean of all."""
    return (nearest + to_mean) / 2


def mean_direction(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """The unit vector between some.

    Args:
        vectors: float32, shape (n, dimension), unit length, n at least 1.

    Returns:
        float64, shape (dimension,), unit length; the first when they cancel out.
    """
    total = vectors.astype(np.float64).sum(axis=0)
    length = float(np.linalg.norm(total))
    if length < _NOTHING:
        return np.asarray(vectors[0], dtype=np.float64)
    return np.asarray(total / length, dtype=np.float64)


_NOTHING = 1e-9


def _replaced(
    query: NDArray[np.float32],
    hits: Sequence[Hit],
    members: dict[str, NDArray[np.float32]],
    means: dict[str, NDArray[np.float64]],
    by: Mapping[str, Examples | None],
) -> tuple[Sequence[Hit], dict[str, NDArray[np.float32]], dict[str, NDArray[np.float64]]]:
    """What was found for a face, with other examples of some people in place of the index's."""
    if not by:
        return hits, members, means
    given = {group: examples for group, examples in by.items() if examples is not None}
    found = [hit for hit in hits if hit.group not in by]
    for group, examples in given.items():
        similarities = cosines(examples.vectors, query)
        best = int(similarities.argmax())
        found.append(Hit(examples.keys[best], group, float(similarities[best])))
    vectors = {group: examples.vectors for group, examples in given.items()}
    return (
        found,
        {**members, **vectors},
        {**means, **{group: mean_direction(each) for group, each in vectors.items()}},
    )


def _ranked(
    query: NDArray[np.float32],
    hits: Sequence[Hit],
    members: dict[str, NDArray[np.float32]],
    means: dict[str, NDArray[np.float64]],
) -> tuple[Ranked, ...]:
    def similarity(hit: Hit) -> float:
        # With one example the mean is that example, whatever the rounding.
        if len(members.get(hit.group, ())) <= 1:
            return hit.similarity
        to_mean = float(np.clip(means[hit.group] @ query.astype(np.float64), -1.0, 1.0))
        return person_similarity(hit.similarity, to_mean)

    scored = sorted(((similarity(hit), hit) for hit in hits), key=lambda each: _order(*each))
    if not scored:
        return ()
    first = means.get(scored[0][1].group)
    return tuple(
        Ranked(
            person_id=hit.group,
            similarity=value,
            face_id=hit.key,
            example_similarity=hit.similarity,
            examples=max(len(members.get(hit.group, ())), 1),
            similarity_to_best=None if place == 0 else _cosine(first, means.get(hit.group)),
        )
        for place, (value, hit) in enumerate(scored)
    )


def _order(similarity: float, hit: Hit) -> tuple[float, str]:
    return -similarity, hit.key


def _cosine(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> float | None:
    if one is None or other is None:
        return None  # somebody was removed meanwhile
    return float(np.clip(one @ other, -1.0, 1.0))
