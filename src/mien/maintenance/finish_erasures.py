"""Finish erasures that could not be finished at once, and say on record when they were."""

from typing import cast

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from mien.access import audit
from mien.access import permissions
from mien.gallery.services import Call
from mien.storage.erased import Erased
from mien.storage.erased import ErasedKind
from mien.storage.models import ErasureRow
from mien.storage.models import FileDeletionRow
from mien.storage.models import now

# Whoever reads an older moment for long keeps writers waiting no longer than this share of the
# time that whoever forgets somebody waits.
_PATIENCE = 0.1


def finish_erasures(call: Call) -> int:
    """List what was erased and clear the database's log of it, where that was not done at once.

    A quick look when there is nothing of the kind. Erasures whose files are not all deleted, and
    all of them while somebody reads an older moment, are left for the next time.

    Returns:
        How many were finished.

    Raises:
        DatabaseUnreachable: the database does not answer.
        StorageFull, StorageReadOnly, StorageFailed: the list of erasures cannot be written.
    """
    permissions.require(call.actor, "maintenance.finish_erasures")
    database = call.services.database
    _list(call)
    with database.read() as session:
        ready = session.scalars(
            select(ErasureRow).where(
                ~select(FileDeletionRow.name)
                .where(FileDeletionRow.erasure_id == ErasureRow.id)
                .exists()
            )
        ).all()
    if not ready or not database.scrub(patience=_PATIENCE):
        return 0
    finished = 0
    with database.write() as session:
        for each in ready:
            taken = session.execute(
                delete(ErasureRow).where(ErasureRow.id == each.id).returning(ErasureRow.id)
            ).all()
            if not taken:
                continue  # another process has been here
            finished += 1
            if each.subject_id is None and each.gallery_id is None:
                continue  # nothing of it is on record
            audit.record(
                session,
                call,
                "erasure_finished",
                subject_id=each.subject_id,
                gallery_id=each.gallery_id,
                seconds=max(0, round((now() - each.since).total_seconds())),
            )
    return finished


def _list(call: Call) -> None:
    """Write into the list of erasures what whoever erased it could not, because it was killed."""
    with call.services.database.read() as session:
        rows = [row for row in session.scalars(select(ErasureRow)) if row.to_list]
    for row in rows:
        call.services.erasures.add(
            Erased(cast("ErasedKind", kind), identity) for kind, identity in row.to_list
        )
        with call.services.database.write() as session:
            session.execute(update(ErasureRow).where(ErasureRow.id == row.id).values(to_list=[]))
