"""Finish erasures that could not be finished at once, and say on record when they were."""

from typing import cast

import structlog
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from mien.access import audit
from mien.access import permissions
from mien.errors import IndexUnavailable
from mien.gallery.services import Call
from mien.storage.erased import Erased
from mien.storage.erased import ErasedKind
from mien.storage.models import ErasureRow
from mien.storage.models import FileDeletionRow
from mien.storage.models import now

# Whoever reads an older moment for long keeps writers waiting no longer than this share of the
# time that whoever forgets somebody waits.
_PATIENCE = 0.1
_log = structlog.get_logger(__name__)


def finish_erasures(call: Call) -> int:
    """List what was erased and clear the database's log of it, where that was not done at once.

    A quick look when there is nothing of the kind. Erasures whose files are not all deleted, or
    that an index does not follow, and all of them while somebody reads an older moment, are left
    for the next time.

    Returns:
        How many were finished.

    Raises:
        DatabaseUnreachable: the database does not answer.
        StorageFull, StorageReadOnly, StorageFailed: the list of erasures cannot be written.
    """
    permissions.require(call.actor, "maintenance.finish_erasures")
    database = call.services.database
    _list(call)
    ready = _ready(call)
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


def _ready(call: Call) -> list[ErasureRow]:
    """Those of which no file is left, and nothing in an index once this has looked."""
    files_left = (
        select(FileDeletionRow.name).where(FileDeletionRow.erasure_id == ErasureRow.id).exists()
    )
    with call.services.database.read() as session:
        rows = session.execute(select(ErasureRow, files_left)).all()
    if not rows:
        return []
    # Also for those whose files are left: whoever erased may have been killed before.
    failed = _not_unindexed(call, {row.gallery_id for row, _ in rows if row.gallery_id})
    if failed is None:
        return []
    return [
        row
        for row, has_files in rows
        if not has_files and (not failed or (row.gallery_id and row.gallery_id not in failed))
    ]


def _not_unindexed(call: Call, erased_in: set[str]) -> frozenset[str] | None:
    """Galleries of whose indexes it is not known that nobody is left; None for all of them."""
    indexes = call.services.indexes
    with call.services.database.read_beside() as session:
        try:
            failed = indexes.erase_all_removed(session)
            # What is told of as kept may lack what is put in place at this moment.
            for gallery_id in erased_in - failed:
                indexes.erase_removed(session, gallery_id)
        except IndexUnavailable as error:
            _log.warning("Removed faces are not erased from an index yet", code=error.code)
            return None
    return failed


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
