"""The files that are sent for a job, part by part, and kept until it is through."""

from typing import Final

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.errors import InvalidInput
from mien.errors import JobNotPossible
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.jobs.rows import find_job
from mien.jobs.states import JobKind
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.models import JobInputPartRow
from mien.storage.models import JobInputRow
from mien.storage.models import JobRow
from mien.storage.written_files import written_files

MOST_FILES: Final = 100_000
"""So many files may be sent for one job; an archive counts as one."""

PATH_LENGTH: Final = 1_000
"""In characters."""

_EXTENSION: Final = "part"
# The one file of a job that looks at a video.
_VIDEO: Final = "video"


def receive_part(call: Call, *, job_id: str, path: str, offset: int, data: bytes) -> int:
    """Keep a part of a file of an import; see `_keep_part`.

    Args:
        call: who asks, and with what.
        job_id: an import that still takes files.
        path: of the file, as its sender calls it, with the folders it was in.
        offset: where in the file the part begins, in bytes.
        data: the part; not empty.

    Returns:
        How many bytes of the file are there now.

    Raises:
        JobNotFound: there is no import of this id.
        JobNotPossible: it takes no files any more, or this is not the next part.
        InvalidInput: the path is empty or too long, or there are too many files or bytes.
        FilesUnavailable, StorageFull, StorageReadOnly, StorageFailed: the part cannot be stored.
    """
    permissions.require(call.actor, "people.import")
    return _keep_part(
        call.services, job_id, kind="import_people", path=path, offset=offset, data=data
    )


def receive_video(call: Call, *, job_id: str, offset: int, data: bytes) -> int:
    """Keep a part of the video; see `_keep_part`.

    Args:
        call: who asks, and with what.
        job_id: a job of `start_video.begin_video` that was not started.
        offset: where in the video the part begins, in bytes.
        data: the part; not empty.

    Returns:
        How many bytes of the video are there now.

    Raises:
        JobNotFound: there is no such job of this id.
        JobNotPossible: it was started already, or this is not the next part.
        InvalidInput: the part is empty, or the video has too many bytes.
        FilesUnavailable, StorageFull, StorageReadOnly, StorageFailed: the part cannot be stored.
    """
    permissions.require(call.actor, "videos.identify")
    return _keep_part(call.services, job_id, kind="video", path=_VIDEO, offset=offset, data=data)


def drop_inputs(session: Session, job_id: str) -> Noted | None:
    """Let go of what was sent for a job, in a transaction; None where there is nothing."""
    files = list(
        session.scalars(
            select(JobInputPartRow.file)
            .join(JobInputRow, JobInputRow.id == JobInputPartRow.input_id)
            .where(JobInputRow.job_id == job_id)
        )
    )
    session.execute(delete(JobInputRow).where(JobInputRow.job_id == job_id))
    return note_erasure(session, files) if files else None


def parts_of(session: Session, input_id: str) -> list[str]:
    """The stored files that hold the parts of a file that was sent, in their order."""
    return list(
        session.scalars(
            select(JobInputPartRow.file)
            .where(JobInputPartRow.input_id == input_id)
            .order_by(JobInputPartRow.offset)
        )
    )


def _keep_part(
    services: Services,
    job_id: str,
    *,
    kind: JobKind,
    path: str,
    offset: int,
    data: bytes,
) -> int:
    """Keep a part of a file; parts come in their order, and one that comes twice counts once.

    Args:
        services: the collaborators.
        job_id: a job that still takes files.
        kind: of the job; another kind's is none of the caller's.
        path: of the file.
        offset: where in the file the part begins, in bytes.
        data: the part; not empty.

    Returns, Raises:
        As `receive_part`.
    """
    _check_path(path)
    if not data:
        raise InvalidInput("part_empty", field="offset")
    with written_files(services.database, services.files) as put:
        name = put(data, _EXTENSION)
        with services.database.write() as session:
            job = _receiving(session, job_id, kind)
            file = session.scalar(
                select(JobInputRow).where(JobInputRow.job_id == job.id, JobInputRow.path == path)
            )
            if file is None:
                file = _new_file(session, job, path)
            received = file.size_bytes
            if offset == received:
                _check_room(session, services, job, len(data))
                session.add(
                    JobInputPartRow(
                        input_id=file.id, offset=offset, file=name, size_bytes=len(data)
                    )
                )
                file.size_bytes = received = offset + len(data)
                name = ""
            elif offset + len(data) > received:
                raise JobNotPossible("offset", received=received)
    if name:
        # It was there: an answer was lost on its way, and the part was sent once more.
        services.files.delete([name])
    return received


def _check_path(path: str) -> None:
    if not path.strip() or len(path) > PATH_LENGTH or not path.isprintable():
        raise InvalidInput("input_path", words={"most": PATH_LENGTH}, field="path")


def _receiving(session: Session, job_id: str, kind: JobKind) -> JobRow:
    find_job(session, job_id, kind=kind)
    # Two parts at once are taken one after the other.
    row = session.scalars(
        select(JobRow).where(JobRow.id == job_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    if row.state != "receiving":
        raise JobNotPossible("receive", state=row.state)
    return row


def _new_file(session: Session, job: JobRow, path: str) -> JobInputRow:
    count = session.scalar(
        select(func.count()).select_from(JobInputRow).where(JobInputRow.job_id == job.id)
    )
    if (count or 0) >= MOST_FILES:
        raise InvalidInput("too_many_inputs", words={"most": MOST_FILES}, field="path")
    file = JobInputRow(job_id=job.id, number=(count or 0) + 1, path=path, size_bytes=0)
    session.add(file)
    session.flush()
    return file


def _check_room(session: Session, services: Services, job: JobRow, more: int) -> None:
    held = session.scalar(
        select(func.sum(JobInputRow.size_bytes)).where(JobInputRow.job_id == job.id)
    )
    if (held or 0) + more > services.import_bytes:
        raise InvalidInput("import_bytes", words={"most": services.import_bytes}, field="path")
