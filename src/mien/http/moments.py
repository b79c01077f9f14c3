"""What one request reads is of one moment of the database, in one transaction."""

from typing import Final

from flask import Flask
from flask import request

from mien.http.context import runtime

# What fits into the buffers of the kernel and of any server in front.
_SMALL_BYTES: Final = 64 * 1024


def install_moments(app: Flask) -> None:
    """Begin a moment with each request and end it with its answer.

    Nothing is opened for requests that read nothing; what is written, or takes long, ends the
    moment before.
    """
    app.before_request(_begin)
    app.teardown_request(_end)


def rest_while_body_arrives() -> None:
    """Hold no transaction while a client sends what may take long.

    A small body is taken as one that is there: what is read before and after it, such as who
    asks and which gallery is meant, then stays one transaction.
    """
    length = request.content_length
    if length is None or length > _SMALL_BYTES:
        runtime().database.rest()


def _begin() -> None:
    runtime().database.begin_moment()


def _end(_error: BaseException | None) -> None:
    runtime().database.end_moment()
