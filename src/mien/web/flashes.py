"""What was stored and may be a mistake, as messages with a way out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash
from flask import url_for

from mien.gallery.people.faces import Undone
from mien.gallery.results import Enrolment
from mien.gallery.results import EnrolmentWarning
from mien.web.language import translated
from mien.web.layout import FlashKind
from mien.web.text.filters import counted
from mien.web.text.filters import decimal
from mien.words import say
from mien.words.sentences import ended

# Messages travel in a cookie, and browsers drop cookies of more than four kilobytes.
_MOST = 4


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An enrolment and the name of what it came from, such as a file's."""

    source: str
    enrolment: Enrolment


def say_so(
    text: str,
    kind: FlashKind,
    *,
    links: Iterable[tuple[str, str]] = (),
    place: str = "",
    undo: str = "",
    undo_url: str = "",
    change_url: str = "",
) -> None:
    """Keep a message for the next page; see `layout.Flash`."""
    message: Any = {
        "text": text,
        "links": list(links),
        "place": place,
        "undo": undo,
        "undo_url": undo_url,
        "change_url": change_url,
    }
    flash(message, kind)


def tell(doubtful: Iterable[Doubtful], *, gallery: str) -> None:
    """Say of each what may be wrong, with links to whom it may be and to undo it."""
    found = [(each.source, *doubt) for each in doubtful for doubt in doubts_of(each, gallery)]
    for source, words, links in found[:_MOST]:
        say_so(f"{source}: {words}", "doubt", links=links)
    if len(found) > _MOST:
        flash(f"{counted(len(found) - _MOST, 'more doubt')} of this kind.", "doubt")


def doubts_of(doubtful: Doubtful, gallery: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be wrong with one enrolment: a sentence or two, and what can be done about it."""
    done = doubtful.enrolment
    doubts = []
    for warning in done.warnings:
        links = _links(done, warning, gallery)
        if done.stored:
            links.append(("Delete the new face", _delete_url(done, gallery)))
        doubts.append((_words(warning, stored=done.stored), links))
    return doubts


def tell_of_face(
    enrolment: Enrolment, number: int, *, gallery: str, place: str, undo_url: str
) -> None:
    """Say in a place of the page that a face was added, with a way to take that back, and what is odd.

    Args:
        enrolment: what was made of it.
        number: of the face in its photo.
        gallery: where the person is.
        place: id of the part of the page.
        undo_url: takes a POST with `face` that takes it back; empty for those who may not.
    """
    if enrolment.stored:
        name = enrolment.person.label
        new = " as a new person" if enrolment.new_person else ""
        told = (
            f"Face {number} was added{new}: {name}" if new else f"Face {number} was added to {name}"
        )
        say_so(ended(told), "done", place=place, undo=enrolment.face.id, undo_url=undo_url)
    for warning in enrolment.warnings[:_MOST]:
        words = _words(warning, stored=enrolment.stored)
        say_so(words, "doubt", links=_links(enrolment, warning, gallery), place=place)


def enrolment_words(enrolment: Enrolment) -> str:
    """That a face was added to whom, and what is odd about it, in one text."""
    name = enrolment.person.label
    told = []
    if enrolment.stored:
        told.append(
            translated("%(name)s was added as a new person", name=name)
            if enrolment.new_person
            else translated("The face was added to %(name)s", name=name)
        )
    words = [ended(each) for each in told]
    words += [_words(warning, stored=enrolment.stored) for warning in enrolment.warnings[:_MOST]]
    return " ".join(words)


def undone_words(undone: Undone) -> str:
    """That an addition was taken back."""
    if undone.person_deleted:
        return f"Undone. The new person {undone.person.label} and the face are deleted."
    return ended(f"Undone. The face is no longer stored for {undone.person.label}")


def _words(warning: EnrolmentWarning, *, stored: bool) -> str:
    told = say.warning(warning, translate=translated)
    if warning.person is not None and warning.code == "looks_like_another":
        alike = decimal(warning.similarity or 0.0)
        return f"{told.what} It is {warning.person.label}, {alike} similar. {told.advice}"
    if warning.person is not None and warning.code == "same_photo" and stored:
        return f"{told.what} It is an example of {warning.person.label}. {told.advice}"
    return str(told)


def _links(enrolment: Enrolment, warning: EnrolmentWarning, gallery: str) -> list[tuple[str, str]]:
    links = []
    if warning.person is not None and warning.person.id != enrolment.person.id:
        address = url_for("person.show_one", gallery=gallery, person_id=warning.person.id)
        links.append((f"See {warning.person.label}", address))
    return links


def _delete_url(enrolment: Enrolment, gallery: str) -> str:
    return url_for(
        "faces.ask_delete",
        gallery=gallery,
        person_id=enrolment.person.id,
        face_id=enrolment.face.id,
    )
