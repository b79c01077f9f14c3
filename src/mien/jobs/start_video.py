"""Begin to look for people in a video, and let it be done once the video was sent."""

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.recognition.timeline import EVERY_SECONDS
from mien.gallery.recognition.timeline import check_every
from mien.gallery.services import Call
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.jobs.rows import has_worker
from mien.jobs.rows import new_row
from mien.jobs.starting import check_title
from mien.jobs.starting import require_sent
from mien.vision.video import require_library


def begin_video(call: Call, *, gallery: str, title: str = "", every: float = EVERY_SECONDS) -> Job:
    """Make a job that takes a video; nothing is done before `start_video`.

    Args:
        call: who asks, and with what.
        gallery: whose people are looked for.
        title: what it is to be called, such as the name of the file; may be empty.
        every: how far apart pictures are looked at, in seconds.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the time between two pictures is out of range, or the title is too long.
        VideoUnavailable: the library that reads videos is not installed.
    """
    permissions.require(call.actor, "videos.identify", gallery)
    check_every(every)
    check_title(title)
    require_library()
    with call.services.database.write() as session:
        found = find_gallery(session, gallery, hold="stays")
        require_contract(session, found, call.services.engine.summary)
        row = new_row(call.actor, call.request_id, "video", gallery_id=found.id, title=title)
        row.state = "receiving"
        row.options |= {"every": every}
        session.add(row)
        session.flush()
        audit.record(session, call, "job_created", subject_id=row.id, gallery_id=found.id)
        return as_job(row, gallery=found.name, worker=has_worker(session))


def start_video(call: Call, *, job_id: str) -> Job:
    """Let the people of a video be looked for that was sent.

    Raises:
        JobNotFound: there is no such job of this id.
        JobNotPossible: it was started already.
        InvalidInput: nothing was sent for it.
    """
    permissions.require(call.actor, "videos.identify")
    with call.services.database.write() as session:
        row = find_job(session, job_id, kind="video")
        require_sent(session, row, nothing=InvalidInput("no_video_sent", field="file"))
        row.state = "waiting"
        audit.record(session, call, "job_started", subject_id=row.id, gallery_id=row.gallery_id)
        session.flush()
        job = as_job(row, gallery=gallery_of(session, row), worker=has_worker(session))
    call.services.jobs.put(job_id)
    return job
