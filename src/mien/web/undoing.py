"""A message about what was just done, with a button that undoes it."""

from flask import url_for

from mien.http.context import change_made
from mien.web.flashes import say_so
from mien.web.layout import FlashKind


def say_done(text: str, *, gallery: str, kind: FlashKind = "done") -> None:
    """Keep a message for the next page, with a way to take back what this request has changed.

    Args:
        text: a sentence or two.
        gallery: the name of where it was changed.
        kind: how it went.
    """
    change_id = change_made()
    url = url_for("changes.undo", gallery=gallery, change_id=change_id) if change_id else ""
    say_so(text, kind, change_url=url)
