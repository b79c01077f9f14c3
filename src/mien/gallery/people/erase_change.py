"""End changes: what was deleted is erased for good, and nothing is left of what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import ChangeNotFound
from mien.errors import ChangeOver
from mien.errors import GalleryNotFound
from mien.gallery.erasing import finish_erasure
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.people.bin import bring_back_faces
from mien.gallery.people.bin import bring_back_people
from mien.gallery.people.bin import faces_of
from mien.gallery.people.change_ends import empty_bin
from mien.gallery.people.change_notes import REMEMBERED
from mien.gallery.people.changes import Change
from mien.gallery.people.changes import as_changes
from mien.gallery.people.changes import find_change
from mien.gallery.people.held_showing import ANYBODY
from mien.gallery.people.held_showing import person_threshold
from mien.gallery.people.originals import Searched
from mien.gallery.people.person_erasure import ErasedPerson
from mien.gallery.people.person_erasure import Looking
from mien.gallery.people.person_erasure import Shown
from mien.gallery.people.person_erasure import engine_summary
from mien.gallery.people.person_erasure import erase_person
from mien.gallery.people.person_erasure import lock_for
from mien.gallery.people.person_erasure import prove
from mien.gallery.people.person_erasure import search_for
from mien.gallery.people.undo import require_open
from mien.gallery.services import Call
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.models import ChangeRow
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPersonRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import now

# So many changes are ended by one round of the clean-up at most.
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class EndedChange:
    """A change of which nothing is kept any more.

    Attributes:
        change: as it is told now.
        erasures: the proof for each person who was erased by that.
        faces: single faces that were erased.
    """

    change: Change
    erasures: tuple[Erasure, ...]
    faces: int


def erase_now(
    call: Call,
    *,
    gallery: str,
    change_id: str,
    search_originals: bool = False,
    delete_originals: bool = False,
) -> EndedChange:
    """End a change before its time: nobody can undo it, and what was deleted by it is erased.

    Args:
        call: who asks, and with what.
        gallery: the name of where it was made.
        change_id: which.
        search_originals: see `forget_person`.
        delete_originals: see `forget_person`.

    Raises:
        GalleryNotFound, ChangeNotFound: it is not there.
        ChangeOver: it is undone, or ended already.
        ClientGone: nobody waits for the search any more; nothing was erased.
    """
    permissions.require(call.actor, "changes.erase", gallery)
    asked = search_originals or delete_originals
    found = _searched(call, gallery, change_id) if asked else {}
    looking = {
        person_id: Looking(asked, delete_originals, each) for person_id, each in found.items()
    }
    with call.services.database.write() as session:
        every = Looking(asked, delete_originals, _all_of(found))
        row = lock_for(session, gallery, every)
        change = find_change(session, row, change_id)
        session.refresh(change)
        ending = _end(call, session, row, change, looking)
        told = as_changes(session, [change])[0]
    return _finished(call, ending, told)


def _all_of(found: dict[str, Searched]) -> Searched:
    showing = {key: value for each in found.values() for key, value in each.showing.items()}
    return Searched(showing=showing)


def _searched(call: Call, gallery: str, change_id: str) -> dict[str, Searched]:
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        change = find_change(session, row, change_id)
        require_open(change, late=True)
        people = _deleted_people(session, change)
        shown = {person_id: Shown.of(session, person_id) for person_id in people}
    summary = engine_summary(call.services)
    return {
        person_id: search_for(call, gallery, each, summary) for person_id, each in shown.items()
    }


def _deleted_people(session: Session, change: ChangeRow) -> list[str]:
    """Who was deleted by a change; not those who were merged with others."""
    if change.kind == "people_merged":
        return []
    return list(
        session.scalars(
            select(DeletedPersonRow.id)
            .where(DeletedPersonRow.change_id == change.id)
            .order_by(DeletedPersonRow.id)
        )
    )


@dataclass(frozen=True, slots=True)
class _Ending:
    people: list[tuple[ErasedPerson, str]]
    note: Noted
    faces: int


def _end(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    change: ChangeRow,
    looking: dict[str, Looking],
) -> _Ending:
    """End a change within a transaction that has its gallery locked.

    Raises:
        ChangeOver: it is undone, or ended already.
    """
    require_open(change, late=True)
    summary = engine_summary(call.services)
    # Embeddings of a contract that the gallery has left can be compared with nothing.
    same = change.contract_id == gallery.contract_id
    threshold = person_threshold(gallery, summary) if same else ANYBODY
    people = _deleted_people(session, change)
    files: list[str] = []
    erased = []
    if people:
        # Whoever is erased is erased in one way: from the tables, where all of it is looked for.
        faces = faces_of(session, people, change_id=change.id)
        bring_back_people(session, people)
        files += bring_back_faces(session, gallery, faces, change_id=change.id)
    for person_id in people:
        person = session.get_one(PersonRow, person_id)
        nothing = Looking(asked=False, delete=False, found=Searched())
        gone_with = erase_person(
            call,
            session,
            gallery,
            person,
            looking.get(person_id, nothing),
            threshold=threshold,
            change_id=change.id,
        )
        event_id = audit.record(
            session,
            call,
            "person_erased",
            subject_id=person_id,
            gallery_id=gallery.id,
            **gone_with.facts,
        )
        erased.append((gone_with, event_id))
    owners = session.scalars(
        select(DeletedFaceRow.person_id).where(DeletedFaceRow.change_id == change.id)
    ).all()
    gone = empty_bin(session, change)
    for owner in owners:
        audit.record(session, call, "face_removed", subject_id=owner, gallery_id=gallery.id)
    change.state, change.ended_at, change.facts = "over", now(), {}
    note = note_erasure(
        session,
        [*files, *gone.files],
        erased=gone.erased,
        subject_id=change.id,
        gallery_id=gallery.id,
    )
    audit.record(
        session,
        call,
        "change_ended",
        subject_id=change.id,
        gallery_id=gallery.id,
        change=[change.kind],
        people=len(people),
        faces=len(owners),
    )
    return _Ending(erased, note, len(owners))


def _finished(call: Call, ending: _Ending, told: Change) -> EndedChange:
    services = call.services
    done = finish_erasure(services, ending.note)
    proofs = []
    for each, event_id in ending.people:
        person_done = finish_erasure(services, each.note)
        cleared = done.log_cleared and person_done.log_cleared
        proofs.append(prove(call, each, event_id=event_id, log_cleared=cleared))
    return EndedChange(told, tuple(proofs), ending.faces)


def end_due_changes(call: Call) -> int:
    """End changes whose time is over, and forget those that ended some days ago.

    A quick look when there is nothing of the kind.

    Returns:
        How many were ended.
    """
    permissions.require(call.actor, "changes.erase")
    database = call.services.database
    with database.read() as session:
        due = session.execute(
            select(ChangeRow.id, ChangeRow.gallery_id)
            .where(ChangeRow.state == "open", ChangeRow.undo_until <= now())
            .order_by(ChangeRow.undo_until)
            .limit(_AT_ONCE)
        ).all()
        bins = {
            model: set(
                session.scalars(
                    select(model.change_id).where(model.change_id.in_([each.id for each in due]))
                )
            )
            for model in (DeletedPersonRow, DeletedFaceRow)
        }
        old = session.scalar(
            select(ChangeRow.id).where(
                ChangeRow.state != "open", ChangeRow.ended_at < now() - REMEMBERED
            )
        )
    holding = set().union(*bins.values())
    light = [each.id for each in due if each.id not in holding]
    if light:
        _end_light(call, light)
    for each in due:
        if each.id in holding:
            _end_one(call, each.gallery_id, each.id)
    if old is not None:
        with database.write() as session:
            session.execute(
                delete(ChangeRow).where(
                    ChangeRow.state != "open", ChangeRow.ended_at < now() - REMEMBERED
                )
            )
    return len(due)


def _end_light(call: Call, ids: Sequence[str]) -> None:
    """End changes that keep nothing but what was before, such as a former name."""
    with call.services.database.write() as session:
        rows = session.scalars(
            select(ChangeRow)
            .where(ChangeRow.id.in_(ids), ChangeRow.state == "open")
            .with_for_update()
        ).all()
        for row in rows:
            row.state, row.ended_at, row.facts = "over", now(), {}
        audit.record(session, call, "change_ended", changes=len(rows))
        note = note_erasure(session)
    finish_erasure(call.services, note)


def _end_one(call: Call, gallery_id: str, change_id: str) -> None:
    try:
        with call.services.database.read() as session:
            row = session.get(GalleryRow, gallery_id)
            name = None if row is None else row.name
        if name is not None:
            erase_now(call, gallery=name, change_id=change_id)
    except (ChangeNotFound, ChangeOver, GalleryNotFound):
        return  # another process was quicker
