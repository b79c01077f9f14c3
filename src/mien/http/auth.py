"""Who asks: a signed-in browser for pages, an API key for the API, never one for the other."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from typing import Final
from typing import TypeVar

from flask import Flask
from flask import Response
from flask import current_app
from flask import g
from flask import request

from mien.errors import NotAuthenticated
from mien.errors import NotPermitted
from mien.errors import ScopeMissing
from mien.gallery.keys import Key
from mien.gallery.keys import check_key
from mien.gallery.sign_ins import SignIn
from mien.gallery.sign_ins import who_is
from mien.http.context import runtime
from mien.http.context import services
from mien.http.cookies import SIGN_IN_COOKIE
from mien.http.cookies import set_sign_in_cookie
from mien.options import Scope

SCOPE_MARK: Final = "mien_scope"
_RENEW_EVERY = dt.timedelta(minutes=5)
_View = TypeVar("_View", bound=Callable[..., Any])


def install_auth(app: Flask) -> None:
    """Let the cookie of a browser that is in use last as long as its sign-in."""
    app.after_request(_renew_cookie)


def load_user() -> SignIn | None:
    """The sign-in of the browser that asks, looked up once a request; None without one."""
    if "sign_in" not in g:
        g.sign_in = _look_up()
    found: SignIn | None = g.sign_in
    return found


def current_sign_in() -> SignIn:
    """The sign-in of the browser that asks.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    found = load_user()
    if found is None:
        raise NotAuthenticated("Sign in first.")
    return found


def require_sign_in() -> None:
    """Before a request of a blueprint: somebody has to be signed in.

    Raises:
        NotAuthenticated: nobody is.
    """
    if request.method != "OPTIONS":
        current_sign_in()


def require_admin() -> None:
    """Before a request of a blueprint: an administrator has to be signed in.

    Raises:
        NotAuthenticated: nobody is.
        NotPermitted: somebody else is.
    """
    if request.method != "OPTIONS" and not current_sign_in().user.is_admin:
        raise NotPermitted("Only administrators may do this.")


def require_operator() -> None:
    """Before an answer about the installation itself: an administrator's browser or key.

    Raises:
        NotAuthenticated, KeyInvalid: there is neither.
        NotPermitted, ScopeMissing: it is somebody else's.
    """
    if sent_key() is None and load_user() is not None:
        require_admin()
    elif not current_key().allows("admin"):
        raise ScopeMissing(
            "This key lacks the scope `admin`. Create one that has it.", scope="admin"
        )


def require_scope(scope: Scope) -> Callable[[_View], _View]:
    """Mark a view of the API with the scope that a key needs for it; `check_access` looks at it.

    A mark, because it has to be seen before the request is looked at any closer.
    """

    def mark(view: _View) -> _View:
        setattr(view, SCOPE_MARK, scope)
        return view

    return mark


def check_access() -> None:
    """Before a request of an API blueprint: the key has to be good and to have the view's scope.

    Raises:
        NotAuthenticated, KeyInvalid: there is no good key.
        ScopeMissing: the key is good for other things.
    """
    if request.method == "OPTIONS":
        return
    key = current_key()
    view = current_app.view_functions[request.endpoint or ""]
    # A view without a mark is a mistake; it fails closed.
    scope: Scope = getattr(view, SCOPE_MARK)
    if not key.allows(scope):
        raise ScopeMissing(
            f"This key lacks the scope `{scope}`. Create one that has it.", scope=scope
        )


def check_reader() -> None:
    """Before the API's own description is shown: any key or any signed-in browser will do.

    Raises:
        NotAuthenticated, KeyInvalid: neither is there.
    """
    if sent_key() is not None or load_user() is None:
        current_key()


def current_key() -> Key:
    """The API key that was sent, looked up once a request.

    Raises:
        NotAuthenticated: none was sent.
        KeyInvalid: it is unknown or revoked.
    """
    if "key" not in g:
        secret = sent_key()
        if secret is None:
            raise NotAuthenticated(
                "This call needs an API key, in the header `Authorization: Bearer <key>` or "
                "`X-API-Key: <key>`."
            )
        g.key = check_key(services(), secret=secret)
    key: Key = g.key
    return key


def sent_key() -> str | None:
    """The key in the request's headers; never from its address, which ends up in logs.

    `X-API-Key` comes first: a proxy in front may need `Authorization` for itself.
    """
    own = request.headers.get("X-API-Key")
    if own:
        return own.strip()
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return secret.strip()
    return None


def _look_up() -> SignIn | None:
    secret = request.cookies.get(SIGN_IN_COOKIE)
    if not secret:
        return None
    try:
        return who_is(services(), secret=secret, lasts_seconds=runtime().settings.session_seconds)
    except NotAuthenticated:
        return None


def _renew_cookie(response: Response) -> Response:
    found: SignIn | None = g.get("sign_in")
    written = any(
        cookie.startswith(f"{SIGN_IN_COOKIE}=") for cookie in response.headers.getlist("Set-Cookie")
    )
    if found is None or written:
        return response
    if dt.datetime.now(dt.UTC) - found.seen_at > _RENEW_EVERY:
        # Its row has just been given more time.
        set_sign_in_cookie(response, request.cookies[SIGN_IN_COOKIE])
    return response
