"""Forget a person: rows, crops, photos, index, and the proof of it."""

from mien.access import audit
from mien.access import permissions
from mien.gallery.erasing import finish_erasure
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people.held_showing import person_threshold
from mien.gallery.people.originals import Searched
from mien.gallery.people.person_erasure import Looking
from mien.gallery.people.person_erasure import Shown
from mien.gallery.people.person_erasure import engine_summary
from mien.gallery.people.person_erasure import erase_person
from mien.gallery.people.person_erasure import lock_for
from mien.gallery.people.person_erasure import prove
from mien.gallery.people.person_erasure import search_for
from mien.gallery.people.person_rows import find_person
from mien.gallery.services import Call


def forget_person(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    search_originals: bool = False,
    delete_originals: bool = False,
) -> Erasure:
    """Erase every trace of a person, look again, and record that it was done.

    An original photo in which the person was enrolled goes too, even when other people of the
    gallery were enrolled from it: their own crops and embeddings stay, the picture of both does
    not. Held photos, by whomever and in whichever gallery, are let go when they wait for the person,
    when they are such an original, when a face in them would have been taken for the person, or
    when not all of their faces were looked at. So are kept faces of unknown people of this gallery
    that would have been taken for the person, what was typed for the person's pages, and where the
    person, or a stranger who looks like them, is seen in a video.

    Originals that were kept because of other people may show the person beside them. The proof
    tells which may, unless they are searched; that has to happen now, because afterwards nobody
    knows what the person looked like. It takes at most the time that a photo may take; what is not
    looked at by then is told as not checked. Those of other galleries are searched when whoever
    asks may delete these galleries.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who is to be forgotten.
        search_originals: look for the person in kept originals that may show them.
        delete_originals: look, and delete those that do; the examples of the others stay.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
        ClientGone: nobody waits for the search any more; nothing was erased.
    """
    permissions.require(call.actor, "people.delete", gallery)
    summary = engine_summary(call.services)
    asked = search_originals or delete_originals
    found = Searched()
    if asked:
        with call.services.database.read() as session:
            person = find_person(session, find_gallery(session, gallery), person_id)
            shown = Shown.of(session, person.id)
        found = search_for(call, gallery, shown, summary)
    looking = Looking(asked, delete_originals, found)
    with call.services.database.write() as session:
        row = lock_for(session, gallery, looking)
        person = find_person(session, row, person_id)
        erased = erase_person(
            call, session, row, person, looking, threshold=person_threshold(row, summary)
        )
        event_id = audit.record(
            session,
            call,
            "person_erased",
            subject_id=person_id,
            gallery_id=row.id,
            **erased.facts,
        )
    done = finish_erasure(call.services, erased.note)
    return prove(call, erased, event_id=event_id, log_cleared=done.log_cleared)
