"""People of a gallery: create, show, change. Listing is in `list_people.py`, forgetting in `forget.py`."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.person_rows import add_person_row
from mien.gallery.people.person_rows import checked_metadata
from mien.gallery.people.person_rows import checked_notes
from mien.gallery.people.person_rows import find_person
from mien.gallery.people.person_rows import find_same_name
from mien.gallery.people.person_rows import require_free_name
from mien.gallery.person_refs import person_refs
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.gallery.suspicions import is_suspected
from mien.names import clean_name
from mien.names import name_key
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import now
from mien.storage.revisions import lock_gallery


def create_person(
    call: Call,
    *,
    gallery: str,
    name: str,
    notes: str = "",
    metadata: Mapping[str, Any] | None = None,
    allow_same_name: bool = False,
) -> Person:
    """Add somebody without a face yet.

    Args:
        call: who asks, and with what.
        gallery: its name.
        name: in any script.
        notes: what is noted of the person.
        metadata: a JSON object of the caller's.
        allow_same_name: this is another person, should there be somebody of this name.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name, and nobody has said that this is another.
    """
    permissions.require(call.actor, "people.create", gallery)
    with call.services.database.write() as session:
        found = find_gallery(session, gallery, hold="names")
        row = add_person_row(
            session,
            found,
            name=name,
            notes=notes,
            metadata=metadata,
            allow_same_name=allow_same_name,
        )
        audit.record(session, call, "person_created", subject_id=row.id, gallery_id=row.gallery_id)
        note = ChangeNote.begin(session, call, found, "person_created")
        note.add({"step": "person_added", "person": row.id, "gallery": found.id}, people=[row.id])
        note.close(session, call)
        return answers(session, [row])[0]


def show_person(call: Call, *, gallery: str, person_id: str) -> Person:
    """One person.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        row = find_person(session, find_gallery(session, gallery), person_id)
        return answers(session, [row])[0]


def change_person(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    name: str | None = None,
    notes: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    allow_same_name: bool = False,
) -> Person:
    """Rename somebody or change what is noted; None leaves a value as it is.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who.
        name: from now on; a name that the person has already is taken by nobody.
        notes: from now on.
        metadata: from now on, as a whole.
        allow_same_name: two people may have this name.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody else of this name, and nobody has said that it may be.
    """
    permissions.require(call.actor, "people.change", gallery)
    with call.services.database.write() as session:
        if metadata is None:
            found = find_gallery(session, gallery, hold="" if name is None else "names")
        else:
            # Who is searched may follow from metadata: what was remembered of that holds no longer.
            found = lock_gallery(session, key=name_key(gallery))
        row = find_person(session, found, person_id)
        before = {"name": row.name, "notes": row.notes, "details": row.details}
        shared = bool(name is not None and len(find_same_name(session, found, row.name)) > 1)
        if name is not None:
            cleaned = clean_name(name)
            # Who shares a name may be noted anew under it, without saying again that it is shared.
            if not allow_same_name and name_key(cleaned) != row.name_key:
                require_free_name(session, found, cleaned, but_for=row.id)
            row.name = cleaned
        if notes is not None:
            row.notes = checked_notes(notes)
        if metadata is not None:
            row.details = checked_metadata(metadata)
        row.updated_at = now()
        session.flush()
        given = {"name": name, "notes": notes, "metadata": metadata}
        audit.record(
            session,
            call,
            "person_changed",
            subject_id=row.id,
            gallery_id=row.gallery_id,
            changed=[field for field, value in given.items() if value is not None],
        )
        _note_changed(session, call, found, row, before, shared=shared)
        # What was there before is to be gone like everything else that is erased, at the latest
        # when this can no longer be undone.
        erasure = note_erasure(session, subject_id=row.id, gallery_id=row.gallery_id)
        answer = answers(session, [row])[0]
    finish(call.services.database, call.services.files, call.services.erasures, erasure)
    return answer


def _note_changed(
    session: Session,
    call: Call,
    gallery: GalleryRow,
    row: PersonRow,
    before: Mapping[str, Any],
    *,
    shared: bool,
) -> None:
    after = {key: getattr(row, key) for key in before}
    changed = [key for key in before if before[key] != after[key]]
    if not changed:
        return
    note = ChangeNote.begin(session, call, gallery, "person_changed")
    note.add(
        {
            "step": "person_changed",
            "person": row.id,
            "before": {key: before[key] for key in changed},
            "after": {key: after[key] for key in changed},
            "shared": shared,
        },
        people=[row.id],
    )
    note.close(session, call)


def answers(session: Session, rows: list[PersonRow]) -> list[Person]:
    """People as they are told, in the order of their rows."""
    faces: dict[str, list[tuple[bool, float, str]]] = {row.id: [] for row in rows}
    found = session.execute(
        select(FaceRow.person_id, FaceRow.id, FaceRow.quality, is_suspected()).where(
            FaceRow.person_id.in_(list(faces))
        )
    )
    for person_id, face_id, quality, suspected in found:
        faces[person_id].append((not suspected, float(quality["score"]), face_id))
    named = person_refs(session, faces)
    return [_answer(row, faces[row.id], named[row.id].note) for row in rows]


def _answer(row: PersonRow, faces: Sequence[tuple[bool, float, str]], note: str) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        notes=row.notes,
        metadata=row.details,
        faces=len(faces),
        portrait_face_id=portrait_of(row.portrait_face_id, faces),
        created_at=row.created_at,
        updated_at=row.updated_at,
        note=note,
    )


def portrait_of(chosen: str | None, faces: Sequence[tuple[bool, float, str]]) -> str | None:
    """The face by which somebody is shown: the chosen one while it is theirs, else the best.

    Args:
        chosen: id of a face, or None.
        faces: of each whether nothing is suspected of it, how good it is, and its id.
    """
    if chosen is not None and any(face_id == chosen for _, _, face_id in faces):
        return chosen
    return max(faces)[-1] if faces else None
