"""The pages' blueprints, in one place."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages to an app."""
    del app
