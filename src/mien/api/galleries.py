"""Galleries: list, create, show, change, remove."""

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
from mien.http.auth import require_scope
from mien.http.context import services
from mien.schemas.common import GalleryPath
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
@require_scope("read")
def list_all() -> Response:
    """List the galleries."""
    found = list_galleries(services())
    return answer(GalleriesOut(galleries=[GalleryOut.of(each) for each in found]))


@bp.post(
    "/galleries",
    operation_id="create_gallery",
    request_body=json_body(GalleryIn),
    responses=described(201, GalleryOut, 409, *BODY, text="The new gallery."),
)
@require_scope("admin")
def create() -> Response:
    """Create an empty gallery, bound to the model pack in use."""
    made = create_gallery(services(), **dict(read_body(GalleryIn)))
    location = url_for("api_galleries.show", gallery=made.name)
    return answer(GalleryOut.of(made), status=201, location=location)


@bp.get(
    "/galleries/<gallery:gallery>",
    operation_id="show_gallery",
    responses=described(200, GalleryOut, 404, text="The gallery."),
)
@require_scope("read")
def show(path: GalleryPath) -> Response:
    """Show a gallery."""
    return answer(GalleryOut.of(show_gallery(services(), name=path.gallery)))


@bp.patch(
    "/galleries/<gallery:gallery>",
    operation_id="change_gallery",
    request_body=json_body(GalleryChangeIn),
    responses=described(200, GalleryOut, 404, 409, *BODY, text="The gallery as it is now."),
)
@require_scope("admin")
def change(path: GalleryPath) -> Response:
    """Rename a gallery or change its settings."""
    changes = read_body(GalleryChangeIn).changes()
    return answer(GalleryOut.of(change_gallery(services(), name=path.gallery, **changes)))


@bp.get(
    "/galleries/<gallery:gallery>/weigh",
    operation_id="weigh_gallery",
    responses=described(200, WeighedOut, 404, 409, 422, text="What the setting would have done."),
)
@require_scope("read")
def weigh_settings(path: GalleryPath, query: WeighQuery) -> Response:
    """Weigh a setting: how the last searches would have been answered, and who looks alike."""
    weighed = weigh(
        services(),
        gallery=path.gallery,
        accepted_fpir=query.accepted_fpir,
        threshold=query.threshold,
    )
    return answer(WeighedOut.of(weighed))


@bp.delete(
    "/galleries/<gallery:gallery>",
    operation_id="delete_gallery",
    responses=described(200, GalleryOut, 404, 409, text="What was removed."),
)
@require_scope("admin")
def delete(path: GalleryPath) -> Response:
    """Remove a gallery with all its people, faces, crops and photos."""
    return answer(GalleryOut.of(delete_gallery(services(), name=path.gallery)))
