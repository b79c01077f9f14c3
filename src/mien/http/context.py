"""From a request to what the process works with."""

from functools import partial
from typing import cast

from flask import current_app
from flask import g
from flask import request

from mien.access.actor import NOBODY
from mien.access.actor import Actor
from mien.gallery.services import Call
from mien.http.client_gone import client_gone
from mien.http.request_ids import request_id
from mien.runtime import Runtime
from mien.vision.budget import Budget

EXTENSION = "mien"


def runtime() -> Runtime:
    """What this process works with."""
    return cast("Runtime", current_app.extensions[EXTENSION])


def acts_as(actor: Actor) -> None:
    """Let whoever has shown who they are act in the rest of this request."""
    g.actor = actor


def this_call() -> Call:
    """What verbs are called with in this request; nobody acts until somebody is known."""
    actor: Actor = g.get("actor", NOBODY)
    seconds = runtime().settings.photo_seconds or None
    gone = client_gone(request.environ)
    budget = partial(Budget, seconds, is_gone=gone, asker=(actor.kind, actor.id))
    return runtime().call(actor, request_id() or None, budget=budget, on_change=_remember_change)


def change_made() -> str:
    """The id of the last change that this request has made and that can be undone; empty for none."""
    return next(reversed(changes_made()), "")


def changes_made() -> tuple[str, ...]:
    """The ids of all changes that this request has made and that can be undone, in their order."""
    made: list[str] = g.get("changes_made", [])
    return tuple(made)


def _remember_change(change_id: str) -> None:
    g.changes_made = [*changes_made(), change_id]
