"""Erasures: noted in the transaction that lets go of the rows, until nothing is left anywhere.

Files may be there still, and older pages may stand in the database's log while somebody reads an
older moment, or because the process was killed. Whoever finds the note later finishes it.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mien.errors import StorageError
from mien.storage.database import Database
from mien.storage.deletions import delete_noted
from mien.storage.deletions import note_deletions
from mien.storage.files import FileStore
from mien.storage.models import ErasureRow
from mien.storage.models import new_id


@dataclass(frozen=True, slots=True)
class Finished:
    """How far an erasure came.

    Attributes:
        files_gone: whether none of its files is left.
        log_cleared: whether no older page is left in the database's log.
    """

    files_gone: bool
    log_cleared: bool


def note_erasure(
    session: Session,
    files: Iterable[str] = (),
    *,
    subject_id: str | None = None,
    gallery_id: str | None = None,
) -> str:
    """Write down, together with what lets go of the rows, that something is to be gone.

    Args:
        session: writing.
        files: names of the files that are to be deleted with it.
        subject_id: the id of whom or what it is about, where that is on record.
        gallery_id: of the gallery, where that is.

    Returns:
        The note's id, for `finish`.
    """
    note = ErasureRow(id=new_id(), subject_id=subject_id, gallery_id=gallery_id)
    session.add(note)
    note_deletions(session, files, erasure_id=note.id)
    return note.id


def finish(
    database: Database, files: FileStore, erasure_id: str, names: Iterable[str] = ()
) -> Finished:
    """Delete the files of an erasure and clear the log; the note goes when nothing is left.

    Args:
        database: where it was noted.
        files: the store.
        erasure_id: the note's.
        names: the files that were noted with it.
    """
    gone = delete_noted(database, files, names)
    cleared = database.scrub()
    if gone and cleared:
        # What is done is done, whether or not that can be noted now; then it is found later.
        with contextlib.suppress(StorageError), database.write() as session:
            session.execute(delete(ErasureRow).where(ErasureRow.id == erasure_id))
    return Finished(gone, cleared)
