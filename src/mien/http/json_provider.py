"""JSON as the application reads and writes it: strict coming in, compact going out."""

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from pydantic_core import from_json


class StrictJson(DefaultJSONProvider):
    """Refuses what JSON does not have, and what no database could keep.

    Nesting is bounded, NaN and halves of surrogate pairs are refused; all of that is a
    `ValueError`, which becomes a 400.
    """

    ensure_ascii = False
    sort_keys = False
    compact = True

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of a JSON text."""
        return from_json(s, allow_inf_nan=False)


def install_json(app: Flask) -> None:
    """Let requests and responses of an app use it."""
    app.json = StrictJson(app)
