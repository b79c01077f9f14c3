"""Putting people right: two who are one, a face that is somebody else's, another portrait."""

from typing import Any
from typing import Final

from flask import Blueprint
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import PersonAmbiguous
from mien.errors import PersonNotFound
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.people.faces import show_face
from mien.gallery.people.look_up import look_up_person
from mien.gallery.people.merge import merge_people
from mien.gallery.people.move import move_faces
from mien.gallery.people.portrait import choose_portrait
from mien.gallery.people.wrong import mark_wrong
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.forms.changes import MergeForm
from mien.web.forms.changes import MoveFaceForm
from mien.web.forms.changes import PortraitForm
from mien.web.pages.corrections import merge_page
from mien.web.pages.corrections import move_face_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.undoing import say_done

bp = Blueprint("corrections", __name__)
bp.before_request(check_browser)

_ONE: Final = "/galleries/<gallery:gallery>/people/<id:person_id>"
_FACE: Final = f"{_ONE}/faces/<id:face_id>"


@bp.get(f"{_ONE}/merge")
@asks("people.merge")
def ask_merge(gallery: str, person_id: str) -> ResponseReturnValue:
    """Ask who is the same person; `other` is chosen at first."""
    page = merge_page(
        this_call(), gallery=gallery, person_id=person_id, chosen=request.args.get("other", "")
    )
    return show(page, place="people", gallery=gallery)


@bp.post(f"{_ONE}/merge")
@asks("people.merge")
def merge(gallery: str, person_id: str) -> ResponseReturnValue:
    """Make somebody part of this person."""
    form = MergeForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    typed = form.text("who").strip()
    chosen = typed or form.text("other")
    if form.validate():
        if not chosen:
            form.say("who", "Choose a person, or type a name.")
        else:
            with form.noting(PersonNotFound, PersonAmbiguous, field="who"):
                other = look_up_person(this_call(), gallery=gallery, who=chosen)
                if other.id == person_id:
                    form.say("who", "Choose someone else.")
                else:
                    done = merge_people(this_call(), **place, from_ids=[other.id])
                    say_done(f"{other.label} is now part of {done.person.name}.", gallery=gallery)
                    return go_to(url_for("person.show_one", **place))
    page = merge_page(this_call(), **place, form=form.state())
    return show(page, place="people", gallery=gallery, status=form.status)


@bp.get(f"{_FACE}/move")
@asks("faces.move")
def ask_move(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Ask whose a face is."""
    page = move_face_page(this_call(), gallery=gallery, person_id=person_id, face_id=face_id)
    return show(page, place="people", gallery=gallery)


@bp.post(f"{_FACE}/move")
@asks("faces.move")
def move(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Move a face to whoever is typed; without a name, and refused, delete it."""
    form = MoveFaceForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    who = form.text("who").strip()
    if form.validate():
        if not who and not form.refused.data:
            form.say("who", "Type a name.")
        else:
            with form.noting(PersonAmbiguous, field="who"):
                show_face(this_call(), **place, face_id=face_id)
                say_done(
                    _moved(gallery, place, face_id, who, refused=form.refused.data),
                    gallery=gallery,
                )
                return go_to(url_for("person.show_one", **place))
    page = move_face_page(this_call(), **place, face_id=face_id, form=form.state())
    return show(page, place="people", gallery=gallery, status=form.status)


def _moved(gallery: str, place: dict[str, Any], face_id: str, who: str, *, refused: bool) -> str:
    """Do it, and say what was done."""
    to = TypedPerson(who) if who else None
    if refused or to is None:
        marked = mark_wrong(this_call(), **place, face_id=face_id, to=to)
        if marked.moved_to is None:
            return (
                "The face is deleted. Faces like it are no longer identified as "
                f"{marked.person.label}."
            )
        return (
            f"The face was moved to {marked.moved_to.label}. Faces like it are no longer "
            f"identified as {marked.person.label}."
        )
    done = move_faces(this_call(), gallery=gallery, face_ids=[face_id], to=to)
    new = "the new person " if done.new_person else ""
    return f"The face was moved to {new}{done.person.label}."


@bp.post(f"{_FACE}/portrait")
@asks("people.change")
def portrait(gallery: str, person_id: str, face_id: str) -> ResponseReturnValue:
    """Show somebody by this face."""
    PortraitForm()
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    choose_portrait(this_call(), **place, face_id=face_id)
    say_done("This is the portrait now.", gallery=gallery)
    return go_to(url_for("person.show_one", **place))
