"""The page of the live camera."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import show_gallery
from mien.gallery.people.person_names import list_person_names
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.web.flashes import enrolment_words
from mien.web.pages.base import Page

# Names offered while one types; more would make the page heavy, and nobody reads as many.
_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class LivePage(Page):
    """A camera whose faces are named; all of it is done by script, within `.live`.

    Attributes:
        gallery: the one that is searched.
        people_count: people in it who could be found.
        frame_url: takes the pictures, as multipart: `photo`, `gallery`, `known`.
        add_url: takes a picture with a face to add; empty for those who may not.
        identify_url: where one photo is identified, with and without script.
        names: names offered while one types whom a face belongs to.
    """

    template: ClassVar[str] = "live.html"

    gallery: str
    people_count: int
    frame_url: str
    add_url: str
    identify_url: str
    names: tuple[str, ...]


def live_page(call: Call, *, gallery: str) -> LivePage:
    """The page of the live camera.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    chosen = show_gallery(call, name=gallery)
    can_add = may(call.actor, "faces.add", chosen.name)
    return LivePage(
        gallery=chosen.name,
        people_count=chosen.searched,
        frame_url=url_for("live.frame"),
        add_url=url_for("live.add") if can_add else "",
        identify_url=url_for("identify.home", gallery=chosen.name),
        names=list_person_names(call, gallery=chosen.name, most=_MOST_NAMES).names,
    )


def added_face(done: Enrolment) -> dict[str, str]:
    """What became of a face that was added, for script."""
    return {
        "person": done.person.id,
        "name": done.person.label,
        "said": enrolment_words(done),
        "url": url_for("person.show_one", gallery=done.gallery, person_id=done.person.id),
    }
