"""What counts as a name, what a gallery may be called in addresses, and when two names are the same."""

import re
import unicodedata
from typing import Final

from mien.errors import InvalidInput

NAME_LENGTH = 200
KEY_LENGTH = 600  # case folding may make up to three characters of one
ID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
GALLERY_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
GALLERY_PATTERN: Final = GALLERY_NAME.pattern

_ADDRESS_LENGTH = 80
# Unassigned characters are let in: some are newer than this Python's tables, and people's names.
_CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
# These shape scripts and emoji rather than hide text.
_JOINERS = "\u200c\u200d"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean_name(name: str, *, field: str = "name") -> str:
    """A name as it is stored: any script, composed, without control characters or outer spaces.

    Raises:
        InvalidInput: it is empty, too long, or has characters that cannot be shown.
    """
    words = unicodedata.normalize("NFC", name).strip().split(" ")
    composed = " ".join(word for word in words if word)
    if any(unicodedata.category(c) in _CONTROL and c not in _JOINERS for c in composed):
        raise InvalidInput("name_control_characters", field=field)
    if not composed.strip(_JOINERS + " "):
        raise InvalidInput("name_empty", field=field)
    if len(composed) > NAME_LENGTH:
        raise InvalidInput(
            "name_too_long", words={"most": NAME_LENGTH, "length": len(composed)}, field=field
        )
    if len(name_key(composed)) > KEY_LENGTH:
        raise InvalidInput("name_ligatures", field=field)
    return composed


def name_key(name: str) -> str:
    """What two names have in common when they are the same to a reader.

    Compatibility forms, letter case, joiners and runs of spaces make no difference. Gives
    something to look for whatever it is given, also for text that no name can hold.
    """
    folded = _UNSTORABLE.sub("\ufffd", name)
    # Folding may leave what can be decomposed further, and that what can be folded: the
    # standard's compatibility caseless match does both twice.
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    composed = unicodedata.normalize("NFKC", folded)
    return " ".join(composed.translate(dict.fromkeys(map(ord, _JOINERS))).split())


def can_be_stored(text: str) -> bool:
    """Whether databases take this text: no null character and no half of a surrogate pair.

    Ids come from outside; what cannot be stored cannot be found.
    """
    return _UNSTORABLE.search(text) is None


def clean_gallery_name(name: str) -> str:
    """A gallery's name: it stands in addresses and commands.

    Raises:
        InvalidInput: it is not 1 to 100 of letters, digits, `.`, `_`, `-`, led by one of the
            first two.
    """
    if not GALLERY_NAME.fullmatch(name):
        raise InvalidInput("gallery_name", field="name")
    return name


def address_name(name: str) -> str:
    """A gallery's name for addresses, made from what it is called: `Rowing club`, `rowing-club`.

    Marks are dropped and letters made small; where nothing of it can stand in an address, it is
    `gallery`. Always one that `clean_gallery_name` takes, and short enough for a number behind it.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = folded.encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:_ADDRESS_LENGTH].strip("-") or "gallery"
