"""Headers that let browsers do nothing but what the pages need."""

from typing import Final

from flask import Flask
from flask import Response
from flask import request

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), "
    "display-capture=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Pages and answers speak of people; a shared computer keeps none of them.
    "Cache-Control": "no-store",
}
_TLS_ONLY: Final = "max-age=31536000; includeSubDomains"


def install_security(app: Flask) -> None:
    """Set the headers on every answer that does not say otherwise itself."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", _TLS_ONLY)
    return response
