"""The two cookies: who is signed in, and what proves that a form is ours.

Over TLS their names begin with `__Host-`: browsers then take them from this host alone, over TLS,
and a neighbouring host cannot put its own in their place.
"""

from flask import Flask
from flask import Response
from flask import request
from flask.sessions import SecureCookieSessionInterface

from mien.http.context import runtime

SIGN_IN_COOKIE = "mien_session"
FORM_COOKIE = "mien_form"


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
        max_age=runtime().settings.session_seconds,
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


def _name(name: str) -> str:
    return f"__Host-{name}" if cookies_are_secure() else name
