"""Which stored files rows refer to."""

from collections.abc import Sequence

from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import JobInputPartRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import VideoAppearanceRow

_COLUMNS = (
    FaceRow.crop_file,
    PhotoRow.file,
    ProbeRow.original_file,
    ProbeRow.display_file,
    ProbeFaceRow.crop_file,
)

_LATER = (
    JobInputPartRow.file,
    VideoAppearanceRow.crop_file,
    UnknownFaceRow.crop_file,
    DeletedFaceRow.crop_file,
    DeletedPhotoRow.file,
)
"""Of tables that the database of an older backup does not have."""


def has_bin(session: Session) -> bool:
    """Whether a database is of a version that keeps what is deleted for a while."""
    return inspect(session.connection()).has_table(DeletedFaceRow.__tablename__)


def referenced(session: Session, names: Sequence[str] | None = None) -> set[str]:
    """Which of these files rows refer to; of all files when no names are given."""
    there = set(inspect(session.connection()).get_table_names())
    columns = (*_COLUMNS, *(each for each in _LATER if each.class_.__tablename__ in there))
    queries = [select(column) for column in columns]
    if names is not None:
        queries = [
            query.where(column.in_(names)) for query, column in zip(queries, columns, strict=True)
        ]
    return {name for query in queries for name in session.scalars(query)}
