"""The pictures of somebody's faces, and removing one."""

from typing import Any

from flask import Blueprint
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.gallery.people.delete import delete_faces
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import read_photo
from mien.gallery.people.faces import show_face
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.browser_cache import forgets_when_told
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.responses import file_response
from mien.web.forms.people import DeleteFaceForm
from mien.web.pages.confirm import confirm_face
from mien.web.pages.face_photo import face_photo_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.undoing import say_done

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
    """Remove a face, so that it can be undone; at once where that is asked for."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id, "face_id": face_id}
    if DeleteFaceForm().at_once.data or not runtime().settings.undo_hours:
        delete_face(this_call(), **place)
    else:
        show_face(this_call(), **place)
        delete_faces(this_call(), gallery=gallery, face_ids=[face_id])
    say_done("Face deleted.", gallery=gallery)
    return go_to(url_for("person.show_one", gallery=gallery, person_id=person_id))
