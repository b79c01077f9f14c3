"""Photos and JSON out of a request, within limits."""

import base64
import binascii
from typing import Any
from typing import Final

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from mien.errors import ImageTooLarge
from mien.errors import InvalidInput
from mien.http.context import runtime
from mien.http.moments import rest_while_body_arrives
from mien.settings import MOST_PHOTOS

FORM: Final = "multipart/form-data"
BYTES: Final = "application/octet-stream"
PART_BYTES: Final = 16 * 1024 * 1024
"""The largest part of a file that is sent at once."""

_JSON_BYTES: Final = 256 * 1024


def read_photo(field: str = "photo") -> bytes:
    """The bytes of the one photo that was sent, as a part of a form or as JSON in base64.

    Raises:
        InvalidInput: it is missing, or not what it should be.
        ImageTooLarge: it has more bytes than are accepted.
        UnsupportedMediaType: the request is neither a form nor JSON.
    """
    if request.is_json:
        given = read_json_object(photos=1).get(field)
        if given is None:
            raise _missing(field)
        return decode_photo(given, field=field)
    photos = read_photos(field)
    if len(photos) > 1:
        raise InvalidInput("one_photo", field=field)
    return photos[0]


def read_photos(field: str = "photo") -> list[bytes]:
    """The bytes of the photos that a form sent, at least one, in its order.

    Raises:
        InvalidInput: there is none, or there are too many.
        ImageTooLarge: one has more bytes than are accepted.
        UnsupportedMediaType: the request is no form.
    """
    require_form()
    # A form sends an empty part for a field in which nothing was chosen.
    parts = [part for part in request.files.getlist(field) if part.filename or not _is_empty(part)]
    if not parts:
        raise _missing(field)
    if len(parts) > MOST_PHOTOS:
        raise InvalidInput("too_many_photos", words={"most": MOST_PHOTOS}, field=field)
    return [_read_part(part) for part in parts]


def read_form() -> dict[str, str | bytes]:
    """Every field that a form sent: text as text, files as bytes; empty files are left out.

    Raises:
        InvalidInput: a field has no name, was sent twice, or holds a null character.
        ImageTooLarge: a file has more bytes than are accepted.
        UnsupportedMediaType: the request is no form.
    """
    require_form()
    fields: dict[str, str | bytes] = {}
    # Werkzeug's types promise a name; of a part without one it gives None.
    if None in {*request.form, *request.files}:
        raise InvalidInput("part_without_name", field="")
    for name, text in request.form.items(multi=True):
        if name in fields:
            raise _twice(name)
        if "\x00" in name + text:
            raise InvalidInput("null_character", field=name)
        fields[name] = text
    for name, part in request.files.items(multi=True):
        if name in fields:
            raise _twice(name)
        if not _is_empty(part):
            fields[name] = _read_part(part)
    return fields


def require_form() -> None:
    """Make sure that the request is a form that may hold files, before it is read.

    Raises:
        UnsupportedMediaType: it is something else.
    """
    rest_while_body_arrives()
    if request.mimetype != FORM:
        raise UnsupportedMediaType(
            "Send the photo as a part of a multipart/form-data request or, to the API, as JSON "
            "with the photo in base64."
        )


def read_json_object(*, photos: int = 0) -> dict[str, Any]:
    """The JSON object that was sent.

    Args:
        photos: how many photos in base64 it may hold.

    Raises:
        UnsupportedMediaType: it was not sent as JSON.
        BadRequest: it is not JSON.
        InvalidInput: it is JSON but no object.
    """
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header `Content-Type: application/json`.")
    rest_while_body_arrives()
    request.max_content_length = _JSON_BYTES + photos * _base64_length(_most_bytes())
    given = request.get_json()
    if not isinstance(given, dict):
        raise InvalidInput("not_an_object", field="")
    return given


def read_file_part() -> bytes:
    """The bytes of a part of a file, sent as the body itself.

    Raises:
        UnsupportedMediaType: it was sent as something else.
        RequestEntityTooLarge: it is larger than a part may be.
    """
    if request.mimetype != BYTES:
        raise UnsupportedMediaType(
            "Send the bytes of the file, with the header `Content-Type: application/octet-stream`."
        )
    rest_while_body_arrives()
    request.max_content_length = PART_BYTES
    return request.get_data(cache=False)


def decode_photo(text: object, *, field: str = "photo") -> bytes:
    """The bytes of a photo that was sent as base64.

    Raises:
        InvalidInput: the value is not base64 text.
        ImageTooLarge: it has more bytes than are accepted; told before it is decoded.
    """
    if not isinstance(text, str):
        raise InvalidInput("not_base64_text", field=field)
    if text.startswith("data:"):
        raise InvalidInput("data_address", field=field)
    if len(text) > _base64_length(_most_bytes()):
        raise _too_large()
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("base64", field=field) from error
    if not data:
        raise _missing(field)
    return data


def _read_part(part: FileStorage) -> bytes:
    most = _most_bytes()
    data = part.stream.read(most + 1)
    if len(data) > most:
        raise _too_large()
    return data


def _is_empty(part: FileStorage) -> bool:
    empty = not part.stream.read(1)
    part.stream.seek(0)
    return empty


def _most_bytes() -> int:
    return runtime().settings.max_upload_bytes


def _base64_length(count: int) -> int:
    return -(-count // 3) * 4


def _missing(field: str) -> InvalidInput:
    return InvalidInput("photo_missing", field=field)


def _twice(field: str) -> InvalidInput:
    return InvalidInput("field_repeated", field=field)


def _too_large() -> ImageTooLarge:
    return ImageTooLarge("photo", max_bytes=_most_bytes())
