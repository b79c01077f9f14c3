"""What the API's blueprints share: the prefix, API keys, and documented errors."""

from http import HTTPStatus
from typing import Any
from typing import Final
from typing import TypeAlias

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel

from mien.api.queries import check_query
from mien.http.auth import check_access
from mien.http.context import change_made
from mien.http.problems import MEDIA_TYPE
from mien.http.problems import tell_key_holders

Described: TypeAlias = dict[str | int | HTTPStatus, Any]
"""Responses of an operation by status, in OpenAPI terms."""

PREFIX: Final = "/api/v1"
SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"api_key": []}]
_ERRORS: Final = {
    400: "The request could not be understood (`bad_request`).",
    401: "The key is missing or invalid (`not_authenticated`, `key_invalid`).",
    403: "The key does not have the scope (`scope_missing`).",
    404: "Something in the request does not exist (`…_not_found`).",
    409: "The request conflicts with what exists (`name_taken`, `gallery_model_mismatch`, …).",
    413: "Too many bytes or pixels (`payload_too_large`, `image_too_large`, `too_many_pixels`).",
    415: "This type is not supported (`unsupported_media_type`, `unsupported_image`).",
    416: "The file does not have the requested range (`bad_request`).",
    422: "A value is not valid (`invalid_input`), or the photo cannot be used "
    "(`unreadable_image`, `photo_takes_too_long`, `no_face_found`, `several_faces_found`, "
    "`face_number_out_of_range`).",
    503: "The database, the files or the models are not available right now, or the server is too "
    "busy (`overloaded`; `Retry-After` says when to try again).",
}
_ALWAYS: Final = (400, 401, 403, 422, 503)
CHANGE_HEADER: Final = "Mien-Change"
"""Says by which id what a request has changed can be undone."""

BODY: Final = (413, 415)
"""Errors of operations with a request body."""


def make_blueprint(name: str, title: str) -> APIBlueprint:
    """A part of the API whose views require the right key.

    Args:
        name: of its endpoints.
        title: heads its operations in the description.
    """
    bp = APIBlueprint(
        f"api_{name}",
        "mien.api",
        url_prefix=PREFIX,
        abp_tags=[{"name": title}],
        abp_security=SECURITY,
    )
    bp.before_request(check_access)
    bp.before_request(check_query)
    bp.after_request(_tell_change)
    tell_key_holders(bp)
    return bp


def _tell_change(response: Response) -> Response:
    change_id = change_made()
    if change_id and response.status_code < HTTPStatus.BAD_REQUEST:
        response.headers[CHANGE_HEADER] = change_id
    return response


def described(
    status: int, model: type[BaseModel] | None, *errors: int, text: str, media_type: str = ""
) -> Described:
    """The description of an operation's responses.

    Args:
        status: when all goes well.
        model: its shape; None for none.
        errors: statuses beside those that every operation may give.
        text: one sentence on the good answer.
        media_type: of an answer that is a file.
    """
    good: dict[str, Any] = {"description": text}
    if model is not None:
        reference = {"$ref": f"#/components/schemas/{model.__name__}"}
        good["content"] = {"application/json": {"schema": reference}}
    if media_type:
        good["content"] = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        str(status): good,
        **{str(each): problem(each) for each in sorted({*_ALWAYS, *errors})},
    }


def problem(status: int) -> dict[str, Any]:
    """The description of an error."""
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {"description": _ERRORS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def answer(model: BaseModel, *, status: int = 200, location: str = "") -> Response:
    """A model as a response; `location` says where something new is."""
    response = Response(model.model_dump_json(), status=status, mimetype="application/json")
    if location:
        response.headers["Location"] = location
    return response
