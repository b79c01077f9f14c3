"""What can be done with several people or faces that are selected on a page."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import list_gallery_names
from mien.gallery.services import Call
from mien.web.forms.state import Choice
from mien.web.language import translated


@dataclass(frozen=True, slots=True)
class SelectionAction:
    """A button that asks about what is selected.

    Attributes:
        label: a verb.
        url: takes the POST of the boxes that are ticked.
        kind: of button, as `components/button.html` has them.
    """

    label: str
    url: str
    kind: str = "plain"


def people_actions(call: Call, gallery: str) -> tuple[SelectionAction, ...]:
    """What may be done with several people; empty for those who may change nothing."""
    found = []
    if may(call.actor, "people.merge", gallery):
        found.append(
            SelectionAction(translated("Merge"), url_for("together.merge", gallery=gallery))
        )
    if other_galleries(call, gallery):
        found.append(SelectionAction(translated("Copy"), url_for("together.copy", gallery=gallery)))
    if may(call.actor, "people.delete", gallery):
        url = url_for("together.delete_people", gallery=gallery)
        found.append(SelectionAction(translated("Delete"), url, "quiet-danger"))
    return tuple(found)


def face_actions(call: Call, gallery: str, person_id: str) -> tuple[SelectionAction, ...]:
    """What may be done with several faces of somebody; empty for those who may change nothing."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    found = []
    if may(call.actor, "faces.move", gallery):
        url = url_for("together.move_faces", **place)
        found.append(SelectionAction(translated("Move"), url))
        if may(call.actor, "faces.refuse", gallery):
            wrong = url_for("together.move_faces", wrong="yes", **place)
            found.append(SelectionAction(translated("Not this person"), wrong))
    if may(call.actor, "faces.delete", gallery):
        url = url_for("together.delete_faces", **place)
        found.append(SelectionAction(translated("Delete"), url, "quiet-danger"))
    return tuple(found)


def other_galleries(call: Call, gallery: str) -> tuple[Choice, ...]:
    """The galleries that people of this one may be copied to; empty where there is none."""
    if not may(call.actor, "people.copy", gallery):
        return ()
    return tuple(
        Choice(each.name, each.title)
        for each in list_gallery_names(call)
        if each.name != gallery and may(call.actor, "faces.add", each.name)
    )
