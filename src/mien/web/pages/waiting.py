"""Photos that are held until somebody decides about them, as pages list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from mien.gallery.enrolment.waiting import WaitingPhoto
from mien.gallery.held_photos import Held
from mien.web.language import translated
from mien.web.pages.faces import probe_portrait_url
from mien.web.text.filters import counted
from mien.words import say


@dataclass(frozen=True, slots=True)
class HeldPhotos:
    """Photos of which nothing is stored yet, and until when they wait for that.

    Attributes:
        ids: values of the field `held`.
        expires_at: ISO 8601 in UTC; then they are deleted.
        let_go_url: takes a POST with any number of `held` that deletes them now.
    """

    ids: tuple[str, ...]
    expires_at: str
    let_go_url: str


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """A photo that waits.

    Attributes:
        id: value of the field `held`.
        file_name: as it was sent.
        portrait_url: of the face that is probably meant.
        reason: what it waits for.
        choose_url: the page that asks which face is meant; empty where there is one face.
        anyway_url: takes a POST with `face` and `anyway` that stores it nevertheless; empty where
            there are several faces.
    """

    id: str
    file_name: str
    portrait_url: str
    reason: str
    choose_url: str
    anyway_url: str


def waiting_entry(photo: WaitingPhoto, *, gallery: str, person_id: str) -> WaitingEntry:
    """A photo that waits for somebody."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id, "probe_id": photo.id}
    several = photo.needs_choice
    return WaitingEntry(
        id=photo.id,
        file_name=name_of(photo),
        portrait_url=probe_portrait_url(photo.id, photo.likeliest),
        reason=waiting_words(photo),
        choose_url=url_for("person.ask_which_face", **place) if several else "",
        anyway_url="" if several else url_for("person.choose_face", **place),
    )


def name_of(photo: WaitingPhoto) -> str:
    """What a photo is called on a page."""
    return photo.file_name or "A photo"


def waiting_words(photo: WaitingPhoto) -> str:
    """What a photo waits for, in a sentence or two; empty where it could be stored as it is."""
    if photo.needs_choice:
        return faces_words(photo.shown)
    if photo.refusal is None:
        return ""
    return say.error(photo.refusal, translate=translated)


def faces_words(count: int) -> str:
    """That a photo shows several faces."""
    return f"It shows {counted(count, 'face')}."


def held_photos(held: Sequence[Held | WaitingPhoto], let_go_url: str) -> HeldPhotos:
    """Photos that can be deleted together."""
    return HeldPhotos(
        ids=tuple(each.id for each in held),
        expires_at=max(each.expires_at for each in held).isoformat(),
        let_go_url=let_go_url,
    )
