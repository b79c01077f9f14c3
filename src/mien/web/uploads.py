"""Photos that a form has sent, several at once or, from script, one after the other."""

from collections.abc import Iterable
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from typing import Any

from flask import url_for
from werkzeug.datastructures import FileStorage

from mien.errors import FaceNumberOutOfRange
from mien.errors import MienError
from mien.errors import PhotoNotGoodEnough
from mien.errors import ProbeNotFound
from mien.errors import SeveralFacesFound
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import EachOptions
from mien.gallery.enrolment.enrol_each import Outcome
from mien.gallery.enrolment.enrol_each import Submission
from mien.gallery.enrolment.enrol_each import enrol_each
from mien.gallery.enrolment.enrol_each import hold_each
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.waiting import photos_waiting
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.http.context import this_call
from mien.web.flashes import Doubtful
from mien.web.flashes import tell
from mien.web.forms.kept import Refusal
from mien.web.forms.photos import GatedForm
from mien.web.forms.photos import NewPersonForm
from mien.web.language import translated
from mien.web.pages.waiting import faces_words
from mien.web.pages.waiting import name_of
from mien.web.undoing import say_done
from mien.words import say
from mien.words.sentences import ended

_DECIDABLE = EachOptions(hold=(PhotoNotGoodEnough, SeveralFacesFound))


@dataclass(slots=True)
class Added:
    """What became of photos.

    Attributes:
        person: whose they are; None as long as there is nobody yet.
        doubtful: those that gave a face, with what may be a mistake.
        refused: those that gave none and cannot, and why.
        waiting: held photos about which somebody has to decide, with why.
        held: the ids of all photos that are held.
    """

    person: PersonRef | None
    doubtful: list[Doubtful] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    waiting: list[Outcome] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def faces(self) -> int:
        """How many were added."""
        return sum(each.enrolment.stored for each in self.doubtful)


def add_photos(
    call: Call,
    files: Sequence[FileStorage],
    *,
    gallery: str,
    whose: PersonRef | NewPerson,
    before: Added | None = None,
) -> Added:
    """Add the face of each photo to somebody; one photo's trouble is not another's.

    Somebody new is made with the first face, and not at all when there is none. A photo that the
    gate refuses is held for a while, so that it can be stored all the same without being chosen
    again; so is one with several faces.

    Args:
        call: who asks, and with what.
        files: as they were sent.
        gallery: its name.
        whose: who they show.
        before: what became of other photos of the same form; these are added to it.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        GalleryModelMismatch: the gallery holds vectors of another model.
        NameTaken, InvalidInput: nobody new can have this name.
    """
    added = before or Added(whose if isinstance(whose, PersonRef) else None)
    submissions = _submissions(files, _subject(added.person, whose))
    _sort(enrol_each(call, gallery=gallery, submissions=submissions, options=_DECIDABLE), added)
    return added


def add_held(
    call: Call,
    form: NewPersonForm,
    *,
    gallery: str,
    whose: NewPerson,
) -> Added:
    """Make somebody of photos that are held, as their form says of each; see `add_photos`.

    A photo whose face is stored is let go, and so is one of which none is meant; the others wait on.
    """
    added = Added(None)
    for photo in photos_waiting(call, gallery=gallery, probe_ids=form.held()):
        number = form.face_of(photo.id) if photo.needs_choice else 1
        if number:
            source, subject = HeldFace(photo.id, number), _subject(added.person, whose)
            gate = form.gate_of(photo.id)
            try:
                done = enrol(call, gallery=gallery, source=source, subject=subject, gate=gate)
            except (PhotoNotGoodEnough, FaceNumberOutOfRange):
                number = None
            else:
                added.person = done.person
                added.doubtful.append(Doubtful(name_of(photo), done))
        if number is None:
            added.held.append(photo.id)
        else:
            let_go_of_photo(call, probe_id=photo.id)
    return added


def hold_photos(call: Call, files: Sequence[FileStorage], *, gallery: str) -> Added:
    """Hold photos of a form that has something else amiss, so that they need not be sent again."""
    added = Added(None)
    submissions = _submissions(files, NewPerson(""))
    _sort(hold_each(call, gallery=gallery, submissions=submissions), added)
    return added


def let_go_of(call: Call, probe_ids: Iterable[str]) -> None:
    """Let go of held photos; those that are gone already are passed over."""
    for probe_id in probe_ids:
        with suppress(ProbeNotFound):
            let_go_of_photo(call, probe_id=probe_id)


def _submissions(files: Sequence[FileStorage], subject: Subject) -> list[Submission]:
    return [
        Submission(file.filename or "A photo", partial(read_file, file), subject) for file in files
    ]


def _subject(person: PersonRef | None, whose: PersonRef | NewPerson) -> Subject:
    if person is not None:
        return KnownPerson(person.id)
    if isinstance(whose, PersonRef):
        return KnownPerson(whose.id)
    return whose


def _sort(outcomes: Iterable[Outcome], added: Added) -> None:
    for each in outcomes:
        if each.enrolment is not None:
            added.person = each.enrolment.person
            added.doubtful.append(Doubtful(each.name, each.enrolment))
        elif each.held is not None:
            added.waiting.append(each)
            added.held.append(each.held.id)
        elif each.refusal is not None:
            added.refused.append(Refusal(each.name, refusal_words(each.refusal)))


def tell_added(added: Added, *, gallery: str, done: str) -> None:
    """Messages for the next page: what was done, and what may be a mistake."""
    if done:
        say_done(done, gallery=gallery)
    tell(added.doubtful, gallery=gallery)


def after_adding(added: Added, *, gallery: str, person_id: str) -> str:
    """Where to go when photos were sent: to the first question about them, or to the person."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    for each in added.waiting:
        if each.held is not None and isinstance(each.refusal, SeveralFacesFound):
            return url_for("person.ask_which_face", probe_id=each.held.id, **place)
    return url_for("person.show_one", **place)


def read_file(file: FileStorage) -> bytes:
    """The bytes of a file, and no more of a too large one than shows that it is."""
    file.stream.seek(0)
    return file.stream.read(runtime().settings.max_upload_bytes + 1)


def refusal_words(error: MienError) -> str:
    """Why a photo gave no face."""
    if isinstance(error, SeveralFacesFound):
        return faces_words(len(error.extra["boxes"]) + error.extra["faces_left_out"])
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
        told = ended(f"Face {face.number} was added to {done.person.label}")
        say_done(told, gallery=done.gallery)
    tell([Doubtful(f"Face {face.number}", done)], gallery=done.gallery)
    return done.person.id
