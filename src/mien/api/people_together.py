"""Several people or faces at once: merge, move, copy, delete; and who is confused with whom."""

from flask import Response

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import FacePhotoIn
from mien.api.bodies import json_body
from mien.api.bodies import photo_body
from mien.api.bodies import read_body
from mien.api.bodies import read_photo_body
from mien.errors import InvalidInput
from mien.gallery.analysis import Upload
from mien.gallery.people.changes import show_change
from mien.gallery.people.confusions import list_confusions
from mien.gallery.people.copy_people import copy_people
from mien.gallery.people.delete import delete_faces
from mien.gallery.people.delete import delete_people
from mien.gallery.people.likely_doubles import list_doubles
from mien.gallery.people.merge import merge_people
from mien.gallery.people.move import move_faces
from mien.gallery.people.portrait import choose_portrait
from mien.gallery.people.wrong import mark_wrong
from mien.gallery.people.wrong import refuse_name
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.schemas.addresses import FacePath
from mien.schemas.addresses import GalleryPath
from mien.schemas.addresses import PersonPath
from mien.schemas.changes import ChangeOut
from mien.schemas.people import PersonOut
from mien.schemas.people_together import ConfusionsOut
from mien.schemas.people_together import CopiedOut
from mien.schemas.people_together import DoublesOut
from mien.schemas.people_together import DoublesQuery
from mien.schemas.people_together import FacesIn
from mien.schemas.people_together import MarkedWrongOut
from mien.schemas.people_together import MergeIn
from mien.schemas.people_together import MovedOut
from mien.schemas.people_together import MoveIn
from mien.schemas.people_together import PeopleCopyIn
from mien.schemas.people_together import PeopleIn
from mien.schemas.people_together import PortraitIn
from mien.schemas.people_together import WhoseIn

bp = make_blueprint("people_together", "People")
_GALLERY = "/galleries/<gallery:gallery>"
_PERSON = f"{_GALLERY}/people/<id:person_id>"


@bp.get(
    f"{_GALLERY}/people/doubles",
    operation_id="list_doubles",
    responses=described(200, DoublesOut, 404, text="People who may be one and the same."),
)
@asks("people.read")
def doubles(path: GalleryPath, query: DoublesQuery) -> Response:
    """List people who may be one and the same, most similar first."""
    found = list_doubles(this_call(), gallery=path.gallery, limit=query.limit)
    return answer(DoublesOut.of(found))


@bp.post(
    f"{_PERSON}/merge",
    operation_id="merge_people",
    request_body=json_body(MergeIn),
    responses=described(200, PersonOut, 404, *BODY, text="The person who is left."),
)
@asks("people.merge")
def merge(path: PersonPath) -> Response:
    """Merge people into one: faces, notes and missing metadata of `from` go to this person.

    The people in `from` are deleted. The header `Mien-Change` has the id by which it is undone.
    """
    done = merge_people(this_call(), **dict(path), from_ids=read_body(MergeIn).ids)
    return answer(PersonOut.of(done.person))


@bp.post(
    f"{_GALLERY}/people/copy",
    operation_id="copy_people",
    request_body=json_body(PeopleCopyIn),
    responses=described(201, CopiedOut, 404, 409, *BODY, text="The copies."),
)
@asks("people.copy")
def copy(path: GalleryPath) -> Response:
    """Copy people with their faces to another gallery, where the change can be undone."""
    given = read_body(PeopleCopyIn)
    done = copy_people(
        this_call(),
        gallery=path.gallery,
        person_ids=given.person_ids,
        to_gallery=given.gallery,
        allow_same_name=given.allow_same_name,
    )
    return answer(CopiedOut.of(done), status=201)


@bp.post(
    f"{_GALLERY}/people/delete",
    operation_id="delete_people",
    request_body=json_body(PeopleIn),
    responses={
        **described(202, ChangeOut, 404, *BODY, text="Deleted until the change is over."),
        **described(204, None, text="Erased; this installation keeps nothing to undo."),
    },
)
@asks("people.delete")
def delete_several(path: GalleryPath) -> Response:
    """Delete people in one change that can be undone; then they are erased."""
    given = read_body(PeopleIn)
    done = delete_people(this_call(), gallery=path.gallery, person_ids=given.person_ids)
    return deleted(path.gallery, done.change_id)


