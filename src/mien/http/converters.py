"""What may stand in an address: ids and names of galleries; anything else is not found."""

from flask import Flask
from werkzeug.routing import BaseConverter

from mien.names import GALLERY_PATTERN
from mien.names import ID_PATTERN


class IdConverter(BaseConverter):
    """A UUID in the one way in which Mien writes it."""

    regex = ID_PATTERN


class GalleryConverter(BaseConverter):
    """The name of a gallery."""

    regex = GALLERY_PATTERN


def install_converters(app: Flask) -> None:
    """Let rules say `<id:person_id>` and `<gallery:gallery>`.

    An address has one form: no slash at its end, none doubled.
    """
    app.url_map.converters.update(id=IdConverter, gallery=GalleryConverter)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
