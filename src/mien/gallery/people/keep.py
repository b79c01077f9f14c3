"""Say that what was suspected is right: a face is whose it is said to be, two people are two."""

from sqlalchemy import update

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.faces import find_face
from mien.gallery.people.person_rows import find_person
from mien.gallery.services import Call
from mien.storage.insert import insert_unless_there
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow
from mien.storage.models import now


def keep_face(call: Call, *, gallery: str, person_id: str, face_id: str) -> None:
    """Say that a face is right: what was suspected of it is not told any more.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    permissions.require(call.actor, "faces.review", gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        face = find_face(session, row, face_id, person_id=person.id)
        reviewed = session.scalars(
            update(SuspicionRow)
            .where(SuspicionRow.face_id == face.id, SuspicionRow.reviewed_at.is_(None))
            .values(reviewed_at=now())
            .returning(SuspicionRow.code)
        ).all()
        if reviewed:
            audit.record(
                session,
                call,
                "face_reviewed",
                subject_id=person.id,
                gallery_id=row.id,
                suspicions=sorted(reviewed),
            )


def keep_pair(call: Call, *, gallery: str, person_id: str, other_person_id: str) -> None:
    """Say that two people who look alike are two: the pair is not told any more.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        InvalidInput: they are one and the same.
    """
    permissions.require(call.actor, "faces.review", gallery)
    if person_id == other_person_id:
        raise InvalidInput("pair_of_one", field="other_person_id")
    with call.services.database.write() as session:
        row = find_gallery(session, gallery)
        first, second = sorted(
            find_person(session, row, each).id for each in (person_id, other_person_id)
        )
        made = insert_unless_there(
            session,
            ReviewedPairRow,
            {"person_id": first, "other_person_id": second, "reviewed_at": now()},
            unique=("person_id", "other_person_id"),
        )
        if made is not None:
            for subject_id in (first, second):
                audit.record(
                    session, call, "pair_reviewed", subject_id=subject_id, gallery_id=row.id
                )
