"""Importing people on a page: without script in one form, with script part by part."""

from flask import Blueprint
from flask import jsonify
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import InvalidInput
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.jobs.control import cancel_job
from mien.jobs.inputs import receive_part
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.web.forms.imports import FilePartForm
from mien.web.forms.imports import ImportForm
from mien.web.forms.kept import keep_form
from mien.web.forms.kept import kept_form
from mien.web.pages.jobs import import_page
from mien.web.rendering import go_to
from mien.web.rendering import is_from_script
from mien.web.rendering import show
from mien.web.sent_files import in_parts
from mien.web.sent_files import read_part
from mien.web.sent_files import title_of
from mien.web.sent_files import where_to_send

bp = Blueprint("imports", __name__)
bp.before_request(check_browser)


@bp.get("/galleries/<gallery:gallery>/import")
@asks("people.import")
def ask(gallery: str) -> ResponseReturnValue:
    """Show the form that begins an import."""
    form = kept_form(request.path, ImportForm) or ImportForm().state()
    return show(
        import_page(this_call(), gallery=gallery, form=form), place="people", gallery=gallery
    )


@bp.post("/galleries/<gallery:gallery>/import")
@asks("people.import")
def begin(gallery: str) -> ResponseReturnValue:
    """Begin an import; script sends the files afterwards, others have sent them with the form."""
    form = ImportForm()
    files = form.chosen()
    if form.validate():
        if is_from_script():
            return _begin_for_script(form, gallery)
        if files:
            with form.noting(InvalidInput):
                return _take_all(form, gallery)
        else:
            form.say("files", "Choose an archive or pictures first.")
    keep_form(form, request.path)
    return go_to(url_for("imports.ask", gallery=gallery))


@bp.post("/jobs/<id:job_id>/part")
@asks("people.import")
def take_part(job_id: str) -> ResponseReturnValue:
    """Take the next part of a file that script sends."""
    form = FilePartForm()
    if not form.validate() or not form.part.data:
        raise InvalidInput("part_empty", field="part")
    received = receive_part(
        this_call(),
        job_id=job_id,
        path=form.path.data or "",
        offset=form.offset.data or 0,
        data=read_part(form.part.data),
    )
    return jsonify({"received": received})


@bp.post("/jobs/<id:job_id>/start")
@asks("people.import")
def start(job_id: str) -> ResponseReturnValue:
    """Let an import be done for which script has sent everything."""
    start_import(this_call(), job_id=job_id)
    return jsonify({"url": url_for("jobs.show_one", job_id=job_id)})


def _begin_for_script(form: ImportForm, gallery: str) -> ResponseReturnValue:
    job = begin_import(
        this_call(), gallery=gallery, title=title_of(form.text("title")), options=form.options
    )
    return where_to_send(job, part="imports.take_part", start="imports.start")


def _take_all(form: ImportForm, gallery: str) -> ResponseReturnValue:
    call, files = this_call(), form.chosen()
    title = title_of(files[0].filename or "") if len(files) == 1 else ""
    job = begin_import(call, gallery=gallery, title=title, options=form.options)
    try:
        for file in files:
            path = file.filename or "picture"
            for offset, part in in_parts(file):
                receive_part(call, job_id=job.id, path=path, offset=offset, data=part)
        start_import(call, job_id=job.id)
    except InvalidInput:
        cancel_job(call, job_id=job.id)
        raise
    return go_to(url_for("jobs.show_one", job_id=job.id))
