"""Somebody's own page, its form, and the choice of a face in a photo of several."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.held_photos import Held
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify_held import HeldProbe
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.results import Person
from mien.gallery.results import StoredFace
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import QualityView
from mien.web.pages.faces import box_view
from mien.web.pages.faces import crop_url
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import quality_view
from mien.web.pages.namesakes import namesakes_of


@dataclass(frozen=True, slots=True)
class FaceEntry:
    """One face of a person.

    Attributes:
        url: portrait of 4:5.
        photo_url: the page of the photo it comes from; empty when it was not kept.
        added_at: ISO 8601 in UTC.
        quality: as judged when it was added.
        delete_url: the page that asks before it is deleted.
        suspicions: codes of what may be a mistake and nobody has looked at yet.
    """

    url: str
    photo_url: str
    added_at: str
    quality: QualityView
    delete_url: str
    suspicions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedPhoto:
    """A photo that gave no face, and why.

    Attributes:
        reason: a sentence or two.
        anyway_url: takes a POST with `face` and `anyway` that stores it nevertheless; empty where
            that cannot be.
        look_url: the page that shows its faces, to be named there; empty where there is none.
    """

    file_name: str
    reason: str
    anyway_url: str = ""
    look_url: str = ""


@dataclass(frozen=True, slots=True)
class HeldPhotos:
    """Photos of which nothing is stored yet, and until when they wait for that.

    Attributes:
        ids: values of the field `held`.
        expires_at: ISO 8601 in UTC; then they are erased.
        let_go_url: takes a POST with any number of `held` that erases them now.
    """

    ids: tuple[str, ...]
    expires_at: str
    let_go_url: str


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """One thing known about a person."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class LooksLike:
    """Another person who looks alike, so that the two may be confused."""

    name: str
    url: str
    portrait_url: str
    similarity: float


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
        held: those of them that can be stored anyway; None when there is none.
        form: problems with the last upload.
        add_photos_url: takes a POST with any number of `photos`.
        edit_url, delete_url: pages that rename, and that ask before deleting.
        back_url: the contact sheet.
        review_url: the page on which what is suspected can be kept.
        max_bytes: largest file accepted.
    """

    template: ClassVar[str] = "people/person.html"

    name: str
    notes: str
    portrait_url: str
    added_at: str
    faces: tuple[FaceEntry, ...]
    facts: tuple[MetadataEntry, ...]
    looks_like: tuple[LooksLike, ...]
    refused: tuple[RefusedPhoto, ...]
    held: HeldPhotos | None
    form: FormState
    add_photos_url: str
    edit_url: str
    delete_url: str
    back_url: str
    review_url: str
    max_bytes: int


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


@dataclass(frozen=True, slots=True)
class FaceOption:
    """A face to choose from a photo that has several.

    Attributes:
        number: as on the photo, counted from 1; the value of the field `face`.
        portrait_url: the face in a 4:5 frame.
        box: where it is.
        quality: what is said of it beforehand; the gallery's gate decides.
    """

    number: int
    portrait_url: str
    box: BoxView
    quality: QualityView


@dataclass(frozen=True, slots=True)
class ChooseFacePage(Page):
    """Asks which of several faces on a photo belongs to the person; field `face`.

    Attributes:
        faces_left_out: how many more the photo shows than can be chosen.
    """

    template: ClassVar[str] = "people/choose_face.html"

    form: FormState
    name: str
    photo: PhotoView
    options: tuple[FaceOption, ...]
    faces_left_out: int
    held: HeldPhotos
    action_url: str
    back_url: str


def person_page(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    form: FormState | None = None,
    refused: tuple[RefusedPhoto, ...] = (),
    held: Sequence[Held] = (),
) -> PersonPage:
    """Somebody, their faces, and what became of the photos just sent.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    person = show_person(call, gallery=gallery, person_id=person_id)
    faces = list_faces(call, gallery=gallery, person_id=person_id)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return PersonPage(
        name=person.name,
        notes=person.notes,
        portrait_url=crop_url(gallery, person_id, person.portrait_face_id),
        added_at=person.created_at.isoformat(),
        faces=tuple(_stored(gallery, face) for face in faces),
        facts=tuple(MetadataEntry(name, _words(value)) for name, value in person.metadata.items()),
        looks_like=tuple(
            LooksLike(
                name=other.person.label,
                url=url_for("person.show_one", gallery=gallery, person_id=other.person.id),
                portrait_url=crop_url(gallery, other.person.id, other.face_id),
                similarity=other.similarity,
            )
            for other in look_alikes(call, gallery=gallery, person_id=person_id)
        ),
        refused=refused,
        held=_held_photos(gallery, person_id, held) if held else None,
        form=form or FormState(),
        add_photos_url=url_for("person.add_photos", **place),
        edit_url=url_for("person.edit", **place),
        delete_url=url_for("person.ask_delete", **place),
        back_url=url_for("people.sheet", gallery=gallery),
        review_url=url_for("review.show_all", gallery=gallery),
        max_bytes=runtime().settings.max_upload_bytes,
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


def choose_face_page(
    person: Person, held: HeldProbe, *, form: FormState | None = None
) -> ChooseFacePage:
    """The page that asks which face of a held photo is somebody's."""
    found = held.identification
    place: dict[str, Any] = {"gallery": found.gallery, "person_id": person.id}
    return ChooseFacePage(
        form=form or FormState(),
        name=person.name,
        photo=PhotoView(
            url=url_for("identify.photo", probe_id=held.id),
            width=found.width,
            height=found.height,
            marks=tuple(FaceMark(one.number, box_view(one.face.box)) for one in found.answers),
        ),
        options=tuple(
            FaceOption(
                number=answer.number,
                portrait_url=probe_portrait_url(held.id, answer.number),
                box=box_view(answer.face.box),
                quality=quality_view(answer.face),
            )
            for answer in found.answers
        ),
        faces_left_out=found.faces_left_out,
        held=_held_photos(found.gallery, person.id, [Held(held.id, held.expires_at)]),
        action_url=url_for("person.choose_face", probe_id=held.id, **place),
        back_url=url_for("person.show_one", **place),
    )


def _held_photos(gallery: str, person_id: str, held: Sequence[Held]) -> HeldPhotos:
    return HeldPhotos(
        ids=tuple(each.id for each in held),
        expires_at=max(each.expires_at for each in held).isoformat(),
        let_go_url=url_for("person.let_go", gallery=gallery, person_id=person_id),
    )


def _stored(gallery: str, face: StoredFace) -> FaceEntry:
    place: dict[str, Any] = {"gallery": gallery, "person_id": face.person_id, "face_id": face.id}
    return FaceEntry(
        url=crop_url(gallery, face.person_id, face.id),
        photo_url=url_for("faces.show_photo", **place) if face.photo_id else "",
        added_at=face.created_at.isoformat(),
        quality=quality_view(face.found),
        delete_url=url_for("faces.ask_delete", **place),
        suspicions=tuple(dict.fromkeys(each.code for each in face.suspicions)),
    )


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
