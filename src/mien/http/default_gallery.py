"""The gallery of a request that names none: the settings', or the one that a server in front passes."""

from typing import Final

from flask import request

from mien.errors import InvalidInput
from mien.http.context import runtime
from mien.names import GALLERY_NAME

KEY: Final = "MIEN_DEFAULT_GALLERY"
"""Key of the WSGI environment; no header of a client can become it, those begin with HTTP_."""


def default_gallery() -> str:
    """The name of the gallery that is meant when none is named.

    Raises:
        InvalidInput: the server in front passes what cannot be a gallery's name. Falling back to
            another gallery would show people of the wrong one.
    """
    passed = str(request.environ.get(KEY, ""))
    if not passed:
        return runtime().settings.default_gallery
    if not GALLERY_NAME.fullmatch(passed):
        raise InvalidInput("default_gallery_header", field=KEY)
    return passed
