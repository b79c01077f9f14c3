"""The pictures of somebody's faces, and removing one."""

from flask import Blueprint
from flask import flash
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import read_photo
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.browser_cache import forgets_when_told
from mien.http.context import this_call
from mien.http.responses import file_response
from mien.web.pages.confirm import confirm_face
from mien.web.pages.face_photo import face_photo_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint(
    "faces",
    __name__,
    url_prefix="/galleries/<gallery:gallery>/people/<id:person_id>/faces/<id:face_id>",
)
bp.before_request(check_browser)


@bp.get("/crop")
@asks("faces.read")
def crop(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """The portrait."""
    del person_id  # it makes the address readable; the face says whose it is
    return file_response(
        read_crop(this_call(), gallery=gallery, face_id=face_id), may_be_kept=forgets_when_told()
    )


@bp.get("/photo")
@asks("faces.read")
def photo(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """The original photo, where it was kept."""
    del person_id
    return file_response(
        read_photo(this_call(), gallery=gallery, face_id=face_id), may_be_kept=False
    )


@bp.get("/photo/shown")
@asks("faces.read")
def show_photo(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """The page with the original photo, where it was kept."""
    page = face_photo_page(this_call(), gallery=gallery, person_id=person_id, face_id=face_id)
    return show(page, place="people", gallery=gallery)


@bp.get("/delete")
@asks("faces.delete")
def ask_delete(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Ask before a face is removed."""
    page = confirm_face(this_call(), gallery=gallery, person_id=person_id, face_id=face_id)
    return show(page, place="people", gallery=gallery)


@bp.post("/delete")
@asks("faces.delete")
def delete(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Remove a face."""
    delete_face(this_call(), gallery=gallery, person_id=person_id, face_id=face_id)
    flash("Face deleted.", "done")
    return go_to(url_for("person.show_one", gallery=gallery, person_id=person_id))
