"""The indexes of galleries beside their rows: how far they are, whether they agree, made anew."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.services import Call
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow


@dataclass(frozen=True, slots=True)
class GalleryIndex:
    """The index of a gallery beside its rows.

    Attributes:
        gallery: the name.
        faces: in the rows.
        is_kept: whether there is an index that outlives a process; the others are made from the
            rows by each process.
        missing: faces that a search could not find; None where that was not looked at.
        surplus: faces that it could find and that are not in the rows; None likewise.
        rebuilt: whether the index was made anew.
        cannot_keep: whether a file was to be kept of a large gallery, and the folder for it cannot
            be written to.
    """

    gallery: str
    faces: int
    is_kept: bool
    missing: int | None = None
    surplus: int | None = None
    rebuilt: bool = False
    cannot_keep: bool = False

    @property
    def agrees(self) -> bool:
        """Whether no difference is left."""
        return self.rebuilt or not (self.missing or self.surplus)


def show_indexes(call: Call, *, gallery: str | None = None) -> list[GalleryIndex]:
    """What is kept of galleries.

    Args:
        call: who asks.
        gallery: the name of one; None for all.

    Raises:
        GalleryNotFound: there is none of this name.
        IndexUnavailable: what is kept cannot be looked up.
    """
    permissions.require(call.actor, "maintenance.check")
    with call.services.database.read() as session:
        kept = call.services.indexes.kept()
        cannot_keep = call.services.indexes.cannot_keep
        return [
            GalleryIndex(row.name, _faces(session, row.id), row.id in kept, cannot_keep=cannot_keep)
            for row in _rows(session, gallery)
        ]


def check_indexes(
    call: Call, *, gallery: str | None = None, mend: bool = False
) -> list[GalleryIndex]:
    """Compare what is kept of galleries with their rows, face by face.

    Args:
        call: who asks.
        gallery: the name of one; None for all.
        mend: make those anew that do not agree.

    Raises:
        GalleryNotFound: there is none of this name.
        IndexUnavailable: an index cannot be reached.
    """
    permissions.require(call.actor, "maintenance.check")
    with call.services.database.read() as session:
        return [_checked(call, session, row, mend=mend) for row in _rows(session, gallery)]


def rebuild_indexes(call: Call, *, gallery: str | None = None) -> list[GalleryIndex]:
    """Throw indexes away and make them from the rows.

    Searches of other processes go on with what they have.

    Args:
        call: who asks.
        gallery: the name of one; None for all.

    Raises:
        GalleryNotFound: there is none of this name.
        IndexUnavailable: an index cannot be reached.
    """
    permissions.require(call.actor, "maintenance.check")
    with call.services.database.read() as session:
        return [_rebuilt(call, session, row) for row in _rows(session, gallery)]


def _checked(call: Call, session: Session, row: GalleryRow, *, mend: bool) -> GalleryIndex:
    indexes = call.services.indexes
    faces = _faces(session, row.id)
    if row.id not in indexes.kept():
        return GalleryIndex(row.name, faces, is_kept=False)
    found = indexes.compare(session, row.id)
    if (found.missing or found.surplus) and mend:
        return _rebuilt(call, session, row)
    return GalleryIndex(row.name, faces, True, found.missing, found.surplus)


def _rebuilt(call: Call, session: Session, row: GalleryRow) -> GalleryIndex:
    indexes = call.services.indexes
    indexes.rebuild(session, row.id)
    is_kept = row.id in indexes.kept()
    return GalleryIndex(row.name, _faces(session, row.id), is_kept, 0, 0, rebuilt=True)


def _rows(session: Session, name: str | None) -> list[GalleryRow]:
    if name is not None:
        return [find_gallery(session, name)]
    return list(session.scalars(select(GalleryRow).order_by(GalleryRow.name_key)))


def _faces(session: Session, gallery_id: str) -> int:
    count = select(func.count()).select_from(FaceRow).where(FaceRow.gallery_id == gallery_id)
    return session.scalar(count) or 0
