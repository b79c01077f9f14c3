"""Remove what has had its time: held photos, ended sign-ins, old removals, what is astray."""

import datetime as dt
import time
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from mien.access import permissions
from mien.gallery.held_photos import probe_files
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.file_references import referenced
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import SignInRow
from mien.storage.models import now

# A file is written before its row; one this old has been left by a crash.
_STRAY_SECONDS = 3600
# A process that has not searched a gallery for this long builds its index anew.
_REMEMBER_REMOVALS = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much was removed."""

    probes: int
    sign_ins: int
    removals: int
    files: int


def tidy(call: Call) -> Tidied:
    """Remove what has had its time; safe at any moment, in any process.

    Raises:
        DatabaseUnreachable: the database does not answer.
        IndexUnavailable: indexes of galleries that are gone cannot be reached; everything else is
            done.
    """
    permissions.require(call.actor, "maintenance.clean_up")
    probes = remove_expired_probes(call)
    with call.services.database.write() as session:
        sign_ins = session.execute(
            delete(SignInRow).where(SignInRow.expires_at <= now()).returning(SignInRow.id)
        ).all()
    done = Tidied(
        probes=probes,
        sign_ins=len(sign_ins),
        removals=_old_removals(call.services),
        files=_stray_files(call.services),
    )
    with call.services.database.read() as session:
        call.services.indexes.drop_strays(session)
    return done


def remove_expired_probes(call: Call) -> int:
    """Remove held photos whose time is over; one quick look when there are none."""
    permissions.require(call.actor, "maintenance.clean_up")
    with call.services.database.read() as session:
        any_expired = session.scalar(
            select(ProbeRow.id).where(ProbeRow.expires_at <= now()).limit(1)
        )
    if any_expired is None:
        return 0
    with call.services.database.write() as session:
        expired = session.scalars(select(ProbeRow).where(ProbeRow.expires_at <= now())).all()
        files = [name for probe in expired for name in probe_files(session, probe)]
        for probe in expired:
            session.delete(probe)
    call.services.files.delete(files)
    call.services.database.scrub()
    return len(expired)


def _old_removals(services: Services) -> int:
    before = now() - _REMEMBER_REMOVALS
    old = (
        select(RemovedFaceRow.gallery_id, func.max(RemovedFaceRow.revision), func.count())
        .where(RemovedFaceRow.removed_at < before)
        .group_by(RemovedFaceRow.gallery_id)
    )
    with services.database.write() as session:
        purged = session.execute(old).all()
        for gallery_id, revision, _ in purged:
            session.execute(
                update(GalleryRow)
                .where(GalleryRow.id == gallery_id)
                .values(floor_revision=revision)
            )
            session.execute(
                delete(RemovedFaceRow).where(
                    RemovedFaceRow.gallery_id == gallery_id,
                    RemovedFaceRow.revision <= revision,
                )
            )
    return sum(count for _, _, count in purged)


def _stray_files(services: Services) -> int:
    older_than = time.time() - _STRAY_SECONDS
    with services.database.read() as session:
        known = referenced(session)
    count = 0
    for path in services.files.stray(known, older_than=older_than):
        path.unlink(missing_ok=True)
        count += 1
    return count
