"""Which requests cost a lot, and the refusal of those that are too many."""

from collections.abc import Callable
from typing import Any
from typing import Final
from typing import TypeVar
from typing import cast

from flask import Flask
from flask import request
from werkzeug.exceptions import HTTPException

from mien.errors import Overloaded

OVERLOADED: Final = "mien.overloaded"
"""Set by a server, in the WSGI environment of a request that it has no room for."""

RETRY_SECONDS: Final = 2
_MARK: Final = "mien_looks_at_photos"
_View = TypeVar("_View", bound=Callable[..., Any])


def looks_at_photos(view: _View) -> _View:
    """Mark a view that has the engine look at what was sent."""
    setattr(view, _MARK, True)
    return view


def install_overload(app: Flask) -> None:
    """Refuse what the server says that there is no room for, before its body is read."""
    app.before_request(_refuse)


def photo_requests(app: object) -> Callable[[str, str], bool]:
    """Tells, of a method and a path, whether the engine would have to look at photos.

    Args:
        app: the application that is served; of one that is not Mien's no request does.
    """
    if not isinstance(app, Flask):
        return lambda _method, _path: False
    marked = {name for name, view in app.view_functions.items() if getattr(view, _MARK, False)}
    methods = {
        method
        for rule in app.url_map.iter_rules()
        if rule.endpoint in marked
        for method in rule.methods or ()
    } - {"OPTIONS"}
    adapter = app.url_map.bind("mien")

    def is_one(method: str, path: str) -> bool:
        if method not in methods:
            return False
        try:
            endpoint, _ = adapter.match(path, method=method)
        except HTTPException:
            return False
        return cast("str", endpoint) in marked

    return is_one


def _refuse() -> None:
    if request.environ.get(OVERLOADED):
        raise Overloaded(retry_after_seconds=RETRY_SECONDS)
