"""Jobs: imports with their files, how far they are, and what became of each file."""

from flask import Response
from flask import stream_with_context
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PART_BODY
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.request_bodies import read_file_part
from mien.jobs.control import cancel_job
from mien.jobs.control import pause_job
from mien.jobs.control import resume_job
from mien.jobs.inputs import receive_part
from mien.jobs.list_items import every_item
from mien.jobs.list_items import list_items
from mien.jobs.list_jobs import list_jobs
from mien.jobs.list_jobs import show_job
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.jobs.undo_import import undo_import
from mien.schemas.addresses import GalleryPath
from mien.schemas.jobs import FilePartQuery
from mien.schemas.jobs import ItemsQuery
from mien.schemas.jobs import JobItemsOut
from mien.schemas.jobs import JobOut
from mien.schemas.jobs import JobPath
from mien.schemas.jobs import JobsOut
from mien.schemas.jobs import JobsQuery
from mien.schemas.jobs import NewImportIn
from mien.schemas.jobs import ReceivedOut
from mien.schemas.jobs import UndoneImportOut
from mien.schemas.jobs import report_lines

bp = make_blueprint("jobs", "Jobs")
_JOB = "/jobs/<id:job_id>"


@bp.post(
    "/galleries/<gallery:gallery>/imports",
    operation_id="begin_import",
    request_body=json_body(NewImportIn),
    responses=described(201, JobOut, 404, 409, *BODY, text="The job, which takes files now."),
)
@asks("people.import")
def begin(path: GalleryPath) -> Response:
    """Begin an import of people; then send its files, and start it.

    One folder for each person, or a list `people.csv` or `people.json` among the files; in a ZIP or
    TAR, or file by file.
    """
    given = read_body(NewImportIn)
    job = begin_import(
        this_call(), gallery=path.gallery, title=given.title, options=given.options()
    )
    location = url_for("api_jobs.show", job_id=job.id)
    return answer(JobOut.of(job), status=201, location=location)


@bp.put(
    f"{_JOB}/files",
    operation_id="send_file_part",
    request_body=PART_BODY,
    responses=described(200, ReceivedOut, 404, 409, *BODY, text="How much of it has arrived."),
)
@asks("people.import")
def send_part(path: JobPath, query: FilePartQuery) -> Response:
    """Send a file, or the next part of one: at most 16 MiB at a time.

    A part that is sent twice counts once. `job_not_possible` with `received` says where to continue.
    """
    received = receive_part(
        this_call(),
        job_id=path.job_id,
        path=query.path,
        offset=query.offset,
        data=read_file_part(),
    )
    return answer(ReceivedOut(received=received))


@bp.post(
    f"{_JOB}/start",
    operation_id="start_import",
    responses=described(202, JobOut, 404, 409, text="The job, which waits for a worker now."),
)
@asks("people.import")
def start(path: JobPath) -> Response:
    """Start an import whose files have all been sent."""
    return answer(JobOut.of(start_import(this_call(), job_id=path.job_id)), status=202)


@bp.get(
    "/jobs",
    operation_id="list_jobs",
    responses=described(200, JobsOut, 404, text="The jobs."),
)
@asks("jobs.read")
def list_all(query: JobsQuery) -> Response:
    """List jobs, newest first."""
    found = list_jobs(this_call(), gallery=query.gallery, limit=query.limit)
    return answer(JobsOut(jobs=[JobOut.of(each) for each in found]))


@bp.get(_JOB, operation_id="show_job", responses=described(200, JobOut, 404, text="The job."))
@asks("jobs.read")
def show(path: JobPath) -> Response:
    """Show a job and how far it is."""
    return answer(JobOut.of(show_job(this_call(), job_id=path.job_id)))


@bp.post(
    f"{_JOB}/pause",
    operation_id="pause_job",
    responses=described(200, JobOut, 404, 409, text="The job."),
)
@asks("jobs.control")
def pause(path: JobPath) -> Response:
    """Pause a job; it stops after the item it is at."""
    return answer(JobOut.of(pause_job(this_call(), job_id=path.job_id)))


@bp.post(
    f"{_JOB}/resume",
    operation_id="resume_job",
    responses=described(200, JobOut, 404, 409, text="The job."),
)
@asks("jobs.control")
def resume(path: JobPath) -> Response:
    """Resume a job that was paused or has failed; nothing is done twice."""
    return answer(JobOut.of(resume_job(this_call(), job_id=path.job_id)))


@bp.post(
    f"{_JOB}/cancel",
    operation_id="cancel_job",
    responses=described(200, JobOut, 404, 409, text="The job."),
)
@asks("jobs.control")
def cancel(path: JobPath) -> Response:
    """Cancel a job; what it has done stays."""
    return answer(JobOut.of(cancel_job(this_call(), job_id=path.job_id)))


@bp.post(
    f"{_JOB}/undo",
    operation_id="undo_import",
    responses=described(200, UndoneImportOut, 404, 409, text="What was taken back."),
)
@asks("people.delete")
def undo(path: JobPath) -> Response:
    """Delete what an import has added: its faces, and people who have no others.

    They can come back like all who are deleted, see the gallery's changes.
    """
    done = undo_import(this_call(), job_id=path.job_id)
    return answer(UndoneImportOut(gallery=done.gallery, people=done.people, faces=done.faces))


@bp.get(
    f"{_JOB}/items",
    operation_id="list_job_items",
    responses=described(200, JobItemsOut, 404, text="What became of each."),
)
@asks("jobs.read")
def items(path: JobPath, query: ItemsQuery) -> Response:
    """List the files of an import, and what became of each."""
    found = list_items(
        this_call(),
        job_id=path.job_id,
        state=query.state,
        after=query.after,
        limit=query.limit,
    )
    return answer(JobItemsOut.of(found))


@bp.get(
    f"{_JOB}/report.csv",
    operation_id="read_job_report",
    responses=described(200, None, 404, text="The report.", media_type="text/csv"),
)
@asks("jobs.read")
def report(path: JobPath) -> Response:
    """Get what became of every file, as CSV."""
    call = this_call()
    show_job(call, job_id=path.job_id)
    lines = report_lines(every_item(call, job_id=path.job_id))
    return Response(stream_with_context(lines), mimetype="text/csv")
