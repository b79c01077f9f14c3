"""The one place where what went wrong becomes a response."""

import traceback
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from http import HTTPStatus
from typing import Any
from typing import Final
from typing import TypeVar

import structlog
from flask import Flask
from flask import Response
from flask import current_app
from flask import make_response
from flask import redirect
from flask import request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed

from mien import errors
from mien.http.request_ids import request_id
from mien.words import say

API_PREFIX: Final = "/api/"
_PEOPLE_MARK: Final = "mien_read_by_people"
_PROGRAMS_MARK: Final = "mien_read_by_programs"
MEDIA_TYPE: Final = "application/problem+json"
_SERVER_ERROR: Final = 500
_LAST_CALLS: Final = 5
_View = TypeVar("_View", bound=Callable[..., Any])
_log = structlog.get_logger(__name__)

STATUSES: Final[dict[type[errors.MienError], int]] = {
    errors.UnreadableImage: 422,
    errors.UnsupportedImage: 415,
    errors.ImageTooLarge: 413,
    errors.TooManyPixels: 413,
    errors.ImageError: 422,
    errors.FaceError: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.InvalidInput: 422,
    errors.NotAuthenticated: 401,
    errors.WrongCredentials: 401,
    errors.KeyInvalid: 401,
    errors.AccessError: 403,
    errors.ModelError: 503,
    errors.UnknownServerVersion: 503,
    errors.StorageError: 503,
    errors.MienError: 500,
}
"""Status of each class of errors; the nearest ancestor that stands here decides."""

