"""Changes of a gallery that were made: the newest first, and one by its id."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import ActorKind
from mien.errors import ChangeNotFound
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.change_notes import ChangeKind
from mien.gallery.people.change_notes import ChangeState
from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.names import can_be_stored
from mien.storage.models import ChangeRow
from mien.storage.models import ChangeSubjectRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import GalleryRow
from mien.storage.models import UserRow
from mien.storage.models import now

MOST_LISTED: Final = 500
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done to people or faces.

    Attributes:
        kind: what.
        at: when.
        actor_kind: who did it, of what kind.
        actor_id: whose id; None for those who have none.
        actor_name: of the user; empty for others, and for one who is gone.
        undo_until: until when it can be undone.
        state: whether it can be, is, or cannot be any more.
        people: how many people it is about.
        faces: how many faces.
        named: the first few of these people, those that are deleted included; nobody who is gone.
    """

    id: str
    kind: ChangeKind
    at: dt.datetime
    actor_kind: ActorKind
    actor_id: str | None
    actor_name: str
    undo_until: dt.datetime
    state: ChangeState
    people: int
    faces: int
    named: tuple[PersonRef, ...]

    @property
    def can_be_undone(self) -> bool:
        """Whether there is still time, unless something is in the way."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class ChangesSlice:
    """Some changes of a longer list, the newest first.

    Attributes:
        next_cursor: what to ask for to go on; None on the last page.
    """

    changes: tuple[Change, ...]
    next_cursor: str | None


def list_changes(
    call: Call,
    *,
    gallery: str,
    limit: int = 50,
    cursor: str | None = None,
    open_only: bool = False,
) -> ChangesSlice:
    """The changes of a gallery, the newest first; those that are over are listed for some days.

    Args:
        call: who asks, and with what.
        gallery: its name.
        limit: how many, 1 to 500.
        cursor: what the last page gave to go on; None for the first.
        open_only: only those that can be undone.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit or the cursor is wrong.
    """
    permissions.require(call.actor, "changes.read", gallery)
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("page_size", words={"most": MOST_LISTED}, field="limit")
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        query = select(ChangeRow).where(ChangeRow.gallery_id == row.id)
        if open_only:
            query = query.where(ChangeRow.state == "open", ChangeRow.undo_until > now())
        if cursor is not None:
            last = _find(session, row, cursor, otherwise=InvalidInput("cursor", field="cursor"))
            query = query.where(
                (ChangeRow.at < last.at) | ((ChangeRow.at == last.at) & (ChangeRow.id < last.id))
            )
        rows = session.scalars(
            query.order_by(ChangeRow.at.desc(), ChangeRow.id.desc()).limit(limit + 1)
        ).all()
        changes = as_changes(session, rows[:limit])
    more = len(rows) > limit
    return ChangesSlice(changes, rows[limit - 1].id if more else None)


def show_change(call: Call, *, gallery: str, change_id: str) -> Change:
    """One change.

    Raises:
        GalleryNotFound, ChangeNotFound: it is not there.
    """
    permissions.require(call.actor, "changes.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        return as_changes(session, [find_change(session, row, change_id)])[0]


def find_change(session: Session, gallery: GalleryRow, change_id: str) -> ChangeRow:
    """The row of a change by id.

    Raises:
        ChangeNotFound: this gallery has none of this id.
    """
    return _find(session, gallery, change_id, otherwise=ChangeNotFound())


def _find(
    session: Session, gallery: GalleryRow, change_id: str, *, otherwise: Exception
) -> ChangeRow:
    row = session.get(ChangeRow, change_id) if can_be_stored(change_id) else None
    if row is None or row.gallery_id != gallery.id:
        raise otherwise
    return row


def as_changes(session: Session, rows: Iterable[ChangeRow]) -> tuple[Change, ...]:
    """Changes as they are told."""
    rows = list(rows)
    subjects: dict[str, list[str]] = {row.id: [] for row in rows}
    for change_id, person_id in session.execute(
        select(ChangeSubjectRow.change_id, ChangeSubjectRow.person_id)
        .where(ChangeSubjectRow.change_id.in_(list(subjects)))
        .order_by(ChangeSubjectRow.person_id)
    ):
        if len(subjects[change_id]) < _NAMED:
            subjects[change_id].append(person_id)
    people = _named(session, {each for some in subjects.values() for each in some})
    actors = {row.actor_id for row in rows if row.actor_id and row.actor_kind == "user"}
    users = dict(
        session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(actors))).all()
    )
    return tuple(
        Change(
            id=row.id,
            kind=cast("ChangeKind", row.kind),
            at=row.at,
            actor_kind=cast("ActorKind", row.actor_kind),
            actor_id=row.actor_id,
            actor_name=users.get(row.actor_id or "", ""),
            undo_until=row.undo_until,
            # Until somebody cleans up, a change whose time is over is not told as if it was not.
            state="over"
            if row.state == "open" and row.undo_until <= now()
            else cast("ChangeState", row.state),
            people=row.people,
            faces=row.faces,
            named=tuple(people[each] for each in subjects[row.id] if each in people),
        )
        for row in rows
    )


def _named(session: Session, ids: set[str]) -> dict[str, PersonRef]:
    deleted = session.execute(
        select(DeletedPersonRow.id, DeletedPersonRow.name).where(
            DeletedPersonRow.id.in_(sorted(ids))
        )
    )
    return {**person_refs(session, ids), **{each: PersonRef(each, name) for each, name in deleted}}
