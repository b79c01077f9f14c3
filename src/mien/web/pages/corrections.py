"""The pages that merge two people, and that say whose a face is."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.people.faces import show_face
from mien.gallery.people.people import show_person
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url
from mien.web.text.filters import counted
from mien.web.text.filters import decimal

_MOST_ALIKE = 8


@dataclass(frozen=True, slots=True)
class MergePage(Page):
    """Asks who is the same person: `other` is one of the choices, `who` typed.

    Attributes:
        name: of the person who is kept.
        portrait_url: of their best face; empty shows a silhouette.
        look_alikes: people who look alike, the likest first.
        undo_hours: how long it can be undone; 0 for not at all.
    """

    template: ClassVar[str] = "people/merge.html"

    name: str
    portrait_url: str
    look_alikes: tuple[Choice, ...]
    form: FormState
    undo_hours: int
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class MoveFacePage(Page):
    """Asks whose a face is: `who` is typed, known or new; `refused` says it never was the person's.

    Attributes:
        name: of the person who has the face.
        portrait_url: the face.
        shows_person: whether the person is shown by this face already.
        portrait_action_url: takes a POST that shows the person by it; empty for those who may not.
        undo_hours: how long it can be undone; 0 for not at all.
    """

    template: ClassVar[str] = "people/move_face.html"

    name: str
    portrait_url: str
    shows_person: bool
    portrait_action_url: str
    form: FormState
    undo_hours: int
    action_url: str
    back_url: str


def merge_page(
    call: Call, *, gallery: str, person_id: str, chosen: str = "", form: FormState | None = None
) -> MergePage:
    """The page that merges somebody with this person.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    alike = look_alikes(call, gallery=gallery, person_id=person_id, limit=_MOST_ALIKE)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return MergePage(
        name=person.label,
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
        look_alikes=tuple(
            Choice(
                each.person.id,
                each.person.label,
                f"Similarity {decimal(each.similarity)}, {counted(each.examples, 'face')}",
            )
            for each in alike
        ),
        form=form or FormState(chosen={"other": (chosen,)}),
        undo_hours=runtime().settings.undo_hours,
        action_url=url_for("corrections.merge", **place),
        back_url=url_for("person.show_one", **place),
    )


def move_face_page(
    call: Call, *, gallery: str, person_id: str, face_id: str, form: FormState | None = None
) -> MoveFacePage:
    """The page that says whose a face is.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    show_face(call, gallery=gallery, person_id=person_id, face_id=face_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return MoveFacePage(
        name=person.label,
        portrait_url=crop_url(gallery, person_id, face_id),
        shows_person=person.portrait_face_id == face_id,
        portrait_action_url=url_for("corrections.portrait", face_id=face_id, **place)
        if may(call.actor, "people.change", gallery)
        else "",
        form=form or FormState(),
        undo_hours=runtime().settings.undo_hours,
        action_url=url_for("corrections.move", face_id=face_id, **place),
        back_url=url_for("person.show_one", **place),
    )


def merge_url(call: Call, *, gallery: str, person_id: str, other: str = "") -> str:
    """The page that merges; empty for those who may not."""
    if not may(call.actor, "people.merge", gallery):
        return ""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return url_for("corrections.ask_merge", **(place | ({"other": other} if other else {})))
