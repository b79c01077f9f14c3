"""Rows of people, faces and photos that are deleted and can come back: out of the tables and in again.

Whoever is here is seen by no query of people and faces, as if erased. The files stay.
"""

import base64
import datetime as dt
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import Final
from typing import TypeVar

import numpy as np
from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.errors import ChangeBlocked
from mien.gallery.people.change_notes import Step
from mien.storage.models import Base
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow
from mien.storage.revisions import note_removed

_Row = TypeVar("_Row", bound=Base)
# Databases take only so many values in one statement.
_AT_ONCE: Final = 500


def put_away_people(
    session: Session, gallery: GalleryRow, people: Sequence[PersonRow], *, change_id: str
) -> list[Step]:
    """Take people with their faces and kept photos out of a locked gallery.

    A photo goes also where others have a face in it, as when somebody is erased.

    Args:
        session: writing.
        gallery: its row, locked.
        people: who.
        change_id: of the change that brings them back.

    Returns:
        What is needed to bring them back, in the order in which it was done.
    """
    ids = [person.id for person in people]
    faces = _read(session, FaceRow, FaceRow.person_id, ids)
    steps = related(session, people=ids, faces=[face.id for face in faces])
    photos = sorted({face.photo_id for face in faces if face.photo_id})
    _put_away_faces(session, gallery, faces, change_id)
    _put_away_photos(session, photos, change_id)
    for person in people:
        session.add(_copy(person, DeletedPersonRow, change_id=change_id))
        session.delete(person)
    session.flush()
    steps.append({"step": "people_deleted", "people": ids})
    return steps


def put_away_faces(
    session: Session, gallery: GalleryRow, faces: Sequence[FaceRow], *, change_id: str
) -> list[Step]:
    """Take single faces out of a locked gallery, and photos that no other face needs.

    Returns:
        What is needed to bring them back, in the order in which it was done.
    """
    ids = [face.id for face in faces]
    steps = related(session, people=(), faces=ids)
    photos = {face.photo_id for face in faces if face.photo_id}
    _put_away_faces(session, gallery, faces, change_id)
    needed = {row.photo_id for row in _read(session, FaceRow, FaceRow.photo_id, photos)}
    _put_away_photos(session, sorted(photos - needed), change_id)
    steps.append({"step": "faces_deleted", "faces": ids})
    return steps


def bring_back_people(session: Session, ids: Collection[str]) -> None:
    """Put people into the tables again; their faces are for `bring_back_faces`.

    Raises:
        ChangeBlocked: they are not here.
    """
    rows = _read(session, DeletedPersonRow, DeletedPersonRow.id, ids)
    if len(rows) != len(set(ids)):
        raise ChangeBlocked("person_gone")
    for row in rows:
        session.add(_copy(row, PersonRow))
        session.delete(row)
    session.flush()


def faces_of(session: Session, people: Collection[str], *, change_id: str) -> list[str]:
    """Ids of the faces that were deleted with people by one change."""
    rows = _read(session, DeletedFaceRow, DeletedFaceRow.person_id, people)
    return [row.id for row in rows if row.change_id == change_id]


def bring_back_faces(
    session: Session, gallery: GalleryRow, ids: Collection[str], *, change_id: str
) -> list[str]:
    """Put faces into a locked gallery again, with their photos; every index hears of it.

    Returns:
        Files that are there twice now and not needed.

    Raises:
        ChangeBlocked: a face is not here, or whose it was is not there.
    """
    rows = _read(session, DeletedFaceRow, DeletedFaceRow.id, ids)
    if len(rows) != len(set(ids)):
        raise ChangeBlocked("face_gone")
    people = {row.person_id for row in rows}
    if {row.id for row in _read(session, PersonRow, PersonRow.id, people)} != people:
        raise ChangeBlocked("person_gone")
    of_change = session.scalars(
        select(DeletedPhotoRow.id).where(DeletedPhotoRow.change_id == change_id)
    )
    wanted = {*of_change, *(row.photo_id for row in rows if row.photo_id)}
    place, unused = _bring_back_photos(session, wanted)
    # An index that has not heard of the removal has the face still, and hears nothing but this.
    for some in _batches(ids):
        session.execute(delete(RemovedFaceRow).where(RemovedFaceRow.face_id.in_(some)))
    for row in rows:
        session.add(
            _copy(
                row,
                FaceRow,
                photo_id=place.get(row.photo_id or ""),
                revision=gallery.revision,
            )
        )
        session.delete(row)
    session.flush()
    return unused


