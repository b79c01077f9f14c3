"""People in a gallery: list, create, show, change, delete."""

import json
from typing import Any

from flask import Response
from flask import url_for
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import ExampleOptionsIn
from mien.api.bodies import Photo
from mien.api.bodies import checked
from mien.api.bodies import json_body
from mien.api.bodies import photo_body
from mien.api.bodies import read_body
from mien.api.bodies import read_photo_fields
from mien.api.people_together import deleted
from mien.errors import InvalidInput
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.delete import delete_people
from mien.gallery.people.delete_original import delete_original
from mien.gallery.people.forget import forget_person
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.results import Enrolment
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.request_bodies import read_json_object
from mien.schemas.addresses import GalleryPath
from mien.schemas.addresses import OriginalPath
from mien.schemas.addresses import PersonPath
from mien.schemas.changes import ChangeOut
from mien.schemas.changes import UndoableQuery
from mien.schemas.erasure import ErasureOut
from mien.schemas.erasure import ErasureQuery
from mien.schemas.faces import NewFaceOut
from mien.schemas.people import PeopleOut
from mien.schemas.people import PeopleQuery
from mien.schemas.people import PersonChangeIn
from mien.schemas.people import PersonIn
from mien.schemas.people import PersonOut
from mien.schemas.photo_faces import FaceNumber

bp = make_blueprint("people", "People")


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class NewPersonIn(PersonIn, ExampleOptionsIn):
    """A new person, with a photo or without one."""

    photo: Photo = Field(default=b"", json_schema_extra=_without_default)
    face_number: FaceNumber | None = None


class ForgetQuery(ErasureQuery, UndoableQuery):
    """How to delete a person."""


class NewPersonOut(PersonOut):
    """A person who was just added."""

    face: NewFaceOut | None = Field(description="The example from the photo; null without a photo.")


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
        only=query.only,
        limit=query.limit,
        cursor=query.cursor,
    )
    people = [PersonOut.of(person) for person in page.people]
    return answer(PeopleOut(people=people, total=page.total, next_cursor=page.next_cursor))


@bp.post(
    "/galleries/<gallery:gallery>/people",
    operation_id="create_person",
    request_body=photo_body(NewPersonIn),
    responses=described(201, NewPersonOut, 404, 409, *BODY, text="The new person."),
)
@asks("people.create")
def create(path: GalleryPath) -> Response:
    """Add a person, with the face in a `photo` or without one.

    If the photo is rejected, nobody is added; the reasons are those of `add_face`. Use the form for
    a photo. Without one send JSON; no search finds the person until `add_face` has added a face.
    """
    given = _read_new_person()
    made = _create_with_photo(path.gallery, given) if given.photo else None
    if made is None:
        fields = {"name", "notes", "metadata", "allow_same_name"}
        person = create_person(
            this_call(), gallery=path.gallery, **given.model_dump(include=fields)
        )
    else:
        person = show_person(this_call(), gallery=path.gallery, person_id=made.person.id)
    location = url_for("api_people.show", gallery=path.gallery, person_id=person.id)
    face = None if made is None else NewFaceOut.of_enrolment(made)
    return answer(
        NewPersonOut(**dict(PersonOut.of(person)), face=face), status=201, location=location
    )


def _read_new_person() -> NewPersonIn:
    fields, strict = read_photo_fields()
    if not strict and "photo" not in fields:
        # A form is for photos; this says so.
        read_json_object()
    if not strict and isinstance(fields.get("metadata"), str):
        # A form has nothing but text.
        try:
            fields = {**fields, "metadata": json.loads(fields["metadata"])}
        except (ValueError, RecursionError) as error:
            raise InvalidInput("metadata_not_object", field="metadata") from error
    return checked(NewPersonIn, fields, strict=strict)


def _create_with_photo(gallery: str, given: NewPersonIn) -> Enrolment:
    return enrol(
        this_call(),
        gallery=gallery,
        source=given.upload(given.photo),
        subject=NewPerson(
            given.name,
            allow_same_name=given.allow_same_name,
            notes=given.notes,
            metadata=given.metadata,
        ),
        face_number=given.face_number,
        take=given.take,
        gate=given.gate,
    )


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
    responses=described(200, PersonOut, 404, 409, *BODY, text="The changed person."),
)
@asks("people.change")
def change(path: PersonPath) -> Response:
    """Rename a person, or change their notes or metadata."""
    changes = read_body(PersonChangeIn).model_dump(exclude_unset=True)
    return answer(PersonOut.of(change_person(this_call(), **dict(path), **changes)))


@bp.delete(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="forget_person",
    responses={
        **described(200, ErasureOut, 404, text="The proof."),
        **described(202, ChangeOut, text="Deleted until the change is over (`undoable`)."),
    },
)
@asks("people.delete")
def forget(path: PersonPath, query: ForgetQuery) -> Response:
    """Delete a person with all their data: rows, portraits, photos and index entries.

    With `undoable` it can be undone for a while, and the proof comes from `erase_change`.
    """
    if query.undoable:
        done = delete_people(this_call(), gallery=path.gallery, person_ids=[path.person_id])
        return deleted(path.gallery, done.change_id)
    looking = query.model_dump(exclude={"undoable"})
    return answer(ErasureOut.of(forget_person(this_call(), **dict(path), **looking)))


@bp.delete(
    "/galleries/<gallery:gallery>/originals/<id:photo_id>",
    operation_id="delete_original",
    responses=described(204, None, 404, text="Deleted."),
)
@asks("faces.delete")
def delete_kept(path: OriginalPath) -> Response:
    """Delete a kept original photo, such as one listed in a proof. Portraits stay."""
    delete_original(this_call(), **dict(path))
    return Response(status=204)
