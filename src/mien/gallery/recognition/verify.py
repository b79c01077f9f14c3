"""Say whether two photos, or a photo and a person, show the same person."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.decision.choose_face import choose_face
from mien.decision.similarity import similarity_to
from mien.decision.similarity import verification_rate
from mien.decision.similarity import verification_threshold
from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import NoFaceFound
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.people.person_rows import find_person
from mien.gallery.results import Verification
from mien.gallery.same_face import SeenFace
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.gallery.settings import check_threshold
from mien.options import ACCEPTED_RATE
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PhotoRow
from mien.vision.quality_limits import is_legible
from mien.vision.types import DetectedFace
from mien.vision.types import EngineSummary
from mien.vision.types import Face


def verify_photos(
    call: Call,
    *,
    photo_a: Upload,
    photo_b: Upload,
    face_number_a: int | None = None,
    face_number_b: int | None = None,
    threshold: float | None = None,
) -> Verification:
    """Compare a face of one photo with a face of another.

    Args:
        call: who asks, and with what.
        photo_a: one photo.
        photo_b: the other.
        face_number_a: which face of one when there are several, 1 for the largest.
        face_number_b: which of the other.
        threshold: similarity from which it is the same person; None takes the pack's.

    Raises:
        ImageError: a photo cannot be read.
        NoFaceFound, SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant;
            `extra["photo"]` says in which photo.
        InvalidInput: the threshold is out of range.
    """
    permissions.require(call.actor, "photos.verify")
    check_threshold(threshold)
    face_a, seen = _face(call, photo_a, face_number_a, which="a")
    face_b, other = _face(call, photo_b, face_number_b, which="b")
    return verified(
        call.services,
        face_a.embedding,
        {"b": face_b.embedding},
        faces=(face_a, face_b),
        itself={"b"} if seen.is_at(other.photo_sha256, other.box) else set(),
        threshold=threshold,
    )


def verify_person(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    photo: Upload,
    face_number: int | None = None,
    threshold: float | None = None,
) -> Verification:
    """Compare a face of a photo with a person's examples, together as `rank` has it.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: whose examples.
        photo: as it was sent.
        face_number: which face when there are several, 1 for the largest.
        threshold: similarity from which it is this person; None takes what follows from the
            gallery's accepted error.

    Raises:
        ImageError: the photo cannot be read.
        NoFaceFound: there is no face in the photo, or the person has no example.
        SeveralFacesFound, FaceNumberOutOfRange: it is not clear which face is meant.
        GalleryNotFound, PersonNotFound: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the threshold is out of range.
    """
    permissions.require(call.actor, "photos.verify", gallery)
    check_threshold(threshold)
    with call.services.database.read() as session:
        row, examples = examples_of(session, gallery, person_id, call.services.engine.summary)
    face, seen = _face(call, photo, face_number)
    return verified(
        call.services,
        face.embedding,
        {example.id: example.embedding for example in examples},
        faces=(face, None),
        itself={example.id for example in examples if seen.is_at(example.digest, example.box)},
        threshold=threshold,
        accepted=row.accepted_fmr,
    )


def examples_of(
    session: Session, gallery: str, person_id: str, summary: EngineSummary
) -> tuple[GalleryRow, Sequence[Any]]:
    """A gallery's row, and the examples of a person in it: `id`, `embedding`, `box` and `digest`.

    Raises:
        GalleryNotFound, PersonNotFound: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
        NoFaceFound: the person has no example.
    """
    row = find_gallery(session, gallery)
    require_contract(session, row, summary)
    person = find_person(session, row, person_id)
    examples = session.execute(
        select(
            FaceRow.id,
            FaceRow.embedding,
            FaceRow.box,
            func.coalesce(FaceRow.photo_sha256, PhotoRow.sha256).label("digest"),
        )
        .outerjoin(PhotoRow, PhotoRow.id == FaceRow.photo_id)
        .where(FaceRow.person_id == person.id)
    ).all()
    if not examples:
        raise NoFaceFound("person")
    return row, examples


def verified(
    services: Services,
    embedding: NDArray[np.float32],
    examples: Mapping[str, NDArray[np.float32]],
    *,
    faces: tuple[DetectedFace, DetectedFace | None],
    itself: Collection[str],
    threshold: float | None = None,
    accepted: float = ACCEPTED_RATE,
) -> Verification:
    """The answer about two faces, or about a face and a person when the second is None.

    Args:
        services: the collaborators.
        embedding: of the first face.
        examples: embeddings of the second face, or of the person, by id.
        faces: both.
        itself: those of the examples that are the very first face.
        threshold: similarity from which it is the same person; None takes what follows.
        accepted: share of comparisons of two people that may pass as one.
    """
    face_a, face_b = faces
    similarity, nearest = similarity_to(embedding, examples)
    summary, count = services.engine.summary, len(examples)
    if threshold is None:
        threshold = verification_threshold(summary, accepted=accepted, examples=count)
    return Verification(
        same_person=similarity >= threshold,
        similarity=similarity,
        threshold=threshold,
        expected_false_match_rate=verification_rate(summary, similarity, examples=count),
        legible=is_legible(face_a.quality) and (face_b is None or is_legible(face_b.quality)),
        face_a=face_a,
        face_b=face_b,
        example_face_id=nearest if face_b is None else None,
        same_photo=nearest in itself,
    )


def _face(
    call: Call, photo: Upload, face_number: int | None, *, which: str = "a"
) -> tuple[Face, SeenFace]:
    """The face that is meant, and where it was seen."""
    try:
        analyzed = analyze(call.services, photo, call.budget())
        face = choose_face(
            analyzed.faces, face_number=face_number, left_out=analyzed.faces.left_out
        )
    except (ImageError, FaceError) as error:
        error.extra["photo"] = which
        raise
    return face, SeenFace(analyzed.sha256, face.box)
