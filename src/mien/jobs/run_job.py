"""Take a job, do it, and leave it well, whatever happens."""

import datetime as dt
import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from typing import cast

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from mien.access.acting import actor_of
from mien.errors import JobInterrupted
from mien.errors import MienError
from mien.errors import StorageError
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.jobs.inputs import drop_inputs
from mien.jobs.rows import gallery_of
from mien.jobs.states import ENDED
from mien.jobs.states import FOR_WORKERS
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.jobs.stored_errors import as_stored
from mien.jobs.tasks.kinds import task_of
from mien.jobs.work import LEASE_SECONDS
from mien.jobs.work import LostError
from mien.jobs.work import StoppedError
from mien.jobs.work import Tell
from mien.jobs.work import Work
from mien.storage.erasures import finish
from mien.storage.models import JobRow
from mien.storage.models import now

_HOLD_SECONDS: Final = 10.0
_log = structlog.get_logger(__name__)


def run_job(
    services: Services,
    job_id: str,
    *,
    worker: str,
    leaving: Callable[[], bool] = lambda: False,
    tell: Tell | None = None,
) -> None:
    """Do a job to its end, or until it is to stop; nothing where another does it or it has ended.

    Args:
        services: the collaborators.
        job_id: of the job.
        worker: who takes it; another name for each process.
        leaving: whether the process is about to end.
        tell: is told what became of each item, for a command that shows it.

    Raises:
        StorageError: the database does not answer; whoever takes the job next goes on.
    """
    work = _take(services, job_id, worker, leaving, tell)
    if work is None:
        return
    try:
        with _held(work):
            task_of(work)(work)
    except StoppedError as stopped:
        _leave(services, job_id, worker, stopped.state)
    except (KeyboardInterrupt, SystemExit):
        _leave(services, job_id, worker, "waiting")
        raise
    except LostError:
        _log.warning("A job was taken over by another worker", job=job_id)
    except StorageError as error:
        # What is away comes back; the lease ends, and the job goes on then.
        _log.warning("A job waits for the storage", job=job_id, code=error.code)
        _leave(services, job_id, worker, "waiting")
    except MienError as error:
        _leave(services, job_id, worker, "failed", error=as_stored(error))
    except Exception as error:  # noqa: BLE001 - a job that breaks must not end its worker
        # Only its kind is logged: a message may hold a name or a path.
        _log.error("A job failed unexpectedly", job=job_id, kind=type(error).__name__)
        _leave(services, job_id, worker, "failed", error={"key": "internal_error"})
    else:
        _leave(services, job_id, worker, "done")


def waiting_jobs(services: Services) -> list[str]:
    """The ids of jobs that nobody works on and a worker should, the oldest first."""
    with services.database.read() as session:
        return list(
            session.scalars(
                select(JobRow.id)
                .where(_is_free(), JobRow.kind.in_(FOR_WORKERS))
                .order_by(JobRow.created_at, JobRow.id)
            )
        )


def end_interrupted(services: Services) -> int:
    """Say of jobs that ended with the command that did them that they did; how many there were."""
    with services.database.read() as session:
        left = list(
            session.scalars(select(JobRow.id).where(_is_free(), JobRow.kind.not_in(FOR_WORKERS)))
        )
    if not left:
        return 0
    with services.database.write() as session:
        session.execute(
            update(JobRow)
            .where(JobRow.id.in_(left), _is_free())
            .values(
                state="failed",
                worker=None,
                lease_until=None,
                finished_at=now(),
                error=as_stored(JobInterrupted()),
            )
        )
    return len(left)


def _is_free() -> ColumnElement[bool]:
    return or_(
        and_(JobRow.state == "waiting", JobRow.wanted == "work"),
        and_(JobRow.state == "working", JobRow.lease_until < now()),
    )


def _take(
    services: Services,
    job_id: str,
    worker: str,
    leaving: Callable[[], bool],
    tell: Tell | None,
) -> Work | None:
    with services.database.write() as session:
        taken = session.scalar(
            update(JobRow)
            .where(JobRow.id == job_id, _is_free())
            .values(
                state="working",
                worker=worker,
                lease_until=now() + dt.timedelta(seconds=LEASE_SECONDS),
            )
            .returning(JobRow.id)
        )
        if taken is None:
            return None
        row = session.get_one(JobRow, job_id, populate_existing=True)
        row.started_at = row.started_at or now()
        actor = actor_of(session, row.actor_kind, row.actor_id)
        return Work(
            Call(services, actor, row.request_id),
            job_id,
            kind=cast("JobKind", row.kind),
            gallery=gallery_of(session, row),
            options=dict(row.options),
            worker=worker,
            leaving=leaving,
            tell=tell,
        )


@contextmanager
def _held(work: Work) -> Iterator[None]:
    """Say again and again that the job is worked on, also during an item that takes long."""
    over = threading.Event()

    def hold() -> None:
        while not over.wait(_HOLD_SECONDS):
            try:
                work.look()
            except StorageError:
                continue

    thread = threading.Thread(target=hold, name="job-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_HOLD_SECONDS)


def _leave(
    services: Services,
    job_id: str,
    worker: str,
    state: JobState,
    *,
    error: dict[str, object] | None = None,
) -> None:
    erasure = None
    with services.database.write() as session:
        row = session.scalar(
            select(JobRow).where(JobRow.id == job_id, JobRow.worker == worker).with_for_update()
        )
        if row is None:
            return
        if state == "waiting" and row.wanted != "work":
            state = "paused" if row.wanted == "pause" else "cancelled"
        row.state, row.worker, row.lease_until, row.error = state, None, None, error
        if state in ENDED:
            row.finished_at = now()
        # A failed one may go on once its reason is gone, with what was sent for it; but a video is
        # not kept for that.
        if state in {"done", "cancelled"} or (state == "failed" and row.kind == "video"):
            erasure = drop_inputs(session, job_id)
    if erasure is not None:
        finish(services.database, services.files, services.erasures, erasure)
