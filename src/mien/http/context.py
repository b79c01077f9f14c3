"""From a request to what the process works with."""

from typing import cast

from flask import current_app
from flask import g

from mien.access.actor import NOBODY
from mien.access.actor import Actor
from mien.gallery.services import Call
from mien.http.request_ids import request_id
from mien.runtime import Runtime

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
    return runtime().call(actor, request_id() or None)
