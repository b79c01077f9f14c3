"""Files that are to be deleted: told in the transaction that lets go of their rows.

What cannot be unlinked at once, or not at all because the process ends, is known by that and is
deleted later. It is never taken for a file that was left behind by chance, which is set aside.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.storage.binding import is_bound
from mien.storage.database import Database
from mien.storage.files import FileStore
from mien.storage.models import FileDeletionRow
from mien.storage.models import now


def note_deletions(session: Session, names: Iterable[str], *, erasure_id: str) -> None:
    """Write down, together with what lets go of them, which files an erasure deletes."""
    rows = [{"name": name, "since": now(), "erasure_id": erasure_id} for name in sorted(set(names))]
    if rows:
        session.execute(insert(FileDeletionRow), rows)


def delete_noted(database: Database, files: FileStore, names: Iterable[str]) -> bool:
    """Delete files that were noted, and note what of them is done.

    Returns:
        Whether none is left. Where the folder is not the one of the database, as when its disk is
        not mounted, nothing is known of the files; they stay noted, and it is False.
    """
    names = list(names)
    if not names:
        return True
    files.delete(names)
    if not is_bound(database, files):
        return False
    left = files.left(names)
    gone = [name for name in names if name not in left]
    if gone:
        with database.write() as session:
            session.connection().execute(
                delete(FileDeletionRow).where(FileDeletionRow.name == bindparam("gone")),
                [{"gone": name} for name in gone],
            )
    return len(gone) == len(names)


def noted(session: Session) -> list[str]:
    """Every file that is still to be deleted."""
    return list(session.scalars(select(FileDeletionRow.name)))
