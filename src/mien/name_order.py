"""In which order names stand: by letters first, then by marks, then by case, in every database.

Databases order text by rules of their own, and the Unicode Collation Algorithm needs tables of
megabytes that nobody has kept for Python since 2017; this is the part of it that names need.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from mien.letters import KATAKANA
from mien.letters import Letter
from mien.letters import letters_of

SORT_KEY_LENGTH: Final = 800
"""Longest sort key, in characters; names of which no more can be told apart are in the order of ids."""

# One byte says what comes: nothing, a gap between words, a Latin letter, a digit, a letter of
# another script with its code point behind it, or a sign that is none of them.
_END, _GAP, _LATIN, _DIGIT, _OTHER, _SIGN = 0x00, 0x02, 0x10, 0x40, 0x60, 0xE0
_BARE, _MARKED = b"\x02", 0x10
_SMALL, _CAPITAL = b"\x02", b"\x03"
# Letters that stand behind another one in their alphabets and elsewhere in Unicode.
_BEHIND: Final = {
    "ђ": "д",
    "ґ": "г",
    "ѓ": "ґ",
    "є": "е",
    "ѕ": "з",
    "і": "и",
    "ї": "і",
    "ј": "ї",
    "љ": "л",
    "њ": "н",
    "ћ": "т",
    "ќ": "к",
    "ў": "у",
    "џ": "ч",
    "پ": "ب",
    "چ": "ج",
    "ژ": "ز",
    "گ": "ك",
}
# These are letters of their own, though Unicode makes them of another and a mark.
_WHOLE: Final = {
    ("и", "\u0306"): "й",
    ("і", "\u0308"): "ї",
    ("у", "\u0306"): "ў",
    ("г", "\u0301"): "ѓ",
    ("к", "\u0301"): "ќ",
}


def sort_key(name: str) -> str:
    """Text that puts names in order, whatever a database does with text: of `0` to `9`, `a` to `f`.

    Latin letters come first, letters with marks among those without them; then digits, other
    scripts, and other signs. What is punctuation counts as a space or as nothing.
    """
    first, second, third = bytearray(), bytearray(), bytearray()
    for letter in letters_of(_spaced(name)):
        base, marks = _whole(letter)
        weights = _weights(base, letter.written, bare=not marks)
        first += weights[0]
        second += weights[1]
        for mark in marks:
            second += bytes([_MARKED]) + _point(mark)
        third += weights[2]
    levels = (bytes(first), bytes(second.rstrip(_BARE)), bytes(third.rstrip(_SMALL)))
    return bytes([_END]).join(levels).hex()[:SORT_KEY_LENGTH]


def surname_key(name: str) -> str:
    """The sort key of a name with its last word first, which is taken for the surname."""
    words = name.split()
    return sort_key(" ".join([*words[-1:], *words[:-1]]))


@lru_cache(maxsize=4096)
def _weights(base: str, written: str, *, bare: bool) -> tuple[bytes, bytes, bytes]:
    """What a letter adds to each of the three levels, but for its marks."""
    small = written.lower()
    # Letters that sound the same are to Japanese what large and small ones are to others.
    is_katakana = ord(small[0]) in KATAKANA
    second = _BARE * len(base)
    if bare and base and small != base and not is_katakana:
        # "ø" is no "o", nor "ß" "ss".
        second += bytes([_MARKED]) + _point(small[0])
    third = _SMALL if small == written and not is_katakana else _CAPITAL
    return b"".join(map(_element, base)), second, third * len(base)


def first_letter(key: str) -> str:
    """The letter with which a name begins, as a heading: of a sort key or of its beginning."""
    start = bytes.fromhex(key[: initial_length(key)])
    if not start:
        return ""
    kind = start[0]
    if kind >= _OTHER:
        before = chr(int.from_bytes(start[1:4], "big"))
        moved = {_place(each): each for each in _BEHIND}
        return _heading(moved.get((before, start[4]), before))
    if kind >= _DIGIT:
        return str(kind - _DIGIT)
    return chr(kind - _LATIN + ord("A")) if kind >= _LATIN else ""


FIRST_WIDE: Final = bytes([_OTHER]).hex()
"""Sort keys from here on begin with a letter of `WIDE` characters, the others of `NARROW`."""
NARROW: Final = 2
WIDE: Final = 10


def initial_length(key: str) -> int:
    """How much of a sort key is its first letter."""
    return WIDE if key >= FIRST_WIDE else NARROW


def _spaced(name: str) -> str:
    """The name with a space for what parts words, without what stands in them; or as it is."""
    kept = []
    for character in name:
        kind = unicodedata.category(character)
        if kind in ("Pd", "Pc"):
            kept.append(" ")
        elif kind[0] not in "PC" or kind in ("Cn", "Co"):
            kept.append(character)
    spaced = " ".join("".join(kept).split())
    return spaced or name


def _whole(letter: Letter) -> tuple[str, str]:
    if letter.written in "ґҐ":
        return "ґ", letter.marks
    whole = _WHOLE.get((letter.base, letter.marks[:1]))
    return (whole, letter.marks[1:]) if whole else (letter.base, letter.marks)


def _element(character: str) -> bytes:
    if character == " ":
        return bytes([_GAP])
    if "a" <= character <= "z":
        return bytes([_LATIN + ord(character) - ord("a")])
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return bytes([_DIGIT + digit])
    kind = _OTHER if unicodedata.category(character)[0] in "LM" else _SIGN
    before, steps = _place(character)
    return bytes([kind]) + _point(before) + bytes([steps])


def _place(character: str) -> tuple[str, int]:
    """The letter before it in the order of Unicode, and how many steps behind that it stands."""
    steps = 0
    while character in _BEHIND:
        character, steps = _BEHIND[character], steps + 1
    return character, steps


def _point(character: str) -> bytes:
    return ord(character).to_bytes(3, "big")


def _heading(character: str) -> str:
    # Korean syllables begin with a letter that has another code point where it stands alone.
    name = unicodedata.name(character, "")
    if name.startswith("HANGUL CHOSEONG "):
        return unicodedata.lookup(name.replace("CHOSEONG", "LETTER"))
    return character.upper()