@bp.post(
    f"{_GALLERY}/faces/delete",
    operation_id="delete_faces",
    request_body=json_body(FacesIn),
    responses={
        **described(202, ChangeOut, 404, *BODY, text="Deleted until the change is over."),
        **described(204, None, text="Erased; this installation keeps nothing to undo."),
    },
)
@asks("faces.delete")
def delete_several_faces(path: GalleryPath) -> Response:
    """Delete faces in one change that can be undone; then they are erased."""
    given = read_body(FacesIn)
    done = delete_faces(this_call(), gallery=path.gallery, face_ids=given.face_ids)
    return deleted(path.gallery, done.change_id)


def deleted(gallery: str, change_id: str | None) -> Response:
    """The answer about what was deleted: its change, or nothing where it is erased."""
    if change_id is None:
        return Response(status=204)
    change = show_change(this_call(), gallery=gallery, change_id=change_id)
    return answer(ChangeOut.of(change), status=202)


@bp.post(
    f"{_GALLERY}/faces/move",
    operation_id="move_faces",
    request_body=json_body(MoveIn),
    responses=described(200, MovedOut, 404, 409, *BODY, text="Where the faces are now."),
)
@asks("faces.move")
def move(path: GalleryPath) -> Response:
    """Move faces to another person, known or new, in this gallery or another."""
    given = read_body(MoveIn)
    to = given.subject
    if to is None:
        raise InvalidInput("one_person", field="person_id")
    done = move_faces(
        this_call(),
        gallery=path.gallery,
        face_ids=given.face_ids,
        to=to,
        to_gallery=given.gallery,
    )
    return answer(MovedOut.of(done))


@bp.put(
    f"{_PERSON}/portrait",
    operation_id="choose_portrait",
    request_body=json_body(PortraitIn),
    responses=described(200, PersonOut, 404, *BODY, text="The person."),
)
@asks("people.change")
def portrait(path: PersonPath) -> Response:
    """Choose the face by which a person is shown."""
    given = read_body(PortraitIn)
    return answer(PersonOut.of(choose_portrait(this_call(), **dict(path), face_id=given.face_id)))


@bp.post(
    f"{_PERSON}/faces/<id:face_id>/wrong",
    operation_id="mark_wrong",
    request_body=json_body(WhoseIn),
    responses=described(200, MarkedWrongOut, 404, 409, *BODY, text="Whose the face is now."),
)
@asks("faces.refuse")
def wrong(path: FacePath) -> Response:
    """Say that a face is not this person's: it is moved to someone else or deleted.

    Faces that are more similar to it than to this person's own are no longer identified as this
    person. Send `{}` to delete it, so that it can be undone.
    """
    given = read_body(WhoseIn)
    done = mark_wrong(
        this_call(),
        gallery=path.gallery,
        person_id=path.person_id,
        face_id=path.face_id,
        to=given.subject,
    )
    return answer(MarkedWrongOut.of(done))


@bp.post(
    f"{_PERSON}/not-this-person",
    operation_id="refuse_name",
    request_body=photo_body(FacePhotoIn),
    responses=described(204, None, 404, 409, *BODY, text="Remembered."),
)
@asks("faces.refuse")
@looks_at_photos
def refuse(path: PersonPath) -> Response:
    """Say that the face in a photo is not this person, who is no longer identified in it.

    Only the face's embedding is stored, as not this person's.
    """
    given = read_photo_body(FacePhotoIn)
    refuse_name(this_call(), **dict(path), photo=Upload(given.photo), face_number=given.face_number)
    return Response(status=204)


@bp.get(
    f"{_PERSON}/confusions",
    operation_id="list_confusions",
    responses=described(200, ConfusionsOut, 404, text="Who the person is confused with."),
)
@asks("faces.read")
def confusions(path: PersonPath) -> Response:
    """List who a person is confused with: look-alikes, suspected mistakes, and refused faces."""
    return answer(ConfusionsOut.of(list_confusions(this_call(), **dict(path))))
