"""Who asks: a signed-in browser for pages, an API key for the API, never one for the other."""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from typing import Final
from typing import TypeVar

from flask import Flask
from flask import Response
from flask import current_app
from flask import g
from flask import request

from mien.access import permissions
from mien.access.api_keys import Key
from mien.access.api_keys import check_key
from mien.access.permissions import Action
from mien.access.sign_ins import SignIn
from mien.access.sign_ins import who_is
from mien.errors import NotAuthenticated
from mien.http.browser_cache import clear_cache
from mien.http.context import acts_as
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.cookies import clear_sign_in_cookie
from mien.http.cookies import set_sign_in_cookie
from mien.http.cookies import sign_in_cookie

ACTION_MARK: Final = "mien_action"
_LEADS_TO_SIGN_IN: Final = frozenset({HTTPStatus.OK, HTTPStatus.SEE_OTHER})
_RENEW_EVERY = dt.timedelta(minutes=5)
_View = TypeVar("_View", bound=Callable[..., Any])


def install_auth(app: Flask) -> None:
    """Let the cookie of a browser that is in use last as long as its sign-in, and no longer."""
    app.after_request(_renew_cookie)
    app.after_request(_forget_ended)


def has_ended() -> bool:
    """Whether the browser that asks was signed in, and is so no more."""
    return bool(request.cookies.get(sign_in_cookie())) and load_user() is None


def load_user() -> SignIn | None:
    """The sign-in of the browser that asks, looked up once a request; None without one."""
    if "sign_in" not in g:
        g.sign_in = _look_up()
        if g.sign_in is not None:
            acts_as(g.sign_in.user.actor)
    found: SignIn | None = g.sign_in
    return found


def current_sign_in() -> SignIn:
    """The sign-in of the browser that asks.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    found = load_user()
    if found is None:
        raise NotAuthenticated
    return found


def require_operator() -> None:
    """Before an answer about the installation itself: an administrator's browser or key.

    Raises:
        NotAuthenticated, KeyInvalid: there is neither.
        NotPermitted, ScopeMissing: it is somebody else's.
    """
    found = load_user() if sent_key() is None else None
    actor = current_key().actor if found is None else found.user.actor
    permissions.require(actor, "installation.read")


def asks(action: Action) -> Callable[[_View], _View]:
    """Mark a view with what it does; `check_access` or `check_browser` asks who may.

    A mark, because it has to be seen before the request is looked at any closer.
    """

    def mark(view: _View) -> _View:
        setattr(view, ACTION_MARK, action)
        return view

    return mark


def check_browser() -> None:
    """Before a request of a blueprint of pages: who is signed in has to be allowed what it does.

    Verbs ask the same again; a page that only shows a form has no other to ask.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotPermitted: the user may not.
    """
    if request.method == "OPTIONS":
        return
    current_sign_in()
    permissions.require(this_call().actor, _marked_action())


def check_access() -> None:
    """Before a request of an API blueprint: the key has to be good and to allow what is asked.

    Raises:
        NotAuthenticated, KeyInvalid: there is no good key.
        ScopeMissing: the key is good for other things.
    """
    if request.method == "OPTIONS":
        return
    key = current_key()
    acts_as(key.actor)
    permissions.require(key.actor, _marked_action())


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
            raise NotAuthenticated("key_needed")
        g.key = check_key(this_call(), secret=secret)
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


def _marked_action() -> Action:
    view = current_app.view_functions[request.endpoint or ""]
    # A view without a mark is a mistake; it fails closed.
    action: Action = getattr(view, ACTION_MARK)
    return action


def _look_up() -> SignIn | None:
    settings = runtime().settings
    secret = request.cookies.get(sign_in_cookie())
    if not secret:
        return None
    try:
        return who_is(
            this_call(),
            secret=secret,
            lasts_seconds=settings.sign_in_seconds,
            most_seconds=settings.session_most_seconds,
        )
    except NotAuthenticated:
        return None


def _renew_cookie(response: Response) -> Response:
    found: SignIn | None = g.get("sign_in")
    if found is None or _writes_cookie(response):
        return response
    if dt.datetime.now(dt.UTC) - found.seen_at > _RENEW_EVERY:
        # Its row has just been given more time.
        set_sign_in_cookie(response, request.cookies[sign_in_cookie()])
    return response


def _forget_ended(response: Response) -> Response:
    """Whose sign-in has ended by itself or elsewhere keeps no more than who has signed out."""
    asked = "sign_in" in g and not _writes_cookie(response)
    if asked and has_ended() and response.status_code in _LEADS_TO_SIGN_IN:
        clear_sign_in_cookie(response)
        clear_cache(response)
    return response


def _writes_cookie(response: Response) -> bool:
    return any(
        cookie.startswith(f"{sign_in_cookie()}=")
        for cookie in response.headers.getlist("Set-Cookie")
    )
