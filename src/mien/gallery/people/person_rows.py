"""Rows of people in a running transaction: found by id or by name, added, and what may stand in them."""

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonAmbiguous
from mien.errors import PersonNotFound
from mien.name_search import folded_name
from mien.name_search import searched_words
from mien.names import can_be_stored
from mien.names import clean_name
from mien.names import name_key
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

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
        .where(*searched(session, gallery.id, name))
        .order_by(PersonRow.created_at, PersonRow.id)
    )
    return [row for row in rows if folded_name(row.name) == folded]


def searched(session: Session, gallery_id: str, query: str) -> Iterator[ColumnElement[bool]]:
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
        details=checked_metadata(metadata or {}),
    )
    if not allow_same_name:
        require_free_name(session, gallery, cleaned)
    session.add(row)
    session.flush()
    return row


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


def checked_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as it is stored.

    Raises:
        InvalidInput: it is no JSON object, too large, or holds what cannot be stored.
    """
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
