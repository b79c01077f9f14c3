"""Somebody's own page, and its form."""

import json
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.enrolment.waiting import WaitingPhoto
from mien.gallery.enrolment.waiting import photos_waiting_for
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import show_person
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.results import StoredFace
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.settings import MOST_PHOTOS
from mien.web.forms.kept import Refusal
from mien.web.forms.state import FormState
from mien.web.last_sheet import last_sheet
from mien.web.pages.base import Page
from mien.web.pages.corrections import merge_url
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import QualityView
from mien.web.pages.faces import crop_url
from mien.web.pages.faces import quality_view
from mien.web.pages.namesakes import namesakes_of
from mien.web.pages.selection import SelectionAction
from mien.web.pages.selection import face_actions
from mien.web.pages.waiting import HeldPhotos
from mien.web.pages.waiting import WaitingEntry
from mien.web.pages.waiting import held_photos
from mien.web.pages.waiting import waiting_entry


@dataclass(frozen=True, slots=True)
class FaceEntry:
    """One face of a person.

    Attributes:
        url: portrait of 4:5.
        photo_url: the page of the photo it comes from; empty when it was not kept.
        added_at: ISO 8601 in UTC.
        quality: as judged when it was added.
        delete_url: the page that asks before it is deleted.
        move_url: the page that says whose it is; empty for those who may not.
        suspicions: codes of what may be a mistake and nobody has looked at yet.
        id: by which it is selected.
    """

    url: str
    photo_url: str
    added_at: str
    quality: QualityView
    delete_url: str
    move_url: str
    suspicions: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """One thing known about a person."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class LooksLike:
    """Another person who looks alike, so that the two may be confused.

    `merge_url` is the page that merges them; empty for those who may not.
    """

    name: str
    url: str
    portrait_url: str
    similarity: float
    merge_url: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage(Page):
    """One person.

    Attributes:
        name, notes: as stored.
        portrait_url: of the best face; empty shows a silhouette.
        added_at: ISO 8601 in UTC.
        faces: best or newest first.
        facts: the metadata, by name.
        looks_like: people too similar for comfort.
        refused: photos of the last upload that gave no face.
        waiting: held photos about which somebody has to decide.
        choose_url: the first page that asks which face is meant; empty where none has to be asked.
        choose_count: how many of the photos that wait show several faces.
        held: the photos that wait, to be erased together; None when there is none.
        form: problems with the last upload.
        add_photos_url: takes a POST with up to `most_photos` of `photos`, and from script one.
        most_photos: how many one form may send.
        check_url: takes a POST with a `photo` that is compared with this person alone.
        edit_url, delete_url: pages that rename, and that ask before deleting.
        back_url: the contact sheet.
        activity_url: what was done to the person, and by whom.
        merge_url: the page that merges somebody else with the person; empty for those who may not.
        review_url: the page on which what is suspected can be kept.
        max_bytes: largest file accepted.
        actions: what may be done with several faces; empty lets none be selected.
    """

    template: ClassVar[str] = "people/person.html"

    name: str
    notes: str
    portrait_url: str
    added_at: str
    faces: tuple[FaceEntry, ...]
    facts: tuple[MetadataEntry, ...]
    looks_like: tuple[LooksLike, ...]
    refused: tuple[Refusal, ...]
    waiting: tuple[WaitingEntry, ...]
    choose_url: str
    choose_count: int
    held: HeldPhotos | None
    form: FormState
    add_photos_url: str
    most_photos: int
    check_url: str
    edit_url: str
    delete_url: str
    back_url: str
    review_url: str
    activity_url: str
    merge_url: str
    max_bytes: int
    actions: tuple[SelectionAction, ...] = ()


@dataclass(frozen=True, slots=True)
class EditPersonPage(Page):
    """Changes `name` and `notes`; `another` of a name.

    Attributes:
        form: what is to be typed over, or could not be done.
        namesakes: who else has the name that was typed.
        name: as stored.
        portrait_url: of the best face; empty shows a silhouette.
        action_url: takes the POST.
        back_url: the person's page.
    """

    template: ClassVar[str] = "people/edit.html"

    form: FormState
    name: str
    portrait_url: str
    action_url: str
    back_url: str
    namesakes: tuple[Namesake, ...] = ()


def person_page(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    form: FormState | None = None,
    refused: tuple[Refusal, ...] = (),
) -> PersonPage:
    """Somebody, their faces, and what became of the photos just sent.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    faces = list_faces(call, gallery=gallery, person_id=person_id)
    waiting = _waiting(call, gallery, person_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return PersonPage(
        name=person.name,
        notes=person.notes,
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
        added_at=person.created_at.isoformat(),
        faces=tuple(_stored(call, gallery, face) for face in faces),
        facts=tuple(MetadataEntry(name, _words(value)) for name, value in person.metadata.items()),
        looks_like=tuple(
            LooksLike(
                name=other.person.label,
                url=url_for("person.show_one", gallery=gallery, person_id=other.person.id),
                portrait_url=crop_url(gallery, other.person.id, other.face_id),
                similarity=other.similarity,
                merge_url=merge_url(
                    call, gallery=gallery, person_id=person_id, other=other.person.id
                ),
            )
            for other in look_alikes(call, gallery=gallery, person_id=person_id)
        ),
        refused=refused,
        waiting=tuple(
            waiting_entry(each, gallery=gallery, person_id=person_id) for each in waiting
        ),
        choose_url=url_for("person.choose_next", **place)
        if any(each.needs_choice for each in waiting)
        else "",
        choose_count=sum(each.needs_choice for each in waiting),
        held=held_photos(waiting, url_for("person.let_go", **place)) if waiting else None,
        form=form or FormState(),
        add_photos_url=url_for("person.add_photos", **place),
        most_photos=MOST_PHOTOS,
        check_url=url_for("check_person.submit", **place),
        edit_url=url_for("person.edit", **place),
        delete_url=url_for("person.ask_delete", **place),
        back_url=last_sheet(gallery, person_id),
        review_url=url_for("review.show_all", gallery=gallery),
        activity_url=url_for("activity.show_all", gallery=gallery, person=person_id),
        merge_url=merge_url(call, gallery=gallery, person_id=person_id),
        max_bytes=runtime().settings.max_upload_bytes,
        actions=face_actions(call, gallery, person_id),
    )


def edit_person_page(
    call: Call, *, gallery: str, person_id: str, form: FormState | None = None
) -> EditPersonPage:
    """The page that renames somebody.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return EditPersonPage(
        form=form or FormState(values={"name": person.name, "notes": person.notes}),
        namesakes=namesakes_of(call, gallery=gallery, form=form, but_for=person_id),
        name=person.name,
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
        action_url=url_for("person.save", **place),
        back_url=url_for("person.show_one", **place),
    )


def _waiting(call: Call, gallery: str, person_id: str) -> tuple[WaitingPhoto, ...]:
    if not may(call.actor, "photos.hold", gallery):
        return ()
    return photos_waiting_for(call, gallery=gallery, person_id=person_id)


def _stored(call: Call, gallery: str, face: StoredFace) -> FaceEntry:
    place: dict[str, Any] = {"gallery": gallery, "person_id": face.person_id, "face_id": face.id}
    return FaceEntry(
        url=crop_url(gallery, face.person_id, face.id),
        photo_url=url_for("faces.show_photo", **place) if face.photo_id else "",
        added_at=face.created_at.isoformat(),
        quality=quality_view(face.found),
        delete_url=url_for("faces.ask_delete", **place),
        move_url=url_for("corrections.ask_move", **place)
        if may(call.actor, "faces.move", gallery)
        else "",
        suspicions=tuple(dict.fromkeys(each.code for each in face.suspicions)),
        id=face.id,
    )


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
