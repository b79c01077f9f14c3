"""People of a gallery: list, create, show, change, forget."""

import dataclasses
from typing import Any

from flask import Response
from flask import url_for
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.api.shapes import GalleryPath
from mien.api.shapes import Id
from mien.api.shapes import In
from mien.api.shapes import Out
from mien.api.shapes import PersonPath
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import MOST_A_PAGE
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import list_people
from mien.gallery.people.people import show_person
from mien.gallery.results import Person
from mien.http.auth import require_scope
from mien.http.context import services
from mien.options import Order

bp = make_blueprint("people", "People")


class PeopleQuery(In):
    """Which people, in which order, from where on."""

    q: str = Field(default="", max_length=200, description="Part of a name.")
    order: Order = "name"
    limit: int = Field(default=50, ge=1, le=MOST_A_PAGE)
    cursor: str | None = Field(default=None, max_length=4000, description="From the page before.")


class PersonIn(In):
    """A new person."""

    name: str = Field(
        examples=["Ada Lovelace"],
        json_schema_extra={"minLength": 1, "maxLength": 200},
        description="In any script.",
    )
    notes: str = Field(default="", json_schema_extra={"maxLength": 10_000})
    metadata: dict[str, Any] = Field(default={}, description="A JSON object, up to 16,384 bytes.")


class PersonChangeIn(PersonIn):
    """What is to change; what is left out stays. Metadata is replaced as a whole."""

    name: str = Field(
        default="",
        examples=["Ada Byron"],
        json_schema_extra={"minLength": 1, "maxLength": 200},
    )


class PersonOut(Out):
    """Somebody in a gallery."""

    id: Id
    name: str
    notes: str
    metadata: dict[str, Any]
    face_count: int
    portrait_face_id: Id | None = Field(description="The example of the best quality.")
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    updated_at: str = Field(json_schema_extra={"format": "date-time"})

    @classmethod
    def of(cls, person: Person) -> "PersonOut":
        """From the verbs' answer."""
        return cls(
            id=person.id,
            name=person.name,
            notes=person.notes,
            metadata=dict(person.metadata),
            face_count=person.faces,
            portrait_face_id=person.portrait_face_id,
            created_at=person.created_at.isoformat(),
            updated_at=person.updated_at.isoformat(),
        )


class PeopleOut(Out):
    """A page of people; `next_cursor` asks for the next one and is null on the last."""

    people: list[PersonOut]
    total: int
    next_cursor: str | None


class ErasureOut(Out):
    """Proof that somebody is forgotten: counted, and looked up again after the fact."""

    person_id: Id
    faces: int
    photos: int
    probes: int = Field(description="Held photos let go because they may show the person.")
    files: int
    rows_left: int
    files_left: int
    indexed_left: int
    log_cleared: bool = Field(description="Whether the database's log holds no copy any more.")
    event_id: Id
    complete: bool = Field(description="Whether nothing is left.")


@bp.get(
    "/galleries/<gallery:gallery>/people",
    operation_id="list_people",
    responses=described(200, PeopleOut, 404, text="A page of people."),
)
@require_scope("read")
def list_page(path: GalleryPath, query: PeopleQuery) -> Response:
    """List people, page by page."""
    page = list_people(
        services(),
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
@require_scope("enrol")
def create(path: GalleryPath) -> Response:
    """Add somebody, without a face yet."""
    made = create_person(services(), gallery=path.gallery, **dict(read_body(PersonIn)))
    location = url_for("api_people.show", gallery=path.gallery, person_id=made.id)
    return answer(PersonOut.of(made), status=201, location=location)


@bp.get(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="show_person",
    responses=described(200, PersonOut, 404, text="The person."),
)
@require_scope("read")
def show(path: PersonPath) -> Response:
    """Show a person."""
    return answer(PersonOut.of(show_person(services(), **dict(path))))


@bp.patch(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="change_person",
    request_body=json_body(PersonChangeIn),
    responses=described(200, PersonOut, 404, 409, *BODY, text="The person as they are now."),
)
@require_scope("enrol")
def change(path: PersonPath) -> Response:
    """Rename somebody or change what is noted."""
    changes = read_body(PersonChangeIn).model_dump(exclude_unset=True)
    return answer(PersonOut.of(change_person(services(), **dict(path), **changes)))


@bp.delete(
    "/galleries/<gallery:gallery>/people/<id:person_id>",
    operation_id="forget_person",
    responses=described(200, ErasureOut, 404, text="The proof."),
)
@require_scope("enrol")
def forget(path: PersonPath) -> Response:
    """Forget everything of a person: rows, crops, photos and index."""
    erasure = forget_person(services(), **dict(path))
    return answer(ErasureOut(complete=erasure.complete, **dataclasses.asdict(erasure)))
