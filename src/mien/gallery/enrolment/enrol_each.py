"""Store the faces of many photos; one photo's trouble is not another's."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from mien.access import permissions
from mien.decision.choose_face import no_face
from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.errors import PersonAmbiguous
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.duplicates import is_example_already
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import Held
from mien.gallery.held_photos import hold_photo
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.options import Gate
from mien.options import PhotoOptions
from mien.options import Take

REFUSALS = (ImageError, FaceError, InvalidInput, PersonAmbiguous)
"""What is one photo's own trouble; anything else ends the whole."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A photo that is to become an example of somebody.

    Attributes:
        name: what its sender calls it, such as a file's name.
        read: gives the file's bytes, when it is its turn.
        subject: the person; photos that share one object of somebody new show one person.
    """

    name: str
    read: Callable[[], bytes] = field(repr=False)
    subject: Subject


@dataclass(frozen=True, slots=True)
class EachOptions:
    """How the photos are taken, all of them alike.

    Attributes:
        photo: how each is looked at.
        face_number: which face when there are several, 1 for the largest.
        take: which face when there are several and nobody has looked which.
        gate: looser or stricter; None takes the gallery's.
        hold: the refusals on which somebody can still decide: such a photo is held for who acts.
        skip_known: pass over a file that has given the person an example, without looking at it.
    """

    photo: PhotoOptions = field(default_factory=PhotoOptions)
    face_number: int | None = None
    take: Take = "only"
    gate: Gate | None = None
    hold: tuple[type[FaceError], ...] = ()
    skip_known: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo: at most one of these is there; none for a file known already.

    Attributes:
        name: of the submission.
        enrolment: what was made of it.
        refusal: why nothing was.
        held: where a refused photo waits for a decision; None when it is not held.
    """

    name: str
    enrolment: Enrolment | None = None
    refusal: MienError | None = None
    held: Held | None = None


def enrol_each(
    call: Call,
    *,
    gallery: str,
    submissions: Iterable[Submission],
    options: EachOptions | None = None,
) -> Iterator[Outcome]:
    """Store a face of each photo, one after the other, and say what became of it.

    Args:
        call: who asks, and with what.
        gallery: its name.
        submissions: the photos, each read when it is its turn.
        options: how they are taken; None as usual.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        PersonNotFound: a person is gone; when that photo's turn comes.
    """
    permissions.require(call.actor, "faces.add", gallery)
    with call.services.database.read() as session:
        # A wrong name of a gallery is no matter of each photo.
        row = find_gallery(session, gallery)
        require_contract(session, row, call.services.engine.summary)
    chosen = options or EachOptions()
    return _outcomes(call, gallery, submissions, chosen)


def _outcomes(
    call: Call, gallery: str, submissions: Iterable[Submission], options: EachOptions
) -> Iterator[Outcome]:
    made: list[tuple[Subject, KnownPerson]] = []
    for each in submissions:
        # Somebody new is made with the first face, and then known.
        known = next((known for new, known in made if new is each.subject), each.subject)
        outcome = _outcome(call, gallery, replace(each, subject=known), options)
        if isinstance(known, NewPerson) and outcome.enrolment is not None:
            made.append((known, KnownPerson(outcome.enrolment.person.id)))
        yield outcome


def _outcome(call: Call, gallery: str, submission: Submission, options: EachOptions) -> Outcome:
    try:
        data = submission.read()
        if options.skip_known and is_example_already(
            call, gallery=gallery, subject=submission.subject, photo=data
        ):
            return Outcome(submission.name)
        photo = analyze(call.services, Upload(data, options.photo), call.budget())
        try:
            made = enrol(
                call,
                gallery=gallery,
                source=photo,
                subject=submission.subject,
                face_number=options.face_number,
                take=options.take,
                gate=options.gate,
            )
        except options.hold as refusal:
            held = _hold(call, gallery, submission, photo)
            return Outcome(submission.name, refusal=refusal, held=held)
    except REFUSALS as refusal:
        return Outcome(submission.name, refusal=refusal)
    return Outcome(submission.name, enrolment=made)


def hold_each(call: Call, *, gallery: str, submissions: Iterable[Submission]) -> Iterator[Outcome]:
    """Hold each photo that shows a face, and store nothing: for a form with something else amiss.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    return (_held(call, gallery, each) for each in submissions)


def _held(call: Call, gallery: str, submission: Submission) -> Outcome:
    try:
        photo = analyze(call.services, Upload(submission.read()), call.budget())
        if not photo.faces:
            raise no_face()
        held = _hold(call, gallery, submission, photo)
    except REFUSALS as refusal:
        return Outcome(submission.name, refusal=refusal)
    return Outcome(submission.name, held=held)


def _hold(call: Call, gallery: str, submission: Submission, photo: AnalyzedPhoto) -> Held:
    subject = submission.subject
    return hold_photo(
        call,
        gallery=gallery,
        photo=photo,
        person_id=subject.id if isinstance(subject, KnownPerson) else None,
        file_name=submission.name,
    )
