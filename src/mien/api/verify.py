"""Compare two photos, or a photo with a person."""

from flask import Response
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import FacePhotoIn
from mien.api.bodies import Photo
from mien.api.bodies import checked
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_fields
from mien.api.shapes import DETAIL
from mien.api.shapes import FaceNumber
from mien.api.shapes import FaceOut
from mien.api.shapes import GalleryName
from mien.api.shapes import Id
from mien.api.shapes import In
from mien.api.shapes import Out
from mien.api.shapes import Rate
from mien.api.shapes import Similarity
from mien.api.shapes import Threshold
from mien.api.shapes import face_fields
from mien.api.shapes import rate_out
from mien.api.shapes import similarity_out
from mien.gallery.recognition.verify import verify_person
from mien.gallery.recognition.verify import verify_photos
from mien.gallery.results import Verification
from mien.http.auth import require_scope
from mien.http.context import services
from mien.http.default_gallery import default_gallery
from mien.options import Detail

bp = make_blueprint("verify", "Photos")


class VerifyPhotosIn(In):
    """Two photos and, where one shows several faces, which is meant."""

    photo_a: Photo
    photo_b: Photo
    face_number_a: FaceNumber | None = None
    face_number_b: FaceNumber | None = None
    threshold: Threshold | None = None
    detail: Detail = Field(default="normal", description=DETAIL)


class VerifyPersonIn(FacePhotoIn):
    """A photo and a person of a gallery."""

    person_id: Id
    gallery: GalleryName = Field(
        default_factory=default_gallery,
        description="A gallery's name; without one, the server's default gallery.",
    )
    threshold: Threshold | None = None
    detail: Detail = Field(default="normal", description=DETAIL)


class VerificationOut(Out):
    """Whether it is the same person; `face_b` is null when compared with a person."""

    same_person: bool
    similarity: Similarity
    threshold: Threshold
    expected_false_match_rate: Rate | None = Field(
        description="Share of comparisons with somebody else that reach this similarity; 0.001 is "
        "1 of 1,000. Null when the model has not been calibrated."
    )
    legible: bool = Field(
        description="Whether the faces show enough to be told from others; if not, the answer "
        "means little."
    )
    face_a: FaceOut
    face_b: FaceOut | None
    example_face_id: Id | None

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
        )


@bp.post(
    "/verify",
    operation_id="verify",
    request_body=photo_body(VerifyPhotosIn, VerifyPersonIn),
    responses=described(
        200, VerificationOut, 404, 409, *BODY, text="How alike they are, and what that means."
    ),
)
@require_scope("identify")
def verify() -> Response:
    """Compare two photos, `photo_a` and `photo_b`, or a `photo` and a `person_id`."""
    fields, strict = read_photo_fields(photos=2)
    if "photo" in fields or "person_id" in fields:
        person = checked(VerifyPersonIn, fields, strict=strict)
        return answer(VerificationOut.of(verify_person(services(), **dict(person))))
    photos = checked(VerifyPhotosIn, fields, strict=strict)
    return answer(VerificationOut.of(verify_photos(services(), **dict(photos))))
