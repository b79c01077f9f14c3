"""Say whether two photos, or a photo and a person, show the same person."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.choose_face import choose_face
from mien.decision.similarity import similarity_to
from mien.decision.similarity import verification_rate
from mien.decision.similarity import verification_threshold
from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import NoFaceFound
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import from_columns
from mien.gallery.galleries import check_threshold
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import faces_of_probe
from mien.gallery.held_photos import find_probe
from mien.gallery.people.people import find_person
from mien.gallery.results import Verification
from mien.gallery.services import Services
from mien.options import ACCEPTED_RATE
from mien.options import Detail
from mien.storage.models import FaceRow
from mien.storage.models import ProbeFaceRow
from mien.vision.quality_limits import is_legible
from mien.vision.types import Face


@dataclass(frozen=True, slots=True)
class HeldComparison:
    """What comparing two held photos found.

    Attributes:
        verification: about the largest face of each.
        faces_a: how many faces the first photo has.
        faces_b: how many faces the second photo has.
    """

    verification: Verification
    faces_a: int
    faces_b: int


def verify_photos(
    services: Services,
    *,
    photo_a: bytes,
    photo_b: bytes,
    face_number_a: int | None = None,
    face_number_b: int | None = None,
    threshold: float | None = None,
    detail: Detail = "normal",
) -> Verification:
    """Compare a face of one photo with a face of another.

    Args:
        services: the collaborators.
        photo_a: one file's bytes.
        photo_b: the other's.
        face_number_a: which face of one when there are several, 1 for the largest.
        face_number_b: which of the other.
        threshold: similarity from which it is the same person; None takes the pack's.
        detail: how closely both photos are searched for faces.

    Raises:
        ImageError: a photo cannot be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant;
            `extra["photo"]` says in which photo.
        InvalidInput: the threshold is out of range.
    """
    check_threshold(threshold)
    face_a = _face(services, photo_a, face_number_a, detail=detail, which="a")
    face_b = _face(services, photo_b, face_number_b, detail=detail, which="b")
    similarity, _ = similarity_to(face_a.embedding, {"b": face_b.embedding})
    summary = services.engine.summary
    if threshold is None:
        threshold = verification_threshold(summary, accepted=ACCEPTED_RATE)
    return Verification(
        same_person=similarity >= threshold,
        similarity=similarity,
        threshold=threshold,
        expected_false_match_rate=verification_rate(summary, similarity),
        legible=is_legible(face_a.quality) and is_legible(face_b.quality),
        face_a=face_a,
        face_b=face_b,
        example_face_id=None,
    )


def verify_person(
    services: Services,
    *,
    gallery: str,
    person_id: str,
    photo: bytes,
    face_number: int | None = None,
    threshold: float | None = None,
    detail: Detail = "normal",
) -> Verification:
    """Compare a face of a photo with a person's examples, together as `rank` has it.

    Args:
        services: the collaborators.
        gallery: its name.
        person_id: whose examples.
        photo: the file's bytes.
        face_number: which face when there are several, 1 for the largest.
        threshold: similarity from which it is this person; None takes what follows from the
            gallery's accepted error.
        detail: how closely the photo is searched for faces.

    Raises:
        ImageError: the photo cannot be read.
        NoFaceFound: there is no face in the photo, or the person has no example.
        SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        GalleryNotFound, PersonNotFound: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the threshold is out of range.
    """
    check_threshold(threshold)
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        require_contract(row, services.engine.summary)
        person = find_person(session, row, person_id)
        examples = session.execute(
            select(FaceRow.id, FaceRow.embedding).where(FaceRow.person_id == person.id)
        ).all()
        accepted = row.accepted_fmr
    if not examples:
        raise NoFaceFound("This person has no photo yet. Add one, then compare.")
    face = _face(services, photo, face_number, detail=detail)
    similarity, face_id = similarity_to(
        face.embedding, {example.id: example.embedding for example in examples}
    )
    summary, count = services.engine.summary, len(examples)
    if threshold is None:
        threshold = verification_threshold(summary, accepted=accepted, examples=count)
    return Verification(
        same_person=similarity >= threshold,
        similarity=similarity,
        threshold=threshold,
        expected_false_match_rate=verification_rate(summary, similarity, examples=count),
        legible=is_legible(face.quality),
        face_a=face,
        face_b=None,
        example_face_id=face_id,
    )


def _face(
    services: Services, photo: bytes, face_number: int | None, *, detail: Detail, which: str = "a"
) -> Face:
    try:
        _, faces = analyze(services, photo=photo, detail=detail)
        return choose_face(faces, face_number=face_number)
    except (ImageError, FaceError) as error:
        error.extra["photo"] = which
        raise


def compare_probes(
    services: Services, *, probe_a: str, probe_b: str, user_id: str
) -> HeldComparison:
    """Compare the largest faces of two held photos.

    Raises:
        ProbeNotFound: a photo was let go, or is somebody else's.
        NoFaceFound: a photo has no face; `extra["photo"]` says which, `a` or `b`.
    """
    with services.database.read() as session:
        faces_a = _faces(session, probe_a, user_id, which="a")
        faces_b = _faces(session, probe_b, user_id, which="b")
    summary = services.engine.summary
    threshold = verification_threshold(summary, accepted=ACCEPTED_RATE)
    similarity, _ = similarity_to(faces_a[0].embedding, {"b": faces_b[0].embedding})
    face_a, face_b = from_columns(faces_a[0]), from_columns(faces_b[0])
    return HeldComparison(
        verification=Verification(
            same_person=similarity >= threshold,
            similarity=similarity,
            threshold=threshold,
            expected_false_match_rate=verification_rate(summary, similarity),
            legible=is_legible(face_a.quality) and is_legible(face_b.quality),
            face_a=face_a,
            face_b=face_b,
            example_face_id=None,
        ),
        faces_a=len(faces_a),
        faces_b=len(faces_b),
    )


def _faces(session: Session, probe_id: str, user_id: str, *, which: str) -> list[ProbeFaceRow]:
    probe, _ = find_probe(session, probe_id, user_id)
    faces = faces_of_probe(session, probe)
    if not faces:
        raise NoFaceFound(
            "No face was found in this photo. Take one in which the face is upright, lit from "
            "the front and not too small.",
            photo=which,
        )
    return faces
