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
from mien.gallery.enrolment.subject import Subject
from mien.gallery.held_photos import Held
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.http.context import this_call
from mien.web.flashes import Doubtful
from mien.web.flashes import tell
from mien.web.flashes import tell_of_face
from mien.web.forms.base import REJECTED
from mien.web.forms.photos import GatedForm
from mien.web.language import translated
from mien.web.pages.person import RefusedPhoto
from mien.web.pages.person import person_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.words import say


@dataclass(frozen=True, slots=True)
class Added:
    """What became of photos.

    Attributes:
        doubtful: those that gave a face, with what may be a mistake.
        refused: those that gave none, and why.
        held: those of the refused that can be stored all the same.
        choose_url: the page that asks which face is meant, when the one photo that was sent has
            several; else empty.
    """

    doubtful: tuple[Doubtful, ...]
    refused: tuple[RefusedPhoto, ...]
    held: tuple[Held, ...]
    choose_url: str

    @property
    def faces(self) -> int:
        """How many were added."""
        return sum(each.enrolment.stored for each in self.doubtful)


def add_photos(call: Call, files: Sequence[FileStorage], *, gallery: str, person_id: str) -> Added:
    """Add the face of each photo to somebody; one photo's trouble is not another's.

    A photo that the gate refuses is held for a while, so that it can be stored all the same
    without being chosen again; so is one that is sent alone and has several faces.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    decidable = (
        (PhotoNotGoodEnough, SeveralFacesFound) if len(files) == 1 else (PhotoNotGoodEnough,)
    )
    subject = KnownPerson(person_id)
    submissions = [
        Submission(file.filename or "A photo", partial(read_file, file), subject) for file in files
    ]
    refused: list[RefusedPhoto] = []
    doubtful: list[Doubtful] = []
    held: list[Held] = []
    choose_url = ""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    options = EachOptions(hold=decidable)
    for each in enrol_each(call, gallery=gallery, submissions=submissions, options=options):
        if each.enrolment is not None:
            doubtful.append(Doubtful(each.name, each.enrolment))
        elif each.refusal is not None and each.held is None:
            refused.append(RefusedPhoto(each.name, _reason(each.refusal)))
        elif each.refusal is not None and each.held is not None:
            decide_url = url_for("person.choose_face", **place, probe_id=each.held.id)
            if isinstance(each.refusal, SeveralFacesFound):
                choose_url = decide_url
            else:
                held.append(each.held)
                refused.append(RefusedPhoto(each.name, _reason(each.refusal), decide_url))
    return Added(tuple(doubtful), tuple(refused), tuple(held), choose_url)


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
    place: str = "",
) -> str:
    """Store a face of a held photo as a form asks for it, with messages for the next page.

    Args:
        form: says whether the gate is open.
        face: which of the held photo.
        subject: the person.
        gallery: where the person is; None for the gallery of the held photo.
        place: id of the part of the next page that is about the face; empty where there is none.

    Returns:
        The id of the person.

    Raises:
        ProbeNotFound, FaceNumberOutOfRange: there is no such face.
        PhotoNotGoodEnough: the gate refuses the face.
        PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    done = enrol(this_call(), gallery=gallery, source=face, subject=subject, gate=form.gate)
    if place:
        tell_of_face(done, gallery=done.gallery, place=place)
        return done.person.id
    if done.stored:
        flash(f"Face {face.number} was added to {done.person.label}.", "done")
    tell([Doubtful(f"Face {face.number}", done)], gallery=done.gallery)
    return done.person.id
