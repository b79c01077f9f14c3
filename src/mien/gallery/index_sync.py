"""Bring an index to the newest revision of the rows.

Each gallery row has a revision; every change of its faces raises it in the same transaction and
stamps the changed rows with it. A search asks for the revision first: one indexed SELECT. If the
index has applied less, only the rows stamped since are loaded, by one writer at a time. No
messages between processes: what one has acknowledged, any other finds on its next search. One that
is not searched follows now and then (`Indexes.follow`), so that it keeps nobody who was forgotten.
"""

import threading
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import TypeGuard

import structlog
from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import GalleryNotFound
from mien.errors import IndexUnavailable
from mien.errors import ShuttingDown
from mien.gallery.index_reading import Revisions
from mien.gallery.index_reading import catch_up
from mien.gallery.index_reading import count_missing
from mien.gallery.index_reading import dimension_of
from mien.gallery.index_reading import examples_of
from mien.gallery.index_reading import is_of
from mien.index.auto import settled
from mien.index.base import NOTHING
from mien.index.base import ExactSearch
from mien.index.base import IndexBackend
from mien.index.base import VectorIndex
from mien.index.rerank import RerankedIndex
from mien.observing import Observer
from mien.storage.models import GalleryRow

FOLLOW_SECONDS: Final = 20.0
"""How often a process that serves brings its indexes up to the rows, also when it is not asked."""

DROPPED_WITHIN_SECONDS: Final = 60
"""The time within which one has nothing left of a vector that another process has removed.

It hears of it within `FOLLOW_SECONDS` and overwrites it the time after; the rest is for a machine
that is busy. It cannot hear while the database does not answer, and answers nothing meanwhile."""

_CLOSING_SECONDS = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A gallery's index and the contract that it was opened under."""

    index: VectorIndex
    contract_id: str


@dataclass(frozen=True, slots=True)
class Compared:
    """An index beside the rows.

    Attributes:
        missing: faces of the rows that it does not have.
        surplus: faces that it has and the rows do not.
    """

    missing: int
    surplus: int


