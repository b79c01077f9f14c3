"""What counts as a name, and when two names are the same."""

import re
import unicodedata

from mien.errors import InvalidInput
from mien.storage.models import NAME_LENGTH

_GALLERY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")
_CONTROL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# These shape scripts and emoji rather than hide text.
_JOINERS = "\u200c\u200d"


def clean_name(name: str, *, field: str = "name") -> str:
    """A name as it is stored: any script, composed, without control characters or outer spaces.

    Raises:
        InvalidInput: it is empty, too long, or has characters that cannot be shown.
    """
    composed = " ".join(unicodedata.normalize("NFC", name).split(" ")).strip()
    if any(unicodedata.category(c) in _CONTROL and c not in _JOINERS for c in composed):
        raise InvalidInput(
            "A name cannot hold control characters or line breaks. Write it on one line.",
            field=field,
        )
    if not composed.strip(_JOINERS):
        raise InvalidInput("A name cannot be empty.", field=field)
    if len(composed) > NAME_LENGTH:
        raise InvalidInput(
            f"A name has at most {NAME_LENGTH} characters; this one has {len(composed)}.",
            field=field,
        )
    return composed


def name_key(name: str) -> str:
    """What two names have in common when they are the same to a reader.

    Compatibility forms, letter case and runs of spaces make no difference.
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def clean_gallery_name(name: str) -> str:
    """A gallery's name: it stands in addresses and commands.

    Raises:
        InvalidInput: it is not 1 to 100 of letters, digits, `.`, `_`, `-`, led by one of the
            first two.
    """
    if not _GALLERY.match(name):
        raise InvalidInput(
            "A gallery's name has 1 to 100 characters: unaccented letters, digits, dots, hyphens "
            "and underscores, and begins with a letter or a digit.",
            field="name",
        )
    return name
