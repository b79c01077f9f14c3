"""The API's blueprints, in one place."""

from typing import Any

from flask_openapi.openapi import OpenAPI

DOCUMENT: dict[str, Any] = {"doc_ui": False}


def register(app: OpenAPI) -> None:
    """Add the API to an app."""
    del app
