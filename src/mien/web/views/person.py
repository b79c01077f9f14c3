"""Somebody: their faces, their name, and forgetting them."""

from contextlib import suppress
from typing import Any
from typing import Final

from flask import Blueprint
from flask import flash
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import NameTaken
from mien.errors import PhotoNotGoodEnough
from mien.errors import ProbeNotFound
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify_held import show_held
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.web.flashes import say_so
from mien.web.forms.kept import keep_form
from mien.web.forms.kept import kept_form
from mien.web.forms.people import EditPersonForm
from mien.web.forms.people import ForgetForm
from mien.web.forms.photos import AddPhotosForm
from mien.web.forms.photos import ChooseFaceForm
from mien.web.layout import FlashKind
from mien.web.pages.confirm import confirm_person
from mien.web.pages.confirm import erasure_words
from mien.web.pages.confirm import originals_links
from mien.web.pages.person import choose_face_page
from mien.web.pages.person import edit_person_page
from mien.web.pages.person import person_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted
from mien.web.uploads import add_held_face
from mien.web.uploads import add_photos as add_each
from mien.web.uploads import answer_added

bp = Blueprint("person", __name__)
bp.before_request(check_browser)

ONE: Final = "/galleries/<gallery:gallery>/people/<id:person_id>"


@bp.get(ONE)
@asks("people.read")
def show_one(gallery: str, person_id: str) -> ResponseReturnValue:
    """Somebody and their faces."""
    page = person_page(this_call(), gallery=gallery, person_id=person_id)
    return show(page, place="people", gallery=gallery)


@bp.post(ONE)
@asks("faces.add")
@looks_at_photos
def add_photos(gallery: str, person_id: str) -> ResponseReturnValue:
    """Add the faces of photos; what became of each is told by its file's name."""
    form = AddPhotosForm()
    if not form.validate():
        page = person_page(this_call(), gallery=gallery, person_id=person_id, form=form.state())
        return show(page, place="people", gallery=gallery, status=form.status)
    subject = KnownPerson(person_id)
    added = add_each(this_call(), form.photos.data, gallery=gallery, subject=subject)
    done = f"{counted(added.faces, 'face')} added." if added.faces else ""
    return answer_added(this_call(), added, gallery=gallery, person_id=person_id, done=done)


@bp.get(f"{ONE}/choose/<probe_id>")
@asks("faces.add")
def ask_which_face(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Ask which face of a held photo is this person's."""
    person = show_person(this_call(), gallery=gallery, person_id=person_id)
    held = show_held(this_call(), probe_id=probe_id)
    page = choose_face_page(person, held, form=kept_form(_kept_at(person_id, probe_id)))
    return show(page, place="people", gallery=gallery)


@bp.post(f"{ONE}/choose/<probe_id>")
@asks("faces.add")
def choose_face(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Add the chosen face and let go of the photo; `anyway` opens the gate."""
    form = ChooseFaceForm()
    person = show_person(this_call(), gallery=gallery, person_id=person_id)
    if form.validate():
        face, subject = HeldFace(probe_id, form.face.data), KnownPerson(person.id)
        with form.noting(PhotoNotGoodEnough):
            add_held_face(form, face, subject=subject, gallery=gallery)
            let_go_of_photo(this_call(), probe_id=probe_id)
            return go_to(url_for("person.show_one", gallery=gallery, person_id=person_id))
    keep_form(form, _kept_at(person_id, probe_id))
    return go_to(
        url_for("person.ask_which_face", gallery=gallery, person_id=person_id, probe_id=probe_id)
    )


@bp.post(f"{ONE}/let-go")
@asks("photos.hold")
def let_go(gallery: str, person_id: str) -> ResponseReturnValue:
    """Erase photos that were held to be stored; those that are gone already are passed over."""
    for probe_id in request.form.getlist("held"):
        with suppress(ProbeNotFound):
            let_go_of_photo(this_call(), probe_id=probe_id)
    flash("The photos are deleted.", "done")
    return go_to(url_for("person.show_one", gallery=gallery, person_id=person_id))


@bp.get(f"{ONE}/edit")
@asks("people.change")
def edit(gallery: str, person_id: str) -> ResponseReturnValue:
    """Show name and notes to be changed."""
    page = edit_person_page(this_call(), gallery=gallery, person_id=person_id)
    return show(page, place="people", gallery=gallery)


@bp.post(f"{ONE}/edit")
@asks("people.change")
def save(gallery: str, person_id: str) -> ResponseReturnValue:
    """Rename somebody and change what is noted."""
    form = EditPersonForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    if form.validate():
        with form.noting(NameTaken, field="name"):
            change_person(
                this_call(),
                **place,
                name=form.text("name"),
                notes=form.text("notes"),
                allow_same_name=form.another.data,
            )
            flash("Saved.", "done")
            return go_to(url_for("person.show_one", **place))
    page = edit_person_page(this_call(), **place, form=form.state())
    return show(page, place="people", gallery=gallery, status=form.status)


@bp.get(f"{ONE}/delete")
@asks("people.delete")
def ask_delete(gallery: str, person_id: str) -> ResponseReturnValue:
    """Ask before somebody is forgotten, and say what goes."""
    page = confirm_person(this_call(), gallery=gallery, person_id=person_id)
    return show(page, place="people", gallery=gallery)


@bp.post(f"{ONE}/delete")
@asks("people.delete")
def delete(gallery: str, person_id: str) -> ResponseReturnValue:
    """Forget somebody, and say what was erased."""
    form = ForgetForm()
    erasure = forget_person(
        this_call(),
        gallery=gallery,
        person_id=person_id,
        search_originals=form.search_originals.data,
        delete_originals=form.delete_originals.data,
    )
    kind: FlashKind = "problem"
    if erasure.erased:
        kind = "done" if erasure.complete else "doubt"
    say_so(erasure_words(erasure), kind, links=originals_links(this_call(), erasure))
    return go_to(url_for("people.sheet", gallery=gallery))


def _kept_at(person_id: str, probe_id: str) -> str:
    return f"{person_id}/{probe_id}"
