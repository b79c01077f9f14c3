"""A message about what was just done, with a button that undoes it."""

from collections.abc import Sequence

from flask import url_for

from mien.http.context import changes_made
from mien.web.flashes import say_so
from mien.web.layout import FlashKind


def say_done(
    text: str, *, gallery: str, kind: FlashKind = "done", changes: Sequence[str] | None = None
) -> None:
    """Keep a message for the next page, with a way to take back what this request has changed.

    Args:
        text: a sentence or two.
        gallery: the name of where it was changed.
        kind: how it went.
        changes: ids of what can be taken back, if not of all that this request has changed.
    """
    ids = changes_made() if changes is None else changes
    url = ""
    if len(ids) == 1:
        url = url_for("changes.undo", gallery=gallery, change_id=ids[0])
    elif ids:
        url = url_for("changes.undo_several", gallery=gallery, change=ids)
    say_so(text, kind, change_url=url)
