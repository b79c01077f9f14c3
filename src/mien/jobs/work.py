"""A job as a task sees it: whose it is, how far it is, and whether to go on."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import TypeAlias

from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import MienError
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.storage.models import JobRow
from mien.storage.models import now

LEASE_SECONDS: Final = 60
"""A worker that has not said for so long that it works on a job does so no more."""

_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an item, for whoever watches.

    Attributes:
        path: of the item.
        done: items that are settled.
        total: items there are.
        enrolment: what was made of a picture; None where nothing was.
        refusal: why nothing was.
    """

    path: str
    done: int
    total: int
    enrolment: Enrolment | None = None
    refusal: MienError | None = None


Tell: TypeAlias = Callable[[Settled], None]


class StoppedError(Exception):
    """A job is to stop; `state` is how it is to stand then.

    Args:
        state: paused, cancelled, or waiting for another worker.
    """

    def __init__(self, state: JobState) -> None:
        super().__init__(state)
        self.state = state


class LostError(Exception):
    """Another worker has taken the job over, or it is gone with its gallery."""


class Work:
    """What a task is given.

    Args:
        call: of whoever has started the job.
        job_id: of the job.
        kind: what is to be done.
        gallery: the name of its gallery; None when it is about none.
        options: what was asked for.
        worker: who works on it.
        leaving: whether the process is about to end.
        tell: is told what became of each item; None tells nobody.
    """

    def __init__(
        self,
        call: Call,
        job_id: str,
        *,
        kind: JobKind,
        gallery: str | None,
        options: dict[str, Any],
        worker: str,
        leaving: Callable[[], bool],
        tell: Tell | None = None,
    ) -> None:
        self.call = call
        self.job_id = job_id
        self.kind = kind
        self.options = options
        self.tell = tell or (lambda _settled: None)
        self._gallery = gallery
        self._worker = worker
        self._leaving = leaving
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._wanted = "work"
        self._lost = False

    @property
    def gallery(self) -> str:
        """The name of the gallery it is about."""
        if self._gallery is None:
            raise ValueError("this kind of job is about a gallery")
        return self._gallery

    def go_on(self) -> None:
        """Asked between two items; does nothing while the job may go on.

        Raises:
            StoppedError: it is to stop.
            LostError: somebody else works on it.
        """
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self.look()
        if self._lost:
            raise LostError
        if self._wanted == "cancel":
            raise StoppedError("cancelled")
        if self._wanted == "pause":
            raise StoppedError("paused")
        if self._leaving():
            raise StoppedError("waiting")

    def look(self) -> None:
        """Say that the job is being worked on, and see what is wanted of it; from any thread."""
        with self._lock, self.call.services.database.write() as session:
            self._hold(session)

    def settle(self, session: Session, **values: Any) -> None:
        """Write how far the job is, in the transaction that settles an item; see `JobRow`."""
        self._hold(session, **values)
        if self._lost:
            raise LostError

    def _hold(self, session: Session, **values: Any) -> None:
        at = time.monotonic()
        wanted = session.scalar(
            update(JobRow)
            .where(JobRow.id == self.job_id, JobRow.worker == self._worker)
            .values(
                lease_until=now() + dt.timedelta(seconds=LEASE_SECONDS),
                worked_seconds=JobRow.worked_seconds + (at - self._looked),
                **values,
            )
            .returning(JobRow.wanted)
        )
        self._looked = at
        if wanted is None:
            self._lost = True
        else:
            self._wanted = wanted
