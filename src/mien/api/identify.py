"""Identify the people in a photo."""

from flask import Response

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.gallery.recognition.identify import identify
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.schemas.addresses import GalleryPath
from mien.schemas.identification import IdentificationOut
from mien.schemas.identification import IdentifyQuery

bp = make_blueprint("identify", "Photos")


@bp.post(
    "/galleries/<gallery:gallery>/identify",
    operation_id="identify",
    request_body=photo_body(PhotoIn),
    responses=described(
        200, IdentificationOut, 404, 409, *BODY, text="A result for every face; may be empty."
    ),
)
@asks("photos.identify")
@looks_at_photos
def identify_photo(path: GalleryPath, query: IdentifyQuery) -> Response:
    """Identify every face in a photo, or say that nobody in the gallery matches.

    Search some people only with `where`, or other galleries as well with `also`.
    """
    found = identify(
        this_call(),
        gallery=path.gallery,
        photo=query.upload(read_photo_body(PhotoIn).photo),
        limit=query.limit,
        threshold=query.threshold,
        reach=query.reach,
    )
    return answer(IdentificationOut.of(found))
