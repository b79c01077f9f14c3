"""How much one request may hold, and how often one address may try."""

import time
from collections.abc import Callable
from typing import Any
from typing import Final
from typing import TypeVar
from typing import cast

from flask import Flask
from flask import request
from flask_limiter import Limiter
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from mien.http.problems import API_PREFIX
from mien.settings import FORM_BYTES
from mien.settings import Settings

_MOST_PARTS: Final = 100
_MARK: Final = "mien_signin_limit"
_View = TypeVar("_View", bound=Callable[..., Any])


def install_limits(app: Flask, settings: Settings) -> None:
    """Bound the size of requests, and refuse text that no database can keep."""
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=_MOST_PARTS,
    )
    app.before_request(_refuse_null_characters)


def install_proxies(app: Flask, settings: Settings) -> None:
    """Take the client's address and scheme from exactly as many proxies as are trusted."""
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        # The host comes in the Host header as it is; a forwarded one could be the client's.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way of wrapping
            app.wsgi_app, x_for=count, x_proto=count
        )


def signin_limit(view: _View) -> _View:
    """Mark a view whose POSTs are attempts to get in; each address has MIEN_SIGNIN_RATE of them."""
    setattr(view, _MARK, True)
    return view


def install_rates(app: Flask, settings: Settings) -> None:
    """Bound the views that are marked; called when all of them are registered.

    Counted in the memory of each process; with several of them an address has as many times more.
    """
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=False)
    for endpoint, view in list(app.view_functions.items()):
        if getattr(view, _MARK, False):
            bounded = limiter.limit(settings.signin_rate, methods=["POST"], on_breach=_refuse)
            app.view_functions[endpoint] = cast("Any", bounded(view))


def _refuse(limit: RequestLimit) -> None:
    raise TooManyRequests(retry_after=max(1, int(limit.reset_at - time.time()) + 1))


def _refuse_null_characters() -> None:
    if "\x00" in request.path:
        raise NotFound
    texts = [*request.args.keys(), *request.args.values()]
    # What nothing is there for is not read at all: it may be large, and anybody's.
    posted = request.method == "POST" and request.endpoint is not None
    if posted and not request.path.startswith(API_PREFIX):
        # Read already, for the form's token; the API looks at its own fields.
        # A part of a form may have no name at all.
        texts += [*filter(None, request.form.keys()), *request.form.values()]
    if any("\x00" in text for text in texts):
        raise BadRequest("A null character cannot be part of any text here.")
