"""Request bodies: JSON or, for photos, a form with files; both become the same model."""

import copy
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Annotated
from typing import Any
from typing import TypeVar

from flask import request
from pydantic import BaseModel
from pydantic import BeforeValidator
from pydantic import Field
from pydantic import ValidationError
from pydantic import WithJsonSchema

from mien.errors import InvalidInput
from mien.http.request_bodies import BYTES
from mien.http.request_bodies import FORM
from mien.http.request_bodies import decode_photo
from mien.http.request_bodies import read_form
from mien.http.request_bodies import read_json_object
from mien.options import Gate
from mien.options import Take
from mien.schemas.base import In
from mien.schemas.photo_faces import FaceNumber
from mien.schemas.photo_faces import PhotoOptionsIn

JSON = "application/json"
PART_BODY = {
    "required": True,
    "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
}
"""The description of a body that is a part of a file."""

_FIELD_LENGTH = 100
_JSON_PHOTO = {
    "type": "string",
    "contentEncoding": "base64",
    "minLength": 4,
    "description": "The file's bytes in base64, without a `data:` prefix.",
}
_FORM_PHOTO = {"type": "string", "format": "binary", "description": "The file."}
_M = TypeVar("_M", bound=BaseModel)


def _decode(value: object) -> bytes:
    # Errors of Mien's own pass through pydantic as they are and keep their codes.
    return value if isinstance(value, bytes) else decode_photo(value)


Photo = Annotated[bytes, BeforeValidator(_decode), WithJsonSchema(_JSON_PHOTO)]


class PhotoIn(In):
    """One photo."""

    photo: Photo


class FacePhotoIn(PhotoIn):
    """One photo and, if it shows several faces, which one to use."""

    face_number: FaceNumber | None = None


class ExampleOptionsIn(PhotoOptionsIn):
    """How to add a photo as an example of a person."""

    take: Take = Field(
        default="only",
        description="Which face to use if there are several and `face_number` is not given. With "
        "`only` the photo is rejected as `several_faces_found`; with the others the "
        "warning `several_faces` says that some were skipped.",
    )
    gate: Gate | None = Field(
        default=None,
        description="How good this photo must be; null uses the gallery's gate. What the "
        "gallery's gate would have rejected is reported in `warnings`.",
    )


def read_body(model: type[_M]) -> _M:
    """The body, sent as JSON.

    Raises:
        UnsupportedMediaType, BadRequest: it is no JSON.
        InvalidInput: it breaks a rule of the model.
    """
    return checked(model, read_json_object(), strict=True)


def read_photo_fields(*, photos: int = 1) -> tuple[Mapping[str, Any], bool]:
    """The fields of a body with photos, and whether it was JSON, whose numbers are numbers.

    Raises:
        UnsupportedMediaType, BadRequest: it is neither JSON nor a form.
        InvalidInput: it is no object, or a field was sent twice.
        ImageTooLarge: a file has more bytes than are accepted.
    """
    if request.is_json:
        return read_json_object(photos=photos), True
    return read_form(), False


def read_photo_body(model: type[_M]) -> _M:
    """The body of a request with one photo, sent as JSON or as a form.

    Raises:
        UnsupportedMediaType, BadRequest: it is neither.
        InvalidInput: it breaks a rule of the model.
        ImageTooLarge: the photo has more bytes than are accepted.
    """
    fields, strict = read_photo_fields()
    return checked(model, fields, strict=strict)


def checked(model: type[_M], fields: Mapping[str, Any], *, strict: bool) -> _M:
    """The model of these fields.

    Raises:
        InvalidInput: they break a rule.
    """
    try:
        return model.model_validate(fields, strict=strict)
    except ValidationError as error:
        raise as_invalid_input(error) from error


def as_invalid_input(error: ValidationError) -> InvalidInput:
    """The first rule that was broken, in a sentence that never repeats the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])[:_FIELD_LENGTH]
    match first["type"]:
        case "missing":
            return InvalidInput("missing", field=field)
        case "extra_forbidden":
            return InvalidInput("unknown_field", field=field)
        case "dict_type":
            return InvalidInput("not_json_object", field=field)
        case _:
            return InvalidInput("member", words={"why": first["msg"].lower()}, field=field)


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The description of a body that is JSON."""
    return {"required": True, "content": {JSON: {"schema": _reference(model.__name__)}}}


def photo_body(*models: type[BaseModel]) -> dict[str, Any]:
    """The description of a body that is a form or JSON, of one of these models."""
    names = [model.__name__ for model in models]
    if len(names) == 1:
        form, json = _reference(form_name(names[0])), _reference(names[0])
    else:
        form, json = _joined_form(models), {"oneOf": [_reference(name) for name in names]}
    return {"required": True, "content": {FORM: {"schema": form}, JSON: {"schema": json}}}


def form_name(name: str) -> str:
    """The name of a model's form in the description."""
    return f"{name.removesuffix('In')}Form"


def form_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same fields as a form: photos are files. None if there is no photo."""
    form = copy.deepcopy(dict(schema))
    photos = [
        name
        for name, field in form.get("properties", {}).items()
        if field.get("contentEncoding") == "base64"
    ]
    for name in photos:
        form["properties"][name] = dict(_FORM_PHOTO)
    form["title"] = form_name(form["title"])
    return form if photos else None


def _joined_form(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """One form with the fields of all models: few tools support a choice of forms."""
    fields: dict[str, Any] = {}
    for model in models:
        form = form_schema(model.model_json_schema()) or {}
        fields |= form["properties"]
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
