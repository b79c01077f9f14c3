"""The examples of a person: list, show, remove."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import FaceNotFound
from mien.errors import PhotoNotFound
from mien.gallery.erasing import finish_erasure
from mien.gallery.face_columns import from_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.people.change_ends import Emptied
from mien.gallery.people.change_ends import end_changes_of
from mien.gallery.people.change_ends import erase_negatives_of
from mien.gallery.people.person_rows import find_person
from mien.gallery.person_refs import person_refs
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.gallery.results import StoredFace
from mien.gallery.results import StoredFile
from mien.gallery.services import Call
from mien.gallery.suspicions import suspicions_of
from mien.names import can_be_stored
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PhotoRow
from mien.storage.revisions import lock_gallery
from mien.storage.revisions import note_removed


def find_face(
    session: Session, gallery: GalleryRow, face_id: str, *, person_id: str | None = None
) -> FaceRow:
    """The row of a face by id.

    Raises:
        FaceNotFound: this gallery, or this person in it, has no such face.
    """
    row = session.get(FaceRow, face_id) if can_be_stored(face_id) else None
    if (
        row is None
        or row.gallery_id != gallery.id
        or (person_id is not None and row.person_id != person_id)
    ):
        raise FaceNotFound
    return row


def list_faces(call: Call, *, gallery: str, person_id: str) -> tuple[StoredFace, ...]:
    """A person's examples, the best first.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        person = find_person(session, find_gallery(session, gallery), person_id)
        rows = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
        suspicions = suspicions_of(session, person.id)
    faces = [as_stored(row, suspicions.get(row.id, ())) for row in rows]
    return tuple(sorted(faces, key=lambda face: (-face.found.quality.score, face.id)))


def show_face(call: Call, *, gallery: str, person_id: str, face_id: str) -> StoredFace:
    """One example of a person.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        face = find_face(session, row, face_id, person_id=person.id)
        return as_stored(face, suspicions_of(session, person.id).get(face.id, ()))


def as_stored(row: FaceRow, suspicions: tuple[EnrolmentWarning, ...] = ()) -> StoredFace:
    """What is told of an example's row."""
    return StoredFace(
        id=row.id,
        person_id=row.person_id,
        found=from_columns(row),
        photo_id=row.photo_id,
        created_at=row.created_at,
        suspicions=suspicions,
    )


def delete_face(call: Call, *, gallery: str, person_id: str, face_id: str) -> None:
    """Remove one example: its row, its crop, and its photo when no other face needs it.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    permissions.require(call.actor, "faces.delete", gallery)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        person = find_person(session, row, person_id)
        face = find_face(session, row, face_id, person_id=person.id)
        files = take_out(session, row, face)
        erasure = note_erasure(
            session,
            files,
            erased=[Erased("face", face.id)],
            subject_id=person.id,
            gallery_id=row.id,
        )
        audit.record(session, call, "face_removed", subject_id=person.id, gallery_id=row.id)
    finish_erasure(call.services, erasure)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back.

    Attributes:
        person: whose face it was.
        person_deleted: whether the person, who was made for this face, went with it.
    """

    person: PersonRef
    person_deleted: bool


def undo_addition(call: Call, *, gallery: str, person_id: str, face_id: str) -> Undone:
    """Take back that a face was added: delete it, and the person when it was made for this face.

    The person stays who was there before the face, has other faces by now, or has notes or
    metadata.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    permissions.require(call.actor, "faces.delete", gallery)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        person = find_person(session, row, person_id)
        face = find_face(session, row, face_id, person_id=person.id)
        ref = person_refs(session, [person.id])[person.id]
        # A person who is made for a face is made in the same moment; see `enrol`.
        made_for_it = face.created_at == person.created_at
        files = take_out(session, row, face)
        audit.record(session, call, "face_removed", subject_id=person.id, gallery_id=row.id)
        goes = (
            made_for_it
            and not (person.notes or person.details)
            and permissions.may(call.actor, "people.delete", gallery)
            and not session.scalar(
                select(func.count()).select_from(FaceRow).where(FaceRow.person_id == person.id)
            )
        )
        kept = Emptied()
        if goes:
            kept = end_changes_of(session, person.id)
            files += kept.files
            session.delete(person)
            audit.record(session, call, "person_erased", subject_id=person.id, gallery_id=row.id)
        erasure = note_erasure(
            session,
            files,
            erased=[
                Erased("face", face_id),
                *([Erased("person", ref.id)] if goes else []),
                *kept.erased,
            ],
            subject_id=ref.id,
            gallery_id=row.id,
        )
    finish_erasure(call.services, erasure)
    return Undone(ref, goes)


def read_crop(call: Call, *, gallery: str, face_id: str) -> StoredFile:
    """The portrait of an example, as JPEG.

    Raises:
        GalleryNotFound, FaceNotFound: it is not there.
        FileMissing: the row is there and the file is not.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        face = find_face(session, find_gallery(session, gallery), face_id)
    return StoredFile(
        content=call.services.files.locate(face.crop_file),
        media_type="image/jpeg",
        etag=face.crop_file[:32],
    )


def read_photo(call: Call, *, gallery: str, face_id: str) -> StoredFile:
    """The original photo that an example was taken from.

    Raises:
        GalleryNotFound, FaceNotFound: it is not there.
        PhotoNotFound: the original was not kept.
        FileMissing: the row is there and the file is not.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        face = find_face(session, find_gallery(session, gallery), face_id)
        photo = session.get(PhotoRow, face.photo_id) if face.photo_id else None
    if photo is None:
        raise PhotoNotFound
    return StoredFile(
        content=call.services.files.locate(photo.file),
        media_type=photo.media_type,
        etag=photo.sha256[:32],
    )


def take_out(session: Session, gallery: GalleryRow, face: FaceRow) -> list[str]:
    """Take an example out of a locked gallery; gives the files that nothing needs any more.

    To be noted, told and recorded by whoever does it.
    """
    files, photo_id = [face.crop_file], face.photo_id
    note_removed(session, gallery.id, [face.id], revision=gallery.revision)
    erase_negatives_of(session, [face.id])
    session.delete(face)
    session.flush()
    return files + _drop_photo_if_unused(session, photo_id)


def _drop_photo_if_unused(session: Session, photo_id: str | None) -> list[str]:
    if photo_id is None:
        return []
    users = session.scalar(
        select(func.count()).select_from(FaceRow).where(FaceRow.photo_id == photo_id)
    )
    photo = session.get(PhotoRow, photo_id)
    if users or photo is None:
        return []
    session.delete(photo)
    return [photo.file]
