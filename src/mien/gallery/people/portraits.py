"""A few faces of every gallery, for a list of galleries."""

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy import union_all

from mien.access import permissions
from mien.gallery.services import Call
from mien.gallery.suspicions import is_suspected
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow

# SQLite unites at most 500 queries in one.
_AT_ONCE = 400
# Of each gallery's newest people; looking for a face among all of them would take long.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class PersonPortrait:
    """The best example of a person.

    Attributes:
        person_id: whom it shows.
        face_id: the one that was chosen; else the example of the best quality, of those that
            nothing is suspected of where there is one.
    """

    person_id: str
    face_id: str


def newest_portraits(
    call: Call, *, gallery_ids: Sequence[str], most: int
) -> Mapping[str, tuple[PersonPortrait, ...]]:
    """Portraits of the newest people of several galleries, asked for all at once.

    Args:
        call: who asks, and with what.
        gallery_ids: of which galleries.
        most: people a gallery; who has no face yet is passed over, as long as one of the newest
            200 has one.

    Returns:
        By the gallery's id, the newest person first; a gallery without portraits is left out.
    """
    permissions.require(call.actor, "people.read")
    best: dict[str, dict[str, tuple[bool, bool, float, str]]] = {}
    with call.services.database.read() as session:
        for start in range(0, len(gallery_ids), _AT_ONCE):
            some = gallery_ids[start : start + _AT_ONCE]
            for gallery_id, person_id, face_id, quality, suspected, chosen in session.execute(
                _faces(some, most)
            ):
                people = best.setdefault(gallery_id, {})
                face = (chosen == face_id, not suspected, float(quality["score"]), face_id)
                people[person_id] = max(face, people.get(person_id, face))
    return {
        gallery_id: tuple(
            PersonPortrait(person_id, face_id) for person_id, (*_, face_id) in people.items()
        )
        for gallery_id, people in best.items()
    }


def _faces(
    gallery_ids: Sequence[str], most: int
) -> Select[str, str, str, dict[str, Any], bool, str | None]:
    """Every face of the newest people of each gallery, the newest person first."""
    # Each gallery's few people are found apart from the others': numbering all people of all
    # galleries (row_number) would sort every one of them.
    people = union_all(*(_newest(gallery_id, most) for gallery_id in gallery_ids)).subquery()
    return (
        select(
            FaceRow.gallery_id,
            FaceRow.person_id,
            FaceRow.id,
            FaceRow.quality,
            is_suspected(),
            people.c.portrait_face_id,
        )
        .join(people, FaceRow.person_id == people.c.id)
        .order_by(people.c.created_at.desc(), people.c.id.desc())
    )


def _newest(gallery_id: str, most: int) -> Select[str, dt.datetime, str | None]:
    """The newest people of a gallery who have a face."""
    newest = (
        select(PersonRow.id, PersonRow.created_at, PersonRow.portrait_face_id)
        .where(PersonRow.gallery_id == gallery_id)
        .order_by(PersonRow.created_at.desc(), PersonRow.id.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    shown = (
        select(newest)
        .where(select(FaceRow.id).where(FaceRow.person_id == newest.c.id).exists())
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(most)
        .subquery()
    )
    # Queries that are united take no order and no limit of their own.
    return select(shown.c.id, shown.c.created_at, shown.c.portrait_face_id)
