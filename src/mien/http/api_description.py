"""The API's description, handed to whoever shows it: pages and API do not know each other."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeAlias
from typing import cast

from flask import Flask
from flask import current_app

Description: TypeAlias = Mapping[str, Any]
"""An OpenAPI document."""

_EXTENSION = "mien_description"


def offer_description(app: Flask, describe: Callable[[], Description]) -> None:
    """Let an app give its API's description; `describe` is asked anew each time."""
    app.extensions[_EXTENSION] = describe


def api_description() -> Description:
    """The description of the present app's API."""
    return cast("Callable[[], Description]", current_app.extensions[_EXTENSION])()
