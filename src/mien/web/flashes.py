"""What was stored and may be a mistake, as messages with a way out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash
from flask import url_for

from mien.gallery.results import Enrolment
from mien.gallery.results import EnrolmentWarning
from mien.web.language import translated
from mien.web.text.filters import counted
from mien.web.text.filters import decimal
from mien.words import say

# Messages travel in a cookie, and browsers drop cookies of more than four kilobytes.
_MOST = 4


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An enrolment and the name of what it came from, such as a file's."""

    source: str
    enrolment: Enrolment


def tell(doubtful: Iterable[Doubtful], *, gallery: str) -> None:
    """Say of each what may be wrong, with links to whom it may be and to undo it."""
    found = [(each, warning) for each in doubtful for warning in each.enrolment.warnings]
    for each, warning in found[:_MOST]:
        text = f"{each.source}: {_words(warning, stored=each.enrolment.stored)}"
        message: Any = (text, _links(each.enrolment, warning, gallery))
        flash(message, "doubt")
    if len(found) > _MOST:
        flash(f"{counted(len(found) - _MOST, 'more doubt')} of this kind.", "doubt")


def _words(warning: EnrolmentWarning, *, stored: bool) -> str:
    told = say.warning(warning, translate=translated)
    if warning.person is not None and warning.code == "looks_like_another":
        alike = decimal(warning.similarity or 0.0)
        return f"{told.what} It is {warning.person.name}, {alike} similar. {told.advice}"
    if warning.person is not None and warning.code == "same_photo" and stored:
        return f"{told.what} It is an example of {warning.person.name}. {told.advice}"
    return str(told)


def _links(enrolment: Enrolment, warning: EnrolmentWarning, gallery: str) -> list[tuple[str, str]]:
    links = []
    if warning.person is not None and warning.person.id != enrolment.person.id:
        address = url_for("person.show_one", gallery=gallery, person_id=warning.person.id)
        links.append((f"Look at {warning.person.name}", address))
    if enrolment.stored:
        address = url_for(
            "faces.ask_delete",
            gallery=gallery,
            person_id=enrolment.person.id,
            face_id=enrolment.face.id,
        )
        links.append(("Remove the new face", address))
    return links
