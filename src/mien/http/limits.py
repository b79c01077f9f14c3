"""How much one request may hold, and which proxies are believed."""

from typing import Final

from flask import Flask
from flask import request
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from mien.http.problems import API_PREFIX
from mien.settings import FORM_BYTES
from mien.settings import Settings

_MOST_PARTS: Final = 100


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
