"""Stamp changes of a gallery's faces, so that every index hears of them."""

from collections.abc import Iterable

from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import GalleryNotFound
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import now


def lock_gallery(
    session: Session, *, gallery_id: str | None = None, key: str | None = None
) -> GalleryRow:
    """Raise a gallery's revision and give its row, in one statement.

    To be the first that a transaction does: the row stays locked until it ends, so everybody
    waits who changes this gallery's faces or people, and revisions are committed in their order.

    Args:
        session: writing.
        gallery_id: which gallery, or else:
        key: its name, as `names.name_key` makes names alike.

    Raises:
        GalleryNotFound: there is no such gallery.
    """
    which = GalleryRow.name_key == key if gallery_id is None else GalleryRow.id == gallery_id
    row: GalleryRow | None = session.scalar(
        update(GalleryRow)
        .where(which)
        .values(revision=GalleryRow.revision + 1, updated_at=now())
        .returning(GalleryRow),
        execution_options={"populate_existing": True},
    )
    if row is None:
        if gallery_id is None:
            raise GalleryNotFound
        raise GalleryNotFound("removed")
    return row


def note_removed(
    session: Session, gallery_id: str, face_ids: Iterable[str], *, revision: int
) -> None:
    """Leave word that faces are gone."""
    session.add_all(
        RemovedFaceRow(face_id=face_id, gallery_id=gallery_id, revision=revision)
        for face_id in face_ids
    )
