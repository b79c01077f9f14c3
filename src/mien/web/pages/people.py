"""The people of a gallery, and one of them."""

import json
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.galleries import show_gallery
from mien.gallery.held_photos import Held
from mien.gallery.people.faces import list_faces
from mien.gallery.people.people import list_initials
from mien.gallery.people.people import list_people
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify_held import HeldProbe
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.results import Person
from mien.gallery.results import StoredFace
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.options import Order
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import QualityView
from mien.web.pages.faces import box_view
from mien.web.pages.faces import crop_url
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import quality_view

_SORTS = (Choice("name", "By name"), Choice("newest", "Newest first"))
_A_SHEET = 60
# Scripts with thousands of signs have no row of letters to jump by.
_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class PersonTile:
    """One person on the contact sheet; an empty portrait_url shows a silhouette."""

    name: str
    url: str
    portrait_url: str
    face_count: int


@dataclass(frozen=True, slots=True)
class LetterJump:
    """A letter with which names begin, and the page that begins with them."""

    letter: str
    url: str


@dataclass(frozen=True, slots=True)
class PeoplePage(Page):
    """The contact sheet; searched by GET with `q` and `sort`.

    Attributes:
        gallery: its name.
        people: those of this page.
        total_count: people in the gallery.
        found_count: people who fit the search.
        query: what was searched for.
        sorts: orders to choose from.
        sort: the one chosen.
        letters: jumps for large galleries; empty for small ones.
        search_url: the page itself, without query.
        previous_url, next_url: neighbouring pages; empty where there is none.
        add_url: the page that adds a person.
    """

    template: ClassVar[str] = "people/list.html"
    partial: ClassVar[str] = "people/_sheet.html"

    gallery: str
    people: tuple[PersonTile, ...]
    total_count: int
    found_count: int
    query: str
    sorts: tuple[Choice, ...]
    sort: str
    letters: tuple[LetterJump, ...]
    search_url: str
    previous_url: str
    next_url: str
    add_url: str


@dataclass(frozen=True, slots=True)
class NewPersonPage(Page):
    """Adds a person: `name`, `notes`, and any number of `photos`."""

    template: ClassVar[str] = "people/new.html"

    form: FormState
    gallery: str
    action_url: str
    back_url: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class FaceEntry:
    """One face of a person.

    Attributes:
        url: portrait of 4:5.
        photo_url: the photo it comes from; empty when it was not kept.
        added_at: ISO 8601 in UTC.
        quality: as judged when it was added.
        delete_url: the page that asks before it is deleted.
    """

    url: str
    photo_url: str
    added_at: str
    quality: QualityView
    delete_url: str


@dataclass(frozen=True, slots=True)
class RefusedPhoto:
    """A photo that gave no face, and why.

    Attributes:
        reason: a sentence or two.
        anyway_url: takes a POST with `face` and `anyway` that stores it nevertheless; empty where
            that cannot be.
    """

    file_name: str
    reason: str
    anyway_url: str = ""


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
class Fact:
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
        max_bytes: largest file accepted.
    """

    template: ClassVar[str] = "people/person.html"

    name: str
    notes: str
    portrait_url: str
    added_at: str
    faces: tuple[FaceEntry, ...]
    facts: tuple[Fact, ...]
    looks_like: tuple[LooksLike, ...]
    refused: tuple[RefusedPhoto, ...]
    held: HeldPhotos | None
    form: FormState
    add_photos_url: str
    edit_url: str
    delete_url: str
    back_url: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class EditPersonPage(Page):
    """Changes `name` and `notes`."""

    template: ClassVar[str] = "people/edit.html"

    form: FormState
    name: str
    portrait_url: str
    action_url: str
    back_url: str


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
    """Asks which of several faces on a photo belongs to the person; field `face`."""

    template: ClassVar[str] = "people/choose_face.html"

    form: FormState
    name: str
    photo: PhotoView
    options: tuple[FaceOption, ...]
    held: HeldPhotos
    action_url: str
    back_url: str


def people_page(
    call: Call, *, gallery: str, query: str, order: Order, cursor: str | None
) -> PeoplePage:
    """The contact sheet.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the cursor is wrong.
    """
    shown = show_gallery(call, name=gallery)
    found = list_people(
        call, gallery=gallery, query=query, order=order, limit=_A_SHEET, cursor=cursor
    )
    sheet = url_for("people.sheet", gallery=shown.name)
    large = found.total > _A_SHEET
    kept: dict[str, Any] = {"q": query or None, "sort": None if order == "name" else order}

    def at(place: str | None) -> str:
        return url_for("people.sheet", gallery=shown.name, cursor=place, **kept)

    return PeoplePage(
        gallery=shown.name,
        people=tuple(_tile(shown.name, person) for person in found.people),
        total_count=shown.people,
        found_count=found.total,
        query=query,
        sorts=_SORTS,
        sort=order,
        letters=_letters(call, gallery, query, at) if order == "name" and large else (),
        search_url=sheet,
        previous_url="" if found.first else at(found.previous_cursor),
        next_url=at(found.next_cursor) if found.next_cursor else "",
        add_url=url_for("people.new", gallery=shown.name),
    )


def _letters(
    call: Call, gallery: str, query: str, at: Callable[[str], str]
) -> tuple[LetterJump, ...]:
    initials = list_initials(call, gallery=gallery, query=query)
    if len(initials) > _MOST_LETTERS:
        return ()
    return tuple(LetterJump(initial.letter, at(initial.cursor)) for initial in initials)


def new_person_page(call: Call, *, gallery: str, form: FormState | None = None) -> NewPersonPage:
    """The page that adds somebody.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    name = show_gallery(call, name=gallery).name
    return NewPersonPage(
        form=form or FormState(),
        gallery=name,
        action_url=url_for("people.create", gallery=name),
        back_url=url_for("people.sheet", gallery=name),
        max_bytes=runtime().settings.max_upload_bytes,
    )


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
        facts=tuple(Fact(name, _words(value)) for name, value in person.metadata.items()),
        looks_like=tuple(
            LooksLike(
                name=other.person.name,
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


def _tile(gallery: str, person: Person) -> PersonTile:
    return PersonTile(
        name=person.name,
        url=url_for("person.show_one", gallery=gallery, person_id=person.id),
        portrait_url=crop_url(gallery, person.id, person.portrait_face_id),
        face_count=person.faces,
    )


def _stored(gallery: str, face: StoredFace) -> FaceEntry:
    place: dict[str, Any] = {"gallery": gallery, "person_id": face.person_id, "face_id": face.id}
    return FaceEntry(
        url=crop_url(gallery, face.person_id, face.id),
        photo_url=url_for("faces.photo", **place) if face.photo_id else "",
        added_at=face.created_at.isoformat(),
        quality=quality_view(face.found),
        delete_url=url_for("faces.ask_delete", **place),
    )


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
