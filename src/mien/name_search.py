"""What people are searched by: words without marks and case, in any script."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mien.letters import plain_text

# More than a name can sensibly have; each asks something of the database.
_MOST_WORDS: Final = 40
# How these are written where the keyboard has none of them.
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "đ": "dj"})
# They stand within a word; other punctuation may part words.
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘‛`´′ʼʻʹʽ＇׳״"))
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SearchedWord:
    """One of the words that somebody searches for: any of its spellings has to be found.

    Attributes:
        spellings: as they stand in `search_text`, or in a word of it.
    """

    spellings: tuple[str, ...]


def search_text(*texts: str) -> str:
    """The words of some texts as they are searched, once each, with a space between.

    Umlauts and their like are in it both ways, "schroder schroeder", and words with punctuation in
    parts and as a whole, with it and without.
    """
    words: dict[str, None] = {}
    for text in texts:
        for part in _parts(text):
            for spelling in _spellings(part):
                folded = _folded(spelling)
                pieces = _pieces(folded)
                words.update(dict.fromkeys((*pieces, "".join(pieces), *folded.split())))
    return " ".join(word for word in words if word)


def searched_words(query: str) -> tuple[SearchedWord, ...]:
    """What a query asks for: every word, in any order, each of them perhaps part of a longer one."""
    words: dict[SearchedWord, None] = {}
    for part in _parts(query):
        pieces = [_pieces(_folded(spelling)) for spelling in _spellings(part)]
        words.update(
            dict.fromkeys(
                SearchedWord(tuple(dict.fromkeys(each))) for each in zip(*pieces, strict=False)
            )
        )
    return tuple(words)[:_MOST_WORDS]


def folded_name(name: str) -> str:
    """What two names have in common that read alike but for marks, case and punctuation."""
    return " ".join(piece for part in _parts(name) for piece in _pieces(_folded(part)))


def _parts(text: str) -> list[str]:
    return _UNSTORABLE.sub("\ufffd", text).translate(_APOSTROPHES).split()


def _spellings(part: str) -> Iterator[str]:
    yield part
    if part.isascii():
        return
    small = unicodedata.normalize("NFC", part).lower()
    spelled = small.translate(_SPELLED)
    if spelled != small:
        yield spelled


def _folded(part: str) -> str:
    if part.isascii():
        return part.lower()
    return unicodedata.normalize("NFC", plain_text(part))


def _pieces(folded: str) -> list[str]:
    """The parts of a word between punctuation; the whole where there is nothing else."""
    if folded.isalnum():
        return [folded]
    parted = "".join(" " if unicodedata.category(each)[0] in "PZ" else each for each in folded)
    return parted.split() or folded.split()
