"""Stored files as responses."""

from typing import Final

from flask import Response
from flask import request

from mien.gallery.answers import StoredFile
from mien.http.context import runtime

# What every browser shows as a picture and never runs; the rest is saved.
_SHOWN: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif"}
)


def file_response(file: StoredFile) -> Response:
    """A crop or a photo, for its reader alone, with a validator; 304 when the reader has it.

    Bytes from outside may claim to be what they are not, so a browser may neither guess their
    type nor run anything in them.

    With MIEN_ACCEL_PREFIX set the answer names the file and Nginx in front sends it, with a
    validator of its own.
    """
    prefix = runtime().settings.accel_prefix
    response = Response(b"" if prefix else file.data, mimetype=file.media_type)
    if prefix:
        response.headers["X-Accel-Redirect"] = f"{prefix}{file.path.parent.name}/{file.path.name}"
    else:
        response.set_etag(file.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = (
        "inline" if file.media_type in _SHOWN else "attachment"
    )
    if not prefix:
        response.make_conditional(request)
    return response
