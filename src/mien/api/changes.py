"""Changes of people and faces in a gallery: list, show, undo, and end for good."""

from flask import Response

from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.gallery.people.changes import list_changes
from mien.gallery.people.changes import show_change
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.undo import undo_change
from mien.http.auth import asks
from mien.http.context import this_call
from mien.schemas.addresses import GalleryPath
from mien.schemas.changes import ChangeOut
from mien.schemas.changes import ChangePath
from mien.schemas.changes import ChangesOut
from mien.schemas.changes import ChangesQuery
from mien.schemas.changes import EndedChangeOut
from mien.schemas.erasure import ErasureQuery

bp = make_blueprint("changes", "Changes")
_CHANGES = "/galleries/<gallery:gallery>/changes"
_CHANGE = f"{_CHANGES}/<id:change_id>"


@bp.get(
    _CHANGES,
    operation_id="list_changes",
    responses=described(200, ChangesOut, 404, text="A page of changes."),
)
@asks("changes.read")
def list_page(path: GalleryPath, query: ChangesQuery) -> Response:
    """List changes of people and faces, newest first.

    Every response to a request that makes such a change has the change's id in the header
    `Mien-Change`.
    """
    found = list_changes(
        this_call(),
        gallery=path.gallery,
        limit=query.limit,
        cursor=query.cursor,
        open_only=query.open,
    )
    return answer(ChangesOut.of(found))


@bp.get(
    _CHANGE,
    operation_id="show_change",
    responses=described(200, ChangeOut, 404, text="The change."),
)
@asks("changes.read")
def show(path: ChangePath) -> Response:
    """Show a change."""
    return answer(ChangeOut.of(show_change(this_call(), **dict(path))))


@bp.post(
    f"{_CHANGE}/undo",
    operation_id="undo_change",
    responses=described(200, ChangeOut, 404, 409, text="The change, undone."),
)
@asks("changes.undo")
def undo(path: ChangePath) -> Response:
    """Undo a change as a whole: people and faces are as before, with the same ids.

    `change_over` if it is undone already or too late; `change_blocked` if something it is about
    has changed since, and nothing was undone.
    """
    return answer(ChangeOut.of(undo_change(this_call(), **dict(path))))


@bp.post(
    f"{_CHANGE}/erase",
    operation_id="erase_change",
    responses=described(200, EndedChangeOut, 404, 409, text="The change, and the proof."),
)
@asks("changes.erase")
def erase(path: ChangePath, query: ErasureQuery) -> Response:
    """End a change now: it can no longer be undone, and what it deleted is erased with proof."""
    ended = erase_now(this_call(), **dict(path), **dict(query))
    return answer(EndedChangeOut.of(ended))
