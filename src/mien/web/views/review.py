"""What of a gallery somebody should look at, and that somebody has."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.gallery.people.keep import keep_face
from mien.gallery.people.keep import keep_pair
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.pages.review import review_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("review", __name__, url_prefix="/galleries/<gallery:gallery>")
bp.before_request(check_browser)

_FACE = "/people/<id:person_id>/faces/<id:face_id>/keep"
_PAIR = "/people/<id:person_id>/look-alikes/<id:other_person_id>/keep"


@bp.get("/review")
@asks("faces.read")
def show_all(gallery: str) -> ResponseReturnValue:
    """Show faces that may be a mistake, and people who look alike."""
    return show(review_page(this_call(), gallery=gallery), place="people", gallery=gallery)


@bp.post(_FACE)
@asks("faces.review")
def keep_one(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Say that a face is right."""
    keep_face(this_call(), gallery=gallery, person_id=person_id, face_id=face_id)
    flash("Kept. This face is no longer listed.", "done")
    return go_to(url_for("review.show_all", gallery=gallery))


@bp.post(_PAIR)
@asks("faces.review")
def keep_both(gallery: str, person_id: str, other_person_id: str) -> ResponseReturnValue:
    """Say that two people who look alike are two."""
    keep_pair(this_call(), gallery=gallery, person_id=person_id, other_person_id=other_person_id)
    flash("Kept as two people. They are no longer listed.", "done")
    return go_to(url_for("review.show_all", gallery=gallery))


@bp.get(_FACE)
@asks("faces.read")
def keep_one_elsewhere(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """The button is on the page that lists them."""
    del person_id, face_id
    return redirect(url_for("review.show_all", gallery=gallery))


@bp.get(_PAIR)
@asks("faces.read")
def keep_both_elsewhere(gallery: str, person_id: str, other_person_id: str) -> ResponseReturnValue:
    """The same for two people."""
    del person_id, other_person_id
    return redirect(url_for("review.show_all", gallery=gallery))
