"""Who is seen when in the video of a job."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from mien.access import permissions
from mien.errors import FaceNotFound
from mien.errors import JobNotPossible
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.timeline_rows import TimelineRow
from mien.gallery.recognition.timeline_rows import TimelineRows
from mien.gallery.results import StoredFile
from mien.gallery.services import Call
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.jobs.rows import has_worker
from mien.options import Decision
from mien.storage.models import VideoAppearanceRow


@dataclass(frozen=True, slots=True)
class JobTimeline:
    """How a job stands that looks for the people of a video, and what came of it.

    Attributes:
        job: as it stands.
        line: who is seen when; None before it is done.
    """

    job: Job
    line: TimelineRows | None


def show_timeline(call: Call, *, job_id: str) -> JobTimeline:
    """How far it is, and in the end who is seen when; whoever was deleted since is not in it.

    Raises:
        JobNotFound: there is no job of this id that looks at a video.
    """
    permissions.require(call.actor, "videos.read")
    with call.services.database.read() as session:
        row = find_job(session, job_id, kind="video")
        gallery = gallery_of(session, row)
        job = as_job(row, gallery=gallery, worker=has_worker(session))
        seen = row.options.get("seen")
        if job.state != "done" or seen is None:
            return JobTimeline(job, None)
        rows = session.scalars(
            select(VideoAppearanceRow)
            .where(VideoAppearanceRow.job_id == row.id)
            .order_by(VideoAppearanceRow.number)
        ).all()
        people = person_refs(session, {each.person_id for each in rows if each.person_id})
        return JobTimeline(
            job,
            TimelineRows(
                gallery=gallery or "",
                duration=seen["duration"],
                every=row.options["every"],
                pictures=seen["pictures"],
                left_out=seen["left_out"],
                rows=tuple(
                    TimelineRow(
                        number=each.number,
                        person=people[each.person_id] if each.person_id else None,
                        unknown=each.unknown,
                        start=each.from_ms / 1000,
                        end=each.to_ms / 1000,
                        decision=cast("Decision", each.decision),
                        similarity=each.similarity,
                        pictures=each.pictures,
                        agreeing=each.agreeing,
                    )
                    for each in rows
                ),
            ),
        )


def read_timeline(call: Call, *, job_id: str) -> TimelineRows:
    """Who is seen when.

    Raises:
        JobNotFound: there is no job of this id that looks at a video.
        JobNotPossible: it is not done.
    """
    permissions.require(call.actor, "videos.read")
    shown = show_timeline(call, job_id=job_id)
    if shown.line is None:
        raise JobNotPossible("timeline", state=shown.job.state)
    return shown.line


def read_appearance(call: Call, *, job_id: str, number: int) -> StoredFile:
    """A picture of somebody who is seen in a video, as JPEG.

    Raises:
        JobNotFound: there is no job of this id that looks at a video.
        FaceNotFound: nobody of this number is in its timeline, or not any more.
        FileMissing: the row is there and the file is not.
    """
    permissions.require(call.actor, "videos.read")
    with call.services.database.read() as session:
        row = session.get(VideoAppearanceRow, (find_job(session, job_id, kind="video").id, number))
        if row is None:
            raise FaceNotFound
        name = row.crop_file
    return StoredFile(call.services.files.locate(name), "image/jpeg", name[:32])
