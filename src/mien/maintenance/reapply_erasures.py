"""Erase again what came back with a backup, though it had been erased."""

from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import replace

from mien.access import audit
from mien.access import permissions
from mien.gallery.erasing import finish_erasure
from mien.gallery.services import Call
from mien.storage.erase_again import erase_again
from mien.storage.erase_again import has_come_back
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What had come back and is gone again.

    Attributes:
        listed: how many erasures are on the list.
        people: how many people, those of whole galleries left out.
        galleries: how many whole galleries.
        faces: how many examples, with those of people and galleries.
        photos: how many kept originals, likewise.
        files: how many files went with them.
    """

    listed: int
    people: int = 0
    galleries: int = 0
    faces: int = 0
    photos: int = 0
    files: int = 0


def reapply_erasures(call: Call, *, more: Collection[Erased] = ()) -> Reapplied:
    """Erase whatever is there and is on the list of erasures; a quick look when there is nothing.

    Args:
        call: who asks, and with what.
        more: erasures that the list in the home does not know, such as those of another node or
            of the machine before; it knows them afterwards.

    Raises:
        DatabaseUnreachable: the database does not answer.
        StorageFull, StorageReadOnly, StorageFailed: the list cannot be read or added to.
        FilesUnavailable: the one beside the stored files cannot be reached, or is not known to be
            the database's; all else is done.
    """
    permissions.require(call.actor, "maintenance.reapply_erasures")
    services = call.services
    services.erasures.add_here(more)
    known = services.erasures.read()
    again = _erase_again(call, known) if known else Reapplied(0)
    # At the end: whether or not others can be told, what came back here is gone.
    services.erasures.share()
    return again


def _erase_again(call: Call, known: frozenset[Erased]) -> Reapplied:
    services = call.services
    with services.database.read() as session:
        if not has_come_back(session, known):
            return Reapplied(len(known))
    with services.database.write() as session:
        # Another process may have been quicker.
        again = erase_again(session, known)
        note = note_erasure(session, again.files)
        for person_id, gallery_id in again.people:
            audit.record(
                session, call, "erasure_reapplied", subject_id=person_id, gallery_id=gallery_id
            )
        for gallery_id in again.galleries:
            audit.record(session, call, "erasure_reapplied", gallery_id=gallery_id)
        if not again.is_nothing and not again.people and not again.galleries:
            audit.record(
                session,
                call,
                "erasure_reapplied",
                faces=len(again.faces),
                unknown_faces=len(again.unknown),
                photos=len(again.photos),
            )
    finish_erasure(services, replace(note, galleries=again.changed))
    for gallery_id in again.galleries:
        services.indexes.drop(gallery_id)
    return Reapplied(
        listed=len(known),
        people=len(again.people),
        galleries=len(again.galleries),
        faces=len(again.faces) + len(again.binned),
        photos=len(again.photos),
        files=len(again.files),
    )
