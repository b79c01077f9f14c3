"""Who is in front of the camera."""

from flask import Blueprint
from flask import Response
from flask import jsonify
from flask import request
from flask.typing import ResponseReturnValue

from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol_from_frame import enrol_from_frame
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.recognition.live import identify_frame
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.http.request_bodies import read_photo
from mien.schemas.live import LiveFrameOut
from mien.schemas.live import box_from_text
from mien.schemas.live import known_from_text
from mien.web.forms.photos import AddFromFrameForm
from mien.web.forms.photos import FrameForm
from mien.web.layout import current_gallery
from mien.web.pages.live import added_face
from mien.web.pages.live import live_page
from mien.web.rendering import show

bp = Blueprint("live", __name__)
bp.before_request(check_browser)


@bp.get("/live")
@asks("photos.identify")
def home() -> ResponseReturnValue:
    """The page; its script does the rest."""
    gallery = request.args.get("gallery") or current_gallery()
    page = live_page(this_call(), gallery=gallery)
    return show(page, place="live", gallery=page.gallery)


@bp.post("/live/frame")
@asks("photos.identify")
@looks_at_photos
def frame() -> ResponseReturnValue:
    """Who is in one picture, for script; nothing of it is kept."""
    form = FrameForm()
    found = identify_frame(
        this_call(),
        gallery=form.text("gallery"),
        frame=read_photo(),
        known=known_from_text(form.text("known")),
    )
    return Response(LiveFrameOut.of(found).model_dump_json(), mimetype="application/json")


@bp.post("/live/add")
@asks("faces.add")
@looks_at_photos
def add() -> ResponseReturnValue:
    """Add a face of a picture to somebody, known or new, for script."""
    form = AddFromFrameForm()
    done = enrol_from_frame(
        this_call(),
        gallery=form.text("gallery"),
        frame=Upload(read_photo()),
        box=box_from_text(form.text("box")),
        subject=TypedPerson(form.text("name")),
        gate=form.gate,
    )
    return jsonify(added_face(done))
