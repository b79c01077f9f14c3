"""What jobs there are, and how one stands."""

from typing import Final

from sqlalchemy import select

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.services import Call
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.jobs.rows import has_worker
from mien.storage.models import GalleryRow
from mien.storage.models import JobRow

MOST_LISTED: Final = 200


def list_jobs(call: Call, *, gallery: str | None = None, limit: int = 50) -> tuple[Job, ...]:
    """Jobs, the newest first.

    Args:
        call: who asks, and with what.
        gallery: only those about this one; None for all.
        limit: how many at most, 1 to 200.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "jobs.read", gallery)
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("jobs_limit", words={"most": MOST_LISTED}, field="limit")
    with call.services.database.read() as session:
        query = (
            select(JobRow, GalleryRow.name)
            .outerjoin(GalleryRow, GalleryRow.id == JobRow.gallery_id)
            .order_by(JobRow.created_at.desc(), JobRow.id)
            .limit(limit)
        )
        if gallery is not None:
            query = query.where(JobRow.gallery_id == find_gallery(session, gallery).id)
        worker = has_worker(session)
        return tuple(
            as_job(row, gallery=name, worker=worker) for row, name in session.execute(query)
        )


def show_job(call: Call, *, job_id: str) -> Job:
    """How a job stands.

    Raises:
        JobNotFound: there is none of this id.
    """
    permissions.require(call.actor, "jobs.read")
    with call.services.database.read() as session:
        row = find_job(session, job_id)
        return as_job(row, gallery=gallery_of(session, row), worker=has_worker(session))
