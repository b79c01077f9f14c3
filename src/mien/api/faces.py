"""The examples of a person: list, add, show, delete, and view the portrait."""

from flask import Response
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.blueprint import problem
from mien.api.bodies import ExampleOptionsIn
from mien.api.bodies import FacePhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.api.people_together import deleted
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.people.delete import delete_faces
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import show_face
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.http.responses import file_response
from mien.schemas.addresses import FacePath
from mien.schemas.addresses import PersonPath
from mien.schemas.changes import ChangeOut
from mien.schemas.changes import UndoableQuery
from mien.schemas.faces import FacesOut
from mien.schemas.faces import NewFaceOut
from mien.schemas.faces import StoredFaceOut

bp = make_blueprint("faces", "Faces")
_FACES = "/galleries/<gallery:gallery>/people/<id:person_id>/faces"
_FACE = f"{_FACES}/<id:face_id>"


class ExampleIn(FacePhotoIn, ExampleOptionsIn):
    """One photo of a person, and which face to use."""


@bp.get(
    _FACES,
    operation_id="list_faces",
    responses=described(200, FacesOut, 404, text="The person's examples."),
)
@asks("faces.read")
def list_all(path: PersonPath) -> Response:
    """List the examples of a person."""
    found = list_faces(this_call(), **dict(path))
    return answer(FacesOut(faces=[StoredFaceOut.of(face) for face in found]))


@bp.post(
    _FACES,
    operation_id="add_face",
    request_body=photo_body(ExampleIn),
    responses={
        **described(201, NewFaceOut, 404, 409, *BODY, text="The new example."),
        **described(200, NewFaceOut, text="This exact photo was already stored."),
    },
)
@asks("faces.add")
@looks_at_photos
def add(path: PersonPath) -> Response:
    """Add an example of a person; `face_number` or `take` chooses among several faces.

    The gallery's gate may reject it as `photo_not_good_enough`, with `reasons`: a list of objects
    with `code`, `detail`, `advice`, `figure`, `limit` and `unit`. The figure of `blurred` is the
    sharpness at equal brightness, not the face's `quality.sharpness`; that of `eyes_hidden` is
    negative if the eye is outside the photo. `no_face_found` and `several_faces_found` have one
    reason, whose figure is the number of faces.
    """
    given = read_photo_body(ExampleIn)
    made = enrol(
        this_call(),
        gallery=path.gallery,
        source=given.upload(given.photo),
        subject=KnownPerson(path.person_id),
        face_number=given.face_number,
        take=given.take,
        gate=given.gate,
    )
    out = NewFaceOut.of_enrolment(made)
    if not made.stored:
        return answer(out)
    location = url_for("api_faces.show", **dict(path), face_id=made.face.id)
    return answer(out, status=201, location=location)


@bp.get(
    _FACE,
    operation_id="show_face",
    responses=described(200, StoredFaceOut, 404, text="The example."),
)
@asks("faces.read")
def show(path: FacePath) -> Response:
    """Show an example."""
    return answer(StoredFaceOut.of(show_face(this_call(), **dict(path))))


@bp.delete(
    _FACE,
    operation_id="delete_face",
    responses={
        **described(204, None, 404, text="Deleted."),
        **described(202, ChangeOut, text="Deleted until the change is over (`undoable`)."),
    },
)
@asks("faces.delete")
def delete(path: FacePath, query: UndoableQuery) -> Response:
    """Delete an example, its portrait, and its photo unless another face needs it."""
    if query.undoable:
        show_face(this_call(), **dict(path))
        done = delete_faces(this_call(), gallery=path.gallery, face_ids=[path.face_id])
        return deleted(path.gallery, done.change_id)
    delete_face(this_call(), **dict(path))
    return Response(status=204)


@bp.get(
    f"{_FACE}/crop",
    operation_id="read_crop",
    responses={
        **described(200, None, 404, text="The portrait.", media_type="image/jpeg"),
        "206": {
            "description": "The requested part (`Range`).",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        },
        "304": {"description": "Not changed (`If-None-Match`)."},
        "416": problem(416),
    },
)
@asks("faces.read")
def crop(path: FacePath) -> Response:
    """Get the portrait of an example, with an `ETag` for caching."""
    show_face(this_call(), **dict(path))
    return file_response(read_crop(this_call(), gallery=path.gallery, face_id=path.face_id))
