"""Stamp changes of a gallery's faces, so that every index hears of them."""

from collections.abc import Iterable

from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import GalleryNotFound
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import now


def raise_revision(session: Session, gallery_id: str) -> int:
    """Raise a gallery's revision and say to what.

    The row stays locked until the transaction ends, so revisions are committed in their order.

    Raises:
        GalleryNotFound: the gallery is gone.
    """
    revision: int | None = session.scalar(
        update(GalleryRow)
        .where(GalleryRow.id == gallery_id)
        .values(revision=GalleryRow.revision + 1, updated_at=now())
        .returning(GalleryRow.revision)
    )
    if revision is None:
        raise GalleryNotFound("The gallery has been removed.")
    return revision


def note_removed(
    session: Session, gallery_id: str, face_ids: Iterable[str], *, revision: int
) -> None:
    """Leave word that faces are gone."""
    session.add_all(
        RemovedFaceRow(face_id=face_id, gallery_id=gallery_id, revision=revision)
        for face_id in face_ids
    )
