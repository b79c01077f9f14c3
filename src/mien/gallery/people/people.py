"""People of a gallery: create, list, show, change. Forgetting them is in `forget.py`."""

import json
import re
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonNotFound
from mien.gallery.galleries import find_gallery
from mien.gallery.people.paging import cursor_after
from mien.gallery.people.paging import cursor_at
from mien.gallery.people.paging import page_before
from mien.gallery.people.paging import page_from
from mien.gallery.results import Initial
from mien.gallery.results import PeopleSlice
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.gallery.suspicions import is_suspected
from mien.names import can_be_stored
from mien.names import clean_name
from mien.names import name_key
from mien.options import Order
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import now

MOST_A_PAGE = 500
NOTES_LENGTH = 10_000
METADATA_BYTES = 16_384
# An escaped null character in JSON, and not an escaped backslash before the same letters.
_NULL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def find_person(session: Session, gallery: GalleryRow, person_id: str) -> PersonRow:
    """The row of a person by id.

    Raises:
        PersonNotFound: nobody in this gallery has this id.
    """
    row = session.get(PersonRow, person_id) if can_be_stored(person_id) else None
    if row is None or row.gallery_id != gallery.id:
        raise PersonNotFound("id")
    return row


def find_person_by_name(session: Session, gallery: GalleryRow, name: str) -> PersonRow | None:
    """The row of a person by name, whatever the letters' case."""
    return session.scalar(
        select(PersonRow).where(
            PersonRow.gallery_id == gallery.id, PersonRow.name_key == name_key(name)
        )
    )


