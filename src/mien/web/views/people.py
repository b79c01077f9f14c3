"""The people of a gallery: all of them, and a new one."""

from typing import cast

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import NameTaken
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.namesakes import check_new_person
from mien.gallery.people.people import create_person
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.options import Order
from mien.web.forms.base import REJECTED
from mien.web.forms.kept import keep_form
from mien.web.forms.photos import NewPersonForm
from mien.web.layout import current_gallery
from mien.web.pages.people import new_person_page
from mien.web.pages.people import people_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted
from mien.web.uploads import add_photos
from mien.web.uploads import answer_added

bp = Blueprint("people", __name__)
bp.before_request(check_browser)


@bp.get("/people")
@asks("people.read")
def home() -> ResponseReturnValue:
    """The people of the gallery looked at last."""
    return redirect(url_for("people.sheet", gallery=current_gallery()))


@bp.get("/galleries/<gallery:gallery>")
@asks("people.read")
def of_gallery(gallery: str) -> ResponseReturnValue:
    """What is in a gallery is its people."""
    return redirect(url_for("people.sheet", gallery=gallery))


@bp.get("/galleries/<gallery:gallery>/people")
@asks("people.read")
def sheet(gallery: str) -> ResponseReturnValue:
    """The contact sheet, searched by `q`, in an order, page by page; `faces=none` without a face."""
    order = "newest" if request.args.get("sort") == "newest" else "name"
    page = people_page(
        this_call(),
        gallery=gallery,
        query=request.args.get("q", "").strip(),
        order=cast("Order", order),
        faceless=request.args.get("faces") == "none",
        cursor=request.args.get("cursor") or None,
    )
    return show(page, place="people", gallery=page.gallery)


@bp.get("/galleries/<gallery:gallery>/people/new")
@asks("people.create")
def new(gallery: str) -> ResponseReturnValue:
    """Ask for somebody's name and photos."""
    page = new_person_page(this_call(), gallery=gallery)
    return show(page, place="people", gallery=page.gallery)


@bp.post("/galleries/<gallery:gallery>/people/new")
@asks("people.create")
def create(gallery: str) -> ResponseReturnValue:
    """Add somebody with the faces of the photos sent along, or on purpose without one."""
    form = NewPersonForm()
    if form.validate():
        with form.noting(NameTaken, field="name"):
            check_new_person(
                this_call(),
                gallery=gallery,
                name=form.text("name"),
                notes=form.text("notes"),
                allow_same_name=form.another.data,
            )
            if form.files():
                return _add_with_photos(form, gallery)
            if form.without_photo.data:
                return _add_without_photo(form, gallery)
            form.say("photos", "Choose a photo, or add the person without one.")
    page = new_person_page(this_call(), gallery=gallery, form=form.state())
    return show(page, place="people", gallery=page.gallery, status=form.status)


def _add_without_photo(form: NewPersonForm, gallery: str) -> ResponseReturnValue:
    person = create_person(
        this_call(),
        gallery=gallery,
        name=form.text("name"),
        notes=form.text("notes"),
        allow_same_name=form.another.data,
    )
    flash(f"{person.label} was added, without a face.", "done")
    return go_to(url_for("person.show_one", gallery=gallery, person_id=person.id))


def _add_with_photos(form: NewPersonForm, gallery: str) -> ResponseReturnValue:
    subject = NewPerson(
        form.text("name"), allow_same_name=form.another.data, notes=form.text("notes")
    )
    added = add_photos(this_call(), form.files(), gallery=gallery, subject=subject)
    person = added.person
    if person is not None:
        faces = counted(added.faces, "face")
        done = "" if added.refused else f"{person.label} was added, with {faces}."
        return answer_added(this_call(), added, gallery=gallery, person_id=person.id, done=done)
    if added.probe_id:
        # So that the name need not be typed again where the face is named.
        keep_form(form, added.probe_id)
    if added.choose_url:
        flash("The photo shows several faces. Choose the one to add.", "doubt")
        return go_to(added.choose_url)
    page = new_person_page(this_call(), gallery=gallery, form=form.state(), refused=added.refused)
    return show(page, place="people", gallery=page.gallery, status=REJECTED)
