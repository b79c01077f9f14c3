"""Bring an index to the newest revision of the rows.

Each gallery row has a revision; every change of its faces raises it in the same transaction and
stamps the changed rows with it. A search asks for the revision first: one indexed SELECT. If the
index has applied less, only the rows stamped since are loaded, by one writer at a time. No
messages between processes: what one has acknowledged, any other finds on its next search. One that
is not searched follows now and then (`Indexes.follow`), so that it keeps nobody who was forgotten.
"""

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from typing import TypeAlias
from typing import TypeGuard

import numpy as np
import structlog
from sqlalchemy import Row
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import GalleryNotFound
from mien.errors import IndexUnavailable
from mien.errors import ShuttingDown
from mien.index.auto import settled
from mien.index.base import NOTHING
from mien.index.base import ExactSearch
from mien.index.base import IndexBackend
from mien.index.base import VectorIndex
from mien.index.rerank import Examples
from mien.index.rerank import RerankedIndex
from mien.observing import Observer
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow

FOLLOW_SECONDS: Final = 20.0
"""How often a process that serves brings its indexes up to the rows, also when it is not asked."""

DROPPED_WITHIN_SECONDS: Final = 60
"""The time within which one has nothing left of a vector that another process has removed.

It hears of it within `FOLLOW_SECONDS` and overwrites it the time after; the rest is for a machine
that is busy. It cannot hear while the database does not answer, and answers nothing meanwhile."""

_BATCH = 5_000
# So many of the newest faces are looked up in an index that was opened from files.
_COMPARED = 100
_CLOSING_SECONDS = 5.0

_log = structlog.get_logger(__name__)


# A gallery's row, or what is needed of it.
_Revisions: TypeAlias = Row[str, int, int] | Row[str, str, int, int] | GalleryRow


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
        observer: is told how far behind the rows an index was when it was asked.
    """

    def __init__(self, backend: IndexBackend, observer: Observer | None = None) -> None:
        self._backend = backend
        self._observer = observer or Observer()
        self._opened: dict[str, _Opened] = {}
        # Opened from files that were not compared with the rows yet.
        self._unsure: set[str] = set()
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
        return RerankedIndex(index, lambda people: _examples(session, gallery_id, people))

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

    def count_left(
        self, session: Session, gallery_id: str, face_ids: Sequence[str], *, dimension: int
    ) -> int:
        """How many faces a search could still find after they were removed from the rows.

        An index that cannot be asked counts as if it had all of them. One that this process has
        not opened, and of which nothing is kept, has none.

        Args:
            session: reading, after the removal was committed.
            gallery_id: where they were.
            face_ids: which.
            dimension: length of their embeddings.

        Raises:
            GalleryNotFound: the gallery is gone.
        """
        if not face_ids:
            return 0
        try:
            if gallery_id not in self._opened and gallery_id not in self._backend.kept():
                return 0
            index = self._brought_up(session, gallery_id, dimension)
            return sum(face_id in index for face_id in face_ids)
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
        dimension = _dimension(session, gallery_id)
        if dimension is None:
            return Compared(0, 0)
        index = self._brought_up(session, gallery_id, dimension)
        faces = select(FaceRow.id).where(FaceRow.gallery_id == gallery_id)
        there = missing = 0
        for face_id in session.scalars(faces.execution_options(yield_per=_BATCH)):
            if face_id in index:
                there += 1
            else:
                missing += 1
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
        dimension = _dimension(session, gallery_id)
        if dimension is not None:
            self._brought_up(session, gallery_id, dimension)

    @property
    def is_empty(self) -> bool:
        """Whether this process has opened none."""
        return not self._opened

    def follow(self, session: Session) -> None:
        """Bring what this process has opened up to the rows, though nobody searches.

        So that whoever was forgotten by another process is not kept in the memory of one that has
        nothing to do. Called every `FOLLOW_SECONDS`.

        Args:
            session: reading.

        Raises:
            IndexUnavailable: an index cannot be reached; the others are brought up.
        """
        rows = {
            row.id: row
            for row in session.execute(
                select(
                    GalleryRow.id,
                    GalleryRow.contract_id,
                    GalleryRow.revision,
                    GalleryRow.floor_revision,
                )
            )
        }
        unreached: IndexUnavailable | None = None
        # What is kept and was not searched holds faces, too.
        for gallery_id in set(self._backend.kept()).difference(self._opened).intersection(rows):
            try:
                self._follow_kept(session, gallery_id)
            except IndexUnavailable as error:
                unreached = unreached or error
        for gallery_id, opened in tuple(self._opened.items()):
            row = rows.get(gallery_id)
            if row is None or row.contract_id != opened.contract_id:
                self._let_go(gallery_id, opened)
                continue
            try:
                if NOTHING < opened.index.applied_revision < row.revision:
                    _catch_up(session, gallery_id, opened.index, row)
                opened.index.overwrite_removed()
            except IndexUnavailable as error:
                unreached = unreached or error
        if unreached is not None:
            raise unreached

    def _follow_kept(self, session: Session, gallery_id: str) -> None:
        dimension = _dimension(session, gallery_id)
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
            _catch_up(session, gallery_id, index, row)
        if gallery_id in self._unsure:
            index = self._made_sure(session, gallery_id, index, row)
        return index

    def _made_sure(
        self, session: Session, gallery_id: str, index: VectorIndex, row: _Revisions
    ) -> VectorIndex:
        """The index, or another one if files led to it that are of another history of the rows."""
        if not _is_of(session, gallery_id, index, row.revision):
            _log.warning("An index did not fit the database and is built anew")
            with self._lock:
                self._opened.pop(gallery_id, None)
            self._backend.drop(gallery_id)
            index = self._open(gallery_id, row.contract_id, index.dimension)
            _catch_up(session, gallery_id, index, row)
        self._unsure.discard(gallery_id)
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
                    if self._backend.kept_apart and index.applied_revision > NOTHING:
                        self._unsure.add(gallery_id)
                    opened = self._opened[gallery_id] = _Opened(index, contract_id)
        return opened.index


def _dimension(session: Session, gallery_id: str) -> int | None:
    """Length of a gallery's embeddings; None where it has none."""
    face = select(FaceRow.embedding).where(FaceRow.gallery_id == gallery_id).limit(1)
    embedding = session.scalar(face)
    return None if embedding is None else len(embedding)


