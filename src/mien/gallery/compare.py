"""Say whether two held photos show the same person."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mien.decision.similarity import similarity_to
from mien.decision.similarity import verification_rate
from mien.decision.similarity import verification_threshold
from mien.errors import NoFaceFound
from mien.gallery.answers import Verification
from mien.gallery.found_faces import from_columns
from mien.gallery.probes import faces_of_probe
from mien.gallery.probes import find_probe
from mien.gallery.tools import Tools
from mien.options import ACCEPTED_RATE
from mien.storage.models import ProbeFaceRow
from mien.vision.quality import is_legible


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


def compare_probes(tools: Tools, *, probe_a: str, probe_b: str, user_id: str) -> HeldComparison:
    """Compare the largest faces of two held photos.

    Raises:
        ProbeNotFound: a photo was let go, or is somebody else's.
        NoFaceFound: a photo has no face; `extra["photo"]` says which, `a` or `b`.
    """
    with tools.database.read() as session:
        faces_a = _faces(session, probe_a, user_id, which="a")
        faces_b = _faces(session, probe_b, user_id, which="b")
    summary = tools.engine.summary
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
