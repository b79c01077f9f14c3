"""Several photos that were identified together: who is in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.errors import ProbeNotFound
from mien.gallery.recognition.identify_held import HeldProbe
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.results import Answer
from mien.gallery.services import Call
from mien.options import Decision
from mien.web.forms.kept import Refusal
from mien.web.language import translated
from mien.web.pages.base import Page
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.numbered import PageLink
from mien.web.pages.numbered import page_links
from mien.web.text.filters import counted

MOST_TOGETHER = 50
"""So many photos are identified together; script sends them one after the other."""
# Each is searched anew whenever it is shown.
_A_PAGE = 12


@dataclass(frozen=True, slots=True)
class IdentifiedFace:
    """A face of one of the photos.

    Attributes:
        number: as on the photo's own page.
        portrait_url: the face.
        url: what that page says of it.
        words: who it is, or that nobody is known.
        decision: as a mark; a face that was added to somebody counts as recognised.
    """

    number: int
    portrait_url: str
    url: str
    words: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class IdentifiedEntry:
    """One of the photos.

    Attributes:
        id: of the photo.
        file_name: as it was sent.
        photo_url: the photo at a size for the screen; empty when it is deleted by now.
        url: its own page.
        summary: how many faces it has, and how many of them are known.
        faces: in the order of their numbers.
    """

    id: str
    file_name: str
    photo_url: str
    url: str
    summary: str
    faces: tuple[IdentifiedFace, ...]


@dataclass(frozen=True, slots=True)
class IdentifiedPhotosPage(Page):
    """Photos with their faces and names; each leads to its own page.

    Attributes:
        photos: those of this page.
        photo_count: of all pages.
        refused: photos that could not be read.
        previous_url, next_url: neighbouring pages; empty where there is none.
        pages: links to numbered pages; empty where there is one.
        again_url: the page that takes more photos.
        let_go_url: takes a POST with `held` that deletes all of them now.
        held: their ids.
    """

    template: ClassVar[str] = "identify/photos.html"

    photos: tuple[IdentifiedEntry, ...]
    photo_count: int
    refused: tuple[Refusal, ...]
    previous_url: str
    next_url: str
    pages: tuple[PageLink, ...]
    again_url: str
    let_go_url: str
    held: tuple[str, ...]


def identified_photos_page(
    call: Call,
    probe_ids: Sequence[str],
    *,
    gallery: str,
    number: int = 1,
    refused: tuple[Refusal, ...] = (),
) -> IdentifiedPhotosPage:
    """The page of photos that were identified together.

    Args:
        call: who asks, and with what.
        probe_ids: the photos, in their order; those that are gone by now say so.
        gallery: where one goes on.
        number: of the page, from 1.
        refused: photos that could not be read, told once.
    """
    ids = tuple(dict.fromkeys(probe_ids))[:MOST_TOGETHER]
    count = max(1, -(-len(ids) // _A_PAGE))
    number = min(max(number, 1), count)
    shown = ids[(number - 1) * _A_PAGE : number * _A_PAGE]

    def at(page: int) -> str:
        return url_for("identified_photos.show_all", photo=ids, page=page if page > 1 else None)

    return IdentifiedPhotosPage(
        photos=tuple(_entry(call, probe_id) for probe_id in shown),
        photo_count=len(ids),
        refused=refused,
        previous_url=at(number - 1) if number > 1 else "",
        next_url=at(number + 1) if number < count else "",
        pages=page_links(number, count, at),
        again_url=url_for("identify.home", gallery=gallery),
        let_go_url=url_for("identified_photos.let_go"),
        held=ids,
    )


def summary_of(held: HeldProbe) -> str:
    """How many faces a photo has, and how many of them are known."""
    answers = held.identification.answers
    if not answers:
        return translated("No face found")
    known = [each for each in answers if held.added.get(each.number) or each.decision == "match"]
    faces = counted(len(answers), "face")
    return f"{faces[:1].upper()}{faces[1:]}, {len(known)} recognised"


def _entry(call: Call, probe_id: str) -> IdentifiedEntry:
    try:
        held = show_held(call, probe_id=probe_id)
    except ProbeNotFound:
        return IdentifiedEntry(probe_id, translated("Deleted photo"), "", "", "", ())
    url = url_for("identify.result", probe_id=probe_id)
    return IdentifiedEntry(
        id=probe_id,
        file_name=held.file_name or translated("A photo"),
        photo_url=url_for("identify.photo", probe_id=probe_id),
        url=url,
        summary=summary_of(held),
        faces=tuple(_face(held, answer, url) for answer in held.identification.answers),
    )


def _face(held: HeldProbe, answer: Answer, url: str) -> IdentifiedFace:
    added = held.added.get(answer.number, ())
    return IdentifiedFace(
        number=answer.number,
        portrait_url=probe_portrait_url(held.id, answer.number),
        url=f"{url}#face-{answer.number}",
        words=", ".join(each.person.label for each in added) or _words(answer),
        decision="match" if added else answer.decision,
    )


def _words(answer: Answer) -> str:
    if answer.decision == "unknown" or not answer.candidates:
        return translated("Unknown")
    name = answer.candidates[0].person.label
    return name if answer.decision == "match" else f"{translated('Perhaps')} {name}"
