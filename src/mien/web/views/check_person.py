"""Whether a photo shows one person, who alone is compared with it."""

from contextlib import suppress
from typing import Any
from typing import Final

from flask import Blueprint
from flask import flash
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import ImageError
from mien.errors import NoFaceFound
from mien.errors import ProbeNotFound
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.recognition.verify_held import verify_held
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.http.request_bodies import read_photo
from mien.web.forms.photos import CheckPersonForm
from mien.web.language import translated
from mien.web.pages.check_person import check_person_page
from mien.web.pages.check_person import checked_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("check_person", __name__)
bp.before_request(check_browser)

CHECK: Final = "/galleries/<gallery:gallery>/people/<id:person_id>/check"


@bp.get(CHECK)
@asks("photos.verify")
def ask(gallery: str, person_id: str) -> ResponseReturnValue:
    """Ask for a photo."""
    page = check_person_page(this_call(), gallery=gallery, person_id=person_id)
    return show(page, place="people", gallery=gallery)


@bp.post(CHECK)
@asks("photos.verify")
@looks_at_photos
def submit(gallery: str, person_id: str) -> ResponseReturnValue:
    """Hold the photo and lead to the answer."""
    form = CheckPersonForm()
    call = this_call()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    if form.validate():
        with form.noting(ImageError, NoFaceFound, field="photo"):
            held = hold_photo(call, gallery=gallery, photo=Upload(read_photo()))
            # What cannot be compared is refused now, while the field can say so.
            verify_held(call, probe_id=held.id, **place)
            return go_to(url_for("check_person.result", probe_id=held.id, **place))
    page = check_person_page(call, form=form.state(), **place)
    return show(page, place="people", gallery=gallery, status=form.status)


@bp.get(f"{CHECK}/<probe_id>")
@asks("photos.verify")
def result(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Show whether a held photo shows the person, by the face that is asked for."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    number = request.args.get("face", type=int)
    found = verify_held(this_call(), probe_id=probe_id, face_number=number, **place)
    page = checked_page(this_call(), found, **place)
    return show(page, place="people", gallery=gallery)


@bp.post(f"{CHECK}/<probe_id>/let-go")
@asks("photos.hold")
def let_go(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Erase the held photo now."""
    with suppress(ProbeNotFound):
        let_go_of_photo(this_call(), probe_id=probe_id)
    flash(translated("Photo deleted."), "done")
    return go_to(url_for("check_person.ask", gallery=gallery, person_id=person_id))
