"""The one place where what went wrong becomes a response.

A blueprint says who reads its errors: programs (`tell_programs`, `tell_key_holders`) or, when it
says nothing, people.
"""

import errno
import traceback
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from http import HTTPStatus
from typing import Any
from typing import Final
from typing import TypeAlias

import structlog
from flask import Flask
from flask import Response
from flask import current_app
from flask import make_response
from flask import redirect
from flask import request
from flask.sansio.scaffold import Scaffold
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed

from mien import errors
from mien.http.request_ids import request_id
from mien.words import say
from mien.words.http_codes import HTTP_CODES
from mien.words.marking import N_

API_PREFIX: Final = "/api/"
MEDIA_TYPE: Final = "application/problem+json"
_SERVER_ERROR: Final = 500
_LAST_CALLS: Final = 5
_EXTENSION: Final = "mien_pages"
_log = structlog.get_logger(__name__)

STATUSES: Final[dict[type[errors.MienError], int]] = {
    errors.UnreadableImage: 422,
    errors.UnsupportedImage: 415,
    errors.ImageTooLarge: 413,
    errors.TooManyPixels: 413,
    errors.ImageError: 422,
    errors.FormError: 400,
    errors.FaceError: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.InvalidInput: 422,
    errors.NotAuthenticated: 401,
    errors.WrongCredentials: 401,
    errors.KeyInvalid: 401,
    errors.TooManyAttempts: 429,
    errors.AccessError: 403,
    errors.ModelError: 503,
    errors.Overloaded: 503,
    errors.ShuttingDown: 503,
    # Nginx's own: nobody is there to read it, but logs and metrics tell it from errors.
    errors.ClientGone: 499,
    errors.UnknownServerVersion: 503,
    errors.StorageFull: 507,
    errors.StorageError: 503,
    errors.HostNotAllowed: 421,
    errors.UnreadableFolder: 422,
    errors.ArchiveRefused: 422,
    errors.VideoRefused: 422,
    errors.VideoUnavailable: 503,
    errors.FileSkipped: 422,
    errors.JobInterrupted: 409,
    errors.MienError: 500,
}
"""Status of each class of errors; the nearest ancestor that stands here decides."""

_RETRY_AFTER_SECONDS: Final[dict[type[errors.MienError], int]] = {
    errors.DatabaseBusy: 2,
    errors.DatabaseUnreachable: 5,
    errors.FilesUnavailable: 5,
    errors.PackChanged: 5,
}
"""When what failed may be tried again, of the errors that pass by themselves."""

