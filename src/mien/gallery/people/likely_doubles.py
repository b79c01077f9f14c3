"""People of a gallery who may be one and the same, the most similar first."""

from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from sqlalchemy import select

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.review import AlikePair
from mien.gallery.people.review import list_review
from mien.gallery.services import Call
from mien.name_search import folded_name
from mien.storage.models import PersonRow

Ground: TypeAlias = Literal["similar_faces", "same_name", "same_metadata"]
"""What speaks for it that two people are one.

`similar_faces`: a search takes one for the other; always so. `same_name`: but for marks and the
letters' case. `same_metadata`: a value that says more than yes or no is the same.
"""


@dataclass(frozen=True, slots=True)
class LikelyDouble:
    """Two people who may be one.

    Attributes:
        pair: who, by which faces, and how similar.
        grounds: what speaks for it.
    """

    pair: AlikePair
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class LikelyDoubles:
    """People who may be one.

    Attributes:
        doubles: the most similar first.
        total: how many pairs there are, whatever the limit.
        compared: how many people were compared with all others.
    """

    doubles: tuple[LikelyDouble, ...]
    total: int
    compared: int


def list_doubles(call: Call, *, gallery: str, limit: int = 100) -> LikelyDoubles:
    """People who may be one and the same, without pairs of whom somebody has said that they are two.

    Args:
        call: who asks, and with what.
        gallery: its name.
        limit: how many pairs.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "people.read", gallery)
    review = list_review(call, gallery=gallery, limit=limit)
    pairs = review.pairs[:limit]
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        ids = {person.id for pair in pairs for person in pair.people}
        people = {
            each.id: each
            for each in session.scalars(
                select(PersonRow).where(
                    PersonRow.gallery_id == row.id, PersonRow.id.in_(sorted(ids))
                )
            )
        }
        found = tuple(
            LikelyDouble(pair, _grounds(*(people[each.id] for each in pair.people)))
            for pair in pairs
            if all(each.id in people for each in pair.people)
        )
    return LikelyDoubles(found, len(review.pairs), review.compared)


def _grounds(one: PersonRow, other: PersonRow) -> tuple[Ground, ...]:
    found: list[Ground] = ["similar_faces"]
    if folded_name(one.name) == folded_name(other.name):
        found.append("same_name")
    if any(
        value == other.details.get(key)
        for key, value in one.details.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    ):
        found.append("same_metadata")
    return tuple(found)
