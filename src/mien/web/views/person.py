"""Somebody: their faces, their name, and forgetting them."""

import re
from http import HTTPStatus
from typing import Any
from typing import Final

from flask import Blueprint
from flask import flash
from flask import jsonify
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import NameTaken
from mien.errors import PhotoNotGoodEnough
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.waiting import photos_waiting_for
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.people.delete import delete_people
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.results import PersonRef
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.names import ID_PATTERN
from mien.web.flashes import Doubtful
from mien.web.flashes import say_so
from mien.web.forms.kept import keep_form
from mien.web.forms.kept import keep_state
from mien.web.forms.kept import kept_for
from mien.web.forms.kept import kept_form
from mien.web.forms.people import EditPersonForm
from mien.web.forms.people import ForgetForm
from mien.web.forms.photos import AddPhotosForm
from mien.web.forms.photos import ChooseFaceForm
from mien.web.layout import FlashKind
from mien.web.pages.choose_face import after
from mien.web.pages.choose_face import choose_face_page
from mien.web.pages.confirm import confirm_person
from mien.web.pages.confirm import erasure_words
from mien.web.pages.confirm import originals_links
from mien.web.pages.person import edit_person_page
from mien.web.pages.person import person_page
from mien.web.rendering import go_to
from mien.web.rendering import is_from_script
from mien.web.rendering import show
from mien.web.sent_photo import added_photo
from mien.web.sent_photo import refused_form
from mien.web.sent_photo import stored_photo
from mien.web.text.filters import counted
from mien.web.undoing import say_done
from mien.web.uploads import add_held_face
from mien.web.uploads import add_photos as add_each
from mien.web.uploads import after_adding
from mien.web.uploads import let_go_of
from mien.web.uploads import tell_added

bp = Blueprint("person", __name__)
bp.before_request(check_browser)

# Messages travel in a cookie, which has little room.
_MOST_ADDED: Final = 40

ONE: Final = "/galleries/<gallery:gallery>/people/<id:person_id>"


@bp.get(ONE)
@asks("people.read")
def show_one(gallery: str, person_id: str) -> ResponseReturnValue:
    """Somebody and their faces; what script has just `added` can be undone together."""
    added = request.args.getlist("added")
    if added:
        if len(added) <= _MOST_ADDED and all(re.fullmatch(ID_PATTERN, each) for each in added):
            told = f"{counted(len(added), 'face')} added."
            say_done(told, gallery=gallery, changes=added)
        # Said once, and not again with every reload.
        return redirect(request.path)
    kept = kept_for(request.path)
    page = person_page(
        this_call(), gallery=gallery, person_id=person_id, form=kept.form, refused=kept.refused
    )
    return show(page, place="people", gallery=gallery)


@bp.post(ONE)
@asks("faces.add")
@looks_at_photos
def add_photos(gallery: str, person_id: str) -> ResponseReturnValue:
    """Add the faces of photos; what became of each is told by its file's name."""
    form = AddPhotosForm()
    if not form.validate():
        if is_from_script():
            return refused_form(form)
        keep_form(form, request.path)
        return go_to(f"{request.path}#add-photos")
    whose = PersonRef(person_id, "")
    added = add_each(this_call(), form.photos.data, gallery=gallery, whose=whose)
    if is_from_script():
        return added_photo(added, gallery=gallery)
    done = f"{counted(added.faces, 'face')} added." if added.faces else ""
    tell_added(added, gallery=gallery, done=done)
    if added.refused:
        keep_state(None, request.path, refused=added.refused)
    return go_to(after_adding(added, gallery=gallery, person_id=person_id))


@bp.get(f"{ONE}/choose")
@asks("faces.add")
def choose_next(gallery: str, person_id: str) -> ResponseReturnValue:
    """Lead to the first photo of which it has to be said which face is meant."""
    waiting = photos_waiting_for(this_call(), gallery=gallery, person_id=person_id)
    return redirect(after("", waiting, gallery=gallery, person_id=person_id))


@bp.get(f"{ONE}/choose/<probe_id>")
@asks("faces.add")
def ask_which_face(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Ask which face of a held photo is this person's."""
    person = show_person(this_call(), gallery=gallery, person_id=person_id)
    held = show_held(this_call(), probe_id=probe_id)
    waiting = photos_waiting_for(this_call(), gallery=gallery, person_id=person_id)
    page = choose_face_page(person, held, waiting, form=kept_form(request.path, ChooseFaceForm))
    return show(page, place="people", gallery=gallery)


@bp.post(f"{ONE}/choose/<probe_id>")
@asks("faces.add")
def choose_face(gallery: str, person_id: str, probe_id: str) -> ResponseReturnValue:
    """Add the chosen face, let go of the photo and go on; `anyway` opens the gate."""
    form = ChooseFaceForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    if form.validate():
        face, subject = HeldFace(probe_id, form.face.data), KnownPerson(person_id)
        waiting = photos_waiting_for(this_call(), **place)
        if is_from_script():
            return _choose_for_script(form, face, subject, gallery)
        with form.noting(PhotoNotGoodEnough):
            add_held_face(form, face, subject=subject, gallery=gallery)
            let_go_of_photo(this_call(), probe_id=probe_id)
            return go_to(after(probe_id, waiting, **place))
    keep_form(form, request.path)
    return go_to(url_for("person.ask_which_face", probe_id=probe_id, **place))


def _choose_for_script(
    form: ChooseFaceForm, face: HeldFace, subject: KnownPerson, gallery: str
) -> ResponseReturnValue:
    done = enrol(this_call(), gallery=gallery, source=face, subject=subject, gate=form.gate)
    let_go_of_photo(this_call(), probe_id=face.probe_id)
    return jsonify(stored_photo(Doubtful("", done), gallery=gallery))


@bp.post(f"{ONE}/let-go")
@asks("photos.hold")
def let_go(gallery: str, person_id: str) -> ResponseReturnValue:
    """Erase photos that were held to be stored; those that are gone already are passed over."""
    waiting = photos_waiting_for(this_call(), gallery=gallery, person_id=person_id)
    let_go_of(this_call(), request.form.getlist("held"))
    if is_from_script():
        return "", HTTPStatus.NO_CONTENT
    flash("The photos are deleted.", "done")
    if "after" in request.args:
        return go_to(after(request.args["after"], waiting, gallery=gallery, person_id=person_id))
    return go_to(url_for("person.show_one", gallery=gallery, person_id=person_id))


@bp.get(f"{ONE}/edit")
@asks("people.change")
def edit(gallery: str, person_id: str) -> ResponseReturnValue:
    """Show name and notes to be changed."""
    form = kept_form(request.path, EditPersonForm)
    page = edit_person_page(this_call(), gallery=gallery, person_id=person_id, form=form)
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
            say_done("Saved.", gallery=gallery)
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
    """Delete somebody, so that it can be undone; or erase them, and say what was erased."""
    form = ForgetForm()
    looks = form.search_originals.data or form.delete_originals.data
    if runtime().settings.undo_hours and not (form.at_once.data or looks):
        name = show_person(this_call(), gallery=gallery, person_id=person_id).label
        done = delete_people(this_call(), gallery=gallery, person_ids=[person_id])
        say_done(f"Deleted {name} with {counted(done.faces, 'face')}.", gallery=gallery)
        return go_to(url_for("people.sheet", gallery=gallery))
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
