"""What of a gallery somebody should look at: faces that may be a mistake, people who look alike."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.enrolment.undecided import PhotoToDecide
from mien.gallery.enrolment.undecided import count_photos_to_decide
from mien.gallery.enrolment.undecided import photos_to_decide
from mien.gallery.galleries import find_gallery
from mien.gallery.people.alike_pairs import Alike
from mien.gallery.people.alike_pairs import Compared
from mien.gallery.people.alike_pairs import Pair
from mien.gallery.people.alike_pairs import compare_people
from mien.gallery.people.alike_pairs import note_pair
from mien.gallery.people.faces import as_stored
from mien.gallery.person_refs import person_refs
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.gallery.results import StoredFace
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.gallery.suspicions import as_warning
from mien.gallery.suspicions import is_open
from mien.gallery.suspicions import is_suspected
from mien.name_order import sort_key
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow

MOST_LISTED = 500
# The newest of more people are compared with everybody; who was added last is looked at least.
MOST_COMPARED = 500
# Up to so many people, comparing all of them is quick enough to be done for a count, once a change.
_COMPARED_FOR_COUNT = 100
# Newer suspicions stand for more than these.
_MOST_READ = 2_000
# What it says is about two people more than about a face.
_OF_A_PAIR: Final = "looks_like_another"


@dataclass(frozen=True, slots=True)
class SuspectedFace:
    """A face that may be a mistake.

    Attributes:
        person: whose it is.
        face: with what is suspected of it.
        beside_face_id: another face of the person to compare it with; None when there is none.
    """

    person: PersonRef
    face: StoredFace
    beside_face_id: str | None


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two people whom a search could take for each other.

    Attributes:
        people: both, by name.
        face_ids: a face of each, in the same order: those that are alike where that is known;
            None for somebody who has none.
        similarity: of one's face to the other, in [-1, 1].
    """

    people: tuple[PersonRef, PersonRef]
    face_ids: tuple[str | None, str | None]
    similarity: float


@dataclass(frozen=True, slots=True)
class Review:
    """What of a gallery somebody should look at.

    Attributes:
        faces: the newest first, as many as were asked for.
        face_count: how many there are.
        pairs: the likest first.
        compared: people who were compared with everybody else for that; the newest ones.
        photos: photos of imports of which it has to be said which face is the person's.
    """

    faces: tuple[SuspectedFace, ...]
    face_count: int
    pairs: tuple[AlikePair, ...]
    compared: int
    photos: tuple[PhotoToDecide, ...]


def list_review(call: Call, *, gallery: str, limit: int = 100) -> Review:
    """The faces that may be a mistake and the people who look alike, but for those kept already.

    A face is listed for being unlike its person's others or for being the same photo again. That
    it is like another person is said of it then; alone it makes a pair of the two people.

    Args:
        call: who asks, and with what.
        gallery: its name.
        limit: how many faces at most, 1 to 500.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "faces.read", gallery)
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("review_limit", words={"most": MOST_LISTED}, field="limit")
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        suspected = _suspected(session, row)
        compared = compare_people(call.services, session, row, most=MOST_COMPARED)
        pairs = _pairs(session, suspected, compared)
        listed = suspected.listed[:limit]
        return Review(
            faces=_faces(session, suspected, listed),
            face_count=len(suspected.listed),
            pairs=_named(session, pairs),
            compared=compared.people,
            photos=photos_to_decide(session, row, limit=limit),
        )


def count_review(call: Call, *, gallery: str) -> int:
    """How much `list_review` would list, cheaply: in a large gallery people are not compared.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        suspected = _suspected(session, row)
        people = session.scalar(
            select(func.count()).select_from(PersonRow).where(PersonRow.gallery_id == row.id)
        )
        compared = Compared({}, 0)
        if (people or 0) <= _COMPARED_FOR_COUNT:
            compared = compare_people(call.services, session, row, most=_COMPARED_FOR_COUNT)
        waiting = count_photos_to_decide(session, row)
        return waiting + len(suspected.listed) + len(_pairs(session, suspected, compared))


def ids_alike(services: Services, session: Session, gallery: GalleryRow) -> list[str]:
    """The ids of everybody in one of the pairs that `list_review` lists."""
    compared = compare_people(services, session, gallery, most=MOST_COMPARED)
    pairs = _pairs(session, _suspected(session, gallery), compared)
    return sorted({person for pair in pairs for person in pair})


def is_listed() -> ColumnElement[bool]:
    """Whether an open suspicion puts its face on the list; for queries of suspicions and faces."""
    return and_(is_open(), SuspicionRow.code != _OF_A_PAIR)


