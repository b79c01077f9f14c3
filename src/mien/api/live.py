"""Identify the people in front of a camera, picture by picture."""

from flask import Response
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.gallery.recognition.live import identify_frame
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.schemas.addresses import GalleryPath
from mien.schemas.live import KnownFacesIn
from mien.schemas.live import LiveFrameOut
from mien.schemas.live import known_faces

bp = make_blueprint("live", "Photos")


class LiveFrameIn(PhotoIn):
    """One picture of a camera, 640 by 480 pixels or so, and the faces that you follow already."""

    known: KnownFacesIn = Field(default=[])


@bp.post(
    "/galleries/<gallery:gallery>/live",
    operation_id="identify_frame",
    request_body=photo_body(LiveFrameIn),
    responses=described(
        200, LiveFrameOut, 404, 409, *BODY, text="A result for every face; may be empty."
    ),
)
@asks("photos.identify")
@looks_at_photos
def identify_live(path: GalleryPath) -> Response:
    """Identify every face in one picture of a camera, quickly.

    Send the next picture when this one is answered, always the newest. Faces sent as known and
    `fresh` are found but not identified again, which takes about half the time. Nothing is stored.
    """
    asked = read_photo_body(LiveFrameIn)
    found = identify_frame(
        this_call(), gallery=path.gallery, frame=asked.photo, known=known_faces(asked.known)
    )
    return answer(LiveFrameOut.of(found))
