"""Copy people to another gallery."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.erasing import finish_erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.chosen_ids import find_people
from mien.gallery.people.copied_faces import Copies
from mien.gallery.people.copied_faces import add_copies
from mien.gallery.people.copied_faces import copies
from mien.gallery.people.copied_faces import lock_both
from mien.gallery.people.person_rows import add_person_row
from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.names import name_key
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow


@dataclass(frozen=True, slots=True)
class Copied:
    """Who was copied.

    Attributes:
        change_id: of the other gallery, by which it is undone; None where nothing is kept for that.
        gallery: the name of the other one.
        people: the copies, in the order of the originals.
        faces: how many they have.
    """

    change_id: str | None
    gallery: str
    people: tuple[PersonRef, ...]
    faces: int


def copy_people(
    call: Call,
    *,
    gallery: str,
    person_ids: Sequence[str],
    to_gallery: str,
    allow_same_name: bool = False,
) -> Copied:
    """Add people of one gallery to another, with names, notes, metadata, faces and kept photos.

    From then on they are two people: a change of one changes nothing of the other.

    Args:
        call: who asks, and with what.
        gallery: the name of where they are.
        person_ids: who; all of them in one change, or nobody.
        to_gallery: the name of the other one.
        allow_same_name: they are others than those who have their names there.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        NameTaken: the other gallery has somebody of such a name.
        InvalidInput: nobody is named, or it is the same gallery.
        GalleryModelMismatch: the other gallery's embeddings are of another model.
    """
    permissions.require(call.actor, "people.copy", gallery)
    permissions.require(call.actor, "faces.add", to_gallery)
    if name_key(to_gallery) == name_key(gallery):
        raise InvalidInput("same_gallery", field="gallery")
    with call.services.database.read() as session:
        people = find_people(session, find_gallery(session, gallery), person_ids)
        ids = [person.id for person in people]
        made = Copies.of(
            session, session.scalars(select(FaceRow).where(FaceRow.person_id.in_(ids))).all()
        )
    with copies(call.services, made) as written, call.services.database.write() as session:
        row, other = lock_both(session, gallery, to_gallery)
        note = ChangeNote.begin(session, call, other, "people_copied")
        new_ids = []
        for person in find_people(session, row, person_ids):
            copy = add_person_row(
                session,
                other,
                name=person.name,
                notes=person.notes,
                metadata=person.details,
                allow_same_name=allow_same_name,
            )
            note.add(
                {"step": "person_added", "person": copy.id, "gallery": other.id}, people=[copy.id]
            )
            faces = session.scalars(
                select(FaceRow).where(FaceRow.person_id == person.id).order_by(FaceRow.id)
            ).all()
            new = add_copies(call, session, other, faces, person=copy, written=written)
            note.add(
                *(
                    {"step": "face_added", "face": each.id, "person": copy.id, "gallery": other.id}
                    for each in new
                ),
                faces=len(new),
            )
            of = dict(zip((face.id for face in faces), new, strict=True))
            chosen = of.get(person.portrait_face_id or "")
            copy.portrait_face_id = chosen.id if chosen else None
            audit.record(session, call, "person_copied", subject_id=copy.id, gallery_id=other.id)
            new_ids.append(copy.id)
        faces_count = note.faces
        change_id = note.close(session, call)
        refs = person_refs(session, new_ids)
        noted = note_erasure(session, gallery_id=other.id)
        copied = Copied(change_id, other.name, tuple(refs[each] for each in new_ids), faces_count)
    finish_erasure(call.services, noted)
    return copied
