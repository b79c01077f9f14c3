"""Identify the people in many photos, one line per photo, sent as soon as it is ready."""

from collections.abc import Iterator
from typing import Any
from typing import Final

from flask import Response
from flask import stream_with_context
from werkzeug.exceptions import HTTPException

from mien.api.blueprint import BODY
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.errors import ClientGone
from mien.errors import ImageTooLarge
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.identify import identify
from mien.http.auth import asks
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.overload import looks_at_photos
from mien.http.photo_stream import PhotoStream
from mien.http.photo_stream import SentPhoto
from mien.http.problems import as_problem
from mien.http.request_bodies import FORM
from mien.schemas.addresses import GalleryPath
from mien.schemas.identification import BatchLineOut
from mien.schemas.identification import IdentificationOut
from mien.schemas.identification import IdentifyQuery
from mien.schemas.problem import ProblemOut

bp = make_blueprint("identify_batch", "Photos")

MEDIA_TYPE: Final = "application/x-ndjson"
# Clients that read nothing before they have sent everything would wait for ever for a server that
# writes more than the buffers of the connection hold before it has read everything.
_EARLY_BYTES: Final = 32 * 1024
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "properties": {
                    "photo": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "The files, each a part with this name.",
                    }
                },
                "required": ["photo"],
                "additionalProperties": False,
            }
        }
    },
}
_RESPONSES: Final = {
    **described(200, None, 404, 409, *BODY, text="One line of JSON per photo, in order."),
}
_RESPONSES["200"] = {
    "description": "One line of JSON per photo, in order, each as soon as it is ready.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/BatchLineOut"}}},
}


@bp.post(
    "/galleries/<gallery:gallery>/identify/batch",
    operation_id="identify_batch",
    request_body=_BODY,
    responses=_RESPONSES,
)
@asks("photos.identify")
@looks_at_photos
def identify_photos(path: GalleryPath, query: IdentifyQuery) -> Response:
    """Identify every face in many photos. A bad photo does not stop the others."""
    check_question(
        this_call(),
        gallery=path.gallery,
        limit=query.limit,
        threshold=query.threshold,
        reach=query.reach,
    )
    stream = PhotoStream(most=runtime().settings.batch_photos)
    photos = iter(stream)
    # What is wrong before the first photo is an error of the whole call.
    first = next(photos, None)
    if first is None:
        raise InvalidInput("photo_missing", field="photo")
    lines = _lines(first, photos, path.gallery, query)
    response = Response(
        stream_with_context(_written(lines, stream)),
        mimetype=MEDIA_TYPE,
    )
    # Nginx would otherwise hold lines back until its buffer is full.
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _lines(
    first: SentPhoto, photos: Iterator[SentPhoto], gallery: str, query: IdentifyQuery
) -> Iterator[BatchLineOut]:
    photo: SentPhoto | None = first
    while photo is not None:
        yield _answer(photo, gallery, query)
        try:
            photo = next(photos, None)
        except (MienError, HTTPException) as error:
            yield _line(None, problem=as_problem(error))
            return


def _answer(photo: SentPhoto, gallery: str, query: IdentifyQuery) -> BatchLineOut:
    if photo.data is None:
        most = runtime().settings.max_upload_bytes
        too_large = ImageTooLarge("photo", max_bytes=most)
        return _line(photo, problem=as_problem(too_large))
    try:
        found = identify(
            this_call(),
            gallery=gallery,
            photo=query.upload(photo.data),
            limit=query.limit,
            threshold=query.threshold,
            reach=query.reach,
        )
    except ClientGone:
        raise
    except Exception as error:  # noqa: BLE001 - the others are answered all the same
        return _line(photo, problem=as_problem(error))
    return _line(photo, identification=IdentificationOut.of(found))


def _line(
    photo: SentPhoto | None,
    *,
    identification: IdentificationOut | None = None,
    problem: dict[str, Any] | None = None,
) -> BatchLineOut:
    return BatchLineOut(
        number=photo.number if photo else None,
        name=photo.name if photo else None,
        identification=identification,
        problem=ProblemOut.model_validate(problem) if problem else None,
    )


def _written(lines: Iterator[BatchLineOut], stream: PhotoStream) -> Iterator[bytes]:
    """Each line at once, as bytes; the rest of the form is read before many are written."""
    written = 0
    try:
        for line in lines:
            text = _as_bytes(line)
            written += len(text)
            yield text
            if written > _EARLY_BYTES:
                stream.read_ahead()
    except (HTTPException, ClientGone) as error:
        yield _as_bytes(_line(None, problem=as_problem(error)))
    finally:
        # Also when the client has gone away: then nobody asks for the next line.
        stream.close()


def _as_bytes(line: BatchLineOut) -> bytes:
    return line.model_dump_json().encode() + b"\n"
