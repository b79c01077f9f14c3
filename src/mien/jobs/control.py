"""Pause a job, let it go on, or give it up."""

from sqlalchemy import select

from mien.access import audit
from mien.access import permissions
from mien.errors import JobNotPossible
from mien.gallery.services import Call
from mien.jobs.inputs import drop_inputs
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.jobs.rows import has_worker
from mien.storage.erasures import finish
from mien.storage.models import JobRow
from mien.storage.models import now


def pause_job(call: Call, *, job_id: str) -> Job:
    """Let a job stand still; one that is being worked on does so after the item it is at.

    Raises:
        JobNotFound: there is none of this id.
        JobNotPossible: it stands still or has ended.
    """
    permissions.require(call.actor, "jobs.control")
    return _change(call, job_id, "pause")


def resume_job(call: Call, *, job_id: str) -> Job:
    """Let a job go on that was paused, or that failed and can be taken up where it was.

    Raises:
        JobNotFound: there is none of this id.
        JobNotPossible: it goes on already, or has ended.
    """
    permissions.require(call.actor, "jobs.control")
    job = _change(call, job_id, "resume")
    call.services.jobs.put(job_id)
    return job


def cancel_job(call: Call, *, job_id: str) -> Job:
    """Give a job up; what it has done stays.

    Raises:
        JobNotFound: there is none of this id.
        JobNotPossible: it has ended.
    """
    permissions.require(call.actor, "jobs.control")
    return _change(call, job_id, "cancel")


def _change(call: Call, job_id: str, what: str) -> Job:
    erasure = None
    with call.services.database.write() as session:
        find_job(session, job_id)
        # Whoever works on it writes the same row; what stands there now decides.
        row = session.scalars(
            select(JobRow).where(JobRow.id == job_id).with_for_update(),
            execution_options={"populate_existing": True},
        ).one()
        job = as_job(row, gallery=gallery_of(session, row), worker=True)
        allowed = {"pause": job.may_pause, "resume": job.may_resume, "cancel": job.may_cancel}
        if not allowed[what]:
            raise JobNotPossible(what, state=row.state)
        at_work = row.state == "working"
        if what == "pause":
            row.wanted = "pause"
            row.state = row.state if at_work else "paused"
        elif what == "resume":
            row.wanted = "work"
            row.state = row.state if at_work else "waiting"
            row.error = None
            row.finished_at = None
        else:
            row.wanted = "cancel"
            if not at_work:
                row.state = "cancelled"
                row.finished_at = now()
                erasure = drop_inputs(session, row.id)
        audit.record(
            session,
            call,
            "job_controlled",
            subject_id=row.id,
            gallery_id=row.gallery_id,
            did=[what],
        )
        session.flush()
        told = as_job(row, gallery=gallery_of(session, row), worker=has_worker(session))
    if erasure is not None:
        finish(call.services.database, call.services.files, call.services.erasures, erasure)
    return told
