"""Photos that a form has sent, several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response
from flask import flash
from flask import url_for
from werkzeug.datastructures import FileStorage

from mien.errors import MienError
from mien.errors import PhotoNotGoodEnough
from mien.errors import SeveralFacesFound
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import EachOptions
from mien.gallery.enrolment.enrol_each import Submission
from mien.gallery.enrolment.enrol_each import enrol_each
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.held_photos import Held
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.http.context import this_call
from mien.web.flashes import Doubtful
from mien.web.flashes import tell
from mien.web.forms.base import REJECTED
from mien.web.forms.photos import GatedForm
from mien.web.language import translated
from mien.web.pages.person import RefusedPhoto
from mien.web.pages.person import person_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.words import say
from mien.words.sentences import ended


@dataclass(frozen=True, slots=True)
class Added:
    """What became of photos.

    Attributes:
        person: whose they are; None for somebody new of whom no photo gave a face.
        doubtful: those that gave a face, with what may be a mistake.
        refused: those that gave none, and why.
        held: those of the refused that can be stored all the same.
        choose_url: the page that asks which face is meant, when the one photo that was sent has
            several; else empty.
        probe_id: the first photo in which somebody new can be named; empty where there is none.
    """

    person: PersonRef | None
    doubtful: tuple[Doubtful, ...]
    refused: tuple[RefusedPhoto, ...]
    held: tuple[Held, ...]
    choose_url: str
    probe_id: str = ""

    @property
    def faces(self) -> int:
        """How many were added."""
        return sum(each.enrolment.stored for each in self.doubtful)


def add_photos(
    call: Call,
    files: Sequence[FileStorage],
    *,
    gallery: str,
    subject: NewPerson | KnownPerson,
) -> Added:
    """Add the face of each photo to somebody; one photo's trouble is not another's.

    Somebody new is made with the first face, and not at all when there is none. A photo that the
    gate refuses is held for a while, so that it can be stored all the same without being chosen
    again; so is one that is sent alone and has several faces.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        NameTaken: the name of somebody new is.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    decidable = (
        (PhotoNotGoodEnough, SeveralFacesFound) if len(files) == 1 else (PhotoNotGoodEnough,)
    )
    submissions = [
        Submission(file.filename or "A photo", partial(read_file, file), subject) for file in files
    ]
    options = EachOptions(hold=decidable)
    outcomes = list(enrol_each(call, gallery=gallery, submissions=submissions, options=options))
    doubtful = tuple(Doubtful(each.name, made) for each in outcomes if (made := each.enrolment))
    person = doubtful[0].enrolment.person if doubtful else None
    person_id = person.id if person else _id_of(subject)
    refused: list[RefusedPhoto] = []
    held: list[Held] = []
    choose_url = ""
    for each in outcomes:
        if each.refusal is None:
            continue
        if each.held is None:
            refused.append(RefusedPhoto(each.name, _reason(each.refusal)))
            continue
        decide_url = _decide_url(gallery, person_id, each.held)
        if isinstance(each.refusal, SeveralFacesFound):
            choose_url = decide_url
            continue
        held.append(each.held)
        urls = {"anyway_url" if person_id else "look_url": decide_url}
        refused.append(RefusedPhoto(each.name, _reason(each.refusal), **urls))
    waiting = [each.held.id for each in outcomes if each.held and not person_id]
    return Added(person, doubtful, tuple(refused), tuple(held), choose_url, next(iter(waiting), ""))


def _id_of(subject: NewPerson | KnownPerson) -> str:
    return subject.id if isinstance(subject, KnownPerson) else ""


def _decide_url(gallery: str, person_id: str, held: Held) -> str:
    """Where a held photo's face is chosen: for somebody who is there, or for somebody new."""
    if not person_id:
        return url_for("identify.result", probe_id=held.id)
    return url_for("person.choose_face", gallery=gallery, person_id=person_id, probe_id=held.id)


def answer_added(call: Call, added: Added, *, gallery: str, person_id: str, done: str) -> Response:
    """Say what became of photos, and show or lead to what is next.

    Args:
        call: who asks, and with what.
        added: what became of them.
        gallery: its name.
        person_id: whose photos they are.
        done: what to say first; nothing when empty.
    """
    if done:
        flash(done, "done")
    tell(added.doubtful, gallery=gallery)
    if added.refused:
        page = person_page(
            call, gallery=gallery, person_id=person_id, refused=added.refused, held=added.held
        )
        return show(page, place="people", gallery=gallery, status=REJECTED)
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    return go_to(added.choose_url or url_for("person.show_one", **place))


def read_file(file: FileStorage) -> bytes:
    """The bytes of a file, and no more of a too large one than shows that it is."""
    return file.stream.read(runtime().settings.max_upload_bytes + 1)


def _reason(error: MienError) -> str:
    if isinstance(error, SeveralFacesFound):
        count = len(error.extra["boxes"]) + error.extra["faces_left_out"]
        return f"There are {count} faces in it. Send it alone, then choose the right one."
    return say.error(error, translate=translated)


def add_held_face(
    form: GatedForm,
    face: HeldFace,
    *,
    subject: Subject,
    gallery: str | None = None,
) -> str:
    """Store a face of a held photo as a form asks for it, with messages for the next page.

    Args:
        form: says whether the gate is open.
        face: which of the held photo.
        subject: the person.
        gallery: where the person is; None for the gallery of the held photo.

    Returns:
        The id of the person.

    Raises:
        ProbeNotFound, FaceNumberOutOfRange: there is no such face.
        PhotoNotGoodEnough: the gate refuses the face.
        PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    done = enrol(this_call(), gallery=gallery, source=face, subject=subject, gate=form.gate)
    if done.stored:
        flash(ended(f"Face {face.number} was added to {done.person.label}"), "done")
    tell([Doubtful(f"Face {face.number}", done)], gallery=done.gallery)
    return done.person.id
