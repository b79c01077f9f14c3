"""Nothing that a cookie authenticates is changed by another site."""

from typing import Final

from flask import Flask
from flask import request
from flask_wtf.csrf import CSRFError
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import LengthRequired

from mien.errors import NotAuthenticated
from mien.http.auth import load_user
from mien.http.moments import rest_while_body_arrives
from mien.http.problems import API_PREFIX
from mien.http.small_bodies import SMALL_BODY_BYTES

_CHANGING: Final = {"POST", "PUT", "PATCH", "DELETE"}
_OWN_SITES: Final = {"same-origin", "none"}


def install_csrf(app: Flask) -> None:
    """Ask every form for its token; the API takes no cookie and needs none.

    A token holds as long as the browser's session: a page may stay open over lunch.
    """
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    protection = CSRFProtect(app)

    def check_form() -> None:
        if request.method not in _CHANGING or request.path.startswith(API_PREFIX):
            return
        if request.endpoint is None:
            return  # nothing is there; the answer says so
        # Browsers say where a request comes from; scripts and old browsers say nothing.
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
            raise CSRFError
        # Looking for the token reads the whole form, so strangers may send small ones only.
        if load_user() is None:
            _refuse_uploads()
        rest_while_body_arrives()
        protection.protect()

    app.before_request(check_form)


def _refuse_uploads() -> None:
    if request.mimetype == "multipart/form-data":
        raise NotAuthenticated("send_again")
    # What is not said to be small is not taken in before a thread waits for it.
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    request.max_content_length = SMALL_BODY_BYTES
