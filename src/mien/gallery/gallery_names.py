"""What a gallery may be called; apart from other names, so that settings may ask without a database."""

import re
from typing import Final

from mien.errors import InvalidInput

GALLERY_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def clean_gallery_name(name: str) -> str:
    """A gallery's name: it stands in addresses and commands.

    Raises:
        InvalidInput: it is not 1 to 100 of letters, digits, `.`, `_`, `-`, led by one of the
            first two.
    """
    if not GALLERY_NAME.fullmatch(name):
        raise InvalidInput(
            "A gallery's name has 1 to 100 characters: unaccented letters, digits, dots, hyphens "
            "and underscores, and begins with a letter or a digit.",
            field="name",
        )
    return name
