"""Move faces to another person, of the same gallery or of another one."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import resolve
from mien.gallery.erasing import finish_erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people.bin import put_away_faces
from mien.gallery.people.bin import related
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.chosen_ids import find_faces
from mien.gallery.people.copied_faces import Copies
from mien.gallery.people.copied_faces import add_copies
from mien.gallery.people.copied_faces import copies
from mien.gallery.people.copied_faces import lock_both
from mien.gallery.people.faces import take_out
from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import SuspicionRow
from mien.storage.models import now
from mien.storage.revisions import lock_gallery


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved.

    Attributes:
        change_id: by which it is undone; None where nothing is kept for that.
        gallery: the name of where the faces are now.
        person: whose they are now.
        new_person: whether the person was made for them.
        faces: their ids now; other ones in another gallery.
    """

    change_id: str | None
    gallery: str
    person: PersonRef
    new_person: bool
    faces: tuple[str, ...]


def move_faces(
    call: Call,
    *,
    gallery: str,
    face_ids: Sequence[str],
    to: Subject,
    to_gallery: str | None = None,
) -> Moved:
    """Make faces examples of another person; all of them in one change, or none.

    A person who has no face left stays. In another gallery the faces get ids of their own, with
    copies of portraits and kept photos, and are deleted here.

    Args:
        call: who asks, and with what.
        gallery: the name of where they are.
        face_ids: which; of one person or several.
        to: whose they are, known or new.
        to_gallery: the name of that person's gallery; None for the same one.

    Raises:
        GalleryNotFound, FaceNotFound, PersonNotFound, PersonAmbiguous: they are not there.
        NameTaken, InvalidInput: the new person cannot be called so, or no face is named.
        GalleryModelMismatch: the other gallery's embeddings are of another model.
    """
    permissions.require(call.actor, "faces.move", gallery)
    if to_gallery is None or name_key(to_gallery) == name_key(gallery):
        return _move_here(call, gallery, face_ids, to)
    permissions.require(call.actor, "faces.add", to_gallery)
    with call.services.database.read() as session:
        faces = find_faces(session, find_gallery(session, gallery), face_ids)
        made = Copies.of(session, faces)
    with copies(call.services, made) as written:
        return _move_elsewhere(
            call, gallery, face_ids, to=to, to_gallery=to_gallery, written=written
        )


def _move_here(call: Call, gallery: str, face_ids: Sequence[str], to: Subject) -> Moved:
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        faces = find_faces(session, row, face_ids)
        note = ChangeNote.begin(session, call, row, "faces_moved")
        person, is_new = resolve_noted(call, session, row, to, note)
        move_to(call, session, row, faces, person=person, note=note)
        change_id = note.close(session, call)
        ref = person_refs(session, [person.id])[person.id]
        noted = note_erasure(session, gallery_id=row.id)
        moved = Moved(change_id, row.name, ref, is_new, tuple(face.id for face in faces))
    finish_erasure(call.services, noted)
    return moved


def resolve_noted(
    call: Call, session: Session, gallery: GalleryRow, to: Subject, note: ChangeNote
) -> tuple[PersonRow, bool]:
    """Whom faces are moved to; that somebody was made for that is part of the change."""
    permissions.require(call.actor, "faces.move", gallery.name)
    person, is_new = resolve(session, gallery, to)
    if is_new:
        audit.record(session, call, "person_created", subject_id=person.id, gallery_id=gallery.id)
        note.add(
            {"step": "person_added", "person": person.id, "gallery": gallery.id},
            people=[person.id],
        )
    return person, is_new


def move_to(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    faces: Iterable[FaceRow],
    *,
    person: PersonRow,
    note: ChangeNote,
) -> None:
    """Give faces to somebody of the same, locked gallery.

    Raises:
        InvalidInput: they have all of them already.
    """
    permissions.require(call.actor, "faces.move", gallery.name)
    moved = [face for face in faces if face.person_id != person.id]
    if not moved:
        raise InvalidInput("moved_nowhere", field="person_id")
    before = {face.id: face.person_id for face in moved}
    note.add(
        *related(session, people=(), faces=before),
        *without_portrait(session, before),
        {"step": "faces_moved", "faces": before, "to": person.id},
        people={person.id, *before.values()},
        faces=len(moved),
    )
    for face in moved:
        face.person_id, face.revision = person.id, gallery.revision
    # It was told beside the faces of whoever had it.
    drop_comparisons(session, before)
    for person_id in sorted(set(before.values())):
        audit.record(
            session,
            call,
            "face_moved",
            subject_id=person_id,
            gallery_id=gallery.id,
            faces=sum(owner == person_id for owner in before.values()),
        )
    person.updated_at = now()
    session.flush()


def drop_comparisons(session: Session, face_ids: Iterable[str]) -> None:
    """Let go of what was suspected of faces because of whose they were."""
    session.execute(
        delete(SuspicionRow).where(
            SuspicionRow.face_id.in_(list(face_ids)),
            SuspicionRow.code.in_(("unlike_this_person", "looks_like_another")),
        )
    )


def without_portrait(session: Session, faces: dict[str, str]) -> list[dict[str, object]]:
    """Let nobody be shown by a face that is no longer theirs; the step that restores it."""
    rows = session.scalars(
        select(PersonRow).where(PersonRow.id.in_(sorted(set(faces.values()))))
    ).all()
    before = {row.id: row.portrait_face_id for row in rows if row.portrait_face_id in faces}
    for row in rows:
        if row.id in before:
            row.portrait_face_id = None
    return [{"step": "portraits", "people": before}] if before else []


def _move_elsewhere(
    call: Call,
    gallery: str,
    face_ids: Sequence[str],
    *,
    to: Subject,
    to_gallery: str,
    written: Copies,
) -> Moved:
    with call.services.database.write() as session:
        row, other = lock_both(session, gallery, to_gallery)
        faces = find_faces(session, row, face_ids)
        note = ChangeNote.begin(session, call, row, "faces_moved")
        person, is_new = resolve_noted(call, session, other, to, note)
        new = add_copies(call, session, other, faces, person=person, written=written)
        note.add(
            *(
                {
                    "step": "face_added",
                    "face": face.id,
                    "person": person.id,
                    "gallery": other.id,
                }
                for face in new
            ),
            people={person.id},
        )
        for face in faces:
            audit.record(session, call, "face_moved", subject_id=face.person_id, gallery_id=row.id)
        owners = {face.id: face.person_id for face in faces}
        note.add(*without_portrait(session, owners), people=owners.values(), faces=len(faces))
        files: list[str] = []
        if note.id:
            note.add(*put_away_faces(session, row, faces, change_id=note.id))
        else:
            files = [name for face in faces for name in take_out(session, row, face)]
        erased = [] if note.id else [Erased("face", each) for each in owners]
        change_id = note.close(session, call)
        ref = person_refs(session, [person.id])[person.id]
        noted = note_erasure(session, files, erased=erased, gallery_id=row.id)
        moved = Moved(change_id, other.name, ref, is_new, tuple(face.id for face in new))
    finish_erasure(call.services, noted)
    return moved