def add_person_row(
    session: Session,
    gallery: GalleryRow,
    *,
    name: str,
    notes: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> PersonRow:
    """Put a new person into a running transaction.

    Raises:
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name.
    """
    cleaned = clean_name(name)
    row = PersonRow(
        gallery_id=gallery.id,
        name=cleaned,
        name_key=name_key(cleaned),
        notes=_checked_notes(notes),
        details=_checked_metadata(metadata or {}),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise NameTaken("person") from error
    return row


def create_person(
    call: Call,
    *,
    gallery: str,
    name: str,
    notes: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Person:
    """Add somebody without a face yet.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name.
    """
    permissions.require(call.actor, "people.create", gallery)
    with call.services.database.write() as session:
        found = find_gallery(session, gallery, stays=True)
        row = add_person_row(session, found, name=name, notes=notes, metadata=metadata)
        audit.record(session, call, "person_created", subject_id=row.id, gallery_id=row.gallery_id)
        return _answer(row, 0, None)


def check_new_person(call: Call, *, gallery: str, name: str, notes: str = "") -> None:
    """Make sure that somebody of this name could be added now, before their photos are looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name.
    """
    permissions.require(call.actor, "people.create", gallery)
    cleaned = clean_name(name)
    _checked_notes(notes)
    with call.services.database.read() as session:
        if find_person_by_name(session, find_gallery(session, gallery), cleaned) is not None:
            raise NameTaken("person")


def show_person(call: Call, *, gallery: str, person_id: str) -> Person:
    """One person.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        row = find_person(session, find_gallery(session, gallery), person_id)
        return _answers(session, [row])[0]


def list_people(
    call: Call,
    *,
    gallery: str,
    query: str = "",
    order: Order = "name",
    limit: int = 50,
    cursor: str | None = None,
) -> PeopleSlice:
    """People whose name holds the query, page by page.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: part of a name, whatever the letters' case; empty for all.
        order: by name, or the newest first.
        limit: people a page, 1 to 500.
        cursor: what the last page gave to go on; None for the first.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit or the cursor is wrong.
    """
    permissions.require(call.actor, "people.read", gallery)
    if not 1 <= limit <= MOST_A_PAGE:
        raise InvalidInput("page_size", words={"most": MOST_A_PAGE}, field="limit")
    with call.services.database.read() as session:
        chosen = _chosen(session, gallery, query)
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        rows = session.scalars(page_from(chosen, order, cursor).limit(limit + 1)).all()
        people = _answers(session, list(rows[:limit]))
        before: Sequence[PersonRow] = ()
        if cursor is not None:
            before = session.scalars(page_before(chosen, order, cursor).limit(limit + 1)).all()
    more = len(rows) > limit
    return PeopleSlice(
        people=tuple(people),
        total=total,
        next_cursor=cursor_after(rows[limit - 1], order) if more else None,
        previous_cursor=cursor_after(before[limit], order) if len(before) > limit else None,
        first=not before,
    )


def list_initials(call: Call, *, gallery: str, query: str = "") -> tuple[Initial, ...]:
    """The letters with which names begin, in the order of the names.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        named = _chosen(session, gallery, query).subquery()
        letter = func.substr(named.c.name_key, 1, 1)
        letters = session.scalars(select(letter).group_by(letter).order_by(letter)).all()
    return tuple(Initial(letter.upper(), cursor_at(letter)) for letter in letters)


def change_person(
    call: Call,
    *,
    gallery: str,
    person_id: str,
    name: str | None = None,
    notes: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Person:
    """Rename somebody or change what is noted; None leaves a value as it is.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonNotFound: nobody in it has this id.
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody else of this name.
    """
    permissions.require(call.actor, "people.change", gallery)
    with call.services.database.write() as session:
        found = find_gallery(session, gallery)
        row = find_person(session, found, person_id)
        if name is not None:
            cleaned = clean_name(name)
            other = find_person_by_name(session, found, cleaned)
            if other is not None and other.id != row.id:
                raise NameTaken("other_person")
            row.name, row.name_key = cleaned, name_key(cleaned)
        if notes is not None:
            row.notes = _checked_notes(notes)
        if metadata is not None:
            row.details = _checked_metadata(metadata)
        row.updated_at = now()
        try:
            session.flush()
        except IntegrityError as error:
            raise NameTaken("other_person") from error
        given = {"name": name, "notes": notes, "metadata": metadata}
        audit.record(
            session,
            call,
            "person_changed",
            subject_id=row.id,
            gallery_id=row.gallery_id,
            changed=[field for field, value in given.items() if value is not None],
        )
        # What was there before is to be gone like everything else that is erased.
        erasure = note_erasure(session, subject_id=row.id, gallery_id=row.gallery_id)
        answer = _answers(session, [row])[0]
    finish(call.services.database, call.services.files, erasure)
    return answer


def _chosen(session: Session, gallery: str, query: str) -> Select[PersonRow]:
    chosen = select(PersonRow).where(PersonRow.gallery_id == find_gallery(session, gallery).id)
    if key := name_key(query):
        chosen = chosen.where(PersonRow.name_key.contains(key, autoescape=True))
    return chosen


def _checked_notes(notes: str) -> str:
    if len(notes) > NOTES_LENGTH:
        raise InvalidInput("notes_too_long", words={"most": NOTES_LENGTH}, field="notes")
    if not can_be_stored(notes):
        raise InvalidInput("notes_characters", field="notes")
    return notes.replace("\r\n", "\n")


def _checked_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(metadata, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("metadata_not_object", field="metadata") from error
    if size > METADATA_BYTES:
        raise InvalidInput("metadata_too_large", words={"most": METADATA_BYTES}, field="metadata")
    if _NULL.search(text):
        raise InvalidInput("metadata_null_character", field="metadata")
    return dict(metadata)


def _answers(session: Session, rows: list[PersonRow]) -> list[Person]:
    faces: dict[str, list[tuple[bool, float, str]]] = {row.id: [] for row in rows}
    found = session.execute(
        select(FaceRow.person_id, FaceRow.id, FaceRow.quality, is_suspected()).where(
            FaceRow.person_id.in_(list(faces))
        )
    )
    for person_id, face_id, quality, suspected in found:
        faces[person_id].append((not suspected, float(quality["score"]), face_id))
    return [
        _answer(row, len(faces[row.id]), max(faces[row.id])[-1] if faces[row.id] else None)
        for row in rows
    ]


def _answer(row: PersonRow, faces: int, portrait_face_id: str | None) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        notes=row.notes,
        metadata=row.details,
        faces=faces,
        portrait_face_id=portrait_face_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
