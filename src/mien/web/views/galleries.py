"""Galleries and their settings; those who are no administrators may look at the list."""

from flask import Blueprint
from flask import flash
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import GalleryModelMismatch
from mien.errors import GalleryProtected
from mien.errors import NameTaken
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.results import Gallery
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.forms.kept import kept_form
from mien.web.forms.people import ConfirmForm
from mien.web.forms.settings import GallerySettingsForm
from mien.web.forms.settings import NewGalleryForm
from mien.web.pages.confirm import confirm_gallery
from mien.web.pages.galleries import GallerySettingsPage
from mien.web.pages.galleries import galleries_page
from mien.web.pages.galleries import new_gallery_page
from mien.web.pages.gallery_settings import settings_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted
from mien.web.text.gallery_changes import changes

bp = Blueprint("galleries", __name__, url_prefix="/galleries")
bp.before_request(check_browser)


@bp.get("")
@asks("galleries.read")
def show_all() -> ResponseReturnValue:
    """All galleries."""
    return show(galleries_page(this_call()), place="galleries")


@bp.get("/new")
@asks("galleries.create")
def new() -> ResponseReturnValue:
    """Ask for a gallery's name."""
    form = kept_form(request.path, NewGalleryForm) or NewGalleryForm(formdata=None).state()
    return show(new_gallery_page(this_call(), form), place="galleries")


@bp.post("/new")
@asks("galleries.create")
def create() -> ResponseReturnValue:
    """Make a gallery and lead to its people."""
    form = NewGalleryForm()
    if form.validate():
        with form.noting(NameTaken, field="name"):
            gallery = create_gallery(
                this_call(),
                name=form.text("name").strip(),
                settings={"keep_photos": form.keep_photos.data},
            )
            flash("Gallery created. Add people to it, or select it when you identify.", "done")
            return go_to(url_for("people.sheet", gallery=gallery.name))
    return show(new_gallery_page(this_call(), form.state()), place="galleries", status=form.status)


@bp.get("/<gallery:gallery>/settings")
@asks("galleries.change")
def settings(gallery: str) -> ResponseReturnValue:
    """The settings of a gallery."""
    form = kept_form(request.path, GallerySettingsForm)
    return show(settings_page(this_call(), gallery=gallery, form=form), place="galleries")


@bp.post("/<gallery:gallery>/settings")
@asks("galleries.change")
def save(gallery: str) -> ResponseReturnValue:
    """Change a gallery's settings, or look at what they would do."""
    form = GallerySettingsForm()
    if form.validate():
        with (
            form.noting(NameTaken, GalleryProtected, field="name"),
            form.noting(GalleryModelMismatch, field="threshold"),
        ):
            if "look" in request.form:
                return show(_looked_at(gallery, form), place="galleries")
            before = show_gallery(this_call(), name=gallery)
            changed = _changed(gallery, form)
            flash(changes(before, changed), "done")
            return go_to(url_for("galleries.settings", gallery=changed.name))
    page = settings_page(this_call(), gallery=gallery, form=form.state())
    return show(page, place="galleries", status=form.status)


def _changed(gallery: str, form: GallerySettingsForm) -> Gallery:
    try:
        return change_gallery(this_call(), name=gallery, **form.changes())
    except GalleryModelMismatch:
        form.drop_similarity()
        raise


def _looked_at(gallery: str, form: GallerySettingsForm) -> GallerySettingsPage:
    return settings_page(this_call(), gallery=gallery, form=form.state(), by_hand=form.similarity())


@bp.get("/<gallery:gallery>/delete")
@asks("galleries.delete")
def ask_delete(gallery: str) -> ResponseReturnValue:
    """Ask before a gallery is removed with everybody in it."""
    return show(confirm_gallery(this_call(), gallery=gallery), place="galleries")


@bp.post("/<gallery:gallery>/delete")
@asks("galleries.delete")
def delete(gallery: str) -> ResponseReturnValue:
    """Remove a gallery whose name was typed."""
    form = ConfirmForm()
    with form.noting(GalleryProtected):
        if form.validate() and form.confirms(gallery):
            gone = delete_gallery(this_call(), name=gallery)
            flash(
                f"Gallery deleted, with {counted(gone.people, 'person', 'people')} and "
                f"{counted(gone.faces, 'face')}.",
                "done",
            )
            return go_to(url_for("galleries.show_all"))
    page = confirm_gallery(this_call(), gallery=gallery, form=form.state())
    return show(page, place="galleries", status=form.status)
