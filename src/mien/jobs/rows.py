"""Rows of jobs, found and told of."""

import datetime as dt
from typing import Final
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access.actor import Actor
from mien.errors import JobNotFound
from mien.jobs.results import Job
from mien.jobs.results import JobError
from mien.jobs.states import ENDED
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.jobs.states import Wanted
from mien.names import can_be_stored
from mien.storage.models import GalleryRow
from mien.storage.models import JobRow
from mien.storage.models import JobWorkerRow
from mien.storage.models import now

WORKER_SEEN_SECONDS: Final = 90
"""A worker says more often than this that it is there."""


def find_job(session: Session, job_id: str, *, kind: JobKind | None = None) -> JobRow:
    """The row of a job.

    Args:
        session: reading or writing.
        job_id: of the job.
        kind: what it does; None for whatever it does.

    Raises:
        JobNotFound: there is none of this id, or it does something else.
    """
    row = session.get(JobRow, job_id) if can_be_stored(job_id) else None
    if row is None or (kind is not None and row.kind != kind):
        raise JobNotFound
    return row


def gallery_of(session: Session, row: JobRow) -> str | None:
    """The name of the gallery that a job is about."""
    if row.gallery_id is None:
        return None
    return session.scalar(select(GalleryRow.name).where(GalleryRow.id == row.gallery_id))


def new_row(
    actor: Actor, request_id: str | None, kind: JobKind, *, gallery_id: str | None, title: str
) -> JobRow:
    """A job that whoever acts has asked for, not stored yet."""
    return JobRow(
        kind=kind,
        gallery_id=gallery_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        request_id=request_id,
        options={"title": title},
        state="waiting",
        wanted="work",
    )


def has_worker(session: Session) -> bool:
    """Whether any process that does jobs was seen not long ago."""
    since = now() - dt.timedelta(seconds=WORKER_SEEN_SECONDS)
    return (
        session.scalar(select(JobWorkerRow.id).where(JobWorkerRow.seen_at > since).limit(1))
        is not None
    )


def can_be_undone(row: JobRow) -> bool:
    """Whether a job is an import that has added something and was not taken back."""
    added = row.counts.get("added", 0) + row.counts.get("check", 0)
    return row.state in ENDED and added > 0 and not row.options.get("undone")


def as_job(row: JobRow, *, gallery: str | None, worker: bool) -> Job:
    """What is told of a job.

    Args:
        row: of the job.
        gallery: the name of its gallery.
        worker: whether any process does jobs.
    """
    error = row.error
    return Job(
        id=row.id,
        kind=cast("JobKind", row.kind),
        gallery=gallery,
        title=str(row.options.get("title", "")),
        state=cast("JobState", row.state),
        wanted=cast("Wanted", row.wanted),
        stage=row.stage,
        done=row.done,
        total=row.total,
        counts=dict(row.counts),
        error=None if error is None else JobError(error["key"], error.get("facts", {})),
        rate=row.done / row.worked_seconds if row.done and row.worked_seconds > 0 else None,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        has_worker=worker,
        may_undo=can_be_undone(row),
    )
