"""Faces and people in a gallery that someone should check, and confirming them."""

from flask import Response

from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.gallery.people.keep import keep_face
from mien.gallery.people.keep import keep_pair
from mien.gallery.people.review import list_review
from mien.http.auth import asks
from mien.http.context import this_call
from mien.schemas.addresses import FacePath
from mien.schemas.addresses import GalleryPath
from mien.schemas.review import PairPath
from mien.schemas.review import ReviewOut
from mien.schemas.review import ReviewQuery

bp = make_blueprint("review", "Review")
_PERSON = "/galleries/<gallery:gallery>/people/<id:person_id>"


@bp.get(
    "/galleries/<gallery:gallery>/review",
    operation_id="list_review",
    responses=described(200, ReviewOut, 404, text="What to check."),
)
@asks("faces.read")
def list_all(path: GalleryPath, query: ReviewQuery) -> Response:
    """List faces that may be mistakes, and people who look alike."""
    found = list_review(this_call(), gallery=path.gallery, limit=query.limit)
    return answer(ReviewOut.of(found))


@bp.put(
    f"{_PERSON}/faces/<id:face_id>/reviewed",
    operation_id="keep_face",
    responses=described(204, None, 404, text="Its warnings are no longer listed."),
)
@asks("faces.review")
def keep_one(path: FacePath) -> Response:
    """Confirm that a face is right in spite of its warnings."""
    keep_face(this_call(), **dict(path))
    return Response(status=204)


@bp.put(
    f"{_PERSON}/look-alikes/<id:other_person_id>/reviewed",
    operation_id="keep_pair",
    responses=described(204, None, 404, 422, text="The pair is no longer listed."),
)
@asks("faces.review")
def keep_both(path: PairPath) -> Response:
    """Confirm that two people who look alike are different people."""
    keep_pair(this_call(), **dict(path))
    return Response(status=204)
