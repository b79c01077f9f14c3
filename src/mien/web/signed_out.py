"""What happens to a page, and to what was typed into it, when its sign-in has ended meanwhile."""

from contextlib import suppress
from typing import Final

from flask import current_app
from flask import flash
from flask import request
from flask import url_for
from werkzeug.exceptions import HTTPException

from mien.errors import MienError
from mien.http.auth import has_ended
from mien.http.csrf import form_of
from mien.web.forms.kept import keep_typed
from mien.web.language import translated
from mien.words.marking import N_

_SHOWN_AGAIN: Final = frozenset(
    {
        "people.create",
        "person.save",
        "person.choose_face",
        "galleries.create",
        "galleries.save",
        "keys.create",
        "users.create",
        "identify.add",
    }
)
"""Views whose pages fill in what was typed before."""

SIGNED_OUT: Final = N_("You were signed out. Sign in again.")
INPUT_KEPT: Final = N_("You were signed out. Sign in again; what you typed is kept.")


def sign_in_address() -> str:
    """The sign-in page that says why it is shown, and leads back to where one was."""
    if request.method in ("GET", "HEAD"):
        back: str | None = request.full_path.rstrip("?")
        if _is_looked_at() and has_ended():
            flash(translated(SIGNED_OUT), "doubt")
    else:
        user_id = form_of()
        kept = user_id is not None and _keep(user_id)
        back = request.path if kept or _has_page() else None
        if user_id is not None:
            flash(translated(INPUT_KEPT if kept else SIGNED_OUT), "doubt")
    return url_for("access.sign_in", next=None if back == "/" else back)


def _keep(user_id: str) -> bool:
    if request.endpoint not in _SHOWN_AGAIN:
        return False
    # Whoever has to sign in is told so, also when nothing can be kept.
    with suppress(MienError):
        return keep_typed(user_id, request.path)
    return False


def _has_page() -> bool:
    """Whether the address that was sent to shows something too."""
    try:
        current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True


def _is_looked_at() -> bool:
    """Whether a page was asked for, and not a picture or a part of a page."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"
