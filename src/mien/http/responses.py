"""Stored files as responses."""

from contextlib import closing
from functools import partial
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Final

from flask import Response
from flask import request
from flask import send_file

from mien.errors import FileMissing
from mien.gallery.results import StoredFile
from mien.http.context import runtime
from mien.storage.disk import told_of_files

# What every browser shows as a picture and never runs; the rest is saved.
_SHOWN: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif"}
)

_PIECE_BYTES: Final = 64 * 1024
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
        FilesUnavailable, StorageFailed: it cannot be read.
    """
    prefix, path = runtime().settings.accel_prefix, file.content.path
    if prefix and path is not None:
        response = Response(b"", mimetype=file.media_type)
        response.headers["X-Accel-Redirect"] = f"{prefix}{path.parent.name}/{path.name}"
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
    if path is None:
        response = _sent_from_a_store(file)
    else:
        with told_of_files():
            try:
                large = path.stat().st_size > _AT_ONCE_BYTES
                response = _sent(path.resolve() if large else BytesIO(file.data), file)
            except FileNotFoundError as error:
                raise FileMissing("just_removed") from error
    # The validator says all; when a file was written is nobody's matter.
    response.headers.pop("Last-Modified", None)
    return response


def _sent_from_a_store(file: StoredFile) -> Response:
    """What a reader has already is not asked for; large files pass through piece by piece."""
    if request.if_none_match.contains_weak(file.etag):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
        response.set_etag(file.etag)
        return response
    size, source = file.content.open()
    if size <= _AT_ONCE_BYTES:
        with closing(source):
            return _sent(BytesIO(source.read()), file)
    response = Response(
        iter(partial(source.read, _PIECE_BYTES), b""),
        mimetype=file.media_type,
        direct_passthrough=True,
    )
    response.call_on_close(source.close)
    response.content_length = size
    response.set_etag(file.etag)
    return response


def _sent(source: Path | BytesIO, file: StoredFile) -> Response:
    return send_file(source, mimetype=file.media_type, etag=file.etag, conditional=True)
