"""Undo a change of people or faces: what was before is again, or nothing is changed."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import ChangeBlocked
from mien.errors import ChangeOver
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.gallery.erasing import finish_erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people.changes import Change
from mien.gallery.people.changes import as_changes
from mien.gallery.people.changes import find_change
from mien.gallery.people.chosen_ids import MOST_CHOSEN
from mien.gallery.people.taking_back import TakingBack
from mien.gallery.people.taking_back import galleries_of
from mien.gallery.services import Call
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.models import ChangeRow
from mien.storage.models import GalleryRow
from mien.storage.models import now
from mien.storage.revisions import lock_gallery


def undo_change(call: Call, *, gallery: str, change_id: str) -> Change:
    """Take back a change as a whole; undoing cannot be undone.

    People and faces come back with their ids, and are found by searches again at once.

    Args:
        call: who asks, and with what.
        gallery: the name of where it was made.
        change_id: which.

    Raises:
        GalleryNotFound, ChangeNotFound: it is not there.
        ChangeOver: it is undone already, or it is too late.
        ChangeBlocked: something that it is about is not as it left it; nothing is changed.
    """
    permissions.require(call.actor, "changes.undo", gallery)
    with call.services.database.write() as session:
        change, noted = _undo(session, call, gallery, change_id)
        answer = as_changes(session, [change])[0]
    finish_erasure(call.services, noted)
    return answer


def undo_changes(call: Call, *, gallery: str, change_ids: Sequence[str]) -> tuple[Change, ...]:
    """Take back several changes of one gallery, the last first; all of them or none.

    Args:
        call: who asks, and with what.
        gallery: the name of where they were made.
        change_ids: which, in the order in which they were made.

    Raises:
        GalleryNotFound, ChangeNotFound, ChangeOver, ChangeBlocked: see `undo_change`.
        InvalidInput: none is named, or too many are.
    """
    permissions.require(call.actor, "changes.undo", gallery)
    if not 1 <= len(change_ids) <= MOST_CHOSEN:
        raise InvalidInput("how_many_ids", words={"most": MOST_CHOSEN}, field="change_ids")
    with call.services.database.write() as session:
        done = [_undo(session, call, gallery, each) for each in reversed(change_ids)]
        answer = tuple(as_changes(session, [change for change, _ in done]))
    for _, noted in done:
        finish_erasure(call.services, noted)
    return answer


def _undo(session: Session, call: Call, gallery: str, change_id: str) -> tuple[ChangeRow, Noted]:
    row, others = lock_change(session, gallery, change_id)
    change = find_change(session, row, change_id)
    require_open(change)
    if change.contract_id != row.contract_id:
        raise ChangeBlocked("contract")
    undoing = TakingBack(session, row, change, others)
    undoing.take_back()
    noted = end_change(session, undoing.change, "undone", undoing)
    audit.record(
        session,
        call,
        "change_undone",
        subject_id=change.id,
        gallery_id=row.id,
        change=[change.kind],
        people=change.people,
        faces=change.faces,
    )
    return change, noted


def lock_change(
    session: Session, gallery: str, change_id: str
) -> tuple[GalleryRow, dict[str, GalleryRow]]:
    """Lock a change's gallery and the others that it is about, all in one order.

    Raises:
        GalleryNotFound, ChangeNotFound: it is not there.
    """
    own = find_gallery(session, gallery)
    change = find_change(session, own, change_id)
    locked = {}
    for gallery_id in sorted(galleries_of(change)):
        with suppress(GalleryNotFound):
            locked[gallery_id] = lock_gallery(session, gallery_id=gallery_id)
    if own.id not in locked:
        raise GalleryNotFound
    # Somebody may have ended it while this one waited.
    session.refresh(change)
    return locked.pop(own.id), locked


def require_open(change: ChangeRow, *, late: bool = False) -> None:
    """Make sure that a change is neither undone nor over.

    Args:
        change: its row.
        late: whether it may be past its time, as for whoever ends it.

    Raises:
        ChangeOver: it is.
    """
    if change.state == "undone":
        raise ChangeOver("undone")
    if change.state != "open" or (change.undo_until <= now() and not late):
        raise ChangeOver("over")


def end_change(
    session: Session, change: ChangeRow, state: str, undoing: TakingBack | None = None
) -> Noted:
    """Let nothing be left of what was before a change; `finish_erasure` it after the commit."""
    change.state, change.ended_at, change.facts = state, now(), {}
    session.flush()
    return note_erasure(
        session,
        undoing.files if undoing else (),
        erased=undoing.erased if undoing else (),
        subject_id=change.id,
        gallery_id=change.gallery_id,
    )
