"""The cookies: who is signed in, what proves that a form is ours, and who has signed in before.

Over TLS their names begin with `__Host-`: browsers then take them from this host alone, over TLS,
and a neighbouring host cannot put its own in their place.
"""

from flask import Flask
from flask import Response
from flask import request
from flask.sessions import SecureCookieSessionInterface

from mien.access.known_browsers import new_mark
from mien.access.known_browsers import number_of
from mien.access.throttling import account_key
from mien.http.context import runtime

SIGN_IN_COOKIE = "mien_session"
FORM_COOKIE = "mien_form"
KNOWN_BROWSER_COOKIE = "mien_browser"
_KNOWN_SECONDS = 365 * 24 * 3600


class _FormCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, named and marked Secure by the same rule as the other."""

    def get_cookie_name(self, app: Flask) -> str:
        """What it is called in the present request."""
        del app
        return _name(FORM_COOKIE)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether browsers may send it over TLS only."""
        del app
        return cookies_are_secure()


def install_cookies(app: Flask) -> None:
    """Set name and marks of the cookie that holds form tokens and short messages."""
    app.session_interface = _FormCookie()
    app.config.update(
        SESSION_COOKIE_NAME=FORM_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )


def cookies_are_secure() -> bool:
    """Whether cookies of the present answer are marked Secure."""
    chosen = runtime().settings.secure_cookies
    return chosen == "always" or (chosen == "auto" and request.is_secure)


def sign_in_cookie() -> str:
    """What the cookie with the secret of a sign-in is called in the present request."""
    return _name(SIGN_IN_COOKIE)


def set_sign_in_cookie(response: Response, secret: str) -> None:
    """Let the browser keep the secret of its sign-in."""
    response.set_cookie(
        sign_in_cookie(),
        secret,
        max_age=runtime().settings.sign_in_seconds,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=cookies_are_secure(),
    )


def clear_sign_in_cookie(response: Response) -> None:
    """Let the browser forget the secret of its sign-in."""
    response.delete_cookie(
        sign_in_cookie(),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=cookies_are_secure(),
    )


def known_browser_cookie() -> str:
    """What the cookie of a browser that has signed in before is called in the present request."""
    return _name(KNOWN_BROWSER_COOKIE)


def mark_browser(response: Response, *, name: str) -> None:
    """Let the browser keep that it has signed in to an account; it opens nothing.

    Args:
        response: to the browser that has just signed in.
        name: of the account.
    """
    secret = runtime().services.throttle.secret()
    account = account_key(secret, name)
    kept = request.cookies.get(known_browser_cookie(), "")
    known = number_of(kept, secret=secret, account=account) is not None
    response.set_cookie(
        known_browser_cookie(),
        kept if known else new_mark(secret=secret, account=account),
        max_age=_KNOWN_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=cookies_are_secure(),
    )


def _name(name: str) -> str:
    return f"__Host-{name}" if cookies_are_secure() else name
