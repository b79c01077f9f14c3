"""What one request reads is of one moment of the database, in one transaction."""

from flask import Flask

from mien.http.context import runtime


def install_moments(app: Flask) -> None:
    """Begin a moment with each request and end it with its answer.

    Nothing is opened for requests that read nothing; what is written, or takes long, ends the
    moment before.
    """
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    runtime().database.begin_moment()


def _end(_error: BaseException | None) -> None:
    runtime().database.end_moment()
