"""Take back what an import has added."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import JobNotPossible
from mien.gallery.people.delete import delete_faces
from mien.gallery.people.delete import delete_people
from mien.gallery.services import Call
from mien.jobs.rows import can_be_undone
from mien.jobs.rows import find_job
from mien.jobs.rows import gallery_of
from mien.storage.models import FaceRow
from mien.storage.models import JobItemRow
from mien.storage.models import JobRow
from mien.storage.models import PersonRow

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What was taken back.

    Attributes:
        gallery: the name of the gallery.
        people: who were made by the import and had no other faces.
        faces: theirs, and those that it had added to others.
    """

    gallery: str
    people: int
    faces: int


def undo_import(call: Call, *, job_id: str) -> UndoneImport:
    """Delete the faces that an import has added, and the people it has made who have no others.

    They can come back like all who are deleted. What was moved to somebody else since, or deleted,
    is left as it is.

    Args:
        call: who asks, and with what.
        job_id: of an import that has ended.

    Raises:
        JobNotFound: there is none of this id.
        JobNotPossible: it has not ended, is no import, or was taken back before.
    """
    permissions.require(call.actor, "people.delete")
    with call.services.database.write() as session:
        row = find_job(session, job_id)
        gallery = gallery_of(session, row)
        if gallery is None or not can_be_undone(row):
            raise JobNotPossible("undo", state=row.state)
        row.options = {**row.options, "undone": True}
        people, faces, count = _added(session, row)
        audit.record(
            session,
            call,
            "job_controlled",
            subject_id=row.id,
            gallery_id=row.gallery_id,
            did=["undo"],
        )
    for some in _batches(faces):
        delete_faces(call, gallery=gallery, face_ids=some)
    for some in _batches(people):
        delete_people(call, gallery=gallery, person_ids=some)
    return UndoneImport(gallery, len(people), count)


def _added(session: Session, job: JobRow) -> tuple[list[str], list[str], int]:
    """People to delete as a whole, faces of others, and how many faces there are in all."""
    rows = session.execute(
        select(FaceRow.id, FaceRow.person_id)
        .join(JobItemRow, JobItemRow.face_id == FaceRow.id)
        .where(JobItemRow.job_id == job.id, JobItemRow.state.in_(("added", "check")))
        .where(FaceRow.person_id == JobItemRow.person_id)
    ).all()
    ours: dict[str, set[str]] = {}
    for face_id, person_id in rows:
        ours.setdefault(person_id, set()).add(face_id)
    whole = []
    for some in _batches(list(ours)):
        made = session.scalars(
            select(PersonRow.id).where(
                PersonRow.id.in_(some), PersonRow.created_at >= job.created_at
            )
        )
        for person_id in made.all():
            all_faces = set(
                session.scalars(select(FaceRow.id).where(FaceRow.person_id == person_id))
            )
            if all_faces == ours[person_id]:
                whole.append(person_id)
    gone = set(whole)
    single = [each for person_id in ours if person_id not in gone for each in ours[person_id]]
    return whole, single, len(rows)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
