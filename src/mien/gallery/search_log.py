"""The last searches of each gallery as bare numbers, so that other settings can be weighed."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mien.errors import MienError
from mien.storage.database import Database
from mien.storage.models import GalleryRow
from mien.storage.models import SearchRow
from mien.storage.models import now

KEPT = 1_000
"""How many searched faces are remembered for a gallery."""
_FLUSH_SECONDS = 3.0
_MOST_WAITING = 5_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """How near one searched face came; see `SearchRow`.

    Attributes:
        similarity: to the best person.
        examples: of that person.
        runner_up: similarity to the person on whom it rested whether the best one stood alone;
            see `decide.deciding_rival`. At other settings it may rest on somebody else.
        similarity_to_best: of the two people; see `Ranked`.
        legible: whether the face showed enough.
        people: who could be found, where only some were searched; None for the whole gallery.
        faces: their examples; None for the whole gallery.
    """

    similarity: float
    examples: int
    runner_up: float | None
    similarity_to_best: float | None
    legible: bool
    people: int | None = None
    faces: int | None = None


class SearchLog:
    """Remembers searches, written together and aside, so that no answer waits for a disk.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        # Beside each the contract under which it was compared.
        self._waiting: list[tuple[str, SearchRow]] = []
        self._overflowing = False
        self._timer: threading.Timer | None = None

    def note(self, gallery_id: str, faces: Sequence[SearchRecord], *, contract_id: str) -> None:
        """Remember the faces of one search.

        When too many are waiting to be written, they are let go of, and that is said once.

        Args:
            gallery_id: which was searched.
            faces: of the photo.
            contract_id: of the embeddings that were compared. What is written once the gallery is
                of another one is let go of: similarities of two models cannot be weighed together.
        """
        rows = [
            (
                contract_id,
                SearchRow(
                    gallery_id=gallery_id,
                    at=now(),
                    similarity=each.similarity,
                    examples=each.examples,
                    runner_up=each.runner_up,
                    similarity_to_best=each.similarity_to_best,
                    legible=each.legible,
                    people=each.people,
                    faces=each.faces,
                ),
            )
            for each in faces
        ]
        with self._lock:
            if not rows:
                return
            if len(self._waiting) >= _MOST_WAITING:
                if not self._overflowing:
                    _log.warning(
                        "Searches arrive faster than they can be recorded",
                        waiting=len(self._waiting),
                    )
                self._overflowing = True
                return
            self._waiting += rows
            if self._timer is None:
                self._timer = threading.Timer(_FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what is waiting; what cannot be written is let go of, and said."""
        with self._lock:
            rows, self._waiting, self._overflowing = self._waiting, [], False
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if not rows:
            return
        try:
            with self._database.write() as session:
                _write(session, rows)
        except (MienError, SQLAlchemyError) as error:
            _log.warning("Searches could not be recorded", rows=len(rows), why=type(error).__name__)


def last_searches(session: Session, gallery_id: str) -> tuple[SearchRecord, ...]:
    """The last faces searched in a gallery, the newest first."""
    rows = session.scalars(
        select(SearchRow)
        .where(SearchRow.gallery_id == gallery_id)
        .order_by(SearchRow.at.desc())
        .limit(KEPT)
    )
    return tuple(
        SearchRecord(
            similarity=row.similarity,
            examples=row.examples,
            runner_up=row.runner_up,
            similarity_to_best=row.similarity_to_best,
            legible=row.legible,
            people=row.people,
            faces=row.faces,
        )
        for row in rows
    )


def _write(session: Session, rows: Sequence[tuple[str, SearchRow]]) -> None:
    galleries = sorted({row.gallery_id for _, row in rows})
    # Nobody changes their contracts before this is committed.
    contracts = dict(
        session.execute(
            select(GalleryRow.id, GalleryRow.contract_id)
            .where(GalleryRow.id.in_(galleries))
            .order_by(GalleryRow.id)
            .with_for_update(read=True, key_share=True)
        ).all()
    )
    session.add_all(row for contract, row in rows if contracts.get(row.gallery_id) == contract)
    session.flush()
    for gallery_id in contracts:
        _prune(session, gallery_id)


def _prune(session: Session, gallery_id: str) -> None:
    count = session.scalar(
        select(func.count()).select_from(SearchRow).where(SearchRow.gallery_id == gallery_id)
    )
    if (count or 0) <= KEPT:
        return
    oldest = session.scalar(
        select(SearchRow.at)
        .where(SearchRow.gallery_id == gallery_id)
        .order_by(SearchRow.at.desc())
        .offset(KEPT - 1)
        .limit(1)
    )
    session.execute(
        delete(SearchRow).where(SearchRow.gallery_id == gallery_id, SearchRow.at < oldest)
    )
