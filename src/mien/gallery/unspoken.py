"""Files that no row speaks of: those of a change that failed, and those that a crash has left."""

import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import DatabaseUnreachable
from mien.gallery.tools import Tools
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow

_COLUMNS = (
    FaceRow.crop_file,
    PhotoRow.file,
    ProbeRow.original_file,
    ProbeRow.display_file,
    ProbeFaceRow.crop_file,
)


@contextmanager
def written_files(tools: Tools) -> Iterator[Callable[[bytes, str], str]]:
    """Something that stores bytes under an extension; if the block fails, they are removed again.

    Files that rows have come to speak of nevertheless stay: an interruption can arrive when the
    rows are already committed.
    """
    written: list[str] = []

    def put(data: bytes, extension: str) -> str:
        written.append(tools.files.put(data, extension=extension))
        return written[-1]

    try:
        yield put
    except BaseException:
        # If the database does not answer now, the files are swept up later.
        with contextlib.suppress(DatabaseUnreachable), tools.database.read() as session:
            tools.files.delete(set(written) - spoken_of(session, written))
        raise


def spoken_of(session: Session, names: Sequence[str] | None = None) -> set[str]:
    """Which of these files rows speak of; of all files when no names are given."""
    queries = [select(column) for column in _COLUMNS]
    if names is not None:
        queries = [
            query.where(column.in_(names)) for query, column in zip(queries, _COLUMNS, strict=True)
        ]
    return {name for query in queries for name in session.scalars(query)}
