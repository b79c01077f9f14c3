"""Find the faces of a photo."""

from flask import Response
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.gallery.analysis import detect
from mien.http.auth import require_scope
from mien.http.context import services
from mien.options import Detail
from mien.schemas.common import DETAIL
from mien.schemas.common import FaceOut
from mien.schemas.common import ImageOut
from mien.schemas.common import face_fields
from mien.schemas.detection import DetectionOut

bp = make_blueprint("detect", "Photos")


class DetectPhotoIn(PhotoIn):
    """One photo, and how closely it is searched."""

    detail: Detail = Field(default="normal", description=DETAIL)


@bp.post(
    "/detect",
    operation_id="detect",
    request_body=photo_body(DetectPhotoIn),
    responses=described(200, DetectionOut, *BODY, text="Every face; there may be none."),
)
@require_scope("identify")
def detect_faces() -> Response:
    """Find every face of a photo."""
    asked = read_photo_body(DetectPhotoIn)
    found = detect(services(), photo=asked.photo, detail=asked.detail)
    return answer(
        DetectionOut(
            image=ImageOut(width=found.width, height=found.height),
            faces=[FaceOut(**face_fields(face)) for face in found.faces],
        )
    )
