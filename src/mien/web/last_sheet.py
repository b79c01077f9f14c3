"""Where on the contact sheet somebody was, so that they come back to the same place."""

from flask import request
from flask import session
from flask import url_for

_LAST = "sheet"
# The cookie has room for about 4,000 characters in all.
_MOST = 1_000


def remember_sheet(gallery: str) -> None:
    """Keep the search, order and page of this request, in the browser's own session."""
    place = request.query_string.decode("ascii", "replace")
    session[_LAST] = [gallery, place if len(place) <= _MOST else ""]


def last_sheet(gallery: str, person_id: str = "") -> str:
    """The sheet of a gallery as it was seen last, at a person's place on it."""
    sheet = url_for("people.sheet", gallery=gallery)
    seen = session.get(_LAST)
    if isinstance(seen, list) and len(seen) == len(("gallery", "place")) and seen[0] == gallery:
        sheet = f"{sheet}?{seen[1]}" if seen[1] else sheet
    return f"{sheet}#{tile_place(person_id)}" if person_id else sheet


def tile_place(person_id: str) -> str:
    """The id of somebody's tile on the sheet."""
    return f"person-{person_id}"
