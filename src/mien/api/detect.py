"""Find the faces in a photo."""

from flask import Response

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.gallery.analysis import detect
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.schemas.detection import DetectionOut
from mien.schemas.photo_faces import PhotoOptionsIn

bp = make_blueprint("detect", "Photos")


class DetectPhotoIn(PhotoIn, PhotoOptionsIn):
    """One photo, and how closely to search it."""


@bp.post(
    "/detect",
    operation_id="detect",
    request_body=photo_body(DetectPhotoIn),
    responses=described(200, DetectionOut, *BODY, text="The faces; may be empty."),
)
@asks("photos.detect")
@looks_at_photos
def detect_faces() -> Response:
    """Find the faces in a photo, largest first."""
    asked = read_photo_body(DetectPhotoIn)
    found = detect(this_call(), photo=asked.upload(asked.photo))
    return answer(DetectionOut.of(found))
