"""What one request reads is of one moment of the database, in one transaction."""

from io import BytesIO

from flask import Flask
from flask import request
from werkzeug.exceptions import ClientDisconnected

from mien.http.context import runtime
from mien.http.small_bodies import SMALL_BODY_BYTES


def install_moments(app: Flask) -> None:
    """Begin a moment with each request and end it with its answer.

    Nothing is opened for requests that read nothing; what is written, or takes long, ends the
    moment before.
    """
    app.before_request(_begin)
    app.teardown_request(_end)


def rest_while_body_arrives() -> None:
    """Hold no transaction while a client sends what may take long.

    A small body was taken in before anything was read: what is read before and after it, such
    as who asks and which gallery is meant, stays one transaction.
    """
    length = request.content_length
    if length is None or length > SMALL_BODY_BYTES:
        runtime().database.rest()


def _begin() -> None:
    _take_in_small_body()
    runtime().database.begin_moment()


def _take_in_small_body() -> None:
    """Wait for a small body before anything is read, so that nobody slow holds a transaction."""
    length = request.content_length
    if not length or length > SMALL_BODY_BYTES:
        return
    source = request.environ["wsgi.input"]
    data = b""
    try:
        while len(data) < length and (piece := source.read(length - len(data))):
            data += piece
    except OSError as error:
        raise ClientDisconnected from error
    request.environ["wsgi.input"] = BytesIO(data)


def _end(_error: BaseException | None) -> None:
    runtime().database.end_moment()
