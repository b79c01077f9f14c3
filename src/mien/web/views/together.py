"""Several people or faces at once: delete, merge, copy, move. Each is asked about first."""

from typing import Any
from typing import Final

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonAmbiguous
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.people import delete
from mien.gallery.people.copy_people import copy_people
from mien.gallery.people.merge import merge_people
from mien.gallery.people.move import move_faces as move
from mien.gallery.people.wrong import mark_all_wrong
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.flashes import say_so
from mien.web.forms.base import PageForm
from mien.web.forms.together import CopySelectedForm
from mien.web.forms.together import DeleteSelectedForm
from mien.web.forms.together import MergeSelectedForm
from mien.web.forms.together import MoveSelectedForm
from mien.web.last_sheet import last_sheet
from mien.web.pages.confirm import erasure_words
from mien.web.pages.confirm import originals_links
from mien.web.pages.together import copy_selected_page
from mien.web.pages.together import delete_faces_page
from mien.web.pages.together import delete_people_page
from mien.web.pages.together import merge_selected_page
from mien.web.pages.together import move_selected_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted
from mien.web.undoing import say_done

bp = Blueprint("together", __name__)
bp.before_request(check_browser)

_PEOPLE: Final = "/galleries/<gallery:gallery>/people"
_FACES: Final = "/galleries/<gallery:gallery>/people/<id:person_id>"
_TWO: Final = 2
# Messages travel in a cookie, which has little room.
_MOST_TOLD: Final = 4


@bp.get(f'{_PEOPLE}/<any("delete-selected", "merge-selected", "copy-selected"):_what>')
@asks("people.read")
def back_to_people(gallery: str, _what: str) -> ResponseReturnValue:
    """What was selected is not in the address: begin again."""
    return redirect(last_sheet(gallery))


@bp.get(f'{_FACES}/<any("delete-selected", "move-selected"):_what>')
@asks("people.read")
def back_to_faces(gallery: str, person_id: str, _what: str) -> ResponseReturnValue:
    """What was selected is not in the address: begin again."""
    return redirect(url_for("person.show_one", gallery=gallery, person_id=person_id))


@bp.post(f"{_PEOPLE}/delete-selected")
@asks("people.delete")
def delete_people(gallery: str) -> ResponseReturnValue:
    """Delete several people, so that it can be undone; or for good."""
    form = DeleteSelectedForm()
    ids = form.ids("person")
    if not ids:
        return _nothing("Select someone first.", last_sheet(gallery))
    if not (form.validate() and form.sure.data):
        page = delete_people_page(this_call(), gallery=gallery, person_ids=ids)
        return show(page, place="people", gallery=gallery, status=_status(form))
    done = delete.delete_people(
        this_call(), gallery=gallery, person_ids=ids, at_once=form.at_once.data
    )
    people, faces = counted(done.people, "person", "people"), counted(done.faces, "face")
    how = " for good" if done.change_id is None else ""
    say_done(f"Deleted {people} with {faces}{how}.", gallery=gallery)
    for proof in [each for each in done.proofs if not each.complete][:_MOST_TOLD]:
        kind: Any = "doubt" if proof.erased else "problem"
        say_so(erasure_words(proof), kind, links=originals_links(this_call(), proof))
    return go_to(last_sheet(gallery))


@bp.post(f"{_PEOPLE}/merge-selected")
@asks("people.merge")
def merge(gallery: str) -> ResponseReturnValue:
    """Make several people one, who is chosen among them."""
    form = MergeSelectedForm()
    ids = form.ids("person")
    if len(ids) < _TWO:
        return _nothing("Select at least two people to merge.", last_sheet(gallery))
    into = form.text("into")
    if form.validate() and form.sure.data:
        if into in ids:
            others = [each for each in ids if each != into]
            with form.noting(InvalidInput, field="into"):
                done = merge_people(this_call(), gallery=gallery, person_id=into, from_ids=others)
                people = counted(done.merged, "person is", "people are")
                say_done(f"{people} now part of {done.person.label}.", gallery=gallery)
                return go_to(url_for("person.show_one", gallery=gallery, person_id=into))
        else:
            form.say("into", "Choose one of them.")
    page = merge_selected_page(this_call(), gallery=gallery, person_ids=ids, form=form.state())
    return show(page, place="people", gallery=gallery, status=_status(form))


