"""The API's blueprints, in one place."""

from typing import Any
from typing import Final
from typing import NoReturn

from flask_openapi.openapi import OpenAPI
from pydantic import ValidationError

from mien.api import activity
from mien.api import changes
from mien.api import detect
from mien.api import document
from mien.api import faces
from mien.api import galleries
from mien.api import identify
from mien.api import identify_batch
from mien.api import jobs
from mien.api import live
from mien.api import people
from mien.api import people_together
from mien.api import review
from mien.api import unknown
from mien.api import verify
from mien.api import videos
from mien.api.bodies import as_invalid_input
from mien.http.api_description import offer_description
from mien.schemas.problem import ProblemOut


def _refuse(error: ValidationError) -> NoReturn:
    raise as_invalid_input(error) from error


DOCUMENT: Final[dict[str, Any]] = {
    # Its pages fetch scripts and write them inline; ours may do neither.
    "doc_ui": False,
    "validation_error_model": ProblemOut,
    "validation_error_callback": _refuse,
}
"""Settings the application needs to collect the API's description."""


def register(app: OpenAPI) -> None:
    """Add the API to an app."""
    for module in (
        *(detect, verify, identify, identify_batch, live, videos),
        *(galleries, people, people_together, faces, review, changes, unknown, jobs, activity),
    ):
        app.register_api(module.bp)
    app.register_blueprint(document.bp)
    offer_description(app, lambda: document.document(app))