@dataclass(frozen=True, slots=True)
class _Suspected:
    """Open suspicions of a gallery.

    Attributes:
        of: by face, the newest first.
        person_of: whose each face is.
        listed: the faces that are listed for themselves.
    """

    of: dict[str, list[EnrolmentWarning]]
    person_of: dict[str, str]
    listed: list[str]


def _suspected(session: Session, gallery: GalleryRow) -> _Suspected:
    rows = session.execute(
        select(SuspicionRow, FaceRow.person_id)
        .join(FaceRow, FaceRow.id == SuspicionRow.face_id)
        .where(SuspicionRow.gallery_id == gallery.id, is_open())
        .order_by(SuspicionRow.created_at.desc(), SuspicionRow.code.desc(), SuspicionRow.id)
        .limit(_MOST_READ)
    ).all()
    people = person_refs(session, {row.other_person_id for row, _ in rows if row.other_person_id})
    of: dict[str, list[EnrolmentWarning]] = {}
    person_of: dict[str, str] = {}
    for row, person_id in rows:
        of.setdefault(row.face_id, []).append(as_warning(row, people))
        person_of[row.face_id] = person_id
    listed = [
        face_id
        for face_id, warnings in of.items()
        if any(each.code != _OF_A_PAIR for each in warnings)
    ]
    return _Suspected(of, person_of, listed)


def _pairs(session: Session, suspected: _Suspected, compared: Compared) -> dict[Pair, Alike]:
    """Those found by a search and those told at an enrolment, but for those kept already."""
    listed = set(suspected.listed)
    pairs = dict(compared.pairs)
    explained: set[Pair] = set()
    for face_id, warnings in suspected.of.items():
        for each in warnings:
            if each.code != _OF_A_PAIR or each.person is None:
                continue
            person_id = suspected.person_of[face_id]
            if face_id in listed:
                # The face may be the other person's: then the two are not alike but mixed up.
                explained.add((min(person_id, each.person.id), max(person_id, each.person.id)))
            else:
                people = (person_id, each.person.id)
                note_pair(pairs, people, (face_id, each.face_id), each.similarity or 0.0)
    kept = _kept(session, {person for pair in pairs for person in pair})
    return {pair: alike for pair, alike in pairs.items() if pair not in explained | kept}


def _kept(session: Session, people: Collection[str]) -> set[Pair]:
    if not people:
        return set()
    rows = session.execute(
        select(ReviewedPairRow.person_id, ReviewedPairRow.other_person_id).where(
            ReviewedPairRow.person_id.in_(people)
        )
    )
    return {(person_id, other_id) for person_id, other_id in rows}


def _faces(session: Session, suspected: _Suspected, listed: list[str]) -> tuple[SuspectedFace, ...]:
    found = {row.id: row for row in session.scalars(select(FaceRow).where(FaceRow.id.in_(listed)))}
    people = person_refs(session, {row.person_id for row in found.values()})
    beside = _others(session, set(people))
    told = []
    for face_id in listed:
        if face_id not in found:
            continue
        row = found[face_id]
        warnings = tuple(suspected.of[face_id])
        nearest = [each.face_id for each in warnings if each.code == "unlike_this_person"]
        others = [each for each in (*nearest, *beside.get(row.person_id, ())) if each is not None]
        told.append(
            SuspectedFace(
                people[row.person_id],
                as_stored(row, warnings),
                next((each for each in others if each != face_id), None),
            )
        )
    return tuple(told)


def _others(session: Session, people: Collection[str]) -> dict[str, list[str]]:
    """The faces of some people, those of which nothing is suspected first."""
    rows = session.execute(
        select(FaceRow.person_id, FaceRow.id, FaceRow.quality, is_suspected()).where(
            FaceRow.person_id.in_(people)
        )
    ).all()
    ranked = sorted(rows, key=lambda row: (row[3], -float(row[2]["score"]), row[1]))
    found: dict[str, list[str]] = {}
    for person_id, face_id, _, _ in ranked:
        found.setdefault(person_id, []).append(face_id)
    return found


def _named(session: Session, pairs: dict[Pair, Alike]) -> tuple[AlikePair, ...]:
    people = {person for pair in pairs for person in pair}
    named = person_refs(session, people)
    portraits = _others(session, people)
    told = []
    for pair, alike in pairs.items():
        if not all(person in named for person in pair):
            continue
        both = [
            (named[person], face or next(iter(portraits.get(person, ())), None))
            for person, face in zip(pair, alike.face_ids, strict=True)
        ]
        (one, one_face), (other, other_face) = sorted(both, key=lambda each: sort_key(each[0].name))
        told.append(AlikePair((one, other), (one_face, other_face), alike.similarity))
    return tuple(sorted(told, key=lambda each: (-each.similarity, each.people[0].id)))
