"""Say whether two held photos show the same person."""

from dataclasses import dataclass

from mien.access import permissions
from mien.gallery.face_columns import from_columns
from mien.gallery.recognition.held_faces import HeldFaces
from mien.gallery.recognition.held_faces import as_held_faces
from mien.gallery.recognition.held_faces import held_face
from mien.gallery.recognition.verify import verified
from mien.gallery.results import Verification
from mien.gallery.same_face import SeenFace
from mien.gallery.services import Call
from mien.vision.types import Box


@dataclass(frozen=True, slots=True)
class HeldComparison:
    """What comparing two held photos found.

    Attributes:
        verification: about one face of each.
        photo_a: the first photo.
        photo_b: the second photo.
    """

    verification: Verification
    photo_a: HeldFaces
    photo_b: HeldFaces


def compare_held(
    call: Call,
    *,
    probe_a: str,
    probe_b: str,
    face_number_a: int | None = None,
    face_number_b: int | None = None,
) -> HeldComparison:
    """Compare a face of one held photo with a face of another.

    Args:
        call: who asks, and with what.
        probe_a: one photo.
        probe_b: the other.
        face_number_a: which face of one; None for the largest.
        face_number_b: which of the other.

    Raises:
        ProbeNotFound: a photo was let go, or is somebody else's.
        NoFaceFound: a photo has no face; `extra["photo"]` says which, `a` or `b`.
        FaceNumberOutOfRange: a photo has no face of this number.
    """
    permissions.require(call.actor, "photos.hold")
    with call.services.database.read() as session:
        held_a, face_a = held_face(session, call.actor, probe_a, face_number_a)
        held_b, face_b = held_face(session, call.actor, probe_b, face_number_b, which="b")
    seen = SeenFace(held_a.probe.sha256, Box(*face_a.box))
    return HeldComparison(
        verification=verified(
            call.services,
            face_a.embedding,
            {"b": face_b.embedding},
            faces=(from_columns(face_a), from_columns(face_b)),
            itself={"b"} if seen.is_at(held_b.probe.sha256, face_b.box) else set(),
        ),
        photo_a=as_held_faces(held_a, face_a, face_number_a),
        photo_b=as_held_faces(held_b, face_b, face_number_b),
    )
