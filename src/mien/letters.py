"""Letters without their marks and case: what names are searched by and put in order by."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Unicode takes most letters apart by itself; not these, nor those whose names say it ("O WITH
# STROKE"), which are looked up.
_PLAIN: Final = {
    "ı": "i",
    "ȷ": "j",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ŋ": "n",
    "ĸ": "k",
    "ə": "e",
    # Letters of Hebrew that take another shape at the end of a word, as Greek's sigma does.
    "ך": "כ",
    "ם": "מ",
    "ן": "נ",
    "ף": "פ",
    "ץ": "צ",
    # What keyboards of Arabic and Persian write for one letter; a stroke that only lengthens.
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ە": "ه",
    "ہ": "ه",
    "ـ": "",
}
KATAKANA: Final = range(0x30A1, 0x30F7)
_TO_HIRAGANA: Final = 0x60
# Combining classes of marks that a reader may leave out: above and below letters, points of Hebrew,
# Arabic and Syriac, the dot of Indic letters, strokes through. The others are vowels, and signs
# that make another letter.
_LEFT_OUT: Final = frozenset({1, 7, *range(10, 37), *range(200, 256)})
_VOICING: Final = 8
_WITHOUT_CLASS: Final = "\u034f"
_VARIANTS: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a text.

    Attributes:
        base: without marks, in small letters; several characters for what stands for several, such
            as "æ", and none for what is only drawn.
        marks: that were taken off, in the order of Unicode.
        written: the character, without its marks.
    """

    base: str
    marks: str
    written: str


class _Plain(dict[int, str]):
    """What is left of each character, worked out when it is met."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        unseen = _is_mark(character) or unicodedata.category(character) == "Cf"
        self[point] = "" if unseen else plain(character)
        return self[point]


_TABLE: Final = _Plain()


def plain_text(text: str) -> str:
    """A text in small letters and without marks, in decomposed form.

    The sign that makes another letter of a Japanese one stays.
    """
    return unicodedata.normalize("NFKD", text).translate(_TABLE)


def letters_of(text: str) -> Iterator[Letter]:
    """The letters of a text, each with its marks; what is no letter comes as it is."""
    written = marks = ""
    for character in unicodedata.normalize("NFKD", text):
        if _is_mark(character) or unicodedata.combining(character) == _VOICING:
            marks += character
            continue
        if written:
            yield Letter(plain(written), marks, written)
        written, marks = character, ""
    if written:
        yield Letter(plain(written), marks, written)


@lru_cache(maxsize=4096)
def plain(character: str) -> str:
    """One character in small letters and without marks, also those that are part of it."""
    folded = unicodedata.normalize("NFKD", character.casefold())
    return "".join(_plain(each) for each in folded if not _is_mark(each))


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if ord(character) in KATAKANA:
        return chr(ord(character) - _TO_HIRAGANA)
    name = unicodedata.name(character, "")
    if name.startswith(("LATIN", "CYRILLIC", "GREEK")) and " WITH " in name:
        try:
            return unicodedata.lookup(name.partition(" WITH ")[0])
        except KeyError:
            return character
    return character


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    if unicodedata.combining(character) in _LEFT_OUT:
        return True
    return (
        character == _WITHOUT_CLASS
        or unicodedata.category(character) == "Me"
        or any(ord(character) in block for block in _VARIANTS)
    )
