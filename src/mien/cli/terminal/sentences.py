"""Errors as sentences of the command line."""

from mien.errors import MienError
from mien.words import say


def sentence(error: MienError) -> str:
    """What happened and the way out, led by the photo that it is about where one is named."""
    photo = error.extra.get("photo")
    return f"{photo}: {say.error(error)}" if photo else say.error(error)
