"""The people of a gallery, and somebody new among them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.galleries import show_gallery
from mien.gallery.people.people import list_initials
from mien.gallery.people.people import list_people
from mien.gallery.people.review import count_review
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.options import Order
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import crop_url
from mien.web.pages.namesakes import namesakes_of
from mien.web.pages.person import RefusedPhoto

_SORTS = (Choice("name", "By name"), Choice("newest", "Newest first"))
_A_SHEET = 60
# Scripts with thousands of signs have no row of letters to jump by.
_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class PersonTile:
    """One person on the contact sheet; an empty portrait_url shows a silhouette.

    Attributes:
        name: as stored.
        url: the person's page.
        portrait_url: of the best face.
        face_count: how many are stored.
        note: tells people of one name apart; empty where nobody else has it.
    """

    name: str
    url: str
    portrait_url: str
    face_count: int
    note: str = ""


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
        faceless_count: people of the gallery who have no face; 0 hides the link.
        faceless_url: the page that shows them alone.
        faceless: whether it is this one.
        sorts: orders to choose from.
        sort: the one chosen.
        letters: jumps for large galleries; empty for small ones.
        search_url: the page itself, without query.
        previous_url, next_url: neighbouring pages; empty where there is none.
        add_url: the page that adds a person.
        review_count: faces and pairs that somebody should look at; 0 hides the link.
        review_url: the page that shows them.
    """

    template: ClassVar[str] = "people/list.html"
    partial: ClassVar[str] = "people/_sheet.html"

    gallery: str
    people: tuple[PersonTile, ...]
    total_count: int
    found_count: int
    query: str
    faceless_count: int
    faceless_url: str
    faceless: bool
    sorts: tuple[Choice, ...]
    sort: str
    letters: tuple[LetterJump, ...]
    search_url: str
    previous_url: str
    next_url: str
    add_url: str
    review_count: int
    review_url: str


@dataclass(frozen=True, slots=True)
class NewPersonPage(Page):
    """Adds a person: `name`, `notes`, and any number of `photos`; `another` of a name.

    Without photos only where `without_photo` says that it is meant so.

    Attributes:
        form: what was typed and could not be done.
        namesakes: who has the name that was typed.
        refused: photos that were sent and gave no face, so that nobody was added.
        gallery: its name.
        action_url: takes the POST, as multipart.
        back_url: the contact sheet.
        max_bytes: largest file accepted.
    """

    template: ClassVar[str] = "people/new.html"

    form: FormState
    gallery: str
    action_url: str
    back_url: str
    max_bytes: int
    namesakes: tuple[Namesake, ...] = ()
    refused: tuple[RefusedPhoto, ...] = ()


def people_page(
    call: Call, *, gallery: str, query: str, order: Order, faceless: bool, cursor: str | None
) -> PeoplePage:
    """The contact sheet, or those on it who have no face.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the cursor is wrong.
    """
    shown = show_gallery(call, name=gallery)
    found = list_people(
        call,
        gallery=gallery,
        query=query,
        order=order,
        without_face=faceless,
        limit=_A_SHEET,
        cursor=cursor,
    )
    sheet = url_for("people.sheet", gallery=shown.name)
    large = found.total > _A_SHEET
    kept: dict[str, Any] = {
        "q": query or None,
        "sort": None if order == "name" else order,
        "faces": "none" if faceless else None,
    }

    def at(place: str | None) -> str:
        return url_for("people.sheet", gallery=shown.name, cursor=place, **kept)

    return PeoplePage(
        gallery=shown.name,
        people=tuple(_tile(shown.name, person) for person in found.people),
        total_count=shown.people,
        found_count=found.total,
        query=query,
        faceless_count=shown.people - shown.searched,
        faceless_url=url_for("people.sheet", gallery=shown.name, faces="none"),
        faceless=faceless,
        sorts=_SORTS,
        sort=order,
        letters=_letters(call, gallery, query, at, faceless=faceless)
        if order == "name" and large
        else (),
        search_url=sheet,
        previous_url="" if found.first else at(found.previous_cursor),
        next_url=at(found.next_cursor) if found.next_cursor else "",
        add_url=url_for("people.new", gallery=shown.name),
        # Not while one types: the link stands outside of what is drawn anew.
        review_count=0 if query else count_review(call, gallery=gallery),
        review_url=url_for("review.show_all", gallery=shown.name),
    )


def _letters(
    call: Call, gallery: str, query: str, at: Callable[[str], str], *, faceless: bool
) -> tuple[LetterJump, ...]:
    initials = list_initials(call, gallery=gallery, query=query, without_face=faceless)
    if len(initials) > _MOST_LETTERS:
        return ()
    return tuple(LetterJump(initial.letter, at(initial.cursor)) for initial in initials)


def new_person_page(
    call: Call,
    *,
    gallery: str,
    form: FormState | None = None,
    refused: tuple[RefusedPhoto, ...] = (),
) -> NewPersonPage:
    """The page that adds somebody; and what became of the photos just sent.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    name = show_gallery(call, name=gallery).name
    return NewPersonPage(
        form=form or FormState(),
        namesakes=namesakes_of(call, gallery=name, form=form),
        gallery=name,
        action_url=url_for("people.create", gallery=name),
        back_url=url_for("people.sheet", gallery=name),
        max_bytes=runtime().settings.max_upload_bytes,
        refused=refused,
    )


def _tile(gallery: str, person: Person) -> PersonTile:
    return PersonTile(
        name=person.name,
        note=person.note,
        url=url_for("person.show_one", gallery=gallery, person_id=person.id),
        portrait_url=crop_url(gallery, person.id, person.portrait_face_id),
        face_count=person.faces,
    )
