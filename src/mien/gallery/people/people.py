"""People of a gallery: create, list, show, change. Forgetting them is in `forget.py`."""

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonAmbiguous
from mien.errors import PersonNotFound
from mien.gallery.galleries import find_gallery
from mien.gallery.people.paging import cursor_after
from mien.gallery.people.paging import cursor_at
from mien.gallery.people.paging import page_before
from mien.gallery.people.paging import page_from
from mien.gallery.person_refs import person_refs
from mien.gallery.results import Initial
from mien.gallery.results import PeopleSlice
from mien.gallery.results import Person
from mien.gallery.services import Call
from mien.gallery.suspicions import is_suspected
from mien.name_order import FIRST_WIDE
from mien.name_order import NARROW
from mien.name_order import WIDE
from mien.name_order import first_letter
from mien.name_search import folded_name
from mien.name_search import searched_words
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
    """The row of a person by name, whatever the letters' case; None when there is nobody.

    Where nobody has the very name, it is looked for without marks.

    Raises:
        PersonAmbiguous: several people may be meant.
    """
    return only_one(find_same_name(session, gallery, name) or _find_alike(session, gallery, name))


def find_same_name(session: Session, gallery: GalleryRow, name: str) -> list[PersonRow]:
    """The rows of people whose name is the same, whatever the letters' case; the first added first."""
    return list(
        session.scalars(
            select(PersonRow)
            .where(PersonRow.gallery_id == gallery.id, PersonRow.name_key == name_key(name))
            .order_by(PersonRow.created_at, PersonRow.id)
        )
    )


def only_one(rows: Sequence[PersonRow]) -> PersonRow | None:
    """The one row that there is; None when there is none.

    Raises:
        PersonAmbiguous: there are several.
    """
    if len(rows) > 1:
        ids = [row.id for row in rows]
        raise PersonAmbiguous(words={"ids": ", ".join(ids)}, person_ids=ids)
    return rows[0] if rows else None


def _find_alike(session: Session, gallery: GalleryRow, name: str) -> list[PersonRow]:
    folded = folded_name(name)
    if not folded:
        return []
    rows = session.scalars(
        select(PersonRow)
        .where(*_searched(session, gallery.id, name))
        .order_by(PersonRow.created_at, PersonRow.id)
    )
    return [row for row in rows if folded_name(row.name) == folded]


def require_free_name(
    session: Session, gallery: GalleryRow, name: str, *, but_for: str | None = None
) -> None:
    """Make sure that nobody has this name; in a writing session, its names have to be held or locked.

    Args:
        session: reading or writing.
        gallery: its row.
        name: which.
        but_for: the id of whoever may have it.

    Raises:
        NameTaken: somebody has.
    """
    taken = [row.id for row in find_same_name(session, gallery, name) if row.id != but_for]
    if taken:
        raise NameTaken("other_person" if but_for else "person", person_ids=taken)


def add_person_row(
    session: Session,
    gallery: GalleryRow,
    *,
    name: str,
    notes: str = "",
    metadata: Mapping[str, Any] | None = None,
    allow_same_name: bool = False,
) -> PersonRow:
    """Put a new person into a running transaction that holds the gallery's names, or has it locked.

    Raises:
        InvalidInput: a value breaks a rule.
        NameTaken: the gallery has somebody of this name, and nobody has said that this is another.
    """
    cleaned = clean_name(name)
    row = PersonRow(
        gallery_id=gallery.id,
        name=cleaned,
        notes=checked_notes(notes),
        details=_checked_metadata(metadata or {}),
    )
    if not allow_same_name:
        require_free_name(session, gallery, cleaned)
    session.add(row)
    session.flush()
    return row


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
        return _answers(session, [row])[0]


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
    without_face: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> PeopleSlice:
    """People in whose name or notes every word of the query is, page by page.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: words, or parts of words, in any order, whatever marks and case; empty for all.
        order: by name, or the newest first.
        without_face: only those who have no face, and so cannot be found in a photo.
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
        chosen = _chosen(session, gallery, query, without_face=without_face)
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        page = page_from(chosen, order, cursor)
        rows = session.scalars(page.limit(limit + 1)).all() if total else []
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


def list_initials(
    call: Call, *, gallery: str, query: str = "", without_face: bool = False
) -> tuple[Initial, ...]:
    """The letters with which names begin, without marks, in the order of the names.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        named = _chosen(session, gallery, query, without_face=without_face).subquery()
        key = named.c.sort_key
        start = case(
            (key < FIRST_WIDE, func.substr(key, 1, NARROW)), else_=func.substr(key, 1, WIDE)
        )
        starts = session.scalars(select(start).group_by(start).order_by(start)).all()
    return tuple(Initial(first_letter(start), cursor_at(start)) for start in starts)


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
        found = find_gallery(session, gallery, hold="" if name is None else "names")
        row = find_person(session, found, person_id)
        if name is not None:
            cleaned = clean_name(name)
            # Who shares a name may be noted anew under it, without saying again that it is shared.
            if not allow_same_name and name_key(cleaned) != row.name_key:
                require_free_name(session, found, cleaned, but_for=row.id)
            row.name = cleaned
        if notes is not None:
            row.notes = checked_notes(notes)
        if metadata is not None:
            row.details = _checked_metadata(metadata)
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
        # What was there before is to be gone like everything else that is erased.
        erasure = note_erasure(session, subject_id=row.id, gallery_id=row.gallery_id)
        answer = _answers(session, [row])[0]
    finish(call.services.database, call.services.files, call.services.erasures, erasure)
    return answer


def _chosen(session: Session, gallery: str, query: str, *, without_face: bool) -> Select[PersonRow]:
    chosen = select(PersonRow).where(*_searched(session, find_gallery(session, gallery).id, query))
    if without_face:
        chosen = chosen.where(~select(FaceRow.id).where(FaceRow.person_id == PersonRow.id).exists())
    return chosen


def _searched(session: Session, gallery_id: str, query: str) -> Iterator[ColumnElement[bool]]:
    """That somebody is of a gallery and every word of a query is in the name or the notes."""
    words = searched_words(query)
    of: ColumnElement[str] = PersonRow.gallery_id.expression
    if words and session.get_bind().dialect.name == "sqlite":
        # As an expression, so that no index is used for it: to read all rows in turn takes a tenth
        # of the time that following an index to each of them does, and SQLite cannot know.
        of = of.concat("")
    yield of == gallery_id
    for word in words:
        yield or_(
            *(PersonRow.search_text.contains(each, autoescape=True) for each in word.spellings)
        )


def checked_notes(notes: str) -> str:
    """Notes as they are stored.

    Raises:
        InvalidInput: they are too long, or hold what cannot be stored.
    """
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
    named = person_refs(session, faces)
    return [_answer(row, faces[row.id], named[row.id].note) for row in rows]


def _answer(row: PersonRow, faces: Sequence[tuple[bool, float, str]], note: str) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        notes=row.notes,
        metadata=row.details,
        faces=len(faces),
        portrait_face_id=max(faces)[-1] if faces else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        note=note,
    )
