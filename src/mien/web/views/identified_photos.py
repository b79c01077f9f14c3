"""Several photos that were identified together."""

from contextlib import suppress

from flask import Blueprint
from flask import flash
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import ProbeNotFound
from mien.gallery.held_photos import let_go_of_photo
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.forms.kept import kept_for
from mien.web.language import translated
from mien.web.layout import current_gallery
from mien.web.pages.identified_photos import MOST_TOGETHER
from mien.web.pages.identified_photos import identified_photos_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("identified_photos", __name__)
bp.before_request(check_browser)


@bp.get("/identify/photos")
@asks("photos.identify")
def show_all() -> ResponseReturnValue:
    """Show who is in each of the held photos that `photo` names."""
    gallery = current_gallery()
    page = identified_photos_page(
        this_call(),
        request.args.getlist("photo"),
        gallery=gallery,
        number=request.args.get("page", default=1, type=int),
        refused=kept_for(request.path).refused,
    )
    return show(page, place="identify", gallery=gallery)


@bp.post("/identify/photos/let-go")
@asks("photos.hold")
def let_go() -> ResponseReturnValue:
    """Erase the held photos now; those that are gone already are passed over."""
    for probe_id in list(dict.fromkeys(request.form.getlist("held")))[:MOST_TOGETHER]:
        with suppress(ProbeNotFound):
            let_go_of_photo(this_call(), probe_id=probe_id)
    flash(translated("The photos are deleted."), "done")
    return go_to(url_for("identify.home"))
