"""Reads lists of labelled pairs in the format of Labeled Faces in the Wild.

The first line says how many folds there are and how many pairs of each kind in a fold, or only how
many pairs of each kind (one fold). `Name 1 2` is a pair of photos of one person, `Name 1 Other 2`
of two people. Between the words stand tabs or, where names have none themselves, spaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.errors import InvalidInput

_SAME_WORDS = 3
_DIFFERENT_WORDS = 4
_MOST_DIGITS = 9
_FIELD = "pairs"


@dataclass(frozen=True, slots=True)
class PhotoName:
    """A person and the number of one of the person's photos."""

    person: str
    number: int

    def __str__(self) -> str:
        return f"{self.person}/{self.person}_{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos and the fold they belong to, counted from 0."""

    one: PhotoName
    other: PhotoName
    fold: int

    @property
    def same(self) -> bool:
        """Whether they show one person."""
        return self.one.person == self.other.person


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file.

    Raises:
        InvalidInput: the file cannot be read, or a line breaks the format; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(
            "not_readable", words={"path": path, "why": error.strerror}, field=_FIELD
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput("not_utf8", words={"path": path}, field=_FIELD) from error
    return parse_pairs(text.split("\n"), source=str(path))


def parse_pairs(lines: Sequence[str], *, source: str) -> list[Pair]:
    """The pairs of the lines of a file.

    Args:
        lines: with the heading; empty ones are passed over.
        source: what a complaint calls the file.

    Raises:
        InvalidInput: a line breaks the format; names the line.
    """
    written = [(number, line.strip("\r\n")) for number, line in enumerate(lines, 1) if line.strip()]
    if not written:
        raise InvalidInput("pairs_empty", words={"source": source}, field=_FIELD)
    (first, heading), *rest = written
    folds, of_each_kind = _counts(heading, f"{source}, line {first}")
    if len(rest) != 2 * folds * of_each_kind:
        raise InvalidInput(
            "pairs_count",
            words={
                "source": source,
                "line": first,
                "folds": folds,
                "pairs": of_each_kind,
                "lines": 2 * folds * of_each_kind,
                "follow": len(rest),
            },
            field=_FIELD,
        )
    pairs = [
        _pair(line, index // (2 * of_each_kind), f"{source}, line {number}")
        for index, (number, line) in enumerate(rest)
    ]
    if len({pair.same for pair in pairs}) == 1:
        raise InvalidInput("pairs_one_kind", words={"source": source}, field=_FIELD)
    return pairs


def _counts(line: str, where: str) -> tuple[int, int]:
    numbers = [_number(word, where) for word in line.split()]
    if len(numbers) == 1:
        numbers.insert(0, 1)
    if len(numbers) != 2 or min(numbers) < 1:  # noqa: PLR2004 - folds, pairs
        raise InvalidInput("pairs_first_line", words={"where": where}, field=_FIELD)
    return numbers[0], numbers[1]


def _pair(line: str, fold: int, where: str) -> Pair:
    words = [word.strip() for word in line.split("\t")] if "\t" in line else line.split()
    if len(words) == _SAME_WORDS:
        person = _person(words[0], where)
        one, other = (PhotoName(person, _number(word, where)) for word in words[1:])
        return Pair(one, other, fold)
    if len(words) != _DIFFERENT_WORDS:
        raise InvalidInput(
            "pairs_columns", words={"where": where, "count": len(words)}, field=_FIELD
        )
    one = PhotoName(_person(words[0], where), _number(words[1], where))
    other = PhotoName(_person(words[2], where), _number(words[3], where))
    if one.person == other.person:
        raise InvalidInput("pairs_two_names", words={"where": where}, field=_FIELD)
    return Pair(one, other, fold)


def _person(word: str, where: str) -> str:
    # The name becomes a folder's; it must not lead out of the folder of photos.
    if word in {"", ".", ".."} or any(mark in word for mark in "/\\\0"):
        raise InvalidInput("pairs_folder", words={"where": where}, field=_FIELD)
    return word


def _number(word: str, where: str) -> int:
    if not (word.isascii() and word.isdecimal()) or len(word) > _MOST_DIGITS:
        raise InvalidInput("pairs_number", words={"where": where}, field=_FIELD)
    return int(word)
