"""Say whether a held photo shows one person of a gallery, who alone is compared."""

from dataclasses import dataclass

from mien.access import permissions
from mien.gallery.face_columns import from_columns
from mien.gallery.galleries import require_contract
from mien.gallery.recognition.held_faces import HeldFaces
from mien.gallery.recognition.held_faces import as_held_faces
from mien.gallery.recognition.held_faces import held_face
from mien.gallery.recognition.verify import examples_of
from mien.gallery.recognition.verify import verified
from mien.gallery.results import Verification
from mien.gallery.same_face import SeenFace
from mien.gallery.services import Call
from mien.vision.types import Box


@dataclass(frozen=True, slots=True)
class HeldVerification:
    """What comparing a held photo with a person found.

    Attributes:
        verification: about one face of the photo and the person's examples together.
        photo: the photo.
        accepted: share of comparisons with others that the gallery accepts to end in a match.
    """

    verification: Verification
    photo: HeldFaces
    accepted: float


def verify_held(
    call: Call, *, gallery: str, person_id: str, probe_id: str, face_number: int | None = None
) -> HeldVerification:
    """Compare a face of a held photo with a person's examples, as `verify_person` does of a new one.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: whose examples.
        probe_id: the photo.
        face_number: which face; None for the largest.

    Raises:
        ProbeNotFound: the photo was let go, or is somebody else's.
        NoFaceFound: there is no face in the photo, or the person has no example.
        FaceNumberOutOfRange: it has no face of this number.
        GalleryNotFound, PersonNotFound: it is not clear who is meant.
        GalleryModelMismatch: the gallery, or that of the photo, holds vectors of another model.
    """
    permissions.require(call.actor, "photos.verify", gallery)
    with call.services.database.read() as session:
        row, examples = examples_of(session, gallery, person_id, call.services.engine.summary)
        held, face = held_face(session, call.actor, probe_id, face_number)
        require_contract(session, held.gallery, call.services.engine.summary)
    seen = SeenFace(held.probe.sha256, Box(*face.box))
    return HeldVerification(
        verification=verified(
            call.services,
            face.embedding,
            {each.id: each.embedding for each in examples},
            faces=(from_columns(face), None),
            itself={each.id for each in examples if seen.is_at(each.digest, each.box)},
            accepted=row.accepted_fmr,
        ),
        photo=as_held_faces(held, face, face_number),
        accepted=row.accepted_fmr,
    )
