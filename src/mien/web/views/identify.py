"""Who is in this photo."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import ImageError
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.gallery.probes import enrol_probe_face
from mien.gallery.probes import hold_probe
from mien.gallery.probes import identify_probe
from mien.gallery.probes import let_go_of_probe
from mien.gallery.probes import read_probe_crop
from mien.gallery.probes import read_probe_photo
from mien.gallery.whom import KnownPerson
from mien.gallery.whom import NewPerson
from mien.gallery.whom import Whom
from mien.http.auth import current_sign_in
from mien.http.auth import require_sign_in
from mien.http.context import tools
from mien.http.requests import read_photo
from mien.http.responses import file_response
from mien.web.doubts import Doubtful
from mien.web.doubts import tell
from mien.web.filling.identify import identify_home
from mien.web.filling.identify import identify_result
from mien.web.forms.photos import AddFaceForm
from mien.web.forms.photos import IdentifyForm
from mien.web.naming import person_by_name
from mien.web.showing import go_to
from mien.web.showing import show
from mien.web.surroundings import current_gallery

bp = Blueprint("identify", __name__)
bp.before_request(require_sign_in)


@bp.get("/")
def start() -> ResponseReturnValue:
    """Home is where one identifies."""
    return redirect(url_for("identify.home"))


@bp.get("/identify")
def home() -> ResponseReturnValue:
    """Ask for a photo."""
    gallery = request.args.get("gallery") or current_gallery()
    page = identify_home(tools(), gallery=gallery)
    return show(page, place="identify", gallery=page.gallery)


@bp.post("/identify")
def submit() -> ResponseReturnValue:
    """Hold the photo and lead to its answers."""
    form = IdentifyForm()
    gallery = form.text("gallery") or current_gallery()
    if form.validate():
        with form.noting(ImageError, field="photo"):
            probe_id = hold_probe(
                tools(),
                gallery=gallery,
                photo=read_photo(),
                user_id=_user_id(),
                detail="high" if form.closely.data else "normal",
            )
            return go_to(url_for("identify.result", probe_id=probe_id))
    page = identify_home(tools(), gallery=gallery, form=form.state())
    return show(page, place="identify", gallery=page.gallery, status=form.status)


@bp.get("/identify/<probe_id>")
def result(probe_id: str) -> ResponseReturnValue:
    """Show who is in a held photo, as the gallery knows it now."""
    held = identify_probe(tools(), probe_id=probe_id, user_id=_user_id())
    page = identify_result(tools(), held)
    return show(page, place="identify", gallery=page.gallery)


@bp.get("/identify/<probe_id>/photo")
def photo(probe_id: str) -> ResponseReturnValue:
    """The held photo, at a size for the screen."""
    return file_response(read_probe_photo(tools(), probe_id=probe_id, user_id=_user_id()))


@bp.get("/identify/<probe_id>/faces/<int:number>/portrait")
def portrait(probe_id: str, number: int) -> ResponseReturnValue:
    """A face of the held photo."""
    file = read_probe_crop(tools(), probe_id=probe_id, user_id=_user_id(), face_number=number)
    return file_response(file)


@bp.post("/identify/<probe_id>/faces/<int:number>/add")
def add(probe_id: str, number: int) -> ResponseReturnValue:
    """Add a face of the held photo to somebody, known or new."""
    form = AddFaceForm()
    held = identify_probe(tools(), probe_id=probe_id, user_id=_user_id())
    with (
        form.noting(NameTaken, field="name"),
        form.noting(PersonNotFound, field="person"),
        form.noting(PhotoNotGoodEnough),
    ):
        done = enrol_probe_face(
            tools(),
            probe_id=probe_id,
            user_id=_user_id(),
            face_number=number,
            whom=_whom(form, held.identification.gallery),
            gate=form.gate,
        )
        if done.stored:
            flash(f"Face {number} was added to {done.person.name}.", "done")
        tell([Doubtful(f"Face {number}", done)], gallery=held.identification.gallery)
        return go_to(url_for("identify.result", probe_id=probe_id, _anchor=f"face-{number}"))
    page = identify_result(tools(), held, forms={number: form.state()})
    return show(page, place="identify", gallery=page.gallery, status=form.status)


@bp.get("/identify/<probe_id>/faces/<int:number>/add")
def add_elsewhere(probe_id: str, number: int) -> ResponseReturnValue:
    """The form to add a face is on the photo's page."""
    return redirect(url_for("identify.result", probe_id=probe_id, _anchor=f"face-{number}"))


@bp.post("/identify/<probe_id>/let-go")
def let_go(probe_id: str) -> ResponseReturnValue:
    """Erase the held photo now."""
    let_go_of_probe(tools(), probe_id=probe_id, user_id=_user_id())
    flash("The photo is erased.", "done")
    return go_to(url_for("identify.home"))


def _whom(form: AddFaceForm, gallery: str) -> Whom:
    if form.text("person_id"):
        return KnownPerson(form.text("person_id"))
    if "person" in request.form:
        return KnownPerson(person_by_name(tools(), gallery=gallery, name=form.text("person")).id)
    if "name" in request.form:
        return NewPerson(form.text("name"))
    raise InvalidInput("Say whose face it is.", field="name")


def _user_id() -> str:
    return current_sign_in().user.id
