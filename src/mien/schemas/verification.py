"""Whether two faces show the same person, as JSON."""

from pydantic import Field

from mien.gallery.results import Verification
from mien.gallery.settings import Threshold
from mien.schemas.addresses import Id
from mien.schemas.base import Out
from mien.schemas.figures import Rate
from mien.schemas.figures import Similarity
from mien.schemas.figures import rate_out
from mien.schemas.figures import similarity_out
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import face_fields


class VerificationOut(Out):
    """Whether it is the same person; `face_b` is null when comparing with a person."""

    same_person: bool
    similarity: Similarity
    threshold: Threshold
    expected_false_match_rate: Rate | None = Field(
        description="Share of comparisons with someone else that reach this similarity; 0.001 is "
        "1 in 1,000. Null if the model has not been calibrated."
    )
    legible: bool = Field(
        description="Whether both faces are good enough to tell; if not, the answer means little."
    )
    face_a: FaceOut
    face_b: FaceOut | None
    example_face_id: Id | None
    same_photo: bool = Field(
        description="Whether a face was compared with itself: the other photo, or the person's "
        "nearest example, is this same face in this same file."
    )

    @classmethod
    def of(cls, found: Verification) -> "VerificationOut":
        """From the verbs' answer."""
        return cls(
            same_person=found.same_person,
            similarity=similarity_out(found.similarity),
            threshold=similarity_out(found.threshold),
            expected_false_match_rate=rate_out(found.expected_false_match_rate),
            legible=found.legible,
            face_a=FaceOut(**face_fields(found.face_a)),
            face_b=None if found.face_b is None else FaceOut(**face_fields(found.face_b)),
            example_face_id=found.example_face_id,
            same_photo=found.same_photo,
        )
