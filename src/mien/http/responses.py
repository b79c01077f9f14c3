"""Stored files as responses."""

from io import BytesIO
from typing import Final

from flask import Response
from flask import send_file

from mien.errors import FileMissing
from mien.gallery.results import StoredFile
from mien.http.context import runtime
from mien.storage.disk import told_of_files

# What every browser shows as a picture and never runs; the rest is saved.
_SHOWN: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif"}
)

_AT_ONCE_BYTES: Final = 256 * 1024
"""Portraits and other small files are read at once; larger ones are sent piece by piece."""


def file_response(file: StoredFile, *, may_be_kept: bool = True) -> Response:
    """A crop or a photo, for its reader alone, with a validator; 304 when the reader has it.

    Bytes from outside may claim to be what they are not, so a browser may neither guess their
    type nor run anything in them.

    With MIEN_ACCEL_PREFIX set the answer names the file and Nginx in front sends it, with a
    validator of its own.

    Args:
        file: what is sent.
        may_be_kept: whether the reader may keep it and ask whether it still holds.

    Raises:
        FileMissing: it has just been removed.
        StorageFailed: it cannot be read.
    """
    prefix = runtime().settings.accel_prefix
    if prefix:
        response = Response(b"", mimetype=file.media_type)
        response.headers["X-Accel-Redirect"] = f"{prefix}{file.content.place}"
    else:
        response = _sent_by_us(file)
    response.headers["Cache-Control"] = "private, no-cache" if may_be_kept else "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = (
        "inline" if file.media_type in _SHOWN else "attachment"
    )
    return response


def _sent_by_us(file: StoredFile) -> Response:
    path = file.content.path
    with told_of_files():
        try:
            large = path is not None and path.stat().st_size > _AT_ONCE_BYTES
            source = path.resolve() if path and large else BytesIO(file.data)
            response = send_file(source, mimetype=file.media_type, etag=file.etag, conditional=True)
        except FileNotFoundError as error:
            raise FileMissing("just_removed") from error
    # The validator says all; when a file was written is nobody's matter.
    response.headers.pop("Last-Modified", None)
    return response
