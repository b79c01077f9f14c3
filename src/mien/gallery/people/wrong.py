"""Say that a face is not somebody's: a stored one, or one that was only searched for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.decision.choose_face import choose_face
from mien.errors import FaceNumberOutOfRange
from mien.errors import GalleryModelMismatch
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import Subject
from mien.gallery.erasing import finish_erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.held_photos import held_rows
from mien.gallery.people.bin import put_away_faces
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.chosen_ids import find_faces
from mien.gallery.people.faces import find_face
from mien.gallery.people.faces import take_out
from mien.gallery.people.move import move_to
from mien.gallery.people.move import resolve_noted
from mien.gallery.people.move import without_portrait
from mien.gallery.people.person_rows import find_person
from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import PersonRow
from mien.storage.models import new_id
from mien.storage.revisions import lock_gallery


@dataclass(frozen=True, slots=True)
class MarkedWrong:
    """A face that is somebody's no more.

    Attributes:
        change_id: by which it is undone; None where nothing is kept for that.
        person: whose it was.
        moved_to: whose it is now; None where it is deleted.
        faces: how many, where several were marked together.
    """

    change_id: str | None
    person: PersonRef
    moved_to: PersonRef | None
    faces: int = 1


def mark_wrong(
    call: Call,
    *,
    gallery: str,
    face_id: str,
    person_id: str | None = None,
    to: Subject | None = None,
) -> MarkedWrong:
    """Take a stored face from the person who has it, and let searches keep the two apart.

    What it looks like is remembered as not that person's: whoever resembles it more than the
    person's own faces is not named as that person.

    Args:
        call: who asks, and with what.
        gallery: its name.
        face_id: which face.
        person_id: who has it; None is whoever it is.
        to: whose it is instead; None deletes it, so that it can come back for a while.

    Raises:
        GalleryNotFound, FaceNotFound, PersonNotFound, PersonAmbiguous: they are not there.
        NameTaken, InvalidInput: the new person cannot be called so, or it is theirs already.
    """
    permissions.require(call.actor, "faces.refuse", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        owner = find_face(session, row, face_id, person_id=person_id).person_id
    return mark_all_wrong(call, gallery=gallery, person_id=owner, face_ids=[face_id], to=to)


def mark_all_wrong(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    face_ids: Sequence[str],
    to: Subject | None = None,
) -> MarkedWrong:
    """Take several stored faces from the person who has them; one change, see `mark_wrong`.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who has them.
        face_ids: which; all of them, or none.
        to: whose they are instead; None deletes them, so that they can come back for a while.

    Raises:
        GalleryNotFound, FaceNotFound, PersonNotFound, PersonAmbiguous: they are not there.
        NameTaken: the new person cannot be called so.
        InvalidInput: no face is named, or they are that person's already.
    """
    permissions.require(call.actor, "faces.refuse", gallery)
    permissions.require(call.actor, "faces.move" if to else "faces.delete", gallery)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        person = find_person(session, row, person_id)
        faces = find_faces(session, row, face_ids)
        for face in faces:
            find_face(session, row, face.id, person_id=person.id)
        was = person_refs(session, [person.id])[person.id]
        note = ChangeNote.begin(session, call, row, "faces_refused")
        for face in faces:
            kept_id = face.id if to else None
            add_negative(session, row, person, np.array(face.embedding), note, face_id=kept_id)
            audit.record(session, call, "face_refused", subject_id=person.id, gallery_id=row.id)
        files: list[str] = []
        erased: list[Erased] = []
        moved_to = None
        count = len(faces)
        if to is not None:
            other, _ = resolve_noted(call, session, row, to, note)
            move_to(call, session, row, faces, person=other, note=note)
            moved_to = person_refs(session, [other.id])[other.id]
        else:
            owners = {face.id: person.id for face in faces}
            note.add(*without_portrait(session, owners), faces=count)
            if note.id:
                note.add(*put_away_faces(session, row, faces, change_id=note.id))
            else:
                for face in faces:
                    files += take_out(session, row, face)
                erased = [Erased("face", each) for each in owners]
        change_id = note.close(session, call)
        noted = note_erasure(session, files, erased=erased, gallery_id=row.id)
    finish_erasure(call.services, noted)
    return MarkedWrong(change_id, was, moved_to, count)


def refuse_name(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    held: HeldFace | None = None,
    photo: Upload | None = None,
    face_number: int | None = None,
    embedding: NDArray[np.float32] | None = None,
) -> str | None:
    """Say that a face that was searched for is not the person it was taken for.

    Args:
        call: who asks, and with what.
        gallery: the person's.
        person_id: who it is not.
        held: a face of a held photo, or else:
        photo: a photo, of which nothing but the embedding is stored, or else:
        face_number: which face of the photo when there are several, 1 for the largest.
        embedding: of the engine in use; float32, shape (dimension,), unit length.

    Returns:
        The id of the change by which it is undone; None where nothing is kept for that.

    Raises:
        GalleryNotFound, PersonNotFound, ProbeNotFound, FaceNumberOutOfRange: it is not there.
        ImageError: the photo cannot be read.
        NoFaceFound, SeveralFacesFound: it is not clear which face is meant.
        GalleryModelMismatch: the gallery's embeddings are of another model.
    """
    permissions.require(call.actor, "faces.refuse", gallery)
    if photo is not None:
        seen = analyze(call.services, photo, call.budget())
        chosen = choose_face(seen.faces, face_number=face_number, left_out=seen.faces.left_out)
        embedding = chosen.embedding
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        person = find_person(session, row, person_id)
        if held is not None:
            embedding = _held(session, call, row, held)
        else:
            require_contract(session, row, call.services.engine.summary)
        if embedding is None:
            raise ValueError("a held face or an embedding is needed")
        note = ChangeNote.begin(session, call, row, "name_refused")
        add_negative(session, row, person, embedding, note, face_id=None)
        audit.record(session, call, "name_refused", subject_id=person.id, gallery_id=row.id)
        return note.close(session, call)


def _held(session: Session, call: Call, gallery: GalleryRow, held: HeldFace) -> NDArray[np.float32]:
    rows = held_rows(session, held.probe_id, call.actor)
    if rows.gallery.contract_id != gallery.contract_id:
        raise GalleryModelMismatch(
            "between",
            words={"gallery": gallery.display_name or gallery.name},
            gallery_pack=gallery.pack,
            engine_pack=rows.gallery.pack,
        )
    found = [face for face in rows.faces if face.number == held.number]
    if not found:
        raise FaceNumberOutOfRange("held", words={"number": held.number})
    return np.array(found[0].embedding)


def add_negative(
    session: Session,
    gallery: GalleryRow,
    person: PersonRow,
    embedding: NDArray[np.float32],
    note: ChangeNote,
    *,
    face_id: str | None,
) -> None:
    """Remember of a face that it is not somebody's, in a locked gallery, as part of a change."""
    negative = new_id()
    session.add(
        NegativeExampleRow(
            id=negative,
            gallery_id=gallery.id,
            person_id=person.id,
            contract_id=gallery.contract_id,
            face_id=face_id,
            embedding=embedding,
        )
    )
    session.flush()
    note.add({"step": "negatives_added", "negatives": [negative]}, people=[person.id])
