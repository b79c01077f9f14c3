"""The page "Recently changed": what was done to people and faces, and until when it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import ClassVar
from typing import Final

from flask import url_for

from mien.access.actor import ActorKind
from mien.access.permissions import may
from mien.gallery.galleries import show_gallery
from mien.gallery.people.change_notes import ChangeKind
from mien.gallery.people.changes import Change
from mien.gallery.people.changes import list_changes
from mien.gallery.services import Call
from mien.web.pages.base import Page
from mien.web.text.filters import counted

_MOST: Final = 100
_DELETING: Final = frozenset({"people_deleted", "faces_deleted"})

_DONE: Final[Mapping[ChangeKind, str]] = {
    "person_created": "Added {people}",
    "person_changed": "Changed {people}",
    "people_deleted": "Deleted {people}",
    "people_merged": "Merged {people}",
    "people_copied": "Copied {people} to this gallery",
    "face_added": "Added a face to {people}",
    "faces_deleted": "Deleted {faces} of {people}",
    "faces_moved": "Moved {faces} between {people}",
    "faces_refused": "Corrected a face of {people}",
    "name_refused": "Said that a photo does not show {people}",
    "portrait_chosen": "Chose another portrait of {people}",
}

_BY: Final[Mapping[ActorKind, str]] = {
    "key": "API key",
    "operator": "Command line",
    "user": "Deleted account",
}


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One change of the list.

    Attributes:
        what: a few words on what was done to whom.
        at: when, ISO 8601 in UTC.
        by: who did it; empty where that cannot be told.
        until: until when it can be undone, likewise; empty when it cannot.
        state: `open`, `undone` or `over`.
        undo_url: takes a POST that undoes it; empty when it cannot be undone or by those who may not.
        erase_url: takes a POST that deletes for good what was deleted; empty when nothing was.
    """

    what: str
    at: str
    by: str
    until: str
    state: str
    undo_url: str
    erase_url: str


@dataclass(frozen=True, slots=True)
class ChangesPage(Page):
    """What was changed in a gallery, the newest first."""

    template: ClassVar[str] = "people/changes.html"

    gallery: str
    changes: tuple[ChangeEntry, ...]
    back_url: str


def changes_page(call: Call, *, gallery: str) -> ChangesPage:
    """The newest changes of a gallery.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(call, name=gallery)
    found = list_changes(call, gallery=gallery, limit=_MOST)
    may_undo = may(call.actor, "changes.undo", gallery)
    may_erase = may(call.actor, "changes.erase", gallery)
    return ChangesPage(
        gallery=shown.title,
        changes=tuple(
            _entry(shown.name, each, may_undo=may_undo, may_erase=may_erase)
            for each in found.changes
        ),
        back_url=url_for("people.sheet", gallery=shown.name),
    )


def changes_to_undo(call: Call, *, gallery: str, most: int) -> tuple[ChangeEntry, ...]:
    """The newest changes of a gallery that can still be undone, by whoever asks.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    if not may(call.actor, "changes.undo", gallery):
        return ()
    found = list_changes(call, gallery=gallery, limit=most, open_only=True)
    return tuple(_entry(gallery, each, may_undo=True, may_erase=False) for each in found.changes)


def what_was_done(change: Change) -> str:
    """A few words on a change, with names as far as they are known."""
    names = [each.label for each in change.named]
    more = change.people - len(names)
    if not names:
        people = counted(change.people, "person", "people") if change.people else "nobody"
    else:
        people = ", ".join([*names, f"{more:,} more"] if more > 0 else names)
    faces = counted(change.faces, "face")
    return _DONE[change.kind].format(people=people, faces=faces)


def undone_words(change: Change) -> str:
    """That a change was undone."""
    return f"Undone: {what_was_done(change)[0].lower()}{what_was_done(change)[1:]}."


def _entry(gallery: str, change: Change, *, may_undo: bool, may_erase: bool) -> ChangeEntry:
    is_open = change.can_be_undone
    place: dict[str, Any] = {"gallery": gallery, "change_id": change.id}
    return ChangeEntry(
        what=what_was_done(change),
        at=change.at.isoformat(),
        by=change.actor_name or _BY.get(change.actor_kind, ""),
        until=change.undo_until.isoformat() if is_open else "",
        state=change.state,
        undo_url=url_for("changes.undo", **place) if is_open and may_undo else "",
        erase_url=url_for("changes.erase", **place)
        if is_open and may_erase and change.kind in _DELETING
        else "",
    )
