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
_CONTROL = ("Cc", "Cs", "Zl", "Zp")
# These shape scripts and emoji rather than hide text.
_JOINERS = "\u200c\u200d"
# Scripts whose letters take another shape by them (Unicode Standard Annex 31, section 2.3): Arabic
# and Syriac, those of India and South-East Asia, Mongolian.
_SHAPED = (range(0x0600, 0x1100), range(0x1700, 0x1AB0), range(0xA800, 0xAC00))
# Format characters that are seen: signs before numbers in Arabic script and Syriac, Kaithi.
_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Unseen too, though they are no format characters: fillers of Hangul, an empty Braille cell, and
# what only chooses the form of its neighbour.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_VARIANTS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_BLACK_FLAG = "\U0001f3f4"
_TAGS = range(0xE0020, 0xE0080)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean_name(name: str, *, field: str = "name") -> str:
    """A name as it is stored: any script, composed, without what nobody sees, or outer spaces.

    What is copied from other programs often carries marks of direction, soft hyphens and the like;
    they are left out. Joiners stay where they shape a script or an emoji.

    Raises:
        InvalidInput: it is empty, too long, or has characters that cannot be shown.
    """
    words = unicodedata.normalize("NFC", _without_unseen(name)).strip().split(" ")
    composed = " ".join(word for word in words if word)
    if any(unicodedata.category(c) in _CONTROL for c in composed):
        raise InvalidInput("name_control_characters", field=field)
    if not any(_is_seen(character) for character in composed):
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
    without = _without_unseen(composed).translate(dict.fromkeys(map(ord, _JOINERS)))
    return " ".join(without.split())


def _without_unseen(text: str) -> str:
    kept: list[str] = []
    in_flag = False
    for at, character in enumerate(text):
        # The flags of England, Scotland, Wales: a black flag with letters that are not drawn.
        in_flag = character == _BLACK_FLAG or (in_flag and ord(character) in _TAGS)
        if character in _JOINERS:
            keep = at > 0 and _joins(text[at - 1], text[at + 1 : at + 2])
        else:
            keep = in_flag or not _is_format(character)
        if keep:
            kept.append(character)
    return "".join(kept)


def _joins(before: str, after: str) -> bool:
    """Whether a joiner between these two shapes anything."""
    if not after:
        return False
    shaped = any(ord(before) in block for block in _SHAPED)
    emoji = unicodedata.category(after) == "So" and (
        unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
    )
    return emoji or (shaped and any(ord(after) in block for block in _SHAPED))


def _is_format(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in _SEEN


def _is_seen(character: str) -> bool:
    """Whether anything is drawn where a character stands by itself."""
    if character in _SEEN:
        return True
    if character in _FILLERS or any(ord(character) in block for block in _VARIANTS):
        return False
    return unicodedata.category(character)[0] in "LNPS" or unicodedata.category(character) == "Cn"


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
