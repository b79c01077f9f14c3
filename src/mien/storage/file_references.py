"""Which stored files rows refer to; a change that fails takes the files it wrote with it."""

import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import DatabaseUnreachable
from mien.storage.database import Database
from mien.storage.files import FileStore
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
def written_files(database: Database, files: FileStore) -> Iterator[Callable[[bytes, str], str]]:
    """Something that stores bytes under an extension; if the block fails, they are removed again.

    Files that rows refer to nevertheless stay: an interruption can arrive when the rows are
    already committed.
    """
    written: list[str] = []

    def put(data: bytes, extension: str) -> str:
        written.append(files.put(data, extension=extension))
        return written[-1]

    try:
        yield put
    except BaseException:
        # If the database does not answer now, the files are swept up later.
        with contextlib.suppress(DatabaseUnreachable), database.read() as session:
            files.delete(set(written) - referenced(session, written))
        raise


def referenced(session: Session, names: Sequence[str] | None = None) -> set[str]:
    """Which of these files rows refer to; of all files when no names are given."""
    queries = [select(column) for column in _COLUMNS]
    if names is not None:
        queries = [
            query.where(column.in_(names)) for query, column in zip(queries, _COLUMNS, strict=True)
        ]
    return {name for query in queries for name in session.scalars(query)}