class Indexes:
    """The indexes that this process has opened, one a gallery, when it was first searched.

    Args:
        backend: opens them.
        observer: is told how far behind the rows an index was when it was asked, and where it has
            its vectors from.
    """

    def __init__(self, backend: IndexBackend, observer: Observer | None = None) -> None:
        self._backend = backend
        self._observer = observer or Observer()
        self._opened: dict[str, _Opened] = {}
        # Opened from what is kept and not compared with the rows yet: how far it was then.
        self._unsure: dict[str, int] = {}
        self._lock = threading.Lock()
        self._closed = False

    def refresh(
        self,
        session: Session,
        gallery_id: str,
        *,
        dimension: int,
        known: GalleryRow | None = None,
    ) -> ExactSearch:
        """The gallery's index, with everything that was committed before this call.

        Whatever the backend, what it finds is as similar as the rows' own vectors say.

        Args:
            session: reading; its moment is the index's moment. Open while the index is asked.
            gallery_id: which gallery.
            dimension: length of its embeddings.
            known: the gallery's row, where this session has read it already.

        Raises:
            GalleryNotFound: the gallery is gone.
            IndexUnavailable: the index cannot be reached.
            ShuttingDown: all were closed.
        """
        index = settled(self._brought_up(session, gallery_id, dimension, known))
        if _may_decide(index):
            return index
        return RerankedIndex(index, lambda people: examples_of(session, gallery_id, people))

    def as_it_stands(self, gallery_id: str, *, contract_id: str) -> ExactSearch | None:
        """A gallery's index as this process has it, to be asked without the rows.

        None when this process never searched the gallery, or when what the index finds would
        have to be looked up in the rows.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """
        opened = self._opened.get(gallery_id)
        if opened is None or opened.contract_id != contract_id:
            return None
        index = settled(opened.index)
        if index.applied_revision == NOTHING:
            return None
        return index if _may_decide(index) else None

    def applied_revision(self, gallery_id: str) -> int | None:
        """How far a gallery's index has read; None when this process never searched it.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """
        opened = self._opened.get(gallery_id)
        return None if opened is None else opened.index.applied_revision

    def erase_removed(self, session: Session, gallery_id: str) -> None:
        """Let nothing of whomever a gallery's rows have lost be left in an index.

        The one step after every commit that takes faces out: what is kept, under whatever setting,
        and what this process has opened is brought up to the rows.

        Args:
            session: reading, after the commit.
            gallery_id: which gallery.

        Raises:
            IndexUnavailable: an index cannot be reached; it is the turn of `follow`.
            StorageError: the rows cannot be asked.
        """
        is_done = self._backend.erase_removed(gallery_id)
        row = session.execute(_revisions().where(GalleryRow.id == gallery_id)).one_or_none()
        opened = self._opened.get(gallery_id)
        if opened is not None:
            self._follow_opened(session, gallery_id, opened, row)
        elif not is_done and gallery_id in self._backend.kept():
            self._follow_kept(session, gallery_id)

    def erase_all_removed(self, session: Session) -> frozenset[str]:
        """The same for all galleries of which something is kept or opened.

        Args:
            session: reading; has not read yet.

        Returns:
            Ids of those where it could not be done; the others are done.

        Raises:
            IndexUnavailable: it cannot be looked up of which galleries something is kept.
        """
        failed = set()
        for gallery_id in {*self._backend.kept(), *self._opened}:
            try:
                self.erase_removed(session, gallery_id)
            except IndexUnavailable as error:
                _log.warning("Removed faces are not erased from an index yet", code=error.code)
                failed.add(gallery_id)
        return frozenset(failed)

    def count_left(self, session: Session, gallery_id: str, face_ids: Sequence[str]) -> int:
        """How many faces are left in an index after they were removed from the rows.

        An index that cannot be asked counts as if it had all of them.

        Args:
            session: reading, after the removal was committed.
            gallery_id: where they were.
            face_ids: which.
        """
        if not face_ids:
            return 0
        try:
            self.erase_removed(session, gallery_id)
            opened = self._opened.get(gallery_id)
            return 0 if opened is None else len(opened.index.held(face_ids))
        except IndexUnavailable:
            return len(face_ids)

    def kept(self) -> frozenset[str]:
        """Ids of galleries of which something is kept.

        Raises:
            IndexUnavailable: that cannot be looked up.
        """
        return frozenset(self._backend.kept())

    def compare(self, session: Session, gallery_id: str) -> Compared:
        """Look for each face of the rows in a gallery's index, once that was brought up to them.

        Args:
            session: reading.
            gallery_id: which gallery.

        Raises:
            GalleryNotFound: the gallery is gone.
            IndexUnavailable: the index cannot be reached.
        """
        dimension = dimension_of(session, gallery_id)
        if dimension is None:
            return Compared(0, 0)
        index = self._brought_up(session, gallery_id, dimension)
        there, missing = count_missing(session, gallery_id, index)
        return Compared(missing, len(index) - there)

    def rebuild(self, session: Session, gallery_id: str) -> None:
        """Throw a gallery's index away, and make it from the rows.

        Args:
            session: reading.
            gallery_id: which gallery.

        Raises:
            GalleryNotFound: the gallery is gone.
            IndexUnavailable: the index cannot be reached.
        """
        with self._lock:
            self._opened.pop(gallery_id, None)
        self._backend.drop(gallery_id)
        dimension = dimension_of(session, gallery_id)
        if dimension is not None:
            self._brought_up(session, gallery_id, dimension)

    @property
    def is_empty(self) -> bool:
        """Whether this process has opened none, and none is kept that it would have to follow.

        Raises:
            IndexUnavailable: it cannot be looked up whether something is kept.
        """
        return not self._opened and not self._backend.kept()

    @property
    def cannot_keep(self) -> bool:
        """Whether files are to be kept and cannot be written, so that memory serves instead."""
        return self._backend.cannot_keep

    def follow(self, session: Session) -> None:
        """Bring what is kept, and what this process has opened, up to the rows, though nobody searches.

        So that whoever was forgotten by another process is not kept in the memory of one that has
        nothing to do, nor in files. Called every `FOLLOW_SECONDS`.

        Args:
            session: reading; has not read yet.

        Raises:
            IndexUnavailable: an index cannot be reached; the others are brought up.
        """
        unreached: IndexUnavailable | None = None
        kept: Collection[str] = ()
        try:
            # Looked up before the rows: nothing is kept of a gallery before its row is there.
            kept = self._backend.kept()
        except IndexUnavailable as error:
            unreached = error
        rows = {row.id: row for row in session.execute(_revisions())}
        for gallery_id in {*kept, *self._opened}:
            row, opened = rows.get(gallery_id), self._opened.get(gallery_id)
            try:
                # First what is open, which has the same in memory.
                if opened is not None:
                    self._follow_opened(session, gallery_id, opened, row)
                    opened.index.overwrite_removed()
                if gallery_id in kept:
                    self._erase_kept(session, gallery_id, row)
            except IndexUnavailable as error:
                unreached = unreached or error
        if unreached is not None:
            raise unreached

    def _follow_opened(
        self, session: Session, gallery_id: str, opened: _Opened, row: Revisions | None
    ) -> None:
        if row is None or row.contract_id != opened.contract_id:
            self._let_go(gallery_id, opened)
            if row is None:
                self.drop(gallery_id)
        elif NOTHING < opened.index.applied_revision < row.revision:
            self._catch_up(session, gallery_id, opened.index, row)

    def _erase_kept(self, session: Session, gallery_id: str, row: Revisions | None) -> None:
        if row is None:
            self._backend.drop(gallery_id)
        elif not self._backend.erase_removed(gallery_id) and gallery_id not in self._opened:
            self._follow_kept(session, gallery_id)

    def _follow_kept(self, session: Session, gallery_id: str) -> None:
        dimension = dimension_of(session, gallery_id)
        if dimension is None:
            self._backend.drop(gallery_id)
        else:
            self._brought_up(session, gallery_id, dimension)

    def _let_go(self, gallery_id: str, opened: _Opened) -> None:
        """Let go of an index that nobody may search any more, unless it is another by now."""
        with self._lock:
            if self._opened.get(gallery_id) is opened:
                del self._opened[gallery_id]

    def drop(self, gallery_id: str) -> None:
        """Throw an index away, and what is kept of it; if that is not possible now, see `drop_strays`.

        Searches that go on finish with what they have.
        """
        with self._lock:
            self._opened.pop(gallery_id, None)
        try:
            self._backend.drop(gallery_id)
        except IndexUnavailable as error:
            _log.warning("An index will be deleted later", code=error.code, key=error.key)

    def drop_strays(self, session: Session) -> None:
        """Erase what is kept of galleries that are gone.

        Args:
            session: reading; has not read yet.

        Raises:
            IndexUnavailable: what is kept cannot be reached.
        """
        # Looked up before the rows: an index is never older than its gallery's row.
        kept = self._backend.kept()
        if kept:
            for gallery_id in set(kept).difference(session.scalars(select(GalleryRow.id))):
                self._backend.drop(gallery_id)

    def close(self) -> None:
        """Let go of every index; nobody searches any more."""
        self._closed = True
        # One that is being opened may take as long as its backend likes.
        if self._lock.acquire(timeout=_CLOSING_SECONDS):
            try:
                for opened in self._opened.values():
                    opened.index.close()
                self._opened.clear()
            finally:
                self._lock.release()
        self._backend.close()

    def _brought_up(
        self, session: Session, gallery_id: str, dimension: int, known: GalleryRow | None = None
    ) -> VectorIndex:
        row = (
            known
            or session.execute(
                select(
                    GalleryRow.contract_id, GalleryRow.revision, GalleryRow.floor_revision
                ).where(GalleryRow.id == gallery_id)
            ).one_or_none()
        )
        if row is None:
            self.drop(gallery_id)
            raise GalleryNotFound("removed")
        index = self._open(gallery_id, row.contract_id, dimension)
        applied = index.applied_revision
        if applied > NOTHING:
            self._observer.on_lag(max(row.revision - applied, 0))
        if applied < row.revision:
            self._catch_up(session, gallery_id, index, row)
        if gallery_id in self._unsure:
            index = self._made_sure(session, gallery_id, index, row)
        return index

    def _catch_up(
        self, session: Session, gallery_id: str, index: VectorIndex, row: Revisions
    ) -> None:
        if catch_up(session, gallery_id, index, row):
            self._observer.on_filled("rows")

    def _made_sure(
        self, session: Session, gallery_id: str, index: VectorIndex, row: Revisions
    ) -> VectorIndex:
        """The index, or another one if files led to it that are of another history of the rows."""
        opened_at = self._unsure.get(gallery_id, row.revision)
        if opened_at <= row.revision < index.applied_revision:
            return index  # another thread has brought it up to a later moment, and looks then
        if not is_of(session, gallery_id, index, row.revision):
            _log.warning("An index did not fit the database and is built anew")
            self.drop(gallery_id)
            index = self._open(gallery_id, row.contract_id, index.dimension)
            self._catch_up(session, gallery_id, index, row)
        self._unsure.pop(gallery_id, None)
        return index

    def _open(self, gallery_id: str, contract_id: str, dimension: int) -> VectorIndex:
        opened = self._opened.get(gallery_id)
        # Without the lock: opening may be slow, and other galleries are searched meanwhile.
        if opened is None or not _fits(opened, contract_id, dimension):
            with self._lock:
                opened = self._opened.get(gallery_id)
                if self._closed:
                    raise ShuttingDown
                if opened is None or not _fits(opened, contract_id, dimension):
                    index = self._backend.open(
                        gallery_id, contract_id=contract_id, dimension=dimension
                    )
                    applied = index.applied_revision
                    if applied > NOTHING:
                        self._observer.on_filled("kept")
                        if self._backend.kept_apart:
                            self._unsure[gallery_id] = applied
                    opened = self._opened[gallery_id] = _Opened(index, contract_id)
        return opened.index


def _revisions() -> "Select[str, str, int, int]":
    return select(
        GalleryRow.id, GalleryRow.contract_id, GalleryRow.revision, GalleryRow.floor_revision
    )


def _fits(opened: _Opened, contract_id: str, dimension: int) -> bool:
    return opened.contract_id == contract_id and opened.index.dimension == dimension


def _may_decide(index: VectorIndex) -> TypeGuard[ExactSearch]:
    return index.is_exact
