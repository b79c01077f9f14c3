"""A video on a page: without script in one form, with script part by part; and its timeline."""

from flask import Blueprint
from flask import Response
from flask import jsonify
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import InvalidInput
from mien.errors import VideoUnavailable
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.browser_cache import forgets_when_told
from mien.http.context import this_call
from mien.http.responses import file_response
from mien.jobs.control import cancel_job
from mien.jobs.inputs import receive_video
from mien.jobs.start_video import begin_video
from mien.jobs.start_video import start_video
from mien.jobs.timelines import read_appearance
from mien.jobs.timelines import read_timeline
from mien.schemas.timelines import WEBVTT
from mien.schemas.timelines import TimelineOut
from mien.schemas.timelines import webvtt_lines
from mien.web.forms.kept import keep_form
from mien.web.forms.kept import kept_form
from mien.web.forms.videos import VideoForm
from mien.web.forms.videos import VideoPartForm
from mien.web.language import translated
from mien.web.pages.timelines import video_page
from mien.web.rendering import go_to
from mien.web.rendering import is_from_script
from mien.web.rendering import show
from mien.web.sent_files import in_parts
from mien.web.sent_files import read_part
from mien.web.sent_files import title_of
from mien.web.sent_files import where_to_send

bp = Blueprint("videos", __name__)
bp.before_request(check_browser)


@bp.get("/galleries/<gallery:gallery>/video")
@asks("videos.identify")
def ask(gallery: str) -> ResponseReturnValue:
    """Show the form that takes a video."""
    form = kept_form(request.path, VideoForm) or VideoForm().state()
    return show(video_page(this_call(), gallery=gallery, form=form), place="jobs", gallery=gallery)


@bp.post("/galleries/<gallery:gallery>/video")
@asks("videos.identify")
def begin(gallery: str) -> ResponseReturnValue:
    """Take a video; script sends it afterwards, others have sent it with the form."""
    form = VideoForm()
    files = form.chosen()
    if form.validate():
        if is_from_script():
            return _begin_for_script(form, gallery)
        if len(files) == 1:
            with form.noting(InvalidInput, VideoUnavailable):
                return _take_whole(form, gallery)
        else:
            form.say("files", translated("Choose one video first."))
    keep_form(form, request.path)
    return go_to(url_for("videos.ask", gallery=gallery))


@bp.post("/jobs/<id:job_id>/video/part")
@asks("videos.identify")
def take_part(job_id: str) -> ResponseReturnValue:
    """Take the next part of a video that script sends."""
    form = VideoPartForm()
    if not form.validate() or not form.part.data:
        raise InvalidInput("part_empty", field="part")
    received = receive_video(
        this_call(),
        job_id=job_id,
        offset=form.offset.data or 0,
        data=read_part(form.part.data),
    )
    return jsonify({"received": received})


@bp.post("/jobs/<id:job_id>/video/start")
@asks("videos.identify")
def start(job_id: str) -> ResponseReturnValue:
    """Let a video be looked at that script has sent."""
    start_video(this_call(), job_id=job_id)
    return jsonify({"url": url_for("jobs.show_one", job_id=job_id)})


@bp.get("/jobs/<id:job_id>/timeline.json")
@asks("videos.read")
def as_json(job_id: str) -> ResponseReturnValue:
    """Give the timeline as JSON, to be kept."""
    line = read_timeline(this_call(), job_id=job_id)
    return _saved(TimelineOut.of(line).model_dump_json(), "application/json", job_id, "json")


@bp.get("/jobs/<id:job_id>/timeline.vtt")
@asks("videos.read")
def webvtt(job_id: str) -> ResponseReturnValue:
    """Give the timeline as WebVTT, to be shown with the video."""
    line = read_timeline(this_call(), job_id=job_id)
    return _saved("".join(webvtt_lines(line, translate=translated)), WEBVTT, job_id, "vtt")


@bp.get("/jobs/<id:job_id>/timeline/<int:number>/portrait")
@asks("videos.read")
def portrait(job_id: str, number: int) -> ResponseReturnValue:
    """The best view of somebody who is seen."""
    return file_response(
        read_appearance(this_call(), job_id=job_id, number=number),
        may_be_kept=forgets_when_told(),
    )


def _saved(text: str, media_type: str, job_id: str, ending: str) -> Response:
    response = Response(text, mimetype=media_type)
    name = f"timeline-{job_id[:8]}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _begin_for_script(form: VideoForm, gallery: str) -> ResponseReturnValue:
    job = begin_video(
        this_call(), gallery=gallery, title=title_of(form.text("title")), every=form.seconds
    )
    return where_to_send(job, part="videos.take_part", start="videos.start")


def _take_whole(form: VideoForm, gallery: str) -> ResponseReturnValue:
    call, (file,) = this_call(), form.chosen()
    job = begin_video(
        call, gallery=gallery, title=title_of(file.filename or ""), every=form.seconds
    )
    try:
        for offset, part in in_parts(file):
            receive_video(call, job_id=job.id, offset=offset, data=part)
        start_video(call, job_id=job.id)
    except InvalidInput:
        cancel_job(call, job_id=job.id)
        raise
    return go_to(url_for("jobs.show_one", job_id=job.id))