@bp.post(f"{_PEOPLE}/copy-selected")
@asks("people.copy")
def copy(gallery: str) -> ResponseReturnValue:
    """Copy several people to another gallery."""
    form = CopySelectedForm()
    ids = form.ids("person")
    if not ids:
        return _nothing("Select someone first.", last_sheet(gallery))
    if form.validate() and form.sure.data:
        with form.noting(NameTaken, GalleryModelMismatch, GalleryNotFound, field="to"):
            done = copy_people(
                this_call(),
                gallery=gallery,
                person_ids=ids,
                to_gallery=form.text("to"),
                allow_same_name=form.another.data,
            )
            people = counted(len(done.people), "person", "people")
            say_done(f"Copied {people} to {done.gallery}.", gallery=done.gallery)
            return go_to(last_sheet(gallery))
    page = copy_selected_page(
        this_call(),
        gallery=gallery,
        person_ids=ids,
        form=form.state(),
        has_namesakes=bool(form.to.errors),
    )
    return show(page, place="people", gallery=gallery, status=_status(form))


@bp.post(f"{_FACES}/delete-selected")
@asks("faces.delete")
def delete_faces(gallery: str, person_id: str) -> ResponseReturnValue:
    """Delete several faces of somebody, so that it can be undone; or for good."""
    form = DeleteSelectedForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    back, ids = url_for("person.show_one", **place), form.ids("face")
    if not ids:
        return _nothing("Select a face first.", back)
    # Also where it is sure: the faces are this person's.
    page = delete_faces_page(this_call(), **place, face_ids=ids)
    if not (form.validate() and form.sure.data):
        return show(page, place="people", gallery=gallery, status=_status(form))
    done = delete.delete_faces(
        this_call(), gallery=gallery, face_ids=ids, at_once=form.at_once.data
    )
    say_done(f"Deleted {counted(done.faces, 'face')}.", gallery=gallery)
    return go_to(back)


@bp.post(f"{_FACES}/move-selected")
@asks("faces.move")
def move_faces(gallery: str, person_id: str) -> ResponseReturnValue:
    """Move several faces to whoever is typed; without a name, and refused, delete them."""
    form = MoveSelectedForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    back, ids = url_for("person.show_one", **place), form.ids("face")
    if not ids:
        return _nothing("Select a face first.", back)
    if "wrong" in request.args:
        form.refused.data = True
    page = move_selected_page(this_call(), **place, face_ids=ids, form=form.state())
    if form.validate() and form.sure.data:
        if not form.text("who").strip() and not form.refused.data:
            form.say("who", "Type a name.")
        elif form.refused.data and form.text("to"):
            form.say("to", "Choose this gallery, or leave the box below empty.")
        else:
            with (
                form.noting(InvalidInput, PersonAmbiguous, field="who"),
                form.noting(GalleryModelMismatch, GalleryNotFound, field="to"),
            ):
                _move(form, place, ids)
                return go_to(back)
        page = move_selected_page(this_call(), **place, face_ids=ids, form=form.state())
    return show(page, place="people", gallery=gallery, status=_status(form))


def _move(form: MoveSelectedForm, place: dict[str, Any], ids: list[str]) -> None:
    """Do it, and say what was done."""
    gallery, who = place["gallery"], form.text("who").strip()
    to = TypedPerson(who) if who else None
    if form.refused.data or to is None:
        marked = mark_all_wrong(this_call(), **place, face_ids=ids, to=to)
        faces, was = counted(marked.faces, "face"), marked.person.label
        done = (
            f"Moved {faces} to {marked.moved_to.label}." if marked.moved_to else f"Deleted {faces}."
        )
        told = f"{done} Faces like these are no longer identified as {was}."
        say_done(told, gallery=gallery)
        return
    moved = move(
        this_call(), gallery=gallery, face_ids=ids, to=to, to_gallery=form.text("to") or None
    )
    new = "the new person " if moved.new_person else ""
    there = f" in {moved.gallery}" if form.text("to") else ""
    faces = counted(len(moved.faces), "face")
    say_done(f"Moved {faces} to {new}{moved.person.label}{there}.", gallery=gallery)


def _nothing(words: str, back: str) -> ResponseReturnValue:
    flash(words, "problem")
    return go_to(back)


def _status(form: PageForm) -> int:
    """A page that only asks is no refusal."""
    return form.status if form.errors or form.problem else 200
