"""What an index is told of a gallery's rows, and what is asked of them about it."""

from collections.abc import Sequence
from contextlib import closing
from typing import Final
from typing import TypeAlias

import numpy as np
from sqlalchemy import Row
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.index.base import NOTHING
from mien.index.base import VectorIndex
from mien.index.rerank import Examples
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow

_BATCH: Final = 5_000
# So many of the newest faces are looked up in an index that was opened from files.
_COMPARED: Final = 100

Revisions: TypeAlias = Row[str, int, int] | Row[str, str, int, int] | GalleryRow
"""A gallery's row, or what is needed of it."""


def dimension_of(session: Session, gallery_id: str) -> int | None:
    """Length of a gallery's embeddings; None where it has none."""
    face = select(FaceRow.embedding).where(FaceRow.gallery_id == gallery_id).limit(1)
    embedding = session.scalar(face)
    return None if embedding is None else len(embedding)


def is_of(session: Session, gallery_id: str, index: VectorIndex, revision: int) -> bool:
    """Whether an index that says so has applied all rows of this moment, as far as a look can tell.

    Of two histories with one revision neither the number of faces nor the newest ones are the same,
    unless they are one history.
    """
    if index.applied_revision != revision:
        return False
    of_gallery = FaceRow.gallery_id == gallery_id
    if len(index) != session.scalar(select(func.count()).select_from(FaceRow).where(of_gallery)):
        return False
    newest = select(FaceRow.id).where(of_gallery).order_by(FaceRow.revision.desc()).limit(_COMPARED)
    ids = session.scalars(newest).all()
    return len(index.held(ids)) == len(ids)


def catch_up(
    session: Session,
    gallery_id: str,
    index: VectorIndex,
    row: Revisions,
) -> bool:
    """Bring an index up to the rows of a moment.

    Args:
        session: reading; its moment.
        gallery_id: which gallery.
        index: its index.
        row: the gallery's, of the same moment.

    Returns:
        Whether it began with nothing and all rows were read, of which there are some.

    Raises:
        IndexUnavailable: the index cannot be reached.
    """
    # Below the floor, removals that this index has not heard of have been purged: what it holds
    # beyond the rows has to go, too.
    with index.writing(floor=row.floor_revision) as writer:
        applied = writer.applied_revision
        if applied >= row.revision:
            return False  # another thread or process was quicker, and may know more
        has_rows = False
        faces = session.execute(
            select(FaceRow.id, FaceRow.person_id, FaceRow.embedding)
            .where(FaceRow.gallery_id == gallery_id, FaceRow.revision > applied)
            .execution_options(yield_per=_BATCH)
        )
        # What reads on in a server is let go though an index may fail half way.
        with closing(faces):
            for batch in faces.partitions():
                has_rows = True
                writer.upsert(
                    [face.id for face in batch],
                    [face.person_id for face in batch],
                    np.stack([face.embedding for face in batch]),
                )
        # Afterwards: whoever searches meanwhile does not miss a person whose old example is
        # already gone and whose new one is not yet there.
        if applied > NOTHING:
            removed = select(RemovedFaceRow.face_id).where(
                RemovedFaceRow.gallery_id == gallery_id, RemovedFaceRow.revision > applied
            )
            writer.remove(session.scalars(removed).all())
        writer.commit(row.revision)
    return applied == NOTHING and has_rows


def count_missing(session: Session, gallery_id: str, index: VectorIndex) -> tuple[int, int]:
    """How many faces of a gallery's rows an index has, and how many it has not.

    Args:
        session: reading.
        gallery_id: which gallery.
        index: brought up to the rows of the session's moment.
    """
    faces = select(FaceRow.id).where(FaceRow.gallery_id == gallery_id)
    there = asked = 0
    with closing(session.scalars(faces.execution_options(yield_per=_BATCH))) as found:
        for ids in found.partitions():
            there += len(index.held(ids))
            asked += len(ids)
    return there, asked - there


def examples_of(session: Session, gallery_id: str, people: Sequence[str]) -> dict[str, Examples]:
    """All examples of some people, from the rows."""
    found: dict[str, list[tuple[str, np.ndarray]]] = {}
    for start in range(0, len(people), _BATCH):
        some = people[start : start + _BATCH]
        faces = session.execute(
            select(FaceRow.gallery_id, FaceRow.person_id, FaceRow.id, FaceRow.embedding).where(
                FaceRow.person_id.in_(some)
            )
        )
        for owner, person_id, face_id, embedding in faces:
            # Not asked of the database, which would rather read the whole gallery by its index.
            if owner == gallery_id:
                found.setdefault(person_id, []).append((face_id, embedding))
    # Not sorted by the database, whose order of texts may be another.
    return {person_id: _in_order(faces) for person_id, faces in found.items()}


def _in_order(faces: list[tuple[str, np.ndarray]]) -> Examples:
    faces.sort(key=lambda face: face[0])
    return Examples(
        keys=[face_id for face_id, _ in faces],
        vectors=np.stack([embedding for _, embedding in faces]),
    )
