"""Two photos: the same person or not."""

from flask import Blueprint
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import ImageError
from mien.errors import NoFaceFound
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.gallery.recognition.verify import compare_held
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.default_gallery import default_gallery
from mien.http.overload import looks_at_photos
from mien.http.request_bodies import read_photo
from mien.web.forms.photos import CompareForm
from mien.web.pages.compare import compare_page
from mien.web.pages.compare import comparison
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
    """Hold both photos and lead to the answer."""
    form = CompareForm()
    if form.validate():
        with form.noting(ImageError, NoFaceFound, field="photo_a"):
            first = _hold("photo_a")
            with form.noting(ImageError, NoFaceFound, field="photo_b"):
                return go_to(url_for("compare.result", first=first, second=_hold("photo_b")))
    return show(compare_page(form=form.state()), place="compare", status=form.status)


@bp.get("/<first>/<second>")
@asks("photos.verify")
def result(first: str, second: str) -> ResponseReturnValue:
    """Show what comparing two held photos gives."""
    found = compare_held(this_call(), probe_a=first, probe_b=second)
    page = compare_page(result=comparison(this_call(), found, first, second))
    return show(page, place="compare")


def _hold(field: str) -> str:
    photo = Upload(read_photo(field))
    held = hold_photo(this_call(), gallery=default_gallery(), photo=photo)
    # A photo without a face is refused now, while its field can say so.
    compare_held(this_call(), probe_a=held.id, probe_b=held.id)
    return held.id
