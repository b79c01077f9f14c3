"""The pages that ask before something is done with several people or faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.errors import FaceNotFound
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import show_person
from mien.gallery.people.person_names import list_person_names
from mien.gallery.people.show_people import show_people
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.web.last_sheet import last_sheet
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url
from mien.web.pages.selection import other_galleries
from mien.web.text.filters import counted

# Longer lists slow a page down, and nobody scrolls through them.
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class SelectedEntry:
    """One person or face that is selected; of a face `name` says which it is."""

    id: str
    name: str
    portrait_url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeleteSelectedPage(Page):
    """Asks before people or faces are deleted; `at_once` for good.

    Attributes:
        title: the question.
        field: of their ids: `person` or `face`.
        selected: who or which.
        undo_hours: how long it can be undone; 0 for not at all.
        action_label: the verb on the button.
        action_url: takes the POST, with `sure`.
        back_url: where “Keep” leads.
    """

    template: ClassVar[str] = "people/delete_selected.html"

    title: str
    field: str
    selected: tuple[SelectedEntry, ...]
    form: FormState
    undo_hours: int
    action_label: str
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class MergeSelectedPage(Page):
    """Asks who of several people is kept: `into` is one of them.

    Attributes:
        selected: who becomes one.
        undo_hours: how long it can be undone; 0 for not at all.
    """

    template: ClassVar[str] = "people/merge_selected.html"

    selected: tuple[SelectedEntry, ...]
    form: FormState
    undo_hours: int
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class CopySelectedPage(Page):
    """Asks to which gallery people are copied: `to`.

    Attributes:
        selected: who is copied.
        galleries: to choose from.
        has_namesakes: whether it has to be said that they are others than who is there.
        undo_hours: how long it can be undone; 0 for not at all.
    """

    template: ClassVar[str] = "people/copy_selected.html"

    selected: tuple[SelectedEntry, ...]
    galleries: tuple[Choice, ...]
    has_namesakes: bool
    form: FormState
    undo_hours: int
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class MoveSelectedPage(Page):
    """Asks whose several faces are: `who`, in the gallery `to`; `refused` says they never were.

    Attributes:
        name: of the person who has the faces.
        selected: which.
        names: of people, to choose from.
        galleries: the person may be in; empty where there is one.
        undo_hours: how long it can be undone; 0 for not at all.
    """

    template: ClassVar[str] = "people/move_selected.html"

    name: str
    selected: tuple[SelectedEntry, ...]
    names: tuple[str, ...]
    galleries: tuple[Choice, ...]
    form: FormState
    undo_hours: int
    action_url: str
    back_url: str


def delete_people_page(
    call: Call, *, gallery: str, person_ids: Sequence[str]
) -> DeleteSelectedPage:
    """Asks before people are deleted.

    Raises:
        GalleryNotFound, PersonNotFound, InvalidInput: they are not there.
    """
    people = show_people(call, gallery=gallery, person_ids=person_ids)
    count = counted(len(people), "person", "people")
    return DeleteSelectedPage(
        title=f"Delete {count}?",
        field="person",
        selected=_people(gallery, people),
        form=FormState(),
        undo_hours=runtime().settings.undo_hours,
        action_label=f"Delete {count}",
        action_url=url_for("together.delete_people", gallery=gallery),
        back_url=last_sheet(gallery),
    )


def delete_faces_page(
    call: Call, *, gallery: str, person_id: str, face_ids: Sequence[str]
) -> DeleteSelectedPage:
    """Asks before faces are deleted.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    selected = _faces(call, gallery, person_id, face_ids)
    count = counted(len(selected), "face")
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return DeleteSelectedPage(
        title=f"Delete {count} of {person.label}?",
        field="face",
        selected=selected,
        form=FormState(),
        undo_hours=runtime().settings.undo_hours,
        action_label=f"Delete {count}",
        action_url=url_for("together.delete_faces", **place),
        back_url=url_for("person.show_one", **place),
    )


def merge_selected_page(
    call: Call, *, gallery: str, person_ids: Sequence[str], form: FormState
) -> MergeSelectedPage:
    """Asks who is kept; at first whoever has the most faces.

    Raises:
        GalleryNotFound, PersonNotFound, InvalidInput: they are not there.
    """
    people = show_people(call, gallery=gallery, person_ids=person_ids)
    most = max(people, key=lambda person: person.faces)
    chosen = {"into": (form.value("into") or most.id,)}
    return MergeSelectedPage(
        selected=_people(gallery, people),
        form=FormState(chosen=chosen, errors=form.errors, problem=form.problem),
        undo_hours=runtime().settings.undo_hours,
        action_url=url_for("together.merge", gallery=gallery),
        back_url=last_sheet(gallery),
    )


def copy_selected_page(
    call: Call,
    *,
    gallery: str,
    person_ids: Sequence[str],
    form: FormState,
    has_namesakes: bool = False,
) -> CopySelectedPage:
    """Asks to which gallery people are copied.

    Raises:
        GalleryNotFound, PersonNotFound, InvalidInput: they are not there.
    """
    return CopySelectedPage(
        selected=_people(gallery, show_people(call, gallery=gallery, person_ids=person_ids)),
        galleries=other_galleries(call, gallery),
        has_namesakes=has_namesakes,
        form=form,
        undo_hours=runtime().settings.undo_hours,
        action_url=url_for("together.copy", gallery=gallery),
        back_url=last_sheet(gallery),
    )


def move_selected_page(
    call: Call, *, gallery: str, person_id: str, face_ids: Sequence[str], form: FormState
) -> MoveSelectedPage:
    """Asks whose several faces are.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    others = other_galleries(call, gallery)
    return MoveSelectedPage(
        name=person.label,
        selected=_faces(call, gallery, person_id, face_ids),
        names=list_person_names(call, gallery=gallery, most=_MOST_NAMES).names,
        galleries=(Choice("", translated("This gallery")), *others) if others else (),
        form=form,
        undo_hours=runtime().settings.undo_hours,
        action_url=url_for("together.move_faces", **place),
        back_url=url_for("person.show_one", **place),
    )


def _people(gallery: str, people: Sequence[Person]) -> tuple[SelectedEntry, ...]:
    return tuple(
        SelectedEntry(
            person.id,
            person.label,
            crop_url(gallery, person.id, person.portrait_face_id),
            counted(person.faces, "face") if person.faces else translated("No face yet"),
        )
        for person in people
    )


def _faces(
    call: Call, gallery: str, person_id: str, face_ids: Sequence[str]
) -> tuple[SelectedEntry, ...]:
    """Those of somebody's faces that are named, by their numbers on the person's page."""
    faces = list_faces(call, gallery=gallery, person_id=person_id)
    numbers = {face.id: number for number, face in enumerate(faces, start=1)}
    if not set(face_ids) <= numbers.keys():
        raise FaceNotFound
    return tuple(
        SelectedEntry(
            each,
            translated("Face %(number)s", number=str(numbers[each])),
            crop_url(gallery, person_id, each),
        )
        for each in face_ids
    )
