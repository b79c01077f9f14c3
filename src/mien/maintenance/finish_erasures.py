"""Finish erasures that could not be finished at once, and say on record when they were."""

from sqlalchemy import delete
from sqlalchemy import select

from mien.access import audit
from mien.access import permissions
from mien.gallery.services import Call
from mien.storage.models import ErasureRow
from mien.storage.models import FileDeletionRow
from mien.storage.models import now

# Whoever reads an older moment for long keeps writers waiting no longer than this share of the
# time that whoever forgets somebody waits.
_PATIENCE = 0.1


def finish_erasures(call: Call) -> int:
    """Clear the database's log of what was erased, where it could not be done at once.

    A quick look when there is nothing of the kind. Erasures whose files are not all deleted, and
    all of them while somebody reads an older moment, are left for the next time.

    Returns:
        How many were finished.

    Raises:
        DatabaseUnreachable: the database does not answer.
    """
    permissions.require(call.actor, "maintenance.finish_erasures")
    database = call.services.database
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