HTTP_CODES: Final[dict[int, tuple[str, str]]] = {
    400: ("bad_request", "The request could not be understood."),
    403: ("not_permitted", "This is not permitted."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("payload_too_large", "The request is larger than is accepted. Send less at once."),
    414: ("bad_request", "The address is too long."),
    415: ("unsupported_media_type", "The request has a type of content that is not read here."),
    416: ("bad_request", "The file has no such range."),
    429: ("rate_limited", "Too many attempts. Wait a little, then try again."),
    431: ("bad_request", "The request's headers are too large."),
}
"""Code and plain words for what goes wrong before Mien's own code is reached."""

CSRF_FAILED: Final = (
    "This form could not be taken: it is too old, or was not sent from this site. "
    "Load the page again and send it once more."
)
INTERNAL_ERROR: Final = (
    "Something went wrong in Mien itself. Its log says more; the request id helps to find it."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told to who asked.

    Attributes:
        status: of HTTP.
        code: stable, for programs.
        detail: one or two sentences for people.
        request_id: to be quoted when asking for help.
        extra: more facts for programs.
        headers: that belong to the status, such as `Allow`.
    """

    status: int
    code: str
    detail: str
    request_id: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Pages:
    error_page: Callable[[Problem], ResponseReturnValue] | None = None
    sign_in_address: Callable[[], str] | None = None


def install_problems(app: Flask) -> None:
    """Turn every error of an app into a response."""
    app.extensions["mien_pages"] = _Pages()
    app.register_error_handler(errors.MienError, _answer_mien_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unexpected)


def show_problems_with(
    app: Flask,
    *,
    error_page: Callable[[Problem], ResponseReturnValue],
    sign_in_address: Callable[[], str],
) -> None:
    """Let pages say how errors look where a person reads them.

    Args:
        app: whose errors.
        error_page: draws the page of an error.
        sign_in_address: where somebody who is not signed in is sent from the present request.
    """
    app.extensions["mien_pages"] = _Pages(error_page, sign_in_address)


def status_of(kind: type[errors.MienError]) -> int:
    """The status of a class of errors."""
    return next(STATUSES[each] for each in kind.__mro__ if each in STATUSES)


def read_by_people(view: _View) -> _View:
    """Mark a view under /api/ that is a page, so that its errors are pages too."""
    setattr(view, _PEOPLE_MARK, True)
    return view


def read_by_programs(view: _View) -> _View:
    """Mark a view outside /api/ that programs read, so that its errors are JSON."""
    setattr(view, _PROGRAMS_MARK, True)
    return view


def wants_json() -> bool:
    """Whether who asked is a program: under /api/ always, elsewhere when it prefers JSON."""
    if request.path.startswith(API_PREFIX) and not _is_marked(_PEOPLE_MARK):
        return True
    if _is_marked(_PROGRAMS_MARK):
        return True
    accepted = request.accept_mimetypes
    json = max(accepted["application/json"], accepted[MEDIA_TYPE])
    return bool(json > accepted["text/html"])


def _is_marked(mark: str) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, mark, False)


def _answer_mien_error(error: errors.MienError) -> ResponseReturnValue:
    status = status_of(type(error))
    if status >= _SERVER_ERROR:
        _log.error(
            "A request failed",
            code=error.code,
            status=status,
            why=say.error(error),
            **_cause(error),
        )
    pages: _Pages = current_app.extensions["mien_pages"]
    if isinstance(error, errors.NotAuthenticated) and pages.sign_in_address and not wants_json():
        return redirect(pages.sign_in_address(), HTTPStatus.SEE_OTHER)
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED and request.path.startswith(API_PREFIX):
        headers["WWW-Authenticate"] = 'Bearer realm="Mien"'
    return _answer(status, error.code, say.error(error), extra=say.facts(error), headers=headers)


def _answer_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    if isinstance(error, CSRFError):
        return _answer(HTTPStatus.BAD_REQUEST, "csrf_failed", CSRF_FAILED)
    status = error.code or _SERVER_ERROR
    if status not in HTTP_CODES:
        if status >= _SERVER_ERROR:
            return _answer(status, "internal_error", INTERNAL_ERROR)
        return _answer(status, "bad_request", HTTP_CODES[400][1])
    code, detail = HTTP_CODES[status]
    # A description of our own says more than ours for all; the library's speaks to programmers.
    if error.description and error.description != type(error).description and status in _OURS:
        detail = error.description
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return _answer(status, code, detail, headers=headers)


def as_problem(error: Exception) -> dict[str, Any]:
    """What went wrong as the members of a problem, for API answers that tell of several things."""
    if isinstance(error, errors.MienError):
        answer = _answer_mien_error(error)
    elif isinstance(error, HTTPException):
        answer = _answer_http_error(error)
    else:
        answer = _answer_unexpected(error)
    members: dict[str, Any] = make_response(answer).get_json()
    return members


# Statuses that this application raises itself, with words of its own.
_OURS: Final = {400, 413, 415}


def _answer_unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.debug:
        raise error
    _log.error("Unexpected error", status=_SERVER_ERROR, **_cause(error), **_where(error))
    return _answer(_SERVER_ERROR, "internal_error", INTERNAL_ERROR)


def _answer(
    status: int,
    code: str,
    detail: str,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(status, code, detail, request_id(), extra or {}, headers or {})
    pages: _Pages = current_app.extensions["mien_pages"]
    if wants_json() or pages.error_page is None:
        response = _as_json(problem)
    else:
        try:
            response = make_response(pages.error_page(problem))
        except Exception as error:  # noqa: BLE001 - whatever breaks the page, the error is told
            _log.error(
                "The error page could not be drawn",
                code=code,
                error_type=type(error).__qualname__,
                **_where(error),
            )
            response = _as_json(problem)
    response.status_code = status
    response.headers.update(problem.headers)
    return response


def _as_json(problem: Problem) -> Response:
    body = {
        **problem.extra,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": problem.request_id,
    }
    return current_app.response_class(current_app.json.dumps(body), mimetype=MEDIA_TYPE)


def _cause(error: Exception) -> dict[str, Any]:
    """The types of an error and of what caused it; messages may hold values, so they stay out."""
    kinds = [type(error).__qualname__]
    while (cause := error.__cause__ or error.__context__) is not None and len(kinds) < _LAST_CALLS:
        kinds.append(type(cause).__qualname__)
        if not isinstance(cause, Exception):
            break
        error = cause
    return {"error_types": kinds}


def _where(error: Exception) -> dict[str, Any]:
    """Files, lines and functions of the last calls, without their values."""
    calls = traceback.extract_tb(error.__traceback__)[-_LAST_CALLS:]
    return {"where": [f"{call.filename}:{call.lineno} {call.name}" for call in calls]}