def _is_of(session: Session, gallery_id: str, index: VectorIndex, revision: int) -> bool:
    """Whether an index that says so has applied all rows of this moment, as far as a look can tell.

    Of two histories with one revision neither the number of faces nor the newest ones are the same,
    unless they are one history.
    """
    if index.applied_revision != revision:
        return False
    of_gallery = FaceRow.gallery_id == gallery_id
    if len(index) != session.scalar(select(func.count()).select_from(FaceRow).where(of_gallery)):
        return False
    newest = select(FaceRow.id).where(of_gallery).order_by(FaceRow.revision.desc()).limit(_COMPARED)
    return all(face_id in index for face_id in session.scalars(newest))


def _fits(opened: _Opened, contract_id: str, dimension: int) -> bool:
    return opened.contract_id == contract_id and opened.index.dimension == dimension


def _may_decide(index: VectorIndex) -> TypeGuard[ExactSearch]:
    return index.is_exact


def _catch_up(
    session: Session,
    gallery_id: str,
    index: VectorIndex,
    row: _Revisions,
) -> None:
    # Below the floor, removals that this index has not heard of have been purged: what it holds
    # beyond the rows has to go, too.
    with index.writing(floor=row.floor_revision) as writer:
        applied = writer.applied_revision
        if applied >= row.revision:
            return  # another thread or process was quicker, and may know more
        faces = session.execute(
            select(FaceRow.id, FaceRow.person_id, FaceRow.embedding)
            .where(FaceRow.gallery_id == gallery_id, FaceRow.revision > applied)
            .execution_options(yield_per=_BATCH)
        )
        # What reads on in a server is let go though an index may fail half way.
        with closing(faces):
            for batch in faces.partitions():
                writer.upsert(
                    [face.id for face in batch],
                    [face.person_id for face in batch],
                    np.stack([face.embedding for face in batch]),
                )
        # Afterwards: whoever searches meanwhile does not miss a person whose old example is
        # already gone and whose new one is not yet there.
        if applied > NOTHING:
            removed = select(RemovedFaceRow.face_id).where(
                RemovedFaceRow.gallery_id == gallery_id, RemovedFaceRow.revision > applied
            )
            writer.remove(session.scalars(removed).all())
        writer.commit(row.revision)


def _examples(session: Session, gallery_id: str, people: Sequence[str]) -> dict[str, Examples]:
    """All examples of some people, from the rows."""
    found: dict[str, list[tuple[str, np.ndarray]]] = {}
    for start in range(0, len(people), _BATCH):
        some = people[start : start + _BATCH]
        faces = session.execute(
            select(FaceRow.gallery_id, FaceRow.person_id, FaceRow.id, FaceRow.embedding).where(
                FaceRow.person_id.in_(some)
            )
        )
        for owner, person_id, face_id, embedding in faces:
            # Not asked of the database, which would rather read the whole gallery by its index.
            if owner == gallery_id:
                found.setdefault(person_id, []).append((face_id, embedding))
    # Not sorted by the database, whose order of texts may be another.
    return {person_id: _in_order(faces) for person_id, faces in found.items()}


def _in_order(faces: list[tuple[str, np.ndarray]]) -> Examples:
    faces.sort(key=lambda face: face[0])
    return Examples(
        keys=[face_id for face_id, _ in faces],
        vectors=np.stack([embedding for _, embedding in faces]),
    )
