"""An id for every request: in log lines, in the answer's header, in every error."""

import re
import secrets

import structlog
from flask import Flask
from flask import Response
from flask import g
from flask import request

HEADER = "X-Request-ID"
# What comes from outside stands in log lines, so it is held short and plain.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


def install_request_ids(app: Flask) -> None:
    """Give every request an id: the caller's or proxy's when it is well formed, else a new one."""
    app.before_request(_begin)
    app.after_request(_show)
    app.teardown_request(_end)


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(g.get("request_id", ""))


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _show(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response


def _end(_error: BaseException | None) -> None:
    # Threads answer one request after another and keep their context.
    structlog.contextvars.unbind_contextvars("request_id")
