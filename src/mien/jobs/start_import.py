"""Begin an import of people, take the files that are sent for it, and let it be done."""

from dataclasses import dataclass

from mien.access import audit
from mien.access import permissions
from mien.decision.choose_face import check_take
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.services import Call
from mien.gallery.settings import check_gate
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.jobs.rows import has_worker
from mien.jobs.rows import new_row
from mien.jobs.starting import TITLE_LENGTH
from mien.jobs.starting import check_title
from mien.jobs.starting import require_sent
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.options import Detail
from mien.options import Gate
from mien.options import Take


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How pictures are taken, all of them alike.

    Attributes:
        take: which face when there are several; None takes the one on which the person's other
            pictures agree, and asks where they do not.
        gate: looser or stricter; None takes the gallery's.
        detail: how closely each is searched for faces.
    """

    take: Take | None = None
    gate: Gate | None = None
    detail: Detail = "normal"


def begin_import(
    call: Call, *, gallery: str, title: str = "", options: ImportOptions | None = None
) -> Job:
    """Make a job that takes files; nothing is done before `start_import`.

    Args:
        call: who asks, and with what.
        gallery: where the people are to be.
        title: what it is to be called, such as the name of an archive; may be empty.
        options: how pictures are taken; None as usual.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: an option is none, or the title is too long.
    """
    permissions.require(call.actor, "people.import", gallery)
    return _begin(call, gallery, title, options, kind="import_people", state="receiving")


def begin_folder_import(
    call: Call, *, gallery: str, folder: str, options: ImportOptions | None = None
) -> Job:
    """Make a job of a folder, an archive or a list of this machine, for the command that does it.

    Raises:
        NotPermitted: whoever asks is not the operator: others name no files of this machine.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    permissions.require(call.actor, "maintenance.import_folder", gallery)
    title = folder.rstrip("/").rsplit("/", 1)[-1][:TITLE_LENGTH]
    return _begin(
        call, gallery, title, options, kind="import_folder", state="waiting", folder=folder
    )


def start_import(call: Call, *, job_id: str) -> Job:
    """Let an import be done for which everything was sent.

    Raises:
        JobNotFound: there is none of this id.
        JobNotPossible: it was started already.
        InvalidInput: nothing was sent for it.
    """
    permissions.require(call.actor, "people.import")
    with call.services.database.write() as session:
        row = find_job(session, job_id, kind="import_people")
        sent = require_sent(session, row, nothing=InvalidInput("nothing_sent", field="file"))
        row.state = "waiting"
        audit.record(
            session, call, "job_started", subject_id=row.id, gallery_id=row.gallery_id, files=sent
        )
        session.flush()
        job = as_job(row, gallery=gallery_of(session, row), worker=has_worker(session))
    call.services.jobs.put(job_id)
    return job


def _begin(
    call: Call,
    gallery: str,
    title: str,
    options: ImportOptions | None,
    *,
    kind: JobKind,
    state: JobState,
    **more: str,
) -> Job:
    chosen = options or ImportOptions()
    if chosen.gate is not None:
        check_gate(chosen.gate)
    if chosen.take is not None:
        check_take(chosen.take, face_number=None)
    check_title(title)
    with call.services.database.write() as session:
        found = find_gallery(session, gallery, hold="stays")
        require_contract(session, found, call.services.engine.summary)
        row = new_row(call.actor, call.request_id, kind, gallery_id=found.id, title=title)
        row.state = state
        row.options |= {"take": chosen.take, "gate": chosen.gate, "detail": chosen.detail, **more}
        session.add(row)
        session.flush()
        audit.record(session, call, "job_created", subject_id=row.id, gallery_id=found.id)
        return as_job(row, gallery=found.name, worker=has_worker(session))
