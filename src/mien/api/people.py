"""People of a gallery: list, create, show, change, forget."""

from flask import Response
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.gallery.people.delete_original import delete_original
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import list_people
from mien.gallery.people.people import show_person
from mien.http.auth import asks
from mien.http.context import this_call
from mien.schemas.addresses import GalleryPath
from mien.schemas.addresses import OriginalPath
from mien.schemas.addresses import PersonPath
from mien.schemas.erasure import ErasureOut
from mien.schemas.erasure import ErasureQuery
from mien.schemas.people import PeopleOut
from mien.schemas.people import PeopleQuery
from mien.schemas.people import PersonChangeIn
from mien.schemas.people import PersonIn
from mien.schemas.people import PersonOut

bp = make_blueprint("people", "People")


@bp.get(
    "/galleries/<gallery:gallery>/people",
    operation_id="list_people",
    responses=described(200, PeopleOut, 404, text="A page of people."),
)
@asks("people.read")
def list_page(path: GalleryPath, query: PeopleQuery) -> Response:
    """List people, page by page."""
    page = list_people(
        this_call(),
        gallery=path.gallery,
        query=query.q,
        order=query.order,
        limit=query.limit,
        cursor=query.cursor,
    )
    people = [PersonOut.of(person) for person in page.people]
    return answer(PeopleOut(people=people, total=page.total, next_cursor=page.next_cursor))


@bp.post(
    "/galleries/<gallery:gallery>/people",
    operation_id="create_person",
    request_body=json_body(PersonIn),
    responses=described(201, PersonOut, 404, 409, *BODY, text="The new person."),
)
@asks("people.create")
def create(path: GalleryPath) -> Response:
    """Add somebody, without a face yet."""
    made = create_person(this_call(), gallery=path.gallery, **dict(read_body(PersonIn)))
    location = url_for("api_people.show", gallery=path.gallery, person_id=made.id)
    return answer(PersonOut.of(made), status=201, location=location)


@bp.get(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="show_person",
    responses=described(200, PersonOut, 404, text="The person."),
)
@asks("people.read")
def show(path: PersonPath) -> Response:
    """Show a person."""
    return answer(PersonOut.of(show_person(this_call(), **dict(path))))


@bp.patch(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="change_person",
    request_body=json_body(PersonChangeIn),
    responses=described(200, PersonOut, 404, 409, *BODY, text="The person as they are now."),
)
@asks("people.change")
def change(path: PersonPath) -> Response:
    """Rename somebody or change what is noted."""
    changes = read_body(PersonChangeIn).model_dump(exclude_unset=True)
    return answer(PersonOut.of(change_person(this_call(), **dict(path), **changes)))


@bp.delete(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="forget_person",
    responses=described(200, ErasureOut, 404, text="The proof."),
)
@asks("people.delete")
def forget(path: PersonPath, query: ErasureQuery) -> Response:
    """Forget everything of a person: rows, crops, photos and index."""
    return answer(ErasureOut.of(forget_person(this_call(), **dict(path), **dict(query))))


@bp.delete(
    "/galleries/<gallery:gallery>/originals/<id:photo_id>",
    operation_id="delete_original",
    responses=described(204, None, 404, text="It is gone."),
)
@asks("faces.delete")
def delete_kept(path: OriginalPath) -> Response:
    """Delete a kept original photo, such as one that a proof names; portraits stay."""
    delete_original(this_call(), **dict(path))
    return Response(status=204)
