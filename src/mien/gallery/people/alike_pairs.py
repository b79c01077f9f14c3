"""People of a gallery who look alike: by which faces, and how much."""

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import IndexUnavailable
from mien.errors import ModelError
from mien.gallery.recognition.search import search
from mien.gallery.services import Services
from mien.gallery.suspicions import is_suspected
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

# So many candidates an example: the person themselves and a few who are like them.
_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike two people are, and by which faces, in the order of the two ids."""

    similarity: float
    face_ids: tuple[str | None, str | None]


Pair: TypeAlias = tuple[str, str]
"""The ids of two people, the lower first."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Who was found alike by a search, and how many were compared."""

    pairs: dict[Pair, Alike]
    people: int


def compare_people(
    services: Services, session: Session, gallery: GalleryRow, *, most: int
) -> Compared:
    """Search with one face of each of the newest people; nobody, where nothing can be compared.

    Remembered until a face of the gallery or its threshold changes.
    """
    try:
        contract_id = services.engine.summary.contract_id
        if gallery.contract_id != contract_id:
            return Compared({}, 0)
        state = (gallery.revision, contract_id, gallery.threshold, gallery.accepted_fpir)
        return services.remembered.get(
            ("alike", gallery.id, most),
            state,
            lambda: _search_alike(services, session, gallery, most),
        )
    except (ModelError, IndexUnavailable):
        return Compared({}, 0)


def _search_alike(services: Services, session: Session, gallery: GalleryRow, most: int) -> Compared:
    newest = (
        select(PersonRow.id)
        .where(PersonRow.gallery_id == gallery.id)
        .order_by(PersonRow.created_at.desc(), PersonRow.id.desc())
        .limit(most)
    )
    # A face that is somebody else's would make the two people a pair.
    first = (
        select(func.min(FaceRow.id))
        .where(FaceRow.person_id.in_(newest), ~is_suspected())
        .group_by(FaceRow.person_id)
    )
    rows = session.execute(
        select(FaceRow.id, FaceRow.person_id, FaceRow.embedding).where(FaceRow.id.in_(first))
    ).all()
    embeddings = [row.embedding for row in rows]
    found = search(services, session, gallery, embeddings, limit=_LOOKED_AT)
    pairs: dict[Pair, Alike] = {}
    for row, candidates in zip(rows, found.candidates, strict=True):
        for each in candidates:
            if each.person_id != row.person_id and each.similarity >= found.point.threshold:
                note_pair(
                    pairs, (row.person_id, each.person_id), (row.id, each.face_id), each.similarity
                )
    return Compared(pairs, len(rows))


def note_pair(
    pairs: dict[Pair, Alike],
    people: tuple[str, str],
    faces: tuple[str | None, str | None],
    similarity: float,
) -> None:
    """Keep of each pair how alike they are at most."""
    first, second = people
    pair, ordered = ((first, second), faces) if first < second else ((second, first), faces[::-1])
    known = pairs.get(pair)
    if known is None or known.similarity < similarity:
        pairs[pair] = Alike(similarity, ordered)
