"""Merge people who are one: all faces, notes and metadata go to one of them."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Final

from sqlalchemy import delete
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.erasing import finish_erasure
from mien.gallery.people.bin import put_away_people
from mien.gallery.people.bin import related
from mien.gallery.people.change_notes import ChangeNote
from mien.gallery.people.chosen_ids import find_people
from mien.gallery.people.move import drop_comparisons
from mien.gallery.people.people import answers
from mien.gallery.people.person_rows import checked_metadata
from mien.gallery.people.person_rows import checked_notes
from mien.gallery.people.person_rows import find_person
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.names import name_key
from mien.storage.erasures import note_erasure
from mien.storage.insert import insert_unless_there
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import PersonRow
from mien.storage.models import ProbeRow
from mien.storage.models import ReviewedPairRow
from mien.storage.models import SuspicionRow
from mien.storage.models import now
from mien.storage.revisions import lock_gallery

_QUIETLY: Final = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged.

    Attributes:
        change_id: by which it is undone; None where nothing is kept for that.
        person: who is left, as they are now.
        merged: how many people are part of them now.
        faces: how many faces they brought.
    """

    change_id: str | None
    person: Person
    merged: int
    faces: int


def merge_people(call: Call, *, gallery: str, person_id: str, from_ids: Sequence[str]) -> Merged:
    """Give everything of some people to another, and delete them; one change.

    The kept person's name and metadata stay; metadata that are missing are added, notes joined.
    What was suspected between them is no longer told.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who is kept.
        from_ids: who become part of them.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
        InvalidInput: nobody is named, somebody is named twice, or notes or metadata get too long.
    """
    permissions.require(call.actor, "people.merge", gallery)
    permissions.require(call.actor, "people.delete", gallery)
    if person_id in from_ids:
        raise InvalidInput("pair_of_one", field="from")
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        kept = find_person(session, row, person_id)
        others = find_people(session, row, from_ids)
        ids = [person.id for person in others]
        note = ChangeNote.begin(session, call, row, "people_merged")
        faces = list(session.scalars(select(FaceRow).where(FaceRow.person_id.in_(ids))))
        owners = {face.id: face.person_id for face in faces}
        note.add(
            *related(session, people=[kept.id, *ids], faces=owners),
            people=[kept.id, *ids],
            faces=len(faces),
        )
        _carry_over(session, note, kept, ids, owners)
        if owners:
            note.add({"step": "faces_moved", "faces": owners, "to": kept.id})
        for face in faces:
            face.person_id, face.revision = kept.id, row.revision
        _join(note, kept, others)
        session.flush()
        for person in others:
            audit.record(
                session,
                call,
                "people_merged",
                subject_id=person.id,
                gallery_id=row.id,
                faces=sum(owner == person.id for owner in owners.values()),
            )
        _delete(session, row, note, others)
        change_id = note.close(session, call)
        # Of whoever is only part of somebody now, nothing may be left in the database's log.
        noted = note_erasure(session, subject_id=kept.id, gallery_id=row.id)
        merged = Merged(change_id, answers(session, [kept])[0], len(ids), len(faces))
    finish_erasure(call.services, noted)
    return merged


def _join(note: ChangeNote, kept: PersonRow, others: Sequence[PersonRow]) -> None:
    """Notes one after the other, each text once; metadata of others where the kept has none."""
    notes = list(dict.fromkeys(each.notes for each in (kept, *others) if each.notes))
    details: dict[str, Any] = {}
    for each in reversed((kept, *others)):
        details = {**details, **each.details}
    # In the order of the kept person's own.
    details = {**{key: details[key] for key in kept.details}, **details}
    after = {"notes": checked_notes("\n\n".join(notes)), "details": checked_metadata(details)}
    before = {"notes": kept.notes, "details": kept.details}
    if before != after:
        note.add({"step": "person_changed", "person": kept.id, "before": before, "after": after})
        kept.notes, kept.details = after["notes"], after["details"]  # type: ignore[assignment]
    kept.updated_at = now()


def _carry_over(
    session: Session,
    note: ChangeNote,
    kept: PersonRow,
    ids: Sequence[str],
    owners: Collection[str],
) -> None:
    """What was said of the others is said of the kept person; what was between them is gone."""
    everyone = [kept.id, *ids]
    own = select(FaceRow.id).where(FaceRow.person_id.in_(everyone))
    session.execute(
        delete(SuspicionRow).where(
            SuspicionRow.face_id.in_(own), SuspicionRow.other_person_id.in_(everyone)
        ),
        execution_options=_QUIETLY,
    )
    drop_comparisons(session, owners)
    session.execute(
        update(SuspicionRow)
        .where(SuspicionRow.other_person_id.in_(ids))
        .values(other_person_id=kept.id),
        execution_options=_QUIETLY,
    )
    session.execute(update(ProbeRow).where(ProbeRow.person_id.in_(ids)).values(person_id=kept.id))
    _carry_pairs(session, note, kept, ids)
    negatives = NegativeExampleRow.person_id.in_(everyone)
    # A face that is theirs after all is no proof against them.
    session.execute(
        delete(NegativeExampleRow).where(negatives, NegativeExampleRow.face_id.in_(own)),
        execution_options=_QUIETLY,
    )
    session.execute(update(NegativeExampleRow).where(negatives).values(person_id=kept.id))
    for row in list(session.identity_map.values()):
        if isinstance(row, SuspicionRow | NegativeExampleRow):
            session.expunge(row)


def _carry_pairs(session: Session, note: ChangeNote, kept: PersonRow, ids: Sequence[str]) -> None:
    pairs = session.execute(
        select(ReviewedPairRow.person_id, ReviewedPairRow.other_person_id).where(
            or_(ReviewedPairRow.person_id.in_(ids), ReviewedPairRow.other_person_id.in_(ids))
        )
    ).all()
    added = []
    for one, two in pairs:
        third = two if one in ids else one
        if third in ids or third == kept.id:
            continue
        first, second = sorted((kept.id, third))
        made = insert_unless_there(
            session,
            ReviewedPairRow,
            {"person_id": first, "other_person_id": second, "reviewed_at": now()},
            unique=("person_id", "other_person_id"),
        )
        if made is not None:
            added.append([first, second])
    if added:
        note.add({"step": "pairs_added", "pairs": added})


def _delete(
    session: Session, gallery: GalleryRow, note: ChangeNote, others: Sequence[PersonRow]
) -> None:
    if note.id:
        note.add(*put_away_people(session, gallery, others, change_id=note.id))
        return
    for person in others:
        session.delete(person)
    session.flush()
