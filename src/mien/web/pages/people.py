"""The people of a gallery, and somebody new among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.enrolment.waiting import WaitingPhoto
from mien.gallery.enrolment.waiting import photos_waiting
from mien.gallery.galleries import show_gallery
from mien.gallery.people.clusters.list_unknown import count_unknown
from mien.gallery.people.list_people import list_initials
from mien.gallery.people.people_page import show_people_page
from mien.gallery.people.review import count_review
from mien.gallery.results import Initial
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.options import Order
from mien.options import PeopleFilter
from mien.settings import MOST_PHOTOS
from mien.web.forms.kept import Refusal
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.web.last_sheet import tile_place
from mien.web.pages.base import Page
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import crop_url
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.namesakes import namesakes_of
from mien.web.pages.numbered import PageLink
from mien.web.pages.numbered import page_links
from mien.web.pages.selection import SelectionAction
from mien.web.pages.selection import people_actions
from mien.web.pages.waiting import HeldPhotos
from mien.web.pages.waiting import held_photos
from mien.web.pages.waiting import name_of
from mien.web.pages.waiting import waiting_words

_A_SHEET = 60
# Of fewer pages each is a step or two away.
_JUMPED_FROM = 6
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
        place: id of the tile on the page.
        id: the person's, by which they are selected.
    """

    name: str
    url: str
    portrait_url: str
    face_count: int
    note: str = ""
    place: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class LetterJump:
    """A letter with which names begin, and the page that begins with them."""

    letter: str
    url: str


@dataclass(frozen=True, slots=True)
class PeoplePage(Page):
    """The contact sheet; searched by GET with `q`, `sort`, `filter` and `page`.

    Attributes:
        gallery: its name.
        people: those of this page.
        total_count: people in the gallery.
        found_count: people who fit the search and the filter.
        query: what was searched for.
        faceless_count: people of the gallery who have no face; 0 hides the link.
        faceless_url: the page that shows them alone.
        sorts: orders to choose from.
        sort: the one chosen.
        filters: which people can be shown.
        shown: the one chosen; `all` for everybody.
        letters: jumps for large galleries; empty for small ones.
        search_url: the page itself, without query.
        previous_url, next_url: neighbouring pages; empty where there is none.
        pages: links to numbered pages; empty where there is one.
        page_number, page_count: which page it is, and of how many.
        jumped: whether one can go to a page by typing its number.
        kept: the fields of the address that hold on every page.
        add_url: the page that adds a person.
        import_url: the page that imports many.
        review_count: faces and pairs that somebody should look at; 0 hides the link.
        review_url: the page that shows them.
        unknown_count: unknown people who wait to be named.
        unknown_url: the page that shows them; empty where none are kept and none are left.
        changes_url: the page of what was changed lately.
        actions: what may be done with several people; empty lets nobody be selected.
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
    sorts: tuple[Choice, ...]
    sort: str
    filters: tuple[Choice, ...]
    shown: str
    letters: tuple[LetterJump, ...]
    search_url: str
    previous_url: str
    next_url: str
    pages: tuple[PageLink, ...]
    page_number: int
    page_count: int
    jumped: bool
    kept: Mapping[str, str]
    add_url: str
    import_url: str
    review_count: int
    review_url: str
    unknown_count: int
    unknown_url: str
    changes_url: str
    actions: tuple[SelectionAction, ...] = ()


@dataclass(frozen=True, slots=True)
class FaceChoice:
    """A face that can be chosen of a photo: its number as the field's value, and its portrait."""

    number: str
    portrait_url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class HeldPhotoEntry:
    """A photo that was sent before and is used when the form is sent again.

    Attributes:
        id: value of the field `held`; the fields `face-<id>` and `anyway-<id>` say what to do.
        file_name: as it was sent.
        portrait_url: of the face that is probably meant.
        reason: what has to be decided; empty where nothing has.
        faces: to choose from; empty where there is one.
        refusable: whether the gate refuses it, so that it has to be said that it is stored anyway.
    """

    id: str
    file_name: str
    portrait_url: str
    reason: str
    faces: tuple[FaceChoice, ...]
    refusable: bool


@dataclass(frozen=True, slots=True)
class NewPersonPage(Page):
    """Adds a person: `name`, `notes`, and `photos`; `another` of a name.

    Without photos only where `without_photo` says that it is meant so.

    Attributes:
        form: what was typed and could not be done.
        namesakes: who has the name that was typed.
        photos: those that were sent before and are held for this form.
        held: the same, to be deleted together; None when there is none.
        refused: photos that gave no face.
        gallery: its name.
        action_url: takes the POST, as multipart.
        back_url: the contact sheet.
        max_bytes: largest file accepted.
        most_photos: how many one form may send; script sends one after the other.
    """

    template: ClassVar[str] = "people/new.html"
    partial: ClassVar[str] = "people/_namesakes.html"

    form: FormState
    photos: tuple[HeldPhotoEntry, ...]
    held: HeldPhotos | None
    refused: tuple[Refusal, ...]
    gallery: str
    action_url: str
    back_url: str
    max_bytes: int
    most_photos: int
    namesakes: tuple[Namesake, ...] = ()


