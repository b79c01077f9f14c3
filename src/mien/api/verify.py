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
from mien.gallery.recognition.verify import verify_person
from mien.gallery.recognition.verify import verify_photos
from mien.gallery.settings import Threshold
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.default_gallery import default_gallery
from mien.http.overload import looks_at_photos
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.photo_faces import FaceNumber
from mien.schemas.photo_faces import PhotoOptionsIn
from mien.schemas.verification import VerificationOut

bp = make_blueprint("verify", "Photos")


class VerifyPhotosIn(PhotoOptionsIn):
    """Two photos and, if one shows several faces, which face to use."""

    photo_a: Photo
    photo_b: Photo
    face_number_a: FaceNumber | None = None
    face_number_b: FaceNumber | None = None
    threshold: Threshold | None = None


class VerifyPersonIn(FacePhotoIn, PhotoOptionsIn):
    """A photo and a person in a gallery."""

    person_id: Id
    gallery: GalleryName = Field(
        default_factory=default_gallery,
        description="A gallery's name; the server's default gallery if not given.",
    )
    threshold: Threshold | None = None


@bp.post(
    "/verify",
    operation_id="verify",
    request_body=photo_body(VerifyPhotosIn, VerifyPersonIn),
    responses=described(
        200, VerificationOut, 404, 409, *BODY, text="How similar they are, and what that means."
    ),
)
@asks("photos.verify")
@looks_at_photos
def verify() -> Response:
    """Compare two photos, `photo_a` and `photo_b`, or a `photo` and a `person_id`."""
    fields, strict = read_photo_fields(photos=2)
    if "photo" in fields or "person_id" in fields:
        one = checked(VerifyPersonIn, fields, strict=strict)
        verified = verify_person(
            this_call(),
            gallery=one.gallery,
            person_id=one.person_id,
            photo=one.upload(one.photo),
            face_number=one.face_number,
            threshold=one.threshold,
        )
        return answer(VerificationOut.of(verified))
    two = checked(VerifyPhotosIn, fields, strict=strict)
    verified = verify_photos(
        this_call(),
        photo_a=two.upload(two.photo_a),
        photo_b=two.upload(two.photo_b),
        face_number_a=two.face_number_a,
        face_number_b=two.face_number_b,
        threshold=two.threshold,
    )
    return answer(VerificationOut.of(verified))
