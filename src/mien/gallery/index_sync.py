"""Bring an index to the newest revision of the rows.

Each gallery row has a revision; every change of its faces raises it in the same transaction and
stamps the changed rows with it. A search asks for the revision first: one indexed SELECT. If
another process has changed something, only the rows stamped since are loaded. No messages, no
lock between processes: what one has acknowledged, any other finds on its next search.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from sqlalchemy import Row
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import GalleryNotFound
from mien.index.base import VectorIndex
from mien.observing import Observer
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import RemovedFaceRow

_BATCH = 5_000


@dataclass(slots=True)
class _Applied:
    """One gallery's index and how far it has read; -1 is nothing at all."""

    index: VectorIndex
    revision: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)


class Indexes:
    """The indexes of this process, one a gallery, made when first searched.

    Args:
        build: makes an empty index for a dimension.
        observer: is told how far behind the rows an index was when it was asked.
    """

    def __init__(
        self, build: Callable[[int], VectorIndex], observer: Observer | None = None
    ) -> None:
        self._build = build
        self._observer = observer or Observer()
        self._applied: dict[str, _Applied] = {}
        self._lock = threading.Lock()

    def refresh(
        self,
        session: Session,
        gallery_id: str,
        *,
        dimension: int,
        known: GalleryRow | None = None,
    ) -> VectorIndex:
        """The gallery's index, with everything that was committed before this call.

        Args:
            session: reading; its moment is the index's moment.
            gallery_id: which gallery.
            dimension: length of its embeddings.
            known: the gallery's row, where this session has read it already.

        Raises:
            GalleryNotFound: the gallery is gone.
        """
        row = (
            known
            or session.execute(
                select(GalleryRow.revision, GalleryRow.floor_revision).where(
                    GalleryRow.id == gallery_id
                )
            ).one_or_none()
        )
        if row is None:
            self.drop(gallery_id)
            raise GalleryNotFound("removed")
        applied = self._of(gallery_id, dimension)
        if applied.revision > -1:
            self._observer.on_lag(max(row.revision - applied.revision, 0))
        if applied.revision < row.revision:
            with applied.lock:
                self._catch_up(session, gallery_id, applied, row)
        return applied.index

    def held(self, gallery_id: str) -> VectorIndex | None:
        """The gallery's index as this process last searched it; None when it never did."""
        applied = self._applied.get(gallery_id)
        return None if applied is None else applied.index

    def drop(self, gallery_id: str) -> None:
        """Throw an index away."""
        with self._lock:
            self._applied.pop(gallery_id, None)

    def applied_revision(self, gallery_id: str) -> int | None:
        """How far this process has read a gallery; None when it never searched it."""
        applied = self._applied.get(gallery_id)
        return None if applied is None else applied.revision

    def _of(self, gallery_id: str, dimension: int) -> _Applied:
        with self._lock:
            applied = self._applied.get(gallery_id)
            if applied is None or applied.index.dimension != dimension:
                applied = self._applied[gallery_id] = _Applied(self._build(dimension))
            return applied

    def _catch_up(
        self, session: Session, gallery_id: str, applied: _Applied, row: Row[int, int] | GalleryRow
    ) -> None:
        if applied.revision >= row.revision:
            return  # another thread was quicker
        index, revision = applied.index, applied.revision
        if -1 < revision < row.floor_revision:
            # Removals that this index has not heard of have been purged: what it holds beyond
            # the rows has to go too. Others search the old one until the new one is complete.
            index, revision = self._build(index.dimension), -1
        if revision > -1:
            removed = session.scalars(
                select(RemovedFaceRow.face_id).where(
                    RemovedFaceRow.gallery_id == gallery_id,
                    RemovedFaceRow.revision > revision,
                )
            ).all()
            index.remove(removed)
        faces = session.execute(
            select(FaceRow.id, FaceRow.person_id, FaceRow.embedding)
            .where(FaceRow.gallery_id == gallery_id, FaceRow.revision > revision)
            .execution_options(yield_per=_BATCH)
        )
        for batch in faces.partitions():
            index.upsert(
                [face.id for face in batch],
                [face.person_id for face in batch],
                np.stack([face.embedding for face in batch]),
            )
        applied.index, applied.revision = index, row.revision
