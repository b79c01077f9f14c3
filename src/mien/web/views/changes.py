"""What was changed in a gallery lately, and undoing it."""

from flask import Blueprint
from flask import flash
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.errors import ChangeBlocked
from mien.errors import ChangeOver
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.undo import undo_change
from mien.gallery.people.undo import undo_changes
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.http.safe_redirects import safe_next
from mien.web.flashes import say_so
from mien.web.forms.changes import UndoForm
from mien.web.language import translated
from mien.web.layout import FlashKind
from mien.web.pages.changes import changes_page
from mien.web.pages.changes import undone_words
from mien.web.pages.confirm import erasure_words
from mien.web.pages.confirm import originals_links
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.text.filters import counted
from mien.words import say

bp = Blueprint("changes", __name__, url_prefix="/galleries/<gallery:gallery>/changes")
bp.before_request(check_browser)


@bp.get("")
@asks("changes.read")
def show_all(gallery: str) -> ResponseReturnValue:
    """List what was changed, the newest first."""
    return show(changes_page(this_call(), gallery=gallery), place="people", gallery=gallery)


@bp.post("/<id:change_id>/undo")
@asks("changes.undo")
def undo(gallery: str, change_id: str) -> ResponseReturnValue:
    """Take a change back and go to where it shows."""
    form = UndoForm()
    otherwise = url_for("changes.show_all", gallery=gallery)
    try:
        change = undo_change(this_call(), gallery=gallery, change_id=change_id)
    except (ChangeBlocked, ChangeOver) as error:
        flash(say.error(error, translate=translated), "problem")
        return go_to(otherwise)
    flash(undone_words(change), "done")
    return go_to(safe_next(form.text("back"), otherwise=otherwise))


@bp.post("/undo")
@asks("changes.undo")
def undo_several(gallery: str) -> ResponseReturnValue:
    """Take back the changes named by `change`, all or none, and go to where it shows."""
    form = UndoForm()
    otherwise = url_for("changes.show_all", gallery=gallery)
    ids = request.args.getlist("change")
    try:
        done = undo_changes(this_call(), gallery=gallery, change_ids=ids)
    except (ChangeBlocked, ChangeOver) as error:
        flash(say.error(error, translate=translated), "problem")
        return go_to(otherwise)
    flash(f"Undone: {counted(len(done), 'change')}.", "done")
    return go_to(safe_next(form.text("back"), otherwise=otherwise))


@bp.post("/<id:change_id>/erase")
@asks("changes.erase")
def erase(gallery: str, change_id: str) -> ResponseReturnValue:
    """Erase what a change has deleted, before its time."""
    try:
        ended = erase_now(this_call(), gallery=gallery, change_id=change_id)
    except ChangeOver as error:
        flash(say.error(error, translate=translated), "problem")
        return go_to(url_for("changes.show_all", gallery=gallery))
    for proof in ended.erasures:
        kind: FlashKind = "problem"
        if proof.erased:
            kind = "done" if proof.complete else "doubt"
        say_so(
            erasure_words(proof),
            kind,
            links=originals_links(this_call(), proof),
        )
    if not ended.erasures:
        flash("Deleted for good.", "done")
    return go_to(url_for("changes.show_all", gallery=gallery))
