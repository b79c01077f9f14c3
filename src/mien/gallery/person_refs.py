"""People as they are named in answers: where two share a name, with what tells them apart."""

from collections.abc import Collection
from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

from mien.gallery.results import PersonRef
from mien.storage.models import PersonRow

# Databases take only so many values in one statement.
_IDS_AT_ONCE: Final = 5_000
_MOST_SHOWN: Final = 60
_ID_SHOWN: Final = 8


def person_refs(session: Session, person_ids: Collection[str]) -> dict[str, PersonRef]:
    """Some people by their ids; who is not there is left out."""
    ids = sorted(person_ids)
    found: dict[str, PersonRef] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        columns = PersonRow.id, PersonRow.name, func.substr(PersonRow.notes, 1, 4 * _MOST_SHOWN)
        some = select(*columns, shares_name()).where(
            PersonRow.id.in_(ids[start : start + _IDS_AT_ONCE])
        )
        for person_id, name, notes, shared in session.execute(some):
            note = distinguishing(person_id, notes) if shared else ""
            found[person_id] = PersonRef(person_id, name, note)
    return found


def shares_name() -> ColumnElement[bool]:
    """That somebody else of the gallery has the name of the person of a query, in any case."""
    other = aliased(PersonRow)
    return (
        select(other.id)
        .where(
            other.gallery_id == PersonRow.gallery_id,
            other.name_key == PersonRow.name_key,
            other.id != PersonRow.id,
        )
        .correlate(PersonRow)
        .exists()
    )


def distinguishing(person_id: str, notes: str) -> str:
    """What tells somebody from others of the name: how the notes begin, else the id's beginning."""
    line = next(_lines(notes), person_id[:_ID_SHOWN])
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1].rstrip()}…"


def _lines(text: str) -> Iterator[str]:
    return (words for line in text.splitlines() if (words := " ".join(line.split())))
