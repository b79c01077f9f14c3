"""The people of a gallery: all of them, and a new one."""

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
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.waiting import let_photos_wait_for
from mien.gallery.enrolment.waiting import photos_waiting_for
from mien.gallery.people.namesakes import check_new_person
from mien.gallery.people.people import create_person
from mien.gallery.people.person_names import list_person_names
from mien.gallery.results import PersonRef
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.options import ORDERS
from mien.options import PEOPLE_FILTERS
from mien.web.forms.kept import keep_state
from mien.web.forms.kept import kept_for
from mien.web.forms.photos import NewPersonForm
from mien.web.last_sheet import remember_sheet
from mien.web.layout import current_gallery
from mien.web.layout import full_layout
from mien.web.pages.choose_face import after
from mien.web.pages.people import new_person_page
from mien.web.pages.people import people_page
from mien.web.rendering import go_to
from mien.web.rendering import is_from_script
from mien.web.rendering import render_partial
from mien.web.rendering import show
from mien.web.sent_photo import added_photo
from mien.web.sent_photo import refused_form
from mien.web.text.filters import counted
from mien.web.undoing import say_done
from mien.web.uploads import Added
from mien.web.uploads import add_held
from mien.web.uploads import add_photos
from mien.web.uploads import hold_photos
from mien.web.uploads import let_go_of
from mien.web.uploads import tell_added

bp = Blueprint("people", __name__)
bp.before_request(check_browser)

# Nobody reads a longer list while typing.
_OFFERED: Final = 20

ALL: Final = "/galleries/<gallery:gallery>/people"


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


@bp.get(ALL)
@asks("people.read")
def sheet(gallery: str) -> ResponseReturnValue:
    """The contact sheet, searched by `q`, in an order, of some or of all, page by page."""
    given = request.args
    sort, shown = given.get("sort", ""), given.get("filter", "")
    if given.get("faces") == "none":  # as it was asked for before there were other filters
        shown = "no-face"
    page = people_page(
        this_call(),
        gallery=gallery,
        query=given.get("q", "").strip(),
        order=sort if sort in ORDERS else "name",
        only=shown if shown in PEOPLE_FILTERS else "all",
        number=_page_number(given.get("page", "")),
        cursor=given.get("cursor") or None,
    )
    remember_sheet(gallery)
    return show(page, place="people", gallery=page.gallery)


@bp.get(f"{ALL}/names")
@asks("people.read")
def names(gallery: str) -> ResponseReturnValue:
    """The first names that fit what somebody has typed so far in `q`, for script."""
    query = request.args.get("q", "").strip()
    found = list_person_names(this_call(), gallery=gallery, most=_OFFERED, query=query)
    return jsonify({"names": found.names})


@bp.get(f"{ALL}/new")
@asks("people.create")
def new(gallery: str) -> ResponseReturnValue:
    """Ask for somebody's name and photos."""
    kept = kept_for(request.path, NewPersonForm)
    page = new_person_page(this_call(), gallery=gallery, form=kept.form, refused=kept.refused)
    return show(page, place="people", gallery=page.gallery)


@bp.post(f"{ALL}/new")
@asks("people.create")
@looks_at_photos
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
            if form.files() or (form.held() and not form.without_photo.data):
                return _add_with_photos(form, gallery)
            if form.without_photo.data:
                return _add_without_photo(form, gallery)
            form.say("photos", "Choose a photo, or add the person without one.")
    if is_from_script():
        page = new_person_page(this_call(), gallery=gallery, form=form.state())
        return refused_form(form, shown=render_partial(page, full_layout()))
    files = [] if form.photos.errors else form.files()
    held = hold_photos(this_call(), files, gallery=gallery)
    return _ask_again(form, gallery, held)


@bp.post(f"{ALL}/new/let-go")
@asks("photos.hold")
def let_go(gallery: str) -> ResponseReturnValue:
    """Erase the photos that are held for somebody new, and go on with the rest of the form."""
    form = NewPersonForm()
    let_go_of(this_call(), form.held())
    if is_from_script():
        return "", HTTPStatus.NO_CONTENT
    flash("The photos are deleted.", "done")
    return _ask_again(form, gallery, Added(None))


def _page_number(typed: str) -> int:
    """A number that somebody may have typed into the address; the first page for anything else."""
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed, re.ASCII) else 1


def _add_without_photo(form: NewPersonForm, gallery: str) -> ResponseReturnValue:
    person = create_person(
        this_call(),
        gallery=gallery,
        name=form.text("name"),
        notes=form.text("notes"),
        allow_same_name=form.another.data,
    )
    place: dict[str, Any] = {"gallery": gallery, "person_id": person.id}
    # What has to be decided about photos that were sent before is decided on the person's page.
    let_photos_wait_for(this_call(), **place, probe_ids=form.held())
    say_done(f"{person.label} was added, without a face.", gallery=gallery)
    return go_to(url_for("person.show_one", **place))


def _add_with_photos(form: NewPersonForm, gallery: str) -> ResponseReturnValue:
    call = this_call()
    whose = NewPerson(
        form.text("name"), allow_same_name=form.another.data, notes=form.text("notes")
    )
    added = add_held(call, form, gallery=gallery, whose=whose)
    add_photos(call, form.files(), gallery=gallery, whose=whose, before=added)
    if added.person is not None:
        let_photos_wait_for(call, gallery=gallery, person_id=added.person.id, probe_ids=added.held)
    if is_from_script():
        return added_photo(added, gallery=gallery)
    if added.person is None:
        return _ask_again(form, gallery, added)
    return _answer_created(added, added.person, gallery)


def _answer_created(added: Added, person: PersonRef, gallery: str) -> ResponseReturnValue:
    place: dict[str, Any] = {"gallery": gallery, "person_id": person.id}
    done = f"{person.label} was added, with {counted(added.faces, 'face')}."
    tell_added(added, gallery=gallery, done=done)
    if added.refused:
        keep_state(None, url_for("person.show_one", **place), refused=added.refused)
    waiting = photos_waiting_for(this_call(), **place)
    return go_to(after("", waiting, **place))


def _ask_again(form: NewPersonForm, gallery: str, added: Added) -> ResponseReturnValue:
    """Lead back to the form, with what was typed and the photos that are held for it."""
    address = url_for("people.new", gallery=gallery)
    state = form.state_with([*form.held(), *added.held])
    keep_state(state, address, refused=added.refused)
    return go_to(address)
