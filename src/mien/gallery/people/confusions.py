"""With whom somebody is confused: by what was suspected, by what was said, and by how they look."""

from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.person_rows import find_person
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.gallery.suspicions import is_open
from mien.storage.models import FaceRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import SuspicionRow

ConfusedBy: TypeAlias = Literal["looks_alike", "suspected", "refused"]
"""What tells of it.

`looks_alike`: a search takes one for the other now. `suspected`: when a face was added it might
have been the other's, and nobody has looked yet. `refused`: somebody has said that a face was not
this person's; it is the other's now.
"""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Somebody, or a face, that a person is confused with.

    Attributes:
        person: who; None for a face that is nobody's here.
        by: what tells of it.
        similarity: of the faces; None where that is not known.
        face_id: the face that it is about, of either; None for one that is not stored.
    """

    person: PersonRef | None
    by: ConfusedBy
    similarity: float | None = None
    face_id: str | None = None


@dataclass(frozen=True, slots=True)
class Confusions:
    """Whom somebody is confused with.

    Attributes:
        found: the most similar first; one person once for each reason.
        negatives: how many faces are known not to be this person's.
    """

    found: tuple[Confusion, ...]
    negatives: int


def list_confusions(call: Call, *, gallery: str, person_id: str, limit: int = 20) -> Confusions:
    """Whom a person is confused with, for whatever reason.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who.
        limit: how many who look alike.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    permissions.require(call.actor, "faces.read", gallery)
    alike = look_alikes(call, gallery=gallery, person_id=person_id, limit=limit)
    found = [Confusion(each.person, "looks_alike", each.similarity, each.face_id) for each in alike]
    with call.services.database.read() as session:
        person = find_person(session, find_gallery(session, gallery), person_id)
        refused = _refused(session, person.id)
        found += _suspected(session, person.id) + refused
        negatives = len(
            session.scalars(
                select(NegativeExampleRow.id).where(NegativeExampleRow.person_id == person.id)
            ).all()
        )
    found.sort(key=lambda each: (-(each.similarity or -1.0), each.by, each.face_id or ""))
    return Confusions(tuple(found), negatives)


def _suspected(session: Session, person_id: str) -> list[Confusion]:
    """Faces of this person that may be another's, and of others that may be this person's."""
    rows = session.execute(
        select(SuspicionRow, FaceRow.person_id)
        .join(FaceRow, FaceRow.id == SuspicionRow.face_id)
        .where(
            SuspicionRow.code.in_(("looks_like_another", "same_photo")),
            is_open(),
            (FaceRow.person_id == person_id) | (SuspicionRow.other_person_id == person_id),
        )
    ).all()
    others = {row.id: row.other_person_id if owner == person_id else owner for row, owner in rows}
    people = person_refs(session, {each for each in others.values() if each})
    best: dict[str, Confusion] = {}
    for row, _ in rows:
        other = people.get(others[row.id] or "")
        if other is None or other.id == person_id:
            continue
        known = best.get(other.id)
        if known is None or (known.similarity or -1) < (row.similarity or -1):
            best[other.id] = Confusion(other, "suspected", row.similarity, row.face_id)
    return list(best.values())


def _refused(session: Session, person_id: str) -> list[Confusion]:
    rows = session.execute(
        select(NegativeExampleRow.face_id, FaceRow.person_id)
        .outerjoin(FaceRow, FaceRow.id == NegativeExampleRow.face_id)
        .where(NegativeExampleRow.person_id == person_id)
        .order_by(NegativeExampleRow.at)
    ).all()
    people = person_refs(session, {owner for _, owner in rows if owner})
    return [
        Confusion(people.get(owner or ""), "refused", None, face_id if owner else None)
        for face_id, owner in rows
    ]
