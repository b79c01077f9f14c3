"""Nothing that a cookie authenticates is changed by another site."""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from flask import g
from flask import request
from flask import session
from flask_wtf.csrf import CSRFError
from flask_wtf.csrf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import LengthRequired

from mien.errors import NotAuthenticated
from mien.http.auth import load_user
from mien.http.moments import rest_while_body_arrives
from mien.http.problems import API_PREFIX
from mien.http.small_bodies import SMALL_BODY_BYTES

_CHANGING: Final = {"POST", "PUT", "PATCH", "DELETE"}
_OWN_SITES: Final = {"same-origin", "none"}
_FIELD: Final = "csrf_token"
_OWNER: Final = "csrf_owner"
_USER: Final = "csrf_user"


def install_csrf(app: Flask) -> None:
    """Ask every form for its token; the API takes no cookie and needs none.

    A token holds as long as the browser's session: a page may stay open over lunch.
    """
    # Under TLS the library asks for a Referer, which some browsers and proxies leave out; where a
    # request comes from is told by Sec-Fetch-Site and Origin.
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False
    )
    protection = CSRFProtect(app)

    def check_form() -> None:
        if request.method not in _CHANGING or request.path.startswith(API_PREFIX):
            return
        if request.endpoint is None:
            return  # nothing is there; the answer says so
        if not _is_from_here():
            raise CSRFError
        # Looking for the token reads the whole form, so strangers may send small ones only. Whoever
        # was signed in when this browser got its form is none.
        if load_user() is None and _USER not in session:
            _refuse_uploads()
        rest_while_body_arrives()
        protection.protect()
        if request.method in app.config["WTF_CSRF_METHODS"] and not _is_the_owners():
            if load_user() is not None:
                raise CSRFError
            # Whose sign-in has ended meanwhile is led to the next one.
            g.form_of = session.get(_USER)
            raise NotAuthenticated("send_again")

    app.before_request(check_form)


def form_token() -> str:
    """What a form of the present page has to bring back; good for the present sign-in alone."""
    if not _is_the_owners():
        # A token from before the sign-in, or one that somebody else has put into this browser.
        session.pop(_FIELD, None)
        # The library keeps what it has made for a form of the same page.
        g.pop(_FIELD, None)
        session[_OWNER] = _owner()
        signed_in = load_user()
        if signed_in is None:
            session.pop(_USER, None)
        else:
            session[_USER] = signed_in.user.id
    token: str = generate_csrf()
    return token


def form_of() -> str | None:
    """Whose form was sent, when its token is good and their sign-in has ended; their user's id."""
    found: str | None = g.get("form_of")
    return found


def _is_the_owners() -> bool:
    return bool(session.get(_OWNER, "") == _owner())


def _owner() -> str:
    signed_in = load_user()
    return "" if signed_in is None else signed_in.id


def _is_from_here() -> bool:
    """Whether a browser says so; scripts and very old browsers say nothing, and have no cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OWN_SITES
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _refuse_uploads() -> None:
    if request.mimetype == "multipart/form-data":
        raise NotAuthenticated("send_again")
    # What is not said to be small is not taken in before a thread waits for it.
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    request.max_content_length = SMALL_BODY_BYTES
