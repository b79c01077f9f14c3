"""Erasures: noted in the transaction that lets go of the rows, until nothing is left anywhere.

Files may be there still, older pages may stand in the database's log while somebody reads an older
moment, and the list of erasures in the home may not know of it, because the process was killed.
Whoever finds the note later finishes it.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import StorageError
from mien.storage.database import Database
from mien.storage.deletions import delete_noted
from mien.storage.deletions import note_deletions
from mien.storage.erased import Erased
from mien.storage.erased import ErasureList
from mien.storage.files import FileStore
from mien.storage.models import ErasureRow
from mien.storage.models import new_id


@dataclass(frozen=True, slots=True)
class Noted:
    """An erasure that was noted, for `finish`.

    Attributes:
        id: the note's.
        files: names of the files that are to be deleted.
        erased: what the list of erasures is to know.
        galleries: ids of those that may have lost faces.
    """

    id: str
    files: tuple[str, ...]
    erased: tuple[Erased, ...]
    galleries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """How far an erasure came.

    Attributes:
        files_gone: whether none of its files is left.
        log_cleared: whether no older page is left in the database's log.
        listed: whether the list of erasures knows of it.
    """

    files_gone: bool
    log_cleared: bool
    listed: bool


def note_erasure(
    session: Session,
    files: Iterable[str] = (),
    *,
    erased: Iterable[Erased] = (),
    subject_id: str | None = None,
    gallery_id: str | None = None,
) -> Noted:
    """Write down, together with what lets go of the rows, that something is to be gone.

    Args:
        session: writing.
        files: names of the files that are to be deleted with it.
        erased: what is not to come back with a backup.
        subject_id: the id of whom or what it is about, where that is on record.
        gallery_id: of the gallery, where that is.

    Returns:
        The note, for `finish`.
    """
    galleries = () if gallery_id is None else (gallery_id,)
    noted = Noted(new_id(), tuple(files), tuple(erased), galleries)
    session.add(
        ErasureRow(
            id=noted.id,
            subject_id=subject_id,
            gallery_id=gallery_id,
            to_list=[[each.kind, each.id] for each in noted.erased],
        )
    )
    note_deletions(session, noted.files, erasure_id=noted.id)
    return noted


def finish(
    database: Database,
    files: FileStore,
    erasures: ErasureList,
    noted: Noted,
    *,
    unindexed: bool = True,
) -> Finished:
    """Delete the files of an erasure, list it and clear the log; the note goes when that is done.

    Args:
        database: where it was noted.
        files: the store.
        erasures: what is to know of it.
        noted: the note.
        unindexed: whether nothing of it is left in an index.
    """
    listed = False
    # What is done is done, whether or not that can be written down now; then it is found later.
    with contextlib.suppress(StorageError):
        erasures.add(noted.erased)
        listed = True
    gone = delete_noted(database, files, noted.files)
    cleared = database.scrub()
    with contextlib.suppress(StorageError):
        if gone and cleared and listed and unindexed:
            with database.write() as session:
                session.execute(delete(ErasureRow).where(ErasureRow.id == noted.id))
        elif noted.erased and listed:
            with database.write() as session:
                session.execute(
                    update(ErasureRow).where(ErasureRow.id == noted.id).values(to_list=[])
                )
    return Finished(gone, cleared, listed)