def people_page(
    call: Call,
    *,
    gallery: str,
    query: str,
    order: Order,
    only: PeopleFilter,
    number: int = 1,
    cursor: str | None = None,
) -> PeoplePage:
    """The contact sheet, or a part of it.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: what is searched for.
        order: of the people.
        only: which of them.
        number: of the page.
        cursor: begins the page elsewhere, as at a letter.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the cursor is wrong.
    """
    shown = show_gallery(call, name=gallery)
    found = show_people_page(
        call,
        gallery=gallery,
        query=query,
        order=order,
        only=only,
        size=_A_SHEET,
        number=number,
        cursor=cursor,
    )
    sheet = url_for("people.sheet", gallery=shown.name)
    # As the review: not while one types.
    unknown = 0 if query else count_unknown(call, gallery=gallery)
    kept = {
        "q": query,
        "sort": "" if order == "name" else order,
        "filter": "" if only == "all" else only,
    }
    given: dict[str, Any] = {name: value for name, value in kept.items() if value}

    def at(place: str) -> str:
        return url_for("people.sheet", gallery=shown.name, cursor=place, **given)

    def numbered(page: int) -> str:
        # A page of None is left out.
        place: Any = page if page > 1 else None
        return url_for("people.sheet", gallery=shown.name, **given, page=place)

    letters = _letters(call, gallery, query, order, only) if found.pages > 1 else ()
    previous, following = "", ""
    if not found.first:
        # Whoever began at a letter goes on from there.
        back = at(found.previous_cursor) if found.previous_cursor else numbered(1)
        previous = back if cursor else numbered(found.number - 1)
    if found.next_cursor:
        following = at(found.next_cursor) if cursor else numbered(found.number + 1)
    return PeoplePage(
        gallery=shown.name,
        people=tuple(_tile(shown.name, person) for person in found.people),
        total_count=shown.people,
        found_count=found.total,
        query=query,
        faceless_count=shown.people - shown.searched,
        faceless_url=url_for("people.sheet", gallery=shown.name, filter="no-face"),
        sorts=sorts(),
        sort=order,
        filters=filters(),
        shown=only,
        letters=tuple(LetterJump(each.letter, at(each.cursor)) for each in letters),
        search_url=sheet,
        previous_url=previous,
        next_url=following,
        pages=page_links(found.number, found.pages, numbered),
        page_number=found.number,
        page_count=found.pages,
        jumped=found.pages >= _JUMPED_FROM,
        kept=kept,
        add_url=url_for("people.new", gallery=shown.name),
        import_url=url_for("imports.ask", gallery=shown.name),
        # Not while one types: the link stands outside of what is drawn anew.
        review_count=0 if query else count_review(call, gallery=gallery),
        review_url=url_for("review.show_all", gallery=shown.name),
        unknown_count=unknown,
        unknown_url=(
            url_for("unknown.show_all", gallery=shown.name)
            if unknown or shown.settings.keep_unknown_days
            else ""
        ),
        changes_url=url_for("changes.show_all", gallery=shown.name),
        actions=people_actions(call, shown.name),
    )


def sorts() -> tuple[Choice, ...]:
    """The orders that people can be put in."""
    return (
        Choice("name", translated("By name")),
        Choice("surname", translated("By surname")),
        Choice("newest", translated("Newest first")),
        Choice("faces", translated("Most faces first")),
    )


def filters() -> tuple[Choice, ...]:
    """Which people can be shown alone."""
    return (
        Choice("all", translated("Everyone")),
        Choice("no-face", translated("No face")),
        Choice("one-face", translated("One face")),
        Choice("to-review", translated("To review")),
        Choice("look-alikes", translated("Look-alikes")),
    )


def _letters(
    call: Call, gallery: str, query: str, order: Order, only: PeopleFilter
) -> tuple[Initial, ...]:
    if order not in ("name", "surname"):
        return ()
    initials = list_initials(call, gallery=gallery, query=query, order=order, only=only)
    return initials if len(initials) <= _MOST_LETTERS else ()


def new_person_page(
    call: Call,
    *,
    gallery: str,
    form: FormState | None = None,
    refused: tuple[Refusal, ...] = (),
) -> NewPersonPage:
    """The page that adds somebody; and what became of the photos just sent.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    name = show_gallery(call, name=gallery).name
    form = form or FormState()
    waiting = photos_waiting(call, gallery=gallery, probe_ids=form.chosen.get("held", ()))
    return NewPersonPage(
        form=form,
        namesakes=namesakes_of(call, gallery=name, form=form),
        photos=tuple(_held(photo, form) for photo in waiting),
        held=held_photos(waiting, url_for("people.let_go", gallery=name)) if waiting else None,
        refused=refused,
        gallery=name,
        action_url=url_for("people.create", gallery=name),
        back_url=url_for("people.sheet", gallery=name),
        max_bytes=runtime().settings.max_upload_bytes,
        most_photos=MOST_PHOTOS,
    )


def _held(photo: WaitingPhoto, form: FormState) -> HeldPhotoEntry:
    chosen = form.choice(f"face-{photo.id}") or str(photo.likeliest)
    numbers = range(1, photo.faces + 1) if photo.needs_choice else ()
    return HeldPhotoEntry(
        id=photo.id,
        file_name=name_of(photo),
        portrait_url=probe_portrait_url(photo.id, photo.likeliest),
        reason=waiting_words(photo),
        faces=tuple(
            FaceChoice(str(number), probe_portrait_url(photo.id, number), str(number) == chosen)
            for number in numbers
        ),
        refusable=photo.refusal is not None,
    )


def _tile(gallery: str, person: Person) -> PersonTile:
    return PersonTile(
        name=person.name,
        note=person.note,
        url=url_for("person.show_one", gallery=gallery, person_id=person.id),
        portrait_url=crop_url(gallery, person.id, person.portrait_face_id),
        face_count=person.faces,
        place=tile_place(person.id),
        id=person.id,
    )
