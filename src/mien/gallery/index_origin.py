"""The rows of galleries, as an index that keeps files asks about them."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import select

from mien.gallery.history import knows
from mien.gallery.history import marks_of
from mien.index.origin import Removed
from mien.storage.database import Database
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow


class RowsOf:
    """See `Origin`.

    Args:
        database: where the rows are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def faces(self, gallery_id: str, *, at_most: int) -> int:
        """See `Origin.faces`."""
        some = select(FaceRow.revision).where(FaceRow.gallery_id == gallery_id).limit(at_most)
        with self._database.read_beside() as session:
            return session.scalar(select(func.count()).select_from(some.subquery())) or 0

    def removed(self, gallery_id: str, *, since: int) -> Removed | None:
        """See `Origin.removed`."""
        with self._database.read_beside() as session:
            row = session.execute(
                select(GalleryRow.revision, GalleryRow.floor_revision).where(
                    GalleryRow.id == gallery_id
                )
            ).one_or_none()
            if row is None or not row.floor_revision <= since <= row.revision:
                return None
            keys = session.scalars(
                select(RemovedFaceRow.face_id).where(
                    RemovedFaceRow.gallery_id == gallery_id, RemovedFaceRow.revision > since
                )
            )
            return Removed(tuple(keys), row.revision)

    def marks(self) -> tuple[str, ...]:
        """See `Origin.marks`: the ids of the newest events; every change of faces is one."""
        with self._database.read_beside() as session:
            return marks_of(session)

    def knows(self, marks: Sequence[str]) -> bool:
        """See `Origin.knows`."""
        with self._database.read_beside() as session:
            return knows(session, marks)
