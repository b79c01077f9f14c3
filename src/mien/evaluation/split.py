"""Who is enrolled, who is searched for, and who is a stranger. Pure.

The order of people and of their photos is that of a digest of their names and the seed, so that
the same seed gives the same split on every machine and with every model pack, and another person
in the set hardly changes it.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from mien.errors import InvalidInput

Enrolled: TypeAlias = int | Literal["half", "all"]
"""How many people: a number, or a part of those who can be searched for."""


@dataclass(frozen=True, slots=True)
class Split:
    """Photos by their part in an open-set measurement.

    Attributes:
        gallery: photos to enrol, by person.
        probes: (photo, person) of further photos of these people.
        strangers: (photo, person) of everybody else, one photo each.
    """

    gallery: Mapping[str, Sequence[str]]
    probes: Sequence[tuple[str, str]]
    strangers: Sequence[tuple[str, str]]

    @property
    def photos(self) -> list[str]:
        """Every photo that has a part."""
        searched = [photo for photo, _ in (*self.probes, *self.strangers)]
        return [*(photo for some in self.gallery.values() for photo in some), *searched]


def split_people(
    photos: Mapping[str, Sequence[str]],
    *,
    enrolled: Enrolled = "half",
    examples: int = 1,
    seed: int = 0,
) -> Split:
    """Split labelled photos into a gallery, searches for its people and searches for strangers.

    Args:
        photos: by person.
        enrolled: people in the gallery: half, or all, of those who have a photo left to search
            with; or a number. A larger one than there are is filled up with people who are
            enrolled and never searched for.
        examples: photos of each that are enrolled.
        seed: another gives another split.

    Raises:
        InvalidInput: nobody would be left to search for, or nobody as a stranger.
    """
    people = _shuffled(photos, seed)
    searchable = [person for person in people if len(photos[person]) > examples]
    if not searchable:
        raise InvalidInput("too_few_photos", words={"examples": examples}, field="examples")
    count = _count(enrolled, len(searchable))
    if count >= len(people):
        raise InvalidInput(
            "no_strangers", words={"people": len(people), "enrolled": count}, field="enrolled"
        )
    chosen = set([*searchable, *(each for each in people if each not in set(searchable))][:count])
    shelves = {person: _shuffled(photos[person], seed) for person in people}
    return Split(
        gallery={person: shelves[person][:examples] for person in people if person in chosen},
        probes=[
            (photo, person)
            for person in people
            if person in chosen
            for photo in shelves[person][examples:]
        ],
        strangers=[(shelves[person][0], person) for person in people if person not in chosen],
    )


def _count(enrolled: Enrolled, searchable: int) -> int:
    if enrolled == "half":
        return max(searchable // 2, 1)
    if enrolled == "all":
        return searchable
    if enrolled < 1:
        raise InvalidInput("nobody_enrolled", field="enrolled")
    return enrolled


def _shuffled(words: Iterable[str], seed: int) -> list[str]:
    return sorted(
        words, key=lambda word: (hashlib.sha256(f"{seed}/{word}".encode()).digest(), word)
    )
