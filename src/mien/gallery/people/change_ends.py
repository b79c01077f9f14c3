"""What is left of changes when they are over, or when somebody whom they are about is forgotten."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.people.held_showing import ANYBODY
from mien.storage.erased import Erased
from mien.storage.models import ChangeRow
from mien.storage.models import ChangeSubjectRow
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import now


@dataclass(slots=True)
class Emptied:
    """What was taken out of the bin for good.

    Attributes:
        files: their names.
        erased: for the list of erasures.
        faces: whose faces' ids by whose they were.
    """

    files: list[str] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)
    faces: list[tuple[str, str]] = field(default_factory=list)

    def take(self, other: "Emptied") -> None:
        """Add what was taken out elsewhere."""
        self.files += other.files
        self.erased += other.erased
        self.faces += other.faces


def empty_bin(session: Session, change: ChangeRow, *, keep_photos: bool = True) -> Emptied:
    """Delete what a change keeps in the bin.

    Args:
        session: writing.
        change: its row.
        keep_photos: whether a photo stays that a face of another change needs, should that come
            back.
    """
    gone = Emptied()
    merged = change.kind == "people_merged"
    for person in session.scalars(
        select(DeletedPersonRow).where(DeletedPersonRow.change_id == change.id)
    ).all():
        # Who was merged is somebody else's face now, also in a backup.
        if not merged:
            gone.erased.append(Erased("person", person.id))
        session.delete(person)
    for face in session.scalars(
        select(DeletedFaceRow).where(DeletedFaceRow.change_id == change.id)
    ).all():
        gone.files.append(face.crop_file)
        gone.erased.append(Erased("face", face.id))
        gone.faces.append((face.id, face.person_id))
        session.delete(face)
    session.flush()
    for photo in session.scalars(
        select(DeletedPhotoRow).where(DeletedPhotoRow.change_id == change.id)
    ).all():
        other = session.scalar(
            select(DeletedFaceRow.change_id).where(DeletedFaceRow.photo_id == photo.id).limit(1)
        )
        if keep_photos and other is not None:
            photo.change_id = other
        else:
            gone.files.append(photo.file)
            session.delete(photo)
    session.flush()
    return gone


def end_changes_of(session: Session, person_id: str, *, but_for: str = "") -> Emptied:
    """End every change that is about somebody who is forgotten; others of it stay as they are.

    Args:
        session: writing.
        person_id: who.
        but_for: id of a change that is ended otherwise.
    """
    gone = Emptied()
    changes = session.scalars(
        select(ChangeRow)
        .join(ChangeSubjectRow, ChangeSubjectRow.change_id == ChangeRow.id)
        .where(ChangeSubjectRow.person_id == person_id, ChangeRow.id != but_for)
        .where(ChangeRow.state == "open")
    ).all()
    for change in changes:
        if change.kind == "people_merged":
            # In a backup they are somebody of their own still.
            merged = select(DeletedPersonRow.id).where(DeletedPersonRow.change_id == change.id)
            gone.erased += [Erased("person", each) for each in session.scalars(merged)]
        gone.take(empty_bin(session, change, keep_photos=False))
        change.state, change.ended_at, change.facts = "over", now(), {}
    session.flush()
    return gone


def erase_photos_showing(
    session: Session, gallery: GalleryRow, faces: Sequence[FaceRow]
) -> Emptied:
    """Delete originals in the bin from which somebody was enrolled who is forgotten."""
    gone = Emptied()
    digests = {face.photo_sha256 for face in faces if face.photo_sha256}
    ids = {face.id for face in faces}
    for photo in session.scalars(
        select(DeletedPhotoRow).where(DeletedPhotoRow.gallery_id == gallery.id)
    ).all():
        if photo.sha256 in digests or ids.intersection(photo.users):
            gone.files.append(photo.file)
            session.delete(photo)
    session.flush()
    return gone


def erase_negatives_showing(
    session: Session,
    gallery: GalleryRow,
    faces: Sequence[FaceRow],
    *,
    threshold: float,
) -> int:
    """Delete what other people are told apart by that is a face of somebody, or like one.

    Returns:
        How many.
    """
    own = {face.id for face in faces}
    gone = [
        row.id
        for row in session.scalars(select(NegativeExampleRow))
        if row.face_id in own
        or (row.contract_id == gallery.contract_id and _alike(row, faces, threshold))
    ]
    _delete_negatives(session, gone)
    return len(gone)


def erase_negatives_of(session: Session, face_ids: Collection[str]) -> None:
    """Delete what other people are told apart by that is one of these faces."""
    ids = list(face_ids)
    for start in range(0, len(ids), _AT_ONCE):
        session.execute(
            delete(NegativeExampleRow).where(
                NegativeExampleRow.face_id.in_(ids[start : start + _AT_ONCE])
            )
        )


_AT_ONCE = 500


def _delete_negatives(session: Session, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        session.execute(
            delete(NegativeExampleRow).where(
                NegativeExampleRow.id.in_(ids[start : start + _AT_ONCE])
            )
        )


def _alike(negative: NegativeExampleRow, faces: Sequence[FaceRow], threshold: float) -> bool:
    return any(
        threshold == ANYBODY
        or (
            negative.embedding.shape == face.embedding.shape
            and float(np.dot(negative.embedding, face.embedding)) >= threshold
        )
        for face in faces
    )
