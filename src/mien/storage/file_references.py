"""Which stored files rows refer to."""

from collections.abc import Sequence

from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.storage.models import FaceRow
from mien.storage.models import JobInputPartRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import VideoAppearanceRow

_COLUMNS = (
    FaceRow.crop_file,
    PhotoRow.file,
    ProbeRow.original_file,
    ProbeRow.display_file,
    ProbeFaceRow.crop_file,
    JobInputPartRow.file,
    VideoAppearanceRow.crop_file,
)


def referenced(session: Session, names: Sequence[str] | None = None) -> set[str]:
    """Which of these files rows refer to; of all files when no names are given.

    All files are asked for of backups as well, whose schema may be an older one with fewer tables.
    """
    if names is None:
        tables = set(inspect(session.connection()).get_table_names())
        queries = [select(column) for column in _COLUMNS if column.class_.__tablename__ in tables]
    else:
        queries = [select(column).where(column.in_(names)) for column in _COLUMNS]
    return {name for query in queries for name in session.scalars(query)}
