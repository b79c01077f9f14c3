"""Who is in this photo."""

from functools import partial
from typing import Final

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.permissions import may
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import ImageError
from mien.errors import InvalidInput
from mien.errors import NobodySearched
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.held_photos import read_held_crop
from mien.gallery.held_photos import read_held_photo
from mien.gallery.people.faces import undo_addition
from mien.gallery.recognition.identify_each import SentPhoto
from mien.gallery.recognition.identify_each import identify_each
from mien.gallery.recognition.identify_held import identify_and_hold
from mien.gallery.recognition.identify_held import show_held
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.http.request_bodies import read_photo
from mien.http.responses import file_response
from mien.web.flashes import say_so
from mien.web.flashes import tell_of_face
from mien.web.flashes import undone_words
from mien.web.forms.kept import Refusal
from mien.web.forms.kept import keep_form
from mien.web.forms.kept import keep_state
from mien.web.forms.kept import kept_form
from mien.web.forms.photos import AddFaceForm
from mien.web.forms.photos import IdentifyForm
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.web.layout import current_gallery
from mien.web.pages.faces import card_place
from mien.web.pages.identify import identify_home
from mien.web.pages.identify import identify_result
from mien.web.rendering import go_to
from mien.web.rendering import is_from_script
from mien.web.rendering import show
from mien.web.sent_photo import refused_form
from mien.web.sent_photo import sent_identified
from mien.web.uploads import read_file
from mien.web.uploads import refusal_words

# What may be wrong with one of several galleries is said beside them.
_OF_GALLERIES: Final = (GalleryModelMismatch, GalleryNotFound)

bp = Blueprint("identify", __name__)
bp.before_request(check_browser)


@bp.get("/identify")
@asks("photos.identify")
def home() -> ResponseReturnValue:
    """Ask for a photo."""
    given = request.args
    asked = FormState(
        values={"where": given.get("where", "")}, chosen={"also": tuple(given.getlist("also"))}
    )
    return _ask(given.get("gallery") or current_gallery(), asked)


@bp.post("/identify")
@asks("photos.identify")
@looks_at_photos
def submit() -> ResponseReturnValue:
    """Hold the photos and lead to their answers; script sends one of several at a time."""
    form = IdentifyForm()
    gallery = form.text("gallery") or current_gallery()
    if form.validate():
        with (
            form.noting(ImageError, field="photo"),
            form.noting(NobodySearched, field="where"),
            form.noting(*(_OF_GALLERIES if form.also.data else ()), field="also"),
        ):
            if is_from_script() or len(form.files()) > 1:
                return _identify_each(form, gallery)
            photo = Upload(read_photo(), form.options)
            held = identify_and_hold(this_call(), gallery=gallery, photo=photo, reach=form.reach)
            return go_to(url_for("identify.result", probe_id=held.id))
    if is_from_script():
        return refused_form(form)
    return _ask(gallery, form.state(), status=form.status)


@bp.get("/identify/<probe_id>")
@asks("photos.identify")
def result(probe_id: str) -> ResponseReturnValue:
    """Show who is in a held photo, as the gallery knows it now."""
    held = show_held(this_call(), probe_id=probe_id)
    numbers = (answer.number for answer in held.identification.answers)
    kept = {number: kept_form(_kept_at(probe_id, number), AddFaceForm) for number in numbers}
    page = identify_result(
        this_call(),
        held,
        forms={number: form for number, form in kept.items() if form},
        shown=request.args.get("show", ""),
    )
    return show(page, place="identify", gallery=held.identification.gallery)


@bp.get("/identify/<probe_id>/photo")
@asks("photos.hold")
def photo(probe_id: str) -> ResponseReturnValue:
    """The held photo, at a size for the screen."""
    return file_response(read_held_photo(this_call(), probe_id=probe_id), may_be_kept=False)


@bp.get("/identify/<probe_id>/faces/<int:number>/portrait")
@asks("photos.hold")
def portrait(probe_id: str, number: int) -> ResponseReturnValue:
    """A face of the held photo."""
    return file_response(
        read_held_crop(this_call(), probe_id=probe_id, face_number=number), may_be_kept=False
    )


