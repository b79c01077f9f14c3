"""The people of a gallery, and one of them."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.faces import BoxView
from mien.web.contexts.faces import PhotoView
from mien.web.contexts.faces import QualityView
from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class PersonTile:
    """One person on the contact sheet; an empty portrait_url shows a silhouette."""

    name: str
    url: str
    portrait_url: str
    face_count: int


@dataclass(frozen=True, slots=True)
class LetterJump:
    """A first letter, and the page where its names begin; an empty url means there are none."""

    letter: str
    url: str
    active: bool = False


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
class StoredFace:
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
    faces: tuple[StoredFace, ...]
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
