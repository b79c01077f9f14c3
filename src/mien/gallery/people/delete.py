"""Delete people or faces so that they can come back for a while; for good, where nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.gallery.erasing import finish_erasure
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.held_photos import probe_files
from mien.gallery.people.bin import put_away_faces
from mien.gallery.people.bin import put_away_people
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.chosen_ids import find_faces
from mien.gallery.people.chosen_ids import find_people
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.people.held_showing import person_threshold
from mien.gallery.people.held_showing import probes_showing
from mien.gallery.people.person_erasure import engine_summary
from mien.gallery.services import Call
from mien.names import name_key
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import KeptInputRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.revisions import lock_gallery


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted.

    Attributes:
        change_id: by which it comes back; None where it was erased at once.
        people: how many.
        faces: how many.
        proofs: of each person who was erased at once.
    """

    change_id: str | None
    people: int
    faces: int
    proofs: tuple[Erasure, ...] = ()


def delete_people(
    call: Call, *, gallery: str, person_ids: Sequence[str], at_once: bool = False
) -> Deleted:
    """Delete people with their faces and photos; until the change is over they can come back.

    They are out of sight and of every search at once, and erased when the time is over, as
    `forget_person` does it. Held photos that may show them are let go for good.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_ids: who; all of them in one change, or nobody.
        at_once: erase them now, one after the other, so that nobody can come back.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        InvalidInput: nobody is named, or too many are.
    """
    permissions.require(call.actor, "people.delete", gallery)
    if at_once or not call.services.undo_seconds:
        return _forget_all(call, gallery, person_ids)
    summary = engine_summary(call.services)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        people = find_people(session, row, person_ids)
        note = ChangeNote.begin(session, call, row, "people_deleted")
        files, count = [], 0
        for person in people:
            faces = session.scalars(select(FaceRow).where(FaceRow.person_id == person.id)).all()
            count += len(faces)
            files += _let_go(session, row, person, faces, threshold=person_threshold(row, summary))
            audit.record(
                session,
                call,
                "person_deleted",
                subject_id=person.id,
                gallery_id=row.id,
                faces=len(faces),
            )
        ids = [person.id for person in people]
        note.add(*put_away_people(session, row, people, change_id=note.id), people=ids, faces=count)
        change_id = note.close(session, call)
        noted = note_erasure(session, files, gallery_id=row.id)
    finish_erasure(call.services, noted)
    return Deleted(change_id, len(ids), count)


def _forget_all(call: Call, gallery: str, person_ids: Sequence[str]) -> Deleted:
    with call.services.database.read() as session:
        people = find_people(session, find_gallery(session, gallery), person_ids)
        ids = [person.id for person in people]
    proofs = tuple(forget_person(call, gallery=gallery, person_id=each) for each in ids)
    return Deleted(None, len(proofs), sum(each.faces for each in proofs), proofs)


def _let_go(
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    faces: Sequence[FaceRow],
    *,
    threshold: float,
) -> list[str]:
    """Held photos that may show somebody, and what was typed for their pages; the files of it."""
    session.execute(delete(KeptInputRow).where(KeptInputRow.place.contains(person.id)))
    photo_ids = {face.photo_id for face in faces if face.photo_id}
    photos = session.scalars(select(PhotoRow).where(PhotoRow.id.in_(photo_ids))).all()
    files = []
    for probe in probes_showing(session, gallery, person, faces, photos, threshold=threshold):
        files += probe_files(session, probe)
        session.delete(probe)
    session.flush()
    return files


def delete_faces(
    call: Call, *, gallery: str, face_ids: Sequence[str], at_once: bool = False
) -> Deleted:
    """Delete faces, of one person or several; until the change is over they can come back.

    Args:
        call: who asks, and with what.
        gallery: its name.
        face_ids: which; all of them in one change, or none.
        at_once: erase them now, so that none can come back.

    Raises:
        GalleryNotFound, FaceNotFound: they are not there.
        InvalidInput: no face is named, or too many are.
    """
    permissions.require(call.actor, "faces.delete", gallery)
    if at_once or not call.services.undo_seconds:
        return _delete_for_good(call, gallery, face_ids)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        faces = find_faces(session, row, face_ids)
        note = ChangeNote.begin(session, call, row, "faces_deleted")
        people = {face.person_id for face in faces}
        for face in faces:
            audit.record(
                session, call, "face_deleted", subject_id=face.person_id, gallery_id=row.id
            )
        count = len(faces)
        note.add(
            *put_away_faces(session, row, faces, change_id=note.id), people=people, faces=count
        )
        change_id = note.close(session, call)
        noted = note_erasure(session, gallery_id=row.id)
    finish_erasure(call.services, noted)
    return Deleted(change_id, 0, count)


def _delete_for_good(call: Call, gallery: str, face_ids: Sequence[str]) -> Deleted:
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        owners = {face.id: face.person_id for face in find_faces(session, row, face_ids)}
    for face_id, person_id in owners.items():
        delete_face(call, gallery=gallery, person_id=person_id, face_id=face_id)
    return Deleted(None, 0, len(owners))
