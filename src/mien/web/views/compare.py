"""Two photos: the same person or not."""

from contextlib import suppress
from typing import Any

from flask import Blueprint
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import FaceNumberOutOfRange
from mien.errors import ImageError
from mien.errors import NoFaceFound
from mien.errors import ProbeNotFound
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.recognition.compare_held import compare_held
from mien.gallery.recognition.held_faces import HeldFaces
from mien.gallery.recognition.held_faces import show_held_faces
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.default_gallery import default_gallery
from mien.http.overload import looks_at_photos
from mien.http.request_bodies import read_photo
from mien.web.forms.photos import CompareForm
from mien.web.language import translated
from mien.web.pages.compare import compare_page
from mien.web.pages.compare import compared_page
from mien.web.pages.compare import comparison_url
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("compare", __name__, url_prefix="/compare")
bp.before_request(check_browser)


@bp.get("")
@asks("photos.verify")
def ask() -> ResponseReturnValue:
    """Ask for two photos."""
    return show(compare_page(), place="compare")


@bp.post("")
@asks("photos.verify")
@looks_at_photos
def submit() -> ResponseReturnValue:
    """Hold the photos that are new, and lead to the answer; those sent before are used again."""
    form = CompareForm()
    form.validate()
    first, second = _held(form, "a"), _held(form, "b")
    if first and second:
        return go_to(comparison_url(first, second))
    if not first and not form.photo_a.errors:
        form.say("photo_a", translated("Choose the first photo."))
    if not second and not form.photo_b.errors:
        form.say("photo_b", translated("Choose the second photo."))
    page = compare_page(form=form.state(), first=first, second=second)
    return show(page, place="compare", status=form.status)


@bp.get("/<first>/<second>")
@asks("photos.verify")
def result(first: str, second: str) -> ResponseReturnValue:
    """Show what comparing two held photos gives, of each the face that is asked for."""
    given = request.args
    found = compare_held(
        this_call(),
        probe_a=first,
        probe_b=second,
        face_number_a=given.get("face_a", type=int),
        face_number_b=given.get("face_b", type=int),
    )
    return show(compared_page(this_call(), found), place="compare")


@bp.post("/let-go")
@asks("photos.hold")
def let_go() -> ResponseReturnValue:
    """Erase the held photos now; one that is gone already is passed over."""
    for probe_id in dict.fromkeys(request.form.getlist("held")):
        with suppress(ProbeNotFound):
            let_go_of_photo(this_call(), probe_id=probe_id)
    return go_to(url_for("compare.ask"))


def _held(form: CompareForm, which: str) -> HeldFaces | None:
    """The photo of one side: the one sent now, or else the one that is held; None where there is none.

    What is wrong with it is said beside its field.
    """
    field = f"photo_{which}"
    kinds: tuple[Any, ...] = (ImageError, NoFaceFound, ProbeNotFound, FaceNumberOutOfRange)
    with form.noting(*kinds, field=field):
        if form[field].data:
            photo = Upload(read_photo(field))
            held = hold_photo(this_call(), gallery=default_gallery(), photo=photo)
            # A photo without a face is refused now, while its field can say so.
            return show_held_faces(this_call(), probe_id=held.id)
        if form.text(f"held_{which}"):
            number = request.form.get(f"face_{which}", type=int)
            return show_held_faces(
                this_call(), probe_id=form.text(f"held_{which}"), face_number=number
            )
    return None
