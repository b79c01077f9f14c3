"""What may be a mistake about a stored face, kept from its enrolment until somebody has looked."""

from collections.abc import Iterable
from collections.abc import Mapping

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.person_refs import person_refs
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.storage.models import FaceRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow


def keep_suspicions(
    session: Session, *, gallery_id: str, face_id: str, warnings: Iterable[EnrolmentWarning]
) -> None:
    """Keep what is suspected of a new face, in the transaction that stores it."""
    session.add_all(
        SuspicionRow(
            gallery_id=gallery_id,
            face_id=face_id,
            code=each.code,
            similarity=each.similarity,
            other_person_id=each.person.id if each.person else None,
            other_face_id=each.face_id,
        )
        for each in warnings
    )


def is_suspected() -> ColumnElement[bool]:
    """Whether something is suspected of a face and nobody has looked yet; for queries of faces."""
    return (
        select(SuspicionRow.id)
        .where(SuspicionRow.face_id == FaceRow.id, is_open())
        .correlate(FaceRow)
        .exists()
    )


def is_open() -> ColumnElement[bool]:
    """Whether a suspicion still waits for somebody; for queries of suspicions and their faces."""
    reviewed_pair = (
        select(ReviewedPairRow.person_id)
        .where(
            or_(
                and_(
                    ReviewedPairRow.person_id == FaceRow.person_id,
                    ReviewedPairRow.other_person_id == SuspicionRow.other_person_id,
                ),
                and_(
                    ReviewedPairRow.person_id == SuspicionRow.other_person_id,
                    ReviewedPairRow.other_person_id == FaceRow.person_id,
                ),
            )
        )
        .correlate(FaceRow, SuspicionRow)
        .exists()
    )
    return and_(
        SuspicionRow.reviewed_at.is_(None),
        # The other photo is gone, and so is the doubt.
        or_(SuspicionRow.code != "same_photo", SuspicionRow.other_face_id.is_not(None)),
        # Somebody has said that they are two people.
        or_(SuspicionRow.code != "looks_like_another", ~reviewed_pair),
    )


def suspicions_of(session: Session, person_id: str) -> dict[str, tuple[EnrolmentWarning, ...]]:
    """What is suspected of a person's faces and nobody has looked at yet, by face."""
    rows = session.scalars(
        select(SuspicionRow)
        .join(FaceRow, FaceRow.id == SuspicionRow.face_id)
        .where(FaceRow.person_id == person_id, is_open())
        .order_by(SuspicionRow.code.desc(), SuspicionRow.id)
    ).all()
    people = person_refs(session, {row.other_person_id for row in rows if row.other_person_id})
    found: dict[str, list[EnrolmentWarning]] = {}
    for row in rows:
        found.setdefault(row.face_id, []).append(as_warning(row, people))
    return {face_id: tuple(warnings) for face_id, warnings in found.items()}


def as_warning(row: SuspicionRow, people: Mapping[str, PersonRef]) -> EnrolmentWarning:
    """A suspicion as it was told when the face was stored, about one of these people."""
    other = people.get(row.other_person_id or "")
    return EnrolmentWarning(
        row.code, person=other, similarity=row.similarity, face_id=row.other_face_id
    )
