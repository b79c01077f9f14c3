"""From a request to what the process works with."""

from typing import cast

from flask import current_app

from mien.gallery.services import Services
from mien.runtime import Runtime

EXTENSION = "mien"


def runtime() -> Runtime:
    """What this process works with."""
    return cast("Runtime", current_app.extensions[EXTENSION])


def services() -> Services:
    """The collaborators that verbs ask for."""
    return runtime().services