def _bring_back_photos(session: Session, ids: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """By the id of each photo the row that stands for it now, and files that are not needed."""
    place = {row.id: row.id for row in _read(session, PhotoRow, PhotoRow.id, ids)}
    unused = []
    for row in _read(session, DeletedPhotoRow, DeletedPhotoRow.id, ids):
        same = session.scalar(
            select(PhotoRow.id).where(
                PhotoRow.gallery_id == row.gallery_id, PhotoRow.sha256 == row.sha256
            )
        )
        if same is None:
            session.add(_copy(row, PhotoRow))
            session.flush()
        else:
            # The very photo has come again meanwhile.
            unused.append(row.file)
        place[row.id] = same or row.id
        for some in _batches(row.users):
            session.execute(
                update(FaceRow)
                .where(FaceRow.id.in_(some), FaceRow.photo_id.is_(None))
                .values(photo_id=place[row.id])
            )
        session.delete(row)
    session.flush()
    return place, unused


def _put_away_faces(
    session: Session, gallery: GalleryRow, faces: Sequence[FaceRow], change_id: str
) -> None:
    for face in faces:
        session.add(_copy(face, DeletedFaceRow, change_id=change_id))
        session.delete(face)
    note_removed(session, gallery.id, [face.id for face in faces], revision=gallery.revision)
    session.flush()


def _put_away_photos(session: Session, ids: Collection[str], change_id: str) -> None:
    for photo in _read(session, PhotoRow, PhotoRow.id, ids):
        users = list(session.scalars(select(FaceRow.id).where(FaceRow.photo_id == photo.id)))
        session.add(_copy(photo, DeletedPhotoRow, change_id=change_id, users=users))
        # Faces of other people lose their photo by the foreign key.
        session.delete(photo)
    session.flush()


def related(session: Session, *, people: Collection[str], faces: Collection[str]) -> list[Step]:
    """What goes, or changes, together with rows of people and faces, as steps that restore it."""
    suspicions: dict[str, SuspicionRow] = {}
    for column, ids in (
        (SuspicionRow.face_id, faces),
        (SuspicionRow.other_face_id, faces),
        (SuspicionRow.other_person_id, people),
    ):
        suspicions |= {row.id: row for row in _read(session, SuspicionRow, column, ids)}
    pairs = {
        (row.person_id, row.other_person_id): row
        for some in _batches(people)
        for row in session.scalars(
            select(ReviewedPairRow).where(
                or_(ReviewedPairRow.person_id.in_(some), ReviewedPairRow.other_person_id.in_(some))
            )
        )
    }
    negatives = _read(session, NegativeExampleRow, NegativeExampleRow.person_id, people)
    steps: list[Step] = []
    if suspicions:
        steps.append({"step": "suspicions", "rows": [_told(row) for row in suspicions.values()]})
    if pairs:
        steps.append({"step": "pairs", "rows": [_told(row) for row in pairs.values()]})
    if negatives:
        steps.append({"step": "negatives", "rows": [_told(row) for row in negatives]})
    return steps


def restore_suspicions(session: Session, rows: Sequence[Step]) -> None:
    """Put suspicions back as they were, as far as those they are about are there."""
    for told in rows:
        values = _values(SuspicionRow, told)
        others = (
            (PersonRow, values["other_person_id"]),
            (FaceRow, values["face_id"]),
        )
        if any(key and session.get(model, key) is None for model, key in others):
            continue
        if values["other_face_id"] and session.get(FaceRow, values["other_face_id"]) is None:
            values["other_face_id"] = None
        there = session.get(SuspicionRow, values["id"])
        if there is None:
            session.add(SuspicionRow(**values))
        else:
            # What somebody has said of it meanwhile still holds.
            there.other_person_id = values["other_person_id"]
            there.other_face_id = values["other_face_id"]
    session.flush()


def restore_pairs(session: Session, rows: Sequence[Step]) -> None:
    """Put back that two people are two, as far as both are there."""
    for told in rows:
        values = _values(ReviewedPairRow, told)
        key = values["person_id"], values["other_person_id"]
        if all(session.get(PersonRow, each) for each in key) and not session.get(
            ReviewedPairRow, key
        ):
            session.add(ReviewedPairRow(**values))
    session.flush()


def restore_negatives(session: Session, rows: Sequence[Step]) -> None:
    """Put back which faces are not somebody's."""
    for told in rows:
        values = _values(NegativeExampleRow, told)
        if session.get(PersonRow, values["person_id"]) is None:
            continue
        there = session.get(NegativeExampleRow, values["id"])
        if there is None:
            session.add(NegativeExampleRow(**values))
        else:
            there.person_id = values["person_id"]
    session.flush()


def _copy(row: Base, model: type[_Row], **more: Any) -> _Row:
    """The same columns as a row of another table, but for those that are given."""
    given = {key: getattr(row, key) for key in row.__mapper__.column_attrs.keys()}  # noqa: SIM118
    wanted = model.__mapper__.column_attrs.keys()
    values = {key: value for key, value in given.items() if key in wanted}
    return model(**(values | more))


def _told(row: Base) -> Step:
    def plain(value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return value.isoformat()
        if isinstance(value, np.ndarray):
            return base64.b64encode(value.astype("<f4").tobytes()).decode("ascii")
        return value

    return {key: plain(getattr(row, key)) for key in row.__mapper__.column_attrs.keys()}  # noqa: SIM118


def _values(model: type[Base], told: Step) -> dict[str, Any]:
    def read(key: str, value: Any) -> Any:
        if value is None:
            return None
        if key == "embedding":
            return np.frombuffer(base64.b64decode(value), "<f4").astype(np.float32)
        return dt.datetime.fromisoformat(value) if key.endswith("at") else value

    columns = model.__mapper__.column_attrs.keys()
    return {key: read(key, told.get(key)) for key in columns}


def _read(
    session: Session, model: type[_Row], column: ColumnElement[Any] | Any, ids: Iterable[Any]
) -> list[_Row]:
    return [
        row
        for some in _batches(sorted(set(ids)))
        for row in session.scalars(select(model).where(column.in_(some)))
    ]


def _batches(ids: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
