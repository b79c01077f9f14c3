"""Unknown people of a gallery: all of them, one with every sighting, and what is done with one."""

from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import FaceNotFound
from mien.errors import NameTaken
from mien.errors import PersonAmbiguous
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.people.clusters.delete_unknown import delete_unknown
from mien.gallery.people.clusters.ignore import ignore_unknown
from mien.gallery.people.clusters.ignore import unignore_unknown
from mien.gallery.people.clusters.list_unknown import read_unknown_crop
from mien.gallery.people.clusters.name import name_unknown
from mien.gallery.people.clusters.split import split_unknown
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.browser_cache import forgets_when_told
from mien.http.context import this_call
from mien.http.responses import file_response
from mien.web.forms.unknown import NameUnknownForm
from mien.web.forms.unknown import SplitForm
from mien.web.pages.unknown import confirm_unknown
from mien.web.pages.unknown import sightings_page
from mien.web.pages.unknown import unknown_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted

bp = Blueprint("unknown", __name__, url_prefix="/galleries/<gallery:gallery>/unknown")
bp.before_request(check_browser)

_ONE = "/<id:cluster_id>"


@bp.get("")
@asks("unknown.read")
def show_all(gallery: str) -> ResponseReturnValue:
    """Show the unknown people; `state=ignored` those who are ignored."""
    page = unknown_page(
        this_call(), gallery=gallery, ignored=request.args.get("state") == "ignored"
    )
    return show(page, place="people", gallery=gallery)


@bp.get(_ONE)
@asks("unknown.read")
def show_one(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Show every sighting of one."""
    page = sightings_page(this_call(), gallery=gallery, cluster_id=cluster_id)
    return show(page, place="people", gallery=gallery)


@bp.get(f"{_ONE}/faces/<id:face_id>/crop")
@asks("unknown.read")
def crop(gallery: str, cluster_id: str, face_id: str) -> ResponseReturnValue:
    """The portrait of a sighting."""
    del cluster_id  # it makes the address readable; sightings move when two turn out to be one
    return file_response(
        read_unknown_crop(this_call(), gallery=gallery, face_id=face_id),
        may_be_kept=forgets_when_told(),
    )


@bp.post(f"{_ONE}/name")
@asks("unknown.name")
def name(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Say who it is: somebody in the gallery, or somebody new."""
    form = NameUnknownForm()
    place: dict[str, Any] = {"gallery": gallery, "cluster_id": cluster_id}
    if form.validate():
        with form.noting(NameTaken, PersonAmbiguous, field="name"):
            subject = TypedPerson(form.text("name"))
            named = name_unknown(this_call(), **place, subject=subject)
            faces = counted(len(named.face_ids), "face")
            done = (
                f"{named.person.label} was added, with {faces}."
                if named.new_person
                else f"Added {faces} to {named.person.label}."
            )
            flash(done, "done")
            if named.warnings:
                flash("Please check the new faces on the page “To review”.", "doubt")
            person: dict[str, Any] = {"gallery": gallery, "person_id": named.person.id}
            return go_to(url_for("person.show_one", **person))
    return _again(place, form)


@bp.post(f"{_ONE}/ignore")
@asks("unknown.change")
def ignore(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Do not show somebody again."""
    ignore_unknown(this_call(), gallery=gallery, cluster_id=cluster_id)
    flash("Ignored. Later sightings are not shown either.", "done")
    return go_to(url_for("unknown.show_all", gallery=gallery))


@bp.post(f"{_ONE}/unignore")
@asks("unknown.change")
def unignore(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Show somebody again."""
    unignore_unknown(this_call(), gallery=gallery, cluster_id=cluster_id)
    flash("No longer ignored.", "done")
    return go_to(url_for("unknown.show_one", gallery=gallery, cluster_id=cluster_id))


@bp.post(f"{_ONE}/split")
@asks("unknown.change")
def split(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Make another unknown person of the sightings that were ticked."""
    form = SplitForm()
    place: dict[str, Any] = {"gallery": gallery, "cluster_id": cluster_id}
    if form.validate():
        with form.noting(FaceNotFound, field="face_ids"):
            made = split_unknown(this_call(), **place, face_ids=form.chosen())
            flash("Split. The two are kept apart from now on.", "done")
            return go_to(url_for("unknown.show_one", gallery=gallery, cluster_id=made))
    return _again(place, form)


@bp.get(f"{_ONE}/name")
@bp.get(f"{_ONE}/ignore")
@bp.get(f"{_ONE}/unignore")
@bp.get(f"{_ONE}/split")
@asks("unknown.read")
def elsewhere(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """The forms are on the page with the sightings."""
    return redirect(url_for("unknown.show_one", gallery=gallery, cluster_id=cluster_id))


@bp.get(f"{_ONE}/delete")
@asks("unknown.delete")
def ask_delete(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Ask before somebody is deleted."""
    page = confirm_unknown(this_call(), gallery=gallery, cluster_id=cluster_id)
    return show(page, place="people", gallery=gallery)


@bp.post(f"{_ONE}/delete")
@asks("unknown.delete")
def delete(gallery: str, cluster_id: str) -> ResponseReturnValue:
    """Delete somebody with every sighting."""
    gone = delete_unknown(this_call(), gallery=gallery, cluster_id=cluster_id)
    flash(f"Deleted, with {counted(gone, 'sighting')}.", "done")
    return go_to(url_for("unknown.show_all", gallery=gallery))


def _again(place: dict[str, Any], form: NameUnknownForm | SplitForm) -> ResponseReturnValue:
    page = sightings_page(this_call(), **place, form=form.state())
    return show(page, place="people", gallery=place["gallery"], status=form.status)
