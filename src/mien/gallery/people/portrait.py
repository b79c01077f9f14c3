"""Choose the face that somebody is shown by."""

from mien.access import audit
from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.faces import find_face
from mien.gallery.people.people import answers
from mien.gallery.people.person_rows import find_person
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.storage.models import now


def choose_portrait(call: Call, *, gallery: str, person_id: str, face_id: str | None) -> Person:
    """Show somebody by one of their faces; by the best one, if none is named.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who.
        face_id: one of their faces; None lets the best be chosen by itself, as at first.

    Raises:
        GalleryNotFound, PersonNotFound, FaceNotFound: it is not there.
    """
    permissions.require(call.actor, "people.change", gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery, hold="stays")
        person = find_person(session, row, person_id)
        if face_id is not None:
            find_face(session, row, face_id, person_id=person.id)
        if person.portrait_face_id != face_id:
            note = ChangeNote.begin(session, call, row, "portrait_chosen")
            note.add(
                {
                    "step": "person_changed",
                    "person": person.id,
                    "before": {"portrait_face_id": person.portrait_face_id},
                    "after": {"portrait_face_id": face_id},
                },
                people=[person.id],
            )
            person.portrait_face_id, person.updated_at = face_id, now()
            audit.record(
                session,
                call,
                "person_changed",
                subject_id=person.id,
                gallery_id=row.id,
                changed=["portrait"],
            )
            session.flush()
            note.close(session, call)
        return answers(session, [person])[0]
