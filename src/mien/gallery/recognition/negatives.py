"""Of the people who were found for faces, those who are known not to be that face."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.rank import Ranked
from mien.decision.refuse import is_refused
from mien.gallery.services import Services
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow

_AT_ONCE: Final = 500


def refused_people(
    services: Services,
    session: Session,
    galleries: Sequence[GalleryRow],
    queries: NDArray[np.float32],
    ranked: Sequence[Sequence[Ranked]],
) -> list[frozenset[str]]:
    """For each face the ids of people who are not to be named for it.

    One query for all; none where no gallery knows of any such face.

    Args:
        services: the collaborators.
        session: reading.
        galleries: their rows, as this session sees them.
        queries: the faces; float32, shape (n, dimension), unit length.
        ranked: who was found for each.
    """
    nobody: list[frozenset[str]] = [frozenset() for _ in ranked]
    if not any(_has_any(services, session, row) for row in galleries):
        return nobody
    people = sorted({each.person_id for some in ranked for each in some})
    contracts = {row.contract_id for row in galleries}
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(people), _AT_ONCE):
        rows = session.execute(
            select(
                NegativeExampleRow.person_id,
                NegativeExampleRow.contract_id,
                NegativeExampleRow.embedding,
            ).where(NegativeExampleRow.person_id.in_(people[start : start + _AT_ONCE]))
        )
        for person_id, contract_id, embedding in rows:
            if contract_id in contracts:
                found.setdefault(person_id, []).append(embedding)
    if not found:
        return nobody
    negatives = {person_id: np.stack(some) for person_id, some in found.items()}
    return [
        frozenset(
            each.person_id
            for each in some
            if each.person_id in negatives
            and is_refused(query, each.example_similarity, negatives[each.person_id])
        )
        for query, some in zip(queries, ranked, strict=True)
    ]


def _has_any(services: Services, session: Session, gallery: GalleryRow) -> bool:
    """Whether a gallery knows of any; looked up once a revision, which each one of them raises."""

    def look() -> bool:
        one = select(NegativeExampleRow.id).where(NegativeExampleRow.gallery_id == gallery.id)
        return session.scalar(one.limit(1)) is not None

    return services.remembered.get(("negatives", gallery.id), gallery.revision, look)
