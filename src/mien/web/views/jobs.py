"""Jobs: the last ones, one with its report, and what can be done about it."""

from flask import Blueprint
from flask import Response
from flask import redirect
from flask import stream_with_context
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.jobs.control import cancel_job
from mien.jobs.control import pause_job
from mien.jobs.control import resume_job
from mien.jobs.list_items import every_item
from mien.jobs.list_jobs import show_job
from mien.jobs.undo_import import undo_import
from mien.schemas.jobs import report_lines
from mien.web.flashes import say_so
from mien.web.language import translated
from mien.web.layout import current_gallery
from mien.web.pages.jobs import job_page
from mien.web.pages.jobs import jobs_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
bp.before_request(check_browser)

_ONE = "/<id:job_id>"


@bp.get("")
@asks("jobs.read")
def show_all() -> ResponseReturnValue:
    """Show the last jobs."""
    return show(jobs_page(this_call(), gallery=current_gallery()), place="jobs")


@bp.get(_ONE)
@asks("jobs.read")
def show_one(job_id: str) -> ResponseReturnValue:
    """Show how far a job is."""
    page = job_page(this_call(), job_id=job_id)
    return show(page, place="jobs", gallery=page.job.gallery)


@bp.post(f"{_ONE}/pause")
@asks("jobs.control")
def pause(job_id: str) -> ResponseReturnValue:
    """Let a job stand still."""
    pause_job(this_call(), job_id=job_id)
    return go_to(url_for("jobs.show_one", job_id=job_id))


@bp.post(f"{_ONE}/resume")
@asks("jobs.control")
def resume(job_id: str) -> ResponseReturnValue:
    """Let a job go on."""
    resume_job(this_call(), job_id=job_id)
    return go_to(url_for("jobs.show_one", job_id=job_id))


@bp.post(f"{_ONE}/cancel")
@asks("jobs.control")
def cancel(job_id: str) -> ResponseReturnValue:
    """Give a job up."""
    cancel_job(this_call(), job_id=job_id)
    return go_to(url_for("jobs.show_one", job_id=job_id))


@bp.post(f"{_ONE}/undo")
@asks("people.delete")
def undo(job_id: str) -> ResponseReturnValue:
    """Delete what an import has added; it can come back for a while."""
    done = undo_import(this_call(), job_id=job_id)
    text = f"Deleted {counted(done.faces, 'face')} and {counted(done.people, 'person', 'people')}."
    link = ("Recently changed", url_for("changes.show_all", gallery=done.gallery))
    say_so(text, "done", links=(link,))
    return go_to(url_for("jobs.show_one", job_id=job_id))


@bp.get(f"{_ONE}/report.csv")
@asks("jobs.read")
def report(job_id: str) -> ResponseReturnValue:
    """Give what became of every file, to be kept."""
    call = this_call()
    show_job(call, job_id=job_id)
    lines = report_lines(every_item(call, job_id=job_id), translate=translated)
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{job_id[:8]}.csv"'
    return response


@bp.get(f"{_ONE}/pause")
@bp.get(f"{_ONE}/resume")
@bp.get(f"{_ONE}/cancel")
@bp.get(f"{_ONE}/undo")
@asks("jobs.read")
def elsewhere(job_id: str) -> ResponseReturnValue:
    """The buttons are on the job's page."""
    return redirect(url_for("jobs.show_one", job_id=job_id))
