"""Unknown people of a gallery: list, show, name, ignore, split, delete."""

from flask import Response
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.blueprint import problem
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.errors import InvalidInput
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.people.clusters.delete_unknown import delete_unknown
from mien.gallery.people.clusters.ignore import ignore_unknown
from mien.gallery.people.clusters.ignore import unignore_unknown
from mien.gallery.people.clusters.list_unknown import list_unknown
from mien.gallery.people.clusters.list_unknown import read_unknown_crop
from mien.gallery.people.clusters.list_unknown import show_unknown
from mien.gallery.people.clusters.name import name_unknown
from mien.gallery.people.clusters.split import split_unknown
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.responses import file_response
from mien.schemas.addresses import GalleryPath
from mien.schemas.unknown import ClusterPath
from mien.schemas.unknown import NamedOut
from mien.schemas.unknown import NameIn
from mien.schemas.unknown import SightingsOut
from mien.schemas.unknown import SplitIn
from mien.schemas.unknown import SplitOut
from mien.schemas.unknown import UnknownFacePath
from mien.schemas.unknown import UnknownPeopleOut
from mien.schemas.unknown import UnknownQuery

bp = make_blueprint("unknown", "Unknown people")
_ALL = "/galleries/<gallery:gallery>/unknown"
_ONE = f"{_ALL}/<id:cluster_id>"


@bp.get(
    _ALL,
    operation_id="list_unknown",
    responses=described(200, UnknownPeopleOut, 404, text="The unknown people."),
)
@asks("unknown.read")
def list_all(path: GalleryPath, query: UnknownQuery) -> Response:
    """List people who were seen and could not be named.

    There are none unless the gallery keeps them: see its setting `keep_unknown_days`.
    """
    found = list_unknown(this_call(), **dict(path), **dict(query))
    return answer(UnknownPeopleOut.of(found))


@bp.get(
    _ONE,
    operation_id="show_unknown",
    responses=described(200, SightingsOut, 404, text="The unknown person."),
)
@asks("unknown.read")
def show(path: ClusterPath) -> Response:
    """Show an unknown person with every sighting that is still kept."""
    return answer(SightingsOut.of_sightings(show_unknown(this_call(), **dict(path))))


@bp.get(
    f"{_ONE}/faces/<id:face_id>/crop",
    operation_id="read_unknown_crop",
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
@asks("unknown.read")
def crop(path: UnknownFacePath) -> Response:
    """Get the portrait of a sighting, with an `ETag` for caching."""
    return file_response(read_unknown_crop(this_call(), gallery=path.gallery, face_id=path.face_id))


@bp.post(
    f"{_ONE}/name",
    operation_id="name_unknown",
    request_body=json_body(NameIn),
    responses=described(200, NamedOut, 404, 409, *BODY, text="Who it is."),
)
@asks("unknown.name")
def name(path: ClusterPath) -> Response:
    """Name an unknown person, new or known.

    The best sightings, at most five, become examples of the person; the others are deleted.
    """
    subject = _subject(read_body(NameIn))
    return answer(NamedOut.of(name_unknown(this_call(), **dict(path), subject=subject)))


def _subject(given: NameIn) -> Subject:
    if given.person_id is not None:
        if given.name:
            raise InvalidInput("person_id_or_name", field="name")
        return KnownPerson(given.person_id)
    return TypedPerson(given.name)


@bp.put(
    f"{_ONE}/ignored",
    operation_id="ignore_unknown",
    responses=described(204, None, 404, text="Ignored."),
)
@asks("unknown.change")
def ignore(path: ClusterPath) -> Response:
    """Ignore an unknown person; later sightings are ignored too, as long as one face is kept."""
    ignore_unknown(this_call(), **dict(path))
    return Response(status=204)


@bp.delete(
    f"{_ONE}/ignored",
    operation_id="unignore_unknown",
    responses=described(204, None, 404, text="Listed again."),
)
@asks("unknown.change")
def unignore(path: ClusterPath) -> Response:
    """List an ignored unknown person again."""
    unignore_unknown(this_call(), **dict(path))
    return Response(status=204)


@bp.post(
    f"{_ONE}/split",
    operation_id="split_unknown",
    request_body=json_body(SplitIn),
    responses=described(201, SplitOut, 404, *BODY, text="The other unknown person."),
)
@asks("unknown.change")
def split(path: ClusterPath) -> Response:
    """Make another unknown person of sightings that show someone else; they never merge again."""
    given = read_body(SplitIn)
    made = split_unknown(this_call(), **dict(path), face_ids=given.face_ids)
    location = url_for("api_unknown.show", gallery=path.gallery, cluster_id=made)
    return answer(SplitOut(id=made), status=201, location=location)


@bp.delete(
    _ONE, operation_id="delete_unknown", responses=described(204, None, 404, text="Deleted.")
)
@asks("unknown.delete")
def delete(path: ClusterPath) -> Response:
    """Delete an unknown person with every sighting."""
    delete_unknown(this_call(), **dict(path))
    return Response(status=204)
