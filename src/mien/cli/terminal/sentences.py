"""Errors as sentences of the command line."""

from mien.errors import MienError
from mien.errors import NameTaken
from mien.words import say


def sentence(error: MienError) -> str:
    """What happened and the way out, after the name of the photo if the error has one."""
    photo = error.extra.get("photo")
    words = f"{photo}: {say.error(error)}" if photo else say.error(error)
    if isinstance(error, NameTaken) and (ids := error.extra.get("person_ids")):
        return f"{words} Use --same-name, or the id of the person who is there: {', '.join(ids)}."
    return words