CSRF_FAILED: Final = N_(
    "This form could not be taken: it is too old, or was not sent from this site. "
    "Load the page again and send it once more."
)
INTERNAL_ERROR: Final = N_(
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


_Reader: TypeAlias = Callable[[Exception], ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class _Pages:
    error_page: Callable[[Problem], ResponseReturnValue]
    sign_in_address: Callable[[], str]
    translate: say.Translate


def install_problems(app: Flask) -> None:
    """Turn every error of an app into a response, where its blueprint does not do so itself."""
    _tell(app, _to_whoever_asked)


def show_problems_with(
    app: Flask,
    *,
    error_page: Callable[[Problem], ResponseReturnValue],
    sign_in_address: Callable[[], str],
    translate: say.Translate = say.english,
) -> None:
    """Let pages say how errors look where a person reads them.

    Args:
        app: whose errors.
        error_page: draws the page of an error.
        sign_in_address: where somebody who is not signed in is sent from the present request.
        translate: gives a text in the language of the present request.
    """
    app.extensions[_EXTENSION] = _Pages(error_page, sign_in_address, translate)


def tell_programs(bp: Scaffold) -> None:
    """Let a blueprint's errors be JSON, whatever the request prefers."""
    _tell(bp, _to_program)


def tell_key_holders(bp: Scaffold) -> None:
    """The same for a blueprint of the API, whose 401 says how a key is sent."""
    _tell(bp, _to_key_holder)


def status_of(kind: type[errors.MienError]) -> int:
    """The status of a class of errors."""
    return next(STATUSES[each] for each in kind.__mro__ if each in STATUSES)


def as_problem(error: Exception) -> dict[str, Any]:
    """What went wrong as the members of a problem, for API answers that tell of several things."""
    return _members(_problem(error))


def _tell(scaffold: Scaffold, reader: _Reader) -> None:
    def answer(error: Exception) -> ResponseReturnValue:
        if isinstance(error, HTTPException):
            if error.response is not None:
                return error.get_response()
        elif not isinstance(error, errors.MienError) and current_app.debug:
            raise error
        return reader(error)

    scaffold.register_error_handler(Exception, answer)


def _to_program(error: Exception) -> Response:
    return _as_json(_problem(error))


def _to_key_holder(error: Exception) -> Response:
    response = _to_program(error)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Mien"'
    return response


def _to_whoever_asked(error: Exception) -> ResponseReturnValue:
    pages: _Pages | None = current_app.extensions.get(_EXTENSION)
    # Where no view was found no blueprint could say who reads.
    nothing_of_the_api = request.url_rule is None and request.path.startswith(API_PREFIX)
    if pages is None or nothing_of_the_api or _prefers_json():
        return _to_program(error)
    if isinstance(error, errors.NotAuthenticated):
        return redirect(pages.sign_in_address(), HTTPStatus.SEE_OTHER)
    problem = _problem(error, translate=pages.translate)
    try:
        response = make_response(pages.error_page(problem))
    except Exception as broken:  # noqa: BLE001 - whatever breaks the page, the error is told
        _log.error(
            "The error page could not be rendered",
            code=problem.code,
            error_type=type(broken).__qualname__,
            **_where(broken),
        )
        return _as_json(problem)
    return _finished(response, problem)


def _prefers_json() -> bool:
    accepted = request.accept_mimetypes
    json = max(accepted["application/json"], accepted[MEDIA_TYPE])
    return bool(json > accepted["text/html"])


def _problem(error: Exception, *, translate: say.Translate = say.english) -> Problem:
    if isinstance(error, errors.MienError):
        return _problem_of_ours(error, translate)
    if isinstance(error, HTTPException):
        return _problem_of_http(error, translate)
    _log.error("Unexpected error", status=_SERVER_ERROR, **_cause(error), **_where(error))
    return Problem(_SERVER_ERROR, "internal_error", translate(INTERNAL_ERROR), request_id())


def _problem_of_ours(error: errors.MienError, translate: say.Translate) -> Problem:
    status = status_of(type(error))
    if isinstance(error, errors.ClientGone):
        _log.info("The client disconnected; its request was cancelled", code=error.code)
    # Too much to do is no fault, and there would be a line for each.
    if status >= _SERVER_ERROR and not isinstance(error, errors.Overloaded):
        # To be expected for some seconds: whoever looks for faults is not to find one for each.
        log = _log.warning if isinstance(error, errors.PackChanged) else _log.error
        log(
            "A request failed",
            code=error.code,
            status=status,
            why=say.error(error),
            **_cause(error),
        )
    detail = say.error(error, translate=translate)
    facts = say.facts(error, translate=translate)
    seconds = next(
        (
            _RETRY_AFTER_SECONDS[each]
            for each in type(error).__mro__
            if each in _RETRY_AFTER_SECONDS
        ),
        None,
    )
    if isinstance(error, (errors.Overloaded, errors.TooManyAttempts)):
        seconds = error.extra.get("retry_after_seconds")
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Problem(status, error.code, detail, request_id(), facts, headers)


def _problem_of_http(error: HTTPException, translate: say.Translate) -> Problem:
    if isinstance(error, CSRFError):
        status, code, detail = int(HTTPStatus.BAD_REQUEST), "csrf_failed", CSRF_FAILED
        return Problem(status, code, translate(detail), request_id())
    status = error.code or _SERVER_ERROR
    if status >= _SERVER_ERROR:
        return Problem(status, "internal_error", translate(INTERNAL_ERROR), request_id())
    code, detail = HTTP_CODES.get(status, HTTP_CODES[HTTPStatus.BAD_REQUEST])
    # A description of our own says more than ours for all; the library's speaks to programmers.
    if error.description and error.description != type(error).description and status in _OURS:
        detail = error.description
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Problem(status, code, translate(detail), request_id(), headers=headers)


# Statuses that this application raises itself, with words of its own.
_OURS: Final = {400, 413, 415}


def _as_json(problem: Problem) -> Response:
    body = current_app.json.dumps(_members(problem))
    return _finished(current_app.response_class(body, mimetype=MEDIA_TYPE), problem)


def _members(problem: Problem) -> dict[str, Any]:
    return {
        **problem.extra,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": problem.request_id,
    }


def _finished(response: Response, problem: Problem) -> Response:
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def _cause(error: Exception) -> dict[str, Any]:
    """The types of an error and of what caused it; messages may hold values, so they stay out."""
    kinds, codes = [type(error).__qualname__], _system_codes(error)
    while (cause := error.__cause__ or error.__context__) is not None and len(kinds) < _LAST_CALLS:
        kinds.append(type(cause).__qualname__)
        codes += _system_codes(cause)
        if not isinstance(cause, Exception):
            break
        error = cause
    told: dict[str, Any] = {"error_types": kinds}
    return told | {"errno": codes} if codes else told


def _system_codes(error: BaseException) -> list[str]:
    """What the system or the database calls an error, such as ENOSPC; nothing where it has no name."""
    if isinstance(error, OSError):
        return [] if error.errno is None else [errno.errorcode.get(error.errno, str(error.errno))]
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return [code] if isinstance(code, str) else []


def _where(error: Exception) -> dict[str, Any]:
    """Files, lines and functions of the last calls, without their values."""
    calls = traceback.extract_tb(error.__traceback__)[-_LAST_CALLS:]
    return {"where": [f"{call.filename}:{call.lineno} {call.name}" for call in calls]}