@bp.post("/identify/<probe_id>/faces/<int:number>/add")
@asks("faces.add")
def add(probe_id: str, number: int) -> ResponseReturnValue:
    """Add a face of the held photo to somebody, known or new."""
    form = AddFaceForm()
    with form.noting_refusals():
        face = HeldFace(probe_id, number)
        done = enrol(this_call(), gallery=None, source=face, subject=_subject(form), gate=form.gate)
        # What may be a mistake is looked at before one goes on.
        place = number if done.warnings else form.following.data or number
        undo_url = _undo_url(face, done.gallery)
        tell_of_face(done, number, gallery=done.gallery, place=card_place(place), undo_url=undo_url)
        return go_to(_card(probe_id, place))
    keep_form(form, _kept_at(probe_id, number))
    return go_to(_card(probe_id, number))


@bp.post("/identify/<probe_id>/faces/<int:number>/undo")
@asks("faces.delete")
def undo(probe_id: str, number: int) -> ResponseReturnValue:
    """Take back that a face of the held photo was added; one that is gone already is passed over."""
    held = show_held(this_call(), probe_id=probe_id)
    gallery, place = held.identification.gallery, card_place(number)
    for added in held.added.get(number, ()):
        if added.face_id == request.form.get("face"):
            undone = undo_addition(
                this_call(), gallery=gallery, person_id=added.person.id, face_id=added.face_id
            )
            say_so(undone_words(undone), "done", place=place)
    return go_to(_card(probe_id, number))


@bp.get("/identify/<probe_id>/faces/<int:number>/add")
@asks("faces.add")
def add_elsewhere(probe_id: str, number: int) -> ResponseReturnValue:
    """The form to add a face is on the photo's page."""
    return redirect(_card(probe_id, number))


@bp.get("/identify/<probe_id>/faces/<int:number>/undo")
@asks("faces.delete")
def undo_elsewhere(probe_id: str, number: int) -> ResponseReturnValue:
    """The same for taking it back."""
    return redirect(_card(probe_id, number))


@bp.post("/identify/<probe_id>/let-go")
@asks("photos.hold")
def let_go(probe_id: str) -> ResponseReturnValue:
    """Erase the held photo now."""
    let_go_of_photo(this_call(), probe_id=probe_id)
    flash("Photo deleted.", "done")
    return go_to(url_for("identify.home"))


def _identify_each(form: IdentifyForm, gallery: str) -> ResponseReturnValue:
    photos = [
        SentPhoto(file.filename or translated("A photo"), partial(read_file, file))
        for file in form.files()
    ]
    done = list(
        identify_each(
            this_call(), gallery=gallery, photos=photos, options=form.options, reach=form.reach
        )
    )
    if is_from_script():
        return sent_identified(this_call(), done[0])
    address = url_for("identified_photos.show_all")
    refused = [
        Refusal(each.name, refusal_words(each.refusal)) for each in done if each.refusal is not None
    ]
    if refused:
        keep_state(None, address, refused=refused)
    held = [each.held.id for each in done if each.held is not None]
    return go_to(url_for("identified_photos.show_all", photo=held))


def _ask(gallery: str, form: FormState, *, status: int = 200) -> ResponseReturnValue:
    page = identify_home(this_call(), gallery=gallery, form=form)
    return show(page, place="identify", gallery=page.gallery, status=status)


def _card(probe_id: str, number: int) -> str:
    """The address of a face's card."""
    return url_for("identify.result", probe_id=probe_id, _anchor=card_place(number))


def _kept_at(probe_id: str, number: int) -> str:
    return url_for("identify.add", probe_id=probe_id, number=number)


def _undo_url(face: HeldFace, gallery: str) -> str:
    """Takes the addition of a face back; empty for those who may not."""
    if not may(this_call().actor, "faces.delete", gallery):
        return ""
    return url_for("identify.undo", probe_id=face.probe_id, number=face.number)


def _subject(form: AddFaceForm) -> Subject:
    if form.text("person_id"):
        return KnownPerson(form.text("person_id"))
    if "name" in request.form:
        name = form.text("name")
        if form.another.data:
            return NewPerson(name, allow_same_name=True)
        return TypedPerson(name)
    raise InvalidInput("nobody_named", field="name")
