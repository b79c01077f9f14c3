"""Galleries: list, create, show, change, delete."""

from flask import Response
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.what_if import weigh
from mien.http.auth import asks
from mien.http.context import this_call
from mien.schemas.addresses import GalleryPath
from mien.schemas.galleries import GalleriesOut
from mien.schemas.galleries import GalleryChangeIn
from mien.schemas.galleries import GalleryIn
from mien.schemas.galleries import GalleryOut
from mien.schemas.galleries import WeighedOut
from mien.schemas.galleries import WeighQuery

bp = make_blueprint("galleries", "Galleries")


@bp.get(
    "/galleries",
    operation_id="list_galleries",
    responses=described(200, GalleriesOut, text="All galleries."),
)
@asks("galleries.read")
def list_all() -> Response:
    """List the galleries."""
    found = list_galleries(this_call())
    return answer(GalleriesOut(galleries=[GalleryOut.from_gallery(each) for each in found]))


@bp.post(
    "/galleries",
    operation_id="create_gallery",
    request_body=json_body(GalleryIn),
    responses=described(201, GalleryOut, 409, *BODY, text="The new gallery."),
)
@asks("galleries.create")
def create() -> Response:
    """Create an empty gallery, bound to the model pack in use."""
    given = read_body(GalleryIn)
    made = create_gallery(this_call(), name=given.called, settings=given.settings())
    location = url_for("api_galleries.show", gallery=made.name)
    return answer(GalleryOut.from_gallery(made), status=201, location=location)


@bp.get(
    "/galleries/<gallery:gallery>",
    operation_id="show_gallery",
    responses=described(200, GalleryOut, 404, text="The gallery."),
)
@asks("galleries.read")
def show(path: GalleryPath) -> Response:
    """Show a gallery."""
    return answer(GalleryOut.from_gallery(show_gallery(this_call(), name=path.gallery)))


@bp.patch(
    "/galleries/<gallery:gallery>",
    operation_id="change_gallery",
    request_body=json_body(GalleryChangeIn),
    responses=described(200, GalleryOut, 404, 409, *BODY, text="The changed gallery."),
)
@asks("galleries.change")
def change(path: GalleryPath) -> Response:
    """Rename a gallery or change its settings."""
    changes = read_body(GalleryChangeIn).changes()
    return answer(
        GalleryOut.from_gallery(change_gallery(this_call(), name=path.gallery, **changes))
    )


@bp.get(
    "/galleries/<gallery:gallery>/weigh",
    operation_id="weigh_gallery",
    responses=described(200, WeighedOut, 404, 409, 422, text="What the setting would have done."),
)
@asks("galleries.weigh")
def weigh_settings(path: GalleryPath, query: WeighQuery) -> Response:
    """Try out a setting: how it would have answered recent searches, and who looks alike."""
    weighed = weigh(
        this_call(),
        gallery=path.gallery,
        accepted_fpir=query.accepted_fpir,
        threshold=query.threshold,
    )
    return answer(WeighedOut.of(weighed))


@bp.delete(
    "/galleries/<gallery:gallery>",
    operation_id="delete_gallery",
    responses=described(200, GalleryOut, 404, 409, text="What was deleted."),
)
@asks("galleries.delete")
def delete(path: GalleryPath) -> Response:
    """Delete a gallery with all its people, faces, portraits and photos."""
    return answer(GalleryOut.from_gallery(delete_gallery(this_call(), name=path.gallery)))
