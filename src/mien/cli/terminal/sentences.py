"""Errors as sentences of the command line."""

from mien.errors import MienError
from mien.words import say


def sentence(error: MienError) -> str:
    """What happened and the way out, after the name of the photo if the error has one."""
    photo = error.extra.get("photo")
    return f"{photo}: {say.error(error)}" if photo else say.error(error)
