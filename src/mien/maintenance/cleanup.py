"""Remove what has had its time: held photos, ended sign-ins, old removals, what is astray."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from mien.access import permissions
from mien.access.reset_links import forget_old_links
from mien.access.throttling import forget_old_tries
from mien.gallery.held_photos import probe_files
from mien.gallery.people.clusters.settle import settle_all
from mien.gallery.people.erase_change import end_due_changes
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.maintenance.finish_erasures import finish_erasures
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.storage.binding import bind
from mien.storage.deletions import delete_noted
from mien.storage.deletions import noted
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.file_references import referenced
from mien.storage.files import STRAY_SECONDS
from mien.storage.files import Moved
from mien.storage.models import DeletedFaceRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import JobInputPartRow
from mien.storage.models import JobInputRow
from mien.storage.models import JobRow
from mien.storage.models import KeptInputRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import SignInRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.models import now

# A process that has not searched a gallery for this long builds its index anew.
_REMEMBER_REMOVALS = dt.timedelta(days=7)
# Reports of jobs hold names of people and of files.
_REMEMBER_JOBS = dt.timedelta(days=30)
# Whoever has sent nothing for so long has gone away.
_SENDING = dt.timedelta(days=2)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """How much was removed.

    Attributes:
        probes: held photos.
        unknown_faces: of people who were not named, whose time was over.
        sign_ins: that had ended.
        removals: of faces, of which every index has heard.
        files: that no row knows, set aside.
        emptied: files that were set aside long enough ago, removed for good.
        stuck: files that could not be moved or removed; tried again the next time.
        erasures: that could not be finished at once, and are now.
    """

    probes: int
    unknown_faces: int
    sign_ins: int
    removals: int
    files: int
    emptied: int
    stuck: int
    erasures: int


def clean_up(call: Call) -> CleanedUp:
    """Remove what has had its time; safe at any moment, in any process.

    What fails keeps nothing else from being done.

    Raises:
        DatabaseUnreachable: the database does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files are not those of the database;
            none of them was touched.
        IndexUnavailable: indexes of galleries that are gone cannot be reached.
    """
    permissions.require(call.actor, "maintenance.clean_up")
    services = call.services
    steps = _Steps()
    files = _Files()
    probes = steps.do(lambda: _expired_probes(services))
    sign_ins = steps.do(lambda: _ended_sign_ins(services))
    unknown = steps.do(lambda: settle_all(call))
    steps.do(lambda: _expired_input(services))
    steps.do(lambda: _old_tries_and_links(services))
    steps.do(lambda: _old_jobs(services))
    removals = steps.do(lambda: _old_removals(services))
    steps.do(lambda: end_due_changes(call))
    steps.do(lambda: _noted_files(services))
    erasures = steps.do(lambda: finish_erasures(call))
    # What was restored by hand while somebody serves, or before the database could be reached.
    steps.do(lambda: reapply_erasures(call).people)
    steps.do(lambda: _broken_off_changes(services, files))
    steps.do(lambda: _stray_files(services, files))
    steps.do(lambda: _strays_of_indexes(services))
    files.tell()
    steps.raise_first()
    return CleanedUp(
        probes=probes or 0,
        unknown_faces=unknown or 0,
        sign_ins=sign_ins or 0,
        removals=removals or 0,
        files=files.aside,
        emptied=files.emptied,
        stuck=files.failed.total(),
        erasures=erasures or 0,
    )


def remove_expired_probes(call: Call) -> int:
    """Remove held photos and unknown faces past their time, and what killed changes have left.

    A few quick looks when there is nothing of the kind.

    Returns:
        How many held photos.
    """
    permissions.require(call.actor, "maintenance.clean_up")
    steps = _Steps()
    files = _Files()
    probes = steps.do(lambda: _expired_probes(call.services))
    steps.do(lambda: settle_all(call))
    steps.do(lambda: _expired_input(call.services))
    steps.do(lambda: end_due_changes(call))
    steps.do(lambda: _noted_files(call.services))
    steps.do(lambda: finish_erasures(call))
    steps.do(lambda: _broken_off_changes(call.services, files))
    files.tell()
    steps.raise_first()
    return probes or 0


class _Steps:
    """Does one thing after the other, whatever happens to the one before."""

    def __init__(self) -> None:
        self._first: Exception | None = None

    def do(self, step: Callable[[], int | None]) -> int | None:
        try:
            return step()
        except Exception as error:  # noqa: BLE001  # raised when the others are done
            self._first = self._first or error
            return None

    def raise_first(self) -> None:
        if self._first is not None:
            raise self._first


class _Files:
    """How many files were moved and removed."""

    def __init__(self) -> None:
        self.aside = 0
        self.emptied = 0
        self.failed: Counter[tuple[str, int | None]] = Counter()

    def add(self, *, aside: Moved | None = None, emptied: Moved | None = None) -> None:
        self.aside += aside.done if aside else 0
        self.emptied += (aside.halves if aside else 0) + (emptied.done if emptied else 0)
        for moved in (aside, emptied):
            self.failed.update(moved.failed if moved else {})

    def tell(self) -> None:
        if self.aside or self.emptied:
            _log.warning("Stray files set aside", files=self.aside, emptied=self.emptied)
        for (kind, number), count in self.failed.items():
            # No path: a name of a file is nobody's, but of the folders nothing is known.
            _log.error("Stray files cannot be moved", files=count, kind=kind, errno=number)


def _expired_probes(services: Services) -> int:
    with services.database.read() as session:
        any_expired = session.scalar(
            select(ProbeRow.id).where(ProbeRow.expires_at <= now()).limit(1)
        )
    if any_expired is None:
        return 0
    with services.database.write() as session:
        expired = session.scalars(select(ProbeRow).where(ProbeRow.expires_at <= now())).all()
        files = [name for probe in expired for name in probe_files(session, probe)]
        for probe in expired:
            session.delete(probe)
        erasure = note_erasure(session, files)
    finish(services.database, services.files, services.erasures, erasure)
    return len(expired)


def _expired_input(services: Services) -> None:
    with services.database.read() as session:
        any_expired = session.scalar(
            select(KeptInputRow.id).where(KeptInputRow.expires_at <= now()).limit(1)
        )
    if any_expired is not None:
        with services.database.write() as session:
            session.execute(delete(KeptInputRow).where(KeptInputRow.expires_at <= now()))


def _ended_sign_ins(services: Services) -> int:
    with services.database.write() as session:
        ended = session.execute(
            delete(SignInRow).where(SignInRow.expires_at <= now()).returning(SignInRow.id)
        ).all()
    return len(ended)


def _old_tries_and_links(services: Services) -> None:
    with services.database.write() as session:
        forget_old_tries(session)
        forget_old_links(session)


def _old_jobs(services: Services) -> None:
    """Reports that have had their time, and imports of which not everything was ever sent."""
    ended, begun = now() - _REMEMBER_JOBS, now() - _SENDING
    old = or_(
        JobRow.finished_at <= ended,
        and_(JobRow.state == "receiving", JobRow.created_at <= begun),
    )
    with services.database.read() as session:
        ids = list(session.scalars(select(JobRow.id).where(old)))
    if not ids:
        return
    with services.database.write() as session:
        files = list(
            session.scalars(
                select(JobInputPartRow.file)
                .join(JobInputRow, JobInputRow.id == JobInputPartRow.input_id)
                .where(JobInputRow.job_id.in_(ids))
            )
        )
        files += session.scalars(
            select(VideoAppearanceRow.crop_file).where(VideoAppearanceRow.job_id.in_(ids))
        )
        session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
        erasure = note_erasure(session, files)
    finish(services.database, services.files, services.erasures, erasure)


def _noted_files(services: Services) -> None:
    with services.database.read() as session:
        names = noted(session)
    delete_noted(services.database, services.files, names)


def _broken_off_changes(services: Services, files: "_Files") -> None:
    """Set aside what changes have written that were killed before their rows were committed."""
    store = services.files
    for names in store.abandoned():
        bind(services.database, store)
        with services.database.read() as session:
            left = set(names) - referenced(session, names)
        files.add(aside=store.set_aside(store.left_by(left)))


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


def _stray_files(services: Services, files: "_Files") -> None:
    """Set aside what no row knows, and remove for good what was set aside long enough ago."""
    store = services.files
    older_than = time.time() - STRAY_SECONDS
    bind(services.database, store)
    with services.database.read() as session:
        known = referenced(session)
        deleted = set(noted(session))
        holds_faces = session.scalar(select(FaceRow.id).limit(1)) is not None
        holds_photos = session.scalar(select(PhotoRow.id).limit(1)) is not None
        holds_unknown = session.scalar(select(UnknownFaceRow.id).limit(1)) is not None
        holds_deleted = session.scalar(select(DeletedFaceRow.id).limit(1)) is not None
    brought = store.bring_back(known)
    files.add(aside=Moved(failed=brought.failed))
    holds_any = holds_faces or holds_photos or holds_unknown or holds_deleted
    if not holds_any and store.holds_any():
        # A database of before, or of nowhere, that has the right id all the same: to it every
        # file would be a stray.
        return
    # What is to be deleted is not kept for some days because that fails.
    files.add(aside=store.set_aside(store.stray(known | deleted, older_than=older_than)))
    files.add(emptied=store.empty_aside())


def _strays_of_indexes(services: Services) -> None:
    with services.database.read() as session:
        services.indexes.drop_strays(session)
